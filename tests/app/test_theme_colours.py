"""The colours of our own themes: every word can be read on the ground it stands on, and states differ for colour-blind eyes."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import made_up
import pytest
from made_up import SIZES, press, settle
from rich.cells import cell_len
from rich.color import Color as Seen
from textual.color import Color

from accrete_coach import settings
from accrete_coach.app import themes
from accrete_coach.app.app import CoachApp
from accrete_coach.app.row import MUTED, STYLES
from accrete_coach.settings import Settings
from accrete_coach.standings import State

OWN = sorted(path.stem for path in themes.own_folder().glob("*.toml"))
LEAST = dict.fromkeys(OWN, 4.5) | {"contrast": 7.0}
"""WCAG 2.2, 1.4.3 (AA); for the one of high contrast 1.4.6 (AAA)."""
COLOUR_BLIND = "harbor"
GROUNDS = ("$background", "$surface", "$foreground 6%", "$foreground 8%", "$primary 15%", "$primary 22%")
"""What words stand on (app.tcss): the screen, the help, a row under the mouse, the cursor without and with focus, a moment's line."""
WORDS = ("$foreground", MUTED, "$text", "$text-muted", "$text-error")
FOOTER = ("$footer-key-foreground", "$footer-description-foreground")
"""These stand on the screen's ground alone."""
VIEWS: dict[str, tuple[str, ...]] = {
    "five": (),
    "all": ("a", "j", "j", "j"),
    "practice": ("j", "j", "j", "enter"),
    "moments": ("j", "j", "j", "enter", "enter"),
    "transcript": ("j", "j", "j", "enter", "enter", "enter"),
    "found": ("slash", "d", "i", "f"),
    "help": ("question_mark",),
}
"""Keys that lead to every view."""


def light(color: Color) -> float:
    """Relative luminance (WCAG 2.2)."""
    r, g, b = linear(color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def linear(color: Color) -> tuple[float, float, float]:
    """sRGB without its gamma, 0 to 1."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in color.rgb))
    return r, g, b


def contrast(one: Color, other: Color) -> float:
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def variables(folder: Path, name: str) -> dict[str, str]:
    theme = next(t for t in themes.load(made_up.places(folder))[0] if t.name == name)
    return {**theme.to_color_system().generate(), **theme.variables}


def on(style: str, ground: Color, known: dict[str, str]) -> Color:
    """The colour that a style gives on a ground, as Textual blends it."""
    name, _, share = style.partition(" ")
    value, _, own_share = known[name.removeprefix("$")].partition(" ")
    alpha = float((share or own_share or "100%").rstrip("%")) / 100
    colour = ground.get_contrast_text(1.0) if value == "auto" else Color.parse(value)
    return ground.blend(colour, alpha * colour.a, 1.0)


@pytest.mark.parametrize("name", OWN)
def test_every_word_and_state_can_be_read_on_every_ground(tmp_path: Path, name: str) -> None:
    known = variables(tmp_path, name)
    screen = Color.parse(known["background"])
    bad = []
    for ground in GROUNDS:
        below = on(ground, screen, known)
        for style in sorted({*WORDS, *STYLES.values(), "$text-warning", *(FOOTER if ground == "$background" else ())}):
            ratio = contrast(on(style, below, known), below)
            if ratio < LEAST[name]:
                bad.append(f"{style} on {ground}: {ratio:.2f}")
    assert not bad


@pytest.mark.parametrize("name", OWN)
async def test_what_is_drawn_can_be_read(tmp_path: Path, name: str) -> None:
    settings.save(made_up.places(tmp_path), Settings(theme=name))
    bad: set[str] = set()
    for view, keys in VIEWS.items():
        app = made_up.app(tmp_path)
        async with app.run_test(size=SIZES["wide"]) as pilot:
            await settle(pilot)
            assert app.theme == name
            await press(pilot, *keys)
            drawn = words(app)
            assert len(drawn) > 20
            bad |= {f"{view}: {text!r} {contrast(*pair):.2f}" for text, pair in drawn if contrast(*pair) < LEAST[name]}
    assert not bad


def words(app: CoachApp) -> list[tuple[str, tuple[Color, Color]]]:
    """Every piece of text on the screen with its colour and its ground; of what lies under a help nothing is to be read."""
    signs = {state.glyph for state in State}
    within = app.screen.query_one("#help").region if app.screen.is_modal else app.screen.region
    out = []
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            said = re.search(r"\w", text) or signs & set(text)
            if said and within.contains(x, y) and style is not None and style.color is not None and style.bgcolor is not None:
                out.append((text.strip(), (seen(style.color), seen(style.bgcolor))))
            x += cell_len(text)
    return out


def seen(color: Seen) -> Color:
    return Color(*color.get_truecolor())


# Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions on
# Visualization and Computer Graphics 15(6), 2009: the matrices for severity 1.0, applied to linear RGB.
DEFICIENCIES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}


def lab(color: Color, matrix: tuple[tuple[float, float, float], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as eyes with that deficiency see it."""
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear(color), strict=True)))) for row in matrix)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def near(known: dict[str, str], eyes: str, *, distance: float, lightness: float) -> list[str]:
    """The pairs of state colours that these eyes can hardly tell apart."""
    ground = Color.parse(known["background"])
    seen = {style: lab(on(style, ground, known), DEFICIENCIES[eyes]) for style in set(STYLES.values())}
    out = []
    for (one, a), (other, b) in itertools.combinations(sorted(seen.items()), 2):
        apart, lighter = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5, abs(a[0] - b[0])
        if apart < distance or lighter < lightness:
            out.append(f"{one} and {other}: {apart:.1f}, in lightness {lighter:.1f}")
    return out


@pytest.mark.parametrize("eyes", DEFICIENCIES)
def test_colour_blind_eyes_tell_the_states_apart(tmp_path: Path, eyes: str) -> None:
    """A distance of 2.3 is just seen (Mahy 1994); between small glyphs that stand far apart it takes several times that."""
    assert near(variables(tmp_path, COLOUR_BLIND), eyes, distance=12, lightness=3) == []


def test_the_measure_sees_colours_that_are_too_near() -> None:
    known = {"background": "#101010", "foreground": "#d0d0d0", "text-success": "#70a060", "text-primary": "#b08a60"}
    known |= {"text-secondary": "#a050f0", "text-accent": "#f0f0f0", "text-warning": "#ffff00"}
    # A green and a red-brown: far apart for most eyes, not for those who lack one of the two cones.
    assert not any("success" in pair and "primary" in pair for pair in near(known, "none", distance=12, lightness=0))
    assert any("success" in pair and "primary" in pair for pair in near(known, "deutan", distance=12, lightness=0))


def test_the_measure_of_contrast_is_the_one_of_wcag() -> None:
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)
