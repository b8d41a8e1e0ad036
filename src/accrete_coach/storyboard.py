"""A session as a story: what the person did, one beat each, what came of it, and the practices that show there. Pure.

No word of the person's is in it: a beat knows the line it stands in, and `Coach.words_of` reads that line when it is looked at.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from . import why
from .practice import SEEN, By, Reading
from .sessions.facts import PERSON, Cue, Fact, Kind, Session, Status

FIRST, LAST = 12, 6
"""Acts of the person that an outline shows from the beginning and from the end."""
ACTS = PERSON | {Kind.REWIND}
"""Kinds that begin a beat."""
OPENING = Kind.OPEN
"""The kind of the beat before the person's first act, where anything happened there."""
_SAYS = {
    Kind.PROMPT: "you",
    Kind.COMMAND: "you, a command",
    Kind.ANSWER: "you answered",
    Kind.DECISION: "you decided on the plan",
    Kind.REJECT: "you refused a tool",
    Kind.INTERRUPT: "you interrupted",
    Kind.REWIND: "you went back",
}
DONE = {
    Kind.PLAN: "plan",
    Kind.QUESTION: "question",
    Kind.READ: "read",
    Kind.SEARCH: "search",
    Kind.FETCH: "fetch",
    Kind.EDIT: "edit",
    Kind.RUN: "command run",
    Kind.CHECK: "check",
    Kind.DIFF: "diff shown",
    Kind.COMMIT: "commit",
    Kind.REVERT: "revert",
    Kind.WORKTREE: "worktree",
    Kind.PULL_REQUEST: "pull request",
    Kind.PUSH: "push",
    Kind.DELEGATE: "subagent",
    Kind.SKILL: "skill",
    Kind.TASKS: "change of the task list",
    Kind.COMPACT: "compaction",
}
"""Kinds that are counted in a beat, and the words for them."""
FAILED = "failed "
"""Stands before the word for a check that failed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A practice that shows in a beat."""

    practice: str
    """Its id."""
    line: int
    """Of the transcript, from 1."""
    file: int
    """Index into `Storyboard.files`."""
    at: int
    """Milliseconds since 1970, UTC; 0 where the record has no time."""
    by: By | None
    what: str
    """What happened there, in a few words; "" where the facts do not tell."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One act of the person's, and what happened until their next one."""

    kind: Kind
    """What they did; `OPENING` for what came before their first act."""
    says: str
    """The same in a few words: "you", "you answered", "you decided on the plan (no)"."""
    at: int
    """Milliseconds since 1970, UTC; 0 where the record has no time."""
    file: int
    """Index into `Storyboard.files`."""
    line: int
    """Of the transcript, from 1; 0 where there is none."""
    counts: tuple[tuple[str, int], ...] = ()
    """What was done until the next act, in the order in which it began, and how often."""
    calls: int = 0
    """Tool uses of the agent, and of its subagents, until then."""
    shown: tuple[Shown, ...] = ()
    """The practices that show here, in the order of the lines."""

    @property
    def mine(self) -> bool:
        """Whether an act of the person's opens it."""
        return self.kind is not OPENING

    @property
    def done(self) -> str:
        """What was done until the next act, in words: "read x3, edit, failed check"."""
        return counted(self.counts)


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A session's beats, in order."""

    session: str
    """Its id."""
    agent: str
    project: str
    started: int
    ended: int
    files: tuple[str, ...]
    """The transcripts, the main one first: below the agent's root, or whole paths where `root` is ""."""
    beats: tuple[Beat, ...]
    elsewhere: tuple[str, ...] = ()
    """Practices that are seen but show in no line, as the person said so."""
    root: str = ""
    num: int = 0
    gone: bool = False
    """The agent has deleted the transcript: the beats stay, the words can't be read."""

    def outlined(self, *, whole: bool = False) -> list[int]:
        """The person's acts that an outline shows, as indices of `beats`: the first and the last, or all for the `whole`."""
        mine = [n for n, beat in enumerate(self.beats) if beat.mine]
        return mine if whole or len(mine) <= FIRST + LAST else [*mine[:FIRST], *mine[-LAST:]]

    def place(self, of: Beat | Shown) -> tuple[str, int]:
        """(path, line) of a beat or of a practice shown in it; ("", 0) where there is none."""
        if not of.line or of.file >= len(self.files):
            return "", 0
        return os.path.join(self.root, *self.files[of.file].split("/")), of.line

    @property
    def acts(self) -> tuple[Beat, ...]:
        """The beats that the person opened."""
        return tuple(b for b in self.beats if b.mine)


def counted(counts: Iterable[tuple[str, int]]) -> str:
    """What was done, in words; the same in several beats is added up."""
    total: Counter[str] = Counter()
    for name, n in counts:
        total[name] += n
    return ", ".join(name if n == 1 else f"{name} x{n}" for name, n in total.items())


@dataclass(slots=True)
class _Open:
    kind: Kind
    says: str
    at: int
    file: int
    line: int
    start: int
    """Index of its first fact."""
    stop: int = 0
    shown: list[Shown] = field(default_factory=list)


def build(session: Session, readings: Mapping[str, Reading]) -> Storyboard:
    """The storyboard of a session. `readings`: what counts of it, by practice; only what was seen is shown."""
    opened = list(_opened(session))
    starts = [one.start for one in opened]
    for one, stop in zip(opened, [*starts[1:], len(session.facts)], strict=True):
        one.stop = stop
    # What stands in the line of an act belongs to that act.
    beat_of = {(one.file, one.line): n for n, one in enumerate(opened) if one.kind is not OPENING}
    for n, one in enumerate(opened):
        for i in range(one.start, one.stop):
            beat_of.setdefault((_file(session, i), session.facts[i].line), n)
    there = _by_place(session)
    elsewhere = []
    for name, reading in readings.items():
        if reading.word != SEEN:
            continue
        if not reading.moments:
            elsewhere.append(name)
        for m in reading.moments:
            beat = beat_of.get((m.file, m.line))
            if beat is None:
                continue
            opened[beat].shown.append(
                Shown(name, m.line, m.file, m.at, reading.by, why.of_line(there.get((m.file, m.line), ()), m.nth))
            )
    beats = []
    for n, one in enumerate(opened):
        counts = _counts(session, one.start, one.stop)
        if one.kind is OPENING and n == 0 and not (counts or one.shown or one.says):
            continue
        one.shown.sort(key=lambda s: (s.at, s.file, s.line))
        beats.append(
            Beat(
                one.kind,
                one.says,
                one.at,
                one.file,
                one.line,
                counts,
                session.calls_between(one.start, one.stop) if session.file_of else 0,
                tuple(one.shown),
            )
        )
    return Storyboard(
        session.id,
        session.agent,
        session.project,
        session.started,
        session.ended,
        session.files,
        tuple(beats),
        tuple(elsewhere),
    )


def _opened(session: Session) -> Iterator[_Open]:
    """The beats without their content: the opening, and one for each act."""
    own = [i for i in range(len(session.facts)) if i not in session.copied]
    acts = (n for n, i in enumerate(own) if session.facts[i].kind in ACTS and not session.facts[i].agent)
    before = own[: next(acts, len(own))]
    openings = [i for i in before if session.facts[i].kind is Kind.OPEN]
    # What it opened from says more than that it was cleared.
    told = next((i for i in openings if session.facts[i].has(Cue.FROM_PLAN)), next(iter(openings), None))
    first = told if told is not None else next(iter(own), None)
    last = _Open(OPENING, "", session.started, 0, 0, 0)
    if first is not None:
        fact = session.facts[first]
        last.at, last.file, last.line = fact.at or session.started, _file(session, first), fact.line
        if told is not None and fact.has(Cue.FROM_PLAN | Cue.CLEARED):
            last.says = why.in_words(fact)
    for i, fact in enumerate(session.facts):
        if fact.kind not in ACTS or fact.agent or i in session.copied:
            continue
        file = _file(session, i)
        if last.kind is not OPENING and (last.file, last.line) == (file, fact.line):
            # Two facts of one act: the words beside a decision, the prompt that was edited and sent again.
            if last.kind is Kind.REWIND:
                last.kind, last.says = fact.kind, f"{_says(fact)}, going back"
            continue
        yield last
        last = _Open(fact.kind, _says(fact), fact.at, file, fact.line, i)
    yield last


def _says(fact: Fact) -> str:
    if fact.kind is Kind.PROMPT and fact.has(Cue.QUEUED):
        return "you, while it worked"
    verdict = " (no)" if fact.status is Status.REJECTED else " (yes)" if fact.kind is Kind.DECISION else ""
    return _SAYS[fact.kind] + verdict


def _file(session: Session, i: int) -> int:
    return session.file_of[i] if session.file_of else 0


def _counts(session: Session, start: int, stop: int) -> tuple[tuple[str, int], ...]:
    """What was done between two acts."""
    counts: Counter[str] = Counter()
    for i in range(start, stop):
        fact = session.facts[i]
        if fact.kind in DONE and i not in session.copied:
            failed = FAILED if fact.status is Status.FAILED and fact.kind is Kind.CHECK else ""
            counts[failed + DONE[fact.kind]] += 1
    return tuple(counts.items())


def _by_place(session: Session) -> dict[tuple[int, int], tuple[Fact, ...]]:
    """(file, line) -> the facts of it."""
    by_file: dict[int, list[Fact]] = {}
    for i, fact in enumerate(session.facts):
        by_file.setdefault(_file(session, i), []).append(fact)
    return {(file, line): some for file, facts in by_file.items() for line, some in why.by_line(facts).items()}
