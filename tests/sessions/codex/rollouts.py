"""Made-up rollouts of Codex, in its own words, and what they are read as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.practice import load
from accrete_coach.reader import OpenFile, read_file, session_of
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.codex import AGENT
from accrete_coach.sessions.codex.transcript import State, Transcript
from accrete_coach.sessions.facts import Fact, Kind, Session
from accrete_coach.sessions.folder import Found
from accrete_coach.sessions.prints import Hasher
from accrete_coach.sessions.tail import Position

CWD = "/home/sam/shop"
ID = "01990000-0000-7000-8000-000000000001"
HASHER = Hasher(b"made up")
CATALOGUE = load()


class Rollout:
    """Lines of a rollout, five seconds apart."""

    def __init__(self, own: str = ID, **meta: Any) -> None:
        self.own = own
        self.records: list[dict[str, Any]] = []
        self.turns = 0
        self.calls = 0
        self.add(
            "session_meta",
            {
                "id": own,
                "cwd": CWD,
                "originator": "codex-tui",
                "cli_version": "0.142.2",
                "source": "cli",
                "git": {"branch": "main"},
            }
            | meta,
        )

    def add(self, type: str, payload: Any) -> None:
        seconds = 5 * len(self.records)
        stamp = f"2026-07-01T{9 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000Z"
        self.records.append({"timestamp": stamp, "type": type, "payload": payload})

    def event(self, type: str, **fields: Any) -> None:
        self.add("event_msg", {"type": type, **fields})

    def item(self, type: str, **fields: Any) -> None:
        self.add("response_item", {"type": type, **fields})

    def turn(self, mode: str = "default", **context: Any) -> str:
        """A turn begins."""
        self.turns += 1
        turn = f"{self.own[:8]}-turn-{self.turns}"
        self.event("task_started", turn_id=turn, collaboration_mode_kind=mode)
        self.add(
            "turn_context", {"turn_id": turn, "cwd": CWD, "model": "gpt-made-up", "collaboration_mode": {"mode": mode}} | context
        )
        return turn

    def said(self, text: str, **fields: Any) -> None:
        """What the person typed, as it is written twice."""
        self.item("message", role="user", content=[{"type": "input_text", "text": text}])
        self.event("user_message", message=text, **({"images": [], "local_images": [], "text_elements": []} | fields))

    def you(self, text: str, mode: str = "default", **fields: Any) -> str:
        """The person opens a turn."""
        turn = self.turn(mode)
        self.said(text, **fields)
        return turn

    def injected(self, text: str) -> None:
        self.item("message", role="user", content=[{"type": "input_text", "text": text}])

    def say(self, text: str) -> None:
        self.event("agent_message", message=text)
        self.item("message", role="assistant", content=[{"type": "output_text", "text": text}])

    def call(self, name: str, given: Any = None, output: Any = None, **more: Any) -> str:
        """A tool call of the model's with its output, if it has one."""
        self.calls += 1
        call = f"call_{self.own[-4:]}_{self.calls}"
        self.item("function_call", name=name, arguments=json.dumps(given or {}), call_id=call, **more)
        if output is not None:
            self.output(call, output)
        return call

    def output(self, call: str, output: Any) -> None:
        self.item("function_call_output", call_id=call, output=output if isinstance(output, str | list) else json.dumps(output))

    def run(self, command: str, output: str = "", code: int | None = 0, **given: Any) -> str:
        """A command, as newer versions write it: how it ended stands in its output."""
        ended = f"Process exited with code {code}" if code is not None else "Process running with session ID 4711"
        return self.call(
            "exec_command", {"cmd": command, **given}, f"Chunk ID: 1\nWall time: 0.1 seconds\n{ended}\nOutput:\n{output}"
        )

    def ran(self, command: str, output: str = "", code: int = 0, **more: Any) -> str:
        """A command, as older versions write it: how it ended stands in an event."""
        call = self.call("shell_command", {"command": command})
        self.event(
            "exec_command_end", call_id=call, command=["/bin/bash", "-lc", command], cwd=CWD, exit_code=code, aggregated_output=output,
            status="completed" if not code else "failed", **more,
        )  # fmt: skip
        self.output(call, f"Exit code: {code}\nOutput:\n{output}")
        return call

    def patch(self, text: str, status: str = "completed") -> str:
        self.calls += 1
        call = f"call_{self.own[-4:]}_{self.calls}"
        self.item(
            "custom_tool_call",
            name="apply_patch",
            input=f"*** Begin Patch\n{text}\n*** End Patch",
            call_id=call,
            status="completed",
        )
        self.event("patch_apply_end", call_id=call, success=status == "completed", status=status, changes={}, stdout="")
        self.item("custom_tool_call_output", call_id=call, output='{"output":"","metadata":{"exit_code":0}}')
        return call

    def done(self) -> None:
        self.event("task_complete", turn_id=f"{self.own[:8]}-turn-{self.turns}")

    def text(self) -> bytes:
        return b"".join(encoded(r) + b"\n" for r in self.records)


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class Follower:
    """A file read again and again as the coach reads it; between two readings all it remembers is what would be stored."""

    def __init__(self, path: Path, subagent: str = "") -> None:
        self.path = path
        agent = HASHER("agent", subagent) if subagent else 0
        self.file = OpenFile(AGENT, "", path.name, subagent, AGENT.transcript(HASHER, subagent=agent), Position())

    def read(self) -> None:
        status = self.path.stat()
        found = Found(
            str(self.path),
            self.path.name,
            "",
            status.st_size,
            status.st_mtime_ns,
            status.st_ino,
            status.st_dev,
            "codex",
            "made-up",
        )
        before = self.file
        transcript = AGENT.transcript(
            HASHER,
            state=msgspec.msgpack.encode(before.transcript.state),
            subagent=before.transcript.agent,
            known={f.id for f in before.facts},
        )
        position = msgspec.msgpack.decode(msgspec.msgpack.encode(before.position), type=Position)
        self.file = OpenFile(AGENT, "", before.name, before.subagent, transcript, position, list(before.facts))
        read_file(self.file, found, HASHER)

    @property
    def state(self) -> State:
        assert isinstance(self.file.transcript, Transcript)
        return self.file.transcript.state

    @property
    def accounted(self) -> bool:
        return sum(self.state.passed.values()) == self.state.lines

    def facts(self) -> list[Fact]:
        return [*self.file.facts, *self.file.transcript.loose_ends()]


def follow(text: bytes, folder: Path, name: str = f"rollout-2026-07-01T09-00-00-{ID}.jsonl", subagent: str = "") -> Follower:
    """Text read as one file, at once."""
    path = folder / name
    path.write_bytes(text)
    follower = Follower(path, subagent)
    follower.read()
    assert follower.accounted, (follower.state.lines, follower.state.passed)
    return follower


def read(folder: Path, *logs: Rollout) -> Session:
    """The session that these rollouts tell of, the first the main one, the others of its subagents."""
    files = [follow(log.text(), folder, f"{n}.jsonl", log.own if n else "").file for n, log in enumerate(logs)]
    session = session_of("made-up", files, HASHER)
    assert session is not None
    return session


def of(session: Session, *kinds: Kind) -> list[Fact]:
    return [f for f in session.facts if f.kind in kinds]


def only(session: Session, kind: Kind) -> Fact:
    (fact,) = of(session, kind)
    return fact


def name_of(own: str, stamp: str = "2026-07-01T09-00-00") -> str:
    return f"rollout-{stamp}-{own}.jsonl"


def put(home: Path, log: Rollout | bytes, own: str = "", *, day: str = "sessions/2026/07/01", packed: bool = False) -> Path:
    """Write a rollout where Codex would."""
    own = own or (log.own if isinstance(log, Rollout) else ID)
    text = log if isinstance(log, bytes) else log.text()
    path = home / day / (name_of(own) + (".zst" if packed else ""))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.compress(text) if packed else text)
    return path


def coach(tmp: Path, name: str = "own") -> Coach:
    """A coach that looks in `tmp/codex`, with a home of its own."""
    (tmp / "codex" / "sessions").mkdir(parents=True, exist_ok=True)
    return Coach(Places(tmp / name, tmp / name, (Root("codex", tmp / "codex"),)), CATALOGUE)
