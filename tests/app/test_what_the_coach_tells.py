"""From an update of the coach to the screen."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, settle
from textual._wait import wait_for_idle
from textual.widgets import Static

from accrete_coach.app.app import CoachApp
from accrete_coach.app.follow import Follower, StandingsChanged, WatchStopped
from accrete_coach.app.picture import Picture
from accrete_coach.app.practices_view import PracticesScreen
from accrete_coach.coach import MomentView, Progress, Update
from accrete_coach.practice import Catalogue, Problem
from accrete_coach.standings import Row, Standings


class WaitingCoach(made_up.MadeUpCoach):
    """Tells only when the test lets it."""

    go = threading.Event()

    def watch(self, tell: Callable[[Update], None], stop: threading.Event) -> None:
        self.go.wait(10)
        super().watch(tell, stop)


async def until(app: CoachApp, holds: Callable[[Picture], bool]) -> None:
    """Wait for the picture, and for the screen to have taken it."""
    for _ in range(1_000):
        if holds(app.now_shown):
            break
        await asyncio.sleep(0.01)
    else:
        raise AssertionError("the picture never came")
    await wait_for_idle(0)
    for widget in (app, app.screen, *app.screen.query("*")):
        for _ in range(200):
            if not widget.message_queue_size:
                break
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)


async def test_names_are_painted_before_anything_is_read(tmp_path: Path) -> None:
    coach = WaitingCoach(made_up.settled())
    coach.go = threading.Event()
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await pilot.pause()
        shown = made_up.text(app)
        assert app.now_shown.standings is None
        assert "accrete-coach" in shown
        assert "plan first" in shown
        assert "… plan first" in shown
        assert "habit" not in shown
        coach.go.set()
        await settle(pilot)
        assert "● run the check" in made_up.text(app)


async def test_progress_is_quiet_text_and_the_rows_stand_still(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach(made_up.reading()))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        assert "reading 1,240 of 3,400 files" in made_up.text(app)
        before = app.now_shown.five
        later = made_up.standings(more=tuple(Row("course-correct", "not-seen", None, made_up.NOW, 9) for _ in range(40)))
        assert tuple(s.practice.id for s in later.five) != before
        reading = app.now_shown.after(Update(later, Progress(2_000, 3_400, 1, 2), "", ("plan-first",)))
        assert reading.five == before
        assert reading.fresh == ()
        done = reading.after(Update(later, None, "", ()))
        assert done.five == tuple(s.practice.id for s in later.five)


async def test_a_change_marks_its_row_and_is_said_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoachApp, "FRESH_SECONDS", 0.4)
    coach = made_up.MadeUpCoach(made_up.settled())
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        app._follower._tell(made_up.live())
        await until(app, lambda picture: bool(picture.fresh))
        shown = made_up.text(app)
        assert "•◐ read the diff" in shown
        assert "• just now: read the diff" in shown
        assert shown.count("•") == 2
        await until(app, lambda picture: not picture.fresh)
        assert "•" not in made_up.text(app)


async def test_an_occasion_let_pass_is_not_called_seen(tmp_path: Path) -> None:
    before = Picture(made_up.catalogue()).after(Update(made_up.standings(), None, "", ()))
    passed = made_up.standings(more=(Row("read-diff", "not-seen", None, made_up.NOW, 4),))
    assert before.after(Update(passed, None, "", ("read-diff",))).just == "just now: an occasion for read the diff"


async def test_a_note_is_in_the_status_line(tmp_path: Path) -> None:
    coach = made_up.MadeUpCoach(
        (Update(made_up.standings(), None, "Another accrete-coach reads; this one shows what it finds.", ()),)
    )
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        assert "Another accrete-coach reads; this one shows what it finds." in made_up.text(app)


async def test_the_first_run_says_what_where_and_what_to_know(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach((Update(made_up.nothing_yet(), None, "", ()),)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        shown = " ".join(made_up.text(app).split())
        assert "reads the sessions you have with your coding agent" in shown
        assert "It looks in /home/ada/.claude" in shown
        assert "deletes a transcript after 30 days" in shown
        assert "cleanupPeriodDays" in shown
        assert "`accrete-coach demo` shows all this with invented ones" in shown
        told = app.screen.query_one("#sentence", Static).content
        assert len(re.findall(r"[.](?:\s|$)", str(told))) == 3


async def test_the_title_says_that_a_demo_is_invented(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, demo=True)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        assert "demo: invented sessions" in made_up.text(app)


async def test_the_basis_is_on_the_view_with_the_deleted_transcripts(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        basis = str(made_up.standings().basis)
        assert "112" in basis
        assert basis in " ".join(made_up.text(app).split())


class FailingCoach(made_up.MadeUpCoach):
    def watch(self, tell: Callable[[Update], None], stop: threading.Event) -> None:
        super_tell = self.updates[0]
        tell(super_tell)
        raise RuntimeError("words of a transcript")

    def moments(
        self, practice: str, limit: int = 40, *, project: str | None = None, agent: str | None = None
    ) -> tuple[MomentView, ...]:
        raise OSError("words of a transcript")


async def test_a_watch_that_fails_is_a_sentence_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoachApp, "SAID_SECONDS", 0.5)
    coach = FailingCoach(made_up.settled())
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        await until(app, lambda picture: picture.stopped and bool(picture.said))
        assert "could not be looked up (OSError)" in app.now_shown.said
        await until(app, lambda picture: not picture.said and picture.stopped)
        shown = made_up.text(app)
        assert "Reading stopped (RuntimeError). What is shown was true until then" in shown
        assert "● run the check" in shown
        assert "words of a transcript" not in shown
    assert coach.closed >= 2


@pytest.mark.parametrize("known", [True, False])
async def test_a_watch_that_cannot_begin_shows_what_is_already_known(tmp_path: Path, known: bool) -> None:
    class Broken(made_up.MadeUpCoach):
        def watch(self, tell: Callable[[Update], None], stop: threading.Event) -> None:
            raise ValueError("words of a transcript")

        def standings(self, weeks: int = 8, *, project: str | None = None, agent: str | None = None) -> Standings:
            if not known:
                raise OSError("words of a transcript")
            return made_up.standings()

    app = made_up.app(tmp_path, Broken())
    async with app.run_test(size=SIZES["usual"]):
        await until(app, lambda picture: bool(picture.standings or picture.said))
        shown = made_up.text(app)
        assert ("● run the check" in shown) is known
        if known:
            assert "Reading stopped (ValueError)" in shown
        else:
            assert "The profile cannot be opened (OSError)" in shown
            assert "Reading your sessions" not in shown
        assert "words of a transcript" not in shown


async def test_the_coach_can_start_worker_processes_beside_the_screen(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test() as pilot:
        await settle(pilot)
        # multiprocessing hands this number to a child; -1, as Textual's stand-in answers, ends in a ValueError.
        os.fstat(sys.stderr.fileno())


async def test_bad_practices_are_named(tmp_path: Path) -> None:
    whole = made_up.catalogue()
    broken = Catalogue(whole.practices, (Problem("own", "ValueError: no title"),), whole._by_id)
    app = CoachApp(made_up.places(tmp_path), broken, made_up.MadeUpCoach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await pilot.pause()
        assert "practice own: paused (ValueError: no title)." in made_up.text(app)


def test_what_is_told_while_nobody_takes_is_one_message_and_nothing_is_lost() -> None:
    posted: list[object] = []

    def post(message: object) -> bool:
        posted.append(message)
        return True

    follower = Follower(made_up.MadeUpCoach, post)
    follower.LEAST_SECONDS = 0.0
    first = made_up.standings()
    follower._tell(Update(first, Progress(1, 2, 1, 2), "", ("scout",)))
    follower._tell(Update(None, None, "a note", ("run-check", "scout")))
    assert len(posted) == 1
    assert isinstance(posted[0], StandingsChanged)
    told = follower.take()
    assert told is not None
    assert (told.standings, told.progress, told.note, told.changed) == (first, None, "a note", ("scout", "run-check"))
    assert follower.take() is None
    follower._tell(replace(told, note="next"))
    assert len(posted) == 2


def test_what_is_told_soon_after_waits_unless_a_scan_goes_on() -> None:
    posted: list[object] = []
    follower = Follower(made_up.MadeUpCoach, lambda message: posted.append(message) or True)  # type: ignore[func-returns-value]
    follower.LEAST_SECONDS = 3600.0
    follower._tell(Update(note="first"))
    assert len(posted) == 1
    assert follower.take() is not None
    follower._tell(Update(progress=Progress(1, 2, 1, 2)))
    assert len(posted) == 2, "progress does not wait"
    assert follower.take() is not None
    follower._tell(Update(note="second"))
    follower._tell(Update(note="third", changed=("scout",)))
    assert len(posted) == 2
    follower._post_it()
    told = follower.take()
    assert told is not None
    assert (told.note, told.changed, len(posted)) == ("third", ("scout",), 3)
    follower.stop()
    assert follower._later is not None
    follower._later.join(10)
    assert not follower._later.is_alive(), "nobody waits for an hour to leave"


def test_leaving_ends_the_watch_and_closes_its_coach() -> None:
    coach = made_up.MadeUpCoach(made_up.settled())
    follower = Follower(lambda: coach, lambda message: True)
    follower.start()
    follower.stop()
    assert not follower._thread.is_alive()
    assert coach.closed == 1


def test_a_watch_that_ends_by_itself_says_only_the_kind() -> None:
    posted: list[object] = []
    follower = Follower(lambda: FailingCoach(made_up.settled()), lambda message: posted.append(message) or True)  # type: ignore[func-returns-value]
    follower.start()
    follower._thread.join(5)
    stopped = posted[-1]
    assert isinstance(stopped, WatchStopped)
    assert stopped.kind == "RuntimeError"


class SlowCoach(made_up.MadeUpCoach):
    """Answers the first question about moments last."""

    go = threading.Event()
    first = ""

    def moments(
        self, practice: str, limit: int = 40, *, project: str | None = None, agent: str | None = None
    ) -> tuple[MomentView, ...]:
        if not self.first:
            self.first = practice
            self.go.wait(10)
            return made_up.moments(practice)[:1]
        return super().moments(practice, limit)


async def test_moments_of_another_practice_that_come_late_are_not_shown(tmp_path: Path) -> None:
    coach = SlowCoach(made_up.settled())
    coach.go = threading.Event()
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        screen = app.screen
        assert isinstance(screen, PracticesScreen)
        await until(app, lambda picture: picture.standings is not None)
        for _ in range(1_000):
            if coach.first:
                break
            await pilot.pause(0.01)  # It is asked once the cursor rests.
        for _ in range(3):
            await pilot.press("j")
        assert coach.first not in ("", screen.page.practice)
        while screen.page.moments is None:
            await pilot.pause(0.01)
        shown = screen.page.moments
        coach.go.set()
        await settle(pilot)
        assert screen.page.moments == shown
        assert len(shown) == 11
