"""Kills, again and again: whatever dies while transcripts grow, the profile ends as one that read them once.

    python -m faults.kills KILLS [--seed N] [--journal delete|wal|both] [--variant NAME] [--folder DIR]

Child processes of their own scan (with one and with two worker processes) and follow, sometimes two beside each other,
while another process appends records cut at random bytes; each child is ended by SIGKILL at a random moment. Every fifty
kills a clean scan is compared with that of a fresh profile of the same files: sessions, facts, positions, line counts,
identities, readings. Ends with 1 and the differences at the first that is not empty.

VARIANT: see `faults.killed`; the broken ones show that a loss would be seen.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from accrete_coach import coach as coaching
from accrete_coach import profile as storing
from accrete_coach.places import Places
from accrete_coach.practice import load

from .killed import broken, open_coach, write
from .made import ASK, WORK, Tree, against_fresh, places_of, sound, wait_for

CHECK_EVERY = 50
"""Kills between two comparisons."""
PIECES = 8
"""Writes to each kill."""
AT_ONCE = 5
"""Sessions that run at a time."""
TEXTS = (
    WORK,
    ASK,
    f"cleared\n{WORK}\n{ASK}",
    f"{WORK}\n{WORK}",
    f"{ASK}\n{WORK}",
    "you: find it\nscout find it -> found\nreply: Done.",
)


def pieces(tree: Tree, chance: random.Random, prefix: str) -> Iterator[tuple[Path, bytes]]:
    """Transcripts without end, in pieces cut at random bytes, those of several sessions mixed."""
    queues: list[list[tuple[Path, bytes]]] = []
    while True:
        while len(queues) < AT_ONCE:
            whole: dict[Path, bytes] = {}
            name = f"{prefix}-{tree.count:04}"
            for path, line in tree.lines(name, chance.choice(TEXTS), slug=f"-home-sam-shop{tree.count % 7}"):
                whole[path] = whole.get(path, b"") + line
            for path, data in whole.items():
                cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 9)))
                queues.append([(path, data[a:b]) for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)])
        queue = chance.choice(queues)
        yield queue.pop(0)
        if not queue:
            queues.remove(queue)


class Appender:
    """The process that writes, as the agent does: so many pieces each time it is told to."""

    def __init__(self, root: Path, seed: int, prefix: str) -> None:
        told, self._tell = os.pipe()
        self._done, tells = os.pipe()
        self._owed = 0
        self.process = os.fork()
        if self.process == 0:
            try:
                os.close(self._tell)
                os.close(self._done)
                chance = random.Random(seed)
                endless = pieces(Tree(root), chance, prefix)
                while os.read(told, 1):
                    for _ in range(PIECES):
                        write(*next(endless))
                        time.sleep(chance.random() * 0.006)
                    os.write(tells, b".")
            finally:
                os._exit(0)
        os.close(told)
        os.close(tells)

    def go(self) -> None:
        """Write some, at the same time as everything else."""
        os.write(self._tell, b".")
        self._owed += 1

    def rest(self) -> None:
        """Wait until all is written that was asked for."""
        while self._owed:
            self._owed -= len(os.read(self._done, self._owed))

    def end(self) -> None:
        self.rest()
        os.close(self._tell)
        os.close(self._done)
        os.waitpid(self.process, 0)


def _scan(places: Places, ready: int, workers: int) -> None:
    coach = open_coach(places)
    os.write(ready, b".")
    while True:
        coach.scan(workers=workers)


def _follow(places: Places, ready: int, events: bool) -> None:
    coaching.ROUND = 0.005
    coaching.SLOW_ROUND = 0.1
    coach = open_coach(places)
    os.write(ready, b".")
    coach.watch(lambda _: None, threading.Event(), events=events)


ACTS = {
    "scan": lambda places, ready: _scan(places, ready, 1),
    "scan with two workers": lambda places, ready: _scan(places, ready, 2),
    "follow": lambda places, ready: _follow(places, ready, False),
    "follow with events": lambda places, ready: _follow(places, ready, True),
}


def start(act: str, places: Places) -> tuple[int, int]:
    """A child that acts until it is killed -> its id, and a pipe that says when its profile is open."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 3
        try:
            ACTS[act](places, writing)
        except BaseException as problem:
            sys.stderr.write(f"{act} ended by itself: {type(problem).__name__}: {problem}\n")
            code = 4
        finally:
            os._exit(code)
    os.close(writing)
    return child, reading


@dataclass
class Tally:
    """What was done, to be told at the end."""

    kills: int = 0
    checks: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    by_itself: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        acts = ", ".join(f"{act} {n}" for act, n in sorted(self.acts.items()))
        moments = ", ".join(f"{moment} {n}" for moment, n in sorted(self.moments.items()))
        return f"{self.kills} kills ({acts}), {self.checks} comparisons; {moments}"


def check(places: Places, folder: Path) -> list[str]:
    """How the profile, once all is read, differs from a fresh one."""
    if not sound(places.profile):
        return ["the database is damaged"]
    coach = open_coach(places)
    try:
        # A worker of the last scan may be dying still.
        if not wait_for(lambda: not coach.scan(workers=1).by_other, 10):
            return ["somebody still has the reader's lock"]
        differs = against_fresh(coach, folder)
        passed = coach.profile.passed()
        if sum(passed.values()) != coach.profile.line_count():
            differs.append(f"lines: {coach.profile.line_count()} read, {sum(passed.values())} accounted for")
        return differs
    finally:
        coach.close()


def run(folder: Path, kills: int, seed: int, journal: str, told: Tally) -> list[str]:
    """Kill so many times -> how the profile differs in the end from a fresh one; empty where nothing was lost or doubled."""
    storing.wal_is_safe = lambda version=(0, 0, 0): journal == "wal"
    places = places_of(folder)
    chance = random.Random(seed)
    appender = Appender(folder / "claude", seed, journal)
    left = folder / "own" / ("profile.db-wal" if journal == "wal" else "profile.db-journal")
    try:
        for n in range(1, kills + 1):
            acts = [chance.choice(list(ACTS))]
            if chance.random() < 0.2:
                acts.append(chance.choice(list(ACTS)))
            children = [(act, *start(act, places)) for act in acts]
            appender.go()
            # Some die while they open the profile, most while they read.
            if chance.random() < 0.85:
                select.select([children[0][2]], [], [], 10)
            time.sleep(chance.random() * 0.09)
            for act, child, reading in children:
                os.kill(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
                os.close(reading)
                told.acts[act] += 1
                if not os.WIFSIGNALED(status):
                    told.by_itself.append(act)
            told.kills += 1
            with suppress(FileNotFoundError):
                told.moments["within a transaction"] += journal == "delete" and left.stat().st_size > 0
                told.moments["with a write-ahead log left behind"] += journal == "wal" and left.stat().st_size > 0
            if n % CHECK_EVERY == 0 or n == kills:
                appender.rest()
                told.checks += 1
                if differs := check(places, folder / f"fresh-{n}"):
                    return [f"after {n} kills in {journal}:", *differs]
        return told.by_itself and [f"ended by themselves: {told.by_itself}"]
    finally:
        appender.end()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("kills", type=int)
    asked.add_argument("--seed", type=int, default=20260302)
    asked.add_argument("--journal", choices=["delete", "wal", "both"], default="both")
    asked.add_argument("--variant", default="sound")
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    broken(given.variant)
    load()
    journals = ["delete", "wal"] if given.journal == "both" else [given.journal]
    with tempfile.TemporaryDirectory(prefix="kills-") as made:
        for number, journal in enumerate(journals):
            began = time.monotonic()
            folder = (given.folder or Path(made)) / journal
            folder.mkdir(parents=True, exist_ok=True)
            told = Tally()
            # Half of them in each, the odd one in the first.
            kills = (given.kills + len(journals) - 1 - number) // len(journals)
            differs = run(folder, kills, given.seed + number, journal, told)
            files = list((folder / "claude").rglob("*.jsonl"))
            print(
                f"{journal}: {told}; {len(files)} transcripts, {sum(p.stat().st_size for p in files) / 1e6:.1f} MB,"
                f" in {time.monotonic() - began:.0f} s: " + ("; ".join(differs) if differs else "nothing lost, nothing doubled"),
                flush=True,
            )
            if differs:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
