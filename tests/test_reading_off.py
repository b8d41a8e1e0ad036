"""Reading can be turned off: then no transcript is opened, whoever asks, and what is stored still shows."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.coach import OFF, Coach, ReadingOff, Update
from accrete_coach.team.consent import Said, add
from faults.made import Tree, places_of, wait_for

TEXT = "you: round tax per line\nedit app/tax.py +24\nrun pytest -q -> 3 passed in 1s\nreply: done"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The transcripts that are opened from here on."""
    found: list[str] = []
    real = os.open

    def looking(path: Any, *rest: Any, **more: Any) -> int:
        found.append(str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", looking)
    import builtins

    plain = builtins.open

    def watching(path: Any, *rest: Any, **more: Any) -> Any:
        found.append(str(path))
        return plain(path, *rest, **more)

    monkeypatch.setattr(builtins, "open", watching)
    return found


def transcripts(opened: list[str]) -> list[str]:
    return [path for path in opened if path.endswith(".jsonl")]


def test_with_reading_off_no_transcript_is_opened_and_what_is_stored_shows(tmp_path: Path, opened: list[str]) -> None:
    tree, places = Tree(tmp_path / "claude"), places_of(tmp_path)
    tree.add("s1", TEXT, start=datetime.now(UTC) - timedelta(hours=3))
    coach = Coach(places, zone=UTC)
    try:
        coach.scan()
        assert transcripts(opened), "the test sees what is opened"
        session = coach.profile.sessions()[0]
        board = coach.storyboard(session.num)
        assert board is not None
        add(places.consent, Said("off", 1))
        tree.add("s2", TEXT, start=datetime.now(UTC) - timedelta(hours=1))
        opened.clear()
        assert coach.scan().stopped == OFF
        assert coach.titles([session.num]) == {session.num: ""}
        assert coach.words_of(board, range(len(board.beats))).said == {}
        path = str(tree.path("s1"))
        with pytest.raises(ReadingOff):
            coach.excerpt("claude-code", path, 1)
        with pytest.raises(ReadingOff):
            coach.said_at("claude-code", path, [1])
        assert coach.standings().basis.all_sessions == 1
        assert transcripts(opened) == []
        add(places.consent, Said("local", 2))
        assert coach.scan().stopped == ""
        assert coach.standings().basis.all_sessions == 2
    finally:
        coach.close()


def test_who_watches_stops_reading_at_once_and_goes_on_when_it_may(tmp_path: Path) -> None:
    tree, places = Tree(tmp_path / "claude"), places_of(tmp_path)
    tree.add("s1", TEXT, start=datetime.now(UTC) - timedelta(hours=3))
    told: list[Update] = []
    stop = threading.Event()

    def watch() -> None:
        coach = Coach(places, zone=UTC)
        try:
            coach.watch(told.append, stop, events=False)
        finally:
            coach.close()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        assert wait_for(lambda: any(u.standings and u.standings.basis.all_sessions == 1 for u in told))
        add(places.consent, Said("off", 1))
        assert wait_for(lambda: any(u.note == OFF for u in told))
        tree.add("s2", TEXT, start=datetime.now(UTC) - timedelta(hours=1))
        stop.wait(2.5)
        assert not any(u.standings and u.standings.basis.all_sessions == 2 for u in told)
        add(places.consent, Said("local", 2))
        assert wait_for(lambda: any(u.standings and u.standings.basis.all_sessions == 2 for u in told))
    finally:
        stop.set()
        thread.join(10)
