"""The commands for what is kept: export, forget, and completion for the shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .cli import Fault, Span, _coach, _pipe_may_close, _print, _scan, _session, _span_options, cli
from .completion import sessions
from .opening import UNUSABLE

if TYPE_CHECKING:
    from .keeping import Meant

MOST_PROJECTS = 12
"""Projects that are named before their sessions are forgotten."""


@cli.command(epilog="Example: accrete-coach export -o profile.json")
@_span_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv"]),
    default="json",
    show_default=True,
    help="CSV: a line for each reading.",
)
@click.option("--csv", "csv_alone", is_flag=True, hidden=True)
@click.option("--facts", is_flag=True, help="The facts instead, as JSON lines.")
@click.option("--with-because", is_flag=True, help="With your own words, which are left out otherwise. JSON only.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a new file.")
def export(
    project: str | None,
    since: date | None,
    until: date | None,
    form: str,
    csv_alone: bool,
    facts: bool,
    with_because: bool,
    output: Path | None,
) -> None:
    """What your profile holds, as JSON or CSV.

    Sessions, readings, corrections, choices, audits, tips, focuses and check-ins; with --project, --since and --until the
    sessions are those only.
    """
    from . import export as exporting

    if csv_alone:
        raise click.UsageError("There is no --csv: say --format csv.")
    if facts and form == "csv":
        raise click.UsageError("Facts come as JSON lines only.")
    if with_because and (facts or form == "csv"):
        raise click.UsageError("Your own words are in the JSON alone: --with-because goes with neither --facts nor CSV.")
    with _coach() as coach:
        _scan(coach)
        begin, end = coach.span(since, until)
        which = exporting.Which(project, begin, end)
        lines: Iterable[str]
        if facts:
            lines = exporting.facts(coach, which)
        elif form == "csv":
            lines = exporting.as_csv(coach, which)
        else:
            lines = [exporting.as_json(coach, which, because=with_because)]
        if output is None:
            _print(lines)
        else:
            _write(output, lines)


def _write(path: Path, lines: Iterable[str]) -> None:
    """A new file for its owner alone. What stands there already is never written over."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Fault(f"{path}: not written, as it is there already; choose another name") from None
    except OSError as problem:
        raise Fault(f"{path}: not written ({problem.strerror})") from None
    count = 0
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as out:
            for line in lines:
                count += out.write(line + "\n")
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise Fault(f"{path}: not written ({problem.strerror})") from None
    click.echo(f"Wrote {path}, {count:,} characters.")


@cli.command(epilog="Example: accrete-coach forget --project shop --until 2026-01-31")
@_span_options
@click.option("--session", "session_id", metavar="ID", shell_complete=sessions, help="This one session.")
@click.option("--everything", is_flag=True, help="The whole profile with its copies, and all of sharing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(
    project: str | None, since: date | None, until: date | None, session_id: str | None, everything: bool, yes: bool
) -> None:
    """Remove sessions and all that was kept of them.

    What is named by --session, or by --project, --since and --until, is removed with its facts, readings, corrections and
    answers, from the copies of the profile too; its project and its days are shown before you are asked. Only a
    keyed hash of its id is kept, so that it is not read again; there is no way back but --everything. That removes the
    profile itself, and the keys and copies of sharing: examples that you shared stay with your team, and can't be withdrawn after
    that. The next scan then begins anew with the transcripts that still exist.
    Settings stay, and so do the agent's transcripts: this program never touches those.
    """
    span = Span(project, since, until)
    if everything + (session_id is not None) + span.named != 1:
        raise click.UsageError("Say what to forget: --everything, or --session alone, or some of --project, --since and --until.")
    if everything:
        _forget_everything(yes)
    else:
        _forget_some(span, session_id, yes)


def _sure(what: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Fault(f"{what} Nothing was removed: without a terminal this needs --yes.", 2)
    if not click.confirm(f"{what} Go on?"):
        raise Fault("Nothing was removed.")


def _forget_some(span: Span, session_id: str | None, yes: bool) -> None:
    from . import keeping
    from .clean import clean
    from .plain import plural, width, wrapped
    from .profile import CantWrite, ProfileError

    with _coach() as coach:
        # What was not read yet is forgotten too.
        if _scan(coach).by_other:
            raise Fault("another accrete-coach is reading; end it, then forget. Nothing was removed", UNUSABLE)
        begin, end = coach.span(span.since, span.until)
        if session_id is not None:
            one = _session(coach, session_id)
            rows = [keeping.Meant(one.agent, one.id, one.project, one.started)]
        else:
            rows = coach.meant(project=span.project, since=begin, until=end)
        if not rows:
            raise Fault(f"{span.nothing.partition(';')[0].rstrip('.')}; nothing was removed")
        _print(_projects(rows, coach.zone, width()))
        _sure(f"{plural(len(rows), 'session')} will be removed from the profile and its copies, and never be read again.", yes)
        try:
            done, cleaned, left = coach.forget(rows)
        except CantWrite:
            raise
        except ProfileError as problem:
            raise Fault(str(problem), UNUSABLE) from None
        told = f"{plural(done, 'session')} forgotten, in the profile and in {plural(cleaned, 'copy').replace('copys', 'copies')}."
        _print(wrapped(told + " They stay forgotten. The agent's transcripts were not touched.", width()))
        for path in left:
            # Whole, so that it can be copied.
            _print(
                [clean(str(path), 500), *wrapped("can't be read, so it may still hold them; delete it yourself.", width(), "  ")]
            )


def _projects(chosen: list[Meant], zone: tzinfo, columns: int) -> Iterator[str]:
    """The projects that sessions are of, with how many there are and from when: those with the most first."""
    from .clean import one_line
    from .plain import days, plural, wrapped

    by: dict[str, list[Meant]] = {}
    for s in chosen:
        by.setdefault(s.project, []).append(s)
    ordered = sorted(by, key=lambda name: (-len(by[name]), name))
    for name in ordered[:MOST_PROJECTS]:
        begun = [s.started for s in by[name] if s.started]
        when = f", {days(min(begun), max(begun), zone)}" if begun else ""
        yield from wrapped(f"{one_line(name, 300) or 'no project'}: {plural(len(by[name]), 'session')}{when}", columns)
    if len(ordered) > MOST_PROJECTS:
        rest = sum(len(by[name]) for name in ordered[MOST_PROJECTS:])
        yield from wrapped(f"and {plural(len(ordered) - MOST_PROJECTS, 'project')} more: {plural(rest, 'session')}", columns)


def _forget_everything(yes: bool) -> None:
    from . import keeping
    from .clean import clean
    from .coach import ReaderLock
    from .places import find
    from .plain import plural, width, wrapped

    places = find()
    files = keeping.everything(places)
    if not files:
        raise Fault("there is no profile; nothing was removed")
    said = f"{plural(len(files), 'file')} in {places.home} will be removed: the profile and every copy of it."
    if places.team.is_dir():
        said += (
            " So will all that has to do with your team: your keys, what waits to be sent, the copies of what left. Without the keys you"
            " can't withdraw an example any more."
        )
    _sure(said, yes)
    lock = ReaderLock(places.lock)
    if not lock.take():
        raise Fault("another accrete-coach is reading; end it, then forget", UNUSABLE)
    try:
        keeping.remove_everything(places)
    except OSError as problem:
        raise Fault(f"{problem.filename}: could not be removed ({problem.strerror})", UNUSABLE) from None
    finally:
        lock.release()
    told = f"Removed {plural(len(files), 'file')} in {clean(str(places.home), 500)}. Settings and the agent's transcripts were not touched;"
    _print(wrapped(told + " the next scan begins anew with the transcripts that still exist.", width()))


@cli.command(epilog='Example: eval "$(accrete-coach completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion for your shell.

    It completes commands, options, practices and sessions.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    made = found(cli, {}, "accrete-coach", "_ACCRETE_COACH_COMPLETE")
    with _pipe_may_close():
        # The class for bash would first run bash to ask for its version.
        click.echo(ShellComplete.source(made))
