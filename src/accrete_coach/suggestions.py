"""What the coach suggested, what the person took up, and how a week felt to them: as it is kept. Values only."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Answer = Literal["", "accepted", "later", "not-for-me", "passed"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
"""What a person can say to a tip: "" for nothing so far, "passed" where they asked for the next one instead."""
How = Literal["", "stuck", "replaced", "ended"]


class Tip(NamedTuple):
    """A tip that was shown, with the counts it rested on. Times are milliseconds since 1970, UTC."""

    num: int
    """In the order in which they were shown; 0 for one that is not kept yet."""
    practice: str
    """Its id."""
    at: int
    """When it was first shown."""
    you: int
    happened: int
    applied: int
    """Sessions of the weeks before, as the standings count them."""
    answer: Answer = ""
    answered: int = 0
    """When; 0 for not yet."""
    until: int = 0
    """Later: when it may be shown again."""


class Focus(NamedTuple):
    """The one practice that the person set out to take up. Times are milliseconds since 1970, UTC."""

    num: int
    practice: str
    """Its id."""
    at: int
    """When they took it up: what happened before is the baseline, what happened since is the follow-up."""
    said: str
    """The if-then, as it was then."""
    since: int
    """When the baseline begins."""
    you: int
    happened: int
    applied: int
    """The baseline: sessions in [since, at)."""
    ended: int = 0
    """0 while it runs."""
    how: How = ""
    """How it ended: it stuck, another one took its place, or the person ended it."""


class CheckIn(NamedTuple):
    """How a week felt to the person. From 1 (not at all) to 5 (very much)."""

    week: str
    """ISO 8601: "2026-W46"."""
    satisfaction: int
    flow: int
    alone: int
    """Could they have done it without the agent?"""
    note: str = ""
    """Their own words."""
    at: int = 0
    """Milliseconds since 1970, UTC."""
