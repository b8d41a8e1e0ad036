"""Days and weeks in the person's zone, with its summer time. Pure."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, tzinfo


class MachineZone(tzinfo):
    """The zone of the machine, with its summer time, as the C library knows it."""

    def _local(self, moment: datetime) -> time.struct_time:
        stamp = time.mktime(
            (
                moment.year,
                moment.month,
                moment.day,
                moment.hour,
                moment.minute,
                moment.second,
                0,
                0,
                -1 if moment.fold == 0 else 0,
            )
        )
        return time.localtime(stamp)

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """The offset at a moment of the wall clock."""
        return timedelta(seconds=self._local(moment).tm_gmtoff if moment else 0)

    def dst(self, moment: datetime | None) -> timedelta:
        """How much of the offset is summer time."""
        return timedelta(hours=1) if moment and self._local(moment).tm_isdst > 0 else timedelta(0)

    def tzname(self, moment: datetime | None) -> str:
        """The zone's short name."""
        return self._local(moment).tm_zone if moment else "local"

    def fromutc(self, moment: datetime) -> datetime:
        """The wall clock at a moment in UTC."""
        stamp = moment.replace(tzinfo=UTC).timestamp()
        local = time.localtime(stamp)
        wall = datetime(*local[:5], min(local.tm_sec, 59), moment.microsecond, tzinfo=self)
        # The second of two equal hours in autumn is the later one.
        return (
            wall.replace(fold=1)
            if time.localtime(stamp - 3600)[:6] == local[:6] and time.localtime(stamp - 3600).tm_isdst > local.tm_isdst
            else wall
        )


MACHINE_ZONE = MachineZone()


def monday(at: int, zone: tzinfo) -> date:
    """The Monday of the week that a time (milliseconds since 1970, UTC) falls in, in a zone."""
    day = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def start_of_day(day: date, zone: tzinfo) -> int:
    """When a day begins in a zone: milliseconds since 1970, UTC.

    That is its first moment, whether the clock shows midnight there not at all (it goes forward then), or twice.
    """

    def begun(stamp: int) -> bool:
        return datetime.fromtimestamp(stamp, UTC).astimezone(zone).date() >= day

    first = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    if not begun(first) or begun(first - 1):
        # No zone's clock is moved by more than a day; where midnight is missing, the C library names an hour of the day before.
        early, first = first - 86_400, first + 86_400
        while first - early > 1:
            middle = (early + first) // 2
            early, first = (early, middle) if begun(middle) else (middle, first)
    return first * 1000
