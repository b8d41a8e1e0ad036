"""The commands, as a person or a script runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.practice import load
from accrete_coach.sessions import sketch

PLANNED = """
cleared
you [plan mode]: rename the price column everywhere
read app/models.py
plan: 1. migrate 2. change the code. Verify with pytest
you accept
edit app/models.py +14
edit app/orders.py +9
run pytest -q -> 12 passed in 1.2s
you: commit it
run git commit -am "Rename the price column" -> [main abc1234] Rename the price column
"""
HASTY = """
you: make the export faster
edit app/export.py +25
edit app/rates.py +8
reply: done
"""


class Machine:
    """A person's machine: an agent's root, an own home, and the command run in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "agent"
        self.home = folder / "coach"
        self.folder = folder
        (self.root / "projects").mkdir(parents=True)

    def session(self, name: str, text: str, *, days_ago: float = 1, project: str = "/home/sam/shop") -> Path:
        start = datetime.now(UTC) - timedelta(days=days_ago)
        path = self.root / "projects" / project.replace("/", "-")[:80] / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "".join(line.text + "\n" for line in sketch.play(text, session=name, project=project, start=start, pace=5))
        )
        return path

    def session_at(self, name: str, text: str, at: datetime, *, project: str = "/home/sam/shop") -> Path:
        return self.session(name, text, days_ago=(datetime.now(UTC) - at) / timedelta(days=1), project=project)

    def run(self, *words: str, columns: int = 80, code: int = 0, **environ: str) -> str:
        done = self.try_run(*words, columns=columns, **environ)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    def try_run(self, *words: str, columns: int = 80, **environ: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "CLAUDE_CONFIG_DIR": str(self.root),
            "CODEX_HOME": str(self.folder / "codex"),
            "ACCRETE_COACH_HOME": str(self.home),
            "COLUMNS": str(columns),
            **environ,
        }
        return subprocess.run(
            [sys.executable, "-m", "accrete_coach", *words],
            capture_output=True,
            text=True,
            env=env,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_sessions_as_json_have_the_public_shape(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    found = machine.json("sessions")
    assert found["schema"] == 1
    (session,) = found["sessions"]
    assert session["id"] == "aaa-1"
    assert session["agent"] == "claude-code"
    assert session["agent_version"] == sketch.VERSION
    assert session["project"] == "/home/sam/shop"
    assert session["started"].endswith("Z")
    assert session["ended"].endswith("Z")
    assert session["prompts"] == 2
    assert session["edits"] == 2
    assert session["tool_calls"] == 6
    assert set(session["practices"]) == {p.id for p in load().practices}
    plan = session["practices"]["plan-first"]
    assert {k: v for k, v in plan.items() if k != "moments"} == {
        "reading": "seen",
        "by": "you",
        "count": 1,
        "sure": "certain",
        "corrected": False,
    }
    (moment,) = plan["moments"]
    assert moment["file"] == "projects/-home-sam-shop/aaa-1.jsonl"
    assert moment["line"] == 6
    assert moment["at"].endswith("Z")


def test_unless_seen_nothing_is_told_of_who_and_where(machine: Machine) -> None:
    machine.session("aaa-1", HASTY)
    practices = machine.json("sessions")["sessions"][0]["practices"]
    assert practices["run-check"] == {
        "reading": "not-seen",
        "by": None,
        "count": 0,
        "sure": "certain",
        "corrected": False,
        "moments": [],
    }
    assert practices["read-diff"] == {
        "reading": "not-applicable",
        "by": None,
        "count": 0,
        "sure": None,
        "corrected": False,
        "moments": [],
    }


def test_sessions_reads_what_is_new_each_time(machine: Machine) -> None:
    machine.session("aaa-1", HASTY)
    assert len(machine.json("sessions")["sessions"]) == 1
    machine.session("bbb-2", PLANNED)
    assert [s["id"] for s in machine.json("sessions")["sessions"]] == ["aaa-1", "bbb-2"]


def test_warm_ups_and_files_without_a_main_thread_are_no_sessions(machine: Machine) -> None:
    path = machine.session("aaa-1", HASTY)
    path.with_name("agent-warm.jsonl").write_text(
        json.dumps(
            {
                "type": "user",
                "isSidechain": True,
                "agentId": "warm",
                "sessionId": "aaa-1",
                "message": {"role": "user", "content": "Warmup"},
            }
        )
        + "\n"
    )
    path.with_name("titles.jsonl").write_text(json.dumps({"type": "summary", "summary": "x", "leafUuid": "y"}) + "\n")
    assert [s["id"] for s in machine.json("sessions")["sessions"]] == ["aaa-1"]


def test_list_names_every_practice_and_what_it_rests_on(machine: Machine) -> None:
    for n in range(4):
        machine.session(f"s-{n}", PLANNED, days_ago=n + 1)
    text = machine.run("list")
    for practice in load().practices:
        assert practice.short in text
    assert "Rests on 4 sessions, last 8 weeks" in text
    assert text.startswith("You asked for")
    found = machine.json("list")
    plan = next(p for p in found["practices"] if p["id"] == "plan-first")
    assert (plan["you"], plan["happened"], plan["applied"], plan["state"]) == (4, 4, 4, "sometimes")
    assert found["rests_on"]["sessions"] == 4


@pytest.mark.parametrize("words", [("list",), ("sessions",), ("show", "plan-first"), ("doctor",), ("session", "s-0"), ("scan",)])
def test_everything_fits_in_44_columns(machine: Machine, words: tuple[str, ...]) -> None:
    for n in range(3):
        machine.session(f"s-{n}", PLANNED, days_ago=n + 1)
    lines = machine.run(*words, columns=44).splitlines()
    # Paths and addresses are kept whole, so that they can be copied.
    assert [line for line in lines if len(line) > 44 and "/" not in line] == []


def test_a_window_and_a_project_can_be_chosen(machine: Machine) -> None:
    machine.session("old-1", PLANNED, days_ago=40)
    machine.session("new-1", PLANNED, days_ago=2, project="/home/sam/site")
    assert [s["id"] for s in machine.json("sessions", "--since", "10d")["sessions"]] == ["new-1"]
    assert [s["id"] for s in machine.json("sessions", "--until", "10d")["sessions"]] == ["old-1"]
    assert [s["id"] for s in machine.json("sessions", "--project", "site")["sessions"]] == ["new-1"]
    assert machine.json("list", "--project", "shop")["rests_on"]["sessions"] == 1
    assert machine.json("list", "--weeks", "1", "--project", "site")["rests_on"]["sessions"] == 1


def test_a_day_that_is_none_is_told_how_to_be_said(machine: Machine) -> None:
    told = machine.run("list", "--since", "soon", code=2)
    assert "2026-11-02" in told


def test_an_empty_window_shows_all_time_and_says_so(machine: Machine) -> None:
    for n in range(3):
        machine.session(f"s-{n}", PLANNED, days_ago=200 + n)
    text = machine.run("list")
    assert "3 sessions, all time, as none is of the last 8 weeks" in " ".join(text.split())


def test_show_tells_why_how_when_not_and_the_moments(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    text = machine.run("show", "plan-first")
    for part in (
        "plan first (plan-first), Frame\n",
        "You tried this: agree a plan before the first edit.",
        "Why",
        "How",
        "When not",
        "https://",
        "Your moments",
        "aaa-1.jsonl:6",
    ):
        assert part in text
    assert machine.json("show", "plan-first")["moments"][0]["line"] == 6


def test_a_practice_without_a_moment_shows_an_example(machine: Machine) -> None:
    machine.session("aaa-1", HASTY)
    text = machine.run("show", "scout")
    assert text.startswith("scout, Delegate\nHave you tried to ")
    assert "An example:" in text


def test_a_practice_goes_by_its_id_and_by_the_name_on_the_screen(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    for typed in (["step in"], ["Step", "in"], ["step-in"], ["stepin"], ["course-correct"], ["COURSE", "CORRECT"]):
        assert machine.json("show", *typed)["id"] == "course-correct", typed
    passing = next(p for p in load().practices if p.short == "fail then pass")
    for typed in (["fail-then-pass"], ["Fail then pass"], ["fail", "then", "pass"], [passing.id]):
        assert machine.json("show", *typed)["id"] == passing.id, typed
    assert machine.json("show", "PLAN-FIRST")["id"] == "plan-first"
    assert "did you mean course-correct?" in machine.run("show", "stop in", code=1), "the id, though the name is what is near"
    assert "`accrete-coach list` names them" in machine.run("show", "zzzzzzzz", code=1)
    assert "there is no practice ''" in machine.run("show", "", code=1)


def test_show_says_which_weeks_its_row_shows_and_what_is_counted(machine: Machine) -> None:
    def row(*words: str) -> str:
        return next(line for line in machine.run("show", "plan-first", *words, columns=100).splitlines() if "Last seen" in line)

    old = datetime.now(UTC) - timedelta(days=200)
    machine.session("old-1", PLANNED, days_ago=200)
    monday = old.astimezone().date() - timedelta(days=old.astimezone().weekday())
    assert f" eight weeks to that of {monday.day} {monday:%b %Y}; the counts are of all time. Last seen: " in row()
    machine.session("new-1", PLANNED, days_ago=1)
    assert " the last eight weeks. Last seen: " in row()
    assert "; the counts are of 1 Mar 2024 to today." in row("--since", "2024-03-01")


def test_a_habit_is_told_and_not_asked_about(machine: Machine) -> None:
    for n in range(3):
        machine.session(f"s-{n}", PLANNED, days_ago=n + 1)
    assert "\nYou do this now and then: agree a plan before the first edit.\n" in machine.run("show", "plan-first")
    for n in range(3, 6):
        machine.session(f"s-{n}", PLANNED, days_ago=n + 1)
    assert "\nYou do this: agree a plan before the first edit.\n" in machine.run("show", "plan-first")
    assert "Typical session here: 6 tool calls (longer ones show more practices by chance)." in machine.run("show", "plan-first")
    assert "\nEvidence B: observational evidence.\n" in machine.run("show", "plan-first")
    assert max(map(len, machine.run("show", "plan-first", columns=160).splitlines())) > 80
    assert all(len(line) <= 100 for line in machine.run("show", "plan-first", columns=160).splitlines() if "/" not in line)


def test_an_unknown_practice_or_session_is_not_found(machine: Machine) -> None:
    machine.session("aaa-1", HASTY)
    assert "did you mean plan-first?" in machine.run("show", "plan-frist", code=1)
    assert "no session whose id begins with" in machine.run("session", "zzz", code=1)


def test_a_session_is_found_by_the_first_characters_of_its_id(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.session("aaa-2", HASTY)
    assert machine.json("session", "aaa-2")["session"]["id"] == "aaa-2"
    told = machine.run("session", "aaa", code=1)
    assert told.splitlines()[0] == "accrete-coach: 2 sessions begin with 'aaa':"
    assert {line.split()[0] for line in told.splitlines()[1:3]} == {"aaa-1", "aaa-2"}
    assert all(line.endswith("  shop") for line in told.splitlines()[1:3])
    assert "shows them" in machine.run("session", "", code=2)


def test_of_many_sessions_that_may_be_meant_the_newest_six_are_named_apart(machine: Machine) -> None:
    for n in range(8):
        machine.session(f"0000-1111-{n}-rest", HASTY, days_ago=n + 1)
    lines = machine.run("session", "0", code=1).splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == [f"0000-1111-{n}" for n in range(6)]
    assert lines[-1] == "and 2 more: give more characters"


def test_a_filter_that_matches_nothing_says_so_in_one_sentence(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    said = "No session's project folder holds 'nothing'; `accrete-coach sessions` shows them."
    for words in (("list",), ("sessions",), ("show", "plan-first")):
        assert machine.run(*words, "--project", "nothing", columns=100) == f"{said}\n", words
    assert machine.run("sessions", "--until", "2024-02-01") == (
        "No session began up to 1 Feb 2024; `accrete-coach sessions` shows all.\n"
    )
    both = machine.run("list", "--project", "no\x1b[1m", "--since", "2024-02-01", "--until", "2024-02-03", columns=200)
    assert "No session that began from 1 Feb 2024 to 3 Feb 2024 is of a project whose folder holds 'no␛[1m'" in both
    assert len(machine.json("list", "--project", "nothing")["practices"]) == len(load().practices)
    assert "of projects whose folder holds 'shop', last 8 weeks" in machine.run("list", "--project", "shop", columns=100)


def test_a_session_of_another_year_is_dated_with_it(machine: Machine) -> None:
    machine.session_at("old-1", PLANNED, datetime(2024, 3, 4, 12, 30).astimezone())
    told = machine.run("sessions")
    assert told.startswith(("4 Mar 2024 12:30  shop  ", "4 Mar 2024 12:29  shop  "))
    assert "  4 Mar 2024 12:" in machine.run("show", "plan-first")
    assert "1 session read, 4 Mar 2024 to 4 Mar 2024." in machine.run("doctor")


def test_doctor_accounts_for_every_line(machine: Machine) -> None:
    path = machine.session("aaa-1", PLANNED)
    with path.open("a") as file:
        file.write('not json at all\n\n{"type":"something-new"}\n{"type":"summary","summary":"x"}\n' + "\0" * 40 + "\n")
    (machine.root / "settings.json").write_text('{"cleanupPeriodDays": 99}')
    (machine.root / "history.jsonl").write_text(
        '{"display":"x","sessionId":"long-gone"}\n{"display":"x","sessionId":"aaa-1"}\nbroken\n'
    )
    found = machine.json("doctor")
    assert found["lines"]["all"] == len(path.read_bytes().split(b"\n")) - 1 == sum(found["lines"]["by_reason"].values())
    assert found["lines"]["by_reason"]["not JSON"] == 1
    assert found["lines"]["by_reason"]["NUL bytes"] == 1
    assert found["lines"]["by_reason"]["unknown type 'something-new'"] == 1
    assert found["roots"][0]["cleanup_period_days"] == 99
    assert found["sessions"]["deleted_before_read"] == 1
    text = machine.run("doctor")
    assert "Every line is accounted for." in text
    assert "a kind of record that says nothing about practices" in " ".join(text.split())
    assert found["lines"]["not_json"] == [{"path": str(path), "lines": 1}]
    assert f"{path}: 1 line\n" in text
    assert "SQLite" not in text or "SQLite" in text.rstrip().split("\n\n")[-1]
    assert "after 99 days" in text
    assert "journal mode" in text


def test_doctor_names_only_the_files_with_lines_that_are_not_json(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    assert machine.json("doctor")["lines"]["not_json"] == []
    for name, more in (("bbb-2", 1), ("ccc-3", 2)):
        with machine.session(name, HASTY).open("a") as file:
            file.write("no json\n" * more)
    assert [(Path(f["path"]).stem, f["lines"]) for f in machine.json("doctor")["lines"]["not_json"]] == [
        ("ccc-3", 2),
        ("bbb-2", 1),
    ]


def test_doctor_says_which_agents_were_found(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    text = " ".join(machine.run("doctor", columns=200).split())
    assert "Claude Code, " in text
    assert "Codex, " in text
    assert "no folder sessions or archived_sessions there" in text
    day = machine.folder / "codex" / "sessions" / "2026" / "07" / "01"
    day.mkdir(parents=True)
    own = "01990000-0000-7000-8000-000000000001"
    said = (
        '"session_meta","payload":{"id":"x","cwd":"/home/sam/shop"}',
        '"event_msg","payload":{"type":"user_message","message":"hello there"}',
    )
    (day / f"rollout-2026-07-01T09-00-00-{own}.jsonl").write_text(
        "".join(f'{{"timestamp":"2026-07-01T09:00:0{n}.000Z","type":{rest}}}\n' for n, rest in enumerate(said))
    )
    found = machine.json("doctor")
    assert [(r["agent"], r["found"], r["files"]) for r in found["roots"]] == [("claude-code", True, 1), ("codex", True, 1)]
    assert "deletes no transcript" in " ".join(machine.run("doctor", columns=200).split())
    assert {(s["agent"], s["id"]) for s in machine.json("sessions")["sessions"]} == {
        ("claude-code", "aaa-1"),
        ("codex", own),
    }


def test_doctor_names_what_was_passed_over(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    (machine.root / "projects" / "loop").symlink_to(machine.root / "projects")
    (machine.root / "projects" / "away").symlink_to(machine.folder)
    text = " ".join(machine.run("doctor").split())
    assert "a link to a folder that was already read" in text or "a link out of the agent's folder" in text


def test_a_deleted_transcript_keeps_its_readings_and_is_said_to_be_gone(machine: Machine) -> None:
    path = machine.session("aaa-1", PLANNED)
    before = machine.json("sessions")
    path.unlink()
    assert machine.json("sessions") == before
    assert "source gone" in machine.run("show", "plan-first")
    assert "deleted since; what was read of them stays" in " ".join(machine.run("doctor").split())


def test_scan_says_what_was_read_and_then_that_nothing_is_new(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    assert machine.run("scan").startswith("Read 1 file, ")
    assert machine.run("scan").startswith("Nothing new in 1 file.")
    profile = tomllib.loads((machine.home / "profile.toml").read_text())
    assert profile["practices"]["plan-first"]["you"] == 1


def test_where_names_the_places_and_makes_none(machine: Machine) -> None:
    found = machine.json("where")
    assert found["profile"] == str(machine.home / "profile.db")
    codex = machine.folder / "codex"
    assert found["sessions"] == [str(machine.root / "projects"), str(codex / "sessions"), str(codex / "archived_sessions")]
    assert not machine.home.exists()


def test_the_demo_touches_nothing_of_the_persons(machine: Machine) -> None:
    text = machine.run("demo", "--plain")
    assert "habit" in text
    assert not machine.home.exists()
    assert list((machine.root / "projects").iterdir()) == []


def test_without_a_terminal_and_without_sessions_the_demo_is_listed(machine: Machine) -> None:
    done = machine.try_run()
    assert done.returncode == 0
    assert "This is the demo: invented sessions." in done.stderr
    assert "Rests on" in done.stdout


def test_an_empty_profile_still_shows_the_demo(machine: Machine) -> None:
    machine.run("scan")
    assert "This is the demo" in machine.try_run().stderr


def test_a_profile_whose_transcripts_are_all_gone_is_shown(machine: Machine) -> None:
    path = machine.session("aaa-1", PLANNED)
    machine.run("scan")
    path.unlink()
    done = machine.try_run()
    assert "demo" not in done.stderr
    assert "Rests on 1 session" in done.stdout


def test_without_a_terminal_the_plain_list_is_printed(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    assert "Rests on 1 session" in machine.run("open")


def test_hostile_names_come_out_as_literal_text(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED, project="/home/sam/\x1b]52;c;aGk=\x07\u202e[bold]evil")
    for words in (("sessions",), ("session", "aaa-1"), ("show", "plan-first"), ("doctor",)):
        text = machine.run(*words)
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_foreign_database_is_set_aside_whole_and_named(machine: Machine) -> None:
    import sqlite3

    machine.home.mkdir()
    db = sqlite3.connect(machine.home / "profile.db")
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    before = (machine.home / "profile.db").read_bytes()
    told = machine.try_run("list")
    assert told.returncode == 0
    assert "database of another program" in told.stderr
    (aside,) = machine.home.glob("profile-set-aside-*.db")
    assert aside.name in told.stderr
    assert "lost" not in told.stderr
    assert aside.read_bytes() == before
    assert machine.try_run("list").stderr == "", "it is said once"


@pytest.mark.parametrize("words", ["sessions --json", "list", "sessions"])
def test_a_closed_pipe_ends_quietly(machine: Machine, words: str) -> None:
    for n in range(30):
        machine.session(f"s-{n}", PLANNED, days_ago=n + 1)
    env = {
        **os.environ,
        "CLAUDE_CONFIG_DIR": str(machine.root),
        "ACCRETE_COACH_HOME": str(machine.home),
        "CODEX_HOME": str(machine.folder / "codex"),
    }
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m accrete_coach {words} | head -c 10; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        env=env,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) == 10


def test_a_command_that_draws_nothing_loads_no_screen_git_or_watchdog(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    script = (
        "import sys, atexit; from accrete_coach.cli import cli; cli.main(sys.argv[1:], standalone_mode=False);"
        "print('LOADED', [m for m in ('textual', 'rich', 'watchdog', 'git') if m in sys.modules])"
    )
    env = {
        **os.environ,
        "CLAUDE_CONFIG_DIR": str(machine.root),
        "ACCRETE_COACH_HOME": str(machine.home),
        "CODEX_HOME": str(machine.folder / "codex"),
    }
    for words in (["scan"], ["list"], ["show", "scout"], ["sessions"], ["doctor"], ["where"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True, env=env, timeout=60, check=False
        )
        assert done.stdout.splitlines()[-1] == "LOADED []", (words, done.stdout[-300:], done.stderr[-300:])


def test_follow_tells_of_a_line_that_another_process_appends(machine: Machine) -> None:
    path = machine.session("aaa-1", HASTY)
    machine.run("scan")
    env = {
        **os.environ,
        "CLAUDE_CONFIG_DIR": str(machine.root),
        "ACCRETE_COACH_HOME": str(machine.home),
        "CODEX_HOME": str(machine.folder / "codex"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "accrete_coach", "follow", "--json"], stdout=subprocess.PIPE, text=True, env=env
    )
    try:
        line = sketch.play("run pytest -q -> 12 passed in 1.2s", session="aaa-1", start=datetime.now(UTC))
        import threading

        def append() -> None:
            import time

            for one in line:
                time.sleep(1.5)
                with path.open("a") as file:
                    file.write(one.text + "\n")

        threading.Thread(target=append, daemon=True).start()
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
    finally:
        process.terminate()
        process.wait(10)
    assert {t["session"] for t in told} == {"aaa-1"}
    assert any("run-check" in t["changed"] for t in told)


def test_every_command_in_the_readme_exists() -> None:
    from accrete_coach.cli import cli

    readme = (Path(__file__).parent.parent / "README.md").read_text()
    for name in cli.commands:
        if name != "open":
            assert f"accrete-coach {name}" in readme or f"`{name} " in readme, name


def _commands() -> Iterator[list[str]]:
    import click

    from accrete_coach.cli import cli

    yield []
    for name, command in cli.commands.items():
        yield [name]
        if isinstance(command, click.Group):
            yield from ([name, below] for below in command.commands)


def test_help_fits_in_44_columns_and_breaks_no_word() -> None:
    from click.testing import CliRunner

    from accrete_coach.cli import cli

    def words(text: str) -> list[str]:
        return text.split()

    for names in _commands():
        told = {
            columns: CliRunner().invoke(cli, [*names, "--help"], env={"COLUMNS": str(columns)}, prog_name="accrete-coach").output
            for columns in (44, 100)
        }
        assert [line for line in told[44].splitlines() if len(line) > 44] == [], names
        assert words(told[44]) == words(told[100]), names
        several = ("[ARGS]...", "[WORDS]...", "PRACTICE...", "PATH...")
        assert "..." not in re.sub("|".join(map(re.escape, several)), "", told[100]), names


def test_the_list_of_commands_has_a_line_for_each() -> None:
    from click.testing import CliRunner

    from accrete_coach.cli import cli

    for group in ([], ["practice"]):
        told = CliRunner().invoke(cli, [*group, "--help"], env={"COLUMNS": "80"}).output
        listed = told.split("Commands:\n")[1].split("\n\n")[0].splitlines()
        assert all(line[2] != " " and len(line) <= 80 for line in listed), listed


def test_every_command_has_help() -> None:
    from accrete_coach.cli import cli

    for name, command in cli.commands.items():
        assert command.help, name


def test_doctor_tells_days_in_the_person_s_zone(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    told = {zone: machine.run("doctor", TZ=zone) for zone in ("UTC+12", "UTC-12")}
    days = {re.search(r"read, (.*) to ", text)[1] for text in told.values()}  # type: ignore[index]
    assert len(days) == 2, "noon is a day apart between these two"


def test_show_names_the_sessions_that_let_it_pass(machine: Machine) -> None:
    machine.session("h1", HASTY, days_ago=3)
    machine.session("p1", PLANNED, days_ago=2)
    machine.run("scan")
    shown = machine.run("show", "plan-first")
    passed = shown[shown.index("Not seen in") :]
    assert "shop, 2 tool calls: accrete-coach session h1" in " ".join(passed.split())
    assert "session p1" not in passed
    told = json.loads(machine.run("show", "plan-first", "--json"))["let_pass"]
    assert [one["session"] for one in told] == ["h1"]
    machine.run("correct", "h1", "plan-first", "not-applicable")
    assert "Not seen in" not in machine.run("show", "plan-first")


def test_show_plays_the_examples_and_says_when_it_is_noticed(machine: Machine) -> None:
    shown = machine.run("show", "read-diff", "--example")
    noticed = shown.index("-> seen, by you")
    assert "git commit" in shown[:noticed].rsplit("\n", 2)[-2]
    assert "-> not seen" in shown[noticed:]


def test_keys_tells_every_command_with_its_keys_without_a_terminal(machine: Machine) -> None:
    machine.home.mkdir(parents=True, exist_ok=True)
    settings = Path(json.loads(machine.run("where", "--json"))["settings"])
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[keys]\n"practicelist.open" = "o"\n"nobody.home" = "x"\n', encoding="utf-8")
    done = machine.try_run("keys", columns=100)
    assert done.returncode == 0
    assert "'nobody.home'" in done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("practicelist.open ")]
    assert line.split()[1] == "o"
    assert all(len(line) <= 44 for line in machine.run("keys", columns=44).splitlines())
    told = machine.json("keys")
    rows = {row["id"]: row for row in told["commands"]}
    assert rows["practicelist.open"]["keys"] == ["o"]
    assert rows["practicelist.open"]["default"] == ["enter"]
    assert rows["coachapp.theme"]["keys"] == []
    assert all(row["does"] for row in rows.values())
    assert len(told["problems"]) == 1
