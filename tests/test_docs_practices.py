"""The page for authors: its examples are practices, its tables are the vocabulary."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from accrete_coach.cli_practice import check_of, practice
from accrete_coach.condition import (
    _FACT_KEYS,
    _FORMS,
    AROUND,
    CUES,
    FLAGS,
    KINDS,
    MOST_DEPTH,
    MOST_PARTS,
    MOST_TESTS,
    NUMBERS,
    STATUSES,
)
from accrete_coach.own import _KEYS, MOST_PATTERNS, OwnText, read
from accrete_coach.practice import FAMILIES, GRADES, GROUP, Practice, load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.patterns import MOST_PATTERN, MOST_TEXT, OVER

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "practices.md").read_text(encoding="utf-8")
TOML = re.findall(r"^```toml\n(.*?)^```", PAGE, re.M | re.S)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
WHOLE = [block for block in TOML if block.startswith("title")]
PARTS = [block for block in TOML if block.startswith("# part of a practice")]
BASE = 'title = "x"\nfamily = "frame"\ngrade = "C"\nwhy = "x"\ntip = "x"\nwhen_not = "x"\n'


def practice_of(text: str) -> Practice:
    found, problems = read(OwnText("yours", "example.toml", text))
    assert problems == ()
    assert found is not None
    return found


def section(title: str) -> str:
    return re.split(r"^#+ ", PAGE.split(f"\n## {title}\n" if f"\n## {title}\n" in PAGE else f"\n### {title}\n")[1], flags=re.M)[0]


def rows(title: str) -> list[str]:
    """What stands in the first cells of the tables of a section, word by word."""
    cells = re.findall(r"^\| (`.*?) \|", section(title), re.M)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def test_every_block_is_looked_at() -> None:
    assert len(WHOLE) + len(PARTS) + 1 == len(TOML)
    assert (len(WHOLE), len(PYTHON)) == (1, 1)
    assert len(PARTS) >= 4


@pytest.mark.parametrize("block", WHOLE)
def test_a_whole_example_passes_its_check(block: str) -> None:
    p = practice_of(block)
    checked, lacks = check_of(p)
    assert lacks == []
    assert [(c.should, c.read) for c in checked if not c.right] == []
    assert {s.says for s in p.sketches} == {"seen", "not-seen", "not-applicable"}
    assert all(load().get(name) for name in p.builds_on)


SHOWN_BY = {
    "every commit came after a check": (
        "you: a\nrun pytest -> ok\nrun git commit -m x -> [main abc1234] x",
        "you: a\nedit a.py\nrun pytest -> ok\nrun git commit -m x -> [main abc1234] x\nrun git commit -m x -> [main abc1235] x",
    ),
    "a test failed, the code was changed": (
        "you: a\nrun pytest -> ! 1 failed\nedit a.py\nrun pytest -> 1 passed",
        "you: a\nedit a.py\nrun pytest -> ! 1 failed\nrun pytest -> 1 passed",
    ),
    "three prompts or more point": (
        "you: see a/b.py\nedit a/b.py +30\nyou: see a/c.py\nyou: see a/d.py\nyou: go",
        "you: see a/b.py\nedit a/b.py +30\nyou: see a/c.py\nyou: go\nyou: go",
    ),
    "the person asked for a subagent": (
        "you: use a subagent to look\nscout look",
        "you: use a subagent to look\nyou: or do it yourself\nscout look",
    ),
}


@pytest.mark.parametrize("block", PARTS, ids=[b.splitlines()[0][:60] for b in PARTS])
def test_a_part_reads_as_it_says(block: str) -> None:
    given = next(texts for says, texts in SHOWN_BY.items() if says in block.splitlines()[0])
    applies = "" if "[applies]" in block else "[applies]\nsession = { tool_calls = { at_least = 0 } }\n"
    p = practice_of(BASE + applies + block)
    assert [p.read(sketch.read(text)).word for text in given] == ["seen", "not-seen"]


@pytest.mark.parametrize("block", PYTHON)
def test_the_example_in_python_passes_its_check(block: str) -> None:
    names: dict[str, Practice] = {}
    exec(block, names)
    found = names["ROLLBACK"]
    checked, lacks = check_of(found)
    assert (lacks, [c.read for c in checked if not c.right]) == ([], [])
    assert isinstance(found, Practice)
    (point,) = [block for block in TOML if block.startswith("# pyproject")]
    entry = tomllib.loads(point)["project"]["entry-points"]
    assert entry == {GROUP: {"rollback": "our_practices:ROLLBACK"}}


def test_the_tables_are_the_vocabulary() -> None:
    assert rows("Kinds") == list(KINDS)
    assert sorted(rows("Cues")) == sorted(CUES)
    assert sorted(rows("Statuses")) == sorted(STATUSES)
    assert rows("Patterns") == list(OVER)
    assert sorted(word.split(" ")[0] for word in rows("Facts")) == sorted(_FACT_KEYS)
    session = rows("The session")
    assert sorted(session) == sorted((*FLAGS, *NUMBERS, "agent", "around"))
    forms = [re.sub(r"^\{ ", "", word).split(" ")[0] for word in rows("Conditions")]
    assert sorted(forms) == sorted(("kind", *_FORMS))
    keys = [word.strip("[]").split(".")[0] for word in rows("Keys")]
    assert sorted(keys) == sorted(_KEYS)


def test_the_page_names_every_choice_and_limit() -> None:
    for word in (*FAMILIES, *GRADES, *OVER, *AROUND, "certain", "likely", "first", "last", "each", "person", "agent", "subagent"):
        assert f"`{word}`" in PAGE or f'"{word}"' in PAGE, word
    text = " ".join(PAGE.split())
    assert f"at most {MOST_PARTS} conditions, a practice at most {MOST_TESTS} tables, {MOST_DEPTH} deep" in text
    assert f"at most {MOST_PATTERNS} patterns of at most {MOST_PATTERN} characters" in text
    assert f"first {MOST_TEXT * 3 // 4:,} and the last {MOST_TEXT // 4:,} characters" in text
    for name in practice.commands:
        assert f"accrete-coach practice {name}" in text or f"`practice {name}" in text


def test_the_sketch_language_is_that_of_the_sketches() -> None:
    said = sketch.__doc__ or ""
    shown = re.search(r"^```\n(cleared.*?)^```", PAGE, re.M | re.S)
    assert shown is not None
    assert shown[1].strip() in re.sub(r"^    ", "", said, flags=re.M)
    for line in sketch.AROUND:
        assert f"`{line}`" in " ".join(PAGE.split())


def test_nothing_of_another_machine_stands_on_the_page() -> None:
    assert "/work" not in PAGE
    assert sys.prefix not in PAGE
