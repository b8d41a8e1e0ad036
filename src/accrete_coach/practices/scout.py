"""Send a subagent to find out."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import LOOKS, NOT_THE_WORK, Cue, Fact, Kind, Session, Status

_CHANGES = frozenset({Kind.COMMIT, Kind.PUSH, Kind.REVERT, Kind.STAGE})


def detect(session: Session) -> Reading:
    """A subagent that only read, searched or ran read-only commands came back with findings (practices.md)."""
    facts = session.facts
    launches = [i for i in session.of(Kind.DELEGATE) if not facts[i].agent]
    looks = sum(f.kind in LOOKS for i, f in enumerate(facts) if i not in session.copied)
    if not launches and looks < 10:
        return NOT_APPLICABLE_READING
    shown: list[int] = []
    by: By = "agent"
    sure: Sure = "likely"
    edited_before = min(session.edits, default=len(facts))
    for i in launches:
        launch = facts[i]
        back = next((n for n in range(i, len(facts)) if facts[n].kind is Kind.RETURN and facts[n].ref == launch.id), None)
        if back is None or facts[back].status is not Status.OK:
            continue
        if launch.has(Cue.REVIEW) and edited_before < i:
            continue  # A reviewer of this session's own change.
        agents = {t for f in facts if f.kind in (Kind.RETURN, Kind.LAUNCHED) and f.ref == launch.id for t in f.targets}
        did = [f for f in facts if f.agent in agents]
        if any(_changed(f) for f in did):
            continue
        counted = facts[back].has(Cue.READS_ONLY) or launch.has(Cue.READS_ONLY)
        looks_up = launch.has(Cue.NO_CHANGE | Cue.ASKS_LOOK) and not launch.has(Cue.ASKS_CHANGE)
        if not did and not counted and not looks_up:
            continue  # What it did is not on record: only its task, in words, makes it likely.
        if facts[back].has(Cue.ASKS_CHANGE):
            continue  # The record counts files it edited.
        shown.append(i)
        if did or counted:
            sure = "certain"
        if session.wanted(Cue.ASKS_SUBAGENT, i):
            by = "you"
    return seen(session, shown, by=by, sure=sure) if shown else not_seen()


def _changed(f: Fact) -> bool:
    if f.kind is Kind.EDIT:
        # Writing its own report is fine.
        return f.status is Status.OK and not f.cues & NOT_THE_WORK
    return f.kind in _CHANGES and f.status is Status.OK


def arises(session: Session) -> bool:
    """The agent looks through many files itself, in a turn that has not ended."""
    turn = session.open_turn
    if turn is None or session.of(Kind.DELEGATE):
        return False
    looks = [i for i in range(turn.start, turn.stop) if session.facts[i].kind in (Kind.READ, Kind.SEARCH)]
    return len(looks) >= 6 and not any(i >= turn.start for i in session.edits)


PRACTICE = Practice(
    id="scout",
    short="scout",
    title="send a subagent to find out",
    family="delegate",
    why="The subagent reads the forty files, your context gets the four lines that matter. Models read long contexts worse.",
    tip="Say: “use a subagent to find where tokens are refreshed; report files and lines only”.",
    when_not="Skip it when two reads would do, and when the main thread needs the code itself.",
    fits="It reads or searches ten times or more, or a subagent is sent.",
    coaching=Coaching(
        occasion="the agent read or searched ten times or more",
        done="you sent a subagent to find out",
        when="something has to be found in many files",
        then="I send a subagent to find it",
        ready="Use a subagent to find where this is done; it reports files and lines only, and changes nothing.",
        arises=arises,
    ),
    grade="B",
    sources=(
        Source(
            "Chroma: Context Rot",
            "https://research.trychroma.com/context-rot",
            "All 18 models tested get worse as the input grows. Shows the cost of a full context, not the gain of a scout.",
        ),
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Use subagents for investigation, to keep the main context clean. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            "you: use a subagent to find all callers of total()\nscout find all callers of total() -> 4 callers\nreply: Four places call it.",
            by="you",
            name="asked for",
        ),
        Sketch(
            "seen",
            "you: who calls total()?\nscout find callers of total() -> 4 callers\nreply: Four places.",
            by="agent",
            name="the agent sent it unasked",
        ),
        Sketch(
            "not-seen",
            "you: change total() and its callers\nworker change the callers -> done\nreply: done",
            name="it edited the work",
        ),
        Sketch(
            "not-seen",
            "you: who calls total()?\n" + "\n".join(f"read app/part{n}.py" for n in range(11)) + "\nreply: Four places.",
            name="read everything itself",
        ),
        Sketch("not-applicable", "you: who calls total()?\nread app/tax.py\nreply: Nobody.", name="two looks need no scout"),
    ),
)
