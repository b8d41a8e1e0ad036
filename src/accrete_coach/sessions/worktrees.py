"""A session's folder -> the checkout whose worktree it is. By the path alone; no git is asked."""

import re
from functools import lru_cache

_WORKTREE = re.compile(r"^(.*?)(?:[/\\]\.claude[/\\]worktrees|[/\\]\.?worktrees?|-worktrees?)[/\\](?=[^/\\])")
_SHARED = re.compile(r"^(?:[A-Za-z]:)?[/\\](?:[^/\\]+[/\\]?){0,2}$|[/\\]\.[^/\\]*$")
"""A folder too high up, or hidden, to be a checkout: many repositories have worktrees below it."""


@lru_cache(maxsize=4096)
def worktree_of(folder: str) -> str | None:
    """The main checkout of the worktree `folder` is in.

    "" where it is a worktree and its path does not tell of which checkout; None where it is none.
    """
    found = _WORKTREE.match(folder)
    if found is None:
        return None
    return "" if _SHARED.search(found[1]) else found[1]
