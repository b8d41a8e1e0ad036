"""Very many files, very long lines, and events that fail (promises.md, faults 12 and 13)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import coach as coaching
from accrete_coach.coach import Coach
from accrete_coach.sessions.facts import CLAUDE_CODE
from accrete_coach.sessions.folder import Found, Hint, Sweeper

from .made import (
    ASK,
    NOW,
    WORK,
    Tree,
    against_fresh,
    append,
    append_elsewhere,
    coach_of,
    environment,
    places_of,
    wait_for,
    watching,
)

FOLDERS = 10_000

# --- ten thousand ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten thousand projects with a session each, all of them read."""
    folder = tmp_path_factory.mktemp("crowded")
    (line,) = Tree(folder / "claude").lines("x", "you: what does app/cart.py do?")
    for n in range(FOLDERS):
        path = folder / "claude" / "projects" / f"-p{n:05}" / f"s{n:05}.jsonl"
        path.parent.mkdir(parents=True)
        # Another time and other names: none is a copy of another.
        text = (
            line[1]
            .replace(b'"x', f'"s{n:05}'.encode())
            .replace(b"2026-03-02T09", f"2026-03-{n % 20 + 1:02}T{n % 23:02}".encode())
        )
        path.write_bytes(text)
    coach = coach_of(places_of(folder))
    report = coach.scan(workers=1)
    assert (report.files, report.read, report.sessions, report.problems) == (FOLDERS, FOLDERS, FOLDERS, ())
    coach.close()
    return folder


def line_in(folder: Path, n: int, minute: int) -> tuple[Path, bytes]:
    """A further prompt in one of the ten thousand."""
    name = f"s{n:05}"
    tree = Tree(folder / "claude")
    ((_, line),) = tree.lines(name, f"you: and now part {minute}", start=NOW.replace(minute=minute % 60))
    return tree.path(name, slug=f"-p{n:05}"), line


@pytest.mark.parametrize("events", [True, False])
def test_an_append_in_the_last_of_ten_thousand_folders_is_seen(
    crowded: Path, monkeypatch: pytest.MonkeyPatch, events: bool
) -> None:
    # With events alone: no round comes to their help.
    monkeypatch.setattr(coaching, "ROUND", 3600.0 if events else 1.0)
    monkeypatch.setattr(coaching, "SLOW_ROUND", 3600.0)
    minutes = iter(range(1000) if events else range(1000, 2000))
    with watching(places_of(crowded), events=events) as seen:
        for n in (FOLDERS - 1, 0, FOLDERS // 2):
            name = f"s{n:05}"

            def nudge(n: int = n, name: str = name) -> bool:
                # Watching ten thousand folders takes its time to begin: until then a line may be missed.
                append([line_in(crowded, n, next(minutes))])
                return wait_for(lambda: seen.told(name), 1)

            assert wait_for(nudge, 60), name
        assert seen.notes == []


def test_a_second_look_at_ten_thousand_files_reads_only_what_grew(crowded: Path) -> None:
    coach = coach_of(places_of(crowded))
    coach.scan()
    append([line_in(crowded, 77, 3000)])
    report = coach.scan()
    assert (report.files, report.read, report.sessions) == (FOLDERS, 1, 1)
    assert coach.profile.line_count() == sum(coach.profile.passed().values())
    coach.close()


# --- a hundred megabytes -----------------------------------------------------------------------------------------------

MEMORY = """
import json, resource, sys
from accrete_coach.coach import Coach
from accrete_coach.places import find

coach = Coach(find())
coach.scan(workers=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sys.stdin.readline()
report = coach.scan(workers=1)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"read": report.read, "grew": (after - before) * unit, "passed": coach.profile.passed(), "lines": coach.profile.line_count()}))
"""
MOST = 120 * 1024 * 1024
"""Bytes of memory that reading may take beside what the program takes anyway: some 32 MB lines, and not the file."""


def long_line(path: Path, megabytes: int, end: bytes = b'"}}\n') -> None:
    with open(path, "ab") as out:
        out.write(b'{"type":"user","uuid":"long","message":{"role":"user","content":"')
        for _ in range(megabytes):
            out.write(b"word " * 209_715)
        out.write(end)


@pytest.mark.parametrize("end", [b'"}}\n', b""], ids=["whole", "still being written"])
def test_a_line_of_a_hundred_megabytes_is_skipped_and_counted_and_takes_no_such_memory(tmp_path: Path, end: bytes) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("warm-up", WORK)
    lines = [one for one in tree.lines("s1", WORK) if "subagents" not in str(one[0])]
    reading = subprocess.Popen(
        [sys.executable, "-c", MEMORY], env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        append(lines[:5])
        long_line(tree.path("s1"), 100, end)
        if end:
            append(lines[5:])
        told, _ = reading.communicate(b"go\n", timeout=120)
    finally:
        reading.kill()
    found = json.loads(told)
    assert found["passed"]["too long"] == 1
    assert found["lines"] == sum(found["passed"].values())
    assert found["grew"] < MOST, f"{found['grew'] / 1e6:.0f} MB"
    if not end:
        # Its rest comes, and what follows it.
        append([(tree.path("s1"), b'"}}\n'), *lines[5:]])
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    stored = coach.profile.find_sessions("s1")[0]
    (file,) = [f for f in coach.profile.files_of(stored.num) if not f.subagent]
    assert stored.prompts == 3, "its neighbours are kept"
    assert {f.line for f in file.facts} <= {*range(1, 6), *range(7, len(lines) + 2)}
    assert coach.profile.passed()["too long"] == 1
    assert against_fresh(coach, tmp_path / "fresh") == []
    # The lines of moments behind it are told from it.
    shown = list(coach.excerpt(CLAUDE_CODE, str(tree.path("s1")), len(lines), 1))
    assert {x.line for x in shown} <= {len(lines) - 1, len(lines), len(lines) + 1}
    last = json.loads(lines[-1][1])["message"]["content"][0]["text"]
    assert [x.text for x in shown if x.line == len(lines) + 1] == [last]
    coach.close()


# --- events that fail --------------------------------------------------------------------------------------------------


def test_looking_alone_is_quick_enough_for_what_is_promised() -> None:
    assert coaching.ROUND <= 2, "within two seconds for files that changed in the last day"
    assert coaching.SLOW_ROUND + coaching.ROUND <= 30, "within thirty for any other"
    assert coaching.RAREST + coaching.ROUND < 30, "also where events tell what changed, of which one may be missed"


def low_limits(limit: str, value: int) -> list[str]:
    """Words before a command that runs it where inotify may watch no more than so much; skips where nobody can say so."""
    words = ["unshare", "--user", "--map-root-user", "sh", "-c", f'echo {value} > /proc/sys/user/{limit} && exec "$@"', "sh"]
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("the limits of inotify cannot be lowered for one process here")
    return words


@pytest.mark.parametrize(("limit", "value"), [("max_inotify_watches", 12), ("max_inotify_instances", 0)])
def test_past_the_limits_of_inotify_everything_is_seen_all_the_same(tmp_path: Path, limit: str, value: int) -> None:
    words = low_limits(limit, value)
    tree = Tree(tmp_path / "claude")
    for n in range(40):
        tree.add(f"s{n:02}", ASK, slug=f"-p{n:02}")
    following = subprocess.Popen(
        [*words, sys.executable, "-m", "faults.holder", "events"],
        env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert following.stdin is not None
    assert following.stdout is not None
    coach: Coach | None = None
    try:
        assert following.stdout.readline() == b"watching\n"
        coach = coach_of(places_of(tmp_path))
        for n in (39, 0, 20):
            prompts = coach.profile.find_sessions(f"s{n:02}")[0].prompts
            append_elsewhere(tmp_path, tree.lines(f"s{n:02}", "you: and now the rest", slug=f"-p{n:02}"))

            def grown(n: int = n, before: int = prompts) -> bool:
                assert coach is not None
                return coach.profile.find_sessions(f"s{n:02}")[0].prompts > before

            assert wait_for(grown, 15), n
        new = tree.lines("new", ASK, slug="-new")
        append_elsewhere(tmp_path, new)
        assert wait_for(lambda: coach is not None and coach.profile.find_sessions("new"), 15)
    finally:
        if coach is not None:
            coach.close()
        following.stdin.close()
        try:
            following.wait(20)
        finally:
            following.kill()
            following.wait()
            following.stdout.close()
            assert following.stderr is not None
            said = following.stderr.read().decode()
            following.stderr.close()
    assert "-p39" not in said, "a warning names the folders"


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Events that never come, as on a network file system, but for what the test tells by hand."""
    told: list[Any] = []

    def start(self: Hint) -> None:
        told.append(self._moved)
        self._observer = threading.current_thread()  # Alive, as far as anybody can tell.

    monkeypatch.setattr(Hint, "start", start)
    monkeypatch.setattr(Hint, "alive", lambda _: True)
    monkeypatch.setattr(Hint, "stop", lambda _: None)
    return told


def test_where_events_never_come_looking_alone_sees_everything(tmp_path: Path, deaf: list[Any]) -> None:
    tree = Tree(tmp_path / "claude")
    lines = tree.lines("s1", WORK)
    append(lines[:4])
    with watching(places_of(tmp_path), events=True) as seen:
        assert wait_for(lambda: deaf)
        append(lines[4:])
        assert wait_for(lambda: seen.told("s1"), 10)
        tree.add("s2", ASK, slug="-another")
        assert wait_for(lambda: seen.told("s2"), 10)
        assert seen.notes == []


def test_however_much_one_file_is_written_to_the_others_are_looked_at(
    tmp_path: Path, deaf: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching, "SLOW_ROUND", 3600.0)
    monkeypatch.setattr(coaching, "ROUND", 0.3)
    tree = Tree(tmp_path / "claude")
    busy, quiet = tree.lines("busy", ASK), tree.lines("quiet", WORK)
    append([*busy, *quiet[:4]])
    ended = threading.Event()

    def write() -> None:
        # Its events come all the time, faster than the rounds; those of the other never.
        while not ended.is_set():
            append([(tree.path("busy"), b"\n")])
            deaf[0](str(tree.path("busy")))
            time.sleep(0.02)

    with watching(places_of(tmp_path), events=True) as seen:
        assert wait_for(lambda: deaf)
        writing = threading.Thread(target=write)
        writing.start()
        try:
            assert wait_for(lambda: sum("busy" in u.sessions for u in seen.updates) > 3)
            append(quiet[4:])
            assert wait_for(lambda: seen.told("quiet"), 10), "only the busy one is looked at"
        finally:
            ended.set()
            writing.join()


def test_a_file_that_rested_for_days_is_seen_in_a_slow_round_without_any_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching, "ROUND", 0.1)
    monkeypatch.setattr(coaching, "SLOW_ROUND", 1.0)
    tree = Tree(tmp_path / "claude")
    lines = tree.lines("s1", WORK)
    append(lines[:4])
    looks: list[str] = []
    whole = Sweeper.full

    def noted(self: Sweeper) -> list[Found]:
        looks.append("full")
        return whole(self)

    monkeypatch.setattr(Sweeper, "full", noted)
    # By its clock two days have gone by since anything was written.
    with watching(places_of(tmp_path), events=False, clock=lambda: time.time() + 2 * 86_400) as seen:
        assert wait_for(lambda: looks)
        path = tree.path("s1")
        append([(path, b"".join(line for to, line in lines[4:] if to == path))])
        assert wait_for(lambda: seen.told("s1"), 10)
        assert len(looks) > 1


def test_more_events_than_its_queue_holds_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coaching, "ROUND", 0.3)
    tree = Tree(tmp_path / "claude")
    for n in range(60):
        tree.add(f"s{n:02}", ASK, slug=f"-p{n % 6}")
    with watching(places_of(tmp_path), events=True) as seen:
        # All at once, many more writes than there are rounds.
        lines = [tree.lines(f"s{n:02}", WORK, slug=f"-p{n % 6}") for n in range(60)]
        for step in range(max(map(len, lines))):
            append([one[step] for one in lines if step < len(one)])
        assert wait_for(lambda: all(seen.told(f"s{n:02}") for n in range(60)), 40)
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_reading_ten_thousand_files_keeps_none_of_them_open(crowded: Path) -> None:
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))\n"
        "from accrete_coach.coach import Coach\n"
        "from accrete_coach.places import find\n"
        "coach = Coach(find())\n"
        "report = coach.scan(workers=1)\n"
        "print(report.files, len(report.problems))\n"
    )
    for n in range(0, 2000, 7):
        append([line_in(crowded, n, 4000)])
    done = subprocess.run([sys.executable, "-c", code], env=environment(crowded), capture_output=True, timeout=120, check=True)
    assert done.stdout.split() == [str(FOLDERS).encode(), b"0"]
