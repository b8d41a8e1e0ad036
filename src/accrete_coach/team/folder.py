"""What a team's repository holds -> what of it is accepted, and why the rest is passed over; and where the person's team is kept.

The layout, version 1, on the one branch `accrete-coach`:

    v1/members/<name>.json      who a signing key is: kind "member"
    v1/exemplars/<name>.json    kinds "exemplar" and "withdrawn"
    v1/exemplars/<name>.md      a page for the git host, never read here
    v1/practices/<name>.toml    a practice of the team's own
    v1/totals/<name>.json       kinds "join", "contribution" and "sum-share"

A name is the first half of the SHA-256 of the file's bytes, 32 hexadecimal digits. Whatever else stands in the repository is passed
over and named, with the reason; it spoils nothing beside it. Nothing is changed or taken away in it by this program.

`accepted` is pure but for the reading of files that it is given. `TeamFolder` is the edge: a small file that says which team, the
copy of its repository, and the names of the messages whose signatures were checked before.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..git import USUAL, CantRead, Entry, Limits, TeamRepository, way_to
from ..toml_text import MOST_DOTS, crowded_line
from . import message
from .message import MOST_BYTES, Message, Refused, is_hex, name_of
from .outbox import Outbox, OutboxTrouble

KINDS: Mapping[str, frozenset[str]] = {
    "v1/members": frozenset({"member"}),
    "v1/exemplars": frozenset({"exemplar", "withdrawn"}),
    "v1/practices": frozenset(),
    "v1/totals": frozenset({"join", "contribution", "sum-share"}),
}
"""The folders of the layout, and the kinds of messages that each holds."""
FOLDERS = tuple(KINDS)
MOST_OF_A_PRACTICE = 32 * 1024
"""Bytes of a practice's file: the reader of TOML is slow, and anybody in the team can put many there."""
AT_ONCE = 16_000_000
"""Bytes of files that are read before they are looked at."""
SECONDS = 60.0
"""For a long history that is looked through for the first time."""

_ENDINGS = {"v1/practices": (".toml",), "v1/exemplars": (".json", ".md")}
_NAME = re.compile(r"([0-9a-f]{32})(\.json|\.toml|\.md)")
_MODES = {
    "040000": "it is a folder",
    "100755": "it is marked as a program",
    "120000": "it is a link",
    "160000": "it is another repository (a submodule)",
}

Read = Callable[[Sequence[str]], Iterable[tuple[str, bytes]]]
"""The ids of files -> the id and the bytes of each of them that there is."""


class TeamTrouble(Exception):
    """Something with the team can't be done; the message is a sentence for the person: clean it before it is shown."""


class Accepted(NamedTuple):
    """What a team's repository holds, by the rules of the layout."""

    messages: tuple[Message, ...]
    """In the order in which the history brought them; those of one commit by their paths."""
    practices: tuple[tuple[str, bytes], ...]
    """Name and bytes of TOML files, in the same order."""
    passed: tuple[tuple[str, str], ...]
    """Path and reason of everything else. Paths were written by somebody: clean them before they are shown."""


def accepted(entries: Iterable[Entry], read: Read, known: Collection[str] = ()) -> Accepted:
    """What is accepted of these entries, and why the rest is passed over.

    `known`: names of messages whose form and signature were right before. As a name follows from the bytes, they still are.
    """
    entries = tuple(entries)
    known = frozenset(known)
    reasons: dict[int, str] = {}
    found: dict[int, Message | bytes] = {}
    wanted: list[int] = []
    for n, entry in enumerate(entries):
        reason = _refused(entry)
        if reason:
            reasons[n] = reason
        elif not entry.path.endswith(".md"):
            wanted.append(n)
    for batch in _batches(entries, wanted):
        # Of two paths with the same bytes, one at most has the right name: each is looked at by itself.
        by_sha: dict[str, list[int]] = {}
        for n in batch:
            by_sha.setdefault(entries[n].sha, []).append(n)
            reasons[n] = "it can't be read"
        # All of them before the first is looked at: what that takes must not count against git's time.
        for sha, data in list(read(tuple(by_sha))):
            for n in by_sha.get(sha, ()):
                try:
                    found[n] = _content(entries[n].path, data, known)
                    del reasons[n]
                except Refused as why:
                    reasons[n] = str(why)
    messages, practices = [], []
    for n in sorted(found):
        thing = found[n]
        if isinstance(thing, Message):
            messages.append(thing)
        else:
            practices.append((name_of(thing), thing))
    return Accepted(tuple(messages), tuple(practices), tuple((entries[n].path, reasons[n]) for n in sorted(reasons)))


def _refused(entry: Entry) -> str:
    """Why an entry is passed over without being read; empty where it is not."""
    folder, _, file = entry.path.rpartition("/")
    if folder not in KINDS:
        return "it is not part of the layout, version 1"
    if entry.mode != "100644":
        return _MODES.get(entry.mode, "it is no plain file")
    name = _NAME.fullmatch(file)
    if name is None or name[2] not in _ENDINGS.get(folder, (".json",)):
        return "it has another name than files in this folder have"
    if not 0 <= entry.size <= MOST_BYTES:
        return f"it has more than {MOST_BYTES:,} bytes"
    if folder == "v1/practices" and entry.size > MOST_OF_A_PRACTICE:
        return f"it has more than {MOST_OF_A_PRACTICE // 1024} kB, the most that a practice of the team's may have"
    return ""


def _batches(entries: Sequence[Entry], wanted: Iterable[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for n in wanted:
        batch.append(n)
        size += entries[n].size
        if size > AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _content(path: str, data: bytes, known: Collection[str]) -> Message | bytes:
    """The message or the practice of a file. Raises Refused."""
    folder, _, file = path.rpartition("/")
    name = name_of(data)
    if name != file[:32]:
        raise Refused("its name does not follow from its bytes")
    if folder == "v1/practices":
        _check_toml(data)
        return data
    one = _checked(data) if name in known else message.parse(data)
    if one.kind not in KINDS[folder]:
        raise Refused("a message of its kind does not belong in this folder")
    return one


def _check_toml(data: bytes) -> None:
    """Raises Refused where it is no TOML, or too slow to read: by the rule for own practices, so none that could be used is lost."""
    try:
        text = data.decode("utf-8")
        crowded = crowded_line(text)
        if not crowded:
            tomllib.loads(text)
    except (ValueError, RecursionError):
        raise Refused("it is not TOML") from None
    if crowded:
        raise Refused(f"its line {crowded:,} holds more than {MOST_DOTS} dots")


def _checked(data: bytes) -> Message:
    """The message of bytes that were found to be right before: only taken apart."""
    try:
        value = json.loads(data)
        return Message(value["kind"], value["by"], value["body"], data)
    except (ValueError, KeyError, TypeError, RecursionError):
        return message.parse(data)


# --- on disk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Team:
    """The team that the person joined."""

    url: str
    """The address of its repository, as the person typed it: clean it before it is shown."""
    joined: int
    """Seconds since 1970, UTC."""
    fetched: int | None = None
    """When its repository was last fetched; None: never."""
    tip: str = ""
    """The commit its branch was at then; empty where it had no branch yet."""


@dataclass(frozen=True, slots=True)
class TeamFolder:
    """The folder of the program's own in which everything about the person's team is."""

    path: Path

    @property
    def repository(self) -> TeamRepository:
        """The copy of the team's repository."""
        return TeamRepository(str(self.path / "repo.git"))

    def status(self) -> Team | None:
        """The team, without asking anybody; None where there is none. Raises TeamTrouble."""
        try:
            value = json.loads((self.path / "team.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            raise TeamTrouble(
                f"{self.path / 'team.json'}: it can't be read, so there is no team; leave it and join again."
            ) from None
        try:
            url, joined, fetched, tip = (value[name] for name in ("url", "joined", "fetched", "tip"))
            way_to(url)
            whole = value["v"] == 1 and isinstance(joined, int) and (fetched is None or isinstance(fetched, int))
            if not whole or not (tip == "" or is_hex(tip, 40)):
                raise ValueError
        except (KeyError, TypeError, ValueError, CantRead):
            raise TeamTrouble(f"{self.path / 'team.json'}: it names no team; leave it and join again.") from None
        return Team(url, joined, fetched, tip)

    def join(self, url: str, now: datetime) -> Team:
        """Remember which team; nothing is fetched or sent. Raises TeamTrouble."""
        try:
            way_to(url)
        except CantRead as problem:
            raise TeamTrouble(str(problem)) from None
        there = self.status()
        if there is not None:
            if there.url == url:
                return there
            raise TeamTrouble(f"You are in the team of {there.url}; leave it first.")
        team = Team(url, int(now.timestamp()))
        self._clear()
        self._keep(team)
        return team

    def leave(self, now: datetime) -> None:
        """Forget the team, its copy, and what waits to be sent to it. What was sent stays in `sent/`. Raises TeamTrouble."""
        try:
            Outbox(self.path).discard(now)
        except OutboxTrouble as problem:
            raise TeamTrouble(str(problem)) from None
        # First what says that there is a team: what may stay behind after a crash is only a copy.
        with contextlib.suppress(FileNotFoundError):
            try:
                os.unlink(self.path / "team.json")
            except FileNotFoundError:
                raise
            except OSError as problem:
                raise TeamTrouble(f"{self.path / 'team.json'}: it can't be removed ({problem.strerror}).") from None
        self._clear()

    def fetch(self, now: datetime, limits: Limits = USUAL, *, anew: bool = False) -> tuple[Team, str]:
        """The team after a fetch, and the sentence that says why there was none; then what was fetched before still serves.

        `anew`: the copy is thrown away and fetched whole. Raises TeamTrouble where there is no team.
        """
        team = self.status()
        if team is None:
            raise TeamTrouble("You are in no team: join one first.")
        if anew or not self._whole(team):
            shutil.rmtree(self.repository.path, ignore_errors=True)
        try:
            tip = self.repository.fetch(team.url, limits, seen=team.tip)
        except CantRead as problem:
            still = " What was fetched before still serves." if team.fetched is not None else ""
            return team, f"{problem}{still}"
        team = replace(team, fetched=int(now.timestamp()), tip=tip)
        self._keep(team)
        # Whoever opens it next need not wait for signatures and history; what can't be read is said then.
        with contextlib.suppress(TeamTrouble):
            self.contents()
        return team, ""

    def contents(self) -> Accepted:
        """What was fetched, by the rules. Raises TeamTrouble where the copy can't be read."""
        known = self._names()
        repository = self.repository
        try:
            told = accepted(repository.entries(FOLDERS, SECONDS), repository.blobs, known)
        except CantRead as problem:
            raise TeamTrouble(f"{problem} Fetch it anew.") from None
        names = {one.name for one in told.messages}
        if names != known:
            # Only a help: without it all signatures are checked again.
            with contextlib.suppress(TeamTrouble):
                self._write("names", "".join(f"{name}\n" for name in sorted(names)))
        return told

    def pushed(self, commit: str) -> None:
        """Remember the commit of a push as what was last seen, so that a later fetch must stand on it. Raises TeamTrouble."""
        team = self.status()
        if team is not None and team.tip != commit:
            self._keep(replace(team, tip=commit))

    def _whole(self, team: Team) -> bool:
        try:
            return self.repository.tip() == team.tip
        except CantRead:
            return False

    def _names(self) -> frozenset[str]:
        try:
            return frozenset(one for one in (self.path / "names").read_text("ascii").split() if is_hex(one, 32))
        except (OSError, ValueError):
            return frozenset()

    def _clear(self) -> None:
        shutil.rmtree(self.repository.path, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.unlink(self.path / "names")

    def _keep(self, team: Team) -> None:
        value = {"v": 1, "url": team.url, "joined": team.joined, "fetched": team.fetched, "tip": team.tip}
        self._write("team.json", json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def _write(self, name: str, text: str) -> None:
        """Write a file whole or not at all, for the owner alone. Raises TeamTrouble."""
        new = ""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, new = tempfile.mkstemp(prefix=f".{name}-", dir=self.path)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            os.replace(new, self.path / name)
        except OSError as problem:
            with contextlib.suppress(OSError):
                if new:
                    os.unlink(new)
            raise TeamTrouble(f"{self.path / name}: it can't be written ({problem.strerror}); nothing was changed.") from None


def when(seconds: int) -> datetime:
    """A time that a team keeps, as a value."""
    return datetime.fromtimestamp(seconds, UTC)
