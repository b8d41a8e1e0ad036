"""Which transcript files there are: the sweep, which is the truth, and the watchdog's hint, which says "look now"."""

from __future__ import annotations

import os
import stat
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

    def hides(self, path: str) -> bool:
        """Whether a path was not looked at because it, or a folder above it, could not be read."""
        return any(path == passed or path.startswith(passed + os.sep) for passed, _ in self.passed)


def sweep(roots: tuple[Root, ...]) -> Sweep:
    """All transcripts below the agents' roots. Follows no link out of a root and goes through no folder twice."""
    out = Sweep()
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
        _walk(root, root.by, str(folder), (name,), real + os.sep, visited, out)
    return True


def _walk(
    root: Root, agent: Agent, folder: str, parts: tuple[str, ...], inside: str, visited: set[tuple[int, int]], out: Sweep
) -> None:
    for entry in _entries(folder, out):
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
        self.vanished: list[tuple[str, str]] = []
        """(root, name) of files that are no longer there."""

    def full(self) -> list[Found]:
        """Look at everything."""
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
        for f in self._hot():
            if not f.subagent:
                for grows in agents()[f.agent].grows_in(f.path):
                    self._note_folder(grows)
        return found.files

    def quick(self) -> list[Found]:
        """Look at the files that changed in the last day, and at folders where something appeared."""
        for folder, seen in list(self._folders.items()):
            if _mtime(folder) != seen:
                return self.full()
        out = []
        for f in self._hot():
            again = self._again(f)
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

    def _hot(self) -> list[Found]:
        since = int((self._clock() - DAY) * 1e9)
        return [f for f in self._files.values() if f.mtime >= since]

    def _again(self, f: Found) -> Found | None:
        try:
            status = os.stat(f.path, follow_symlinks=False)
        except OSError:
            self.vanished.append((f.root, f.name))
            self._files.pop(f.path, None)
            return None
        if (status.st_size, status.st_mtime_ns, status.st_ino) == (f.size, f.mtime, f.inode):
            return None
        new = msgspec.structs.replace(f, size=status.st_size, mtime=status.st_mtime_ns, inode=status.st_ino, device=status.st_dev)
        self._files[f.path] = new
        return new

    def _note_folder(self, folder: str) -> None:
        if folder not in self._folders:
            self._folders[folder] = _mtime(folder)


def _mtime(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
