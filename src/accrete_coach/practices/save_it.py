"""Turn what you repeat into a skill or command."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status


def detect(session: Session) -> Reading:
    """A skill, command or agent definition was written or edited (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    for i in session.of(Kind.EDIT):
        f = facts[i]
        if f.status is Status.OK and f.has(Cue.DEFINES) and not f.has(Cue.SCRATCH) and f.name != "removed":
            shown.append(i)
            if f.has(Cue.BY_PERSON) or session.wanted(Cue.ASKS_TO_DEFINE, i):
                by = "you"
    if shown:
        return seen(session, shown, by=by)
    return not_seen("likely") if "repeated" in session.around else NOT_APPLICABLE_READING


PRACTICE = Practice(
    id="save-it",
    short="save it",
    title="turn what you repeat into a skill or command",
    family="reuse",
    why="What you typed three times you will type again. Saved, it is the same each time, and a teammate can use it.",
    tip="Write the two or three steps yourself into `.claude/skills/NAME/SKILL.md`; run it with `/NAME`.",
    when_not="Don't let the model invent it: skills that models wrote for themselves brought nothing. Keep to two or three parts.",
    fits="You gave the same instruction in three sessions, or a skill, command or agent definition is written.",
    coaching=Coaching(
        occasion="you said what you had said before",
        done="you turned what you repeat into a skill or command",
        when="I type the same instruction a third time",
        then="I write it into a skill",
        ready="Put this into .claude/skills/NAME/SKILL.md in my words, two or three steps, nothing invented:",
    ),
    grade="A",
    sources=(
        Source(
            "SkillsBench 2026",
            "https://arxiv.org/abs/2602.12670",
            "Controlled: curated skills +16.2 points, in software +4.5; self-written about 0; worse in 16 of 84 tasks.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    around="repeated",
    builds_on=("use-saved",),
    sketches=(
        Sketch(
            "seen",
            "you: write a skill for the release steps: tag, notes, mail\nwrite .claude/skills/release/SKILL.md +20\nreply: done",
            by="you",
            name="asked for",
        ),
        Sketch(
            "seen",
            "you: cut the release\nrun make release -> ok\nwrite .claude/commands/release.md +8\nreply: I kept the steps.",
            by="agent",
            name="the agent wrote one unasked",
        ),
        Sketch(
            "not-seen",
            "said before in other sessions\nyou: run the linter, then the tests, then commit with a short message\nrun make lint -> ok\nreply: done",
            name="the same instruction a third time",
        ),
        Sketch(
            "not-applicable",
            "you: round tax per line\nedit app/tax.py +4\nreply: done",
            name="said for the first time",
        ),
    ),
)
