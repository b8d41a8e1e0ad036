"""What follows from the facts of a session: its turns, its edits, its units of work, who asked."""

from __future__ import annotations

import msgspec
import pytest
from lines import Log, message_first, name_first, read

from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import FACTS_VERSION, Cue, Fact, Kind, Session, Status, opens_turn


def told(text: str) -> Session:
    return sketch.read(text)


def test_prompts_answers_and_decisions_open_turns() -> None:
    session = told(
        "you: change the column\nread a.py\nasks: which one?\nyou answer: the second\nplan: 1. x\nyou accept\nedit a.py +1\nreply: done\nyou: thanks"
    )
    assert [session.facts[t.start].kind for t in session.turns] == [Kind.PROMPT, Kind.ANSWER, Kind.DECISION, Kind.PROMPT]
    assert session.turns[-1].stop == len(session.facts)
    assert all(a.stop == b.start for a, b in zip(session.turns, session.turns[1:], strict=False))
    assert session.turn_of[0] == 0
    assert len(session.turn_of) == len(session.facts)


def test_what_comes_before_the_first_prompt_belongs_to_no_turn() -> None:
    session = told("cleared\nyou: round it\nedit a.py +1")
    assert session.turn_of[0] == -1


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        (message_first("release"), True),
        (name_first("model"), False),
        (name_first("model", "opus"), True),
        (name_first("compact"), False),
        (name_first("init"), True),
        (name_first("review"), True),
    ],
)
def test_a_command_that_only_changes_the_program_opens_no_turn(text: str, opens: bool) -> None:
    log = Log()
    log.user(text)
    log.say("ok")
    session = read(log)
    (command,) = [f for f in session.facts if f.kind is Kind.COMMAND]
    assert opens_turn(command) is opens
    assert len(session.prompts) == int(opens)


def test_only_the_works_own_files_are_project_edits() -> None:
    session = told(
        "you: do it\nwrite /tmp/try.py +9\nedit CLAUDE.md +2\nedit docs/plan.md +5\nedit .claude/settings.json +1\nedit app/tax.py +4\nedit README.md +1"
    )
    assert [session.facts[i].size for i in session.edits] == [4, 1]


def test_a_plan_that_was_asked_for_is_the_work() -> None:
    session = told("you: write the spec for the export\nwrite docs/specs/export.md +40\nedit docs/specs/export.md +3")
    assert session.steering_is_work
    assert len(session.edits) == 2
    assert not told("you: how does the export work?\nwrite docs/specs/export.md +40").edits, "it was not asked for"
    assert not told("you: remember that\nedit CLAUDE.md +2").edits
    assert told("you: add the build commands to CLAUDE.md\nedit CLAUDE.md +2").edits
    assert not told("you: add it to MEMORY.md\nedit /home/sam/.claude/projects/x/memory/MEMORY.md +2").edits, "the agent's own"


def test_an_edit_that_was_refused_or_failed_is_none() -> None:
    assert told("you: do it\nedit a.py +9\nyou refuse the tool: not so").edits == ()


@pytest.mark.parametrize(
    ("text", "substantial"),
    [
        ("you: do it\nedit a.py +19", False),
        ("you: do it\nedit a.py +20", True),
        ("you: do it\nedit a.py +10\nedit a.py +10", True),
        ("you: do it\nedit a.py +1\nedit b.py +1", True),
        ("you: do it\nedit a.py +1\nedit a.py +1", False),
    ],
)
def test_two_files_or_twenty_lines_are_a_substantial_change(text: str, substantial: bool) -> None:
    assert told(text).substantial is substantial


def test_a_later_task_in_other_files_is_another_unit() -> None:
    session = told(
        "you: round the tax\nedit app/tax.py +4\nyou: and a comment there\nedit app/tax.py +1\n"
        "you: how do invoices work?\nread app/invoice.py\nreply: so\nyou: then date them\nedit app/invoice.py +3"
    )
    assert [len(u.edits) for u in session.units] == [2, 1]
    assert session.facts[session.units[1].start].kind is Kind.PROMPT
    assert session.units[1].start < session.units[1].edits[0] - 2, "it begins with the question that led to it"
    assert session.units[0].start == 0
    assert session.units[-1].stop == len(session.facts)


def test_after_a_commit_the_next_prompt_opens_a_unit() -> None:
    session = told(
        'you: round the tax\nedit app/tax.py +4\nrun git commit -am "Round the tax" -> [main abc1234] Round the tax\n'
        "you: now the rates in there\nedit app/tax.py +2"
    )
    assert [len(u.edits) for u in session.units] == [1, 1]


def test_one_call_that_tells_several_facts_is_one_call() -> None:
    session = told(
        'you: do it\nedit a.py +1\nrun git add -A && git diff --cached && git commit -m "Do it" -> [main abc1234] Do it'
    )
    assert session.tool_calls == 2
    assert {f.kind for f in session.facts} >= {Kind.STAGE, Kind.DIFF, Kind.COMMIT}


def test_what_was_asked_for_counts_until_it_is_done() -> None:
    session = told("you: round it\nedit a.py +1\nrun pytest -q -> 3 passed in 0.1s\nyou: commit it\nrun git status -> x")
    check = next(i for i, f in enumerate(session.facts) if f.kind is Kind.CHECK)
    assert not session.asked(Cue.ASKS_CHECK, check)
    assert not session.asked(Cue.ASKS_COMMIT, check), "it was asked for afterwards"
    assert session.asked(Cue.ASKS_COMMIT, len(session.facts))
    assert not session.asked(Cue.ASKS_COMMIT, len(session.facts), len(session.facts) - 1)


@pytest.mark.parametrize(("answer", "asked"), [("yes", True), ("what does it cost?", False)])
def test_an_offer_that_was_accepted_was_asked_for(answer: str, asked: bool) -> None:
    session = told(
        f"you: round it\nedit a.py +1\nreply: Shall I run the tests and commit it?\nyou: {answer}\nrun pytest -q -> 3 passed"
    )
    assert session.asked(Cue.ASKS_COMMIT, len(session.facts)) is asked


def test_a_step_of_a_plan_that_was_refused_was_not_asked_for() -> None:
    for verb, asked in (("you accept", True), ("you refuse", False)):
        session = told(f"you: round it\nplan: 1. round 2. run the tests\n{verb}\nedit a.py +1\nrun pytest -q -> 3 passed")
        assert session.asked(Cue.ASKS_CHECK, len(session.facts)) is asked


def test_facts_survive_being_stored() -> None:
    session = told("you: see app/tax.py and round it per line please\nedit a.py +4\nscout find it -> 4\nrun pytest -> 3 passed")
    stored = msgspec.msgpack.encode(list(session.facts))
    assert msgspec.msgpack.decode(stored, type=list[Fact]) == list(session.facts)


def test_the_stored_form_of_a_fact_does_not_change_without_a_new_version() -> None:
    # Facts outlive their transcripts: whoever changes what is asserted here raises FACTS_VERSION.
    fact = Fact(Kind.CHECK, 5, 6, 7, Cue.HIDDEN, Status.OK, 8, "test", (9,), 10, 11, 12, b"x", (13,))
    assert FACTS_VERSION == 2
    assert msgspec.json.encode(fact) == b'[19,5,6,7,8796093022208,1,8,"test",[9],10,11,12,"eA==",[13]]'
    assert (Cue.PATH, Cue.SAVED, Cue.BY_PERSON, Cue.REMEMBERS, Cue.ASKS_RULE) == (1, 1 << 30, 1 << 31, 1 << 53, 1 << 63)
    assert [k.value for k in Kind] == [1, 2, 3, 4, 5, 6, *range(10, 33), *range(40, 48)]
    # Version 1 had no marks.
    assert msgspec.json.decode(b'[19,5,6,7,8796093022208,1,8,"test",[9],10,11,12,"eA=="]', type=Fact).marks == ()


def test_every_cue_has_a_bit_of_its_own() -> None:
    cues = {name: value for name, value in vars(Cue).items() if name.isupper()}
    # Some bits have a second name for the kinds of facts on which they mean another thing.
    second = {"GOES_BACK", "ASKS_TO_DEFINE", "SCREENED"}
    bits = [value for name, value in cues.items() if name not in second]
    assert len(bits) == len(set(bits)) == 64
    assert {cues[name] for name in second} < set(bits)
    assert all(bit.bit_count() == 1 for bit in bits)


def test_a_session_in_which_nothing_opens_a_turn_has_none() -> None:
    session = sketch.read("reply: hello\ninterrupt")
    assert session.person
    assert session.turns == ()
    assert len(session.units) == 1
