"""Counts of a window, kept from one change to the next: only sessions that changed since are counted anew."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from .practice import Practice
from .standings import Basis, Corrected, Row, Tally, corrected, weeks_of_row

if TYPE_CHECKING:
    from .profile import Profile

KEPT = 64
"""Sessions of which it is remembered what they added: those that run, and those that are settled beside them."""


class Share(NamedTuple):
    """What one session adds."""

    started: int
    gone: bool
    counts: bool
    """Whether it started in the window."""
    person: bool
    stamp: str
    rows: tuple[Row, ...]
    corrections: Mapping[str, Corrected]


class Window:
    """One window over one profile, for the thread that has the profile open."""

    def __init__(self, profile: Profile, practices: Sequence[Practice], zone: tzinfo) -> None:
        self.profile = profile
        self.practices = practices
        self.zone = zone
        self.basis = Basis()
        self.tallies: dict[str, Tally] = {}
        self.mondays: Sequence[date] = ()
        self.corrections: dict[str, Corrected] = {}
        self.stamps: Counter[str] = Counter()
        """The detectors that sessions with a person were read with -> how many."""
        self._shares: OrderedDict[int, Share | None] = OrderedDict()
        self._begins: Sequence[int] = ()
        self._begin: int | None = None
        self._now = 0
        self._until = 0
        self._next: int | None = None
        """When the first session starts that is too far in the future to count."""
        self._version = -1
        self._filled = False
        profile.note_touched()

    def follow(self, begin: int, now: int, until: int) -> bool:
        """Count what changed since the last time. False where everything has to be (`fill`): the window begins elsewhere,
        another process wrote, or a session changed of which is not remembered what it had added."""
        version, touched = self.profile.data_version, self.profile.take_touched()
        same = self._filled and version == self._version and begin == self._begin and now >= self._now
        late = self._next is not None and self._next < until
        # Where everything is shown for want of a session in the window, the next one ends that.
        widened = self.basis.widened and bool(touched)
        self._begin, self._now, self._until, self._version = begin, now, until, version
        if same and not late and not widened and touched <= self._shares.keys():
            self._filled = all(self._take_anew(num) for num in sorted(touched)) and bool(self.basis.sessions or not touched)
        else:
            self._filled = False
        if not self._filled:
            # Those that run are likely to go on.
            for num in sorted(touched)[:KEPT]:
                self._shares[num] = None
                self._shares.move_to_end(num)
            while len(self._shares) > KEPT:
                self._shares.popitem(last=False)
        return self._filled

    def fill(
        self,
        rows: Iterable[Row],
        corrections: Mapping[str, Corrected],
        basis: Basis,
        stamps: Mapping[str, int],
    ) -> None:
        """Begin with a count of everything, made after `follow` and with its bounds."""
        self.mondays, self._begins = weeks_of_row(basis, self._now, self.zone)
        self.tallies = {p.id: Tally() for p in self.practices}
        for row in rows:
            if row.practice in self.tallies:
                self.tallies[row.practice].count(row, self._begins)
        self.basis, self.corrections, self.stamps = basis, dict(corrections), Counter(stamps)
        self._next = self.profile.next_start(self._until)
        for num in self._shares:
            self._shares[num] = self._share(num)
        self._filled = True

    def _share(self, num: int) -> Share | None:
        found = self.profile.share(num)
        if found is None:
            return None
        (started, gone, person, stamp), read, said = found
        since = self._begin if not self.basis.widened else None
        counts = (since is None or started >= since) and started < self._until
        if not counts or not person:
            return Share(started, gone, counts, person, stamp, (), {})
        rows, counted = corrected(list(map(Row._make, read)), said)
        return Share(started, gone, counts, person, stamp, tuple(rows), counted)

    def _take_anew(self, num: int) -> bool:
        """Count a session anew; False where that does not tell all there is to know."""
        old, new = self._shares[num], self._share(num)
        self._shares[num] = new
        self._shares.move_to_end(num)
        basis = self.basis
        for share, by in ((old, -1), (new, 1)):
            if share is None:
                continue
            if share.started >= self._until:
                return False
            basis = replace(basis, all_sessions=basis.all_sessions + by, gone=basis.gone + by * share.gone)
            if not share.counts:
                continue
            if not share.person:
                basis = replace(basis, automatic=basis.automatic + by)
                continue
            basis = replace(basis, sessions=basis.sessions + by)
            self.stamps[share.stamp] += by
            for row in share.rows:
                if row.practice in self.tallies:
                    self.tallies[row.practice].count(row, self._begins, by)
            for practice, counted in share.corrections.items():
                before = self.corrections.get(practice, Corrected())
                self.corrections[practice] = Corrected(before.all + by * counted.all, before.applied + by * counted.applied)
        self.basis = basis
        if new is not None and new.started and (not self.basis.first or new.started < self.basis.first):
            self.basis = replace(self.basis, first=new.started)
        # Where the first session is another now, only all of them tell which it is.
        return not (old is not None and old.started and old.started == basis.first and (new is None or new.started > old.started))
