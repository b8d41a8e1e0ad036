"""How others get it wrong: each mistake as a session on which it would show."""

from __future__ import annotations

import pytest

from accrete_coach.practice import Reading, load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.assemble import Part, assemble
from accrete_coach.sessions.claude_code.transcript import Transcript
from accrete_coach.sessions.facts import Session
from accrete_coach.sessions.prints import Hasher

CATALOGUE = load()
COMMIT = 'run git commit -m "Round per line" -> [main abc1234] Round per line'


def says(practice: str, text: str) -> Reading:
    return CATALOGUE[practice].read(sketch.read(text))


# --- plan: five tools, five single signals ----------------------------------------------------------------------------------

TWO_EDITS = "edit app/a.py +12\nedit app/b.py +12"


@pytest.mark.parametrize(
    ("text", "word", "by"),
    [
        (f"you [plan mode]: split it\nplan: 1. a 2. b\nyou accept\n{TWO_EDITS}", "seen", "you"),
        (f"you [plan mode]: split it\nplan: 1. a 2. b\nyou refuse: b first\n{TWO_EDITS}", "seen", "you"),
        (f"you [plan mode]: split it\nplan: 1. a 2. b\nyou refuse\n{TWO_EDITS}", "not-seen", None),
        (f"you [plan mode]: split it\nreply: I would do a, then b.\nyou: go on with a and b please\n{TWO_EDITS}", "seen", "you"),
        (f"from plan: 1. a 2. b\n{TWO_EDITS}", "seen", "you"),
        (f"you: write a spec for it first\nwrite docs/specs/split.md +30\nyou: fine, build it\n{TWO_EDITS}", "seen", "you"),
        (f"you: write a spec for it first\nwrite docs/specs/split.md +30\n{TWO_EDITS}", "not-seen", None),
        (f"you: propose how to split it\nreply: I would move a, then change b. Shall I?\nyou: yes\n{TWO_EDITS}", "seen", "you"),
        (f"you: it is slow\nreply: I would add a cache in a.py. Shall I?\nyou: yes\n{TWO_EDITS}", "seen", "agent"),
        (
            f"you: it is slow\nreply: The cache is cold and the rates are read twice.\nyou: ok, fix it\n{TWO_EDITS}",
            "not-seen",
            None,
        ),
        (f"you: split it\ntasks: a; b\n{TWO_EDITS}", "not-seen", None),
        (f"you: split it\n{TWO_EDITS}\nplan: 1. c\nyou accept", "not-seen", None),
    ],
)
def test_a_plan_has_many_forms_and_needs_an_answer(text: str, word: str, by: str | None) -> None:
    reading = says("plan-first", text)
    assert (reading.word, reading.by) == (word, by)


# --- check: words, known names, not after the last edit ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("you: round it and check it\nedit a.py +4\nreply: I checked it, all 12 tests pass", "not-seen"),
        ("you: round it\nedit a.py +4\nrun ./scripts/run-tests.sh -> 12 passed", "seen"),
        ("you: round it\nedit a.py +4\nrun make check -> ok", "seen"),
        ("you: round it\nedit a.py +4\nrun just test -> ok", "seen"),
        ("you: round it\nedit a.py +4\nrun npx tsc --noEmit -> ", "seen"),
        ("you: round it\nedit a.py +4\nrun pytest -q -> 3 passed\nedit a.py +1", "not-seen"),
        ("you: round it\nedit a.py +4\nrun pytest -q -> 3 passed\nedit README.md +1", "seen"),
        ("you: round it\nedit a.py +4\nscout run the tests -> 3 passed", "not-seen"),
        ("you: mend the words\nedit README.md +4", "not-applicable"),
        ("you: round it\nedit a.py +4\nrun ruff format . -> 1 file reformatted", "not-seen"),
        (f"you: round it\nedit a.py +4\nrun pytest -> 3 passed\n{COMMIT}\nyou: and b\nedit b.py +4", "seen"),
    ],
)
def test_a_check_is_one_that_ran_after_the_last_edit(text: str, word: str) -> None:
    assert says("run-check", text).word == word


# --- correction: yes, good, actually, don't ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["actually, make it a table", "don't forget the tests", "good", "yes", "no, per line", "wrong"])
def test_a_word_alone_is_no_step_in(word: str) -> None:
    reads = "\n".join(f"read a{n}.py" for n in range(12))
    reading = says("course-correct", f"you: speed up the export\n{reads}\nreply: done\nyou: {word}\nedit a.py +1")
    assert reading.word == "not-seen"


def test_saying_the_same_again_after_an_interrupt_is_no_correction() -> None:
    text = "you: speed up the export of the orders\nread a.py\ninterrupt\nyou: speed up the export of the orders\nedit a.py +1"
    assert says("course-correct", text).word == "not-seen"


def under(text: str, key: bytes) -> Session:
    """A sketch read under another profile's key."""
    hasher = Hasher(key)
    transcript = Transcript(hasher)
    for n, played in enumerate(sketch.play(text), 1):
        transcript.read(n, played.text.encode())
    session = assemble("s", "claude-code", [Part("s.jsonl", 0, transcript.state, transcript.facts, transcript.loose_ends())])
    assert session is not None
    return session


def test_the_same_transcript_reads_the_same_under_every_profiles_key() -> None:
    words = "speed up the nightly export by caching supplier rates between runs while leaving writer format, logging and retries alone"
    text = f"you: {words}\nread a.py\ninterrupt\nyou: {words} completely\nedit a.py +1"
    found = {CATALOGUE["course-correct"].read(under(text, b"key %d" % n)).word for n in range(60)}
    assert len(found) == 1


# --- commit, diff, skill, context -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ('git commit -m "Round per line" -> [main abc1234] Round per line', "seen"),
        ('git commit -m "Round per line" -> ! nothing to commit', "not-seen"),
        ('git commit --amend -m "Round per line" -> [main abc1234] Round per line', "not-seen"),
        ("git log --grep commit -> x", "not-seen"),
        ('git stash -m "Round per line" -> Saved', "not-seen"),
    ],
)
def test_a_commit_is_one_that_succeeded(command: str, word: str) -> None:
    assert says("coherent-commit", f"you: round it\nedit a.py +4\nrun {command}").word == word


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("git diff -> + x", "seen"),
        ("git diff --cached -> + x", "seen"),
        ("git diff --stat -> a.py | 4", "not-seen"),
        ("git diff --name-only -> a.py", "not-seen"),
        ("git status -> modified: a.py", "not-seen"),
        ("git show HEAD -> + x", "not-seen"),
    ],
)
def test_a_diff_is_one_that_shows_the_lines_that_will_be_committed(command: str, word: str) -> None:
    assert says("read-diff", f"you: round it\nedit a.py +4\nrun {command}\n{COMMIT}").word == word


def test_an_automatic_compaction_is_no_fresh_start() -> None:
    assert says("fresh-start", "you: round it\ncompacted\nyou: go on\nedit a.py +1").word == "not-applicable"


def test_one_short_message_is_no_fault() -> None:
    for practice in CATALOGUE.practices:
        assert practice.read(sketch.read("you: thanks\nreply: ok")).word in ("not-applicable", "not-seen")
        if practice.id not in ("use-saved", "guardrail", "project-memory"):
            assert practice.read(sketch.read("you: thanks\nreply: ok")).word == "not-applicable", practice.id


@pytest.mark.parametrize("verb", ["scout", "worker"])
def test_a_subagents_reads_are_no_exploring_of_the_persons(verb: str) -> None:
    assert says("explore-first", f"you: change it\n{verb} look -> found\nedit a.py +1").word == "not-seen"


@pytest.mark.parametrize(
    ("second", "word"),
    [
        ("run pytest tests/a.py -> 1 passed", "seen"),
        ("run pytest -q -> 12 passed", "seen"),
        ("run mypy app -> Success: no issues found", "not-seen"),
        ("run pytest -q -> ! 1 failed", "not-seen"),
    ],
)
def test_red_and_green_are_of_one_check(second: str, word: str) -> None:
    text = f"you: fix the bug\nedit tests/a.py +3\nrun pytest tests/a.py -> ! 1 failed\nedit app/a.py +1\n{second}"
    assert says("failing-first", text).word == word


def test_red_and_green_without_an_edit_between_are_luck() -> None:
    text = "you: fix the bug\nedit a.py +1\nrun pytest -> ! 1 failed\nrun pytest -> 1 passed"
    assert says("failing-first", text).word == "not-seen"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("you: round it like app/shipping.py does\nedit a.py +1", "seen"),
        ("you: use Node.js for it\nedit a.py +1", "not-seen"),
        ("you: see https://example.org/tax\nedit a.py +1", "seen"),
        ("you [image]: it looks like this\nedit a.py +1", "seen"),
        ("you: fix #12\nedit a.py +1", "seen"),
        ("from plan: change app/tax.py\nedit a.py +1", "not-seen"),
        ("you: round it\nasks: app/tax.py or app/rates.py?\nyou answer: app/tax.py\nedit a.py +1", "not-seen"),
    ],
)
def test_a_pointer_is_the_persons_own(text: str, word: str) -> None:
    assert says("point-to-context", text).word == word
