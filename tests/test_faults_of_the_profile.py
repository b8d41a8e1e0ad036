"""Full and read-only disks, damaged, foreign and older profiles: everything still shows, and what happened is said."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import coach as coaching
from accrete_coach import keeping
from accrete_coach import profile as storing
from accrete_coach.cli import Fault, _coach
from accrete_coach.coach import Coach, ReaderLock
from accrete_coach.migrations import SCHEMA
from accrete_coach.places import Places
from accrete_coach.profile import Busy, CantWrite, Damaged, Profile, ProfileError, is_damage
from faults.made import (
    ASK,
    NOW,
    WORK,
    Tree,
    against_fresh,
    append,
    coach_of,
    contents,
    environment,
    places_of,
    sound,
    wait_for,
    watching,
)
from test_cli import HASTY, PLANNED, Machine


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "claude")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_of(tmp_path)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def ids(machine: Machine) -> set[str]:
    return {s["id"] for s in machine.json("sessions")["sessions"]}


# --- row 7: no room ----------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(where: Path, size: str, options: str = "") -> Iterator[None]:
    where.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk takes root")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}{options}", "tmpfs", str(where)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def many(machine: Machine, count: int = 40) -> None:
    for n in range(count):
        machine.session(f"more-{n:02d}", PLANNED * 6, days_ago=2 + n / 10)


def test_a_disk_that_fills_up_stops_reading_but_not_showing_and_goes_on_when_there_is_room(machine: Machine) -> None:
    with small_disk(machine.home, "700k"):
        machine.session("aaa-1", PLANNED)
        machine.run("scan")
        shutil.rmtree(machine.home / "copies")
        filler = machine.home / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as out:
            while True:
                out.write(b"x" * 4096)
        many(machine)
        told = machine.try_run("list")
        assert told.returncode == 0
        assert "nothing can be written" in told.stderr
        assert "1 session" in told.stdout
        assert "nothing can be written" in machine.run("scan", code=3)
        assert ids(machine) == {"aaa-1"}
        assert "nothing" in machine.run("correct", "aaa-1", "run-check", "not-seen", code=3)
        assert machine.json("session", "aaa-1")["session"]["practices"]["run-check"]["corrected"] is False
        assert sound(machine.home / "profile.db")
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=32m", str(machine.home)], check=True)
        machine.run("scan")
        assert len(ids(machine)) == 41
        assert sound(machine.home / "profile.db")
        assert machine.run("correct", "aaa-1", "run-check", "not-seen")


def test_a_first_start_without_any_room_works_in_memory(machine: Machine) -> None:
    with small_disk(machine.home, "16k"):
        machine.session("aaa-1", PLANNED)
        told = machine.try_run("list")
        assert told.returncode == 0
        assert "in memory" in told.stderr
        assert "1 session" in told.stdout


_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from accrete_coach.cli import main
sys.argv[1:] = sys.argv[2:]
main()
"""


def test_a_limit_on_the_size_of_files_is_a_full_disk(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    many(machine)
    size = (machine.home / "profile.db").stat().st_size
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(size + 4096), "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            **os.environ,
            "CLAUDE_CONFIG_DIR": str(machine.root),
            "CODEX_HOME": str(machine.folder / "codex"),
            "ACCRETE_COACH_HOME": str(machine.home),
        },
    )
    assert done.returncode == 0, done.stderr
    assert "nothing can be written" in done.stderr
    assert "1 session" in done.stdout
    assert sound(machine.home / "profile.db")
    assert len(ids(machine)) == 41
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def full(profile: Profile, pages: int) -> None:
    profile.db.execute(f"PRAGMA max_page_count={profile.db.execute('PRAGMA page_count').fetchone()[0] + pages}")


def room(profile: Profile) -> None:
    profile.db.execute("PRAGMA max_page_count=1073741823")


@pytest.mark.parametrize("pages", [0, 1, 3, 7])
def test_wherever_a_full_disk_stops_a_scan_nothing_is_lost_or_doubled(
    tree: Tree, places: Places, tmp_path: Path, pages: int
) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    before = contents(coach.profile)
    for n in range(12):
        tree.add(f"t{n}", WORK * 4)
    full(coach.profile, pages)
    report = coach.scan()
    assert "nothing can be written" in report.stopped
    assert (report.fresh, report.problems) == (False, ())
    assert contents(coach.profile)["sessions"]["s1"] == before["sessions"]["s1"]
    assert coach.standings().basis.all_sessions >= 1
    assert sound(places.profile)
    room(coach.profile)
    assert coach.scan().stopped == ""
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_a_watcher_whose_disk_is_full_says_so_and_goes_on_when_there_is_room(
    tree: Tree, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching, "ROUND", 0.2)
    profiles: list[Profile] = []
    whole = Profile.store
    no_room: list[bool] = []

    def store(self: Profile, *given: Any) -> int:
        profiles.append(self)
        if no_room:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return whole(self, *given)

    monkeypatch.setattr(Profile, "store", store)
    lines = tree.lines("s1", WORK)
    append(lines[:4])
    with watching(places, events=False) as seen:
        no_room.append(True)
        append(lines[4:])
        assert wait_for(lambda: any("nothing can be written" in u.note for u in seen.updates), 8)
        count = len(seen.updates)
        no_room.clear()
        assert wait_for(lambda: any(not u.note.strip() and u.standings for u in seen.updates[count:]), 8), "the banner goes"
        assert wait_for(lambda: seen.ask("SELECT edits FROM sessions") == [(2,)], 8)
    monkeypatch.setattr(Profile, "store", whole)
    coach = coach_of(places)
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


def test_a_profile_that_another_process_holds_is_said_and_reading_goes_on_when_it_lets_go(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.profile.db.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(places.profile, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ProfileError, match=r"another process has held the profile .* nothing was changed, try again"):
        coach.choose("scout", "elsewhere")
    assert "another process has held the profile" in coach.scan().stopped
    other.execute("ROLLBACK")
    coach.choose("scout", "elsewhere")
    assert coach.scan().sessions == 1
    coach.close()


def test_a_profile_that_is_held_when_it_is_opened_is_refused_and_not_worked_on_in_memory(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.close()
    if coach.profile.journal != "delete":
        pytest.skip("writers stop no reader in WAL mode")
    other = sqlite3.connect(places.profile, isolation_level=None)

    def asked() -> None:
        with _coach(places) as coach:
            coach.profile.db.execute("PRAGMA busy_timeout=50")
            other.execute("BEGIN EXCLUSIVE")
            coach.profile.sessions()

    with pytest.raises(Fault, match="holds the profile; try again"):
        asked()
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *words, **how: real(*words, **how | {"timeout": 0.05}))
    with pytest.raises(Busy):
        Coach(places)
    other.execute("ROLLBACK")
    other.close()


def test_a_commit_that_fails_leaves_no_open_transaction(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "profile.db")
    other = sqlite3.connect(tmp_path / "profile.db", timeout=0)
    profile.db.execute("PRAGMA busy_timeout=50")
    if profile.journal != "delete":
        pytest.skip("readers stop no commit in WAL mode")
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM meta").fetchone()
    with pytest.raises(Busy, match="another process has held the profile"), profile.change():
        profile.set_meta("some", "thing")
    assert not profile.db.in_transaction
    other.rollback()
    with profile.change():
        profile.set_meta("some", "thing")
    other.close()
    profile.close()


# --- row 8: nothing can be written -------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["/dev/null/coach", "file/coach"])
def test_a_home_that_cant_be_made_works_in_memory_and_says_so(machine: Machine, home: str) -> None:
    (machine.folder / "file").write_text("in the way")
    machine.home = Path(home) if home.startswith("/") else machine.folder / home
    machine.session("aaa-1", PLANNED)
    for words in (("list",), ("sessions",), ("session", "aaa"), ("show", "plan-first"), ("doctor",), ("corrections",), ("scan",)):
        told = machine.try_run(*words)
        assert told.returncode == 0, (words, told.stderr)
        assert "in memory" in told.stderr.replace("\n", " ")
        assert "Traceback" not in told.stderr
    assert ids(machine) == {"aaa-1"}
    assert machine.json("doctor")["profile"]["in_memory"] is True
    assert "nothing can be kept" in machine.run("elsewhere", "scout", code=3)
    assert "nothing can be kept" in machine.run("forget", "--project", "shop", "--yes", code=3)


def test_on_a_read_only_disk_what_is_stored_shows_and_what_is_new_is_read_into_memory(machine: Machine) -> None:
    with small_disk(machine.home, "8m"):
        path = machine.session("aaa-1", PLANNED)
        machine.run("scan")
        path.unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(machine.home)], check=True)
        machine.session("bbb-2", HASTY)
        told = machine.try_run("sessions", "--json")
        assert told.returncode == 0, told.stderr
        assert "in memory" in told.stderr
        assert {s["id"] for s in json.loads(told.stdout)["sessions"]} == {"aaa-1", "bbb-2"}
        assert "nothing can be kept" in machine.run("correct", "aaa-1", "run-check", "not-seen", code=3)
        subprocess.run(["mount", "-o", "remount,rw", str(machine.home)], check=True)
        assert ids(machine) == {"aaa-1", "bbb-2"}


def test_in_memory_every_thread_sees_what_one_of_them_read(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("in the way")
    places = places_of(tmp_path)
    tree.add("s1")
    with watching_in_memory(places) as notes:
        coach = Coach(places)
        assert [s.id for s in coach.profile.sessions()] == ["s1"]
        assert coach.moments("run-check")
        coach.close()
    assert any("in memory" in note for note in notes)
    gone = Coach(places)
    assert gone.profile.sessions() == [], "it lives as long as somebody has it open"
    gone.close()


@contextmanager
def watching_in_memory(places: Places) -> Iterator[list[str]]:
    """`Coach.watch` where no file can be asked how far it is."""
    import threading

    notes: list[str] = []
    stop, ready = threading.Event(), threading.Event()

    def tell(update: coaching.Update) -> None:
        notes.append(update.note)
        if update.standings is not None and update.standings.basis.all_sessions:
            ready.set()

    def run() -> None:
        coach = Coach(places)
        try:
            coach.watch(tell, stop, events=False)
        finally:
            coach.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(20)
        yield notes
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


# --- row 9: damaged, empty, foreign ------------------------------------------------------------------------------------


def zeros(path: Path) -> None:
    path.write_bytes(b"\0" * 8192)


def garbage(path: Path) -> None:
    path.write_bytes(b"these are my notes\n" * 400)


def header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // 4096 * 4096 or 4096)


def keyless(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DELETE FROM meta WHERE key = 'key'")
    db.commit()
    db.close()


def foreign(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.execute("INSERT INTO recipes VALUES ('soup')")
    db.commit()
    db.close()


def deep(path: Path) -> None:
    """Damage where only reading the table finds it: every page of the facts and readings, never the first one."""
    db = sqlite3.connect(path)
    size = db.execute("PRAGMA page_size").fetchone()[0]
    roots = [row[0] for row in db.execute("SELECT rootpage FROM sqlite_master WHERE name IN ('readings', 'facts')")]
    db.close()
    with path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xff" * size)


DAMAGES = [zeros, garbage, header, empty, gone, cut, keyless, foreign, deep]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_profile_is_set_aside_and_restored_from_the_copy_and_read_on(
    machine: Machine, damage: Callable[[Path], None]
) -> None:
    first = machine.session("aaa-1", PLANNED)
    machine.run("scan")
    machine.run("elsewhere", "scout")
    (copy,) = (machine.home / "copies").iterdir()
    copy.unlink()
    machine.run("scan")
    assert copy.exists()
    first.unlink()
    machine.session("bbb-2", HASTY)
    machine.run("scan")
    profile = machine.home / "profile.db"
    damage(profile)
    damaged = profile.read_bytes() if profile.exists() else None
    told = machine.try_run("sessions", "--json")
    assert told.returncode == 0, told.stderr
    assert "Restored from the copy" in told.stderr
    sessions = {s["id"]: s for s in json.loads(told.stdout)["sessions"]}
    assert set(sessions) == {"aaa-1", "bbb-2"}, "the one from the copy alone, the other read again"
    asides = list(machine.home.glob("profile-set-aside-*.db"))
    if damaged is not None:
        assert [a.read_bytes() for a in asides] == [damaged], "it was never changed, and never deleted"
        assert asides[0].name in told.stderr
        assert asides[0].name in machine.json("doctor")["profile"]["set_aside"]
    else:
        assert asides == []
    assert sound(profile)
    assert [p["choice"] for p in machine.json("list")["practices"] if p["id"] == "scout"] == ["elsewhere"]
    assert machine.try_run("list").stderr == "", "it is said once"


@pytest.mark.parametrize("damage", [d for d in DAMAGES if d not in (gone, empty)])
def test_without_a_copy_all_is_read_again_and_that_is_said(machine: Machine, damage: Callable[[Path], None]) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    shutil.rmtree(machine.home / "copies")
    damage(machine.home / "profile.db")
    told = machine.try_run("sessions", "--json")
    assert told.returncode == 0, told.stderr
    assert "no sound copy" in told.stderr
    assert {s["id"] for s in json.loads(told.stdout)["sessions"]} == {"aaa-1"}
    assert len(list(machine.home.glob("profile-set-aside-*.db"))) == 1


def test_what_was_said_after_the_copy_is_saved_where_the_damage_spared_it(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    machine.run("correct", "aaa-1", "run-check", "not-seen", "--because", "later than the copy")
    deep(machine.home / "profile.db")
    told = machine.try_run("list")
    assert "could be saved" in told.stderr
    (correction,) = machine.json("corrections")["corrections"]
    assert correction["because"] == "later than the copy"


def test_what_was_taken_back_after_the_copy_does_not_come_back_with_it(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("correct", "aaa-1", "run-check", "not-seen")
    machine.run("elsewhere", "scout")
    (copy,) = (machine.home / "copies").iterdir()
    copy.unlink()
    machine.run("scan")
    machine.run("correct", "aaa-1", "run-check", "undo")
    machine.run("elsewhere", "scout", "--undo")
    deep(machine.home / "profile.db")
    told = machine.try_run("list")
    assert "could be saved" in told.stderr
    assert machine.json("corrections")["corrections"] == []
    assert [p["choice"] for p in machine.json("list")["practices"] if p["id"] == "scout"] == [None]


def test_a_damaged_copy_is_passed_over_for_an_older_sound_one(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    for day in range(3):
        coach.clock = (NOW + timedelta(days=day)).timestamp
        coach.keep_copy()
    coach.close()
    newest, second, _ = keeping.copies(places)
    cut(newest)
    foreign(second)
    garbage(places.profile)
    coach = coach_of(places)
    assert keeping.copies(places)[2].name in coach.note
    assert [s.id for s in coach.profile.sessions()] == ["s1"]
    coach.close()


def test_the_daily_check_finds_deep_damage_and_the_watcher_restores_and_reads_on(
    tree: Tree, places: Places, tmp_path: Path
) -> None:
    tree.add("s1")
    coach = coach_of(places, now=NOW - timedelta(days=1))
    coach.scan()
    coach.keep_copy()
    coach.close()
    db = sqlite3.connect(places.profile)
    size = db.execute("PRAGMA page_size").fetchone()[0]
    root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'precedence'").fetchone()[0]
    db.close()
    with places.profile.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with watching(places, events=False, clock=NOW.timestamp) as seen:
        assert wait_for(lambda: any("daily check" in note and "Restored" in note for note in seen.notes), 8)
        tree.add("s2")
        assert wait_for(lambda: seen.ask("SELECT count(*) FROM sessions") == [(2,)], 8)
    assert len(keeping.set_aside(places)) == 1
    assert sound(places.profile)
    coach = coach_of(places)
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


_OPENS = """
import sys
from pathlib import Path
from faults.made import coach_of, places_of
coach = coach_of(places_of(Path(sys.argv[1])))
coach.scan()
print([s.id for s in coach.profile.sessions()])
"""


def test_processes_that_find_the_damage_at_once_set_it_aside_once(tree: Tree, places: Places, tmp_path: Path) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.keep_copy()
    coach.close()
    garbage(places.profile)
    running = [
        subprocess.Popen([sys.executable, "-c", _OPENS, str(tmp_path)], env=environment(tmp_path), stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [p.communicate(timeout=60)[0].strip() for p in running] == [b"['s1']"] * 4
    assert len(keeping.set_aside(places)) == 1
    assert sound(places.profile)


def test_whoever_comes_second_leaves_a_restored_profile_alone(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.keep_copy()
    coach.close()
    garbage(places.profile)
    found = places.profile.stat().st_ino
    coach_of(places).close()
    restored = places.profile.stat().st_ino
    assert restored != found
    profile, told = keeping.restore(places, ReaderLock(places.lock), NOW, "it was damaged", found)
    assert told == ""
    assert places.profile.stat().st_ino == restored
    assert len(keeping.set_aside(places)) == 1
    profile.close()


def test_a_damaged_profile_that_another_process_uses_stays_where_it_is(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.keep_copy()
    coach.close()
    garbage(places.profile)
    before = places.profile.read_bytes()
    reader = ReaderLock(places.lock)
    assert reader.take()
    coach = Coach(places)
    assert "end that one" in coach.note
    assert [s.id for s in coach.profile.sessions()] == ["s1"], "the copy shows"
    with pytest.raises(CantWrite):
        coach.choose("scout", "elsewhere")
    assert places.profile.read_bytes() == before
    coach.close()
    reader.release()
    coach = Coach(places)
    assert "Restored" in coach.note
    coach.close()


def test_nothing_is_written_into_a_profile_that_was_replaced_under_a_process(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    places.profile.rename(places.home / "elsewhere.db")
    with pytest.raises(ProfileError, match="another process has replaced"):
        coach.choose("scout", "elsewhere")
    coach.close()


def test_a_process_that_dies_between_setting_aside_and_restoring_loses_nothing(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.keep_copy()
    coach.close()
    for last in range(1, 6):
        garbage(places.profile)
        real, count = os.replace, [0]

        def replace(a: Any, b: Any, last: int = last, count: list[int] = count, real: Any = real) -> None:
            count[0] += 1
            if count[0] >= last:
                raise KeyboardInterrupt
            real(a, b)

        monkeypatch.setattr(os, "replace", replace)
        with suppress(KeyboardInterrupt):
            Coach(places).close()
        monkeypatch.setattr(os, "replace", real)
        coach = coach_of(places)
        assert [s.id for s in coach.profile.sessions()] == ["s1"], last
        coach.close()


def test_damage_is_told_from_other_trouble(tmp_path: Path) -> None:
    garbage(tmp_path / "x.db")
    db = sqlite3.connect(tmp_path / "x.db")
    with pytest.raises(sqlite3.DatabaseError) as found:
        db.execute("SELECT 1 FROM sqlite_master")
    assert is_damage(found.value)
    with pytest.raises(sqlite3.OperationalError) as other:
        sqlite3.connect(":memory:").execute("SELECT nothing")
    assert not is_damage(other.value)
    assert issubclass(Damaged, ProfileError)


# --- row 10: old and new -----------------------------------------------------------------------------------------------


def test_a_newer_profile_is_refused_politely_and_left_alone_even_with_copies(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    db = sqlite3.connect(machine.home / "profile.db", isolation_level=None)
    db.execute(f"PRAGMA user_version={SCHEMA + 1}")
    db.close()
    before = {p.name: p.read_bytes() for p in machine.home.rglob("*") if p.is_file()}
    told = machine.run("list", code=3)
    assert "newer accrete-coach" in told
    assert "update" in told
    assert {p.name: p.read_bytes() for p in machine.home.rglob("*") if p.is_file()} == before


def test_a_copy_of_a_newer_schema_is_no_help(tree: Tree, places: Places) -> None:
    tree.add("s1", ASK)
    coach = coach_of(places)
    coach.scan()
    coach.keep_copy()
    coach.close()
    (copy,) = keeping.copies(places)
    db = sqlite3.connect(copy, isolation_level=None)
    db.execute(f"PRAGMA user_version={SCHEMA + 1}")
    db.close()
    assert not keeping.sound(copy)
    garbage(places.profile)
    coach = coach_of(places)
    assert "no sound copy" in coach.note
    coach.close()


# --- row 11: the journal -----------------------------------------------------------------------------------------------


def test_a_copy_made_in_wal_mode_restores_where_wal_is_not_safe(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: True)
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    assert coach.profile.journal == "wal"
    coach.keep_copy()
    coach.close()
    garbage(places.profile)
    monkeypatch.setattr(storing, "wal_is_safe", lambda: False)
    coach = coach_of(places)
    assert coach.profile.journal == "delete"
    assert [s.id for s in coach.profile.sessions()] == ["s1"]
    assert sorted(p.name for p in places.home.glob("*-wal")) == []
    coach.close()


def test_forgetting_in_wal_mode_leaves_nothing_in_the_journal(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "wal_is_safe", lambda: True)
    tree.add("zzz-secret", project="/home/sam/secret-garden", slug="-secret")
    coach = coach_of(places)
    coach.scan()
    coach.forget(coach.meant(project="secret-garden"))
    holding = [p.name for p in places.home.rglob("*") if p.is_file() and b"zzz-secret" in p.read_bytes()]
    assert holding == []
    coach.close()
