"""The figures that say how right the readings are: what they mean, and that the page says what the program ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from accrete_coach.accuracy import ENOUGH, Accuracy, Measurement, Share, Tally, page, parse, shipped, table
from accrete_coach.practice import load

PROJECT = Path(__file__).parent.parent
CATALOGUE = load()


def measured(**tallies: Tally) -> Accuracy:
    return Accuracy((Measurement("m", "2026-11-27", 30, 2, "They agreed.", "Note.", tallies, dict.fromkeys(tallies, 1)),))


def test_a_practice_is_measured_from_eight_sessions_of_either_kind_on() -> None:
    assert Tally(hit=6, missed=2, extra=1, neither=7).measured
    assert not Tally(hit=5, missed=2, extra=1, neither=90).measured
    assert not Tally(hit=90, missed=2, extra=1, neither=6).measured
    assert ENOUGH == 8


def test_what_stands_beside_a_practice() -> None:
    accuracy = measured(scout=Tally(hit=18, extra=2, missed=1, neither=30), rewind=Tally(hit=1, neither=28))
    assert accuracy.sentence("scout") == (
        "Measured on 51 sessions read with care: of those where it says seen, 18 of 20 (70 to 97 %) are; "
        "of those where it was, it sees 18 of 19 (75 to 99 %)."
    )
    assert accuracy.sentence("scout", version=2).endswith("The detector has changed since.")
    assert accuracy.sentence("rewind").startswith("Unmeasured: the careful readings hold 1 session with it and 28 without")
    assert accuracy.sentence("heard-of-nowhere").startswith("Unmeasured: the careful readings hold 0 sessions")
    assert accuracy.measured("scout")
    assert not accuracy.measured("rewind")


def test_measurements_add_up() -> None:
    one, other = measured(scout=Tally(hit=5, neither=9)), measured(scout=Tally(hit=4, extra=1))
    both = Accuracy((*one.measurements, *other.measurements))
    assert both.of("scout") == Tally(hit=9, extra=1, neither=9)
    assert both.measured("scout")
    assert not one.measured("scout")
    assert both.pooled == both.of("scout")


def test_a_share_of_nothing_says_nothing() -> None:
    assert str(Share(0, 0)) == "-"
    assert Share(0, 0).value is None
    assert str(Share(18, 20)) == "0.90 (0.70 to 0.97)"


def test_figures_survive_their_file() -> None:
    accuracy = measured(scout=Tally(1, 2, 3, 4, 5, 6, 7, 8, 9), rewind=Tally())
    assert parse(table(accuracy)) == accuracy


@pytest.mark.parametrize("text", ["", "measurement = 3", "[[measurement]]\nname = 'x'", "[[measurement]]\npractices = 1"])
def test_a_file_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"accuracy\.toml: not as `make accuracy` writes it"):
        parse(text)


def test_the_shipped_figures_hold_every_practice_with_date_sessions_and_readers() -> None:
    for m in shipped().measurements:
        assert set(m.tallies) == {p.id for p in CATALOGUE.practices}
        assert m.date
        assert m.sessions >= 20
        assert m.readers >= 1
        assert m.agreement.endswith(".")
        assert m.note.endswith(".")


def test_the_page_says_what_is_shipped() -> None:
    told = (PROJECT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert told == page(shipped(), [(p.id, p.title) for p in CATALOGUE.practices])
