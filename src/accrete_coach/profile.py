"""The personal profile: SQLite with reading positions, facts and readings, each change one transaction."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .practice import By, Moment, Reading, Sure, Word
from .sessions.facts import FACTS_VERSION, Fact
from .sessions.tail import Position

if TYPE_CHECKING:
    from .sessions.claude_code import State

SCHEMA = 1
"""Raised when the tables change; a newer one than this is refused politely."""
APPLICATION = 0x41434331
"""SQLite's application id of a profile ("ACC1")."""
MOST_PARTS = 48
"""Chunks of facts a file may have before they are joined into one."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE sessions (
  num INTEGER PRIMARY KEY, id TEXT NOT NULL, agent TEXT NOT NULL, root TEXT NOT NULL, project TEXT NOT NULL,
  agent_version TEXT NOT NULL, model TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL, prompts INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL, edits INTEGER NOT NULL, person INTEGER NOT NULL, shown INTEGER NOT NULL, files TEXT NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0, stamp TEXT NOT NULL, UNIQUE (agent, id));
CREATE INDEX sessions_started ON sessions (started);
CREATE TABLE files (
  num INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions (num), root TEXT NOT NULL, name TEXT NOT NULL,
  subagent TEXT NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL, device INTEGER NOT NULL,
  position BLOB NOT NULL, state BLOB NOT NULL, facts_version INTEGER NOT NULL, generation INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0, patterns TEXT NOT NULL DEFAULT '', UNIQUE (root, name));
CREATE INDEX files_session ON files (session);
CREATE TABLE facts (file INTEGER NOT NULL, part INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (file, part)) WITHOUT ROWID;
CREATE TABLE readings (
  session INTEGER NOT NULL, practice TEXT NOT NULL, word TEXT NOT NULL, by TEXT, count INTEGER NOT NULL, sure TEXT,
  at INTEGER NOT NULL, moments BLOB, PRIMARY KEY (session, practice)) WITHOUT ROWID;
CREATE TABLE identities (id INTEGER PRIMARY KEY, session INTEGER NOT NULL);
CREATE TABLE precedence (winner INTEGER NOT NULL, loser INTEGER NOT NULL, PRIMARY KEY (winner, loser)) WITHOUT ROWID;
"""

_WAL_RESET_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Versions from which on SQLite's WAL-reset bug is fixed, each for its own branch."""


class ProfileError(Exception):
    """The profile can't be used; the message says what, where and what happens now."""


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


_pack = msgspec.msgpack.Encoder().encode
_facts = msgspec.msgpack.Decoder(list[Fact])
_position = msgspec.msgpack.Decoder(Position)
_moments = msgspec.msgpack.Decoder(tuple[Moment, ...])


@cache
def _state() -> msgspec.msgpack.Decoder[State]:
    # Loaded only where it is asked for: it brings the whole reader, which a command that only shows needs not.
    from .sessions.claude_code import State

    return msgspec.msgpack.Decoder(State)


def pack(value: object) -> bytes:
    """A value as it is stored."""
    return _pack(value)


class Profile:
    """The database. One connection, one thread. Everything that changes happens inside `with profile.change():`."""

    def __init__(self, path: Path | None) -> None:
        """Open, or make, the profile. `None` keeps it in memory.

        Raises ProfileError where it is no profile, or one of a newer program.
        """
        self.path = path
        self.note = ""
        if path is None:
            self.db = sqlite3.connect(":memory:", isolation_level=None)
        else:
            fresh = not path.exists()
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if fresh:
                    # Readable by its owner only, from the first byte on.
                    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
                self.db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
            except (OSError, sqlite3.Error) as problem:
                raise ProfileError(f"{path}: the profile can't be opened ({problem})") from problem
        try:
            self._prepare()
        except sqlite3.OperationalError as problem:
            self.db.close()
            if "locked" in str(problem) or "busy" in str(problem):
                raise ProfileError(
                    f"{path}: another process has held the profile for more than five seconds; try again"
                ) from problem
            raise ProfileError(f"{path}: the profile can't be used ({problem})") from problem
        except sqlite3.DatabaseError as problem:
            self.db.close()
            raise ProfileError(
                f"{path}: this is no profile that can be read ({problem}); move it away and run a scan"
            ) from problem
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
            raise ProfileError(f"{self.path}: a database of another program; nothing was changed. Move it away to go on")
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
                    for statement in _TABLES.split(";\n"):
                        if statement.strip():
                            db.execute(statement)
                    db.execute("INSERT INTO meta VALUES ('key', ?)", (secrets.token_bytes(16),))
                    db.execute(f"PRAGMA application_id={APPLICATION}")
                    db.execute(f"PRAGMA user_version={SCHEMA}")

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # --- small things ------------------------------------------------------------------------------------------------

    @property
    def key(self) -> bytes:
        """The key of all hashes. Never leaves the machine."""
        key = self.meta("key")
        if not isinstance(key, bytes):
            raise ProfileError(f"{self.path}: the profile has lost its key; move it away and run a scan")
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

    # --- files -------------------------------------------------------------------------------------------------------

    def known_files(self) -> dict[tuple[str, str], KnownFile]:
        """(root, name) -> what is known of the file."""
        rows = self.db.execute(
            "SELECT root, name, num, session, size, mtime, inode, device, facts_version, gone, patterns FROM files"
        )
        return {(r[0], r[1]): KnownFile(r[2], r[3], r[4], r[5], r[6], r[7], r[8], bool(r[9]), r[10]) for r in rows}

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
        num = int(
            db.execute(
                "INSERT INTO sessions (id, agent, root, project, agent_version, model, started, ended, prompts, tool_calls, edits, person, shown, files, stamp)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent, id) DO UPDATE SET root = excluded.root, project = excluded.project,"
                " agent_version = excluded.agent_version, model = excluded.model, started = excluded.started, ended = excluded.ended,"
                " prompts = excluded.prompts, tool_calls = excluded.tool_calls, edits = excluded.edits, person = excluded.person, shown = excluded.shown,"
                " files = excluded.files, stamp = excluded.stamp RETURNING num",
                (
                    session.id, session.agent, session.root, session.project, session.agent_version, session.model, session.started, session.ended,
                    session.prompts, session.tool_calls, session.edits, int(session.person), int(session.shown), json.dumps(session.files), stamp,
                ),
            ).fetchone()[0]
        )  # fmt: skip
        for file in files:
            self._store_file(num, file)
        if files:
            self._settle_gone("WHERE num = ?", (num,))
        self._store_readings(num, session)
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
                FACTS_VERSION, file.patterns, int(file.afresh),
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

    def _store_readings(self, num: int, session: SessionChange) -> None:
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
                    (r.moments[0].at or session.started) if r.moments else session.started,
                    pack(r.moments) if r.moments else None,
                )
                for name, r in session.readings.items()
            ],
        )
        # What is no practice any more, or is paused, says nothing.
        kept = ",".join("?" * len(session.readings))
        self.db.execute(f"DELETE FROM readings WHERE session = ? AND practice NOT IN ({kept})", (num, *session.readings))

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

    # --- reading it --------------------------------------------------------------------------------------------------

    _SESSION = "num, id, agent, root, project, agent_version, model, started, ended, prompts, tool_calls, edits, person, shown, files, gone, stamp"

    def sessions(
        self, *, project: str | None = None, since: int | None = None, until: int | None = None, shown: bool = True
    ) -> list[StoredSession]:
        """Sessions that started in [since, until) (milliseconds), in a project (its folder, or a part of its name), oldest first."""
        where, given = _where(project, since, until, shown)
        rows = self.db.execute(f"SELECT {self._SESSION} FROM sessions {where} ORDER BY started, id", given)
        return [_session(r) for r in rows]

    def session(self, num: int) -> StoredSession:
        """A session by its number."""
        return _session(self.db.execute(f"SELECT {self._SESSION} FROM sessions WHERE num = ?", (num,)).fetchone())

    def session_ids(self) -> set[str]:
        """Ids of everything that was read, sessions or not."""
        return {row[0] for row in self.db.execute("SELECT id FROM sessions")}

    def find_sessions(self, start: str) -> list[StoredSession]:
        """Sessions whose id begins with these characters."""
        rows = self.db.execute(
            f"SELECT {self._SESSION} FROM sessions WHERE substr(id, 1, ?) = ? AND shown ORDER BY started", (len(start), start)
        )
        return [_session(r) for r in rows]

    def stale(self, stamp: str) -> list[int]:
        """Numbers of sessions that were read with other detectors."""
        return [r[0] for r in self.db.execute("SELECT num FROM sessions WHERE stamp != ? ORDER BY num", (stamp,))]

    def reading_rows(
        self, *, since: int | None = None, until: int | None = None, project: str | None = None
    ) -> list[tuple[str, str, str | None, int, int]]:
        """(practice, word, by, at, tool calls) of sessions a person took part in."""
        where, given = _where(project, since, until, True)
        query = f"SELECT r.practice, r.word, r.by, r.at, s.tool_calls FROM sessions s JOIN readings r ON r.session = s.num {where} AND s.person AND r.word != 'not-applicable'"
        return self.db.execute(query, given).fetchall()

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

    def newest_seen(
        self, practice: str, limit: int, *, project: str | None = None, since: int | None = None, until: int | None = None
    ) -> list[tuple[StoredSession, Reading]]:
        """Sessions with a person in which a practice was seen, the newest first."""
        where, given = _where(project, since, until, True)
        rows = self.db.execute(
            "SELECT r.session, r.word, r.by, r.count, r.sure, r.moments FROM readings r JOIN sessions s ON s.num = r.session"
            f" {where} AND s.person AND r.practice = ? AND r.word = 'seen' ORDER BY r.at DESC LIMIT ?",
            (*given, practice, limit),
        ).fetchall()
        return [(self.session(r[0]), _reading(r[1], r[2], r[3], r[4], r[5])) for r in rows]

    def counts(self, *, since: int | None = None, until: int | None = None, project: str | None = None) -> tuple[int, int, int]:
        """(sessions with a person, automatic ones, when the last one with a person started) in the window."""
        where, given = _where(project, since, until, True)
        row = self.db.execute(
            f"SELECT coalesce(sum(person), 0), coalesce(sum(NOT person), 0), coalesce(max(iif(person, started, 0)), 0) FROM sessions s {where}",
            given,
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

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
            for reason, n in _state().decode(state).passed.items():
                out[reason] = out.get(reason, 0) + n
        return out

    def line_count(self) -> int:
        """Lines read, over all files."""
        return sum(_state().decode(state).lines for (state,) in self.db.execute("SELECT state FROM files"))


def _where(project: str | None, since: int | None, until: int | None, shown: bool) -> tuple[str, list[object]]:
    conditions: list[str] = []
    given: list[object] = []
    if shown:
        conditions.append("shown")
    if project is not None:
        conditions.append("(project = ? OR instr(lower(project), lower(?)))")
        given += [project, project]
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
