"""The person's word goes before what was read, lasts, and what was read stays visible."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.coach import Coach
from accrete_coach.corrections import answer, differs
from accrete_coach.drawn import reads, sketch_of
from accrete_coach.places import Places
from accrete_coach.practice import Moment, Reading, load, not_seen
from accrete_coach.profile import Correction, Profile
from accrete_coach.sessions import sketch
from accrete_coach.standings import CHOICES, Row, State, corrected
from faults.made import ASK, WORK, Tree, coach_of, environment, places_of, program
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


def standing(coach: Coach, practice: str = "run-check") -> tuple[State, int, int, int, int]:
    s = coach.standings()[practice]
    return s.state, s.you, s.happened, s.applied, s.corrected


# --- what counts -------------------------------------------------------------------------------------------------------


def said(word: Any, by: Any = None) -> Correction:
    return Correction("claude-code", "s", "p", word, by, "", 1)


def test_the_persons_word_counts_and_the_moments_of_what_was_read_stay_where_they_fit() -> None:
    moments = (Moment(0, 3, 5),)
    read = Reading("seen", "agent", 2, "likely", moments)
    assert answer(read, None) is read
    assert answer(read, said("seen", "agent")) is read, "the same is no correction"
    assert answer(read, said("seen", "you")) == Reading("seen", "you", 2, "certain", moments)
    assert answer(read, said("not-seen")) == Reading("not-seen", sure="certain")
    assert answer(read, said("not-applicable")) == Reading("not-applicable")
    assert answer(not_seen(), said("seen", "you")) == Reading("seen", "you", 1, "certain")
    assert differs(None, said("seen", "you"))


def row(word: str, by: str | None = None, at: int = 5) -> Row:
    return Row("p", word, by, at, 10)


def test_rows_are_replaced_one_for_one_and_counted() -> None:
    rows = [row("seen", "you"), row("seen", "you"), row("not-seen")]
    out, counts = corrected(rows, [("p", "not-seen", None, "seen", "you", 5, 10)])
    assert sorted(out) == sorted([row("seen", "you"), row("not-seen"), row("not-seen")])
    assert counts["p"] == (1, 1)
    out, counts = corrected(rows, [("p", "not-applicable", None, "not-seen", None, 5, 10)])
    assert out == rows[:2]
    assert counts["p"] == (1, 0)
    out, counts = corrected(rows, [("p", "seen", "you", "not-applicable", None, 9, 10)])
    assert out == [*rows, row("seen", "you", 9)]
    out, counts = corrected(rows, [("p", "seen", "you", "seen", "you", 5, 10)])
    assert (sorted(out), counts) == (sorted(rows), {}), "what was read too is no correction"
    unknown = row("cant-tell")
    for was in (None, "cant-tell"):
        out, counts = corrected([*rows, unknown], [("p", "seen", "you", was, None, 5, 10)])
        assert counts == {}, "whoever fills in what could not be told disputes nothing"
        assert row("seen", "you") in out
    assert unknown not in out


words = st.sampled_from([("seen", "you"), ("seen", "agent"), ("not-seen", None), ("not-applicable", None)])


@given(st.lists(st.tuples(words, st.none() | words, st.integers(0, 3)), max_size=12))
def test_corrected_rows_are_those_of_sessions_that_had_been_read_so(sessions: list[Any]) -> None:
    read = [row(w, by, at) for (w, by), _, at in sessions if w != "not-applicable"]
    given_ = [("p", *c, w, by, at, 10) for (w, by), c, at in sessions if c]
    kept = [(c or r, at) for r, c, at in sessions]
    expected = [row(w, by, at) for (w, by), at in kept if w != "not-applicable"]
    out, counts = corrected(read, given_)
    assert sorted(out, key=str) == sorted(expected, key=str)
    assert sum(c.all for c in counts.values()) == sum(bool(c) and c != r for r, c, _ in sessions)


# --- in the profile ----------------------------------------------------------------------------------------------------


def test_a_correction_counts_at_once_and_is_taken_back_whole(tree: Tree, coach: Coach) -> None:
    tree.add("s1")
    coach.scan()
    (session,) = coach.profile.sessions()
    before = standing(coach)
    assert before[2:] == (1, 1, 0)
    moments = coach.moments("run-check")
    assert moments
    coach.correct(session, "run-check", "not-seen", None)
    assert standing(coach)[1:] == (0, 0, 1, 1)
    assert coach.moments("run-check") == ()
    coach.correct(session, "run-check", "seen", "agent")
    assert standing(coach)[1:] == (0, 1, 1, 1)
    assert [m.by for m in coach.moments("run-check")] == ["agent"] * len(moments)
    assert coach.uncorrect(session, "run-check")
    assert not coach.uncorrect(session, "run-check")
    assert standing(coach) == before
    assert coach.moments("run-check") == moments


def test_corrected_sessions_take_no_moments_place(tree: Tree, coach: Coach) -> None:
    tree.add("s1")
    tree.add("s2")
    coach.scan()
    (newest,) = coach.moments("run-check", 1)
    coach.correct(next(s for s in coach.profile.sessions() if s.id == newest.session), "run-check", "not-seen", None)
    (other,) = coach.moments("run-check", 1)
    assert other.session != newest.session


def test_a_practice_is_disputed_when_corrections_outnumber_the_readings_that_stand(tree: Tree, coach: Coach) -> None:
    for n in range(4):
        tree.add(f"s{n}")
    coach.scan()
    sessions = coach.profile.sessions()
    before = standing(coach)
    states = []
    for session in sessions:
        coach.correct(session, "run-check", "not-seen", None)
        states.append(standing(coach)[0])
    assert [s is State.DISPUTED for s in states] == [False, False, True, True]
    assert "run-check" not in [s.practice.id for s in coach.standings().five[:1]]
    short = coach.catalogue["run-check"].short
    assert short not in coach.standings().sentence
    # Sessions to which it did not apply, as the person says, stand for nothing.
    for session in sessions:
        coach.correct(session, "run-check", "not-applicable", None)
    assert standing(coach) == (State.DISPUTED, 0, 0, 0, 4)
    for session in sessions:
        read = coach.profile.readings([session.num])[session.num]["run-check"]
        coach.correct(session, "run-check", read.word, read.by)
    assert standing(coach) == before


def test_corrections_outside_the_window_or_of_automatic_sessions_change_nothing(tree: Tree, coach: Coach) -> None:
    from datetime import timedelta

    tree.add("old", start=None)
    tree.add("new", start=coach._now().replace(tzinfo=None).astimezone() - timedelta(days=1))
    coach.scan()
    old = next(s for s in coach.profile.sessions() if s.id == "old")
    coach.correct(old, "run-check", "not-seen", None)
    since = (coach._now() - timedelta(days=3)).date()
    assert coach.standings(since=since)["run-check"].corrected == 0
    assert coach.standings(weeks=0)["run-check"].corrected == 1
    with coach.profile.change():
        coach.profile.db.execute("UPDATE sessions SET person = 0")
    assert coach.standings(weeks=0)["run-check"].corrected == 0


def test_a_correction_lasts_through_new_readings_and_the_end_of_transcript_and_row(tree: Tree, places: Places) -> None:
    import dataclasses

    from accrete_coach.practice import Catalogue

    tree.add("s1")
    coach = coach_of(places)
    coach.scan()
    coach.correct(coach.profile.sessions()[0], "run-check", "not-seen", None, "it only built")
    coach.close()
    newer = dataclasses.replace(load()["run-check"], version=99)
    others = tuple(newer if p.id == newer.id else p for p in load().practices)
    coach = coach_of(places, Catalogue(others, (), {p.id: p for p in others}))
    assert coach.scan().sessions == 1, "the detector is new: this test looks at nothing"
    assert standing(coach)[1:] == (0, 0, 1, 1)
    shutil.rmtree(tree.root)
    coach.scan()
    assert standing(coach)[1:] == (0, 0, 1, 1)
    with coach.profile.change():
        coach.profile.db.execute("DELETE FROM sessions")
    (kept,) = coach.profile.corrections()
    assert (kept.session, kept.word, kept.because) == ("s1", "not-seen", "it only built")
    coach.close()


def test_a_session_that_grows_keeps_its_correction(tree: Tree, coach: Coach) -> None:
    lines = tree.lines("s1", WORK)
    from faults.made import append

    append(lines[:-4])
    coach.scan()
    coach.correct(coach.profile.sessions()[0], "run-check", "not-seen", None)
    append(lines[-4:])
    coach.scan()
    assert standing(coach)[1:] == (0, 0, 1, 1)


# --- several processes -------------------------------------------------------------------------------------------------

_CORRECTS = """
import sys
from faults.made import coach_of, places_of
from pathlib import Path
coach = coach_of(places_of(Path(sys.argv[1])))
for session in coach.profile.sessions():
    coach.correct(session, sys.argv[2], "not-seen", None)
"""


def test_two_processes_that_correct_beside_a_reader_lose_nothing(tree: Tree, tmp_path: Path, places: Places) -> None:
    for n in range(8):
        tree.add(f"s{n}", ASK)
    coach_of(places).scan()
    reader = program(tmp_path, "-m", "faults.holder", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert reader.stdout is not None
    assert reader.stdin is not None
    try:
        assert reader.stdout.readline().strip() == b"watching"
        writers = [
            subprocess.Popen([sys.executable, "-c", _CORRECTS, str(tmp_path), name], env=environment(tmp_path))
            for name in ("run-check", "scout", "plan-first")
        ]
        tree.add("late", WORK)
        assert [w.wait(60) for w in writers] == [0, 0, 0]
    finally:
        reader.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            reader.wait(15)
        reader.kill()
        reader.stdout.close()
    profile = Profile(places.profile)
    count = len(profile.sessions())
    told = profile.corrections()
    assert {c.practice for c in told} == {"run-check", "scout", "plan-first"}
    assert 24 <= len(told) <= 3 * count
    profile.close()


# --- the commands ------------------------------------------------------------------------------------------------------


def test_a_correction_shows_in_every_place_and_what_was_read_beside_it(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    told = machine.run("correct", "aaa", "run-check", "not-seen", "--because", "it only built")
    assert told == (
        "run a check, session aaa-1: counts as not seen from now on (it had read: seen,\n"
        "by you). `accrete-coach correct aaa run-check undo` takes it back.\n"
    )
    reading = machine.json("session", "aaa-1")["session"]["practices"]["run-check"]
    assert reading == {
        "reading": "not-seen", "by": None, "count": 0, "sure": "certain", "corrected": True, "moments": [],
        "read": {"reading": "seen", "by": "you", "count": 1, "sure": "certain"},
    }  # fmt: skip
    assert machine.json("sessions")["sessions"][0]["practices"]["run-check"] == reading
    shown = machine.run("session", "aaa-1")
    assert "○ run a check       not seen, as you said; read: seen, by you\n" in shown
    assert "certain" not in shown.split("run a check")[1].split("\n")[0]
    assert "(1 corrected by you)" in machine.run("sessions")
    rows = machine.run("list").splitlines()
    at = next(n for n, row in enumerate(rows) if row.startswith("    corrected 1 ("))
    assert "run a check" in rows[at - 1]
    assert "corrected" not in rows[at - 1], "what is said of it pushes no column"
    assert "you corrected 1 reading" in machine.run("show", "run-check", columns=110)
    (listed,) = machine.json("corrections")["corrections"]
    assert (listed["practice"], listed["reading"], listed["because"]) == ("run-check", "not-seen", "it only built")
    plain = machine.run("corrections")
    assert "because: it only built" in plain
    assert "you said not seen; read: seen, by you" in plain
    machine.run("correct", "aaa", "run-check", "undo")
    assert machine.json("session", "aaa-1")["session"]["practices"]["run-check"]["corrected"] is False
    assert "no correction to take back" in machine.run("correct", "aaa", "run-check", "undo", code=1)
    assert "No corrections" in machine.run("corrections")


def test_wrong_words_are_told(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.session("aaa-2", HASTY)
    assert "did you mean run-check?" in machine.run("correct", "aaa-1", "run-chek", "seen", code=1)
    assert "2 sessions begin with" in machine.run("correct", "aaa", "run-check", "seen", code=1)
    assert "no session whose id begins with" in machine.run("correct", "zzz", "run-check", "seen", code=1)
    machine.run("correct", "aaa-1", "run-check", "perhaps", code=2)
    machine.run("correct", "aaa-1", "run-check", "not-seen", "--by", "you", code=2)


def test_what_was_read_too_is_kept_and_said_to_be_the_same(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    assert "that is what was read" in machine.run("correct", "aaa-1", "run-check", "seen", "--by", "you")
    assert machine.json("show", "run-check")["corrected"] == 0
    assert machine.json("session", "aaa-1")["session"]["practices"]["run-check"]["corrected"] is False
    assert len(machine.json("corrections")["corrections"]) == 1


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_stands_beside_the_state_and_leaves_the_five_and_the_sentence(machine: Machine, choice: str) -> None:
    for n in range(4):
        machine.session(f"s-{n}", HASTY, days_ago=n + 1)
    before = machine.json("list")
    first = before["matter_now"][0]
    short = load()[first].short
    assert short in before["sentence"], "it is in the sentence: else this test looks at nothing"
    machine.run(choice, first, "--because", "canary-paper")
    after = machine.json("list")
    assert first not in after["matter_now"]
    assert len(after["matter_now"]) == 5
    assert short not in after["sentence"]
    row = next(p for p in after["practices"] if p["id"] == first)
    was = next(p for p in before["practices"] if p["id"] == first)
    assert row == was | {"choice": choice}
    for shown in (machine.run("list"), machine.run("list", columns=44), machine.run("show", first)):
        assert CHOICES[choice][1] in shown
        assert "canary-paper" not in shown
    machine.run(choice, first, "--undo")
    assert machine.json("list") == before
    machine.run(choice, first, "--undo", code=1)


def test_one_choice_replaces_the_other_and_says_so_and_undo_is_a_word_too(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    assert "replaces" not in machine.run("elsewhere", "step", "in")
    assert "replaces" not in machine.run("elsewhere", "step in")
    assert "that replaces “I do this elsewhere”" in machine.run("not-for-me", "Step-in", columns=100)
    assert "that replaces “not for me”" in machine.run("elsewhere", "course-correct", columns=100)
    assert "takes it back" in machine.run("not-for-me", "step in", columns=100)
    assert "taken back" in machine.run("not-for-me", "step", "in", "undo")
    assert machine.json("show", "step in")["choice"] is None
    assert "had not said" in machine.run("not-for-me", "step in", "UNDO", code=1)


def test_no_occasion_is_what_is_shown_and_may_be_typed(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("correct", "aaa", "Run a check", "no-occasion")
    assert machine.json("corrections")["corrections"][0]["reading"] == "not-applicable"
    assert "no occasion, as you said" in machine.run("session", "aaa")


def test_your_reasons_are_kept_in_the_profile_and_nowhere_else(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("correct", "aaa-1", "run-check", "not-seen", "--because", "canary-reason")
    machine.run("elsewhere", "scout", "--because", "canary-choice")
    machine.run("scan")
    holding = {p.name for p in machine.home.rglob("*") if p.is_file() and b"canary-" in p.read_bytes()}
    assert {name for name in holding if not name.endswith(".db")} == set()
    assert "profile.db" in holding
    assert "canary" not in machine.run("sessions", "--json") + machine.run("list") + machine.run("doctor")


def test_hostile_reasons_come_out_as_literal_text(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("correct", "aaa-1", "run-check", "not-seen", "--because", "\x1b]52;c;aGk=\x07\u202e[bold]evil")
    told = machine.run("corrections")
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "[bold]evil" in told


# --- as a sketch -------------------------------------------------------------------------------------------------------

SKETCHES = [(p, k) for p in load().practices for k in p.sketches]


def test_the_sketch_of_almost_every_sketch_reads_as_the_first() -> None:
    right, all_ = 0, 0
    for practice, known in SKETCHES:
        session = sketch.read(known.text)
        again = reads(practice, sketch_of(session))
        first = practice.read(session)
        right += again is not None and (again.word, again.by) == (first.word, first.by)
        all_ += 1
    assert right >= 0.9 * all_, f"{right} of {all_}"


def test_a_sketch_holds_no_word_of_the_session() -> None:
    canary = "quuxcanary"
    text = f"""
you [plan mode]: {canary} make a plan for {canary}/app.py, see https://{canary}.example and commit {canary}
read {canary}/app.py
search {canary}
plan: 1. {canary} 2. run the tests
you refuse: not {canary}
plan: {canary}
you accept
edit {canary}/app.py +12
write {canary}/tests/test_{canary}.py +3
run pytest -q {canary}.py -> {canary} 3 passed
scout {canary} -> {canary}
skill {canary}
tasks: {canary}; {canary}
asks: {canary}?
you answer: {canary}
you run /{canary} {canary}
run git commit -m "{canary}" -> [main 1a2b3c4] {canary}
reply: {canary}
"""
    session = sketch.read(text)
    drawn = sketch_of(session)
    assert canary not in drawn
    assert len(drawn.splitlines()) > 14
    assert sketch.read(drawn).facts


def test_a_correction_becomes_a_sketch_that_fails_until_the_detector_is_mended(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("correct", "aaa-1", "run-check", "not-seen")
    text = machine.run("corrections", "--sketch", "aaa", "run-check")
    told = tomllib.loads(text)
    assert set(told) == {"practice", "says", "text"}
    assert (told["practice"], told["says"]) == ("run-check", "not-seen")
    practice = load()["run-check"]
    assert practice.read(sketch.read(told["text"])).word == "seen", "as the program read the session"
    assert "fails until the detector is mended" in text
    assert not any(word in text for word in ("price", "models", "orders", "migrate"))
    target = machine.folder / "s.toml"
    assert "fails until" in machine.run("corrections", "--sketch", "aaa", "run-check", "-o", str(target), columns=300)
    assert tomllib.loads(target.read_text()) == told
    machine.run("corrections", "--sketch", "aaa", "run-check", "-o", str(target), code=1)


def test_a_sketch_that_does_not_read_as_the_session_says_so(machine: Machine) -> None:
    # A commit's own hook is no act of a sketch.
    machine.session(
        "aaa-1",
        "you: commit it\nedit app/a.py +3\nrun git commit -m 'Round tax per line' -> ruff.....Passed\n"
        "    [main 1a2b3c4] Round tax per line\nreply: done",
    )
    practices = machine.json("session", "aaa-1")["session"]["practices"]
    assert practices["guardrail"]["reading"] == "seen", "this test looks at nothing"
    machine.run("correct", "aaa-1", "guardrail", "not-seen")
    text = machine.run("corrections", "--sketch", "aaa-1", "guardrail")
    assert "a test with it shows nothing yet" in text
    assert tomllib.loads(text)["says"] == "not-seen"


def test_without_a_correction_there_is_nothing_to_draw(machine: Machine) -> None:
    machine.session("aaa-1", PLANNED)
    machine.run("scan")
    assert "there is no correction to draw" in machine.run("corrections", "--sketch", "aaa-1", "run-check", code=1)


# --- on the screen -----------------------------------------------------------------------------------------------------


def test_a_disputed_and_a_chosen_practice_show_as_such_in_the_apps_rows() -> None:
    from accrete_coach.app.row import columns
    from accrete_coach.app.row import row as painted
    from accrete_coach.standings import Standing

    practice = load()["run-check"]
    disputed = Standing(practice, State.DISPUTED, 0, 0, 2, 0, (), 0, 5, corrected=3)
    chosen = Standing(practice, State.NOT_YET, 0, 0, 2, 0, (), 0, 5, choice="not-for-me")
    for one, shown in ((disputed, ("≠", "disputed")), (chosen, ("○", "– not for me"))):
        layout = columns(100, [practice], [one], dense=False)
        text = painted(practice, one, layout, width=100).plain
        assert all(word in text for word in shown), text
