"""No words of yours are stored or exported: a transcript full of unique words goes through every command, every screen and crashes,
and then everything that was written or told is searched for them, in every form in which they could be hidden."""

from __future__ import annotations

import base64
import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.sessions import sketch

TESTS = Path(__file__).resolve().parent.parent
SOURCE = TESTS.parent / "src"
PROJECT = "/home/sam/shop"

ROLES = (
    "prompt", "queued", "refusal", "answer", "question", "plan", "reply", "path", "newfile", "pattern", "url", "command", "output", "failure",
    "scout", "found", "skill", "task", "slash", "arguments", "commit", "branch", "thinking", "title", "custom", "summary", "error", "header",
    "hook", "attachment", "stderr", "mail", "replaced", "heredoc", "memory", "extra", "system", "pasted", "todo", "server",
)  # fmt: skip
CANARIES = {role: f"zq{role}{number:02d}kanari" for number, role in enumerate(ROLES)}
"""A word for each place in a transcript; each is found nowhere else."""
TYPED = "zqtyped99kanari"
"""A word that the person types as a reason: kept in the profile, as is said, and told to nobody."""


def story(c: dict[str, str]) -> str:
    return f"""
cleared
you run /{c["slash"]} {c["arguments"]}
you: {c["prompt"]} round the tax, write to {c["mail"]}@{c["mail"]}.example and never again {c["prompt"]}
scout {c["scout"]} -> {c["found"]}
you [plan mode]: {c["prompt"]} plan it
asks: {c["question"]}?
you answer: {c["answer"]}
plan: 1. {c["plan"]} 2. run the tests
you refuse: not {c["refusal"]}
plan: 1. {c["plan"]} and pytest
you accept
read {c["path"]}/app/{c["path"]}.py
search {c["pattern"]}
fetch https://{c["url"]}.example/{c["url"]}
tasks: {c["task"]}; {c["task"]}
edit app/{c["path"]}.py +12
write tests/test_{c["newfile"]}.py +9
run pytest -q {c["command"]} -> ! {c["failure"]} 1 failed
edit app/{c["path"]}.py +3
run TOKEN={c["command"]} pytest -q -> {c["output"]} 3 passed
you [queued]: {c["queued"]} as well
skill {c["skill"]}
you: no, {c["prompt"]}, use the other one instead
interrupt
run git diff -> + {c["output"]}
run git commit -m "{c["commit"]}" -> [{c["branch"]} 1a2b3c4] {c["commit"]}
reply: {c["reply"]}
"""


def raw_lines(c: dict[str, str], session: str, at: datetime) -> Iterator[dict[str, Any]]:
    """What no sketch has: titles, thinking, errors, attachments, hooks."""
    base = {"sessionId": session, "cwd": PROJECT, "version": sketch.VERSION, "gitBranch": c["branch"], "isSidechain": False}
    base |= {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "userType": "external", "entrypoint": "cli"}
    yield {"type": "ai-title", "sessionId": session, "aiTitle": c["title"], "title": c["title"]}
    yield {"type": "custom-title", "sessionId": session, "customTitle": c["custom"], "title": c["custom"]}
    yield {"type": "summary", "summary": c["summary"], "leafUuid": "x"}
    say = {"id": "msg_x", "role": "assistant", "model": "claude-made-up"}
    blocks = [{"type": "thinking", "thinking": c["thinking"], "signature": c["thinking"]}, {"type": "text", "text": c["reply"]}]
    yield base | {"type": "assistant", "uuid": "u-1", "message": say | {"content": blocks}}
    yield base | {
        "type": "assistant", "uuid": "u-2", "isApiErrorMessage": True, "error": c["error"],
        "message": say | {"model": "<synthetic>", "content": [{"type": "text", "text": f"API Error: {c['error']}"}]},
    }  # fmt: skip
    yield base | {
        "type": "system",
        "subtype": "api_error",
        "uuid": "u-3",
        "error": {"headers": {"set-cookie": c["header"]}},
        "content": c["system"],
    }
    yield base | {
        "type": "system",
        "subtype": c["system"],
        "uuid": "u-4",
        "content": c["system"],
        "hookInfos": [{"command": c["hook"]}],
    }
    for kind, word in (
        ("hook_success", "hook"),
        ("file", "attachment"),
        (c["attachment"], "attachment"),
        ("nested_memory", "memory"),
    ):
        what = {
            "type": kind,
            "content": c[word],
            "filename": c[word],
            "command": c[word],
            "stderr": c["stderr"],
            "hookName": c[word],
        }
        yield base | {"type": "attachment", "uuid": f"u-{word}{kind}", "attachment": what}
    use = {
        "type": "tool_use",
        "id": "toolu_x",
        "name": f"mcp__{c['server']}__look",
        "input": {"command": c["heredoc"], "x": [c["extra"]]},
    }
    yield base | {"type": "assistant", "uuid": "u-5", "message": say | {"content": [use]}}
    told = {"type": "tool_result", "tool_use_id": "toolu_x", "is_error": True, "content": [{"type": "text", "text": c["stderr"]}]}
    yield base | {
        "type": "user",
        "uuid": "u-6",
        "message": {"role": "user", "content": [told]},
        "toolUseResult": {"stderr": c["stderr"], c["extra"]: 1},
    }
    shell = f"cat > {c['newfile']} <<'EOF'\n{c['heredoc']}\nEOF\nexport A={c['heredoc']}; git checkout -b {c['branch']}"
    use = {"type": "tool_use", "id": "toolu_y", "name": "Bash", "input": {"command": shell, "description": c["command"]}}
    yield base | {"type": "assistant", "uuid": "u-7", "message": say | {"content": [use]}}
    yield base | {
        "type": "user",
        "uuid": "u-8",
        "todos": [{"content": c["todo"]}],
        "message": {"role": "user", "content": f"<bash-input>{c['pasted']}</bash-input>"},
    }
    yield base | {"type": c["extra"], "uuid": "u-9", c["extra"]: c["extra"]}
    old = {
        "type": "tool_use",
        "id": "toolu_z",
        "name": "Edit",
        "input": {"file_path": f"{PROJECT}/CLAUDE.md", "old_string": c["replaced"], "new_string": c["memory"]},
    }
    yield base | {"type": "assistant", "uuid": "u-10", "message": say | {"content": [old]}}


# --- the search ------------------------------------------------------------------------------------------------------------


def forms(word: str) -> set[bytes]:
    """A word as it is, and as it would be hidden: in other encodings, in base64 wherever it begins, in hexadecimal."""
    out: set[bytes] = set()
    for text in (word, word.upper(), word[::-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
            data = text.encode(encoding)
            out |= {data, data.hex().encode(), data.hex().upper().encode()}
            for ahead in range(3):
                # Without the ends, which depend on the neighbours.
                whole = base64.b64encode(b"\0" * ahead + data + b"\0" * (-(ahead + len(data)) % 3))
                middle = whole[4 if ahead else 0 : -4]
                out |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return out


FORMS = {word: forms(word) for word in (*CANARIES.values(), TYPED)}
_SHORTEST = min(len(form) for some in FORMS.values() for form in some)


def words_in(data: bytes) -> set[str]:
    """Canaries in bytes, and in whatever in them is compressed."""
    out: set[str] = set()
    for layer in layers(data):
        out |= {word for word, some in FORMS.items() if any(form in layer for form in some)}
    return out


def layers(data: bytes) -> Iterator[bytes]:
    yield data
    for mark in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08"):
        at = data.find(mark)
        while at >= 0:
            with suppress(zlib.error, EOFError):
                inside = zlib.decompressobj(47).decompress(data[at:], 4_000_000)
                if len(inside) > 12:
                    yield inside
            at = data.find(mark, at + 1)


def values_of(database: Path) -> Iterator[bytes]:
    """All that stands in a database, value by value: one that is long is not in one piece on its pages."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in db.execute(f'SELECT * FROM "{table}"'):
                yield "\0".join(v if isinstance(v, str) else repr(v) for v in row if not isinstance(v, bytes)).encode(
                    "utf-8", "replace"
                )
                yield from (v for v in row if isinstance(v, bytes))


def found_below(folder: Path) -> dict[str, set[str]]:
    """Canaries in names and contents of all files below a folder: file -> words."""
    out: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        words = words_in(name.encode("utf-8", "surrogateescape"))
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            words |= words_in(data)
            if data.startswith(b"SQLite format 3\0"):
                words |= {word for value in values_of(path) for word in words_in(value)}
        if words:
            out[name] = words
    return out


@pytest.mark.parametrize(
    "hide",
    [
        pytest.param(lambda word: word, id="plain"),
        pytest.param(lambda word: b"x" + word.upper(), id="upper case"),
        pytest.param(lambda word: word.decode().encode("utf-16"), id="utf-16"),
        pytest.param(lambda word: base64.b64encode(b"a" + word + b"b"), id="base64"),
        pytest.param(lambda word: base64.b64encode(b"an" + word + b"bc"), id="base64 elsewhere"),
        pytest.param(lambda word: word.hex().encode(), id="hexadecimal"),
        pytest.param(lambda word: b"ab" + zlib.compress(b"many words " + word) + b"c", id="zlib"),
        pytest.param(lambda word: gzip.compress(b"many words " + word), id="gzip"),
    ],
)
def test_the_search_finds_a_word_in_every_form(tmp_path: Path, hide: Any) -> None:
    word = CANARIES["thinking"]
    (tmp_path / "some.log").write_bytes(b"before " + hide(word.encode()) + b" after")
    assert found_below(tmp_path) == {"some.log": {word}}
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.execute("CREATE TABLE t (a, b)")
        db.execute("INSERT INTO t VALUES (1, ?)", (b"\0" * 3_000 + hide(word.encode()) + b"\0" * 9_000,))
        db.commit()
    assert found_below(tmp_path)["x.db"] == {word}
    (tmp_path / "some.log").unlink()
    (tmp_path / "x.db").unlink()
    (tmp_path / word).mkdir()
    assert found_below(tmp_path) == {word: {word}}
