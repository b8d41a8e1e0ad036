"""One session as a story: what the person did, what came of it, and the practices that show there; drawn line by line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from ..finding import SessionLine
from ..now import span
from ..practice import CANT_TELL, NOT_SEEN, SEEN, Reading
from ..sessions.agent import agent_names
from ..storyboard import Beat, Shown, Storyboard
from .commands import Commanded, command
from .drawn_lines import DrawnLines
from .entries import BY
from .frame import CoachScreen, Here
from .picture import Picture
from .row import MUTED, WAITING
from .session_row import ID, folder
from .shown import cell, packed, shown
from .transcript import GONE

if TYPE_CHECKING:
    from textual.strip import Strip

    from ..coach import Heard, MomentView
    from .follow import CoachLike

WORDS_LINES = 2
"""Lines of the person's words in a beat."""
WORDS_CAP = 600
INDENT = 9
"""Columns before what a beat says: the cursor, the time."""
UNREAD = "The transcript cannot be read now: the words are left out. Leave this session and come back to try again."
NO_BEATS = "Nothing of this session can be told: no record of its main thread was read."


class Told(NamedTuple):
    """A session's story as a coach told it."""

    board: Storyboard | None
    readings: Mapping[str, Reading]
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story."""

    kind: str
    """head, beat, words, done, moment, group, reading, sentence or blank."""
    beat: int = -1
    """Index of the beat."""
    n: int = 0
    """Which line, moment or reading of it."""
    name: str = ""
    """A practice's id; the words of a group."""

    @property
    def selectable(self) -> bool:
        """Whether the cursor stops here."""
        return self.kind in ("beat", "moment", "reading")


class Story(Commanded, DrawnLines):
    """The story of one session, with a cursor on its beats, moments and readings."""

    COMPONENT_CLASSES = {"story--here"}  # noqa: RUF012 (as textual declares it)
    AHEAD = 6
    """Beats around those that are seen whose words are read with them."""

    class Moved(Message):
        """The cursor stands elsewhere."""

    class Opened(Message):
        """The person wants to see a place in the transcript."""

        def __init__(self, moment: MomentView, practice: str, reading: str) -> None:
            super().__init__()
            self.moment = moment
            self.practice = practice
            """What it shows, in words."""
            self.reading = reading
            """The id of the practice that it shows; empty where it shows none."""

    def __init__(self, names: Mapping[str, str], agents: Mapping[str, str], *, zone: tzinfo | None = None) -> None:
        super().__init__(id="story")
        self.names = names
        self.agents = agents
        self.zone = zone
        self.line: SessionLine | None = None
        """The session that is told."""
        self.told: Told | None = None
        """None until it was read."""
        self.failed = ""
        """A sentence where it could not be."""
        self.heard: dict[int, str] = {}
        """Index of a beat -> the person's words, raw. Read live and held only while the session is shown."""
        self._asked: set[int] = set()
        self._unread = False
        self._lines: tuple[Line, ...] = ()
        self._head: tuple[Content, ...] = ()
        self._cursor = 0
        """Index into the lines."""
        self._wrapped: dict[int, tuple[Content, ...]] = {}

    # What is shown

    def wait_for(self, line: SessionLine | None, title: str = "") -> None:
        """Another session, which is not read yet."""
        self.line, self.told, self.failed = line, None, ""
        self.heard, self._asked, self._unread = {}, set(), False
        self._called = title
        self._cursor = 0
        self.set_out()
        self.scroll_at_once(0)

    def tell(self, line: SessionLine, told: Told) -> None:
        """What was read; the cursor stays where it was if this is the same session, grown."""
        same = self.told is not None and self.line is not None and self.line.num == line.num
        held = self._at if same else None
        self.line, self.told, self.failed = line, told, ""
        if told.title:
            self._called = told.title
        if not same:
            self.heard, self._asked = {}, set()
        self.set_out(held)
        if not same:
            self._cursor = next((n for n, one in enumerate(self._lines) if one.selectable), 0)
        self.refresh()
        self.rested()
        self.post_message(self.Moved())

    def fail(self, sentence: str) -> None:
        """It could not be read."""
        self.failed = sentence
        self.set_out()

    _called = ""

    @property
    def _at(self) -> Line | None:
        return self._lines[self._cursor] if self._cursor < len(self._lines) and self._lines[self._cursor].selectable else None

    @property
    def reading_at_cursor(self) -> tuple[int, str] | None:
        """(number of the session, id of the practice) that the cursor is on; None where it is on none."""
        at = self._at
        return (self.line.num, at.name) if at is not None and at.name and self.line is not None else None

    @property
    def place_at_cursor(self) -> tuple[str, int]:
        """(path, line) in the transcript of what the cursor is on; ("", 0) where there is none."""
        board = self.told.board if self.told is not None else None
        if board is None:
            return "", 0
        of = self._of(board)
        path, line = board.place(of) if of is not None else ("", 0)
        if not path and board.files:
            return os.path.join(board.root, *board.files[0].split("/")), 1
        return path, line

    def _of(self, board: Storyboard) -> Beat | Shown | None:
        at = self._at
        if at is None:
            return None
        if at.kind == "reading":
            return next((s for beat in board.beats for s in beat.shown if s.practice == at.name), None)
        return board.beats[at.beat].shown[at.n] if at.kind == "moment" else board.beats[at.beat]

    @property
    def _room(self) -> int:
        # A column is kept from the bar beside it.
        return max(self.lines_wide - INDENT - 1, 10)

    def set_out(self, held: Line | None = None) -> None:
        """Arrange the lines anew; what the cursor is on stays where it was on the screen."""
        width = self.lines_wide
        if not width:
            return
        held = held or self._at
        shift = self._cursor - self.scroll_offset.y
        self._wrapped = {}
        self._head = tuple(self._heading(width))
        lines = [Line("head", n=n) for n in range(len(self._head))]
        if self.told is not None:
            lines += self._story(self.told)
        self._lines = tuple(lines)
        self.virtual_size = Size(width, len(lines))
        if held is not None and held in self._lines:
            self._cursor = self._lines.index(held)
            self.scroll_at_once(self._cursor - shift)
        else:
            self._cursor = min(self._cursor, max(len(lines) - 1, 0))
        self.refresh()

    def _story(self, told: Told) -> list[Line]:
        air = not self.screen.has_class("-short")
        lines: list[Line] = []
        beats = told.board.beats if told.board is not None else ()
        for b, beat in enumerate(beats):
            if air:
                lines.append(Line("blank"))
            lines.append(Line("beat", b))
            if b in self.heard:
                lines += [Line("words", b, n) for n in range(1, len(self._said(b, beat)))]
            if beat.counts or beat.calls:
                lines.append(Line("done", b))
            lines += [Line("moment", b, n, s.practice) for n, s in enumerate(beat.shown)]
        for word, name in (
            (SEEN, "seen"), (NOT_SEEN, "not seen, though there was an occasion"), (CANT_TELL, "can't tell from the records"),
        ):  # fmt: skip
            of = [practice for practice, reading in told.readings.items() if reading.word == word]
            if of:
                lines += [*([Line("blank")] if air else []), Line("group", name=name)]
                lines += [Line("reading", n=n, name=practice) for n, practice in enumerate(of)]
        return lines

    def _heading(self, width: int) -> list[Content]:
        line = self.line
        if line is None:
            return []
        title = self._called.strip() or line.id[:ID]
        agent = self.agents.get(line.agent, line.agent)
        facts = [folder(line.project), agent, self._span(line)]
        numbers = ", ".join(
            f"{n:,} {what}{'s' * (n != 1)}"
            for n, what in ((line.prompts, "prompt"), (line.tool_calls, "tool call"), (line.edits, "project edit"))
        )
        out = [cell(title, width, "bold")]
        parts = [shown(one, 200, MUTED) for one in (*facts, numbers)]
        out += self._wrap(packed(parts, Content.styled(" · ", MUTED), width - 1), width - 1, 3)
        if not line.person:
            out += self._wrap(Content.styled("Automatic: nobody took part, so it counts for no practice.", MUTED), width, 3)
        if line.gone:
            out += self._wrap(Content.assemble(("source gone  ", "bold"), shown(GONE, 400)), width, 6)
        elif self._unread:
            out += self._wrap(shown(UNREAD), width, 4)
        if self.failed:
            out += self._wrap(shown(self.failed, 400), width, 4)
        elif self.told is None:
            out.append(shown(WAITING, style=MUTED))
        elif self.told.board is None or not self.told.board.beats:
            out += self._wrap(shown(NO_BEATS), width, 4)
        return out

    def _span(self, line: SessionLine) -> str:
        if not line.started:
            return "no date"
        begin = datetime.fromtimestamp(line.started / 1000, UTC).astimezone(self.zone)
        minutes = max(0, (line.ended - line.started) // 60_000)
        days, hours = divmod(minutes // 60, 24)
        lasted = f"{days} d {hours} h" if days else span(minutes * 60_000) or "0 min"
        return f"{begin.day} {begin:%b %Y %H:%M}, {lasted}"

    def _wrap(self, content: Content, width: int, most: int) -> list[Content]:
        lines = content.wrap(max(width, 4))
        if len(lines) <= most:
            return lines
        return [*lines[: most - 1], self._ended(lines[most - 1].rstrip(), width)]

    def _ended(self, line: Content, width: int) -> Content:
        """A line that goes on, ended between words."""
        fits = line.cell_length + 2 <= width
        return Content(" ").join([line if fits else line.wrap(max(width - 2, 4))[0].rstrip(), Content("…")])

    def _whole(self, content: Content) -> Content:
        """What fits into a line, cut between words."""
        return content if content.cell_length <= self._room else self._wrap(content, self._room, 1)[0]

    def _said(self, b: int, beat: Beat) -> tuple[Content, ...]:
        """The lines of what the person did and said."""
        known = self._wrapped.get(b)
        if known is None:
            words = self.heard.get(b, "")
            who = shown(beat.says or "before your first words", style="bold" if beat.mine else MUTED)
            said = Content.assemble(who, "  ", shown(words, WORDS_CAP)) if words.strip() else who
            known = self._wrapped[b] = tuple(self._wrap(said, self._room, WORDS_LINES))
        return known

    def _said_line(self, line: Line, beat: Beat) -> Content:
        said = self._said(line.beat, beat)
        return said[line.n] if line.n < len(said) else Content("")

    # How it is drawn

    def look_of(self, line: Line, here: bool) -> Content:
        """One line, as content."""
        mark = Content.assemble(("› ", "bold") if here else "  ")
        told = self.told
        if line.kind == "head":
            return self._head[line.n] if line.n < len(self._head) else Content("")
        if line.kind == "group":
            return Content.assemble("  ", shown(line.name, style=MUTED))
        if told is None or line.kind == "blank":
            return Content("")
        if line.kind == "reading":
            return Content.assemble(mark, "  ", self._reading(line.name, told.readings.get(line.name)))
        if told.board is None:
            return Content("")
        beat = told.board.beats[line.beat]
        if line.kind == "beat":
            return Content.assemble(mark, cell(self._clock(beat.at), INDENT - 2, MUTED), self._said_line(line, beat))
        if line.kind == "words":
            return Content.assemble(Content.blank(INDENT), self._said_line(line, beat))
        if line.kind == "done":
            did = beat.done or f"{beat.calls:,} tool call{'s' * (beat.calls != 1)}"
            return Content.assemble(Content.blank(INDENT), self._whole(shown(did, 400, MUTED)))
        return Content.assemble(mark, Content.blank(INDENT - 2), self._moment(beat.shown[line.n]))

    def _moment(self, one: Shown) -> Content:
        parts = [self.names.get(one.practice, one.practice), BY.get(one.by or "", ""), one.what]
        # Where not all of it fits, what happened is worth more than who did it: the practice below names them.
        said = next(
            (
                line
                for some in (parts, (parts[0], parts[2]), parts[:1])
                if (line := shown("▸ " + " · ".join(p for p in some if p), 300, "$text-primary")).cell_length <= self._room
            ),
            shown("▸ " + parts[0], 300, "$text-primary"),
        )
        return self._whole(said)

    def _reading(self, practice: str, reading: Reading | None) -> Content:
        by = BY.get(reading.by or "", "") if reading is not None else ""
        times = f" · {reading.count} times" if reading is not None and reading.count > 1 else ""
        if reading is not None and times and 0 < len(reading.moments) < reading.count:
            times += f", {len(reading.moments)} of them above" if len(reading.moments) > 1 else ", one of them above"
        return shown(self.names.get(practice, practice) + (f" · {by}" if by else "") + times, 200)

    def _clock(self, at: int) -> str:
        return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone):%H:%M}" if at else ""

    def render_line(self, y: int) -> Strip:
        """One line of what is seen."""
        at = y + self.scroll_offset.y
        line = self._lines[at] if at < len(self._lines) else Line("blank")
        here = at == self._cursor and line.selectable and self.has_focus
        look = self.look_of(line, here).truncate(self.lines_wide)
        return self.strips(look, 1, self.get_visual_style("story--here") if here else None)[0]

    def read_seen(self) -> None:
        """Read the words of the beats that are seen."""
        told, line = self.told, self.line
        if told is None or told.board is None or line is None or line.gone:
            return
        board = told.board
        first = self.scroll_offset.y
        seen = [one.beat for one in self._lines[first : first + self.size.height + 1] if one.beat >= 0]
        if not seen:
            return
        around = range(max(0, seen[0] - self.AHEAD), min(len(board.beats), seen[-1] + self.AHEAD + 1))
        wanted = [b for b in around if b not in self._asked and board.beats[b].mine]
        if not wanted:
            return
        self._asked |= set(wanted)

        def take(heard: Heard) -> None:
            if self.told is not None and self.told.board is board:
                self.heard = {**self.heard, **heard.said}
                self._unread = bool(heard.gone) and not self.heard
                self.set_out()

        screen = self.screen
        assert isinstance(screen, CoachScreen)
        screen.coach_app.ask(
            self,
            lambda coach: coach.words_of(board, wanted),
            take,
            failed="The words cannot be read now ({}).",
            group=f"words{first}",
        )

    # The cursor

    def _go(self, step: Callable[[int], int]) -> None:
        stops = [n for n, one in enumerate(self._lines) if one.selectable]
        if not stops:
            return
        before = sum(n < self._cursor for n in stops)
        at = max(0, min(step(before), len(stops) - 1))
        self._cursor = stops[at]
        last = self._cursor
        while last + 1 < len(self._lines) and self._lines[last + 1].kind in ("words", "done"):
            last += 1
        if at == 0:
            self.scroll_at_once(0)
        else:
            self.keep_in_sight(self._cursor, last)
        self.refresh()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """A click goes to a line; a second one opens it."""
        at = self.scroll_offset.y + event.y
        if 0 <= at < len(self._lines) and self._lines[at].selectable:
            if at == self._cursor:
                self.action_open()
            self._cursor = at
            self.refresh()
            self.post_message(self.Moved())

    @command("down,j", "next")
    def action_down(self) -> None:
        """Go to the next moment or beat."""
        self._go(lambda at: at + 1)

    @command("up,k", "previous")
    def action_up(self) -> None:
        """Go to the moment or beat before."""
        self._go(lambda at: at - 1)

    @command("pagedown,space", "page down")
    def action_page_down(self) -> None:
        """Read on by a page."""
        self._page(self.lines_high - 1)

    @command("pageup", "page up")
    def action_page_up(self) -> None:
        """Read back by a page."""
        self._page(1 - self.lines_high)

    def _page(self, lines: int) -> None:
        target = self._cursor + lines
        stops = [n for n, one in enumerate(self._lines) if one.selectable]
        near = min(stops, key=lambda n: abs(n - target), default=0)
        self._go(lambda _: stops.index(near) if near in stops else 0)

    @command("home,g", "begin")
    def action_first(self) -> None:
        """Go to where the session begins."""
        self._go(lambda at: 0)

    @command("end,G", "end")
    def action_last(self) -> None:
        """Go to the end, where its practices stand."""
        self._go(lambda at: len(self._lines))

    @command("enter", "transcript", place=1)
    def action_open(self) -> None:
        """Show the transcript around this moment."""
        from ..coach import MomentView

        line, board, at = self.line, self.told.board if self.told is not None else None, self._at
        if line is None or board is None or at is None:
            return
        of = self._of(board)
        path, number = board.place(of) if of is not None else ("", 0)
        screen = self.screen
        assert isinstance(screen, CoachScreen)
        if not path or of is None:
            screen.coach_app.say("No line of the transcript shows it.")
            return
        practice = self.names.get(of.practice, of.practice) if isinstance(of, Shown) else of.says or "the beginning"
        what = of.what if isinstance(of, Shown) else of.done
        by = of.by if isinstance(of, Shown) else None
        moment = MomentView(line.id, line.project, path, number, of.at, by, "certain", line.gone, line.agent, what)
        self.post_message(self.Opened(moment, practice, of.practice if isinstance(of, Shown) else ""))

    @command("e", "edit", place=4)
    def action_edit(self) -> None:
        """Open the transcript at this line in your editor ($VISUAL or $EDITOR)."""
        screen = self.screen
        assert isinstance(screen, CoachScreen)
        if self.line is not None:
            screen.coach_app.edit(*self.place_at_cursor)

    @command("y", "copy resume", place=5)
    def action_copy(self) -> None:
        """Copy the command that resumes this session."""
        screen = self.screen
        assert isinstance(screen, CoachScreen)
        if self.line is not None:
            screen.coach_app.copy_resume(self, self.line)


def ask_story(screen: CoachScreen, story: Story, line: SessionLine) -> None:
    """Read the story of a session, and show it where it is still wanted."""

    def read(coach: CoachLike) -> Told:
        board = coach.storyboard(line.num)
        return Told(board, coach.readings_of(line.num), coach.titles([line.num]).get(line.num, ""))

    def take(told: Told) -> None:
        if story.line is not None and story.line.num == line.num:
            story.tell(line, told)

    failed = "This session cannot be told now ({}). Escape steps back; Enter on it tries again."
    screen.coach_app.ask(story, read, take, failed=failed, group="story", trouble=story.fail)


class StoryScreen(Commanded, CoachScreen):
    """The story of one session, where it does not fit beside the list."""

    AUTO_FOCUS = "#story"

    def __init__(self, picture: Picture, line: SessionLine, *, title: str = "", zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self.line = line
        self.called = title

    def body(self) -> ComposeResult:
        """The story."""
        yield Story(self.now_shown.names, agent_names(), zone=self.zone)

    def on_mount(self) -> None:
        """Read it."""
        self.query_one(Story).wait_for(self.line, self.called)
        ask_story(self, self.query_one(Story), self.line)

    @property
    def reading_at_cursor(self) -> tuple[int, str] | None:
        """(number of the session, id of the practice) that the cursor is on; None where it is on none."""
        return self.query_one(Story).reading_at_cursor

    def reading_here(self) -> Here | None:
        """The reading that the cursor is on."""
        at = self.reading_at_cursor
        return Here(at[1], at[0]) if at is not None else None

    def look_again(self) -> None:
        """The story may tell something else."""
        story = self.query_one(Story)
        if story.line is not None:
            ask_story(self, story, story.line)

    def on_story_opened(self, event: Story.Opened) -> None:
        """Show the transcript around it."""
        self.coach_app.open_moment(event.moment, event.practice, event.reading)

    @command("escape,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to the sessions."""
        self.dismiss()
