"""What is about to leave, as exact bytes; what was confirmed of it; and a copy of everything that ever left.

    outbox/<hash>/to, outbox/<hash>/files/v1/...    what waits: whole, or not there; .../commit once it was pushed
    sent/<day>-<hash>/to, .../files/v1/...          copies of what left
    sent.log                                        one line of JSON each time something was begun, sent or taken away

One hash stands for the address and every path and byte. A confirmation names that hash and lives in memory only: whatever dies
between the confirmation and the push, nothing leaves without a new one. What is sent is read again from the outbox and must still
have the hash that was confirmed.

Before a push begins, the log says so. So what waits is only deleted when it surely did not leave; where that is not known (a
connection that broke, a process that was killed) its copy goes to `sent/`, marked "perhaps".
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from ..git import USUAL, CantRead, Limits, Pushed, TeamRepository, Unclear
from .message import MOST_BYTES, VERSION, canonical, is_hex

MOST_FILES = 200
"""Files that leave at once."""

What = Literal["begun", "sent", "refused", "perhaps", "deleted"]
"""What a line of the log says: a push began; it got there; it did not; it is not known; what waited was deleted, unsent."""
_WHATS = ("begun", "sent", "refused", "perhaps", "deleted")
_PATH = re.compile(r"v1/(?:members|exemplars|practices|totals)/[0-9a-f]{32}\.(?:json|toml|md)")


class OutboxTrouble(Exception):
    """Something can't be sent or kept; the message is a sentence for the person: clean it before it is shown."""


class File(NamedTuple):
    """One file that is about to leave."""

    path: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Of its bytes: 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that is about to leave."""

    to: str
    """The address of the repository."""
    files: tuple[File, ...]
    """In the order of their paths."""
    hash: str
    """Of the address, and of all paths and bytes: 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The person saw what is about to leave, and said yes to it. Never written anywhere."""

    hash: str


class Line(NamedTuple):
    """One line of the log of what left."""

    at: int
    """Seconds since 1970, UTC."""
    what: What
    hash: str
    to: str
    files: tuple[tuple[str, str, int], ...]
    """Path, SHA-256 and bytes."""
    commit: str = ""
    """Of the team's repository, where it is known."""


def preview(files: Mapping[str, bytes], to: str) -> Preview:
    """What is about to leave, and its hash. Raises ValueError for a path that the layout does not have."""
    if not files or len(files) > MOST_FILES:
        raise ValueError("too few or too many files")
    for path, data in files.items():
        if not _PATH.fullmatch(path) or len(data) > MOST_BYTES:
            raise ValueError("not a file of the layout")
    listed = tuple(File(path, files[path]) for path in sorted(files))
    whole = {"v": VERSION, "to": to, "files": [[one.path, one.sha256, len(one.data)] for one in listed]}
    return Preview(to, listed, hashlib.sha256(canonical(whole)).hexdigest())


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox in the program's own folder about the team. Its questions raise OutboxTrouble."""

    path: Path

    def put(self, files: Mapping[str, bytes], to: str, now: datetime) -> Preview:
        """Lay ready what is about to leave, in place of what waited before."""
        seen = preview(files, to)
        waits = self.waiting()
        if waits is not None and waits.hash == seen.hash:
            return seen
        self.discard(now)
        new = ""
        try:
            _own(self._outbox)
            new = tempfile.mkdtemp(prefix=".new-", dir=self.path)
            _write(Path(new) / "to", to.encode("utf-8"))
            for one in seen.files:
                _write(Path(new) / "files" / one.path, one.data)
            for folder, _, _ in os.walk(new):
                _settle(Path(folder))
            os.rename(new, self._outbox / seen.hash)
            _settle(self._outbox)
        except OSError as problem:
            if new:
                shutil.rmtree(new, ignore_errors=True)
            raise OutboxTrouble(
                f"{self._outbox}: what is to be sent can't be kept there ({problem.strerror}); nothing was sent."
            ) from None
        return seen

    def waiting(self) -> Preview | None:
        """What waits, read from the disk and checked against its hash; None where nothing does, or it is not whole."""
        found = None
        for name in self._names():
            seen = _load(self._outbox / name)
            if seen is None or seen.hash != name:
                continue
            commit = _commit(self._outbox / name)
            if commit:
                # It left, and the program was ended before that was said.
                self._left(seen, commit)
            else:
                found = seen
        return found

    def confirm(self, hash: str) -> Confirmed:
        """That what waits may leave; by its hash, as the person saw it."""
        waits = self.waiting()
        if waits is None or waits.hash != hash:
            raise OutboxTrouble("What waits to be sent is no longer what was shown; look at it again. Nothing was sent.")
        return Confirmed(hash)

    def send(
        self, confirmed: Confirmed, repository: TeamRepository, now: datetime, limits: Limits = USUAL, *, seen: str = ""
    ) -> Pushed:
        """Push exactly what was confirmed, then put its copy away and say so in the log.

        `seen`: the commit the branch was last seen at. Pushed again, what is there already is not added again.
        """
        waits = self.waiting()
        if waits is None or waits.hash != confirmed.hash:
            raise OutboxTrouble("What waits to be sent is no longer what was confirmed; look at it again. Nothing was sent.")
        at = int(now.timestamp())
        self._say(Line(at, "begun", waits.hash, waits.to, _told(waits)))
        try:
            pushed = repository.push(waits.to, {one.path: one.data for one in waits.files}, at - at % 86_400, limits, seen=seen)
        except Unclear as problem:
            self._say(Line(at, "perhaps", waits.hash, waits.to, _told(waits)))
            raise OutboxTrouble(f"{problem} It still waits: sent again, nothing is there twice.") from None
        except CantRead as problem:
            self._say(Line(at, "refused", waits.hash, waits.to, _told(waits)))
            raise OutboxTrouble(f"{problem} Nothing was sent; it still waits.") from None
        with contextlib.suppress(OSError):
            # Not there any more, where another process put it away meanwhile; without it, it waits again, and that is harmless.
            _write(self._outbox / waits.hash / "commit", pushed.commit.encode("ascii"), made=False)
        self._left(waits, pushed.commit)
        return pushed

    def discard(self, now: datetime) -> None:
        """Delete what waits. What may have left already is not deleted: its copy is put away with what was sent."""
        at = int(now.timestamp())
        waits = self.waiting()
        if waits is not None and self._may_have_left(waits.hash):
            self._say(Line(at, "perhaps", waits.hash, waits.to, _told(waits)))
            self._put_away(waits.hash, at)
        elif waits is not None:
            self._say(Line(at, "deleted", waits.hash, waits.to, _told(waits)))
        try:
            shutil.rmtree(self._outbox)
        except FileNotFoundError:
            pass
        except OSError as problem:
            raise OutboxTrouble(f"{self._outbox}: it can't be deleted ({problem.strerror}); delete it by hand.") from None
        for old in self.path.glob(".new-*"):
            shutil.rmtree(old, ignore_errors=True)

    def log(self) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        """Everything that was begun, sent or deleted, the oldest first; and what of the log can't be read."""
        file = self.path / "sent.log"
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return (), ()
        except OSError as problem:
            raise OutboxTrouble(f"{file}: the log of what was sent can't be read ({problem.strerror}).") from None
        lines, problems = [], []
        for n, raw in enumerate(data.splitlines(), 1):
            line = _line(raw)
            if line is not None:
                lines.append(line)
            elif raw.strip():
                problems.append(f"sent.log: line {n} can't be read; it is passed over.")
        return tuple(lines), tuple(problems)

    def copies(self) -> tuple[tuple[str, Preview], ...]:
        """The copies of what was sent: the name of each folder in `sent/`, and the bytes in it, the oldest first."""
        found = []
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(self._sent)):
                seen = _load(self._sent / name)
                if seen is not None:
                    found.append((name, seen))
        return tuple(found)

    @property
    def _outbox(self) -> Path:
        return self.path / "outbox"

    @property
    def _sent(self) -> Path:
        return self.path / "sent"

    def _names(self) -> list[str]:
        with contextlib.suppress(OSError):
            return sorted(name for name in os.listdir(self._outbox) if is_hex(name, 64))
        return []

    def _may_have_left(self, hash: str) -> bool:
        begun = doubt = False
        lines, _ = self.log()
        for line in lines:
            if line.hash == hash:
                begun = line.what == "begun"
                doubt = line.what == "perhaps" or (doubt and line.what in ("begun", "refused"))
        return begun or doubt

    def _left(self, seen: Preview, commit: str) -> None:
        """Say that it was sent, once, and put its copy away."""
        lines, _ = self.log()
        mine = [line for line in lines if line.hash == seen.hash]
        at = next((line.at for line in reversed(mine) if line.what == "begun"), 0)
        if not mine or mine[-1].what != "sent":
            self._say(Line(at, "sent", seen.hash, seen.to, _told(seen), commit))
        self._put_away(seen.hash, at)

    def _put_away(self, hash: str, at: int) -> None:
        target = self._sent / f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}-{hash}"
        try:
            _own(self._sent)
            if target.exists():
                # Sent twice on a day: the same hash, so the same bytes.
                shutil.rmtree(self._outbox / hash)
            else:
                os.rename(self._outbox / hash, target)
            _settle(self._sent)
        except FileNotFoundError:
            # Another process did it.
            return
        except OSError as problem:
            raise OutboxTrouble(f"{target}: it was sent, but its copy can't be put there ({problem.strerror}).") from None

    def _say(self, line: Line) -> None:
        value = {"at": line.at, "what": line.what, "hash": line.hash, "to": line.to, "files": line.files, "commit": line.commit}
        data = json.dumps(value, ensure_ascii=True).encode("ascii") + b"\n"
        file = self.path / "sent.log"
        try:
            _own(self.path)
            handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
            try:
                size = os.fstat(handle).st_size
                if size and os.pread(handle, 1, size - 1) != b"\n":
                    # The program died while it wrote: its half line is left by itself.
                    data = b"\n" + data
                os.write(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as problem:
            raise OutboxTrouble(f"{file}: the log of what was sent can't be written ({problem.strerror}).") from None


def off(path: Path, keys: Path, now: datetime) -> None:
    """Delete what waits to be sent, and the person's keys: what `share off` does here. Raises OutboxTrouble."""
    try:
        Outbox(path).discard(now)
    finally:
        # The keys go whatever the outbox says.
        try:
            keys.unlink(missing_ok=True)
        except OSError as problem:
            raise OutboxTrouble(f"{keys}: your team keys can't be deleted ({problem.strerror}); delete them by hand.") from None


def _told(seen: Preview) -> tuple[tuple[str, str, int], ...]:
    return tuple((one.path, one.sha256, len(one.data)) for one in seen.files)


def _line(raw: bytes) -> Line | None:
    try:
        value = json.loads(raw)
        files = tuple((str(path), str(sha), int(size)) for path, sha, size in value["files"])
        if value["what"] not in _WHATS:
            return None
        return Line(int(value["at"]), value["what"], str(value["hash"]), str(value["to"]), files, str(value["commit"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _load(folder: Path) -> Preview | None:
    """What was laid into a folder; None where it is not whole."""
    files: dict[str, bytes] = {}
    start = folder / "files"
    try:
        to = (folder / "to").read_bytes().decode("utf-8")
        for within, _, names in os.walk(start):
            for name in names:
                path = Path(within) / name
                if path.is_symlink():
                    return None
                files[path.relative_to(start).as_posix()] = path.read_bytes()
        return preview(files, to)
    except (OSError, ValueError):
        return None


def _commit(folder: Path) -> str:
    """The commit that a push of what is in a folder made; empty where it was not pushed, as far as is known."""
    with contextlib.suppress(OSError, ValueError):
        told = (folder / "commit").read_text("ascii")
        return told if is_hex(told, 40) else ""
    return ""


def _write(path: Path, data: bytes, *, made: bool = True) -> None:
    if made:
        _own(path.parent)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _own(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the owner alone."""
    if not folder.is_dir():
        _own(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _settle(folder: Path) -> None:
    """See to it that the names in a folder outlive a loss of power."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
