"""A standing as a row: what the signs mean, and that columns are left out whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import made_up
import pytest
from textual.content import Content

from accrete_coach.app.entries import moment, passed
from accrete_coach.app.row import Columns, columns, digits, row, weeks, when
from accrete_coach.app.shown import cell, packed, shown
from accrete_coach.standings import Week


@pytest.mark.parametrize(
    ("you", "happened", "applied", "sign"),
    [(1, 1, 2, "▆"), (2, 5, 5, "▆"), (0, 1, 3, "▃"), (0, 0, 1, "▁"), (0, 0, 0, "·")],
)
def test_a_week_has_a_sign_of_its_own(you: int, happened: int, applied: int, sign: str) -> None:
    standing = replace(made_up.standings().all[0], weeks=(Week(date(2025, 11, 24), you, happened, applied),))
    assert weeks(standing) == sign


def test_a_row_bears_its_name_before_anything_is_known() -> None:
    practice = made_up.catalogue().practices[0]
    layout = columns(60, made_up.catalogue().practices, (), dense=False)
    assert practice.short in row(practice, None, layout, width=60).plain


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("width", range(38, 130, 3))
def test_a_row_is_never_wider_than_its_room_and_cuts_no_word(width: int, dense: bool) -> None:
    standings = made_up.standings()
    layout = columns(width, made_up.catalogue().practices, standings.all, dense=dense)
    for standing in standings:
        drawn = row(
            standing.practice, standing, layout, now=standings.now, zone=UTC, width=width, wide=digits(standings.all), here=True
        )
        lines = drawn.plain.split("\n")
        nothing = not (standing.applied or standing.cant_tell or any(week.applied for week in standing.weeks))
        assert len(lines) == (1 if nothing else layout.lines)
        assert all(len(line.rstrip()) <= width for line in lines)
        assert standing.practice.short in drawn.plain
        if layout.state:
            assert standing.state.value in drawn.plain
        assert "…" not in drawn.plain


def test_a_narrow_row_has_two_lines_and_a_wide_one_every_column() -> None:
    practices, standings = made_up.catalogue().practices, made_up.standings().all
    assert columns(40, practices, standings, dense=False).lines == 2
    every = columns(120, practices, standings, dense=False)
    assert isinstance(every, Columns)
    assert every.lines == 1
    assert all((every.state, every.weeks, every.counts, every.last))


@pytest.mark.parametrize(
    ("days", "says"), [(0, "today"), (1, "yesterday"), (13, "13 days ago"), (14, "10 Nov"), (400, "Oct 2024")]
)
def test_when_is_said_as_a_person_says_it(days: int, says: str) -> None:
    now = int(datetime(2025, 11, 24, 15, tzinfo=UTC).timestamp() * 1000)
    assert when(now - days * 86_400_000, now, UTC) == says
    assert when(0, now, UTC) == "never"


def test_the_oldest_week_comes_first() -> None:
    two = (Week(date(2025, 11, 17), 0, 0, 1), Week(date(2025, 11, 24), 1, 1, 1))
    assert weeks(replace(made_up.standings().all[0], weeks=two)) == "▁▆"


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("Tests for the rounding", 22, "Tests for the rounding"),
        ("Tests for the rounding", 20, "Tests for the…"),
        ("Tests for the rounding", 14, "Tests for the…"),
        ("Tests for the rounding", 13, "Tests for…"),
        ("Incomprehensibilities", 10, "Incompreh…"),
        ("a Incomprehensibilities", 10, "a Incompr…"),
        ("日本語の題名 の長い", 8, "日本語…"),
        ("", 3, ""),
        ("abc", 1, "…"),
    ],
)
def test_a_cell_is_cut_between_words_and_is_as_wide_as_it_should(text: str, width: int, cut: str) -> None:
    made = cell(text, width)
    assert made.plain.rstrip() == cut
    assert made.cell_length == width


@pytest.mark.parametrize("width", range(32, 110, 3))
def test_what_was_let_pass_stands_in_the_columns_of_the_moments_and_wraps_nowhere(width: int) -> None:
    moments = [moment(one, width, UTC) for one in made_up.moments("read-diff")]
    let_pass = [passed(one, width, UTC) for one in made_up.let_pass()]
    assert all(line.rstrip().cell_length <= width for line in (*moments, *let_pass))
    if "tool calls" in let_pass[0].plain:
        assert "· source gone" in "".join(line.plain for line in let_pass)
        what = made_up.moments("read-diff")[0].what or "line 40"
        assert let_pass[0].plain.index("34 tool calls") == moments[0].plain.index(what)


def test_parts_are_packed_into_lines_and_none_is_cut() -> None:
    parts = [shown(one) for one in ("one two", "three", "four five six", "seven")]
    assert packed(parts, Content(" · "), 15).plain == "one two · three\nfour five six\nseven"
    assert packed(parts, Content(" · "), 5).plain == "one two\nthree\nfour five six\nseven"
    assert packed([], Content(" · "), 5).plain == ""
