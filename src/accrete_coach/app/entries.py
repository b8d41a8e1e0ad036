"""Lists within a page, through which the cursor goes: moments of a practice, sessions that let it pass."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList

from .commands import command
from .marked_list import MarkedList
from .row import MUTED
from .session_row import folder
from .shown import block, cell, shown

if TYPE_CHECKING:
    from ..coach import MomentView
    from ..profile import StoredSession

WHAT = 28
"""Columns for what happened at a moment."""
FIXED = 12 + 2 + 2 + WHAT + 2 + 9
"""Columns of a moment's line without its project: when, what happened, who, and the blanks between."""
BY = {"you": "you", "agent": "the agent"}

_Item = TypeVar("_Item")


class Entries(MarkedList, Generic[_Item]):
    """Entries within a page: the cursor goes through them, and leaves them at either end to read on."""

    class Leaving(Message):
        """The cursor goes past the end of the list."""

        def __init__(self, entries: Entries[Any], down: bool) -> None:
            super().__init__()
            self.entries = entries
            self.down = down

    def __init__(self, name: str, *, zone: tzinfo | None = None) -> None:
        super().__init__(id=name, compact=True, classes="entries")
        self.zone = zone
        self._items: tuple[_Item, ...] = ()

    def say(self, item: _Item, width: int) -> Content:
        """One item in so many columns."""
        raise NotImplementedError

    def open(self, item: _Item) -> None:
        """The person wants to see it."""
        raise NotImplementedError

    @property
    def here(self) -> _Item | None:
        """The item under the cursor."""
        at = self.highlighted
        return self._items[at] if at is not None and at < len(self._items) else None

    def show(self, items: tuple[_Item, ...]) -> None:
        """Take other items; the cursor stays on the same one where it is still there."""
        if items == self._items:
            return
        held = self.here
        self._items = items
        self._fill()
        if items:
            self.highlighted = items.index(held) if held is not None and held in items else 0

    def on_resize(self) -> None:
        """Other columns may fit."""
        at = self.highlighted
        self._fill()
        self.highlighted = at

    def _fill(self) -> None:
        self.fill_with(len(self._items))

    @property
    def marks(self) -> bool:
        """The cursor shows only where the keys go."""
        return self.has_focus

    def words(self, n: int) -> Content:
        """The item, in the columns that are left beside the sign."""
        said: Content = self.say(self._items[n], self.scrollable_content_region.width - 3)
        return said

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor shows only where the keys go."""
        super().watch_has_focus(has_focus)
        self.mark(self.highlighted)

    @command("down,j", "next")
    def action_cursor_down(self) -> None:
        """Go to the next line; after the last one, read on."""
        if self.highlighted is not None and self.highlighted >= len(self._items) - 1:
            self.post_message(self.Leaving(self, True))
        else:
            super().action_cursor_down()

    @command("up,k", "previous")
    def action_cursor_up(self) -> None:
        """Go to the line before; above the first one, read back."""
        if not self.highlighted:
            self.post_message(self.Leaving(self, False))
        else:
            super().action_cursor_up()

    @command("enter", "show", place=1)
    def action_select(self) -> None:
        """See it in its session."""
        super().action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter and a click do the same."""
        event.stop()
        if event.option_index < len(self._items):
            self.open(self._items[event.option_index])


class MomentList(Entries["MomentView"]):
    """The moments of one practice in the person's own sessions, the newest first."""

    class Opened(Message):
        """The person wants to see a moment where it happened."""

        def __init__(self, moment: MomentView) -> None:
            super().__init__()
            self.moment = moment

    def say(self, item: MomentView, width: int) -> Content:
        """When, where, what, who."""
        return moment(item, width, self.zone)

    def open(self, item: MomentView) -> None:
        """See the moment in its transcript."""
        self.post_message(self.Opened(item))


class PassedList(Entries["StoredSession"]):
    """The sessions that gave an occasion which was let pass, the newest first."""

    class Opened(Message):
        """The person wants to see such a session."""

        def __init__(self, session: StoredSession) -> None:
            super().__init__()
            self.session = session

    def say(self, item: StoredSession, width: int) -> Content:
        """When, where, how long."""
        return passed(item, width, self.zone)

    def open(self, item: StoredSession) -> None:
        """See the session."""
        self.post_message(self.Opened(item))


def passed(session: StoredSession, width: int, zone: tzinfo | None) -> Content:
    """One line for a session that let it pass: when, where, how long."""
    day = _when(session.started, zone)
    where = folder(session.project)
    long = f"{session.tool_calls:,} tool calls" if session.tool_calls != 1 else "1 tool call"
    tail = f"{long} · source gone" if session.gone else long
    if width < FIXED + 8:
        return Content.assemble(day.truncate(12, pad=True), "  ", cell(where, max(width - 14, 6)))
    # In the columns of the moments over it.
    return Content.assemble(
        day.truncate(12, pad=True), "  ", cell(where, min(28, width - FIXED)), "  ", shown(tail, style=MUTED).truncate(WHAT + 11)
    )


def _when(at: int, zone: tzinfo | None) -> Content:
    then = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone) if at else None
    return block(f"{then.day:>2} {then:%b %H:%M}" if then is not None else "no date", style="")


def moment(one: MomentView, width: int, zone: tzinfo | None) -> Content:
    """One line for one moment; the project gives way where there is no room."""
    day = _when(one.at, zone)
    where = folder(one.project)
    by = BY.get(one.by or "", "")
    what = "source gone" if one.gone else one.what or f"line {one.line}"
    who = shown(by)
    if width < FIXED + 8:
        return Content.assemble(day.truncate(12, pad=True), "  ", cell(where, max(width - 14 - 2 - 9, 6)), "  ", who)
    return Content.assemble(
        day.truncate(12, pad=True),
        "  ",
        cell(where, min(28, width - FIXED)),
        "  ",
        cell(what, WHAT, MUTED),
        "  ",
        who,
    )
