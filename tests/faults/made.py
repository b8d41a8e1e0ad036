"""A Claude Code folder that a test fills, and what a profile holds in a form in which two can be compared."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from accrete_coach.coach import Coach, Update
from accrete_coach.places import Places
from accrete_coach.practice import Catalogue
from accrete_coach.profile import Profile
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.claude_code.transcript import State
from accrete_coach.sessions.sketch import START, play

TESTS = Path(__file__).resolve().parent.parent
NOW = START + timedelta(days=20)
"""When the tests' clock stands."""

WORK = """you: use a subagent to find the callers of total()
scout find the callers -> four of them
reply: Four places call it.
you [plan mode]: change total() in app/tax.py so that it rounds per line
plan: 1. a failing test 2. round 3. run the tests
you accept
write tests/test_tax.py +12
run pytest -q tests/test_tax.py -> ! 1 failed
edit app/tax.py +24
run pytest -q -> 31 passed
reply: All tests pass.
you: show me the diff, then commit
run git diff -> + a line
run git commit -m "Round tax per line" -> [main 1234567] Round tax per line
reply: Done."""
"""A session with a bit of everything."""
ASK = "you: what does app/cart.py do?\nread app/cart.py\nreply: It adds up."
"""A short one."""


@dataclass
class Tree:
    """A folder as Claude Code keeps it. Each session starts two hours after the one before, so that none repeats another."""

    root: Path
    count: int = 0

    def path(self, session: str, agent: str = "", slug: str = "-home-sam-shop") -> Path:
        folder = self.root / "projects" / slug
        return folder / session / "subagents" / f"agent-{agent}.jsonl" if agent else folder / f"{session}.jsonl"

    def lines(
        self,
        session: str,
        text: str,
        *,
        slug: str = "-home-sam-shop",
        project: str = "/home/sam/shop",
        start: datetime | None = None,
    ) -> list[tuple[Path, bytes]]:
        """(file, line) of a sketch, in order of time."""
        begin = start or START + timedelta(hours=2 * self.count)
        self.count += 1
        played = play(text, session=session, project=project, start=begin)
        return [(self.path(session, p.agent, slug), p.text.encode() + b"\n") for p in played]

    def add(self, session: str, text: str = WORK, **how: Any) -> list[tuple[Path, bytes]]:
        """Write a sketch's transcripts."""
        lines = self.lines(session, text, **how)
        append(lines)
        return lines


def append(lines: Sequence[tuple[Path, bytes]]) -> None:
    for path, line in lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab") as out:
            out.write(line)


def places_of(folder: Path) -> Places:
    return Places(home=folder / "own", config=folder / "own", roots=(Root("claude-code", folder / "claude"),))


def coach_of(places: Places, catalogue: Catalogue | None = None, *, now: datetime = NOW, quick: bool = True) -> Coach:
    """A coach whose clock stands still. `quick`: it does not wait for the disk."""
    coach = Coach(places, catalogue, clock=now.timestamp, zone=UTC)
    if quick:
        coach.profile.db.execute("PRAGMA synchronous=OFF")
    return coach


def twin(places: Places, folder: Path, catalogue: Catalogue | None = None) -> Coach:
    """A coach with a fresh profile that has the same key, so that its hashes can be compared."""
    old = Profile(places.profile)
    key = old.key
    old.close()
    other = Places(home=folder, config=folder, roots=places.roots)
    new = Profile(other.profile)
    new.set_meta("key", key)
    new.close()
    return coach_of(other, catalogue)


_state = msgspec.msgpack.Decoder(State)


def contents(profile: Profile) -> dict[str, Any]:
    """All that a profile holds of sessions, without the numbers that depend on the order of reading."""
    out: dict[str, Any] = {"sessions": {}, "files": {}, "facts": {}, "readings": {}, "identities": {}}
    names: dict[int, str] = {}
    told: set[int] = set()
    readings = profile.readings()
    for session in profile.sessions(shown=False):
        names[session.num] = session.id
        row = msgspec.to_builtins(session)
        del row["num"]
        out["sessions"][session.id] = row
        out["readings"][session.id] = readings.get(session.num, {})
        for file in profile.files_of(session.num):
            out["files"][file.name] = {
                "session": session.id,
                "position": msgspec.to_builtins(file.position),
                "state": msgspec.to_builtins(_state.decode(file.state)),
                "gone": file.gone,
                "facts_version": file.facts_version,
            }
            told |= {f.id for f in file.facts}
            out["facts"][file.name] = [msgspec.to_builtins(f) for f in file.facts]
    for identity, owner in profile.db.execute("SELECT id, session FROM identities"):
        # One of which no fact is left says nothing any more.
        if identity in told:
            out["identities"][identity] = names[owner]
    return out


def difference(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """In which parts two profiles differ: empty where they are equal."""
    out = []
    for part in one:
        for key in sorted(set(one[part]) | set(other[part]), key=str):
            a, b = one[part].get(key), other[part].get(key)
            if a != b:
                if isinstance(a, list) and isinstance(b, list):
                    lost, more = sum(x not in a for x in b), sum(x not in b for x in a)
                    out.append(f"{part} {key}: {len(a)} and {len(b)}, {lost} lost, {more} more")
                else:
                    out.append(f"{part} {key}: {a!r} and {b!r}"[:600])
    return out


def against_fresh(coach: Coach, folder: Path) -> list[str]:
    """How a profile differs from one that read the same files at once."""
    fresh = twin(coach.places, folder, coach.catalogue)
    try:
        fresh.scan()
        return difference(contents(coach.profile), contents(fresh.profile))
    finally:
        fresh.close()


def sound(path: Path) -> bool:
    """What SQLite itself says of a database."""
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    finally:
        db.close()


# --- processes of their own --------------------------------------------------------------------------------------------


def environment(folder: Path) -> dict[str, str]:
    """Folders of the test's own for a program that looks for them."""
    env = {k: v for k, v in os.environ.items() if k not in ("ACCRETE_COACH_NO_EVENTS",)}
    path = [str(TESTS), str(TESTS.parent / "src"), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return env | {
        "PYTHONPATH": os.pathsep.join(path),
        "HOME": str(folder / "nobody"),
        "CLAUDE_CONFIG_DIR": str(folder / "claude"),
        "CODEX_HOME": str(folder / "codex"),
        "ACCRETE_COACH_HOME": str(folder / "own"),
    }


def program(folder: Path, *arguments: object, **how: Any) -> subprocess.Popen[bytes]:
    """Start a module of `faults`, or Python with other arguments."""
    return subprocess.Popen([sys.executable, *map(str, arguments)], env=environment(folder), **how)


def append_elsewhere(folder: Path, lines: Sequence[tuple[Path, bytes]]) -> None:
    """Append lines from another process, as an agent does."""
    given = json.dumps([(str(path), line.decode()) for path, line in lines])
    code = (
        "import json, os, sys\n"
        "for path, line in json.load(sys.stdin):\n"
        "    os.makedirs(os.path.dirname(path), exist_ok=True)\n"
        "    with open(path, 'a', encoding='utf-8') as out:\n"
        "        out.write(line)\n"
    )
    subprocess.run([sys.executable, "-c", code], input=given.encode(), check=True, env=environment(folder), timeout=30)


# --- watching ----------------------------------------------------------------------------------------------------------


def wait_for(condition: Callable[[], object], seconds: float = 8.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


@dataclass
class Watched:
    """What a watching coach told."""

    places: Places
    updates: list[Update] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        return [u.note for u in self.updates if u.note.strip()]

    def standing(self) -> bool:
        """Whether the first scan is done."""
        return any(u.note == " " for u in self.updates)

    def told(self, session: str) -> bool:
        return any(session in u.sessions for u in self.updates)

    def ask(self, query: str) -> list[Any]:
        """Ask the profile by a connection of one's own."""
        db = sqlite3.connect(self.places.profile, timeout=5)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()


@contextmanager
def watching(places: Places, *, events: bool | None = None, clock: Callable[[], float] = time.time) -> Iterator[Watched]:
    """`Coach.watch` in a thread of its own, past its first scan."""
    seen = Watched(places)
    stop = threading.Event()

    def run() -> None:
        try:
            coach = Coach(places, clock=clock, zone=UTC)
            try:
                coach.watch(seen.updates.append, stop, events=events)
            finally:
                coach.close()
        except BaseException as problem:
            seen.failed.append(problem)

    thread = threading.Thread(target=run, name="watching")
    thread.start()
    try:
        assert wait_for(lambda: seen.standing() or seen.failed, 20), "the first scan did not end"
        yield seen
    finally:
        stop.set()
        # Wakes a watcher that waits for events alone.
        for root in places.roots:
            with suppress(OSError):
                (root.path / "projects" / "wake.jsonl.d").mkdir(parents=True, exist_ok=True)
        thread.join(20)
        assert not thread.is_alive(), "the watching thread did not stop"
    if seen.failed:
        raise seen.failed[0]
