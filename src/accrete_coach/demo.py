"""Invented sessions, played live into a temporary folder: all of it works, and nothing of the person's is touched."""

from __future__ import annotations

import shutil
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from .places import Places
from .sessions import sketch
from .sessions.agent import Root
from .sessions.facts import CLAUDE_CODE

SHOP, SITE = "/home/sam/shop", "/home/sam/site"
_STEADY = """
cleared
you: round tax per line in @app/tax.py like app/shipping.py does, then run the tests
read app/tax.py
search round
edit app/tax.py +6
edit tests/test_tax.py +12
run pytest -q -> 41 passed in 2.1s
reply: Tax is rounded per line now; all tests pass.
you: commit it
run git add app/tax.py tests/test_tax.py && git commit -m "Round tax per line" -> [main 1a2b3c4] Round tax per line
"""
_PLANNED = """
you [plan mode]: the price column should carry its currency
read app/models.py
search price
plan: 1. add the column 2. fill it 3. read it everywhere. Verify with pytest
you refuse: keep the old name readable for one release
plan: 1. add the column with a view 2. fill it 3. read it everywhere. Verify with pytest
you accept
edit app/models.py +18
edit app/orders.py +14
run pytest -q -> ! 2 failed, 39 passed in 2.0s
edit app/orders.py +3
run pytest -q -> 41 passed in 2.2s
run git diff -> + currency
run git commit -am "Carry the currency with the price" -> [main 2b3c4d5] Carry the currency with the price
reply: Done and committed.
"""
_HASTY = """
you: the invoice export hangs for large customers, please make it faster
read app/export.py
edit app/export.py +25
edit app/rates.py +8
reply: The export streams its rows now.
you: now also for credit notes
read app/credit.py
edit app/credit.py +16
reply: Done, it should work.
you: and the header is missing
edit app/credit.py +2
run git commit -am "wip" -> [main 3c4d5e6] wip
"""
_BUSY = """
you: tidy the settings page
scout find where settings are read -> in 7 files
read app/settings.py
read app/views/settings.py
search settings
tasks: split the page; move the billing part; mend the links
edit app/views/settings.py +30
task done
edit app/views/billing.py +41
interrupt
you: leave the old route in place, only move the form
edit app/views/billing.py +9
task done
run npm run lint | tail -5 -> 0 errors
reply: The form moved, the route stayed.
you: commit this as one step
run git commit -am "Move the billing form to a page of its own" -> [main 4d5e6f7] Move the billing form
"""
_ASKED = """
you: how does the checkout pick a warehouse? change nothing yet
read app/warehouse.py
search nearest
reply: It takes the nearest one with stock, and falls back to the first in the list.
you: then prefer the one that can ship today
edit app/warehouse.py +11
run pytest tests/test_warehouse.py -> 9 passed in 0.4s
reply: It prefers the one that ships today.
"""
_SAVED = """
you run /changelog-entry 2.4
read CHANGELOG.md
edit CHANGELOG.md +9
reply: The entry for 2.4 is written.
"""
_LIVE = """
cleared
you: orders with two currencies add up wrongly, see app/orders.py. Write a failing test first
read app/orders.py
search total
edit tests/test_orders.py +14
run pytest tests/test_orders.py -> ! 1 failed in 0.3s
edit app/orders.py +7
run pytest tests/test_orders.py -> 1 passed in 0.3s
reply: The test failed, now it passes. Shall I commit it?
you: show me the diff first, then commit
run git diff -> + total per currency
run git commit -am "Add up orders per currency" -> [main 5e6f7a8] Add up orders per currency
reply: Committed.
"""
# (days ago, hour, project, the session)
_PAST = (
    (54, 9, SHOP, _HASTY), (52, 14, SHOP, _STEADY), (47, 10, SITE, _HASTY), (45, 15, SHOP, _STEADY), (41, 9, SHOP, _ASKED),
    (38, 11, SHOP, _STEADY), (35, 16, SITE, _BUSY), (33, 10, SHOP, _STEADY), (30, 9, SHOP, _HASTY), (27, 14, SHOP, _SAVED),
    (24, 10, SHOP, _STEADY), (21, 9, SITE, _BUSY), (19, 13, SHOP, _PLANNED), (16, 10, SHOP, _STEADY), (13, 15, SHOP, _HASTY),
    (10, 9, SHOP, _ASKED), (8, 11, SITE, _BUSY), (6, 10, SHOP, _PLANNED), (4, 14, SHOP, _STEADY), (2, 9, SHOP, _HASTY), (1, 16, SHOP, _STEADY),
)  # fmt: skip
PAUSE = 1.2
"""Seconds between two acts of the session that plays live."""


class Demo:
    """A temporary folder with weeks of invented sessions; with `live`, one more plays while it is looked at.

    Use as a context: the folder goes when it ends.
    """

    def __init__(self, *, live: bool = True, now: datetime | None = None, pause: float = PAUSE) -> None:
        self._now = now or datetime.now(UTC)
        self._live = live
        self._pause = pause
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="accrete-coach-demo-"))
        self.places = Places(
            home=self.folder / "coach", config=self.folder / "coach", roots=(Root(CLAUDE_CODE, self.folder / "agent"),)
        )

    def __enter__(self) -> Demo:
        for n, (ago, hour, project, text) in enumerate(_PAST):
            start = (self._now - timedelta(days=ago)).replace(hour=hour, minute=7 * n % 60, second=0, microsecond=0)
            lines = sketch.play(text, session=f"demo-{n:02d}", project=project, start=start, pace=45)
            for line in lines:
                self._write(project, f"demo-{n:02d}", line)
        if self._live:
            self._thread = threading.Thread(target=self._play, name="demo", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _play(self) -> None:
        """Play one session after another, an act at a time, as an agent at work would write them."""
        number = 0
        while not self._stop.is_set():
            start = datetime.now(UTC)
            text = (_LIVE, _ASKED, _BUSY)[number % 3]
            played = sketch.play(text, session=f"demo-live-{number}", project=SHOP, start=start, pace=self._pause / 2)
            act = 0
            for line in played:
                if line.act != act:
                    act = line.act
                    if self._stop.wait(self._pause):
                        return
                self._write(SHOP, f"demo-live-{number}", line)
            number += 1
            if self._stop.wait(10 * self._pause):
                return

    def _write(self, project: str, session: str, line: sketch.Played) -> None:
        folder = self.places.roots[0].path / "projects" / project.replace("/", "-")
        path = folder / session / "subagents" / f"agent-{line.agent}.jsonl" if line.agent else folder / f"{session}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write(line.text + "\n")
