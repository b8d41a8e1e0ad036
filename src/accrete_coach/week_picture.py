"""A week as a picture: one SVG that stands by itself, without a script, a link or a font of its own, and without a project's
name but the one that was asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from .clean import one_line
from .week import Change, Kind, Week

WIDTH = 720
"""Pixels."""
_LEFT, _BAR, _ROW = 190, 300, 24
_INK, _MUTED, _YOU, _AGENT, _PAPER, _LINE = "#2b2b33", "#6b6b78", "#3a6ea5", "#b9c7d8", "#fdfcf9", "#e4e1d8"


def week_svg(week: Week) -> str:
    """The picture: the title, what moved, and for each practice with an occasion a bar of its sessions: in dark those in which the
    person asked for it, in light those in which it happened unasked. Words and numbers stand beside the bars."""
    body: list[str] = []
    y = 44
    body.append(_text(28, y, week.title, 20, _INK, bold=True))
    for line in textwrap.wrap(one_line(f"{week.rests_on} {week.moved}", 600), 92):
        y += 22
        body.append(_text(28, y, line, 14, _MUTED))
    y += 18
    some = [c for c in week.changes if c.applied]
    most = max((c.applied for c in some), default=1)
    for c in some:
        y += _ROW
        body += _row(c, y, most)
    if some:
        y += 34
        body += [
            f'<rect x="28" y="{y - 10}" width="12" height="12" fill="{_YOU}"/>',
            _text(46, y, "you asked for it", 12, _MUTED),
            f'<rect x="160" y="{y - 10}" width="12" height="12" fill="{_AGENT}"/>',
            _text(178, y, "the agent did it unasked", 12, _MUTED),
            f'<rect x="350" y="{y - 10}" width="12" height="12" fill="{_LINE}"/>',
            _text(368, y, "an occasion, and it did not happen", 12, _MUTED),
        ]
    height = y + 28
    title = _safe(week.title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{title}" font-family="system-ui, sans-serif">\n<title>{title}</title>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="{_PAPER}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _row(c: Change, y: int, most: int) -> Iterator[str]:
    yield _text(28, y, c.practice.short, 14, _INK)
    scale = _BAR / most
    x: float = _LEFT
    for n, colour in ((c.you, _YOU), (c.agent, _AGENT), (c.applied - c.you - c.agent, _LINE)):
        if n:
            yield f'<rect x="{x:g}" y="{y - 12}" width="{n * scale:g}" height="14" fill="{colour}"/>'
            x += n * scale
    words = f"{c.you} of {c.applied}"
    if c.kind in (Kind.GREW, Kind.FADED, Kind.FIRST):
        words += f"  {c.kind.glyph} {c.kind.value}"
    yield _text(_LEFT + _BAR + 14, y, words, 13, _MUTED)


def _text(x: int, y: int, text: str, size: int, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{weight}>{_safe(text)}</text>'


def _safe(text: str) -> str:
    shown = one_line(text, 300)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        shown = shown.replace(sign, entity)
    return shown
