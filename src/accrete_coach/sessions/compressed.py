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
        os.lseek(self._fd, 0, os.SEEK_SET)
        if not offset:
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
