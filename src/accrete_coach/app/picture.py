"""What the screen shows, as one frozen value: what the coach last told, and what came of it. A test builds it by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ..practice import FAMILIES, Catalogue, Practice
from ..standings import Standing, Standings
from .filters import ALL, Filters

if TYPE_CHECKING:
    from ..coach import Progress, Update
    from ..now import Now

FIVE = 5
"""Practices on the first view."""


MOST_LOGGED = 50


class Happened(NamedTuple):
    """Something of note in a running session."""

    at: int
    """Milliseconds since 1970, UTC."""
    name: str
    """What the session is called."""
    just: str
    """What happened, in a few words."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One state of the whole screen."""

    catalogue: Catalogue
    roots: tuple[str, ...] = ()
    """Where sessions are looked for."""
    kept: tuple[str, ...] = ()
    """How long the agents keep transcripts, and how that is changed: a sentence for each that deletes them."""
    demo: bool = False
    """Whether the sessions are invented."""
    instead: str = ""
    """Why it shows invented ones though nobody asked for that, in a sentence."""
    standings: Standings | None = None
    """Over the usual window and all sessions; None until the coach first answered."""
    filters: Filters = ALL
    """What the person narrowed the practices down to."""
    narrowed: Standings | None = None
    """Over the sessions that the filters leave; None where they leave all, or until the coach answered."""
    progress: Progress | None = None
    """None when nothing is being read."""
    now: Now | None = None
    """What runs; None until the coach looked."""
    log: tuple[Happened, ...] = ()
    """What happened in running sessions since the app was opened, the newest first."""
    opened: int = 0
    """When the coach first looked what runs, in milliseconds: what happened before is no news."""
    note: str = ""
    """What the coach has to say about itself, such as another process reading."""
    stopped: bool = False
    """Whether reading ended although nobody asked it to."""
    five: tuple[str, ...] = ()
    """Ids of the practices that matter now. They stand still while a scan goes on."""
    fresh: tuple[str, ...] = ()
    """Ids of the practices that changed a moment ago."""
    just: str = ""
    """What changed a moment ago, in words."""
    said: str = ""
    """The app's answer to what the person last did."""

    def after(self, update: Update) -> Picture:
        """This picture with what the coach tells."""
        standings = update.standings if update.standings is not None else self.standings
        if standings is not None and self.standings is not None and standings.now < self.standings.now:
            # Counted before what is shown was: the person said something meanwhile.
            standings = self.standings
        five = self.five
        if standings is not None and (update.progress is None or self.standings is None):
            five = tuple(s.practice.id for s in standings.five)
        fresh, just = self.fresh, self.just
        # While old sessions are read everything changes; only what happens beside the person is news.
        if standings is not None and update.changed and update.progress is None and self.standings is not None:
            fresh = update.changed
            just = _just(self.standings, standings, update.changed)
        picture = replace(
            self, standings=standings, progress=update.progress, note=update.note, five=five, fresh=fresh, just=just
        )
        return picture.running(update.now) if update.now is not None else picture

    def running(self, now: Now) -> Picture:
        """This picture with what runs now; what happened since the first look is logged, each once."""
        if self.now is None:
            return replace(self, now=now, opened=now.at)
        news = {Happened(one.just_at, one.name, one.just) for one in now.running if one.just and one.just_at >= self.opened}
        # A session that fell silent and comes back brings what it was last known for.
        log = sorted({*news, *self.log}, reverse=True)[:MOST_LOGGED]
        return replace(self, now=now, log=tuple(log))

    def waits(self, at: int) -> bool:
        """Whether a session waits for the person."""
        return self.now is not None and any(one.waiting(at) == "you" for one in self.now.then(at).running)

    def filtering(self, filters: Filters) -> Picture:
        """This picture with other filters; what they leave of the sessions has yet to be counted."""
        same = (filters.weeks, filters.project, filters.agent) == (self.filters.weeks, self.filters.project, self.filters.agent)
        return replace(self, filters=filters, narrowed=self.narrowed if same else None)

    def narrowing(self, filters: Filters, standings: Standings) -> Picture:
        """This picture with what these filters leave, where they still stand."""
        return replace(self, narrowed=standings) if filters == self.filters else self

    def settled(self) -> Picture:
        """This picture when the news has been on long enough."""
        return replace(self, fresh=(), just="")

    def saying(self, said: str) -> Picture:
        """This picture with an answer to the person."""
        return replace(self, said=said)

    def stopping(self, why: str) -> Picture:
        """This picture when nothing more will be read; `why` stays."""
        return replace(self, progress=None, note=why, stopped=True)

    def knowing(self, standings: Standings) -> Picture:
        """This picture with what was already known."""
        return replace(self, standings=standings, five=tuple(s.practice.id for s in standings.five))

    @property
    def known(self) -> Standings | None:
        """The standings that are shown: those of the sessions that the filters leave; None until they are known."""
        return self.narrowed if self.filters.narrows_sessions else self.standings

    def standing(self, practice: str) -> Standing | None:
        """The shown standing of this practice; None until the coach answered, or for an unknown id."""
        if self.known is None:
            return None
        return next((s for s in self.known.all if s.practice.id == practice), None)

    @property
    def names(self) -> dict[str, str]:
        """Practice's id -> what it is called on the screen."""
        return {p.id: p.short or p.id for p in self.catalogue.practices}

    @property
    def first(self) -> bool:
        """Whether all was looked at and there is no session yet: the first run."""
        looked = self.progress is None and not self.note.strip()
        return self.standings is not None and not self.standings.basis.all_sessions and looked

    @property
    def first_five(self) -> tuple[str, ...]:
        """The ids on the first view: the five that matter, or the first of the catalogue until they are known."""
        if self.filters.narrows_sessions and self.narrowed is not None:
            return tuple(s.practice.id for s in self.narrowed.five)
        return self.five or tuple(p.id for p in self.catalogue.practices[:FIVE])

    @property
    def by_family(self) -> tuple[tuple[str, tuple[Practice, ...]], ...]:
        """Every practice under its family, in the order of the families."""
        grouped = ((f, tuple(p for p in self.catalogue.practices if p.family == f)) for f in FAMILIES)
        return tuple((f, practices) for f, practices in grouped if practices)


def _just(before: Standings, after: Standings, changed: tuple[str, ...]) -> str:
    old = {s.practice.id: s for s in before.all}
    seen, passed = [], []
    for standing in after.all:
        was = old.get(standing.practice.id)
        if standing.practice.id not in changed or was is None:
            continue
        if standing.happened > was.happened or standing.last > was.last:
            seen.append(standing.practice.short)
        elif standing.applied > was.applied:
            passed.append(standing.practice.short)
    if seen:
        return f"just now: {' · '.join(seen)}"
    if passed:
        return f"just now: an occasion for {' · '.join(passed)}"
    return ""
