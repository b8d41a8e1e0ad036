"""The profile: for its owner alone, all or nothing, and without a word of what was said."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach import profile as storing
from accrete_coach.migrations import SCHEMA
from accrete_coach.practice import Moment, Reading
from accrete_coach.profile import MOST_PARTS, FileChange, Profile, ProfileError, SessionChange, pack, wal_is_safe
from accrete_coach.sessions.claude_code.transcript import State, Transcript
from accrete_coach.sessions.facts import Fact, Kind, Status
from accrete_coach.sessions.tail import Position
from faults.made import ASK, WORK, Tree, append, coach_of, contents, places_of


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    made = Profile(tmp_path / "own" / "profile.db")
    yield made
    made.close()


def session(name: str = "s1", **more: Any) -> SessionChange:
    plain = SessionChange(
        name, "claude-code", "/root", "/project", "2.1", "model", 1000, 2000, 1, 2, 3, True, True, ("a",), {}, b""
    )
    return dataclasses.replace(plain, **more)


def file(facts: list[Fact], name: str = "a", *, afresh: bool = False, size: int = 10) -> FileChange:
    packed = pack(facts) if facts else b""
    return FileChange("/root", name, "", size, 1, 1, 1, pack(Position(offset=size)), pack(State(lines=size)), packed, afresh)


def fact(n: int) -> Fact:
    return Fact(Kind.READ, 1000 + n, n + 1, 7_000_000 + n)


def dump(made: Profile) -> list[str]:
    return list(made.db.iterdump())


# --- for its owner alone -----------------------------------------------------------------------------------------------


def modes(folder: Path) -> dict[str, int]:
    return {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}


@pytest.mark.parametrize("safe", [True, False])
def test_folder_and_files_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: safe)
    Tree(tmp_path / "claude").add("s1")
    before = os.umask(0)
    try:
        places = places_of(tmp_path)
        coach = coach_of(places)
        coach.scan()
        with coach.profile.change():
            coach.profile.set_meta("some", "thing")
            during = modes(places.home)
        places.lock.unlink()
        assert coach._lock.take()
        coach.scan()
    finally:
        os.umask(before)
    assert stat.S_IMODE(places.home.stat().st_mode) == 0o700
    assert any(name.endswith("-wal" if safe else "-journal") for name in during), "looked while nothing was written"
    for found in (during, modes(places.home)):
        assert {"profile.db", "profile.toml", "reader.lock"} <= set(found) | {"reader.lock"}
        assert set(found.values()) == {0o600}, found
    coach.close()


def test_each_profile_has_a_key_of_its_own(tmp_path: Path) -> None:
    one, other = Profile(tmp_path / "1" / "p.db"), Profile(tmp_path / "2" / "p.db")
    assert len(one.key) == 16
    assert one.key != other.key
    one.close()
    again = Profile(tmp_path / "1" / "p.db")
    assert again.key == one_key(tmp_path / "1" / "p.db")
    again.close()
    other.close()


def one_key(path: Path) -> bytes:
    db = sqlite3.connect(path)
    try:
        key = db.execute("SELECT value FROM meta WHERE key = 'key'").fetchone()[0]
        assert isinstance(key, bytes)
        return key
    finally:
        db.close()


def test_a_profile_that_lost_its_key_says_so(profile: Profile) -> None:
    with profile.change():
        profile.db.execute("DELETE FROM meta")
    with pytest.raises(ProfileError, match="lost its key"):
        _ = profile.key


# --- all or nothing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt, sqlite3.OperationalError])
def test_an_interrupted_change_leaves_nothing(profile: Profile, problem: type[BaseException]) -> None:
    with profile.change():
        profile.store(session(), [file([fact(0)])], "stamp")
    before = dump(profile)

    def change() -> None:
        with profile.change():
            change = session(readings={"p": Reading("seen", "you", 1, "certain", (Moment(0, 1, 5),))})
            profile.store(change, [file([fact(1)], size=20), file([fact(2)], "b")], "other stamp")
            profile.claim(1, [1, 2, 3])
            profile.set_meta("some", "thing")
            assert dump(profile) != before, "nothing had been changed yet"
            raise problem("now")

    with pytest.raises(problem):
        change()
    assert dump(profile) == before
    with profile.change():
        profile.set_meta("some", "thing")
    assert profile.meta("some") == "thing", "the next change works"


def test_nobody_sees_a_change_before_it_is_whole(profile: Profile) -> None:
    assert profile.path is not None
    other = Profile(profile.path)
    with profile.change():
        profile.store(session(), [file([fact(0)])], "stamp")
        assert other.sessions() == []
        assert other.known_files() == {}
    assert [s.id for s in other.sessions()] == ["s1"]
    other.close()


def test_the_data_version_tells_of_changes_by_others(profile: Profile) -> None:
    assert profile.path is not None
    other = Profile(profile.path)
    before = other.data_version
    with profile.change():
        profile.set_meta("some", "thing")
    assert other.data_version != before
    other.close()


# --- what is no profile ------------------------------------------------------------------------------------------------


def refused(path: Path, match: str) -> str:
    """Opening is refused with a sentence, and not a byte changes."""
    before = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    with pytest.raises(ProfileError, match=match) as raised:
        Profile(path).key  # noqa: B018
    after = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    assert sorted(name for name in before | after if before.get(name) != after.get(name)) == []
    told = str(raised.value)
    assert str(path) in told
    return told


@pytest.mark.parametrize("safe", [True, False])
def test_a_profile_of_a_newer_program_is_refused_politely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool) -> None:
    path = tmp_path / "profile.db"
    Profile(path).close()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA user_version={SCHEMA + 1}")
    db.close()
    monkeypatch.setattr(storing, "wal_is_safe", lambda: safe)
    told = refused(path, "newer accrete-coach")
    assert f"schema {SCHEMA + 1}" in told
    assert "update" in told


def foreign(path: Path, *, version: int = 0, journal: str = "delete") -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA journal_mode={journal}")
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.execute("INSERT INTO recipes VALUES ('soup')")
    db.execute(f"PRAGMA user_version={version}")
    db.close()


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_of_another_program_is_refused_and_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str, safe: bool
) -> None:
    foreign(tmp_path / "profile.db", journal=journal)
    monkeypatch.setattr(storing, "wal_is_safe", lambda: safe)
    refused(tmp_path / "profile.db", "another program")


def test_a_database_of_another_program_with_the_same_number_is_refused(tmp_path: Path) -> None:
    foreign(tmp_path / "profile.db", version=SCHEMA)
    refused(tmp_path / "profile.db", "another program")


@pytest.mark.parametrize("garbage", [b"these are my notes\n" * 400, b"\0" * 5000, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_refused_and_untouched(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "profile.db"
    path.write_bytes(garbage)
    assert "move it away" in refused(path, "no profile that can be read")


def test_a_folder_in_the_profiles_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "profile.db").mkdir()
    with pytest.raises(ProfileError, match="can't be opened"):
        Profile(tmp_path / "profile.db")


def test_an_empty_file_becomes_a_profile(tmp_path: Path) -> None:
    (tmp_path / "profile.db").touch(0o600)
    made = Profile(tmp_path / "profile.db")
    assert made.sessions() == []
    made.close()


def test_a_profile_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = Profile(None)
    with made.change():
        made.store(session(), [file([fact(0)])], "stamp")
    assert len(made.sessions()) == 1
    assert list(tmp_path.iterdir()) == []
    made.close()


# --- the journal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 49, 99), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_reset_is_mended(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


@pytest.mark.parametrize(("safe", "journal", "synchronous"), [(True, "wal", 1), (False, "delete", 2)])
def test_the_journal_follows_the_linked_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool, journal: str, synchronous: int
) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: safe)
    made = Profile(tmp_path / "profile.db")
    assert made.journal == journal
    assert made.db.execute("PRAGMA journal_mode").fetchone()[0] == journal
    assert made.db.execute("PRAGMA synchronous").fetchone()[0] == synchronous
    made.close()


def test_a_wal_profile_is_turned_back_by_a_sqlite_that_could_corrupt_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: True)
    made = Profile(tmp_path / "profile.db")
    with made.change():
        made.store(session(), [file([fact(0)])], "stamp")
    made.close()
    monkeypatch.setattr(storing, "wal_is_safe", lambda: False)
    again = Profile(tmp_path / "profile.db")
    assert again.journal == "delete"
    assert [s.id for s in again.sessions()] == ["s1"]
    again.close()


# --- facts -------------------------------------------------------------------------------------------------------------


def test_many_chunks_of_facts_are_joined_and_none_is_lost(profile: Profile) -> None:
    count = 2 * MOST_PARTS + 7
    most = 0
    for n in range(count):
        with profile.change():
            num = profile.store(session(), [file([fact(2 * n), fact(2 * n + 1)], size=n + 1)], "stamp")
        (stored,) = profile.files_of(num)
        most = max(most, stored.parts)
        assert [f.line for f in stored.facts] == list(range(1, 2 * n + 3))
    assert most <= MOST_PARTS + 1
    assert stored.parts < count / 2, "they were never joined"
    assert stored.position.offset == count


def test_facts_that_replace_all_former_ones_leave_none_of_them(profile: Profile) -> None:
    with profile.change():
        profile.store(session(), [file([fact(0), fact(1)])], "stamp")
    with profile.change():
        num = profile.store(session(), [file([fact(5)], afresh=True)], "stamp")
    (stored,) = profile.files_of(num)
    assert stored.facts == [fact(5)]
    assert stored.generation == 1


_whole = st.integers(0, 2**63 - 1)
_fact = st.builds(
    Fact,
    kind=st.sampled_from(Kind),
    at=st.integers(0, 2**53),
    line=st.integers(1, 10**9),
    id=_whole,
    cues=_whole,
    status=st.sampled_from(Status),
    size=st.integers(0, 10**9),
    name=st.sampled_from(["", "tests", "Explore"]),
    targets=st.lists(_whole, max_size=4).map(tuple),
    ref=_whole,
    end=st.integers(0, 10**9),
    agent=_whole,
    prints=st.binary(max_size=64),
)


@given(st.lists(st.lists(_fact, min_size=1, max_size=5), min_size=1, max_size=4))
def test_facts_come_back_as_they_were_stored(chunks: list[list[Fact]]) -> None:
    made = Profile(None)
    for chunk in chunks:
        with made.change():
            num = made.store(session(), [file(chunk)], "stamp")
    (stored,) = made.files_of(num)
    assert stored.facts == [f for chunk in chunks for f in chunk]
    made.close()


def test_what_was_read_of_a_session_comes_back(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1")
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    before = contents(coach.profile)
    coach.close()
    again = coach_of(places_of(tmp_path))
    assert contents(again.profile) == before
    facts = again.profile.files_of(1)[0].facts
    assert {Kind.PROMPT, Kind.EDIT, Kind.CHECK, Kind.COMMIT, Kind.DELEGATE} <= {f.kind for f in facts}
    assert msgspec.msgpack.decode(pack(facts), type=list[Fact]) == facts
    again.close()


# --- no text -----------------------------------------------------------------------------------------------------------

STEM = b"kanarie"
"""Stands in every word of the transcript that must not be stored."""

SPOKEN = """cleared
you: kanarie-prompt please change kanarie-file.py and /srv/kanarie-dir/x.py, see https://kanarie-host.example/kanarie-url
scout kanarie-task find it -> kanarie-found
worker kanarie-change it -> kanarie-result
you [plan mode]: kanarie-plan-prompt first
plan: 1. kanarie-plan 2. kanarie-step
you refuse: kanarie-refusal
plan: 1. kanarie-plan-b
you accept
you [image]: kanarie-picture
you [queued]: kanarie-queued prompt
read app/kanarie-read.py
search kanarie-pattern
fetch https://kanarie-fetch.example/
edit app/kanarie-edit.py +12
write app/kanarie-new.py +30
run kanarie-program --kanarie-option -> kanarie-output
run pytest -q tests/kanarie_test.py -> ! 1 failed kanarie-failure
run git commit -m "kanarie-message for kanarie-ticket-12" -> [main 1234567] kanarie-message
you refuse the tool: kanarie-instead
asks: kanarie-question?
you answer: kanarie-answer
skill kanarie-skill
you run /kanarie-command kanarie-argument
tasks: kanarie-one; kanarie-two
task done
interrupt
compacted
reply: kanarie-reply, shall I kanarie-offer?
you: kanarie-last words"""


def record(n: int, **more: Any) -> bytes:
    base = {
        "sessionId": "s1",
        "cwd": "/home/sam/shop",
        "version": "2.1.200",
        "uuid": f"u{n}",
        "timestamp": f"2026-03-02T20:00:{n:02d}.000Z",
    }
    return json.dumps(base | more).encode() + b"\n"


def call(n: int, tool: str, **given: Any) -> bytes:
    block = {"type": "tool_use", "id": f"call{n}", "name": tool, "input": given}
    return record(n, type="assistant", message={"role": "assistant", "content": [block]})


OPEN_CALLS = [
    call(1, "mcp__kanarie-server__kanarie-tool", kanarie="kanarie-value"),
    call(2, "KanarieTool", query="kanarie-query"),
    call(3, "Bash", command="kanarie-program --kanarie-flag 'kanarie-word' > kanarie-out.txt && ./kanarie-script.sh"),
    call(4, "Bash", command="KANARIE=kanarie pytest kanarie.py && git commit -m 'kanarie message' -- kanarie.py"),
    call(5, "Edit", file_path="/home/sam/shop/kanarie.py", old_string="kanarie-old", new_string="- [x] kanarie-new"),
    call(6, "Agent", subagent_type="kanarie-agent", description="kanarie-description", prompt="kanarie-prompt"),
    call(7, "Skill", skill="kanarie-skill", args="kanarie-args"),
    call(8, "AskUserQuestion", questions=[{"question": "kanarie?", "header": "kanarie", "options": [{"label": "kanarie"}]}]),
    call(9, "ExitPlanMode", plan="1. kanarie 2. kanarie"),
    call(10, "TodoWrite", todos=[{"content": "kanarie", "status": "pending"}]),
    call(11, "PowerShell", command="Invoke-Kanarie -Path kanarie.ps1"),
    record(12, type="user", message={"role": "user", "content": "<bash-input>kanarie-bang --now</bash-input>"}),
    record(13, type="queue-operation", operation="enqueue", content="kanarie-queued words that wait"),
    record(14, type="user", message={"role": "user", "content": "<command-name>/kanarie-cmd</command-name><command-args>kanarie</command-args>"}),
    record(15, type="attachment", attachment={"type": "file", "filename": "kanarie.py", "content": "kanarie"}),
    record(16, type="summary", summary="kanarie-summary"),
    record(17, type="ai-title", aiTitle="kanarie-title"),
    record(18, type="system", subtype="local_command", content="<command-name>/kanarie-local</command-name>"),
    record(19, type="assistant", gitBranch="kanarie-branch", message={"role": "assistant", "content": [{"type": "text", "text": "kanarie-said"}]}),
    record(20, type="user", toolUseResult={"kanarie": "kanarie"}, message={"role": "user", "content": [{"type": "tool_result", "tool_use_id": "none", "content": "kanarie"}]}),
    b'{"type":"user","message":{"role":"user","content":"kanarie-torn',
]  # fmt: skip


def leaks(folder: Path) -> list[str]:
    """Where the stem stands in the bytes of any file, with what surrounds it."""
    out = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes().lower()
        at = data.find(STEM)
        while at >= 0:
            out.append(f"{path.name}: {data[max(0, at - 24) : at + 40]!r}")
            at = data.find(STEM, at + 1)
    return out


def followed(tmp_path: Path, lines: list[tuple[Path, bytes]], monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], set[str]]:
    """Read a transcript line after line: what leaks at any moment, also within a change, and which files were searched."""
    found: list[str] = []
    searched: set[str] = set()
    places = places_of(tmp_path)
    coach = coach_of(places)
    store = Profile.store

    def look() -> None:
        found.extend(leaks(places.home))
        searched.update(p.name for p in places.home.iterdir())

    def watched(self: Profile, *given: Any) -> int:
        num = store(self, *given)
        look()
        return num

    monkeypatch.setattr(Profile, "store", watched)
    for n, line in enumerate(lines):
        append([line])
        coach.scan()
        if n % 5 == 0:
            look()
    look()
    coach.close()
    look()
    return found, searched


@pytest.mark.parametrize("safe", [True, False])
def test_no_word_of_a_session_is_stored_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: safe)
    lines = Tree(tmp_path / "claude").lines("s1", SPOKEN)
    assert sum(line.lower().count(STEM) for _, line in lines) > 50
    found, searched = followed(tmp_path, lines, monkeypatch)
    assert not found
    assert {"profile.db", "profile.toml", "reader.lock", "profile.db-wal" if safe else "profile.db-journal"} <= searched


@pytest.mark.parametrize("n", range(len(OPEN_CALLS)))
def test_no_word_of_what_is_still_open_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", ASK)
    found, _ = followed(tmp_path, [(tree.path("s1"), OPEN_CALLS[n])], monkeypatch)
    assert not found


def test_no_word_of_the_agents_own_history_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Tree(tmp_path / "claude").add("s1", ASK)
    typed = {"display": "kanarie-typed", "project": "/srv/kanarie", "sessionId": "other", "pastedContents": {"1": "kanarie"}}
    (tmp_path / "claude" / "history.jsonl").write_text(json.dumps(typed) + "\n")
    found, _ = followed(tmp_path, [], monkeypatch)
    assert not found


def test_a_variant_that_leaks_a_prompt_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Transcript._prompt_fact

    def leaky(self: Transcript, number: int, at: int, text: str, extra: int, identity: tuple[str, ...]) -> Fact:
        return msgspec.structs.replace(whole(self, number, at, text, extra, identity), name=text[:40])

    monkeypatch.setattr(Transcript, "_prompt_fact", leaky)
    lines = Tree(tmp_path / "claude").lines("s1", SPOKEN)
    found, _ = followed(tmp_path, lines, monkeypatch)
    assert any("kanarie-prompt" in one and one.startswith("profile.db:") for one in found)


def test_a_variant_that_leaks_only_until_it_commits_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = storing.Profile.store

    def leaky(self: Profile, *given: Any) -> int:
        num = store(self, *given)
        assert self.path is not None
        (self.path.parent / "profile.db-scratch").write_bytes(STEM)
        return num

    monkeypatch.setattr(Profile, "store", leaky)
    found, _ = followed(tmp_path, Tree(tmp_path / "claude").lines("s1", ASK), monkeypatch)
    assert found


def test_the_project_folder_is_kept_in_the_database_and_nowhere_else(tmp_path: Path) -> None:
    Tree(tmp_path / "claude").add("s1", WORK, project="/home/sam/kanarie-project")
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    assert coach.profile.sessions()[0].project == "/home/sam/kanarie-project"
    coach.close()
    shutil.rmtree(tmp_path / "claude")
    assert {one.partition(":")[0] for one in leaks(tmp_path)} == {"profile.db"}
