"""What is told of each kind of record in a rollout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from rollouts import CATALOGUE, CWD, HASHER, ID, Rollout, encoded, follow, of, only, read

from accrete_coach.sessions.codex import AGENT
from accrete_coach.sessions.codex.transcript import words
from accrete_coach.sessions.facts import Cue, Kind, Session, Status
from accrete_coach.sessions.patterns import Pattern, Patterns

CHILD = "01990000-0000-7000-8000-00000000c001"


# --- the person -------------------------------------------------------------------------------------------------------------


def test_what_is_put_before_a_prompt_is_no_prompt(tmp_path: Path) -> None:
    log = Rollout()
    log.injected("# AGENTS.md instructions for /home/sam/shop\n\n<INSTRUCTIONS>\nalways commit\n</INSTRUCTIONS>")
    log.injected("<environment_context>\n<cwd>/home/sam/shop</cwd>\n</environment_context>")
    log.you("round the tax per line")
    log.injected("<turn_aborted>\nThe user interrupted the previous turn on purpose.\n</turn_aborted>")
    (prompt,) = of(read(tmp_path, log), Kind.PROMPT)
    assert prompt.size == 5
    assert not prompt.has(Cue.ASKS_COMMIT | Cue.QUEUED)


def test_a_prompt_that_is_written_as_event_and_as_item_is_one(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.event("item_completed", item={"type": "UserMessage", "content": [{"type": "text", "text": "round the tax per line"}]})
    assert len(of(read(tmp_path, log), Kind.PROMPT)) == 1


def test_a_newer_version_writes_the_item_alone(tmp_path: Path) -> None:
    log = Rollout()
    log.turn()
    content = [{"type": "text", "text": "make it look like this"}, {"type": "local_image", "path": "/tmp/a.png"}]
    log.event("item_completed", item={"type": "UserMessage", "id": "u", "content": content})
    assert only(read(tmp_path, log), Kind.PROMPT).has(Cue.IMAGE)


def test_the_same_words_in_another_turn_are_another_prompt(tmp_path: Path) -> None:
    log = Rollout()
    log.you("continue")
    log.say("done")
    log.you("continue")
    assert len(of(read(tmp_path, log), Kind.PROMPT)) == 2


def test_what_is_typed_while_the_agent_works_was_queued(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.run("ls")
    log.said("and the rates")
    log.you("now commit")
    assert [f.has(Cue.QUEUED) for f in of(read(tmp_path, log), Kind.PROMPT)] == [False, True, False]


def test_what_the_editor_adds_is_told_from_what_was_typed(tmp_path: Path) -> None:
    log = Rollout()
    log.you("# Context from my IDE setup:\n\n## Active file: app/tax.py\n\n## My request for Codex:\nfix the rounding")
    prompt = only(read(tmp_path, log), Kind.PROMPT)
    assert prompt.size == 3
    assert prompt.has(Cue.SELECTION)


def test_images_are_seen(tmp_path: Path) -> None:
    log = Rollout()
    log.you("make it look like this", images=["data:image/png;base64,"])
    assert only(read(tmp_path, log), Kind.PROMPT).has(Cue.IMAGE)


def test_an_interrupt_ends_what_ran(tmp_path: Path) -> None:
    log = Rollout()
    log.you("run the tests")
    log.call("exec_command", {"cmd": "pytest -q"})
    log.event("turn_aborted", turn_id="t", reason="interrupted")
    session = read(tmp_path, log)
    assert only(session, Kind.CHECK).status is Status.STOPPED
    assert only(session, Kind.INTERRUPT).status is Status.OK


def test_a_turn_that_another_one_replaced_was_not_interrupted(tmp_path: Path) -> None:
    log = Rollout()
    log.you("run the tests")
    log.event("turn_aborted", turn_id="t", reason="replaced")
    assert not of(read(tmp_path, log), Kind.INTERRUPT)


def test_going_back_is_a_rewind(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.say("done")
    log.event("thread_rolled_back", num_turns=1)
    log.event("thread_rolled_back", num_turns=1)
    assert len(of(read(tmp_path, log), Kind.REWIND)) == 2


def test_a_review_is_asked_for_by_command_and_ends_in_findings(tmp_path: Path) -> None:
    log = Rollout()
    log.turn()
    log.event("entered_review_mode", target={"type": "uncommittedChanges"})
    log.event("exited_review_mode", review_output={"findings": [{"title": "x"}]})
    session = read(tmp_path, log)
    assert only(session, Kind.COMMAND).name == "review"
    assert len(session.turns) == 1
    assert only(session, Kind.REVIEW).status is Status.OK


def test_a_refused_command_is_a_rejection(tmp_path: Path) -> None:
    log = Rollout()
    log.you("clean up")
    log.call("exec_command", {"cmd": "docker system prune"}, "exec command rejected by user")
    log.patch("*** Delete File: app/tax.py", status="declined")
    session = read(tmp_path, log)
    assert len(of(session, Kind.REJECT)) == 2
    assert only(session, Kind.EDIT).status is Status.REJECTED
    assert not session.edits


def test_a_command_typed_with_a_bang_is_the_persons_however_it_is_written(tmp_path: Path) -> None:
    log = Rollout()
    log.you("look at this")
    log.event(
        "exec_command_end", call_id="u1", source="user_shell", command=["/bin/zsh", "-lc", "pytest -q"], exit_code=1, aggregated_output="1 failed"
    )  # fmt: skip
    log.injected(
        "<user_shell_command>\n<command>\npytest -q\n</command>\n<result>\nExit code: 1\nOutput:\n1 failed\n</result>\n</user_shell_command>"
    )
    check = only(read(tmp_path, log), Kind.CHECK)
    assert check.has(Cue.BY_PERSON)
    assert check.status is Status.FAILED


# --- plans, questions, tasks -------------------------------------------------------------------------------------------------


def test_a_plan_is_made_in_plan_mode_and_accepted(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line", "plan")
    log.event("item_completed", item={"type": "Plan", "id": "p", "text": "1. round\n2. show me the git diff before the commit"})
    log.say("<proposed_plan>\n1. round\n</proposed_plan>")
    log.done()
    log.you("Implement the plan.")
    log.patch("*** Update File: app/tax.py\n-a\n+b\n*** Update File: app/order.py\n-a\n+b")
    session = read(tmp_path, log)
    assert only(session, Kind.PLAN_MODE).has(Cue.BY_PERSON)
    assert only(session, Kind.PROMPT).has(Cue.PLAN_ON)
    plan, decision = only(session, Kind.PLAN), only(session, Kind.DECISION)
    assert decision.ref == plan.id
    assert decision.status is Status.OK
    assert plan.has(Cue.ASKS_DIFF)
    assert decision.has(Cue.ASKS_DIFF)
    assert CATALOGUE["plan-first"].read(session).word == "seen"


def test_to_implement_without_a_plan_is_a_prompt(tmp_path: Path) -> None:
    log = Rollout()
    log.you("Implement the plan.")
    assert of(read(tmp_path, log), Kind.PROMPT)


def test_a_plan_that_is_carried_on_is_no_decision(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line", "plan")
    log.event("item_completed", item={"type": "Plan", "id": "p", "text": "1. round"})
    log.you("no, per order", "plan")
    session = read(tmp_path, log)
    assert not of(session, Kind.DECISION)
    assert len(of(session, Kind.PROMPT)) == 2
    assert len(of(session, Kind.PLAN_MODE)) == 1


def test_a_plan_in_a_fresh_context_opens_the_session(tmp_path: Path) -> None:
    log = Rollout()
    log.you(
        "A previous agent produced the plan below to accomplish the user's task. Implement the plan in a fresh context.\n\n1. round"
    )
    log.patch("*** Update File: app/tax.py\n-a\n+b")
    session = read(tmp_path, log)
    assert only(session, Kind.OPEN).has(Cue.FROM_PLAN)
    assert not of(session, Kind.PROMPT)


def test_questions_and_answers_belong_together(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax")
    call = log.call("request_user_input", {"questions": [{"id": "q", "question": "Per line or per order?"}]})
    log.output(call, {"answers": {"q": {"answers": ["per line", "show me the diff"]}}})
    session = read(tmp_path, log)
    question, answer = only(session, Kind.QUESTION), only(session, Kind.ANSWER)
    assert answer.ref == question.id
    assert question.has(Cue.ASKS_HOW | Cue.QUESTION)
    assert answer.has(Cue.SAYS_WHAT)


def test_a_question_without_an_answer_has_none(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax")
    log.call("request_user_input", {"questions": []}, "cancelled")
    assert not of(read(tmp_path, log), Kind.ANSWER)


def test_the_task_list_says_what_is_done(tmp_path: Path) -> None:
    log = Rollout()
    log.you("do all three")
    for done in ("pending", "completed"):
        log.call("update_plan", {"plan": [{"step": "a", "status": done}, {"step": "b", "status": "pending"}]}, "Plan updated")
    first, second = of(read(tmp_path, log), Kind.TASKS)
    assert (first.size, first.has(Cue.DONE)) == (2, False)
    assert second.has(Cue.DONE)


# --- commands ----------------------------------------------------------------------------------------------------------------


def check(tmp_path: Path, log: Rollout) -> Status:
    return only(read(tmp_path, log), Kind.CHECK).status


@pytest.mark.parametrize("how", ["run", "ran"])
@pytest.mark.parametrize(
    ("command", "output", "code", "status"),
    [
        ("pytest -q", "12 passed in 0.1s", 0, Status.OK),
        ("pytest -q", "1 failed", 1, Status.FAILED),
        ("pytest -q | tail -3", "1 failed, 2 passed in 0.1s", 0, Status.FAILED),
        ("npm test || true", "something", 0, Status.UNKNOWN),
    ],
)
def test_the_exit_code_decides_unless_it_is_hidden(
    tmp_path: Path, how: str, command: str, output: str, code: int, status: Status
) -> None:
    log = Rollout()
    log.you("run the tests")
    getattr(log, how)(command, output, code)
    assert check(tmp_path, log) is status


def test_a_command_that_outlasts_the_wait_ends_when_it_is_looked_after(tmp_path: Path) -> None:
    log = Rollout()
    log.you("run the tests")
    log.run("pytest -q", "", None)
    log.call("write_stdin", {"session_id": 4711, "chars": ""}, "Process running with session ID 4711\nOutput:\n")
    assert check(tmp_path, log) is Status.RUNNING
    log.call("write_stdin", {"session_id": 4711, "chars": ""}, "Process exited with code 1\nOutput:\n1 failed\n")
    assert check(tmp_path, log) is Status.FAILED


def test_the_command_of_a_shell_is_what_was_given_to_it(tmp_path: Path) -> None:
    log = Rollout()
    log.you("run the tests")
    log.call("shell", {"command": ["bash", "-lc", "cd app && pytest -q"]}, {"output": "3 passed", "metadata": {"exit_code": 0}})
    log.call(
        "shell", {"command": ["git", "commit", "-m", "Round the tax"]}, {"output": "[main 1234567]", "metadata": {"exit_code": 0}}
    )
    session = read(tmp_path, log)
    assert only(session, Kind.CHECK).status is Status.OK
    assert only(session, Kind.COMMIT).status is Status.OK


def test_a_command_of_powershell_is_read_as_one(tmp_path: Path) -> None:
    log = Rollout()
    log.you("what changed?")
    log.call("shell", {"command": ["powershell.exe", "-Command", "git diff; Get-Content a.txt"]}, "Exit code: 0\nOutput:\n+a")
    assert only(read(tmp_path, log), Kind.DIFF).status is Status.OK


def test_a_file_is_the_same_from_wherever_it_is_named(tmp_path: Path) -> None:
    log = Rollout()
    log.you("look")
    log.run("cat tax.py", "x", workdir=f"{CWD}/app")
    log.run("cat app/tax.py", "x")
    log.run(f"cat {CWD}/app/tax.py", "x")
    log.patch("*** Update File: app/tax.py\n-a\n+b")
    session = read(tmp_path, log)
    assert len({f.targets for f in of(session, Kind.READ, Kind.EDIT)}) == 1


def test_a_pattern_of_paths_is_held_against_the_path_that_is_meant(tmp_path: Path) -> None:
    log = Rollout()
    log.you("look")
    log.run("cat tax.py", "x", workdir=f"{CWD}/app")
    log.run("cat tax.py", "x")
    pattern = Pattern("paths", "^app/tax")
    reader = AGENT.transcript(HASHER, patterns=Patterns([pattern]))
    for number, record in enumerate(log.records, 1):
        reader.read(number, encoded(record))
    assert [f.marks for f in reader.facts if f.kind is Kind.READ] == [(pattern.mark,), ()]


def test_commands_of_a_script_are_told_from_its_text(tmp_path: Path) -> None:
    log = Rollout()
    log.you("run the tests")
    script = 'const r = await tools.exec_command({cmd: "pytest -q", yield_time_ms: 1000}); text(r.output)'
    log.item("custom_tool_call", name="exec", input=script, call_id="s")
    log.item("custom_tool_call_output", call_id="s", output=[{"type": "input_text", "text": "12 passed in 0.1s"}])
    assert check(tmp_path, log) is Status.UNKNOWN


def test_commands_of_a_script_that_are_told_one_by_one_are_not_told_twice(tmp_path: Path) -> None:
    log = Rollout()
    log.you("run the tests")
    log.item("custom_tool_call", name="exec", input='await tools.exec_command({cmd: "pytest -q"})', call_id="s")
    log.event(
        "item_completed",
        item={
            "type": "CommandExecution",
            "id": "x",
            "command": ["bash", "-lc", "pytest -q"],
            "exit_code": 1,
            "aggregated_output": "1 failed",
        },
    )
    log.item("custom_tool_call_output", call_id="s", output=[{"type": "input_text", "text": "see above"}])
    assert check(tmp_path, log) is Status.FAILED


# --- edits -------------------------------------------------------------------------------------------------------------------


def test_a_patch_is_an_edit_of_each_of_its_files(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line, then note it")
    log.patch(
        "*** Update File: app/tax.py\n@@ def total\n-a\n-b\n+c\n+d\n+e\n*** Add File: tests/test_tax.py\n+def test_tax():\n+    pass\n"
        "*** Delete File: app/old.py\n*** Update File: app/a.py\n*** Move to: app/b.py\n-x\n+y\n*** Update File: AGENTS.md\n+- Round per line.\n"
        "*** Update File: docs/PLAN.md\n-- [ ] round\n+- [x] round"
    )
    session = read(tmp_path, log)
    edits = of(session, Kind.EDIT)
    assert [f.size for f in edits] == [3, 2, 1, 1, 1, 1]
    assert [bool(f.has(Cue.NEW_FILE)) for f in edits] == [False, True, False, False, False, False]
    assert edits[1].has(Cue.TEST_FILE)
    assert edits[4].has(Cue.MEMORY)
    assert edits[5].has(Cue.STEERING)
    assert only(session, Kind.TASKS).has(Cue.DONE)
    assert len(session.edits) == 4
    assert {f.line for f in edits} == {edits[0].line}


def test_a_patch_that_did_not_apply_changed_nothing(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.patch("*** Update File: app/tax.py\n-a\n+b", status="failed")
    session = read(tmp_path, log)
    assert only(session, Kind.EDIT).status is Status.FAILED
    assert not session.edits


def test_a_change_without_its_call_is_told_by_the_event(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    changes = {
        f"{CWD}/app/tax.py": {"type": "update", "unified_diff": "@@\n-a\n+b\n+c\n"},
        f"{CWD}/n.py": {"type": "add", "content": "a\nb\n"},
    }
    log.event("item_completed", item={"type": "FileChange", "id": "f", "status": "completed", "changes": changes})
    log.event("patch_apply_end", call_id="f", success=True, changes=changes)
    first, second = of(read(tmp_path, log), Kind.EDIT)
    assert (first.size, second.size) == (2, 2)
    assert second.has(Cue.NEW_FILE)


def test_rules_of_the_agent_are_guards(tmp_path: Path) -> None:
    log = Rollout()
    log.you("never ask me for git status again")
    log.patch('*** Add File: /home/sam/.codex/rules/default.rules\n+prefix_rule(pattern=["git", "status"], decision="allow")')
    assert only(read(tmp_path, log), Kind.EDIT).has(Cue.GUARDS)


# --- skills, tools, subagents ------------------------------------------------------------------------------------------------


def test_a_skill_that_is_named_with_a_dollar_was_chosen_by_the_person(tmp_path: Path) -> None:
    log = Rollout()
    log.you("$house-style for 2.4")
    log.injected("<skill>\n<name>house-style</name>\n<path>/home/sam/.agents/skills/house-style/SKILL.md</path>\n</skill>")
    reading = CATALOGUE["use-saved"].read(read(tmp_path, log))
    assert (reading.word, reading.by) == ("seen", "you")


def test_a_skill_whose_file_the_agent_reads_was_picked_by_it(tmp_path: Path) -> None:
    log = Rollout()
    log.you("prepare the release")
    log.run("sed -n '1,200p' /home/sam/.agents/skills/house-style/SKILL.md", "# Style")
    reading = CATALOGUE["use-saved"].read(read(tmp_path, log))
    assert (reading.word, reading.by) == ("seen", "agent")


def test_a_skill_that_is_the_work_is_no_skill_that_runs(tmp_path: Path) -> None:
    log = Rollout()
    log.you("fill out plugins/x/skills/search/SKILL.md")
    log.run("sed -n '1,200p' plugins/x/skills/search/SKILL.md", "")
    assert not of(read(tmp_path, log), Kind.SKILL)


@pytest.mark.parametrize(
    ("name", "more", "kind"),
    [
        ("mcp__github__get_issue", {}, Kind.FETCH),
        ("get_issue", {"namespace": "mcp__github"}, Kind.FETCH),
        ("create_issue", {"namespace": "mcp__github__"}, Kind.NOTE),
        ("mcp__playwright__browser_take_screenshot", {}, Kind.CHECK),
        ("getDiagnostics", {"namespace": "mcp__ide"}, Kind.CHECK),
        ("view_image", {}, Kind.READ),
        ("grep_files", {}, Kind.SEARCH),
        ("get_goal", {}, Kind.TOOL),
        ("unheard_of", {}, Kind.TOOL),
    ],
)
def test_tools_are_told_by_their_names(tmp_path: Path, name: str, more: dict[str, Any], kind: Kind) -> None:
    log = Rollout()
    log.you("do it")
    log.call(name, {}, "ok", **more)
    assert [f.kind for f in read(tmp_path, log).facts if f.kind is not Kind.PROMPT] == [kind]


def parent_and_child(*, how: str) -> tuple[Rollout, Rollout]:
    log = Rollout()
    log.you("use a subagent to find the callers of total()")
    spawn = log.call("spawn_agent", {"agent_type": "explorer", "message": "find the callers of total()"})
    log.output(spawn, {"agent_id": CHILD, "nickname": "Ada"})
    child = Rollout(CHILD, source={"subagent": {"thread_spawn": {"parent_thread_id": ID, "depth": 1}}}, thread_source="subagent")
    child.you("find the callers of total()")
    child.run("rg -n total app", "app/a.py: total()")
    child.say("four")
    if how == "wait":
        log.call("wait_agent", {"ids": [CHILD]}, {"status": {CHILD: {"completed": "four"}}, "timed_out": False})
    elif how == "notice":
        told = encoded({"agent_id": CHILD, "status": {"completed": "four"}}).decode()
        log.injected(f"<subagent_notification>\n{told}\n</subagent_notification>")
    else:
        log.event("collab_waiting_end", statuses={CHILD: {"completed": "four"}})
    log.say("Four places call it.")
    return log, child


@pytest.mark.parametrize("how", ["wait", "notice", "event"])
def test_a_subagent_is_sent_out_and_comes_back(tmp_path: Path, how: str) -> None:
    log, child = parent_and_child(how=how)
    session: Session = read(tmp_path, log, child)
    out, told, back = only(session, Kind.DELEGATE), only(session, Kind.LAUNCHED), only(session, Kind.RETURN)
    assert out.name == "explorer"
    assert out.has(Cue.READS_ONLY)
    assert told.ref == back.ref == out.id
    assert back.status is Status.OK
    (search,) = of(session, Kind.SEARCH)
    assert search.agent == told.targets[0]
    kinds = [f.kind for f in session.facts]
    assert kinds.index(Kind.DELEGATE) < kinds.index(Kind.SEARCH) < kinds.index(Kind.RETURN)
    assert len(of(session, Kind.PROMPT)) == 1
    assert CATALOGUE["scout"].read(session).word == "seen"


def test_a_subagent_that_can_not_be_started_comes_back_at_once(tmp_path: Path) -> None:
    log = Rollout()
    log.you("use a subagent")
    log.call("spawn_agent", {"message": "find"}, "collab spawn failed: too many agents")
    session = read(tmp_path, log)
    assert only(session, Kind.RETURN).status is Status.FAILED
    assert not of(session, Kind.LAUNCHED)


# --- the context -------------------------------------------------------------------------------------------------------------


def test_a_compaction_within_a_turn_came_by_itself(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.run("ls")
    log.add("compacted", {"message": ""})
    log.event("context_compacted")
    assert not only(read(tmp_path, log), Kind.COMPACT).has(Cue.BY_PERSON)


def test_a_compaction_before_the_prompt_of_its_turn_came_by_itself(tmp_path: Path) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.say("done")
    log.done()
    log.turn()
    log.add("compacted", {"message": ""})
    log.event("context_compacted")
    log.said("and the rates")
    log.done()
    assert not only(read(tmp_path, log), Kind.COMPACT).has(Cue.BY_PERSON)


@pytest.mark.parametrize("ended", [True, False])
def test_a_compaction_alone_in_a_turn_was_asked_for(tmp_path: Path, ended: bool) -> None:
    log = Rollout()
    log.you("round the tax per line")
    log.say("done")
    log.done()
    log.turn()
    log.add("compacted", {"message": ""})
    log.event("context_compacted")
    log.event("item_completed", item={"type": "ContextCompaction", "id": "k"})
    if ended:
        log.done()
    log.you("and the rates")
    assert only(read(tmp_path, log), Kind.COMPACT).has(Cue.BY_PERSON)


# --- the session -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meta", "automatic"),
    [
        ({"source": "cli"}, False),
        ({"source": "vscode", "originator": "codex_vscode"}, False),
        ({"source": "exec", "originator": "codex_exec"}, True),
        ({"source": "mcp"}, True),
        ({"source": "exec", "originator": "codex_sdk_ts"}, True),
    ],
)
def test_what_a_script_runs_is_automatic(tmp_path: Path, meta: dict[str, Any], automatic: bool) -> None:
    log = Rollout(**meta)
    log.you("round the tax per line")
    log.patch("*** Update File: app/tax.py\n-a\n+b")
    assert read(tmp_path, log).automatic is automatic


def test_a_session_is_described_by_its_first_records(tmp_path: Path) -> None:
    log = Rollout()
    log.you("hello")
    session = read(tmp_path, log)
    assert (session.agent, session.project, session.agent_version, session.model) == ("codex", CWD, "0.142.2", "gpt-made-up")
    assert session.in_git is True
    assert session.started < session.ended


def test_a_copied_history_does_not_say_where_the_session_runs(tmp_path: Path) -> None:
    log = Rollout(CHILD, forked_from_id=ID)
    log.add("session_meta", {"id": ID, "cwd": "/elsewhere", "source": "exec", "cli_version": "0.1"})
    log.you("hello")
    log.patch("*** Update File: app/tax.py\n-a\n+b")
    session = read(tmp_path, log)
    assert (session.project, session.agent_version, session.automatic, session.in_git) == (CWD, "0.142.2", False, True)


def test_a_session_outside_of_git_is_known_to_be(tmp_path: Path) -> None:
    log = Rollout(git=None)
    log.you("hello")
    assert read(tmp_path, log).in_git is False


@pytest.mark.parametrize("source", ["review", "compact", "memory_consolidation", {"other": "guardian"}])
def test_the_agents_own_helpers_are_no_work_of_the_session(tmp_path: Path, source: Any) -> None:
    log = Rollout()
    log.you("round the tax per line")
    helper = Rollout(CHILD, source={"subagent": source})
    helper.you("review this")
    helper.run("git diff", "+a")
    session = read(tmp_path, log, helper)
    assert not of(session, Kind.DIFF)


def test_the_first_versions_are_read_too(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"id": ID, "timestamp": "2025-08-01T09:00:00.000Z", "instructions": None, "git": {"branch": "main"}},
        {"record_type": "state"},
        {"type": "message", "id": None, "role": "user", "content": [{"type": "input_text", "text": "<environment_context>\n</environment_context>"}]},
        {"type": "message", "id": None, "role": "user", "content": [{"type": "input_text", "text": "round the tax per line"}]},
        {"type": "reasoning", "id": "r", "summary": []},
        {"type": "function_call", "name": "shell", "arguments": '{"command":["bash","-lc","pytest -q"]}', "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": '{"output":"3 passed","metadata":{"exit_code":0}}'},
        {"type": "message", "id": None, "role": "assistant", "content": [{"type": "output_text", "text": "done"}]},
        {"type": "message", "id": None, "role": "user", "content": [{"type": "input_text", "text": "thanks"}]},
    ]  # fmt: skip
    found = follow(b"".join(encoded(r) + b"\n" for r in records), tmp_path)
    facts = {f.kind: f for f in found.facts()}
    assert {Kind.PROMPT, Kind.CHECK, Kind.REPLY} == set(facts)
    assert facts[Kind.CHECK].status is Status.OK
    prompts = [f for f in found.facts() if f.kind is Kind.PROMPT]
    assert len(prompts) == 2
    assert not prompts[1].has(Cue.QUEUED)


def test_versions_without_an_id_of_a_turn_tell_prompts_apart(tmp_path: Path) -> None:
    log = Rollout()
    for text in ("continue", "continue"):
        log.add("turn_context", {"cwd": CWD, "model": "gpt-made-up"})
        log.said(text)
        log.run("ls")
    prompts = of(read(tmp_path, log), Kind.PROMPT)
    assert len(prompts) == 2
    assert not any(f.has(Cue.QUEUED) for f in prompts)


# --- on the screen -----------------------------------------------------------------------------------------------------------


def test_the_words_of_a_line_say_whose_they_are() -> None:
    log = Rollout()
    log.you("round the tax")
    log.injected("<environment_context>x</environment_context>")
    log.say("I will.")
    log.run("pytest -q", "12 passed")
    log.patch("*** Update File: a.py")
    log.event("turn_aborted", reason="interrupted")
    log.add("compacted", {"message": "all of it"})
    said = [pair for r in log.records for pair in words(encoded(r))]
    assert [who for who, _ in said] == ["you", "agent", "tool", "result", "tool", "result", "you", "note"]
    assert said[0][1] == "round the tax"
    assert said[2][1] == "exec_command pytest -q"
    assert words(b"{") == [("note", "a line that can't be read")]
    assert words(b"[]") == []


def test_a_name_that_an_agent_chose_is_kept_as_a_key(tmp_path: Path) -> None:
    canary = "quuxcanary"
    log = Rollout()
    log.you("send a scout")
    log.call("spawn_agent", {"task_name": f"{canary}_task", "message": "find"}, {"task_name": f"/root/{canary}_task"})
    log.call("spawn_agent", {"task_name": f"{canary}_other", "message": "find"})
    one = follow(log.text(), tmp_path)
    assert one.state.agents, "this test looks at nothing"
    assert canary.encode() not in msgspec.msgpack.encode(one.state)
    log.event("collab_waiting_end", statuses={f"/root/{canary}_task": {"completed": "four"}})
    back, lost = of(read(tmp_path, log), Kind.RETURN)
    assert (back.status, lost.status) == (Status.OK, Status.RUNNING)


def test_a_time_that_is_none_moves_no_clock(tmp_path: Path) -> None:
    log = Rollout()
    log.you("mend it")
    log.records[-1]["timestamp"] = "zzz not a time"
    log.say("done")
    session = read(tmp_path, log)
    assert session.started <= session.ended
    assert session.ended - session.started < 60_000
    assert follow(log.text(), tmp_path).state.ended.startswith("2026-")
