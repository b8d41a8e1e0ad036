"""A sketch in words plays as the lines Claude Code would write, and is read like any transcript."""

from __future__ import annotations

import json

import pytest
from lines import follow

from accrete_coach.sessions.facts import Cue, Kind, Status
from accrete_coach.sessions.sketch import START, SketchError, play, read

EVERYTHING = """
cleared
you: rename the column
you [plan mode]: and say how
    over two lines
plan: 1. migrate 2. code
you refuse: keep the old name
plan: 1. migrate with a view 2. code
you accept
you run /release minor
reply: the words of the agent
asks: which one?
you answer: the second
read app/models.py
search name
fetch https://example.org
edit app/models.py +12
write app/new.py +30
run pytest -q -> 3 passed
run make lint -> ! 1 error
edit app/other.py +1
you refuse the tool: use the other table
you [queued]: and leave the rates
you [image]: like this
interrupt
scout find the callers -> found 3
worker change them -> done
reviewer look at it -> fine
skill release-notes
tasks: one; two; three
task done
compacted
you compact
"""


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("you: hello there", [Kind.PROMPT]),
        ("cleared\nyou: hello", [Kind.OPEN, Kind.PROMPT]),
        ("from plan: 1. a\nedit a.py", [Kind.OPEN, Kind.EDIT]),
        ("you run /release\nreply: ok", [Kind.COMMAND, Kind.REPLY]),
        ("you: a\nplan: 1. b\nyou accept", [Kind.PROMPT, Kind.PLAN, Kind.DECISION]),
        ("you: a\nasks: b?\nyou answer: c", [Kind.PROMPT, Kind.QUESTION, Kind.ANSWER]),
        ("you: a\nread b.py\nsearch c\nfetch d", [Kind.PROMPT, Kind.READ, Kind.SEARCH, Kind.FETCH]),
        ("you: a\nedit b.py +3\nyou refuse the tool", [Kind.PROMPT, Kind.EDIT, Kind.REJECT]),
        ("you: a\nyou [queued]: b c", [Kind.PROMPT, Kind.PROMPT]),
        ("you: a\ninterrupt", [Kind.PROMPT, Kind.INTERRUPT]),
        ("you: a\nscout b -> c", [Kind.PROMPT, Kind.DELEGATE, Kind.READ, Kind.RETURN]),
        ("you: a\nworker b -> c", [Kind.PROMPT, Kind.DELEGATE, Kind.READ, Kind.EDIT, Kind.RETURN]),
        ("you: a\nreviewer b -> c", [Kind.PROMPT, Kind.DELEGATE, Kind.READ, Kind.DIFF, Kind.RETURN]),
        ("you: a\nskill b", [Kind.PROMPT, Kind.SKILL]),
        ("you: a\ntasks: b; c\ntask done", [Kind.PROMPT, Kind.TASKS, Kind.TASKS]),
        ("you: a\ncompacted\nyou compact", [Kind.PROMPT, Kind.COMPACT, Kind.COMPACT]),
    ],
)
def test_an_act_plays_as_its_fact(text: str, kinds: list[Kind]) -> None:
    assert [f.kind for f in read(text).facts] == kinds


def test_how_a_prompt_came_is_told() -> None:
    facts = read("you: a\nread b.py\nyou [queued]: b c\nyou [image]: like this\nyou [plan mode]: how").facts
    prompts = [f for f in facts if f.kind is Kind.PROMPT]
    assert [f.has(Cue.QUEUED) for f in prompts] == [False, True, False, False]
    assert [f.has(Cue.IMAGE) for f in prompts] == [False, False, True, False]
    assert [f.has(Cue.PLAN_ON) for f in prompts] == [False, False, False, True]


def test_an_output_after_an_exclamation_mark_is_a_failure() -> None:
    facts = read("you: a\nrun pytest -q -> 3 passed in 0.1s\nrun pytest -q -> ! 1 failed in 0.1s").facts
    assert [f.status for f in facts if f.kind is Kind.CHECK] == [Status.OK, Status.FAILED]


def test_further_lines_belong_to_the_words() -> None:
    (prompt, *_) = read("you: this fails:\n    Traceback (most recent call last):\n    x\nread a.py").facts
    assert prompt.has(Cue.ERROR)
    assert prompt.size == 8


def test_a_sketch_of_everything_plays_in_order_of_time_and_every_line_is_one_the_reader_knows() -> None:
    played = play(EVERYTHING, session="s", project="/home/sam/x", pace=20)
    assert [p.at for p in played] == sorted(p.at for p in played)
    assert played[0].at > START
    assert [p.act for p in played] == sorted(p.act for p in played)
    assert played[-1].act == len([line for line in EVERYTHING.strip().splitlines() if not line.startswith("    ")]) - 1
    main = follow(b"".join(p.text.encode() + b"\n" for p in played if not p.agent))
    assert set(main.passed) == {"used"}
    for p in played:
        record = json.loads(p.text)
        assert record["sessionId"] == "s"
        assert record["type"] in ("user", "assistant", "system", "queue-operation")
        assert bool(record.get("agentId")) is bool(p.agent)


def test_the_same_sketch_plays_the_same() -> None:
    assert play(EVERYTHING) == play(EVERYTHING)
    assert read(EVERYTHING).facts == read(EVERYTHING).facts


def test_the_pace_is_the_time_between_two_lines() -> None:
    quick, slow = (play("you: a\nread b.py", pace=pace) for pace in (1, 3600))
    assert (quick[1].at - quick[0].at).total_seconds() == 1
    assert (slow[1].at - slow[0].at).total_seconds() == 3600


@pytest.mark.parametrize("text", ["dance", "you: a\njump over", "you dance", "edits a.py", "Read a.py"])
def test_an_unknown_act_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(SketchError) as problem:
        read(text)
    assert repr(text.splitlines()[-1]) in str(problem.value)


@pytest.mark.parametrize("text", ["", "\n\n", "cleared", "compacted"])
def test_a_sketch_without_an_act_of_a_session_is_an_error(text: str) -> None:
    with pytest.raises(SketchError):
        read(text)


def test_a_count_of_lines_that_is_no_number_is_an_error() -> None:
    with pytest.raises(SketchError):
        read("you: a\nedit b.py +many")


def test_an_unknown_way_in_which_a_prompt_came_is_an_error() -> None:
    with pytest.raises(SketchError):
        read("you [shouting]: a")
