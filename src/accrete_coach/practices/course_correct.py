"""Step in early."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import POINTS, Cue, Fact, Kind, Session, Status

LONG_TURN = 10
"""Tool calls from which on a turn is long enough to step in (practices.md)."""


def detect(session: Session) -> Reading:
    """The person interrupted, refused a tool, edited the agent's change or queued a prompt, and said what to do instead."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    stepped: list[int] = []
    shown: list[int] = []
    sure: Sure = "likely"
    for i, f in enumerate(facts):
        if f.agent or i in session.copied:
            continue
        if f.kind is Kind.INTERRUPT:
            stepped.append(i)
            after = session.next_act(i)
            if after is not None and _says_what(facts[after]) and not _repeats(session, i, after):
                shown.append(i)
                sure = "certain"
        elif f.kind is Kind.REJECT:
            stepped.append(i)
            after = session.next_act(i)
            beside = after is not None and facts[after].kind is Kind.PROMPT and _says_what(facts[after])
            if f.has(Cue.SAYS_WHAT) or (beside and facts[after or 0].kind is Kind.PROMPT and _soon(session, i, after)):
                shown.append(i)
                sure = "certain"
        elif f.kind is Kind.DECISION and f.status is Status.REJECTED:
            stepped.append(i)
            if f.has(Cue.SAYS_WHAT):
                shown.append(i)
                sure = "certain"
        elif f.kind is Kind.PROMPT and f.has(Cue.QUEUED | Cue.BESIDE):
            stepped.append(i)
            if _says_what(f):
                shown.append(i)
        elif f.kind is Kind.EDIT and f.has(Cue.BY_PERSON) and not f.has(Cue.BY_SHELL):
            stepped.append(i)
            shown.append(i)
            sure = "certain"
    if not stepped and not _long_turn(session):
        return NOT_APPLICABLE_READING
    return seen(session, shown, by="you", sure=sure) if shown else not_seen()


def _says_what(f: Fact) -> bool:
    """Whether a prompt holds more than a go."""
    if f.kind is Kind.COMMAND:
        return f.size > 2
    if f.kind is not Kind.PROMPT:
        return False
    return f.size >= 2 and not (f.has(Cue.ACCEPTS) and f.size <= 4)


def _repeats(session: Session, interrupt: int, after: int) -> bool:
    """Whether the prompt after an interrupt only says again what was said before it, pointing at nothing new."""
    before = next((session.facts[i] for i in range(interrupt - 1, -1, -1) if session.facts[i].kind is Kind.PROMPT), None)
    again = session.facts[after]
    return before is not None and before.targets == again.targets and not again.cues & POINTS & ~before.cues


def _soon(session: Session, i: int, after: int | None) -> bool:
    """Whether nothing of the agent's stands between a refusal and the next prompt."""
    return after is not None and all(
        session.facts[n].kind in (Kind.INTERRUPT, Kind.REPLY, Kind.REJECT) for n in range(i + 1, after)
    )


def _long_turn(session: Session) -> bool:
    return any(session.calls_between(turn.start, turn.stop) > LONG_TURN for turn in session.turns)


def arises(session: Session) -> bool:
    """The agent has been at work for more than ten tool calls, and nobody has stepped in."""
    turn = session.open_turn
    return turn is not None and session.calls_between(turn.start, turn.stop) > 10


PRACTICE = Practice(
    id="course-correct",
    short="step in",
    title="step in early",
    family="steer",
    why="A wrong turn is cheapest in its first minute. People with more experience approve more by themselves and interrupt more, too.",
    tip="Press Esc: the context stays. Say in one line what to do instead.",
    when_not="Let it run while the direction is right; stepping in is no virtue by itself.",
    fits="A turn holds more than ten tool calls, or you step in.",
    coaching=Coaching(
        occasion="a turn went on for more than ten tool calls",
        done="you stepped in",
        when="I see it going the wrong way",
        then="I press Esc and say in one line what to do instead",
        ready="Stop there. Leave WHAT as it is; do THIS instead.",
        arises=arises,
    ),
    grade="B",
    sources=(
        Source(
            "Anthropic: Measuring agent autonomy, 2026",
            "https://www.anthropic.com/research/measuring-agent-autonomy",
            "With experience interrupts rise from 5 to 9 % of turns, while automatic approval doubles. Observational.",
        ),
        Source(
            "SWE-chat 2026",
            "https://arxiv.org/abs/2604.20779",
            "6,000 sessions: people push back in 44 % of turns. Observational.",
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            "you: speed up the export\nread app/export.py\ninterrupt\nyou: leave the format alone, only cache the rates\nedit app/export.py +4",
            by="you",
            name="interrupted, and said what instead",
        ),
        Sketch(
            "seen",
            "you: speed up the export\nedit app/export.py +4\nyou refuse the tool: cache the rates in memory, not in a file\nedit app/export.py +6",
            by="you",
            name="refused an edit with a better way",
        ),
        Sketch(
            "seen",
            "you: speed up the export\nread app/export.py\nyou [queued]: only the rates are slow, not the writer\nedit app/export.py +4",
            by="you",
            name="queued a word while it worked",
        ),
        Sketch("not-seen", "you: speed up the export\nread app/export.py\ninterrupt", name="left after an interrupt"),
        Sketch(
            "not-seen",
            "you: speed up the export\n" + "\n".join(f"read app/part{n}.py" for n in range(12)),
            name="a long turn, nobody stepped in",
        ),
        Sketch("not-applicable", "you: speed up the export\nread app/export.py\nedit app/export.py +4", name="a short turn"),
    ),
)
