"""All practices over a year, a column for each week: what grew, what faded, what was only tried."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from ..practice import FAMILY_NAMES
from ..standings import WEEKS_LEGEND
from ..trend import Trend
from .commands import Commanded, command
from .frame import CoachScreen
from .row import MUTED, WAITING
from .shown import block, cell, packed, shown
from .year import YEAR, months

GAP = 2
VERDICT = 24
"""Columns of what can be said of a year: "too little to compare", "a plateau since May"."""


class YearScreen(Commanded, CoachScreen):
    """The year in rows."""

    years: reactive[Mapping[str, Trend] | None] = reactive(None)
    """By the practice's id; None while they are looked up."""

    def body(self) -> ComposeResult:
        """What it rests on, the months, the rows, what the signs mean."""
        yield Static(id="place")
        yield Static(id="months")
        with VerticalScroll(id="years"):
            yield Static(id="rows")
        yield Static(id="legend")

    def on_mount(self) -> None:
        """Ask for the year; the arrows scroll at once."""
        self.query_one("#years").focus()
        filters = self.now_shown.filters

        def take(years: dict[str, Trend]) -> None:
            self.years = years

        self.coach_app.ask(
            self,
            lambda coach: coach.year(project=filters.project or None, agent=filters.agent or None),
            take,
            failed="The year could not be looked up ({}).",
        )

    def on_resize(self) -> None:
        """More or fewer weeks may fit."""
        self.watch_years()

    def watch_years(self) -> None:
        """Draw the rows."""
        if not self.is_mounted:
            return
        years = self.years
        if years is None:
            self.query_one("#rows", Static).update(shown(WAITING, style=MUTED))
            return
        practices = self.now_shown.catalogue.practices
        room = self.query_one("#years").scrollable_content_region.width
        name = max((shown(p.short).cell_length for p in practices), default=8)
        weeks = max(min(YEAR, room - name - GAP), 1)
        verdict = room >= name + GAP + weeks + GAP + VERDICT
        filters = self.now_shown.filters
        where = [f"project {filters.project}"] * bool(filters.project) + [filters.agent] * bool(filters.agent)
        self.query_one("#place", Static).update(
            Content.assemble(
                shown("your year" if weeks == YEAR else f"your last {weeks} weeks", style="bold"),
                shown("".join(f"  ·  {one}" for one in where), 200, MUTED),
            )
        )
        some = next(iter(years.values())).weeks[-weeks:] if years else ()
        self.query_one("#months", Static).update(Content.assemble(Content.blank(name + GAP), block(months(some), style=MUTED)))
        lines = []
        for family, members in self.now_shown.by_family:
            lines.append(shown(FAMILY_NAMES[family], style=MUTED))
            for practice in members:
                trend = years.get(practice.id)
                if trend is None:
                    continue
                row = trend.weeks[-weeks:]
                used = "$text-primary" if any(w.you for w in row) else MUTED
                line = Content.assemble(cell(practice.short, name), "  ", block("".join(w.glyph for w in row), style=used))
                if verdict:
                    line = Content.assemble(line, "  ", cell(f"{trend.verdict.glyph} {trend.word}", VERDICT, MUTED))
                lines.append(line)
        self.query_one("#rows", Static).update(Content("\n").join(lines))
        said = [Content.assemble(shown(glyph), " ", shown(words, style=MUTED)) for glyph, words in WEEKS_LEGEND]
        legend = self.query_one("#legend", Static)
        legend.update(packed(said, Content("   "), legend.scrollable_content_region.width))

    @command("down,j", "down")
    def action_down(self) -> None:
        """Read on."""
        self.query_one("#years").scroll_down(animate=False)

    @command("up,k", "up")
    def action_up(self) -> None:
        """Read back."""
        self.query_one("#years").scroll_up(animate=False)

    @command("escape,t,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to the practices."""
        self.dismiss()
