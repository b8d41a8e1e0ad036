"""The week: its place and its keys. What it will say is decided where the coaching is; nothing here pretends."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from .commands import Commanded, command
from .frame import CoachScreen
from .row import MUTED
from .shown import shown
from .year_screen import YearScreen

WHAT = "Once a week, two minutes to look back: what moved, and at most one thing to try next. This version does not write it yet."
TODAY = (
    "What can be seen today: t shows your year, week by week; a practice's page says whether it grew, faded or rests, and which of"
    " your sessions say so."
)


class WeekScreen(Commanded, CoachScreen):
    """An empty place that says what can be seen elsewhere meanwhile."""

    AUTO_FOCUS = "#week"

    def body(self) -> ComposeResult:
        """Two sentences."""
        with VerticalScroll(id="week", can_focus=True):
            yield Static(shown(WHAT, 400), classes="says")
            yield Static(shown(TODAY, 400, MUTED), classes="says")

    @command("t", "year", place=1)
    def action_year(self) -> None:
        """Show all practices over a year, week by week."""
        self.app.push_screen(YearScreen(self.now_shown, zone=self.zone))

    @command("escape", "back", place=2)
    def action_back(self) -> None:
        """Go back to the practices."""
        self.call_later(self.app.run_action, "practices")
