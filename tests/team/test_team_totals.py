"""Sealed sums: exact from the threshold on, nothing below it; and what is refused, is refused with a sentence."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accrete_coach.practice import load
from accrete_coach.team import totals as t
from accrete_coach.team.keys import Keys, make
from accrete_coach.team.message import Message, Refused, canonical, parse, sign
from accrete_coach.team.totals import Kept, Ledger, NoResult, NotNow, Totals, What

MONDAY = date(2026, 11, 30)
BEFORE = MONDAY - timedelta(3)
CONTRIBUTING = t.ends(MONDAY, 1)
RELEASING = t.releases(MONDAY, 1)
PRACTICES = t.LISTS[1]
YES = dict.fromkeys(PRACTICES, True)
NO = dict.fromkeys(PRACTICES, False)

few_examples = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def honest(sides: int) -> int:
    """A coin that never falls."""
    return 1


@cache
def key(i: int) -> Keys:
    return make()


@dataclass
class Person:
    keys: Keys
    name: str
    kept: Kept = field(default_factory=Kept)


class Team:
    """A branch, and people who push to it."""

    def __init__(self, n: int, *, join: bool = True, small: bool = True) -> None:
        self.small = small
        self.branch: list[Message] = []
        self.people = [Person(key(i), f"Person {i}") for i in range(n)]
        if join:
            for person in self.people:
                self.join(person)
            for person in self.people:
                self.confirm(person)

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.branch)

    @property
    def roster(self) -> t.Roster:
        return self.ledger.epoch(MONDAY).roster

    def join(self, person: Person, today: date = BEFORE) -> Message:
        message, person.kept = t.join(self.ledger, person.keys, today, person.kept, MONDAY, person.name)
        self.branch.append(message)
        return message

    def confirm(self, person: Person) -> None:
        person.kept = t.confirm(self.ledger, MONDAY, person.kept, MONDAY, self.roster.hash)

    def contribute(
        self,
        person: Person,
        answers: dict[str, bool] = YES,
        today: date = CONTRIBUTING,
        period: int = 1,
        chance: Callable[[int], int] = honest,
    ) -> Message:
        message, person.kept = t.contribute(
            self.ledger, person.keys, today, person.kept, MONDAY, period, answers, small=self.small, chance=chance
        )
        self.branch.append(message)
        return message

    def release(self, person: Person, today: date = RELEASING, period: int = 1) -> Message:
        message, person.kept = t.release(self.ledger, person.keys, today, person.kept, MONDAY, period)
        self.branch.append(message)
        return message

    def totals(self, today: date = RELEASING, period: int = 1) -> Totals | NoResult:
        return t.totals(self.ledger, MONDAY, period, today)

    def why(self, message: Message) -> str:
        """Why a message does not count."""
        [why] = [r.why for r in self.ledger.refusals if r.name == message.name]
        return why

    def pushes(self, message: Message) -> str:
        """Pushes a message that will not count, and says why."""
        self.branch.append(message)
        return self.why(message)

    @staticmethod
    def forge(message: Message, person: Person, **changes: Any) -> Message:
        """A message like another, with other fields, signed by a person."""
        return sign(message.kind, message.body | changes, person.keys.signing)


@cache
def contributed_cache(n: int, contributors: int) -> tuple[Message, ...]:
    team = Team(n)
    for person in team.people[:contributors]:
        team.contribute(person)
    return tuple(team.branch)


def contributed(n: int = 6, contributors: int | None = None) -> Team:
    """A team whose people have all, or some of them, said yes to everything; made once."""
    team = Team(n, join=False)
    team.branch = list(contributed_cache(n, n if contributors is None else contributors))
    for person in team.people:
        team.confirm(person)
    return team


# ---- Totals ---------------------------------------------------------------------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, list[int], list[dict[str, bool]], list[int]]:
    n = draw(st.integers(5, 9))
    contributors = draw(st.permutations(range(n)))[: draw(st.integers(t.least(n), n))]
    answers = [{p: draw(st.booleans()) for p in PRACTICES} for _ in contributors]
    return n, contributors, answers, draw(st.permutations(range(n)))


@few_examples
@given(cases())
def test_totals_are_exact_with_any_members_from_the_threshold_on_and_nothing_below(
    case: tuple[int, list[int], list[dict[str, bool]], list[int]],
) -> None:
    n, contributors, answers, releasing = case
    team = Team(n)
    for i, answer in zip(contributors, answers, strict=True):
        team.contribute(team.people[i], answer, chance=t.secrets.randbelow)
    sealed = [{p: team.people[i].kept.coins[MONDAY, p, a[p]] for p in PRACTICES} for i, a in zip(contributors, answers, strict=True)]
    exact = {p: sum(s[p] for s in sealed) for p in PRACTICES}
    for came, i in enumerate(releasing, 1):
        team.release(team.people[i])
        found = team.totals()
        if came < t.threshold(n):
            assert isinstance(found, NoResult)
            assert found.waits_for.startswith(str(t.threshold(n) - came))
        else:
            assert isinstance(found, Totals)
            assert (found.counts, found.of, found.sum_shares) == (exact, len(contributors), came)
            assert found.checked == (came > t.threshold(n))
    assert team.ledger.refusals == ()


@pytest.mark.parametrize(("n", "away"), [(12, 3), (50, 16)])
def test_totals_are_exact_on_larger_rosters_with_as_many_away_as_may_be(n: int, away: int) -> None:
    team = Team(n)
    for i, person in enumerate(team.people):
        team.contribute(person, {p: (i + j) % 3 == 0 for j, p in enumerate(PRACTICES)})
    for person in team.people[away:]:
        team.release(person)
    found = team.totals()
    assert isinstance(found, Totals)
    assert found.counts == {p: sum((i + j) % 3 == 0 for i in range(n)) for j, p in enumerate(PRACTICES)}
    assert not found.checked
    assert "forged" in found.note
    assert max(len(m.data) for m in team.branch) < 40_000


def test_what_is_pushed_alone_says_nothing_of_the_answers() -> None:
    team = contributed(5, 0)
    yes, no = team.contribute(team.people[0], YES), team.contribute(team.people[1], NO)
    assert {k: v for k, v in yes.body.items() if k != "shares"} == {k: v for k, v in no.body.items() if k != "shares"}
    assert [len(s) for s in yes.body["shares"]] == [len(s) for s in no.body["shares"]]


@few_examples
@given(st.integers(1, t.threshold(6) - 1), st.lists(st.booleans(), min_size=6, max_size=6))
def test_fewer_sum_shares_than_the_threshold_fit_any_total(came: int, says: list[bool]) -> None:
    """Nothing below the threshold: each total is as possible as each other, with the missing shares chosen to fit."""
    team = contributed(6, 0)
    for person, yes in zip(team.people, says, strict=True):
        team.contribute(person, YES if yes else NO)
    points = []
    for person in team.people[:came]:
        place = team.roster.place(person.keys.by)
        assert place is not None
        points.append(t.shamirs.share(place, int(team.release(person).body["sums"][0], 16), t.MODULUS))
    free = next(x for x in range(1, 7) if x not in [p.index for p in points])
    below = [*points, t.shamirs.share(free, 0, t.MODULUS)]
    moved = [*points, t.shamirs.share(free, 1, t.MODULUS)]
    assert t.shamirs.interpolate(below) != t.shamirs.interpolate(moved)
    assert isinstance(team.totals(), NoResult)


# ---- Forged, repeated, late, foreign, equivocating ------------------------------------------------------------------------------


def test_bytes_that_were_changed_are_no_message() -> None:
    data = contributed().branch[-1].data
    with pytest.raises(Refused, match="signature"):
        parse(data.replace(b'"period":1', b'"period":2'))


@few_examples
@given(st.integers(0, 23), st.integers(0, 5), st.integers(1, t.MODULUS - 1))
def test_one_forged_sum_share_is_found_from_one_more_than_the_threshold_on(practice: int, who: int, by: int) -> None:
    team = contributed(6)
    forger = team.people[who]
    true, _ = t.release(team.ledger, forger.keys, RELEASING, forger.kept, MONDAY, 1)
    sums = list(true.body["sums"])
    sums[practice] = f"{(int(sums[practice], 16) + by) % t.MODULUS:032x}"
    others = [p for p in team.people if p is not forger]
    for person in others:
        team.release(person)
    assert isinstance(team.totals(), Totals)
    team.branch.append(team.forge(true, forger, sums=sums))
    found = team.totals()
    assert isinstance(found, NoResult)
    assert "do not fit together" in found.why


def test_with_exactly_the_threshold_an_impossible_total_shows_a_forged_sum_share() -> None:
    team = contributed(6)
    for person in team.people[1:5]:
        team.release(person)
    true, _ = t.release(team.ledger, team.people[0].keys, RELEASING, Kept(), MONDAY, 1)
    forged = [f"{(int(s, 16) + 1) % t.MODULUS:032x}" for s in true.body["sums"]]
    team.branch.append(team.forge(true, team.people[0], sums=forged))
    found = team.totals()
    assert isinstance(found, NoResult)
    assert "impossible" in found.why


def test_a_repeated_message_counts_once_and_is_said() -> None:
    team = contributed()
    assert "counts once" in team.pushes(team.branch[0])
    assert "counts once" in team.pushes(team.branch[-1])
    share = team.release(team.people[0])
    assert "counts once" in team.pushes(share)
    assert len(team.ledger.epoch(MONDAY).period(1).shares) == 1
    assert len(team.roster) == len(team.ledger.epoch(MONDAY).period(1).accepted) == 6


def test_somebody_who_is_not_on_the_roster_is_refused() -> None:
    team, stranger = contributed(), Person(key(60), "Stranger")
    assert "not on the roster" in team.pushes(team.forge(team.branch[-1], stranger))
    share = team.release(team.people[0])
    assert "not on the roster" in team.pushes(team.forge(share, stranger))
    with pytest.raises(NotNow, match="not on the roster"):
        t.contribute(team.ledger, stranger.keys, CONTRIBUTING, Kept(), MONDAY, 1, YES)
    with pytest.raises(NotNow, match="not on the roster"):
        t.release(team.ledger, stranger.keys, RELEASING, Kept(), MONDAY, 1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"epoch": "2026-12-07"}, "nobody has joined"),
        ({"epoch": "2026-12-01"}, "Monday"),
        ({"epoch": "20261130"}, "Monday"),
        ({"epoch": 7}, "Monday"),
        ({"roster": "0" * 64}, "another roster"),
        ({"roster": None}, "another roster"),
        ({"period": 0}, "period"),
        ({"period": 4}, "period"),
        ({"period": True}, "period"),
        ({"period": 2}, "early"),
        ({"day": (CONTRIBUTING - timedelta(1)).isoformat()}, "early"),
        ({"day": RELEASING.isoformat()}, "late"),
        ({"day": "yesterday"}, "day"),
        ({"list": 2}, "list"),
        ({"list": True}, "list"),
        ({"shares": []}, "for each member"),
        ({"shares": ["AAAA"] * 6}, "for each member"),
        ({"shares": [[]] * 6}, "for each member"),
        ({"more": 1}, "other fields"),
    ],
)
def test_a_contribution_that_is_not_right_is_refused_with_a_sentence(changes: dict[str, Any], why: str) -> None:
    team = contributed(6, 5)
    like = team.branch[-1]
    assert why in team.pushes(team.forge(like, team.people[5], **changes))
    assert len(team.ledger.epoch(MONDAY).period(1).accepted) == 5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"epoch": "2026-12-07"}, "nobody has joined"),
        ({"roster": "0" * 64}, "another roster"),
        ({"period": 2}, "nobody has contributed"),
        ({"period": 9}, "period"),
        ({"day": t.never(MONDAY, 1).isoformat()}, "late"),
        ({"list": 0}, "list"),
        ({"set": "0" * 64}, "another set"),
        ({"set": 1}, "no set"),
        ({"sums": []}, "each practice"),
        ({"sums": [f"{t.MODULUS:x}"] * 24}, "each practice"),
        ({"sums": [1] * 24}, "each practice"),
        ({"more": 1}, "other fields"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_sum_share_that_is_not_right_is_refused_with_a_sentence(changes: dict[str, Any], why: str, first: bool) -> None:
    team = contributed()
    like = team.release(team.people[0])
    if first:
        team.branch.pop()
    assert why in team.pushes(team.forge(like, team.people[1], **changes))
    assert len(team.ledger.epoch(MONDAY).period(1).shares) == (0 if first else 1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"day": MONDAY.isoformat()}, "late"),
        ({"epoch": "2026-12-01"}, "Monday"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "\x1b[2J"}, "name"),
        ({"name": 1}, "name"),
        ({"to": "00" * 32}, "sealed to"),
        ({"to": "01" + "00" * 31}, "sealed to"),
        ({"to": "xyz"}, "sealed to"),
        ({"list": 0}, "list"),
    ],
)
def test_a_join_that_is_not_right_is_refused_with_a_sentence(changes: dict[str, Any], why: str) -> None:
    team = contributed(6, 0)
    stranger = Person(key(60), "Stranger")
    assert why in team.pushes(team.forge(team.branch[0], stranger, **changes))
    assert len(team.roster) == 6


def test_two_contributions_of_one_member_are_both_left_out() -> None:
    team = contributed(7)
    cheat = team.people[6]
    first = next(m for m in team.branch if m.kind == t.CONTRIBUTION and m.by == cheat.keys.by)
    second, _ = t.contribute(contributed(7, 6).ledger, cheat.keys, CONTRIBUTING, cheat.kept, MONDAY, 1, NO, small=True)
    assert "two different" in team.pushes(second)
    assert "two different" in team.why(first)
    third = team.forge(first, cheat, day=(CONTRIBUTING + timedelta(1)).isoformat())
    assert "two different" in team.pushes(third)
    for person in team.people:
        team.release(person)
    found = team.totals()
    assert isinstance(found, Totals)
    assert found.of == 6


def test_a_second_contribution_after_the_set_was_fixed_changes_nothing() -> None:
    team = contributed(6)
    for person in team.people[:5]:
        team.release(person)
    before = team.totals()
    cheat = team.people[5]
    first = next(m for m in team.branch if m.kind == t.CONTRIBUTION and m.by == cheat.keys.by)
    assert "after the set" in team.pushes(team.forge(first, cheat, day=(CONTRIBUTING + timedelta(1)).isoformat()))
    assert team.totals() == before


def test_two_sum_shares_of_one_member_are_both_left_out() -> None:
    team = contributed(6)
    shares = [team.release(person) for person in team.people[:5]]
    assert isinstance(team.totals(), Totals)
    second = team.forge(shares[0], team.people[0], day=(RELEASING + timedelta(1)).isoformat())
    assert "two different" in team.pushes(second)
    assert "two different" in team.why(shares[0])
    found = team.totals()
    assert isinstance(found, NoResult)
    assert found.why == "no result yet: 4 of 5 sum-shares came"
    team.release(team.people[5])
    assert isinstance(team.totals(), Totals)


def test_two_joins_with_different_keys_leave_a_member_out() -> None:
    team = contributed(6, 0)
    cheat = team.people[0]
    second = team.forge(team.branch[0], cheat, to=key(61).to)
    assert "two different sealing keys" in team.pushes(second)
    assert "two different sealing keys" in team.why(team.branch[0])
    assert [m.by for m in team.roster.members] == sorted(p.keys.by for p in team.people[1:])


def test_a_second_join_with_the_same_key_changes_nothing() -> None:
    team = contributed(6, 0)
    before = team.roster
    assert "already" in team.pushes(team.forge(team.branch[0], team.people[0], name="Another"))
    assert team.roster == before


def test_a_join_or_a_changed_key_after_the_freeze_changes_nothing_even_when_it_is_dated_back() -> None:
    team = contributed(6, 1)
    before = team.roster
    assert "frozen" in team.pushes(team.forge(team.branch[0], Person(key(60), "Late"), name="Late"))
    assert "another sealing key" in team.pushes(team.forge(team.branch[0], team.people[0], to=key(61).to))
    assert team.roster == before


def test_a_join_dated_back_before_the_first_contribution_must_be_confirmed_by_everybody() -> None:
    team = contributed(6, 0)
    team.branch.append(team.forge(team.branch[0], Person(key(60), "Late"), name="Late"))
    assert len(team.roster) == 7
    person = team.people[0]
    [confirm, contribution] = [d for d in t.due(team.ledger, person.keys.by, CONTRIBUTING, person.kept, small=True) if d.period != 2]
    assert (confirm.what, confirm.ready) == (What.CONFIRM, True)
    assert "has changed since you confirmed it" in confirm.why
    assert (contribution.what, contribution.ready) == (What.CONTRIBUTION, False)
    with pytest.raises(NotNow, match="confirmed"):
        team.contribute(person)
    with pytest.raises(NotNow, match="changed since you saw it"):
        t.confirm(team.ledger, CONTRIBUTING, person.kept, MONDAY, contributed(6, 0).roster.hash)
    team.confirm(person)
    team.contribute(person)
    assert len(team.ledger.epoch(MONDAY).period(1).accepted) == 1


def test_a_share_is_bound_to_its_sender_and_receiver_and_opens_nowhere_else() -> None:
    team = contributed(6, 5)
    stolen = team.branch[-1]
    team.branch.append(team.forge(stolen, team.people[5]))
    with pytest.raises(NotNow, match="can't be opened"):
        team.release(team.people[0])


def test_a_member_whose_share_is_no_share_says_so_and_adds_nothing() -> None:
    team = contributed(6, 5)
    shares = [base64.b64encode(bytes(24 * 16 + 48)).decode()] * 6
    team.branch.append(team.forge(team.branch[-1], team.people[5], shares=shares))
    with pytest.raises(NotNow, match="the others may still be enough"):
        team.release(team.people[0])
