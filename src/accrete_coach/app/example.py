"""A practice's example, played act by act, with what the detector reads at each point: the page's claim, to be tried."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from ..corrections import in_words
from ..examples import Step, steps
from ..practice import NOT_APPLICABLE, SEEN, Practice
from ..standings import State
from .commands import Commanded, command
from .frame import CoachScreen
from .picture import Picture
from .row import MUTED, STYLES
from .shown import shown

PACE = 0.9
"""Seconds between two acts that are played."""
_GLYPH = {SEEN: (State.HABIT.glyph, STYLES[State.HABIT]), NOT_APPLICABLE: (State.NO_OCCASION.glyph, MUTED)}
_NOT_SEEN = (State.NOT_YET.glyph, STYLES[State.NOT_YET])


class ExampleScreen(Commanded, CoachScreen):
    """One example of a practice. It begins with its first act; the person goes on, or lets it play."""

    at: reactive[int] = reactive(1)
    """Acts that have happened."""
    chosen: reactive[int] = reactive(0)
    """Which of the practice's examples."""

    def __init__(self, picture: Picture, practice: Practice) -> None:
        super().__init__(picture)
        self.practice = practice
        self._steps: tuple[Step, ...] = steps(practice, practice.sketches[0])
        self._playing: Timer | None = None

    def body(self) -> ComposeResult:
        """What it shows, the acts, and what is read."""
        yield Static(id="place")
        with VerticalScroll(id="acts"):
            yield Static(id="story")
        yield Static(id="read")

    def on_mount(self) -> None:
        """From the first act on."""
        self.query_one("#acts").focus()
        self._tell()

    def watch_at(self) -> None:
        """Another act."""
        self._tell()

    def watch_chosen(self, chosen: int) -> None:
        """Another example, from its first act on."""
        self._steps = steps(self.practice, self.practice.sketches[chosen])
        self.at = 1
        self._tell()

    def _tell(self) -> None:
        if not self.query("#story"):
            return
        practice, example = self.practice, self.practice.sketches[self.chosen]
        title = Content.assemble(
            shown(practice.short, style="bold"),
            ("   example ", MUTED),
            shown(f"{self.chosen + 1} of {len(practice.sketches)}", style=MUTED),
            "   ",
            shown(example.name),
        )
        self.query_one("#place", Static).update(title)
        lines = []
        for n, step in enumerate(self._steps, 1):
            mark = Content.styled("▶ ", "bold") if n == self.at else Content("  ")
            lines.append(mark + shown(step.act, 400, "bold" if n == self.at else "" if n < self.at else MUTED))
        self.query_one("#story", Static).update(Content("\n").join(lines))
        step = self._steps[self.at - 1]
        glyph, style = _GLYPH.get(step.word, _NOT_SEEN)
        ended = self.at == len(self._steps)
        self.query_one("#read", Static).update(
            Content.assemble(
                shown(f"{glyph} {in_words(step.word, step.by)}", style=style),
                ("  in the end" if ended else "  so far", MUTED),
                "\n",
                shown(f"Counts when: {practice.rule}", 600, MUTED) if practice.rule else Content(""),
            )
        )
        self.call_after_refresh(self.query_one("#acts").scroll_to, y=max(0, self.at - 3), animate=False)
        self.refresh_bindings()

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def _next(self) -> None:
        if self.at < len(self._steps):
            self.at += 1
        if self.at == len(self._steps):
            self._stop()

    @command("enter,down,j,right,l", "next act", place=1)
    def action_next(self) -> None:
        """Let the next act happen."""
        self._stop()
        self._next()

    @command("up,k,left,h", "previous")
    def action_previous(self) -> None:
        """Go back by one act."""
        self._stop()
        self.at = max(1, self.at - 1)

    @command("space,p", "play", place=4)
    def action_play(self) -> None:
        """Let it play by itself, or stop it."""
        if self._playing is not None:
            self._stop()
            return
        if self.at == len(self._steps):
            self.at = 1
        self._playing = self.set_interval(PACE, self._next)

    @command("n", "other example", place=5)
    def action_other(self) -> None:
        """Show another example of this practice: seen, not seen, or without an occasion."""
        self._stop()
        self.chosen = (self.chosen + 1) % len(self.practice.sketches)

    @command("y", "copy", place=6)
    def action_copy(self) -> None:
        """Copy the example."""
        self.coach_app.copy(self.practice.sketches[self.chosen].text.strip("\n"), "Copied the example.")

    @command("escape,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to the practice."""
        self._stop()
        self.dismiss()
