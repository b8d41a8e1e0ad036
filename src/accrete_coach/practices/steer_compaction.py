"""Compact on purpose."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session


def detect(session: Session) -> Reading:
    """The session was compacted, and the person did it by command (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    compacted = [i for i in session.of(Kind.COMPACT) if not session.facts[i].agent]
    if not compacted:
        return NOT_APPLICABLE_READING
    mine = [i for i in compacted if session.facts[i].has(Cue.BY_PERSON)]
    return seen(session, mine, by="you") if mine else not_seen()


PRACTICE = Practice(
    id="steer-compaction",
    short="steer compaction",
    title="compact on purpose",
    family="context",
    why="An automatic compaction comes in the middle of a thought and keeps what it likes. Yours comes between two, and keeps what you say.",
    tip="Between two steps: `/compact keep the API changes and the failing test`.",
    when_not="Where the next task is another one, a fresh start is cheaper than a summary.",
    fits="The session is compacted.",
    coaching=Coaching(
        occasion="the context was compacted",
        done="you compacted on purpose",
        when="I am between two steps of a long session",
        then="I compact on purpose and say what to keep",
        ready="/compact keep the decisions, the changed interfaces and the failing test",
        kind="command",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Compact with instructions, at a moment of your choice. Guidance.",
        ),
        Source(
            "Chroma: Context Rot",
            "https://research.trychroma.com/context-rot",
            "All 18 models tested get worse as the input grows. Says nothing of compaction.",
        ),
    ),
    detect=detect,
    version=1,
    builds_on=("fresh-start",),
    sketches=(
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +4\nreply: done\nyou compact\nyou: now refunds\nreply: ok",
            by="you",
            name="by command",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line\nedit app/tax.py +4\ncompacted\nedit app/refund.py +4\nreply: done",
            name="it compacted by itself",
        ),
        Sketch("not-applicable", "you: round tax per line\nedit app/tax.py +4\nreply: done", name="never compacted"),
    ),
)
