"""One rollout that holds each kind of record that Codex is known to write."""

from __future__ import annotations

from rollouts import CWD, Rollout, encoded

CHILD = "01990000-0000-7000-8000-00000000c001"


def everything() -> Rollout:
    log = Rollout()
    log.injected("# AGENTS.md instructions for /home/sam/shop\n\n<INSTRUCTIONS>\nAlways run the tests.\n</INSTRUCTIONS>")
    log.injected("<environment_context>\n  <cwd>/home/sam/shop</cwd>\n</environment_context>")
    log.you("round the tax per line in app/tax.py", "plan", local_images=["/tmp/a.png"])
    log.event("token_count", info=None)
    log.item("reasoning", summary=[])
    log.say("I will look.")
    log.call("view_image", {"path": "a.png"}, "attached")
    log.call("request_user_input", {"questions": [{"id": "q", "question": "Which rate, the old or the new one?"}]})
    log.output(f"call_{log.own[-4:]}_{log.calls}", {"answers": {"q": {"answers": ["the new one"]}}})
    log.event(
        "item_completed", turn_id="t", item={"type": "Plan", "id": "p", "text": "1. a failing test\n2. round\n3. run pytest"}
    )
    log.say("<proposed_plan>\n1. a failing test\n2. round\n3. run pytest\n</proposed_plan>")
    log.done()
    log.you("Implement the plan.")
    log.call("update_plan", {"plan": [{"step": "a", "status": "completed"}, {"step": "b", "status": "pending"}]}, "Plan updated")
    log.run("sed -n '1,9p' app/tax.py", "x = 1\n")
    log.run("cat /home/sam/.codex/skills/house-style/SKILL.md", "# Style\n")
    log.patch("*** Update File: app/tax.py\n@@\n-a\n+b\n*** Add File: tests/test_tax.py\n+def test_tax(): ...\n")
    log.ran("pytest -q", "1 failed", 1)
    log.run("pytest -q tests", "", None)
    log.call("write_stdin", {"session_id": 4711, "chars": ""}, "Process exited with code 0\nOutput:\n31 passed\n")
    log.run("docker compose up -d", "")
    log.run("git diff", "+b\n")
    log.run('git commit -am "Round the tax per line"', "[main 1234567] Round the tax per line\n")
    log.call("exec_command", {"cmd": "rm -rf build"}, "exec command rejected by user")
    log.call("mcp__github__get_issue", {"n": 1}, "{}")
    log.call("create_issue", {"title": "x"}, "{}", namespace="mcp__github")
    log.call("browser_take_screenshot", {}, "{}", namespace="mcp__playwright")
    log.item("custom_tool_call", name="exec", input='await tools.exec_command({cmd: "rg -n tax app"})', call_id="script")
    log.event(
        "exec_command_end",
        call_id="inner",
        command=["bash", "-lc", "rg -n tax app"],
        exit_code=0,
        aggregated_output="x",
        source="agent",
    )
    log.item("custom_tool_call_output", call_id="script", output=[{"type": "input_text", "text": "x"}])
    log.item("local_shell_call", call_id="local", status="completed", action={"type": "exec", "command": ["ls", "app"]})
    log.output("local", {"output": "tax.py", "metadata": {"exit_code": 0}})
    log.item("web_search_call", id="ws_1", status="completed", action={"type": "search", "query": "rounding"})
    log.event("web_search_end", call_id="ws_1", query="rounding", action={})
    spawn = log.call("spawn_agent", {"agent_type": "explorer", "message": "find the callers of total()"})
    log.output(spawn, {"agent_id": CHILD, "nickname": "Ada"})
    log.call("wait_agent", {"ids": [CHILD]}, {"status": {CHILD: {"completed": "four"}}, "timed_out": False})
    told = encoded({"agent_id": CHILD, "status": {"completed": "four"}}).decode()
    log.injected(f"<subagent_notification>\n{told}\n</subagent_notification>")
    log.event("sub_agent_activity", agent_thread_id=CHILD, agent_path="/root/callers", kind="started")
    log.event("collab_agent_spawn_end", call_id=spawn, new_thread_id=CHILD)
    log.event("collab_waiting_end", statuses={CHILD: {"completed": None}})
    log.said("also $house-style, please")
    log.injected("<skill>\n<name>house-style</name>\n<path>/x/SKILL.md</path>\n# Style\n</skill>")
    log.injected(
        "<user_shell_command>\n<command>\ngit status\n</command>\n<result>\nExit code: 0\nOutput:\nclean\n</result>\n</user_shell_command>"
    )
    log.event(
        "exec_command_end",
        call_id="u",
        command=["bash", "-lc", "git log"],
        exit_code=0,
        aggregated_output="",
        source="user_shell",
    )
    log.injected('<hook_prompt hook_run_id="h">run the linter first</hook_prompt>')
    log.add("compacted", {"message": "", "replacement_history": [{"type": "message", "role": "user", "content": []}]})
    log.event("context_compacted")
    log.event(
        "item_completed",
        turn_id="t",
        item={"type": "UserMessage", "id": "u", "content": [{"type": "text", "text": "go on"}, {"type": "image"}]},
    )
    log.event(
        "item_completed",
        turn_id="t",
        item={"type": "CommandExecution", "id": "c", "command": ["ls"], "exit_code": 0, "status": "completed"},
    )
    log.event("item_completed", turn_id="t", item={"type": "FileChange", "id": "f", "status": "completed",
              "changes": {f"{CWD}/app/x.py": {"type": "update", "unified_diff": "@@\n-a\n+b\n+c\n"}}})  # fmt: skip
    log.event("item_completed", turn_id="t", item={"type": "HookPrompt", "id": "h", "fragments": []})
    log.event("item_completed", turn_id="t", item={"type": "ContextCompaction", "id": "k"})
    log.event("item_completed", turn_id="t", item={"type": "Sleep", "id": "z", "duration_ms": 1})
    log.event("turn_aborted", turn_id="t", reason="interrupted", duration_ms=4)
    log.event("thread_rolled_back", num_turns=1)
    log.event("entered_review_mode", target={"type": "uncommittedChanges"}, user_facing_hint="current changes")
    log.event("exited_review_mode", review_output={"findings": []})
    log.turn()
    log.add("compacted", {"message": "x"})
    log.done()
    log.add("unheard_of", {"a": 1})
    log.event("unheard_of", a=1)
    log.item("unheard_of", a=1)
    log.records.append(
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "from an old version"}], "id": None}
    )
    log.records.append({"id": log.own, "timestamp": "2026-07-01T08:00:00.000Z", "instructions": None, "git": {}})
    return log
