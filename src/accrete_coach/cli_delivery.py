"""The commands `accrete-coach delivery …`: what became of the work, as local git tells it, and which repositories it may look at."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from .cli import Fault, _coach, _json_option, _print, _print_json, _scan, cli
from .cli_help import Group
from .completion import files
from .opening import UNUSABLE, warn

if TYPE_CHECKING:
    from .delivery import Delivery, Figure
    from .places import Places
    from .settings import Settings

MOST_ASKABLE = 8
"""Folders that may be allowed and are named where none is."""
FIGURES = ("size", "spacing", "rework", "failures", "recovery", "lead-time", "frequency")


@cli.group("delivery", cls=Group, invoke_without_command=True, epilog="Example: accrete-coach delivery --figure rework")
@click.option(
    "--weeks", type=click.IntRange(1, 520), default=12, show_default=True, help="How far back; the running week counts."
)
@click.option("--project", metavar="TEXT", help="Repositories whose path holds this.")
@click.option(
    "--figure",
    type=click.Choice(FIGURES),
    metavar="NAME",
    help="One figure (size, spacing, rework, failures, recovery, lead-time or frequency), with what it can't see and what to ask of it.",
)
@click.option("--all", "whole", is_flag=True, help="Every figure so, and the rules.")
@_json_option
@click.pass_context
def delivery(context: click.Context, weeks: int, project: str | None, figure: str | None, whole: bool, as_json: bool) -> None:
    """What became of your work, as far as local git shows it.

    Size and spacing of your commits, rework, repairs, lead time, how often work arrived. Only repositories that you allowed are
    looked at, only your own commits in them, and nothing is fetched. None of it is a score.
    """
    if context.invoked_subcommand is not None:
        return
    from .plain import width

    with _coach() as coach:
        chosen = _chosen(coach.places)
        if not chosen.delivery:
            folders = [one.id for one in coach.projects()]
            if as_json:
                from .repositories import askable

                _print_json({"schema": 1, "repositories": [], "figures": [], "not_allowed": list(askable(folders, ()))})
            else:
                _print(_none_allowed(folders, width()))
            return
        _scan(coach)
        told = coach.delivery(weeks=weeks, project=project)
        beside = coach.counsel.beside(told)
        if as_json:
            _print_json(told.json | {"beside_your_focus": list(beside)})
        else:
            from .plain import wrapped

            _print([*lines(told, width(), figure, whole=whole), *(line for one in beside for line in wrapped(one, width()))])


# A path is a `str` to these: click's own kind looks at it, and would wait for a disk that does not answer.


@delivery.command("allow", epilog="Example: accrete-coach delivery allow ~/shop")
@click.argument("path", nargs=-1, required=True, type=str, shell_complete=files)
def allow(path: tuple[str, ...]) -> None:
    """Let delivery figures be read from repositories."""
    from .git import CantRead, open_repository
    from .places import find
    from .plain import width, wrapped
    from .settings import SettingsError, save_delivery

    places = find()
    allowed = list(_chosen(places).delivery)
    failed = []
    for one in path:
        try:
            repository = open_repository(_whole(one))
        except CantRead as problem:
            failed.append(str(problem))
            continue
        if repository.path in allowed:
            _print(wrapped(f"{_shown(repository.path)}: it was allowed already.", width()))
            continue
        allowed.append(repository.path)
        try:
            save_delivery(places, allowed)
        except SettingsError as problem:
            raise Fault(str(problem), UNUSABLE) from None
        told = (
            f"{_shown(repository.path)}: allowed. Its history is read, your own commits only, and nothing in it is run or changed."
            f" `accrete-coach delivery forbid {_typed(repository.path)}` takes it back."
        )
        _print(wrapped(told, width()))
    if failed:
        raise Fault("\n".join(failed))


@delivery.command("forbid", epilog="Example: accrete-coach delivery forbid ~/shop")
@click.argument("path", nargs=-1, required=True, type=str, shell_complete=files)
def forbid(path: tuple[str, ...]) -> None:
    """Read these repositories no more, and forget what was read."""
    from .places import find
    from .plain import width, wrapped
    from .repositories import forget
    from .settings import SettingsError, save_delivery

    places = find()
    allowed = list(_chosen(places).delivery)
    failed = []
    for one in path:
        # A repository that is gone can be forbidden, too: its path alone is looked at first.
        meant = _nearest(one, allowed) or _checkout(one, allowed)
        if meant is None:
            failed.append(f"{one}: it was not allowed.")
            continue
        allowed.remove(meant)
        try:
            save_delivery(places, allowed)
        except SettingsError as problem:
            raise Fault(str(problem), UNUSABLE) from None
        forget(places)
        _print(wrapped(f"{_shown(meant)}: not read any more; the numbers kept from repositories are removed.", width()))
    if failed:
        raise Fault("\n".join(failed))


@delivery.command("list", epilog="Example: accrete-coach delivery list")
@_json_option
def list_(as_json: bool) -> None:
    """Folders your sessions ran in: which repositories are allowed."""
    from .plain import width, wrapped
    from .repositories import askable

    with _coach() as coach:
        allowed = _chosen(coach.places).delivery
        others = askable((one.id for one in coach.projects()), allowed)
        if as_json:
            _print_json({"schema": 1, "allowed": list(allowed), "not_allowed": list(others)})
            return
        told: list[str] = []
        for head, paths in (("Allowed:", allowed), ("Not allowed, so not looked at:", others)):
            if paths:
                told += [*wrapped(head, width()), *(line for one in paths for line in wrapped(_shown(one), width(), "  "))]
        _print(told or wrapped("There is no session yet, and no repository was allowed.", width()))


def _chosen(places: Places) -> Settings:
    from .settings import load

    chosen, problems = load(places)
    for one in problems:
        if "delivery" in one or "identities" in one or "defaults" in one:
            warn(one)
    return chosen


def _nearest(path: str, allowed: Sequence[str]) -> str | None:
    """The allowed repository that a path names or lies in; of one within another, the inner one."""
    from .repositories import inside

    return max((known for known in allowed if path == known or inside(_whole(path), [known])), key=len, default=None)


def _checkout(path: str, allowed: Sequence[str]) -> str | None:
    """The allowed repository that a worktree, or another way to it, belongs to."""
    from .git import CantRead, open_repository

    try:
        found = open_repository(_whole(path)).path
    except CantRead:
        return None
    return found if found in allowed else None


def _whole(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _typed(path: str) -> str:
    """A path as it can be typed in a shell."""
    from .places import from_home

    short = from_home(path)
    return _shown(short if shlex.quote(short.removeprefix("~")) == short.removeprefix("~") else shlex.quote(path))


def _shown(path: str) -> str:
    from .clean import one_line

    return one_line(path, 300)


def _none_allowed(folders: Sequence[str], columns: int) -> Iterator[str]:
    from .places import from_home
    from .plain import plural, wrapped
    from .repositories import askable

    yield from wrapped("No repository was allowed, so none was looked at.", columns)
    could = askable(folders, ())
    if not could:
        yield from wrapped("`accrete-coach delivery allow PATH` allows one. No session of yours is known yet.", columns)
        return
    yield from wrapped("Your sessions ran in:", columns)
    for one in could[:MOST_ASKABLE]:
        yield from wrapped(_shown(from_home(one)), columns, "  ")
    if len(could) > MOST_ASKABLE:
        yield from wrapped(
            f"and {plural(len(could) - MOST_ASKABLE, 'other')}; `accrete-coach delivery list` names them", columns, "  "
        )
    yield from wrapped(
        f"`accrete-coach delivery allow {_typed(could[0])}` allows one: its history is then read, your own commits only;"
        " nothing in it is run, changed or fetched.",
        columns,
    )


def lines(told: Delivery, columns: int, figure: str | None = None, *, whole: bool = False) -> Iterator[str]:
    """The figures as text."""
    from .clean import clean
    from .delivery import IN_SESSION, NO_SCORE, OWN_ONLY, SAYS_NOTHING
    from .plain import date_of, folder_name, plural, wrapped

    dates = f"{date_of(told.since)} to {date_of(told.until)}"
    where = ", ".join(folder_name(one) for one in told.repositories[:3])
    where += f" and {len(told.repositories) - 3} more" if len(told.repositories) > 3 else ""
    if told.repositories:
        yield from wrapped(
            f"{dates}: {plural(told.commits, 'commit')} of yours in {where}, {told.in_sessions:,} made in sessions.", columns
        )
        for one in told.figures:
            if figure in (None, one.id):
                yield from _figure(one, columns, whole=whole or figure is not None)
    else:
        yield from wrapped("No repository could be read.", columns)
    for problem in told.problems:
        yield from wrapped(clean(problem, 600), columns)
    if whole:
        nothing = "; ".join(f"{framework} {measure}" for framework, measure in SAYS_NOTHING)
        addresses = ", ".join(_shown(one) for one in told.identities) or "none"
        for rule in (
            IN_SESSION,
            OWN_ONLY + f" Yours: {addresses}; `identities` in settings.toml adds others.",
            f"Nothing in a repository says anything about: {nothing}.",
        ):
            yield from wrapped(rule, columns)
    if told.repositories:
        yield from wrapped(NO_SCORE, columns)
        if not whole and figure is None:
            yield from wrapped("`accrete-coach delivery --all` says what each can't see, and its question.", columns)


def _figure(one: Figure, columns: int, *, whole: bool) -> Iterator[str]:
    from .plain import wrapped

    yield from wrapped(one.name, columns)
    yield from wrapped(one.value, columns, "  ")
    if whole:
        yield from wrapped(f"Can't see: {one.cannot_see}", columns, "  ")
        yield from wrapped(
            f"Stands under: {'; '.join(f'{framework}, {measure}' for framework, measure in one.stands_under)}.", columns, "  "
        )
        yield from wrapped(f"Ask: {one.question}", columns, "  ")
