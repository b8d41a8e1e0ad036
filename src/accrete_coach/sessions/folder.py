"""Which transcript files there are: the sweep, which is the truth, and the watchdog's hint, which says "look now"."""

from __future__ import annotations

import os
import stat
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from .agent import Agent, Root, Who, agents

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent


class Found(msgspec.Struct, frozen=True, gc=False):
    """A transcript file on disk."""

    path: str
    """As it can be opened."""
    name: str
    """Relative to the agent's root, with forward slashes."""
    root: str
    size: int
    """Bytes."""
    mtime: int
    """Nanoseconds since 1970."""
    inode: int
    device: int
    agent: str
    """The id of the agent whose file it is."""
    session: str
    """The session's id as far as the path tells it; "" where only the records do (`Agent.peek`)."""
    subagent: str = ""
    """The subagent's id; "" for a main transcript."""


class Sweep(msgspec.Struct):
    """What a look at all folders found."""

    files: list[Found] = []
    passed: list[tuple[str, str]] = []
    """(path, why) of what was passed over."""
    missing: list[str] = []
    """Roots without a folder for transcripts."""
    folders: dict[str, tuple[int, ...]] = {}
    """Folders that were looked through -> how they stood just before (`_mark`)."""
    enough: int = 0
    """Files from which on no more are looked for; 0: all are."""

    def hides(self, path: str) -> bool:
        """Whether a path was not looked at because it, or a folder above it, could not be read."""
        return any(path == passed or path.startswith(passed + os.sep) for passed, _ in self.passed)


def any_transcript(roots: tuple[Root, ...]) -> bool:
    """Whether there is any transcript: a sweep that ends with the first one."""
    return any(bool(sweep((root,), enough=1).files) for root in roots)


def sweep(roots: tuple[Root, ...], *, enough: int = 0) -> Sweep:
    """All transcripts below the agents' roots. Follows no link out of a root and goes through no folder twice.

    `enough`: how many files are, so that no further folder is gone through; 0: all of them.
    """
    out = Sweep(enough=enough)
    visited: dict[str, set[tuple[int, int]]] = {}
    for root in roots:
        seen = visited.setdefault(root.agent, set())
        there = [_sweep_folder(root, name, seen, out) for name in root.by.folders]
        if not any(there):
            out.missing.append(str(root.path))
    return out


def _sweep_folder(root: Root, name: str, visited: set[tuple[int, int]], out: Sweep) -> bool:
    """Look through one of a root's folders; tells whether there is one."""
    folder = root.path / name
    try:
        real = os.path.realpath(folder)
        status = os.stat(real)
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        out.passed.append((str(folder), "not a folder"))
    elif (status.st_dev, status.st_ino) not in visited:
        visited.add((status.st_dev, status.st_ino))
        out.folders[str(folder)] = _mark(status)
        _walk(root, root.by, str(folder), (name,), real + os.sep, visited, out)
    return True


def _walk(
    root: Root, agent: Agent, folder: str, parts: tuple[str, ...], inside: str, visited: set[tuple[int, int]], out: Sweep
) -> None:
    for entry in _entries(folder, out):
        if out.enough and len(out.files) >= out.enough:
            return
        here = (*parts, entry.name)
        who = agent.identify(here) if entry.name.endswith(agent.suffixes) else None
        if who is not None:
            _take(entry, "/".join(here), root, who, out)
        elif agent.enters(here):
            below = _folder(entry, inside, visited, out)
            if below is not None:
                _walk(root, agent, below, here, inside, visited, out)


def _entries(folder: str, out: Sweep) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda e: e.name)
        for entry in entries:
            try:
                entry.name.encode()
            except UnicodeEncodeError:
                out.passed.append((entry.path, "a name that is no UTF-8"))
                continue
            yield entry
    except FileNotFoundError:
        return
    except OSError as problem:
        out.passed.append((folder, problem.strerror or "can't be read"))


def _folder(entry: os.DirEntry[str], inside: str, visited: set[tuple[int, int]], out: Sweep) -> str | None:
    try:
        if not entry.is_dir():
            if entry.is_symlink():
                out.passed.append(
                    (entry.path, "a link that leads nowhere" if not os.path.exists(entry.path) else "a link to a file")
                )
            elif not entry.is_file():
                out.passed.append((entry.path, "no file and no folder"))
            return None
        if entry.is_symlink():
            real = os.path.realpath(entry.path)
            if not real.startswith(inside):
                out.passed.append((entry.path, "a link out of the agent's folder"))
                return None
            status = os.stat(real)
            if (status.st_dev, status.st_ino) in visited:
                out.passed.append((entry.path, "a link to a folder that was already read"))
                return None
            visited.add((status.st_dev, status.st_ino))
        else:
            status = entry.stat()
            if (status.st_dev, status.st_ino) in visited:
                return None
            visited.add((status.st_dev, status.st_ino))
    except OSError as problem:
        out.passed.append((entry.path, problem.strerror or "can't be read"))
        return None
    out.folders[entry.path] = _mark(status)
    return entry.path


def _take(entry: os.DirEntry[str], name: str, root: Root, who: Who, out: Sweep) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    except OSError as problem:
        out.passed.append((entry.path, problem.strerror or "can't be read"))
        return
    if stat.S_ISLNK(status.st_mode):
        out.passed.append((entry.path, "a link to a file"))
    elif not stat.S_ISREG(status.st_mode):
        out.passed.append((entry.path, "no regular file"))
    else:
        out.files.append(
            Found(
                entry.path,
                name,
                str(root.path),
                status.st_size,
                status.st_mtime_ns,
                status.st_ino,
                status.st_dev,
                root.agent,
                who.session,
                who.subagent,
            )
        )


class Hint:
    """Watches the folders and calls back when something moved. It may miss events; it is never relied on.

    The event filter matters: with watchdog 7.1.0's default mask and 10,000 folders its queue overflows and it takes a
    whole core with its own re-scans.
    """

    def __init__(self, roots: tuple[Root, ...], moved: Callable[[str], None]) -> None:
        self._roots = roots
        self._moved = moved
        self._observer: object | None = None
        self.problem = ""
        """Why there are no hints; "" while there are."""

    def start(self) -> None:
        """Begin to watch. Never raises: without events the sweep alone does the work."""
        try:
            from watchdog.events import (
                DirCreatedEvent,
                FileCreatedEvent,
                FileDeletedEvent,
                FileModifiedEvent,
                FileMovedEvent,
                FileSystemEventHandler,
            )
            from watchdog.observers import Observer
        except Exception as problem:
            self.problem = f"watchdog can't be loaded: {problem}"
            return
        # It warns, with the names of all folders, where one appears while it is being looked at; that is no fault of anybody's.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        moved = self._moved
        suffixes = _suffixes(self._roots)

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                # Only post: the reading is done elsewhere.
                for path in (event.src_path, getattr(event, "dest_path", "")):
                    text = os.fsdecode(path) if path else ""
                    if text.endswith(suffixes) or (text and event.is_directory):
                        moved(text)

        kinds = [FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileDeletedEvent, DirCreatedEvent]
        observer = Observer()
        observer.daemon = True
        watched = 0
        for folder in (folder for root in self._roots for folder in root.folders):
            if folder.is_dir():
                try:
                    observer.schedule(Handler(), str(folder), recursive=True, event_filter=kinds)
                    watched += 1
                except Exception as problem:
                    self.problem = f"{folder}: {problem}"
        try:
            observer.start()
        except Exception as problem:
            self.problem = f"no file events: {problem}"
            return
        self._observer = observer
        if not watched:
            self.problem = self.problem or "no folder to watch yet"

    def alive(self) -> bool:
        """Whether the watching thread runs."""
        observer = self._observer
        return bool(observer is not None and observer.is_alive())  # type: ignore[attr-defined]

    def failure(self) -> str:
        """Why there are no hints, or no longer; "" while there may be some."""
        if self._observer is None or self.alive():
            return self.problem if self._observer is None else ""
        return self.problem or "the watching thread has ended"

    def stop(self) -> None:
        """Stop watching."""
        observer = self._observer
        self._observer = None
        if observer is not None:
            observer.unschedule_all()  # type: ignore[attr-defined]
            observer.stop()  # type: ignore[attr-defined]
            observer.join(timeout=2)  # type: ignore[attr-defined]


def _suffixes(roots: tuple[Root, ...]) -> tuple[str, ...]:
    """How the names of these agents' transcripts end."""
    return tuple({suffix for root in roots for suffix in root.by.suffixes})


def _mark(status: os.stat_result | None) -> tuple[int, ...]:
    """What is different once something appeared in a folder, or went from it; () where there is none."""
    if status is None:
        return ()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns


STILL = 2.0
"""Seconds after which a folder that has not changed will show it when it does: file systems count time in steps."""
DAY = 86_400
"""Seconds: files that changed within a day are looked at every round."""


class Sweeper:
    """Sweeps again and again: everything in slow rounds, what changed lately in quick ones."""

    def __init__(self, roots: tuple[Root, ...], clock: Callable[[], float], there: Iterable[tuple[str, str]] = ()) -> None:
        """`there`: (root, name) of files that were there before: those that the first look misses have vanished."""
        self._roots = roots
        self._clock = clock
        self._there = set(there)
        self._files: dict[str, Found] = {}
        self._folders: dict[str, int] = {}
        """Folders in which new transcripts may appear -> their modification time, nanoseconds."""
        self._warm: set[str] = set()
        """The files that changed in the day before the last look at everything, or since."""
        self._marks: dict[str, tuple[int, ...]] = {}
        """All folders as they stood when they were last gone through; empty where that has to be done again."""
        self.vanished: list[tuple[str, str]] = []
        """(root, name) of files that are no longer there."""

    def full(self) -> list[Found]:
        """Look at everything. Folders in which nothing appeared or went are not gone through again, only their files are."""
        if self._marks and all(_mark(_status(path)) == mark for path, mark in self._marks.items()):
            for f in list(self._files.values()):
                self._again(f)
            self._warm = self._changed_lately()
            return list(self._files.values())
        began = time.time()
        found = sweep(self._roots)
        new = {f.path: f for f in found.files}
        self.vanished += [(f.root, f.name) for path, f in self._files.items() if path not in new and not found.hides(path)]
        if self._there:
            gone = self._there - {(f.root, f.name) for f in found.files}
            self.vanished += sorted(
                key for key in gone if key[0] not in found.missing and not found.hides(os.path.join(key[0], *key[1].split("/")))
            )
            self._there = set()
        self._files = new
        self._warm = self._changed_lately()
        self._folders = {}
        for root in self._roots:
            for folder in root.folders:
                self._note_folder(str(folder))
        for f in found.files:
            if not f.subagent:
                # Its own folder, and those above it up to the root's.
                above = os.path.dirname(f.path)
                for _ in range(f.name.count("/") - 1):
                    if above in self._folders:
                        break
                    self._note_folder(above)
                    above = os.path.dirname(above)
        for path in self._warm:
            f = new[path]
            if not f.subagent:
                for grows in agents()[f.agent].grows_in(f.path):
                    self._note_folder(grows)
        # What was passed over may get better without any folder telling; what has just changed may change again unseen.
        before = int((began - STILL) * 1e9)
        settled = not found.passed and all(max(mark[1:]) < before for mark in found.folders.values())
        self._marks = dict(found.folders) if settled else {}
        for root in self._roots if settled else ():
            for folder in root.folders:
                self._marks.setdefault(str(folder), ())
        return found.files

    def quick(self) -> list[Found]:
        """Look at the files that changed in the last day, and at folders where something appeared."""
        for folder, seen in list(self._folders.items()):
            if _mtime(folder) != seen:
                return self.full()
        out = []
        for path in list(self._warm):
            again = self._again(self._files[path])
            if again is not None:
                out.append(again)
        return out

    def look(self, paths: set[str]) -> list[Found]:
        """Look at the files that a hint named; at everything where it named one that is not known."""
        out = []
        for path in paths:
            f = self._files.get(path)
            if f is None:
                if path.endswith(_suffixes(self._roots)) or os.path.isdir(path):
                    return self.full()
                continue
            again = self._again(f)
            if again is not None:
                out.append(again)
        return out

    def take_vanished(self) -> list[tuple[str, str]]:
        """What vanished since it was last asked."""
        out, self.vanished = self.vanished, []
        return out

    def _changed_lately(self) -> set[str]:
        since = int((self._clock() - DAY) * 1e9)
        return {f.path for f in self._files.values() if f.mtime >= since}

    def _again(self, f: Found) -> Found | None:
        try:
            status = os.stat(f.path, follow_symlinks=False)
        except OSError:
            self.vanished.append((f.root, f.name))
            self._files.pop(f.path, None)
            self._warm.discard(f.path)
            return None
        if (status.st_size, status.st_mtime_ns, status.st_ino) == (f.size, f.mtime, f.inode):
            return None
        new = msgspec.structs.replace(f, size=status.st_size, mtime=status.st_mtime_ns, inode=status.st_ino, device=status.st_dev)
        self._files[f.path] = new
        self._warm.add(f.path)
        return new

    def _note_folder(self, folder: str) -> None:
        if folder not in self._folders:
            self._folders[folder] = _mtime(folder)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _mtime(path: str) -> int:
    status = _status(path)
    return status.st_mtime_ns if status is not None else 0
