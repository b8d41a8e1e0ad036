"""Pages of sentences that are looked up once and read: the focus, the past ones, the tips that were shown, the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from ..days import MACHINE_ZONE
from ..plain import day
from ..tips import SAID
from .commands import Commanded, command
from .frame import CoachScreen
from .picture import Picture
from .row import MUTED, WAITING
from .shown import shown

if TYPE_CHECKING:
    from ..tips import Followed
    from .follow import CoachLike

Lines = tuple[Content, ...]


class PageScreen(Commanded, CoachScreen):
    """A title and paragraphs."""

    AUTO_FOCUS = "#paper"

    lines: reactive[Lines | None] = reactive(None)
    """None while they are looked up."""

    def __init__(
        self,
        picture: Picture,
        title: str,
        question: Callable[[CoachLike], Iterable[Content]],
        *,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(picture, zone=zone)
        self._title = title
        self._question = question

    def body(self) -> ComposeResult:
        """The title, and what was looked up."""
        with VerticalScroll(id="paper", can_focus=True):
            yield Static(shown(self._title, style="bold"), classes="says")
            yield Static(id="told", classes="says")

    def on_mount(self) -> None:
        """Look it up."""
        self.look_again()

    def look_again(self) -> None:
        """The person said something: look it up again."""

        def take(lines: Lines) -> None:
            self.lines = lines

        self.coach_app.ask(self, lambda coach: tuple(self._question(coach)), take, failed="This could not be looked up ({}).")

    def watch_lines(self) -> None:
        """It came."""
        if self.is_mounted:
            told = self.lines
            self.query_one("#told", Static).update(shown(WAITING, style=MUTED) if told is None else Content("\n").join(told))

    @command("down,j", "down")
    def action_down(self) -> None:
        """Read on."""
        self.query_one("#paper").scroll_down(animate=False)

    @command("up,k", "up")
    def action_up(self) -> None:
        """Read back."""
        self.query_one("#paper").scroll_up(animate=False)

    @command("escape,q", "back", place=2)
    def action_back(self) -> None:
        """Go back."""
        self.dismiss()


class FocusScreen(PageScreen):
    """The focus in full, which can be ended here."""

    @command("e", "end focus", place=1)
    def action_end(self) -> None:
        """End your focus; what happened until then is kept."""

        def keep(coach: CoachLike) -> Callable[[CoachLike], object]:
            ended = coach.counsel.end_focus()
            if ended is None:
                return lambda again: None
            undo = ended[1]
            return lambda again: undo(again.counsel)

        self.coach_app.keep(keep, "Your focus is ended; b in the week shows past ones.")


def focus_page(picture: Picture, zone: tzinfo | None) -> PageScreen:
    """The improvement loop: baseline, constraint, plan, do, check."""

    def look(coach: CoachLike) -> Iterable[Content]:
        told = coach.counsel.focus()
        if told is None:
            yield shown("No focus now. a in the week makes its tip your focus.", style=MUTED)
            return
        yield from loop(told, zone or MACHINE_ZONE)

    return FocusScreen(picture, "Your focus", look, zone=zone)


def loop(told: Followed, zone: tzinfo) -> Iterable[Content]:
    """A focus as the steps of an improvement."""
    f = told.focus
    yield shown(f.said, 300, "bold $text-primary")
    yield Content("")
    before = (
        f"you asked for it in {f.you or 'none'} of {f.applied} sessions where it fits"
        if f.applied
        else "no session gave an occasion"
    )
    for name, text in (
        ("Baseline", f"{before}, {day(f.since, zone)} to {day(f.at, zone)}."),
        ("Constraint", f"{told.constraint}."),
        (
            "Plan",
            "One thing only. Leading indicator: the sessions where it fits in which you ask for it. Look again after five occasions.",
        ),
        ("Do", f"{told.counts}."),
        ("Check", f"{told.became.glyph} {told.check}"),
    ):
        yield Content.assemble(shown(f"{name}:", style=MUTED), " ", shown(text, 400))


def past_page(picture: Picture, zone: tzinfo | None) -> PageScreen:
    """The focuses that ended."""

    def look(coach: CoachLike) -> Iterable[Content]:
        some = coach.counsel.past()
        if not some:
            yield shown("No focus has ended yet.", style=MUTED)
        at = zone or MACHINE_ZONE
        how = {"stuck": "it stuck", "replaced": "another took its place", "ended": "you ended it"}
        for told in some:
            f = told.focus
            yield Content.assemble(shown(f"{day(f.at, at)} to {day(f.ended, at)}", style=MUTED), "  ", shown(f.said, 300))
            yield shown(f"{told.counts}; {how.get(f.how, 'it ended')}.", 300, MUTED)
            yield Content("")

    return PageScreen(picture, "Past focuses", look, zone=zone)


def tips_page(picture: Picture, zone: tzinfo | None) -> PageScreen:
    """The tips that were shown, then why each other practice is not suggested."""

    def look(coach: CoachLike) -> Iterable[Content]:
        entries = coach.counsel.log()
        at = zone or MACHINE_ZONE
        if not entries:
            yield shown("No tip was shown yet.", style=MUTED)
        for tip, practice in entries:
            name = practice.short if practice is not None else tip.practice
            until = f", until {day(tip.until, at)}" if tip.answer == "later" else ""
            yield Content.assemble(
                shown(day(tip.at, at), style=MUTED),
                "  ",
                shown(name, style="bold"),
                shown(f": {SAID[tip.answer]}{until} (you {tip.you}, seen {tip.happened}, of {tip.applied})", 300),
            )
        by_why: dict[str, list[str]] = {}
        for s, why in coach.counsel.bars():
            by_why.setdefault(why.value, []).append(s.practice.short)
        if by_why:
            yield Content("")
            yield Content.styled("Not suggested now", "bold")
        for reason, names in by_why.items():
            yield Content.assemble(shown(f"{', '.join(names)}:", 400), " ", shown(reason, 300, MUTED))

    return PageScreen(picture, "Tips that were shown", look, zone=zone)


def layers_page(picture: Picture, zone: tzinfo | None) -> PageScreen:
    """Which layer answers which question."""

    def look(_: CoachLike) -> Iterable[Content]:
        from ..layers import FIRST, LAYERS

        yield shown(FIRST, 600)
        for layer in LAYERS:
            yield Content("")
            yield shown(layer.question, style="bold $text-primary")
            yield shown(f"{layer.name}. {layer.measures}", 600, MUTED)
            for name, text in (("It can say", layer.can), ("It cannot say", layer.cannot), ("This machine", layer.here)):
                yield Content.assemble(shown(f"{name}:", style=MUTED), " ", shown(text, 600))
            yield shown(layer.look, style="$text-primary")

    return PageScreen(picture, "Which layer answers my question?", look, zone=zone)
