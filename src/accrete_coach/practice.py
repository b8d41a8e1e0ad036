"""What a practice is, what reading one in a session says, and how practices are loaded and checked."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec

from .sessions.facts import Around, Kind, Session

if TYPE_CHECKING:
    from .own import OwnText
    from .sessions.patterns import Pattern, Patterns

Word = Literal["seen", "not-seen", "not-applicable", "cant-tell"]
SEEN: Literal["seen"] = "seen"
NOT_SEEN: Literal["not-seen"] = "not-seen"
NOT_APPLICABLE: Literal["not-applicable"] = "not-applicable"
CANT_TELL: Literal["cant-tell"] = "cant-tell"
By = Literal["you", "agent"]
Sure = Literal["certain", "likely", "hint"]
FAMILY_NAMES = {
    "frame": "Frame",
    "delegate": "Delegate",
    "reuse": "Reuse",
    "track": "Track",
    "context": "Memory and context",
    "steer": "Steer",
    "verify": "Verify and ship",
}
"""The families in the order in which they are shown, and their names on the screen."""
FAMILIES = tuple(FAMILY_NAMES)
YOURS = "yours"
"""The origin of the person's own practices."""
TEAM = "team"
"""The origin of those in a folder that the settings name."""
GRADES = {
    "A": "controlled experiments bear on it",
    "B": "observational evidence",
    "C": "guidance by vendors and experts",
    "X": "contested, or good only under conditions",
}


class Moment(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The place in a transcript that shows a practice."""

    file: int
    """Index into the session's files."""
    line: int
    """From 1."""
    at: int
    """Milliseconds since 1970, UTC; 0 where the record has no time."""
    nth: int = -1
    """Which of the line's acts shows it, from 0: a line may tell of several. -1 where that is not known."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a practice says of one session."""

    word: Word
    by: By | None = None
    """Who started it; None unless seen."""
    count: int = 0
    """How often it happened; 0 unless seen."""
    sure: Sure | None = None
    """None for not-applicable and cant-tell."""
    moments: tuple[Moment, ...] = ()
    """The clearest first; at most eight; empty unless seen."""


NOT_APPLICABLE_READING = Reading(NOT_APPLICABLE)
CANT_TELL_READING = Reading(CANT_TELL)
MOST_MOMENTS = 8


def not_seen(sure: Sure = "certain") -> Reading:
    """The session gave an occasion and it did not happen."""
    return Reading(NOT_SEEN, sure=sure)


def seen(session: Session, shown: Iterable[int], *, by: By, sure: Sure = "certain", count: int | None = None) -> Reading:
    """It happened, as the facts with the indices `shown` say. A hint alone never makes a practice seen."""
    indices = [i for i in dict.fromkeys(shown) if i not in session.copied]
    if sure == "hint" or not indices:
        return not_seen("hint" if sure == "hint" else "likely")
    moments = []
    places = set()
    for i in indices:
        fact = session.facts[i]
        place = (session.file_of[i] if session.file_of else 0, fact.line)
        if place not in places:
            places.add(place)
            moments.append(Moment(*place, fact.at, session.nth_of_line[i]))
    return Reading(SEEN, by=by, count=len(indices) if count is None else count, sure=sure, moments=tuple(moments[:MOST_MOMENTS]))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a practice's evidence comes from, and what it does and does not show."""

    title: str
    url: str
    shows: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A short made-up session in words: the practice's test, and the example the app shows."""

    says: Word
    text: str
    by: By | None = None
    name: str = ""
    """What is special about it, in a few words."""


class Coaching(NamedTuple):
    """The words and the sign with which a practice is put before the person, and followed (design.md, Coaching)."""

    occasion: str
    """Begins "... in 9 sessions;"."""
    done: str
    """Goes on "... in 1."; stands alone beside a moment, too."""
    when: str
    """Finishes "When ...": the first half of the if-then."""
    then: str
    """Its second half: "I ..."."""
    ready: str
    """What `y` copies, to be used as it is; words in capitals are to be filled in."""
    kind: Literal["prompt", "command", "hook", "rule"] = "prompt"
    """What that is: for the agent, for its or the shell's command line, for its settings, for the project's memory."""
    arises: Callable[[Session], bool] | None = None
    """Whether its occasion has just arisen in a session that runs, and is not over: when a reminder still helps. A pure function;
    None: where the session gave an occasion and it was not seen so far."""


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice: what it is, why, how, when not, and the detector that reads it."""

    id: str
    title: str
    """Finishes "Have you tried to ...?", without the question mark."""
    family: str
    why: str
    tip: str
    when_not: str
    grade: str
    sources: tuple[Source, ...]
    detect: Callable[[Session], Reading]
    """A pure function: same facts, same answer."""
    version: int
    """Raised when the detector changes: stored facts are then read again."""
    sketches: tuple[Sketch, ...]
    builds_on: tuple[str, ...] = ()
    fits: str = ""
    """What gives an occasion for it, in a sentence (practices.md, "applies"); "" where nothing is said of that."""
    coaching: Coaching | None = None
    """None: it is shown, but has no words of its own to be suggested with."""
    short: str = ""
    """The name in a row: two or three words."""
    needs_facts: int = 1
    """The oldest FACTS_VERSION whose facts can show it: older ones, with the transcript gone, answer can't tell."""
    around: Around | None = None
    """What of the person's other sessions the detector asks for, if anything."""
    origin: str = ""
    """"" for a built-in one; "yours", "team", or the package it comes with."""
    edition: str = ""
    """Tells this text or release of it from another one: changes with the detector, like `version`."""
    rests_on: frozenset[Kind] = frozenset()
    """Kinds of facts without which it cannot be told: an agent whose records hold none of them leaves it at can't tell."""
    denies: frozenset[Kind] = frozenset()
    """Kinds whose absence makes it seen: where the records cannot hold them, seen is no answer either."""
    patterns: tuple[Pattern, ...] = ()
    """Patterns whose marks the detector asks the facts for: sessions read without them answer can't tell."""

    @property
    def stamp(self) -> str:
        """Changes whenever its detector does."""
        return f"{self.id}.{self.version}" + (f".{self.edition}" if self.edition else "")

    @property
    def words(self) -> Coaching:
        """How it is put before the person; from its other texts where it brings no words of its own."""
        if self.coaching is not None:
            return self.coaching
        return Coaching("it fits", "you did it", "it fits", f"I {self.title}", self.tip)

    @property
    def if_then(self) -> str:
        """The intention in a sentence: "When I am about to commit, I look at the diff."."""
        said = self.words
        return f"When {said.when}, {said.then}."

    @property
    def cue(self) -> str:
        """What to do when its occasion arises, in a few words: "look at the diff"."""
        return self.words.then.removeprefix("I ")

    def arises(self, session: Session) -> bool:
        """Whether its occasion has just arisen in a session that runs."""
        said = self.words
        return said.arises(session) if said.arises is not None else self.read(session).word == NOT_SEEN

    @property
    def rule(self) -> str:
        """When it is seen, in a sentence: what the detector says of itself; "" where it says nothing."""
        said = inspect.getdoc(self.detect) if inspect.isfunction(self.detect) else None
        return " ".join(
            (said or "").split("\n\n")[0].replace("(practices.md)", "").replace("(practices.md, Terms)", "").split()
        ).replace(" .", ".")

    def read(self, session: Session) -> Reading:
        """What this practice says of the session."""
        reading = self.detect(session)
        blind = session.cannot_show
        if blind and session.person and (self.denies & blind or (self.rests_on & blind and reading.word != SEEN)):
            return CANT_TELL_READING
        return reading

    def answer(self, session: Session) -> tuple[Reading, str]:
        """What it says of the session, whatever its detector does: can't tell where it goes wrong, and how it does."""
        try:
            reading = self.read(session)
            amiss = _amiss(reading, session) if self.origin else ""
        except (Exception, SystemExit) as problem:
            amiss = f"it raised {_raised(problem)}"
        if amiss:
            return CANT_TELL_READING, f"{amiss} where it read a session; there it answers can't tell"
        return reading, ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A practice that could not be loaded: it is paused and named, the others run."""

    where: str
    """Its file, its module or its package."""
    what: str
    """What is wrong and what happens now: a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The practices in the order in which they are shown."""

    practices: tuple[Practice, ...]
    problems: tuple[Problem, ...] = ()
    _by_id: dict[str, Practice] = field(default_factory=dict, repr=False)
    texts: tuple[OwnText, ...] = ()
    """The files of own practices as they were read: another process makes the same catalogue of them."""

    def __getitem__(self, name: str) -> Practice:
        """The practice with this id. Raises KeyError."""
        return self._by_id[name]

    def get(self, name: str) -> Practice | None:
        """The practice with this id, or None."""
        return self._by_id.get(name)

    @property
    def stamp(self) -> str:
        """Changes whenever any detector does: stored readings with another stamp are made again."""
        return " ".join(p.stamp for p in self.practices)

    @property
    def patterns(self) -> Patterns:
        """The patterns that transcripts are to be read with."""
        from .sessions.patterns import NO_PATTERNS, Patterns

        declared = [pattern for p in self.practices for pattern in p.patterns]
        return Patterns(declared) if declared else NO_PATTERNS

    def read(self, session: Session) -> tuple[dict[str, Reading], dict[str, str]]:
        """What every practice says of a session, and what went wrong with those that broke: they answer can't tell."""
        readings: dict[str, Reading] = {}
        broken: dict[str, str] = {}
        for p in self.practices:
            readings[p.id], amiss = p.answer(session)
            if amiss:
                broken[p.id] = amiss
        return readings, broken


def _raised(problem: BaseException) -> str:
    from .clean import one_line

    try:
        said = one_line(str(problem), 200)
    except Exception:
        said = ""
    return f"{type(problem).__name__}: {said}" if said else type(problem).__name__


def _amiss(reading: object, session: Session) -> str:
    """What is wrong with a reading that came from outside of this program; "" for nothing."""
    if not isinstance(reading, Reading):
        return f"it answered with {type(reading).__name__}, which is no Reading,"
    if reading.word not in get_args(Word) or reading.sure not in (*get_args(Sure), None):
        return "it answered with a word that is none"
    if (reading.word == SEEN) != (reading.by in get_args(By)) or (reading.word == SEEN) != bool(reading.moments):
        return "it answered seen without who and where, or said who and where of what was not seen,"
    if type(reading.count) is not int or not 0 <= reading.count < 1 << 53 or len(reading.moments) > MOST_MOMENTS:
        return "it answered with too many moments or a count that is none"
    for m in reading.moments:
        if not isinstance(m, Moment) or not all(type(n) is int and 0 <= n < 1 << 53 for n in (m.file, m.line, m.at)):
            return "it answered with a moment that is none"
        if type(m.nth) is not int or not -1 <= m.nth < 1 << 53:
            return "it answered with a moment that is none"
        if m.file >= max(1, len(session.files)):
            return "it answered with a moment in a file that the session does not have"
    return ""


MOST_PATTERNS = 64
"""Patterns of all practices together: each is held against all words of its kind."""
GROUP = "accrete_coach.practices"
"""The entry point group under which installed packages give practices."""


def load(folders: Sequence[tuple[str, Path]] = (), *, texts: Sequence[OwnText] | None = None) -> Catalogue:
    """The built-in practices, those of installed packages, and own ones, in this order within each family.

    `folders`: (origin, folder) of own ones. `texts`: read these instead of folders. What is broken is a problem, named.
    """
    found: list[Practice] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    known = {p.id for p in _take(_built_in(), found, problems, taken, frozenset())}
    known |= {p.id for p in _take(_packaged(), found, problems, taken, known)}
    if texts is None and any(folder.is_dir() for _, folder in folders):
        from .own import texts as texts_of

        texts, unread = texts_of(folders)
        problems.extend(unread)
    if texts:
        _take(_own(texts), found, problems, taken, known)
    found.sort(
        key=lambda p: (FAMILIES.index(p.family) if p.family in FAMILIES else 99, p.origin != "", _ORDER.get(p.id, 99), p.id)
    )
    return Catalogue(tuple(found), tuple(problems), {p.id: p for p in found}, tuple(texts or ()))


def _take(
    given: Iterable[Practice | Problem],
    found: list[Practice],
    problems: list[Problem],
    taken: dict[str, str],
    known: Iterable[str],
) -> list[Practice]:
    """Add the good ones to `found`, the bad ones to `problems`. `taken`: id -> whose. `known`: what they may build on."""
    out: list[Practice] = []
    patterns = {pattern for p in found for pattern in p.patterns}
    for one in given:
        if isinstance(one, Problem):
            problems.append(one)
            continue
        if one.origin == TEAM and taken.get(one.id) == YOURS:
            continue  # The person's own is used in its place, as they meant.
        missing = [name for name in one.builds_on if one.origin and name not in known]
        if one.id in taken:
            whose = taken[one.id] or "a built-in practice"
            said = f"its id '{one.id}' is taken ({whose}); the practice is paused"
        elif missing:
            said = (
                f"builds_on names '{missing[0][:60]}', which is no practice of this program or a package; the practice is paused"
            )
        elif len(patterns | set(one.patterns)) > MOST_PATTERNS:
            said = f"the practices before it declare {len(patterns)} patterns, and more than {MOST_PATTERNS} are too many; the practice is paused"
        else:
            patterns.update(one.patterns)
            taken[one.id] = one.origin
            out.append(one)
            continue
        problems.append(Problem(one.id, f"{_file_of(one)}: {said}"))
    found.extend(out)
    return out


def _file_of(p: Practice) -> str:
    return f"{p.id} ({p.origin})" if p.origin else p.id


def _built_in() -> Iterator[Practice | Problem]:
    """One module each in `practices/`."""
    from . import practices as package

    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):
            continue
        try:
            practice: Practice = importlib.import_module(f"{package.__name__}.{module.name}").PRACTICE
        except Exception as problem:
            yield Problem(module.name, f"{module.name}: {_raised(problem)}; the practice is paused")
        else:
            yield practice


def _some_packaged() -> bool:
    """Whether an installed package may give practices. To load what reads entry points takes longer than all the practices do,
    and hardly anybody has such a package."""
    for place in sys.path:
        try:
            with os.scandir(place or os.curdir) as entries:
                infos = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
        except NotADirectoryError:
            if os.path.exists(place):
                return True  # An archive: only the library looks into it.
            continue
        except OSError:
            continue
        for info in infos:
            try:
                with open(os.path.join(info, "entry_points.txt"), "rb") as file:
                    if GROUP.encode() in file.read():
                        return True
            except OSError:
                continue
    return False


def _packaged() -> Iterator[Practice | Problem]:
    """Practices of installed packages: an entry point names a Practice, or a list of them."""
    if not _some_packaged():
        return
    from importlib.metadata import entry_points

    from .clean import one_line

    points = sorted(entry_points(group=GROUP), key=lambda point: ((point.dist.name if point.dist else ""), point.name))
    for point in points:
        package = one_line(point.dist.name if point.dist else point.value, 60)
        release = one_line(point.dist.version, 40) if point.dist else ""
        where = f"{one_line(point.name, 60)} of {package}"
        try:
            given = point.load()
            several = list(given) if isinstance(given, list | tuple) else [given]
        except (Exception, SystemExit) as problem:
            yield Problem(where, f"{where}: {_raised(problem)}; the practice is paused")
            continue
        for one in several:
            try:
                yield _installed(one, package, release)
            except Exception as problem:
                yield Problem(where, f"{where}: {_raised(problem)}; the practice is paused")


def _installed(given: object, package: str, release: str) -> Practice:
    """A package's practice in a shape that can be shown. Raises ValueError, or whatever its parts raise."""
    from .clean import clean, one_line
    from .own import LONGEST_ID, PRACTICE_ID
    from .sessions.patterns import Pattern, fault

    if not isinstance(given, Practice):
        raise ValueError(f"{type(given).__name__} is no Practice")
    if not isinstance(given.id, str) or len(given.id) > LONGEST_ID or not PRACTICE_ID.fullmatch(given.id):
        raise ValueError("its id is none: small letters, digits and single dashes between")
    if given.family not in FAMILIES or given.grade not in GRADES:
        raise ValueError(f"its family or its grade is none of {', '.join(FAMILIES)}; {', '.join(GRADES)}")
    if not callable(given.detect) or type(given.version) is not int or type(given.needs_facts) is not int:
        raise ValueError("detect is no function, or version or needs_facts no whole number")
    if given.around is not None and given.around not in get_args(Around):
        raise ValueError(f"around is none of {', '.join(get_args(Around))}")
    texts = (given.title, given.short, given.why, given.tip, given.when_not, given.fits, *given.builds_on)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text of it is no text")
    for pattern in given.patterns:
        if not isinstance(pattern, Pattern) or fault(pattern):
            raise ValueError(f"a pattern {fault(pattern) if isinstance(pattern, Pattern) else 'is none'}")
    line = partial(one_line, cap=1_200)
    return replace(
        given,
        title=line(given.title),
        short=one_line(given.short or given.id, 20),
        why=line(given.why),
        tip=line(given.tip),
        when_not=line(given.when_not),
        builds_on=tuple(given.builds_on),
        sources=tuple(Source(line(s.title), line(s.url), line(s.shows)) for s in given.sources),
        sketches=tuple(_sketch(k, clean(k.text, 8_000), line(k.name)) for k in given.sketches),
        origin=package,
        edition=release,
        patterns=tuple(given.patterns),
    )


def _sketch(given: Sketch, text: str, name: str) -> Sketch:
    if given.says not in get_args(Word) or given.by not in (*get_args(By), None):
        raise ValueError("a sketch says a word that is none")
    return Sketch(given.says, text, given.by, name)


def _own(texts: Iterable[OwnText]) -> Iterator[Practice | Problem]:
    """Practices of the person's and the team's folders."""
    from .own import read

    for text in texts:
        try:
            practice, problems = read(text)
        except Exception as problem:  # It never should; if it does, one file still stops no other.
            yield Problem(text.name, f"{text.name[:80]!r}: {_raised(problem)}; the practice is paused")
            continue
        yield from problems
        if practice is not None:
            yield practice


_ORDER = {
    name: n
    for n, name in enumerate(
        (
            "plan-first", "ask-me-first", "explore-first", "point-to-context", "say-done", "scout", "fan-out", "fresh-eyes", "worktree",
            "use-saved", "save-it", "guardrail", "task-list", "hand-off", "project-memory", "fresh-start", "steer-compaction", "rewind",
            "course-correct", "ask-why", "run-check", "failing-first", "read-diff", "coherent-commit",
        )
    )
}  # fmt: skip
