"""Practices that installed packages bring, through the entry point group; a broken package is named, the others run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from accrete_coach.cli_practice import check_of
from accrete_coach.coach import Coach
from accrete_coach.doctor import examine
from accrete_coach.places import Places
from accrete_coach.practice import load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.facts import CLAUDE_CODE
from faults.made import Tree, coach_of, places_of

GOOD = """
from accrete_coach.practice import NOT_APPLICABLE_READING, Moment, Practice, Reading, Sketch, Source, not_seen, seen
from accrete_coach.sessions.facts import Kind
from accrete_coach.sessions.patterns import Pattern


def made(detect, name="go-back", **more):
    given = dict(
        id=name, title="rehearse the rollback", family="verify", why="a\\x1b[31mb", tip="x", when_not="x", grade="C",
        sources=(Source("a\\x07", "https://example.org", "b"),), detect=detect, version=1,
        sketches=(Sketch("seen", "you: a\\nedit a.py\\nrun git revert HEAD -> ok", "agent", "x"),
                  Sketch("not-seen", "you: a\\nedit a.py")),
        short="go back",
    )
    return Practice(**(given | more))


def detect(session):
    if not session.coding:
        return NOT_APPLICABLE_READING
    reverts = session.of(Kind.REVERT)
    return seen(session, reverts, by="agent") if reverts else not_seen()
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a package on the path as an installer would: a module and its dist-info with entry points."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def done(code: str, value: str = "PRACTICE", *, name: str = "our-practices", version: str = "1.2") -> Path:
        module = name.replace("-", "_")
        sys.modules.pop(module, None)
        (site / f"{module}.py").write_text(code)
        info = site / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[accrete_coach.practices]\nmine = {module}:{value}\n")
        return site

    return done


def test_a_package_brings_a_practice(install: Callable[..., Path]) -> None:
    install(GOOD + "PRACTICE = made(detect)")
    found = load()
    assert found.problems == ()
    p = found["go-back"]
    assert (p.origin, p.edition, p.why) == ("our-practices", "1.2", "a␛[31mb")
    assert p.sources[0].title == "a␇"
    assert p.stamp in found.stamp
    assert found.practices[-1] is p
    checked, lacks = check_of(p)
    assert (lacks, [c.right for c in checked]) == ([], [True, True])


def test_a_package_brings_several(install: Callable[..., Path]) -> None:
    install(GOOD + "PRACTICES = [made(detect), made(detect, 'go-on'), made(detect, 'read-diff')]", "PRACTICES")
    found = load()
    assert {p.id for p in found.practices if p.origin} == {"go-back", "go-on"}
    assert [p.what for p in found.problems] == [
        "read-diff (our-practices): its id 'read-diff' is taken (a built-in practice); the practice is paused"
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("PRACTICE = 1 / 0", "ZeroDivisionError: division by zero"),
        ("", "AttributeError: module 'our_practices' has no attribute 'PRACTICE'"),
        ("PRACTICE = 'a text'", "ValueError: str is no Practice"),
        (GOOD + "PRACTICE = made(detect, 'No Id')", "ValueError: its id is none"),
        (GOOD + "PRACTICE = made(detect, family='x')", "ValueError: its family or its grade is none of frame"),
        (GOOD + "PRACTICE = made(detect, grade=[])", "TypeError: unhashable"),
        (GOOD + "PRACTICE = made('x')", "ValueError: detect is no function"),
        (GOOD + "PRACTICE = made(detect, tip=3)", "ValueError: a text of it is no text"),
        (GOOD + "PRACTICE = made(detect, sources=(3,))", "AttributeError"),
        (GOOD + "PRACTICE = made(detect, sketches=(Sketch('x', 'y'),))", "ValueError: a sketch says a word that is none"),
        (GOOD + "PRACTICE = made(detect, around='x')", "ValueError: around is none of followed"),
        (GOOD + "PRACTICE = made(detect, patterns=(Pattern('prompts', '('),))", "ValueError: a pattern is no RE2 pattern"),
        (GOOD + "PRACTICE = made(detect, builds_on=('nothing',))", "builds_on names 'nothing', which is no practice"),
        ("class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd", "Odd; the practice is paused"),
        ("raise ValueError('\\x1b[31m' + 'x' * 9999)", "ValueError: ␛[31mxxx"),
    ],
)
def test_a_broken_package_is_named_and_the_others_run(install: Callable[..., Path], code: str, said: str) -> None:
    install(code)
    install(GOOD + "PRACTICE = made(detect, 'go-on')", name="their-practices")
    found = load()
    (problem,) = found.problems
    assert said in problem.what
    assert "our-practices" in problem.what
    assert problem.what.endswith("; the practice is paused")
    assert "\x1b" not in problem.what
    assert len(problem.what) < 400
    assert found.get("go-on") is not None
    assert found.get("read-diff") is not None


RAISING = (
    ("raise KeyError('oh')", "it raised KeyError: 'oh'"),
    ("raise SystemExit", "it raised SystemExit"),
    ("return None", "it answered with NoneType, which is no Reading,"),
    ("return Reading('great')", "it answered with a word that is none"),
    ("return Reading('not-seen', sure='very')", "it answered with a word that is none"),
    ("return Reading('seen')", "it answered seen without who and where"),
    ("return Reading('not-seen', moments=(Moment(0, 1, 0),))", "it answered seen without who and where"),
    ("return Reading('seen', by='you', count=1, moments=(Moment(7, 1, 0),))", "in a file that the session does not have"),
    ("return Reading('seen', by='you', count='x', moments=(Moment(0, 1, 0),))", "a count that is none"),
    ("return Reading('seen', by='you', count=1, moments=(Moment(0, 1 << 70, 0),))", "with a moment that is none"),
    ("return Reading('seen', by='you', count=1, moments=(3,))", "with a moment that is none"),
)


@pytest.mark.parametrize(("code", "said"), RAISING)
def test_a_detector_that_goes_wrong_answers_cant_tell(install: Callable[..., Path], code: str, said: str) -> None:
    install(f"{GOOD}\ndef bad(session):\n    {code}\nPRACTICE = made(bad)\n")
    readings, broken = load().read(sketch.read("you: a\nedit a.py"))
    assert list(broken) == ["go-back"]
    assert said in broken["go-back"]
    assert readings["go-back"].word == "cant-tell"
    assert readings["run-check"].word == "not-seen"


def test_a_detector_that_raises_is_named_by_every_process_until_it_changes(install: Callable[..., Path], tmp_path: Path) -> None:
    bad = GOOD + "\ndef bad(session):\n    if session.of(Kind.COMMIT): raise KeyError('oh')\n    return not_seen()\n"
    install(bad + "PRACTICE = made(bad)")
    tree, places = Tree(tmp_path / "claude"), places_of(tmp_path)
    tree.add("s1")
    tree.add("s2", "you: a\nedit a.py")
    coach = coach_of(places)
    report = coach.scan()
    said = "go-back (our-practices): it raised KeyError: 'oh' where it read a session; there it answers can't tell"
    assert [p.what for p in coach.problems] == [said]
    found = {s.id: coach.profile.readings([s.num])[s.num] for s in coach.profile.sessions()}
    assert (found["s1"]["go-back"].word, found["s2"]["go-back"].word) == ("cant-tell", "not-seen")
    assert found["s1"]["scout"].word == "seen"
    assert {"where": "go-back", "what": said} in examine(coach, report)["practices_paused"]
    coach.close()
    other = coach_of(places)
    other.scan()
    assert [p.what for p in other.problems] == [said]
    other.close()
    install(GOOD + "PRACTICE = made(detect)", version="1.3")
    os.rename(tmp_path / "site" / "our_practices-1.2.dist-info", tmp_path / "site" / "old")
    mended = coach_of(places)
    assert mended.catalogue["go-back"].edition == "1.3"
    mended.scan()
    assert mended.problems == ()
    assert {r["go-back"].word for r in mended.profile.readings().values()} == {"not-seen"}
    mended.close()


def words_of(places: Places, workers: int) -> tuple[dict[str, str], tuple[str, ...]]:
    coach = Coach(places, load(places.practice_folders))
    coach.scan(workers=workers)
    found: dict[str, str] = {s.id: coach.profile.readings([s.num])[s.num]["go-back"].word for s in coach.profile.sessions()}
    problems = tuple(p.what for p in coach.problems)
    coach.close()
    return found, problems


def test_worker_processes_read_with_packages_too(
    install: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accrete_coach.reader.BATCH", 1)
    site = install(
        GOOD
        + "\ndef bad(session):\n    if session.of(Kind.COMMIT): raise KeyError('oh')\n    return not_seen()\nPRACTICE = made(bad)"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *sys.path]))
    tree = Tree(tmp_path / "claude")
    for n in range(4):
        tree.add(f"s{n}", "you: a\nedit a.py" if n % 2 else "you: a\nrun git commit -m x -> [main abc1234] x")
    alone = Places(home=tmp_path / "one", config=tmp_path / "one", roots=(Root(CLAUDE_CODE, tree.root),))
    shared = Places(home=tmp_path / "two", config=tmp_path / "two", roots=(Root(CLAUDE_CODE, tree.root),))
    found, problems = words_of(alone, 1)
    assert sorted(found.values()) == ["cant-tell", "cant-tell", "not-seen", "not-seen"]
    assert len(problems) == 1
    assert words_of(shared, 2) == (found, problems)


def test_the_command_runs_with_a_broken_package(install: Callable[..., Path], tmp_path: Path) -> None:
    site = install("import nothing_of_that_name")
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), *sys.path]),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "CODEX_HOME": str(tmp_path / "codex"),
        "ACCRETE_COACH_HOME": str(tmp_path / "own"),
    }
    for words in (["list"], ["doctor"], ["practice", "list"]):
        done = subprocess.run(
            [sys.executable, "-m", "accrete_coach", *words], env=env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert ("nothing_of_that_name" in done.stdout) is (words != ["list"])
