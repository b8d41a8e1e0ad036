"""What was read, what was passed over and why, and what the agent's deletion has cost."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, tzinfo
from importlib import metadata
from pathlib import Path
from typing import Any

from . import __version__, keeping
from .clean import clean, one_line
from .coach import Coach, Report
from .plain import date_of, iso, plural, reason_text, wrapped
from .profile import wal_is_safe
from .sessions.agent import agents
from .sessions.facts import FACTS_VERSION
from .sessions.folder import sweep

MOST_FILES = 8
"""Files with lines that are not JSON that are named."""


def examine(coach: Coach, report: Report) -> dict[str, Any]:
    """Everything `doctor` says, as JSON."""
    profile = coach.profile
    found = sweep(coach.places.roots)
    everything, gone, first, last = profile.extent()
    lines = profile.line_count()
    passed = profile.passed()
    lost = profile.meta("lost", 0)
    return {
        "schema": 1,
        "versions": {
            "accrete-coach": __version__,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "facts": FACTS_VERSION,
            **{name: _version(name) for name in ("textual", "watchdog", "msgspec")},
        },
        "profile": {
            "path": str(coach.places.profile),
            "bytes": _size(coach.places.profile),
            "journal_mode": profile.journal,
            "wal_is_safe": wal_is_safe(),
            "in_memory": profile.path is None,
            "note": coach.note or None,
            "stopped": report.stopped or None,
            "copies": [path.name for path in keeping.copies(coach.places)],
            "set_aside": [path.name for path in keeping.set_aside(coach.places)],
            "read_by_another_process": report.by_other,
            "fresh": report.fresh,
        },
        "roots": [
            {
                "agent": root.agent,
                "path": str(root.path),
                "found": any(folder.is_dir() for folder in root.folders),
                "cleanup_period_days": root.by.days_kept(root.path),
                "files": sum((f.agent, f.root) == (root.agent, str(root.path)) for f in found.files),
            }
            for root in coach.places.roots
        ],
        "sessions": {
            "all": everything,
            "transcript_deleted": gone,
            "deleted_before_read": lost,
            "first": iso(first),
            "last": iso(last),
        },
        "lines": {
            "all": lines,
            "told_something": passed.get("used", 0),
            "by_reason": dict(sorted(passed.items(), key=lambda x: (-x[1], x[0]))),
            "not_json": [
                {"path": os.path.join(root, *name.split("/")), "lines": n} for root, name, n in profile.passed_in("not JSON")
            ],
        },
        "practices_paused": [{"where": p.where, "what": p.what} for p in coach.problems],
        "passed_over": [{"path": path, "why": why} for path, why in report.problems],
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _size(path: os.PathLike[str]) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _date(at: str | None, zone: tzinfo) -> str:
    return date_of(datetime.fromisoformat(at).astimezone(zone).date()) if at else "never"


def lines(found: dict[str, Any], zone: tzinfo, columns: int) -> Iterator[str]:
    """What `examine` found, for people."""
    versions = found["versions"]
    yield from wrapped(
        ", ".join(f"{name} {version}" for name, version in versions.items() if name != "facts") + f", {sys.platform}", columns
    )
    profile = found["profile"]
    yield ""
    yield "Profile"
    yield from wrapped(clean(profile["path"], 500), columns, "  ")
    yield from wrapped(f"{profile['bytes'] / 1e6:,.1f} MB, journal mode {profile['journal_mode']}.", columns, "  ")
    for said in (profile["note"], profile["stopped"]):
        if said:
            yield from wrapped(clean(said, 800), columns, "  ")
    if profile["copies"]:
        yield from wrapped(f"Copies: {', '.join(clean(name, 80) for name in profile['copies'])}.", columns, "  ")
    for name in profile["set_aside"]:
        yield from wrapped(f"Set aside: {clean(name, 80)}. It is never read again; delete it when you like.", columns, "  ")
    if profile["read_by_another_process"]:
        yield from wrapped(
            "Another accrete-coach reads the transcripts" + ("." if profile["fresh"] else "; it did not answer in two seconds."),
            columns,
            "  ",
        )
    yield ""
    yield "Transcripts"
    for root in found["roots"]:
        by = agents()[root["agent"]]
        yield from wrapped(
            f"{by.name}, {clean(root['path'], 500)}: "
            + (plural(root["files"], "file") if root["found"] else f"no folder {' or '.join(by.folders)} there"),
            columns,
            "  ",
        )
        if root["found"]:
            yield from wrapped(by.kept(Path(root["path"])), columns, "    ")
    sessions = found["sessions"]
    yield from wrapped(
        f"{plural(sessions['all'], 'session')} read, {_date(sessions['first'], zone)} to {_date(sessions['last'], zone)}.",
        columns,
        "  ",
    )
    yield from wrapped(
        f"{plural(sessions['transcript_deleted'], 'transcript')} deleted since; what was read of them stays.", columns, "  "
    )
    if sessions["deleted_before_read"]:
        yield from wrapped(
            f"{plural(sessions['deleted_before_read'], 'session')} in the agent's own history were deleted before they could be read.",
            columns,
            "  ",
        )
    told = found["lines"]
    yield ""
    yield "Lines"
    yield from wrapped(
        f"{plural(told['all'], 'line')} read; {told['told_something']:,} told something. The others, by reason; a bare name is"
        " that of a kind of record that says nothing about practices:",
        columns,
        "  ",
    )
    for reason, n in told["by_reason"].items():
        if reason == "used":
            continue
        yield from wrapped(f"{n:>9,}  {reason_text(reason)}", columns, "  ")
        if reason == "not JSON":
            for item in told["not_json"][:MOST_FILES]:
                # Whole, so that it can be copied.
                yield f"{'':13}{one_line(item['path'], 500)}: {plural(item['lines'], 'line')}"
            if len(told["not_json"]) > MOST_FILES:
                yield from wrapped(f"and {plural(len(told['not_json']) - MOST_FILES, 'file')} more", columns, " " * 13)
    rest = told["all"] - sum(told["by_reason"].values())
    yield from wrapped(
        "Every line is accounted for." if not rest else f"{rest:,} lines are not accounted for: please report this.",
        columns,
        "  ",
    )
    if found["practices_paused"]:
        yield ""
        yield "Practices that don't run, or went wrong"
    for paused in found["practices_paused"]:
        yield from wrapped(clean(paused["what"], 600), columns, "  ")
    if found["passed_over"]:
        yield ""
        yield "Passed over"
        for item in found["passed_over"]:
            yield from wrapped(f"{clean(item['path'], 500)}: {clean(item['why'], 200)}", columns, "  ")
    if not profile["wal_is_safe"]:
        yield ""
        yield from wrapped(
            f"SQLite {versions['sqlite']} can damage a database in WAL mode (fixed in 3.51.3, 3.50.7, 3.44.6), so the slower, safe mode is used.",
            columns,
        )
