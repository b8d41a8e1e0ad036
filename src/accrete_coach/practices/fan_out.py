"""Run independent pieces side by side."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status

_ASKS = 3
"""Separate asks from which on pieces could run side by side (practices.md)."""


def detect(session: Session) -> Reading:
    """Two or more subagents started before the first of them came back (practices.md)."""
    if not session.person:
        return NOT_APPLICABLE_READING
    facts = session.facts
    running: dict[int, int] = {}
    launched: set[int] = set()
    shown: list[int] = []
    by: By = "agent"
    used = False
    for i, f in enumerate(facts):
        if f.agent or i in session.copied:
            continue
        if f.kind is Kind.DELEGATE:
            used = True
            running[f.id] = i
            if len(running) > 1 or f.has(Cue.ASKS_PARALLEL):
                shown += [*running.values()]
        elif f.kind is Kind.LAUNCHED:
            launched.add(f.ref)
        elif f.kind is Kind.RETURN:
            running.pop(f.ref, None)
            if f.status in (Status.REJECTED, Status.DENIED, Status.FAILED):
                # What never started ran beside nothing.
                shown = [n for n in shown if facts[n].id != f.ref]
        elif f.kind is Kind.INTERRUPT:
            # What runs in the background goes on.
            running = {ref: n for ref, n in running.items() if ref in launched}
    shown = list(dict.fromkeys(shown))
    alone = len(shown) == 1 and not facts[shown[0]].has(Cue.ASKS_PARALLEL)
    if shown and not alone:
        if any(session.wanted(Cue.ASKS_PARALLEL | Cue.ASKS_SUBAGENT, n) for n in shown):
            by = "you"
        sure: Sure = "certain" if len(shown) > 1 else "likely"
        return seen(session, sorted(shown), by=by, sure=sure)
    return not_seen() if used or _asks(session) >= _ASKS else NOT_APPLICABLE_READING


def _asks(session: Session) -> int:
    """Separate asks in the prompt, or the task list, that holds most."""
    facts = session.facts
    listed = max((_ASKS for i in session.prompts if facts[i].has(Cue.LISTS)), default=0)
    tasks = [facts[i] for i in session.of(Kind.TASKS) if facts[i].name != "update"]
    return max(
        listed, max((f.size for f in tasks if f.name != "item"), default=0), sum(f.size for f in tasks if f.name == "item")
    )


PRACTICE = Practice(
    id="fan-out",
    short="fan out",
    title="run independent pieces side by side",
    family="delegate",
    why="Pieces that do not need each other need not wait for each other. The gain is large only where they truly are independent.",
    tip="Say: “these three do not depend on each other: start one subagent for each, at once”.",
    when_not="Never where step B needs what step A found: there several agents did far worse than one. More agents are no better.",
    fits="A subagent is sent, or one prompt or task list holds three separate asks or more.",
    coaching=Coaching(
        occasion="there were several separate asks, or a subagent went out",
        done="you ran pieces side by side",
        when="none of the pieces needs what another one finds",
        then="I have them done side by side",
        ready="These do not depend on each other: start one subagent for each, at once, and put their findings together.",
    ),
    grade="X",
    sources=(
        Source(
            "Towards a Science of Scaling Agent Systems 2025",
            "https://arxiv.org/abs/2512.08296",
            "Controlled: +80.8 % on work that can be split, 39 to 70 % worse on work in sequence.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    builds_on=("scout",),
    sketches=(
        Sketch(
            "seen",
            "you: look at the three services in parallel with subagents\n"
            "scouts read cart; read billing; read mail -> three summaries\nreply: Here is how they differ.",
            by="you",
            name="asked for, three at once",
        ),
        Sketch(
            "seen",
            "you: how do cart and billing round?\nscouts read cart; read billing -> two answers\nreply: Differently.",
            by="agent",
            name="the agent did it unasked",
        ),
        Sketch(
            "not-seen",
            "you: how do cart and billing round?\nscout read cart -> per line\nscout read billing -> per order\nreply: Differently.",
            name="one after the other",
        ),
        Sketch(
            "not-seen",
            "you: three things:\n    1. rename the column\n    2. speed up the export\n    3. translate the mails\nedit app/models.py +3\nreply: done",
            name="three asks, no subagent",
        ),
        Sketch("not-applicable", "you: rename the column\nedit app/models.py +3\nreply: done", name="one ask, no subagent"),
    ),
)
