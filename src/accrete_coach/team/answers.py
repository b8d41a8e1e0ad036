"""What one person would answer to a period of the team's totals: one yes or no for each built-in practice. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta, tzinfo

from ..days import start_of_day
from ..practice import SEEN
from ..standings import Row

WEEKS = 4
"""Weeks of a period (promises.md, Team totals)."""
YES_FROM = 2
"""Weeks of them in which the person asked for a practice, from which on the answer is yes."""


def answers(practices: Sequence[str], rows: Iterable[Row], first: date, zone: tzinfo) -> dict[str, bool]:
    """Practice -> whether the person asked for it in at least two of the four weeks that begin with this Monday.

    `rows`: of sessions that began after they agreed to share, with their corrections; the caller leaves all others out. What an
    agent did unasked is no yes: nobody shares a habit that is not theirs.
    """
    begins = [start_of_day(first + timedelta(weeks=n), zone) for n in range(WEEKS + 1)]
    asked: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        week = bisect_right(begins, row.at) - 1
        if row.word == SEEN and row.by == "you" and 0 <= week < WEEKS:
            asked[row.practice].add(week)
    return {name: len(asked[name]) >= YES_FROM for name in practices}
