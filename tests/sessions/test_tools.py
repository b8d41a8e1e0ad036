"""What the agent did, whatever its tools are called in that version and host; plans, tasks, the background."""

from __future__ import annotations

from typing import Any

import pytest
from lines import APPROVED, CWD, NOTE, REFUSED, SAID, STOP, Log, follow, message_first, notification, of, only, practice, read

from accrete_coach.sessions.facts import Cue, Kind, Status


def asked(text: str = "round the tax per line") -> Log:
    log = Log()
    log.user(text)
    return log


# --- renamed and replaced ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "given", "kind"),
    [
        ("Read", {"file_path": f"{CWD}/app/tax.py"}, Kind.READ),
        ("LS", {"path": CWD}, Kind.READ),
        ("NotebookRead", {"notebook_path": "a.ipynb"}, Kind.READ),
        ("mcp__acp__Read", {"file_path": f"{CWD}/app/tax.py"}, Kind.READ),
        ("Grep", {"pattern": "rate"}, Kind.SEARCH),
        ("Glob", {"pattern": "**/*.py"}, Kind.SEARCH),
        ("WebFetch", {"url": "https://example.org"}, Kind.FETCH),
        ("WebSearch", {"query": "tax"}, Kind.FETCH),
        ("mcp__tracker__get_issue", {"id": 4}, Kind.FETCH),
        ("Edit", {"file_path": f"{CWD}/app/tax.py", "old_string": "a", "new_string": "b"}, Kind.EDIT),
        ("MultiEdit", {"file_path": f"{CWD}/app/tax.py", "edits": [{"old_string": "a", "new_string": "b"}]}, Kind.EDIT),
        ("Write", {"file_path": f"{CWD}/app/tax.py", "content": "a"}, Kind.EDIT),
        ("NotebookEdit", {"notebook_path": f"{CWD}/a.ipynb", "new_source": "a"}, Kind.EDIT),
        ("mcp__acp__Edit", {"file_path": f"{CWD}/app/tax.py", "old_string": "a", "new_string": "b"}, Kind.EDIT),
        ("mcp__acp__Write", {"file_path": f"{CWD}/app/tax.py", "content": "a"}, Kind.EDIT),
        ("Bash", {"command": "python -m pytest -q"}, Kind.CHECK),
        ("PowerShell", {"command": "python -m pytest -q"}, Kind.CHECK),
        ("mcp__acp__Bash", {"command": "python -m pytest -q"}, Kind.CHECK),
        ("Bash", {"command": "ls -l"}, Kind.READ),
        ("mcp__playwright__browser_take_screenshot", {}, Kind.CHECK),
        ("mcp__ide__getDiagnostics", {}, Kind.CHECK),
        ("Task", {"subagent_type": "Explore", "description": "find callers", "prompt": "find"}, Kind.DELEGATE),
        ("Agent", {"subagent_type": "Explore", "description": "find callers", "prompt": "find"}, Kind.DELEGATE),
        ("Workflow", {"script": "x"}, Kind.DELEGATE),
        ("Skill", {"skill": "release"}, Kind.SKILL),
        ("SlashCommand", {"command": "/release minor"}, Kind.SKILL),
        ("TodoWrite", {"todos": [{"content": "a", "status": "pending"}]}, Kind.TASKS),
        ("TaskCreate", {"subject": "a"}, Kind.TASKS),
        ("TaskUpdate", {"taskId": "1", "status": "completed"}, Kind.TASKS),
        ("EnterWorktree", {"name": "x"}, Kind.WORKTREE),
        ("ReportFindings", {"findings": []}, Kind.REVIEW),
        ("EnterPlanMode", {}, Kind.PLAN_MODE),
        ("ExitPlanMode", {"plan": "1. a"}, Kind.PLAN),
        ("exit_plan_mode", {"plan": "1. a"}, Kind.PLAN),
        ("AskUserQuestion", {"questions": [{"question": "Which?"}]}, Kind.QUESTION),
        ("TaskList", {}, Kind.TOOL),
        ("SomethingNew", {"a": 1}, Kind.TOOL),
    ],
)
def test_a_tool_is_known_under_every_name_it_had(tool: str, given: dict[str, Any], kind: Kind) -> None:
    log = asked()
    log.tool(tool, given)
    found = of(read(log), kind)
    assert len(found) == 1
    assert found[0].line == 2


@pytest.mark.parametrize("tool", ["TaskList", "TaskGet", "TaskOutput", "TaskStop", "BashOutput", "KillShell"])
def test_only_starting_a_subagent_is_delegation(tool: str) -> None:
    log = asked()
    log.tool(tool, {"task_id": "b1"})
    session = read(log)
    assert of(session, Kind.DELEGATE) == []
    assert practice("scout", log).word == "not-applicable"


@pytest.mark.parametrize("tool", ["Task", "Agent"])
def test_a_scout_is_seen_before_and_after_the_tool_was_renamed(tool: str) -> None:
    log = asked("use a subagent to find the callers of total()")
    log.tool(
        tool,
        {"subagent_type": "Explore", "description": "find callers", "prompt": "find the callers"},
        "four callers",
        {"status": "completed", "agentId": "a1"},
    )
    reading = practice("scout", log)
    assert (reading.word, reading.by, reading.count) == ("seen", "you", 1)


def test_old_and_new_task_tools_of_one_session_are_one_list() -> None:
    log = asked("make a task list and work it off:\n1. the column\n2. the views\n3. the tests")
    log.tool("TodoWrite", {"todos": [{"content": "the column", "status": "pending"}, {"content": "views", "status": "pending"}]})
    log.tool("TaskCreate", {"subject": "the tests"}, "Task #1 created", {"task": {"id": "1", "subject": "the tests"}})
    assert practice("task-list", log).word == "not-seen", "nothing is done yet"
    log.tool(
        "TaskUpdate",
        {"taskId": "1", "status": "completed"},
        "Updated task #1 status",
        {"success": True, "taskId": "1", "updatedFields": ["status"], "statusChange": {"from": "pending", "to": "completed"}},
    )
    session = read(log)
    assert [(f.name, f.size, f.has(Cue.DONE)) for f in of(session, Kind.TASKS)] == [
        ("list", 2, False),
        ("item", 1, False),
        ("update", 0, True),
    ]
    reading = practice("task-list", log)
    assert (reading.word, reading.by) == ("seen", "you")


@pytest.mark.parametrize("old", [True, False])
def test_a_list_of_either_kind_alone_is_a_list(old: bool) -> None:
    log = asked("1. the column\n2. the views\n3. the tests, please")
    if old:
        todos = [{"content": "the column", "status": "completed"}, {"content": "the views", "status": "pending"}]
        log.tool("TodoWrite", {"todos": todos})
    else:
        log.tool("TaskCreate", {"subject": "the column"})
        log.tool("TaskCreate", {"subject": "the views"})
        log.tool("TaskUpdate", {"taskId": "1", "status": "completed"})
    reading = practice("task-list", log)
    assert (reading.word, reading.by) == ("seen", "agent")


@pytest.mark.parametrize(
    ("version", "reminder", "word"),
    [
        ("2.1.100", False, "not-seen"),
        ("2.1.217", False, "not-seen"),
        ("2.1.218", False, "cant-tell"),
        ("2.1.240", False, "cant-tell"),
        ("2.1.240", True, "not-seen"),
        ("2.1.240-beta.1", False, "cant-tell"),
        ("someday", False, "not-seen"),
    ],
)
def test_no_task_list_means_nothing_where_the_tool_is_no_longer_offered(version: str, reminder: bool, word: str) -> None:
    log = Log(version=version)
    for part in ("the column", "the views", "the tests"):
        log.user(f"now change {part} please")
        if reminder:
            log.attach("task_reminder", content=[], itemCount=0)
        log.edit()
    assert practice("task-list", log).word == word


def test_reminders_are_no_use_of_the_list() -> None:
    log = asked("1. the column\n2. the views\n3. the tests, please")
    for _ in range(3):
        log.attach("todo_reminder", content=[{"content": "a", "status": "completed"}], itemCount=1)
    log.edit()
    assert of(read(log), Kind.TASKS) == []
    assert practice("task-list", log).word == "not-seen"


# --- plans ------------------------------------------------------------------------------------------------------------------


def planned(log: Log, text: str, *, tool: str = "ExitPlanMode", error: bool = False, result: Any = None) -> Log:
    call = log.call(tool, {"plan": "1. change the column\n2. run the tests"})
    log.result(call, text, result, error=error)
    return log


def with_edits(log: Log) -> Log:
    log.edit("app/models.py", 12)
    log.edit("app/views.py", 12)
    return log


@pytest.mark.parametrize("tool", ["ExitPlanMode", "exit_plan_mode"])
def test_an_approved_plan_is_a_decision(tool: str) -> None:
    log = Log()
    log.user("change the column", permissionMode="plan")
    session = read(with_edits(planned(log, APPROVED, tool=tool, result={"plan": "1. change", "isAgent": False})))
    decision = only(session, Kind.DECISION)
    assert decision.status is Status.OK
    assert decision.ref == only(session, Kind.PLAN).id
    assert decision.has(Cue.ASKS_CHECK), "the steps of an approved plan were asked for"
    reading = practice("plan-first", log)
    assert (reading.word, reading.by, reading.sure) == ("seen", "you", "certain")


def test_a_plan_mode_that_the_agent_entered_unasked_is_the_agents() -> None:
    log = asked("change the column")
    log.tool("EnterPlanMode", {}, "Entered plan mode")
    with_edits(planned(log, APPROVED))
    session = read(log)
    assert not only(session, Kind.PLAN_MODE).has(Cue.BY_PERSON)
    reading = practice("plan-first", log)
    assert (reading.word, reading.by) == ("seen", "agent")


def test_a_prompt_in_plan_mode_enters_it_by_hand() -> None:
    log = Log()
    log.user("change the column", permissionMode="plan")
    log.user("and the views", permissionMode="plan")
    session = read(log)
    assert only(session, Kind.PLAN_MODE).has(Cue.BY_PERSON)
    assert all(f.has(Cue.PLAN_ON) for f in of(session, Kind.PROMPT))


@pytest.mark.parametrize("mode", ["default", "manual", "acceptEdits", "auto", "bypassPermissions", "dontAsk", None])
def test_every_other_mode_is_no_plan_mode(mode: str | None) -> None:
    log = Log()
    log.user("change the column", permissionMode=mode)
    session = read(log)
    assert of(session, Kind.PLAN_MODE) == []
    assert not only(session, Kind.PROMPT).has(Cue.PLAN_ON)


def test_attachments_tell_of_plan_mode_too() -> None:
    log = Log()
    log.attach("plan_mode", reminderType="full", planFilePath="/home/sam/.claude/plans/a.md", isSubAgent=False)
    log.user("change the column")
    log.attach("plan_mode_exit", planFilePath="/home/sam/.claude/plans/a.md", planExists=True)
    log.user("and the views")
    assert [f.has(Cue.PLAN_ON) for f in of(read(log), Kind.PROMPT)] == [True, False]


def test_a_refused_plan_with_words_is_an_answer_and_steps_in() -> None:
    log = Log()
    log.user("change the column", permissionMode="plan")
    planned(log, REFUSED + SAID + "keep the old name readable" + NOTE, error=True, result="User rejected tool use")
    with_edits(log)
    session = read(log)
    decision = only(session, Kind.DECISION)
    assert decision.status is Status.REJECTED
    assert decision.has(Cue.SAYS_WHAT)
    assert of(session, Kind.REJECT) == []
    assert of(session, Kind.PROMPT)[1].size == 5
    assert practice("plan-first", log).word == "seen"
    assert practice("course-correct", log).word == "seen"


def test_a_plan_taken_up_in_a_cleared_context_is_stored_as_a_rejection_and_is_neither_a_refusal_nor_a_correction() -> None:
    planning = Log("planning")
    planning.user("change the column", permissionMode="plan")
    planning.tool("Read", {"file_path": f"{CWD}/app/models.py"})
    planned(planning, REFUSED + STOP, error=True, result="User rejected tool use")
    assert only(read(planning), Kind.DECISION).status is Status.REJECTED
    assert not only(read(planning), Kind.DECISION).has(Cue.SAYS_WHAT)
    assert practice("course-correct", planning).word == "not-seen"

    work = Log("work")
    work.user(
        "Implement the following plan:\n\n1. change the column\n2. run the tests\n\nIf you need specific details, read the full"
        " transcript at: /home/sam/.claude/projects/-home-sam-shop/planning.jsonl",
        planContent="1. change the column",
    )
    with_edits(work)
    work.bash("pytest -q", "12 passed in 0.2s")
    assert (practice("plan-first", work).word, practice("plan-first", work).by) == ("seen", "you")
    assert practice("fresh-start", work).word == "seen"
    assert practice("run-check", work).by == "you", "a step of a plan that was approved"
    assert not any(f.kind is Kind.PROMPT for f in read(work).facts)


def test_staying_in_plan_mode_is_no_agreement() -> None:
    log = Log()
    log.user("change the column", permissionMode="plan")
    text = "User chose to stay in plan mode and continue planning"
    planned(log, text, error=True, result="Error: " + text)
    session = read(log)
    decision = only(session, Kind.DECISION)
    assert decision.status is Status.REJECTED
    assert not decision.has(Cue.SAYS_WHAT)
    with_edits(log)
    assert practice("plan-first", log).word == "not-seen"


def test_a_plan_tool_that_failed_is_no_decision() -> None:
    log = asked()
    planned(log, "<tool_use_error>You are not in plan mode</tool_use_error>", error=True)
    assert of(read(log), Kind.DECISION) == []


def test_a_plan_file_is_no_project_edit() -> None:
    log = Log()
    log.user("change the column", permissionMode="plan")
    log.tool("Write", {"file_path": "/home/sam/.claude/plans/quiet-otter.md", "content": "1. change\n2. run the tests"})
    session = read(log)
    assert only(session, Kind.EDIT).has(Cue.OWN_PLACE)
    assert session.edits == ()
    assert not session.coding


def test_the_steps_of_a_plan_that_stands_in_a_file_count_as_asked_for() -> None:
    log = Log()
    log.user("change the column", permissionMode="plan")
    log.tool(
        "Write", {"file_path": "/home/sam/.claude/plans/quiet-otter.md", "content": "1. change\n2. run the tests\n3. commit it"}
    )
    log.result(log.call("ExitPlanMode", {}), APPROVED)
    assert only(read(log), Kind.DECISION).has(Cue.ASKS_COMMIT)


# --- skills -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "status"),
    [
        ("Launching skill: release", False, Status.OK),
        ("<tool_use_error>Unknown skill: release</tool_use_error>", True, Status.FAILED),
        ("<tool_use_error>Unknown skill: release</tool_use_error>", False, Status.FAILED),
        ("Unknown skill: release", False, Status.FAILED),
    ],
)
def test_a_skill_that_did_not_start_was_not_used(text: str, error: bool, status: Status) -> None:
    log = asked("prepare it")
    log.tool("Skill", {"skill": "release"}, text, error=error)
    assert only(read(log), Kind.SKILL).status is status
    reading = practice("use-saved", log)
    assert reading.word == ("seen" if status is Status.OK else "not-seen")
    assert reading.by == ("agent" if status is Status.OK else None)


def test_a_skill_that_was_typed_is_the_persons_and_a_bundled_one_is_no_saved_one() -> None:
    log = asked("hello")
    log.user(message_first("release", "minor"))
    assert (practice("use-saved", log).word, practice("use-saved", log).by) == ("seen", "you")
    bundled = asked("look at it")
    bundled.tool("Skill", {"skill": "review"}, "Launching skill: review")
    assert practice("use-saved", bundled).word == "not-seen"


# --- results ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", [True, False])
def test_an_edit_that_the_person_changed_says_so(flag: bool) -> None:
    log = asked()
    log.tool(
        "Edit",
        {"file_path": f"{CWD}/app/tax.py", "old_string": "a", "new_string": "b"},
        "The file has been updated",
        {"filePath": f"{CWD}/app/tax.py", "oldString": "a", "newString": "b", "userModified": flag},
    )
    assert only(read(log), Kind.EDIT).has(Cue.BY_PERSON) is flag
    assert practice("course-correct", log).word == ("seen" if flag else "not-applicable")


def test_an_edit_is_as_long_as_what_changed() -> None:
    log = asked()
    log.tool("Edit", {"file_path": f"{CWD}/a.py", "old_string": "a\nb\nc\nd", "new_string": "a\nx\ny\nd"})
    log.tool(
        "Write", {"file_path": f"{CWD}/b.py", "content": "a\nb\nc"}, "created", {"type": "create", "filePath": f"{CWD}/b.py"}
    )
    patch = [{"lines": [" a", "-b", "+c", "+d", " e"]}]
    log.tool(
        "Write",
        {"file_path": f"{CWD}/c.py", "content": "a\nb\n" * 40},
        "updated",
        {"type": "update", "filePath": f"{CWD}/c.py", "structuredPatch": patch},
    )
    edits = of(read(log), Kind.EDIT)
    assert [f.size for f in edits] == [2, 3, 2]
    assert [f.has(Cue.NEW_FILE) for f in edits] == [False, True, False]


def test_a_failed_edit_is_no_edit() -> None:
    log = asked()
    given = {"file_path": f"{CWD}/app/tax.py", "old_string": "a", "new_string": "b"}
    log.tool("Edit", given, "<tool_use_error>String to replace not found</tool_use_error>", error=True)
    session = read(log)
    assert only(session, Kind.EDIT).status is Status.FAILED
    assert session.edits == ()


def test_one_file_named_in_two_ways_is_one_file() -> None:
    log = asked()
    for path in ("app/tax.py", f"{CWD}/app/tax.py", f"{CWD}/app/../app/tax.py", "app\\tax.py"):
        log.tool("Edit", {"file_path": path, "old_string": "a", "new_string": "b"})
    assert len({f.targets for f in of(read(log), Kind.EDIT)}) == 1


@pytest.mark.parametrize(
    ("output", "failed", "status"),
    [("12 passed in 0.2s", False, Status.OK), ("1 failed, 11 passed in 0.2s", True, Status.FAILED)],
)
@pytest.mark.parametrize("tool", ["Bash", "PowerShell", "mcp__acp__Bash"])
def test_a_check_passes_or_fails_in_every_shell(tool: str, output: str, failed: bool, status: Status) -> None:
    log = asked()
    log.edit()
    log.bash("python -m pytest -q", output, failed=failed, tool=tool)
    assert only(read(log), Kind.CHECK).status is status
    assert practice("run-check", log).word == "seen"


def test_a_failing_check_in_a_pipe_is_no_pass() -> None:
    log = asked()
    log.bash("pytest -q | tail -3", "FAILED tests/test_tax.py::test_total\n1 failed, 11 passed in 0.2s")
    assert only(read(log), Kind.CHECK).status is Status.FAILED


@pytest.mark.parametrize(
    ("result", "output", "error", "status"),
    [
        ({"gitOperation": {"commit": {"sha": "abc1234", "kind": "committed"}}}, "", False, Status.OK),
        ({}, "[main abc1234] Round the tax per line\n 1 file changed", False, Status.OK),
        ({}, "", False, Status.OK),
        ({}, "Exit code 1\nnothing to commit, working tree clean", True, Status.FAILED),
        ({}, "Exit code 1\nruff.....................Failed\n- hook id: ruff", True, Status.FAILED),
    ],
)
def test_a_commit_succeeds_only_where_the_record_says_so(result: Any, output: str, error: bool, status: Status) -> None:
    log = asked()
    log.edit()
    log.tool("Bash", {"command": 'git commit -m "Round the tax per line"'}, output, {"stdout": output} | result, error=error)
    assert only(read(log), Kind.COMMIT).status is status


@pytest.mark.parametrize(
    "command",
    [
        'echo "git commit -m x"',
        "cat <<'EOF' > notes.txt\ngit commit -m x\nEOF",
        "grep -rn 'git commit' docs",
        "# git commit -m x",
    ],
)
def test_a_commit_that_is_only_mentioned_is_none(command: str) -> None:
    log = asked()
    log.bash(command, "[main abc1234] x")
    assert of(read(log), Kind.COMMIT) == []


def test_a_hook_that_checked_the_commit_is_a_check() -> None:
    log = asked()
    log.edit()
    log.bash('git commit -m "Round the tax per line"', "ruff.....Passed\npytest...Passed\n[main abc1234] Round the tax per line")
    hook = only(read(log), Kind.HOOK_CHECK)
    assert hook.status is Status.OK
    assert practice("run-check", log).word == "seen"


def test_a_failed_hook_is_a_failed_check() -> None:
    log = asked()
    log.edit()
    log.bash('git commit -m "Round the tax per line"', "ruff.....Failed\n- hook id: ruff", failed=True)
    assert only(read(log), Kind.HOOK_CHECK).status is Status.FAILED


def test_an_empty_diff_shows_nothing() -> None:
    log = asked()
    log.edit()
    log.bash("git diff", "")
    log.bash('git commit -m "Round the tax per line"', "[main abc1234] Round the tax per line")
    assert only(read(log), Kind.DIFF).has(Cue.EMPTY)
    assert practice("read-diff", log).word == "not-seen"


# --- background -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "how"),
    [
        ("completed", "(exit code 0)", Status.OK),
        ("completed", "(exit code 1)", Status.FAILED),
        ("failed", "with exit code 1", Status.FAILED),
        ("killed", "was stopped", Status.STOPPED),
    ],
)
@pytest.mark.parametrize("where", ["record", "queue", "attachment"])
def test_a_check_in_the_background_ends_with_its_notification(where: str, status: str, code: str, how: Status) -> None:
    log = asked()
    log.edit()
    log.background("pytest -q", "b1")
    running = of(read(log), Kind.CHECK)
    assert running == [], "how it ends is not known yet"
    log.say("the tests run in the background")
    text = notification("b1", status, f'Background command "Run the tests" {status} {code}')
    if where == "record":
        log.user(text)
    elif where == "queue":
        log.queue("enqueue", text)
    else:
        log.queued(text, "task-notification")
    session = read(log)
    check = only(session, Kind.CHECK)
    assert check.status is how
    assert check.has(Cue.BACKGROUND) or check.end > check.line
    assert len(of(session, Kind.PROMPT)) == 1


def test_a_notification_that_comes_three_times_ends_a_check_once() -> None:
    log = asked()
    log.edit()
    log.background("pytest -q", "b1")
    text = notification("b1", "completed", 'Background command "Run the tests" completed (exit code 0)')
    log.queue("enqueue", text)
    log.queued(text, "task-notification")
    log.user(text)
    session = read(log)
    assert len(of(session, Kind.CHECK)) == 1
    assert practice("run-check", log).count == 1


@pytest.mark.parametrize(("tool", "field"), [("TaskOutput", "task_id"), ("BashOutput", "bash_id")])
@pytest.mark.parametrize(
    ("status", "code", "output", "how"),
    [
        ("completed", 0, "12 passed in 0.2s", Status.OK),
        ("completed", 1, "1 failed, 11 passed in 0.2s", Status.FAILED),
        ("completed", 2, "make: *** [Makefile:3: test] Error 2", Status.FAILED),
        ("failed", 1, "1 failed, 11 passed in 0.2s", Status.FAILED),
    ],
)
def test_a_check_in_the_background_ends_where_its_output_is_looked_at(
    tool: str, field: str, status: str, code: int, output: str, how: Status
) -> None:
    log = asked()
    log.edit()
    log.background("make test", "b1")
    log.tool(tool, {field: "b1"}, "<status>running</status>\n\n<output>\n...\n</output>")
    assert of(read(log), Kind.CHECK) == []
    text = (
        f"<retrieval_status>success</retrieval_status>\n\n<task_id>b1</task_id>\n\n<task_type>local_bash</task_type>\n\n"
        f"<status>{status}</status>\n\n<exit_code>{code}</exit_code>\n\n<output>\n{output}\n</output>"
    )
    log.tool(tool, {field: "b1"}, text)
    assert only(read(log), Kind.CHECK).status is how


def test_an_output_of_another_task_ends_nothing() -> None:
    log = asked()
    log.background("pytest -q", "b1")
    log.user(notification("b2", "completed"))
    log.tool("TaskOutput", {"task_id": "b3"}, "<status>completed</status>\n<output>12 passed</output>")
    assert of(read(log), Kind.CHECK) == []


def test_a_commit_in_the_background_is_known_at_once_but_not_how_it_ends() -> None:
    log = asked()
    log.edit()
    log.background('git commit -m "Round the tax per line"', "b1")
    assert only(read(log), Kind.COMMIT).status in (Status.UNKNOWN, Status.RUNNING)


# --- nothing unheard of breaks it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [None, [], "text", 7, {"command": 7, "file_path": ["a"], "todos": {"a": 1}, "plan": 3, "edits": "x"}]
)
@pytest.mark.parametrize(
    "tool",
    [
        "Bash", "Edit", "MultiEdit", "Write", "Read", "Task", "Skill", "TodoWrite", "TaskUpdate", "ExitPlanMode", "AskUserQuestion",
        "BashOutput", "NotebookEdit", "PowerShell",
    ],
)  # fmt: skip
def test_fields_of_other_types_are_left_out(tool: str, given: Any) -> None:
    log = asked()
    call = log.call("x")
    log.records[-1]["message"]["content"][0] |= {"name": tool, "input": given}
    log.result(call, [{"type": "text", "text": "ok"}, 7, None], [1, 2])
    log.user("and go on")
    read_back = follow(log.text())
    assert len(read_back.of(Kind.PROMPT)) == 2
    assert read_back.accounted


def test_an_answer_without_a_call_and_a_call_without_an_answer_are_passed_over() -> None:
    log = asked()
    log.result("toolu_nobody_called", "ok")
    log.call("Bash", {"command": "pytest -q"})
    session = read(log)
    assert only(session, Kind.CHECK).status is Status.RUNNING
    assert session.tool_calls == 1
