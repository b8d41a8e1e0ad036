"""What is looked at before anything leaves, in lines: what it is, its exact bytes, what the masker left in it, and its hash. Pure.

The command and the app show the same lines, each in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..clean import clean, one_line
from .mask import Span, unmasked_tokens

if TYPE_CHECKING:
    from ..sharing import Prepared

MOST_MARKED = 120
"""Characters of a token that are told beside the bytes that hold it."""


class Line(NamedTuple):
    """A line, or some. Signs that could steer a terminal are made visible in it."""

    kind: str
    """ "head", "text", "item", "gap", "file" (which one), "bytes" (all of it, with its own line breaks), "page" (the same of a page for
    people), "marked" (a long token that was not masked), "hash"."""
    text: str = ""


def review(prepared: Prepared) -> Iterator[Line]:
    """What would leave: each file with its exact bytes."""
    seen = prepared.preview
    yield Line("head", f"This would be sent to {one_line(seen.to, 200)}, and nothing else:")
    for says in prepared.says:
        yield Line("text", f"- {says}")
    if prepared.roster is not None:
        yield Line("gap")
        yield Line(
            "text",
            f"These {len(prepared.roster)} people are on the list. Do you know all of them? Somebody could put invented people on it, to be"
            " alone with you.",
        )
        for member in prepared.roster.members:
            yield Line("item", f"{one_line(member.name, 60)}  (key {member.by[:8]})")
        for name in prepared.roster.same_names:
            yield Line("text", f"More than one of them goes by {one_line(name, 60)}: ask before you trust it.")
    long: list[str] = []
    for one in seen.files:
        yield Line("gap")
        yield Line("file", f"{one.path}  {len(one.data):,} byte{'s' * (len(one.data) != 1)}")
        yield Line("file", f"sha256 {one.sha256}")
        # The bytes as they are: signs that would steer a terminal can't be in a message, and are made visible in a page.
        text = clean(one.data.decode("utf-8", "backslashreplace"), len(one.data) * 4 + 1_000)
        page = one.path.endswith(".md")
        yield Line("page" if page else "bytes", text)
        long += [text[span.start : span.stop] for span in marks(text)] if page else []
    if prepared.words or long:
        yield Line("gap")
    if prepared.words:
        yield Line("text", "Words of yours are in it. A masker misses things: read every line above.")
    for token in long:
        yield Line("marked", f"long, and not masked: {one_line(token, MOST_MARKED)}")
    yield Line("gap")
    yield Line("text", "Written by: accrete-coach <accrete-coach@localhost.invalid>, at midnight UTC of today.")
    yield Line("hash", f"hash of all of it: {seen.hash}")


def marks(page: str) -> tuple[Span, ...]:
    """What is to be marked in the text of a page. A message is one long run of signs: what people wrote in it stands in its page."""
    return unmasked_tokens(page)
