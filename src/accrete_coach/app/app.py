"""The app: takes what the coach tells, keeps one picture of it, and hands it to the screens."""

from __future__ import annotations

import gc
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakSet

from rich.text import Text
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer
from textual.worker import get_current_worker

from .. import settings
from ..clean import clean
from ..crashed import report
from ..editor import COMPRESSED, editor_command, editor_of
from ..opening import OWN_ARRIVED, Instead
from ..places import Places, from_home
from ..practice import Catalogue
from ..standings import Standings
from . import keys, themes
from .commands import Commanded, command, commands, named, runner
from .filters import Filters
from .follow import CantBegin, CoachLike, Follower, WatchStopped
from .frame import NARROW, CoachScreen
from .picture import Picture
from .views import VIEWS

if TYPE_CHECKING:
    from ..coach import MomentView
    from ..corrections import Told
    from ..finding import SessionLine
    from ..now import Running
    from ..profile import Choice, ProfileError
    from .wrong import Undo


_Told = TypeVar("_Told")


class Answered(Message):
    """A coach answered what a part of the screen had asked."""

    def __init__(self, node: DOMNode, take: Callable[[], None]) -> None:
        super().__init__()
        self.node = node
        """Who asked."""
        self.take = take


class Failed(Message):
    """Something in a thread did not work."""

    def __init__(self, what: str, take: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self.what = what
        self.take = take
        """Who says it, where it is not only said."""


class Undoing(NamedTuple):
    """Something the person said, which can be taken back."""

    said: str
    """What was kept, in a sentence."""
    undo: Undo
    after: Callable[[], None] | None
    """Called once it is taken back."""


class CoachApp(Commanded, App[None]):
    """The terminal companion."""

    TITLE = "accrete-coach"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = VIEWS[0].id
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-usual"), (140, "-wide")]  # noqa: RUF012 (as textual declares it)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-middle"), (28, "-tall")]  # noqa: RUF012 (as textual declares it)
    FRESH_SECONDS = 20.0
    """How long a change stays marked."""
    RECOUNT_SECONDS = 2.0
    """How long a change waits until a window of the person's own is counted anew."""
    STEP_SECONDS = 10.0
    """How often what the passing of time changes is looked at: who waits, and for how long."""
    ARRIVAL_SECONDS = 2.0
    """How often it is looked whether there is a session of the person's own, where there was none."""
    FETCH_LOOK_SECONDS = 60.0
    """How often it is looked whether the team's repository is to be fetched, where the person turned that on."""
    UNSEEN_SECONDS = 1.0
    """How long the coach waits for the first frame."""
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
        instead: Instead | None = None,
        zone: tzinfo | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.places = places
        self.make_coach = make_coach
        self.instead = instead
        """Whether, and until when, invented sessions are shown instead of the person's own."""
        self.zone = zone
        """The person's time zone; None: this machine's."""
        self.clock = clock
        super().__init__()
        # The coach may start worker processes. Starting one asks standard error for its number, and what Textual
        # puts in its place answers -1, which multiprocessing refuses.
        if sys.__stderr__ is not None:
            setattr(self._capture_stderr, "fileno", sys.__stderr__.fileno)  # noqa: B010
        roots = tuple(from_home(root.path) for root in places.roots)
        # An agent that is not on this machine deletes nothing here; where none is yet, any may come.
        there = [root for root in places.roots if os.path.isdir(root.path)] or places.roots
        kept = tuple(dict.fromkeys(root.by.kept(root.path) for root in there if root.by.deletes))
        self.set_reactive(
            CoachApp.picture, Picture(catalogue, roots=roots, kept=kept, demo=demo, instead=instead.why if instead else "")
        )
        for view in VIEWS:
            self.add_mode(view.id, partial(self._view, view.id))
        self._follower = Follower(make_coach, self.post_message)
        self._worn: Theme | None = None
        """The theme whose colours the styles were read with."""
        self._dressed: WeakSet[Screen[Any]] = WeakSet()
        """The screens that wear it."""
        self.unusable: ProfileError | None = None
        """Why the profile can't be used."""
        self._begun = False
        """Whether the coach was let begin."""
        self._endings: dict[str, Timer] = {}
        self._undo: list[Undoing] = []
        """What the person said in this run, the last at the end."""
        self._keeping = False
        """Whether something is being kept."""
        self._settings, problems = settings.load(places)
        self._shelf = themes.Shelf(places)
        bad = self._shelf.problems
        for theme in self._shelf.themes.values():
            self.register_theme(theme)
        if self._settings.theme not in self.available_themes:
            bad = (*bad, f"settings.toml: no theme is called '{self._settings.theme}'; using {settings.DEFAULT_THEME}.")
            self._shelf.instead = settings.DEFAULT_THEME
        self.rebound: keys.Keymap = {}
        """The keys that the person chose, by the id of their command."""
        if self._settings.keys:
            self.rebound, clashes = keys.rebound(self._settings.keys)
            self.set_keymap({name: ",".join(each) for name, each in self.rebound.items()})
            problems = (*problems, *clashes)
        self._problems = (*problems, *bad, *(f"practice {p.where}: paused ({p.what})." for p in catalogue.problems))
        chosen = self._shelf.instead or self._settings.theme
        if chosen in self.available_themes:
            self.theme = chosen

    def _view(self, name: str) -> CoachScreen:
        """A view, made when it is first opened."""
        # The others are not loaded before somebody looks at them: the first frame waits for nothing that it does not show.
        title = next(view.name for view in VIEWS if view.id == name)
        kind: type[CoachScreen] = getattr(import_module(f"{__package__}.{name}_view"), f"{title}Screen")
        return kind(self.now_shown, zone=self.zone)

    def refresh_css(self, animate: bool = True) -> None:
        """Read the styles again where the theme is another one; else only dress the screens that do not wear it yet.

        Textual asks for this at the start, and whenever a view is opened for the first time, though nothing changed.
        """
        if self.current_theme != self._worn:
            self._worn, self._dressed = self.current_theme, WeakSet()
            if not self._screen_stacks.get(self.current_mode):
                # Nothing wears the styles: they are read when the first screen is made, and not twice.
                self.stylesheet.set_variables(self.get_css_variables())
                return
            super().refresh_css(animate)
        else:
            for screen in self.screen_stack:
                if screen not in self._dressed:
                    screen.update_node_styles(animate=animate)
        for screen in self.screen_stack:
            self._dressed.add(screen)

    @property
    def now_shown(self) -> Picture:
        """The picture on the screen."""
        assert self.picture is not None
        return self.picture

    def on_mount(self) -> None:
        """Say what is wrong with the files, and let the coach begin."""
        self.theme_changed_signal.subscribe(self, lambda _: self._keep_theme())
        if self._problems:
            self.say(" ".join(self._problems), seconds=60.0)
        self.set_interval(themes.LOOK_SECONDS, self._look_at_themes)
        self.set_interval(self.STEP_SECONDS, self._time_passes)
        if self._settings.fetch_hours:
            # Loads what runs git: only for who turned it on.
            from ..team.fetching import Fetching

            fetching = Fetching(self.places, self._settings.fetch_hours)
            self.set_interval(self.FETCH_LOOK_SECONDS, fetching.look)
        if self.instead is not None:
            self.set_interval(self.ARRIVAL_SECONDS, self._look_for_own)
        # Where not even the title fits, nothing tells that there is a first frame.
        self.set_timer(self.UNSEEN_SECONDS, self._begin)

    def on_title_drawn(self) -> None:
        """What is drawn before the app takes messages is shown to nobody: wait for the frame that is."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first frame: let the coach begin."""
        if self._begun:
            return
        self._begun = True
        if not gc.isenabled():
            # What is loaded by now stays: to look through it for garbage again and again would only hold up a key. Whoever
            # opened the app in a process of its own has turned that off until now.
            gc.freeze()
            gc.enable()
        self.stylesheet.read(Path(__file__).with_name("later.tcss"))
        if isinstance(self.screen, CoachScreen):
            self.screen.call_later(self.screen.begin)
        self._follower.start()

    def on_unmount(self) -> None:
        """Let the coach end."""
        self._follower.stop()

    def _look_for_own(self) -> None:
        """Leave the invented sessions once the person has one of their own, and reads nothing; whoever opened this opens that."""
        if len(self.screen_stack) == 1 and self.instead is not None and self.instead.arrived():
            self.exit(return_code=OWN_ARRIVED)

    def _time_passes(self) -> None:
        if not self.is_headless and _hung_up():
            # Nobody is told where the terminal was none of this process's own: it would read nothing, again and again.
            self.exit(return_code=1)
        if isinstance(self.screen, CoachScreen):
            self.screen.time_passes()

    def watch_picture(self, picture: Picture | None) -> None:
        """Hand it to the screens of the open view; the others take it when they come to the front."""
        for screen in self._screen_stacks.get(self.current_mode, ()):
            if isinstance(screen, CoachScreen):
                screen.picture = picture

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
        if update.standings is not None and self.picture.filters.narrows_sessions and "recount" not in self._endings:
            # Counting a window of the person's own is not for every line that a session writes.
            self._endings["recount"] = self.set_timer(self.RECOUNT_SECONDS, self._recount)

    def on_cant_begin(self, event: CantBegin) -> None:
        """Leave, and say why where it can be read."""
        self.unusable = event.problem
        self.exit()

    def on_watch_stopped(self, event: WatchStopped) -> None:
        """Say it, and go on showing what is known."""
        self.picture = self.now_shown.stopping(
            f"Reading stopped ({event.kind}). What is shown was true until then; quit and start again to go on."
        )
        if self.picture.standings is None:
            self.look_up()

    def look_up(self) -> None:
        """Show what is stored now, without reading anything new."""

        def take(standings: Standings) -> None:
            self.picture = self.now_shown.knowing(standings)

        self.ask(
            self,
            lambda coach: coach.standings(),
            take,
            failed="The profile cannot be opened ({}): accrete-coach doctor says more.",
        )
        if self.now_shown.filters.narrows_sessions:
            self._recount()

    @property
    def at(self) -> int:
        """This moment: milliseconds since 1970, UTC."""
        return int(self.clock() * 1000)

    # What a part of the screen asks a coach

    def ask(
        self,
        node: DOMNode,
        question: Callable[[CoachLike], _Told],
        take: Callable[[_Told], None],
        *,
        failed: str,
        group: str = "",
        trouble: Callable[[str], None] | None = None,
    ) -> None:
        """Put a question to a coach of its own, in a thread; `take` gets the answer on the app's own thread.

        `failed`: the sentence where it can't be answered, with "{}" for the kind of error. Of one `group` (by default: what
        this node asks with these words) only the latest question is answered; nothing is where the node is gone by then.
        `trouble`: takes the sentence, where it is more than said; where the profile is the trouble, its own, which holds no word
        of a transcript.
        """

        def work() -> None:
            worker = get_current_worker()
            try:
                coach = self.make_coach()
                try:
                    told = question(coach)
                finally:
                    coach.close()
            except Exception as problem:
                from ..profile import ProfileError

                if not worker.is_cancelled:
                    own = trouble is not None and isinstance(problem, ProfileError)
                    # Its own words could hold a transcript's.
                    self.post_message(Failed(str(problem) if own else failed.format(type(problem).__name__), trouble))
                return
            if not worker.is_cancelled:
                self.post_message(Answered(node, partial(take, told)))

        node.run_worker(work, thread=True, exclusive=True, group=group or failed, exit_on_error=False)

    def on_answered(self, event: Answered) -> None:
        """Hand the answer over if whoever asked is still there."""
        if event.node is self or event.node.is_attached:
            event.take()

    def on_failed(self, event: Failed) -> None:
        """Say what did not work."""
        (event.take or self.say)(event.what)

    def open_moment(self, moment: MomentView, practice: str, reading: str = "") -> None:
        """Show a moment where it happened. `practice`: the short name of what it shows; `reading`: its id, where it is a reading."""
        from .transcript import TranscriptScreen

        self.push_screen(TranscriptScreen(self.now_shown, moment, practice=practice, reading=reading, zone=self.zone))

    def open_session(self, num: int) -> None:
        """Show the story of a session, by its number in the profile."""

        from .session_page import StoryScreen

        def take(told: tuple[SessionLine | None, str]) -> None:
            line, title = told
            if line is None:
                self.say("This session is no longer in the profile.")
            else:
                self.push_screen(StoryScreen(self.now_shown, line, title=title, zone=self.zone))

        def question(coach: CoachLike) -> tuple[SessionLine | None, str]:
            line = next((line for line in coach.session_lines() if line.num == num), None)
            return line, coach.titles([num]).get(num, "") if line is not None else ""

        self.ask(self, question, take, failed="The session could not be looked up ({}).")

    def open_running(self, one: Running) -> None:
        """Show the story of a session that runs."""

        def take(num: int | None) -> None:
            if num is None:
                self.say("This session is not in the profile yet; in a moment it is.")
            else:
                self.open_session(num)

        self.ask(
            self, lambda coach: coach.session_num(one.agent, one.session), take, failed="The session could not be found ({})."
        )

    def resume_running(self, one: Running) -> None:
        """Copy the command that resumes a session that runs."""

        def take(line: SessionLine | None) -> None:
            if line is None:
                self.say("This session is not in the profile yet; in a moment it is.")
            else:
                self.copy_resume(self, line)

        def question(coach: CoachLike) -> SessionLine | None:
            num = coach.session_num(one.agent, one.session)
            return next((line for line in coach.session_lines() if line.num == num), None)

        self.ask(self, question, take, failed="The session could not be found ({}).")

    # What the person says of readings

    def keep(
        self,
        keep: Callable[[CoachLike], Undo],
        said: str,
        *,
        then: Callable[[], None] | None = None,
        after: Callable[[], None] | None = None,
        trouble: Callable[[str], None] | None = None,
        undoes: str = "u undoes it.",
    ) -> None:
        """Keep what the person said, in a thread; what `keep` returns takes it back. `said`: what was kept, in a sentence.

        `then` is called once it is kept, `after` once it is taken back, `trouble` with the sentence where it can't be kept.
        `undoes`: the key that does it here.
        """

        def take(undo: Undo) -> None:
            self._undo.append(Undoing(said, undo, after))
            self._kept(f"{said} {undoes}", then)

        self._keep(keep, take, trouble)

    def _keep(
        self, question: Callable[[CoachLike], _Told], take: Callable[[_Told], None], trouble: Callable[[str], None] | None = None
    ) -> None:
        if self._keeping:
            self.say("What you said before is still being kept; try again in a moment.")
            return
        self._keeping = True

        def failed(what: str) -> None:
            self._keeping = False
            self.say(f"Not kept: {what}", seconds=30.0)
            if trouble is not None:
                trouble(what)

        self.ask(self, question, take, failed="the profile cannot be written ({}).", group="keep", trouble=failed)

    def _kept(self, what: str, then: Callable[[], None] | None) -> None:
        self._keeping = False
        self.say(what)
        self.look_up()
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, CoachScreen) and screen.is_attached:
                    screen.look_again()
        self.screen.refresh_bindings()
        if then is not None:
            then()

    @command("x", "wrong", place=6)
    def action_wrong(self) -> None:
        """Say that what stands here is wrong, or not for you; u undoes it."""
        screen = self.screen
        here = screen.reading_here() if isinstance(screen, CoachScreen) else None
        practice = self.now_shown.catalogue.get(here.practice) if here is not None else None
        if here is None or practice is None:
            return
        at = here.session

        def look(coach: CoachLike) -> tuple[Told | None, Choice | None]:
            told = (
                None
                if at is None
                else coach.told_of(at, practice.id)
                if isinstance(at, int)
                else coach.told_by_id(*at, practice.id)
            )
            return told, coach.choice(practice.id)

        def take(answer: tuple[Told | None, Choice | None]) -> None:
            told, choice = answer
            if self.screen is not screen:
                return  # The person went on meanwhile.
            if told is not None and told.session is None:
                self.say("This session is in the profile no more, so nothing can be said of it.")
                return
            from .wrong import WrongScreen

            standing = self.now_shown.standing(practice.id)
            self.push_screen(WrongScreen(practice, told, choice, standing, zone=self.zone))

        self.ask(screen, look, take, failed="What was read could not be looked up ({}).")

    @command("u", "undo")
    def action_undo(self) -> None:
        """Take back what you last said of a reading or a practice; again, what you said before that."""
        if not self._undo:
            return
        last = self._undo[-1]

        def take(_: object) -> None:
            self._undo.remove(last)
            self._kept(f"Taken back: “{last.said}”", last.after)

        self._keep(last.undo, take)

    @command("s", "what you said")
    def action_said(self) -> None:
        """See all that you said of readings and practices, and take it back."""
        from .said import SaidScreen

        if not isinstance(self.screen, SaidScreen):
            self.push_screen(SaidScreen(self.now_shown, zone=self.zone))

    @command("", "audit")
    def action_audit(self) -> None:
        """Look at ten of your readings in two minutes, and say whether they were right."""
        from .audit_walk import AuditScreen

        if not isinstance(self.screen, AuditScreen):
            self.push_screen(AuditScreen(self.now_shown, zone=self.zone))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        if action == "wrong":
            screen = self.screen_stack[-1] if self._screen_stacks.get(self.current_mode) else None
            here = screen.reading_here() if isinstance(screen, CoachScreen) and screen.is_mounted else None
            return here is not None and self.now_shown.catalogue.get(here.practice) is not None
        return bool(self._undo) if action == "undo" else True

    # What the person asks for

    def copy(self, text: str, said: str) -> None:
        """Put text into the clipboard, and say what it is."""
        self.copy_to_clipboard(clean(text))
        self.say(said)

    def edit(self, path: str, line: int) -> None:
        """Open a file at a line in the person's editor; a sentence where that does not work."""
        if not (os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()):
            self.say("No editor is set: set EDITOR in your shell, such as EDITOR=nano, and start again.")
            return
        if not path or not os.path.isfile(path):
            self.say("The transcript is gone, so there is nothing to open in an editor.")
            return
        if path.endswith(COMPRESSED):
            self.say("A compressed transcript cannot be edited: read it here, or with zstdless in a shell.")
            return
        words = editor_command(editor_of(os.environ), path, line)
        try:
            with self.suspend():
                ended = subprocess.run(words, check=False).returncode
        except SuspendNotSupported:
            self.say("This terminal cannot be handed to an editor; y copies the command that resumes the session.")
        except (OSError, ValueError) as problem:
            self.say(f"The editor {words[0]} could not be started ({type(problem).__name__}): check EDITOR.")
        else:
            if ended:
                self.say(f"The editor {words[0]} ended with an error ({ended}).")

    def copy_resume(self, node: DOMNode, line: SessionLine) -> None:
        """Copy the command that resumes a session."""

        def take(words: str) -> None:
            if words:
                self.copy(words, "Copied the command that resumes this session: paste it into a shell.")
            elif line.gone:
                self.say("The transcript is gone, so the session cannot be resumed.")
            else:
                self.say("This session cannot be resumed by a command.")

        self.ask(node, lambda coach: coach.resume_command(line), take, failed="The command could not be made ({}).")

    def filter(self, filters: Filters) -> None:
        """Narrow the practices down."""
        before = self.now_shown.filters
        self.picture = self.now_shown.filtering(filters)
        if filters.narrows_sessions and (self.picture.narrowed is None or before == filters):
            self._recount()

    def _recount(self) -> None:
        self._endings.pop("recount", None)
        chosen = self.now_shown.filters
        if not chosen.narrows_sessions:
            return

        def take(standings: Standings) -> None:
            self.picture = self.now_shown.narrowing(chosen, standings)

        self.ask(
            self,
            lambda coach: coach.standings(chosen.weeks, project=chosen.project or None, agent=chosen.agent or None),
            take,
            failed="The sessions could not be counted ({}); the filter shows nothing for now.",
        )

    @command("1", "practices")
    async def action_practices(self) -> None:
        """Go to the practices: what you do, and what you have not tried."""
        await self.switch_mode("practices")

    @command("2", "now")
    async def action_now(self) -> None:
        """Go to the running sessions: what just happened, and what is open."""
        await self.switch_mode("now")

    @command("3", "sessions")
    async def action_sessions(self) -> None:
        """Go to your sessions, and to what happened in each."""
        await self.switch_mode("sessions")

    @command("4", "week")
    async def action_week(self) -> None:
        """Go to the week, to look back for two minutes."""
        await self.switch_mode("week")

    @command("5", "sharing")
    async def action_sharing(self) -> None:
        """Go to what leaves this machine, and how to prove it."""
        await self.switch_mode("sharing")

    @command("question_mark", "help", place=3)
    def action_help(self) -> None:
        """Show the keys that work here, and what the signs mean."""
        from .help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            signs = self.screen.SIGNS if isinstance(self.screen, CoachScreen) else ()
            self.push_screen(HelpScreen(tuple(said for _, said in commands(self.screen)), signs))

    @command("", "theme")
    def action_theme(self) -> None:
        """Choose a theme; it is kept in settings.toml."""
        self.search_themes()

    @command("q", "quit", place=8)
    async def action_quit(self) -> None:
        """Leave accrete-coach."""
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette offers every command that works now."""
        for node, said in commands(screen):
            yield SystemCommand(said.title, f"{said.key} · {said.says}" if said.keys else said.says, runner(node, said))

    def get_key_display(self, binding: Binding) -> str:
        """A key in the footer is called as in the help, a rebound one, too."""
        return binding.key_display or named(binding.key)

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


def _hung_up() -> bool:
    """Whether the terminal is gone."""
    if not hasattr(select, "poll"):
        return False
    try:
        look = select.poll()
        look.register(sys.__stdin__ or 0, select.POLLIN)
        return any(event & (select.POLLHUP | select.POLLNVAL) for _, event in look.poll(0))
    except (OSError, ValueError):
        return False


__all__ = ["CoachApp", "CoachScreen", "report"]
