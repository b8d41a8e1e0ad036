"""A line of a Claude Code transcript -> facts. Nothing else knows this format.

The format is internal to Claude Code and changes between versions: what is unknown is counted and passed over, every
field may be missing or of another type, and nothing here raises on any line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from .. import cues, shell
from ..acts import (
    CALLED,
    DIAGNOSTIC_TOOL,
    LOOK_TOOL,
    LOOKUP_TOOL,
    NOTE_TOOL,
    OUTCOME_KINDS,
    TASK_CHANGES,
    TASK_LOOKS,
    Acts,
    Pending,
    cut,
)
from ..facts import Cue, Fact, Kind, Status
from ..patterns import NO_PATTERNS, Patterns
from ..prints import Hasher, minhash
from ..times import milliseconds

# --- what is decoded of a line ---------------------------------------------------------------------------------------


_NONE = msgspec.Raw()
"""A field that is not there."""


class _Block(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = _NONE
    tool_use_id: str | None = None
    content: msgspec.Raw = _NONE
    is_error: bool | None = None


class _Message(msgspec.Struct, gc=False):
    content: str | list[_Block] | None = None
    id: str | None = None
    model: str | None = None


class _Line(msgspec.Struct, gc=False):
    type: str = ""
    subtype: str | None = None
    uuid: str | None = None
    parentUuid: str | None = None
    timestamp: str | None = None
    isSidechain: bool | None = None
    isMeta: bool | None = None
    isCompactSummary: bool | None = None
    agentId: str | None = None
    cwd: str | None = None
    version: str | None = None
    gitBranch: str | None = None
    entrypoint: str | None = None
    permissionMode: str | None = None
    promptSource: str | None = None
    operation: str | None = None
    content: msgspec.Raw = _NONE
    planContent: msgspec.Raw = _NONE
    origin: msgspec.Raw = _NONE
    message: _Message | None = None
    toolUseResult: msgspec.Raw = _NONE
    attachment: msgspec.Raw = _NONE
    data: msgspec.Raw = _NONE
    parentToolUseID: str | None = None
    compactMetadata: msgspec.Raw = _NONE
    forkedFrom: msgspec.Raw = _NONE
    hookInfos: msgspec.Raw = _NONE
    hookErrors: msgspec.Raw = _NONE
    preventedContinuation: bool | None = None


class _Progress(msgspec.Struct, gc=False):
    type: str = ""
    agentId: str | None = None
    hookName: str | None = None
    command: str | None = None
    message: _Line | None = None


class _GitOperation(msgspec.Struct, gc=False):
    commit: dict[str, Any] | None = None


class _ShellResult(msgspec.Struct, gc=False):
    backgroundTaskId: str | None = None
    interrupted: bool | None = None
    gitOperation: _GitOperation | None = None


class _Attachment(msgspec.Struct, gc=False):
    type: str = ""
    hookName: str | None = None
    commandMode: str | None = None
    prompt: msgspec.Raw = _NONE
    origin: msgspec.Raw = _NONE
    command: str | None = None
    blockingError: msgspec.Raw = _NONE
    exitCode: msgspec.Raw = _NONE


_line = msgspec.json.Decoder(_Line)
_progress = msgspec.json.Decoder(_Progress)
_shell_result = msgspec.json.Decoder(_ShellResult)
_NOTHING = _ShellResult()
_attachment = msgspec.json.Decoder(_Attachment)
_any = msgspec.json.Decoder()

# Metadata lines that say nothing about practices; told by their first bytes, so that they cost nothing.
_QUIET = {
    b"file-history-snapshot", b"file-history-delta", b"last-prompt", b"custom-title", b"ai-title", b"mode", b"summary",
    b"permission-mode", b"pr-link", b"agent-name", b"agent-setting", b"frame-link", b"bridge-session", b"worktree-state",
}  # fmt: skip
_QUIET_TEXT = {name.decode() for name in _QUIET}
_HEAD = re.compile(rb'\{"type":"([a-z-]+)"')
# What is kept of an unknown type is its name, where it looks like a name of the format's.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_PROGRESS = b'"type":"progress"'

# --- tools -----------------------------------------------------------------------------------------------------------

READ_TOOLS = {"Read", "NotebookRead", "LS", "ReadMcpResourceTool", "ListMcpResourcesTool", "read_file", "list_directory"}
SEARCH_TOOLS = {"Grep", "Glob", "LSP", "search_files"}
FETCH_TOOLS = {"WebFetch", "WebSearch"}
EDIT_TOOLS = {"Edit", "MultiEdit", "Write", "NotebookEdit", "write_file", "edit_file", "create_file"}
SHELL_TOOLS = {"Bash", "PowerShell"}
DELEGATE_TOOLS = {"Task", "Agent", "Workflow"}
SKILL_TOOLS = {"Skill", "SlashCommand"}
POLL_TOOLS = {"TaskOutput", "BashOutput", "AgentOutputTool"}
# A host may wrap a tool of the agent's own: its last part keeps the name (Zed: mcp__acp__Edit).
_WRAPPED = re.compile(r"^mcp__(?:acp|zed|filesystem|desktop-commander|serena|ide)__(.+)$")
SUBAGENT_TYPES = {
    "Explore",
    "general-purpose",
    "Plan",
    "claude-code-guide",
    "code-reviewer",
    "statusline-setup",
    "output-style-setup",
    "fork",
}
READ_ONLY_TYPES = {"Explore", "Plan", "claude-code-guide"}

# Commands that come with Claude Code, so that running one is no use of a saved one (CHANGELOG up to 2.1.240).
BUILT_IN = frozenset(
    [
        "add-dir",
        "advisor",
        "agents",
        "allowed-tools",
        "android",
        "app",
        "approved-tools",
        "batch",
        "brief",
        "bashes",
        "branch",
        "btw",
        "bug",
        "cache",
        "cd",
        "chrome",
        "clear",
        "color",
        "commands",
        "compact",
        "config",
        "context",
        "copy",
        "cost",
        "debug",
        "desktop",
        "diff",
        "doctor",
        "effort",
        "exit",
        "export",
        "extra-usage",
        "fast",
        "feedback",
        "files",
        "fork",
        "fullscreen",
        "goal",
        "heapdump",
        "help",
        "hooks",
        "ide",
        "init",
        "insights",
        "install-github-app",
        "install-slack-app",
        "ios",
        "keybindings",
        "login",
        "logout",
        "loop",
        "loops",
        "mcp",
        "memory",
        "migrate-installer",
        "mobile",
        "model",
        "new",
        "output-style",
        "passes",
        "permissions",
        "plan",
        "plugin",
        "plugins",
        "powerup",
        "pr-comments",
        "pr_comments",
        "privacy-settings",
        "quit",
        "rate-limit-options",
        "recap",
        "release-notes",
        "reload-plugins",
        "remote-control",
        "remote-env",
        "rename",
        "resume",
        "review",
        "reset",
        "rewind",
        "checkpoint",
        "undo",
        "sandbox",
        "schedule",
        "scroll-speed",
        "security-review",
        "session",
        "settings",
        "setup-bedrock",
        "setup-vertex",
        "share",
        "simplify",
        "code-review",
        "skills",
        "stats",
        "status",
        "statusline",
        "stickers",
        "subtask",
        "tasks",
        "teleport",
        "terminal-setup",
        "theme",
        "think-back",
        "thinkback",
        "todos",
        "tui",
        "ultraplan",
        "ultrareview",
        "update",
        "upgrade",
        "usage",
        "vim",
        "verify",
        "voice",
        "web-setup",
        "workflows",
        "team-onboarding",
        "claude-api",
        "continue",
    ]
)
# --- who wrote it ----------------------------------------------------------------------------------------------------

_REMINDER = re.compile(r"\A\s*<system-reminder>.*?</system-reminder>\s*", re.DOTALL)
_IDE = re.compile(r"\A\s*<(ide_opened_file|ide_selection|ide_diagnostics)>.*?</\1>\s*", re.DOTALL)
_COMMAND_NAME = re.compile(r"<command-name>\s*/?([^<]*?)\s*</command-name>")
_COMMAND_ARGS = re.compile(r"<command-args>(.*?)</command-args>", re.DOTALL)
_MACHINE = (
    "<local-command-stdout>", "<local-command-stderr>", "<local-command-caveat>", "Caveat: The messages below", "<bash-notification>",
    "<task-notification>", "<agent-notification>", "<teammate-message", "<cross-session-message", "This session is being continued",
    "Stop hook feedback:", "<user-prompt-submit-hook>", "<user-memory-input>", "<ci-monitor-event", "Unknown skill:", "Unknown slash command:",
    "<observed_from_primary_session", "<scheduled-task", "<tick>", "<system-reminder>", "<channel ", "<fork-boilerplate>",
    "Base directory for this skill:", "<session-start-hook>", "<new-diagnostics>",
)  # fmt: skip
_UNKNOWN_COMMAND = re.compile(r"Unknown (?:skill|slash command|command):\s*/?([\w:.-]+)")
_PLAN_OPENING = "Implement the following plan:"
_INTERRUPT = "[Request interrupted by user"
_REFUSAL = "The user doesn't want to proceed with this tool use"
_REFUSAL_2 = "The user doesn't want to take this action right now"
_SAID = re.compile(
    r"(?:the user said:|user provided the following (?:reason|feedback)[^:\n]*:|with the following feedback:)\s*(.*)",
    re.DOTALL | re.IGNORECASE,
)
_SAID_TAIL = re.compile(r"\n*Note: The user's next message may contain.*\Z", re.DOTALL)
_NOTE_STATUS = re.compile(r"<status>\s*([a-z_]+)\s*</status>")
_NOTE_TASK = re.compile(r"<task-id>\s*([^<\s]+)\s*</task-id>")
_NOTE_TOOL = re.compile(r"<tool-use-id>\s*([^<\s]+)\s*</tool-use-id>")
_AGENT_ID = re.compile(r"\bagentId:\s*([\w-]+)")
_EXIT_CODE = re.compile(r"exit[ _]code[:>]?\s*(\d+)", re.IGNORECASE)

_NEVER = 1 << 40
"""More records than any session has."""


class State(msgspec.Struct):
    """What the reader must remember of a file between two readings. Holds no text."""

    lines: int = 0
    """Lines read so far."""
    project: str = ""
    version: str = ""
    model: str = ""
    started: str = ""
    ended: str = ""
    automatic: int = 0
    """Bits: 1 an SDK entry point was seen, 2 a keyboard or a host for people was seen, 4 a script's entry point."""
    worked: int = 0
    """Records of the agent's on the main thread: tells whether it worked between two lines."""
    main: int = 0
    """User and assistant records of the main thread."""
    internal: bool = False
    """A warm-up or an internal helper's file."""
    plan_on: bool = False
    head: int = 0
    """User or progress records seen, to know the opening of a session."""
    cleared: bool = False
    """Whether the session was found to open with a cleared context."""
    plan_cues: int = 0
    """Cues of the last plan file that was written."""
    reply: Fact | None = None
    """The agent's last words in the turn, not yet followed by an act of the person."""
    talking: bool = False
    """Whether the agent's next words continue its last: it did nothing in between."""
    begun: bool = False
    """Whether anything was said on the main thread: what comes now does not open the session."""
    pending: dict[str, Pending] = {}
    background: dict[str, Pending] = {}
    """Shells still running in the background, by the key of their id (`Acts._key`)."""
    agents: dict[str, int] = {}
    """Background subagents: the key of their id -> the DELEGATE fact's id."""
    queue: list[Fact] = []
    delivered: list[tuple[int, int]] = []
    """Queued prompts that were counted: (hash, `worked` at that time)."""
    bang: Pending | None = None
    """A command that the person ran with `!`, before its output is read."""
    passed: dict[str, int] = {}
    """Lines passed over, by reason; `used` counts the others."""
    forked_from: str = ""
    git: int = 0
    """Bits: 1 a branch was named, 2 a record said that there is none."""
    parents: list[int] = []
    """Hashes of the records that the last prompts answered: a second prompt to the same one was edited and sent again."""
    seen: list[int] = []
    """Identities that came in this file without a fact, so that a copy of the line is known."""


def _plain(raw: msgspec.Raw) -> Any:
    """A raw JSON value as Python objects; None where it is absent or broken."""
    if not raw:
        return None
    try:
        return _any.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text_of(raw: msgspec.Raw) -> str:
    """The text of a `content` value: a string, or the text blocks of a list."""
    value = _plain(raw)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(
            b["text"] for b in value if isinstance(b, dict) and b.get("type") == "text" and isinstance(b.get("text"), str)
        )
    return ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def decode(line: bytes) -> _Line | None:
    """A line's fields. Fields of another type than they should have are left out; None where it is no JSON object.

    Raises msgspec.DecodeError where the line is no JSON at all.
    """
    try:
        return _line.decode(line)
    except msgspec.ValidationError:
        value = _any.decode(line)
        if not isinstance(value, dict):
            return None
        return _coerced(value)


def _coerced(value: dict[str, Any]) -> _Line:
    line = _Line()
    for name in _Line.__struct_fields__:
        found = value.get(name)
        if found is None:
            continue
        if name in ("isSidechain", "isMeta", "isCompactSummary", "preventedContinuation"):
            if isinstance(found, bool):
                setattr(line, name, found)
        elif name == "message":
            if isinstance(found, dict):
                content = found.get("content")
                line.message = _Message(
                    content=content if isinstance(content, str) else list(_loose_blocks(content)),
                    id=_string(found.get("id")) or None,
                    model=_string(found.get("model")) or None,
                )
        elif name in _RAW_FIELDS:
            setattr(line, name, msgspec.Raw(msgspec.json.encode(found)))
        elif isinstance(found, str):
            setattr(line, name, found)
    return line


_RAW_FIELDS = {
    "content", "planContent", "origin", "toolUseResult", "attachment", "data", "compactMetadata", "forkedFrom", "hookInfos", "hookErrors",
}  # fmt: skip


class Transcript(Acts):
    """Reads one transcript file, line after line, and tells its facts.

    `state` is what a former reading left; `facts` are those of the lines read since. The result does not depend on
    where the reading was cut.
    """

    def __init__(
        self,
        hasher: Hasher,
        *,
        state: State | None = None,
        agent: int = 0,
        known: set[int] | None = None,
        patterns: Patterns = NO_PATTERNS,
    ) -> None:
        super().__init__(hasher, agent, known, patterns)
        self.state: State = state or State()
        self.known.update(self.state.seen)

    # --- lines -------------------------------------------------------------------------------------------------------

    def read(self, number: int, line: bytes) -> None:
        """Take line `number` (from 1). Counts it as used or under the reason for which it was passed over.

        Raises msgspec.DecodeError where the line is no JSON: the caller mends or skips it.
        """
        state = self.state
        head = _HEAD.match(line)
        if head and head.group(1) in _QUIET and _alone(line):
            self._pass(head.group(1).decode())
            return
        at = line.find(_PROGRESS, 0, 1200)
        if (
            at >= 0
            and line.find(b'"type":"') == at
            and state.head >= 8
            and b'"type":"agent_progress"' not in line
            and (b'"type":"hook_progress"' not in line or b"CLAUDE_PLUGIN_ROOT" in line or b'"command":"callback"' in line)
            and _alone(line)
        ):
            self._pass("progress")
            return
        record = decode(line)
        if record is None:
            self._pass("not an object")
            return
        kind = record.type
        if record.timestamp and milliseconds(record.timestamp):
            if not state.started or record.timestamp < state.started:
                state.started = record.timestamp
            if record.timestamp > state.ended:
                state.ended = record.timestamp
        if record.cwd and not state.project:
            state.project = record.cwd
        if record.version:
            state.version = record.version
        if record.gitBranch is not None:
            state.git |= 1 if record.gitBranch else 2
        if record.entrypoint:
            self._entrypoint(record)
        if record.forkedFrom and not state.forked_from:
            source = _plain(record.forkedFrom)
            if isinstance(source, dict):
                state.forked_from = _string(source.get("sessionId"))[:64]
        if kind == "user":
            self._user(number, record)
        elif kind == "assistant":
            self._assistant(number, record)
        elif kind == "progress":
            self._progress(number, record)
        elif kind == "attachment":
            self._attachment(number, record)
        elif kind == "queue-operation":
            self._queue(number, record)
        elif kind == "system":
            self._system(number, record)
        elif kind in _QUIET_TEXT:
            self._pass(kind)
        elif kind == "rewind-pointer":
            self._pass("used")
            self._act(
                self._fact(Kind.REWIND, number, milliseconds(record.timestamp), record.uuid or str(number), status=Status.OK)
            )
        else:
            named = _IDENTIFIER.fullmatch(kind) is not None
            self._pass(f"unknown type {kind!r}" if named else "unknown type" if kind else "no type")

    def finish(self) -> None:
        """Make the state free of text: call before it is stored."""
        self._settle_reply()
        self.state.seen = self.state.seen[-512:]

    def loose_ends(self) -> list[Fact]:
        """Facts of what is still open: calls without a result, the last words. They change with the next lines."""
        self._settle_reply()
        out = [
            msgspec.structs.replace(fact, status=Status.RUNNING)
            for pending in self.state.pending.values()
            for fact in pending.facts
            # The first three are told already. What the person has not answered is no answer: no turn begins with it, and nobody
            # took part by it.
            if fact.kind not in (Kind.DELEGATE, Kind.QUESTION, Kind.PLAN, Kind.ANSWER, Kind.DECISION)
        ]
        if self.state.reply is not None:
            out.append(self.state.reply)
        return out

    def _entrypoint(self, record: _Line) -> None:
        entry = record.entrypoint or ""
        if entry.startswith("sdk"):
            self.state.automatic |= 4 if entry in ("sdk-cli", "sdk-py") else 1
        else:
            self.state.automatic |= 2

    # --- the agent ---------------------------------------------------------------------------------------------------

    def _assistant(self, number: int, record: _Line, agent: int | None = None) -> None:
        message = record.message
        self._pass("used")
        if agent is None:
            agent = self.agent
            if record.isSidechain and not agent:
                agent = 1
        if not agent:
            self.state.main += 1
            self.state.worked += 1
            self.state.begun = True
        if message is None or not message.content:
            return
        if message.model and not agent and not message.model.startswith("<"):
            self.state.model = message.model
        at = milliseconds(record.timestamp)
        content = message.content
        blocks = [_Block(type="text", text=content)] if isinstance(content, str) else content
        for block in blocks:
            if block.type == "tool_use" and block.id and block.name:
                self._call(number, at, block, agent)
            elif block.type == "text" and block.text and block.text.strip() and not agent:
                self._say(number, at, block.text)

    def _call(self, number: int, at: int, block: _Block, agent: int) -> None:
        assert block.id is not None
        assert block.name is not None
        state = self.state
        base = self._call_id(block.id)
        if base + CALLED in self.known:
            return
        self.known.add(base + CALLED)
        state.seen.append(base + CALLED)
        if not agent:
            # Words before a tool call are no answer yet, but a plan or a question may follow them at once.
            if block.name in ("AskUserQuestion", "ExitPlanMode", "exit_plan_mode"):
                self._answered()
            state.talking = False
        name = block.name
        wrapped = _WRAPPED.match(name)
        if wrapped:
            name = wrapped.group(1)
        fields = _plain(block.input)
        if not isinstance(fields, dict):
            fields = {}
        pending = Pending(family="", facts=[], line=number)

        made = 0

        def fact(kind: Kind, **rest: Any) -> Fact:
            # The first fact of a call has the call's own id: what comes later refers to it.
            nonlocal made
            made += 1
            return Fact(kind, at, number, base + min(made, CALLED) - 1, agent=agent, **rest)

        if name in SHELL_TOOLS:
            self._shell(pending, _string(fields.get("command")), name, fact, background=fields.get("run_in_background") is True)
            pending.family = "shell"
        elif name in READ_TOOLS:
            path = fields.get("file_path") or fields.get("path")
            pending.facts.append(fact(Kind.READ, targets=self._file(path), marks=self._path_marks(path)))
            if isinstance(path, str) and cues.of_path(path) & Cue.PROSE:
                pending.family = "document"
        elif name in SEARCH_TOOLS:
            pending.facts.append(fact(Kind.SEARCH))
        elif name in FETCH_TOOLS:
            pending.facts.append(fact(Kind.FETCH))
        elif name in EDIT_TOOLS:
            pending.facts.extend(self._edit(name, fields, fact))
            pending.family = "edit"
        elif name in DELEGATE_TOOLS:
            self._emit(self._delegate(name, fields, fact))
            pending.facts.append(fact(Kind.RETURN, ref=base, cues=0))
            pending.family = "delegate"
        elif name in SKILL_TOOLS:
            skill = _string(fields.get("skill") or fields.get("command") or fields.get("name")).strip().lstrip("/").split(" ")[0]
            built_in = skill in BUILT_IN
            flags = 0 if built_in else Cue.SAVED
            if cues.speaks_of_review(skill):
                flags |= Cue.REVIEW
            pending.facts.append(
                fact(Kind.SKILL, name=skill if built_in else "", targets=(self.hash("skill", skill),), cues=flags)
            )
            pending.family = "skill"
        elif name == "TodoWrite":
            todos = fields.get("todos")
            items = [t for t in todos if isinstance(t, dict)] if isinstance(todos, list) else []
            done = any(t.get("status") == "completed" for t in items)
            pending.facts.append(fact(Kind.TASKS, size=len(items), name="list", cues=Cue.DONE if done else 0))
        elif name == "TaskCreate":
            pending.facts.append(fact(Kind.TASKS, size=1, name="item"))
        elif name == "TaskUpdate":
            done = fields.get("status") == "completed"
            pending.facts.append(fact(Kind.TASKS, name="update", cues=Cue.DONE if done else 0))
        elif name in ("ExitPlanMode", "exit_plan_mode"):
            plan = _string(fields.get("plan"))
            flags = cues.of_plan(plan) if plan else state.plan_cues
            self._emit(fact(Kind.PLAN, cues=flags | Cue.PLAN_ON, size=len(plan.split())))
            pending.facts.append(fact(Kind.DECISION, ref=base, cues=flags))
            pending.family = "plan"
        elif name == "EnterPlanMode":
            pending.facts.append(fact(Kind.PLAN_MODE))
            pending.family = "enter plan"
        elif name == "AskUserQuestion":
            self._emit(fact(Kind.QUESTION, cues=_question_cues(fields)))
            pending.facts.append(fact(Kind.ANSWER, ref=base))
            pending.family = "question"
        elif name in POLL_TOOLS:
            pending.family = "poll"
            shell_id = _string(fields.get("task_id") or fields.get("bash_id") or fields.get("agentId"))[:64]
            pending.facts.append(fact(Kind.TOOL, name=""))
            pending.acts = [shell.Act("other", self._key(shell_id))] if shell_id else []
        elif name == "EnterWorktree":
            pending.facts.append(fact(Kind.WORKTREE))
        elif name == "ReportFindings":
            pending.facts.append(fact(Kind.REVIEW))
        elif name.startswith("mcp__") and NOTE_TOOL.search(name):
            pending.facts.append(fact(Kind.NOTE))
        elif DIAGNOSTIC_TOOL.search(name):
            pending.facts.append(fact(Kind.CHECK, name="types", targets=(self.hash("check", "diagnostics"),)))
        elif LOOK_TOOL.search(name):
            pending.facts.append(fact(Kind.CHECK, name="look", targets=(self.hash("check", "look", name),)))
        elif name.startswith("mcp__") and LOOKUP_TOOL.search(name):
            pending.facts.append(fact(Kind.FETCH))
        else:
            pending.facts.append(fact(Kind.TOOL))
        state.pending[block.id] = pending

    def _delegate(self, tool: str, fields: dict[str, Any], fact: Any) -> Fact:
        kind = _string(fields.get("subagent_type"))
        short = kind if kind in SUBAGENT_TYPES else ""
        said = f"{kind} {_string(fields.get('description'))} {_string(fields.get('prompt'))[:600]}".replace("-", " ")
        flags = Cue.READS_ONLY if kind in READ_ONLY_TYPES else 0
        if cues.asks_for_review(said):
            flags |= Cue.REVIEW
        if cues.forbids_change(_string(fields.get("prompt"))):
            flags |= Cue.NO_CHANGE
        task = _string(fields.get("description"))
        if TASK_CHANGES.search(task):
            flags |= Cue.ASKS_CHANGE
        elif TASK_LOOKS.search(task):
            flags |= Cue.ASKS_LOOK
        if fields.get("run_in_background") is True:
            flags |= Cue.BACKGROUND
        if fields.get("isolation") == "worktree":
            flags |= Cue.ASKS_WORKTREE
        if tool == "Workflow":
            # One call that starts several.
            flags |= Cue.ASKS_PARALLEL
        return fact(Kind.DELEGATE, name=short, cues=flags)  # type: ignore[no-any-return]

    def _edit(self, name: str, fields: dict[str, Any], fact: Any) -> Iterator[Fact]:
        path = fields.get("file_path") or fields.get("notebook_path") or fields.get("path")
        if not isinstance(path, str) or not path:
            path = ""
        flags = cues.of_path(path)
        old, new = _string(fields.get("old_string")), _string(fields.get("new_string"))
        if name in ("Write", "write_file", "create_file"):
            content = _string(fields.get("content") or fields.get("file_text"))
            size = content.count("\n") + 1
            if flags & (Cue.OWN_PLACE | Cue.STEERING):
                self.state.plan_cues = cues.of_plan(content) & ~Cue.ASKS_TO_DEFINE
                flags |= self.state.plan_cues
        elif name == "MultiEdit":
            parts = fields.get("edits")
            size = sum(
                _changed_lines(_string(p.get("old_string")), _string(p.get("new_string")))
                for p in (parts if isinstance(parts, list) else [])
                if isinstance(p, dict)
            )
        elif name == "NotebookEdit":
            size = _string(fields.get("new_source")).count("\n") + 1
        else:
            size = _changed_lines(old, new)
        written = new or _string(fields.get("content") or fields.get("file_text"))
        if cues.sets_up_a_rule(path, written):
            flags |= Cue.GUARDS
        ticked = new.count("- [x]") + new.count("- [X]") > old.count("- [x]") + old.count("- [X]")
        yield fact(Kind.EDIT, cues=flags, size=size, targets=self._file(path), marks=self._path_marks(path))
        if ticked:
            boxes = max(new.count("- ["), 2 if new.count("- [") < 2 else 0)
            yield fact(Kind.TASKS, size=boxes, name="checklist", cues=Cue.DONE)

    # --- results -----------------------------------------------------------------------------------------------------

    def _result(self, number: int, at: int, block: _Block, record: _Line, agent: int) -> None:
        state = self.state
        pending = state.pending.pop(block.tool_use_id or "", None)
        if pending is None:
            return
        error = block.is_error is True
        status = Status.OK
        said = ""
        if error:
            text = _text_of(block.content)
            status, said = _refused(text)
            if status is Status.UNKNOWN:
                status = Status.FAILED
        family = pending.family
        if status is Status.DENIED and " hook error" in text[:400] and _own_hook(text):
            self._hook(number, at, "denied", block.tool_use_id or "", status=Status.FAILED)
        if status is Status.REJECTED and not agent:
            self._rejected(number, at, pending, said, block.tool_use_id or "")
            return
        if family == "shell":
            self._shell_result(number, pending, block, record, status)
        elif family == "plan":
            self._decided(number, at, pending, block, status)
        elif family == "question":
            self._question_answered(number, at, pending, block, record, status)
        elif family == "delegate":
            self._returned(number, at, pending, block, record, status)
        elif family == "poll":
            self._polled(number, at, pending, block)
        elif family == "document":
            criteria = status is Status.OK and cues.holds_criteria(_text_of(block.content))
            self._close(pending, number, status, Cue.SAYS_DONE if criteria else 0)
        elif family == "skill":
            if status is Status.OK and _text_of(block.content).startswith(("Unknown skill", "<tool_use_error>")):
                status = Status.FAILED
            self._close(pending, number, status)
        elif family == "edit":
            extra = 0
            if record.toolUseResult:
                raw = bytes(record.toolUseResult)
                if b'"userModified":true' in raw:
                    extra |= Cue.BY_PERSON
                if raw.startswith(b'{"type":"create"'):
                    extra |= Cue.NEW_FILE
                if pending.facts and pending.facts[0].size and b'"type":"update"' in raw[:40]:
                    size = _patched_lines(record.toolUseResult)
                    if size is not None:
                        pending.facts[0] = msgspec.structs.replace(pending.facts[0], size=size)
            self._close(pending, number, status, extra)
        else:
            if family == "enter plan" and status is Status.OK:
                state.plan_on = True
            self._close(pending, number, status)

    def _rejected(self, number: int, at: int, pending: Pending, said: str, call: str) -> None:
        self._answered()
        words = bool(said.strip())
        if pending.family == "question" and words:
            # Answering a question in one's own words is stored as a refusal of its options.
            for fact in pending.facts:
                self._emit(
                    msgspec.structs.replace(
                        fact,
                        status=Status.OK,
                        end=number,
                        at=at,
                        line=number,
                        cues=cues.of_prompt(said) | Cue.SAYS_WHAT,
                        size=len(said.split()),
                        marks=self.patterns.marks("prompts", said),
                    )
                )
            return
        if pending.family == "plan":
            for fact in pending.facts:
                flags = fact.cues | (Cue.SAYS_WHAT if words else 0)
                self._emit(msgspec.structs.replace(fact, status=Status.REJECTED, end=number, at=at, cues=flags, line=number))
        else:
            for fact in pending.facts if pending.family != "question" else ():
                self._emit(msgspec.structs.replace(fact, status=Status.REJECTED, end=number))
            self._emit(self._fact(Kind.REJECT, number, at, call, cues=Cue.SAYS_WHAT if words else 0, status=Status.OK))
        if words:
            self._prompt(number, at, said, Cue.BESIDE, ("said", call))

    def _shell_result(self, number: int, pending: Pending, block: _Block, record: _Line, status: Status) -> None:
        try:
            result = _shell_result.decode(record.toolUseResult) if record.toolUseResult else _NOTHING
        except (msgspec.DecodeError, msgspec.ValidationError):
            result = _NOTHING
        task = result.backgroundTaskId or ""
        if task and status is Status.OK:
            for fact in pending.facts:
                # What it does is known, how it ends is not: its notification or a look at its output says so.
                if fact.kind is not Kind.CHECK:
                    self._emit(msgspec.structs.replace(fact, end=number, cues=fact.cues | Cue.BACKGROUND))
            pending.facts = [f for f in pending.facts if f.kind is Kind.CHECK]
            if pending.facts:
                self.state.background[self._key(task)] = pending
            return
        if status is Status.OK and any(f.kind is Kind.READ and f.name for f in pending.facts):
            self._shown(pending, _text_of(block.content))
        matters = any(a.kind in OUTCOME_KINDS for a in pending.acts)
        output = cut(_text_of(block.content)) if matters or status is not Status.OK else ""
        if result.interrupted and status is Status.OK:
            status = Status.STOPPED
        committed = result.gitOperation is not None and result.gitOperation.commit is not None
        self._outcome(number, pending, output, status, committed=committed, silent=_silent(block))

    def _decided(self, number: int, at: int, pending: Pending, block: _Block, status: Status) -> None:
        self._answered()
        text = _text_of(block.content)
        if status is Status.OK and not text.startswith("User has approved"):
            status = Status.OK if "approved" in text[:200].lower() or not text else Status.UNKNOWN
        elif status is Status.FAILED:
            status = Status.REJECTED if "stay in plan mode" in text or "keep planning" in text else Status.FAILED
        if status is Status.OK:
            self.state.plan_on = False
        if status is Status.FAILED:
            return
        for fact in pending.facts:
            self._emit(msgspec.structs.replace(fact, status=status, end=number, at=at, line=number))

    def _question_answered(self, number: int, at: int, pending: Pending, block: _Block, record: _Line, status: Status) -> None:
        if status is not Status.OK:
            return
        result = _plain(record.toolUseResult)
        answers = result.get("answers") if isinstance(result, dict) else None
        words = "\n".join(str(v) for v in answers.values()) if isinstance(answers, dict) else _text_of(block.content)
        flags = cues.of_prompt(words)
        for fact in pending.facts:
            self._emit(
                msgspec.structs.replace(
                    fact,
                    status=Status.OK,
                    end=number,
                    at=at,
                    line=number,
                    cues=flags | Cue.SAYS_WHAT,
                    size=len(words.split()),
                    marks=self.patterns.marks("prompts", words),
                )
            )

    def _returned(self, number: int, at: int, pending: Pending, block: _Block, record: _Line, status: Status) -> None:
        result = _plain(record.toolUseResult)
        agent_id = ""
        launched = False
        extra = changed = 0
        if isinstance(result, dict):
            stats = result.get("toolStats")
            if isinstance(stats, dict) and isinstance(stats.get("editFileCount"), int):
                extra = Cue.READS_ONLY if stats["editFileCount"] == 0 else Cue.ASKS_CHANGE
                lines = [stats.get(key) for key in ("linesAdded", "linesRemoved")]
                changed = max((n for n in lines if isinstance(n, int) and 0 < n < 1 << 40), default=0)
            agent_id = _string(result.get("agentId"))
            launched = result.get("isAsync") is True or result.get("status") == "async_launched"
        if not agent_id:
            found = _AGENT_ID.search(_text_of(block.content)[:4000]) or _AGENT_ID.search(_text_of(block.content)[-400:])
            agent_id = found.group(1) if found else ""
        for fact in pending.facts:
            targets = (self.hash("agent", agent_id),) if agent_id else ()
            if launched and status is Status.OK:
                self.state.agents[self._key(agent_id)] = fact.ref
                self._emit(
                    msgspec.structs.replace(
                        fact,
                        kind=Kind.LAUNCHED,
                        id=self.hash("launched", str(fact.id)),
                        targets=targets,
                        end=number,
                        status=Status.RUNNING,
                    )
                )
            else:
                self._emit(
                    msgspec.structs.replace(
                        fact, status=status, targets=targets, at=at, end=number, line=number, cues=fact.cues | extra, size=changed
                    )
                )

    def _polled(self, number: int, at: int, pending: Pending, block: _Block) -> None:
        text = _text_of(block.content)
        task = pending.acts[0].program if pending.acts else ""
        self._close(pending, number, Status.OK)
        found = _NOTE_STATUS.search(text[:2000])
        if found and task:
            self._background_ended(number, at, task, found.group(1), text)

    def _background_ended(self, number: int, at: int, key: str, how: str, text: str) -> None:
        """A background shell or subagent says that it ended, or shows what it has so far. `key`: its id's (`Acts._key`)."""
        state = self.state
        if how in ("running", "pending"):
            return
        ref = state.agents.pop(key, 0)
        if ref:
            # Which subagent it was, its launch has told.
            status = Status.OK if how == "completed" else Status.FAILED if how == "failed" else Status.STOPPED
            self._emit(self._fact(Kind.RETURN, number, at, "note", str(ref), ref=ref, status=status))
        pending = state.background.pop(key, None)
        if pending is not None:
            code = _EXIT_CODE.search(text[:3000])
            failed = how == "failed" or (code is not None and code.group(1) != "0")
            status = Status.FAILED if failed else Status.OK if how == "completed" else Status.STOPPED
            for n, fact in enumerate(pending.facts):
                pending.facts[n] = msgspec.structs.replace(fact, at=at or fact.at)
            self._outcome(number, pending, cut(text), status)

    # --- the person --------------------------------------------------------------------------------------------------

    def _user(self, number: int, record: _Line) -> None:
        message = record.message
        self._pass("used")
        self.state.head += 1
        if message is None or not message.content:
            return
        at = milliseconds(record.timestamp)
        agent = self.agent
        if record.isSidechain and not agent:
            agent = 1
        if isinstance(message.content, str):
            self._written(number, at, record, message.content, agent, False)
            return
        blocks = message.content
        results = [b for b in blocks if b.type == "tool_result"]
        words = [b.text for b in blocks if b.type == "text" and b.text]
        images = any(b.type in ("image", "document") for b in blocks)
        for block in results:
            self._result(number, at, block, record, agent)
        if results:
            # Words typed beside an approval stand in the same record as the result (transcript-format.md, section 6).
            for text in words:
                kind, rest, _ = _who(text)
                if kind == "human" and not agent and not record.isMeta:
                    self._prompt(number, at, rest, Cue.BESIDE, ("beside", record.uuid or str(number)))
                elif kind == "interrupt" and not agent:
                    self._interrupt(number, at, record)
            return
        if words or images:
            self._written(number, at, record, "\n".join(words), agent, images)

    def _written(self, number: int, at: int, record: _Line, text: str, agent: int, images: bool) -> None:
        """A user record without a tool result: told from the nine in ten that no person wrote, in this order."""
        state = self.state
        if agent:
            if not state.main and state.head <= 2 and self.agent:
                state.internal = state.internal or text.strip() == "Warmup"
            return
        if record.isCompactSummary:
            return
        state.main += 1
        kind, rest, extra = _who(text)
        if kind == "notification":
            self._notified(number, at, text)
            return
        if kind == "machine" and text.lstrip().startswith("Stop hook feedback:") and _own_hook(text):
            # It stopped the agent from stopping.
            self._hook(number, at, "stop", record.timestamp or str(number), status=Status.FAILED)
        if kind == "machine" and text.lstrip().startswith("<user-memory-input>"):
            self._emit(
                self._fact(Kind.CONTEXT, number, at, "memory", record.timestamp or str(number), cues=Cue.MEMORY | Cue.BY_PERSON)
            )
            return
        if kind == "machine" and (failed := _UNKNOWN_COMMAND.search(text[:200])):
            self._emit(
                self._fact(
                    Kind.SKILL,
                    number,
                    at,
                    "unknown",
                    status=Status.FAILED,
                    cues=Cue.SAVED,
                    targets=(self.hash("skill", failed.group(1).lower()),),
                )
            )
            return
        if record.isMeta:
            return
        if record.origin:
            origin = _plain(record.origin)
            if isinstance(origin, dict) and _string(origin.get("kind")) not in ("", "human"):
                return
        if kind == "interrupt":
            self._interrupt(number, at, record)
        elif kind == "command":
            self._command(number, at, record, text)
        elif kind == "bash":
            self._bang(number, at, text)
        elif kind == "bash output":
            self._bang_output(number, text)
        elif kind == "plan" or (record.planContent and not state.begun):
            self._open(number, at, record, Cue.FROM_PLAN | cues.of_plan(text))
        elif (kind == "human" and rest.strip()) or (images and not rest.strip()):
            if record.permissionMode:
                on = record.permissionMode == "plan"
                if on and not state.plan_on:
                    self._emit(
                        self._fact(Kind.PLAN_MODE, number, at, record.uuid or str(number), cues=Cue.BY_PERSON, status=Status.OK)
                    )
                state.plan_on = on
            extra |= Cue.IMAGE if images else 0
            extra |= Cue.PLAN_ON if state.plan_on else 0
            if record.parentUuid and not extra & Cue.BESIDE:
                parent = self.hash("parent", record.parentUuid)
                if parent in state.parents:
                    self._act(
                        self._fact(Kind.REWIND, number, at, record.timestamp or str(number), cues=Cue.BY_PERSON, status=Status.OK)
                    )
                state.parents = [*state.parents[-63:], parent]
            if record.promptSource == "typed" or record.entrypoint == "claude-desktop":
                state.automatic |= 2
            queued = self.hash("queued", rest.strip())
            if self._delivered(queued):
                return
            for fact in state.queue:
                if fact.ref == queued:
                    # Some hosts queue every prompt and hand it over at once: only one that waited was typed ahead.
                    extra |= Cue.QUEUED if state.worked > fact.end else 0
                    state.queue.remove(fact)
                    break
            self._prompt(number, at, rest, extra, (record.timestamp or str(number), rest))

    def _prompt(self, number: int, at: int, text: str, extra: int, identity: tuple[str, ...]) -> None:
        self._act(self._prompt_fact(number, at, text, extra, identity))
        self.state.begun = True

    def _open(self, number: int, at: int, record: _Line, flags: int) -> None:
        if flags & Cue.CLEARED:
            # The command and the hook that follows it tell of the same act.
            if self.state.cleared:
                return
            self.state.cleared = True
        how = str(flags & (Cue.FROM_PLAN | Cue.CLEARED))
        self._act(self._fact(Kind.OPEN, number, at, record.timestamp or str(number), how, cues=flags, status=Status.OK))

    def _interrupt(self, number: int, at: int, record: _Line) -> None:
        for pending in list(self.state.pending.values()):
            self._close(pending, number, Status.STOPPED) if pending.family not in ("delegate", "question", "plan") else None
        self.state.pending.clear()
        self._act(self._fact(Kind.INTERRUPT, number, at, record.timestamp or str(number), status=Status.OK))

    def _command(self, number: int, at: int, record: _Line, text: str) -> None:
        found = _COMMAND_NAME.search(text)
        name = found.group(1).strip().lower() if found else ""
        if not name:
            return
        arguments = _COMMAND_ARGS.search(text)
        args = arguments.group(1).strip() if arguments else ""
        built_in = name in BUILT_IN
        stamp = record.timestamp or str(number)
        if name in ("clear", "reset", "new") and not self.state.begun and self.state.head <= 8:
            self._open(number, at, record, Cue.CLEARED)
            return
        flags = cues.of_prompt(args, self.state.project) if args else 0
        flags &= ~(Cue.ACCEPTS | Cue.REFUSES)
        if built_in:
            if name in ("plan", "ultraplan"):
                if not self.state.plan_on:
                    self._emit(self._fact(Kind.PLAN_MODE, number, at, stamp, cues=Cue.BY_PERSON, status=Status.OK))
                self.state.plan_on = True
                flags |= Cue.ASKS_PLAN | Cue.PLAN_ON
        else:
            flags |= Cue.SAVED
            spoken = name.replace("-", " ").replace("_", " ").replace(":", " ")
            flags |= cues.of_prompt(spoken) & (Cue.REVIEW | Cue.ASKS_COMMIT | Cue.ASKS_CHECK)
            if re.search(r"\b(?:plan|brainstorm|spec|prd|design)\w*", spoken):
                flags |= Cue.ASKS_PLAN
            if re.search(r"\bcommit|\bship|\bpr\b", spoken):
                flags |= Cue.ASKS_COMMIT
        self._act(
            self._fact(
                Kind.COMMAND, number, at, stamp, name, cues=flags, name=name if built_in else "", size=len(args.split()), status=Status.OK,
                targets=() if built_in else (self.hash("skill", name),), prints=minhash(args, self.hash.key),
                marks=self.patterns.marks("prompts", f"/{name} {args}".rstrip()),
            )
        )  # fmt: skip

    def _bang(self, number: int, at: int, text: str) -> None:
        command = text.replace("<bash-input>", "").replace("</bash-input>", "").strip()
        self._answered()
        pending = Pending("shell", [], line=number)

        base = self._call_id(f"{at} {command}")
        made = 0

        def fact(kind: Kind, **rest: Any) -> Fact:
            nonlocal made
            made += 1
            return Fact(kind, at, number, base + min(made, CALLED) - 1, **rest)

        self._shell(pending, command, "Bash", fact, by_person=True)
        self.state.bang = pending

    def _bang_output(self, number: int, text: str) -> None:
        pending, self.state.bang = self.state.bang, None
        if pending is not None:
            self._outcome(number, pending, cut(text), Status.OK)

    def _hook(self, number: int, at: int, *identity: str, status: Status) -> None:
        """A hook of the person's or the project's own checked, formatted or blocked something."""
        self._emit(
            self._fact(
                Kind.HOOK_CHECK,
                number,
                at,
                *identity,
                cues=Cue.GUARDS,
                status=status,
                targets=(self.hash("check", "agent hook"),),
            )
        )

    def _notified(self, number: int, at: int, text: str) -> None:
        how, task, tool = _NOTE_STATUS.search(text), _NOTE_TASK.search(text), _NOTE_TOOL.search(text)
        if how and task:
            self._background_ended(number, at, self._key(task.group(1)), how.group(1), text)
        if how and tool and tool.group(1) in self.state.pending:
            self._close(self.state.pending.pop(tool.group(1)), number, Status.OK)

    # --- the harness -------------------------------------------------------------------------------------------------

    def _queue(self, number: int, record: _Line) -> None:
        state = self.state
        text = _text_of(record.content)
        operation = record.operation
        self._pass("used")
        if operation == "enqueue" and text.strip():
            kind, rest, extra = _who(text)
            at = milliseconds(record.timestamp)
            key = self.hash("queued", rest.strip() or text.strip())
            if kind == "human" and not _queued_built_in(rest):
                fact = self._prompt_fact(number, at, rest, Cue.QUEUED | extra, (record.timestamp or str(number), rest))
            else:
                if kind == "notification":
                    self._notified(number, at, text)
                # It has its place in the queue, but is no prompt.
                fact = self._fact(Kind.CONTEXT, number, at, "queued", str(at))
            state.queue.append(msgspec.structs.replace(fact, ref=key, end=state.worked))
        elif operation == "popAll":
            # Taken back into the input line: it was not said.
            state.queue.clear()
        elif operation == "remove" and state.queue:
            # Handed to the agent in the middle of its turn; older versions keep no other record of it.
            _, rest, _ = _who(text)
            key = self.hash("queued", rest.strip() or text.strip())
            found = next((f for f in state.queue if text.strip() and f.ref == key), state.queue[0])
            state.queue.remove(found)
            self._deliver(found)
        elif operation == "dequeue" and state.queue:
            head = state.queue[0]
            if head.kind is not Kind.PROMPT:
                state.queue.pop(0)
            elif state.worked == head.end:
                # Handed over at once: it was not typed ahead, wherever in the file its own record stands.
                state.queue[0] = msgspec.structs.replace(head, end=_NEVER)
            # The prompt itself follows as a user record, and is taken out of the queue there.

    def _deliver(self, fact: Fact) -> None:
        if fact.kind is not Kind.PROMPT or self._delivered(fact.ref):
            return
        self.state.delivered = [*self.state.delivered[-31:], (fact.ref, self.state.worked)]
        if fact.id not in self.known:
            self._emit(msgspec.structs.replace(fact, ref=0, end=0))

    def _delivered(self, key: int) -> bool:
        """Whether a queued prompt was counted just now: its second record comes before the agent goes on."""
        for entry in self.state.delivered:
            if entry[0] == key and self.state.worked - entry[1] <= 1:
                self.state.delivered.remove(entry)
                return True
        return False

    def _attachment(self, number: int, record: _Line) -> None:
        try:
            found = _attachment.decode(record.attachment) if record.attachment else None
        except (msgspec.DecodeError, msgspec.ValidationError):
            found = None
        if found is None:
            self._pass("attachment of another shape")
            return
        kind = found.type
        at = milliseconds(record.timestamp)
        if kind == "queued_command":
            self._pass("used")
            origin = _plain(found.origin)
            human = not (isinstance(origin, dict) and _string(origin.get("kind")) not in ("", "human"))
            text = _text_of(found.prompt)
            who, rest, extra = _who(text)
            if who == "notification":
                self._notified(number, at, text)
            elif human and found.commandMode in (None, "prompt") and who == "human" and not self.agent:
                key = self.hash("queued", rest.strip())
                for fact in self.state.queue:
                    if fact.ref == key:
                        self.state.queue.remove(fact)
                        self._deliver(fact)
                        return
                if self._delivered(key):
                    return
                self._prompt(number, at, rest, Cue.QUEUED | extra, (record.timestamp or str(number), rest))
        elif kind == "plan_mode":
            self._pass("used")
            self.state.plan_on = True
        elif kind == "plan_mode_exit":
            self._pass("used")
            self.state.plan_on = False
        elif kind in ("opened_file_in_ide", "selected_lines_in_ide", "file", "directory"):
            self._pass("used")
            cue = Cue.SELECTION if kind.endswith("ide") else Cue.MENTION
            self._emit(self._fact(Kind.CONTEXT, number, at, record.uuid or str(number), cues=cue))
        elif kind in ("task_reminder", "todo_reminder"):
            # No use of the list, but proof that the agent was offered one.
            self._pass("used")
            self._emit(self._fact(Kind.CONTEXT, number, at, "task tools", name="task tools"))
        elif kind == "hook_success" and found.hookName == "SessionStart:clear" and not self.state.begun:
            self._pass("used")
            self._open(number, at, record, Cue.CLEARED)
        elif kind in ("hook_success", "hook_blocking_error") and _ON_TOOLS.match(found.hookName or ""):
            self._pass("used")
            error = _plain(found.blockingError)
            command = found.command or _string(error.get("command") if isinstance(error, dict) else None)
            if cues.acts_on_work(command) or (kind == "hook_blocking_error" and _own_hook(command)):
                status = Status.FAILED if kind == "hook_blocking_error" or _plain(found.exitCode) not in (0, None) else Status.OK
                self._hook(number, at, record.uuid or str(number), status=status)
        else:
            self._pass(f"attachment {kind}" if _IDENTIFIER.fullmatch(kind) else "attachment")

    def _progress(self, number: int, record: _Line) -> None:
        self.state.head += 1
        try:
            found = _progress.decode(record.data) if record.data else None
        except (msgspec.DecodeError, msgspec.ValidationError):
            found = None
        if (
            found is not None
            and found.type == "agent_progress"
            and found.agentId
            and found.message is not None
            and found.message.message is not None
        ):
            inner = found.message
            agent = self.hash("agent", found.agentId)
            if record.parentToolUseID:
                ref = self._call_id(record.parentToolUseID)
                self._emit(
                    Fact(
                        Kind.LAUNCHED,
                        milliseconds(record.timestamp),
                        number,
                        self.hash("launched", str(agent)),
                        status=Status.RUNNING,
                        targets=(agent,),
                        ref=ref,
                    )
                )
            if inner.type == "assistant":
                self._assistant(number, inner, agent=agent)
                return
            if inner.type == "user" and inner.message is not None and inner.message.content:
                blocks = inner.message.content if isinstance(inner.message.content, list) else []
                for block in blocks:
                    if block.type == "tool_result":
                        self._result(number, milliseconds(record.timestamp), block, inner, agent)
            self._pass("used")
            return
        if found is not None and found.hookName == "SessionStart:clear" and not self.state.begun:
            self._open(number, milliseconds(record.timestamp), record, Cue.CLEARED)
            self._pass("used")
            return
        if found is not None and found.type == "hook_progress" and _ON_TOOLS.match(found.hookName or "") and found.command:
            self._pass("used")
            if cues.acts_on_work(found.command):
                # That it ran is on record, how it went is not.
                self._hook(number, milliseconds(record.timestamp), record.uuid or str(number), status=Status.UNKNOWN)
            return
        self._pass("progress")

    def _system(self, number: int, record: _Line) -> None:
        if record.subtype == "compact_boundary":
            meta = _plain(record.compactMetadata)
            manual = isinstance(meta, dict) and meta.get("trigger") == "manual"
            self._emit(
                self._fact(
                    Kind.COMPACT,
                    number,
                    milliseconds(record.timestamp),
                    record.timestamp or str(number),
                    cues=Cue.BY_PERSON if manual else 0,
                    status=Status.OK,
                )
            )
            self._pass("used")
        elif record.subtype == "stop_hook_summary":
            self._pass("used")
            infos = _plain(record.hookInfos)
            commands = [_string(i.get("command")) for i in infos if isinstance(i, dict)] if isinstance(infos, list) else []
            if any(map(cues.acts_on_work, commands)):
                self._hook(
                    number,
                    milliseconds(record.timestamp),
                    record.uuid or str(number),
                    status=Status.FAILED if _plain(record.hookErrors) else Status.OK,
                )
        elif record.subtype == "local_command":
            self._pass("used")
            text = _text_of(record.content)
            if text.startswith("<command-name>"):
                self._command(number, milliseconds(record.timestamp), record, text)
        else:
            self._pass(f"system {record.subtype}" if record.subtype and _IDENTIFIER.fullmatch(record.subtype) else "system")


def _alone(line: bytes) -> bool:
    """Whether a line looks like one whole record, so that one of no interest may be passed over without decoding it."""
    return line.endswith((b"}", b"}\r")) and line.find(b'{"parentUuid"', 1) < 0 and line.find(b'{"type":"', 1) < 0


# --- helpers ---------------------------------------------------------------------------------------------------------


def _loose_blocks(value: object) -> Iterator[_Block]:
    """Blocks of a content list of which some are no blocks, or have fields of other types."""
    if isinstance(value, str):
        yield _Block(type="text", text=value)
        return
    for item in value if isinstance(value, list) else []:
        if isinstance(item, str):
            yield _Block(type="text", text=item)
        elif isinstance(item, dict):
            yield _Block(
                type=_string(item.get("type")),
                text=_string(item.get("text")) or None,
                id=_string(item.get("id")) or None,
                name=_string(item.get("name")) or None,
                input=msgspec.Raw(msgspec.json.encode(item.get("input"))),
                tool_use_id=_string(item.get("tool_use_id")) or None,
                content=msgspec.Raw(msgspec.json.encode(item.get("content"))),
                is_error=item.get("is_error") is True,
            )


def _who(text: str) -> tuple[str, str, int]:
    """Who wrote a text: (kind, the person's part of it, cues of what stood before it).

    Kinds: human, command, bash, bash output, interrupt, plan, notification, machine.
    """
    extra = 0
    rest = text
    while True:
        if found := _REMINDER.match(rest):
            rest = rest[found.end() :]
        elif found := _IDE.match(rest):
            extra |= Cue.SELECTION
            rest = rest[found.end() :]
        else:
            break
    start = rest.lstrip()[:64]
    if not start:
        return ("machine" if not extra else "context", "", extra)
    if start[0] in "<[CTSIUBA{":
        if start.startswith('{"task_id"'):
            return ("machine", "", extra)
        if start.startswith(("<command-name>", "<command-message>")):
            return ("command", rest, extra)
        if start.startswith("<bash-input>"):
            return ("bash", rest, extra)
        if start.startswith(("<bash-stdout>", "<bash-stderr>")):
            return ("bash output", rest, extra)
        if start.startswith(_INTERRUPT):
            return ("interrupt", "", extra)
        if start.startswith(("<task-notification>", "<bash-notification>", "<agent-notification>")):
            return ("notification", rest, extra)
        if start.startswith(_PLAN_OPENING):
            return ("plan", rest, extra)
        if start.startswith(_MACHINE):
            return ("machine", "", extra)
    return ("human", rest, extra)


def _queued_built_in(text: str) -> bool:
    """Whether a queued line is a built-in command such as /model: it asks the agent for nothing."""
    word = text.strip().split(maxsplit=1)[0] if text.strip() else ""
    return word.startswith("/") and word[1:].lower() in BUILT_IN


_ON_TOOLS = re.compile(r"(?:Pre|Post)ToolUse|Stop|SubagentStop|UserPromptSubmit")
"""Hook events at which something can be checked, formatted or blocked."""


def _own_hook(text: str) -> bool:
    """Whether a hook that stopped something is no plugin's and no recorder's fault."""
    head = text[:600]
    return "CLAUDE_PLUGIN_ROOT" not in head and "/plugins/" not in head and not cues.only_tells(head)


def _refused(text: str) -> tuple[Status, str]:
    """Why an error result is one: refused by the person (with their words), by a rule, interrupted, or unknown."""
    head = text[:400]
    if head.startswith((_REFUSAL, _REFUSAL_2)):
        said = _SAID.search(text)
        return Status.REJECTED, _SAID_TAIL.sub("", said.group(1)) if said else ""
    if (
        head.startswith(("Permission to use", "Claude requested permissions", "Permission for this"))
        or " hook error" in head
        or "denied by" in head[:120]
    ):
        return Status.DENIED, ""
    if head.startswith(_INTERRUPT):
        return Status.STOPPED, ""
    return Status.UNKNOWN, ""


def _question_cues(fields: dict[str, Any]) -> int:
    questions = fields.get("questions")
    text = " ".join(_string(q.get("question")) for q in questions if isinstance(q, dict)) if isinstance(questions, list) else ""
    return cues.of_reply(text) if text else 0


def _changed_lines(old: str, new: str) -> int:
    """Lines that differ between two texts once their common head and tail are taken off."""
    a, b = old.split("\n"), new.split("\n")
    head = 0
    shortest = min(len(a), len(b))
    while head < shortest and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < shortest - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    return max(len(a), len(b)) - head - tail if a != b else 0


def _patched_lines(raw: msgspec.Raw) -> int | None:
    value = _plain(raw)
    patch = value.get("structuredPatch") if isinstance(value, dict) else None
    if not isinstance(patch, list):
        return None
    added = removed = 0
    for hunk in patch:
        lines = hunk.get("lines") if isinstance(hunk, dict) else None
        for line in lines if isinstance(lines, list) else []:
            if isinstance(line, str):
                added += line.startswith("+")
                removed += line.startswith("-")
    return max(added, removed)


def _silent(block: _Block) -> bool:
    return len(bytes(block.content)) <= 2


# --- words, read live ------------------------------------------------------------------------------------------------


def words(line: bytes) -> list[tuple[str, str]]:
    """What a line says, as (who, text) with who of "you", "agent", "tool", "result", "note". Raw: clean it before it is shown.

    Only for the screen, at the moment it is looked at; nothing of it is kept. Never raises.
    """
    try:
        record = decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [("note", "a line that can't be read")]
    if record is None:
        return []
    if record.type == "queue-operation" and record.operation == "enqueue":
        return _typed_words(_text_of(record.content))
    if record.type == "attachment":
        value = _plain(record.attachment)
        prompt = value.get("prompt") if isinstance(value, dict) and value.get("type") == "queued_command" else None
        return _typed_words(_text_of(msgspec.Raw(msgspec.json.encode(prompt))))
    if record.type == "system" and record.subtype == "compact_boundary":
        return [("note", "the context was compacted")]
    if record.type == "progress" and record.data:
        try:
            inner = _progress.decode(record.data).message
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return []
        return _message_words(inner, sidechain=True) if inner is not None else []
    return _message_words(record, sidechain=bool(record.isSidechain))


def _typed_words(text: str) -> list[tuple[str, str]]:
    return [("you", text)] if text and _who(text)[0] == "human" else []


def _message_words(record: _Line, *, sidechain: bool) -> list[tuple[str, str]]:
    if record.type not in ("user", "assistant") or record.message is None or not record.message.content:
        return []
    content = record.message.content
    out: list[tuple[str, str]] = []
    for block in [_Block(type="text", text=content)] if isinstance(content, str) else content:
        if block.type == "text" and block.text and block.text.strip():
            if record.type == "assistant":
                out.append(("agent", block.text))
            else:
                out.extend(_user_words(block.text, injected=bool(record.isMeta or record.isCompactSummary or sidechain)))
        elif block.type == "tool_use":
            out.append(("tool", f"{block.name or ''} {_told(_plain(block.input))}".strip()))
        elif block.type == "tool_result":
            text = _text_of(block.content)
            out.append(("result", text))
            out.extend(("you", said) for said in _said_within(text))
        elif block.type == "image":
            out.append(("you", "(picture)"))
    return out


def _user_words(text: str, *, injected: bool) -> list[tuple[str, str]]:
    who, rest, _ = _who(text)
    if who == "command":
        name, args = _COMMAND_NAME.search(text), _COMMAND_ARGS.search(text)
        return [("you", f"/{name.group(1).lstrip('/') if name else ''} {args.group(1).strip() if args else ''}".strip())]
    if who == "bash":
        return [("you", "! " + text.replace("<bash-input>", "").replace("</bash-input>", ""))]
    if who == "interrupt":
        return [("you", "(interrupted)")]
    if who == "human" and rest.strip():
        return [("note" if injected else "you", rest)]
    return [("note", rest)] if who == "plan" else []


_ANSWERED = re.compile(r"\s*User has answered your questions?:")
_AN_ANSWER = re.compile(r'"="(.*?)"(?=, "|\. You can now|\s*$)', re.DOTALL)


def _said_within(result: str) -> list[str]:
    """The person's own words in a tool's result: their answers to a question, or what they said with a refusal."""
    if _ANSWERED.match(result):
        answers = _AN_ANSWER.findall(result)
        return ["; ".join(answers)] if answers else []
    status, words = _refused(result)
    return [words.strip()] if status is Status.REJECTED and words.strip() else []


def _told(given: object) -> str:
    """The part of a tool's input that says most."""
    if isinstance(given, dict):
        for key in ("command", "file_path", "pattern", "description", "skill", "plan", "url", "path"):
            if isinstance(given.get(key), str):
                return str(given[key])
    return ""
