"""Make a rule automatic."""

from __future__ import annotations

from ..practice import CANT_TELL_READING, NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status


def detect(session: Session) -> Reading:
    """A rule that acts by itself was added or changed, or a hook of the person's or the project's own checked, formatted or
    blocked something (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    for i, f in enumerate(facts):
        if i in session.copied:
            continue
        if f.kind is Kind.HOOK_CHECK and f.has(Cue.GUARDS):
            shown.append(i)
            by = "you"  # Standing machinery that the person, or the project, set up.
        elif (f.kind is Kind.EDIT and f.has(Cue.GUARDS)) or f.kind is Kind.RULE:
            if f.status is not Status.OK:
                continue
            shown.append(i)
            if f.has(Cue.BY_PERSON) or session.wanted(Cue.ASKS_RULE, i):
                by = "you"
    if shown:
        return seen(session, shown, by=by)
    commits = [facts[i] for i in session.of(Kind.COMMIT) if facts[i].status in (Status.OK, Status.UNKNOWN)]
    if commits and all(f.has(Cue.HIDDEN) for f in commits):
        # The commit's output was filtered: whether a hook of the project's ran cannot be seen.
        return CANT_TELL_READING
    return not_seen()


def arises(session: Session) -> bool:
    """The person asked for a check a second time."""
    asked = [i for i in session.prompts if session.facts[i].has(Cue.ASKS_CHECK)]
    return len(asked) >= 2 and asked[-1] == session.prompts[-1] and not session.of(Kind.HOOK_CHECK, Kind.RULE)


PRACTICE = Practice(
    id="guardrail",
    short="guardrail",
    title="make a rule automatic",
    family="reuse",
    why="An instruction is advice, a hook is a rule: it runs each time, whatever the context has forgotten.",
    tip="Say: “write a hook that runs the linter after each edit”, or put the check into a pre-commit hook.",
    when_not="Skip it for what needs judgement; a slow hook on each edit costs more than it saves.",
    fits="Any session in which you take part.",
    coaching=Coaching(
        occasion="you took part",
        done="you made a rule automatic",
        when="I ask for the same check again",
        then="I make it a hook",
        ready='{"hooks": {"PostToolUse": [{"matcher": "Edit|Write", "hooks": [{"type": "command", "command": "make lint"}]}]}}',
        kind="hook",
        arises=arises,
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Instructions are advisory, hooks are deterministic. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    rests_on=frozenset({Kind.HOOK_CHECK}),
    needs_facts=2,
    builds_on=("run-check",),
    sketches=(
        Sketch(
            "seen",
            "you: commit it\nrun git commit -m 'Round tax per line' -> ruff.....Passed\n    [main 1a2b3c4] Round tax per line\nreply: done",
            by="you",
            name="the project's commit hook checked",
        ),
        Sketch(
            "seen",
            "you: add a pre-commit hook that runs ruff\nwrite .pre-commit-config.yaml +8\nrun pre-commit install -> pre-commit installed\nreply: done",
            by="you",
            name="a rule set up, asked for",
        ),
        Sketch(
            "seen",
            "you: clean up the repository\nwrite .husky/pre-commit +3\nreply: I added a hook.",
            by="agent",
            name="a rule set up unasked",
        ),
        Sketch(
            "not-seen",
            "you: always run ruff before you commit\nrun ruff check . -> All checks passed!\nreply: noted",
            name="an instruction is no rule that acts by itself",
        ),
    ),
)
