"""A short session sketch in words -> the lines Claude Code would write: for practices' examples, tests and the demo.

One act a line; what follows the colon is its text, further lines indented by four blanks belong to it:

    cleared                             the session opens with /clear
    from plan: 1. migrate 2. code       it opens from an approved plan
    you: rename the column              a prompt; `you [plan mode]:`, `you [queued]:`, `you [image]:` say how it came
    you run /release minor              a slash command typed
    reply: the words of the agent
    plan: 1. … 2. …                     the agent puts a plan before the person
    you accept | you refuse: words      the person's word on it
    asks: which one?  /  you answer: the second
    read app/models.py | search name | fetch docs
    edit app/models.py +12 | write app/new.py +30     `+` changed lines
    run pytest -q -> 3 passed           a command and its output; `-> ! 1 failed`: it failed
    you refuse the tool: use the other table
    interrupt
    scout find the callers -> found 3   a subagent that only reads; `worker …` edits a file; `reviewer …` reads the diff
    scouts read a; read b -> two answers   several at once
    skill release-notes
    tasks: one; two; three | task done
    compacted | you compact

What the person's other sessions say of this one stands on a line of its own: `followed by another session`, `beside another
session`, `said before in other sessions`, `started over in a cleared session`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from .assemble import Part, assemble
from .claude_code.transcript import Transcript
from .facts import CLAUDE_CODE, Around, Session
from .patterns import NO_PATTERNS, Patterns
from .prints import Hasher

VERSION = "2.1.200"
"""The Claude Code version that the made-up lines claim."""
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_PROJECT = "/home/sam/shop"


AROUND: dict[str, Around] = {
    "followed by another session": "followed",
    "beside another session": "overlapped",
    "said before in other sessions": "repeated",
    "started over in a cleared session": "restarted",
}
"""Lines that tell of the person's other sessions."""
MOST_DIGITS = 3
"""Digits of a number of changed lines: each line is written out."""


class SketchError(ValueError):
    """A sketch holds a line that says no act."""


@dataclass
class Played:
    """A line for a transcript of a played session."""

    agent: str
    """"" for the main transcript, else the subagent's id."""
    text: str
    at: datetime
    act: int
    """Which act of the sketch it belongs to."""


@dataclass
class _Player:
    session: str
    project: str
    now: datetime
    pace: timedelta
    out: list[Played] = field(default_factory=list)
    count: int = 0
    act: int = 0
    plan_mode: bool = False
    call: str = ""
    """The last tool call: a refusal answers it."""
    held: tuple[str, str, Any] | None = None
    """A call whose result the next line may still be: (id, tool, result)."""

    def put(self, agent: str = "", **record: Any) -> None:
        self.count += 1
        self.now += self.pace
        base = {
            "parentUuid": None,
            "isSidechain": bool(agent),
            "userType": "external",
            "cwd": self.project,
            "sessionId": self.session,
            "version": VERSION,
            "gitBranch": "main",
            "uuid": f"{self.session}-{self.count:06d}",
            "timestamp": self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z",
            "entrypoint": "cli",
        }
        if agent:
            base["agentId"] = agent
        self.out.append(Played(agent, json.dumps(base | record, ensure_ascii=False), self.now, self.act))

    def say(self, text: str, agent: str = "") -> None:
        self.put(
            agent,
            type="assistant",
            message={
                "id": f"msg_{self.session}_{self.count}",
                "role": "assistant",
                "model": "claude-made-up",
                "content": [{"type": "text", "text": text}],
            },
            requestId=f"req_{self.count}",
        )

    def prompt(self, content: Any, **more: Any) -> None:
        self.put(
            type="user",
            message={"role": "user", "content": content},
            permissionMode="plan" if self.plan_mode else "default",
            **more,
        )

    def use(self, tool: str, given: dict[str, Any], agent: str = "") -> str:
        self.call = f"toolu_{self.session}_{self.count}"
        self.put(
            agent,
            type="assistant",
            message={
                "id": f"msg_{self.session}_{self.count}",
                "role": "assistant",
                "model": "claude-made-up",
                "content": [{"type": "tool_use", "id": self.call, "name": tool, "input": given}],
            },
            requestId=f"req_{self.count}",
        )
        return self.call

    def result(self, call: str, text: str, result: Any = None, *, error: bool = False, agent: str = "") -> None:
        block = {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": error}
        self.put(
            agent, type="user", message={"role": "user", "content": [block]}, toolUseResult=result if result is not None else text
        )

    def tool(
        self, tool: str, given: dict[str, Any], text: str, result: Any = None, *, error: bool = False, agent: str = ""
    ) -> None:
        """A call whose result waits until the next act, which may refuse it."""
        call = self.use(tool, given, agent)
        if agent:
            self.result(call, text, result, error=error, agent=agent)
        else:
            self.held = (call, text, (result, error))

    def settle(self) -> None:
        if self.held is not None:
            call, text, (result, error) = self.held
            self.held = None
            self.result(call, text, result, error=error)

    def shell(self, command: str, output: str, *, failed: bool, agent: str = "") -> None:
        text = f"Exit code 1\n{output}" if failed else output
        self.tool(
            "Bash", {"command": command}, text, {"stdout": output, "stderr": "", "interrupted": False}, error=failed, agent=agent
        )

    def change(self, path: str, lines: int, *, new: bool, agent: str = "") -> None:
        full = path if path.startswith("/") else f"{self.project}/{path}"
        body = "\n".join(f"line {self.count} {n}" for n in range(lines))
        if new:
            self.tool(
                "Write", {"file_path": full, "content": body}, "File created", {"type": "create", "filePath": full}, agent=agent
            )
        else:
            self.tool(
                "Edit",
                {"file_path": full, "old_string": "before", "new_string": body},
                "The file has been updated",
                {"filePath": full, "oldString": "before", "newString": body},
                agent=agent,
            )

    def subagents(self, kind: str, tasks: list[str], found: str) -> None:
        """Start them at once; they come back one after the other."""
        types = {"scout": "Explore", "worker": "general-purpose", "reviewer": "code-reviewer"}
        calls = [self.use("Agent", {"subagent_type": types[kind], "description": task, "prompt": task}) for task in tasks]
        for call, task in zip(calls, tasks, strict=True):
            self.subagent(kind, task, found, call)

    def subagent(self, kind: str, task: str, found: str, call: str) -> None:
        agent = f"a{self.count:07d}"
        self.put(agent, type="user", message={"role": "user", "content": task})
        full = f"{self.project}/app/found.py"
        self.tool("Read", {"file_path": full}, "…", agent=agent)
        if kind == "worker":
            self.change("app/by_worker.py", 8, new=False, agent=agent)
        elif kind == "reviewer":
            self.shell("git diff", "+ a line", failed=False, agent=agent)
        self.say(found, agent)
        self.result(call, found, {"status": "completed", "agentId": agent, "totalToolUseCount": 2})

    def step(self, verb: str, text: str) -> None:
        """Play one act. Raises SketchError where the words name none."""
        if not verb.startswith("you refuse the tool"):
            self.settle()
        word, _, rest = verb.partition(" ")
        if verb in AROUND:
            return
        if verb == "cleared":
            self.put(
                type="user",
                message={
                    "role": "user",
                    "content": "<command-name>/clear</command-name>\n            <command-message>clear</command-message>\n            <command-args></command-args>",
                },
            )
        elif verb == "from plan":
            self.put(
                type="user", message={"role": "user", "content": f"Implement the following plan:\n\n{text}"}, planContent=text
            )
        elif verb == "you" or verb.startswith("you ["):
            how = verb[5:-1] if verb != "you" else ""
            if how not in ("", "plan mode", "queued", "image"):
                raise SketchError(f"{how!r} is no way in which a prompt comes")
            self.plan_mode = how == "plan mode"
            if how == "queued":
                self.out.append(
                    Played(
                        "",
                        json.dumps(
                            {
                                "type": "queue-operation",
                                "operation": "enqueue",
                                "timestamp": self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                                "sessionId": self.session,
                                "content": text,
                            }
                        ),
                        self.now,
                        self.act,
                    )
                )
                self.out.append(
                    Played(
                        "",
                        json.dumps(
                            {
                                "type": "queue-operation",
                                "operation": "remove",
                                "timestamp": self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                                "sessionId": self.session,
                            }
                        ),
                        self.now,
                        self.act,
                    )
                )
            elif how == "image":
                self.prompt([{"type": "text", "text": text}, {"type": "image", "source": {"type": "base64", "data": ""}}])
            else:
                self.prompt(text)
        elif verb.startswith("you run /"):
            name, _, args = verb[9:].partition(" ")
            self.put(
                type="user",
                message={
                    "role": "user",
                    "content": f"<command-message>{name}</command-message>\n<command-name>/{name}</command-name>\n<command-args>{args}</command-args>",
                },
            )
        elif verb == "you accept":
            self.plan_mode = False
            self.result(self.call, "User has approved your plan. You can now start coding.", {"plan": "", "isAgent": False})
        elif verb == "you refuse the tool":
            call = self.held[0] if self.held else self.call
            self.held = None
            said = (
                f" To tell you how to proceed, the user said:\n{text}"
                if text
                else " STOP what you are doing and wait for the user to tell you how to proceed."
            )
            self.result(
                call,
                f"The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file).{said}",
                "User rejected tool use",
                error=True,
            )
        elif verb == "you refuse":
            said = f" To tell you how to proceed, the user said:\n{text}" if text else ""
            self.result(
                self.call,
                f"The user doesn't want to proceed with this tool use. The tool use was rejected.{said}",
                "User rejected tool use",
                error=True,
            )
        elif verb == "you answer":
            self.result(self.call, f'User has answered your questions: "…"="{text}".', {"questions": [], "answers": {"…": text}})
        elif verb == "reply":
            self.say(text)
        elif verb == "plan":
            self.use("ExitPlanMode", {"plan": text})
        elif verb == "asks":
            self.use("AskUserQuestion", {"questions": [{"question": text, "options": []}]})
        elif word == "read":
            self.tool("Read", {"file_path": rest if rest.startswith("/") else f"{self.project}/{rest}"}, "…")
        elif word == "search":
            self.tool("Grep", {"pattern": rest}, "…")
        elif word == "fetch":
            self.tool("WebFetch", {"url": rest}, "…")
        elif word in ("edit", "write"):
            path, _, lines = rest.partition(" +")
            if lines and not (lines.strip().isdecimal() and len(lines.strip()) <= MOST_DIGITS):
                raise SketchError(f"{lines!r} is no number of lines below {10**MOST_DIGITS:,}")
            self.change(path.strip(), int(lines or 1), new=word == "write")
        elif word == "run":
            command, _, output = rest.partition(" -> ")
            failed = output.startswith("!")
            self.shell(command, "\n".join(filter(None, (output.lstrip("! "), text))), failed=failed)
        elif verb == "interrupt":
            self.put(
                type="user", message={"role": "user", "content": [{"type": "text", "text": "[Request interrupted by user]"}]}
            )
        elif word in ("scout", "worker", "reviewer"):
            task, _, found = rest.partition(" -> ")
            self.subagents(word, [task], found or "done")
        elif word in ("scouts", "workers"):
            task, _, found = rest.partition(" -> ")
            self.subagents(word[:-1], [t.strip() for t in task.split(";") if t.strip()], found or "done")
        elif word == "skill":
            self.tool("Skill", {"skill": rest}, f"Launching skill: {rest}", {"success": True, "commandName": rest})
        elif verb == "tasks":
            todos = [{"content": t.strip(), "status": "pending", "activeForm": t.strip()} for t in text.split(";") if t.strip()]
            self.tool("TodoWrite", {"todos": todos}, "Todos have been modified", {"oldTodos": [], "newTodos": todos})
        elif verb == "task done":
            self.tool("TaskUpdate", {"taskId": "1", "status": "completed"}, "Updated task", {"success": True, "taskId": "1"})
        elif verb in ("compacted", "you compact"):
            self.put(
                type="system",
                subtype="compact_boundary",
                content="Conversation compacted",
                compactMetadata={"trigger": "manual" if verb == "you compact" else "auto", "preTokens": 1},
            )
        else:
            raise SketchError(f"{verb!r} is no act of a sketch")


_WITH_TEXT = (
    "you:",
    "you [",
    "from plan:",
    "reply:",
    "plan:",
    "asks:",
    "you answer:",
    "you refuse:",
    "you refuse the tool:",
    "tasks:",
)


def _acts(text: str) -> Iterator[tuple[str, str]]:
    """(verb, words) of each act."""
    held: tuple[str, str] | None = None
    for line in text.strip("\n").splitlines():
        if line.startswith("    ") and held is not None:
            held = (held[0], f"{held[1]}\n{line[4:]}" if held[1] else line[4:])
            continue
        if not line.strip():
            continue
        if held is not None:
            yield held
        line = line.strip()
        if line.startswith(_WITH_TEXT):
            verb, _, words = line.partition(":")
            held = (verb.strip(), words.strip())
        else:
            held = (line, "")
    if held is not None:
        yield held


def play(
    text: str, *, session: str = "sketch", project: str = _PROJECT, start: datetime = START, pace: float = 20.0
) -> list[Played]:
    """The transcript lines of a sketch, in order of time, `pace` seconds apart. Raises SketchError."""
    player = _Player(session, project, start, timedelta(seconds=pace))
    for n, (verb, words) in enumerate(_acts(text)):
        player.act = n
        player.step(verb, words)
    player.settle()
    return player.out


def read(text: str, patterns: Patterns = NO_PATTERNS) -> Session:
    """The session a sketch tells of, read by the same reader as any transcript. Raises SketchError."""
    hasher = Hasher(b"sketch")
    readers: dict[str, Transcript] = {}
    lines: dict[str, int] = {}
    for played in play(text):
        agent = hasher("agent", played.agent) if played.agent else 0
        reader = readers.setdefault(played.agent, Transcript(hasher, agent=agent, patterns=patterns))
        lines[played.agent] = lines.get(played.agent, 0) + 1
        try:
            reader.read(lines[played.agent], played.text.encode())
        except msgspec.DecodeError as problem:  # pragma: no cover - the player writes JSON
            raise SketchError(str(problem)) from problem
    parts = [
        Part(f"projects/sketch/{agent or 'main'}.jsonl", reader.agent, reader.state, reader.facts, reader.loose_ends())
        for agent, reader in readers.items()
    ]
    session = assemble("sketch", CLAUDE_CODE, parts)
    if session is None:
        raise SketchError("the sketch holds no act of a session")
    session.around = frozenset(AROUND[verb] for verb, _ in _acts(text) if verb in AROUND)
    return session
