"""When the app crashes: a report without locals and without any text that was shown (promises.md, fault 18)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import settle
from textual.pilot import Pilot

from accrete_coach.app import practice_list
from accrete_coach.app.app import CoachApp, report

CANARY = "CANARY-a-secret-prompt"


@pytest.mark.parametrize("where", ["render", "worker", "rich"])
def test_the_crash_report_says_where_and_quotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    class Told(ValueError):
        def __rich__(self) -> str:
            return CANARY

    def break_it(*args: object, **options: object) -> None:
        prompt = CANARY
        kind = Told if where == "rich" else ValueError
        raise kind(f"could not show {prompt}")

    app = made_up.app(tmp_path)

    async def drive(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if where == "worker":
            app.run_worker(break_it, thread=True)
        else:
            monkeypatch.setattr(practice_list, "row", break_it)
            await pilot.press("j")
        for _ in range(1_000):
            if app.return_code is not None:
                break
            await pilot.pause(0.01)

    app.run(headless=True, auto_pilot=drive)
    out, err = capsys.readouterr()
    assert app.return_code == 1
    assert "accrete-coach ended because of an error of its own" in err
    assert "break_it" in err
    assert ("Told" if where == "rich" else "ValueError") in err
    assert CANARY not in out + err
    assert "could not show" not in out + err


def test_the_report_follows_the_causes_and_ends() -> None:
    inner, outer = KeyError(CANARY), RuntimeError(CANARY)
    outer.__cause__ = inner
    said = report(outer)
    inner.__cause__ = outer
    assert report(outer)
    assert "RuntimeError" in said
    assert "KeyError" in said
    assert CANARY not in said


def test_the_app_keeps_its_crash_handler() -> None:
    assert "_handle_exception" in vars(CoachApp)
