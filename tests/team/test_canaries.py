"""No words of yours are stored or exported: a transcript full of unique words goes through every command, every screen and crashes,
and then everything that was written or told is searched for them, in every form in which they could be hidden."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from accrete_coach.cli import cli
from accrete_coach.sessions import sketch
from faults.terminal import LEAVES, Terminal

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

KIND = "zqkind98kanari"
"""A kind of record that this version does not know. An agent's vocabulary, not a person's: its name is kept, so that `doctor` can tell it."""


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
    yield base | {"type": "system", "subtype": KIND, "uuid": "u-4", "content": c["system"], "hookInfos": [{"command": c["hook"]}]}
    for kind, word in (("hook_success", "hook"), ("file", "attachment"), (KIND, "attachment"), ("nested_memory", "memory")):
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
    yield base | {"type": KIND, "uuid": "u-9", c["extra"]: c["extra"]}
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


FORMS = {word: forms(word) for word in (*CANARIES.values(), TYPED, KIND)}
ANY = forms("kanari")
"""What all of them share: where none of this is, nothing else need be looked for."""


def words_in(data: bytes) -> set[str]:
    """Canaries in bytes, and in whatever in them is compressed."""
    out: set[str] = set()
    for layer in layers(data):
        if any(form in layer for form in ANY):
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


_searched: dict[tuple[Path, int, int], set[str]] = {}


def words_of(path: Path) -> set[str]:
    """Canaries in a file; what has not changed since it was searched is not searched again."""
    status = path.stat()
    key = (path, status.st_mtime_ns, status.st_size)
    if key not in _searched:
        data = path.read_bytes()
        found = words_in(data)
        if data.startswith(b"SQLite format 3\0"):
            found |= {word for value in values_of(path) for word in words_in(value)}
        _searched[key] = found
    return _searched[key]


def found_below(folder: Path) -> dict[str, set[str]]:
    """Canaries in names and contents of all files below a folder: file -> words."""
    out: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        words = words_in(name.encode("utf-8", "surrogateescape"))
        if path.is_file() and not path.is_symlink():
            words |= words_of(path)
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


# --- a person with a machine full of canaries ------------------------------------------------------------------------------


@dataclass
class Told:
    """What a command said."""

    code: int
    out: bytes
    err: bytes


class Person:
    """A machine: transcripts in one folder, and all that the program could write to in another."""

    def __init__(self, folder: Path) -> None:
        self.agent = folder / "agent"
        self.away = folder / "away"
        """Everything but the transcripts: own data, home, temporary files, the folder the commands are typed in."""
        for name in ("home", "tmp", "here", "cache"):
            (self.away / name).mkdir(parents=True)
        self.here = self.away / "here"
        self.work = folder / "work"
        """A repository of theirs."""
        self.remote = self.away / "team.git"
        """The team's repository: what is sent to it is searched as well."""
        self.ids: list[str] = []
        for number, days in enumerate((30, 22, 15, 9, 3, 0.01)):
            self.session(f"canary-{number}", datetime.now(UTC) - timedelta(days=days))

    def session(self, name: str, at: datetime) -> None:
        path = self.agent / "projects" / "-home-sam-shop" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [(p.agent, p.text) for p in sketch.play(story(CANARIES), session=name, project=PROJECT, start=at, pace=2)]
        lines += [("", json.dumps(one)) for one in raw_lines(CANARIES, name, at + timedelta(minutes=9))]
        lines += [("", '{"type": "user", torn ' + CANARIES["prompt"])]
        for agent, text in lines:
            file = path.parent / name / "subagents" / f"agent-{agent}.jsonl" if agent else path
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "a", encoding="utf-8") as out:
                out.write(text + "\n")
        self.ids.append(name)

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV") if name in os.environ}
        return kept | {
            "PYTHONPATH": os.pathsep.join((str(TESTS), str(SOURCE))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.away / "home"),
            "XDG_CACHE_HOME": str(self.away / "cache"),
            "TMPDIR": str(self.away / "tmp"),
            "CLAUDE_CONFIG_DIR": str(self.agent),
            "CODEX_HOME": str(self.away / "codex"),
            "ACCRETE_COACH_HOME": str(self.away / "coach"),
            "COLUMNS": "120",
        }

    def run(self, *words: str, program: tuple[str, ...] = ("-m", "accrete_coach")) -> Told:
        done = subprocess.run(
            [sys.executable, *program, *words],
            env=self.environ, cwd=self.here, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        return Told(done.returncode, done.stdout, done.stderr)

    def follow(self) -> Told:
        """`follow` goes on until it is interrupted."""
        with subprocess.Popen(
            [sys.executable, "-m", "accrete_coach", "follow", "--json"],
            env=self.environ, cwd=self.here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        ) as started:  # fmt: skip
            time.sleep(1.5)
            self.session("canary-live", datetime.now(UTC))
            time.sleep(2.5)
            started.send_signal(signal.SIGINT)
            out, err = started.communicate(timeout=60)
        return Told(started.returncode, out, err)


LIVE = {"sessions", "session", "audit", "practice try"}
"""Commands that show words: they read them from the transcript when they are asked, for the screen alone."""
REPEATS = {"corrections", "check-in"}
"""Commands that show what the person typed."""
NOT_RUN = {
    "open": "on a terminal it is the app, which is opened below; without one it is `list`",
    "prove": "it makes a tour of its own with made-up sessions, and is given none of the person's (test_prove.py)",
    "forget": "run last, when all else has been searched",
}


def commands(group: click.Command = cli, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command there is."""
    if isinstance(group, click.Group):
        for name, one in group.commands.items():
            yield from commands(one, (*path, name))
        if path and group.invoke_without_command:
            yield " ".join(path)
    else:
        yield " ".join(path)


def script(person: Person) -> list[tuple[str, tuple[str, ...]]]:
    """(command, its words) of everything a person can type, in an order in which each has something to do."""
    one, other = person.ids[0], person.ids[1]
    made = ("exemplar make", (other, "plan-first", "--title", "Ask for a plan"))
    sent = ("--confirm", "{hash}")
    typed = ("--because", f"because {TYPED}")
    return [
        ("scan", ()), ("list", ()), ("list", ("--json",)), ("list", ("--project", "shop", "--weeks", "0")),
        ("show", ("plan-first",)), ("show", ("run-check", "--json")), ("show", ("plan-first", "--example")),
        ("sessions", ()), ("sessions", ("--json",)), ("sessions", ("--titles",)), ("sessions", ("title:" + CANARIES["title"],)),
        ("session", (one,)), ("session", (one, "--story")), ("session", (one, "--story", "--json")),
        ("now", ()), ("now", ("--line",)), ("now", ("--json",)), ("doctor", ()), ("doctor", ("--json",)), ("where", ()), ("keys", ()),
        ("sharing", ()), ("sharing", ("--json",)), ("demo", ("--plain",)), ("layers", ()), ("layers", ("--json",)),
        ("correct", (one, "run-check", "not-seen", *typed)), ("corrections", ()), ("corrections", ("--json",)),
        ("corrections", ("--sketch", one, "run-check")), ("corrections", ("--sketch", one, "run-check", "-o", "sketch.toml")),
        ("elsewhere", ("scout", *typed)), ("not-for-me", ("task-list", *typed)), ("audit", ()), ("audit", ("--result",)),
        ("week", ()), ("week", ("--all",)), ("week", ("--markdown",)), ("week", ("--stand-up",)), ("week", ("--month",)),
        ("week", ("--quarter",)), ("week", ("--year", "--json")), ("week", ("--svg", "week.svg")),
        ("tip", ()), ("tip", ("--json",)), ("tip", ("--ready",)), ("tip later", ()), ("tip", ()), ("tip not-for-me", ()),
        ("tip", ()), ("tip accept", ()),
        ("tips", ()), ("tips", ("--log",)), ("tips", ("--json",)),
        ("focus set", ("plan-first",)), ("focus", ()), ("focus", ("--json",)), ("focus", ("--past",)), ("focus end", ()),
        ("check-in", ("3", "4", "2", "--note", TYPED)), ("check-in", ("--json",)),
        ("practice new", ("my-own",)), ("practice check", ("my-own.toml",)), ("practice try", ("my-own.toml",)),
        ("practice add", ("my-own.toml",)), ("practice list", ()), ("scan", ()), ("practice remove", ("my-own",)),
        ("delivery allow", (str(person.work),)), ("delivery", ()), ("delivery", ("--all",)), ("delivery", ("--json",)),
        ("delivery list", ()), ("delivery forbid", (str(person.work),)),
        ("export", ()), ("export", ("--format", "csv")), ("export", ("--facts",)), ("export", ("-o", "all.json")),
        ("export", ("--facts", "-o", "facts.jsonl")), ("export", ("--format", "csv", "-o", "all.csv")),
        ("team join", (str(person.remote),)), ("team fetch", ()), ("share team", ("--name", "Sam")), ("share team", ("--name", "Sam", *sent)),
        ("share next", ()), made, (made[0], (*made[1], *sent)), (made[0], (*made[1], "--prompt")), ("share drop", ()),
        ("team exemplars", ()), ("team exemplars", ("--json",)), ("exemplar show", ("{name}",)), ("exemplar withdraw", ("{name}",)),
        ("exemplar withdraw", ("{name}", *sent)), ("team practices", ()), ("team totals", ()), ("team totals", ("--json",)),
        ("team status", ()), ("team status", ("--json",)), ("share log", ()), ("share log", ("--json",)), ("sharing", ()),
        ("share off", ()), ("share local", ()), ("team leave", ()), ("where", ("--json",)),
        ("completion", ("bash",)), ("correct", (other, "no-such-practice", "seen")), ("session", ("nobody",)), ("scan", ("--json",)),
    ]  # fmt: skip


LEFT = {"follow"}
"""Run in another way."""


def test_every_command_is_among_those_that_are_run(tmp_path: Path) -> None:
    run = {name for name, _ in script(Person(tmp_path))} | LEFT | set(NOT_RUN)
    assert run == set(commands())


KEPT_IN = ("coach/profile.db", "coach/copies/")
"""Where a reason that the person typed is kept, as is said when it is typed."""


def astray(person: Person) -> dict[str, set[str]]:
    """Canaries in what was written, where they should not be."""
    out = {}
    for name, words in found_below(person.away).items():
        words -= {TYPED, KIND} if name.startswith(KEPT_IN) else set()
        if words:
            out[name] = words
    return out


def repository(path: Path) -> None:
    """One of the person's, whose every name and word is a canary."""
    path.mkdir(parents=True)
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=Sam", "-c", "user.email=sam@localhost.invalid"]
    for words in (["init", "-q", "-b", CANARIES["branch"]], ["add", "."], [*who, "commit", "-qm", CANARIES["commit"]]):
        (path / f"{CANARIES['path']}.py").write_text(CANARIES["heredoc"])
        subprocess.run(["git", *words], cwd=path, env=env, check=True, capture_output=True, timeout=60)
    subprocess.run(["git", "config", "user.email", "sam@localhost.invalid"], cwd=path, env=env, check=True, timeout=60)


def astray_in(name: str, told: Told) -> set[str]:
    """Canaries in what a command said, where they should not be."""
    words = words_in(told.out) | words_in(told.err)
    if name in LIVE:
        return words & {TYPED}
    return words - ({TYPED} if name in REPEATS else {KIND} if name == "doctor" else set())


def test_no_word_is_stored_or_told_by_any_command(tmp_path: Path) -> None:
    person = Person(tmp_path)
    repository(person.work)
    subprocess.run(["git", "init", "-q", "--bare", str(person.remote)], check=True, timeout=60)
    lived: dict[str, set[str]] = {}
    said = {"{hash}": "", "{name}": ""}
    """The hash of what was previewed last, and the name of the example that was listed last."""
    for name, given in script(person):
        words = tuple(said.get(word, word) for word in given)
        told = person.run(*name.split(), *words)
        for what, pattern in (("{hash}", rb"--confirm (\w+)"), ("{name}", rb"(?m)^([0-9a-f]{8})  ")):
            if found := re.findall(pattern, told.out):
                said[what] = found[-1].decode()
        assert b"Traceback" not in told.err, told.err
        assert told.code == (1 if words[-1:] in (("seen",), ("nobody",)) or name == "share next" else 0), (name, words, told)
        assert not astray_in(name, told), (name, words)
        lived[name] = lived.get(name, set()) | words_in(told.out)
        # After each one: what is written may be gone with the next.
        assert not astray(person), (name, words)
        if "--prompt" in words:
            # The prompt that was picked is in the example, and every canary in it was masked.
            assert b"<token>" in told.out
    told = person.follow()
    assert b"canary-live" in told.out, told
    assert not astray_in("follow", told)
    assert not astray(person)
    # It was read and shown: the search did not look at an empty machine.
    assert CANARIES["prompt"] in lived["session"] & lived["audit"]
    assert CANARIES["title"] in lived["sessions"]
    assert {name for name in lived if lived[name]} == LIVE | REPEATS | {"doctor"}
    kept = found_below(person.away)
    assert kept["coach/profile.db"] == {TYPED, KIND}
    written = {str(path.relative_to(person.away)) for path in person.away.rglob("*") if path.is_file()}
    assert {
        "coach/profile.toml",
        "coach/now.json",
        "here/all.json",
        "here/facts.jsonl",
        "here/week.svg",
        "here/sketch.toml",
    } <= written
    assert any(name.startswith("coach/copies/") for name in written)
    assert person.run("export", "--with-because").out.count(TYPED.encode()) >= 3
    assert person.run("forget", "--everything", "--yes").code == 0
    assert not found_below(person.away)


KEYS = (
    "1", "\r", "j", "\x1b", "2", "j", "\r", "\x1b", ("3", CANARIES["custom"]), ("\r", CANARIES["prompt"]), "j", "\r", "j", "y", "\x1b", "\x1b", "/", *CANARIES["title"], "\r", "\x1b",
    "4", "d", "\x1b[D", "\x1b[C", "m", "m", "m", "m", "p", "\x1b", "b", "\x1b", "\r", "\x1b", "y", "l", "5", "?", "\x1b", "1",
)  # fmt: skip
"""Each of the five views, the pages behind them, those of the week, and what is copied."""


def on_screen(person: Person, *arguments: str, keys: tuple[str | tuple[str, str], ...], end: str = "qqq") -> tuple[bytes, int]:
    """The app on a terminal; all that it was sent, and how the app ended. `keys`: typed, and the word then waited for."""
    environ = {name: value for name, value in person.environ.items() if name != "COLUMNS"}
    with Terminal(person.away, *arguments, columns=120, rows=40, **environ) as terminal:
        terminal.see("Practices", "Sharing")
        for key in (*keys, *end):
            if terminal.program.poll() is not None:
                break
            key, *words = (key,) if isinstance(key, str) else key
            terminal.type(key, *words)
            while terminal._read(0.3):
                pass
        shown = terminal.ends()
        return shown.raw, shown.code


def test_no_word_is_stored_by_any_screen(tmp_path: Path) -> None:
    person = Person(tmp_path)
    raw, code = on_screen(person, "-m", "accrete_coach", keys=KEYS)
    assert code == 0
    shown = words_in(raw)
    assert {CANARIES["prompt"], CANARIES["custom"]} <= shown, "the screens with words were never opened"
    assert set(astray(person)) == set()
    # Nothing of it stays on the terminal that the person comes back to.
    assert not words_in(raw[raw.rindex(LEAVES[0]) :])


def test_no_word_is_told_or_stored_when_the_app_crashes(tmp_path: Path) -> None:
    person = Person(tmp_path)
    person.run("scan")
    word = CANARIES["prompt"]
    raw, code = on_screen(
        person, "-m", "faults.crasher", "while drawing", word, keys=(("3", CANARIES["custom"]), ("\r", word), "?"), end=""
    )
    assert code == 1
    assert word in words_in(raw), "no word was on the screen when it crashed"
    after = raw[raw.rindex(LEAVES[0]) :]
    assert b"ended because of an error" in after
    assert not words_in(after)
    assert not astray(person)


CRASHES = """
import sys
from accrete_coach.coach import Coach
def fail(self, *a, **k):
    title = next(iter(self.titles([1]).values()))
    try:
        raise KeyError(title)
    except KeyError as problem:
        raise ValueError(f"could not read {title}") from problem
Coach.standings = fail
from accrete_coach.cli import main
main()
"""


def test_no_word_is_told_or_stored_when_a_command_crashes(tmp_path: Path) -> None:
    person = Person(tmp_path)
    (tmp_path / "crashing.py").write_text(CRASHES)
    told = person.run("list", program=(str(tmp_path / "crashing.py"),))
    assert told.code not in (0, 130)
    assert b"ValueError" in told.err
    assert not words_in(told.out) | words_in(told.err)
    assert not astray(person)


LEAKY = """
import base64, json, sys, tempfile
import accrete_coach.sessions.claude_code.transcript as transcript
where = sys.argv.pop(1)
honest = transcript.Transcript.read
def leaky(self, number, line):
    honest(self, number, line)
    try:
        word = json.loads(line).get("aiTitle")
    except ValueError:
        return
    if word and where == "in the state":
        self.state.passed[word] = 1
    elif word and where == "in base64":
        self.state.passed[base64.b64encode(f"a {word} b".encode()).decode()] = 1
    elif word:
        with tempfile.NamedTemporaryFile("w", delete=False, encoding="utf-16") as out:
            out.write(word)
transcript.Transcript.read = leaky
from accrete_coach.cli import main
main()
"""


@pytest.mark.parametrize("where", ["in the state", "in base64", "in a temporary file"])
def test_a_program_that_stores_one_word_is_caught(tmp_path: Path, where: str) -> None:
    person = Person(tmp_path)
    (tmp_path / "leaky.py").write_text(LEAKY)
    assert person.run("scan", program=(str(tmp_path / "leaky.py"), where)).code == 0
    found = astray(person)
    assert found
    assert {word for words in found.values() for word in words} == {CANARIES["title"]}


def test_a_command_that_tells_one_word_is_caught() -> None:
    told = Told(0, b"", base64.b64encode(CANARIES["output"].encode()))
    assert astray_in("list", told) == {CANARIES["output"]}
    assert astray_in("session", Told(0, TYPED.encode(), b"")) == {TYPED}
