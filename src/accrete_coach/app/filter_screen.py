"""What the practices can be narrowed down by, in one list: each choice takes effect at once, behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ..practice import FAMILIES, FAMILY_NAMES
from ..standings import State
from .commands import Commanded, Keys, command
from .filters import ALL, WINDOWS, Filters, window_name
from .row import MUTED
from .shown import shown

if TYPE_CHECKING:
    from ..coach import Used
    from .app import CoachApp

MOST_PROJECTS = 30
"""Projects that are offered, the last used first; the others are found by what is typed in `find`."""
Choice = tuple[str, object]
"""(which filter, its value)."""


class Choices(Commanded, OptionList):
    """All choices, each group under its name."""

    def __init__(self, filters: Filters) -> None:
        super().__init__(id="choices", compact=True)
        self.filters = filters
        self.projects: tuple[Used, ...] = ()
        self.agents: tuple[Used, ...] = ()
        self._offered: list[Choice | None] = []
        """For each line, what it chooses; None for a group's name."""

    def on_mount(self) -> None:
        """What does not depend on the profile is there at once."""
        self.fill()

    def fill(self) -> None:
        """Draw all lines anew; the cursor stays."""
        at = self.highlighted
        self._offered = []
        lines: list[Option] = []
        for group, choices in self._groups():
            lines.append(Option(shown(group, style="bold"), disabled=True))
            self._offered.append(None)
            for choice, words, note in choices:
                self._offered.append(choice)
                lines.append(Option(self._line(choice, words, note)))
        self.clear_options()
        self.add_options(lines)
        self.highlighted = at if at is not None else 1

    def _line(self, choice: Choice, words: str, note: str) -> Content:
        on = self._on(choice)
        mark = Content.styled("  ✓ ", "bold") if on else Content("    ")
        said = shown(words, 60, "bold" if on else "")
        return Content.assemble(mark, said, "  ", shown(note, style=MUTED)) if note else mark + said

    def _groups(self) -> Iterator[tuple[str, list[tuple[Choice, str, str]]]]:
        yield "Sessions of the last", [(("weeks", w), window_name(w), "") for w in WINDOWS]
        yield "State", [(("states", s), f"{s.glyph} {s.value}", "") for s in State]
        yield "Family", [(("families", f), FAMILY_NAMES[f], "") for f in FAMILIES]
        if len(self.agents) > 1 or self.filters.agent:
            yield "Agent", [(("agent", a.id), a.name, _sessions(a.sessions)) for a in self.agents]
        if self.projects:
            yield (
                "Project",
                [
                    (("project", p.id), p.name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or p.name, _sessions(p.sessions))
                    for p in self.projects[:MOST_PROJECTS]
                ],
            )

    def _on(self, choice: Choice) -> bool:
        which, value = choice
        held = getattr(self.filters, which)
        return value in held if isinstance(held, frozenset) else held == value

    @command("enter,space", "choose", place=1)
    def action_select(self) -> None:
        """Take this choice, or take it back."""
        super().action_select()

    @command("down,j", "next")
    def action_cursor_down(self) -> None:
        """Go to the next choice."""
        super().action_cursor_down()

    @command("up,k", "previous")
    def action_cursor_up(self) -> None:
        """Go to the choice before."""
        super().action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, blank and a click do the same."""
        event.stop()
        choice = self._offered[event.option_index]
        if choice is None:
            return
        which, value = choice
        held = getattr(self.filters, which)
        if isinstance(held, frozenset):
            new: object = held ^ {value}
        else:
            new = getattr(ALL, which) if held == value else value
        self.take(replace(self.filters, **{which: new}))  # type: ignore[arg-type]

    def take(self, filters: Filters) -> None:
        """Let these filters hold."""
        self.filters = filters
        app: CoachApp = self.app  # type: ignore[assignment]
        app.filter(filters)
        self.fill()


def _sessions(n: int) -> str:
    return f"{n:,} session{'s' * (n != 1)}"


class FilterScreen(Commanded, ModalScreen[None]):
    """The choices over the practices."""

    def __init__(self, filters: Filters) -> None:
        super().__init__()
        self._first = filters

    def compose(self) -> ComposeResult:
        """The list, and its keys."""
        with Vertical(id="filter"):
            yield Static(Content.styled("Show practices by", "bold"), id="filter-title")
            yield Choices(self._first)
        yield Keys()

    def on_mount(self) -> None:
        """Ask for the projects and the agents there are."""
        choices = self.query_one(Choices)
        choices.focus()
        app: CoachApp = self.app  # type: ignore[assignment]

        def take(used: tuple[tuple[Used, ...], tuple[Used, ...]]) -> None:
            choices.projects, choices.agents = used
            choices.fill()

        app.ask(
            self,
            lambda coach: (coach.projects(), coach.agents_used()),
            take,
            failed="The projects could not be looked up ({}).",
        )

    @command("c", "clear", place=3)
    def action_clear(self) -> None:
        """Take every choice back."""
        self.query_one(Choices).take(ALL)

    @command("escape,f,q", "back", place=2)
    def action_back(self) -> None:
        """Close; what was chosen holds."""
        self.dismiss()
