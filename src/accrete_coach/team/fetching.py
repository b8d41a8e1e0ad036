"""The team's repository fetched now and then while the app is open, where the person turned that on: `fetch_hours` in their settings.

It asks the repository's host for what is new, as `team fetch` does, and sends nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ..places import Places
from . import consent
from .folder import TeamFolder, TeamTrouble

HOUR = 3_600


class Fetching:
    """Fetches when it is time, one at a time, in a thread of its own: nobody waits for a host."""

    def __init__(self, places: Places, hours: int, clock: Callable[[], float] = time.time) -> None:
        self._places = places
        self._hours = hours
        self._clock = clock
        self._tried = float("-inf")
        self._thread: threading.Thread | None = None

    def look(self) -> bool:
        """Begin to fetch where it is time; tells whether it did. A host that did not answer is asked again when the time is over."""
        now = self._clock()
        if self._hours <= 0 or now - self._tried < self._hours * HOUR or (self._thread is not None and self._thread.is_alive()):
            return False
        if consent.load(self._places.consent).mode == "off":
            return False
        folder = TeamFolder(self._places.team)
        try:
            team = folder.status()
        except TeamTrouble:
            return False
        if team is None or (team.fetched is not None and now - team.fetched < self._hours * HOUR):
            return False
        self._tried = now
        self._thread = threading.Thread(target=self._fetch, args=(folder, now), name="fetch", daemon=True)
        self._thread.start()
        return True

    def wait(self, seconds: float) -> None:
        """Wait for what was begun."""
        if self._thread is not None:
            self._thread.join(seconds)

    @staticmethod
    def _fetch(folder: TeamFolder, now: float) -> None:
        # Why it did not work is said by whoever asks for it: `team fetch`.
        with contextlib.suppress(TeamTrouble):
            folder.fetch(datetime.fromtimestamp(now, UTC))
