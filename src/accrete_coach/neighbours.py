"""What a person's sessions say of each other: which were followed, ran side by side, said the same, or started over. Pure.

A session leaves a trace: its repository, its stretches of work, how it opened, and keys of what was asked in it. From the
traces alone it can be told what its neighbours say of it, so that no facts are decoded again when a new session appears.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

import msgspec

from .sessions.facts import PERSON, Around, Cue, Kind, Session
from .sessions.prints import similarity
from .sessions.worktrees import worktree_of

WORDS: tuple[Around, ...] = get_args(Around)
"""Their order gives the bits in which they are stored: it never changes, new ones come last."""
FOLLOWS_WITHIN = 7 * 86_400_000
"""Milliseconds after a session's end within which another one follows it (practices.md, hand-off)."""
PAUSE = 30 * 60_000
"""Milliseconds without a record after which a session was not at work: an open terminal overlaps with nothing."""
AT_ONCE = 30_000
"""Milliseconds for which two sessions must both have been at work to be side by side: one is often closed as the next opens."""
RESTARTS_WITHIN = 15 * 60_000
"""Milliseconds between a session's end and a cleared one that starts over."""
SAME_TASK = 0.3
"""Estimated similarity of two opening prompts from which on they ask for the same task in other words."""
REPEATED_IN = 3
"""Sessions in which an instruction was given before it is worth saving (practices.md, save-it)."""


class Trace(msgspec.Struct, frozen=True):
    """What other sessions need to know of one."""

    repo: str
    """The folder of its repository, as far as the path tells: a worktree's is that of its main checkout."""
    started: int
    ended: int
    """Milliseconds since 1970, UTC."""
    spans: tuple[tuple[int, int], ...] = ()
    """Stretches in which it was at work: (first, last) record, milliseconds since 1970, UTC."""
    cleared: bool = False
    """Whether it opened with a cleared context."""
    opening: bytes = b""
    """The fingerprint of its first prompt."""
    instructions: tuple[int, ...] = ()
    """Keyed hashes of the sets of words of its prompts: equal for the same instruction in another order or case."""


NO_TRACE = Trace("", 0, 0)


def repo_of(project: str) -> str:
    """A session's folder -> that of its repository: the worktree part is taken off. Two folders are one repository only
    where their paths say so; no git is asked."""
    project = project.rstrip("/\\")
    return worktree_of(project) or project


def trace_of(session: Session) -> Trace:
    """What other sessions need to know of this one."""
    # What was copied from another session was not done here, nor the agent's last words there: they end a copied history.
    begins = (
        min((i for i, f in enumerate(session.facts) if f.kind in PERSON and i not in session.copied), default=0)
        if session.copied
        else 0
    )
    own = [f for i, f in enumerate(session.facts) if i >= begins and not f.agent and i not in session.copied]
    times = sorted(f.at for f in own if f.at)
    spans: list[tuple[int, int]] = []
    for at in times:
        if spans and at - spans[-1][1] <= PAUSE:
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((at, at))
    prompts = [session.facts[i] for i in session.prompts]
    return Trace(
        repo=repo_of(session.project),
        started=session.started,
        ended=session.ended,
        spans=tuple(spans),
        cleared=any(f.kind is Kind.OPEN and f.has(Cue.CLEARED) for f in own),
        opening=next((f.prints for f in prompts if f.prints), b""),
        # Prompts of less than three distinct words have no fingerprint: too short to be worth saving.
        instructions=tuple(sorted({_key(f.prints) for f in prompts if f.prints})),
    )


def _key(prints: bytes) -> int:
    """One number for a fingerprint: equal fingerprints are those of equal sets of words, but for chance."""
    return int.from_bytes(hashlib.blake2b(prints, digest_size=8).digest(), "little") >> 1


def around(traces: Mapping[int, Trace]) -> dict[int, frozenset[Around]]:
    """What the neighbours of each session say of it, `repeated` left out (it asks for all repositories).

    `traces`: all sessions, with a person, of some repositories, by number.
    """
    out: dict[int, set[Around]] = {num: set() for num in traces}
    repos: dict[str, list[int]] = {}
    for num, trace in traces.items():
        repos.setdefault(trace.repo, []).append(num)
    for nums in repos.values():
        nums.sort(key=lambda n: (traces[n].started, n))
        starts = [traces[n].started for n in nums]
        for num in nums:
            mine = traces[num]
            for at in range(bisect_left(starts, mine.ended), len(nums)):
                other = traces[nums[at]]
                if other.started - mine.ended > FOLLOWS_WITHIN:
                    break
                if nums[at] == num:
                    continue
                out[num].add("followed")
                again = other.cleared and other.started - mine.ended <= RESTARTS_WITHIN
                if again and similarity(mine.opening, other.opening) >= SAME_TASK:
                    out[num].add("restarted")
                if other.started - mine.ended > RESTARTS_WITHIN:
                    break
        for a, b in _overlaps([(*span, num) for num in nums for span in traces[num].spans]):
            out[a].add("overlapped")
            out[b].add("overlapped")
    return {num: frozenset(words) for num, words in out.items()}


def _overlaps(spans: list[tuple[int, int, int]]) -> Iterable[tuple[int, int]]:
    """Pairs of sessions of which stretches of work overlap: (first, last, session) in, in time linear in what overlaps."""
    spans.sort()
    running: list[tuple[int, int]] = []
    for first, last, num in spans:
        running = [(end, other) for end, other in running if end >= first + AT_ONCE]
        for _, other in running:
            if other != num and last >= first + AT_ONCE:
                yield other, num
        running.append((last, num))


def repeated(rows: Sequence[tuple[int, int, int]]) -> set[int]:
    """Sessions in which an instruction was given that two earlier ones had: (key, when the session started, session) in.

    Only from the third on: the first two could not know.
    """
    by_key: dict[int, list[tuple[int, int]]] = {}
    for key, started, num in rows:
        by_key.setdefault(key, []).append((started, num))
    out: set[int] = set()
    for given in by_key.values():
        given.sort()
        out.update(num for _, num in given[REPEATED_IN - 1 :])
    return out


def bits(words: Iterable[Around]) -> int:
    """Words as they are stored."""
    return sum(1 << WORDS.index(word) for word in words)


def words_of(stored: int) -> frozenset[Around]:
    """Stored bits as words."""
    return frozenset(word for n, word in enumerate(WORDS) if stored >> n & 1)
