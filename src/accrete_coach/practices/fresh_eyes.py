"""Have the change reviewed by a context that did not write it."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status

_REVIEW_COMMANDS = frozenset({"review", "security-review", "code-review", "ultrareview", "pr-comments"})


def detect(session: Session) -> Reading:
    """A subagent, a review skill or command, or another tool's review looked at a change it did not write: this session's after
    an edit, or an earlier one's (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    sure: Sure = "likely"
    first = session.edits[0] if session.edits else len(facts)
    for i, f in enumerate(facts):
        if f.agent or i in session.copied:
            continue
        if f.kind is Kind.DELEGATE and f.has(Cue.REVIEW):
            back = next((n for n in range(i, len(facts)) if facts[n].kind is Kind.RETURN and facts[n].ref == f.id), None)
            if back is None or facts[back].status is not Status.OK or not (first < i or _reviews_earlier_work(session, i)):
                continue
            shown.append(back)
        elif f.kind is Kind.COMMAND and (f.name in _REVIEW_COMMANDS or (f.has(Cue.SAVED) and f.has(Cue.REVIEW))):
            if f.name == "pr-comments" or not _worked(session, i):
                continue
            shown.append(i)
            by, sure = "you", "certain"
            continue
        elif f.kind is Kind.SKILL and f.status is Status.OK and (f.has(Cue.REVIEW) or f.name in _REVIEW_COMMANDS):
            if not (first < i or _reviews_earlier_work(session, i)):
                continue
            shown.append(i)
        elif f.kind is Kind.REVIEW and f.status in (Status.OK, Status.UNKNOWN):
            shown.append(i)
            sure = "certain"
        elif f.kind is Kind.READ and f.name == "pull request" and f.has(Cue.SCREENED) and session.coding and session.substantial:
            # A review bot's findings, fetched; what the person pastes came from elsewhere.
            shown.append(i)
        elif f.kind is Kind.DIFF and _of_a_subagents_work(session, i):
            shown.append(i)
        else:
            continue
        if session.wanted(Cue.REVIEW | Cue.ASKS_SUBAGENT, i):
            by = "you"
    if shown:
        return seen(session, shown, by=by, sure=sure)
    return not_seen() if session.coding and session.substantial else NOT_APPLICABLE_READING


def _reviews_earlier_work(session: Session, i: int) -> bool:
    """Whether the turn was opened by a prompt that asks for a review of work that is there: the session's task is a review."""
    turn = session.turn_of[i]
    if turn < 0:
        return False
    opener = session.facts[session.turns[turn].start]
    return opener.has(Cue.REVIEW | Cue.ASKS_DIFF)


def _of_a_subagents_work(session: Session, diff: int) -> bool:
    """Whether a diff that was shown on the main thread is that of a subagent's edits, which it did not write itself: a full
    review of it by the one that sent it counts (practices.md, Rulings)."""
    f = session.facts[diff]
    if f.status is not Status.OK or f.has(Cue.STAT_ONLY | Cue.EMPTY) or f.name not in ("", "git diff"):
        return False
    before = [session.facts[i] for i in session.edits if i < diff]
    theirs = [e for e in before if e.agent or e.kind is Kind.RETURN]
    return bool(theirs) and before[-1] in theirs


def _worked(session: Session, command: int) -> bool:
    """Whether the agent did anything after a command."""
    stop = next((n for n in range(command + 1, len(session.facts)) if session.facts[n].kind in (Kind.PROMPT, Kind.COMMAND)), None)
    return session.calls_between(command, len(session.facts) if stop is None else stop) > 0


PRACTICE = Practice(
    id="fresh-eyes",
    short="fresh eyes",
    title="have the change reviewed by a context that did not write it",
    family="delegate",
    why="Whoever wrote a change reads what they meant. A context that did not write it reads what is there.",
    tip="Say: “use a subagent to review this diff for edge cases; it reports, it does not fix”.",
    when_not="Skip it for a change you can read yourself in a minute.",
    fits="You take part, and two files or twenty lines of the project are changed, or more; or its task is a review.",
    coaching=Coaching(
        occasion="there was a change of two files or twenty lines, or a review",
        done="you had the change reviewed by a context that did not write it",
        when="a change is too large to read in a minute",
        then="I have it reviewed by a context that did not write it",
        ready="Use a subagent that has not seen this conversation to review the diff for edge cases and wrong assumptions; it reports, it does not fix.",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "A fresh context improves review, since it is not biased toward code it just wrote. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    builds_on=("scout", "read-diff"),
    sketches=(
        Sketch(
            "seen",
            "you: round tax per line, then have a subagent review the diff\nedit app/tax.py +24\nreviewer review the diff -> one edge case\nreply: mended",
            by="you",
            name="a subagent, asked for",
        ),
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +24\nreviewer review the change for edge cases -> fine\nreply: done",
            by="agent",
            name="the agent sent it unasked",
        ),
        Sketch(
            "seen",
            "you run /code-review\nread app/tax.py\nreply: Two findings.",
            by="you",
            name="a review command on an earlier change",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line and review it yourself\nedit app/tax.py +24\nread app/tax.py\nreply: I looked at it again, fine.",
            name="the agent re-reading its own work",
        ),
        Sketch(
            "not-seen",
            "you: review comment from Kim: the rounding is off for refunds\nedit app/tax.py +24\nreply: done",
            name="a review that came from elsewhere",
        ),
        Sketch(
            "not-applicable", "you: fix the typo in the header\nedit app/header.py +1", name="one line is no substantial change"
        ),
    ),
)
