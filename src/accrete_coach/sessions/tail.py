"""A file and a reading position -> whole new lines, whatever was done to the file since."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

LINE_CAP = 32 * 1024 * 1024
"""Bytes of the longest line that is read. A longer one is skipped and counted (7.6 GB files of 200 MB lines exist)."""
BLOCK = 1024 * 1024
"""Bytes read at a time."""
HEAD = 1024
"""Bytes at the start whose hash tells that the file is still the same one."""
TAIL = 64
"""Bytes before the offset whose hash tells that what was read is still there."""


class Position(msgspec.Struct, frozen=True):
    """Where reading stopped, and what the file was then."""

    device: int = 0
    inode: int = 0
    size: int = 0
    """Bytes."""
    mtime: int = 0
    """Nanoseconds since 1970."""
    offset: int = 0
    """Bytes from the start that were read: the next byte is the first of a new line, or follows a whole record."""
    line: int = 0
    """Lines begun before `offset`."""
    inside: bool = False
    """Whether the record before `offset` was whole but its line had no end yet."""
    head: bytes = b""
    head_size: int = 0
    """Bytes that `head` is the hash of."""
    tail: bytes = b""
    skipping: bool = False
    """Whether `offset` is within a line that is too long."""


class Reading(Protocol):
    """The new whole lines of a file, whatever it is kept in: iterate once, then look at the rest."""

    again: bool
    """Whether the file is another one than before: the lines are then all of it, from the first."""
    too_long: int
    """Lines passed over because they are longer than the cap."""
    position: Position
    """Where the next reading starts."""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield (line number from 1, bytes without the line's end). Raises OSError where the file can't be read."""


class Lines:
    """The new whole lines of a file, and the position after them.

    Iterate once; `position` is then where the next reading starts. `again` says that the file is another one than
    before (truncated, rewritten, replaced): the lines are then all of it, from the first.
    """

    def __init__(self, path: str | Path, position: Position | None = None) -> None:
        self.path = os.fspath(path)
        self.before = position or Position()
        self.position = self.before
        self.again = False
        self.too_long = 0
        """Lines passed over because they are longer than the cap."""
        self._fd = os.open(
            self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        try:
            status = os.fstat(self._fd)
            if self.before.offset and not self._same(status):
                self.again = True
                self.before = self.position = Position()
            self.status = status
        except BaseException:
            os.close(self._fd)
            raise

    def _same(self, status: os.stat_result) -> bool:
        old = self.before
        if status.st_size < old.offset:
            return False
        start = max(0, old.offset - TAIL)
        return self._digest(0, old.head_size) == old.head and self._digest(start, old.offset - start) == old.tail

    def _digest(self, start: int, size: int) -> bytes:
        os.lseek(self._fd, start, os.SEEK_SET)
        return hashlib.blake2b(os.read(self._fd, size), digest_size=8).digest()

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield (line number from 1, bytes without the line's end). Raises OSError where the file can't be read."""
        try:
            yield from self._read()
        finally:
            os.close(self._fd)

    def _read(self) -> Iterator[tuple[int, bytes]]:
        offset, number = self.before.offset, self.before.line
        inside, skipping = self.before.inside, self.before.skipping
        self._begin(offset)
        rest = b""
        while True:
            block = self._block(offset + len(rest))
            if not block:
                break
            data = rest + block if rest else block
            start = 0
            while (end := data.find(b"\n", start)) >= 0:
                line = data[start:end]
                offset += end - start + 1
                start = end + 1
                if skipping or inside:
                    # The end of a line whose beginning was already dealt with, or that is too long to be.
                    if inside and not skipping and line.strip(b"\r\0 "):
                        yield number, line
                    skipping = inside = False
                    continue
                number += 1
                yield number, line
            rest = data[start:]
            if skipping:
                offset += len(rest)
                rest = b""
            elif len(rest) > LINE_CAP:
                if not inside:
                    number += 1
                self.too_long += 1
                offset += len(rest)
                rest = b""
                skipping, inside = True, False
        if rest.endswith(b"}") and not skipping and _whole(rest):
            # Half a line waits for the rest, but a whole record needs no line end to be read.
            offset += len(rest)
            if not inside:
                number += 1
            inside = True
            yield number, rest
        self.position = self._at(offset, number, inside, skipping)

    def _begin(self, offset: int) -> None:
        os.lseek(self._fd, offset, os.SEEK_SET)

    def _block(self, at: int) -> bytes:
        """The next bytes, which stand at `at`; none at the end."""
        # Never past the size seen at the start: what is written meanwhile is read next time.
        left = self.status.st_size - at
        return os.read(self._fd, min(BLOCK, left)) if left > 0 else b""

    def _at(self, offset: int, number: int, inside: bool, skipping: bool) -> Position:
        head_size = min(HEAD, offset)
        start = max(0, offset - TAIL)
        return Position(
            device=self.status.st_dev,
            inode=self.status.st_ino,
            size=self.status.st_size,
            mtime=self.status.st_mtime_ns,
            offset=offset,
            line=number,
            inside=inside,
            head=self._digest(0, head_size),
            head_size=head_size,
            tail=self._digest(start, offset - start),
            skipping=skipping,
        )


def _whole(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _sound(data: bytes) -> bool:
    """Whether it is one whole record of text: bad UTF-8 within a string shows only where that string is asked for."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _whole(data)


_BAD_ESCAPE = re.compile(rb'\\(?:\\|"|/|[bfnrt]|u[0-9a-fA-F]{4})|\\')
# One escape after the other, so that half a pair is told from a pair, and an escaped backslash before a "u" from an
# escape; a run of backslashes of any length costs no more than its length.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_NEXT_RECORD = re.compile(r'\{"(?:type|parentUuid|timestamp|uuid)"')
_decoder = json.JSONDecoder()
_MOST_RECORDS = 1000
"""Records on one line that are saved."""
_PATIENCE = 4
"""How often, in all, the characters of a line may be gone through in vain: fragments within fragments end somewhere."""


def mend(line: bytes) -> tuple[list[bytes], str]:
    """The records that can be saved from a line that is no JSON, and what was wrong with it, in words.

    Two records on one line are split; a torn record is dropped up to the next one; NUL runs are taken out; an escape
    that JSON does not know is read as the characters it shows.
    """
    reason = "not JSON"
    if b"\0" in line:
        line = line.replace(b"\0", b"")
        reason = "NUL bytes"
        if not line.strip():
            return [], reason
        if _sound(line):
            return [line], reason
    if not line.strip():
        return [], "blank"
    if b"\\" in line:
        mended = _BAD_ESCAPE.sub(lambda m: m.group() if len(m.group()) > 1 else b"\\\\", line)
        if mended != line:
            line, reason = mended, "broken escape"
            if _sound(line):
                return [line], reason
    if b"\\u" in line:
        # msgspec refuses half of a pair; Claude Code writes such halves where it cut a text.
        mended = _ESCAPE.sub(lambda m: b"\\ufffd" if m.group(1) else m.group(), line)
        if mended != line:
            line, reason = mended, "lone surrogate"
            if _sound(line):
                return [line], reason
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
        line, reason = text.encode("utf-8"), "bad UTF-8"
        if _sound(line):
            return [line], reason
    return _split(text, reason)


def _split(text: str, reason: str) -> tuple[list[bytes], str]:
    """The whole records of a line that holds several, or parts of some."""
    found: list[bytes] = []
    at = wasted = 0
    torn = False
    while len(found) <= _MOST_RECORDS:
        while at < len(text) and text[at] in " \t\r,":
            at += 1
        if at >= len(text):
            break
        try:
            value, end = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as problem:
            end = 0
            wasted += 1000 + (problem.pos - at if isinstance(problem, json.JSONDecodeError) else 0)
        # An object within a torn record is no record: after it comes more of what was torn.
        if not end or (torn and text[end : end + 1] not in ("", "{", " ", "\t", "\r")):
            following = _NEXT_RECORD.search(text, end or at + 1)
            if following is None or wasted > _PATIENCE * len(text) + 1_000_000:
                reason = "torn record" if torn or text[at] == "{" else reason
                break
            at, torn, reason = following.start(), True, "torn record"
            continue
        torn = False
        if isinstance(value, dict):
            piece = text[at:end].encode("utf-8", "replace")
            if _sound(piece):
                found.append(piece)
        at = end
    if len(found) > 1 and reason == "not JSON":
        reason = "two records on a line"
    return found, reason
