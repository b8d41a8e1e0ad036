"""What a practice is, what reading one in a session says, and how practices are loaded and checked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from .sessions.facts import Around, Session

Word = Literal["seen", "not-seen", "not-applicable", "cant-tell"]
SEEN: Literal["seen"] = "seen"
NOT_SEEN: Literal["not-seen"] = "not-seen"
NOT_APPLICABLE: Literal["not-applicable"] = "not-applicable"
CANT_TELL: Literal["cant-tell"] = "cant-tell"
By = Literal["you", "agent"]
Sure = Literal["certain", "likely", "hint"]
FAMILIES = ("frame", "delegate", "reuse", "track", "context", "steer", "verify")
"""The families in the order in which they are shown."""
GRADES = {
    "A": "controlled experiments bear on it",
    "B": "observational evidence",
    "C": "guidance by vendors and experts",
    "X": "contested, or good only under conditions",
}


class Moment(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The place in a transcript that shows a practice."""

    file: int
    """Index into the session's files."""
    line: int
    """From 1."""
    at: int
    """Milliseconds since 1970, UTC; 0 where the record has no time."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a practice says of one session."""

    word: Word
    by: By | None = None
    """Who started it; None unless seen."""
    count: int = 0
    """How often it happened; 0 unless seen."""
    sure: Sure | None = None
    """None for not-applicable and cant-tell."""
    moments: tuple[Moment, ...] = ()
    """The clearest first; at most eight; empty unless seen."""


NOT_APPLICABLE_READING = Reading(NOT_APPLICABLE)
CANT_TELL_READING = Reading(CANT_TELL)
MOST_MOMENTS = 8


def not_seen(sure: Sure = "certain") -> Reading:
    """The session gave an occasion and it did not happen."""
    return Reading(NOT_SEEN, sure=sure)


def seen(session: Session, shown: Iterable[int], *, by: By, sure: Sure = "certain", count: int | None = None) -> Reading:
    """It happened, as the facts with the indices `shown` say. A hint alone never makes a practice seen."""
    indices = [i for i in dict.fromkeys(shown) if i not in session.copied]
    if sure == "hint" or not indices:
        return not_seen("hint" if sure == "hint" else "likely")
    moments = []
    places = set()
    for i in indices:
        fact = session.facts[i]
        place = (session.file_of[i] if session.file_of else 0, fact.line)
        if place not in places:
            places.add(place)
            moments.append(Moment(place[0], fact.line, fact.at))
    return Reading(SEEN, by=by, count=len(indices) if count is None else count, sure=sure, moments=tuple(moments[:MOST_MOMENTS]))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a practice's evidence comes from, and what it does and does not show."""

    title: str
    url: str
    shows: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A short made-up session in words: the practice's test, and the example the app shows."""

    says: Word
    text: str
    by: By | None = None
    name: str = ""
    """What is special about it, in a few words."""


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice: what it is, why, how, when not, and the detector that reads it."""

    id: str
    title: str
    """Finishes "Have you tried to ...?", without the question mark."""
    family: str
    why: str
    tip: str
    when_not: str
    grade: str
    sources: tuple[Source, ...]
    detect: Callable[[Session], Reading]
    """A pure function: same facts, same answer."""
    version: int
    """Raised when the detector changes: stored facts are then read again."""
    sketches: tuple[Sketch, ...]
    builds_on: tuple[str, ...] = ()
    short: str = ""
    """The name in a row: two or three words."""
    needs_facts: int = 1
    """The oldest FACTS_VERSION whose facts can show it: older ones, with the transcript gone, answer can't tell."""
    around: Around | None = None
    """What of the person's other sessions the detector asks for, if anything."""

    def read(self, session: Session) -> Reading:
        """What this practice says of the session."""
        return self.detect(session)


@dataclass(frozen=True, slots=True)
class Problem:
    """A practice that could not be loaded: it is paused and named, the others run."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The practices in the order in which they are shown."""

    practices: tuple[Practice, ...]
    problems: tuple[Problem, ...] = ()
    _by_id: dict[str, Practice] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Practice:
        """The practice with this id. Raises KeyError."""
        return self._by_id[name]

    def get(self, name: str) -> Practice | None:
        """The practice with this id, or None."""
        return self._by_id.get(name)

    @property
    def stamp(self) -> str:
        """Changes whenever any detector does: stored readings with another stamp are made again."""
        return " ".join(f"{p.id}.{p.version}" for p in self.practices)


def load() -> Catalogue:
    """The built-in practices, one module each in `practices/`."""
    from . import practices as package

    found: list[Practice] = []
    problems: list[Problem] = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):
            continue
        try:
            practice = importlib.import_module(f"{package.__name__}.{module.name}").PRACTICE
            found.append(practice)
        except Exception as problem:
            problems.append(Problem(module.name, f"{type(problem).__name__}: {problem}"))
    found.sort(key=lambda p: (FAMILIES.index(p.family) if p.family in FAMILIES else 99, _ORDER.get(p.id, 99), p.id))
    return Catalogue(tuple(found), tuple(problems), {p.id: p for p in found})


_ORDER = {
    name: n
    for n, name in enumerate(
        (
            "plan-first", "ask-me-first", "explore-first", "point-to-context", "say-done", "scout", "fan-out", "fresh-eyes", "worktree",
            "use-saved", "save-it", "guardrail", "task-list", "hand-off", "project-memory", "fresh-start", "steer-compaction", "rewind",
            "course-correct", "ask-why", "run-check", "failing-first", "read-diff", "coherent-commit",
        )
    )
}  # fmt: skip
