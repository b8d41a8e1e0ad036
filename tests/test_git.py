"""What git is asked, and that asking runs nothing of a repository: each trap is shown to work under plain git."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from accrete_coach import git
from accrete_coach.git import CantRead, Repository, open_repository, person_configs

ME = "sam@example.org"
THEM = "kim@example.org"
BEGAN = 1_790_000_000
"""A Monday of 2026, in seconds."""
DAY = 86_400


class Made:
    """A repository that a test makes, with the times and authors it says."""

    def __init__(self, folder: Path, *init: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *init)
        self.git("config", "user.email", ME)
        self.git("config", "user.name", "Sam")

    def try_git(
        self, *words: str, at: float = BEGAN, who: str = ME, given: bytes = b"", **environ: str
    ) -> subprocess.CompletedProcess[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env = {
            **kept,
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": who.partition("@")[0],
            "GIT_AUTHOR_EMAIL": who,
            "GIT_AUTHOR_DATE": f"{int(at)} +0000",
            "GIT_COMMITTER_NAME": who.partition("@")[0],
            "GIT_COMMITTER_EMAIL": who,
            "GIT_COMMITTER_DATE": f"{int(at)} +0000",
            **environ,
        }
        return subprocess.run(["git", *words], cwd=self.folder, env=env, input=given, capture_output=True, timeout=60)

    def git(self, *words: str, at: float = BEGAN, who: str = ME, given: bytes = b"", **environ: str) -> str:
        done = self.try_git(*words, at=at, who=who, given=given, **environ)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode(errors="replace").strip()

    def commit(self, subject: str, files: Mapping[str, str | None], at: float = BEGAN, who: str = ME, *more: str) -> str:
        """Write files (None: remove) and commit them. Returns the commit."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", subject, *more, at=at, who=who)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "shop")


def opened(path: Path, limit: float = 20.0) -> Repository:
    return open_repository(str(path), limit)


def read_all(path: Path) -> list[str]:
    """Ask everything there is to ask; the subjects of all own commits."""
    one = opened(path)
    refs = one.refs()
    one.main(refs)
    shas = [sha for _, sha, _ in one.graph([ref.sha for ref in refs])]
    mine = one.written(shas, one.emails(()))
    assert b"".join(one.patches([each.sha for each in mine]))
    return [each.subject for each in mine]


# --- nothing runs ----------------------------------------------------------------------------------------------------


class Traps:
    """Programs that leave a file when they run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "fired").mkdir(parents=True)

    def program(self, name: str, then: str = "cat 2>/dev/null; exit 0") -> str:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\ntouch {self.folder}/fired/{name}\n{then}\n")
        path.chmod(0o755)
        return str(path)

    @property
    def fired(self) -> set[str]:
        return set(os.listdir(self.folder / "fired"))


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


def trapped(made: Made, traps: Traps) -> None:
    """A repository whose configuration, attributes and hooks name programs, in every way there is but a fetch."""
    made.commit("one", {"a.txt": "one\n", ".gitattributes": "*.txt diff=shown filter=cleaned\n*.ext diff=other\n"})
    made.commit("two", {"a.txt": "two\n", "b.ext": "b\n"}, BEGAN + 60)
    tree = made.git("rev-parse", "HEAD^{tree}")
    signed = (
        f"tree {tree}\nparent {made.git('rev-parse', 'HEAD')}\nauthor Sam <{ME}> {BEGAN + 90} +0000\ncommitter Sam <{ME}> {BEGAN + 90} +0000\n"
        "gpgsig -----BEGIN PGP SIGNATURE-----\n \n aGVsbG8=\n -----END PGP SIGNATURE-----\n\nthree\n"
    )
    sha = made.git("hash-object", "-t", "commit", "-w", "--stdin", given=signed.encode())
    made.git("reset", "--quiet", "--hard", sha)
    for name in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change"):
        (made.folder / "hooks-of-it").mkdir(exist_ok=True)
        hook = made.folder / "hooks-of-it" / name
        hook.write_text(Path(traps.program(f"hook-{name}")).read_text())
        hook.chmod(0o755)
    included = traps.folder / "included"
    included.write_text(f"[core]\n\tfsmonitor = {traps.program('fsmonitor')}\n")
    for key, value in {
        "include.path": str(included),
        "core.hooksPath": str(made.folder / "hooks-of-it"),
        "core.pager": traps.program("pager"),
        "core.editor": traps.program("editor"),
        "core.askPass": traps.program("askpass"),
        "diff.external": traps.program("external"),
        "diff.shown.textconv": traps.program("textconv"),
        "diff.other.command": traps.program("command"),
        "filter.cleaned.clean": traps.program("clean"),
        "filter.cleaned.smudge": traps.program("smudge"),
        "gpg.program": traps.program("gpg"),
        "log.showSignature": "true",
        "alias.log": f"!{traps.program('alias-log')}",
        "alias.rev-list": f"!{traps.program('alias-rev-list')}",
        "alias.shown": f"!{traps.program('alias')}",
        "credential.helper": f"!{traps.program('credential')}",
        "pager.rev-list": traps.program("pager-of"),
    }.items():
        made.git("config", key, value)


def on_a_terminal(made: Made, *words: str) -> None:
    ours, theirs = pty.openpty()
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "TERM": "xterm"}
    subprocess.run(["git", *words], cwd=made.folder, stdin=theirs, stdout=theirs, stderr=theirs, env=env, timeout=20)
    os.close(theirs)
    os.close(ours)


def test_opening_a_repository_runs_nothing_in_it(made: Made, traps: Traps, monkeypatch: pytest.MonkeyPatch) -> None:
    trapped(made, traps)
    assert traps.fired == set()
    for name, value in {
        "GIT_EXTERNAL_DIFF": traps.program("inherited-diff"),
        "GIT_SSH_COMMAND": traps.program("inherited-ssh"),
        "GIT_PAGER": traps.program("inherited-pager"),
        "GIT_TRACE": str(traps.folder / "fired" / "trace"),
        "GIT_TRACE2_EVENT": str(traps.folder / "fired" / "trace2"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": traps.program("inherited-config"),
        "GIT_DIR": "/nonexistent",
        "GIT_WORK_TREE": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)
    # Importing GitPython runs `git version`, which may be traced where the person asks for it; nothing of the repository is in it.
    import git as _imported  # noqa: F401

    for name in ("trace", "trace2"):
        (traps.folder / "fired" / name).unlink(missing_ok=True)
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")}
    assert read_all(made.folder) == ["three", "two", "one"]
    assert traps.fired == set()
    assert {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")} == before


def test_each_of_these_traps_works_under_plain_git(made: Made, traps: Traps) -> None:
    trapped(made, traps)
    made.try_git("status")
    made.try_git("diff", "HEAD~2", "HEAD")
    made.try_git("-c", "diff.external=", "show", "--ext-diff", "HEAD~1")
    made.try_git("log", "-p")
    made.try_git("shown")
    made.try_git("credential", "fill", given=b"protocol=https\nhost=example.org\n\n")
    (made.folder / "a.txt").write_text("three\n")
    made.try_git("add", "a.txt")
    made.try_git("commit", "-m", "four")
    made.try_git("commit", "--allow-empty")
    (made.folder / "a.txt").unlink()
    made.try_git("checkout", "--", "a.txt")
    made.try_git("checkout", "-b", "other")
    on_a_terminal(made, "log", "-1")
    on_a_terminal(made, "rev-list", "HEAD")
    # An alias can't stand for a command there is, so those two never work; askPass needs a connection.
    assert {
        "fsmonitor", "external", "command", "textconv", "alias", "credential", "clean", "smudge", "gpg", "editor", "pager", "pager-of",
        "hook-pre-commit", "hook-post-checkout", "hook-reference-transaction", "hook-post-index-change",
    } <= traps.fired  # fmt: skip


@pytest.mark.parametrize("lacking", ["", "GIT_NO_LAZY_FETCH"])
@pytest.mark.parametrize("how", ["ext", "ssh", "upload-pack", "helper"])
def test_a_partial_clone_fetches_nothing(
    tmp_path: Path, traps: Traps, how: str, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A git that does not know that variable is held back by having no protocol.
    monkeypatch.delitem(git._ENVIRONMENT, lacking, raising=False)
    whole = Made(tmp_path / "whole")
    whole.commit("one", {"a.txt": "one\n"})
    whole.commit("two", {"a.txt": "two\n"}, BEGAN + 60)
    made = Made(tmp_path / "part")
    made.git("pull", "--quiet", str(whole.folder), "main")
    program = traps.program(how, "exit 1")
    url = {"ext": f"ext::{program}", "ssh": "ssh://example.invalid/x", "helper": "x", "upload-pack": str(whole.folder)}[how]
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": url,
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": program,
        "core.sshCommand": program,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        **({"remote.origin.vcs": "ext"} if how == "helper" else {}),
    }.items():
        made.git("config", key, value)
    if how == "helper":
        made.git("config", "remote.origin.url", f"{program}")
    lost = made.git("rev-parse", "HEAD~1:a.txt")
    (made.folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    # A refusal, not a connection.
    with pytest.raises(CantRead, match="partial clone"):
        read_all(made.folder)
    assert traps.fired == set()
    made.try_git("log", "-p")
    assert traps.fired == {how}


def test_replaced_and_grafted_commits_are_read_as_they_are(made: Made) -> None:
    one = made.commit("one", {"a": "one\n"})
    two = made.commit("two", {"a": "two\n"}, BEGAN + 60)
    made.git("replace", "--graft", two)
    assert made.git("rev-list", "--count", "HEAD") == "1"
    (made.folder / ".git" / "info").mkdir(exist_ok=True)
    (made.folder / ".git" / "info" / "grafts").write_text(f"{two}\n")
    assert [(sha, parents) for _, sha, parents in opened(made.folder).graph([two])] == [(two, (one,)), (one, ())]


# --- what can't be read is a sentence --------------------------------------------------------------------------------


def corrupt(made: Made) -> None:
    sha = made.git("rev-parse", "HEAD")
    path = made.folder / ".git" / "objects" / sha[:2] / sha[2:]
    path.chmod(0o644)
    path.write_bytes(b"nothing that can be unpacked")


def broken_config(made: Made) -> None:
    (made.folder / ".git" / "config").write_text("[core\n")


def later_format(made: Made) -> None:
    made.git("config", "core.repositoryFormatVersion", "99")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (corrupt, "are damaged"),
        (broken_config, "configuration can't be read"),
        (later_format, "configuration can't be read"),
    ],
)
def test_a_damaged_repository_is_said_in_a_sentence(made: Made, harm: Callable[[Made], None], said: str) -> None:
    made.commit("one", {"a": "one\n"})
    harm(made)
    with pytest.raises(CantRead, match=said):
        read_all(made.folder)


def test_what_is_no_repository_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CantRead, match="no such folder"):
        opened(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(CantRead, match="no folder"):
        opened(tmp_path / "file")
    with pytest.raises(CantRead, match="no git repository"):
        opened(tmp_path)
    with pytest.raises(CantRead, match="whole path"):
        open_repository("--upload-pack=x")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_somebody_elses_repository_is_refused(made: Made) -> None:
    made.commit("one", {"a": "one\n"})
    for path in (made.folder, made.folder / ".git"):
        os.chown(path, 4242, 4242)
    with pytest.raises(CantRead, match="another user"):
        opened(made.folder)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
def test_what_does_not_answer_is_given_up(made: Made) -> None:
    # A named pipe that nobody writes to stands for a disk that does not answer: git waits in open(2).
    (made.folder / ".git" / "config").unlink()
    os.mkfifo(made.folder / ".git" / "config")
    began = time.monotonic()
    with pytest.raises(CantRead, match="did not answer in time"):
        opened(made.folder, 0.5)
    assert time.monotonic() - began < 10
    # Nothing of it is left: git is killed with what it started, and a thread takes note of its end.
    until = time.monotonic() + 10
    while (left := running_in(made.folder)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def running_in(folder: Path) -> list[str]:
    """The command lines of processes that were told this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if os.fsencode(folder) in words:
                found.append(b" ".join(words).decode(errors="replace"))
    return found


def test_without_git_it_is_said(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import git as _imported  # noqa: F401

    (tmp_path / "bin").mkdir()
    for name in ("git", "env"):
        (made.folder / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/fired\n")
        (made.folder / name).chmod(0o755)
    monkeypatch.chdir(made.folder)
    # Nor is one taken from the folder the person stands in.
    for path in (str(tmp_path / "bin"), f".:{tmp_path / 'bin'}", f":{tmp_path / 'bin'}"):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(CantRead, match="git is not to be found"):
            opened(made.folder)
    assert not (tmp_path / "fired").exists()


# --- kinds of repositories -------------------------------------------------------------------------------------------


def test_an_empty_repository_has_no_ref(made: Made) -> None:
    one = opened(made.folder)
    assert one.refs() == ()
    assert one.main(()) == ()
    assert one.graph([]) == []


def test_a_bare_repository_can_be_read(tmp_path: Path, made: Made) -> None:
    made.commit("one", {"a": "one\n"})
    made.git("clone", "--quiet", "--bare", str(made.folder), str(tmp_path / "bare"))
    one = opened(tmp_path / "bare")
    assert one.bare
    assert one.path == one.common == str(tmp_path / "bare")
    assert [ref.name for ref in one.refs()] == ["refs/heads/main", "HEAD"]


def test_a_worktree_is_its_main_checkout(tmp_path: Path, made: Made) -> None:
    made.commit("one", {"a": "one\n"})
    made.git("worktree", "add", "--quiet", str(tmp_path / "beside"))
    inner = made.folder / "deep" / "down"
    inner.mkdir(parents=True)
    for path in (tmp_path / "beside", made.folder, inner):
        one = opened(path)
        assert one.path == str(made.folder)
        assert one.common == str(made.folder / ".git")
        assert one.checkouts == (str(made.folder), str(tmp_path / "beside"))


def test_a_shallow_clone_says_so_and_a_detached_head_is_read(tmp_path: Path, made: Made) -> None:
    for n in range(3):
        made.commit(str(n), {"a": f"{n}\n"}, BEGAN + n)
    made.git("clone", "--quiet", "--depth=2", f"file://{made.folder}", str(tmp_path / "shallow"))
    one = opened(tmp_path / "shallow")
    assert one.shallow
    assert len(one.graph([ref.sha for ref in one.refs()])) == 2
    assert not opened(made.folder).shallow
    made.git("checkout", "--quiet", "--detach")
    last = made.commit("detached", {"a": "x\n"}, BEGAN + 9)
    assert [ref.sha for ref in opened(made.folder).refs() if ref.name == "HEAD"] == [last]


def test_tags_name_their_commit_and_other_tags_are_passed_over(made: Made) -> None:
    sha = made.commit("one", {"a": "one\n"})
    made.git("tag", "-a", "-m", "x", "annotated", at=BEGAN + 500)
    made.git("tag", "plain")
    made.git("tag", "of-a-file", "HEAD:a")
    made.git("tag", "of-a-tree", "HEAD^{tree}")
    tags = {ref.name: (ref.sha, ref.at) for ref in opened(made.folder).refs() if ref.name.startswith("refs/tags/")}
    assert tags == {"refs/tags/annotated": (sha, BEGAN + 500), "refs/tags/plain": (sha, BEGAN)}


def test_the_main_branch_is_what_the_remote_calls_so(tmp_path: Path, made: Made) -> None:
    one = made.commit("one", {"a": "one\n"})
    made.git("branch", "stable")
    made.git("checkout", "--quiet", "stable")
    made.git("clone", "--quiet", str(made.folder), str(tmp_path / "clone"))
    clone = Made(tmp_path / "clone")
    two = clone.commit("two", {"a": "two\n"})
    repository = opened(tmp_path / "clone")
    # Theirs is called stable: what was fetched of it, and the branch of that name here.
    assert set(repository.main(repository.refs())) == {one, two}
    made.git("checkout", "--quiet", "-b", "main2")
    assert opened(made.folder).main(opened(made.folder).refs()) == (one,)


def test_only_own_commits_are_read_whatever_a_name_holds(made: Made) -> None:
    made.commit("mine", {"a": "1\n"})
    made.commit("upper", {"a": "2\n"}, BEGAN + 1, ME.upper())
    made.commit("theirs", {"a": "3\n"}, BEGAN + 2, THEM)
    made.commit("longer", {"a": "4\n"}, BEGAN + 3, f"x{ME}")
    made.commit("pattern", {"a": "5\n"}, BEGAN + 4, ME.replace(".", "x"))
    made.git("commit", "--quiet", "--allow-empty", "-m", "named so", f"--author={ME} author {ME} <{THEM}>")
    one = opened(made.folder)
    shas = [sha for _, sha, _ in one.graph([ref.sha for ref in one.refs()])]
    assert [each.subject for each in one.written(shas, [ME])] == ["upper", "mine"]
    assert one.written(shas, []) == []
    # What is no address is asked for nowhere.
    assert one.written(shas, ["", "--all", "a b", "x\ny", "*"]) == []


def test_hostile_words_come_back_as_they_are(made: Made) -> None:
    subject = "\x1b]52;c;aGk=\x07 \u202e commit 0123456789012345678901234567890123456789"
    sha = made.commit(
        subject, {"a\nb\x1b[2J": "x\n", "-n": "y\n"}, BEGAN, ME, "-m", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b"
    )
    one = opened(made.folder)
    (found,) = one.written([sha], [ME])
    assert found.subject == subject
    assert found.body.startswith("diff --git")
    with pytest.raises(ValueError, match="id of a commit"):
        one.written(["--all"], [ME])
    with pytest.raises(ValueError, match="id of a commit"):
        list(one.patches([f"{sha}\n--all"]))


def test_addresses_come_from_the_repository_and_the_persons_own_file(made: Made, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\temail = sam@home.example\n[include]\n\tpath = other\n")
    (home / "other").write_text("[user]\n\temail = no@example.org\n")
    assert opened(made.folder).emails(person_configs(str(home))) == (ME, "sam@home.example")
    (home / ".gitconfig").write_text("[broken\n")
    (home / ".config" / "git" / "config").write_text("[user]\n\temail = sam@xdg.example\n")
    assert opened(made.folder).emails(person_configs(str(home))) == (ME, "sam@xdg.example")
