"""Coaching for the app without a profile: what the person says is kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from accrete_coach.delivery import Delivery, Figure
from accrete_coach.flow import Total
from accrete_coach.practice import Practice
from accrete_coach.standings import Standing, Standings
from accrete_coach.suggestions import CheckIn, Focus, Tip
from accrete_coach.tips import Bar, Followed, Suggestion, bar, next_tip
from accrete_coach.trend import Share
from accrete_coach.week import Change, Counts, Kind, Period, Week, Worth, to_look_back_on

Undo = Callable[["MadeUpCounsel"], object]


@dataclass
class MadeUpCounsel:
    standings: Standings
    now: int
    kept: list[Tip] = field(default_factory=list)
    running: Focus | None = None
    ended: list[Followed] = field(default_factory=list)
    since: tuple[int, int, int] = (4, 1, 6)
    """You, the agent unasked, occasions since the focus was taken up."""
    felt: dict[str, CheckIn] = field(default_factory=dict)
    empty: bool = False
    few: bool = False
    delivered: Delivery | None = None
    asked: list[str] = field(default_factory=list)

    def today(self) -> date:
        return datetime.fromtimestamp(self.now / 1000, UTC).date()

    def week(
        self,
        of: Period | None = None,
        *,
        project: str | None = None,
        agent: str | None = None,
        details: bool = False,
        shows: bool = True,
    ) -> Week:
        of = of or to_look_back_on(self.today())
        self.asked.append(of.name)
        begin, end = of.bounds(UTC)
        recent = begin <= self.now < end + 7 * 86_400_000
        changes = tuple(self._change(s, n) for n, s in enumerate(self.standings)) if not self.empty and begin <= self.now else ()
        moment = next((c for c in changes if c.kind is Kind.GREW), None)
        focus = self.focus()
        return Week(
            of,
            begin,
            end,
            self.now,
            Counts() if not changes else Counts(1 if self.few else 9, 1, 1, 1),
            Counts(31, 2, 0, 4),
            changes,
            project or "",
            agent or "",
            focus=focus if recent else None,
            suggestion=self.tip() if focus is None and recent and changes else None,
            moment=Worth(
                moment.practice,
                "5f1c2a3b",
                "claude-code",
                3,
                "/home/ada/code/acme-web",
                "/home/ada/.claude/5f1c2a3b.jsonl",
                12,
                max(begin, self.now - 86_400_000),
            )
            if moment is not None
            else None,
            felt=self.felt.get(of.name),
            flow=Total(9, 5_400_000, 2_700_000, 2, 61, 9_000_000, 1_800_000, 2, 3, 1, 0, 6, 7) if details and changes else None,
            flow_before=Total(31, 21_600_000, 9_000_000, 6, 220, 30_000_000, 0, 1, 9, 2, 1, 22, 28)
            if details and changes
            else None,
        )

    def _change(self, s: Standing, n: int) -> Change:
        applied = min(s.applied, 8)
        you = min(s.you, applied)
        agent = min(s.happened, applied) - you
        if s.practice.id == "plan-first" and not self.few:
            return Change(s.practice, Kind.GREW, 7, 0, 8, 0, Share(4, 26))
        if s.practice.id == "explore-first" and not self.few:
            return Change(s.practice, Kind.FADED, 0, 2, 8, 0, Share(18, 24))
        kind = Kind.NO_OCCASION if not applied else Kind.TOO_LITTLE if self.few or applied < 3 else Kind.STEADY
        return Change(s.practice, kind, you, agent, applied, s.cant_tell, Share(s.you, s.applied))

    def tip(self, *, keep: bool = True, after: Tip | None = None) -> Suggestion | None:
        if after is not None:
            self.kept[after.num - 1] = after._replace(answer="passed", answered=self.now)
        found = next_tip(self.standings, self.kept, self.running)
        if found is not None and not found.tip.num and keep:
            self.kept.append(found.tip._replace(num=len(self.kept) + 1))
            found = found._replace(tip=self.kept[-1])
        return found

    def log(self) -> tuple[tuple[Tip, Practice | None], ...]:
        known = {s.practice.id: s.practice for s in self.standings}
        return tuple((tip, known.get(tip.practice)) for tip in reversed(self.kept))

    def bars(self) -> tuple[tuple[Standing, Bar], ...]:
        each = ((s, bar(s, self.standings, self.kept, self.running)) for s in self.standings)
        return tuple((s, why) for s, why in each if why is not None)

    def _answer(self, tip: Tip) -> Undo:
        before = self.kept[tip.num - 1]
        self.kept[tip.num - 1] = tip

        def undo(counsel: MadeUpCounsel) -> None:
            counsel.kept[before.num - 1] = before

        return undo

    def later(self, tip: Tip, until: int) -> Undo:
        return self._answer(tip._replace(answer="later", answered=self.now, until=until))

    def later_until(self, choice: int = 4) -> int:
        return self.now + choice * 7 * 86_400_000

    def not_for_me(self, tip: Tip) -> Undo:
        return self._answer(tip._replace(answer="not-for-me", answered=self.now))

    def accept(self, practice: str, tip: Tip | None = None) -> tuple[Followed, Undo]:
        s = self.standings[practice]
        before = self.running
        self.running = Focus(
            1, practice, self.now, s.practice.if_then, self.now - 8 * 7 * 86_400_000, s.you, s.happened, s.applied
        )
        answered = self._answer(tip._replace(answer="accepted", answered=self.now)) if tip is not None else None

        def undo(counsel: MadeUpCounsel) -> None:
            counsel.running = before
            if answered is not None:
                answered(counsel)

        told = self.focus()
        assert told is not None
        return told, undo

    def focus(self) -> Followed | None:
        if self.running is None:
            return None
        return Followed(
            self.running,
            self.standings[self.running.practice].practice,
            self.since[0],
            sum(self.since[:2]),
            self.since[2],
            "5 of the 7 let pass were in ledger",
        )

    def past(self) -> tuple[Followed, ...]:
        return tuple(self.ended)

    def end_focus(self) -> tuple[Followed, Undo] | None:
        told, before = self.focus(), self.running
        if told is None or before is None:
            return None
        self.running = None
        self.ended.insert(0, told._replace(focus=before._replace(ended=self.now, how="ended")))

        def undo(counsel: MadeUpCounsel) -> None:
            counsel.running = before
            del counsel.ended[0]

        return told, undo

    def delivery(self, weeks_back: int = 0, *, project: str | None = None) -> tuple[Delivery | None, tuple[str, ...]]:
        self.asked.append("delivery")
        return self.delivered, ("Beside your focus: too few sessions to say anything.",) if self.delivered is not None else ()

    def check_in(self, of: Period, satisfaction: int, flow: int, alone: int, note: str | None = None) -> Undo:
        before = self.felt.get(of.name)
        self.felt[of.name] = CheckIn(of.name, satisfaction, flow, alone, note or "", self.now)

        def undo(counsel: MadeUpCounsel) -> None:
            counsel.felt.pop(of.name)
            if before is not None:
                counsel.felt[of.name] = before

        return undo


def a_delivery(now: int) -> Delivery:
    """What became of the commits of a made-up person."""
    until = datetime.fromtimestamp(now / 1000, UTC).date()
    since = until - timedelta(days=until.weekday(), weeks=11)
    figures = (
        Figure("rework", "Rework", "12% of 4,210 lines you added were changed again within 14 days", {}, "Why.", (("DORA", "rework rate"),), "Is this learning?"),
        Figure("frequency", "How often work arrived", "on main: 31 times in 12 weeks", {}, "Deployments.", (("DORA", "deployment frequency"),), "From what?"),
    )  # fmt: skip
    return Delivery(since, until, ("/home/ada/code/acme-web",), 96, 71, figures)
