"""Whole transcripts of which any field holds anything and any byte is missing: read at once or in two goes, all the same.

`make fuzz` runs these for minutes.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from every_record import EVERY, places, swapped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lines import Follower

from accrete_coach.sessions.claude_code.transcript import words

SOME = settings(
    max_examples=int(os.environ.get("ACCRETE_COACH_FUZZ", "120")), deadline=None, suppress_health_check=list(HealthCheck)
)
"""A few seconds' worth unless more was asked for."""

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from([10**30, -(10**400), 2**63, -(2**63), 1e308, -0.0, 5e-324]),
    st.sampled_from(
        ["user", "assistant", "human", "prompt", "tool_result", "tool_use", "text", "task-notification", "agent_progress", "enqueue",
         "\ud83d", "\udc00\ud800", "\0", "\x1b]0;x\x07", "../..", "<command-name>", "<command-name>/clear</command-name>",
         "<system-reminder>", "<bash-input>", "[Request interrupted by user]", "2026-02-30T99:99:99Z", "9999-12-31T23:59:59.999Z",
         "0001-01-01T00:00:00+23:59", "2026-03-02T09:00:00.000Z", "nan", "git commit -m '", "cd \"", "$(((", "C:\\", "a" * 3000, "\\" * 50]
    ),
)  # fmt: skip
keys = st.sampled_from(
    ["type", "text", "content", "message", "id", "name", "input", "x", "sessionId", "prompt", "status", "agentId"]
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=10
)

PLACES = [list(places(record)) for record in EVERY]
DAMAGE = (
    b"",
    b"\0" * 9,
    b"\xff",
    b"\xe2\x82",
    b"\r",
    b'"',
    b"}",
    b"}{",
    b"{",
    b"[" * 3000,
    b"\\",
    b"\\u12",
    b"\\ud800",
    b"x\n",
    b"\n\n",
    b",",
    b"NaN",
)


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def turned(value: Any) -> bytes:
    """Fields in another order and with blanks, and letters as they are."""
    flat = dict(reversed(value.items())) if isinstance(value, dict) else value
    return json.dumps(flat, separators=(", ", ": "), ensure_ascii=False).encode("utf-8", "replace")


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line: a record as it is written, or one with other values in some places."""
    n = draw(st.integers(0, len(EVERY) - 1))
    record: Any = EVERY[n]
    for at in draw(st.lists(st.sampled_from(PLACES[n]), max_size=3)):
        try:
            record = swapped(record, at, draw(anything))
        except (KeyError, IndexError, TypeError):
            continue  # An earlier value took that place away.
    return turned(record) if draw(st.integers(0, 3)) == 0 else encoded(record)


@st.composite
def transcripts(draw: st.DrawFn) -> bytes:
    """A file: a few lines, then what crashes, full disks and two writers at once do to it."""
    ends = st.sampled_from([b"\n"] * 8 + [b"\r\n", b"", b"\0\0\n", b"\n\n"])
    text = b"".join(line + draw(ends) for line in draw(st.lists(lines(), min_size=1, max_size=10)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.sampled_from([0, 0, 1, 7, 60, 400]))
        text = text[:at] + draw(st.sampled_from(DAMAGE)) + text[at + gone :]
    return text + encoded(EVERY[1]) + draw(st.sampled_from([b"\n", b"\n", b""]))


def read_cut(text: bytes, *cuts: int, agent: str = "") -> Follower:
    """A file that is looked at each time it has grown up to a cut, and once it is whole."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made-up.jsonl")
        follower = Follower(path, agent)
        for cut in (*cuts, len(text)):
            path.write_bytes(text[:cut])
            follower.read()
        return follower


def whole_lines(text: bytes) -> int:
    return text.count(b"\n")


@SOME
@given(st.data(), st.sampled_from(["", "a1"]))
def test_a_transcript_of_anything_cut_anywhere_is_counted_and_tells_the_same(data: st.DataObject, agent: str) -> None:
    text = data.draw(transcripts())
    once = read_cut(text, agent=agent)
    assert once.accounted, once.passed
    assert whole_lines(text) <= once.state.lines <= whole_lines(text) + 1
    cut = data.draw(st.integers(0, len(text)))
    twice = read_cut(text, cut, agent=agent)
    assert twice.accounted, twice.passed
    assert twice.facts() == once.facts()


@SOME
@given(st.lists(lines(), min_size=1, max_size=8), st.data())
def test_sound_lines_of_anything_cut_anywhere_leave_the_same_account(some: list[bytes], data: st.DataObject) -> None:
    text = b"".join(line + b"\n" for line in some)
    once = read_cut(text)
    twice = read_cut(text, *sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=3))))
    assert (twice.facts(), twice.passed, twice.state.lines) == (once.facts(), once.passed, once.state.lines)
    assert once.state.lines == len(some)
    assert once.accounted


@SOME
@given(lines(), st.binary(max_size=40), st.integers(0, 400))
def test_the_words_of_any_line_can_be_asked_for(line: bytes, glue: bytes, at: int) -> None:
    for who, text in [*words(line), *words(line[:at] + glue + line[at:])]:
        assert who in ("you", "agent", "tool", "result", "note")
        assert isinstance(text, str)


@pytest.mark.parametrize("n", range(len(EVERY)), ids=[f"{n}-{r['type']}" for n, r in enumerate(EVERY)])
def test_each_record_between_two_others_is_read_and_counted(n: int) -> None:
    text = b"".join(encoded(r) + b"\n" for r in (EVERY[1], EVERY[n], EVERY[2]))
    found = read_cut(text)
    assert found.state.lines == 3
    assert found.accounted
    assert "not JSON" not in found.passed
