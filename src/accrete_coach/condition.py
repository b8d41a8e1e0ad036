"""What an own practice asks of a session, as data: read from the values of a TOML file, then held against the facts.

Nothing of its author's runs: a condition combines tests from closed vocabularies. Each test passes over the facts once,
and their number and depth are limited, so that no condition takes long.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from .clean import one_line
from .sessions.facts import PERSON, POINTS, Around, Cue, Kind, Session, Status
from .sessions.patterns import Over, Pattern

Who = Literal["person", "agent", "subagent"]
Which = Literal["first", "last", "each"]
MOST_TESTS = 64
"""Tables in the conditions of one practice."""
MOST_DEPTH = 8
"""Tables within each other."""
MOST_PARTS = 16
"""Conditions in one list, and words in one."""
LONGEST_NAME = 40


def words(name: str) -> str:
    """A name of the vocabulary as a file says it: ASKS_CHECK is "asks-check"."""
    return name.lower().replace("_", "-")


KINDS: dict[str, Kind] = {words(k.name): k for k in Kind}
STATUSES: dict[str, Status] = {words(s.name): s for s in Status}
CUES: dict[str, int] = {words(n): v for n, v in vars(Cue).items() if n.isupper() and isinstance(v, int)} | {"points": POINTS}
"""The cues, and one for any pointer to a source: "points"."""
AROUND: tuple[str, ...] = get_args(Around)
CHECKS = ("test", "lint", "types", "build", "format", "look")
"""The names a check has. Other kinds carry names of agents, programs and commands, which change with their versions."""

SINCE = {Kind.REWIND: 2, Kind.RULE: 2, Kind.NOTE: 2}
"""Kinds that FACTS_VERSION 1 did not know, and since which version they are read."""
CUES_SINCE = dict.fromkeys(range(54, 64), 2)
"""The same for the bits of the cues."""
MARKED: dict[Over, frozenset[Kind]] = {
    "prompts": frozenset({Kind.PROMPT, Kind.COMMAND, Kind.ANSWER}),
    "paths": frozenset({Kind.READ, Kind.EDIT}),
    "commands": frozenset(),
}
"""The kinds whose facts say which patterns matched; empty: any that a shell command can be."""


# --- the conditions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """How many. Both ends count in."""

    at_least: int = 0
    at_most: int | None = None

    def __contains__(self, number: int) -> bool:
        return number >= self.at_least and (self.at_most is None or number <= self.at_most)


SOME = Range(1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of a session that are of some kind, carry some cues, and so on; how many there have to be."""

    kinds: tuple[Kind, ...] = ()
    """Any of these; empty: any kind."""
    cues: tuple[int, ...] = ()
    """Each of these masks has a bit set."""
    any_cue: int = 0
    no_cue: int = 0
    statuses: tuple[Status, ...] = ()
    names: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()
    """Any of these patterns matched."""
    who: Who | None = None
    size: Range | None = None
    project: bool = False
    """Only edits of the work's own files."""
    count: Range = SOME

    def found(self, session: Session) -> tuple[int, ...]:
        """Indices of the facts that are meant, in order; copies left out."""
        facts, copied = session.facts, session.copied
        places: Iterable[int] = session.edits if self.project else range(len(facts))
        kinds = frozenset(self.kinds)
        out = []
        for i in places:
            f = facts[i]
            if (kinds and f.kind not in kinds) or i in copied or f.cues & self.no_cue:
                continue
            if self.any_cue and not f.cues & self.any_cue:
                continue
            if self.cues and not all(f.cues & mask for mask in self.cues):
                continue
            if self.statuses and f.status not in self.statuses:
                continue
            if self.names and f.name not in self.names:
                continue
            if self.marks and not any(mark in f.marks for mark in self.marks):
                continue
            if self.size is not None and f.size not in self.size:
                continue
            if self.who is not None and who_of(session, i) != self.who:
                continue
            out.append(i)
        return tuple(out)

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The facts that make it true; None where it is false."""
        found = self.found(session)
        return found if len(found) in self.count else None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return ()


@dataclass(frozen=True, slots=True)
class Run:
    """What holds of the session as a whole."""

    flags: tuple[tuple[str, bool], ...] = ()
    numbers: tuple[tuple[str, Range], ...] = ()
    agents: tuple[str, ...] = ()
    around: Around | None = None

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """No fact makes it true: an empty tuple, or None where it is false."""
        told = all(FLAGS[name](session) is wanted for name, wanted in self.flags)
        told = told and all(NUMBERS[name](session) in wanted for name, wanted in self.numbers)
        told = told and (not self.agents or session.agent in self.agents)
        return () if told and (self.around is None or self.around in session.around) else None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return ()


FLAGS: dict[str, Callable[[Session], bool | None]] = {
    "coding": lambda s: s.coding,
    "substantial": lambda s: s.substantial,
    "in_git": lambda s: s.in_git,
}
NUMBERS: dict[str, Callable[[Session], int]] = {
    "tool_calls": lambda s: s.tool_calls,
    "prompts": lambda s: len(s.prompts),
    "turns": lambda s: len(s.turns),
    "edits": lambda s: len(s.edits),
    "units": lambda s: len(s.units),
}


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of them hold."""

    of: tuple[Condition, ...]

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The facts of all of them."""
        out: list[int] = []
        for part in self.of:
            found = part.holds(session)
            if found is None:
                return None
            out.extend(found)
        return tuple(dict.fromkeys(out))

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return self.of


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds, or more."""

    of: tuple[Condition, ...]

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The facts of those that hold."""
        told = [found for part in self.of if (found := part.holds(session)) is not None]
        return tuple(dict.fromkeys(i for found in told for i in found)) if told else None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return self.of


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    of: Condition

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """No fact makes it true: an empty tuple, or None where it is false."""
        return () if self.of.holds(session) is None else None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return (self.of,)


@dataclass(frozen=True, slots=True)
class Before:
    """A fact of the one stands before the first (the last, each) of the other."""

    one: Facts
    other: Facts
    which: Which = "first"

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The facts of the one that stand there."""
        ones, others = self.one.found(session), self.other.found(session)
        if not ones or not others:
            return None
        if self.which == "each":
            return _in_each_gap(ones, ((a, b) for a, b in zip((-1, *others), others, strict=False)))
        bound = others[0] if self.which == "first" else others[-1]
        return tuple(i for i in ones if i < bound) or None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return self.one, self.other


@dataclass(frozen=True, slots=True)
class After:
    """A fact of the one stands after the last (the first, each) of the other."""

    one: Facts
    other: Facts
    which: Which = "last"

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The facts of the one that stand there."""
        ones, others = self.one.found(session), self.other.found(session)
        if not ones or not others:
            return None
        if self.which == "each":
            return _in_each_gap(ones, zip(others, (*others[1:], len(session.facts)), strict=True))
        bound = others[0] if self.which == "first" else others[-1]
        return tuple(i for i in ones if i > bound) or None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return self.one, self.other


def _in_each_gap(ones: Sequence[int], gaps: Iterable[tuple[int, int]]) -> tuple[int, ...] | None:
    """Those of `ones` that lie within the gaps (both ends outside); None where a gap holds none. All in order."""
    out: list[int] = []
    at = 0
    for start, stop in gaps:
        while at < len(ones) and ones[at] <= start:
            at += 1
        before = len(out)
        while at < len(ones) and ones[at] < stop:
            out.append(ones[at])
            at += 1
        if len(out) == before:
            return None
    return tuple(out)


@dataclass(frozen=True, slots=True)
class InOrder:
    """One of each, in this order; other facts may stand between."""

    of: tuple[Facts, ...]

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The first such row of facts."""
        out: list[int] = []
        for part in self.of:
            found = next((i for i in part.found(session) if not out or i > out[-1]), None)
            if found is None:
                return None
            out.append(found)
        return tuple(out)

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return self.of


@dataclass(frozen=True, slots=True)
class SameTurn:
    """One of each within one turn, in any order."""

    of: tuple[Facts, ...]

    def holds(self, session: Session) -> tuple[int, ...] | None:
        """The facts of all turns that hold one of each."""
        by_turn: dict[int, list[int]] = {}
        turns: set[int] | None = None
        for part in self.of:
            mine = set()
            for i in part.found(session):
                turn = session.turn_of[i]
                if turn >= 0:
                    mine.add(turn)
                    by_turn.setdefault(turn, []).append(i)
            turns = mine if turns is None else turns & mine
        return tuple(dict.fromkeys(i for turn in sorted(turns or ()) for i in sorted(by_turn[turn]))) or None

    def parts(self) -> tuple[Condition, ...]:
        """The conditions in it."""
        return self.of


Condition = Facts | Run | AllOf | AnyOf | Not | Before | After | InOrder | SameTurn


def who_of(session: Session, i: int) -> Who:
    """Who caused a fact: the person (their acts, and what they ran by hand), the agent, or a subagent."""
    f = session.facts[i]
    if f.agent:
        return "subagent"
    return "person" if f.kind in PERSON or f.has(Cue.BY_PERSON) else "agent"


def every(condition: Condition) -> Iterator[Condition]:
    """A condition and all in it."""
    yield condition
    for part in condition.parts():
        yield from every(part)


def kinds_of(condition: Condition) -> frozenset[Kind]:
    """The kinds of facts it asks for by name."""
    return frozenset(
        kind
        for part in every(condition)
        if isinstance(part, Facts)
        for kind in (*part.kinds, *((Kind.EDIT,) if part.project else ()))
    )


def kinds_denied(condition: Condition, *, denied: bool = False) -> frozenset[Kind]:
    """The kinds of facts whose absence can make it true: those under a `not`, and those of which there may be at most so many."""
    out: set[Kind] = set()
    if isinstance(condition, Facts) and (denied or condition.count.at_most is not None):
        out.update(condition.kinds)
    for part in condition.parts():
        out |= kinds_denied(part, denied=denied != isinstance(condition, Not))
    return frozenset(out)


def facts_version(condition: Condition) -> int:
    """The oldest FACTS_VERSION whose facts can answer it."""
    out = 1
    for part in every(condition):
        if isinstance(part, Facts):
            bits = part.any_cue | part.no_cue
            for mask in part.cues:
                bits |= mask
            since = [SINCE.get(kind, 1) for kind in part.kinds] + [v for n, v in CUES_SINCE.items() if bits >> n & 1]
            out = max([out, *since])
    return out


# --- reading them ----------------------------------------------------------------------------------------------------

_FACT_KEYS = ("kind", "cues", "any_cue", "no_cue", "status", "name", "pattern", "who", "size", "edit", "count")
_FORMS = ("all", "any", "not", "before", "after", "in_order", "same_turn", "session")
_Named = TypeVar("_Named", bound=int)
_NOTHING = Run()
"""Stands where a condition could not be read: its problem is told, so that it is never asked."""


def told(value: object) -> str:
    """A value for a sentence: a word as it stands, anything else by what it is."""
    if isinstance(value, str):
        return f"'{one_line(value, 60)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -(10**9) < value < 10**9:
        return str(value)
    for kind, name in ((dict, "a table"), (list, "a list"), ((int, float), "a number")):
        if isinstance(value, kind):
            return name
    return "a date or a time"


def near(word: object, of: Iterable[str]) -> str:
    """What may have been meant, for the end of a sentence."""
    found = difflib.get_close_matches(word[:60], list(of), 1, 0.6) if isinstance(word, str) else []
    return f" (did you mean '{found[0]}'?)" if found else ""


class Reader:
    """Reads the conditions of one practice; what is wrong with them stands in `problems`, a sentence each."""

    def __init__(self, patterns: Mapping[str, Pattern]) -> None:
        self.problems: list[str] = []
        self.patterns = patterns
        self.used: set[str] = set()
        """Names of the patterns that a condition asks for."""
        self._tests = 0

    def read(self, value: object, where: str, depth: int = 1) -> Condition:
        """The condition a value says. `where`: its place in the file, for the sentences."""
        self._tests += 1
        if self._tests == MOST_TESTS + 1:
            self.problems.append(f"the conditions hold more than {MOST_TESTS} tables")
        if self._tests > MOST_TESTS:
            return _NOTHING
        if depth > MOST_DEPTH:
            self.problems.append(f"{where} lies more than {MOST_DEPTH} tables deep")
            return _NOTHING
        if not isinstance(value, dict):
            return self._wrong(f"{where} is {told(value)}, not a table such as {{ kind = 'edit' }}")
        forms = [key for key in _FORMS if key in value]
        if not forms:
            return self._facts(value, where)
        form = forms[0]
        allowed = (form, "which") if form in ("before", "after") else (form,)
        if extra := [key for key in value if key not in allowed]:
            return self._wrong(
                f"{where} holds '{form}' and {told(extra[0])}: a table says one thing; put both into a list named 'all'"
            )
        return self._combined(form, value, f"{where}.{form}", depth)

    def _combined(self, form: str, value: dict[str, object], where: str, depth: int) -> Condition:
        given = value[form]
        if form == "not":
            return Not(self.read(given, where, depth + 1))
        if form == "session":
            return self._run(given, where)
        if not isinstance(given, list) or not given:
            return self._wrong(f"{where} is {told(given) if given else 'empty'}, not a list of conditions")
        if len(given) > MOST_PARTS:
            return self._wrong(f"{where} holds more than {MOST_PARTS} conditions")
        if form in ("all", "any"):
            parts = tuple(self.read(one, f"{where}[{n}]", depth + 1) for n, one in enumerate(given, 1))
            return AllOf(parts) if form == "all" else AnyOf(parts)
        tests = tuple(self._plain(one, f"{where}[{n}]", depth + 1) for n, one in enumerate(given, 1))
        if len(tests) < 2:
            return self._wrong(f"{where} holds one fact: it takes two{'' if form in ('before', 'after') else ' or more'}")
        if form == "in_order":
            return InOrder(tests)
        if form == "same_turn":
            return SameTurn(tests)
        if len(tests) != 2:
            return self._wrong(f"{where} holds {len(tests)} facts: it takes two; 'in_order' takes more")
        which: Which = "first" if form == "before" else "last"
        asked = value.get("which", which)
        if asked not in get_args(Which):
            return self._wrong(f"{where[: -len(form)]}which {told(asked)} is none of first, last, each")
        which = asked  # type: ignore[assignment]
        return Before(tests[0], tests[1], which) if form == "before" else After(tests[0], tests[1], which)

    def _plain(self, value: object, where: str, depth: int) -> Facts:
        """A test of facts alone: what can stand before or after another."""
        read = self.read(value, where, depth)
        if isinstance(read, Facts):
            if read.count != SOME:
                self.problems.append(f"{where}.count counts nothing here; count beside it, in a list named 'all'")
            return read
        if isinstance(value, dict) and any(form in value for form in _FORMS):
            self.problems.append(f"{where} is no test of facts: only such a one stands before or after another")
        return Facts()

    def _facts(self, value: dict[str, object], where: str) -> Condition:
        before = len(self.problems)
        for key in value:
            if key not in _FACT_KEYS:
                said = "is no key of a condition" + near(key, (*_FACT_KEYS, *_FORMS))
                self.problems.append(f"{where} holds {told(key)}, which {said}")
        if not [key for key in value if key != "count"]:
            self.problems.append(f"{where} asks for nothing: say a kind, such as {{ kind = 'edit' }}")
        kinds = self._named(value, "kind", where, KINDS, "is no kind of fact")
        cues = self._named(value, "cues", where, CUES, "is no cue")
        names = self._names(value, where, kinds)
        who = value.get("who")
        if who is not None and who not in get_args(Who):
            self.problems.append(f"{where}.who {told(who)} is none of person, agent, subagent")
        edit = value.get("edit")
        if edit is not None and edit != "project":
            self.problems.append(f"{where}.edit {told(edit)} is not 'project': an edit of the work's own files")
        if edit is not None and kinds not in ((), (Kind.EDIT,)):
            self.problems.append(f"{where}.edit stands beside a kind that is no edit")
        read = Facts(
            kinds=kinds,
            cues=cues,
            any_cue=_mask(self._named(value, "any_cue", where, CUES, "is no cue")),
            no_cue=_mask(self._named(value, "no_cue", where, CUES, "is no cue")),
            statuses=self._named(value, "status", where, STATUSES, "is no status"),
            names=names,
            marks=self._patterns(value, where, kinds),
            who=who,  # type: ignore[arg-type]
            size=self._range(value["size"], f"{where}.size") if "size" in value else None,
            project=edit is not None,
            count=self._range(value["count"], f"{where}.count") if "count" in value else SOME,
        )
        return read if len(self.problems) == before else _NOTHING

    def _run(self, value: object, where: str) -> Condition:
        if not isinstance(value, dict) or not value:
            return self._wrong(f"{where} is {told(value) if value else 'empty'}, not a table such as {{ coding = true }}")
        flags: list[tuple[str, bool]] = []
        numbers: list[tuple[str, Range]] = []
        agents: tuple[str, ...] = ()
        around: Around | None = None
        for key, given in value.items():
            if key in FLAGS:
                if not isinstance(given, bool):
                    self.problems.append(f"{where}.{key} is {told(given)}, neither true nor false")
                    continue
                flags.append((key, given))
            elif key in NUMBERS:
                numbers.append((key, self._range(given, f"{where}.{key}")))
            elif key == "agent":
                agents = self._texts(given, f"{where}.agent")
            elif key == "around":
                if given not in AROUND:
                    self.problems.append(f"{where}.around {told(given)} is none of {', '.join(AROUND)}" + near(given, AROUND))
                    continue
                around = given
            else:
                said = near(key, (*FLAGS, *NUMBERS, "agent", "around"))
                self.problems.append(f"{where} holds {told(key)}, which is nothing a session is asked for{said}")
        return Run(tuple(sorted(flags)), tuple(sorted(numbers, key=lambda x: x[0])), agents, around)

    def _range(self, value: object, where: str) -> Range:
        if isinstance(value, dict) and value and all(key in ("at_least", "at_most") for key in value):
            least, most = value.get("at_least", 0), value.get("at_most")
            if _is_number(least) and (most is None or _is_number(most)):
                if most is None or least <= most:
                    return Range(least, most)
                self.problems.append(f"{where} can never be: at_least is more than at_most")
                return SOME
        self.problems.append(f"{where} is {told(value)}, not a table such as {{ at_least = 2, at_most = 9 }} of whole numbers")
        return SOME

    def _texts(self, value: object, where: str) -> tuple[str, ...]:
        """A word or a list of words."""
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
            self.problems.append(f"{where} is {told(value) if value else 'empty'}, neither a word nor a list of words")
            return ()
        if len(given) > MOST_PARTS:
            self.problems.append(f"{where} holds more than {MOST_PARTS} words")
            return ()
        return tuple(dict.fromkeys(given))

    def _named(
        self, value: dict[str, object], key: str, where: str, known: Mapping[str, _Named], wrong: str
    ) -> tuple[_Named, ...]:
        if key not in value:
            return ()
        out = []
        listed = isinstance(value[key], list)
        for n, word in enumerate(self._texts(value[key], f"{where}.{key}"), 1):
            if word in known:
                out.append(known[word])
            else:
                place = f"{where}.{key}[{n}]" if listed else f"{where}.{key}"
                self.problems.append(f"{place} {told(word)} {wrong}{near(word, known)}")
        return tuple(sorted(out))

    def _names(self, value: dict[str, object], where: str, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
        if "name" not in value:
            return ()
        names = self._texts(value["name"], f"{where}.name")
        for name in names:
            if len(name) > LONGEST_NAME:
                self.problems.append(f"{where}.name is longer than {LONGEST_NAME} characters")
            elif kinds == (Kind.CHECK,) and name not in CHECKS:
                self.problems.append(f"{where}.name {told(name)} is no check: they are {', '.join(CHECKS)}")
        return tuple(sorted(names))

    def _patterns(self, value: dict[str, object], where: str, kinds: tuple[Kind, ...]) -> tuple[int, ...]:
        named = value.get("pattern")
        for name in named if isinstance(named, list) else [named]:
            if not isinstance(name, str) or name not in self.patterns:
                continue
            pattern = self.patterns[name]
            self.used.add(name)
            told_by = MARKED[pattern.over]
            if kinds and told_by and not told_by & set(kinds):
                self.problems.append(
                    f"{where}.pattern {told(name)} is over {pattern.over}, of which a fact of this kind has none"
                )
        marks = {name: pattern.mark for name, pattern in self.patterns.items()}
        return self._named(value, "pattern", where, marks, "is not declared under [patterns]")

    def _wrong(self, sentence: str) -> Condition:
        self.problems.append(sentence)
        return _NOTHING


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9


def _mask(bits: Iterable[int]) -> int:
    out = 0
    for bit in bits:
        out |= bit
    return out
