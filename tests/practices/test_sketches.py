"""Every practice explains itself, and reads its own sketches as they say."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from accrete_coach import practices
from accrete_coach.practice import (
    FAMILIES,
    GRADES,
    MOST_MOMENTS,
    NOT_APPLICABLE,
    NOT_SEEN,
    SEEN,
    Practice,
    Reading,
    Sketch,
    load,
    not_seen,
    seen,
)
from accrete_coach.sessions import sketch

CATALOGUE = load()
NEVER_NOT_SEEN = {"fresh-start"}
"""Its occasion without the act is a pause of eight hours, which a sketch's pace does not hold."""
ALWAYS_APPLICABLE = {"use-saved", "guardrail", "project-memory"}
"""They apply to every session with a person, and a sketch always has one."""

EVERY_PRACTICE = [pytest.param(p, id=p.id) for p in CATALOGUE.practices]
EVERY_SKETCH = [pytest.param(p, s, id=f"{p.id}: {s.name or n}") for p in CATALOGUE.practices for n, s in enumerate(p.sketches)]


@pytest.mark.parametrize(("practice", "given"), EVERY_SKETCH)
def test_a_sketch_is_read_as_it_says(practice: Practice, given: Sketch) -> None:
    reading = practice.read(sketch.read(given.text))
    assert reading.word == given.says
    assert reading.by == given.by


@pytest.mark.parametrize(("practice", "given"), EVERY_SKETCH)
def test_a_reading_is_whole(practice: Practice, given: Sketch) -> None:
    session = sketch.read(given.text)
    reading = practice.read(session)
    assert practice.read(session) == reading, "same facts, same answer"
    if reading.word == SEEN:
        assert reading.by in ("you", "agent")
        assert reading.count >= 1
        assert reading.sure in ("certain", "likely")
        assert 1 <= len(reading.moments) <= MOST_MOMENTS
        for moment in reading.moments:
            assert 0 <= moment.file < len(session.files)
            assert moment.line >= 1
            assert session.started <= moment.at <= session.ended
    else:
        assert (reading.by, reading.count, reading.moments) == (None, 0, ())
        assert (reading.sure is None) is (reading.word != NOT_SEEN)


@pytest.mark.parametrize("practice", EVERY_PRACTICE)
def test_a_practice_shows_what_it_is_and_what_it_is_not(practice: Practice) -> None:
    says = {s.says for s in practice.sketches}
    assert SEEN in says
    assert (NOT_SEEN in says) is (practice.id not in NEVER_NOT_SEEN)
    assert (NOT_APPLICABLE in says) is (practice.id not in ALWAYS_APPLICABLE)
    for given in practice.sketches:
        assert given.name, "what is special about it"
        assert (given.by is not None) is (given.says == SEEN)
    assert len({s.name for s in practice.sketches}) == len(practice.sketches)


@pytest.mark.parametrize("practice", EVERY_PRACTICE)
def test_a_practice_explains_itself(practice: Practice) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", practice.id)
    assert practice.family in FAMILIES
    assert practice.grade in GRADES
    assert 4 <= len(practice.short) <= 20
    assert practice.title[0].islower(), "it finishes “Have you tried to …?”"
    assert not practice.title.endswith(("?", "."))
    for text in (practice.why, practice.tip, practice.when_not):
        assert text.endswith((".", "”."))
        assert text.count("“") == text.count("”")
    assert practice.version >= 1
    assert practice.needs_facts >= 1
    for name in practice.builds_on:
        assert CATALOGUE[name] is not practice


@pytest.mark.parametrize("practice", EVERY_PRACTICE)
def test_a_contested_practice_says_when_not_to(practice: Practice) -> None:
    if practice.grade == "X":
        assert len(practice.when_not) > 40


@pytest.mark.parametrize("practice", EVERY_PRACTICE)
def test_a_practice_names_its_sources_and_what_they_show(practice: Practice) -> None:
    assert practice.sources
    for source in practice.sources:
        parts = urlsplit(source.url)
        assert parts.scheme == "https"
        assert "." in parts.netloc
        assert source.title
        assert source.shows.endswith(".")


def test_a_practice_is_called_like_its_module() -> None:
    modules = {m.name for m in pkgutil.iter_modules(practices.__path__)}
    assert {p.id.replace("-", "_") for p in CATALOGUE.practices} == modules
    for name in modules:
        assert importlib.import_module(f"{practices.__name__}.{name}").PRACTICE.id == name.replace("_", "-")


def test_the_catalogue_is_whole_and_in_order() -> None:
    assert CATALOGUE.problems == ()
    assert [p.id for p in CATALOGUE.practices] == [
        "plan-first", "ask-me-first", "explore-first", "point-to-context", "say-done", "scout", "fan-out", "fresh-eyes", "worktree",
        "use-saved", "save-it", "guardrail", "task-list", "hand-off", "project-memory", "fresh-start", "steer-compaction", "rewind",
        "course-correct", "ask-why", "run-check", "failing-first", "read-diff", "coherent-commit",
    ]  # fmt: skip
    assert CATALOGUE["scout"].id == "scout"
    assert CATALOGUE.get("nothing") is None
    with pytest.raises(KeyError):
        CATALOGUE["nothing"]
    for practice in CATALOGUE.practices:
        assert f"{practice.id}.{practice.version}" in CATALOGUE.stamp


def test_a_practice_that_can_not_be_loaded_is_named_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pkgutil.iter_modules

    def more(path: Any) -> list[Any]:
        return [*real(path), SimpleNamespace(name="broken"), SimpleNamespace(name="_helper")]

    monkeypatch.setattr(pkgutil, "iter_modules", more)
    found = load()
    assert [p.where for p in found.problems] == ["broken"]
    assert "broken" in found.problems[0].what
    assert len(found.practices) == len(CATALOGUE.practices)


# --- readings ---------------------------------------------------------------------------------------------------------------


def test_a_hint_alone_never_makes_a_practice_seen() -> None:
    session = sketch.read("you: a\nread b.py")
    assert seen(session, [0], by="you", sure="hint") == Reading(NOT_SEEN, sure="hint")
    assert seen(session, [], by="you") == not_seen("likely")


def test_moments_are_at_most_eight_and_each_place_once() -> None:
    session = sketch.read("you: a\n" + "\n".join(f"read b{n}.py" for n in range(20)))
    reading = seen(session, [*range(20), *range(20)], by="agent")
    assert reading.count == 20
    assert len(reading.moments) == MOST_MOMENTS
    assert [m.line for m in reading.moments] == sorted({m.line for m in reading.moments})
    assert reading.moments[0].line == 1


def test_what_was_copied_shows_nothing() -> None:
    session = sketch.read("you: a\nread b.py")
    session.copied = frozenset({0, 1})
    assert seen(session, [0, 1], by="you").word == NOT_SEEN


def test_a_new_task_after_a_long_pause_in_the_same_context_is_no_fresh_start() -> None:
    text = (
        "you: round the checkout tax per line and commit\nedit app/tax.py +4\n"
        "run git commit -m 'Round tax per line' -> [main 1a2b3c4] Round tax per line\nreply: done\n"
        "you: import supplier catalogues every night\nedit jobs/suppliers.py +9"
    )
    practice = CATALOGUE["fresh-start"]
    assert practice.read(sketch.read(text)).word == NOT_APPLICABLE
    session = sketch.read(text)
    pause = next(n for n, f in enumerate(session.facts) if n and f.kind.name == "PROMPT")
    session.facts = tuple(
        msgspec.structs.replace(f, at=f.at + (9 * 3_600_000 if n >= pause else 0)) for n, f in enumerate(session.facts)
    )
    assert practice.read(session) == not_seen("likely")
