"""All that the person said stands in one list, and each of it can be taken back there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from test_hostile_text import HOSTILE, steering
from test_wrong import Said, until_corrected, view, words

from accrete_coach.app.app import CoachApp
from accrete_coach.app.audit_walk import AuditScreen
from accrete_coach.app.frame import Here
from accrete_coach.app.said import SaidScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.app.wrong import WrongScreen
from accrete_coach.corrections import Sayings
from accrete_coach.practice import Word
from accrete_coach.profile import Choice
from faults.made import ASK, WORK, environment


def told(folder: Path) -> Said:
    """Someone who corrected two readings, one of a session that is not in the profile, and chose once."""
    person = Said(folder, WORK, ASK)
    coach = person.coach()
    sessions = {s.id: s for s in coach.profile.sessions()}
    at = [1_000]

    def correct(session: str, practice: str, word: Word, because: str = "") -> None:
        at[0] += 1
        with coach.profile.change():
            coach.profile.correct("claude-code", session, practice, word, None, because, at[0])

    correct("gone-1", "plan-first", "not-seen")
    correct(sessions["s0"].id, "read-diff", "not-seen", "only the names")
    coach.choose("scout", "elsewhere", "at work")
    coach.close()
    return person


def rows(app: CoachApp) -> SaidScreen:
    screen = app.screen
    assert isinstance(screen, SaidScreen)
    return screen


async def test_everything_that_was_said_stands_there_the_newest_first(tmp_path: Path) -> None:
    app = told(tmp_path).app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s")
        shown = words(app)
        parts = [
            "scout as a whole you said: I do this elsewhere because: at work",
            "read the diff shop, ",
            "read: seen, by you → you said: not seen because: only the names",
            "session gone-1, in the profile no more it is read no more → you said: not seen",
            "2 corrections · 1 choice · kept in your profile only",
        ]
        at = [shown.find(part) for part in parts]
        assert -1 not in at, [part for part, where in zip(parts, at, strict=True) if where < 0]
        assert at == sorted(at)
        await press(pilot, "escape")
        assert view(app)


async def test_j_and_k_move_and_stop_at_the_ends(tmp_path: Path) -> None:
    app = told(tmp_path).app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s")
        at = []
        for key in ("k", "j", "j", "j", "k"):
            await press(pilot, key)
            at.append(rows(app).rows.highlighted)
        assert at == [0, 1, 2, 2, 1]


@pytest.mark.parametrize("key", ["u", "delete"])
async def test_what_is_under_the_cursor_is_taken_back_and_said_again(tmp_path: Path, key: str) -> None:
    person = told(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s", "j", key)
        assert [c[:2] for c in person.corrections()] == [("gone-1", "plan-first")]
        assert person.choices() == {"scout": ("elsewhere", "at work")}
        assert "read the diff: what you said is taken back. r says it again." in words(app)
        assert "only the names" not in words(app)
        await until_corrected(app, pilot, "read-diff", 0)
        await press(pilot, "r")
        assert ("s0", "read-diff", "not-seen", None, "only the names") in person.corrections()
        await press(pilot, "home", key, "end", key)
        assert person.choices() == {}
        assert [c[1] for c in person.corrections()] == ["read-diff"], "also of a session that is no more"


async def test_enter_opens_the_moment_and_says_where_there_is_none(tmp_path: Path) -> None:
    person = told(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s", "enter")
        assert "said of the practice as a whole" in words(app)
        await press(pilot, "j", "enter")
        assert isinstance(app.screen, TranscriptScreen)
        assert "▶ " in words(app)
        await press(pilot, "escape", "j", "enter")
        assert "The session is in the profile no more, so there is nothing to show." in words(app)
        assert rows(app)


async def test_a_transcript_that_is_gone_is_told_of(tmp_path: Path) -> None:
    person = told(tmp_path)
    person.tree.path("s0").unlink()
    coach = person.coach()
    coach.scan()
    coach.close()
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s", "j")
        assert "source gone" in words(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, TranscriptScreen)
        assert "The transcript is gone: the agent deleted it." in words(app)


async def test_y_copies_a_command_that_draws_the_session(tmp_path: Path) -> None:
    person = told(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s", "y")
        assert app.clipboard == "", "a choice has no session"
        await press(pilot, "j", "y")
        assert app.clipboard == "accrete-coach corrections --sketch s0 read-diff"
        await press(pilot, "j", "y")
        assert app.clipboard.endswith("s0 read-diff"), "a session that is no more cannot be drawn"
    drawn = subprocess.run(
        [sys.executable, "-m", "accrete_coach", *app.clipboard.split()[1:]],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert drawn.returncode == 0, drawn.stderr
    assert 'practice = "read-diff"' in drawn.stdout


async def test_x_says_something_else_of_what_is_under_the_cursor(tmp_path: Path) -> None:
    person = told(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s", "j", "x")
        assert isinstance(app.screen, WrongScreen)
        await press(pilot, "1")
        assert ("s0", "read-diff", "seen", "you", "") in person.corrections()
        assert "you said: seen, by you" in words(app), "the list shows it at once"
        await press(pilot, "end", "x")
        assert not isinstance(app.screen, WrongScreen)


async def test_what_was_said_of_a_practice_that_is_no_more_can_only_be_taken_back(tmp_path: Path) -> None:
    person = told(tmp_path)
    coach = person.coach()
    coach.choose("was-mine", "elsewhere")
    coach.close()
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s")
        while app.screen.reading_here() != Here("was-mine"):  # type: ignore[attr-defined]
            await press(pilot, "j")
        assert not app.check_action("wrong", ())
        await press(pilot, "u")
        assert "was-mine" not in person.choices()


async def test_an_empty_list_says_how_it_is_filled(tmp_path: Path) -> None:
    app = Said(tmp_path).app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "s")
        assert "You have said nothing yet. Press x on a reading or on a practice to say what is right" in words(app)
        assert "⏎" not in words(app), "a key that does nothing is not offered"
        await press(pilot, "u", "y", "enter", "delete", "x")
        assert rows(app)
        await press(pilot, "a")
        assert isinstance(app.screen, AuditScreen)
        await press(pilot, "escape", "escape")
        assert view(app)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_is_shown_literally(tmp_path: Path, text: str) -> None:
    said = made_up.sayings()
    one = said.corrections[0]
    assert one.said is not None
    hostile = (
        one._replace(said=one.said._replace(because=text)),
        one._replace(session=None, read=None, id=text, practice=text, said=one.said._replace(because=text, session=text)),
    )
    coach = made_up.MadeUpCoach(made_up.settled(), says=Sayings(hostile, (Choice(text, text, text, 5),)))
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["narrow"]) as pilot:
        await settle(pilot)
        await press(pilot, "s", "j", "j")
        assert not steering(made_up.text(app))
        await press(pilot, "y", "u", "enter")
        assert not steering(made_up.text(app))
        assert app._exception is None
