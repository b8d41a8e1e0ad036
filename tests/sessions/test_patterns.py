"""Patterns over words: what matches is marked while it is read, no pattern takes long, nothing of the words is kept."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys

import msgspec
import pytest

from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import Fact, Kind
from accrete_coach.sessions.patterns import (
    MOST_PATTERN,
    MOST_TEXT,
    NO_PATTERNS,
    Over,
    Pattern,
    Patterns,
    fault,
)


def marked(text: str, over: Over, re2: str) -> list[str]:
    """The kinds of those facts of a sketch that carry the mark of a pattern."""
    pattern = Pattern(over, re2)
    assert fault(pattern) == ""
    session = sketch.read(text, Patterns([pattern, Pattern(over, "never said by anyone")]))
    assert {m for f in session.facts for m in f.marks} <= {pattern.mark}
    return [f.kind.name for f in session.facts if pattern.mark in f.marks]


def test_a_prompt_and_an_answer_are_what_the_person_wrote() -> None:
    text = (
        "you: try the staging database\nasks: which one?\nyou answer: the staging one\nreply: the staging database\n"
        "run psql staging -> ok\nyou run /deploy staging now"
    )
    assert marked(text, "prompts", r"\bstaging\b") == ["PROMPT", "ANSWER", "COMMAND"]
    assert marked(text, "prompts", r"^/deploy ") == ["COMMAND"]


def test_words_beside_a_refusal_are_a_prompt() -> None:
    assert marked("you: a\nedit b.py\nyou refuse the tool: use staging", "prompts", "staging") == ["PROMPT"]


def test_a_command_is_looked_at_whole_and_all_it_did_is_marked() -> None:
    text = "you: go on\nedit a.py\nrun make test && git commit -m x -> [main abc1234] x\nrun make lint -> ok"
    assert marked(text, "commands", r"^make test && git") == ["CHECK", "COMMIT"]
    assert marked(text, "commands", r"nothing") == []
    assert marked("you: x\nrun echo '# Migration' > docs/a.md -> ok", "commands", "echo") == ["EDIT"]


def test_a_path_below_the_folder_of_the_session_is_relative_to_it() -> None:
    text = "you: go on\nread app/db/a.py\nedit app/db/a.py\nread /etc/hosts\nrun cat app/db/b.py -> x\nrun sed -i s/a/b/ app/db/c.py -> ok"
    assert marked(text, "paths", r"^app/db/\w\.py$") == ["READ", "EDIT", "READ", "EDIT"]
    assert marked(text, "paths", r"^/etc/") == ["READ"]


def test_a_fact_carries_the_marks_of_its_path_and_of_its_command() -> None:
    command, path = Pattern("commands", "^sed"), Pattern("paths", "^app/")
    session = sketch.read("you: go on\nrun sed -i s/a/b/ app/c.py -> ok", Patterns([command, path]))
    (edit,) = [f for f in session.facts if f.kind is Kind.EDIT]
    assert set(edit.marks) == {command.mark, path.mark}


def test_a_mark_is_a_hash_and_nothing_of_the_words_is_kept() -> None:
    pattern = Pattern("prompts", "canary[0-9]+")
    session = sketch.read("you: the canary4711 sings", Patterns([pattern]))
    kept = msgspec.msgpack.encode(session.facts)
    assert b"canary" not in kept
    assert session.facts[0].marks == (pattern.mark,)
    assert 0 < pattern.mark < 1 << 63
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(session.facts[0]), type=Fact) == session.facts[0]


def test_without_patterns_nothing_is_marked_and_the_library_is_not_loaded() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from accrete_coach.sessions import sketch; from accrete_coach.practice import load\n"
            "load(); facts = sketch.read('you: a\\nrun make -> ok').facts\n"
            "print([f.marks for f in facts], 're2' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.strip() == "[(), ()] False"


CATASTROPHIC = (
    r"(a|aa)+$", r"(x+x+)+y", r"(a*)*b", r"(?:.*){20}z", r"(?:[ab]*a[ab]{100})c", r"(?:(?:a?b?c?){12}){10}z", r"(.?){200}x{200}!",
    r"(?i)(?:\w+\s+){30}end", r"(a{0,20}){0,20}b",
)  # fmt: skip


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_a_catastrophic_pattern_is_refused_or_answers(pattern: str) -> None:
    # Whoever answers in steps that double with each letter never answers here.
    given = Pattern("prompts", pattern)
    if not fault(given):
        patterns = Patterns([given])
        for text in ("a" * MOST_TEXT, "ab" * MOST_TEXT, "x" * 100_000, "word " * 50_000, "é" * 9_000):
            assert isinstance(patterns.marks("prompts", text), tuple)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "is no RE2 pattern (missing ): ()"),
        ("(?=a)", "is no RE2 pattern (invalid perl operator: (?=)"),
        (r"(a)\1", "is no RE2 pattern"),
        ("a{2000}", "invalid repetition size"),
        ("(?P<", "is no RE2 pattern"),
        (r"\w{600}", "compiles to 1804 instructions, more than 500"),
        (r"\pL{400}", "is no RE2 pattern"),
        ("a" * (MOST_PATTERN + 1), "longer than 400"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said(pattern: str, said: str) -> None:
    assert said in fault(Pattern("prompts", pattern))


def test_a_long_text_is_looked_at_at_both_ends() -> None:
    patterns = Patterns([Pattern("prompts", "needle")])
    assert patterns.marks("prompts", "needle" + "a" * 90_000)
    assert patterns.marks("prompts", "a" * 90_000 + "needle")
    assert not patterns.marks("prompts", "a" * 45_000 + "needle" + "a" * 45_000)


def test_text_that_is_no_text_is_no_fault() -> None:
    patterns = Patterns([Pattern("prompts", "x")])
    assert patterns.marks("prompts", "\ud800x\x00")
    assert patterns.marks("prompts", "") == ()


def test_patterns_are_a_value_for_worker_processes() -> None:
    one, other = Pattern("prompts", "a"), Pattern("paths", "b")
    patterns = Patterns([one, other, one])
    patterns.marks("prompts", "a")
    again = pickle.loads(pickle.dumps(patterns))
    assert again == patterns == Patterns([other, one])
    assert again.stamp == patterns.stamp
    assert again.marks("paths", "b") == (other.mark,)
    assert NO_PATTERNS.stamp == ""
    assert re.fullmatch(r"[0-9a-f]{16} [0-9a-f]{16}", patterns.stamp)


def test_a_file_read_with_more_patterns_was_read_with_these() -> None:
    a, b = Pattern("prompts", "a"), Pattern("prompts", "b")
    both, one = Patterns([a, b]), Patterns([a])
    assert one.read_by(both.stamp)
    assert not both.read_by(one.stamp)
    assert not one.read_by("")
    assert NO_PATTERNS.read_by("")
    assert NO_PATTERNS.read_by(both.stamp)
    # The same words looked for elsewhere are another pattern.
    assert Pattern("paths", "a").mark != a.mark


def test_remembered_paths_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accrete_coach.sessions.patterns.MOST_REMEMBERED", 10)
    patterns = Patterns([Pattern("paths", "7")])
    assert [bool(patterns.marks("paths", str(n))) for n in range(30)] == ["7" in str(n) for n in range(30)]
    assert len(patterns._paths) <= 10


def test_reading_in_two_pieces_marks_the_same() -> None:
    text = "you: the staging database\nread app/a.py\nrun make staging -> ok"
    patterns = Patterns([Pattern("prompts", "staging"), Pattern("commands", "staging"), Pattern("paths", "a.py")])
    from accrete_coach.sessions.claude_code.transcript import Transcript
    from accrete_coach.sessions.prints import Hasher

    lines = [p.text.encode() for p in sketch.play(text)]
    whole = [f.marks for f in sketch.read(text, patterns).facts]
    assert [len(m) for m in whole] == [1, 1, 1]
    for cut in range(1, len(lines)):
        first = Transcript(Hasher(b"sketch"), patterns=patterns)
        for n, line in enumerate(lines[:cut], 1):
            first.read(n, line)
        first.finish()
        second = Transcript(Hasher(b"sketch"), state=first.state, known={f.id for f in first.facts}, patterns=patterns)
        for n, line in enumerate(lines[cut:], cut + 1):
            second.read(n, line)
        assert [f.marks for f in (*first.facts, *second.facts, *second.loose_ends()) if f.kind is not Kind.REPLY] == whole
