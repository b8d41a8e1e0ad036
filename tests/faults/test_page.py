"""`docs/faults.md` names a test for every fault of reading, storing, showing and sharing; each test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from .made import TESTS

PAGE = TESTS.parent / "docs" / "faults.md"
ROWS = list(range(1, 24))


@cache
def rows() -> dict[int, tuple[str, ...]]:
    """Fault -> the tests named for it."""
    out: dict[int, tuple[str, ...]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| (\d+) \|(.+)\|(.+)\|(.*)\|$", line):
            number, fault, happens, tests = int(found[1]), found[2], found[3], found[4]
            assert number not in out, "twice"
            assert fault.strip()
            assert happens.strip()
            named = tuple(re.findall(r"`(\w+)`", tests))
            assert " ".join(f"`{name}`" for name in named) == tests.strip(), tests
            out[number] = named
    return out


@cache
def existing() -> frozenset[str]:
    """Names of all test functions there are."""
    return frozenset(
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_fault_has_its_row_in_order() -> None:
    assert list(rows()) == ROWS


@pytest.mark.parametrize("number", ROWS)
def test_each_fault_names_tests_that_exist(number: int) -> None:
    named = rows()[number]
    assert named
    assert len(set(named)) == len(named)
    assert set(named) <= existing()


def test_the_page_sees_a_test_that_is_none() -> None:
    assert "test_that_nobody_wrote" not in existing()
    assert "test_each_fault_names_tests_that_exist" in existing()
