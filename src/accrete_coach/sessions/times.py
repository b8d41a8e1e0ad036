"""Times as records write them -> milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=4096)
def _minute(prefix: str) -> int:
    return int(datetime.fromisoformat(prefix + ":00+00:00").timestamp()) * 1000


def milliseconds(timestamp: str | None) -> int:
    """An ISO 8601 time in UTC -> milliseconds since 1970; 0 where it cannot be read."""
    if not timestamp:
        return 0
    try:
        if len(timestamp) == 24 and timestamp[-1] == "Z":
            return _minute(timestamp[:16]) + int(timestamp[17:19]) * 1000 + int(timestamp[20:23])
        moment = datetime.fromisoformat(timestamp)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
