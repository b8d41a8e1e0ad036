"""Scans in child processes that are killed at random moments, while records are appended cut at random bytes.

    python -m faults.killed VARIANT KILLS SEED

VARIANT: `sound` is the program as it is. The others are broken on purpose, so that the test can show that it sees it:
`position-first` stores the reading position in a transaction of its own before the facts (a kill between loses them);
`position-last` stores it after them, and takes no notice of identities on reading again (a kill between doubles them).
"""

from __future__ import annotations

import dataclasses
import os
import random
import select
import signal
import sys
import time
from datetime import UTC
from pathlib import Path
from typing import Any

from accrete_coach.coach import Coach
from accrete_coach.places import Places, find
from accrete_coach.practice import load
from accrete_coach.profile import FileChange, Profile, pack
from accrete_coach.sessions.claude_code import transcript
from accrete_coach.sessions.claude_code.transcript import State, Transcript
from accrete_coach.sessions.prints import Hasher
from accrete_coach.sessions.tail import Position

from .made import ASK, NOW, WORK, Tree

GAP = 0.012
"""Seconds between the two transactions of a broken variant."""
PIECES = 8
"""Writes to each kill."""

_whole = Profile._store_file


def _break_off(profile: Profile) -> None:
    profile.db.execute("COMMIT")
    time.sleep(GAP)
    profile.db.execute("BEGIN IMMEDIATE")


def _position_first(self: Profile, session: int, file: FileChange) -> None:
    _whole(self, session, dataclasses.replace(file, packed=b""))
    _break_off(self)
    if file.packed:
        num = self.db.execute("SELECT num FROM files WHERE root = ? AND name = ?", (file.root, file.name)).fetchone()[0]
        part = self.db.execute("SELECT coalesce(max(part), -1) + 1 FROM facts WHERE file = ?", (num,)).fetchone()[0]
        self.db.execute("INSERT INTO facts VALUES (?, ?, ?)", (num, part, file.packed))


def _position_last(self: Profile, session: int, file: FileChange) -> None:
    key = (file.root, file.name)
    row = self.db.execute("SELECT position, state FROM files WHERE root = ? AND name = ?", key).fetchone()
    position, state = row or (pack(Position()), pack(State()))
    _whole(self, session, dataclasses.replace(file, position=position, state=state, size=-1))
    _break_off(self)
    self.db.execute(
        "UPDATE files SET position = ?, state = ?, size = ? WHERE root = ? AND name = ?",
        (file.position, file.state, file.size, *key),
    )


class _Forgetful(Transcript):
    """Takes no notice of what it told before."""

    def __init__(self, hasher: Hasher, *, known: set[int] | None = None, **rest: Any) -> None:
        super().__init__(hasher, known=set(), **rest)


def broken(variant: str) -> None:
    """Make this process run a broken variant."""
    if variant == "position-first":
        Profile._store_file = _position_first  # type: ignore[method-assign]
    elif variant == "position-last":
        Profile._store_file = _position_last  # type: ignore[method-assign]
        changed: Any = transcript
        changed.Transcript = _Forgetful
    elif variant != "sound":
        raise SystemExit(f"no variant {variant!r}")


def pieces(root: Path, chance: random.Random, count: int) -> list[tuple[Path, bytes]]:
    """Transcripts of nine sessions in pieces cut at random bytes, those of all files mixed."""
    tree = Tree(root)
    whole: dict[Path, bytes] = {}
    texts = [WORK, ASK, f"cleared\n{WORK}\n{ASK}", WORK, f"{WORK}\n{WORK}\n{WORK}", ASK, f"{ASK}\n{WORK}", WORK, WORK]
    for n, text in enumerate(texts):
        for path, line in tree.lines(f"session-{n}", text, slug=f"-home-sam-shop{n % 3}"):
            whole[path] = whole.get(path, b"") + line
    total = sum(map(len, whole.values()))
    queues = []
    for path, data in whole.items():
        cuts = sorted(chance.randrange(len(data) + 1) for _ in range(max(1, count * len(data) // total)))
        queues.append([(path, data[a:b]) for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)])
    out = []
    while queues:
        queue = chance.choice(queues)
        out.append(queue.pop(0))
        if not queue:
            queues.remove(queue)
    return out


def write(path: Path, piece: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab", buffering=0) as out:
        out.write(piece)


def open_coach(places: Places) -> Coach:
    return Coach(places, clock=NOW.timestamp, zone=UTC)


def _scan_for_ever(places: Places, ready: int) -> None:
    coach = open_coach(places)
    os.write(ready, b".")
    while True:
        coach.scan(workers=1)


def main() -> None:
    variant, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    broken(variant)
    places = find()
    chance = random.Random(seed)
    load()
    todo = pieces(places.roots[0].path, chance, max(1, kills) * PIECES)
    for _ in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                _scan_for_ever(places, writing)
            finally:
                os._exit(3)
        os.close(writing)
        # Some die while they open the profile, most while they read.
        if chance.random() < 0.8:
            select.select([reading], [], [], 10)
        for _ in range(PIECES):
            if todo:
                write(*todo.pop(0))
            time.sleep(chance.random() * 0.008)
        time.sleep(chance.random() * 0.015)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(reading)
        if not os.WIFSIGNALED(status):
            raise SystemExit(f"a scan ended by itself: {status}")
    if not kills:
        # Nobody dies: scans between the pieces.
        coach = open_coach(places)
        for n, (path, piece) in enumerate(todo):
            write(path, piece)
            if n % 3 == 0:
                coach.scan(workers=1)
        coach.close()
    for path, piece in todo if kills else []:
        write(path, piece)
    coach = open_coach(places)
    coach.scan(workers=1)
    coach.close()


if __name__ == "__main__":
    main()
