"""The facts of a session that runs -> what to say of it now. Pure; what the facts cannot show is left unsaid."""

from __future__ import annotations

from collections.abc import Iterable

from .now import ASKS, Running
from .sessions.facts import TOOL_KINDS, Cue, Fact, Kind, Session, Status, is_check, opens_turn

_CHECKS = {"test": "tests", "types": "types", "lint": "lint", "format": "format", "build": "build"}
_WENT = {Status.OK: "green", Status.FAILED: "failed", Status.NOT_RUN: "did not start", Status.STOPPED: "stopped"}
_DONE: dict[Kind, str] = {
    Kind.PUSH: "pushed",
    Kind.PULL_REQUEST: "pull request opened",
    Kind.REVERT: "changes taken back",
    Kind.WORKTREE: "worktree made",
    Kind.REVIEW: "review findings",
}
"""Kinds of which only the success is of note."""
_PENDING = {
    Kind.CHECK: "a check",
    Kind.EDIT: "an edit",
    Kind.READ: "a look",
    Kind.SEARCH: "a look",
    Kind.RUN: "a command",
    Kind.COMMIT: "a commit",
    Kind.PUSH: "a push",
}
_STOPS = frozenset({Kind.INTERRUPT, Kind.REJECT})
_LEAVES = frozenset({"exit", "quit"})
"""Commands after which nobody is there any more."""
_OUT_FOR = 60 * 60_000
"""Milliseconds for which a subagent in the background counts as out: one of a process that was killed never comes back."""


def running(session: Session) -> Running | None:
    """What to say of a session now; None where the person has left it."""
    facts = session.facts
    mine = [f for i, f in enumerate(facts) if i not in session.copied and not _not_yet(f)]
    main = [f for f in mine if not f.agent]
    if _left(main):
        return None
    waits, since, reply, asked = _waits(main)
    just, just_at = _just(session)
    pending = _pending(main) if waits == "agent" else None
    return Running(
        session=session.id,
        agent=session.agent,
        project=session.project,
        started=session.started,
        last=session.ended,
        just=just,
        just_at=just_at,
        open=tuple(
            filter(
                None,
                (
                    asked,
                    _subagents(mine, session.ended),
                    _unchecked(session),
                    _failing(mine, just),
                    _uncommitted(session),
                    _tasks_left(main),
                ),
            )
        ),
        waits=waits,
        since=since,
        reply=reply,
        pending=_PENDING.get(pending.kind, "a tool use") if pending else "",
        pending_at=pending.at if pending else 0,
        prompts=len(session.prompts),
        tool_calls=session.tool_calls,
        edits=len(session.edits),
    )


def _not_yet(f: Fact) -> bool:
    """Whether it is the answer, the word or the return that is still to come: only what waits for it has happened."""
    return f.status is Status.RUNNING and f.kind in (Kind.ANSWER, Kind.DECISION, Kind.RETURN)


def _left(main: Iterable[Fact]) -> bool:
    left = False
    for f in main:
        left = f.kind is Kind.COMMAND and f.name in _LEAVES
    return left


# --- who waits for whom ----------------------------------------------------------------------------------------------


def _of_agent(f: Fact) -> bool:
    """Whether the agent did it itself, so that it is its turn."""
    return (f.kind in TOOL_KINDS and (f.kind is Kind.EDIT or not f.has(Cue.BY_PERSON))) or f.kind in (Kind.RETURN, Kind.LAUNCHED)


def _waits(main: Iterable[Fact]) -> tuple[str, int, bool, str]:
    """(who waits, since when, whether by its last words alone, what the person is asked for)."""
    waits, since, reply, asked = "", 0, False, ""
    line = 0
    """Of what the agent waits by: what it does further down says that it went on."""
    turn = 0
    for f in main:
        if f.kind is Kind.INTERRUPT or (
            not f.has(Cue.SAYS_WHAT) and (f.kind is Kind.REJECT or (f.kind is Kind.DECISION and f.status is Status.REJECTED))
        ):
            waits, since, reply, asked, line = "you", f.at, False, "", max(f.line, f.end)
        elif opens_turn(f) or f.kind in (Kind.REJECT, Kind.DECISION):
            if waits != "agent" or not f.has(Cue.QUEUED):
                # What is typed ahead begins no new wait.
                turn = f.at
            waits, since, reply, asked, line = "agent", turn, False, "", 0
        elif f.kind in (Kind.QUESTION, Kind.PLAN):
            what = ASKS[f.kind is Kind.PLAN]
            waits, since, reply, asked, line = "you", f.at, False, what, f.line
        elif f.kind is Kind.REPLY:
            # The last words stand at the end, whatever the agent did after them.
            if f.line > line and not any(max(g.line, g.end) > f.line for g in main if _of_agent(g)):
                waits, since, reply, asked, line = "you", f.at, True, "", f.line
        elif _of_agent(f) and f.line > line and waits != "agent":
            waits, since, reply, asked, line = "agent", turn or f.at, False, "", 0
    return waits, since, reply, asked


def _pending(main: Iterable[Fact]) -> Fact | None:
    """What the agent began last, and has no result of."""
    some = [f for f in main if f.status is Status.RUNNING and f.kind in TOOL_KINDS and not f.has(Cue.BACKGROUND)]
    return max(some, key=lambda f: (f.at, f.kind is Kind.CHECK), default=None)


# --- what just happened ----------------------------------------------------------------------------------------------


def _just(session: Session) -> tuple[str, int]:
    """What last happened of note, and when."""
    tasks = _Tasks()
    told, last = "", -1
    launches = {f.id: f for f in session.facts if f.kind is Kind.DELEGATE}
    for i, f in enumerate(session.facts):
        if i in session.copied or _not_yet(f):
            continue
        if f.kind is Kind.TASKS and not f.agent:
            words = tasks.take(f)
        elif f.kind is Kind.RETURN:
            words = "" if f.agent else _back(f, launches.get(f.ref))
        else:
            words = _of_note(f)
        if last >= 0 and session.facts[last].kind in _STOPS and opens_turn(f) and not f.has(Cue.BESIDE):
            # They stopped it, and went on.
            told, last = "", -1
        if words:
            told, last = words, i
    return told, _ended_at(session, last) if last >= 0 else 0


def _of_note(f: Fact) -> str:
    kind, status = f.kind, f.status
    if kind is Kind.CHECK:
        if f.name == "look":
            return "the result looked at" if status is Status.OK else ""
        how = _WENT.get(status, "")
        if status is Status.UNKNOWN:
            return f"{_CHECKS.get(f.name, 'a check')} ran"
        return f"{_CHECKS.get(f.name, 'check')} {how}" if how else ""
    if kind is Kind.COMMIT:
        return "commit" if status is Status.OK else "commit failed" if status is Status.FAILED else ""
    if kind in _DONE:
        return _DONE[kind] if status is Status.OK else ""
    if f.agent:
        return ""
    if kind is Kind.DECISION:
        return "plan agreed" if status is Status.OK else "you sent the plan back" if status is Status.REJECTED else ""
    if kind is Kind.OPEN:
        return "opened from a plan" if f.has(Cue.FROM_PLAN) else "opened cleared"
    return {
        Kind.ANSWER: "you answered",
        Kind.REJECT: "you refused a step",
        Kind.INTERRUPT: "you stopped it",
        Kind.REWIND: "you went back",
        Kind.COMPACT: "compacted",
    }.get(kind, "")


def _back(f: Fact, sent: Fact | None) -> str:
    if f.status not in (Status.OK, Status.FAILED):
        return ""
    who = (
        "reviewer"
        if sent is not None and sent.has(Cue.REVIEW)
        else "scout"
        if sent is not None and sent.has(Cue.READS_ONLY)
        else "subagent"
    )
    return f"{who} back" if f.status is Status.OK else f"{who} failed"


def _ended_at(session: Session, i: int) -> int:
    """When a fact had its result: at the latest when the next record of its file told something."""
    f = session.facts[i]
    if f.end <= f.line:
        return f.at
    file = session.file_of[i]
    later = (g.at for n, g in enumerate(session.facts) if g.line >= f.end and session.file_of[n] == file and g.at >= f.at)
    return min(later, default=max(session.ended, f.at))


# --- what is open ----------------------------------------------------------------------------------------------------


class _Tasks:
    """How far a task list is, as far as its facts tell."""

    def __init__(self) -> None:
        self.total = 0
        self.done: int | None = 0
        """None where the list does not say."""

    def take(self, f: Fact) -> str:
        """Take a change of the list; tells it in words."""
        if f.status not in (Status.OK, Status.UNKNOWN):
            return ""
        if f.name == "list":
            self.total, self.done = f.size, None if f.has(Cue.DONE) else 0
        elif f.name == "item":
            self.total += f.size
        elif f.name == "update" and f.has(Cue.DONE) and self.done is not None:
            self.done += 1
        if f.has(Cue.DONE):
            return f"task done {self.done} of {self.total}" if self.known else "task done"
        return f"a list of {self.total} tasks" if self.total > 1 and f.name != "update" else ""

    @property
    def known(self) -> bool:
        """Whether it can be told how many are done."""
        return self.done is not None and self.done <= self.total and self.total > 0


def _tasks_left(main: Iterable[Fact]) -> str:
    tasks = _Tasks()
    for f in main:
        if f.kind is Kind.TASKS:
            tasks.take(f)
    if not tasks.known or tasks.done is None or tasks.done == tasks.total:
        return ""
    left = tasks.total - tasks.done
    return f"{left} of {tasks.total} tasks left" if tasks.done else f"{left} task{'' if left == 1 else 's'} left"


def _subagents(mine: list[Fact], now: int) -> str:
    back = {f.ref for f in mine if f.kind is Kind.RETURN}
    apart = {f.ref for f in mine if f.kind is Kind.LAUNCHED and f.end}
    """Those in the background: the turn may end without them."""
    out: list[Fact] = []
    for f in mine:
        if f.kind is Kind.INTERRUPT and not f.agent:
            out.clear()
        elif opens_turn(f) and not f.has(Cue.QUEUED):
            out = [one for one in out if one.id in apart]
        elif f.kind is Kind.DELEGATE and f.id not in back and not f.agent:
            out.append(f)
    out = [f for f in out if f.id not in apart or now - f.at < _OUT_FOR]
    return "" if not out else "a subagent is out" if len(out) == 1 else f"{len(out)} subagents are out"


def _files(session: Session, edits: Iterable[int]) -> str:
    """How many files were edited, in words; "" for none."""
    known: set[int] = set()
    unknown = False
    for i in edits:
        f = session.facts[i]
        if f.kind is Kind.EDIT and f.targets:
            known.update(f.targets)
        else:
            unknown = True
    if not known:
        return "files edited" if unknown else ""
    return f"{len(known)} file{'' if len(known) == 1 else 's'}{' or more' if unknown else ''} edited"


def _unchecked(session: Session) -> str:
    checks = [i for i, f in enumerate(session.facts) if i not in session.copied and is_check(f)]
    last = max(checks, default=-1)
    # Words need no check.
    files = _files(session, (i for i in session.edits if i > last and not session.facts[i].has(Cue.PROSE)))
    return "" if not files else f"{files} since the last check" if checks else f"{files}, no check yet"


def _failing(mine: list[Fact], just: str) -> str:
    """Which check failed when it last ran, unless that is what just happened."""
    last: dict[str, Fact] = {}
    for f in mine:
        if f.kind is Kind.CHECK and f.name in _CHECKS and f.status in (Status.OK, Status.FAILED):
            last.pop(f.name, None)
            last[f.name] = f
    failed = [_CHECKS[name] for name, f in last.items() if f.status is Status.FAILED]
    failed = [name for name in failed if just != f"{name} failed"]
    return f"{' and '.join(failed)} failed when last run" if failed else ""


def _uncommitted(session: Session) -> str:
    if session.in_git is not True:
        return ""
    facts = session.facts
    edits = set(session.edits)
    waiting: list[int] = []
    committed = False
    for i, f in enumerate(facts):
        if i in edits:
            waiting.append(i)
        elif f.kind in (Kind.COMMIT, Kind.REVERT) and f.status is Status.OK and i not in session.copied:
            named = set(f.targets)
            left = [n for n in waiting if facts[n].targets and not named & set(facts[n].targets)]
            # What names none of the files, as a folder does, may hold them all.
            waiting = left if named and len(left) < len(waiting) else []
            committed = committed or f.kind is Kind.COMMIT
    files = _files(session, waiting)
    return "" if not files else f"{files} since the last commit" if committed else f"{files}, no commit yet"
