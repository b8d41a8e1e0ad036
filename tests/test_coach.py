"""The loop: what is new is read once, what is gone is kept, and a running session is followed."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach import coach as coaching
from accrete_coach import profile as storing
from accrete_coach import reader
from accrete_coach.coach import Coach, Progress, ReaderLock
from accrete_coach.places import Places
from accrete_coach.practice import Catalogue, Practice, Reading, load
from accrete_coach.sessions.claude_code.transcript import Transcript
from accrete_coach.sessions.facts import FACTS_VERSION, Kind, Session
from accrete_coach.sessions.folder import Hint
from accrete_coach.standings import State
from faults.made import (
    ASK,
    NOW,
    WORK,
    Tree,
    against_fresh,
    append,
    append_elsewhere,
    coach_of,
    contents,
    difference,
    environment,
    places_of,
    program,
    twin,
    wait_for,
    watching,
)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "claude")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_of(tmp_path)


@pytest.fixture
def coach(places: Places) -> Iterator[Coach]:
    made = coach_of(places)
    yield made
    made.close()


def readings(coach: Coach) -> dict[str, dict[str, Reading]]:
    """Session -> practice -> reading."""
    found = coach.profile.readings()
    return {s.id: found.get(s.num, {}) for s in coach.profile.sessions()}


# --- what is new -------------------------------------------------------------------------------------------------------


def test_a_first_scan_reads_everything(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    tree.add("s2", ASK)
    report = coach.scan()
    assert (report.files, report.read, report.sessions) == (3, 3, 2)
    assert report.bytes == sum(p.stat().st_size for p in tree.root.rglob("*.jsonl"))
    assert (report.problems, report.missing, report.by_other, report.fresh) == ((), (), False, True)
    assert [s.id for s in coach.profile.sessions()] == ["s1", "s2"]
    assert readings(coach)["s1"]["scout"].word == "seen"
    assert readings(coach)["s1"]["scout"].by == "you"
    assert coach.standings().basis.sessions == 2
    assert not against_fresh(coach, tmp_path / "fresh")


def test_a_second_scan_finds_nothing_new(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("s1")
    coach.scan()
    before, written = contents(coach.profile), places.readable.stat().st_mtime_ns
    changes = coach.profile.db.total_changes
    report = coach.scan()
    assert (report.files, report.read, report.sessions, report.bytes) == (2, 0, 0, 0)
    assert contents(coach.profile) == before
    assert coach.profile.db.total_changes == changes
    assert places.readable.stat().st_mtime_ns == written


def test_of_a_grown_file_only_the_new_lines_are_read(
    tree: Tree, coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [one for one in tree.lines("s1", WORK) if "subagents" not in str(one[0])]
    append(lines[:9])
    coach.scan()
    append(lines[9:])
    numbers: list[int] = []
    whole = Transcript.read

    def counted(self: Transcript, number: int, line: bytes) -> None:
        numbers.append(number)
        whole(self, number, line)

    monkeypatch.setattr(Transcript, "read", counted)
    report = coach.scan()
    monkeypatch.undo()
    assert numbers == list(range(10, len(lines) + 1))
    assert (report.read, report.sessions) == (1, 1)
    assert not against_fresh(coach, tmp_path / "fresh")


def test_a_new_subagent_file_belongs_to_its_session(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    lines = tree.lines("s1", WORK)
    append([one for one in lines if "subagents" not in str(one[0])])
    coach.scan()
    assert len(coach.profile.files_of(1)) == 1
    append([one for one in lines if "subagents" in str(one[0])])
    report = coach.scan()
    assert (report.files, report.read, report.sessions) == (2, 1, 1)
    assert [s.id for s in coach.profile.sessions()] == ["s1"]
    sub = next(f for f in coach.profile.files_of(1) if f.subagent)
    assert Kind.READ in {f.kind for f in sub.facts}
    assert not against_fresh(coach, tmp_path / "fresh")


def test_a_subagent_file_in_the_older_place_belongs_to_the_session_it_names(tree: Tree, coach: Coach) -> None:
    for path, line in tree.lines("s1", WORK):
        append([(path.parent.parent.parent / path.name if "subagents" in str(path) else path, line)])
    coach.scan()
    assert [s.id for s in coach.profile.sessions(shown=False)] == ["s1"]
    assert len(coach.profile.files_of(1)) == 2


def test_a_deleted_transcript_keeps_its_facts_and_readings(tree: Tree, coach: Coach, places: Places) -> None:
    lines = tree.add("s1")
    tree.add("s2")
    coach.scan()
    before, facts = readings(coach), contents(coach.profile)["facts"]
    states = [(s.practice.id, s.state, s.you, s.applied) for s in coach.standings()]
    for path in {path for path, _ in lines}:
        path.unlink()
    report = coach.scan()
    assert (report.files, report.read) == (2, 0)
    assert [(s.id, s.gone) for s in coach.profile.sessions()] == [("s1", True), ("s2", False)]
    assert readings(coach) == before
    assert contents(coach.profile)["facts"] == facts
    assert [(s.practice.id, s.state, s.you, s.applied) for s in coach.standings()] == states
    assert coach.standings().basis.gone == 1
    gone = {m.session: m.gone for m in coach.moments("scout")}
    assert gone == {"s1": True, "s2": False}


def test_a_transcript_that_comes_back_is_no_longer_gone(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    coach.scan()
    before = contents(coach.profile)
    hidden = tmp_path / "elsewhere"
    (tree.root / "projects").rename(hidden)
    (tree.root / "projects").mkdir()
    coach.scan()
    assert coach.profile.sessions()[0].gone
    (tree.root / "projects").rmdir()
    hidden.rename(tree.root / "projects")
    report = coach.scan()
    assert report.read == 0, "it is the same file: nothing to read again"
    assert contents(coach.profile) == before
    assert not coach.profile.sessions()[0].gone


def test_a_subagent_that_still_writes_brings_no_deleted_transcript_back(tree: Tree, coach: Coach) -> None:
    lines = tree.lines("s1", WORK)
    subs = [one for one in lines if "subagents" in str(one[0])]
    append([one for one in lines if one not in subs[1:]])
    coach.scan()
    tree.path("s1").unlink()
    coach.scan()
    assert coach.profile.sessions()[0].gone
    append(subs[1:])
    coach.scan()
    assert coach.profile.sessions()[0].gone


def test_a_missing_root_is_no_deletion(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    coach.scan()
    tree.root.rename(tmp_path / "unplugged")
    report = coach.scan()
    assert report.missing == (str(tree.root),)
    assert report.files == 0
    assert not coach.profile.sessions()[0].gone


def test_nothing_there_is_no_fault(coach: Coach, places: Places) -> None:
    report = coach.scan()
    assert report.missing == (str(places.roots[0].path),)
    assert (report.files, report.problems) == (0, ())
    assert coach.standings().sentence == "No sessions read yet."


def test_two_coaches_that_take_turns_read_nothing_twice(tree: Tree, places: Places, tmp_path: Path) -> None:
    lines = tree.lines("s1", WORK)
    one, other = coach_of(places), coach_of(places)
    for n, line in enumerate(lines):
        append([line])
        (one, other)[n // 2 % 2].scan()
    assert not against_fresh(one, tmp_path / "fresh")
    assert difference(contents(one.profile), contents(other.profile)) == []
    one.close()
    other.close()


def test_progress_ends_at_all_of_it(tree: Tree, coach: Coach) -> None:
    for n in range(4):
        tree.add(f"s{n}", ASK)
    told: list[Progress] = []
    report = coach.scan(told.append)
    assert (told[-1].files_done, told[-1].files) == (4, 4)
    assert told[-1].bytes_done == told[-1].bytes == report.bytes
    assert [t.bytes_done for t in told] == sorted(t.bytes_done for t in told)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_workers_makes_no_difference(
    tree: Tree, places: Places, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BATCH", 20_000)
    for n in range(9):
        tree.add(f"s{n}", (WORK, ASK, f"{ASK}\n{WORK}")[n % 3])
    coach = coach_of(places)
    used: list[int] = []
    whole = reader.in_workers

    def noted(lots: list[list[reader.Job]], count: int, *rest: Any) -> Iterator[list[reader.Done]]:
        used.append(count)
        assert len(lots) > 2
        return whole(lots, count, *rest)

    monkeypatch.setattr(reader, "in_workers", noted)
    coach.scan(workers=workers)
    assert used == ([2] if workers == 2 else [])
    other = twin(places, tmp_path / "fresh")
    other.scan(workers=3 - workers)
    assert difference(contents(coach.profile), contents(other.profile)) == []
    assert len(coach.profile.sessions()) == 9
    coach.close()
    other.close()


def test_a_session_of_the_day_after_tomorrow_is_a_wrong_clock(tree: Tree, coach: Coach) -> None:
    tree.add("now", WORK, start=NOW - timedelta(days=1))
    tree.add("later", WORK, start=NOW + timedelta(days=2))
    tree.add("far", WORK, start=NOW + timedelta(days=20_000))
    coach.scan()
    assert coach.standings().basis.sessions == 1
    assert coach.standings(0).basis.sessions == 1
    assert coach.standings(until=date(2090, 1, 1)).basis.sessions == 1
    assert coach.standings()["scout"].applied == 1
    assert sum(w.applied for w in coach.standings()["scout"].weeks) == 1


def test_a_window_counts_whole_days_of_the_person(tree: Tree, coach: Coach) -> None:
    for day in (1, 2, 3):
        tree.add(f"s{day}a", ASK, start=datetime(2026, 3, day, 0, 0, tzinfo=UTC))
        tree.add(f"s{day}b", ASK, start=datetime(2026, 3, day, 23, 50, tzinfo=UTC))
    coach.scan()
    assert coach.standings(since=date(2026, 3, 2), until=date(2026, 3, 2)).basis.sessions == 2
    assert coach.standings(since=date(2026, 3, 2)).basis.sessions == 4
    assert coach.standings(until=date(2026, 3, 2)).basis.sessions == 4
    assert coach.standings(project="shop").basis.sessions == 6
    assert coach.standings(project="nowhere").basis.sessions == 0


def test_the_zone_of_the_machine_knows_summer_time(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        coach = Coach(places)
        offsets = [datetime(2026, month, 15, tzinfo=UTC).astimezone(coach.zone).utcoffset() for month in (1, 7)]
        coach.close()
    finally:
        monkeypatch.undo()
        time.tzset()
    assert offsets == [timedelta(hours=1), timedelta(hours=2)]


def test_a_moment_leads_to_the_words_that_were_said(tree: Tree, coach: Coach) -> None:
    tree.add("s1")
    coach.scan()
    moment = next(m for m in coach.moments("scout") if m.session == "s1")
    assert moment.path == str(tree.path("s1"))
    near = coach.excerpt(moment.agent, moment.path, moment.line, around=1)
    assert [(e.who, e.text) for e in near if e.line == 1] == [("you", "use a subagent to find the callers of total()")]
    assert [(e.line, e.who) for e in near if e.here] == [(moment.line, "tool")]
    tree.path("s1").unlink()
    with pytest.raises(FileNotFoundError):
        coach.excerpt(moment.agent, moment.path, moment.line)


def test_lines_without_words_between_a_call_and_its_result_do_not_hide_it(tree: Tree, coach: Coach) -> None:
    tree.add("s1", WORK)
    coach.scan()
    moment = next(m for m in coach.moments("run-check") if m.session == "s1")
    lines = tree.path("s1").read_text().splitlines(keepends=True)
    silent = '{"type": "progress", "data": {"type": "hook_progress"}}\n' * 40
    tree.path("s1").write_text("".join([*lines[: moment.line], silent, *lines[moment.line :]]))
    near = coach.excerpt(moment.agent, moment.path, moment.line, around=2)
    at = next(n for n, e in enumerate(near) if e.here)
    assert near[at].who == "tool"
    assert near[at + 1].who == "result"
    assert "passed" in near[at + 1].text
    assert len({e.line for e in near if e.line < moment.line}) == 2


# --- changed detectors and facts ---------------------------------------------------------------------------------------


def changed(catalogue: Catalogue, name: str, **how: Any) -> Catalogue:
    practices = tuple(replace(p, **how) if p.id == name else p for p in catalogue.practices)
    return Catalogue(practices, catalogue.problems, {p.id: p for p in practices})


def counting(seen: list[Session]) -> Any:
    def detect(session: Session) -> Reading:
        seen.append(session)
        return Reading("not-seen", sure="hint")

    return detect


def test_a_changed_practice_reads_stored_facts_again_also_of_deleted_transcripts(tree: Tree, places: Places) -> None:
    lines = tree.add("s1")
    tree.add("s2")
    coach = coach_of(places)
    coach.scan()
    before = readings(coach)
    coach.close()
    for path in {path for path, _ in lines}:
        path.unlink()
    seen: list[Session] = []
    newer = changed(load(), "scout", version=2, detect=counting(seen))
    again = coach_of(places, newer)
    report = again.scan()
    assert report.read == 0
    assert report.sessions == 2
    assert sorted(s.id for s in seen) == ["s1", "s2"]
    assert {s.id: s.gone for s in again.profile.sessions()} == {"s1": True, "s2": False}
    for session, stored in readings(again).items():
        assert stored["scout"] == Reading("not-seen", sure="hint")
        assert {k: v for k, v in stored.items() if k != "scout"} == {k: v for k, v in before[session].items() if k != "scout"}
    assert again.scan().sessions == 0, "once is enough"
    again.close()


def test_an_unchanged_practice_reads_nothing_again(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.close()
    seen: list[Session] = []
    again = coach_of(places, changed(load(), "scout", detect=counting(seen)))
    again.scan()
    assert seen == []
    again.close()


def newer_facts(monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    for module in (coaching, storing, reader):
        monkeypatch.setattr(module, "FACTS_VERSION", version)


def needs(catalogue: Catalogue, name: str, facts: int) -> Catalogue:
    practice: Practice = catalogue[name]
    return changed(catalogue, name, version=practice.version + 1, needs_facts=facts)


def test_newer_facts_read_the_files_that_exist_again_and_cant_tell_of_the_others(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tree.add("gone")
    tree.add("here")
    coach = coach_of(places)
    coach.scan()
    before = readings(coach)
    coach.close()
    for path in {path for path, _ in lines}:
        path.unlink()
    newer_facts(monkeypatch, FACTS_VERSION + 1)
    again = coach_of(places, needs(load(), "scout", FACTS_VERSION + 1))
    report = again.scan()
    assert report.read == 2, "the two files of the session that is still there"
    versions = {f.name: (f.facts_version, f.gone) for s in again.profile.sessions() for f in again.profile.files_of(s.num)}
    assert {v for name, v in versions.items() if "gone" in name} == {(FACTS_VERSION, True)}
    assert {v for name, v in versions.items() if "here" in name} == {(FACTS_VERSION + 1, False)}
    now = readings(again)
    assert now["gone"]["scout"].word == "cant-tell"
    assert now["here"] == before["here"]
    assert {k: v for k, v in now["gone"].items() if k != "scout"} == {k: v for k, v in before["gone"].items() if k != "scout"}
    assert again.standings()["scout"].cant_tell == 1
    assert again.scan().read == 0, "once is enough"
    again.close()


def test_a_file_that_was_emptied_keeps_its_facts_when_newer_ones_would_be_read(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    before = contents(coach.profile)["facts"]
    assert before
    for path in {path for path, _ in lines}:
        path.write_bytes(b"")
    newer_facts(monkeypatch, FACTS_VERSION + 1)
    for _ in range(2):
        coach.scan()
        assert contents(coach.profile)["facts"] == before
        assert {f.facts_version for s in coach.profile.sessions() for f in coach.profile.files_of(s.num)} == {FACTS_VERSION}
    assert coach.scan().read == 0, "nothing is left to read"
    coach.close()


def test_where_another_process_reads_that_does_not_know_a_practice_it_is_cant_tell(tree: Tree, places: Places) -> None:
    tree.add("s1")
    tree.add("s2")
    known = load()
    fewer = tuple(p for p in known.practices if p.id != "scout")
    other = coach_of(places, Catalogue(fewer, (), {p.id: p for p in fewer}))
    other.scan()
    other.close()
    mine = coach_of(places, known)
    assert mine.standings()["scout"].cant_tell == 2
    assert mine.standings()["scout"].state is State.CANT_TELL
    assert mine.standings()["plan-first"].cant_tell == 0
    assert mine.standings(project="elsewhere")["scout"].cant_tell == 0, "no session of the filter waits"
    mine.scan()
    assert mine.standings()["scout"].cant_tell == 0
    assert mine.unread() == {}
    mine.close()


def test_facts_read_again_are_not_doubled(tree: Tree, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    before = contents(coach.profile)["facts"]
    newer_facts(monkeypatch, FACTS_VERSION + 1)
    coach.scan()
    assert contents(coach.profile)["facts"] == before
    assert not against_fresh(coach, tmp_path / "fresh")
    coach.close()


# --- the copy for people -----------------------------------------------------------------------------------------------


def test_the_readable_copy_is_toml_and_says_what_the_standings_say(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("s1")
    coach.scan()
    told = tomllib.loads(places.readable.read_text())
    assert told["sessions"]["read"] == 1
    assert told["written"] == NOW.replace(microsecond=0)
    assert set(told["practices"]) == {p.id for p in coach.catalogue.practices}
    for standing in coach.standings():
        written = told["practices"][standing.practice.id]
        assert (written["state"], written["you"], written["applied"]) == (standing.state.value, standing.you, standing.applied)


def test_a_readable_copy_that_was_deleted_is_written_again(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("s1")
    coach.scan()
    places.readable.unlink()
    coach.scan()
    assert tomllib.loads(places.readable.read_text())["sessions"]["read"] == 1


def test_a_readable_copy_that_cant_be_written_leaves_the_former_one(
    tree: Tree, coach: Coach, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1")
    coach.scan()
    before = places.readable.read_bytes()
    tree.add("s2")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    coach.scan()
    monkeypatch.undo()
    assert places.readable.read_bytes() == before
    assert sorted(p.name for p in places.home.iterdir()) == ["now.json", "profile.db", "profile.toml", "reader.lock"]
    assert len(coach.profile.sessions()) == 2, "the profile itself is what counts"


def test_whoever_reads_the_copy_while_it_is_written_reads_a_whole_one(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("s1")
    coach.scan()
    stop = threading.Event()
    read: list[int] = []
    broken: list[Exception] = []

    def look() -> None:
        while not stop.is_set():
            try:
                read.append(len(tomllib.loads(places.readable.read_text())["practices"]))
            except (OSError, tomllib.TOMLDecodeError, KeyError) as problem:
                broken.append(problem)

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(60):
        coach.write_readable()
    stop.set()
    looking.join()
    assert not broken
    assert len(read) > 10
    assert set(read) == {len(coach.catalogue.practices)}


def test_a_link_in_place_of_the_copy_is_replaced_not_followed(tree: Tree, coach: Coach, places: Places, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("dear")
    places.readable.symlink_to(other)
    tree.add("s1")
    coach.scan()
    assert other.read_text() == "dear"
    assert not places.readable.is_symlink()


# --- one reader at a time ----------------------------------------------------------------------------------------------


@contextmanager
def beside(folder: Path, module: str, *arguments: str, says: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """Another process, once it has said that it is ready."""
    started = program(folder, "-m", module, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert started.stdout is not None
        assert started.stdout.readline().strip() == says
        yield started
    finally:
        assert started.stdin is not None
        started.stdin.close()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        assert started.stdout is not None
        started.stdout.close()


def test_only_one_process_has_the_lock(places: Places, tmp_path: Path) -> None:
    with beside(tmp_path, "faults.locker", says=b"held"):
        assert not ReaderLock(places.lock).take()
    mine = ReaderLock(places.lock)
    assert mine.take()
    with beside(tmp_path, "faults.locker", says=b"not held"):
        pass
    mine.release()
    with beside(tmp_path, "faults.locker", says=b"held"):
        pass


def test_a_lock_whose_holder_was_killed_is_free(places: Places, tmp_path: Path) -> None:
    with beside(tmp_path, "faults.locker", says=b"held") as holder:
        holder.kill()
        holder.wait()
        mine = ReaderLock(places.lock)
        assert mine.take()
        mine.release()


def test_a_scan_beside_a_reader_that_does_not_answer_says_so_after_two_seconds(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    with beside(tmp_path, "faults.locker", says=b"held"):
        began = time.monotonic()
        report = coach.scan()
        took = time.monotonic() - began
    assert (report.by_other, report.fresh, report.read) == (True, False, 0)
    assert 1.5 < took < 4
    assert coach.profile.sessions() == []


def test_a_scan_beside_a_watcher_has_it_look(tree: Tree, tmp_path: Path, places: Places) -> None:
    tree.add("s1")
    with beside(tmp_path, "faults.holder", says=b"watching"):
        coach = Coach(places, zone=UTC)
        assert [s.id for s in coach.profile.sessions()] == ["s1"]
        assert wait_for(lambda: coach.scan().fresh, 10), "it does not follow"
        tree.add("s2")
        began = time.monotonic()
        report = coach.scan()
        took = time.monotonic() - began
        assert (report.by_other, report.fresh) == (True, True)
        assert took < 3
        assert [s.id for s in coach.profile.sessions()] == ["s1", "s2"], "fresh means that it is in"
        coach.close()


def test_a_look_asked_for_while_the_watcher_ends_its_first_scan_is_not_forgotten(
    tree: Tree, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.add("s1")
    whole = Coach._scan
    asked: list[float] = []

    def late(self: Coach, *given: Any) -> coaching.Report:
        report = whole(self, *given)
        asked.append(time.time())
        places.request.touch(mode=0o600)
        return report

    monkeypatch.setattr(Coach, "_scan", late)
    with watching(places, events=False) as seen:
        answered = "SELECT count(*) FROM meta WHERE key = 'swept' AND value >= {}"
        assert wait_for(lambda: seen.ask(answered.format(asked[0])) == [(1,)], 3), "whoever asked waits at most two seconds"


def test_a_scan_takes_over_from_a_reader_that_ends_meanwhile(tree: Tree, coach: Coach, tmp_path: Path) -> None:
    tree.add("s1")
    with beside(tmp_path, "faults.locker", says=b"held") as holder:
        assert holder.stdin is not None
        threading.Timer(0.4, holder.stdin.close).start()
        report = coach.scan()
        time.sleep(0.1)
    assert (report.by_other, report.fresh, report.read) == (False, True, 2)


# --- following ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(tree: Tree) -> list[tuple[Path, bytes]]:
    """A session that runs; what is returned comes later."""
    lines = tree.lines("s1", ASK + "\n" + WORK)
    append(lines[:4])
    return lines[4:]


def quick(monkeypatch: pytest.MonkeyPatch, round_: float = 0.2) -> None:
    monkeypatch.setattr(coaching, "ROUND", round_)


def stored_lines(seen: Any) -> int:
    """Prompts and tool uses of the sessions that others can see by now."""
    return int(seen.ask("SELECT coalesce(sum(prompts + tool_calls), 0) FROM sessions")[0][0])


def test_watching_sees_an_appended_line_by_looking_alone(
    places: Places, running: list[tuple[Path, bytes]], tmp_path: Path
) -> None:
    with watching(places, events=False) as seen:
        before = stored_lines(seen)
        append_elsewhere(tmp_path, running)
        assert wait_for(lambda: seen.told("s1"), 4)
        assert wait_for(lambda: stored_lines(seen) > before, 2)
        assert seen.notes == []
    coach = coach_of(places)
    assert not against_fresh(coach, tmp_path / "fresh")
    coach.close()


def test_watching_sees_an_appended_line_by_events_alone(
    places: Places, running: list[tuple[Path, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch, 60)
    hints: list[Hint] = []
    start = Hint.start

    def noted(self: Hint) -> None:
        start(self)
        hints.append(self)

    monkeypatch.setattr(Hint, "start", noted)
    with watching(places, events=True) as seen:
        assert wait_for(lambda: hints and hints[0].alive())
        append_elsewhere(tmp_path, running)
        assert wait_for(lambda: seen.told("s1"), 8)
    coach = coach_of(places)
    assert not against_fresh(coach, tmp_path / "fresh")
    coach.close()


def test_watching_tells_which_practice_moved(
    places: Places, running: list[tuple[Path, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    with watching(places, events=False, clock=NOW.timestamp) as seen:
        append(running)
        assert wait_for(lambda: any("scout" in u.changed for u in seen.updates))
        last = next(u for u in reversed(seen.updates) if u.standings is not None)
        assert last.standings is not None
        assert last.standings["scout"].you == 1


def test_what_happens_is_told_at_once_and_counted_once_a_count_is_due(
    places: Places, running: list[tuple[Path, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(coaching, "COUNT_REST", 1e9)
    with watching(places, events=False, clock=NOW.timestamp) as seen:
        assert wait_for(lambda: any(u.standings is not None for u in seen.updates))
        append(running)
        assert wait_for(lambda: seen.told("s1"))
        told = next(u for u in seen.updates if "s1" in u.sessions)
        assert told.standings is None
        assert not any("scout" in u.changed for u in seen.updates)
        monkeypatch.setattr(coaching._Pace, "due", True)
        assert wait_for(lambda: any("scout" in u.changed and "s1" in u.sessions for u in seen.updates))


def test_what_is_written_while_the_first_scan_ends_is_seen_at_once(
    places: Places, running: list[tuple[Path, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    whole = Coach._scan

    def late(self: Coach, *given: Any) -> coaching.Report:
        report = whole(self, *given)
        append(running)
        return report

    monkeypatch.setattr(Coach, "_scan", late)
    with watching(places, events=False) as seen:
        assert wait_for(lambda: seen.told("s1"), 3), "a file that changed in the last day is looked at within two seconds"


@pytest.mark.parametrize("events", [True, False])
def test_watching_sees_a_new_project(
    places: Places, tree: Tree, tmp_path: Path, events: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    tree.add("s1", ASK)
    with watching(places, events=events) as seen:
        append_elsewhere(tmp_path, tree.lines("s2", ASK, slug="-home-sam-other", project="/home/sam/other"))
        assert wait_for(lambda: seen.told("s2"), 5)
        assert wait_for(lambda: seen.ask("SELECT count(*) FROM sessions WHERE project = '/home/sam/other'") == [(1,)], 2)


def test_watching_sees_the_first_session_there_ever_was(
    places: Places, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    with watching(places, events=True) as seen:
        append_elsewhere(tmp_path, tree.lines("s1", WORK))
        assert wait_for(lambda: seen.told("s1"), 5)


def test_watching_sees_a_new_subagent(places: Places, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    lines = tree.lines("s1", WORK)
    append([one for one in lines if "subagents" not in str(one[0])])
    with watching(places, events=False) as seen:
        append_elsewhere(tmp_path, [one for one in lines if "subagents" in str(one[0])])
        assert wait_for(lambda: seen.ask("SELECT count(*) FROM files") == [(2,)], 5)
    coach = coach_of(places)
    assert not against_fresh(coach, tmp_path / "fresh")
    coach.close()


def gone(seen: Any) -> list[Any]:
    return list(seen.ask("SELECT gone FROM sessions ORDER BY id"))


@pytest.mark.parametrize("events", [True, False])
def test_watching_sees_a_deletion(places: Places, tree: Tree, events: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    tree.add("s1", ASK)
    tree.add("s2", ASK)
    with watching(places, events=events) as seen:
        before = seen.ask("SELECT session, practice, word FROM readings ORDER BY 1, 2")
        tree.path("s1").unlink()
        assert wait_for(lambda: gone(seen) == [(1,), (0,)], 5)
        assert seen.ask("SELECT session, practice, word FROM readings ORDER BY 1, 2") == before


def test_the_reading_process_sees_what_the_person_says_elsewhere(
    places: Places, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching, "ROUND", 0.1)
    tree.add("s1", WORK)
    with watching(places, events=False) as seen:
        assert wait_for(seen.standing)
        other = coach_of(places)
        (session,) = other.profile.sessions()
        before = len(seen.updates)
        other.correct(session, "run-check", "not-applicable", None, "")
        other.close()
        assert wait_for(lambda: any("run-check" in u.changed for u in seen.updates[before:]))
        told = next(u.standings for u in reversed(seen.updates) if u.standings is not None)
        assert told["run-check"].corrected == 1


def test_watching_sees_a_transcript_come_back(
    places: Places, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    tree.add("s1", ASK)
    tree.add("s2", ASK)
    with watching(places, events=False) as seen:
        tree.path("s1").rename(tmp_path / "away")
        assert wait_for(lambda: gone(seen) == [(1,), (0,)], 5)
        (tmp_path / "away").rename(tree.path("s1"))
        assert wait_for(lambda: gone(seen) == [(0,), (0,)], 3)


def test_a_file_that_could_not_be_read_for_a_moment_is_read_in_the_next_slow_round(
    places: Places, running: list[tuple[Path, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(coaching, "SLOW_ROUND", 1.0)
    whole = reader.read_file
    failures: list[str] = []

    def failing(file: reader.OpenFile, found: Any, hasher: Any) -> None:
        if not failures:
            failures.append(found.path)
            raise OSError(24, "Too many open files")
        whole(file, found, hasher)

    with watching(places, events=False) as seen:
        before = stored_lines(seen)
        monkeypatch.setattr(reader, "read_file", failing)
        path = running[0][0]
        append([(path, b"".join(line for to, line in running if to == path))])
        assert wait_for(lambda: failures, 5)
        assert wait_for(lambda: stored_lines(seen) > before, 3)


def test_no_events_are_said_once_and_looking_goes_on(
    places: Places, running: list[tuple[Path, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)

    def start(self: Hint) -> None:
        self.problem = "inotify watch limit reached"

    monkeypatch.setattr(Hint, "start", start)
    with watching(places, events=True) as seen:
        append_elsewhere(tmp_path, running[:3])
        assert wait_for(lambda: seen.told("s1"), 5)
        append_elsewhere(tmp_path, running[3:])
        assert wait_for(lambda: sum("s1" in u.sessions for u in seen.updates) > 1, 5)
        time.sleep(0.6)
        assert len(seen.notes) == 1
        assert "inotify watch limit reached" in seen.notes[0]


def test_a_watchdog_that_dies_is_said_once_and_looking_goes_on(
    places: Places, running: list[tuple[Path, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    hints: list[Hint] = []
    start = Hint.start

    def noted(self: Hint) -> None:
        start(self)
        hints.append(self)

    monkeypatch.setattr(Hint, "start", noted)
    with watching(places, events=True) as seen:
        assert wait_for(lambda: hints and hints[0].alive())
        observer: Any = hints[0]._observer
        observer.stop()
        observer.join(5)
        assert not hints[0].alive()
        append_elsewhere(tmp_path, running)
        assert wait_for(lambda: seen.told("s1"), 5)
        assert wait_for(lambda: seen.notes, 3), "nothing says that there are no events any more"
        time.sleep(0.6)
        assert len(seen.notes) == 1


def test_a_second_watcher_shows_what_the_first_stores(
    places: Places, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    tree.add("s1", ASK)
    with beside(tmp_path, "faults.holder", says=b"watching"):
        told: list[coaching.Update] = []
        stop = threading.Event()

        def run() -> None:
            coach = Coach(places, clock=NOW.timestamp, zone=UTC)
            coach.watch(told.append, stop, events=False)
            coach.close()

        thread = threading.Thread(target=run)
        thread.start()
        assert wait_for(lambda: any(coaching.ANOTHER_READS in u.note for u in told))
        tree.add("s2")
        assert wait_for(lambda: any(u.standings is not None and u.standings.basis.all_sessions == 2 for u in told), 8)
        assert not any(u.sessions for u in told), "it reads nothing itself"
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_what_a_watcher_stored_is_written_for_people_when_it_ends(
    places: Places, running: list[tuple[Path, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    with watching(places, events=False, clock=NOW.timestamp) as seen:
        append(running)
        assert wait_for(lambda: seen.told("s1"), 5)
    told = tomllib.loads(places.readable.read_text())
    assert told["practices"]["scout"]["you"] == 1


def test_the_helpers_run_in_folders_of_their_own(tmp_path: Path) -> None:
    env = environment(tmp_path)
    for name in ("HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "ACCRETE_COACH_HOME"):
        assert tmp_path in Path(env[name]).parents
