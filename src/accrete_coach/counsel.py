"""What both front ends ask of the coaching: the week, the tip, the focus, how it felt. Made by a `Coach`, on its thread."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from . import standings as standing
from . import tips, trend
from . import week as weeks
from .corrections import answer
from .days import monday, start_of_day
from .flow import total
from .practice import NOT_SEEN, SEEN, Practice
from .profile import CantWrite
from .suggestions import CheckIn, Focus, How, Tip
from .tips import DAY, Followed, Suggestion
from .week import Period, Week, Worth

if TYPE_CHECKING:
    from .coach import Coach
    from .delivery import Delivery
    from .profile import Profile

BASELINE_WEEKS = standing.WINDOW_WEEKS
"""Weeks before a focus was taken up that its baseline is of: those of the standings."""
WEEKS = 12
"""Weeks that the delivery figures beside a week are of."""
SCALE = range(1, 6)
"""What can be answered in a check-in: 1 (not at all) to 5 (very much)."""
Undo = Callable[["Counsel"], object]
"""Takes back what was kept, given counsel that has the profile open."""


class Counsel:
    """The coaching of one person."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach

    @property
    def _profile(self) -> Profile:
        return self.coach.profile

    def _at(self) -> int:
        return int(self.coach.clock() * 1000)

    def _must_last(self) -> None:
        if self._profile.path is None:
            raise CantWrite(f"{self.coach.places.profile}: nothing can be kept there now, so nothing was changed")

    # --- tips --------------------------------------------------------------------------------------------------------

    def tip(self, *, keep: bool = True, after: Tip | None = None) -> Suggestion | None:
        """The one tip to show now, kept in the log as shown; None where nothing applies.

        `after`: the next one, this one that was shown being passed over. `keep` False: only looks. Where nothing can be kept, it is
        shown all the same.
        """
        counted = self.coach.standings()
        log = self._profile.tips()
        focus = self._running()
        if after is not None:
            passed = after._replace(answer="passed", answered=counted.now)
            log = [passed if tip.num == after.num else tip for tip in log]
            if after.num and self._profile.path is not None:
                with suppress(CantWrite), self._profile.change():
                    self._profile.answer_tip(after.num, "passed", counted.now)
        found = tips.next_tip(counted, log, focus)
        if found is None or found.tip.num or not keep or self._profile.path is None:
            return found
        try:
            with self._profile.change():
                return found._replace(tip=self._profile.add_tip(found.tip))
        except CantWrite:
            return found

    def log(self) -> tuple[tuple[Tip, Practice | None], ...]:
        """Every tip that was shown, the newest first, each with its practice as far as there still is one."""
        return tuple((tip, self.coach.catalogue.get(tip.practice)) for tip in reversed(self._profile.tips()))

    def bars(self) -> tuple[tuple[standing.Standing, tips.Bar], ...]:
        """What is not suggested now, and why not."""
        counted, log, focus = self.coach.standings(), self._profile.tips(), self._running()
        each = ((s, tips.bar(s, counted, log, focus)) for s in counted)
        return tuple((s, why) for s, why in each if why is not None)

    def later(self, tip: Tip, until: int) -> Undo:
        """Show a tip again no sooner than `until` (milliseconds since 1970, UTC). Raises CantWrite."""
        self._must_last()
        with self._profile.change():
            tip = self._kept(tip)
            self._profile.answer_tip(tip.num, "later", self._at(), until)
        return lambda counsel: counsel._unanswer(tip)

    def not_for_me(self, tip: Tip) -> Undo:
        """Never suggest this practice again, until the person takes that back. Raises CantWrite."""
        self._must_last()
        before = self._profile.choices().get(tip.practice)
        with self._profile.change():
            tip = self._kept(tip)
            self._profile.answer_tip(tip.num, "not-for-me", self._at())
            self._profile.choose(tip.practice, "not-for-me", "", self._at())

        def undo(counsel: Counsel) -> None:
            counsel._unanswer(tip)
            counsel.coach.put_choice(tip.practice, before)

        return undo

    def _kept(self, tip: Tip) -> Tip:
        return tip if tip.num else self._profile.add_tip(tip)

    def _unanswer(self, tip: Tip) -> None:
        with self._profile.change():
            self._profile.answer_tip(tip.num, tip.answer, tip.answered, tip.until)

    def later_until(self, choice: int = 4) -> int:
        """When "later" is: the beginning of the day in so many weeks. Milliseconds since 1970, UTC."""
        return tips.later_until(self._at(), self.coach.zone, choice)

    # --- the focus ---------------------------------------------------------------------------------------------------

    def _running(self) -> Focus | None:
        all_ = self._profile.focuses()
        return all_[-1] if all_ and not all_[-1].ended else None

    def accept(self, practice: str, tip: Tip | None = None) -> tuple[Followed, Undo]:
        """Take a practice up as the focus, by its id: writes the if-then and keeps the baseline. What was the focus before is kept
        as a past one. Raises CantWrite, and KeyError where there is no such practice."""
        self._must_last()
        known = self.coach.catalogue[practice]
        now = self._at()
        first = start_of_day(monday(now, self.coach.zone) - timedelta(weeks=BASELINE_WEEKS), self.coach.zone)
        rows = self._rows(practice, first, now)
        before = self._running()
        if before is not None and before.practice == practice:
            return self._follow(before), lambda counsel: None
        baseline = tips.follow(Focus(0, practice, first, "", first, 0, 0, 0), known, rows, now)
        how: How = "stuck" if before is not None and self._follow(before).became is tips.Became.STUCK else "replaced"
        with self._profile.change():
            if before is not None:
                self._profile.end_focus(before.num, how, now)
            made = self._profile.add_focus(
                Focus(0, practice, now, known.if_then, first, baseline.you, baseline.happened, baseline.applied)
            )
            if tip is not None:
                tip = self._kept(tip)
                self._profile.answer_tip(tip.num, "accepted", now)

        def undo(counsel: Counsel) -> None:
            with counsel._profile.change():
                counsel._profile.remove_focus(made.num)
                if before is not None:
                    counsel._profile.end_focus(before.num, "", 0)
                if tip is not None:
                    counsel._profile.answer_tip(tip.num, "", 0)

        return self._follow(made), undo

    def focus(self) -> Followed | None:
        """The focus and what happened since; None where there is none."""
        running = self._running()
        return self._follow(running) if running is not None else None

    def past(self) -> tuple[Followed, ...]:
        """Those that ended, the newest first."""
        return tuple(self._follow(focus) for focus in reversed(self._profile.focuses()) if focus.ended)

    def end_focus(self) -> tuple[Followed, Undo] | None:
        """End the focus; None where there is none. Raises CantWrite."""
        self._must_last()
        running = self._running()
        if running is None:
            return None
        told = self._follow(running)
        how: How = "stuck" if told.became is tips.Became.STUCK else "ended"
        with self._profile.change():
            self._profile.end_focus(running.num, how, self._at())

        def undo(counsel: Counsel) -> None:
            with counsel._profile.change():
                counsel._profile.end_focus(running.num, "", 0)

        return told, undo

    def _follow(self, focus: Focus) -> Followed:
        now = self._at()
        rows = self._rows(focus.practice, focus.at, focus.ended or now)
        # It may name a project, so it is told from the sessions that are there, and not kept.
        occasions = self._profile.occasions(focus.practice, focus.since, focus.at)
        told = tips.follow(focus, self.coach.catalogue.get(focus.practice), rows, now)
        return told._replace(held=tips.held_by([tips.Occasion(*each) for each in occasions]))

    def _rows(self, practice: str, begin: int, end: int) -> list[standing.Row]:
        """What was read of a practice in [begin, end], with the person's corrections."""
        found = [standing.Row(*row[:5]) for row in self._profile.week_rows(begin, end + 1) if row[0] == practice]
        said = [c for c in self._profile.correction_rows() if c[0] == practice and begin <= c[5] <= end]
        return standing.corrected(found, said)[0]

    # --- the week ----------------------------------------------------------------------------------------------------

    def today(self) -> date:
        """The person's day."""
        return self.coach._now().date()

    def week(
        self,
        of: Period | None = None,
        *,
        project: str | None = None,
        agent: str | None = None,
        details: bool = False,
        shows: bool = True,
    ) -> Week:
        """A period to look back on; None: the week that runs (`week.to_look_back_on`).

        `details`: with what takes longer to count: the flow, and the year of each practice. `shows`: whether the person sees its tip;
        one that nobody saw is not kept as shown.
        """
        coach, zone, now = self.coach, self.coach.zone, self._at()
        of = of or weeks.to_look_back_on(self.today())
        begin, end = of.bounds(zone)
        since, until = of.bounds_before(zone)
        # A record from the future is a wrong clock.
        most = min(end, now + DAY)
        rows = self._profile.week_rows(since, most, project=project, agent=agent)
        said = [c for c in self._profile.correction_rows(project=project, agent=agent) if since <= c[5] < most]
        here = _corrected(rows, said, begin, most)
        there = _corrected(rows, said, since, until)
        counts, before = self._counts(begin, most, project, agent), self._counts(since, until, project, agent)
        empty = Week(of, begin, end, now, counts, before, (), project or "", _agent_name(agent))
        did = self._did_before(here, there, begin)
        changed = weeks.changes(coach.catalogue.practices, here, there, can_compare=empty.can_compare, did_before=did)
        focus = self.focus()
        open_ = focus is None or focus.became is tips.Became.STUCK
        found = Week(
            of,
            begin,
            end,
            now,
            counts,
            before,
            changed,
            project or "",
            _agent_name(agent),
            focus=focus if empty.recent else None,
            suggestion=self.tip(keep=shows) if open_ and empty.recent else None,
            felt=self._profile.checkins().get(of.name) if of.span == "week" else None,
        )
        moment = self._worth_reading(weeks.worth_reading(changed, found.focus), begin, most, project, agent)
        flow = flow_before = None
        years: tuple[tuple[Practice, trend.Trend], ...] = ()
        if details:
            flow = total(self._profile.ran(begin, most, project=project, agent=agent), begin, most)
            flow_before = total(self._profile.ran(since, until, project=project, agent=agent), since, until)
            if empty.recent:
                told = coach.year(project=project, agent=agent)
                years = tuple((p, told[p.id]) for p in coach.catalogue.practices)
        return replace(found, moment=moment, flow=flow, flow_before=flow_before, trends=years)

    def _counts(self, begin: int, end: int, project: str | None, agent: str | None) -> weeks.Counts:
        started = self._profile.starts(begin, end, project=project, agent=agent)
        mine = [at for at, person in started if person]
        went_on = self._profile.went_on(begin, end, project=project, agent=agent)
        return weeks.Counts(len(mine), len(started) - len(mine), went_on, len({monday(at, self.coach.zone) for at in mine}))

    def _did_before(self, here: list[standing.Row], there: list[standing.Row], begin: int) -> dict[str, bool]:
        """Of the practices that the person asks for now and not lately, whether they ever did; where there is no history to speak of,
        nothing is new."""
        mine = {r.practice for r in here if r.word == SEEN and r.by == "you"}
        mine -= {r.practice for r in there if r.word == SEEN and r.by == "you"}
        if mine and self._profile.started_before(begin, weeks.LEAST_SESSIONS) < weeks.LEAST_SESSIONS:
            return {}
        return {name: self._profile.did_before(name, begin) for name in mine}

    def _worth_reading(
        self, practices: tuple[str, ...], begin: int, end: int, project: str | None, agent: str | None
    ) -> Worth | None:
        """The newest moment of the first of these practices of which one can be read again."""
        for name in practices[:4]:
            newest = self._profile.newest(name, SEEN, 12, project=project, since=begin - 7 * DAY, until=end, agent=agent)
            for session, reading in newest:
                said = self._profile.corrections_of(session.agent, session.id).get(name)
                if answer(reading, said).by != "you" or session.gone or not reading.moments:
                    continue
                moment = reading.moments[0]
                if begin <= moment.at < end and moment.file < len(session.files):
                    path = os.path.join(session.root, *session.files[moment.file].split("/"))
                    practice = self.coach.catalogue[name]
                    return Worth(practice, session.id, session.agent, session.num, session.project, path, moment.line, moment.at)
        return None

    # --- beside the outcome ------------------------------------------------------------------------------------------

    def delivery(self, weeks_back: int = 0, *, project: str | None = None) -> tuple[Delivery | None, tuple[str, ...]]:
        """The delivery figures, None where no repository was allowed; and what can be said of the focus beside them, in sentences.

        It waits for git and can take seconds: ask it from a thread of its own, with a coach of its own.
        """
        from . import settings

        if not settings.load(self.coach.places)[0].delivery:
            return None, ()
        told = self.coach.delivery(weeks=weeks_back or WEEKS, project=project)
        return told, self.beside(told)

    def beside(self, told: Delivery) -> tuple[str, ...]:
        """The focus beside the outcome of the sessions since it was taken up; nothing where there is none: what is compared is chosen
        beforehand, not found by looking through all practices for one that fits."""
        from .beside import Matched, beside, sentences

        focus = self.focus()
        if focus is None or not told.repositories:
            return ()
        with_: list[Matched] = []
        without: list[Matched] = []
        for num, outcome in told.reworked.items():
            session = self._profile.session(num)
            reading = self.coach.readings_of(num).get(focus.focus.practice)
            if session.started < focus.focus.at or not session.person or reading is None:
                continue
            if reading.word == SEEN:
                with_.append(Matched(session.tool_calls, outcome))
            elif reading.word == NOT_SEEN:
                without.append(Matched(session.tool_calls, outcome))
        begin = start_of_day(told.since, self.coach.zone)
        since = "since you took it up" if focus.focus.at >= begin else f"of the time since {told.since.day} {told.since:%B}"
        return sentences(focus.name, beside(with_, without, seed=focus.focus.num), since)

    # --- how it felt -------------------------------------------------------------------------------------------------

    def checkins(self) -> tuple[CheckIn, ...]:
        """What the person said of their weeks, the newest first."""
        return tuple(reversed(self._profile.checkins().values()))

    def check_in(self, of: Period, satisfaction: int, flow: int, alone: int, note: str | None = None) -> Undo:
        """Keep how a week felt; without a note, the one that was there stays. Raises CantWrite, and ValueError with a sentence where a
        number is not from 1 to 5, or the week has not begun."""
        if not all(n in SCALE for n in (satisfaction, flow, alone)):
            raise ValueError("each of the three is a number from 1 (not at all) to 5 (very much)")
        if of.first > self.today():
            raise ValueError(f"{of.name} has not begun")
        self._must_last()
        before = self._profile.checkins().get(of.name)
        if note is None:
            note = before.note if before is not None else ""
        with self._profile.change():
            self._profile.check_in(CheckIn(of.name, satisfaction, flow, alone, note, self._at()))

        def undo(counsel: Counsel) -> None:
            with counsel._profile.change():
                if before is not None:
                    counsel._profile.check_in(before)
                else:
                    counsel._profile.uncheck_in(of.name)

        return undo

    def uncheck_in(self, week: str) -> bool:
        """Remove what was said of a week ("2026-W46"); tells whether there was anything. Raises CantWrite."""
        self._must_last()
        with self._profile.change():
            return self._profile.uncheck_in(week)


def _corrected(
    rows: list[tuple[str, str, str | None, int, int, int]],
    said: list[tuple[str, str, str | None, str | None, str | None, int, int]],
    begin: int,
    end: int,
) -> list[standing.Row]:
    within = [standing.Row(*row[:5]) for row in rows if begin <= row[3] < end]
    return standing.corrected(within, [c for c in said if begin <= c[5] < end])[0]


def _agent_name(agent: str | None) -> str:
    from .sessions.agent import agents

    return agents()[agent].name if agent and agent in agents() else agent or ""
