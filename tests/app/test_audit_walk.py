"""The audit in the app: ten readings, one after the other; the answers are kept, add up, and can be taken back."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import msgspec
import pytest
from made_up import SIZES, press, settle
from test_hostile_text import HOSTILE, steering
from test_wrong import Said, to, until_corrected, view, words
from textual.pilot import Pilot

from accrete_coach.app.app import CoachApp
from accrete_coach.app.audit_walk import AuditScreen
from accrete_coach.app.said import SaidScreen
from accrete_coach.app.transcript import Lines
from accrete_coach.audit import Candidate
from accrete_coach.coach import Coach, Excerpt, Question
from accrete_coach.profile import Audit
from faults.made import WORK

HASTY = "you: make the export faster\nedit app/export.py +25\nedit app/rates.py +8\nreply: done"


def walk(app: CoachApp) -> AuditScreen:
    screen = app.screen
    assert isinstance(screen, AuditScreen)
    return screen


def asked(app: CoachApp) -> Question:
    found = walk(app).question
    assert isinstance(found, Question)
    return found


def kept(person: Said) -> list[Audit]:
    coach = person.coach()
    try:
        return coach.profile.audits()
    finally:
        coach.close()


async def begin(app: CoachApp, pilot: Pilot[Any], word: str = "") -> None:
    """The audit; with a word, at a question whose reading is that."""
    await settle(pilot)
    app.action_audit()
    await settle(pilot)
    while word and asked(app).one[2] != word:
        await press(pilot, "c")


async def test_ten_are_asked_about_and_the_result_said(tmp_path: Path) -> None:
    person = Said(tmp_path, WORK, HASTY, WORK, HASTY)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        for n in range(1, 11):
            assert f"{n} of 10" in words(app)
            await press(pilot, "c" if n == 4 else "y")
        assert "Right on 9 of 9 of yours (70 to 100 %); you could not say in 1." in words(app)
        answers = kept(person)
        assert [a.answer for a in answers].count("right") == 9
        assert len({(a.session, a.practice) for a in answers}) == 10, "none is asked about twice"
        await press(pilot, "y", "n")
        assert len(kept(person)) == 10, "there is nothing to answer now"
        await press(pilot, "m")
        assert "1 of 10" in words(app)
        assert (asked(app).session.id, asked(app).practice.id) not in {(a.session, a.practice) for a in answers}


async def test_a_seen_one_shows_its_moment_and_a_not_seen_one_the_session(tmp_path: Path) -> None:
    person = Said(tmp_path, WORK, HASTY)
    app = person.app()
    async with app.run_test(size=(100, 60)) as pilot:
        await begin(app, pilot, "seen")
        assert re.search(r"Read in shop, \d+ [A-Z][a-z]{2} \d\d:\d\d: seen, by (you|the agent)\.", words(app))
        assert f"Counts when: {asked(app).practice.rule[:30]}" in words(app)
        assert "▶ " in words(app), "the line that shows it"
        while "asks ten more" in words(app) or not (asked(app).one[2] == "not-seen" and asked(app).session.id == "s1"):
            # Which ten are drawn is chance; sooner or later this one is.
            await press(pilot, "m" if "asks ten more" in words(app) else "c")
        assert "you make the export faster edit x2" in words(app)


async def test_wrong_asks_what_is_right_and_that_becomes_a_correction(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        one = asked(app)
        await press(pilot, "n")
        assert "Then what is right?" in words(app)
        await press(pilot, "o")
        assert person.corrections() == [(one.session.id, one.practice.id, "not-applicable", None, "")]
        assert [a.answer for a in kept(person)] == ["wrong"]
        await until_corrected(app, pilot, one.practice.id, 1)
        assert "2 of 10" in words(app)
        await press(pilot, "escape", "s")
        assert isinstance(app.screen, SaidScreen)
        assert "you said: no occasion" in words(app)


@pytest.mark.parametrize(
    ("key", "word", "by"), [("s", "seen", "you"), ("a", "seen", "agent"), ("n", "not-seen", None), ("c", None, None)]
)
async def test_each_letter_says_what_is_right(tmp_path: Path, key: str, word: str | None, by: str | None) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        while asked(app).one[2:] == (word, by):
            await press(pilot, "c")
        before = len(kept(person))
        one = asked(app)
        await press(pilot, "n", key)
        (answer,) = kept(person)[before:]
        assert (answer.session, answer.practice, answer.answer) == (one.session.id, one.practice.id, "wrong")
        wanted = [] if word is None else [(one.session.id, one.practice.id, word, by, "")]
        assert person.corrections() == wanted


async def test_who_calls_wrong_what_was_read_called_it_right(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot, "not-seen")
        before = len(kept(person))
        await press(pilot, "n", "n")
        assert [a.answer for a in kept(person)[before:]] == ["right"]
        assert person.corrections() == []
        assert "that is what was read, so it counts as right" in words(app)


async def test_enter_takes_what_is_under_the_cursor_and_escape_asks_again(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        await press(pilot, "n", "escape")
        assert "Is that right?" in words(app)
        assert kept(person) == []
        for key in ("b", "q"):
            await press(pilot, "n", key)
            assert "Is that right?" in words(app)
        await press(pilot, "n", "j", "j", "j", "k", "j", "enter")
        assert [(c[2], c[3]) for c in person.corrections()] == [("not-applicable", None)]


@pytest.mark.parametrize("key", ["b", "u"])
async def test_the_last_answer_is_taken_back_with_its_correction(tmp_path: Path, key: str) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        first = asked(app)
        await press(pilot, "y")
        second = asked(app)
        await press(pilot, "n", "o")
        assert "3 of 10" in words(app)
        await press(pilot, key)
        assert asked(app).one == second.one
        assert "2 of 10" in words(app)
        assert person.corrections() == []
        assert len(kept(person)) == 1
        await press(pilot, key)
        assert asked(app).one == first.one
        assert kept(person) == []
        await press(pilot, key, "y")
        assert [(a.session, a.practice) for a in kept(person)] == [(first.session.id, first.practice.id)]
        assert "2 of 10" in words(app)


async def test_what_one_went_back_from_is_asked_again_in_its_order(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        order = [asked(app).one]
        for _ in range(2):
            await press(pilot, "y")
            order.append(asked(app).one)
        await press(pilot, "b", "b")
        again = [asked(app).one]
        for _ in range(2):
            await press(pilot, "y")
            again.append(asked(app).one)
        assert again == order


async def test_who_goes_back_in_a_short_walk_is_still_asked_about_all(tmp_path: Path) -> None:
    person = Said(tmp_path)
    coach = person.coach()
    known = coach.to_audit()
    for one in known[3:]:
        question = coach.question(one)
        assert question is not None
        coach.judge(question, "right")
    coach.close()
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        assert "1 of 3" in words(app)
        await press(pilot, "y", "b", "y", "y", "b", "y", "y")
        assert len(kept(person)) == len(known)
        assert f"Right on {len(known)} of {len(known)} of yours" in words(app)


class Waiting:
    """A look at the next reading that lasts until it is let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.looks = threading.Event()
        self.at: Candidate | None = None
        """What was looked at last."""
        real = Coach.question

        def question(coach: Coach, one: Candidate, *, whole: bool = False) -> Question | None:
            self.at = one
            self.looks.set()
            assert self.goes_on.wait(60)
            return real(coach, one, whole=whole)

        monkeypatch.setattr(Coach, "question", question)

    async def answer(self, app: CoachApp, pilot: Pilot[Any]) -> None:
        """Answer, and stand where the next one is looked up."""
        self.goes_on.clear()
        self.looks.clear()
        await pilot.press("y")
        while not self.looks.is_set():
            await pilot.pause(0.01)
        assert walk(app).answered


async def test_a_key_while_the_next_one_is_looked_up_answers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Said(tmp_path)
    app = person.app()
    waiting = Waiting(monkeypatch)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        await waiting.answer(app, pilot)
        await pilot.press("y", "c", "n", "s")
        await pilot.pause()
        waiting.goes_on.set()
        await settle(pilot)
        assert "2 of 10" in words(app)
        assert "Is that right?" in words(app)
        assert [a.answer for a in kept(person)] == ["right"]
        await press(pilot, "y")
        assert "3 of 10" in words(app)
        assert len({(a.session, a.practice) for a in kept(person)}) == 2


async def test_who_goes_back_while_the_next_one_is_looked_up_stands_where_they_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Said(tmp_path)
    app = person.app()
    waiting = Waiting(monkeypatch)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        first = asked(app).one
        await waiting.answer(app, pilot)
        await pilot.press("b")
        while walk(app).answered:
            await pilot.pause(0.01)
        waiting.goes_on.set()
        await settle(pilot)
        assert asked(app).one == first
        assert "1 of 10" in words(app)
        assert kept(person) == []
        then = waiting.at
        await press(pilot, "y")
        assert asked(app).one == then != first, "what was looked up meanwhile is asked next"


async def test_where_the_next_one_cannot_be_looked_up_that_is_said_and_the_answers_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Said(tmp_path)
    app = person.app()

    def question(coach: Coach, one: Candidate, *, whole: bool = False) -> Question | None:
        raise RuntimeError("words of a transcript")

    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        with monkeypatch.context() as broken:
            broken.setattr(Coach, "question", question)
            await press(pilot, "y")
        assert "The next reading cannot be looked up now (RuntimeError). What you answered is kept." in words(app)
        assert "words of a transcript" not in words(app)
        await press(pilot, "y")
        assert len(kept(person)) == 1, "what was answered is not asked again"
        await press(pilot, "m")
        assert "1 of 10" in words(app)


async def test_escape_stops_and_keeps_what_was_answered(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        await press(pilot, "y", "y", "escape")
        assert view(app)
        assert "Stopped: 2 answers kept." in words(app)
        assert len(kept(person)) == 2
        await press(pilot, "u")
        assert len(kept(person)) == 1, "undo works from anywhere"


async def test_o_shows_more_and_still_asks(tmp_path: Path) -> None:
    long = " ".join(f"word{n:03}" for n in range(400))
    person = Said(tmp_path, HASTY.replace("make the export faster", long))
    app = person.app()
    async with app.run_test(size=(100, 90)) as pilot:
        await begin(app, pilot, "not-seen")
        assert "word099" not in words(app)
        await press(pilot, "o")
        assert "word099" in words(app)
        assert "Is that right?" in words(app)
        await press(pilot, "y")
        assert [a.answer for a in kept(person)][-1] == "right"


async def test_a_transcript_that_went_meanwhile_is_told_of(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        person.tree.path("s0").unlink()
        await press(pilot, "o")
        assert "The transcript is gone: the agent deleted it." in words(app)
        await press(pilot, "c")
        assert "There is nothing to ask" in words(app) or "you could not say in 1" in words(app), "the others went with it"
        assert len(kept(person)) == 1


async def test_with_nothing_to_ask_it_says_so(tmp_path: Path) -> None:
    person = Said(tmp_path)
    person.tree.path("s0").unlink()
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        assert "There is nothing to ask: no reading whose transcript is still there" in words(app)
        await press(pilot, "y", "n", "c", "o", "b", "m")
        assert kept(person) == []
        await press(pilot, "escape")
        assert view(app)


async def test_an_answer_that_cannot_be_kept_is_asked_for_again(tmp_path: Path) -> None:
    person = Said(tmp_path)
    app = person.app()
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await begin(app, pilot)
        one = asked(app)
        made = app.make_coach

        def unkept() -> Coach:
            coach = person.coach()
            coach.profile.path = None
            return coach

        app.make_coach = unkept
        await press(pilot, "y")
        assert "nothing can be kept there now" in words(app)
        assert asked(app).one == one.one
        assert "1 of 10" in words(app)
        app.make_coach = made
        await press(pilot, "y")
        assert "2 of 10" in words(app)
        assert len(kept(person)) == 1


async def test_the_page_of_a_practice_tells_how_right_it_was_from_eight_answers_on(tmp_path: Path) -> None:
    person = Said(tmp_path)
    coach = person.coach()

    def answer(n: int, said: str) -> None:
        with coach.profile.change():
            coach.profile.add_audit(Audit(n, "claude-code", f"x{n}", "read-diff", "seen", "you", said))

    for n in range(7):
        answer(n, "right")
    app = person.app()
    async with app.run_test(size=(100, 90)) as pilot:
        await settle(pilot)
        await to(app, pilot, "read-diff")
        assert "Its readings were" not in words(app)
        answer(7, "wrong")
        coach.close()
        view(app).look_again()
        while (told := view(app).page.audited) is None or told.asked < 8:
            await pilot.pause(0.01)
        await settle(pilot)
        assert "Its readings were right on 7 of 8 of yours (53 to 98 %)." in words(app)


class Hostile(made_up.MadeUpCoach):
    """Everything that is shown of a reading is hostile."""

    words_of_others = ""

    def question(self, one: Any, *, whole: bool = False) -> Question | None:
        found = super().question(one, whole=whole)
        assert found is not None
        lines = tuple(Excerpt(n, self.words_of_others[:40], self.words_of_others, n == 1) for n in range(3))
        session = msgspec.structs.replace(found.session, project=self.words_of_others, id=self.words_of_others)
        return replace(
            found,
            session=session,
            excerpts=lines if found.excerpts else (),
            said=dict.fromkeys(range(9), self.words_of_others),
        )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_is_shown_literally_and_does_nothing(tmp_path: Path, text: str) -> None:
    coach = Hostile(made_up.settled())
    coach.words_of_others = text
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["narrow"]) as pilot:
        await begin(app, pilot)
        for _ in range(3):
            assert not steering(made_up.text(app))
            await press(pilot, "o")
            assert not steering(made_up.text(app))
            await press(pilot, "y")
        assert app._exception is None
        assert len(coach.answers) == 3


async def test_the_arrows_read_on(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=(44, 14)) as pilot:
        await begin(app, pilot)
        assert isinstance(app.focused, Lines)
        app.focused.scroll_home(animate=False)
        await press(pilot, "j", "j")
        assert app.focused.scroll_offset.y == 2
