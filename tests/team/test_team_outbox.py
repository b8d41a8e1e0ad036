"""What is about to leave: the exact bytes, one confirmation, one push; and what is left of it whatever dies."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from team_remotes import BRANCH, bare, everything, git, hung, named, served

from accrete_coach.git import Limits, TeamRepository
from accrete_coach.team import keys
from accrete_coach.team.outbox import Confirmed, Outbox, OutboxTrouble, off, preview

NOW = datetime(2026, 11, 30, 14, 5, 6, tzinfo=UTC)
DAY = int(datetime(2026, 11, 30, tzinfo=UTC).timestamp())
SOME = {named(b'{"a":1}'): b'{"a":1}', named(b"# a", "v1/exemplars", "md"): b"# a"}
OTHER = {named(b"a = 1", "v1/practices", "toml"): b"a = 1"}


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return bare(tmp_path / "team.git")


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "home" / "team")


def copy(box: Outbox) -> TeamRepository:
    return TeamRepository(str(box.path / "repo.git"))


def whats(box: Outbox) -> list[str]:
    lines, problems = box.log()
    assert not problems
    return [line.what for line in lines]


def test_the_hash_stands_for_the_address_and_every_path_and_byte() -> None:
    one = preview(SOME, "/a")
    assert [(file.path, file.data) for file in one.files] == sorted(SOME.items())
    assert preview(dict(reversed(SOME.items())), "/a") == one
    path = next(iter(SOME))
    others = [preview(SOME, "/b"), preview({**SOME, path: b"x"}, "/a"), preview({**SOME, **OTHER}, "/a"), preview(OTHER, "/a")]
    assert len({each.hash for each in (one, *others)}) == 5


@pytest.mark.parametrize(
    "path", ["v1/totals/x.json", "../" + named(b"x"), "/v1", "v1/other/" + "0" * 32 + ".json", named(b"x") + "\n", "README.md"]
)
def test_only_files_of_the_layout_can_leave(path: str) -> None:
    with pytest.raises(ValueError, match="layout"):
        preview({path: b"x"}, "/a")


def test_what_was_seen_is_what_left_and_a_copy_of_it_stays(team: Path, box: Outbox) -> None:
    seen = box.put(SOME, str(team), NOW)
    assert box.waiting() == seen
    pushed = box.send(box.confirm(seen.hash), copy(box), NOW)
    held = everything(team)
    assert held.refs == {BRANCH: pushed.commit}
    assert sorted(data for kind, data in held.objects.values() if kind == "blob") == sorted(file.data for file in seen.files)
    who = f"accrete-coach <accrete-coach@localhost.invalid> {DAY} +0000"
    commits = [data.decode() for kind, data in held.objects.values() if kind == "commit"]
    assert [text.split("\n", 1)[1] for text in commits] == [f"author {who}\ncommitter {who}\n\naccrete-coach: share\n"]
    assert {kind for kind, _ in held.objects.values()} == {"blob", "commit", "tree"}
    assert box.copies() == ((f"2026-11-30-{seen.hash}", seen),)
    assert box.waiting() is None
    lines, _ = box.log()
    assert [(line.what, line.hash, line.commit) for line in lines] == [
        ("begun", seen.hash, ""),
        ("sent", seen.hash, pushed.commit),
    ]
    assert lines[1].files == tuple((file.path, file.sha256, len(file.data)) for file in seen.files)


def test_everything_is_for_the_owner_alone(team: Path, box: Outbox) -> None:
    box.send(box.confirm(box.put(SOME, str(team), NOW).hash), copy(box), NOW)
    box.put(OTHER, str(team), NOW)
    kept = [path for path in box.path.rglob("*") if "repo.git" not in path.parts]
    assert kept
    for path in kept:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_confirmation_counts_for_these_bytes_only(team: Path, box: Outbox) -> None:
    seen = box.put(SOME, str(team), NOW)
    confirmed = box.confirm(seen.hash)
    with pytest.raises(OutboxTrouble, match="look at it again"):
        box.confirm("0" * 64)
    box.put(OTHER, str(team), NOW)
    with pytest.raises(OutboxTrouble, match="look at it again"):
        box.send(confirmed, copy(box), NOW)
    box.put(SOME, str(team), NOW)
    file = next(path for path in (box.path / "outbox").rglob("*.md"))
    file.write_bytes(b"# b")
    with pytest.raises(OutboxTrouble, match="look at it again"):
        box.send(confirmed, copy(box), NOW)
    assert box.waiting() is None
    assert everything(team).refs == {}


@pytest.mark.parametrize("harm", ["missing", "link", "more", "to", "renamed"])
def test_an_outbox_that_is_not_whole_is_absent(team: Path, box: Outbox, harm: str) -> None:
    seen = box.put(SOME, str(team), NOW)
    folder = box.path / "outbox" / seen.hash
    page = next(folder.rglob("*.md"))
    if harm == "missing":
        page.unlink()
    elif harm == "link":
        page.rename(box.path / "page")
        page.symlink_to(box.path / "page")
    elif harm == "more":
        page.with_name("0" * 32 + ".md").write_bytes(b"x")
    elif harm == "to":
        (folder / "to").write_text("/elsewhere")
    else:
        folder.rename(folder.with_name("0" * 64))
    assert box.waiting() is None
    with pytest.raises(OutboxTrouble):
        box.send(Confirmed(seen.hash), copy(box), NOW)
    assert box.put(SOME, str(team), NOW) == box.waiting() == seen


def test_what_was_surely_not_sent_waits_and_can_be_deleted(tmp_path: Path, box: Outbox) -> None:
    seen = box.put(SOME, str(tmp_path / "nowhere"), NOW)
    with pytest.raises(OutboxTrouble, match="Nothing was sent; it still waits"):
        box.send(box.confirm(seen.hash), copy(box), NOW)
    assert box.waiting() == seen
    box.discard(NOW)
    assert whats(box) == ["begun", "refused", "deleted"]
    assert box.copies() == ()
    assert box.waiting() is None
    assert not (box.path / "outbox").exists()


def test_share_off_deletes_what_waits_and_the_keys(team: Path, box: Outbox) -> None:
    path = box.path / "keys.json"
    keys.load_or_make(path)
    box.put(SOME, str(team), NOW)
    (box.path / ".new-half").mkdir()
    off(box.path, path, NOW)
    assert {one.name for one in box.path.iterdir()} == {"sent.log"}
    off(box.path, path, NOW)
    assert whats(box) == ["deleted"]


def test_what_may_have_left_is_never_deleted(team: Path, tmp_path: Path, box: Outbox) -> None:
    git(team, "config", "http.receivepack", "true")
    hook = team / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsleep 8\n")
    hook.chmod(0o755)
    with served(tmp_path) as url:
        seen = box.put(SOME, f"{url}/team.git", NOW)
        with pytest.raises(OutboxTrouble, match="not known"):
            box.send(box.confirm(seen.hash), copy(box), NOW, Limits(seconds=4.0))
    assert BRANCH in everything(team).refs
    assert box.waiting() == seen
    off(box.path, box.path / "keys.json", NOW)
    assert [copied for _, copied in box.copies()] == [seen]
    assert whats(box)[-1] == "perhaps"


def test_the_same_can_be_sent_again_where_the_remote_was_made_anew(team: Path, box: Outbox) -> None:
    for _ in range(2):
        seen = box.put(SOME, str(team), NOW)
        box.send(box.confirm(seen.hash), copy(box), NOW)
    assert git(team, "rev-list", "--count", BRANCH) == b"1\n"
    assert len(box.copies()) == 1
    box.put(SOME, str(team), NOW)
    box.discard(NOW)
    assert whats(box) == ["begun", "sent", "begun", "sent", "deleted"]


_SEND = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from accrete_coach.git import TeamRepository
from accrete_coach.team.outbox import Outbox
box = Outbox(Path(sys.argv[1]))
waits = box.waiting()
print("ready", flush=True)
box.send(box.confirm(waits.hash), TeamRepository(str(box.path / "repo.git")), datetime(2026, 11, 30, 14, 5, 6, tzinfo=timezone.utc))
print("done", flush=True)
"""


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.08, 0.11, 0.14, 0.17, 0.2, 0.25, 0.3])
def test_killed_at_any_moment_of_sending_it_waits_whole_or_was_sent_and_is_never_sent_by_itself(
    team: Path, box: Outbox, after: float
) -> None:
    seen = box.put(SOME, str(team), NOW)
    with subprocess.Popen([sys.executable, "-c", _SEND, str(box.path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    _settled(box.path.parent.parent)
    there = everything(team)
    waits = box.waiting()
    if waits is None:
        assert box.copies() == ((f"2026-11-30-{seen.hash}", seen),)
        assert BRANCH in there.refs
        assert whats(box) == ["begun", "sent"]
    else:
        assert waits == seen
        assert everything(team) == there, "nothing is sent without a new confirmation"
        box.send(box.confirm(seen.hash), copy(box), NOW + timedelta(days=1))
        assert whats(box)[-1] == "sent"
    assert git(team, "rev-list", "--count", BRANCH) == b"1\n"
    assert sorted(data for kind, data in everything(team).objects.values() if kind == "blob") == sorted(SOME.values())
    assert len(box.copies()) == 1


def _settled(folder: Path) -> None:
    """Wait for what a killed sender started: git itself goes on to its end."""
    deadline = time.monotonic() + 30
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
        told = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
        quiet = 0 if str(folder) in told else quiet + 1


def test_killed_between_the_push_and_the_log_it_is_found_out_the_next_time(
    team: Path, box: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = box.put(SOME, str(team), NOW)

    def died(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "_left", died)
        with pytest.raises(KeyboardInterrupt):
            box.send(box.confirm(seen.hash), copy(box), NOW)
    assert whats(box) == ["begun"]
    assert box.waiting() is None
    assert whats(box) == ["begun", "sent"]
    assert [copied for _, copied in box.copies()] == [seen]


def test_a_torn_line_of_the_log_spoils_no_other(team: Path, box: Outbox) -> None:
    box.send(box.confirm(box.put(SOME, str(team), NOW).hash), copy(box), NOW)
    log = box.path / "sent.log"
    log.write_bytes(log.read_bytes() + b'{"at": 17')
    box.send(box.confirm(box.put(OTHER, str(team), NOW).hash), copy(box), NOW)
    lines, problems = box.log()
    assert [line.what for line in lines] == ["begun", "sent"] * 2
    assert problems == ("sent.log: line 3 can't be read; it is passed over.",)
    for line in log.read_bytes().splitlines():
        if not line.startswith(b'{"at": 17') or line.endswith(b"}"):
            assert set(json.loads(line)) == {"at", "what", "hash", "to", "files", "commit"}


def test_a_server_that_hangs_before_anything_left_is_a_sentence(box: Outbox) -> None:
    with hung() as url:
        seen = box.put(SOME, url, NOW)
        with pytest.raises(OutboxTrouble, match="did not answer in time"):
            box.send(box.confirm(seen.hash), copy(box), NOW, Limits(seconds=0.5))
    assert box.waiting() == seen
    assert whats(box) == ["begun", "refused"]
