"""Made-up transcript lines, shaped as Claude Code writes them, and the shortest ways to read them."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.practice import Reading, load
from accrete_coach.reader import OpenFile, read_file, session_of
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.claude_code import AGENT
from accrete_coach.sessions.claude_code.transcript import State, Transcript
from accrete_coach.sessions.facts import Fact, Kind, Session
from accrete_coach.sessions.folder import Found
from accrete_coach.sessions.prints import Hasher
from accrete_coach.sessions.tail import Position

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CWD = "/home/sam/shop"
HASHER = Hasher(b"tests")
CATALOGUE = load()

REFUSED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string"
    " was NOT written to the file)."
)
STOP = " STOP what you are doing and wait for the user to tell you how to proceed."
SAID = " To tell you how to proceed, the user said:\n"
NOTE = (
    "\n\nNote: The user's next message may contain a correction or preference. Pay close attention to what they say and learn"
    " from their feedback."
)
APPROVED = "User has approved your plan. You can now start coding. Start with updating your todo list if applicable"
CLEAR = (
    "<command-name>/clear</command-name>\n            <command-message>clear</command-message>\n"
    "            <command-args></command-args>"
)

_numbers = count(1)


def message_first(name: str, args: str = "") -> str:
    """A saved command or skill as it is recorded when it is typed."""
    return f"<command-message>{name}</command-message>\n<command-name>/{name}</command-name>\n<command-args>{args}</command-args>"


def name_first(name: str, args: str = "") -> str:
    """A built-in command as it is recorded when it is typed."""
    return (
        f"<command-name>/{name}</command-name>\n            <command-message>{name}</command-message>\n"
        f"            <command-args>{args}</command-args>"
    )


def notification(task: str, status: str = "completed", summary: str = "", tool: str = "", result: str = "") -> str:
    """What the harness says when something in the background ends."""
    return (
        f"<task-notification>\n<task-id>{task}</task-id>\n"
        + (f"<tool-use-id>{tool}</tool-use-id>\n" if tool else "")
        + f"<output-file>/tasks/{task}.output</output-file>\n<status>{status}</status>\n"
        f"<summary>{summary or f'Task {task} {status}'}</summary>\n"
        + (f"<result>{result}</result>\n" if result else "")
        + "</task-notification>"
    )


class Log:
    """One transcript file in the making. Every record is ten seconds after the one before."""

    def __init__(
        self,
        session: str = "made-up",
        *,
        agent: str = "",
        entrypoint: str = "cli",
        version: str = "2.1.100",
        start: datetime = START,
        step: float = 10.0,
        **envelope: Any,
    ) -> None:
        self.session = session
        self.agent = agent
        """"" for a main transcript, else the subagent's id."""
        self.now = start
        self.step = timedelta(seconds=step)
        self.envelope = {
            "parentUuid": None,
            "isSidechain": bool(agent),
            "userType": "external",
            "cwd": CWD,
            "sessionId": session,
            "version": version,
            "gitBranch": "main",
            "entrypoint": entrypoint,
        } | envelope
        if agent:
            self.envelope["agentId"] = agent
        self.records: list[dict[str, Any]] = []

    # --- records -------------------------------------------------------------------------------------------------------

    def stamp(self) -> str:
        self.now += self.step
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"

    def bare(self, **record: Any) -> dict[str, Any]:
        """A record without the envelope, such as titles and the queue have."""
        self.records.append(record)
        return record

    def add(self, **record: Any) -> dict[str, Any]:
        return self.bare(**(self.envelope | {"uuid": f"uuid-{next(_numbers):06d}", "timestamp": self.stamp()} | record))

    def user(self, content: Any, **more: Any) -> dict[str, Any]:
        return self.add(type="user", message={"role": "user", "content": content}, **more)

    def blocks(self, *blocks: dict[str, Any], message: str = "", model: str = "claude-made-up", **more: Any) -> dict[str, Any]:
        n = next(_numbers)
        return self.add(
            type="assistant",
            message={"id": message or f"msg_{n:06d}", "role": "assistant", "model": model, "content": list(blocks)},
            requestId=f"req_{n:06d}",
            **more,
        )

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        return self.blocks({"type": "text", "text": text}, **more)

    def call(self, tool: str, given: Any = None, /, call: str = "", **more: Any) -> str:
        """A tool use without its result. Returns its id."""
        name = call or f"toolu_{next(_numbers):06d}"
        self.blocks({"type": "tool_use", "id": name, "name": tool, "input": {} if given is None else given}, **more)
        return name

    def result(
        self, call: str, text: Any = "ok", result: Any = None, *, error: bool = False, beside: str = "", **more: Any
    ) -> dict[str, Any]:
        content = [{"type": "tool_result", "tool_use_id": call, "content": text, "is_error": error}]
        if beside:
            content.append({"type": "text", "text": beside})
        return self.user(content, toolUseResult=text if result is None else result, **more)

    def tool(self, tool: str, given: Any = None, /, text: Any = "ok", result: Any = None, *, error: bool = False) -> str:
        name = self.call(tool, given)
        self.result(name, text, result, error=error)
        return name

    def edit(self, path: str = "app/tax.py", lines: int = 4) -> str:
        full = path if path.startswith("/") else f"{CWD}/{path}"
        new = "\n".join(f"line {n}" for n in range(lines))
        return self.tool(
            "Edit",
            {"file_path": full, "old_string": "before", "new_string": new},
            "The file has been updated",
            {"filePath": full, "oldString": "before", "newString": new, "userModified": False},
        )

    def bash(self, command: str, output: str = "", *, failed: bool = False, tool: str = "Bash") -> str:
        text = f"Exit code 1\n{output}" if failed else output
        return self.tool(tool, {"command": command}, text, {"stdout": output, "stderr": "", "interrupted": False}, error=failed)

    def background(self, command: str, task: str) -> str:
        name = self.call("Bash", {"command": command, "run_in_background": True})
        self.result(
            name, f"Command running in background with ID: {task}", {"stdout": "", "stderr": "", "backgroundTaskId": task}
        )
        return name

    def queue(self, operation: str, content: Any = None) -> None:
        record = {"type": "queue-operation", "operation": operation, "timestamp": self.stamp(), "sessionId": self.session}
        self.bare(**(record if content is None else record | {"content": content}))

    def attach(self, kind: str, **fields: Any) -> None:
        self.add(type="attachment", attachment={"type": kind} | fields)

    def queued(self, text: Any, mode: str = "prompt", **fields: Any) -> None:
        self.attach("queued_command", prompt=text, commandMode=mode, **fields)

    def agent_progress(self, call: str, agent: str, record: dict[str, Any]) -> None:
        """A subagent's record as it was told by ticks from 2.1.11 to 2.1.81."""
        inner = {key: record[key] for key in ("type", "message", "uuid", "timestamp", "toolUseResult") if key in record}
        self.add(
            type="progress",
            data={"message": inner, "normalizedMessages": [], "type": "agent_progress", "prompt": "", "agentId": agent},
            toolUseID="agent_msg_1",
            parentToolUseID=call,
        )

    def text(self) -> bytes:
        return b"".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for r in self.records)


# --- reading ----------------------------------------------------------------------------------------------------------------


class Follower:
    """A file read again and again as the coach reads it; between two readings all it remembers is what would be stored."""

    def __init__(self, path: Path, agent: str = "", hasher: Hasher = HASHER) -> None:
        self.path = path
        self.hasher = hasher
        self.agent = hasher("agent", agent) if agent else 0
        self.file = OpenFile(AGENT, "", path.name, agent, Transcript(hasher, agent=self.agent), Position())

    def read(self) -> None:
        """Read what is new."""
        status = self.path.stat()
        found = Found(
            str(self.path),
            self.path.name,
            "",
            status.st_size,
            status.st_mtime_ns,
            status.st_ino,
            status.st_dev,
            "claude-code",
            "made-up",
        )
        before = self.file
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(before.transcript.state), type=State)
        position = msgspec.msgpack.decode(msgspec.msgpack.encode(before.position), type=Position)
        transcript = Transcript(self.hasher, state=state, agent=self.agent, known={f.id for f in before.facts})
        self.file = OpenFile(AGENT, "", before.name, before.subagent, transcript, position, list(before.facts))
        read_file(self.file, found, self.hasher)

    @property
    def state(self) -> State:
        assert isinstance(self.file.transcript.state, State)
        return self.file.transcript.state

    @property
    def passed(self) -> dict[str, int]:
        """Lines by what became of them."""
        return self.state.passed

    @property
    def accounted(self) -> bool:
        """Whether every line is counted once, as used or under a reason."""
        return sum(self.passed.values()) == self.state.lines

    def facts(self) -> list[Fact]:
        """Its facts so far and what is still open."""
        return [*self.file.facts, *self.file.transcript.loose_ends()]

    def of(self, *kinds: Kind) -> list[Fact]:
        return [f for f in self.facts() if f.kind in kinds]


def follow(text: bytes, agent: str = "", name: str = "made-up.jsonl", hasher: Hasher = HASHER) -> Follower:
    """Text read as one file, at once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(text)
        follower = Follower(path, agent, hasher)
        follower.read()
        return follower


def session_in(*logs: Log) -> Session | None:
    """The session that these files tell of; None where they are none."""
    files = []
    for n, log in enumerate(logs):
        one = follow(log.text(), log.agent, f"{n}.jsonl")
        assert one.accounted, (one.state.lines, one.passed)
        files.append(one.file)
    return session_of("made-up", files, HASHER)


def read(*logs: Log) -> Session:
    """The session that these files tell of."""
    session = session_in(*logs)
    assert session is not None
    return session


def of(session: Session, *kinds: Kind) -> list[Fact]:
    return [f for f in session.facts if f.kind in kinds]


def only(session: Session, kind: Kind) -> Fact:
    (fact,) = of(session, kind)
    return fact


def prompts(*logs: Log) -> list[Fact]:
    """The prompts in these files."""
    session = session_in(*logs)
    return [] if session is None else of(session, Kind.PROMPT)


def practice(name: str, *logs: Log) -> Reading:
    """What a practice says of the session that these files tell of."""
    return CATALOGUE[name].read(read(*logs))


# --- whole folders ----------------------------------------------------------------------------------------------------------


def put(root: Path, name: str, log: Log | bytes, project: str = "-home-sam-shop") -> Path:
    """Write a transcript below an agent's root."""
    path = root / "projects" / project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(log if isinstance(log, bytes) else log.text())
    return path


def coach(tmp: Path, name: str = "own") -> Coach:
    """A coach whose agent's root is `tmp/agent`, with a home of its own."""
    (tmp / "agent" / "projects").mkdir(parents=True, exist_ok=True)
    return Coach(Places(tmp / name, tmp / name, (Root("claude-code", tmp / "agent"),)), CATALOGUE)
