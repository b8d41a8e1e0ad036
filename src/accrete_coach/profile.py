"""The personal profile: SQLite with reading positions, facts and readings, each change one transaction."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from . import migrations
from .flow import FLOW_VERSION, NO_FLOW, Flow, Made, Ran
from .migrations import SCHEMA
from .neighbours import FOLLOWS_WITHIN, NO_TRACE, REPEATED_IN, Trace, around, repeated, words_of
from .neighbours import bits as bits_of
from .practice import By, Catalogue, Moment, Reading, Sure, Word
from .sessions.facts import FACTS_VERSION, Around, Fact
from .sessions.tail import Position
from .suggestions import Answer, CheckIn, Focus, How, Tip

APPLICATION = 0x41434331
"""SQLite's application id of a profile ("ACC1")."""
COPIES = "copies"
"""The folder of copies, beside the profile."""
SETTLE_ALL_FROM = 50
"""Changed sessions from which on looking at all of them is cheaper than at each one's neighbours."""
MOST_PARTS = 48
"""Chunks of facts a file may have before they are joined into one."""

_WAL_RESET_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Versions from which on SQLite's WAL-reset bug is fixed, each for its own branch."""


class ProfileError(Exception):
    """The profile can't be used; the message says what, where and what happens now."""


class Damaged(ProfileError):
    """What stands in the profile's place is no profile: damaged, or another program's."""


class CantWrite(ProfileError):
    """Nothing can be written there now: no room, no permission, no folder."""


class Busy(CantWrite):
    """Another process holds the profile; a moment later it may not."""


_CANT_WRITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_WRITE_FAILED = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}


def cant_write(problem: BaseException) -> bool:
    """Whether SQLite says that it cannot write: no room, a file-size limit, no permission."""
    code = getattr(problem, "sqlite_errorcode", None)
    return isinstance(problem, sqlite3.Error) and code is not None and (code & 0xFF in _CANT_WRITE or code in _WRITE_FAILED)


def is_damage(problem: BaseException) -> bool:
    """Whether SQLite says that the file itself is damaged or no database."""
    code = getattr(problem, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(problem: BaseException) -> bool:
    """Whether SQLite says that another process, or another connection, holds the database."""
    code = getattr(problem, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def wal_is_safe(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether the linked SQLite has the WAL-reset fix (3.51.3, and 3.50.7 and 3.44.6 on their branches)."""
    return version >= (3, 51, 3) or any(version[:2] == fixed[:2] and version >= fixed for fixed in _WAL_RESET_FIXED)


class KnownFile(msgspec.Struct, frozen=True, gc=False):
    """What the profile knows of a file: enough to tell whether it changed."""

    num: int
    session: int
    size: int
    mtime: int
    inode: int
    device: int
    facts_version: int
    gone: bool
    patterns: str = ""
    """The stamp of the patterns it was read with."""


class StoredFile(msgspec.Struct):
    """A file with its reading position, the reader's state and its facts."""

    num: int
    root: str
    name: str
    subagent: str
    position: Position
    state: bytes
    """The reader's state, packed."""
    facts: list[Fact]
    parts: int
    generation: int
    gone: bool
    facts_version: int
    patterns: str = ""
    """The stamp of the patterns it was read with."""


class StoredSession(msgspec.Struct, frozen=True):
    """A row of `sessions`."""

    num: int
    id: str
    agent: str
    root: str
    project: str
    agent_version: str
    model: str
    started: int
    ended: int
    prompts: int
    tool_calls: int
    edits: int
    person: bool
    shown: bool
    """Whether it has a main thread with something on it: files without one are no sessions."""
    files: tuple[str, ...]
    gone: bool
    stamp: str


@dataclass(slots=True)
class FileChange:
    """What a reading adds to a file."""

    root: str
    name: str
    subagent: str
    size: int
    mtime: int
    inode: int
    device: int
    position: bytes
    state: bytes
    packed: bytes
    """The new facts; empty for none."""
    afresh: bool
    """Whether they replace all former facts of the file."""
    patterns: str = ""
    """The stamp of the patterns that all of its facts were read with."""
    facts_version: int = FACTS_VERSION


@dataclass(slots=True)
class SessionChange:
    """What a reading says of a session."""

    id: str
    agent: str
    root: str
    project: str
    agent_version: str
    model: str
    started: int
    ended: int
    prompts: int
    tool_calls: int
    edits: int
    person: bool
    shown: bool
    files: tuple[str, ...]
    readings: dict[str, Reading]
    ids: bytes
    """Identities of its new facts, eight bytes each, little-endian."""
    forked_from: str = ""
    broken: dict[str, str] = field(default_factory=dict)
    """Practices whose detector went wrong on it, and how."""
    trace: Trace = NO_TRACE
    given: dict[str, Given] = field(default_factory=dict)
    """Practices whose reading depends on the person's other sessions."""
    flow: Flow = NO_FLOW


class Correction(NamedTuple):
    """The person's word on what was read of a session."""

    agent: str
    session: str
    """The session's id."""
    practice: str
    word: Word
    by: By | None
    because: str
    """The person's own words."""
    at: int
    """Milliseconds since 1970, UTC."""


class Choice(NamedTuple):
    """What the person says of a practice as a whole."""

    practice: str
    choice: str
    """"elsewhere" (I do this elsewhere) or "not-for-me"."""
    because: str
    at: int


class Audit(NamedTuple):
    """An answer to "was this right?"."""

    at: int
    agent: str
    session: str
    practice: str
    word: Word
    """What was read."""
    by: By | None
    answer: str
    """"right", "wrong" or "unsure"."""


class MainFile(NamedTuple):
    """Where the main transcript of a session is, or was."""

    session: str
    """The session's id."""
    agent: str
    root: str
    path: str


class Given(msgspec.Struct, array_like=True, frozen=True):
    """A reading that depends on what other sessions say of this one."""

    word: Around
    without: Reading
    """Where they do not say it; stands in `SessionChange.readings`, too."""
    where: Reading
    """Where they say it."""


class _Stretches(msgspec.Struct, array_like=True, frozen=True):
    """The part of a trace that is stored packed in `sessions.spans`."""

    spans: tuple[tuple[int, int], ...]


class _Opening(msgspec.Struct, array_like=True, frozen=True):
    """The part of a trace that is stored packed in `sessions.opening`."""

    cleared: bool
    prints: bytes


_spans = msgspec.msgpack.Decoder(_Stretches)
_opening = msgspec.msgpack.Decoder(_Opening)
_given = msgspec.msgpack.Decoder(dict[str, Given])
_flow = msgspec.msgpack.Decoder(Flow)
_FLOW_MARK = bytes([FLOW_VERSION])
"""Before each stored flow: the form it has."""
_FLOWS = f"coalesce(substr(flow, 1, 1) = x'{_FLOW_MARK.hex()}', 0)"
"""Whether the flow of a session is stored in the form that it has now."""
_pack = msgspec.msgpack.Encoder().encode
_facts = msgspec.msgpack.Decoder(list[Fact])
_position = msgspec.msgpack.Decoder(Position)
_moments = msgspec.msgpack.Decoder(tuple[Moment, ...])


class _Counted(msgspec.Struct, gc=False):
    """What every agent's state holds: the lines read, and what became of them."""

    lines: int = 0
    passed: dict[str, int] = {}


_counted = msgspec.msgpack.Decoder(_Counted)


def pack(value: object) -> bytes:
    """A value as it is stored."""
    return _pack(value)


def copy_to(db: sqlite3.Connection, path: Path, *, schema: int = SCHEMA) -> None:
    """Write a whole copy of a database, for its owner alone; what stood there before goes only once the new one is whole.

    Where another process has meanwhile brought the database to another schema, what stood there stays.
    Raises OSError or sqlite3.Error.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.new")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        db.execute("VACUUM INTO ?", (str(new),))
        if db.execute("PRAGMA user_version").fetchone()[0] == schema:
            os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def inode_of(path: Path) -> int:
    """The number of the file at a path; -1 where there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return -1


def _load(source: Path, into: sqlite3.Connection) -> None:
    """Copy what a profile on disk holds, as far as it can be read; nothing where it cannot."""
    # Where not even the files beside the database can be made, only the database alone can be read.
    for how in ("mode=ro", "mode=ro&immutable=1"):
        try:
            with closing(sqlite3.connect(f"file:{quote(str(source))}?{how}", uri=True)) as db:
                if db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION:
                    db.execute("SELECT count(*) FROM sessions").fetchone()
                    db.backup(into)
            return
        except (sqlite3.Error, OSError):
            continue


class Profile:
    """The database. One connection, one thread. Everything that changes happens inside `with profile.change():`."""

    def __init__(self, path: Path | None) -> None:
        """Open, or make, the profile. `None` keeps it in memory.

        Raises ProfileError: Damaged where it is no profile, CantWrite where nothing can be written, and plainly where it is
        one of a newer program or another process holds it.
        """
        self.path = path
        self.inode = 0
        self.unsettled: set[int] = set()
        """Numbers of sessions that were stored since their neighbours were settled."""
        self.unsettled_all = False
        """Whether something was taken back since, so that all have to be looked at."""
        if path is None:
            self.db = sqlite3.connect(":memory:", isolation_level=None)
        else:
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not path.exists():
                    # Readable by its owner only, from the first byte on.
                    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
                if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
                    raise CantWrite(f"{path}: nothing can be written there")
                self.db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
                self.inode = os.stat(path).st_ino
            except (OSError, sqlite3.Error) as problem:
                raise CantWrite(f"{path}: the profile can't be opened ({problem})") from problem
        self._open()

    @classmethod
    def in_memory(cls, source: Path) -> Profile:
        """A profile that lives in memory for as long as the process has it open, beginning with what `source` holds.

        All threads of the process that ask for the same source share it.
        """
        made = cls.__new__(cls)
        made.path, made.inode, made.unsettled, made.unsettled_all = None, 0, set(), False
        made.db = sqlite3.connect(f"file:{quote(os.path.abspath(source))}?vfs=memdb", uri=True, isolation_level=None, timeout=5.0)
        if not made.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            _load(source, made.db)
        made._open()
        return made

    def _open(self) -> None:
        path = self.path
        try:
            self._prepare()
        except sqlite3.DatabaseError as problem:
            self.db.close()
            if is_busy(problem):
                raise Busy(f"{path}: another process has held the profile for more than five seconds; try again") from problem
            if cant_write(problem):
                raise CantWrite(f"{path}: the profile can't be opened ({problem})") from problem
            if is_damage(problem):
                raise Damaged(
                    f"{path}: this is no profile that can be read ({problem}); move it away and run a scan"
                ) from problem
            raise ProfileError(f"{path}: the profile can't be used ({problem})") from problem
        except ProfileError:
            self.db.close()
            raise

    def _prepare(self) -> None:
        db = self.db
        # Whose it is comes first: nothing of another program's, or of a newer one's, is touched.
        schema = db.execute("PRAGMA user_version").fetchone()[0]
        owner = db.execute("PRAGMA application_id").fetchone()[0]
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and owner != APPLICATION:
            raise Damaged(f"{self.path}: a database of another program; nothing was changed. Move it away to go on")
        if schema > SCHEMA:
            raise ProfileError(
                f"{self.path}: written by a newer accrete-coach (schema {schema}, this one knows {SCHEMA}); update this one to use it"
            )
        db.execute("PRAGMA temp_store=MEMORY")
        self.journal = "memory"
        if self.path is not None:
            wanted = "wal" if wal_is_safe() else "delete"
            self.journal = db.execute("PRAGMA journal_mode").fetchone()[0]
            if self.journal != wanted:
                self.journal = db.execute(f"PRAGMA journal_mode={wanted}").fetchone()[0]
            # SQLite before the WAL-reset fix can corrupt a WAL database: DELETE and FULL are slower and safe.
            db.execute("PRAGMA synchronous=" + ("NORMAL" if self.journal == "wal" else "FULL"))
        if not tables:
            with self.change():
                # Another process may have made the tables while this one waited.
                if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                    migrations.make(db)
                    db.execute("INSERT INTO meta VALUES ('key', ?)", (secrets.token_bytes(16),))
                    db.execute(f"PRAGMA application_id={APPLICATION}")
        elif schema < SCHEMA:
            self._migrate(schema)

    def _migrate(self, schema: int) -> None:
        """Bring an older profile up to date, after a copy of it as it was."""
        if self.path is not None:
            copy = self.path.parent / COPIES / f"profile-of-schema-{schema}.db"
            try:
                copy_to(self.db, copy, schema=schema)
            except (OSError, sqlite3.Error) as problem:
                if is_damage(problem):
                    raise
                raise CantWrite(
                    f"{self.path}: it is of an older accrete-coach (schema {schema}) and no copy can be made before it is brought"
                    f" up to date ({problem}); nothing was changed"
                ) from problem
        with self.change():
            # Another process may have been quicker.
            now = int(self.db.execute("PRAGMA user_version").fetchone()[0])
            if now < SCHEMA:
                migrations.migrate(self.db, now)

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: all of it or nothing.

        Raises CantWrite where there is no room, and Busy where another process has held the profile for the five seconds that
        SQLite waits; nothing is changed then.
        """
        if self.path is not None and inode_of(self.path) != self.inode:
            # Set aside, restored or removed by another process: what is written here would be lost, or spoil the new one.
            raise ProfileError(f"{self.path}: another process has replaced the profile; start again to go on")
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except BaseException as problem:
            # SQLite itself takes everything back where the disk is full.
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            # What was told of neighbours may be taken back with it.
            self.unsettled_all = True
            if is_busy(problem):
                raise Busy(
                    f"{self.path or 'the profile'}: another process has held the profile for more than five seconds; nothing was"
                    " changed, try again"
                ) from problem
            if cant_write(problem):
                raise CantWrite(
                    f"{self.path or 'the profile'}: nothing can be written ({problem}); what is stored still shows, and reading"
                    " goes on when there is room"
                ) from problem
            raise

    # --- small things ------------------------------------------------------------------------------------------------

    @property
    def key(self) -> bytes:
        """The key of all hashes. Never leaves the machine."""
        key = self.meta("key")
        if not isinstance(key, bytes):
            raise Damaged(f"{self.path}: the profile has lost its key; move it away and run a scan")
        return key

    def meta(self, key: str, default: object = None) -> object:
        """A stored value."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else default

    def set_meta(self, key: str, value: object) -> None:
        """Store a value."""
        self.db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))

    @property
    def data_version(self) -> int:
        """Changes whenever another connection has changed the profile."""
        return int(self.db.execute("PRAGMA data_version").fetchone()[0])

    # --- what changed ------------------------------------------------------------------------------------------------

    def note_touched(self) -> None:
        """From now on note which sessions this connection changes; nothing of it is stored. For `take_touched`."""
        self.db.execute("CREATE TEMP TABLE IF NOT EXISTS touched (num INTEGER PRIMARY KEY)")
        for table, num in (("sessions", "{}.num"), ("readings", "{}.session")):
            for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
                self.db.execute(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS touched_{table}_{event} AFTER {event} ON main.{table}"
                    # Not OR IGNORE: the statement that sets a trigger off decides on conflicts.
                    f" BEGIN INSERT INTO touched SELECT {num.format(row)}"
                    f" WHERE NOT EXISTS (SELECT 1 FROM touched WHERE num = {num.format(row)}); END"
                )
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            self.db.execute(
                f"CREATE TEMP TRIGGER IF NOT EXISTS touched_corrections_{event} AFTER {event} ON main.corrections"
                f" BEGIN INSERT INTO touched SELECT num FROM main.sessions WHERE agent = {row}.agent AND id = {row}.session"
                " AND num NOT IN (SELECT num FROM touched); END"
            )

    def take_touched(self) -> set[int]:
        """Numbers of the sessions that this connection changed since the last time: what is told of them, or corrected."""
        touched = {row[0] for row in self.db.execute("SELECT num FROM touched")}
        if touched:
            self.db.execute("DELETE FROM touched")
        return touched

    # --- files -------------------------------------------------------------------------------------------------------

    def known_files(self) -> dict[tuple[str, str], KnownFile]:
        """(root, name) -> what is known of the file."""
        rows = self.db.execute(
            "SELECT root, name, num, session, size, mtime, inode, device, facts_version, gone, patterns FROM files"
        )
        return {(r[0], r[1]): KnownFile(r[2], r[3], r[4], r[5], r[6], r[7], r[8], bool(r[9]), r[10]) for r in rows}

    def has_file(self, root: str, name: str) -> bool:
        """Whether anything is stored of a file."""
        return self.db.execute("SELECT 1 FROM files WHERE root = ? AND name = ?", (root, name)).fetchone() is not None

    def whose(self, file: int) -> tuple[str, str]:
        """(session's id, subagent's id) of a file by its number."""
        row = self.db.execute(
            "SELECT s.id, f.subagent FROM files f JOIN sessions s ON s.num = f.session WHERE f.num = ?", (file,)
        ).fetchone()
        return row[0], row[1]

    def files_of(self, session: int) -> list[StoredFile]:
        """The files of a session with their facts."""
        out = []
        rows = self.db.execute(
            "SELECT num, root, name, subagent, position, state, generation, gone, facts_version, patterns FROM files WHERE session = ? ORDER BY num",
            (session,),
        ).fetchall()
        for num, root, name, subagent, position, state, generation, gone, version, patterns in rows:
            chunks = self.db.execute("SELECT packed FROM facts WHERE file = ? ORDER BY part", (num,)).fetchall()
            facts: list[Fact] = []
            for (packed,) in chunks:
                facts.extend(_facts.decode(packed))
            out.append(
                StoredFile(
                    num,
                    root,
                    name,
                    subagent,
                    _position.decode(position),
                    state,
                    facts,
                    len(chunks),
                    generation,
                    bool(gone),
                    version,
                    patterns,
                )
            )
        return out

    def mark_gone(self, files: Iterable[int], gone: bool) -> None:
        """Note that files were deleted, or are back. Their facts stay."""
        self.db.executemany("UPDATE files SET gone = ? WHERE num = ?", [(int(gone), num) for num in files])
        self._settle_gone()

    def moved(self, files: Sequence[int]) -> list[int]:
        """Of the sessions whose main transcripts these were, those that have another one which is still there."""
        found: set[int] = set()
        for num in files:
            found.update(
                row[0]
                for row in self.db.execute(
                    "SELECT session FROM files f WHERE num = ? AND subagent = '' AND EXISTS"
                    " (SELECT 1 FROM files o WHERE o.session = f.session AND o.subagent = '' AND NOT o.gone)",
                    (num,),
                )
            )
        return sorted(found)

    def _settle_gone(self, where: str = "", given: tuple[int, ...] = ()) -> None:
        """A session is gone when its main transcripts are."""
        there = "EXISTS (SELECT 1 FROM files WHERE files.session = sessions.num AND subagent = '' AND NOT gone)"
        self.db.execute(f"UPDATE sessions SET gone = NOT {there} {where}", given)

    # --- sessions ----------------------------------------------------------------------------------------------------

    def session_num(self, agent: str, session: str) -> int | None:
        """The number of a session, or None."""
        row = self.db.execute("SELECT num FROM sessions WHERE agent = ? AND id = ?", (agent, session)).fetchone()
        return int(row[0]) if row else None

    def store(self, session: SessionChange, files: Sequence[FileChange], stamp: str) -> int:
        """Store what was read of a session: facts, readings, positions. Call inside `change()`. Returns its number."""
        db = self.db
        num, stored = map(
            int,
            db.execute(
                "INSERT INTO sessions (id, agent, root, project, agent_version, model, started, ended, prompts, tool_calls, edits, person, shown, files, stamp,"
                " repo, spans, opening, given, flow) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent, id) DO UPDATE SET root = excluded.root, project = excluded.project,"
                " agent_version = excluded.agent_version, model = excluded.model, started = excluded.started, ended = excluded.ended,"
                " prompts = excluded.prompts, tool_calls = excluded.tool_calls, edits = excluded.edits, person = excluded.person, shown = excluded.shown,"
                " files = excluded.files, stamp = excluded.stamp, repo = excluded.repo, spans = excluded.spans, opening = excluded.opening,"
                " given = excluded.given, flow = excluded.flow RETURNING num, around",
                (
                    session.id, session.agent, session.root, session.project, session.agent_version, session.model, session.started, session.ended,
                    session.prompts, session.tool_calls, session.edits, int(session.person), int(session.shown), json.dumps(session.files), stamp,
                    session.trace.repo, pack(_Stretches(session.trace.spans)), pack(_Opening(session.trace.cleared, session.trace.opening)),
                    pack(session.given) if session.given else None, _FLOW_MARK + pack(session.flow),
                ),
            ).fetchone()
        )  # fmt: skip
        for file in files:
            self._store_file(num, file)
        if files:
            self._settle_gone("WHERE num = ?", (num,))
        readings = session.readings | {name: g.where for name, g in session.given.items() if g.word in words_of(stored)}
        self._store_readings(num, session.started, readings)
        # What is no practice any more, or is paused, says nothing.
        kept = ",".join("?" * len(readings))
        db.execute(f"DELETE FROM readings WHERE session = ? AND practice NOT IN ({kept})", (num, *readings))
        self._store_instructions(num, session)
        # Whoever dies before the neighbours are settled leaves word.
        self.set_meta("unsettled", 1)
        self.unsettled.add(num)
        return num

    def _store_file(self, session: int, file: FileChange) -> None:
        db = self.db
        num = db.execute(
            "INSERT INTO files (session, root, name, subagent, size, mtime, inode, device, position, state, facts_version, patterns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (root, name) DO UPDATE SET session = excluded.session, size = excluded.size, mtime = excluded.mtime, inode = excluded.inode,"
            " device = excluded.device, position = excluded.position, state = excluded.state, facts_version = excluded.facts_version, patterns = excluded.patterns, gone = 0,"
            " generation = generation + ? RETURNING num",
            (
                session, file.root, file.name, file.subagent, file.size, file.mtime, file.inode, file.device, file.position, file.state,
                file.facts_version, file.patterns, int(file.afresh),
            ),
        ).fetchone()[0]  # fmt: skip
        if file.afresh:
            db.execute("DELETE FROM facts WHERE file = ?", (num,))
        if file.packed:
            last = db.execute("SELECT coalesce(max(part), -1) FROM facts WHERE file = ?", (num,)).fetchone()[0]
            if last >= MOST_PARTS:
                joined: list[Fact] = []
                for (packed,) in db.execute("SELECT packed FROM facts WHERE file = ? ORDER BY part", (num,)).fetchall():
                    joined.extend(_facts.decode(packed))
                joined.extend(_facts.decode(file.packed))
                db.execute("DELETE FROM facts WHERE file = ?", (num,))
                db.execute("INSERT INTO facts VALUES (?, 0, ?)", (num, pack(joined)))
            else:
                db.execute("INSERT INTO facts VALUES (?, ?, ?)", (num, last + 1, file.packed))

    def _store_readings(self, num: int, started: int, readings: dict[str, Reading]) -> None:
        self.db.executemany(
            "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    num,
                    name,
                    r.word,
                    r.by,
                    r.count,
                    r.sure,
                    (r.moments[0].at or started) if r.moments else started,
                    pack(r.moments) if r.moments else None,
                )
                for name, r in readings.items()
            ],
        )

    def _store_instructions(self, num: int, session: SessionChange) -> None:
        keys = set(session.trace.instructions) if session.person and session.shown else set()
        stored = {row[0] for row in self.db.execute("SELECT key FROM instructions WHERE session = ?", (num,))}
        self.db.executemany("INSERT INTO instructions VALUES (?, ?)", [(key, num) for key in sorted(keys - stored)])
        self.db.executemany("DELETE FROM instructions WHERE key = ? AND session = ?", [(key, num) for key in stored - keys])

    # --- neighbours --------------------------------------------------------------------------------------------------

    @property
    def owes_settling(self) -> bool:
        """Whether this process stored, or took back, what sessions say of each other since it was last settled."""
        return bool(self.unsettled) or self.unsettled_all

    def settle(self, *, everything: bool) -> None:
        """Tell what sessions say of each other, and choose the readings that depend on it: for all, or for those that were
        stored since the last time, and their neighbours. Call inside `change()`."""
        some = sorted(self.unsettled)
        if everything or self.unsettled_all or len(some) > SETTLE_ALL_FROM:
            self._settle_all()
        else:
            for num in some:
                self._settle_one(num)
        self.set_meta("unsettled", 0)
        self.unsettled.clear()
        self.unsettled_all = False

    def around(self, num: int) -> frozenset[Around]:
        """What the person's other sessions say of a session."""
        row = self.db.execute("SELECT around FROM sessions WHERE num = ?", (num,)).fetchone()
        return words_of(row[0]) if row else frozenset()

    def _settle_all(self) -> None:
        stored: dict[int, int] = {}
        traces: dict[int, Trace] = {}
        for num, trace, bits in self._traces("", ()):
            traces[num], stored[num] = trace, bits
        told = around(traces)
        rows = self.db.execute(
            "SELECT i.key, s.started, s.num FROM instructions i JOIN sessions s ON s.num = i.session"
            " WHERE i.key IN (SELECT key FROM instructions GROUP BY key HAVING count(*) >= ?)",
            (REPEATED_IN,),
        ).fetchall()
        again = repeated(rows)
        for num, words in told.items():
            self._choose(num, stored[num], bits_of(words | {"repeated"}) if num in again else bits_of(words))

    def _settle_one(self, num: int) -> None:
        row = self.db.execute(
            "SELECT repo, started, ended, person AND shown AND spans IS NOT NULL, around FROM sessions WHERE num = ?", (num,)
        ).fetchone()
        if row is None:
            return  # Forgotten meanwhile.
        if not row[3]:
            self._choose(num, row[4], 0)
            return
        repo, started, ended = row[:3]
        near = {
            other: (trace, bits)
            for where, given in (
                ("AND num = ?", (num,)),
                # By the index of ends, which is what the signs see to: of those that began before there are nearly all.
                (
                    "AND num != ? AND +repo = ? AND ended >= ? AND +started <= ?",
                    (num, repo, started - FOLLOWS_WITHIN, ended + FOLLOWS_WITHIN),
                ),
            )
            for other, trace, bits in self._traces(where, given)
        }
        words = around({other: trace for other, (trace, _) in near.items()}).get(num, frozenset())
        keys = self.db.execute(
            "SELECT DISTINCT o.key, s.started, s.num FROM instructions m JOIN instructions o ON o.key = m.key"
            " JOIN sessions s ON s.num = o.session WHERE m.session = ?",
            (num,),
        ).fetchall()
        again = repeated(keys)
        self._choose(num, near[num][1], bits_of(words | {"repeated"}) if num in again else bits_of(words))
        mine = near.pop(num)[0]
        for other, (trace, bits) in near.items():
            # What this one says of another is not taken back: it began when it began, and stretches of work only grow. (Where a
            # file was written anew, all are settled.)
            said = around({num: mine, other: trace})[other]
            self._choose(other, bits, bits | bits_of(said))
        for other in again - {num}:
            # What was just chosen for it above stays.
            bits = self.db.execute("SELECT around FROM sessions WHERE num = ?", (other,)).fetchone()[0]
            self._choose(other, bits, bits | bits_of({"repeated"}))

    def _traces(self, where: str, given: tuple[object, ...]) -> Iterator[tuple[int, Trace, int]]:
        rows = self.db.execute(
            f"SELECT num, repo, started, ended, spans, opening, around FROM sessions WHERE person AND shown AND spans IS NOT NULL {where}",
            given,
        ).fetchall()
        for num, repo, started, ended, spans, opening, bits in rows:
            first = _opening.decode(opening)
            worked = _spans.decode(spans).spans
            if worked:
                # What was copied from another session was not done in this one.
                started, ended = worked[0][0], worked[-1][1]
            yield num, Trace(repo, started, ended, worked, first.cleared, first.prints), bits

    def _choose(self, num: int, stored: int, bits: int) -> None:
        """Store what others say of a session, and the readings that go with it."""
        if stored == bits:
            return
        packed, started = self.db.execute(
            "UPDATE sessions SET around = ? WHERE num = ? RETURNING given, started", (bits, num)
        ).fetchone()
        if packed is not None:
            words = words_of(bits)
            moved = {
                name: g.where if g.word in words else g.without
                for name, g in _given.decode(packed).items()
                if (g.word in words) is not (g.word in words_of(stored))
            }
            if moved:
                self._store_readings(num, started, moved)

    # --- copies ------------------------------------------------------------------------------------------------------

    def claim(self, num: int, ids: Sequence[int]) -> dict[int, int]:
        """Note that these facts' identities belong to a session unless another one has them.

        Returns identity -> the other session, for those that do. Call inside `change()`.
        """
        if not ids:
            return {}
        before = self.db.total_changes
        self.db.executemany("INSERT OR IGNORE INTO identities VALUES (?, ?)", [(i, num) for i in ids])
        if self.db.total_changes - before == len(ids):
            return {}
        return {i: owner for i, owner in self._owners(ids) if owner != num}

    def release(self, num: int, ids: Sequence[int]) -> list[int]:
        """Forget that these identities belong to a session. Returns the sessions that may claim them now."""
        self.db.executemany("DELETE FROM identities WHERE id = ? AND session = ?", [(i, num) for i in ids])
        return [row[0] for row in self.db.execute("SELECT loser FROM precedence WHERE winner = ?", (num,))]

    def _owners(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        out: list[tuple[int, int]] = []
        for start in range(0, len(ids), 400):
            some = ids[start : start + 400]
            marks = ",".join("?" * len(some))
            out.extend(self.db.execute(f"SELECT id, session FROM identities WHERE id IN ({marks})", some).fetchall())
        return out

    def precedes(self, a: int, b: int) -> bool | None:
        """The stored choice of which of two sessions shared history belongs to; None where none was made."""
        row = self.db.execute(
            "SELECT winner FROM precedence WHERE (winner = ? AND loser = ?) OR (winner = ? AND loser = ?)", (a, b, b, a)
        ).fetchone()
        return None if row is None else row[0] == a

    def prefer(self, winner: int, loser: int, ids: Sequence[int]) -> None:
        """Store that history shared by two sessions belongs to the first."""
        self.db.execute("INSERT OR IGNORE INTO precedence VALUES (?, ?)", (winner, loser))
        self.db.executemany("UPDATE identities SET session = ? WHERE id = ? AND session = ?", [(winner, i, loser) for i in ids])

    def copied_ids(self, num: int, ids: Sequence[int]) -> frozenset[int]:
        """Those of a session's identities that belong to another session."""
        if self.db.execute("SELECT 1 FROM precedence WHERE loser = ? LIMIT 1", (num,)).fetchone() is None:
            return frozenset()
        return frozenset(i for i, owner in self._owners(ids) if owner != num)

    # --- what the person says ----------------------------------------------------------------------------------------

    def correct(self, agent: str, session: str, practice: str, word: Word, by: By | None, because: str, at: int) -> None:
        """Keep the person's word on a reading. By the session's id: it lasts whatever becomes of its row. Inside a change."""
        self.db.execute(
            "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?)", (agent, session, practice, word, by, because, at)
        )

    def uncorrect(self, agent: str, session: str, practice: str) -> bool:
        """Take a correction back; tells whether there was one. Inside a change."""
        done = self.db.execute(
            "DELETE FROM corrections WHERE agent = ? AND session = ? AND practice = ?", (agent, session, practice)
        )
        return done.rowcount > 0

    def corrections(self) -> list[Correction]:
        """All corrections, the oldest first."""
        rows = self.db.execute(
            "SELECT agent, session, practice, word, by, because, at FROM corrections ORDER BY at, session, practice"
        )
        return [Correction(*row) for row in rows]

    def corrections_of(self, agent: str, session: str) -> dict[str, Correction]:
        """Practice -> the person's word on a session."""
        rows = self.db.execute(
            "SELECT agent, session, practice, word, by, because, at FROM corrections WHERE agent = ? AND session = ?",
            (agent, session),
        )
        return {row[2]: Correction(*row) for row in rows}

    def correction_rows(
        self, *, since: int | None = None, until: int | None = None, project: str | None = None, agent: str | None = None
    ) -> list[tuple[str, str, str | None, str | None, str | None, int, int]]:
        """(practice, word, by, the word that was read, by, at, tool calls) of corrected sessions with a person."""
        where, given = _where(project, since, until, True, agent)
        # From the corrections, which are few, to the sessions: CROSS JOIN keeps that order.
        return self.db.execute(
            "SELECT c.practice, c.word, c.by, r.word, r.by, coalesce(r.at, s.started), s.tool_calls FROM corrections c"
            " CROSS JOIN sessions s ON s.agent = c.agent AND s.id = c.session"
            f" LEFT JOIN readings r ON r.session = s.num AND r.practice = c.practice {where} AND s.person",
            given,
        ).fetchall()

    def choose(self, practice: str, choice: str, because: str, at: int) -> None:
        """Keep what the person says of a practice as a whole. Inside a change."""
        self.db.execute("INSERT OR REPLACE INTO choices VALUES (?, ?, ?, ?)", (practice, choice, because, at))

    def unchoose(self, practice: str, choice: str) -> bool:
        """Take a choice back; tells whether there was one. Inside a change."""
        return self.db.execute("DELETE FROM choices WHERE practice = ? AND choice = ?", (practice, choice)).rowcount > 0

    def choices(self) -> dict[str, Choice]:
        """Practice -> what the person chose."""
        rows = self.db.execute("SELECT practice, choice, because, at FROM choices ORDER BY practice")
        return {row[0]: Choice(*row) for row in rows}

    # --- what the coach suggested ------------------------------------------------------------------------------------

    def tips(self) -> list[Tip]:
        """Every tip that was shown, the oldest first."""
        return [Tip(*row) for row in self.db.execute(f"SELECT {', '.join(Tip._fields)} FROM tips ORDER BY num")]

    def add_tip(self, tip: Tip) -> Tip:
        """Keep a tip that is shown; returns it with its number. Inside a change."""
        num = self.db.execute(
            "INSERT INTO tips (practice, at, you, happened, applied, answer, answered, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING num",
            tip[1:],
        ).fetchone()[0]
        return tip._replace(num=num)

    def answer_tip(self, num: int, answer: Answer, at: int, until: int = 0) -> None:
        """Keep what the person says to a tip; "" takes it back. Inside a change."""
        self.db.execute("UPDATE tips SET answer = ?, answered = ?, until = ? WHERE num = ?", (answer, at, until, num))

    def focuses(self) -> list[Focus]:
        """Every focus there was, the oldest first; at most the last one runs."""
        return [Focus(*row) for row in self.db.execute(f"SELECT {', '.join(Focus._fields)} FROM focuses ORDER BY num")]

    def add_focus(self, focus: Focus) -> Focus:
        """Keep what the person takes up; returns it with its number. Inside a change."""
        num = self.db.execute(
            "INSERT INTO focuses (practice, at, said, since, you, happened, applied, ended, how)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING num",
            focus[1:],
        ).fetchone()[0]
        return focus._replace(num=num)

    def end_focus(self, num: int, how: How, at: int) -> None:
        """Note how a focus ended; 0 and "" let it run again. Inside a change."""
        self.db.execute("UPDATE focuses SET ended = ?, how = ? WHERE num = ?", (at, how, num))

    def remove_focus(self, num: int) -> None:
        """Take one back that was only just taken up. Inside a change."""
        self.db.execute("DELETE FROM focuses WHERE num = ?", (num,))

    def checkins(self) -> dict[str, CheckIn]:
        """Week ("2026-W46") -> how it felt to the person, the oldest first."""
        rows = self.db.execute(f"SELECT {', '.join(CheckIn._fields)} FROM checkins ORDER BY week")
        return {row[0]: CheckIn(*row) for row in rows}

    def check_in(self, said: CheckIn) -> None:
        """Keep it, in the place of what was said of that week before. Inside a change."""
        self.db.execute("INSERT OR REPLACE INTO checkins VALUES (?, ?, ?, ?, ?, ?)", said)

    def uncheck_in(self, week: str) -> bool:
        """Remove it; tells whether there was one. Inside a change."""
        return self.db.execute("DELETE FROM checkins WHERE week = ?", (week,)).rowcount > 0

    def occasions(self, practice: str, begin: int, end: int) -> list[tuple[str, int, bool]]:
        """(project, tool calls, whether the person asked for it) of the sessions in [begin, end) that gave an occasion for a practice,
        with their corrections (milliseconds since 1970, UTC)."""
        rows = self.db.execute(
            "SELECT s.project, s.tool_calls, iif(c.word IS NULL, r.word = 'seen' AND r.by = 'you', c.word = 'seen' AND c.by = 'you')"
            f" FROM sessions s JOIN readings r ON r.session = s.num {_CORRECTED}"
            " WHERE s.person AND s.shown AND r.practice = ? AND coalesce(c.word, r.word) IN ('seen', 'not-seen') AND r.at >= ? AND r.at < ?",
            (practice, begin, end),
        )
        return [(project, calls, bool(taken)) for project, calls, taken in rows]

    def add_audit(self, audit: Audit) -> None:
        """Keep an answer to "was this right?". Inside a change."""
        self.db.execute(
            "INSERT INTO audits (at, agent, session, practice, word, by, answer) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (audit.at, audit.agent, audit.session, audit.practice, audit.word, audit.by, audit.answer),
        )

    def remove_audit(self, agent: str, session: str, practice: str) -> bool:
        """Take the last answer about a reading back; tells whether there was one. Inside a change."""
        done = self.db.execute(
            "DELETE FROM audits WHERE num = (SELECT max(num) FROM audits WHERE agent = ? AND session = ? AND practice = ?)",
            (agent, session, practice),
        )
        return done.rowcount > 0

    def audits(self) -> list[Audit]:
        """All answers, in the order in which they were given."""
        rows = self.db.execute("SELECT at, agent, session, practice, word, by, answer FROM audits ORDER BY num")
        return [Audit(*row) for row in rows]

    def audit_candidates(self) -> list[tuple[int, str, Word, By | None]]:
        """(session, practice, word, by) of readings that can be asked about: seen or not, the transcript there, not asked yet
        and not corrected."""
        return self.db.execute(
            "SELECT r.session, r.practice, r.word, r.by FROM readings r JOIN sessions s ON s.num = r.session"
            " WHERE s.shown AND s.person AND NOT s.gone AND r.word IN ('seen', 'not-seen')"
            " AND NOT EXISTS (SELECT 1 FROM audits a WHERE a.agent = s.agent AND a.session = s.id AND a.practice = r.practice)"
            " AND NOT EXISTS (SELECT 1 FROM corrections c WHERE c.agent = s.agent AND c.session = s.id AND c.practice = r.practice)"
            " ORDER BY s.started, s.id, r.practice"
        ).fetchall()

    def forget(self, hashes: Iterable[int], at: int) -> None:
        """Note what is never to be read again. Inside a change."""
        self.db.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", [(h, at) for h in hashes])

    def forgotten(self) -> frozenset[int]:
        """Keyed hashes of the sessions that are never to be read again, and of files of theirs."""
        return frozenset(row[0] for row in self.db.execute("SELECT hash FROM forgotten"))

    # --- reading it --------------------------------------------------------------------------------------------------

    _SESSION = "num, id, agent, root, project, agent_version, model, started, ended, prompts, tool_calls, edits, person, shown, files, gone, stamp"

    def sessions(
        self,
        *,
        project: str | None = None,
        since: int | None = None,
        until: int | None = None,
        shown: bool = True,
        agent: str | None = None,
    ) -> list[StoredSession]:
        """Sessions that started in [since, until) (milliseconds), in a project (its folder, or a part of its name), with an agent
        (its id), oldest first."""
        where, given = _where(project, since, until, shown, agent)
        rows = self.db.execute(f"SELECT {self._SESSION} FROM sessions s {where} ORDER BY started, id", given)
        return [_session(r) for r in rows]

    def session(self, num: int) -> StoredSession:
        """A session by its number."""
        return _session(self.db.execute(f"SELECT {self._SESSION} FROM sessions WHERE num = ?", (num,)).fetchone())

    def recent(self, since: int, until: int) -> list[StoredSession]:
        """Sessions with a person, still there, whose last record is of [since, until] (milliseconds)."""
        rows = self.db.execute(
            f"SELECT {self._SESSION} FROM sessions WHERE ended BETWEEN ? AND ? AND shown AND person AND NOT gone ORDER BY num",
            (since, until),
        )
        return [_session(r) for r in rows]

    def session_ids(self, agent: str) -> set[str]:
        """Ids of everything of an agent's that was read, sessions or not."""
        return {row[0] for row in self.db.execute("SELECT id FROM sessions WHERE agent = ?", (agent,))}

    def find_sessions(self, start: str) -> list[StoredSession]:
        """Sessions whose id begins with these characters."""
        rows = self.db.execute(
            f"SELECT {self._SESSION} FROM sessions WHERE substr(id, 1, ?) = ? AND shown ORDER BY started", (len(start), start)
        )
        return [_session(r) for r in rows]

    def stamps(
        self, *, since: int | None = None, until: int | None = None, project: str | None = None, agent: str | None = None
    ) -> dict[str, int]:
        """The detectors that sessions with a person were read with -> how many."""
        where, given = _where(project, since, until, True, agent)
        return dict(self.db.execute(f"SELECT stamp, count(*) FROM sessions s {where} AND person GROUP BY stamp", given))

    def restamp(self, num: int, catalogue: Catalogue, readings: dict[str, Reading], given: dict[str, Given]) -> None:
        """Store what changed practices say of a session; what the others said stays. Call inside `change()`."""
        db = self.db
        packed, started, bits = db.execute("SELECT given, started, around FROM sessions WHERE num = ?", (num,)).fetchone()
        names = {p.id for p in catalogue.practices}
        kept = {
            name: g for name, g in (_given.decode(packed) if packed else {}).items() if name in names and name not in readings
        }
        kept |= given
        db.execute("UPDATE sessions SET stamp = ?, given = ? WHERE num = ?", (catalogue.stamp, pack(kept) if kept else None, num))
        words = words_of(bits)
        self._store_readings(num, started, readings | {name: g.where for name, g in given.items() if g.word in words})
        marks = ",".join("?" * len(names))
        db.execute(f"DELETE FROM readings WHERE session = ? AND practice NOT IN ({marks})", (num, *sorted(names)))

    def stale(self, stamp: str) -> list[tuple[int, str, bool]]:
        """Sessions that were read with other detectors, or without their flow: (number, the stamp of those, whether their trace and
        their flow are stored)."""
        rows = self.db.execute(
            f"SELECT num, stamp, spans IS NOT NULL AND {_FLOWS} FROM sessions WHERE stamp != ? OR NOT {_FLOWS} ORDER BY num",
            (stamp,),
        )
        return [(num, former, bool(traced)) for num, former, traced in rows]

    def reading_rows(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        project: str | None = None,
        agent: str | None = None,
        practice: str | None = None,
    ) -> list[tuple[str, str, str | None, int, int]]:
        """(practice, word, by, at, tool calls) of sessions a person took part in; for one practice, or for all."""
        where, given = _where(project, since, until, True, agent)
        if practice is not None:
            where += " AND r.practice = ?"
            given.append(practice)
        query = f"SELECT r.practice, r.word, r.by, r.at, s.tool_calls FROM sessions s JOIN readings r ON r.session = s.num {where} AND s.person AND r.word != 'not-applicable'"
        return self.db.execute(query, given).fetchall()

    def share(
        self, num: int
    ) -> (
        tuple[
            tuple[int, bool, bool, str],
            list[tuple[str, str, str | None, int, int]],
            list[tuple[str, str, str | None, str | None, str | None, int, int]],
        ]
        | None
    ):
        """What one session adds to all counts: (started, gone, person, stamp), its `reading_rows` and `correction_rows`; None
        where it is none."""
        db = self.db
        row = db.execute("SELECT started, gone, person, stamp FROM sessions WHERE num = ? AND shown", (num,)).fetchone()
        if row is None:
            return None
        read = db.execute(
            "SELECT r.practice, r.word, r.by, r.at, s.tool_calls FROM sessions s JOIN readings r ON r.session = s.num"
            " WHERE s.num = ? AND r.word != 'not-applicable'",
            (num,),
        ).fetchall()
        said = db.execute(
            "SELECT c.practice, c.word, c.by, r.word, r.by, coalesce(r.at, s.started), s.tool_calls FROM sessions s"
            " JOIN corrections c ON c.agent = s.agent AND c.session = s.id"
            " LEFT JOIN readings r ON r.session = s.num AND r.practice = c.practice WHERE s.num = ?",
            (num,),
        ).fetchall()
        return (row[0], bool(row[1]), bool(row[2]), row[3]), read, said

    def next_start(self, after: int) -> int | None:
        """When the first session starts that does not start before this time; None where there is none."""
        row = self.db.execute("SELECT min(started) FROM sessions WHERE shown AND started >= ?", (after,)).fetchone()
        return int(row[0]) if row[0] is not None else None

    def holds_session(self) -> bool:
        """Whether there is any session."""
        return self.db.execute("SELECT 1 FROM sessions WHERE shown LIMIT 1").fetchone() is not None

    def readings(self, nums: Sequence[int] | None = None) -> dict[int, dict[str, Reading]]:
        """Session number -> practice -> reading; of all sessions, or of these."""
        query = "SELECT session, practice, word, by, count, sure, moments FROM readings"
        if nums is None:
            rows = self.db.execute(query).fetchall()
        else:
            rows = []
            for start in range(0, len(nums), 400):
                some = nums[start : start + 400]
                rows.extend(self.db.execute(f"{query} WHERE session IN ({','.join('?' * len(some))})", some).fetchall())
        out: dict[int, dict[str, Reading]] = {}
        for session, practice, word, by, count, sure, moments in rows:
            out.setdefault(session, {})[practice] = _reading(word, by, count, sure, moments)
        return out

    def newest(
        self,
        practice: str,
        word: Word,
        limit: int,
        *,
        project: str | None = None,
        since: int | None = None,
        until: int | None = None,
        agent: str | None = None,
    ) -> list[tuple[StoredSession, Reading]]:
        """Sessions with a person of which this was read, unless they said otherwise, the newest first."""
        where, given = _where(project, since, until, True, agent)
        rows = self.db.execute(
            "SELECT r.session, r.word, r.by, r.count, r.sure, r.moments FROM readings r JOIN sessions s ON s.num = r.session"
            f" {where} AND s.person AND r.practice = ? AND r.word = ?"
            " AND NOT EXISTS (SELECT 1 FROM corrections c"
            " WHERE c.agent = s.agent AND c.session = s.id AND c.practice = r.practice AND c.word != r.word)"
            " ORDER BY r.at DESC LIMIT ?",
            (*given, practice, word, limit),
        ).fetchall()
        return [(self.session(r[0]), _reading(r[1], r[2], r[3], r[4], r[5])) for r in rows]

    def counts(
        self, *, since: int | None = None, until: int | None = None, project: str | None = None, agent: str | None = None
    ) -> tuple[int, int, int]:
        """(sessions with a person, automatic ones, when the last one with a person started) in the window."""
        where, given = _where(project, since, until, True, agent)
        row = self.db.execute(
            f"SELECT coalesce(sum(person), 0), coalesce(sum(NOT person), 0), coalesce(max(iif(person, started, 0)), 0) FROM sessions s {where}",
            given,
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def ran(self, begin: int, end: int, *, project: str | None = None, agent: str | None = None) -> list[Ran]:
        """The flow of the sessions with a person that ran in [begin, end) (milliseconds since 1970, UTC)."""
        where, given = _where(project, None, end, True, agent)
        rows = self.db.execute(
            f"SELECT repo, started, ended, spans, flow FROM sessions s {where} AND person AND ended >= ? AND spans IS NOT NULL"
            f" AND {_FLOWS} ORDER BY started",
            (*given, begin),
        )
        return [Ran(r[0], r[1], r[2], _spans.decode(r[3]).spans, _flow.decode(r[4][1:])) for r in rows]

    def commits(self, since: int) -> list[tuple[int, str, tuple[Made, ...]]]:
        """(session's number, project, the commits it made) of the sessions whose last record is of that time or later."""
        rows = self.db.execute(
            f"SELECT num, project, flow FROM sessions WHERE ended >= ? AND shown AND {_FLOWS} ORDER BY started", (since,)
        )
        found = ((num, project, _flow.decode(flow[1:]).commits) for num, project, flow in rows)
        return [one for one in found if one[2]]

    def week_rows(
        self, begin: int, end: int, *, project: str | None = None, agent: str | None = None
    ) -> list[tuple[str, str, str | None, int, int, int]]:
        """(practice, word, by, at, tool calls, session's number) of what happened in [begin, end), in sessions with a person."""
        where, given = _where(project, None, end, True, agent)
        return self.db.execute(
            "SELECT r.practice, r.word, r.by, r.at, s.tool_calls, s.num FROM sessions s JOIN readings r ON r.session = s.num"
            f" {where} AND s.person AND s.ended >= ? AND r.word != 'not-applicable' AND r.at >= ? AND r.at < ?",
            (*given, begin, begin, end),
        ).fetchall()

    def starts(self, begin: int, end: int, *, project: str | None = None, agent: str | None = None) -> list[tuple[int, bool]]:
        """(when it began, whether a person took part) of the sessions that began in [begin, end)."""
        where, given = _where(project, begin, end, True, agent)
        return [(at, bool(person)) for at, person in self.db.execute(f"SELECT started, person FROM sessions s {where}", given)]

    def went_on(self, begin: int, end: int, *, project: str | None = None, agent: str | None = None) -> int:
        """How many sessions with a person began before, and were at work in [begin, end)."""
        where, given = _where(project, None, begin, True, agent)
        rows = self.db.execute(
            f"SELECT spans FROM sessions s {where} AND person AND ended >= ? AND spans IS NOT NULL", (*given, begin)
        )
        return sum(any(first < end and last >= begin for first, last in _spans.decode(row[0]).spans) for row in rows)

    def started_before(self, at: int, most: int) -> int:
        """How many sessions with a person began before a moment, counted up to `most`."""
        query = "SELECT count(*) FROM (SELECT 1 FROM sessions WHERE shown AND person AND started < ? LIMIT ?)"
        return int(self.db.execute(query, (at, most)).fetchone()[0])

    def did_before(self, practice: str, before: int) -> bool:
        """Whether the person asked for a practice in any session before a moment, with their corrections."""
        return (
            self.db.execute(
                f"SELECT 1 FROM readings r JOIN sessions s ON s.num = r.session {_CORRECTED} WHERE r.practice = ?"
                " AND coalesce(c.word, r.word) = 'seen' AND iif(c.word IS NULL, r.by, c.by) = 'you'"
                " AND r.at < ? AND s.person AND s.shown LIMIT 1",
                (practice, before),
            ).fetchone()
            is not None
        )

    def lines(self) -> list[tuple[int, str, str, str, int, int, int, int, int, int, int]]:
        """(number, id, agent, project, started, ended, prompts, tool calls, edits, person, gone) of all sessions, newest first."""
        return self.db.execute(
            "SELECT num, id, agent, project, started, ended, prompts, tool_calls, edits, person, gone FROM sessions WHERE shown"
            " ORDER BY started DESC, id"
        ).fetchall()

    def seen_in(self) -> list[tuple[int, str, str | None]]:
        """(session's number, practice, by) of all that was read as seen, without the person's word on it."""
        return self.db.execute("SELECT session, practice, by FROM readings WHERE word = 'seen' ORDER BY session").fetchall()

    def main_file(self, num: int) -> MainFile | None:
        """The main transcript of a session; None where there is no such session, or it has no file."""
        row = self.db.execute(
            "SELECT id, agent, root, json_extract(files, '$[0]') FROM sessions WHERE num = ?", (num,)
        ).fetchone()
        return (
            None if row is None or row[3] is None else MainFile(row[0], row[1], row[2], os.path.join(row[2], *row[3].split("/")))
        )

    def by_project(self) -> list[tuple[str, int, int]]:
        """(folder, sessions with a person, when the last one started), the last used first."""
        return self.db.execute(
            "SELECT project, count(*), max(started) FROM sessions WHERE shown AND person GROUP BY project ORDER BY 3 DESC, 1"
        ).fetchall()

    def by_agent(self) -> list[tuple[str, int, int]]:
        """(agent's id, sessions with a person, when the last one started), the last used first."""
        return self.db.execute(
            "SELECT agent, count(*), max(started) FROM sessions WHERE shown AND person GROUP BY agent ORDER BY 3 DESC, 1"
        ).fetchall()

    def extent(self) -> tuple[int, int, int, int]:
        """(sessions, gone ones, first start, last end) over everything."""
        row = self.db.execute(
            "SELECT count(*), coalesce(sum(gone), 0), coalesce(min(nullif(started, 0)), 0), coalesce(max(ended), 0) FROM sessions WHERE shown"
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2]), int(row[3])

    def passed(self) -> dict[str, int]:
        """Lines by what became of them, over all files: "used", or the reason for which they were passed over."""
        out: dict[str, int] = {}
        for (state,) in self.db.execute("SELECT state FROM files"):
            for reason, n in _counted.decode(state).passed.items():
                out[reason] = out.get(reason, 0) + n
        return out

    def passed_in(self, reason: str) -> list[tuple[str, str, int]]:
        """(root, file, lines) of the files with lines that were passed over for this reason, the most lines first."""
        rows = self.db.execute("SELECT root, name, state FROM files")
        counted = [(root, name, _counted.decode(state).passed.get(reason, 0)) for root, name, state in rows]
        return sorted((row for row in counted if row[2]), key=lambda row: (-row[2], row[0], row[1]))

    def line_count(self) -> int:
        """Lines read, over all files."""
        return sum(_counted.decode(state).lines for (state,) in self.db.execute("SELECT state FROM files"))


_CORRECTED = "LEFT JOIN corrections c ON c.agent = s.agent AND c.session = s.id AND c.practice = r.practice"


def _where(project: str | None, since: int | None, until: int | None, shown: bool, agent: str | None) -> tuple[str, list[object]]:
    """The condition on `sessions s`, and what is given to it."""
    conditions: list[str] = []
    given: list[object] = []
    if shown:
        conditions.append("shown")
    if project is not None:
        conditions.append("(project = ? OR instr(lower(project), lower(?)))")
        given += [project, project]
    if agent is not None:
        # Corrections name an agent, too.
        conditions.append("s.agent = ?")
        given.append(agent)
    if since is not None:
        conditions.append("started >= ?")
        given.append(since)
    if until is not None:
        conditions.append("started < ?")
        given.append(until)
    return ("WHERE " + " AND ".join(conditions or ["1"])), given


def _session(row: tuple[object, ...]) -> StoredSession:
    values = list(row)
    values[12:16] = [bool(row[12]), bool(row[13]), tuple(json.loads(str(row[14]))), bool(row[15])]
    return StoredSession(*values)  # type: ignore[arg-type]


def _reading(word: Word, by: By | None, count: int, sure: Sure | None, moments: bytes | None) -> Reading:
    return Reading(word, by, count, sure, _moments.decode(moments) if moments else ())
