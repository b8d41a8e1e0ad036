"""The views of what runs, of the week, and of what leaves the machine."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, press, settle
from test_pictures import doing
from textual.widgets import Static

from accrete_coach.app.frame import Title
from accrete_coach.app.now_view import LOOKING, MEANS, NowScreen
from accrete_coach.app.picture import MOST_LOGGED, Picture
from accrete_coach.app.practices_view import PracticesScreen
from accrete_coach.app.session_page import StoryScreen
from accrete_coach.app.sharing_view import SharingScreen
from accrete_coach.app.week_view import WeekScreen
from accrete_coach.app.year_screen import YearScreen
from accrete_coach.coach import Update
from accrete_coach.finding import SessionLine
from accrete_coach.leaves import check, leaves
from accrete_coach.now import Now
from accrete_coach.standings import State


def coach(sessions: int = 3) -> made_up.MadeUpCoach:
    return made_up.MadeUpCoach((Update(made_up.standings(), now=made_up.running(sessions)),))


async def test_who_waits_for_the_person_comes_first_with_what_is_open(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert isinstance(app.screen, NowScreen)
        shown = made_up.text(app)
        assert shown.index("acme-web") < shown.index("ledger") < shown.index("notes")
        assert "› ● acme-web Claude Code waits for you 4 min" in re.sub(" +", " ", shown)
        assert "tests green  5 min ago" in shown
        assert "○ 3 files edited since the last commit" in shown
        assert "▸ ledger" in shown
        assert "at work 2 min" in shown
        assert "quiet 12 min" in shown


async def test_the_tab_says_that_somebody_waits_wherever_the_person_is(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, PracticesScreen)
        assert "2 Now●" in made_up.text(app)
        app._follower._tell(Update(now=Now((), made_up.NOW)))
        for _ in range(300):
            if app.now_shown.now == Now((), made_up.NOW):
                break
            await pilot.pause(0.01)
        await settle(pilot)
        assert "2 Now●" not in made_up.text(app)
        assert "2 Now" in made_up.text(app)


async def test_help_says_what_the_signs_mean_in_the_view_in_front(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach())
    async with app.run_test(size=(100, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "question_mark")
        shown = [str(part.render()) for part in app.screen.query(Static)]
        for sign, words in MEANS:
            assert shown[shown.index(words) - 1] == sign
        assert not any(f"{state.glyph} {state.value}" in shown for state in State), "the same glyphs say something else there"
        await press(pilot, "escape", "1", "question_mark")
        shown = [str(part.render()) for part in app.screen.query(Static)]
        assert shown[shown.index("a session waits for you") - 1] == "●"
        assert f"{State.HABIT.glyph} {State.HABIT.value}" in shown


async def test_an_occasion_for_the_focus_is_one_quiet_line(tmp_path: Path) -> None:
    running = made_up.running(2)
    reminded = running._replace(running=(running.running[0]._replace(cue="look at the diff"), *running.running[1:]))
    app = made_up.app(tmp_path, made_up.MadeUpCoach((Update(made_up.standings(), now=reminded),)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert made_up.text(app).count("◆ your focus: look at the diff") == 1
        assert made_up.text(app).count("your focus") == 1


async def test_before_the_coach_looked_nobody_is_said_to_be_absent(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach((Update(made_up.standings()),)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert app.now_shown.now is None
        assert "No session is running" not in made_up.text(app)
        assert LOOKING in made_up.text(app)


async def test_who_waits_is_said_in_one_piece_where_it_is_narrow(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach())
    async with app.run_test(size=SIZES["narrow"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert "waits for you 4 min" in made_up.text(app)
        assert "Claude Code  at work 2 min" in made_up.text(app)


async def test_time_passes_without_anything_new(tmp_path: Path) -> None:
    minutes = [0]
    app = made_up.app(tmp_path, coach(1))
    app.clock = lambda: made_up.NOW / 1000 + minutes[0] * 60
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert "waits for you 4 min" in made_up.text(app)
        minutes[0] = 3
        app._time_passes()
        await settle(pilot)
        assert "waits for you 7 min" in made_up.text(app)
        minutes[0] = 40
        app._time_passes()
        await settle(pilot)
        assert "No session is running" in made_up.text(app)
        assert not app.screen.query_one(Title).waits


async def test_the_cursor_moves_and_enter_opens_the_story(tmp_path: Path) -> None:
    lines = made_up.session_lines()
    told = coach()
    told.listed = (lines[0]._replace(id="s1"), *lines[1:])
    app = made_up.app(tmp_path, told)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2", "j", "enter")
        story: object = app.screen
        assert isinstance(story, StoryScreen)
        assert story.line.id == "s1"
        await press(pilot, "escape", "k", "enter")
        assert "not in the profile yet" in made_up.text(app)


async def test_y_copies_what_resumes_the_session(tmp_path: Path) -> None:
    class Resumes(made_up.MadeUpCoach):
        def resume_command(self, line: SessionLine) -> str:
            return f"claude --resume {line.id}"

    told = Resumes((Update(made_up.standings(), now=made_up.running()),))
    told.listed = (made_up.session_lines()[0]._replace(id="s0"),)
    app = made_up.app(tmp_path, told)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2", "y")
        assert app.clipboard == "claude --resume s0"


async def test_where_nothing_runs_a_sentence_says_what_would(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(0))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        shown = " ".join(made_up.text(app).split())
        assert "No session is running" in shown
        assert "accrete-coach now --line" in shown
        await press(pilot, "escape")
        assert isinstance(app.screen, PracticesScreen)


def test_what_happens_is_logged_once_and_the_newest_first() -> None:
    picture = Picture(made_up.catalogue()).after(Update(now=made_up.running()))
    assert picture.log == (), "what was before the app was opened is not news"
    first, *others = made_up.running().running
    for n in range(MOST_LOGGED + 5):
        one = first._replace(just=f"step {n}", just_at=made_up.NOW + n)
        picture = picture.after(Update(now=Now((one, *others), made_up.NOW)))
        picture = picture.after(Update(now=Now((one, *others), made_up.NOW)))
    assert len(picture.log) == MOST_LOGGED
    assert [one.just for one in picture.log[:2]] == [f"step {MOST_LOGGED + 4}", f"step {MOST_LOGGED + 3}"]


def test_what_was_before_the_app_was_opened_is_no_news_whenever_it_is_found() -> None:
    first, *others = made_up.running().running
    picture = Picture(made_up.catalogue()).after(Update(now=Now(tuple(others), made_up.NOW)))
    picture = picture.after(Update(now=Now((first, *others), made_up.NOW + 1_000)))
    assert first.just_at < made_up.NOW
    assert picture.log == ()


def test_a_session_that_comes_back_is_not_logged_twice_and_the_log_stays_in_order() -> None:
    first, second, *_ = made_up.running().running
    green = first._replace(just="tests green", just_at=made_up.NOW + 1_000)
    done = second._replace(just="committed", just_at=made_up.NOW + 2_000)
    picture = Picture(made_up.catalogue()).after(Update(now=Now((first, second), made_up.NOW)))
    for some in ((green, second), (second,), (done,), (green, done)):
        picture = picture.after(Update(now=Now(some, made_up.NOW)))
    assert [one.just for one in picture.log] == ["committed", "tests green"]


async def test_hostile_names_of_projects_stay_letters(tmp_path: Path) -> None:
    one = made_up.running(1).running[0]._replace(project="/home/x/[red]a\x1b]0;t\x07\u202eb", just="\x9b2J[b]x")
    app = made_up.app(tmp_path, made_up.MadeUpCoach((Update(made_up.standings(), now=Now((one,), made_up.NOW)),)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        shown = made_up.text(app)
        assert "[red]a" in shown
        assert "[b]x" in shown
        assert "\x1b]0" not in shown
        assert "\u202e" not in shown


async def test_t_shows_the_year_from_the_week(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert isinstance(app.screen, WeekScreen)
        await press(pilot, "t")
        year: object = app.screen
        assert isinstance(year, YearScreen)
        await press(pilot, "escape", "escape")
        back: object = app.screen
        assert isinstance(back, PracticesScreen)


async def test_sharing_says_what_leaves_and_copies_how_to_check(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert isinstance(app.screen, SharingScreen)
        shown = " ".join(made_up.text(app).split())
        assert "Nothing leaves this machine." in shown
        assert "/home/ada/.claude/projects" in shown
        assert app.screen.query_one("#leaves").has_focus
        await press(pilot, "y")
        assert app.clipboard == leaves(app.places).check.command
        await press(pilot, "j", "k", "escape")
        back: object = app.screen
        assert isinstance(back, PracticesScreen)


def test_the_check_is_of_the_platform_and_the_weaker_one_says_so() -> None:
    assert "strace" in check("linux").command
    assert "weaker" in check("darwin").says
    assert "strace" not in check("darwin").command


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("sessions", [0, 1, 3])
def test_now_looks_as_before(snap_compare: Any, tmp_path: Path, sessions: int, size: tuple[int, int]) -> None:
    assert snap_compare(made_up.app(tmp_path, coach(sessions)), terminal_size=size, run_before=doing("2"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_sharing_looks_as_before(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    app = made_up.app(tmp_path)
    own = Path("/home/ada/.local/share/accrete-coach")
    app.places = replace(app.places, home=own, config=Path("/home/ada/.config/accrete-coach"))
    assert snap_compare(app, terminal_size=size, run_before=doing("5"))
