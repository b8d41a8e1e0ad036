"""The profile's tables as they were first released, and the numbered steps from there to today's. Nothing else makes tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

FIRST = """
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
  gone INTEGER NOT NULL DEFAULT 0, UNIQUE (root, name));
CREATE INDEX files_session ON files (session);
CREATE TABLE facts (file INTEGER NOT NULL, part INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (file, part)) WITHOUT ROWID;
CREATE TABLE readings (
  session INTEGER NOT NULL, practice TEXT NOT NULL, word TEXT NOT NULL, by TEXT, count INTEGER NOT NULL, sure TEXT,
  at INTEGER NOT NULL, moments BLOB, PRIMARY KEY (session, practice)) WITHOUT ROWID;
CREATE TABLE identities (id INTEGER PRIMARY KEY, session INTEGER NOT NULL);
CREATE TABLE precedence (winner INTEGER NOT NULL, loser INTEGER NOT NULL, PRIMARY KEY (winner, loser)) WITHOUT ROWID;
"""
"""Schema 1. It never changes: a profile that was made with it is still out there."""


def _to_2(db: sqlite3.Connection) -> None:
    """What the person says of the readings, and what sessions say of each other."""
    _run(
        db,
        """
ALTER TABLE sessions ADD COLUMN repo TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN spans BLOB;
ALTER TABLE sessions ADD COLUMN opening BLOB;
ALTER TABLE sessions ADD COLUMN around INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN given BLOB;
ALTER TABLE files ADD COLUMN patterns TEXT NOT NULL DEFAULT '';
CREATE TABLE instructions (key INTEGER NOT NULL, session INTEGER NOT NULL, PRIMARY KEY (key, session)) WITHOUT ROWID;
CREATE INDEX instructions_session ON instructions (session);
CREATE TABLE corrections (
  agent TEXT NOT NULL, session TEXT NOT NULL, practice TEXT NOT NULL, word TEXT NOT NULL, by TEXT, because TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL, PRIMARY KEY (agent, session, practice)) WITHOUT ROWID;
CREATE TABLE choices (practice TEXT PRIMARY KEY, choice TEXT NOT NULL, because TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE audits (
  num INTEGER PRIMARY KEY, at INTEGER NOT NULL, agent TEXT NOT NULL, session TEXT NOT NULL, practice TEXT NOT NULL, word TEXT NOT NULL,
  by TEXT, answer TEXT NOT NULL);
CREATE TABLE forgotten (hash INTEGER PRIMARY KEY, at INTEGER NOT NULL);
""",
    )


def _to_3(db: sqlite3.Connection) -> None:
    """The sessions that a running one may be a neighbour of are those that ended lately: found without looking at all."""
    _run(db, "CREATE INDEX sessions_ended ON sessions (ended);\n")


def _to_4(db: sqlite3.Connection) -> None:
    """The flow of each session; what the coach suggested and what became of it; how a week felt to the person."""
    _run(
        db,
        """
ALTER TABLE sessions ADD COLUMN flow BLOB;
CREATE TABLE tips (
  num INTEGER PRIMARY KEY, practice TEXT NOT NULL, at INTEGER NOT NULL, you INTEGER NOT NULL, happened INTEGER NOT NULL,
  applied INTEGER NOT NULL, answer TEXT NOT NULL DEFAULT '', answered INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0);
CREATE TABLE focuses (
  num INTEGER PRIMARY KEY, practice TEXT NOT NULL, at INTEGER NOT NULL, said TEXT NOT NULL, since INTEGER NOT NULL,
  you INTEGER NOT NULL, happened INTEGER NOT NULL, applied INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0, how TEXT NOT NULL DEFAULT '');
CREATE TABLE checkins (
  week TEXT PRIMARY KEY, satisfaction INTEGER NOT NULL, flow INTEGER NOT NULL, alone INTEGER NOT NULL, note TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL) WITHOUT ROWID;
""",
    )


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (_to_2, _to_3, _to_4)
"""The step at index n leads from schema n + 1 to n + 2. A released step never changes; the next change is a new one."""
SCHEMA = 1 + len(STEPS)
"""The schema this program knows; a newer one is refused politely."""


def make(db: sqlite3.Connection) -> None:
    """Make the tables in an empty database. Call inside a transaction."""
    _run(db, FIRST)
    migrate(db, 1)


def migrate(db: sqlite3.Connection, schema: int) -> None:
    """Lead a database from this schema to today's, one step after the other. Call inside a transaction."""
    for step in STEPS[schema - 1 :]:
        step(db)
    db.execute(f"PRAGMA user_version={SCHEMA}")


def _run(db: sqlite3.Connection, statements: str) -> None:
    # Not executescript: that would end the transaction.
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)
