"""When a day begins: with summer time, whichever zone says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from accrete_coach.days import MACHINE_ZONE, start_of_day

# Rules as the C library reads them, so that no machine needs a file of zones; they hold in every year.
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
NO_MIDNIGHT_IN_SPRING = "EET-2EEST,M3.5.0/0,M10.5.0/3"
TWO_MIDNIGHTS_IN_AUTUMN = "CST5CDT,M3.2.0/0,M11.1.0/1"
NO_HALF_PAST_ELEVEN = "EET-2EEST,M3.5.0/-0:30,M10.5.0/3"
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]


@pytest.fixture
def machine_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def clock(at: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


@pytest.mark.parametrize("rule", [BERLIN, NO_MIDNIGHT_IN_SPRING, TWO_MIDNIGHTS_IN_AUTUMN, NO_HALF_PAST_ELEVEN])
def test_a_day_begins_with_its_first_moment_on_the_machine_s_clock(machine_in: pytest.MonkeyPatch, rule: str) -> None:
    machine_in.setenv("TZ", rule)
    time.tzset()
    for day in DAYS:
        begin = start_of_day(day, MACHINE_ZONE)
        assert time.localtime(begin / 1000)[:3] == (day.year, day.month, day.day)
        assert time.localtime(begin / 1000 - 1)[:3] < (day.year, day.month, day.day)


@pytest.mark.parametrize("name", ["Europe/Berlin", "Africa/Cairo", "America/Havana", "America/Santiago", "Asia/Beirut"])
def test_a_day_begins_with_its_first_moment_in_a_named_zone(name: str) -> None:
    zone = ZoneInfo(name)
    for day in DAYS:
        begin = start_of_day(day, zone)
        assert clock(begin, zone).date() == day
        assert clock(begin - 1000, zone).date() == day - timedelta(days=1)


def test_where_no_clock_is_moved_a_day_begins_at_midnight() -> None:
    zone = timezone(timedelta(minutes=-210))
    assert start_of_day(date(2026, 3, 23), zone) == datetime(2026, 3, 23, 3, 30, tzinfo=UTC).timestamp() * 1000


def test_a_day_that_a_zone_left_out_begins_with_the_next_one() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert start_of_day(date(2011, 12, 30), apia) == start_of_day(date(2011, 12, 31), apia)
    assert clock(start_of_day(date(2011, 12, 31), apia) - 1000, apia).date() == date(2011, 12, 29)
