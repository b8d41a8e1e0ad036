"""docs/agents.md tells an author all that an agent must give, and nothing that it need not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accrete_coach.sessions import agent
from accrete_coach.sessions.facts import Kind

PAGE = (Path(__file__).parent.parent / "docs" / "agents.md").read_text(encoding="utf-8")
TESTS = Path(__file__).parent / "sessions"


def fields(protocol: type) -> set[str]:
    """The names that a value must have to fulfil a protocol."""
    return {name for name in {*vars(protocol), *protocol.__annotations__} if not name.startswith("_")}


def table(heading: str) -> set[str]:
    """The names in the first column of the first table below a heading."""
    below = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([\w.]+)` \|", below, re.MULTILINE))


def test_the_page_names_each_field_of_an_agent() -> None:
    assert table("What `AGENT` gives") == fields(agent.Agent)
    assert len(fields(agent.Agent)) > 10


def test_the_page_names_each_field_of_a_reader() -> None:
    assert table("The reader") == fields(agent.Transcript)


def test_the_page_names_the_files_of_the_tests() -> None:
    assert table("How it is tested") == {path.name for path in (TESTS / "codex").glob("*.py")}


def test_the_page_names_each_agent() -> None:
    for path in Path(agent.__file__).parent.glob("*/__init__.py"):
        assert f"`{path.parent.name}`" in PAGE


@pytest.mark.parametrize("one", agent.agents().values(), ids=lambda one: str(one.id))
def test_each_agent_keeps_what_it_promises(one: agent.Agent, tmp_path: Path) -> None:
    assert agent.agents()[one.id] is one
    assert one.name
    assert one.folders
    assert one.suffixes
    assert one.cannot_show <= set(Kind)
    assert one.roots({})
    before = sorted(tmp_path.rglob("*"))
    nowhere = tmp_path / "nowhere"
    assert one.history(nowhere) == set()
    assert one.days_kept(nowhere) is None
    assert one.kept(nowhere).endswith(".")
    assert "some-id" in one.resume("some-id")
    assert one.words(b"{") == [("note", "a line that can't be read")]
    assert one.peek(str(nowhere / f"x{one.suffixes[0]}")) is not None
    for call in (one.lines, one.open):
        with pytest.raises(FileNotFoundError):
            call(str(nowhere))
    assert sorted(tmp_path.rglob("*")) == before
