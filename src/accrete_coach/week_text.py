"""A week in words: plain for a terminal, Markdown for a journal, a form for a stand-up, and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from .clean import clean, one_line
from .flow import CANT_SEE, Total
from .plain import folder_name, iso, plural, trend_json, wrapped
from .suggestions import CheckIn, Focus, Tip
from .tips import SAID, Became, Followed, Suggestion
from .week import Kind, Week, Worth

if TYPE_CHECKING:
    from .delivery import Delivery

SCHEMA = 1
"""Of the JSON. Raised when a key changes its meaning or goes."""
HOUR, MINUTE = 3_600_000, 60_000


def brief(week: Week, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """What stands before the details, at most 120 words: (name of the part, its text), without those that have nothing to say."""
    parts = (
        ("title", f"{week.title}. {week.rests_on}"),
        ("moved", week.moved),
        ("try", week.one_thing),
        ("again", again(week, zone)),
        ("question", f"A question: {week.question}" if week.question else ""),
    )
    return tuple((name, text) for name, text in parts if text)


def again(week: Week, zone: tzinfo) -> str:
    """The moment that is worth reading again."""
    if week.moment is None:
        return ""
    moment = datetime.fromtimestamp(week.moment.at / 1000, UTC).astimezone(zone)
    day = f"{moment:%A}" if week.period.span == "week" else f"{moment.day} {moment:%B}"
    return f"Worth reading again: {day}, {folder_name(week.moment.project)}: {week.again}."


def week_lines(week: Week, zone: tzinfo, columns: int, *, details: bool = False) -> Iterator[str]:
    """Plain text, at most so many columns wide."""
    for n, (name, text) in enumerate(brief(week, zone)):
        if n:
            yield ""
        yield from wrapped(one_line(text, 800), columns)
        if name == "again" and week.moment is not None:
            yield f"  accrete-coach session {one_line(week.moment.session[:8], 8)} --story"
        if name == "try" and week.suggestion is not None:
            yield "  accrete-coach tip  says how"
    if details:
        yield from detail_lines(week, zone, columns)
    else:
        yield ""
        yield from wrapped("`accrete-coach week --all` shows all that this rests on.", columns)


def detail_lines(week: Week, zone: tzinfo, columns: int) -> Iterator[str]:
    """Everything: the practices, what was left out, the flow, how it felt."""
    some = [c for c in week.changes if c.applied or c.cant_tell or c.before.applied]
    if some:
        yield ""
        yield "Practices"
        name = max(len(c.practice.short) for c in some)
        was = max(6, *(len(f"{c.before.you}/{c.before.applied}") for c in some))
        yield f"    {'':{name}} you agent  of {'before':>{was}}"[:columns]
        for c in some:
            numbers = f"{c.you:>3} {c.agent:>5} {c.applied:>3} {f'{c.before.you}/{c.before.applied}':>{was}}"
            line = f"{c.kind.glyph} {c.practice.short:<{name}} {numbers}"
            worded = f"  {line}  {c.kind.value}"
            fits = len(line) + 4 + len(Kind.TOO_LITTLE.value) <= columns
            yield (
                worded if fits and c.kind is not Kind.NO_OCCASION else f"  {line}" if len(line) + 2 <= columns else line[:columns]
            )
        yield from wrapped(
            "sessions in which you asked for it, in which the agent did it unasked, and with an occasion; before: you, of the occasions"
            f" in {week.period.before_words}",
            columns,
            "  ",
        )
        for kind in dict.fromkeys(c.kind for c in some if c.kind is not Kind.NO_OCCASION):
            yield from wrapped(f"{kind.glyph} {MEANS[kind].format(week.period.before_words)}", columns, "  ")
    for text in (left_out(week), started(week), *plateaus(week)):
        if text:
            yield ""
            yield from wrapped(text, columns)
    if week.flow is not None and week.flow.sessions:
        yield ""
        yield "Flow, described and not judged"
        for text in flow_sentences(week.flow, week.flow_before, week.period.before_words):
            yield from wrapped(text, columns, "  ")
        yield from wrapped(CANT_SEE, columns, "  ")
    if week.felt is not None:
        yield ""
        yield from wrapped(f"How it felt: {felt(week.felt)}", columns)


def delivery_lines(told: Delivery, beside: Iterable[str], columns: int) -> Iterator[str]:
    """The delivery figures beside a week, shortly: each with its value; the command tells what it cannot see."""
    yield ""
    yield from wrapped(delivery_head(told), columns)
    for text in delivery_sentences(told, beside):
        yield from wrapped(text, columns, "  ")
    yield "  accrete-coach delivery --all"


def delivery_head(told: Delivery) -> str:
    """Which commits it is about."""
    weeks = (told.until - told.since).days // 7 + 1
    return f"Delivery, your commits of the last {weeks} weeks as local git shows them"


def delivery_sentences(told: Delivery, beside: Iterable[str]) -> Iterator[str]:
    """Each figure with its value, what could not be read, and the focus beside them."""
    if told.repositories:
        yield f"{plural(told.commits, 'commit')}, {told.in_sessions:,} of them made in sessions."
        yield from (f"{one.name}: {one.value}." for one in told.figures)
    yield from (one_line(problem, 400) for problem in told.problems)
    yield from beside
    yield "None of it is a score; each figure has things it can't see, and a question to ask of it."


MEANS = {
    Kind.FIRST: "first tried: you asked for it for the first time",
    Kind.GREW: "grew, beyond chance, against {}",
    Kind.FADED: "faded, beyond chance, against {}",
    Kind.STEADY: "no move beyond chance",
    Kind.TOO_LITTLE: "too little to compare",
}


def left_out(week: Week) -> str:
    """What does not count, and why."""
    said = []
    if week.counts.automatic:
        said.append(f"{plural(week.counts.automatic, 'automatic session')}, in which nobody took part")
    blind = [c for c in week.changes if c.cant_tell]
    if blind:
        names = ", ".join(f"{c.practice.short} in {c.cant_tell}" for c in blind)
        said.append(f"what the records can't show ({names})")
    return f"Left out: {'; '.join(said)}." if said else ""


def started(week: Week) -> str:
    """Who started what was seen."""
    you, agent = sum(c.you for c in week.changes), sum(c.agent for c in week.changes)
    if not you + agent:
        return ""
    if not agent:
        return f"What was seen ({_times(you)}, once for each practice and session) was started by you."
    return f"Who started what was seen, once for each practice and session: you {_times(you) if you else 'never'}, the agent unasked {_times(agent)}."


def plateaus(week: Week) -> tuple[str, ...]:
    """What rose once and rests since."""
    return tuple(f"{p.short[:1].upper()}{p.short[1:]}: {t.sentence}" for p, t in week.plateaus)


def flow_sentences(flow: Total, before: Total | None, before_words: str) -> tuple[str, ...]:
    """The flow in sentences."""
    had = before if before is not None and before.sessions else None

    def against(value: str) -> str:
        return f" ({before_words}: {value})" if had is not None else ""

    said = [
        f"You waited for the agent {_span(flow.agent)}{_each(flow.agent, flow.turns)}"
        f"{against(_each(had.agent, had.turns).lstrip(', ')) if had is not None and had.turns else ''}.",
        f"The agent waited for you {_span(flow.you)}, waits of more than half an hour left out ({flow.away}).",
    ]
    if flow.work:
        share = round(100 * flow.beside / flow.work)
        said.append(
            f"Two or more sessions were at work together in {share} % of the time, {flow.most} at most."
            if flow.beside
            else "Never were two sessions at work at the same time."
        )
    if flow.interrupts or flow.stopped or flow.asked:
        parts = [f"you stopped the agent {_times(flow.interrupts)}"] if flow.interrupts else []
        if flow.stopped:
            parts.append(f"{plural(flow.stopped, 'session')} ended there")
        if flow.asked:
            parts.append(f"{plural(flow.asked, 'session')} ended with a question or a plan that nobody answered")
        text = "; ".join(parts)
        said.append(f"{text[:1].upper()}{text[1:]}.")
    if flow.tasks:
        said.append(f"{plural(flow.editing, 'session')} that edited files, for {plural(flow.tasks, 'task')}.")
    return tuple(said)


def _span(milliseconds: int) -> str:
    if milliseconds < MINUTE:
        return "less than a minute"
    hours, minutes = divmod(milliseconds // MINUTE, 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _each(milliseconds: int, turns: int) -> str:
    return f", {_span(milliseconds // turns)} a turn" if turns else ""


def felt(said: CheckIn) -> str:
    """A check-in in words."""
    told = f"satisfied {said.satisfaction} of 5, in flow {said.flow} of 5, could have done it alone {said.alone} of 5"
    return f"{told}. {clean(said.note, 400)}" if said.note else f"{told}."


# --- for a journal and a stand-up ------------------------------------------------------------------------------------


def markdown(week: Week, zone: tzinfo, *, details: bool = False) -> Iterator[str]:
    """For a journal."""
    yield f"# {_md(week.title)}"
    yield ""
    yield _md(week.rests_on)
    for name, text in brief(week, zone):
        if name != "title":
            yield ""
            head, colon, rest = text.partition(": ")
            yield f"**{_md(head)}:** {_md(rest)}" if colon and len(head) < 30 else _md(text)
    if not details:
        return
    some = [c for c in week.changes if c.applied or c.before.applied]
    if some:
        yield ""
        yield "| practice | | you | agent alone | occasions | before |"
        yield "|---|---|--:|--:|--:|---|"
        for c in some:
            yield f"| {_md(c.practice.short)} | {c.kind.value} | {c.you} | {c.agent} | {c.applied} | {c.before} |"
    for text in (left_out(week), started(week), *plateaus(week)):
        if text:
            yield ""
            yield _md(text)
    if week.flow is not None and week.flow.sessions:
        yield ""
        yield "## Flow"
        yield ""
        for text in flow_sentences(week.flow, week.flow_before, week.period.before_words):
            yield f"- {_md(text)}"


def delivery_markdown(told: Delivery, beside: Iterable[str]) -> Iterator[str]:
    """The delivery figures for a journal."""
    yield ""
    yield "## Delivery"
    yield ""
    yield f"{_md(delivery_head(told))}."
    yield ""
    for text in delivery_sentences(told, beside):
        yield f"- {_md(text)}"


def _md(text: str) -> str:
    shown = one_line(text, 800)
    for sign in "\\`*_[]<>|#":
        shown = shown.replace(sign, f"\\{sign}")
    return shown


def stand_up(week: Week) -> Iterator[str]:
    """For a stand-up: what one does and tries, without a project's name, a count or an hour."""
    kept = [c.practice.short for c in week.changes if c.you and 2 * c.you > c.applied and c.kind is not Kind.FIRST]
    first = [c.practice.short for c in week.of(Kind.FIRST)]
    grew, faded = [c.practice.short for c in week.of(Kind.GREW)], [c.practice.short for c in week.of(Kind.FADED)]
    said = []
    if kept:
        said.append(f"I kept: {', '.join(kept)}.")
    if first:
        said.append(f"New to me: {', '.join(first)}.")
    if grew:
        said.append(f"More often than before: {', '.join(grew)}.")
    if faded:
        said.append(f"Less often than before: {', '.join(faded)}.")
    focus = week.focus
    if focus is not None and focus.practice is not None:
        became = {Became.STUCK: "that stuck", Became.GROWING: "that is growing", Became.NOT_YET: "not there yet"}.get(
            focus.became, "just begun"
        )
        said.append(f"My focus: {focus.practice.title} ({became}).")
    elif week.suggestion is not None:
        said.append(f"I may try: {week.suggestion.practice.title}.")
    yield from (f"- {_md(text)}" for text in said or ["Nothing to tell of how I worked with agents."])


# --- JSON ------------------------------------------------------------------------------------------------------------


def week_json(week: Week) -> dict[str, Any]:
    """As JSON. This shape is public: it changes only with SCHEMA."""
    return {
        "schema": SCHEMA,
        "period": {
            "name": week.period.name,
            "first": str(week.period.first),
            "last": str(week.period.last),
            "so_far": week.so_far,
        },
        "before": dict(zip(("first", "last"), map(str, week.period.before), strict=True)),
        "project": week.project or None,
        "sessions": week.counts._asdict(),
        "sessions_before": week.before._asdict(),
        "comparable": week.can_compare,
        "says": {"moved": week.moved or None, "try": week.one_thing or None, "question": week.question or None},
        "practices": [
            {
                "id": c.practice.id,
                "became": c.kind.value,
                "you": c.you,
                "agent": c.agent,
                "applied": c.applied,
                "cant_tell": c.cant_tell,
                "before": {"you": c.before.you, "applied": c.before.applied},
            }
            for c in week.changes
        ],
        "moment": moment_json(week.moment) if week.moment is not None else None,
        "tip": suggestion_json(week.suggestion) if week.suggestion is not None else None,
        "focus": followed_json(week.focus) if week.focus is not None else None,
        "felt": felt_json(week.felt) | {"note": None} if week.felt is not None else None,
        "flow": week.flow._asdict() if week.flow is not None else None,
        "flow_before": week.flow_before._asdict() if week.flow_before is not None else None,
        "plateaus": [{"id": p.id, **trend_json(t)} for p, t in week.plateaus],
    }


def moment_json(moment: Worth) -> dict[str, Any]:
    """A moment worth reading again."""
    return {
        "practice": moment.practice.id,
        "session": moment.session,
        "agent": moment.agent,
        "project": moment.project,
        "path": moment.path,
        "line": moment.line,
        "at": iso(moment.at),
    }


def suggestion_json(found: Suggestion) -> dict[str, Any]:
    """A tip with all that is said of it."""
    p, said = found.practice, found.practice.words
    return {
        "practice": p.id,
        "title": p.title,
        "why_now": found.why_now,
        "why": p.why,
        "how": p.tip,
        "ready": {"kind": said.kind, "text": said.ready},
        "if_then": p.if_then,
        "when_not": p.when_not,
        "grade": p.grade,
        "you": found.standing.you,
        "happened": found.standing.happened,
        "applied": found.standing.applied,
        "first_shown": iso(found.tip.at),
    }


def followed_json(told: Followed) -> dict[str, Any]:
    """A focus and what happened since."""
    f: Focus = told.focus
    return {
        "practice": f.practice,
        "if_then": f.said,
        "since": iso(f.at),
        "ended": iso(f.ended),
        "how": f.how or None,
        "baseline": {
            "since": iso(f.since),
            "you": f.you,
            "happened": f.happened,
            "applied": f.applied,
            "held_by": told.held or None,
        },
        "followed": {"you": told.you, "happened": told.happened, "applied": told.applied},
        "became": told.became.value,
    }


def felt_json(said: CheckIn) -> dict[str, Any]:
    """A check-in."""
    return said._asdict() | {"at": iso(said.at), "note": said.note or None}


def tip_json(tip: Tip) -> dict[str, Any]:
    """A line of the log."""
    return {
        "practice": tip.practice,
        "shown": iso(tip.at),
        "you": tip.you,
        "happened": tip.happened,
        "applied": tip.applied,
        "answer": tip.answer or None,
        "said": SAID[tip.answer],
        "answered": iso(tip.answered),
        "until": iso(tip.until),
    }
