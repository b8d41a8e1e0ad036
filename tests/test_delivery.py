"""Delivery figures of repositories whose answer is known by how they were made, and by `git log` run by hand."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accrete_coach import commits, repositories
from accrete_coach.beside import Beside, Matched, TooFew, beside, sentences
from accrete_coach.commits import Row, changes
from accrete_coach.delivery import Delivery, Figure, History, SessionCommit, match, reworked_by_session, window
from accrete_coach.git import open_repository
from accrete_coach.places import Places
from accrete_coach.repositories import askable, deliver, inside
from accrete_coach.settings import Settings
from test_git import BEGAN, DAY, ME, THEM, Made, corrupt

NOW = BEGAN + 40 * DAY
HOUR = 3600


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "shop")


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No address from the home of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def told(
    *folders: Path | Made,
    made_by: Sequence[SessionCommit] = (),
    now: int = NOW,
    weeks: int = 12,
    home: Path | None = None,
    identities: tuple[str, ...] = (),
    project: str | None = None,
    zone: tzinfo = UTC,
) -> Delivery:
    paths = tuple(str(one.folder if isinstance(one, Made) else one) for one in folders)
    home = home or Path(paths[0]).parent / "home"
    return deliver(
        Places(home, home, ()),
        Settings(delivery=paths, identities=identities),
        lambda since, where: [one for one in made_by if where(one.project) and one.done >= since],
        [one.project for one in made_by],
        zone,
        now * 1000,
        weeks=weeks,
        project=project,
    )


def figure(of: Delivery, name: str) -> Figure:
    return next(one for one in of.figures if one.id == name)


def numbers(of: Delivery, name: str) -> dict[str, Any]:
    return dict(figure(of, name).numbers)


def text(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def several(made: Made, n: int = 5, at: float = BEGAN) -> list[str]:
    """As many commits as a figure needs, each with a line of its own in a file of its own."""
    return [made.commit(f"part {k}", {f"part{k}.py": text(f"line {k}")}, at + k * HOUR) for k in range(n)]


# --- what the numbers rest on ----------------------------------------------------------------------------------------


def test_sizes_are_what_git_log_counts(made: Made) -> None:
    rng = random.Random(1)
    hostile = ["--- a/x", "+++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", "0" * 40, "\\ No newline at end of file", "", "}", "é"]
    files = {f"f{n} é\t.txt" if n == 2 else f"f{n}.txt": [rng.choice(hostile) for _ in range(9)] for n in range(4)}
    for k in range(12):
        name = rng.choice(sorted(files))
        lines = files[name]
        lines[rng.randrange(len(lines)) :] = [rng.choice(hostile) for _ in range(rng.randint(0, 6))] + [f"k{k}"]
        end = "" if k % 3 else "\n"
        made.commit(
            f"change {k}", {n: "\n".join(lines) + end for n, lines in files.items() if n == name or k == 0}, BEGAN + k * HOUR
        )
    made.commit("a picture", {"x.png": "\0\1\2"}, BEGAN + 20 * HOUR)
    made.git("checkout", "--quiet", "-b", "side", "HEAD~3")
    made.commit("on the side", {"side": "1\n2\n3\n"}, BEGAN + 21 * HOUR)
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-ff", "-m", "merge", "side", at=BEGAN + 22 * HOUR)
    by_hand = made.git("log", "--no-merges", "--no-renames", "--numstat", "--format=%x01", "HEAD").split("\x01")[1:]
    changed, touched = [], []
    for part in by_hand:
        rows = [line.split("\t") for line in part.splitlines() if line]
        changed.append(sum(int(n) for row in rows for n in row[:2] if n != "-"))
        touched.append(len(rows))
    found = numbers(told(made), "size")
    assert found["commits"] == len(by_hand) == 14
    assert found["changed_lines"][1] == statistics.median(changed)
    assert found["files"][1] == statistics.median(touched)
    one = open_repository(str(made.folder))
    shas = made.git("log", "--no-merges", "--format=%H").splitlines()
    parsed = {change.sha: (change.added + change.deleted, change.files) for change in changes(one.patches(shas))}
    assert [parsed[sha] for sha in shas] == list(zip(changed, touched, strict=True))
    assert len(by_hand) == int(made.git("rev-list", "--count", "--no-merges", "HEAD"))


def test_a_change_is_read_the_same_in_blocks_of_any_size(made: Made) -> None:
    shas = several(made, 3)
    whole = b"".join(open_repository(str(made.folder)).patches(shas))
    for size in (1, 7, 41, 1000):
        blocks = [whole[n : n + size] for n in range(0, len(whole), size)]
        assert list(changes(blocks)) == list(changes([whole]))


def test_time_between_commits_is_within_a_day_only(made: Made) -> None:
    for n, hour in enumerate((8, 9, 11, 23, 24 + 8, 24 + 12)):
        made.commit(f"{n}", {"a": f"{n}\n"}, BEGAN - BEGAN % DAY + hour * HOUR)
    found = numbers(told(made), "spacing")
    assert (found["gaps"], found["days"], found["median"]) == (4, 2, 3 * HOUR)


def test_too_little_is_said_and_has_no_number(made: Made) -> None:
    several(made, 4)
    of = told(made)
    assert of.commits == 4
    for one in of.figures:
        assert one.value.startswith("too few to say")
        assert "median" not in one.numbers
        assert "share" not in one.numbers
        assert one.cannot_see
        assert one.question.endswith("?")
        assert one.stands_under


def test_nothing_is_said_of_other_authors(made: Made) -> None:
    for n in range(20):
        made.commit(f"theirs {n}", {"theirs": f"{n}\n"}, BEGAN + n * HOUR, THEM)
    of = told(made)
    assert of.commits == 0
    assert all(one.value.startswith(("nothing to say", "too few", "too early")) for one in of.figures)
    assert told(made, identities=(THEM,)).commits == 20
    assert "kim" not in json.dumps(of.json)


# --- rework ----------------------------------------------------------------------------------------------------------


def rework(of: Delivery) -> tuple[int, int]:
    found = numbers(of, "rework")
    return found["lines"], found["reworked"]


def test_a_line_changed_again_counts_for_fourteen_days(made: Made) -> None:
    several(made)
    made.commit("ten", {"a.py": text(*(f"word {n}" for n in range(10)))}, BEGAN)
    changed = [f"word {n}" for n in range(10)]
    changed[0] = "other 0"
    made.commit("after 13 days", {"a.py": text(*changed)}, BEGAN + 13 * DAY)
    changed[1:3] = ["other 1", "other 2"]
    made.commit("after 15 days", {"a.py": text(*changed)}, BEGAN + 15 * DAY)
    # 5 of their own, ten, and three in place of others.
    assert rework(told(made)) == (18, 1)
    assert numbers(told(made), "rework")["share"] == 1 / 18
    # On the twentieth day the later lines have not had their fourteen days.
    early = told(made, now=BEGAN + 20 * DAY)
    assert rework(early) == (15, 1)
    assert numbers(early, "rework")["not_over_yet"] == 3
    assert "3 lines are younger" in figure(early, "rework").value


def test_only_own_lines_changed_by_own_commits_count(made: Made) -> None:
    several(made)
    made.commit("theirs", {"b.py": text("a 1", "a 2")}, BEGAN, THEM)
    made.commit("mine", {"a.py": text("b 1", "b 2")}, BEGAN + HOUR)
    made.commit("i change theirs", {"b.py": text("a 1", "c 2")}, BEGAN + 2 * HOUR)
    made.commit("they change mine", {"a.py": text("b 1", "d 2")}, BEGAN + 3 * HOUR, THEM)
    assert rework(told(made)) == (5 + 2 + 1, 0)


def test_what_moves_is_neither_new_nor_changed_and_is_followed(made: Made) -> None:
    several(made)
    made.commit("new", {"a.py": text("one 1", "two 2", "three 3")}, BEGAN)
    made.commit("renamed", {"a.py": None, "b/c.py": text("one 1", "two 2", "three 3")}, BEGAN + DAY)
    made.commit("turned", {"b/c.py": text("three 3", "one 1", "two 2")}, BEGAN + 2 * DAY)
    assert rework(told(made)) == (8, 0)
    made.commit("changed", {"b/c.py": text("three 3", "one changed", "two 2")}, BEGAN + 3 * DAY)
    assert rework(told(made)) == (9, 1)


def test_braces_and_blanks_are_no_lines_to_follow(made: Made) -> None:
    several(made)
    made.commit("new", {"a.c": text("f() {", "}", "", "  ", "x = 1;")}, BEGAN)
    made.commit("less", {"a.c": text("f() {")}, BEGAN + DAY)
    assert rework(told(made)) == (7, 1)


def test_what_is_too_large_is_measured_and_not_followed(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "MOST_LINES", 3)
    several(made)
    made.commit("copied", {"a.py": text("a 1", "a 2", "a 3", "a 4")}, BEGAN)
    made.commit("three", {"b.py": text("b 1", "b 2", "b 3")}, BEGAN)
    made.commit("less of both", {"a.py": text("a 1"), "b.py": text("b 1", "b 2")}, BEGAN + DAY)
    of = told(made)
    assert rework(of) == (5 + 3, 0)
    assert max(numbers(of, "size")["changed_lines"]) >= 3
    monkeypatch.setattr(commits, "MOST_LINES", 4)
    made.commit("another", {"z.py": text("z 1")}, BEGAN + DAY)
    assert rework(told(made)) == (5 + 4 + 3 + 1, 4)


def test_a_line_deleted_counts_as_one_changed(made: Made) -> None:
    several(made)
    made.commit("new", {"a.py": text("same 1", "same 1", "other 2")}, BEGAN)
    made.commit("less", {"a.py": text("same 1", "other 2")}, BEGAN + DAY)
    made.commit("gone", {"a.py": None}, BEGAN + 2 * DAY)
    assert rework(told(made)) == (8, 3)


def test_a_clock_that_jumps_back_makes_nothing_negative(made: Made) -> None:
    several(made, 5, BEGAN + 5 * DAY)
    made.commit("new", {"a.py": text("one 1")}, BEGAN + 10 * DAY)
    made.commit("earlier by the clock", {"a.py": text("two 2")}, BEGAN + 6 * DAY)
    made.commit("fix: again", {"a.py": text("three 3")}, BEGAN + 4 * DAY)
    of = told(made)
    assert rework(of) == (8, 2)
    lead = numbers(of, "lead-time")
    assert lead["commit_to_main"]["made_there"] == 8
    assert "median" not in lead["commit_to_main"]
    assert numbers(of, "recovery")["others"]["median"] == 0


def test_nothing_arrives_before_it_was_made(made: Made) -> None:
    made.commit("start", {"z": "1\n"}, BEGAN)
    made.git("checkout", "--quiet", "-b", "work")
    several(made, 5, BEGAN + 5 * DAY)
    made.git("checkout", "--quiet", "main")
    # Whoever merged, and whoever made the tag, had a clock that was days behind.
    made.git("merge", "--quiet", "--no-ff", "-m", "merge", "work", at=BEGAN + DAY, who=THEM)
    made.git("tag", "-a", "-m", "x", "v1", at=BEGAN + 2 * DAY, who=THEM)
    lead = numbers(told(made), "lead-time")
    assert lead["commit_to_main"] == {"known": 0, "unknown": 0, "made_there": 6}
    assert lead["main_to_tag"]["known"] == 6
    assert lead["main_to_tag"]["median"] == 0


def test_commits_of_the_future_are_left_out_and_said(made: Made) -> None:
    several(made)
    made.commit("next year", {"a.py": "x\n"}, NOW + 300 * DAY)
    of = told(made)
    assert of.commits == 5
    assert any("1 commit lies by the clock in the future" in one for one in of.problems)


def test_copies_of_a_commit_are_one(made: Made) -> None:
    several(made)
    made.git("checkout", "--quiet", "-b", "work")
    made.commit("picked", {"a.py": text("one 1", "two 2")}, BEGAN + 10 * HOUR)
    made.git("checkout", "--quiet", "main")
    made.commit("meanwhile", {"z.py": text("zed 1")}, BEGAN + 11 * HOUR)
    made.git("cherry-pick", "work", at=BEGAN + 12 * HOUR)
    assert int(made.git("rev-list", "--count", "--all")) == 8
    of = told(
        made,
        made_by=[
            SessionCommit(str(made.folder), (BEGAN + 9 * HOUR) * 1000, (BEGAN + 10 * HOUR) * 1000, (BEGAN + 10 * HOUR) * 1000)
        ],
    )
    assert of.commits == 7
    assert rework(of) == (8, 0)
    # The one on main is kept, and the session's command made its copy.
    assert of.in_sessions == 1
    assert numbers(of, "lead-time")["commit_to_main"]["made_there"] == 7


def test_of_two_copies_the_one_on_the_main_branch_counts(made: Made) -> None:
    several(made)
    made.commit("on main", {"a.py": text("one 1")}, BEGAN + 10 * HOUR)
    made.git("checkout", "--quiet", "-b", "other", "HEAD~2")
    made.git("cherry-pick", "main", at=BEGAN + 20 * HOUR)
    of = told(made)
    assert of.commits == 6
    assert numbers(of, "lead-time")["commit_to_main"]["made_there"] == 6


# --- reverts and fix-ups ---------------------------------------------------------------------------------------------


def test_reverts_and_fixups_are_found_by_the_rule(made: Made) -> None:
    at = BEGAN
    made.commit("reverted", {"a.py": text("a 1")}, at)
    made.git("revert", "--no-edit", "HEAD", at=at + 2 * HOUR)
    made.commit("fixed up", {"b.py": text("b 1")}, at + 3 * HOUR)
    made.commit("fixup! fixed up", {"b2.py": text("b 2")}, at + 4 * HOUR)
    made.commit("fixed by words", {"c.py": text("c 1", "c 2")}, at + 5 * HOUR)
    made.commit("Fix the price", {"c.py": text("c 1", "c 3"), "c3.py": text("more")}, at + 9 * HOUR)
    made.commit("not fixed: no word", {"d.py": text("d 1")}, at + 10 * HOUR)
    made.commit("Change the price", {"d.py": text("d 2")}, at + 11 * HOUR)
    made.commit("late", {"e.py": text("e 1")}, at + 12 * HOUR)
    made.commit("fix: late", {"e.py": text("e 2")}, at + 12 * HOUR + 8 * DAY)
    made.commit("Fixture for two", {"b.py": text("b 9"), "c.py": text("c 9", "c 3")}, at + 9 * DAY)
    made.commit("hotfix: of two commits", {"d.py": text("d 9"), "e.py": text("e 9")}, at + 9 * DAY)
    made.commit("reverts nothing of ours", {"f.py": text("f 1")}, at + 9 * DAY, ME, "-m", f"This reverts commit {'0' * 40}.")
    of = told(made)
    assert numbers(of, "failures") == {"in_sessions": {"commits": 0, "repaired": 0}, "others": {"commits": 13, "repaired": 3}}
    assert numbers(of, "recovery")["others"] == {"repaired": 3, "median": 2 * HOUR}
    assert figure(of, "failures").value == "3 of 13; none of these commits were made in sessions"


def test_commits_of_sessions_and_others_stand_apart(made: Made) -> None:
    shas = several(made, 12)
    made.git("revert", "--no-edit", shas[0], at=BEGAN + 13 * HOUR)
    made.git("revert", "--no-edit", shas[9], at=BEGAN + 14 * HOUR)
    made.git("revert", "--no-edit", shas[8], at=BEGAN + 20 * HOUR)
    by = [session(made, BEGAN + k * HOUR, began=-600) for k in range(6)]
    of = told(made, made_by=by)
    assert (of.commits, of.in_sessions) == (15, 6)
    assert numbers(of, "failures") == {"in_sessions": {"commits": 6, "repaired": 1}, "others": {"commits": 9, "repaired": 2}}
    assert numbers(of, "recovery")["in_sessions"]["median"] == 13 * HOUR
    assert numbers(of, "recovery")["others"]["median"] == (5 + 12) * HOUR / 2
    assert figure(of, "failures").value == "1 of 6 made in sessions; 2 of 9 others"
    assert numbers(of, "lead-time")["session_to_commit"] == {"known": 6, "unknown": 9, "median": 600}


# --- which commits sessions made -------------------------------------------------------------------------------------


def session(made: Made, at: float, *, began: float = 0, took: float = 1, number: int = 1) -> SessionCommit:
    return SessionCommit(str(made.folder), int((at + began) * 1000), int(at * 1000), int((at + took) * 1000), number)


def row(at: int, **more: Any) -> Row:
    return Row(at, at, False, True, **more)


@pytest.mark.parametrize(("apart", "is_of_it"), [(-3, False), (-2, True), (0, True), (1, True), (6, True), (7, False)])
def test_a_commit_is_of_a_session_where_its_time_fits(apart: int, is_of_it: bool) -> None:
    one = SessionCommit("/x", 0, 1_000_000, 1_001_000)
    assert bool(match([row(1000 + apart)], [one])) is is_of_it


def test_each_command_takes_one_commit_and_each_commit_is_of_one(made: Made) -> None:
    twice = [SessionCommit("/x", 0, 1_000_000, 1_004_000, n) for n in (1, 2)]
    assert {n: one.session for n, one in match([row(1001), row(1002), row(1003)], twice).items()} == {0: 1, 1: 2}
    assert match([row(1001)], twice) == {0: twice[0]}


def test_of_an_amended_commit_the_last_form_is_of_the_session(made: Made) -> None:
    several(made)
    made.commit("first", {"a.py": "1\n"}, BEGAN + 10 * HOUR)
    (made.folder / "a.py").write_text("2\n")
    made.git("commit", "--quiet", "-a", "--amend", "-m", "second", at=BEGAN + 11 * HOUR)
    of = told(made, made_by=[session(made, BEGAN + 10 * HOUR), session(made, BEGAN + 11 * HOUR, began=-300)])
    assert (of.commits, of.in_sessions) == (6, 1)


def test_sessions_in_worktrees_are_of_the_repository_and_others_are_not(made: Made, tmp_path: Path) -> None:
    several(made, 6)
    made.git("worktree", "add", "--quiet", str(tmp_path / "beside"))
    inner = Made(made.folder / "vendor" / "inner")
    several(inner, 5)
    places = [
        made.folder / "src",
        tmp_path / "beside",
        made.folder / ".claude" / "worktrees" / "gone",
        inner.folder,
        tmp_path / "shopping",
    ]
    by = [session(made, BEGAN + k * HOUR)._replace(project=str(place)) for k, place in enumerate(places)]
    of = told(made, inner, made_by=by)
    assert of.commits == 11
    assert of.in_sessions == 4
    assert of.askable == (str(tmp_path / "shopping"),)
    assert told(made, made_by=[by[4]]).in_sessions == 0


def test_a_folder_is_in_a_checkout_by_its_path_alone() -> None:
    assert inside("/a/b/c", ["/a", "/a/b"]) == len("/a/b")
    assert inside("/a/bc", ["/a/b"]) == 0
    assert inside("/a/b", ["/a/b/"]) > 0
    assert askable(["/h/sam/b/.claude/worktrees/x", "/h/sam/b", "/c/d", ""], ["/c"]) == ("/h/sam/b",)


def test_the_outcome_of_a_session_is_the_share_of_its_lines_that_were_changed_again() -> None:
    rows = (
        row(1000, lines=10, reworked=5),
        row(2000, lines=30, reworked=0),
        row(3000, lines=4),
        row(NOW, lines=4, reworked=4),
        row(5000),
    )
    made_by = tuple(
        SessionCommit("/x", 0, at * 1000, at * 1000, n) for at, n in ((1000, 1), (2000, 1), (3000, 2), (NOW, 3), (5000, 4))
    )
    assert reworked_by_session([History(rows, made_by)], NOW * 1000) == {1: 5 / 40, 2: 0.0}


# --- on the way to main and to a tag ---------------------------------------------------------------------------------


def test_lead_time_by_stage_and_arrivals_are_as_the_repository_was_made(made: Made) -> None:
    made.commit("start", {"z": "1\n"}, BEGAN, THEM)
    made.git("checkout", "--quiet", "-b", "work")
    for k in range(4):
        made.commit(f"work {k}", {f"w{k}": f"{k}\n"}, BEGAN + DAY + k * HOUR)
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-ff", "-m", "merge", "work", at=BEGAN + 3 * DAY, who=THEM)
    made.commit("direct", {"d": "1\n"}, BEGAN + 8 * DAY)
    made.git("tag", "-a", "-m", "x", "v1", "HEAD~1", at=BEGAN + 4 * DAY)
    made.git("tag", "-a", "-m", "x", "v2", at=BEGAN + 9 * DAY)
    made.git("checkout", "--quiet", "-b", "later")
    made.commit("not there yet", {"l": "1\n"}, BEGAN + 10 * DAY)
    of = told(made, made_by=[session(made, BEGAN + DAY + k * HOUR, began=-60 * (k + 1)) for k in range(4)])
    lead = numbers(of, "lead-time")
    assert lead["commits"] == 6
    assert lead["session_to_commit"] == {"known": 4, "unknown": 2, "median": 150}
    assert lead["commit_to_main"] == {"known": 4, "unknown": 1, "median": 167_400, "made_there": 1}
    assert lead["main_to_tag"] == {"known": 5, "unknown": 1, "median": DAY}
    arrived = numbers(of, "frequency")
    first = (date(2026, 9, 21) - of.since).days // 7
    assert (arrived["main"]["times"], arrived["tag"]["times"]) == (2, 2)
    assert [n for n, times in enumerate(arrived["main"]["by_week"]) if times] == [first, first + 1]
    assert sum(arrived["main"]["by_week"]) == 2
    assert int(made.git("rev-list", "--count", "--merges", "main")) == 1


def test_work_that_arrives_in_the_window_counts_though_it_was_made_before(made: Made) -> None:
    made.commit("start", {"z": "1\n"}, BEGAN - 300 * DAY)
    made.git("checkout", "--quiet", "-b", "work")
    made.commit("old", {"o": "1\n"}, BEGAN - 200 * DAY)
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-ff", "-m", "merge", "work", at=BEGAN)
    several(made, 5, BEGAN + HOUR)
    of = told(made)
    assert of.commits == 5
    assert numbers(of, "frequency")["main"]["times"] == 6


def test_weeks_begin_on_monday_and_go_back_as_far_as_was_asked(made: Made) -> None:
    several(made)
    for weeks in (1, 2, 53):
        since, until = window(NOW * 1000, UTC, weeks)
        assert since.weekday() == 0
        assert until == datetime.fromtimestamp(NOW, UTC).date()
        assert numbers(told(made, weeks=weeks), "frequency")["weeks"] == weeks
    assert told(made, weeks=1).commits == 0


def test_a_week_and_a_day_are_those_of_the_persons_zone(made: Made) -> None:
    sunday = BEGAN - BEGAN % DAY + 6 * DAY
    assert datetime.fromtimestamp(sunday, UTC).weekday() == 6
    # Half past eleven in the evening in Greenwich is Monday in Berlin; summer time ends four weeks later.
    for n, week in enumerate((0, 4, 5)):
        made.commit(f"{n}", {"a": f"{n}\n"}, sunday + week * 7 * DAY + 23.5 * HOUR)
        made.commit(f"{n} later", {"b": f"{n}\n"}, sunday + week * 7 * DAY + 24.5 * HOUR)
    for zone, gaps in ((UTC, 0), (ZoneInfo("Europe/Berlin"), 3)):
        of = told(made, zone=zone, now=NOW + 30 * DAY)
        assert of.since.weekday() == 0
        assert numbers(of, "spacing")["gaps"] == gaps
        assert len([n for n in numbers(of, "frequency")["main"]["by_week"] if n]) == (3 if gaps else 5)


# --- what can't be read ----------------------------------------------------------------------------------------------


def test_one_repository_that_cant_be_read_spoils_no_other(made: Made, tmp_path: Path) -> None:
    several(made)
    broken, empty = Made(tmp_path / "broken"), Made(tmp_path / "empty")
    broken.commit("x", {"x": "1\n"})
    corrupt(broken)
    of = told(made, broken, empty, tmp_path / "gone")
    assert of.commits == 5
    assert of.repositories == (str(made.folder), str(empty.folder))
    assert [one.partition(": ")[2] for one in of.problems] == [
        "some of its objects are damaged, or missing as in a partial clone (nothing is fetched), so its history can't be followed.",
        "there is no commit yet.",
        "there is no such folder.",
    ]


def test_bare_shallow_and_detached_repositories_have_figures(made: Made, tmp_path: Path) -> None:
    several(made, 8)
    made.git("clone", "--quiet", "--bare", str(made.folder), str(tmp_path / "bare"))
    assert told(tmp_path / "bare", identities=(ME,)).commits == 8
    made.git("clone", "--quiet", "--depth=6", f"file://{made.folder}", str(tmp_path / "shallow"))
    of = told(tmp_path / "shallow", identities=(ME,))
    assert of.commits == 6
    # What its first commit changed is not known: the files it seems to add were there before.
    assert numbers(of, "size")["commits"] == 5
    assert numbers(of, "size")["changed_lines"] == [1, 1, 1]
    assert any("shallow clone" in one for one in of.problems)
    made.git("checkout", "--quiet", "--detach")
    made.commit("detached", {"x": "1\n"}, BEGAN + 9 * HOUR)
    of = told(made)
    assert of.commits == 9
    assert numbers(of, "lead-time")["commit_to_main"]["unknown"] == 1


def test_without_an_address_or_a_main_branch_it_is_said(made: Made) -> None:
    several(made)
    made.git("branch", "-m", "one")
    made.git("branch", "two")
    of = told(made)
    assert of.commits == 5
    assert any("main one can't be told" in one for one in of.problems)
    assert numbers(of, "lead-time")["commit_to_main"] == {"known": 0, "unknown": 5, "made_there": 0}
    made.git("config", "--unset", "user.email")
    assert any("no address of yours" in one for one in told(made).problems)


def test_a_project_narrows_to_its_repositories(made: Made, tmp_path: Path) -> None:
    other = Made(tmp_path / "other")
    several(made)
    several(other)
    assert told(made, other).commits == 10
    assert told(made, other, project="SHOP").repositories == (str(made.folder),)


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_the_same_repository_is_read_once(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    several(made)
    read: list[object] = []
    really = repositories._read

    def counted(*given: Any) -> tuple[Row, ...]:
        read.append(given)
        return really(*given)

    monkeypatch.setattr(repositories, "_read", counted)
    first = told(made)
    assert told(made) == first
    assert len(read) == 1
    made.commit("one more", {"a": "1\n"}, BEGAN + 9 * HOUR)
    assert told(made).commits == 6
    # Rewritten: another history under the same name.
    made.git("reset", "--quiet", "--hard", "HEAD~3")
    assert told(made).commits == 3
    made.git("tag", "v1")
    assert numbers(told(made), "lead-time")["main_to_tag"]["known"] == 3
    assert told(made, identities=(THEM,)).commits == 3
    assert told(made, weeks=20).commits == 3
    assert len(read) == 6
    kept = Places(tmp_path / "home", tmp_path / "home", ()).delivery
    for nothing in (b"", b"{}", b'{"schema":1,"answers":{"x":["y",1,[[1]]]}}', b"[" * 100_000, b"\xff"):
        kept.write_bytes(nothing)
        assert told(made).commits == 3
    assert len(read) == 11


def test_what_is_kept_is_numbers_alone_and_for_the_person_alone(made: Made, tmp_path: Path) -> None:
    canaries = ["canary-subject", "canary-file", "canary-line", "canary-tag", "canary-branch", "canary-body"]
    several(made)
    made.commit("canary-subject", {"canary-file.py": text("canary-line")}, BEGAN, ME, "-m", "canary-body")
    made.git("tag", "canary-tag")
    made.git("branch", "canary-branch")
    of = told(made)
    kept = Places(tmp_path / "home", tmp_path / "home", ()).delivery
    assert kept.stat().st_mode & 0o777 == 0o600
    assert os.listdir(kept.parent) == ["delivery.json"]
    for where in (kept.read_text(), json.dumps(of.json)):
        assert not [one for one in (*canaries, ME) if one in where]
    assert str(made.folder) not in kept.read_text()
    assert made.git("rev-parse", "HEAD") not in kept.read_text()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_where_nothing_can_be_kept_it_is_told_all_the_same(made: Made, tmp_path: Path) -> None:
    several(made)
    home = tmp_path / "readonly"
    home.mkdir(mode=0o500)
    assert told(made, home=home).commits == 5


def test_a_home_that_is_a_file_spoils_nothing(made: Made, tmp_path: Path) -> None:
    several(made)
    (tmp_path / "file").write_text("x")
    assert told(made, home=tmp_path / "file").commits == 5


def test_a_repository_that_is_gone_is_said_and_its_numbers_are_not_shown(made: Made) -> None:
    several(made)
    home = made.folder.parent / "home"
    assert told(made).commits == 5
    shutil.rmtree(made.folder)
    of = told(made, home=home)
    assert (of.commits, of.repositories) == (0, ())


# --- practice beside outcome -----------------------------------------------------------------------------------------

_sessions = st.lists(
    st.builds(Matched, st.integers(1, 40), st.floats(0, 1, allow_nan=False)), min_size=0, max_size=60
)  # fmt: skip
_many = st.lists(st.builds(Matched, st.integers(1, 12), st.floats(0, 1, allow_nan=False)), min_size=40, max_size=60)
# A failing example is not made smaller: each costs thousands of draws.
slow = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@slow
@given(_sessions | _many, _sessions | _many, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_turned_round_is_turned_round(
    one: list[Matched], other: list[Matched], rng: random.Random
) -> None:
    found = beside(one, other, seed=3)
    mixed = [rng.sample(side, len(side)) for side in (one, other)]
    assert beside(*mixed, seed=3) == found
    turned = beside(other, one, seed=3)
    if isinstance(found, TooFew) or isinstance(turned, TooFew):
        assert isinstance(found, TooFew)
        assert (found.with_, found.without) == (turned[1], turned[0])
        assert min(found.with_, found.without) < 20
        return
    assert turned.difference == pytest.approx(-found.difference, abs=1e-12)
    if sorted(one) != sorted(other):
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-12)
    assert min(found.with_, found.without) >= 20
    assert found.low <= found.difference <= found.high


@slow
@given(_many)
def test_equal_sessions_do_not_differ(sessions: list[Matched]) -> None:
    found = beside(sessions, sessions)
    if isinstance(found, Beside):
        assert found.difference == 0
        assert found.low <= 0 <= found.high


@slow
@given(_many, st.floats(-0.5, 0.5))
def test_a_planted_difference_is_in_the_interval(sessions: list[Matched], planted: float) -> None:
    found = beside([Matched(m.size, m.outcome + planted) for m in sessions], sessions)
    if isinstance(found, Beside):
        assert found.difference == pytest.approx(planted, abs=1e-9)
        assert found.low - 1e-9 <= planted <= found.high + 1e-9


def test_size_alone_makes_no_difference() -> None:
    rng = random.Random(2)
    # The outcome is the size's; sessions with the practice are larger.
    with_ = [Matched(n, n / 100) for n in (rng.randint(20, 100) for _ in range(200))]
    without = [Matched(n, n / 100) for n in (rng.randint(1, 80) for _ in range(200))]
    found = beside(with_, without)
    assert isinstance(found, Beside)
    plain = statistics.fmean(m.outcome for m in with_) - statistics.fmean(m.outcome for m in without)
    assert plain > 0.15
    assert abs(found.difference) < plain / 3
    assert found.low < found.difference < found.high
    assert found.high - found.low < 0.2
    assert "no proof" in found.proof
    assert isinstance(beside(with_[:19], without), TooFew)
    assert beside([], []) == TooFew(0, 0)


def test_no_difference_is_not_called_no_rework() -> None:
    same = [Matched(n, 0.3) for n in range(40)]
    first, proof = sentences("read the diff", beside(same, same), "since you took it up")
    assert "there was no difference in rework (95 % interval: +0 to +0 points), since you took it up" in first
    assert "no proof" in proof
    (few,) = sentences("read the diff", beside(same[:3], same), "since you took it up")
    assert "Since you took it up, 3 with it and 6 without it can be matched" in few
