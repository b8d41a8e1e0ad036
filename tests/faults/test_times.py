"""Clocks, zones and calendars (promises.md, fault 15): weeks by event time in the person's zone; none for the future."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from accrete_coach import coach as coaching
from accrete_coach.coach import Coach
from accrete_coach.sessions.sketch import play

from .made import ASK, WORK, Tree, against_fresh, append, coach_of, environment, places_of, wait_for, watching

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati",
    "Pacific/Pago_Pago", "Asia/Kathmandu", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Tehran",
)  # fmt: skip
SPANS = {
    "summer time begins in Europe and America": datetime(2026, 3, 6, tzinfo=UTC),
    "summer time ends in Europe and America": datetime(2026, 10, 22, tzinfo=UTC),
    "summer time on the other side": datetime(2026, 4, 2, tzinfo=UTC),
    "week 53": datetime(2026, 12, 24, tzinfo=UTC),
    "the day Samoa left out": datetime(2011, 12, 26, tzinfo=UTC),
    "29 February": datetime(2028, 2, 26, tzinfo=UTC),
}
COUNT = 60
"""Sessions, six hours apart and a few minutes: they fall on all sides of midnight."""


def monday(at: datetime, zone: str) -> date:
    """Counted here by the calendar, in no way the program does it."""
    day = at.astimezone(ZoneInfo(zone)).date()
    year, week, _ = day.isocalendar()
    return date.fromisocalendar(year, week, 1)


@pytest.mark.parametrize("begin", SPANS.values(), ids=SPANS.keys())
def test_every_session_falls_in_the_week_of_the_persons_calendar(tmp_path: Path, begin: datetime) -> None:
    tree = Tree(tmp_path / "claude")
    starts = [begin + timedelta(hours=6, minutes=7) * n for n in range(COUNT)]
    for n, start in enumerate(starts):
        # The first record is ten seconds after it.
        tree.add(f"s{n:02}", "you: fix the tax in app/tax.py\nedit app/tax.py +20\nrun pytest -q -> 3 passed", start=start)
    reading = coach_of(places_of(tmp_path))
    reading.scan()
    reading.close()
    now = starts[-1] + timedelta(days=1)
    for zone in ZONES:
        coach = Coach(places_of(tmp_path), clock=now.timestamp, zone=ZoneInfo(zone))
        standing = coach.standings(52)["run-check"]
        assert standing.applied == COUNT, zone
        at = [datetime.fromtimestamp(s.started / 1000, UTC) for s in coach.profile.sessions()]
        expected = Counter(monday(one, zone) for one in at)
        assert {w.start: w.applied for w in standing.weeks if w.applied} == expected, zone
        days = Counter(one.astimezone(ZoneInfo(zone)).date() for one in at)
        for day, count in days.items():
            assert coach.standings(since=day, until=day).basis.sessions == count, (zone, day)
        assert sum(days.values()) == COUNT
        coach.close()


# --- the future and the far past ---------------------------------------------------------------------------------------

ODD_TIMES = (
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999-14:00",
    "2999-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00+23:59",
    "1969-12-31T23:59:59.000Z",
    "!",
    "~",
    "2026-02-30T00:00:00.000Z",
    "10000-01-01T00:00:00.000Z",
)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_record_of_an_impossible_time_stops_no_command(tmp_path: Path, zone: str) -> None:
    tree = Tree(tmp_path / "claude")
    start = datetime.now(UTC) - timedelta(days=2)
    tree.add("sound", ASK, start=start)
    names = {"sound"}
    for n, odd in enumerate(ODD_TIMES):
        for name, which in (("all", range(99)), ("first", range(1)), ("one", range(2, 3))):
            names.add(f"{name}-{n}")
            lines = tree.lines(f"{name}-{n}", WORK, start=start + timedelta(minutes=n, seconds=len(name)))
            append(
                [
                    (path, json.dumps(json.loads(line) | ({"timestamp": odd} if k in which else {})).encode() + b"\n")
                    for k, (path, line) in enumerate(lines)
                ]
            )
    commands = [["sessions"], ["doctor"], ["show", "run-check"], ["list", "--json"], ["sessions", "--json"]]
    for words in [*commands, *(["session", f"all-{n}"] for n in range(len(ODD_TIMES)))]:
        done = subprocess.run(
            [sys.executable, "-m", "accrete_coach", *words], env=environment(tmp_path) | {"TZ": zone}, capture_output=True, timeout=60, check=False
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stderr.decode()[-1500:])
        assert done.stdout
    coach = coach_of(places_of(tmp_path), now=datetime.now(UTC))
    assert {s.id for s in coach.profile.sessions()} == names
    coach.close()


@pytest.mark.parametrize("odd", ODD_TIMES)
def test_one_record_of_an_impossible_time_takes_no_session_out_of_its_week(tmp_path: Path, odd: str) -> None:
    tree = Tree(tmp_path / "claude")
    now = datetime(2026, 3, 20, tzinfo=UTC)
    for n, place in enumerate((0, 2, -1)):
        lines = tree.lines(
            f"s{n}", "you: fix it\nedit a.py +20\nrun pytest -q -> 3 passed\nreply: Done.", start=now - timedelta(days=3 + n)
        )
        at = place % len(lines)
        lines[at] = (lines[at][0], json.dumps(json.loads(lines[at][1]) | {"timestamp": odd}).encode() + b"\n")
        append(lines)
    coach = coach_of(places_of(tmp_path), now=now)
    coach.scan()
    assert coach.standings().basis.sessions == 3
    ends = {datetime.fromtimestamp(s.ended / 1000, UTC).year for s in coach.profile.sessions()}
    assert ends == {2026}
    coach.close()


def test_the_future_counts_nowhere_until_it_comes(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    now = datetime(2026, 3, 18, 12, tzinfo=UTC)
    tree.add("past", WORK, start=now - timedelta(days=1))
    tree.add("future", WORK, start=now + timedelta(days=30))
    clock = [now]
    coach = Coach(places_of(tmp_path), clock=lambda: clock[0].timestamp(), zone=UTC)
    coach.scan()
    for weeks in (8, 0):
        assert coach.standings(weeks).basis.sessions == 1
        assert all(w.start <= now.date() for s in coach.standings(weeks) for w in s.weeks)
    clock[0] = now + timedelta(days=31)
    assert coach.standings().basis.sessions == 2
    coach.close()


# --- clocks that step --------------------------------------------------------------------------------------------------


def stepping(*steps: float) -> Iterator[float]:
    """Seconds that a clock is wrong by, the last for ever."""
    yield from steps
    while True:
        yield steps[-1]


@pytest.mark.parametrize("by", [-3600.0, 3600.0, -400 * 86_400.0, 400 * 86_400.0])
def test_a_clock_that_steps_while_following_hides_nothing(tmp_path: Path, by: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coaching, "ROUND", 0.1)
    monkeypatch.setattr(coaching, "SLOW_ROUND", 1.0)
    tree = Tree(tmp_path / "claude")
    lines = tree.lines("s1", WORK)
    append(lines[:4])
    wrong = [0.0]
    with watching(places_of(tmp_path), events=False, clock=lambda: time.time() + wrong[0]) as seen:
        for part in (lines[4:9], lines[9:]):
            wrong[0] += by
            before = len(seen.updates)
            append(part)
            assert wait_for(lambda before=before: any("s1" in u.sessions for u in seen.updates[before:]), 10)  # type: ignore[misc]
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_a_mark_of_a_clock_that_was_ahead_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coaching, "ASK_WAIT", 0.3)
    places = places_of(tmp_path)
    tree = Tree(tmp_path / "claude")
    tree.add("s1", ASK)
    asking, reading = coach_of(places, now=datetime.now(UTC)), coach_of(places)
    assert reading._lock.take()
    # The reader's clock was a day ahead when it answered the last time; it has been set right since.
    reading.profile.set_meta("swept", time.time() + 86_400)
    report = asking.scan()
    assert (report.by_other, report.fresh) == (True, False), "nobody has looked since it was asked"
    asking.close()
    reading.close()


def test_the_times_of_files_tell_nothing_of_when_it_happened(tmp_path: Path) -> None:
    import os

    tree = Tree(tmp_path / "claude")
    now = datetime(2026, 3, 18, 12, tzinfo=UTC)
    played = play(WORK, session="s1", start=now - timedelta(days=2), project="/home/sam/shop")
    append([(tree.path("s1"), p.text.encode() + b"\n") for p in played if not p.agent])
    for at in (0, 4_000_000_000):
        os.utime(tree.path("s1"), (at, at))
        coach = coach_of(places_of(tmp_path), now=now)
        coach.scan()
        assert coach.standings().basis.sessions == 1
        assert coach.profile.sessions()[0].started // 1000 == int((now - timedelta(days=2)).timestamp()) + 20
        coach.close()
