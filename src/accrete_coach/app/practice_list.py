"""The practices in rows, with a cursor: the five that matter now, all of them by family, or those that were found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from ..practice import FAMILY_NAMES, Practice
from .commands import Commanded, command
from .drawn_lines import DrawnLines
from .picture import Picture
from .row import MUTED, Columns, columns, digits, heading, row
from .shown import shown

GRID_GAP = 2
"""Columns between two practices that stand side by side."""


class Line(NamedTuple):
    """One line of the list: a part of one or two practices, the name of a family, or air."""

    practices: tuple[str, ...] = ()
    part: int = 0
    """Which of the lines of these practices."""
    family: str = ""


class PracticeList(Commanded, DrawnLines):
    """Rows of practices, drawn line by line: nothing is mounted or styled for a row."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"practice-list--here", "practice-list--over"}  # noqa: RUF012 (as textual declares it)

    picture: reactive[Picture | None] = reactive(None)
    everything: reactive[bool] = reactive(False)
    """All practices, not only the five that matter now."""
    sought: reactive[str] = reactive("")
    """Only the practices that hold these words."""
    cursor: reactive[str] = reactive("")
    """The id of the practice under the cursor."""
    over: reactive[str] = reactive("")
    """The id of the practice under the pointer."""

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
        """Whether it stands on the screen: watchers run before it does."""
        self._order: tuple[str, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._grid = False
        """Whether two practices stand side by side."""
        self._layout = Columns(1, 8, 0)
        self._drawn: dict[tuple[str, bool, str], list[Strip]] = {}

    def on_mount(self) -> None:
        """Arrange the rows for the first time."""
        self._built = True
        self.set_out()

    def watch_picture(self) -> None:
        """Other standings: other marks, perhaps other rows."""
        self.set_out()

    def watch_everything(self) -> None:
        """All, or the five."""
        self.set_out()

    def watch_sought(self) -> None:
        """Only what was found."""
        self.set_out()

    def watch_cursor(self, practice: str) -> None:
        """Mark the row and tell where the cursor is."""
        self._show_cursor()
        self.refresh()
        if practice:
            self.post_message(self.Moved(practice))

    def notify_style_update(self) -> None:
        """Other colours."""
        super().notify_style_update()
        self._drawn.clear()

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

    @property
    def only_five(self) -> bool:
        """Whether only those that matter now are shown."""
        return not (self.sought or self.everything or (self.picture is not None and self.picture.filters.narrows_practices))

    def set_out(self) -> None:
        """Show the right rows in the right order."""
        picture = self.picture
        if picture is None or not self._built:
            return
        before = self._order
        self._order = self._chosen(picture)
        short = self.screen.has_class("-short")
        families = (self.everything or picture.filters.narrows_practices) and not self.sought
        # Two columns only where one does not hold them: it has the counts as well.
        self._grid = families and short and len(self._order) > self.size.height and self.size.width >= 100
        self.set_class(self.only_five, "-five")
        standings = picture.known.all if picture.known is not None else ()
        self._layout = columns(self._row_width, picture.catalogue.practices, standings, dense=short)
        self._drawn.clear()
        if self._grid:
            self._lines = tuple(Line(self._order[n : n + 2]) for n in range(0, len(self._order), 2))
        else:
            self._lines = tuple(self._in_one_column(picture, families and not short))
        self.virtual_size = Size(self.lines_wide, len(self._lines))
        if self.cursor not in self._order:
            near = before.index(self.cursor) if self.cursor in before else 0
            self.cursor = self._order[min(near, len(self._order) - 1)] if self._order else ""
        else:
            self._show_cursor()
        # Over no rows there are no columns to name.
        self.post_message(self.Headed(heading(self.rows_title, self._layout if self._order else replace(self._layout, weeks=0))))
        self.refresh()

    def _in_one_column(self, picture: Picture, families: bool) -> Iterator[Line]:
        airy = self.only_five and self.screen.has_class("-tall")
        told = ""
        for practice in self._order:
            family = picture.catalogue[practice].family
            if families and family != told:
                told = family
                yield Line(family=family)
            yield from (Line((practice,), part) for part in range(self._row(practice).plain.count("\n") + 1))
            if airy:
                yield Line()

    @property
    def _row_width(self) -> int:
        """Columns of one practice, between the blanks at its sides."""
        return ((self.lines_wide - GRID_GAP) // 2 if self._grid else self.lines_wide) - 2

    def _row(self, practice: str) -> Content:
        """One practice, in one line or two."""
        picture = self.picture
        assert picture is not None
        known = picture.known
        return row(
            picture.catalogue[practice],
            picture.standing(practice),
            self._layout,
            now=known.now if known is not None else 0,
            zone=self.zone,
            width=self._row_width,
            wide=digits(known.all) if known is not None else 1,
            here=practice == self.cursor,
            fresh=practice in picture.fresh,
        )

    def _look(self, practice: str) -> list[Strip]:
        """The lines of one practice, as they are now."""
        here, over = practice == self.cursor, practice == self.over
        ground = "practice-list--here" if here else "practice-list--over" if over else ""
        key = (practice, here and self.has_focus, ground)
        if (strips := self._drawn.get(key)) is None:
            style = self.get_visual_style(ground) if ground else self.visual_style
            lines = [line.pad_left(1) for line in self._row(practice).split("\n")]
            strips = [self.strips(line, 1, style, wide=self._row_width + 2)[0] for line in lines]
            self._drawn[key] = strips
        return strips

    def render_line(self, y: int) -> Strip:
        """One line of what is seen."""
        at = y + self.scroll_offset.y
        line = self._lines[at] if at < len(self._lines) else Line()
        if not line.practices:
            name = shown(FAMILY_NAMES[line.family], style=f"bold {MUTED}").pad_left(1) if line.family else Content("")
            return self.strips(name, 1)[0]
        strips: list[Strip] = []
        for practice in line.practices:
            if strips:
                strips += self.strips(Content(""), 1, wide=GRID_GAP)
            look = self._look(practice)
            strips.append(look[min(line.part, len(look) - 1)])
        return Strip.join(strips).extend_cell_length(self.lines_wide, self.visual_style.rich_style).crop(0, self.lines_wide)

    def _show_cursor(self) -> None:
        at = [n for n, line in enumerate(self._lines) if self.cursor in line.practices]
        if at and self.cursor == self._order[0]:
            self.scroll_at_once(0)  # With what stands over it.
        elif at:
            self.keep_in_sight(at[0], at[-1])

    # The pointer

    def at(self, x: int, y: int) -> str:
        """The id of the practice at a place within the list, from its upper left; "" where there is none."""
        n = y + self.scroll_offset.y
        if not 0 <= n < len(self._lines):
            return ""
        practices = self._lines[n].practices
        column = x // (self._row_width + 2 + GRID_GAP) if self._grid else 0
        return practices[column] if column < len(practices) else ""

    def _pointed(self, event: events.MouseEvent) -> str:
        place = event.get_content_offset(self)
        return self.at(place.x, place.y) if place is not None else ""

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark what a click would open."""
        self.over = self._pointed(event)

    def on_leave(self) -> None:
        """The pointer is somewhere else."""
        self.over = ""

    def on_click(self, event: events.Click) -> None:
        """A click does what Enter does, where it points."""
        if practice := self._pointed(event):
            self.cursor = practice
            self.action_open()

    def _step(self, step: Callable[[int], int]) -> None:
        if self._order:
            at = self._order.index(self.cursor) if self.cursor in self._order else 0
            self.cursor = self._order[max(0, min(step(at), len(self._order) - 1))]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a left only where there are two columns."""
        return self._grid if action == "left" else True

    @command("down,j", "next")
    def action_down(self) -> None:
        """Go to the next practice."""
        self._step(lambda at: at + (2 if self._grid else 1))

    @command("up,k", "previous")
    def action_up(self) -> None:
        """Go to the practice before."""
        self._step(lambda at: at - (2 if self._grid else 1))

    @command("right,l", "right")
    def action_right(self) -> None:
        """Go to the practice on the right, where there are two columns; else read the practice."""
        if self._grid:
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
