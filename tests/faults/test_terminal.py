"""What reaches a real terminal (promises.md, faults 17 and 18): literal text, whatever stands in transcripts and names."""

from __future__ import annotations

import json
import os
import re
import threading
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from .made import ASK, WORK, Tree, append
from .terminal import LEAVES, Shown, left_as_found, on_a_terminal

PAYLOADS = (
    "\x1b]0;OWNED\x07",
    "\x1b]52;c;T1dORUQ=\x07",
    "\x1b]8;;https://owned.invalid\x1b\\x\x1b]8;;\x1b\\",
    "\x1b[6n",
    "\x1b[2J\x1b[1;1H",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gi=31,s=1\x1b\\",
    "\x1bc",
    "\x9b6n",
    "\x9d0;OWNED\x9c",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\u200f",
    "\x08\x08\x08",
    "\rOWNED",
    "\x7f",
)
POISON = "[@click=app.quit]x[/] " + "".join(PAYLOADS)
TOKENS = [p.encode() for p in PAYLOADS if p not in ("\x1b[2J\x1b[1;1H", "\rOWNED", "\x7f", "\x08\x08\x08")]
"""What no program of ours sends of itself, not even to draw a screen or a bar."""


def poisoned(value: Any, at: str = "") -> Any:
    """Every text of a record replaced, but for the few that say what the record is."""
    if isinstance(value, dict):
        return {k: poisoned(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, at) for v in value]
    if isinstance(value, str) and at not in ("type", "subtype", "role", "id", "tool_use_id", "timestamp", "operation", "name"):
        return POISON
    return value


def name_of(text: str) -> str:
    """As much of a text as a file may be called."""
    return text.replace("/", "-").encode()[:180].decode(errors="ignore")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every text, and every name that the agent or a person could have given, is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    tree = Tree(folder / "claude")
    tree.add("plain", WORK)
    for n, payload in enumerate((*PAYLOADS, "\n  ● fake-line        habit", POISON)):
        name = name_of(f"s{n}{payload}")
        lines = tree.lines(name, WORK, slug=name_of(f"-p{n}{payload}"), project=f"/home/sam/{payload}")
        append(lines)
        poisoned_lines = tree.lines(f"{n}-{name}"[:60], WORK if n % 2 else ASK, slug=name_of(f"-p{n}{payload}"))
        append([(path, json.dumps(poisoned(json.loads(line))).encode() + b"\n") for path, line in poisoned_lines])
    extra = [
        {"type": POISON},
        {"type": "user", "version": POISON, "cwd": POISON, "message": {"role": "user", "content": POISON}, "timestamp": POISON},
        {"type": "system", "subtype": POISON},
        {"type": "attachment", "attachment": {"type": POISON}},
        {"type": "ai-title", "aiTitle": POISON, "sessionId": POISON},
    ]
    append([(tree.path("plain"), json.dumps(record).encode() + b"\n") for record in extra])
    for payload in PAYLOADS:
        os.mkfifo(tree.path("plain").parent / name_of(f"pipe{payload}.jsonl"))
    (folder / "claude" / "settings.json").write_text(json.dumps({"cleanupPeriodDays": POISON}))
    (folder / "claude" / "history.jsonl").write_text(json.dumps({"display": POISON, "sessionId": POISON}) + "\n")
    return folder


def steering(shown: Shown) -> list[str]:
    """What in the output could steer a terminal, with what stands around it."""
    text = shown.text.replace("\r\n", "\n")
    bad = [m for m in range(len(text)) if text[m] != "\n" and unicodedata.category(text[m]) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
    return [repr(text[max(0, m - 30) : m + 30]) for m in bad[:5]]


COMMANDS = [
    ("list",),
    ("list", "--project", "x"),
    ("show", "run-check"),
    ("show", "plan-first"),
    ("show", "scout"),
    ("sessions",),
    ("session", "plain"),
    ("session", "s0"),
    ("session", "s"),
    ("session", "s8"),
    ("doctor",),
    ("where",),
    ("list", "--json"),
    ("show", "run-check", "--json"),
    ("sessions", "--json"),
    ("session", "s17", "--json"),
    ("doctor", "--json"),
    ("scan", "--json"),
    ("where", "--json"),
    ("export",),
    ("export", "--facts"),
    ("export", "--format", "csv"),
]


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        pytest.param(words, columns, id=f"{' '.join(words)} {columns}")
        for words in COMMANDS
        for columns in ([100] if "--json" in words or "export" in words else [44, 100])
    ],
)
def test_no_command_lets_a_text_of_others_steer_the_terminal(hostile: Path, words: tuple[str, ...], columns: int) -> None:
    shown = on_a_terminal(hostile, "-m", "accrete_coach", *words, columns=columns)
    assert b"Traceback" not in shown.raw
    assert shown.code == (1 if words == ("session", "s") else 0), shown.text
    assert len(shown.text) > 100
    assert steering(shown) == []
    assert not re.search(r"^  ● fake-line", shown.text, re.MULTILINE), "a name drew a line of its own"
    if "--json" in words or words == ("export",):
        assert json.loads(shown.text)


def test_json_keeps_what_it_escapes(hostile: Path) -> None:
    found = json.loads(on_a_terminal(hostile, "-m", "accrete_coach", "sessions", "--json").text)["sessions"]
    projects = {one["project"] for one in found}
    assert {f"/home/sam/{payload}" for payload in PAYLOADS} <= projects


def test_a_scan_with_its_bar_sends_nothing_of_others(hostile: Path, tmp_path: Path) -> None:
    shown = on_a_terminal(hostile, "-m", "accrete_coach", "scan", ACCRETE_COACH_HOME=str(tmp_path / "new"))
    assert shown.code == 0
    assert b"in the profile" in shown.raw
    assert [token for token in TOKENS if token in shown.raw] == []


@pytest.mark.parametrize("as_json", [False, True])
def test_follow_sends_nothing_of_others(hostile: Path, tmp_path: Path, as_json: bool) -> None:
    own = tmp_path / "own"
    tree = Tree(tmp_path / "claude")
    name = name_of(f"s{POISON}")
    lines = tree.lines(name, WORK, slug=name_of(f"-p{POISON}"))
    append(lines[:3])
    path = tree.path(name, slug=name_of(f"-p{POISON}"))
    rest = b"".join(line for to, line in lines[3:] if to == path)
    # It follows once the profile holds what was there; whatever comes then is told.
    later = threading.Timer(1.5, lambda: append([(path, rest)]))
    later.start()
    words = ["follow", "--json"] if as_json else ["follow"]
    shown = on_a_terminal(tmp_path, "-m", "accrete_coach", *words, end=b"s[@click", ACCRETE_COACH_HOME=str(own))
    later.join()
    assert shown.code == 130
    assert b"Traceback" not in shown.raw
    typed = Shown(shown.raw.replace(b"^C", b""), 0, [], [])
    assert steering(typed) == []


# --- the app -----------------------------------------------------------------------------------------------------------


def test_the_app_shows_hostile_transcripts_and_leaves_the_terminal_as_it_found_it(hostile: Path, tmp_path: Path) -> None:
    on_a_terminal(hostile, "-m", "accrete_coach", "scan", ACCRETE_COACH_HOME=str(tmp_path / "new"))
    keys = [(b"matter now", b"/"), (b"", b"scout"), (b"", b"\r"), (b"", b"\r")]  # find a practice, and open its page
    keys += [(b"", b"\r"), (b"", b"\r"), ("␛".encode(), b"q"), (b"", b"q")]  # its moments, the transcript, back, quit
    shown = on_a_terminal(hostile, "-m", "accrete_coach", "open", keys=keys, ACCRETE_COACH_HOME=str(tmp_path / "new"))
    assert shown.code == 0, shown.raw[-3000:]
    assert "OWNED" in shown.text, "no transcript was shown"
    assert [token for token in TOKENS if token in shown.raw] == []
    left_as_found(shown)


CANARY = "CANARY-a-secret-prompt"


@pytest.mark.parametrize("where", ["while drawing", "in the watching thread"])
def test_a_crash_leaves_the_terminal_as_it_was_and_quotes_nothing(tmp_path: Path, where: str) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", f"you: {CANARY} change app/a.py\nedit app/a.py +9\nrun pytest -q -> {CANARY}\nreply: {CANARY}")
    keys = [(b"matter now", b"?")] if where == "while drawing" else [(b"Reading stopped", b"q")]
    shown = on_a_terminal(tmp_path, "-m", "faults.crasher", where, CANARY, keys=keys)
    assert CANARY.encode() not in shown.raw
    left_as_found(shown)
    if where == "while drawing":
        assert shown.code == 1
        assert b"accrete-coach ended because of an error of its own" in shown.raw
        after = shown.raw[shown.raw.rindex(LEAVES[0]) :]
        assert b"ended because of an error" in after, "said on the screen that is gone"
        assert b"ZeroDivisionError" in after
