"""Times as records write them -> milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

_LATEST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1000


@lru_cache(maxsize=4096)
def _minute(prefix: str) -> int:
    return int(datetime.fromisoformat(prefix + ":00+00:00").timestamp()) * 1000


def milliseconds(timestamp: str | None) -> int:
    """An ISO 8601 time in UTC -> milliseconds since 1970; 0 where it cannot be read, or is none of a session's."""
    if not timestamp:
        return 0
    try:
        if len(timestamp) == 24 and timestamp[-1] == "Z":
            at = _minute(timestamp[:16]) + int(timestamp[17:19]) * 1000 + int(timestamp[20:23])
        else:
            moment = datetime.fromisoformat(timestamp)
            at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
    # What no calendar of any zone holds, or no clock of today says, is no time.
    return at if 0 <= at < _LATEST else 0
