"""Several processes at one profile (promises.md, faults 1, 10 and 11): killed, beside each other, of different versions."""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import pytest

from accrete_coach import doctor
from accrete_coach import profile as storing
from accrete_coach.coach import ReaderLock, Report
from accrete_coach.migrations import SCHEMA

from .made import (
    ASK,
    WORK,
    Tree,
    against_fresh,
    append,
    append_elsewhere,
    coach_of,
    environment,
    places_of,
    program,
    sound,
    wait_for,
)

SLOW_WORKERS = """
import os, sys, time
from accrete_coach import reader
from accrete_coach.coach import Coach
from accrete_coach.places import find

def slow(jobs):
    sys.stdout.write("works\\n")
    sys.stdout.flush()
    time.sleep(600)

reader._work = slow
reader.BATCH = 1
Coach(find()).scan(workers=2)
"""


def test_a_killed_scan_leaves_no_worker_and_the_lock_is_free(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    for n in range(4):
        tree.add(f"s{n}", ASK)
    scanning = program(tmp_path, "-c", SLOW_WORKERS, stdout=subprocess.PIPE)
    assert scanning.stdout is not None
    try:
        assert [scanning.stdout.readline() for _ in range(2)] == [b"works\n"] * 2
        assert not ReaderLock(places_of(tmp_path).lock).take()
    finally:
        scanning.kill()
        scanning.wait()
    with scanning.stdout as pipe:
        # The workers have its other end: it is at its end when they are.
        ready, _, _ = select.select([pipe], [], [], 20)
        assert ready, "the workers live on"
        assert os.read(pipe.fileno(), 1) == b""
    coach = coach_of(places_of(tmp_path))
    report = coach.scan()
    assert (report.by_other, report.read) == (False, 4)
    coach.close()


def test_a_scan_killed_with_its_workers_at_work_loses_nothing(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    for n in range(30):
        tree.add(f"s{n}", "\n".join([WORK] * 6), slug=f"-home-sam-p{n % 5}")
    code = (
        "from accrete_coach import reader\n"
        "from accrete_coach.coach import Coach\n"
        "from accrete_coach.places import find\n"
        "reader.BATCH = 1\n"
        "coach = Coach(find())\n"
        "print('open', flush=True)\n"
        "coach.scan(lambda p: print('stored', flush=True), workers=2)\n"
        "print('all', flush=True)\n"
    )
    for _ in range(2):
        scanning = program(tmp_path, "-c", code, stdout=subprocess.PIPE)
        assert scanning.stdout is not None
        scanning.stdout.readline()
        scanning.stdout.readline()
        scanning.kill()
        scanning.wait()
        scanning.stdout.close()
    coach = coach_of(places_of(tmp_path))
    assert wait_for(lambda: not coach.scan().by_other, 20)
    assert len(coach.profile.sessions()) == 30
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()
    assert sound(places_of(tmp_path).profile)


# --- beside each other -------------------------------------------------------------------------------------------------


@contextmanager
def watcher(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that follows, past its first scan."""
    started = program(folder, "-m", "faults.holder", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert started.stdin is not None
    assert started.stdout is not None
    try:
        assert started.stdout.readline() == b"watching\n"
        yield started
    finally:
        started.stdin.close()
        try:
            started.wait(20)
        finally:
            started.kill()
            started.stdout.close()


def answers(folder: Path, count: int) -> list[dict[str, object]]:
    """What so many `scan --json` at once say."""
    asked = [program(folder, "-m", "accrete_coach", "scan", "--json", stdout=subprocess.PIPE) for _ in range(count)]
    out = []
    for one in asked:
        told, _ = one.communicate(timeout=60)
        assert one.returncode == 0
        out.append(json.loads(told))
    return out


def test_many_that_ask_the_reader_at_once_are_all_answered(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s0", ASK)
    with watcher(tmp_path):
        for n in range(1, 4):
            append_elsewhere(tmp_path, tree.lines(f"s{n}", WORK))
            told = answers(tmp_path, 4)
            assert {one["by_other"] for one in told} == {True}
            # Fresh means that it is in; whoever was not answered in two seconds says so.
            assert all(one["sessions"] == n + 1 for one in told if one["fresh"]), told
        assert wait_for(lambda: all(one["fresh"] for one in answers(tmp_path, 2)), 30), "nobody is ever answered"
    coach = coach_of(places_of(tmp_path))
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_when_the_reader_is_killed_whoever_comes_next_reads(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    lines = tree.lines("s1", WORK)
    append(lines[:5])
    with watcher(tmp_path) as reading:
        append(lines[5:])
        reading.send_signal(signal.SIGKILL)
        reading.wait()
        (told,) = answers(tmp_path, 1)
        assert (told["by_other"], told["fresh"]) == (False, True)
    coach = coach_of(places_of(tmp_path))
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_a_reader_that_is_stopped_holds_nobody_up_for_longer_than_two_seconds(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", WORK)
    with watcher(tmp_path) as reading:
        reading.send_signal(signal.SIGSTOP)
        os.waitpid(reading.pid, os.WUNTRACED)  # It stands still, and in no transaction: there was nothing new.
        try:
            tree.add("s2", ASK)
            (told,) = answers(tmp_path, 1)
            assert (told["by_other"], told["fresh"], told["sessions"]) == (True, False, 1)
        finally:
            reading.send_signal(signal.SIGCONT)
        assert wait_for(lambda: answers(tmp_path, 1)[0]["sessions"] == 2, 30)


# --- old and new -------------------------------------------------------------------------------------------------------

NEWER = """
import sys
from dataclasses import replace
from accrete_coach import coach, profile, reader
from accrete_coach.places import find
from accrete_coach.practice import load
from faults.made import coach_of

for module in (coach, profile, reader):
    module.FACTS_VERSION += 1
catalogue = load()
made = coach_of(find(), replace(catalogue, practices=tuple(replace(p, version=p.version + 1) for p in catalogue.practices)))
for line in sys.stdin:
    report = made.scan()
    print(report.read, report.by_other, flush=True)
made.close()
"""


def test_an_older_and_a_newer_program_take_turns_and_both_are_right(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    lines = tree.lines("s1", WORK)
    older = coach_of(places_of(tmp_path))
    newer = program(tmp_path, "-c", NEWER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert newer.stdin is not None
    assert newer.stdout is not None
    try:
        for start in range(0, len(lines), 6):
            append(lines[start : start + 6])
            newer.stdin.write(b"scan\n")
            newer.stdin.flush()
            read, by_other = newer.stdout.readline().split()
            assert (int(read) > 0, by_other) == (True, b"False")
            assert older.scan().read > 0, "the facts are of another version"
            assert older.scan().read == 0
        assert against_fresh(older, tmp_path / "fresh") == []
    finally:
        newer.stdin.close()
        newer.wait(20)
        newer.stdout.close()
        older.close()


OF_THE_FUTURE = """
import sys
from accrete_coach.coach import Coach
from accrete_coach.places import find
from accrete_coach.migrations import SCHEMA
coach = Coach(find())
coach.profile.db.execute(f"PRAGMA user_version={SCHEMA + 1}")
coach.scan()
print("open", flush=True)
sys.stdin.read()
coach.scan()
print(len(coach.profile.sessions()), flush=True)
coach.close()
"""


def schema(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def test_a_profile_that_a_newer_program_has_open_is_refused_by_this_one_and_untouched(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", WORK)
    path = places_of(tmp_path).profile
    newer = program(tmp_path, "-c", OF_THE_FUTURE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert newer.stdin is not None
    assert newer.stdout is not None
    try:
        assert newer.stdout.readline() == b"open\n"
        assert schema(path) == SCHEMA + 1
        before = hashlib.sha256(path.read_bytes()).digest()
        for words in (["list"], ["scan"], ["doctor"], ["sessions", "--json"], ["follow"]):
            done = subprocess.run(
                [sys.executable, "-m", "accrete_coach", *words],
                env=environment(tmp_path),
                capture_output=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 3, done.stderr
            assert b"newer accrete-coach" in done.stderr
            assert b"Traceback" not in done.stderr
        assert hashlib.sha256(path.read_bytes()).digest() == before
        tree.add("s2", ASK)
        newer.stdin.close()
        assert newer.stdout.readline() == b"2\n", "the newer one works on"
    finally:
        newer.kill()
        newer.wait()
        newer.stdout.close()


# --- the journal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("safe", [True, False])
def test_doctor_says_which_journal_is_used_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: safe)
    monkeypatch.setattr(doctor, "wal_is_safe", lambda: safe)
    coach = coach_of(places_of(tmp_path), quick=False)
    told = " ".join(" ".join(doctor.lines(doctor.examine(coach, Report()), UTC, 80)).split())
    assert f"journal mode {'wal' if safe else 'delete'}" in told
    assert ("can damage a database in WAL mode" in told) is not safe
    assert coach.profile.db.execute("PRAGMA synchronous").fetchone()[0] == (1 if safe else 2)
    coach.close()
