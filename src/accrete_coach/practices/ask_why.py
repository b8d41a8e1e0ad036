"""Ask why before you accept."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Fact, Kind, Session


def detect(session: Session) -> Reading:
    """After a project edit the person asked for reasons, an explanation, risks or alternatives, and got an answer
    (practices.md)."""
    if not session.coding or not session.substantial:
        return NOT_APPLICABLE_READING
    facts = session.facts
    edits = set(session.edits)
    first = session.edits[0]
    shown: list[int] = []
    for turn in session.turns:
        f = facts[turn.start]
        if turn.start <= first or turn.start in session.copied or not _asks(f):
            continue
        inside = range(turn.start + 1, turn.stop)
        answered = any(facts[i].kind in (Kind.REPLY, Kind.QUESTION) and not facts[i].agent for i in inside)
        # A question that is answered with a change was a request for one.
        changed = any(i in edits for i in inside)
        if answered and not changed:
            shown.append(turn.start)
    return seen(session, shown, by="you", sure="likely") if shown else not_seen()


def _asks(f: Fact) -> bool:
    return f.kind is Kind.PROMPT and f.has(Cue.ASKS_WHY) and not f.has(Cue.ASKS_COMMIT | Cue.ERROR)


PRACTICE = Practice(
    id="ask-why",
    short="ask why",
    title="ask why before you accept",
    family="steer",
    why="Those who had generated code explained learnt as much as those who wrote it; those who only took it learnt far less.",
    tip="Before you accept: “walk me through the riskiest line, and what you decided against”.",
    when_not="It slows delivery, and an explanation is no check: skip it for what a test can tell you.",
    fits="You take part, and two files or twenty lines of the project are changed, or more.",
    coaching=Coaching(
        occasion="there was a change of two files or twenty lines",
        done="you asked why",
        when="I am about to accept what I could not explain",
        then="I ask why it is so",
        ready="Walk me through the riskiest line of this change, and what you decided against and why.",
    ),
    grade="A",
    sources=(
        Source(
            "Shen and Tamkin 2026",
            "https://arxiv.org/abs/2601.20245",
            "Controlled, 52 people: a quiz after the work 50 against 67 %; who generated and then understood kept up. Bears on learning only.",
        ),
        Source(
            "Anthropic AI Fluency Index 2026",
            "https://www.anthropic.com/research/AI-fluency-index",
            "People question the reasoning less where an artifact is made (-3.1 points). Correlation, in chats.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    sketches=(
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +24\nreply: done\nyou: why half up, and not to even?\nreply: The tax office asks for it.",
            by="you",
            name="asked why, and got an answer",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line\nedit app/tax.py +24\nreply: done\nyou: can you also round the shipping?\nedit app/ship.py +4\nreply: done",
            name="a request in the form of a question",
        ),
        Sketch(
            "not-seen",
            "you: why is tax rounded per order?\nread app/tax.py\nreply: Nobody knows.\nyou: round it per line\nedit app/tax.py +24\nreply: done",
            name="asked before the edit only",
        ),
        Sketch(
            "not-applicable",
            "you: fix the typo in the header\nedit app/header.py +1\nreply: done\nyou: why?\nreply: habit",
            name="one line is no substantial change",
        ),
    ),
)
