"""Which tip comes next: held to twenty people a colleague thought about beforehand, and to what must never happen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach.practice import load
from accrete_coach.standings import Basis, Corrected, Row, Standings, State, stand
from accrete_coach.suggestions import Answer, Focus, Tip
from accrete_coach.tips import (
    RESTS,
    STANDS,
    Bar,
    Became,
    Followed,
    Occasion,
    applying,
    bar,
    follow,
    held_by,
    in_use,
    later_until,
    next_tip,
    numbers,
)
from people import AT, DAY, Person, people

SAID: tuple[Answer, ...] = ("", "later", "passed")
PRACTICES = load().practices
IDS = [p.id for p in PRACTICES]


# --- twenty people ---------------------------------------------------------------------------------------------------


def is_what_a_colleague_would_say(person: Person) -> bool:
    found = next_tip(person.standings, person.log)
    return found.practice.id in person.answer if found is not None else not person.answer


def test_the_tip_is_in_the_first_three_of_a_good_colleague() -> None:
    """The answers in `people.toml` were written before there was any code that chooses."""
    everybody = people()
    assert len(everybody) == 20
    missed = [p.name for p in everybody if not is_what_a_colleague_would_say(p)]
    assert len(missed) <= 4, missed


@pytest.mark.parametrize("person", people(), ids=lambda p: p.name)
def test_a_tip_speaks_in_the_persons_own_numbers(person: Person) -> None:
    found = next_tip(person.standings, person.log)
    if found is not None:
        assert f"in {found.standing.applied} session" in found.why_now
        assert found.why_now.endswith(".")


# --- what must never happen ------------------------------------------------------------------------------------------


def row(name: str, n: int, you: int, happened: int, at: int) -> Row:
    """The n-th session of those in which it applied."""
    if n >= happened:
        return Row(name, "not-seen", None, at, 9)
    return Row(name, "seen", "you" if n < you else "agent", at, 9)


counts = st.integers(0, 30).flatmap(
    lambda applied: st.integers(0, applied).flatmap(
        lambda happened: st.integers(0, happened).map(lambda you: (you, happened, applied))
    )
)


@st.composite
def a_life(draw: st.DrawFn) -> tuple[Standings, frozenset[str]]:
    """Standings of anybody, and the practices that are measured for them."""
    shares = draw(st.dictionaries(st.sampled_from(IDS), counts, max_size=24))
    rows = [
        row(name, n, you, happened, AT - n * DAY) for name, (you, happened, applied) in shares.items() for n in range(applied)
    ]
    measured = draw(st.frozensets(st.sampled_from(IDS), min_size=8))
    choices = draw(st.dictionaries(st.sampled_from(IDS), st.sampled_from(["elsewhere", "not-for-me"]), max_size=4))
    said = draw(st.dictionaries(st.sampled_from(IDS), st.integers(1, 30), max_size=3))
    made = stand(
        PRACTICES,
        rows,
        Basis(sessions=30, all_sessions=30),
        AT,
        UTC,
        choices=choices,
        corrections={name: Corrected(n, n) for name, n in said.items()},
        measured=lambda name: name in measured,
    )
    return made, measured


def at(standings: Standings, now: int) -> Standings:
    return Standings(standings.all, standings.basis, now)


@settings(max_examples=200, deadline=None)
@given(a_life(), st.lists(st.tuples(st.sampled_from(IDS), st.integers(0, 80), st.sampled_from(SAID)), max_size=6))
def test_what_speaks_against_a_tip_keeps_it_away(
    life: tuple[Standings, frozenset[str]], log: list[tuple[str, int, Answer]]
) -> None:
    standings, measured = life
    shown = [
        Tip(n + 1, name, AT - ago * DAY, 0, 0, 0, word, AT - ago * DAY if word else 0, AT + 9 * DAY)
        for n, (name, ago, word) in enumerate(log)
    ]
    focus = Focus(1, IDS[0], AT - DAY, "", 0, 0, 0, 0)
    found = next_tip(standings, shown, focus)
    if found is None:
        return
    s = found.standing
    assert s.practice.grade != "X", "contested"
    assert s.practice.id in measured, "unmeasured"
    assert not s.choice, "not for me, or done elsewhere"
    assert s.state is not State.DISPUTED, "disputed"
    assert s.applied >= 3, "no occasion"
    assert s.applied - s.happened >= 2, "no occasion let pass"
    assert not 4 * s.you > s.applied, "in use"
    assert s.practice.id != focus.practice, "the focus"
    assert not any(t.practice == s.practice.id and t.answer == "later" and t.until > AT for t in last(shown)), "snoozed"
    for name in s.practice.builds_on:
        assert in_use(standings[name]), "what it builds on is not in use"


def last(log: list[Tip]) -> list[Tip]:
    newest: dict[str, Tip] = {}
    for tip in log:
        if tip.practice not in newest or (tip.at, tip.num) > (newest[tip.practice].at, newest[tip.practice].num):
            newest[tip.practice] = tip
    return list(newest.values())


@settings(max_examples=150, deadline=None)
@given(a_life(), st.lists(st.sampled_from([8, 29, 40]), min_size=4, max_size=40))
def test_none_repeats_until_all_that_apply_were_shown(life: tuple[Standings, frozenset[str]], waits: list[int]) -> None:
    standings, _ = life
    able = {s.practice.id for s in applying(standings)}
    now = AT
    log: list[Tip] = []
    order: list[str] = []
    for days in waits:
        found = next_tip(at(standings, now), log)
        if found is not None:
            assert found.tip.num == 0, "what stood is over by now"
            log.append(found.tip._replace(num=len(log) + 1))
            order.append(found.practice.id)
        now += days * DAY
    for n, name in enumerate(order):
        before = order[:n]
        if name in before:
            since = order[n - 1 - before[::-1].index(name) : n]
            assert able <= set(since), f"{name} came again before {able - set(since)}"


@given(a_life())
@settings(max_examples=60, deadline=None)
def test_the_same_question_has_the_same_answer_for_a_week(life: tuple[Standings, frozenset[str]]) -> None:
    standings, _ = life
    found = next_tip(standings)
    if found is None:
        return
    kept = found.tip._replace(num=1)
    for later in (0, DAY, STANDS - 1):
        again = next_tip(at(standings, AT + later), [kept])
        assert again is not None
        assert again.tip == kept
    after = next_tip(at(standings, AT + STANDS), [kept])
    assert after is None or after.practice.id != found.practice.id


# --- each reason by itself -------------------------------------------------------------------------------------------


def standings(
    *,
    now: int = AT,
    sessions: int = 20,
    choices: dict[str, str] | None = None,
    measured: bool = True,
    **shares: tuple[int, int, int],
) -> Standings:
    rows = [
        row(name.replace("_", "-"), n, you, happened, AT - n * DAY)
        for name, (you, happened, applied) in shares.items()
        for n in range(applied)
    ]
    return stand(
        PRACTICES,
        rows,
        Basis(sessions=sessions, all_sessions=sessions),
        now,
        UTC,
        choices=choices or {},
        measured=lambda _: measured,
    )


def why(name: str, given_: Standings, log: tuple[Tip, ...] = (), focus: Focus | None = None) -> Bar | None:
    return bar(given_[name], given_, log, focus)


def test_each_reason_is_told_apart() -> None:
    passed = (1, 2, 14)
    plain = standings(read_diff=passed)
    assert why("read-diff", plain) is None
    assert why("read-diff", standings(read_diff=passed, measured=False)) is Bar.UNMEASURED
    assert why("failing-first", standings(failing_first=passed)) is Bar.CONTESTED
    assert why("read-diff", standings(read_diff=passed, choices={"read-diff": "not-for-me"})) is Bar.NOT_FOR_ME
    assert why("read-diff", standings(read_diff=passed, choices={"read-diff": "elsewhere"})) is Bar.ELSEWHERE
    assert why("read-diff", standings(read_diff=(0, 0, 2))) is Bar.NO_OCCASION
    assert why("read-diff", standings(read_diff=(4, 4, 15))) is Bar.IN_USE
    assert why("read-diff", standings(read_diff=(0, 14, 15))) is Bar.IN_USE, "the agent does it nearly always"
    assert why("coherent-commit", standings(coherent_commit=passed)) is Bar.BUILDS_ON
    assert why("coherent-commit", standings(coherent_commit=passed, run_check=(6, 9, 14))) is None
    assert why("read-diff", plain, focus=Focus(1, "read-diff", AT, "", 0, 0, 0, 0)) is Bar.FOCUS
    assert why("read-diff", plain, focus=Focus(1, "read-diff", AT, "", 0, 0, 0, 0, ended=AT)) is None
    shown = Tip(1, "read-diff", AT - 8 * DAY, 0, 0, 0)
    assert why("read-diff", plain, (shown,)) is Bar.SAID_LATELY
    assert why("read-diff", plain, (shown._replace(at=AT - RESTS),)) is None
    assert why("read-diff", plain, (shown._replace(at=AT - DAY),)) is None, "it is the one that stands"
    assert why("read-diff", plain, (shown._replace(answer="later", until=AT + DAY),)) is Bar.SNOOZED
    assert why("read-diff", plain, (shown._replace(answer="later", until=AT),)) is None


def test_with_less_than_three_sessions_there_is_no_tip() -> None:
    assert next_tip(standings(read_diff=(0, 0, 9), sessions=2)) is None
    assert next_tip(standings(read_diff=(0, 0, 9), sessions=3)) is not None


def test_what_matters_more_comes_first() -> None:
    given_ = standings(read_diff=(0, 0, 12), task_list=(0, 0, 12), plan_first=(0, 0, 12))
    assert [s.practice.id for s in applying(given_)] == ["read-diff", "plan-first", "task-list"]


def test_a_tip_of_a_clock_that_was_wrong_does_not_stand() -> None:
    given_ = standings(read_diff=(0, 0, 12))
    found = next_tip(given_, [Tip(1, "read-diff", AT + 400 * DAY, 0, 0, 0)])
    assert found is None or found.tip.num == 0


def test_numbers_say_who_did_it() -> None:
    given_ = standings(read_diff=(1, 3, 9))
    assert numbers(given_["read-diff"]) == (
        "There was a commit in 9 sessions; you asked to see the diff first in 1, and in 2 the agent did it unasked."
    )


@pytest.mark.parametrize("days", range(7))
def test_later_is_four_weeks(days: int) -> None:
    now = AT + days * DAY
    until = datetime.fromtimestamp(later_until(now, UTC) / 1000, UTC)
    assert (until.hour, (until.date() - datetime.fromtimestamp(now / 1000, UTC).date()).days) == (0, 28)


# --- the focus -------------------------------------------------------------------------------------------------------


def followed(you: int, agent: int, applied: int, *, before: tuple[int, int, int] = (1, 2, 9)) -> Followed:
    focus = Focus(1, "read-diff", AT, "", AT - 56 * DAY, *before)
    rows = [row("read-diff", n, you, you + agent, AT + n * DAY) for n in range(applied)]
    return follow(focus, load()["read-diff"], rows, AT + 100 * DAY)


@pytest.mark.parametrize(
    ("you", "agent", "applied", "became"),
    [
        (0, 0, 0, Became.EARLY),
        (2, 0, 2, Became.EARLY),
        (0, 0, 6, Became.NOT_YET),
        (1, 0, 6, Became.NOT_YET),
        (0, 6, 6, Became.NOT_YET),
        (2, 1, 6, Became.GROWING),
        (4, 0, 6, Became.GROWING),
        (5, 0, 6, Became.STUCK),
        (5, 0, 10, Became.GROWING),
        (6, 0, 10, Became.STUCK),
    ],
)
def test_what_became_of_it_rests_on_occasions_and_on_the_person_alone(you: int, agent: int, applied: int, became: Became) -> None:
    assert followed(you, agent, applied).became is became


def test_what_one_did_as_often_before_is_no_growth() -> None:
    assert followed(2, 0, 6, before=(3, 3, 9)).became is Became.NOT_YET
    assert followed(3, 0, 6, before=(3, 3, 9)).became is Became.GROWING


def test_what_is_taken_mostly_is_no_not_yet_whatever_was_before() -> None:
    for before in ((0, 0, 0), (1, 1, 1), (5, 5, 5)):
        told = followed(4, 0, 4, before=before)
        assert told.became is Became.GROWING
        assert "passed" not in told.check
    assert "more often than before" not in followed(4, 0, 4, before=(5, 5, 5)).check
    assert followed(0, 0, 4, before=(0, 0, 0)).became is Became.NOT_YET


def test_a_constraint_is_said_of_what_was_let_pass_alone() -> None:
    assert followed(0, 0, 3, before=(0, 0, 0)).constraint == "there was no occasion to learn from"
    assert followed(0, 0, 3, before=(8, 8, 9)).constraint == "hardly an occasion was let pass"
    assert followed(0, 0, 3, before=(1, 1, 9)).constraint == "no one place stands out among the 8 occasions let pass"


def test_the_follow_up_speaks_of_occasions() -> None:
    assert followed(4, 1, 6).counts == "6 occasions since, you in 4, the agent unasked in 1; before, you in 1 of 9"
    assert followed(0, 0, 0).counts == "no occasion since; before, you in 1 of 9"


def test_what_happened_before_it_was_taken_up_or_after_it_ended_does_not_count() -> None:
    rows = [Row("read-diff", "seen", "you", AT + n * DAY, 9) for n in range(-5, 10)]
    focus = Focus(1, "read-diff", AT, "", 0, 0, 0, 0, ended=AT + 3 * DAY, how="ended")
    assert follow(focus, None, rows, AT + 100 * DAY).you == 4


def test_the_one_constraint_is_where_occasions_were_let_pass() -> None:
    long = [Occasion("/home/sam/shop", 80, False) for _ in range(6)]
    short = [Occasion("/home/sam/shop", 8, True) for _ in range(6)]
    assert held_by(long + short) == "all 6 let pass were in sessions with 80 tool calls or more"
    ledger = [Occasion("/home/sam/ledger", 9, False) for _ in range(6)]
    shop = [Occasion("/home/sam/shop", 9, n > 1) for n in range(8)]
    assert held_by(ledger + shop) == "6 of the 8 let pass were in ledger"
    assert held_by(ledger[:5] + shop[:6]) == "", "chance may do as much"
    even = [Occasion(f"/p{n % 2}", 9 + n % 3, n % 4 < 2) for n in range(12)]
    assert held_by(even) == ""
    assert held_by([]) == ""


@given(st.lists(st.tuples(st.sampled_from(["/a/x", "/b/y", ""]), st.integers(0, 99), st.booleans()), max_size=40))
def test_a_constraint_never_speaks_of_more_than_there_is(given_: list[tuple[str, int, bool]]) -> None:
    said = held_by([Occasion(*one) for one in given_])
    if said:
        passed = sum(not taken for _, _, taken in given_)
        if said.startswith("all "):
            assert int(said.split()[1]) == passed
        else:
            some, _, rest = said.partition(" of the ")
            assert int(some) < int(rest.split()[0]) == passed
