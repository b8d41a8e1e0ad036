"""The repositories that the person allowed -> their rows of numbers, kept for as long as nothing in them changes.

Nothing of a repository is looked at before it was allowed; which could be is told by the folders that sessions ran in, alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from pathlib import Path

import msgspec

from .commits import Graph, Row, rows, to_measure
from .days import start_of_day
from .delivery import WEEKS, Delivery, History, SessionCommit, figures, reworked_by_session, window
from .git import LIMIT, CantRead, Ref, Repository, open_repository, person_configs
from .places import Places
from .sessions.worktrees import worktree_of
from .settings import Settings

VERSION = 1
"""Raised when a row changes its meaning: kept ones are then read again."""
MOST_KEPT = 24
"""Answers that are kept: one for each repository and time."""
MOST_OF_THE_FILE = 64 * 1024 * 1024
"""Bytes of kept answers that are read."""
ALL_LIMIT = 60.0
"""Seconds that all repositories may take together."""
DAY = 86_400
"""Seconds."""


class _Answer(msgspec.Struct, array_like=True):
    """The rows of a repository, and what they rest on, as a hash: its path, heads, addresses and time."""

    rests_on: str
    used: int
    rows: tuple[Row, ...]


class _Kept(msgspec.Struct):
    """The file. Only numbers and hashes are in it."""

    schema: int
    answers: dict[str, _Answer]


class Kept:
    """The rows that were read before, in a file of their own that only the person can read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _Kept(VERSION, {})
        with contextlib.suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
            if 0 < path.stat().st_size <= MOST_OF_THE_FILE:
                file = msgspec.json.decode(path.read_bytes(), type=_Kept)
                self._file = file if file.schema == VERSION else self._file
        self._changed = False

    def get(self, name: str, rests_on: str) -> tuple[Row, ...] | None:
        """The rows kept under a name, where they still rest on the same."""
        found = self._file.answers.get(name)
        return found.rows if found is not None and found.rests_on == rests_on else None

    def put(self, name: str, rests_on: str, found: tuple[Row, ...], now: int) -> None:
        """Keep rows, in place of those of that name."""
        self._file.answers[name] = _Answer(rests_on, now, found)
        self._changed = True

    def write(self) -> None:
        """Write what is new, whole or not at all; where nothing can be written, it is read again next time."""
        if not self._changed:
            return
        newest = sorted(self._file.answers.items(), key=lambda one: one[1].used, reverse=True)[:MOST_KEPT]
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}.{time.monotonic_ns()}.new")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
                out.write(msgspec.json.encode(_Kept(VERSION, dict(newest))))
            os.replace(new, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink()


def forget(places: Places) -> None:
    """Remove all that is kept."""
    with contextlib.suppress(OSError):
        places.delivery.unlink()


def inside(folder: str, checkouts: Iterable[str]) -> int:
    """How much of a folder's path is a checkout's that it is in, in characters; 0 where it is in none. By the paths alone.

    A worktree that is gone still tells by its path of which checkout it was.
    """
    most = 0
    for place in filter(None, (folder, worktree_of(folder))):
        for checkout in checkouts:
            root = checkout.rstrip("/") or "/"
            if place == root or place.startswith(f"{root.rstrip('/')}/"):
                most = max(most, len(root))
    return most


def askable(folders: Iterable[str], allowed: Sequence[str]) -> tuple[str, ...]:
    """The folders that sessions ran in, each worktree by its checkout, that are in none that was allowed."""
    known = dict.fromkeys(worktree_of(folder) or folder for folder in folders if folder)
    return tuple(folder for folder in known if not inside(folder, allowed))


def deliver(
    places: Places,
    settings: Settings,
    made: Callable[[int, Callable[[str], bool]], Sequence[SessionCommit]],
    folders: Sequence[str],
    zone: tzinfo,
    now: int,
    *,
    weeks: int = WEEKS,
    project: str | None = None,
    limit: float = LIMIT,
) -> Delivery:
    """The figures of the last weeks, from the repositories that were allowed: from what is kept, where nothing changed.

    `made` tells the commits that sessions made since a time, of folders that answer yes; `folders` are those that sessions ran in,
    the last used first; `project` narrows to repositories whose path holds it. Times are milliseconds since 1970, UTC.
    """
    since, until = window(now, zone, weeks)
    begin = start_of_day(since, zone)
    kept = Kept(places.delivery)
    problems: list[str] = []
    identities: dict[str, None] = {}
    found: list[tuple[Repository, tuple[Row, ...]]] = []
    ends = time.monotonic() + ALL_LIMIT
    for path in dict.fromkeys(settings.delivery):
        try:
            repository = open_repository(path, min(limit, max(1.0, ends - time.monotonic())))
            if any(repository.common == other.common for other, _ in found):
                continue
            if project and not any(project.lower() in place.lower() for place in (path, *repository.checkouts)):
                continue
            mine = _identities(repository, settings)
            identities.update(dict.fromkeys(mine))
            read, notes = _rows(repository, mine, begin // 1000, kept, now)
        except CantRead as problem:
            problems.append(str(problem))
            continue
        problems += notes
        if mine and not any(row.at >= begin // 1000 for row in read) and not notes:
            problems.append(
                f"{repository.path}: no commit of that time is by {' or '.join(mine[:4])}; other addresses of yours go into `identities` in"
                " settings.toml."
            )
        found.append((repository, read))
        ahead = sum(row.at > now // 1000 + DAY for row in read)
        if ahead:
            problems.append(f"{repository.path}: {_commits(ahead)} by the clock in the future, and left out.")
    kept.write()
    checkouts = [place for repository, _ in found for place in (*repository.checkouts, repository.path)]
    commits = made(begin, lambda folder: inside(folder, checkouts) > 0) if found else []
    of: dict[str, list[SessionCommit]] = {repository.common: [] for repository, _ in found}
    for one in commits:
        # Of a repository within another one, the inner one.
        nearest = max(found, key=lambda pair: inside(one.project, (*pair[0].checkouts, pair[0].path)))[0]
        if inside(one.project, (*nearest.checkouts, nearest.path)):
            of[nearest.common].append(one)
    histories = [History(read, tuple(of[repository.common])) for repository, read in found]
    n, in_sessions, all_ = figures(histories, since, until, zone, now)
    names = tuple(repository.path for repository, _ in found)
    return Delivery(
        since, until, names, n, in_sessions, all_, tuple(problems), tuple(identities), askable(folders, (*checkouts, *settings.delivery)),
        reworked_by_session(histories, now),
    )  # fmt: skip


def _identities(repository: Repository, settings: Settings) -> tuple[str, ...]:
    home = os.path.expanduser("~")
    configs = person_configs(home, os.environ.get("XDG_CONFIG_HOME", "")) if os.path.isabs(home) else ()
    return tuple(dict.fromkeys(one.casefold() for one in (*repository.emails(configs), *settings.identities)))


def _rows(repository: Repository, mine: Sequence[str], begin: int, kept: Kept, now: int) -> tuple[tuple[Row, ...], list[str]]:
    """(the rows of commits that were made since then, or arrived somewhere since; what can't be told, in sentences)."""
    notes = []
    if not mine:
        return (), [f"{repository.path}: git's configuration names no address of yours; `identities` in settings.toml can."]
    refs = repository.refs()
    if not refs:
        return (), [f"{repository.path}: there is no commit yet."]
    main = repository.main(refs)
    if not main:
        notes.append(f"{repository.path}: which branch is the main one can't be told, so nothing counts as having reached it.")
    if repository.shallow:
        notes.append(f"{repository.path}: it is a shallow clone; what lies before its first commits is not seen.")
    name = _hash(VERSION, repository.common, begin)
    rests_on = _hash(sorted(refs), main, sorted(mine), repository.shallow)
    read = kept.get(name, rests_on)
    if read is None:
        read = _read(repository, refs, main, mine, begin)
        kept.put(name, rests_on, read, now)
    return read, notes


def _read(repository: Repository, refs: Sequence[Ref], main: Sequence[str], mine: Sequence[str], begin: int) -> tuple[Row, ...]:
    graph = Graph(repository.graph([ref.sha for ref in refs]))
    there, tagged = graph.on_main(main), graph.in_tags(refs)
    wanted = [
        sha
        for sha, at in graph.at.items()
        if at >= begin or (sha in there and there[sha].at >= begin) or (sha in tagged and tagged[sha].at >= begin)
    ]
    found = repository.written(wanted, mine)
    patches = repository.patches(to_measure(found, graph, there, begin, shallow=repository.shallow))
    return rows(found, graph, there, tagged, patches, shallow=repository.shallow)


def _hash(*of: object) -> str:
    return hashlib.sha256(repr(of).encode("utf-8", "surrogateescape")).hexdigest()


def _commits(n: int) -> str:
    return "1 commit lies" if n == 1 else f"{n:,} commits lie"
