"""The flow of a person's work, from the transcripts alone: who waited for whom, what ran side by side, what was stopped. Pure.

It is described, never scored: waiting is no fault of anybody's, and a session that was stopped may have been stopped rightly.
The times are those of the records. What no record shows is not in them: reading, thinking, typing elsewhere, a walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from .sessions.facts import PERSON, Kind, Session, Status, opens_turn

FLOW_VERSION = 1
"""Raised when the flow of a session changes its meaning or its stored form: it is then told from the stored facts again."""
AWAY = 30 * 60_000
"""Milliseconds from which on the person counts as away rather than as waited for."""
SAME_TASK_WITHIN = 7 * 86_400_000
"""Milliseconds between the end of a session and the beginning of another one of the same task."""
MOST_OF_A_COMMIT = 10 * 60_000
"""Milliseconds that `git commit` of a session takes at most, hooks and all, where the record does not tell."""
MOST_FILES = 64
"""Edited files of a session that are compared with those of others."""


class Made(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A commit that a session made. Milliseconds since 1970, UTC."""

    began: int
    """When the work on it began: with the session, or its first record after the commit before."""
    at: int
    """When the command was run."""
    done: int
    """When its result was there, as far as the next record tells."""


class Took(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A turn, and the wait before it. Milliseconds."""

    at: int
    """When it was opened, since 1970, UTC."""
    agent: int
    """For how long the person waited for the agent: from what opened it to its last record, without stretches of more than half an
    hour in which nothing was recorded. Nobody knows what those were: the agent may have waited for leave, the machine have slept."""
    you: int
    """For how long the agent had waited for the person; -1 for more than half an hour, 0 for the first turn."""


class Flow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What one session adds."""

    turns: tuple[Took, ...] = ()
    interrupts: tuple[int, ...] = ()
    """When the person stopped the agent: milliseconds since 1970, UTC."""
    left: str = ""
    """How it ended: "stopped" (the person stopped the agent, and nothing followed), "asked" (a question or a plan of the agent's
    was never answered), or ""."""
    files: tuple[int, ...] = ()
    """Keyed hashes of the files it edited. They never leave the machine."""
    commits: tuple[Made, ...] = ()


NO_FLOW = Flow()


def flow_of(session: Session) -> Flow:
    """What this session adds."""
    facts, copied = session.facts, session.copied
    turns: list[Took] = []
    ended = 0
    """When the turn before ended."""
    for turn in session.turns:
        begun = facts[turn.start].at
        if turn.start in copied or not begun:
            continue
        times = sorted(f.at for f in facts[turn.start : turn.stop] if f.at >= begun)
        wait = max(0, begun - ended) if ended else 0
        turns.append(Took(begun, sum(b - a for a, b in pairwise(times) if b - a <= AWAY), wait if wait <= AWAY else -1))
        ended = times[-1]
    files = {t for i in session.edits for t in facts[i].targets}
    return Flow(
        tuple(turns),
        tuple(facts[i].at for i in session.of(Kind.INTERRUPT) if not facts[i].agent),
        _left(session),
        tuple(sorted(files)[:MOST_FILES]),
        _commits(session),
    )


def _left(session: Session) -> str:
    for i in range(len(session.facts) - 1, -1, -1):
        f = session.facts[i]
        if f.agent or i in session.copied:
            continue
        if f.kind is Kind.INTERRUPT:
            return "stopped"
        if f.kind in (Kind.QUESTION, Kind.PLAN):
            return "asked"
        if f.kind in PERSON and f.status is Status.RUNNING:
            continue  # The answer is still to come.
        if f.kind is Kind.REPLY or f.kind in PERSON or opens_turn(f):
            return ""
    return ""


def _commits(session: Session) -> tuple[Made, ...]:
    facts, out = session.facts, []
    begun = session.started
    for i, f in enumerate(facts):
        if i in session.copied or not f.at:
            continue
        begun = begun or f.at
        if f.kind is not Kind.COMMIT or f.status is not Status.OK:
            continue
        # The time of a result is not kept: it was there before what came next.
        after = next((g for g in facts[i + 1 :] if g.line > f.end and g.agent == f.agent and g.at), None)
        done = after.at if after is not None else session.ended
        if after is None or after.kind in PERSON:
            # Nobody knows how long the person did something else.
            done = min(done, f.at + MOST_OF_A_COMMIT)
        out.append(Made(min(begun, f.at), f.at, max(done, f.at)))
        begun = 0
    return tuple(out)


# --- of many sessions ------------------------------------------------------------------------------------------------


class Ran(NamedTuple):
    """A session, as far as its flow is told with that of others."""

    repo: str
    """The folder of its repository."""
    started: int
    ended: int
    spans: tuple[tuple[int, int], ...]
    """Stretches in which it was at work: (first, last) record. Milliseconds since 1970, UTC."""
    flow: Flow


class Total(NamedTuple):
    """The flow of some sessions."""

    sessions: int = 0
    agent: int = 0
    """Milliseconds for which the person waited for an agent; those of sessions side by side are added up."""
    you: int = 0
    """Milliseconds for which an agent waited for the person, at most half an hour each."""
    away: int = 0
    turns: int = 0
    work: int = 0
    """Milliseconds in which at least one session was at work."""
    beside: int = 0
    """Milliseconds of them in which two or more were."""
    most: int = 0
    """How many were at work at the same time, at most."""
    interrupts: int = 0
    stopped: int = 0
    """Sessions that ended with the person stopping the agent."""
    asked: int = 0
    """Sessions that ended with a question or a plan of the agent's that nobody answered."""
    tasks: int = 0
    """Tasks that files were edited for."""
    editing: int = 0
    """Sessions that edited files."""


CANT_SEE = (
    "A wait is the time between two records, at most half an hour; what happened meanwhile no record shows. Sessions count as one task where half of the"
    " files that one of them edited were edited in the other, within a week."
)


def total(ran: Sequence[Ran], begin: int, end: int) -> Total:
    """The flow in [begin, end) (milliseconds since 1970, UTC): of the turns that were opened in it, and of the sessions that were at
    work in it."""
    ran = [one for one in ran if any(first < end and last >= begin for first, last in one.spans)]
    work, beside, most = _side_by_side([span for one in ran for span in one.spans], begin, end)
    turns = [turn for one in ran for turn in one.flow.turns if begin <= turn.at < end]
    left = [one.flow.left for one in ran if begin <= one.ended < end]
    return Total(
        sessions=len(ran),
        agent=sum(turn.agent for turn in turns),
        you=sum(max(0, turn.you) for turn in turns),
        away=sum(turn.you < 0 for turn in turns),
        turns=len(turns),
        work=work,
        beside=beside,
        most=most,
        interrupts=sum(begin <= at < end for one in ran for at in one.flow.interrupts),
        stopped=left.count("stopped"),
        asked=left.count("asked"),
        tasks=_tasks(ran),
        editing=sum(bool(one.flow.files) for one in ran),
    )


def _side_by_side(spans: Iterable[tuple[int, int]], begin: int, end: int) -> tuple[int, int, int]:
    steps: list[tuple[int, int]] = []
    for first, last in spans:
        first, last = max(first, begin), min(last, end)
        if first < last:
            # Where one ends as another begins, they were not side by side.
            steps += [(first, 1), (last, -1)]
    steps.sort()
    work = beside = most = now = before = 0
    for at, step in steps:
        work += (at - before) * (now > 0)
        beside += (at - before) * (now > 1)
        now, before = now + step, at
        most = max(most, now)
    return work, beside, most


def _tasks(ran: Sequence[Ran]) -> int:
    """Into how many tasks the sessions that edited files fall."""
    some = sorted((one for one in ran if one.flow.files), key=lambda one: one.started)
    task = list(range(len(some)))

    def first(n: int) -> int:
        while task[n] != n:
            n = task[n]
        return n

    by_file: dict[tuple[str, int], list[int]] = {}
    for n, one in enumerate(some):
        mine = set(one.flow.files)
        near = {other for t in mine for other in by_file.get((one.repo, t), ())}
        for other in sorted(near):
            theirs = set(some[other].flow.files)
            within = one.started - some[other].ended <= SAME_TASK_WITHIN
            if within and 2 * len(mine & theirs) >= min(len(mine), len(theirs)):
                task[first(n)] = first(other)
        for t in mine:
            by_file.setdefault((one.repo, t), []).append(n)
    return sum(task[n] == n for n in range(len(some)))
