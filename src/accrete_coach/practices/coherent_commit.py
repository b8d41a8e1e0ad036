"""Commit one checked unit at a time."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status


def detect(session: Session) -> Reading:
    """A commit succeeded that holds one piece of work and says so in its message (practices.md)."""
    if not session.coding or session.in_git is False:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    sure: Sure = "likely"
    for i in session.of(Kind.COMMIT):
        f = facts[i]
        if f.has(Cue.VAGUE | Cue.MIXED) or f.status not in (Status.OK, Status.UNKNOWN):
            continue
        if f.status is Status.UNKNOWN and not f.has(Cue.HIDDEN):
            continue
        if f.has(Cue.AMEND) and not shown:
            continue  # An amended commit is no new unit.
        if f.status is Status.OK:
            sure = "certain"
        shown.append(i)
        if f.has(Cue.BY_PERSON) or session.wanted(Cue.ASKS_COMMIT, i):
            by = "you"
    return seen(session, shown, by=by, sure=sure) if shown else not_seen()


def arises(session: Session) -> bool:
    """A piece of work is checked and not committed, and the agent waits."""
    return bool(session.uncommitted) and session.in_git is not False and not session.unchecked and session.open_turn is None


PRACTICE = Practice(
    id="coherent-commit",
    short="coherent commit",
    title="commit one checked unit at a time",
    family="verify",
    why="A small commit that says what it is can be read, reverted and found. Agents' pull requests mix purposes three times as often as people's.",
    tip="Say: “commit this step, then continue”.",
    when_not="Skip it while you are throwing things away; squash before you share.",
    fits="You take part, and the project's files are changed in a git repository.",
    coaching=Coaching(
        occasion="files of a git repository were changed",
        done="you had a finished piece committed",
        when="one piece of work is checked",
        then="I have it committed before the next one begins",
        ready="Commit this one piece of work with a message that says what and why; then go on with the next.",
        arises=arises,
    ),
    grade="B",
    sources=(
        Source(
            "Pull requests by Claude Code 2025",
            "https://arxiv.org/abs/2509.14745",
            "567 pull requests: 40.0 % serve several purposes against 12.2 % of people's. Observational.",
        ),
        Source(
            "DORA 2025",
            "https://dora.dev/research/2025/",
            "Small batches and strong version control are among seven things that amplify AI's effect. Survey of organisations.",
        ),
    ),
    detect=detect,
    version=1,
    builds_on=("run-check",),
    sketches=(
        Sketch(
            "seen",
            'you: round tax per line, then commit it\nedit app/tax.py +4\nrun pytest -q -> 12 passed in 1.2s\nrun git commit -am "Round tax per line" -> [main abc1234] Round tax per line',
            by="you",
            name="one piece of work, asked for",
        ),
        Sketch(
            "seen",
            'you: round tax per line\nedit app/tax.py +4\nrun git add -A && git commit -m "Round tax per line" && git push -> [main abc1234] Round tax per line',
            by="agent",
            name="unasked",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line, then commit\nedit app/tax.py +4\nrun git commit -am wip -> [main abc1234] wip",
            name="“wip” says nothing",
        ),
        Sketch(
            "not-seen",
            'you: round tax per line, then commit\nedit app/tax.py +4\nrun git commit -am "Round tax" -> ! pre-commit: ruff....Failed',
            name="it failed",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line\nedit app/tax.py +4\nrun echo \"git commit -m 'Round tax'\" -> git commit -m 'Round tax'",
            name="echoed, not run",
        ),
        Sketch("not-applicable", "you: how is tax rounded?\nread app/tax.py\nreply: at the end", name="nothing was changed"),
    ),
)
