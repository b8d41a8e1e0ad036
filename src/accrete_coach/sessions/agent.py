"""What an agent's module gives: where its transcripts are, how a line of them becomes facts, what it says of itself.

An agent is a package of its own below this one; `docs/agents.md` tells how to write one. Whatever reads transcripts asks
here for the agents there are, and knows none of them by name.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import msgspec

from .facts import Fact, Kind
from .patterns import NO_PATTERNS, Patterns
from .prints import Hasher
from .tail import Position, Reading


class State(Protocol):
    """What is to be known of a file besides its facts. An agent's own state holds more; none of it holds text."""

    lines: int
    """Lines read so far."""
    passed: dict[str, int]
    """Lines by what became of them: "used", or the reason for which they were passed over. They add up to `lines`."""
    project: str
    """The folder the session runs in."""
    version: str
    """The agent's version."""
    model: str
    started: str
    """The first record's time, as it is written (ISO 8601, UTC); "" where there is none."""
    ended: str
    """The last record's."""
    automatic: int
    """Bits: 1 an SDK's entry point was seen, 2 a keyboard or a host for people, 4 a script's entry point."""
    main: int
    """Records of the person and the agent on the main thread: a file without one is no session."""
    internal: bool
    """A warm-up's or an internal helper's file."""
    git: int
    """Bits: 1 a git branch or commit was named, 2 a record said that there is none."""
    forked_from: str
    """The session whose history this one began with, as the record says; "" where it does not."""


class Transcript(Protocol):
    """Reads one transcript file, line after line. The result must not depend on where the reading was cut."""

    agent: int
    """0 for a main transcript, else the hash of the subagent whose own file this is."""
    facts: list[Fact]
    """Those of the lines read since they were last taken."""
    patterns: Patterns
    """What its facts are held against; `Acts` does most of it."""

    @property
    def state(self) -> State:
        """What the next reading must know; stored as MessagePack."""

    def read(self, number: int, line: bytes) -> None:
        """Take line `number` (from 1) and count it in `state.passed`. Raises msgspec.DecodeError only where it is no JSON."""

    def finish(self) -> None:
        """Make the state free of text: called before it is stored."""

    def loose_ends(self) -> list[Fact]:
        """Facts of what is still open; they change with the next lines."""


class Who(NamedTuple):
    """Whose transcript a file is, as far as its path tells."""

    session: str
    """The session's id; "" where only the records say (see `Agent.peek`)."""
    subagent: str = ""
    """The subagent's id; "" for a main transcript."""


class Agent(Protocol):
    """A coding agent whose transcripts can be read. Making one must cost nothing: the reader is imported when it is used."""

    id: str
    """What sessions are stored under. Never changes."""
    name: str
    """What people call it."""
    folders: tuple[str, ...]
    """Folders below a root that hold transcripts."""
    suffixes: tuple[str, ...]
    """How the names of transcripts end."""
    deletes: bool
    """Whether it deletes transcripts by itself after a while."""
    cannot_show: frozenset[Kind]
    """Kinds of facts that its records leave out, always or often: that one is missing says nothing about the person."""

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """Its own folders on this machine, whether they exist or not. Creates nothing."""

    def enters(self, parts: tuple[str, ...]) -> bool:
        """Whether a folder (its path below the root, in parts) may hold transcripts."""

    def identify(self, parts: tuple[str, ...]) -> Who | None:
        """Whose transcript a file is (its path below the root, in parts); None where it is no transcript."""

    def grows_in(self, path: str) -> tuple[str, ...]:
        """Folders in which more files of the session may appear whose main transcript this is, besides its own folder."""

    def peek(self, path: str) -> Who:
        """Whose transcript a file is whose path does not tell all, from its records. Never raises."""

    def lines(self, path: str, position: Position | None = None) -> Reading:
        """The new lines of a file. Raises OSError where it can't be opened."""

    def open(self, path: str) -> BinaryIO:
        """A transcript as lines of bytes from its start, for showing. Raises OSError."""

    def transcript(
        self,
        hasher: Hasher,
        *,
        state: bytes | None = None,
        subagent: int = 0,
        known: set[int] | None = None,
        patterns: Patterns = NO_PATTERNS,
    ) -> Transcript:
        """A reader for one file. `state`, `known`: what a former reading left, and the identities of the facts it told;
        `patterns`: what own practices look for in prompts, commands and paths."""

    def words(self, line: bytes) -> list[tuple[str, str]]:
        """What a line says, as (who, text) with who of "you", "agent", "tool", "result", "note". Raw; never raises."""

    def titles(self, root: Path, transcripts: Mapping[str, str]) -> dict[str, str]:
        """Session's id -> the title that the person or the agent gave it, of those whose main transcripts (paths, by ids) hold
        one. Reads the ends of a file, not all of it. Raw; never raises."""

    def history(self, root: Path) -> set[str]:
        """Ids of the sessions that its own history names, of which transcripts may be lost. Never raises."""

    def days_kept(self, root: Path) -> int | None:
        """Days until it deletes a transcript, where its settings say so; else None. Never raises."""

    def kept(self, root: Path) -> str:
        """A sentence that says how long it keeps a transcript, and how that is changed."""

    def resume(self, session: str) -> tuple[str, ...]:
        """The command that takes up a session again."""


class Root(NamedTuple):
    """A folder of an agent's own."""

    agent: str
    """The agent's id."""
    path: Path

    @property
    def by(self) -> Agent:
        """The agent whose folder it is."""
        return agents()[self.agent]

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that hold transcripts, whether they exist or not."""
        return tuple(self.path / name for name in self.by.folders)


def ids_named(path: Path, key: str) -> set[str]:
    """The sessions that lines of JSON name under `key`; none where the file can't be read. Nothing else in it is looked at."""
    decoder = msgspec.json.Decoder(msgspec.defstruct("_Named", [("session", str, "")], rename={"session": key}))
    found: set[str] = set()
    try:
        with open(path, "rb") as file:
            for line in file:
                try:
                    found.add(decoder.decode(line).session)  # type: ignore[attr-defined]
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    continue
    except OSError:
        pass
    return found - {""}


END = 256 * 1024
"""Bytes at each end of a transcript that are looked at for a title."""


def ends_of(path: str, end: int = END) -> bytes:
    """The first and the last bytes of a file, all of it where it is small; empty where it can't be read. Lines at the cut are torn."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size <= 2 * end:
                return file.read(2 * end)
            first = file.read(end)
            file.seek(size - end)
            return first + b"\n" + file.read(end)
    except OSError:
        return b""


@cache
def agents() -> Mapping[str, Agent]:
    """The agents whose transcripts can be read, by their ids: every package below this one is one."""
    from .. import sessions

    found = {}
    for module in sorted(pkgutil.iter_modules(sessions.__path__), key=lambda m: m.name):
        if module.ispkg:
            agent: Agent = import_module(f"{sessions.__name__}.{module.name}").AGENT
            found[agent.id] = agent
    return found


def agent_names() -> dict[str, str]:
    """Agent's id -> what people call it."""
    return {agent.id: agent.name for agent in agents().values()}
