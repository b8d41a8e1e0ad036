"""What every screen has around its body: the views, the status line and the keys."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from .commands import Keys, commands
from .picture import Picture
from .row import MUTED
from .shown import shown
from .views import VIEWS, View

if TYPE_CHECKING:
    from .app import CoachApp


WAITS = "●"
"""Beside the name of a view: somebody waits for the person there."""


class Tab(Widget):
    """The name of a view; a click goes there, as its key does."""

    waits: reactive[bool] = reactive(False, layout=True)
    """Whether somebody waits for the person there."""

    def __init__(self, view: View, *, here: bool) -> None:
        super().__init__(classes="-here" if here else "")
        self.view = view

    def render(self) -> Content:
        """The key where there is room for it, the name, and a sign where somebody waits."""
        name = shown(self.view.name)
        if self.waits:
            name = Content.assemble(name, shown(WAITS, style="$text-warning"))
        if self.screen.has_class("-narrow"):
            return name
        key = next((said.key for _, said in commands(self.screen) if said.id == f"coachapp.{self.view.id}"), self.view.key)
        return Content.assemble(shown(key, style=MUTED), " ", name)

    async def on_click(self) -> None:
        """Go to the view."""
        await self.app.run_action(self.view.id)


ROOMY = 96
"""Columns from which on the title line holds more than one word beside the views."""


class Invented(Widget):
    """That the sessions are invented."""

    def render(self) -> Content:
        """In as many words as there is room for."""
        return shown("demo: invented sessions" if self.screen.size.width >= ROOMY else "demo", style="$text-warning")


class Title(Horizontal):
    """The name of the program, the views, and whether the sessions are invented."""

    def __init__(self, *, view: str, demo: bool) -> None:
        super().__init__(id="title")
        self.view = view
        """The id of the view that is open; "" for none."""
        self.demo = demo

    def compose(self) -> ComposeResult:
        """From left to right."""
        yield Static(Content.styled("accrete-coach", "bold $text-primary"), id="name")
        for view in VIEWS:
            yield Tab(view, here=view.id == self.view)
        if self.demo:
            yield Invented()


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

    def body(self) -> ComposeResult:
        """The part between the title and the status line."""
        yield from ()

    def watch_picture(self, before: Picture | None, picture: Picture | None) -> None:
        """Say where somebody waits."""
        self.time_passes()

    def time_passes(self) -> None:
        """Say what is true some seconds later, though nobody told anything new."""
        waits = self.picture is not None and self.is_attached and self.picture.waits(self.coach_app.at)
        for tab in self.query(Tab):
            if tab.view.id == "now":
                tab.waits = waits

    def on_screen_resume(self) -> None:
        """Take what was told while another view was open."""
        self.picture = self.coach_app.picture
        self.time_passes()

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
    return shown(picture.note, style=MUTED)
