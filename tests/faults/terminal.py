"""A program on a real terminal: every byte that reached it, and how the terminal was left."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyte

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


LEAVES = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""Back from the second screen, the cursor shown, mouse and pasting as before."""


def left_as_found(shown: Shown) -> None:
    assert shown.before == shown.after, "the terminal's settings are others than before"
    for sequence in LEAVES:
        assert sequence in shown.raw, sequence
    entered = shown.raw.rindex(b"\x1b[?1049h")
    assert shown.raw.rindex(LEAVES[0]) > entered
    assert shown.raw.rindex(LEAVES[1]) > shown.raw.rindex(b"\x1b[?25l")


# --- a person in front of it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Token:
    """A piece of what a terminal was sent: a run of text, one control character or one escape sequence."""

    raw: str
    kind: str
    """"" for text. Of a sequence what it does, without the numbers that say where or how much: `CSI H`, `OSC 52`, `DCS`.
    A mode that is set or reset is a kind of its own: `CSI ?1049h`."""


_SEQUENCE = re.compile(
    r"""
    (?: \x1b\[ | \x9b ) (?P<csi> [0-?]* [ -/]* [@-~] )
  | (?: \x1b\] | \x9d ) (?P<osc> [^\x07\x1b\x9c]* ) (?: \x07 | \x1b\\ | \x9c )
  | (?: \x1b (?P<string> [P_^X] ) | (?P<c1string> [\x90\x98\x9e\x9f] ) ) [^\x1b\x9c]* (?: \x1b\\ | \x9c )
  | \x1b (?P<esc> [ -/]* [0-~] )
  | (?P<control> [\x00-\x1f\x7f-\x9f] )
  | (?P<text> [^\x00-\x1f\x7f-\x9f]+ )
    """,
    re.VERBOSE,
)
_STRINGS = {"P": "DCS", "_": "APC", "^": "PM", "X": "SOS", "\x90": "DCS", "\x9f": "APC", "\x9e": "PM", "\x98": "SOS"}
_NUMBERS = re.compile(r"[0-9;:]+")


def tokens(text: str) -> Iterator[Token]:
    """All of it, piece by piece: joined, the pieces are the text."""
    for found in _SEQUENCE.finditer(text):
        kind = ""
        if (csi := found["csi"]) is not None:
            kind = "CSI " + (csi if csi[-1] in "hl" else _NUMBERS.sub("", csi))
        elif (osc := found["osc"]) is not None:
            kind = "OSC " + osc.partition(";")[0]
        elif string := found["string"] or found["c1string"]:
            kind = _STRINGS[string]
        elif (esc := found["esc"]) is not None:
            kind = "ESC " + esc
        elif (control := found["control"]) is not None:
            kind = f"control {ord(control):02x}"
        yield Token(found[0], kind)


def kinds(raw: bytes) -> set[str]:
    """Which sequences and control characters a terminal was sent."""
    return {token.kind for token in tokens(raw.decode("utf-8", "surrogateescape"))} - {""}


def literal(raw: bytes) -> str:
    """What is neither."""
    return "".join(token.raw for token in tokens(raw.decode("utf-8", "surrogateescape")) if not token.kind)


_MISREAD = re.compile(r"DCS|APC|PM|SOS|OSC .*|CSI [<>=?].*[^hl]|CSI .*[ -/].")
"""What pyte would draw as text, or take for another sequence; none of it draws anything."""


_BEGUN = {"control 1b", "ESC [", "ESC ]", "ESC P", "ESC _", "ESC ^", "ESC X"}
"""What the beginning of a sequence is taken for while its end has not arrived."""


class Terminal:
    """A program on a terminal of its own, and a person in front of it who waits for what they read before they type.

    A context manager: whatever happens, the program has ended after it.
    """

    SECONDS = 60.0
    """How long the person waits for something: long enough for a busy machine."""

    def __init__(self, folder: Path, *arguments: object, columns: int = 100, rows: int = 32, **more: str) -> None:
        self._ours, self._theirs = pty.openpty()
        self._window(columns, rows)
        self.before = termios.tcgetattr(self._theirs)
        self.raw = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        # No COLUMNS and LINES: they would hide the sizes that the terminal says of itself.
        env = {k: v for k, v in environment(folder).items() if k not in ("COLUMNS", "LINES")}
        env |= {"TERM": "xterm-256color", "EDITOR": "", "VISUAL": "", **more}
        self.program = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env=env,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Take the terminal away. It is not the program's own one, so no signal says so."""
        for handle in (self._ours, self._theirs):
            with contextlib.suppress(OSError):
                os.close(handle)

    def _window(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, seconds: float = 0.1) -> bool:
        """Take what has arrived, if anything."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        new = os.read(self._ours, 65_536)
        self.raw += new
        text = self._rest + self._decoder.decode(new)
        # A sequence may have arrived in part: from its beginning on, it waits for the rest.
        whole: list[str] = []
        read = 0
        for token in tokens(text):
            if token.kind in _BEGUN:
                break
            whole.append(token.raw if not _MISREAD.fullmatch(token.kind) else "")
            read += len(token.raw)
        self._rest = text[read:]
        self._stream.feed("".join(whole))
        return True

    @property
    def shows(self) -> str:
        """The screen as the person sees it."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, true: Callable[[str], bool], what: str) -> str:
        """Wait until the screen is so, and return it."""
        end = time.monotonic() + self.SECONDS
        while not true(self.shows):
            ended = self.program.poll() is not None
            if not self._read() and (ended or time.monotonic() > end):
                raise AssertionError(f"{what} ({'it ended' if ended else 'still running'}); the screen:\n{self.shows}")
        return self.shows

    def see(self, *words: str) -> str:
        """Wait until all of these stand on the screen."""
        return self.until(lambda screen: all(word in screen for word in words), f"never seen: {words}")

    def gone(self, word: str) -> str:
        """Wait until this stands on the screen no more."""
        return self.until(lambda screen: word not in screen, f"never gone: {word}")

    def type(self, keys: str, *words: str) -> str:
        """Type, and wait until these words stand on the screen: such as were not there before."""
        os.write(self._ours, keys.encode())
        return self.see(*words)

    def resize(self, columns: int, rows: int, *words: str) -> str:
        """Make the terminal this large, and wait for these words."""
        self._window(columns, rows)
        self.screen.resize(rows, columns)
        self.screen.reset()
        self.program.send_signal(signal.SIGWINCH)
        return self.see(*words)

    def ends(self) -> Shown:
        """Wait until the program has ended; all that the terminal was sent."""
        end = time.monotonic() + self.SECONDS
        while self._read() or self.program.poll() is None:
            assert time.monotonic() < end, f"it did not end; the screen:\n{self.shows}"
        return Shown(self.raw, self.program.returncode, self.before, termios.tcgetattr(self._theirs))
