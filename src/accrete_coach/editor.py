"""The command that opens a file at a line in the person's editor. Pure."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

_PLUS = frozenset(
    {
        "vi",
        "vim",
        "nvim",
        "gvim",
        "mvim",
        "view",
        "nano",
        "pico",
        "emacs",
        "emacsclient",
        "kak",
        "micro",
        "joe",
        "ne",
        "mg",
        "jed",
    }
)
"""`EDITOR +LINE FILE`."""
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "positron"})
"""`EDITOR --goto FILE:LINE`."""
_COLON = frozenset({"hx", "helix", "subl", "sublime_text", "zed", "zeditor", "lapce"})
"""`EDITOR FILE:LINE`."""


COMPRESSED = ".zst"
"""How the name of a file ends whose raw bytes an editor would show. No readable copy is made: the words in it would stay on the
disk where the program ends before the editor does (promises.md, P3)."""


def editor_of(environ: Mapping[str, str]) -> str:
    """What the person edits with: `VISUAL`, else `EDITOR`, else vi."""
    return environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip() or "vi"


def editor_command(editor: str, path: str, line: int) -> list[str]:
    """The words of the command. `editor`: as in `EDITOR`, with words of its own; `line`: from 1, 0 for none.

    An editor that is not known gets the path alone. Those with windows of their own are asked to wait where they are known to.
    """
    try:
        words = shlex.split(editor)
    except ValueError:
        # An open quote.
        words = editor.split()
    words = words or ["vi"]
    name = os.path.basename(words[0].replace("\\", "/")).casefold().removesuffix(".exe").removesuffix(".cmd")
    if name in _GOTO:
        wait = [] if {"--wait", "-w"} & set(words) else ["--wait"]
        return [*words, *wait, *(["--goto", f"{path}:{line}"] if line > 0 else [path])]
    if line <= 0:
        return [*words, path]
    if name in _PLUS:
        return [*words, f"+{line}", path]
    if name in _COLON:
        return [*words, f"{path}:{line}"]
    return [*words, path]
