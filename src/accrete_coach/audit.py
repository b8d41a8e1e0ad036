"""Trust is checked, not claimed: some of the person's own readings at random, shown and asked about. Pure but for the draw."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .intervals import wilson
from .practice import By, Word
from .profile import Audit

AT_ONCE = 10
"""Readings that are asked about in one go."""
EACH = 5
"""Answers about one practice from which on the audit tells of it by itself."""
ENOUGH = 8
"""Answers about one practice from which on its page shows them."""

NOTHING = "There is nothing to ask: no reading whose transcript is still there and that you have not judged."
Candidate = tuple[int, str, Word, By | None]
"""(session's number, practice, word, by)."""


@dataclass(frozen=True, slots=True)
class Result:
    """How right the readings were, as the person said."""

    right: int = 0
    wrong: int = 0
    unsure: int = 0
    """Answers of someone who can't say; they count in no share."""

    @property
    def asked(self) -> int:
        """Answers that say something."""
        return self.right + self.wrong

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies in 95 of 100 cases (Wilson)."""
        return wilson(self.right, self.asked)

    def __str__(self) -> str:
        """In words: "right on 18 of 20 of yours (70 to 97 %)"."""
        if not self.asked:
            return "not asked about yet"
        low, high = self.interval
        return f"right on {self.right} of {self.asked} of yours ({low * 100:.0f} to {high * 100:.0f} %)"

    @property
    def sentence(self) -> str:
        """The same as a sentence, with what the person could not say."""
        unsure = f"; you could not say in {self.unsure}" if self.unsure else ""
        if not self.asked:
            return f"No reading was judged yet{unsure}."
        said = str(self)
        return f"{said[0].upper()}{said[1:]}{unsure}."

    @property
    def json(self) -> dict[str, Any]:
        """As JSON."""
        low, high = self.interval
        return {
            "right": self.right,
            "wrong": self.wrong,
            "unsure": self.unsure,
            "low": round(low, 4) if self.asked else None,
            "high": round(high, 4) if self.asked else None,
        }


def result(audits: Iterable[Audit], practice: str | None = None) -> Result:
    """What the answers add up to, for one practice or for all."""
    counts = {"right": 0, "wrong": 0, "unsure": 0}
    for one in audits:
        if practice is None or one.practice == practice:
            counts[one.answer] = counts.get(one.answer, 0) + 1
    return Result(counts["right"], counts["wrong"], counts["unsure"])


class Verdict(NamedTuple):
    """What is kept of the person's answer about a reading."""

    answer: str
    """"right", "wrong" or "unsure"."""
    correction: tuple[Word, By | None] | None = None
    """What is right, where they said so and it is not what was read."""


def verdict(one: Candidate, answer: str, right: tuple[Word, By | None] | None = None) -> Verdict:
    """What an answer comes to. `right`: what the person says is right, where they called the reading wrong.

    Who calls wrong what they then say themselves called it right.
    """
    if answer != "wrong" or right is None:
        return Verdict(answer)
    return Verdict("right") if right == one[2:] else Verdict("wrong", right)


def draw(candidates: Sequence[Candidate], chance: random.Random) -> Iterator[Candidate]:
    """Candidates in a random order that goes from practice to practice and from seen to not seen in turn.

    So that neither the commonest practice nor the commoner word is all that is asked about.
    """
    left: dict[str, dict[str, list[Candidate]]] = {}
    for one in candidates:
        left.setdefault(one[1], {}).setdefault(one[2], []).append(one)
    practices = sorted(left)
    chance.shuffle(practices)
    for practice in practices:
        for some in left[practice].values():
            chance.shuffle(some)
    wanted = chance.choice(("seen", "not-seen"))
    while left:
        for practice in practices:
            if practice not in left:
                continue
            words = left[practice]
            word = wanted if wanted in words else next(iter(words))
            one = words[word].pop()
            if not words[word]:
                del words[word]
            if not words:
                del left[practice]
            wanted = "not-seen" if word == "seen" else "seen"
            yield one
