"""The real program on a real terminal, and somebody in front of it who reads the screen and types (issue 4)."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from .made import ASK, TESTS, WORK, Tree, append, coach_of, environment, places_of
from .terminal import LEAVES, Terminal, kinds, left_as_found, literal
from .test_terminal import POISON, TOKENS

SEEN_IN = {"1": "the five that matter now", "2": "Sessions that wrote something", "3": "prompts/calls"}
SEEN_IN |= {"4": "A question:", "5": "Nothing leaves this machine."}
"""By the key of a view: what stands in it alone."""
STILL = {"1": ("Practices", "plan first"), "2": ("Now", "shop"), "3": ("Sessions", "⏎ story")}
STILL |= {"4": ("Week", " to "), "5": ("Sharing", "Nothing leaves")}
"""What is left of that on a screen of 20x6: the name of the view, and some of its words."""


def ago(**how: float) -> datetime:
    return datetime.now(UTC) - timedelta(**how)


def line_with(screen: str, word: str) -> str:
    return next((line for line in screen.splitlines() if word in line), "")


@contextmanager
def writer(folder: Path, session: str, sketch: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which writes a session line by line."""
    words = [sys.executable, "-m", "faults.writer", str(folder / "claude"), session, "0.05"]
    writing = subprocess.Popen(words, stdin=subprocess.PIPE, env=environment(folder), cwd=TESTS)
    try:
        assert writing.stdin is not None
        writing.stdin.write(sketch.encode())
        writing.stdin.close()
        yield writing
    finally:
        writing.kill()
        writing.wait()


def to_plan_first(terminal: Terminal) -> None:
    """From the practices to the page of one of them, wherever the cursor stood."""
    terminal.type("/", "find a practice by a word")
    terminal.gone("⏎ open")
    terminal.type("agree a plan", "1 of 24 practices")
    terminal.type("\r", "⏎ open")
    terminal.type("\r", "Counts when", "⏎ moments")


def test_what_another_process_writes_is_seen_and_read(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    for n in range(2):
        tree.add(f"before{n}", ASK, start=ago(days=3, hours=n))
    with Terminal(tmp_path, "-m", "accrete_coach", "open") as terminal:
        before = line_with(terminal.see("matter now", "plan first"), "plan first  ")
        assert "no occasion" in before
        with writer(tmp_path, "running", WORK) as writing:
            terminal.until(lambda screen: "tried" in line_with(screen, "plan first  "), "the practice's mark stayed")
            assert writing.wait(Terminal.SECONDS) == 0
        to_plan_first(terminal)
        terminal.type("\r", "⏎ show")
        terminal.type("\r", "▶", "User has approved your plan", "change total() in app/tax.py", "round 3. run the tests")
        terminal.type("q", "⏎ show")
        terminal.type("2", "Sessions that wrote something", "shop")
        terminal.type("3", "prompts/calls", "use a subagent to find the", "3 / 9")  # All of it has been read.
        terminal.type("\r", "⏎ transcript", "you approved the plan", "tests passed")
        terminal.type("q", "prompts/calls")
        terminal.type("q")
        shown = terminal.ends()
    assert shown.code == 0
    left_as_found(shown)


# --- hostile text ----------------------------------------------------------------------------------------------------------

HOSTILE = (
    POISON
    + " \u202d\u2067\u2069\u061c\u200d 漢字テスト👩‍👩‍👧 e"
    + "\u0301" * 40
    + "[bold red]b[/bold red] \x1b[38;2;1;2;3m \x1b[?1049l \x84"
)
"""All of it in one text; `OWNED` stands in it."""
FOLDER = "/home/sam/" + (TOKENS[0].decode() + HOSTILE).replace("/", "-").replace("\\", "-")
"""A project's folder: of its name only the beginning may have room."""
OWN = {"type", "subtype", "role", "id", "tool_use_id", "timestamp", "operation", "name", "sessionId", "uuid", "parentUuid"}
OWN |= {"version", "permissionMode", "mode", "cwd", "subagent_type", "isSidechain", "agentId", "status"}
"""What says what a record is, and keeps its meaning."""


def hostile(value: Any, at: str = "") -> Any:
    """A record that says the same, and in every text something hostile after it."""
    if isinstance(value, dict):
        return {k: hostile(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(v, at) for v in value]
    return f"{value} {HOSTILE}" if isinstance(value, str) and at not in OWN else value


def walk(terminal: Terminal, owned: str, title: str) -> None:
    """Everywhere once. `owned`: what stands where a text of others does; `title`: what the session's title begins with."""
    terminal.see("matter now")
    to_plan_first(terminal)
    terminal.see("you approved the plan", owned)
    terminal.type("\r", "⏎ show")
    terminal.type("\r", "▶", owned)
    terminal.type("q", "⏎ show")
    terminal.type("2", SEEN_IN["2"], owned)
    terminal.type("3", SEEN_IN["3"], owned, title)
    terminal.type("\r", "⏎ transcript", owned, title)
    terminal.type("q", SEEN_IN["3"])
    terminal.type("4", SEEN_IN["4"])
    terminal.type("t", "your year")
    terminal.type("q", SEEN_IN["4"])
    terminal.type("5", SEEN_IN["5"])
    terminal.type("1", "Counts when")
    terminal.type("f", "Show practices by", owned)
    terminal.type("q", "⏎ show")
    terminal.type("?", "Keys that work here")
    terminal.type("q")
    terminal.gone("Keys that work here")
    terminal.type("\x10", "Search for commands")
    terminal.type("\x1b")
    terminal.gone("Search for commands")
    terminal.type("q")


def walked(folder: Path, owned: str, title: str) -> bytes:
    with Terminal(folder, "-m", "accrete_coach", "open") as terminal:
        walk(terminal, owned, title)
        shown = terminal.ends()
    assert shown.code == 0
    left_as_found(shown)
    return shown.raw


def test_hostile_text_reaches_no_view_but_as_text(tmp_path: Path) -> None:
    harmless, tree = tmp_path / "harmless", Tree(tmp_path / "hostile" / "claude")
    Tree(harmless / "claude").add("s1", WORK, start=ago(minutes=10))
    lines = tree.lines("s1", WORK, project=FOLDER, start=ago(minutes=10))
    append([(path, json.dumps(hostile(json.loads(line))).encode() + b"\n") for path, line in lines])
    for session, title in (("s1", HOSTILE), ("s2", HOSTILE + "x" * 1_000_000 + HOSTILE)):
        if session != "s1":
            tree.add(session, f"you: {'y' * 1_000_000}\nread app/cart.py", project=FOLDER, start=ago(days=2))
        record = {"type": "custom-title", "customTitle": title, "sessionId": session}
        append([(tree.path(session), json.dumps(record).encode() + b"\n")])
    usual = kinds(walked(harmless, "shop", "use a subagent"))
    raw = walked(tmp_path / "hostile", "OWNED", "[@click=app.quit]x")
    assert kinds(raw) - usual == set(), "the terminal was told what no harmless run tells it"
    assert [token for token in (*TOKENS, b"\x1b[38;2;1;2;3m") if token in raw] == []
    assert {c for c in literal(raw) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")} == set()
    assert raw.count(LEAVES[0]) == 1, "a text left the screen"


def test_what_is_hostile_is_seen_where_it_arrives() -> None:
    """The scanner is no use if it takes a sequence for text."""
    sent = kinds(HOSTILE.encode())
    assert {"OSC 0", "OSC 52", "OSC 8", "CSI n", "CSI J", "CSI m", "CSI ?1049l", "DCS", "APC", "ESC c"} <= sent
    assert {"control 08", "control 7f", "control 84"} <= sent
    assert kinds(b"\x1bP+q544e") == {"ESC P"}, "a string that never ends is seen, too"
    assert kinds("漢字 é [b]".encode()) == set()


def test_on_an_empty_machine_the_demo_says_so_and_gives_way_to_the_first_session(tmp_path: Path) -> None:
    with Terminal(tmp_path, "-m", "accrete_coach") as terminal:
        shown = terminal.see("demo: invented sessions", "No session of yours in", "matter now")
        assert "yours are shown here instead" in " ".join(shown.split())
        with writer(tmp_path, "first", WORK) as writing:
            terminal.see("1 session, last 8 weeks")
            terminal.gone("invented")
            assert writing.wait(Terminal.SECONDS) == 0
        terminal.type("q")
        ended = terminal.ends()
    assert ended.code == 0
    left_as_found(ended)


def test_when_the_terminal_is_gone_the_app_ends(tmp_path: Path) -> None:
    """Its reader would otherwise find an end of file again and again, and take a whole core."""
    Tree(tmp_path / "claude").add("s1", ASK, start=ago(hours=1))
    with Terminal(tmp_path, "-m", "accrete_coach", "open") as terminal:
        terminal.see("1 Practices")
        terminal.hang_up()
        assert terminal.program.wait(60) != 0


def test_a_profile_of_a_newer_program_ends_the_app_and_is_said_after_it(tmp_path: Path) -> None:
    Tree(tmp_path / "claude").add("s1", WORK, start=ago(minutes=10))
    places = places_of(tmp_path)
    coach_of(places).close()
    with sqlite3.connect(places.profile) as profile:
        profile.execute("PRAGMA user_version = 99")
    for arguments in ((), ("open",)):
        with Terminal(tmp_path, "-m", "accrete_coach", *arguments) as terminal:
            ended = terminal.ends()
        assert ended.code == 3
        left_as_found(ended)
        assert "newer accrete-coach" in " ".join(terminal.shows.split())


# --- sizes -----------------------------------------------------------------------------------------------------------------


def test_every_view_survives_a_terminal_of_20_by_6(tmp_path: Path) -> None:
    Tree(tmp_path / "claude").add("s1", WORK, start=ago(minutes=10))
    with Terminal(tmp_path, "-m", "accrete_coach", "open") as terminal:
        terminal.see(SEEN_IN["1"])
        for key, word in SEEN_IN.items():
            terminal.type(key, word)
            small = terminal.resize(20, 6, *STILL[key])
            assert small.splitlines()[0].split()[-1].rstrip("●") in ("Practices", "Now", "Sessions", "Week", "Sharing"), (
                "no name is cut"
            )
            back = terminal.resize(100, 32, word)
            assert [other for other in SEEN_IN.values() if other in back] == [word]
        terminal.type("q")
        shown = terminal.ends()
    assert shown.code == 0
    left_as_found(shown)


# --- crashes ---------------------------------------------------------------------------------------------------------------

CANARY = "CANARY-a-secret-prompt"


@pytest.mark.parametrize("key", SEEN_IN)
def test_a_crash_in_a_view_leaves_the_terminal_whole_and_quotes_nothing(tmp_path: Path, key: str) -> None:
    Tree(tmp_path / "claude").add(
        "s1", f"you: {CANARY} change app/a.py\nedit app/a.py +9\nreply: {CANARY}", start=ago(minutes=10)
    )
    with Terminal(tmp_path, "-m", "faults.crasher", "on F12", CANARY) as terminal:
        terminal.see(SEEN_IN["1"])
        terminal.type(key, SEEN_IN[key])
        terminal.type("\x1b[24~")
        shown = terminal.ends()
    assert shown.code == 1
    left_as_found(shown)
    after = shown.raw[shown.raw.rindex(LEAVES[0]) :]
    assert b"accrete-coach ended because of an error of its own" in after
    assert b"ZeroDivisionError" in after
    assert CANARY.encode() not in after
