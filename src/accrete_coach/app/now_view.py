"""What runs at this moment: what just happened, what is open, who waits for whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, tzinfo

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from ..now import RUNNING_FOR, Now, Running, span
from ..sessions.agent import agent_names
from .commands import Commanded, command
from .frame import WAITS, CoachScreen
from .picture import Picture
from .row import MUTED
from .shown import shown

LOOKING = "Looking which sessions run; they appear here in a moment."
UNKNOWN = "What runs is not known now. Quit and start again to see it."
WORKS, QUIET = "▸", "·"
"""Before a session: its agent is at work, nobody can tell who waits. Where it waits for the person: `WAITS`."""
OPEN = "○"
"""Before what is open."""
CUE = "◆"
"""Before what the person set out to do at this moment."""
MEANS = (
    (WAITS, "the agent waits for you"),
    (WORKS, "the agent is at work"),
    (QUIET, "nothing says who waits"),
    (OPEN, "open: begun, and not ended"),
    (CUE, "your focus: this is an occasion for it"),
)
NONE = f"No session is running: none has written anything in the last {RUNNING_FOR // 60_000} minutes."
WOULD = (
    "Start your agent in any folder. Its session shows here within a second: what just happened, what is open, and who waits for"
    " whom. In tmux, a prompt or a status line, `accrete-coach now --line` says the same in one line."
)


class Session(Static):
    """One running session."""

    class Clicked(Message):
        """The person clicked it."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, number: int) -> None:
        super().__init__(classes="running")
        self.number = number
        self.said = Content("")

    def tell(self, said: Content) -> None:
        """Draw it anew where it changed."""
        if said != self.said:
            self.said = said
            self.update(said)

    def on_click(self, event: events.Click) -> None:
        """Tell the list."""
        event.stop()
        self.post_message(self.Clicked(self.number))


class RunningList(Commanded, VerticalScroll, can_focus=True):
    """The sessions that run, whoever waits for the person first."""

    picture: reactive[Picture | None] = reactive(None)
    cursor: reactive[tuple[str, str]] = reactive(("", ""))
    """(agent, session) under the cursor."""

    class Opened(Message):
        """The person wants to see what happened in a session."""

        def __init__(self, one: Running) -> None:
            super().__init__()
            self.one = one

    def __init__(self, picture: Picture) -> None:
        super().__init__(id="running")
        self.set_reactive(RunningList.picture, picture)
        self._shown: tuple[Running, ...] = ()
        self._log = Content("")
        self._drawing = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """A sentence where nothing runs, and what just happened."""
        yield Static(id="nobody")
        yield Static(id="log")

    async def on_mount(self) -> None:
        """Draw it."""
        await self.tell()

    async def watch_picture(self) -> None:
        """Something else runs."""
        await self.tell()

    async def watch_cursor(self) -> None:
        """Mark it."""
        await self.tell()

    async def on_resize(self) -> None:
        """Other lines may fit."""
        await self.tell()

    @property
    def here(self) -> Running | None:
        """The session under the cursor."""
        return next((one for one in self._shown if (one.agent, one.session) == self.cursor), None)

    async def tell(self) -> None:
        """Draw what runs as it stands now."""
        # Mounting waits, and something else may run meanwhile.
        async with self._drawing:
            await self._tell()

    async def _tell(self) -> None:
        picture = self.picture
        if picture is None or not self.is_mounted or not self.size.width:
            return
        at = self.screen.coach_app.at if isinstance(self.screen, CoachScreen) else 0
        now = picture.now.then(at) if picture.now is not None else Now()
        self._shown = now.running
        if self._shown and self.here is None:
            self.set_reactive(RunningList.cursor, (self._shown[0].agent, self._shown[0].session))
        blocks = list(self.query(Session))
        for number in range(len(blocks), len(self._shown)):
            await self.mount(Session(number), before="#log")
        for block in blocks[len(self._shown) :]:
            await block.remove()
        short = self.screen.has_class("-short")
        several = len({one.agent for one in self._shown}) > 1
        width = self.scrollable_content_region.width - 2
        for block, one in zip(self.query(Session), self._shown, strict=True):
            here = (one.agent, one.session) == self.cursor
            block.set_class(here, "-here")
            agent = agent_names().get(one.agent, one.agent) if several else ""
            block.tell(_line(one, at, width, here) if short else running(one, at, agent=agent, here=here, width=width))
            if here:
                self.scroll_to_widget(block, animate=False)
        nobody = self.query_one("#nobody", Static)
        nobody.display = not self._shown
        if picture.now is None:
            nobody.update(shown(UNKNOWN if picture.stopped else LOOKING, style=MUTED))
        else:
            nobody.update(Content.assemble(shown(NONE), "\n\n", shown(WOULD, 400, MUTED)))
        said = log(picture, self.screen.zone if isinstance(self.screen, CoachScreen) else None) if not short else Content("")
        if said != self._log:
            self._log = said
            self.query_one("#log", Static).update(said)

    def _step(self, by: int) -> None:
        if self._shown:
            at = self._shown.index(self.here) if self.here is not None else 0
            one = self._shown[max(0, min(at + by, len(self._shown) - 1))]
            self.cursor = (one.agent, one.session)

    def on_session_clicked(self, event: Session.Clicked) -> None:
        """A click does what Enter does, where it points."""
        event.stop()
        if event.number < len(self._shown):
            one = self._shown[event.number]
            self.cursor = (one.agent, one.session)
            self.action_open()

    @command("down,j", "next")
    def action_down(self) -> None:
        """Go to the next session."""
        self._step(1)

    @command("up,k", "previous")
    def action_up(self) -> None:
        """Go to the session before."""
        self._step(-1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nothing runs, nothing can be opened."""
        return bool(self._shown) if action in ("open", "copy") else True

    @command("enter", "story", place=1)
    def action_open(self) -> None:
        """See what happened in this session."""
        if self.here is not None:
            self.post_message(self.Opened(self.here))

    @command("y", "copy resume", place=4)
    def action_copy(self) -> None:
        """Copy the command that resumes this session."""
        if self.here is not None and isinstance(self.screen, NowScreen):
            self.screen.copy_resume(self.here)


class NowScreen(Commanded, CoachScreen):
    """The running sessions."""

    AUTO_FOCUS = "#running"
    SIGNS = MEANS

    def body(self) -> ComposeResult:
        """The sessions, and what the view rests on."""
        yield RunningList(self.now_shown).data_bind(CoachScreen.picture)
        yield Static(
            shown(
                f"Sessions that wrote something in the last {RUNNING_FOR // 60_000} minutes; automatic ones left out.",
                style=MUTED,
            ),
            id="basis",
        )

    @property
    def rows(self) -> RunningList:
        """The running sessions."""
        return self.query_one(RunningList)

    def time_passes(self) -> None:
        """Times grow, and whoever has just spoken waits."""
        super().time_passes()
        if self.is_attached:
            self.call_later(self.rows.tell)
            self.refresh_bindings()

    def on_running_list_opened(self, event: RunningList.Opened) -> None:
        """Show its story."""
        self.coach_app.open_running(event.one)

    def copy_resume(self, one: Running) -> None:
        """Copy the command that resumes a session."""
        self.coach_app.resume_running(one)

    @command("escape", "back")
    def action_back(self) -> None:
        """Go back to the practices."""
        self.call_later(self.app.run_action, "practices")


def running(one: Running, at: int, *, agent: str = "", here: bool = False, width: int = 0) -> Content:
    """A session in a few lines: who it is and who waits, what just happened, what is open.

    Who waits stays in one piece: where it does not fit behind the name (`width` columns; 0: any), it has a line of its own.
    """
    waits = one.waiting(at)
    mark, style = {"you": (WAITS, "bold $text-warning"), "agent": (WORKS, "$text-primary")}.get(waits, (QUIET, MUTED))
    words = one.waiting_words(at)
    head = Content.assemble(("› " if here else "  ", "bold"), shown(mark, style=style), " ", shown(one.name, style="bold"))
    if agent:
        head = Content.assemble(head, "  ", shown(agent, style=MUTED))
    lines = [head]
    if words:
        said = shown(words, style="bold" if waits == "you" else MUTED)
        beside = Content.assemble(head, "  ", said)
        lines = [beside] if not width or beside.cell_length <= width else [head, Content.assemble("    ", said)]
    if one.just:
        ago = span(at - one.just_at)
        when = f"{ago} ago" if ago else "just now"
        lines.append(Content.assemble("    ", shown(one.just), "  ", shown(when, style=MUTED)))
    lines += [Content.assemble("    ", shown(OPEN, style="$text-accent"), " ", shown(words)) for words in one.opened(at)]
    if one.cue:
        lines.append(Content.assemble("    ", shown(CUE, style="$text-primary"), " ", shown(f"your focus: {one.cue}", 200)))
    return Content("\n").join(lines)


def _line(one: Running, at: int, width: int, here: bool) -> Content:
    waits = one.waiting(at)
    mark, style = {"you": (WAITS, "bold $text-warning"), "agent": (WORKS, "$text-primary")}.get(waits, (QUIET, MUTED))
    return Content.assemble(
        ("› " if here else "  ", "bold"), shown(mark, style=style), " ", shown(one.line(at, width - 4), width)
    )


def log(picture: Picture, zone: tzinfo | None) -> Content:
    """What just happened since the app was opened, the newest first."""
    if not picture.log:
        return Content("")
    lines = [Content.styled("since you opened this", MUTED)]
    lines += [
        Content.assemble(shown(_clock(one.at, zone), style=MUTED), "  ", shown(one.name, style="bold"), "  ", shown(one.just))
        for one in picture.log
    ]
    return Content("\n").join(lines)


def _clock(at: int, zone: tzinfo | None) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%H:%M}"
