"""What every screen has around its body: the views, the status line and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from .commands import Keys, commands
from .parts import Part, Parts
from .picture import Picture
from .row import MUTED
from .shown import shown
from .views import VIEWS, View

if TYPE_CHECKING:
    from .app import CoachApp


WAITS = "●"
"""Beside the name of a view: somebody waits for the person there."""


NARROW = 72
"""Columns below which there is one column, and no room for more than the names of the views."""
FLAT = 10
"""Lines below which only the list or the page and the keys are shown."""
ROOMY = 96
"""Columns from which on the title line holds more than one word beside the views."""


class Title(Parts):
    """The name of the program, the views, and whether the sessions are invented. A click on a view goes there."""

    waits: reactive[bool] = reactive(False)
    """Whether somebody waits for the person in the running sessions."""

    class Drawn(Message):
        """It is drawn for the first time, and with it the first frame."""

    _told = False

    def __init__(self, *, view: str, demo: bool) -> None:
        super().__init__(id="title")
        self.view = view
        """The id of the view that is open; "" for none."""
        self.demo = demo

    def render(self) -> Content:
        """Its parts; whoever waits for the first frame is told that it is drawn."""
        if not self._told:
            self._told = True
            self.post_message(self.Drawn())
        return super().render()

    def parts(self) -> Iterator[Part]:
        """From left to right: with the keys of the views where there is room for them."""
        narrow = self.screen.has_class("-narrow")
        keys = {} if narrow else {said.id: said.key for _, said in commands(self.screen)}
        if not narrow:
            yield Part(Content.styled("accrete-coach", "bold $text-primary"), 3)
        names = {view.id: self._called(view, "" if narrow else keys.get(f"coachapp.{view.id}", view.key)) for view in VIEWS}
        for view in self._fit(names, self.content_size.width) if narrow else names:
            yield Part(names[view], 1 if narrow else 2, partial(self.app.run_action, view))
        if self.demo:
            roomy = self.screen.size.width >= ROOMY
            yield Part(shown("demo: invented sessions" if roomy else "demo", style="$text-warning"))

    def _called(self, view: View, key: str) -> Content:
        name = shown(view.name, style="bold underline $foreground" if view.id == self.view else MUTED)
        sign = shown(WAITS, style="$text-warning") if self.waits and view.id == "now" else Content("")
        return Content.assemble(shown(key, style=MUTED).pad_right(1) if key else Content(""), name, sign)

    def _fit(self, names: dict[str, Content], room: int) -> list[str]:
        """The views whose names fit whole, the open one before all others."""
        fit = set()
        for view in sorted(names, key=lambda view: view != self.view):
            if names[view].cell_length <= room:
                fit.add(view)
                room -= names[view].cell_length + 1
        return [view for view in names if view in fit]


class Words(Static):
    """Words that are told again and again: the screen is laid out anew only where they are others."""

    def update(self, content: Content, *, layout: bool = True) -> None:  # type: ignore[override]
        """Show these."""
        before = self.content
        if not (isinstance(before, Content) and content.is_same(before)):
            super().update(content, layout=layout)


class Status(Words):
    """One quiet line: what is being read, what just happened, what the coach has to say."""

    picture: reactive[Picture | None] = reactive(None)

    def __init__(self, picture: Picture) -> None:
        super().__init__(id="status")
        self.set_reactive(Status.picture, picture)

    def on_mount(self) -> None:
        """The first line."""
        self.watch_picture(self.picture)

    def watch_picture(self, picture: Picture | None) -> None:
        """Another picture, another line."""
        if picture is not None:
            self.update(status(picture))


class Here(NamedTuple):
    """What a screen is about at its cursor: a practice as a whole, or its reading in one session."""

    practice: str
    """Its id."""
    session: int | tuple[str, str] | None = None
    """The session's number, or (agent, id); None for the practice as a whole."""


class CoachScreen(Screen[None]):
    """A screen with the frame around it; the parts of the body are its children's.

    The app hands its picture to the screens of the open view only: what nobody sees costs nothing. Another view takes the
    picture when it comes to the front.
    """

    SIGNS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """(glyph, what it means) for the help, where they are not those of the practices."""
    LATER: ClassVar[tuple[str, ...]] = ()
    """Modules of parts that it loads after the first frame."""
    picture: reactive[Picture | None] = reactive(None)

    def __init__(self, picture: Picture, *, zone: tzinfo | None = None) -> None:
        super().__init__()
        self.set_reactive(CoachScreen.picture, picture)
        self.zone = zone
        """The person's time zone; None: this machine's."""

    @property
    def coach_app(self) -> CoachApp:
        """The app, by its own type."""
        from .app import CoachApp

        app = self.app
        assert isinstance(app, CoachApp)
        return app

    @property
    def now_shown(self) -> Picture:
        """The picture on this screen."""
        assert self.picture is not None
        return self.picture

    def compose(self) -> ComposeResult:
        """Title, body, status, keys."""
        yield Title(view=self.coach_app.current_mode, demo=self.now_shown.demo)
        yield from self.body()
        yield Status(self.now_shown).data_bind(CoachScreen.picture)
        yield Keys()

    def on_resize(self) -> None:
        """What there is no room for gives way."""
        self.set_class(self.size.height < FLAT, "-flat")

    def body(self) -> ComposeResult:
        """The part between the title and the status line."""
        yield from ()

    def watch_picture(self, before: Picture | None, picture: Picture | None) -> None:
        """Say where somebody waits."""
        self.time_passes()

    def time_passes(self) -> None:
        """Say what is true some seconds later, though nobody told anything new."""
        waits = self.picture is not None and self.is_attached and self.picture.waits(self.coach_app.at)
        for title in self.query(Title):
            title.waits = waits

    def on_screen_resume(self) -> None:
        """Take what was told while another view was open."""
        self.picture = self.coach_app.picture
        self.time_passes()

    async def begin(self) -> None:
        """The first frame of the app is on the screen: make what it did not wait for."""

    def reading_here(self) -> Here | None:
        """What the person can call wrong here; None where there is nothing."""
        return None

    def look_again(self) -> None:
        """The person said something: what was looked up may be another now."""


def status(picture: Picture) -> Content:
    """The status line: the answer to the person first, then news, then progress, then the coach's own note."""
    if picture.said:
        return shown(picture.said, 400)
    if picture.just:
        return Content.assemble(("• ", "bold $text-warning"), shown(picture.just))
    if picture.progress is not None:
        done, files = picture.progress.files_done, picture.progress.files
        return shown(f"reading {done:,} of {files:,} files", style=MUTED)
    return shown(picture.note.replace(f"{Path.home()}/", "~/"), 600, MUTED)  # So a path breaks in fewer places.
