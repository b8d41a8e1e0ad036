"""What git tells of a repository -> a row of numbers for each commit of the person's own. Pure; no word, name or address in a row.

How a line is followed, without blame: by its file and its text. A line that one commit adds is that commit's; an own later
commit that takes a line with the same text out of the same file changed it again. Lines without a letter or a digit (braces,
blanks) are not followed. A line taken away and added with the same text within one commit has moved, also to another file (a
rename is nothing else here): that is neither a new line nor a changed one, and it is followed to its new place. Merges change
nothing of their own.

Which commit repairs which, of the person's own:
- it says "This reverts commit <id>", and that commit is one of these;
- its first line is "fixup! …", "squash! …" or "amend! …" with the first line of an earlier one;
- its first line begins with a word for a repair (fix, fixes, fixed, hotfix, bugfix, oops, typo), it was written within seven days
  of the other one, and all lines it takes away or changes (one at least) are that one commit's.

Copies of a commit (rebased, amended, picked: the same first line, written in the same second) are one commit: the one that
reached the main branch, else the one made last.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from .git import Ref, Written

DAY = 86_400
"""Seconds."""
REWORKED_WITHIN = 14 * DAY
"""Seconds after which a change to a line is no rework any more."""
FIXED_WITHIN = 7 * DAY
"""Seconds within which a repair that is told by its words counts."""
MOST_LINES = 20_000
"""Lines that a commit may add, or take away, for them to be followed; more were not written line by line."""

_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,64})\b")
_FIXES_UP = re.compile(r"^(?:(?:fixup|squash|amend)! )+")
_REPAIRS = re.compile(r"(?:hot-?|bug-?)?fix(?:es|ed)?\b|oops\b|typos?\b", re.IGNORECASE)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_NO_WORD = bytes(n for n in range(128) if not chr(n).isalnum())


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A commit of the person's own. Times are seconds since 1970, UTC; 0 for none, or unknown."""

    at: int
    """When it was made (git's committer time)."""
    wrote: int
    """When it was written (git's author time), which a rebase leaves as it is."""
    merge: bool
    measured: bool
    """Whether what it changed is known: not of a merge, nor where a shallow clone begins."""
    added: int = 0
    """Lines, as `git log --numstat --no-renames` counts them."""
    deleted: int = 0
    files: int = 0
    lines: int = 0
    """Added lines that are followed."""
    reworked: int = 0
    """Those of them that an own later commit changed or took away within 14 days."""
    repairs: bool = False
    """Whether it repairs another of these."""
    repaired: int = 0
    """When the first commit that repairs it was written."""
    main: int = 0
    """When it reached the main branch."""
    arrival: int = -1
    """Which arrival at the main branch that was, by its place there; -1 for none."""
    tag: int = 0
    """When the first tag that holds it was made."""
    release: int = -1
    """Which tag, by its place among them."""
    copies: tuple[int, ...] = ()
    """When its copies were made."""


class Reached(NamedTuple):
    """When something came to a place, and as which of those that did."""

    at: int
    number: int


NOWHERE = Reached(0, -1)


class Graph:
    """Which commit stands on which, and what that says about the main branch and the tags."""

    def __init__(self, commits: Sequence[tuple[int, str, tuple[str, ...]]]) -> None:
        """`commits`: (seconds, id, parents), each before its parents."""
        self.at = {sha: at for at, sha, _ in commits}
        self.parents = {sha: parents for _, sha, parents in commits}
        self.order = {sha: n for n, (_, sha, _) in enumerate(reversed(commits))}
        """Its place, with each after its parents."""

    def on_main(self, tips: Iterable[str]) -> dict[str, Reached]:
        """Commit -> when it came to the main branch: by itself, or with the merge that brought it.

        The branch is what the first parents of its tips lead back to.
        """
        chain: set[str] = set()
        for tip in tips:
            at: str | None = tip
            while at is not None and at in self.parents and at not in chain:
                chain.add(at)
                at = next(iter(self.parents[at]), None)
        return self._first((sha, self.at[sha]) for sha in sorted(chain, key=self.order.__getitem__))

    def in_tags(self, refs: Iterable[Ref]) -> dict[str, Reached]:
        """Commit -> when the first tag that holds it was made."""
        tags = [(ref.at or self.at.get(ref.sha, 0), ref.sha) for ref in refs if ref.name.startswith("refs/tags/")]
        return self._first((sha, at) for at, sha in sorted(tags, key=lambda one: (one[0], self.order.get(one[1], 0))))

    def _first(self, places: Iterable[tuple[str, int]]) -> dict[str, Reached]:
        """Commit -> the first of these places that it is below of, or is itself."""
        out: dict[str, Reached] = {}
        for number, (place, at) in enumerate(places):
            waiting = [place]
            while waiting:
                sha = waiting.pop()
                if sha in out or sha not in self.parents:
                    continue
                # No clock makes something arrive before it was there.
                out[sha] = Reached(max(at, self.at[sha]), number)
                waiting += self.parents[sha]
        return out


class Change(NamedTuple):
    """What one commit changed."""

    sha: str
    files: int
    deleted: int
    """Lines."""
    added: int
    gone: list[tuple[bytes, bytes]]
    """(file, text) of lines that were taken away, no more than one over `MOST_LINES`."""
    new: list[tuple[bytes, bytes]]
    """The same of lines that were added."""


def changes(blocks: Iterable[bytes]) -> Iterator[Change]:
    """What `git diff-tree --stdin -p -U0` prints, commit by commit. Lines are counted off, so no text passes for a heading."""
    now: Change | None = None
    files, deleted, added, old, new, minus, plus = 0, 0, 0, b"", b"", 0, 0
    for line in _lines(blocks):
        if minus or plus:
            assert now is not None
            if line.startswith(b"-") and minus:
                minus -= 1
                deleted += 1
                if len(now.gone) <= MOST_LINES:
                    now.gone.append((old, line[1:]))
                continue
            if line.startswith(b"+") and plus:
                plus -= 1
                added += 1
                if len(now.new) <= MOST_LINES:
                    now.new.append((new, line[1:]))
                continue
            if line.startswith(b"\\"):
                continue
            minus = plus = 0
        if line.startswith(b"@@ "):
            found = _HUNK.match(line)
            if found and now is not None:
                minus, plus = (int(n) if n is not None else 1 for n in found.groups())
        elif line.startswith(b"diff --git "):
            files, old, new = files + 1, b"", b""
        elif line.startswith(b"--- "):
            old = _file(line)
        elif line.startswith(b"+++ "):
            new = _file(line)
        elif len(line) in (40, 64) and not line.translate(None, b"0123456789abcdef"):
            if now is not None:
                yield now._replace(files=files, deleted=deleted, added=added)
            now = Change(line.decode("ascii"), 0, 0, 0, [], [])
            files = deleted = added = 0
    if now is not None:
        yield now._replace(files=files, deleted=deleted, added=added)


def _file(line: bytes) -> bytes:
    """The name behind `--- ` or `+++ `, without the side it stands on; quoted ones stay as they are."""
    name = line[4:].rstrip(b"\t")
    return b'"' + name[3:] if name.startswith(b'"') else name[2:]


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


def kept(found: Iterable[Written], main: Mapping[str, Reached]) -> dict[str, list[Written]]:
    """Commit -> its copies, itself first: of those that are copies of one, the one to count."""
    groups: defaultdict[tuple[int, str], list[Written]] = defaultdict(list)
    for one in found:
        # Commits without a word of their own, made in one second, may still be different ones: only a merge is alike to none.
        groups[(one.authored, one.subject) if one.parents < 2 else (-1, one.sha)].append(one)
    out = {}
    for group in groups.values():
        group.sort(key=lambda one: (one.sha in main, one.committed, one.sha), reverse=True)
        out[group[0].sha] = group
    return out


class _Followed:
    """The lines that own commits added, as they are now."""

    def __init__(self) -> None:
        self._of: dict[tuple[bytes, bytes], list[int]] = {}
        """(file, text) -> the commits that added such a line, by their number, the last at the end."""

    def apply(self, number: int, change: Change) -> tuple[int, list[int | None]]:
        """(lines added, whose the lines were that it changed or took away; None for somebody else's)."""
        if max(change.added, change.deleted) > MOST_LINES:
            return 0, []
        gone = [one for one in change.gone if one[1].translate(None, _NO_WORD)]
        new = [one for one in change.new if one[1].translate(None, _NO_WORD)]
        came = Counter(text for _, text in new)
        moved: defaultdict[bytes, list[int | None]] = defaultdict(list)
        whose: list[int | None] = []
        for line in gone:
            stack = self._of.get(line)
            owner = stack.pop() if stack else None
            if came[line[1]] > 0:
                came[line[1]] -= 1
                moved[line[1]].append(owner)
            else:
                whose.append(owner)
        added = 0
        for line in new:
            owner = number
            if moved[line[1]]:
                before = moved[line[1]].pop(0)
                if before is None:
                    continue
                owner = before
            else:
                added += 1
            self._of.setdefault(line, []).append(owner)
        return added, whose


def rows(
    found: Sequence[Written], graph: Graph, main: Mapping[str, Reached], tags: Mapping[str, Reached], patches: Iterable[bytes], *, shallow: bool
) -> tuple[Row, ...]:  # fmt: skip
    """The rows of these commits in the order in which they stand on each other. `patches`: of `to_measure(…)`, in its order."""
    copies = kept(found, main)
    order = sorted((group[0] for group in copies.values()), key=lambda one: graph.order[one.sha])
    number = {one.sha: n for n, one in enumerate(order)}
    by_any = {copy.sha: number[sha] for sha, group in copies.items() for copy in group}
    subjects: dict[str, int] = {}
    size: dict[int, tuple[int, int, int]] = {}
    lines, reworked = [0] * len(order), [0] * len(order)
    repairs: dict[int, int] = {}
    lost: dict[int, set[int | None]] = {}
    followed = _Followed()
    for change in changes(patches):
        n = number[change.sha]
        size[n] = (change.added, change.deleted, change.files)
        lines[n], whose = followed.apply(n, change)
        lost[n] = set(whose)
        for owner in whose:
            if owner is not None and owner != n and order[n].authored - order[owner].authored <= REWORKED_WITHIN:
                reworked[owner] += 1
    for n, one in enumerate(order):
        target = _repairs(one, n, order, by_any, subjects, lost.get(n, set()))
        if target is not None:
            repairs[n] = target
        subjects[one.subject] = n
    repaired: dict[int, int] = {}
    for n, target in repairs.items():
        repaired[target] = min(repaired.get(target, 1 << 60), max(order[n].authored, order[target].authored))
    out = []
    for n, one in enumerate(order):
        there, tag = main.get(one.sha, NOWHERE), tags.get(one.sha, NOWHERE)
        known = n in size or (one.parents == 1 or (not one.parents and not shallow))
        added, deleted, files = size.get(n, (0, 0, 0))
        out.append(
            Row(
                one.committed, one.authored, one.parents > 1, known, added, deleted, files, lines[n], reworked[n],
                n in repairs, repaired.get(n, 0), there.at, there.number, tag.at, tag.number,
                tuple(copy.committed for copy in copies[one.sha][1:]),
            )
        )  # fmt: skip
    return tuple(out)


def to_measure(found: Sequence[Written], graph: Graph, main: Mapping[str, Reached], since: int, *, shallow: bool) -> list[str]:
    """The commits made since then (seconds) whose changes are to be read, each after those it stands on."""
    able = [one[0] for one in kept(found, main).values() if one[0].parents == 1 or (not one[0].parents and not shallow)]
    return sorted((one.sha for one in able if one.committed >= since), key=graph.order.__getitem__)


def _repairs(
    one: Written, n: int, order: Sequence[Written], by_any: Mapping[str, int], subjects: Mapping[str, int], lost: set[int | None]
) -> int | None:
    """The number of the commit that this one repairs."""
    said = _REVERTS.search(one.body)
    if said:
        target = by_any.get(said[1])
        if target is None and len(said[1]) < 40:
            target = next((k for sha, k in by_any.items() if sha.startswith(said[1])), None)
        if target is not None and target != n:
            return target
    whole = _FIXES_UP.sub("", one.subject)
    if whole != one.subject:
        return subjects.get(whole)
    if _REPAIRS.match(one.subject) and len(lost) == 1:
        (owner,) = lost
        if owner is not None and owner != n and one.authored - order[owner].authored <= FIXED_WITHIN:
            return owner
    return None
