"""Which tip comes next and why it may, and what became of the one that was taken up. Pure.

One tip at a time. A practice is suggested only where the person seldom or never asks for it, there were occasions that were let
pass, what it builds on is in use, its detector is measured, and nothing the person said speaks against it (design.md, Coaching).
Of those the ones that were never shown come first, by what they are worth to this person; then the one shown longest ago: so none
repeats before all that apply were shown.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import sqrt
from types import MappingProxyType
from typing import NamedTuple

from .days import start_of_day
from .practice import GRADES, SEEN, Practice
from .standings import Row, Standing, Standings, State
from .suggestions import Answer, Focus, Tip
from .trend import Share, moved

DAY = 86_400_000
STANDS = 7 * DAY
"""Milliseconds for which a tip that was not answered stays the one that is shown."""
RESTS = 28 * DAY
"""Milliseconds for which a tip that was answered, or passed over, is not shown again."""
LEAST_PASSED = 2
"""Occasions that must have been let pass."""
LEAST_APPLIED = 3
"""Sessions with an occasion without which nothing is said of a habit (design.md, What a profile shows)."""


class Bar(enum.Enum):
    """Why a practice is not suggested, in words that finish "not now: ..."."""

    CONTESTED = "the evidence for it is contested: it is never suggested unasked"
    UNMEASURED = "too few sessions were read with care to say how right its readings are"
    NOT_FOR_ME = "you said that it is not for you"
    ELSEWHERE = "you said that you do it elsewhere"
    DISPUTED = "you corrected more of its readings than stand"
    FOCUS = "it is your focus already"
    NO_OCCASION = "there were too few occasions for it"
    IN_USE = "it is in use: you ask for it, or it happens anyway"
    BUILDS_ON = "what it builds on is not in use yet"
    SNOOZED = "you said later"
    SAID_LATELY = "it was shown in the last four weeks"
    TAKEN_UP = "you took it up in the last four weeks"


def in_use(s: Standing) -> bool:
    """Whether the person asks for it in more than a quarter of the sessions where it fits, or it happens in most of them anyway:
    what an agent does unasked needs no tip, though it is no habit of the person's."""
    return s.applied > 0 and (4 * s.you > s.applied or 4 * s.happened > 3 * s.applied)


def bar(s: Standing, standings: Standings, log: Sequence[Tip] = (), focus: Focus | None = None) -> Bar | None:
    """What speaks against suggesting a practice now; None for nothing."""
    if s.practice.grade == "X":
        return Bar.CONTESTED
    if not s.measured:
        return Bar.UNMEASURED
    if s.choice:
        return Bar.NOT_FOR_ME if s.choice == "not-for-me" else Bar.ELSEWHERE
    if s.state is State.DISPUTED:
        return Bar.DISPUTED
    if focus is not None and not focus.ended and focus.practice == s.practice.id:
        return Bar.FOCUS
    if s.applied < LEAST_APPLIED:
        return Bar.NO_OCCASION
    if in_use(s) or s.applied - s.happened < LEAST_PASSED:
        return Bar.IN_USE
    if not all(_stands(standings, name) for name in s.practice.builds_on):
        return Bar.BUILDS_ON
    last = _last(log, s.practice.id)
    if last is not None:
        if last.answer == "later" and standings.now < last.until:
            return Bar.SNOOZED
        # One that nobody answered may stand: it is the one that is shown.
        if last.answer != "later" and standings.now < max(last.at, last.answered) + RESTS and not _open(last, standings.now):
            return Bar.TAKEN_UP if last.answer == "accepted" else Bar.SAID_LATELY
    return None


def _stands(standings: Standings, practice: str) -> bool:
    return any(s.practice.id == practice and in_use(s) and s.state is not State.DISPUTED for s in standings)


def _last(log: Iterable[Tip], practice: str) -> Tip | None:
    return max((tip for tip in log if tip.practice == practice), key=lambda tip: (tip.at, tip.num), default=None)


def _open(tip: Tip, now: int) -> bool:
    """Whether a tip is unanswered and young enough to be the one that is shown. One from the future is of a clock that was wrong."""
    return not tip.answer and tip.at <= now < tip.at + STANDS


# --- what it is worth ------------------------------------------------------------------------------------------------

_STRENGTH = {"A": 4.0, "B": 3.0, "C": 2.0}
"""How much the evidence weighs: controlled, observational, guidance (evidence.md)."""
_STAKE = {"verify": 3.0, "frame": 2.0, "context": 2.0}
"""How much an occasion let pass can cost: what is shipped unseen reaches others, a wrong start costs a session; the rest, 1."""


def worth(s: Standing) -> float:
    """What a tip is worth to this person: the evidence, what is at stake, and how often they let it pass at least (the lower end
    of the interval of that share: few occasions say little)."""
    return (
        _STRENGTH.get(s.practice.grade, 0.0) * _STAKE.get(s.practice.family, 1.0) * _at_least(s.applied - s.happened, s.applied)
    )


def _at_least(part: int, whole: int, z: float = 1.28) -> float:
    """The lower end of Wilson's interval, nine times out of ten."""
    if not whole:
        return 0.0
    share = part / whole
    middle, spread = share + z * z / (2 * whole), z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return max(0.0, (middle - spread) / (1 + z * z / whole))


def applying(standings: Standings, log: Sequence[Tip] = (), focus: Focus | None = None) -> tuple[Standing, ...]:
    """The practices that may be suggested now, in the order in which they would be."""
    if standings.few:
        return ()
    some = [s for s in standings if bar(s, standings, log, focus) is None]

    def order(s: Standing) -> tuple[bool, int, float]:
        last = _last(log, s.practice.id)
        open_ = last is not None and _open(last, standings.now)
        return not open_, 0 if last is None else last.at, -worth(s)

    return tuple(sorted(some, key=order))


class Suggestion(NamedTuple):
    """A tip with all that is said of it."""

    standing: Standing
    tip: Tip
    """As it is kept, or is to be."""

    @property
    def practice(self) -> Practice:
        """What is suggested."""
        return self.standing.practice

    @property
    def why_now(self) -> str:
        """Why this one, in the person's own numbers."""
        return numbers(self.standing)

    @property
    def grade(self) -> str:
        """How strong the evidence is, in words, with the letter."""
        return f"{GRADES.get(self.practice.grade, 'not graded')} ({self.practice.grade})"


def numbers(s: Standing) -> str:
    """A practice in the person's own numbers: "There was a commit in 9 sessions; you asked to see the diff first in 1."."""
    said = s.practice.words
    occasion = said.occasion[:1].upper() + said.occasion[1:]
    told = f"{occasion} in {s.applied} session{'' if s.applied == 1 else 's'}; {said.done} in {s.you or 'none'}"
    if s.happened > s.you:
        told += f", and in {s.happened - s.you} the agent did it unasked"
    return told + "."


def next_tip(standings: Standings, log: Sequence[Tip] = (), focus: Focus | None = None) -> Suggestion | None:
    """The one tip to show now; None where nothing applies."""
    some = applying(standings, log, focus)
    if not some:
        return None
    s = some[0]
    last = _last(log, s.practice.id)
    if last is not None and _open(last, standings.now):
        return Suggestion(s, last)
    return Suggestion(s, Tip(0, s.practice.id, standings.now, s.you, s.happened, s.applied))


def later_until(now: int, zone: tzinfo, weeks: int = 4) -> int:
    """Until when "later" is: the beginning of the day in so many weeks. Milliseconds since 1970, UTC."""
    return start_of_day(datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date() + timedelta(weeks=weeks), zone)


SAID: Mapping[Answer, str] = MappingProxyType(
    {"": "not answered", "accepted": "taken up", "later": "later", "not-for-me": "not for me", "passed": "passed over"}
)
"""What the person said to a tip, in words."""


# --- what became of it -----------------------------------------------------------------------------------------------

EARLY = 3
"""Occasions before which nothing is said of a focus."""
STICKS = 5
"""Sessions in which the person asked for it, of most of those where it fits: a habit (design.md)."""


class Became(enum.Enum):
    """What became of a focus, as far as its occasions tell. What the agent does unasked closes nothing."""

    EARLY = "too early to say"
    NOT_YET = "not yet"
    GROWING = "growing"
    STUCK = "it stuck"

    @property
    def glyph(self) -> str:
        """One column; the word always stands beside it."""
        return {"too early to say": "·", "not yet": "○", "growing": "↗", "it stuck": "●"}[self.value]


class Followed(NamedTuple):
    """A focus and what happened since."""

    focus: Focus
    practice: Practice | None
    """None where it is no practice any more."""
    you: int
    happened: int
    applied: int
    """Sessions since it was taken up."""
    held: str = ""
    """Where the occasions of the baseline were let pass (`held_by`); it may name a project."""

    @property
    def became(self) -> Became:
        """What became of it."""
        if self.focus.how == "stuck":
            return Became.STUCK
        if self.applied < EARLY:
            return Became.EARLY
        if self.you >= STICKS and 2 * self.you > self.applied:
            return Became.STUCK
        if self.you >= 2 and (self.more_than_before or 2 * self.you > self.applied):
            return Became.GROWING
        return Became.NOT_YET

    @property
    def more_than_before(self) -> bool:
        """Whether the person asks for it in a larger share of the occasions than in the baseline."""
        return self.you * self.focus.applied > self.focus.you * self.applied

    @property
    def name(self) -> str:
        """What the practice is called."""
        return self.practice.short if self.practice is not None else self.focus.practice

    @property
    def counts(self) -> str:
        """How it went, on occasions alone: "6 occasions since, you in 4; before, you in 1 of 9"."""
        before = (
            f"before, you in {self.focus.you or 'none'} of {self.focus.applied}" if self.focus.applied else "before, no occasion"
        )
        if not self.applied:
            return f"no occasion since; {before}"
        agent = self.happened - self.you
        said = f"{self.applied} occasion{'' if self.applied == 1 else 's'} since, you in {self.you or 'none'}"
        return f"{said}{f', the agent unasked in {agent}' if agent else ''}; {before}"

    @property
    def constraint(self) -> str:
        """The one constraint, as far as the baseline tells."""
        passed = self.focus.applied - self.focus.you
        if not self.focus.applied:
            return "there was no occasion to learn from"
        if passed < LEAST_PASSED:
            return "hardly an occasion was let pass"
        return self.held or f"no one place stands out among the {passed} occasions let pass"

    @property
    def check(self) -> str:
        """What to make of it, in a sentence."""
        became = self.became
        if became is Became.EARLY:
            left = EARLY - self.applied
            return f"Too early to say: {left} more occasion{'' if left == 1 else 's'} will tell more."
        if became is Became.STUCK:
            return "It stuck: you ask for it in most of the sessions where it fits. The place for a next one is free."
        if became is Became.GROWING:
            how = "more often than before" if self.more_than_before else "in most of the sessions where it fits"
            return f"Growing: you ask for it {how}. Keep it as your focus."
        return "Not yet: the occasions came, and mostly passed. Make the step smaller, or end it; both are fine."


def follow(focus: Focus, practice: Practice | None, rows: Iterable[Row], now: int) -> Followed:
    """What happened since a focus was taken up, until it ended. `rows`: of its practice, with the person's corrections."""
    end = focus.ended or now
    since = [r for r in rows if r.practice == focus.practice and focus.at <= r.at <= end and r.word in _TOLD]
    seen = [r for r in since if r.word == SEEN]
    return Followed(focus, practice, sum(r.by == "you" for r in seen), len(seen), len(since))


_TOLD = (SEEN, "not-seen")


class Occasion(NamedTuple):
    """An occasion of the baseline: where, how long a session, whether it was taken."""

    project: str
    calls: int
    taken: bool


def held_by(occasions: Sequence[Occasion]) -> str:
    """The one constraint: where the occasions were let pass, in words; "" where no one place stands out. Long sessions are held
    against short ones, and the project with most of them against the rest. It may name a project: it stays on the machine."""
    passed = [o for o in occasions if not o.taken]
    if len(occasions) < LEAST_APPLIED or len(passed) < LEAST_PASSED:
        return ""
    sizes = sorted(o.calls for o in occasions)
    half = sizes[len(sizes) // 2]
    sides = {
        f"in sessions with {half:,} tool calls or more": [o for o in occasions if o.calls >= half],
        f"in sessions with fewer than {half:,} tool calls": [o for o in occasions if o.calls < half],
    }
    names = {o.project for o in occasions}
    if len(names) > 1:
        most = max(sorted(names), key=lambda name: sum(o.project == name for o in passed))
        last = most.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
        sides[f"in {last or 'one project'}"] = [o for o in occasions if o.project == most]
    told: list[tuple[float, str]] = []
    for words, some in sides.items():
        n = sum(not o.taken for o in some)
        here, there = Share(n, len(some)), Share(len(passed) - n, len(occasions) - len(some))
        if moved(here, there, _CHANCE) > 0:
            how_many = f"all {n}" if n == len(passed) else f"{n} of the {len(passed)}"
            told.append((here.you / here.applied - there.you / there.applied, f"{how_many} let pass were {words}"))
    return max(told)[1] if told else ""


_CHANCE = 0.05
"""How often chance alone may make one place stand out: it is a hint where to look, so it need not be as rare as what is said to
have moved."""
