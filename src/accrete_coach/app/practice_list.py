"""The practices in rows, with a cursor: the five that matter now, all of them by family, or those that were found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from ..practice import FAMILY_NAMES, Practice
from .commands import Commanded, command
from .picture import Picture
from .row import MARGIN, Columns, columns, digits, heading, row
from .shown import shown


class Row(Widget):
    """One practice."""

    def __init__(self, practice: Practice) -> None:
        super().__init__()
        self.practice = practice
        # The name is there with the first paint; where the columns stand is known after it.
        self.look = Content.assemble(Content.blank(MARGIN), shown(practice.short))

    def paint(self, look: Content) -> None:
        """Show this. The screen is laid out again only where the row has another height."""
        before, self.look = self.look, look
        if not look.is_same(before):
            self.refresh(layout=look.plain.count("\n") != before.plain.count("\n"))

    class Clicked(Message):
        """The person clicked a row."""

        def __init__(self, practice: str) -> None:
            super().__init__()
            self.practice = practice

    def render(self) -> Content:
        """The row as it was last painted."""
        return self.look

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line or two."""
        return self.look.plain.count("\n") + 1

    def on_click(self, event: events.Click) -> None:
        """Tell the list."""
        event.stop()
        self.post_message(self.Clicked(self.practice.id))


class PracticeList(Commanded, VerticalScroll, can_focus=True):
    """Rows of practices. Every row exists from the first paint on; what is shown is a matter of arranging them."""

    picture: reactive[Picture | None] = reactive(None)
    everything: reactive[bool] = reactive(False)
    """All practices, not only the five that matter now."""
    sought: reactive[str] = reactive("")
    """Only the practices that hold these words."""
    cursor: reactive[str] = reactive("")
    """The id of the practice under the cursor."""

    class Moved(Message):
        """The cursor stands on another practice."""

        def __init__(self, practice: str) -> None:
            super().__init__()
            self.practice = practice

    class Opened(Message):
        """The person wants to read about a practice."""

        def __init__(self, practice: str) -> None:
            super().__init__()
            self.practice = practice

    class Headed(Message):
        """The words over the rows are these."""

        def __init__(self, heading: Content) -> None:
            super().__init__()
            self.heading = heading

    def __init__(self, picture: Picture, *, zone: tzinfo | None = None) -> None:
        super().__init__(id="list")
        self.set_reactive(PracticeList.picture, picture)
        self.zone = zone
        self._built = False
        """Whether the parts are there: watchers run before they are."""
        self._order: tuple[str, ...] = ()
        self._arranged: tuple[bool, tuple[str, ...]] | None = None
        """Whether by family, and in which order, the rows stand now."""

    def compose(self) -> ComposeResult:
        """A row for every practice, under its family."""
        assert self.picture is not None
        for family, practices in self.picture.by_family:
            yield Static(shown(FAMILY_NAMES[family], style="bold"), classes="family", name=family)
            for practice in practices:
                yield Row(practice)

    def on_mount(self) -> None:
        """Arrange the rows for the first time."""
        self._built = True
        self.lay_out_rows()

    def on_resize(self) -> None:
        """Other columns may fit."""
        self.lay_out_rows()

    def watch_picture(self) -> None:
        """Other standings: other marks, perhaps other rows."""
        self.lay_out_rows()

    def watch_everything(self) -> None:
        """All, or the five."""
        self.lay_out_rows()

    def watch_sought(self) -> None:
        """Only what was found."""
        self.lay_out_rows()

    def watch_cursor(self, practice: str) -> None:
        """Mark the row and tell where the cursor is."""
        self._paint_rows()
        if practice:
            self.post_message(self.Moved(practice))

    def _chosen(self, picture: Picture) -> tuple[str, ...]:
        """The ids that are shown: whatever narrows them down looks at all of them."""
        words = self.sought.casefold().split()
        filters = picture.filters
        if not (words or self.everything or filters.narrows_practices):
            return picture.first_five
        return tuple(
            p.id
            for _, practices in picture.by_family
            for p in practices
            if filters.keeps(p.family, picture.standing(p.id)) and all(w in _words(p) for w in words)
        )

    @property
    def rows_title(self) -> str:
        """What the rows are."""
        assert self.picture is not None
        n = len(self.picture.catalogue.practices)
        if self.sought or self.picture.filters.narrows_practices:
            return f"{len(self._order)} of {n} practices"
        if self.everything:
            return f"all {n} practices"
        return "the five that matter now" if self.picture.five and not self.picture.first else "practices"

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of the practices that are shown, from the top."""
        return self._order

    def lay_out_rows(self) -> None:
        """Show the right rows in the right order."""
        picture = self.picture
        if picture is None or not self._built:
            return
        before = self._order
        self._order = self._chosen(picture)
        families = (self.everything or picture.filters.narrows_practices) and not self.sought
        grid = families and self.screen.has_class("-short") and self.size.width >= 100
        self.set_class(grid, "-grid")
        self.set_class(not families and not self.sought, "-five")
        place = {practice: n for n, practice in enumerate(self._order)}
        shown_families = {p.family for p in picture.catalogue.practices if p.id in place}
        for widget in self.children:
            if isinstance(widget, Row):
                widget.display = widget.practice.id in place
            elif widget.has_class("family"):
                widget.display = families and widget.name in shown_families and not self.screen.has_class("-short")
        if (families, self._order) != self._arranged:
            # Each time the whole screen is laid out again.
            self._arranged = (families, self._order)
            if families:
                self.sort_children(key=self._by_family)
            else:
                self.sort_children(key=lambda w: place.get(w.practice.id, 999) if isinstance(w, Row) else -1)
        if self.cursor not in place:
            near = before.index(self.cursor) if self.cursor in before else 0
            self.cursor = self._order[min(near, len(self._order) - 1)] if self._order else ""
        self._paint_rows()

    def _by_family(self, widget: Widget) -> tuple[int, int, int]:
        assert self.picture is not None
        for n, (family, practices) in enumerate(self.picture.by_family):
            if widget.name == family:
                return (n, 0, 0)
            for m, practice in enumerate(practices):
                if isinstance(widget, Row) and widget.practice.id == practice.id:
                    return (n, 1, m)
        return (99, 0, 0)

    def _rows(self) -> Iterator[Row]:
        return (w for w in self.children if isinstance(w, Row) and w.display)

    @property
    def _row_width(self) -> int:
        width = self.scrollable_content_region.width
        return ((width - 2) // 2 if self.has_class("-grid") else width) - 2

    def _row_columns(self, picture: Picture) -> Columns:
        standings = picture.known.all if picture.known is not None else ()
        return columns(self._row_width, picture.catalogue.practices, standings, dense=self.screen.has_class("-short"))

    def _paint_rows(self) -> None:
        picture = self.picture
        if picture is None or not self._built or not self.size.width:
            return
        layout = self._row_columns(picture)
        self.set_class(layout.lines == 2, "-two-lines")
        self.post_message(self.Headed(heading(self.rows_title, layout)))
        standings = picture.known
        wide = digits(standings.all) if standings is not None else 1
        width = self._row_width
        for widget in self._rows():
            practice = widget.practice
            here = practice.id == self.cursor
            widget.set_class(here, "-here")
            look = row(
                practice,
                picture.standing(practice.id),
                layout,
                now=standings.now if standings is not None else 0,
                zone=self.zone,
                width=width,
                wide=wide,
                here=here,
                fresh=practice.id in picture.fresh,
            )
            widget.paint(look)
            if here and practice.id == self._order[0]:
                self.scroll_home(animate=False)  # With the heading over it.
            elif here:
                self.scroll_to_widget(widget, animate=False)

    def on_row_clicked(self, event: Row.Clicked) -> None:
        """A click does what Enter does, where it points."""
        event.stop()
        self.cursor = event.practice
        self.action_open()

    def _step(self, step: Callable[[int], int]) -> None:
        if self._order:
            at = self._order.index(self.cursor) if self.cursor in self._order else 0
            self.cursor = self._order[max(0, min(step(at), len(self._order) - 1))]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a left only where there are two columns."""
        return self.has_class("-grid") if action == "left" else True

    @command("down,j", "next")
    def action_down(self) -> None:
        """Go to the next practice."""
        self._step(lambda at: at + (2 if self.has_class("-grid") else 1))

    @command("up,k", "previous")
    def action_up(self) -> None:
        """Go to the practice before."""
        self._step(lambda at: at - (2 if self.has_class("-grid") else 1))

    @command("right,l", "right")
    def action_right(self) -> None:
        """Go to the practice on the right, where there are two columns; else read the practice."""
        if self.has_class("-grid"):
            self._step(lambda at: at + 1)
        else:
            self.action_open()

    @command("left,h", "left")
    def action_left(self) -> None:
        """Go to the practice on the left, where there are two columns."""
        self._step(lambda at: at - 1)

    @command("home,g", "first")
    def action_first(self) -> None:
        """Go to the first practice."""
        self._step(lambda at: 0)

    @command("end,G", "last")
    def action_last(self) -> None:
        """Go to the last practice."""
        self._step(lambda at: len(self._order))

    @command("enter", "open", place=1)
    def action_open(self) -> None:
        """Read about the practice under the cursor, and see your moments."""
        if self.cursor:
            self.post_message(self.Opened(self.cursor))


def _words(practice: Practice) -> str:
    return " ".join(
        (practice.id, practice.short, practice.title, practice.family, practice.why, practice.tip, practice.when_not)
    ).casefold()
