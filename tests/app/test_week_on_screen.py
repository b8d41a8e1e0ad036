"""The week on the screen: what it says, what the person does with it, and how it is taken back."""

from __future__ import annotations

import re
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from made_up_counsel import a_delivery
from test_pictures import doing
from textual.widgets import Static

from accrete_coach.app.app import CoachApp
from accrete_coach.app.check_in import ONLY_YOU, QUESTIONS, CheckInScreen
from accrete_coach.app.pages import PageScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.app.week_view import NOT_ALLOWED, WeekScreen
from accrete_coach.coach import Update
from accrete_coach.layers import LAYERS
from accrete_coach.practice import load
from accrete_coach.suggestions import Tip


def coach() -> made_up.MadeUpCoach:
    of = load()
    return made_up.MadeUpCoach((Update(made_up.standings(of=of)),), of=of)


def said(app: CoachApp) -> str:
    return re.sub(r"\s+", " ", made_up.text(app))


async def test_the_week_says_what_moved_one_thing_one_moment_and_one_question(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert isinstance(app.screen, WeekScreen)
        shown = said(app)
        assert "Week 47, 17 to 23 November 2025. 9 sessions of yours, and 1 that began before." in shown
        assert "Moved: you asked for “plan first” in 7 of 8" in shown
        assert (
            "One thing to try: run a saved skill or command. You took part in 11 sessions; you ran a saved skill or command in 1."
            in shown
        )
        assert "Worth reading again: Sunday, acme-web: you agreed a plan first." in shown
        assert "A question: What was different when you did not have it look" in shown
        assert "When not to: A skill that does not fit costs more than none" in shown
        assert "Flow" not in shown
        await press(pilot, "d")
        app.screen.query_one("#week").scroll_end(animate=False)
        await settle(pilot)
        assert "You waited for the agent 1 h 30 min" in said(app)


async def test_what_became_of_the_commits_is_looked_up_with_the_details_alone(tmp_path: Path) -> None:
    told = coach()
    told.counsel.delivered = a_delivery(made_up.NOW)
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 90)) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "delivery" not in told.counsel.asked
        await press(pilot, "d")
        shown = said(app)
        assert "Delivery, your commits of the last 12 weeks as local git shows them" in shown
        assert "96 commits, 71 of them made in sessions." in shown
        assert "Rework: 12% of 4,210 lines you added were changed again within 14 days." in shown
        assert "Beside your focus: too few sessions to say anything." in shown
        assert "None of it is a score" in shown


async def test_where_no_repository_was_allowed_the_week_says_so(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=(100, 90)) as pilot:
        await settle(pilot)
        await press(pilot, "4", "d")
        assert NOT_ALLOWED in said(app)


async def test_taking_a_tip_up_makes_it_the_focus_and_undo_takes_it_back(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "a")
        assert told.counsel.running is not None
        assert told.counsel.running.practice == "use-saved"
        assert told.counsel.kept[0].answer == "accepted"
        shown = said(app)
        assert (
            "Your focus, “saved skill”: 6 occasions since, you in 4, the agent unasked in 1; before, you in 1 of 11. Growing."
            in shown
        )
        assert "One thing to try" not in shown, "one thing at a time"
        await press(pilot, "p")
        assert isinstance(app.screen, PageScreen)
        shown = said(app)
        for name in ("Baseline:", "Constraint:", "Plan:", "Do:", "Check:"):
            assert name in shown
        assert "When I begin something that I have done before, I type / and look for the skill." in shown
        await press(pilot, "escape", "u")
        assert told.counsel.running is None
        assert told.counsel.kept[0].answer == ""
        assert "One thing to try: run a saved skill or command." in said(app)


async def test_a_focus_can_be_ended_and_read_again(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "a", "p", "e", "escape", "b")
        assert told.counsel.running is None
        assert "When I begin something that I have done before" in said(app)
        assert "you ended it" in said(app)


async def test_later_puts_it_away_and_the_next_one_comes(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "l")
        assert (told.counsel.kept[0].practice, told.counsel.kept[0].answer) == ("use-saved", "later")
        assert "One thing to try: run a saved skill" not in said(app)
        await press(pilot, "i")
        assert re.search(r"saved skill: later, until \d+ Dec", said(app))
        await press(pilot, "escape", "u")
        assert told.counsel.kept[0].answer == ""


async def test_not_for_me_says_what_that_hides_and_is_taken_back(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "n")
        answers = [tip.answer for tip in told.counsel.kept]
        assert answers[0] == "not-for-me"
        assert "saved skill: not for you, and not suggested any more. It stays in the list" in said(app)
        await press(pilot, "u")
        assert told.counsel.kept[0].answer == ""


async def test_another_tip_passes_this_one_over(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "o")
        assert told.counsel.kept[0].answer == "passed"
        assert "One thing to try" in said(app)
        assert "One thing to try: run a saved skill" not in said(app)


async def test_y_copies_what_is_ready_to_use(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "y")
        assert app.clipboard == load()["use-saved"].words.ready


async def test_the_moment_is_read_again_where_it_happened(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "enter")
        assert isinstance(app.screen, TranscriptScreen)


async def test_other_weeks_and_longer_stretches_can_be_looked_at(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4", "left")
        assert "Week 46, 10 to 16 November 2025" in said(app)
        await press(pilot, "right", "right", "right", "right")
        assert "This week has not begun." in said(app)
        assert told.counsel.asked[-1] == "2025-W49", "there is no end to weeks that have not begun, so it stops at the first"
        await press(pilot, "left", "left", "m")
        assert "November 2025" in said(app)
        await press(pilot, "m")
        assert "Quarter 4 of 2025" in said(app)
        await press(pilot, "m", "m")
        assert "Week 47" in said(app)


async def test_quick_steps_back_go_as_far_as_was_asked(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        await made_up.hurry(pilot, "left", "left", "left")
        assert "Week 44" in said(app)


async def test_another_focus_has_the_delivery_looked_at_anew(tmp_path: Path) -> None:
    told = coach()
    told.counsel.delivered = a_delivery(made_up.NOW)
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 90)) as pilot:
        await settle(pilot)
        await press(pilot, "4", "d", "a")
        assert told.counsel.asked.count("delivery") == 2


async def test_how_a_week_felt_is_asked_only_where_the_person_wants_it(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "satisfied" not in said(app)
        await press(pilot, "c")
        assert isinstance(app.screen, CheckInScreen)
        assert ONLY_YOU in [str(part.render()) for part in app.screen.query(Static)]
        assert QUESTIONS[0] in said(app)
        await press(pilot, "9", "4", "backspace", "5", "3", "1", "up", "2")
        await press(pilot, *"calm")
        await press(pilot, "enter")
        felt = told.counsel.felt["2025-W47"]
        assert (felt.satisfaction, felt.flow, felt.alone, felt.note) == (5, 3, 2, "calm")
        await press(pilot, "d")
        app.screen.query_one("#week").scroll_end(animate=False)
        await settle(pilot)
        assert "satisfied 5 of 5, in flow 3 of 5, could have done it alone 2 of 5. calm" in said(app)
        await press(pilot, "u")
        assert not told.counsel.felt


async def test_the_layers_say_what_each_can_and_cannot(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=(120, 70)) as pilot:
        await settle(pilot)
        await press(pilot, "4", "w")
        for layer in LAYERS:
            assert layer.question in said(app)
            assert layer.cannot in said(app)


@pytest.mark.parametrize("state", ["empty", "few"])
async def test_a_week_that_says_little_says_so(tmp_path: Path, state: str) -> None:
    told = coach()
    setattr(told.counsel, state, True)
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        words = {"empty": "No session of yours in this week.", "few": "Too little to compare with the four weeks before."}
        assert words[state] in said(app)


async def test_a_week_that_cannot_be_counted_says_so(tmp_path: Path) -> None:
    told = coach()

    def fails(*_: object, **__: object) -> None:
        raise OSError

    told.counsel.week = fails  # type: ignore[method-assign, assignment]
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "The week could not be counted (OSError)" in said(app)


async def test_a_tip_that_nobody_answered_stays(tmp_path: Path) -> None:
    told = coach()
    told.counsel.kept.append(Tip(1, "task-list", made_up.NOW - made_up.DAY, 0, 3, 5))
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "One thing to try: keep a visible task list" in said(app)
        assert len(told.counsel.kept) == 1


@pytest.mark.parametrize("size", SIZES)
def test_the_look_of_the_week(snap_compare, tmp_path: Path, size: str) -> None:  # type: ignore[no-untyped-def]
    assert snap_compare(made_up.app(tmp_path, coach(), of=load()), terminal_size=SIZES[size], run_before=doing("4"))


@pytest.mark.parametrize("size", SIZES)
def test_the_look_of_the_details(snap_compare, tmp_path: Path, size: str) -> None:  # type: ignore[no-untyped-def]
    assert snap_compare(
        made_up.app(tmp_path, coach(), of=load()), terminal_size=SIZES[size], run_before=doing("4", "d", "pagedown")
    )


@pytest.mark.parametrize("keys", ["p", "i", "w", "b", "c"])
@pytest.mark.parametrize("size", ["narrow", "usual"])
def test_the_look_of_the_pages(snap_compare, tmp_path: Path, size: str, keys: str) -> None:  # type: ignore[no-untyped-def]
    assert snap_compare(made_up.app(tmp_path, coach(), of=load()), terminal_size=SIZES[size], run_before=doing("4", "a", keys))
