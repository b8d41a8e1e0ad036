"""Holds readings against files of careful readings, prints the table, and writes the shipped figures and their page.

    python tests/accuracy.py CLAUDE_ROOT LABELS.json [--name ... --readers N --agreement ... --note ...] [--write] [--wrong]

The labels: `{session: {practice: {"applies": true|false|null, "seen": true|false|null, "by": "you"|"agent"|null,
"lines": [...], "note": "..."}}}`. Labels that are null, and those whose note calls them borderline, are left out.
A measurement of the same name in `src/accrete_coach/accuracy.toml` is replaced, the others stay.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from accrete_coach.accuracy import Accuracy, Measurement, Tally, page, parse, table
from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.practice import CANT_TELL, NOT_APPLICABLE, SEEN, Reading, load
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.facts import CLAUDE_CODE

PROJECT = Path(__file__).parent.parent
SHIPPED = PROJECT / "src" / "accrete_coach" / "accuracy.toml"
PAGE = PROJECT / "docs" / "accuracy.md"


def tally_of(label: dict[str, Any], reading: Reading) -> Tally:
    """One reading held against one label."""
    applies = label["applies"] is not None and reading.word != CANT_TELL
    seen = reading.word == SEEN
    told = label["seen"] is not None
    both = bool(told and label["seen"] and seen)
    return Tally(
        hit=int(both),
        extra=int(told and not label["seen"] and seen),
        missed=int(told and bool(label["seen"]) and not seen),
        neither=int(told and not label["seen"] and not seen),
        applies_same=int(applies and label["applies"] == (reading.word != NOT_APPLICABLE)),
        applies_all=int(applies),
        by_same=int(both and label["by"] == reading.by),
        by_all=int(both and label["by"] is not None),
        cant_tell=int(told and reading.word == CANT_TELL),
    )


def agrees(tally: Tally) -> bool:
    """Whether a single reading agrees with its label in every way."""
    return not (tally.extra or tally.missed or tally.applies_same < tally.applies_all or tally.by_same < tally.by_all)


def is_borderline(label: dict[str, Any]) -> bool:
    """Whether the reader called it a hard call."""
    return bool(label.get("hard")) or "borderline" in str(label.get("note", "")).lower()


def measure(labels: dict[str, dict[str, dict[str, Any]]], root: Path) -> tuple[dict[str, Tally], list[str]]:
    """Tallies by practice, and a line for each disagreement. Reads the transcripts into a profile that is thrown away."""
    with tempfile.TemporaryDirectory() as home:
        coach = Coach(Places(Path(home), Path(home), (Root(CLAUDE_CODE, root),)))
        coach.scan()
        stored = {s.id: s for s in coach.profile.sessions(shown=False)}
        readings = coach.profile.readings()
        tallies = {p.id: Tally() for p in coach.catalogue.practices}
        wrong = []
        for session, by_practice in labels.items():
            row = stored.get(session)
            if row is None:
                wrong.append(f"{session}: not among the sessions read")
                continue
            for practice in tallies:
                label = by_practice.get(practice)
                if label is None or is_borderline(label):
                    continue
                reading = readings.get(row.num, {}).get(practice, Reading(NOT_APPLICABLE))
                one = tally_of(label, reading)
                tallies[practice] += one
                if not agrees(one):
                    at = [m.line for m in reading.moments]
                    wrong.append(
                        f"{session[:8]} {practice:17} label applies={label['applies']} seen={label['seen']} by={label['by']} {label.get('lines', [])[:4]}"
                        f" | read {reading.word} {reading.by} {at} | {label.get('note', '')}"
                    )
        coach.close()
    return tallies, wrong


def row(name: str, tally: Tally) -> str:
    """The counts and shares as a line of the table."""

    def share(part: int, whole: int) -> str:
        return f"{part / whole:5.2f}" if whole else "    -"

    t = tally
    return (
        f"{name:18} {t.positives:4} {t.negatives:4}  {share(t.hit, t.hit + t.extra)}  {share(t.hit, t.positives)}  "
        f"{share(t.applies_same, t.applies_all)}  {share(t.by_same, t.by_all)}  {t.extra:4} {t.missed:4} {t.cant_tell:4}"
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("root", type=Path, help="the agent's root that holds projects/")
    parser.add_argument("labels", type=Path)
    parser.add_argument("--name", default="Labelled sessions")
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--agreement", default="")
    parser.add_argument("--note", default="")
    parser.add_argument("--write", action="store_true", help="write the shipped figures and their page")
    parser.add_argument("--wrong", action="store_true", help="name every disagreement")
    given = parser.parse_args()
    labels = json.loads(given.labels.read_text())
    tallies, wrong = measure(labels, given.root)
    print(
        f"{'practice':18} {'pos':>4} {'neg':>4}  {'prec':>5}  {'rec':>5}  {'n/a':>5}  {'who':>5}  {'fp':>4} {'fn':>4} {'ct':>4}"
    )
    for practice, tally in tallies.items():
        print(row(practice, tally))
    print(row("pooled", sum(tallies.values(), Tally())))
    print("\npos, neg: labelled seen and not seen (borderline and null left out). n/a: agreement on whether it applied.")
    print("who: agreement on who started it, where both saw it. fp, fn: seen by one side only. ct: the program can't tell.")
    if given.wrong:
        print()
        print("\n".join(wrong))
    if given.write:
        write(Measurement(given.name, date.today().isoformat(), len(labels), given.readers, given.agreement, given.note, tallies))
    return 0


def write(new: Measurement) -> None:
    """Put a measurement into the shipped figures, in the place of one of the same name, and write the page."""
    catalogue = load()
    versions = {p.id: p.version for p in catalogue.practices}
    old = parse(SHIPPED.read_text(encoding="utf-8")).measurements if SHIPPED.exists() else ()
    # What is not said anew about the readers stays as it was said.
    was = next((m for m in old if m.name == new.name), new)
    readers, agreement, note = new.readers or was.readers or 1, new.agreement or was.agreement, new.note or was.note
    new = Measurement(new.name, new.date, new.sessions, readers, agreement, note, new.tallies, versions)
    kept = [new if m.name == new.name else m for m in old]
    accuracy = Accuracy(tuple(kept if new in kept else [*kept, new]))
    SHIPPED.write_text(table(accuracy), encoding="utf-8")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(accuracy, [(p.id, p.title) for p in catalogue.practices]), encoding="utf-8")
    print(f"\nWrote {SHIPPED.relative_to(PROJECT)} and {PAGE.relative_to(PROJECT)}.")


if __name__ == "__main__":
    sys.exit(main())
