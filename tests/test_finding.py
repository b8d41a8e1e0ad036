"""Words typed find sessions: by project, agent, id, practice, day and title."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.finding import Finder, SessionLine, day_of
from test_cli import HASTY, PLANNED, Machine

TODAY = date(2026, 11, 25)  # A Wednesday.
FINDER = Finder(
    (("plan-first", "plan first"), ("course-correct", "step in")),
    (("claude-code", "Claude Code"), ("codex", "Codex")),
    UTC,
    TODAY,
)


def at(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp() * 1000)


LINES = tuple(
    SessionLine(num, id_, agent, project, at(day), at(day), 1, 1, 1, True, False, seen, ())
    for num, id_, agent, project, day, seen in (
        (1, "5f1c0000", "claude-code", "/home/sam/shop", "2026-11-25", ("plan-first",)),
        (2, "77aa0000", "codex", "/home/sam/Shop site", "2026-11-20", ("course-correct",)),
        (3, "90bb0000", "claude-code", "/home/sam/novel", "2026-03-02", ()),
        (4, "aacc5f1c", "claude-code", "/home/sam/tax", "2025-11-20", ()),
    )
)
TITLES = {3: "Make the EXPORT faster"}


@pytest.mark.parametrize(
    ("text", "nums"),
    [
        ("", [1, 2, 3, 4]),
        ("shop", [1, 2]),
        ("SHOP codex", [2]),
        ("claude", [1, 3, 4]),
        ("5f1c", [1]),
        ("plan-first", [1]),
        ("plan first", [1]),
        ("step", [2]),
        ("stepin", [2]),
        ("today", [1]),
        ("yesterday", []),
        ("wed", [1]),
        ("friday", [2]),
        ("2026-11-20", [2]),
        ("2026-11", [1, 2]),
        ("nov", [1, 2, 3, 4]),
        ("2025", [4]),
        ("20 nov", [2, 4]),
        ("nov 20 2026", [2]),
        ("20 nov 2026", [2]),
        ("export", [3]),
        ("title:export faster", [3]),
        ("project:nov", [3]),
        ('project:"shop site"', [2]),
        ("practice:plan", [1]),
        ("agent:codex", [2]),
        ("since:1w", [1, 2]),
        ("since:2026-03 until:2026-11-20", [2, 3]),
        ("until:2025", [4]),
        ("since:nov", [1, 2]),
        ("31 feb", []),
        ("nothing-like-it", []),
    ],
)
def test_every_word_must_match(text: str, nums: list[int]) -> None:
    assert [line.num for line in FINDER.find(LINES, text, TITLES)] == nums


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("since:", "since: waits for a word"),
        ("since:foo", "since:foo is no day; say 2026-11-02, 4w, nov or yesterday"),
        ("agent:foo", "no agent is called foo; there are Claude Code, Codex"),
        ("practice:foo", "no practice is called foo"),
    ],
)
def test_what_is_passed_over_is_named(text: str, problem: str) -> None:
    query = FINDER.read(text)
    assert query.problems == (problem,)
    assert bool([line for line in LINES if query.matches(line)]) is text.startswith("since")


_PART = st.sampled_from(
    ["since:", "until:", "project:", "practice:", '"', "nov", "20", "9999w", "0001-01-01", "9999-12-31", "٣ nov", " "]
)


@given(st.lists(_PART | st.text(max_size=20), max_size=8).map("".join))
def test_nothing_that_is_typed_goes_wrong(text: str) -> None:
    found = FINDER.find(LINES, text, TITLES)
    assert set(found) <= set(LINES)
    # More words never find more.
    assert set(FINDER.find(LINES, f"{text[:100]} shop", TITLES)) <= set(FINDER.find(LINES, text[:100], TITLES)) or '"' in text


@given(st.dates(date(2021, 1, 1), TODAY))
def test_a_day_finds_what_began_on_it(day: date) -> None:
    lines = [LINES[0]._replace(started=at(str(day + timedelta(days=n)))) for n in (-1, 0, 1)]
    for text in (str(day), f"{day.day} {day:%b} {day.year}", f"since:{day} until:{day}"):
        assert FINDER.find(lines, text) == (lines[1],), text


def test_a_day_is_read_as_on_the_command_line() -> None:
    assert day_of("10d", TODAY) == TODAY - timedelta(days=10)
    assert day_of("2w", TODAY) == TODAY - timedelta(days=14)
    assert day_of("mon", TODAY) == date(2026, 11, 23)
    assert day_of("no", TODAY) is None


# --- the command -------------------------------------------------------------------------------------------------------


def test_the_command_finds_by_words_and_by_titles(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.session("s-1", PLANNED)
    machine.session("s-2", HASTY, project="/home/sam/tax")
    told = machine.json("sessions", "tax")["sessions"]
    assert [(s["id"], s["title"]) for s in told] == [("s-2", "make the export faster")]
    assert [s["id"] for s in machine.json("sessions", "rename", "column")["sessions"]] == ["s-1"], "a title's words"
    assert [s["id"] for s in machine.json("sessions", "practice:plan-first", "since:1w")["sessions"]] == ["s-1"]
    assert "title" not in machine.json("sessions")["sessions"][0]
    assert "There are no sessions that match 'zzz'" in machine.run("sessions", "zzz")
    assert "since:x is no day" in machine.try_run("sessions", "since:x").stderr
    assert "  make the export faster" in machine.run("sessions", "--titles").splitlines()


def test_an_agent_is_chosen_by_name_or_id_and_a_wrong_one_is_told_the_known_ones(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.session("s-1", PLANNED)
    assert len(machine.json("sessions", "--agent", "Claude Code")["sessions"]) == 1
    assert "with Codex" in machine.run("sessions", "--agent", "codex")
    assert "with Codex" in machine.run("list", "--agent", "codex")
    assert machine.json("list", "--agent", "claude-code")["rests_on"]["agent"] == "claude-code"
    assert "1 session with Claude Code, last 8 weeks" in " ".join(machine.run("list", "--agent", "claude-code").split())
    assert machine.json("show", "plan-first", "--agent", "codex")["moments"] == []
    told = machine.try_run("list", "--agent", "codx")
    assert told.returncode == 2
    assert "claude-code (Claude Code), codex (Codex)" in told.stderr


def test_a_session_is_told_as_a_story_with_the_command_that_takes_it_up(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.session("s-1", PLANNED, project="/home/sam/my shop")
    told = machine.run("session", "s-1", "--story")
    assert "  cd '/home/sam/my shop' && claude --resume s-1" in told.splitlines()
    assert "    rename the price column everywhere" in told.splitlines()
    assert "● plan first, by you" in told
    story = machine.json("session", "s-1", "--story")["session"]["story"]
    assert "rename" not in json.dumps(story)
    assert [b["act"] for b in story] == ["open", "prompt", "decision", "prompt"]
