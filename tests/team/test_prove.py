"""The program's own tour under a trace: nothing else is seen, and a program that does something else is caught."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from accrete_coach.prove import STRACE, TOUR, Proof, Step, prove, tracer
from accrete_coach.traced import LOCAL, OTHER, PROGRAM, SOCKET, WRITE

BY, WHY_NOT = tracer()
traced = pytest.mark.skipif(not BY, reason=WHY_NOT or "strace is here")
WAYS = [pytest.param(False, id="strace", marks=traced), pytest.param(True, id="audit hook")]
LIST = (Step("list", ("list",)),)

LEAKS = {
    "tells": """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
    out.sendto(b"secret", ("127.0.0.1", int(sys.argv.pop(1))))
""",
    "asks": """
import socket
try:
    socket.create_connection(("127.0.0.1", int(sys.argv.pop(1))), 2).close()
except OSError:
    pass
""",
    "writes": "open(sys.argv.pop(1), 'w').close()",
    "makes a folder": "os.mkdir(sys.argv.pop(1))",
    "runs": "import subprocess; subprocess.run(['/bin/true', sys.argv.pop(1)])",
    "runs Python": "import subprocess; subprocess.run([sys.executable, '-c', '0', sys.argv.pop(1)])",
    "fetches": "import subprocess; subprocess.run(['git', '-C', os.getcwd() + '/repository', 'fetch', sys.argv.pop(1)])",
}
IN_A_WORKER = """
import accrete_coach.reader as reader
honest, where = reader._start_worker, sys.argv.pop(1)
def leaky(*words):
    open(where, "a").close()
    honest(*words)
reader._start_worker = leaky
"""
IN_THE_APP = """
import accrete_coach.app.week_view as view
honest, where = view.WeekScreen.body, sys.argv.pop(1)
def leaky(self):
    open(where, "a").close()
    return honest(self)
view.WeekScreen.body = leaky
"""


def leaky(folder: Path, does: str) -> Path:
    """A program that does this, and then is accrete-coach."""
    path = folder / "leaky.py"
    path.write_text(f"import os, sys\n{does}\nfrom accrete_coach.cli import main\nmain()\n")
    return path


def amiss(proof: Proof) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for one in proof.unexpected:
        out.setdefault(one.act.kind, []).append(one.act.what)
    return out


@pytest.mark.parametrize("audited", WAYS)
def test_the_whole_tour_does_nothing_but_what_was_announced(audited: bool) -> None:
    proof = prove(audited=audited)
    assert [(one.step, one.act) for one in proof.unexpected] == []
    assert proof.holds
    assert not proof.of(SOCKET)
    git = not [one for one in proof.passed_over if "git" in one]
    assert [*proof.steps] == [step.name for step in TOUR if git or "delivery" not in step.name]
    # It saw the program at work, not an empty trace.
    assert any(one.act.what.endswith("coach/profile.db") for one in proof.of(WRITE))
    assert {one.why for one in proof.of(LOCAL)}
    if git:
        reasons = {one.why for one in proof.of(PROGRAM)}
        assert {
            "git on the repository that was made for the tour",
            "`git version`, which GitPython runs when it is loaded",
        } <= reasons
    assert "its own workers" in {one.why for one in proof.of(PROGRAM)}
    if (os.cpu_count() or 1) > 1 and not audited:
        assert "a lock between its own workers, in memory" in {one.why for one in proof.of(WRITE)}


@pytest.mark.parametrize("audited", WAYS)
@pytest.mark.parametrize("leak", ["tells", "asks"])
def test_a_program_that_opens_an_internet_socket_is_caught(tmp_path: Path, audited: bool, leak: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as there:
        there.bind(("127.0.0.1", 0))
        there.listen()
        proof = prove((str(leaky(tmp_path, LEAKS[leak])), str(there.getsockname()[1])), tour=LIST, audited=audited)
        assert not proof.holds
        assert {*amiss(proof)} == {SOCKET}
        assert any(str(there.getsockname()[1]) in one.act.raw for one in proof.unexpected)


@pytest.mark.parametrize("audited", WAYS)
@pytest.mark.parametrize("leak", ["writes", "makes a folder"])
def test_a_program_that_writes_elsewhere_is_caught(tmp_path: Path, audited: bool, leak: str) -> None:
    there = tmp_path / "else where é"
    proof = prove((str(leaky(tmp_path, LEAKS[leak])), str(there)), tour=LIST, audited=audited)
    assert there.exists()
    assert amiss(proof) == {WRITE: [str(there)]}


@pytest.mark.parametrize("audited", WAYS)
@pytest.mark.parametrize("leak", ["runs", "runs Python", "fetches"])
def test_a_program_that_runs_another_is_caught(tmp_path: Path, audited: bool, leak: str) -> None:
    proof = prove((str(leaky(tmp_path, LEAKS[leak])), "/nowhere/secret"), tour=LIST, audited=audited)
    found = amiss(proof)
    assert PROGRAM in found
    assert any("/nowhere/secret" in one.act.raw for one in proof.unexpected)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: nothing is read by workers")
@pytest.mark.parametrize("audited", WAYS)
def test_a_worker_that_writes_elsewhere_is_caught(tmp_path: Path, audited: bool) -> None:
    there = tmp_path / "there"
    proof = prove((str(leaky(tmp_path, IN_A_WORKER)), str(there)), tour=LIST, audited=audited)
    assert there.exists()
    assert {*amiss(proof)[WRITE]} == {str(there)}


@pytest.mark.parametrize("audited", WAYS)
def test_a_view_of_the_app_that_writes_elsewhere_is_caught(tmp_path: Path, audited: bool) -> None:
    there = tmp_path / "there"
    tour = (Step("scan", ("scan",)), TOUR[-1])
    proof = prove((str(leaky(tmp_path, IN_THE_APP)), str(there)), tour=tour, audited=audited)
    assert there.exists(), "the view was never opened"
    assert {*amiss(proof)[WRITE]} == {str(there)}


def test_a_step_that_fails_is_no_proof() -> None:
    proof = prove(tour=(Step("nothing", ("show", "no-such-practice")),), audited=True)
    assert not proof.holds
    assert any("no-such-practice" in what for what in amiss(proof)[OTHER])


def test_a_program_that_never_ran_is_no_proof(tmp_path: Path) -> None:
    proof = prove(tour=(), audited=True)
    assert not proof.holds


def test_where_strace_may_not_trace_the_audit_hook_takes_its_place_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "strace").write_text("#!/bin/sh\necho 'strace: ptrace(PTRACE_SEIZE, 7): Operation not permitted' >&2\nexit 1\n")
    (tmp_path / "strace").chmod(0o700)
    by, instead = tracer({"PATH": str(tmp_path)}, "linux")
    assert not by
    assert "Operation not permitted" in instead
    assert tracer({"PATH": str(tmp_path / "none")}, "linux")[0] == ()
    assert "Linux" in tracer(platform="darwin")[1]
    proof = prove(tour=LIST, trace_with=lambda: ((), instead))
    assert proof.by != STRACE
    assert proof.instead == instead
    assert proof.holds


def run(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "CLAUDE_CONFIG_DIR": str(tmp_path / "agent"),
        "CODEX_HOME": str(tmp_path / "codex"),
        "ACCRETE_COACH_HOME": str(tmp_path / "coach"),
        "TMPDIR": str(tmp_path / "tmp"),
    }
    (tmp_path / "tmp").mkdir()
    return subprocess.run(
        [sys.executable, "-m", "accrete_coach", *words], env=env, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_command_says_what_it_saw_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run(tmp_path, "prove", "--audit-hook")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Internet sockets: none" in done.stdout
    assert "weaker" in done.stdout
    assert "Nothing else was seen." in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["tmp"], "it touched the person's own places"
    assert not [*(tmp_path / "tmp").iterdir()]


@traced
def test_the_command_tells_a_program_the_same(tmp_path: Path) -> None:
    done = run(tmp_path, "prove", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["holds"] is True
    assert told["by"] == STRACE
    assert told["unexpected"] == []
    assert {one["kind"] for one in told["seen"]} == {LOCAL, WRITE, PROGRAM}


@traced
def test_the_exit_code_says_that_something_else_was_seen(tmp_path: Path) -> None:
    # The tour is the command's own; what makes it leak is put in from outside.
    script = tmp_path / "other.py"
    script.write_text(
        "import sys, accrete_coach.prove as prove\n"
        f"prove.TOUR = prove.TOUR[:1]\nprove.prove.__kwdefaults__['tour'] = prove.TOUR\n"
        f"prove.prove.__defaults__ = (({str(leaky(tmp_path, LEAKS['writes']))!r}, {str(tmp_path / 'there')!r}),)\n"
        "from accrete_coach.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, script, "prove"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "NOT ANNOUNCED: 1 act" in done.stdout
    assert str(tmp_path / "there") in done.stdout
