"""Lines that are drawn when they are seen: nothing is mounted for them, so ten thousand cost no more than a screenful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.scroll_view import ScrollView
from textual.timer import Timer
from textual.visual import Visual

if TYPE_CHECKING:
    from textual.strip import Strip
    from textual.style import Style


class DrawnLines(ScrollView, can_focus=True):
    """What such a view does whatever its lines say: it draws, keeps its cursor in sight, and reads what is seen once it rests."""

    REST_SECONDS = 0.05
    """How long scrolling rests before what is seen is read."""

    _rest: Timer | None = None

    # What each of them does in its own way

    def set_out(self) -> None:
        """Set the lines out anew, in the room that there is now."""
        raise NotImplementedError

    def read_seen(self) -> None:
        """Read what the lines that are seen need and do not have yet: nothing, where they need nothing."""

    # How it is drawn

    @property
    def lines_wide(self) -> int:
        """Columns for a line; 0 before the first layout."""
        return self.scrollable_content_region.width

    @property
    def lines_high(self) -> int:
        """Lines that are seen; 0 before the first layout."""
        return self.scrollable_content_region.height

    def strips(self, look: Content, lines: int, style: Style | None = None, *, wide: int | None = None) -> list[Strip]:
        """Content in so many lines, each `wide` columns, or as wide as the view."""
        width = self.lines_wide if wide is None else wide
        return Visual.to_strips(self, look, width, lines, style or self.visual_style, pad=True, apply_selection=False)

    # What is seen

    def scroll_at_once(self, y: int) -> None:
        """Let this line be the first that is seen."""
        self.scroll_to(y=max(0, y), animate=False, force=True, immediate=True)

    def keep_in_sight(self, first: int, last: int) -> None:
        """Scroll as little as shows these lines; where not all fit, the first ones."""
        top, height = self.scroll_offset.y, self.lines_high
        if not height:
            return
        if first < top:
            self.scroll_at_once(first)
        elif last >= top + height:
            self.scroll_at_once(min(first, last - height + 1))

    def on_resize(self) -> None:
        """There is other room."""
        self.set_out()
        self.rested()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Others are seen: what they need is read when scrolling rests."""
        super().watch_scroll_y(old_value, new_value)
        self.rested()

    def rested(self) -> None:
        """Read what is seen, once nothing moves for a while."""
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(self.REST_SECONDS, self._read)

    def _read(self) -> None:
        self._rest = None
        self.read_seen()
