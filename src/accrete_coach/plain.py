"""What the commands print: the same frozen values the app shows, as text for a pipe or 44 columns, and as JSON."""

from __future__ import annotations

import shutil
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType
from typing import Any

from .accuracy import Tally, shipped
from .clean import clean, one_line
from .coach import MomentView, moments_of
from .corrections import SAID, answer, answers, differs, in_words
from .examples import steps
from .now import Now, span
from .practice import FAMILIES, FAMILY_NAMES, GRADES, NOT_SEEN, SEEN, TEAM, YOURS, Catalogue, Practice, Reading
from .profile import Correction, StoredSession
from .sessions.facts import Fact
from .standings import CHOICES, UNMEASURED, UNMEASURED_MEANS, WEEKS_LEGEND, Basis, Standing, Standings, Week
from .storyboard import Storyboard
from .trend import Trend

SCHEMA = 1
"""Of all JSON that the commands print. Raised when a key changes its meaning or goes."""
WIDE = 76
"""Columns from which on there is room to set what was said apart from who said it."""


def width() -> int:
    """Columns to print for: the terminal's, or 80 in a pipe."""
    return max(30, min(shutil.get_terminal_size((80, 24)).columns, 100))


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """Text in lines of at most so many columns. A word breaks only where a line can't hold it: ids and commands stay whole."""
    return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False) or [
        indent.rstrip()
    ]


def capped(lines: list[str], most: int, columns: int) -> list[str]:
    """At most so many lines; the last one says where more would follow."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    if len(last) > columns - 2:
        last = last[: columns - 2].rpartition(" ")[0] or last[: columns - 2]
    return [*lines[: most - 1], f"{last.rstrip()} …"]


def cut(text: str, columns: int) -> str:
    """One line of at most so many columns, cut between two words where there are any."""
    return capped(wrapped(text, columns), 1, columns)[0] if len(text) > columns else text


def date_of(day: date, now: int = 0) -> str:
    """A date for people, with the year where it is not this one. `now`: milliseconds since 1970, UTC; 0 for this moment."""
    this = time.time() if not now else now / 1000
    return f"{day.day} {day:%b}" if day.year == date.fromtimestamp(this).year else f"{day.day} {day:%b %Y}"


def day(at: int, zone: tzinfo, now: int = 0) -> str:
    """The date of a moment."""
    return date_of(datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date(), now) if at else "never"


def clock(at: int, zone: tzinfo, now: int = 0) -> str:
    """A date and a time of day for people."""
    return f"{day(at, zone, now)} {datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%H:%M}" if at else "unknown time"


def days(first: int, last: int, zone: tzinfo) -> str:
    """From one date to another, or the one that both are."""
    begin, end = day(first, zone), day(last, zone)
    return begin if begin == end else f"{begin} to {end}"


def iso(at: int) -> str | None:
    """ISO 8601 in UTC; None for an unknown time."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def plural(n: int, word: str) -> str:
    """A count with its noun."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def folder_name(project: str) -> str:
    """The last part of a project's folder."""
    return one_line(project.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or project or "unknown", 40)


def origin_of(p: Practice) -> str:
    """Whose a practice is, in a few words."""
    return (
        "one of yours"
        if p.origin == YOURS
        else "one of your team's"
        if p.origin == TEAM
        else f"it comes with {one_line(p.origin, 60)}"
        if p.origin
        else "a built-in practice"
    )


def no_session(
    project: str | None, since: date | None, until: date | None, automatic: int = 0, agent: str = "", words: str = ""
) -> str:
    """The sentence where a filter matches no session. `automatic`: how many it matches in which nobody took part; `agent`: the
    agent's name; `words`: what was typed to find it."""
    if words or agent:
        said = " that match" * bool(words) + (f" '{one_line(words, 80)}'" if words else "") + (f" with {agent}" if agent else "")
        told = "There are no sessions" + said + (" in what else was asked for" if project or since or until else "")
        return f"{told}; `accrete-coach sessions` shows all."
    span = (
        f"from {date_of(since)} to {date_of(until)}"
        if since and until
        else f"from {date_of(since)} on"
        if since
        else f"up to {date_of(until)}"
        if until
        else ""
    )
    if automatic:
        return f"Nobody took part in what matches ({plural(automatic, 'automatic session')}): it counts nowhere."
    held = f"project folder holds '{one_line(project, 80)}'" if project else ""
    if not project:
        said = f"No session began {span}"
    elif span:
        said = f"No session that began {span} is of a project whose folder holds '{one_line(project, 80)}'"
    else:
        said = f"No session's {held}"
    return f"{said}; `accrete-coach sessions` shows {'them' if project and not span else 'all'}."


# --- list ------------------------------------------------------------------------------------------------------------


def standings_lines(standings: Standings, zone: tzinfo, columns: int) -> Iterator[str]:
    """The plain list: the sentence, the five that matter now, then all by family."""
    yield from wrapped(standings.sentence, columns)
    row = _Row.of(standings, zone, columns)
    if standings.basis.sessions:
        yield ""
        yield "These matter now"
        for s in standings.five:
            yield from _standing_lines(s, row)
    for family in FAMILIES:
        some = standings.in_family(family)
        if some:
            yield ""
            yield FAMILY_NAMES[family]
            for s in some:
                yield from _standing_lines(s, row)
    yield ""
    for glyph, meaning in WEEKS_LEGEND:
        yield from wrapped(f"{glyph} {meaning}", columns, "  ")
    if any(not s.measured for s in standings):
        yield from wrapped(f"{UNMEASURED} {UNMEASURED_MEANS}", columns, "  ")
    yield from wrapped(f"Rests on {one_line(str(standings.basis), 600)}.", columns)


@dataclass(frozen=True, slots=True)
class _Row:
    """How wide the columns of the list are, so that nothing pushes another out of its place."""

    zone: tzinfo
    now: int
    name: int
    state: int
    counts: int
    gap: int
    """Blanks after the name and the state."""
    dated: bool
    """Whether there is room for when it was last seen."""
    wide: bool
    """Whether a practice fits on one line at all."""

    @classmethod
    def of(cls, standings: Standings, zone: tzinfo, columns: int) -> _Row:
        name = max((len(s.practice.short) for s in standings), default=0)
        state = max((len(s.state.value) for s in standings), default=0)
        counts = max((len(_counts(s)) for s in standings), default=0)
        last = max((len(day(s.last, zone, standings.now)) for s in standings if s.last), default=0)
        origin = max((len(_origin(s.practice)) for s in standings), default=0)
        used = 4 + name + 1 + state + 1 + counts + 1 + 8 + origin
        gap = 2 if used + 2 + 1 + last <= columns else 1
        return cls(zone, standings.now, name, state, counts, gap, used + 1 + last <= columns, used <= columns)


def _standing_lines(s: Standing, row: _Row) -> Iterator[str]:
    weeks = "".join(w.glyph for w in s.weeks)
    head = f"  {s.state.glyph}{_unmeasured(s)}{s.practice.short:<{row.name}}{' ' * row.gap}"
    if row.wide:
        last = day(s.last, row.zone, row.now) if s.last and row.dated else ""
        yield f"{head}{s.state.value:<{row.state}}{' ' * row.gap}{_counts(s):<{row.counts}} {weeks} {last}".rstrip() + _origin(
            s.practice
        )
    else:
        yield head + s.state.value + _origin(s.practice)
        yield f"    {weeks}  {_counts(s)}"
    if s.corrected:
        yield f"    corrected {s.corrected} (your word counts)"
    if s.choice:
        yield f"    {' '.join(CHOICES[s.choice])} (you said so)"


def _unmeasured(s: Standing) -> str:
    return " " if s.measured else UNMEASURED


def _origin(p: Practice) -> str:
    """Whose a practice is, where it is not built in."""
    return f" ({one_line(p.origin, 20)})" if p.origin else ""


def _counts(s: Standing) -> str:
    if not s.applied:
        return f"can't tell in {s.cant_tell}" if s.cant_tell else "no occasion"
    return f"you {s.you}, seen {s.happened} of {s.applied}"


def standings_json(standings: Standings) -> dict[str, Any]:
    """The list as JSON."""
    basis = standings.basis
    return {
        "schema": SCHEMA,
        "sentence": standings.sentence,
        "matter_now": [s.practice.id for s in standings.five],
        "rests_on": {
            "sessions": basis.sessions,
            "all_sessions": basis.all_sessions,
            "automatic_left_out": basis.automatic,
            "transcript_deleted": basis.gone,
            "deleted_before_read": basis.lost,
            "weeks": basis.weeks or None,
            "project": basis.project,
            "agent": basis.agent,
            "since": str(basis.since) if basis.since else None,
            "until": str(basis.until) if basis.until else None,
        },
        "practices": [standing_json(s) for s in standings],
    }


def standing_json(s: Standing) -> dict[str, Any]:
    """One practice's standing as JSON."""
    return {
        "id": s.practice.id,
        "title": s.practice.title,
        "family": s.practice.family,
        "origin": s.practice.origin,
        "state": s.state.value,
        "you": s.you,
        "happened": s.happened,
        "applied": s.applied,
        "cant_tell": s.cant_tell,
        "corrected": s.corrected,
        "measured": s.measured,
        "choice": s.choice or None,
        "last": iso(s.last),
        "median_tool_calls": s.size,
        "weeks": [week_json(w) for w in s.weeks],
    }


# --- show ------------------------------------------------------------------------------------------------------------


def _accuracy_json(tally: Tally) -> dict[str, Any]:
    """How right a detector was on sessions read with care: counts, and shares with their 95 % interval."""
    out: dict[str, Any] = {"measured": tally.measured, "with": tally.positives, "without": tally.negatives}
    for name, share in (("precision", tally.precision), ("recall", tally.recall), ("applies", tally.applies), ("who", tally.who)):
        low, high = share.interval
        out[name] = None if share.value is None else {"value": share.value, "low": low, "high": high}
    return out


def practice_lines(
    p: Practice,
    s: Standing,
    basis: Basis,
    moments: Iterable[MomentView],
    catalogue: Catalogue,
    zone: tzinfo,
    columns: int,
    *,
    audited: str = "",
    year: Trend | None = None,
    let_pass: Iterable[StoredSession] = (),
) -> Iterator[str]:
    """A practice's page. `audited`: how right its readings were, as the person said; "" for too few answers. `year`: its trend.
    `let_pass`: sessions that gave an occasion in which it was not seen."""
    yield from wrapped(f"{_named(p)}, {FAMILY_NAMES[p.family]}", columns)
    yield from wrapped(s.headline, columns)
    yield from wrapped(
        f"{s.state.glyph} {s.state.value}: {_page_counts(s)}." if s.applied else f"{s.state.glyph} {s.state.value}.",
        columns,
    )
    if s.choice:
        yield from wrapped(f"{' '.join(CHOICES[s.choice])} (you said so).", columns)
    if s.corrected and not s.applied:
        yield from wrapped(f"You corrected {plural(s.corrected, 'reading')}.", columns)
    yield from wrapped(shipped().sentence(p.id, p.version), columns)
    if audited:
        yield from wrapped(f"Its readings were {audited}.", columns)
    if s.applied:
        calls = plural(s.size, "tool call")
        yield from wrapped(f"Typical session here: {calls} (longer ones show more practices by chance).", columns)
    yield from wrapped("".join(w.glyph for w in s.weeks) + f" {basis.of_row}. Last seen: {day(s.last, zone)}.", columns)
    if year is not None:
        yield ""
        yield "The last 52 weeks"
        # A row of half a year each where a year does not fit.
        some = year.row if columns >= len(year.row) + 2 else f"{year.row[:26]}\n{year.row[26:]}"
        yield from (f"  {row}" for row in some.splitlines())
        yield from wrapped(year.sentence, columns, "  ")
    for title, text in (("Why", p.why), ("How", p.tip), ("When not", p.when_not), ("Fits when", p.fits), ("Counts when", p.rule)):
        if not text:
            continue
        yield ""
        yield title
        yield from wrapped(text, columns, "  ")
    yield ""
    yield from wrapped(f"Evidence {p.grade}: {GRADES[p.grade]}.", columns)
    for source in p.sources:
        yield from wrapped(f"{source.title}: {source.shows}", columns, "  ")
        yield f"  {source.url}"
    if p.origin:
        yield ""
        yield from wrapped(f"Not built in: {origin_of(p)}.", columns)
    if p.builds_on:
        yield ""
        yield from wrapped(
            "Builds on " + ", ".join(catalogue[name].short for name in p.builds_on if catalogue.get(name)) + ".", columns
        )
    yield ""
    found = list(moments)
    yield "Your moments" if found else "No moment of yours shows it yet. An example:"
    for m in found:
        yield f"  {clock(m.at, zone)}  {folder_name(m.project)}, by {'you' if m.by == 'you' else 'the agent'}, {m.sure}"
        if m.what:
            yield from wrapped(one_line(m.what, 200), columns, "    ")
        yield f"    {_path(m.path)}:{m.line}" + ("  (source gone: the agent deleted it)" if m.gone else "")
    if not found:
        example = next((k for k in p.sketches if k.says == SEEN), None)
        if example is not None:
            yield from (f"  {line}" for line in example.text.strip("\n").splitlines())
    passed = list(let_pass)
    if passed:
        yield ""
        yield from wrapped("Not seen in: there was an occasion, and it did not happen", columns)
        for one in passed:
            gone = ", source gone" if one.gone else ""
            said = f"{clock(one.started, zone)}  {folder_name(one.project)}, {plural(one.tool_calls, 'tool call')}{gone}"
            yield from wrapped(f"{said}: accrete-coach session {one_line(one.id, 200)[:8]}", columns, "  ")


def example_lines(p: Practice, columns: int) -> Iterator[str]:
    """A practice's examples, act by act, each with what is read once it has happened."""
    for example in p.sketches:
        yield from wrapped(f"{example.name or p.short}: {in_words(example.says, example.by)}", columns)
        before = ""
        for step in steps(p, example):
            now = in_words(step.word, step.by)
            yield from wrapped(step.act, columns, "  ")
            if now != before:
                yield f"    -> {now}"
            before = now
        yield ""


def _path(path: str) -> str:
    # A name may hold a line's end: it must not draw a line of its own.
    return clean(path, 500).replace("\n", "␊")


def _page_counts(s: Standing) -> str:
    said = f"; you corrected {plural(s.corrected, 'reading')}" if s.corrected else ""
    return f"you {s.you}, seen {s.happened}, of {plural(s.applied, 'session')} where it applies{said}"


def _named(p: Practice) -> str:
    """The name on the screen, with the id that commands take where that is another."""
    return p.short if p.short == p.id else f"{p.short} ({p.id})"


def practice_json(
    p: Practice,
    s: Standing,
    moments: Iterable[MomentView],
    audited: dict[str, Any] | None = None,
    year: Trend | None = None,
    let_pass: Iterable[StoredSession] = (),
) -> dict[str, Any]:
    """A practice's page as JSON."""
    return {
        "schema": SCHEMA,
        **standing_json(s),
        "why": p.why,
        "tip": p.tip,
        "when_not": p.when_not,
        "fits_when": p.fits or None,
        "counts_when": p.rule or None,
        "grade": p.grade,
        "grade_means": GRADES[p.grade],
        "sources": [{"title": source.title, "url": source.url, "shows": source.shows} for source in p.sources],
        "builds_on": list(p.builds_on),
        "accuracy": _accuracy_json(shipped().of(p.id)),
        "audited": audited,
        "year": None if year is None else trend_json(year),
        "moments": [moment_json(m) for m in moments],
        "let_pass": [{"session": one.id, "project": one.project, "started": iso(one.started)} for one in let_pass],
    }


def trend_json(t: Trend) -> dict[str, Any]:
    """A practice's year as JSON."""
    return {
        "verdict": t.verdict.value,
        "since": str(t.since) if t.since else None,
        "now": {"you": t.now.you, "applied": t.now.applied},
        "before": {"you": t.before.you, "applied": t.before.applied},
        "sentence": t.sentence,
        "weeks": [week_json(w) for w in t.weeks],
    }


def week_json(w: Week) -> dict[str, Any]:
    """A week of a practice as JSON."""
    return {"monday": str(w.start), "you": w.you, "happened": w.happened, "applied": w.applied}


def storyboard_json(board: Storyboard) -> list[dict[str, Any]]:
    """A session's beats as JSON. No words of the person's are in it."""
    return [
        {
            "act": beat.kind.name.lower(),
            "says": beat.says,
            "at": iso(beat.at),
            "file": board.files[beat.file] if beat.line and beat.file < len(board.files) else None,
            "line": beat.line or None,
            "done": dict(beat.counts),
            "tool_calls": beat.calls,
            "shown": [
                {
                    "practice": s.practice,
                    "by": s.by,
                    "file": board.files[s.file],
                    "line": s.line,
                    "at": iso(s.at),
                    "what": s.what or None,
                }
                for s in beat.shown
            ],
        }
        for beat in board.beats
    ]


def moment_json(m: MomentView) -> dict[str, Any]:
    """A moment as JSON."""
    return {
        "session": m.session,
        "project": m.project,
        "path": m.path,
        "line": m.line,
        "at": iso(m.at),
        "by": m.by,
        "sure": m.sure,
        "source_gone": m.gone,
        "what": m.what or None,
    }


# --- sessions --------------------------------------------------------------------------------------------------------


Said = Mapping[tuple[str, str], Mapping[str, Correction]]
"""(agent, session's id) -> practice -> the person's word."""
NOTHING_SAID: Said = MappingProxyType({})
NO_CORRECTIONS: Mapping[str, Correction] = MappingProxyType({})


def said_of(corrections: Iterable[Correction]) -> dict[tuple[str, str], dict[str, Correction]]:
    """Corrections by session and practice."""
    out: dict[tuple[str, str], dict[str, Correction]] = {}
    for c in corrections:
        out.setdefault((c.agent, c.session), {})[c.practice] = c
    return out


def sessions_lines(
    sessions: Iterable[tuple[StoredSession, dict[str, Reading]]],
    catalogue: Catalogue,
    zone: tzinfo,
    columns: int,
    said: Said = NOTHING_SAID,
    titles: Mapping[int, str] = MappingProxyType({}),
) -> Iterator[str]:
    """One session a paragraph: when, where, how large, and what was seen ("*": because of you). `titles`: by number."""
    count = 0
    for session, read in sessions:
        count += 1
        mine = said.get((session.agent, session.id), NO_CORRECTIONS)
        readings = answers(read, mine) if mine else read
        corrected = sum(name in read and differs(read[name], c) for name, c in mine.items())
        gone = "  (source gone)" if session.gone else ""
        automatic = "" if session.person else "  (automatic)"
        yield f"{clock(session.started, zone)}  {folder_name(session.project)}  {one_line(session.id, 8)}{automatic}{gone}"
        if title := one_line(titles.get(session.num, ""), columns):
            yield cut(f"  {title}", columns)
        sizes = f"{plural(session.prompts, 'prompt')}, {plural(session.tool_calls, 'tool call')}, {plural(session.edits, 'project edit')}"
        shown = [
            p.short + ("*" if readings[p.id].by == "you" else "")
            for p in catalogue.practices
            if p.id in readings and readings[p.id].word == SEEN
        ]
        told = f" ({corrected} corrected by you)" if corrected else ""
        yield from wrapped(sizes + (": " + ", ".join(shown) if shown else "") + told, columns, "  ")
    yield ""
    yield from wrapped(f"{plural(count, 'session')}. * because of you.", columns)


def session_lines(
    session: StoredSession,
    readings: dict[str, Reading],
    moments: dict[str, list[MomentView]],
    catalogue: Catalogue,
    zone: tzinfo,
    columns: int,
    said: Mapping[str, Correction] = NO_CORRECTIONS,
    *,
    title: str = "",
    resume: str = "",
) -> Iterator[str]:
    """Everything about one session. `title`: raw; `resume`: the command that takes it up again."""
    yield from wrapped(f"{one_line(session.id, 60)}", columns)
    if shown := one_line(title, columns):
        yield cut(shown, columns)
    yield from wrapped(f"{clock(session.started, zone)} to {clock(session.ended, zone)}, {clean(session.project, 300)}", columns)
    yield from wrapped(
        f"{session.agent} {one_line(session.agent_version, 30)}: {plural(session.prompts, 'prompt')}, {plural(session.tool_calls, 'tool call')}, {plural(session.edits, 'project edit')}",
        columns,
    )
    if not session.person:
        yield from wrapped("Nobody took part: an automatic run. It counts nowhere.", columns)
    if session.gone:
        yield from wrapped("Source gone: the agent has deleted this transcript. What was read of it stays.", columns)
    if resume:
        # On a line of its own, whole, so that it can be copied.
        yield "Take it up again:"
        yield f"  {resume}"
    for family in FAMILIES:
        mine = [p for p in catalogue.practices if p.family == family and p.id in readings]
        if not mine:
            continue
        yield ""
        yield FAMILY_NAMES[family]
        for p in mine:
            read = readings[p.id]
            r = answer(read, said.get(p.id))
            glyph = "●" if r.word == SEEN else "○" if r.word == NOT_SEEN else "·"
            if r is not read:
                detail = f"{in_words(r.word, r.by)}, as you said; read: {in_words(read.word, read.by)}"
            elif r.word == SEEN:
                detail = f"{in_words(r.word, r.by)}, {plural(r.count, 'time')}, {r.sure}"
            else:
                detail = SAID[r.word]
            line = f"  {glyph} {p.short:<17} {detail}"
            if len(line) <= columns:
                yield line
            else:
                yield f"  {glyph} {p.short}"
                yield from wrapped(detail, columns, "      ")
            for m in moments.get(p.id, [])[:3]:
                told = f"line {m.line}  {clock(m.at, zone)}" + (f"  {one_line(m.what, 200)}" if m.what else "")
                yield from wrapped(told, columns, "      ")


def session_json(
    session: StoredSession, readings: dict[str, Reading], said: Mapping[str, Correction] = NO_CORRECTIONS
) -> dict[str, Any]:
    """A session as `sessions --json` prints it. This shape is public: it changes only with SCHEMA."""
    return {
        "id": session.id,
        "agent": session.agent,
        "agent_version": session.agent_version,
        "project": session.project,
        "started": iso(session.started),
        "ended": iso(session.ended),
        "prompts": session.prompts,
        "tool_calls": session.tool_calls,
        "edits": session.edits,
        "practices": {name: reading_json(session, r, said.get(name)) for name, r in sorted(readings.items())},
    }


def reading_json(session: StoredSession, read: Reading, said: Correction | None = None) -> dict[str, Any]:
    """A reading as JSON; where the person corrected it, their word, with what was read beside it."""
    r = answer(read, said)
    corrected = r is not read
    return {
        "reading": r.word,
        "by": r.by,
        "count": r.count,
        "sure": r.sure,
        "corrected": corrected,
        "moments": [
            {"file": session.files[m.file], "line": m.line, "at": iso(m.at)} for m in r.moments if m.file < len(session.files)
        ],
    } | ({"read": {"reading": read.word, "by": read.by, "count": read.count, "sure": read.sure}} if corrected else {})


# --- now -------------------------------------------------------------------------------------------------------------


def now_lines(now: Now, zone: tzinfo, columns: int) -> Iterator[str]:
    """Every running session: who waits for whom, what just happened, what is open."""
    at = now.at
    if not now.running:
        yield from wrapped("No session is running: none has written anything in the last half hour.", columns)
        return
    for n, one in enumerate(now.running):
        if n:
            yield ""
        waits = one.waiting_words(at)
        yield from wrapped(f"{one.name}: {waits}" if waits else one.name, columns)
        if one.just:
            ago = span(at - one.just_at)
            yield from wrapped(f"{one_line(one.just, 100)}, {f'{ago} ago' if ago else 'just now'}", columns, "  ")
        for phrase in one.opened(at):
            yield from wrapped(one_line(phrase, 100), columns, "  ")
        if one.cue:
            yield from wrapped(f"your focus: {one_line(one.cue, 100)}", columns, "  ")
        sizes = f"{plural(one.prompts, 'prompt')}, {plural(one.tool_calls, 'tool call')}, {plural(one.edits, 'project edit')}"
        yield from wrapped(f"{sizes}; began {clock(one.started, zone)}; {one_line(one.session, 8)}", columns, "  ")


def now_json(now: Now) -> dict[str, Any]:
    """What runs as JSON. This shape is public: it changes only with SCHEMA."""
    return {
        "schema": SCHEMA,
        "at": iso(now.at),
        "running": [
            {
                "session": one.session,
                "agent": one.agent,
                "project": one.project,
                "started": iso(one.started),
                "last": iso(one.last),
                "just": one.just or None,
                "just_at": iso(one.just_at),
                "open": list(one.opened(now.at)),
                "waits": one.waiting(now.at) or None,
                "since": iso(one.since) if one.waiting(now.at) else None,
                "prompts": one.prompts,
                "tool_calls": one.tool_calls,
                "edits": one.edits,
                "cue": one.cue or None,
            }
            for one in now.running
        ],
    }


# --- doctor ----------------------------------------------------------------------------------------------------------

KNOWN_REASONS = {
    "used": "told something",
    "progress": "ticks of the agent's screen",
    "blank": "empty",
    "not JSON": "can't be read as JSON",
    "torn record": "cut off in the middle",
    "NUL bytes": "only NUL bytes, as a crash leaves them",
    "too long": "longer than 32 MB",
    "not an object": "JSON, but no record",
    "no type": "a record that does not say what it is",
    "bad UTF-8": "bytes that are no text",
}
"""What the commonest reasons mean. Others name the record's own type: known to say nothing, or not known at all."""


def reason_text(reason: str) -> str:
    """A reason for passing a line over, for people."""
    if reason.startswith("mended: "):
        return f"{reason[8:]}: mended and read"
    return f"{reason}: {KNOWN_REASONS[reason]}" if reason in KNOWN_REASONS else one_line(reason, 60)


def moments_by_practice(
    session: StoredSession, readings: dict[str, Reading], what: Mapping[tuple[str, int], tuple[Fact, ...]]
) -> dict[str, list[MomentView]]:
    """A session's moments, by practice. `what`: (file, line) -> the facts of it."""
    return {name: list(moments_of(session, r, what)) for name, r in readings.items()}
