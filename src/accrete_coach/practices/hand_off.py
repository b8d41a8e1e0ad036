"""Leave a note the next session can pick up."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status

_TICK = 2
"""Changed lines up to which an edit of a checklist only ticks a box."""


def detect(session: Session) -> Reading:
    """A progress, hand-off, plan or spec note in the project, or an issue or pull request text, was written for later reading
    (practices.md). Not applicable until another session of the project follows within seven days."""
    if not session.person or "followed" not in session.around:
        return NOT_APPLICABLE_READING
    facts = session.facts
    ticks = {facts[i].line for i in session.of(Kind.TASKS) if facts[i].name == "checklist"}
    shown: list[int] = []
    by: By = "agent"
    for i in session.of(Kind.EDIT, Kind.NOTE, Kind.PULL_REQUEST):
        f = facts[i]
        if f.status is not Status.OK and not (f.status is Status.UNKNOWN and f.kind is not Kind.EDIT):
            continue
        if f.kind is Kind.EDIT:
            if not f.has(Cue.STEERING) or f.has(Cue.SCRATCH | Cue.OWN_PLACE | Cue.MEMORY):
                continue
            if f.line in ticks and f.size <= _TICK:
                continue  # A ticked box alone is no sentence for a later reader.
        shown.append(i)
        asked = session.asked(Cue.FOR_LATER | (Cue.ASKS_PLAN if f.kind is Kind.EDIT else Cue.ASKS_COMMIT), i)
        if f.has(Cue.BY_PERSON) or asked or session.of_chosen_skill[i]:
            by = "you"
    return seen(session, shown, by=by) if shown else not_seen()


PRACTICE = Practice(
    id="hand-off",
    short="hand off",
    title="leave a note the next session can pick up",
    family="track",
    why="The next session knows nothing of this one. Five lines on what is done, what is next and what is open save it an hour.",
    tip="Last prompt of the day: “update PROGRESS.md: done, next, open questions”.",
    when_not="Skip it when the work is finished and the commit says it all.",
    fits="Another session of the project follows within seven days.",
    coaching=Coaching(
        occasion="another session of the project followed within a week",
        done="you had a note left for the next one",
        when="I stop before the work is finished",
        then="I have a note left for the next session",
        ready="Update PROGRESS.md for whoever goes on with this: what is done, what is next, what is open, what was decided and why.",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Write a spec or plan file that a fresh session starts from. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    around="followed",
    sketches=(
        Sketch(
            "seen",
            "followed by another session\nyou: stop here; write down in PROGRESS.md what is done and what is next\nwrite PROGRESS.md +12\nreply: written",
            by="you",
            name="asked for, and another session followed",
        ),
        Sketch(
            "seen",
            "followed by another session\nyou: round tax per line\nedit app/tax.py +4\nwrite docs/plans/tax.md +30\nreply: done",
            by="agent",
            name="the agent left one unasked",
        ),
        Sketch(
            "seen",
            "followed by another session\nyou: open a pull request that says what is left\nrun gh pr create --title Tax --body 'left: refunds' -> https://example.com/pr/1\nreply: opened",
            by="you",
            name="the text of a pull request",
        ),
        Sketch(
            "not-seen",
            "followed by another session\nyou: commit it\nrun git commit -m 'Round tax per line' -> [main 1a2b3c4] Round tax per line\nreply: done",
            name="a commit message is no note",
        ),
        Sketch("not-applicable", "you: stop here\nwrite PROGRESS.md +12\nreply: written", name="no session follows yet"),
    ),
)
