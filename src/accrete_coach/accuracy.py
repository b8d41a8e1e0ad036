"""How right the readings are: figures measured on sessions that people read with care, shipped in `accuracy.toml`. Pure.

The figures come with their date, the number of sessions and readers, and how the readers agreed with each other. They are
written by `make accuracy`, never by hand.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from .intervals import wilson

ENOUGH = 8
"""Positives, and negatives, from which on a practice counts as measured: fewer say next to nothing."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Readings of one practice held against those of careful readers; their own hard calls are left out."""

    hit: int = 0
    """Seen by both."""
    extra: int = 0
    """Seen by the program only."""
    missed: int = 0
    """Seen by the reader only; also where the program could not tell."""
    neither: int = 0
    applies_same: int = 0
    """Sessions in which both say, or both deny, that it applied."""
    applies_all: int = 0
    by_same: int = 0
    """Sessions in which both say who started it, and the same."""
    by_all: int = 0
    cant_tell: int = 0
    """Sessions in which the program could not tell what the reader could."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in COUNTS))

    @property
    def positives(self) -> int:
        """Sessions in which the readers saw it."""
        return self.hit + self.missed

    @property
    def negatives(self) -> int:
        """Sessions in which they did not."""
        return self.extra + self.neither

    @property
    def measured(self) -> bool:
        """Whether there were enough sessions of both kinds to say."""
        return self.positives >= ENOUGH and self.negatives >= ENOUGH

    @property
    def precision(self) -> Share:
        """Of those the program saw, the readers saw."""
        return Share(self.hit, self.hit + self.extra)

    @property
    def recall(self) -> Share:
        """Of those the readers saw, the program saw."""
        return Share(self.hit, self.positives)

    @property
    def applies(self) -> Share:
        """Agreement on whether it applied."""
        return Share(self.applies_same, self.applies_all)

    @property
    def who(self) -> Share:
        """Agreement on who started it, where both saw it."""
        return Share(self.by_same, self.by_all)


COUNTS = ("hit", "extra", "missed", "neither", "applies_same", "applies_all", "by_same", "by_all", "cant_tell")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with Wilson's 95 % interval."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high), from 0 to 1."""
        return wilson(self.part, self.whole)

    def __str__(self) -> str:
        """ "0.95 (0.87 to 0.98)"; "-" of nothing."""
        if not self.whole:
            return "-"
        low, high = self.interval
        return f"{self.part / self.whole:.2f} ({low:.2f} to {high:.2f})"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One set of sessions that was read with care."""

    name: str
    date: str
    """The day of the measurement, ISO 8601."""
    sessions: int
    readers: int
    """People or agents who read each session independently; 1: nobody checked the reader."""
    agreement: str
    """How the readers agreed with each other, in a sentence."""
    note: str
    """What to know before believing it, in a sentence."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """By practice."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """The detectors' versions at that time."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """All measurements, the oldest first."""

    measurements: tuple[Measurement, ...] = ()

    def of(self, practice: str) -> Tally:
        """The counts for one practice, over all measurements."""
        return sum((m.tallies.get(practice, Tally()) for m in self.measurements), Tally())

    def measured(self, practice: str) -> bool:
        """Whether a practice's detector was measured on enough sessions. An unmeasured one is never suggested."""
        return self.of(practice).measured

    def sentence(self, practice: str, version: int = 0) -> str:
        """How right the detector is, as it stands beside the practice."""
        tally = self.of(practice)
        if not tally.measured:
            return (
                f"Unmeasured: the careful readings hold {_times(tally.positives, 'session')} with it and {tally.negatives} without; "
                f"it takes {ENOUGH} of each to say."
            )
        changed = any(m.versions.get(practice, version) != version for m in self.measurements) if version else False
        return (
            f"Measured on {tally.positives + tally.negatives} sessions read with care: of those where it says seen, "
            f"{_percent(tally.precision)} are; of those where it was, it sees {_percent(tally.recall)}."
            + (" The detector has changed since." if changed else "")
        )

    @property
    def pooled(self) -> Tally:
        """Over all practices and measurements."""
        return sum((tally for m in self.measurements for tally in m.tallies.values()), Tally())


def _times(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _percent(share: Share) -> str:
    low, high = share.interval
    return f"{share.part} of {share.whole} ({100 * low:.0f} to {100 * high:.0f} %)"


@cache
def shipped() -> Accuracy:
    """The figures that come with this version."""
    return parse(Path(__file__).with_name("accuracy.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Accuracy:
    """The figures in an `accuracy.toml`. Raises ValueError where it is not one."""
    try:
        return Accuracy(tuple(_measurement(m) for m in tomllib.loads(text)["measurement"]))
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"accuracy.toml: not as `make accuracy` writes it ({problem})") from problem


def _measurement(table: dict[str, Any]) -> Measurement:
    practices: dict[str, dict[str, int]] = table["practices"]
    return Measurement(
        name=table["name"],
        date=str(table["date"]),
        sessions=int(table["sessions"]),
        readers=int(table["readers"]),
        agreement=table["agreement"],
        note=table["note"],
        tallies={name: Tally(**{key: int(counts.get(key, 0)) for key in COUNTS}) for name, counts in practices.items()},
        versions={name: int(counts.get("version", 0)) for name, counts in practices.items()},
    )


def table(accuracy: Accuracy) -> str:
    """`accuracy.toml` as text."""
    import tomli_w

    return tomli_w.dumps(
        {
            "measurement": [
                {
                    "name": m.name, "date": m.date, "sessions": m.sessions, "readers": m.readers, "agreement": m.agreement, "note": m.note,
                    "practices": {
                        name: {"version": m.versions.get(name, 0)} | {key: n for key in COUNTS if (n := getattr(tally, key))}
                        for name, tally in m.tallies.items()
                    },
                }
                for m in accuracy.measurements
            ]
        }
    )  # fmt: skip


def page(accuracy: Accuracy, practices: Iterable[tuple[str, str]]) -> str:
    """The page `docs/accuracy.md`. `practices`: (id, title) in the order of the catalogue."""
    lines = [
        "# How right the readings are",
        "",
        "Written by `make accuracy`; not by hand. Each figure is a share with Wilson's 95 % interval behind it.",
        "",
        "- **cases**: sessions in which careful readers saw the practice, and in which they did not (their own hard calls, and what a",
        "  session cannot say, are left out).",
        "- **precision**: of the sessions where the program says *seen*, those where the readers saw it.",
        "- **recall**: of the sessions where the readers saw it, those where the program does. *Can't tell* counts as missed.",
        "- **applies**: agreement on whether the session gave an occasion.",
        "- **who**: agreement on who started it, where both saw it.",
        f"- Under {ENOUGH} sessions of either kind a practice is **unmeasured**: the app says so beside it, and the coach does not",
        "  suggest it.",
        "",
    ]
    order = list(practices)
    for m in accuracy.measurements:
        lines += [
            f"## {m.name}",
            "",
            f"{m.date}: {m.sessions} sessions, {_times(m.readers, 'reader')}. {m.agreement} {m.note}",
            "",
            *_rows(order, partial(_in, m)),
            "",
        ]
    if len(accuracy.measurements) > 1:
        lines += ["## All together", "", "What the app shows beside a practice.", "", *_rows(order, accuracy.of), ""]
    return "\n".join(lines)


def _in(measurement: Measurement, practice: str) -> Tally:
    return measurement.tallies.get(practice, Tally())


def _rows(order: list[tuple[str, str]], of: Callable[[str], Tally]) -> list[str]:
    rows = ["| practice | with / without | precision | recall | applies | who | |", "|---|--:|---|---|---|---|---|"]
    whole = Tally()
    for name, _ in order:
        tally = of(name)
        whole += tally
        rows.append(_row(f"`{name}`", tally, "" if tally.measured else "unmeasured"))
    return [*rows, _row("**pooled**", whole, "")]


def _row(name: str, tally: Tally, remark: str) -> str:
    return f"| {name} | {tally.positives} / {tally.negatives} | {tally.precision} | {tally.recall} | {tally.applies} | {tally.who} | {remark} |"
