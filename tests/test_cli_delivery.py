"""`accrete-coach delivery …`, as a person or a script runs it, and which commits the coach says sessions made."""

from __future__ import annotations

import json
import os
import subprocess
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accrete_coach.places import Places
from accrete_coach.settings import Settings, SettingsError, load, save, save_delivery
from faults.made import coach_of
from test_cli import Machine
from test_git import ME, Made

MENDED = """
you: mend the price
edit app/price.py +1
run pytest -q -> 1 passed
you: commit it
run git commit -am "Mend the price" -> [main abc1234] Mend the price
reply: done
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Made:
    return Made(tmp_path / "shop")


def lately(shop: Made, n: int = 6) -> None:
    for k in range(n):
        shop.commit(f"part {k}", {f"part{k}.py": f"line {k}\n"}, time.time() - 3 * 86_400 + k * 600)


def said(machine: Machine, *words: str) -> str:
    """What a command prints, however it is wrapped."""
    return " ".join(machine.run(*words).split())


def test_nothing_is_looked_at_before_it_was_allowed(machine: Machine, shop: Made) -> None:
    lately(shop)
    machine.session("s-1", MENDED, project=str(shop.folder))
    machine.run("scan")
    # Whoever opened it would wait without end.
    (shop.folder / ".git" / "config").rename(shop.folder / "config")
    subprocess.run(["mkfifo", str(shop.folder / ".git" / "config")], check=True)
    told = said(machine, "delivery")
    assert "No repository was allowed" in told
    assert f"accrete-coach delivery allow {shop.folder}" in told
    assert machine.json("delivery")["not_allowed"] == [str(shop.folder)]
    assert said(machine, "delivery", "list").endswith(str(shop.folder))
    assert not (machine.home / "delivery.json").exists()


def test_from_allow_to_figures_and_back(machine: Machine, shop: Made) -> None:
    lately(shop)
    (shop.folder / "deep").mkdir()
    assert "allowed. Its history is read" in said(machine, "delivery", "allow", str(shop.folder / "deep"))
    assert "it was allowed already" in said(machine, "delivery", "allow", str(shop.folder))
    assert machine.json("delivery", "list") == {"schema": 1, "allowed": [str(shop.folder)], "not_allowed": []}
    first = said(machine, "delivery")
    assert "6 commits of yours in shop, 0 made in sessions" in first
    told = machine.json("delivery")
    assert [one["id"] for one in told["figures"]] == [
        "size",
        "spacing",
        "rework",
        "failures",
        "recovery",
        "lead-time",
        "frequency",
    ]
    assert told["figures"][0]["numbers"]["changed_lines"] == [1, 1, 1]
    assert ["DORA", "reliability"] in told["says_nothing_of"]
    frameworks = {framework for one in told["figures"] for framework, _ in one["stands_under"]}
    assert frameworks == {"DORA", "SPACE", "DX Core 4", "flow"}
    assert ME not in json.dumps(told)
    assert "Can't see" not in machine.run("delivery")
    assert machine.run("delivery", "--all").count("Can't see:") == 7
    one = machine.run("delivery", "--figure", "frequency")
    assert "shipping faster than review can follow?" in " ".join(one.split())
    assert "Rework" not in one
    assert (machine.home / "delivery.json").exists()
    assert "not read any more" in said(machine, "delivery", "forbid", str(shop.folder))
    assert not (machine.home / "delivery.json").exists()
    assert "No repository was allowed" in machine.run("delivery")


def test_commits_of_a_session_are_told_from_others(machine: Machine, shop: Made) -> None:
    lately(shop)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    machine.session_at("s-1", MENDED, at, project=str(shop.folder))
    machine.run("delivery", "allow", str(shop.folder))
    machine.run("scan")
    coach = coach_of(Places(machine.home, machine.home, ()))
    (made,) = coach.session_commits(0)
    assert coach.session_commits(0, lambda folder: False) == coach.session_commits(made.done + 1) == []
    coach.close()
    assert made.project == str(shop.folder)
    assert made.began <= made.at <= made.done
    shop.commit("Mend the price", {"a.py": "1\n"}, (made.at + made.done) / 2000)
    assert "7 commits of yours in shop, 1 made in sessions" in said(machine, "delivery")
    told = machine.json("delivery")
    lead = next(one for one in told["figures"] if one["id"] == "lead-time")["numbers"]["session_to_commit"]
    assert lead["known"] == 1
    assert lead["median"] >= 10


def test_every_line_fits_a_narrow_terminal_and_nothing_steers_it(machine: Machine, tmp_path: Path) -> None:
    bad = Made(tmp_path / "x\x1b]52;c;aGk=\x07\u202e\x1b[2J")
    lately(bad)
    bad.commit("\x1b[31m\x07", {"\x1b[2J": "\x1b[2J\n"}, time.time() - 60)
    bad.git("tag", "evil-\u202e")
    machine.run("delivery", "allow", str(bad.folder))
    gone = Made(tmp_path / "gone\x1b[2J")
    machine.run("delivery", "allow", str(gone.folder))
    gone.folder.rename(tmp_path / "elsewhere")
    for words in (["delivery"], ["delivery", "--all"], ["delivery", "list"], ["delivery", "--json"]):
        done = machine.try_run(*words, columns=44)
        assert done.returncode == 0, done.stderr
        assert not set("\x1b\x07\u202e\x9b") & set(done.stdout + done.stderr)
        if "--json" not in words and "list" not in words:
            assert max(map(len, done.stdout.splitlines())) <= 44
    failed = machine.try_run("delivery", "allow", str(tmp_path / "no\x1b[2Jwhere"))
    assert failed.returncode == 1
    assert "no such folder" in failed.stderr
    assert "\x1b" not in failed.stderr


def test_wrong_words_are_said(machine: Machine, tmp_path: Path) -> None:
    assert "no git repository" in machine.run("delivery", "allow", str(tmp_path), code=1)
    assert "was not allowed" in machine.run("delivery", "forbid", str(tmp_path), code=1)
    machine.run("delivery", "--weeks", "0", code=2)
    machine.run("delivery", "--figure", "score", code=2)


def test_of_repositories_within_each_other_the_one_that_is_named_is_forbidden(machine: Machine, tmp_path: Path) -> None:
    for path in (tmp_path / "outer", tmp_path / "outer" / "inner"):
        subprocess.run(["git", "init", "-q", str(path)], check=True, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
        machine.run("delivery", "allow", str(path))
    machine.run("delivery", "forbid", str(tmp_path / "outer" / "inner"))
    assert [Path(one).name for one in machine.json("delivery", "list")["allowed"]] == ["outer"]


def test_allowing_keeps_what_else_is_in_the_settings(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path, ())
    places.settings.write_text('theme = "dusk"\nfuture = [1, 2]\nidentities = ["sam@work.example"]\n[keys]\n"a.b" = "x"\n')
    save_delivery(places, ["/a", "/b"])
    # An app that was opened before keeps its theme, not what it knew of repositories.
    save(places, Settings(theme="dawn"))
    assert tomllib.loads(places.settings.read_text()) == {
        "theme": "dawn", "future": [1, 2], "identities": ["sam@work.example"], "keys": {"a.b": "x"}, "delivery": ["/a", "/b"],
    }  # fmt: skip
    chosen, problems = load(places)
    assert (chosen.delivery, chosen.identities, problems) == (("/a", "/b"), ("sam@work.example",), ())
    places.settings.write_text('delivery = ["/a", 3]\nidentities = "sam@work.example"\n')
    chosen, problems = load(places)
    assert (chosen.delivery, chosen.identities) == (("/a",), ("sam@work.example",))
    assert ["'delivery'" in problems[0], "'identities'" in problems[1]] == [True, True]
    places.settings.write_text("= broken")
    with pytest.raises(SettingsError, match="not changed"):
        save_delivery(places, [])
