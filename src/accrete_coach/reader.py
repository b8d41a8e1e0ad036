"""New lines of a session's files -> facts and readings, ready to be stored; many sessions at once in worker processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from .flow import flow_of
from .may_read import MayRead, ReadingOff
from .neighbours import trace_of
from .practice import CANT_TELL_READING, Catalogue, Practice, Reading, load
from .profile import FileChange, Given, SessionChange, StoredFile, pack
from .sessions.agent import Agent, Transcript, agents
from .sessions.assemble import Part, assemble
from .sessions.facts import FACTS_VERSION, Fact, Session
from .sessions.folder import Found
from .sessions.patterns import NO_PATTERNS, Patterns
from .sessions.prints import Hasher
from .sessions.tail import Position, mend

if TYPE_CHECKING:
    from .own import OwnText

BATCH = 6 * 1024 * 1024
"""Bytes of transcripts a worker is given at a time."""


@dataclass(slots=True)
class OpenFile:
    """A file of a session with its reader; `facts` are all of its facts so far."""

    by: Agent
    """The agent whose file it is."""
    root: str
    name: str
    subagent: str
    transcript: Transcript
    position: Position
    facts: list[Fact] = field(default_factory=list)
    new: int = 0
    """How many of them, at the end, are not stored yet."""
    afresh: bool = True
    """Whether what is stored of the file, if anything, is no longer true."""
    size: int = 0
    mtime: int = 0
    inode: int = 0
    device: int = 0
    touched: bool = False
    dropped: set[int] = field(default_factory=set)
    """Identities of stored facts that the file no longer holds."""
    facts_version: int = field(default_factory=lambda: FACTS_VERSION)
    gone: bool = False
    """Whether it was deleted or moved since it was read."""
    patterns: str = ""
    """The stamp of the patterns all of its facts were read with."""


def opened(agent: str, stored: StoredFile, hasher: Hasher, patterns: Patterns = NO_PATTERNS) -> OpenFile:
    """A file of an agent's as the last reading left it."""
    by = agents()[agent]
    subagent = hasher("agent", stored.subagent) if stored.subagent else 0
    known = {f.id for f in stored.facts}
    transcript = by.transcript(hasher, state=stored.state, subagent=subagent, known=known, patterns=patterns)
    return OpenFile(
        by,
        stored.root,
        stored.name,
        stored.subagent,
        transcript,
        stored.position,
        stored.facts,
        0,
        False,
        facts_version=stored.facts_version,
        gone=stored.gone,
        patterns=stored.patterns,
    )


def unread(found: Found, hasher: Hasher, patterns: Patterns = NO_PATTERNS) -> OpenFile:
    """A file of which nothing is read yet."""
    by = agents()[found.agent]
    subagent = hasher("agent", found.subagent) if found.subagent else 0
    transcript = by.transcript(hasher, subagent=subagent, patterns=patterns)
    return OpenFile(by, found.root, found.name, found.subagent, transcript, Position())


def read_file(file: OpenFile, found: Found, hasher: Hasher) -> None:
    """Read what is new in a file. Raises OSError where it can't be read."""
    lines = file.by.lines(found.path, file.position)
    if lines.again and found.size == 0:
        # Emptied: as good as deleted. What was read stays until something else is written there.
        file.size, file.mtime, file.inode, file.device, file.touched = found.size, found.mtime, found.inode, found.device, True
        for _ in lines:
            pass
        return
    # Whoever lacks one of the patterns is read from its start, so that the whole of it was read with them.
    file.patterns = file.transcript.patterns.stamp
    if lines.again:
        file.dropped = {f.id for f in file.facts}
        file.transcript = file.by.transcript(hasher, subagent=file.transcript.agent, patterns=file.transcript.patterns)
        file.facts = []
        file.new = 0
        file.afresh = True
    transcript = file.transcript
    for number, line in lines:
        if not line or line == b"\r":
            transcript.state.lines += 1
            transcript.state.passed["blank"] = transcript.state.passed.get("blank", 0) + 1
            continue
        transcript.state.lines += 1
        try:
            transcript.read(number, line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _mend(transcript, number, line)
    if lines.too_long:
        passed = transcript.state.passed
        transcript.state.lines += lines.too_long
        passed["too long"] = passed.get("too long", 0) + lines.too_long
    transcript.finish()
    file.facts.extend(transcript.facts)
    file.new += len(transcript.facts)
    transcript.facts = []
    file.position = lines.position
    file.size, file.mtime, file.inode, file.device, file.touched = found.size, found.mtime, found.inode, found.device, True
    file.gone = False


def _mend(transcript: Transcript, number: int, line: bytes) -> None:
    pieces, reason = mend(line)
    passed = transcript.state.passed
    before = dict(passed)
    for piece in pieces:
        try:
            transcript.read(number, piece)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    # However many records a broken line held, it is one line: counted once, under what was wrong with it.
    passed.clear()
    passed.update(before)
    key = f"mended: {reason}" if pieces else reason
    passed[key] = passed.get(key, 0) + 1


def session_of(
    session_id: str, files: Sequence[OpenFile], hasher: Hasher, copied: frozenset[int] = frozenset()
) -> Session | None:
    """The session that these files of one agent tell of; None where they hold no main thread."""
    if not files:
        return None
    parts = [Part(f.name, f.transcript.agent, f.transcript.state, f.facts, f.transcript.loose_ends(), f.gone) for f in files]
    by = files[0].by
    return assemble(session_id, by.id, parts, copied, by.cannot_show)


class Answers(NamedTuple):
    """What practices say of a session."""

    readings: dict[str, Reading]
    given: dict[str, Given]
    """Those that depend on the person's other sessions."""
    broken: dict[str, str]
    """Practices that went wrong on it, and how; they answer can't tell."""


def answers(session: Session, files: Sequence[OpenFile], practices: Iterable[Practice]) -> Answers:
    """What these practices say of a session that was read from these files."""
    out = Answers({}, {}, {})
    oldest = min((f.facts_version for f in files), default=FACTS_VERSION)
    for p in practices:
        if p.needs_facts > oldest or (p.patterns and not all(Patterns(p.patterns).read_by(f.patterns) for f in files)):
            # A file of it is gone: it cannot be read again with today's vocabulary, or held against a new pattern.
            out.readings[p.id] = CANT_TELL_READING
            continue
        reading, amiss = p.answer(session)
        out.readings[p.id] = reading
        if amiss:
            out.broken[p.id] = amiss
        if p.around is not None:
            # What others say of a session may change without it: both answers are stored.
            session.around = frozenset({p.around})
            where, _ = p.answer(session)
            session.around = frozenset()
            if where != reading:
                out.given[p.id] = Given(p.around, reading, where)
    return out


def change_of(
    agent: str, session_id: str, root: str, files: Sequence[OpenFile], session: Session | None, catalogue: Catalogue, ids: bytes
) -> SessionChange:
    """What is to be stored of a session."""
    forked = next((f.transcript.state.forked_from for f in files if f.transcript.state.forked_from), "")
    if session is None:
        project = next((f.transcript.state.project for f in files if f.transcript.state.project), "")
        return SessionChange(
            session_id,
            agent,
            root,
            project,
            "",
            "",
            0,
            0,
            0,
            0,
            0,
            False,
            False,
            tuple(f.name for f in files),
            {},
            ids,
            forked,
        )
    readings, given, broken = answers(session, files, catalogue.practices)
    return SessionChange(
        id=session_id,
        agent=agent,
        root=root,
        project=session.project,
        agent_version=session.agent_version,
        model=session.model,
        started=session.started,
        ended=session.ended,
        prompts=len(session.prompts),
        tool_calls=session.tool_calls,
        edits=len(session.edits),
        person=session.person,
        shown=True,
        files=session.files,
        readings=readings,
        ids=ids,
        forked_from=forked,
        trace=trace_of(session),
        flow=flow_of(session),
        given=given,
        broken=broken,
    )


def file_changes(files: Iterable[OpenFile]) -> list[FileChange]:
    """What is to be stored of the files that were read."""
    out = []
    for f in files:
        if not f.touched:
            continue
        new = f.facts if f.afresh else f.facts[len(f.facts) - f.new :] if f.new else []
        out.append(
            FileChange(
                f.root,
                f.name,
                f.subagent,
                f.size,
                f.mtime,
                f.inode,
                f.device,
                pack(f.position),
                pack(f.transcript.state),
                pack(new) if new else b"",
                f.afresh,
                f.patterns,
                f.facts_version,
            )
        )
    return out


def new_ids(files: Iterable[OpenFile]) -> bytes:
    """The identities of the new facts, eight bytes each, little-endian, in order."""
    ids = {f.facts[i].id for f in files if f.touched for i in range(0 if f.afresh else len(f.facts) - f.new, len(f.facts))}
    return b"".join(i.to_bytes(8, "little") for i in sorted(ids))


Job = tuple[str, str, tuple[Found, ...]]
"""An agent, a session of its, and the files."""
Done = tuple[SessionChange, list[FileChange], list[tuple[str, str]]]


def read_afresh(job: Job, hasher: Hasher, catalogue: Catalogue, may_read: MayRead) -> Done:
    """Read a session of which nothing is stored. Raises ReadingOff where reading is turned off before all of its files are read."""
    agent, session_id, found = job
    patterns = catalogue.patterns
    problems: list[tuple[str, str]] = []
    files = []
    for one in found:
        file = unread(one, hasher, patterns)
        may_read.check()
        try:
            read_file(file, one, hasher)
        except FileNotFoundError:
            continue
        except OSError as problem:
            problems.append((one.path, problem.strerror or "can't be read"))
            continue
        files.append(file)
    session = session_of(session_id, files, hasher)
    return change_of(agent, session_id, found[0].root, files, session, catalogue, new_ids(files)), file_changes(files), problems


_worker: tuple[Hasher, Catalogue, MayRead] | None = None


def _start_worker(key: bytes, texts: tuple[OwnText, ...], may_read: MayRead) -> None:
    global _worker
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    # Short-lived and without cycles: collecting garbage costs a tenth of the time and frees nothing.
    gc.disable()
    _worker = Hasher(key), load(texts=texts), may_read


def _end_with_the_parent() -> None:
    """A worker waits for work for ever, and a forked one has the reader's lock: it must not outlive a parent that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(jobs: list[Job]) -> list[Done]:
    """The sessions that were read: not all of them where reading was turned off meanwhile."""
    assert _worker is not None
    out: list[Done] = []
    with suppress(ReadingOff):
        for job in jobs:
            out.append(read_afresh(job, *_worker))
    return out


def batches(jobs: list[Job]) -> list[list[Job]]:
    """Jobs in lots of about equal size, the largest first, so that no worker is left with a long one at the end."""
    sized = sorted(((sum(f.size for f in job[2]), job) for job in jobs), key=lambda x: -x[0])
    out: list[list[Job]] = []
    lot: list[Job] = []
    held = 0
    for size, job in sized:
        lot.append(job)
        held += size
        if held >= BATCH:
            out.append(lot)
            lot, held = [], 0
    if lot:
        out.append(lot)
    return out


def in_workers(
    lots: list[list[Job]], count: int, key: bytes, texts: tuple[OwnText, ...], may_read: MayRead
) -> Iterator[list[Done]]:
    """Read sessions in `count` worker processes, as they get done. `texts`: the own practices they read with.

    Raises ReadingOff where reading is turned off, after what was read until then.
    """
    # Forking is quick and safe only while there is one thread.
    quick = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if quick else "spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=(key, texts, may_read)) as pool:
        running: dict[Future[list[Done]], int] = {}
        """What the workers do, and of how many sessions."""
        waiting = iter(lots)
        off = False
        try:
            while True:
                off = off or not may_read.on
                # A few lots ahead keep the workers busy; more would only hold their results in memory.
                while not off and len(running) < count + 2 and (lot := next(waiting, None)) is not None:
                    running[pool.submit(_work, lot)] = len(lot)
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    read = future.result()
                    # A worker may have seen it though it is on again by now.
                    off = off or len(read) < running[future]
                    del running[future]
                    yield read
            if off:
                raise ReadingOff
        finally:
            for future in running:
                future.cancel()
