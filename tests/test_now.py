"""What runs now: phrases from the facts of made-up sessions, one line of them, the file, the command and the watch."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import coach as coaching
from accrete_coach import now as now_file
from accrete_coach.coach import Coach, Update
from accrete_coach.now import NOBODY, QUIET, RUNNING_FOR, SETTLES, Now, Running
from accrete_coach.places import Places
from accrete_coach.practice import Catalogue
from accrete_coach.running import running
from accrete_coach.sessions import sketch
from accrete_coach.sessions.agent import agents
from accrete_coach.sessions.assemble import Part, assemble
from accrete_coach.sessions.facts import Session
from accrete_coach.sessions.prints import Hasher
from faults.made import Tree, places_of, wait_for

MINUTE = 60_000


def session_of(text: str, drop: int = 0) -> Session:
    """The session a sketch tells of, without its last lines: as a reader finds it in the middle of things."""
    played = sketch.play(text)
    played = played[: len(played) - drop]
    reader = agents()["claude-code"].transcript(Hasher(b"k"))
    for number, line in enumerate(played, 1):
        assert not line.agent, "for sessions of one thread"
        reader.read(number, line.text.encode())
    found = assemble("s", "claude-code", [Part("m.jsonl", 0, reader.state, reader.facts, reader.loose_ends())])
    assert found is not None
    return found


def of(text: str) -> Running:
    found = running(sketch.read(text))
    assert found is not None
    return found


def cut(text: str, drop: int = 1) -> Running:
    found = running(session_of(text, drop))
    assert found is not None
    return found


# --- what just happened ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "just"),
    [
        ("you: a\nread app/a.py\nreply: done", ""),
        ("you: a\nplan: 1. b", ""),
        ("you: a\nplan: 1. b\nyou accept", "plan agreed"),
        ("you: a\nplan: 1. b\nyou refuse", "you sent the plan back"),
        ("you: a\nasks: which?", ""),
        ("you: a\nasks: which?\nyou answer: that", "you answered"),
        ("you: a\nrun pytest -q -> 12 passed in 1.2s", "tests green"),
        ("you: a\nrun pytest -q -> ! 1 failed, 11 passed in 1.2s", "tests failed"),
        ("you: a\nrun ruff check . -> All checks passed!", "lint green"),
        ("you: a\nrun mypy -> Success: no issues found in 3 source files", "types green"),
        ("you: a\nrun pytest -q -> ! bash: pytest: command not found", "tests did not start"),
        ('you: a\nedit app/a.py\nrun git commit -am "b" -> [main abc1234] b', "commit"),
        ("you: a\nscout where is it -> there", "scout back"),
        ("you: a\nworker write it -> done", "subagent back"),
        ("you: a\nreviewer review the change -> fine", "reviewer back"),
        ("you: a\ntasks: a; b; c; d; e", "a list of 5 tasks"),
        ("you: a\ntasks: a; b; c; d; e\ntask done\ntask done\ntask done", "task done 3 of 5"),
        ("you: a\ntask done", "task done"),
        ("you: a\nedit app/a.py\ninterrupt", "you stopped it"),
        ("you: a\nedit app/a.py\ninterrupt\nyou: b", ""),
        ("you: a\nread app/a.py\nyou refuse the tool", "you refused a step"),
        ("you: a\nread app/a.py\nyou refuse the tool: rather b", "you refused a step"),
        ("you: a\ncompacted", "compacted"),
        ("from plan: 1. b\nedit app/a.py", "opened from a plan"),
        ("cleared\nyou: a", "opened cleared"),
        ("you: a\nrun git push -> done\nread app/a.py", "pushed"),
    ],
)
def test_what_last_happened_of_note_is_told(text: str, just: str) -> None:
    assert of(text).just == just


def test_a_result_is_as_old_as_its_result_not_as_its_call() -> None:
    session = session_of("you: a\nrun pytest -q -> 12 passed in 1.2s")
    found = running(session)
    assert found is not None
    assert found.just_at == session.ended > session.facts[-1].at


# --- what is open ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("you: a\nplan: 1. b", "a plan waits for your word"),
        ("you: a\nasks: which?", "a question waits for your answer"),
        ("you: a\nedit app/a.py", "1 file edited, no check yet"),
        ("you: a\nrun pytest -q -> 12 passed in 1s\nedit app/a.py\nedit app/b.py\nedit app/a.py", "2 files edited since the last check"),
        ("you: a\nedit app/a.py\nedit app/b.py", "2 files edited, no commit yet"),
        ("you: a\nedit app/a.py\nrun git commit -am b -> [main abc1234] b\nedit app/b.py", "1 file edited since the last commit"),
        ("you: a\nedit app/a.py\nedit app/b.py\nrun git commit app/a.py -m b -> [main abc1234] b", "1 file edited since the last commit"),
        ("you: a\nrun pytest -q -> ! 1 failed in 1s\nrun ruff check . -> All checks passed!", "tests failed when last run"),
        ("you: a\ntasks: a; b; c; d; e\ntask done\ntask done", "3 of 5 tasks left"),
        ("you: a\ntasks: a; b", "2 tasks left"),
    ],
)  # fmt: skip
def test_what_is_open_is_told(text: str, phrase: str) -> None:
    assert phrase in of(text).open


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("you: a\nplan: 1. b\nyou accept", "plan"),
        ("you: a\nasks: which?\nyou answer: that", "question"),
        ("you: a\nasks: which?\nyou: never mind", "question"),
        ("you: a\nedit app/a.py\nrun pytest -q -> 12 passed in 1s", "check"),
        ("you: a\nedit README.md +3", "check"),
        ("you: a\nedit /tmp/a.py", "edited"),
        ("you: a\nedit app/a.py\nrun git commit -am b -> [main abc1234] b", "commit"),
        ("you: a\nedit app/a.py\nrun git commit app -m b -> [main abc1234] b", "commit"),
        ("you: a\nrun pytest -q -> ! 1 failed in 1s\nrun pytest -q -> 12 passed in 1s", "failed"),
        ("you: a\nrun pytest -q -> ! 1 failed in 1s", "when last run"),
        ("you: a\nscout where -> there", "out"),
        ("you: a\ntasks: a; b\ntask done\ntask done", "left"),
        ("you: a\ntask done\ntask done", "left"),
    ],
)
def test_what_is_not_open_is_not_told(text: str, words: str) -> None:
    assert not any(words in phrase for phrase in of(text).open)


def test_a_check_that_never_started_checked_nothing() -> None:
    text = "you: a\nedit app/a.py\nrun pytest -q -> ! bash: pytest: command not found"
    assert "1 file edited, no check yet" in of(text).open


def test_a_check_without_a_result_checked_nothing_yet() -> None:
    found = cut("you: a\nedit app/a.py\nrun pytest -q -> 12 passed in 1s")
    assert found.pending == "a check"
    assert "1 file edited, no check yet" in found.open
    assert found.just == ""


def test_without_git_nothing_is_said_of_commits() -> None:
    session = session_of("you: a\nedit app/a.py\nreply: done")
    session.in_git = None
    found = running(session)
    assert found is not None
    assert found.open == ("1 file edited, no check yet",)


def test_subagents_that_are_not_back_are_out() -> None:
    lines = [p for p in sketch.play("you: a\nscouts this; that -> found") if not p.agent]
    calls = [p for p in lines if '"tool_use"' in p.text]

    def out(some: list[sketch.Played]) -> tuple[str, ...]:
        reader = agents()["claude-code"].transcript(Hasher(b"k"))
        for number, line in enumerate(some, 1):
            reader.read(number, line.text.encode())
        session = assemble("s", "claude-code", [Part("m.jsonl", 0, reader.state, reader.facts, reader.loose_ends())])
        found = running(session) if session is not None else None
        assert found is not None
        return found.open

    assert len(calls) == 2
    assert out(lines[:3]) == ("2 subagents are out",)
    assert out(lines[:4]) == ("a subagent is out",)
    assert out(lines) == ()
    stopped = [p for p in sketch.play("you: b\ninterrupt") if not p.agent][-1:]
    assert out(lines[:3] + stopped) == (), "what was stopped never comes back"


# --- who waits for whom ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("you: a", "agent"),
        ("you: a\nread app/a.py", "agent"),
        ("you: a\nreply: done", "you"),
        ("you: a\nreply: done\nyou: b", "agent"),
        ("you: a\nreply: done\nyou run /model", "you"),
        ("you: a\nasks: which?", "you"),
        ("you: a\nasks: which?\nyou answer: that", "agent"),
        ("you: a\nplan: 1. b", "you"),
        ("you: a\nplan: 1. b\nyou accept", "agent"),
        ("you: a\nplan: 1. b\nyou refuse", "you"),
        ("you: a\nplan: 1. b\nyou refuse: rather c", "agent"),
        ("you: a\nread app/a.py\nyou refuse the tool", "you"),
        ("you: a\nread app/a.py\nyou refuse the tool: rather b", "agent"),
        ("you: a\nedit app/a.py\ninterrupt", "you"),
        ("you: a\nreply: first I look\nread app/a.py", "agent"),
    ],
)
def test_who_waits_is_told_by_the_last_act(text: str, waits: str) -> None:
    assert of(text).waits == waits


def test_words_before_a_tool_use_end_no_turn_while_it_has_no_result() -> None:
    found = cut("you: a\nreply: let me run it\nrun make thing -> ok")
    assert (found.waits, found.pending) == ("agent", "a command")


def test_what_is_typed_ahead_begins_no_new_wait() -> None:
    assert of("you: a\nedit app/a.py\nyou [queued]: b").since == of("you: a\nedit app/a.py").since


def test_last_words_count_as_the_end_once_they_have_stood_a_moment() -> None:
    found = of("you: a\nreply: done")
    assert found.waiting(found.since + SETTLES - 1) == ""
    assert found.waiting(found.since + SETTLES) == "you"
    asked = of("you: a\nasks: which?")
    assert asked.waiting(asked.since) == "you"


def test_an_agent_that_is_silent_for_long_is_not_said_to_work() -> None:
    found = of("you: a\nread app/a.py")
    assert found.waiting_words(found.last + QUIET - 1) == "at work 5 min"
    assert found.waiting_words(found.last + QUIET) == "quiet 5 min"


def test_an_edit_without_a_result_is_named_and_nothing_is_said_of_who_waits() -> None:
    found = cut("you: a\nedit app/a.py +3")
    at = found.pending_at + 3 * MINUTE
    assert found.pending == "an edit"
    assert found.opened(found.pending_at + 1000) == found.open
    assert found.opened(at)[0] == "an edit without a result for 3 min"
    assert found.waiting(at) == ""
    assert found.line(at) == "shop: an edit without a result for 3 min"


def test_a_session_the_person_left_does_not_run() -> None:
    assert running(sketch.read("you: a\nreply: done\nyou run /exit")) is None
    assert running(sketch.read("you: a\nreply: done\nyou run /exit\nyou: back again")) is not None


# --- one line ----------------------------------------------------------------------------------------------------------


def made(name: str = "shop", **fields: Any) -> Running:
    return Running(**{"session": name, "project": f"/home/sam/{name}", "last": 10 * MINUTE, **fields})


def test_the_line_says_what_happened_what_is_open_and_who_waits() -> None:
    one = made(just="tests green", open=("2 files edited, no commit yet", "x"), waits="you", since=6 * MINUTE)
    now = Now.of([one, made("till"), made("yard")], 10 * MINUTE)
    assert now.line(10 * MINUTE) == "shop: tests green · 2 files edited, no commit yet · x · waits for you 4 min   (+2 more)"
    assert now.line(12 * MINUTE).endswith("waits for you 6 min   (+2 more)"), "times are those of the moment"


def test_what_the_agent_asks_for_is_said_once() -> None:
    one = made(open=("a plan waits for your word", "x"), waits="you", since=6 * MINUTE)
    assert one.line(10 * MINUTE) == "shop: x · a plan waits for your word 4 min"


def test_a_narrow_line_leaves_out_what_matters_less() -> None:
    one = made(just="tests green", open=("2 files edited, no commit yet", "one more"), waits="you", since=6 * MINUTE)
    assert one.line(10 * MINUTE, 72) == "shop: tests green · 2 files edited, no commit yet · waits for you 4 min"
    assert one.line(10 * MINUTE, 60) == "shop: 2 files edited, no commit yet · waits for you 4 min"
    assert one.line(10 * MINUTE, 44) == "shop: tests green · waits for you 4 min"
    assert one.line(10 * MINUTE, 26) == "shop: waits for you 4 min"
    now = Now.of([one, made("till")], 10 * MINUTE)
    for columns in range(120):
        assert len(now.line(10 * MINUTE, columns)) <= columns


def test_the_longest_wait_for_the_person_comes_first_then_the_liveliest() -> None:
    sessions = [
        made("a", waits="agent", last=8 * MINUTE),
        made("b", waits="you", since=5 * MINUTE),
        made("c", waits="agent", last=9 * MINUTE),
        made("d", waits="you", since=2 * MINUTE),
    ]
    assert [one.session for one in Now.of(sessions, 10 * MINUTE).running] == ["d", "b", "c", "a"]


def test_whoever_fell_silent_is_left_out_when_the_line_is_printed() -> None:
    now = Now.of([made(), made("till", last=20 * MINUTE)], 20 * MINUTE)
    assert len(now.running) == 2
    assert now.line(10 * MINUTE + RUNNING_FOR) == "till"
    assert now.line(20 * MINUTE + RUNNING_FOR) == NOBODY


@pytest.mark.parametrize("hostile", ["\x1b]0;x\x07", "a\nb", "\u202eabc", "e" + "\u0301" * 50, "x" * 100_000, "\x9b31m"])
def test_a_hostile_name_is_one_clean_line(hostile: str) -> None:
    one = made(hostile, just=hostile, open=(hostile,), waits="you")
    for line in (one.line(10 * MINUTE, 100), one.name):
        assert len(line) <= 100
        assert not set(line) & set("\x1b\n\r\x07\x9b\u202e")
        assert "\u0301" * 4 not in line


# --- the file ----------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_read_back_the_same(tmp_path: Path) -> None:
    now = Now((of("you: a\nedit app/a.py\nreply: done"), made("\x1b\u202e\ud800")), 5)
    path = tmp_path / "now.json"
    path.write_text(now_file.dump(now))
    assert now_file.load(path) == now


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "3", '{"schema": 1}', '{"schema": 2, "at": 1, "running": []}', '{"schema": 1, "at": "x", "running": []}',
        '{"schema": 1, "at": 1, "running": [3]}', '{"schema": 1, "at": 1, "running": [{"last": "now"}]}',
        '{"schema": 1, "at": 1, "running": [{"last": 1e400}]}', '{"schema": 1, "at": 1, "running": [{"last": -1}]}',
        '{"schema": 1, "at": 1, "running": [{"open": "ab"}]}', '{"schema": 1, "at": 1, "running": [{"open": [1]}]}',
        '{"schema": 1, "at": 1, "running": [{"reply": 1}]}', '{"schema": 1, "at": true, "running": []}',
        "[" * 100_000, '{"schema": 1, "at": ' + "9" * 5000 + ', "running": []}', '"\\ud800', "\x00\xff" * 10,
        '{"schema": 1, "at": 1, "running": []}' + " " * 300_000,
    ],
)  # fmt: skip
def test_a_broken_file_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "now.json"
    path.write_bytes(text.encode("latin-1"))
    assert now_file.load(path) is None


def test_nothing_waits_for_a_pipe_in_the_files_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "now.json")
    assert now_file.load(tmp_path / "now.json") is None
    assert now_file.load(tmp_path) is None
    (tmp_path / "link").symlink_to("/dev/zero")
    assert now_file.load(tmp_path / "link") is None


# --- the coach ---------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that the test moves."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at.timestamp()


AT = datetime.now(UTC).replace(microsecond=0)
FEW = Catalogue((), (), {})


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "claude")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_of(tmp_path)


def put(tree: Tree, name: str, text: str, *, minutes: float, project: str = "/home/sam/shop") -> Path:
    """A session that began some minutes before AT."""
    for path, line in tree.lines(name, text, project=project, start=AT - timedelta(minutes=minutes)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab") as file:
            file.write(line)
    return tree.path(name)


@contextmanager
def coach_at(places: Places, clock: Callable[[], float]) -> Iterator[Coach]:
    coach = Coach(places, clock=clock, zone=UTC)
    try:
        yield coach
    finally:
        coach.close()


def test_only_what_wrote_in_the_last_half_hour_runs(tree: Tree, places: Places) -> None:
    put(tree, "long-ago", "you: a\nreply: done", minutes=60)
    put(tree, "here", "you: a\nreply: done", minutes=20)
    put(tree, "ahead", "you: a\nreply: done", minutes=-120)
    clock = Clock(AT)
    with coach_at(places, clock) as coach:
        coach.scan()
        assert [one.session for one in coach.now().running] == ["here"]
        clock.at += timedelta(minutes=15)
        assert coach.now().running == ()


def test_what_a_program_ran_is_not_shown(tree: Tree, places: Places) -> None:
    path = put(tree, "script", "you: a\nreply: done", minutes=5)
    path.write_text(path.read_text().replace('"entrypoint": "cli"', '"entrypoint": "sdk-cli"'))
    with coach_at(places, Clock(AT)) as coach:
        coach.scan()
        assert coach.profile.extent()[0] == 1
        assert coach.now().running == ()


def test_a_scan_keeps_what_runs_for_its_owner_alone_and_writes_only_what_is_new(tree: Tree, places: Places) -> None:
    put(tree, "here", "you: the secret words\nedit app/secret.py\nreply: done", minutes=20)
    with coach_at(places, Clock(AT)) as coach:
        coach.scan()
        kept = now_file.load(places.now)
        assert kept is not None
        assert kept.running == coach.now().running
        assert [one.session for one in kept.running] == ["here"]
        assert stat.S_IMODE(places.now.stat().st_mode) == 0o600
        assert "secret" not in places.now.read_text()
        inode = places.now.stat().st_ino
        coach.scan()
        assert places.now.stat().st_ino == inode
        put(tree, "more", "you: a", minutes=5)
        coach.scan()
        assert places.now.stat().st_ino != inode
        assert not places.now.with_suffix(".new").exists()


def test_what_was_forgotten_is_not_kept_as_running(tree: Tree, places: Places) -> None:
    put(tree, "here", "you: a\nreply: done", minutes=20)
    put(tree, "other", "you: a\nreply: done", minutes=10)
    with coach_at(places, Clock(AT)) as coach:
        coach.scan()
        assert "here" in places.now.read_text()
        coach.forget([one for one in coach.meant() if one.id == "here"])
        kept = now_file.load(places.now)
        assert kept is not None
        assert [one.session for one in kept.running] == ["other"]


def test_what_cannot_be_written_anew_does_not_stay(tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tree, "here", "you: a\nreply: done", minutes=20)
    clock = Clock(AT)
    with coach_at(places, clock) as coach:
        coach.scan()
        clock.at += timedelta(hours=1)
        places.now.with_suffix(".new").mkdir()
        coach.write_now(coach.now())
        assert not places.now.exists()


# --- the watch ---------------------------------------------------------------------------------------------------------


@contextmanager
def watched(places: Places, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Update]]:
    monkeypatch.setattr(coaching, "ROUND", 0.1)
    told: list[Update] = []
    stop = threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with coach_at(places, clock) as coach:
                coach.watch(told.append, stop, events=False)
        except BaseException as problem:
            failed.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert not failed


def nows(told: list[Update]) -> list[Now]:
    return [u.now for u in told if u.now is not None]


def test_the_watch_tells_what_runs_as_it_changes_and_when_it_falls_silent(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tree.lines(
        "here", "you: a\nedit app/a.py\nrun pytest -q -> 3 passed in 1s\nreply: done", start=AT - timedelta(minutes=5)
    )
    path = lines[0][0]
    path.parent.mkdir(parents=True)
    path.write_bytes(lines[0][1])
    clock = Clock(AT)
    with watched(places, clock, monkeypatch) as told:
        assert wait_for(lambda: nows(told))
        assert [one.waits for one in nows(told)[0].running] == ["agent"]
        expected: list[int] = []
        for _, line in lines[1:]:
            expected.append(len(nows(told)))
            with open(path, "ab") as file:
                file.write(line)
            assert wait_for(lambda: len(nows(told)) > expected[-1])
        (last,) = nows(told)[-1].running
        assert (last.just, last.waits) == ("tests green", "you")
        assert now_file.load(places.now) is not None
        assert (now_file.load(places.now) or Now()).running == (last,)
        said = [n.running[0].line(clock_ms(clock)) for n in nows(told) if n.running]
        assert any("no check yet" in one for one in said)
        count = len(nows(told))
        time.sleep(0.5)
        assert len(nows(told)) == count, "nothing new, nothing told"
        clock.at += timedelta(minutes=40)
        assert wait_for(lambda: nows(told)[-1].running == ())
        assert wait_for(lambda: (now_file.load(places.now) or Now((made(),))).running == ())


def test_that_nothing_runs_is_told_once(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(places, Clock(AT), monkeypatch) as told:
        assert wait_for(lambda: nows(told))
        time.sleep(0.5)
        assert [now.running for now in nows(told)] == [()]


def clock_ms(clock: Clock) -> int:
    return int(clock() * 1000)


def test_the_watch_says_the_same_as_a_look_at_the_profile(tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tree, "one", "you: a\nscout where -> there\nedit app/a.py", minutes=9)
    clock = Clock(AT)
    with watched(places, clock, monkeypatch) as told:
        assert wait_for(lambda: nows(told) and nows(told)[-1].running)
        put(tree, "two", "you: a\nscout where -> there\nedit app/a.py\ninterrupt", minutes=8)
        assert wait_for(lambda: len(nows(told)[-1].running) == 2 and nows(told)[-1].running[0].just == "you stopped it")
    with coach_at(places, clock) as coach:
        assert coach.now().running == nows(told)[-1].running


def test_whoever_waits_for_the_reader_shows_what_it_keeps(tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tree, "here", "you: a\nreply: done", minutes=9)
    clock = Clock(AT)
    with watched(places, clock, monkeypatch) as first:
        assert wait_for(lambda: nows(first) and nows(first)[-1].running)
        with watched(places, clock, monkeypatch) as second:
            assert wait_for(lambda: nows(second) and nows(second)[-1].running == nows(first)[-1].running)


# --- the command -------------------------------------------------------------------------------------------------------


class Machine:
    """A person's machine, and the command run in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree = Tree(folder / "agent")
        self.home = folder / "coach"

    def put(self, name: str, text: str, *, minutes: float = 5, project: str = "/home/sam/shop") -> None:
        start = datetime.now(UTC) - timedelta(minutes=minutes)
        for path, line in self.tree.lines(name, text, project=project, start=start):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "ab") as file:
                file.write(line)

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "ACCRETE_COACH_HOME")}
        own = {
            "CLAUDE_CONFIG_DIR": str(self.tree.root),
            "CODEX_HOME": str(self.folder / "codex"),
            "ACCRETE_COACH_HOME": str(self.home),
        }
        return kept | own | more

    def run(self, *words: str, **environ: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "accrete_coach", *words],
            capture_output=True, text=True, timeout=60, env=self.environ(**environ), stdin=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    def line(self, **environ: str) -> str:
        said = self.run("now", "--line", **environ)
        assert said.count("\n") == 1
        return said.rstrip("\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def held(machine: Machine) -> int:
    """The reader's lock, as a process that watches has it."""
    machine.home.mkdir(exist_ok=True)
    lock = os.open(machine.home / "reader.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def test_the_line_is_there_once_something_looked(machine: Machine) -> None:
    machine.put("here", "you: a\nedit app/a.py\nrun pytest -q -> 3 passed in 1s\nreply: done")
    assert machine.line() == NOBODY
    assert wait_for(lambda: machine.line() != NOBODY, 20), "the first call has it looked up"
    assert machine.line() == "shop: tests green · 1 file edited, no commit yet · waits for you 3 min"
    assert machine.line(COLUMNS="30") == "shop: waits for you 3 min"


def test_a_look_is_started_at_most_every_few_seconds_and_not_while_a_process_reads(machine: Machine) -> None:
    lock = held(machine)
    machine.put("here", "you: a\nreply: done")
    assert machine.line() == NOBODY
    time.sleep(1)
    assert not (machine.home / "profile.db").exists(), "a process reads: it will tell"
    os.close(lock)
    kept = machine.home / "now.json"
    kept.write_text(now_file.dump(Now()))
    machine.line()
    time.sleep(1)
    assert not (machine.home / "profile.db").exists(), "it was looked just now"
    os.utime(kept, (1, 1))
    machine.line()
    assert wait_for((machine.home / "profile.db").exists)
    assert wait_for(lambda: machine.line() != NOBODY, 20)


def test_the_look_imports_nothing_from_where_the_prompt_stands(machine: Machine) -> None:
    machine.put("here", "you: a\nreply: done")
    trap = machine.folder / "json.py"
    trap.write_text("import pathlib; pathlib.Path(__file__).with_name('sprung').touch()")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "accrete_coach", "now", "--line"],
        capture_output=True, text=True, timeout=60, env=machine.environ(), cwd=machine.folder,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert wait_for((machine.home / "profile.db").exists)
    assert wait_for(lambda: (now_file.load(machine.home / "now.json") or Now()).running)
    assert not (machine.folder / "sprung").exists()


@pytest.mark.parametrize("text", ["", "{", '{"schema": 1, "at": 1, "running": [3]}', "\x1b[31m"])
def test_a_broken_file_is_no_session_and_is_looked_up_anew(machine: Machine, text: str) -> None:
    lock = held(machine)
    (machine.home / "now.json").write_text(text)
    assert machine.line() == NOBODY
    os.close(lock)


def test_hostile_names_reach_the_terminal_as_one_clean_line(machine: Machine) -> None:
    lock = held(machine)
    at = int(time.time() * 1000)
    hostile = "/home/sam/\x1b[31m\n\u202eevil\x07"
    one = Running(project=hostile, last=at, just="a\x1b]0;b\x07\nc", open=("\u009b31m",), waits="you", since=at)
    (machine.home / "now.json").write_text(now_file.dump(Now((one, one), at)))
    said = machine.line()
    assert "evil" in said
    assert all(char.isprintable() for char in said)
    assert machine.line(PYTHONIOENCODING="ascii").isascii()
    os.close(lock)


def test_a_home_that_cannot_be_made_or_written_is_no_fault(machine: Machine) -> None:
    machine.put("here", "you: a\nreply: done")
    for home in ("/proc/nothing", "/dev/null", "/dev/null/x", str(machine.folder / "a\udcffb"), "~nobody-of-this-name/x"):
        assert machine.line(ACCRETE_COACH_HOME=home) == NOBODY
    assert machine.line(ACCRETE_COACH_HOME="", HOME="/proc/nothing", XDG_DATA_HOME="") == NOBODY


def test_without_a_word_it_looks_where_the_commands_keep_it(machine: Machine) -> None:
    machine.put("here", "you: a\nreply: done")
    home = {"ACCRETE_COACH_HOME": "", "HOME": str(machine.folder / "nobody"), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    machine.run("scan", **home)
    assert machine.line(**home) == "shop: waits for you 4 min"


def test_nobody_listening_is_no_fault(machine: Machine) -> None:
    lock = held(machine)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "accrete_coach", "now", "--line"], stdout=writing, stderr=subprocess.PIPE, env=machine.environ(), timeout=60
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    os.close(lock)


_LOADED = """
import sys
sys.argv = ["accrete-coach", "now", "--line"]
from accrete_coach.start import main
main()
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules} | {n for n in sys.modules if n.startswith("accrete_coach.")})))
"""


def test_the_line_loads_no_command_and_no_reader(machine: Machine) -> None:
    lock = held(machine)
    at = int(time.time() * 1000)
    (machine.home / "now.json").write_text(now_file.dump(Now((made(last=at),), at)))
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, env=machine.environ(), timeout=60)
    said, loaded = done.stdout.splitlines()
    assert said == "shop"
    assert not set(loaded.split()) & {"click", "msgspec", "platformdirs", "sqlite3", "textual", "rich", "subprocess", "pathlib"}
    assert {name for name in loaded.split() if name.startswith("accrete_coach.")} == {
        "accrete_coach.home", "accrete_coach.now", "accrete_coach.start",
    }  # fmt: skip
    os.close(lock)


def test_the_command_shows_every_session_that_runs(machine: Machine) -> None:
    assert machine.run("now").startswith("No session is running")
    machine.put("aaa-1", "you: a\nedit app/a.py\nrun pytest -q -> 3 passed in 1s\nreply: done", minutes=8)
    machine.put("bbb-2", "you: a\nread app/a.py", minutes=3.7, project="/home/sam/till")
    said = machine.run("now")
    assert said.index("shop: waits for you 6 min") < said.index("till: at work 3 min")
    assert "tests green, 6 min ago" in said
    assert "1 file edited, no commit yet" in said
    assert all(len(line) <= 40 for line in machine.run("now", COLUMNS="40").splitlines())


def test_the_command_says_it_as_json(machine: Machine) -> None:
    machine.put("aaa-1", "you: a\nedit app/a.py\nrun pytest -q -> 3 passed in 1s\nreply: done", minutes=8)
    told = json.loads(machine.run("now", "--json"))
    assert told["schema"] == 1
    (one,) = told["running"]
    assert one["session"] == "aaa-1"
    assert one["project"] == "/home/sam/shop"
    assert (one["just"], one["waits"], one["open"]) == ("tests green", "you", ["1 file edited, no commit yet"])
    assert one["last"].endswith("Z")
    assert (one["prompts"], one["tool_calls"], one["edits"]) == (1, 2, 1)


def test_everything_is_forgotten_with_what_ran(machine: Machine) -> None:
    machine.put("aaa-1", "you: a\nreply: done")
    machine.run("scan")
    assert (machine.home / "now.json").exists()
    assert str(machine.home / "now.json") in machine.run("where")
    machine.run("forget", "--everything", "--yes")
    assert {path.name for path in machine.home.iterdir()} == {"reader.lock"}
