"""What every screen has around its body: the title line, the status line and the keys."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from .commands import Keys
from .picture import Picture
from .row import MUTED
from .shown import shown


class Title(Static):
    """The name of the program, and whether the sessions are invented."""

    def __init__(self, *, demo: bool) -> None:
        name = Content.styled("accrete-coach", "bold $text-primary")
        super().__init__(Content.assemble(name, ("   demo: invented sessions", "$text-warning")) if demo else name, id="title")


class Status(Static):
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


class CoachScreen(Screen[None]):
    """A screen with the frame around it; the parts of the body are its children's."""

    picture: reactive[Picture | None] = reactive(None)

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.set_reactive(CoachScreen.picture, picture)

    def compose(self) -> ComposeResult:
        """Title, body, status, keys."""
        assert self.picture is not None
        yield Title(demo=self.picture.demo)
        yield from self.body()
        yield Status(self.picture).data_bind(CoachScreen.picture)
        yield Keys()

    def body(self) -> ComposeResult:
        """The part between the title and the status line."""
        yield from ()


def status(picture: Picture) -> Content:
    """The status line: the answer to the person first, then news, then progress, then the coach's own note."""
    if picture.said:
        return shown(picture.said)
    if picture.just:
        return Content.assemble(("• ", "bold $text-warning"), shown(picture.just))
    if picture.progress is not None:
        done, files = picture.progress.files_done, picture.progress.files
        return shown(f"reading {done:,} of {files:,} files", style=MUTED)
    return shown(picture.note, style=MUTED)
