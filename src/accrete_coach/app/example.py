"""A practice's example, played act by act, with what the detector reads at each point: the page's claim, to be tried."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
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


class Act(Horizontal):
    """One act of the example."""

    def __init__(self, step: Step) -> None:
        super().__init__(classes="act")
        self.step = step

    def compose(self) -> ComposeResult:
        """Where it stands, and what happens."""
        yield Static(classes="mark")
        yield Static(classes="words")

    def tell(self, ahead: int) -> None:
        """Show it as past (below 0), as what happens now, or as still to come."""
        self.query_one(".mark", Static).update(Content.styled("▶", "bold") if ahead == 0 else Content(""))
        style = "bold" if ahead == 0 else "" if ahead < 0 else MUTED
        self.query_one(".words", Static).update(shown(self.step.act, 400, style))


class ExampleScreen(Commanded, CoachScreen):
    """One example of a practice. It begins with its first act; the person goes on, or lets it play."""

    at: reactive[int] = reactive(1)
    """Acts that have happened."""

    def __init__(self, picture: Picture, practice: Practice) -> None:
        super().__init__(picture)
        self.practice = practice
        self._steps: tuple[Step, ...] = steps(practice, practice.sketches[0])
        self.chosen = 0
        """Which of the practice's examples."""
        self._playing: Timer | None = None

    def body(self) -> ComposeResult:
        """What it shows, the acts, and what is read."""
        yield Static(id="place")
        yield VerticalScroll(id="acts")
        yield Static(id="read")

    async def on_mount(self) -> None:
        """From the first act on."""
        self.query_one("#acts").focus()
        await self._show_acts()

    async def _show_acts(self) -> None:
        acts = self.query_one("#acts")
        await acts.remove_children()
        await acts.mount_all(Act(step) for step in self._steps)
        self._tell()

    def watch_at(self) -> None:
        """Another act."""
        if self.is_mounted:
            self._tell()

    def _tell(self) -> None:
        practice, example = self.practice, self.practice.sketches[self.chosen]
        title = Content.assemble(
            shown(practice.short, style="bold"),
            ("   example ", MUTED),
            shown(f"{self.chosen + 1} of {len(practice.sketches)}", style=MUTED),
            "   ",
            shown(example.name),
        )
        self.query_one("#place", Static).update(title)
        here: Act | None = None
        for n, act in enumerate(self.query(Act), 1):
            act.tell(n - self.at)
            here = act if n == self.at else here
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
        if here is not None:
            self.query_one("#acts").scroll_to_widget(here, animate=False)
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
    async def action_other(self) -> None:
        """Show another example of this practice: seen, not seen, or without an occasion."""
        self._stop()
        self.chosen = (self.chosen + 1) % len(self.practice.sketches)
        self._steps = steps(self.practice, self.practice.sketches[self.chosen])
        self.set_reactive(ExampleScreen.at, 1)
        await self._show_acts()

    @command("y", "copy", place=6)
    def action_copy(self) -> None:
        """Copy the example."""
        self.coach_app.copy(self.practice.sketches[self.chosen].text.strip("\n"), "Copied the example.")

    @command("escape,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to the practice."""
        self._stop()
        self.dismiss()
