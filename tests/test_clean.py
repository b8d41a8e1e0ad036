"""Outside text shows literally: it can neither draw nor run anything."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.clean import CAP, clean, escaped, one_line

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("two\nlines", "two\nlines"),
        ("two\r\nlines", "two\nlines"),
        ("over\rwritten", "over␍written"),
        ("a\tb", "a    b"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]52;c;cm0gLXJm\x07", "␛]52;c;cm0gLXJm␇"),
        ("\x1b]8;;https://example.org\x1b\\link", "␛]8;;https://example.org␛\\link"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b31m", "‹009b›31m"),
        ("\x90q\x9c", "‹0090›q‹009c›"),
        ("\0\x07\x08\x7f", "␀␇␈␡"),
        ("user\u202etxt.exe", "user‹202e›txt.exe"),
        ("a\u2066b\u2069", "a‹2066›b‹2069›"),
        ("zero\u200bwidth", "zero‹200b›width"),
        ("\ufeffbom", "‹feff›bom"),
        ("soft\u00adhyphen", "soft‹00ad›hyphen"),
        ("line\u2028sep", "line‹2028›sep"),
        ("tag\U000e0041", "tag‹e0041›"),
        ("lone\ud83d", "lone‹d83d›"),
        ("non\uffff", "non‹ffff›"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("[bold red]x", "[bold red]x"),
        ("\\[x]", "\\[x]"),
        ("é ü 漢字 🦀 e\u0301", "é ü 漢字 🦀 e\u0301"),
    ],
)
def test_what_could_steer_a_terminal_becomes_a_visible_sign(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_no_control_no_separator_and_no_surrogate_of_all_there_are_comes_through() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") and char != "\n":
            assert char not in clean(f"a{char}b"), hex(code)


@pytest.mark.parametrize("char", BIDI)
def test_nothing_turns_the_direction_of_writing(char: str) -> None:
    assert char not in clean(f"a{char}b")


@pytest.mark.parametrize(
    "char",
    ["\u0300", "\u0489", "\u0591", "\u0670", "\u064b", "\u0e49", "\u20dd", "\u1ab0", "\ufe20", "\u0901", "\u0f71", "\U0001d167"],
    ids=lambda c: f"U+{ord(c):04X}",
)
def test_marks_do_not_pile_up(char: str) -> None:
    shown = clean("a" + char * 50 + "b")
    assert shown.count(char) <= 3
    assert shown.startswith("a")
    assert shown.endswith("b")


def test_different_marks_do_not_pile_up() -> None:
    shown = clean("a" + "\u0300\u0489\u0316" * 20 + "b")
    assert len(shown) <= 5


@given(st.text(max_size=300))
def test_clean_text_can_be_encoded_and_is_clean_already(text: str) -> None:
    shown = clean(text)
    shown.encode("utf-8")
    assert clean(shown) == shown
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n" for c in shown)


@given(st.text(max_size=100))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(max_size=200))
def test_escaped_json_steers_nothing_and_reads_back_the_same(text: str) -> None:
    shown = escaped(json.dumps({text: [text]}, indent=1, ensure_ascii=False))
    assert json.loads(shown) == {text: [text]}
    assert clean(shown) == shown or len(shown) > CAP
    shown.encode("utf-8")


@pytest.mark.parametrize("char", [*BIDI, "\x9b", "\x7f", "\u2028", "\ufeff", "\U000e0041", "\ud83d"])
def test_what_steers_is_escaped_in_json_and_letters_stay(char: str) -> None:
    assert (
        escaped(json.dumps(f"é{char}漢", ensure_ascii=False))
        == json.dumps("é", ensure_ascii=False)[:-1] + json.dumps(char)[1:-1] + '漢"'
    )


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * CAP) == "x" * CAP
    assert clean("x" * (CAP + 1)) == "x" * CAP + " …"
    assert clean("xxxx", 2) == "xx …"
    assert len(clean("y" * 5_000_000)) == CAP + 2
    assert len(clean("\x1b" * 5_000_000)) == CAP + 2


def test_a_line_is_cut_and_its_blanks_become_one() -> None:
    assert one_line("a\n\n  b\tc \r\n d") == "a b c d"
    assert one_line("a\u2028b\x85c\x0bd") == "a b c d"
    assert one_line("x" * 300) == "x" * 200 + " …"
    assert one_line("x" * 1_000_000, 10) == "x" * 10 + " …"
    assert one_line("\n" * 1_000_000) == ""
    assert one_line("\x1b[2J\nx") == "␛[2J x"
