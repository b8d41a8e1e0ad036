"""Keep a visible task list and finish it."""

from __future__ import annotations

from ..practice import CANT_TELL_READING, NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status

_NO_LONGER_OFFERED = (2, 1, 218)
"""From about this version on the task tools are switched off for newer models, so that their absence means nothing."""


def detect(session: Session) -> Reading:
    """A task list of two or more items of which at least one was marked done (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    asks = sum(
        max(1, 3 * f.has(Cue.LISTS)) for i in session.prompts if (f := facts[i]).size > 2 and not _only_accepts(f.cues, f.size)
    )
    asks += any(f.kind is Kind.OPEN and f.has(Cue.FROM_PLAN) for f in facts)
    if asks < 3 and session.tool_calls < 30:
        return NOT_APPLICABLE_READING
    items = done = 0
    shown: list[int] = []
    by: By = "agent"
    for i in session.of(Kind.TASKS):
        f = facts[i]
        if f.status is not Status.OK and f.status is not Status.UNKNOWN:
            continue
        items = items + f.size if f.name == "item" else max(items, f.size)
        if f.has(Cue.DONE):
            done += 1
            shown.append(i)
        elif not shown:
            shown.append(i)
        if session.wanted(Cue.ASKS_TASKS, i):
            by = "you"
    if items >= 2 and done:
        return seen(session, shown, by=by)
    offered = any(f.kind is Kind.TASKS or (f.kind is Kind.CONTEXT and f.name == "task tools") for f in facts)
    if not offered and _version(session.agent_version) >= _NO_LONGER_OFFERED:
        return CANT_TELL_READING
    return not_seen()


def _only_accepts(cues: int, size: int) -> bool:
    return bool(cues & Cue.ACCEPTS) and size <= 6


def _version(text: str) -> tuple[int, ...]:
    parts = text.split("-")[0].split(".")[:3]
    return tuple(int(p) for p in parts) if all(p.isdigit() for p in parts) and text else (0,)


def arises(session: Session) -> bool:
    """Three things or more were asked for at once, and there is no list yet."""
    return bool(session.prompts) and session.facts[session.prompts[-1]].has(Cue.LISTS) and not session.of(Kind.TASKS)


PRACTICE = Practice(
    id="task-list",
    short="task list",
    title="keep a visible task list and finish it",
    family="track",
    why="The list survives compaction and interruptions: both of you see what is left, and nothing is dropped quietly.",
    tip="Say: “make a task list first”, and reorder it before anything starts.",
    when_not="Skip it for one ask; a list of one is noise. It is often the agent's own doing: see who started it.",
    fits="It holds three asks or more, or thirty tool calls or more.",
    coaching=Coaching(
        occasion="there were three asks or more, or thirty tool calls",
        done="you asked for a task list and it was worked off",
        when="I ask for three things or more at once",
        then="I ask for a task list first",
        ready="Make a task list of this first and show it; I may reorder it. Then work it off and mark each one as it is done.",
        arises=arises,
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Checklists for large tasks. Guidance only; no measurement seen.",
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            """
you: make a task list, then: rename the column, change the views, add tests
tasks: rename the column; change the views; add tests
edit app/models.py +4
task done
you: now the views, please
edit app/views.py +4
task done
you: and now the tests
edit tests/test_views.py +9
task done
""",
            by="you",
            name="asked for and worked off",
        ),
        Sketch(
            "not-seen",
            """
you: rename the price column
edit app/models.py +4
you: now change the views
edit app/views.py +4
you: now add the tests
edit tests/test_views.py +9
""",
            name="three asks, no list",
        ),
        Sketch(
            "not-seen",
            """
you: rename the price column
tasks: rename the column; change the views
edit app/models.py +4
you: now change the views
edit app/views.py +4
you: now add the tests
""",
            name="a list of which nothing was ever marked done",
        ),
        Sketch("not-applicable", "you: rename the price column\nedit app/models.py +4", name="one ask"),
    ),
)
