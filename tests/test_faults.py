"""Whatever dies or is done to the files: nothing is lost, nothing counted twice, and what was passed over is named."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import coach as coaching
from accrete_coach.clean import clean
from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.practice import load
from accrete_coach.profile import Profile
from accrete_coach.sessions import acts, tail
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.claude_code import transcript as claude_code
from accrete_coach.sessions.folder import Sweep, sweep
from accrete_coach.sessions.sketch import START
from faults.made import (
    ASK,
    WORK,
    Tree,
    against_fresh,
    append,
    coach_of,
    contents,
    difference,
    places_of,
    program,
    sound,
    twin,
    wait_for,
    watching,
)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "claude")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_of(tmp_path)


@pytest.fixture
def coach(places: Places) -> Iterator[Coach]:
    made = coach_of(places)
    yield made
    made.close()


# --- killed at any moment ----------------------------------------------------------------------------------------------

KILLS = int(os.environ.get("ACCRETE_COACH_KILLS", "25"))


Contents = dict[str, Any]


def killed(folder: Path, variant: str, kills: int, seed: int) -> tuple[Contents, Contents]:
    """Scan while being killed; what the profile holds then, and what one holds that read the final files at once."""
    done = program(folder, "-m", "faults.killed", variant, kills, seed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    told, _ = done.communicate(timeout=60 + 2 * kills)
    assert done.returncode == 0, told.decode(errors="replace")
    places = places_of(folder)
    assert sound(places.profile)
    coach = coach_of(places)
    fresh = twin(places, folder / "fresh")
    try:
        assert coach.scan().read == 0, "the last scan left something unread"
        fresh.scan()
        expected = contents(fresh.profile)
        assert sorted(expected["sessions"]) == [f"session-{n}" for n in range(9)]
        assert all(expected["readings"].values())
        return contents(coach.profile), expected
    finally:
        coach.close()
        fresh.close()


def identities(found: Contents) -> list[tuple[str, int]]:
    """(file, identity) of each fact."""
    return [(name, fact[3]) for name, facts in found["facts"].items() for fact in facts]


def test_whatever_is_killed_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert difference(*killed(tmp_path, "sound", KILLS, 20260302)) == []


def test_without_a_kill_the_same_loop_ends_the_same(tmp_path: Path) -> None:
    assert difference(*killed(tmp_path, "sound", 0, 1)) == []


def test_a_variant_that_stores_the_position_before_the_facts_is_caught(tmp_path: Path) -> None:
    found, expected = killed(tmp_path, "position-first", 12, 2)
    assert set(identities(expected)) - set(identities(found)), "nothing was lost: the kills hit nothing"
    assert difference(found, expected)


def test_a_variant_that_stores_the_position_after_the_facts_is_caught(tmp_path: Path) -> None:
    found, expected = killed(tmp_path, "position-last", 12, 3)
    assert len(identities(found)) > len(set(identities(found))), "nothing was doubled: the kills hit nothing"
    assert len(identities(expected)) == len(set(identities(expected)))
    assert difference(found, expected)


@pytest.mark.parametrize("variant", ["position-first", "position-last"])
def test_the_broken_variants_are_right_as_long_as_nobody_dies(tmp_path: Path, variant: str) -> None:
    assert difference(*killed(tmp_path, variant, 0, 4)) == []


# --- where a reading is cut --------------------------------------------------------------------------------------------

TALK = """you: fix app/cart.py
reply: I look at it first.
reply: It is the rounding. Shall I change it and run the tests?
you: yes, and commit
edit app/cart.py +3
reply: Changed.
reply: Now the tests.
run pytest -q -> 3 passed
reply: They pass.
reply: I could also commit it. Do you want me to?
you: ok
run git commit -m "Round" -> [main 1234567] Round
reply: Done."""
CLEARED_LATER = "you: look at app/a.py\nread app/a.py\nreply: Fine.\ncleared\nyou: now app/b.py\nedit app/b.py +2\nreply: Done."
PLAN_LATER = "you: look at app/a.py\nreply: Fine.\nfrom plan: 1. edit 2. test\nedit app/a.py +2\nreply: Done."
ODD = """you [queued]: and the tests too
you: fix it
you [image]: like this
read app/a.py
you refuse the tool: use the other table
interrupt
asks: which one?
you answer: the second
skill release-notes
you run /release minor
tasks: one; two
task done
compacted
you compact
reviewer look at the diff -> fine
reply: ok"""
TEXTS = {"work": WORK, "talk": TALK, "cleared later": CLEARED_LATER, "plan later": PLAN_LATER, "odd": ODD}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_session_followed_line_by_line_is_the_one_that_is_read_at_once(
    tree: Tree, coach: Coach, tmp_path: Path, text: str
) -> None:
    for line in tree.lines("s1", text):
        append([line])
        coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


@pytest.mark.parametrize("again", [False, True])
def test_every_sketch_of_every_practice_reads_the_same_when_followed(
    tree: Tree, places: Places, tmp_path: Path, again: bool
) -> None:
    sketches = [(p.id, n, s.text) for p in load().practices for n, s in enumerate(p.sketches)]
    lines = [tree.lines(f"{name}-{n}", text) for name, n, text in sketches]
    coach = coach_of(places)
    for step in range(max(map(len, lines))):
        append([one[step] for one in lines if step < len(one)])
        if again and step % 3 == 1:
            # A new process goes on where the other stopped.
            coach.close()
            coach = coach_of(places)
        if step % 2 or step + 1 == max(map(len, lines)):
            coach.scan()
    assert len(coach.profile.sessions()) == len(sketches)
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_records_that_are_written_twice_tell_nothing_new_after_a_cut(tree: Tree, places: Places, tmp_path: Path) -> None:
    lines = [one for one in tree.lines("s1", WORK) if "subagents" not in str(one[0])]
    for start, stop in ((0, 9), (5, 14), (2, len(lines))):
        append(lines[start:stop])
        coach = coach_of(places)
        coach.scan()
        coach.close()
    coach = coach_of(places)
    (stored,) = coach.profile.files_of(1)
    assert len({f.id for f in stored.facts}) == len(stored.facts)
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


@pytest.mark.parametrize("seed", range(3))
def test_torn_writes_wait_for_the_rest(tree: Tree, coach: Coach, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole: dict[Path, bytes] = {}
    for path, line in tree.lines("s1", f"{ASK}\nyou: grüße aus Zürich 🦜 in app/ä.py\n{WORK}"):
        whole[path] = whole.get(path, b"") + line
    for path, data in whole.items():
        cuts = sorted(chance.randrange(len(data)) for _ in range(30))
        for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True):
            append([(path, data[a:b])])
            coach.scan()
    assert coach.profile.passed() == {"used": sum(data.count(b"\n") for data in whole.values())}
    assert against_fresh(coach, tmp_path / "fresh") == []


# --- what is done to files ---------------------------------------------------------------------------------------------


def rewrite(path: Path, data: bytes, *, mtime: int | None = None) -> None:
    """Write other bytes into the same file (the same inode)."""
    before = path.stat()
    with open(path, "r+b") as out:
        out.truncate(0)
        out.write(data)
    assert path.stat().st_ino == before.st_ino
    os.utime(path, ns=(1, mtime if mtime is not None else before.st_mtime_ns + 1_000_000))


def main_lines(tree: Tree, session: str, text: str) -> bytes:
    return b"".join(line for path, line in tree.lines(session, text) if "subagents" not in str(path))


def test_a_truncated_file_is_read_again_and_not_doubled(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    coach.scan()
    path = tree.path("s1")
    lines = path.read_bytes().splitlines(keepends=True)
    rewrite(path, b"".join(lines[:7]))
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []
    append([(path, b"".join(lines[7:]))])
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh 2") == []
    assert next(f for f in coach.profile.files_of(1) if not f.subagent).generation >= 1


def test_a_file_cut_in_the_middle_of_a_line_is_read_again(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    coach.scan()
    path = tree.path("s1")
    data = path.read_bytes()
    rewrite(path, data[: len(data) // 2 + 11])
    coach.scan()
    rewrite(path, data)
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_an_emptied_file_keeps_what_was_read_until_something_else_stands_there(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", ASK)
    coach.scan()
    before = contents(coach.profile)["readings"]
    rewrite(tree.path("s1"), b"")
    coach.scan()
    assert contents(coach.profile)["readings"] == before
    rewrite(tree.path("s1"), main_lines(tree, "s1", WORK))
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_rewritten_file_is_read_again(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", ASK)
    coach.scan()
    rewrite(tree.path("s1"), main_lines(tree, "s1", f"you: something else\n{WORK}"))
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_another_file_with_the_same_inode_and_size_is_read_again(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", "you: read app/aaaa.py\nread app/aaaa.py\nreply: one")
    coach.scan()
    path = tree.path("s1")
    other = main_lines(tree, "s1", "you: look app/bbbb.py\nread app/cccc.py\nreply: two")
    assert len(other) == path.stat().st_size
    rewrite(path, other)
    coach.scan()
    assert len(coach.profile.files_of(1)[0].facts) == len({f.id for f in coach.profile.files_of(1)[0].facts})
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_file_of_which_only_the_beginning_changed_is_read_again(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", "you: what does app/cart.py do?\nread app/cart.py\nreply: It adds up.")
    coach.scan()
    before = tree.path("s1").read_bytes()
    other = before.replace(b"what does app/cart.py do?", b"commit what you have now.", 1)
    assert len(other) == len(before)
    assert other[-64:] == before[-64:]
    rewrite(tree.path("s1"), other)
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_another_file_of_the_same_size_and_time_is_read_again(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", "you: read app/aaaa.py\nread app/aaaa.py\nreply: one")
    coach.scan()
    path = tree.path("s1")
    before = path.stat()
    new = tmp_path / "new"
    new.write_bytes(main_lines(tree, "s1", "you: look app/bbbb.py\nread app/cccc.py\nreply: two"))
    os.utime(new, ns=(1, before.st_mtime_ns))
    assert new.stat().st_size == before.st_size
    new.replace(path)
    assert path.stat().st_ino != before.st_ino
    assert coach.scan().read == 1
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_file_replaced_by_that_of_another_session_is_read_again(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", ASK)
    coach.scan()
    new = tmp_path / "new"
    new.write_bytes(main_lines(tree, "s2", WORK))
    new.replace(tree.path("s1"))
    coach.scan()
    assert [s.id for s in coach.profile.sessions()] == ["s1"]
    assert against_fresh(coach, tmp_path / "fresh") == []


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_history_that_moved_to_another_file_counts_there(tree: Tree, coach: Coach, tmp_path: Path, hours: int) -> None:
    tree.add("s1", TALK)
    coach.scan()
    moved = tree.path("s1").read_bytes()
    other = tree.lines("s1", ASK, start=START + timedelta(hours=hours))
    rewrite(tree.path("s1"), b"".join(line for _, line in other))
    coach.scan()
    tree.path("s2").write_bytes(moved)
    coach.scan()
    assert {s.id: s.prompts for s in coach.profile.sessions()} == {"s1": 1, "s2": 3}
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_copy_with_another_inode_goes_on_where_reading_stopped(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    lines = tree.lines("s1", ASK)
    append(lines[:2])
    coach.scan()
    path = tree.path("s1")
    shutil.copy(path, tmp_path / "copy")
    (tmp_path / "copy").replace(path)
    append(lines[2:])
    coach.scan()
    (stored,) = coach.profile.files_of(1)
    assert stored.generation == 0, "the same content: nothing was read twice"
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_clock_that_goes_backwards_hides_nothing(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    lines = tree.lines("s1", ASK)
    append(lines[:2])
    coach.scan()
    append(lines[2:])
    os.utime(tree.path("s1"), ns=(1, 86_400_000_000_000))
    assert coach.scan().read == 1
    assert against_fresh(coach, tmp_path / "fresh") == []


def counted(coach: Coach) -> dict[str, Any]:
    """What a person sees: how many sessions, and each practice's counts."""
    standings = coach.standings()
    return {"sessions": standings.basis.sessions} | {
        s.practice.id: (s.you, s.happened, s.applied, s.cant_tell) for s in standings
    }


def test_a_renamed_transcript_counts_once(tree: Tree, coach: Coach) -> None:
    tree.add("s1", ASK)
    tree.add("m1", TALK)
    coach.scan()
    before = counted(coach)
    for old, new in (("s1", "a1"), ("m1", "z1")):
        tree.path(old).rename(tree.path(new))
        coach.scan()
        assert counted(coach) == before, f"{old} renamed to {new}"


def test_a_forked_sessions_history_counts_once(tree: Tree, coach: Coach) -> None:
    lines = tree.add(
        "s1",
        "you: use a subagent for app/a.py\nread app/a.py\nreply: Fine.\nyou: commit it\nrun git commit -m Round -> [main 1234567] Round",
    )
    own = tree.lines("s2", "you: now app/b.py\nedit app/b.py +2\nreply: Done.")
    copies = [
        json.dumps(json.loads(line) | {"sessionId": "s2", "forkedFrom": {"sessionId": "s1"}}).encode() + b"\n"
        for _, line in lines
    ]
    append([(tree.path("s2"), line) for line in [*copies, *(line for _, line in own)]])
    coach.scan()
    prompts = {s.id: (s.prompts, s.tool_calls) for s in coach.profile.sessions()}
    assert prompts == {"s1": (2, 2), "s2": (1, 1)}
    assert coach.standings()["coherent-commit"].applied <= 1 + (
        coach.profile.readings()[2]["coherent-commit"].word != "not-applicable"
    )


@pytest.mark.parametrize("copy_first", [True, False])
def test_a_copied_history_counts_once_whichever_is_read_first(tree: Tree, coach: Coach, copy_first: bool) -> None:
    lines = tree.lines("s1", TALK)
    copies = [
        json.dumps(json.loads(line) | {"sessionId": "s2", "forkedFrom": {"sessionId": "s1"}}).encode() + b"\n"
        for _, line in lines
    ]
    own = tree.lines("s2", ASK)
    second = [(tree.path("s2"), line) for line in [*copies, *(line for _, line in own)]]
    for some in (second, lines) if copy_first else (lines, second):
        append(some)
        coach.scan()
    assert {s.id: s.prompts for s in coach.profile.sessions()} == {"s1": 3, "s2": 1}


# --- what is passed over -----------------------------------------------------------------------------------------------


def problems(coach: Coach) -> dict[str, str]:
    return {Path(path).name: why for path, why in coach.scan().problems}


def test_links_pipes_and_what_is_no_file_are_passed_over_and_named(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1", ASK)
    folder = tree.path("s1").parent
    outside = Tree(tmp_path / "outside")
    outside.add("secret", ASK)
    (folder / "linked.jsonl").symlink_to(outside.path("secret"))
    (folder / "nowhere.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "folder.jsonl").mkdir()
    (folder.parent / "out").symlink_to(outside.path("secret").parent)
    (folder.parent / "loop").symlink_to(folder.parent / "loop")
    (folder.parent / "self").symlink_to(folder.parent)
    (folder.parent / "twice").symlink_to(folder)
    told = problems(coach)
    assert set(told) == {"linked.jsonl", "nowhere.jsonl", "pipe.jsonl", "folder.jsonl", "out", "loop", "self", "twice"}
    assert all(told.values())
    assert told["out"] == "a link out of the agent's folder"
    assert [s.id for s in coach.profile.sessions(shown=False)] == ["s1"]
    stored = coach.profile.meta("problems")
    assert isinstance(stored, str)
    assert len(json.loads(stored)) == len(told), "the doctor can name them"


def test_a_folder_that_leads_back_to_itself_is_gone_through_once(tree: Tree, coach: Coach) -> None:
    tree.add("s1")
    deep = tree.path("s1").with_suffix("") / "subagents" / "deep"
    deep.mkdir()
    (deep / "up").symlink_to(deep.parent)
    (deep / "round").symlink_to(deep)
    report = coach.scan()
    assert report.files == 2
    assert {Path(path).name for path, _ in report.problems} == {"up", "round"}


def denied(monkeypatch: pytest.MonkeyPatch, path: Path, *, folder: bool = False) -> Callable[[], None]:
    """Let nobody read a file or a folder, not even root."""
    real: Any = os.scandir if folder else os.open

    def refuse(given: Any, *rest: Any, **more: Any) -> Any:
        if os.fspath(given) == str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return real(given, *rest, **more)

    monkeypatch.setattr(os, "scandir" if folder else "open", refuse)
    return lambda: monkeypatch.setattr(os, "scandir" if folder else "open", real)


def test_an_unreadable_file_is_named_and_its_neighbours_are_read(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        tree.add(f"s{n}", ASK)
    allow = denied(monkeypatch, tree.path("s1"))
    report = coach.scan()
    assert report.problems == ((str(tree.path("s1")), "Permission denied"),)
    assert [s.id for s in coach.profile.sessions()] == ["s0", "s2"]
    allow()
    assert coach.scan().problems == ()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_an_unreadable_folder_is_named_and_its_neighbours_are_read(
    tree: Tree, coach: Coach, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1", ASK)
    tree.add("s2", ASK, slug="-home-sam-other")
    denied(monkeypatch, tree.path("s1").parent, folder=True)
    report = coach.scan()
    assert report.problems == ((str(tree.path("s1").parent), "Permission denied"),)
    assert [s.id for s in coach.profile.sessions()] == ["s2"]


def test_a_grown_file_that_cant_be_read_for_once_is_read_the_next_time(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tree.lines("s1", ASK)
    append(lines[:2])
    coach.scan()
    append(lines[2:])
    allow = denied(monkeypatch, tree.path("s1"))
    assert [why for _, why in coach.scan().problems] == ["Permission denied"]
    allow()
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_disk_that_fails_in_the_middle_of_a_file_loses_and_doubles_nothing(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "BLOCK", 700)
    lines = tree.lines("s1", WORK)
    append(lines[:6])
    coach.scan()
    append(lines[6:])
    real, reads, failed = os.read, [0], [0]

    def read(handle: int, size: int) -> bytes:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            reads[0] += 1
            if reads[0] in (6, 13):
                failed[0] += 1
                raise OSError(5, "Input/output error")
        return real(handle, size)

    monkeypatch.setattr(os, "read", read)
    assert "Input/output error" in [why for _, why in coach.scan().problems]
    coach.scan()
    monkeypatch.setattr(os, "read", real)
    coach.scan()
    assert failed == [2]
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_disk_that_fails_while_watching_loses_and_doubles_nothing(
    tree: Tree, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "BLOCK", 700)
    monkeypatch.setattr(coaching, "ROUND", 0.2)
    path = tree.path("s1")
    lines = [one for one in tree.lines("s1", WORK) if one[0] == path]
    parts = [b"".join(line for _, line in some) for some in (lines[:3], lines[3:6], lines[6:14], lines[14:])]
    append([(path, parts[0])])
    real, reads, failed = os.read, [0], [0]

    def read(handle: int, size: int) -> bytes:
        status = os.fstat(handle)
        if stat.S_ISREG(status.st_mode) and status.st_size == len(b"".join(parts[:3])):
            reads[0] += 1
            if reads[0] == 5:
                failed[0] += 1
                raise OSError(5, "Input/output error")
        return real(handle, size)

    with watching(places, events=False) as seen:
        append([(path, parts[1])])
        assert wait_for(lambda: seen.told("s1"), 5)
        monkeypatch.setattr(os, "read", read)
        append([(path, parts[2])])
        assert wait_for(lambda: failed[0], 5)
        monkeypatch.setattr(os, "read", real)
        before = len(seen.updates)
        append([(path, parts[3])])
        assert wait_for(lambda: any("s1" in u.sessions for u in seen.updates[before:]), 5)
    coach = coach_of(places)
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


@pytest.mark.parametrize("first", [True, False])
def test_a_full_disk_loses_and_doubles_nothing(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    lines = tree.lines("s1", WORK)
    if not first:
        append(lines[:6])
        coach.scan()
    append(lines if first else lines[6:])
    whole = Profile._store_readings
    failed = []

    def full(self: Profile, *given: Any) -> None:
        failed.append(1)
        raise sqlite3.OperationalError("database or disk is full")

    before = contents(coach.profile)
    monkeypatch.setattr(Profile, "_store_readings", full)
    with suppress(sqlite3.OperationalError):
        coach.scan()
    assert failed
    assert contents(coach.profile) == before
    monkeypatch.setattr(Profile, "_store_readings", whole)
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def after_the_sweep(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something once, between looking at the folders and opening the files."""
    todo = [act]

    def swept(roots: tuple[Root, ...]) -> Sweep:
        found = sweep(roots)
        if todo:
            todo.pop()()
        return found

    monkeypatch.setattr(coaching, "sweep", swept)


def test_a_file_that_vanishes_before_it_is_opened_is_no_fault(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1", ASK)
    tree.add("s2", ASK)
    after_the_sweep(monkeypatch, tree.path("s1").unlink)
    report = coach.scan()
    assert report.problems == ()
    assert [s.id for s in coach.profile.sessions()] == ["s2"]
    tree.add("s1", WORK)
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []


def test_a_known_file_that_vanishes_before_it_is_opened_keeps_its_facts(
    tree: Tree, coach: Coach, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tree.lines("s1", ASK)
    append(lines[:2])
    coach.scan()
    before = contents(coach.profile)
    append(lines[2:])
    after_the_sweep(monkeypatch, tree.path("s1").unlink)
    assert coach.scan().problems == ()
    assert contents(coach.profile) == before
    coach.scan()
    assert contents(coach.profile)["facts"] == before["facts"]
    assert coach.profile.sessions()[0].gone


def test_a_file_that_becomes_a_pipe_before_it_is_opened_does_not_hang(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1", ASK)
    tree.add("s2", ASK)
    path = tree.path("s1")

    def swap() -> None:
        path.unlink()
        os.mkfifo(path)

    after_the_sweep(monkeypatch, swap)
    done: list[list[str]] = []

    def run() -> None:
        coach = coach_of(places)
        coach.scan()
        done.append([s.id for s in coach.profile.sessions()])
        coach.close()

    reading = threading.Thread(target=run, daemon=True)
    reading.start()
    reading.join(10)
    if reading.is_alive():
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))  # Lets go of it.
    assert done == [["s2"]]


def test_a_file_that_becomes_a_link_before_it_is_opened_is_not_followed(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1", ASK)
    path = tree.path("s1")
    path.rename(tmp_path / "elsewhere")
    path.write_bytes(b"{}\n")

    def swap() -> None:
        path.unlink()
        path.symlink_to(tmp_path / "elsewhere")

    after_the_sweep(monkeypatch, swap)
    assert [Path(where).name for where, _ in coach.scan().problems] == ["s1.jsonl"]
    assert coach.profile.sessions() == []


@pytest.mark.skipif(os.uname().sysname == "Darwin", reason="the file system there takes UTF-8 only")
@pytest.mark.parametrize("where", ["session", "project"])
def test_a_name_that_is_no_utf8_stops_nothing(tree: Tree, coach: Coach, where: str) -> None:
    tree.add("s1", ASK)
    folder = os.fsencode(tree.path("s1").parent)
    data = main_lines(tree, "odd", ASK)
    if where == "session":
        odd = folder + b"/odd-\xff\xfe.jsonl"
    else:
        os.mkdir(folder + b"-\xff")
        odd = folder + b"-\xff/odd.jsonl"
    with open(odd, "wb") as out:
        out.write(data)
    report = coach.scan()
    assert "s1" in [s.id for s in coach.profile.sessions()]
    assert len(coach.profile.sessions()) == 2 or report.problems, "read or named"


# --- hostile text ------------------------------------------------------------------------------------------------------

HOSTILE = {
    "escape sequences": "\x1b]0;gone\x07\x1b[2J\x1b]52;c;aGk=\x1b\\\x9b31m",
    "markup": "[@click=app.quit]x[/] [bold red]y [/nope] [[[",
    "bidi": "\u202egnp.exe\u2066\u2069\u200f\u2028\u2029",
    "lone surrogate": "\ud800 and \udfff",
    "nul": "a\0b\0\0",
    "tags and marks": "\U000e0041\U000e0042 z" + "\u0301" * 400,
    "a megabyte": "word " * 210_000,
    "a megabyte without a blank": "x" * 1_050_000,
    "angle brackets": "<command-name>" * 300 + "<system-reminder>" * 300,
    "quotes and newlines": "\"'\\\n\r\n\t```" * 50,
    "a number": "1e999 -0 NaN Infinity",
    "sql": "'; DROP TABLE sessions; --",
}


def poisoned(value: Any, poison: str, at: str = "") -> Any:
    """Every text of a record replaced, but for the few that say what the record is."""
    if isinstance(value, dict):
        return {k: poisoned(v, poison, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, poison, at) for v in value]
    if isinstance(value, str) and at not in ("type", "subtype", "role", "id", "tool_use_id", "timestamp", "operation", "name"):
        return poison
    return value


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_every_field_is_read_and_shown_literally(tree: Tree, coach: Coach, poison: str) -> None:
    text = "cleared\nyou: hello\nplan: one\nyou accept\nasks: which?\nyou answer: it\nedit a.py +2\nscout a -> b\nrun git commit -m x -> ok\nreply: x"
    lines = tree.lines("s1", text)
    if len(poison) > 100_000:
        lines = lines[:9]
    title = {"type": "ai-title", "aiTitle": "", "sessionId": "s1"}
    records = [(path, json.loads(line)) for path, line in lines] + [(tree.path("s1"), title)]
    append([(path, json.dumps(poisoned(record, poison)).encode() + b"\n") for path, record in records])
    others = len(tree.add("s2", ASK))
    coach.scan()
    assert "s2" in [s.id for s in coach.profile.sessions()]
    assert sum(coach.profile.passed().values()) == coach.profile.line_count() == len(records) + others
    assert str(coach.standings().basis)
    for number in range(1, len(records) + 1):
        for excerpt in coach.excerpt("claude-code", str(tree.path("s1")), number, 0):
            shown = clean(excerpt.text)
            assert len(shown) <= 4_100 * 8
            assert not any((ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in shown)
            assert not any(c in "\u202e\u2066\u2069\u200f\u2028\u2029" for c in shown)


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_where_a_kind_a_name_or_a_time_should_be_is_read(tree: Tree, coach: Coach, poison: str) -> None:
    lines = [json.loads(line) for path, line in tree.lines("s1", ASK) if "subagents" not in str(path)]
    for key in lines[1]:
        append([(tree.path(f"in-{key}"), json.dumps(line | {key: poison}).encode() + b"\n") for line in lines])
    tree.add("s2", ASK)
    report = coach.scan()
    assert not report.problems
    assert "s2" in [s.id for s in coach.profile.sessions()]
    assert sum(coach.profile.passed().values()) == coach.profile.line_count()


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, 10**400, [], {}, [[]], {"a": {}}, "", [None], [{"type": 5}]], ids=str)
def test_any_field_of_any_type_is_read(tree: Tree, coach: Coach, value: Any) -> None:
    lines = [json.loads(line) for path, line in tree.lines("s1", WORK) if "subagents" not in str(path)]
    keys = {key for line in lines for key in line}
    for key in sorted(keys):
        append([(tree.path(f"in-{key}"), json.dumps(line | {key: value}).encode() + b"\n") for line in lines])
    blocks = [line for line in lines if isinstance(line.get("message", {}).get("content"), list)]
    for key in ("type", "text", "id", "name", "input", "tool_use_id", "content", "is_error"):
        for line in blocks:
            message = line["message"] | {"content": [block | {key: value} for block in line["message"]["content"]]}
            append([(tree.path(f"within-{key}"), json.dumps(line | {"message": message}).encode() + b"\n")])
    tree.add("s2", ASK)
    report = coach.scan()
    assert not report.problems
    assert "s2" in [s.id for s in coach.profile.sessions()]
    assert sum(coach.profile.passed().values()) == coach.profile.line_count()


def test_hostile_text_reaches_no_name_in_the_profile(tree: Tree, coach: Coach) -> None:
    lines = [json.loads(line) for _, line in tree.lines("s1", WORK)]
    append([(tree.path("s1"), json.dumps(poisoned(line, HOSTILE["sql"])).encode() + b"\n") for line in lines])
    coach.scan()
    names = {f.name for f in coach.profile.files_of(1)[0].facts}
    assert HOSTILE["sql"] not in names
    assert names <= {
        "",
        "tests",
        "types",
        "lint",
        "build",
        "look",
        "list",
        "item",
        "update",
        *claude_code.SUBAGENT_TYPES,
        *acts.DIFF_PROGRAMS,
    }


# --- many --------------------------------------------------------------------------------------------------------------


def test_three_hundred_session_folders_are_read_and_then_left_alone(tree: Tree, coach: Coach) -> None:
    for n in range(300):
        tree.add(f"s{n:03}", "you: find it\nscout find it -> found\nreply: Done.", slug=f"-home-sam-p{n % 60}")
    report = coach.scan()
    assert (report.files, report.read, report.sessions) == (600, 600, 300)
    assert len(coach.profile.sessions()) == 300
    again = coach.scan()
    assert (again.files, again.read) == (600, 0)
    append(tree.lines("s299", ASK, slug="-home-sam-p59"))
    shutil.rmtree(tree.root / "projects" / "-home-sam-p7")
    third = coach.scan()
    assert (third.files, third.read) == (590, 1)
    assert sum(s.gone for s in coach.profile.sessions()) == 5


def test_a_scan_that_is_interrupted_goes_on_the_next_time(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    for n in range(4):
        tree.add(f"s{n}")
    coach.scan()
    for n in range(4):
        append(tree.lines(f"s{n}", ASK))
    told: list[object] = []

    def stop(progress: object) -> None:
        told.append(progress)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        coach.scan(stop)
    assert not any("-journal" in p.name for p in coach.places.home.iterdir())
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []
    assert coach.scan().read == 0
