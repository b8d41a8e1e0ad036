"""A made-up record of every type, attachment and system subtype that Claude Code is known to write, with all their fields."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from lines import CLEAR, Log, message_first, notification

Record = dict[str, Any]

SYSTEM = (
    "stop_hook_summary", "turn_duration", "api_error", "local_command", "compact_boundary", "away_summary", "microcompact_boundary",
    "bridge_status", "informational", "model_refusal_fallback", "never_heard_of",
)  # fmt: skip
ATTACHMENTS = (
    "hook_success", "todo_reminder", "task_reminder", "nested_memory", "queued_command", "skill_listing", "hook_additional_context",
    "command_permissions", "plan_mode", "plan_mode_exit", "plan_mode_reentry", "edited_text_file", "deferred_tools_delta", "file",
    "hook_system_message", "mcp_instructions_delta", "agent_listing_delta", "hook_non_blocking_error", "auto_mode", "date_change",
    "compact_file_reference", "invoked_skills", "plan_file_reference", "opened_file_in_ide", "selected_lines_in_ide", "hook_cancelled",
    "dynamic_skill", "directory", "auto_mode_exit", "never_heard_of",
)  # fmt: skip
PROGRESS = ("bash_progress", "hook_progress", "mcp_progress", "waiting_for_task", "never_heard_of")
BARE: dict[str, Record] = {
    "queue-operation": {"operation": "enqueue", "content": "and the rates", "timestamp": "2026-03-02T09:00:10.123Z"},
    "file-history-snapshot": {"messageId": "m", "snapshot": {"trackedFileBackups": {"a.py": {"version": 1}}}, "isSnapshotUpdate": False},
    "file-history-delta": {"messageId": "m", "trackingPath": "a.py", "backup": {"version": 2}},
    "summary": {"summary": "a title", "leafUuid": "u"},
    "ai-title": {"aiTitle": "a title"},
    "custom-title": {"customTitle": "a title"},
    "last-prompt": {"lastPrompt": "round it", "leafUuid": "u"},
    "permission-mode": {"permissionMode": "plan"},
    "mode": {"mode": "normal"},
    "pr-link": {"prNumber": 7, "prUrl": "https://example.org/7", "prRepository": "sam/shop"},
    "agent-name": {"agentName": "x"},
    "agent-setting": {"agentSetting": "x"},
    "frame-link": {"frame": "x"},
    "bridge-session": {"bridge": "x"},
    "worktree-state": {"worktree": {"path": "/w"}},
    "rewind-pointer": {"leafUuid": "u"},
    "never-heard-of": {"x": [1]},
}  # fmt: skip


def _results() -> Iterator[tuple[str, Record, Any]]:
    """(tool, input, toolUseResult) of every tool that is told apart, old names and new ones."""
    yield "Read", {"file_path": "a.py", "offset": 1}, {"type": "text", "file": {"filePath": "a.py"}}
    yield "Grep", {"pattern": "x"}, {"mode": "content", "numFiles": 1}
    yield "WebFetch", {"url": "https://example.org"}, {"code": 200}
    yield (
        "Edit",
        {"file_path": "a.py", "old_string": "a", "new_string": "- [x] b\n- [ ] c"},
        {"filePath": "a.py", "userModified": True},
    )
    yield "MultiEdit", {"file_path": "a.py", "edits": [{"old_string": "a", "new_string": "b"}]}, {}
    yield (
        "Write",
        {"file_path": "plans/x.md", "content": "1. a"},
        {"type": "create", "structuredPatch": [{"lines": ["+a", "-b"]}]},
    )
    yield "NotebookEdit", {"notebook_path": "a.ipynb", "new_source": "a"}, {}
    yield (
        "Bash",
        {"command": "pytest -q", "run_in_background": True},
        {"stdout": "", "backgroundTaskId": "b1", "interrupted": True},
    )
    yield (
        "Bash",
        {"command": "git add a && git commit -m x && git push"},
        {"stdout": "[main abc1234] x", "gitOperation": {"commit": {"sha": "a", "kind": "amended"}, "push": {"branch": "b"}, "pr": {"number": 1}}},
    )  # fmt: skip
    yield "PowerShell", {"command": "git diff"}, {"stdout": ""}
    yield "TaskOutput", {"task_id": "b1"}, "<status>completed</status>"
    yield "TaskStop", {"task_id": "b1"}, {}
    yield "Monitor", {"command": "x"}, {}
    yield (
        "Task",
        {"subagent_type": "Explore", "description": "find it", "prompt": "only look"},
        {"status": "completed", "agentId": "a1", "toolStats": {"editFileCount": 0}, "totalToolUseCount": 3},
    )
    yield (
        "Agent",
        {"subagent_type": "x", "run_in_background": True, "isolation": "worktree", "name": "x"},
        {"isAsync": True, "status": "async_launched", "agentId": "a2"},
    )
    yield "Workflow", {"name": "x"}, {"agentId": "a3"}
    yield "Skill", {"skill": "release", "args": "x"}, {"success": True, "commandName": "release"}
    yield "TodoWrite", {"todos": [{"content": "a", "status": "completed"}]}, {"oldTodos": [], "newTodos": []}
    yield "TaskCreate", {"subject": "a"}, {"task": {"id": "1", "subject": "a"}}
    yield (
        "TaskUpdate",
        {"taskId": "1", "status": "completed"},
        {"success": True, "statusChange": {"from": "pending", "to": "completed"}},
    )
    yield "ExitPlanMode", {"plan": "1. x 2. run the tests"}, {"plan": "1. x", "filePath": "p.md", "isAgent": False}
    yield "EnterPlanMode", {}, {}
    yield (
        "AskUserQuestion",
        {"questions": [{"question": "Which?", "options": [{"label": "a"}]}]},
        {"questions": [], "answers": {"Which?": "a"}, "annotations": {}},
    )
    yield "EnterWorktree", {"name": "x"}, {}
    yield "ReportFindings", {"findings": []}, {}
    yield "mcp__acp__Edit", {"file_path": "a.py", "old_string": "a", "new_string": "b"}, [{"type": "text", "text": "ok"}]
    yield "mcp__browser__take_screenshot", {}, [{"type": "image", "source": {"type": "base64", "data": ""}}]
    yield "mcp__ide__getDiagnostics", {"uri": "a"}, []
    yield "mcp__docs__search", {"query": "a"}, "x"


REFUSALS = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected. To tell you how to proceed, the user said:\nno",
    "Permission to use Bash has been denied.",
    "PreToolUse:Bash hook error: x",
    "Exit code 1\n1 failed",
    "[Request interrupted by user for tool use]",
    "<tool_use_error>Unknown skill: x</tool_use_error>",
    "<persisted-output>\nOutput too large (1MB). Full output saved to: /x\n</persisted-output>",
    "User chose to stay in plan mode and continue planning",
)


def every_record() -> list[Record]:
    """One of each, in an order in which results follow their calls."""
    log = Log("s", agentName="x", teamName="y", slug="quiet-plan", gitBranch="main")
    log.user(CLEAR)
    log.user(
        "round the tax per line in app/tax.py, then run the tests", permissionMode="plan", origin={"kind": "human"},
        promptSource="typed", promptId="p", planContent="1. x", thinkingMetadata={"level": "high"}, todos=[], imagePasteIds=[1],
        classifierMetaLines=[{"meta": {"gitStatus": {}}}], isVisibleInTranscriptOnly=False,
    )  # fmt: skip
    log.user([{"type": "text", "text": "see"}, {"type": "image", "source": {"type": "base64", "data": ""}}, {"type": "document"}])
    for text in (
        message_first("release", "minor"),
        "<bash-input>pytest -q</bash-input>",
        "<bash-stdout>12 passed</bash-stdout><bash-stderr></bash-stderr>",
        notification("b1", tool="t"),
        "[Request interrupted by user]",
        "Unknown skill: x",
        "Implement the following plan:\n\n1. x",
        "<system-reminder>x</system-reminder>go on",
        "<ide_selection>x</ide_selection>what is this?",
        "<local-command-stdout>\x1b[1mx\x1b[0m</local-command-stdout>",
        "<teammate-message>x</teammate-message>",
        "Stop hook feedback:\nx",
    ):
        log.user(text, planContent="1. x" if text.startswith("Implement") else None)
    log.user("summary", isCompactSummary=True, isMeta=True, isSidechain=True, isVisibleInTranscriptOnly=True)
    log.user("Base directory for this skill: /x", isMeta=True, sourceToolUseID="t")
    log.user("words of another", agentId="a1", isSidechain=True)
    log.blocks(
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "redacted_thinking", "data": ""},
        {"type": "text", "text": "done. Shall I go on?"},
        {"type": "tool_reference", "x": 1},
        {"type": "fallback"},
        effort="high",
        attributionSkill="x",
        attributionMcpServer="y",
    )
    for tool, given, result in _results():
        log.tool(tool, given, [{"type": "text", "text": "ok"}], result)
    for text in REFUSALS:
        log.result(
            log.call("Bash", {"command": "pytest -q"}), text, "Error: x", error=True, beside="no", toolDenialKind="user-rejected"
        )
    log.result(log.call("ExitPlanMode", {"plan": "1. x"}), REFUSALS[0], "User rejected tool use", error=True)
    log.agent_progress("t", "a1", log.records[-2])
    log.agent_progress("t", "a1", log.records[-1])
    for kind in PROGRESS:
        log.add(
            type="progress", data={"type": kind, "hookEvent": "SessionStart", "hookName": "SessionStart:clear"}, toolUseID="t"
        )
    for operation in ("enqueue", "enqueue", "dequeue", "remove", "popAll"):
        log.queue(operation, "and the rates")
    for kind in ATTACHMENTS:
        log.attach(
            kind, content="x", hookName="SessionStart:clear", prompt="and the rates", commandMode="prompt", reminderType="full"
        )
    log.queued([{"type": "text", "text": "and the rates"}], origin={"kind": "human"})
    log.queued(notification("b2"), mode="task-notification")
    for subtype in SYSTEM:
        log.add(
            type="system", subtype=subtype, content="<command-name>/status</command-name>", compactMetadata={"trigger": "manual"},
            error={"headers": {"set-cookie": "x"}}, level="info", hookCount=1, durationMs=5, logicalParentUuid="u",
        )  # fmt: skip
    log.add(type="system", content="no subtype")
    log.add(
        type="assistant",
        message={"role": "assistant", "content": "text", "model": "<synthetic>", "id": "m"},
        isApiErrorMessage=True,
    )
    log.add(
        type="user",
        message={"role": "user", "content": "copied"},
        forkedFrom={"sessionId": "x", "messageUuid": "u"},
        sessionKind="bg",
    )
    for kind, fields in BARE.items():
        log.bare(type=kind, sessionId="s", **fields)
    return log.records


EVERY = every_record()


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value can be put in the stead of what is there."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*at, key))


def swapped(record: Any, at: tuple[Any, ...], value: Any) -> Any:
    """The record with another value in one place."""
    if not at:
        return value
    record = copy.deepcopy(record)
    inner = record
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return record
