"""Sealed sums: exact from the threshold on, nothing below it; and what is refused, is refused with a sentence."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
import shamirs
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accrete_coach.practice import load
from accrete_coach.team import totals as t
from accrete_coach.team.keys import Keys, make
from accrete_coach.team.message import Message, Refused, parse, sign
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
        return self.why_in(self.branch, message)

    @staticmethod
    def why_in(branch: list[Message], message: Message) -> str:
        """Why a message does not count on a branch."""
        [why] = [r.why for r in Ledger.of(branch).refusals if r.name == message.name]
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
        team.contribute(team.people[i], answer, chance=secrets.randbelow)
    sealed = [
        {p: team.people[i].kept.coins[MONDAY, p, a[p]] for p in PRACTICES} for i, a in zip(contributors, answers, strict=True)
    ]
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
@given(st.integers(5, 9), st.randoms())
def test_one_sum_share_fewer_than_the_threshold_does_not_lead_to_a_total(n: int, dice: Random) -> None:
    team = contributed(n)
    points = []
    for person in team.people:
        place = team.roster.place(person.keys.by)
        assert place is not None
        points.append((place, int(team.release(person).body["sums"][0], 16)))
    dice.shuffle(points)

    def leads_to(some: int) -> int:
        return int(shamirs.interpolate([shamirs.share(x, y, t.MODULUS) for x, y in points[:some]]))

    assert leads_to(t.threshold(n)) == n
    assert leads_to(t.threshold(n) - 1) > n


def test_the_bytes_of_a_branch_say_what_its_messages_say() -> None:
    team = contributed(5)
    for person in team.people:
        team.release(person)
    assert Ledger.of(parse(m.data) for m in team.branch) == team.ledger


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
    # By so much that no total is possible; a small lie may not show, and the note beside the totals says so.
    forged = [f"{(int(s, 16) + 1000) % t.MODULUS:032x}" for s in true.body["sums"]]
    team.branch.append(team.forge(true, team.people[0], sums=forged))
    found = team.totals()
    assert isinstance(found, NoResult)
    assert "impossible" in found.why


def test_a_repeated_message_counts_once_and_is_said() -> None:
    team = contributed()
    join, contribution = team.branch[0], team.branch[-1]
    assert "counts once" in team.pushes(join)
    assert "counts once" in team.pushes(contribution)
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
    cheat = team.people[0]
    with_both, _ = t.release(team.ledger, team.people[1].keys, RELEASING, Kept(), MONDAY, 1)
    first = next(m for m in team.branch if m.kind == t.CONTRIBUTION and m.by == cheat.keys.by)
    assert "two different" in team.pushes(team.forge(first, cheat, day=(CONTRIBUTING + timedelta(1)).isoformat()))
    assert "two different" in team.why(first)
    assert "two different" in team.pushes(team.forge(first, cheat, day=(CONTRIBUTING + timedelta(2)).isoformat()))
    assert "another set" in Team.why_in([*team.branch, with_both], with_both)
    for person in team.people:
        team.release(person)
    found = team.totals()
    assert isinstance(found, Totals)
    assert (found.of, found.counts) == (6, dict.fromkeys(PRACTICES, 6))
    [entry] = [
        d
        for d in t.due(team.ledger, cheat.keys.by, CONTRIBUTING, Kept(), small=True)
        if d.what == "contribution" and d.period == 1
    ]
    assert (entry.ready, "left out" in entry.why) == (False, True)


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
    [confirm, contribution] = [
        d for d in t.due(team.ledger, person.keys.by, CONTRIBUTING, person.kept, small=True) if d.period != 2
    ]
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


# ---- Who, when, how many --------------------------------------------------------------------------------------------------------


def test_fewer_than_five_on_the_roster_send_nothing() -> None:
    team = Team(4)
    for person in team.people:
        [entry] = [
            d for d in t.due(team.ledger, person.keys.by, CONTRIBUTING, person.kept, small=True) if d.what is not What.JOIN
        ]
        assert not entry.ready
        with pytest.raises(NotNow, match="4 people"):
            team.contribute(person)
    like = contributed(5).branch[-1]
    forged = team.forge(like, team.people[0], roster=team.roster.hash, shares=like.body["shares"][:4])
    assert "fewer than 5" in team.pushes(forged)
    found = team.totals()
    assert isinstance(found, NoResult)
    assert found.waits_for == ""


@pytest.mark.parametrize("n", [5, 7, 8])
def test_five_to_seven_take_part_only_when_they_allow_it(n: int) -> None:
    team = Team(n, small=False)
    person = team.people[0]
    if n < t.WARNED_BELOW:
        with pytest.raises(NotNow, match="unless you allow it"):
            team.contribute(person)
        team.small = True
    team.contribute(person)
    assert len(team.ledger.epoch(MONDAY).period(1).accepted) == 1


@pytest.mark.parametrize(("n", "contributors", "enough"), [(5, 4, 5), (8, 5, 6), (9, 6, 7)])
def test_a_set_of_fewer_than_five_or_than_the_threshold_is_never_added(n: int, contributors: int, enough: int) -> None:
    assert t.least(n) == enough == contributors + 1
    team = contributed(n, contributors)
    with pytest.raises(NotNow, match=f"{contributors} people contributed; {enough} are needed"):
        team.release(team.people[0])
    # And a program that adds them all the same finds nobody to follow.
    like = contributed(n).release(team.people[0])
    chosen = team.ledger.epoch(MONDAY).period(1).accepted
    assert "too few" in team.pushes(team.forge(like, team.people[0], set=t.set_hash(chosen)))
    found = team.totals()
    assert isinstance(found, NoResult)
    assert found.waits_for == ""
    assert team.totals(CONTRIBUTING) == NoResult(
        f"no result yet: {contributors} contributed; {enough} are needed", f"1 more contribution before {RELEASING}"
    )


def test_the_first_sum_share_fixes_the_set_and_who_comes_later_is_not_in_it() -> None:
    team = contributed(8, 6)
    first, _ = t.release(team.ledger, team.people[0].keys, RELEASING, Kept(), MONDAY, 1)
    # The seventh's contribution reaches the branch between the first one's look at it and their push.
    late = team.contribute(team.people[6], today=RELEASING - timedelta(1))
    team.branch.append(first)
    assert "after the set" in team.why(late)
    with pytest.raises(NotNow, match="fixed without you; your next contribution can be made on 2027-01-25"):
        team.contribute(team.people[7], today=RELEASING - timedelta(1))
    for person in team.people[1:6]:
        team.release(person)
    found = team.totals()
    assert isinstance(found, Totals)
    assert (found.of, found.counts) == (6, dict.fromkeys(PRACTICES, 6))
    assert len([m for m in team.branch if m.kind == t.SUM_SHARE]) == 6
    # Their next one counts.
    team.contribute(team.people[6], today=RELEASING, period=2)
    assert len(team.ledger.epoch(MONDAY).period(2).accepted) == 1


def test_a_sum_share_of_another_set_than_the_fixed_one_is_refused() -> None:
    team = contributed(8, 6)
    other, _ = t.release(team.ledger, team.people[1].keys, RELEASING, Kept(), MONDAY, 1)
    team.contribute(team.people[6], today=RELEASING - timedelta(1))
    team.release(team.people[0])
    assert "the one that the first sum-share fixed" in team.pushes(other)
    person = team.people[1]
    # It was made for the other set, so there is none for this one.
    kept = Kept().with_message(MONDAY, 1, other)
    for branch, has in ((team.branch, Kept()), (team.branch, kept), (team.branch[:-1], kept)):
        [entry] = [d for d in t.due(Ledger.of(branch), person.keys.by, RELEASING, has, small=True) if d.what is What.SUM_SHARE]
        assert not entry.ready
        assert "no second one" in entry.why


def test_nothing_is_added_while_contributions_may_come_unless_all_have_come() -> None:
    team = contributed(8, 7)
    with pytest.raises(NotNow, match=f"until {RELEASING - timedelta(1)}"):
        team.release(team.people[0], today=RELEASING - timedelta(1))
    share, _ = t.release(team.ledger, team.people[0].keys, RELEASING, Kept(), MONDAY, 1)
    early = team.forge(share, team.people[0], day=CONTRIBUTING.isoformat())
    assert "early" in team.pushes(early)
    team.branch.pop()
    team.contribute(team.people[7])
    team.release(team.people[0], today=CONTRIBUTING)
    assert team.ledger.refusals == ()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_period_has_four_weeks_for_contributions_and_four_for_sum_shares(number: int) -> None:
    team = Team(5)
    ends, releases, never = t.ends(MONDAY, number), t.releases(MONDAY, number), t.never(MONDAY, number)
    assert (ends - MONDAY).days == 28 * number
    assert (never - releases) == (releases - ends) == timedelta(28)
    for today in (ends - timedelta(1), releases):
        with pytest.raises(NotNow, match="over"):
            team.contribute(team.people[0], today=today, period=number)
    for i, person in enumerate(team.people):
        team.contribute(person, today=(ends, releases - timedelta(1))[i % 2], period=number)
    with pytest.raises(NotNow, match="over"):
        team.release(team.people[0], today=never, period=number)
    for person in team.people[:4]:
        team.release(person, today=never - timedelta(1), period=number)
    assert isinstance(team.totals(never + timedelta(500), number), Totals)
    assert team.ledger.refusals == ()


def test_without_enough_sum_shares_there_is_no_result_for_ever() -> None:
    team = contributed(6)
    for person in team.people[:4]:
        team.release(person)
    assert team.totals(t.never(MONDAY, 1)) == NoResult("no result: 4 sum-shares came within four weeks; 5 were needed", "")
    never = contributed(6).totals(t.never(MONDAY, 1))
    assert never == NoResult("no result: nobody added the contributions within four weeks", "")


def test_no_result_yet_says_what_it_waits_for() -> None:
    team = Team(5, join=False)
    assert team.totals(BEFORE) == NoResult("no result: 0 people on the roster; totals need 5", f"5 more to join before {MONDAY}")
    team = contributed(6, 0)
    assert team.totals(MONDAY) == NoResult("no result yet: the period is not over", f"the end of the period on {CONTRIBUTING}")
    assert team.totals(CONTRIBUTING) == NoResult(
        "no result yet: 0 contributed; 5 are needed", f"5 more contributions before {RELEASING}"
    )
    team = contributed(6, 5)
    assert team.totals(CONTRIBUTING) == NoResult("no result yet: contributions are still taken", f"their end on {RELEASING}")
    assert team.totals() == NoResult("no result yet: no sum-share has come", f"5 more sum-shares before {t.never(MONDAY, 1)}")


def test_one_act_in_each_four_weeks_does_all_that_is_due() -> None:
    """Eight people, one act each in each window of an epoch and of the one after it, by `due` alone."""
    team = Team(8)
    following = MONDAY + t.EPOCH
    acts = []
    for window in range(1, 7):
        today = MONDAY + window * t.PERIOD + timedelta(2)
        for person in team.people:
            for entry in t.due(team.ledger, person.keys.by, today, person.kept):
                if not entry.ready:
                    continue
                before = len(team.branch)
                if entry.what is What.CONFIRM:
                    found = team.ledger.epoch(entry.epoch).roster.hash
                    person.kept = t.confirm(team.ledger, today, person.kept, entry.epoch, found)
                    continue
                if entry.what is What.JOIN:
                    message, person.kept = t.join(team.ledger, person.keys, today, person.kept, entry.epoch, person.name)
                elif entry.what is What.SUM_SHARE:
                    message, person.kept = t.release(team.ledger, person.keys, today, person.kept, entry.epoch, entry.period or 0)
                else:
                    message, person.kept = t.contribute(
                        team.ledger, person.keys, today, person.kept, entry.epoch, entry.period or 0, YES, chance=honest
                    )
                team.branch.append(message)
                assert len(team.branch) == before + 1
                if person is team.people[-1]:
                    acts.append((window, str(entry.what), entry.epoch, entry.period))
    assert acts == [
        (1, "contribution", MONDAY, 1),
        (2, "sum-share", MONDAY, 1),
        (2, "contribution", MONDAY, 2),
        (2, "join", following, None),
        (3, "sum-share", MONDAY, 2),
        (3, "contribution", MONDAY, 3),
        (4, "sum-share", MONDAY, 3),
        (4, "contribution", following, 1),
        (5, "sum-share", following, 1),
        (5, "contribution", following, 2),
        (5, "join", following + t.EPOCH, None),
        (6, "sum-share", following, 2),
        (6, "contribution", following, 3),
    ]
    assert team.ledger.refusals == ()
    last = MONDAY + 7 * t.PERIOD
    for epoch, number in [(MONDAY, 1), (MONDAY, 2), (MONDAY, 3), (following, 1), (following, 2)]:
        found_totals = t.totals(team.ledger, epoch, number, last)
        assert isinstance(found_totals, Totals)
        assert found_totals.of == 8


def test_one_joins_where_the_others_are_and_one_epoch_at_a_time() -> None:
    team = Team(0)
    team.people = [Person(key(i), f"Person {i}") for i in range(3)]
    first, second, third = team.people
    today = BEFORE
    [alone] = t.due(team.ledger, first.keys.by, today, first.kept)
    assert (alone.what, alone.ready, alone.epoch) == (What.JOIN, True, date(2026, 12, 7))
    team.join(second)
    [together] = t.due(team.ledger, first.keys.by, today, first.kept)
    assert (together.epoch, together.why[-20:]) == (MONDAY, "1 person joined it so far"[-20:])
    team.join(first)
    [waiting] = t.due(team.ledger, first.keys.by, today, first.kept)
    assert (waiting.what, waiting.ready) == (What.CONFIRM, False)
    with pytest.raises(NotNow, match="one at a time"):
        t.join(team.ledger, first.keys, today, first.kept, MONDAY + timedelta(77), "First")
    for monday, why in [(MONDAY + timedelta(1), "Monday"), (MONDAY - timedelta(7), "started"), (MONDAY + 4 * t.EPOCH, "far")]:
        with pytest.raises(NotNow, match=why):
            t.join(team.ledger, third.keys, today, third.kept, monday, "Third")
    with pytest.raises(NotNow, match="printable"):
        t.join(team.ledger, third.keys, today, third.kept, MONDAY, "\x07")
    # An epoch that came to nothing keeps nobody from the next one.
    [again] = [d for d in t.due(team.ledger, first.keys.by, MONDAY, first.kept) if d.what is What.JOIN]
    assert (again.ready, again.epoch) == (True, MONDAY + timedelta(7))


def test_two_people_of_one_name_are_said() -> None:
    team = Team(5, join=False)
    for person, name in zip(team.people, ["Ada", "ada", "Bo", "Cy", "Di"], strict=True):
        person.name = name
        team.join(person)
    assert team.roster.same_names == ("Ada", "ada")


# ---- Order ----------------------------------------------------------------------------------------------------------------------


@few_examples
@given(st.randoms())
def test_the_order_within_a_state_changes_nothing(dice: Random) -> None:
    team = contributed(6)
    for person in team.people:
        team.release(person)
    kinds = [[m for m in team.branch if m.kind == kind] for kind in (t.JOIN, t.CONTRIBUTION, t.SUM_SHARE)]
    for messages in kinds:
        dice.shuffle(messages)
    shuffled = Ledger.of(m for messages in kinds for m in messages)
    assert shuffled.refusals == ()
    assert shuffled.epoch(MONDAY).roster == team.roster
    assert t.totals(shuffled, MONDAY, 1, RELEASING) == team.totals()


@few_examples
@given(st.randoms(), st.data())
def test_any_order_and_any_part_of_a_branch_gives_the_exact_totals_or_none(dice: Random, data: st.DataObject) -> None:
    team = contributed(6)
    for person in team.people:
        team.release(person)
    messages = [*team.branch, *team.branch[:3]]
    dice.shuffle(messages)
    part = messages[: data.draw(st.integers(0, len(messages)))]
    ledger = Ledger.of(part)
    found = t.totals(ledger, MONDAY, 1, RELEASING)
    assert isinstance(found, NoResult) or found.counts == dict.fromkeys(PRACTICES, 6)
    period = ledger.epoch(MONDAY).period(1)
    counted = len(ledger.epoch(MONDAY).roster) + len(period.accepted) + len(period.shares)
    assert counted + len(ledger.refusals) == len(part), "each message counts or is refused with a reason"


@few_examples
@given(
    st.binary(max_size=40), st.recursive(st.none() | st.integers(-9, 9) | st.text(max_size=5), lambda v: st.lists(v, max_size=3))
)
def test_no_body_of_any_shape_harms(text: bytes, value: Any) -> None:
    team = contributed(5)
    team.release(team.people[0])
    counts = team.ledger
    for message in [team.branch[0], team.branch[-2], team.branch[-1]]:
        for name in message.body:
            forged = team.forge(message, Person(key(62), "Hostile"), **{name: value})
            assert len(Ledger.of([*team.branch, forged]).refusals) == (
                0 if forged.body == message.body and message.kind == t.JOIN else 1
            )
    assert Ledger.of([*team.branch, sign("exemplar", {"text": text.hex()}, key(62).signing)]) == counts


# ---- Whatever crashes -----------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["act", "before storing", "before pushing", "before knowing"])), max_size=40
    ),
    st.data(),
)
def test_one_message_of_each_kind_in_a_period_whatever_crashes(steps: list[tuple[int, str]], data: st.DataObject) -> None:
    """Each act may stop before anything is stored, before it is pushed, or after the push without learning of it."""
    team = Team(5)
    stored = [person.kept.to_json() for person in team.people]
    everybody_acts = [(i, "act") for _ in range(3) for i in range(5)]
    for (i, stops), today in [
        *((s, data.draw(st.sampled_from([CONTRIBUTING, RELEASING]))) for s in steps),
        *((s, CONTRIBUTING) for s in everybody_acts),
        *((s, RELEASING) for s in everybody_acts),
    ]:
        person = team.people[i]
        kept = Kept.from_json(stored[i])
        ready = [d for d in t.due(team.ledger, person.keys.by, today, kept, small=True) if d.ready and d.period == 1]
        made = []
        for entry in ready:
            if entry.what is What.SUM_SHARE:
                message, kept = t.release(team.ledger, person.keys, today, kept, MONDAY, 1)
            else:
                answers = {p: data.draw(st.booleans()) for p in PRACTICES[:2]} | dict.fromkeys(PRACTICES[2:], True)
                message, kept = t.contribute(team.ledger, person.keys, today, kept, MONDAY, 1, answers, small=True)
            made.append(message)
        if stops == "before storing":
            continue
        stored[i] = kept.to_json()
        if stops == "before pushing":
            continue
        team.branch += made
        if stops == "before knowing" and made:
            # The push is tried again: git adds nothing for a file that is there.
            again = Kept.from_json(stored[i])
            assert all(again.made[MONDAY, 1, m.kind] == m for m in made)
    for person in team.people:
        for kind in (t.CONTRIBUTION, t.SUM_SHARE):
            assert len({m.data for m in team.branch if m.by == person.keys.by and m.kind == kind}) <= 1
    assert team.ledger.refusals == ()
    period = team.ledger.epoch(MONDAY).period(1)
    if len(period.accepted) == 5:
        assert isinstance(team.totals(), Totals)


def test_what_was_made_is_given_again_byte_for_byte() -> None:
    team = contributed(6, 5)
    person = team.people[5]
    first = team.contribute(person)
    after = person.kept
    assert t.contribute(team.ledger, person.keys, RELEASING, Kept.from_json(after.to_json()), MONDAY, 1, NO) == (first, after)
    share = team.release(person)
    assert t.release(team.ledger, person.keys, RELEASING, person.kept, MONDAY, 1) == (share, person.kept)
    stranger = Person(key(60), "Stranger")
    join, kept = t.join(Ledger.of([]), stranger.keys, BEFORE, Kept(), MONDAY, "Stranger")
    assert t.join(Ledger.of([join]), stranger.keys, MONDAY, kept, MONDAY, "Other") == (join, kept)


def test_without_what_was_kept_there_is_no_second_message() -> None:
    team = contributed(6)
    person = team.people[0]
    team.release(person)
    for made in (Kept(), t.confirm(team.ledger, RELEASING, Kept(), MONDAY, team.roster.hash)):
        with pytest.raises(NotNow, match="is there"):
            t.contribute(team.ledger, person.keys, CONTRIBUTING, made, MONDAY, 1, NO, small=True)
        with pytest.raises(NotNow, match="is there"):
            t.release(team.ledger, person.keys, RELEASING, made, MONDAY, 1)
    refused = contributed(6, 5)
    refused.branch.append(refused.forge(refused.branch[-1], refused.people[5], roster="0" * 64))
    with pytest.raises(NotNow, match="no second one"):
        refused.contribute(refused.people[5])


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b'{"coins":[],"made":[["2026-11-30",1,"sum-share","x"]],"rosters":[],"v":1}', b"\xff"]
)
def test_what_was_kept_and_cannot_be_read_is_not_made_anew(data: bytes) -> None:
    with pytest.raises(NotNow, match="can't be read"):
        Kept.from_json(data)


# ---- The coin -------------------------------------------------------------------------------------------------------------------


def test_the_coin_falls_once_for_each_practice_true_answer_and_epoch() -> None:
    team = contributed(6, 0)
    person = team.people[0]
    thrown: list[int] = []

    def falls(sides: int) -> int:
        thrown.append(sides)
        return 0

    team.contribute(person, YES, chance=falls)
    assert thrown == [20] * len(PRACTICES)
    assert person.kept.coins == {(MONDAY, p, True): False for p in PRACTICES}
    team.contribute(person, YES, today=t.ends(MONDAY, 2), period=2, chance=falls)
    assert len(thrown) == len(PRACTICES)
    team.contribute(person, NO, today=t.ends(MONDAY, 3), period=3, chance=falls)
    assert len(thrown) == 2 * len(PRACTICES)
    assert person.kept.coins[MONDAY, "read-diff", False] is True


def test_what_the_coin_says_is_what_is_sealed() -> None:
    team = Team(5)
    for person in team.people:
        team.contribute(person, YES, chance=lambda sides: 0)
    for person in team.people:
        team.release(person)
    found = team.totals()
    assert isinstance(found, Totals)
    assert found.counts == dict.fromkeys(PRACTICES, 0)


def test_an_answer_that_is_missing_is_not_taken_for_a_no() -> None:
    team = contributed(6, 0)
    with pytest.raises(NotNow, match="no answer for worktree"):
        team.contribute(team.people[0], {p: True for p in PRACTICES if p != "worktree"})


def test_all_built_in_practices_are_counted() -> None:
    """A new practice asks for a new list: change the old one never."""
    assert sorted(p.id for p in load().practices if not p.origin) == sorted(t.LISTS[t.NEWEST_LIST])


# ---- In words -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [
        (0, 5, "few of the 5 who share (0 to 1)"),
        (8, 8, "nearly all of the 8 who share (7 to 8)"),
        # 22 of 100 say yes and 88 of 100: without the coin 19 and 92.
        (6, 27, "few of the 27 who share (2 to 7)"),
        (7, 8, "nearly all of the 8 who share (6 to 8)"),
        (7, 9, "most of the 9 who share (6 to 9)"),
        (5, 9, "about half of the 9 who share (3 to 7)"),
        (10, 30, "some of the 30 who share (7 to 12)"),
    ],
)
def test_a_total_in_words(count: int, of: int, text: str) -> None:
    assert t.in_words(count, of).text == text


@given(st.integers(5, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(max_examples=60, deadline=None)
def test_the_interval_holds_the_truth_in_95_of_100_cases(case: tuple[int, int]) -> None:
    true, of = case
    chances = t._chances(true, of, 1 / t.COIN)
    assert sum(chances) == pytest.approx(1)
    holds = sum(chance for count, chance in enumerate(chances) if t.in_words(count, of).low <= true <= t.in_words(count, of).high)
    assert holds >= 0.95


@pytest.mark.parametrize(("of", "points"), [(8, 17), (25, 9), (50, 7)])
def test_the_interval_is_about_as_wide_as_was_promised(of: int, points: int) -> None:
    middle = t.in_words(of // 2, of)
    assert abs((middle.high - middle.low) / 2 / of * 100 - points) < 100 / of


def test_there_are_no_words_for_fewer_than_five() -> None:
    with pytest.raises(ValueError, match="no total"):
        t.in_words(4, 4)


# ---- The edges ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "needed"), [(5, 4), (6, 5), (7, 5), (8, 6), (9, 7), (12, 9), (25, 17), (50, 34)])
def test_the_threshold_is_more_than_two_thirds(n: int, needed: int) -> None:
    assert t.threshold(n) == needed
    assert 3 * needed > 2 * n >= 3 * (needed - 1)


def test_a_contribution_that_was_made_for_a_roster_that_changed_is_not_pushed_and_not_made_again() -> None:
    team = contributed(6, 0)
    person = team.people[0]
    team.contribute(person)
    team.branch.pop()
    team.branch.append(team.forge(team.branch[0], Person(key(60), "Late"), name="Late"))
    team.confirm(person)
    [entry] = [
        d
        for d in t.due(team.ledger, person.keys.by, CONTRIBUTING, person.kept, small=True)
        if d.what == "contribution" and d.period == 1
    ]
    assert (entry.ready, "no second one" in entry.why) == (False, True)


def test_a_full_roster_takes_nobody_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(t, "MOST_MEMBERS", 6)
    team = contributed(6, 0)
    assert "full" in team.pushes(team.forge(team.branch[0], Person(key(60), "Seventh"), name="Seventh"))


def test_a_share_that_is_no_number_below_the_modulus_is_not_added() -> None:
    team = contributed(6, 5)
    sender = team.people[5]
    shares = []
    for member in team.roster.members:
        info = t._info(team.roster, 1, sender.keys.by, member.by)
        receiver = X25519PublicKey.from_public_bytes(bytes.fromhex(member.to))
        shares.append(base64.b64encode(t._SUITE.encrypt(b"\xff" * 24 * 16, receiver, info)).decode())
    team.branch.append(team.forge(team.branch[-1], sender, shares=shares))
    with pytest.raises(NotNow, match="can't be opened"):
        team.release(team.people[0])


def test_who_has_made_new_keys_since_the_freeze_seals_and_adds_nothing() -> None:
    team = contributed(6)
    person = team.people[0]
    changed = Keys(person.keys.signing, key(61).sealing)
    with pytest.raises(NotNow, match="another sealing key"):
        t.release(team.ledger, changed, RELEASING, Kept(), MONDAY, 1)
    with pytest.raises(NotNow, match="another sealing key"):
        t.contribute(team.ledger, changed, t.ends(MONDAY, 2), person.kept, MONDAY, 2, YES, small=True)


def test_the_oldest_list_of_practices_on_the_roster_is_the_one_that_is_counted() -> None:
    team = Team(5, join=False)
    for person in team.people:
        team.join(person)
    newer = team.forge(team.branch[0], team.people[0], list=2)
    team.branch[0] = newer
    assert (team.roster.edition, team.roster.practices) == (1, PRACTICES)
    for i, message in enumerate(team.branch):
        team.branch[i] = team.forge(message, team.people[i], list=2)
    assert team.roster.edition == 2
    for person in team.people:
        team.confirm(person)
    with pytest.raises(NotNow, match="newer"):
        team.contribute(team.people[0])
    assert team.totals() == NoResult("no result: it counts a newer list of practices", "a newer program")
