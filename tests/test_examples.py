"""Every built-in practice's examples, act by act."""

from __future__ import annotations

import pytest

from accrete_coach.examples import steps
from accrete_coach.practice import Practice, Sketch, load
from accrete_coach.sessions.sketch import SketchError

EXAMPLES = [(p, s) for p in load().practices for s in p.sketches]


@pytest.mark.parametrize(("practice", "example"), EXAMPLES, ids=[f"{p.id}-{s.name}" for p, s in EXAMPLES])
def test_the_last_act_reads_what_the_example_says(practice: Practice, example: Sketch) -> None:
    told = steps(practice, example)
    assert told[-1].word == example.says
    assert [step.act for step in told] == [line.strip() for line in example.text.strip().splitlines() if line.strip()]


def test_it_is_noticed_at_the_act_that_shows_it_and_not_before() -> None:
    practice = load()["read-diff"]
    asked = next(s for s in practice.sketches if s.says == "seen" and s.by == "you")
    words = [step.word for step in steps(practice, asked)]
    assert words.index("seen") == len(words) - 1
    assert "git commit" in steps(practice, asked)[-1].act
    assert steps(practice, asked)[-1].by == "you"


def test_what_is_no_session_is_said() -> None:
    with pytest.raises(SketchError):
        steps(load()["read-diff"], Sketch("seen", "you dance: on the table"))
