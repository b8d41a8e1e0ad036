"""Run a saved skill or command."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status


def detect(session: Session) -> Reading:
    """A skill or custom command ran, typed by the person or picked by the agent (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    failed = {t for f in facts if f.kind is Kind.SKILL and f.status is not Status.OK for t in f.targets}
    ran = {t for f in facts if f.kind is Kind.SKILL and f.status is Status.OK for t in f.targets}
    shown: list[int] = []
    by: By = "agent"
    for i in session.of(Kind.COMMAND, Kind.SKILL):
        f = facts[i]
        if not f.has(Cue.SAVED):
            continue
        if f.kind is Kind.COMMAND:
            if f.agent or (set(f.targets) & failed and not set(f.targets) & ran):
                continue
            shown.append(i)
            by = "you"
        elif f.status is Status.OK:
            shown.append(i)
            if _named(session, i):
                by = "you"
    return seen(session, shown, by=by) if shown else not_seen()


def _named(session: Session, i: int) -> bool:
    """Whether the person named it in words, picked it from a menu, or typed the command that uses it."""
    turn = session.turn_of[i]
    if turn < 0:
        return False
    opener = session.facts[session.turns[turn].start]
    return opener.kind is Kind.ANSWER or opener.has(Cue.ASKS_SKILL) or session.of_chosen_skill[i]


def arises(session: Session) -> bool:
    """The session has just begun, without a skill."""
    return len(session.prompts) == 1 and not session.edits and not any(f.has(Cue.SAVED) for f in session.facts)


PRACTICE = Practice(
    id="use-saved",
    short="saved skill",
    title="run a saved skill or command",
    family="reuse",
    why="What was worked out once, with its traps, is there in a word; you stop explaining it again.",
    tip="Type / and read the list once a week; run one you forgot.",
    when_not="A skill that does not fit costs more than none: 16 of 84 tasks went worse with one.",
    fits="Any session in which you take part.",
    coaching=Coaching(
        occasion="you took part",
        done="you ran a saved skill or command",
        when="I begin something that I have done before",
        then="I type / and look for the skill",
        ready="Which of my saved skills and commands fit what I am about to ask? Name them, and run none yet.",
        arises=arises,
    ),
    grade="A",
    sources=(
        Source(
            "SkillsBench 2026",
            "https://arxiv.org/abs/2602.12670",
            "Controlled: curated skills +16.2 points over all tasks, +4.5 in software engineering; 16 of 84 tasks got worse; skills the model wrote itself about 0.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    rests_on=frozenset({Kind.COMMAND}),
    sketches=(
        Sketch("seen", "you run /house-style 2.4\nread CHANGELOG.md\nreply: Here they are.", by="you", name="typed"),
        Sketch(
            "seen", "you: prepare the release\nskill house-style\nreply: Here they are.", by="agent", name="picked by the agent"
        ),
        Sketch(
            "seen",
            "you: use the house-style skill for 2.4\nskill house-style\nreply: Here they are.",
            by="you",
            name="named in prose",
        ),
        Sketch("not-seen", "you run /compact keep the API\nyou: go on\nreply: ok", name="a built-in command is not a saved one"),
        Sketch("not-seen", "you: write release notes\nread CHANGELOG.md\nreply: Here they are.", name="explained again instead"),
    ),
)
