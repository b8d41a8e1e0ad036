"""A practice over a year: its weeks, and what can be said of them beyond chance. Pure.

What is followed is the share of the sessions that gave an occasion in which the person asked for the practice: what an agent
does by itself is no habit of theirs (design.md, What a profile shows). Two stretches of weeks are held against each other, and a
difference counts where Fisher's exact test says that chance alone would do the like in fewer than one of a hundred cases. It is
exact for few sessions, where the usual tests for large numbers are wrong; and one of a hundred, not of twenty, as the trends of
some two dozen practices stand side by side, of which one would always "move". Sessions are taken for independent of each other;
those of one task are not quite, so that a move is a reason to look, not a proof.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from math import comb, log
from typing import NamedTuple

from .days import monday, start_of_day
from .practice import CANT_TELL, NOT_APPLICABLE, SEEN
from .standings import Row, Week

WEEKS = 52
"""Weeks of a trend: a year, the one that runs included."""
QUARTER = 13
"""Weeks that are held against the same number before them: a quarter of the year is long enough for a habit to change, and holds
enough sessions to see it."""
RESTS = 12
"""Weeks without a move that make a plateau."""
LEAST_WEEKS = 2
"""Weeks with an occasion that a stretch must have: less is no history (design.md, What a profile shows)."""
LEAST_SESSIONS = 3
"""Sessions with an occasion that it must have: as above."""
CHANCE = 0.01
"""How often chance alone may do what counts as a move."""


class Verdict(enum.Enum):
    """What became of a practice over the last year."""

    GROWING = "growing"
    """You asked for it in more of the sessions of the last 13 weeks than of the 13 before, beyond chance."""
    FADING = "fading"
    """In fewer, beyond chance."""
    PLATEAU = "a plateau"
    """It rose once, beyond chance, has not moved for at least 12 weeks since, and is still in use."""
    STEADY = "steady"
    """No move beyond chance, where one could have been seen."""
    TOO_LITTLE = "too little to compare"
    """Not even all against none would be beyond chance, or a stretch has fewer than three sessions or two weeks."""

    @property
    def glyph(self) -> str:
        """One column; the word always stands beside it."""
        return _GLYPHS[self]


_GLYPHS = {
    Verdict.GROWING: "↗",
    Verdict.FADING: "↘",
    Verdict.PLATEAU: "⌃",
    Verdict.STEADY: "→",
    Verdict.TOO_LITTLE: "·",
}


class Share(NamedTuple):
    """How often the person asked for it, where there was an occasion."""

    you: int
    applied: int

    def __str__(self) -> str:
        """In words: "3 of 12"."""
        return f"{self.you or 'none'} of {self.applied}"


@dataclass(frozen=True, slots=True)
class Trend:
    """A practice's year."""

    practice: str
    """Its id."""
    weeks: tuple[Week, ...]
    """The last 52, the oldest first; the last one runs."""
    verdict: Verdict
    now: Share
    """The last 13 weeks; where it is a plateau, the weeks since it rose."""
    before: Share
    """The 13 weeks before; where it is a plateau, the weeks of the year before it rose."""
    since: date | None = None
    """Where it is a plateau: the Monday of the week in which it rose."""

    @property
    def word(self) -> str:
        """The verdict in a word or three: "growing", "a plateau since May"."""
        return f"{self.verdict.value} since {_month(self.since, self.weeks)}" if self.since else self.verdict.value

    @property
    def sentence(self) -> str:
        """The verdict with what it rests on."""
        said = self.word[0].upper() + self.word[1:]
        if self.verdict is Verdict.TOO_LITTLE:
            if not self.now.applied and not self.before.applied:
                return f"{said}: no occasion in the last 26 weeks."
            return (
                f"{said}: {_sessions(self.now.applied)} with an occasion in the last 13 weeks,"
                f" {self.before.applied or 'none'} in the 13 before."
            )
        if self.verdict is Verdict.PLATEAU:
            return f"{said}: since then you asked for it in {_of(self.now)}, before that in {self.before}."
        told = f"{said}: in the last 13 weeks you asked for it in {_of(self.now)}, in the 13 before in {self.before}"
        return told + ("; chance may do as much." if self.verdict is Verdict.STEADY and self.now.you + self.before.you else ".")

    @property
    def row(self) -> str:
        """A glyph for each week, as in the small row of a list."""
        return "".join(w.glyph for w in self.weeks)


def _month(day: date | None, weeks: Sequence[Week]) -> str:
    if day is None:
        return ""
    # A year is 52 weeks: its first month may be that of last year.
    same = weeks and day.month == weeks[-1].start.month and day.year != weeks[-1].start.year
    return f"{day:%B %Y}" if same else f"{day:%B}"


def _sessions(n: int) -> str:
    return f"{n or 'no'} session{'' if n == 1 else 's'}"


def _of(share: Share) -> str:
    return f"{share.you or 'none'} of the {share.applied} sessions where it fits"


# --- chance ----------------------------------------------------------------------------------------------------------


EXACT = 400
"""Sessions up to which chance is counted in whole numbers; of more, those have too many digits to be quick."""
_NEGLIGIBLE = 1e-30


@lru_cache(maxsize=4096)
def chance(a: Share, b: Share) -> float:
    """How often chance alone would make two shares differ at least so much: Fisher's exact test, two-sided.

    The sum of the probabilities of all divisions with the same sums that are no likelier than this one (hypergeometric; the
    definition of R's `fisher.test`). 1.0 where a stretch is empty.
    """
    hits, n = a.you + b.you, a.applied + b.applied
    if not a.applied or not b.applied or not hits or hits == n:
        return 1.0
    if n > EXACT:
        return _chance_of_many(a, b)
    ways = [comb(a.applied, k) * comb(b.applied, hits - k) for k in range(max(0, hits - b.applied), min(hits, a.applied) + 1)]
    this = ways[a.you - max(0, hits - b.applied)]
    # Whole numbers: no rounding decides what is as likely.
    return sum(w for w in ways if w <= this) / comb(n, hits)


def _chance_of_many(a: Share, b: Share) -> float:
    """The same in floating point: from the likeliest division outwards, as far as it makes a difference."""
    hits, n = a.you + b.you, a.applied + b.applied
    low, high = max(0, hits - b.applied), min(hits, a.applied)
    mode = min(high, max(low, (a.applied + 1) * (hits + 1) // (n + 2)))
    weights = {mode: 1.0}
    for step in (1, -1):
        k, weight = mode, 1.0
        while low <= k + step <= high and weight > _NEGLIGIBLE:
            up, down = (k, k + 1) if step > 0 else (k - 1, k)
            ratio = (a.applied - up) * (hits - up) / (down * (b.applied - hits + down))
            weight *= ratio if step > 0 else 1 / ratio
            k += step
            weights[k] = weight
    # As in R: what differs by rounding only is as likely.
    this = weights.get(a.you, 0.0) * (1 + 1e-7)
    return max(sum(w for w in weights.values() if w <= this) / sum(weights.values()), _NEGLIGIBLE)


def moved(now: Share, before: Share, odds: float = CHANCE) -> int:
    """1 where the share rose beyond chance, -1 where it fell, else 0."""
    if chance(now, before) >= odds:
        return 0
    return 1 if now.you * before.applied > before.you * now.applied else -1


def comparable(now: Share, before: Share, odds: float = CHANCE) -> bool:
    """Whether so many sessions could show a move at all: whether all against none would."""
    least = min(now.applied, before.applied)
    # Of two tails, neither is likelier than one of all ways to pick the fewer out of all.
    if least and odds * comb(now.applied + before.applied, min(least, 30)) > 2:
        return True
    return chance(Share(now.applied, now.applied), Share(0, before.applied)) < odds


# --- a year ----------------------------------------------------------------------------------------------------------


def mondays(now: int, zone: tzinfo, weeks: int = WEEKS) -> tuple[date, ...]:
    """The Mondays of the last weeks, the one that runs included; `now`: milliseconds since 1970, UTC."""
    this = monday(now, zone)
    return tuple(this - timedelta(weeks=n) for n in reversed(range(weeks)))


def by_week(rows: Iterable[Row], starts: Sequence[date], zone: tzinfo) -> dict[str, tuple[Week, ...]]:
    """Practice -> its weeks. What lies outside of them is left out."""
    begins = [start_of_day(day, zone) for day in (*starts, starts[-1] + timedelta(weeks=1))]
    counts: dict[str, list[list[int]]] = {}
    for practice, word, by, at, _calls in rows:
        week = bisect_right(begins, at) - 1
        if word in (NOT_APPLICABLE, CANT_TELL) or not 0 <= week < len(starts):
            continue
        slots = counts.get(practice)
        if slots is None:
            slots = counts[practice] = [[0, 0, 0] for _ in starts]
        slot = slots[week]
        if word == SEEN:
            slot[0] += by == "you"
            slot[1] += 1
        slot[2] += 1
    return {
        name: tuple(Week(day, slot[0], slot[1], slot[2]) for day, slot in zip(starts, slots, strict=True))
        for name, slots in counts.items()
    }


def empty(starts: Sequence[date]) -> tuple[Week, ...]:
    """Weeks without an occasion."""
    return tuple(Week(day, 0, 0, 0) for day in starts)


def trend(practice: str, weeks: Sequence[Week]) -> Trend:
    """What can be said of a practice's weeks, the last of which runs."""
    weeks = tuple(weeks)
    recent, former = weeks[-QUARTER:], weeks[-2 * QUARTER : -QUARTER]
    now, before = share(recent), share(former)
    quarters = _history(recent) and _history(former) and comparable(now, before)
    move = moved(now, before) if quarters else 0
    if move:
        return Trend(practice, weeks, Verdict.GROWING if move > 0 else Verdict.FADING, now, before)
    rose = _rise(weeks)
    if rose is not None and now.you:
        return Trend(practice, weeks, Verdict.PLATEAU, share(weeks[rose:]), share(weeks[:rose]), weeks[rose].start)
    return Trend(practice, weeks, Verdict.STEADY if quarters else Verdict.TOO_LITTLE, now, before)


def trends(weeks: Mapping[str, tuple[Week, ...]]) -> dict[str, Trend]:
    """The trend of each practice."""
    return {name: trend(name, some) for name, some in weeks.items()}


def share(weeks: Iterable[Week]) -> Share:
    """The share over a stretch of weeks."""
    some = tuple(weeks)
    return Share(sum(w.you for w in some), sum(w.applied for w in some))


def likelihood(of: Share) -> float:
    """The logarithm of how likely so many of so many are, where the true share is the one that was found."""
    no = of.applied - of.you
    return (of.you * log(of.you / of.applied) if of.you else 0.0) + (no * log(no / of.applied) if no else 0.0)


def _history(weeks: Sequence[Week]) -> bool:
    """Whether a stretch is history enough: three sessions with an occasion, in two weeks."""
    return sum(w.applied for w in weeks) >= LEAST_SESSIONS and sum(w.applied > 0 for w in weeks) >= LEAST_WEEKS


def _rise(weeks: Sequence[Week]) -> int | None:
    """The week in which the share rose once and for good, at least twelve weeks ago; None where it did not.

    Of all weeks that leave enough on both sides, the one that tells the weeks before from those after it best (the highest
    likelihood, the usual way to find where a share changed). As the best of several is picked, it must be so much less likely
    by chance (Bonferroni). And it is a plateau only where nothing has
    moved since: neither from the one half of the weeks since to the other, nor from those before the last twelve to those.
    """
    tried = [
        n
        for n in range(1, len(weeks) - RESTS + 1)
        if _history(weeks[:n]) and _history(weeks[n:]) and comparable(share(weeks[n:]), share(weeks[:n]))
    ]
    if not tried:
        return None
    best = max(tried, key=lambda n: likelihood(share(weeks[n:])) + likelihood(share(weeks[:n])))
    after = weeks[best:]
    if moved(share(after), share(weeks[:best]), CHANCE / len(tried)) <= 0:
        return None
    half = len(after) // 2
    for cut in {half, len(after) - RESTS}:
        if cut > 0 and moved(share(after[cut:]), share(after[:cut])):
            return None
    return best
