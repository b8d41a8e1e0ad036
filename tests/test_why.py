"""Why a moment counts: what its facts say happened, in a few words."""

from __future__ import annotations

from pathlib import Path

import pytest

from accrete_coach.practice import load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import Kind
from accrete_coach.storyboard import build
from accrete_coach.why import by_line, in_words, of_line
from faults.made import WORK, Tree, coach_of, places_of

CATALOGUE = load()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("you: why?", "you said"),
        ("you: go\nread a.py\nyou [queued]: only b.py", "you said, while it worked"),
        ("you: go\nplan: 1. a\nyou accept", "you approved the plan"),
        ("you: go\nplan: 1. a\nyou refuse: no, b", "you sent the plan back"),
        ("you: go\nedit CLAUDE.md +1", "the memory file was changed"),
        ("you: go\nedit a.py +1", "a file was changed"),
        ("you: go\nrun pytest -q -> 3 passed", "tests passed"),
        ("you: go\nrun ruff check . -> ! Found 2 errors", "a linter failed"),
        ("you: go\nrun pytst -q; pytest -> ! Exit code 127: pytest: command not found", "tests did not start"),
        ("cleared\nyou: go", "the session opened cleared"),
        ("from plan: 1. a\nedit a.py +1", "the session opened from a plan"),
        ("you: go\ntasks: a; b\ntask done", "an item was marked done"),
    ],
)
def test_a_fact_is_told_in_a_few_words(text: str, words: str) -> None:
    assert words in {in_words(f) for f in sketch.read(text).facts}


def test_every_kind_of_fact_has_words_or_says_nothing() -> None:
    told = {in_words(f) for p in CATALOGUE.practices for s in p.sketches for f in sketch.read(s.text).facts}
    assert "" not in told
    assert len(Kind) > 30


def test_of_several_facts_in_one_line_the_telling_ones_are_said() -> None:
    session = sketch.read(
        "you: go\nrun cat a.py && pytest -q && git commit -m 'Round tax' -> 3 passed\n    [main 1a2b3c4] Round tax"
    )
    (words,) = {w for w in map(of_line, by_line(session.facts).values()) if "commit" in w}
    assert words == "tests passed and a commit"


IN_ONE_LINE = (
    "you: round tax per line, then commit it\nedit app/tax.py +24\n"
    "run git worktree add ../other -b other && git diff && pytest -q && git commit -am 'Round tax per line' -> + round\n"
    "    3 passed\n    [main 1a2b3c4] Round tax per line"
)
ITS_ACT = {
    "worktree": "a worktree was made and the changed lines were shown",
    "read-diff": "the changed lines were shown and a worktree was made",
    "run-check": "tests passed and a worktree was made",
    "coherent-commit": "a commit and a worktree was made",
}


def test_of_several_acts_in_one_line_a_practice_s_moment_names_its_own_first() -> None:
    session = sketch.read(IN_ONE_LINE)
    board = build(session, CATALOGUE.read(session)[0])
    assert {s.practice: s.what for b in board.beats for s in b.shown if s.practice in ITS_ACT} == ITS_ACT


def test_the_coach_names_the_act_of_the_practice_first_too(tmp_path: Path) -> None:
    Tree(tmp_path / "claude").add("s1", IN_ONE_LINE)
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    assert {name: coach.moments(name)[0].what for name in ITS_ACT} == ITS_ACT
    coach.close()


def test_an_act_that_says_little_is_named_where_a_practice_is_about_it() -> None:
    session = sketch.read("you: go\nrun cat a.py && pytest -q -> 3 passed")
    (line,) = (some for some in by_line(session.facts).values() if len(some) > 1)
    (nth,) = (n for n, f in enumerate(line) if f.kind is Kind.READ)
    assert (of_line(line), of_line(line, nth)) == ("tests passed", "something was read and tests passed")


def test_every_built_in_practice_says_when_it_counts() -> None:
    for practice in CATALOGUE.practices:
        assert practice.rule.endswith("."), practice.id
        assert "practices.md" not in practice.rule
        assert len(practice.rule) > 30
        assert practice.fits.endswith("."), practice.id


def test_the_coach_tells_what_happened_at_a_moment(tmp_path: Path) -> None:
    Tree(tmp_path / "claude").add("s1", WORK)
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    told = [m.what for p in coach.catalogue.practices for m in coach.moments(p.id)]
    assert told
    assert all(told)
    coach.close()
