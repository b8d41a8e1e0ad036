"""Agree a plan before the first edit."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, By, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Kind, Session, Status, Unit, asked_to_begin


def detect(session: Session) -> Reading:
    """Before the first project edit of a unit of work there is a plan, and a person answered it (practices.md)."""
    if not session.coding or not session.substantial:
        return NOT_APPLICABLE_READING
    shown: list[int] = []
    by: By = "agent"
    sure: Sure = "likely"
    for unit in session.units:
        if not unit.edits:
            continue
        found = _answered_plan(session, unit)
        if found is None:
            continue
        indices, mine, certain = found
        shown += indices
        by = "you" if mine else by
        sure = "certain" if certain else sure
    return seen(session, shown, by=by, sure=sure, count=len(shown)) if shown else not_seen()


def _answered_plan(session: Session, unit: Unit) -> tuple[list[int], bool, bool] | None:
    """(the moments, whether the person asked for it, whether it is certain)"""
    facts = session.facts
    first = unit.edits[0]
    decided: list[int] = []
    for i in range(unit.start, first):
        f = facts[i]
        if f.agent or i in session.copied:
            continue
        if f.kind is Kind.OPEN and f.has(Cue.FROM_PLAN):
            return [*decided, i], True, True
        if f.kind is Kind.DECISION and (f.status is Status.OK or (f.status is Status.REJECTED and f.has(Cue.SAYS_WHAT))):
            decided.append(i)
    if decided:
        return decided, any(_person_planned(session, unit.start, i) for i in decided), True
    wrote = asked_in_mode = None
    for i in range(unit.start, first):
        f = facts[i]
        if f.agent:
            continue
        if f.kind is Kind.EDIT and f.status is Status.OK and f.has(Cue.STEERING | Cue.OWN_PLACE) and not f.has(Cue.MEMORY):
            wrote = i
        elif f.kind in (Kind.PROMPT, Kind.ANSWER, Kind.COMMAND):
            if wrote is not None:
                return [wrote, i], _person_planned(session, unit.start, wrote), True
            if asked_in_mode is not None and f.kind is not Kind.COMMAND and _replied(session, asked_in_mode, i):
                return [asked_in_mode, i], True, True
            if f.has(Cue.PLAN_ON) and f.kind is Kind.PROMPT:
                asked_in_mode = i
    return _in_prose(session, unit, first)


def _in_prose(session: Session, unit: Unit, first: int) -> tuple[list[int], bool, bool] | None:
    """A plan or proposal in words, asked for or offered, that the person accepted or changed."""
    facts = session.facts
    proposed = False
    for i in range(unit.start, first):
        reply = facts[i]
        if reply.kind is not Kind.REPLY or reply.agent:
            continue
        # A question in between does not take a proposal back: the next offer is still to carry it out.
        if not reply.has(Cue.PROPOSES) and not (proposed and reply.has(Cue.OFFERS)):
            continue
        proposed = True
        answer = session.next_act(i)
        if answer is None or answer >= first:
            continue
        word = facts[answer]
        asked = _person_planned(session, unit.start, i)
        accepts = word.kind in (Kind.PROMPT, Kind.ANSWER) and word.has(Cue.ACCEPTS)
        changes = word.kind is Kind.PROMPT and word.has(Cue.ASKS_CHANGE) and not word.has(Cue.REFUSES) and word.size <= 120
        if (reply.has(Cue.OFFERS | Cue.QUESTION) and (accepts or (changes and asked))) or (
            asked and reply.has(Cue.LISTS) and accepts
        ):
            return [i, answer], asked, False
    return None


def _person_planned(session: Session, start: int, before: int) -> bool:
    for i in range(before - 1, start - 1, -1):
        f = session.facts[i]
        if f.agent:
            continue
        if f.kind is Kind.PLAN_MODE and f.has(Cue.BY_PERSON):
            return True
        if f.kind in (Kind.PROMPT, Kind.COMMAND, Kind.ANSWER) and f.has(Cue.ASKS_PLAN | Cue.PLAN_ON):
            return not (f.has(Cue.PLAN_ON) and not f.has(Cue.ASKS_PLAN) and _entered_by_agent(session, i))
    return session.of_chosen_skill[before]


def _entered_by_agent(session: Session, before: int) -> bool:
    for i in range(before - 1, -1, -1):
        f = session.facts[i]
        if f.kind is Kind.PLAN_MODE:
            return not f.has(Cue.BY_PERSON)
    return False


def _replied(session: Session, start: int, stop: int) -> bool:
    return any(session.facts[i].kind in (Kind.REPLY, Kind.PLAN) and not session.facts[i].agent for i in range(start, stop))


def arises(session: Session) -> bool:
    """A change was asked for, and nothing is planned or touched yet."""
    return asked_to_begin(session) and not session.of(Kind.PLAN, Kind.PLAN_MODE)


PRACTICE = Practice(
    id="plan-first",
    short="plan first",
    title="agree a plan before the first edit",
    family="frame",
    why="A wrong plan costs a sentence to change; a wrong change costs a review. Experienced people plan before they let the agent write.",
    tip="Press Shift+Tab until plan mode is on, ask for the change, and answer the plan before any file is touched.",
    when_not="Skip it when you could say the whole diff in one sentence.",
    fits="You take part, and two files or twenty lines of the project are changed, or more.",
    coaching=Coaching(
        occasion="there was a change of two files or twenty lines",
        done="you agreed a plan first",
        when="I ask for a change that I could not say in one sentence",
        then="I ask for a plan and answer it before any file is touched",
        ready="Plan this first and change nothing yet: which files, in which order, what could go wrong, and how we will know that it works. Wait for my answer.",
        arises=arises,
    ),
    grade="B",
    sources=(
        Source(
            "Huang et al. 2025, Professional developers don't vibe, they control",
            "https://arxiv.org/abs/2512.14012",
            "13 observed and 99 surveyed professionals plan before, supervise and validate. Says what they do, not what it brings.",
        ),
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "Explore first, then plan, then code. Guidance by the vendor.",
        ),
        Source(
            "agentsesh, 810 own sessions",
            "https://github.com/ateeples/agentsesh",
            "Long specifications that were then left alone did badly: stay in it. Self-published; a hint.",
        ),
    ),
    detect=detect,
    version=1,
    sketches=(
        Sketch(
            "seen",
            """
you [plan mode]: rename the price column everywhere
search price
plan: 1. migrate the table 2. change the code 3. change the tests
you refuse: keep the old name readable for one release
plan: 1. migrate with a view 2. change the code 3. change the tests
you accept
edit app/models.py +14
edit app/orders.py +9
run pytest -q -> 12 passed in 1.2s
""",
            by="you",
            name="plan mode, sent back once, then agreed",
        ),
        Sketch(
            "seen",
            """
from plan: 1. add a column 2. fill it 3. show it
edit app/models.py +14
edit app/views.py +9
""",
            by="you",
            name="opens from an approved plan",
        ),
        Sketch(
            "seen",
            """
you: how would you split the settings page? don't change anything yet
read app/settings.py
reply: I would move the billing part into its own view. The plan:
    - add billing.py
    - move three functions
    Shall I go ahead?
you: yes, but leave the old route
write app/billing.py +40
edit app/settings.py +30
""",
            by="you",
            name="a plan in prose, asked for and accepted",
        ),
        Sketch(
            "not-seen",
            """
you: rename the price column everywhere
tasks: migrate; code; tests
edit app/models.py +14
edit app/orders.py +9
""",
            name="the agent's own task list is no plan that you answered",
        ),
        Sketch(
            "not-seen",
            """
you: rename the price column everywhere
edit app/models.py +14
edit app/orders.py +9
you [plan mode]: and now the docs?
plan: 1. find them 2. rename
you accept
""",
            name="a plan after the edits began",
        ),
        Sketch(
            "not-applicable", "you: fix the typo in the header\nedit app/header.py +1", name="one line is no substantial change"
        ),
    ),
)
