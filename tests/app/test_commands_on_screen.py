"""What each command does."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from textual.command import CommandList, CommandPalette
from textual.widgets import Input, Static

from accrete_coach.app.app import CoachApp
from accrete_coach.app.commands import Commanded, Keys, commands
from accrete_coach.app.entries import MomentList, PassedList
from accrete_coach.app.help import STATES, HelpScreen
from accrete_coach.app.practice_list import PracticeList
from accrete_coach.app.practice_page import PracticePage
from accrete_coach.app.practices_view import PracticesScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.practice import FAMILY_NAMES
from accrete_coach.standings import WEEKS_LEGEND, State


def view(app: CoachApp) -> PracticesScreen:
    screen = app.screen
    assert isinstance(screen, PracticesScreen)
    return screen


async def test_arrows_and_j_k_move_the_cursor(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        order = view(app).rows.order
        assert len(order) == 5
        at = []
        for key in ("j", "down", "k", "up", "up", "end", "down", "home", "G", "g"):
            await pilot.press(key)
            at.append(order.index(view(app).rows.cursor))
        assert at == [1, 2, 1, 0, 0, 4, 4, 0, 4, 0]


async def test_left_and_right_move_where_there_are_two_columns(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["strip"]) as pilot:
        await settle(pilot)
        await press(pilot, "a", "home")
        order = view(app).rows.order
        at = []
        for key in ("right", "down", "left", "up", "l", "h"):
            await pilot.press(key)
            at.append(order.index(view(app).rows.cursor))
        assert at == [1, 3, 2, 0, 1, 0]


async def test_right_reads_the_practice_where_there_is_one_column(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "right")
        assert view(app).reading


async def test_a_shows_all_by_family_and_again_the_five(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        five = view(app).rows.order
        await press(pilot, "a")
        assert len(view(app).rows.order) == 12
        shown = made_up.text(app)
        for family in FAMILY_NAMES.values():
            assert f"\n  {family} " in shown
        await press(pilot, "a")
        assert view(app).rows.order == five


async def test_enter_opens_the_page_and_escape_steps_back_to_the_same_row(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        cursor = view(app).rows.cursor
        assert view(app).page.display
        assert not view(app).query_one("#left").display
        assert view(app).page.practice == cursor
        page: object = app.focused
        assert page is view(app).page
        await press(pilot, "escape")
        assert view(app).query_one("#left").display
        assert not view(app).page.display
        assert app.focused is view(app).rows
        assert view(app).rows.cursor == cursor


async def test_wide_shows_the_page_beside_the_list_from_the_start(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        assert view(app).page.display
        assert view(app).rows.display
        before = view(app).page.practice
        await press(pilot, "j")
        assert view(app).page.practice == view(app).rows.cursor != before


async def test_a_page_says_everything_about_its_practice(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=(100, 80)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "home", "j", "j", "enter")  # the third: it builds on another
        shown = " ".join(made_up.text(app).split())
        for words in (
            "You do this: name the file, the test or the error that matters.",
            "● habit",
            "you 13, seen 13, of 14 sessions where it fits; last yesterday",
            "A mistake that is seen in the next minute",
            "Say it once at the start",
            "A throw-away script",
            "guidance by vendors and experts (C)",
            "https://example.org/small-steps",
            "Teams that checked each step",
            "Builds on plan first",
            "have 79 tool calls or more",
            "run git diff",
        ):
            assert words in shown


async def test_enter_goes_to_the_moments_and_opens_one_in_its_transcript(tmp_path: Path) -> None:
    coach = made_up.MadeUpCoach(made_up.settled())
    app = made_up.app(tmp_path, coach)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "enter", "enter")
        assert isinstance(app.focused, MomentList)
        assert "› 24 Nov 14:00  acme-web" in made_up.text(app)
        await press(pilot, "j")
        assert "› 20 Nov 14:00  ledger" in made_up.text(app)
        assert "› 24 Nov" not in made_up.text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, TranscriptScreen)
        shown = made_up.text(app)
        assert "▶ you     Show me the diff before you commit" in shown
        assert "ledger" in shown
        assert "line 71" in shown
        await press(pilot, "escape")
        assert isinstance(app.screen, PracticesScreen)
        assert isinstance(app.focused, MomentList)
        await press(pilot, "escape")
        assert isinstance(app.focused, PracticePage)


async def test_the_moments_lead_back_to_reading_at_both_ends(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "enter", "enter", "up")
        assert isinstance(app.focused, PracticePage)
        await press(pilot, "enter", "end", "down")
        below: object = app.focused
        assert isinstance(below, PassedList)
        await press(pilot, "up")
        assert isinstance(app.focused, MomentList)
        await press(pilot, "down", "end", "down")
        assert isinstance(app.focused, PracticePage)


async def test_a_page_and_a_transcript_scroll(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=(80, 10)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "enter", "j", "down")
        assert view(app).page.scroll_y == 2
        await press(pilot, "k", "up", "enter", "enter")
        lines = app.screen.query_one("#lines")
        at = lines.scroll_y
        assert at > 0
        await press(pilot, "up", "k")
        assert lines.scroll_y == at - 2
        await press(pilot, "down", "j")
        assert lines.scroll_y == at


async def test_a_deleted_transcript_says_so_and_what_to_do(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "enter", "enter", "end", "enter")
        shown = " ".join(made_up.text(app).split())
        assert "the agent deleted it" in shown
        assert "cleanupPeriodDays" in shown


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (FileNotFoundError("secret words"), "the agent deleted it"),
        (PermissionError("secret words"), "cannot be read now (PermissionError). Escape steps back."),
        (ValueError("secret words"), "cannot be read now (ValueError)"),
    ],
)
async def test_a_transcript_that_cannot_be_read_is_a_sentence(tmp_path: Path, problem: Exception, says: str) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach(made_up.settled(), fails=problem))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "enter", "enter", "enter")
        shown = " ".join(made_up.text(app).split())
        assert says in shown
        assert "secret words" not in shown


async def test_a_rewritten_transcript_says_so(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, made_up.MadeUpCoach(made_up.settled(), lines=()))
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "enter", "enter", "enter")
        assert "the transcript was rewritten since" in made_up.text(app)


async def test_slash_finds_by_words_and_escape_gives_all_back(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        five = view(app).rows.order
        await pilot.press("slash", *"dif")
        await settle(pilot)
        assert isinstance(app.focused, Input)
        assert view(app).rows.order == ("read-diff",)
        await press(pilot, "enter")
        assert isinstance(app.focused, PracticeList)
        assert view(app).rows.cursor == "read-diff"
        await press(pilot, "escape")
        assert view(app).rows.order == five
        await pilot.press("slash", *"dif")
        await settle(pilot)
        find = app.screen.query_one(Input)
        for _ in range(2):
            find.post_message(Input.Submitted(find, find.value))
        await settle(pilot)
        assert view(app).reading, "two quick Enters are two"
        await press(pilot, "escape", "escape")
        await pilot.press("slash", *"xyzzy")
        await settle(pilot)
        assert "No practice holds these words. Escape shows them all again." in made_up.text(app)
        await press(pilot, "escape")
        assert view(app).rows.order == five
        assert isinstance(app.focused, PracticeList)


async def test_enter_twice_in_a_hurry_reads_what_was_found(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "slash")
        await made_up.hurry(pilot, *"dif", "enter", "enter")
        assert view(app).reading
        assert view(app).page.practice == "read-diff"
        assert app.focused is view(app).page


async def test_y_copies_what_is_ready(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "j", "y")
        practice = made_up.catalogue()[view(app).rows.cursor]
        assert app.clipboard == practice.words.ready
        assert f"Copied a prompt for “{practice.short}”." in made_up.text(app)


@pytest.mark.parametrize("close", ["escape", "question_mark", "q"])
async def test_help_names_the_keys_that_work_and_the_signs(tmp_path: Path, close: str) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=(100, 60)) as pilot:
        await settle(pilot)
        here = [said for _, said in commands(app.screen) if said.keys]
        assert len(here) > 8
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        shown = [str(part.render()) for part in app.screen.query(Static)]
        for said in here:
            assert said.key in shown
            assert said.says in shown
        for sign, words in (*((f"{s.glyph} {s.value}", STATES[s]) for s in State), *WEEKS_LEGEND):
            assert shown[shown.index(sign) + 1] == words
        await press(pilot, close)
        assert isinstance(app.screen, PracticesScreen)


async def test_help_scrolls(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["strip"]) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", "j", "down", "down", "k")
        assert app.screen.query_one("#help").scroll_y == 2
        await press(pilot, "up")
        assert app.screen.query_one("#help").scroll_y == 1


async def test_q_quits(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running or app._exit
    assert app.return_code == 0


async def test_the_palette_holds_every_command_that_works_here(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        offered = list(app.get_system_commands(app.screen))
        assert {c.title for c in offered} == {said.title for _, said in commands(app.screen)}
        assert {"all/five", "find", "copy", "help", "theme", "quit"} <= {c.title for c in offered}
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"all/five")
        found = app.screen.query_one(CommandList)
        while found.option_count != 1 or "all/five" not in str(found.get_option_at_index(0).prompt):
            await pilot.pause(0.01)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert isinstance(app.screen, PracticesScreen)
        assert len(view(app).rows.order) == 12


async def test_the_theme_is_chosen_from_the_palette_and_kept(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert app.theme == "dusk"
        await app.run_action("theme")
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)
        await pilot.press("escape")
        assert {"dusk", "ember", "paper", "ansi-dark", "ansi-light"} <= set(app.available_themes)
        app.theme = "paper"
        await settle(pilot)
    assert tomllib.loads(made_up.places(tmp_path).settings.read_text()) == {"theme": "paper"}
    assert made_up.app(tmp_path).theme == "paper"


async def test_a_click_does_what_enter_does(tmp_path: Path) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        fourth = view(app).rows.order[3]
        y = next(y for y in range(40) if view(app).rows.at(0, y) == fourth)
        await pilot.hover("#list", offset=(8, y))
        await settle(pilot)
        assert view(app).rows.over == fourth
        await pilot.click("#list", offset=(8, y))
        await settle(pilot)
        assert view(app).reading
        assert view(app).page.practice == fourth
        await pilot.click("#moments", offset=(4, 1))
        await settle(pilot)
        assert isinstance(app.screen, TranscriptScreen)
        keys = app.screen.query_one(Keys)
        await pilot.click(keys, offset=(keys.styles.padding.left + keys.render().plain.index("esc"), 0))
        await settle(pilot)
        assert isinstance(app.screen, PracticesScreen)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("keys", [(), ("a",), ("j", "j", "j", "enter"), ("j", "j", "j", "enter", "enter")])
async def test_the_footer_holds_six_whole_keys_at_most(tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    app = made_up.app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        footer = app.screen.query_one(Keys)
        shown = list(footer.parts())
        assert 3 <= len(shown) <= 6
        assert footer.render().rstrip().cell_length <= footer.content_region.width
        assert footer.content_region.right < size[0]


def test_every_command_is_said_whole() -> None:
    def kinds(kind: type) -> list[type]:
        below: list[type] = type.__subclasses__(kind)
        return [kind, *(k for sub in below for k in kinds(sub))]

    said = [command for kind in kinds(Commanded) for command in vars(kind).get("commands", ())]
    assert len(said) > 25
    for command in said:
        assert command.says.endswith("."), command
        assert "[" not in command.says, command
        assert command.title
        assert command.id.count(".") == 1


def test_no_name_of_ours_hides_one_of_textuals() -> None:
    """A clash shows only at run time: `_timers` and `arrange` did."""
    import inspect
    import re

    from textual import message_pump
    from textual.app import App
    from textual.widget import Widget

    import accrete_coach.app as package

    theirs: Callable[[type], set[str]] = lambda kind: set(re.findall(r"self\.(_?\w+)(?:: [^=\n]+)? = ", inspect.getsource(kind)))  # noqa: E731
    taken = theirs(App) | theirs(Widget) | theirs(message_pump.MessagePump)
    allowed = {"_return_code", "_exception", "id", "styles", "virtual_size"}
    for path in Path(package.__file__).parent.glob("*.py"):
        ours = set(re.findall(r"self\.(\w+)(?:: [^=\n]+)? = ", path.read_text("utf-8")))
        assert not (ours & taken) - allowed - {"theme"}, path.name
