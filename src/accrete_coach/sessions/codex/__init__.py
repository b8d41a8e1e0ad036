"""Codex: its folders, and what it says of itself. Its lines are read in `transcript`, which is loaded when it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ..agent import Agent, Transcript, Who, ends_of, ids_named
from ..facts import CODEX, Kind
from ..patterns import NO_PATTERNS, Patterns
from ..prints import Hasher
from ..tail import Lines, Position, Reading

COMPRESSED = ".jsonl.zst"
"""How the name of a transcript ends that was compressed, which happens some days after its last line."""
FIRST_LINE = 4 * 1024 * 1024
"""Bytes of the first line that are looked at: it may hold all of the agent's instructions."""
_ROLLOUT = re.compile(r"rollout-.*?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\.jsonl(?:\.zst)?")
_DEPTH = 4
"""Parts of the longest path of a folder with transcripts: `sessions/YYYY/MM/DD`."""


class Codex:
    """`sessions/YYYY/MM/DD/rollout-TIME-ID.jsonl`, later moved to `archived_sessions/`, later compressed to `.jsonl.zst`."""

    id = CODEX
    name = "Codex"
    folders: tuple[str, ...] = ("sessions", "archived_sessions")
    suffixes: tuple[str, ...] = (".jsonl", COMPRESSED)
    # A fresh session begins a file that says nothing of the one before; slash commands are carried out before anything is
    # written, all but /review; its hooks leave a record only where they stop it.
    deletes = False
    cannot_show: frozenset[Kind] = frozenset({Kind.OPEN, Kind.COMMAND, Kind.HOOK_CHECK})

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """`CODEX_HOME`, else `~/.codex`."""
        return (Path(environ.get("CODEX_HOME", "").strip() or "~/.codex").expanduser(),)

    def enters(self, parts: tuple[str, ...]) -> bool:
        """Years, months and days."""
        return len(parts) <= _DEPTH

    def identify(self, parts: tuple[str, ...]) -> Who | None:
        """Each has a file of its own, beside the others: whose it is stands in its first line."""
        return Who("") if parts[-1].startswith("rollout-") else None

    def grows_in(self, path: str) -> tuple[str, ...]:
        """None: a subagent's file lies where all lie."""
        return ()

    def peek(self, path: str) -> Who:
        """The session from the file's name; that of its parent, from the first line, where it is a subagent's."""
        named = _ROLLOUT.search(path)
        own = named.group(1).lower() if named else ""
        try:
            with self.open(path) as file:
                value = msgspec.json.decode(file.readline(FIRST_LINE))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Who(own)
        meta = value.get("payload") if isinstance(value, dict) else None
        if not isinstance(meta, dict):
            return Who(own)
        if not own:
            own = meta["id"][:64] if isinstance(meta.get("id"), str) else ""
        if not is_subagent(meta):
            return Who(own)
        return Who(parent_of(meta) or own, own)

    def lines(self, path: str, position: Position | None = None) -> Reading:
        """The new lines of a file, plain or compressed. Raises OSError where it can't be opened."""
        if path.endswith(COMPRESSED):
            from ..compressed import CompressedLines

            return CompressedLines(path, position)
        return Lines(path, position)

    def open(self, path: str) -> BinaryIO:
        """The file, decompressed where it has to be. Raises OSError."""
        if path.endswith(COMPRESSED):
            from ..compressed import opened

            return opened(path)
        return open(path, "rb")

    def transcript(
        self,
        hasher: Hasher,
        *,
        state: bytes | None = None,
        subagent: int = 0,
        known: set[int] | None = None,
        patterns: Patterns = NO_PATTERNS,
    ) -> Transcript:
        """A reader for one file."""
        from . import transcript

        former = msgspec.msgpack.decode(state, type=transcript.State) if state is not None else None
        return transcript.Transcript(hasher, state=former, agent=subagent, known=known, patterns=patterns)

    def words(self, line: bytes) -> list[tuple[str, str]]:
        """What a line says. Never raises."""
        from .transcript import words

        return words(line)

    def titles(self, root: Path, transcripts: Mapping[str, str]) -> dict[str, str]:
        """The names of its own list of sessions, `session_index.jsonl`, the last of each; else that in the transcript, where it
        is plain. Never raises."""
        found = _names(root / "session_index.jsonl", transcripts)
        for session in transcripts.keys() - found.keys():
            path = transcripts[session]
            title = "" if path.endswith(COMPRESSED) else _title(ends_of(path))
            if title:
                found[session] = title
        return found

    def history(self, root: Path) -> set[str]:
        """Ids of the sessions that `history.jsonl` names: it holds what was typed. Never raises."""
        return ids_named(root / "history.jsonl", "session_id")

    def days_kept(self, root: Path) -> int | None:
        """None: it deletes no transcript."""
        return None

    def kept(self, root: Path) -> str:
        """How long a transcript is kept."""
        return "The agent deletes no transcript; it compresses those that rest for some days."

    def resume(self, session: str) -> tuple[str, ...]:
        """The command that takes up a session again."""
        return "codex", "resume", session


def is_subagent(meta: dict[str, Any]) -> bool:
    """Whether a file's first record says that no person talked in it."""
    source = meta.get("source")
    return isinstance(source, dict) and ("subagent" in source or "internal" in source)


def parent_of(meta: dict[str, Any]) -> str:
    """The session for which a subagent works; "" where the record does not say, as for the agent's internal helpers."""
    spawn = spawned(meta)
    if spawn is None:
        return ""
    own = meta.get("id")
    for value in (meta.get("session_id"), spawn.get("parent_thread_id"), meta.get("parent_thread_id")):
        # Newer records name the session at the root; in older ones the parent is all there is.
        if isinstance(value, str) and value and value != own:
            return value[:64]
    return ""


def spawned(meta: dict[str, Any]) -> dict[str, Any] | None:
    """What a subagent's record says of how it was started; None for no subagent, or one of the agent's own."""
    source = meta.get("source")
    inner = source.get("subagent") if isinstance(source, dict) else None
    spawn = inner.get("thread_spawn") if isinstance(inner, dict) else None
    return spawn if isinstance(spawn, dict) else None


MOST_OF_A_LIST = 4 * 1024 * 1024
"""Bytes at each end of the list of sessions that are looked at: some 30,000 names."""


class _Listed(msgspec.Struct, gc=False):
    id: str = ""
    thread_name: str | None = None


class _Named(msgspec.Struct, gc=False):
    type: str = ""
    thread_name: str | None = None


class _Record(msgspec.Struct, gc=False):
    payload: _Named = msgspec.field(default_factory=_Named)


_listed = msgspec.json.Decoder(_Listed)
_record = msgspec.json.Decoder(_Record)
_MAY_TITLE = re.compile(rb'^[^\n]{0,400}"thread_name_updated"[^\n]{0,4000}$', re.MULTILINE)


def _names(path: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for line in ends_of(str(path), MOST_OF_A_LIST).splitlines():
        try:
            named = _listed.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if named.id in wanted:
            # A name that was taken back is none.
            found[named.id] = (named.thread_name or "").strip()
    return {session: name for session, name in found.items() if name}


def _title(ends: bytes) -> str:
    """The last name that stands in these lines of a transcript; "" for none."""
    title = ""
    for line in _MAY_TITLE.findall(ends):
        try:
            named = _record.decode(line).payload
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if named.type == "thread_name_updated":
            title = (named.thread_name or "").strip()
    return title


AGENT: Agent = Codex()
