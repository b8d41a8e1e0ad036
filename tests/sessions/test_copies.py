"""History that was copied counts once, whatever wrote the copy and in whatever order the files are read."""

from __future__ import annotations

import copy
import itertools
import json
import os
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lines import CWD, START, Follower, Log, coach, follow, of, put, read

from accrete_coach.practice import Reading
from accrete_coach.sessions.facts import Kind

Result = dict[str, tuple[int, int, int, bool, dict[str, Reading]]]
"""session -> prompts, tool calls, edits, person, readings"""


def scanned(tmp: Path, files: Iterable[tuple[str, Log]], *, workers: int = 1, one_by_one: bool = False) -> Result:
    """What the profile says once these files are read, in this order where they are read one by one."""
    here = coach(tmp)
    for name, log in files:
        put(tmp / "agent", name, log)
        if one_by_one:
            here.scan(workers=workers)
    here.scan(workers=workers)
    readings = here.profile.readings()
    out = {s.id: (s.prompts, s.tool_calls, s.edits, s.person, readings[s.num]) for s in here.profile.sessions()}
    # A second look finds nothing new.
    assert here.scan(workers=workers).read == 0
    here.close()
    return out


def source(session: str = "source") -> Log:
    """A session in which much happens."""
    log = Log(session)
    log.user("use a subagent to find who calls total(), then round the tax per line in app/tax.py and run the tests")
    log.tool("Agent", {"subagent_type": "Explore", "description": "find", "prompt": "find"}, "4", {"agentId": "a1"})
    log.edit("app/tax.py", 24)
    log.bash("pytest -q", "1 failed, 11 passed in 0.2s", failed=True)
    log.edit("app/tax.py", 2)
    log.bash("pytest -q", "12 passed in 0.2s")
    log.user("show me the diff, then commit")
    log.bash("git diff", "+ round(line)")
    log.bash('git commit -m "Round the tax per line"', "[main abc1234] Round the tax per line")
    log.say("committed")
    return log


def resumed(log: Log, session: str) -> Log:
    """A new file with the full history under a new id, as old versions wrote it for --resume: uuids stay."""
    new = Log(session, start=log.now + timedelta(hours=1))
    new.records = [copy.deepcopy(r) | {"sessionId": session} for r in log.records]
    return new


def branched(log: Log, session: str) -> Log:
    """A copy by /branch: every copied record says where it is from."""
    new = resumed(log, session)
    for record in new.records:
        record["forkedFrom"] = {"sessionId": log.session, "messageUuid": record["uuid"]}
    return new


def with_new_uuids(log: Log, session: str) -> Log:
    """A copy of which only tool-use ids, times and contents are the same."""
    new = resumed(log, session)
    for n, record in enumerate(new.records):
        record["uuid"] = f"{session}-{n}"
        if record["type"] == "assistant":
            record["message"]["id"] = f"msg_{session}_{n}"
            record["requestId"] = f"req_{session}_{n}"
    return new


Copier = Callable[[Log, str], Log]
COPIERS = (resumed, branched, with_new_uuids)


def goes_on(log: Log, what: str) -> Log:
    log.user(f"now do {what} as well please")
    log.edit(f"app/{what}.py", 3)
    log.say("done")
    return log


# --- lines that come twice in one file --------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["next to each other", "all over again", "four times"])
def test_lines_that_come_twice_count_once(way: str) -> None:
    once = source()
    twice = source()
    twice.records = copy.deepcopy(once.records)
    if way == "next to each other":
        twice.records = [r for record in once.records for r in (record, record)]
    elif way == "all over again":
        twice.records = [*once.records, *once.records]
    else:
        twice.records = [r for record in once.records for r in (record,) * 4]
    one, other = read(once), read(twice)
    assert [(f.kind, f.id, f.status) for f in one.facts] == [(f.kind, f.id, f.status) for f in other.facts]
    assert follow(twice.text()).accounted
    stored = [f.id for f in follow(twice.text()).file.facts]
    assert len(stored) == len(set(stored))


def test_lines_that_come_twice_between_two_readings_count_once(tmp_path: Path) -> None:
    log = source()
    path = tmp_path / "a.jsonl"
    path.write_bytes(log.text())
    follower = Follower(path)
    follower.read()
    before = follower.facts()
    path.write_bytes(log.text() * 2)
    follower.read()
    assert list(dict.fromkeys(f.id for f in follower.facts())) == [f.id for f in before]


def test_a_streamed_message_whose_blocks_come_one_a_line_is_one_answer() -> None:
    log = Log()
    log.user("who calls total()?")
    log.say("I will look.", message="msg_one")
    log.blocks({"type": "tool_use", "id": "t1", "name": "Grep", "input": {"pattern": "total"}}, message="msg_one")
    log.blocks({"type": "tool_use", "id": "t1", "name": "Grep", "input": {"pattern": "total"}}, message="msg_one")
    log.result("t1", "4")
    log.result("t1", "4")
    session = read(log)
    assert len(of(session, Kind.SEARCH)) == 1
    assert session.tool_calls == 1


def test_equal_words_at_another_time_are_another_prompt() -> None:
    log = Log()
    for _ in range(3):
        log.user("run it again please")
        log.say("done")
    assert len(of(read(log), Kind.PROMPT)) == 3


# --- whole histories under a new id -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("copier", COPIERS)
@pytest.mark.parametrize("name", ["a-copy", "z-copy"])
def test_a_copied_history_counts_once_and_stays_the_sources(copier: Copier, name: str, tmp_path: Path) -> None:
    first = source()
    second = goes_on(copier(first, name), "shipping")
    alone = scanned(tmp_path / "alone", [("source.jsonl", first)])
    both = scanned(tmp_path / "both", [("source.jsonl", first), (f"{name}.jsonl", second)])
    # A session follows it now, in which a note could have been picked up; all else stays as it was.
    told, before = both["source"][4].pop("hand-off"), alone["source"][4].pop("hand-off")
    assert (told.word, before.word) == ("not-seen", "not-applicable")
    assert both["source"] == alone["source"]
    prompts, calls, edits, person, readings = both[name]
    assert (prompts, calls, edits, person) == (1, 1, 1, True)
    for practice in ("scout", "failing-first", "read-diff", "coherent-commit", "run-check"):
        assert alone["source"][4][practice].word == "seen"
        assert readings[practice].word != "seen", practice


@pytest.mark.parametrize("copier", COPIERS)
def test_a_copy_and_nothing_else_adds_nothing(copier: Copier, tmp_path: Path) -> None:
    found = scanned(tmp_path, [("source.jsonl", source_ := source()), ("copy.jsonl", copier(source_, "copy"))])
    assert sum(s[0] for s in found.values()) == 2
    assert sum(s[1] for s in found.values()) == 7
    assert sum(s[2] for s in found.values()) == 2
    seen = [p for s in found.values() for p, r in s[4].items() if r.word == "seen"]
    assert len(seen) == len(set(seen))


def family(copiers: tuple[Copier, Copier], names: tuple[str, str, str]) -> list[tuple[str, Log]]:
    """A source, a copy of it that went on, and a copy of that copy that went on; none related to a fourth."""
    first, second, third = names
    one = source(first)
    two = goes_on(copiers[0](one, second), "shipping")
    three = goes_on(copiers[1](two, third), "invoices")
    other = Log("other", start=START + timedelta(days=1))
    other.user("rename the price column please")
    other.edit("app/models.py", 30)
    return [(f"{log.session}.jsonl", log) for log in (one, two, three, other)]


@pytest.mark.parametrize("copiers", list(itertools.product(COPIERS, repeat=2)), ids=lambda c: "-".join(f.__name__ for f in c))
def test_the_order_in_which_files_are_read_changes_nothing(copiers: tuple[Copier, Copier], tmp_path: Path) -> None:
    shuffler = random.Random(str([c.__name__ for c in copiers]))
    for round_, names in enumerate([("m", "a", "z"), ("z", "m", "a")]):
        files = family(copiers, names)
        expected: Result | None = None
        orders = list(itertools.permutations(files[:3]))
        for n, some in enumerate([tuple(files), *shuffler.sample(orders, 3)]):
            order = [*some, files[3]] if n else list(some)
            found = scanned(tmp_path / f"{round_}-{n}", order, one_by_one=bool(n))
            if expected is None:
                expected = found
                assert [found[name][0] for name in names] == [2, 1, 1]
                assert [found[name][2] for name in names] == [2, 1, 1]
            assert found == expected, [name for name, _ in order]


def test_worker_processes_change_nothing(tmp_path: Path) -> None:
    files = family((resumed, branched), ("m", "z", "a"))
    one = scanned(tmp_path / "1", files, workers=1)
    two = scanned(tmp_path / "2", files, workers=2)
    assert one == two
    assert one["m"][0] == 2


def test_a_branch_stays_a_copy_though_its_source_went_on_for_longer(tmp_path: Path) -> None:
    first = source()
    fork = goes_on(branched(first, "fork"), "shipping")
    first.now += timedelta(days=2)
    goes_on(first, "invoices")
    results = []
    for n, order in enumerate(itertools.permutations([("source.jsonl", first), ("fork.jsonl", fork)])):
        results.append(scanned(tmp_path / str(n), order, one_by_one=True))
    results.append(scanned(tmp_path / "at once", [("source.jsonl", first), ("fork.jsonl", fork)]))
    assert results[0] == results[1] == results[2]
    assert [results[0][s][0] for s in ("source", "fork")] == [3, 1]


def test_two_that_end_at_the_same_moment_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    first = source("b")
    second = resumed(first, "a")
    results = [
        scanned(tmp_path / str(n), order, one_by_one=True)
        for n, order in enumerate(itertools.permutations([("b.jsonl", first), ("a.jsonl", second)]))
    ]
    assert results[0] == results[1]
    assert results[0]["a"][0] == 2


def test_two_branches_of_one_source_share_it(tmp_path: Path) -> None:
    first = source()
    left = goes_on(branched(first, "left"), "shipping")
    right = goes_on(branched(first, "right"), "invoices")
    files = [("source.jsonl", first), ("left.jsonl", left), ("right.jsonl", right)]
    results = [scanned(tmp_path / str(n), order, one_by_one=True) for n, order in enumerate(itertools.permutations(files))]
    assert all(r == results[0] for r in results)
    assert [results[0][s][0] for s in ("source", "left", "right")] == [2, 1, 1]


def test_two_branches_whose_source_is_gone_count_it_once(tmp_path: Path) -> None:
    first = source()
    left = goes_on(branched(first, "left"), "shipping")
    right = goes_on(branched(first, "right"), "invoices")
    results = [
        scanned(tmp_path / str(n), order, one_by_one=True)
        for n, order in enumerate(itertools.permutations([("left.jsonl", left), ("right.jsonl", right)]))
    ]
    assert results[0] == results[1]
    assert sum(s[0] for s in results[0].values()) == 4


def test_a_branch_that_was_copied_twice_in_itself_counts_once(tmp_path: Path) -> None:
    first = source()
    fork = branched(first, "fork")
    fork.records = [*fork.records, *fork.records]
    goes_on(fork, "shipping")
    found = scanned(tmp_path, [("source.jsonl", first), ("fork.jsonl", fork)])
    assert (found["source"][0], found["fork"][0], found["fork"][2]) == (2, 1, 1)


def test_a_compaction_that_replays_history_counts_it_once() -> None:
    log = source()
    before = read(log)
    log.add(type="system", subtype="compact_boundary", compactMetadata={"trigger": "auto"})
    log.user("This session is being continued from a previous conversation.", isCompactSummary=True)
    log.records += copy.deepcopy(log.records[2:12])
    after = read(log)
    assert (len(after.prompts), after.tool_calls, len(after.edits)) == (len(before.prompts), before.tool_calls, len(before.edits))


# --- moved and renamed ------------------------------------------------------------------------------------------------------


def test_a_stub_of_the_same_session_in_another_folder_adds_nothing(tmp_path: Path) -> None:
    log = source()
    alone = scanned(tmp_path / "alone", [("source.jsonl", log)])
    stub = Log("source")
    stub.records = copy.deepcopy(log.records[:3])
    for n, order in enumerate(itertools.permutations(["-home-sam-shop", "-home-sam-shop--worktrees-x"])):
        here = coach(tmp_path / str(n))
        for project, what in zip(order, (log, stub), strict=True):
            put(tmp_path / str(n) / "agent", "source.jsonl", what, project)
            here.scan()
        (session,) = here.profile.sessions()
        assert (session.prompts, session.tool_calls, session.edits) == alone["source"][:3]
        words = {p: (r.word, r.by, r.count) for p, r in here.profile.readings()[session.num].items()}
        assert words == {p: (r.word, r.by, r.count) for p, r in alone["source"][4].items()}
        here.close()


def test_a_renamed_folder_changes_no_count(tmp_path: Path) -> None:
    log = source()
    put(tmp_path / "agent", "source.jsonl", log)
    here = coach(tmp_path)
    here.scan()
    (before,) = here.profile.sessions()
    readings = here.profile.readings()[before.num]
    os.rename(tmp_path / "agent/projects/-home-sam-shop", tmp_path / "agent/projects/-home-sam-store")
    here.scan()
    (after,) = here.profile.sessions()
    assert (after.prompts, after.tool_calls, after.edits, after.gone) == (before.prompts, before.tool_calls, before.edits, False)
    now = here.profile.readings()[after.num]
    assert {p: (r.word, r.count) for p, r in now.items()} == {p: (r.word, r.count) for p, r in readings.items()}
    here.close()


def test_a_deleted_transcript_leaves_what_was_read(tmp_path: Path) -> None:
    path = put(tmp_path / "agent", "source.jsonl", source())
    here = coach(tmp_path)
    here.scan()
    (before,) = here.profile.sessions()
    readings = here.profile.readings()
    path.unlink()
    here.scan()
    (after,) = here.profile.sessions()
    assert (before.gone, after.gone) == (False, True)
    assert (after.prompts, after.edits) == (before.prompts, before.edits)
    assert here.profile.readings() == readings
    path.write_bytes(source().text())
    here.close()


# --- changed on disk --------------------------------------------------------------------------------------------------------


def one_session(here: Any) -> tuple[int, int, int]:
    (session,) = here.profile.sessions()
    return session.prompts, session.tool_calls, session.edits


def test_a_file_that_is_truncated_rewritten_or_replaced_is_read_again_and_nothing_doubles(tmp_path: Path) -> None:
    log = goes_on(source(), "shipping")
    path = put(tmp_path / "agent", "source.jsonl", log)
    here = coach(tmp_path)
    here.scan()
    assert one_session(here) == (3, 8, 3)

    lines = log.text().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-4]))  # As removing the last messages does.
    here.scan()
    assert one_session(here) == (2, 7, 2)

    path.write_bytes(b"".join(lines))
    here.scan()
    assert one_session(here) == (3, 8, 3)

    # Another file under the same name, inode and size: only its content and time tell.
    other = log.text().replace(b"now do shipping", b"now do SHIPPING")
    status = path.stat()
    with open(path, "r+b") as file:
        file.write(other)
    assert path.stat().st_ino == status.st_ino
    assert path.stat().st_size == status.st_size
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    here.scan()
    assert one_session(here) == (3, 8, 3)

    path.write_bytes(b"")  # Emptied: as good as deleted.
    here.scan()
    assert one_session(here) == (3, 8, 3)

    fresh = Log("source")
    fresh.user("something else altogether, please")
    fresh.say("ok")
    path.write_bytes(fresh.text())
    here.scan()
    assert one_session(here) == (1, 0, 0)
    here.close()


def test_a_session_that_grows_line_by_line_is_read_as_at_once(tmp_path: Path) -> None:
    log = goes_on(source(), "shipping")
    at_once = scanned(tmp_path / "at once", [("source.jsonl", log)])
    root = tmp_path / "slowly"
    here = coach(root)
    text = b""
    for n, record in enumerate(log.records):
        text += json.dumps(record, separators=(",", ":")).encode() + b"\n"
        put(root / "agent", "source.jsonl", text)
        here.scan(workers=1)
        if n % 7 == 0:
            # Ended and started anew.
            here.close()
            here = coach(root)
    (session,) = here.profile.sessions()
    assert (session.prompts, session.tool_calls, session.edits, session.person, here.profile.readings()[session.num]) == at_once[
        "source"
    ]
    assert here.profile.line_count() == len(log.records)
    here.close()


def test_a_copy_that_grows_beside_its_source_adds_only_what_is_new(tmp_path: Path) -> None:
    first = source()
    second = goes_on(resumed(first, "copy"), "shipping")
    here = coach(tmp_path)
    put(tmp_path / "agent", "source.jsonl", first)
    lines = second.text().splitlines(keepends=True)
    for n in (3, 9, len(first.records), len(lines)):
        put(tmp_path / "agent", "copy.jsonl", b"".join(lines[:n]))
        here.scan()
        counts = {s.id: (s.prompts, s.edits) for s in here.profile.sessions()}
        assert sum(c[0] for c in counts.values()) == (3 if n == len(lines) else 2), n
        assert sum(c[1] for c in counts.values()) == (3 if n == len(lines) else 2), n
    here.close()


def test_what_was_kept_holds_no_word_of_the_transcript(tmp_path: Path) -> None:
    log = Log("canary-free")
    log.user("xylophone-prompt about /srv/xylophone/path.py and xylophone-error: boom")
    log.say("xylophone-reply, shall I?")
    log.background("xylophone-command --flag && pytest -q", "b1")
    log.queue("enqueue", "xylophone-queued words")
    log.user("<command-name>/xylophone-skill</command-name>\n<command-args>xylophone-args</command-args>")
    log.user("<bash-input>git commit -m xylophone-message</bash-input>")
    log.call("Edit", {"file_path": f"{CWD}/xylophone.py", "old_string": "xylophone-old", "new_string": "xylophone-new"})
    log.call("Task", {"subagent_type": "xylophone-type", "description": "xylophone", "prompt": "xylophone"})
    log.call("mcp__xylophone__tool", {"a": "xylophone"})
    put(tmp_path / "agent", "canary-free.jsonl", log)
    here = coach(tmp_path)
    here.scan()
    here.close()
    for path in sorted((tmp_path / "own").iterdir()):
        assert b"xylophone" not in path.read_bytes(), path.name
