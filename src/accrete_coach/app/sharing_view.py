"""What leaves this machine: nothing; and how to check that."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ..leaves import leaves
from ..places import from_home
from .commands import Commanded, command
from .frame import CoachScreen
from .row import MUTED
from .shown import shown


class SharingScreen(Commanded, CoachScreen):
    """The answer, the places, and the check."""

    AUTO_FOCUS = "#leaves"

    def body(self) -> ComposeResult:
        """From what matters most to how it is checked."""
        told = leaves(self.coach_app.places)
        first, *more = told.sentences
        with VerticalScroll(id="leaves", can_focus=True):
            yield Static(shown(first, 400, "bold"), classes="says")
            for sentence in more:
                yield Static(shown(sentence, 600), classes="says")
            yield Static(_places("Read", told.reads), classes="says")
            yield Static(_places("Written", told.writes), classes="says")
            yield Static(
                Content.assemble(
                    ("Check it yourself", "bold"),
                    "\n",
                    shown(told.check.command, 400, "$text-primary"),
                    "\n",
                    shown(told.check.says, 600, MUTED),
                ),
                classes="says",
            )

    @command("y", "copy check", place=1)
    def action_copy(self) -> None:
        """Copy the command that checks it."""
        self.coach_app.copy(leaves(self.coach_app.places).check.command, "Copied the command: paste it into a shell of your own.")

    @command("escape", "back", place=2)
    def action_back(self) -> None:
        """Go back to the practices."""
        self.call_later(self.app.run_action, "practices")

    @command("down,j", "down")
    def action_down(self) -> None:
        """Read on."""
        self.query_one("#leaves").scroll_down(animate=False)

    @command("up,k", "up")
    def action_up(self) -> None:
        """Read back."""
        self.query_one("#leaves").scroll_up(animate=False)


def _places(title: str, folders: tuple[str, ...]) -> Content:
    lines = [Content.assemble("  ", shown(from_home(folder), 300, MUTED)) for folder in folders] or [
        Content.styled("  none", MUTED)
    ]
    return Content("\n").join([shown(title, style="bold"), *lines])
