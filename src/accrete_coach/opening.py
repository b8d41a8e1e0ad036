"""The way into the app, which loads nothing that its first frame does not show: no commands, no coach."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from .coach import Coach
    from .places import Places

OWN_ARRIVED = 200
"""What the app ends with where it showed invented sessions until there was one of the person's own; no process exits with it."""
UNUSABLE = 3
"""The exit code where the profile can't be used."""


class Instead(NamedTuple):
    """That the demo is shown though nobody asked for it, until there is a session of the person's own."""

    why: str
    """A sentence."""
    arrived: Callable[[], bool]
    """Whether there is one by now."""


def terminal() -> bool:
    """Whether there is a terminal on which the app can be shown."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") != "dumb"


def warn(note: str) -> None:
    """Say something on the error stream, clean; nothing for ""."""
    from .clean import clean

    if note:
        print(f"accrete-coach: {clean(note)}", file=sys.stderr)


def open_at_once() -> int | None:
    """Open the app on the person's own sessions. Returns the exit code; None where there is no terminal or no session:
    then the commands know what to do."""
    from .places import find
    from .sessions.folder import any_transcript

    if not terminal():
        return None
    places = find()
    if not any_transcript(places.roots):
        return None
    try:
        return open_app(places)
    except Exception as problem:
        # Not before it is needed: to load it takes as long as all the practices.
        from .profile import ProfileError

        if not isinstance(problem, ProfileError):
            raise
        warn(str(problem))
        return UNUSABLE


def open_app(places: Places, *, demo: bool = False, instead: Instead | None = None) -> int:
    """Show the app until the person leaves it. Returns the exit code; raises ProfileError where the profile can't be used.

    `instead`: the app ends with `OWN_ARRIVED` as soon as there is a session of the person's own.
    """
    # Until the first frame all is made and nothing thrown away (the app ends this).
    gc.disable()
    from .app import run
    from .practice import load

    catalogue = load(places.practice_folders)
    notes: list[str] = []

    def made() -> Coach:
        from .coach import Coach

        coach = Coach(places, catalogue)
        if coach.note:
            notes.append(coach.note)
        # What was done about a damaged profile is known to the one that opened it first, and told by the one that watches.
        coach.note = coach.note or (notes[0] if notes else "")
        return coach

    try:
        return run(places, catalogue, made, demo=demo, instead=instead)
    finally:
        # Once more where it stays: what was on the screen is gone with it.
        for note in dict.fromkeys(notes):
            warn(note)
