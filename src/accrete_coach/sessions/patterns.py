"""Patterns that own practices declare over words a person or an agent wrote: matched while a transcript is read, never stored.

A fact keeps only which of them matched, as hashes. RE2 matches in time linear in the text, whatever the pattern; the caps
here keep the factor small, too. Its library is loaded only where a pattern is declared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Over = Literal["prompts", "commands", "paths"]
OVER: tuple[Over, ...] = ("prompts", "commands", "paths")
"""prompts: what the person wrote, answers too. commands: a shell command, whole. paths: a file that was read or changed,
below the session's folder relative to it."""
MOST_PATTERN = 400
"""Characters of a pattern."""
MOST_PROGRAM = 500
"""Instructions a pattern may compile to: the worst case of a match grows with them."""
MOST_MEMORY = 2 << 20
"""Bytes RE2 may use for a pattern."""
MOST_TEXT = 4_000
"""Characters of a text that are looked at: three quarters from its start, the rest from its end."""
MOST_REMEMBERED = 4_096
"""Paths whose answer is remembered: the same files come again and again."""


@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """A pattern and the words it is held against."""

    over: Over
    re2: str

    @property
    def mark(self) -> int:
        """What a fact keeps where it matched: a positive 63-bit hash of the pattern, not of the words."""
        return _mark(self)

    @property
    def name(self) -> str:
        """The mark as it stands in a stamp."""
        return f"{self.mark:016x}"


@cache
def _mark(pattern: Pattern) -> int:
    words = f"{pattern.over}\0{pattern.re2}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(words, digest_size=8, person=b"coach pattern").digest(), "little") >> 1


def fault(pattern: Pattern) -> str:
    """What is wrong with a pattern, as the rest of a sentence; "" where nothing is."""
    if len(pattern.re2) > MOST_PATTERN:
        return f"is longer than {MOST_PATTERN} characters"
    try:
        program = _compiled(pattern).programsize
    except ImportError:
        return "needs the package google-re2, which is not installed"
    except Exception as problem:  # re2.error, of which nothing is known before the library is loaded
        said = problem.args[0] if problem.args else problem
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"is no RE2 pattern ({said})"
    if program > MOST_PROGRAM:
        return f"compiles to {program} instructions, more than {MOST_PROGRAM}: ask for fewer repetitions or classes"
    return ""


@cache
def _compiled(pattern: Pattern) -> Any:
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    options.never_capture = True
    # Bytes spare the translation of places back to characters, which nobody asks for.
    return re2.compile(pattern.re2.encode("utf-8", "replace"), options)


class Patterns:
    """The patterns of all practices. A value: it goes to worker processes and compiles there, when it is first used."""

    def __init__(self, patterns: Iterable[Pattern] = ()) -> None:
        self.all = tuple(sorted(set(patterns)))
        self.stamp = " ".join(p.name for p in self.all)
        """The names of the patterns; "" for none. Stored with a file that was read with them."""
        self._over: dict[str, tuple[Pattern, ...]] = {o: tuple(p for p in self.all if p.over == o) for o in OVER}
        self._paths: dict[str, tuple[int, ...]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Patterns, (self.all,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Patterns) and self.all == other.all

    def __hash__(self) -> int:
        return hash(self.all)

    def __repr__(self) -> str:
        return f"Patterns({self.stamp!r})"

    def marks(self, over: Over, text: str) -> tuple[int, ...]:
        """The marks of those patterns that match a text."""
        mine = self._over[over]
        if not mine or not text:
            return ()
        if over == "paths":
            known = self._paths.get(text)
            if known is None:
                if len(self._paths) >= MOST_REMEMBERED:
                    self._paths.clear()
                known = self._paths[text] = _matching(mine, text)
            return known
        return _matching(mine, text)

    def read_by(self, stamp: str) -> bool:
        """Whether a file read with the patterns of this stamp was read with all of these."""
        if not self.all or stamp == self.stamp:
            return True
        had = set(stamp.split())
        return all(p.name in had for p in self.all)


def _matching(patterns: Iterable[Pattern], text: str) -> tuple[int, ...]:
    if len(text) > MOST_TEXT:
        text = text[: MOST_TEXT * 3 // 4] + "\n" + text[-MOST_TEXT // 4 :]
    given = text.encode("utf-8", "replace")
    return tuple(p.mark for p in patterns if _compiled(p).search(given) is not None)


NO_PATTERNS = Patterns()
