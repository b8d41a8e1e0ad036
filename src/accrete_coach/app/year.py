"""A practice's year as a picture: a bar for each week, and what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.content import Content

from ..standings import Week
from ..trend import Trend, Verdict
from .row import MUTED
from .shown import block, shown

YOU, AGENT, PASSED = "█", "▒", "░"
"""What a bar is made of: sessions in which the person asked for it, in which it happened all the same, which let it pass."""
_STYLES = {YOU: "$text-primary", AGENT: "$text-secondary", PASSED: MUTED}
LEGEND = ((YOU, "you"), (AGENT, "the agent"), (PASSED, "not seen"))
HEIGHT = 9
"""Lines of the picture, with its axes."""
YEAR, HALF = 52, 26
"""Weeks that are drawn where there is room, and where there is not."""
_MARGIN = 7
"""Columns of the axis at the left."""


def year(trend: Trend, width: int) -> Content:
    """The verdict, and the weeks as bars where there was any occasion; in at most `width` columns."""
    glyph = trend.verdict.glyph
    said = shown(f"{glyph} {trend.sentence}", 400)
    weeks = trend.weeks[-YEAR if width >= YEAR + _MARGIN else -HALF :]
    if width < HALF + _MARGIN or not any(w.applied for w in weeks) or trend.verdict is Verdict.TOO_LITTLE:
        return said
    legend = Content("   ").join(
        [Content.assemble(shown(sign, style=_STYLES[sign]), " ", shown(word, style=MUTED)) for sign, word in LEGEND]
    )
    return Content.assemble(said, "\n\n", _bars(trend, len(weeks)), "\n", legend)


def _bars(trend: Trend, n: int) -> Content:
    # Slow to import, and nobody sees it before a page is open.
    import plotext

    weeks = trend.weeks[-n:]
    most = max(w.applied for w in weeks)
    plotext.clear_figure()
    plotext.theme("clear")
    # One column for each week, beside the axis and its widest number.
    plotext.plotsize(n + len(str(most)) + 1, HEIGHT)
    plotext.xlim(-0.5, n - 0.5)
    plotext.frame(False)
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    parts = [[w.you for w in weeks], [w.happened - w.you for w in weeks], [w.applied - w.happened for w in weeks]]
    plotext.stacked_bar(list(range(n)), parts, marker=[YOU, AGENT, PASSED], width=0.01)
    plotext.ylim(0, most)
    plotext.yticks([0, most] if most < 4 else [0, most // 2, most])
    named = _named(weeks)
    plotext.xticks(named, [_month(weeks[i].start) for i in named])
    drawn = block(plotext.uncolorize(plotext.build()).rstrip("\n"), 8_000)
    for sign, style in _STYLES.items():
        for i, char in enumerate(drawn.plain):
            if char == sign:
                drawn = drawn.stylize(style, i, i + 1)
    return drawn


def months(weeks: Sequence[Week]) -> str:
    """The names of the months over a row with a column for each week."""
    line = ""
    for i in _named(weeks):
        line = line.ljust(i) + _month(weeks[i].start)
    return line


def _named(weeks: Sequence[Week]) -> list[int]:
    """The weeks under which a month is named: those that begin one, as far as three letters and a blank fit."""
    named: list[int] = []
    for i, week in enumerate(weeks):
        begins = not i or week.start.month != weeks[i - 1].start.month
        if begins and i <= len(weeks) - 3 and (not named or i - named[-1] >= 4):
            named.append(i)
    return named


def _month(day: date) -> str:
    return f"{day:%b}"
