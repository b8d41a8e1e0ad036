"""Rows of the person's own commits, and the commits that sessions made -> delivery figures. Pure; nothing here is a score.

**Made in a session**: a session's record says when a successful `git commit` ran (`SessionCommit`). A commit is made in a session
where its committer time, which git keeps in whole seconds, lies between two seconds before that command began and five seconds
after its result was there, in a repository (or a worktree of it) that the session's folder is in. Each such command takes one
commit at most, the first that fits; of an amended commit only the last form is left, and the command that made it takes it.
Copies (a rebase) are one commit, made when any of them was made.

**Rework** counts only lines of one's own that one's own later commits changed again within 14 days; how a line is followed, and
which commit repairs which, `commits.py` says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median, quantiles
from typing import Any, NamedTuple

from .commits import DAY, REWORKED_WITHIN, Row
from .days import monday, start_of_day

FEWEST = 5
"""Commits below which a figure says that there are too few."""
WEEKS = 12
"""How far back figures go, where nothing else is said: weeks, the running one among them."""
BEFORE, AFTER = 2_000, 5_000
"""Milliseconds around a session's `git commit` in which the commit it made may lie."""

IN_SESSION = (
    "A commit counts as made in a session where its committer time lies between two seconds before a `git commit` of that session"
    " began and five seconds after its result was there, in the same repository or a worktree of it. Each such command takes one"
    " commit at most."
)
OWN_ONLY = "Only commits whose author has one of your own addresses are read; nothing is said, or counted, about anybody else."
NO_SCORE = "These figures describe; none is a score, and none says why. Ask each its question."
SAYS_NOTHING: tuple[tuple[str, str], ...] = (
    ("DORA", "reliability"),
    ("SPACE", "satisfaction and well-being"),
    ("SPACE", "communication and collaboration"),
    ("DX Core 4", "effectiveness"),
    ("DX Core 4", "impact"),
)
"""Measures that nothing in a repository speaks of."""


class SessionCommit(NamedTuple):
    """A successful `git commit` that a session ran. Times are milliseconds since 1970, UTC."""

    project: str
    """The folder the session ran in."""
    began: int
    """When the work on it began: the first record after the session's commit before it, else the session's start."""
    at: int
    """When the command began."""
    done: int
    """When its result was there."""
    session: int = 0
    """The session's number in the profile; 0 where it is not said."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, in words and in numbers, with what it can't see."""

    id: str
    name: str
    value: str
    """In words."""
    numbers: Mapping[str, Any]
    """For JSON. Times in seconds."""
    cannot_see: str
    stands_under: tuple[tuple[str, str], ...]
    """(framework, its measure)."""
    question: str
    """What to ask of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The figures of a time."""

    since: date
    """The Monday they begin with."""
    until: date
    """The day they end with."""
    repositories: tuple[str, ...]
    """Those that were read, by their paths: clean them before they are shown."""
    commits: int
    """Own commits in that time; merges are none here."""
    in_sessions: int
    figures: tuple[Figure, ...]
    problems: tuple[str, ...] = ()
    """What could not be read, or only in part, in sentences: clean them before they are shown."""
    identities: tuple[str, ...] = ()
    """The addresses that count as the person's own."""
    askable: tuple[str, ...] = ()
    """Folders that sessions ran in and that are in no repository that was allowed, the last used first."""
    reworked: Mapping[int, float] = field(default_factory=dict)
    """Session's number -> the share of the lines its commits added that were changed again within 14 days."""

    @property
    def json(self) -> dict[str, Any]:
        """For a program to read; without addresses."""
        return {
            "schema": 1,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "repositories": list(self.repositories),
            "commits": self.commits,
            "in_sessions": self.in_sessions,
            "figures": [
                {
                    "id": one.id, "name": one.name, "value": one.value, "numbers": dict(one.numbers), "cannot_see": one.cannot_see,
                    "stands_under": [list(pair) for pair in one.stands_under], "question": one.question,
                }
                for one in self.figures
            ],
            "says_nothing_of": [list(pair) for pair in SAYS_NOTHING],
            "made_in_a_session": IN_SESSION,
            "problems": list(self.problems),
            "not_allowed": list(self.askable),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """A repository's rows, with the commits that sessions made in it."""

    rows: tuple[Row, ...]
    made: tuple[SessionCommit, ...] = ()
    in_session: Mapping[int, SessionCommit] = field(init=False)
    """Index of a row -> what made it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_session", match(self.rows, self.made))


def match(rows: Sequence[Row], made: Iterable[SessionCommit]) -> dict[int, SessionCommit]:
    """Index of a row -> the session's commit that made it; the rule stands at the top of this page."""
    times = sorted((at * 1000, n) for n, row in enumerate(rows) if not row.merge for at in (row.at, *row.copies))
    out: dict[int, SessionCommit] = {}
    first = 0
    for one in sorted(made, key=lambda one: (one.at, one.done)):
        while first < len(times) and times[first][0] < one.at - BEFORE:
            first += 1
        for at, n in times[first:]:
            if at > one.done + AFTER:
                break
            if n not in out:
                out[n] = one
                break
    return out


def window(now: int, zone: tzinfo, weeks: int = WEEKS) -> tuple[date, date]:
    """(the Monday, the day) that figures begin and end with. `now`: milliseconds since 1970, UTC."""
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date()
    return monday(now, zone) - timedelta(weeks=weeks - 1), today


def figures(
    histories: Sequence[History], since: date, until: date, zone: tzinfo, now: int
) -> tuple[int, int, tuple[Figure, ...]]:
    """(own commits, those made in sessions, all figures) of [since, until]. `now`: milliseconds since 1970, UTC."""
    begin, end = start_of_day(since, zone) // 1000, min(start_of_day(until + timedelta(days=1), zone), now + DAY * 1000) // 1000
    span = _Span(begin, end, since, until, zone, now // 1000)
    mine = [
        _Own(row, k, history.in_session.get(n))
        for k, history in enumerate(histories)
        for n, row in enumerate(history.rows)
        if not row.merge
    ]
    inside = [one for one in mine if begin <= one.row.at < end]
    all_ = tuple(make(inside, mine, span) for make in (_size, _spacing, _rework, _failures, _recovery, _lead, _frequency))
    return len(inside), sum(one.by is not None for one in inside), all_


def reworked_by_session(histories: Iterable[History], now: int) -> dict[int, float]:
    """Session -> the share of the lines its commits added that were changed again within 14 days.

    Only of sessions whose commits added lines, all of them with their 14 days over. `now`: milliseconds since 1970, UTC.
    """
    lines: Counter[int] = Counter()
    again: Counter[int] = Counter()
    early = set()
    for history in histories:
        for n, one in history.in_session.items():
            row = history.rows[n]
            lines[one.session] += row.lines
            again[one.session] += row.reworked
            if row.wrote + REWORKED_WITHIN > now // 1000:
                early.add(one.session)
    return {session: again[session] / n for session, n in lines.items() if n and session and session not in early}


class _Span(NamedTuple):
    begin: int
    end: int
    since: date
    until: date
    zone: tzinfo
    now: int

    @property
    def weeks(self) -> int:
        return (self.until - self.since).days // 7 + 1


class _Own(NamedTuple):
    row: Row
    repository: int
    by: SessionCommit | None


def long(seconds: float) -> str:
    """How long, for people: "4 min", "2.5 h", "3 days"."""
    if seconds < 60:
        return "under a minute"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"
    days = f"{seconds / DAY:.1f}".removesuffix(".0")
    return f"{days} day{'' if days == '1' else 's'}"


def _count(n: float, word: str) -> str:
    text = f"{n:,.1f}".removesuffix(".0")
    return f"{text} {word}{'' if text == '1' else 's'}"


def _too_few(n: int, what: str = "commit") -> str:
    return f"too few to say: {_count(n, what)}" if n else f"nothing to say: no {what}s"


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile, of two values at least."""
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def _size(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    known = [one.row for one in inside if one.row.measured]
    numbers: dict[str, Any] = {"commits": len(known)}
    value = _too_few(len(known))
    if len(known) >= FEWEST:
        lines = _quartiles([row.added + row.deleted for row in known])
        files = _quartiles([row.files for row in known])
        numbers |= {"changed_lines": list(lines), "files": list(files)}
        value = (
            f"{_count(lines[1], 'changed line')} in {_count(files[1], 'file')} (median; the middle half has"
            f" {lines[0]:,.0f} to {lines[2]:,.0f} lines in {files[0]:,.0f} to {files[2]:,.0f} files)"
        )
    return Figure(
        "size", "Size of a commit", value, numbers,
        "What a line is worth: generated and copied files count as written ones do, and a renamed file as taken away and added. Merges are left out, and so are commits that were squashed or dropped before now.",
        (("SPACE", "activity"), ("flow", "batch size")),
        "Could each of these have been looked at in one sitting?",
    )  # fmt: skip


def _spacing(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    by_day: defaultdict[date, list[int]] = defaultdict(list)
    for one in inside:
        by_day[datetime.fromtimestamp(one.row.at, UTC).astimezone(span.zone).date()].append(one.row.at)
    gaps: list[int] = []
    for times in by_day.values():
        times.sort()
        gaps += [b - a for a, b in pairwise(times)]
    numbers: dict[str, Any] = {"gaps": len(gaps), "days": len(by_day)}
    value = _too_few(len(inside))
    if len(inside) >= FEWEST and gaps:
        numbers["median"] = median(gaps)
        value = f"{long(median(gaps))} between two commits of one day (median of {len(gaps):,}, on {_count(len(by_day), 'day')})"
    elif len(inside) >= FEWEST:
        value = "no day with two commits"
    return Figure(
        "spacing", "Time between commits", value, numbers,
        "What happened in between: a break looks like work. A rebase or an amend gives commits a new time.",
        (("SPACE", "efficiency and flow"), ("flow", "cadence")),
        "Is there a good point to go back to, when the next hour goes wrong?",
    )  # fmt: skip


def _rework(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    ripe = [one for one in inside if one.row.lines and one.row.wrote + REWORKED_WITHIN <= span.now]
    early = sum(one.row.lines for one in inside if one.row.lines and one.row.wrote + REWORKED_WITHIN > span.now)
    lines, again = sum(one.row.lines for one in ripe), sum(one.row.reworked for one in ripe)
    numbers: dict[str, Any] = {"commits": len(ripe), "lines": lines, "reworked": again, "not_over_yet": early}
    value = "too early to say: no commit is 14 days old yet"
    if 0 < len(ripe) < FEWEST:
        value = f"too few to say: {_count(len(ripe), 'commit')} with 14 days behind {'it' if len(ripe) == 1 else 'them'}"
    if len(ripe) >= FEWEST:
        numbers["share"] = again / lines
        value = f"{again / lines:.0%} of {lines:,} lines you added were changed again within 14 days"
        for name, part in (("in_sessions", [o for o in ripe if o.by]), ("others", [o for o in ripe if not o.by])):
            of = sum(one.row.lines for one in part)
            numbers[name] = {"commits": len(part), "lines": of, "reworked": sum(one.row.reworked for one in part)}
        parts = [
            f"{numbers[name]['reworked'] / numbers[name]['lines']:.0%} of those {words}"
            for name, words in (("in_sessions", "from sessions"), ("others", "from other commits"))
            if numbers[name]["commits"] >= FEWEST
        ]
        value += f" ({', '.join(parts)})" if len(parts) == 2 else ""
    if early:
        value += f"; {_count(early, 'line')} {'is' if early == 1 else 'are'} younger and left out"
    return Figure(
        "rework", "Rework", value, numbers,
        "Whether a change was planned, or why it came. Only your own commits count: what others changed in your lines, and you in theirs, is not seen."
        " Lines without a letter or digit are left out, and so are commits that add or take away more than 20,000. Two lines with the same text in one file are told apart by age only; a file that somebody else moved is lost.",
        (("DORA", "rework rate (there: unplanned deployments)"), ("DX Core 4", "quality"), ("SPACE", "performance")),
        "Is this learning on the way to a better answer, or was the first one committed too early?",
    )  # fmt: skip


def _failures(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    numbers: dict[str, Any] = {}
    said = []
    for name, words, part in (
        ("in_sessions", "made in sessions", [one for one in inside if one.by]),
        ("others", "others", [one for one in inside if not one.by]),
    ):
        again = sum(bool(one.row.repaired) for one in part)
        numbers[name] = {"commits": len(part), "repaired": again}
        if len(part) == len(inside):
            said.append(
                f"{again or 'none'} of {len(part)}; {'all' if name == 'in_sessions' else 'none'} of these commits were made in sessions"
            )
        elif len(part) >= FEWEST:
            said.append(f"{again} of {len(part)} {words}")
        elif part:
            said.append(f"{words}: {_too_few(len(part))}")
    value = "; ".join(said) if len(inside) >= FEWEST else _too_few(len(inside))
    return Figure(
        "failures", "Reverted or fixed up", value, numbers,
        "Whether anything failed for anybody: git knows no incident and no deployment. Only repairs by your own commits that say so count: \"This reverts commit\", fixup!, or a fix within seven days that changes only lines of one commit."
        " Repairs that were squashed away are not seen.",
        (("DORA", "change fail rate"), ("DX Core 4", "quality")),
        "Were these small slips found early, or did they reach somebody?",
    )  # fmt: skip


def _recovery(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    numbers: dict[str, Any] = {}
    said = []
    for name, words, part in (
        ("in_sessions", "for commits made in sessions", [one for one in inside if one.by]),
        ("others", "for others", [one for one in inside if not one.by]),
    ):
        times = [max(0, one.row.repaired - one.row.wrote) for one in part if one.row.repaired]
        numbers[name] = {"repaired": len(times)} | ({"median": median(times)} if times else {})
        if times:
            said.append(f"{long(median(times))} {words} ({'median of ' if len(times) > 1 else ''}{len(times)})")
    value = _too_few(len(inside)) if len(inside) < FEWEST else "; ".join(said) or "nothing was reverted or fixed up"
    return Figure(
        "recovery", "Time until the repair", value, numbers,
        "When the trouble was noticed, and when the repair reached anybody: it is the time from writing a commit to writing the one that repairs it.",
        (("DORA", "failed deployment recovery time"),),
        "What would have shown it sooner?",
    )  # fmt: skip


def _lead(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    stages: tuple[tuple[str, str, list[float], str], ...] = (
        (
            "session_to_commit", "from the first work in a session to the commit",
            [max(0.0, one.row.at - one.by.began / 1000) for one in inside if one.by], "not made in a session",
        ),
        ("commit_to_main", "from there to the main branch", [one.row.main - one.row.at for one in inside if one.row.main > one.row.at], "not there yet"),
        (
            "main_to_tag", "from there to a tag",
            [max(0, one.row.tag - one.row.main) for one in inside if one.row.tag and one.row.main], "in no tag yet",
        ),
    )  # fmt: skip
    numbers: dict[str, Any] = {"commits": len(inside)}
    said = []
    for name, words, times, lacking in stages:
        # What was made on the main branch, or came to it by a fast-forward, has no time of its own: none would be a wrong answer.
        at_once = sum(one.row.main == one.row.at for one in inside) if name == "commit_to_main" else 0
        unknown = len(inside) - len(times) - at_once
        numbers[name] = {"known": len(times), "unknown": unknown} | ({"median": median(times)} if times else {})
        if name == "commit_to_main":
            numbers[name]["made_there"] = at_once
        lacks = [f"{at_once} made on it or fast-forwarded, of which git keeps no time"] * (at_once > 0)
        lacks += [f"{unknown} {lacking}"] * (unknown > 0)
        tail = f" ({'; '.join(lacks)})" if lacks else ""
        enough = len(times) >= FEWEST
        said.append(f"{words}: {long(median(times)) if enough else 'unknown' if not times else _too_few(len(times))}{tail}")
    value = "; ".join(said) if len(inside) >= FEWEST else _too_few(len(inside))
    return Figure(
        "lead-time", "Lead time, by stage", value, numbers,
        "What came before the first record of the session, and anything after the tag: no deployment shows in git. A commit made on the main branch, or brought to it by a fast-forward, has no time between the two."
        " A branch that only a remote has is known as of the last fetch.",
        (("DORA", "change lead time"), ("DX Core 4", "speed"), ("flow", "flow time")),
        "In which stage does work wait, rather than being worked on?",
    )  # fmt: skip


def _frequency(inside: Sequence[_Own], mine: Sequence[_Own], span: _Span) -> Figure:
    numbers: dict[str, Any] = {"weeks": span.weeks}
    said = []
    places: tuple[tuple[str, str, Callable[[Row], tuple[int, int]]], ...] = (
        ("main", "the main branch", lambda row: (row.main, row.arrival)),
        ("tag", "a tag", lambda row: (row.tag, row.release)),
    )
    starts = [span.since + timedelta(weeks=n) for n in range(span.weeks)]
    for name, words, place in places:
        came = {
            (one.repository, place(one.row)[1]): place(one.row)[0] for one in mine if span.begin <= place(one.row)[0] < span.end
        }
        weeks = Counter(monday(at * 1000, span.zone) for at in came.values())
        by_week = [weeks[start] for start in starts]
        numbers[name] = {"times": len(came), "by_week": by_week, "median": median(by_week)}
        said.append(
            f"{words}: {_count(len(came), 'time')}, in {sum(n > 0 for n in by_week)} of {_count(span.weeks, 'week')}"
            if came
            else f"{words}: never"
        )
    value = "; ".join(said) if len(inside) >= FEWEST else _too_few(len(inside))
    return Figure(
        "frequency", "How often work arrived", value, numbers,
        "Deployments: git shows none. A merge is one arrival, however much it brings; a commit made on the main branch itself is one, too. Branches of a remote are known as of the last fetch.",
        (("DORA", "deployment frequency"), ("DX Core 4", "speed")),
        "Is this rise from a better process, or from shipping faster than review can follow?",
    )  # fmt: skip
