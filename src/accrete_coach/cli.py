"""Words typed -> what is shown; the only place that exits."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .cli_help import Group
from .cli_practice import practice
from .completion import practices
from .completion import sessions as sessions_completed
from .opening import OWN_ARRIVED, UNUSABLE, Instead, open_app, terminal
from .opening import warn as _warn

if TYPE_CHECKING:
    from .coach import Coach, Progress, Report
    from .places import Places
    from .practice import Catalogue, Practice
    from .profile import StoredSession
    from .standings import Basis

NOT_FOUND = 1
"""The exit code beside 0 (fine), 2 (wrong words), 3 (`UNUSABLE`) and 130 (interrupted)."""


class Fault(click.ClickException):
    """A fault told in a sentence: what, where, what happens now."""

    def __init__(self, message: str, code: int = NOT_FOUND) -> None:
        super().__init__(message)
        self.code = code

    def show(self, file: Any = None) -> None:
        """Print it to the error stream, clean."""
        from .clean import clean

        click.echo(f"accrete-coach: {clean(self.format_message())}", file=file or sys.stderr)


class Day(click.ParamType[date]):
    """A day: 2026-11-02, today, yesterday, or so long ago: 10d, 8w."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it, in the person's own zone."""
        if isinstance(value, date):
            return value
        from .finding import day_of

        day = day_of(str(value), datetime.now().date())
        if day is None:
            self.fail(f"{value!r} is no day; say 2026-11-02, today, 10d (ten days ago) or 8w (eight weeks ago)", param, ctx)
        return day


class AgentName(click.ParamType[str]):
    """An agent, by its id or its name; becomes the id."""

    name = "agent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Find it among those whose sessions can be read."""
        from .sessions.agent import agents

        wanted = _letters(str(value))
        found = next((a.id for a in agents().values() if wanted and wanted in (_letters(a.id), _letters(a.name))), None)
        if found is None:
            known = ", ".join(f"{a.id} ({a.name})" for a in agents().values())
            self.fail(f"there is no agent {value!r}; there are {known}", param, ctx)
        return found


@dataclass
class Span:
    """What part of the sessions is meant."""

    project: str | None
    since: date | None
    until: date | None
    agent: str | None = None
    """The agent's id."""
    words: str = ""
    """What was typed to find them."""

    @property
    def named(self) -> bool:
        """Whether anything but all sessions is meant."""
        return bool(self.project or self.since or self.until or self.agent or self.words)

    @property
    def agent_name(self) -> str:
        """What people call the agent; "" for none."""
        from .sessions.agent import agents

        return agents()[self.agent].name if self.agent else ""

    @property
    def nothing(self) -> str:
        """The sentence where none is."""
        from .plain import no_session

        return no_session(self.project, self.since, self.until, 0, self.agent_name, self.words)


def _span_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--until", type=Day(), metavar="DAY", help="Sessions up to this day."),
        click.option("--since", type=Day(), metavar="DAY", help="Sessions from this day on: 2026-11-02, today, 10d, 8w."),
        click.option("--project", metavar="TEXT", help="Sessions of projects whose folder holds this."),
    ):
        command = option(command)
    return command


_agent_option = click.option("--agent", type=AgentName(), metavar="NAME", help="Sessions with this agent: by its id or name.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def _pipe_may_close() -> Iterator[None]:
    """Whoever reads the pipe may have seen enough: that is no fault."""
    try:
        yield
    except BrokenPipeError:
        # What is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None


def _print(lines: Iterable[str]) -> None:
    with _pipe_may_close():
        for line in lines:
            click.echo(line)
        sys.stdout.flush()


def _print_json(value: Any) -> None:
    from .clean import escaped

    _print([escaped(json.dumps(value, indent=1, ensure_ascii=False))])


class Again(Exception):
    """The profile turned out to be damaged and was restored: the command starts again."""


@contextmanager
def _coach(places: Places | None = None) -> Iterator[Coach]:
    import sqlite3

    from .coach import Coach
    from .places import find
    from .profile import ProfileError, is_busy, is_damage

    try:
        coach = Coach(places or find())
    except ProfileError as problem:
        raise Fault(str(problem), UNUSABLE) from None
    _warn(coach.note)
    try:
        yield coach
        # After the answer: nobody waits for it.
        _warn(coach.keep_copy())
    except ProfileError as problem:
        raise Fault(str(problem), UNUSABLE) from None
    except sqlite3.DatabaseError as problem:
        if is_busy(problem):
            raise Fault(f"{coach.places.profile}: another process holds the profile; try again", UNUSABLE) from None
        if not is_damage(problem):
            raise
        _warn(coach.recover(f"{coach.places.profile}: damage was found while reading ({problem})"))
        raise Again from None
    finally:
        coach.close()


def _scan(coach: Coach) -> Report:
    """Read what is new, and say so where the answer is not the freshest."""
    report = coach.scan()
    _warn(report.stopped)
    if report.by_other and not report.fresh:
        click.echo("Another accrete-coach reads and did not answer in two seconds: this is what it has stored so far.", err=True)
    elif report.by_other and (waiting := coach.unread()):
        names = ", ".join(coach.catalogue[name].short for name in waiting)
        click.echo(f"Another accrete-coach reads, and does not know: {names}. End it to have them read.", err=True)
    return report


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 not found, 2 wrong words, 3 the profile can't be used, 130 interrupted.",
)
@click.version_option(__version__, prog_name="accrete-coach")
@click.pass_context
def cli(context: click.Context) -> None:
    """Which working practices do your sessions with coding agents use?

    Reads the transcripts that coding agents leave on this machine, keeps a profile of practices (no words), and shows what
    you do, what you have not tried, why you might, and the moments that show it. Nothing leaves the machine.

    Without a command it opens the app.
    """
    if context.invoked_subcommand is None:
        context.invoke(open_)


@cli.command("open")
def open_() -> None:
    """Open the app (the plain list where there is no terminal).

    It shows your sessions, or the demo when there are none.
    """
    from .places import find
    from .sessions.folder import any_transcript

    places = find()
    if not any_transcript(places.roots) and not _knows_sessions(places):
        from .places import from_home

        looked = " or ".join(dict.fromkeys(from_home(root.path) for root in places.roots))
        if terminal():
            shown = _demo(
                plain=False,
                instead=Instead(
                    f"No session of yours in {looked} yet: these are invented. When there is one, yours are shown here instead.",
                    lambda: any_transcript(places.roots),
                ),
            )
            if shown == OWN_ARRIVED:
                _open_app(places)
        else:
            click.echo(f"No sessions in {looked}. This is the demo: invented sessions.", err=True)
            _demo(plain=True)
    elif terminal():
        _open_app(places)
    else:
        _list(Span(None, None, None), 8, False)


def _knows_sessions(places: Places) -> bool:
    """Whether the profile holds sessions, though all transcripts may be gone."""
    if not os.path.exists(places.profile) and not os.path.isdir(places.home / "copies"):
        return False
    with _coach(places) as coach:
        return bool(coach.profile.extent()[0])


def _open_app(places: Places, *, demo: bool = False, instead: Instead | None = None) -> int:
    """Returns what the app ended with, where that is no error: 0, or that there are sessions of the person's own by now."""
    from .profile import ProfileError

    try:
        code = open_app(places, demo=demo, instead=instead)
    except ProfileError as problem:
        raise Fault(str(problem), UNUSABLE) from None
    if code not in (0, OWN_ARRIVED):
        sys.exit(code)
    return code


@cli.command(epilog="Example: accrete-coach scan && accrete-coach list")
@_json_option
def scan(as_json: bool) -> None:
    """Read what is new in the agent's transcripts."""
    from .plain import plural

    with _coach() as coach:
        if as_json or not sys.stderr.isatty():
            report = coach.scan()
        else:
            with _bar() as tell:
                report = coach.scan(tell)
        everything, gone, _, _ = coach.profile.extent()
        if as_json:
            _print_json(
                {
                    "schema": 1, "files": report.files, "read": report.read, "bytes": report.bytes, "sessions_read": report.sessions, "sessions": everything,
                    "transcript_deleted": gone, "seconds": round(report.seconds, 3), "fresh": report.fresh, "by_other": report.by_other,
                    "problems": [{"path": path, "why": why} for path, why in report.problems], "missing": list(report.missing),
                    "stopped": report.stopped or None,
                }
            )  # fmt: skip
            return
        if report.stopped:
            raise Fault(report.stopped, UNUSABLE)
        if report.by_other:
            click.echo(
                "Another accrete-coach reads; it "
                + ("has looked again just now." if report.fresh else "did not answer in two seconds.")
            )
        elif report.read:
            click.echo(
                f"Read {plural(report.read, 'file')}, {report.bytes / 1e6:,.1f} MB, in {report.seconds:.1f} s: {plural(report.sessions, 'session')}."
            )
        else:
            click.echo(f"Nothing new in {plural(report.files, 'file')}.")
        click.echo(
            f"{plural(everything, 'session')} in the profile"
            + (f", {gone:,} of them with their transcript deleted." if gone else ".")
        )
        for root in coach.places.roots if len(report.missing) == len(coach.places.roots) else ():
            click.echo(f"No folder {' or '.join(map(str, root.folders))}: {root.by.name} has left nothing there.")
        if report.problems:
            click.echo(f"{plural(len(report.problems), 'path')} passed over; `accrete-coach doctor` names them.")


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda p: bar.update(task, total=p.bytes, completed=p.bytes_done)


@cli.command()
@_json_option
def sharing(as_json: bool) -> None:
    """What leaves this machine (nothing), and how to check that."""
    from .leaves import leaves
    from .places import find, from_home
    from .plain import width, wrapped

    told = leaves(find())
    if as_json:
        check = {"command": told.check.command, "says": told.check.says}
        _print_json({"schema": 1, "says": told.sentences, "reads": told.reads, "writes": told.writes, "check": check})
        return
    lines = [line for sentence in told.sentences for line in (*wrapped(sentence, width()), "")]
    lines += ["Read", *(f"  {from_home(folder)}" for folder in told.reads), "", "Written"]
    lines += [*(f"  {from_home(folder)}" for folder in told.writes), "", "Check it yourself", f"  {told.check.command}"]
    _print([*lines, *wrapped(told.check.says, width(), "  ")])


@cli.command("list", epilog="Example: accrete-coach list --project shop --since 4w")
@_span_options
@_agent_option
@click.option("--weeks", type=click.IntRange(0, 520), default=8, show_default=True, help="How many weeks back; 0: all.")
@_json_option
def list_(project: str | None, since: date | None, until: date | None, agent: str | None, weeks: int, as_json: bool) -> None:
    """Where you stand with every practice."""
    _list(Span(project, since, until, agent), weeks, as_json)


def _list(span: Span, weeks: int, as_json: bool, places: Places | None = None) -> None:
    from .plain import standings_json, standings_lines, width, wrapped

    with _coach(places) as coach:
        _scan(coach)
        standings = coach.standings(weeks, project=span.project, agent=span.agent, since=span.since, until=span.until)
        if as_json:
            _print_json(standings_json(standings))
        elif nothing := _nothing(span, standings.basis):
            _print(wrapped(nothing, width()))
        else:
            _print(standings_lines(standings, coach.zone, width()))


def _nothing(span: Span, basis: Basis) -> str:
    """The sentence where a filter matches no session that counts; "" where one does, or there is none at all."""
    from .plain import no_session

    if not span.named or basis.sessions or not basis.all_sessions:
        return ""
    return no_session(span.project, span.since, span.until, basis.automatic, span.agent_name)


@cli.command(epilog="Example: accrete-coach show plan-first")
@click.argument("practice", nargs=-1, required=True, shell_complete=practices)
@_span_options
@_agent_option
@click.option("--example", is_flag=True, help="Its examples, act by act, and what is read at each point.")
@_json_option
def show(
    practice: tuple[str, ...],
    project: str | None,
    since: date | None,
    until: date | None,
    agent: str | None,
    example: bool,
    as_json: bool,
) -> None:
    """One practice: why, how, when not, its year, and your moments.

    PRACTICE is its id or its name, as `accrete-coach list` shows it.
    """
    from .audit import ENOUGH, result
    from .plain import example_lines, practice_json, practice_lines, width, wrapped

    with _coach() as coach:
        found = _practice(coach, " ".join(practice))
        if example:
            _print(example_lines(found, width()))
            return
        _scan(coach)
        standings = coach.standings(project=project, agent=agent, since=since, until=until)
        begin, end = coach.span(since, until)
        moments = coach.moments(found.id, 12, project=project, since=begin, until=end, agent=agent)
        let_pass = coach.let_pass(found.id, 6, project=project, since=begin, until=end, agent=agent)
        year = coach.trend(found.id, project=project, agent=agent)
        audited = result(coach.profile.audits(), found.id)
        shown = audited if audited.asked >= ENOUGH else None
        if as_json:
            _print_json(practice_json(found, standings[found.id], moments, shown.json if shown else None, year, let_pass))
        elif nothing := _nothing(Span(project, since, until, agent), standings.basis):
            _print(wrapped(nothing, width()))
        else:
            _print(
                practice_lines(
                    found,
                    standings[found.id],
                    standings.basis,
                    moments,
                    coach.catalogue,
                    coach.zone,
                    width(),
                    audited=str(shown) if shown else "",
                    year=year,
                    let_pass=let_pass,
                )
            )


def practice_named(catalogue: Catalogue, name: str) -> Practice | None:
    """The practice that is called so: by its id, or by the name on the screen; case, blanks, dashes and commas do not matter."""
    wanted = _letters(name)
    found = catalogue.get(name) or next((p for p in catalogue.practices if _letters(p.id) == wanted), None)
    return found or next((p for p in catalogue.practices if wanted and _letters(p.short) == wanted), None)


def _letters(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _practice(coach: Coach, name: str) -> Practice:
    """The practice that is called so. Raises Fault, with the likeliest one that may be meant."""
    found = practice_named(coach.catalogue, name)
    if found is None:
        import difflib

        called = {_letters(said): p.id for p in coach.catalogue.practices for said in (p.short, p.id)}
        near = difflib.get_close_matches(_letters(name), called, 1, 0.6)
        hint = f"; did you mean {called[near[0]]}?" if near else "; `accrete-coach list` names them"
        raise Fault(f"there is no practice {name!r}{hint}")
    return found


MOST_NAMED = 6
"""Sessions that are named where several may be meant."""


def _session(coach: Coach, start: str) -> StoredSession:
    """The one session whose id begins with these characters. Raises Fault."""
    if not start.strip():
        raise click.UsageError("An empty id names no session; `accrete-coach sessions` shows them.")
    found = coach.profile.find_sessions(start)
    found = [s for s in found if s.id == start] or found
    if not found:
        raise Fault(f"no session whose id begins with {start!r}; `accrete-coach sessions` shows them")
    if len(found) > 1:
        raise Fault("\n".join(_named(coach, found, start)))
    return found[0]


def _named(coach: Coach, found: list[StoredSession], start: str) -> Iterator[str]:
    """What is said where several sessions may be meant: the newest of them, so that one can be picked."""
    from .clean import one_line
    from .plain import clock, folder_name

    # As many characters of the ids as tell them apart.
    told = next((n for n in range(max(8, len(start) + 1), 60) if len({s.id[:n] for s in found}) == len(found)), 60)
    yield f"{len(found)} sessions begin with {start!r}:"
    for s in found[: -MOST_NAMED - 1 : -1]:
        yield f"  {one_line(s.id, told)[:told]}  {clock(s.started, coach.zone)}  {folder_name(s.project)}"
    more = len(found) - MOST_NAMED
    yield f"and {more} more: give more characters" if more > 0 else "Give more characters."


MOST_TITLES = 500
"""Transcripts whose titles are looked at, the newest first, where words are to be found that stand nowhere else."""


def _found(coach: Coach, words: str) -> tuple[set[int], dict[int, str]]:
    """The numbers of the sessions that these words find, and the titles that were read."""
    lines = coach.session_lines()
    finder = coach.finder()
    query = finder.read(words)
    for problem in query.problems:
        _warn(problem)
    found = {line.num for line in lines if query.matches(line)}
    others = [line.num for line in lines if line.num not in found and not line.gone] if query.by_title else []
    titles = coach.titles(others[:MOST_TITLES])
    if len(others) > MOST_TITLES:
        _warn(f"the titles of the newest {MOST_TITLES} sessions were looked at, those of {len(others) - MOST_TITLES:,} were not")
    return found | {line.num for line in lines if line.num in titles and query.matches(line, titles[line.num])}, titles


@cli.command(epilog="Example: accrete-coach sessions plan-first project:shop since:4w")
@click.argument("words", nargs=-1)
@_span_options
@_agent_option
@click.option("--titles", is_flag=True, help="With each one's title, read now; with WORDS it is shown anyway.")
@_json_option
def sessions(
    words: tuple[str, ...],
    project: str | None,
    since: date | None,
    until: date | None,
    agent: str | None,
    titles: bool,
    as_json: bool,
) -> None:
    """Your sessions, and what was seen in each.

    WORDS find some: a project, an agent, the beginning of an id, a practice, a day or month (2026-11-20, nov, yesterday), or
    words of the title. Each must match. project:, practice:, agent:, title:, since: and until: say where.
    """
    from .plain import NO_CORRECTIONS, said_of, session_json, sessions_lines, width, wrapped

    span = Span(project, since, until, agent, " ".join(words))
    with _coach() as coach:
        _scan(coach)
        begin, end = coach.span(since, until)
        found = coach.profile.sessions(project=project, since=begin, until=end, agent=agent)
        read: dict[int, str] = {}
        if span.words:
            meant, read = _found(coach, span.words)
            found = [s for s in found if s.num in meant]
        if titles or span.words:
            read |= coach.titles(s.num for s in found if s.num not in read)
        readings = coach.profile.readings([s.num for s in found] if span.named else None)
        pairs = [(s, readings.get(s.num, {})) for s in found]
        said = said_of(coach.profile.corrections())
        if as_json:
            told = [
                session_json(s, r, said.get((s.agent, s.id), NO_CORRECTIONS)) | ({"title": read[s.num]} if s.num in read else {})
                for s, r in pairs
            ]
            _print_json({"schema": 1, "sessions": told})
        elif not pairs:
            _print(wrapped(span.nothing if span.named and coach.profile.extent()[0] else "No sessions read yet.", width()))
        else:
            _print(sessions_lines(pairs, coach.catalogue, coach.zone, width(), said, read))


@cli.command(epilog="Example: accrete-coach session 5f1c")
@click.argument("session_id", metavar="ID", shell_complete=sessions_completed)
@click.option("--story", is_flag=True, help="As a story: what you did, in order, what came of it, and what shows there.")
@_json_option
def session(session_id: str, story: bool, as_json: bool) -> None:
    """One session: every practice, and where it shows.

    The first characters of the id are enough. Your words and the title are read from the transcript, and stored nowhere.
    """
    from .outline import story_lines
    from .plain import moments_by_practice, session_json, session_lines, storyboard_json, width

    with _coach() as coach:
        _scan(coach)
        found = _session(coach, session_id)
        board = coach.storyboard(found.num) if story else None
        title = coach.titles([found.num])[found.num]
        resume = coach.resume_command(found)
        readings = coach.profile.readings([found.num]).get(found.num, {})
        said = coach.profile.corrections_of(found.agent, found.id)
        if as_json:
            told = session_json(found, readings, said) | {"title": title, "resume": resume or None}
            if board is not None:
                told["story"] = storyboard_json(board)
            _print_json({"schema": 1, "session": told})
        else:
            moments = moments_by_practice(found, readings, coach.what_happened(found))
            told_of = {} if board is not None else readings
            _print(session_lines(found, told_of, moments, coach.catalogue, coach.zone, width(), said, title=title, resume=resume))
            if board is not None:
                _print(["", *story_lines(coach, board, coach.catalogue, width())])


@cli.command(epilog="Example: accrete-coach now --line")
@click.option("--line", "one_line", is_flag=True, help="One line, at once: for a prompt or a status line.")
@_json_option
def now(one_line: bool, as_json: bool) -> None:
    """What runs, what is open, and who waits for whom.

    A session counts as running for half an hour after its last record.
    """
    from .now import columns_of
    from .plain import now_json, now_lines, width

    if one_line and as_json:
        raise click.UsageError("--line and --json do not go together: say one of them.")
    with _coach() as coach:
        _scan(coach)
        found = coach.now()
        if as_json:
            _print_json(now_json(found))
        elif one_line:
            _print([found.line(found.at, columns_of(os.environ))])
        else:
            _print(now_lines(found, coach.zone, width()))


@cli.command()
@_json_option
def doctor(as_json: bool) -> None:
    """What was read, and what was passed over and why.

    It tells what the agent's deletion of transcripts has cost, too.
    """
    from .doctor import examine, lines
    from .plain import width

    with _coach() as coach:
        report = _scan(coach)
        found = examine(coach, report)
        if as_json:
            _print_json(found)
        else:
            _print(lines(found, coach.zone, width()))


@cli.command()
@_json_option
def where(as_json: bool) -> None:
    """Where everything is read and kept."""
    from .places import find
    from .profile import COPIES
    from .settings import load

    places = find()
    chosen, _ = load(places)
    rows: dict[str, str | list[str]] = {
        "sessions": [str(folder) for folder in places.transcripts],
        "profile": str(places.profile),
        "copies": str(places.home / COPIES),
        "readable": str(places.readable),
        "now": str(places.now),
        "delivery": str(places.delivery),
        "sharing": str(places.team),
        "repositories": list(chosen.delivery),
        "settings": str(places.settings),
        "themes": str(places.themes),
        "practices": str(places.practices),
        "team_practices": [str(folder) for folder in places.team_practices],
    }
    if as_json:
        _print_json({"schema": 1, **rows})
        return
    told = {
        "sessions": "the agent's transcripts; only read",
        "profile": "facts, readings, positions, what you said and what was suggested; no words of yours but your reasons and notes",
        "copies": "a daily copy of the profile; three are kept",
        "readable": "the same for reading, without a database",
        "now": "the running sessions, for `accrete-coach now --line`; no words",
        "delivery": "numbers of your own commits in the repositories that you allowed; no words",
        "sharing": "your team: what you agreed to, keys, a copy of its repository, what waits, byte copies of what left with the words you picked",
        "repositories": "git repositories that you allowed; only read",
        "settings": "what you chose",
        "themes": "themes of your own",
        "practices": "practices of your own",
        "team_practices": "your team's practices; only read",
    }
    for name, value in rows.items():
        for path in value if isinstance(value, list) else [value]:
            exists = "" if os.path.exists(path) else "  (not there yet)"
            click.echo(f"{name}: {told[name]}{exists}")
            click.echo(f"  {path}")


@cli.command(epilog='Example: accrete-coach keys, then in settings.toml: [keys] and "practicelist.open" = "enter,space"')
@_json_option
def keys(as_json: bool) -> None:
    """Every command of the app, by the id that gives it other keys.

    The keys are those that it has now. Yours stand in `settings.toml`, in a table `[keys]`: an id = keys with commas between.
    """
    from . import settings
    from .app.keys import everything, rebound
    from .places import find
    from .plain import width, wrapped

    chosen, problems = settings.load(find())
    now, clashes = rebound(chosen.keys)
    problems = (*problems, *clashes)
    rows = [(said, now.get(said.id, said.keys)) for _, said in everything()]
    for problem in () if as_json else problems:
        _warn(problem)
    if as_json:
        _print_json(
            {
                "schema": 1,
                "commands": [
                    {"id": said.id, "keys": list(each), "default": list(said.keys), "does": said.says} for said, each in rows
                ],
                "problems": list(problems),
            }
        )
        return
    names, between = max(len(said.id) for said, _ in rows), max(len(",".join(each)) for _, each in rows)
    room = width()
    for said, each in rows:
        head = f"{said.id:{names}}  {','.join(each):{between}}  "
        if len(head) + 30 <= room:
            first, *more = wrapped(said.says, room - len(head))
            _print([head + first, *(" " * len(head) + line for line in more)])
        else:
            _print([*wrapped(f"{said.id}  {','.join(each)}", room), *wrapped(said.says, room, "  ")])


@cli.command()
@click.option("--plain", is_flag=True, help="Print the plain list instead of opening the app.")
def demo(plain: bool) -> None:
    """See it all working on invented sessions, live.

    It touches nothing of yours.
    """
    _demo(plain=plain or not terminal())


def _demo(*, plain: bool, instead: Instead | None = None) -> int:
    """Returns what the app ended with, as `_open_app` does."""
    from .demo import Demo

    def leave(number: int, _: object) -> None:
        # A closed pane or a stopped job must not leave the temporary folder behind.
        sys.exit(128 + number)

    for name in ("SIGHUP", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    with Demo(live=not plain) as played:
        if plain:
            _list(Span(None, None, None), 8, False, played.places)
        else:
            return _open_app(played.places, demo=True, instead=instead)
    return 0


@cli.command(epilog="Example: accrete-coach follow | head -5")
@_json_option
def follow(as_json: bool) -> None:
    """Follow running sessions: a line for each change.

    It goes on until it is interrupted.
    """
    import threading

    from .clean import one_line
    from .coach import Update

    stop = threading.Event()
    with _coach() as coach:
        catalogue = coach.catalogue

        def tell(update: Update) -> None:
            if update.note.strip():
                click.echo(f"accrete-coach: {one_line(update.note)}", err=True)
            now = time.time()
            for name in update.sessions:
                if as_json:
                    click.echo(
                        json.dumps(
                            {
                                "session": name,
                                "at": datetime.now().astimezone().isoformat(timespec="milliseconds"),
                                "committed": now,
                                "changed": list(update.changed),
                            }
                        )
                    )
                else:
                    changed = ", ".join(catalogue[c].short for c in update.changed)
                    click.echo(f"{datetime.now():%H:%M:%S}  {one_line(name, 36)}" + (f"  {changed}" if changed else ""))
            sys.stdout.flush()

        with _pipe_may_close():
            coach.watch(tell, stop)


cli.add_command(practice)


def main() -> None:
    """The command `accrete-coach`."""
    try:
        try:
            sys.exit(cli.main(prog_name="accrete-coach", standalone_mode=False) or 0)
        except Again:
            sys.exit(cli.main(prog_name="accrete-coach", standalone_mode=False) or 0)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.code if isinstance(problem, Fault) else problem.exit_code)
    except Exception as problem:
        # Python's own report would quote the fault's words, and they can quote a transcript.
        from .crashed import report

        print(report(problem), file=sys.stderr)
        sys.exit(NOT_FOUND)


# The commands about what the person says, and about what is kept, are in rooms of their own; they enter themselves above.
from . import cli_coaching, cli_delivery, cli_keeping, cli_prove, cli_said, cli_team  # noqa: E402, F401

if __name__ == "__main__":
    main()
