"""Ten readings at random, shown and asked about; the answers add up, and what was wrong becomes a correction."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.audit import Candidate, Result, draw, result
from accrete_coach.profile import Audit
from test_cli import HASTY, PLANNED, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def asked(machine: Machine, answers: str, *words: str, columns: int = 100) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "accrete_coach", "audit", *words],
        input=answers,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
        env={
            **os.environ,
            "CLAUDE_CONFIG_DIR": str(machine.root),
            "CODEX_HOME": str(machine.folder / "codex"),
            "ACCRETE_COACH_HOME": str(machine.home),
            "COLUMNS": str(columns),
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answered(answer: str, practice: str = "p") -> Audit:
    return Audit(1, "claude-code", "s", practice, "seen", "you", answer)


# --- what the answers add up to ----------------------------------------------------------------------------------------


def test_the_sentence_is_the_one_that_was_promised() -> None:
    audits = [answered("right")] * 18 + [answered("wrong")] * 2 + [answered("unsure")] * 3
    assert str(result(audits)) == "right on 18 of 20 of yours (70 to 97 %)"
    assert result(audits) == Result(18, 2, 3)
    assert result(audits, "other") == Result()
    assert str(Result()) == "not asked about yet"
    assert Result().json["low"] is None


# --- the draw ----------------------------------------------------------------------------------------------------------


def many() -> list[Candidate]:
    out: list[Candidate] = [(n, "common", "not-seen", None) for n in range(500)]
    out += [(n, "common", "seen", "you") for n in range(3)]
    for practice in "abcdefg":
        out += [(n, practice, "seen", "you") for n in range(4)] + [(n, practice, "not-seen", None) for n in range(4)]
    return out


@pytest.mark.parametrize("seed", range(20))
def test_ten_go_across_practices_and_words(seed: int) -> None:
    ten = [c for c, _ in zip(draw(many(), random.Random(seed)), range(10), strict=False)]
    practices = [c[1] for c in ten]
    assert all(practices.count(p) <= 2 for p in practices)
    assert sum(c[2] == "seen" for c in ten) == 5
    assert len(set(ten)) == 10


def test_a_draw_ends_with_all_of_them_once_and_a_seed_repeats_it() -> None:
    drawn = list(draw(many(), random.Random(7)))
    assert sorted(drawn, key=str) == sorted(many(), key=str)
    assert drawn == list(draw(many(), random.Random(7)))
    assert drawn != list(draw(many(), random.Random(8)))


def test_any_reading_may_be_the_first() -> None:
    few: list[Candidate] = [(n, p, w, None) for n in range(2) for p in ("a", "b") for w in ("seen", "not-seen")]
    firsts = {next(draw(few, random.Random(seed))) for seed in range(200)}
    assert firsts == set(few)


# --- the command -------------------------------------------------------------------------------------------------------


def kept(machine: Machine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(machine.run("export"))["audits"]
    return found


def test_ten_are_asked_about_and_the_answers_kept_and_added_up(machine: Machine) -> None:
    for n in range(4):
        machine.session(f"s-{n}", PLANNED if n % 2 else HASTY, days_ago=n + 1)
    told = asked(machine, "y\n" * 9 + "?\n", "--seed", "3")
    assert "10 of 10" in told
    assert told.splitlines()[-1].endswith("Right on 9 of 9 of yours (70 to 100 %); you could not say in 1.")
    answers = kept(machine)
    assert len(answers) == 10
    assert len({(a["session"], a["practice"]) for a in answers}) == 10, "none is asked about twice"
    more = asked(machine, "y\n" * 10)
    assert "10 of 10" in more
    assert len({(a["session"], a["practice"]) for a in kept(machine)}) == 20
    assert machine.json("audit", "--result")["all"]["right"] == 19


def test_a_seen_one_shows_its_moment_and_a_not_seen_one_the_outline(machine: Machine) -> None:
    machine.session("s-1", PLANNED)
    machine.session("s-2", HASTY)
    told = asked(machine, "y\n" * 10, "--seed", "1")
    parts = re.split(r"^\d+ of \d+$", told, flags=re.M)[1:]
    seen = [p for p in parts if "Read: seen" in p]
    missing = [p for p in parts if "Read: not seen" in p]
    assert seen
    assert missing
    assert all(re.search(r"^  > (you|agent|tool|result)", p, re.M) for p in seen), "the line that shows it"
    assert all("  you: " in p for p in missing)
    assert any("make the export faster" in p and "edit x2" in p for p in missing), "words are read live, acts counted"


def wrong_one(machine: Machine, answers: str) -> dict[str, Any]:
    """Answer the first question; the one answer that is kept."""
    asked(machine, answers, "--seed", "5")
    (answer,) = kept(machine)
    return answer


@pytest.mark.parametrize(("letters", "word", "by"), [("n\no\n", "not-applicable", None), ("n\ns\na\n", "seen", "agent")])
def test_a_wrong_one_becomes_a_correction(machine: Machine, letters: str, word: str, by: str | None) -> None:
    machine.session("s-1", PLANNED)
    answer = wrong_one(machine, letters)
    assert answer["answer"] == "wrong"
    (correction,) = machine.json("corrections")["corrections"]
    assert (correction["session"], correction["practice"]) == (answer["session"], answer["practice"])
    assert (correction["reading"], correction["by"]) == (word, by)
    practices = machine.json("session", "s-1")["session"]["practices"]
    assert practices[answer["practice"]]["corrected"] is True


def test_an_answer_that_says_what_was_read_counts_as_right(machine: Machine) -> None:
    machine.session("s-1", PLANNED)
    told = asked(machine, "q\n", "--seed", "5")
    read = re.search(r"Read: (seen, by you|seen, by the agent|not seen)\.", told)
    assert read is not None
    letters = {"seen, by you": "n\ns\ny\n", "seen, by the agent": "n\ns\na\n", "not seen": "n\nn\n"}[read[1]]
    assert wrong_one(machine, letters)["answer"] == "right"
    assert machine.json("corrections")["corrections"] == []


def test_who_stops_or_closes_the_pipe_keeps_what_was_answered(machine: Machine) -> None:
    machine.session("s-1", PLANNED)
    asked(machine, "y\nq\n")
    assert len(kept(machine)) == 1
    asked(machine, "y\n")
    assert len(kept(machine)) == 2
    asked(machine, "n\nq\n")
    assert len(kept(machine)) == 2, "half an answer is none"
    told = asked(machine, "what\nz\ny\n")
    assert told.count("One of y, n, ?, o, q, please.") == 2
    assert len(kept(machine)) == 3


LONG = " ".join(f"word{n:03}" for n in range(400))


@pytest.mark.parametrize("columns", [44, 100])
def test_what_is_shown_wraps_between_words_and_says_where_it_is_cut(machine: Machine, columns: int) -> None:
    machine.session("s-1", PLANNED.replace("rename the price column everywhere", LONG).replace("commit it", LONG))
    told = asked(machine, "o\ny\n" * 30, "--seed", "1", columns=columns)
    assert [line for line in told.splitlines() if len(line) > columns] == []
    assert re.search(r"^  > you    word000 .*\n +word.*\n +word", told, re.M), "what shows it goes on in the next lines"
    whole = {f"word{n:03}" for n in range(400)}
    for n, line in enumerate(lines := told.splitlines()):
        last = line.split()[-1] if line.split() else ""
        # Only the cap on characters may end within a word, and it says so.
        assert not last.startswith("word") or last in whole or lines[n].endswith("…"), line


def test_o_shows_more_of_it_and_asks_again(machine: Machine) -> None:
    machine.session("s-1", HASTY.replace("make the export faster", LONG))
    told = asked(machine, "o\nq\n", "--seed", "2")
    first, more, _ = told.split("Right? ")
    assert "word060" not in first
    assert "word060" in more
    assert kept(machine) == []


def test_wrong_without_knowing_what_is_right_makes_no_correction(machine: Machine) -> None:
    machine.session("s-1", PLANNED)
    assert "Counted as wrong; no correction is made." in asked(machine, "n\n?\nq\n")
    assert [a["answer"] for a in kept(machine)] == ["wrong"]
    assert machine.json("corrections")["corrections"] == []


def test_a_practice_is_told_of_by_itself_from_five_answers_on(machine: Machine) -> None:
    import sqlite3

    machine.session("s-1", PLANNED)
    machine.run("scan")
    db = sqlite3.connect(machine.home / "profile.db")
    for n in range(5):
        assert "run a check: " not in machine.run("audit", "--result")
        db.execute(
            "INSERT INTO audits (at, agent, session, practice, word, by, answer)"
            " VALUES (1, 'claude-code', ?, 'run-check', 'seen', 'you', 'right')",
            (f"x{n}",),
        )
        db.commit()
    db.close()
    told = machine.run("audit", "--result").splitlines()
    assert told == ["Right on 5 of 5 of yours (57 to 100 %).", "  run a check: right on 5 of 5 of yours (57 to 100 %)"]


def test_what_has_no_transcript_is_not_asked_about(machine: Machine) -> None:
    path = machine.session("s-1", PLANNED)
    machine.run("scan")
    path.unlink()
    assert "There is nothing to ask" in asked(machine, "y\n")
    assert kept(machine) == []


def test_figures_as_json_come_alone(machine: Machine) -> None:
    machine.session("s-1", PLANNED)
    told = json.loads(asked(machine, "y\nn\n?\nq\n", "--json"))
    assert (told["all"]["right"], told["all"]["wrong"]) == (1, 1)
    assert told == machine.json("audit", "--result")


def test_a_practice_shows_its_figures_from_eight_answers_on(machine: Machine) -> None:
    import sqlite3

    machine.session("s-1", PLANNED)
    machine.run("scan")
    db = sqlite3.connect(machine.home / "profile.db")
    for n in range(8):
        assert "Its readings were" not in machine.run("show", "run-check")
        assert machine.json("show", "run-check")["audited"] is None
        db.execute(
            "INSERT INTO audits (at, agent, session, practice, word, by, answer) VALUES (1, 'claude-code', ?, 'run-check', 'seen', 'you', ?)",
            (f"x{n}", "right" if n else "wrong"),
        )
        db.commit()
    db.close()
    assert "Its readings were right on 7 of 8 of yours (53 to 98 %)." in machine.run("show", "run-check")
    assert machine.json("show", "run-check")["audited"]["right"] == 7


def test_hostile_text_is_shown_literally(machine: Machine) -> None:
    machine.session("s-1", "you: look \x1b]52;c;aGk=\x07 at \u202e[bold]this\nedit app/a.py +3\nreply: ok \x1b[2J")
    told = asked(machine, "y\n" * 10)
    assert "10 of 10" in told or "[bold]this" in told
    assert "\x1b" not in told
    assert "\u202e" not in told
