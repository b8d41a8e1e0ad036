"""A repository on disk -> what git tells of it, in plain values. The only module that runs git, and it only ever reads.

Whatever a repository holds was written by somebody: its configuration, attributes and hooks can name programs. So git runs with
an environment of its own (`env -i`), without the configuration of the system and of the person, and what a repository's own
configuration could name is overruled; only plumbing is run that asks neither the index nor the checkout. Nothing is fetched:
every protocol is forbidden, so that a partial clone answers with an error instead of a connection. No option comes from data:
commits go in by stdin and are hexadecimal, and a folder follows the option whose value it is.

Everything that may hang (a folder on a dead mount, a named pipe for a configuration) happens in git's process, never here: when
the time is up, its whole group is killed, and it is not waited for.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

LIMIT = 20.0
"""Seconds that all questions to one repository may take together, where nothing else is said."""
MOST_BYTES = 400_000_000
"""Bytes that one answer of git's may have."""
MOST_OF_A_MESSAGE = 4_000
"""Bytes of a commit's message, after its first line, that are looked at."""

_ENV = "/usr/bin/env"
"""Where every system that has git has it."""
_SETTINGS = {
    "core.alternateRefsCommand": "",
    "core.askPass": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.quotePath": "true",
    "core.sshCommand": "false",
    "core.useReplaceRefs": "false",
    "credential.helper": "",
    "color.ui": "false",
    "diff.ignoreSubmodules": "all",
    "gc.auto": "0",
    "gpg.program": "false",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ASKPASS": "false",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_EDITOR": "false",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_SSH_COMMAND": "false",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": "/dev/null",
    "LANGUAGE": "C",
    "LC_ALL": "C",
    "SSH_ASKPASS": "false",
    "XDG_CONFIG_HOME": "/dev/null",
}
_PATCHES = (
    *("diff-tree", "--stdin", "--root", "-r", "-p", "-U0", "--inter-hunk-context=0", "--no-renames", "--no-ext-diff"),
    *("--no-textconv", "--ignore-submodules=all", "--submodule=short", "--no-color", "--no-relative"),
    *("--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/"),
)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EMAIL = re.compile(r"[^\s<>\x00-\x1f\x7f]{1,254}")

_DAMAGED = (
    "some of its objects are damaged, or missing as in a partial clone (nothing is fetched), so its history can't be followed"
)
_REASONS: tuple[tuple[bytes, str], ...] = (
    (rb"dubious ownership", "it belongs to another user of this machine, and git does not trust it"),
    (rb"not a git repository", "there is no git repository"),
    (rb"cannot change to .*: No such file", "there is no such folder"),
    (rb"cannot change to .*: Not a directory", "that is no folder"),
    (rb"Permission denied", "there is no permission to read it"),
    (rb"transport .* not allowed|promisor", "it is a partial clone: some of its objects are not on this machine, and nothing is fetched"),
    (rb"bad config|invalid config|repository extension|[Ee]xpected git repo version|bad boolean|bad numeric", "its configuration can't be read"),
    (rb"(?i)corrupt|bad object|bad tree|missing|inflate|unable to (?:read|parse|unpack)|could not (?:read|parse)|not a valid object|bad sha1", _DAMAGED),
    (rb"No such file or directory", "git is not to be found on this machine"),
)  # fmt: skip


class CantRead(Exception):
    """A repository can't be read; the message is a sentence for the person, with the path in it: clean it before it is shown."""


class Ref(NamedTuple):
    """A name that a commit has."""

    name: str
    """In full: refs/heads/main."""
    sha: str
    """The commit."""
    at: int
    """When a tag was made, or the commit: seconds since 1970, UTC."""


class Written(NamedTuple):
    """A commit of the person's own. Its words are raw, and kept nowhere."""

    sha: str
    parents: int
    """How many."""
    authored: int
    """Seconds since 1970, UTC."""
    committed: int
    """Seconds since 1970, UTC."""
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that was opened. All its questions raise CantRead."""

    path: str
    """The main checkout; the folder itself where it is bare."""
    common: str
    """The folder that all its worktrees share."""
    checkouts: tuple[str, ...]
    """The main checkout and the worktrees."""
    bare: bool
    shallow: bool
    """Its history begins somewhere in the middle."""
    until: float
    """When its time is up, by `time.monotonic`."""

    def refs(self) -> tuple[Ref, ...]:
        """The branches, remote branches and tags that name a commit, and HEAD where there is one."""
        wanted = "%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(creatordate:unix) %(refname)"
        told = _run(self.path, ["for-each-ref", f"--format={wanted}", "refs/heads", "refs/remotes", "refs/tags"], self.until)
        found = []
        for line in told.decode("utf-8", "surrogateescape").splitlines():
            kind, sha, of_kind, of, at, name = line.split(" ", 5)
            if "commit" in (kind, of_kind):
                found.append(Ref(name, sha if kind == "commit" else of, int(at) if at.isdigit() else 0))
        head = _run(self.path, ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], self.until, fine=(0, 1)).decode().strip()
        return (*found, Ref("HEAD", head, 0)) if _SHA.fullmatch(head) else tuple(found)

    def main(self, refs: Sequence[Ref]) -> tuple[str, ...]:
        """The tips of the main branch: what the remote calls so, else the branch named main, master or trunk, else the only one."""
        named = {ref.name: ref.sha for ref in refs}
        told = _run(
            self.path, ["for-each-ref", "--format=%(refname) %(symref)", "refs/remotes/*/HEAD", "refs/remotes/*"], self.until
        )
        points = dict(line.split(" ", 1) for line in told.decode("utf-8", "replace").splitlines() if " refs/" in line)
        remote = points.get("refs/remotes/origin/HEAD") or next((to for name, to in points.items() if name.endswith("/HEAD")), "")
        names = [remote.split("/", 3)[3]] if remote.count("/") >= 3 else ["main", "master", "trunk"]
        for name in names:
            tips = [ref.sha for ref in refs if ref.name in (f"refs/heads/{name}", f"refs/remotes/origin/{name}", remote)]
            if tips:
                return tuple(dict.fromkeys(tips))
        heads = [sha for name, sha in named.items() if name.startswith("refs/heads/")]
        return tuple(heads) if len(heads) == 1 else ()

    def graph(self, tips: Sequence[str]) -> list[tuple[int, str, tuple[str, ...]]]:
        """(seconds since 1970, commit, its parents) of everything that these commits stand on; a commit before its parents."""
        told = _run(self.path, ["rev-list", "--date-order", "--timestamp", "--parents", "--stdin"], self.until, given=_list(tips))
        out = []
        for line in told.decode("ascii").splitlines():
            at, sha, *parents = line.split(" ")
            out.append((int(at), sha, tuple(parents)))
        return out

    def written(self, shas: Sequence[str], identities: Sequence[str]) -> list[Written]:
        """Those of these commits whose author has one of these addresses. Git leaves the others out: they are not read here."""
        known = {one.casefold() for one in identities if _EMAIL.fullmatch(one)}
        if not known or not shas:
            return []
        told = _run(
            self.path,
            ["rev-list", "--no-walk=unsorted", "--fixed-strings", "--regexp-ignore-case"]
            + [f"--author=<{one}>" for one in sorted(known)]
            + ["--encoding=UTF-8", "--format=%P%x00%ae%x00%at%x00%ct%x00%s%x00%b%x00", "--stdin"],
            self.until,
            given=_list(shas),
        ).decode("utf-8", "replace")
        fields = told.split("\0")
        out = []
        for n in range(0, len(fields) - 6, 6):
            head, email, authored, committed, subject, body = fields[n : n + 6]
            sha, _, parents = head.strip("\n").removeprefix("commit ").partition("\n")
            # An address can hold another one, and a name a whole address.
            if email.casefold() in known and _SHA.fullmatch(sha):
                times = [int(one) if one.isdigit() else 0 for one in (authored, committed)]
                out.append(Written(sha, len(parents.split()), times[0], times[1], subject, body[:MOST_OF_A_MESSAGE]))
        return out

    def patches(self, shas: Sequence[str]) -> Iterator[bytes]:
        """What these commits changed, as `git diff-tree` prints it, in blocks of any size; nothing of merges."""
        if shas:
            yield from _stream(
                self.path,
                _PATCHES,
                self.until,
                given=_list(shas),
            )

    def emails(self, configs: Sequence[str]) -> tuple[str, ...]:
        """The `user.email` of the repository's own configuration, and of the files named, which are read and nothing else."""
        found: list[str] = []
        for file in (os.path.join(self.common, "config"), *configs):
            words = ["config", "--no-includes", f"--file={file}", "--null", "--get-all", "user.email"]
            # Without such a file, or with one that can't be read, there is no address in it.
            told = _run(self.path, words, self.until, fine=range(256))
            found += [one for one in told.decode("utf-8", "replace").split("\0") if _EMAIL.fullmatch(one)]
        return tuple(dict.fromkeys(found))


def open_repository(path: str, limit: float = LIMIT) -> Repository:
    """The repository that a folder is in, within so many seconds for this and all questions to come. Raises CantRead."""
    if not os.path.isabs(path) or "\0" in path:
        raise CantRead(f"{path!r}: a repository is named by its whole path.")
    until = time.monotonic() + limit
    words = ["rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-shallow-repository", "--git-common-dir"]
    told = _run(path, words, until).decode("utf-8", "surrogateescape").split("\n", 2)
    if len(told) < 3:
        raise CantRead(f"{path}: git did not say where its repository is.")
    listed = _run(path, ["worktree", "list", "--porcelain"], until).decode("utf-8", "surrogateescape")
    checkouts = tuple(line[9:] for line in listed.splitlines() if line.startswith("worktree "))
    common = told[2].removesuffix("\n")
    return Repository(checkouts[0] if checkouts else common, common, checkouts, told[0] == "true", told[1] == "true", until)


def person_configs(home: str, xdg: str = "") -> tuple[str, ...]:
    """Where a person's own configuration of git is, whether it is there or not."""
    return os.path.join(home, ".gitconfig"), os.path.join(xdg or os.path.join(home, ".config"), "git", "config")


def _list(shas: Sequence[str]) -> bytes:
    for sha in shas:
        if not _SHA.fullmatch(sha):
            raise ValueError("not the id of a commit")
    return "".join(f"{sha}\n" for sha in shas).encode("ascii")


def _run(path: str, words: Sequence[str], until: float, *, given: bytes = b"", fine: Sequence[int] = (0,)) -> bytes:
    return b"".join(_stream(path, words, until, given=given, fine=fine))


def _stream(path: str, words: Sequence[str], until: float, *, given: bytes = b"", fine: Sequence[int] = (0,)) -> Iterator[bytes]:
    """What git prints, in blocks. Raises CantRead where it ends otherwise than with one of the codes in `fine`."""
    with contextlib.ExitStack() as ends:
        source = None
        if given:
            # All of it is there before git starts: nobody waits for the other.
            source = ends.enter_context(tempfile.TemporaryFile())
            source.write(given)
            source.seek(0)
        process = _start(path, words, source)
        out, errors = process.stdout, process.stderr
        assert out is not None
        assert errors is not None
        ends.callback(_end, process)
        looks = ends.enter_context(selectors.DefaultSelector())
        looks.register(out, selectors.EVENT_READ)
        looks.register(errors, selectors.EVENT_READ)
        said, size = b"", 0
        while looks.get_map():
            left = until - time.monotonic()
            if left <= 0:
                raise CantRead(f"{path}: it did not answer in time; a very large repository, or a slow or lost disk.")
            for key, _ in looks.select(left):
                block = os.read(key.fd, 1 << 18)
                if not block:
                    looks.unregister(key.fileobj)
                elif key.fileobj is errors:
                    said = (said + block)[:4_000]
                else:
                    size += len(block)
                    if size > MOST_BYTES:
                        raise CantRead(f"{path}: its history is too large to be read.")
                    yield block
        try:
            code = process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise CantRead(f"{path}: it did not answer in time.") from None
    if code not in fine:
        reason = next(
            (words for pattern, words in _REASONS if re.search(pattern, said)), f"git could not read it (it ended with {code})"
        )
        raise CantRead(f"{path}: {reason}.")


def _start(path: str, words: Sequence[str], source: object) -> subprocess.Popen[bytes]:
    try:
        # Not before it is needed: importing it runs `git version`.
        from git.cmd import Git
    except ImportError:
        raise CantRead(f"{path}: git is not to be found on this machine.") from None
    # A relative place on PATH would be the folder the person stands in, which may be a repository.
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(place)]
    environment = {"PATH": os.pathsep.join(places) or os.defpath, **_ENVIRONMENT}
    command = [
        _ENV,
        "-i",
        *(f"{name}={value}" for name, value in environment.items()),
        "git",
        "--no-pager",
        "--literal-pathspecs",
    ]
    for name, value in _SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    try:
        started = Git().execute([*command, "-C", path, *words], istream=source, as_process=True, start_new_session=True)  # type: ignore[call-overload]
    except OSError as problem:
        raise CantRead(f"{path}: git could not be started ({type(problem).__name__}).") from None
    process = cast("subprocess.Popen[bytes]", started.proc)
    # GitPython would wait for it without end when it forgets it.
    started.proc = None
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it and what it started, where it still runs, and wait for nothing."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        # What hangs in the disk ends when the disk answers; until then a thread of ours waits for it, so that it is no zombie.
        threading.Thread(target=process.wait, daemon=True).start()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
