"""The coaching over real transcripts (made-up ones) and a real profile: the week, the tip, the focus, what became of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from accrete_coach.coach import Coach, Update
from accrete_coach.counsel import Counsel, _corrected
from accrete_coach.delivery import Delivery
from accrete_coach.places import Places
from accrete_coach.profile import CantWrite
from accrete_coach.standings import WINDOW_WEEKS
from accrete_coach.suggestions import Tip
from accrete_coach.tips import DAY, Became
from accrete_coach.week import Kind, parse
from faults.made import Tree, append, coach_of, places_of, wait_for
from test_faults_of_the_profile import deep

NOW = datetime(2026, 11, 13, 15, tzinfo=UTC)
"""A Friday, in week 46."""
BLIND = "you: round tax per line, then commit\nedit app/tax.py +24\nrun pytest -q -> 3 passed in 1s\nrun git commit -am 'Round tax' -> [main abc1234] Round tax\nreply: done"
SHOWN = "you: round tax per line\nedit app/tax.py +24\nrun pytest -q -> 3 passed in 1s\nreply: done\nyou: show me the diff, then commit\nrun git diff -> + a line\nrun git commit -am 'Round tax' -> [main abc1234] Round tax\nreply: done"
UNASKED = BLIND.replace("run git commit", "run git diff -> + a line\nrun git commit")
ASK = "you: what does app/cart.py do?\nread app/cart.py\nreply: It adds up."


class Life:
    """A person's sessions, and a coach whose clock is set by the test."""

    def __init__(self, folder: Path) -> None:
        self.tree = Tree(folder / "claude")
        self.places = places_of(folder)
        self.now = NOW
        self.coach = self.open()
        self.count = 0

    def open(self) -> Coach:
        coach = Coach(self.places, clock=lambda: self.now.timestamp(), zone=UTC)
        coach.profile.db.execute("PRAGMA synchronous=OFF")
        return coach

    def session(self, text: str, when: datetime, *, project: str = "/home/sam/shop") -> str:
        self.count += 1
        name = f"s{self.count:03d}"
        self.tree.add(name, text, start=when, project=project, slug=project.replace("/", "-"))
        return name

    def weeks_of(self, text: str, *, a_week: int, weeks: int, until: datetime) -> None:
        """So many sessions a week, the last week ending at a moment."""
        for n in range(a_week * weeks):
            self.session(text, until - timedelta(days=7 * n / a_week, hours=1))

    @property
    def counsel(self):  # type: ignore[no-untyped-def]
        self.coach.scan()
        return self.coach.counsel


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    made = Life(tmp_path)
    yield made
    made.coach.close()


# --- the week --------------------------------------------------------------------------------------------------------


def test_a_week_counts_what_happened_in_it(life: Life) -> None:
    life.session(BLIND, datetime(2026, 11, 9, 0, 0, 0, tzinfo=UTC))
    life.session(BLIND, datetime(2026, 11, 12, 9, tzinfo=UTC))
    life.session(BLIND, datetime(2026, 11, 8, 23, 59, tzinfo=UTC) - timedelta(minutes=30))
    found = life.counsel.week()
    assert found.period.name == "2026-W46"
    assert (found.counts.sessions, found.before.sessions) == (2, 1)
    change = next(c for c in found.changes if c.practice.id == "read-diff")
    assert (change.applied, change.before.applied) == (2, 1)


def test_a_practice_belongs_to_the_week_in_which_it_happened(life: Life) -> None:
    """The session begins on Sunday, and goes on until its diff is shown on Monday."""
    begin = datetime(2026, 11, 8, 23, 50, tzinfo=UTC)
    life.session(SHOWN, begin)
    lines = life.tree.path("s001", slug="-home-sam-shop").read_bytes().splitlines(keepends=True)
    cut = next(n for n, line in enumerate(lines) if b"show me the diff" in line)
    later = [
        line.replace(b"2026-11-08T23:5", b"2026-11-09T08:5").replace(b"2026-11-09T00:0", b"2026-11-09T09:0")
        for line in lines[cut:]
    ]
    life.tree.path("s001", slug="-home-sam-shop").write_bytes(b"".join([*lines[:cut], *later]))
    counsel = life.counsel
    monday, sunday = counsel.week(parse("2026-W46")), counsel.week(parse("2026-W45"))
    diff = [next(c for c in week.changes if c.practice.id == "read-diff") for week in (sunday, monday)]
    assert [c.you for c in diff] == [0, 1]
    assert (sunday.counts.sessions, monday.counts.sessions, monday.counts.went_on) == (1, 0, 1)


def test_a_session_that_rests_over_a_week_did_not_go_on_in_it(life: Life) -> None:
    life.session(SHOWN, datetime(2026, 10, 30, 9, tzinfo=UTC))
    path = life.tree.path("s001")
    lines = path.read_bytes().splitlines(keepends=True)
    cut = next(n for n, line in enumerate(lines) if b"show me the diff" in line)
    path.write_bytes(b"".join([*lines[:cut], *(line.replace(b"2026-10-30T", b"2026-11-10T") for line in lines[cut:])]))
    counsel = life.counsel
    assert [counsel.week(parse(f"2026-W{n}")).counts.went_on for n in (44, 45, 46)] == [0, 0, 1]


def test_a_moment_between_two_weeks_is_in_the_second_alone() -> None:
    rows: list[tuple[str, str, str | None, int, int, int]] = [("read-diff", "seen", "you", 1_000, 9, 1)]
    said: list[tuple[str, str, str | None, str | None, str | None, int, int]] = []
    said.append(("run-check", "seen", "you", "not-seen", None, 1_000, 9))
    assert [len(_corrected(rows, said, begin, begin + 500)) for begin in (0, 500, 1_000, 1_500)] == [0, 0, 2, 0]


def test_the_same_moment_lies_in_other_weeks_for_people_elsewhere(life: Life) -> None:
    life.session(BLIND, datetime(2026, 11, 9, 3, tzinfo=UTC))
    life.coach.scan()
    for zone, name in ((ZoneInfo("America/New_York"), "2026-W45"), (ZoneInfo("Asia/Tokyo"), "2026-W46")):
        life.coach.zone = zone
        assert life.coach.counsel.week(parse(name)).counts.sessions == 1
        other = "2026-W46" if name == "2026-W45" else "2026-W45"
        assert life.coach.counsel.week(parse(other)).counts.sessions == 0


def test_the_hour_that_summer_time_takes_is_in_one_week_only(life: Life) -> None:
    life.now = datetime(2026, 4, 3, 12, tzinfo=UTC)
    zone = ZoneInfo("Europe/Berlin")
    life.coach.zone = zone
    # The clock goes from 2 to 3 on Sunday, 29 March 2026; the week ends an hour sooner than UTC would say.
    life.session(BLIND, datetime(2026, 3, 29, 21, 59, tzinfo=UTC) - timedelta(minutes=20))
    life.session(BLIND, datetime(2026, 3, 29, 22, 0, tzinfo=UTC))
    counsel = life.counsel
    assert counsel.week(parse("2026-W13")).counts.sessions == 1
    assert counsel.week(parse("2026-W14")).counts.sessions == 1


def test_what_moved_moved_beyond_chance(life: Life) -> None:
    life.weeks_of(BLIND, a_week=5, weeks=4, until=datetime(2026, 11, 8, 20, tzinfo=UTC))
    for n in range(6):
        life.session(SHOWN, datetime(2026, 11, 9 + n % 4, 9 + n, tzinfo=UTC))
    found = life.counsel.week()
    assert [c.practice.id for c in found.of(Kind.FIRST)] == ["read-diff"]
    life.session(SHOWN, datetime(2026, 10, 14, 9, tzinfo=UTC))
    found = life.counsel.week()
    assert "read-diff" in [c.practice.id for c in found.of(Kind.GREW)]
    assert "you asked for “read the diff” in 6 of 6, the four weeks before in 1 of 21" in found.moved


def test_nothing_is_new_to_who_only_begins(life: Life) -> None:
    life.weeks_of(SHOWN, a_week=4, weeks=1, until=NOW)
    assert not life.counsel.week().of(Kind.FIRST)


def test_an_automatic_session_is_left_out_and_said_to_be(life: Life) -> None:
    life.session(BLIND, NOW - timedelta(days=1))
    path = life.tree.path(life.session(BLIND, NOW - timedelta(days=2)))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line | {"entrypoint": "sdk-cli"}) + "\n" for line in lines))
    counts = life.counsel.week().counts
    assert (counts.sessions, counts.automatic) == (1, 1)


def test_a_session_of_a_clock_that_was_ahead_is_in_no_week_before_it_comes(life: Life) -> None:
    life.session(BLIND, NOW + timedelta(days=2))
    assert life.counsel.week().counts.sessions == 0


def test_a_project_and_an_agent_can_be_meant(life: Life) -> None:
    life.session(BLIND, NOW - timedelta(days=1))
    life.session(BLIND, NOW - timedelta(days=2), project="/home/sam/site")
    assert life.counsel.week(project="site").counts.sessions == 1
    assert life.counsel.week(agent="codex").empty


def test_the_persons_word_counts_in_the_week(life: Life) -> None:
    name = life.session(BLIND, NOW - timedelta(days=1))
    counsel = life.counsel
    num = life.coach.session_num("claude-code", name)
    assert num is not None
    life.coach.correct(life.coach.profile.session(num), "read-diff", "seen", "you")
    change = next(c for c in counsel.week().changes if c.practice.id == "read-diff")
    assert (change.you, change.applied) == (1, 1)


def test_the_moment_to_read_again_can_be_read(life: Life) -> None:
    life.weeks_of(BLIND, a_week=3, weeks=3, until=datetime(2026, 11, 8, 20, tzinfo=UTC))
    name = life.session(SHOWN, NOW - timedelta(days=1))
    moment = life.counsel.week().moment
    assert moment is not None
    assert (moment.practice.id, moment.session) == ("read-diff", name)
    shown = life.coach.excerpt(moment.agent, moment.path, moment.line, 0)
    assert any("git diff" in one.text for one in shown)
    life.tree.path(name).unlink()
    assert life.counsel.week().moment is None, "its transcript is gone"


def test_a_week_long_ago_suggests_nothing(life: Life) -> None:
    life.weeks_of(BLIND, a_week=4, weeks=8, until=NOW)
    assert life.counsel.week().suggestion is not None
    assert life.counsel.week(parse("2026-W40")).suggestion is None


def turns_of(counsel: Counsel) -> int:
    flow = counsel.week(details=True).flow
    assert flow is not None
    return flow.turns


def test_a_flow_in_an_older_form_is_told_again_from_the_facts(life: Life) -> None:
    life.session(SHOWN, NOW - timedelta(days=1))
    assert turns_of(life.counsel) == 2
    with life.coach.profile.change():
        life.coach.profile.db.execute("UPDATE sessions SET flow = x'00' || flow")
    assert turns_of(life.coach.counsel) == 0, "what it can't read it leaves out"
    life.session(BLIND, NOW - timedelta(days=2))
    assert turns_of(life.counsel) == 3


# --- the tip ---------------------------------------------------------------------------------------------------------


def test_a_tip_is_kept_with_its_counts_and_stays(life: Life) -> None:
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    found = life.counsel.tip()
    assert found.practice.id == "read-diff"
    assert found.why_now == "There was a commit in 12 sessions; you asked to see the diff first in none."
    life.now += timedelta(days=3)
    again = life.counsel.tip()
    assert again.tip == found.tip
    assert [tip.applied for tip, _ in life.counsel.log()] == [12]


def test_later_hides_it_until_then_and_is_taken_back(life: Life) -> None:
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    counsel = life.counsel
    first = counsel.tip()
    undo = counsel.later(first.tip, counsel.later_until())
    second = counsel.tip()
    assert second is None or second.practice.id != "read-diff"
    undo(counsel)
    assert counsel.tip().practice.id == "read-diff"


def test_not_for_me_is_a_choice_like_any_other(life: Life) -> None:
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    counsel = life.counsel
    undo = counsel.not_for_me(counsel.tip().tip)
    assert life.coach.choice("read-diff").choice == "not-for-me"  # type: ignore[union-attr]
    undo(counsel)
    assert life.coach.choice("read-diff") is None


def test_where_nothing_can_be_kept_a_tip_shows_and_answers_are_refused(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    for n in range(8):
        tree.add(f"s{n}", BLIND, start=NOW - timedelta(days=n))
    (tmp_path / "own").write_text("a file in the way")
    coach = coach_of(Places(tmp_path / "own" / "x", tmp_path / "own" / "x", places_of(tmp_path).roots), now=NOW)
    try:
        coach.scan()
        found = coach.counsel.tip()
        assert found is not None
        with pytest.raises(CantWrite):
            coach.counsel.later(found.tip, coach.counsel.later_until())
        with pytest.raises(CantWrite):
            coach.counsel.accept("read-diff")
    finally:
        coach.close()


# --- the focus -------------------------------------------------------------------------------------------------------


def test_a_focus_keeps_its_baseline_and_is_followed_on_occasions(life: Life) -> None:
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    told, _ = life.counsel.accept("read-diff", life.counsel.tip().tip)
    assert told.focus.said == "When I am about to commit, I look at the diff."
    assert (told.focus.you, told.focus.applied) == (0, 12)
    assert life.counsel.log()[0][0].answer == "accepted"
    assert told.became is Became.EARLY
    for _ in range(3):
        life.now += timedelta(days=1)
        life.session(ASK, life.now - timedelta(hours=3))
        life.session(UNASKED, life.now - timedelta(hours=1))
    told = life.counsel.focus()
    assert (told.you, told.happened, told.applied) == (0, 3, 3)
    assert told.became is Became.NOT_YET, "what the agent does unasked closes nothing"
    for _ in range(5):
        life.now += timedelta(days=1)
        life.session(SHOWN, life.now - timedelta(hours=1))
    told = life.counsel.focus()
    assert told.counts == "8 occasions since, you in 5, the agent unasked in 3; before, you in none of 12"
    assert told.became is Became.STUCK


def test_the_baseline_is_of_the_weeks_before(life: Life) -> None:
    life.weeks_of(SHOWN, a_week=1, weeks=3, until=NOW - timedelta(weeks=WINDOW_WEEKS + 2))
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    told, _ = life.counsel.accept("read-diff")
    assert (told.focus.you, told.focus.applied) == (0, 12)


def test_another_focus_ends_the_first_and_undo_gives_it_back(life: Life) -> None:
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    counsel = life.counsel
    counsel.accept("read-diff")
    _, undo = counsel.accept("plan-first")
    assert [one.focus.how for one in counsel.past()] == ["replaced"]
    undo(counsel)
    assert counsel.focus().focus.practice == "read-diff"
    assert counsel.past() == ()


def test_to_take_up_what_is_the_focus_changes_nothing(life: Life) -> None:
    counsel = life.counsel
    first, _ = counsel.accept("read-diff")
    again, undo = counsel.accept("read-diff")
    undo(counsel)
    assert again.focus == first.focus == counsel.focus().focus


def test_one_that_is_ended_can_be_read(life: Life) -> None:
    counsel = life.counsel
    counsel.accept("read-diff")
    life.now += timedelta(days=9)
    assert counsel.end_focus() is not None
    assert counsel.focus() is None
    assert counsel.end_focus() is None
    (past,) = counsel.past()
    assert (past.focus.how, past.focus.ended - past.focus.at) == ("ended", 9 * DAY)


def test_what_was_said_lives_on_when_the_profile_is_damaged(life: Life) -> None:
    life.weeks_of(BLIND, a_week=2, weeks=6, until=NOW)
    counsel = life.counsel
    # The copy is older than all of it: what the damage spared is taken from the damaged profile itself.
    life.coach.keep_copy()
    counsel.accept("read-diff", counsel.tip().tip)
    counsel.check_in(parse("2026-W46"), 4, 3, 2, "the migration")
    life.coach.close()
    deep(life.places.profile)
    life.coach = life.open()
    with pytest.raises(sqlite3.DatabaseError):
        life.coach.standings()
    assert "could be saved" in life.coach.recover("the test damaged it")
    counsel = life.coach.counsel
    assert counsel.log()[0][0].answer == "accepted"
    focus = counsel.focus()
    assert focus is not None
    assert focus.focus.practice == "read-diff"
    assert [one.note for one in counsel.checkins()] == ["the migration"]


# --- the cue ---------------------------------------------------------------------------------------------------------


def test_the_now_line_reminds_of_the_focus_when_its_occasion_arises(life: Life) -> None:
    life.now = datetime.now(UTC)
    lines = life.tree.lines("live", SHOWN, start=life.now - timedelta(minutes=2))
    cut = next(n for n, (_, line) in enumerate(lines) if b"show me the diff" in line)
    append(lines[:cut])
    life.coach.scan()
    assert life.coach.now().running[0].cue == "", "there is no focus"
    life.coach.counsel.accept("read-diff")
    now = life.coach.now()
    assert now.running[0].cue == "look at the diff"
    assert "focus: look at the diff" in now.line(now.at)
    life.coach.counsel.accept("plan-first")
    assert life.coach.now().running[0].cue == "", "of the focus only"


def test_who_watches_is_reminded_as_soon_as_the_focus_is_taken_up(life: Life) -> None:
    life.now = datetime.now(UTC)
    lines = life.tree.lines("live", SHOWN, start=life.now - timedelta(minutes=2))
    cut = next(n for n, (_, line) in enumerate(lines) if b"show me the diff" in line)
    append(lines[:cut])
    told: list[str] = []
    stop = threading.Event()

    def tell(update: Update) -> None:
        if update.now is not None and update.now.running:
            told.append(update.now.running[0].cue)

    def watch() -> None:
        coach = Coach(life.places, zone=UTC)
        try:
            coach.watch(tell, stop, events=False)
        finally:
            coach.close()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        assert wait_for(lambda: bool(told))
        assert told == [""]
        other = Coach(life.places, zone=UTC)
        other.counsel.accept("read-diff")
        other.close()
        assert wait_for(lambda: told[-1] == "look at the diff")
    finally:
        stop.set()
        thread.join(10)


# --- how it felt -----------------------------------------------------------------------------------------------------


def test_a_check_in_is_of_its_week_and_can_be_taken_back(life: Life) -> None:
    counsel = life.counsel
    undo = counsel.check_in(parse("2026-W46"), 4, 3, 2, "calm")
    again = counsel.check_in(parse("2026-W46"), 5, 5, 5)
    assert counsel.week().felt.satisfaction == 5
    assert counsel.week(parse("2026-W45")).felt is None
    again(counsel)
    assert counsel.week().felt.note == "calm"
    undo(counsel)
    assert counsel.week().felt is None
    with pytest.raises(ValueError, match="from 1"):
        counsel.check_in(parse("2026-W46"), 0, 3, 2)


def test_a_tip_of_an_older_program_is_read(life: Life) -> None:
    """A practice that is no more may stand in the log."""
    life.coach.profile.add_tip(Tip(0, "long-gone", 0, 0, 0, 0))
    ((tip, practice),) = life.counsel.log()
    assert (tip.practice, practice) == ("long-gone", None)


# --- beside the outcome ----------------------------------------------------------------------------------------------


def outcomes(shares: dict[int, float]) -> Delivery:
    return Delivery(NOW.date(), NOW.date(), ("/home/sam/shop",), 0, 0, (), reworked=shares)


def looking(text: str, times: int) -> str:
    """The session with so many looks more: sessions are matched by size."""
    return text.replace("\n", "\n" + "read app/tax.py\n" * times, 1)


def numbers(life: Life) -> dict[str, int]:
    return {s.id: s.num for s in life.coach.profile.sessions()}


def test_the_focus_stands_beside_the_outcome_of_the_sessions_since(life: Life) -> None:
    before = [life.session(SHOWN, NOW - timedelta(days=9, hours=n)) for n in range(30)]
    life.counsel.accept("read-diff")
    with_, without = [], []
    for n in range(24):
        with_.append(life.session(looking(SHOWN, n % 5), NOW + timedelta(hours=2 * n + 1)))
        without.append(life.session(looking(BLIND, n % 5 + 1), NOW + timedelta(hours=2 * n + 2)))
    life.now = NOW + timedelta(days=20)
    counsel = life.counsel
    known = numbers(life)
    told = outcomes(
        {known[name]: 0.9 for name in before}
        | {known[name]: 0.05 + n % 3 / 100 for n, name in enumerate(with_)}
        | {known[name]: 0.35 + n % 3 / 100 for n, name in enumerate(without)}
    )
    first, proof = counsel.beside(told)
    assert "30 points less rework" in first
    assert "24 sessions with it against 24 without" in first, "those before it was chosen are not among them"
    assert "no proof" in proof
    few = outcomes({num: share for n, (num, share) in enumerate(told.reworked.items()) if n % 2 == 0})
    (said,) = counsel.beside(few)
    assert "too few sessions to say anything" in said
    assert "%" not in said


def test_without_a_focus_nothing_is_compared(life: Life) -> None:
    life.session(BLIND, NOW - timedelta(days=1))
    counsel = life.counsel
    assert counsel.beside(outcomes({numbers(life)["s001"]: 0.5})) == ()


def test_where_nothing_was_allowed_no_repository_is_looked_at(life: Life) -> None:
    life.session(BLIND, NOW - timedelta(days=1))
    assert life.counsel.delivery() == (None, ())
