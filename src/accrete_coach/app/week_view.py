"""The week view."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from .commands import Commanded
from .frame import CoachScreen


class WeekScreen(Commanded, CoachScreen):
    """The week view."""

    def body(self) -> ComposeResult:
        """What is known."""
        yield Static(Content("Week"), id="both")
