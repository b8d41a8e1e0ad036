"""Give parallel work its own worktree."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status
from ..sessions.worktrees import worktree_of


def detect(session: Session) -> Reading:
    """It ran in a worktree, or made one (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    for i, f in enumerate(facts):
        if i in session.copied:
            continue
        made = f.kind is Kind.WORKTREE and f.status in (Status.OK, Status.UNKNOWN) and not f.has(Cue.SCRATCH)
        sent = f.kind is Kind.DELEGATE and not f.agent and f.has(Cue.ASKS_WORKTREE)
        if made or sent:
            shown.append(i)
            if f.has(Cue.BY_PERSON) or session.wanted(Cue.ASKS_WORKTREE, i):
                by = "you"
    if worktree_of(session.project) is not None:
        # Whoever starts a session in a worktree chose it.
        first = next((i for i, f in enumerate(facts) if not f.agent and i not in session.copied), 0)
        return seen(session, [first, *shown], by="you")
    if shown:
        return seen(session, shown, by=by)
    return not_seen("likely") if "overlapped" in session.around else NOT_APPLICABLE_READING


PRACTICE = Practice(
    id="worktree",
    short="worktree",
    title="give parallel work its own worktree",
    family="delegate",
    why="Two agents in one checkout edit under each other's feet: each sees changes it did not make. A worktree costs a second.",
    tip="Start the second session with `claude --worktree NAME`, or `git worktree add ../NAME` and start it there.",
    when_not="One session at a time needs none; nor do two of which one only reads.",
    fits="Another session runs in the same repository at the same time, or a worktree is used.",
    coaching=Coaching(
        occasion="another session ran in the same repository",
        done="you gave the session a worktree of its own",
        when="I start a second session in a repository",
        then="I give it a worktree of its own",
        ready="git worktree add ../NAME && cd ../NAME",
        kind="command",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Parallel sessions each in a worktree of their own. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    around="overlapped",
    builds_on=("fan-out",),
    sketches=(
        Sketch(
            "seen",
            "you: make a worktree for the export and work there\nrun git worktree add ../shop-export -b export -> Preparing worktree\n"
            "edit app/export.py +24\nreply: done",
            by="you",
            name="asked for",
        ),
        Sketch(
            "seen",
            "you: speed up the export\nrun git worktree add ../shop-export -b export -> Preparing worktree\nedit app/export.py +4\nreply: done",
            by="agent",
            name="the agent made one unasked",
        ),
        Sketch(
            "not-seen",
            "beside another session\nyou: speed up the export\nrun git checkout -b export -> Switched to a new branch\nedit app/export.py +4\nreply: done",
            name="a branch in the same checkout, with another session at work in it",
        ),
        Sketch("not-applicable", "you: speed up the export\nedit app/export.py +4\nreply: done", name="no other session at work"),
    ),
)
