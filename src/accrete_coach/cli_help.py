"""Help and usage at any width: narrow beside an editor, and never broken within a word."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable

import click

NARROWEST = 30
"""Columns below which nothing is made narrower."""
NARROW = 58
"""Columns below which a long option stands on a line of its own, so that there is room beside the short ones."""
_FIRM = "\N{NON-BREAKING HYPHEN}"


class HelpFormatter(click.HelpFormatter):
    """Click's own asks for 50 columns at least, and breaks words at their hyphens."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        if width is None:
            width = max(min(shutil.get_terminal_size().columns, max_width or 80) - 2, NARROWEST)
        super().__init__(indent_increment, width, max_width)

    def write(self, string: str) -> None:
        """Take in text that is wrapped already."""
        super().write(string.replace(_FIRM, "-"))

    def getvalue(self) -> str:
        """The whole text, without the blanks that end a line."""
        return re.sub(r" +$", "", super().getvalue(), flags=re.M)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that says how a command is called."""
        super().write_usage(prog, _firm(args), prefix)

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        super().write_text(_firm(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms with what they mean."""
        if self.width < NARROW:
            col_max = 12
        super().write_dl([(term, _firm(said)) for term, said in rows], col_max, col_spacing)


def _firm(text: str) -> str:
    return text.replace("-", _FIRM)


class Context(click.Context):
    """Where a command writes its help."""

    formatter_class = HelpFormatter


class Command(click.Command):
    """A command: in the list of commands the first sentence of its help stands, whole."""

    context_class = Context

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, however narrow it is: the list wraps it."""
        return super().get_short_help_str(1_000)


class Group(click.Group):
    """A command with commands below it."""

    context_class = Context
    command_class = Command
    group_class = type

    def get_short_help_str(self, limit: int = 45) -> str:
        """As that of a command."""
        return super().get_short_help_str(1_000)
