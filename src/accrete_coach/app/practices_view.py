"""The first view: one true sentence, the practices, and the page of the one under the cursor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Input, Static

from .commands import Commanded, command
from .filters import ALL, WINDOWS
from .follow import CoachLike
from .frame import CoachScreen, Here, Words
from .picture import Picture
from .practice_list import PracticeList
from .practice_page import PracticePage, headline
from .row import COPIED, MUTED
from .shown import block, shown, typed

if TYPE_CHECKING:
    from ..audit import Result
    from ..coach import MomentView
    from ..profile import StoredSession
    from ..trend import Trend
    from .entries import MomentList, PassedList

WHAT = "accrete-coach reads the sessions you have with your coding agent, and shows which working practices you use and which you have not tried."
LONGER = "w counts more weeks."
MEANWHILE = "Each new session counts as it happens; meanwhile, a shows all practices and Enter what one is."
LOOKS = "It looks in {}, found no session there yet and goes on looking; `accrete-coach demo` shows all this with invented ones."


class Find(Input):
    """Where the person types what they look for."""

    def __init__(self) -> None:
        super().__init__(id="find", placeholder="find a practice by a word", compact=True)

    def validate_value(self, value: str) -> str:
        """What is pasted passes the gate too."""
        return typed(value, 200)


class Sentence(Words):
    """The one true sentence; on the first run what this is, where it looks, and what to know."""

    picture: reactive[Picture | None] = reactive(None)

    def __init__(self, picture: Picture) -> None:
        super().__init__(id="sentence")
        self.set_reactive(Sentence.picture, picture)

    def on_mount(self) -> None:
        """The words as they are now."""
        self.watch_picture(self.picture)

    def watch_picture(self, picture: Picture | None) -> None:
        """Another picture, another line."""
        if picture is not None:
            instead = Content.assemble(shown(picture.instead, 400, "$text-warning"), "\n\n") if picture.instead else Content("")
            self.update(Content.assemble(instead, sentence(picture)))


class Narrowed(Words):
    """What the person narrowed the practices down to."""

    picture: reactive[Picture | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(id="narrowed")

    def watch_picture(self, picture: Picture | None) -> None:
        """Other filters, another line; none where nothing is narrowed."""
        words = picture.filters.words if picture is not None else ()
        if words and picture is not None and picture.known is not None and picture.known.basis.widened:
            words = (*words, "all time is counted, as it would leave no session")
        self.display = bool(words)
        self.update(shown(f"▾ {'  ·  '.join(words)}   (f changes it, esc shows all)", 300) if words else Content(""))


class Basis(Words):
    """What the view rests on."""

    picture: reactive[Picture | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(id="basis")

    def watch_picture(self, picture: Picture | None) -> None:
        """Another picture, another line."""
        known = picture.known if picture is not None and not picture.first else None
        self.update(shown(str(known.basis), style=MUTED) if known is not None else Content(""))


class PracticesScreen(Commanded, CoachScreen):
    """The list, and beside or instead of it the page of a practice."""

    AUTO_FOCUS = "#list"
    LATER = ("entries",)
    REST_SECONDS = 0.1
    """How long the cursor stands on a practice before its moments are looked up."""
    reading: reactive[bool] = reactive(False, toggle_class="-reading")
    """Whether the page was opened. Where both fit, both are always shown."""

    _resting: Timer | None = None

    def body(self) -> ComposeResult:
        """The sentence, the filters, the list, the page, the basis."""
        assert self.picture is not None
        yield Sentence(self.picture).data_bind(CoachScreen.picture)
        yield Narrowed().data_bind(CoachScreen.picture)
        yield Find()
        with Horizontal(id="both"):
            with Vertical(id="left"):
                yield Words(id="heading")
                yield Words(id="nothing")
                yield PracticeList(self.picture, zone=self.zone).data_bind(CoachScreen.picture)
                yield Words(id="peek")
            yield PracticePage(self.picture, zone=self.zone).data_bind(CoachScreen.picture)
        yield Basis().data_bind(CoachScreen.picture)

    @property
    def rows(self) -> PracticeList:
        """The list of practices."""
        return self.query_one(PracticeList)

    @property
    def page(self) -> PracticePage:
        """The page beside or instead of the list."""
        return self.query_one(PracticePage)

    def reading_here(self) -> Here | None:
        """The moment's or the session's reading under the cursor; else the practice as a whole."""
        focused, practice = self.focused, self.page.practice
        if focused is not None and (session := self.page.reading_here(focused)) is not None:
            return Here(practice, session)
        return Here(practice) if practice and not isinstance(focused, Find) else None

    def look_again(self) -> None:
        """Other moments, perhaps."""
        self._look_up()

    def on_mount(self) -> None:
        """Nothing is sought yet."""
        self.query_one(Find).display = False
        self.query_one("#nothing").display = False

    async def begin(self) -> None:
        """Make the page, for which the first frame does not wait."""
        await self.page.build()

    def on_practice_list_headed(self, event: PracticeList.Headed) -> None:
        """Name the rows and their columns; outside the list, so that it does not scroll away."""
        self.query_one("#heading", Static).update(event.heading)
        self._tell_nothing()
        self.query_one("#peek").set_class(self.rows.only_five, "-five")

    def on_practice_list_moved(self, event: PracticeList.Moved) -> None:
        """The page and the peek follow the cursor."""
        self.page.practice = event.practice
        self._peek()
        self._look_up()

    def _peek(self) -> None:
        """Say in a few words what the page would."""
        practice = self.page.shown_practice
        if practice is not None:
            words = Content.assemble(
                headline(practice, self.now_shown.standing(practice.id)), "\n", block(practice.tip, 600, MUTED)
            )
            self.query_one("#peek", Words).update(words)

    def on_practice_list_opened(self, event: PracticeList.Opened) -> None:
        """Read the practice."""
        self.reading = True
        self.call_after_refresh(self._look_up)
        self.page.scroll_home(animate=False)
        self.page.focus()

    def watch_picture(self, before: Picture | None, picture: Picture | None) -> None:
        """Other counts of the practice on the page: other moments, perhaps."""
        super().watch_picture(before, picture)
        if not self.is_mounted or before is None or picture is None or not self.page.practice:
            return
        if before.standing(self.page.practice) != picture.standing(self.page.practice):
            self._look_up()
            self._peek()

    def _look_up(self) -> None:
        """Ask for what the page shows of the person's own sessions, once the cursor rests and the page is there to show it."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(self.REST_SECONDS, self._ask) if self.page.display else None

    def _ask(self) -> None:
        practice, page, filters = self.page.practice, self.page, self.now_shown.filters
        project, agent = filters.project or None, filters.agent or None

        def answer(coach: CoachLike) -> tuple[tuple[MomentView, ...], tuple[StoredSession, ...], Trend, Result]:
            return (
                coach.moments(practice, project=project, agent=agent),
                coach.let_pass(practice, project=project, agent=agent),
                coach.trend(practice, project=project, agent=agent),
                coach.audited(practice),
            )

        def take(told: tuple[tuple[MomentView, ...], tuple[StoredSession, ...], Trend, Result]) -> None:
            if page.practice == practice:
                page.moments, page.let_pass, page.trend, page.audited = told

        self.coach_app.ask(self, answer, take, failed="The moments could not be looked up ({}).")

    def on_moment_list_opened(self, event: MomentList.Opened) -> None:
        """Show a moment where it happened."""
        practice = self.page.shown_practice
        self.coach_app.open_moment(event.moment, practice.short if practice is not None else "", self.page.practice)

    def on_passed_list_opened(self, event: PassedList.Opened) -> None:
        """Show the story of a session that let it pass."""
        self.coach_app.open_session(event.session.num)

    @command("escape", "back", place=2)
    def action_back(self) -> None:
        """Step back: from the moments, the page, what was found, all practices."""
        if self.focused is not None and self.page in self.focused.ancestors:
            self.page.focus()
        elif self.reading:
            self.reading = False
            self.rows.focus()
        elif self.query_one(Find).display:
            self._close_find()
        elif self.now_shown.filters.some:
            self.coach_app.filter(ALL)
        elif self.rows.everything:
            self.rows.everything = False
        else:
            self.rows.focus()
        self.refresh_bindings()

    @command("f", "filter", place=5)
    def action_filter(self) -> None:
        """Narrow the practices down by weeks, state, family, agent and project; all hold together, with what you look for."""
        from .filter_screen import FilterScreen

        self.app.push_screen(FilterScreen(self.now_shown.filters))

    @command("w", "weeks")
    def action_weeks(self) -> None:
        """Count the sessions of the next window: 1, 4, 8, 26 weeks, all time."""
        chosen = self.now_shown.filters
        at = WINDOWS.index(chosen.weeks) if chosen.weeks in WINDOWS else 0
        self.coach_app.filter(replace(chosen, weeks=WINDOWS[(at + 1) % len(WINDOWS)]))

    @command("t", "year")
    def action_year(self) -> None:
        """Show all practices over a year, week by week."""
        from .year_screen import YearScreen

        self.app.push_screen(YearScreen(self.now_shown, zone=self.zone))

    @command("p", "play")
    def action_play(self) -> None:
        """Play an example of this practice, act by act, and see when it is noticed."""
        from .example import ExampleScreen

        practice = self.page.shown_practice
        if practice is not None and practice.sketches:
            self.app.push_screen(ExampleScreen(self.now_shown, practice))

    @command("v", "from the team")
    def action_team(self) -> None:
        """See how teammates did it, beside your own clearest moment."""
        from .team_screens import ExemplarsScreen

        practice = self.page.shown_practice
        if practice is not None:
            mine = next((m for m in self.page.moments or () if m.by == "you" and not m.gone), None)
            self.app.push_screen(ExemplarsScreen(self.now_shown, practice, mine, zone=self.zone))

    @command("a", "all/five", place=6)
    def action_all(self) -> None:
        """Show all practices, or only the five that matter now."""
        self._close_find()
        self.rows.everything = not self.rows.everything
        self.rows.focus()
        self.refresh_bindings()

    @command("slash", "find", place=4)
    def action_find(self) -> None:
        """Find a practice by the words in it."""
        self.reading = False
        find = self.query_one(Find)
        find.display = True
        find.focus()

    @command("y", "copy", place=7)
    def action_copy(self) -> None:
        """Copy the ready prompt, command, hook or rule of this practice."""
        practice = self.page.shown_practice
        if practice is not None:
            self.coach_app.copy(practice.words.ready, f"Copied {COPIED[practice.words.kind]} for “{practice.short}”.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        if not self.is_mounted:
            return True
        if action == "back":
            return (
                self.reading
                or self.rows.everything
                or self.now_shown.filters.some
                or self.query_one(Find).display
                or self.focused is not self.rows
            )
        if action == "all":
            return self.rows.display and self.query_one("#left").display
        return True

    def watch_reading(self) -> None:
        """Other keys work."""
        self.refresh_bindings()
        if self.is_mounted:
            self._tell_nothing()

    def on_descendant_focus(self) -> None:
        """Where the page stands beside the list, a click into it is reading it."""
        if self.focused is not None and self.page in self.focused.ancestors_with_self:
            self.reading = True
        elif self.focused is not None:
            self.reading = False
        self.refresh_bindings()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Only the practices that hold the words."""
        self.rows.sought = event.value.strip()
        self._tell_nothing()

    def _tell_nothing(self) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.display = not self.rows.order
        # Beside a list of nothing there is no practice to read about.
        self.page.visible = bool(self.rows.order) or self.reading
        if self.rows.sought:
            nothing.update(Content("No practice holds these words. Escape shows them all again."))
        else:
            nothing.update(Content("No practice is left by what you chose. Escape shows all, f chooses anew."))

    def on_input_submitted(self) -> None:
        """To what was found."""
        if self.focused is self.rows:
            self.rows.action_open()  # Enter was pressed twice before the first one was seen to.
        elif self.rows.order:
            self.set_focus(self.rows)

    def _close_find(self) -> None:
        find = self.query_one(Find)
        find.value = ""
        find.display = False
        self.rows.focus()


def sentence(picture: Picture) -> Content:
    """The sentence over the list."""
    unread = picture.standings is None or (picture.progress is not None and not picture.standings.basis.all_sessions)
    if picture.standings is None or unread:
        if picture.stopped:
            return Content.styled("What you do is not known now; what each practice is can be read all the same.", MUTED)
        return Content.styled("Reading your sessions; nothing leaves this machine.", MUTED)
    if picture.first:
        lines = [shown(WHAT), shown(LOOKS.format(" and ".join(picture.roots) or "no folder"), 600), *map(_kept, picture.kept)]
        return Content("\n").join(lines)
    if picture.known is None:
        return Content.styled("Counting the sessions that the filter leaves.", MUTED)
    known = picture.known
    if known.few and known.basis.all_sessions:
        longer = known.basis.all_sessions > known.basis.sessions
        return shown(f"{known.sentence} {LONGER if longer else MEANWHILE}", 500)
    return shown(known.sentence, 500)


def _kept(sentence: str) -> Content:
    return shown(sentence, 300)
