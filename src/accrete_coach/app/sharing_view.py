"""What leaves this machine, what ever left, the team, and how to check it."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ..days import MACHINE_ZONE
from ..leaves import leaves
from ..places import from_home
from ..plain import clock
from .commands import Commanded, command
from .frame import CoachScreen
from .row import MUTED
from .shown import shown

if TYPE_CHECKING:
    from ..sharing import Status
    from ..team.outbox import Line
    from .follow import CoachLike


class SharingScreen(Commanded, CoachScreen):
    """The answer, the places, and the check."""

    AUTO_FOCUS = "#leaves"

    def body(self) -> ComposeResult:
        """From what matters most to how it is checked."""
        told = leaves(self.coach_app.places)
        first, *more = told.sentences
        with VerticalScroll(id="leaves", can_focus=True):
            yield Static(shown(first, 400, "bold"), classes="says")
            yield Static(id="team", classes="says")
            yield Static(id="left", classes="says")
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

    def on_mount(self) -> None:
        """Look up where one stands."""
        self.look_again()

    def on_screen_resume(self) -> None:
        """Another command may have said something meanwhile."""
        super().on_screen_resume()
        if self.is_mounted:
            self.look_again()

    def look_again(self) -> None:
        """The person said something."""

        def question(coach: CoachLike) -> tuple[Status, tuple[Line, ...]]:
            return coach.sharing.status(), coach.sharing.log()[0]

        def take(told: tuple[Status, tuple[Line, ...]]) -> None:
            status, log = told
            self.query_one("#team", Static).update(_team(status, self.zone))
            self.query_one("#left", Static).update(_left(log, self.zone))

        self.coach_app.ask(self, question, take, failed="What has to do with the team could not be read ({}).")

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


def _team(told: Status, zone: tzinfo | None) -> Content:
    """The team, and what is due there."""
    head = shown("Your team", style="bold")
    if told.team is None:
        said = told.trouble or "None. accrete-coach team join URL reads one; that sends nothing of your sessions."
        return Content.assemble(head, "\n", shown(f"  {said}", 400, MUTED))
    mode = "you share with it" if told.consent.mode == "team" else "you only read it"
    name = f", as {told.name}" if told.name else ""
    people = (
        f"{told.people} member{'' if told.people == 1 else 's'}, {told.exemplars} example{'' if told.exemplars == 1 else 's'}"
    )
    lines = [head, Content.assemble("  ", shown(f"{told.team.url}: {mode}{name}; {people}", 400))]
    if told.consent.asks_again:
        lines.append(
            Content.assemble(
                "  ", shown("What would leave has changed: accrete-coach share team asks again.", style="$text-warning")
            )
        )
    if told.trouble:
        lines.append(Content.assemble("  ", shown(told.trouble, 400, "$text-warning")))
    for one in told.due:
        lines.append(
            Content.assemble("  ", shown(f"{'due: ' if one.ready else 'waits: '}{one.why}", 400, "" if one.ready else MUTED))
        )
    if any(one.ready for one in told.due):
        lines.append(
            Content.assemble(
                "  ", shown("accrete-coach share next shows its bytes, and sends them when you say yes", style="$text-primary")
            )
        )
    if told.waiting is not None:
        lines.append(
            Content.assemble(
                "  ", shown(f"{len(told.waiting.files)} files wait, unsent; accrete-coach share drop deletes them", style=MUTED)
            )
        )
    return Content("\n").join(lines)


def _left(log: tuple[Line, ...], zone: tzinfo | None) -> Content:
    """What ever left, the newest first."""
    head = shown("What ever left", style="bold")
    sent = [one for one in reversed(log) if one.what in ("sent", "perhaps")]
    if not sent:
        return Content.assemble(head, "\n", ("  nothing", MUTED))
    lines = [head]
    for one in sent[:12]:
        perhaps = " (perhaps: the connection broke)" if one.what == "perhaps" else ""
        day_ = clock(one.at * 1000, zone or MACHINE_ZONE)
        lines.append(
            Content.assemble(
                "  ", shown(f"{day_}  {len(one.files)} files, {sum(n for _, _, n in one.files):,} bytes{perhaps}", 200)
            )
        )
    lines.append(Content.assemble("  ", shown("accrete-coach share log lists them, with byte copies", style=MUTED)))
    return Content("\n").join(lines)


def _places(title: str, folders: tuple[str, ...]) -> Content:
    lines = [Content.assemble("  ", shown(from_home(folder), 300, MUTED)) for folder in folders] or [
        Content.styled("  none", MUTED)
    ]
    return Content("\n").join([shown(title, style="bold"), *lines])
