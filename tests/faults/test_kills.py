"""Killed while it scans, with and without workers, and follows (promises.md, fault 1). `make kills` does it a thousand times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .made import environment

KILLS = int(os.environ.get("ACCRETE_COACH_KILLS", "20"))


def kills(folder: Path, *words: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "faults.kills", *map(str, words), "--folder", str(folder)],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120 + 2 * KILLS,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def test_whatever_is_killed_while_it_scans_or_follows_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    code, told = kills(tmp_path, KILLS)
    assert code == 0, told
    assert told.count("nothing lost, nothing doubled") == 2, "in DELETE and in WAL"
    assert "ended by itself" not in told


@pytest.mark.parametrize(("variant", "journal"), [("position-first", "delete"), ("position-last", "wal")])
def test_kills_see_a_variant_that_loses_or_doubles(tmp_path: Path, variant: str, journal: str) -> None:
    code, told = kills(tmp_path, 25, "--variant", variant, "--journal", journal, "--seed", 5)
    assert code == 1, told
