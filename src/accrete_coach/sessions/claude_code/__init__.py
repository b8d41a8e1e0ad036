"""Claude Code: its folders, and what it says of itself. Its lines are read in `transcript`, which is loaded when it is used."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from ..agent import END, Agent, Transcript, Who, ends_of, ids_named
from ..facts import CLAUDE_CODE, Kind
from ..patterns import NO_PATTERNS, Patterns
from ..prints import Hasher
from ..tail import Lines, Position

DAYS_KEPT = 30
"""Days that a transcript is kept unless the settings say otherwise (its documentation, sessions page)."""
_DEPTH = 7
"""Parts of the longest path of a folder with subagents' transcripts."""
_SESSION_ID = re.compile(rb'"sessionId"\s*:\s*"([^"\\]{1,100})"')


class ClaudeCode:
    """`projects/PROJECT/SESSION.jsonl`, and `projects/PROJECT/SESSION/subagents/**/agent-ID.jsonl` for subagents."""

    id = CLAUDE_CODE
    name = "Claude Code"
    folders: tuple[str, ...] = ("projects",)
    suffixes: tuple[str, ...] = (".jsonl",)
    deletes = True
    cannot_show: frozenset[Kind] = frozenset()

    def roots(self, environ: Mapping[str, str]) -> tuple[Path, ...]:
        """`CLAUDE_CONFIG_DIR`, one folder or several with commas between; else `~/.claude` and `~/.config/claude`."""
        named = [part.strip() for part in environ.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
        distinct: dict[str, Path] = {}
        for part in named or ("~/.claude", "~/.config/claude"):
            root = Path(part).expanduser()
            distinct.setdefault(os.path.realpath(root), root)
        return tuple(distinct.values())

    def enters(self, parts: tuple[str, ...]) -> bool:
        """Projects; in them the folders that are called like sessions; in those what is below `subagents`."""
        if len(parts) <= 2:
            return True
        if len(parts) == 3:
            return parts[2] != "memory" and not parts[2].endswith((".json", ".md", ".txt"))
        return parts[3] == "subagents" and len(parts) <= _DEPTH

    def identify(self, parts: tuple[str, ...]) -> Who | None:
        """A session's file in its project, or a subagent's: before 2.1.1 that lay beside the sessions."""
        name = parts[-1].removesuffix(".jsonl")
        subagent = name[6:] if name.startswith("agent-") else ""
        if len(parts) == 3:
            return Who("", subagent) if subagent else Who(name)
        if len(parts) > 4 and subagent:
            return Who(parts[2], subagent)
        return None

    def grows_in(self, path: str) -> tuple[str, ...]:
        """The session's own folder and the one for its subagents."""
        return path[:-6], os.path.join(path[:-6], "subagents")

    def peek(self, path: str) -> Who:
        """Whose a subagent's file in the older place is: the session stands in its first record."""
        subagent = os.path.basename(path)[6:-6]
        try:
            with open(path, "rb") as file:
                found = _SESSION_ID.search(file.read(65_536))
        except OSError:
            return Who("", subagent)
        return Who(found.group(1).decode("utf-8", "replace") if found else "", subagent)

    def lines(self, path: str, position: Position | None = None) -> Lines:
        """The new lines of a file. Raises OSError where it can't be opened."""
        return Lines(path, position)

    def open(self, path: str) -> BinaryIO:
        """The file as it is. Raises OSError."""
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
        """What the person named a session, else what the agent did, the last of each; else the plan it opened from. Never raises."""
        found = {session: _title(ends_of(path), session) for session, path in transcripts.items()}
        return {session: title for session, title in found.items() if title}

    def history(self, root: Path) -> set[str]:
        """Ids of all sessions that `history.jsonl` names: it is kept for ever, unlike the transcripts. Never raises."""
        return ids_named(root / "history.jsonl", "sessionId")

    def days_kept(self, root: Path) -> int | None:
        """`cleanupPeriodDays` of its settings; None where it is not set (then 30). Never raises."""
        try:
            value = msgspec.json.decode((root / "settings.json").read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        days = value.get("cleanupPeriodDays") if isinstance(value, dict) else None
        return days if isinstance(days, int) and not isinstance(days, bool) else None

    def kept(self, root: Path) -> str:
        """How long a transcript is kept, as its settings say."""
        days = self.days_kept(root)
        if days is None:
            return f'The agent deletes a transcript after {DAYS_KEPT} days; a larger "cleanupPeriodDays" in its settings.json keeps them longer.'
        return f"The agent deletes a transcript after {days:,} day{'' if days == 1 else 's'} (cleanupPeriodDays in its settings.json)."

    def resume(self, session: str) -> tuple[str, ...]:
        """The command that takes up a session again."""
        return "claude", "--resume", session


class _Titled(msgspec.Struct, gc=False):
    type: str = ""
    customTitle: str = ""
    aiTitle: str = ""
    summary: str = ""
    sessionId: str = ""
    leafUuid: str = ""


_titled = msgspec.json.Decoder(_Titled)
_MAY_TITLE = re.compile(rb'^[^\n]{0,400}"type"\s*:\s*"(?:custom-title|ai-title|summary)"[^\n]{0,4000}$', re.MULTILINE)


def _title(ends: bytes, session: str) -> str:
    """The title that stands in these lines of a session's transcript; "" for none."""
    titles = {"custom-title": "", "ai-title": "", "summary": ""}
    for line in _MAY_TITLE.findall(ends):
        try:
            record = _titled.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        # A forked session begins with its parent's records.
        if record.sessionId not in ("", session):
            continue
        title = (record.customTitle or record.aiTitle or record.summary).strip()
        # Old versions wrote summaries of other sessions, too: its own names a record that stands here.
        if record.type == "summary" and not (
            record.leafUuid and re.search(rb'"uuid"\s*:\s*"' + re.escape(record.leafUuid.encode()) + b'"', ends)
        ):
            continue
        if record.type in titles:
            titles[record.type] = title
    return titles["custom-title"] or titles["ai-title"] or titles["summary"] or _plan_title(ends)


_PLAN = re.compile(rb'"Implement the following plan:(?:\\[nr]|\s)*((?:[^"\\]|\\[^n]){1,400})')
_REPLY = re.compile(rb'"type"\s*:\s*"assistant"')
_HEADING = re.compile(r"(?:#+\s*)?(?:Plan\s*:\s*)?")


def _plan_title(ends: bytes) -> str:
    """The heading of the plan that a session opened from: its first words are the plan's, not the person's."""
    found = _PLAN.search(ends[:END])
    if found is None or _REPLY.search(ends, 0, found.start()):
        return ""
    try:
        heading: str = msgspec.json.decode(b'"' + found.group(1) + b'"', type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return _HEADING.sub("", heading, count=1).strip()


AGENT: Agent = ClaudeCode()
