"""Where a person stands: states, weeks, the five, and the sentence, which must be true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.days import monday
from accrete_coach.practice import Practice, Reading
from accrete_coach.standings import ROW_WEEKS, Basis, Row, Standing, Standings, State, stand, state_of

HOUR = 3_600_000
DAY = 24 * HOUR


def ms(*when: int, zone: tzinfo = UTC) -> int:
    """Year, month, day, hour, minute, second in a zone -> milliseconds since 1970, UTC."""
    year, month, day, *rest = when
    hour, minute, second = [*rest, 0, 0, 0][:3]
    return int(datetime(year, month, day, hour, minute, second, tzinfo=zone).timestamp() * 1000)


def nothing(session: object) -> Reading:
    return Reading("not-seen")


def practice(name: str, grade: str = "B", family: str = "verify") -> Practice:
    return Practice(
        id=name,
        title=f"do {name}",
        family=family,
        why="",
        tip="",
        when_not="",
        grade=grade,
        sources=(),
        detect=nothing,
        version=1,
        sketches=(),
        short=name,
    )


def standing(
    name: str, you: int, happened: int, applied: int, *, cant_tell: int = 0, last: int = 0, grade: str = "B"
) -> Standing:
    return Standing(
        practice(name, grade), state_of(you, happened, applied, cant_tell), you, happened, applied, cant_tell, (), last, 0
    )


def one(rows: Sequence[Row], *, now: int, zone: tzinfo = UTC) -> Standing:
    return stand([practice("diff")], rows, Basis(), now, zone).all[0]


def row(at: int, word: str = "seen", by: str | None = "you", calls: int = 10) -> Row:
    return Row("diff", word, by, at, calls)


class Berlin(tzinfo):
    """Central European time, with the clocks changed on the last Sundays of March and October at 01:00 UTC."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        return timedelta(hours=1) + self.dst(when)

    def dst(self, when: datetime | None) -> timedelta:
        assert when is not None
        plain = when.replace(tzinfo=None)
        begin = self._last_sunday(plain.year, 3) + timedelta(hours=2)
        end = self._last_sunday(plain.year, 10) + timedelta(hours=3 - when.fold)
        return timedelta(hours=1) if begin <= plain < end else timedelta(0)

    def tzname(self, when: datetime | None) -> str:
        return "CE(S)T"

    @staticmethod
    def _last_sunday(year: int, month: int) -> datetime:
        last = datetime(year, month, 31)
        return last - timedelta(days=(last.weekday() + 1) % 7)


# --- states ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("you", "happened", "applied", "cant_tell", "state"),
    [
        (0, 0, 0, 0, State.NO_OCCASION),
        (0, 0, 0, 3, State.CANT_TELL),
        (0, 0, 1, 9, State.NOT_YET),
        (0, 0, 40, 0, State.NOT_YET),
        (0, 1, 1, 0, State.AGENT),
        (0, 40, 40, 0, State.AGENT),
        (1, 1, 1, 0, State.TRIED),
        (2, 2, 2, 0, State.TRIED),
        (2, 30, 30, 0, State.TRIED),
        (3, 3, 3, 0, State.SOMETIMES),
        (4, 4, 4, 0, State.SOMETIMES),
        (5, 5, 5, 0, State.HABIT),
        (5, 5, 9, 0, State.HABIT),
        (5, 5, 10, 0, State.SOMETIMES),
        (6, 6, 11, 0, State.HABIT),
        (6, 12, 12, 0, State.SOMETIMES),
        (50, 50, 101, 0, State.SOMETIMES),
        (51, 51, 101, 7, State.HABIT),
    ],
)
def test_a_state_rests_on_what_the_person_asked_for(you: int, happened: int, applied: int, cant_tell: int, state: State) -> None:
    assert state_of(you, happened, applied, cant_tell) is state


@given(you=st.integers(0, 60), agents=st.integers(0, 60), passed=st.integers(0, 60), cant_tell=st.integers(0, 9))
def test_a_habit_needs_more_than_half_and_five(you: int, agents: int, passed: int, cant_tell: int) -> None:
    applied = you + agents + passed
    state = state_of(you, you + agents, applied, cant_tell)
    assert (state is State.HABIT) == (you >= 5 and you > applied / 2)
    assert (state in (State.HABIT, State.SOMETIMES, State.TRIED)) == (you > 0)


@given(happened=st.integers(0, 500), passed=st.integers(0, 500))
def test_what_only_the_agent_does_is_never_the_persons(happened: int, passed: int) -> None:
    assert state_of(0, happened, happened + passed, 0) in (State.AGENT, State.NOT_YET, State.NO_OCCASION)


def test_each_state_has_a_glyph_of_its_own() -> None:
    assert len({s.glyph for s in State}) == len(State)
    assert all(len(s.glyph) == 1 for s in State)


# --- counting ----------------------------------------------------------------------------------------------------------

NOW = ms(2026, 3, 25, 12)


def test_counts_keep_you_and_it_happened_apart() -> None:
    words = [
        ("seen", "you"),
        ("seen", "agent"),
        ("seen", "agent"),
        ("not-seen", None),
        ("cant-tell", None),
        ("not-applicable", None),
    ]
    got = one([row(NOW - n * HOUR, word, by) for n, (word, by) in enumerate(words)], now=NOW)
    assert (got.you, got.happened, got.applied, got.cant_tell) == (1, 3, 4, 1)
    assert got.state is State.TRIED
    assert got.counts == "you 1, seen 3, of 4"


def test_only_cant_tell_is_no_missing_practice() -> None:
    got = one([row(NOW, "cant-tell", None), row(NOW, "cant-tell", None)], now=NOW)
    assert got.state is State.CANT_TELL
    assert got.counts == "can't tell in 2"
    assert one([row(NOW, "not-applicable", None)], now=NOW).counts == "no occasion"


def test_last_is_when_it_was_last_seen_not_when_it_was_last_missed() -> None:
    got = one([row(NOW - 3 * DAY), row(NOW - 2 * DAY, by="agent"), row(NOW - DAY, "not-seen", None)], now=NOW)
    assert got.last == NOW - 2 * DAY
    assert one([row(NOW, "not-seen", None)], now=NOW).last == 0


def test_the_size_is_the_median_of_the_sessions_where_it_applied() -> None:
    calls = [3, 400, 20]
    rows = [row(NOW, calls=n) for n in calls] + [
        row(NOW, "cant-tell", None, calls=9_000),
        row(NOW, "not-applicable", None, calls=9_000),
    ]
    assert one(rows, now=NOW).size == 20
    assert one([], now=NOW).size == 0


def test_rows_of_other_practices_count_for_nobody() -> None:
    got = stand([practice("diff")], [Row("gone-practice", "seen", "you", NOW, 1)], Basis(), NOW, UTC)
    assert [s.practice.id for s in got] == ["diff"]
    assert got["diff"].applied == 0
    with pytest.raises(KeyError):
        got["gone-practice"]


def test_order_of_rows_does_not_matter() -> None:
    rows = [row(NOW - n * 9 * HOUR, "seen" if n % 3 else "not-seen", "you" if n % 2 else "agent", n) for n in range(40)]
    assert one(rows, now=NOW) == one(rows[::-1], now=NOW)


# --- weeks -------------------------------------------------------------------------------------------------------------


def test_the_row_is_eight_weeks_the_oldest_first_and_this_one_last() -> None:
    got = one([row(NOW), row(NOW - 7 * DAY, by="agent"), row(NOW - 49 * DAY, "not-seen", None), row(NOW - 56 * DAY)], now=NOW)
    assert len(got.weeks) == ROW_WEEKS == 8
    assert [w.start for w in got.weeks] == [date(2026, 3, 23) - timedelta(weeks=n) for n in range(7, -1, -1)]
    assert [(w.you, w.happened, w.applied) for w in got.weeks] == [(0, 0, 1), *[(0, 0, 0)] * 5, (0, 1, 1), (1, 1, 1)]


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert monday(ms(2026, 3, 22, 23, 59, 59), UTC) == date(2026, 3, 16)
    assert monday(ms(2026, 3, 23), UTC) == date(2026, 3, 23)
    assert monday(ms(2026, 3, 23) - 1, UTC) == date(2026, 3, 16)


def test_week_53_is_a_week_like_any_other() -> None:
    # 2026 has 53 weeks: the last one runs from 28 December to 3 January.
    assert date(2026, 12, 31).isocalendar()[1] == 53
    assert monday(ms(2026, 12, 31), UTC) == monday(ms(2027, 1, 3, 23), UTC) == date(2026, 12, 28)
    assert monday(ms(2027, 1, 4), UTC) == date(2027, 1, 4)
    got = one([row(ms(2026, 12, 28)), row(ms(2027, 1, 3, 23)), row(ms(2027, 1, 4))], now=ms(2027, 1, 6))
    assert [w.applied for w in got.weeks][-3:] == [0, 2, 1]
    assert [w.start for w in got.weeks][-2:] == [date(2026, 12, 28), date(2027, 1, 4)]


@pytest.mark.parametrize("change", [(2026, 3, 29), (2026, 10, 25)])
def test_a_week_with_a_changed_clock_loses_no_session(change: tuple[int, int, int]) -> None:
    berlin = Berlin()
    sunday = date(*change)
    before, after = sunday - timedelta(days=6), sunday + timedelta(days=1)
    first = ms(before.year, before.month, before.day, zone=berlin)
    last = ms(after.year, after.month, after.day, zone=berlin) - 1000
    assert (last + 1000 - first) // HOUR in (167, 169)
    assert {monday(at, berlin) for at in range(first, last, HOUR // 2)} == {before}
    assert monday(first - 1000, berlin) == before - timedelta(weeks=1)
    assert monday(last + 1000, berlin) == after
    got = one([row(first), row(last), row(first - 1000), row(last + 1000)], now=last + 2 * DAY, zone=berlin)
    assert [w.applied for w in got.weeks][-3:] == [1, 2, 1]


def test_the_week_is_that_of_the_persons_zone() -> None:
    at = ms(2026, 3, 22, 23, 30)
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-11))
    assert monday(at, UTC) == date(2026, 3, 16)
    assert monday(at, east) == date(2026, 3, 23)
    assert monday(ms(2026, 3, 23, 5), west) == date(2026, 3, 16)
    assert [w.applied for w in one([row(at)], now=NOW, zone=east).weeks][-2:] == [0, 1]
    assert [w.applied for w in one([row(at)], now=NOW, zone=UTC).weeks][-2:] == [1, 0]


@pytest.mark.parametrize("minutes", [330, 345, -210])
def test_midnight_in_the_middle_of_an_hour_parts_the_weeks(minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    midnight = ms(2026, 3, 23, zone=zone)
    got = one([row(midnight - 60_000), row(midnight + 60_000)], now=NOW, zone=zone)
    assert [w.applied for w in got.weeks][-2:] == [1, 1]


def test_a_time_in_the_future_falls_in_no_week() -> None:
    got = one([row(NOW + 30 * DAY), row(ms(2099, 1, 1)), row(NOW)], now=NOW)
    assert [w.applied for w in got.weeks] == [0] * 7 + [1]
    assert got.weeks[-1].start == date(2026, 3, 23)


# --- the five ----------------------------------------------------------------------------------------------------------


def standings(*all_: Standing, basis: Basis | None = None) -> Standings:
    return Standings(all_, basis or Basis(sessions=20, all_sessions=20))


def ids(chosen: Sequence[Standing]) -> list[str]:
    return [s.practice.id for s in chosen]


def test_the_five_are_three_you_let_pass_and_two_you_do() -> None:
    got = standings(
        standing("few", 0, 0, 2),
        standing("many", 0, 0, 19),
        standing("some", 0, 0, 7),
        standing("more", 0, 0, 5),
        standing("old habit", 9, 9, 10, last=100),
        standing("new habit", 6, 6, 10, last=300),
        standing("at times", 3, 3, 10, last=200),
    )
    assert ids(got.five) == ["many", "some", "more", "new habit", "at times"]


def test_the_five_name_no_contested_practice_as_let_pass() -> None:
    got = standings(
        standing("contested", 0, 0, 20, grade="X"), standing("plain", 0, 0, 3), *(standing(f"none{n}", 0, 0, 0) for n in range(6))
    )
    assert ids(got.five)[0] == "plain"


def test_one_occasion_is_not_one_that_was_let_pass() -> None:
    got = standings(standing("once", 0, 0, 1), standing("habit", 6, 6, 6, last=5), standing("twice", 0, 0, 2))
    assert ids(got.five) == ["twice", "habit", "once"]


_counts = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 3), st.sampled_from("ABCX"))


def _made(counts: Sequence[tuple[int, int, int, int, str]], basis: Basis) -> Standings:
    all_ = [
        standing(f"practice {n}", you, you + agents, you + agents + passed, cant_tell=cant_tell, last=n * 7 % 5, grade=grade)
        for n, (you, agents, passed, cant_tell, grade) in enumerate(counts)
    ]
    return Standings(tuple(all_), basis)


@given(st.lists(_counts, max_size=14))
def test_the_five_are_five_different_ones_where_there_are_five(counts: list[tuple[int, int, int, int, str]]) -> None:
    made = _made(counts, Basis(sessions=12, all_sessions=12))
    five = made.five
    # What is not done, and may not be suggested, is put before nobody.
    passed = (State.NOT_YET, State.TRIED, State.AGENT)
    assert len(five) == min(5, sum(s.may_be_suggested or s.state not in passed for s in made.all))
    assert len(set(ids(five))) == len(five)
    assert set(ids(five)) <= set(ids(made.all))


# --- the sentence ------------------------------------------------------------------------------------------------------


def check(sentence: str, made: Standings) -> None:
    """Whether each claim of a sentence is true of these standings, however it is worded.

    A clause with two numbers says "you did, in so many of so many"; one with a single number says "you never did, in so many".
    """
    by_short = {s.practice.short: s for s in made}
    assert sentence.endswith(".")
    if "“" not in sentence:
        assert "Nothing" in sentence
        assert not any(s.you for s in made)
        return
    for clause in sentence.split(";"):
        (name,) = re.findall(r"“(.+?)”", clause)
        numbers = [int(n) for n in re.findall(r"\d+", clause.replace(f"“{name}”", ""))]
        s = by_short[name]
        if len(numbers) == 2:
            assert numbers == [s.you, s.applied]
            assert s.you > 0
            habits = [h for h in made if h.state is State.HABIT]
            assert s.state is State.HABIT or not habits
            assert s.you == max(h.you for h in (habits or [x for x in made if x.you]))
        else:
            assert re.search(r"\b(?:none|never|not)\b", clause)
            assert (s.you, [s.applied]) == (0, numbers)
            assert s.applied >= 3, "too few to say"
            assert s.practice.grade != "X"
            assert s.applied == max(x.applied for x in made if not x.you and x.practice.grade != "X")


@given(st.lists(_counts, max_size=14), st.integers(3, 40))
def test_the_sentence_is_true_whatever_the_counts(counts: list[tuple[int, int, int, int, str]], sessions: int) -> None:
    made = _made(counts, Basis(sessions=sessions, all_sessions=sessions))
    check(made.sentence, made)


def test_the_sentence_names_the_best_habit_and_what_was_let_pass_most() -> None:
    made = standings(standing("diff", 8, 8, 9), standing("plan", 3, 3, 4), standing("scout", 0, 2, 6), standing("list", 0, 0, 12))
    assert re.findall(r"“.+?”|\d+", made.sentence) == ["“diff”", "8", "9", "“list”", "12"]
    check(made.sentence, made)


def test_the_sentence_of_an_empty_profile_says_so() -> None:
    assert standings(basis=Basis()).sentence == "No sessions read yet."


def test_the_sentence_of_an_empty_window_says_so() -> None:
    assert (
        standings(standing("diff", 0, 0, 0), basis=Basis(sessions=0, all_sessions=9)).sentence
        == "No session falls in this window."
    )


@pytest.mark.parametrize(("sessions", "begins"), [(1, "1 session in"), (2, "2 sessions in")])
def test_fewer_than_three_sessions_make_no_claim(sessions: int, begins: str) -> None:
    made = standings(standing("diff", sessions, sessions, sessions), basis=Basis(sessions=sessions, all_sessions=90))
    assert made.sentence.startswith(begins)
    assert "diff" not in made.sentence
    assert "too few" in made.sentence


def test_two_occasions_are_too_few_to_say_that_it_was_let_pass() -> None:
    made = standings(standing("diff", 6, 6, 6), standing("scout", 0, 0, 2), standing("contested", 0, 0, 9, grade="X"))
    assert re.findall(r"“.+?”|\d+", made.sentence) == ["“diff”", "6", "6"]
    check(made.sentence, made)


def test_where_only_the_agent_did_it_the_sentence_does_not_say_you_did() -> None:
    made = standings(standing("diff", 0, 9, 9), standing("scout", 0, 4, 4))
    assert re.findall(r"“.+?”|\d+", made.sentence) == ["“diff”", "9"]
    check(made.sentence, made)


def test_where_nothing_can_be_told_the_sentence_claims_nothing() -> None:
    made = standings(standing("diff", 0, 0, 0, cant_tell=9), standing("scout", 0, 0, 0))
    assert made.sentence == "Nothing here was asked for by you yet."


def test_the_basis_says_what_it_rests_on_and_what_was_left_out() -> None:
    assert str(Basis(sessions=1, weeks=8)) == "1 session, last 8 weeks"
    told = str(Basis(sessions=4, weeks=0, automatic=2, gone=3))
    assert told.startswith("4 sessions, all time")
    assert [part.split()[0] for part in told.split(" · ")] == ["4", "2", "3"]
    assert "automatic" in told
    assert "deleted" in told
    assert str(Basis(sessions=4, since=date(2026, 3, 1))) == "4 sessions, 1 Mar 2026 to today"


def test_standings_can_be_asked_for_a_family() -> None:
    made = Standings((standing("a", 9, 9, 9), standing("b", 0, 0, 4)), Basis())
    assert ids(made.in_family("verify")) == ["a", "b"]
    assert made.in_family("frame") == ()
