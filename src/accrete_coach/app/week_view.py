"""The week: two minutes to look back. What moved, one thing to try, one moment, one question; and on request, everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from ..days import MACHINE_ZONE
from ..week import Kind, Period, Span, Week, period
from ..week_text import MEANS, brief, delivery_head, delivery_sentences, felt, flow_sentences, left_out, plateaus, started
from .commands import Commanded, command
from .frame import CoachScreen
from .pages import focus_page, layers_page, past_page, tips_page
from .picture import Picture
from .row import COPIED, MUTED, WAITING
from .shown import cell, shown
from .year_screen import YearScreen

if TYPE_CHECKING:
    from ..delivery import Delivery
    from ..practice import Practice
    from ..tips import Suggestion
    from .follow import CoachLike, CounselUndo

STYLES = {Kind.FIRST: "$text-primary", Kind.GREW: "$text-success", Kind.FADED: "$text-accent"}
"""Colour comes second: the glyph and the word say the same."""
_LAST = ("again", "question")
"""Parts that stand after what is said of the tip."""
NOT_ALLOWED = "Delivery figures: no repository is allowed, so none was looked at; accrete-coach delivery says how."
SIGNS = tuple((kind.glyph, said.format("the time before")) for kind, said in MEANS.items())


class WeekScreen(Commanded, CoachScreen):
    """A period to look back on."""

    AUTO_FOCUS = "#week"
    SIGNS = SIGNS
    RECOUNT_SECONDS = 3.0
    """How long what a session does waits until the week is counted anew."""

    week: reactive[Week | None] = reactive(None)
    """None while it is counted."""
    details: reactive[bool] = reactive(False)
    delivered: reactive[tuple[Content, ...] | None] = reactive(None)
    """What became of the commits; None while it is looked up."""

    def body(self) -> ComposeResult:
        """What stands before the details, and the details."""
        with VerticalScroll(id="week", can_focus=True):
            yield Static(id="brief", classes="says")
            yield Static(id="how", classes="says")
            yield Static(id="ending", classes="says")
            yield Static(id="details", classes="says")

    def __init__(self, picture: Picture, *, zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self._period: Period | None = None
        """The one that is asked for; None: the one that runs."""
        self._failed = ""
        self._recount: Timer | None = None

    def on_mount(self) -> None:
        """Count it."""
        self.look_again()

    def look_again(self) -> None:
        """The person said something, or another part of the sessions is meant: look everything up anew."""
        self.delivered = None
        self._count()
        if self.details:
            self._look_at_delivery()

    def _count(self) -> None:
        meant, filters = self._period, self.now_shown.filters

        def take(week: Week) -> None:
            self._failed = ""
            self.week = week

        def trouble(what: str) -> None:
            self._failed = what
            self._tell()

        self.coach_app.ask(
            self,
            lambda coach: coach.counsel.week(meant, project=filters.project or None, agent=filters.agent or None, details=True),
            take,
            failed="The week could not be counted ({}); accrete-coach doctor says more.",
            trouble=trouble,
        )

    def watch_picture(self, before: Picture | None, picture: Picture | None) -> None:
        """Something happened in a session, or another part of the sessions is meant."""
        super().watch_picture(before, picture)
        if before is None or picture is None or not self.is_mounted:
            return
        if before.filters != picture.filters:
            self.look_again()
        elif picture.standings is not before.standings and self._recount is None:

            def again() -> None:
                self._recount = None
                self._count()

            self._recount = self.set_timer(self.RECOUNT_SECONDS, again)

    def watch_week(self) -> None:
        """It was counted."""
        self._tell()
        self.refresh_bindings()

    def watch_details(self) -> None:
        """More, or less, of it."""
        self._tell()
        if self.details and self.delivered is None and self.is_mounted:
            self._look_at_delivery()

    def watch_delivered(self) -> None:
        """It was looked up."""
        self._tell()

    def _look_at_delivery(self) -> None:
        """In a thread of its own: git may take seconds, and nothing else waits for it."""
        project = self.now_shown.filters.project or None

        def take(told: tuple[Delivery | None, tuple[str, ...]]) -> None:
            figures, beside = told
            if figures is None:
                self.delivered = (shown(NOT_ALLOWED, 300, MUTED),)
            else:
                sentences = (shown(text, 600) for text in delivery_sentences(figures, beside))
                self.delivered = (shown(delivery_head(figures), 200, "bold"), *sentences)

        def trouble(what: str) -> None:
            self.delivered = (shown(what, 300, MUTED),)

        self.coach_app.ask(
            self,
            lambda coach: coach.counsel.delivery(project=project),
            take,
            failed="The delivery figures could not be read ({}); accrete-coach delivery says more.",
            trouble=trouble,
        )

    def on_resize(self) -> None:
        """More or fewer columns fit."""
        super().on_resize()
        self._tell()

    def _tell(self) -> None:
        if not self.is_mounted:
            return
        week = self.week
        zone = self.zone or MACHINE_ZONE
        first, how, ending, rest = (self.query_one(name, Static) for name in ("#brief", "#how", "#ending", "#details"))
        how.display = ending.display = rest.display = week is not None
        if week is None:
            first.update(shown(self._failed or WAITING, 300, MUTED))
            return
        parts = brief(week, zone)
        said = [shown(text, 800, "bold" if name == "title" else "") for name, text in parts if name not in _LAST]
        if self._failed:
            said.insert(0, shown(self._failed, 300, "$text-warning"))
        first.update(Content("\n\n").join(said))
        last = [shown(text, 800) for name, text in parts if name in _LAST]
        ending.display = bool(last)
        ending.update(Content("\n\n").join(last))
        found = week.suggestion
        how.display = found is not None and not self.has_class("-short")
        if found is not None:
            how.update(
                Content("\n").join(
                    [
                        _labelled("How", found.practice.tip),
                        _labelled("When not to", found.practice.when_not),
                        _labelled("Evidence", found.grade),
                        _labelled("Ready, y copies it", found.practice.words.ready),
                        shown("a take up · l later · n not for me · o another", style=MUTED),
                    ]
                )
            )
        rest.display = self.details
        if self.details:
            width = max(20, self.query_one("#week").scrollable_content_region.width)
            lines = [*details(week, min(width, 100))]
            if week.recent:
                lines += [Content(""), *(self.delivered or (shown(f"Delivery: {WAITING}", style=MUTED),))]
            rest.update(Content("\n").join(lines))

    # --- what the person asks for ---

    @command("enter", "read again", place=6)
    def action_open(self) -> None:
        """Read the moment again where it happened."""
        week = self.week
        if week is None or week.moment is None:
            return
        from ..coach import MomentView

        one = week.moment
        view = MomentView(one.session, one.project, one.path, one.line, one.at, "you", "", False, one.agent)
        self.coach_app.open_moment(view, one.practice.short, one.practice.id)

    @command("a", "take up", place=1)
    def action_accept(self) -> None:
        """Make the tip your focus: an if-then, with where you stand today as its baseline."""
        week = self.week
        if week is None or week.suggestion is None:
            return
        found = week.suggestion

        def keep(coach: CoachLike) -> Callable[[CoachLike], object]:
            _, undo = coach.counsel.accept(found.practice.id, found.tip)
            return lambda again: undo(again.counsel)

        self.coach_app.keep(keep, f"Your focus: {found.practice.if_then}")

    @command("y", "copy ready", place=2)
    def action_copy(self) -> None:
        """Copy the ready prompt, command, hook or rule of the tip or of your focus."""
        practice = self._practice
        if practice is not None:
            said = practice.words
            self.coach_app.copy(said.ready, f"Copied {COPIED[said.kind]} for “{practice.short}”.")

    @property
    def _practice(self) -> Practice | None:
        week = self.week
        if week is None:
            return None
        if week.suggestion is not None:
            return week.suggestion.practice
        return week.focus.practice if week.focus is not None else None

    @command("l", "later", place=4)
    def action_later(self) -> None:
        """Put the tip away for four weeks."""
        week = self.week
        if week is None or week.suggestion is None:
            return
        found = week.suggestion

        def keep(coach: CoachLike) -> Callable[[CoachLike], object]:
            return _undo(coach.counsel.later(found.tip, coach.counsel.later_until()))

        self.coach_app.keep(keep, f"{found.practice.short}: not again for four weeks.")

    @command("n", "not for me", place=5)
    def action_not_for_me(self) -> None:
        """Never suggest this again; it stays in the list of all practices."""
        week = self.week
        if week is None or week.suggestion is None:
            return
        found = week.suggestion

        def keep(coach: CoachLike) -> Callable[[CoachLike], object]:
            return _undo(coach.counsel.not_for_me(found.tip))

        self.coach_app.keep(
            keep, f"{found.practice.short}: not for you, and not suggested any more. It stays in the list; s shows what you said."
        )

    @command("o", "other tip")
    def action_other(self) -> None:
        """Pass this tip over, and see the next one."""

        week = self.week
        if week is None or week.suggestion is None:
            return
        passed = week.suggestion

        def take(found: Suggestion | None) -> None:
            if found is None:
                self.coach_app.say("There is no other tip now; i shows why.")
            self._count()

        self.coach_app.ask(
            self, lambda coach: coach.counsel.tip(after=passed.tip), take, failed="There was no other tip to be had ({})."
        )

    @command("d", "details", place=3)
    def action_details(self) -> None:
        """Show, or hide, all that this rests on."""
        self.details = not self.details

    @command("left", "earlier", place=7)
    def action_earlier(self) -> None:
        """Go to the week before."""
        self._step(-1)

    @command("right", "later week")
    def action_later_week(self) -> None:
        """Go to the week after."""
        self._step(1)

    def _step(self, by: int) -> None:
        week = self.week
        if week is None:
            return
        # From the one that was asked for last, which may not be counted yet.
        here = self._period or week.period
        if by > 0 and here.bounds(self.zone or MACHINE_ZONE)[0] > week.now:
            return
        self._period = here.step(by)
        self._count()

    @command("m", "longer")
    def action_span(self) -> None:
        """Show the week, the month, the quarter, the year, and the week again."""
        week = self.week
        if week is None:
            return
        spans: tuple[Span, ...] = ("week", "month", "quarter", "year")
        span = spans[(spans.index(week.period.span) + 1) % len(spans)]
        today = datetime.fromtimestamp(week.now / 1000, UTC).astimezone(self.zone or MACHINE_ZONE).date()
        day = max(week.period.first, min(today, week.period.last))
        self._period = None if span == "week" else period(span, day)
        self._count()

    @command("p", "focus")
    def action_your_focus(self) -> None:
        """See your focus: baseline, constraint, plan, what happened since, what to make of it."""
        self.app.push_screen(focus_page(self.now_shown, self.zone))

    @command("b", "past focuses")
    def action_past(self) -> None:
        """See the focuses that ended, and what became of them."""
        self.app.push_screen(past_page(self.now_shown, self.zone))

    @command("i", "tips shown")
    def action_tips(self) -> None:
        """See every tip that was shown, and why others are not."""
        self.app.push_screen(tips_page(self.now_shown, self.zone))

    @command("w", "layers")
    def action_layers(self) -> None:
        """See which layer answers which question: outcomes, flow, practices."""
        self.app.push_screen(layers_page(self.now_shown, self.zone))

    @command("c", "check in")
    def action_check_in(self) -> None:
        """Say how this week felt, with three keys; only you see it."""
        week = self.week
        if week is None or week.period.span != "week":
            return
        from .check_in import CheckInScreen

        self.app.push_screen(CheckInScreen(week.period, week.felt))

    @command("t", "year")
    def action_year(self) -> None:
        """Show all practices over a year, week by week."""
        self.app.push_screen(YearScreen(self.now_shown, zone=self.zone))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        week = self.week
        if action == "open":
            return week is not None and week.moment is not None
        if action in ("accept", "later", "not_for_me", "other"):
            return week is not None and week.suggestion is not None
        if action == "copy":
            return self._practice is not None
        if action == "check_in":
            return week is not None and week.period.span == "week" and not week.to_come
        return True

    @command("down,j", "down")
    def action_down(self) -> None:
        """Read on."""
        self.query_one("#week").scroll_down(animate=False)

    @command("up,k", "up")
    def action_up(self) -> None:
        """Read back."""
        self.query_one("#week").scroll_up(animate=False)

    @command("escape", "back", place=8)
    def action_back(self) -> None:
        """Go back to the practices."""
        self.call_later(self.app.run_action, "practices")


def _undo(undo: CounselUndo) -> Callable[[CoachLike], object]:
    return lambda again: undo(again.counsel)


def _right(text: str, width: int, style: str = "") -> Content:
    line = shown(text, width, style)
    return Content.assemble(Content.blank(max(0, width - line.cell_length)), line)


def _labelled(name: str, text: str) -> Content:
    return Content.assemble(shown(f"{name}:", style=MUTED), " ", shown(text, 600))


def details(week: Week, width: int) -> Iterator[Content]:
    """All that a week rests on, in lines of `width` columns where they are a table, in sentences where not."""
    some = [c for c in week.changes if c.applied or c.cant_tell or c.before.applied]
    if some:
        name = max(len(c.practice.short) for c in some)
        tight = width < 2 + name + 16 + 12
        was = ["{}/{}".format(*c.before) if tight else "{} of {}".format(*c.before) for c in some]
        before = max(len("before"), *map(len, was)) + (1 if tight else 2)
        you, agent, of = (4, 6, 3) if tight else (5, 7, 4)
        worded = width >= 2 + name + you + agent + of + before + 2 + len(Kind.TOO_LITTLE.value)
        yield Content.assemble(
            "  ", cell("practice", name, MUTED), _right("you", you, MUTED), _right("agent", agent, MUTED), _right("of", of, MUTED),
            _right("before", before, MUTED),
        )  # fmt: skip
        for c, share in zip(some, was, strict=True):
            glyph = shown(c.kind.glyph, style=STYLES.get(c.kind, MUTED))
            row = Content.assemble(
                glyph,
                Content.blank(2 - glyph.cell_length),
                cell(c.practice.short, name),
                _right(str(c.you), you),
                _right(str(c.agent), agent),
                _right(str(c.applied), of),
                _right(share, before),
            )
            if worded and c.kind is not Kind.NO_OCCASION:
                row = Content.assemble(row, "  ", shown(c.kind.value, style=STYLES.get(c.kind, MUTED)))
            yield row
    sentences = [text for text in (left_out(week), started(week), *plateaus(week)) if text]
    for text in sentences:
        yield Content("")
        yield shown(text, 800)
    if week.flow is not None and week.flow.sessions:
        yield Content("")
        yield Content.styled("Flow, described and not judged", "bold")
        for text in flow_sentences(week.flow, week.flow_before, week.period.before_words):
            yield shown(text, 400)
    if week.felt is not None:
        yield Content("")
        yield Content.assemble(("How it felt: ", MUTED), shown(felt(week.felt), 600))
