"""The page of an exemplar: it reads well on a git host, and nothing that a person wrote becomes markup in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from accrete_coach.practice import load
from accrete_coach.sessions.facts import CLAUDE_CODE
from accrete_coach.team.exemplar_page import in_words, page, type_next
from accrete_coach.team.exemplars import STEPS, Exemplar, Step, Words

PRACTICES = load()
ONE = Exemplar(
    "plan-first",
    CLAUDE_CODE,
    (
        Step("prompt", 1, "minutes"),
        Step("plan"),
        Step("decision", 1, "moments", "no"),
        Step("edit", 20),
        Step("check", 1, "", "failed"),
    ),
    (2,),
    "Two rounds on the plan",
    "The first one forgot the tests.\nThat cost a minute.",
)
SPOKEN = replace(ONE, words=(Words(0, "Rename the column in <path>.\nPlan first; change nothing yet."),))


def flat(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *flat(token.children or []))]


def parsed(data: bytes) -> list[Token]:
    return flat(MarkdownIt("gfm-like", {"html": True, "linkify": True}).parse(data.decode("utf-8")))


def test_what_to_type_next_time_stands_before_how_it_went() -> None:
    text = page(SPOKEN, "Sam", PRACTICES["plan-first"]).decode()
    assert text.startswith(
        "# Two rounds on the plan\n\n"
        "**agree a plan before the first edit** - as Sam did it, with Claude Code.\n\n"
        "## What to type differently next time\n\n"
    )
    headings = [line for line in text.split("\n") if line.startswith("## ")]
    assert headings == ["## What to type differently next time", "## What Sam says about it", "## How it went"]
    assert text.index("Plan first; change nothing yet.") < text.index("## How it went")
    assert PRACTICES["plan-first"].words.ready in text
    assert "4. 20\\+ edits" in text
    assert "3. **Sam decided on the plan\\: no, not so** (**this shows the practice**)" in text
    assert "1. **Sam wrote a prompt** (took minutes)" in text
    assert "A part of a longer session." in text


def test_without_words_the_practice_says_what_to_type_and_the_page_says_that_it_holds_none() -> None:
    text = page(ONE, "Sam", PRACTICES["plan-first"]).decode()
    assert PRACTICES["plan-first"].words.ready in text
    assert "It holds no word of the session" in text
    assert "It holds no word" not in page(SPOKEN, "Sam").decode()
    # A practice that is not known here has no words of its own.
    assert "plan\\-first" in page(ONE, "Sam").decode()


def test_the_authors_own_words_come_first_and_the_agents_are_no_example() -> None:
    assert type_next(SPOKEN, "Sam", None) == (
        ("Sam typed this; put your own in place of what stands in <…>:", SPOKEN.words[0].text),
    )
    assert [text for _, text in type_next(SPOKEN, "Sam", PRACTICES["plan-first"])] == [
        SPOKEN.words[0].text,
        PRACTICES["plan-first"].words.ready,
    ]
    assert type_next(replace(ONE, words=(Words(1, "1. migrate"),)), "Sam", None) == ()


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_is_a_sentence(kind: str) -> None:
    once, often = in_words(Step(kind), "{n} {}"), in_words(Step(kind, 20), "Sam")
    assert once
    assert "{" not in often
    assert "20+" in often or kind.startswith("opened")
    assert "20" not in once


HOSTILE = (
    "<script>alert(1)</script>", "![x](https://x.example/y.png)", "[a](javascript:x)", "https://x.example www.x.example a@x.example", "@kim",
    "<https://x.example>", "&lt;b&gt;", "# a", "| a | b |", "```\nb\n```", "~~~", "- [ ] a", "1. a", "> a", "***a***", "`a`", "[^1]: a", "---",
    ":smile: $x$ ~~a~~", "\\", "a\\", "<!--", "|", "[a]: https://x.example", "    code", "===", "``````",
)  # fmt: skip


def check(text: str) -> None:
    line = " ".join(text.split()) or "x"
    one = replace(ONE, title=line, note=text.strip(), words=(Words(0, text.strip() or "x"), Words(2, text.strip() or "x")))
    tokens = parsed(page(one, line, PRACTICES["plan-first"]))
    kinds = {t.type for t in tokens}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "blockquote_open", "table_open", "bullet_list_open", "code_block", "code_inline", "s_open", "em_open"}  # fmt: skip
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h1", "h2", "h2", "h2"] if one.note else ["h1", "h2", "h2"]
    assert sum(t.type == "ordered_list_open" for t in tokens) == 1
    assert sum(t.type == "list_item_open" for t in tokens) == len(one.steps)
    assert sum(t.type == "hr" for t in tokens) == 1
    fences = [t.content.rstrip("\n") for t in tokens if t.type == "fence"]
    assert all(t.info == "text" for t in tokens if t.type == "fence")
    said = one.words[0].text
    assert [" ".join(f.split()) for f in fences].count(" ".join(said.split())) == 3
    title = next(t for t in tokens if t.type == "inline")
    assert "".join(c.content for c in title.children or []) == line


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_person_wrote_becomes_markup(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, "a", " ", "\n", "\n\n", "`", "*", "<", "x:"]), max_size=6).map("".join))
def test_nor_does_any_mix_of_it(text: str) -> None:
    check(text)
