"""Say how you will know it is done."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import POINTS, Cue, Kind, Session, Status

_SAID = (Kind.PROMPT, Kind.COMMAND, Kind.ANSWER)


def detect(session: Session) -> Reading:
    """A prompt before the last project edit, or the spec or issue it points at and the record shows, states a way to tell
    (practices.md)."""
    if not session.coding or not session.substantial:
        return NOT_APPLICABLE_READING
    facts = session.facts
    last = session.edits[-1]
    shown: list[int] = []
    for i in range(last):
        f = facts[i]
        if i in session.copied or not f.has(Cue.SAYS_DONE):
            continue
        said = f.kind in _SAID and not f.agent
        if said or (f.kind is Kind.READ and f.status is Status.OK and _pointed_at(session, i)):
            shown.append(i)
    return seen(session, shown, by="you", sure="likely") if shown else not_seen()


def _pointed_at(session: Session, read: int) -> bool:
    """Whether the turn in which a document with criteria was read opened with a prompt that points at something."""
    turn = session.turn_of[read]
    if turn < 0:
        return False
    opener = session.facts[session.turns[turn].start]
    # What the agent wrote into a plan or a spec in this session counts only where the person asked for it or changed it.
    wrote = any(
        session.facts[i].kind is Kind.EDIT and set(session.facts[i].targets) & set(session.facts[read].targets)
        for i in range(read)
    )
    return not wrote and opener.has(POINTS | Cue.SAVED)


PRACTICE = Practice(
    id="say-done",
    short="say done",
    title="say how you will know it is done",
    family="frame",
    why="“Make it work” leaves the agent to decide when to stop. A way to tell lets it check itself, and lets you check it.",
    tip="End the prompt with “Done when `make test` passes and an empty cart shows no total”.",
    when_not="Skip it for a look around, or where the wish is its own test (rename x to y).",
    fits="You take part, and two files or twenty lines of the project are changed, or more.",
    coaching=Coaching(
        occasion="there was a change of two files or twenty lines",
        done="you said how to tell that it is done",
        when="I ask for a change",
        then="I end with how I will know it is done",
        ready="Done when `COMMAND` passes and WHAT SHOULD BE SEEN; run it after your last edit and show me the result.",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Give it a way to verify its work: tests, expected output, a screenshot. Guidance, with examples before and after.",
        ),
        Source(
            "Anthropic AI Fluency Index 2026",
            "https://www.anthropic.com/research/AI-fluency-index",
            "Stating the goal goes along with artifact chats (+14.7 points). Correlation, in chats, not in coding sessions.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    sketches=(
        Sketch(
            "seen",
            "you: round tax per line in app/tax.py. Done when `pytest tests/test_tax.py` passes and 0.125 gives 0.13\n"
            "edit app/tax.py +22\nreply: done",
            by="you",
            name="a named check, and an example",
        ),
        Sketch(
            "seen",
            "you: add an export of orders\nedit app/export.py +30\nreply: done\n"
            "you: expected output: one row per order, header first\nedit app/export.py +4\nreply: done",
            by="you",
            name="the expected output, before the last edit",
        ),
        Sketch(
            "not-seen",
            "you: add an export of orders as CSV, with all columns, and make it work\nedit app/export.py +30\nreply: done",
            name="the wish itself",
        ),
        Sketch(
            "not-seen",
            "you: the export fails\n    Traceback (most recent call last):\n    KeyError: 'rate'\nedit app/export.py +30\nreply: done",
            name="a failure without what should happen instead",
        ),
        Sketch(
            "not-applicable",
            "you: fix the typo in the header, the tests must pass\nedit app/header.py +1",
            name="one line is no substantial change",
        ),
    ),
)
