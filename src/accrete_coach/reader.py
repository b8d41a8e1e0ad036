"""New lines of a session's files -> facts and readings, ready to be stored; many sessions at once in worker processes."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from .practice import CANT_TELL_READING, Catalogue, load
from .profile import FileChange, SessionChange, StoredFile, pack
from .sessions.assemble import Part, assemble
from .sessions.claude_code import State, Transcript
from .sessions.facts import CLAUDE_CODE, FACTS_VERSION, Fact, Session
from .sessions.folder import Found
from .sessions.patterns import NO_PATTERNS, Patterns
from .sessions.prints import Hasher
from .sessions.tail import Lines, Position, mend

if TYPE_CHECKING:
    from .own import OwnText

BATCH = 6 * 1024 * 1024
"""Bytes of transcripts a worker is given at a time."""


@dataclass(slots=True)
class OpenFile:
    """A file of a session with its reader; `facts` are all of its facts so far."""

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
    facts_version: int = FACTS_VERSION
    patterns: str = ""
    """The stamp of the patterns all of its facts were read with."""


def opened(stored: StoredFile, hasher: Hasher, patterns: Patterns = NO_PATTERNS) -> OpenFile:
    """A file as the last reading left it."""
    agent = hasher("agent", stored.subagent) if stored.subagent else 0
    transcript = Transcript(
        hasher, state=_state.decode(stored.state), agent=agent, known={f.id for f in stored.facts}, patterns=patterns
    )
    return OpenFile(
        stored.root,
        stored.name,
        stored.subagent,
        transcript,
        stored.position,
        stored.facts,
        0,
        False,
        facts_version=stored.facts_version,
        patterns=stored.patterns,
    )


def unread(found: Found, hasher: Hasher, patterns: Patterns = NO_PATTERNS) -> OpenFile:
    """A file of which nothing is read yet."""
    agent = hasher("agent", found.agent) if found.agent else 0
    return OpenFile(found.root, found.name, found.agent, Transcript(hasher, agent=agent, patterns=patterns), Position())


def read_file(file: OpenFile, found: Found, hasher: Hasher) -> None:
    """Read what is new in a file. Raises OSError where it can't be read."""
    # Whoever lacks one of the patterns is read from its start, so that the whole of it was read with them.
    file.patterns = file.transcript.patterns.stamp
    lines = Lines(found.path, file.position)
    if lines.again and found.size == 0:
        # Emptied: as good as deleted. What was read stays until something else is written there.
        file.size, file.mtime, file.inode, file.device, file.touched = found.size, found.mtime, found.inode, found.device, True
        for _ in lines:
            pass
        return
    if lines.again:
        file.dropped = {f.id for f in file.facts}
        file.transcript = Transcript(hasher, agent=file.transcript.agent, patterns=file.transcript.patterns)
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
    session_id: str, files: Iterable[OpenFile], hasher: Hasher, copied: frozenset[int] = frozenset()
) -> Session | None:
    """The session that these files tell of; None where they hold no main thread."""
    parts = [Part(f.name, f.transcript.agent, f.transcript.state, f.facts, f.transcript.loose_ends()) for f in files]
    return assemble(session_id, CLAUDE_CODE, parts, copied)


def change_of(
    session_id: str, root: str, files: Sequence[OpenFile], session: Session | None, catalogue: Catalogue, ids: bytes
) -> SessionChange:
    """What is to be stored of a session."""
    forked = next((f.transcript.state.forked_from for f in files if f.transcript.state.forked_from), "")
    if session is None:
        project = next((f.transcript.state.project for f in files if f.transcript.state.project), "")
        return SessionChange(
            session_id,
            CLAUDE_CODE,
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
    readings, broken = catalogue.read(session)
    for p in catalogue.practices:
        if p.patterns and not all(Patterns(p.patterns).read_by(f.patterns) for f in files):
            # A file of it is gone: its words can be held against a new pattern no more.
            readings[p.id] = CANT_TELL_READING
    return SessionChange(
        id=session_id,
        agent=session.agent,
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
            )
        )
    return out


def new_ids(files: Iterable[OpenFile]) -> bytes:
    """The identities of the new facts, eight bytes each, little-endian, in order."""
    ids = {f.facts[i].id for f in files if f.touched for i in range(0 if f.afresh else len(f.facts) - f.new, len(f.facts))}
    return b"".join(i.to_bytes(8, "little") for i in sorted(ids))


_state = msgspec.msgpack.Decoder(State)

Job = tuple[str, tuple[Found, ...]]
Done = tuple[SessionChange, list[FileChange], list[tuple[str, str]]]


def read_afresh(job: Job, hasher: Hasher, catalogue: Catalogue) -> Done:
    """Read a session of which nothing is stored."""
    session_id, found = job
    patterns = catalogue.patterns
    problems: list[tuple[str, str]] = []
    files = []
    for one in found:
        file = unread(one, hasher, patterns)
        try:
            read_file(file, one, hasher)
        except FileNotFoundError:
            continue
        except OSError as problem:
            problems.append((one.path, problem.strerror or "can't be read"))
            continue
        files.append(file)
    session = session_of(session_id, files, hasher)
    return change_of(session_id, found[0].root, files, session, catalogue, new_ids(files)), file_changes(files), problems


_worker: tuple[Hasher, Catalogue] | None = None


def _start_worker(key: bytes, texts: tuple[OwnText, ...]) -> None:
    global _worker
    # Short-lived and without cycles: collecting garbage costs a tenth of the time and frees nothing.
    gc.disable()
    _worker = Hasher(key), load(texts=texts)


def _work(jobs: list[Job]) -> list[Done]:
    assert _worker is not None
    hasher, catalogue = _worker
    return [read_afresh(job, hasher, catalogue) for job in jobs]


def batches(jobs: list[Job]) -> list[list[Job]]:
    """Jobs in lots of about equal size, the largest first, so that no worker is left with a long one at the end."""
    sized = sorted(((sum(f.size for f in found), (session, found)) for session, found in jobs), key=lambda x: -x[0])
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


def in_workers(lots: list[list[Job]], count: int, key: bytes, texts: tuple[OwnText, ...] = ()) -> Iterator[list[Done]]:
    """Read sessions in `count` worker processes, as they get done. `texts`: the own practices they read with."""
    # Forking is quick and safe only while there is one thread.
    quick = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if quick else "spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=(key, texts)) as pool:
        running: set[Future[list[Done]]] = set()
        waiting = iter(lots)
        try:
            while True:
                # A few lots ahead keep the workers busy; more would only hold their results in memory.
                while len(running) < count + 2 and (lot := next(waiting, None)) is not None:
                    running.add(pool.submit(_work, lot))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in running:
                future.cancel()
