"""Conditions over the facts of a session: each form holds where it says, and shows the facts that make it so."""

from __future__ import annotations

import pickle
import time
import tomllib
from typing import Any

import msgspec
import pytest

from accrete_coach.condition import (
    CUES,
    CUES_SINCE,
    FLAGS,
    KINDS,
    MOST_DEPTH,
    MOST_TESTS,
    NUMBERS,
    STATUSES,
    Condition,
    Reader,
    facts_version,
    kinds_of,
)
from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import Cue, Fact, Kind, Session, Status

TEXT = """
you: look at app/tax.py and run the tests after each change
read app/tax.py
run pytest -q -> ! 1 failed
edit app/tax.py +30
run pytest -q -> 3 passed
edit docs/plan.md +3
run git commit -m "Round tax per line" -> [main abc1234] Round tax per line
you: now the rates
scout find the rates -> found 3
edit app/rates.py +2
run git commit -m "Round the rates" -> [main abc1235] Round the rates
reply: done
"""
"""prompt 0, read 1, check 2 (failed), edit 3, check 4, edit 5 (no project edit), commit 6, prompt 7, a subagent's facts, …"""
SESSION = sketch.read(TEXT)


def condition(text: str) -> Condition:
    reader = Reader({})
    out = reader.read(tomllib.loads(f"x = {text}")["x"], "x")
    assert reader.problems == []
    return out


def shown(text: str, session: Session = SESSION) -> list[str] | None:
    """The kinds of the facts that make a condition true; None where it is false."""
    found = condition(text).holds(session)
    return None if found is None else [f"{session.facts[i].kind.name}{'-sub' * bool(session.facts[i].agent)}" for i in found]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("{ kind = 'check' }", ["CHECK", "CHECK"]),
        ("{ kind = 'check', status = 'failed' }", ["CHECK"]),
        ("{ kind = ['check', 'commit'], status = ['ok', 'stopped'] }", ["CHECK", "COMMIT", "COMMIT"]),
        ("{ kind = 'check', name = 'lint' }", None),
        ("{ kind = 'check', name = ['test', 'lint'] }", ["CHECK", "CHECK"]),
        ("{ kind = 'prompt', cues = ['path', 'asks-check'] }", ["PROMPT"]),
        ("{ kind = 'prompt', cues = ['path', 'url'] }", None),
        ("{ kind = 'prompt', cues = 'points' }", ["PROMPT"]),
        ("{ kind = 'prompt', any_cue = ['url', 'path'] }", ["PROMPT"]),
        ("{ kind = 'prompt', no_cue = 'path' }", ["PROMPT"]),
        ("{ kind = 'edit' }", ["EDIT", "EDIT", "EDIT"]),
        ("{ edit = 'project' }", ["EDIT", "EDIT"]),
        ("{ kind = 'edit', edit = 'project', size = { at_least = 20 } }", ["EDIT"]),
        ("{ edit = 'project', size = { at_most = 5 } }", ["EDIT"]),
        ("{ kind = 'read' }", ["READ", "READ-sub"]),
        ("{ kind = 'read', who = 'subagent' }", ["READ-sub"]),
        ("{ kind = 'read', who = 'agent' }", ["READ"]),
        ("{ who = 'person' }", ["PROMPT", "PROMPT"]),
        ("{ kind = 'commit', count = { at_least = 2 } }", ["COMMIT", "COMMIT"]),
        ("{ kind = 'commit', count = { at_least = 3 } }", None),
        ("{ kind = 'commit', count = { at_most = 1 } }", None),
        ("{ kind = 'plan', count = { at_most = 0 } }", []),
        ("{ all = [{ kind = 'commit' }, { kind = 'read', who = 'agent' }] }", ["COMMIT", "COMMIT", "READ"]),
        ("{ all = [{ kind = 'commit' }, { kind = 'plan' }] }", None),
        ("{ any = [{ kind = 'plan' }, { kind = 'commit' }] }", ["COMMIT", "COMMIT"]),
        ("{ any = [{ kind = 'plan' }, { kind = 'push' }] }", None),
        ("{ not = { kind = 'plan' } }", []),
        ("{ not = { kind = 'commit' } }", None),
        ("{ before = [{ kind = 'check' }, { edit = 'project' }] }", ["CHECK"]),
        ("{ before = [{ kind = 'check' }, { edit = 'project' }], which = 'last' }", ["CHECK", "CHECK"]),
        ("{ before = [{ kind = 'check' }, { kind = 'commit' }], which = 'each' }", None),
        ("{ before = [{ edit = 'project' }, { kind = 'commit' }], which = 'each' }", ["EDIT", "EDIT"]),
        ("{ before = [{ kind = 'commit' }, { kind = 'read', who = 'agent' }] }", None),
        ("{ before = [{ kind = 'commit' }, { kind = 'push' }] }", None),
        ("{ after = [{ kind = 'check' }, { edit = 'project' }] }", None),
        ("{ after = [{ kind = 'check' }, { edit = 'project' }], which = 'first' }", ["CHECK"]),
        ("{ after = [{ kind = 'commit' }, { edit = 'project' }], which = 'each' }", ["COMMIT", "COMMIT"]),
        ("{ after = [{ kind = 'check' }, { edit = 'project' }], which = 'each' }", None),
        ("{ in_order = [{ kind = 'check', status = 'failed' }, { edit = 'project' }, { kind = 'check', status = 'ok' }] }",
         ["CHECK", "EDIT", "CHECK"]),
        ("{ in_order = [{ kind = 'check', status = 'ok' }, { kind = 'check', status = 'failed' }] }", None),
        ("{ same_turn = [{ kind = 'check' }, { kind = 'commit' }] }", ["CHECK", "CHECK", "COMMIT"]),
        ("{ same_turn = [{ kind = 'check' }, { kind = 'delegate' }] }", None),
        ("{ session = { coding = true, substantial = true } }", []),
        ("{ session = { coding = false } }", None),
        ("{ session = { in_git = true } }", []),
        ("{ session = { agent = ['codex', 'claude-code'] } }", []),
        ("{ session = { agent = 'codex' } }", None),
        ("{ session = { prompts = { at_least = 2 }, edits = { at_most = 2 }, turns = { at_least = 2 } } }", []),
        ("{ session = { tool_calls = { at_least = 90 } } }", None),
        ("{ session = { around = 'followed' } }", None),
    ],
)  # fmt: skip
def test_a_condition_holds_where_it_says(text: str, kinds: list[str] | None) -> None:
    assert shown(text) == kinds


def test_what_was_copied_is_not_asked() -> None:
    session = sketch.read(TEXT)
    session.copied = frozenset(i for i, f in enumerate(session.facts) if f.kind is Kind.COMMIT)
    assert shown("{ kind = 'commit' }", session) is None
    assert shown("{ any = [{ kind = 'commit' }, { kind = 'delegate' }] }", session) == ["DELEGATE"]


def test_what_other_sessions_say_is_asked() -> None:
    session = sketch.read(TEXT)
    session.around = frozenset({"followed"})
    assert shown("{ session = { around = 'followed' } }", session) == []
    assert shown("{ session = { around = 'repeated' } }", session) is None


def wrong(value: Any) -> list[str]:
    reader = Reader({})
    reader.read(value, "seen")
    return reader.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{ all = [{ kind = 'edit' }, { kind = 'comit' }] }", "seen.all[2].kind 'comit' is no kind of fact (did you mean 'commit'?)"),
        ("{ kind = ['edit', 'comit'] }", "seen.kind[2] 'comit' is no kind of fact (did you mean 'commit'?)"),
        ("{ kind = 'prompt', cues = 'ask-check' }", "seen.cues 'ask-check' is no cue (did you mean 'asks-check'?)"),
        ("{ kind = 'check', status = 'green' }", "seen.status 'green' is no status"),
        ("{ kind = 'check', name = 'tests' }", "seen.name 'tests' is no check: they are test, lint, types, build, format, look"),
        ("{ kind = 3 }", "seen.kind is 3, neither a word nor a list of words"),
        ("{ kind = [] }", "seen.kind is empty, neither a word nor a list of words"),
        ("{ kid = 'edit' }", "seen holds 'kid', which is no key of a condition (did you mean 'kind'?)"),
        ("{ who = 'me' }", "seen.who 'me' is none of person, agent, subagent"),
        ("{ pattern = 'x' }", "seen.pattern 'x' is not declared under [patterns]"),
        ("{ edit = 'all' }", "seen.edit 'all' is not 'project': an edit of the work's own files"),
        ("{ kind = 'read', edit = 'project' }", "seen.edit stands beside a kind that is no edit"),
        ("{}", "seen asks for nothing: say a kind, such as { kind = 'edit' }"),
        ("{ count = { at_least = 2 } }", "seen asks for nothing: say a kind, such as { kind = 'edit' }"),
        ("{ kind = 'edit', count = 2 }", "seen.count is 2, not a table such as { at_least = 2, at_most = 9 } of whole numbers"),
        ("{ kind = 'edit', size = { at_least = 5, at_most = 4 } }", "seen.size can never be: at_least is more than at_most"),
        ("{ kind = 'edit', size = { at_least = -1 } }",
         "seen.size is a table, not a table such as { at_least = 2, at_most = 9 } of whole numbers"),
        ("[]", "seen is a list, not a table such as { kind = 'edit' }"),
        ("'edit'", "seen is 'edit', not a table such as { kind = 'edit' }"),
        ("{ all = [] }", "seen.all is empty, not a list of conditions"),
        ("{ all = { kind = 'edit' } }", "seen.all is a table, not a list of conditions"),
        ("{ all = [1] }", "seen.all[1] is 1, not a table such as { kind = 'edit' }"),
        ("{ all = [{ kind = 'edit' }], kind = 'edit' }",
         "seen holds 'all' and 'kind': a table says one thing; put both into a list named 'all'"),
        ("{ before = [{ kind = 'edit' }] }", "seen.before holds one fact: it takes two"),
        ("{ before = [{ kind = 'edit' }, { kind = 'edit' }, { kind = 'edit' }] }",
         "seen.before holds 3 facts: it takes two; 'in_order' takes more"),
        ("{ before = [{ kind = 'edit' }, { not = { kind = 'edit' } }] }",
         "seen.before[2] is no test of facts: only such a one stands before or after another"),
        ("{ before = [{ kind = 'edit' }, { kind = 'edit', count = { at_least = 2 } }] }",
         "seen.before[2].count counts nothing here; count beside it, in a list named 'all'"),
        ("{ before = [{ kind = 'edit' }, { kind = 'edit' }], which = 'some' }", "seen.which 'some' is none of first, last, each"),
        ("{ kind = 'edit', which = 'last' }", "seen holds 'which', which is no key of a condition"),
        ("{ session = {} }", "seen.session is empty, not a table such as { coding = true }"),
        ("{ session = { coding = 1 } }", "seen.session.coding is 1, neither true nor false"),
        ("{ session = { codign = true } }", "seen.session holds 'codign', which is nothing a session is asked for (did you mean 'coding'?)"),
        ("{ session = { around = 'follow' } }",
         "seen.session.around 'follow' is none of followed, overlapped, repeated, restarted (did you mean 'followed'?)"),
        ("{ session = { prompts = true } }",
         "seen.session.prompts is true, not a table such as { at_least = 2, at_most = 9 } of whole numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    assert wrong(tomllib.loads(f"x = {text}")["x"]) == [said]


def test_conditions_are_limited_in_depth_and_number() -> None:
    deep: Any = {"kind": "edit"}
    for _ in range(MOST_DEPTH - 1):
        deep = {"not": deep}
    assert wrong(deep) == []
    assert wrong({"not": deep}) == [f"seen{'.not' * MOST_DEPTH} lies more than {MOST_DEPTH} tables deep"]
    for _ in range(5_000):
        deep = {"not": deep}
    assert len(wrong(deep)) == 1
    wide = {"all": [{"any": [{"kind": "edit"}] * 15} for _ in range(16)]}
    assert wrong(wide) == [f"the conditions hold more than {MOST_TESTS} tables"]
    assert wrong({"all": [{"kind": "edit"}] * 17}) == ["seen.all holds more than 16 conditions"]
    assert wrong({"kind": ["edit"] * 17}) == ["seen.kind holds more than 16 words"]


def test_the_vocabulary_is_that_of_the_facts() -> None:
    assert set(KINDS.values()) == set(Kind)
    assert set(STATUSES.values()) == set(Status)
    bits = {v for n, v in vars(Cue).items() if n.isupper()}
    assert {v for n, v in CUES.items() if n != "points"} == bits
    assert "asks-test-first" in CUES
    assert "plan-mode" in KINDS


def test_newer_vocabulary_needs_newer_facts() -> None:
    assert facts_version(condition("{ kind = 'edit', cues = 'path' }")) == 1
    assert facts_version(condition("{ not = { kind = 'rewind' } }")) == 2
    assert facts_version(condition("{ all = [{ kind = 'edit' }, { kind = 'prompt', any_cue = ['path', 'says-done'] }] }")) == 2
    assert facts_version(condition("{ kind = 'prompt', no_cue = 'corrects' }")) == 2
    assert max(CUES_SINCE) == max(CUES.values()).bit_length() - 1


def test_the_kinds_it_asks_for_are_told() -> None:
    found = kinds_of(condition("{ all = [{ kind = ['read', 'search'] }, { not = { edit = 'project' } }] }"))
    assert found == {Kind.READ, Kind.SEARCH, Kind.EDIT}


def test_every_predicate_answers_for_a_session_without_anything() -> None:
    empty = Session("x", "claude-code", "", ())
    for name in FLAGS:
        assert FLAGS[name](empty) in (True, False, None)
    for number in NUMBERS:
        assert NUMBERS[number](empty) >= 0


def test_a_condition_is_a_value_for_worker_processes() -> None:
    one = condition("{ all = [{ before = [{ kind = 'edit' }, { kind = 'commit' }] }, { session = { coding = true } }] }")
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert repr(again) == repr(one)
    assert again.holds(SESSION) == one.holds(SESSION)


def test_the_costliest_condition_passes_over_the_facts_a_limited_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0
    facts = tuple(Fact(Kind.READ, n, n, n + 1) for n in range(20_000))
    session = Session("x", "claude-code", "", facts, file_of=(0,) * 20_000)
    worst: Any = {"all": [{"same_turn": [{"kind": "read"}] * 15} for _ in range(3)]}
    reader = Reader({})
    read = reader.read(worst, "seen")
    assert reader.problems == []
    from accrete_coach import condition as conditions

    real = conditions.Facts.found

    def found(self: conditions.Facts, given: Session) -> tuple[int, ...]:
        nonlocal counted
        counted += 1
        return real(self, given)

    monkeypatch.setattr(conditions.Facts, "found", found)
    before = time.process_time()
    assert read.holds(session) is None
    assert counted <= MOST_TESTS
    # A hundred times what it takes; a condition that tried pairs of facts would take hours.
    assert time.process_time() - before < 60


def test_facts_with_any_numbers_in_them_do_no_harm() -> None:
    odd = msgspec.structs.replace(SESSION.facts[0], size=-5, cues=(1 << 63) - 1, name="x" * 9_999, marks=(1, 2))
    session = Session("x", "a", "", (odd,), file_of=(0,))
    assert shown("{ kind = 'prompt', size = { at_least = 1 } }", session) is None
    assert shown("{ kind = 'prompt', cues = ['path', 'says-done'] }", session) == ["PROMPT"]
