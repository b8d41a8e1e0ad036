"""Where everything lives, told by the environment alone; looking creates nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from accrete_coach.places import Places, find


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home of nobody"
    monkeypatch.setenv("HOME", str(home))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "ACCRETE_COACH_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


def of(agent: str, places: Places) -> list[Path]:
    return [root.path for root in places.roots if root.agent == agent]


def roots(value: str) -> list[Path]:
    return of("claude-code", find({"CLAUDE_CONFIG_DIR": value}))


def test_one_folder_is_one_root(tmp_path: Path) -> None:
    places = find({"CLAUDE_CONFIG_DIR": str(tmp_path / "c")})
    assert of("claude-code", places) == [tmp_path / "c"]


def test_several_folders_stand_with_commas_between(tmp_path: Path) -> None:
    a, b, c = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    assert roots(f"{a},{b},{c}") == [a, b, c]


def test_blanks_around_a_folder_are_not_part_of_its_name(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    assert roots(f"  {a} ,\t{b} ,, ") == [a, b]


def test_blanks_within_a_folder_are(tmp_path: Path) -> None:
    assert roots(f"{tmp_path}/my own sessions") == [tmp_path / "my own sessions"]


def test_the_same_folder_by_two_names_is_read_once(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    link = tmp_path / "link"
    link.symlink_to(real)
    assert roots(f"{link},{real},{real}/") == [link]
    assert roots(f"{tmp_path}/x/../real,{link}") == [Path(f"{tmp_path}/x/../real")]


def test_without_a_word_both_usual_folders_are_read(nobodys_home: Path) -> None:
    for environ in ({}, {"CLAUDE_CONFIG_DIR": ""}, {"CLAUDE_CONFIG_DIR": " , "}):
        places = find(environ)
        assert of("claude-code", places) == [nobodys_home / ".claude", nobodys_home / ".config" / "claude"]


def test_a_tilde_is_the_persons_home(nobodys_home: Path) -> None:
    assert roots("~/elsewhere") == [nobodys_home / "elsewhere"]
    assert find({"ACCRETE_COACH_HOME": "~/mine"}).home == nobodys_home / "mine"


def own(places: Places) -> list[Path]:
    return [
        places.home,
        places.config,
        places.profile,
        places.readable,
        places.lock,
        places.request,
        places.settings,
        places.themes,
    ]


def test_one_word_moves_all_own_places(tmp_path: Path) -> None:
    moved = tmp_path / "mine"
    for place in own(find({"ACCRETE_COACH_HOME": f" {moved} "})):
        assert place == moved or moved in place.parents
    assert len({*own(find({"ACCRETE_COACH_HOME": str(moved)}))}) == 7, "no two of them are the same file"


def test_moving_the_own_places_leaves_the_agents_where_they_are(tmp_path: Path, nobodys_home: Path) -> None:
    assert of("claude-code", find({"ACCRETE_COACH_HOME": str(tmp_path / "mine")}))[0] == nobodys_home / ".claude"


def test_without_a_word_the_own_places_are_in_the_persons_home(nobodys_home: Path) -> None:
    for place in own(find({})):
        assert nobodys_home in place.parents
        assert any("accrete-coach" in part for part in place.parts)


def test_the_environment_of_the_process_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "c"))
    monkeypatch.setenv("ACCRETE_COACH_HOME", str(tmp_path / "o"))
    places = find()
    assert of("claude-code", places) == [tmp_path / "c"]
    assert places.home == tmp_path / "o"


def test_looking_creates_nothing(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    for environ in ({}, {"ACCRETE_COACH_HOME": str(tmp_path / "o"), "CLAUDE_CONFIG_DIR": f"{tmp_path}/c,{tmp_path}/d"}):
        own(find(environ))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_team_s_practices_stand_where_the_settings_say(tmp_path: Path, nobodys_home: Path) -> None:
    env = {"ACCRETE_COACH_HOME": str(tmp_path / "own")}
    assert [whose for whose, _ in find(env).practice_folders] == ["yours"]
    (tmp_path / "own").mkdir()
    settings = find(env).config / "settings.toml"
    settings.write_text('theme = "dark"\nteam_practices = ["~/team", "/srv/practices", 3, ""]\n')
    assert find(env).practice_folders[1:] == (("team", nobodys_home / "team"), ("team", Path("/srv/practices")))
    accepted = tmp_path / "own" / "team" / "practices"
    accepted.mkdir(parents=True)
    assert find(env).practice_folders[1] == ("team", accepted), "those of the team's repository that were accepted"
    settings.write_text('team_practices = "one"')
    assert find(env).team_practices == (settings.parent / "one",), "a relative folder is one of the settings' own"
    settings.write_text('team_practices = ["~nobody-of-this-name/x"]')
    assert find(env).team_practices == (settings.parent / "~nobody-of-this-name/x",)
    nested = "[" * 2000 + "]" * 2000
    for text in ("team_practices = [", "team_practices = {}", f"team_practices = {nested}", 'team_practices = ["a\\u0000"]'):
        settings.write_text(text)
        assert find(env).team_practices == ()
    settings.write_bytes(b"team_practices = ['\xff']")
    assert find(env).team_practices == ()
