"""What leaves the machine: what the command says, and that its check is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accrete_coach.leaves import KEEPS, NOTHING, TRACED, check
from test_cli import HASTY, Machine

KEPT_AT = "/tmp/accrete-coach.trace"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o700)


def checked(machine: Machine, folder: Path, runs: str) -> tuple[str, Path]:
    """What the shown command prints last, and the trace it wrote, where `accrete-coach` runs this."""
    program(folder / "bin", "accrete-coach", runs)
    trace = folder / "x.trace"
    assert TRACED.count(KEPT_AT) == 2
    done = subprocess.run(
        ["sh", "-c", TRACED.replace(KEPT_AT, str(trace))],
        env={
            **os.environ,
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "CLAUDE_CONFIG_DIR": str(machine.root),
            "CODEX_HOME": str(machine.folder / "codex"),
            "ACCRETE_COACH_HOME": str(machine.home),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return (done.stdout.splitlines() or [""])[-1], trace


def can_trace() -> bool:
    strace = shutil.which("strace")
    return (
        strace is not None
        and subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0
    )


traced = pytest.mark.skipif(not can_trace(), reason="no strace here, or it may not trace")


@traced
def test_the_shown_check_counts_no_internet_socket_while_sessions_are_read(machine: Machine, tmp_path: Path) -> None:
    machine.session("a", HASTY)
    last, trace = checked(machine, tmp_path, f'exec "{sys.executable}" -m accrete_coach "$@"')
    assert last == "0"
    assert "exited with 0" in trace.read_text()
    assert len(machine.json("sessions")["sessions"]) == 1, "it traced a program that read something"


@traced
def test_the_shown_check_counts_an_internet_socket_where_there_is_one(machine: Machine, tmp_path: Path) -> None:
    opens = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"
    last, _ = checked(machine, tmp_path, f'exec "{sys.executable}" -c "{opens}"')
    assert last == "1"


def test_the_shown_check_shows_no_number_where_nothing_could_be_traced(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "x.trace").write_text("")
    program(tmp_path / "bin", "strace", "echo 'ptrace: Operation not permitted' >&2; exit 1")
    last, _ = checked(machine, tmp_path, "exit 0")
    assert last == ""


def test_sharing_says_what_leaves_with_the_places_and_the_check(machine: Machine) -> None:
    said = machine.run("sharing", columns=200)
    assert NOTHING in said
    assert KEEPS.split(".")[0] in " ".join(said.split())
    assert str(machine.root / "projects") in said
    assert str(machine.home) in said
    assert check(sys.platform).command in said


def test_sharing_tells_a_script_the_same(machine: Machine) -> None:
    told = machine.json("sharing")
    assert told["says"][0] == NOTHING
    assert told["reads"][0] == str(machine.root / "projects")
    assert told["writes"] == [str(machine.home)]
    assert told["check"] == check(sys.platform)._asdict()
