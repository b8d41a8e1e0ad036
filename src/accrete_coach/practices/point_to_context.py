"""Point at the source instead of describing it."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import POINTS, Cue, Kind, Session, asked_to_begin

_PLAIN = Cue.MENTION | Cue.IMAGE | Cue.URL | Cue.SELECTION | Cue.PATH
"""Pointers whose form leaves no doubt."""


def detect(session: Session) -> Reading:
    """A prompt before the first project edit of a unit of work points at a source (practices.md)."""
    if not session.coding:
        return NOT_APPLICABLE_READING
    shown: list[int] = []
    sure: Sure = "likely"
    for unit in session.units:
        if not unit.edits:
            continue
        for i in range(unit.start, unit.edits[0]):
            f = session.facts[i]
            if f.agent or f.kind not in (Kind.PROMPT, Kind.COMMAND, Kind.ANSWER, Kind.CONTEXT) or not f.cues & POINTS:
                continue
            if f.kind is Kind.ANSWER and not f.cues & (Cue.URL | Cue.IMAGE | Cue.MENTION):
                continue  # A picked option often names files; the agent found those.
            shown.append(i)
            if f.cues & _PLAIN:
                sure = "certain"
    return seen(session, shown, by="you", sure=sure) if shown else not_seen()


def arises(session: Session) -> bool:
    """A change was asked for, and nothing that was said points anywhere."""
    return asked_to_begin(session) and not any(session.facts[i].has(POINTS) for i in session.prompts)


PRACTICE = Practice(
    id="point-to-context",
    short="point to context",
    title="point at the source instead of describing it",
    family="frame",
    why="A path, an error, a picture or a link says in a few characters what a description gets half right.",
    tip="Type @ and a file whose style to follow, or paste the error as it is.",
    when_not="Skip it when the agent must search anyway, and for things it finds in one step.",
    fits="You take part, and the project's files are changed.",
    coaching=Coaching(
        occasion="the project's files were changed",
        done="you pointed at the source",
        when="I describe something that stands in a file, an error or a page",
        then="I point at it instead",
        ready="Start from @FILE and do it the way @EXAMPLE does; this is the error, as it is:",
        arises=arises,
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Reference files with @, paste images, give URLs, point to example patterns. Guidance by the vendor.",
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            "you: make @app/tax.py round per line, like app/shipping.py does\nedit app/tax.py +4",
            by="you",
            name="a file and a file to follow",
        ),
        Sketch(
            "seen",
            """
you: this fails:
    Traceback (most recent call last):
      File "app/tax.py", line 4, in total
    ZeroDivisionError: division by zero
edit app/tax.py +4
""",
            by="you",
            name="the error as it is",
        ),
        Sketch(
            "not-seen",
            "you: the tax is a cent off, please make it round properly\nedit app/tax.py +4",
            name="described, not pointed at",
        ),
        Sketch(
            "not-seen",
            "you: the tax is a cent off\nedit app/tax.py +4\nyou: see app/orders.py too\nreply: I see.",
            name="only after the edit",
        ),
        Sketch(
            "not-applicable", "you: what is in app/tax.py?\nread app/tax.py\nreply: The tax.\nyou: ok", name="nothing was changed"
        ),
    ),
)
