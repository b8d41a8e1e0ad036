"""Reading can be turned off: then no transcript is opened, whoever asks, and what is stored still shows."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import coach as coaches
from accrete_coach import reader
from accrete_coach.coach import Coach, Progress, Update
from accrete_coach.may_read import OFF, MayRead, ReadingOff
from accrete_coach.places import Places
from accrete_coach.practice import load
from accrete_coach.sessions.folder import sweep
from accrete_coach.sessions.prints import Hasher
from accrete_coach.team.consent import Said, add
from faults.made import Tree, against_fresh, places_of, wait_for

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


# --- turned off while it reads ---------------------------------------------------------------------------------------


def many(tmp_path: Path, count: int = 30) -> Tree:
    tree = Tree(tmp_path / "claude")
    for n in range(count):
        tree.add(f"s{n:02}", TEXT, start=datetime.now(UTC) - timedelta(hours=3 * n + 3))
    return tree


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each session is stored, and told of, by itself."""
    monkeypatch.setattr(reader, "BATCH", 1)
    monkeypatch.setattr(coaches, "STORE_EVERY", -1.0)


def off_after_the_first(places: Places) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.files_done == 1:
            add(places.consent, Said("off", 1))

    return tell


@pytest.mark.parametrize("agreed", [False, True], ids=["nothing said before", "local before"])
@pytest.mark.usefixtures("one_by_one")
def test_turned_off_while_a_scan_runs_no_other_file_is_opened(tmp_path: Path, opened: list[str], agreed: bool) -> None:
    many(tmp_path)
    places = places_of(tmp_path)
    if agreed:
        add(places.consent, Said("local", 0))
    coach = Coach(places, zone=UTC)
    opened.clear()
    try:
        report = coach.scan(off_after_the_first(places), workers=1)
        assert len(set(transcripts(opened))) == 1
        assert (report.stopped, report.fresh, report.files, report.read, report.sessions) == (OFF, False, 30, 1, 1)
        assert 0 < report.bytes < 10_000
        assert coach.standings().basis.all_sessions == 1
        assert places.readable.exists(), "what was read can be looked at"
        add(places.consent, Said("local", 2))
        report = coach.scan(workers=1)
        assert (report.stopped, report.fresh, report.read) == ("", True, 29)
        assert against_fresh(coach, tmp_path / "fresh") == []
    finally:
        coach.close()


def test_what_was_read_and_not_yet_stored_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many(tmp_path)
    places = places_of(tmp_path)
    real, read = reader.read_afresh, [0]

    def turning(*words: Any) -> reader.Done:
        done = real(*words)
        read[0] += 1
        if read[0] == 4:
            add(places.consent, Said("off", 1))
        return done

    monkeypatch.setattr(reader, "read_afresh", turning)
    coach = Coach(places, zone=UTC)
    try:
        report = coach.scan(workers=1)
        assert (report.stopped, report.read, read) == (OFF, 4, [4])
        assert coach.standings().basis.all_sessions == 4
    finally:
        coach.close()


@pytest.mark.usefixtures("one_by_one")
def test_workers_stop_too(tmp_path: Path) -> None:
    many(tmp_path)
    places = places_of(tmp_path)
    coach = Coach(places, zone=UTC)
    try:
        report = coach.scan(off_after_the_first(places), workers=2)
        # Those that the two were at, or had handed in, when it was said: never a whole scan.
        assert report.stopped == OFF
        assert 1 <= report.read <= 8
        assert coach.standings().basis.all_sessions == report.sessions == report.read
        add(places.consent, Said("local", 2))
        assert coach.scan().stopped == ""
        assert coach.standings().basis.all_sessions == 30
    finally:
        coach.close()


def test_a_worker_asks_before_each_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many(tmp_path, 3)
    places = places_of(tmp_path)
    found = sweep(places.roots).files
    jobs: list[reader.Job] = [(f.agent, f.session, (f,)) for f in found]
    asked: list[bool] = []

    class Turning(MayRead):
        @property
        def on(self) -> bool:
            asked.append(True)
            return len(asked) < 3

    monkeypatch.setattr(reader, "_worker", (Hasher(b"k" * 32), load(), Turning(places.consent)))
    assert len(reader._work(jobs)) == 2


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("one_by_one")
def test_turned_off_while_grown_sessions_are_read_the_rest_stays_as_it_was(
    tmp_path: Path, opened: list[str], workers: int
) -> None:
    tree = many(tmp_path, 10)
    places = places_of(tmp_path)
    coach = Coach(places, zone=UTC)
    try:
        coach.scan()
        for n in range(10):
            with tree.path(f"s{n:02}").open("ab") as out:
                out.write(tree.path("s00").read_bytes().splitlines(keepends=True)[0].replace(b"tax", b"tea"))
        opened.clear()
        report = coach.scan(off_after_the_first(places), workers=workers)
        assert (report.stopped, report.read) == (OFF, 1)
        assert len(set(transcripts(opened))) == 1
        add(places.consent, Said("local", 2))
        assert coach.scan().read == 9
    finally:
        coach.close()


@pytest.mark.usefixtures("one_by_one")
def test_who_watches_stops_in_the_first_scan_and_goes_on_when_it_may(tmp_path: Path) -> None:
    many(tmp_path)
    places = places_of(tmp_path)
    off = off_after_the_first(places)
    told: list[Update] = []
    stop = threading.Event()

    def tell(update: Update) -> None:
        told.append(update)
        if update.progress is not None and not any(u.note == OFF for u in told):
            off(update.progress)

    def watch() -> None:
        coach = Coach(places, zone=UTC)
        try:
            coach.watch(tell, stop, events=False)
        finally:
            coach.close()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        assert wait_for(lambda: any(u.note == OFF for u in told))
        shown = [u.standings.basis.all_sessions for u in told if u.standings]
        assert shown[-1] == 1
        add(places.consent, Said("local", 2))
        assert wait_for(lambda: any(u.standings and u.standings.basis.all_sessions == 30 for u in told))
    finally:
        stop.set()
        thread.join(10)


def test_who_watches_stops_between_two_sessions_that_grew(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = many(tmp_path, 3)
    places = places_of(tmp_path)
    coach = Coach(places, zone=UTC)
    try:
        coach.scan()
        known = coach.profile.known_files()
        for n in range(3):
            with tree.path(f"s{n:02}").open("ab") as out:
                out.write(tree.path("s00").read_bytes().splitlines(keepends=True)[0].replace(b"tax", b"tea"))
        real = coach._keep

        def keeping(*words: Any) -> None:
            real(*words)
            add(places.consent, Said("off", 1))

        monkeypatch.setattr(coach, "_keep", keeping)
        opened.clear()
        with pytest.raises(ReadingOff):
            coach._take_changed(sweep(places.roots).files, [], known)
        assert len(set(transcripts(opened))) == 1
        assert not coach.profile.owes_settling
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
