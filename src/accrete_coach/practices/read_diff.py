"""Look at the diff before you commit."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Fact, Kind, Session, Status

_OF_THE_CHANGE = frozenset({"", "git diff", "git status", "diff", "delta"})
"""Programs that show the change that is about to be committed; `git show` and a pull request's diff show another."""


def detect(session: Session) -> Reading:
    """After the last edit before a commit the changed lines were shown: a diff, or a review (practices.md)."""
    facts = session.facts
    commits = [i for i in session.of(Kind.COMMIT) if facts[i].status is Status.OK]
    if not commits or not session.person:
        return NOT_APPLICABLE_READING
    shown: list[int] = []
    by: By = "agent"
    sure: Sure = "certain"
    before = 0
    for commit in commits:
        last = _last_edit(session, before, commit)
        for i in range(last + 1, commit):
            f = facts[i]
            if _shows_change(f) or _reviewed(session, i):
                shown.append(i)
                if f.has(Cue.BY_PERSON) or session.wanted(Cue.ASKS_DIFF, i, before):
                    by = "you"
        before = commit
    return seen(session, shown, by=by, sure=sure) if shown else not_seen("likely")


def _shows_change(f: Fact) -> bool:
    return (
        f.kind is Kind.DIFF
        and f.name in _OF_THE_CHANGE
        and not f.has(Cue.STAT_ONLY | Cue.EMPTY)
        and f.status in (Status.OK, Status.UNKNOWN)
    )


def _reviewed(session: Session, i: int) -> bool:
    f = session.facts[i]
    if f.kind is Kind.REVIEW:
        return True
    return (
        f.kind is Kind.RETURN
        and f.status is Status.OK
        and any(d.kind is Kind.DELEGATE and d.id == f.ref and d.has(Cue.REVIEW) for d in session.facts[:i])
    )


def _last_edit(session: Session, start: int, commit: int) -> int:
    """The last edit of a file in the commit, as far as the staged files tell; else the last edit at all."""
    staged = {
        t
        for i in range(start, commit + 1)
        if session.facts[i].kind in (Kind.STAGE, Kind.COMMIT)
        for t in session.facts[i].targets
    }
    edits = [i for i in session.edits if start <= i < commit]
    inside = [i for i in edits if staged & set(session.facts[i].targets)]
    return (inside or edits or [start])[-1]


def arises(session: Session) -> bool:
    """There are edits to commit, they were checked or a commit was asked for, and the change was not shown since."""
    if not session.uncommitted or session.in_git is False:
        return False
    last = session.uncommitted[-1]
    if any(_shows_change(session.facts[i]) or _reviewed(session, i) for i in range(last + 1, len(session.facts))):
        return False
    asked = bool(session.prompts) and session.facts[session.prompts[-1]].has(Cue.ASKS_COMMIT)
    return asked or (not session.unchecked and session.open_turn is None)


PRACTICE = Practice(
    id="read-diff",
    short="read the diff",
    title="look at the diff before you commit",
    family="verify",
    why="Almost nobody fully trusts what an agent wrote, and fewer than half always check it before they commit. The diff is the shortest way to know.",
    tip="Say: “show me `git diff` before you commit”, or read it in your editor.",
    when_not="If you review in your editor, no transcript can show it: nothing is missing then.",
    fits="The session makes a commit.",
    coaching=Coaching(
        occasion="there was a commit",
        done="you asked to see the diff first",
        when="I am about to commit",
        then="I look at the diff",
        ready="Show me `git diff` of what you are about to commit, and wait for my word.",
        arises=arises,
    ),
    grade="B",
    sources=(
        Source(
            "Sonar: State of Code 2026",
            "https://www.sonarsource.com/company/press-releases/sonar-data-reveals-critical-verification-gap-in-ai-coding",
            "1,100 developers: 96 % do not fully trust AI code, 48 % always check it before they commit. A survey.",
        ),
        Source(
            "Huang et al. 2025", "https://arxiv.org/abs/2512.14012", "Professionals validate what the agent wrote. Observational."
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            'you: round tax per line, show me the diff, then commit\nedit app/tax.py +4\nrun git diff -> + round(line)\nrun git commit -m "Round tax per line" -> [main abc1234] Round tax per line',
            by="you",
            name="asked for",
        ),
        Sketch(
            "seen",
            'you: commit this\nedit app/tax.py +4\nrun git add -A && git diff --cached -> + round(line)\nrun git commit -m "Round tax per line" -> [main abc1234] Round tax per line',
            by="agent",
            name="the agent looked unasked",
        ),
        Sketch(
            "not-seen",
            'you: commit this\nedit app/tax.py +4\nrun git diff --stat -> app/tax.py | 4\nrun git status -> modified\nrun git commit -m "Round tax per line" -> [main abc1234] Round tax per line',
            name="--stat and status show no lines",
        ),
        Sketch(
            "not-seen",
            'you: commit this\nrun git diff -> + x\nedit app/tax.py +4\nrun git commit -m "Round tax per line" -> [main abc1234] Round tax per line',
            name="before the last edit only",
        ),
        Sketch(
            "not-applicable",
            "you: round tax per line\nedit app/tax.py +4\nrun echo git commit -m x -> git commit -m x",
            name="nothing was committed",
        ),
    ),
)
