"""Sessions with a practice beside sessions without it, and an outcome: a difference with its interval. Pure, and no proof.

Sessions are matched by size: those of both sides together are cut into five strata at the quintiles of their sizes, and only
strata with at least two sessions on each side are used. The difference is the mean over the strata of (mean outcome with - mean
outcome without), each weighted by how many sessions its smaller side has. The interval is the percentile bootstrap: both sides of
each stratum are drawn again with replacement, and the middle 95 % of the differences is it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from random import Random
from statistics import fmean, quantiles
from typing import NamedTuple

FEWEST = 20
"""Sessions on a side below which nothing is said."""
STRATA = 5
RESAMPLES = 2_000
NO_PROOF = (
    "That is no proof: sessions with the practice may differ from the others in more than their size, such as in what was to be"
    " done, and how well it was known."
)


class Matched(NamedTuple):
    """A session, as it is compared."""

    size: int
    """Its tool calls."""
    outcome: float


class Beside(NamedTuple):
    """The difference of the mean outcome: with the practice, less without it."""

    difference: float
    low: float
    """The 95 % interval."""
    high: float
    with_: int
    """Sessions left on each side."""
    without: int
    proof: str = NO_PROOF


class TooFew(NamedTuple):
    """Too few sessions are left on a side."""

    with_: int
    without: int
    fewest: int = FEWEST


OUTCOME = "the share of the lines its commits added that you changed again within 14 days"


def sentences(name: str, found: Beside | TooFew, since: str) -> tuple[str, ...]:
    """What is said of a focus and the outcome of sessions since it was taken up. `name`: what its practice is called; `since`: which
    sessions those are, such as "since you took it up"."""
    if isinstance(found, TooFew):
        return (
            f"Beside your focus, “{name}”: too few sessions to say anything. {since[:1].upper()}{since[1:]}, {found.with_} with it and"
            f" {found.without} without it can be matched by size; below {found.fewest} on a side nothing is shown.",
        )
    points = [round(100 * n) for n in (found.difference, found.low, found.high)]
    more = "less" if points[0] < 0 else "more"
    how = f"{abs(points[0])} points {more} rework" if points[0] else "no difference in rework"
    return (
        f"Beside your focus, “{name}”: in sessions with it there was {how} (95 % interval: {points[1]:+} to {points[2]:+} points),"
        f" {since}, {found.with_} sessions with it against {found.without} without, matched by size. Rework is {OUTCOME}.",
        found.proof,
    )


_Strata = list[tuple[list[float], list[float]]]


def beside(with_: Sequence[Matched], without: Sequence[Matched], *, seed: int = 0) -> Beside | TooFew:
    """The difference and its interval; the same for the same sessions in any order, and turned round where the sides are."""
    one, other = sorted(with_), sorted(without)
    # One order of the sides for both questions, so that both draw the same.
    turned = other < one
    if turned:
        one, other = other, one
    strata = _strata(one, other)
    counts = sum(len(a) for a, _ in strata), sum(len(b) for _, b in strata)
    if min(counts) < FEWEST:
        return TooFew(*(counts[::-1] if turned else counts))
    chance = Random(seed)
    drawn = sorted(
        _difference([(chance.choices(a, k=len(a)), chance.choices(b, k=len(b))) for a, b in strata]) for _ in range(RESAMPLES)
    )
    cuts = quantiles(drawn, n=40, method="inclusive")
    found = (_difference(strata), cuts[0], cuts[-1])
    if turned:
        found = (-found[0], -found[2], -found[1])
        counts = counts[::-1]
    # What rounding adds must not put the difference outside.
    return Beside(found[0], min(found[1], found[0]), max(found[2], found[0]), *counts)


def _strata(one: Sequence[Matched], other: Sequence[Matched]) -> _Strata:
    sizes = [m.size for m in (*one, *other)]
    if len(sizes) < 2:
        return []
    cuts = quantiles(sizes, n=STRATA, method="inclusive")
    made: _Strata = [([], []) for _ in range(STRATA)]
    for side, all_ in enumerate((one, other)):
        for m in all_:
            made[bisect_right(cuts, m.size)][side].append(m.outcome)
    return [(a, b) for a, b in made if min(len(a), len(b)) >= 2]


def _difference(strata: _Strata) -> float:
    weights = [min(len(a), len(b)) for a, b in strata]
    return sum(w * (fmean(a) - fmean(b)) for w, (a, b) in zip(weights, strata, strict=True)) / sum(weights)
