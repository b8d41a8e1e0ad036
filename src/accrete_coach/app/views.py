"""The five views: their keys, their ids and their names, in the order of the tabs."""

from __future__ import annotations

from typing import NamedTuple


class View(NamedTuple):
    """A view that is always one key away."""

    key: str
    id: str
    """Names its stack of screens."""
    name: str
    """One word."""


VIEWS = (
    View("1", "practices", "Practices"),
    View("2", "now", "Now"),
    View("3", "sessions", "Sessions"),
    View("4", "week", "Week"),
    View("5", "sharing", "Sharing"),
)
