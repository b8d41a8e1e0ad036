"""The real program on a real terminal, and somebody in front of it who reads the screen and types (issue 4)."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .made import ASK, TESTS, WORK, Tree, environment
from .terminal import LEAVES, Terminal, left_as_found

VIEWS = {"1": "matter now", "2": "session", "3": "find", "4": "week", "5": "leaves"}


def line_with(screen: str, word: str) -> str:
    return next((line for line in screen.splitlines() if word in line), "")


def test_what_another_process_writes_is_seen_read_and_left(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    for n in range(2):
        tree.add(f"before{n}", ASK, start=datetime.now(UTC) - timedelta(days=3, hours=n))
    with Terminal(tmp_path, "-m", "accrete_coach", "open") as terminal:
        before = line_with(terminal.see("matter now", "plan first"), "plan first")
        writing = subprocess.Popen(
            [sys.executable, "-m", "faults.writer", tmp_path / "claude", "running", "0.05"],
            stdin=subprocess.PIPE,
            env=environment(tmp_path),
            cwd=TESTS,
        )
        try:
            writing.communicate(WORK.encode(), timeout=Terminal.SECONDS)
        finally:
            writing.kill()
            writing.wait()
        terminal.until(lambda screen: line_with(screen, "plan first") not in ("", before), "the mark stayed as it was")
    assert LEAVES and left_as_found and pytest
