"""Text from transcripts can neither run, draw nor crash anything (promises.md, P8)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from textual.widgets import Input

from accrete_coach.app.practices_view import PracticesScreen
from accrete_coach.app.transcript import TranscriptScreen
from accrete_coach.coach import Excerpt, Update

HOSTILE = {
    "markup": "[bold red]x[/] [/nothing] [@click=app.quit]click me[/] [link=https://x.invalid]y[/link] [",
    "unclosed": "[[[/]] [$primary on $nothing] \\[ [not a style=1]",
    "clipboard": "a\x1b]52;c;ZWNobyBoaQ==\x07b\x1b]0;title\x1b\\c",
    "clears": "\x1b[2J\x1b[H\x1b[31mred\x9b2J\x90q\x9c\x85\x8d",
    "bidi": "\u202egnp.exe\u202c \u2066abc\u2069 \u200f\u061c",
    "invisible": "a\u200bb\u200dc\ufeffd\u2060e\U000e0041f\u00adg",
    "surrogates": "\ud800 half \udfff \ud83d",
    "wide": "\uff21\uff22 漢字漢字 👩‍👩‍👧‍👦 🇺🇳 \ufe0f",
    "combining": "Z" + "\u0301" * 400 + " a\u20dd",
    "nul": "a\x00b\x08\x7f\r\nc\rd\te\x0c",
    "megabyte": "A" * 1_000_000,
    "megabyte of lines": "x\n" * 500_000,
    "megabyte of brackets": "[" * 1_000_000,
    "separators": "a\u2028b\u2029c\x1cd\x1ee",
    "empty": "",
}
STEERS = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u200d\u2028\u2029\ufeff"} - {"\n"}  # fmt: skip


def coach(words: str) -> made_up.MadeUpCoach:
    lines = tuple(Excerpt(n, who, words, n == 2) for n, who in enumerate(("you", "agent", "tool", "result", words[:40])))
    moments = tuple(replace(m, project=words, path=words, by=words[:50], session=words) for m in made_up.moments("run-check"))
    return made_up.MadeUpCoach((Update(made_up.standings(), None, words, (words[:20],)),), lines=lines, shown=moments)


def steering(text: str) -> set[str]:
    return {c for c in text if c in STEERS or 0xD800 <= ord(c) <= 0xDFFF}


@pytest.mark.parametrize("size", [SIZES["narrow"], SIZES["wide"]], ids=["narrow", "wide"])
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_is_shown_as_it_is_and_does_nothing(tmp_path: Path, words: str, size: tuple[int, int]) -> None:
    app = made_up.app(tmp_path, coach(words))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        seen = [made_up.text(app)]
        await press(pilot, "j", "enter", "enter")
        seen.append(made_up.text(app))
        for row in range(1, size[1] - 1, 9):  # Whatever is clicked, outside text starts nothing.
            await pilot.click(offset=(min(30, size[0] - 2), row))
        await settle(pilot)
        while len(app.screen_stack) > 1:
            await press(pilot, "escape")
        await press(pilot, "1")  # One of the clicks went to another view.
        while len(app.screen_stack) > 1:
            await press(pilot, "escape")
        assert isinstance(app.screen, PracticesScreen)
        await press(pilot, "escape", "escape", "escape", "enter", "enter", "enter")
        assert isinstance(app.screen, TranscriptScreen)
        seen.append(made_up.text(app))
        for text in seen:
            assert not steering(text), sorted(steering(text))
        assert app.is_running
        assert app.return_code is None
        assert app._exception is None


async def test_markup_of_others_stays_letters(tmp_path: Path) -> None:
    app = made_up.app(tmp_path, coach("[@click=app.quit]click[/] [b]bold[/b]"))
    async with app.run_test(size=SIZES["wide"]) as pilot:
        await settle(pilot)
        assert "[@click=app.quit]click[/] [b]bold[/b]" in made_up.text(app)  # the note
        await press(pilot, "enter", "enter", "enter")
        assert "[@click=app.quit]click[/] [b]bold[/b]" in made_up.text(app)  # the transcript
        styles = {segment.style for strip in app.screen._compositor.render_strips() for segment in strip if segment.style}
        assert not any("@click" in style.meta for style in styles)


async def test_what_is_pasted_into_find_passes_the_gate(tmp_path: Path) -> None:
    from textual.events import Paste

    app = made_up.app(tmp_path)
    async with app.run_test(size=SIZES["usual"]) as pilot:
        await settle(pilot)
        await press(pilot, "slash")
        find = app.screen.query_one(Input)
        find.post_message(Paste("a\x1b]52;c;eA==\x07\u202eb"))
        await settle(pilot)
        assert find.value
        assert not steering(find.value)
        assert not steering(made_up.text(app))


def test_the_test_itself_sees_what_steers() -> None:
    assert steering(HOSTILE["clipboard"])
    assert steering(HOSTILE["bidi"])
    assert steering(HOSTILE["surrogates"])


def test_an_address_is_a_link_only_when_it_is_one() -> None:
    from accrete_coach.app.shown import link

    def links(url: str) -> list[str]:
        return [s.style.link for s in link(url).spans if not isinstance(s.style, str) and s.style.link]

    assert links("https://example.org/a?b=c") == ["https://example.org/a?b=c"]
    for url in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://x\x1b]8;;y\x07",
        "https://a b",
        "https://x/\u202e",
        "https://" + "x" * 900,
    ):
        assert links(url) == []
