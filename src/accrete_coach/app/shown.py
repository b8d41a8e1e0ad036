"""The one gate between any text that is not a constant and a widget: cleaned, capped, never markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.content import Content
from textual.style import Style

from ..clean import CAP, clean, one_line

_LINK = re.compile(r"https?://[\x21-\x7e]{1,500}")


def shown(text: str, cap: int = 200, style: str = "") -> Content:
    """One line of any text, as literal content."""
    line = one_line(text, cap)
    return Content(line).stylize(style) if style else Content(line)


def block(text: str, cap: int = CAP, style: str = "") -> Content:
    """Any text with its own line breaks, as literal content."""
    lines = clean(text, cap)
    return Content(lines).stylize(style) if style else Content(lines)


def typed(text: str, cap: int = 200) -> str:
    """What a person types or pastes, as one line of literal text. A blank at its end stays: the next word follows."""
    line = one_line(text, cap)[:cap]
    return f"{line} " if line and text.endswith(" ") and len(line) < cap else line


def cell(text: str, width: int, style: str = "") -> Content:
    """One line of any text in exactly `width` columns: padded, or ended with an ellipsis, between two words where there are."""
    line = shown(text, max(width, 1) * 4, style)
    if line.cell_length <= width:
        return line.truncate(width, pad=True)
    cut = line.truncate(max(width - 1, 0)).plain
    # A word is cut only where it alone is longer than half of the room.
    whole = cut if line.plain[len(cut) : len(cut) + 1] == " " else cut[: cut.rfind(" ") + 1]
    kept = whole.rstrip() if len(whole.rstrip()) * 2 >= len(cut) else cut
    ended = line[: len(kept)].append("…")
    return ended.truncate(width, pad=True)


def packed(parts: Sequence[Content], between: Content, width: int) -> Content:
    """The parts with this between them, as many on each line of `width` columns as fit whole."""
    lines: list[Content] = []
    for part in parts:
        if lines and lines[-1].cell_length + between.cell_length + part.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], between, part)
        else:
            lines.append(part)
    return Content("\n").join(lines)


def link(url: str, style: str = "") -> Content:
    """An address that the terminal can open; plain text unless it is http(s) in printable ASCII."""
    content = shown(url, 500, style)
    return content.stylize(Style(link=url)) if _LINK.fullmatch(url) else content
