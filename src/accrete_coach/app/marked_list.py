"""A list to choose from whose cursor is a sign before it is a colour: there may be no colour."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from .commands import Commanded


class MarkedList(Commanded, OptionList):
    """Its lines carry the cursor's sign; the line that the cursor leaves loses it."""

    def words(self, n: int) -> Content:
        """What a line says, the cursor's sign left out."""
        raise NotImplementedError

    def fill_with(self, lines: int) -> None:
        """So many lines instead of those there are."""
        self.clear_options()
        self.add_options(Option(self._marked(n)) for n in range(lines))

    @property
    def marks(self) -> bool:
        """Whether the sign shows."""
        return True

    def _marked(self, n: int) -> Content:
        mark = Content.styled("› ", "bold") if n == self.highlighted and self.marks else Content("  ")
        return mark + self.words(n)

    def mark(self, *places: int | None) -> None:
        """Draw the sign anew in these lines, where they still are."""
        for n in places:
            if n is not None and n < self.option_count:
                self.replace_option_prompt_at_index(n, self._marked(n))

    def validate_highlighted(self, highlighted: int | None) -> int | None:
        """Take the cursor's sign from the line it leaves."""
        held = super().validate_highlighted(highlighted)
        if held != self.highlighted:
            self.call_next(self.mark, self.highlighted, held)
        return held
