"""The loop: new lines -> facts -> readings -> profile; and the questions that both front ends ask."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import msgspec

from . import keeping, running, why
from . import now as now_file
from . import standings as standing
from . import storyboard as story
from . import trend as trending
from .accuracy import shipped
from .audit import EACH, Candidate, Verdict, result, verdict
from .audit import Result as Audited
from .corrections import Sayings, Told, answer, answers
from .days import MACHINE_ZONE, monday, start_of_day
from .finding import Finder, SessionLine
from .may_read import OFF, MayRead, ReadingOff
from .now import RUNNING_FOR, Now, Running
from .places import Places
from .practice import NOT_SEEN, SEEN, By, Catalogue, Practice, Problem, Reading, Word, load
from .profile import (
    Audit,
    CantWrite,
    Choice,
    Correction,
    Damaged,
    FileChange,
    KnownFile,
    ProfileError,
    SessionChange,
    StoredSession,
    is_damage,
)
from .sessions.agent import Agent, Who, agents
from .sessions.facts import FACTS_VERSION, Fact, Kind, Session
from .sessions.folder import Found, Hint, Sweep, Sweeper, sweep
from .sessions.patterns import Patterns
from .sessions.prints import Hasher
from .sessions.tail import LINE_CAP
from .window import Window

if TYPE_CHECKING:
    from . import reader
    from .counsel import Counsel
    from .delivery import Delivery, SessionCommit
    from .sharing import Sharing

WORKERS_FROM = 24 * 1024 * 1024
"""Bytes of new transcripts from which on worker processes are worth their start."""
STORE_EVERY = 0.4
"""Seconds of a first scan that are stored in one transaction: each waits for the disk, and a crash reads them again."""
HOT_SESSIONS = 6
"""Running sessions whose facts stay in memory between two lines."""
ROUND = 1.0
"""Seconds between two looks at the files that changed in the last day."""
SLOW_ROUND = 25.0
"""Seconds between two looks at everything."""
SHARE = 0.002
"""What looks at everything may take of a processor where events tell what changed."""
RAREST = 28.0
"""Seconds between two of them then, at most: a missed event is made good within thirty (promises.md, P12). Of 10,000 folders
with a transcript each a look takes 0.054 s of a processor, so about 0.2 % of one."""
ANOTHER_READS = (
    "Another accrete-coach on this machine reads; what it stores shows here a moment later. There is nothing to do: when it ends,"
    " this one goes on reading."
)
COUNT_REST = 80
"""How many times as long as a count of the standings took, the next one waits: so counting takes about one part in eighty."""
READABLE_EVERY = 60.0
"""Seconds between two writings of the copy for people while a session runs."""
DAY = 86_400_000
"""Milliseconds."""
MINUTE = 60_000
"""Milliseconds."""
MOST_OF_A_LINE = 64 * 1024 * 1024
"""Bytes of a transcript's line that are shown from."""
ASK_WAIT = 2.0
"""Seconds a command waits for the process that reads."""


# --- what the front ends see -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is."""

    files_done: int
    files: int
    bytes_done: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a scan did."""

    files: int = 0
    """Transcript files there are."""
    read: int = 0
    """Files of which something new was read."""
    sessions: int = 0
    """Sessions whose readings were made anew."""
    bytes: int = 0
    """Bytes of the files that were read."""
    seconds: float = 0.0
    problems: tuple[tuple[str, str], ...] = ()
    """(path, why) of what could not be read."""
    missing: tuple[str, ...] = ()
    """Roots without a folder for transcripts."""
    by_other: bool = False
    """Another process reads; this one asked it to look."""
    fresh: bool = True
    """Whether everything on disk is in; False where the other process did not answer in time."""
    stopped: str = ""
    """Why reading stopped before everything was in, in a sentence; "" where it did not."""


NOTHING: Mapping[tuple[str, int], tuple[Fact, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MomentView:
    """A moment that shows a practice, and where its transcript is."""

    session: str
    project: str
    path: str
    line: int
    at: int
    by: str | None
    sure: str
    gone: bool
    """The agent has deleted the transcript."""
    agent: str
    """The id of the agent whose transcript it is."""
    what: str = ""
    """What happened there, in a few words; "" where the facts do not tell."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a transcript, read live. `text` is raw outside text: clean it before it is shown."""

    line: int
    who: str
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A reading that the person is asked about, with what can be shown of it. Words in it are raw: clean them first."""

    one: Candidate
    session: StoredSession
    practice: Practice
    excerpts: tuple[Excerpt, ...] = ()
    """The moment that made it seen."""
    board: story.Storyboard | None = None
    """The session, where no moment shows it."""
    said: Mapping[int, str] = field(default_factory=dict)
    """What the person said in the storyboard's acts, by the index of the beat."""
    whole: bool = False
    """Whether more of it is shown."""


class Heard(NamedTuple):
    """What the person said, read live. Raw outside text: clean it before it is shown."""

    said: dict[int, str]
    """Index of the beat -> the words, of those in which there are some."""
    gone: tuple[str, ...] = ()
    """Transcripts that can't be read: source gone."""


class Used(NamedTuple):
    """A project or an agent that sessions can be chosen by."""

    id: str
    """The folder; the agent's id."""
    name: str
    """The folder; what people call the agent."""
    sessions: int
    """Those in which a person took part."""
    last: int
    """When the last of them started: milliseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Update:
    """What the watching thread tells a front end."""

    standings: standing.Standings | None = None
    progress: Progress | None = None
    note: str = ""
    changed: tuple[str, ...] = ()
    """Practices whose standing changed."""
    sessions: tuple[str, ...] = ()
    """Sessions in which something happened."""
    now: Now | None = None
    """What runs, where that is new."""


# --- one reader at a time --------------------------------------------------------------------------------------------


class ReaderLock:
    """Held by the one process that reads transcripts. It covers reading only; anyone may look and choose."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take it if nobody has it."""
        if self._path is None or self._file is not None:
            return True
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            return True  # Nothing can be written here, so nobody else writes either.
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._file = handle
        return True

    @property
    def held(self) -> bool:
        """Whether this one has it."""
        return self._file is not None

    def release(self) -> None:
        """Give it back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _Pace:
    """When the standings of a watch are counted again.

    With 10,000 sessions counting a change takes about 1 ms (`Window`), and this holds nothing up. But some changes need all of
    them counted, which takes half a second: a session that is not remembered, each line where more than `KEPT` run, each line
    where no session of the last weeks widened the window and an automatic one runs. Two such lines a second would take a whole
    core; so they take one part in eighty of it (`COUNT_REST`).
    """

    def __init__(self) -> None:
        self.waiting = False
        """Whether something happened that is not counted yet."""
        self.owed: dict[str, None] = {}
        """Sessions in which it happened, the first one first."""
        self.counted: standing.Standings | None = None
        """The last count."""
        self._next = 0.0
        self._began = 0.0

    @property
    def wait(self) -> float:
        """Seconds until the next count is due."""
        return max(0.0, self._next - time.monotonic())

    @property
    def due(self) -> bool:
        """Whether it is."""
        return time.monotonic() >= self._next

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        ended = time.monotonic()
        self._next = ended + COUNT_REST * (ended - self._began)


class _Restored(Exception):
    """The profile was restored under the watch: what it knew of the files is no longer true."""


# --- the coach -------------------------------------------------------------------------------------------------------


class Coach:
    """Reads what is new, keeps the profile, answers questions. One thread each: every thread makes its own."""

    def __init__(
        self,
        places: Places,
        catalogue: Catalogue | None = None,
        *,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
    ) -> None:
        """Opens the profile: restored where it was damaged, in memory where nothing can be written (`note` says so).

        Raises ProfileError where a newer program wrote it, or another process holds it.
        """
        self.places = places
        self.catalogue = catalogue or load(places.practice_folders)
        self.patterns = self.catalogue.patterns
        self.clock = clock
        self.zone = zone or MACHINE_ZONE
        self._lock = ReaderLock(places.lock)
        self.profile, self.note = keeping.open_profile(places, self._lock, self._now())
        self.hasher = Hasher(self.profile.key)
        self._hot: OrderedDict[tuple[str, str], list[reader.OpenFile]] = OrderedDict()
        self._forgotten: frozenset[int] = frozenset()
        self._copied: date | None = None
        self._may_read = MayRead(places.consent)
        self._window: Window | None = None
        self._running: dict[tuple[str, str], Running] = {}
        """The sessions that run, as the watch knows them."""
        self._told_now: Now | None = None
        self._unsaid = ""
        """What was found out while reading and is to be said after it."""

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC).astimezone(self.zone)

    def keep_copy(self) -> str:
        """Check and copy the profile if that was not done today. Returns what the person should know, "" for nothing.

        For a process that has read; where another one reads, that one does it.
        """
        held = self._lock.held
        told, self._unsaid = self._unsaid, ""
        if self.profile.path is None or not (held or self._lock.take()):
            return told
        try:
            copied = keeping.copy_daily(self.profile, self.places, self._now().date())
            return ". ".join(filter(None, [told, copied]))
        except Damaged as problem:
            return self.recover(str(problem))
        finally:
            if not held:
                self._lock.release()

    def recover(self, why: str) -> str:
        """Go on with a restored profile in the place of one that turned out to be damaged. Returns what was done."""
        inode = self.profile.inode
        self.profile.close()
        self._hot.clear()
        self.profile, self.note = keeping.restore(self.places, self._lock, self._now(), why, inode)
        self.hasher = Hasher(self.profile.key)
        return self.note

    def close(self) -> None:
        """Give back the lock and the profile."""
        self._lock.release()
        self.profile.close()

    # --- reading what is new -----------------------------------------------------------------------------------------

    def scan(self, progress: Callable[[Progress], None] | None = None, *, workers: int | None = None) -> Report:
        """Read all that is new. Where another process reads, ask it to look, and wait at most two seconds."""
        if not self.reads:
            return Report(fresh=False, stopped=OFF)
        if not self._lock.take():
            return self._ask()
        try:
            report = self._scan(progress, workers)
            self.write_now(self.now())
            return report
        except (CantWrite, ReadingOff) as problem:
            return Report(fresh=False, stopped=str(problem))
        finally:
            self._lock.release()

    @property
    def reads(self) -> bool:
        """Whether transcripts may be read: the person can turn that off (promises.md, P1)."""
        return self._may_read.on

    def _ask(self) -> Report:
        asked = self.clock()
        try:
            self.places.request.touch(mode=0o600)
        except OSError:
            return Report(by_other=True, fresh=False)
        until = time.monotonic() + ASK_WAIT
        while time.monotonic() < until:
            # A mark from the future is that of a clock that was wrong then, and no answer.
            if asked <= float(str(self.profile.meta("swept", 0))) <= self.clock():
                return Report(by_other=True)
            if self._lock.take():
                # The other one ended meanwhile.
                self._lock.release()
                return self.scan()
            time.sleep(0.03)
        return Report(by_other=True, fresh=False)

    def _scan(self, progress: Callable[[Progress], None] | None, workers: int | None) -> Report:
        """Raises ReadingOff where that is turned off before anything is read; later, the report says so."""
        began = time.monotonic()
        # Another process may have read since.
        self._hot.clear()
        swept = sweep(self.places.roots)
        self._go_on_forgetting()
        self._forgotten = self.profile.forgotten()
        swept.files = self._remembered(swept.files)
        return self._take_in(swept, progress, workers, began)

    def _take_in(self, swept: Sweep, progress: Callable[[Progress], None] | None, workers: int | None, began: float) -> Report:
        owed = bool(self.profile.meta("unsettled", 0))
        known = self.profile.known_files()
        changed = [f for f in swept.files if _moved(f, known.get((f.root, f.name)), self.patterns)]
        here = {(f.root, f.name) for f in swept.files}
        missing = set(swept.missing)
        vanished = [
            k.num
            for key, k in known.items()
            if not k.gone
            and key not in here
            and key[0] not in missing
            and not swept.hides(os.path.join(key[0], *key[1].split("/")))
        ]
        if vanished:
            self._mark_gone(vanished)
        back = self._welcome(swept.files, known)
        problems = list(swept.passed)
        meter = _Meter(progress, len(changed), sum(f.size for f in changed))
        off = False
        if changed:
            try:
                self._read_changed(changed, known, problems, meter, workers)
            except ReadingOff:
                off = True
        stale = 0 if off else self._read_stale()
        if owed or self.profile.owes_settling:
            with self.profile.change():
                self.profile.settle(everything=owed)
        if (changed or vanished) and not off:
            self._count_lost()
        if changed or stale or vanished or back or not self.places.readable.exists():
            self._remember_problems(problems)
            self.write_readable()
        elif problems:
            self._remember_problems(problems)
        return Report(
            files=len(swept.files),
            read=meter.files_done if off else len(changed),
            sessions=meter.sessions + stale,
            bytes=meter.bytes_done if off else meter.bytes,
            seconds=time.monotonic() - began,
            problems=tuple(problems),
            missing=tuple(swept.missing),
            fresh=not off,
            stopped=OFF if off else "",
        )

    def _mark_gone(self, files: list[int]) -> None:
        """Note that files are no longer there. A session whose transcript was moved, or compressed, shows the one that is."""
        self._hot.clear()
        with self.profile.change():
            self.profile.mark_gone(files, True)
            for num in self.profile.moved(files):
                self._reread(num)

    def _remembered(self, found: list[Found]) -> list[Found]:
        """Without the files of sessions that the person had forgotten."""
        if not self._forgotten:
            return found
        moved: list[Found] = []
        kept = [f for f in found if not self._is_forgotten(f, moved)]
        if moved:
            # Where it can't be noted, it costs another look into them.
            with suppress(CantWrite), self.profile.change():
                self.profile.forget((self._file_hash(f.agent, f.root, f.name) for f in moved), self._at())
                self._forgotten = self.profile.forgotten()
        return kept

    def _is_forgotten(self, found: Found, moved: list[Found]) -> bool:
        """Whether a file is one of a forgotten session. `moved` gets it where only its records tell, not yet its path."""
        if found.session:
            return self.hasher("forgotten", found.agent, found.session) in self._forgotten
        if self._file_hash(found.agent, found.root, found.name) in self._forgotten:
            return True
        if self.profile.has_file(found.root, found.name):
            return False  # Of what is forgotten nothing is stored.
        self._may_read.check()
        session = _session_within(found, agents()[found.agent].peek(found.path))
        if self.hasher("forgotten", found.agent, session) not in self._forgotten:
            return False
        moved.append(found)
        return True

    def _welcome(self, found: Iterable[Found], known: dict[tuple[str, str], KnownFile]) -> bool:
        """Note which deleted files are back; tells whether any is."""
        keys = [(f.root, f.name) for f in found]
        back = [key for key in keys if (k := known.get(key)) is not None and k.gone]
        if back:
            with self.profile.change():
                self.profile.mark_gone([known[key].num for key in back], False)
            for key in back:
                known[key] = msgspec.structs.replace(known[key], gone=False)
        return bool(back)

    def _count_lost(self) -> None:
        """How many sessions the agents' own histories name of which no transcript was ever read."""
        named: dict[str, set[str]] = {}
        for root in self.places.roots:
            named.setdefault(root.agent, set()).update(root.by.history(root.path))
        lost = 0
        for agent, ids in named.items():
            unread = ids - self.profile.session_ids(agent) if ids else set()
            lost += sum(self.hasher("forgotten", agent, name) not in self._forgotten for name in unread)
        if self.profile.meta("lost", 0) != lost:
            with self.profile.change():
                self.profile.set_meta("lost", lost)

    def _remember_problems(self, problems: list[tuple[str, str]]) -> None:
        text = json.dumps(problems[:1000])
        if self.profile.meta("problems") != text:
            with self.profile.change():
                self.profile.set_meta("problems", text)

    def _read_changed(
        self,
        changed: list[Found],
        known: dict[tuple[str, str], KnownFile],
        problems: list[tuple[str, str]],
        meter: _Meter,
        workers: int | None,
    ) -> None:
        """Read the files that are new or changed. Raises ReadingOff where that is turned off meanwhile: what was read is stored."""
        groups = self._by_session(changed, known)
        fresh: list[reader.Job] = []
        grown: list[tuple[str, str, list[Found]]] = []
        for (agent, session), some in groups.items():
            # Files read with another vocabulary are read again, with all of their session.
            outdated = any((k := known.get((f.root, f.name))) is not None and _outdated(k, self.patterns) for f in some)
            if outdated or self.profile.session_num(agent, session) is not None:
                grown.append((agent, session, some))
            else:
                fresh.append((agent, session, tuple(sorted(some, key=lambda f: (f.subagent != "", f.name)))))
        waiting: list[reader.Done] = []
        stored = time.monotonic()

        def store() -> None:
            with self.profile.change():
                for change, files, trouble in waiting:
                    self._keep(change, files)
                    problems.extend(trouble)
                    meter.sessions += 1
                    meter.add(len(files), sum(f.size for f in files))
            waiting.clear()

        try:
            for done in self._fresh_sessions(fresh, workers):
                waiting.extend(done)
                if time.monotonic() - stored > STORE_EVERY:
                    store()
                    stored = time.monotonic()
        except ReadingOff:
            if waiting:
                store()
            raise
        if waiting:
            store()
        for agent, session, some in grown:
            problems.extend(self._read_grown(agent, session, some))
            meter.sessions += 1
            meter.add(len(some), sum(f.size for f in some))

    def _by_session(
        self, changed: Iterable[Found], known: dict[tuple[str, str], KnownFile]
    ) -> dict[tuple[str, str], list[Found]]:
        """(agent, session) -> its files among these."""
        groups: dict[tuple[str, str], list[Found]] = {}
        for found in changed:
            whole = found if found.session else self._with_session(found, known)
            groups.setdefault((whole.agent, whole.session), []).append(whole)
        return groups

    def _with_session(self, found: Found, known: dict[tuple[str, str], KnownFile]) -> Found:
        """A file with its session, which its path does not tell: it stands in its records only."""
        stored = known.get((found.root, found.name))
        if stored is not None:
            session, subagent = self.profile.whose(stored.num)
        else:
            self._may_read.check()
            who = agents()[found.agent].peek(found.path)
            session, subagent = _session_within(found, who), who.subagent
        return msgspec.structs.replace(found, session=session, subagent=found.subagent or subagent)

    def _fresh_sessions(self, jobs: list[reader.Job], workers: int | None) -> Iterator[list[reader.Done]]:
        """Sessions as they are read. Raises ReadingOff where that is turned off, after what was read until then."""
        from . import reader

        total = sum(f.size for job in jobs for f in job[2])
        count = workers if workers is not None else min(os.cpu_count() or 1, 8)
        if count <= 1 or (workers is None and total < WORKERS_FROM):
            batch: list[reader.Done] = []
            held = 0
            for job in jobs:
                try:
                    batch.append(reader.read_afresh(job, self.hasher, self.catalogue, self._may_read))
                except ReadingOff:
                    yield batch
                    raise
                held += sum(f.size for f in job[2])
                if held > reader.BATCH:
                    yield batch
                    batch, held = [], 0
            if batch:
                yield batch
            return
        yield from reader.in_workers(reader.batches(jobs), count, self.profile.key, self.catalogue.texts, self._may_read)

    def _keep(self, change: SessionChange, files: list[FileChange]) -> None:
        """Store a session and settle what it shares with others. Inside a transaction."""
        if not files and self.profile.session_num(change.agent, change.id) is None:
            return  # Its only file went before it could be opened.
        if self._forgotten and self.hasher("forgotten", change.agent, change.id) in self._forgotten:
            return
        num = self.profile.store(change, files, self.catalogue.stamp)
        self._name_broken(change.broken)
        ids = [int.from_bytes(change.ids[i : i + 8], "little") for i in range(0, len(change.ids), 8)]
        shared: dict[int, list[int]] = {}
        for i, owner in self.profile.claim(num, ids).items():
            shared.setdefault(owner, []).append(i)
        again: set[int] = set()
        for owner, some in sorted(shared.items()):
            if self._goes_first(num, owner, change.forked_from):
                self.profile.prefer(num, owner, some)
                again |= {owner, num}  # Its own readings were made while these still belonged to the other one.
            else:
                self.profile.prefer(owner, num, some)
                again.add(num)
        for one in sorted(again):
            self._reread(one)

    def _release(self, num: int, ids: list[int]) -> None:
        """Let go of history that a rewritten file no longer holds: a copy of it elsewhere now counts. Inside a transaction."""
        for other in self.profile.release(num, ids):
            theirs = {x.id for f in self._opened(other) for x in f.facts}
            self.profile.claim(other, sorted(theirs & set(ids)))
            self._reread(other)

    def _goes_first(self, a: int, b: int, forked_from: str) -> bool:
        """Whether history shared by two sessions belongs to the first: to the source of a fork, else to the one whose last
        record is older, ties by id. Chosen once and stored, so that it depends on no order and no number of workers."""
        chosen = self.profile.precedes(a, b)
        if chosen is not None:
            return chosen
        one, other = self.profile.session(a), self.profile.session(b)
        if forked_from and forked_from == other.id:
            return False
        source = next((f.transcript.state.forked_from for f in self._opened(b) if f.transcript.state.forked_from), "")
        if source and source == one.id:
            return True
        return (one.ended, one.id) < (other.ended, other.id)

    def _reread(self, num: int) -> None:
        """Make a session's readings again from its stored facts. Inside a transaction."""
        from . import reader

        stored = self.profile.session(num)
        files = self._opened(num)
        self._hot.pop((stored.agent, stored.id), None)
        ids = [f.id for file in files for f in file.facts]
        session = reader.session_of(stored.id, files, self.hasher, self.profile.copied_ids(num, ids))
        change = reader.change_of(stored.agent, stored.id, stored.root, files, session, self.catalogue, b"")
        self.profile.store(change, [], self.catalogue.stamp)
        self._name_broken(change.broken)

    def _read_stale(self) -> int:
        """Let practices that are new or have changed read the facts of the sessions they have not read. Returns how many."""
        from . import reader

        now = {p.stamp: p for p in self.catalogue.practices}
        stale = self.profile.stale(self.catalogue.stamp)
        started = 0
        while started < len(stale):
            with self.profile.change():
                began = time.monotonic()
                while started < len(stale) and time.monotonic() - began < STORE_EVERY:
                    num, stamp, traced = stale[started]
                    started += 1
                    former = set(stamp.split(" "))
                    if not traced or not former & set(now):
                        self._reread(num)
                        continue
                    stored = self.profile.session(num)
                    files = self._opened(num)
                    ids = [f.id for file in files for f in file.facts]
                    session = reader.session_of(stored.id, files, self.hasher, self.profile.copied_ids(num, ids))
                    changed = [p for name, p in now.items() if name not in former]
                    if session is None:
                        self._reread(num)
                        continue
                    said = reader.answers(session, files, changed)
                    self.profile.restamp(num, self.catalogue, said.readings, said.given)
                    self._name_broken(said.broken)
        return len(stale)

    def _opened(self, num: int) -> list[reader.OpenFile]:
        from . import reader

        agent = self.profile.session(num).agent
        return [reader.opened(agent, f, self.hasher, self.patterns) for f in self.profile.files_of(num)]

    def _name_broken(self, broken: dict[str, str]) -> None:
        """Remember which practices went wrong, so that any process can name them. Inside a transaction."""
        named = self._broken()
        more = {name: [self.catalogue[name].stamp, said] for name, said in broken.items()}
        if any(named.get(name, [""])[0] != stamp for name, (stamp, _) in more.items()):
            self.profile.set_meta("broken", json.dumps(named | more))

    def _broken(self) -> dict[str, list[str]]:
        """Practice -> (the stamp it went wrong with, how)."""
        stored = self.profile.meta("broken", "{}")
        named = json.loads(stored) if isinstance(stored, str) else {}
        return {name: said for name, said in named.items() if (p := self.catalogue.get(name)) is not None and p.stamp == said[0]}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Practices that could not be loaded, and those that went wrong while they read a session."""
        broken = tuple(
            Problem(name, f"{name} ({self.catalogue[name].origin or 'built in'}): {said}")
            for name, (_, said) in self._broken().items()
        )
        return (*self.catalogue.problems, *broken)

    def _read_grown(self, agent: str, session_id: str, found: Sequence[Found]) -> list[tuple[str, str]]:
        """Read what is new in a session of which something is stored. Raises ReadingOff where that is turned off: none is stored then."""
        from . import reader

        problems: list[tuple[str, str]] = []
        key = (agent, session_id)
        files = self._hot.get(key)
        num = self.profile.session_num(agent, session_id)
        if files is None:
            files = self._opened(num) if num is not None else []
        for one in found:
            file = next((f for f in files if (f.root, f.name) == (one.root, one.name)), None)
            outdated = file is not None and (file.facts_version != FACTS_VERSION or not self.patterns.read_by(file.patterns))
            # An emptied file is as good as deleted: what was read of it stays as it was read.
            if file is None or (outdated and one.size):
                if file is not None:
                    files.remove(file)
                file = reader.unread(one, self.hasher, self.patterns)
                files.append(file)
            if not self.reads:
                # As below: some of the session's files may have been read.
                self._hot.pop(key, None)
                raise ReadingOff
            try:
                reader.read_file(file, one, self.hasher)
            except FileNotFoundError:
                continue
            except OSError as problem:
                problems.append((one.path, problem.strerror or "can't be read"))
                # Half of it may have been read: go back to what is stored.
                self._hot.pop(key, None)
                return problems
        if not any(f.touched for f in files):
            return problems
        files.sort(key=lambda f: (f.subagent != "", f.name))
        try:
            with self.profile.change():
                copied = frozenset[int]()
                if num is not None:
                    copied = self.profile.copied_ids(num, [f.id for file in files for f in file.facts])
                session = reader.session_of(session_id, files, self.hasher, copied)
                root = files[0].root
                change = reader.change_of(agent, session_id, root, files, session, self.catalogue, reader.new_ids(files))
                self._keep(change, reader.file_changes(files))
                if any(f.dropped for f in files):
                    # A rewritten file may take back what it said of its neighbours.
                    self.profile.unsettled_all = True
                dropped = {i for f in files for i in f.dropped} - {x.id for f in files for x in f.facts}
                if dropped and num is not None:
                    self._release(num, sorted(dropped))
        except BaseException:
            # What is in memory is ahead of what is stored: forget it, the next reading starts from the stored state.
            self._hot.pop(key, None)
            raise
        for file in files:
            file.new, file.afresh, file.touched, file.dropped = 0, False, False, set()
        self._hot[key] = files
        self._hot.move_to_end(key)
        self._see_running(key, session)
        while len(self._hot) > HOT_SESSIONS:
            self._hot.popitem(last=False)
        return problems

    # --- following ---------------------------------------------------------------------------------------------------

    def watch(self, tell: Callable[[Update], None], stop: threading.Event, *, events: bool | None = None) -> None:
        """Read what is new, then follow the sessions as they run, until `stop` is set. For a thread of its own.

        `tell` is called with every change; it must not block for long. `events` False: without watchdog, by looking alone.
        """
        last: standing.Standings | None = None
        version = -1
        wake = threading.Event()
        moved: set[str] = set()
        guard = threading.Lock()
        pace = _Pace()
        banner = [self.note]
        """What stays on the screen: that nothing is kept, or why nothing can be read now."""

        def hint(path: str) -> None:
            with guard:
                moved.add(path)
            wake.set()

        def report(note: str = "", sessions: tuple[str, ...] = (), *, at_once: bool = True) -> None:
            nonlocal last
            if not (at_once or pace.due):
                # What happened is told at once, what it adds up to a little later.
                pace.waiting = True
                pace.owed.update(dict.fromkeys(sessions))
                tell(Update(sessions=sessions))
                return
            with pace:
                new = pace.counted = self.current()
            changed = tuple(s.practice.id for s in new if last is not None and _differs(s, last[s.practice.id]))
            first = last is None
            last = new
            note = note if note.strip() else banner[0] or note
            if changed:
                sessions = tuple(dict.fromkeys((*pace.owed, *sessions)))
            pace.owed.clear()
            pace.waiting = False
            if first or changed or sessions or note:
                tell(Update(standings=new, note=note, changed=changed, sessions=sessions))

        try:
            if self.profile.extent()[0]:
                # What is stored already shows at once; what is new fills in.
                report()
        except sqlite3.DatabaseError as problem:
            if not is_damage(problem):
                raise  # Damage is seen to below, by whoever has the lock.
        waiting = False
        # What is asked for from here on is answered by the first look after the scan.
        asked = self._asked()
        while not self._lock.take():
            if not waiting:
                waiting = True
                report(note=ANOTHER_READS)
            now = self.profile.data_version
            if now != version:
                version = now
                report()
            self._tell_now(tell, now_file.load(self.places.now) or Now())
            if stop.wait(ROUND):
                return
        try:
            wants_events = os.environ.get("ACCRETE_COACH_NO_EVENTS", "") == "" if events is None else events
            watcher = Hint(self.places.roots, hint)
            if wants_events:
                # Before the scan, so that nothing falls between the two.
                threading.Thread(target=watcher.start, daemon=True).start()
            recovered = False
            while not stop.is_set():
                if not self.reads:
                    if banner[0] != OFF:
                        banner[0] = OFF
                        report(note=OFF)
                    stop.wait(ROUND)
                    continue
                try:
                    if self._scan(lambda p: tell(Update(progress=p)), None).stopped:
                        continue
                    banner[0] = self.note if self.profile.path is None else ""
                    # What was done about a damaged profile is said once, with the first picture.
                    report(note=self.note or " ")
                    self._running = {(one.agent, one.session): one for one in self.now().running}
                    self._follow(tell, report, pace, stop, wake, moved, guard, watcher if wants_events else None, asked)
                except CantWrite as problem:
                    banner[0] = str(problem)
                    report(note=banner[0])
                    stop.wait(2 * ROUND)
                except (_Restored, ReadingOff):
                    continue
                except sqlite3.DatabaseError as problem:
                    if recovered or not is_damage(problem):
                        raise
                    recovered = True
                    self.recover(f"{self.places.profile}: damage was found while reading ({problem})")
            watcher.stop()
        finally:
            self._lock.release()

    def _daily(self, report: Callable[..., None]) -> None:
        if self._copied != self._now().date():
            self._copied = self._now().date()
            before = self.profile
            told = self.keep_copy()
            if self.profile is not before:
                raise _Restored
            if told:
                report(note=told)

    def _follow(
        self,
        tell: Callable[[Update], None],
        report: Callable[..., None],
        pace: _Pace,
        stop: threading.Event,
        wake: threading.Event,
        moved: set[str],
        guard: threading.Lock,
        watcher: Hint | None,
        asked: int,
    ) -> None:
        known = self.profile.known_files()
        sweeper = Sweeper(self.places.roots, self.clock, (key for key, file in known.items() if not file.gone))
        # What was written while the scan ended is found by a first look at everything.
        slow = time.monotonic()
        written = time.monotonic()
        unwritten = False
        quiet = False
        due = time.monotonic()
        version = self.profile.data_version
        focus = self._focus()
        while not stop.is_set():
            if time.monotonic() < slow:
                wake.wait(min(ROUND, pace.wait) if pace.waiting else ROUND)
            if stop.is_set():
                break
            if not self.reads:
                raise ReadingOff
            hinted = wake.is_set()
            wake.clear()
            with guard:
                paths = set(moved)
                moved.clear()
            request = self._asked()
            if request != asked or time.monotonic() >= slow:
                cost = time.process_time()
                found = sweeper.full()
                cost = time.process_time() - cost
                # With events it is a second net: it may be rarer where there is much to look at.
                rarer = watcher is not None and not watcher.failure()
                slow = time.monotonic() + max(SLOW_ROUND, min(cost / SHARE, RAREST) if rarer else 0)
            else:
                found = sweeper.look(paths) if hinted else []
                if not hinted or time.monotonic() >= due:
                    # However much one file is written to: the hints say nothing of those whose events are missed.
                    found = list({f.path: f for f in (*found, *sweeper.quick())}.values())
                    due = time.monotonic() + ROUND
            found = self._remembered(found)
            changed = [f for f in found if _moved(f, known.get((f.root, f.name)), self.patterns)]
            if self._welcome(found, known) or changed or sweeper.vanished:
                sessions = self._take_changed(changed, sweeper.take_vanished(), known)
                report(sessions=sessions, at_once=False)
                unwritten = True
            elif pace.waiting and pace.due:
                report()
            self._tell_running(tell)
            if request != asked:
                asked = request
                with self.profile.change():
                    self.profile.set_meta("swept", self.clock())
            if (now := self.profile.data_version) != version:
                # Somebody else wrote: a correction, a choice, another focus.
                version = now
                report()
                if self._focus() != focus:
                    focus = self._focus()
                    self._running = {(one.agent, one.session): one for one in self.now().running}
            self._daily(report)
            if watcher is not None and not quiet and (why := watcher.failure()):
                quiet = True
                tell(Update(note=f"no file events ({why}); looking every second instead"))
            if unwritten and time.monotonic() - written > READABLE_EVERY and not pace.waiting:
                self.write_readable(pace.counted)
                unwritten, written = False, time.monotonic()
        if unwritten:
            self.write_readable()

    def _asked(self) -> int:
        try:
            return self.places.request.stat().st_mtime_ns
        except OSError:
            return 0

    def _take_changed(
        self, changed: list[Found], vanished: list[tuple[str, str]], known: dict[tuple[str, str], KnownFile]
    ) -> tuple[str, ...]:
        # Before what is new is read, which may be the same file in another place.
        gone = [known[key].num for key in vanished if key in known and not known[key].gone]
        if gone:
            self._mark_gone(gone)
        groups = self._by_session(changed, known)
        problems: list[tuple[str, str]] = []
        unread: set[str] = set()
        read: list[str] = []
        off = False
        for (agent, session), some in groups.items():
            try:
                trouble = self._read_grown(agent, session, some)
            except ReadingOff:
                off = True
                break
            if trouble:
                # What could not be read is not known, nor the rest of its session: the next slow round tries again.
                problems.extend(trouble)
                unread.update(f.path for f in some)
            else:
                read.append(session)
        if self.profile.owes_settling:
            with self.profile.change():
                self.profile.settle(everything=False)
        if off:
            # What the watch knows of the files is read again when it may go on.
            raise ReadingOff
        changed = [f for f in changed if f.path not in unread]
        if problems:
            self._remember_problems(problems)
        fresh = self.profile.known_files() if gone or any((f.root, f.name) not in known for f in changed) else None
        if fresh is not None:
            known.clear()
            known.update(fresh)
        else:
            for f in changed:
                key = (f.root, f.name)
                known[key] = msgspec.structs.replace(
                    known[key],
                    gone=False,
                    size=f.size,
                    mtime=f.mtime,
                    inode=f.inode,
                    device=f.device,
                    facts_version=FACTS_VERSION,
                    patterns=self.patterns.stamp,
                )
        return tuple(read)

    # --- what runs now -----------------------------------------------------------------------------------------------

    def now(self) -> Now:
        """The sessions that run: those of the profile with a person and a record of the last half hour."""
        at = self._at()
        found: list[Running] = []
        # A record from the future is a wrong clock; a little ahead is another machine's.
        for stored in self.profile.recent(at - RUNNING_FOR, at + MINUTE):
            session = self.session(stored)
            one = running.running(session) if session is not None else None
            if one is not None and session is not None:
                found.append(one._replace(cue=self._cue(session)))
        return Now.of(found, at)

    def _focus(self) -> str:
        """The id of the practice that the person set out to take up; "" for none."""
        focuses = self.profile.focuses()
        return focuses[-1].practice if focuses and not focuses[-1].ended else ""

    def _cue(self, session: Session) -> str:
        """What the person set out to do, where its occasion has just arisen in a session that runs; "" else: one quiet reminder, and
        of their focus only."""
        practice = self.catalogue.get(self._focus())
        if practice is None:
            return ""
        try:
            return practice.cue if practice.arises(session) else ""
        except Exception:
            # One that comes with a package may be wrong; that it can't remind is no reason to stop reading.
            return ""

    def _see_running(self, key: tuple[str, str], session: Session | None) -> None:
        """Take what was just read of a session."""
        at = self._at()
        recent = session is not None and session.person and at - RUNNING_FOR < session.ended <= at + MINUTE
        one = running.running(session) if recent and session is not None else None
        if one is None or session is None:
            self._running.pop(key, None)
        else:
            self._running[key] = one._replace(cue=self._cue(session))

    def _tell_running(self, tell: Callable[[Update], None]) -> None:
        """Tell what runs where that is new, and keep it for `now --line`. Costs next to nothing where it is not."""
        at = self._at()
        for key in [key for key, one in self._running.items() if not one.runs(at)]:
            del self._running[key]
        now = Now.of(list(self._running.values()), at)
        if self._tell_now(tell, now):
            self.write_now(now)

    def _tell_now(self, tell: Callable[[Update], None], now: Now) -> bool:
        """Tell it unless it was told; tells whether it was new."""
        now = now.then(self._at())
        if self._told_now is not None and self._told_now.running == now.running:
            return False
        self._told_now = now
        tell(Update(now=now))
        return True

    def write_now(self, now: Now) -> None:
        """Keep what runs where `now --line` looks; atomically, and only where it changed. Never raises.

        For the process that reads. It is true for a moment only, so nothing waits for the disk.
        """
        kept = now_file.load(self.places.now)
        if kept is not None and kept.running == now.running:
            return
        new = self.places.now.with_suffix(".new")
        try:
            with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
                out.write(now_file.dump(now).encode())
            os.replace(new, self.places.now)
        except OSError:
            # What is no longer true, or was forgotten, must not stay.
            for path in (new, self.places.now):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    # --- questions ---------------------------------------------------------------------------------------------------

    def standings(
        self,
        weeks: int = standing.WINDOW_WEEKS,
        *,
        project: str | None = None,
        agent: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> standing.Standings:
        """Where the person stands: over the last `weeks` (0: all), or from `since` to `until` (days in their zone, both in).

        `agent`: the id of the agent whose sessions alone count.
        """
        return self._standings(weeks, project, since, until, agent)

    def current(self) -> standing.Standings:
        """The same as `standings()`. For who asks again and again: only what changed since is counted anew."""
        now = int(self.clock() * 1000)
        if self._window is None or self._window.profile is not self.profile:
            self._window = Window(self.profile, self.catalogue.practices, self.zone)
        window = self._window
        begin = start_of_day(monday(now, self.zone) - timedelta(weeks=standing.WINDOW_WEEKS - 1), self.zone)
        if not window.follow(begin, now, now + DAY):
            return self._standings(standing.WINDOW_WEEKS, None, None, None, None, now=now, whole=window)
        lost = self.profile.meta("lost", 0)
        return standing.of_tallies(
            self.catalogue.practices,
            window.tallies,
            window.mondays,
            replace(window.basis, lost=lost if isinstance(lost, int) else 0),
            now,
            corrections=window.corrections,
            choices={practice: choice.choice for practice, choice in self.profile.choices().items()},
            measured=shipped().measured,
            unread=self._unread(window.stamps),
        )

    def _standings(
        self,
        weeks: int,
        project: str | None,
        since: date | None,
        until: date | None,
        agent: str | None,
        *,
        now: int = 0,
        whole: Window | None = None,
    ) -> standing.Standings:
        """`whole` is filled with what is counted, as of `now`."""
        now = now or int(self.clock() * 1000)
        begin: int | None = None
        end: int | None = None
        widened = False
        asked = weeks
        if since or until:
            weeks = 0
            begin, end = self.span(since, until)
        elif weeks:
            begin = start_of_day(monday(now, self.zone) - timedelta(weeks=weeks - 1), self.zone)
        # A record from the future is a wrong clock, not a session.
        end = min(end or now + DAY, now + DAY)
        counted, automatic, newest = self.profile.counts(since=begin, until=end, project=project, agent=agent)
        if not counted and weeks:
            counted, automatic, newest = self.profile.counts(until=end, project=project, agent=agent)
            if counted:
                begin, weeks, widened = None, 0, True
        rows, corrections = standing.corrected(
            list(map(standing.Row._make, self.profile.reading_rows(since=begin, until=end, project=project, agent=agent))),
            self.profile.correction_rows(since=begin, until=end, project=project, agent=agent),
        )
        everything, gone, first, _ = self.profile.extent()
        lost = self.profile.meta("lost", 0)
        last_week = monday(newest, self.zone) if newest else None
        current = monday(now, self.zone)
        basis = standing.Basis(
            sessions=counted,
            all_sessions=everything,
            automatic=automatic,
            gone=gone,
            lost=lost if isinstance(lost, int) else 0,
            first=first,
            weeks=weeks,
            widened=widened,
            row_end=last_week if last_week and (current - last_week).days >= 7 * standing.ROW_WEEKS else None,
            project=project,
            since=since,
            until=until,
            asked=asked,
            agent=agent,
            agent_name=agents()[agent].name if agent and agent in agents() else "",
        )
        if whole is not None:
            whole.fill(rows, corrections, basis, self.profile.stamps(since=begin, until=end))
        choices = {practice: choice.choice for practice, choice in self.profile.choices().items()}
        return standing.stand(
            self.catalogue.practices,
            rows,
            basis,
            now,
            self.zone,
            corrections=corrections,
            choices=choices,
            measured=shipped().measured,
            unread=self.unread(since=begin, until=end, project=project, agent=agent),
        )

    def unread(
        self, *, since: int | None = None, until: int | None = None, project: str | None = None, agent: str | None = None
    ) -> dict[str, int]:
        """Practice -> how many sessions it has not read yet: where another process reads that does not know it."""
        return self._unread(self.profile.stamps(since=since, until=until, project=project, agent=agent))

    def _unread(self, stamps: Mapping[str, int]) -> dict[str, int]:
        if all(stamp == self.catalogue.stamp or not n for stamp, n in stamps.items()):
            return {}
        out = {p.id: sum(n for stamp, n in stamps.items() if p.stamp not in stamp.split(" ")) for p in self.catalogue.practices}
        return {name: n for name, n in out.items() if n}

    def span(self, since: date | None, until: date | None) -> tuple[int | None, int | None]:
        """Days in the person's zone -> [from, to) in milliseconds."""
        return (
            start_of_day(since, self.zone) if since else None,
            start_of_day(until + timedelta(days=1), self.zone) if until else None,
        )

    def moments(
        self,
        practice: str,
        limit: int = 40,
        *,
        project: str | None = None,
        since: int | None = None,
        until: int | None = None,
        agent: str | None = None,
    ) -> tuple[MomentView, ...]:
        """Moments that show a practice, those of the newest session first."""
        out: list[MomentView] = []
        said = {(c.agent, c.session): c for c in self.profile.corrections() if c.practice == practice}
        newest = self.profile.newest(practice, SEEN, limit, project=project, since=since, until=until, agent=agent)
        for session, reading in newest:
            known = answer(reading, said.get((session.agent, session.id)))
            out.extend(moments_of(session, known, self.what_happened(session)))
            if len(out) >= limit:
                break
        return tuple(out[:limit])

    def let_pass(
        self,
        practice: str,
        limit: int = 12,
        *,
        project: str | None = None,
        since: int | None = None,
        until: int | None = None,
        agent: str | None = None,
    ) -> tuple[StoredSession, ...]:
        """Sessions that gave an occasion for a practice in which it was not seen, the newest first: why it says "not yet"."""
        newest = self.profile.newest(practice, NOT_SEEN, limit, project=project, since=since, until=until, agent=agent)
        return tuple(session for session, _ in newest)

    def what_happened(self, session: StoredSession) -> dict[tuple[str, int], tuple[Fact, ...]]:
        """(file, line) -> the facts of it."""
        return {
            (file.name, line): facts
            for file in self.profile.files_of(session.num)
            for line, facts in why.by_line(file.facts).items()
        }

    def excerpt(self, agent: str, path: str, line: int, around: int = 8) -> tuple[Excerpt, ...]:
        """What stands around a line of an agent's transcript, read now: so many lines before and after it that say something.

        Raises FileNotFoundError where it is gone, ReadingOff where the person turned reading off.
        """
        if not self.reads:
            raise ReadingOff
        by = agents()[agent]

        def said(lines: Iterable[tuple[int, bytes]], most: int) -> list[list[Excerpt]]:
            # Between a call and its result there may be any number of lines that hold no words.
            told = ([Excerpt(n, who, words, n == line) for who, words in by.words(text)] for n, text in lines if text)
            return list(islice(filter(None, told), most))

        with by.open(path) as file:
            lines = enumerate(_lines(file), 1)
            # Most of the lines before are passed over: they are read from the moment back, as far as it takes.
            before = said(reversed(_last(islice(lines, line - 1), SILENT)), around)
            here = said(islice(lines, 1), 1)
            after = said(islice(lines, SILENT), around)
        return tuple(one for some in (*reversed(before), *here, *after) for one in some)

    def session(self, stored: StoredSession) -> Session | None:
        """The facts of a stored session, in order; None where it holds no main thread."""
        from . import reader

        files = self._opened(stored.num)
        copied = self.profile.copied_ids(stored.num, [x.id for f in files for x in f.facts])
        session = reader.session_of(stored.id, files, self.hasher, copied)
        if session is not None:
            session.around = self.profile.around(stored.num)
        return session

    def storyboard(self, num: int) -> story.Storyboard | None:
        """The beats of a session by its number, with the practices that count in it; None where it holds no main thread."""
        stored = self.profile.session(num)
        session = self.session(stored)
        if session is None:
            return None
        said = self.profile.corrections_of(stored.agent, stored.id)
        known = {p.id: p for p in self.catalogue.practices}
        readings = {n: r for n, r in self.profile.readings([num]).get(num, {}).items() if n in known}
        board = story.build(session, answers(readings, said))
        return replace(board, root=stored.root, num=num, gone=stored.gone)

    def readings_of(self, num: int) -> dict[str, Reading]:
        """Practice -> what counts of a session by its number, in the practices' order: the person's word where they corrected."""
        stored = self.profile.session(num)
        readings = self.profile.readings([num]).get(num, {})
        said = answers(readings, self.profile.corrections_of(stored.agent, stored.id))
        return {p.id: said[p.id] for p in self.catalogue.practices if p.id in said}

    def words_of(self, board: story.Storyboard, beats: Collection[int]) -> Heard:
        """What the person said in some beats of a storyboard (by their indices), read now: one pass for each file. Raw."""
        wanted: dict[int, set[int]] = {}
        for n in beats:
            beat = board.beats[n]
            # An interruption's line holds no words of theirs.
            if beat.mine and beat.line and beat.kind not in (Kind.INTERRUPT, Kind.REWIND):
                wanted.setdefault(beat.file, set()).add(beat.line)
        said: dict[tuple[int, int], str] = {}
        gone: list[str] = []
        for file, lines in wanted.items():
            path = os.path.join(board.root, *board.files[file].split("/"))
            try:
                said.update({(file, line): text for line, text in self.said_at(board.agent, path, lines).items()})
            except OSError:
                gone.append(path)
        words = {n: said.get((board.beats[n].file, board.beats[n].line), "") for n in beats}
        return Heard({n: text for n, text in words.items() if text}, tuple(gone))

    @property
    def counsel(self) -> Counsel:
        """The coaching: the week, the tip, the focus."""
        # Who only reads, or shows where the person stands, does not load it.
        from .counsel import Counsel

        return Counsel(self)

    @property
    def sharing(self) -> Sharing:
        """What the person does with their team."""
        # Loads what keeps keys and runs git: not for who only looks.
        from .sharing import Sharing

        return Sharing(self)

    # --- lists and filters -------------------------------------------------------------------------------------------

    def projects(self) -> tuple[Used, ...]:
        """The folders that sessions with a person ran in, the last used first."""
        return tuple(Used(folder, folder, n, last) for folder, n, last in self.profile.by_project())

    def agents_used(self) -> tuple[Used, ...]:
        """The agents that sessions with a person ran with, the last used first."""
        known = agents()
        return tuple(Used(a, known[a].name if a in known else a, n, last) for a, n, last in self.profile.by_agent())

    def session_lines(self) -> tuple[SessionLine, ...]:
        """All sessions, the newest first: two queries, and no look into a transcript."""
        order = {p.id: n for n, p in enumerate(self.catalogue.practices)}
        seen: dict[int, dict[str, str | None]] = {}
        for num, practice, by in self.profile.seen_in():
            if practice in order:
                mine = seen.get(num)
                if mine is None:
                    mine = seen[num] = {}
                mine[practice] = by
        said = self.profile.corrections()
        rows = self.profile.lines()
        if said:
            nums = {(row[2], row[1]): row[0] for row in rows}
            for c in said:
                of = nums.get((c.agent, c.session))
                if of is None or c.practice not in order:
                    continue
                if c.word == SEEN:
                    seen.setdefault(of, {})[c.practice] = c.by
                elif of in seen:
                    seen[of].pop(c.practice, None)
        out = []
        for row in rows:
            shown = seen.get(row[0])
            if not shown:
                out.append(SessionLine(*row[:9], bool(row[9]), bool(row[10])))
                continue
            names = tuple(sorted(shown, key=order.__getitem__))
            yours = tuple([name for name in names if shown[name] == "you"])
            out.append(SessionLine(*row[:9], bool(row[9]), bool(row[10]), names, yours))
        return tuple(out)

    def finder(self) -> Finder:
        """What reads the words that are typed to find a session."""
        return Finder(
            tuple((p.id, p.short) for p in self.catalogue.practices),
            tuple((agent.id, agent.name) for agent in agents().values()),
            self.zone,
            self._now().date(),
        )

    def titles(self, nums: Iterable[int]) -> dict[int, str]:
        """Session's number -> its title, read now: the person's or the agent's own where the transcript holds one, else the first
        words that the person said; "" where the source is gone or holds none. Raw. Only the ends of a file are read."""
        known = agents()
        out: dict[int, str] = {}
        paths: dict[tuple[str, str], dict[str, str]] = {}
        of: dict[tuple[str, str, str], int] = {}
        for num in nums:
            out[num] = ""
            found = self.profile.main_file(num)
            if found is None or found.agent not in known or not self.reads:
                continue
            paths.setdefault((found.agent, found.root), {})[found.session] = found.path
            of[found.agent, found.root, found.session] = num
        for (agent, root), some in paths.items():
            by = known[agent]
            given = by.titles(Path(root), some)
            for session, path in some.items():
                out[of[agent, root, session]] = given.get(session) or _first_words(by, path)
        return out

    def session_num(self, agent: str, session: str) -> int | None:
        """The number of a session in the profile, by its id; None where it is not in it."""
        return self.profile.session_num(agent, session)

    def resume_command(self, line: SessionLine | StoredSession) -> str:
        """The shell's words that take up a session again in its folder; "" where nothing can be taken up, or a part of it could
        steer a terminal."""
        by = agents().get(line.agent)
        if by is None or line.gone or not line.id or line.id.startswith("-"):
            return ""
        words = by.resume(line.id)
        if any(_STEERS.search(word) for word in (*words, line.project)):
            return ""
        go = f"cd {'-- ' * line.project.startswith('-')}{shlex.quote(line.project)} && " if line.project else ""
        return go + shlex.join(words)

    def place(self, of: SessionLine | StoredSession | MomentView) -> tuple[str, int]:
        """(path, line) of what is to be opened in an editor: a moment's, or a session's main transcript; ("", 0) where there is
        none. Whether it is still there is not looked at."""
        if isinstance(of, MomentView):
            return of.path, of.line
        found = self.profile.main_file(of.num)
        return (found.path, 1) if found is not None else ("", 0)

    # --- over a year -------------------------------------------------------------------------------------------------

    def year(self, *, project: str | None = None, agent: str | None = None) -> dict[str, trending.Trend]:
        """Practice -> its last 52 weeks and what can be said of them; all practices, in their order, by one query."""
        starts, weeks = self._weeks(None, project, agent)
        nothing = trending.empty(starts)
        return {p.id: trending.trend(p.id, weeks.get(p.id, nothing)) for p in self.catalogue.practices}

    def trend(self, practice: str, *, project: str | None = None, agent: str | None = None) -> trending.Trend:
        """The last 52 weeks of a practice, and what can be said of them."""
        starts, weeks = self._weeks(practice, project, agent)
        return trending.trend(practice, weeks.get(practice, trending.empty(starts)))

    def _weeks(
        self, practice: str | None, project: str | None, agent: str | None
    ) -> tuple[tuple[date, ...], dict[str, tuple[standing.Week, ...]]]:
        """The Mondays of the last year; practice -> its weeks, for one practice or for all."""
        now = self._at()
        starts = trending.mondays(now, self.zone)
        # A session may have begun before the week in which its first moment lies.
        begin = start_of_day(starts[0], self.zone) - 7 * DAY
        rows = self.profile.reading_rows(since=begin, until=now + DAY, project=project, agent=agent, practice=practice)
        said = self.profile.correction_rows(since=begin, until=now + DAY, project=project, agent=agent)
        counted, _ = standing.corrected(list(map(standing.Row._make, rows)), [c for c in said if practice in (None, c[0])])
        return starts, trending.by_week(counted, starts, self.zone)

    def said_at(self, agent: str, path: str, lines: Collection[int]) -> dict[int, str]:
        """What the person says in these lines of a transcript, read now; raw. Raises OSError where it can't be read."""
        if not self.reads:
            raise ReadingOff
        by = agents()[agent]
        out: dict[int, str] = {}
        last = max(lines, default=0)
        with by.open(path) as file:
            for number in range(1, last + 1):
                text = rest = file.readline(MOST_OF_A_LINE)
                if not text:
                    break
                while len(rest) == MOST_OF_A_LINE and not rest.endswith(b"\n"):
                    rest = file.readline(MOST_OF_A_LINE)  # Too long to be shown whole, but it is one line.
                if number in lines:
                    out[number] = "\n".join(said for who, said in by.words(text) if who == "you")
        return out

    # --- what became of it -------------------------------------------------------------------------------------------

    def session_commits(self, since: int, where: Callable[[str], bool] | None = None) -> list[SessionCommit]:
        """The successful commits that sessions ran since a time (milliseconds), of folders that `where` says yes to."""
        from .delivery import SessionCommit

        return [
            SessionCommit(project, made.began, made.at, made.done, num)
            for num, project, some in self.profile.commits(since)
            if where is None or where(project)
            for made in some
            if made.done >= since
        ]

    def delivery(self, *, weeks: int = 12, project: str | None = None) -> Delivery:
        """The delivery figures of the repositories that the person allowed, from what is kept where nothing changed in them.

        It waits for git and can take seconds: ask it from a thread of its own, with a coach of its own.
        """
        from . import settings
        from .repositories import deliver

        chosen, _ = settings.load(self.places)
        folders = [one.id for one in self.projects()]
        return deliver(self.places, chosen, self.session_commits, folders, self.zone, self._at(), weeks=weeks, project=project)

    # --- what the person says ----------------------------------------------------------------------------------------

    def correct(self, session: StoredSession, practice: str, word: Word, by: By | None, because: str = "") -> Correction | None:
        """Keep the person's word on a reading; returns what they had said before. Raises CantWrite."""
        said = Correction(session.agent, session.id, practice, word, by, because, self._at())
        return self.put_correction(session.agent, session.id, practice, said)

    def put_correction(self, agent: str, session: str, practice: str, said: Correction | None) -> Correction | None:
        """Let this be the person's word on a reading, or none; returns what it was. By ids: for a session that is gone, too.

        Putting back what it returns undoes it. Raises CantWrite.
        """
        self._must_last()
        with self.profile.change():
            before = self.profile.corrections_of(agent, session).get(practice)
            if said is None:
                self.profile.uncorrect(agent, session, practice)
            else:
                self.profile.correct(agent, session, practice, said.word, said.by, said.because, said.at)
        return before

    def uncorrect(self, session: StoredSession, practice: str) -> bool:
        """Take it back; tells whether there was one. Raises CantWrite."""
        return self.put_correction(session.agent, session.id, practice, None) is not None

    def choose(self, practice: str, choice: str, because: str = "") -> Choice | None:
        """Keep what the person says of a practice as a whole; returns what they had said before. Raises CantWrite."""
        return self.put_choice(practice, Choice(practice, choice, because, self._at()))

    def put_choice(self, practice: str, said: Choice | None) -> Choice | None:
        """Let this be what the person says of a practice as a whole, or nothing; returns what it was. Raises CantWrite."""
        self._must_last()
        with self.profile.change():
            before = self.profile.choices().get(practice)
            if said is not None:
                self.profile.choose(practice, said.choice, said.because, said.at)
            elif before is not None:
                self.profile.unchoose(practice, before.choice)
        return before

    def unchoose(self, practice: str, choice: str) -> bool:
        """Take it back; tells whether it had been said. Raises CantWrite."""
        self._must_last()
        with self.profile.change():
            return self.profile.unchoose(practice, choice)

    def told_by_id(self, agent: str, session: str, practice: str) -> Told:
        """A reading as it stands, by the session's id."""
        num = self.profile.session_num(agent, session)
        return Told(
            practice,
            agent,
            session,
            None if num is None else self.profile.session(num),
            None if num is None else self.profile.readings([num]).get(num, {}).get(practice),
            self.profile.corrections_of(agent, session).get(practice),
        )

    def told_of(self, num: int, practice: str) -> Told:
        """A reading as it stands, by the session's number."""
        session = self.profile.session(num)
        return self.told_by_id(session.agent, session.id, practice)

    def choice(self, practice: str) -> Choice | None:
        """What the person says of a practice as a whole."""
        return self.profile.choices().get(practice)

    def sayings(self) -> Sayings:
        """All that the person said, the newest first."""
        corrections = (self.told_by_id(c.agent, c.session, c.practice) for c in reversed(self.profile.corrections()))
        return Sayings(tuple(corrections), tuple(sorted(self.profile.choices().values(), key=lambda c: -c.at)))

    def first_moment(self, told: Told) -> MomentView | None:
        """Where a reading shows; where no line shows it, the beginning of its session. None where the session is no more."""
        if told.session is None:
            return None
        read = told.read or Reading(NOT_SEEN)
        found = next(moments_of(told.session, read, self.what_happened(told.session)), None)
        if found is not None or not told.session.files:
            return found
        path, line = self.place(told.session)
        one = told.session
        return MomentView(one.id, one.project, path, line or 1, one.started, None, "", one.gone, one.agent) if path else None

    # --- the audit ---------------------------------------------------------------------------------------------------

    def to_audit(self) -> tuple[Candidate, ...]:
        """The readings that can be asked about: those of practices that are known."""
        return tuple(c for c in self.profile.audit_candidates() if self.catalogue.get(c[1]))

    def question(self, one: Candidate, *, whole: bool = False) -> Question | None:
        """A reading with what can be shown of it: the moment that made it seen, or the session. None where the transcript is gone.

        `whole`: more of it, for who can't say yet.
        """
        num, name, word, _ = one
        session, practice = self.profile.session(num), self.catalogue[name]
        moments = self.profile.readings([num])[num][name].moments
        if word == SEEN and moments and moments[0].file < len(session.files):
            path = os.path.join(session.root, *session.files[moments[0].file].split("/"))
            try:
                excerpts = self.excerpt(session.agent, path, moments[0].line, 12 if whole else 4)
            except OSError:
                return None
            return Question(one, session, practice, excerpts, whole=whole)
        main = os.path.join(session.root, *session.files[0].split("/")) if session.files else ""
        if not os.path.exists(main):
            return None
        board = self.storyboard(num)
        said = self.words_of(board, board.outlined(whole=whole)).said if board is not None else {}
        return Question(one, session, practice, (), board, said, whole)

    def judge(self, asked: Question, answer: str, right: tuple[Word, By | None] | None = None) -> Verdict:
        """Keep the person's answer about a reading ("right", "wrong" or "unsure"), and what is `right` as a correction.

        Raises CantWrite.
        """
        self._must_last()
        _, name, word, by = asked.one
        comes_to = verdict(asked.one, answer, right)
        agent, session = asked.session.agent, asked.session.id
        with self.profile.change():
            at = self._at()
            self.profile.add_audit(Audit(at, agent, session, name, word, by, comes_to.answer))
            if comes_to.correction is not None:
                self.profile.correct(agent, session, name, *comes_to.correction, "", at)
        return comes_to

    def unjudge(self, asked: Question, comes_to: Verdict) -> None:
        """Take an answer back, with the correction it made. Raises CantWrite."""
        self._must_last()
        agent, session, name = asked.session.agent, asked.session.id, asked.practice.id
        with self.profile.change():
            self.profile.remove_audit(agent, session, name)
            if comes_to.correction is not None:
                self.profile.uncorrect(agent, session, name)

    def audited(self, practice: str | None = None) -> Audited:
        """What the person's answers add up to, for one practice or for all."""
        return result(self.profile.audits(), practice)

    def audited_each(self) -> tuple[tuple[Practice, Audited], ...]:
        """The same for each practice with enough answers to tell of it by itself, in the practices' order."""
        audits = self.profile.audits()
        each = ((p, result(audits, p.id)) for p in self.catalogue.practices)
        return tuple((p, one) for p, one in each if one.asked >= EACH)

    def meant(self, *, project: str | None = None, since: int | None = None, until: int | None = None) -> list[keeping.Meant]:
        """The sessions in projects whose folder holds the words, started in [since, until): in the profile and in its copies."""
        return keeping.matching(self.places, self.profile.db, project=project, since=since, until=until)

    def forget(self, sessions: Sequence[keeping.Meant]) -> tuple[int, int, list[Path]]:
        """Remove sessions and all that was kept of them, from the copies too: (sessions, copies cleaned, files that stay).

        They are not read again. Raises ProfileError where another process reads, or nothing can be written; and where they are
        removed but still in the profile's file, which the next scan sees to.
        """
        self._must_last()
        if not self._lock.take():
            raise ProfileError("another accrete-coach is reading; end it, then forget")
        try:
            return self._forget(sessions)
        finally:
            self._lock.release()

    def _forget(self, sessions: Sequence[keeping.Meant]) -> tuple[int, int, list[Path]]:
        db = self.profile.db
        at = self._at()
        hashes = [self.hasher("forgotten", one.agent, one.id) for one in sessions]
        for one in sessions:
            files = db.execute(
                "SELECT f.root, f.name FROM files f JOIN sessions s ON s.num = f.session WHERE s.agent = ? AND s.id = ?",
                (one.agent, one.id),
            )
            hashes += [self._file_hash(one.agent, *row) for row in files]
        with self.profile.change():
            # From here on they are forgotten, whoever dies or fails: what is left of them is seen to by the next scan.
            self.profile.forget(hashes, at)
            self.profile.set_meta(keeping.FORGETTING, 1)
            self._remove_forgotten()
        cleaned, left, trouble = self._finish_forgetting()
        self._count_lost()
        self.write_readable()
        self.write_now(self.now())
        if trouble:
            raise ProfileError(f"they are forgotten, and never read again, but {trouble}")
        return len(sessions), cleaned, left

    def _remove_forgotten(self) -> None:
        """Remove from the profile what is forgotten. Inside a transaction."""
        self._hot.clear()
        db = self.profile.db
        rows = keeping.forgotten_sessions(self.profile)
        if not rows:
            return
        nums = {num for num, _, _ in rows}
        freed: dict[int, list[int]] = {}
        for num in nums:
            ids = [row[0] for row in db.execute("SELECT id FROM identities WHERE session = ?", (num,))]
            for other in self.profile.release(num, []):
                if other not in nums:
                    freed.setdefault(other, []).extend(ids)
        keeping.remove(db, rows, ())
        # History that was copied out of them counts where the copy is.
        for other, ids in freed.items():
            theirs = {x.id for f in self._opened(other) for x in f.facts}
            self.profile.claim(other, sorted(theirs & set(ids)))
            self._reread(other)
        self.profile.settle(everything=True)

    def _finish_forgetting(self) -> tuple[int, list[Path], str]:
        """Remove what is forgotten from the profile's file and from the copies, as often as it takes: (copies cleaned, files
        that stay, what could not be done yet, in words). For the process that reads."""
        self._forgotten = self.profile.forgotten()
        trouble = ""
        try:
            keeping.shrink(self.profile.db)
        except sqlite3.Error as problem:
            if is_damage(problem):
                raise
            trouble = f"{self.places.profile} can't be written anew ({problem}) and may still hold traces of them; the next scan tries again"
        cleaned, left = keeping.clean_copies(self.profile, self.places)
        if not trouble:
            with self.profile.change():
                self.profile.db.execute("DELETE FROM meta WHERE key = ?", (keeping.FORGETTING,))
        return cleaned, left, trouble

    def _go_on_forgetting(self) -> None:
        """Finish what a process that died, or failed, began to forget. For the process that reads."""
        if self.profile.path is None or not self.profile.meta(keeping.FORGETTING, 0):
            return
        with self.profile.change():
            # A restored profile may hold them again.
            self._remove_forgotten()
        _, left, trouble = self._finish_forgetting()
        told = [f"What you had forgotten is gone, but {trouble}"] if trouble else []
        told += [f"{path}: can't be read, so it may still hold what you had forgotten; delete it yourself" for path in left]
        self._unsaid = ". ".join(told)

    def _file_hash(self, agent: str, root: str, name: str) -> int:
        """Tells a forgotten session's file whose path does not tell the session, without a look into it."""
        return self.hasher("forgotten file", agent, root, name)

    def _must_last(self) -> None:
        if self.profile.path is None:
            raise CantWrite(f"{self.places.profile}: nothing can be kept there now, so nothing was changed")

    def _at(self) -> int:
        return int(self.clock() * 1000)

    # --- the copy for people -----------------------------------------------------------------------------------------

    def write_readable(self, counted: standing.Standings | None = None) -> None:
        """Write `profile.toml`, the copy for people, atomically. Never raises: the profile itself is what counts.

        `counted`: the standings, where they were just counted.
        """
        import tomli_w

        now = counted or self.current()
        everything, gone, _first, _last = self.profile.extent()
        value = {
            "about": "What accrete-coach keeps, for reading. It is written anew after each scan; changes here are not read.",
            "written": datetime.fromtimestamp(self.clock(), UTC).replace(microsecond=0),
            "sessions": {
                "read": everything,
                "transcript_deleted": gone,
                "in_window": now.basis.sessions,
                "automatic_left_out": now.basis.automatic,
            },
            "window_weeks": now.basis.weeks,
            "practices": {
                s.practice.id: {
                    "state": s.state.value,
                    "you": s.you,
                    "happened": s.happened,
                    "applied": s.applied,
                    "cant_tell": s.cant_tell,
                }
                | ({"last": datetime.fromtimestamp(s.last / 1000, UTC).replace(microsecond=0)} if s.last else {})
                for s in now
            },
        }
        new = self.places.readable.with_suffix(f".{os.getpid()}.new")
        try:
            with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
                tomli_w.dump(value, out)
                out.flush()
                os.fsync(out.fileno())
            os.replace(new, self.places.readable)
        except OSError:
            with suppress(OSError):
                new.unlink(missing_ok=True)


def moments_of(
    session: StoredSession, reading: Reading, what: Mapping[tuple[str, int], tuple[Fact, ...]] = NOTHING
) -> Iterator[MomentView]:
    """A reading's moments with the files they stand in. `what`: (file, line) -> the facts of it, which tell what happened there."""
    for moment in reading.moments:
        name = session.files[moment.file] if moment.file < len(session.files) else ""
        path = os.path.join(session.root, *name.split("/"))
        yield MomentView(
            session.id, session.project, path, moment.line, moment.at, reading.by, reading.sure or "", session.gone, session.agent,
            why.of_line(what.get((name, moment.line), ()), moment.nth),
        )  # fmt: skip


HEAD = 512 * 1024
"""Bytes from the beginning of a transcript in which the first words are looked for."""
_NO_TITLE = ("/", "(", "!", "<")
"""How that begins which the person typed and that names no task: commands, signs of the program."""


LONGEST_COMMAND = 3
"""Words of a command that says nothing of a task; with more, it does."""


def _first_words(by: Agent, path: str) -> str:
    """What the person said first, as the head of a transcript has it; a command of theirs where nothing else is there."""
    command = ""
    try:
        with by.open(path) as file:
            read = 0
            while read < HEAD and (line := file.readline(HEAD)):
                read += len(line)
                told = by.words(line)
                if any(who == "result" for who, _ in told):
                    continue  # An answer, or words beside a refusal: not what they came with.
                for said in (text.strip() for who, text in told if who == "you" and text.strip()):
                    named = said.startswith("/") and len(said.split()) > LONGEST_COMMAND
                    if named or not said.startswith(_NO_TITLE):
                        return said
                    command = command or said
    except OSError:
        return ""
    return command


_STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""What no command that is to be pasted may hold: it would end the line, or show another one than it is."""


SILENT = 400
"""Lines that are gone through, at most, to either side of a moment for some that hold words."""
MOST_BEFORE = LINE_CAP
"""Bytes of lines before a moment that are held."""


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a transcript; b"" in the place of one that is too long to be read."""
    while text := file.readline(LINE_CAP):
        rest = text
        while len(rest) == LINE_CAP and not rest.endswith(b"\n"):
            rest, text = file.readline(LINE_CAP), b""  # It is one line all the same.
        yield text


def _last(lines: Iterable[tuple[int, bytes]], most: int) -> deque[tuple[int, bytes]]:
    """The last ones, as far as they can be held."""
    out: deque[tuple[int, bytes]] = deque()
    held = 0
    for number, text in lines:
        out.append((number, text))
        held += len(text)
        while len(out) > most or held > MOST_BEFORE:
            held -= len(out.popleft()[1])
    return out


def _session_within(found: Found, who: Who) -> str:
    """The session of a file whose path does not tell, by its records; the file's own name where they do not either."""
    return who.session or found.name.rsplit("/", 1)[-1].partition(".")[0]


def _outdated(known: KnownFile, patterns: Patterns) -> bool:
    """Whether a file was read with another vocabulary, or without a pattern that is asked for now."""
    return known.facts_version != FACTS_VERSION or not patterns.read_by(known.patterns)


def _moved(found: Found, known: KnownFile | None, patterns: Patterns) -> bool:
    return (
        known is None
        or known.size != found.size
        or known.mtime != found.mtime
        or known.inode != found.inode
        or known.device != found.device
        or (found.size > 0 and _outdated(known, patterns))
    )


def _differs(a: standing.Standing, b: standing.Standing) -> bool:
    return (a.state, a.you, a.happened, a.applied, a.cant_tell, a.last, a.weeks, a.corrected, a.choice) != (
        b.state,
        b.you,
        b.happened,
        b.applied,
        b.cant_tell,
        b.last,
        b.weeks,
        b.corrected,
        b.choice,
    )


@dataclass(slots=True)
class _Meter:
    tell: Callable[[Progress], None] | None
    files: int
    bytes: int
    files_done: int = 0
    bytes_done: int = 0
    sessions: int = 0

    def add(self, files: int, size: int) -> None:
        self.files_done += files
        self.bytes_done += size
        if self.tell is not None:
            self.tell(Progress(min(self.files_done, self.files), self.files, min(self.bytes_done, self.bytes), self.bytes))
