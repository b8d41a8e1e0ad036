"""Which files are rollouts, whose they are, and what becomes of a session whose file is moved, compressed or copied."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import zstandard
from rollouts import ID, Follower, Rollout, coach, encoded, follow, name_of, put
from test_codex_facts import CHILD, parent_and_child

from accrete_coach import reader
from accrete_coach.coach import Coach
from accrete_coach.places import find
from accrete_coach.sessions import tail
from accrete_coach.sessions.agent import Root, Who
from accrete_coach.sessions.codex import AGENT, Codex
from accrete_coach.sessions.facts import Kind, Session
from accrete_coach.sessions.folder import Sweeper, sweep


def work(own: str = ID) -> Rollout:
    log = Rollout(own)
    log.you("round the tax per line in app/tax.py, then show me the diff and commit")
    log.patch("*** Update File: app/tax.py\n-a\n+b\n*** Add File: tests/test_tax.py\n+def test_tax(): ...")
    log.run("pytest -q", "12 passed in 0.1s")
    log.run("git diff", "+b")
    log.run('git commit -am "Round the tax per line"', "[main 1234567] Round the tax per line")
    log.say("Done.")
    log.done()
    return log


def told(here: Coach, own: str = ID) -> tuple[list[Kind], int, int, dict[str, str]]:
    """What the profile holds of a session: kinds of facts, prompts, edits, and readings."""
    num = here.profile.session_num("codex", own)
    assert num is not None
    row = here.profile.session(num)
    return (
        [f.kind for f in whole(here, own).facts],
        row.prompts,
        row.edits,
        {k: r.word for k, r in here.profile.readings([num])[num].items()},
    )


def whole(here: Coach, own: str = ID) -> Session:
    num = here.profile.session_num("codex", own)
    assert num is not None
    files = here._opened(num)
    found = reader.session_of(own, files, here.hasher, here.profile.copied_ids(num, [f.id for x in files for f in x.facts]))
    assert found is not None
    return found


# --- which files -------------------------------------------------------------------------------------------------------------


def test_rollouts_are_found_by_day_in_the_archive_and_compressed(tmp_path: Path) -> None:
    put(tmp_path, b"", "a")
    put(tmp_path, b"", "b", packed=True)
    put(tmp_path, b"", "c", day="archived_sessions")
    for name in ("sessions/2026/07/01/notes.jsonl", "sessions/2026/07/01/rollout-x.json", "sessions/2026/07/01/rollout-x.jsonl.tmp", "history.jsonl",
                 "sessions/2026/07/01/deep/er/rollout-x.jsonl"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"{}\n")
    found = sweep((Root("codex", tmp_path),))
    assert sorted(f.name for f in found.files) == [
        f"archived_sessions/{name_of('c')}",
        f"sessions/2026/07/01/{name_of('a')}",
        f"sessions/2026/07/01/{name_of('b')}.zst",
    ]
    assert {f.agent for f in found.files} == {"codex"}
    assert found.missing == []
    assert sweep((Root("codex", tmp_path / "nowhere"),)).missing == [str(tmp_path / "nowhere")]


def test_a_root_is_there_when_one_of_its_folders_is(tmp_path: Path) -> None:
    put(tmp_path, b"", day="archived_sessions")
    assert sweep((Root("codex", tmp_path),)).missing == []


def test_a_new_day_is_seen_at_the_next_quick_look(tmp_path: Path) -> None:
    path = put(tmp_path, work())
    sweeper = Sweeper((Root("codex", tmp_path),), lambda: os.stat(path).st_mtime)
    sweeper.full()
    assert sweeper.quick() == []
    new = put(tmp_path, work("01990000-0000-7000-8000-000000000002"), day="sessions/2026/07/02")
    assert str(new) in {f.path for f in sweeper.quick()}
    newer = put(tmp_path, work("01990000-0000-7000-8000-000000000003"), day="sessions/2027/01/01")
    assert str(newer) in {f.path for f in sweeper.quick()}


def test_the_environment_names_the_root(tmp_path: Path) -> None:
    roots = [r.path for r in find({"CODEX_HOME": str(tmp_path)}).roots if r.agent == "codex"]
    assert roots == [tmp_path]
    (usual,) = [r.path for r in find({}).roots if r.agent == "codex"]
    assert usual == Path("~/.codex").expanduser()


def test_whose_a_file_is_stands_in_its_name_and_its_first_line(tmp_path: Path) -> None:
    assert AGENT.peek(str(put(tmp_path, work()))) == (ID, "")
    assert AGENT.peek(str(put(tmp_path, work(), packed=True))) == (ID, "")
    _, child = parent_and_child(how="wait")
    assert AGENT.peek(str(put(tmp_path, child))) == (ID, CHILD)
    grandchild = Rollout("x", source={"subagent": {"thread_spawn": {"parent_thread_id": CHILD}}}, session_id=ID)
    assert AGENT.peek(str(put(tmp_path, grandchild, CHILD))) == (ID, CHILD)
    review = Rollout(CHILD, source={"subagent": "review"})
    assert AGENT.peek(str(put(tmp_path, review))) == (CHILD, CHILD)
    for text in (b"", b"{", b"[]", b'{"payload":7}', b'{"payload":{"source":{"subagent":7}}}', b"\xff" * 99):
        assert AGENT.peek(str(put(tmp_path, text))).session == ID
    assert AGENT.peek(str(tmp_path / "nowhere" / name_of(ID))) == (ID, "")


# --- compressed --------------------------------------------------------------------------------------------------------------


def test_a_compressed_rollout_tells_the_same(tmp_path: Path) -> None:
    text = work().text()
    plain = follow(text, tmp_path)
    packed = follow(zstandard.compress(text), tmp_path, name_of(ID) + ".zst")
    assert packed.facts() == plain.facts()
    assert packed.state == plain.state


def test_several_frames_are_one_file(tmp_path: Path) -> None:
    text = work().text()
    half = len(text) // 2
    packed = follow(zstandard.compress(text[:half]) + zstandard.compress(text[half:]), tmp_path, name_of(ID) + ".zst")
    assert packed.facts() == follow(text, tmp_path).facts()


def test_a_compressed_rollout_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "BLOCK", 700)
    monkeypatch.setattr(tail, "LINE_CAP", 5_000)
    log = work()
    log.say("x" * 20_000)
    log.you("and now?")
    found = Follower(tmp_path / "r.jsonl.zst")
    found.path.write_bytes(zstandard.compress(log.text()))
    found.read()
    assert found.accounted
    assert found.state.passed["too long"] == 2
    assert [f.line for f in found.facts() if f.kind is Kind.PROMPT][-1] == len(log.records)


def test_what_did_not_change_is_not_read_again_and_what_did_from_the_first_line(tmp_path: Path) -> None:
    log = work()
    path = tmp_path / (name_of(ID) + ".zst")
    found = follow(zstandard.compress(log.text()), tmp_path, path.name)
    lines = found.state.lines
    found.read()
    assert found.state.lines == lines
    log.you("and now?")
    path.write_bytes(zstandard.compress(log.text()))
    found.read()
    assert found.state.lines == len(log.records)
    assert sum(f.kind is Kind.PROMPT for f in found.facts()) == 2
    more = Rollout()
    more.you("in another frame")
    with path.open("ab") as file:
        file.write(zstandard.compress(more.text()))
    found.read()
    assert found.state.lines == len(log.records) + len(more.records)


@pytest.mark.parametrize("text", [b"no such thing", zstandard.compress(b"{}\n" * 9)[:-3] + b"\0\0\0", b"\x28\xb5\x2f\xfd"])
def test_what_can_not_be_decompressed_is_named_and_the_rest_is_read(tmp_path: Path, text: bytes) -> None:
    put(tmp_path / "codex", work())
    bad = put(tmp_path / "codex", b"", "01990000-0000-7000-8000-00000000bad0", packed=True)
    bad.write_bytes(text)
    here = coach(tmp_path)
    report = here.scan(workers=1)
    assert [s.id for s in here.profile.sessions()] == [ID]
    assert report.problems == () or [os.path.basename(p) for p, _ in report.problems] == [bad.name]
    if text.startswith(b"no"):
        assert "decompressed" in report.problems[0][1]
    here.close()


def test_a_compressed_rollout_that_is_cut_off_is_named_wherever_it_ends(tmp_path: Path) -> None:
    log = work()
    more = Rollout()
    more.you("in another frame")
    checked = zstandard.ZstdCompressor(write_checksum=True)
    skipped = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"trash"
    same = zstandard.compress(b" " * 300_000 + b"\n")
    whole_text = checked.compress(log.text()) + skipped + same + zstandard.compress(more.text())
    between = {0, len(checked.compress(log.text()))}
    between |= {max(between) + len(skipped), max(between) + len(skipped) + len(same), len(whole_text)}
    path = tmp_path / (name_of(ID) + ".zst")
    named = {}
    for end in range(len(whole_text) + 1):
        path.write_bytes(whole_text[:end])
        try:
            list(AGENT.lines(str(path)))
        except OSError as problem:
            named[end] = str(problem)
    assert set(range(len(whole_text) + 1)) - set(named) == between
    assert all("can't be decompressed" in said for said in named.values())


def test_a_scan_names_a_rollout_that_is_cut_off_and_reads_it_when_it_is_whole(tmp_path: Path) -> None:
    path = put(tmp_path / "codex", work(), packed=True)
    text = path.read_bytes()
    path.write_bytes(text[:-20])
    here = coach(tmp_path)
    report = here.scan(workers=1)
    assert report.problems == ((str(path), "can't be decompressed (it ends within a frame)"),)
    assert here.profile.sessions() == []
    path.write_bytes(text)
    assert here.scan(workers=1).problems == ()
    assert [s.id for s in here.profile.sessions()] == [ID]
    here.close()


def test_the_words_of_a_compressed_rollout_are_read_live(tmp_path: Path) -> None:
    path = put(tmp_path / "codex", work(), packed=True)
    here = coach(tmp_path)
    here.scan()
    (moment, *_) = here.moments("read-diff")
    assert moment.agent == "codex"
    assert moment.path == str(path)
    said = here.excerpt(moment.agent, moment.path, moment.line, 1)
    assert any(e.here and "git diff" in e.text for e in said)
    here.close()


# --- moved and copied --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["archived", "compressed", "both"])
@pytest.mark.parametrize("seen_between", [True, False])
def test_a_file_that_moves_keeps_its_session(tmp_path: Path, how: str, seen_between: bool) -> None:
    old = put(tmp_path / "codex", work())
    here = coach(tmp_path)
    here.scan()
    before = told(here)
    assert before[1] == 1
    assert before[2] == 2
    new = put(
        tmp_path / "codex",
        work(),
        day="sessions/2026/07/01" if how == "compressed" else "archived_sessions",
        packed=how != "archived",
    )
    if seen_between:
        here.scan()
        assert told(here) == before, "while both are there, each thing is told once"
    old.unlink()
    here.scan()
    assert told(here) == before
    assert len(here.profile.sessions()) == 1
    assert here.profile.extent()[:2] == (1, 0), "it is not gone"
    (moment, *_) = here.moments("read-diff")
    assert moment.path == str(new)
    assert not moment.gone
    assert here.scan().read == 0
    new.unlink()
    here.scan()
    assert here.profile.extent()[:2] == (1, 1)
    assert told(here) == before
    here.close()


def test_a_session_that_goes_on_after_it_was_unpacked_is_one(tmp_path: Path) -> None:
    log = work()
    packed = put(tmp_path / "codex", log, packed=True)
    here = coach(tmp_path)
    here.scan()
    log.you("and the rates")
    put(tmp_path / "codex", log)
    packed.unlink()
    here.scan()
    assert told(here)[1] == 2
    assert len(here.profile.sessions()) == 1
    here.close()


@pytest.mark.parametrize("rewritten", [False, True])
def test_the_history_that_a_fork_begins_with_is_counted_once(tmp_path: Path, rewritten: bool) -> None:
    log = work()
    put(tmp_path / "codex", log)
    fork = Rollout("01990000-0000-7000-8000-000000000f0f", forked_from_id=ID)
    for record in log.records:
        # A byte copy, or written again with the times of the fork.
        fork.records.append(record if not rewritten else record | {"timestamp": "2026-07-03T09:00:00.000Z"})
    fork.turns = 9
    fork.you("now try it with decimals")
    fork.patch("*** Update File: app/money.py\n-a\n+b")
    put(tmp_path / "codex", fork, day="sessions/2026/07/03")
    here = coach(tmp_path)
    here.scan()
    rows = {s.id: (s.prompts, s.edits) for s in here.profile.sessions()}
    assert rows == {ID: (1, 2), fork.own: (1, 1)}
    here.close()


def test_a_subagents_rollout_belongs_to_its_session(tmp_path: Path) -> None:
    log, child = parent_and_child(how="wait")
    put(tmp_path / "codex", child)
    put(tmp_path / "codex", log)
    for workers in (1, 2):
        here = coach(tmp_path, f"own{workers}")
        here.scan(workers=workers)
        assert [s.id for s in here.profile.sessions(shown=False)] == [ID]
        assert sum(bool(f.agent) for f in whole(here).facts) == 1
        here.close()


def test_a_subagents_rollout_that_comes_later_joins_it(tmp_path: Path) -> None:
    log, child = parent_and_child(how="wait")
    put(tmp_path / "codex", log)
    here = coach(tmp_path)
    here.scan()
    assert not any(f.agent for f in whole(here).facts)
    path = put(tmp_path / "codex", Rollout(CHILD, source={"subagent": {"thread_spawn": {"parent_thread_id": ID}}}).text())
    path = path.rename(path.with_name(name_of(CHILD)))
    here.scan()
    with path.open("ab") as file:
        file.write(b"".join(encoded(r) + b"\n" for r in child.records[1:]))
    put(tmp_path / "codex", log)
    here.scan()
    assert [f.kind for f in whole(here).facts if f.agent] == [Kind.SEARCH]
    assert [s.id for s in here.profile.sessions(shown=False)] == [ID]
    here.close()


@pytest.fixture
def peeked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were looked into to tell whose they are."""
    out: list[str] = []
    real = Codex.peek

    def peek(self: Codex, path: str) -> Who:
        out.append(os.path.basename(path))
        return real(self, path)

    monkeypatch.setattr(Codex, "peek", peek)
    return out


def test_a_session_that_grows_is_not_looked_into_again_to_tell_whose_it_is(tmp_path: Path, peeked: list[str]) -> None:
    log, child = parent_and_child(how="wait")
    path, other = put(tmp_path / "codex", log), put(tmp_path / "codex", child)
    here = coach(tmp_path)
    here.scan(workers=1)
    assert set(peeked) == {path.name, other.name}
    peeked.clear()
    log.you("and the rates")
    put(tmp_path / "codex", log)
    child.say("And one more.")
    put(tmp_path / "codex", child)
    assert here.scan(workers=1).read == 2
    assert peeked == []
    assert [s.id for s in here.profile.sessions(shown=False)] == [ID]
    assert {f.subagent for f in here.profile.files_of(here.profile.sessions()[0].num)} == {"", CHILD}
    here.close()


@pytest.mark.parametrize("moves", [False, True])
def test_after_a_forget_no_scan_looks_into_the_files_again(tmp_path: Path, peeked: list[str], moves: bool) -> None:
    kept = "01990000-0000-7000-8000-00000000cafe"
    path = put(tmp_path / "codex", work())
    put(tmp_path / "codex", work(kept))
    here = coach(tmp_path)
    here.scan(workers=1)
    (num,) = [s.num for s in here.profile.sessions() if s.id == ID]
    here.profile.db.execute("UPDATE sessions SET project = '/home/sam/secret-garden' WHERE num = ?", (num,))
    here.forget(here.meant(project="secret-garden"))
    peeked.clear()
    if moves:
        path.unlink()
        path = put(tmp_path / "codex", work(), day="archived_sessions", packed=True)
    for _ in range(3):
        here.scan(workers=1)
    assert peeked == [path.name] * moves, "once in the new place"
    here.close()
    here = coach(tmp_path)
    assert here.scan(workers=1).read == 0
    assert peeked == [path.name] * moves, "whoever starts later knows it, too"
    assert [s.id for s in here.profile.sessions(shown=False)] == [kept]
    new = put(tmp_path / "codex", work("01990000-0000-7000-8000-00000000beef"))
    here.scan(workers=1)
    assert set(peeked[moves:]) == {new.name}
    assert len(here.profile.sessions()) == 2
    here.close()


def test_sessions_of_two_agents_with_one_id_stay_apart(tmp_path: Path) -> None:
    claude = tmp_path / "agent" / "projects" / "-shop" / f"{ID}.jsonl"
    claude.parent.mkdir(parents=True)
    record = {
        "type": "user",
        "sessionId": ID,
        "uuid": "u",
        "timestamp": "2026-07-01T09:00:00.000Z",
        "message": {"role": "user", "content": "hello there"},
    }
    claude.write_bytes(encoded(record) + b"\n")
    put(tmp_path / "codex", work())
    here = coach(tmp_path)
    both = Coach(
        type(here.places)(
            tmp_path / "both", tmp_path / "both", (Root("claude-code", tmp_path / "agent"), Root("codex", tmp_path / "codex"))
        )
    )
    both.scan()
    assert sorted((s.agent, s.id) for s in both.profile.sessions()) == [("claude-code", ID), ("codex", ID)]
    both.scan()
    here.close()
    both.close()


def test_sessions_that_only_the_history_names_are_lost(tmp_path: Path) -> None:
    put(tmp_path / "codex", work())
    lines = [{"session_id": own, "ts": 1, "text": "kanarie"} for own in (ID, "gone-1", "gone-2")]
    (tmp_path / "codex" / "history.jsonl").write_text("\n".join(json.dumps(x) for x in lines) + "\nnot json\n[]\n")
    here = coach(tmp_path)
    here.scan()
    assert here.profile.meta("lost") == 2
    assert b"kanarie" not in here.places.profile.read_bytes()
    here.close()
    assert AGENT.history(tmp_path / "nowhere") == set()


def test_no_word_of_a_rollout_is_stored(tmp_path: Path) -> None:
    log = Rollout()
    log.you("kanarie-prompt in kanarie/path.py", images=["kanarie"])
    log.run("pytest -q kanarie", "kanarie failed", 1)
    log.patch("*** Add File: kanarie.py\n+kanarie")
    log.call("spawn_agent", {"message": "kanarie", "agent_type": "kanarie"}, {"agent_id": CHILD})
    log.call("kanarie__tool", {"a": "kanarie"})
    log.event("item_completed", item={"type": "Plan", "text": "kanarie"})
    log.say("kanarie")
    log.add("kanarie type", {})
    put(tmp_path / "codex", log)
    here = coach(tmp_path)
    here.scan()
    here.close()
    for path in (tmp_path / "own").iterdir():
        assert b"kanarie" not in path.read_bytes(), path
