"""The app as it is, with a fault put into it: `python -m faults.crasher WHERE WORDS`. The fault's message and locals hold WORDS."""

from __future__ import annotations

import sys
from typing import Any

from accrete_coach.app.frame import CoachScreen
from accrete_coach.app.help import HelpScreen
from accrete_coach.cli import main
from accrete_coach.coach import Coach


def run() -> None:
    where, words = sys.argv[1:]
    sys.argv[1:] = ["open"]

    def fail(*_: Any, **__: Any) -> Any:
        prompt = words
        raise ZeroDivisionError(f"could not show {prompt}")

    if where == "while drawing":
        HelpScreen.compose = fail  # type: ignore[method-assign]
    elif where == "on F12":
        CoachScreen.key_f12 = fail  # type: ignore[attr-defined]
    else:
        Coach._follow = fail  # type: ignore[method-assign]
    main()


if __name__ == "__main__":
    run()
