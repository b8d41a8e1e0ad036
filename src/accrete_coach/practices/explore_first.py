"""Have it look and explain before it changes anything."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import LOOKS, Cue, Kind, Session, Status, asked_to_begin

_LOOKING = LOOKS | {Kind.RETURN}


def detect(session: Session) -> Reading:
    """A whole turn of reading ended, and the person saw the answer, before the turn with a unit's first edit (practices.md)."""
    if not session.coding:
        return NOT_APPLICABLE_READING
    facts = session.facts
    shown: list[int] = []
    by: By = "agent"
    for unit in session.units:
        if not unit.edits:
            continue
        editing = session.turn_of[unit.edits[0]]
        for number, turn in enumerate(session.turns[:editing]):
            if turn.start < unit.start:
                continue
            inside = range(turn.start, turn.stop)
            looked = any(facts[i].kind in _LOOKING and facts[i].status in (Status.OK, Status.UNKNOWN) for i in inside)
            answered = any(facts[i].kind in (Kind.REPLY, Kind.QUESTION, Kind.PLAN) and not facts[i].agent for i in inside)
            ended_by = facts[turn.stop] if turn.stop < len(facts) else None
            # Stopped, or spoken to while it worked: it had not ended.
            cut = facts[turn.stop - 1].kind is Kind.INTERRUPT or (
                ended_by is not None and ended_by.has(Cue.QUEUED | Cue.BESIDE) and ended_by.kind is Kind.PROMPT
            )
            shipped = any(facts[i].kind in (Kind.COMMIT, Kind.STAGE, Kind.PUSH) for i in inside)
            if looked and answered and not cut and not shipped and number < editing and turn.start not in session.copied:
                shown.append(turn.start)
                opener = facts[turn.start]
                if opener.has(Cue.ASKS_LOOK | Cue.NO_CHANGE | Cue.ASKS_PLAN | Cue.QUESTION | Cue.SAVED) and not _agent_planned(
                    session, turn.start, turn.stop
                ):
                    by = "you"
    return seen(session, shown, by=by, sure="likely") if shown else not_seen()


def _agent_planned(session: Session, start: int, stop: int) -> bool:
    """Whether the turn only looked because the agent went into plan mode unasked."""
    entered = any(session.facts[i].kind is Kind.PLAN_MODE and not session.facts[i].has(Cue.BY_PERSON) for i in range(start, stop))
    return entered and not session.facts[start].has(Cue.NO_CHANGE | Cue.ASKS_PLAN | Cue.QUESTION)


def arises(session: Session) -> bool:
    """A change was asked for in the first turn, before any look was answered."""
    return asked_to_begin(session) and len(session.turns) == 1


PRACTICE = Practice(
    id="explore-first",
    short="explore first",
    title="have it look and explain before it changes anything",
    family="frame",
    why="What the agent has understood shows in its explanation, while nothing is changed yet and a wrong idea costs nothing.",
    tip="Say: “read X and its tests, tell me how it works, change nothing yet”.",
    when_not="Skip it for code you both know, or when the change is a line.",
    fits="You take part, and the project's files are changed.",
    coaching=Coaching(
        occasion="the project's files were changed",
        done="you had it look and explain first",
        when="I ask for a change in code that one of us does not know",
        then="I have it look and explain before it changes anything",
        ready="Read the code this is about and its tests, and tell me how it works and where the change belongs. Change nothing yet.",
        arises=arises,
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Explore first, then plan, then code. Guidance by the vendor; no measurement.",
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            """
you: how does the checkout compute tax? change nothing yet
read app/tax.py
search rate
reply: Tax is computed per line and rounded at the end, which explains the cent that is off.
you: then round per line
edit app/tax.py +4
""",
            by="you",
            name="a turn of reading, its answer, then the go",
        ),
        Sketch(
            "not-seen",
            """
you: round tax per line
read app/tax.py
edit app/tax.py +4
reply: Done, tax is rounded per line.
you: thanks
""",
            name="reads inside the turn that edits",
        ),
        Sketch(
            "not-seen",
            """
you: look at the tax code
read app/tax.py
interrupt
you: round tax per line
edit app/tax.py +4
""",
            name="the looking was stopped before there was an answer",
        ),
        Sketch(
            "not-applicable",
            "you: how does the checkout compute tax?\nread app/tax.py\nreply: Per line.\nyou: thanks",
            name="nothing was changed",
        ),
    ),
)
