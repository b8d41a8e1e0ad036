"""The commands of the coaching, each in a process of its own, as a person types them."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from accrete_coach.layers import LAYERS
from accrete_coach.practice import load
from accrete_coach.week import period
from test_cli import Machine

BLIND = """
you: round tax per line, then commit
edit app/tax.py +24
run pytest -q -> 3 passed in 1s
run git commit -am 'Round tax' -> [main abc1234] Round tax
reply: done
"""
SHOWN = BLIND.replace("run git commit", "run git diff -> + a line\nrun git commit").replace(
    "then commit", "show me the diff, then commit"
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    for n in range(12):
        made.session(f"blind-{n:02d}", BLIND, days_ago=0.2 + 3 * n)
    return made


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def hours_pass(machine: Machine) -> None:
    """As if the focus had been taken up four hours ago."""
    with closing(sqlite3.connect(machine.home / "profile.db")) as db:
        db.execute("UPDATE focuses SET at = at - 4 * 3600 * 1000")
        db.commit()


# --- week ------------------------------------------------------------------------------------------------------------


def test_the_week_is_said_in_a_few_lines(machine: Machine) -> None:
    told = machine.run("week", "--of", datetime.now().date().isoformat(), columns=60)
    assert re.match(r"Week \d+, ", told)
    assert "One thing to try: look at the diff before you commit." in " ".join(told.split())
    assert "A question: " in told
    assert len(told.split()) < 150
    assert "Practices" not in told
    assert "Practices\n" in machine.run("week", "--of", datetime.now().date().isoformat(), "--all")


def test_an_empty_week_is_a_sentence(machine: Machine) -> None:
    told = machine.run("week", "--of", "2019-W01")
    assert "No session of yours in this week." in told
    assert "Week 1, 31 December 2018 to 6 January 2019" in told


def test_a_machine_without_sessions_says_so(bare: Machine) -> None:
    assert "No session of yours in this week." in bare.run("week")
    assert "No sessions read yet." in bare.run("tip")
    assert "No focus now." in bare.run("focus")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["week", "--of", "2025-W53"], "2025 has no week 53: its last one is 2025-W52; nothing is shown"),
        (["week", "--of", "yesterday"], "is no week, month, quarter or year; say 2026-W46"),
        (["week", "--of", "2026-W02", "--month"], "--of 2026-W02 is a week"),
        (["week", "--json", "--markdown"], "say one of them"),
        (["tip", "later", "--until", "2001-01-01"], "is not ahead"),
        (["tip", "--next", "accept"], "go before no other word"),
        (["check-in", "4", "3"], "three numbers"),
        (["check-in", "--note", "calm"], "a note goes with the three numbers"),
        (["check-in", "4", "3", "2", "--of", "2100-W01"], "2100-W01 has not begun"),
        (["week", "--stand-up", "--all"], "--all goes with"),
        (["check-in", "4", "3", "9"], "from 1 (not at all) to 5"),
        (["check-in", "4", "3", "2", "--of", "2026"], "of a week"),
    ],
)
def test_wrong_words_get_a_sentence(machine: Machine, words: list[str], answer: str) -> None:
    assert answer in " ".join(machine.run(*words, code=2).split())


def test_longer_stretches(machine: Machine) -> None:
    today = datetime.now().date()
    assert machine.run("week", "--month").startswith(f"{today:%B %Y} so far")
    assert machine.run("week", "--year").startswith(f"{today.year} so far")
    assert machine.json("week", "--quarter")["period"]["name"] == period("quarter", today).name


def test_the_forms_of_a_week(machine: Machine, tmp_path: Path) -> None:
    day = datetime.now().date().isoformat()
    assert machine.run("week", "--of", day, "--markdown").startswith("# Week ")
    stand = machine.run("week", "--of", day, "--stand-up")
    assert not re.search(r"\d", stand)
    assert "shop" not in stand
    svg = tmp_path / "week.svg"
    machine.run("week", "--of", day, "--svg", str(svg))
    assert ElementTree.fromstring(svg.read_text("utf-8")).tag.endswith("svg")
    assert "not written" in machine.run("week", "--of", day, "--svg", str(svg), code=1), "nothing is overwritten"


def test_the_week_as_json_has_the_public_shape(machine: Machine) -> None:
    told = machine.json("week", "--of", datetime.now().date().isoformat())
    assert set(told) == {
        "schema", "period", "before", "project", "sessions", "sessions_before", "comparable", "says", "practices", "moment", "tip",
        "focus", "felt", "flow", "flow_before", "plateaus",
    }  # fmt: skip
    assert [one["id"] for one in told["practices"]] == [p.id for p in load().practices]
    assert told["flow"]["sessions"] == told["sessions"]["sessions"]


# --- tip and focus ---------------------------------------------------------------------------------------------------


def test_from_a_tip_to_a_focus_to_what_became_of_it(machine: Machine) -> None:
    told = " ".join(machine.run("tip").split())
    assert "Have you tried to look at the diff before you commit?" in told
    assert "There was a commit in 12 sessions; you asked to see the diff first in none." in told
    assert "When not to:" in told
    assert "observational evidence (B)" in told
    assert machine.run("tip", "--ready").strip() == load()["read-diff"].words.ready
    accepted = " ".join(machine.run("tip", "accept").split())
    assert "When I am about to commit, I look at the diff." in accepted
    assert "Baseline you asked for it in none of 12 sessions where it fits" in accepted
    hours_pass(machine)
    for n in range(3):
        machine.session(f"shown-{n}", SHOWN, days_ago=0.01 * (n + 1))
    told = " ".join(machine.run("focus").split())
    assert "3 occasions since, you in 3; before, you in none of 12." in told
    assert "Growing" in told
    focus = machine.json("focus")["focus"]
    assert focus["baseline"]["applied"] == 12
    assert focus["followed"] == {"you": 3, "happened": 3, "applied": 3}
    assert "you ended it" in machine.run("focus", "end")
    assert "there is no focus to end" in machine.run("focus", "end", code=1)
    assert "When I am about to commit" in machine.run("focus", "--past")


def test_later_says_until_when_and_not_for_me_says_what_it_hides(machine: Machine) -> None:
    ahead = (datetime.now() + timedelta(days=40)).date()
    machine.run("tip")
    told = " ".join(machine.run("tip", "later", "--until", ahead.isoformat()).split())
    assert f"read the diff: not before {ahead.day} {ahead:%b}" in told
    log = machine.json("tips", "--log")["log"]
    assert [(one["practice"], one["answer"]) for one in log] == [("read-diff", "later")]
    assert log[0]["until"].startswith(
        (datetime(ahead.year, ahead.month, ahead.day, tzinfo=UTC) - timedelta(hours=14)).isoformat()[:7]
    )
    after = machine.json("tip")["tip"]
    assert after is None or after["practice"] != "read-diff"
    machine.run("not-for-me", "read-diff")
    why = {one["practice"]: one["why"] for one in machine.json("tips")["not_now"]}
    assert why["read-diff"] == "you said that it is not for you"
    machine.run("not-for-me", "read-diff", "undo")


def test_not_for_me_is_undone_as_it_says(machine: Machine) -> None:
    machine.run("tip")
    told = " ".join(machine.run("tip", "not-for-me").split())
    undo = re.search(r"`accrete-coach (not-for-me read-diff undo)`", told)
    assert undo is not None
    assert "stays in the list of all practices" in told
    machine.run(*undo.group(1).split())
    assert "taken back" not in machine.run("tips")


@pytest.mark.parametrize("word", ["accept", "later", "not-for-me"])
def test_nobody_answers_a_tip_they_never_saw(machine: Machine, word: str) -> None:
    assert "no tip stands to be answered" in machine.run("tip", word, code=1)
    assert machine.json("tips", "--log")["log"] == []
    assert machine.json("focus")["focus"] is None


def test_what_shows_no_tip_counts_as_none_shown(machine: Machine, tmp_path: Path) -> None:
    machine.run("week", "--svg", str(tmp_path / "week.svg"))
    machine.run("week", "--json")
    assert machine.json("tips", "--log")["log"] == []
    machine.run("week")
    assert len(machine.json("tips", "--log")["log"]) == 1


def test_a_forgotten_project_is_named_by_no_focus(machine: Machine) -> None:
    for n in range(8):
        machine.session(f"long-{n}", BLIND, days_ago=0.4 + 2 * n, project="/home/sam/secretshop")
        machine.session(f"good-{n}", SHOWN, days_ago=1.4 + 2 * n, project="/home/sam/site")
    machine.run("focus", "set", "read-diff")
    machine.run("forget", "--project", "secretshop", "--yes")
    assert "secretshop" not in machine.run("focus")
    assert "secretshop" not in machine.run("export")
    assert b"secretshop" not in (machine.home / "profile.db").read_bytes()


def test_the_next_tip_passes_one_over(machine: Machine) -> None:
    for n in range(8):
        machine.session(
            f"many-{n}", BLIND.replace("edit app/tax.py +24", "edit app/tax.py +24\nedit app/cart.py +24"), days_ago=0.3 + n
        )
    first = machine.json("tip")["tip"]["practice"]
    second = machine.run("tip", "--next")
    assert "is put away for four weeks" in second
    log = machine.json("tips", "--log")["log"]
    assert (log[-1]["practice"], log[-1]["answer"]) == (first, "passed")
    assert len(log) > 1
    assert machine.json("tip")["tip"]["practice"] == log[0]["practice"] != first
    while machine.json("tip")["tip"] is not None:
        machine.run("tip", "--next")
    log = machine.json("tips", "--log")["log"]
    assert len({one["practice"] for one in log}) == len(log), "none comes twice"
    assert all(one["answer"] == "passed" for one in log)


def test_one_may_take_up_what_one_likes(machine: Machine) -> None:
    assert "I agree" not in machine.run("focus", "set", "plan", "first")
    assert machine.json("focus")["focus"]["practice"] == "plan-first"
    assert "is your focus already" in machine.run("focus", "set", "plan-first")
    assert "there is no practice" in machine.run("focus", "set", "nonsense", code=1)


def test_a_stuck_focus_is_told_and_the_next_tip_may_come(machine: Machine) -> None:
    machine.run("focus", "set", "read-diff")
    hours_pass(machine)
    for n in range(6):
        machine.session(f"shown-{n}", SHOWN, days_ago=0.01 * (n + 1))
    assert "It stuck" in " ".join(machine.run("focus").split())
    assert "stuck: 6 occasions since, you in 6" in " ".join(
        machine.run("week", "--of", datetime.now().date().isoformat()).split()
    )


# --- check-in and layers ---------------------------------------------------------------------------------------------


def test_how_a_week_felt_is_off_until_asked_for(machine: Machine) -> None:
    assert "and need not" in " ".join(machine.run("check-in").split())
    machine.run("check-in", "4", "3", "2", "--note", "the \x1b[31mmigration", "--of", "2026-W46")
    said = machine.json("check-in")["check_ins"][0]
    assert (said["week"], said["satisfaction"], said["flow"], said["alone"]) == ("2026-W46", 4, 3, 2)
    assert "\x1b" not in machine.run("check-in")
    machine.run("check-in", "4", "3", "3", "--of", "2026-W46")
    assert "migration" in machine.json("check-in", "--of", "2026-W46")["check_ins"][0]["note"], "a note stays where none is given"
    assert machine.json("check-in", "--of", "2026-W45")["check_ins"] == []
    assert "How it felt: satisfied 4 of 5" in machine.run("week", "--of", "2026-W46", "--all")
    for form in (["--stand-up"], ["--markdown", "--all"], ["--json"]):
        assert "migration" not in machine.run("week", "--of", "2026-W46", *form), "a note is nobody else's"
    machine.run("check-in", "--remove", "--of", "2026-W46")
    assert machine.json("check-in")["check_ins"] == []
    assert "had said nothing" in machine.run("check-in", "--remove", "--of", "2026-W46", code=1)


@pytest.mark.parametrize("columns", [44, 100])
def test_the_layers_are_told_with_what_each_cannot_say(bare: Machine, columns: int) -> None:
    told = bare.run("layers", columns=columns)
    assert all(len(line) <= columns for line in told.splitlines())
    assert [layer["question"] for layer in json.loads(bare.run("layers", "--json"))["layers"]] == [
        layer.question for layer in LAYERS
    ]
    for layer in LAYERS:
        assert " ".join(layer.cannot.split()) in " ".join(told.split())


@pytest.mark.parametrize("words", [("week", "--all"), ("tip",), ("tips",), ("focus",), ("layers",)])
def test_everything_fits_beside_an_editor(machine: Machine, words: tuple[str, ...]) -> None:
    machine.run("focus", "set", "read-diff")
    told = machine.run(*words, columns=44)
    assert all(len(line) <= 44 for line in told.splitlines() if "accrete-coach session" not in line), max(
        told.splitlines(), key=len
    )
