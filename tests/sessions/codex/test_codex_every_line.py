"""Whatever stands in a line of a rollout: nothing raises, every line is counted once, and it does not matter where it is cut."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from every_rollout import everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rollouts import Follower, coach, encoded, follow, put

from accrete_coach.sessions.codex.transcript import words
from accrete_coach.sessions.facts import Kind

EACH = everything().records

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**30, -(10**400), 2**63, 1e308, -0.0]),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=30),
        st.sampled_from(
            ["user", "assistant", "exec_command", "apply_patch", "spawn_agent", "plan", "*** Update File: ", "\ud83d", "\0", "{", '{"a":', "git commit -m '",
             "Process exited with code 99999999999999999999", "<skill>", "<user_shell_command>", "<subagent_notification>[]</subagent_notification>", "C:\\", "a" * 3000]
        ),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "text", "content", "id", "status", "command"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
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


def test_one_of_each_is_read_and_counted(tmp_path: Path) -> None:
    found = follow(everything().text(), tmp_path)
    assert found.state.lines == len(EACH)
    assert {f.kind for f in found.facts()} >= set(Kind) - {
        Kind.OPEN, Kind.STAGE, Kind.REVERT, Kind.WORKTREE, Kind.PULL_REQUEST, Kind.PUSH, Kind.CONTEXT, Kind.RULE,
    }  # fmt: skip
    assert {k for k in found.state.passed if k != "used"} == {
        "event token_count", "event agent_message", "event web_search_end", "event item_completed", "event unheard_of", "item reasoning",
        "item message", "item unheard_of", "unknown type 'unheard_of'",
    }  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PLACES), anything), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_in_any_field_raises_nothing_and_is_counted(
    tmp_path: Path, changes: list[tuple[tuple[int, tuple[Any, ...]], Any]]
) -> None:
    bad = [encoded(swapped(n, at, value)) for (n, at), value in changes]
    good = [encoded(r) for r in EACH[:40]]
    # After it stands a prompt that must not be lost.
    turn = {"timestamp": "2026-07-01T12:00:00.000Z", "type": "event_msg", "payload": {"type": "task_started", "turn_id": "last"}}
    last = {
        "timestamp": "2026-07-01T12:00:01.000Z",
        "type": "event_msg",
        "payload": {"type": "user_message", "message": "and the rates?"},
    }
    found = follow(b"\n".join([*good, *bad, encoded(turn), encoded(last), b""]), tmp_path)
    assert found.state.lines == len(good) + len(bad) + 2
    assert any(f.kind is Kind.PROMPT and f.line == found.state.lines for f in found.facts())
    for line in bad:
        words(line)


def test_every_field_of_every_record_may_be_of_any_type(tmp_path: Path) -> None:
    values: list[Any] = [None, True, 7, 1.5, 10**40, "x", "\ud83d", [], [1], {}, {"type": 1}, [{"type": "text", "text": 7}], [[]]]
    chooser = random.Random(4)
    lines = [encoded(swapped(n, at, value)) for n, at in PLACES for value in chooser.sample(values, 3)]
    put(tmp_path / "codex", b"\n".join(lines) + b"\n")
    here = coach(tmp_path)
    assert here.scan(workers=1).problems == ()
    assert here.profile.line_count() == len(lines) == sum(here.profile.passed().values())
    here.close()


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_raise_nothing_and_are_counted(tmp_path: Path, text: bytes) -> None:
    follow(text + b"\n" + encoded(EACH[3]) + b"\n", tmp_path)
    for line in text.split(b"\n"):
        words(line)


def test_the_result_does_not_depend_on_where_the_reading_was_cut(tmp_path: Path) -> None:
    text = everything().text()
    whole = follow(text, tmp_path)
    chooser = random.Random(7)
    ends = [n + 1 for n, byte in enumerate(text) if byte == 10]
    for round_ in range(25):
        cuts = sorted({*chooser.sample(range(1, len(text)), 4), *chooser.sample(ends, 4)})
        path = tmp_path / f"cut-{round_}.jsonl"
        path.touch()
        one = Follower(path)
        for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True):
            with path.open("ab") as file:
                file.write(text[a:b])
            one.read()
        assert one.facts() == whole.facts(), cuts
        assert one.state == whole.state, cuts


def test_every_end_of_a_line_is_a_place_to_cut(tmp_path: Path) -> None:
    text = everything().text()
    whole = follow(text, tmp_path)
    path = tmp_path / "grows.jsonl"
    path.touch()
    one = Follower(path)
    for line in text.splitlines(keepends=True):
        with path.open("ab") as file:
            file.write(line)
        one.read()
    assert one.facts() == whole.facts()


def test_fields_in_another_order_tell_the_same(tmp_path: Path) -> None:
    turned = b"".join(encoded(dict(reversed(r.items()))) + b"\n" for r in EACH)
    there, here = follow(turned, tmp_path, "turned.jsonl"), follow(everything().text(), tmp_path)
    assert there.facts() == here.facts()
    assert there.state.passed == here.state.passed
