""" "That's wrong": said on a reading or a practice, kept in the profile, shown at once, and taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import SIZES, press, settle
from textual.pilot import Pilot
from textual.widgets import Input, Static

from accrete_coach.app.app import CoachApp
from accrete_coach.app.frame import Here
from accrete_coach.app.practices_view import PracticesScreen
from accrete_coach.app.sessions_view import SessionsScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.app.wrong import WrongScreen
from accrete_coach.coach import Coach
from accrete_coach.practice import Catalogue, load
from accrete_coach.profile import Choice, Correction
from accrete_coach.standings import State
from faults.made import ASK, WORK, Tree, coach_of, places_of


class Said:
    """A person with one session or more, and the app on their profile."""

    def __init__(self, folder: Path, *texts: str) -> None:
        self.places = places_of(folder)
        self.tree = Tree(folder / "claude")
        for n, text in enumerate(texts or (WORK,)):
            self.tree.add(f"s{n}", text)
        coach = self.coach()
        coach.scan()
        coach.close()

    def coach(self) -> Coach:
        return coach_of(self.places)

    def app(self) -> CoachApp:
        return CoachApp(self.places, load(()), self.coach, zone=UTC)

    def corrections(self) -> list[tuple[str, str, str, str | None, str]]:
        coach = self.coach()
        try:
            return [(c.session, c.practice, c.word, c.by, c.because) for c in coach.profile.corrections()]
        finally:
            coach.close()

    def choices(self) -> dict[str, tuple[str, str]]:
        coach = self.coach()
        try:
            return {c.practice: (c.choice, c.because) for c in coach.profile.choices().values()}
        finally:
            coach.close()


def view(app: CoachApp) -> PracticesScreen:
    screen = app.screen
    assert isinstance(screen, PracticesScreen)
    return screen


async def to(app: CoachApp, pilot: object, practice: str) -> None:
    """The page of a practice."""
    rows = view(app).rows
    rows.everything = True
    await settle(pilot)  # type: ignore[arg-type]
    for _ in rows.order:
        if rows.cursor == practice:
            break
        await pilot.press("j")  # type: ignore[attr-defined]
    assert rows.cursor == practice
    await press(pilot, "enter")  # type: ignore[arg-type]
    while view(app).page.moments is None:
        await pilot.pause(0.01)  # type: ignore[attr-defined]
    await settle(pilot)  # type: ignore[arg-type]


def words(app: CoachApp) -> str:
    return " ".join(made_up.text(app).split())


def state(app: CoachApp, practice: str) -> tuple[State, int, int]:
    standing = app.now_shown.standing(practice)
    assert standing is not None
    return standing.state, standing.you, standing.corrected


async def until_corrected(app: CoachApp, pilot: Pilot[Any], practice: str, times: int) -> None:
    """Wait for the state to say it: it is counted in a thread, which others may hold up."""
    for _ in range(500):
        standing = app.now_shown.standing(practice)
        if standing is not None and standing.corrected == times:
            return
        await pilot.pause(0.01)
    raise AssertionError("the state did not change")


async def test_a_moment_is_called_wrong_and_the_state_changes_at_once(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        assert state(app, "read-diff")[1:] == (1, 0)
        await press(pilot, "enter", "x")
        assert isinstance(app.screen, WrongScreen)
        assert re.search(r"read the diff in shop, \d+ [A-Z][a-z]{2}: seen, by you", words(app))
        assert "1 wrong: it did not happen" in words(app)
        await press(pilot, "1")
        assert person.corrections() == [("s0", "read-diff", "not-seen", None, "")]
        assert state(app, "read-diff")[1:] == (0, 1)
        assert "counts as not seen from now on. u undoes it." in words(app)
        while view(app).page.moments:
            await pilot.pause(0.01)
        await press(pilot, "u")
        assert person.corrections() == []
        assert state(app, "read-diff")[1:] == (1, 0)
        assert "Taken back: " in words(app)


@pytest.mark.parametrize("keys", [("enter", "enter"), ("tab", "n", "o", "enter", "enter"), ("1", "1"), ("escape", "escape")])
async def test_twice_in_a_hurry_says_it_once(tmp_path: Path, keys: tuple[str, ...]) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "x")
        assert isinstance(app.screen, WrongScreen)
        await made_up.hurry(pilot, *keys)
        assert isinstance(app.screen, PracticesScreen)
        assert len(person.corrections()) == (0 if "escape" in keys else 1)


async def test_a_reason_is_kept_with_it_and_enter_takes_what_is_under_the_cursor(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "x", "j", "tab", *"1 x", "enter")
        assert person.corrections() == [("s0", "read-diff", "seen", "agent", "1 x")]
        assert not isinstance(app.screen, WrongScreen)


async def test_escape_closes_and_changes_nothing(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "x", "tab", "a", "escape")
        assert not isinstance(app.screen, WrongScreen)
        assert person.corrections() == []
        await press(pilot, "u")
        assert person.corrections() == []


async def test_a_session_that_let_it_pass_is_said_to_have_been_missed(tmp_path: Path) -> None:
    person = Said(tmp_path, "you: make the export faster\nedit app/export.py +25\nedit app/rates.py +8\nreply: done")
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "run-check")
        await press(pilot, "enter", "x")
        assert "1 missed: I asked for it" in words(app)
        await press(pilot, "1")
        assert person.corrections() == [("s0", "run-check", "seen", "you", "")]
        await press(pilot, "x")
        # The session is of those that let it pass no more: the practice as a whole is meant, or its moment.
        assert isinstance(app.screen, WrongScreen)


async def test_a_transcript_is_of_its_reading(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, TranscriptScreen)
        await press(pilot, "x", "3")
        assert person.corrections() == [("s0", "read-diff", "not-applicable", None, "")]
        assert isinstance(app.screen, TranscriptScreen)
        assert "counts as no occasion from now on" in words(app)


async def test_a_transcript_is_of_its_reading_though_another_practice_has_the_same_name(tmp_path: Path) -> None:
    person = Said(tmp_path)
    known = load(())
    read_diff = known["read-diff"]
    own = replace(read_diff, id="own-diff", title="another way to look at it")
    app = CoachApp(
        person.places, Catalogue((own, *known.practices), (), {p.id: p for p in (own, *known.practices)}), person.coach, zone=UTC
    )
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, TranscriptScreen)
        assert app.screen.reading_here() == Here("read-diff", ("claude-code", "s0"))
        await press(pilot, "x", "3")
        assert [c[:3] for c in person.corrections()] == [("s0", "read-diff", "not-applicable")]


async def test_a_transcript_that_is_of_no_reading_offers_nothing_to_call_wrong(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        story = app.screen
        assert isinstance(story, SessionsScreen)
        for _ in range(500):
            if story.story.told is not None:
                break
            await pilot.pause(0.01)  # The story is read once the cursor rests.
        await press(pilot, "enter")
        assert app.focused is story.story
        while story.reading_here() is not None:
            await press(pilot, "j")
        await press(pilot, "enter")
        assert isinstance(app.screen, TranscriptScreen)
        assert app.screen.reading_here() is None
        await press(pilot, "x")
        assert isinstance(app.screen, TranscriptScreen)


@pytest.mark.parametrize("size", ["usual", "wide"])
async def test_a_reading_in_the_story_of_a_session_is_called_wrong(tmp_path: Path, size: str) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        await press(pilot, "3", "enter")
        for _ in range(40):
            screen = app.screen
            at = screen.reading_here()  # type: ignore[attr-defined]
            if at is not None:
                break
            await press(pilot, "j")
        assert at is not None
        await press(pilot, "x", "1")
        ((session, practice, _, _, _),) = person.corrections()
        assert (session, practice) == ("s0", at.practice)
        await press(pilot, "u")
        assert person.corrections() == []


async def test_a_practice_as_a_whole_is_chosen_and_chosen_back(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        practice = view(app).rows.cursor
        await press(pilot, "x")
        assert "as a whole" in words(app)
        assert "what matters now leaves it out; u takes it back" in str(app.screen.query_one("#hides", Static).content)
        await press(pilot, "1")
        assert person.choices() == {practice: ("elsewhere", "")}
        assert practice not in view(app).rows.order
        await press(pilot, "u")
        assert person.choices() == {}
        assert practice in view(app).rows.order


async def test_undo_goes_back_through_all_that_was_said_in_this_run(tmp_path: Path) -> None:
    person = Said(tmp_path)
    before = person.coach()
    session = before.profile.sessions()[0]
    before.correct(session, "read-diff", "seen", "agent", "of old")
    before.close()
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "x", "2", "enter", "x")
        assert "(you said so; read: seen, by you)" in str(app.screen.query_one("#stands", Static).content)
        await press(pilot, "1")
        assert person.corrections() == [("s0", "read-diff", "not-seen", None, "")]
        assert person.choices() == {"read-diff": ("not-for-me", "")}
        await press(pilot, "u")
        assert person.corrections() == [("s0", "read-diff", "seen", "agent", "of old")], "what was said before is back"
        await press(pilot, "u")
        assert person.choices() == {}
        await press(pilot, "u", "u")
        assert person.corrections() == [("s0", "read-diff", "seen", "agent", "of old")], "only this run is undone"


async def test_what_was_said_before_can_be_taken_back_where_it_stands(tmp_path: Path) -> None:
    person = Said(tmp_path)
    before = person.coach()
    before.correct(before.profile.sessions()[0], "read-diff", "seen", "agent", "of old")
    before.close()
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "x")
        assert "4 as it was read: seen, by you" in words(app)
        await press(pilot, "4")
        assert person.corrections() == []
        await press(pilot, "u")
        assert person.corrections() == [("s0", "read-diff", "seen", "agent", "of old")]


async def test_where_nothing_can_be_kept_the_sentence_is_shown_and_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        holder = person.coach()
        holder.profile.db.execute("PRAGMA busy_timeout=0")
        holder.profile.db.execute("BEGIN IMMEDIATE")
        made = person.coach

        def hasty() -> Coach:
            coach = made()
            coach.profile.db.execute("PRAGMA busy_timeout=20")
            return coach

        app.make_coach = hasty
        await press(pilot, "enter", "x", "1")
        assert "Not kept: " in words(app)
        assert "another process has held the profile" in words(app)
        holder.profile.db.execute("ROLLBACK")
        holder.close()
        assert person.corrections() == []
        assert state(app, "read-diff")[1:] == (1, 0)
        await press(pilot, "x", "1")
        assert person.corrections() == [("s0", "read-diff", "not-seen", None, "")], "the next try is kept"


async def test_a_profile_in_memory_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        made = person.coach

        def unkept() -> Coach:
            coach = made()
            coach.profile.path = None
            return coach

        app.make_coach = unkept
        await press(pilot, "enter", "x", "1")
        assert "nothing can be kept there now, so nothing was changed" in words(app)
        assert person.corrections() == []
        await press(pilot, "u")
        assert person.corrections() == []


async def test_what_is_pasted_as_a_reason_passes_the_gate(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["narrow"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "x", "tab")
        app.screen.query_one(Input).value = "a\x1b]52;c;aGk=\x07 \u202e[bold]b[/]" + "z" * 1_000
        await press(pilot, "enter")
        ((*_, because),) = person.corrections()
        assert "\x1b" not in because
        assert "\u202e" not in because
        assert "[bold]b[/]" in because
        assert len(because) <= 200


async def test_a_project_of_hostile_letters_is_named_literally(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s0", WORK, project="/home/sam/[bold]\x1b[2J\u202eshop")
    person = Said(tmp_path, ASK)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        await press(pilot, "enter", "x")
        assert isinstance(app.screen, WrongScreen)
        assert "[bold]" in words(app)
        assert "\x1b" not in words(app)
        assert "\u202e" not in words(app)


async def test_x_is_not_offered_where_there_is_nothing_to_call_wrong(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "5", "x")
        assert not isinstance(app.screen, WrongScreen)
        assert not app.check_action("wrong", ())
        assert not app.check_action("undo", ())


async def test_letters_typed_to_find_something_say_nothing(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"x u")
        assert app.screen.query_one("#find", Input).value == "x u"
        assert not isinstance(app.screen, WrongScreen)


def test_what_is_put_back_is_all_that_was_said(tmp_path: Path) -> None:
    person = Said(tmp_path)
    coach = person.coach()
    session = coach.profile.sessions()[0]
    assert coach.correct(session, "read-diff", "not-seen", None, "first") is None
    before = coach.correct(session, "read-diff", "seen", "agent", "second")
    assert isinstance(before, Correction)
    assert (before.word, before.because) == ("not-seen", "first")
    coach.put_correction(session.agent, session.id, "read-diff", before)
    assert coach.profile.corrections() == [before]
    assert coach.put_correction(session.agent, session.id, "read-diff", None) == before
    assert coach.choose("read-diff", "elsewhere", "why") is None
    chosen = coach.choose("read-diff", "not-for-me")
    assert isinstance(chosen, Choice)
    assert (chosen.choice, chosen.because) == ("elsewhere", "why")
    coach.put_choice("read-diff", chosen)
    assert coach.choice("read-diff") == chosen
    coach.close()
