"""Counts that are kept from one change to the next are the same as counts of everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.practice import Word
from accrete_coach.window import KEPT, Window
from faults.made import ASK, NOW, WORK, Tree, append, coach_of, places_of

SECONDS_OF_A_DAY = 86_400
WORDS: tuple[Word, ...] = ("seen", "not-seen", "not-applicable", "cant-tell")
PRACTICES = ("run-check", "plan-first", "read-diff", "coherent-commit")


class Life:
    """A person's sessions, and the coach that follows them: each step is something that happens."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.tree = Tree(folder / "claude")
        self.places = places_of(folder)
        self.rng = random.Random(seed)
        self.at = NOW.timestamp()
        self.made = 0
        self.ago: tuple[float, ...] = (0, 0, 1, 20, 50, 60, 200, -3)
        """How many days ago sessions start."""
        self.growing: list[list[tuple[Path, bytes]]] = []
        self.folder = folder
        self.coach = self.coach_now()

    def coach_now(self) -> Coach:
        made = coach_of(self.places)
        made.clock = lambda: self.at
        return made

    def session(self) -> Any:
        sessions = self.coach.profile.sessions()
        return self.rng.choice(sessions) if sessions else None

    def some_day(self) -> datetime:
        """When a session starts: lately, long ago, or, by a wrong clock, in the future."""
        return datetime.fromtimestamp(self.at, UTC) - timedelta(days=self.rng.choice(self.ago))

    # What can happen

    def begins(self) -> None:
        self.made += 1
        text = self.rng.choice((WORK, ASK))
        lines = self.tree.lines(f"session-{self.made}", text, start=self.some_day())
        cut = self.rng.randrange(1, len(lines))
        append(lines[:cut])
        self.growing.append(lines[cut:])
        self.coach.scan()

    def goes_on(self) -> None:
        if self.growing:
            rest = self.rng.choice(self.growing)
            n = self.rng.randrange(1, 4)
            append(rest[:n])
            del rest[:n]
            self.coach.scan()

    def is_rewritten(self) -> None:
        paths = sorted(self.tree.root.rglob("*.jsonl"))
        if paths:
            path = self.rng.choice(paths)
            path.unlink()
            append(self.tree.lines(path.stem, ASK, start=self.some_day()))
            self.coach.scan()

    def is_read_without_a_practice(self) -> None:
        if (session := self.session()) is not None:
            with self.coach.profile.change():
                self.coach.profile.db.execute("UPDATE sessions SET stamp = 'run-check=1' WHERE num = ?", (session.num,))

    def is_deleted(self) -> None:
        paths = sorted(self.tree.root.rglob("*.jsonl"))
        if paths:
            self.rng.choice(paths).unlink()
            self.coach.scan()

    def is_corrected(self) -> None:
        if (session := self.session()) is not None:
            word = self.rng.choice(WORDS)
            self.coach.correct(session, self.rng.choice(PRACTICES), word, "you" if word == "seen" else None)

    def is_taken_back(self) -> None:
        for said in self.coach.profile.corrections()[:1]:
            for session in [s for s in self.coach.profile.find_sessions(said.session) if s.id == said.session]:
                self.coach.uncorrect(session, said.practice)

    def is_chosen(self) -> None:
        self.coach.choose(self.rng.choice(PRACTICES), self.rng.choice(("elsewhere", "not-for-me")))

    def is_forgotten(self) -> None:
        if (session := self.session()) is not None:
            self.coach.forget([one for one in self.coach.meant() if one.id == session.id])

    def is_corrected_elsewhere(self) -> None:
        if (session := self.session()) is not None:
            other = self.coach_now()
            other.correct(session, self.rng.choice(PRACTICES), "seen", "you")
            other.close()

    def is_the_next_day(self) -> None:
        self.at += SECONDS_OF_A_DAY * self.rng.choice((0.5, 0.5, 1, 7, 60))

    def clock_goes_back(self) -> None:
        self.at -= SECONDS_OF_A_DAY * self.rng.choice((0.01, 3))


EVERYTHING: tuple[Callable[[Life], None], ...] = (
    *[Life.begins] * 5, *[Life.goes_on] * 10, *[Life.is_corrected] * 3, Life.is_taken_back, Life.is_chosen, Life.is_deleted,
    Life.is_forgotten, Life.is_corrected_elsewhere, Life.is_the_next_day, Life.clock_goes_back, Life.is_rewritten,
    Life.is_read_without_a_practice,
)  # fmt: skip
"""What can happen, as often as it stands here."""
WRITTEN = (Life.begins, Life.goes_on, Life.goes_on, Life.is_rewritten, Life.is_rewritten, Life.is_read_without_a_practice)
"""What no other process does and no clock: it hardly ever makes everything be counted."""
TIMES = {
    "all times": ((0, 0, 1, 20, 50, 60, 200, -3), EVERYTHING),
    "only what is written": ((0, 0, 1, 20, 50, 60, 200), WRITTEN),
    "long ago": ((60, 70, 100, 200), (*WRITTEN, Life.is_corrected)),
    "long ago, then now": ((60, 70, 100, 200, 200, 200, 0), WRITTEN),
    "clocks that go wrong": ((0, -0.9, -1.2, -2, -3), (*WRITTEN, *[Life.is_the_next_day] * 4, Life.clock_goes_back)),
}
"""When sessions start, and what happens."""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("times", TIMES)
def test_what_is_kept_from_change_to_change_is_what_a_count_of_everything_gives(tmp_path: Path, seed: int, times: str) -> None:
    life = Life(tmp_path, seed)
    life.ago, steps = TIMES[times]
    try:
        done = []
        for _ in range(60):
            step = life.rng.choice(steps)
            step(life)
            done.append(step.__name__)
            assert life.coach.current() == life.coach.standings(), done
    finally:
        life.coach.close()


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    made = Life(tmp_path, 0)
    made.at = datetime(2024, 11, 20, 12, tzinfo=UTC).timestamp()  # A Wednesday.
    yield made
    made.coach.close()


def rewrite(life: Life, name: str, days_ago: float) -> None:
    path = life.tree.path(name)
    path.unlink(missing_ok=True)
    append(life.tree.lines(name, WORK, start=datetime.fromtimestamp(life.at, UTC) - timedelta(days=days_ago)))
    life.coach.scan()
    assert life.coach.current() == life.coach.standings()


def test_a_session_of_the_future_counts_once_its_day_comes(life: Life) -> None:
    rewrite(life, "old", 30)
    rewrite(life, "now", 0)
    rewrite(life, "future", -1.2)
    assert life.coach.current().basis.sessions == 2
    life.at += SECONDS_OF_A_DAY / 2
    assert life.coach.current() == life.coach.standings()
    assert life.coach.current().basis.sessions == 3
    # And where one that was counted goes there.
    rewrite(life, "now", 0)
    rewrite(life, "now", 0.1)
    rewrite(life, "now", -1.2)
    life.at += SECONDS_OF_A_DAY / 2
    assert life.coach.current() == life.coach.standings()
    assert life.coach.current().basis.sessions == 3


def test_the_first_session_of_the_window_ends_that_everything_is_shown(life: Life) -> None:
    for days in (100, 99, 98):
        rewrite(life, "one", days)
        rewrite(life, "two", 120)
    assert life.coach.current().basis.widened
    rewrite(life, "one", 1)
    assert not life.coach.current().basis.widened
    rewrite(life, "one", 100)
    assert life.coach.current().basis.widened


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_of(tmp_path)


def test_a_session_that_goes_on_is_counted_alone(tmp_path: Path, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1")
    lines = tree.lines("s2", WORK)
    append(lines[:2])
    coach = coach_of(places)
    coach.scan()
    before = coach.current()
    append(lines[2:4])
    coach.scan()
    # The first time that it changes nobody can tell what it had added before.
    coach.current()
    whole: list[Window] = []
    monkeypatch.setattr(Window, "fill", lambda self, *_: whole.append(self))
    append(lines[4:])
    coach.scan()
    told = coach.current()
    assert not whole
    assert told == coach.standings() != before
    coach.close()


def test_what_is_remembered_of_sessions_has_a_bound(tmp_path: Path, places: Places) -> None:
    tree = Tree(tmp_path / "claude")
    for number in range(KEPT + 20):
        tree.add(f"s{number}", ASK)
    coach = coach_of(places)
    coach.current()
    coach.scan()
    assert coach.current() == coach.standings()
    assert isinstance(coach._window, Window)
    assert len(coach._window._shares) == KEPT
    coach.close()
