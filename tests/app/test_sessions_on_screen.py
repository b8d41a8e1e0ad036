"""The sessions view: its list, its search, the story of a session, and what each command does."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest
import zstandard
from made_up import SIZES, MadeUpCoach, press, settle
from textual.pilot import Pilot
from textual.widgets import Input

from accrete_coach.app.app import CoachApp
from accrete_coach.app.session_list import SessionList
from accrete_coach.app.session_page import Story, StoryScreen
from accrete_coach.app.sessions_view import SessionsScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.coach import Coach, Heard
from accrete_coach.places import Places
from accrete_coach.practice import load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.agent import Root
from accrete_coach.storyboard import Beat, Storyboard


def told(coach: MadeUpCoach | None = None) -> MadeUpCoach:
    coach = coach or MadeUpCoach()
    return replace(coach, updates=made_up.settled())


def view(app: CoachApp) -> SessionsScreen:
    screen = app.screen
    assert isinstance(screen, SessionsScreen)
    return screen


def story(app: CoachApp) -> Story:
    return app.screen.query_one(Story)


async def opened(pilot: Pilot[Any], *keys: str) -> None:
    await settle(pilot)
    await press(pilot, "3")
    await rest(pilot)
    for key in keys:
        await pilot.press(key)
        await rest(pilot)


async def rest(pilot: Pilot[Any]) -> None:
    """Until nothing waits for a rest and everything asked is answered."""
    for _ in range(200):
        await settle(pilot)
        screen = pilot.app.screen
        waiting: list[object] = list(getattr(screen, "_resting", {}).values())
        waiting += [w._rest for w in (*screen.query(SessionList), *screen.query(Story)) if w._rest is not None]
        if not waiting:
            break
        await pilot.pause(0.01)
    await settle(pilot)


def at(app: CoachApp) -> int:
    rows = view(app).rows
    return [line.num for line in rows.lines].index(rows.cursor)


async def test_the_keys_move_the_cursor(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["strip"]) as pilot:
        await opened(pilot)
        places = []
        for key in ("j", "down", "k", "up", "up", "end", "j", "home", "G", "g"):
            await pilot.press(key)
            places.append(at(app))
        assert places == [1, 2, 1, 0, 0, 19, 19, 0, 19, 0]
        await pilot.press("pagedown")
        assert 1 < at(app) < 19
        await pilot.press("pageup")
        assert at(app) == 0


async def test_the_cursor_is_always_in_sight(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["strip"]) as pilot:
        await opened(pilot, "end")
        assert any(line.startswith("  › 27 Oct") for line in made_up.text(app).splitlines())
        await press(pilot, "home")
        assert any(line.startswith("  › 24 Nov") for line in made_up.text(app).splitlines())


async def test_titles_are_read_for_what_is_seen_only_and_once(tmp_path: Path) -> None:
    coach = told(MadeUpCoach(listed=made_up.session_lines(10_000)))
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot)
        asked = [int(a.split()[1]) for a in coach.asked if a.startswith("titles")]
        assert len(asked) == 1
        assert asked[0] < 40
        assert "Export drops the last row" in made_up.text(app)
        await press(pilot, "end", "home")
        await rest(pilot)
        before = len(coach.asked)
        await press(pilot, "end", "home")
        await rest(pilot)
        assert len(coach.asked) == before
        assert len(app.screen.query("*")) < 40


async def test_a_session_without_a_title_shows_the_beginning_of_its_id_and_gone_and_automatic_ones_say_so(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot)
        shown = made_up.text(app)
        line = next(one for one in made_up.session_lines() if one.gone and one.person)
        assert f"{line.id[:8]}  source gone" in shown
        assert "automatic, source gone" in shown
        assert "20 sessions in the profile; 3 automatic, counted for no practice; 5 with the source gone" in shown


async def test_what_was_yours_is_named_where_there_is_room_and_counted_where_not(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["strip"]) as pilot:
        await opened(pilot)
        assert "you: plan first, read the diff" in made_up.text(app)
        await pilot.resize_terminal(90, 14)
        await rest(pilot)
        assert "you: 2" in made_up.text(app)


async def test_typing_finds_and_says_how_many_and_escape_clears(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "slash", *"ledger")
        assert {line.project for line in view(app).rows.lines} >= {"/home/ada/code/ledger"}
        n = len(view(app).rows.lines)
        assert 0 < n < 20
        assert f"{n} of 20 sessions" in made_up.text(app)
        await press(pilot, "enter")
        assert app.focused is view(app).rows
        await press(pilot, "escape")
        assert len(view(app).rows.lines) == 20
        assert not view(app).query_one("#find").display


@pytest.mark.parametrize("size", ["usual", "wide"])
async def test_enter_twice_in_a_hurry_tells_the_first_session_that_was_found(tmp_path: Path, size: str) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES[size]) as pilot:
        await opened(pilot, "slash")
        await made_up.hurry(pilot, *"ledger", "enter", "enter")
        await rest(pilot)
        assert app.focused is story(app)
        line = story(app).line
        assert line is not None
        assert line.project == "/home/ada/code/ledger"


async def test_enter_twice_in_a_hurry_stays_where_nothing_was_found(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "slash")
        await made_up.hurry(pilot, *"xyzzy", "enter", "enter")
        await rest(pilot)
        assert isinstance(app.focused, Input)


async def test_down_goes_from_the_search_to_what_was_found(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "slash", *"codex", "down")
        assert app.focused is view(app).rows
        assert {line.agent for line in view(app).rows.lines} == {"codex"}


async def test_what_of_a_search_is_passed_over_is_said(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "slash")
        view(app).query_one(Input).value = "since:blah"
        await rest(pilot)
        assert "since:blah is no day" in made_up.text(app)


async def test_nothing_found_says_what_to_do(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "slash", *"xyzzy")
        assert "No session holds all of these words. Escape shows them all again." in made_up.text(app)
        await press(pilot, "y", "escape")
        assert len(view(app).rows.lines) == 20


async def test_no_sessions_yet_and_the_first_reading_say_so(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told(MadeUpCoach(listed=())))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "j", "enter", "y", "e")
        assert "No sessions yet." in made_up.text(app)
    app = made_up.app(tmp_path, MadeUpCoach(made_up.reading(), listed=()))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot)
        assert "Reading your sessions" in made_up.text(app)


async def test_another_session_does_not_move_the_cursor_off_its_session(tmp_path: Path) -> None:
    coach = told()
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "j", "j")
        held = view(app).rows.cursor
        newest = coach.listed[0]
        coach.listed = (newest._replace(num=999, id="new"), *coach.listed)
        app._follower._tell(made_up.live())
        for _ in range(300):
            await pilot.pause(0.01)
            if len(view(app).rows.lines) == 21:
                break
        assert len(view(app).rows.lines) == 21
        assert view(app).rows.cursor == held
        assert at(app) == 3


async def test_enter_opens_the_story_and_escape_steps_back_to_the_same_row(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "j")
        held = view(app).rows.cursor
        await pilot.press("enter")
        await rest(pilot)
        assert isinstance(app.screen, StoryScreen)
        shown = " ".join(made_up.text(app).split())
        for words in (
            "Dark colours for the settings page",
            "ledger · Claude Code · 23 Nov 2025 02:00, 1 h · 8 prompts, 49 tool calls, 1 project edit",
            "you The export drops the last row when the file has no newline",
            "read x3, plan",
            "▸ read the diff · you · the changed lines were shown",
            "you, a command /commit",
        ):
            assert words in shown
        await press(pilot, "escape")
        assert view(app).rows.cursor == held
        assert app.focused is view(app).rows


async def test_wide_shows_the_story_beside_the_list_and_enter_goes_into_it(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await opened(pilot, "j")
        line = view(app).story.line
        assert line is not None
        assert line.num == view(app).rows.cursor
        assert "Show me the diff before you" in made_up.text(app)
        await press(pilot, "enter")
        assert app.focused is view(app).story
        await press(pilot, "escape")
        focused: object = app.focused
        assert focused is view(app).rows


async def test_only_the_story_where_the_cursor_rests_is_read(tmp_path: Path) -> None:
    coach = told()
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await opened(pilot)
        before = len([a for a in coach.asked if a.startswith("story")])
        await pilot.press(*"jjjjjjjj")
        await rest(pilot)
        assert len([a for a in coach.asked if a.startswith("story")]) - before < 8
        assert coach.asked[-1].startswith("words") or coach.asked[-1].startswith("story")


async def test_the_cursor_goes_over_beats_moments_and_readings_and_says_which_reading(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, StoryScreen)
        on = [screen.reading_at_cursor]
        for key in ("j", "j", "k", "end", "home"):
            await pilot.press(key)
            on.append(screen.reading_at_cursor)
        num = screen.line.num
        assert on == [None, (num, "plan-first"), None, (num, "plan-first"), (num, "coherent-commit"), None]


async def test_enter_on_a_moment_shows_the_transcript_around_it(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter", "j", "enter")
        screen = app.screen
        assert isinstance(screen, TranscriptScreen)
        assert (screen.moment.path, screen.moment.line) == ("/sessions/acme/one.jsonl", 3)
        assert screen.practice == "plan first"
        assert screen.moment.what == "a plan was asked for"
        await press(pilot, "escape")
        assert isinstance(app.screen, StoryScreen)


async def test_enter_on_a_reading_without_a_line_says_so(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter", "end", "enter")
        assert isinstance(app.screen, StoryScreen)
        assert "No line of the transcript shows it." in made_up.text(app)


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "j", "enter")], ids=["list", "story", "transcript"])
async def test_y_copies_the_command_that_resumes_the_session(tmp_path: Path, keys: tuple[str, ...]) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, *keys, "y")
        line = made_up.session_lines()[0]
        assert app.clipboard == f"cd /home/ada/code/acme-web && claude --resume {line.id}"
        assert "Copied the command that resumes this session" in made_up.text(app)


async def test_y_says_where_nothing_can_be_resumed(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told(MadeUpCoach(resumes=False)))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "y")
        assert "This session cannot be resumed by a command." in made_up.text(app)
        await opened(pilot, "end", "y")
        assert "The transcript is gone, so the session cannot be resumed." in made_up.text(app)
        assert app.clipboard == ""


def _at_file(file: Path) -> Any:
    """Storyboards whose transcript is this file."""
    return lambda line: replace(made_up.storyboard(line), root=str(file.parent), files=(file.name,))


async def test_e_opens_the_transcript_at_the_line_in_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, seen = tmp_path / "one.jsonl", tmp_path / "seen"
    file.write_text("{}\n" * 200)
    editor = tmp_path / "vim"
    editor.write_text(f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(repr(sys.argv[1:]))\n")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.setattr(CoachApp, "suspend", lambda self: nullcontext())
    app = made_up.app(tmp_path, told(MadeUpCoach(told=_at_file(file))))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter", "j", "e")
        assert seen.read_text() == repr(["+3", str(file)])
        seen.unlink()
        await press(pilot, "enter", "e")
        assert isinstance(app.screen, TranscriptScreen)
        assert seen.read_text() == repr(["+3", str(file)])


async def test_e_opens_no_editor_on_a_compressed_transcript_and_leaves_no_copy_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = tmp_path / "one.jsonl.zst", tmp_path / "seen"
    file.write_bytes(zstandard.compress(b"{}\n" * 200))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"touch {seen}")
    monkeypatch.setattr(CoachApp, "suspend", lambda self: nullcontext())
    app = made_up.app(tmp_path, told(MadeUpCoach(told=_at_file(file))))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter", "j")
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        await press(pilot, "e")
        assert "A compressed transcript cannot be edited: read it here, or with zstdless in a shell." in " ".join(
            made_up.text(app).split()
        )
        assert {path for path in tmp_path.rglob("*") if path.is_file()} == before
        assert not seen.exists()


async def test_e_says_in_a_sentence_why_no_editor_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text("{}\n")
    app = made_up.app(tmp_path, told(MadeUpCoach(told=_at_file(file))))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter", "j", "e")
        assert "No editor is set: set EDITOR in your shell" in made_up.text(app)
        monkeypatch.setenv("EDITOR", "vi")
        await press(pilot, "e")  # A test's terminal cannot be handed over.
        assert "This terminal cannot be handed to an editor" in made_up.text(app)
        monkeypatch.setattr(CoachApp, "suspend", lambda self: nullcontext())
        monkeypatch.setenv("EDITOR", str(tmp_path / "no-such-editor"))
        await press(pilot, "e")
        assert "could not be started (FileNotFoundError): check EDITOR." in " ".join(made_up.text(app).split())
        monkeypatch.setenv("EDITOR", f"{sys.executable} -c 'raise SystemExit(3)'")
        await press(pilot, "e")
        assert "ended with an error (3)" in " ".join(made_up.text(app).split())
        file.unlink()
        await press(pilot, "e")
        assert "The transcript is gone, so there is nothing to open in an editor." in made_up.text(app)


async def test_a_gone_source_says_what_that_means(tmp_path: Path) -> None:
    coach = told()
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "end", "up", "enter")
        shown = " ".join(made_up.text(app).split())
        assert "source gone The transcript is gone: the agent deleted it. What was noticed in it stays." in shown
        assert "▸ plan first" in shown
        assert not [a for a in coach.asked if a.startswith("words")]


async def test_a_story_that_cannot_be_read_says_so_and_words_that_cannot_do_too(tmp_path: Path) -> None:
    coach = told(MadeUpCoach(fails=OSError("a secret")))
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter")
        assert "This session cannot be told now (OSError)." in made_up.text(app)
        assert "secret" not in made_up.text(app)
        await press(pilot, "escape")
        coach.fails = None
        coach.words_of = lambda board, beats: Heard({}, ("gone",))  # type: ignore[method-assign]
        await opened(pilot, "enter")
        assert "The transcript cannot be read now: the words are left out." in " ".join(made_up.text(app).split())


async def test_a_story_of_thousands_of_beats_reads_the_words_of_those_that_are_seen(tmp_path: Path) -> None:
    def long(line: Any) -> Storyboard:
        board = made_up.storyboard(line)
        return replace(
            board, beats=tuple(Beat(b.kind, b.says, b.at, 0, n + 1, b.counts) for n in range(900) for b in board.beats)
        )

    coach = told(MadeUpCoach(told=long))
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot, "enter", "end", "k")
        asked = [int(a.split()[1]) for a in coach.asked if a.startswith("words")]
        assert asked
        assert max(asked) < 60
        assert len(app.screen.query("*")) < 40


HOSTILE = "[red]x[/]\x1b]0;owned\x07\x1b[2J\u202ereversed\u200b 漢字\u0301\u0301\u0301\u0301 " + "y" * 1_000_000


@pytest.mark.parametrize("size", ["narrow", "wide"])
async def test_hostile_titles_projects_and_words_arrive_as_literal_text(tmp_path: Path, size: str) -> None:
    lines = tuple(
        line._replace(project=f"/home/{HOSTILE[:300]}", id="\x1b[31m" + line.id, agent="\x1b[5magent")
        for line in made_up.session_lines()
    )
    coach = told(MadeUpCoach(listed=lines, called={line.num: HOSTILE for line in lines}, said=dict.fromkeys(range(6), HOSTILE)))
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES[size]) as pilot:
        await opened(pilot)
        for keys in ((), ("enter",), ("escape", "slash", "x")):
            for key in keys:
                await pilot.press(key)
                await rest(pilot)
            shown = made_up.text(app)
            assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u200b", "\u0000"}
        assert "[red]x[/]" in shown


async def test_resized_to_almost_nothing_and_back(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await opened(pilot, "j")
        for size in ((20, 6), SIZES["narrow"], SIZES["wide"]):
            await pilot.resize_terminal(*size)
            await rest(pilot)
        assert view(app).rows.cursor == made_up.session_lines()[1].num
        assert "Dark colours" in made_up.text(app)


async def test_a_click_chooses_and_a_second_opens(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, told())
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await opened(pilot)
        await pilot.click(SessionList, offset=(10, 3))
        await rest(pilot)
        assert at(app) == 3
        await pilot.click(SessionList, offset=(10, 3))
        await rest(pilot)
        assert isinstance(app.screen, StoryScreen)
        await pilot.click(Story, offset=(12, 7))
        await rest(pilot)
        assert isinstance(app.screen, StoryScreen | TranscriptScreen)


async def test_the_real_coach_tells_a_real_session(tmp_path: Path) -> None:
    root = tmp_path / "claude"
    text = "you: fix the export, but plan first\nread src/export.py\nedit src/export.py\nyou: show me the diff\nrun git diff\nreply: one line"
    _write(root, text)
    places = Places(home=tmp_path / "home", config=tmp_path / "config", roots=(Root("claude-code", root),))
    app = CoachApp(places, load(), lambda: Coach(places))
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await opened(pilot)
        for _ in range(500):
            if view(app).rows.lines and "fix the export" in made_up.text(app):
                break
            await pilot.pause(0.02)
        await rest(pilot)
        shown = " ".join(made_up.text(app).split())
        assert "1 session in the profile" in shown
        assert "show me the diff" in shown
        await press(pilot, "y")
        assert "--resume" in app.clipboard


def _write(root: Path, text: str) -> None:
    """A transcript of the sketch, where the agent would keep it."""
    folder = root / "projects" / "-home-sam-shop"
    folder.mkdir(parents=True)
    lines = sketch.play(text, session="11111111-2222-4333-8444-555555555555")
    (folder / "11111111-2222-4333-8444-555555555555.jsonl").write_text("".join(one.text + "\n" for one in lines))
