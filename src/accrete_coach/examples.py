"""A practice's example, act by act: what is read of it at each point, by the same detector that reads real sessions. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .practice import NOT_APPLICABLE, By, Practice, Reading, Sketch, Word
from .sessions.patterns import Patterns

NOT_YET = Reading(NOT_APPLICABLE)


class Step(NamedTuple):
    """One act of an example, and what is read once it has happened."""

    act: str
    """The line of the sketch."""
    word: Word
    by: By | None


def steps(practice: Practice, example: Sketch) -> tuple[Step, ...]:
    """The acts of an example in order; the last one reads what the example says. Raises SketchError where it is no session."""
    # What plays a session reads it, too: much to load for who only looks at a page.
    from .sessions import sketch as sketches

    patterns = Patterns(practice.patterns)
    lines = [line for line in example.text.strip().splitlines() if line.strip()]
    whole = sketches.read(example.text, patterns)
    out = []
    for n, line in enumerate(lines, 1):
        try:
            # What has happened so far is read anew each time: an example is a dozen lines.
            reading = practice.read(whole if n == len(lines) else sketches.read("\n".join(lines[:n]), patterns))
        except sketches.SketchError:
            # Before the first act there is no session yet.
            reading = NOT_YET
        out.append(Step(line.strip(), reading.word, reading.by))
    return tuple(out)
