"""A line of parts, some of which answer a click: one widget where each part would otherwise be one of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.widget import Widget


class Part(NamedTuple):
    """Some words of the line."""

    words: Content
    gap: int = 0
    """Columns left free behind it."""
    run: Callable[[], Awaitable[object] | None] | None = None
    """What a click on it does."""


class Parts(Widget):
    """Draws its parts from left to right, and knows which of them is clicked."""

    ALLOW_SELECT = False

    def parts(self) -> Iterable[Part]:
        """What the line says now."""
        return ()

    def render(self) -> Content:
        """The parts in a row."""
        self._drawn = tuple(self.parts())
        return self._row(self._drawn)

    _drawn: tuple[Part, ...] = ()

    @staticmethod
    def _row(parts: Iterable[Part]) -> Content:
        return Content("").join([content for part in parts for content in (part.words, Content.blank(part.gap))])

    def renew(self) -> None:
        """Draw it anew where it says something else by now."""
        if not self._row(self.parts()).is_same(self._row(self._drawn)):
            self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """Do what the part under the pointer does."""
        at = event.get_content_offset(self)
        if at is None or at.y:
            return
        left = at.x
        for part in self._drawn:
            if 0 <= left < part.words.cell_length:
                done = part.run() if part.run is not None else None
                if done is not None:
                    await done
                return
            left -= part.words.cell_length + part.gap
