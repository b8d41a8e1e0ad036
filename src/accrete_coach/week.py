"""Readings -> a week, a month, a quarter or a year to look back on: what moved, one thing to try, one moment, one question. Pure.

A practice belongs to the week in which it happened, in the person's zone; weeks begin on Monday (ISO 8601). What moved is told by
the same test as in a year (`trend`): beyond what chance would do, or not at all.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Literal, NamedTuple

from .days import start_of_day
from .flow import Total
from .practice import CANT_TELL, NOT_APPLICABLE, SEEN, Practice
from .standings import Row
from .suggestions import CheckIn
from .tips import DAY, Became, Followed, Suggestion
from .trend import Share, Trend, Verdict, comparable, moved

MOST_WORDS = 120
"""Words before the details, at most."""
LEAST_SESSIONS = 3
"""Sessions, in the period and before it, without which nothing is compared (design.md, What a profile shows)."""
LEAST_WEEKS = 2
"""Weeks with a session that the stretch before must have."""
Span = Literal["week", "month", "quarter", "year"]


# --- which period ----------------------------------------------------------------------------------------------------


class Period(NamedTuple):
    """A stretch of days in the person's zone."""

    span: Span
    first: date
    last: date
    """Both are in it."""

    @property
    def name(self) -> str:
        """As `--of` takes it: "2026-W46", "2026-11", "2026-Q4", "2026"."""
        if self.span == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        if self.span == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}" if self.span == "quarter" else f"{self.first.year}"

    @property
    def title(self) -> str:
        """For people: "Week 46, 9 to 15 November 2026"."""
        if self.span == "week":
            return f"Week {self.first.isocalendar().week}, {_days(self.first, self.last)}"
        if self.span == "month":
            return f"{self.first:%B %Y}"
        return f"Quarter {(self.first.month + 2) // 3} of {self.first.year}" if self.span == "quarter" else f"{self.first.year}"

    @property
    def before(self) -> tuple[date, date]:
        """The days it is held against: four weeks, three months, the quarter or the year before it. Both are in it."""
        if self.span == "week":
            return self.first - timedelta(weeks=4), self.first - timedelta(days=1)
        months = {"month": 3, "quarter": 3, "year": 12}[self.span]
        return _months_later(self.first, -months), self.first - timedelta(days=1)

    @property
    def before_words(self) -> str:
        """The same in words."""
        return {
            "week": "the four weeks before",
            "month": "the three months before",
            "quarter": "the quarter before",
            "year": "the year before",
        }[self.span]

    def bounds(self, zone: tzinfo) -> tuple[int, int]:
        """[begin, end) in milliseconds since 1970, UTC."""
        return start_of_day(self.first, zone), start_of_day(self.last + timedelta(days=1), zone)

    def bounds_before(self, zone: tzinfo) -> tuple[int, int]:
        """The same of the days it is held against."""
        first, last = self.before
        return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)

    def step(self, by: int) -> Period:
        """So many periods later, or earlier. Raises ValueError beyond the years that there are dates for."""
        try:
            if self.span == "week":
                return period("week", self.first + timedelta(weeks=by))
            return period(self.span, _months_later(self.first, by * {"month": 1, "quarter": 3, "year": 12}[self.span]))
        except OverflowError as problem:
            raise ValueError("there are no dates beyond the year 9999") from problem


def _days(first: date, last: date) -> str:
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    if first.month != last.month:
        return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"
    return f"{first.day} to {last.day} {last:%B %Y}"


def _months_later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period(span: Span, day: date) -> Period:
    """The period of a kind that a day falls in."""
    if span == "week":
        first = day - timedelta(days=day.weekday())
        return Period(span, first, first + timedelta(days=6))
    if span == "month":
        first = day.replace(day=1)
        return Period(span, first, _months_later(first, 1) - timedelta(days=1))
    if span == "quarter":
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return Period(span, first, _months_later(first, 3) - timedelta(days=1))
    return Period(span, date(day.year, 1, 1), date(day.year, 12, 31))


def to_look_back_on(today: date, span: Span = "week") -> Period:
    """The period to show where none is named: the one that runs. On a Monday and a Tuesday it is the week before: one that has
    hardly begun says nothing."""
    if span == "week" and today.weekday() < 2:
        return period(span, today - timedelta(weeks=1))
    return period(span, today)


_OF = re.compile(r"(\d{4})(?:-(?:W(\d{1,2})|Q([1-4])|(\d{1,2})(?:-(\d{1,2}))?))?")


def parse(text: str, span: Span = "week") -> Period:
    """What a person names: 2026-W46, 2026-11, 2026-Q4, 2026, or a day, whose period of this kind is meant.

    Raises ValueError with a sentence.
    """
    found = _OF.fullmatch(text.strip().upper())
    said = f"'{text}' is no week, month, quarter or year; say 2026-W46, 2026-11, 2026-Q4 or 2026"
    if found is None:
        raise ValueError(said)
    year, week, quarter, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    if not 1970 <= year <= 9998:
        raise ValueError(f"there are no sessions of the year {year}; say one from 1970 on")
    try:
        if week is not None:
            last = date(year, 12, 28).isocalendar().week
            if not 1 <= week <= last:
                raise ValueError(f"{year} has no week {week}: its last one is {year}-W{last}")
            return period("week", date.fromisocalendar(year, week, 1))
        if quarter is not None:
            return period("quarter", date(year, quarter * 3 - 2, 1))
        if month is not None and day is not None:
            return period(span, date(year, month, day))
        if month is not None:
            return period("month", date(year, month, 1))
    except ValueError as problem:
        raise ValueError(str(problem) if "has no week" in str(problem) else said) from None
    return period("year", date(year, 1, 1))


# --- what changed ----------------------------------------------------------------------------------------------------


class Kind(enum.Enum):
    """What became of a practice in the period."""

    FIRST = "first tried"
    """The person asked for it for the first time ever."""
    GREW = "grew"
    """They asked for it in more of the sessions where it fits than before, beyond chance."""
    FADED = "faded"
    """In fewer, beyond chance."""
    STEADY = "steady"
    TOO_LITTLE = "too little to compare"
    NO_OCCASION = "no occasion"

    @property
    def glyph(self) -> str:
        """One column; the word always stands beside it."""
        return _GLYPHS[self]


_GLYPHS = {Kind.FIRST: "+", Kind.GREW: "↗", Kind.FADED: "↘", Kind.STEADY: "→", Kind.TOO_LITTLE: "·", Kind.NO_OCCASION: " "}


class Change(NamedTuple):
    """A practice in the period, and before it."""

    practice: Practice
    kind: Kind
    you: int
    """Sessions in which the person asked for it."""
    agent: int
    """Sessions in which it happened because of the agent alone."""
    applied: int
    """Sessions that gave an occasion."""
    cant_tell: int
    before: Share
    """How often the person asked for it in the time before, of how many occasions."""

    @property
    def now(self) -> Share:
        """The same in the period."""
        return Share(self.you, self.applied)


class Counts(NamedTuple):
    """The sessions of a stretch."""

    sessions: int = 0
    """Those that began in it and in which a person took part."""
    automatic: int = 0
    """Those that began in it and in which nobody did: left out."""
    went_on: int = 0
    """Those that began before and went on in it: what happened in it counts in it."""
    weeks: int = 0
    """Weeks with a session."""


class Worth(NamedTuple):
    """A moment that is worth reading again."""

    practice: Practice
    session: str
    """The session's id."""
    agent: str
    num: int
    project: str
    path: str
    line: int
    at: int
    """Milliseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Week:
    """A period to look back on."""

    period: Period
    begin: int
    end: int
    """[begin, end) in milliseconds since 1970, UTC."""
    now: int
    counts: Counts
    before: Counts
    changes: tuple[Change, ...]
    """Every practice, in their order."""
    project: str = ""
    agent: str = ""
    """What people call the agent whose sessions alone count; "" for all."""
    focus: Followed | None = None
    suggestion: Suggestion | None = None
    moment: Worth | None = None
    felt: CheckIn | None = None
    flow: Total | None = None
    """None where only what comes before the details was asked for."""
    flow_before: Total | None = None
    trends: tuple[tuple[Practice, Trend], ...] = ()
    """Of the last year; with the details, where the period is not too old for it."""

    @property
    def so_far(self) -> bool:
        """Whether it runs."""
        return self.begin <= self.now < self.end

    @property
    def recent(self) -> bool:
        """Whether it runs, or ended in the last seven days: what one might try next belongs to no time that is over for long."""
        return self.begin <= self.now < self.end + 7 * DAY

    @property
    def to_come(self) -> bool:
        """Whether it has not begun."""
        return self.now < self.begin

    @property
    def empty(self) -> bool:
        """Whether no session counts in it."""
        return not self.counts.sessions and not self.counts.went_on

    @property
    def can_compare(self) -> bool:
        """Whether there is enough, in it and before it, to say that something moved."""
        return (
            self.counts.sessions + self.counts.went_on >= LEAST_SESSIONS
            and self.before.sessions >= LEAST_SESSIONS
            and self.before.weeks >= LEAST_WEEKS
        )

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """The practices of which this became."""
        return tuple(c for c in self.changes if c.kind in kinds)

    @property
    def plateaus(self) -> tuple[tuple[Practice, Trend], ...]:
        """What rose once and has rested since."""
        return tuple((p, t) for p, t in self.trends if t.verdict is Verdict.PLATEAU)

    # --- the words before the details ---

    @property
    def title(self) -> str:
        """Which period, of what."""
        where = f", project {self.project}" if self.project else ""
        where += f", with {self.agent}" if self.agent else ""
        return f"{self.period.title}{where}{' so far' if self.so_far else ''}"

    @property
    def rests_on(self) -> str:
        """How many sessions it is about."""
        if self.to_come:
            return f"This {self.period.span} has not begun."
        if self.empty:
            left = f" {self.counts.automatic} ran without anybody; they count nowhere." if self.counts.automatic else ""
            return f"No session of yours in this {self.period.span}.{left}"
        n, more = self.counts.sessions, self.counts.went_on
        if not n:
            return f"No new session of yours; {more} that began before went on."
        return f"{n} session{'' if n == 1 else 's'} of yours{f', and {more} that began before' if more else ''}."

    @property
    def moved(self) -> str:
        """What moved beyond chance; that nothing did is a fine answer."""
        if self.empty or self.to_come:
            return ""
        told = [*self.of(Kind.GREW), *self.of(Kind.FADED)]
        first = self.of(Kind.FIRST)
        said = []
        if told:
            some = [
                f"you asked for “{c.practice.short}” in {c.now}, {self.period.before_words if n == 0 else 'before'} in {c.before}"
                for n, c in enumerate(told[:_MOST])
            ]
            said.append("Moved: " + "; ".join(some) + (f"; and {len(told) - _MOST} more" if len(told) > _MOST else "") + ".")
        elif not self.can_compare or not self.of(Kind.STEADY):
            said.append(f"Too little to compare with {self.period.before_words}.")
        else:
            said.append("Nothing moved beyond chance, and that is fine.")
        if first:
            names = ", ".join(f"“{c.practice.short}”" for c in first[:_MOST])
            said.append(f"New to you: {names}{f' and {len(first) - _MOST} more' if len(first) > _MOST else ''}.")
        return " ".join(said)

    @property
    def one_thing(self) -> str:
        """At most one thing for the next week: the focus while it runs, else a tip; "" for none."""
        focus = self.focus
        if focus is not None and focus.became is not Became.STUCK:
            return f"Your focus, “{focus.name}”: {focus.counts}. {focus.became.value.capitalize()}."
        stuck = f"Your focus, “{focus.name}”, stuck: {focus.counts}. " if focus is not None else ""
        if self.suggestion is not None:
            # Two sets of numbers at once are one too many.
            why = f" {self.suggestion.why_now}" if not stuck else ""
            return f"{stuck}One thing to try: {self.suggestion.practice.title}.{why}"
        return stuck.strip()

    @property
    def again(self) -> str:
        """What can be read again, without its project: "you asked to see the diff first"."""
        return self.moment.practice.words.done if self.moment is not None else ""

    @property
    def question(self) -> str:
        """One question to think about."""
        if self.to_come:
            return ""
        if self.empty:
            return "What did you do instead, and what of it should go on?"
        faded, grew, first = self.of(Kind.FADED), self.of(Kind.GREW), self.of(Kind.FIRST)
        if faded:
            return f"What was different when you did not {faded[0].practice.title}?"
        if self.focus is not None and self.focus.became is Became.NOT_YET and self.focus.practice is not None:
            return f"What stood in the way when you could {self.focus.practice.title}?"
        if grew:
            return f"What made it easy to {grew[0].practice.title}, and where else would it help?"
        if first:
            return f"Would you {first[0].practice.title} again, and where?"
        if self.suggestion is not None and (self.focus is None or self.focus.became is Became.STUCK):
            return f"When could you next {self.suggestion.practice.title}, and how will you notice?"
        return "Which of these sessions would you show a colleague, and why?"


_MOST = 2
"""How many practices are named before the details."""


def changes(
    practices: Sequence[Practice],
    rows: Iterable[Row],
    before: Iterable[Row],
    *,
    can_compare: bool,
    did_before: Mapping[str, bool],
) -> tuple[Change, ...]:
    """What became of each practice. `rows`: of the period, `before`: of the time it is held against, both with the person's
    corrections; `did_before`: whether the person ever asked for it before the period, for those that they ask for in it and not
    in the time before."""
    now, then = _count(rows), _count(before)
    out = []
    for p in practices:
        you, happened, applied, cant = now.get(p.id, (0, 0, 0, 0))
        was_you, _, was_applied, _ = then.get(p.id, (0, 0, 0, 0))
        here, there = Share(you, applied), Share(was_you, was_applied)
        if not applied:
            kind = Kind.NO_OCCASION
        elif you and not did_before.get(p.id, True):
            kind = Kind.FIRST
        elif not can_compare or applied < LEAST_SESSIONS or was_applied < LEAST_SESSIONS or not comparable(here, there):
            kind = Kind.TOO_LITTLE
        else:
            kind = {1: Kind.GREW, -1: Kind.FADED, 0: Kind.STEADY}[moved(here, there)]
        out.append(Change(p, kind, you, happened - you, applied, cant, there))
    return tuple(out)


def _count(rows: Iterable[Row]) -> dict[str, tuple[int, int, int, int]]:
    """Practice -> (you, happened, applied, can't tell)."""
    out: dict[str, tuple[int, int, int, int]] = {}
    for row in rows:
        if row.word == NOT_APPLICABLE:
            continue
        you, happened, applied, cant = out.get(row.practice, (0, 0, 0, 0))
        if row.word == CANT_TELL:
            out[row.practice] = (you, happened, applied, cant + 1)
        else:
            seen = row.word == SEEN
            out[row.practice] = (you + (seen and row.by == "you"), happened + seen, applied + 1, cant)
    return out


def worth_reading(changed: Sequence[Change], focus: Followed | None) -> tuple[str, ...]:
    """The practices whose moment is worth reading again, the best first: what is new, what grew, the focus, then what the person
    asks for least, as that is what they may forget."""
    mine = [c for c in changed if c.you]
    order = {Kind.FIRST: 0, Kind.GREW: 1}
    name = focus.focus.practice if focus is not None else ""
    mine.sort(key=lambda c: (order.get(c.kind, 2 if c.practice.id == name else 3), c.you + c.before.you, c.practice.id))
    return tuple(c.practice.id for c in mine)
