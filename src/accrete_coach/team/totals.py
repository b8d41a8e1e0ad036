"""Sealed sums: how many of those who share use a practice, without anybody's answers being opened. Pure: from messages to messages.

Time. An epoch is twelve weeks from a Monday, in three periods of four weeks. All days are days in UTC, and are signed in the message.

    day            -84..-1      0        28                56                84                112               140
    epoch          joins     | freeze
    period 1                 | is lived | contributions   | sum-shares      | never
    period 2                            | is lived        | contributions   | sum-shares      | never
    period 3                                              | is lived        | contributions   | sum-shares      | never
    next epoch                            joins .................. -1       | freeze

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
than the threshold floor(2n/3)+1: with a smaller set fewer people than may open a row could find one, by taking away their own.

Kept. What must not differ when something is done again (each coin, each message) is in `Kept`, and is stored before anything is pushed.
Asked again, after a crash or a restart, each function gives the very same bytes, and no second coin is thrown.

Who can cheat. A member can lie, can leave a period without a result (shares that do not fit), and can date messages falsely, which can
leave others out of a set; none of this opens a row. The threshold of members, working together, can open each row.
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
from math import comb
from typing import Any, Final

import shamirs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
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
    list: int
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
    def list(self) -> int:
        """The list of practices that all on it know."""
        return min((m.list for m in self.members), default=NEWEST_LIST)

    @property
    def practices(self) -> tuple[str, ...]:
        """The ids of the practices that are counted, in the order of the shares."""
        return LISTS[min(self.list, NEWEST_LIST)]

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
        if not _is_name(name):
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
            self.two_keys.setdefault(epoch, set()).add(message.by)
            raise Refused("its author joined this epoch with two different sealing keys, so they are left out of it")
        if before is not None:
            raise Refused("its author has joined this epoch already")
        if len(joins) >= MOST_MEMBERS:
            raise Refused(f"the roster is full: {MOST_MEMBERS} people are the most")
        joins[message.by] = member

    def contribution(self, message: Message) -> None:
        body = _fields(message, {"epoch", "period", "roster", "day", "list", "shares"})
        epoch, number, day = _monday(body), _period(body), _day(body)
        roster = self.checked_roster(message, epoch)
        if body["list"] != roster.list or isinstance(body["list"], bool):
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
            raise Refused("its author made two different contributions in one period, so both are left out")
        period.accepted.append(message)
        period.stood[set_hash(period.accepted)] = tuple(period.accepted)

    def sum_share(self, message: Message) -> None:
        body = _fields(message, {"epoch", "period", "roster", "day", "list", "set", "sums"})
        epoch, number, day = _monday(body), _period(body), _day(body)
        roster = self.checked_roster(message, epoch)
        period = self.periods.get((epoch, number))
        if period is None:
            raise Refused("nobody has contributed to its period")
        if body["list"] != roster.list or isinstance(body["list"], bool):
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
        if roster.list > NEWEST_LIST:
            raise Refused("it is of a newer list of practices; a newer program reads it")
        return roster

    def ledger(self) -> Ledger:
        epochs = {}
        for epoch in sorted(self.joins):
            periods = {number: p.state() for (of, number), p in self.periods.items() if of == epoch}
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

    def state(self) -> PeriodState:
        return PeriodState(tuple(self.accepted), self.fixed, self.shares, frozenset(self.left_out), frozenset(self.said))
