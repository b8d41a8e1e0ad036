"""The one gate for outside text: caps it and makes what could steer a terminal visible."""

from __future__ import annotations

import re

CAP = 4_000
"""Characters of an outside text that are shown unless a place says less."""

# C0 and C1 controls but tab and newline, DEL, bidi controls, zero-width and other invisible format characters,
# line and paragraph separators, interlinear marks, tags, lone surrogates, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
# More than three marks on one letter only serve to draw over neighbours.
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]+"
)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\u2039{code:04x}\u203a"


def clean(text: str, cap: int = CAP) -> str:
    """Text that shows literally: controls, C1, bidi and invisible marks become visible signs; longer than `cap` is cut."""
    cut = len(text) > cap
    text = _UNSAFE.sub(_visible, text[:cap].replace("\r\n", "\n").replace("\t", "    "))
    text = _MARKS.sub(r"\1", text)
    return text + " …" if cut else text


def one_line(text: str, cap: int = 200) -> str:
    """`clean` for a place of one line: newlines and runs of blanks become one blank."""
    return clean(" ".join(text[: cap * 4].split()), cap)
