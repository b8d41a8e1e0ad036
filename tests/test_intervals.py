"""Wilson's interval against its definition and published values."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.intervals import Z95, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # R: binom::binom.confint(x, n, methods = "wilson")
        (18, 20, 0.6990, 0.9721),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (15, 148, 0.0624, 0.1605),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_known_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert list(wilson(hits, n)) == pytest.approx([low, high], abs=6e-5)


def test_no_cases_say_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_its_ends_are_where_the_test_turns(case: tuple[int, int]) -> None:
    hits, n = case
    low, high = wilson(hits, n)
    share = hits / n
    assert 0.0 <= low <= share <= high <= 1.0
    for end in (low, high):
        if 0.0 < end < 1.0:
            # By definition: the shares from which the one found is just 1.96 of their own standard deviations away.
            assert abs(share - end) / sqrt(end * (1 - end) / n) == pytest.approx(Z95, rel=1e-6)
    mirrored = wilson(n - hits, n)
    assert [1 - mirrored[1], 1 - mirrored[0]] == pytest.approx([low, high], abs=1e-12)


@given(st.integers(0, 50), st.integers(1, 50))
def test_more_cases_make_it_narrower(hits: int, more: int) -> None:
    n = hits + more
    one, ten = wilson(hits, n), wilson(10 * hits, 10 * n)
    assert ten[1] - ten[0] < one[1] - one[0]
