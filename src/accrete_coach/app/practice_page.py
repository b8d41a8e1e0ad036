"""Everything about one practice: what it is, where the person stands, why, how, when not, the evidence, their moments."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ..accuracy import shipped
from ..audit import ENOUGH, Result
from ..practice import GRADES, SEEN, Catalogue, Practice
from ..standings import Standing
from .commands import Commanded, command
from .frame import Words
from .picture import Picture
from .row import MUTED, STYLES, WAITING, weeks, when
from .shown import block, cell, link, shown
from .year import year

if TYPE_CHECKING:
    from ..coach import MomentView
    from ..profile import StoredSession
    from ..trend import Trend

BY = {"you": "you", "agent": "the agent"}


_Item = TypeVar("_Item")


class Entries(Commanded, OptionList, Generic[_Item]):
    """Entries within a page: the cursor goes through them, and leaves them at either end to read on."""

    class Leaving(Message):
        """The cursor goes past the end of the list."""

        def __init__(self, entries: Entries[Any], down: bool) -> None:
            super().__init__()
            self.entries = entries
            self.down = down

    def __init__(self, name: str, *, zone: tzinfo | None = None) -> None:
        super().__init__(id=name, compact=True, classes="entries")
        self.zone = zone
        self._items: tuple[_Item, ...] = ()

    def say(self, item: _Item, width: int) -> Content:
        """One item in so many columns."""
        raise NotImplementedError

    def open(self, item: _Item) -> None:
        """The person wants to see it."""
        raise NotImplementedError

    @property
    def here(self) -> _Item | None:
        """The item under the cursor."""
        at = self.highlighted
        return self._items[at] if at is not None and at < len(self._items) else None

    def show(self, items: tuple[_Item, ...]) -> None:
        """Take other items; the cursor stays on the same one where it is still there."""
        if items == self._items:
            return
        held = self.here
        self._items = items
        self._fill()
        if items:
            self.highlighted = items.index(held) if held is not None and held in items else 0

    def on_resize(self) -> None:
        """Other columns may fit."""
        at = self.highlighted
        self._fill()
        self.highlighted = at

    def _fill(self) -> None:
        self.clear_options()
        self.add_options(Option(self._line(n)) for n in range(len(self._items)))

    def _line(self, n: int) -> Content:
        # The cursor is a sign as well as a colour: there may be none.
        mark = Content.styled("› ", "bold") if n == self.highlighted and self.has_focus else Content("  ")
        said: Content = self.say(self._items[n], self.scrollable_content_region.width - 2)
        return mark + said

    def _mark(self, *places: int | None) -> None:
        for n in places:
            if n is not None and n < min(len(self._items), self.option_count):
                self.replace_option_prompt_at_index(n, self._line(n))

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor shows only where the keys go."""
        super().watch_has_focus(has_focus)
        self._mark(self.highlighted)

    def validate_highlighted(self, highlighted: int | None) -> int | None:
        """Take the cursor's sign from the line it leaves."""
        held = super().validate_highlighted(highlighted)
        if held != self.highlighted:
            self.call_next(self._mark, self.highlighted, held)
        return held

    @command("down,j", "next")
    def action_cursor_down(self) -> None:
        """Go to the next line; after the last one, read on."""
        if self.highlighted is not None and self.highlighted >= len(self._items) - 1:
            self.post_message(self.Leaving(self, True))
        else:
            super().action_cursor_down()

    @command("up,k", "previous")
    def action_cursor_up(self) -> None:
        """Go to the line before; above the first one, read back."""
        if not self.highlighted:
            self.post_message(self.Leaving(self, False))
        else:
            super().action_cursor_up()

    @command("enter", "show", place=1)
    def action_select(self) -> None:
        """See it in its session."""
        super().action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter and a click do the same."""
        event.stop()
        if event.option_index < len(self._items):
            self.open(self._items[event.option_index])


class MomentList(Entries["MomentView"]):
    """The moments of one practice in the person's own sessions, the newest first."""

    class Opened(Message):
        """The person wants to see a moment where it happened."""

        def __init__(self, moment: MomentView) -> None:
            super().__init__()
            self.moment = moment

    def say(self, item: MomentView, width: int) -> Content:
        """When, where, what, who."""
        return moment(item, width, self.zone)

    def open(self, item: MomentView) -> None:
        """See the moment in its transcript."""
        self.post_message(self.Opened(item))


class PassedList(Entries["StoredSession"]):
    """The sessions that gave an occasion which was let pass, the newest first."""

    class Opened(Message):
        """The person wants to see such a session."""

        def __init__(self, session: StoredSession) -> None:
            super().__init__()
            self.session = session

    def say(self, item: StoredSession, width: int) -> Content:
        """When, where, how long."""
        return passed(item, width, self.zone)

    def open(self, item: StoredSession) -> None:
        """See the session."""
        self.post_message(self.Opened(item))


class PracticePage(Commanded, VerticalScroll, can_focus=True):
    """One practice in full."""

    picture: reactive[Picture | None] = reactive(None)
    practice: reactive[str] = reactive("")
    """The id of the practice."""
    moments: reactive[tuple[MomentView, ...] | None] = reactive(None)
    """None while they are looked up."""
    let_pass: reactive[tuple[StoredSession, ...]] = reactive(())
    """Sessions that gave an occasion in which it was not seen."""
    trend: reactive[Trend | None] = reactive(None)
    """Its year; None while it is looked up."""
    audited: reactive[Result] = reactive(Result())
    """What the person's answers about its readings add up to."""

    def __init__(self, picture: Picture, *, zone: tzinfo | None = None) -> None:
        super().__init__(id="page")
        self.set_reactive(PracticePage.picture, picture)
        self.zone = zone
        self._wanted = False
        self._built = False
        """Whether the parts are there: watchers run before they are."""

    def compose(self) -> ComposeResult:
        """A section for each question a person may have: once the first frame is on the screen, which names all practices."""
        if not self._wanted:
            return
        yield Words(id="question")
        yield Words(id="stand")
        for name, title in (
            ("why", "Why"),
            ("how", "How"),
            ("mine", "Your moments"),
            ("passed", "Let pass"),
            ("year", "Your year"),
            ("not", "When not to"),
            ("rule", "Counts when"),
            ("example", "Example"),
            ("evidence", "Evidence"),
            ("builds", "Builds on"),
            ("right", "How right it is"),
            ("size", "Session size"),
        ):
            with Horizontal(id=name, classes="section"):
                yield Static(shown(title, style=MUTED), classes="label")
                if name == "mine":
                    yield Words(id="no-moments", classes="body")
                    yield MomentList("moments", zone=self.zone)
                elif name == "passed":
                    yield PassedList("let-pass", zone=self.zone)
                else:
                    yield Words(classes="body")

    async def build(self) -> None:
        """Make the sections, and fill what is known."""
        if self._built or not self.is_attached:
            return
        self._wanted = True
        await self.recompose()
        self._built = True
        self._tell()
        self._tell_moments()
        self._tell_year()

    def watch_practice(self) -> None:
        """Another practice: from the top, and its moments are not known yet."""
        self.moments, self.let_pass, self.trend, self.audited = None, (), None, Result()
        self.scroll_home(animate=False)
        self._tell()

    def watch_picture(self) -> None:
        """Other counts."""
        self._tell()

    def watch_moments(self) -> None:
        """The moments came."""
        self._tell_moments()

    def watch_audited(self) -> None:
        """The answers came."""
        self._tell()

    def watch_let_pass(self) -> None:
        """The sessions came."""
        self._tell_moments()

    def watch_trend(self) -> None:
        """The year came."""
        self._tell_year()

    def on_resize(self) -> None:
        """More or fewer weeks may fit."""
        self._tell_year()

    def _tell_year(self) -> None:
        if not self._built:
            return
        section = self.query_one("#year")
        section.display = self.trend is not None
        if self.trend is not None:
            label = 0 if self.screen.has_class("-narrow") else LABEL
            width = self.scrollable_content_region.width - label
            section.query_one(".body", Static).update(year(self.trend, width))

    @property
    def shown_practice(self) -> Practice | None:
        """The practice on the page."""
        return self.picture.catalogue.get(self.practice) if self.picture is not None else None

    def _tell(self) -> None:
        picture, practice = self.picture, self.shown_practice
        if picture is None or practice is None or not self._built:
            return
        standing = picture.standing(practice.id)
        self.query_one("#question", Static).update(headline(practice, standing))
        self.query_one("#stand", Static).update(stand(standing, picture.known.now if picture.known else 0, self.zone))
        for name, content in (
            ("why", block(practice.why)),
            ("how", block(practice.tip)),
            ("not", block(practice.when_not)),
            ("rule", shown(practice.rule, 600)),
            ("example", example(practice)),
            ("evidence", evidence(practice)),
            ("builds", builds(practice, picture.catalogue)),
            ("right", right(practice, self.audited)),
            ("size", size(standing)),
        ):
            section = self.query_one(f"#{name}")
            section.display = bool(content.plain)
            section.query_one(".body", Static).update(content)

    def _tell_moments(self) -> None:
        if not self._built:
            return
        self.refresh_bindings()
        moments = self.moments
        self.query_one(MomentList).display = bool(moments)
        self.query_one(MomentList).show(moments or ())
        self.query_one("#passed").display = bool(self.let_pass)
        self.query_one(PassedList).show(self.let_pass)
        without = self.query_one("#no-moments", Static)
        without.display = not moments
        without.update(
            shown(WAITING, style=MUTED)
            if moments is None
            else Content.styled("None in your sessions so far. Press p to play an example of what one looks like.", MUTED)
        )

    def on_entries_leaving(self, event: Entries.Leaving) -> None:
        """From the moments to the sessions below them, and back to reading."""
        event.stop()
        moments, let_pass = self.query_one(MomentList), self.query_one(PassedList)
        if event.down and event.entries is moments and self.let_pass:
            let_pass.focus()
            return
        if not event.down and event.entries is let_pass and self.moments:
            moments.focus()
            return
        self.focus(scroll_visible=False)
        if event.down:
            self.scroll_down(animate=False)
        else:
            self.scroll_up(animate=False)

    @command("down,j", "down")
    def action_scroll_down(self) -> None:
        """Read on."""
        self.scroll_down(animate=False)

    @command("up,k", "up")
    def action_scroll_up(self) -> None:
        """Read back."""
        self.scroll_up(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without moments there is nowhere to go."""
        return bool(self.moments or self.let_pass) if action == "moments" else True

    @command("enter", "moments", place=1)
    def action_moments(self) -> None:
        """Go to your moments, or where there are none, to the sessions that let it pass."""
        if self.moments:
            self.query_one(MomentList).focus()
        elif self.let_pass:
            self.query_one(PassedList).focus()


def headline(practice: Practice, standing: Standing | None) -> Content:
    """The practice as a question, or that the person does it."""
    return shown(standing.headline if standing is not None else f"{practice.title[:1].upper()}{practice.title[1:]}", 400, "bold")


def stand(standing: Standing | None, now: int, zone: tzinfo | None) -> Content:
    """Where the person stands, in words."""
    if standing is None:
        return Content.styled("… not known yet", MUTED)
    small = shown(weeks(standing), style="$text-primary" if standing.you else MUTED)
    said = Content.assemble(
        shown(f"{standing.state.glyph} {standing.state.value}", style=STYLES[standing.state]), "   ", small, ("  8 weeks", MUTED)
    )
    if standing.choice:
        said = Content.assemble(said, "\n", shown(f"{standing.word} (you said so)", style=MUTED))
    if standing.applied:
        sessions = "session" if standing.applied == 1 else "sessions"
        last = f"; last {when(standing.last, now, zone)}" if standing.last else ""
        numbers = shown(f"{standing.counts} {sessions} where it fits{last}")
    elif standing.cant_tell:
        numbers = shown(f"the records of {standing.cant_tell} sessions cannot show it")
    else:
        numbers = Content("no session so far gave an occasion")
    return Content.assemble(said, "\n", numbers)


def evidence(practice: Practice) -> Content:
    """What the practice rests on: the grade in words, and its sources."""
    parts = [shown(f"{GRADES.get(practice.grade, 'not graded')} ({practice.grade})", 300)]
    for source in practice.sources:
        parts.append(
            Content.assemble(shown(source.title, 300, "italic"), "\n", link(source.url, MUTED), "\n", shown(source.shows, 600))
        )
    return Content("\n\n").join(parts)


def builds(practice: Practice, catalogue: Catalogue) -> Content:
    """What should be in use before it."""
    names = []
    for name in practice.builds_on:
        other = catalogue.get(name)
        names.append(other.short if other is not None and other.short else name)
    return shown(", ".join(names))


def right(practice: Practice, audited: Result) -> Content:
    """How right its detector was on sessions read with care; and on the person's own, where they answered about enough."""
    said = shipped().sentence(practice.id, practice.version)
    return shown(f"{said} Its readings were {audited}." if audited.asked >= ENOUGH else said, 800)


def size(standing: Standing | None) -> Content:
    """How long the sessions were: long ones contain everything."""
    if standing is None or not standing.applied:
        return Content("")
    calls = "tool call" if standing.size == 1 else "tool calls"
    return shown(f"Half of the sessions where it fits have {standing.size:,} {calls} or more. Long sessions contain everything.")


def example(practice: Practice) -> Content:
    """A made-up session that shows it: the same one the detector is tested on."""
    sketch = next((s for s in practice.sketches if s.says == SEEN), None)
    if sketch is None:
        return Content("")
    return Content.assemble(block(sketch.text.strip("\n"), 2_000, MUTED), "\n", ("p plays it, act by act", "italic"))


def passed(session: StoredSession, width: int, zone: tzinfo | None) -> Content:
    """One line for a session that let it pass: when, where, how long."""
    day = _when(session.started, zone)
    where = _folder(session.project)
    long = f"{session.tool_calls:,} tool calls" if session.tool_calls != 1 else "1 tool call"
    tail = f"{long} · source gone" if session.gone else long
    if width < 12 + 2 + 8 + 2 + 26:
        return Content.assemble(day.truncate(12, pad=True), "  ", cell(where, max(width - 14, 6)))
    return Content.assemble(day.truncate(12, pad=True), "  ", cell(where, min(28, width - 42)), "  ", shown(tail, style=MUTED))


def _when(at: int, zone: tzinfo | None) -> Content:
    then = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone) if at else None
    return block(f"{then.day:>2} {then:%b %H:%M}" if then is not None else "no date", style="")


def _folder(project: str) -> str:
    return PurePath(project.replace("\\", "/")).name or "no project"


LABEL = 14
"""Columns of a section's name, where it stands beside its text."""
WHAT = 28
"""Columns for what happened at a moment."""


def moment(one: MomentView, width: int, zone: tzinfo | None) -> Content:
    """One line for one moment; the project gives way where there is no room."""
    day = _when(one.at, zone)
    where = _folder(one.project)
    by = BY.get(one.by or "", "")
    tail = shown(one.what or f"line {one.line}", style=MUTED)
    if one.gone:
        tail = Content.styled("source gone", MUTED)
    who = shown(by)
    fixed = 12 + 2 + 2 + WHAT + 2 + 9
    if width < fixed + 8:
        return Content.assemble(day.truncate(12, pad=True), "  ", cell(where, max(width - 14 - 2 - 9, 6)), "  ", who)
    return Content.assemble(
        day.truncate(12, pad=True),
        "  ",
        cell(where, min(28, width - fixed)),
        "  ",
        tail.truncate(WHAT, ellipsis=True, pad=True),
        "  ",
        who,
    )
