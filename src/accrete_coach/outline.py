"""A session's storyboard in a few lines: what the person said, read now from the transcript, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .clean import clean, one_line
from .coach import Coach
from .plain import capped, clock, cut, wrapped
from .practice import Catalogue
from .storyboard import Beat, Storyboard, counted

MOST_LINES = 12
"""Lines of one act of theirs where the whole is asked for."""


def lines(board: Storyboard, said: Mapping[int, str], columns: int, *, whole: bool = False) -> Iterator[str]:
    """The outline of a session, cleaned for the terminal. Words that can't be read are left out.

    `said`: what the person said, by the index of the beat. `whole`: with every act of the person's, and more of their words.
    """
    for n, passed in outline(board, whole=whole):
        if passed:
            yield from wrapped(left_out(passed), columns, "  ")
        else:
            yield from _beat_lines(board.beats[n], said.get(n, ""), columns, whole=whole)


def outline(board: Storyboard, *, whole: bool = False) -> Iterator[tuple[int, list[Beat]]]:
    """(index of a beat, []) in order; between them (-1, the beats that are left out there)."""
    kept = set(board.outlined(whole=whole))
    skipped: list[Beat] = []
    for n, beat in enumerate(board.beats):
        if beat.mine and n not in kept:
            skipped.append(beat)
            continue
        if skipped:
            yield -1, skipped
            skipped = []
        yield n, []


def left_out(beats: Sequence[Beat]) -> str:
    """How many acts an outline passes over, and what was done meanwhile."""
    done = counted(one for passed in beats for one in passed.counts)
    return f"... {len(beats)} more acts of yours" + (f", and {done}" if done else "")


def story_lines(coach: Coach, board: Storyboard, catalogue: Catalogue, columns: int) -> Iterator[str]:
    """The whole storyboard: every beat with its time, and the practices that show in it."""
    heard = coach.words_of(board, range(len(board.beats)))
    if board.gone or heard.gone:
        yield from wrapped("Source gone: your words can't be read any more. What was read of them stays.", columns)
    for n, beat in enumerate(board.beats):
        yield f"{clock(beat.at, coach.zone)}" if beat.at else "unknown time"
        yield from _beat_lines(beat, heard.said.get(n, ""), columns, whole=True)
        for name, by, what, places in _gathered(beat):
            practice = catalogue.get(name)
            who = "you" if by == "you" else "the agent"
            told = f"● {practice.short if practice else name}, by {who}, {places}" + (f": {what}" if what else "")
            yield from wrapped(one_line(told, 400), columns, "    ")
    if board.elsewhere:
        names = ", ".join(p.short if (p := catalogue.get(name)) else name for name in board.elsewhere)
        yield from wrapped(f"Seen as you said, in no line: {one_line(names, 400)}.", columns)


def _gathered(beat: Beat) -> Iterator[tuple[str, str | None, str, str]]:
    """(practice, by, what happened, lines) of a beat, each practice once."""
    for name in dict.fromkeys(s.practice for s in beat.shown):
        some = [s for s in beat.shown if s.practice == name]
        yield name, some[0].by, some[0].what, f"line{'s' * (len(some) > 1)} {', '.join(str(s.line) for s in some)}"


def _beat_lines(beat: Beat, given: str, columns: int, *, whole: bool) -> Iterator[str]:
    if beat.mine or beat.says:
        act = f"  {beat.says}"
        if not whole:
            words = one_line(given, columns)
            yield cut(f"{act}: {words}", columns) if words else act
        else:
            told: list[str] = []
            for line in clean(given, 1_000).strip().splitlines():
                told += wrapped(line, columns, "    ")
            yield f"{act}:" if told else act
            yield from capped(told, MOST_LINES, columns)
    if beat.done:
        yield from wrapped(beat.done, columns, "    ")
