"""What is no transcript of the person's is passed over and named (promises.md, fault 16): real files, real permissions."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .made import ASK, Tree, coach_of, environment, places_of
from .somebody import NOBODY


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another person may enter, as pytest's own ones may not be."""
    made = Path(tempfile.mkdtemp(prefix="faults-"))
    made.chmod(0o755)
    yield made
    for path, folders, _ in os.walk(made):
        for name in folders:
            os.chmod(os.path.join(path, name), 0o700)
    shutil.rmtree(made, ignore_errors=True)


def as_somebody_else(folder: Path, *words: str) -> Any:
    """What a command answers whom permissions bind: root becomes nobody for it."""
    (folder / "own").mkdir(exist_ok=True)
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    done = subprocess.run(
        [sys.executable, "-m", "faults.somebody", *words], env=environment(folder), capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_what_may_not_be_read_is_named_and_its_neighbours_are_read(folder: Path) -> None:
    tree = Tree(folder / "claude")
    for name, slug in (("s1", "-a"), ("secret", "-a"), ("s2", "-b"), ("shut", "-c"), ("dim", "-d"), ("s3", "-e")):
        tree.add(name, ASK, slug=slug)
    tree.add("s3", "you: go\nscout find it -> found\nreply: Done.", slug="-e")
    projects = folder / "claude" / "projects"
    modes = {
        projects / "-a" / "secret.jsonl": 0,
        projects / "-c": 0,
        projects / "-d": 0o400,  # Its names can be read, and nothing else.
        projects / "-e" / "s3" / "subagents": 0,
    }
    for path, mode in modes.items():
        path.chmod(mode)
    told = as_somebody_else(folder, "scan", "--json")
    why = {os.path.relpath(one["path"], projects): one["why"] for one in told["problems"]}
    assert why == {
        "-a/secret.jsonl": "Permission denied",
        "-c": "Permission denied",
        "-d/dim.jsonl": "Permission denied",
        "-e/s3/subagents": "Permission denied",
    }
    assert told["sessions"] == 3
    named = as_somebody_else(folder, "doctor", "--json")["passed_over"]
    assert len(named) == 4
    for path in modes:
        path.chmod(0o700)
    again = as_somebody_else(folder, "scan", "--json")
    assert (again["problems"], again["sessions"]) == ([], 6)


def test_what_can_no_longer_be_read_is_not_taken_for_deleted(folder: Path) -> None:
    tree = Tree(folder / "claude")
    tree.add("s1", ASK, slug="-a")
    tree.add("s2", ASK, slug="-b")
    assert as_somebody_else(folder, "scan", "--json")["transcript_deleted"] == 0
    for shut in (folder / "claude" / "projects" / "-a", folder / "claude" / "projects"):
        shut.chmod(0)
        told = as_somebody_else(folder, "scan", "--json")
        shut.chmod(0o700)
        assert (told["sessions"], told["transcript_deleted"]) == (2, 0), shut


def test_devices_sockets_and_pipes_are_named_and_nothing_waits_for_them(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", ASK)
    beside = tree.path("s1").parent
    os.mkfifo(beside / "pipe.jsonl")
    expected = {"pipe.jsonl": "no regular file", "socket.jsonl": "no regular file"}
    before = os.getcwd()
    os.chdir(beside)  # A socket's path has to be short.
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.jsonl")
    finally:
        os.chdir(before)
    try:
        # The one that never ends, and the one that answers a read with a wait.
        os.mknod(beside / "zero.jsonl", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        os.mknod(beside / "console.jsonl", stat.S_IFCHR | 0o600, os.makedev(5, 1))
        os.mknod(beside / "disk.jsonl", stat.S_IFBLK | 0o600, os.makedev(7, 0))
        expected |= {"zero.jsonl": "no regular file", "console.jsonl": "no regular file", "disk.jsonl": "no regular file"}
    except PermissionError:
        pass  # Only root makes devices; pipe and socket are enough to show it.
    coach = coach_of(places_of(tmp_path))
    told = {os.path.basename(path): why for path, why in coach.scan().problems}
    assert told == expected
    assert [s.id for s in coach.profile.sessions()] == ["s1"]
    coach.close()


def test_the_agents_own_files_may_be_pipes_and_folders(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", ASK)
    (tmp_path / "claude" / "history.jsonl").mkdir()
    (tmp_path / "claude" / "settings.json").mkdir()
    coach = coach_of(places_of(tmp_path))
    assert coach.scan().problems == ()
    coach.close()


def test_a_very_deep_and_a_very_wide_tree_of_links_ends(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", "you: go\nscout find it -> found\nreply: Done.")
    below = tree.path("s1").with_suffix("") / "subagents"
    for n in range(6):
        below = below / f"deep{n}"
        below.mkdir()
        for k in range(4):
            (below / f"up{k}").symlink_to(tree.path("s1").with_suffix("") / "subagents")
            (below / f"self{k}").symlink_to(below)
    for n in range(60):
        (tree.root / "projects" / f"loop{n}").symlink_to(tree.root / "projects" / f"loop{(n + 1) % 60}")
    coach = coach_of(places_of(tmp_path))
    report = coach.scan()
    assert (report.files, report.read) == (2, 2)
    assert all(why for _, why in report.problems)
    assert sum("/loop" in path for path, _ in report.problems) == 60
    coach.close()


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/proc/self/mem", "/proc/self/fd"])
def test_links_to_what_never_ends_are_named_and_not_followed(tmp_path: Path, target: str) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", ASK)
    tree.path("linked").symlink_to(target)
    (tree.root / "projects" / "-linked").symlink_to(target)
    coach = coach_of(places_of(tmp_path))
    told = {os.path.basename(path) for path, _ in coach.scan().problems}
    assert told == {"linked.jsonl", "-linked"}
    coach.close()
