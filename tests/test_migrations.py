"""Older profiles are brought up to date step by step: nothing is lost, and a copy is made before."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from accrete_coach import migrations
from accrete_coach.migrations import FIRST, SCHEMA, STEPS
from accrete_coach.practice import Moment, Reading
from accrete_coach.profile import APPLICATION, Profile, ProfileError, pack
from accrete_coach.sessions.claude_code.transcript import State
from accrete_coach.sessions.facts import Fact, Kind, Status
from accrete_coach.sessions.tail import Position
from faults.made import environment, sound

RELEASED = """
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
"""The tables as 0.1 was released with them, word for word."""

PRINTS = bytes(range(64))
OLD_FACTS = [
    # kind, at, line, id, cues, status, size, name, targets, ref, end, agent, prints: a fact of version 1 has no more.
    [1, 1_700_000_000_000, 1, 11, 1 << 14, 0, 7, "", [], 0, 0, 0, PRINTS],
    [17, 1_700_000_001_000, 4, 12, 1 << 35, 1, 24, "", [77, 78], 0, 5, 0, b""],
    [19, 1_700_000_002_000, 6, 13, 1 << 43, 2, 0, "pytest", [5], 0, 7, 0, b""],
]
MOMENTS = (Moment(0, 6, 1_700_000_002_000),)
DATA_TABLES = ("meta", "sessions", "files", "facts", "readings", "identities", "precedence")


def released(path: Path) -> None:
    """A profile as the first release left it, with a bit of everything."""
    db = sqlite3.connect(path, isolation_level=None)
    for statement in RELEASED.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('key', ?)", (b"k" * 16,))
    db.execute("INSERT INTO meta VALUES ('lost', 3)")
    for num, name, gone in ((1, "s1", 0), (2, "s2", 1)):
        db.execute(
            "INSERT INTO sessions VALUES (?, ?, 'claude-code', '/root', '/home/sam/shop', '2.1', 'model', ?, ?, 1, 2, 3, 1, 1, '[\"a\"]', ?, 'stamp')",
            (num, name, 1_700_000_000_000 + num, 1_700_000_100_000 + num, gone),
        )
        db.execute(
            "INSERT INTO files VALUES (?, ?, '/root', ?, '', 10, 20, 30, 40, ?, ?, 1, 2, ?)",
            (num, num, f"file{num}", pack(Position(offset=10)), pack(State(lines=9)), gone),
        )
        db.execute("INSERT INTO facts VALUES (?, 0, ?)", (num, msgspec.msgpack.encode(OLD_FACTS[:2])))
        db.execute("INSERT INTO facts VALUES (?, 1, ?)", (num, msgspec.msgpack.encode(OLD_FACTS[2:])))
        db.execute("INSERT INTO readings VALUES (?, 'run-check', 'seen', 'you', 1, 'likely', 5, ?)", (num, pack(MOMENTS)))
        db.execute("INSERT INTO readings VALUES (?, 'scout', 'not-seen', NULL, 0, 'certain', 5, NULL)", (num,))
    db.execute("INSERT INTO identities VALUES (11, 1)")
    db.execute("INSERT INTO precedence VALUES (1, 2)")
    db.execute(f"PRAGMA application_id={APPLICATION}")
    db.execute("PRAGMA user_version=1")
    db.close()


def rows(path: Path, *, like: dict[str, list[str]] | None = None) -> tuple[dict[str, list[str]], dict[str, list[Any]]]:
    """(columns, rows) of each table of the first release; only the columns `like` names."""
    db = sqlite3.connect(path)
    try:
        columns = like or {t: [c[1] for c in db.execute(f"PRAGMA table_info({t})")] for t in DATA_TABLES}
        return columns, {t: db.execute(f"SELECT {', '.join(columns[t])} FROM {t} ORDER BY 1, 2").fetchall() for t in DATA_TABLES}
    finally:
        db.close()


def shape(path: Path) -> list[Any]:
    """Every table and index with its columns."""
    db = sqlite3.connect(path)
    try:
        names = db.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2").fetchall()
        tables = [n for kind, n, _ in names if kind == "table"]
        return [names, {t: db.execute(f"PRAGMA table_info({t})").fetchall() for t in tables}]
    finally:
        db.close()


def version(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def test_the_first_tables_never_change() -> None:
    assert FIRST == RELEASED


def test_a_released_profile_is_brought_up_to_date_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    released(path)
    columns, before = rows(path)
    profile = Profile(path)
    assert rows(path, like=columns)[1] == before
    assert version(path) == SCHEMA
    assert sound(path)
    assert profile.key == b"k" * 16
    facts = profile.files_of(1)[0].facts
    assert facts == [
        Fact(Kind.PROMPT, 1_700_000_000_000, 1, 11, 1 << 14, Status.UNKNOWN, 7, prints=PRINTS),
        Fact(Kind.EDIT, 1_700_000_001_000, 4, 12, 1 << 35, Status.OK, 24, targets=(77, 78), end=5),
        Fact(Kind.CHECK, 1_700_000_002_000, 6, 13, 1 << 43, Status.FAILED, name="pytest", targets=(5,), end=7),
    ]
    assert profile.files_of(2)[0].facts_version == 1, "they are not taken for facts of today"
    assert profile.readings()[2] == {
        "run-check": Reading("seen", "you", 1, "likely", MOMENTS),
        "scout": Reading("not-seen", sure="certain"),
    }
    assert [(s.id, s.gone) for s in profile.sessions()] == [("s1", False), ("s2", True)]
    profile.close()


def test_a_profile_that_was_brought_up_to_date_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    released(tmp_path / "old.db")
    Profile(tmp_path / "old.db").close()
    Profile(tmp_path / "new.db").close()
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")


def test_a_copy_of_the_older_profile_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    released(path)
    columns, before = rows(path)
    umask = os.umask(0)
    try:
        Profile(path).close()
    finally:
        os.umask(umask)
    (copy,) = (tmp_path / "copies").iterdir()
    assert copy.name == "profile-of-schema-1.db"
    assert (stat.S_IMODE(copy.stat().st_mode), stat.S_IMODE(copy.parent.stat().st_mode)) == (0o600, 0o700)
    assert version(copy) == 1
    assert rows(copy)[0] == columns
    assert rows(copy)[1] == before


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    released(path)
    (tmp_path / "copies").write_text("a file where the folder should be")
    before = path.read_bytes()
    with pytest.raises(ProfileError, match=r"no copy can be made .* nothing was changed"):
        Profile(path)
    assert path.read_bytes() == before


def test_a_step_that_fails_leaves_the_older_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "profile.db"
    released(path)
    before = shape(path), rows(path)

    def fails(db: sqlite3.Connection) -> None:
        STEPS[0](db)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(migrations, "STEPS", (fails,))
    with pytest.raises(ProfileError, match="disk I/O error"):
        Profile(path)
    assert (shape(path), rows(path)) == before
    assert version(path) == 1


def test_steps_are_taken_in_order_and_only_those_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(migrations, "STEPS", tuple(lambda _, n=n: taken.append(n) for n in (2, 3, 4)))
    for schema, expected in ((1, [2, 3, 4]), (2, [3, 4]), (4, [])):
        taken.clear()
        migrations.migrate(sqlite3.connect(":memory:"), schema)
        assert taken == expected


def test_processes_that_open_an_older_profile_at_once_all_get_it(tmp_path: Path) -> None:
    home = tmp_path / "own"
    home.mkdir()
    released(home / "profile.db")
    columns, before = rows(home / "profile.db")
    code = "import sys; from pathlib import Path; from accrete_coach.profile import Profile; print(len(Profile(Path(sys.argv[1])).sessions()))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(home / "profile.db")], env=environment(tmp_path), stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    assert [p.communicate(timeout=60)[0].strip() for p in running] == [b"2"] * 4
    assert version(home / "profile.db") == SCHEMA
    assert rows(home / "profile.db", like=columns)[1] == before
    assert version(home / "copies" / "profile-of-schema-1.db") == 1, "the copy is of the older one, whoever made it"


def test_a_program_of_the_first_release_goes_on_writing_to_a_profile_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    released(path)
    older = sqlite3.connect(path, isolation_level=None)
    older.execute("SELECT count(*) FROM sessions").fetchone()
    Profile(path).close()
    # Word for word what the released program says when it stores a session.
    older.execute(
        "INSERT INTO sessions (id, agent, root, project, agent_version, model, started, ended, prompts, tool_calls, edits, person, shown, files, stamp)"
        " VALUES ('s3', 'claude-code', '/root', '/p', '', '', 1, 2, 1, 1, 1, 1, 1, '[]', 'stamp')"
    )
    older.execute("INSERT OR REPLACE INTO readings VALUES (3, 'scout', 'seen', 'you', 1, 'certain', 5, NULL)")
    older.close()
    profile = Profile(path)
    assert profile.readings([3])[3]["scout"].by == "you"
    profile.close()
