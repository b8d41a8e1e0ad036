"""The arrows between the rooms: each is imported in a process of its own, and what came along is looked at."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import accrete_coach

PACKAGE = Path(accrete_coach.__file__).parent
MODULES = sorted(
    ".".join(("accrete_coach", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)
SCREEN = [m for m in MODULES if m.split(".")[1:2] == ["app"]]
CORE = [m for m in MODULES if m not in SCREEN]
PRACTICES = [m for m in MODULES if m.startswith("accrete_coach.practices.")]
SESSIONS = [m for m in MODULES if m.startswith("accrete_coach.sessions")]
AGENTS = sorted(f"accrete_coach.sessions.{path.parent.name}" for path in (PACKAGE / "sessions").glob("*/__init__.py"))

_LOOK = """
import importlib, json, os, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
            told = sorted(sys.modules)
        except BaseException as problem:
            told = f"{type(problem).__name__}: {problem}"
        with os.fdopen(writing, "w") as out:
            json.dump(told, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as given:
        print(json.dumps([name, json.load(given)]))
    os.waitpid(child, 0)
"""


@cache
def came_along() -> dict[str, list[str] | str]:
    """Module -> what sys.modules held after it alone was imported; the error where it could not be."""
    told = subprocess.run(
        [sys.executable, "-c", _LOOK, str(PACKAGE.parent), *MODULES], capture_output=True, text=True, timeout=120, check=True
    )
    return dict(json.loads(line) for line in told.stdout.splitlines())


def loaded(module: str) -> set[str]:
    told = came_along()[module]
    assert isinstance(told, list), told
    return set(told)


def packages(module: str) -> set[str]:
    """Top-level packages that came along."""
    return {name.partition(".")[0] for name in loaded(module)}


def rooms(module: str) -> set[str]:
    """Rooms of this program that came along, without the names of the folders."""
    return {name.removeprefix("accrete_coach.") for name in loaded(module) if name.startswith("accrete_coach.")}


@pytest.mark.parametrize("module", MODULES)
def test_every_room_can_be_entered_first(module: str) -> None:
    told = came_along()[module]
    assert isinstance(told, list), told
    assert module in told


@pytest.mark.parametrize("module", CORE)
def test_nothing_outside_the_screen_imports_textual(module: str) -> None:
    assert "textual" not in packages(module)
    assert not any(room == "app" or room.startswith("app.") for room in rooms(module))


@pytest.mark.parametrize("module", MODULES)
def test_nothing_brings_file_events_or_git_before_they_are_needed(module: str) -> None:
    if module != "accrete_coach.git":
        assert not packages(module) & {"watchdog", "git", "gitdb", "re2"}


def test_the_coach_brings_only_what_it_reads_with() -> None:
    assert not packages("accrete_coach.coach") & {"textual", "rich", "watchdog", "git", "tomli_w", "click", "hypothesis"}
    assert {"coach", "profile", "practice", "standings", "sessions.folder"} <= rooms("accrete_coach.coach")


@pytest.mark.parametrize("module", PRACTICES)
def test_a_practice_knows_only_facts_cues_and_readings(module: str) -> None:
    name = module.removeprefix("accrete_coach.")
    assert rooms(module) <= {
        name,
        "practices",
        "practice",
        "sessions",
        "sessions.facts",
        "sessions.cues",
        "sessions.prints",
        "sessions.worktrees",
    }


@pytest.mark.parametrize("module", SESSIONS)
def test_reading_knows_neither_the_profile_nor_the_coach(module: str) -> None:
    above = {room for room in rooms(module) if not room.startswith("sessions")}
    assert not above & {"profile", "coach", "reader", "practice", "practices", "standings", "places", "settings", "cli"}


@pytest.mark.parametrize("name", ["days", "standings", "trend", "finding", "flow", "suggestions", "tips", "week"])
def test_what_is_pure_knows_only_facts_and_readings(name: str) -> None:
    pure = {name, "days", "practice", "practices", "sessions", "sessions.facts", "sessions.cues", "sessions.prints", "standings"}
    # A week is made of what the others tell.
    pure |= {"tips": {"suggestions", "trend"}, "week": {"suggestions", "trend", "tips", "flow"}}.get(name, set())
    assert rooms(f"accrete_coach.{name}") <= pure


def test_delivery_figures_are_made_of_numbers_and_know_no_repository() -> None:
    assert rooms("accrete_coach.commits") == {"commits"}
    assert rooms("accrete_coach.delivery") == {"delivery", "commits", "days"}
    assert rooms("accrete_coach.beside") == {"beside"}
    assert rooms("accrete_coach.git") == {"git"}


def test_the_profile_does_not_know_the_coach() -> None:
    assert not rooms("accrete_coach.profile") & {"coach", "reader", "standings", "places", "cli"}


def test_an_agent_costs_nothing_before_it_reads() -> None:
    assert {"accrete_coach.sessions.claude_code", "accrete_coach.sessions.codex"} <= set(AGENTS)
    light = {"sessions", "sessions.agent", "sessions.facts", "sessions.patterns", "sessions.prints", "sessions.tail"}
    for module in AGENTS:
        assert rooms(module) <= {module.removeprefix("accrete_coach."), *light}
    assert all(not packages(module) & {"zstandard", "re2"} for module in AGENTS)


def test_what_shows_the_profile_loads_no_reader() -> None:
    heavy = {"sessions.shell", "sessions.cues", *(f"{m.removeprefix('accrete_coach.')}.transcript" for m in AGENTS)}
    # The practices know the cues; nothing that a list shows knows how a line is read.
    assert not rooms("accrete_coach.places") & heavy
    assert not rooms("accrete_coach.profile") & heavy
    assert not rooms("accrete_coach.coach") & (heavy - {"sessions.cues"})


_AGENT_WORDS = re.compile(r"\.jsonl|\bprojects/|rollout|toolUseResult|response_item|claude_code|\bcodex\b")


def test_nothing_outside_an_agents_own_room_names_its_format() -> None:
    # The sketches and the demo write made-up transcripts: they are the pen, not a reader, and hold to one format.
    pens = {"sessions/sketch.py", "demo.py"}
    # What a prompt or a command may speak of is no format.
    words = {"sessions/cues.py", "sessions/shell.py", "sessions/facts.py"}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name in pens | words or any(name.startswith(f"sessions/{m.rpartition('.')[2]}/") for m in AGENTS):
            continue
        code = ast.unparse(_without_docstrings(ast.parse(path.read_text(encoding="utf-8"))))
        assert not _AGENT_WORDS.search(code), (name, _AGENT_WORDS.search(code))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [x for x in body if not (isinstance(x, ast.Expr) and isinstance(x.value, ast.Constant))] or [ast.Pass()]  # type: ignore[attr-defined]
    return tree


def test_an_agent_knows_no_other() -> None:
    for module in AGENTS:
        own = module.removeprefix("accrete_coach.")
        others = {m.removeprefix("accrete_coach.") for m in AGENTS} - {own}
        inside = [m for m in MODULES if m == module or m.startswith(f"{module}.")]
        for one in inside:
            assert not {room for room in rooms(one) if any(room == o or room.startswith(f"{o}.") for o in others)}


def _imports(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere in it, also within functions."""
    out = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            out |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            out.add(node.module.partition(".")[0])
    return out


@pytest.mark.parametrize(
    ("package", "place"),
    [
        ("textual", "app/"),
        ("watchdog", "sessions/folder.py"),
        ("zstandard", "sessions/compressed.py"),
        ("git", "git.py"),
        ("re2", "sessions/patterns.py"),
    ],
)
def test_a_library_is_known_in_one_place_only(package: str, place: str) -> None:
    knowing = [path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py")) if package in _imports(path)]
    assert all(name.startswith(place) for name in knowing), knowing
    assert knowing, f"{package} is imported nowhere: this test looks at nothing"
