"""Pictures of what the person says of readings, at the named sizes, compared with the stored ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, press, settle
from textual.pilot import Pilot

from accrete_coach.app.app import CoachApp
from accrete_coach.app.audit_walk import AuditScreen
from accrete_coach.corrections import Sayings

MOMENTS = ("j", "j", "j", "enter")
SAYS: dict[str, tuple[str, ...]] = {
    "moment": (*MOMENTS, "enter", "x"),
    "practice": ("x",),
    "kept": (*MOMENTS, "enter", "x", "1"),
    "list": ("s", "j"),
}
AUDITS: dict[str, tuple[str, ...]] = {
    "seen": (),
    "not-seen": ("y",),
    "which": ("n",),
    "result": ("y", "y", "n", "o", "c", "y", "y", "y", "y", "y", "y"),
}


def saying(*keys: str) -> Any:
    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    return run_before


def auditing(app: CoachApp, *keys: str) -> Any:
    """The draw of these pictures begins with one that was seen."""

    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app.push_screen(AuditScreen(app.now_shown, chance=random.Random(2), zone=app.zone))
        await settle(pilot)
        await press(pilot, *keys)

    return run_before


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("keys", SAYS.values(), ids=SAYS.keys())
def test_what_is_said_looks_as_before(snap_compare: Any, tmp_path: Path, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(made_up.app(tmp_path), terminal_size=size, run_before=saying(*keys))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_an_empty_list_looks_as_before(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach(made_up.settled(), says=Sayings()))
    assert snap_compare(app, terminal_size=size, run_before=saying("s"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("keys", AUDITS.values(), ids=AUDITS.keys())
def test_the_audit_looks_as_before(snap_compare: Any, tmp_path: Path, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    app = made_up.app(tmp_path)
    assert snap_compare(app, terminal_size=size, run_before=auditing(app, *keys))
