"""Measures how fast and how small the program is, beside `cat` and `ccusage` on the same generated files.

Figures that depend on the machine say little, so nearly all of them are ratios: the programs compared run by
turns (A B A B) in one go, each after a run that does not count, and the line shows the median and the range.
Nothing is asserted. The exit code is 1 only when something of the program did not run; the comparison with
ccusage (found by the environment variable CCUSAGE or on PATH) is left out where it is not installed.

No run touches the person's own files: HOME and the three folders that the program reads are our own.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import platform
import pty
import random
import select
import shlex
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

GENERATOR = Path(__file__).with_name("generate.py")
HISTORY = Path(__file__).with_name("history.py")
TEAM = Path(__file__).with_name("team.py")
SEALED_SUMS = Path(__file__).with_name("sealed_sums.py")
OPENED = """
import time
from contextlib import closing
from accrete_coach.coach import Coach
from accrete_coach.places import find
with closing(Coach(find())) as coach:
    began = time.perf_counter()
    found = coach.sharing.exemplars("plan-first")
    print(len(found), time.perf_counter() - began)
"""
"""The examples of a practice, as the app opens them after a fetch; without the start of Python."""
MEGABYTE = 1_000_000
SAMPLE_SECONDS = 0.02
LINES_OF_CAT = "find \"$1\" -name '*.jsonl' -print0 | xargs -0 cat | wc -l"
CHANGED_PRACTICE = """
import sys
from dataclasses import replace
from accrete_coach.coach import Coach
from accrete_coach.places import find
from accrete_coach.practice import Catalogue, load
built = load()
changed = tuple(replace(p, version=int(sys.argv[1])) if p.id == "run-check" else p for p in built.practices)
coach = Coach(find(), Catalogue(changed, (), {p.id: p for p in changed}, built.texts))
print(coach.scan().sessions)
coach.close()
"""
WEEK = """
import sys, time
from accrete_coach.coach import Coach
from accrete_coach.places import find
from accrete_coach.week import parse
coach = Coach(find())
began = time.perf_counter()
coach.counsel.week(parse(sys.argv[1]), details=True)
print(time.perf_counter() - began)
coach.close()
"""
NAMES = "from accrete_coach.practice import load; print(*(p.short for p in load().practices), sep=chr(10))"
LIST_OF_FILES = "find \"$1\" -name '*.jsonl' -printf '%s %T@\\n'"
ROWS, COLUMNS = 32, 100
RUNNING_SESSIONS = 25
EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("an empty app")
Empty().run()
"""
FRAME_END = b"\x1b[?2026l"
"""What Textual writes after each frame, where the terminal says that it can wait for whole ones."""
CAN_WAIT = b"\x1b[?2026;2$y"
"""How a terminal says so."""
SILENCE = 0.03
"""Seconds without output after which a frame is whole, where its end is not marked."""
ESCAPE = b"\x1b[27u"
"""Escape from a terminal that tells keys apart, which Textual asks for."""
BARE_ESCAPE = b"\x1b"
"""Escape from one that does not: Textual waits a tenth of a second for the rest of a key, so it is told on a line of its own."""
KEYS = (b"j", b"j", b"k", b"\r", b"j", ESCAPE, b"a", b"j", b"j", b"j", b"k", b"a", b"/", b"d", ESCAPE, b"?", ESCAPE)
"""The keys that are typed, as often as it takes: through the list, into a page and back, all practices, the search, the help."""
LINES_A_SECOND = 2


class DidNotRun(Exception):
    """A measured command failed or is not there; the text says what it said."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    bytes: int
    small_files: int
    rounds: int
    short_rounds: int
    appends: int
    rest_seconds: float
    watch_seconds: float
    """How long the app's use of the processor is counted."""
    keys: int
    commits: int
    """In the repository that delivery figures are read from."""
    messages: int
    """Files in the team's repository."""


FULL = Plan(
    1_200_000_000,
    10_000,
    rounds=5,
    short_rounds=11,
    appends=100,
    rest_seconds=10,
    watch_seconds=60,
    keys=200,
    commits=50_000,
    messages=10_000,
)
QUICK = Plan(
    60_000_000,
    1_000,
    rounds=3,
    short_rounds=5,
    appends=20,
    rest_seconds=4,
    watch_seconds=10,
    keys=40,
    commits=3_000,
    messages=1_000,
)


@dataclass
class Table:
    """The lines of the report, printed as they come because a full run takes minutes."""

    failed: bool = False

    def title(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def line(self, what: str, figure: str, target: str = "") -> None:
        print(f"  {what:<50} {figure:<34} {target}".rstrip(), flush=True)

    def part(self, what: str, measure: Callable[[], None]) -> None:
        """Runs one part; if it did not run, its line says why and the other parts go on."""
        try:
            measure()
        except DidNotRun as reason:
            self.failed = True
            self.line(what, f"did not run: {reason}")


@dataclass(frozen=True)
class Memory:
    """Sums over a process tree, in bytes. PSS counts a page shared by two of its processes once."""

    pss: int = 0
    rss: int = 0

    def text(self, value: int) -> str:
        return f"{value / MEGABYTE:.0f} MB"


@dataclass
class Bench:
    program: list[str]  # the command by its module or path
    script: list[str]  # the installed command, where there is one
    ccusage: str | None
    tree: Path
    small_tree: Path
    folders_tree: Path
    """The small tree with a folder for each session, as the app watches it."""
    work: Path
    plan: Plan
    table: Table = field(default_factory=Table)

    # -- running commands

    def environment(self, tree: Path, home: Path) -> dict[str, str]:
        nobody = self.work / "nobody"
        nobody.mkdir(exist_ok=True)
        # As installed: without PYTHONDONTWRITEBYTECODE, or every run compiles the program anew.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ACCRETE_", "PYTHONDONT"))}
        return {
            **kept,
            "HOME": str(nobody),
            "CLAUDE_CONFIG_DIR": str(tree),
            "CODEX_HOME": str(nobody / "codex"),
            "ACCRETE_COACH_HOME": str(home),
        }

    def fresh_home(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="home-", dir=self.work))

    def seconds(self, command: Sequence[str], tree: Path, home: Path) -> float:
        """Runs a command to its end; how long it took."""
        started = time.perf_counter()
        ended = subprocess.run(
            command,
            env=self.environment(tree, home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        taken = time.perf_counter() - started
        if ended.returncode:
            raise DidNotRun(complaint(command, ended.returncode, ended.stderr))
        return taken

    def by_turns(self, runs: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
        """The seconds of each command in each round, after one round that fills the page cache."""
        for run in runs.values():
            run()
        taken: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                taken[name].append(run())
        return taken

    def cold_scan(self) -> float:
        home = self.fresh_home()
        try:
            return self.seconds([*self.program, "scan"], self.tree, home)
        finally:
            shutil.rmtree(home)

    # -- the parts

    def machine(self) -> None:
        self.table.title("Machine")
        self.table.line("processors", f"{os.cpu_count()} ({platform.machine()}, {platform.system()})")
        self.table.line("Python, SQLite", f"{platform.python_version()}, {sqlite3.sqlite_version}")
        self.table.line("command under test", shlex.join(self.program))
        self.table.line("ccusage", self.ccusage or "not installed")
        for name, tree in (("transcripts", self.tree), ("small transcripts", self.small_tree)):
            sizes = [path.stat().st_size for path in tree.rglob("*.jsonl")]
            self.table.line(name, f"{len(sizes)} files, {sum(sizes) / MEGABYTE:.0f} MB")

    def scan(self) -> None:
        """A first scan against reading the bytes at all, and against another program that reads them."""
        projects = str(self.tree / "projects")
        nothing = self.work / "unused"
        runs = {
            "scan": self.cold_scan,
            "cat | wc -l": lambda: self.seconds(["sh", "-c", LINES_OF_CAT, "sh", projects], self.tree, nothing),
        }
        if self.ccusage is not None:
            command = [self.ccusage, "daily", "--offline", "--json"]
            runs["ccusage"] = lambda: self.seconds(command, self.tree, nothing)
        taken = self.by_turns(runs, self.plan.rounds)
        for name, values in taken.items():
            self.table.line(f"{name}, seconds", spread(values))
        self.table.line("scan / cat | wc -l", ratio(taken, "scan", "cat | wc -l"), "<= 3, aiming at 1.5")
        target = "<= 1.0, aiming at 0.5"
        found = ratio(taken, "scan", "ccusage") if self.ccusage is not None else "ccusage is not installed"
        self.table.line("scan / ccusage daily", found, target)

    def scan_memory(self) -> None:
        """A scan of its own, since looking at a process's memory slows it down."""
        home = self.fresh_home()
        try:
            process = subprocess.Popen(
                [*self.program, "scan"],
                env=self.environment(self.tree, home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            watcher = Watcher(process.pid)
            watcher.start()
            _, said = process.communicate()
            peak = watcher.stop()
            if process.returncode:
                raise DidNotRun(complaint([*self.program, "scan"], process.returncode, said))
        finally:
            shutil.rmtree(home)
        self.table.line("peak PSS of all its processes", peak.text(peak.pss), "<= 250 MB")
        self.table.line("peak RSS of all its processes", peak.text(peak.rss))

    def filled(self) -> Path:
        """A profile of the large tree."""
        home = self.work / "home-filled"
        if not home.exists():
            home.mkdir()
            try:
                self.seconds([*self.program, "scan"], self.tree, home)
            except DidNotRun:
                shutil.rmtree(home)
                raise
        return home

    def profile(self) -> None:
        home = self.filled()
        size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        command = [*self.program, "sessions", "--json"]
        ended = subprocess.run(command, env=self.environment(self.tree, home), capture_output=True)
        if ended.returncode:
            raise DidNotRun(complaint(command, ended.returncode, ended.stderr))
        try:
            told = json.loads(ended.stdout)
        except ValueError as error:
            raise DidNotRun(f"sessions --json: {error}") from error
        sessions = told if isinstance(told, list) else told.get("sessions", [])
        self.table.line("profile written", f"{size / MEGABYTE:.1f} MB, {len(sessions)} sessions")

    def show_list(self) -> None:
        home = self.filled()
        runs = {
            "list": lambda: self.seconds([*self.script, "list"], self.tree, home),
            "import click": lambda: self.seconds([sys.executable, "-c", "import click"], self.tree, home),
        }
        taken = self.by_turns(runs, self.plan.short_rounds)
        self.table.line("list, seconds", spread(taken["list"]), "<= 0.25")
        self.table.line("list / python -c 'import click'", ratio(taken, "list", "import click"))

    def week(self) -> None:
        """Looking back on a week, and with all that it rests on, with so many sessions in the profile."""
        home = self.small_home()
        told = json.loads(self.said(["sessions", "--json"], home))
        day = max(session["started"] for session in told["sessions"])[:10]
        runs = {
            "week": lambda: self.seconds([*self.script, "week", "--of", day], self.small_tree, home),
            "week --all": lambda: self.seconds([*self.script, "week", "--of", day, "--all"], self.small_tree, home),
            "import click": lambda: self.seconds([sys.executable, "-c", "import click"], self.small_tree, home),
            "scan": lambda: self.seconds([*self.script, "scan"], self.small_tree, home),
        }
        taken = self.by_turns(runs, self.plan.short_rounds)
        inside = [float(self.said(None, home, WEEK, day)) for _ in range(self.plan.short_rounds)]
        self.table.line("the week itself, seconds", spread(inside), "<= 0.3")
        self.table.line("week, seconds, with a look for what is new", spread(taken["week"]))
        self.table.line("week --all, seconds", spread(taken["week --all"]))
        self.table.line("week / scan with nothing new", ratio(taken, "week", "scan"))
        self.table.line("week / python -c 'import click'", ratio(taken, "week", "import click"))

    def said(self, words: Sequence[str] | None, home: Path, code: str = "", *arguments: str) -> bytes:
        """What a command of the program prints, or a piece of Python with it at hand."""
        command = [*self.program, *words] if words is not None else [sys.executable, "-c", code, *arguments]
        ended = subprocess.run(command, env=self.environment(self.small_tree, home), capture_output=True)
        if ended.returncode:
            raise DidNotRun(complaint(command, ended.returncode, ended.stderr))
        return ended.stdout

    def now_line(self) -> None:
        """What a prompt or a status line waits for, while a session runs; with a look in the background when one is due."""
        home = self.small_home()
        folder = self.small_tree / "projects" / "-bench-now"
        folder.mkdir()
        try:
            (folder / "running.jsonl").write_bytes(prompt_line("running"))
            self.seconds([*self.program, "scan"], self.small_tree, home)
            runs = {
                "line": lambda: self.seconds([*self.script, "now", "--line"], self.small_tree, home),
                "pass": lambda: self.seconds([sys.executable, "-c", "pass"], self.small_tree, home),
            }
            taken = self.by_turns(runs, self.plan.appends)
        finally:
            shutil.rmtree(folder)
        cuts = quantiles(taken["line"], n=100, method="inclusive")
        self.table.line("now --line, p50 / p95", f"{cuts[49] * 1000:.0f} / {cuts[94] * 1000:.0f} ms", "<= 50 ms")
        self.table.line("now --line / python -c pass", ratio(taken, "line", "pass"))

    def small_home(self) -> Path:
        home = self.work / "home-small"
        if not home.exists():
            home.mkdir()
        self.seconds([*self.program, "scan"], self.small_tree, home)
        return home

    def nothing_new(self) -> None:
        home = self.small_home()
        projects = str(self.small_tree / "projects")
        runs = {
            "scan": lambda: self.seconds([*self.script, "scan"], self.small_tree, home),
            "pass": lambda: self.seconds([sys.executable, "-c", "pass"], self.small_tree, home),
            "find": lambda: self.seconds(["sh", "-c", LIST_OF_FILES, "sh", projects], self.small_tree, home),
        }
        taken = self.by_turns(runs, self.plan.short_rounds)
        self.table.line("scan, seconds", spread(taken["scan"]), "<= 0.5, aiming at 0.3")
        self.table.line("scan / python -c pass", ratio(taken, "scan", "pass"))
        self.table.line("scan / find -printf", ratio(taken, "scan", "find"))

    def changed_practice(self) -> None:
        """A changed detector reads the stored facts of every session; beside it the same scan with nothing changed."""
        home = self.small_home()
        version = 1_000_000

        def changed() -> float:
            nonlocal version
            version += 1
            return self.seconds([sys.executable, "-c", CHANGED_PRACTICE, str(version)], self.small_tree, home)

        def unchanged() -> float:
            return self.seconds([sys.executable, "-c", CHANGED_PRACTICE, str(version)], self.small_tree, home)

        taken = self.by_turns({"changed": changed, "unchanged": unchanged}, self.plan.rounds)
        self.table.line("scan after it, seconds", spread(taken["changed"]), "<= 5")
        self.table.line("changed / nothing changed", ratio(taken, "changed", "unchanged"))
        # The next measurements begin with the practices as they are.
        self.seconds([*self.program, "scan"], self.small_tree, home)

    def live(self, events: bool) -> None:
        home = self.small_home()
        environment = self.environment(self.small_tree, home)
        if not events:
            environment["ACCRETE_COACH_NO_EVENTS"] = "1"
        latencies, lost = live_latency(
            [*self.program, "follow", "--json"], environment, self.small_tree / "projects", self.plan.appends
        )
        cuts = quantiles(latencies, n=100, method="inclusive") if len(latencies) > 1 else latencies * 99
        figure = f"{cuts[49] * 1000:.0f} / {cuts[94] * 1000:.0f} ms of {len(latencies)}"
        if lost:
            figure += f", {lost} never came"
        name = "with events" if events else "by sweeping only"
        self.table.line(f"{name}, p50 / p95", figure, "p95 <= 100 ms" if events else "p95 <= 2 s")

    def delivery(self) -> None:
        """The figures of a repository that is new to it, and the same again; beside git walking its history, and Python itself."""
        repository = self.work / "history"
        if not repository.exists():
            subprocess.run([sys.executable, str(HISTORY), str(repository), "--commits", str(self.plan.commits)], check=True)
        # Its own home, without a session: how long those take is another part's figure.
        home = self.fresh_home()
        nothing = self.work / "no-transcripts"
        self.seconds([*self.script, "delivery", "allow", str(repository)], nothing, home)

        def cold() -> float:
            (home / "delivery.json").unlink(missing_ok=True)
            return self.seconds([*self.script, "delivery"], nothing, home)

        runs = {
            "cold": cold,
            "again": lambda: self.seconds([*self.script, "delivery"], nothing, home),
            "rev-list": lambda: self.seconds(["git", "-C", str(repository), "rev-list", "--all"], nothing, home),
            "pass": lambda: self.seconds([sys.executable, "-c", "pass"], nothing, home),
        }
        taken = self.by_turns(runs, self.plan.rounds)
        self.table.line("delivery, new to it, seconds", spread(taken["cold"]), "<= 5")
        self.table.line("delivery again, seconds", spread(taken["again"]), "<= 0.3")
        self.table.line("new to it / git rev-list --all", ratio(taken, "cold", "rev-list"))
        self.table.line("again / python -c pass", ratio(taken, "again", "pass"))

    def team(self) -> None:
        """A team's repository: fetched whole and opened, its examples opened, and what one person makes for the totals of fifty."""
        nothing = self.work / "no-transcripts"
        for files, examples in ((self.plan.messages, 0), (self.plan.messages // 5 + 50, self.plan.messages // 5)):
            remote = self.work / f"team-{examples}.git"
            if not remote.exists():
                command = [sys.executable, str(TEAM), str(remote), "--examples", str(examples), "--messages", str(files)]
                subprocess.run(command, check=True)
        fetched, whole = [], []
        for _ in range(self.plan.rounds):
            home = self.fresh_home()
            fetched.append(self.seconds([*self.script, "team", "join", str(self.work / "team-0.git")], nothing, home))
            whole.append(self.seconds([*self.script, "team", "fetch"], nothing, home))
        self.table.line(f"{self.plan.messages:,} files: joined and fetched, seconds", spread(fetched), "<= 10")
        self.table.line("nothing new, all opened and checked, seconds", spread(whole))
        examples = self.plan.messages // 5
        home = self.fresh_home()
        self.seconds([*self.script, "team", "join", str(self.work / f"team-{examples}.git")], nothing, home)
        self.seconds([*self.script, "team", "fetch"], nothing, home)
        opened = []
        for _ in range(self.plan.short_rounds):
            _, seconds = self.said(None, home, OPENED).split()
            opened.append(float(seconds))
        self.table.line(f"{examples:,} examples opened, seconds", spread(opened), "<= 0.2")

    def sealed_sums(self) -> None:
        """What one person makes for the totals of fifty, everything that the others sent read anew."""
        done = subprocess.run([sys.executable, str(SEALED_SUMS)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise DidNotRun(done.stderr.strip()[-200:])
        for line in done.stdout.splitlines():
            what, _, figure = line.partition(": ")
            self.table.line(
                f"totals of 50: {what}", figure, "<= 1" if what.startswith(("contribution, s", "sum-share, s")) else ""
            )

    # -- the app

    def watched_home(self) -> Path:
        """A profile of the tree with a folder for each session."""
        home = self.work / "home-watched"
        if not home.exists():
            home.mkdir()
            self.seconds([*self.program, "scan"], self.folders_tree, home)
            # Its use is counted from an ordinary day on, not from the one on which all of it was new.
        return home

    def app(self, command: Sequence[str], tree: Path, home: Path) -> Opened:
        return Opened(command, self.environment(tree, home))

    def names(self) -> list[bytes]:
        """The practices as the screen names them."""
        ended = subprocess.run([sys.executable, "-c", NAMES], capture_output=True)
        if ended.returncode:
            raise DidNotRun(complaint(["load the practices"], ended.returncode, ended.stderr))
        return [line for line in ended.stdout.splitlines() if line]

    def first_frame(self) -> None:
        """The app as a person starts it, beside an app that shows a word: until the frame that names practices is whole."""
        home = self.watched_home()
        names = self.names()

        def shown(command: Sequence[str], enough: Callable[[bytes], bool]) -> float:
            with self.app(command, self.folders_tree, home) as opened:
                return opened.until(enough)

        def named(frame: bytes) -> bool:
            return b"accrete-coach" in frame and sum(name in frame for name in names) >= 5

        empty = [sys.executable, "-c", EMPTY_APP]
        taken = self.by_turns(
            {
                "first frame": lambda: shown(self.script, named),
                "an empty Textual app": lambda: shown(empty, lambda frame: b"an empty app" in frame),
            },
            self.plan.short_rounds,
        )
        for name, values in taken.items():
            self.table.line(f"{name}, seconds", spread(values))
        self.table.line("first frame / an empty app", ratio(taken, "first frame", "an empty Textual app"), "<= 1.3")

    def watching(self) -> None:
        """The app in a corner: its memory, and what it takes of a processor, at rest and beside a running session."""
        home = self.watched_home()
        seconds = self.plan.watch_seconds
        # What is new to the profile is read, and what is due once a day is done, before anything is counted.
        with self.app(self.script, self.folders_tree, home) as opened:
            opened.rest(self.plan.rest_seconds)
            before = opened.processor()
            opened.rest(seconds)
            share = (opened.processor() - before) / seconds
            self.table.line(f"of a core at rest, over {seconds:g} s", f"{share:.2%}", "<= 0.5 %")
            with Typist(self.folders_tree / "projects" / "-bench-running"):
                opened.rest(min(seconds, 10))
                before = opened.processor()
                opened.rest(seconds)
                share = (opened.processor() - before) / seconds
            self.table.line(f"of a core, {LINES_A_SECOND} lines a second, over {seconds:g} s", f"{share:.2%}", "<= 3 %")
            memory = memory_of(opened.process)
            self.table.line("PSS of all its processes after it", memory.text(memory.pss), "<= 120 MB")

    def keys(self, *, cold: bool) -> None:
        """From a key to the end of the frame that follows."""
        rng = random.Random(2)
        taken: list[float] = []
        bare: list[float] = []
        pressed = 0
        # A scan is soon over: as many of them as it takes.
        for _ in range(10 if cold else 1):
            home = self.fresh_home() if cold else self.watched_home()
            with self.app(self.script, self.tree if cold else self.folders_tree, home) as opened:
                opened.until(lambda frame: b"accrete-coach" in frame)
                opened.rest(0.3 if cold else 3)
                while pressed < self.plan.keys and (not cold or time.monotonic() - opened.scanning < 1):
                    # A key that changes nothing has no frame to wait for.
                    answered = opened.press(KEYS[pressed % len(KEYS)])
                    taken += [answered] if answered is not None else []
                    pressed += 1
                    opened.rest(rng.uniform(0.05, 0.2))
                for _ in range(0 if cold else 10):
                    opened.press(b"?")
                    opened.rest(rng.uniform(0.05, 0.2))
                    answered = opened.press(BARE_ESCAPE)
                    bare += [answered] if answered is not None else []
                    opened.rest(0.3)
        if len(taken) < 2:
            raise DidNotRun("no key was answered")
        cuts = quantiles(taken, n=100, method="inclusive")
        figure = f"{cuts[49] * 1000:.0f} / {cuts[94] * 1000:.0f} ms of {len(taken)}, worst {max(taken) * 1000:.0f}"
        name = "during a cold scan" if cold else f"with {self.plan.small_files} sessions"
        self.table.line(f"{name}, p50 / p95", figure, f"p95 <= {100 if cold else 50} ms")
        if bare:
            self.table.line(
                "a bare escape, which Textual waits 100 ms on", f"{median(bare) * 1000:.0f} ms, median of {len(bare)}"
            )

    def rest(self) -> None:
        memory = resting_memory(self.program, self.environment(self.tree, self.filled()), self.plan.rest_seconds)
        self.table.line("PSS of all its processes", memory.text(memory.pss), "<= 120 MB")
        self.table.line("RSS of all its processes", memory.text(memory.rss))

    def run(self, only: Sequence[str]) -> int:
        """All parts, or those whose names hold one of these words."""
        table = self.table
        self.machine()
        files = self.plan.small_files
        parts: dict[str, dict[str, Callable[[], None]]] = {
            "First scan": {"scan": self.scan, "peak memory": self.scan_memory, "profile": self.profile},
            f"Nothing new in {files} small files": {"scan again": self.nothing_new},
            f"A changed practice reads the facts of {files} sessions": {"changed practice": self.changed_practice},
            f"Delivery figures of a repository with {self.plan.commits} commits": {"delivery": self.delivery},
            f"A team's repository with {self.plan.messages} files": {"team": self.team, "totals": self.sealed_sums},
            "From the shell": {"list": self.show_list, "now --line": self.now_line},
            f"Looking back on a week, with {files} sessions": {"week": self.week},
            "A line appended by another process is in the profile": {
                "with events": lambda: self.live(events=True),
                "by sweeping only": lambda: self.live(events=False),
            },
            f"The app at rest, after {self.plan.rest_seconds:g} seconds": {"memory": self.rest},
            f"The app is opened, with {files} sessions in the profile and a folder for each": {"first frame": self.first_frame},
            f"The app stays open, with {files} session folders": {"watching": self.watching},
            "From a key to the end of the next frame": {
                "keys": lambda: self.keys(cold=False),
                "keys while scanning": lambda: self.keys(cold=True),
            },
        }
        for title, measures in parts.items():
            wanted = {what: measure for what, measure in measures.items() if not only or any(word in what for word in only)}
            if wanted:
                table.title(title)
            for what, measure in wanted.items():
                table.part(what, measure)
        return 1 if table.failed else 0


# -- figures


def complaint(command: Sequence[str], code: int, said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return f"{shlex.join(command)} ended with {code}" + (f": {lines[-1]}" if lines else "")


def spread(values: Sequence[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def ratio(taken: dict[str, list[float]], above: str, below: str) -> str:
    """The ratio within each round, since what slows the machine down then slows both."""
    return spread([one / other for one, other in zip(taken[above], taken[below], strict=True)])


# -- memory


def family(root: int) -> list[int]:
    """The processes below one process, and those of its session that have lost their parent."""
    parents: dict[int, int] = {}
    found = {root}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        process = int(folder.name)
        parents[process] = int(fields[1])
        if int(fields[3]) == root:
            found.add(process)
    grown = True
    while grown:
        below = {process for process, parent in parents.items() if parent in found}
        grown = not below <= found
        found |= below
    return sorted(found)


def memory_of(root: int) -> Memory:
    sums = {"Pss": 0, "Rss": 0}
    for process in family(root):
        try:
            told = Path("/proc", str(process), "smaps_rollup").read_text()
        except OSError:
            continue
        for line in told.splitlines():
            name, _, value = line.partition(":")
            if name in sums:
                sums[name] += int(value.split()[0]) * 1024
    return Memory(sums["Pss"], sums["Rss"])


class Watcher(threading.Thread):
    """Keeps the highest memory of a process tree until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak = Memory()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(SAMPLE_SECONDS):
            now = memory_of(self.root)
            self.peak = Memory(max(self.peak.pss, now.pss), max(self.peak.rss, now.rss))

    def stop(self) -> Memory:
        self.done.set()
        self.join()
        return self.peak


class Opened:
    """A program on a terminal of its own, which is read all the time, since it would otherwise block."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.command = command
        self.started = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            try:
                os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
            finally:
                os._exit(127)  # a failed exec must not go on as a second copy of this program
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.last = b""
        """The end of what was drawn."""
        self.scanning = time.monotonic()
        """When the program last said that it reads."""
        self.whole = False
        """Whether it marks the ends of its frames."""

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            # The end of what it draws is the end of it.
            with suppress(DidNotRun, OSError):
                for key in (b"q", b"\x11"):
                    os.write(self.terminal, key)
                    self.rest(2)
        finally:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            os.close(self.terminal)

    def _read(self, seconds: float) -> bytes:
        """What is drawn next, b"" where nothing is within these seconds."""
        if not select.select([self.terminal], [], [], max(seconds, 0))[0]:
            return b""
        try:
            drawn = os.read(self.terminal, 65536)
        except OSError:  # Linux tells the end of the other side this way
            raise DidNotRun(f"{shlex.join(self.command)} ended: {self.last.decode(errors='replace')[-300:]!r}") from None
        if b"\x1b[?2026$p" in drawn:
            os.write(self.terminal, CAN_WAIT)
        self.whole = self.whole or FRAME_END in drawn
        self.last = (self.last + drawn)[-8000:]
        if b"reading" in drawn:
            self.scanning = time.monotonic()
        return drawn

    def rest(self, seconds: float) -> None:
        """Leave it alone."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def until(self, enough: Callable[[bytes], bool]) -> float:
        """Seconds from its start until a frame is whole that is enough."""
        drawn = b""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            drawn += self._read(1)
            if enough(drawn):
                at = time.perf_counter()
                while not drawn.rstrip().endswith(FRAME_END) and (more := self._read(SILENCE)):
                    drawn, at = drawn + more, time.perf_counter()
                return at - self.started
        raise DidNotRun(f"{shlex.join(self.command)} did not show what it should within a minute")

    def press(self, key: bytes) -> float | None:
        """Seconds from a key until the next frame is whole; None where the key changes nothing."""
        while self._read(0):
            pass
        pressed = time.perf_counter()
        os.write(self.terminal, key)
        at = 0.0
        while drawn := self._read(SILENCE if at else 0.6):
            at = time.perf_counter()
            if FRAME_END in drawn:
                break
        return at - pressed if at else None

    def processor(self) -> float:
        """Seconds of processors that it and its children took so far."""
        ticks = 0
        for process in family(self.process):
            try:
                fields = Path("/proc", str(process), "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            # Its own, and those of children that have ended.
            ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


class Typist(threading.Thread):
    """A session that goes on: some lines a second are written to its transcript."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.session = str(uuid.UUID(int=random.Random(3).getrandbits(128), version=4))
        self.done = threading.Event()

    def __enter__(self) -> None:
        self.folder.mkdir()
        (self.folder / f"{self.session}.jsonl").write_bytes(prompt_line(self.session))
        self.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()
        shutil.rmtree(self.folder)

    def run(self) -> None:
        while not self.done.wait(1 / LINES_A_SECOND):
            with (self.folder / f"{self.session}.jsonl").open("ab", buffering=0) as file:
                file.write(prompt_line(self.session))


def resting_memory(program: Sequence[str], environment: dict[str, str], seconds: float) -> Memory:
    """Opens the app in a terminal of its own, leaves it alone, and looks at its memory."""
    with Opened(program, environment) as opened:
        opened.rest(seconds)
        return memory_of(opened.process)


# -- the live figure


class Arrivals(threading.Thread):
    """Notes when the follower told of which session."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.pending: dict[str, list[float]] = {}
        self.latencies: list[float] = []
        self.lines = 0
        self.lock = threading.Lock()

    def run(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            arrived = time.time()
            try:
                told = json.loads(line)
                session, committed = str(told["session"]), float(told["committed"])
            except (ValueError, TypeError, KeyError):
                continue
            with self.lock:
                self.lines += 1
                waiting = self.pending.get(session, [])
                # A change committed before a line was written cannot hold that line.
                self.latencies += [arrived - written for written in waiting if written <= committed]
                self.pending[session] = [written for written in waiting if written > committed]

    def wrote(self, session: str, at: float) -> None:
        with self.lock:
            self.pending.setdefault(session, []).append(at)

    def waiting(self) -> int:
        with self.lock:
            return sum(map(len, self.pending.values()))


def live_latency(
    follow_command: Sequence[str], environment: dict[str, str], projects: Path, appends: int
) -> tuple[list[float], int]:
    """Seconds from just before a prompt is appended until the follower has told of it; how many never came.

    The follower prints one line of JSON for each change it has committed:
    `{"session": ..., "at": ..., "committed": seconds since the epoch}`.
    """
    folder = projects / "-bench-running"
    folder.mkdir()
    rng = random.Random(1)
    sessions = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(RUNNING_SESSIONS)]
    for session in sessions:
        (folder / f"{session}.jsonl").write_bytes(prompt_line(session))
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            follow_command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        try:
            arrivals = Arrivals(process)
            arrivals.start()
            ready(process, arrivals, folder, sessions[0], errors.fileno(), follow_command)
            with arrivals.lock:
                arrivals.pending.clear()
                arrivals.latencies.clear()
            for number in range(appends):
                # Uneven steps, so that the appends do not fall in with the beat of a sweep.
                time.sleep(rng.uniform(0.1, 0.5))
                append(folder, sessions[number % len(sessions)], arrivals)
            end = time.monotonic() + 10
            while arrivals.waiting() and time.monotonic() < end:
                time.sleep(0.05)
            return list(arrivals.latencies), arrivals.waiting()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(folder)


def ready(
    process: subprocess.Popen[str],
    arrivals: Arrivals,
    folder: Path,
    session: str,
    errors: int,
    command: Sequence[str],
) -> None:
    """Waits until the follower has told of a line appended after it was started, then of nothing more."""
    end = time.monotonic() + 60
    while not arrivals.latencies:
        if process.poll() is not None:
            raise DidNotRun(complaint(command, process.returncode, os.pread(errors, 65536, 0)))
        if time.monotonic() > end:
            raise DidNotRun(f"{shlex.join(command)} told of no change within a minute")
        append(folder, session, arrivals)
        time.sleep(1)
    seen = -1
    while seen != arrivals.lines and time.monotonic() < end:
        seen = arrivals.lines
        time.sleep(3)


def append(folder: Path, session: str, arrivals: Arrivals) -> None:
    line = prompt_line(session)
    with (folder / f"{session}.jsonl").open("ab", buffering=0) as file:
        arrivals.wrote(session, time.time())
        file.write(line)


def prompt_line(session: str) -> bytes:
    """A whole record of a prompt typed now."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record = {
        "parentUuid": None,
        "isSidechain": False,
        "userType": "external",
        "cwd": "/bench/running",
        "sessionId": session,
        "version": "2.1.56",
        "gitBranch": "main",
        "type": "user",
        "message": {"role": "user", "content": f"please look at this once more, {uuid.uuid4().hex[:8]}"},
        "uuid": str(uuid.uuid4()),
        "timestamp": now,
        "permissionMode": "default",
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


# -- what is measured, and on what


def generated(work: Path, name: str, arguments: Sequence[str]) -> Path:
    """A generated tree, made once for each generator and amount."""
    version = hashlib.sha256(GENERATOR.read_bytes()).hexdigest()[:8]
    tree = work / f"{name}-{'-'.join(arguments).strip('-').replace('--', '')}-{version}"
    if not tree.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=work))
        print(f"generating {tree.name} ...", file=sys.stderr, flush=True)
        subprocess.run(
            [sys.executable, str(GENERATOR), str(unfinished), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        unfinished.rename(tree)
    return tree


def with_folders(work: Path, small: Path) -> Path:
    """The sessions of a tree, each with a folder of its own beside it, none of them of today."""
    tree = work / f"folders-{small.name}"
    if not tree.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="folders-", dir=work))
        shutil.copytree(small / "projects", unfinished / "projects")
        for number, path in enumerate(sorted((unfinished / "projects").rglob("*.jsonl"))):
            path.with_suffix("").joinpath("subagents").mkdir(parents=True)
            then = time.time() - 86_400 * (2 + number % 300)
            os.utime(path, (then, then))
        unfinished.rename(tree)
    return tree


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, help="a folder that holds projects/, in place of a generated one")
    parser.add_argument("--bytes", type=int, help="size of the generated transcripts")
    parser.add_argument("--quick", action="store_true", help="less of everything, to see that it runs")
    parser.add_argument("--work", type=Path, help="keep generated transcripts here for the next run")
    parser.add_argument("--only", action="append", default=[], help="only the parts whose names hold this (again for more)")
    parser.add_argument("--program", type=Path, help="the command to measure, in place of this Python's module")
    options = parser.parse_args(arguments)
    if options.program is not None and not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} cannot be run")
    plan = QUICK if options.quick else FULL

    beside = Path(sys.executable).with_name("accrete-coach")
    program = [str(options.program.resolve())] if options.program else [sys.executable, "-m", "accrete_coach"]
    script = [str(beside)] if beside.exists() and not options.program else program
    if options.work is not None:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        work = Path(scratch)
        kept = options.work.resolve() if options.work is not None else work
        amount = options.bytes or plan.bytes
        tree = options.tree.resolve() if options.tree else generated(kept, "tree", ["--bytes", str(amount)])
        small_tree = generated(kept, "small", ["--small", "--sessions", str(plan.small_files)])
        ccusage = os.environ.get("CCUSAGE") or shutil.which("ccusage")
        folders_tree = with_folders(kept, small_tree)
        return Bench(program, script, ccusage, tree, small_tree, folders_tree, work, plan).run(options.only)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
