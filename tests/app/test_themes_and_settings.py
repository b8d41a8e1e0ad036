"""Themes and settings: the good and the bad together, each problem a sentence."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import made_up
import pytest
from made_up import settle

from accrete_coach import settings
from accrete_coach.app import themes
from accrete_coach.settings import DEFAULT_THEME, Settings, SettingsError


def write(folder: Path, name: str, text: str | bytes) -> None:
    places = made_up.places(folder)
    places.themes.mkdir(parents=True, exist_ok=True)
    (places.themes / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_the_programs_own_themes_load_without_a_problem(tmp_path: Path) -> None:
    found, problems = themes.load(made_up.places(tmp_path))
    assert problems == ()
    assert {"dusk", "ember", "paper", "contrast", "harbor"} <= {t.name for t in found}
    assert any(not t.dark for t in found)
    assert DEFAULT_THEME in {t.name for t in found}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('primari = "#fff"', "themes/x.toml: 'primari' is not a theme colour; using dusk."),
        ('primary = "#ggg"', "themes/x.toml: 'primary' is not a colour; using dusk."),
        ("primary = 3", "themes/x.toml: 'primary' is not a colour; using dusk."),
        ('accent = "#fff"', "themes/x.toml: 'primary' is missing; using dusk."),
        ('primary = "#fff"\ndark = "yes"', "themes/x.toml: 'dark' is neither true nor false; using dusk."),
        ('primary = "#fff"\ntext_alpha = "much"', "themes/x.toml: 'text_alpha' is not a number; using dusk."),
        ('primary = "#fff"\n[variables]\na = 1', "themes/x.toml: 'variables' is not a table of words; using dusk."),
        ('primary = "#fff"\nname = "[@click=app.quit]x[/]"', "themes/x.toml: 'name' is not a name; using dusk."),
        ("primary = ", "themes/x.toml: is not valid TOML; using dusk."),
        (b"\xff\xfe", "themes/x.toml: is not valid TOML; using dusk."),
        ("#" * 70_000, "themes/x.toml: is too large for a theme; using dusk."),
    ],
)
def test_a_broken_theme_is_one_sentence_and_the_others_load(tmp_path: Path, text: str | bytes, says: str) -> None:
    write(tmp_path, "x.toml", text)
    write(tmp_path, "y.toml", 'primary = "#336699"')
    found, problems = themes.load(made_up.places(tmp_path))
    assert problems == (says,)
    assert "y" in {t.name for t in found}
    assert "x" not in {t.name for t in found}


async def test_all_broken_files_are_said_in_one_notice_and_the_app_is_in_dusk(tmp_path: Path) -> None:
    write(tmp_path, "ember.toml", 'primari = "#fff"')
    write(tmp_path, "other.toml", "no")
    app = made_up.app(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        shown = made_up.text(app)
        assert (
            "themes/ember.toml: 'primari' is not a theme colour; using dusk. themes/other.toml: is not valid TOML; using dusk."
            in shown
        )
        assert app.theme == "dusk"


def test_a_persons_own_theme_wins_over_ours(tmp_path: Path) -> None:
    write(tmp_path, "dusk.toml", 'primary = "#123456"')
    assert next(t for t in themes.load(made_up.places(tmp_path))[0] if t.name == "dusk").primary == "#123456"


async def test_a_theme_that_is_gone_falls_back(tmp_path: Path) -> None:
    settings.save(made_up.places(tmp_path), Settings(theme="gone"))
    app = made_up.app(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        assert app.theme == "dusk"
        assert "settings.toml: no theme is called 'gone'; using dusk." in made_up.text(app)


async def test_without_colour_every_state_can_be_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = made_up.app(tmp_path)
    async with app.run_test(size=(100, 32)) as pilot:
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        assert app.no_color
        from textual.filter import Monochrome

        assert any(isinstance(f, Monochrome) for f in app._filters)
        shown = made_up.text(app)
        for sign in (
            "› ○ see it fail first",
            "● run the check",
            "◐ plan first",
            "◔ use what",
            "◇ explore",
            "· correct",
            "? one change",
        ):
            assert sign in shown


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "paper", "ember", "textual-dark"])
async def test_every_theme_shows_the_view(tmp_path: Path, theme: str) -> None:
    settings.save(made_up.places(tmp_path), Settings(theme=theme))
    app = made_up.app(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        assert app.theme == theme
        assert "the five that matter now" in made_up.text(app)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"theme = ", "settings.toml: is not valid TOML; using the defaults."),
        (b"\xff", "settings.toml: is not valid TOML; using the defaults."),
        (b"theme = 3", "settings.toml: 'theme' is not the name of a theme; using dusk."),
    ],
)
def test_unreadable_settings_are_a_sentence_and_the_defaults(tmp_path: Path, text: bytes, says: str) -> None:
    places = made_up.places(tmp_path)
    places.config.mkdir(parents=True)
    places.settings.write_bytes(text)
    assert settings.load(places) == (Settings(), (says,))


def test_no_settings_are_no_problem(tmp_path: Path) -> None:
    assert settings.load(made_up.places(tmp_path)) == (Settings(), ())


def test_settings_come_back_as_they_were_saved_and_keep_what_is_not_known_here(tmp_path: Path) -> None:
    places = made_up.places(tmp_path)
    settings.save(places, Settings(theme="paper"))
    assert settings.load(places) == (Settings(theme="paper"), ())
    places.settings.write_text('later = "kept"\ntheme = "paper"\n')
    settings.save(places, Settings(theme="ember"))
    assert tomllib.loads(places.settings.read_text()) == {"later": "kept", "theme": "ember"}
    assert [p.name for p in places.config.iterdir()] == ["settings.toml"]
    assert places.settings.stat().st_mode & 0o077 == 0


def test_settings_that_cannot_be_read_are_not_written_over(tmp_path: Path) -> None:
    places = made_up.places(tmp_path)
    places.config.mkdir(parents=True)
    places.settings.write_text("theme = # mine\n")
    with pytest.raises(SettingsError, match="not changed"):
        settings.save(places, Settings(theme="paper"))
    assert places.settings.read_text() == "theme = # mine\n"


def test_a_failed_save_is_a_sentence_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = made_up.places(tmp_path)
    settings.save(places, Settings(theme="paper"))

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SettingsError, match="not saved"):
        settings.save(places, Settings(theme="ember"))
    assert settings.load(places)[0].theme == "paper"
    assert [p.name for p in places.config.iterdir()] == ["settings.toml"]
