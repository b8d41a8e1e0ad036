"""The one gate for outside text: caps it and makes what could steer a terminal visible."""

from __future__ import annotations

import json
import re
import unicodedata

CAP = 4_000
"""Characters of an outside text that are shown unless a place says less."""

# C0 and C1 controls but tab and newline, DEL, bidi controls, zero-width and other invisible format characters,
# line and paragraph separators, interlinear marks, tags, lone surrogates, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
MOST_MARKS = 3
"""Marks on one letter; more only serve to draw over the neighbours."""


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\u2039{code:04x}\u203a"


def _few_marks(text: str) -> str:
    out: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if char >= "\u0300" and unicodedata.category(char)[0] == "M" else 0
        if run <= MOST_MARKS:
            out.append(char)
    return "".join(out)


def clean(text: str, cap: int = CAP) -> str:
    """Text that shows literally: controls, C1, bidi and invisible marks become visible signs; longer than `cap` is cut."""
    cut = len(text) > cap
    text = _UNSAFE.sub(_visible, text[:cap].replace("\r\n", "\n").replace("\t", "    "))
    if not text.isascii():
        text = _few_marks(text)
    return text + " …" if cut else text


def escaped(text: str) -> str:
    """JSON text that can steer no terminal either: what `clean` makes visible is escaped, and stays the same when read back."""
    return _UNSAFE.sub(lambda found: json.dumps(found.group())[1:-1] if found.group() >= " " else found.group(), text)


def one_line(text: str, cap: int = 200) -> str:
    """`clean` for a place of one line: newlines and runs of blanks become one blank."""
    return clean(" ".join(text[: cap * 4].split()), cap)
