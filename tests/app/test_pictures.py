"""Pictures of the screen at the named sizes, compared with the stored ones."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, press, settle
from textual._doc import take_svg_screenshot
from textual.pilot import Pilot

from accrete_coach import settings
from accrete_coach.coach import Update
from accrete_coach.practice import load
from accrete_coach.settings import Settings

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
MOMENTS = ("j", "j", "j", "enter")
LOOKS: dict[str, tuple[str, ...]] = {
    "five": (),
    "all": ("a",),
    "practice": MOMENTS,
    "moments": (*MOMENTS, "enter", "j"),
    "transcript": (*MOMENTS, "enter", "enter"),
    "help": ("question_mark",),
    "found": ("slash", "d", "i", "f", "f"),
    "filter": ("f", "j", "enter"),
    "narrowed": ("f", "j", "enter", *["j"] * 8, "enter", "escape"),
    "year": ("t",),
}
OF_VIEWS = {"practices": (), "now": ("2",), "sessions": ("3",), "week": ("4",), "sharing": ("5",)}
IN = {"": ("usual", "dusk"), "-light": ("usual", "paper"), "-narrow": ("narrow", "ember")}
README = {f"{view}{how}": (*IN[how], keys) for view, keys in OF_VIEWS.items() for how in IN} | {
    "all": ("usual", "dusk", ("a",)),
    "practice": ("wide", "dusk", MOMENTS),
    "moment": ("usual", "dusk", (*MOMENTS, "enter", "enter")),
    "year": ("usual", "harbor", ("t",)),
    "story": ("wide", "dusk", ("3", "j", "j")),
    "strip": ("strip", "contrast", ("a",)),
}
"""The pictures of the README: size, theme, keys."""


def doing(*keys: str) -> Any:
    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    return run_before


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("keys", LOOKS.values(), ids=LOOKS.keys())
def test_the_screen_looks_as_before(snap_compare: Any, tmp_path: Path, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(made_up.app(tmp_path), terminal_size=size, run_before=doing(*keys))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_an_example_looks_as_before(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    keys = ("j", "j", "j", "p", "enter", "enter", "enter")
    assert snap_compare(made_up.app(tmp_path, of=load()), terminal_size=size, run_before=doing(*keys))


@pytest.mark.parametrize("theme", ["paper", "ember", "ansi-dark"])
def test_themes_look_as_before(snap_compare: Any, tmp_path: Path, theme: str) -> None:
    settings.save(made_up.places(tmp_path), Settings(theme=theme))
    assert snap_compare(made_up.app(tmp_path), terminal_size=SIZES["wide"], run_before=doing("j", "j", "j"))


@pytest.mark.parametrize("name", README)
def test_the_readme_shows_the_screen_as_it_is(tmp_path: Path, name: str) -> None:
    """`ACCRETE_COACH_WRITE_SCREENSHOTS=1 pytest tests/app/test_pictures.py` writes them anew."""
    size, theme, keys = README[name]
    settings.save(made_up.places(tmp_path), Settings(theme=theme))
    real = load()
    told = made_up.MadeUpCoach((Update(made_up.standings(of=real), now=made_up.running()),), of=real)
    app = made_up.app(tmp_path, told, demo=True, of=real)
    own = Path("/home/ada/.local/share/accrete-coach")
    app.places = replace(app.places, home=own, config=Path("/home/ada/.config/accrete-coach"))
    drawn = take_svg_screenshot(app, terminal_size=SIZES[size], run_before=doing(*keys))
    # The drawing's own random number is no part of the picture.
    drawn = re.sub(r"terminal-\d+-", f"accrete-{name}-", drawn)
    path = SCREENSHOTS / f"{name}.svg"
    if os.environ.get("ACCRETE_COACH_WRITE_SCREENSHOTS") == "1":
        path.write_text(drawn, "utf-8")
    assert path.read_text("utf-8") == drawn
