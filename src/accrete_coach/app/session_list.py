"""The sessions in rows, drawn line by line: ten thousand of them cost no more than those that are seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual import events
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from ..finding import SessionLine
from .commands import Commanded, command
from .drawn_lines import DrawnLines
from .session_row import SessionColumns, columns, folder, heading, longest, session_row, short_name

if TYPE_CHECKING:
    from textual.strip import Strip

MOST_TITLES = 4_000
"""Titles that are held; the least looked at go first."""


class SessionList(Commanded, DrawnLines):
    """Rows of sessions with a cursor; nothing is mounted for a row."""

    COMPONENT_CLASSES = {"session-list--here"}  # noqa: RUF012 (as textual declares it)
    REST_SECONDS = 0.08

    cursor: reactive[int] = reactive(-1)
    """The number of the session under the cursor; -1 for none."""

    class Moved(Message):
        """The cursor stands on another session, or what is known of it changed."""

        def __init__(self, line: SessionLine | None) -> None:
            super().__init__()
            self.line = line

    class Opened(Message):
        """The person wants to see a session."""

        def __init__(self, line: SessionLine) -> None:
            super().__init__()
            self.line = line

    class Headed(Message):
        """Other columns: other words over the rows."""

    class Wanted(Message):
        """The titles of these sessions are seen and not known."""

        def __init__(self, nums: tuple[int, ...]) -> None:
            super().__init__()
            self.nums = nums

    def __init__(self, names: Mapping[str, str], agents: Mapping[str, str], *, zone: tzinfo | None = None) -> None:
        super().__init__(id="sessions")
        self.names = names
        """Practice -> its name on the screen."""
        self.agents = agents
        """Agent -> what people call it."""
        self.zone = zone
        self.now = 0
        """Milliseconds since 1970, UTC: a day of another year is said with its year."""
        self.titles: LRUCache[int, str] = LRUCache(MOST_TITLES)
        """Session's number -> its title, raw. Read live and held in memory only."""
        self._lines: tuple[SessionLine, ...] = ()
        self._place: dict[int, int] = {}
        self._layout = columns(80, 0, 12)
        self._widest = (0, 0)
        self._marks: dict[str, str] = {}
        self._drawn: LRUCache[object, list[Strip]] = LRUCache(400)

    # What is shown

    @property
    def lines(self) -> tuple[SessionLine, ...]:
        """The sessions that are shown, from the top."""
        return self._lines

    @property
    def chosen(self) -> SessionLine | None:
        """The session under the cursor."""
        at = self._place.get(self.cursor)
        return self._lines[at] if at is not None else None

    def show(self, lines: tuple[SessionLine, ...], everything: tuple[SessionLine, ...]) -> None:
        """Take other sessions; the cursor stays on its session, and that where it was on the screen. `everything`: all of them,
        for columns that stand still while one searches."""
        if not lines and not self._lines:
            return
        before = self._place.get(self.cursor)
        shift = before * self._layout.lines - self.scroll_offset.y if before is not None else 0
        held = self.chosen
        self._lines = lines
        self._place = {line.num: n for n, line in enumerate(lines)}
        used = {line.agent for line in everything}
        called = {agent: self.agents.get(agent, agent) for agent in used}
        self._marks = {agent: short_name(name, called.values()) for agent, name in called.items()}
        self._widest = (
            longest(self._marks.values(), 14) if len(used) > 1 else 0,
            longest({folder(line.project) for line in everything}, 18),
        )
        self._drawn.clear()
        self.set_out()
        if self.cursor not in self._place:
            near = min(before or 0, len(lines) - 1)
            self.cursor = lines[near].num if lines else -1
        else:
            at = self._place[self.cursor]
            self.scroll_at_once(at * self._layout.lines - shift)
        self._show_cursor()
        if self.chosen != held:
            self.post_message(self.Moved(self.chosen))
        self.rested()

    def know(self, titles: Mapping[int, str]) -> None:
        """Take titles that were read."""
        for num, title in titles.items():
            self.titles.set(num, title)
        self.refresh()

    def forget_titles(self, nums: frozenset[int]) -> None:
        """Read these titles again when they are seen."""
        for num in nums:
            self.titles.discard(num)

    def heading(self, title: str) -> Content:
        """The words over the rows."""
        return heading(title, self._layout)

    # How it is drawn

    def set_out(self) -> None:
        """Choose the columns that fit."""
        width = self.lines_wide
        if not width:
            return
        layout = columns(width, *self._widest)
        if layout != self._layout:
            self._layout = layout
            self._drawn.clear()
            self.post_message(self.Headed())
        self.virtual_size = Size(width, len(self._lines) * layout.lines)
        self._show_cursor()
        self.refresh()

    @property
    def columns_now(self) -> SessionColumns:
        """The columns that are drawn."""
        return self._layout

    def notify_style_update(self) -> None:
        """Other colours."""
        super().notify_style_update()
        self._drawn.clear()

    def render_line(self, y: int) -> Strip:
        """One line of what is seen."""
        width = self.lines_wide
        at, part = divmod(y + self.scroll_offset.y, self._layout.lines)
        if at >= len(self._lines):
            return self.strips(Content(""), 1)[0]
        line = self._lines[at]
        here = line.num == self.cursor
        title = self.titles.get(line.num)
        key = (line, title, here, here and self.has_focus, width)
        strips = self._drawn.get(key)
        if strips is None:
            look = session_row(
                line, title, self._layout, names=self.names, agents=self._marks, now=self.now, zone=self.zone, here=here
            )
            strips = self.strips(look, self._layout.lines, self.get_visual_style("session-list--here") if here else None)
            self._drawn.set(key, strips)
        return strips[part] if part < len(strips) else strips[-1]

    def read_seen(self) -> None:
        """Ask for the titles that are seen."""
        lines = self._layout.lines
        first = self.scroll_offset.y // lines
        last = first + self.size.height // lines + 2
        unknown = tuple(one.num for one in self._lines[first:last] if one.num not in self.titles)
        if unknown:
            self.post_message(self.Wanted(unknown))

    # The cursor

    def watch_cursor(self) -> None:
        """Mark the row, keep it in sight, and tell."""
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved(self.chosen))

    def _show_cursor(self) -> None:
        at = self._place.get(self.cursor)
        if at is not None:
            lines = self._layout.lines
            self.keep_in_sight(at * lines, (at + 1) * lines - 1)

    def _go(self, step: int) -> None:
        if self._lines:
            at = self._place.get(self.cursor, 0) + step
            self.cursor = self._lines[max(0, min(at, len(self._lines) - 1))].num

    @property
    def _page(self) -> int:
        return max(1, self.lines_high // self._layout.lines - 1)

    def on_click(self, event: events.Click) -> None:
        """A click chooses a session; a second one, on the one that is chosen, opens it."""
        at = (self.scroll_offset.y + event.y) // self._layout.lines
        if 0 <= at < len(self._lines):
            if self.cursor == self._lines[at].num:
                self.action_open()
            self.cursor = self._lines[at].num

    @command("down,j", "next")
    def action_down(self) -> None:
        """Go to the next session, an older one."""
        self._go(1)

    @command("up,k", "previous")
    def action_up(self) -> None:
        """Go to the session before, a newer one."""
        self._go(-1)

    @command("pagedown,space", "page down")
    def action_page_down(self) -> None:
        """Go one page of sessions down."""
        self._go(self._page)

    @command("pageup", "page up")
    def action_page_up(self) -> None:
        """Go one page of sessions up."""
        self._go(-self._page)

    @command("home,g", "newest")
    def action_first(self) -> None:
        """Go to the newest session."""
        self._go(-len(self._lines))

    @command("end,G", "oldest")
    def action_last(self) -> None:
        """Go to the oldest session."""
        self._go(len(self._lines))

    @command("enter", "story", place=1)
    def action_open(self) -> None:
        """See what happened in this session."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))
