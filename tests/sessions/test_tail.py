"""New whole lines of a file, whatever is being done to it; a broken line costs itself and no neighbour."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lines import CLEAR, Follower, Log, follow

from accrete_coach.sessions import tail
from accrete_coach.sessions.facts import Kind
from accrete_coach.sessions.tail import Lines, Position, mend

A, B, C = b'{"type":"user","n":1}', b'{"type":"user","n":2}', b'{"type":"user","n":3}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made-up.jsonl"


def new(path: Path, position: Position | None = None) -> tuple[list[tuple[int, bytes]], Lines]:
    lines = Lines(path, position)
    return list(lines), lines


# --- whole lines ------------------------------------------------------------------------------------------------------------


def test_lines_are_numbered_from_one_and_come_once(path: Path) -> None:
    path.write_bytes(A + b"\n" + B + b"\n")
    found, lines = new(path)
    assert found == [(1, A), (2, B)]
    assert not lines.again
    assert new(path, lines.position)[0] == []
    path.write_bytes(A + b"\n" + B + b"\n" + C + b"\n")
    found, lines = new(path, lines.position)
    assert found == [(3, C)]
    assert not lines.again


@pytest.mark.parametrize("cut", range(1, len(B)))
def test_half_a_line_waits_for_the_rest(cut: int, path: Path) -> None:
    path.write_bytes(A + b"\n" + B[:cut])
    found, lines = new(path)
    assert found == [(1, A)]
    assert lines.position.offset == len(A) + 1
    path.write_bytes(A + b"\n" + B + b"\n")
    assert new(path, lines.position)[0] == [(2, B)]


def test_a_whole_record_without_a_line_end_is_read_once_and_its_later_line_end_adds_nothing(path: Path) -> None:
    path.write_bytes(A + b"\n" + B)
    found, lines = new(path)
    assert found == [(1, A), (2, B)]
    found, lines = new(path, lines.position)
    assert found == []
    path.write_bytes(A + b"\n" + B + b"\n")
    found, lines = new(path, lines.position)
    assert found == []
    path.write_bytes(A + b"\n" + B + b"\n" + C + b"\n")
    assert new(path, lines.position)[0] == [(3, C)]


def test_a_record_that_follows_a_whole_one_without_a_line_end_is_not_lost(path: Path) -> None:
    path.write_bytes(A)
    found, lines = new(path)
    path.write_bytes(A + B + b"\n" + C + b"\n")
    found, lines = new(path, lines.position)
    assert found == [(1, B), (2, C)]


def test_a_line_that_ends_as_windows_ends_it_is_one_line(path: Path) -> None:
    path.write_bytes(A + b"\r\n" + B + b"\r")
    found, lines = new(path)
    assert [line.rstrip(b"\r") for _, line in found] == [A]
    path.write_bytes(A + b"\r\n" + B + b"\r\n")
    assert [(n, line.rstrip(b"\r")) for n, line in new(path, lines.position)[0]] == [(2, B)]


def test_a_windows_line_end_after_a_whole_record_adds_nothing(path: Path) -> None:
    path.write_bytes(A)
    _, lines = new(path)
    path.write_bytes(A + b"\r\n" + B + b"\r\n")
    assert [n for n, _ in new(path, lines.position)[0]] == [2]


def test_what_is_written_while_it_is_read_waits_for_the_next_reading(path: Path) -> None:
    path.write_bytes(A + b"\n")
    lines = Lines(path)
    with open(path, "ab") as file:
        file.write(B + b"\n")
    assert list(lines) == [(1, A)]
    assert new(path, lines.position)[0] == [(2, B)]


def test_an_empty_file_has_no_lines(path: Path) -> None:
    path.write_bytes(b"")
    found, lines = new(path)
    assert found == []
    assert lines.position.offset == 0
    path.write_bytes(A + b"\n")
    assert new(path, lines.position)[0] == [(1, A)]


def test_a_file_that_is_gone_says_so(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Lines(path)


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(A + b"\n")
    path.symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match=r"."):
        Lines(path)


# --- lines that are too long ------------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LINE_CAP", 100)
    monkeypatch.setattr(tail, "BLOCK", 64)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("length", [165, 200, 1000, 5000])
def test_a_line_that_is_too_long_is_skipped_and_counted(length: int, path: Path) -> None:
    long = b'{"type":"user","x":"' + b"x" * length + b'"}'
    path.write_bytes(A + b"\n" + long + b"\n" + B + b"\n")
    found, lines = new(path)
    assert found == [(1, A), (3, B)]
    assert lines.too_long == 1


@pytest.mark.usefixtures("small")
def test_a_line_that_is_too_long_is_counted_once_however_often_it_is_looked_at(path: Path) -> None:
    text = A + b"\n" + b"x" * 500 + b"\n" + B + b"\n"
    position, found, too_long = Position(), [], 0
    for cut in range(0, len(text) + 1, 37):
        path.write_bytes(text[:cut])
        some, lines = new(path, position)
        position, too_long = lines.position, too_long + lines.too_long
        found += some
    path.write_bytes(text)
    some, lines = new(path, position)
    assert found + some == [(1, A), (3, B)]
    assert too_long + lines.too_long == 1


@pytest.mark.usefixtures("small")
def test_a_line_that_is_too_long_stands_in_the_account(path: Path) -> None:
    log = Log()
    log.say("x")
    path.write_bytes(b"x" * 500 + b"\n" + A + b"\n" + b"y" * 500)
    follower = Follower(path)
    follower.read()
    assert follower.passed == {"too long": 2, "used": 1}
    assert follower.state.lines == 3


# --- another file than before -----------------------------------------------------------------------------------------------


def test_a_truncated_file_is_read_from_the_start(path: Path) -> None:
    path.write_bytes(A + b"\n" + B + b"\n")
    _, lines = new(path)
    path.write_bytes(A + b"\n")
    found, lines = new(path, lines.position)
    assert found == [(1, A)]
    assert lines.again


@pytest.mark.parametrize("at", ["start", "end"])
def test_a_rewritten_file_of_the_same_size_and_inode_is_read_from_the_start(at: str, path: Path) -> None:
    filler = b"".join(b'{"type":"user","n":%06d}\n' % n for n in range(200))
    path.write_bytes(A + b"\n" + filler + B + b"\n")
    before = path.stat()
    _, lines = new(path)
    with open(path, "r+b") as file:
        file.write((C if at == "start" else A) + b"\n" + filler + (B if at == "start" else C) + b"\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_size == before.st_size
    found, lines = new(path, lines.position)
    assert lines.again
    assert len(found) == 202


def test_a_file_that_was_replaced_by_one_that_begins_alike_is_read_from_the_start(path: Path, tmp_path: Path) -> None:
    path.write_bytes(A + b"\n" + B + b"\n")
    _, lines = new(path)
    (tmp_path / "new").write_bytes(A + b"\n" + C + b"\n" + B + b"\n")
    os.replace(tmp_path / "new", path)
    found, lines = new(path, lines.position)
    assert lines.again
    assert [n for n, _ in found] == [1, 2, 3]


def test_a_file_that_was_replaced_by_a_longer_copy_of_itself_goes_on(path: Path, tmp_path: Path) -> None:
    path.write_bytes(A + b"\n")
    _, lines = new(path)
    (tmp_path / "new").write_bytes(A + b"\n" + B + b"\n")
    os.replace(tmp_path / "new", path)
    found, lines = new(path, lines.position)
    assert not lines.again
    assert found == [(2, B)]


def test_an_emptied_file_keeps_what_was_read_until_something_else_is_there(path: Path) -> None:
    log = Log()
    log.user("round the tax per line")
    path.write_bytes(log.text())
    follower = Follower(path)
    follower.read()
    path.write_bytes(b"")
    follower.read()
    assert len(follower.of(Kind.PROMPT)) == 1
    other = Log()
    other.user("and the shipping")
    other.user("and the invoices")
    path.write_bytes(other.text())
    follower.read()
    assert len(follower.of(Kind.PROMPT)) == 2
    assert follower.accounted
    assert follower.state.lines == 2


def test_removing_messages_and_going_on_counts_what_is_there(path: Path) -> None:
    log = Log()
    for n in range(6):
        log.user(f"please do part {n} now")
    lines = log.text().splitlines(keepends=True)
    follower = Follower(path)
    for keep in (range(6), range(3), (0, 1, 2, 5), range(6)):
        path.write_bytes(b"".join(lines[n] for n in keep))
        follower.read()
        assert len(follower.of(Kind.PROMPT)) == len(keep)
        assert follower.state.lines == len(keep)
        assert follower.accounted


# --- broken lines -----------------------------------------------------------------------------------------------------------


def prompt_line(text: str, n: int = 0) -> bytes:
    log = Log()
    for _ in range(n):
        log.stamp()
    log.user(text)
    return log.text().rstrip(b"\n")


ONE, TWO, THREE = (prompt_line(f"please do part {n}", n) for n in (1, 2, 3))
TITLE = b'{"type":"summary","summary":"a title","leafUuid":"u"}'


@pytest.mark.parametrize(
    ("line", "kept", "reason"),
    [
        (TWO, 3, "used"),
        (TWO + b"\r", 3, "used"),
        (b"", 2, "blank"),
        (b"\r", 2, "blank"),
        (b"   ", 2, "blank"),
        (TWO + TITLE, 3, "mended: two records on a line"),
        (TITLE + TWO, 3, "mended: two records on a line"),
        (TWO[:60] + prompt_line("please do part 4", 4), 3, "mended: torn record"),
        (TWO[:60], 2, "torn record"),
        (TWO[60:], 2, "not JSON"),
        (TWO[60:] + prompt_line("please do part 4", 4), 3, "mended: torn record"),
        (b"\0" * 700, 2, "NUL bytes"),
        (b"\0" * 143_000, 2, "NUL bytes"),
        (b"\0" * 200 + TWO, 3, "mended: NUL bytes"),
        (TWO + b"\0" * 200, 3, "mended: NUL bytes"),
        (TWO[:40] + b"\0" * 200 + TWO[40:], 3, "mended: NUL bytes"),
        (TWO.replace(b"part 2", b"C:\\shop\\orders.py"), 3, "mended: broken escape"),
        (TWO.replace(b"part 2", b"part \\ud83d"), 3, None),
        (TWO.replace(b"part 2", b"part \\ud83d\\ude00"), 3, "used"),
        (TWO.replace(b"part 2", b"part \\udc00 x \\ud800"), 3, None),
        (TWO.replace(b"part 2", b"part \xff\xfe"), 3, None),
        (TWO.replace(b"part 2", b"caf\xe9"), 3, None),
        (b"[1,2]", 2, "not an object"),
        (b"null", 2, "not an object"),
        (b'"text"', 2, "not an object"),
        (b"{}", 2, "no type"),
        (b'{"type":"unheard-of"}', 2, None),
        (b"[" * 200_000, 2, None),
        (b'{"type":' + b"[" * 5000 + b"]" * 5000 + b"}", 2, None),
        (b'{"type":"user","timestamp":' + b"9" * 5000 + b"}", 2, None),
        (b"not JSON at all", 2, "not JSON"),
        (TWO.replace(b"part 2", b"C:\\shop \\ud83d \xff"), 3, "mended: bad UTF-8"),
        (TWO.replace(b"part 2", b"part \0 2 \xff"), 3, "mended: bad UTF-8"),
        (TWO[:60] + TWO.replace(b"part 2", b"C:\\shop \\ud83d"), 3, "mended: torn record"),
        (TWO.replace(b'"isSidechain":false', b'"isSidechain":NaN'), 2, "not JSON"),
        (
            b'{"type":"progress","data":{"message":' + prompt_line("please do part 4", 4) + b',"normalizedMessages":[',
            2,
            "torn record",
        ),
        (b'"data":{"message":' + prompt_line("please do part 4", 4) + b"}}" + TWO, 3, "mended: torn record"),
    ],
    ids=lambda v: v if isinstance(v, str) else repr(v[:24]) if isinstance(v, bytes) else str(v),
)
def test_a_broken_line_is_mended_or_skipped_and_counted_and_its_neighbours_are_kept(
    line: bytes, kept: int, reason: str | None
) -> None:
    found = follow(ONE + b"\n" + line + b"\n" + THREE + b"\n")
    assert [f.line for f in found.of(Kind.PROMPT)] == ([1, 2, 3] if kept == 3 else [1, 3])
    assert found.state.lines == 3
    assert found.accounted
    if reason is not None:
        rest = dict(found.passed)
        rest["used"] -= 2
        assert {k for k, n in rest.items() if n} == {reason}


def test_words_survive_bad_bytes_and_lone_surrogates() -> None:
    for bad in (b"\xff", b"\\ud83d", b"\0"):
        found = follow(prompt_line("please round XX the tax").replace(b"XX", b"it" + bad) + b"\n")
        (prompt,) = found.of(Kind.PROMPT)
        assert prompt.size == 5, bad


def test_many_records_on_one_line_are_all_read() -> None:
    text = b"".join(prompt_line(f"please do part {n}", n) for n in range(20))
    found = follow(text + b"\n")
    assert len(found.of(Kind.PROMPT)) == 20
    assert {f.line for f in found.of(Kind.PROMPT)} == {1}
    assert found.state.lines == 1
    assert found.accounted


def test_a_split_character_waits_for_its_rest(path: Path) -> None:
    text = prompt_line("preis über € 5 und 🦀 bitte") + b"\n"
    follower = Follower(path)
    for cut in range(len(text) + 1):
        path.write_bytes(text[:cut])
        follower.read()
    (prompt,) = follower.of(Kind.PROMPT)
    assert prompt.size == 7
    assert follower.passed == {"used": 1}


@pytest.mark.parametrize(
    "line",
    [
        "b'{\"type\":\"' + b'\\\\\\\\' * 2_000_000 + b'\\\\u12\\xff\"}'",
        "b'{\"type\":\"' + b'\\\\ud83d' * 300_000 + b'\\xff\"}x'",
        "b'{\"type\"' * 1_000_000",
        "b'{\"type\":[' * 600_000",
        'b\'{"type":{"uuid":[1],\' * 200_000',
        'b\'{"type":"x\' * 400_000',
        "b'{\"type\":[' * 900 + b'1,' * 2_000_000",
        "b'\\x00{\"' * 1_000_000",
    ],
)
def test_a_long_line_of_fragments_costs_no_more_than_its_length(line: str) -> None:
    # In a process that can be ended: the effort must not grow with the square of the length, which would take days.
    code = f"from accrete_coach.sessions.tail import mend; print(mend({line})[1])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=100, check=True)
    assert done.stdout.strip()


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_mending_never_raises_and_only_gives_objects(line: bytes) -> None:
    pieces, reason = mend(line)
    assert reason
    assert all(isinstance(json.loads(piece), dict) for piece in pieces)


# --- cut anywhere -----------------------------------------------------------------------------------------------------------


def rich_log() -> Log:
    """A bit of everything, short enough to be cut at every byte."""
    log = Log("s")
    log.envelope = {"cwd": "/s"}
    log.user("<command-name>/clear</command-name>")
    log.user("how is tax rounded in über.py? 🦀 change nothing yet")
    log.tool("Read", {"file_path": "a.py"})
    log.say("per order. Shall I round per line?")
    log.user("yes, then run the tests and commit")
    log.tool("Write", {"file_path": "a.py", "content": "x"})
    log.background("pytest -q", "b1")
    log.queue("enqueue", "and leave the rates alone")
    log.queue("remove")
    log.user("<task-notification><task-id>b1</task-id><status>completed</status></task-notification>")
    log.tool("Bash", {"command": "git commit -m 'Round per line'"}, "[main abc1234] Round per line")
    log.user("<command-name>/release</command-name>")
    log.say("released")
    for record in log.records:
        for field in ("uuid", "requestId", "toolUseResult") if "backgroundTaskId" not in str(record) else ("uuid", "requestId"):
            record.pop(field, None)
        if isinstance(record.get("message"), dict):
            record["message"] = {key: value for key, value in record["message"].items() if key == "content"}
    return log


def as_read(follower: Follower) -> object:
    return follower.facts(), follower.passed, follower.state.lines


def cut_at(path: Path, text: bytes, cuts: list[int]) -> Follower:
    follower = Follower(path)
    for cut in [*cuts, len(text)]:
        path.write_bytes(text[:cut])
        follower.read()
    return follower


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""], ids=["lines", "windows lines", "without an end"])
def test_a_reading_cut_at_every_byte_tells_the_same(end: bytes, path: Path) -> None:
    text = rich_log().text().replace(b"\n", end or b"\n")
    if not end:
        text = text[:-1]
    whole = as_read(follow(text))
    step = 1 if end == b"\n" else 7
    for cut in range(0, len(text), step):
        assert as_read(cut_at(path, text, [cut])) == whole, text[max(0, cut - 40) : cut]


def test_a_reading_a_byte_at_a_time_tells_the_same(path: Path) -> None:
    text = rich_log().text()
    whole = as_read(follow(text))
    follower = Follower(path)
    path.write_bytes(b"")
    with open(path, "ab", buffering=0) as file:
        for n in range(len(text)):
            file.write(text[n : n + 1])
            follower.read()
    assert as_read(follower) == whole


@given(st.lists(st.integers(0, 200_000), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reading_cut_anywhere_tells_the_same(path: Path, cuts: list[int]) -> None:
    text = _BIG
    assert as_read(cut_at(path, text, sorted(c % len(text) for c in cuts))) == _BIG_READ


def _big() -> bytes:
    log = rich_log()
    for n in range(12):
        log.user(f"now part {n}: see app/part{n}.py and https://example.org/{n}")
        log.call("Agent", {"subagent_type": "Explore", "description": "find", "prompt": "find it"})
        log.tool("TodoWrite", {"todos": [{"content": "a", "status": "completed"}]})
        log.result(log.call("AskUserQuestion", {"questions": [{"question": "Which?"}]}), "x", {"answers": {"Which?": "b"}})
        log.attach("task_reminder", content=[])
        log.bare(type="summary", summary="x", leafUuid="u")
        log.queue("enqueue", f"and part {n} once more please")
        log.queued(f"and part {n} once more please")
        log.say(f"done with {n}")
    return log.text()


_BIG = _big()
_BIG_READ = as_read(follow(_BIG))


def lines_of(name: str) -> Log:
    log = Log()
    log.user("how is tax rounded?")
    if name == "two remarks in a row":
        log.say("I read the code. The plan: 1. round per line. 2. add a test.")
        log.say("Shall I go ahead?")
    elif name == "a remark, a thought and a remark":
        log.say("per order")
        log.blocks({"type": "thinking", "thinking": "hm", "signature": ""})
        log.say("and at the end")
    elif name == "a clear after the first answer":
        log.say("per order")
        log.user(CLEAR)
    elif name == "a plan content after the first prompt":
        log.user("go on with it", planContent="1. x")
    elif name == "a question with words before it":
        log.say("I looked at it.")
        log.call("AskUserQuestion", {"questions": [{"question": "Which?"}]})
        log.say("waiting")
    elif name == "many ticks":
        for n in range(12):
            log.add(type="progress", data={"type": "hook_progress", "hookName": "SessionStart:clear", "n": n})
    log.user("yes")
    return log


@pytest.mark.parametrize(
    "name",
    [
        "two remarks in a row",
        "a remark, a thought and a remark",
        "a clear after the first answer",
        "a plan content after the first prompt",
        "a question with words before it",
        "many ticks",
    ],
)
def test_a_reading_cut_between_two_lines_tells_the_same(name: str, path: Path) -> None:
    text = lines_of(name).text()
    whole = as_read(follow(text))
    cut = 0
    for line in text.splitlines(keepends=True):
        cut += len(line)
        assert as_read(cut_at(path, text, [cut])) == whole, line[:200]


@given(st.lists(st.integers(0, 10_000), max_size=4), st.sampled_from([b"", b" ", b"\0\0", b"\n\n", b'{"type":"x']))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spliced_records_cut_anywhere_tell_the_same_facts(path: Path, cuts: list[int], glue: bytes) -> None:
    text = glue.join([ONE, TWO, THREE]) + b"\n" + prompt_line("please do part 4", 4) + b"\n"
    whole = follow(text)
    cut = cut_at(path, text, sorted(c % len(text) for c in cuts))
    assert [(f.kind, f.id) for f in cut.facts()] == [(f.kind, f.id) for f in whole.facts()]
    assert whole.accounted
    assert cut.accounted
