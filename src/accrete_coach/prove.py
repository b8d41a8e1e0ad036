"""The program's own tour, traced: what it connects to, writes and runs, on made-up sessions in a temporary folder.

Each step is a process of its own under strace, where the platform has it and allows it; elsewhere each Python process of the
tour says by an audit hook what it does, which is weaker: what a library does without asking Python does not show.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from .demo import Demo
from .start import _SCAN
from .traced import AUDIT, OPTIONS, OTHER, Act, Expected, audit_acts, strace_acts, why

PROGRAM = ("-m", "accrete_coach")
"""How Python starts it."""
SECONDS = 120.0
"""How long one step may take."""
_QUIET = 0.4
"""Seconds without anything drawn after which a screen has been drawn."""
_PATIENCE = 20.0
"""Seconds that the first sign of something drawn is waited for."""

STRACE, AUDITED = "strace", "audit hook"
SAYS = {
    STRACE: "strace wrote down every call of every process that has to do with a network, changes a file or runs a program.",
    AUDITED: "A Python audit hook wrote down what Python code asked of Python. That is weaker than strace: it sees nothing of what a"
    " library does by itself (SQLite's journal, for one), and nothing of what other programs do.",
}
SHOWS = (
    "It shows what the program did on this tour, on this machine, today, with made-up sessions; not what it would do elsewhere."
    " Reading is not looked at, only sockets, files that are changed and programs that are run."
)


class Step(NamedTuple):
    """One command of the tour."""

    name: str
    words: tuple[str, ...]
    """`{work}` stands for the tour's temporary folder."""
    keys: tuple[str, ...] = ()
    """Typed one after the other on a terminal, each when what came before has been drawn."""


TOUR = (
    # The first, as it is then that it has a process of its own look.
    Step("now --line", ("now", "--line")),
    Step("scan", ("scan",)),
    Step("list", ("list",)),
    Step("show", ("show", "plan-first")),
    Step("sessions", ("sessions", "--titles")),
    Step("session", ("session", "demo-16", "--story")),
    Step("week", ("week", "--all")),
    Step("tip", ("tip",)),
    Step("focus", ("focus",)),
    Step("delivery allow", ("delivery", "allow", "{work}/repository")),
    Step("delivery", ("delivery", "--all")),
    Step("now", ("now",)),
    Step("doctor", ("doctor",)),
    Step("export", ("export", "-o", "{work}/profile.json")),
    Step("sharing", ("sharing",)),
    Step("team status", ("team", "status")),
    Step("share log", ("share", "log")),
    Step("the app", ("open",), ("1", "2", "3", "4", "5", "?", "\x1b", "1", "q")),
)
"""What a person does in a day, and each of the app's views once."""


class Seen(NamedTuple):
    """An act of the tour, and what it was for."""

    step: str
    act: Act
    why: str
    """In words; "" where it was not expected."""

    @property
    def expected(self) -> bool:
        """Whether it is one of those that were announced."""
        return bool(self.why)


@dataclass(frozen=True)
class Proof:
    """What was seen on the tour."""

    by: str
    """What traced it: `strace` or `audit hook`."""
    instead: str
    """Why it was not strace; "" where it was."""
    steps: tuple[str, ...]
    passed_over: tuple[str, ...]
    """Steps that could not be made here, each with why."""
    seen: tuple[Seen, ...]

    @property
    def unexpected(self) -> tuple[Seen, ...]:
        """Everything that was not announced."""
        return tuple(one for one in self.seen if not one.expected)

    @property
    def holds(self) -> bool:
        """Whether nothing else was seen, and anything at all."""
        return bool(self.seen) and not self.unexpected

    def of(self, kind: str) -> tuple[Seen, ...]:
        """What was seen of one kind."""
        return tuple(one for one in self.seen if one.act.kind == kind)


def tracer(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> tuple[tuple[str, ...], str]:
    """strace with its first options, where it can be used; else nothing, and why not."""
    env = os.environ if environ is None else environ
    if not platform.startswith("linux"):
        return (), "strace is there on Linux alone."
    found = shutil.which("strace", path=env.get("PATH", os.defpath))
    if found is None:
        return (), "There is no strace on this machine (on most systems a package of that name has it)."
    said = b""
    # The filter makes it several times as fast; an old one does not know it.
    for more in (("--seccomp-bpf",), ()):
        command = [found, *more, *OPTIONS, "-o", os.devnull, sys.executable, "-c", ""]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            said = type(problem).__name__.encode()
            continue
        if done.returncode == 0 and not done.stderr:
            return (found, *more), ""
        said = done.stderr.strip().rpartition(b"\n")[2] or f"it ended with {done.returncode}".encode()
    return (), f"There is strace, but it may not trace here ({said.decode('utf-8', 'replace')[:200]})."


def prove(
    program: Sequence[str] = PROGRAM,
    *,
    tour: Sequence[Step] = TOUR,
    audited: bool = False,
    tell: Callable[[str], None] = lambda step: None,
    trace_with: Callable[[], tuple[tuple[str, ...], str]] = tracer,
) -> Proof:
    """Make the tour. `program`: what Python is started with; `audited`: with the audit hook, though strace may be there."""
    by, instead = ((), "The audit hook was asked for.") if audited else trace_with()
    with Demo(live=False) as played:
        # What the system calls it in the end is what a trace has.
        work = Path(os.path.realpath(played.folder))
        tmp = work / "tmp"
        for folder in (tmp, work / "home", work / "trace", work / "hook"):
            folder.mkdir()
        repository = work / "repository"
        make_repository(repository, int(time.time()))
        _fill(work)
        own = str(work / "coach")
        env = _environment(work)
        if not by:
            log = work / "trace" / "audit"
            (work / "hook" / "sitecustomize.py").write_text(f"{AUDIT}begin({str(log)!r})\n", encoding="utf-8")
            env["PYTHONPATH"] = os.pathsep.join([str(work / "hook"), *filter(None, [env.get("PYTHONPATH", "")])])
        expected = Expected(
            (own, str(tmp), str(work / "profile.json")),
            _pythons(),
            tuple(program),
            shutil.which("git", path=env["PATH"]) or "",
            str(repository),
            _SCAN,
        )
        seen: dict[Seen, None] = {}
        made, passed_over = [], []
        read = 0
        for number, step in enumerate(tour):
            if step.keys and not _has_terminals():
                passed_over.append(f"{step.name}: this platform has no terminal that a program can make.")
                continue
            if step.words[0] == "delivery" and not expected.git:
                passed_over.append(f"{step.name}: there is no git on this machine.")
                continue
            tell(step.name)
            log = work / "trace" / (str(number) if by else "audit")
            words = [one.replace("{work}", str(work)) for one in step.words]
            command = [sys.executable, *program, *words]
            if by:
                command = [*by, *OPTIONS, "-o", str(log), *command]
            amiss = _made(command, step, env, work)
            # A process that nobody waits for may still write to the hook's log: what it says late is read with the next step.
            lines = _lines(log)
            lines, read = lines[read:], (len(lines) if not by else 0)
            acts = list(strace_acts(lines, str(work)) if by else audit_acts(lines))
            if by:
                log.unlink(missing_ok=True)
            if not any(why(act, expected) == "the program itself" for act in acts):
                amiss.append("the trace does not show that the program was run")
            acts += [Act(OTHER, one, one) for one in amiss]
            seen |= dict.fromkeys(Seen(step.name, act, why(act, expected)) for act in acts)
            made.append(step.name)
    return Proof(STRACE if by else AUDITED, instead, tuple(made), tuple(passed_over), tuple(seen))


def _fill(work: Path) -> None:
    """So many transcripts that its own workers read them: their lines are of a kind that no agent writes."""
    from .coach import WORKERS_FROM

    line = '{"type": "made-up", "text": "' + "x" * 100_000 + '"}\n'
    beside = next(file for file in sorted((work / "agent").rglob("*")) if file.is_file())
    for number in range(4):
        with open(beside.with_stem(f"large-{number}"), "w", encoding="ascii") as file:
            file.write(line * (WORKERS_FROM // 400_000 + 1))


def _environment(work: Path) -> dict[str, str]:
    """What the tour's programs know: nothing of the person's but where programs, and Python's packages, are."""
    kept = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
    env = {name: os.environ[name] for name in kept if os.environ.get(name)}
    return env | {
        "PATH": env.get("PATH", os.defpath),
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "tmp"),
        "TERM": "xterm-256color",
        "CLAUDE_CONFIG_DIR": str(work / "agent"),
        "CODEX_HOME": str(work / "no-agent"),
        "ACCRETE_COACH_HOME": str(work / "coach"),
        # Python would keep its compiled form of the program beside it.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _pythons() -> tuple[str, ...]:
    base = getattr(sys, "_base_executable", sys.executable)
    return tuple(dict.fromkeys((sys.executable, os.path.realpath(sys.executable), base, os.path.realpath(base))))


def _has_terminals() -> bool:
    try:
        import pty
    except ImportError:
        return False
    return hasattr(pty, "openpty")


def _lines(path: Path) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            return list(file)
    except FileNotFoundError:
        return []


def _made(command: Sequence[str], step: Step, env: Mapping[str, str], work: Path) -> list[str]:
    """Make a step. Returns what went wrong, in sentences."""
    code, said = (_on_a_terminal if step.keys else _plainly)(command, step, env, work)
    if code is None:
        return [f"`{step.name}` did not end within {SECONDS:.0f} seconds: {said}"]
    return [f"`{step.name}` ended with {code}: {said}"] if code else []


def _plainly(command: Sequence[str], step: Step, env: Mapping[str, str], work: Path) -> tuple[int | None, str]:
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(env),
        cwd=work,
        start_new_session=True,
    ) as started:
        try:
            said, _ = started.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            _end(started)
            said, _ = started.communicate()
            return None, _last(said)
        return started.returncode, _last(said)


def _last(said: bytes) -> str:
    return said.decode("utf-8", "replace").strip()[-600:]


def _end(started: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(started.pid, signal.SIGKILL)


def _on_a_terminal(command: Sequence[str], step: Step, env: Mapping[str, str], work: Path) -> tuple[int | None, str]:
    """Run it on a terminal of its own, and type."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    started = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(env), cwd=work, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    try:
        until = time.monotonic() + SECONDS
        for key in step.keys:
            drawn = _drawn(ours, until)
            shown = (shown + drawn)[-4_000:]
            if not drawn or started.poll() is not None:
                break
            os.write(ours, key.encode())
        while started.poll() is None and time.monotonic() < until:
            shown = (shown + _drawn(ours, min(until, time.monotonic() + _QUIET)))[-4_000:]
        if started.poll() is None:
            _end(started)
            started.wait()
            return None, _last(shown)
        return started.returncode, _last(shown)
    finally:
        os.close(ours)


def _drawn(terminal: int, until: float) -> bytes:
    """What is drawn until nothing moves any more."""
    drawn = b""
    first = min(until, time.monotonic() + _PATIENCE)
    while time.monotonic() < until:
        wait = _QUIET if drawn else max(0.0, first - time.monotonic())
        if not select.select([terminal], [], [], wait)[0]:
            break
        try:
            block = os.read(terminal, 65_536)
        except OSError:
            # On Linux that is how the end of it is told.
            break
        if not block:
            break
        drawn += block
        if len(drawn) > 4_000_000:
            break
    return drawn


# --- a repository of its own -----------------------------------------------------------------------------------------------


def make_repository(path: Path, at: int) -> None:
    """A repository with two commits, written as git writes one; no git is run for it."""
    objects = path / ".git" / "objects"
    (path / ".git" / "refs" / "heads").mkdir(parents=True)
    objects.mkdir()
    who = "Sam <sam@localhost.invalid>"
    (path / ".git" / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n[user]\n\tname = Sam\n\temail = sam@localhost.invalid\n"
    )
    (path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")

    def put(kind: str, data: bytes) -> str:
        whole = f"{kind} {len(data)}\0".encode() + data
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        file = objects / name[:2] / name[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(whole))
        return name

    parent = ""
    for ago, text, said in ((90_000, "one\n", "Begin"), (3_600, "one\ntwo\n", "Add a line")):
        tree = put("tree", b"100644 notes.txt\0" + bytes.fromhex(put("blob", text.encode())))
        lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {who} {at - ago} +0000"]
        parent = put("commit", "\n".join([*lines, f"committer {who} {at - ago} +0000", "", said, ""]).encode())
    (path / ".git" / "refs" / "heads" / "main").write_text(parent + "\n")


# --- what is printed -------------------------------------------------------------------------------------------------------


def as_json(proof: Proof, at: datetime) -> dict[str, object]:
    """The whole of it."""
    return {
        "schema": 1,
        "at": at.isoformat(timespec="seconds"),
        "holds": proof.holds,
        "by": proof.by,
        "instead": proof.instead or None,
        "steps": list(proof.steps),
        "passed_over": list(proof.passed_over),
        "unexpected": [
            {"step": one.step, "kind": one.act.kind, "what": one.act.what, "tried_only": one.act.failed, "trace": one.act.raw}
            for one in proof.unexpected
        ],
        "seen": [{"kind": kind, "what": what, "why": reason, "times": n} for kind, what, reason, n in _counted(proof)],
    }


def _counted(proof: Proof) -> Iterator[tuple[str, str, str, int]]:
    counts: dict[tuple[str, str, str], int] = {}
    for one in proof.seen:
        if one.expected:
            key = (one.act.kind, one.act.what, one.why)
            counts[key] = counts.get(key, 0) + 1
    for (kind, what, reason), n in sorted(counts.items()):
        yield kind, what, reason, n
