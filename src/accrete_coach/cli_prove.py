"""The command `accrete-coach prove`: the program's own tour under a trace, and what was seen on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from .cli import _json_option, _print, _print_json, cli

if TYPE_CHECKING:
    from .prove import Proof

MOST = 4
"""Paths that are named for one reason, where not all are asked for."""


@cli.command("prove", epilog="Example: accrete-coach prove")
@click.option("--all", "whole", is_flag=True, help="Every path and program, not the first of each kind alone.")
@click.option("--audit-hook", "audited", is_flag=True, help="With Python's audit hook, though strace may be there: weaker.")
@_json_option
@click.pass_context
def prove(context: click.Context, whole: bool, audited: bool, as_json: bool) -> None:
    """Trace a tour: what is connected to, written and run.

    It goes through its own commands and the five views on made-up sessions in a temporary folder, under strace where that can be
    used. Nothing of yours is read or written. Exit code 1 where anything was seen that is not announced.
    """
    from . import prove as proving
    from .plain import width

    tell = (lambda step: click.echo(f"… {step}", err=True)) if sys.stderr.isatty() and not as_json else lambda step: None
    proof = proving.prove(audited=audited, tell=tell)
    if as_json:
        _print_json(proving.as_json(proof, datetime.now().astimezone()))
    else:
        _print(lines(proof, width(), whole=whole))
    if not proof.holds:
        context.exit(1)


def lines(proof: Proof, columns: int, *, whole: bool = False) -> Iterator[str]:
    """What was seen, as text."""
    from .clean import clean, one_line
    from .plain import plural, wrapped
    from .prove import SAYS, SHOWS
    from .traced import LOCAL, OTHER, PROGRAM, SOCKET, WRITE

    if proof.instead:
        yield from wrapped(clean(f"Without strace: {proof.instead}", 600), columns)
    yield from wrapped(SAYS[proof.by], columns)
    yield from wrapped(f"The tour: {', '.join(proof.steps)}.", columns)
    for said in proof.passed_over:
        yield from wrapped(clean(f"Passed over: {said}", 600), columns)
    heads = (
        (SOCKET, "Internet sockets"),
        (LOCAL, "Local sockets, which never leave the machine"),
        (WRITE, "Files and folders written, renamed or removed"),
        (PROGRAM, "Programs run"),
    )
    for kind, head in heads:
        fine = [one for one in proof.of(kind) if one.expected]
        amiss = [one for one in proof.of(kind) if not one.expected]
        yield ""
        yield from wrapped(f"{head}: {'none' if not fine and not amiss else ''}".rstrip(), columns)
        reasons: dict[str, dict[str, int]] = {}
        for one in fine:
            paths = reasons.setdefault(one.why, {})
            paths[one.act.what] = paths.get(one.act.what, 0) + 1
        for reason, paths in reasons.items():
            yield from wrapped(
                f"{reason}: {plural(len(paths), 'path') if kind == WRITE else plural(sum(paths.values()), 'time')}", columns, "  "
            )
            if kind == LOCAL and set(paths) <= {"a pair for itself", "a socket"}:
                continue
            shown = list(paths) if whole else list(paths)[:MOST]
            for path in shown:
                yield f"    {one_line(path, 2_000)}"
            if len(paths) > len(shown):
                yield f"    and {len(paths) - len(shown):,} more (`accrete-coach prove --all`)"
        if amiss:
            yield from wrapped(f"not announced: {plural(len(amiss), 'act')}, in full below", columns, "  ")
    yield ""
    if not proof.unexpected:
        told = "Nothing else was seen." if proof.seen else "Nothing at all was seen, so nothing is shown by this."
        yield from wrapped(told, columns)
    else:
        yield from wrapped(
            f"NOT ANNOUNCED: {plural(len(proof.unexpected), 'act')}. This should not be; please report it.", columns
        )
        for one in proof.unexpected:
            tried = " (tried only)" if one.act.failed else ""
            name = "internet socket" if one.act.kind == SOCKET else "" if one.act.kind == OTHER else one.act.kind
            yield from wrapped(clean(f"in `{one.step}`: {name} {one.act.what}{tried}".replace("  ", " "), 5_000), columns)
            yield f"    {one_line(one.act.raw, 70_000)}"
    yield from wrapped(SHOWS, columns)
