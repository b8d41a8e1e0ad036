"""Start a new context for a new task."""

from __future__ import annotations

import itertools

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status
from ..sessions.prints import similarity

_DAY_APART = 8 * 3_600_000
"""Milliseconds between two units of work after which another task is a new start rather than a next step."""


def detect(session: Session) -> Reading:
    """The session opened with /clear, or took an approved plan up in a cleared context (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    opened = []
    for i, f in enumerate(session.facts):
        if f.kind is Kind.OPEN and f.has(Cue.CLEARED | Cue.FROM_PLAN):
            opened.append(i)
        elif f.kind is Kind.PROMPT and not f.agent:
            break
    cleared = [i for i in session.of(Kind.COMMAND) if session.facts[i].name in ("clear", "reset", "new")]
    if opened or cleared:
        return seen(session, [*opened, *cleared], by="you", count=max(1, len(cleared)))
    return not_seen("likely") if _turned_to_another_task(session) else NOT_APPLICABLE_READING


def _turned_to_another_task(session: Session) -> bool:
    """Whether a later unit of work came after a long pause, in other files and in other words."""
    units = session.units
    facts = session.facts
    for before, after in itertools.pairwise(units):
        if not before.edits or not after.edits:
            continue
        if not any(f.kind is Kind.COMMIT and f.status is Status.OK for f in facts[before.start : after.start]):
            continue  # Work that was not put away goes on, in whatever words.
        pause = facts[after.start].at - facts[before.stop - 1].at
        said = [facts[i].prints for i in session.prompts if before.start <= i < before.stop]
        now = facts[after.start].prints
        if pause > _DAY_APART and now and all(similarity(now, s) == 0 for s in said):
            return True
    return False


def arises(session: Session) -> bool:
    """What was begun is committed, and the agent waits for what comes next."""
    return bool(session.edits) and not session.uncommitted and session.open_turn is None


PRACTICE = Practice(
    id="fresh-start",
    short="fresh start",
    title="start a new context for a new task",
    family="context",
    why="What is left of the last task is noise for the next; models read a long, mixed context worse.",
    tip="Type /clear before the next, unrelated task; put what still matters in the first prompt.",
    when_not="Skip it while the next step builds on what is in the context. A short session is no fault.",
    fits="You turn to an unrelated task, or the session opens cleared or from a plan.",
    coaching=Coaching(
        occasion="you turned to another task, or opened cleared",
        done="you started the task in a new context",
        when="I turn to an unrelated task",
        then="I clear the context first",
        ready="/clear",
        kind="command",
        arises=arises,
    ),
    grade="B",
    sources=(
        Source(
            "Chroma: Context Rot",
            "https://research.trychroma.com/context-rot",
            "All 18 models tested get worse as the input grows, more so with distractors. No coding sessions.",
        ),
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Clear between unrelated tasks; the “kitchen sink session” as a common failure. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    rests_on=frozenset({Kind.OPEN}),
    sketches=(
        Sketch(
            "seen",
            "cleared\nyou: now the invoice export\nread app/invoice.py\nreply: Here is how it works.",
            by="you",
            name="opens with /clear",
        ),
        Sketch(
            "seen", "from plan: 1. export 2. test\nedit app/export.py +8", by="you", name="a plan taken up in a cleared context"
        ),
        Sketch(
            "not-applicable",
            "you: round tax per line\nedit app/tax.py +4\nyou: add a test\nedit tests/test_tax.py +9",
            name="the next step of the same task",
        ),
    ),
)
