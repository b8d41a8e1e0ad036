"""Teach the project what you had to say twice."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status


def detect(session: Session) -> Reading:
    """The project's memory file (CLAUDE.md, AGENTS.md, its rules or memory folder) was edited (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    for i in session.of(Kind.EDIT, Kind.CONTEXT):
        f = facts[i]
        if not f.has(Cue.MEMORY) or f.has(Cue.SCRATCH) or (f.kind is Kind.EDIT and f.status is not Status.OK):
            continue
        shown.append(i)
        initialised = any(facts[n].kind is Kind.COMMAND and facts[n].name == "init" and not facts[n].agent for n in range(i))
        if f.has(Cue.BY_PERSON) or session.wanted(Cue.REMEMBERS, i) or initialised:
            by = "you"
    return seen(session, shown, by=by) if shown else not_seen()


PRACTICE = Practice(
    id="project-memory",
    short="project memory",
    title="teach the project what you had to say twice",
    family="context",
    why="What stands in the project's memory file you need not say again. What stands there also fills each context.",
    tip="Write the line yourself, only what the code cannot show, and delete one line for each that you add.",
    when_not="Don't let the agent write it all: files written by models made agents slightly worse and a fifth dearer.",
    fits="Any session in which you take part.",
    coaching=Coaching(
        occasion="you took part",
        done="you taught the project something",
        when="I say something a second time that the code cannot show",
        then="I write it into the project's memory myself",
        ready="ONE LINE THAT THE CODE CANNOT SHOW, in CLAUDE.md or AGENTS.md; delete another line for it.",
        kind="rule",
    ),
    grade="X",
    sources=(
        Source(
            "Gloaguen et al. 2026",
            "https://arxiv.org/abs/2602.11988",
            "Controlled: context files that models wrote -0.5 to -3 %, that people wrote about +4 %, cost +20 %.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    sketches=(
        Sketch(
            "seen",
            "you: remember in CLAUDE.md that money is in cents\nedit CLAUDE.md +1\nreply: noted",
            by="you",
            name="asked for",
        ),
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +4\nedit CLAUDE.md +2\nreply: done",
            by="agent",
            name="the agent did it unasked",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line, as CLAUDE.md says\nread CLAUDE.md\nedit app/tax.py +4\nreply: done",
            name="only read",
        ),
    ),
)
