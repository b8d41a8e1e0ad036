"""The files of one run -> its `Session`: the main thread, and in between what its subagents did for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .agent import State
from .facts import Cue, Fact, Kind, Session, Status
from .times import milliseconds


class Part(msgspec.Struct):
    """One file of a run."""

    name: str
    """Relative to the agent's root."""
    agent: int
    """0 for a main transcript, else the hash of the subagent."""
    state: State
    facts: list[Fact]
    loose: list[Fact] = []
    """Facts of what is still open."""
    gone: bool = False
    """Whether the file was deleted, or moved: where another one tells the same, that one is shown."""


def assemble(
    session: str,
    agent: str,
    parts: Sequence[Part],
    copied_ids: frozenset[int] = frozenset(),
    cannot_show: frozenset[Kind] = frozenset(),
) -> Session | None:
    """The session these files tell of; None where they hold no main thread (warm-ups, internal helpers, settings only).

    `copied_ids`: ids of facts whose record belongs to another session. `cannot_show`: kinds the agent's records cannot hold.
    """
    mains = sorted((p for p in parts if not p.agent), key=lambda p: (p.state.started or "~", p.gone, p.name))
    if not any(p.state.main for p in mains):
        return None
    subs = sorted((p for p in parts if p.agent and not p.state.internal), key=lambda p: (p.state.started or "~", p.gone, p.name))
    order = [*mains, *subs]
    line: list[tuple[Fact, int]] = []
    told: set[int] = set()
    for n, part in enumerate(mains):
        for fact in (*part.facts, *part.loose):
            if fact.id not in told:
                told.add(fact.id)
                line.append((fact, n))
    if not any(f.kind in _SOMETHING and f.id not in copied_ids for f, _ in line):
        return None  # Nothing happened, or all of it in another session: a renamed or a resumed one.
    for n, part in enumerate(subs, len(mains)):
        mine = [
            (msgspec.structs.replace(f, agent=part.agent), n)
            for f in (*part.facts, *part.loose)
            if f.id not in told and f.kind not in _NOT_OF_SUBAGENTS
        ]
        told.update(f.id for f, _ in mine)
        if mine:
            line = _between(line, mine, part.agent)
    facts = tuple(f for f, _ in line)
    copied = frozenset(i for i, f in enumerate(facts) if f.id in copied_ids) if copied_ids else frozenset()
    newest = max(mains, key=lambda p: p.state.ended)
    ended = max((p.state.ended for p in order), default="")
    return Session(
        id=session,
        agent=agent,
        project=next((p.state.project for p in mains if p.state.project), ""),
        facts=facts,
        files=tuple(p.name for p in order),
        file_of=tuple(n for _, n in line),
        copied=copied,
        agent_version=newest.state.version,
        model=newest.state.model,
        started=milliseconds(next((p.state.started for p in mains if p.state.started), "")),
        ended=milliseconds(ended),
        automatic=_automatic(mains, facts),
        in_git=_in_git(mains, facts),
        cannot_show=cannot_show,
    )


def _in_git(mains: Sequence[Part], facts: Sequence[Fact]) -> bool | None:
    bits = 0
    for part in mains:
        bits |= part.state.git
    if bits & 1 or any(f.kind is Kind.COMMIT and f.status is Status.OK for f in facts):
        return True
    return False if bits & 2 else None


_SOMETHING = frozenset(Kind) - {Kind.OPEN, Kind.CONTEXT, Kind.PLAN_MODE, Kind.COMPACT, Kind.COMMAND}
_NOT_OF_SUBAGENTS = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.ANSWER, Kind.DECISION, Kind.INTERRUPT, Kind.REPLY, Kind.OPEN})
"""What a subagent's own file tells of its prompts and answers is between it and the agent that sent it."""


def _between(line: list[tuple[Fact, int]], mine: list[tuple[Fact, int]], agent: int) -> list[tuple[Fact, int]]:
    """Put a subagent's facts between its launch and its return, in the order of time."""
    refs = {f.ref for f, _ in line if f.kind in (Kind.RETURN, Kind.LAUNCHED) and agent in f.targets}
    launch = next((i for i, (f, _) in enumerate(line) if f.kind is Kind.DELEGATE and f.id in refs), -1)
    back = next((i for i, (f, _) in enumerate(line) if i > launch and f.kind is Kind.RETURN and f.ref in refs), len(line))
    if launch < 0:
        # The record does not link the two: place it by time.
        first = mine[0][0].at
        launch = next((i for i, (f, _) in enumerate(line) if f.at > first), len(line)) - 1
        back = len(line)
    out = line[: launch + 1]
    rest = line[launch + 1 : back]
    at = 0
    for item in mine:
        while at < len(rest) and rest[at][0].at <= item[0].at:
            out.append(rest[at])
            at += 1
        out.append(item)
    return [*out, *rest[at:], *line[back:]]


def _automatic(mains: Sequence[Part], facts: Sequence[Fact]) -> bool:
    """Whether a program or a schedule ran the session: as far as the record tells.

    A script's entry point (`sdk-cli`, `sdk-py`) without any act that needs a keyboard; or a host's entry point (`sdk-ts`,
    which editors use too) with no more than one prompt.
    """
    bits = 0
    for part in mains:
        bits |= part.state.automatic
    if bits & 2 or not bits:
        return False
    by_hand = any(
        f.kind in (Kind.INTERRUPT, Kind.REJECT, Kind.ANSWER, Kind.DECISION) or f.cues & (Cue.QUEUED | Cue.BESIDE)
        for f in facts
        if not f.agent
    )
    if by_hand:
        return False
    prompts = sum(f.kind in (Kind.PROMPT, Kind.COMMAND) and not f.agent for f in facts)
    return bool(bits & 4) or prompts <= 1
