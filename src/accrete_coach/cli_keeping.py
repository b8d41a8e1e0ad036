"""The commands for what is kept: export, forget, and completion for the shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from .cli import UNUSABLE, Fault, Span, _coach, _pipe_may_close, _print, _scan, _span_options, cli


@cli.command(epilog="Example: accrete-coach export -o profile.json")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv"]),
    default="json",
    show_default=True,
    help="CSV: a line for each reading.",
)
@click.option("--facts", is_flag=True, help="The facts instead, as JSON lines.")
@click.option("--with-because", is_flag=True, help="With your own words, which are left out otherwise. JSON only.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a new file.")
def export(form: str, facts: bool, with_because: bool, output: Path | None) -> None:
    """What your profile holds, as JSON or CSV: sessions, readings, corrections, choices, audits."""
    from . import export as exporting

    if facts and form == "csv":
        raise click.UsageError("Facts come as JSON lines only.")
    if with_because and (facts or form == "csv"):
        raise click.UsageError("Your own words are in the JSON alone: --with-because goes with neither --facts nor CSV.")
    with _coach() as coach:
        _scan(coach)
        lines: Iterable[str]
        if facts:
            lines = exporting.facts(coach)
        elif form == "csv":
            lines = exporting.as_csv(coach)
        else:
            lines = [exporting.as_json(coach, because=with_because)]
        if output is None:
            _print(lines)
        else:
            _write(output, lines)


def _write(path: Path, lines: Iterable[str]) -> None:
    """A new file for its owner alone. What stands there already is never written over."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
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
@click.option("--everything", is_flag=True, help="The whole profile with its copies.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(project: str | None, since: date | None, until: date | None, everything: bool, yes: bool) -> None:
    """Remove sessions and all that was kept of them, from the copies too. They stay forgotten.

    What is named by --project, --since and --until is removed with its facts, readings, corrections and answers, and only a
    keyed hash of its id is kept, so that it is not read again; there is no way back but --everything. That removes the
    profile itself; the next scan then begins anew with the transcripts that still exist. Settings stay, and so do the agent's
    transcripts: this program never touches those.
    """
    span = Span(project, since, until)
    if everything == bool(project or since or until):
        raise click.UsageError("Say what to forget: --everything, or some of --project, --since and --until.")
    if everything:
        _forget_everything(yes)
    else:
        _forget_some(span, yes)


def _sure(what: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Fault(f"{what} Nothing was removed: without a terminal this needs --yes.", 2)
    if not click.confirm(f"{what} Go on?"):
        raise Fault("Nothing was removed.")


def _forget_some(span: Span, yes: bool) -> None:
    from . import keeping
    from .clean import clean
    from .plain import plural, width, wrapped
    from .profile import CantWrite, ProfileError

    with _coach() as coach:
        # What was not read yet is forgotten too.
        _scan(coach)
        begin, end = coach.span(span.since, span.until)
        rows = keeping.matching(coach.places, coach.profile.db, project=span.project, since=begin, until=end)
        if not rows:
            raise Fault("no session matches; nothing was removed")
        _sure(f"{plural(len(rows), 'session')} will be removed from the profile and its copies, and never be read again.", yes)
        try:
            done, cleaned, left = coach.forget(project=span.project, since=begin, until=end)
        except CantWrite:
            raise
        except ProfileError as problem:
            raise Fault(str(problem), UNUSABLE) from None
        told = f"{plural(done, 'session')} forgotten, in the profile and in {plural(cleaned, 'copy').replace('copys', 'copies')}."
        _print(wrapped(told + " They stay forgotten. The agent's transcripts were not touched.", width()))
        for path in left:
            _print(wrapped(f"{clean(str(path), 500)}: can't be read, so it may still hold them; delete it yourself.", width()))


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
    _sure(f"{plural(len(files), 'file')} in {places.home} will be removed: the profile and every copy of it.", yes)
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
    """Print the completion for your shell: commands, options, practices and sessions."""
    from click.shell_completion import ShellComplete, get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    made = found(cli, {}, "accrete-coach", "_ACCRETE_COACH_COMPLETE")
    with _pipe_may_close():
        # The class for bash would first run bash to ask for its version.
        click.echo(ShellComplete.source(made))
