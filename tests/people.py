"""The twenty invented people of `people.toml` as standings."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from accrete_coach.accuracy import shipped
from accrete_coach.practice import load
from accrete_coach.standings import Basis, Corrected, Row, Standings, stand
from accrete_coach.suggestions import Tip

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
AT = int(NOW.timestamp() * 1000)
DAY = 86_400_000


@dataclass(frozen=True)
class Person:
    name: str
    who: str
    answer: tuple[str, ...]
    because: str
    standings: Standings
    log: tuple[Tip, ...]


def people() -> list[Person]:
    given = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))["person"]
    practices = load().practices
    out = []
    for one in given:
        counts = one["practices"]
        rows = []
        for name, (you, happened, applied) in counts.items():
            for n in range(applied):
                word, by = ("seen", "you" if n < you else "agent") if n < happened else ("not-seen", None)
                at = NOW - timedelta(days=n * 55 / max(applied, 1))
                rows.append(Row(name, word, by, int(at.timestamp() * 1000), 20))
        standings = stand(
            practices,
            rows,
            Basis(sessions=one["sessions"], all_sessions=one["sessions"]),
            AT,
            UTC,
            choices=one.get("choices", {}),
            corrections={name: Corrected(n, n) for name, n in one.get("corrected", {}).items()},
            measured=shipped().measured,
        )
        # What was told lately was passed over: it is not the tip that stands now.
        log = [Tip(0, name, AT - max(days, 7) * DAY, 0, 0, 0) for name, days in one.get("told", {}).items()]
        log += [
            Tip(0, name, AT - 7 * DAY, 0, 0, 0, "later", AT - 7 * DAY, AT + weeks * 7 * DAY)
            for name, weeks in one.get("snoozed", {}).items()
        ]
        out.append(Person(one["name"], one["who"], tuple(one["answer"]), one["because"], standings, tuple(log)))
    return out
