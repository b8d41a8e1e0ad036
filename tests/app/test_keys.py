"""Keys that a person chose for the app."""

from __future__ import annotations

import tomllib
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from textual.command import CommandPalette

from accrete_coach import settings
from accrete_coach.app.app import CoachApp
from accrete_coach.app.commands import Keys, commands, named
from accrete_coach.app.filter_screen import FilterScreen
from accrete_coach.app.frame import Title
from accrete_coach.app.help import HelpScreen
from accrete_coach.app.keys import everything, rebound


def with_keys(folder: Path, table: str) -> CoachApp:
    places = made_up.places(folder)
    places.config.mkdir(parents=True, exist_ok=True)
    places.settings.write_text("[keys]\n" + table, encoding="utf-8")
    return made_up.app(folder)


def footer(app: CoachApp) -> dict[str, str]:
    words = (part.words.plain.partition(" ") for part in app.screen.query_one(Keys).parts())
    return {description: key for key, _, description in words}


async def test_a_rebound_command_has_its_new_keys_and_no_longer_the_old(tmp_path: Path) -> None:
    app = with_keys(tmp_path, '"practicesscreen.filter" = "Z,ctrl+f"')
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        assert app.now_shown.said == ""
        await press(pilot, "f")
        assert not isinstance(app.screen, FilterScreen)
        for key in ("Z", "ctrl+f"):
            await press(pilot, key)
            assert isinstance(app.screen, FilterScreen)
            await press(pilot, "escape")


async def test_two_commands_can_change_their_keys_with_each_other(tmp_path: Path) -> None:
    app = with_keys(tmp_path, '"practicesscreen.filter" = "question_mark"\n"coachapp.help" = "f"')
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "escape", "question_mark")
        assert isinstance(app.screen, FilterScreen)


async def test_footer_help_and_tabs_show_the_keys_as_they_are_now(tmp_path: Path) -> None:
    app = with_keys(
        tmp_path,
        '"practicelist.open" = "pagedown"\n"practicesscreen.filter" = "ctrl+o"\n"coachapp.help" = "!"\n"coachapp.week" = "W"',
    )
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        shown = footer(app)
        assert (shown["open"], shown["help"], shown["filter"]) == ("pgdn", "!", "ctrl+o")
        assert "  3 Sessions  W Week  " in app.screen.query_one(Title).render().plain
        await press(pilot, "!")
        assert isinstance(app.screen, HelpScreen)
        said = {one.id: one.key for one in app.screen._said}
        assert (said["practicelist.open"], said["coachapp.help"], said["coachapp.week"]) == ("pgdn", "!", "W")
        assert "pgdn" in made_up.text(app)


async def test_the_palette_shows_the_key_and_what_only_the_palette_had_can_have_one(tmp_path: Path) -> None:
    app = with_keys(tmp_path, '"coachapp.theme" = "T"')
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        (theme,) = [one for one in app.get_system_commands(app.screen) if one.title == "theme"]
        assert theme.help.startswith("T · ")
        await pilot.press("T")
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)


async def test_what_cannot_be_used_is_named_in_one_notice_and_keeps_its_defaults(tmp_path: Path) -> None:
    table = '"nobody.home" = "x"\n"practicesscreen.year" = "hop"\n"practicesscreen.weeks" = "f"\n"practicesscreen.find" = "Z"\n'
    app = with_keys(tmp_path, table + '"practicesscreen.play" = 3')
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        for name in ("nobody.home", "practicesscreen.year", "practicesscreen.weeks", "practicesscreen.play"):
            assert name in app.now_shown.said
        assert "practicesscreen.find'" not in app.now_shown.said
        now = {said.id: said.keys for _, said in commands(app.screen)}
        assert now["practicesscreen.find"] == ("Z",)
        assert now["practicesscreen.weeks"] == ("w",)
        assert now["practicesscreen.year"] == ("t",)


@pytest.mark.parametrize("text", ["", "enter,", "hop", "ctrl+", "hop+x", "ctrl+ctrl+x", " ", "<any>"])
def test_a_name_that_is_no_key_is_said(text: str) -> None:
    used, problems = rebound({"practicesscreen.year": text})
    assert used == {}
    assert len(problems) == 1
    assert "these are no keys: 'practicesscreen.year'" in problems[0]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("?", ("question_mark",)),
        ("H, f5", ("H", "f5")),
        ("shift+ctrl+left", ("ctrl+shift+left",)),
        ("ctrl+i", ("tab",)),
        ("Z,Z", ("Z",)),
        ("full_stop", ("full_stop",)),
        ("@", ("at",)),
        ("at", ("at",)),
        ("alt+space", ("alt+space",)),
    ],
)
def test_a_key_may_be_called_in_more_than_one_way(text: str, keys: tuple[str, ...]) -> None:
    assert rebound({"coachapp.help": text})[0].get("coachapp.help") == keys


@pytest.mark.parametrize(
    ("chosen", "clash"),
    [
        ({"practicesscreen.year": "w"}, True),  # the same screen
        ({"practicelist.open": "f"}, True),  # a part, and the screen it is on
        ({"practicelist.open": "q"}, True),  # a part, and the app
        ({"entries.select": "f"}, True),  # a part of a part
        ({"practicesscreen.year": "ctrl+q"}, True),
        ({"practicelist.open": "ctrl+m"}, False),  # what it has anyway
        ({"choices.select": "1"}, False),  # on a screen that lies over all others
        ({"filterscreen.clear": "q"}, True),
        ({"storyscreen.back": "q,Z"}, False),  # overlaps as declared
        ({"examplescreen.copy": "f"}, False),  # another screen
        ({"practicesscreen.year": "Z", "practicesscreen.weeks": "Z"}, True),
    ],
)
def test_two_commands_clash_where_both_can_work_at_once(chosen: dict[str, str], clash: bool) -> None:
    used, problems = rebound(chosen)
    assert set(used) == (set() if clash else set(chosen))
    assert bool(problems) is clash


def test_a_default_that_comes_back_can_clash_in_turn() -> None:
    used, problems = rebound({"practicesscreen.filter": "y", "practicesscreen.year": "f"})
    assert used == {}
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("key", "shown"), [("at", "@"), ("full_stop", "."), ("f5", "f5"), ("space", "space"), ("tab", "tab"), ("ctrl+f", "ctrl+f")]
)
def test_a_key_is_shown_by_its_sign_where_it_has_one(key: str, shown: str) -> None:
    assert named(key) == shown


def test_every_command_has_an_id_of_its_own() -> None:
    ids = [said.id for _, said in everything()]
    assert {"practicelist.open", "coachapp.quit", "storyscreen.back"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_choosing_a_theme_keeps_the_keys(tmp_path: Path) -> None:
    places = made_up.places(tmp_path)
    places.config.mkdir(parents=True)
    places.settings.write_text('[keys]\n"a.b" = "x"\nc.d = "y"\n[mine]\nz = 1\n', encoding="utf-8")
    loaded, problems = settings.load(places)
    assert problems == ()
    assert loaded.keys == {"a.b": "x", "c.d": "y"}
    settings.save(places, loaded)
    assert tomllib.loads(places.settings.read_text()) == {
        "keys": {"a.b": "x", "c": {"d": "y"}}, "mine": {"z": 1}, "theme": loaded.theme,
    }  # fmt: skip


def test_keys_that_are_no_table_are_said(tmp_path: Path) -> None:
    places = made_up.places(tmp_path)
    places.config.mkdir(parents=True)
    places.settings.write_text('keys = "x"\n', encoding="utf-8")
    loaded, problems = settings.load(places)
    assert loaded.keys == {}
    assert len(problems) == 1
