"""Filters combine, are visible, and are taken back; the page's picture of a year, its example and what was let pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, press, settle
from textual.pilot import Pilot
from textual.widgets import OptionList

from accrete_coach.app.app import CoachApp
from accrete_coach.app.entries import MomentList, PassedList
from accrete_coach.app.example import ExampleScreen
from accrete_coach.app.filter_screen import Choices, FilterScreen
from accrete_coach.app.filters import ALL, Filters
from accrete_coach.app.practices_view import PracticesScreen
from accrete_coach.app.session_page import StoryScreen
from accrete_coach.app.year import AGENT, PASSED, YOU, year
from accrete_coach.coach import MomentView, Update
from accrete_coach.practice import load
from accrete_coach.standings import Standings, State


class Asked(made_up.MadeUpCoach):
    """Keeps which sessions it was asked to count."""

    def standings(self, weeks: int = 8, *, project: str | None = None, agent: str | None = None) -> Standings:
        self.asked.append(f"{weeks} {project} {agent}")
        told = made_up.standings()
        return replace(told, basis=replace(told.basis, weeks=weeks, sessions=7))


def view(app: CoachApp) -> PracticesScreen:
    screen = app.screen_stack[0]
    assert isinstance(screen, PracticesScreen)
    return screen


async def looked_up(app: CoachApp, pilot: Pilot[Any]) -> None:
    """Wait for what the page shows of the person's own sessions: it is asked once the cursor rests."""
    for _ in range(1_000):
        if view(app).page.trend is not None:
            break
        await pilot.pause(0.01)
    await settle(pilot)


def test_filters_describe_themselves_and_keep_what_all_of_them_keep() -> None:
    chosen = Filters(
        weeks=4, project="/home/ada/shop", agent="codex", states=frozenset({State.NOT_YET}), families=frozenset({"verify"})
    )
    assert chosen.words == ("last 4 weeks", "project shop", "Codex", "not yet", "Verify and ship")
    assert Filters(weeks=0).words == ("all time",)
    assert ALL.words == ()
    standings = made_up.standings()
    kept = [s.practice.id for s in standings if chosen.keeps(s.practice.family, s)]
    assert kept == ["failing-first"]
    assert chosen.keeps("verify", None) is False


async def test_w_counts_another_window_and_says_so(tmp_path: Path) -> None:
    coach = Asked(made_up.settled())
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        assert "▾" not in made_up.text(app)
        await press(pilot, "w")
        assert coach.asked[-1] == "26 None None"
        shown = made_up.text(app)
        assert "▾ last 26 weeks" in shown
        assert "7 sessions, last 26 weeks" in shown
        await press(pilot, "w", "w")
        assert coach.asked[-1] == "1 None None"
        await press(pilot, "escape")
        assert app.now_shown.filters == ALL
        assert "▾" not in made_up.text(app)
        assert "41 sessions, last 8 weeks" in made_up.text(app)


async def test_choices_combine_and_take_effect_behind_the_list(tmp_path: Path) -> None:
    coach = Asked(made_up.settled())
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        assert isinstance(app.screen, FilterScreen)
        choices = app.screen.query_one(Choices)

        async def choose(words: str) -> None:
            for n in range(choices.option_count):
                if words in str(choices.get_option_at_index(n).prompt):
                    choices.highlighted = n
            await press(pilot, "space")

        await choose("not yet")
        await choose("Verify and ship")
        assert view(app).rows.order == ("failing-first",)
        await choose("Codex")
        await choose("ledger")
        assert coach.asked[-1] == "8 /home/ada/code/ledger codex"
        await press(pilot, "escape")
        shown = made_up.text(app)
        assert "▾ project ledger · Codex · not yet · Verify and ship" in shown
        assert "1 of 12 practices" in shown
        await press(pilot, "slash", "z", "q")
        assert view(app).rows.order == ()
        await press(pilot, "escape")
        assert view(app).rows.order == ("failing-first",)
        await press(pilot, "f", "c", "escape")
        assert app.now_shown.filters == ALL


async def test_a_choice_that_is_chosen_again_is_taken_back(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, Asked(made_up.settled()))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "f", "enter")
        assert app.now_shown.filters == Filters(weeks=1)
        await press(pilot, "enter")
        assert app.now_shown.filters == ALL


async def test_where_every_filter_keeps_nothing_a_sentence_says_so(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        app.filter(Filters(states=frozenset({State.DISPUTED})))
        await settle(pilot)
        assert view(app).rows.order == ()
        assert "No practice is left" in made_up.text(app)


async def test_the_page_counts_what_the_filters_leave_and_asks_for_those_moments(tmp_path: Path) -> None:
    seen: list[tuple[str | None, str | None]] = []

    class Narrow(Asked):
        def moments(
            self, practice: str, limit: int = 40, *, project: str | None = None, agent: str | None = None
        ) -> tuple[MomentView, ...]:
            seen.append((project, agent))
            return super().moments(practice, limit)

    app = made_up.app(tmp_path, Narrow(made_up.settled()))
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        app.filter(Filters(project="/home/ada/notes"))
        await settle(pilot)
        await press(pilot, "j")
        await looked_up(app, pilot)
        assert seen[-1] == ("/home/ada/notes", None)


async def test_p_plays_an_example_act_by_act_until_it_is_noticed(tmp_path: Path) -> None:
    catalogue = load()
    app = made_up.app(tmp_path, of=catalogue)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        while view(app).rows.cursor != "read-diff":
            await press(pilot, "j")
        await press(pilot, "p")
        assert isinstance(app.screen, ExampleScreen)
        assert "example 1 of" in made_up.text(app)
        assert "so far" in made_up.text(app)
        await press(pilot, *["enter"] * 12)
        shown = made_up.text(app)
        assert "● seen, by you  in the end" in shown
        assert "▶ run git commit" in shown
        await press(pilot, "left")
        assert "so far" in made_up.text(app)
        await press(pilot, "n")
        assert "example 2 of" in made_up.text(app)
        await press(pilot, "y")
        assert app.clipboard.strip() == catalogue["read-diff"].sketches[1].text.strip()
        await press(pilot, "escape")
        assert isinstance(app.screen, PracticesScreen)


async def test_space_lets_it_play_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accrete_coach.app.example.PACE", 0.02)
    app = made_up.app(tmp_path, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "p", "space")
        for _ in range(500):
            if "in the end" in made_up.text(app):
                break
            await pilot.pause(0.02)
        assert "in the end" in made_up.text(app)


async def test_the_page_shows_the_year_and_the_sessions_that_let_it_pass(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=(100, 90)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "enter")
        await looked_up(app, pilot)
        shown = made_up.text(app)
        assert "Not seen in" in shown
        assert "22 Nov 15:00  ledger" in shown
        assert "source gone" in shown
        assert "you asked for it in" in shown
        assert YOU in shown
        await press(pilot, "enter")
        assert isinstance(app.focused, MomentList)
        await press(pilot, *["j"] * 11)
        there: object = app.focused
        assert isinstance(there, PassedList)
        await press(pilot, "k")
        assert isinstance(app.focused, OptionList)


def test_the_bars_of_a_year_are_one_column_a_week_and_as_high_as_the_sessions() -> None:
    trend = made_up.a_year("read-diff")
    for width, weeks in ((70, 52), (40, 26)):
        lines = year(trend, width).plain.splitlines()
        bars = [line.partition("┤")[2] or line.partition("│")[2] for line in lines if "┤" in line or "│" in line]
        assert max(map(len, bars)) <= weeks
        bottom = bars[-2]
        drawn = "".join(YOU if w.you else AGENT if w.happened else PASSED if w.applied else " " for w in trend.weeks[-weeks:])
        assert bottom[:weeks].rstrip() == drawn.rstrip()
        assert any(f"{datetime(2025, 10, 1, tzinfo=UTC):%b}" in line for line in lines)
    assert len(year(trend, 20).plain.splitlines()) == 1


async def test_t_shows_all_practices_over_a_year_with_a_column_for_each_week(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        shown = made_up.text(app)
        assert "your year" in shown
        assert made_up.a_year("scout").row in shown
        await pilot.resize_terminal(*SIZES["wide"])
        await settle(pilot)
        assert made_up.a_year("scout").word in made_up.text(app)
        await pilot.resize_terminal(*SIZES["narrow"])
        await settle(pilot)
        rows = [line for line in made_up.text(app).splitlines() if "coherent" in line or "one change a commit" in line]
        assert rows[0].rstrip().endswith(made_up.a_year("coherent-commit").row[-10:])
        await press(pilot, "escape")
        assert isinstance(app.screen, PracticesScreen)


async def test_a_session_that_let_it_pass_opens_its_story(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        await looked_up(app, pilot)
        await press(pilot, "enter", "enter")
        story: object = app.screen
        assert isinstance(story, StoryScreen)
        assert story.line == made_up.session_lines()[0]
        await press(pilot, "escape")
        assert isinstance(app.focused, PassedList)


async def test_beside_a_list_of_nothing_no_page_is_shown_until_something_is_found_again(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        assert "Why" in made_up.text(app)
        await press(pilot, "slash", *"xyzzy")
        assert "Why" not in made_up.text(app)
        await press(pilot, "escape")
        assert "Why" in made_up.text(app)


async def test_a_strip_has_two_columns_only_for_more_practices_than_it_has_lines(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["strip"]) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert view(app).rows._grid
        app.filter(replace(ALL, states=frozenset({State.NOT_YET})))
        await settle(pilot)
        assert not view(app).rows._grid
        assert "you  0 · seen  0 · of  6" in made_up.text(app)


@pytest.mark.parametrize("keys", [(), ("a",), ("2",), ("3",), ("j", "j", "j", "enter"), ("s",)], ids=str)
async def test_hardly_any_room_cuts_neither_a_view_nor_a_key_and_gives_all_back(tmp_path: Path, keys: tuple[str, ...]) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach((Update(made_up.standings(), now=made_up.running()),)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        before = made_up.text(app)
        await pilot.resize_terminal(20, 6)
        await settle(pilot)
        title, *body, foot = made_up.text(app).split("\n")[:6]
        assert set(title.replace("●", "").split()) <= {"Practices", "Now", "Sessions", "Week", "Sharing"}
        assert any("›" in line for line in body) or "enter" in keys
        assert foot.split()[-1] in ("open", "back", "help", "story", "find", "moments", "show")
        await pilot.resize_terminal(*SIZES["usual"])
        await settle(pilot)
        assert made_up.text(app) == before


async def test_the_row_of_the_cursor_is_shown_when_all_come_into_a_small_list(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=(20, 6)) as pilot:
        await settle(pilot)
        await press(pilot, "end", "a")
        assert view(app).rows.cursor == "read-diff"
        assert "› ◐ read the" in made_up.text(app)
