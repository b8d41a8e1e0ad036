"""The lines of a transcript that its agent has compressed (`.zst`): streamed, never held whole."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO

import zstandard

from . import tail
from .tail import Lines, Position


class CompressedLines(Lines):
    """Like `Lines`, of a compressed file. It is written once: whatever changed in it, all of it is read again.

    `position.offset` counts the bytes on disk, for they tell whether it is still the same file.
    """

    def __init__(self, path: str | Path, position: Position | None = None) -> None:
        super().__init__(path, position)
        self._plain: zstandard.ZstdDecompressionReader | None = None
        if self.before.offset and self.before.offset != self.status.st_size:
            self.again = True
            self.before = self.position = Position()

    def _begin(self, offset: int) -> None:
        if not offset:
            if _cut_off(self._fd, self.status.st_size):
                # The decompressor would end without a word where the file does.
                raise OSError(0, "can't be decompressed (it ends within a frame)", self.path)
            os.lseek(self._fd, 0, os.SEEK_SET)
            # The number alone would be closed with the reader; the file is closed where it was opened.
            source = os.fdopen(self._fd, "rb", closefd=False)
            self._plain = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)

    def _block(self, at: int) -> bytes:
        if self._plain is None:
            return b""
        try:
            return self._plain.read(tail.BLOCK)
        except zstandard.ZstdError as problem:
            raise OSError(0, f"can't be decompressed ({problem})", self.path) from problem

    def _at(self, offset: int, number: int, inside: bool, skipping: bool) -> Position:
        if self._plain is None:
            return self.before
        return super()._at(self.status.st_size, number, inside, skipping)


_FRAME = 0xFD2FB528
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_MOST_OF_A_HEADER = 18
"""Bytes of the longest frame header, with its magic number."""
_RLE = 1
"""The type of a block that is one byte, however often it stands for."""


def _cut_off(fd: int, size: int) -> bool:
    """Whether a file ends before its last frame does: a walk from block to block, in which nothing is decompressed.

    What is no frame at all is left to the decompressor, which names it.
    """
    at = 0
    while at < size:
        head = _bytes(fd, at, _MOST_OF_A_HEADER)
        magic = int.from_bytes(head[:4], "little")
        if magic in _SKIPPABLE and len(head) >= 8:
            at += 8 + int.from_bytes(head[4:8], "little")
        elif magic != _FRAME:
            # Too few bytes to tell what they begin.
            return len(head) < 8
        else:
            try:
                at += zstandard.frame_header_size(head)
                checked = zstandard.get_frame_parameters(head).has_checksum
            except zstandard.ZstdError:
                return len(head) < _MOST_OF_A_HEADER
            last = False
            while not last:
                block = int.from_bytes(_bytes(fd, at, 3), "little")
                if at + 3 > size:
                    return True
                last = bool(block & 1)
                at += 3 + (1 if block >> 1 & 3 == _RLE else block >> 3)
            at += 4 * checked
    return at > size


def _bytes(fd: int, at: int, count: int) -> bytes:
    os.lseek(fd, at, os.SEEK_SET)
    return os.read(fd, count)


def opened(path: str) -> BinaryIO:
    """A compressed file as the bytes that were compressed. Raises OSError."""
    return io.BufferedReader(_Plain(path))


class _Plain(io.RawIOBase):
    """The decompressed bytes, with faults in the terms of files."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = open(path, "rb")  # noqa: SIM115 - closed with this one
        self._from = zstandard.ZstdDecompressor().stream_reader(self._file, read_across_frames=True)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            got = self._from.read(len(view))
        except zstandard.ZstdError as problem:
            raise OSError(0, f"can't be decompressed ({problem})", self._path) from problem
        view[: len(got)] = got
        return len(got)

    def close(self) -> None:
        self._file.close()
        super().close()
