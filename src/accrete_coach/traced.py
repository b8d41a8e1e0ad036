"""What a traced program did -> what of it was expected: sockets, written files, programs run. Values in, values out.

Two kinds of trace are read: that of strace, which sees every call of every process, and lines of a Python audit hook, which
sees only what Python code asks of Python. Whatever a trace holds that can't be read here counts as not expected.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SOCKET, LOCAL, WRITE, PROGRAM, OTHER = "internet", "local socket", "written", "program", "other"
"""Kinds of acts. `internet`: a socket of any family but the one that never leaves the machine."""


class Act(NamedTuple):
    """One thing a program did that the promises speak of."""

    kind: str
    what: str
    """A path, an address, or the path of a program."""
    raw: str
    """How the trace has it."""
    arguments: tuple[str, ...] = ()
    """Of a program."""
    failed: bool = False
    """It was tried only."""


# --- strace ----------------------------------------------------------------------------------------------------------------

_PATHS: dict[str, tuple[tuple[int, int], ...]] = {
    "creat": ((-1, 0),), "mkdir": ((-1, 0),), "mkdirat": ((0, 1),), "rmdir": ((-1, 0),), "unlink": ((-1, 0),), "unlinkat": ((0, 1),),
    "rename": ((-1, 0), (-1, 1)), "renameat": ((0, 1), (2, 3)), "renameat2": ((0, 1), (2, 3)), "link": ((-1, 1),), "linkat": ((2, 3),),
    "symlink": ((-1, 1),), "symlinkat": ((1, 2),), "mknod": ((-1, 0),), "mknodat": ((0, 1),), "truncate": ((-1, 0),), "chmod": ((-1, 0),),
    "fchmodat": ((0, 1),), "fchmodat2": ((0, 1),), "chown": ((-1, 0),), "lchown": ((-1, 0),), "fchownat": ((0, 1),), "utime": ((-1, 0),),
    "utimes": ((-1, 0),), "futimesat": ((0, 1),), "utimensat": ((0, 1),), "setxattr": ((-1, 0),), "lsetxattr": ((-1, 0),),
    "removexattr": ((-1, 0),), "lremovexattr": ((-1, 0),),
}  # fmt: skip
"""Calls that change a file: for each path they take, where the folder stands that it is relative to (-1: the working one), and the path."""
_OPENS = {"open": (-1, 0, 1), "openat": (0, 1, 2), "openat2": (0, 1, 2)}
_NEVER = (
    "io_uring_setup",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "ptrace",
    "process_vm_writev",
    "init_module",
    "finit_module",
)
"""Calls that would hide something from a trace, or change what a path means: none is expected."""
_FORKS = ("clone", "clone3", "fork", "vfork")
CALLS = ",".join(
    ["%network"] + [f"?{name}" for name in (*_PATHS, *_OPENS, *_NEVER, *_FORKS, "execve", "execveat", "chdir", "fchdir")]
)
"""What strace is asked to write down."""
OPTIONS = ("-f", "-qqq", "-v", "-y", "-s", "65536", "-e", f"trace={CALLS}", "-e", "signal=none")

_LINE = re.compile(r"(\d+)\s+(.*)", re.S)
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.S)
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?|0x[0-9a-f]+)(.*)", re.S)
_UNFINISHED = " <unfinished ...>"
_NO_CALL = ("---", "+++", "strace:")
_DECORATED = re.compile(r"(?:AT_FDCWD|-?\d+)<(.*)>", re.S)
_WRITES = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE")
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.S)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f", b"a": b"\a", b"b": b"\b", b"e": b"\x1b"}


class Unreadable(ValueError):
    """A line of a trace that can't be taken apart."""


def parts(text: str) -> list[str]:
    """The arguments of a call, as strace writes them. Raises Unreadable."""
    out: list[str] = []
    depth, start, at = 0, 0, 0
    while at < len(text):
        char = text[at]
        if char == '"':
            end = re.compile(r'"(?:[^"\\]|\\.)*"', re.S).match(text, at)
            if end is None:
                raise Unreadable(text)
            at = end.end()
            continue
        if char == "<":
            # What a number stands for; strace escapes the brackets in it.
            at = text.find(">", at) + 1
            if not at:
                raise Unreadable(text)
            continue
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and not depth:
            out.append(text[start:at].strip())
            start = at + 1
        at += 1
    if depth:
        raise Unreadable(text)
    return [*out, text[start:].strip()] if text.strip() else out


def plain(quoted: str) -> str:
    """The text that a quoted string stands for. Raises Unreadable, also where it was cut off."""
    if len(quoted) < 2 or quoted[0] != '"' or quoted[-1] != '"':
        raise Unreadable(quoted)
    return _unescaped(quoted[1:-1])


def _unescaped(text: str) -> str:
    def one(found: re.Match[bytes]) -> bytes:
        code = found[1]
        if code[:1] == b"x" and len(code) > 1:
            return bytes([int(code[1:], 16)])
        if code[:1].isdigit():
            return bytes([int(code, 8) & 255])
        return _LETTERS.get(code, code)

    return os.fsdecode(_ESCAPE.sub(one, text.encode("utf-8", "surrogateescape")))


@dataclass
class _Reading:
    folder: str
    """The working folder at the start."""
    folders: dict[str, str] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)

    def where(self, process: str) -> str:
        """A child may be seen before the call that made it has ended: then it is where all others are, or nobody knows where."""
        if process not in self.folders:
            known = set(self.folders.values()) or {self.folder}
            if len(known) > 1:
                raise Unreadable("a process of which it is not known in which folder it works")
            self.folders[process] = known.pop()
        return self.folders[process]

    def path(self, process: str, given: Sequence[str], base: int, at: int) -> str:
        if given[at] == "NULL" and base >= 0:
            return self.base(process, given[base])
        path = plain(given[at])
        if os.path.isabs(path):
            return os.path.normpath(path)
        start = self.where(process) if base < 0 else self.base(process, given[base])
        return os.path.normpath(os.path.join(start, path))

    def base(self, process: str, given: str) -> str:
        if given == "AT_FDCWD":
            return self.where(process)
        found = _DECORATED.fullmatch(given)
        if not found:
            raise Unreadable(given)
        return _unescaped(found[1])


def strace_acts(lines: Iterable[str], folder: str) -> Iterator[Act]:
    """What strace wrote down, of a program that began in a folder, as acts."""
    reading = _Reading(folder)
    for line in lines:
        found = _LINE.fullmatch(line.rstrip("\n"))
        if not found:
            if line.strip():
                yield Act(OTHER, "a line of the trace that can't be read", line.rstrip("\n"))
            continue
        process, text = found[1], found[2]
        if text.startswith(_NO_CALL):
            continue
        if text.endswith(_UNFINISHED):
            reading.begun[process] = text.removesuffix(_UNFINISHED)
            continue
        if resumed := _RESUMED.fullmatch(text):
            text = reading.begun.pop(process, "") + resumed[2]
        try:
            yield from _call(reading, process, text)
        except (Unreadable, IndexError) as problem:
            yield Act(OTHER, f"a call that can't be read ({type(problem).__name__})", text)
    for text in reading.begun.values():
        # What never came back was begun all the same, except by the call that ends a process.
        if not text.startswith("exit"):
            try:
                yield from _call(reading, "", f"{text}) = ?")
            except (Unreadable, IndexError):
                yield Act(OTHER, "a call that can't be read", text)


def _call(reading: _Reading, process: str, text: str) -> Iterator[Act]:
    found = _CALL.fullmatch(text)
    if not found:
        # `exit_group(0) = ?` and the like match; what does not was cut off.
        raise Unreadable(text)
    name, result = found[1], found[3]
    failed = result.startswith("-")
    given = parts(found[2])
    if name in ("chdir", "fchdir"):
        if not failed:
            reading.folders[process] = reading.path(process, given, -1, 0) if name == "chdir" else reading.base(process, given[0])
    elif name in _FORKS:
        if not failed and result.isdigit():
            reading.folders.setdefault(result, reading.where(process))
    elif name in ("execve", "execveat"):
        at = 0 if name == "execve" else 1
        path = reading.path(process, given, -1 if not at else 0, at)
        listed = given[at + 1]
        if not (listed.startswith("[") and listed.endswith("]")):
            raise Unreadable(listed)
        yield Act(PROGRAM, path, text, tuple(plain(one) for one in parts(listed[1:-1])), failed)
    elif name in _OPENS:
        base, at, flags = _OPENS[name]
        if any(one in given[flags] for one in _WRITES):
            # What it came to, once links were followed, says more than what was asked for.
            opened = _DECORATED.fullmatch(f"{result}{found[4].strip()}") if not failed else None
            path = _unescaped(opened[1]) if opened else reading.path(process, given, base, at)
            yield Act(WRITE, path.removesuffix(" (deleted)").removesuffix("(deleted)"), text, failed=failed)
    elif name in _PATHS:
        for base, at in _PATHS[name]:
            yield Act(WRITE, reading.path(process, given, base, at), text, failed=failed)
    elif name in _NEVER:
        yield Act(OTHER, name, text, failed=failed)
    elif name in ("socket", "socketpair"):
        family = given[0]
        if family in ("AF_UNIX", "AF_LOCAL"):
            yield Act(LOCAL, "a pair for itself" if name == "socketpair" else "a socket", text, failed=failed)
        else:
            yield Act(SOCKET, family, text, failed=failed)
    elif "sa_family=" in text:
        if "sa_family=AF_UNIX" not in text:
            yield Act(SOCKET, text, text, failed=failed)
        elif name in ("connect", "bind", "sendto", "sendmsg", "sendmmsg"):
            named = re.search(r'sun_path=@?("(?:[^"\\]|\\.)*")', text, re.S)
            if named is not None:
                yield Act(LOCAL, ("@" if "sun_path=@" in text else "") + plain(named[1]), text, failed=failed)


# --- the audit hook of Python ----------------------------------------------------------------------------------------------

AUDIT = '''"""Written by `accrete-coach prove` into a folder of its own: every Python process that it starts says what it does."""
import json, os, sys, threading

def begin(log):
    flags = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    paths = {
        "os.mkdir": (0,), "os.rmdir": (0,), "os.remove": (0,), "os.rename": (0, 1), "os.link": (1,), "os.symlink": (1,), "os.truncate": (0,),
        "os.chmod": (0,), "os.chown": (0,), "os.utime": (0,), "os.setxattr": (0,), "os.removexattr": (0,), "sqlite3.connect": (0,),
    }
    abspath, fsdecode, dumps, busy = os.path.abspath, os.fsdecode, json.dumps, threading.local()

    def name(path):
        if isinstance(path, int):
            return f"descriptor {path}"
        path = fsdecode(path)
        if path.startswith("file:"):
            from urllib.parse import unquote
            path = unquote(path[5:].partition("?")[0])
        return path if path == ":memory:" else abspath(path)

    def say(kind, what, event, arguments=()):
        # Opened anew each time: a program may close what it does not know, and what is then open in its place is not ours.
        out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(out, (dumps([kind, what, event, list(arguments)]) + "\\n").encode("ascii"))
        os.close(out)

    def hook(event, args):
        if getattr(busy, "on", False):
            return
        busy.on = True
        try:
            if event == "open":
                path, _, how = args
                if isinstance(how, int) and how & flags and not isinstance(path, int):
                    say("written", name(path), event)
            elif event in paths:
                for at in paths[event]:
                    if not isinstance(args[at], int) and args[at] != ":memory:":
                        say("written", name(args[at]), event)
            elif event == "socket.__new__":
                local = args[1] == 1
                say("local socket" if local else "internet", "a socket" if local else f"family {int(args[1])}", event)
            elif event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
                to = args[1]
                say("local socket" if isinstance(to, (str, bytes)) else "internet", str(to), event)
            elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo", "urllib.Request"):
                say("internet", str(args[0]), event)
            elif event == "subprocess.Popen":
                say("program", fsdecode(args[0]), event, map(fsdecode, args[1]) if not isinstance(args[1], (str, bytes)) else [fsdecode(args[1])])
            elif event in ("os.exec", "os.posix_spawn"):
                say("program", fsdecode(args[0]), event, map(fsdecode, args[1]))
            elif event in ("os.system", "os.spawn", "os.startfile", "pty.spawn"):
                say("program", str(args[0]), event, [str(args)])
        except Exception as problem:
            say("other", f"{event} can't be read: {type(problem).__name__}", event)
        finally:
            busy.on = False

    say("program", sys.executable, "began", sys.orig_argv)
    sys.addaudithook(hook)

'''


def audit_acts(lines: Iterable[str]) -> Iterator[Act]:
    """What the audit hook wrote down, as acts."""
    for line in lines:
        try:
            kind, what, event, arguments = json.loads(line)
            told: tuple[Any, ...] = (kind, what, event, *arguments)
        except (ValueError, TypeError):
            yield Act(OTHER, "a line of the trace that can't be read", line.rstrip("\n"))
            continue
        if kind not in (SOCKET, LOCAL, WRITE, PROGRAM, OTHER) or not all(isinstance(one, str) for one in told):
            yield Act(OTHER, "a line of the trace that can't be read", line.rstrip("\n"))
            continue
        yield Act(kind, what, f"{event}: {' '.join((what, *arguments))}", tuple(arguments))


# --- what was expected -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """What the program may do."""

    folders: tuple[str, ...]
    """Where it may write."""
    python: tuple[str, ...]
    """Paths of its own Python."""
    program: tuple[str, ...]
    """How it is started, after Python's path."""
    git: str
    """The path of git; "" where there is none."""
    repository: str
    """The one repository that git may look at."""
    look: str = ""
    """What Python is given where the program has a process of its own look while nobody waits."""


DEVICES = {"/dev/null": "the device that keeps nothing", "/dev/tty": "the terminal", "/dev/ptmx": "a terminal of its own"}
_NAMES = re.compile(r"/(?:var/)?run/(?:nscd/socket|systemd/userdb/[^/]+|nss[^/]*/[^/]+)")
_WORKERS = re.compile(r"from multiprocessing\.(?:spawn|forkserver|resource_tracker|semaphore_tracker) import ")
GIT = (
    ("config", "--get-all"),
    ("diff-tree",),
    ("for-each-ref",),
    ("reflog", "show"),
    ("rev-list",),
    ("rev-parse",),
    ("worktree", "list"),
)
"""What git may be asked: only that which tells and changes nothing. The first word is the command; the others must be among its words."""


def why(act: Act, expected: Expected) -> str:
    """What an act was for, in words; "" where it was not expected."""
    if act.kind == WRITE:
        return _why_written(act.what, expected)
    if act.kind == LOCAL:
        if act.what == "a pair for itself":
            return "a pair of local sockets by which the program wakes itself (asyncio); it has no address"
        if act.what == "a socket":
            return "a local socket, as yet without an address"
        if _NAMES.fullmatch(act.what):
            return "asking the system who the user is, on this machine"
        if _inside(act.what, expected.folders):
            return "a local socket in a folder of its own"
        return ""
    if act.kind == PROGRAM:
        return _why_run(act, expected)
    return ""


def _inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _why_written(path: str, expected: Expected) -> str:
    if path in DEVICES:
        return DEVICES[path]
    if re.fullmatch(r"/dev/pts/(?:\d+|ptmx)", path):
        return "the terminal"
    if re.fullmatch(r"/dev/shm/sem\.(?:mp-)?\w{4,40}", path):
        return "a lock between its own workers, in memory"
    return "a folder of its own" if _inside(path, expected.folders) else ""


def _why_run(act: Act, expected: Expected) -> str:
    words = act.arguments
    if act.what in expected.python:
        rest = words[1:]
        if rest[: len(expected.program)] == expected.program:
            return "the program itself"
        if any(_WORKERS.match(one) for one in rest) or (expected.look and rest == ("-P", "-c", expected.look)):
            return "its own workers"
        return ""
    name = os.path.basename(act.what)
    if name == "env" and os.path.dirname(act.what) in ("/usr/bin", "/bin"):
        inner = next((n for n, one in enumerate(words) if n and one != "-i" and "=" not in one and not one.startswith("-")), 0)
        return _why_git(words[inner:], expected) if inner else ""
    # While git is looked for along the path, others are tried that are not there.
    if name == "git" and act.failed:
        return "git, looked for along the path where it is not" if _why_git(words, expected) else ""
    if act.what == "git" or (name == "git" and os.path.realpath(act.what) == os.path.realpath(expected.git)):
        return _why_git(words, expected)
    return ""


def _why_git(words: Sequence[str], expected: Expected) -> str:
    if not words or os.path.basename(words[0]) != "git":
        return ""
    if tuple(words[1:]) in (("version",), ("--version",)):
        return "`git version`, which GitPython runs when it is loaded"
    folder, asked = _asked(words)
    if folder == expected.repository and any(asked[:1] == one[:1] and set(one) <= set(asked) for one in GIT):
        return "git on the repository that was made for the tour"
    return ""


def _asked(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The folder that git is to work in, and its command with what follows."""
    at, folder = 1, ""
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "-C":
            folder = words[at + 1] if at + 1 < len(words) else ""
        at += 2 if words[at] in ("-c", "-C") else 1
    return folder, words[at:]
