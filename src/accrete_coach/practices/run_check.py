"""Check after the last edit."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status, is_check


def detect(session: Session) -> Reading:
    """A check ran after the last project edit of a unit of work and its result was read (practices.md)."""
    if not session.coding:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    for stop, edits in _stretches(session):
        # Documents need no check: the last edit is the last of code, where there is one.
        code = [i for i in edits if not facts[i].has(Cue.PROSE)]
        last = (code or edits)[-1]
        for i in range(last + 1, stop):
            if is_check(facts[i]) and i not in session.copied:
                shown.append(i)
                if facts[i].kind is Kind.HOOK_CHECK or session.wanted(Cue.ASKS_CHECK, i):
                    by = "you"
    if shown:
        return seen(session, shown, by=by)
    if all(facts[i].has(Cue.PROSE) for i in session.edits):
        return NOT_APPLICABLE_READING
    return not_seen()


def _stretches(session: Session) -> list[tuple[int, list[int]]]:
    """(stop, edits) of what ends in a commit or with its unit."""
    out = []
    for unit in session.units:
        commits = [
            i
            for i in range(unit.start, unit.stop)
            if session.facts[i].kind is Kind.COMMIT and session.facts[i].status is Status.OK
        ]
        start = unit.start
        for end in [*commits, unit.stop]:
            edits = [i for i in unit.edits if start <= i < end]
            if edits:
                # What is checked after the commit, by its own hook, before a push, or by hand, still comes after the last edit.
                out.append((next((i for i in unit.edits if i >= end), unit.stop), edits))
            start = end
    return out


def arises(session: Session) -> bool:
    """The agent says that it is done, and nothing was checked since its last edit."""
    return bool(session.unchecked) and session.open_turn is None


PRACTICE = Practice(
    id="run-check",
    short="run a check",
    title="check after the last edit",
    family="verify",
    why="An agent that can see its result mends it; one that cannot stops when it looks right. Words about checking are no check.",
    tip="Name the command in the prompt: “done when `make test` passes; run it after your last edit”.",
    when_not="A change of words only needs none.",
    fits="You take part, and the project's files are changed.",
    coaching=Coaching(
        occasion="the project's files were changed",
        done="you asked for a check after the last edit",
        when="I ask for a change",
        then="I name the check to run after the last edit",
        ready="Run `make test` after your last edit and show me its result; it is done when that passes.",
        arises=arises,
    ),
    grade="A",
    sources=(
        Source(
            "TDAD 2026",
            "https://arxiv.org/abs/2603.17973",
            "Controlled, smaller models: telling agents which tests to run cut regressions from 6.08 to 1.82 %.",
        ),
        Source(
            "Tests as prompts 2024",
            "https://arxiv.org/abs/2402.13521",
            "Controlled, single functions: tests given with the task raise success.",
        ),
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Calls a check it can run the thing with the highest leverage. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    sketches=(
        Sketch(
            "seen",
            "you: round tax per line and run the tests\nedit app/tax.py +4\nrun pytest -q -> 12 passed in 1.2s\nreply: done",
            by="you",
            name="asked for, after the last edit",
        ),
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +4\nrun cd app && python -m pytest | tail -3 -> 12 passed in 1.2s\nreply: done",
            by="agent",
            name="the agent ran it unasked",
        ),
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +4\nrun make test -> ! 1 failed, 11 passed in 1.2s\nreply: one fails",
            by="agent",
            name="a red result counts, too",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line\nrun pytest -q -> 12 passed in 1.2s\nedit app/tax.py +4\nreply: I checked it, all tests pass",
            name="before the last edit only; words are no check",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line\nedit app/tax.py +4\nrun grep -rn pytest . -> setup.cfg\nrun echo make test -> make test",
            name="a search for the word is no check",
        ),
        Sketch("not-applicable", "you: how is tax rounded?\nread app/tax.py\nreply: at the end", name="nothing was changed"),
    ),
)
