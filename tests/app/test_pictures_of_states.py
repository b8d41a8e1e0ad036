"""Pictures of every special state at the named sizes, and of every view without colour; and that each state says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import made_up
import pytest
from made_up import DAY, SIZES, MadeUpCoach, press, settle
from test_pictures import MOMENTS, doing
from test_pictures_sessions import doing as among_sessions
from textual.pilot import Pilot

from accrete_coach.app.app import CoachApp
from accrete_coach.coach import ANOTHER_READS, Coach, Update
from accrete_coach.opening import Instead
from accrete_coach.sessions.agent import Root
from accrete_coach.standings import Basis, Row, Standings, stand


def few(window: int = 2, ever: int = 2) -> Standings:
    """Where a person stands after so many sessions."""
    rows = [Row("run-check", "seen", "you", made_up.NOW - n * DAY, n) for n in range(1, window + 1)]
    rows += [Row("plan-first", "not-seen", None, made_up.NOW - n * DAY, n) for n in range(1, window + 1)]
    basis = Basis(sessions=window, all_sessions=ever, first=made_up.NOW - 200 * DAY)
    return stand(made_up.catalogue().practices, rows, basis, made_up.NOW, UTC)


def telling(note: str = "", of: Standings | None = None) -> MadeUpCoach:
    return MadeUpCoach((Update(of if of is not None else made_up.standings(), note=note, now=made_up.running()),))


class Fails(MadeUpCoach):
    """Its watch ends with an error."""

    def watch(self, tell: Any, stop: Any) -> None:
        raise RuntimeError("words of a transcript")


class Unread(MadeUpCoach):
    """Its profile can't be asked."""

    def session_lines(self) -> Any:
        raise OSError("words of a transcript")


READ_ONLY = (
    "/home/ada/.local/share/accrete-coach/profile.db: can't be written (Permission denied). Working in memory: what is read now is"
    " forgotten when this ends, and nothing you say of it can be kept."
)
"""As a coach says it: test_that_nothing_is_kept_is_read_to_its_end holds them together."""
STATES: dict[str, tuple[Callable[[], MadeUpCoach], tuple[str, ...], str]] = {
    "first run": (lambda: telling(of=made_up.nothing_yet()), (), "accrete-coach demo"),
    "few": (lambda: telling(of=few()), (), "Each new session counts as it happens"),
    "few in the window": (lambda: telling(of=few(1, 30)), (), "w counts more weeks."),
    "reading": (lambda: MadeUpCoach(made_up.reading()), (), "reading 1,240 of 3,400 files"),
    "read only": (lambda: telling(READ_ONLY), (), "nothing you say of it can be kept."),
    "another reader": (lambda: telling(ANOTHER_READS), (), "There is nothing to do"),
    "stopped": (Fails, (), "quit and start again to go on."),
    "source gone": (
        lambda: replace(telling(), shown=made_up.moments("read-diff")[-2:]),
        (*MOMENTS, "enter", "enter"),
        "What was noticed",
    ),
    "nothing runs": (
        lambda: MadeUpCoach((Update(made_up.standings(), now=made_up.running(0)),)),
        ("2",),
        "No session is running",
    ),
    "not looked yet": (lambda: MadeUpCoach((Update(made_up.standings()),)), ("2",), "Looking which sessions run"),
}
"""A coach in it, the keys that lead to it, and words that it has to say."""
OF_SESSIONS: dict[str, tuple[Callable[[], MadeUpCoach], str]] = {
    "no sessions": (lambda: MadeUpCoach((Update(made_up.nothing_yet()),), listed=()), "Work with your coding agent as usual"),
    "reading sessions": (lambda: MadeUpCoach(made_up.reading(), listed=()), "the first ones appear in a moment"),
    "sessions unread": (lambda: Unread((Update(made_up.standings()),)), "`accrete-coach doctor` says more"),
}
VIEWS = {"practices": ("a",), "now": ("2",), "week": ("4",), "sharing": ("5",), "page": MOMENTS, "help": ("question_mark",)}


def words(app: CoachApp) -> str:
    return " ".join(made_up.text(app).split())


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("state", STATES)
def test_every_state_looks_as_before(snap_compare: Any, tmp_path: Path, state: str, size: tuple[int, int]) -> None:
    told, keys, _ = STATES[state]
    assert snap_compare(made_up.app(tmp_path, told()), terminal_size=size, run_before=doing(*keys))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("state", STATES)
async def test_every_state_says_what_to_do(tmp_path: Path, state: str, size: tuple[int, int]) -> None:
    told, keys, says = STATES[state]
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        if size != SIZES["strip"] or state != "first run":  # There it scrolls: three sentences are more than fourteen rows hold.
            assert says in words(app)
        assert "words of a transcript" not in words(app)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("state", OF_SESSIONS)
def test_every_state_of_the_sessions_looks_as_before(
    snap_compare: Any, tmp_path: Path, state: str, size: tuple[int, int]
) -> None:
    told, _ = OF_SESSIONS[state]
    assert snap_compare(made_up.app(tmp_path, told()), terminal_size=size, run_before=among_sessions())


@pytest.mark.parametrize("state", OF_SESSIONS)
async def test_every_state_of_the_sessions_says_what_to_do(tmp_path: Path, state: str) -> None:
    told, says = OF_SESSIONS[state]
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await among_sessions()(pilot)
        assert says in words(app)
        assert "words of a transcript" not in words(app)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_news_looks_as_before(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    app = made_up.app(tmp_path)

    async def run_before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app._follower._tell(made_up.live())
        while not app.now_shown.fresh:
            await pilot.pause(0.01)
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=run_before)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_without_colour_looks_as_before(
    snap_compare: Any, tmp_path: Path, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = made_up.app(tmp_path, telling())
    own = Path("/home/ada/.local/share/accrete-coach")
    app.places = replace(app.places, home=own, config=Path("/home/ada/.config/accrete-coach"))
    assert snap_compare(app, terminal_size=SIZES["usual"], run_before=doing(*VIEWS[view]))


def test_sessions_without_colour_look_as_before(snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(made_up.app(tmp_path, telling()), terminal_size=SIZES["usual"], run_before=among_sessions("j", "enter"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
async def test_that_nothing_is_kept_is_read_to_its_end(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = tmp_path / "a file"
    folder.write_text("no folder can be made here")
    places = replace(made_up.places(tmp_path), home=folder / "accrete-coach")
    real = Coach(places, made_up.catalogue())
    real.close()
    assert real.note.endswith(READ_ONLY[READ_ONLY.index(" Working in memory") :])
    app = made_up.app(tmp_path, telling(real.note.replace(str(tmp_path), "/home/ada")))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "nothing you say of it can be kept." in words(app)


@pytest.mark.parametrize("there", ["codex", "claude-code"])
async def test_an_agent_that_is_not_here_is_not_said_to_delete_transcripts(tmp_path: Path, there: str) -> None:
    roots = (Root("claude-code", tmp_path / "claude-code"), Root("codex", tmp_path / "codex"))
    (tmp_path / there).mkdir()
    places = replace(made_up.places(tmp_path), roots=roots)
    app = CoachApp(places, made_up.catalogue(), lambda: telling(of=made_up.nothing_yet()), zone=UTC)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        assert "found no session there yet" in words(app)
        assert ("deletes a transcript after" in words(app)) is (there == "claude-code")


async def test_sessions_that_could_not_be_listed_are_when_one_comes_back(tmp_path: Path) -> None:
    broken = [True]

    class Once(MadeUpCoach):
        def session_lines(self) -> Any:
            if broken:
                raise OSError("words of a transcript")
            return super().session_lines()

    app = made_up.app(tmp_path, Once((Update(made_up.standings()),)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await among_sessions()(pilot)
        assert "cannot be listed now (OSError)" in words(app)
        broken.clear()
        await press(pilot, "1", "3")
        await settle(pilot)
        assert "cannot be listed" not in words(app)
        assert "20 sessions" in words(app)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
async def test_a_demo_that_nobody_asked_for_says_why_it_is_shown_in_the_first_view_only(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    why = "No session of yours in ~/.claude yet: these are invented. After your next one, open accrete-coach again."
    places = made_up.places(tmp_path)
    app = CoachApp(places, made_up.catalogue(), telling, demo=True, instead=Instead(why, lambda: False), zone=UTC)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert why in words(app)
        await press(pilot, "2")
        assert why not in words(app)
