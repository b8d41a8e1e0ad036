"""When the occasion for a focus arises in a session that runs, and when it is over: act by act."""

from __future__ import annotations

import pytest

from accrete_coach.practice import load
from accrete_coach.sessions import sketch

CASES: dict[str, tuple[tuple[str, bool], ...]] = {
    "plan-first": (
        ("you: rename the price column everywhere", True),
        ("edit app/models.py +14", False),
    ),
    "explore-first": (
        ("you: rename the price column everywhere", True),
        ("read app/models.py", True),
        ("edit app/models.py +14", False),
    ),
    "point-to-context": (
        ("you: make the export faster", True),
        ("you: see @app/export.py", False),
    ),
    "scout": (
        ("you: find out where tokens are refreshed and mend it", False),
        *((f"read app/a{n}.py", n >= 5) for n in range(7)),
        ("reply: in three places", False),
    ),
    "use-saved": (
        ("you: write the entry of the changelog for 2.4", True),
        ("edit CHANGELOG.md +4", False),
    ),
    "guardrail": (
        ("you: mend the header, then run the tests", False),
        ("run pytest -q -> 3 passed in 1s", False),
        ("reply: done", False),
        ("you: and the footer, then run the tests", True),
    ),
    "task-list": (
        ("you: tidy the page", False),
        ("you: - split it\n    - move the form\n    - mend the links", True),
        ("tasks: split it; move the form; mend the links", False),
    ),
    "fresh-start": (
        ("you: round tax per line", False),
        ("edit app/tax.py +6", False),
        ("reply: done; shall I commit it?", False),
        ("you: yes", False),
        ("run git commit -am 'Round tax' -> [main abc1234] Round tax", False),
        ("reply: committed", True),
        ("you: now the footer of the invoice", False),
    ),
    "course-correct": (
        ("you: round tax per line", False),
        *((f"edit app/a{n}.py +3", n >= 10) for n in range(12)),
        ("reply: done", False),
    ),
    "run-check": (
        ("you: round tax per line", False),
        ("edit app/tax.py +6", False),
        ("reply: done", True),
        ("you: run the tests", False),
        ("run pytest -q -> 3 passed in 1s", False),
        ("reply: they pass", False),
    ),
    "read-diff": (
        ("you: round tax per line", False),
        ("edit app/tax.py +6", False),
        ("reply: done", False),
        ("you: commit it", True),
        ("run git diff -> + a line", False),
        ("run git commit -am 'Round tax' -> [main abc1234] Round tax", False),
    ),
    "coherent-commit": (
        ("you: round tax per line and run the tests", False),
        ("edit app/tax.py +6", False),
        ("run pytest -q -> 3 passed in 1s", False),
        ("reply: they pass", True),
        ("you: commit it", False),
        ("run git commit -am 'Round tax' -> [main abc1234] Round tax", False),
        ("reply: committed", False),
    ),
    # One without a sign of its own: where the session gave an occasion and it was not seen so far.
    "say-done": (
        ("you: rename the price column everywhere", False),
        ("edit app/models.py +24", True),
    ),
}


@pytest.mark.parametrize("practice", CASES)
def test_its_occasion_arises_and_passes(practice: str) -> None:
    found = load()[practice]
    text = ""
    for act, arisen in CASES[practice]:
        text += act + "\n"
        assert found.arises(sketch.read(text)) is arisen, text


def test_every_practice_that_may_be_suggested_knows_its_occasion() -> None:
    from accrete_coach.accuracy import shipped

    for p in load().practices:
        assert p.coaching is not None, p.id
        if shipped().measured(p.id) and p.grade != "X":
            assert p.coaching.arises is not None, p.id
            assert p.id in CASES, p.id


def test_the_words_of_each_fit_where_they_stand() -> None:
    for p in load().practices:
        said = p.words
        assert said.then.startswith("I "), p.id
        assert said.done.startswith("you "), p.id
        for text in (said.occasion, said.done, said.when, said.then):
            assert not text.endswith("."), p.id
            assert text == text.strip(), p.id
        assert p.if_then == f"When {said.when}, {said.then}."
        assert len(p.cue) <= 60, p.cue
