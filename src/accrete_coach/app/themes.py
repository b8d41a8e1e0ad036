"""Themes as TOML files: the program's own and the person's, the good and the bad together."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.app import App
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from ..places import Places
from ..settings import DEFAULT_THEME
from .shown import shown

MOST_BYTES = 64_000
LOOK_SECONDS = 2.0
"""How often the person's folder is looked at."""
_NAME = re.compile(r"\w[\w -]{0,39}")
COLOURS = frozenset(
    ("primary", "secondary", "warning", "error", "success", "accent", "foreground", "background", "surface", "panel", "boost")
)
KEYS = frozenset(f.name for f in fields(Theme)) - {"ansi"}


def load(places: Places) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes, and a sentence for each file that is not one. The person's come last and win over ours."""
    shelf = Shelf(places)
    return tuple(shelf.themes.values()), shelf.problems


class Shelf:
    """Our own themes and the person's, followed while the app runs."""

    def __init__(self, places: Places) -> None:
        self._folder = places.themes
        # Looked at before it is read: what is written meanwhile is then read again.
        self._stamp = _stamp(self._folder)
        own, ours_bad = _read(_files(own_folder()))
        self._own = {theme.name: theme for theme in own.values()}
        self._persons, self._bad = _read(_files(self._folder))
        self.problems = tuple(_sentence(path, f"{why}; using {DEFAULT_THEME}") for path, why in (ours_bad | self._bad).items())
        """What was wrong with the files at first, in sentences."""
        self.instead = ""
        """The theme that is shown because the chosen one can't be; "" when it can."""

    @property
    def themes(self) -> dict[str, Theme]:
        """Every theme by its name."""
        return self._own | {theme.name: theme for theme in self._persons.values()}

    def look(self, app: App[Any], chosen: str) -> str:
        """Give the app what changed in the person's folder since the last look: one sentence where they should know, else "".

        Costs one look at the folder; a file is read only when something moved. `chosen`: the theme of the person's settings.
        """
        stamp = _stamp(self._folder)
        if stamp == self._stamp:
            return ""
        self._stamp = stamp
        before, before_files, before_bad = self.themes, self._persons, self._bad
        worn = app.available_themes.get(app.theme)
        good, self._bad = _read(_files(self._folder))
        # A file that is broken now keeps the colours it had.
        self._persons = {
            path: good.get(path) or before_files[path] for path in sorted(good.keys() | self._bad.keys() & before_files)
        }
        after = self.themes
        for name in before.keys() - after.keys():
            app.unregister_theme(name)
            if name in BUILTIN_THEMES:
                app.register_theme(BUILTIN_THEMES[name])
        for name, theme in after.items():
            if theme != before.get(name):
                app.register_theme(theme)
        said = [
            _sentence(path, f"{why}; " + ("keeping the colours it had" if path in self._persons else "passed over"))
            for path, why in self._bad.items()
            if before_bad.get(path) != why
        ]
        said += [_sentence(path, "can be read again") for path in before_bad if path in good]
        said += self._show(app, chosen, worn, before_files)
        return " ".join(said)

    def _show(self, app: App[Any], chosen: str, worn: Theme | None, before_files: dict[Path, Theme]) -> list[str]:
        """Let the app wear what it should now."""
        name = app.theme
        if self.instead and name == self.instead and chosen in app.available_themes:
            self.instead = ""
            app.theme = chosen
        elif name not in app.available_themes:
            self.instead = DEFAULT_THEME
            app.theme = DEFAULT_THEME
            was = next((path for path, theme in before_files.items() if theme.name == name), self._folder / f"{name}.toml")
            return [_sentence(was, f"is gone; using {DEFAULT_THEME}")]
        elif app.available_themes[name] != worn:
            app.mutate_reactive(App.theme)
        return []


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


def _read(files: Iterable[Path]) -> tuple[dict[Path, Theme], dict[Path, str]]:
    """The themes in these files, and why the others are none."""
    good: dict[Path, Theme] = {}
    bad: dict[Path, str] = {}
    for path in files:
        try:
            good[path] = _theme(path)
        except ThemeError as problem:
            bad[path] = str(problem)
    return good, bad


def _stamp(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What differs when a theme in the folder was written, came or went."""
    out = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".toml"):
                    try:
                        found = entry.stat()
                    except OSError:
                        continue  # It went just now.
                    out.append((entry.name, found.st_mtime_ns, found.st_size, found.st_ino))
    except OSError:
        return ()
    return tuple(sorted(out))


def _sentence(path: Path, what: str) -> str:
    return shown(f"themes/{path.name}: {what}.", 300).plain


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
