"""A standing -> the line or two lines of its row, with whole columns left out where there is no room. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from textual.content import Content

from ..practice import Practice
from ..standings import UNMEASURED, Standing, State
from .shown import block, cell, shown

MUTED = "$foreground 70%"
STYLES = {
    State.HABIT: "$text-success",
    State.SOMETIMES: "$text-primary",
    State.TRIED: "$text-primary",
    State.AGENT: "$text-secondary",
    State.NOT_YET: "$text-accent",
    State.NO_OCCASION: MUTED,
    State.CANT_TELL: MUTED,
    State.DISPUTED: "$text-warning",
}
"""Colour comes second: the glyph and the word say the same."""
MARGIN = 4
"""Columns before the name: the cursor, what is new, the state's glyph, a blank."""
GAP = 2
WAITING = "…"
COPIED = {
    "prompt": "a prompt",
    "command": "a command",
    "hook": "a hook for the agent's settings",
    "rule": "a line for the project's memory",
}
"""What was copied, by the kind of what a practice has ready."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a row has and how wide they are; 0 leaves one out."""

    lines: int
    name: int
    state: int
    weeks: int = 0
    counts: int = 0
    brief: bool = False
    """Whether the counts are the short ones."""
    last: int = 0


def counts(standing: Standing, *, brief: bool = False, digits: int = 1) -> str:
    """What the state rests on."""
    you, happened, applied = (str(n).rjust(digits) for n in (standing.you, standing.happened, standing.applied))
    if not standing.applied:
        return "" if not standing.cant_tell else f"can't tell in {standing.cant_tell}"
    return f"you {you} of {applied}" if brief else f"you {you} · seen {happened} · of {applied}"


def when(at: int, now: int, zone: tzinfo | None) -> str:
    """A time as a person says it: the day, for as long as that is clear."""
    if not at:
        return "never"
    then = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone)
    days = (today.date() - then.date()).days
    if days < 1:
        return "today"
    if days == 1:
        return "yesterday"
    if days < 14:
        return f"{days} days ago"
    return f"{then.day} {then:%b}" if days < 300 else f"{then:%b %Y}"


def weeks(standing: Standing) -> str:
    """The small row, the oldest week first."""
    return "".join(week.glyph for week in standing.weeks)


def digits(standings: Iterable[Standing]) -> int:
    """The width of the widest count, so that numbers stand under each other."""
    return max((len(str(s.applied)) for s in standings), default=1)


def columns(width: int, practices: Iterable[Practice], standings: Iterable[Standing], *, dense: bool) -> Columns:
    """The columns that fit into `width` whole. A dense row is always one line."""
    known = tuple(standings)
    name = max((shown(p.short).cell_length for p in practices), default=0)
    name = max(8, min(name, 26, width - MARGIN))
    state = max(len(s.value) for s in State)
    n = digits(known)
    full, brief = len("you  · seen  · of ") + 3 * n, max(len("you  of ") + 2 * n, len("can't tell in ") + n)
    room = width - MARGIN - name
    for long, last in ((True, True), (True, False), (False, True), (False, False)):
        needs = (GAP + state) + (GAP + 8) + (GAP + (full if long else brief)) + (GAP + 11 if last else 0)
        if needs <= room:
            if not long and not dense:
                break
            return Columns(1, name, state, 8, full if long else brief, not long, 11 if last else 0)
    if dense:
        if (GAP + state) + (GAP + 8) <= room:
            return Columns(1, name, state, 8)
        return Columns(1, name, state if GAP + state <= room else 0)
    room = width - MARGIN - 8
    if GAP + full + GAP + 11 <= room:
        return Columns(2, name, state, 8, full, False, 11)
    if GAP + full <= room:
        return Columns(2, name, state, 8, full)
    return Columns(2, name, state, 8, brief if GAP + brief <= room else 0, True)


def heading(title: str, layout: Columns) -> Content:
    """The words over the rows; the columns are named where they stand in one line."""
    head = shown(title, style="bold")
    if layout.lines > 1 or not layout.weeks:
        return head
    left = MARGIN + layout.name + GAP + layout.state + GAP
    named = Content.styled("8 weeks ", MUTED)
    if layout.counts:
        named += Content.styled("  sessions", MUTED).pad_right(max(0, layout.counts - 8))
    if layout.last:
        named += Content.styled("  last", MUTED)
    return Content.assemble(head.truncate(max(left - GAP, 1), ellipsis=True, pad=True), "  ", named)


def row(
    practice: Practice,
    standing: Standing | None,
    layout: Columns,
    *,
    now: int = 0,
    zone: tzinfo | None = None,
    width: int = 0,
    wide: int = 1,
    here: bool = False,
    fresh: bool = False,
) -> Content:
    """The row of one practice; `wide` is the digits of the widest count, `width` the columns there are."""
    margin = Content.assemble(("›", "bold") if here else " ", ("•", "bold $text-warning") if fresh else " ")
    state = standing.state if standing is not None else None
    style = STYLES[state] if state is not None else MUTED
    glyph = shown(state.glyph if state is not None else WAITING, style=style)
    word = shown(standing.word if standing is not None else "", style=style)
    name = cell(practice.short or practice.id, layout.name, "bold" if here or fresh else "")
    if layout.lines > 1:
        name = name.rstrip()
    unmeasured = shown(UNMEASURED, style=MUTED) if standing is not None and not standing.measured else Content(" ")
    line = Content.assemble(margin, glyph, unmeasured, name)
    details: list[Content] = []
    if standing is not None:
        small = shown(weeks(standing), style="$text-primary" if standing.you else MUTED) if layout.weeks else None
        numbers = block(counts(standing, brief=layout.brief, digits=wide if layout.lines == 1 else 1))
        last = shown(when(standing.last, now, zone), style=MUTED) if standing.last else Content("")
        if small is not None and (layout.lines == 1 or numbers.plain or any(week.applied for week in standing.weeks)):
            details.append(small)
        if layout.counts:
            details.append(numbers.truncate(layout.counts, pad=True) if layout.lines == 1 else numbers)
        if layout.last:
            details.append(last)
    if layout.lines == 1:
        if layout.state:
            line = Content.assemble(line, "  ", word.truncate(layout.state, pad=True))
        return Content("  ").join([line, *details])
    gap = width - line.cell_length - word.cell_length
    if gap < GAP:
        # Both are more than a line holds: the word goes where the counts were, and neither is cut.
        details, word, gap = [*details[:1], word], Content(""), 0
    line = Content.assemble(line, Content.blank(gap), word)
    details = [d for d in details if d.plain]
    if standing is not None and not details:
        return line  # Nothing to count: its word says so.
    return Content.assemble(line, "\n", Content.blank(MARGIN), Content("  ").join(details))
