"""Readings -> where a person stands with each practice: one frozen value that both front ends show. Pure."""

from __future__ import annotations

import enum
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from .days import monday, start_of_day
from .practice import CANT_TELL, NOT_APPLICABLE, SEEN, Practice

WINDOW_WEEKS = 8
"""Weeks that a state rests on unless the person asks for others (design.md, What a profile shows)."""
ROW_WEEKS = 8
"""Weeks in the small row."""


class State(enum.Enum):
    """Where a person stands with a practice over a window. Rests on what they asked for, never on the agent alone."""

    HABIT = "habit"
    """You, in most of the sessions where it applied, and in at least five."""
    SOMETIMES = "sometimes"
    TRIED = "tried"
    """Once or twice."""
    AGENT = "the agent does it"
    """It happens, but never because of you."""
    NOT_YET = "not yet"
    NO_OCCASION = "no occasion"
    CANT_TELL = "can't tell"
    DISPUTED = "disputed"
    """Your corrections outnumber the readings that stand."""

    @property
    def glyph(self) -> str:
        """One column; the word always stands beside it."""
        return _GLYPHS[self]


_GLYPHS = {
    State.HABIT: "●",
    State.SOMETIMES: "◐",
    State.TRIED: "◔",
    State.AGENT: "◇",
    State.NOT_YET: "○",
    State.NO_OCCASION: "·",
    State.CANT_TELL: "?",
    State.DISPUTED: "≠",
}
_DONE = {
    State.HABIT: "You do this",
    State.SOMETIMES: "You do this now and then",
    State.TRIED: "You tried this",
}
CHOICES = {"elsewhere": ("↗", "I do this elsewhere"), "not-for-me": ("–", "not for me")}
"""What a person can say of a practice as a whole: a glyph of one column, and the words."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a practice."""

    start: date
    """Its Monday, in the person's zone."""
    you: int
    happened: int
    applied: int
    counted: bool = True
    """Whether it lies in the window that is counted."""

    @property
    def glyph(self) -> str:
        """One column; blank where it is not counted."""
        if not self.counted:
            return " "
        return _YOU if self.you else _HAPPENED if self.happened else _LET_PASS if self.applied else _NO_OCCASION


_YOU, _HAPPENED, _LET_PASS, _NO_OCCASION = "▆", "▃", "▁", "·"
UNMEASURED = "~"
"""One column before the name of a practice whose detector was not measured on enough sessions."""
FEWEST = 3
"""Sessions without which nothing is said of habits (design.md, What a profile shows)."""
UNMEASURED_MEANS = "unmeasured: too few sessions were read with care to say how right it is"
WEEKS_LEGEND = (
    (_YOU, "a week in which you asked for it"),
    (_HAPPENED, "it happened, but not because of you"),
    (_LET_PASS, "there was an occasion and it did not happen"),
    (_NO_OCCASION, "no occasion"),
)
"""What the glyphs of a row of weeks mean."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person stands with one practice."""

    practice: Practice
    state: State
    you: int
    """Sessions in which the person asked for it."""
    happened: int
    """Sessions in which it was seen, whoever started it."""
    applied: int
    """Sessions that gave an occasion for it."""
    cant_tell: int
    """Sessions whose record cannot show it."""
    weeks: tuple[Week, ...]
    """The last eight, the oldest first."""
    last: int
    """When it was last seen: milliseconds since 1970, UTC; 0 for never."""
    size: int
    """Median number of tool calls of the sessions where it applied: long sessions contain everything."""
    corrected: int = 0
    """Sessions in which the person said that the reading was wrong. The other counts go by the person's word."""
    choice: str = ""
    """What the person says of it as a whole: "elsewhere", "not-for-me", or nothing."""
    measured: bool = True
    """Whether its detector was measured on enough sessions: an unmeasured one is shown, but never suggested."""

    @property
    def may_be_suggested(self) -> bool:
        """Whether it may be put before the person unasked: measured, and not contested (design.md, Coaching)."""
        return self.measured and self.practice.grade != "X"

    @property
    def headline(self) -> str:
        """How its page begins: with a question, unless the person does it."""
        done = _DONE.get(self.state)
        return f"{done}: {self.practice.title}." if done else f"Have you tried to {self.practice.title}?"

    @property
    def counts(self) -> str:
        """What the state rests on, in words."""
        said = f"; you corrected {self.corrected}" if self.corrected else ""
        if not self.applied:
            return ("no occasion" if not self.cant_tell else f"can't tell in {self.cant_tell}") + said
        return f"you {self.you}, seen {self.happened}, of {self.applied}{said}"

    @property
    def word(self) -> str:
        """The state's word, or, where the person chose, what they said: the glyph of the state stands beside it."""
        return " ".join((CHOICES[self.choice][0], self.choice.replace("-", " "))) if self.choice in CHOICES else self.state.value


class Row(NamedTuple):
    """A session's answer for one practice, as the standings need it."""

    practice: str
    word: str
    by: str | None
    at: int
    """When the practice happened (its first moment), else when the session started. Milliseconds since 1970, UTC."""
    calls: int
    """The session's tool calls."""


def _weeks(count: int) -> str:
    # A window begins with a Monday, so that of one week is the one that runs.
    return "this week" if count == 1 else f"last {count} weeks"


def _date(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the standings rest on: said on every view."""

    sessions: int = 0
    """Sessions counted in the window."""
    all_sessions: int = 0
    """Sessions in the profile."""
    automatic: int = 0
    """Left out in the window: nobody took part."""
    gone: int = 0
    """Sessions whose transcript the agent has deleted; their readings stay."""
    lost: int = 0
    """Sessions the agent had deleted before they could be read, as far as its own history names them."""
    first: int = 0
    """When the oldest session started: milliseconds since 1970, UTC."""
    weeks: int = WINDOW_WEEKS
    """0: everything."""
    widened: bool = False
    """Everything is shown because the window that was asked for holds no session."""
    row_end: date | None = None
    """The Monday of the row's last week where that is not this week."""
    project: str | None = None
    since: date | None = None
    until: date | None = None
    asked: int = WINDOW_WEEKS
    """The weeks that were asked for, where everything is shown in their place."""
    agent: str | None = None
    """The id of the agent whose sessions alone are counted; None: of all."""
    agent_name: str = ""
    """What people call it."""

    @property
    def span(self) -> str:
        """The days that are counted, in words."""
        if self.since or self.until:
            return f"{_date(self.since) or 'the beginning'} to {_date(self.until) or 'today'}"
        if self.widened:
            return f"all time, as none is of {'the ' * (self.asked > 1)}{_weeks(self.asked)}"
        return _weeks(self.weeks) if self.weeks else "all time"

    @property
    def of_row(self) -> str:
        """Which weeks the small row shows, and which days the counts beside it are of where those are others."""
        row = f"eight weeks to that of {_date(self.row_end)}" if self.row_end else "the last eight weeks"
        if self.agent:
            row += f" with {self.agent_name or self.agent}"
        if self.weeks == ROW_WEEKS and not self.row_end:
            return row
        return f"{row}; the counts are of {'the ' * (self.weeks > 1)}{self.span.partition(',')[0]}"

    def __str__(self) -> str:
        """One line: what this rests on."""
        where = f" with {self.agent_name or self.agent}" if self.agent else ""
        where += f" of projects whose folder holds '{self.project}'" if self.project else ""
        parts = [f"{self.sessions} session{'s' * (self.sessions != 1)}{where}, {self.span}"]
        if self.automatic:
            parts.append(f"{self.automatic} automatic left out")
        if self.gone:
            parts.append(f"{self.gone} kept though the agent deleted {'them' if self.gone != 1 else 'it'}")
        if self.lost:
            parts.append(f"{self.lost} deleted before they were read")
        if self.row_end:
            parts.append(f"the row of weeks ends with that of {_date(self.row_end)}")
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Standings:
    """Where a person stands with every practice."""

    all: tuple[Standing, ...]
    basis: Basis
    now: int = 0
    """Milliseconds since 1970, UTC."""

    def __iter__(self) -> Iterator[Standing]:
        return iter(self.all)

    def __getitem__(self, practice: str) -> Standing:
        """The standing of this practice. Raises KeyError."""
        for standing in self.all:
            if standing.practice.id == practice:
                return standing
        raise KeyError(practice)

    def in_family(self, family: str) -> tuple[Standing, ...]:
        """The standings of one family."""
        return tuple(s for s in self.all if s.practice.family == family)

    @property
    def five(self) -> tuple[Standing, ...]:
        """The five that matter most now: three with occasions you let pass, most occasions first, then what you do.

        What the person does elsewhere or does not want is left out.
        """
        # What is unmeasured is put before nobody unasked.
        mine = [s for s in self.all if not s.choice and s.measured] or [s for s in self.all if not s.choice]
        passed = [
            s for s in mine if s.state in (State.NOT_YET, State.TRIED, State.AGENT) and s.applied >= 2 and s.may_be_suggested
        ]
        passed.sort(key=lambda s: (_PASSED.index(s.state), s.you - s.applied))
        done = [s for s in mine if s.state in (State.HABIT, State.SOMETIMES)]
        done.sort(key=lambda s: (-s.last, -s.you))
        # What may not be suggested, and is not done, is no one's to be shown unasked.
        rest = [s for s in mine if s not in passed and s not in done and (s.may_be_suggested or s.state not in _PASSED)]
        rest.sort(key=lambda s: -s.applied)
        first = passed[:3]
        chosen = first + done[: 5 - len(first)]
        for s in passed[3:] + rest:
            if len(chosen) >= 5:
                break
            chosen.append(s)
        return tuple(chosen)

    @property
    def few(self) -> bool:
        """Whether the window holds too few sessions to say what is a habit."""
        return self.basis.sessions < FEWEST

    @property
    def sentence(self) -> str:
        """One true sentence about the window."""
        if not self.basis.all_sessions:
            return "No sessions read yet."
        if not self.basis.sessions:
            return "No session falls in this window."
        if self.few:
            n = self.basis.sessions
            return f"{n} session{'s' * (n != 1)} in this window: too few to say what is a habit."
        # What is disputed, or done elsewhere, says nothing true about the person.
        said_of = [s for s in self.all if s.state is not State.DISPUTED and not s.choice]
        done = [s for s in said_of if s.you and s.applied]
        done.sort(key=lambda s: (s.state is not State.HABIT, -s.you))
        passed = [s for s in said_of if s.state in (State.NOT_YET, State.AGENT) and s.applied >= 3 and s.may_be_suggested]
        passed.sort(key=lambda s: -s.applied)
        said = ""
        if done:
            best = done[0]
            said = f"You asked for {_act(best)} in {best.you} of {best.applied} sessions where it fits"
        if passed:
            least = passed[0]
            if said:
                return f"{said}; for {_act(least)}, which fits {least.applied}, in none."
            return f"You asked for {_act(least)} in none of the {least.applied} sessions where it fits."
        return f"{said}." if said else "Nothing here was asked for by you yet."


_PASSED = (State.NOT_YET, State.AGENT, State.TRIED)


def _act(standing: Standing) -> str:
    return f"“{standing.practice.short}”"


def state_of(you: int, happened: int, applied: int, cant_tell: int) -> State:
    """The state for these counts of sessions (design.md, What a profile shows)."""
    if not applied:
        return State.CANT_TELL if cant_tell else State.NO_OCCASION
    if not happened:
        return State.NOT_YET
    if not you:
        return State.AGENT
    if you >= 5 and you * 2 > applied:
        return State.HABIT
    return State.TRIED if you <= 2 else State.SOMETIMES


class Corrected(NamedTuple):
    """How often the person corrected a practice in the window."""

    all: int = 0
    applied: int = 0
    """Those of them in which the practice applied, as the person says."""


def corrected(
    rows: Sequence[Row], corrections: Sequence[tuple[str, str, str | None, str | None, str | None, int, int]]
) -> tuple[list[Row], dict[str, Corrected]]:
    """Rows with the person's word in the place of what was read, and how many were corrected, by practice.

    `corrections`: (practice, word, by, the word that was read, by, at, tool calls). One that says what was read is none.
    """
    if not corrections:
        return list(rows), {}
    replaced = Counter(Row(c[0], c[3], c[4], c[5], c[6]) for c in corrections if c[3] not in (None, NOT_APPLICABLE))
    out = []
    for row in rows:
        # Rows that are equal count the same: it makes no difference which of them is replaced.
        if replaced and replaced.get(row):
            replaced[row] -= 1
        else:
            out.append(row)
    counts: dict[str, Corrected] = {}
    for practice, word, by, was, was_by, at, calls in corrections:
        if word != NOT_APPLICABLE:
            out.append(Row(practice, word, by, at, calls))
        # Filling in what could not be told disputes nothing.
        if (word, by) != (was, was_by) and was not in (None, CANT_TELL):
            before = counts.get(practice, Corrected())
            counts[practice] = Corrected(before.all + 1, before.applied + (word != NOT_APPLICABLE))
    return out, counts


class Ordered:
    """Numbers in order. It is made when they are asked for: a list that nearly is in order is soon brought into it."""

    __slots__ = ("_sorted", "_values")

    def __init__(self) -> None:
        self._values: list[int] = []
        self._sorted = True

    def keep(self, value: int, by: int) -> None:
        """Take a number in; with -1, take one out that is in."""
        if by > 0:
            self._values.append(value)
            self._sorted = False
        else:
            values = self.values
            del values[bisect_left(values, value)]

    @property
    def values(self) -> list[int]:
        """The least first."""
        if not self._sorted:
            self._values.sort()
            self._sorted = True
        return self._values


class Tally:
    """What the rows of a window say of one practice, as counts. A row that is taken back leaves no trace."""

    __slots__ = ("applied", "cant_tell", "happened", "seen", "sizes", "weekly", "you")

    def __init__(self) -> None:
        self.you = self.happened = self.applied = self.cant_tell = 0
        self.sizes = Ordered()
        """Tool calls of the sessions where it applied."""
        self.seen = Ordered()
        """When it was seen."""
        self.weekly = [[0, 0, 0] for _ in range(ROW_WEEKS)]
        """You, happened, applied in each week of the row."""

    def count(self, row: Row, begins: Sequence[int], by: int = 1) -> None:
        """Count a row; -1: take it back. `begins`: where the weeks of the row begin, and where the last one ends."""
        if row.word == NOT_APPLICABLE:
            return
        if row.word == CANT_TELL:
            self.cant_tell += by
            return
        seen = row.word == SEEN
        mine = seen and row.by == "you"
        self.applied += by
        self.happened += by * seen
        self.you += by * mine
        self.sizes.keep(row.calls, by)
        if seen:
            self.seen.keep(row.at, by)
        week = bisect_right(begins, row.at) - 1
        if 0 <= week < ROW_WEEKS:
            slot = self.weekly[week]
            slot[0] += by * mine
            slot[1] += by * seen
            slot[2] += by


def weeks_of_row(basis: Basis, now: int, zone: tzinfo) -> tuple[list[date], list[int]]:
    """The Mondays of the row's weeks, the oldest first, and where they begin (milliseconds), with the end of the last one.

    What lies outside of them counts in the window only.
    """
    this = basis.row_end or monday(now, zone)
    mondays = [this - timedelta(weeks=n) for n in reversed(range(ROW_WEEKS))]
    return mondays, [start_of_day(m, zone) for m in (*mondays, this + timedelta(weeks=1))]


def _in_window(day: date, this: date, basis: Basis) -> bool:
    """Whether a week of the row, by its Monday, lies in the window, wholly or in part."""
    if basis.weeks and day <= this - timedelta(weeks=basis.weeks):
        return False
    return (basis.since is None or day + timedelta(days=6) >= basis.since) and (basis.until is None or day <= basis.until)


def stand(
    practices: Sequence[Practice],
    rows: Sequence[Row],
    basis: Basis,
    now: int,
    zone: tzinfo,
    *,
    corrections: Mapping[str, Corrected] = MappingProxyType({}),
    choices: Mapping[str, str] = MappingProxyType({}),
    measured: Callable[[str], bool] = lambda _: True,
    unread: Mapping[str, int] = MappingProxyType({}),
) -> Standings:
    """Standings from the rows of the window, in which the person's corrections already stand.

    `corrections` and `choices`: by practice, how often it was corrected, and what the person says of it as a whole.
    `measured`: whether a practice's detector was measured on enough sessions. `unread`: by practice, sessions that it has not
    read yet; they count with those whose record cannot show it.
    """
    mondays, begins = weeks_of_row(basis, now, zone)
    tallies = {p.id: Tally() for p in practices}
    for row in rows:
        if row.practice in tallies:
            tallies[row.practice].count(row, begins)
    return of_tallies(
        practices, tallies, mondays, basis, now, corrections=corrections, choices=choices, measured=measured, unread=unread
    )


def of_tallies(
    practices: Sequence[Practice],
    tallies: Mapping[str, Tally],
    mondays: Sequence[date],
    basis: Basis,
    now: int,
    *,
    corrections: Mapping[str, Corrected],
    choices: Mapping[str, str],
    measured: Callable[[str], bool],
    unread: Mapping[str, int],
) -> Standings:
    """Standings from what was counted; the rest as for `stand`."""
    out = []
    within = [_in_window(m, mondays[-1], basis) for m in mondays]
    for practice in practices:
        tally = tallies[practice.id]
        sizes, seen = tally.sizes.values, tally.seen.values
        applied, cant_tell = tally.applied, tally.cant_tell + unread.get(practice.id, 0)
        said = corrections.get(practice.id, Corrected())
        state = state_of(tally.you, tally.happened, applied, cant_tell)
        out.append(
            Standing(
                practice=practice,
                state=State.DISPUTED if said.all > applied - said.applied else state,
                you=tally.you,
                happened=tally.happened,
                applied=applied,
                cant_tell=cant_tell,
                weeks=tuple(
                    Week(m, slot[0], slot[1], slot[2], counted)
                    for m, slot, counted in zip(mondays, tally.weekly, within, strict=True)
                ),
                # A time in the future is a wrong clock.
                last=max(0, min(seen[-1], now)) if seen else 0,
                size=sizes[len(sizes) // 2] if sizes else 0,
                corrected=said.all,
                choice=choices.get(practice.id, ""),
                measured=measured(practice.id),
            )
        )
    return Standings(tuple(out), basis, now)
