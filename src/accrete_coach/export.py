"""What the profile holds, handed out: as one JSON value, as CSV, or the facts as JSON lines. `docs/export.md` names every field."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .clean import clean, escaped
from .coach import Coach
from .corrections import answer, differs
from .plain import NO_CORRECTIONS, iso, reading_json, said_of
from .profile import StoredSession
from .sessions.facts import Cue, Fact, Kind

SCHEMA = 1
"""Of what is exported. Raised when a field changes its meaning or goes."""

SESSION_FIELDS = (
    "id", "agent", "agent_version", "model", "project", "started", "ended", "prompts", "tool_calls", "edits", "person", "source_gone", "files",
    "practices",
)  # fmt: skip
CORRECTION_FIELDS = ("session", "agent", "practice", "reading", "by", "because", "at")
CHOICE_FIELDS = ("practice", "choice", "because", "at")
AUDIT_FIELDS = ("session", "agent", "practice", "read", "read_by", "answer", "at")
TIP_FIELDS = ("practice", "at", "you", "happened", "applied", "answer", "answered", "until")
FOCUS_FIELDS = ("practice", "at", "said", "since", "you", "happened", "applied", "ended", "how")
CHECKIN_FIELDS = ("week", "satisfaction", "flow", "alone", "note", "at")
READING_FIELDS = (
    "session", "agent", "project", "started", "person", "practice", "reading", "by", "count", "sure", "corrected", "read", "read_by",
)  # fmt: skip
"""Columns of the CSV, which holds a line for each reading."""
FACT_FIELDS = (
    "session", "agent", "file", "kind", "at", "line", "end", "id", "cues", "status", "size", "name", "targets", "ref", "subagent", "marks",
)  # fmt: skip
_SAID = frozenset({"GOES_BACK", "ASKS_TO_DEFINE"})
_READ = frozenset({"SCREENED"})
"""Second names of bits: what they mean on what the person says, and on what was read."""


def _cues(second: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """(name, bit) of the cues; of two that share a bit, the one in `second` if there is any, else the first."""
    taken = {vars(Cue)[name] for name in second}
    return tuple(
        (name.lower().replace("_", "-"), value)
        for name, value in vars(Cue).items()
        if isinstance(value, int) and (name in second if value in taken else name not in _SAID | _READ)
    )


_CUES = _cues(frozenset())
_CUES_OF = {Kind.PROMPT: _cues(_SAID), Kind.COMMAND: _cues(_SAID), Kind.ANSWER: _cues(_SAID), Kind.READ: _cues(_READ)}


def as_json(coach: Coach, which: Which, *, because: bool) -> str:
    """All but the facts, as one JSON value that steers no terminal."""
    return escaped(json.dumps(everything(coach, which, because=because), indent=1, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Which:
    """The sessions that are meant; all, unless it says otherwise."""

    project: str | None = None
    since: int | None = None
    """Milliseconds since 1970, UTC."""
    until: int | None = None
    """The first millisecond that is out."""

    def of(self, coach: Coach, *, shown: bool = True) -> list[StoredSession]:
        """These sessions, the oldest first."""
        return coach.profile.sessions(project=self.project, since=self.since, until=self.until, shown=shown)

    @property
    def all(self) -> bool:
        """Whether all are meant."""
        return self == Which()


def everything(coach: Coach, which: Which, *, because: bool) -> dict[str, Any]:
    """All but the facts. `because`: with the person's own words, which stay behind otherwise."""
    sessions = which.of(coach)
    keys = {(s.agent, s.id) for s in sessions}
    readings = coach.profile.readings(None if which.all else [s.num for s in sessions])
    said = said_of(coach.profile.corrections())
    return {
        "schema": SCHEMA,
        "sessions": [
            {
                "id": s.id,
                "agent": s.agent,
                "agent_version": s.agent_version,
                "model": s.model,
                "project": s.project,
                "started": iso(s.started),
                "ended": iso(s.ended),
                "prompts": s.prompts,
                "tool_calls": s.tool_calls,
                "edits": s.edits,
                "person": s.person,
                "source_gone": s.gone,
                "files": list(s.files),
                "practices": {
                    name: reading_json(s, r, said.get((s.agent, s.id), NO_CORRECTIONS).get(name))
                    for name, r in sorted(readings.get(s.num, {}).items())
                },
            }
            for s in sessions
        ],
        "corrections": [
            {
                "session": c.session,
                "agent": c.agent,
                "practice": c.practice,
                "reading": c.word,
                "by": c.by,
                "because": c.because if because else None,
                "at": iso(c.at),
            }
            for c in coach.profile.corrections()
            if which.all or (c.agent, c.session) in keys
        ],
        "choices": [
            {"practice": c.practice, "choice": c.choice, "because": c.because if because else None, "at": iso(c.at)}
            for c in coach.profile.choices().values()
        ],
        "audits": [
            {
                "session": a.session,
                "agent": a.agent,
                "practice": a.practice,
                "read": a.word,
                "read_by": a.by,
                "answer": a.answer,
                "at": iso(a.at),
            }
            for a in coach.profile.audits()
            if which.all or (a.agent, a.session) in keys
        ],
        "tips": [
            {
                "practice": t.practice,
                "at": iso(t.at),
                "you": t.you,
                "happened": t.happened,
                "applied": t.applied,
                "answer": t.answer or None,
                "answered": iso(t.answered),
                "until": iso(t.until),
            }
            for t in coach.profile.tips()
            if which.all
        ],
        "focuses": [
            {
                "practice": f.practice,
                "at": iso(f.at),
                "said": f.said,
                "since": iso(f.since),
                "you": f.you,
                "happened": f.happened,
                "applied": f.applied,
                "ended": iso(f.ended),
                "how": f.how or None,
            }
            for f in coach.profile.focuses()
            if which.all
        ],
        "check_ins": [
            {
                "week": c.week,
                "satisfaction": c.satisfaction,
                "flow": c.flow,
                "alone": c.alone,
                "note": (c.note or None) if because else None,
                "at": iso(c.at),
            }
            for c in coach.profile.checkins().values()
            if which.all
        ],
    }


def as_csv(coach: Coach, which: Which) -> Iterator[str]:
    """The readings, one a line, with a line of names before; corrections in the place of what was read."""
    yield _row(READING_FIELDS)
    sessions = which.of(coach)
    readings = coach.profile.readings(None if which.all else [s.num for s in sessions])
    said = said_of(coach.profile.corrections())
    for s in sessions:
        mine = said.get((s.agent, s.id), NO_CORRECTIONS)
        for name, read in sorted(readings.get(s.num, {}).items()):
            word = mine.get(name)
            r = answer(read, word)
            corrected = word is not None and differs(read, word)
            yield _row(
                (
                    s.id, s.agent, s.project, iso(s.started) or "", int(s.person), name, r.word, r.by or "", r.count, r.sure or "",
                    int(corrected), read.word, read.by or "",
                )
            )  # fmt: skip


def _row(values: tuple[object, ...]) -> str:
    out = io.StringIO()
    # The writer quotes what holds its own line end, and only that: it must have one.
    csv.writer(out, lineterminator="\n").writerow([_cell(str(v)) for v in values])
    return out.getvalue()[:-1]


def _cell(text: str) -> str:
    shown = clean(text).replace("\n", "\u2424")
    # A spreadsheet takes what begins like this for a formula and runs it.
    return f"'{shown}" if shown.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r") else shown


def facts(coach: Coach, which: Which) -> Iterator[str]:
    """Every fact as a line of JSON, session by session. A prompt's fingerprint never leaves."""
    for session in which.of(coach, shown=False):
        for file in coach.profile.files_of(session.num):
            for fact in file.facts:
                yield escaped(json.dumps(_fact(session, file.name, fact), ensure_ascii=False))


def _fact(session: StoredSession, file: str, fact: Fact) -> dict[str, Any]:
    return {
        "session": session.id,
        "agent": session.agent,
        "file": file,
        "kind": fact.kind.name.lower().replace("_", "-"),
        "at": iso(fact.at),
        "line": fact.line,
        "end": fact.end or None,
        "id": fact.id,
        "cues": [name for name, bit in _CUES_OF.get(fact.kind, _CUES) if fact.cues & bit],
        "status": fact.status.name.lower(),
        "size": fact.size,
        "name": fact.name or None,
        "targets": list(fact.targets),
        "ref": fact.ref or None,
        "subagent": fact.agent or None,
        "marks": list(fact.marks),
    }
