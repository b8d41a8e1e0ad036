"""Themes as TOML files: the program's own and the person's, the good and the bad together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

from ..places import Places
from ..settings import DEFAULT_THEME
from .shown import shown

MOST_BYTES = 64_000
_NAME = re.compile(r"\w[\w -]{0,39}")
COLOURS = frozenset(
    ("primary", "secondary", "warning", "error", "success", "accent", "foreground", "background", "surface", "panel", "boost")
)
KEYS = frozenset(f.name for f in fields(Theme)) - {"ansi"}


def load(places: Places) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes, and a sentence for each file that is not one. The person's come last and win over ours."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for path in (*_files(own_folder()), *_files(places.themes)):
        try:
            theme = _theme(path)
        except ThemeError as problem:
            problems.append(shown(f"themes/{path.name}: {problem}; using {DEFAULT_THEME}.", 300).plain)
        else:
            themes[theme.name] = theme
    return tuple(themes.values()), tuple(problems)


def own_folder() -> Path:
    """Where the program's themes are: beside the package when installed, at the repository's root when not."""
    package = Path(__file__).parents[1]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parents[1] / "themes"


class ThemeError(Exception):
    """Why a file is not a theme, as the middle of a sentence."""


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.is_file())
    except OSError:
        return


def _theme(path: Path) -> Theme:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ThemeError("is too large for a theme")
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise ThemeError(f"cannot be read ({type(problem).__name__})") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ThemeError("is not valid TOML") from problem
    for key, value in table.items():
        if key not in KEYS:
            raise ThemeError(f"'{key}' is not a theme colour")
        if key in COLOURS:
            _colour(key, value)
        elif key == "dark" and not isinstance(value, bool):
            raise ThemeError("'dark' is neither true nor false")
        elif key in ("luminosity_spread", "text_alpha") and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ThemeError(f"'{key}' is not a number")
        elif key == "name" and (not isinstance(value, str) or not _NAME.fullmatch(value)):
            raise ThemeError("'name' is not a name")
        elif key == "variables" and not (isinstance(value, dict) and all(isinstance(v, str) for v in value.values())):
            raise ThemeError("'variables' is not a table of words")
    if "primary" not in table:
        raise ThemeError("'primary' is missing")
    if not _NAME.fullmatch(str(table.setdefault("name", path.stem))):
        raise ThemeError("has no name that can be shown")
    theme = Theme(**table)
    try:
        theme.to_color_system().generate()
    except Exception as problem:  # What a file can do to the arithmetic of colours is not listed anywhere.
        raise ThemeError("its colours do not work together") from problem
    return theme


def _colour(key: str, value: object) -> None:
    try:
        if not isinstance(value, str):
            raise ThemeError(f"'{key}' is not a colour")
        Color.parse(value)
    except ColorParseError as problem:
        raise ThemeError(f"'{key}' is not a colour") from problem
