"""Sealed sums: how many of those who share use a practice, without anybody's answers being opened. Pure: from messages to messages.

Time. An epoch is twelve weeks from a Monday, in three periods of four weeks. All days are days in UTC, and are signed in the message.

    days         before 0 | 0 to 27  | 28 to 55      | 56 to 83      | 84 to 111     | 112 to 139    | from 140
    roster       joins    | frozen
    period 1              | is lived | contributions | sum-shares    | over
    period 2                         | is lived      | contributions | sum-shares    | over
    period 3                                         | is lived      | contributions | sum-shares    | over
    next roster                                      | joins         | frozen

So one act in four weeks does it all: the sum-share of the period before, the contribution of the last one, the join of the next epoch.

States of an epoch, in the order in which the branch holds its messages (never by the reader's clock, so that all see the same):
    OPEN     joins are taken: dated before the Monday, the first of each key. Two sealing keys of one signing key: both are left out.
    FROZEN   from the first contribution on that names the hash of the roster as it stands there; each later join is refused. From the
             Monday on nobody's program makes a join, and each person confirms the names before they contribute (`confirm`).
States of a period of a frozen epoch:
    TAKING   one contribution a member, dated in its four weeks. A second one of the same key: both are left out, and so is the member.
    FIXED    by the first sum-share: it names the hash of the contributions, as they stood at some point before it. Those that come
             after the set was fixed are not in it; their authors' next answers count in the next period.
             Sum-shares are taken from then on, one a member, for this set alone. Two of one member: both are left out.
    KNOWN    with sum-shares of the threshold of members: the exact totals. With more than the threshold each further one is checked
             against the others. With exactly the threshold only an impossible total shows that one is forged.
    NEVER    when the four weeks for sum-shares are over and too few came. Nothing else is ever done instead.

Limits. At least five on the roster; five to seven only when the person allows it. A set holds at least five contributions, and never fewer
than the threshold: people who take their own answers away from the totals of a small set find what the few others said, and it must not
take fewer people to do that than two thirds of the roster.

Kept. What must not differ when something is done again (each coin, each message) is in `Kept`, and is stored before anything is pushed.
Asked again, after a crash or a restart, each function gives the very same bytes, and no second coin is thrown.

Who can cheat. A member can lie, can leave a period without a result (shares that do not fit), and can date messages falsely, which can
leave others out of a set; none of this opens a row. The threshold of members, working together, can open each row. Nothing here hides who
takes part and when. Totals of two periods whose sets differ by one person say what that person sealed, if all others sealed the same twice:
then the coin alone stands for them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from math import comb
from typing import Any, Final

import shamirs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from accrete_coach.team.keys import Keys
from accrete_coach.team.message import Message, Refused, canonical, is_hex, parse, sign

JOIN, CONTRIBUTION, SUM_SHARE = "join", "contribution", "sum-share"
PERIODS: Final = 3
PERIOD: Final = timedelta(days=28)
EPOCH: Final = PERIODS * PERIOD
FEWEST: Final = 5
"""People on a roster, and contributions in a set, without which there is nothing."""
WARNED_BELOW: Final = 8
"""On a roster of fewer people one takes part only when one has allowed small rosters."""
MOST_MEMBERS: Final = 100
COIN: Final = 20
"""One answer in so many is flipped before it is sealed."""
MODULUS: Final = (1 << 127) - 1
"""The prime that shares are counted by. A constant of the protocol: another one is another version of the message."""
LISTS: Final[Mapping[int, tuple[str, ...]]] = {
    1: (
        "ask-me-first",
        "ask-why",
        "coherent-commit",
        "course-correct",
        "explore-first",
        "failing-first",
        "fan-out",
        "fresh-eyes",
        "fresh-start",
        "guardrail",
        "hand-off",
        "plan-first",
        "point-to-context",
        "project-memory",
        "read-diff",
        "rewind",
        "run-check",
        "save-it",
        "say-done",
        "scout",
        "steer-compaction",
        "task-list",
        "use-saved",
        "worktree",
    ),
}
"""The practices that are counted, by version of the list; a list never changes. Only built-in ones: a team's own could be a probe."""
NEWEST_LIST: Final = max(LISTS)

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_WIDE = 16
"""Bytes of a share of one practice."""
_SEALING = 48
"""Bytes that sealing adds: an ephemeral key and a tag."""


class NotNow(Exception):
    """Nothing is made; the text says why, in a sentence for the person."""


# ---- Days -----------------------------------------------------------------------------------------------------------------------


def ends(epoch: date, period: int) -> date:
    """The first day after a period: its contributions begin."""
    return epoch + period * PERIOD


def releases(epoch: date, period: int) -> date:
    """The first day on which a period's sum-shares are made; its contributions are over."""
    return epoch + (period + 1) * PERIOD


def never(epoch: date, period: int) -> date:
    """The first day on which no sum-share of a period is made any more."""
    return epoch + (period + 2) * PERIOD


def threshold(n: int) -> int:
    """How many of n members are needed to open anything: more than two thirds of them."""
    return 2 * n // 3 + 1


def least(n: int) -> int:
    """How many contributions a set needs on a roster of n."""
    return max(FEWEST, threshold(n))


# ---- What the messages say ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a roster."""

    by: str
    """Their signing key."""
    name: str
    """As they call themselves; outside text."""
    to: str
    """Their sealing key."""
    edition: int
    """The newest list of practices that their program knew."""
    hash: str
    """Of their join's bytes."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who takes part in an epoch. Sorted by signing key; a member's place in it, from 1, is the index of their shares."""

    epoch: date
    members: tuple[Member, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the sorted hashes of its joins: 64 hexadecimal digits."""
        return hashlib.sha256(canonical(sorted(m.hash for m in self.members))).hexdigest()

    @property
    def edition(self) -> int:
        """The version of the list of practices that all on it know."""
        return min((m.edition for m in self.members), default=NEWEST_LIST)

    @property
    def practices(self) -> tuple[str, ...]:
        """The ids of the practices that are counted, in the order of the shares."""
        return LISTS[min(self.edition, NEWEST_LIST)]

    @property
    def same_names(self) -> tuple[str, ...]:
        """Names that more than one person on it goes by: ask before trusting it."""
        names = [m.name.casefold() for m in self.members]
        return tuple(sorted({m.name for m in self.members if names.count(m.name.casefold()) > 1}))

    def place(self, by: str) -> int | None:
        """The index of a key's shares, from 1; None for one that is not on it."""
        return next((i for i, m in enumerate(self.members, 1) if m.by == by), None)

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that does not count, and why, in a sentence without any of its content."""

    name: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class PeriodState:
    """Where a period stands."""

    accepted: tuple[Message, ...] = ()
    """Contributions that count so far, in the branch's order; the fixed set once there is one."""
    fixed: str | None = None
    """Hash of the set, once it was fixed."""
    shares: Mapping[str, Message] = field(default_factory=dict)
    """Sum-shares that count, by signing key."""
    left_out: frozenset[str] = frozenset()
    """Members who said two different things."""
    said: frozenset[tuple[str, str]] = frozenset()
    """(kind, signing key) of each message that stands on the branch, whether it counts or not."""


@dataclass(frozen=True, slots=True)
class EpochState:
    """Where an epoch stands."""

    roster: Roster
    frozen: bool = False
    """Whether a contribution has fixed the roster. By the calendar it freezes on its Monday."""
    periods: Mapping[int, PeriodState] = field(default_factory=dict)

    def period(self, number: int) -> PeriodState:
        """Where one of its periods stands."""
        return self.periods.get(number, PeriodState())


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that a branch says about totals: what counts, and what does not with the reason."""

    epochs: Mapping[date, EpochState]
    refusals: tuple[Refusal, ...]

    @staticmethod
    def of(messages: Iterable[Message]) -> Ledger:
        """What messages say, in the order in which the branch's history added them. Other kinds are passed over."""
        reading = _Reading()
        for message in messages:
            reading.take(message)
        return reading.ledger()

    def epoch(self, monday: date) -> EpochState:
        """Where an epoch stands; an empty one where nobody has joined it."""
        return self.epochs.get(monday, EpochState(Roster(monday, ())))


def set_hash(contributions: Iterable[Message]) -> str:
    """Hash of a set of contributions: SHA-256 of their sorted names."""
    return hashlib.sha256(canonical(sorted(c.name for c in contributions))).hexdigest()


class _Reading:
    """Takes one message after another. Only `Ledger.of` uses it."""

    def __init__(self) -> None:
        self.joins: dict[date, dict[str, Member]] = {}
        self.two_keys: dict[date, set[str]] = {}
        self.rosters: dict[date, Roster] = {}
        self.periods: dict[tuple[date, int], _PeriodReading] = {}
        self.said: dict[tuple[date, int], set[tuple[str, str]]] = {}
        self.names: set[str] = set()
        self.refusals: list[Refusal] = []

    def take(self, message: Message) -> None:
        take = {JOIN: self.join, CONTRIBUTION: self.contribution, SUM_SHARE: self.sum_share}.get(message.kind)
        if take is None:
            return
        try:
            name = message.name
            if name in self.names:
                raise Refused("it is there already; a repeated message counts once")
            self.names.add(name)
            take(message)
        except Refused as why:
            self.refusals.append(Refusal(message.name, message.by, str(why)))

    def refuse(self, message: Message, why: str) -> None:
        self.refusals.append(Refusal(message.name, message.by, why))

    def standing(self, epoch: date) -> Roster:
        """The roster as it stands; the frozen one where there is one."""
        if epoch in self.rosters:
            return self.rosters[epoch]
        out = self.two_keys.get(epoch, set())
        members = (m for by, m in self.joins.get(epoch, {}).items() if by not in out)
        return Roster(epoch, tuple(sorted(members, key=lambda m: m.by)))

    def join(self, message: Message) -> None:
        body = _fields(message, {"epoch", "day", "name", "to", "list"})
        epoch, day, name, to, which = _monday(body), _day(body), body["name"], body["to"], body["list"]
        if not is_name(name):
            raise Refused("its name is not one of 1 to 60 printable characters")
        if not _is_count(which, 1, 1000):
            raise Refused("it names no list of practices")
        if not is_hex(to, 64) or not _can_be_sealed_to(to):
            raise Refused("its sealing key is none that anything can be sealed to")
        if day >= epoch:
            raise Refused("it is late: the roster freezes when the epoch starts; its author can join the next one")
        member = Member(message.by, name, to, which, message.hash)
        joins = self.joins.setdefault(epoch, {})
        before = joins.get(message.by)
        if epoch in self.rosters:
            if before is not None and before.to != to:
                raise Refused("its author joined with another sealing key; the key on the frozen roster is the one that counts")
            raise Refused("it came after the roster was frozen; its author can join the next epoch")
        if before is not None and before.to != to:
            if message.by not in self.two_keys.setdefault(epoch, set()):
                why = "its author joined this epoch with two different sealing keys, so they are left out of it"
                self.refusals.append(Refusal(before.hash[:32], message.by, why))
            self.two_keys[epoch].add(message.by)
            raise Refused("its author joined this epoch with two different sealing keys, so they are left out of it")
        if before is not None:
            raise Refused("its author has joined this epoch already")
        if len(joins) >= MOST_MEMBERS:
            raise Refused(f"the roster is full: {MOST_MEMBERS} people are the most")
        joins[message.by] = member

    def contribution(self, message: Message) -> None:
        body = _fields(message, {"epoch", "period", "roster", "day", "list", "shares"})
        epoch, number, day = _monday(body), _period(body), _day(body)
        self.said.setdefault((epoch, number), set()).add((CONTRIBUTION, message.by))
        roster = self.checked_roster(message, epoch)
        if body["list"] != roster.edition or isinstance(body["list"], bool):
            raise Refused("it answers another list of practices than its epoch's")
        sealed = body["shares"]
        if not isinstance(sealed, list) or len(sealed) != len(roster) or not all(map(_sealed_of(roster), sealed)):
            raise Refused("it does not hold one sealed share for each member")
        if day < ends(epoch, number):
            raise Refused("it is early: its period was not over yet")
        if day >= releases(epoch, number):
            raise Refused("it is late: the time for contributions of its period was over; its author's next ones count")
        self.rosters.setdefault(epoch, roster)
        period = self.periods.setdefault((epoch, number), _PeriodReading())
        second = (CONTRIBUTION, message.by) in period.said
        period.said.add((CONTRIBUTION, message.by))
        if period.fixed is not None:
            raise Refused("it came after the set of its period was fixed, so it is not in it; its author's next one counts")
        if second:
            for first in [c for c in period.accepted if c.by == message.by]:
                period.accepted.remove(first)
                self.refuse(first, "its author made two different contributions in one period, so both are left out")
            period.left_out.add(message.by)
            period.stands()
            raise Refused("its author made two different contributions in one period, so both are left out")
        period.accepted.append(message)
        period.stands()

    def sum_share(self, message: Message) -> None:
        body = _fields(message, {"epoch", "period", "roster", "day", "list", "set", "sums"})
        epoch, number, day = _monday(body), _period(body), _day(body)
        self.said.setdefault((epoch, number), set()).add((SUM_SHARE, message.by))
        roster = self.checked_roster(message, epoch)
        period = self.periods.get((epoch, number))
        if period is None:
            raise Refused("nobody has contributed to its period")
        if body["list"] != roster.edition or isinstance(body["list"], bool):
            raise Refused("it adds another list of practices than its epoch's")
        sums = body["sums"]
        if not isinstance(sums, list) or len(sums) != len(roster.practices) or not all(map(_is_sum, sums)):
            raise Refused("it does not hold one sum for each practice")
        if not is_hex(body["set"], 64):
            raise Refused("it names no set of contributions")
        if day >= never(epoch, number):
            raise Refused("it is late: sum-shares of its period were taken for four weeks")
        second = (SUM_SHARE, message.by) in period.said
        period.said.add((SUM_SHARE, message.by))
        if second:
            first = period.shares.pop(message.by, None)
            period.left_out.add(message.by)
            if first is not None:
                self.refuse(first, "its author made two different sum-shares in one period, so both are left out")
            raise Refused("its author made two different sum-shares in one period, so both are left out")
        if period.fixed is None:
            chosen = period.stood.get(body["set"])
            if chosen is None or any(c.by in period.left_out for c in chosen):
                raise Refused("it adds another set of contributions than those that stand before it")
            if len(chosen) < least(len(roster)):
                raise Refused(f"it adds too few contributions: {least(len(roster))} are the fewest on this roster")
            if day < releases(epoch, number) and len(chosen) < len(roster):
                raise Refused("it is early: contributions of its period were still to come")
            period.fixed = body["set"]
            for later in [c for c in period.accepted if c not in chosen]:
                self.refuse(
                    later, "it came after the set of its period was fixed, so it is not in it; its author's next one counts"
                )
            period.accepted = list(chosen)
        elif body["set"] != period.fixed:
            raise Refused("it adds another set of contributions than the one that the first sum-share fixed")
        period.shares[message.by] = message

    def checked_roster(self, message: Message, epoch: date) -> Roster:
        if epoch not in self.joins:
            raise Refused("it is of an epoch that nobody has joined")
        roster = self.standing(epoch)
        if roster.place(message.by) is None:
            raise Refused("its author is not on the roster of its epoch")
        if message.body["roster"] != roster.hash:
            raise Refused("it was made for another roster than the one that stands here")
        if len(roster) < FEWEST:
            raise Refused(f"the roster of its epoch has fewer than {FEWEST} people")
        if roster.edition > NEWEST_LIST:
            raise Refused("it is of a newer list of practices; a newer program reads it")
        return roster

    def ledger(self) -> Ledger:
        epochs = {}
        for epoch in sorted(self.joins):
            periods = {}
            for number in range(1, PERIODS + 1):
                period = self.periods.get((epoch, number), _PeriodReading())
                periods[number] = PeriodState(
                    tuple(period.accepted),
                    period.fixed,
                    dict(period.shares),
                    frozenset(period.left_out),
                    frozenset(self.said.get((epoch, number), ())),
                )
            epochs[epoch] = EpochState(self.standing(epoch), epoch in self.rosters, periods)
        return Ledger(epochs, tuple(self.refusals))


class _PeriodReading:
    """A period while it is read."""

    def __init__(self) -> None:
        self.accepted: list[Message] = []
        self.stood: dict[str, tuple[Message, ...]] = {}
        """Each set that stood at some point, by its hash: what the author of the first sum-share may have seen."""
        self.fixed: str | None = None
        self.shares: dict[str, Message] = {}
        self.left_out: set[str] = set()
        self.said: set[tuple[str, str]] = set()

    def stands(self) -> None:
        self.stood[set_hash(self.accepted)] = tuple(self.accepted)


def _fields(message: Message, names: set[str]) -> dict[str, Any]:
    if set(message.body) != names:
        raise Refused("it has other fields than its kind")
    return message.body


def _date(value: object) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    # One way to write a day, and room for whole epochs on both sides of it.
    return day if day is not None and day.isoformat() == value and 2000 <= day.year < 9000 else None


def _day(body: Mapping[str, Any]) -> date:
    day = _date(body["day"])
    if day is None:
        raise Refused("its day is none")
    return day


def _monday(body: Mapping[str, Any]) -> date:
    epoch = _date(body["epoch"])
    if epoch is None or epoch.weekday() != 0:
        raise Refused("its epoch does not start on a Monday")
    return epoch


def _period(body: Mapping[str, Any]) -> int:
    number = body["period"]
    if not _is_count(number, 1, PERIODS):
        raise Refused(f"its period is not one of the {PERIODS} of an epoch")
    assert isinstance(number, int)
    return number


def _is_count(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


NAME_MOST = 60
"""Characters of the name that a person goes by."""


def is_name(value: object) -> bool:
    """Whether somebody can go by it: 1 to 60 printable characters, no blanks around."""
    return isinstance(value, str) and 1 <= len(value) <= NAME_MOST and value.isprintable() and value == value.strip()


def _can_be_sealed_to(to: str) -> bool:
    """Whether it is a key that HPKE takes: one of the few that it refuses would keep all others from contributing."""
    try:
        _SUITE.encrypt(b"", X25519PublicKey.from_public_bytes(bytes.fromhex(to)))
    except ValueError:
        return False
    return True


def _sealed_of(roster: Roster) -> Callable[[object], bool]:
    size = len(roster.practices) * _WIDE + _SEALING

    def right(value: object) -> bool:
        try:
            return isinstance(value, str) and len(base64.b64decode(value, validate=True)) == size
        except ValueError:
            return False

    return right


def _is_sum(value: object) -> bool:
    return isinstance(value, str) and is_hex(value, 2 * _WIDE) and int(value, 16) < MODULUS


# ---- What must be stored before it is published ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """What a person's own program remembers of totals, on their machine alone. Stored before anything of it is pushed."""

    coins: Mapping[tuple[date, str, bool], bool] = field(default_factory=dict)
    """(epoch, practice, true answer) -> what was sealed for it: thrown once an epoch, so that nobody can average it away."""
    made: Mapping[tuple[date, int, str], Message] = field(default_factory=dict)
    """(epoch, period or 0, kind) -> the one message that was made for it."""
    rosters: Mapping[date, str] = field(default_factory=dict)
    """Epoch -> hash of the roster whose names the person has confirmed."""

    def to_json(self) -> bytes:
        """In the one form that values have."""
        return canonical(
            {
                "v": 1,
                "coins": [[e.isoformat(), p, true, said] for (e, p, true), said in sorted(self.coins.items())],
                "made": [
                    [e.isoformat(), n, k, m.data.decode()] for (e, n, k), m in sorted(self.made.items(), key=lambda i: i[0])
                ],
                "rosters": [[e.isoformat(), h] for e, h in sorted(self.rosters.items())],
            }
        )

    @staticmethod
    def from_json(data: bytes) -> Kept:
        """What was stored. Raises NotNow: what can't be read must not be made anew, or a coin would be thrown twice."""
        try:
            value = json.loads(data)
            if set(value) != {"v", "coins", "made", "rosters"} or value["v"] != 1:
                raise ValueError
            return Kept(
                {(date.fromisoformat(e), str(p), _flag(true)): _flag(said) for e, p, true, said in value["coins"]},
                {(date.fromisoformat(e), int(n), str(k)): parse(text.encode()) for e, n, k, text in value["made"]},
                {date.fromisoformat(e): str(h) for e, h in value["rosters"]},
            )
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError, Refused):
            raise NotNow("what was kept of earlier totals can't be read; nothing is made for them until it can") from None

    def with_message(self, epoch: date, period: int, message: Message) -> Kept:
        """With one message more."""
        return replace(self, made={**self.made, (epoch, period, message.kind): message})


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


# ---- What is due ----------------------------------------------------------------------------------------------------------------


class What(StrEnum):
    """An act that may be due."""

    JOIN = JOIN
    CONFIRM = "confirm"
    CONTRIBUTION = CONTRIBUTION
    SUM_SHARE = SUM_SHARE


@dataclass(frozen=True, slots=True)
class Due:
    """An act, and whether it can be done today."""

    what: What
    ready: bool
    epoch: date
    period: int | None
    why: str
    """What it is, or what it waits for: a sentence for the person."""


def due(ledger: Ledger, me: str, today: date, kept: Kept, *, small: bool = False) -> tuple[Due, ...]:
    """What a person can do today, and what they wait for: sum-shares first, then contributions, then the next join.

    `me` is their signing key, `today` the day in UTC, `small` whether they allow rosters of five to seven people.
    """
    found: list[Due] = []
    for epoch in sorted(set(ledger.epochs) | {e for e, _, kind in kept.made if kind == JOIN}):
        roster = ledger.epoch(epoch).roster
        if roster.place(me) is None or today >= never(epoch, PERIODS):
            continue
        if today < epoch:
            found.append(
                Due(What.CONFIRM, False, epoch, None, f"{_people(len(roster))} joined so far; the roster freezes on {epoch}")
            )
            continue
        if len(roster) < FEWEST:
            why = f"{_people(len(roster))} joined the epoch of {epoch}; totals need {FEWEST}, so there are none for it"
            found.append(Due(What.CONTRIBUTION, False, epoch, None, why))
            continue
        if kept.rosters.get(epoch) != roster.hash and today < releases(epoch, PERIODS):
            why = f"the roster of {epoch} is frozen: do you know all {len(roster)} people on it?"
            if epoch in kept.rosters:
                why = f"the roster of {epoch} has changed since you confirmed it: do you know all {len(roster)} people on it?"
            found.append(Due(What.CONFIRM, True, epoch, None, why))
        for number in range(1, PERIODS + 1):
            if ends(epoch, number) <= today < never(epoch, number):
                share = _sum_share_due(ledger, me, today, kept, epoch, number)
                # While contributions are taken, a sum-share is worth a word only when it can be made.
                if share.ready or today >= releases(epoch, number):
                    found.append(share)
            if ends(epoch, number) - PERIOD <= today < releases(epoch, number):
                found.append(_contribution_due(ledger, me, today, kept, epoch, number, small))
    found += _join_due(ledger, me, today, kept)
    order = [What.CONFIRM, What.SUM_SHARE, What.CONTRIBUTION, What.JOIN]
    return tuple(sorted(found, key=lambda d: (order.index(d.what), d.epoch, d.period or 0)))


def _contribution_due(ledger: Ledger, me: str, today: date, kept: Kept, epoch: date, number: int, small: bool) -> Due:
    state = ledger.epoch(epoch)
    roster, period = state.roster, state.period(number)
    made = kept.made.get((epoch, number, CONTRIBUTION))

    def no(why: str) -> Due:
        return Due(What.CONTRIBUTION, False, epoch, number, why)

    if roster.place(me) is None:
        return no("you are not on the roster of this epoch")
    if len(roster) < FEWEST:
        return no(f"the roster has {_people(len(roster))}; totals need {FEWEST}")
    if roster.edition > NEWEST_LIST:
        return no("the others' programs are newer than yours; a newer one can take part")
    if len(roster) < WARNED_BELOW and not small:
        return no(
            f"the roster has only {len(roster)} people; with so few a total says much about each, so it is off unless you allow it"
        )
    if me in period.left_out:
        return no("two different messages of yours stand in this period, so you are left out of it")
    if any(c.by == me for c in period.accepted):
        return no("your contribution to this period is there")
    if period.fixed is not None:
        return no(
            f"the set of this period was fixed without you; your next contribution can be made on {ends(epoch, number + 1)}"
        )
    if (CONTRIBUTION, me) in period.said:
        return no("a contribution of yours stands in this period and does not count; there is no second one")
    if today < ends(epoch, number):
        return no(f"period {number} is over on {ends(epoch, number)}; your contribution can be made then")
    if today >= releases(epoch, number):
        return no("the time for contributions to this period is over")
    if kept.rosters.get(epoch) != roster.hash:
        return no("you have not confirmed the names on the frozen roster")
    if made is not None and made.body["roster"] != roster.hash:
        return no("your contribution was made for a roster that has changed since; there is no second one in this period")
    again = "your contribution was made and has not been pushed" if made else f"your contribution to period {number} can be made"
    return Due(
        What.CONTRIBUTION, True, epoch, number, f"{again}; it can be pushed until {releases(epoch, number) - timedelta(1)}"
    )


def _sum_share_due(ledger: Ledger, me: str, today: date, kept: Kept, epoch: date, number: int) -> Due:
    state = ledger.epoch(epoch)
    roster, period = state.roster, state.period(number)
    made = kept.made.get((epoch, number, SUM_SHARE))

    def no(why: str) -> Due:
        return Due(What.SUM_SHARE, False, epoch, number, why)

    if roster.place(me) is None:
        return no("you are not on the roster of this epoch")
    if len(roster) < FEWEST:
        return no(f"the roster has {_people(len(roster))}; totals need {FEWEST}")
    if me in period.shares:
        return no("your sum-share of this period is there")
    if (SUM_SHARE, me) in period.said:
        return no("a sum-share of yours stands in this period and does not count; there is no second one")
    if today >= never(epoch, number):
        return no("the time for sum-shares of this period is over")
    few, enough = len(period.accepted), least(len(roster))
    if period.fixed is None and few < enough:
        return no(f"{_people(few)} contributed; {enough} are needed before anything is added")
    if period.fixed is None and few < len(roster) and today < releases(epoch, number):
        return no(f"contributions to period {number} are taken until {releases(epoch, number) - timedelta(1)}")
    if made is not None and period.fixed not in (None, made.body["set"]):
        return no("your sum-share was made for another set than the one that was fixed; there is no second one")
    again = "your sum-share was made and has not been pushed" if made else f"your sum-share of period {number} can be made"
    return Due(What.SUM_SHARE, True, epoch, number, f"{again}; it can be pushed until {never(epoch, number) - timedelta(1)}")


def _mine(ledger: Ledger, me: str, today: date, kept: Kept) -> list[date]:
    """Epochs that a person joined and that may still come to something; a join that was made counts, pushed or not."""
    found = []
    for epoch in {*ledger.epochs, *(e for e, _, kind in kept.made if kind == JOIN)}:
        roster = ledger.epoch(epoch).roster
        unpushed = roster.place(me) is None and (epoch, 0, JOIN) in kept.made and today < epoch
        if unpushed or (roster.place(me) is not None and (today < epoch or len(roster) >= FEWEST)):
            found.append(epoch)
    return sorted(found)


def _join_due(ledger: Ledger, me: str, today: date, kept: Kept) -> list[Due]:
    mine = _mine(ledger, me, today, kept)
    last = mine[-1] if mine else None
    if last is not None and (last, 0, JOIN) in kept.made and ledger.epoch(last).roster.place(me) is None:
        if any(r.by == me and r.name == kept.made[last, 0, JOIN].name for r in ledger.refusals):
            return [
                Due(What.JOIN, False, last, None, f"your join for the epoch of {last} does not count; you can join a later one")
            ]
        return [Due(What.JOIN, True, last, None, f"your join for the epoch of {last} was made and has not been pushed")]
    earliest = today + timedelta(1) if last is None else max(today + timedelta(1), last + EPOCH)
    if last is not None and today < last + EPOCH - PERIOD:
        return []
    known = [e for e, s in ledger.epochs.items() if earliest <= e <= earliest + EPOCH and not s.frozen]
    epoch = min(known, key=lambda e: (-len(ledger.epoch(e).roster), e), default=None)
    if epoch is None:
        # A week for the others to join too.
        epoch = max(earliest, today + timedelta(7))
        epoch += timedelta(-epoch.weekday() % 7)
    joined = len(ledger.epoch(epoch).roster)
    return [
        Due(What.JOIN, True, epoch, None, f"you can join the epoch that starts on {epoch}; {_people(joined)} joined it so far")
    ]


def _people(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"


# ---- What a person makes --------------------------------------------------------------------------------------------------------


def join(ledger: Ledger, keys: Keys, today: date, kept: Kept, epoch: date, name: str) -> tuple[Message, Kept]:
    """A person's join of an epoch. Store what is kept before you push the message. Raises NotNow."""
    made = kept.made.get((epoch, 0, JOIN))
    if made is not None:
        return made, kept
    if epoch.weekday() != 0:
        raise NotNow(f"{epoch} is no Monday; an epoch starts on one")
    if today >= epoch:
        raise NotNow(f"the epoch of {epoch} has started; you can join the next one")
    if epoch > today + 2 * EPOCH:
        raise NotNow(f"the epoch of {epoch} is too far away")
    if not is_name(name):
        raise NotNow("your name needs 1 to 60 printable characters")
    state = ledger.epoch(epoch)
    if state.frozen:
        raise NotNow(f"the roster of {epoch} is frozen; you can join the next one")
    for other in _mine(ledger, keys.by, today, kept):
        if other == epoch:
            raise NotNow(f"you have joined the epoch of {epoch} already")
        # The same weeks in two rosters could be told apart by their difference.
        if abs(other - epoch) < EPOCH:
            raise NotNow(f"you have joined the epoch of {other}, whose weeks are in part the same; one at a time")
    body = {"epoch": epoch.isoformat(), "day": today.isoformat(), "name": name, "to": keys.to, "list": NEWEST_LIST}
    message = sign(JOIN, body, keys.signing)
    return message, kept.with_message(epoch, 0, message)


def confirm(ledger: Ledger, today: date, kept: Kept, epoch: date, roster_hash: str) -> Kept:
    """Keeps that the person knows all the people on a frozen roster: the one with this hash, which they saw. Raises NotNow."""
    if today < epoch:
        raise NotNow(f"the roster of {epoch} is not frozen yet")
    if ledger.epoch(epoch).roster.hash != roster_hash:
        raise NotNow("the roster has changed since you saw it; look at it again")
    return replace(kept, rosters={**kept.rosters, epoch: roster_hash})


def contribute(
    ledger: Ledger,
    keys: Keys,
    today: date,
    kept: Kept,
    epoch: date,
    period: int,
    answers: Mapping[str, bool],
    *,
    small: bool = False,
    chance: Callable[[int], int] = secrets.randbelow,
) -> tuple[Message, Kept]:
    """A person's contribution: for each practice whether they used it in at least two of the four weeks, flipped by the coin, sealed.

    `answers` holds what the caller found in sessions after the consent. Store what is kept before you push the message. Raises NotNow.
    """
    made = kept.made.get((epoch, period, CONTRIBUTION))
    if made is not None:
        return made, kept
    may = _contribution_due(ledger, keys.by, today, kept, epoch, period, small)
    if not may.ready:
        raise NotNow(may.why)
    roster = ledger.epoch(epoch).roster
    _own_place(roster, keys)
    if missing := [p for p in roster.practices if not isinstance(answers.get(p), bool)]:
        raise NotNow(f"there is no answer for {', '.join(missing)}")
    coins = dict(kept.coins)
    for practice in roster.practices:
        true = answers[practice]
        if (epoch, practice, true) not in coins:
            coins[epoch, practice, true] = true != (chance(COIN) == 0)
    n = len(roster)
    by_practice = [
        shamirs.shares(int(coins[epoch, p, answers[p]]), n, modulus=MODULUS, threshold=threshold(n)) for p in roster.practices
    ]
    sealed = []
    for i, member in enumerate(roster.members):
        plain = b"".join(shares[i].value.to_bytes(_WIDE, "big") for shares in by_practice)
        key = X25519PublicKey.from_public_bytes(bytes.fromhex(member.to))
        sealed.append(base64.b64encode(_SUITE.encrypt(plain, key, _info(roster, period, keys.by, member.by))).decode())
    body = {
        "epoch": epoch.isoformat(),
        "period": period,
        "roster": roster.hash,
        "day": today.isoformat(),
        "list": roster.edition,
        "shares": sealed,
    }
    message = sign(CONTRIBUTION, body, keys.signing)
    return message, replace(kept, coins=coins).with_message(epoch, period, message)


def release(ledger: Ledger, keys: Keys, today: date, kept: Kept, epoch: date, period: int) -> tuple[Message, Kept]:
    """A person's sum-share: the shares that were sealed to them, added. Store what is kept before you push it. Raises NotNow."""
    made = kept.made.get((epoch, period, SUM_SHARE))
    if made is not None:
        return made, kept
    may = _sum_share_due(ledger, keys.by, today, kept, epoch, period)
    if not may.ready:
        raise NotNow(may.why)
    state = ledger.epoch(epoch)
    roster, contributions = state.roster, state.period(period).accepted
    place = _own_place(roster, keys)
    sums = [0] * len(roster.practices)
    for contribution in contributions:
        for i, value in enumerate(_opened(contribution, roster, period, keys, place)):
            sums[i] = (sums[i] + value) % MODULUS
    body = {
        "epoch": epoch.isoformat(),
        "period": period,
        "roster": roster.hash,
        "day": today.isoformat(),
        "list": roster.edition,
        "set": set_hash(contributions),
        "sums": [f"{s:0{2 * _WIDE}x}" for s in sums],
    }
    message = sign(SUM_SHARE, body, keys.signing)
    return message, kept.with_message(epoch, period, message)


def _own_place(roster: Roster, keys: Keys) -> int:
    place = roster.place(keys.by)
    if place is None or roster.members[place - 1].to != keys.to:
        raise NotNow("the roster names another sealing key for you than the one you have now")
    return place


def _opened(contribution: Message, roster: Roster, period: int, keys: Keys, place: int) -> list[int]:
    why = "a share that was sealed to you can't be opened, so you can't add this set; the others may still be enough"
    sealed = base64.b64decode(contribution.body["shares"][place - 1])
    try:
        plain = _SUITE.decrypt(sealed, keys.sealing, _info(roster, period, contribution.by, keys.by))
    except (InvalidTag, ValueError):
        raise NotNow(why) from None
    values = [int.from_bytes(plain[i : i + _WIDE], "big") for i in range(0, len(plain), _WIDE)]
    if len(values) != len(roster.practices) or any(v >= MODULUS for v in values):
        raise NotNow(why)
    return values


def _info(roster: Roster, period: int, sender: str, receiver: str) -> bytes:
    """What a sealed share is bound to: it opens nowhere else."""
    return canonical(["accrete-coach totals 1", roster.epoch.isoformat(), period, roster.hash, roster.edition, sender, receiver])


# ---- What came back -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of a period: exact sums of what was sealed, coins included."""

    epoch: date
    period: int
    counts: Mapping[str, int]
    """Practice -> how many of the contributions say yes."""
    of: int
    """Contributions in the set."""
    sum_shares: int
    checked: bool
    """Whether there was a sum-share more than the threshold, so that one forged would have shown."""

    @property
    def note(self) -> str:
        """How far the sums are checked: a sentence for the screen."""
        if self.checked:
            return "one sum-share more than needed fits too: one forged would have shown"
        return "just enough sum-shares came: one that was forged would show only by an impossible total"


@dataclass(frozen=True, slots=True)
class NoResult:
    """Why there are no totals of a period, and what they wait for ("" when they wait for nothing: there will be none)."""

    why: str
    waits_for: str


def totals(ledger: Ledger, epoch: date, period: int, today: date) -> Totals | NoResult:
    """What a period came to."""
    state = ledger.epoch(epoch)
    roster, stands = state.roster, state.period(period)
    n = len(roster)
    over = today >= never(epoch, period)
    if n < FEWEST:
        waits = "" if today >= epoch else f"{FEWEST - n} more to join before {epoch}"
        return NoResult(f"no result: {_people(n)} on the roster; totals need {FEWEST}", waits)
    if roster.edition > NEWEST_LIST:
        return NoResult("no result: it counts a newer list of practices", "a newer program")
    if today < ends(epoch, period):
        return NoResult("no result yet: the period is not over", f"the end of the period on {ends(epoch, period)}")
    have, enough = len(stands.accepted), least(n)
    if stands.fixed is None:
        if have < enough:
            waits = (
                f"{_more(enough - have, 'contribution')} before {releases(epoch, period)}"
                if today < releases(epoch, period)
                else ""
            )
            return NoResult(f"no result{' yet' if waits else ''}: {have} contributed; {enough} are needed", waits)
        if over:
            return NoResult("no result: nobody added the contributions within four weeks", "")
        if today < releases(epoch, period) and have < n:
            return NoResult("no result yet: contributions are still taken", f"their end on {releases(epoch, period)}")
        return NoResult(
            "no result yet: no sum-share has come", f"{_more(threshold(n), 'sum-share')} before {never(epoch, period)}"
        )
    came, needed = len(stands.shares), threshold(n)
    if came < needed:
        if over:
            return NoResult(f"no result: {came} sum-shares came within four weeks; {needed} were needed", "")
        return NoResult(
            f"no result yet: {came} of {needed} sum-shares came",
            f"{_more(needed - came, 'sum-share')} before {never(epoch, period)}",
        )
    points = []
    for by, message in sorted(stands.shares.items()):
        place = roster.place(by)
        assert place is not None
        points.append((place, [int(s, 16) for s in message.body["sums"]]))
    if not _fit(points, needed):
        return NoResult(
            "no result: the sum-shares do not fit together, so at least one of them, or a contribution, is forged", ""
        )
    counts = {p: _at_zero([(x, ys[i]) for x, ys in points[:needed]]) for i, p in enumerate(roster.practices)}
    if any(c > have for c in counts.values()):
        return NoResult("no result: a total is impossible, so a sum-share or a contribution is forged", "")
    return Totals(epoch, period, counts, have, came, came > needed)


def _more(n: int, what: str) -> str:
    return f"{n} more {what}{'' if n == 1 else 's'}"


def _at_zero(points: list[tuple[int, int]]) -> int:
    """The secret: the value at zero of the curve through points."""
    return int(shamirs.interpolate([shamirs.share(x, y, MODULUS) for x, y in points]))


def _fit(points: list[tuple[int, list[int]]], needed: int) -> bool:
    """Whether all points lie on one curve through the first `needed` of them, for each practice.

    All practices at once: each is multiplied by a number that nobody can foresee, and added. A point lies on the curve exactly when
    it can take the place of another without moving the value at zero: two curves that share all other points and zero are the same.
    """
    by = [secrets.randbelow(MODULUS) for _ in points[0][1]]
    mixed = [(x, sum(b * y for b, y in zip(by, ys, strict=True)) % MODULUS) for x, ys in points]
    zero = _at_zero(mixed[:needed])
    return all(_at_zero([*mixed[1:needed], extra]) == zero for extra in mixed[needed:])


# ---- In words -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InWords:
    """A total as it is shown. Says nothing of those who do not share."""

    word: str
    low: int
    high: int
    of: int

    @property
    def text(self) -> str:
        """For the screen, as in: most of the 9 who share (5 to 8)."""
        between = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        return f"{self.word} of the {self.of} who share ({between})"


@cache
def in_words(count: int, of: int) -> InWords:
    """A word and a 95 % interval for how many use a practice, from how many of the contributions say so.

    The word follows from the share without the coin: (count/of - f) / (1 - 2f), with f = 1/20. The interval holds each number t of people
    for which what was counted is not among the 2.5 % of least likely ones at either end, where t people say yes unless their coin fell
    and the others say yes only if it did: count = (t - Binomial(t, f)) + Binomial(of - t, f).
    """
    if not 0 <= count <= of or of < FEWEST:
        raise ValueError(f"{count} of {of} is no total")
    flip = 1 / COIN
    share = (count / of - flip) / (1 - 2 * flip)
    word = next(
        w for most, w in ((0.2, "few"), (0.4, "some"), (0.6, "about half"), (0.9, "most"), (2.0, "nearly all")) if share < most
    )
    fits = []
    for t in range(of + 1):
        chances = _chances(t, of, flip)
        if sum(chances[: count + 1]) > 0.025 and sum(chances[count:]) > 0.025:
            fits.append(t)
    return InWords(word, fits[0], fits[-1], of)


def _chances(t: int, of: int, flip: float) -> list[float]:
    """The chance of each count from 0 to `of` when t people say yes before the coin."""
    stays = [comb(t, k) * (1 - flip) ** k * flip ** (t - k) for k in range(t + 1)]
    turns = [comb(of - t, k) * flip**k * (1 - flip) ** (of - t - k) for k in range(of - t + 1)]
    chances = [0.0] * (of + 1)
    for i, a in enumerate(stays):
        for j, b in enumerate(turns):
            chances[i + j] += a * b
    return chances
