"""The app: takes what the coach tells, keeps one picture of it, and hands it to the screens."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual import work
from textual.app import App, SystemCommand
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import get_current_worker

from .. import settings
from ..clean import clean
from ..places import Places
from ..practice import Catalogue
from ..standings import Standings
from . import themes
from .commands import Commanded, command, commands, runner
from .follow import CoachLike, Follower, WatchStopped
from .frame import CoachScreen
from .help import HelpScreen
from .picture import Picture
from .practice_page import MomentList
from .practices_view import PracticesScreen
from .transcript import GONE, TranscriptScreen

if TYPE_CHECKING:
    from ..coach import Excerpt, MomentView


class StandingsRead(Message):
    """What was already known was looked up."""

    def __init__(self, standings: Standings) -> None:
        super().__init__()
        self.standings = standings


class MomentsRead(Message):
    """The moments of a practice were looked up."""

    def __init__(self, practice: str, moments: tuple[MomentView, ...]) -> None:
        super().__init__()
        self.practice = practice
        self.moments = moments


class LinesRead(Message):
    """The lines around a moment were read, or a sentence says why not."""

    def __init__(self, screen: TranscriptScreen, lines: tuple[Excerpt, ...] | str) -> None:
        super().__init__()
        self.screen = screen
        self.lines = lines


class CoachApp(Commanded, App[None]):
    """The terminal companion."""

    TITLE = "accrete-coach"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-usual"), (140, "-wide")]  # noqa: RUF012 (as textual declares it)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-middle"), (28, "-tall")]  # noqa: RUF012 (as textual declares it)
    FRESH_SECONDS = 20.0
    """How long a change stays marked."""
    SAID_SECONDS = 6.0
    """How long an answer to the person stays."""

    picture: reactive[Picture | None] = reactive(None)

    def __init__(
        self,
        places: Places,
        catalogue: Catalogue,
        make_coach: Callable[[], CoachLike],
        *,
        demo: bool = False,
        zone: tzinfo | None = None,
    ) -> None:
        self.places = places
        self.make_coach = make_coach
        self.zone = zone
        """The person's time zone; None: this machine's."""
        super().__init__()
        # The coach may start worker processes. Starting one asks standard error for its number, and what Textual
        # puts in its place answers -1, which multiprocessing refuses.
        if sys.__stderr__ is not None:
            setattr(self._capture_stderr, "fileno", sys.__stderr__.fileno)  # noqa: B010
        roots = tuple(_home(root.path) for root in places.roots)
        self.set_reactive(CoachApp.picture, Picture(catalogue, roots=roots, demo=demo))
        self._follower = Follower(make_coach, self.post_message)
        self._endings: dict[str, Timer] = {}
        self._settings, problems = settings.load(places)
        self._shelf = themes.Shelf(places)
        bad = self._shelf.problems
        for theme in self._shelf.themes.values():
            self.register_theme(theme)
        if self._settings.theme not in self.available_themes:
            bad = (*bad, f"settings.toml: no theme is called '{self._settings.theme}'; using {settings.DEFAULT_THEME}.")
            self._shelf.instead = settings.DEFAULT_THEME
        self._problems = (*problems, *bad, *(f"practice {p.where}: paused ({p.what})." for p in catalogue.problems))
        chosen = self._shelf.instead or self._settings.theme
        if chosen in self.available_themes:
            self.theme = chosen

    @property
    def now_shown(self) -> Picture:
        """The picture on the screen."""
        assert self.picture is not None
        return self.picture

    def get_default_screen(self) -> Screen[Any]:
        """The first view, painted before anything is read."""
        return PracticesScreen(self.now_shown, zone=self.zone).data_bind(CoachApp.picture)

    def on_mount(self) -> None:
        """Say what is wrong with the files, and let the coach begin."""
        self.theme_changed_signal.subscribe(self, lambda _: self._keep_theme())
        if self._problems:
            self.say(" ".join(self._problems), seconds=60.0)
        self.set_interval(themes.LOOK_SECONDS, self._look_at_themes)
        # After the first paint: nothing is read before the person sees something.
        self.call_after_refresh(self._follower.start)

    def on_unmount(self) -> None:
        """Let the coach end."""
        self._follower.stop()

    # What the coach tells

    def on_standings_changed(self) -> None:
        """Take all that was told since, and show it."""
        update = self._follower.take()
        if update is None:
            return
        before = self.now_shown
        with self.batch_update():
            self.picture = before.after(update)
        if self.picture.fresh and update.changed:
            self._later("fresh", self.FRESH_SECONDS, lambda picture: picture.settled())
        for screen in self.screen_stack:
            if isinstance(screen, PracticesScreen) and screen.page.practice:
                name = screen.page.practice
                if before.standing(name) != self.picture.standing(name):
                    self.read_moments(name)

    def on_watch_stopped(self, event: WatchStopped) -> None:
        """Say it, and go on showing what is known."""
        self.picture = self.now_shown.stopping(
            f"Reading stopped ({event.kind}). What is shown was true until then; quit and start again to go on."
        )
        if self.picture.standings is None:
            self.read_standings()

    @work(thread=True, exclusive=True, group="standings", exit_on_error=False)
    def read_standings(self) -> None:
        """Look up what is already known, without reading anything new."""
        try:
            coach = self.make_coach()
            try:
                standings = coach.standings()
            finally:
                coach.close()
        except Exception as problem:
            self.post_message(Failed(f"The profile cannot be opened ({type(problem).__name__}): accrete-coach doctor says more."))
            return
        self.post_message(StandingsRead(standings))

    def on_standings_read(self, event: StandingsRead) -> None:
        """Show what was already known."""
        self.picture = self.now_shown.knowing(event.standings)

    def on_practices_screen_wanted(self, event: PracticesScreen.Wanted) -> None:
        """Look the moments up in a thread."""
        self.read_moments(event.practice)

    @work(thread=True, exclusive=True, group="moments", exit_on_error=False)
    def read_moments(self, practice: str) -> None:
        """Look up the moments of a practice."""
        worker = get_current_worker()
        try:
            coach = self.make_coach()
            try:
                moments = coach.moments(practice)
            finally:
                coach.close()
        except Exception as problem:
            self.post_message(Failed(f"The moments could not be looked up ({type(problem).__name__})."))
            return
        if not worker.is_cancelled:
            self.post_message(MomentsRead(practice, moments))

    def on_moments_read(self, event: MomentsRead) -> None:
        """Show the moments if they are still wanted."""
        for screen in self.screen_stack:
            if isinstance(screen, PracticesScreen) and screen.page.practice == event.practice:
                screen.page.moments = event.moments

    def on_moment_list_opened(self, event: MomentList.Opened) -> None:
        """Show a moment where it happened."""
        view = self.screen
        practice = view.page.shown_practice if isinstance(view, PracticesScreen) else None
        screen = TranscriptScreen(
            self.now_shown, event.moment, practice=practice.short if practice is not None else "", zone=self.zone
        )
        self.push_screen(screen.data_bind(CoachApp.picture))
        if event.moment.gone:
            screen.lines = GONE
        else:
            self.read_lines(screen, event.moment)

    @work(thread=True, exclusive=True, group="lines", exit_on_error=False)
    def read_lines(self, screen: TranscriptScreen, moment: MomentView) -> None:
        """Read the lines around a moment."""
        lines: tuple[Excerpt, ...] | str
        try:
            coach = self.make_coach()
            try:
                lines = coach.excerpt(moment.agent, moment.path, moment.line)
            finally:
                coach.close()
        except FileNotFoundError:
            lines = GONE
        except Exception as problem:
            lines = f"The transcript cannot be read now ({type(problem).__name__}). Escape steps back."
        self.post_message(LinesRead(screen, lines))

    def on_lines_read(self, event: LinesRead) -> None:
        """Show the lines if they are still wanted."""
        if event.screen.is_attached:
            event.screen.lines = event.lines

    def on_failed(self, event: Failed) -> None:
        """Say what did not work."""
        self.say(event.what)

    # What the person asks for

    def on_practices_screen_tip_wanted(self, event: PracticesScreen.TipWanted) -> None:
        """Put the tip into the clipboard."""
        practice = self.now_shown.catalogue.get(event.practice)
        if practice is not None:
            self.copy_to_clipboard(clean(practice.tip))
            self.say(f"Copied the tip of “{practice.short}”.")

    @command("question_mark", "help", place=3)
    def action_help(self) -> None:
        """Show the keys that work here, and what the signs mean."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(tuple(said for _, said in commands(self.screen))))

    @command("", "theme")
    def action_theme(self) -> None:
        """Choose a theme; it is kept in settings.toml."""
        self.search_themes()

    @command("q", "quit", place=7)
    async def action_quit(self) -> None:
        """Leave accrete-coach."""
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette offers every command that works now."""
        for node, said in commands(screen):
            yield SystemCommand(said.title, f"{said.says} {said.key}".strip(), runner(node, said))

    def _look_at_themes(self) -> None:
        if said := self._shelf.look(self, self._settings.theme):
            self.say(said, seconds=60.0)

    def _keep_theme(self) -> None:
        # What is worn because the chosen one is gone was not chosen.
        if self.theme in (self._settings.theme, self._shelf.instead):
            return
        self._shelf.instead = ""
        self._settings = replace(self._settings, theme=self.theme)
        try:
            settings.save(self.places, self._settings)
        except settings.SettingsError as problem:
            self.say(str(problem))

    def say(self, what: str, *, seconds: float = 0.0) -> None:
        """Answer the person in the status line."""
        self.picture = self.now_shown.saying(what)
        self._later("said", seconds or self.SAID_SECONDS, lambda picture: picture.saying(""))

    def _later(self, what: str, seconds: float, then: Callable[[Picture], Picture]) -> None:
        if what in self._endings:
            self._endings.pop(what).stop()

        def change() -> None:
            self.picture = then(self.now_shown)

        self._endings[what] = self.set_timer(seconds, change)

    # When it crashes

    def _handle_exception(self, error: Exception) -> None:
        """End with a report that holds no text of a transcript: no locals, no message, only where it happened."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._exit_renderables.append(Text(report(error)))
        self._close_messages_no_wait()


class Failed(Message):
    """Something in a thread did not work."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


def report(error: BaseException) -> str:
    """Where a program error happened. The exception's own words are left out: they can quote what was shown."""
    lines = ["accrete-coach ended because of an error of its own. Your sessions and your profile are untouched."]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        for frame in traceback.extract_tb(seen.__traceback__)[-12:]:
            path = Path(frame.filename)
            lines.append(f"  {path.parent.name}/{path.name}:{frame.lineno} {frame.name}")
        inner = getattr(seen, "error", None)
        seen = seen.__cause__ or (inner if isinstance(inner, BaseException) else None) or seen.__context__
        if len(lines) > 60:
            break
    lines.append("These lines hold no text of yours; please report them.")
    return "\n".join(clean(line, 300) for line in lines)


def _home(path: Path) -> str:
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


__all__ = ["CoachApp", "CoachScreen", "report"]
