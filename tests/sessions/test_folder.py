"""Which transcript files there are; what is passed over is named with its reason."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from lines import Log, coach, put

from accrete_coach.sessions import folder as folders
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.claude_code import AGENT
from accrete_coach.sessions.folder import Sweep, Sweeper, any_transcript, sweep


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path / "agent", "one.jsonl", b"{}\n", "-a")
    return tmp_path / "agent"


def look(*roots: Path) -> Sweep:
    return sweep(tuple(Root("claude-code", root) for root in roots))


def names(*roots: Path) -> list[str]:
    return sorted(f.name for f in look(*roots).files)


def why(root: Path) -> dict[str, str]:
    return {os.path.relpath(path, root): reason for path, reason in look(root).passed}


def test_main_transcripts_and_those_of_subagents_are_told_apart(root: Path) -> None:
    for name in ("two/subagents/agent-x1.jsonl", "two/subagents/workflows/wf_1/agent-x2.jsonl", "agent-old.jsonl", "two.jsonl"):
        put(root, name, b"{}\n", "-a")
    found = {f.name: (f.session, f.subagent) for f in look(root).files}
    assert found == {
        "projects/-a/one.jsonl": ("one", ""),
        "projects/-a/two.jsonl": ("two", ""),
        "projects/-a/agent-old.jsonl": ("", "old"),
        "projects/-a/two/subagents/agent-x1.jsonl": ("two", "x1"),
        "projects/-a/two/subagents/workflows/wf_1/agent-x2.jsonl": ("two", "x2"),
    }


def test_what_is_no_transcript_is_not_read(root: Path) -> None:
    for name in (
        "two/tool-results/toolu_1.jsonl",
        "two/tool-results/toolu_1.txt",
        "two/subagents/agent-x1.meta.json",
        "two/subagents/workflows/wf_1/journal.jsonl",
        "memory/MEMORY.md",
        "memory/subagents/agent-x.jsonl",
        "sessions-index.json",
        "notes.txt",
        "one.jsonl.bak",
    ):
        put(root, name, b"{}\n", "-a")
    (root / "history.jsonl").write_bytes(b"{}\n")
    (root / "projects" / "stray.jsonl").write_bytes(b"{}\n")
    assert names(root) == ["projects/-a/one.jsonl"]


def test_the_times_and_sizes_are_the_files(root: Path) -> None:
    (found,) = look(root).files
    status = os.stat(found.path)
    assert (found.size, found.mtime, found.inode, found.device) == (
        status.st_size,
        status.st_mtime_ns,
        status.st_ino,
        status.st_dev,
    )
    assert found.root == str(root)


def test_a_missing_root_is_named(tmp_path: Path, root: Path) -> None:
    found = look(tmp_path / "nowhere", root)
    assert found.missing == [str(tmp_path / "nowhere")]
    assert len(found.files) == 1


def test_a_root_whose_projects_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "projects").write_bytes(b"")
    assert why(tmp_path) == {"projects": "not a folder"}


def test_the_same_root_twice_is_read_once(tmp_path: Path, root: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert names(root, root) == ["projects/-a/one.jsonl"]
    assert names(root, tmp_path / "link") == ["projects/-a/one.jsonl"]
    assert names(tmp_path / "agent" / ".." / "agent", root) == ["projects/-a/one.jsonl"]


def test_a_root_behind_a_link_is_read(tmp_path: Path, root: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "projects").symlink_to(root / "projects")
    assert names(tmp_path / "link") == ["projects/-a/one.jsonl"]
    assert names(tmp_path / "other") == ["projects/-a/one.jsonl"]


def test_loops_of_links_end(root: Path) -> None:
    (root / "projects" / "loop").symlink_to(root / "projects")
    (root / "projects" / "-a" / "self").symlink_to(root / "projects" / "-a")
    (root / "projects" / "-a" / "s" / "subagents").mkdir(parents=True)
    (root / "projects" / "-a" / "s" / "subagents" / "up").symlink_to(root / "projects" / "-a" / "s")
    (root / "projects" / "x").symlink_to(root / "projects" / "y")
    (root / "projects" / "y").symlink_to(root / "projects" / "x")
    assert names(root) == ["projects/-a/one.jsonl"]
    passed = why(root)
    assert set(passed) == {"projects/loop", "projects/x", "projects/y", "projects/-a/self", "projects/-a/s/subagents/up"}
    assert all(passed.values())
    assert passed["projects/-a/self"] == "a link to a folder that was already read"


def test_a_link_that_leads_nowhere_is_named(root: Path) -> None:
    (root / "projects" / "gone").symlink_to(root / "nowhere")
    assert why(root) == {"projects/gone": "a link that leads nowhere"}


def test_two_links_to_one_folder_are_read_once(root: Path) -> None:
    (root / "projects" / "-b").symlink_to(root / "projects" / "-a")
    (root / "projects" / "-c").symlink_to(root / "projects" / "-a")
    assert len(names(root)) == 1
    assert len(why(root)) == 2


def test_links_out_of_the_tree_are_passed_over_and_named(tmp_path: Path, root: Path) -> None:
    put(tmp_path / "other", "two.jsonl", b"{}\n", "-b")
    (root / "projects" / "out").symlink_to(tmp_path / "other" / "projects" / "-b")
    (root / "projects" / "-a" / "two.jsonl").symlink_to(tmp_path / "other" / "projects" / "-b" / "two.jsonl")
    (root / "projects" / "-a" / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    # A name that only begins like the root's is outside as well.
    put(tmp_path / "agent", "three.jsonl", b"{}\n", "../projects-old/-c")
    (root / "projects" / "old").symlink_to(root / "projects-old" / "-c")
    assert names(root) == ["projects/-a/one.jsonl"]
    assert why(root) == {
        "projects/out": "a link out of the agent's folder",
        "projects/old": "a link out of the agent's folder",
        "projects/-a/two.jsonl": "a link to a file",
        "projects/-a/gone.jsonl": "a link to a file",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_is_passed_over_and_named_and_nothing_waits_for_it(tmp_path: Path, root: Path) -> None:
    os.mkfifo(root / "projects" / "-a" / "pipe.jsonl")
    os.mkfifo(root / "projects" / "pipe")
    assert names(root) == ["projects/-a/one.jsonl"]
    assert why(root) == {"projects/-a/pipe.jsonl": "no regular file", "projects/pipe": "no file and no folder"}
    here = coach(tmp_path)
    report = here.scan()
    assert {os.path.basename(path) for path, _ in report.problems} == {"pipe.jsonl", "pipe"}
    here.close()


def test_a_folder_that_is_called_like_a_transcript_is_passed_over(root: Path) -> None:
    (root / "projects" / "-a" / "folder.jsonl").mkdir()
    assert why(root) == {"projects/-a/folder.jsonl": "no regular file"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named_and_the_rest_is_read(tmp_path: Path, root: Path) -> None:
    log = Log("two")
    log.user("round the tax")
    path = put(root, "two.jsonl", log, "-a")
    put(root, "three.jsonl", log, "-b")
    os.chmod(path, 0)
    os.chmod(root / "projects" / "-b", 0)
    try:
        here = coach(tmp_path)
        report = here.scan()
        assert {os.path.basename(p): reason for p, reason in report.problems} == {
            "two.jsonl": "Permission denied",
            "-b": "Permission denied",
        }
        here.close()
    finally:
        os.chmod(root / "projects" / "-b", 0o700)


def test_a_file_that_can_not_be_opened_is_named_and_the_rest_is_read(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("two", "three"):
        log = Log(name)
        log.user("round the tax per line")
        put(root, f"{name}.jsonl", log, "-a")
    real = os.open

    def refuse(path: object, *rest: object, **more: object) -> int:
        if str(path).endswith("two.jsonl"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest, **more)  # type: ignore[arg-type]

    here = coach(tmp_path)
    monkeypatch.setattr(os, "open", refuse)
    report = here.scan(workers=1)
    monkeypatch.undo()
    assert [(os.path.basename(path), reason) for path, reason in report.problems] == [("two.jsonl", "Permission denied")]
    assert [s.id for s in here.profile.sessions()] == ["three"]
    here.close()


def test_a_file_that_vanishes_while_it_is_looked_at_is_no_problem(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def vanish(path: object, *rest: object, **more: object) -> int:
        if str(path).endswith("one.jsonl"):
            raise FileNotFoundError(2, "No such file", str(path))
        return real(path, *rest, **more)  # type: ignore[arg-type]

    here = coach(tmp_path)
    monkeypatch.setattr(os, "open", vanish)
    assert here.scan(workers=1).problems == ()
    monkeypatch.undo()
    here.close()


# --- again and again --------------------------------------------------------------------------------------------------------


def test_the_session_of_an_old_subagents_file_stands_in_its_first_record(tmp_path: Path) -> None:
    log = Log("parent", agent="x")
    log.user("find it")
    assert AGENT.peek(str(put(tmp_path, "agent-x.jsonl", log))) == ("parent", "x")
    assert AGENT.peek(str(put(tmp_path, "agent-y.jsonl", b"\xff\0 nothing"))) == ("", "y")
    assert AGENT.peek(str(tmp_path / "agent-z.jsonl")) == ("", "z")


def test_a_quick_look_finds_what_grew_what_is_new_and_what_vanished(root: Path) -> None:
    now = os.stat(root / "projects" / "-a" / "one.jsonl").st_mtime
    sweeper = Sweeper((Root("claude-code", root),), lambda: now)
    assert [f.name for f in sweeper.full()] == ["projects/-a/one.jsonl"]
    assert sweeper.quick() == []
    with open(root / "projects" / "-a" / "one.jsonl", "ab") as file:
        file.write(b"{}\n")
    (grown,) = sweeper.quick()
    assert grown.size == 6
    assert sweeper.quick() == []
    for folder in (root / "projects" / "-a", root / "projects"):
        os.utime(folder, ns=(1, 1))
    sweeper.full()
    put(root, "two.jsonl", b"{}\n", "-a")
    assert {f.name for f in sweeper.quick()} == {"projects/-a/one.jsonl", "projects/-a/two.jsonl"}
    put(root, "three.jsonl", b"{}\n", "-new")
    assert "projects/-new/three.jsonl" in {f.name for f in sweeper.quick()}
    (root / "projects" / "-a" / "one.jsonl").unlink()
    sweeper.quick()
    assert sweeper.take_vanished() == [(str(root), "projects/-a/one.jsonl")]
    assert sweeper.take_vanished() == []


def test_what_vanished_before_the_first_look_is_noticed_by_it(root: Path, tmp_path: Path) -> None:
    there = [(str(root), f"projects/-a/{name}.jsonl") for name in ("one", "two")]
    elsewhere = str(tmp_path / "unmounted")
    sweeper = Sweeper(
        (Root("claude-code", root), Root("claude-code", Path(elsewhere))),
        lambda: 0.0,
        [*there, (elsewhere, "projects/-b/x.jsonl")],
    )
    sweeper.full()
    assert sweeper.take_vanished() == [(str(root), "projects/-a/two.jsonl")]
    sweeper.full()
    assert sweeper.take_vanished() == []


def test_a_file_that_rested_for_a_day_is_left_to_the_slow_rounds(root: Path) -> None:
    path = root / "projects" / "-a" / "one.jsonl"
    now = os.stat(path).st_mtime + 2 * 86_400
    sweeper = Sweeper((Root("claude-code", root),), lambda: now)
    sweeper.full()
    with open(path, "ab") as file:
        file.write(b"{}\n")
    assert sweeper.quick() == []
    (found,) = sweeper.full()
    assert found.size == 6


def test_a_hint_names_the_file_to_look_at(root: Path) -> None:
    path = root / "projects" / "-a" / "one.jsonl"
    sweeper = Sweeper((Root("claude-code", root),), lambda: 0.0)
    sweeper.full()
    assert sweeper.look({str(path)}) == []
    with open(path, "ab") as file:
        file.write(b"{}\n")
    assert [f.size for f in sweeper.look({str(path), str(root / "elsewhere.txt")})] == [6]
    new = put(root, "two.jsonl", b"{}\n", "-a")
    assert str(new) in {f.path for f in sweeper.look({str(new)})}
    path.unlink()
    assert sweeper.look({str(path)}) == []
    assert len(sweeper.take_vanished()) == 1


def test_a_look_at_a_quiet_tree_goes_through_no_folder_and_misses_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "STILL", -60.0)  # The folders of a test have all just changed.
    put_in = root / "projects" / "-a"
    deep = put_in / "one" / "subagents"
    deep.mkdir(parents=True)
    sweeper = Sweeper((Root("claude-code", root), Root("codex", root / "later")), lambda: 1e12)
    looked: list[int] = []
    whole = folders.sweep

    def noted(roots: tuple[Root, ...]) -> Sweep:
        looked.append(1)
        return whole(roots)

    monkeypatch.setattr(folders, "sweep", noted)

    def seen() -> set[tuple[str, int]]:
        found = {(f.name, f.size) for f in sweeper.full()}
        assert found == {(f.name, f.size) for f in whole((Root("claude-code", root), Root("codex", root / "later"))).files}
        # File systems count time in steps.
        time.sleep(0.02)
        return found

    first = seen()
    assert seen() == first
    assert len(looked) == 1
    with open(put_in / "one.jsonl", "ab") as file:
        file.write(b"{}\n")
    assert seen() != first
    assert len(looked) == 1, "a file that grew is seen where it lies"
    for change in (
        lambda: (deep / "agent-x.jsonl").write_bytes(b"{}\n"),
        lambda: (put_in / "two.jsonl").write_bytes(b"{}\n"),
        lambda: (put_in / "two.jsonl").unlink(),
        lambda: (root / "later" / "sessions").mkdir(parents=True),
        lambda: shutil.rmtree(deep),
    ):
        before = len(looked)
        change()
        seen()
        assert len(looked) == before + 1
    assert [name for _, name in sweeper.take_vanished()] == ["projects/-a/two.jsonl", "projects/-a/one/subagents/agent-x.jsonl"]


def test_folders_that_have_just_changed_are_gone_through_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What changes within one step of the file system's clock leaves the folder's time as it was.
    looked: list[int] = []
    whole = folders.sweep
    monkeypatch.setattr(folders, "STILL", 3600.0)

    def noted(roots: tuple[Root, ...]) -> Sweep:
        looked.append(1)
        return whole(roots)

    monkeypatch.setattr(folders, "sweep", noted)
    sweeper = Sweeper((Root("claude-code", root),), lambda: 1e12)
    for times in (1, 2, 3):
        assert [f.name for f in sweeper.full()] == ["projects/-a/one.jsonl"]
        assert len(looked) == times


def test_one_transcript_is_enough_to_know_that_there_is_any(root: Path, tmp_path: Path) -> None:
    (tmp_path / "none" / "projects" / "-a").mkdir(parents=True)
    nothing = Root("claude-code", tmp_path / "none")
    assert not any_transcript((nothing, Root("codex", tmp_path / "nowhere")))
    assert any_transcript((nothing, Root("claude-code", root)))
    (root / "projects" / "-b").mkdir()
    (root / "projects" / "-b" / "three.jsonl").write_bytes(b"{}\n")
    assert len(sweep((Root("claude-code", root),), enough=1).files) == 1
