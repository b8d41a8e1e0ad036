"""A repository -> what git tells of it, in plain values. The only module that runs git.

It reads repositories on this machine (`open_repository`), and keeps a bare copy of the one branch of a team's repository, to which
it adds files (`TeamRepository`). That copy alone is fetched and pushed, by a command that the person typed.

Whatever a repository holds was written by somebody: its configuration, attributes and hooks can name programs. So git runs with
an environment of its own (`env -i`), without the configuration of the system and of the person, and what a repository's own
configuration could name is overruled; only plumbing is run that asks neither the index nor the checkout. When a repository is read,
nothing is fetched: every protocol is forbidden, so that a partial clone answers with an error instead of a connection. With a
team's repository the one protocol of its address is allowed, and the person's own credential helper and ssh command are passed, by
name. No option comes from data: commits go in by stdin and are hexadecimal, and a folder follows the option whose value it is.

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
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

LIMIT = 20.0
"""Seconds that all questions to one repository may take together, where nothing else is said."""
MOST_BYTES = 400_000_000
"""Bytes that one answer of git's may have."""
MOST_OF_A_MESSAGE = 4_000
"""Bytes of a commit's message, after its first line, that are looked at."""

_MOST_SAID = 64_000
"""Bytes of what git says when something fails that are looked at, and never shown."""
_WATCHED = 0.1
"""Seconds between two looks at how large a copy has become."""
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


class _Ended(CantRead):
    """Git ended with an error."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


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


@dataclass(frozen=True, slots=True)
class _Way:
    """How git is started, and what is said when it fails."""

    settings: Sequence[tuple[str, str]]
    environment: Mapping[str, str]
    reasons: Sequence[tuple[bytes, str]]
    name: str = ""
    """What the sentence begins with; the path, where there is none."""
    late: str = "it did not answer in time; a very large repository, or a slow or lost disk"
    ended: str = "git could not read it"
    bare: bool = False
    """The path is the repository itself: none is looked for around it."""
    unseen: bool = False
    """Its environment can hold what nobody may read in a list of processes."""


_READING = _Way(tuple(_SETTINGS.items()), _ENVIRONMENT, _REASONS)


def _run(
    path: str, words: Sequence[str], until: float, *, given: bytes = b"", fine: Sequence[int] = (0,), way: _Way = _READING
) -> bytes:
    return b"".join(_stream(path, words, until, given=given, fine=fine, way=way))


def _stream(
    path: str,
    words: Sequence[str],
    until: float,
    *,
    given: bytes = b"",
    fine: Sequence[int] = (0,),
    way: _Way = _READING,
    watch: Callable[[], None] | None = None,
) -> Iterator[bytes]:
    """What git prints, in blocks. Raises CantRead where it ends otherwise than with one of the codes in `fine`.

    `watch` is called a few times a second, and ends it by raising.
    """
    name = way.name or path
    with contextlib.ExitStack() as ends:
        source = None
        if given:
            # All of it is there before git starts: nobody waits for the other.
            source = ends.enter_context(tempfile.TemporaryFile())
            source.write(given)
            source.seek(0)
        process = _start(path, words, source, way)
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
                raise CantRead(f"{name}: {way.late}.")
            if watch is not None:
                watch()
                left = min(left, _WATCHED)
            for key, _ in looks.select(left):
                block = os.read(key.fd, 1 << 18)
                if not block:
                    looks.unregister(key.fileobj)
                elif key.fileobj is errors:
                    said = (said + block)[:_MOST_SAID]
                else:
                    size += len(block)
                    if size > MOST_BYTES:
                        raise CantRead(f"{name}: its history is too large to be read.")
                    yield block
        try:
            code = process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise CantRead(f"{name}: {way.late}.") from None
    if code not in fine:
        # What the other side says of itself is no reason of git's.
        said = b"\n".join(line for line in said.splitlines() if not line.startswith(b"remote:"))
        # Nor is a word of its address.
        said = said.replace(way.name.encode("utf-8", "surrogateescape"), b"") if way.name else said
        reason = next(
            (words for pattern, words in way.reasons if re.search(pattern, said)), f"{way.ended} (it ended with {code})"
        )
        raise _Ended(f"{name}: {reason}.", reason)


def _start(path: str, words: Sequence[str], source: object, way: _Way) -> subprocess.Popen[bytes]:
    try:
        # Not before it is needed: importing it runs `git version`.
        from git.cmd import Git
    except ImportError:
        raise CantRead(f"{path}: git is not to be found on this machine.") from None
    # A relative place on PATH would be the folder the person stands in, which may be a repository.
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(place)]
    environment = {"PATH": os.pathsep.join(places) or os.defpath, **way.environment}
    command = [_ENV]
    if way.unseen:
        # GitPython adds to the whole environment of ours: what is not wanted of it is taken away by its name alone.
        command += [word for name in os.environ if name not in environment for word in ("-u", name)]
    else:
        command += ["-i", *(f"{name}={value}" for name, value in environment.items())]
    command += ["git", "--no-pager", "--literal-pathspecs"]
    for name, value in way.settings:
        command += ["-c", f"{name}={value}"]
    command += ["-C", path, f"--git-dir={path}"] if way.bare else ["-C", path]
    more = {"env": environment} if way.unseen else {}
    try:
        started = Git().execute([*command, *words], istream=source, as_process=True, start_new_session=True, **more)  # type: ignore[call-overload]
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


# --- a team's repository ---------------------------------------------------------------------------------------------

BRANCH = "accrete-coach"
"""The one branch of a team's repository that is looked at and added to."""
MOST_ENTRIES = 200_000
"""Entries of one folder of it that are looked at."""
TRIES = 6
"""How often files are built upon a newer state of the branch, when somebody else was quicker."""
AUTHOR = "accrete-coach <accrete-coach@localhost.invalid>"
"""Who every commit that is pushed is by: nobody."""
SUBJECT = "accrete-coach: share"

_REF = f"refs/heads/{BRANCH}"
_INCOMING = "refs/incoming/tip"
_PACKS = 40
"""Fetches that are kept as they came; then they are put together."""
_NO_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_ORDER = "accrete-order"
_KNOWN = re.compile(r"[0-9a-f]{32}\.(?:json|toml|md)")
"""Names whose place in the history is looked for; any other file is passed over anyway."""
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.+@-]{0,100}[A-Za-z0-9_])?"
_CHARACTERS = r"(?:[A-Za-z0-9._~/+@=,-]|%(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e]|[89A-Fa-f][0-9A-Fa-f]))"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("https", re.compile(rf"https://(?:{_USER}@)?{_HOST}(?::[0-9]{{1,5}})?/{_CHARACTERS}+")),
    ("ssh", re.compile(rf"ssh://(?:{_USER}@)?{_HOST}(?::[0-9]{{1,5}})?/{_CHARACTERS}+")),
    ("http", re.compile(rf"http://(?:127\.0\.0\.1|localhost)(?::[0-9]{{1,5}})?/{_CHARACTERS}+")),
    ("ssh", re.compile(rf"(?:{_USER}@)?{_HOST}:(?!-|//)(?:[A-Za-z0-9._~/+@=,-])+")),
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_OF_THE_PERSON = (
    *("HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "TMPDIR"),
    *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME"),
    *(
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ),
)
"""What the person's credential helper, ssh and the way through their network need of the environment."""
_QUICKER = "somebody else changed it at the same moment; try again"
_NO_BRANCH = f"its branch {BRANCH} is not there yet"
_HUNG_UP = "it ended the connection too early"
_CONFIGURED = r"^(credential\.(.*\.)?helper|core\.sshcommand)$"
_FAR: tuple[tuple[bytes, str], ...] = (
    (
        rb"fetch first|non-fast-forward|cannot lock ref|incorrect old value|reference already exists|failed to update ref|stale info",
        _QUICKER,
    ),
    (rb"(?i)couldn't find remote ref", _NO_BRANCH),
    (
        rb"(?i)could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|unable to read askpass|"
        rb"(?:error|returned error): 40[13]|Permission denied \((?:publickey|password|keyboard)",
        "it wants a password or a key, and git on this machine has none ready; sign in to it once with git itself, then try again",
    ),
    (
        rb"(?i)Host key verification failed",
        "its host is not known to ssh yet, or has another key; connect to it once with ssh itself",
    ),
    (rb"dubious ownership", "it belongs to another user of this machine, and git does not trust it"),
    (rb"(?i)unable to update url base|redirect", "it answers with another address; join with that one"),
    (rb"(?i)SSL|certificate", "the certificate of its host is not accepted"),
    (
        rb"(?i)could not resolve|couldn't connect|failed to connect|connection (?:refused|reset|closed|timed out)|timed out|"
        rb"network is unreachable|no route to host|Operation timed out",
        "its host can't be reached",
    ),
    (
        rb"(?i)does not appear to be a git|not a git repository|repository .*not found|returned error: 404|No such file or directory",
        "there is no git repository, or it is not yours to see",
    ),
    (
        rb"(?i)hook declined|protected branch|deny|denied|not permitted|prohibited|declined",
        "it does not take what is pushed to it",
    ),
    (rb"(?i)mismatched (?:algorithms|object)|object.format", "its objects have longer names (SHA-256) than this version reads"),
    (
        rb"(?i)fsck|bad object|corrupt|index-pack|unpack|malformed|invalid|missing",
        "git refuses its objects as damaged or made to do harm",
    ),
    (rb"(?i)No space left|Disk quota", "there is no room on the disk"),
    (
        rb"(?i)hung up|early EOF|RPC failed|unexpected disconnect|bad line length|protocol error",
        _HUNG_UP,
    ),
)


class Quicker(CantRead):
    """Somebody else pushed first, each time; the message is a sentence for the person."""


_CLEAR = {sentence for _, sentence in _FAR if sentence != _HUNG_UP}
"""Reasons after which nothing of a push has got there."""


class Unclear(CantRead):
    """A push ended so that it is not known whether it got there; the message is a sentence for the person."""


class Rewritten(CantRead):
    """The branch no longer stands on what was seen of it; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch, or one push with all its tries, may take."""

    seconds: float = 60.0
    depth: int = 20_000
    """Commits of its history."""
    size: int = 300_000_000
    """Bytes of the copy on this machine."""


USUAL = Limits()
"""Where nothing else is said."""


class Entry(NamedTuple):
    """One thing in a folder of the branch. Its path was written by somebody: clean it before it is shown."""

    path: str
    mode: str
    """As git writes it: 100644 is a plain file."""
    sha: str
    size: int
    """Bytes; -1 for what is no file."""
    order: int
    """The number of the commit that brought it, the oldest is 0; of one commit there can be several. -1: not looked for."""


class Pushed(NamedTuple):
    """What was added to the branch, byte for byte."""

    commit: str
    files: Mapping[str, bytes]
    new: bool
    """Whether a commit was made; not where all of it was there already."""


def way_to(url: str) -> str:
    """How an address is reached: https, ssh, file, or http on this machine. Raises CantRead, before git runs, for any other."""
    if not isinstance(url, str) or not url:
        raise CantRead("That is no address of a repository: it is empty.")
    if len(url) > 1_000:
        raise CantRead("That is no address of a repository: it is longer than 1,000 characters.")
    if _UNSEEN.search(url):
        raise CantRead("That address was refused: it has characters in it that can't be seen.")
    if url.startswith("-"):
        raise CantRead("That address was refused: it begins with a dash, and git would take it for an option.")
    if "::" in url:
        raise CantRead("That address was refused: with '::' in it git would run a program to reach it.")
    if url.startswith("/"):
        if "\\" in url:
            raise CantRead("That address was refused: a path with a backslash in it is not taken.")
        return "file"
    if re.match(r"[a-z]+://[^/@]*:[^/@]*@", url, re.IGNORECASE):
        raise CantRead(
            "That address was refused: there is a password in it, and addresses are kept and shown; leave it to git's credential helper."
        )
    for way, form in _FORMS:
        if form.fullmatch(url):
            return way
    raise CantRead(
        "That address was refused: it is none of https://HOST/PATH, ssh://HOST/PATH, USER@HOST:PATH, or the whole path of a folder on this machine."
    )


@dataclass(frozen=True, slots=True)
class TeamRepository:
    """A bare copy of the one branch of a team's repository. Nothing of it is ever checked out. All its questions raise CantRead.

    The folder is the program's own. The copy can be taken away at any time: it is fetched again.
    """

    path: str
    """Where the copy is, whether it is there or not."""

    def tip(self) -> str:
        """The commit that the branch is at, as it was last fetched or pushed; empty where there is none."""
        if not os.path.isfile(os.path.join(self.path, "HEAD")):
            return ""
        return self._ref(_REF, time.monotonic() + LIMIT)

    def fetch(self, url: str, limits: Limits = USUAL, *, seen: str = "") -> str:
        """Bring the copy up to date. The commit that the branch is at now; empty where the branch is not there yet.

        `seen`: the commit that it was at when it was last looked at, for where the copy itself was lost. A branch that does not
        stand on what was seen, in its main line, is refused (Rewritten) and the copy stays as it is.
        """
        far = _far(url)
        until = time.monotonic() + limits.seconds
        with self._alone(until):
            return self._fetch(url, far, limits, until, seen)

    def entries(self, folders: Sequence[str], limit: float = LIMIT) -> tuple[Entry, ...]:
        """What is in these folders (`a/b`) and beside the way to them. Other folders are named, and never looked into.

        In the order in which the branch's main line brought them; those of one commit by their paths.
        """
        until = time.monotonic() + limit
        tip = self.tip()
        if not tip:
            return ()
        found: list[Entry] = []
        order = self._order(tip, folders, until)
        through = {folder.rpartition("/")[0] for folder in folders} | set(folders)
        level = [("", f"{tip}^{{tree}}")]
        while level:
            below = []
            for folder, tree in level:
                for mode, kind, sha, size, name in self._tree(tree, until):
                    path = f"{folder}/{name}" if folder else name
                    if kind == "tree" and path in through:
                        below.append((path, sha))
                    else:
                        found.append(Entry(path, mode, sha, size, order.get(path, -1)))
            level = below
        return tuple(sorted(found, key=lambda one: (one.order, one.path)))

    def blobs(self, shas: Sequence[str], limit: float = LIMIT) -> Iterator[tuple[str, bytes]]:
        """The bytes of these files, one after the other. What is no file is left out. Ask by size before: all of each is read."""
        until = time.monotonic() + limit
        kept = bytearray()
        left = -1
        """Bytes of the current file that are to come, with the line end after it; -1 before its first line."""
        sha, kind = "", ""
        if not shas:
            return
        for block in _stream(self.path, ["cat-file", "--batch", "--buffer"], until, given=_list(shas), way=_COPY):
            kept += block
            at = 0
            while True:
                if left < 0:
                    end = kept.find(b"\n", at)
                    if end < 0:
                        break
                    sha, kind, *size = kept[at:end].decode("ascii", "replace").split(" ")
                    at = end + 1
                    if size:
                        left = int(size[0]) + 1
                elif len(kept) - at < left:
                    break
                else:
                    if kind == "blob":
                        yield sha, bytes(kept[at : at + left - 1])
                    at += left
                    left = -1
            del kept[:at]

    def commit(self, sha: str) -> bytes:
        """A commit of the copy, as git keeps it."""
        _list([sha])
        return self._ask(["cat-file", "commit", sha], time.monotonic() + LIMIT)

    def push(self, url: str, files: Mapping[str, bytes], day: int, limits: Limits = USUAL, *, seen: str = "") -> Pushed:
        """Add files to the branch, upon what it is at now; nothing in it is changed. Fetches before, and again when others were quicker.

        `day`: midnight UTC of the day, in seconds since 1970: the only time in the commit. Files that are there already with these
        bytes are not added again; with other bytes it is refused.
        """
        far = _far(url)
        if not files:
            raise ValueError("nothing to push")
        if day % 86_400:
            raise ValueError("not a midnight")
        for path in files:
            if not re.fullmatch(r"[a-z0-9]+(?:/[a-z0-9]+)*\.[a-z]+", path):
                raise ValueError("not a path of the layout")
        until = time.monotonic() + limits.seconds
        with self._alone(until):
            for _ in range(TRIES):
                tip = self._fetch(url, far, limits, until, seen)
                commit = self._build(tip, files, day, until)
                if commit == tip:
                    return Pushed(tip, dict(files), False)
                words = [
                    "push",
                    "--quiet",
                    "--no-verify",
                    "--no-signed",
                    "--no-follow-tags",
                    "--recurse-submodules=no",
                    "--no-force-with-lease",
                ]
                words += [*_program(far, "receive"), "--", url, f"{commit}:{_REF}"]
                try:
                    _run(self.path, words, until, way=far)
                except _Ended as problem:
                    if problem.reason == _QUICKER:
                        continue
                    if problem.reason in _CLEAR:
                        raise
                    raise Unclear(f"{problem} Whether it got there is not known.") from None
                except CantRead as problem:
                    raise Unclear(f"{problem} Whether it got there is not known.") from None
                self._ask(["update-ref", _REF, commit], until)
                return Pushed(commit, dict(files), True)
        raise Quicker(f"{url}: others pushed at the same time, {TRIES} times in a row; nothing of yours was sent. Try again.")

    def _alone(self, until: float) -> contextlib.AbstractContextManager[None]:
        return _alone(f"{self.path}.lock", until)

    def _ask(self, words: Sequence[str], until: float, *, given: bytes = b"", fine: Sequence[int] = (0,)) -> bytes:
        return _run(self.path, words, until, given=given, fine=fine, way=_COPY)

    def _ref(self, name: str, until: float) -> str:
        told = self._ask(["rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"], until, fine=(0, 1)).decode("ascii").strip()
        return told if _SHA.fullmatch(told) else ""

    def _fetch(self, url: str, far: _Way, limits: Limits, until: float, seen: str) -> str:
        try:
            os.makedirs(self.path, 0o700, exist_ok=True)
        except OSError as problem:
            raise CantRead(f"{self.path}: no copy can be kept there ({problem.strerror}).") from None
        if not os.path.isfile(os.path.join(self.path, "HEAD")):
            _run(self.path, ["init", "--quiet", "--bare", "--template=", f"--initial-branch={BRANCH}", "."], until, way=_MAKING)
        self._tidy()
        before = self._ref(_REF, until)
        packs = set(self._packs())
        words = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", f"--depth={limits.depth}"]
        words += [*_program(far, "upload"), "--", url, f"+{_REF}:{_INCOMING}"]

        def watch() -> None:
            if _size(self.path) > limits.size:
                raise CantRead(
                    f"{url}: it is larger than {limits.size // 1_000_000:,} MB, which is the most; the fetch was ended."
                )

        try:
            try:
                for _ in _stream(self.path, words, until, way=far, watch=watch):
                    pass
                watch()
                tip = self._ref(_INCOMING, until)
            except _Ended as problem:
                if problem.reason != _NO_BRANCH:
                    raise
                tip = ""
            for known in dict.fromkeys(one for one in (before, seen) if one):
                if not self._stands_on(tip, known, until):
                    raise Rewritten(
                        f"{url}: the history of its branch {BRANCH} was rewritten: what was seen before is no longer in it. Nothing was taken "
                        "over. Ask your team why; if it is right, leave the team and join it again."
                    )
        except BaseException:
            # What came is not kept: a later fetch must not build upon it.
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.path, *_INCOMING.split("/")))
            self._tidy(packs)
            raise
        if tip:
            self._ask(["update-ref", _REF, tip], until)
            self._ask(["update-ref", "-d", _INCOMING], until)
        if len(packs) > _PACKS:
            self._ask(["repack", "-a", "-d", "-q"], until)
        return tip

    def _packs(self) -> list[str]:
        with contextlib.suppress(OSError):
            return os.listdir(os.path.join(self.path, "objects", "pack"))
        return []

    def _tidy(self, keep: set[str] | None = None) -> None:
        """Take away what a killed git left: its locks and halves of packs; with `keep`, all packs but these. Only with the lock."""
        for name in self._packs():
            if name.startswith(("tmp_", ".tmp")) or (keep is not None and name not in keep):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(self.path, "objects", "pack", name))
        for folder, _, names in [*os.walk(os.path.join(self.path, "refs")), (self.path, [], os.listdir(self.path))]:
            for name in names:
                if name.endswith(".lock"):
                    with contextlib.suppress(OSError):
                        os.unlink(os.path.join(folder, name))

    def _stands_on(self, tip: str, known: str, until: float) -> bool:
        """Whether a commit is in the main line of another: merged from the side is not enough, for it would come later than it did."""
        if tip == known:
            return True
        if not tip:
            return False
        there = self._ask(["cat-file", "--batch-check"], until, given=_list([known]))
        if b" commit " not in there:
            return False
        line = self._ask(["rev-list", "--first-parent", f"{known}..{tip}", "--parents"], until).decode("ascii").splitlines()
        return bool(line) and line[-1].split(" ")[1:2] == [known]

    def _tree(self, tree: str, until: float) -> Iterator[tuple[str, str, str, int, str]]:
        """(mode, kind, sha, size, name) of what is in a folder."""
        rest = b""
        count = 0
        for block in _stream(self.path, ["ls-tree", "-z", "--long", tree], until, way=_COPY):
            *whole, rest = (rest + block).split(b"\0")
            for line in whole:
                count += 1
                if count > MOST_ENTRIES:
                    raise CantRead(f"the team's copy: a folder of it has more than {MOST_ENTRIES:,} entries; it is not read.")
                about, _, name = line.partition(b"\t")
                mode, kind, sha, size = about.decode("ascii").split()
                yield mode, kind, sha, int(size) if size.isdigit() else -1, name.decode("utf-8", "backslashreplace")

    def _order(self, tip: str, folders: Sequence[str], until: float) -> dict[str, int]:
        """Path -> the number of the commit of the main line that brought it, of files with names of the layout."""
        known_tip, last, known = self._known_order(folders)
        if known_tip == tip:
            return known
        words = ["rev-list", "--first-parent", "--reverse"]
        goes_on = bool(known_tip) and self._stands_on(tip, known_tip, until)
        if goes_on:
            line = [known_tip, *self._ask([*words, f"{known_tip}..{tip}"], until).decode("ascii").split()]
        else:
            known, last = {}, 0
            line = self._ask([*words, tip], until).decode("ascii").split()
        asked = "".join(f"{sha}:{folder}\n" for sha in line for folder in folders).encode("ascii")
        told = self._ask(["cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer"], until, given=asked).decode(
            "ascii", "replace"
        )
        trees = [first if kind == "tree" else _NO_TREE for first, _, kind in (each.partition(" ") for each in told.splitlines())]
        pairs: list[tuple[int, str, str, str]] = []
        for at, folder in enumerate(folders):
            before = _NO_TREE
            for n in range(len(line)):
                now = trees[n * len(folders) + at]
                if now != before and not (n == 0 and goes_on):
                    pairs.append((last + n, folder, before, now))
                before = now
        pairs.sort()
        given = "".join(f"{before} {now}\n" for _, _, before, now in pairs).encode("ascii")
        told_of = iter(pairs)
        number, folder = 0, ""
        rest = b""
        for block in (
            _stream(self.path, ["diff-tree", "--stdin", "--raw", "--no-renames", "--no-abbrev"], until, given=given, way=_COPY)
            if given
            else ()
        ):
            *whole, rest = (rest + block).split(b"\n")
            for row in whole:
                if not row.startswith(b":"):
                    number, folder, _, _ = next(told_of)
                    continue
                about, _, name = row.decode("ascii", "replace").partition("\t")
                if about.endswith(("A", "M", "T")) and _KNOWN.fullmatch(name):
                    known[f"{folder}/{name}"] = number
        self._keep_order(tip, last + len(line) - 1, known, folders)
        return known

    def _known_order(self, folders: Sequence[str]) -> tuple[str, int, dict[str, int]]:
        """What `_order` found the last time: it only goes on from there. Nothing, where that can't be read."""
        try:
            with open(os.path.join(self.path, _ORDER), encoding="ascii") as kept:
                head = kept.readline().split()
                if head[2:] != list(folders) or not _SHA.fullmatch(head[0]):
                    return "", 0, {}
                known = {}
                for line in kept:
                    number, folder, name = line.split()
                    known[f"{folders[int(folder)]}/{name}"] = int(number)
                return head[0], int(head[1]), known
        except (OSError, ValueError, IndexError):
            return "", 0, {}

    def _keep_order(self, tip: str, last: int, known: Mapping[str, int], folders: Sequence[str]) -> None:
        at = {folder: str(n) for n, folder in enumerate(folders)}
        lines = [" ".join((tip, str(last), *folders))]
        for path, number in known.items():
            folder, _, name = path.rpartition("/")
            lines.append(f"{number} {at[folder]} {name}")
        new = os.path.join(self.path, f"{_ORDER}.{os.getpid()}.{threading.get_ident()}.new")
        # Only a help: without it the history is read again.
        with contextlib.suppress(OSError):
            with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
                out.write("\n".join(lines) + "\n")
            os.replace(new, os.path.join(self.path, _ORDER))

    def _build(self, tip: str, files: Mapping[str, bytes], day: int, until: float) -> str:
        """A commit that adds files to another one; that one itself where they are all in it. Trees are made of lines, never of an index."""
        below: dict[str, dict[str, bytes]] = {}
        for path, data in files.items():
            folder, _, name = path.rpartition("/")
            below.setdefault(folder, {})[name] = data
        tree = self._with(f"{tip}^{{tree}}" if tip else "", "", below, until)
        if tip and tree == self._ask(["rev-parse", "--verify", f"{tip}^{{tree}}"], until).decode("ascii").strip():
            return tip
        words = ["commit-tree", tree, *(("-p", tip) if tip else ())]
        who, address = AUTHOR[:-1].split(" <")
        names = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", who), ("EMAIL", address), ("DATE", f"{day} +0000"))
        }
        way = replace(_COPY, environment={**_COPY.environment, **names})
        return _run(self.path, words, until, given=f"{SUBJECT}\n".encode("ascii"), way=way).decode("ascii").strip()

    def _with(self, tree: str, folder: str, below: Mapping[str, Mapping[str, bytes]], until: float) -> str:
        """A folder with files added to it and to the folders in it."""
        lines = {name: (mode, kind, sha) for mode, kind, sha, _, name in self._raw(tree, until)} if tree else {}
        for name, data in below.get(folder, {}).items():
            sha = self._ask(["hash-object", "-w", "--stdin", "--no-filters"], until, given=data).decode("ascii").strip()
            if lines.setdefault(name.encode("ascii"), ("100644", "blob", sha)) != ("100644", "blob", sha):
                raise CantRead(
                    f"the team's repository: something else is at {folder}/{name}, where a file of yours would go; nothing was sent."
                )
        start = f"{folder}/" if folder else ""
        for inner in sorted({one[len(start) :].partition("/")[0] for one in below if one != folder and one.startswith(start)}):
            mode, kind, sha = lines.get(inner.encode("ascii"), ("040000", "tree", ""))
            if kind != "tree":
                raise CantRead(
                    f"the team's repository: {start}{inner} is no folder in it, so nothing can be added there; nothing was sent."
                )
            lines[inner.encode("ascii")] = (mode, kind, self._with(sha, f"{start}{inner}", below, until))
        given = b"".join(f"{mode} {kind} {sha}\t".encode("ascii") + name + b"\0" for name, (mode, kind, sha) in lines.items())
        return self._ask(["mktree", "-z"], until, given=given).decode("ascii").strip()

    def _raw(self, tree: str, until: float) -> Iterator[tuple[str, str, str, int, bytes]]:
        for line in self._ask(["ls-tree", "-z", tree], until).split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mode, kind, sha = about.decode("ascii").split()
            yield mode, kind, sha, -1, name


_COPY = _Way(_READING.settings, _ENVIRONMENT, _REASONS, "the team's copy", bare=True)
_MAKING = replace(_COPY, bare=False)
_THERE = (
    *("core.alternateRefsCommand=", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.sshCommand=false", "gc.auto=0"),
    *(
        "gpg.program=false",
        "maintenance.auto=false",
        "protocol.allow=never",
        "receive.autoGC=false",
        "receive.denyCurrentBranch=refuse",
    ),
    *("receive.denyDeletes=true", "receive.fsckObjects=true", "receive.updateServerInfo=false"),
)
"""What the other end is told where it runs on this machine, as the person: what that repository's configuration names does not run."""


def _program(far: _Way, direction: str) -> tuple[str, ...]:
    if ("protocol.file.allow", "always") not in far.settings:
        return ()
    words = " ".join(f"-c {one}" for one in _THERE)
    return (f"--{direction}-pack={_ENV} GIT_ALLOW_PROTOCOL= git {words} {direction}-pack",)


def _far(url: str) -> _Way:
    """How git is started to reach an address. Raises CantRead, before git runs, for one that is refused."""
    protocol = way_to(url)
    settings = {name: value for name, value in _SETTINGS.items() if name not in ("core.sshCommand", "credential.helper")}
    settings |= {
        "fetch.fsckObjects": "true",
        "fetch.unpackLimit": "1",
        "fetch.writeCommitGraph": "false",
        "http.followRedirects": "false",
        # Where this process is killed, git must come to an end by itself.
        "http.lowSpeedLimit": "1",
        "http.lowSpeedTime": "60",
        "protocol.ext.allow": "never",
        f"protocol.{protocol}.allow": "always",
        "push.gpgSign": "false",
        "transfer.bundleURI": "false",
        "transfer.fsckObjects": "true",
    }
    person = {name: os.environ[name] for name in _OF_THE_PERSON if name in os.environ}
    environment = {**_ENVIRONMENT, "GIT_ALLOW_PROTOCOL": protocol, "SSH_ASKPASS_REQUIRE": "never", **person}
    if protocol != "file":
        helpers, ssh = _configured(person)
        environment["GIT_SSH_COMMAND"] = (
            os.environ.get("GIT_SSH_COMMAND") or ssh or "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=20"
        )
        # An address can be part of a helper's name, and a secret of its value: neither goes into a list of words.
        for n, (name, value) in enumerate((("credential.helper", ""), *helpers)):
            environment |= {f"GIT_CONFIG_KEY_{n}": name, f"GIT_CONFIG_VALUE_{n}": value, "GIT_CONFIG_COUNT": str(n + 1)}
    late = "it did not answer in time; its host may be slow, or wait for something; try again when it is there"
    return _Way(tuple(settings.items()), environment, _FAR, url, late, "git could not reach it", bare=True, unseen=True)


def _configured(person: Mapping[str, str]) -> tuple[list[tuple[str, str]], str]:
    """The credential helpers and the ssh command that the person, or the machine, set for git; nothing of any repository's."""
    own = {
        name: os.environ[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM") if name in os.environ
    }
    way = _Way((), {"LC_ALL": "C", **person, **own}, (), "git's configuration", unseen=True)
    words = ["config", "--null", "--show-scope", "--get-regexp", _CONFIGURED]
    # What can't be read names no helper.
    told = _run("/", words, time.monotonic() + LIMIT, fine=range(256), way=way).decode("utf-8", "surrogateescape").split("\0")
    helpers, ssh = [], ""
    for scope, setting in zip(told[::2], told[1::2], strict=False):
        name, _, value = setting.partition("\n")
        if scope not in ("global", "system"):
            continue
        if name == "core.sshcommand":
            ssh = value
        else:
            helpers.append((name, value))
    return helpers, ssh


@contextlib.contextmanager
def _alone(path: str, until: float) -> Iterator[None]:
    """While nobody else changes the copy. Waits for them. Raises CantRead."""
    try:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as problem:
        raise CantRead(f"{path}: no copy of the team's repository can be kept there ({problem.strerror}).") from None
    try:
        if sys.platform != "win32":
            import fcntl

            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > until:
                        raise CantRead(
                            "the team's copy: another accrete-coach is at work with it; try again when it is done."
                        ) from None
                    time.sleep(_WATCHED)
        yield
    finally:
        os.close(handle)


def _size(path: str) -> int:
    """Bytes of the packs of a copy."""
    whole = 0
    with contextlib.suppress(OSError), os.scandir(os.path.join(path, "objects", "pack")) as found:
        for one in found:
            with contextlib.suppress(OSError):
                whole += one.stat(follow_symlinks=False).st_size
    return whole
