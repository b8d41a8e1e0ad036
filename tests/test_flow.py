"""Who waited for whom, what ran side by side, what was stopped or left: from made-up sessions whose times are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.flow import AWAY, MOST_OF_A_COMMIT, Flow, Ran, Total, flow_of, total
from accrete_coach.sessions.facts import Cue, Fact, Kind, Session, Status

START = int(datetime(2026, 11, 9, 9, tzinfo=UTC).timestamp() * 1000)
SECOND, MINUTE, DAY = 1000, 60_000, 86_400_000
WHO = MappingProxyType(
    {
        "prompt": Kind.PROMPT,
        "reply": Kind.REPLY,
        "edit": Kind.EDIT,
        "commit": Kind.COMMIT,
        "stop": Kind.INTERRUPT,
        "asks": Kind.QUESTION,
        "plan": Kind.PLAN,
        "answer": Kind.ANSWER,
    }
)


def waits(flow: Flow) -> tuple[int, int, int, int]:
    """(for the agent, for the person, how often they were away, turns)"""
    told = total([Ran("/p", START, START, ((START, START),), flow)], START - DAY, START + 30 * DAY)
    return told.agent, told.you, told.away, told.turns


def session(*acts: tuple[str, float], copied: int = 0, **how: Any) -> Session:
    """A session of these acts, each with its minute."""
    facts = tuple(
        Fact(
            WHO[what],
            START + int(minute * MINUTE),
            n + 1,
            n,
            status=Status.OK,
            size=5,
            targets=(n,) if what == "edit" else (),
            end=n + 1 if what == "commit" else 0,
            cues=Cue.SAYS_WHAT if what == "prompt" else 0,
        )
        for n, (what, minute) in enumerate(acts)
    )
    times = [f.at for f in facts]
    return Session(
        "s",
        "claude-code",
        "/p",
        facts,
        ("a",),
        (0,) * len(facts),
        frozenset(range(copied)),
        started=min(times),
        ended=max(times),
        **how,
    )


def test_the_person_waits_within_a_turn_and_the_agent_between_two() -> None:
    flow = flow_of(session(("prompt", 0), ("edit", 2), ("reply", 5), ("prompt", 9), ("reply", 10)))
    assert waits(flow) == (6 * MINUTE, 4 * MINUTE, 0, 2)


def test_who_is_away_is_not_waited_for() -> None:
    flow = flow_of(session(("prompt", 0), ("reply", 1), ("prompt", 1 + AWAY / MINUTE + 1), ("reply", 40)))
    assert waits(flow)[1:3] == (0, 1)
    flow = flow_of(session(("prompt", 0), ("reply", 1), ("prompt", 1 + AWAY / MINUTE), ("reply", 40)))
    assert waits(flow)[1:3] == (AWAY, 0)


def test_a_clock_that_jumps_back_makes_no_wait_of_less_than_nothing() -> None:
    flow = flow_of(session(("prompt", 60), ("reply", 65), ("prompt", 3), ("reply", 4)))
    assert waits(flow)[:2] == (6 * MINUTE, 0)


def test_what_was_copied_from_another_session_was_not_waited_for_here() -> None:
    flow = flow_of(session(("prompt", 0), ("reply", 20), ("prompt", 22), ("reply", 23), copied=2))
    assert waits(flow) == (1 * MINUTE, 0, 0, 1)


def test_a_night_between_a_call_and_its_result_is_nobodys_wait() -> None:
    flow = flow_of(session(("prompt", 0), ("edit", 2), ("reply", 2 + 15 * 60), ("prompt", 3 + 15 * 60), ("reply", 4 + 15 * 60)))
    assert waits(flow) == (3 * MINUTE, MINUTE, 0, 2)


def test_what_happened_before_and_after_counts_in_the_weeks_in_which_it_did() -> None:
    """A session that rests for weeks between two days of work."""
    weeks = 21 * 24 * 60
    one = session(("prompt", 0), ("stop", 3), ("prompt", 4), ("reply", 9), ("prompt", weeks), ("stop", weeks + 7))
    flow = flow_of(one)
    spans = ((START, START + 9 * MINUTE), (START + weeks * MINUTE, START + (weeks + 7) * MINUTE))
    only = [Ran("/p", one.started, one.ended, spans, flow)]
    first, between, last = (total(only, START + n * 7 * DAY, START + (n + 1) * 7 * DAY) for n in (0, 1, 3))
    assert (first.sessions, first.turns, first.agent, first.interrupts, first.stopped) == (1, 2, 8 * MINUTE, 1, 0)
    assert between == Total()
    assert (last.sessions, last.turns, last.agent, last.interrupts, last.stopped, last.away) == (1, 1, 7 * MINUTE, 1, 1, 1)


def test_how_it_ended() -> None:
    assert flow_of(session(("prompt", 0), ("stop", 1))).left == "stopped"
    assert flow_of(session(("prompt", 0), ("stop", 1), ("prompt", 2), ("reply", 3))).left == ""
    assert flow_of(session(("prompt", 0), ("asks", 1))).left == "asked"
    assert flow_of(session(("prompt", 0), ("plan", 1))).left == "asked"
    assert flow_of(session(("prompt", 0), ("asks", 1), ("answer", 2), ("reply", 3))).left == ""
    assert flow_of(session(("prompt", 0), ("reply", 1))).left == ""


def test_a_commit_knows_when_the_work_on_it_began() -> None:
    made = flow_of(
        session(
            ("prompt", 0), ("edit", 2), ("commit", 4), ("reply", 5), ("prompt", 30), ("edit", 31), ("commit", 33), ("reply", 34)
        )
    ).commits
    assert [(m.began - START, m.at - START, m.done - START) for m in made] == [
        (0, 4 * MINUTE, 5 * MINUTE),
        (5 * MINUTE, 33 * MINUTE, 34 * MINUTE),
    ]


def test_a_commit_that_nothing_but_the_person_came_after_took_ten_minutes_at_most() -> None:
    (made,) = flow_of(session(("prompt", 0), ("edit", 2), ("commit", 4), ("prompt", 300))).commits
    assert made.done - START == 14 * MINUTE
    (made,) = flow_of(session(("prompt", 0), ("edit", 2), ("commit", 4))).commits
    assert made.done == made.at


def test_a_session_in_which_nothing_is_dated_says_nothing() -> None:
    undated = session(("prompt", 0), ("reply", 1))
    undated.facts = tuple(Fact(f.kind, 0, f.line, f.id) for f in undated.facts)
    assert flow_of(undated) == Flow()


# --- which commits a session made ------------------------------------------------------------------------------------


def working(*told: tuple[Kind, int, dict[str, Any]]) -> Session:
    made = tuple(
        Fact(kind, at * 1000 if at else 0, line=10 * n, id=n, end=more.pop("end", 10 * n + 1), **more)
        for n, (kind, at, more) in enumerate(told, 1)
    )
    return Session("s", "claude-code", "/x", made, started=5_000, ended=900_000)


def test_work_on_a_commit_begins_after_the_one_before_it() -> None:
    ok = {"status": Status.OK}
    one = working(
        (Kind.PROMPT, 10, {}),
        (Kind.EDIT, 20, {}),
        (Kind.COMMIT, 30, dict(ok)),
        (Kind.REPLY, 33, {}),
        (Kind.PROMPT, 400, {}),
        (Kind.COMMIT, 450, {"status": Status.FAILED}),
        (Kind.COMMIT, 500, dict(ok)),
        (Kind.PROMPT, 40_000, {}),
    )
    first, second = flow_of(one).commits
    assert (first.began, first.at, first.done) == (5_000, 30_000, 33_000)
    # What the person did before they typed again is not known: no hook takes longer than that.
    assert (second.began, second.at, second.done) == (33_000, 500_000, 500_000 + MOST_OF_A_COMMIT)


def test_copied_commits_and_those_without_a_time_are_none_of_the_session() -> None:
    one = working(
        (Kind.COMMIT, 30, {"status": Status.OK}),
        (Kind.COMMIT, 0, {"status": Status.OK}),
        (Kind.COMMIT, 40, {"status": Status.OK}),
    )
    one.copied = frozenset({0})
    assert [c.at for c in flow_of(one).commits] == [40_000]
    assert flow_of(one).commits[0].done == 40_000 + MOST_OF_A_COMMIT


def test_two_commits_of_one_command_and_an_amend_are_three() -> None:
    ok = {"status": Status.OK, "end": 60}
    one = working(
        (Kind.COMMIT, 30, dict(ok)), (Kind.COMMIT, 30, dict(ok)), (Kind.COMMIT, 35, {"status": Status.OK, "cues": Cue.AMEND})
    )
    assert [(c.began, c.at) for c in flow_of(one).commits] == [(5_000, 30_000), (30_000, 30_000), (35_000, 35_000)]


# --- of many ---------------------------------------------------------------------------------------------------------


def ran(*spans: tuple[float, float], files: tuple[int, ...] = (), repo: str = "/p", **flow: Any) -> Ran:
    some = tuple((START + int(a * MINUTE), START + int(b * MINUTE)) for a, b in spans)
    return Ran(repo, some[0][0], some[-1][1], some, Flow(files=files, **flow))


def of(*some: Ran) -> Total:
    return total(some, START - DAY, START + 30 * DAY)


def test_sessions_side_by_side() -> None:
    told = of(ran((0, 10)), ran((5, 20)), ran((8, 9)))
    assert (told.work, told.beside, told.most) == (20 * MINUTE, 5 * MINUTE, 3)


def test_one_that_ends_as_another_begins_is_not_beside_it() -> None:
    told = of(ran((0, 10)), ran((10, 20)))
    assert (told.work, told.beside, told.most) == (20 * MINUTE, 0, 1)


def test_only_what_lies_in_the_time_that_is_asked_for_counts_as_work() -> None:
    told = total([ran((0, 10))], START + 4 * MINUTE, START + 6 * MINUTE)
    assert told.work == 2 * MINUTE


def test_sessions_of_one_task_share_half_of_their_files_within_a_week() -> None:
    first, again = ran((0, 9), files=(1, 2, 3, 4)), ran((60, 70), files=(3, 4, 5))
    assert of(first, again).tasks == 1
    assert of(first, ran((60, 70), files=(4, 5, 6))).tasks == 2
    assert of(first, ran((60, 70), files=(3, 4), repo="/other")).tasks == 2
    late = 8 * 24 * 60
    assert of(first, ran((late, late + 9), files=(1, 2, 3, 4))).tasks == 2
    assert of(first, again, ran((90, 99), files=(5, 9))).tasks == 1, "one leads to the next"
    assert (of(first, again, ran((0, 1))).tasks, of(first, again, ran((0, 1))).editing) == (1, 2)


spans = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 200)).map(lambda s: (s[0], s[0] + s[1])), min_size=1, max_size=4)


@given(st.lists(spans.map(lambda s: ran(*sorted(s))), max_size=8), st.randoms())
def test_the_order_of_the_sessions_makes_no_difference_and_no_more_was_beside_than_was(some: list[Ran], chance: Any) -> None:
    told = of(*some)
    other = list(some)
    chance.shuffle(other)
    assert of(*other) == told
    assert 0 <= told.beside <= told.work
    assert told.most <= sum(len(one.spans) for one in some)
    assert timedelta(milliseconds=told.work) <= timedelta(minutes=1100)


@given(st.lists(st.tuples(st.lists(st.integers(0, 9), max_size=5), st.integers(0, 900)), max_size=9))
def test_there_are_never_more_tasks_than_sessions_that_edit(given_: list[tuple[list[int], int]]) -> None:
    some = [ran((at, at + 5), files=tuple(sorted(set(files)))) for files, at in given_]
    told = of(*some)
    assert (told.tasks > 0) == (told.editing > 0)
    assert told.tasks <= told.editing
