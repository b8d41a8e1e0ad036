"""The person's word on what was read: it goes before the reading, which stays visible. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .practice import SEEN, By, Reading, Word
from .profile import Choice, Correction, StoredSession

WORDS: tuple[Word, ...] = ("seen", "not-seen", "not-applicable")
"""What a person can say. Can't tell is no answer of someone who was there."""
SAID = {"seen": "seen", "not-seen": "not seen", "not-applicable": "no occasion", "cant-tell": "can't tell"}
"""The words for people."""


class Told(NamedTuple):
    """A reading as it stands: what was read of a session, and what the person said of it."""

    practice: str
    """Its id."""
    agent: str
    id: str
    """The session's."""
    session: StoredSession | None
    """None where it is in the profile no more: the person's word lasts longer."""
    read: Reading | None
    """None where it is read no more."""
    said: Correction | None = None
    """None where the person said nothing."""

    @property
    def counts(self) -> Reading | None:
        """What counts of it; None where nothing was read and nothing said."""
        if self.read is None:
            return None if self.said is None else Reading(self.said.word, self.said.by)
        return answer(self.read, self.said)


class Sayings(NamedTuple):
    """All that the person said: of readings, and of practices as a whole. The newest first."""

    corrections: tuple[Told, ...] = ()
    choices: tuple[Choice, ...] = ()


def differs(reading: Reading | None, correction: Correction) -> bool:
    """Whether the person says something else than what was read."""
    return reading is None or (reading.word, reading.by) != (correction.word, correction.by)


def answer(reading: Reading, correction: Correction | None) -> Reading:
    """What counts: the person's word where there is one."""
    if correction is None or not differs(reading, correction):
        return reading
    if correction.word != SEEN:
        return Reading(correction.word, sure=None if correction.word == "not-applicable" else "certain")
    return Reading(SEEN, correction.by, max(reading.count, 1), "certain", reading.moments)


def answers(readings: Mapping[str, Reading], corrections: Mapping[str, Correction]) -> dict[str, Reading]:
    """What counts of a session, by practice."""
    return {name: answer(r, corrections.get(name)) for name, r in readings.items()}


def in_words(word: Word, by: By | None) -> str:
    """An answer for people: "seen, by you"."""
    return SAID[word] + (f", by {'you' if by == 'you' else 'the agent'}" if by else "")
