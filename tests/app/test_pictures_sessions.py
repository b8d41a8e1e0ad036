"""Pictures of the sessions view at the named sizes, compared with the stored ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, press, settle
from test_sessions_on_screen import rest, told
from textual.pilot import Pilot

from accrete_coach import settings
from accrete_coach.settings import Settings

LOOKS: dict[str, tuple[str, ...]] = {
    "list": ("j", "j"),
    "found": ("slash", *"ledger"),
    "storyboard": ("j", "enter", "j"),
    "source-gone": ("end", "up", "enter"),
    "nothing-found": ("slash", *"xyzzy"),
}


def doing(*keys: str) -> Any:
    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, "3")
        await rest(pilot)
        for key in keys:
            await pilot.press(key)
            await rest(pilot)

    return run_before


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("keys", LOOKS.values(), ids=LOOKS.keys())
def test_sessions_look_as_before(snap_compare: Any, tmp_path: Path, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(made_up.app(tmp_path, told()), terminal_size=size, run_before=doing(*keys))


@pytest.mark.parametrize("theme", ["paper", "ansi-dark"])
def test_sessions_in_other_themes_look_as_before(snap_compare: Any, tmp_path: Path, theme: str) -> None:
    settings.save(made_up.places(tmp_path), Settings(theme=theme))
    assert snap_compare(made_up.app(tmp_path, told()), terminal_size=SIZES["wide"], run_before=doing("j", "enter", "j"))
