"""The list of sessions, their titles, and what a session is taken up again with."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.coach import Coach
from accrete_coach.finding import SessionLine
from accrete_coach.sessions.agent import END, agents
from faults.made import ASK, Tree, coach_of, places_of


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "claude")


@pytest.fixture
def coach(tmp_path: Path) -> Iterator[Coach]:
    made = coach_of(places_of(tmp_path))
    yield made
    made.close()


def titled(coach: Coach) -> dict[str, str]:
    """Session's id -> title."""
    lines = coach.session_lines()
    titles = coach.titles(line.num for line in lines)
    return {line.id: titles[line.num] for line in lines}


def write(path: Path, *records: dict[str, Any]) -> None:
    with open(path, "a") as out:
        out.writelines(json.dumps(r, separators=(",", ":")) + "\n" for r in records)


def test_the_list_is_newest_first_and_goes_by_the_persons_word(coach: Coach, tree: Tree) -> None:
    tree.add("s1")
    tree.add("s2", ASK)
    coach.scan()
    new, old = coach.session_lines()
    assert (new.id, old.id) == ("s2", "s1")
    assert (old.agent, old.project, old.person, old.gone) == ("claude-code", "/home/sam/shop", True, False)
    assert {"scout", "plan-first"} <= set(old.yours) <= set(old.seen)
    assert list(old.seen) == [p.id for p in coach.catalogue.practices if p.id in old.seen]
    one, other = (coach.profile.session(line.num) for line in (old, new))
    coach.correct(one, "scout", "not-seen", None)
    coach.correct(other, "scout", "seen", "agent")
    new, old = coach.session_lines()
    assert "scout" not in (*old.seen, *old.yours)
    assert "scout" in new.seen
    assert "scout" not in new.yours
    assert coach.place(old) == (str(tree.path("s1")), 1)
    moment = coach.moments("plan-first")[0]
    assert coach.place(moment) == (moment.path, moment.line)


def test_projects_and_agents_are_listed_for_a_filter(coach: Coach, tree: Tree) -> None:
    tree.add("s1")
    tree.add("s2", ASK, project="/home/sam/tax", slug="-home-sam-tax")
    tree.add("s3", ASK)
    coach.scan()
    assert [(p.id, p.sessions) for p in coach.projects()] == [("/home/sam/shop", 2), ("/home/sam/tax", 1)]
    assert [(a.id, a.name, a.sessions) for a in coach.agents_used()] == [("claude-code", "Claude Code", 3)]
    assert coach.projects()[0].last == max(s.started for s in coach.profile.sessions())


def test_standings_and_moments_are_those_of_one_agent(coach: Coach, tree: Tree) -> None:
    tree.add("s1")
    coach.scan()
    all_of, mine, none = (coach.standings(0, agent=a) for a in (None, "claude-code", "codex"))
    assert [s.happened for s in all_of] == [s.happened for s in mine]
    assert mine["scout"].happened == 1
    assert none["scout"].applied == none.basis.sessions == 0
    assert str(mine.basis).startswith("1 session with Claude Code, ")
    assert "with Codex" in none.basis.of_row
    assert coach.moments("scout", agent="claude-code") == coach.moments("scout") != ()
    assert coach.moments("scout", agent="codex") == ()
    (session,) = coach.profile.sessions()
    coach.correct(session, "scout", "not-seen", None)
    assert coach.standings(0, agent="claude-code")["scout"].corrected == 1
    assert coach.standings(0, agent="codex")["scout"].corrected == 0


def test_a_window_says_how_long_it_is(coach: Coach, tree: Tree) -> None:
    tree.add("s1")
    coach.scan()
    assert coach.standings(4).basis.span == "last 4 weeks"
    assert coach.standings(1).basis.span == "all time, as none is of this week"
    assert coach.standings(1).basis.of_row.endswith("the counts are of all time")


# --- titles ------------------------------------------------------------------------------------------------------------


def test_a_title_is_the_persons_then_the_agents_then_the_first_words(coach: Coach, tree: Tree) -> None:
    for name in ("s1", "s2", "s3", "s4"):
        tree.add(name, "you run /clear\n" + ASK)
    write(tree.path("s1"), *({"type": "ai-title", "aiTitle": f"Title {n}", "sessionId": "s1"} for n in range(3)))
    write(tree.path("s1"), {"type": "custom-title", "customTitle": "of a parent", "sessionId": "other"})
    write(tree.path("s2"), {"type": "custom-title", "customTitle": "Mine", "sessionId": "s2"})
    write(tree.path("s2"), {"type": "ai-title", "aiTitle": "Its", "sessionId": "s2"})
    write(tree.path("s3"), {"type": "summary", "summary": "Of another session", "leafUuid": "not-here"})
    uuid = next(r["uuid"] for r in map(json.loads, tree.path("s4").read_text().splitlines()) if r.get("uuid"))
    write(tree.path("s4"), {"type": "summary", "summary": "Of this one", "leafUuid": uuid})
    coach.scan()
    assert titled(coach) == {"s1": "Title 2", "s2": "Mine", "s3": "what does app/cart.py do?", "s4": "Of this one"}


def test_a_session_that_opened_from_a_plan_has_the_plans_heading(coach: Coach, tree: Tree) -> None:
    tree.add("s1", "from plan: # Plan: Round per line\n    1. go\nedit app/tax.py +1\nyou: commit it")
    coach.scan()
    assert titled(coach) == {"s1": "Round per line"}


def test_a_lost_transcript_and_one_without_words_have_no_title(coach: Coach, tree: Tree) -> None:
    tree.add("s1")
    coach.scan()
    (line,) = coach.session_lines()
    os.unlink(tree.path("s1"))
    assert coach.titles([line.num, 999]) == {line.num: "", 999: ""}
    coach.scan()
    assert coach.session_lines()[0].gone
    assert coach.resume_command(coach.session_lines()[0]) == ""


def test_only_the_ends_of_a_large_file_are_read(coach: Coach, tree: Tree) -> None:
    tree.add("s1")
    coach.scan()
    path = tree.path("s1")
    write(path, {"type": "custom-title", "customTitle": "in the middle", "sessionId": "s1"})
    with open(path, "r+b") as out:
        out.truncate(path.stat().st_size + 3 * 1024**3)  # A hole of 3 GB: read whole, it would take memory and time.
        out.seek(0, os.SEEK_END)
        out.write(b'\n{"type":"custom-title","customTitle":"at the end","sessionId":"s1"}\n')
    assert titled(coach) == {"s1": "at the end"}
    # What stands in neither end is not found.
    path.write_bytes(b"\n" * END + b'{"type":"custom-title","customTitle":"lost","sessionId":"s1"}\n' + b"\n" * END)
    assert agents()["claude-code"].titles(tree.root, {"s1": str(path)}) == {}


def test_codex_names_sessions_in_a_list_or_in_the_transcript(tmp_path: Path) -> None:
    by = agents()["codex"]
    paths = {}
    for name in ("a", "b", "c"):
        paths[name] = str(tmp_path / f"{name}.jsonl")
        Path(paths[name]).write_text(
            '{"type":"event_msg","payload":{"type":"thread_name_updated","thread_name":"first"}}\n'
            f'{{"type":"event_msg","payload":{{"type":"thread_name_updated","thread_name":"own of {name}"}}}}\n'
            '{"type":"event_msg","payload":{"type":"user_message","message":"thread_name_updated"}}\n'
        )
    paths["gone"] = str(tmp_path / "gone.jsonl")
    (tmp_path / "session_index.jsonl").write_text(
        '{"id":"a","thread_name":"old"}\n[1]\nnot json\n{"id":"a","thread_name":"listed"}\n{"id":"b","thread_name":null}\n'
        '{"id":"x","thread_name":"another"}\n'
    )
    assert by.titles(tmp_path, paths) == {"a": "listed", "b": "own of b", "c": "own of c"}


@pytest.mark.parametrize("one", agents().values(), ids=lambda one: str(one.id))
@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b'{"type":"ai-title","aiTitle":5}\n', b'{"type":"custom-title"\n' * 50])
def test_no_file_is_too_broken_to_be_looked_at(one: Any, text: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(text)
    (tmp_path / "session_index.jsonl").write_bytes(text)
    assert one.titles(tmp_path, {"a": str(tmp_path / "a"), "b": str(tmp_path / "nowhere")}) == {}


# --- taking one up again -----------------------------------------------------------------------------------------------


def line_of(id_: str, project: str, agent: str = "claude-code", *, gone: bool = False) -> SessionLine:
    return SessionLine(1, id_, agent, project, 0, 0, 1, 1, 1, True, gone)


@pytest.mark.parametrize("project", ["/home/sam/shop", "/it's $(rm) `x`; a", "-x", "/a b"])
def test_the_command_that_takes_a_session_up_is_quoted(coach: Coach, project: str) -> None:
    words = shlex.split(coach.resume_command(line_of("5f1c", project)))
    cd = words[: words.index("&&")]
    assert cd == (["cd", "--", "-x"] if project == "-x" else ["cd", project])
    assert words[words.index("&&") + 1 :] == ["claude", "--resume", "5f1c"]


def test_each_agent_has_its_own_command(coach: Coach) -> None:
    assert coach.resume_command(line_of("5f1c", "", "codex")) == "codex resume 5f1c"
    assert coach.resume_command(line_of("5f1c", "/a", "unknown")) == ""


@pytest.mark.parametrize("bad", ["a\nb", "a\x1b[2J", "a\u202eb", "a\u200bb", "a\x85b"])
def test_what_could_steer_a_terminal_is_refused(coach: Coach, bad: str) -> None:
    assert coach.resume_command(line_of("5f1c", f"/{bad}")) == ""
    assert coach.resume_command(line_of(bad, "/a")) == ""
    assert coach.resume_command(line_of("--help", "/a")) == ""
