"""Whatever stands in a line: nothing raises, every line is counted once, what is sound beside it is read."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines import CLEAR, CWD, Log, coach, follow, message_first, notification, put, session_in

from accrete_coach.sessions.claude_code.transcript import words
from accrete_coach.sessions.facts import Kind
from accrete_coach.sessions.times import milliseconds

Record = dict[str, Any]


def _one_of_each() -> list[Record]:
    log = Log("s")
    log.user(CLEAR)
    log.user("round the tax per line", permissionMode="plan", origin={"kind": "human"}, promptSource="typed", planContent="x")
    log.user([{"type": "text", "text": "see"}, {"type": "image", "source": {"type": "base64", "data": ""}}])
    log.user(message_first("release", "minor"))
    log.user("<bash-input>pytest -q</bash-input>")
    log.user("<bash-stdout>12 passed</bash-stdout>")
    log.user(notification("b1", tool="t"))
    log.user("[Request interrupted by user]")
    log.user("Unknown skill: x")
    log.user("Implement the following plan:\n\n1. x", planContent="1. x")
    log.user("summary", isCompactSummary=True, isMeta=True, isSidechain=True)
    log.say("done. Shall I go on?")
    for tool, given_, result in (
        ("Read", {"file_path": "a.py"}, {"type": "text", "file": {"filePath": "a.py"}}),
        ("Edit", {"file_path": "a.py", "old_string": "a", "new_string": "b"}, {"filePath": "a.py", "userModified": False}),
        ("MultiEdit", {"file_path": "a.py", "edits": [{"old_string": "a", "new_string": "b"}]}, {}),
        ("Write", {"file_path": "a.py", "content": "a"}, {"type": "update", "structuredPatch": [{"lines": ["+a"]}]}),
        ("NotebookEdit", {"notebook_path": "a.ipynb", "new_source": "a"}, {}),
        ("Bash", {"command": "pytest -q", "run_in_background": True}, {"stdout": "", "backgroundTaskId": "b1"}),
        ("Bash", {"command": "git commit -m x"}, {"stdout": "", "interrupted": False, "gitOperation": {"commit": {"sha": "a"}}}),
        ("PowerShell", {"command": "git diff"}, {"stdout": ""}),
        ("TaskOutput", {"task_id": "b1"}, "<status>completed</status>"),
        (
            "Task",
            {"subagent_type": "Explore", "description": "a", "prompt": "b"},
            {"agentId": "a1", "toolStats": {"editFileCount": 0}},
        ),
        (
            "Agent",
            {"subagent_type": "x", "run_in_background": True},
            {"isAsync": True, "status": "async_launched", "agentId": "a2"},
        ),
        ("Skill", {"skill": "release"}, {"success": True}),
        ("TodoWrite", {"todos": [{"content": "a", "status": "completed"}]}, {"oldTodos": [], "newTodos": []}),
        ("TaskUpdate", {"taskId": "1", "status": "completed"}, {}),
        ("ExitPlanMode", {"plan": "1. x"}, {"plan": "1. x", "isAgent": False}),
        ("EnterPlanMode", {}, {}),
        (
            "AskUserQuestion",
            {"questions": [{"question": "Which?", "options": []}]},
            {"questions": [], "answers": {"Which?": "a"}},
        ),
        ("mcp__acp__Edit", {"file_path": "a.py"}, [{"type": "text", "text": "ok"}]),
    ):
        log.tool(tool, given_, [{"type": "text", "text": "ok"}], result)
    log.agent_progress("t", "a1", log.records[-2])
    log.agent_progress("t", "a1", log.records[-1])
    log.add(type="progress", data={"type": "hook_progress", "hookEvent": "SessionStart", "hookName": "SessionStart:clear"})
    for operation in ("enqueue", "enqueue", "dequeue", "remove", "popAll"):
        log.queue(operation, "and the rates")
    log.queued([{"type": "text", "text": "and the rates"}], origin={"kind": "human"})
    for kind in ("plan_mode", "plan_mode_exit", "task_reminder", "selected_lines_in_ide", "file", "nested_memory"):
        log.attach(kind, content="x")
    log.attach("hook_success", hookName="SessionStart:clear")
    log.add(type="system", subtype="compact_boundary", compactMetadata={"trigger": "manual"})
    log.add(type="system", subtype="local_command", content="<command-name>/status</command-name>")
    log.add(type="system", subtype="api_error", error={"headers": {"set-cookie": "x"}})
    log.add(type="assistant", message={"role": "assistant", "content": "text", "model": "<synthetic>", "id": "m"})
    log.add(type="user", message={"role": "user", "content": "copied"}, forkedFrom={"sessionId": "x", "messageUuid": "u"})
    for kind in ("summary", "ai-title", "custom-title", "last-prompt", "permission-mode", "mode", "pr-link", "file-history-snapshot",
                 "file-history-delta", "agent-name", "rewind-pointer", "worktree-state"):  # fmt: skip
        log.bare(type=kind, sessionId="s", value="x")
    return log.records


EACH = _one_of_each()

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**30, -(10**400), 2**63, 1e308, -0.0]),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=30),
        st.sampled_from(
            ["user", "human", "prompt", "\ud83d", "\0", "../..", "<command-name>", "<system-reminder>", "2026-02-30T99:99:99Z",
             "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+23:59", "nan", "tool_result", "git commit -m '", "C:\\", "a" * 3000]
        ),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "text", "content", "x", "sessionId"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value can be put in the stead of what is there."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*at, key))


PLACES = [(n, at) for n, record in enumerate(EACH) for at in places(record)]


def swapped(n: int, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    record: Any = copy.deepcopy(EACH[n])
    inner = record
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return record


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def test_one_of_each_is_read_and_counted() -> None:
    found = follow(b"".join(encoded(r) + b"\n" for r in EACH))
    assert found.state.lines == len(EACH)
    assert found.accounted
    assert {f.kind for f in found.facts()} >= set(Kind) - {
        Kind.SEARCH, Kind.FETCH, Kind.STAGE, Kind.REVERT, Kind.WORKTREE, Kind.PULL_REQUEST, Kind.PUSH, Kind.REVIEW, Kind.TOOL,
        Kind.HOOK_CHECK, Kind.REJECT, Kind.RUN, Kind.RULE, Kind.NOTE,
    }  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PLACES), anything), min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_any_value_in_any_field_raises_nothing_and_is_counted(changes: list[tuple[tuple[int, tuple[Any, ...]], Any]]) -> None:
    bad = [encoded(swapped(n, at, value)) for (n, at), value in changes]
    # Before and after it stand calls that it might answer, and a prompt that must not be lost.
    good = [encoded(r) for r in EACH[11:30]]
    last = encoded(EACH[1] | {"timestamp": "2026-03-02T12:00:00.000Z", "origin": None})
    found = follow(b"\n".join([*good, *bad, last, b""]))
    assert found.state.lines == len(good) + len(bad) + 1
    assert found.accounted, found.passed
    assert found.of(Kind.PROMPT)
    for line in bad:
        words(line)


def test_every_field_of_every_record_may_be_of_any_type(tmp_path: Path) -> None:
    values: list[Any] = [None, True, 7, 1.5, 10**40, "x", "\ud83d", [], [1], {}, {"type": 1}, [{"type": "text", "text": 7}], [[]]]
    chooser = random.Random(4)
    lines = [encoded(swapped(n, at, value)) for n, at in PLACES for value in chooser.sample(values, 3)]
    put(tmp_path / "agent", "hostile.jsonl", b"\n".join(lines) + b"\n")
    put(tmp_path / "agent", "hostile/subagents/agent-x.jsonl", b"\n".join(lines[::3]) + b"\n")
    here = coach(tmp_path)
    report = here.scan()
    assert report.problems == ()
    assert here.profile.line_count() == len(lines) + len(lines[::3])
    assert sum(here.profile.passed().values()) == here.profile.line_count()
    here.close()


@given(
    st.lists(st.integers(0, len(EACH) - 1), min_size=1, max_size=6),
    st.integers(0, 5000),
    st.sampled_from([b"", b"\n", b"\0" * 9, b"\xff", b"\r", b'"', b"}{", b"\\", b"\\u12", b"\xe2\x82"]),
    st.integers(0, 40),
)
@settings(max_examples=300, deadline=None)
def test_splices_and_cuts_raise_nothing_and_are_counted(some: list[int], at: int, glue: bytes, gone: int) -> None:
    text = b"\n".join(encoded(EACH[n]) for n in some) + b"\n"
    cut = at % len(text)
    text = text[:cut] + glue + text[cut + gone :] + encoded(EACH[2]) + b"\n"
    found = follow(text)
    assert found.accounted, found.passed
    assert found.state.lines in (text.count(b"\n"), text.count(b"\n") + 1)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_raise_nothing_and_are_counted(text: bytes) -> None:
    found = follow(text + b"\n" + encoded(EACH[1]) + b"\n")
    assert found.accounted, found.passed
    assert found.state.lines == text.count(b"\n") + 2
    for line in text.split(b"\n"):
        words(line)


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_prompt_raises_nothing(text: str) -> None:
    log = Log()
    log.user(text)
    log.queue("enqueue", text)
    log.queue("remove")
    log.queued(text)
    log.say(text)
    log.bash(text, text)
    log.tool("Edit", {"file_path": text, "old_string": text, "new_string": text + "x"})
    log.tool("ExitPlanMode", {"plan": text}, text)
    session_in(log)


def test_what_is_not_known_is_counted_under_its_name() -> None:
    log = Log()
    log.user("round the tax per line")
    log.add(type="unheard-of", x=1)
    log.add(type="system", subtype="turn_duration", durationMs=4)
    log.attach("nested_memory", path="CLAUDE.md")
    log.bare(type="rewind-pointer", sessionId="s")
    log.bare(x=1)
    log.add(type="progress", data={"type": "bash_progress"})
    found = follow(log.text())
    assert found.passed["used"] == 2, "the prompt, and the rewind"
    assert found.accounted
    assert {k for k in found.passed if k != "used"} == {
        "unknown type 'unheard-of'",
        "system turn_duration",
        "attachment nested_memory",
        "no type",
        "progress",
    }


def test_the_order_of_fields_and_blanks_between_them_change_nothing() -> None:
    compact = follow(b"\n".join(encoded(r) for r in EACH) + b"\n")
    turned = follow(b"\n".join(json.dumps(dict(reversed(r.items())), separators=(", ", ": ")).encode() for r in EACH) + b"\n")
    assert [(f.kind, f.line, f.status) for f in compact.facts()] == [(f.kind, f.line, f.status) for f in turned.facts()]
    assert compact.passed == turned.passed


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1970-01-01T00:00:01Z", 1000),
        ("2026-03-02T09:00:10.123Z", 1_772_442_010_123),
        ("2026-03-02T10:00:10.123+01:00", 1_772_442_010_123),
        ("2026-03-02T09:00:10.123456Z", 1_772_442_010_123),
        ("", 0),
        (None, 0),
        ("yesterday", 0),
        ("2026-13-02T09:00:10.123Z", 0),
        ("2026-03-02T09:00:10.xZ", 0),
        ("2026-03-02T09:00:infZ", 0),
        ("2026-03-02T09:00:nanZ", 0),
    ],
)
def test_times_are_read_and_nonsense_is_none(text: str | None, at: int) -> None:
    assert milliseconds(text) == at


def test_records_that_go_back_in_time_keep_their_order_and_the_session_its_span() -> None:
    log = Log()
    log.user("please do part 1")
    log.tool("Read", {"file_path": f"{CWD}/a.py"})
    log.user("please do part 2")
    log.records[0]["timestamp"], log.records[-1]["timestamp"] = log.records[-1]["timestamp"], log.records[0]["timestamp"]
    session = session_in(log)
    assert session is not None
    assert [f.kind for f in session.facts] == [Kind.PROMPT, Kind.READ, Kind.PROMPT]
    assert session.started < session.ended
