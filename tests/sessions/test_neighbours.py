"""What sessions say of each other: told from their traces alone, the same whoever tells it and in whichever order."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines import CLEAR, START, Log, coach, put

from accrete_coach.coach import Coach
from accrete_coach.neighbours import PAUSE, WORDS, Trace, around, bits, repeated, repo_of, trace_of, words_of
from accrete_coach.sessions import sketch
from accrete_coach.sessions.prints import minhash
from accrete_coach.sessions.worktrees import worktree_of

HOUR = 3_600_000
DAY = 24 * HOUR
KEY = b"k" * 16


def trace(start: float, end: float, repo: str = "/shop", *, cleared: bool = False, asks: str = "") -> Trace:
    """Times in hours."""
    first, last = int(start * HOUR) + 1, int(end * HOUR) + 1
    return Trace(repo, first, last, ((first, last),), cleared, minhash(asks, KEY))


@pytest.mark.parametrize(
    ("project", "repo"),
    [
        ("/home/sam/shop", "/home/sam/shop"),
        ("/home/sam/shop/", "/home/sam/shop"),
        ("/home/sam/shop/.claude/worktrees/tax", "/home/sam/shop"),
        ("/home/sam/shop/.worktrees/2", "/home/sam/shop"),
        ("/home/sam/shop/worktrees/tax/app", "/home/sam/shop"),
        ("/home/sam/shop-worktrees/tax", "/home/sam/shop"),
        ("C:\\Users\\sam\\shop\\.worktrees\\tax", "C:\\Users\\sam\\shop"),
        ("/home/sam/treehouse/x", "/home/sam/treehouse/x"),
        ("", ""),
    ],
)
def test_a_worktree_belongs_to_its_repository(project: str, repo: str) -> None:
    assert repo_of(project) == repo


def test_a_session_is_followed_by_one_that_begins_within_seven_days_of_its_end() -> None:
    week = 7 * 24
    told = around({1: trace(0, 1), 2: trace(1 + week, 2 + week), 3: trace(3 + 2 * week, 4 + 2 * week)})
    assert told == {1: {"followed"}, 2: frozenset(), 3: frozenset()}
    assert around({1: trace(0, 1), 2: trace(5, 6, "/other")})[1] == frozenset()


def test_sessions_overlap_only_while_both_are_at_work() -> None:
    assert around({1: trace(0, 2), 2: trace(1, 3)}) == {1: {"overlapped"}, 2: {"overlapped"}}
    # An open terminal that waits over the day overlaps with nothing.
    waiting = Trace("/shop", 1, 10 * HOUR, ((1, HOUR), (9 * HOUR, 10 * HOUR)))
    assert around({1: waiting, 2: trace(3, 4)}) == {1: frozenset(), 2: frozenset()}


def test_a_session_is_started_over_by_a_cleared_one_with_the_same_task_right_after_it() -> None:
    task = "round the tax per line and keep refunds at the original rate"
    first = trace(0, 1, asks=task)
    again = "round the tax per line and keep refunds at the original line's rate"
    assert "restarted" in around({1: first, 2: trace(1.1, 2, cleared=True, asks=again)})[1]
    assert "restarted" not in around({1: first, 2: trace(1.1, 2, asks=again)})[1]
    assert "restarted" not in around({1: first, 2: trace(2, 3, cleared=True, asks=again)})[1]
    assert "restarted" not in around({1: first, 2: trace(1.1, 2, cleared=True, asks="translate mails into french today")})[1]


def test_an_instruction_is_repeated_from_its_third_session_on() -> None:
    rows = [(7, 10, 1), (7, 20, 2), (7, 30, 3), (7, 40, 4), (8, 10, 1), (8, 20, 5)]
    assert repeated(rows) == {3, 4}
    random.Random(1).shuffle(rows)
    assert repeated(rows) == {3, 4}


def test_a_pause_ends_a_stretch_of_work() -> None:
    session = sketch.read(
        "you: round the tax per line\nedit app/tax.py +4\nreply: done\nyou: now the refunds too please\nreply: ok"
    )
    assert len(trace_of(session).spans) == 1
    late = session.facts[-2].at + PAUSE + 1
    session.facts = (*session.facts[:-1], msgspec.structs.replace(session.facts[-1], at=late))
    assert len(trace_of(session).spans) == 2


def test_words_and_bits_are_each_others() -> None:
    for n in range(len(WORDS) + 1):
        for some in itertools.combinations(WORDS, n):
            assert words_of(bits(some)) == frozenset(some)
    assert WORDS == ("followed", "overlapped", "repeated", "restarted"), "the bits are stored: new words come last"


TASKS = [
    "round the tax per line now",
    "translate all mails into french",
    "speed up the nightly export",
    "run the linter then the tests",
]


def made(n: int, start_minute: int, task: int, cleared: bool) -> Log:
    log = Log(f"s{n}", start=START + timedelta(minutes=start_minute))
    if cleared:
        log.user(CLEAR)
    log.user(TASKS[task])
    log.edit("app/a.py", 4)
    log.say("done")
    return log


def told(here: Coach) -> dict[str, tuple[int, dict[str, object]]]:
    rows = dict(here.profile.db.execute("SELECT id, around FROM sessions").fetchall())
    readings = here.profile.readings()
    return {s.id: (rows[s.id], dict(readings.get(s.num, {}))) for s in here.profile.sessions()}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60 * 24 * 10), st.integers(0, len(TASKS) - 1), st.booleans()),
        min_size=2,
        max_size=7,
        unique_by=lambda x: x[0],
    ),
    st.randoms(use_true_random=False),
)
def test_one_by_one_in_any_order_says_the_same_as_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, sessions: list[tuple[int, int, bool]], order: random.Random
) -> None:
    tmp: Path = tmp_path_factory.mktemp("n")
    logs = [made(n, *session) for n, session in enumerate(sessions)]
    at_once, one_by_one = tmp / "once", tmp / "each"
    for log in logs:
        put(at_once / "agent", f"{log.session}.jsonl", log)
    first = coach(at_once)
    first.scan()
    order.shuffle(logs)
    second = coach(one_by_one)
    with second.profile.change():
        second.profile.set_meta("key", first.profile.key)
    second.close()
    second = coach(one_by_one)
    for log in logs:
        put(one_by_one / "agent", f"{log.session}.jsonl", log)
        second.scan()
    assert told(second) == told(first)
    first.close()
    second.close()


def test_a_kill_between_storing_and_settling_is_made_good_by_the_next_scan(tmp_path: Path) -> None:
    for n, start in enumerate((0, 600)):
        put(tmp_path / "agent", f"s{n}.jsonl", made(n, start, n, False))
    here = coach(tmp_path)

    def die(**_: object) -> None:
        raise KeyboardInterrupt

    here.profile.settle = die  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        here.scan()
    here.close()
    again = coach(tmp_path)
    assert told(again)["s0"][0] == 0
    again.scan()
    assert told(again)["s0"][0] == bits({"followed"})
    again.close()


@pytest.mark.parametrize(
    ("folder", "main"),
    [
        ("/home/sam/shop/.claude/worktrees/tax/app", "/home/sam/shop"),
        ("/home/sam/shop-worktrees/tax/app", "/home/sam/shop"),
        ("/home/sam/worktrees/shop", ""),
        ("/home/sam/.codex/worktrees/1a2b/shop", ""),
        ("/worktrees/shop", ""),
        ("/home/sam/shop", None),
        ("/home/sam/worktrees", None),
    ],
)
def test_a_worktree_is_known_by_where_people_put_it_and_its_checkout_only_where_the_path_tells(
    folder: str, main: str | None
) -> None:
    assert worktree_of(folder) == main
    assert repo_of(folder) == (main or folder)


def test_a_transcript_that_was_written_anew_takes_back_what_it_said_of_its_neighbours(tmp_path: Path) -> None:
    first, second = made(0, 0, 0, False), made(1, 600, 0, False)
    put(tmp_path / "agent", "s0.jsonl", first)
    path = put(tmp_path / "agent", "s1.jsonl", second)
    here = coach(tmp_path)
    here.scan()
    assert told(here)["s0"][0] == bits({"followed"})
    path.unlink()
    put(tmp_path / "agent", "s1.jsonl", made(1, 60 * 24 * 30, 1, False))
    here.scan()
    assert told(here)["s0"][0] == 0
    here.close()


def test_a_session_that_overlaps_and_repeats_is_told_both(tmp_path: Path) -> None:
    here = coach(tmp_path)
    for n in (0, 2):
        put(tmp_path / "agent", f"s{n}.jsonl", made(n, 60 * n, 0, False))
        here.scan()
    # The one that comes last is not the last in time: by it, another one becomes the third, and overlaps with it.
    early = Log("early", start=START + timedelta(minutes=119, seconds=30), step=20)
    early.user(TASKS[0])
    for _ in range(6):
        early.edit("app/a.py", 4)
    put(tmp_path / "agent", "early.jsonl", early)
    here.scan()
    assert told(here)["s2"][0] == bits({"overlapped", "repeated"})
    here.close()
