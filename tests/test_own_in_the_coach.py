"""Own practices where transcripts are read: with patterns, in worker processes, changed, added, removed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import reader
from accrete_coach.coach import Coach, Update
from accrete_coach.places import Places
from accrete_coach.practice import load
from accrete_coach.sessions.facts import CLAUDE_CODE
from accrete_coach.sessions.folder import Found
from faults.made import Tree, against_fresh, append, coach_of, environment, places_of, program, wait_for

OWN = """
title = "say what done means"
family = "frame"
grade = "C"
why = "x"
tip = "x"
when_not = "x"
[applies]
kind = "prompt"
[seen]
kind = "prompt"
"""
PATTERN = OWN + "pattern = 'x'\n[patterns.x]\nover = 'prompts'\nre2 = '%s'\n"
FINISHED = "you: mend it; finished when make test passes\nedit a.py +3\nreply: done"
VAGUE = "you: mend it\nedit a.py +3\nreply: done"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "claude")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = places_of(tmp_path)
    found.practices.mkdir(parents=True)
    return found


@contextmanager
def coached(places: Places) -> Iterator[Coach]:
    coach = coach_of(places)
    try:
        yield coach
    finally:
        coach.close()


def words(coach: Coach, name: str = "mine") -> dict[str, str | None]:
    found = coach.profile.readings()
    return {s.id: r.word if (r := found.get(s.num, {}).get(name)) else None for s in coach.profile.sessions()}


def test_an_own_practice_is_read_with_the_others(tree: Tree, places: Places, tmp_path: Path) -> None:
    tree.add("s1", FINISHED)
    (places.practices / "mine.toml").write_text(OWN)
    with coached(places) as coach:
        coach.scan()
        assert words(coach) == {"s1": "seen"}
        assert coach.standings()["mine"].you == 1
        assert [m.line for m in coach.moments("mine")] == [1]
        assert not against_fresh(coach, tmp_path / "fresh")


def test_one_that_is_added_changed_or_removed_has_stored_facts_read_again(tree: Tree, places: Places) -> None:
    lines = tree.add("s1", FINISHED)
    with coached(places) as coach:
        coach.scan()
        assert words(coach) == {"s1": None}
    for path in {path for path, _ in lines}:
        path.unlink()
    mine = places.practices / "mine.toml"
    for text, word in (
        (OWN, "seen"),
        (OWN.replace('[seen]\nkind = "prompt"', '[seen]\nkind = "push"'), "not-seen"),
        (None, None),
    ):
        if text is None:
            mine.unlink()
        else:
            mine.write_text(text)
        with coached(places) as coach:
            report = coach.scan()
            assert (report.read, report.sessions) == (0, 1)
            assert words(coach) == {"s1": word}
            assert coach.scan().sessions == 0
    with coached(places) as coach:
        kept = {name for r in coach.profile.readings().values() for name in r}
        assert kept == {p.id for p in load().practices}


def test_words_alone_have_nothing_read_again(tree: Tree, places: Places) -> None:
    tree.add("s1", FINISHED)
    mine = places.practices / "mine.toml"
    mine.write_text(PATTERN % "finished when")
    with coached(places) as coach:
        coach.scan()
    mine.write_text((PATTERN % "finished when").replace('why = "x"', 'why = "Because."'))
    with coached(places) as coach:
        report = coach.scan()
        assert (report.read, report.sessions) == (0, 0)
        assert coach.catalogue["mine"].why == "Because."


def test_a_new_pattern_is_held_against_what_still_exists(tree: Tree, places: Places, tmp_path: Path) -> None:
    gone = tree.add("gone", FINISHED)
    tree.add("said", FINISHED)
    tree.add("unsaid", VAGUE)
    with coached(places) as coach:
        coach.scan()
    for path in {path for path, _ in gone}:
        path.unlink()
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    with coached(places) as coach:
        report = coach.scan()
        assert (report.read, len(report.problems)) == (2, 0)
        assert words(coach) == {"gone": "cant-tell", "said": "seen", "unsaid": "not-seen"}
        assert words(coach, "run-check")["gone"] == "not-seen", "what asks for no pattern is told from the facts"
        report = coach.scan()
        assert (report.read, report.sessions) == (0, 0)
    # Another one beside it: what was read with the first answers for the first.
    said = tree.path("said")
    said.unlink()
    (places.practices / "other.toml").write_text(PATTERN % "make test")
    with coached(places) as coach:
        assert coach.scan().read == 1
        assert words(coach) == {"gone": "cant-tell", "said": "seen", "unsaid": "not-seen"}
        assert words(coach, "other") == {"gone": "cant-tell", "said": "cant-tell", "unsaid": "not-seen"}
    # A pattern less asks for no file.
    (places.practices / "other.toml").unlink()
    with coached(places) as coach:
        assert coach.scan().read == 0
        assert words(coach) == {"gone": "cant-tell", "said": "seen", "unsaid": "not-seen"}


def test_a_session_of_which_a_file_is_gone_can_not_tell(tree: Tree, places: Places) -> None:
    lines = tree.add("s1", "you: use a subagent to look; finished when found\nscout look -> found\nreply: done")
    with coached(places) as coach:
        coach.scan()
    sub = next(path for path, _ in lines if "subagents" in str(path))
    sub.unlink()
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    with coached(places) as coach:
        assert coach.scan().read == 1
        assert words(coach) == {"s1": "cant-tell"}


def test_lines_that_come_later_are_held_against_the_patterns_too(tree: Tree, places: Places, tmp_path: Path) -> None:
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    lines = tree.lines("s1", f"{VAGUE}\n{FINISHED}")
    append(lines[:3])
    with coached(places) as coach:
        coach.scan()
        assert words(coach) == {"s1": "not-seen"}
        append(lines[3:])
        coach.scan()
        assert words(coach) == {"s1": "seen"}
        assert not against_fresh(coach, tmp_path / "fresh")


def test_a_pattern_that_was_not_asked_for_in_between_is_not_taken_for_read(tree: Tree, places: Places) -> None:
    mine = places.practices / "mine.toml"
    mine.write_text(PATTERN % "finished when")
    lines = tree.lines("s1", f"{VAGUE}\n{FINISHED}")
    append(lines[:3])
    with coached(places) as coach:
        coach.scan()
    mine.unlink()
    append(lines[3:])
    with coached(places) as coach:
        coach.scan()
    mine.write_text(PATTERN % "finished when")
    with coached(places) as coach:
        assert coach.scan().read == 1
        assert words(coach) == {"s1": "seen"}


@pytest.mark.parametrize("spawned", [False, True])
def test_worker_processes_read_with_own_practices(
    spawned: bool, tree: Tree, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BATCH", 1)
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    (places.practices / "broken.toml").write_text("title = 3")
    for n in range(4):
        tree.add(f"s{n}", FINISHED if n % 2 else VAGUE)
    # With a second thread it does not fork.
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    if spawned:
        thread.start()
    try:
        with coached(places) as coach:
            # What the files hold by then is another matter: workers read with what was loaded.
            (places.practices / "mine.toml").write_text("title = 3")
            coach.scan(workers=2)
            assert words(coach) == {"s0": "not-seen", "s1": "seen", "s2": "not-seen", "s3": "seen"}
            assert not against_fresh(coach, tmp_path / "fresh")
    finally:
        over.set()
        if spawned:
            thread.join()


def test_a_rewritten_file_is_held_against_the_patterns_too(tree: Tree, places: Places, tmp_path: Path) -> None:
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    tree.add("s1", VAGUE)
    with coached(places) as coach:
        coach.scan()
        assert words(coach) == {"s1": "not-seen"}
        path = tree.path("s1")
        path.write_bytes(b"".join(line for _, line in tree.lines("s1", FINISHED)))
        coach.scan()
        assert words(coach) == {"s1": "seen"}
        assert not against_fresh(coach, tmp_path / "fresh")


def test_a_running_session_is_followed_with_own_practices(tree: Tree, places: Places) -> None:
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    lines = tree.lines("s1", f"{VAGUE}\n{FINISHED}")
    append(lines[:3])
    stop = threading.Event()
    told: list[Update] = []

    def follow() -> None:
        with coached(places) as coach:
            coach.watch(told.append, stop, events=False)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        assert wait_for(lambda: any(u.note == " " for u in told))
        append(lines[3:])
        assert wait_for(lambda: any("mine" in u.changed for u in told), 15)
        told.clear()
        # What was read stands: it is not read anew each second.
        assert not wait_for(lambda: any(u.sessions for u in told), 2.5)
    finally:
        stop.set()
        thread.join(timeout=15)


def test_two_processes_with_own_practices_agree(tree: Tree, places: Places, tmp_path: Path) -> None:
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    for n in range(3):
        tree.add(f"s{n}", FINISHED if n else VAGUE)
    env = {
        **os.environ,
        "CLAUDE_CONFIG_DIR": str(tree.root),
        "CODEX_HOME": str(tmp_path / "codex"),
        "ACCRETE_COACH_HOME": str(places.home),
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "accrete_coach", "sessions", "--json"], env=env, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        found: dict[str, Any] = {s["id"]: s["practices"]["mine"]["reading"] for s in json.loads(out)["sessions"]}
        assert found == {"s0": "not-seen", "s1": "seen", "s2": "seen"}


def test_an_emptied_file_is_not_read_anew_for_ever(tree: Tree, places: Places) -> None:
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    path = tree.path("s1")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    with coached(places) as coach:
        coach.scan()
        assert coach.scan().read == 0


def test_a_file_remembers_what_it_was_read_with(tree: Tree, places: Places) -> None:
    (places.practices / "mine.toml").write_text(PATTERN % "finished when")
    tree.add("s1", FINISHED)
    with coached(places) as coach:
        coach.scan()
        (known,) = coach.profile.known_files().values()
        assert known.patterns == coach.patterns.stamp != ""
        assert b"finished" not in places.profile.read_bytes()
        (stored,) = coach.profile.files_of(known.session)
        stat = os.stat(tree.path("s1"))
        found = Found(
            str(tree.path("s1")),
            stored.name,
            stored.root,
            stat.st_size,
            stat.st_mtime_ns,
            stat.st_ino,
            stat.st_dev,
            CLAUDE_CODE,
            "s1",
        )
        again = reader.unread(found, coach.hasher, coach.patterns)
        reader.read_file(again, found, coach.hasher)
        assert [f.marks for f in again.facts] == [f.marks for f in stored.facts]


def test_beside_a_reader_that_does_not_know_it_that_is_said_and_nothing_is_claimed(
    tree: Tree, places: Places, tmp_path: Path
) -> None:
    tree.add("s1", FINISHED)
    holder = program(tmp_path, "-m", "faults.holder", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline().strip() == b"watching"
        (places.practices / "mine.toml").write_text(OWN)
        words = [sys.executable, "-m", "accrete_coach"]
        told = subprocess.run([*words, "list", "--json"], env=environment(tmp_path), capture_output=True, text=True, check=True)
        assert "does not know: mine." in told.stderr
        (mine,) = [p for p in json.loads(told.stdout)["practices"] if p["id"] == "mine"]
        assert (mine["state"], mine["cant_tell"]) == ("can't tell", 1)
    finally:
        holder.stdin.close()
        holder.wait(20)
        holder.stdout.close()
    told = subprocess.run([*words, "list", "--json"], env=environment(tmp_path), capture_output=True, text=True, check=True)
    assert told.stderr == ""
    assert [p["you"] for p in json.loads(told.stdout)["practices"] if p["id"] == "mine"] == [1]
