"""`accrete-coach practice …`, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest

from accrete_coach.cli_practice import facts_in_words, try_out
from accrete_coach.coach import Coach
from accrete_coach.condition import CUES, KINDS
from accrete_coach.own import OwnText, read
from accrete_coach.practice import Practice
from accrete_coach.sessions import sketch
from faults.made import Tree, coach_of, contents, places_of
from test_cli import HASTY, PLANNED, Machine

OWN = """
title = "say what done means"
family = "frame"
grade = "C"
why = "x"
tip = "x"
when_not = "x"
[seen]
kind = "prompt"
cues = "asks-commit"
[[sketches]]
says = "seen"
by = "you"
name = "said"
text = "you: mend it, then commit\\nedit a.py"
[[sketches]]
says = "not-seen"
name = "not said"
text = "you: mend it\\nedit a.py"
"""
PATTERN = OWN.replace('cues = "asks-commit"', 'pattern = "x"\n[patterns.x]\nover = "prompts"\nre2 = "commit"')


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def file(machine: Machine, text: str = OWN, name: str = "say-when.toml") -> str:
    path = machine.folder / name
    path.write_text(text)
    return str(path)


def test_from_a_start_to_use_and_out_of_it_again(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    told = machine.run("practice", "new", "rehearse-rollback", "--in", str(machine.folder / "new"))
    path = machine.folder / "new" / "rehearse-rollback.toml"
    assert str(path) in told
    assert tomllib.loads(path.read_text())["family"] == "verify"
    assert "3 sketches are read as they say" in machine.run("practice", "check", str(path))
    machine.run("scan")
    assert "in 1 session of yours" in machine.run("practice", "try", str(path))
    assert "None yet" in machine.run("practice", "list")
    assert "Added rehearse-rollback" in machine.run("practice", "add", str(path))
    kept = machine.home / "practices" / "rehearse-rollback.toml"
    assert kept.read_text() == path.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert "rehearse-rollback  (yours, Verify and ship)" in machine.run("practice", "list")
    assert machine.json("sessions")["sessions"][0]["practices"]["rehearse-rollback"]["reading"] == "seen"
    assert "rehearse rollback" in machine.run("list")
    assert "(yours)" in machine.run("list")
    assert "Not built in: one of yours." in machine.run("show", "rehearse-rollback")
    assert machine.json("show", "rehearse-rollback")["origin"] == "yours"
    assert "Removed rehearse-rollback" in machine.run("practice", "remove", "rehearse-rollback")
    assert kept.with_name("rehearse-rollback.toml.removed").read_text() == path.read_text()
    assert "rehearse-rollback" not in machine.json("sessions")["sessions"][0]["practices"]


def test_what_is_there_is_not_written_over(machine: Machine) -> None:
    path = file(machine, name="mine.toml")
    assert "is there already; nothing was written" in machine.run("practice", "new", "mine", "--in", str(machine.folder), code=1)
    assert Path(path).read_text() == OWN
    machine.run("practice", "add", path)
    file(machine, OWN.replace('why = "x"', 'why = "y"'), "mine.toml")
    assert "--replace puts this one in its place" in machine.run("practice", "add", path, code=1)
    kept = machine.home / "practices" / "mine.toml"
    assert kept.read_text() == OWN
    machine.run("practice", "add", "--replace", path)
    assert 'why = "y"' in kept.read_text()
    assert [p.name for p in kept.parent.iterdir()] == ["mine.toml"]


def test_a_taken_name_and_a_folder_that_is_nowhere_are_refused_at_once(machine: Machine) -> None:
    inside = str(machine.folder)
    assert "'plan-first' is taken (a built-in practice)" in machine.run("practice", "new", "plan-first", "--in", inside, code=1)
    machine.run("practice", "add", file(machine, name="mine.toml"))
    (machine.folder / "mine.toml").unlink()
    assert "'mine' is taken (one of yours)" in machine.run("practice", "new", "mine", "--in", inside, code=1)
    (machine.home / "practices" / "paused.toml").write_text("title = 3")
    assert "'paused' is taken (" in machine.run("practice", "new", "paused", "--in", inside, code=1)
    told = machine.run("practice", "new", "other", "--in", str(machine.folder / "no" / "where"), code=1)
    assert f"{machine.folder / 'no'} does not exist" in told
    assert not (machine.folder / "no").exists()
    assert list(machine.folder.glob("*.toml")) == []


def test_the_start_shows_how_to_see_what_you_ask_for(machine: Machine) -> None:
    from accrete_coach.cli_practice import start_of

    text = start_of("mine")
    told = text.split("# Seen when you ask for it")[1].split("\n", 1)[1].split("\n\n")[0]
    example = "".join(line.removeprefix("#").removeprefix(" ") + "\n" for line in told.splitlines())
    head = text.split("[seen]\n", 1)[0]
    assert head.count("[applies]") == 1
    sketches = '[[sketches]]\nsays = "seen"\nby = "you"\ntext = "you: rehearse the rollback\\nedit a.py"\n'
    practice, problems = read(OwnText("yours", "mine.toml", f"{head}{example}{sketches}"))
    assert problems == ()
    assert practice is not None
    assert practice.read(sketch.read(practice.sketches[0].text)).word != "seen", "without the patterns nothing matched"
    from accrete_coach.sessions.patterns import Patterns

    reading = practice.read(sketch.read(practice.sketches[0].text, Patterns(practice.patterns)))
    assert (reading.word, reading.by) == ("seen", "you")


def test_a_practice_to_check_may_be_named_as_it_is_shown(machine: Machine) -> None:
    assert "read-diff: 5 sketches" in machine.run("practice", "check", "Read the diff")


def test_remove_says_where_the_text_is(machine: Machine) -> None:
    machine.run("practice", "add", file(machine))
    told = machine.run("practice", "remove", "say-when")
    assert f"it is in use no more. Its text stays in {machine.home / 'practices' / 'say-when.toml.removed'}" in told


@pytest.mark.parametrize("name", ["No Id", "../x", "-x", "x" * 41, "a/b"])
def test_a_name_is_an_id(machine: Machine, name: str) -> None:
    told = machine.run("practice", "new", "--in", str(machine.folder), "--", name, code=2)
    assert "is no id of a practice" in told
    assert not list(machine.folder.rglob("*.toml"))


def test_check_says_which_sketch_what_was_read_and_what_it_should_be(machine: Machine) -> None:
    path = file(machine, OWN.replace("mend it, then commit", "mend it"))
    done = machine.try_run("practice", "check", path)
    assert done.returncode == 1
    assert "WRONG: sketch 1 (said): read as not-seen; it should be seen by you" in done.stdout
    assert "ok: sketch 2 (not said): not-seen" in done.stdout
    assert "What was read of it:\n      prompt, size 2" in done.stdout
    assert "edit, (of the project), size 1" in done.stdout
    assert "1 wrong" in done.stdout
    assert "not every sketch is read as it says" in done.stderr
    assert json.loads(machine.try_run("practice", "check", path, "--json").stdout)["practices"][0]["sketches"][0] == {
        "name": "said",
        "should": "seen by you",
        "read": "not-seen",
        "right": False,
    }
    assert "was not added" in machine.run("practice", "add", path, code=1)
    assert not (machine.home / "practices").exists()


def test_check_wants_both_kinds_of_sketch(machine: Machine) -> None:
    only = OWN[: OWN.index('[[sketches]]\nsays = "not-seen"')]
    done = machine.try_run("practice", "check", file(machine, only))
    assert done.returncode == 1
    assert "no sketch says 'not-seen' or 'not-applicable'" in done.stdout
    none = OWN[: OWN.index("[[sketches]]")]
    done = machine.try_run("practice", "check", file(machine, none))
    assert "no sketch says 'seen'" in done.stdout


def test_a_sketch_that_is_none_is_told(machine: Machine) -> None:
    for line, said in (
        ("fly to the moon", "'fly to the moon' is no act of a sketch"),
        ("edit a.py +99999999999", "is no number of lines"),
    ):
        done = machine.try_run("practice", "check", file(machine, OWN.replace("you: mend it\\n", f"you: mend it\\n{line}\\n")))
        assert done.returncode == 1
        told = " ".join(done.stdout.split())
        assert "read as no session" in told
        assert said in told


def test_a_file_that_is_no_practice_is_told(machine: Machine) -> None:
    path = file(machine, OWN.replace('"prompt"', '"promt"'), "mine.toml")
    for command in ("check", "try", "add"):
        told = machine.run("practice", command, path, code=1)
        assert "mine.toml: seen.kind 'promt' is no kind of fact (did you mean 'prompt'?)" in told
    assert "No such file" in machine.run("practice", "check", "nothing.toml", code=1)


def test_check_without_a_file_holds_all_own_ones(machine: Machine) -> None:
    assert "There is no practice of your own" in machine.run("practice", "check")
    machine.run("practice", "add", file(machine))
    assert "say-when: 2 sketches are read as they say." in machine.run("practice", "check")
    (machine.home / "practices" / "mine.toml").write_text("title = 3")
    done = machine.try_run("practice", "check")
    assert done.returncode == 1
    assert "mine.toml: title is 3, not a text" in done.stdout
    assert "say-when: 2 sk" in done.stdout
    assert "mine.toml: title is 3" in machine.run("practice", "list")
    assert "mine.toml: title is 3" in " ".join(machine.run("doctor").split())
    assert any("title is 3" in p["what"] for p in machine.json("doctor")["practices_paused"])
    machine.run("practice", "remove", "mine")
    assert machine.json("practice", "list")["paused"] == []


def test_check_knows_practices_by_name(machine: Machine) -> None:
    assert "read-diff: 5 sketches" in machine.run("practice", "check", "read-diff")


def test_what_the_person_called_otherwise_is_removed_by_its_id(machine: Machine) -> None:
    folder = machine.home / "practices"
    folder.mkdir(parents=True)
    (folder / "other.toml").write_text(f'id = "mine"\n{OWN}')
    assert "Removed mine" in machine.run("practice", "remove", "mine")
    assert [p.name for p in folder.iterdir()] == ["other.toml.removed"]
    for name in ("mine", "../profile", "read-diff", ".x"):
        assert "is no practice in" in machine.run("practice", "remove", name, code=1)


def test_a_practice_that_clashes_is_not_added(machine: Machine) -> None:
    told = machine.run("practice", "add", file(machine, name="read-diff.toml"), code=1)
    assert "its id 'read-diff' is taken (a built-in practice)" in told
    told = machine.run("practice", "check", file(machine, f'builds_on = ["nothing"]\n{OWN}'), code=1)
    assert "builds_on names 'nothing'" in told


def test_try_says_what_it_finds_in_ones_own_sessions(machine: Machine) -> None:
    assert "no session has been read yet" in machine.run("practice", "try", file(machine), code=1)
    assert not machine.home.exists()
    machine.session("aaa-1", PLANNED, days_ago=3)
    machine.session("bbb-2", HASTY)
    machine.session("ccc-3", "you: what is it?\nread a.py")
    machine.run("scan")
    for text in (OWN, PATTERN):
        told = machine.run("practice", "try", file(machine, text))
        assert [" ".join(line.split()) for line in told.splitlines()[1:7]] == [
            "seen 1", "you 1", "the agent 0", "not seen 1", "no occasion 1", "can't tell 0",
        ]  # fmt: skip
        assert "aaa-1.jsonl:13\n    commit it" in told
        assert "accrete-coach session bbb-2" in told
        found = machine.json("practice", "try", file(machine, text))
        assert (found["seen"], found["you"], found["not_seen"], found["sessions"]) == (1, 1, 1, 3)
        assert found["moments"][0]["line"] == 13
    newest = machine.json("practice", "try", file(machine), "--limit", "2")
    assert (newest["sessions"], newest["seen"]) == (2, 0)


def test_try_with_patterns_can_not_tell_of_what_is_gone(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED).rename(machine.folder / "elsewhere")
    machine.session("bbb-2", PLANNED)
    machine.run("scan")
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    (machine.root / "projects" / "-home-sam-shop" / "aaa-1.jsonl").unlink()
    found = machine.json("practice", "try", file(machine, PATTERN))
    assert (found["seen"], found["cant_tell"], found["source_gone"]) == (1, 1, 1)
    found = machine.json("practice", "try", file(machine))
    assert (found["seen"], found["cant_tell"]) == (2, 0)
    assert "a transcript is gone" in " ".join(machine.run("practice", "try", file(machine, PATTERN)).split())


def test_try_writes_nothing(tmp_path: Path) -> None:
    tree, places = Tree(tmp_path / "claude"), places_of(tmp_path)
    tree.add("s1")
    tree.add("s2", "you: mend it, then commit\nedit a.py")
    coach = coach_of(places)
    coach.scan()
    before, changes = contents(coach.profile), coach.profile.db.total_changes
    practice, _ = read(OwnText("yours", "a.toml", PATTERN))
    assert isinstance(practice, Practice)
    tried = try_out(coach, practice, 10)
    assert tried.words["seen"] == 2
    assert contents(coach.profile) == before
    assert coach.profile.db.total_changes == changes
    coach.close()


def test_what_try_shows_is_clean(machine: Machine) -> None:
    machine.session("aaa-1", "you: commit \x1b[31mit\u202e now\nedit a.py")
    machine.run("scan")
    told = machine.run("practice", "try", file(machine))
    assert "commit ␛[31mit‹202e› now" in told


@pytest.mark.parametrize("words", [("practice", "try"), ("practice", "check"), ("list",), ("show", "say-when"), ("doctor",)])
def test_it_fits_in_44_columns(machine: Machine, words: tuple[str, ...]) -> None:
    machine.session("aaa-1", PLANNED)
    path = file(machine)
    machine.run("practice", "add", path)
    machine.run("scan")
    lines = machine.run(*words, *([path] if words == ("practice", "try") else []), columns=44).splitlines()
    assert [line for line in lines if len(line) > 44 and "/" not in line] == []


def test_facts_are_told_in_the_words_that_ask_for_them() -> None:
    session = sketch.read("you [queued]: commit app/a.py\nedit app/a.py +3\nrun pytest -> ! 1 failed\nscout look")
    lines = list(facts_in_words(session))
    assert len(lines) == len(session.facts)
    assert lines[2].startswith("check, name test, ")
    assert "status failed" in lines[2]
    assert any(line.startswith("subagent: read") for line in lines)
    for line in lines:
        kind = line.removeprefix("subagent: ").split(",")[0]
        assert kind in KINDS
        if "cues " in line:
            assert set(line.split("cues ")[1].split(",")[0].split()) <= set(CUES)


def test_where_names_the_folder(machine: Machine) -> None:
    assert machine.json("where")["practices"] == str(machine.home / "practices")


def test_a_link_in_the_place_of_a_practice_is_replaced_not_followed(machine: Machine) -> None:
    folder = machine.home / "practices"
    folder.mkdir(parents=True)
    outside = machine.folder / "outside"
    outside.write_text("keep")
    os.symlink(outside, folder / "say-when.toml")
    path = file(machine)
    machine.run("practice", "add", path, code=1)
    machine.run("practice", "add", "--replace", path)
    assert outside.read_text() == "keep"
    assert not (folder / "say-when.toml").is_symlink()


def test_the_coach_serves_all_this_with_any_own_practice(tmp_path: Path) -> None:
    places = places_of(tmp_path)
    places.practices.mkdir(parents=True)
    (places.practices / "say-when.toml").write_text(OWN)
    coach = Coach(places)
    assert coach.catalogue["say-when"].origin == "yours"
    coach.close()


AROUND = OWN[: OWN.index("[seen]")] + "[seen]\nsession = { around = 'followed' }\n"


def test_try_knows_what_the_other_sessions_say(machine: Machine) -> None:
    machine.session("aaa-1", HASTY, days_ago=3)
    machine.session("bbb-2", HASTY, days_ago=1)
    machine.run("scan")
    found = machine.json("practice", "try", file(machine, AROUND))
    assert (found["seen"], found["not_seen"]) == (1, 1)


def test_a_team_s_practices_are_used_and_yours_come_first(machine: Machine) -> None:
    team = machine.folder / "team"
    team.mkdir()
    (team / "say-when.toml").write_text(OWN)
    (team / "other.toml").write_text(OWN.replace("say what done means", "say it twice"))
    machine.home.mkdir(exist_ok=True)
    (machine.home / "settings.toml").write_text(f"team_practices = ['{team}']\n")
    machine.session("aaa-1", PLANNED)
    assert {p["id"]: p["origin"] for p in machine.json("practice", "list")["practices"]} == {"say-when": "team", "other": "team"}
    assert machine.json("show", "other")["origin"] == "team"
    assert machine.json("where")["team_practices"] == [str(team)]
    assert str(team) in machine.run("where")
    machine.run("practice", "add", file(machine))
    found = machine.json("practice", "list")
    assert {p["id"]: p["origin"] for p in found["practices"]} == {"say-when": "yours", "other": "team"}
    assert found["paused"] == []
    (machine.home / "settings.toml").write_text("team_practices = ['nothere']\n")
    assert "there is no such folder" in machine.run("practice", "list")
    machine.run("practice", "new", "other", "--in", str(machine.folder))
