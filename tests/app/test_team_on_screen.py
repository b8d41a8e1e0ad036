"""The team on the screen: teammates' examples, one's own that is shared, and what ever left."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from made_up_sharing import a_team, an_exemplar
from test_pictures import doing
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Static

from accrete_coach.app.app import CoachApp
from accrete_coach.app.team_screens import NONE, ExemplarsScreen, ShareScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.cli_team import _preview_lines
from accrete_coach.coach import Update
from accrete_coach.practice import load
from accrete_coach.team.folder import TeamFolder
from accrete_coach.team.outbox import Line

TO_DIFF = ("slash", "d", "i", "f", "f", "enter", "enter")


def coach() -> made_up.MadeUpCoach:
    of = load()
    told = made_up.MadeUpCoach((Update(made_up.standings(of=of)),), of=of)
    told.sharing.found = (an_exemplar(), an_exemplar("One commit, one look", "Chiara", words=False))
    return told


def said(app: CoachApp) -> str:
    return re.sub(r"\s+", " ", made_up.text(app))


async def test_teammates_examples_stand_beside_ones_own_moment(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=(100, 60)) as pilot:
        await settle(pilot)
        await press(pilot, *TO_DIFF, "v")
        assert isinstance(app.screen, ExemplarsScreen)
        shown = said(app)
        assert "1 of 2 from your team" in shown
        assert "look at the diff before you commit, as Bruno did it, with Claude Code" in shown
        assert "What to type differently next time" in shown
        assert "show me `git diff` of <path> before you commit, and wait for my word" in shown
        assert "▶ The changed lines were shown" in shown
        assert "Your own clearest moment" in shown
        await press(pilot, "right")
        assert "2 of 2 from your team" in said(app)
        assert "as Chiara did it" in said(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, TranscriptScreen)


async def test_without_an_example_it_says_how_to_share_one(tmp_path: Path) -> None:
    told = coach()
    told.sharing.found = ()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, *TO_DIFF, "v")
        assert " ".join(NONE.split()) in said(app)


async def to_share(pilot: Pilot[None]) -> None:
    await settle(pilot)
    await press(pilot, *TO_DIFF, "enter", "enter", "o")


async def test_from_a_moment_to_shared_in_a_title_and_a_word(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 60)) as pilot:
        await to_share(pilot)
        assert isinstance(app.screen, ShareScreen)
        await press(pilot, *"diff first", "enter", "enter", *"Ada", "enter")
        assert "This would be sent to /srv/team.git, and nothing else:" in said(app)
        assert '"title":"diff first"' in said(app)
        assert told.sharing.sent == [], "nothing leaves before it is confirmed"
        await press(pilot, "enter", *"no", "enter")
        assert told.sharing.sent == []
        app.screen.query_one("#confirm-it", Input).value = ""
        await press(pilot, *"yes", "enter")
        assert len(told.sharing.sent) == 1
        assert isinstance(app.screen, TranscriptScreen)
        moment = app.screen.moment
        assert told.sharing.asked == [(moment.path, moment.line)], "of the moment on the screen, and no other"


async def test_the_bytes_have_the_focus_not_the_field_that_sends_them(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await to_share(pilot)
        await press(pilot, "ctrl+t", *"diff", "enter", "enter", "enter")
        screen = app.screen
        assert isinstance(screen, ShareScreen)
        assert screen.focused is screen.query_one("#paper")
        assert "This would be sent to /srv/team.git" in said(app), "it begins where it can be read"
        # Whoever types on without looking types nothing into that field.
        await press(pilot, "b", "enter")
        assert screen.query_one("#confirm-it", Input).value == ""
        assert screen.focused is screen.query_one("#confirm-it")
        assert told.sharing.sent == []


async def test_the_app_says_what_the_command_says_before_anything_leaves(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    token = "Zq7_Rk2_Lm9_Xw4_Tn5"
    async with app.run_test(size=(120, 70)) as pilot:
        await to_share(pilot)
        await press(pilot, "ctrl+t")
        app.screen.query_one("#title-of-it", Input).value = f"see {token} first"
        await press(pilot, "enter", "enter", "enter")
        screen = app.screen
        assert isinstance(screen, ShareScreen)
        assert screen.prepared is not None
        shown = screen.query_one("#bytes", Static).content
        assert isinstance(shown, Content)
        # Every line of the command's, in its order.
        command = [" ".join(line.split()) for line in _preview_lines(screen.prepared, 10_000)]
        assert [" ".join(line.split()) for line in shown.plain.split("\n")] == command
        assert "- Your example, signed with your key; and the same as a page for people." in command
        assert f"long, and not masked: {token}" in command
        assert f"hash of all of it: {screen.prepared.preview.hash}" in command
        assert "Written by: accrete-coach <accrete-coach@localhost.invalid>, at midnight UTC of today." in command
        # It stands out in the page itself, and nothing beside it does.
        marked = [shown.plain[span.start : span.end] for span in shown.spans if "reverse" in str(span.style)]
        assert marked == [token]


async def test_a_long_token_in_a_title_is_marked_without_words_too(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach(), of=load())
    async with app.run_test(size=(120, 70)) as pilot:
        await to_share(pilot)
        app.screen.query_one("#title-of-it", Input).value = "see Zq7_Rk2_Lm9_Xw4_Tn5 first"
        await press(pilot, "enter", "enter", "enter")
        assert "long, and not masked: Zq7_Rk2_Lm9_Xw4_Tn5" in said(app)
        assert "Words of yours are in it" not in said(app)


async def test_an_answer_to_what_was_asked_before_the_kind_changed_is_dropped(tmp_path: Path) -> None:
    told = coach()
    told.sharing.waits = threading.Event()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 60)) as pilot:
        await to_share(pilot)
        await press(pilot, *"diff", "enter", "enter")
        screen = app.screen
        assert isinstance(screen, ShareScreen)
        await pilot.press("enter")
        await pilot.press("ctrl+t")
        told.sharing.waits.set()
        await settle(pilot)
        assert len(told.sharing.asked) == 1
        assert screen.prepared is None
        assert "This would be sent" not in said(app)
        await press(pilot, "enter")
        assert screen.prepared is not None
        assert screen.prepared.words == "5f1c2a", "it is of the kind that the screen says"
        # Another kind while it is shown: nothing is left to confirm, and Enter shows it anew.
        await press(pilot, "ctrl+t")
        assert screen.prepared is None
        await press(pilot, "enter")
        assert screen.prepared is not None
        assert screen.prepared.words == ""


async def test_where_words_are_in_it_their_hash_is_to_be_typed(tmp_path: Path) -> None:
    told = coach()
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 60)) as pilot:
        await to_share(pilot)
        await press(pilot, "ctrl+t")
        assert "this one prompt of yours, masked" in said(app)
        await press(pilot, *"diff", "enter", "enter", "enter", "enter", *"yes", "enter")
        assert told.sharing.sent == []
        app.screen.query_one("#confirm-it", Input).value = ""
        await press(pilot, *"5f1c2a", "enter")
        assert len(told.sharing.sent) == 1


async def test_what_can_not_be_shared_says_why(tmp_path: Path) -> None:
    told = coach()
    told.sharing.refuses = "Nothing was sent: you are in no team."
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 60)) as pilot:
        await to_share(pilot)
        await press(pilot, *"x", "enter", "enter", "enter")
        assert "you are in no team" in said(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, TranscriptScreen)


async def test_the_sharing_view_says_what_ever_left(tmp_path: Path) -> None:
    told = coach()
    told.sharing.told = a_team()
    told.sharing.lines = (Line(made_up.NOW // 1000, "sent", "a" * 64, "x", (("v1/members/x.json", "b" * 64, 412),), "c" * 40),)
    app = made_up.app(tmp_path, told, of=load())
    async with app.run_test(size=(100, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        shown = said(app)
        assert "git@example.org:team/practices.git: you only read it, as Ada; 9 members, 14 examples" in shown
        assert "1 files, 412 bytes" in shown


@pytest.mark.parametrize("size", SIZES)
def test_the_look_of_an_example(snap_compare, tmp_path: Path, size: str) -> None:  # type: ignore[no-untyped-def]
    assert snap_compare(made_up.app(tmp_path, coach(), of=load()), terminal_size=SIZES[size], run_before=doing(*TO_DIFF, "v"))


@pytest.mark.parametrize("size", ["narrow", "usual"])
def test_the_look_of_sharing_one(snap_compare, tmp_path: Path, size: str) -> None:  # type: ignore[no-untyped-def]
    keys = (*TO_DIFF, "enter", "enter", "o", *"diff first", "enter", "enter", "enter")
    assert snap_compare(made_up.app(tmp_path, coach(), of=load()), terminal_size=SIZES[size], run_before=doing(*keys))


async def test_the_app_fetches_by_itself_only_where_that_is_turned_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoachApp, "FETCH_LOOK_SECONDS", 0.05)
    remote = tmp_path / "team.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True, timeout=60)
    for turned_on in (False, True):
        app = made_up.app(tmp_path, coach(), of=load())
        if turned_on:
            app.places.settings.write_text("fetch_hours = 1")
            app = made_up.app(tmp_path, coach(), of=load())
        folder = TeamFolder(app.places.team)
        if not turned_on:
            app.places.config.mkdir(parents=True, exist_ok=True)
            folder.join(str(remote), datetime.now(UTC))
        async with app.run_test(size=SIZES["usual"]) as pilot:
            await settle(pilot)
            until = time.monotonic() + (20 if turned_on else 0.5)
            while time.monotonic() < until and (team := folder.status()) is not None and team.fetched is None:
                await pilot.pause(0.05)
        team = folder.status()
        assert team is not None
        assert (team.fetched is not None) == turned_on
