"""A practice's year: its weeks, and what can be said of them beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from math import isclose
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach.practice import Word
from accrete_coach.standings import Row, Week
from accrete_coach.trend import (
    CHANCE,
    QUARTER,
    WEEKS,
    Share,
    Trend,
    Verdict,
    _chance_of_many,
    by_week,
    chance,
    comparable,
    mondays,
    moved,
    trend,
)
from faults.made import NOW, WORK, Tree, coach_of, places_of
from test_cli import PLANNED, Machine

START = date(2025, 11, 24)


def weeks(counts: Sequence[tuple[int, int]]) -> tuple[Week, ...]:
    """(you, applied) of the last weeks; those before are empty."""
    padded = [(0, 0)] * (WEEKS - len(counts)) + list(counts)
    return tuple(Week(START + timedelta(weeks=n), you, you, applied) for n, (you, applied) in enumerate(padded))


def of(*counts: tuple[int, int]) -> Trend:
    return trend("p", weeks(counts))


def stretch(you: int, applied: int, n: int = QUARTER) -> list[tuple[int, int]]:
    return [(you, applied)] * n


# --- chance ------------------------------------------------------------------------------------------------------------


def test_chance_is_fishers_exact_test() -> None:
    # Fisher's lady tasting tea; and convictions of twins, Fisher's own table of 1962: both from R's page on fisher.test.
    assert isclose(chance(Share(3, 4), Share(1, 4)), 0.4857142857, rel_tol=1e-9)
    assert isclose(chance(Share(10, 13), Share(2, 17)), 0.0005367241, rel_tol=1e-6)
    assert chance(Share(0, 10), Share(0, 20)) == 1.0
    assert chance(Share(5, 10), Share(0, 0)) == 1.0


_share = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))).map(lambda s: Share(*s))


@given(_share, _share)
def test_chance_is_a_probability_and_does_not_know_which_came_first(a: Share, b: Share) -> None:
    assert 0 < chance(a, b) <= 1
    assert chance(a, b) == chance(b, a)
    assert moved(a, b) == -moved(b, a)
    if not comparable(a, b):
        assert moved(a, b) == 0


@settings(deadline=None)
@given(_share.filter(lambda s: s.applied), _share.filter(lambda s: s.applied))
def test_the_quick_way_for_many_sessions_agrees_with_the_exact_one(a: Share, b: Share) -> None:
    if 0 < a.you + b.you < a.applied + b.applied:
        # It leaves out what is below 1e-30: no odds are that long.
        assert isclose(_chance_of_many(a, b), chance(a, b), rel_tol=1e-6, abs_tol=1e-24)
    assert comparable(a, b) is (chance(Share(a.applied, a.applied), Share(0, b.applied)) < CHANCE)


def test_a_year_of_ten_thousand_sessions_is_told_too() -> None:
    assert of(*stretch(40, 200, 26), *stretch(120, 200, 26)).verdict is Verdict.PLATEAU
    assert of(*stretch(40, 200, 39), *stretch(120, 200)).verdict is Verdict.GROWING


# --- the verdict -------------------------------------------------------------------------------------------------------


def test_more_than_before_is_growing_and_less_is_fading() -> None:
    up = of(*stretch(0, 3), *stretch(1, 3))
    assert up.verdict is Verdict.GROWING
    assert up.sentence == (
        "Growing: in the last 13 weeks you asked for it in 13 of the 39 sessions where it fits, in the 13 before in none of 39."
    )
    assert of(*stretch(1, 3), *stretch(0, 3)).verdict is Verdict.FADING


def test_no_more_than_chance_is_steady() -> None:
    told = of(*stretch(1, 3), *stretch(1, 3, 11), (2, 3), (1, 3))
    assert told.verdict is Verdict.STEADY
    assert told.sentence.endswith("in the 13 before in 13 of 39; chance may do as much.")


def test_too_little_says_so_with_its_numbers() -> None:
    few = of((0, 2), *stretch(0, 0, 12), (2, 2), (1, 1))
    assert few.verdict is Verdict.TOO_LITTLE
    assert few.sentence == "Too little to compare: 3 sessions with an occasion in the last 13 weeks, 2 in the 13 before."
    assert of().sentence == "Too little to compare: no occasion in the last 26 weeks."
    # A single week is no history, however much is in it.
    assert of((0, 50), *stretch(0, 0, 12), (50, 50)).verdict is Verdict.TOO_LITTLE
    assert of((0, 25), (0, 25), *stretch(0, 0, 11), (25, 25), (25, 25)).verdict is Verdict.GROWING


def test_one_rise_and_then_no_move_is_a_plateau_since_its_month() -> None:
    told = of(*stretch(0, 3, 24), *stretch(2, 3, 28))
    assert told.verdict is Verdict.PLATEAU
    assert told.since == START + timedelta(weeks=24)
    assert told.word == f"a plateau since {told.since:%B}"
    assert told.sentence.endswith(
        "since then you asked for it in 56 of the 84 sessions where it fits, before that in none of 72."
    )
    assert of(*stretch(0, 3, 24), *stretch(2, 3, 15), *stretch(0, 3)).verdict is Verdict.FADING
    given_up = of(*stretch(0, 3, 20), *stretch(2, 3, 6), *stretch(0, 3, 26))
    assert given_up.verdict is Verdict.STEADY, "what is no longer in use is no plateau"


def test_what_rose_less_than_twelve_weeks_ago_is_no_plateau() -> None:
    for ago in range(4, 12):
        assert of(*stretch(0, 3, WEEKS - ago), *stretch(3, 3, ago)).verdict is Verdict.GROWING


_week = st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
_year = st.lists(_week, max_size=WEEKS)


@settings(deadline=None)
@given(_week)
def test_the_same_each_week_is_steady_or_too_little(week: tuple[int, int]) -> None:
    assert of(*[week] * WEEKS).verdict in (Verdict.STEADY, Verdict.TOO_LITTLE)


@settings(deadline=None, max_examples=150)
@given(_year, st.lists(st.integers(0, 5), min_size=QUARTER, max_size=QUARTER))
def test_more_of_it_lately_never_makes_it_fade(year: list[tuple[int, int]], more: list[int]) -> None:
    year = [(0, 0)] * (QUARTER - len(year)) + year
    after = year[:-QUARTER] + [(you + n, applied + n) for (you, applied), n in zip(year[-QUARTER:], more, strict=True)]
    if of(*year).verdict is not Verdict.FADING:
        assert of(*after).verdict is not Verdict.FADING


@settings(deadline=None, max_examples=150)
@given(_year)
def test_a_verdict_is_borne_out_by_its_numbers(year: list[tuple[int, int]]) -> None:
    told = of(*year)
    higher = told.now.you * told.before.applied - told.before.you * told.now.applied
    if told.verdict in (Verdict.GROWING, Verdict.PLATEAU):
        assert higher > 0
        assert chance(told.now, told.before) < CHANCE
    if told.verdict is Verdict.FADING:
        assert higher < 0
    assert (told.since is not None) is (told.verdict is Verdict.PLATEAU)
    if told.since:
        assert told.weeks[-12].start >= told.since
    assert told.sentence.endswith(".")
    assert len(told.row) == WEEKS


# --- the weeks ---------------------------------------------------------------------------------------------------------


def at(day: date, hour: int = 12) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp() * 1000)


@given(st.lists(st.tuples(st.integers(-20, 380), st.sampled_from(["seen", "not-seen", "not-applicable", "cant-tell"]))))
def test_each_session_with_an_occasion_counts_in_its_week(given_: list[tuple[int, Word]]) -> None:
    today = date(2026, 11, 25)
    starts = mondays(at(today), UTC)
    rows = [Row("p", word, "you" if word == "seen" else None, at(today - timedelta(days=ago)), 1) for ago, word in given_]
    told = by_week(rows, starts, UTC).get("p", ())
    for week in told:
        mine = [w for ago, w in given_ if week.start <= today - timedelta(days=ago) < week.start + timedelta(weeks=1)]
        assert week.applied == mine.count("seen") + mine.count("not-seen")
        assert week.you == week.happened == mine.count("seen")
    assert list(accumulate([starts[0]] + [timedelta(weeks=1)] * 51)) == list(starts)
    assert starts[-1] == date(2026, 11, 23)


def test_the_coach_counts_a_year_with_the_persons_word(tmp_path: Path) -> None:
    coach = coach_of(places_of(tmp_path))
    Tree(tmp_path / "claude").add("s1", WORK, start=NOW - timedelta(weeks=3))
    coach.scan()
    (session,) = coach.profile.sessions()
    assert [w.you for w in coach.trend("scout").weeks][-5:] == [0, 1, 0, 0, 0]
    coach.correct(session, "scout", "not-seen", None)
    assert sum(w.you for w in coach.trend("scout").weeks) == 0
    assert sum(w.applied for w in coach.trend("scout").weeks) == 1
    assert list(coach.year()) == [p.id for p in coach.catalogue.practices]
    assert coach.year(agent="codex")["scout"].weeks == tuple(Week(w.start, 0, 0, 0) for w in coach.trend("scout").weeks)
    coach.close()


@pytest.mark.parametrize(("columns", "rows"), [(44, 2), (100, 1)])
def test_show_prints_the_year_and_what_can_be_said_of_it(tmp_path: Path, columns: int, rows: int) -> None:
    machine = Machine(tmp_path)
    machine.session("s-1", PLANNED, days_ago=30)
    told = machine.run("show", "plan-first", columns=columns).splitlines()
    begin = told.index("The last 52 weeks") + 1
    assert all(set(row.strip()) <= set("▆▃▁·") for row in told[begin : begin + rows])
    assert sum(len(row.strip()) for row in told[begin : begin + rows]) == WEEKS
    assert "Too little to compare" in told[begin + rows]
    assert len(machine.json("show", "plan-first")["year"]["weeks"]) == WEEKS
