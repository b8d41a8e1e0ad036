"""A session -> the line or two lines of its row, with whole columns left out where there is no room. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from textual.content import Content

from ..finding import SessionLine
from .row import GAP, MUTED, WAITING
from .shown import cell, shown

ID = 8
"""Characters of a session's id that stand for a title."""
LEAST_TITLE = 24
"""Columns below which a title says nothing."""
MORE_TITLE = 8
"""Columns that a title gets before practices are named."""
YOURS = 7
"""Columns for the number of practices that were the person's."""
MARK = 2
"""Columns of the cursor."""


@dataclass(frozen=True, slots=True)
class SessionColumns:
    """Which columns a row has and how wide they are; 0 leaves one out."""

    lines: int
    when: int
    project: int
    title: int
    agent: int = 0
    counts: int = 0
    yours: int = 0


def folder(project: str) -> str:
    """The last folder of a path."""
    return project.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or "no project"


def short_name(agent: str, others: Iterable[str] = ()) -> str:
    """The first word of an agent's name, where that tells it from the others."""
    first = (agent.split() or [agent])[0]
    return first if not any((other.split() or [other])[0] == first for other in others if other != agent) else agent


def moment_of(at: int, now: int, zone: tzinfo | None) -> str:
    """A day and a time, as short as is clear."""
    if not at:
        return "no date"
    try:
        then = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return "no date"
    this = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone) if now else then
    return f"{then.day:02} {then:%b %H:%M}" if then.year == this.year else f"{then.day:02} {then:%b %Y}"


def columns(width: int, agents: int, project: int) -> SessionColumns:
    """The columns that fit whole. `agents`: columns of the longest agent's name, 0 where there is one agent only; `project`: of
    the longest folder's name."""
    when = 12
    project = max(8, min(project, 18 if width >= 100 else 14))
    counts = 13
    if width < 64:
        room = width - MARK - when - GAP
        title, own = (width - MARK - GAP - YOURS, YOURS) if width >= MARK + LEAST_TITLE + GAP + YOURS else (width - MARK, 0)
        return SessionColumns(2, when, min(project, room), title, 0, counts if room - project - GAP >= counts else 0, own)
    left = width - MARK - when - GAP - project - GAP - LEAST_TITLE
    use_counts = left >= GAP + counts
    left -= GAP + counts if use_counts else 0
    # A number of one's own is worth more than the agent's name.
    use_agent = bool(agents) and left >= GAP + agents + GAP + YOURS
    left -= GAP + agents if use_agent else 0
    yours = 0
    if left >= GAP + YOURS:
        # Beside a long title the names of practices have room; else their number alone.
        yours = min(36, left - GAP - MORE_TITLE) if left >= 30 else YOURS
        left -= GAP + yours
    return SessionColumns(1, when, project, LEAST_TITLE + left, agents if use_agent else 0, counts if use_counts else 0, yours)


def yours(line: SessionLine, names: Mapping[str, str], width: int) -> str:
    """The practices that were the person's, by name where that fits, the rest as a number."""
    if not line.yours:
        return ""
    short = [names.get(one, one) for one in line.yours]
    for n in range(len(short), 0, -1):
        more = len(short) - n
        text = f"you: {', '.join(short[:n])}" + (f" +{more}" if more else "")
        if len(text) <= width:
            return text
    return f"you: {len(short)}"


def counts(line: SessionLine) -> str:
    """What was asked and done: prompts and tool calls."""
    return f"{line.prompts:,} / {line.tool_calls:,}"


def heading(title: str, layout: SessionColumns) -> Content:
    """The words over the rows."""
    head = shown(title, style="bold")
    if layout.lines > 1:
        return head
    left = MARK + layout.when + GAP + layout.project + GAP + layout.title
    parts = [head.truncate(left, ellipsis=True, pad=True)]
    if layout.agent:
        parts.append(cell("agent", layout.agent, MUTED))
    if layout.counts:
        parts.append(cell("prompts/calls", layout.counts, MUTED))
    if layout.yours:
        parts.append(cell("what you did" if layout.yours >= 12 else "you did", layout.yours, MUTED))
    return Content("  ").join(parts)


def name_of(line: SessionLine, title: str | None) -> str:
    """What a session is called: its title, else the beginning of its id; a sign where that is not known yet."""
    if line.gone and not title:
        return f"{line.id[:ID]}"
    return WAITING if title is None else title.strip() or line.id[:ID]


def session_row(
    line: SessionLine,
    title: str | None,
    layout: SessionColumns,
    *,
    names: Mapping[str, str],
    agents: Mapping[str, str],
    now: int = 0,
    zone: tzinfo | None = None,
    here: bool = False,
) -> Content:
    """The row of one session; with two lines they stand in one content. `title`: raw; None where it is not known yet."""
    quiet = MUTED if not line.person else ""
    mark = Content.assemble(("› ", "bold") if here else "  ")
    then = cell(moment_of(line.started, now, zone), layout.when, MUTED)
    project = cell(folder(line.project), layout.project, quiet)
    words = []
    if not line.person:
        words.append("automatic")
    if line.gone:
        words.append("source gone")
    said = ", ".join(words)
    width = layout.title
    if layout.lines > 1 and layout.yours and not line.yours:
        # The number of practices stands beside the title; where there is none, the title has the whole line.
        width += GAP + layout.yours
    room = width - len(said) - GAP if said else width
    called = cell(name_of(line, title), max(room, 1), "bold" if here else quiet)
    if said and room < ID:
        # Both are more than there is room for: what is true of the session is worth more than the beginning of its id.
        called = cell(said, width, MUTED)
    elif said:
        called = Content.assemble(called.rstrip(), "  ", shown(said, style=MUTED)).truncate(width, pad=True)
    numbers = cell(counts(line), layout.counts, MUTED) if layout.counts else Content("")
    if layout.lines > 1:
        first = Content.assemble(mark, then, "  ", project)
        if layout.counts:
            first = Content.assemble(first, "  ", numbers)
        own = Content("")
        if width == layout.title and layout.yours:
            own = Content.assemble("  ", cell(yours(line, names, layout.yours), layout.yours, "$text-primary"))
        return Content.assemble(first, "\n  ", called, own)
    parts = [then, project, called]
    if layout.agent:
        parts.append(cell(agents.get(line.agent, line.agent), layout.agent, MUTED))
    if layout.counts:
        parts.append(numbers)
    if layout.yours:
        parts.append(cell(yours(line, names, layout.yours), layout.yours, "$text-primary"))
    return Content.assemble(mark, Content("  ").join(parts))


def longest(words: Iterable[str], most: int) -> int:
    """Columns of the longest of these, at most so many."""
    return min(max((shown(word).cell_length for word in words), default=0), most)
