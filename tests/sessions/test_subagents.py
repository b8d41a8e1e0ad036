"""What subagents did for a session counts in it, between launch and return, wherever it is recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lines import CWD, START, Log, coach, follow, notification, of, only, practice, put, read, session_in

from accrete_coach.sessions.facts import Cue, Kind, Session, Status

FIND = {"subagent_type": "general-purpose", "description": "find the callers", "prompt": "find the callers of total()"}


def main_log() -> Log:
    log = Log("main", start=START)
    log.user("who calls total()?")
    return log


def helper(agent: str = "a1", start: timedelta = timedelta(seconds=25), *, edits: bool = False, **more: Any) -> Log:
    """A subagent's own file: two looks, or an edit."""
    log = Log("main", agent=agent, start=START + start, step=1, **more)
    log.user("find the callers of total()")
    log.tool("Grep", {"pattern": "total"})
    if edits:
        log.edit("app/total.py", 30)
    else:
        log.tool("Read", {"file_path": f"{CWD}/app/orders.py"})
    log.say("four callers")
    return log


def done(agent: str = "a1") -> dict[str, Any]:
    return {"status": "completed", "agentId": agent, "totalToolUseCount": 2, "totalDurationMs": 4000, "totalTokens": 900}


def order(session: Session) -> list[str]:
    return [f.kind.name.lower() for f in session.facts if f.kind not in (Kind.PROMPT, Kind.REPLY)]


# --- between launch and return ----------------------------------------------------------------------------------------------


def test_what_a_subagent_did_stands_between_its_launch_and_its_return() -> None:
    log = main_log()
    call = log.call("Agent", FIND)
    log.now = START + timedelta(seconds=60)
    log.result(call, "four callers", done())
    log.edit("app/orders.py")
    session = read(log, helper())
    assert order(session) == ["delegate", "search", "read", "return", "edit"]
    assert session.tool_calls == 4
    assert {f.kind for f in session.facts if f.agent} == {Kind.SEARCH, Kind.READ}
    assert session.files == ("0.jsonl", "1.jsonl")
    assert [session.file_of[i] for i, f in enumerate(session.facts) if f.agent] == [1, 1]
    assert practice("scout", log, helper()).word == "seen"


def test_a_subagents_edit_counts_for_its_session() -> None:
    log = main_log()
    call = log.call("Agent", FIND)
    log.now = START + timedelta(seconds=60)
    log.result(call, "changed", done())
    session = read(log, helper(edits=True))
    assert len(session.edits) == 1
    assert session.coding
    assert practice("scout", log, helper(edits=True)).word == "not-seen"


def test_a_subagents_own_prompt_and_answer_are_not_the_persons() -> None:
    log = main_log()
    log.result(log.call("Agent", FIND), "four callers", done())
    session = read(log, helper())
    assert len(session.prompts) == 1
    assert len(session.turns) == 1
    assert all(not f.agent for f in of(session, Kind.PROMPT, Kind.REPLY))


def test_two_subagents_side_by_side_keep_the_order_of_time() -> None:
    log = main_log()
    first = log.call("Agent", FIND)
    second = log.call("Agent", FIND)
    log.now = START + timedelta(seconds=90)
    log.result(first, "four callers", done("a1"))
    log.result(second, "four callers", done("a2"))
    one, two = helper("a1", timedelta(seconds=35)), helper("a2", timedelta(seconds=36))
    session = read(log, one, two)
    assert order(session)[:2] == ["delegate", "delegate"]
    assert sorted(order(session)[2:6]) == ["read", "read", "search", "search"]
    assert order(session)[6:] == ["return", "return"]
    assert len({f.agent for f in session.facts if f.agent}) == 2
    assert practice("scout", log, one, two).count == 2


def test_a_subagent_in_the_background_returns_with_its_notification() -> None:
    log = main_log()
    call = log.call("Agent", FIND | {"run_in_background": True})
    launched = {"isAsync": True, "status": "async_launched", "agentId": "a1", "outputFile": "/tasks/a1.output"}
    log.result(call, "Async agent launched successfully.\nagentId: a1", launched)
    log.say("it looks; meanwhile I read")
    log.tool("Read", {"file_path": f"{CWD}/app/tax.py"})
    session = read(log, helper(start=timedelta(seconds=31)))
    assert of(session, Kind.RETURN) == [], "it is not back yet"
    assert practice("scout", log, helper(start=timedelta(seconds=31))).word == "not-seen"
    log.user(notification("a1", "completed", 'Agent "find the callers" completed', tool=call, result="four callers"))
    session = read(log, helper(start=timedelta(seconds=31)))
    back = only(session, Kind.RETURN)
    assert back.status is Status.OK
    assert back.ref == only(session, Kind.DELEGATE).id
    assert only(session, Kind.LAUNCHED).ref == back.ref
    names = order(session)
    assert names.index("launched") < names.index("search") < names.index("return")
    assert len(session.prompts) == 1
    assert practice("scout", log, helper(start=timedelta(seconds=31))).word == "seen"


@pytest.mark.parametrize(("status", "how"), [("failed", Status.FAILED), ("killed", Status.STOPPED)])
def test_a_subagent_that_failed_in_the_background_did_not_come_back_with_findings(status: str, how: Status) -> None:
    log = main_log()
    call = log.call("Agent", FIND | {"run_in_background": True})
    log.result(call, "Async agent launched successfully.", {"isAsync": True, "status": "async_launched", "agentId": "a1"})
    log.queue("enqueue", notification("a1", status))
    assert only(read(log), Kind.RETURN).status is how
    assert practice("scout", log).word == "not-seen"


def test_the_agents_id_is_read_from_the_words_of_a_result_where_it_stands_nowhere_else() -> None:
    log = main_log()
    call = log.call("Task", FIND)
    log.now = START + timedelta(seconds=60)
    log.result(call, [{"type": "text", "text": "four callers"}, {"type": "text", "text": "agentId: a1 (for resuming)"}], "text")
    assert order(read(log, helper())) == ["delegate", "search", "read", "return"]


def test_a_subagent_that_no_record_links_is_placed_by_time() -> None:
    log = main_log()
    log.tool("Read", {"file_path": f"{CWD}/a.py"})
    log.now = START + timedelta(seconds=60)
    log.edit("app/orders.py")
    session = read(log, helper(start=timedelta(seconds=40)))
    assert order(session) == ["read", "search", "read", "edit"]


def test_a_launch_that_failed_is_no_scout() -> None:
    log = main_log()
    log.tool("Agent", FIND, "<tool_use_error>Agent type not found</tool_use_error>", error=True)
    assert only(read(log), Kind.RETURN).status is Status.FAILED
    assert practice("scout", log).word == "not-seen"


# --- the places -------------------------------------------------------------------------------------------------------------


def with_main(agent: str = "a1") -> Log:
    log = main_log()
    call = log.call("Agent", FIND)
    log.now = START + timedelta(seconds=60)
    log.result(call, "four callers", done(agent))
    return log


@pytest.mark.parametrize(
    "place",
    ["main/subagents/agent-a1.jsonl", "agent-a1.jsonl", "main/subagents/workflows/wf_1/agent-a1.jsonl"],
)
def test_a_subagents_file_is_found_in_its_place(place: str, tmp_path: Path) -> None:
    put(tmp_path / "agent", "main.jsonl", with_main())
    put(tmp_path / "agent", place, helper())
    here = coach(tmp_path)
    here.scan()
    (session,) = here.profile.sessions(shown=False)
    assert session.id == "main"
    assert session.tool_calls == 3
    assert session.files == ("projects/-home-sam-shop/main.jsonl", f"projects/-home-sam-shop/{place}")
    assert here.profile.readings()[session.num]["scout"].word == "seen"
    here.close()


def test_a_subagents_file_may_come_before_or_after_its_session(tmp_path: Path) -> None:
    found = []
    for first in (True, False):
        root = tmp_path / str(first)
        here = coach(root)
        steps = [("main.jsonl", with_main()), ("agent-a1.jsonl", helper())]
        for name, log in steps if first else reversed(steps):
            put(root / "agent", name, log)
            here.scan()
        (session,) = here.profile.sessions()
        found.append((session.id, session.tool_calls, session.files, here.profile.readings()[session.num]))
        here.close()
    assert found[0] == found[1]
    assert found[0][1] == 3


def test_inline_sidechain_lines_are_the_subagents() -> None:
    log = main_log()
    call = log.call("Task", FIND)
    log.user("find the callers of total()", isSidechain=True)
    given = {"type": "tool_use", "id": "toolu_inner", "name": "Read", "input": {"file_path": f"{CWD}/app/orders.py"}}
    log.blocks(given, isSidechain=True)
    log.result("toolu_inner", "text", isSidechain=True)
    log.say("inner words: I would change app/orders.py. Shall I?", isSidechain=True)
    log.result(call, "four callers", {"status": "completed"})
    session = read(log)
    assert order(session) == ["delegate", "read", "return"]
    assert only(session, Kind.READ).agent
    assert len(session.prompts) == 1
    assert of(session, Kind.REPLY) == []


def test_ticks_tell_what_a_subagent_does() -> None:
    log = main_log()
    call = log.call("Task", FIND)
    inner = helper()
    for record in inner.records:
        log.agent_progress(call, "a1", record)
    log.result(call, "four callers", done())
    session = read(log)
    assert order(session) == ["delegate", "launched", "search", "read", "return"]
    assert len({f.agent for f in session.facts if f.agent}) == 1
    assert session.tool_calls == 3
    assert len(session.prompts) == 1


@pytest.mark.parametrize("place", ["main/subagents/agent-a1.jsonl", "agent-a1.jsonl"])
def test_what_ticks_and_a_file_both_tell_counts_once(place: str, tmp_path: Path) -> None:
    log = main_log()
    call = log.call("Task", FIND)
    inner = helper(edits=True)
    for record in inner.records:
        log.agent_progress(call, "a1", record)
    log.result(call, "changed", done())
    put(tmp_path / "agent", "main.jsonl", log)
    put(tmp_path / "agent", place, inner)
    here = coach(tmp_path)
    here.scan()
    (session,) = here.profile.sessions()
    assert (session.tool_calls, session.edits, session.prompts) == (3, 1, 1)
    here.close()


# --- what is no delegation --------------------------------------------------------------------------------------------------


def warm_up() -> Log:
    log = Log("main", agent="a9", start=START)
    log.user("Warmup")
    log.say("I'm ready to help.")
    return log


def test_a_warm_up_is_no_session_and_no_delegation() -> None:
    assert session_in(warm_up()) is None
    log = main_log()
    log.say("nobody yet")
    session = read(log, warm_up())
    assert session.files == ("0.jsonl",)
    assert of(session, Kind.DELEGATE) == []
    assert practice("scout", log, warm_up()).word == "not-applicable"


@pytest.mark.parametrize("agent", ["aprompt_suggestion-1a2b3c", "acompact-1a2b3c"])
def test_internal_helpers_are_no_sessions_and_no_delegation(agent: str, tmp_path: Path) -> None:
    log = main_log()
    log.tool("Read", {"file_path": f"{CWD}/app/tax.py"})
    log.say("nobody yet")
    inner = Log("main", agent=agent, start=START + timedelta(seconds=50))
    inner.user("[SUGGESTION MODE: suggest what the user might type next]")
    inner.say("run the tests")
    put(tmp_path / "agent", "main.jsonl", log)
    put(tmp_path / "agent", f"main/subagents/agent-{agent}.jsonl", inner)
    here = coach(tmp_path)
    here.scan()
    (session,) = here.profile.sessions()
    assert session.tool_calls == 1
    assert here.profile.readings()[session.num]["scout"].word == "not-applicable"
    here.close()


def test_a_forked_helper_that_replays_its_parents_lines_adds_nothing() -> None:
    log = main_log()
    log.edit("app/orders.py")
    log.say("done")
    fork = Log("main", agent="acompact-1", start=START)
    fork.records = [r | {"isSidechain": True, "agentId": "acompact-1"} for r in log.records]
    fork.say("summary")
    session = read(log, fork)
    assert len(session.edits) == 1
    assert session.tool_calls == 1


def test_a_folder_of_warm_ups_holds_no_session(tmp_path: Path) -> None:
    for n in range(3):
        log = warm_up()
        log.envelope["sessionId"] = f"gone-{n}"
        for record in log.records:
            record["sessionId"] = f"gone-{n}"
        put(tmp_path / "agent", f"agent-w{n}.jsonl", log)
    here = coach(tmp_path)
    report = here.scan()
    assert report.files == 3
    assert here.profile.sessions() == []
    assert here.profile.line_count() == 6
    here.close()


def test_a_file_of_titles_only_is_no_session(tmp_path: Path) -> None:
    log = Log("titles")
    log.bare(type="summary", summary="Round the tax", leafUuid="u1")
    log.bare(type="custom-title", customTitle="tax", sessionId="titles")
    log.bare(type="last-prompt", lastPrompt="round the tax", sessionId="titles")
    put(tmp_path / "agent", "titles.jsonl", log)
    here = coach(tmp_path)
    here.scan()
    assert here.profile.sessions() == []
    assert here.profile.passed() == {"summary": 1, "custom-title": 1, "last-prompt": 1}
    here.close()


@pytest.mark.parametrize(
    ("given", "cue", "word"),
    [
        ({"subagent_type": "Explore", "description": "x", "prompt": "x"}, Cue.READS_ONLY, "seen"),
        ({"subagent_type": "general-purpose", "description": "find the callers", "prompt": "x"}, Cue.ASKS_LOOK, "seen"),
        ({"subagent_type": "general-purpose", "description": "fix the callers", "prompt": "x"}, Cue.ASKS_CHANGE, "not-seen"),
        ({"subagent_type": "x", "description": "y", "prompt": "look at it. Do not change any files"}, Cue.NO_CHANGE, "seen"),
        ({"subagent_type": "code-reviewer", "description": "review the change", "prompt": "x"}, Cue.REVIEW, "seen"),
    ],
)
def test_without_a_file_of_its_own_a_subagents_task_tells_what_it_was_for(given: dict[str, str], cue: int, word: str) -> None:
    log = main_log()
    log.tool("Agent", given, "done", done())
    assert only(read(log), Kind.DELEGATE).has(cue)
    assert practice("scout", log).word == word


def test_the_count_of_edited_files_outweighs_a_subagents_task() -> None:
    log = main_log()
    log.tool("Agent", FIND, "done", done() | {"toolStats": {"editFileCount": 2}})
    assert practice("scout", log).word == "not-seen"
    log = main_log()
    log.tool("Agent", FIND | {"description": "fix it"}, "done", done() | {"toolStats": {"editFileCount": 0}})
    assert practice("scout", log).word == "seen"


def test_a_name_that_an_agent_chose_is_kept_as_a_key() -> None:
    canary = "quuxcanary"
    log = Log()
    log.user("run it in the background, and send a scout")
    log.background("pytest -q", f"{canary}-task")
    log.tool(
        "Agent",
        {"prompt": "find it", "description": "x", "run_in_background": True},
        "Async agent launched",
        {"isAsync": True, "status": "async_launched", "agentId": f"{canary}-agent"},
    )
    log.call("BashOutput", {"bash_id": f"{canary}-task"})
    one = follow(log.text())
    assert len(one.state.background) == len(one.state.agents) == 1
    assert canary.encode() not in msgspec.msgpack.encode(one.state)
    log.user(notification(f"{canary}-agent"))
    log.user(notification(f"{canary}-task"))
    one = follow(log.text())
    assert not one.state.background
    assert not one.state.agents
    assert len(one.of(Kind.RETURN)) == 1
    assert one.of(Kind.CHECK)[-1].status is not Status.RUNNING
