"""What is kept: copied daily, restored when damaged, exported whole, and forgotten to the last byte."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accrete_coach import export, keeping
from accrete_coach.coach import Coach, ReaderLock
from accrete_coach.places import Places
from accrete_coach.profile import Profile, ProfileError, StoredSession
from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import Cue, Fact, Kind
from faults.made import ASK, NOW, WORK, Tree, coach_of, contents, difference, places_of, sound, twin, watching
from test_cli import HASTY, PLANNED, Machine


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


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def later(coach: Coach, days: int) -> None:
    moment = NOW + timedelta(days=days)
    coach.clock = moment.timestamp


def holding(folder: Path, *words: str) -> list[str]:
    """Files below a folder whose bytes hold one of the words."""
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and any(w.encode() in p.read_bytes() for w in words))


# --- the daily copy ----------------------------------------------------------------------------------------------------


def test_a_copy_is_made_once_a_day_for_its_owner_alone_and_three_are_kept(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("s1")
    coach.scan()
    umask = os.umask(0)
    try:
        for day in range(5):
            later(coach, day)
            assert coach.keep_copy() == ""
    finally:
        os.umask(umask)
    days = [f"profile-{(NOW + timedelta(days=n)).date()}.db" for n in (4, 3, 2)]
    assert [p.name for p in keeping.copies(places)] == days
    newest = keeping.copies(places)[0]
    assert (stat.S_IMODE(newest.stat().st_mode), stat.S_IMODE(newest.parent.stat().st_mode)) == (0o600, 0o700)
    made = newest.stat().st_mtime_ns, newest.stat().st_ino
    assert coach.keep_copy() == ""
    assert (newest.stat().st_mtime_ns, newest.stat().st_ino) == made, "once a day"
    assert keeping.sound(newest)
    assert difference(contents(Profile(newest)), contents(coach.profile)) == []


def test_the_copy_of_an_older_schema_goes_when_there_are_three_newer_ones(coach: Coach, places: Places) -> None:
    older = places.home / "copies" / "profile-of-schema-1.db"
    older.parent.mkdir()
    older.write_bytes(b"x")
    for day, there in ((0, True), (1, True), (2, False)):
        later(coach, day)
        coach.keep_copy()
        assert older.exists() is there


def test_a_command_makes_the_copy_and_a_process_beside_the_reader_does_not(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("list")
    (copy,) = (machine.home / "copies").iterdir()
    copy.unlink()
    lock = ReaderLock(machine.home / "reader.lock")
    assert lock.take()
    machine.run("list")
    assert list((machine.home / "copies").iterdir()) == []
    lock.release()


def test_whoever_watches_makes_the_copy(tree: Tree, places: Places) -> None:
    from faults.made import wait_for

    tree.add("s1")
    with watching(places, events=False):
        assert wait_for(lambda: keeping.copies(places), 8)
    assert keeping.sound(keeping.copies(places)[0])


def test_copies_that_a_killed_process_never_finished_are_removed(tree: Tree, places: Places) -> None:
    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.keep_copy()
    coach.close()
    folder = places.home / "copies"
    left = [
        folder / "profile-2026-01-02.123.new",
        folder / "profile-2026-01-02.123.new-journal",
        places.home / "profile.restored.db",
    ]
    younger, older = folder / "profile-of-schema-1.124.new", folder / "profile-of-schema-1.125.new"
    for path in (*left, younger, older):
        path.write_bytes(b"zzz-forgotten")
    os.utime(older, (1, 1))
    lock = ReaderLock(places.lock)
    assert lock.take()
    Coach(places).close()
    assert all(path.exists() for path in left), "whoever reads may be at work on them"
    lock.release()
    Coach(places).close()
    assert not any(path.exists() for path in (*left, older))
    assert younger.exists(), "any process may be at work on it"
    assert len(keeping.copies(places)) == 1
    coach = coach_of(places)
    coach.forget(coach.meant(project="shop"))
    coach.close()
    assert holding(places.home, "zzz-forgotten") == []


def test_a_copy_that_cant_be_made_is_said_and_nothing_else_fails(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("s1")
    coach.scan()
    (places.home / "copies").write_text("in the way")
    assert "could not be made" in coach.keep_copy()
    assert coach.standings().basis.all_sessions == 1


# --- export ------------------------------------------------------------------------------------------------------------


def said_much(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.session("bbb-2", HASTY, days_ago=2)
    machine.run("correct", "aaa", "run-check", "not-seen", "--because", "canary-reason")
    machine.run("elsewhere", "task-list", "--because", "canary-on-paper")
    done = subprocess.run(
        [sys.executable, "-m", "accrete_coach", "audit", "--seed", "1"],
        input="y\n?\nq\n",
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
        env={
            **os.environ,
            "CLAUDE_CONFIG_DIR": str(machine.root),
            "CODEX_HOME": str(machine.folder / "codex"),
            "ACCRETE_COACH_HOME": str(machine.home),
        },
    )
    assert "2 of 10" in done.stdout


def test_an_export_holds_all_and_your_words_only_when_asked_for(machine: Machine) -> None:
    said_much(machine)
    text = machine.run("export")
    told = json.loads(text)
    assert {s["id"] for s in told["sessions"]} == {"aaa-1", "bbb-2"}
    assert set(told) == {"schema", "sessions", "corrections", "choices", "audits", "tips", "focuses", "check_ins"}
    assert [(c["practice"], c["reading"], c["because"]) for c in told["corrections"]] == [("run-check", "not-seen", None)]
    assert [c["choice"] for c in told["choices"]] == ["elsewhere"]
    assert [a["answer"] for a in told["audits"]] == ["right", "unsure"]
    reading = next(s for s in told["sessions"] if s["id"] == "aaa-1")["practices"]["run-check"]
    assert (reading["reading"], reading["corrected"], reading["read"]["reading"]) == ("not-seen", True, "seen")
    assert "canary" not in text + machine.run("export", "--format", "csv") + machine.run("export", "--facts")
    asked = json.loads(machine.run("export", "--with-because"))
    assert asked["corrections"][0]["because"] == "canary-reason"
    assert asked["choices"][0]["because"] == "canary-on-paper"


def test_a_part_can_be_exported(machine: Machine) -> None:
    said_much(machine)
    machine.session("ccc-3", PLANNED, days_ago=30, project="/home/sam/site")
    machine.run("correct", "ccc", "run-check", "not-seen")
    for words, ids in (
        (("--project", "site"), {"ccc-3"}),
        (("--since", "10d"), {"aaa-1", "bbb-2"}),
        (("--until", "10d"), {"ccc-3"}),
        (("--project", "nothing"), set()),
        ((), {"aaa-1", "bbb-2", "ccc-3"}),
    ):
        told = json.loads(machine.run("export", *words))
        assert {s["id"] for s in told["sessions"]} == ids
        assert {c["session"] for c in told["corrections"]} == ids & {"aaa-1", "ccc-3"}
        assert {a["session"] for a in told["audits"]} <= ids
        assert len(told["choices"]) == 1, "what is said of a practice is of no session"
        rows = csv.DictReader(io.StringIO(machine.run("export", "--format", "csv", *words)))
        assert {row["session"] for row in rows} == ids
        facts = machine.run("export", "--facts", *words).splitlines()
        assert {json.loads(line)["session"] for line in facts if line} == ids
    assert "say --format csv" in machine.run("export", "--csv", code=2)


def test_csv_has_a_line_for_each_reading_and_starts_no_formula(machine: Machine) -> None:
    said_much(machine)
    machine.session("ccc-3", PLANNED, project="=cmd|' /C calc'!A0")
    rows = list(csv.DictReader(io.StringIO(machine.run("export", "--format", "csv"))))
    count = len(json.loads(machine.run("sessions", "--json"))["sessions"][0]["practices"])
    assert len(rows) == 3 * count
    (corrected,) = [r for r in rows if r["corrected"] == "1"]
    assert (corrected["session"], corrected["practice"], corrected["reading"], corrected["read"]) == (
        "aaa-1", "run-check", "not-seen", "seen",
    )  # fmt: skip
    assert not any(value.startswith(("=", "+", "@")) for r in rows for value in r.values())


def test_a_project_of_two_lines_is_one_cell_and_an_export_reads_back_the_same(machine: Machine) -> None:
    project = "/home/sam/two\nlines, \x1b]0;x\x07 \x9b6n \u202egnp"
    machine.session("aaa-1", PLANNED, project=project)
    text = machine.run("export", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {r["project"] for r in rows} == {"/home/sam/two␤lines, ␛]0;x␇ ‹009b›6n ‹202e›gnp"}
    assert len(text.splitlines()) == 1 + len(rows)
    told = machine.run("export")
    assert json.loads(told)["sessions"][0]["project"] == project
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)


def test_a_cell_that_holds_a_line_end_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_cell", lambda text: text)
    assert list(csv.reader(io.StringIO(export._row(("a\nb", "c"))))) == [["a\nb", "c"]]


def test_your_own_words_go_with_neither_csv_nor_facts(machine: Machine) -> None:
    for words in (("--format", "csv"), ("--facts",)):
        assert "--with-because goes with neither" in machine.run("export", "--with-because", *words, columns=200, code=2)


@pytest.mark.parametrize(
    ("kind", "cues", "names"),
    [
        (Kind.PROMPT, Cue.GOES_BACK | Cue.ASKS_TO_DEFINE, ["asks-to-define", "goes-back"]),
        (Kind.ANSWER, Cue.STAT_ONLY | Cue.PATH, ["path", "stat-only"]),
        (Kind.READ, Cue.SCREENED, ["screened"]),
        (Kind.READ, Cue.DEFINES, ["defines"]),
        (Kind.EDIT, Cue.DEFINES, ["defines"]),
        (Kind.COMMIT, Cue.AMEND, ["amend"]),
        (Kind.DIFF, Cue.STAT_ONLY, ["stat-only"]),
    ],
)
def test_a_cue_that_shares_its_bit_is_called_what_it_means_there(kind: Kind, cues: int, names: list[str]) -> None:
    fact = Fact(kind, 0, 1, 1, cues)
    assert sorted(export._fact(a_session(), "x.jsonl", fact)["cues"]) == names


def a_session() -> StoredSession:
    return StoredSession(1, "s1", "claude-code", "", "", "", "", 0, 0, 0, 0, 0, True, True, (), False, "")


def test_every_cue_has_a_name_of_its_own_somewhere() -> None:
    told = {name for cues in (export._CUES, *export._CUES_OF.values()) for name, _ in cues}
    assert told == {name.lower().replace("_", "-") for name, value in vars(Cue).items() if isinstance(value, int)}
    for cues in (export._CUES, *export._CUES_OF.values()):
        assert len({bit for _, bit in cues}) == len(cues) == 64


def test_facts_come_as_json_lines_without_fingerprints(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    lines = [json.loads(line) for line in machine.run("export", "--facts").splitlines()]
    assert {"prompt", "edit", "check", "commit"} <= {line["kind"] for line in lines}
    assert all(tuple(line) == export.FACT_FIELDS for line in lines)
    assert not any("prints" in line for line in lines)


def test_an_export_writes_a_new_file_for_its_owner_and_never_over_another(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    target = machine.folder / "out.json"
    machine.run("export", "-o", str(target))
    assert stat.S_IMODE(target.stat().st_mode) & 0o077 == 0
    assert json.loads(target.read_text())["sessions"][0]["id"] == "aaa-1"
    before = target.read_bytes()
    assert "is there already; choose another name" in machine.run("export", "-o", str(target), code=1)
    assert target.read_bytes() == before


def test_the_page_on_export_names_every_field() -> None:
    page = (Path(__file__).parent.parent / "docs" / "export.md").read_text()
    sections = dict(re.findall(r"^## (\w+).*?\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    named = {name: tuple(re.findall(r"^\| `(\w+)` \|", text, re.M)) for name, text in sections.items()}
    assert named["Sessions"] == export.SESSION_FIELDS
    assert named["Corrections"] == export.CORRECTION_FIELDS
    assert named["Choices"] == export.CHOICE_FIELDS
    assert named["Audits"] == export.AUDIT_FIELDS
    assert named["Tips"] == export.TIP_FIELDS
    assert named["Focuses"] == export.FOCUS_FIELDS
    assert named["CheckIns"] == export.CHECKIN_FIELDS
    assert named["Readings"] == export.READING_FIELDS
    assert named["Facts"] == export.FACT_FIELDS


def test_what_is_exported_has_the_fields_the_page_names(machine: Machine) -> None:
    said_much(machine)
    machine.run("focus", "set", "read-diff")
    machine.run("check-in", "4", "3", "2", "--note", "a note of mine")
    with closing(sqlite3.connect(machine.home / "profile.db")) as db:
        db.execute("INSERT INTO tips (practice, at, you, happened, applied) VALUES ('read-diff', 1, 2, 3, 4)")
        db.commit()
    told = json.loads(machine.run("export"))
    assert tuple(told["tips"][0]) == export.TIP_FIELDS
    assert tuple(told["focuses"][0]) == export.FOCUS_FIELDS
    assert tuple(told["check_ins"][0]) == export.CHECKIN_FIELDS
    assert "a note of mine" not in json.dumps(told)
    assert json.loads(machine.run("export", "--with-because"))["check_ins"][0]["note"] == "a note of mine"
    assert tuple(told["sessions"][0]) == export.SESSION_FIELDS
    assert tuple(told["corrections"][0]) == export.CORRECTION_FIELDS
    assert tuple(told["choices"][0]) == export.CHOICE_FIELDS
    assert tuple(told["audits"][0]) == export.AUDIT_FIELDS
    assert tuple(machine.run("export", "--format", "csv").splitlines()[0].split(",")) == export.READING_FIELDS


# --- forgetting --------------------------------------------------------------------------------------------------------

SECRET = "/home/sam/secret-garden"


def told_of(machine: Machine) -> set[str]:
    return {s["id"] for s in machine.json("sessions")["sessions"]}


def test_a_forgotten_project_is_gone_to_the_last_byte_from_profile_and_copies_and_is_not_read_again(machine: Machine) -> None:
    machine.session("aaa-kept", PLANNED)
    path = machine.session("zzz-forgotten", PLANNED, days_ago=2, project=SECRET)
    machine.run("correct", "zzz", "run-check", "not-seen", "--because", "canary-because")
    machine.run("scan")
    words = ("zzz-forgotten", "secret-garden", "canary-because")
    assert {"profile.db", f"profile-{datetime.now().date()}.db"} <= set(holding(machine.home, "zzz-forgotten"))
    assert "--yes" in machine.run("forget", "--project", "secret-garden", code=2)
    assert told_of(machine) == {"aaa-kept", "zzz-forgotten"}
    machine.run("forget", "--project", "secret-garden", "--yes")
    assert holding(machine.home, *words) == []
    assert told_of(machine) == {"aaa-kept"}
    with path.open("a") as file:
        file.write(path.read_text().splitlines()[-1] + "\n")
    machine.run("scan")
    assert told_of(machine) == {"aaa-kept"}, "also when it grows"
    assert holding(machine.home, *words) == []
    assert sound(machine.home / "profile.db")
    assert machine.json("corrections")["corrections"] == []


def test_nothing_is_left_in_the_free_pages_of_the_file(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("zzz-forgotten", project=SECRET, slug="-secret")
    tree.add("s1")
    coach.scan()
    # Some builds of SQLite overwrite what is deleted by themselves; this one must not need it.
    coach.profile.db.execute("PRAGMA secure_delete=OFF")
    coach.forget(coach.meant(project="secret-garden"))
    assert holding(places.home, "zzz-forgotten", "secret-garden") == []


_FORGETS = """
import os, sqlite3, sys
from pathlib import Path
from accrete_coach import keeping
from accrete_coach.coach import Coach
from accrete_coach.places import find
where = sys.argv[1]
if where == "before the file is written anew":
    keeping.shrink = lambda db: os._exit(9)
elif where == "before the copies":
    keeping.clean_copies = lambda *_: os._exit(9)
else:
    real, count = keeping.remove, [0]
    def remove(*given):
        real(*given)
        count[0] += 1
        if count[0] == 2:
            os._exit(9)
    keeping.remove = remove
coach = Coach(find())
coach.forget(coach.meant(project="secret-garden"))
"""


def dies_forgetting(machine: Machine, where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORGETS, where],
        timeout=60,
        check=False,
        env={
            **os.environ,
            "CLAUDE_CONFIG_DIR": str(machine.root),
            "CODEX_HOME": str(machine.folder / "codex"),
            "ACCRETE_COACH_HOME": str(machine.home),
        },
    )
    assert done.returncode == 9


DEATHS = ["before the file is written anew", "before the copies", "within a copy"]


@pytest.mark.parametrize("where", DEATHS)
def test_whoever_reads_next_finishes_what_a_killed_process_began_to_forget(machine: Machine, where: str) -> None:
    machine.session("aaa-kept", PLANNED)
    machine.session("zzz-forgotten", PLANNED, days_ago=2, project=SECRET)
    machine.run("correct", "zzz", "run-check", "not-seen", "--because", "canary-because")
    machine.run("scan")
    dies_forgetting(machine, where)
    words = ("zzz-forgotten", "secret-garden", "canary-because")
    assert holding(machine.home, *words), "nothing is left to be finished: this test looks at nothing"
    machine.run("scan")
    assert holding(machine.home, *words) == []
    assert told_of(machine) == {"aaa-kept"}


@pytest.mark.parametrize("where", DEATHS)
def test_what_a_killed_process_began_to_forget_does_not_come_back_from_a_copy(machine: Machine, where: str) -> None:
    machine.session("aaa-kept", PLANNED)
    path = machine.session("zzz-forgotten", PLANNED, days_ago=2, project=SECRET)
    machine.run("scan")
    path.unlink()
    dies_forgetting(machine, where)
    profile = machine.home / "profile.db"
    profile.write_bytes(without_readings(profile))
    told = machine.try_run("sessions", "--json")
    assert "Restored from the copy" in told.stderr
    assert {s["id"] for s in json.loads(told.stdout)["sessions"]} == {"aaa-kept"}
    named = [p.name for p in machine.home.glob("profile-set-aside-*.db")]
    assert set(holding(machine.home, "zzz-forgotten", "secret-garden")) <= set(named)


def without_readings(profile: Path) -> bytes:
    """The profile's bytes with the page spoilt that its readings begin on."""
    db = sqlite3.connect(profile)
    size = db.execute("PRAGMA page_size").fetchone()[0]
    page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'readings'").fetchone()[0]
    db.close()
    text = bytearray(profile.read_bytes())
    text[(page - 1) * size : page * size] = b"\xff" * size
    return bytes(text)


def test_a_file_that_cant_be_written_anew_is_said_and_the_next_scan_finishes(tree: Tree, coach: Coach, places: Places) -> None:
    tree.add("zzz-forgotten", project=SECRET, slug="-secret")
    tree.add("s1")
    coach.scan()
    coach.profile.db.execute("PRAGMA secure_delete=OFF")
    coach.profile.db.execute("PRAGMA busy_timeout=50")
    real = keeping.shrink

    def beside_a_reader(db: sqlite3.Connection) -> None:
        other = sqlite3.connect(places.profile, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sessions").fetchone()
        try:
            real(db)
        finally:
            other.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "shrink", beside_a_reader)
        with pytest.raises(ProfileError, match=r"they are forgotten, .* written anew .* the next scan tries again"):
            coach.forget(coach.meant(project="secret-garden"))
        coach.scan()
        assert "the next scan tries again" in coach.keep_copy()
    assert holding(places.home, "zzz-forgotten", "secret-garden"), "nothing is left: this test looks at nothing"
    coach.scan()
    assert coach.keep_copy() == "", "it is said once"
    assert holding(places.home, "zzz-forgotten", "secret-garden") == []


def test_a_session_that_only_a_copy_holds_is_forgotten_there(machine: Machine) -> None:
    machine.session("aaa-kept", PLANNED)
    path = machine.session("zzz-forgotten", PLANNED, days_ago=2, project=SECRET)
    machine.run("scan")
    (copy,) = (machine.home / "copies").iterdir()
    aside = machine.home / "profile-set-aside-2026-01-01-000000.db"
    aside.write_bytes(copy.read_bytes())
    machine.run("forget", "--project", "secret-garden", "--yes")
    older = machine.home / "profile-set-aside-2026-01-02-000000.db"
    older.write_bytes(copy.read_bytes())
    db = sqlite3.connect(older)
    db.execute("UPDATE sessions SET project = '/home/sam/attic', id = 'zzz-older' WHERE id = 'aaa-kept'")
    db.commit()
    db.close()
    assert path.exists()
    machine.run("forget", "--project", "attic", "--yes")
    assert holding(machine.home, "zzz-forgotten", "secret-garden", "zzz-older", "attic") == []
    assert told_of(machine) == {"aaa-kept"}


def test_everything_is_removed_copies_first_so_that_no_death_leaves_one_to_restore_from(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    places = Places(home=machine.home, config=machine.home, roots=())
    files = keeping.everything(places)
    assert files[-1] == places.profile
    real = Path.unlink
    for last in range(len(files)):
        removed: list[Path] = []

        def unlink(path: Path, missing_ok: bool = False, last: int = last, removed: list[Path] = removed) -> None:
            if len(removed) == last:
                raise KeyboardInterrupt
            removed.append(path)

        monkeypatch.setattr(Path, "unlink", unlink)
        with pytest.raises(KeyboardInterrupt):
            keeping.remove_everything(places)
        monkeypatch.setattr(Path, "unlink", real)
        left = set(files) - set(removed)
        assert places.profile in left or not left & set(keeping.copies(places))


def test_days_are_forgotten_from_the_first_to_the_last_that_was_named(machine: Machine) -> None:
    for name, days in (("a", 12), ("b", 9), ("c", 5)):
        machine.session(name, HASTY, days_ago=days)
    machine.run("scan")
    machine.run("forget", "--since", "10d", "--until", "7d", "--yes")
    assert told_of(machine) == {"a", "c"}


def test_everything_is_removed_but_settings_and_the_agents_files(machine: Machine) -> None:
    path = machine.session("aaa-1", PLANNED)
    machine.run("scan")
    (machine.home / "settings.toml").write_text('theme = "paper"\n')
    aside = machine.home / "profile-set-aside-2026-01-01-000000.db"
    aside.write_bytes(b"aaa-1")
    assert "--yes" in machine.run("forget", "--everything", code=2)
    machine.run("forget", "--everything", "--yes")
    assert {p.name for p in machine.home.iterdir()} == {"settings.toml", "reader.lock"}
    assert path.exists()
    assert told_of(machine) == {"aaa-1"}, "a new profile begins anew, as was said"


@pytest.mark.parametrize("mode", ["local", "off"])
def test_forgetting_everything_takes_sharing_along_and_reading_stays_off(machine: Machine, tmp_path: Path, mode: str) -> None:
    remote = tmp_path / "team.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True, timeout=60)
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    machine.run("team", "join", str(remote))
    machine.run("share", "team", "--name", "Ada")
    team = machine.home / "team"
    assert (team / "keys.json").exists()
    machine.run("share", mode)
    machine.run("forget", "--everything", "--yes")
    if mode == "off":
        assert [p.name for p in team.iterdir()] == ["consent.json"]
        assert "Reading is off" in machine.run("sharing")
    else:
        assert not team.exists()


def test_nothing_is_forgotten_while_another_process_reads(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    lock = ReaderLock(machine.home / "reader.lock")
    assert lock.take()
    for words in (("--project", "shop"), ("--everything",)):
        assert "another accrete-coach is reading" in machine.run("forget", *words, "--yes", code=3)
    lock.release()
    assert told_of(machine) == {"aaa-1"}


def test_forget_asks_for_what(machine: Machine) -> None:
    assert "Say what to forget" in machine.run("forget", code=2)
    assert "Say what to forget" in machine.run("forget", "--everything", "--project", "x", code=2)
    assert "Say what to forget" in machine.run("forget", "--session", "x", "--since", "8w", code=2)
    told = machine.run("forget", "--project", "nowhere", "--yes", code=1)
    assert "No session's project folder holds 'nowhere'; nothing was removed" in told


def test_forget_names_projects_with_counts_and_days_before_it_asks(machine: Machine) -> None:
    machine.session_at("aaa-1", PLANNED, datetime(2024, 3, 4, 12).astimezone())
    machine.session_at("bbb-2", HASTY, datetime(2024, 5, 6, 12).astimezone())
    machine.session_at("ccc-3", HASTY, datetime(2024, 7, 8, 12).astimezone(), project="/home/sam/shop-two\x1b[1m")
    machine.session("ddd-4", PLANNED, project="/home/sam/other")
    done = machine.try_run("forget", "--project", "shop")
    assert done.returncode == 2
    assert len(told_of(machine)) == 4
    assert done.stdout.splitlines() == [
        "/home/sam/shop: 2 sessions, 4 Mar 2024 to 6 May 2024",
        "/home/sam/shop-two␛[1m: 1 session, 8 Jul 2024",
    ]


def test_one_session_is_forgotten_by_its_id(machine: Machine) -> None:
    for name in ("aaa-1", "aaa-2", "bbb-3"):
        machine.session(name, PLANNED, days_ago=1 + len(name) + ord(name[-1]) % 7)
    assert "2 sessions begin with" in machine.run("forget", "--session", "aaa", "--yes", code=1)
    machine.run("forget", "--session", "aaa-2", "--yes")
    assert told_of(machine) == {"aaa-1", "bbb-3"}
    assert holding(machine.home, "aaa-2") == []


def test_sessions_that_began_in_the_same_moment_are_not_forgotten_together(machine: Machine) -> None:
    for name in ("aaa-1", "aaa-2"):
        path = machine.session(name, PLANNED)
        path.write_text("".join(line.text + "\n" for line in sketch.play(PLANNED, session=name, project="/home/sam/shop")))
    machine.run("forget", "--session", "aaa-2", "--yes")
    assert told_of(machine) == {"aaa-1"}
    assert holding(machine.home, "aaa-2") == []


def test_history_that_others_copied_from_a_forgotten_session_counts_with_them(
    tree: Tree, coach: Coach, places: Places, tmp_path: Path
) -> None:
    lines = tree.lines("s1", WORK, project=SECRET, slug="-secret")
    main = tree.path("s1", slug="-secret")
    mine = [line for path, line in lines if path == main]
    for path, line in lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as out:
            out.write(line)
    copy = tree.path("s2")
    copy.parent.mkdir(parents=True, exist_ok=True)
    more = [line for _, line in tree.lines("s2", ASK)]
    copied = [
        line.replace(b'"sessionId": "s1"', b'"sessionId": "s2"').replace(SECRET.encode(), b"/home/sam/shop") for line in mine
    ]
    copy.write_bytes(b"".join([*copied, *more]))
    coach.scan()
    before = coach.profile.readings([coach.profile.session_num("claude-code", "s2") or 0])
    coach.forget(coach.meant(project="secret-garden"))
    assert [s.id for s in coach.profile.sessions()] == ["s2"]
    for path, _ in lines:
        path.unlink(missing_ok=True)
    fresh = twin(places, tmp_path / "fresh", coach.catalogue)
    fresh.scan()
    now = coach.profile.readings([coach.profile.session_num("claude-code", "s2") or 0])
    assert now != before, "the copy tells nothing of its own: this test looks at nothing"
    assert list(now.values()) == list(fresh.profile.readings().values())
    assert contents(coach.profile)["identities"] == contents(fresh.profile)["identities"]
    fresh.close()


def test_a_subagents_file_in_the_older_place_is_forgotten_with_its_session(tree: Tree, coach: Coach) -> None:
    tree.add("s1")
    (sub,) = (tree.root / "projects").rglob("agent-*.jsonl")
    older = tree.path("s1").with_name(sub.name)
    sub.rename(older)
    coach.scan()
    coach.forget(coach.meant(project="shop"))
    assert coach.scan().read == 0
    assert coach.profile.sessions(shown=False) == []
    with older.open("ab") as out:
        out.write(older.read_bytes().splitlines()[-1] + b"\n")
    coach.scan()
    assert coach.profile.sessions(shown=False) == []


def test_forgotten_sessions_do_not_count_as_lost(tree: Tree, coach: Coach) -> None:
    tree.add("s1")
    (tree.root / "history.jsonl").write_text(
        "".join(json.dumps({"sessionId": name, "display": "x", "timestamp": 1, "project": "/p"}) + "\n" for name in ("s1", "s9"))
    )
    coach.scan()
    assert coach.standings().basis.lost == 1
    coach.forget(coach.meant(project="shop"))
    coach.scan()
    assert coach.standings().basis.lost == 1


def test_a_watching_process_reads_no_forgotten_session(tree: Tree, places: Places) -> None:
    lines = tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.forget(coach.meant(project="shop"))
    coach.close()
    with watching(places, events=False) as seen:
        with lines[-1][0].open("ab") as out:
            out.write(lines[-1][1])
        tree.add("s2", ASK, project="/home/sam/other")
        from faults.made import wait_for

        assert wait_for(lambda: seen.ask("SELECT id FROM sessions") == [("s2",)], 8)
        assert not seen.told("s1")


def test_a_file_that_was_set_aside_and_cant_be_read_is_named(machine: Machine) -> None:
    machine.session("zzz-1", PLANNED, project=SECRET)
    machine.run("scan")
    aside = machine.home / "profile-set-aside-2026-01-01-000000.db"
    aside.write_bytes(b"no database")
    told = machine.run("forget", "--project", "secret", "--yes", columns=300)
    assert aside.name in told
    assert aside.read_bytes() == b"no database"


# --- completion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_names_the_program(machine: Machine, shell: str) -> None:
    script = machine.run("completion", shell)
    assert "_ACCRETE_COACH_COMPLETE" in script
    assert "accrete-coach" in script


def completed(machine: Machine, *words: str) -> list[str]:
    return [line.partition(",")[2] for line in completions(machine, *words)]


def completions(machine: Machine, *words: str) -> list[str]:
    told = machine.run(
        _ACCRETE_COACH_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(("accrete-coach", *words)),
        COMP_CWORD=str(len(words)),
    )
    return [line for line in told.splitlines() if line]


def test_commands_practices_and_sessions_complete(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.session("abc-2", HASTY)
    machine.run("scan")
    assert "corrections" in completed(machine, "corr")
    assert completed(machine, "show", "plan") == ["plan-first"]
    assert set(completed(machine, "session", "a")) == {"aaa-1", "abc-2"}
    assert completed(machine, "correct", "aaa-1", "run") == ["run-check"]
    assert set(completed(machine, "correct", "aaa-1", "run-check", "s")) == {"seen"}


def test_own_practices_and_their_files_complete(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    start = machine.folder / "rehearse-rollback.toml"
    machine.run("practice", "new", "rehearse-rollback", "--in", str(machine.folder))
    machine.run("practice", "add", str(start))
    assert completed(machine, "show", "rehearse") == ["rehearse-rollback"]
    assert completed(machine, "correct", "aaa-1", "rehearse") == ["rehearse-rollback"]
    assert completed(machine, "practice", "remove", "r") == ["rehearse-rollback"], "no built-in one"
    assert completions(machine, "practice", "check", "re") == ["plain,rehearse-rollback", "file,re"]
    for word in ("try", "add"):
        assert completions(machine, "practice", word, "re") == ["file,re"]
    machine.run("correct", "aaa-1", "run-check", "not-seen")
    machine.session("aab-2", PLANNED)
    machine.run("scan")
    assert completed(machine, "corrections", "--sketch", "aa") == ["aaa-1"]
    assert completed(machine, "corrections", "--sketch", "aaa-1", "r") == ["run-check"]


def test_without_a_profile_nothing_completes_and_none_is_made(machine: Machine) -> None:
    assert completed(machine, "session", "a") == []
    assert not machine.home.exists()
