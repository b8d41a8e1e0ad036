"""The sessions that run at this moment: what just happened in each, what is open, and who waits for whom, with its words.

A value that the process that reads makes (`running`), keeps in a small file and shows. Only cheap modules are imported here:
`accrete-coach now --line` must answer while a prompt or a status line waits for it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any, NamedTuple

RUNNING_FOR = 30 * 60_000
"""Milliseconds after its last record for which a session counts as running. An agent leaves no mark when it ends, and a person
who thinks, or reads a long answer, writes none: half an hour holds most pauses, and an ended session is gone by the next task."""
SETTLES = 20_000
"""Milliseconds after which an agent's last words count as the end of its turn. It may say something and act at once: of such acts
49 in 50 come within this time."""
QUIET = 5 * 60_000
"""Milliseconds without a record from which on nobody can tell whether an agent still works: it may have been closed, or ask
whether it may do something, which no record says."""
MOST_BYTES = 256 * 1024
"""Of the file that is read: more than any person has sessions at once."""
COLUMNS = 100
"""Of the one line, where nobody says how wide it may be."""
NOBODY = "no session is running"
SEPARATOR = " · "
ASKS = ("a question waits for your answer", "a plan waits for your word")
"""What is open where the agent asks the person outright."""
_MINUTE = 60_000


class Running(NamedTuple):
    """A session that runs, as its facts tell. Times are milliseconds since 1970, UTC; 0 where there is none."""

    session: str = ""
    """Its id."""
    agent: str = ""
    """The agent's id."""
    project: str = ""
    """The folder it runs in. Never leaves the machine. Raw: clean it before it is shown, or show `name`."""
    started: int = 0
    last: int = 0
    """When its last record was written."""
    just: str = ""
    """What last happened of note: "plan agreed", "tests green"; "" where nothing did yet."""
    just_at: int = 0
    open: tuple[str, ...] = ()
    """What is open, what matters most first. What the passing of time adds is in `opened`."""
    waits: str = ""
    """"you": the agent waits for the person; "agent": the person waits for the agent; "": neither. See `waiting`."""
    since: int = 0
    """When that began."""
    reply: bool = False
    """Whether it waits by its last words alone: for a moment it may still go on."""
    pending: str = ""
    """What the agent began and has no result of: "a check", "a command", "an edit", "a look"; "" for nothing."""
    pending_at: int = 0
    prompts: int = 0
    tool_calls: int = 0
    edits: int = 0
    cue: str = ""
    """What the person set out to do at this moment, as their focus is; "" where its occasion has not arisen."""

    @property
    def name(self) -> str:
        """What to call it: the last part of its project's folder, clean."""
        return _clean(self.project.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or self.project or "unknown", 40)

    def runs(self, at: int) -> bool:
        """Whether it still counts as running."""
        return at - self.last < RUNNING_FOR

    def waiting(self, at: int) -> str:
        """Who waits for whom at a moment: `waits`, as far as that can be told then."""
        if self.waits == "you":
            return "" if self.reply and at - self.since < SETTLES else "you"
        if self.waits == "agent":
            # A look or an edit takes no time: what has no result then waits for somebody's leave, or its agent is gone.
            quick = self.pending in ("an edit", "a look")
            silent = at - self.pending_at >= (SETTLES if quick else QUIET) if self.pending else at - self.last >= QUIET
            return "" if silent else "agent"
        return ""

    def waiting_words(self, at: int) -> str:
        """The same in words, with how long: "waits for you 4 min", "at work 2 min", "quiet 6 min"; "" for nothing to say."""
        who = self.waiting(at)
        if who == "you":
            return f"waits for you {span(at - self.since)}".rstrip()
        if who == "agent":
            return f"at work {span(at - self.since)}".rstrip()
        if self.waits == "agent" and not self.pending:
            return f"quiet {span(at - self.last)}".rstrip()
        return ""

    def opened(self, at: int) -> tuple[str, ...]:
        """What is open at a moment: `open`, after what has had no result for long."""
        if self.pending and at - self.pending_at >= SETTLES:
            return (f"{self.pending} without a result for {span(at - self.pending_at) or 'less than a minute'}", *self.open)
        return self.open

    def line(self, at: int, columns: int = COLUMNS) -> str:
        """One line of at most so many columns: the project, what just happened, what is open, who waits. Clean."""
        waits = self.waiting_words(at)
        if self.open and self.open[0] in ASKS and self.waiting(at) == "you":
            # One says it all.
            waits = f"{self.open[0]} {span(at - self.since)}".rstrip()
            self = self._replace(open=self.open[1:])
        just, some = _clean(self.just, 60), [_clean(one, 80) for one in self.opened(at)[:2]]
        # What matters less is left out rather than cut.
        cue = f"focus: {_clean(self.cue, 60)}" if self.cue else ""
        with_cue = ([just, *some, cue, waits], [just, *some[:1], cue, waits], [just, cue, waits], [cue, waits]) if cue else ()
        for parts in (
            *with_cue,
            [just, *some, waits],
            [just, *some[:1], waits],
            [*some[:1], waits],
            [just, waits],
            [waits or just or "".join(some[:1])],
        ):
            said = SEPARATOR.join(filter(None, parts))
            line = f"{self.name}: {said}" if said else self.name
            if len(line) <= columns:
                return line
        return line[: columns - 1].rstrip() + "…" if columns > 1 else line[:columns]


class Now(NamedTuple):
    """What runs."""

    running: tuple[Running, ...] = ()
    """Those of which one waits for the person first, the longest wait foremost; then the others, the liveliest foremost."""
    at: int = 0
    """When it was looked."""

    @classmethod
    def of(cls, sessions: list[Running], at: int) -> Now:
        """Those of these sessions that run, in order."""
        return cls(
            tuple(
                sorted(
                    (one for one in sessions if one.runs(at)),
                    key=lambda one: (one.waits != "you", one.since if one.waits == "you" else -one.last, one.agent, one.session),
                )
            ),
            at,
        )

    def then(self, at: int) -> Now:
        """The same at a later moment: without those that fell silent."""
        return Now.of(list(self.running), at)

    def line(self, at: int, columns: int = COLUMNS) -> str:
        """One calm line: the first session, and how many more there are. Clean, and never longer than `columns`."""
        running = self.then(at).running
        if not running:
            return NOBODY[: max(columns, 0)]
        # Whoever has just spoken may go on: nobody waits there yet.
        first = min(running, key=lambda one: one.waiting(at) != "you")
        more = f"   (+{len(running) - 1} more)" if len(running) > 1 else ""
        if len(more) + 12 > columns:
            more = ""
        return first.line(at, columns - len(more)) + more


def columns_of(environ: Mapping[str, str]) -> int:
    """How wide the one line may be: as `COLUMNS` says, where it does."""
    said = environ.get("COLUMNS", "")
    return min(int(said), 1000) if said.isascii() and said.isdigit() and len(said) < 9 and int(said) else COLUMNS


def span(milliseconds: int) -> str:
    """How long, for people: "4 min", "2 h"; "" below a minute."""
    minutes = max(0, milliseconds) // _MINUTE
    if not minutes:
        return ""
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def _clean(text: str, cap: int) -> str:
    if text.isascii() and text.isprintable() and len(text) <= cap and "  " not in text:
        return text  # Most are: the gate need not be loaded.
    from .clean import one_line

    return one_line(text, cap)


# --- the file --------------------------------------------------------------------------------------------------------


def dump(now: Now) -> str:
    """As it is kept."""
    import json

    return json.dumps({"schema": 1, "at": now.at, "running": [one._asdict() for one in now.running]}, separators=(",", ":"))


def load(path: str | os.PathLike[str]) -> Now | None:
    """What is kept at a path; None where there is none that can be read. Never raises, never waits."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        data = b""
        while len(data) <= MOST_BYTES and (block := os.read(handle, MOST_BYTES)):
            data += block
    except OSError:
        return None
    finally:
        os.close(handle)
    return parse(data) if len(data) <= MOST_BYTES else None


def parse(data: bytes) -> Now | None:
    """The value of a file's bytes; None where they are none."""
    import json

    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("schema") != 1 or not isinstance(value.get("running"), list):
        return None
    running = [_running(one) for one in value["running"]]
    at = value.get("at")
    if not isinstance(at, int) or not _is_time(at) or None in running:
        return None
    return Now(tuple(one for one in running if one is not None), at)


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _running(value: object) -> Running | None:
    if not isinstance(value, dict):
        return None
    fields: dict[str, Any] = {}
    for name, default in Running._field_defaults.items():
        found = value.get(name, default)
        if isinstance(default, bool):
            sound = isinstance(found, bool)
        elif isinstance(default, int):
            sound = _is_time(found)
        elif isinstance(default, str):
            sound = isinstance(found, str)
        else:
            found = tuple(found) if isinstance(found, list | tuple) else (None,)
            sound = all(isinstance(one, str) for one in found)
        if not sound:
            return None
        fields[name] = found
    return Running(**fields)
