"""Dates, lines and sentences that every command prints with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accrete_coach.plain import capped, cut, date_of, day, days, no_session, standings_lines, wrapped
from accrete_coach.practice import load
from accrete_coach.standings import Basis, Row, stand

NOW = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000


def test_a_date_has_its_year_where_it_is_not_this_one() -> None:
    assert date_of(date(2026, 1, 23), NOW) == "23 Jan"
    assert date_of(date(2025, 1, 23), NOW) == "23 Jan 2025"
    assert day(NOW - DAY, UTC, NOW) == "30 Jun"
    assert day(0, UTC, NOW) == "never"
    assert days(NOW - 9_000 * DAY, NOW - 9_000 * DAY + 1, UTC) == "9 Nov 2001"
    assert days(NOW - 9_000 * DAY, NOW - 8_999 * DAY, UTC) == "9 Nov 2001 to 10 Nov 2001"


def test_ids_and_commands_are_not_broken_at_their_hyphens() -> None:
    assert wrapped("say plan-first or run-check", 12) == ["say", "plan-first", "or run-check"]


def test_what_is_cut_says_so_and_ends_with_a_word() -> None:
    assert capped(["one", "two", "three"], 3, 10) == ["one", "two", "three"]
    assert capped(["one", "two five", "three"], 2, 10) == ["one", "two five …"]
    assert capped(["one", "two or six", "three"], 2, 10) == ["one", "two or …"]
    assert cut("one two three", 9) == "one two …"
    assert cut("one two", 9) == "one two"


@pytest.mark.parametrize("columns", [64, 66, 68, 70, 72, 80, 100])
@pytest.mark.parametrize("corrections", [0, 3])
@pytest.mark.parametrize("ago", [1, 400])
def test_the_rows_of_the_list_stand_in_columns_whatever_is_in_them(columns: int, corrections: int, ago: int) -> None:
    from accrete_coach.standings import Corrected

    practices = load().practices
    rows = [Row(p.id, "seen", "you", NOW - ago * DAY, 4) for n, p in enumerate(practices) for _ in range(n * 4)]
    said = {practices[7].id: Corrected(corrections, corrections)}
    found = stand(practices, rows, Basis(sessions=9, all_sessions=9), NOW, UTC, corrections=said)
    lines = list(standings_lines(found, UTC, columns))
    assert [line for line in lines if len(line) > columns] == []
    shown = [line for line in lines if line.startswith("  ") and any(line[4:].startswith(f"{p.short} ") for p in practices)]
    assert len(shown) == len(practices) + 5
    for word in ("habit", "you "):
        assert len({line.index(word) for line in shown if word in line[4:]}) == 1, word
    ends = {len(line.partition("seen ")[0]) for line in shown if "seen 16 of 16" in line or "seen 92 of 92" in line}
    assert len(ends) == 1
    assert sum("corrected 3" in line for line in lines) == (corrections > 0) * sum(p.id == practices[7].id for p in practices)


def test_a_filter_that_matches_only_automatic_sessions_says_that() -> None:
    assert no_session("shop", None, None, 6) == "Nobody took part in what matches (6 automatic sessions): it counts nowhere."
    assert no_session(None, date(2024, 2, 1), date(2024, 2, 2)).startswith("No session began from 1 Feb 2024 to 2 Feb 2024;")
