"""Words typed -> the sessions that are meant. Pure: dates are read in the person's zone, at a time that is given.

What can be typed, in any case and any order; a session is found where every word is:

- a part of the project's folder, of the agent's name or id, or of the session's title where that has been read;
- the beginning of the session's id;
- a practice's name on the screen, its id, or a part of either: sessions in which it was seen;
- a day or a month: `2026-11-20`, `20 nov`, `nov 20`, `2026-11`, `nov`, `2026`, `today`, `yesterday`, `monday` (the last one);
- `project:shop`, `practice:plan-first`, `agent:codex`, `title:export`: the word in this place only;
- `since:2026-11-02`, `since:4w`, `since:10d`, `since:nov`, `until:yesterday`: from that day on, up to that day, both in;
- a blank within a word stands in quotes: `project:"my shop"`.

A prefix with nothing after it, as while one types, and a day that is none are passed over, and `Query.problems` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from .days import start_of_day

MOST_CHARACTERS = 300
"""Of what is typed; the rest is passed over."""
MOST_WORDS = 16
_FIRST_YEAR = 2020
"""Before it no agent wrote a transcript."""


class SessionLine(NamedTuple):
    """A session in a list: what can be told of it without its facts, and without a look into its transcript."""

    num: int
    """Its number in the profile."""
    id: str
    agent: str
    """The agent's id."""
    project: str
    """The folder it ran in."""
    started: int
    """Milliseconds since 1970, UTC."""
    ended: int
    prompts: int
    tool_calls: int
    edits: int
    person: bool
    """Whether a person took part."""
    gone: bool
    """The agent has deleted the transcript."""
    seen: tuple[str, ...] = ()
    """Ids of the practices that were seen, by the person's word where they corrected."""
    yours: tuple[str, ...] = ()
    """Those of them that the person asked for."""


Test = Callable[[SessionLine, str], bool]
"""Whether a session, with its title in small letters, is meant."""
Days = tuple[int, int]
"""From the first millisecond to the one after the last."""
_WORD = re.compile(r'(?:[a-zA-Z]+:)?"[^"]*"?|\S+')
_PLACES = ("project", "practice", "agent", "title", "since", "until")
_AGO = re.compile(r"([0-9]{1,4})([dw])")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_of(text: str, today: date) -> date | None:
    """A day: 2026-11-02, today, yesterday, monday (the last one), or so long ago: 10d, 8w. None where it is none."""
    text = text.strip().casefold()
    try:
        if text in ("today", "yesterday"):
            return today - timedelta(days=text == "yesterday")
        if ago := _AGO.fullmatch(text):
            return today - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
        if len(text) >= 3 and (found := [n for n, name in enumerate(_WEEKDAYS) if name.startswith(text)]):
            return today - timedelta(days=(today.weekday() - found[0]) % 7)
        return date.fromisoformat(text)
    except (ValueError, OverflowError):
        return None


def days_of(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last of the days that a word names: a day, a month (the last one of that name) or a year."""
    text = text.strip().casefold()
    # "2026" and "202611" are no days, though ISO 8601 would read "20261102".
    day = day_of(text, today) if not text.isdigit() else None
    if day is not None:
        return day, day
    try:
        if named := _MONTH.fullmatch(text):
            return _month(int(named[1]), int(named[2]))
        if month := _month_named(text):
            return _month(today.year - (month > today.month), month)
        if re.fullmatch("[0-9]{4}", text) and _FIRST_YEAR <= int(text) <= today.year + 1:
            return date(int(text), 1, 1), date(int(text), 12, 31)
    except (ValueError, OverflowError):
        pass
    return None


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _month_named(text: str) -> int:
    """1 to 12; 0 for no month's name or the beginning of one."""
    if len(text) < 3:
        return 0
    return next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(text)), 0)


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, read."""

    tests: tuple[Test, ...] = ()
    problems: tuple[str, ...] = ()
    """What of it was passed over, in sentences."""
    by_title: bool = False
    """Whether a title could make a difference: a word may stand in it."""

    def matches(self, line: SessionLine, title: str = "") -> bool:
        """Whether a session is meant. `title`: where it was read."""
        small = title.casefold()
        return all(test(line, small) for test in self.tests)


EVERYTHING = Query()
NO_TITLES: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Finder:
    """What is needed to read what was typed."""

    practices: tuple[tuple[str, str], ...]
    """(id, name on the screen) of each."""
    agents: tuple[tuple[str, str], ...]
    """(id, name) of each."""
    zone: tzinfo
    today: date
    """In that zone."""

    def read(self, text: str) -> Query:
        """Read what was typed. Never raises, whatever it is."""
        words = _WORD.findall(text[:MOST_CHARACTERS].casefold())[:MOST_WORDS]
        tests: list[Test] = []
        problems: list[str] = []
        by_title = False
        at = 0
        while at < len(words):
            pair = self._day_and_month(words[at : at + 3])
            if pair is not None:
                # The words may be meant as they stand, too.
                days, used = pair
                tests.append(_either(_within(days), _all([self._anywhere(w, dated=False) for w in words[at : at + used]])))
                by_title = True
                at += used
                continue
            word = words[at]
            at += 1
            place, colon, given = word.partition(":")
            if colon and place in _PLACES:
                test = self._in_place(place, given.strip('"'), problems)
                by_title |= place == "title"
                if test is not None:
                    tests.append(test)
            elif word.strip('"'):
                tests.append(self._anywhere(word.strip('"')))
                by_title = True
        return Query(tuple(tests), tuple(problems), by_title)

    def find(self, lines: Iterable[SessionLine], text: str, titles: Mapping[int, str] = NO_TITLES) -> tuple[SessionLine, ...]:
        """The sessions that are meant, in their order. `titles`: session's number -> title, of those that were read."""
        query = self.read(text)
        return tuple(line for line in lines if query.matches(line, titles.get(line.num, "")))

    def _in_place(self, place: str, given: str, problems: list[str]) -> Test | None:
        if not given:
            problems.append(f"{place}: waits for a word")
            return None
        if place == "project":
            return lambda line, _: given in line.project.casefold()
        if place == "title":
            return lambda _, title: given in title
        if place == "agent":
            meant = self._agents(given)
            if not meant:
                problems.append(f"no agent is called {given}; there are {', '.join(name for _, name in self.agents)}")
            return lambda line, _: line.agent in meant
        if place == "practice":
            named = self._practices(given)
            if not named:
                problems.append(f"no practice is called {given}")
            return lambda line, _: not named.isdisjoint(line.seen)
        days = days_of(given, self.today)
        if days is None:
            problems.append(f"{place}:{given} is no day; say 2026-11-02, 4w, nov or yesterday")
            return None
        span = self._span(*days)
        if span is None:
            problems.append(f"{place}:{given} is too far away")
            return None
        return (lambda line, _: line.started >= span[0]) if place == "since" else (lambda line, _: line.started < span[1])

    def _anywhere(self, word: str, *, dated: bool = True) -> Test:
        word = word.strip('"')
        named = self._practices(word)
        meant = self._agents(word)
        spans = self._spans(word) if dated else ()

        def found(line: SessionLine, title: str) -> bool:
            return (
                word in line.project.casefold()
                or line.id.casefold().startswith(word)
                or line.agent in meant
                or not named.isdisjoint(line.seen)
                or any(begin <= line.started < end for begin, end in spans)
                or word in title
            )

        return found

    def _practices(self, word: str) -> frozenset[str]:
        letters = _letters(word)
        return frozenset(
            id_
            for id_, short in self.practices
            if word in id_ or word in short.casefold() or (letters and (letters in _letters(id_) or letters in _letters(short)))
        )

    def _agents(self, word: str) -> frozenset[str]:
        return frozenset(id_ for id_, name in self.agents if word in id_ or word in name.casefold())

    def _spans(self, word: str) -> tuple[Days, ...]:
        """The stretches of time that a word may mean: a month is that of any year."""
        if _AGO.fullmatch(word):
            return ()  # "4w" alone is more likely a name.
        month = _month_named(word)
        if month:
            named = [self._span(*_month(year, month)) for year in range(_FIRST_YEAR, self.today.year + 1)]
            return tuple(span for span in named if span is not None)
        days = days_of(word, self.today)
        span = self._span(*days) if days is not None else None
        return () if span is None else (span,)

    def _day_and_month(self, words: Sequence[str]) -> tuple[tuple[Days, ...], int] | None:
        """(the days, how many of the words) where they begin with a day and a month: "20 nov", "nov 20", "20 nov 2026"."""
        if len(words) < 2:
            return None
        for day, month in ((words[0], words[1]), (words[1], words[0])):
            number = _month_named(month)
            if not number or not re.fullmatch("[0-9]{1,2}", day):
                continue
            year = words[2] if len(words) > 2 and re.fullmatch("20[0-9]{2}", words[2]) else ""
            spans = []
            for one in [int(year)] if year else range(_FIRST_YEAR, self.today.year + 1):
                try:
                    span = self._span(date(one, number, int(day)), date(one, number, int(day)))
                except ValueError:
                    continue
                if span is not None:
                    spans.append(span)
            return tuple(spans), 3 if year else 2
        return None

    def _span(self, first: date, last: date) -> Days | None:
        try:
            return start_of_day(first, self.zone), start_of_day(last + timedelta(days=1), self.zone)
        except (ValueError, OverflowError, OSError):
            return None


def _letters(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _within(spans: tuple[Days, ...]) -> Test:
    return lambda line, _: any(begin <= line.started < end for begin, end in spans)


def _either(a: Test, b: Test) -> Test:
    return lambda line, title: a(line, title) or b(line, title)


def _all(tests: Sequence[Test]) -> Test:
    return lambda line, title: all(test(line, title) for test in tests)
