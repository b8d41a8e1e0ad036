"""Let it ask you before it builds."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Fact, Kind, Session


def detect(session: Session) -> Reading:
    """A question of the agent's about what or how to build was answered before the first project edit of a unit of work
    (practices.md)."""
    if not session.coding or not session.substantial:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    sure: Sure = "likely"
    count = 0
    for unit in session.units:
        if not unit.edits:
            continue
        for i in range(unit.start, unit.edits[0]):
            f = facts[i]
            if f.agent or i in session.copied or not f.has(Cue.ASKS_HOW):
                continue
            if f.kind is Kind.QUESTION:
                answer = next((n for n in range(i, unit.edits[0]) if facts[n].kind is Kind.ANSWER and facts[n].ref == f.id), None)
            elif f.kind is Kind.REPLY:
                answer = _answer_in_prose(session, i, unit.edits[0])
            else:
                continue
            if answer is None:
                continue
            shown += [i, answer]
            count += 1
            sure = "certain" if f.kind is Kind.QUESTION else sure
            if session.wanted(Cue.WANTS_QUESTIONS, i, unit.start):
                by = "you"
    return seen(session, shown, by=by, sure=sure, count=count) if shown else not_seen()


def _answer_in_prose(session: Session, reply: int, first: int) -> int | None:
    """The prompt that answers a question asked in words: more than a yes, and no new task."""
    act = session.next_act(reply)
    if act is None or act >= first:
        return None
    f = session.facts[act]
    return act if f.kind is Kind.PROMPT and not f.has(Cue.QUEUED) and not _only_goes_on(f) else None


def _only_goes_on(f: Fact) -> bool:
    return f.has(Cue.ACCEPTS) and f.size <= 3


PRACTICE = Practice(
    id="ask-me-first",
    short="ask me first",
    title="let it ask you before it builds",
    family="frame",
    why="What you did not say, the agent decides without telling you. Agents seldom ask unless they are asked to.",
    tip="Say: “interview me about edge cases before you plan; one question at a time”.",
    when_not="Skip it when you could describe the whole change in one sentence.",
    fits="You take part, and two files or twenty lines of the project are changed, or more.",
    coaching=Coaching(
        occasion="there was a change of two files or twenty lines",
        done="you let it ask you first",
        when="I am not sure myself what exactly I want",
        then="I have it ask me before it builds",
        ready="Before you plan or build, interview me about edge cases and what I have not said; one question at a time.",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Let Claude interview you before a larger feature. Guidance.",
        ),
        Source(
            "SWE-chat 2026",
            "https://arxiv.org/abs/2604.20779",
            "6,000 sessions: agents ask for clarification in 1.4 % of turns. Observational; says nothing of what asking brings.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    builds_on=("plan-first",),
    sketches=(
        Sketch(
            "seen",
            "you: add a discount field; ask me questions before you build\nasks: Is the discount per line or per order?\n"
            "you answer: per order\nedit app/order.py +14\nedit app/form.py +6\nreply: done",
            by="you",
            name="asked to be asked",
        ),
        Sketch(
            "seen",
            "you: add a discount field\nread app/order.py\nreply: Should the discount apply per line or per order?\n"
            "you: per order, and never below zero\nedit app/order.py +24\nreply: done",
            by="agent",
            name="the agent asked in words, unasked",
        ),
        Sketch(
            "not-seen",
            "you: add a discount field\nread app/order.py\nreply: I will add it to the order. Shall I go on?\nyou: yes\n"
            "edit app/order.py +24\nreply: done",
            name="a bare “shall I go on?” is no question of building",
        ),
        Sketch(
            "not-seen",
            "you: add a discount field\nedit app/order.py +24\nasks: Should the discount be per line or per order?\nyou answer: per line\n"
            "edit app/order.py +3\nreply: done",
            name="asked after the edits began",
        ),
        Sketch(
            "not-applicable", "you: fix the typo in the header\nedit app/header.py +1", name="one line is no substantial change"
        ),
    ),
)
