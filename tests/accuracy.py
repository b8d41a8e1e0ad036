"""Holds readings against a labels file: per practice and pooled, precision, recall and agreement.

    python tests/accuracy.py LABELS.json CLAUDE_ROOT [--wrong]

The labels: `{session: {practice: {"applies": true|false|null, "seen": true|false|null, "by": "you"|"agent"|null,
"note": "..."}}}`. Labels that are null, and those whose note calls them borderline, are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accrete_coach.coach import Coach
from accrete_coach.places import Places
from accrete_coach.practice import CANT_TELL, NOT_APPLICABLE, SEEN, Reading
from accrete_coach.sessions.agent import Root


@dataclass
class Tally:
    """Counts of agreement for one practice, or pooled."""

    hit: int = 0
    """Seen by both."""
    extra: int = 0
    """Seen by the program only."""
    missed: int = 0
    """Seen by the reader only."""
    neither: int = 0
    applies_same: int = 0
    applies_all: int = 0
    by_same: int = 0
    by_all: int = 0
    cant_tell: int = 0
    """The program could not tell where the reader could: counted as missed where it was seen."""

    def add(self, label: dict[str, Any], reading: Reading) -> bool:
        """Count one reading; returns whether it agrees in every way."""
        agrees = True
        if label["applies"] is not None and reading.word != CANT_TELL:
            same = label["applies"] == (reading.word != NOT_APPLICABLE)
            self.applies_all += 1
            self.applies_same += same
            agrees &= same
        if label["seen"] is None:
            return agrees
        seen = reading.word == SEEN
        self.cant_tell += reading.word == CANT_TELL
        if label["seen"] and seen:
            self.hit += 1
            if label["by"]:
                self.by_all += 1
                self.by_same += label["by"] == reading.by
                agrees &= label["by"] == reading.by
        elif label["seen"]:
            self.missed += 1
        elif seen:
            self.extra += 1
        else:
            self.neither += 1
        return agrees and bool(label["seen"]) == seen

    def __iadd__(self, other: Tally) -> Tally:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def row(self, name: str) -> str:
        """The counts and shares as a line of the table."""

        def share(part: int, whole: int) -> str:
            return f"{part / whole:5.2f}" if whole else "    -"

        return (
            f"{name:18} {self.hit + self.missed:4} {self.neither + self.extra:4}  {share(self.hit, self.hit + self.extra)}  "
            f"{share(self.hit, self.hit + self.missed)}  {share(self.applies_same, self.applies_all)}  {share(self.by_same, self.by_all)}  "
            f"{self.extra:4} {self.missed:4} {self.cant_tell:4}"
        )


def is_borderline(label: dict[str, Any]) -> bool:
    """Whether the reader called it a hard call."""
    return "borderline" in str(label.get("note", "")).lower()


def measure(labels: dict[str, dict[str, dict[str, Any]]], root: Path) -> tuple[dict[str, Tally], list[str]]:
    """Tallies by practice, and a line for each disagreement. Reads the transcripts into a profile that is thrown away."""
    with tempfile.TemporaryDirectory() as home:
        coach = Coach(Places(Path(home), Path(home), (Root("claude-code", root),)))
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
            for practice, tally in tallies.items():
                label = by_practice.get(practice)
                if label is None or is_borderline(label):
                    continue
                reading = readings.get(row.num, {}).get(practice, Reading(NOT_APPLICABLE))
                if not tally.add(label, reading):
                    at = [m.line for m in reading.moments]
                    wrong.append(
                        f"{session[:8]} {practice:17} label applies={label['applies']} seen={label['seen']} by={label['by']} {label['lines'][:4]}"
                        f" | read {reading.word} {reading.by} {at} | {label['note']}"
                    )
        coach.close()
    return tallies, wrong


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("labels", type=Path)
    parser.add_argument("root", type=Path, help="the agent's root that holds projects/")
    parser.add_argument("--wrong", action="store_true", help="name every disagreement")
    given = parser.parse_args()
    tallies, wrong = measure(json.loads(given.labels.read_text()), given.root)
    print(
        f"{'practice':18} {'pos':>4} {'neg':>4}  {'prec':>5}  {'rec':>5}  {'n/a':>5}  {'who':>5}  {'fp':>4} {'fn':>4} {'ct':>4}"
    )
    pooled = Tally()
    for practice, tally in tallies.items():
        print(tally.row(practice))
        pooled += tally
    print(pooled.row("pooled"))
    print("\npos, neg: labelled seen and not seen (borderline and null left out). n/a: agreement on whether it applied.")
    print("who: agreement on who started it, where both saw it. fp, fn: seen by one side only. ct: the program can't tell.")
    if given.wrong:
        print()
        print("\n".join(wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main())
