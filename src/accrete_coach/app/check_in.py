"""How a week felt, with three keys: off until it is asked for, kept on this machine, shown to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..suggestions import CheckIn
from ..week import Period
from .commands import Commanded, Keys, command
from .row import MUTED
from .shown import shown, typed

if TYPE_CHECKING:
    from .follow import CoachLike

QUESTIONS = (
    "How satisfied were you with this week?",
    "How much were you in flow?",
    "Could you have done this without the agent?",
)
SCALE = "press 1 (not at all) to 5 (very much)"
ONLY_YOU = "For you alone: nobody asks for it, it stays on this machine, and it is in nothing that is shared."


class CheckInScreen(Commanded, ModalScreen[None]):
    """Three questions, and room for a note."""

    given: reactive[tuple[int, ...]] = reactive(())

    def __init__(self, period: Period, said: CheckIn | None) -> None:
        super().__init__()
        self._period = period
        self._said = said
        self._built = False
        """Whether the parts are there: watchers run before they are."""

    def compose(self) -> ComposeResult:
        """The questions, then the note."""
        with VerticalScroll(id="check-in", can_focus=True):
            yield Static(shown(self._period.title, style="bold"), classes="says")
            yield Static(shown(ONLY_YOU, 300, MUTED), classes="says")
            yield Static(id="asked", classes="says")
            yield Input(placeholder="a note, or nothing; Enter keeps it", id="note", max_length=400)
        yield Keys()

    def on_mount(self) -> None:
        """The keys answer at once."""
        self._built = True
        note = self.query_one("#note", Input)
        note.display = False
        if self._said is not None:
            note.value = typed(self._said.note, 400)
        self.query_one("#check-in").focus()
        self._tell()

    def watch_given(self) -> None:
        """Another answer."""
        self._tell()

    def _tell(self) -> None:
        if not self._built:
            return
        lines = []
        for n, question in enumerate(QUESTIONS):
            if n < len(self.given):
                lines.append(Content.assemble(shown(question, style=MUTED), "  ", shown(str(self.given[n]), style="bold")))
            elif n == len(self.given):
                lines += [shown(question, style="bold"), shown(SCALE, style=MUTED)]
        self.query_one("#asked", Static).update(Content("\n").join(lines))
        note = self.query_one("#note", Input)
        note.display = len(self.given) == len(QUESTIONS)
        if note.display:
            note.focus()

    def on_key(self, event: events.Key) -> None:
        """1 to 5 answers the question that is asked."""
        if event.key in "12345" and len(event.key) == 1 and len(self.given) < len(QUESTIONS):
            event.stop()
            self.given = (*self.given, int(event.key))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        event.stop()
        from .app import CoachApp

        app = self.app
        assert isinstance(app, CoachApp)
        satisfaction, flow, alone = self.given
        note, period = event.value.strip(), self._period

        def keep(coach: CoachLike) -> Callable[[CoachLike], object]:
            undo = coach.counsel.check_in(period, satisfaction, flow, alone, note)
            return lambda again: undo(again.counsel)

        self.dismiss()
        app.keep(keep, f"Kept how {period.name} felt.")

    @command("backspace,up", "answer again", place=2)
    def action_again(self) -> None:
        """Answer the question before once more."""
        self.given = self.given[:-1]

    @command("escape", "close", place=1)
    def action_close(self) -> None:
        """Close it; nothing is kept."""
        self.dismiss()
