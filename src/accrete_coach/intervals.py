"""How far a share that was found in a few cases may be from the true one. Pure."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054
"""Standard deviations that hold 95 of 100 cases of a normal distribution."""


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for `hits` of `n`: (low, high), both from 0 to 1; all of it where n is 0.

    Unlike the usual textbook interval it is right for small n and for shares near 0 and 1.
    """
    if n <= 0:
        return 0.0, 1.0
    share = hits / n
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    middle = share + z * z / (2 * n)
    scale = 1 + z * z / n
    low, high = (middle - spread) / scale, (middle + spread) / scale
    # At the ends the interval reaches the end itself, which rounding would miss.
    return (0.0 if hits == 0 else max(0.0, low)), (1.0 if hits == n else min(1.0, high))
