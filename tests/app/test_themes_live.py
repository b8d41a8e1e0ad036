"""A person's themes are followed while the app runs: what they write is worn at once, what is broken is one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, settle
from textual.pilot import Pilot

from accrete_coach import settings
from accrete_coach.app import themes
from accrete_coach.app.app import CoachApp
from accrete_coach.settings import Settings

BLUE, RED = 'primary = "#3366ff"\nbackground = "#101020"', 'primary = "#ff3333"\nbackground = "#201010"'
RED_GROUND = "#1F1010"
"""As it comes out of Textual's arithmetic."""


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "LOOK_SECONDS", 0.02)


def write(folder: Path, name: str, text: str) -> Path:
    path = made_up.places(folder).themes / name
    path.parent.mkdir(parents=True, exist_ok=True)
    # As an editor does: the new file takes the old one's place.
    (new := path.with_suffix(".new")).write_text(text)
    os.replace(new, path)
    return path


def ground(app: CoachApp) -> str:
    return app.screen.styles.background.hex


async def until(pilot: Pilot[Any], what: Callable[[], bool]) -> None:
    for _ in range(1_000):
        await pilot.pause(0.01)
        if what():
            await settle(pilot)
            return
    raise AssertionError(made_up.text(pilot.app))  # type: ignore[arg-type]


async def test_a_changed_theme_is_worn_at_once(tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", BLUE)
    settings.save(made_up.places(tmp_path), Settings(theme="mine"))
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        assert ground(app) == "#101020"
        write(tmp_path, "mine.toml", RED)
        await until(pilot, lambda: ground(app) == RED_GROUND)
        assert not app.now_shown.said
        assert settings.load(made_up.places(tmp_path))[0].theme == "mine"


async def test_a_new_theme_can_be_chosen_without_starting_again(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        write(tmp_path, "mine.toml", RED)
        await until(pilot, lambda: "mine" in app.available_themes)
        assert app.theme == "dusk"
        app.theme = "mine"
        await until(pilot, lambda: ground(app) == RED_GROUND)


async def test_a_theme_that_breaks_is_named_once_and_keeps_its_colours_until_it_is_mended(tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", BLUE)
    settings.save(made_up.places(tmp_path), Settings(theme="mine"))
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        write(tmp_path, "mine.toml", "primari = 3")
        write(tmp_path, "other.toml", "no")
        await until(pilot, lambda: "other" in app.now_shown.said or "mine" in app.now_shown.said)
        await until(pilot, lambda: app._shelf._stamp == themes._stamp(made_up.places(tmp_path).themes))
        assert "themes/mine.toml: 'primari' is not a theme colour; keeping the colours it had." in made_up.text(app) or (
            "themes/other.toml: is not valid TOML; passed over." in made_up.text(app)
        )
        assert app.theme == "mine"
        assert ground(app) == "#101020"
        write(tmp_path, "mine.toml", RED)
        await until(pilot, lambda: ground(app) == RED_GROUND)
        assert "themes/mine.toml: can be read again." in made_up.text(app)


async def test_all_that_broke_at_once_is_one_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "LOOK_SECONDS", 600.0)
    write(tmp_path, "mine.toml", BLUE)
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        write(tmp_path, "mine.toml", "primari = 3")
        write(tmp_path, "other.toml", "no")
        app._look_at_themes()
        await settle(pilot)
        assert (
            "themes/mine.toml: 'primari' is not a theme colour; keeping the colours it had. "
            "themes/other.toml: is not valid TOML; passed over." in made_up.text(app)
        )
        write(tmp_path, "third.toml", RED)
        app.say("")
        app._look_at_themes()
        assert not app.now_shown.said, "what was said already is not said again"


async def test_a_theme_that_goes_leaves_the_usual_one_and_comes_back_when_it_does(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.toml", BLUE)
    settings.save(made_up.places(tmp_path), Settings(theme="mine"))
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        path.unlink()
        await until(pilot, lambda: app.theme == "dusk")
        assert "themes/mine.toml: is gone; using dusk." in made_up.text(app)
        assert "mine" not in app.available_themes
        # The person did not choose dusk.
        assert settings.load(made_up.places(tmp_path))[0].theme == "mine"
        write(tmp_path, "mine.toml", RED)
        await until(pilot, lambda: ground(app) == RED_GROUND)
        assert app.theme == "mine"
        path.unlink()
        await until(pilot, lambda: app.theme == "dusk")
        app.theme = "paper"
        await until(pilot, lambda: settings.load(made_up.places(tmp_path))[0].theme == "paper")
        write(tmp_path, "mine.toml", BLUE)
        await until(pilot, lambda: "mine" in app.available_themes)
        assert app.theme == "paper"


@pytest.mark.parametrize("name", ["ember", "nord"])
async def test_what_a_persons_theme_stood_before_is_there_again(tmp_path: Path, name: str) -> None:
    """One of ours, and one of Textual's."""
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        was = app.available_themes[name]
        app.theme = name
        path = write(tmp_path, f"{name}.toml", RED)
        await until(pilot, lambda: ground(app) == RED_GROUND)
        path.unlink()
        worn = app.get_css_variables
        await until(pilot, lambda: app.available_themes[name] == was and ground(app) == worn()["background"].upper())
        assert app.theme == name
        assert {"ansi-dark", "ansi-light", "textual-dark", "gruvbox"} <= set(app.available_themes)


async def test_nothing_is_read_while_nothing_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "mine.toml", BLUE)
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        looked, read = [], []
        stamp, theme = themes._stamp, themes._theme

        def look(folder: Path) -> object:
            looked.append(folder)
            return stamp(folder)

        def parse(path: Path) -> object:
            read.append(path)
            return theme(path)

        monkeypatch.setattr(themes, "_stamp", look)
        monkeypatch.setattr(themes, "_theme", parse)
        await until(pilot, lambda: len(looked) > 5)
        assert read == []
        write(tmp_path, "mine.toml", RED)
        await until(pilot, lambda: bool(read))
