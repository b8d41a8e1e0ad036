"""Everything about one practice: what it is, where the person stands, why, how, when not, the evidence, their moments."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from ..practice import GRADES, SEEN, Catalogue, Practice
from ..standings import Standing
from .commands import Commanded, command
from .frame import Words
from .picture import Picture
from .row import MUTED, STYLES, WAITING, weeks, when
from .shown import block, link, shown

if TYPE_CHECKING:
    from ..audit import Result
    from ..coach import MomentView
    from ..profile import StoredSession
    from ..trend import Trend
    from .entries import Entries, MomentList, PassedList

LABEL = 17
"""Columns of a section's name, where it stands beside its text."""


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
    audited: reactive[Result | None] = reactive(None)
    """What the person's answers about its readings add up to; None while it is looked up."""

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
        from .entries import MomentList, PassedList

        for name, title in (
            ("why", "Why"),
            ("how", "How"),
            ("fits", "Fits when"),
            ("rule", "Counts when"),
            ("mine", "Your moments"),
            ("passed", "Not seen in"),
            ("year", "Your year"),
            ("not", "When not to"),
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
        self.moments, self.let_pass, self.trend, self.audited = None, (), None, None
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
            from .year import year

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
            ("fits", shown(practice.fits, 600)),
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
        of_moments, of_passed = self.lists
        of_moments.display = bool(moments)
        of_moments.show(moments or ())
        self.query_one("#passed").display = bool(self.let_pass)
        of_passed.show(self.let_pass)
        without = self.query_one("#no-moments", Static)
        without.display = not moments
        without.update(
            shown(WAITING, style=MUTED)
            if moments is None
            else Content.styled("None in your sessions so far. Press p to play an example of what one looks like.", MUTED)
        )

    @property
    def lists(self) -> tuple[MomentList, PassedList]:
        """The moments, and the sessions that let it pass."""
        from .entries import MomentList, PassedList

        return self.query_one(MomentList), self.query_one(PassedList)

    def reading_here(self, focused: Widget) -> tuple[str, str] | int | None:
        """The session whose reading is under the cursor: (agent, id) or its number; None where the focus is on none."""
        if not self._built:
            return None
        moments, let_pass = self.lists
        if focused is moments and moments.here is not None:
            return (moments.here.agent, moments.here.session)
        return let_pass.here.num if focused is let_pass and let_pass.here is not None else None

    def on_entries_leaving(self, event: Entries.Leaving) -> None:
        """From the moments to the sessions below them, and back to reading."""
        event.stop()
        moments, let_pass = self.lists
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
            self.lists[0].focus()
        elif self.let_pass:
            self.lists[1].focus()


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


def right(practice: Practice, audited: Result | None) -> Content:
    """How right its detector was on sessions read with care; and on the person's own, where they answered about enough."""
    from ..accuracy import shipped
    from ..audit import ENOUGH

    said = shipped().sentence(practice.id, practice.version)
    return shown(f"{said} Its readings were {audited}." if audited is not None and audited.asked >= ENOUGH else said, 800)


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
