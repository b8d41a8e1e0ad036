"""Help for what has focus: its keys, and what the signs mean."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..standings import UNMEASURED, UNMEASURED_MEANS, WEEKS_LEGEND, State
from .commands import Command, Commanded, Keys, command
from .frame import WAITS
from .row import MUTED, STYLES
from .shown import shown

STATES = {
    State.HABIT: "you asked for it in most of the sessions where it fits, and in at least five",
    State.SOMETIMES: "you asked for it in some of them",
    State.TRIED: "you asked for it once or twice",
    State.AGENT: "it happens, but never because of you",
    State.NOT_YET: "there were occasions, and it did not happen",
    State.NO_OCCASION: "no session gave an occasion",
    State.CANT_TELL: "the records of the sessions cannot show it",
    State.DISPUTED: "you corrected more of its readings than stand",
}
MARKS = ((UNMEASURED, UNMEASURED_MEANS + "; it is never suggested"),)
COUNTS = (
    ("you", "sessions in which you asked for it"),
    ("seen", "sessions in which it happened, whoever started it"),
    ("of", "sessions that gave an occasion"),
)


class HelpScreen(Commanded, ModalScreen[None]):
    """The keys that work now, and the legend of what was in front."""

    def __init__(self, commands: tuple[Command, ...], signs: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self._said = commands
        self._signs = signs
        """The signs of a view that has its own; the same glyphs mean something else beside practices."""

    def compose(self) -> ComposeResult:
        """The keys, then the legend."""
        with VerticalScroll(id="help"):
            yield Static(Content.styled("Keys that work here", "bold"), classes="head")
            for said in self._said:
                if said.keys:
                    yield _entry(shown(said.key, style="bold"), said.says)
            yield _entry(shown("ctrl+p", style="bold"), "Every command by name.")
            yield Static(Content.styled("Beside Now", "bold"), classes="head")
            yield _entry(shown(WAITS, style="bold"), "a session waits for you")
            if self._signs:
                yield Static(Content.styled("Signs in this view", "bold"), classes="head")
                for glyph, words in self._signs:
                    yield _entry(shown(glyph, style="bold"), words)
            else:
                yield from self._practices()
        yield Keys()

    def _practices(self) -> ComposeResult:
        yield Static(Content.styled("Where you stand", "bold"), classes="head")
        for state, words in STATES.items():
            yield _entry(shown(f"{state.glyph} {state.value}", style=STYLES[state]), words, classes="-state")
        yield Static(Content.styled("Eight weeks, the oldest first", "bold"), classes="head")
        for glyph, words in WEEKS_LEGEND:
            yield _entry(shown(glyph, style="bold"), words)
        yield _entry(Content.styled("blank", "bold"), "outside of the weeks that are counted")
        yield Static(Content.styled("Before a name", "bold"), classes="head")
        for glyph, words in MARKS:
            yield _entry(shown(glyph, style="bold"), words)
        yield Static(Content.styled("Counts", "bold"), classes="head")
        for word, words in COUNTS:
            yield _entry(shown(word, style="bold"), words)

    def on_mount(self) -> None:
        """The arrows scroll at once."""
        self.query_one("#help").focus()

    @command("escape,question_mark,q", "back", place=2)
    def action_back(self) -> None:
        """Close the help."""
        self.dismiss()

    @command("down,j", "down")
    def action_down(self) -> None:
        """Read on."""
        self.query_one("#help").scroll_down(animate=False)

    @command("up,k", "up")
    def action_up(self) -> None:
        """Read back."""
        self.query_one("#help").scroll_up(animate=False)


def _entry(sign: Content, words: str, *, classes: str = "") -> Horizontal:
    return Horizontal(
        Static(sign, classes="sign"), Static(shown(words, style=MUTED), classes="words"), classes="entry " + classes
    )
