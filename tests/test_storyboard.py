"""A session as a story: a beat for each act of the person, what came of it, and the practices that show there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach import reader
from accrete_coach.coach import Coach
from accrete_coach.outline import lines, story_lines
from accrete_coach.practice import Moment, Reading, load
from accrete_coach.running import running
from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import Fact, Kind, Session
from accrete_coach.sessions.folder import sweep
from accrete_coach.sessions.prints import Hasher
from accrete_coach.storyboard import OPENING, Storyboard, build
from faults.made import WORK, Tree, append, coach_of, places_of

CATALOGUE = load()
HASHER = Hasher(b"a key")


def board(text: str) -> Storyboard:
    session = sketch.read(text)
    return build(session, CATALOGUE.read(session)[0])


@pytest.fixture
def coach(tmp_path: Path) -> Iterator[Coach]:
    made = coach_of(places_of(tmp_path))
    yield made
    made.close()


def test_each_act_of_the_person_is_a_beat_and_what_came_of_it_is_counted() -> None:
    told = board(
        "you: go\nread a.py\nread b.py\nedit a.py +1\nrun pytest -q -> ! 1 failed\nreply: no\n"
        "you [queued]: only b.py\nplan: 1. a\nyou refuse: not so\nplan: 1. b\nyou accept\nrun pytest -q -> 3 passed\ninterrupt\n"
        "you run /release now\nrun git push"
    )
    assert [b.says for b in told.beats] == [
        "you",
        "you, while it worked",
        "you decided on the plan (no)",
        "you decided on the plan (yes)",
        "you interrupted",
        "you, a command",
    ]
    assert [b.done for b in told.beats] == ["read x2, edit, failed check", "plan", "plan", "check", "", "push"]
    assert [b.calls for b in told.beats] == [4, 1, 1, 1, 0, 1]
    assert all(b.line for b in told.beats)


def test_what_came_before_the_first_act_is_the_opening() -> None:
    told = board("from plan: 1. a\nedit a.py +1\nyou: commit it\nrun git commit -m 'Round' -> [main 1a2b3c4] Round")
    assert [(b.kind, b.says) for b in told.beats] == [(OPENING, "the session opened from a plan"), (Kind.PROMPT, "you")]
    assert told.beats[0].done == "edit"
    assert told.acts == told.beats[1:]
    assert board("you: go\nedit a.py +1").beats[0].kind is not OPENING, "where nothing happened there is no beat"


def test_practices_show_in_the_beat_in_which_they_happened_and_what_was_not_seen_does_not() -> None:
    told = board(WORK)
    where = {s.practice: n for n, b in enumerate(told.beats) for s in b.shown}
    assert where["coherent-commit"] == where["read-diff"] == len(told.beats) - 1
    assert where["scout"] == 0
    seen = {name for name, r in CATALOGUE.read(sketch.read(WORK))[0].items() if r.word == "seen"}
    assert set(where) == seen
    assert seen < {p.id for p in CATALOGUE.practices}
    first = told.beats[-1].shown[0]
    assert (first.what, first.by) == ("the changed lines were shown", "you")
    assert told.place(first)[1] == first.line


def test_a_practice_that_the_person_says_is_seen_is_named_though_it_shows_in_no_line() -> None:
    session = sketch.read("you: go\nedit a.py +1")
    told = build(session, {"scout": Reading("seen", "you", 1, "certain")})
    assert told.elsewhere == ("scout",)
    assert not any(b.shown for b in told.beats)


def test_what_shows_in_the_line_of_an_act_belongs_to_that_act() -> None:
    kinds = ((Kind.PROMPT, 1), (Kind.RETURN, 2), (Kind.PROMPT, 2))
    facts = tuple(Fact(kind, 1_000, line, n) for n, (kind, line) in enumerate(kinds))
    session = Session("s", "claude-code", "/p", facts, ("a",), (0, 0, 0))
    told = build(session, {"scout": Reading("seen", "you", 1, "certain", (Moment(0, 2, 1_000),))})
    assert [len(b.shown) for b in told.beats] == [0, 1]


def test_a_moment_in_a_line_that_no_fact_tells_of_is_passed_over() -> None:
    session = sketch.read("you: go\nedit a.py +1")
    told = build(session, {"scout": Reading("seen", "you", 1, "certain", (Moment(0, 999, 0), Moment(7, 1, 0)))})
    assert not any(b.shown for b in told.beats)


_ACT = st.sampled_from(
    ["you: go", "you [queued]: b", "read a.py", "edit a.py +3", "run pytest -q -> 3 passed", "plan: 1. a\nyou accept", "reply: ok",
     "interrupt", "scout find it -> four", "compacted", "you run /release now"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_ACT, min_size=1, max_size=12))
def test_nothing_is_lost_or_told_twice(acts: list[str]) -> None:
    session = sketch.read("\n".join(["you: first", *acts]))
    told = build(session, CATALOGUE.read(session)[0])
    assert sum(b.calls for b in told.beats) == session.tool_calls
    lines_ = [(b.file, b.line) for b in told.acts]
    assert len(set(lines_)) == len(lines_)
    places = {(s.practice, s.file, s.line) for b in told.beats for s in b.shown}
    assert places == {
        (name, m.file, m.line) for name, r in CATALOGUE.read(session)[0].items() if r.word == "seen" for m in r.moments
    }


# --- with the words ----------------------------------------------------------------------------------------------------


def test_words_are_read_when_they_are_asked_for_and_their_loss_is_told(coach: Coach, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1")
    coach.scan()
    num = coach.profile.sessions()[0].num
    told = coach.storyboard(num)
    assert told is not None
    assert told.place(told.beats[0]) == (str(tree.path("s1")), told.beats[0].line)
    heard = coach.words_of(told, range(len(told.beats)))
    assert heard.said[0] == "use a subagent to find the callers of total()"
    assert heard.gone == ()
    assert 0 not in coach.words_of(told, [1]).said
    assert "callers" not in repr(told), "no word of the person's is in it"
    os.unlink(tree.path("s1"))
    heard = coach.words_of(told, range(len(told.beats)))
    assert heard == ({}, (str(tree.path("s1")),))
    coach.scan()
    after = coach.storyboard(num)
    assert after is not None
    assert after.gone
    assert after.beats == told.beats
    assert any("Source gone" in line for line in story_lines(coach, after, coach.catalogue, 80))


def test_the_outline_skips_the_middle_of_a_long_session_and_counts_it(coach: Coach, tmp_path: Path) -> None:
    Tree(tmp_path / "claude").add("s1", "\n".join(f"you: word{n}\nedit a{n}.py +1" for n in range(30)))
    coach.scan()
    board = coach.storyboard(coach.profile.sessions()[0].num)
    assert board is not None
    short = list(lines(board, coach.words_of(board, board.outlined()).said, 80))
    assert "  ... 12 more acts of yours, and edit x12" in short
    assert [line for line in short if line.startswith("  you: ")][12] == "  you: word24"
    whole = list(lines(board, coach.words_of(board, board.outlined(whole=True)).said, 80, whole=True))
    assert [f"    word{n}" for n in range(30)] == [line for line in whole if line.startswith("    word")]


def test_words_beside_a_refusal_and_answers_are_the_persons() -> None:
    from accrete_coach.sessions.claude_code.transcript import words

    def result(text: str) -> list[tuple[str, str]]:
        content = [{"type": "tool_result", "tool_use_id": "t", "content": text}]
        return words(json.dumps({"type": "user", "message": {"role": "user", "content": content}}).encode())

    asked = 'User has answered your questions: "Which?"="the second", "How?"="by hand". You can now continue with it in mind.'
    assert ("you", "the second; by hand") in result(asked)
    refused = "The user doesn't want to proceed with this tool use. To tell you how to proceed, the user said:\nuse a switch"
    assert ("you", "use a switch") in result(refused)
    assert result("the user said:\nuse a switch") == [("result", "the user said:\nuse a switch")]


# --- a session that is not over ----------------------------------------------------------------------------------------

ON_A_PLAN = "you: go\nread a.py\nplan: 1. a\nyou accept\nedit a.py +2"
REFUSED = "you: go\nread a.py\nplan: 1. a\nyou refuse: no, b\nreply: Then b."
ON_A_QUESTION = "you: go\nread a.py\nasks: which one?\nyou answer: the second\nedit a.py +2"


def as_told(files: list[reader.OpenFile]) -> tuple[int, int, Storyboard]:
    session = reader.session_of("s1", files, HASHER)
    assert session is not None
    return len(session.turns), len(session.prompts), build(session, CATALOGUE.read(session)[0])


@pytest.mark.parametrize("text", [ON_A_PLAN, REFUSED, ON_A_QUESTION])
def test_a_session_tells_the_same_as_it_runs_and_read_again_wherever_it_stands(tmp_path: Path, text: str) -> None:
    tree = Tree(tmp_path / "claude")
    live: reader.OpenFile | None = None
    for line in tree.lines("s1", text):
        append([line])
        (found,) = sweep(places_of(tmp_path).roots).files
        live = live or reader.unread(found, HASHER)
        whole = reader.unread(found, HASHER)
        for one in (live, whole):
            reader.read_file(one, found, HASHER)
        assert as_told([live]) == as_told([whole])


@pytest.mark.parametrize(("text", "acts"), [(ON_A_PLAN, "you decided on the plan (yes)"), (ON_A_QUESTION, "you answered")])
def test_a_decision_that_is_still_to_come_opens_no_turn_and_no_beat(coach: Coach, tmp_path: Path, text: str, acts: str) -> None:
    told = []
    for line in Tree(tmp_path / "claude").lines("s1", text):
        append([line])
        coach.scan()
        session = coach.session(coach.profile.session(1))
        board = coach.storyboard(1)
        assert session is not None
        assert board is not None
        waits = running(session)
        told.append(([b.says for b in board.beats], len(session.turns), waits.waits if waits else ""))
    before, after = told.index((["you"], 1, "you")), told.index((["you", acts], 2, "agent"))
    assert before < after
    assert [t[:2] for t in told] == [(["you"], 1)] * after + [(["you", acts], 2)] * (len(told) - after)


def test_a_script_s_session_that_ends_in_a_question_had_no_person(coach: Coach, tmp_path: Path) -> None:
    lines = [
        (path, line.replace(b'"entrypoint": "cli"', b'"entrypoint": "sdk-cli"'))
        for path, line in Tree(tmp_path / "claude").lines("s1", ON_A_QUESTION)
    ]
    asked = next(n for n, (_, line) in enumerate(lines) if b"AskUserQuestion" in line)
    append(lines[: asked + 1])
    coach.scan()
    assert not coach.profile.session(1).person
    append(lines[asked + 1 :])
    coach.scan()
    assert coach.profile.session(1).person, "the answer needs a person"
