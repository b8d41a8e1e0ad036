"""The sharing view."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from .commands import Commanded
from .frame import CoachScreen


class SharingScreen(Commanded, CoachScreen):
    """The sharing view."""

    def body(self) -> ComposeResult:
        """What is known."""
        yield Static(Content("Sharing"), id="both")
