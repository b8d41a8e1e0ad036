"""See it fail, then see it pass."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status

_CHECKS = (Kind.CHECK, Kind.HOOK_CHECK)


def detect(session: Session) -> Reading:
    """A check failed, a project edit followed, and the same check then passed in the session (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    failed = [i for i in session.of(*_CHECKS) if facts[i].status is Status.FAILED]
    fixing = session.coding and any(
        f.has(Cue.ASKS_FIX) and f.kind in (Kind.PROMPT, Kind.COMMAND, Kind.OPEN) and not f.agent
        for i, f in enumerate(facts)
        if i not in session.copied
    )
    if not failed and not fixing:
        return NOT_APPLICABLE_READING
    shown: list[int] = []
    by: By = "agent"
    edits = session.edits
    pairs = 0
    for red in failed:
        edit = next((e for e in edits if e > red), None)
        if edit is None:
            continue
        green = next(
            (
                i
                for i in range(edit + 1, len(facts))
                if facts[i].status is Status.OK and facts[i].kind in _CHECKS and _same(session, red, i)
            ),
            None,
        )
        if green is None:
            continue
        pairs += 1
        shown += [red, green]
        if session.asked(Cue.ASKS_TEST_FIRST, red):
            by = "you"
    return seen(session, shown, by=by, count=pairs) if shown else not_seen()


def _same(session: Session, red: int, green: int) -> bool:
    """The same check again: the same command, or the same program for the same purpose (one test of a suite, then all)."""
    a, b = session.facts[red], session.facts[green]
    return (
        bool(set(a.targets) & set(b.targets))
        and a.name == b.name
        and not (a.has(Cue.FIXES) and b.has(Cue.FIXES) and a.name == "format")
    )


PRACTICE = Practice(
    id="failing-first",
    short="fail then pass",
    title="see it fail, then see it pass",
    family="verify",
    why="A check that was never red may be green for no reason. Red, a change, green: that is proof the change did it.",
    tip="Say: “write the test that shows the bug, run it, show me that it fails; then mend it”. Name the test to run.",
    when_not="A bare “do TDD” made smaller models worse (9.94 % regressions against 6.08 %): name the test.",
    fits="The work mends a bug, or a check fails.",
    coaching=Coaching(
        occasion="you mended a bug, or a check failed",
        done="you saw it fail and then pass",
        when="I have a bug mended",
        then="I have the test that shows it fail first",
        ready="Write the one test that shows this bug, run it and show me that it fails; then mend it and run the same test again.",
    ),
    grade="X",
    sources=(
        Source(
            "TDAD 2026",
            "https://arxiv.org/abs/2603.17973",
            "Controlled, smaller models: naming the tests helped, the bare instruction to do TDD hurt.",
        ),
        Source(
            "Tests as prompts 2024",
            "https://arxiv.org/abs/2402.13521",
            "Controlled, single functions: tests given with the task raise success.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    builds_on=("run-check",),
    sketches=(
        Sketch(
            "seen",
            """
you: tax is a cent off. Write a failing test first, then fix it
edit tests/test_tax.py +9
run pytest tests/test_tax.py -> ! 1 failed in 0.2s
edit app/tax.py +4
run pytest tests/test_tax.py -> 1 passed in 0.2s
""",
            by="you",
            name="asked for: red, a change, green",
        ),
        Sketch(
            "seen",
            "you: add a discount\nedit app/tax.py +4\nrun pytest -q -> ! 1 failed in 0.2s\nedit app/tax.py +2\nrun pytest -q -> 1 passed in 0.2s",
            by="agent",
            name="it happened on the way",
        ),
        Sketch(
            "not-seen",
            "you: fix the bug in the tax rounding\nedit app/tax.py +4\nrun pytest -q -> 12 passed in 1.2s",
            name="never seen to fail",
        ),
        Sketch(
            "not-seen",
            "you: fix the tax bug\nrun mypy app -> ! Found 1 error in 1 file\nedit app/tax.py +4\nrun pytest -q -> 12 passed in 1.2s",
            name="two different checks",
        ),
        Sketch(
            "not-applicable",
            "you: add a discount field\nedit app/tax.py +4\nrun pytest -q -> 12 passed in 1.2s",
            name="nothing failed, nothing was broken",
        ),
    ),
)
