"""A session in a few lines: what the person said, read now from the transcript, and what came of it, from the facts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from .clean import clean, one_line
from .coach import Coach
from .plain import capped, cut, wrapped
from .profile import StoredSession
from .sessions.facts import PERSON, Kind, Session, Status

FIRST, LAST = 12, 6
"""Acts of the person that are shown from the beginning and from the end."""
MOST_LINES = 12
"""Lines of one act of theirs where the whole is asked for."""
_ACTS = {
    Kind.PROMPT: "you",
    Kind.COMMAND: "you, a command",
    Kind.ANSWER: "you answered",
    Kind.DECISION: "you decided on the plan",
    Kind.REJECT: "you refused a tool",
    Kind.INTERRUPT: "you interrupted",
}
_DONE = {
    Kind.PLAN: "plan",
    Kind.QUESTION: "question",
    Kind.READ: "read",
    Kind.SEARCH: "search",
    Kind.FETCH: "fetch",
    Kind.EDIT: "edit",
    Kind.RUN: "command run",
    Kind.CHECK: "check",
    Kind.DIFF: "diff shown",
    Kind.COMMIT: "commit",
    Kind.REVERT: "revert",
    Kind.WORKTREE: "worktree",
    Kind.PULL_REQUEST: "pull request",
    Kind.PUSH: "push",
    Kind.DELEGATE: "subagent",
    Kind.SKILL: "skill",
    Kind.TASKS: "change of the task list",
    Kind.COMPACT: "compaction",
}


def lines(coach: Coach, stored: StoredSession, columns: int, *, whole: bool = False) -> Iterator[str]:
    """The outline of a session, cleaned for the terminal. Words that can't be read are left out.

    `whole`: with every act of the person's, and more of their words.
    """
    session = coach.session(stored)
    if session is None:
        return
    acts = [
        i for i, f in enumerate(session.facts) if f.kind in PERSON and not f.agent and i not in session.copied
    ]  # fmt: skip
    shown = acts if whole or len(acts) <= FIRST + LAST else [*acts[:FIRST], *acts[-LAST:]]
    said = _said(coach, stored, session, shown)
    start = 0
    for n, i in enumerate(shown):
        if n == FIRST and len(acts) > len(shown):
            done = _done(session, start, i)
            said_of = f"... {len(acts) - len(shown)} more acts of yours" + (f", and {done}" if done else "")
            yield from wrapped(said_of, columns, "  ")
            start = i
        elif done := _done(session, start, i):
            yield from wrapped(done, columns, "    ")
        start = i
        fact = session.facts[i]
        given = said.get((session.file_of[i], fact.line), "")
        verdict = " (no)" if fact.status is Status.REJECTED else " (yes)" if fact.kind is Kind.DECISION else ""
        act = f"  {_ACTS[fact.kind]}{verdict}"
        if not whole:
            words = one_line(given, columns)
            yield cut(f"{act}: {words}", columns) if words else act
            continue
        told: list[str] = []
        for line in clean(given, 1_000).strip().splitlines():
            told += wrapped(line, columns, "    ")
        yield f"{act}:" if told else act
        yield from capped(told, MOST_LINES, columns)
    if done := _done(session, start, len(session.facts)):
        yield from wrapped(done, columns, "    ")


def _done(session: Session, start: int, stop: int) -> str:
    """What was done between two acts, counted."""
    counts: Counter[str] = Counter()
    for i in range(start, stop):
        fact = session.facts[i]
        if fact.kind in _DONE and i not in session.copied:
            failed = ", failed" if fact.status is Status.FAILED and fact.kind is Kind.CHECK else ""
            counts[_DONE[fact.kind] + failed] += 1
    return ", ".join(name if n == 1 else f"{name} x{n}" for name, n in counts.items())


def _said(coach: Coach, stored: StoredSession, session: Session, shown: list[int]) -> dict[tuple[int, int], str]:
    wanted: dict[int, set[int]] = {}
    for i in shown:
        wanted.setdefault(session.file_of[i], set()).add(session.facts[i].line)
    out = {}
    for file, numbers in wanted.items():
        path = os.path.join(stored.root, *session.files[file].split("/"))
        try:
            for number, text in coach.said_at(stored.agent, path, numbers).items():
                out[file, number] = text
        except OSError:
            continue
    return out
