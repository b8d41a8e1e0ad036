"""Keyed hashes and fingerprints: what stands in the profile instead of words."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache


class Hasher:
    """Keyed hashes: what they were made of cannot be told without the profile's own key."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        # The keyed state is made once and copied, which halves the time of a hash.
        self._started = hashlib.blake2b(digest_size=8, key=key)

    def __call__(self, *parts: str) -> int:
        """A positive 63-bit hash of the parts (SQLite keeps signed 64-bit integers)."""
        hashing = self._started.copy()
        hashing.update("\0".join(parts).encode("utf-8", "replace"))
        return int.from_bytes(hashing.digest(), "little") >> 1


CAP = 3_000
"""Characters of a prompt whose words count."""
_WORD = re.compile(r"\w[\w'\-]*")
_MASK = (1 << 32) - 1
_EMPTY = 1 << 32
_COMMON = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "to",
        "in",
        "on",
        "for",
        "with",
        "is",
        "are",
        "be",
        "it",
        "this",
        "that",
        "i",
        "you",
        "we",
        "my",
        "our",
        "your",
        "please",
        "can",
        "could",
        "should",
        "would",
        "do",
        "does",
        "not",
        "no",
        "yes",
        "ok",
        "now",
        "then",
        "so",
        "if",
        "but",
        "at",
        "by",
        "from",
        "as",
        "have",
        "has",
        "had",
        "was",
        "were",
        "will",
        "just",
        "also",
        "me",
        "us",
        "them",
        "there",
        "here",
        "what",
        "how",
        "why",
        "let's",
        "lets",
        "it's",
        "don't",
    ]
)
PRINTS = 16
"""Values in a MinHash."""


@lru_cache(maxsize=32_768)
def _of_word(word: str, key: bytes) -> int:
    # People use few words: most are asked for again while one process reads.
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8, key=key).digest(), "little")


def minhash(text: str, key: bytes) -> bytes:
    """The keyed MinHash (16 values of four bytes) of the distinct words of a prompt; empty without three such words.

    One permutation hashing with rotation (Li, Owen and Zhang 2012; Shrivastava and Li 2014): the share of equal values
    estimates the Jaccard similarity of two word sets.
    """
    words = {w for w in _WORD.findall(text[:CAP].lower()) if w not in _COMMON}
    if len(words) < 3:
        return b""
    bins = [_EMPTY] * PRINTS
    for word in words:
        value = _of_word(word, key)
        bin_, rest = value & (PRINTS - 1), (value >> 8) & _MASK
        bins[bin_] = min(bins[bin_], rest)
    for n in range(PRINTS):
        # An empty bin takes the next full one's value, with the distance mixed in.
        step = 0
        while bins[(n + step) % PRINTS] == _EMPTY:
            step += 1
        if step:
            bins[n] = -((bins[(n + step) % PRINTS] + 0x9E3779B1 * step) & _MASK) - 1
    return b"".join((b if b >= 0 else -b - 1).to_bytes(4, "little") for b in bins)


def similarity(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of two prompts' words, 0 to 1; 0 where either is too short to say."""
    if not a or not b:
        return 0.0
    same = sum(a[i : i + 4] == b[i : i + 4] for i in range(0, 4 * PRINTS, 4))
    return same / PRINTS
