"""Real transcripts, where a folder of them is named: all of it is read, and readings agree with careful readers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from accrete_coach.accuracy import Tally
from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.sessions.agent import Root

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def corpus() -> Path:
    named = os.environ.get("ACCRETE_COACH_CORPUS", "")
    if not named:
        pytest.skip("ACCRETE_COACH_CORPUS names no folder with claude/ and labels.json")
    folder = Path(named)
    if not (folder / "claude" / "projects").is_dir() or not (folder / "labels.json").is_file():
        pytest.skip(f"{folder} holds no claude/projects and labels.json")
    return folder


def test_every_line_of_the_corpus_is_read_and_accounted_for(corpus: Path, tmp_path: Path) -> None:
    coach = Coach(Places(tmp_path / "own", tmp_path / "own", (Root("claude-code", corpus / "claude"),)))
    report = coach.scan()
    assert report.problems == ()
    assert report.files == sum(1 for _ in (corpus / "claude" / "projects").rglob("*.jsonl"))
    passed = coach.profile.passed()
    lines = sum(
        text.count(b"\n") + (not text.endswith(b"\n"))
        for path in (corpus / "claude" / "projects").rglob("*.jsonl")
        if (text := path.read_bytes())
    )
    assert coach.profile.line_count() == lines
    assert sum(passed.values()) == lines
    assert passed["used"] > lines / 3
    unread = {reason: n for reason, n in passed.items() if reason.startswith(("not JSON", "torn", "unknown type", "not an"))}
    assert sum(unread.values()) < lines / 500, unread
    sessions = coach.profile.sessions()
    assert len(sessions) > report.files / 2
    assert any(s.person for s in sessions)
    coach.close()


def test_what_was_kept_of_the_corpus_does_not_depend_on_worker_processes(corpus: Path, tmp_path: Path) -> None:
    found = []
    for workers in (1, 2):
        places = Places(tmp_path / str(workers), tmp_path / str(workers), (Root("claude-code", corpus / "claude"),))
        coach = Coach(places)
        with coach.profile.change():
            # Fingerprints estimate: under another key they may say another thing.
            coach.profile.set_meta("key", b"the same for all")
        coach.close()
        coach = Coach(places)
        coach.scan(workers=workers)
        readings = coach.profile.readings()
        found.append({s.id: (s.prompts, s.tool_calls, s.edits, s.person, readings[s.num]) for s in coach.profile.sessions()})
        coach.close()
    assert found[0] == found[1]


def test_readings_agree_with_careful_readers(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TESTS))
    from accuracy import measure

    tallies, wrong = measure(json.loads((corpus / "labels.json").read_text()), corpus / "claude")
    pooled = sum(tallies.values(), Tally())
    assert pooled.positives >= 150, "too few labels to say"
    assert (pooled.precision.value or 0) >= 0.90, "\n".join(wrong)
    assert (pooled.recall.value or 0) >= 0.85, "\n".join(wrong)
    assert (pooled.applies.value or 0) >= 0.85, "\n".join(wrong)
    assert (pooled.who.value or 0) >= 0.85, "\n".join(wrong)
    for practice, tally in tallies.items():
        if tally.measured:
            assert min(tally.precision.value or 0, tally.recall.value or 0) >= 0.80, practice
