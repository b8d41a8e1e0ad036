"""An exemplar in words: its steps one by one, and the Markdown page that stands beside it for the git host. Pure.

The program never reads such a page. Whatever came from a person is escaped in it, or stands in a block of code: nothing in it can
become a link, an image, a mention or markup.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..practice import Practice
from .exemplars import AGENTS, MOST_COUNT, STEPS, Exemplar, Step

_WHERE = {
    "prompt": "Say to the agent:",
    "command": "Type on the command line:",
    "hook": "Put into the agent's settings:",
    "rule": "Put into the project's memory file (CLAUDE.md, AGENTS.md):",
}
IN_GENERAL = "The practice, in the program's words:"
_ENDS = {"": "", "failed": "; it failed", "yes": ": yes", "no": ": no, not so"}
_SIGNS = re.compile(r"([!-&(-+\-./:<-@\[-`{-~])")
"""Every sign that Markdown may read as its own, alone or with others; a backslash before it is always allowed."""


def in_words(step: Step, author: str) -> str:
    """A step as a sentence without its end: "Sam wrote 2 prompts"."""
    told = STEPS[step.kind]
    many = f"{MOST_COUNT}+" if step.count >= MOST_COUNT else str(step.count)
    # Only our own texts are formatted: a name may hold braces.
    said = (told.one if step.count == 1 else told.many).replace("{n}", many).replace("{}", author)
    return said + _ENDS[step.outcome]


def took(step: Step) -> str:
    """How long a step and what came of it took, in words; "" where that is not known, or not worth saying."""
    return f"took {step.lasted}" if step.lasted not in ("", "moments") else ""


def type_next(exemplar: Exemplar, author: str, practice: Practice | None) -> tuple[tuple[str, str], ...]:
    """What to type differently next time: (whose words they are and what to do with them, the text to copy). The author's own first."""
    out = []
    # Words of the agent's are no example of what to say to it.
    own = [w for w in exemplar.words if exemplar.steps[w.step].who == "you"]
    best = [w for w in own if w.step in exemplar.shows] or own[:1]
    for one in best[:2]:
        out.append(
            (
                f"{author} typed this; put your own in place of what stands in <…>:"
                if "<" in one.text
                else f"{author} typed this:",
                one.text,
            )
        )
    if practice is not None:
        if practice.coaching is not None:
            out.append((f"The program's own suggestion. {_WHERE[practice.words.kind]}", practice.words.ready))
        elif not out:
            out.append(("", practice.tip))
    return tuple(out)


class Line(NamedTuple):
    """A line of an exemplar for a screen. Text of others is raw: clean it."""

    kind: str
    """ "title", "head", "text", "code" (to be used as it is), "step", "shows" (a step that shows the practice), "words" (said in it)."""
    text: str


def lines(exemplar: Exemplar, author: str, practice: Practice | None = None) -> tuple[Line, ...]:
    """An exemplar for a terminal: what to type differently next time first, then how it went."""
    name = practice.title if practice is not None else exemplar.practice
    out = [Line("title", exemplar.title), Line("text", f"{name}, as {author} did it, with {AGENTS[exemplar.agent]}")]
    out.append(Line("head", "What to type differently next time"))
    if practice is not None:
        out.append(Line("text", f"{IN_GENERAL} {practice.if_then}"))
    for what, text in type_next(exemplar, author, practice):
        out += [*([Line("text", what)] if what else []), *(Line("code", one) for one in text.split("\n"))]
    if exemplar.note:
        out += [
            Line("head", f"What {author} says about it"),
            *(Line("text", one) for one in exemplar.note.split("\n") if one.strip()),
        ]
    out.append(Line("head", "How it went" if exemplar.whole else "How it went, a part of a longer session"))
    said: dict[int, list[str]] = {}
    for one in exemplar.words:
        said.setdefault(one.step, []).append(one.text)
    for n, step in enumerate(exemplar.steps):
        words = in_words(step, author)
        after = f" ({took(step)})" if took(step) else ""
        out.append(Line("shows" if n in exemplar.shows else "step", f"{words[:1].upper()}{words[1:]}{after}"))
        for text in said.get(n, ()):
            out += [Line("words", part) for part in text.split("\n")]
    return tuple(out)


def page(exemplar: Exemplar, author: str, practice: Practice | None = None) -> bytes:
    """The page of an exemplar. `practice`: the one it shows, for its own words; None where that is not known here."""
    author = " ".join(author.split())
    name = _escaped(practice.title if practice is not None else exemplar.practice)
    who, agent = _escaped(author), _escaped(AGENTS[exemplar.agent])
    lines = [f"# {_escaped(exemplar.title)}", "", f"**{name}** - as {who} did it, with {agent}.", ""]
    lines += ["## What to type differently next time", ""]
    if practice is not None:
        lines += [_escaped(f"{IN_GENERAL} {practice.if_then}"), ""]
    for what, text in type_next(exemplar, author, practice):
        lines += [*([_escaped(what), ""] if what else []), *_code(text), ""]
    if exemplar.note:
        lines += [f"## What {who} says about it", ""]
        # A line of its own each: a blank line before, and nothing that Markdown could read into the beginning of it.
        for line in exemplar.note.split("\n"):
            lines += [_escaped(" ".join(line.split())), ""] if line.strip() else []
    lines += ["## How it went", ""]
    if not exemplar.whole:
        lines += ["A part of a longer session.", ""]
    said: dict[int, list[str]] = {}
    for one in exemplar.words:
        said.setdefault(one.step, []).append(one.text)
    for n, step in enumerate(exemplar.steps):
        words = in_words(step, author)
        line = _escaped(words[:1].upper() + words[1:])
        if step.who == "you":
            line = f"**{line}**"
        after = [took(step)] if took(step) else []
        if n in exemplar.shows:
            after.append("**this shows the practice**")
        lines.append(f"{n + 1}. {line}" + (f" ({', '.join(after)})" if after else ""))
        for text in said.get(n, ()):
            lines += ["", *(f"    {code}".rstrip() for code in _code(text)), ""]
    lines += ["", "---", "", _said(exemplar, who)]
    return "\n".join(_single(lines)).encode("utf-8") + b"\n"


def _said(exemplar: Exemplar, who: str) -> str:
    words = (
        f"The words of the session in it were picked and read by {who}; secrets, addresses and paths that were recognised in them are masked"
        if exemplar.words
        else "It holds no word of the session"
    )
    wrote = "Title and note were" if exemplar.note else "The title was"
    return (
        f"{words}. The steps say what was done, how often (up to {MOST_COUNT}) and about how long it took; no file, no project, no date and no"
        f" time of day. {wrote} written by {who} for this page."
    )


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)


def _code(text: str) -> list[str]:
    """A block of code that nothing in it can end."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{ticks}text", *text.split("\n"), ticks]


def _single(lines: list[str]) -> list[str]:
    """No two blank lines on end outside of a block of code: there are none but ours."""
    out: list[str] = []
    fence = ""
    for line in lines:
        bare = line.strip()
        if not fence and bare.startswith("```"):
            fence = bare.removesuffix("text")
        elif fence and bare == fence:
            fence = ""
        if fence or line or (out and out[-1]):
            out.append(line)
    return out
