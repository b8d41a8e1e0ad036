"""What the shell completes: practices, their files and sessions, looked up without opening the profile for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from .practice import Practice

MOST = 60
"""Sessions that are offered."""


def practices(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of practices, own ones too."""
    return _named(_practices(), incomplete)


def own_practices(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of the person's own practices."""
    from .practice import YOURS

    return _named([p for p in _practices() if p.origin == YOURS], incomplete)


def files(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Whatever files the shell finds."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def practices_and_files(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of practices that are not built in, and files."""
    return [*_named([p for p in _practices() if p.origin], incomplete), *files(context, parameter, incomplete)]


def sessions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of sessions, the newest first."""
    return _stored("SELECT id FROM sessions WHERE shown AND substr(id, 1, ?) = ? ORDER BY started DESC LIMIT ?", incomplete)


def corrected(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of sessions of which a reading was corrected, and of the practices that were: which of both comes now can't be told."""
    return [
        *_stored("SELECT DISTINCT session FROM corrections WHERE substr(session, 1, ?) = ? ORDER BY at DESC LIMIT ?", incomplete),
        *_stored("SELECT DISTINCT practice FROM corrections WHERE substr(practice, 1, ?) = ? ORDER BY 1 LIMIT ?", incomplete),
    ]


def _practices() -> tuple[Practice, ...]:
    from .places import find
    from .practice import load

    return load(find().practice_folders).practices


def _named(found: tuple[Practice, ...] | list[Practice], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from .clean import one_line

    return [CompletionItem(p.id, help=one_line(p.short)) for p in found if p.id.startswith(incomplete)]


def _stored(query: str, incomplete: str) -> list[CompletionItem]:
    import sqlite3
    from contextlib import closing
    from urllib.parse import quote

    from click.shell_completion import CompletionItem

    from .places import find

    try:
        with closing(sqlite3.connect(f"file:{quote(str(find().profile))}?mode=ro", uri=True, timeout=0.5)) as db:
            rows = db.execute(query, (len(incomplete), incomplete, MOST)).fetchall()
    except sqlite3.Error:
        return []
    return [CompletionItem(row[0]) for row in rows if row[0].isprintable()]
