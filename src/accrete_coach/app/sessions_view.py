"""The sessions view: all sessions, a search through them, and beside the list the story of the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from ..finding import EVERYTHING, Finder, SessionLine
from ..sessions.agent import agent_names
from .commands import Commanded, command
from .frame import CoachScreen, Here
from .picture import Picture
from .row import MUTED
from .session_list import SessionList
from .session_page import Story, StoryScreen, ask_story
from .shown import shown, typed

if TYPE_CHECKING:
    from .follow import CoachLike

NONE_YET = (
    "No sessions yet. Work with your coding agent as usual: the session appears here while it runs. "
    "accrete-coach demo shows this view with invented sessions."
)
READING = "Reading your sessions; the first ones appear in a moment. Nothing leaves this machine."
UNLISTED = "The sessions cannot be listed now ({}). `accrete-coach doctor` says more; leave this view and come back to try again."
NOTHING = "No session holds all of these words. Escape shows them all again."
SHOWS = "project, practice, agent, date or words"


class FindSession(Input):
    """Where the person types what they look for."""

    def __init__(self) -> None:
        super().__init__(id="find", placeholder=SHOWS, compact=True)

    def validate_value(self, value: str) -> str:
        """What is pasted passes the gate too."""
        return typed(value, 300)


class SessionsScreen(Commanded, CoachScreen):
    """The list of sessions, and beside it, where both fit, the story of one."""

    AUTO_FOCUS = "#sessions"
    STORY_SECONDS = 0.12
    """How long the cursor rests before a story is read."""
    FIND_SECONDS = 0.05
    """How long typing rests before it is looked for."""
    RELIST_SECONDS = 0.5
    """How long a change waits until the list is read anew."""

    def __init__(self, picture: Picture, *, zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self.lines: tuple[SessionLine, ...] | None = None
        """All sessions; None until they were read."""
        self._unlisted = ""
        """Why they could not be, in a sentence."""
        self.finder: Finder | None = None
        self.sought = ""
        self.problems: tuple[str, ...] = ()
        """What of the search was passed over."""
        self._listed: object = None
        """The standings as of which the list was read."""
        self._resting: dict[str, Timer] = {}

    def body(self) -> ComposeResult:
        """The search, the list, the story, what it rests on."""
        names, known = self.now_shown.names, agent_names()
        yield FindSession()
        with Horizontal(id="sessions-both"):
            with Vertical(id="sessions-left"):
                yield Static(id="sessions-heading")
                yield SessionList(names, known, zone=self.zone)
                yield Static(id="sessions-none")
            yield Story(names, known, zone=self.zone)
        yield Static(id="basis")

    @property
    def rows(self) -> SessionList:
        """The list of sessions."""
        return self.query_one(SessionList)

    @property
    def story(self) -> Story:
        """The story beside the list."""
        return self.query_one(Story)

    @property
    def reading_at_cursor(self) -> tuple[int, str] | None:
        """(number of the session, id of the practice) that the cursor is on; None where it is on none."""
        return self.story.reading_at_cursor if self.focused is self.story else None

    def reading_here(self) -> Here | None:
        """The reading that the story's cursor is on."""
        at = self.reading_at_cursor
        return Here(at[1], at[0]) if at is not None else None

    def look_again(self) -> None:
        """The story may tell something else."""
        self._relist()
        if self.story.display and self.story.line is not None:
            ask_story(self, self.story, self.story.line)

    def on_mount(self) -> None:
        """Nothing is sought yet."""
        self.query_one("#find").display = False
        self._relist()
        self._tell()

    def on_screen_resume(self) -> None:
        """Try again what did not work."""
        if self._unlisted:
            self._relist()

    def watch_picture(self, before: Picture | None, picture: Picture | None) -> None:
        """Other standings: other sessions, or more in them."""
        super().watch_picture(before, picture)
        if not self.is_mounted:
            return
        if self.now_shown.standings is not self._listed:
            self._listed = self.now_shown.standings
            self._later("relist", self.RELIST_SECONDS, self._relist, again=False)
        self._tell()

    def _later(self, what: str, seconds: float, then: Callable[[], None], *, again: bool = True) -> None:
        """Do something when nothing else of its kind was asked for so long; `again`: each asking waits anew."""
        waiting = self._resting.get(what)
        if waiting is not None:
            if not again:
                return
            waiting.stop()

        def do() -> None:
            self._resting.pop(what, None)
            then()

        self._resting[what] = self.set_timer(seconds, do)

    def _relist(self) -> None:
        def read(coach: CoachLike) -> tuple[tuple[SessionLine, ...], Finder]:
            return coach.session_lines(), coach.finder()

        self.coach_app.ask(self, read, self._take, failed=UNLISTED, trouble=self._trouble)

    def _trouble(self, what: str) -> None:
        if self.lines is None:
            self._unlisted = what
            self._tell()
        else:
            self.coach_app.say(what)

    def _take(self, told: tuple[tuple[SessionLine, ...], Finder]) -> None:
        before = {line.num: line for line in self.lines or ()}
        self.lines, self.finder = told
        self._unlisted = ""
        self.rows.now = int(datetime(self.finder.today.year, self.finder.today.month, self.finder.today.day).timestamp() * 1000)
        # A session that grew may have another title.
        self.rows.forget_titles(frozenset(one.num for one in self.lines if before.get(one.num, one) != one))
        self._find()

    def _find(self) -> None:
        lines, finder = self.lines, self.finder
        if lines is None or finder is None:
            return
        query = finder.read(self.sought) if self.sought else EVERYTHING
        self.problems = query.problems
        found = lines
        if query.tests:
            titles = {num: self.rows.titles[num] for num in self.rows.titles.keys()}  # noqa: SIM118 (no dict) if query.by_title else {}
            found = tuple(line for line in lines if query.matches(line, titles.get(line.num, "")))
        self.rows.show(found, lines)
        self._tell()

    def _tell(self) -> None:
        """The words around the list."""
        if not self.is_mounted:
            return
        rows, lines = self.rows, self.lines
        none = self.query_one("#sessions-none", Static)
        none.display = not rows.lines
        rows.display = bool(rows.lines)
        if self._unlisted:
            none.update(shown(self._unlisted, 400))
        elif lines is None or (not lines and self.now_shown.progress is not None):
            none.update(shown(READING, style=MUTED))
        elif not lines:
            none.update(shown(NONE_YET, 400))
        else:
            none.update(shown(NOTHING))
        n = len(lines or ())
        count = f"{len(rows.lines):,} of {n:,} sessions" if self.sought else f"{n:,} session{'s' * (n != 1)}"
        # Over no rows there are no columns to name.
        title = count if lines else "sessions"
        head = rows.heading(title) if rows.lines else shown(title, style="bold")
        if self.problems:
            head = Content.assemble(head.rstrip() if rows.columns_now.lines > 1 else shown(count, style="bold"), "  ",
                                    shown("; ".join(self.problems), 300, "$text-warning"))  # fmt: skip
        self.query_one("#sessions-heading", Static).update(head)
        basis = self.query_one("#basis", Static)
        basis.update(shown(rests_on(lines), 300, MUTED) if lines else Content(""))
        self.set_class(bool(rows.lines), "-some")

    # What the parts tell

    def on_session_list_headed(self) -> None:
        """Other columns."""
        self._tell()

    def on_session_list_wanted(self, event: SessionList.Wanted) -> None:
        """Read the titles that are seen."""
        nums = event.nums
        self.coach_app.ask(self, lambda coach: coach.titles(nums), self.rows.know, failed="Titles cannot be read now ({}).")

    def on_session_list_moved(self, event: SessionList.Moved) -> None:
        """The story follows the cursor when it rests."""
        if self.story.display:
            self._later("story", self.STORY_SECONDS, self._tell_story)

    def _tell_story(self) -> None:
        line, story = self.rows.chosen, self.story
        if not story.display:
            return
        if line is None:
            story.wait_for(None)
            return
        if story.line is None or story.line.num != line.num:
            story.wait_for(line, self.rows.titles.get(line.num) or "")
        elif story.line == line and story.told is not None:
            return
        ask_story(self, story, line)

    def on_resize(self) -> None:
        """The story may have room now."""
        self._later("story", self.STORY_SECONDS, self._tell_story)

    def on_session_list_opened(self, event: SessionList.Opened) -> None:
        """To the story: beside the list, or on a screen of its own."""
        if self.story.display:
            self._tell_story()
            self.story.focus()
            return
        title = self.rows.titles.get(event.line.num) or ""
        self.app.push_screen(StoryScreen(self.now_shown, event.line, title=title, zone=self.zone))

    def on_story_opened(self, event: Story.Opened) -> None:
        """Show the transcript around it."""
        self.coach_app.open_moment(event.moment, event.practice, event.reading)

    # What the person asks for

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look for it when typing rests."""
        self.sought = event.value.strip()
        self._later("find", self.FIND_SECONDS, self._find)

    def on_input_submitted(self) -> None:
        """To what was found."""
        if "find" in self._resting:
            self._resting.pop("find").stop()
            self._find()
        if self.focused is self.rows:
            self.rows.action_open()  # Enter was pressed twice before the first one was seen to.
        elif self.rows.lines:
            self.set_focus(self.rows)

    @command("down", "to the list")
    def action_to_list(self) -> None:
        """Go to the sessions that were found."""
        self.on_input_submitted()

    @command("slash", "find", place=3)
    def action_find(self) -> None:
        """Find sessions by project, practice, agent, date or words."""
        find = self.query_one(FindSession)
        find.display = True
        find.focus()

    @command("escape", "back", place=2)
    def action_back(self) -> None:
        """Step back: from the story to the list, from what was found to all sessions."""
        find = self.query_one(FindSession)
        if self.focused is self.story:
            self.rows.focus()
        elif find.display:
            find.value = ""
            find.display = False
            self.sought = ""
            self._find()
            self.rows.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        if action == "back" and self.is_mounted:
            return self.query_one("#find").display or self.focused is self.story
        return True

    def on_descendant_focus(self) -> None:
        """Other keys work."""
        self.refresh_bindings()

    @command("y", "copy resume", place=5)
    def action_copy(self) -> None:
        """Copy the command that resumes this session."""
        line = self.rows.chosen
        if line is not None:
            self.coach_app.copy_resume(self, line)

    @command("e", "edit", place=6)
    def action_edit(self) -> None:
        """Open the transcript of this session in your editor ($VISUAL or $EDITOR)."""
        line = self.rows.chosen
        if line is None:
            return
        self.coach_app.ask(
            self,
            lambda coach: coach.place(line),
            lambda place: self.coach_app.edit(*place),
            failed="The transcript could not be looked up ({}).",
        )


def rests_on(lines: tuple[SessionLine, ...]) -> str:
    """What the list rests on."""
    automatic = sum(not line.person for line in lines)
    gone = sum(line.gone for line in lines)
    parts = [f"{len(lines):,} session{'s' * (len(lines) != 1)} in the profile"]
    if automatic:
        parts.append(f"{automatic:,} automatic, counted for no practice")
    if gone:
        parts.append(f"{gone:,} with the source gone: what was noticed stays")
    return "; ".join(parts)


__all__ = ["SessionsScreen", "rests_on"]
