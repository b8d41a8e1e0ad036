"""Exemplars: made of a storyboard, signed, read again with closed lists, withdrawn by their author alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach import storyboard as story
from accrete_coach import why
from accrete_coach.practice import SEEN, load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import CLAUDE_CODE, CODEX, Fact, Kind
from accrete_coach.storyboard import Storyboard, build
from accrete_coach.team import exemplars, keys, message
from accrete_coach.team.exemplars import (
    AGENTS,
    LASTED,
    MOST_COUNT,
    MOST_STEPS,
    OUTCOMES,
    STEPS,
    Exemplar,
    Refusal,
    Step,
    Words,
    body,
    closest,
    of_prompt,
    of_storyboard,
    opened,
    read,
    shown,
    sign,
    titled,
    with_words,
    withdraw,
)
from accrete_coach.team.mask import mask
from accrete_coach.team.message import Message, Refused, parse

CATALOGUE = load()
SAM, KIM = keys.make(), keys.make()
MEMBERS = {SAM.by: "Sam", KIM.by: "Kim"}
COLUMN = """\
you: look at how the column is used
read a.py
read b.py
reply: it is used in two places
you [plan mode]: rename the column
search name
plan: 1. migrate 2. code
you refuse: not without a test
plan: 1. test 2. migrate 3. code
you accept
edit a.py +12
edit b.py +12
run pytest -q -> ! 1 failed
edit b.py +2
run pytest -q -> 3 passed
you: show me the diff
run git diff -> +x
you: commit it
run git commit -m 'Rename the column' -> [main 1a2b3c4] Rename
"""


def board(text: str) -> Storyboard:
    session = sketch.read(text)
    return build(session, CATALOGUE.read(session)[0])


def exemplar(title: str = "Two rounds on the plan", practice: str = "plan-first") -> Exemplar:
    return titled(of_storyboard(board(COLUMN), practice).exemplar, mask(title))


def told(one: Exemplar) -> list[str]:
    return [
        f"{s.who} {s.kind} {s.count} {s.lasted or '-'}"
        + (f" {s.outcome}" if s.outcome else "")
        + (" <" if n in one.shows else "")
        for n, s in enumerate(one.steps)
    ]


def test_a_moment_becomes_the_steps_around_it() -> None:
    assert told(exemplar()) == [
        "you prompt 1 minutes",
        "agent read 2 -",
        "you prompt 1 minutes",
        "agent search 1 -",
        "agent plan 1 -",
        "you decision 1 moments no <",
        "agent plan 1 -",
        "you decision 1 minutes yes <",
        "agent edit 3 -",
        "agent check 1 - failed",
        "agent check 1 -",
        "you prompt 1 minutes",
        "agent diff 1 -",
        "you prompt 1 moments",
        "agent commit 1 -",
    ]
    assert exemplar().whole


def test_what_the_agent_did_shows_where_it_was_done() -> None:
    one = of_storyboard(board(COLUMN), "read-diff").exemplar
    assert [one.steps[n].kind for n in one.shows] == ["diff"]
    assert not one.whole, "what is further away than three acts is left out"
    # The check that passed shows it, not the one that failed beside it.
    checked = of_storyboard(board(COLUMN), "run-check").exemplar
    assert [(checked.steps[n].kind, checked.steps[n].outcome) for n in checked.shows] == [("check", "")]


def test_a_moment_of_ones_own_choice_is_the_middle_of_it() -> None:
    text = "".join(f"you: piece {n}\nread a{n}.py\nedit a{n}.py +1\nyou: show me the diff\nrun git diff -> +x\nyou: commit it\nrun git commit -m x{n} -> [main 1a2b3c{n}] x\n" for n in range(4))  # fmt: skip
    made = board(text)
    moments = [s for b in made.beats for s in b.shown if s.practice == "read-diff"]
    assert len(moments) == 4
    first, last = of_storyboard(made, "read-diff", moments[0]).exemplar, of_storyboard(made, "read-diff", moments[-1]).exemplar
    assert first != last
    assert last.steps[-1].kind == "commit"
    assert of_storyboard(made, "read-diff").exemplar == first


def test_what_was_done_in_a_beat_is_told_by_the_step_it_became() -> None:
    made = board(COLUMN)
    one, step_of = of_storyboard(made, "plan-first")
    assert set(step_of) == set(range(len(made.beats)))
    assert [one.steps[step_of[n]].kind for n in range(len(made.beats))] == [
        "prompt", "prompt", "decision", "decision", "prompt", "prompt",
    ]  # fmt: skip
    # A part of it has no step for what is further away.
    part, some = of_storyboard(made, "read-diff")
    assert set(some) == {1, 2, 3, 4, 5}
    assert part.steps[some[5]] == Step("prompt", 1, one.steps[step_of[5]].lasted)
    assert part.steps[some[5] + 1].kind == "commit"
    # Acts that are told as one share their step.
    many = board("you: look\nread a.py\n" + "you: go on\n" * 2 + "you: show me the diff\nrun git diff -> +x\nyou: commit it\nrun git commit -m x -> [main 1a2b3c4] x\n")  # fmt: skip
    told, places = of_storyboard(many, "read-diff")
    assert places[0] == places[1] != places[2]
    assert told.steps[places[0]].count == 2
    assert of_prompt(made, "read-diff", 4, mask("show me")).step_of == {4: 0}


def test_a_practice_that_shows_nowhere_makes_none() -> None:
    with pytest.raises(ValueError, match="shows in no line"):
        of_storyboard(board(COLUMN), "fan-out")
    with pytest.raises(ValueError, match="this agent"):
        of_storyboard(replace(board(COLUMN), agent="another"), "plan-first")


def test_a_long_session_is_told_in_few_steps() -> None:
    many = "".join(f"read f{n}.py\nsearch x\nfetch docs\nedit f{n}.py +1\nrun ls -> x\nrun pytest -q -> 3 passed\nrun git push\nskill release\n" for n in range(30))  # fmt: skip
    text = "you: look\n" + many + "you: go on\n" * 9 + many + "you: show me the diff\nrun git diff -> +x\nyou: commit it\nrun git commit -m 'A x' -> [main 1a2b3c4] x\n" + many  # fmt: skip
    one = of_storyboard(board(text), "read-diff").exemplar
    assert len(one.steps) <= MOST_STEPS
    assert max(s.count for s in one.steps) == MOST_COUNT
    assert "tool" in {s.kind for s in one.steps}, "what is left of an act is other work"
    assert [one.steps[n].kind for n in one.shows] == ["diff"]


ACTS = (
    "you: go on", "you: show me the diff", "you [plan mode]: rename it", "you [queued]: only b.py", "you run /clear", "you run /release now", "you: commit it",
    "plan: 1. a 2. b", "you accept", "you refuse: not so", "asks: which one?", "you answer: the second", "interrupt", "you refuse the tool: use b", "read a.py",
    "search x", "fetch docs", "edit a.py +12", "edit b.py +30", "write CLAUDE.md +3", "run pytest -q -> 3 passed", "run pytest -q -> ! 1 failed", "run ls -> x",
    "run git diff -> +x", "run git commit -m 'Round it' -> [main 1a2b3c4] Round it", "run git worktree add ../x", "run git push", "scout find it -> found",
    "reviewer look -> fine", "scouts read a; read b -> two", "skill notes", "tasks: one; two; three", "task done", "compacted", "you compact", "reply: done",
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(ACTS), max_size=60))
def test_any_session_can_be_told_and_is_read_again(acts: list[str]) -> None:
    try:
        made = board("\n".join(["you: begin with a", *acts]))
    except sketch.SketchError:
        return  # A plan that nobody put forward can't be accepted.
    for practice in {s.practice for b in made.beats for s in b.shown}:
        one = titled(of_storyboard(made, practice).exemplar, mask("How it went"))
        sealed = sign(one, SAM.signing)
        assert read(parse(sealed.data)) == one
        _only_closed_lists(sealed.body)


@pytest.mark.parametrize("practice", [p.id for p in CATALOGUE.practices])
def test_every_practice_can_be_shared_from_its_own_example_and_nothing_of_its_words_is_in_it(practice: str) -> None:
    sketches = [k for k in CATALOGUE[practice].sketches if k.says == SEEN]
    assert sketches
    for one in sketches:
        made = titled(of_storyboard(board(one.text), practice).exemplar, mask("How it went"))
        sealed = sign(made, SAM.signing)
        assert read(parse(sealed.data)) == made
        assert 1 <= len(made.steps) <= MOST_STEPS
        assert made.shows
        _only_closed_lists(sealed.body)


def _only_closed_lists(given: dict[str, Any]) -> None:
    """No value but those of the lists, the practice's id and the title: no path, no project, no session, no time."""
    assert set(given) == {"practice", "title", "note", "agent", "whole", "steps", "shows", "words"}
    assert given["practice"] in {p.id for p in CATALOGUE.practices}
    assert (given["title"], given["note"], given["words"]) == ("How it went", "", [])
    assert given["agent"] in AGENTS
    for step in given["steps"]:
        assert set(step) == {"kind", "who", "tool", "count", "lasted", "outcome"}
        assert (step["who"], step["tool"]) == STEPS[step["kind"]][:2]
        assert step["count"] in range(1, 21)
        assert step["lasted"] in LASTED
        assert step["outcome"] in OUTCOMES
    assert all(n in range(len(given["steps"])) for n in given["shows"])


def test_every_word_of_a_storyboard_is_a_kind_of_step() -> None:
    assert set(exemplars._KIND_OF) == set(story.DONE.values())
    assert set(exemplars._KIND_OF.values()) <= set(STEPS)
    assert {kind.name.lower() for kind in story.ACTS} <= set(STEPS)
    missing = {kind for kind in Kind if exemplars._kinds_of_words().get(why.in_words(Fact(kind, 0, 0, 0))) not in STEPS}
    # What has no words of its own can't be told apart, and is laid to the act.
    assert all(why.in_words(Fact(kind, 0, 0, 0)) == "" for kind in missing)


def test_one_prompt_can_be_all_of_it() -> None:
    made = board(COLUMN)
    beat = next(n for n, b in enumerate(made.beats) if "diff shown" in dict(b.counts))
    one = of_prompt(made, "read-diff", beat, mask("Show me the diff of src/x.py first.")).exemplar
    assert told(one) == ["you prompt 1 minutes", "agent diff 1 - <"]
    assert one.words == (Words(0, "Show me the diff of <path> first."),)
    assert read(sign(titled(one, mask("Look first")), SAM.signing)).words == one.words
    with pytest.raises(ValueError, match="no prompt"):
        of_prompt(made, "read-diff", 99, mask("x"))
    with pytest.raises(ValueError, match="nothing in it"):
        of_prompt(made, "read-diff", beat, mask("  "))


def test_excerpts_are_added_one_by_one_in_the_order_of_the_steps() -> None:
    one = with_words(with_words(exemplar(), 5, mask("Not without a test.")), 2, mask("Plan first."))
    assert [w.step for w in one.words] == [2, 5]
    assert read(sign(one, SAM.signing)) == one
    with pytest.raises(ValueError, match="no such step"):
        with_words(one, 99, mask("x"))
    with pytest.raises(ValueError, match="4,000"):
        with_words(one, 0, mask("and " * 1_500))
    for n in range(10):
        one = with_words(one, n, mask("x"))
    with pytest.raises(ValueError, match="12 excerpts"):
        with_words(one, 0, mask("x"))


def test_without_a_title_or_with_too_long_a_one_nothing_is_signed() -> None:
    for title in ("", "and " * 31):
        with pytest.raises(ValueError, match="title"):
            sign(titled(exemplar(), mask(title)), SAM.signing)
    assert titled(exemplar(), mask(" two \n lines ")).title == "two lines"


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(json.dumps(body(with_words(exemplar(), 2, mask("Plan first.")))))
    change(given)
    return given


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "another field": lambda b: b.update(project="shop"),
    "a field less": lambda b: b.pop("note"),
    "a path for a practice": lambda b: b.update(practice="../x"),
    "a long practice": lambda b: b.update(practice="a" * 41),
    "a practice with a newline": lambda b: b.update(practice="plan-first\n"),
    "another agent": lambda b: b.update(agent="shop"),
    "an agent of another type": lambda b: b.update(agent=["claude-code"]),
    "a number for whole": lambda b: b.update(whole=1),
    "no title": lambda b: b.update(title=""),
    "a title of two lines": lambda b: b.update(title="a\nb"),
    "a long title": lambda b: b.update(title="a" * 121),
    "a title that draws": lambda b: b.update(title="a\x1b[31mb"),
    "a title that turns round": lambda b: b.update(title="a\u202eb"),
    "a note that draws": lambda b: b.update(note="a\x9bb"),
    "a long note": lambda b: b.update(note="a" * 1_001),
    "no note": lambda b: b.update(note=None),
    "no steps": lambda b: b.update(steps=[]),
    "too many steps": lambda b: b.update(steps=b["steps"] * 3),
    "a step with a path": lambda b: b["steps"][0].update(path="x"),
    "a step of no kind": lambda b: b["steps"][0].update(kind="shop"),
    "a kind of another type": lambda b: b["steps"][0].update(kind={}),
    "another who": lambda b: b["steps"][0].update(who="agent"),
    "another tool": lambda b: b["steps"][0].update(tool="shop"),
    "a count above the cap": lambda b: b["steps"][0].update(count=21),
    "a count of none": lambda b: b["steps"][0].update(count=0),
    "a count that is true": lambda b: b["steps"][0].update(count=True),
    "an exact time": lambda b: b["steps"][0].update(lasted="93 seconds"),
    "an outcome in words": lambda b: b["steps"][0].update(outcome="1 failed"),
    "an outcome of another kind": lambda b: b["steps"][0].update(outcome="failed"),
    "a step that is none": lambda b: b["steps"].append(7),
    "shows nothing": lambda b: b.update(shows=[]),
    "shows what is not there": lambda b: b.update(shows=[99]),
    "shows a step twice": lambda b: b.update(shows=[1, 1]),
    "shows true": lambda b: b.update(shows=[True]),
    "words of no step": lambda b: b["words"][0].update(step=99),
    "words with more": lambda b: b["words"][0].update(by="x"),
    "empty words": lambda b: b["words"][0].update(text=""),
    "words that draw": lambda b: b["words"][0].update(text="a\x07b"),
    "long words": lambda b: b["words"][0].update(text="a" * 4_001),
    "too many words": lambda b: b.update(words=b["words"] * 13),
    "words out of order": lambda b: b["words"].append({"step": 0, "text": "x"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_hold_to_the_lists_is_refused_whole_with_a_reason(name: str) -> None:
    sealed = message.sign("exemplar", changed(BROKEN[name]), SAM.signing)
    with pytest.raises(Refused) as reason:
        read(parse(sealed.data))
    assert str(reason.value).isascii()
    assert "shop" not in str(reason.value)
    assert shown([sealed], MEMBERS)[1] == [Refusal(sealed.name, str(reason.value))]


def test_unchanged_it_is_read() -> None:
    assert read(message.sign("exemplar", changed(lambda b: None), SAM.signing)).title == "Two rounds on the plan"


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-30, 30), st.text(max_size=5), st.sampled_from([*STEPS, *LASTED, *OUTCOMES, "you"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["kind", "who", "step", "text", "x"]), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_refused_or_stands_for_itself(data: st.DataObject) -> None:
    given = changed(lambda b: None)
    places: list[tuple[Any, Any]] = [(given, key) for key in given]
    places += [(one, key) for one in (*given["steps"], *given["words"]) for key in one]
    places += [(given[name], n) for name in ("steps", "shows", "words") for n in range(len(given[name]))]
    where, key = data.draw(st.sampled_from(places))
    where[key] = data.draw(_JSON)
    try:
        made = read(Message("exemplar", SAM.by, given, b""))
    except Refused:
        return
    assert message.canonical(body(made)) == message.canonical(given), "what is read is all that was written"


def test_only_an_exemplar_is_read_as_one() -> None:
    with pytest.raises(Refused):
        read(message.sign("join", body(exemplar()), SAM.signing))


def test_what_its_author_withdrew_is_not_shown_whichever_came_first() -> None:
    one, other = sign(exemplar("One"), SAM.signing), sign(exemplar("Other"), SAM.signing)
    stone = withdraw(one, SAM.signing)
    for order in ([one, other, stone], [stone, other, one]):
        some, refused = shown(order, MEMBERS, mine=SAM.by)
        assert [(s.exemplar.title, s.author, s.mine) for s in some] == [("Other", "Sam", True)]
        assert refused == []
    assert shown([stone], MEMBERS) == ([], []), "that the exemplar is not there is nobody's fault"


def test_nobody_withdraws_what_somebody_else_shared() -> None:
    one = sign(exemplar(), SAM.signing)
    with pytest.raises(ValueError, match="yourself"):
        withdraw(one, KIM.signing)
    forged = message.sign("withdrawn", {"exemplar": one.name}, KIM.signing)
    some, refused = shown([forged, one], MEMBERS, mine=KIM.by)
    assert [(s.name, s.mine) for s in some] == [(one.name, False)]
    assert refused == [Refusal(forged.name, "it withdraws what somebody else shared")]
    for empty in ({}, {"exemplar": "x"}, {"exemplar": one.name, "more": 1}, {"exemplar": 3}):
        stone = message.sign("withdrawn", empty, SAM.signing)
        assert shown([one, stone], MEMBERS)[1] == [Refusal(stone.name, "it withdraws nothing")]


def test_who_is_no_member_is_passed_over_and_named() -> None:
    one = sign(exemplar(), SAM.signing)
    assert shown([one], {}) == ([], [Refusal(one.name, "its author is no member of the team")])
    assert shown([message.sign("join", {}, SAM.signing)], MEMBERS) == ([], []), "other kinds are other rooms' matter"


def test_two_people_of_one_name_are_told_apart() -> None:
    some, _ = shown([sign(exemplar(), SAM.signing)], {SAM.by: "Sam", KIM.by: "ｓam."})
    assert some[0].author == f"Sam ({SAM.by[:8]})"
    assert shown([sign(exemplar(), SAM.signing)], MEMBERS)[0][0].author == "Sam"


def test_those_with_ones_own_agent_come_first_then_those_with_words() -> None:
    plain, spoken = exemplar("B"), with_words(exemplar("C"), 2, mask("Plan first."))
    other = replace(exemplar("A"), agent=CODEX)
    some, _ = shown([sign(e, SAM.signing) for e in (other, plain, spoken)], MEMBERS)
    assert [s.exemplar.title for s in closest(some, [CLAUDE_CODE])] == ["C", "B", "A"]
    assert [s.exemplar.title for s in closest(some, [CODEX, CLAUDE_CODE])] == ["A", "C", "B"]
    assert [s.exemplar.title for s in closest(some, [])] == ["C", "A", "B"]


def test_files_that_were_found_right_before_are_not_checked_again_and_say_the_same() -> None:
    good = sign(exemplar(), SAM.signing)
    value = json.loads(good.data)
    value["body"]["title"] = "Another"
    forged = message.canonical(value)
    files = [(good.name, good.data), (message.name_of(forged), forged), (good.name, forged), ("0" * 32, b"{")]
    messages, refused = opened(files)
    assert messages == [good]
    assert [(r.name, r.why) for r in refused] == [
        (message.name_of(forged), "its signature is wrong"),
        (good.name, "its name does not follow from its bytes"),
        ("0" * 32, "its name does not follow from its bytes"),
    ]
    remembered = {m.name for m in messages}
    assert opened(files, remembered) == (messages, refused)
    # It is the memory that spares the check: where it is wrong, so is what comes of it.
    assert len(opened(files, {message.name_of(forged)})[0]) == 2
    broken = b"[]"
    assert opened([(message.name_of(broken), broken)], {message.name_of(broken)})[1] != []


def test_a_step_says_who_and_with_what() -> None:
    assert (Step("prompt").who, Step("diff").who, Step("diff").tool) == ("you", "agent", "git")
