"""What the shell completes: practices and sessions, looked up without opening the profile for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def practices(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of practices."""
    from click.shell_completion import CompletionItem

    from .practice import load

    return [CompletionItem(p.id, help=p.short) for p in load().practices if p.id.startswith(incomplete)]


def sessions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of sessions, the newest first."""
    import sqlite3
    from contextlib import closing
    from urllib.parse import quote

    from click.shell_completion import CompletionItem

    from .places import find

    try:
        with closing(sqlite3.connect(f"file:{quote(str(find().profile))}?mode=ro", uri=True, timeout=0.5)) as db:
            rows = db.execute(
                "SELECT id FROM sessions WHERE shown AND substr(id, 1, ?) = ? ORDER BY started DESC LIMIT 60",
                (len(incomplete), incomplete),
            ).fetchall()
    except sqlite3.Error:
        return []
    return [CompletionItem(row[0]) for row in rows if row[0].isprintable()]
