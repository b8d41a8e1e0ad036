"""One moment where it happened: the lines around it, read live from the transcript and kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from ..finding import SessionLine
from .commands import Commanded, command
from .follow import CoachLike
from .frame import NARROW, CoachScreen, Here
from .picture import Picture
from .row import MUTED, WAITING
from .shown import block, packed, shown

if TYPE_CHECKING:
    from ..coach import Excerpt, MomentView

WHO = {"you": "you", "agent": "agent", "tool": "tool", "result": "result", "note": "note"}
HERE_CAP, AROUND_CAP = 4_000, 700
"""Characters that are shown of the moment's own line, and of the lines around it."""
GONE = (
    "The transcript is gone: the agent deleted it. What was noticed in it stays. "
    "To keep transcripts longer, raise cleanupPeriodDays in the agent's settings.json."
)
REWRITTEN = "There is nothing at this place any more: the transcript was rewritten since."


class Lines(Commanded, VerticalScroll, can_focus=True):
    """The lines of a transcript."""

    @command("down,j", "down")
    def action_scroll_down(self) -> None:
        """Read on."""
        self.scroll_down(animate=False)

    @command("up,k", "up")
    def action_scroll_up(self) -> None:
        """Read back."""
        self.scroll_up(animate=False)


def line_of(one: Excerpt, here: int = HERE_CAP, around: int = AROUND_CAP) -> Horizontal:
    """A line of a transcript: who, and their words, at most so many characters of the line that is meant, and of others."""
    return Horizontal(
        Static(
            Content.assemble("▶ " if one.here else "  ", shown(WHO.get(one.who, "note"), style="bold" if one.here else MUTED)),
            classes="who",
        ),
        Static(block(one.text, here if one.here else around), classes="words"),
        classes="line -here" if one.here else "line",
    )


class TranscriptScreen(Commanded, CoachScreen):
    """A moment in its transcript."""

    lines: reactive[tuple[Excerpt, ...] | str | None] = reactive(None)
    """What was read; a sentence when it could not be; None while it is."""

    def __init__(
        self, picture: Picture, moment: MomentView, *, practice: str, reading: str = "", zone: tzinfo | None = None
    ) -> None:
        super().__init__(picture, zone=zone)
        self.moment = moment
        self.practice = practice
        """The short name of the practice that the moment shows."""
        self.reading = reading
        """The id of the practice; empty where no reading is shown. Two practices may have the same name."""
        self._built = False
        """Whether the parts are there: watchers run before they are."""

    def body(self) -> ComposeResult:
        """Where it is, and the lines."""
        yield Static(self._place(), id="place")
        practice = self.now_shown.catalogue.get(self.reading)
        if practice is not None and practice.rule:
            yield Static(shown(f"Counts when: {practice.rule}", 600, MUTED), id="counts")
        yield Lines(id="lines")

    async def on_mount(self) -> None:
        """The arrows scroll at once."""
        self._built = True
        self.query_one(Lines).focus()
        await self.watch_lines(self.lines)
        if self.moment.gone:
            self.lines = GONE
        else:
            self.coach_app.ask(self, self._read, self._take, failed="The transcript cannot be read now ({}). Escape steps back.")

    def reading_here(self) -> Here | None:
        """The reading that the moment shows."""
        return Here(self.reading, (self.moment.agent, self.moment.session)) if self.reading else None

    def _read(self, coach: CoachLike) -> tuple[Excerpt, ...] | str:
        try:
            return coach.excerpt(self.moment.agent, self.moment.path, self.moment.line)
        except FileNotFoundError:
            return GONE
        except OSError as problem:
            return f"The transcript cannot be read now ({type(problem).__name__}). Escape steps back."

    def _take(self, lines: tuple[Excerpt, ...] | str) -> None:
        self.lines = lines

    def _place(self) -> Content:
        one = self.moment
        then = datetime.fromtimestamp(one.at / 1000, UTC).astimezone(self.zone) if one.at else None
        parts = [shown(self.practice, style="bold"), shown(PurePath(one.project.replace("\\", "/")).name or "no project")]
        if then is not None:
            parts.append(shown(f"{then.day} {then:%b %H:%M}"))
        if one.what:
            parts.append(shown(one.what))
        parts.append(shown(f"line {one.line}", style=MUTED))
        sides = 2 if self.app.size.width < NARROW else 4
        return packed(parts, Content.styled("  ·  ", MUTED), self.app.size.width - sides)

    def on_resize(self) -> None:
        """More or fewer parts fit into a line."""
        self.query_one("#place", Static).update(self._place())

    async def watch_lines(self, lines: tuple[Excerpt, ...] | str | None) -> None:
        """Show the lines, with the moment in the middle."""
        if not self._built:
            return
        holder = self.query_one(Lines)
        await holder.remove_children()
        if lines is None:
            await holder.mount(Static(shown(WAITING, style=MUTED)))
            return
        if isinstance(lines, str) or not lines:
            await holder.mount(Static(block(lines) if isinstance(lines, str) else shown(REWRITTEN), classes="sentence"))
            return
        rows = [line_of(one) for one in lines]
        await holder.mount_all(rows)
        here = next((row for row, one in zip(rows, lines, strict=True) if one.here), None)
        if here is not None:
            self.call_after_refresh(holder.scroll_to_widget, here, animate=False, center=True)

    @command("e", "edit", place=4)
    def action_edit(self) -> None:
        """Open the transcript at this line in your editor ($VISUAL or $EDITOR)."""
        self.coach_app.edit(self.moment.path, self.moment.line)

    @command("o", "share", place=6)
    def action_share(self) -> None:
        """Share an example of this moment with your team: you see its exact bytes first."""
        practice = self.now_shown.catalogue.get(self.reading)
        if practice is not None:
            from .team_screens import ShareScreen

            self.app.push_screen(ShareScreen(self.now_shown, self.moment, practice, zone=self.zone))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what shows a practice, and is still there, can be shared."""
        if action == "share":
            return self.now_shown.catalogue.get(self.reading) is not None and not self.moment.gone
        return True

    @command("y", "copy resume", place=5)
    def action_copy(self) -> None:
        """Copy the command that resumes this session."""
        one = self.moment
        line = SessionLine(0, one.session, one.agent, one.project, 0, 0, 0, 0, 0, True, one.gone)
        self.coach_app.copy_resume(self, line)

    @command("escape,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to where you came from."""
        self.dismiss()
