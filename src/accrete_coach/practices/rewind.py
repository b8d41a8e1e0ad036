"""Go back instead of correcting a third time."""

from __future__ import annotations

from ..practice import NOT_APPLICABLE_READING, Coaching, Practice, Reading, Sketch, Source, Sure, not_seen, seen
from ..sessions.facts import Cue, Fact, Kind, Session, Status

_GOES_BACK = frozenset({"rewind", "checkpoint", "undo"})
_CLEARS = frozenset({"clear", "reset", "new"})
_SHORT = 60
"""Words up to which a prompt that says something is wrong is a correction rather than a new task or a pasted report."""


def detect(session: Session) -> Reading:
    """After two or more corrections of the same thing the person rewound, restored a checkpoint, reverted, or cleared and
    started over with what was learnt (practices.md)."""
    if not session.coding:
        return NOT_APPLICABLE_READING
    facts = session.facts
    runs = _corrections(session)
    corrected = [run for run in runs if len(run) >= 2]
    first = min((run[0] for run in runs), default=len(facts))
    back: list[int] = []
    sure: Sure = "likely"
    for i in range(first, len(facts)):
        f = facts[i]
        if f.agent or i in session.copied:
            continue
        if f.kind is Kind.REWIND or (f.kind is Kind.COMMAND and f.name in _GOES_BACK | _CLEARS):
            back.append(i)
            sure = "certain"
        said = f.kind is Kind.PROMPT and f.has(Cue.GOES_BACK) and f.size <= _SHORT and any(i > run[1] for run in corrected)
        if said or (f.kind is Kind.REVERT and f.status in (Status.OK, Status.UNKNOWN) and _asked_to_go_back(session, i)):
            back.append(i)
    if back and runs:
        return seen(session, back, by="you", sure=sure)
    if not corrected:
        return NOT_APPLICABLE_READING
    if "restarted" in session.around:
        return seen(session, [corrected[-1][-1]], by="you", sure="likely", count=1)
    return not_seen("likely")


def _corrections(session: Session) -> list[list[int]]:
    """Runs of corrections of the same thing: refused tool uses, and prompts that say the last change is wrong, as long as no new
    task stands between them and the edits between them touch the same files."""
    facts = session.facts
    edits = set(session.edits)
    runs: list[list[int]] = []
    files: set[int] = set()
    since: set[int] = set()
    going = edited = False
    for i, f in enumerate(facts):
        if i in edits:
            since |= set(f.targets)
            edited = True
        elif f.agent or i in session.copied:
            continue
        elif f.kind is Kind.REJECT or (f.kind is Kind.PROMPT and edited and f.has(Cue.CORRECTS) and f.size <= _SHORT):
            if f.kind is Kind.PROMPT and f.has(Cue.BESIDE) and going and facts[i - 1].kind is Kind.REJECT:
                continue  # The words of the refusal before it.
            if going and (not since or not files or since & files):
                runs[-1].append(i)
                files |= since
            else:
                runs.append([i])
                files = set(since)
            going, since = True, set()
        elif f.kind is Kind.PROMPT and not _small(f) and not f.has(Cue.GOES_BACK):
            going = False
    return runs


def _small(f: Fact) -> bool:
    """Whether a prompt only goes on with the same: an answer, a yes, a queued word."""
    return f.size <= 6 or f.has(Cue.QUEUED | Cue.BESIDE)


def _asked_to_go_back(session: Session, revert: int) -> bool:
    turn = session.turn_of[revert]
    opener = session.facts[session.turns[turn].start] if turn >= 0 else None
    return opener is not None and opener.kind is Kind.PROMPT and opener.has(Cue.CORRECTS | Cue.REFUSES)


PRACTICE = Practice(
    id="rewind",
    short="rewind",
    title="go back instead of correcting a third time",
    family="context",
    why="Each failed attempt stays in the context and pulls the next one its way. Going back takes it out, and you know more now.",
    tip="Press Esc twice (or `/rewind`), and put what you learnt into the prompt you send again.",
    when_not="Skip it when the last correction nearly did it.",
    fits="You correct the same thing twice or more, and the project's files are changed.",
    coaching=Coaching(
        occasion="you corrected the same thing twice or more",
        done="you went back instead of correcting again",
        when="I am about to correct the same thing a third time",
        then="I go back and say what I learnt",
        ready="/rewind",
        kind="command",
    ),
    grade="C",
    sources=(
        Source(
            "Claude Code: best practices",
            "https://code.claude.com/docs/en/best-practices",
            "After two failed corrections clear, and start with a better prompt. Guidance.",
        ),
    ),
    detect=detect,
    version=1,
    needs_facts=2,
    around="restarted",
    builds_on=("course-correct",),
    sketches=(
        Sketch(
            "seen",
            "you: round tax per line\nedit app/tax.py +4\nreply: done\nyou: that's wrong, refunds still round per order\nedit app/tax.py +4\nreply: mended\n"
            "you: still wrong for refunds\nedit app/tax.py +3\nreply: mended\nyou run /rewind\n"
            "you: round tax per line; refunds use the original line's rate\nedit app/tax.py +6\nreply: done",
            by="you",
            name="two corrections, then back",
        ),
        Sketch(
            "seen",
            "started over in a cleared session\nyou: round tax per line\nedit app/tax.py +4\nreply: done\nyou: that's wrong, refunds still round per order\nedit app/tax.py +4\nreply: mended\n"
            "you: it still doesn't work for refunds\nedit app/tax.py +3\nreply: mended",
            by="you",
            name="two corrections, then the same task in a cleared session",
        ),
        Sketch(
            "not-seen",
            "you: round tax per line\nedit app/tax.py +4\nreply: done\nyou: that's wrong, refunds still round per order\nedit app/tax.py +4\nreply: mended\n"
            "you: it still doesn't work for refunds\nedit app/tax.py +3\nreply: mended\nyou: still not right\nedit app/tax.py +3\nreply: now",
            name="corrected three times",
        ),
        Sketch(
            "not-applicable",
            "you: round tax per line\nedit app/tax.py +4\nreply: done\nyou: that's wrong, refunds still round per order\nedit app/tax.py +4\nreply: mended",
            name="one correction",
        ),
    ),
)
