"""What the person agreed to: dated, versioned, revocable, and local whenever it can't be read."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.team.consent import FIELDS, Consent, ConsentTrouble, Said, add, load


def test_without_a_word_it_is_local(tmp_path: Path) -> None:
    assert load(tmp_path / "no").mode == "local"
    assert load(tmp_path).mode == "local", "a folder in its place"


def test_what_is_said_last_holds_and_all_of_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "team" / "consent.json"
    add(path, Said("team", 10, team="/srv/team.git"))
    add(path, Said("off", 20))
    found = add(path, Said("team", 30, team="/srv/team.git"))
    assert found == load(path)
    assert (found.mode, found.since) == ("team", 30), "what was before it was revoked never counts again"
    assert [one.mode for one in found.said] == ["team", "off", "team"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_saying_the_same_again_keeps_the_date_and_another_team_does_not(tmp_path: Path) -> None:
    path = tmp_path / "consent.json"
    add(path, Said("team", 10, team="a"))
    assert add(path, Said("team", 20, team="a", few=True)).since == 10
    assert add(path, Said("team", 30, team="b")).since == 30


def test_a_new_field_asks_again(tmp_path: Path) -> None:
    found = Consent((Said("team", 10, fields=FIELDS - 1),))
    assert (found.mode, found.asks_again, found.since) == ("local", True, 0)
    assert Consent((Said("off", 10, fields=FIELDS - 1),)).mode == "off", "to read nothing asks for nothing"


@given(st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["schema", "said", "mode", "at", "fields", "team", "few"]), x, max_size=5), max_leaves=12).map(lambda v: json.dumps(v).encode())))  # fmt: skip
def test_whatever_stands_there_it_is_never_more_than_local(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "consent.json"
        path.write_bytes(data)
        assert load(path).mode == "local"


def test_what_can_not_be_read_is_said_and_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "consent.json"
    path.write_text("{")
    assert "nothing is shared" in load(path).trouble
    add(path, Said("local", 5))
    assert load(path).trouble == ""
    assert (tmp_path / "consent.json.unreadable-5").read_text() == "{"


def test_where_nothing_can_be_kept_what_was_said_before_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "consent.json"
    add(path, Said("local", 1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ConsentTrouble, match="still holds"):
        add(path, Said("team", 2))
    monkeypatch.undo()
    assert load(path).mode == "local"
    assert [p.name for p in tmp_path.iterdir()] == ["consent.json"]
