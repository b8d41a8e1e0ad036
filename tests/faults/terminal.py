"""A program on a real terminal: every byte that reached it, and how the terminal was left."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .made import environment


@dataclass
class Shown:
    """What a terminal was sent."""

    raw: bytes
    code: int
    before: list[Any]
    """The terminal's settings when the program began."""
    after: list[Any]

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "surrogateescape")


def on_a_terminal(
    folder: Path,
    *arguments: object,
    keys: Sequence[tuple[bytes, bytes]] = (),
    columns: int = 100,
    seconds: float = 60.0,
    end: bytes = b"",
    **more: str,
) -> Shown:
    """Run Python with these arguments on a terminal of its own until it ends.

    `keys`: (what must have been shown, what is typed then), one after the other. `end`: what must have been shown before
    the program is interrupted, for one that never ends by itself.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    before = termios.tcgetattr(theirs)
    env = environment(folder) | {"TERM": "xterm-256color", "COLUMNS": str(columns), **more}
    started = subprocess.Popen(
        [sys.executable, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
    )
    seen = b""
    fresh = 0
    waiting = list(keys)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            if end and end in seen:
                started.send_signal(signal.SIGINT)
                end = b""
            ready, _, _ = select.select([ours], [], [], 0.2)
            if ready:
                seen += os.read(ours, 65_536)
            elif waiting and waiting[0][0] in seen[fresh:]:
                # Drawn, and nothing moves any more.
                fresh = len(seen)
                os.write(ours, waiting.pop(0)[1])
            elif started.poll() is not None:
                break
        code = started.poll()
        assert code is not None, f"it did not end; waiting for {waiting or end!r}; it showed {seen[-2000:]!r}"
        return Shown(seen, code, before, termios.tcgetattr(theirs))
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()
        os.close(ours)
        os.close(theirs)
