"""A line of a Codex rollout -> facts. Nothing else knows this format.

A line is `{timestamp, type, payload}`. `response_item` is what the model saw and said; `event_msg` what the program showed;
the same thing often stands in both, and which of them are written changes between versions. Each fact is taken from one of
them where that can be, else the identity of the facts keeps it from being told twice. What is unknown is counted and passed
over, every field may be missing or of another type, and nothing here raises on any line.
"""

from __future__ import annotations

import re
import shlex
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
from ..prints import Hasher
from ..times import milliseconds
from . import is_subagent, spawned

# --- what is decoded of a line ---------------------------------------------------------------------------------------


class _Line(msgspec.Struct, gc=False):
    timestamp: str | None = None
    type: str = ""
    payload: msgspec.Raw = msgspec.Raw()


_line = msgspec.json.Decoder(_Line)
_any = msgspec.json.Decoder()

# Told by their first bytes, so that they cost nothing.
_HEAD = re.compile(rb'\{"timestamp":"([0-9TZ:.+-]{0,40})","type":"(event_msg|response_item)","payload":\{"type":"([a-z_]+)"')
_QUIET = {
    b"token_count", b"agent_reasoning", b"agent_reasoning_raw_content", b"agent_reasoning_section_break", b"reasoning", b"agent_message",
    b"web_search_end", b"mcp_tool_call_end", b"image_generation_end", b"plan_update", b"turn_diff", b"background_event",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_ITEMS = {
    "message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "local_shell_call", "web_search_call", "reasoning",
}  # fmt: skip
"""Types of the lines of the first versions, which had no envelope."""

# --- who wrote it ----------------------------------------------------------------------------------------------------

_INJECTED = (
    "<environment_context", "<user_instructions", "# agents.md instructions", "<instructions", "<turn_aborted", "<subagent_notification", "<skill>",
    "<user_shell_command", "<permissions", "<collaboration_mode", "<model_switch", "<user_action", "<hook_prompt", "<goal_context", "<personality",
    "<apps_instructions", "<skills_instructions", "<plugins_instructions", "<turn_context", "<send_user_message_question_reply",
)  # fmt: skip
_FROM_EDITOR = ("# context from my ide setup", "# files mentioned by the user")
_REQUEST = re.compile(r"^## My request for Codex:[ \t]*\n?", re.MULTILINE)
_IMPLEMENT = re.compile(r"\s*implement the plan\.?\s*", re.IGNORECASE)
_FRESH_PLAN = "A previous agent produced the plan below"
_PROPOSED = re.compile(r"<proposed_plan>(.*?)</proposed_plan>", re.DOTALL)
_SHELL_COMMAND = re.compile(r"<command>\n?(.*?)\n?</command>\s*(?:<result>\n?(.*?)\n?</result>)?", re.DOTALL)
_SKILL_NAME = re.compile(r"<name>\s*([^<]{1,100}?)\s*</name>")
_NOTICE = re.compile(r"<subagent_notification>\s*(.*?)\s*</subagent_notification>", re.DOTALL | re.IGNORECASE)
_TYPED_SKILL = re.compile(r"(?:^|\s)\$[A-Za-z][\w:-]*")
_SAVED_SKILL = re.compile(r"(?:^|/)\.(?:codex|agents|claude)/(?:[^/]+/)*skills/(?:[^/]+/)*?([^/]+)/SKILL\.md$")
"""The agent runs a skill by reading its file."""

# --- results ---------------------------------------------------------------------------------------------------------

_EXITED = re.compile(r"^(?:Process exited with code|Exit code:) (-?\d+)", re.MULTILINE)
_STILL = re.compile(r"^Process running with session ID (\d+)", re.MULTILINE)
_OUTPUT = re.compile(r"^Output:\n", re.MULTILINE)
_STOPPED = re.compile(r"^\s*(?:aborted|command was aborted)\b", re.IGNORECASE)
_REJECTED = re.compile(r"rejected by (?:the )?user", re.IGNORECASE)
_DENIED = re.compile(
    r"approval policy|rejected by (?:policy|guardian)|blocked by policy|not permitted by|forbidden by", re.IGNORECASE
)
_BROKEN = re.compile(
    r"^\s*(?:failed|error|exec_command failed|execution error|apply_patch verification failed|collab\w* failed)", re.IGNORECASE
)
_IN_SCRIPT = re.compile(r"""["']?\b(?:cmd|command)["']?\s*:\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`)""")
_NO_WAY_BACK = ("delegate", "wait")

SHELL_TOOLS = {"exec_command", "shell_command", "shell", "container.exec", "unified_exec"}
READ_TOOLS = {"read_file", "view_image", "list_dir", "read_mcp_resource", "list_mcp_resources", "list_mcp_resource_templates"}
SEARCH_TOOLS = {"grep_files", "tool_search"}
FETCH_TOOLS = {"web_search", "web_fetch"}
ROLES = {"explorer", "worker", "default"}
"""Types of subagents that come with Codex."""
MOST_SEEN = 512
"""Identities without a fact that are remembered."""


class State(msgspec.Struct):
    """What the reader must remember of a file between two readings. Holds no text."""

    lines: int = 0
    passed: dict[str, int] = {}
    project: str = ""
    version: str = ""
    model: str = ""
    started: str = ""
    ended: str = ""
    automatic: int = 0
    main: int = 0
    internal: bool = False
    git: int = 0
    forked_from: str = ""
    own: str = ""
    """The id in the first record; a copied history brings those of others."""
    bare: bool = False
    """Lines without an envelope: the first versions."""
    turn: str = ""
    """The id of the turn that runs, or ran last."""
    stamped: bool = False
    """Whether that id is only its time, for want of one."""
    prompted: int = 0
    """Prompts in this turn."""
    worked: int = 0
    """What the agent said and called in this turn."""
    begun: bool = False
    """Whether anything was said: what comes now does not open the session."""
    plan_on: bool = False
    plan: int = 0
    """The id of a plan that waits for the person's word."""
    plan_cues: int = 0
    rewinds: int = 0
    compacting: Fact | None = None
    """A compaction at the start of a turn: by command, unless a prompt follows in the same turn."""
    reply: Fact | None = None
    talking: bool = False
    pending: dict[str, Pending] = {}
    processes: dict[str, str] = {}
    """Commands that still run, by the number under which the agent looks after them: their call."""
    agents: dict[str, int] = {}
    """Subagents: the key of their id -> the DELEGATE fact's id."""
    seen: list[int] = []
    """Identities that came in this file without a fact, so that a copy of the line is known."""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _loads(text: object) -> Any:
    """JSON that stands in a string as Python objects; None where it is none."""
    if not isinstance(text, str):
        return text
    try:
        return _any.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text_of(value: object) -> str:
    """The text of a content value: a string, a list of parts, or an object that holds one."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(_string(_map(part).get("text")) for part in value if _string(_map(part).get("text")))
    if isinstance(value, dict):
        inner = value.get("content", value.get("output"))
        return _text_of(inner) if isinstance(inner, str | list) else ""
    return ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def decode(line: bytes) -> tuple[str, str, Any] | None:
    """A line's time, type and payload; None where it is no JSON object.

    Raises msgspec.DecodeError where the line is no JSON at all.
    """
    try:
        found = _line.decode(line)
    except msgspec.ValidationError:
        value = _any.decode(line)
        if not isinstance(value, dict):
            return None
        return _string(value.get("timestamp")), _string(value.get("type")), value.get("payload")
    if found.payload:
        # A compaction holds the whole history once more, of which nothing is asked.
        return found.timestamp or "", found.type, None if found.type == "compacted" else _any.decode(found.payload)
    value = _any.decode(line)
    if found.type in _ITEMS:
        return found.timestamp or "", "bare", value
    if not found.type and "id" in value and "timestamp" in value:
        return found.timestamp or "", "session_meta", value
    return found.timestamp or "", found.type, None


class Transcript(Acts):
    """Reads one rollout file, line after line, and tells its facts.

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
        self._folder = ""
        """Where the command runs that is being read, if not in the project."""

    # --- lines -------------------------------------------------------------------------------------------------------

    def read(self, number: int, line: bytes) -> None:
        """Take line `number` (from 1). Counts it as used or under the reason for which it was passed over.

        Raises msgspec.DecodeError where the line is no JSON: the caller mends or skips it.
        """
        head = _HEAD.match(line)
        if head and head.group(3) in _QUIET and line.endswith((b"}", b"}\r")) and line.find(b'{"timestamp":"', 1) < 0:
            self._clock(head.group(1).decode())
            self._pass(f"{'event' if head.group(2) == b'event_msg' else 'item'} {head.group(3).decode()}")
            return
        record = decode(line)
        if record is None:
            self._pass("not an object")
            return
        timestamp, kind, payload = record
        self._clock(timestamp)
        at = milliseconds(timestamp)
        stamp = timestamp or str(number)
        fields = _map(payload)
        if kind == "session_meta":
            self._meta(fields)
            self._pass("used")
        elif kind == "turn_context":
            self._context(number, at, stamp, fields)
            self._pass("used")
        elif kind == "compacted":
            self._compacted(number, at, stamp)
            self._pass("used")
        elif kind in ("response_item", "bare"):
            self.state.bare = kind == "bare"
            self._count("item", fields, self._item(number, at, stamp, fields))
        elif kind == "event_msg":
            self._count("event", fields, self._event(number, at, stamp, fields))
        else:
            self._pass(f"unknown type {kind!r}" if _IDENTIFIER.fullmatch(kind) else "unknown type" if kind else "no type")

    def _count(self, what: str, fields: dict[str, Any], used: bool) -> None:
        kind = _string(fields.get("type"))
        self._pass("used" if used else f"{what} {kind}" if _IDENTIFIER.fullmatch(kind) else what)

    def _clock(self, timestamp: str) -> None:
        if timestamp and milliseconds(timestamp):
            if not self.state.started or timestamp < self.state.started:
                self.state.started = timestamp
            if timestamp > self.state.ended:
                self.state.ended = timestamp

    def finish(self) -> None:
        """Make the state free of text: call before it is stored."""
        self._settle_reply()
        self.state.seen = self.state.seen[-MOST_SEEN:]

    def loose_ends(self) -> list[Fact]:
        """Facts of what is still open: calls without a result, the last words. They change with the next lines."""
        self._settle_reply()
        out = [
            msgspec.structs.replace(fact, status=Status.RUNNING)
            for pending in self.state.pending.values()
            for fact in pending.facts
            if fact.kind not in (Kind.DELEGATE, Kind.QUESTION, Kind.ANSWER)
        ]
        if self.state.compacting is not None:
            out.append(self.state.compacting)
        if self.state.reply is not None:
            out.append(self.state.reply)
        return out

    # --- the session -------------------------------------------------------------------------------------------------

    def _meta(self, fields: dict[str, Any]) -> None:
        state = self.state
        own = _string(fields.get("id"))[:64]
        if state.own and own != state.own:
            return  # Of the session whose history was copied.
        state.own = own or "?"
        state.project = state.project or _string(fields.get("cwd"))
        state.version = _string(fields.get("cli_version"))[:40] or state.version
        state.forked_from = state.forked_from or _string(fields.get("forked_from_id"))[:64]
        state.git |= 1 if _map(fields.get("git")) else 2 if "cli_version" in fields else 0
        source, originator = fields.get("source"), _string(fields.get("originator"))
        if is_subagent(fields):
            # A review, a compaction, the keeping of memories: the agent's own helpers, not sent out by the session.
            state.internal = spawned(fields) is None
        elif source == "exec" or originator == "codex_exec":
            state.automatic |= 1 if "sdk" in originator else 4
        elif source == "mcp":
            state.automatic |= 4
        elif source in ("cli", "vscode"):
            state.automatic |= 2
        elif source:
            state.automatic |= 1

    def _context(self, number: int, at: int, stamp: str, fields: dict[str, Any]) -> None:
        self._turn(_string(fields.get("turn_id")), stamp, starts=False)
        self.state.model = _string(fields.get("model"))[:80] or self.state.model
        self.state.project = self.state.project or _string(fields.get("cwd"))
        mode = _string(_map(fields.get("collaboration_mode")).get("mode"))
        if mode:
            self._mode(number, at, mode, stamp)

    def _turn(self, turn: str, stamp: str, *, starts: bool) -> None:
        """A turn begins, or goes on. Older versions give it no id: then its time serves."""
        state = self.state
        if turn == state.turn if turn else state.turn and not state.stamped and not starts:
            return
        # A compaction alone in a turn was asked for; the context of a turn may also come after one within it.
        self._settle_compaction(by_person=bool(turn) or starts)
        state.turn, state.stamped = (turn or stamp)[:64], not turn
        state.prompted = state.worked = 0

    def _mode(self, number: int, at: int, mode: str, stamp: str) -> None:
        on = mode == "plan"
        if on and not self.state.plan_on and not self.agent:
            self._emit(self._fact(Kind.PLAN_MODE, number, at, self.state.turn or stamp, cues=Cue.BY_PERSON, status=Status.OK))
        self.state.plan_on = on

    def _compacted(self, number: int, at: int, stamp: str) -> None:
        """A compaction, which may be told in three ways, one after the other: the agent does nothing in between."""
        fact = self._fact(Kind.COMPACT, number, at, self.state.turn or stamp, str(self.state.worked), status=Status.OK)
        if self.state.compacting is not None and self.state.compacting.id == fact.id:
            return
        self._settle_compaction(by_person=False)
        if self.state.turn and not self.state.prompted and not self.state.worked:
            # Whether the person asked for it is known once the turn ends, or a prompt comes.
            self.state.compacting = fact
        else:
            self._emit(fact)

    def _settle_compaction(self, *, by_person: bool) -> None:
        fact, self.state.compacting = self.state.compacting, None
        if fact is not None:
            self._emit(msgspec.structs.replace(fact, cues=Cue.BY_PERSON if by_person else 0))

    # --- what the program showed -------------------------------------------------------------------------------------

    def _event(self, number: int, at: int, stamp: str, fields: dict[str, Any]) -> bool:
        """Take an event; tells whether it was of use."""
        state = self.state
        kind = _string(fields.get("type"))
        if kind == "user_message":
            images = bool(fields.get("images")) or bool(fields.get("local_images"))
            self._typed(number, at, stamp, _string(fields.get("message")), images)
        elif kind in ("task_started", "turn_started"):
            self._turn(_string(fields.get("turn_id")), stamp, starts=True)
            mode = _string(fields.get("collaboration_mode_kind"))
            if mode:
                self._mode(number, at, mode, stamp)
        elif kind in ("task_complete", "turn_complete"):
            self._settle_compaction(by_person=True)
        elif kind == "turn_aborted":
            self._aborted(number, at, stamp, fields)
        elif kind == "context_compacted":
            self._compacted(number, at, stamp)
        elif kind == "thread_rolled_back":
            state.rewinds += 1
            self._act(self._fact(Kind.REWIND, number, at, state.turn or stamp, str(state.rewinds), status=Status.OK))
            state.plan = 0
        elif kind == "exec_command_end":
            self._ran(number, at, _string(fields.get("call_id")), fields)
        elif kind == "patch_apply_end":
            self._patched(number, at, _string(fields.get("call_id")), fields)
        elif kind == "item_completed":
            return self._done(number, at, stamp, _map(fields.get("item")))
        elif kind == "entered_review_mode":
            state.main += 1
            state.begun = True
            self._act(
                self._fact(
                    Kind.COMMAND, number, at, state.turn or stamp, "review", name="review", cues=Cue.REVIEW, status=Status.OK
                )
            )
        elif kind == "exited_review_mode":
            if fields.get("review_output"):
                self._emit(self._fact(Kind.REVIEW, number, at, state.turn or stamp, status=Status.OK))
        elif kind == "collab_agent_spawn_end":
            thread = _string(fields.get("new_thread_id"))
            self._launched(number, at, _string(fields.get("call_id")), thread, self._key(thread) if thread else "")
        elif kind == "sub_agent_activity":
            self._renamed(number, at, fields)
        elif kind == "collab_waiting_end":
            self._statuses(number, at, fields.get("statuses"))
        else:
            return False
        return True

    def _aborted(self, number: int, at: int, stamp: str, fields: dict[str, Any]) -> None:
        state = self.state
        running = set(state.processes.values())
        for call, pending in list(state.pending.items()):
            if call not in running:
                del state.pending[call]
                if pending.family not in (*_NO_WAY_BACK, "question"):
                    self._close(pending, number, Status.STOPPED)
        self._settle_compaction(by_person=True)
        if _string(fields.get("reason")) == "interrupted" and not self.agent:
            turn = _string(fields.get("turn_id")) or state.turn or stamp
            self._act(self._fact(Kind.INTERRUPT, number, at, turn, status=Status.OK))

    def _done(self, number: int, at: int, stamp: str, item: dict[str, Any]) -> bool:
        """An item of the turn is complete: newer versions write these in place of events."""
        kind = _string(item.get("type")).replace("_", "").lower()
        if kind == "usermessage":
            content = item.get("content")
            parts = [_map(p) for p in content] if isinstance(content, list) else []
            images = any("image" in _string(p.get("type")).lower() for p in parts)
            self._typed(number, at, stamp, "".join(_string(p.get("text")) for p in parts), images)
        elif kind == "plan":
            self._plan(number, at, stamp, _string(item.get("text")))
        elif kind == "commandexecution":
            self._ran(number, at, _string(item.get("id")), item)
        elif kind == "filechange":
            self._patched(number, at, _string(item.get("id")), item)
        elif kind == "contextcompaction":
            self._compacted(number, at, stamp)
        elif kind == "hookprompt":
            self._hooked(number, at, stamp)
        else:
            return False
        return True

    def _hooked(self, number: int, at: int, stamp: str) -> None:
        """A hook would not let the agent stop."""
        self._emit(
            self._fact(
                Kind.HOOK_CHECK, number, at, self.state.turn or stamp, cues=Cue.GUARDS, status=Status.FAILED,
                targets=(self.hash("check", "agent hook"),),
            )
        )  # fmt: skip

    # --- the person --------------------------------------------------------------------------------------------------

    def _typed(self, number: int, at: int, stamp: str, text: str, images: bool) -> None:
        """What a person typed, or a program said in their stead."""
        state = self.state
        if self.agent:
            return
        extra = Cue.IMAGE if images else 0
        start = text.lstrip()[:40].lower()
        if start.startswith(_FROM_EDITOR) and (found := _REQUEST.search(text)):
            extra |= Cue.SELECTION if start.startswith(_FROM_EDITOR[0]) else Cue.MENTION
            text = text[found.end() :]
            start = text.lstrip()[:40].lower()
        if start.startswith(_INJECTED):
            if start.startswith("<hook_prompt"):
                self._hooked(number, at, stamp)
            return
        if not text.strip() and not images:
            return
        self._settle_compaction(by_person=False)
        state.main += 1
        turn = state.turn or stamp
        if not state.turn:
            state.prompted = state.worked = 0
        if state.plan and _IMPLEMENT.fullmatch(text):
            plan, state.plan = state.plan, 0
            self._act(self._fact(Kind.DECISION, number, at, turn, ref=plan, cues=state.plan_cues, status=Status.OK))
        elif text.lstrip().startswith(_FRESH_PLAN) and not state.begun:
            self._act(self._fact(Kind.OPEN, number, at, turn, cues=Cue.FROM_PLAN | cues.of_plan(text), status=Status.OK))
        else:
            extra |= Cue.PLAN_ON if state.plan_on else 0
            extra |= Cue.ASKS_SKILL if _TYPED_SKILL.search(text) else 0
            # A turn has one prompt; another one was typed while the agent worked.
            extra |= Cue.QUEUED if state.prompted and state.worked else 0
            self._act(self._prompt_fact(number, at, text, extra, (turn, text)))
        state.prompted += 1
        state.begun = True

    def _injected(self, number: int, at: int, stamp: str, text: str) -> bool:
        """A message in the person's name that they did not write; tells whether it says anything."""
        start = text.lstrip()[:40].lower()
        if start.startswith("<user_shell_command"):
            found = _SHELL_COMMAND.search(text)
            if found:
                result = found.group(2) or ""
                code = _EXITED.search(result)
                self._bang(number, at, stamp, found.group(1), int(code.group(1)) if code else None, result)
        elif start.startswith("<skill>"):
            named = _SKILL_NAME.search(text)
            if named:
                self._skill(number, at, stamp, named.group(1))
        elif start.startswith("<subagent_notification"):
            notice = _NOTICE.search(text)
            told = _map(_loads(notice.group(1))) if notice else {}
            self._back(number, at, _string(told.get("agent_id") or told.get("agent_path")), told.get("status"))
        elif start.startswith("<hook_prompt"):
            self._hooked(number, at, stamp)
        else:
            return False
        return True

    def _skill(self, number: int, at: int, stamp: str, name: str) -> None:
        self._emit(
            self._fact(
                Kind.SKILL, number, at, self.state.turn or stamp, name.lower(), status=Status.OK,
                cues=Cue.SAVED | (Cue.REVIEW if cues.speaks_of_review(name) else 0), targets=(self.hash("skill", name.lower()),),
            )
        )  # fmt: skip

    def _bang(self, number: int, at: int, stamp: str, command: str, code: int | None, output: str) -> None:
        """A command that the person ran with `!`."""
        if self.agent:
            return
        call = f"! {self.state.turn or stamp} {command}"
        if self._came(call):
            return
        self._answered()
        pending = Pending("shell", [], line=number)
        self._shell(pending, command, "", self._facts_of(call, number, at), by_person=True)
        self._outcome(number, pending, cut(_after_head(output)), _status(code))

    def _came(self, call: str) -> bool:
        """Whether a call was told before; from now on it was."""
        mark = self._call_id(call) + CALLED
        if mark in self.known:
            return True
        self.known.add(mark)
        self.state.seen.append(mark)
        return False

    def _facts_of(self, call: str, number: int, at: int) -> Any:
        """Makes the facts of a call: the first has the call's own id, so that what comes later can refer to it."""
        base = self._call_id(call)
        made = 0

        def fact(kind: Kind, **rest: Any) -> Fact:
            nonlocal made
            made += 1
            return Fact(kind, at, number, base + min(made, CALLED) - 1, agent=self.agent, **rest)

        return fact

    # --- what the model said and called ------------------------------------------------------------------------------

    def _item(self, number: int, at: int, stamp: str, fields: dict[str, Any]) -> bool:
        """Take an item of the conversation; tells whether it was of use."""
        kind = _string(fields.get("type"))
        if kind == "message":
            return self._message(number, at, stamp, fields)
        if kind in ("function_call", "custom_tool_call", "local_shell_call"):
            self._worked()
            self._call(number, at, stamp, fields)
        elif kind in ("function_call_output", "custom_tool_call_output"):
            self._result(number, at, _string(fields.get("call_id")), fields.get("output"))
        elif kind == "web_search_call":
            self._worked()
            call = _string(fields.get("id")) or f"{self.state.turn} {msgspec.json.encode(fields.get('action')).decode()}"
            if not self._came(f"web {call}"):
                self._emit(
                    msgspec.structs.replace(self._facts_of(f"web {call}", number, at)(Kind.FETCH), status=Status.OK, end=number)
                )
        else:
            return False
        return True

    def _worked(self) -> None:
        state = self.state
        if state.compacting is not None:
            self._settle_compaction(by_person=False)
        state.worked += 1
        if not self.agent:
            state.main += 1
            state.begun = True

    def _message(self, number: int, at: int, stamp: str, fields: dict[str, Any]) -> bool:
        role, text = _string(fields.get("role")), _text_of(fields.get("content"))
        if role == "assistant":
            if text.strip() and not self.agent:
                self._worked()
                plan = _PROPOSED.search(text)
                if plan:
                    self._plan(number, at, stamp, plan.group(1))
                    text = _PROPOSED.sub("", text)
                if text.strip():
                    self._say(number, at, text)
            return True
        if role != "user":
            return False
        if self.state.bare:
            content = fields.get("content")
            parts = content if isinstance(content, list) else []
            images = any("image" in _string(_map(p).get("type")) for p in parts)
            if not text.lstrip()[:40].lower().startswith(_INJECTED):
                self._typed(number, at, stamp, text, images)
                return True
        # What the person typed stands in an event of its own.
        return self._injected(number, at, stamp, text)

    def _plan(self, number: int, at: int, stamp: str, text: str) -> None:
        if self.agent or not text.strip():
            return
        flags = cues.of_plan(text)
        fact = self._fact(
            Kind.PLAN, number, at, self.state.turn or stamp, "plan", cues=flags | Cue.PLAN_ON, size=len(text.split())
        )
        if self._emit(fact):
            self.state.plan, self.state.plan_cues = fact.id, flags

    def _call(self, number: int, at: int, stamp: str, fields: dict[str, Any]) -> None:
        state = self.state
        call = _string(fields.get("call_id")) or _string(fields.get("id")) or f"{stamp} {number}"
        if self._came(call):
            return
        if not self.agent:
            state.talking = False
        name = _string(fields.get("name"))
        space = _string(fields.get("namespace"))
        given = _map(_loads(fields.get("arguments")))
        free = _string(fields.get("input"))
        if fields.get("type") == "local_shell_call":
            name, given = "shell", _map(fields.get("action"))
        pending = Pending(family="", facts=[], line=number)
        fact = self._facts_of(call, number, at)
        full = f"{space}__{name}".replace("____", "__") if space and not name.startswith(space) else name
        if name in SHELL_TOOLS:
            command, tool = _command_of(given)
            self._run(pending, command, tool, _string(given.get("workdir") or given.get("working_directory")), fact)
        elif name == "apply_patch":
            pending.family = "patch"
            pending.facts.extend(self._patch(free or _string(given.get("input") or given.get("patch")), fact))
        elif name == "exec" and free:
            pending.family = "script"
            for found in list(_IN_SCRIPT.finditer(free))[:20]:
                self._run(pending, _unquoted(found.group(1)), "", "", fact, family="script")
            if not pending.facts:
                pending.facts.append(fact(Kind.TOOL))
        elif name == "write_stdin":
            pending.family = "poll"
            pending.facts.append(fact(Kind.TOOL))
            session = given.get("session_id")
            pending.acts = [shell.Act("other", str(session))] if type(session) is int else []
        elif name == "update_plan":
            steps = given.get("plan")
            items = [_map(s) for s in steps] if isinstance(steps, list) else []
            done = any(s.get("status") == "completed" for s in items)
            pending.facts.append(fact(Kind.TASKS, size=len(items), name="list", cues=Cue.DONE if done else 0))
        elif name == "spawn_agent":
            pending.family = "delegate"
            self._emit(self._delegate(given, fact))
            pending.facts.append(fact(Kind.RETURN, ref=self._call_id(call)))
            task = _string(given.get("task_name"))
            pending.acts = [shell.Act("other", self._key(task))] if task else []
        elif name in ("wait", "wait_agent", "close_agent"):
            pending.family = "wait"
            pending.facts.append(fact(Kind.TOOL))
        elif name == "request_user_input":
            pending.family = "question"
            if not self.agent:
                self._answered()
            self._emit(fact(Kind.QUESTION, cues=_question_cues(given)))
            pending.facts.append(fact(Kind.ANSWER, ref=self._call_id(call)))
        elif name in READ_TOOLS:
            path = given.get("path") or given.get("file_path") or given.get("dir_path")
            pending.facts.append(fact(Kind.READ, targets=self._file(path), marks=self._path_marks(path)))
        elif name in SEARCH_TOOLS:
            pending.facts.append(fact(Kind.SEARCH))
        elif name in FETCH_TOOLS:
            pending.facts.append(fact(Kind.FETCH))
        elif "__" in full and NOTE_TOOL.search(full):
            pending.facts.append(fact(Kind.NOTE))
        elif DIAGNOSTIC_TOOL.search(full):
            pending.facts.append(fact(Kind.CHECK, name="types", targets=(self.hash("check", "diagnostics"),)))
        elif LOOK_TOOL.search(full):
            pending.facts.append(fact(Kind.CHECK, name="look", targets=(self.hash("check", "look", full),)))
        elif "__" in full and LOOKUP_TOOL.search(full):
            pending.facts.append(fact(Kind.FETCH))
        else:
            pending.facts.append(fact(Kind.TOOL))
        state.pending[call] = pending

    def _run(self, pending: Pending, command: str, tool: str, folder: str, fact: Any, *, family: str = "shell") -> None:
        """The facts of a shell command; reading a skill's file is how the agent runs it."""
        pending.family = family
        self._folder = folder if folder.startswith(("/", "~")) or folder[1:2] == ":" else ""
        one = Pending(family, [])
        acts = (shell.read_powershell if tool == "PowerShell" else shell.read_command)(command)
        self._shell(one, command, tool, fact)
        skills = {m.group(1) for act in acts if act.kind == "read" for p in act.paths if (m := _SAVED_SKILL.search(p))}
        for name in sorted(skills):
            one.facts.append(
                fact(
                    Kind.SKILL,
                    targets=(self.hash("skill", name.lower()),),
                    cues=Cue.SAVED | (Cue.REVIEW if cues.speaks_of_review(name) else 0),
                )
            )
        pending.facts.extend(one.facts)
        pending.acts = [*pending.acts, *one.acts]
        self._folder = ""

    def _placed(self, path: object) -> object:
        """A path as it is meant where the command runs."""
        if self._folder and isinstance(path, str) and path and not path.startswith(("/", "~")) and path[1:2] != ":":
            return f"{self._folder}/{path}"
        return path

    def _file(self, path: object) -> tuple[int, ...]:
        return super()._file(self._placed(path))

    def _path_marks(self, *paths: object) -> tuple[int, ...]:
        return super()._path_marks(*map(self._placed, paths))

    def _delegate(self, given: dict[str, Any], fact: Any) -> Fact:
        role = _string(given.get("agent_type"))
        items = given.get("items")
        task = _string(given.get("message")) or _text_of(items if isinstance(items, list) else None)
        flags = Cue.BACKGROUND | (Cue.READS_ONLY if role == "explorer" else 0)
        if cues.asks_for_review(f"{role} {_string(given.get('task_name'))} {task[:600]}".replace("-", " ").replace("_", " ")):
            flags |= Cue.REVIEW
        if cues.forbids_change(task):
            flags |= Cue.NO_CHANGE
        opening = task[:200].split("\n")[0]
        if TASK_CHANGES.search(opening):
            flags |= Cue.ASKS_CHANGE
        elif TASK_LOOKS.search(opening):
            flags |= Cue.ASKS_LOOK
        return fact(Kind.DELEGATE, name=role if role in ROLES else "", cues=flags)  # type: ignore[no-any-return]

    def _patch(self, text: str, fact: Any) -> Iterator[Fact]:
        ticked = boxes = 0
        for path, new, added, removed in _files_of(text):
            flags = cues.of_path(path) | (Cue.NEW_FILE if new else 0)
            written = "\n".join(added)
            if flags & (Cue.OWN_PLACE | Cue.STEERING):
                flags |= cues.of_plan(written) & ~Cue.ASKS_TO_DEFINE
            if cues.sets_up_a_rule(path, written):
                flags |= Cue.GUARDS
            yield fact(
                Kind.EDIT,
                cues=flags,
                size=max(len(added), len(removed), 1),
                targets=self._file(path),
                marks=self._path_marks(path),
            )
            ticks = [sum(line.lstrip().lower().startswith("- [x]") for line in lines) for lines in (added, removed)]
            if ticks[0] > ticks[1]:
                ticked += 1
                boxes = max(boxes, sum(line.lstrip().startswith("- [") for line in added), 2)
        if ticked:
            yield fact(Kind.TASKS, size=boxes, name="checklist", cues=Cue.DONE)

    # --- results -----------------------------------------------------------------------------------------------------

    def _result(self, number: int, at: int, call: str, output: object) -> None:
        state = self.state
        pending = state.pending.get(call)
        if pending is None:
            return
        text = _text_of(output)
        told = _loads(text) if text.lstrip()[:1] == "{" else output
        code = _number(_map(_map(told).get("metadata")).get("exit_code"))
        if code is not None:
            text = _string(_map(told).get("output"))
        elif (found := _EXITED.search(text[:2000])) is not None:
            code = int(found.group(1))
        still = _STILL.search(text[:2000]) if code is None else None
        if still and pending.family == "shell":
            state.processes[still.group(1)] = call
            return
        del state.pending[call]
        status = _status(code)
        if code is None:
            head = text[:400]
            status = (
                Status.REJECTED if _REJECTED.search(head) else Status.DENIED if _DENIED.search(head)
                else Status.STOPPED if _STOPPED.search(head) else Status.FAILED if _BROKEN.search(head) or _map(output).get("success") is False
                else Status.OK
            )  # fmt: skip
        if status is Status.REJECTED:
            self._rejected(number, at, pending, call)
        elif pending.family in ("shell", "script"):
            self._settle(
                number, pending, _after_head(text), status if code is not None or status is not Status.OK else Status.UNKNOWN
            )
        elif pending.family == "poll":
            self._close(pending, number, Status.OK)
            session = pending.acts[0].program if pending.acts else ""
            if code is not None and (awaited := state.pending.pop(state.processes.pop(session, ""), None)) is not None:
                self._settle(number, awaited, _after_head(text), status)
        elif pending.family == "delegate":
            self._spawned(number, at, call, pending, _map(told), status)
        elif pending.family == "wait":
            self._close(pending, number, status)
            self._statuses(number, at, _map(told).get("status"))
        elif pending.family == "question":
            self._question_answered(number, at, pending, _map(told), status)
        else:
            self._close(pending, number, status)

    def _settle(self, number: int, pending: Pending, output: str, status: Status) -> None:
        """How a shell call went."""
        if status is Status.OK and any(f.kind is Kind.READ and f.name for f in pending.facts):
            self._shown(pending, output)
        matters = any(a.kind in OUTCOME_KINDS for a in pending.acts)
        text = cut(output) if matters or status is not Status.OK else ""
        self._outcome(number, pending, text, status, silent=not output.strip())

    def _ran(self, number: int, at: int, call: str, fields: dict[str, Any]) -> None:
        """The program says how a command ended."""
        state = self.state
        code = _number(fields.get("exit_code", fields.get("exitCode")))
        status = _string(fields.get("status")).lower()
        output = _string(fields.get("aggregated_output")) or f"{_string(fields.get('stdout'))}\n{_string(fields.get('stderr'))}"
        command, tool = _command_of(fields)
        if fields.get("source") == "user_shell":
            self._bang(number, at, call, command, code, output)
            return
        pending = state.pending.pop(call, None)
        if pending is None:
            if call and not self._came(call):
                # Started within a script of the agent's, which shows only what it chose to.
                self._from_script(number)
                pending = Pending("shell", [], line=number)
                self._run(pending, command, tool, _string(fields.get("cwd")), self._facts_of(call, number, at))
                self._settle(number, pending, output, _status(code))
            return
        for session, owner in list(state.processes.items()):
            if owner == call:
                del state.processes[session]
        if status == "declined":
            self._rejected(number, at, pending, call)
        else:
            self._settle(number, pending, output, _status(code))

    def _from_script(self, number: int) -> None:
        for call, pending in self.state.pending.items():
            if pending.family == "script" and pending.acts:
                # What it runs is told one by one from here on.
                first = pending.facts[0]
                self.state.pending[call] = Pending(
                    "script", [Fact(Kind.TOOL, first.at, first.line, first.id, agent=first.agent)], line=pending.line
                )
                return

    def _patched(self, number: int, at: int, call: str, fields: dict[str, Any]) -> None:
        """The program says how a patch went."""
        status = _string(fields.get("status")).lower()
        good = fields.get("success") is True or status == "completed"
        how = Status.OK if good else Status.FAILED
        pending = self.state.pending.pop(call, None)
        if pending is None:
            if not call or self._came(call):
                return
            pending = Pending("patch", [], line=number)
            fact = self._facts_of(call, number, at)
            for path, change in list(_map(fields.get("changes")).items())[:50]:
                flags = cues.of_path(path) | (Cue.NEW_FILE if _map(change).get("type") == "add" else 0)
                size = _changed(_map(change))
                pending.facts.append(
                    fact(Kind.EDIT, cues=flags, size=size, targets=self._file(path), marks=self._path_marks(path))
                )
        if status == "declined":
            self._rejected(number, at, pending, call)
        elif pending.family == "patch":
            self._close(pending, number, how)
        else:
            self._outcome(number, pending, _string(fields.get("stdout")), how)

    def _rejected(self, number: int, at: int, pending: Pending, call: str) -> None:
        for fact in pending.facts if pending.family not in ("question", "delegate") else ():
            self._emit(msgspec.structs.replace(fact, status=Status.REJECTED, end=number))
        if not self.agent:
            self._act(self._fact(Kind.REJECT, number, at, call, status=Status.OK))

    def _question_answered(self, number: int, at: int, pending: Pending, told: dict[str, Any], status: Status) -> None:
        answers = told.get("answers")
        if status is not Status.OK or not isinstance(answers, dict):
            return
        words = "\n".join(
            _string(one) for value in answers.values() for one in (_map(value).get("answers") or ()) if isinstance(one, str)
        )
        for fact in pending.facts:
            self._emit(
                msgspec.structs.replace(
                    fact, status=Status.OK, end=number, at=at, line=number, cues=cues.of_prompt(words) | Cue.SAYS_WHAT, size=len(words.split()),
                    marks=self.patterns.marks("prompts", words),
                )
            )  # fmt: skip

    # --- subagents ---------------------------------------------------------------------------------------------------

    def _spawned(self, number: int, at: int, call: str, pending: Pending, told: dict[str, Any], status: Status) -> None:
        agent = _string(told.get("agent_id") or told.get("thread_id") or told.get("task_name"))
        key = self._key(agent) if agent else pending.acts[0].program if pending.acts else ""
        if key and status is Status.OK:
            self._launched(number, at, call, agent, key)
        else:
            for fact in pending.facts:
                self._emit(msgspec.structs.replace(fact, status=Status.FAILED, at=at, end=number, line=number))

    def _launched(self, number: int, at: int, call: str, agent: str, key: str) -> None:
        if not key or not call:
            return
        ref = self._call_id(call)
        if ref not in self.known:
            return
        self.state.agents[key] = ref
        targets = (self.hash("agent", agent),) if agent else ()
        self._emit(
            self._fact(Kind.LAUNCHED, number, at, str(ref), key, ref=ref, targets=targets, end=number, status=Status.RUNNING)
        )  # fmt: skip

    def _renamed(self, number: int, at: int, fields: dict[str, Any]) -> None:
        """A subagent that was started under a path has the id of a thread."""
        thread, path = _string(fields.get("agent_thread_id")), _string(fields.get("agent_path"))
        ref = self._agent(path)
        if ref and thread and self._key(thread) not in self.state.agents:
            self.state.agents[self._key(thread)] = ref
            self._emit(
                self._fact(
                    Kind.LAUNCHED, number, at, str(ref), thread, ref=ref, targets=(self.hash("agent", thread),), end=number, status=Status.RUNNING
                )
            )  # fmt: skip

    def _agent(self, name: str) -> int:
        """The launch of a subagent, by its id, its path or its name; 0 for none that is known."""
        agents = self.state.agents
        return agents.get(self._key(name), 0) or agents.get(self._key(name.rsplit("/", 1)[-1]), 0)

    def _statuses(self, number: int, at: int, statuses: object) -> None:
        for agent, how in _map(statuses).items():
            self._back(number, at, agent, how)

    def _back(self, number: int, at: int, agent: str, how: object) -> None:
        """A subagent is said to be done, or not yet."""
        state = self.state
        word = next(iter(how), "") if isinstance(how, dict) else _string(how)
        status = {
            "completed": Status.OK,
            "errored": Status.FAILED,
            "shutdown": Status.STOPPED,
            "interrupted": Status.STOPPED,
        }.get(word)
        ref = self._agent(agent)
        if status is None or not ref:
            return
        state.agents = {name: to for name, to in state.agents.items() if to != ref}
        self._emit(
            self._fact(
                Kind.RETURN, number, at, str(ref), ref=ref, status=status, end=number, targets=(self.hash("agent", agent),)
            )
        )


# --- helpers ---------------------------------------------------------------------------------------------------------


def _status(code: int | None) -> Status:
    return Status.UNKNOWN if code is None else Status.OK if code == 0 else Status.FAILED


def _after_head(text: str) -> str:
    """A command's own output, without what the agent's tool wrote before it."""
    found = _OUTPUT.search(text[:2000])
    return text[found.end() :] if found else text


def _command_of(given: dict[str, Any]) -> tuple[str, str]:
    """A command as one would type it, and "PowerShell" where it is for that."""
    value = given.get("cmd", given.get("command"))
    if isinstance(value, str):
        return value, "PowerShell" if "powershell" in _string(given.get("shell")).lower() else ""
    words = [w for w in value if isinstance(w, str)] if isinstance(value, list) else []
    program = words[0].replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe") if words else ""
    if len(words) >= 3 and program in ("bash", "sh", "zsh", "dash", "ksh", "fish") and words[-2] in ("-lc", "-c", "-ic", "-l"):
        return words[-1], ""
    if len(words) >= 2 and program in ("powershell", "pwsh"):
        return words[-1], "PowerShell"
    return shlex.join(words), ""


def _unquoted(literal: str) -> str:
    """A JavaScript string as it reads."""
    if literal[0] == '"':
        value = _loads(literal)
        return value if isinstance(value, str) else literal[1:-1]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), literal[1:-1], flags=re.DOTALL)


_PATCH_FILE = re.compile(r"\*\*\* (Add|Update|Delete) File: (.+)")


def _files_of(patch: str) -> Iterator[tuple[str, bool, list[str], list[str]]]:
    """(path, whether it is new, lines added, lines removed) of each file that a patch changes."""
    path, new = "", False
    added: list[str] = []
    removed: list[str] = []
    for line in patch.split("\n"):
        if line.startswith("*** "):
            begins = _PATCH_FILE.match(line)
            if begins:
                if path:
                    yield path, new, added, removed
                path, new, added, removed = begins.group(2).strip(), begins.group(1) == "Add", [], []
            elif line.startswith("*** Move to: ") and path:
                path = line[13:].strip() or path
        elif line.startswith("+"):
            added.append(line[1:])
        elif line.startswith("-"):
            removed.append(line[1:])
    if path:
        yield path, new, added, removed


def _changed(change: dict[str, Any]) -> int:
    """Lines that a change of a file adds or takes away, whichever are more."""
    diff = _string(change.get("unified_diff"))
    if diff:
        lines = diff.split("\n")
        return max(sum(x.startswith("+") for x in lines), sum(x.startswith("-") for x in lines), 1)
    return max(_string(change.get("content")).count("\n"), 1)


def _question_cues(given: dict[str, Any]) -> int:
    questions = given.get("questions")
    text = " ".join(_string(_map(q).get("question")) for q in questions) if isinstance(questions, list) else ""
    return cues.of_reply(text) if text else 0


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
    _, kind, payload = record
    fields = _map(payload)
    sort = _string(fields.get("type"))
    if kind == "compacted":
        return [("note", "the context was compacted")]
    if kind == "event_msg":
        return _event_words(sort, fields)
    if kind not in ("response_item", "bare"):
        return []
    if sort == "message":
        text = _text_of(fields.get("content"))
        if fields.get("role") == "assistant":
            return [("agent", text)] if text.strip() else []
        typed = kind == "bare" and fields.get("role") == "user" and not text.lstrip()[:40].lower().startswith(_INJECTED)
        return [("you", text)] if typed and text.strip() else []
    if sort in ("function_call", "custom_tool_call", "local_shell_call"):
        given = _map(_loads(fields.get("arguments"))) or _map(fields.get("action"))
        told = _command_of(given)[0] or _string(fields.get("input")) or _string(fields.get("arguments"))
        return [("tool", f"{_string(fields.get('name'))} {told}".strip())]
    if sort in ("function_call_output", "custom_tool_call_output"):
        return [("result", _text_of(fields.get("output")))]
    return []


def _event_words(sort: str, fields: dict[str, Any]) -> list[tuple[str, str]]:
    item = _map(fields.get("item"))
    if sort == "user_message":
        pictures = "(picture)" if fields.get("images") or fields.get("local_images") else ""
        text = _string(fields.get("message")) or pictures
        return [("you", text)] if text.strip() else []
    if sort == "item_completed" and _string(item.get("type")).lower() in ("usermessage", "plan"):
        content = item.get("content")
        text = _string(item.get("text")) or _text_of(content if isinstance(content, list) else None)
        return [("you" if _string(item.get("type")).lower() == "usermessage" else "agent", text)] if text.strip() else []
    if sort == "turn_aborted":
        return [("you", "(interrupted)")] if fields.get("reason") == "interrupted" else []
    if sort == "thread_rolled_back":
        return [("you", "(went back to an earlier point)")]
    return []
