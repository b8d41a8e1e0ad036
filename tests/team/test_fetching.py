"""The team's repository is fetched by itself where the person turned that on, and never otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from team_remotes import add, bare, named

from accrete_coach import settings
from accrete_coach.places import Places
from accrete_coach.team import consent, keys, message
from accrete_coach.team.consent import Said
from accrete_coach.team.fetching import HOUR, Fetching
from accrete_coach.team.folder import TeamFolder
from faults.made import places_of

NOW = 1_795_000_000.0


@pytest.fixture
def places(tmp_path: Path) -> Places:
    team = bare(tmp_path / "team.git")
    mine = keys.make()
    told = message.sign("member", {"name": "Ada", "to": mine.to}, mine.signing).data
    add(team, {named(told, "v1/members"): told})
    found = places_of(tmp_path)
    TeamFolder(found.team).join(str(team), datetime.fromtimestamp(NOW, UTC))
    return found


def fetched(places: Places) -> int | None:
    team = TeamFolder(places.team).status()
    assert team is not None
    return team.fetched


def test_it_is_fetched_when_it_is_time_and_not_before(places: Places) -> None:
    now = NOW
    one = Fetching(places, 6, lambda: now)
    assert one.look()
    one.wait(60)
    assert fetched(places) == NOW
    assert len(TeamFolder(places.team).contents().messages) == 1
    now += 6 * HOUR - 1
    assert not one.look()
    assert not Fetching(places, 6, lambda: now).look(), "another app was opened meanwhile"
    now += 1
    assert one.look()
    one.wait(60)
    assert fetched(places) == now


def test_off_until_it_is_turned_on_and_while_reading_is_off(places: Places) -> None:
    assert not Fetching(places, 0).look()
    consent.add(places.consent, Said("off", int(NOW * 1000)))
    assert not Fetching(places, 6).look()
    assert fetched(places) is None


def test_a_host_that_does_not_answer_is_asked_again_when_the_time_is_over(places: Places, tmp_path: Path) -> None:
    (tmp_path / "team.git").rename(tmp_path / "moved.git")
    now = NOW
    one = Fetching(places, 1, lambda: now)
    assert one.look()
    one.wait(60)
    assert not one.look()
    (tmp_path / "moved.git").rename(tmp_path / "team.git")
    now += HOUR
    assert one.look()
    one.wait(60)
    assert fetched(places) == now


@pytest.mark.parametrize(
    ("text", "hours"),
    [("", 0), ("fetch_hours = 6", 6), ("fetch_hours = -1", 0), ("fetch_hours = true", 0), ("fetch_hours = 1000", 0)],
)
def test_what_the_settings_say(tmp_path: Path, text: str, hours: int) -> None:
    found = places_of(tmp_path)
    found.config.mkdir(parents=True, exist_ok=True)
    found.settings.write_text(text)
    told, problems = settings.load(found)
    assert told.fetch_hours == hours
    assert bool(problems) == (hours == 0 and bool(text))
