"""A practice of one's own: a TOML file -> a `Practice`, or what is wrong with it in sentences. Data only, nothing of it runs.

The keys are those of `Practice`; docs/practices.md is the page for authors.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from .clean import clean, one_line
from .condition import Condition, Reader, Run, every, facts_version, kinds_denied, kinds_of, near, told, who_of
from .practice import (
    FAMILIES,
    GRADES,
    NOT_APPLICABLE_READING,
    TEAM,
    YOURS,
    By,
    Practice,
    Problem,
    Reading,
    Sketch,
    Source,
    Word,
    not_seen,
    seen,
)
from .sessions.facts import Around, Cue, Kind, Session
from .sessions.patterns import OVER, Over, Pattern, fault
from .toml_text import MOST_DOTS, crowded_line

MOST_BYTES = 256 * 1024
"""Bytes of a file; a larger one is not read."""
MOST_FILES = 200
"""Files of a folder that are read."""
MOST_OF_FOLDER = 4 * 1024 * 1024
"""Characters of a folder's files that are read: the reader of TOML is slow on purpose-made ones."""
MOST_PROBLEMS = 8
"""Sentences that are told of one file."""
MOST_SKETCHES = 24
LONGEST_SKETCH = 8_000
"""Characters."""
MOST_PATTERNS = 8
"""Patterns of one practice: each is held against all words of its kind."""
LANGUAGE = 1
"""Raised when a condition comes to mean something else: sessions are then read again."""
PRACTICE_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
LONGEST_ID = 40

_ASKED = {
    Kind.CHECK: Cue.ASKS_CHECK,
    Kind.COMMIT: Cue.ASKS_COMMIT,
    Kind.PUSH: Cue.ASKS_COMMIT,
    Kind.PULL_REQUEST: Cue.ASKS_COMMIT,
    Kind.DIFF: Cue.ASKS_DIFF,
    Kind.REVIEW: Cue.ASKS_DIFF | Cue.REVIEW,
    Kind.DELEGATE: Cue.ASKS_SUBAGENT,
    Kind.RETURN: Cue.ASKS_SUBAGENT,
    Kind.TASKS: Cue.ASKS_TASKS,
    Kind.PLAN: Cue.ASKS_PLAN,
    Kind.PLAN_MODE: Cue.ASKS_PLAN,
    Kind.SKILL: Cue.ASKS_SKILL,
    Kind.WORKTREE: Cue.ASKS_WORKTREE,
    Kind.READ: Cue.ASKS_LOOK,
    Kind.SEARCH: Cue.ASKS_LOOK,
    Kind.FETCH: Cue.ASKS_LOOK,
}
"""What the person's words ask for where a fact of this kind was asked for."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """A practice's file as it was read: worker processes make the practice from it again."""

    origin: str
    """"yours", or whose it is."""
    name: str
    """The file's name."""
    text: str


@dataclass(frozen=True, slots=True)
class Detector:
    """Reads an own practice in a session: a pure function of the facts."""

    applies: Condition
    seen: Condition
    you: Condition | None = None
    """Where the person started it; without it, where they did, asked for or approved what shows it."""
    sure: Literal["certain", "likely"] = "certain"

    def __call__(self, session: Session) -> Reading:
        """Not applicable, not seen, or seen with the facts that made it so."""
        if not session.person or self.applies.holds(session) is None:
            return NOT_APPLICABLE_READING
        shown = self.seen.holds(session)
        if shown is None:
            return not_seen(self.sure)
        # What is true of the session as a whole shows where it began.
        shown = shown or session.prompts[:1] or tuple(i for i in range(len(session.facts)) if i not in session.copied)[:1]
        by: By = "you" if self._started(session, shown) else "agent"
        return seen(session, sorted(shown), by=by, sure=self.sure)

    def _started(self, session: Session, shown: Sequence[int]) -> bool:
        if self.you is not None:
            return self.you.holds(session) is not None
        asked: dict[int, int] = {}
        for i in shown:
            f = session.facts[i]
            if f.kind is Kind.HOOK_CHECK or who_of(session, i) == "person" or session.of_chosen_skill[i]:
                return True
            if f.kind in _ASKED:
                cue = _ASKED[f.kind]
                asked[cue] = max(i, asked.get(cue, 0))
        # What was asked for before an earlier fact was asked for before the last one, too.
        return any(session.asked(cue, before) for cue, before in asked.items())

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them."""
        return (self.applies, self.seen) if self.you is None else (self.applies, self.seen, self.you)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of facts that it asks for by name."""
        return frozenset().union(*map(kinds_of, self.conditions))


APPLIES = Run((("coding", True),))
"""Where a file does not say when it applies: in a coding session."""


# --- files -----------------------------------------------------------------------------------------------------------


def texts(folders: Iterable[tuple[str, Path]]) -> tuple[tuple[OwnText, ...], tuple[Problem, ...]]:
    """The TOML files of (origin, folder), and what could not be read, named. A folder that is not there is nothing wrong."""
    found: list[OwnText] = []
    problems: list[Problem] = []
    for origin, folder in folders:
        try:
            with os.scandir(folder) as entries:
                names = sorted(e.name for e in entries if e.name.endswith(".toml") and not e.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            if origin == TEAM:
                said = f"{one_line(str(folder), 300)}: there is no such folder; none of the team's practices in it run"
                problems.append(Problem("settings.toml", said))
            continue
        except OSError as problem:
            problems.append(Problem(one_line(str(folder)), f"the folder can't be read ({problem.strerror}); none of it runs"))
            continue
        for name in names[MOST_FILES:]:
            problems.append(
                Problem(one_line(name), f"more than {MOST_FILES} practices stand in the folder; the practice is paused")
            )
        held = 0
        for name in names[:MOST_FILES]:
            given, why = read_file(folder / name, links=origin == YOURS)
            held += len(given)
            if held > MOST_OF_FOLDER:
                why = f"the files of its folder hold more than {MOST_OF_FOLDER // 1024 // 1024} MB"
            if why:
                problems.append(Problem(one_line(name), f"{one_line(name)}: {why}; the practice is paused"))
            else:
                found.append(OwnText(origin, name, given))
    return tuple(found), tuple(problems)


def read_file(path: Path, *, links: bool = True) -> tuple[str, str]:
    """(text, what is wrong) of a file; it never waits for a pipe or a device, and never reads more than it takes."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    if not links:
        # Only a person's own folder may point elsewhere.
        if path.is_symlink():
            return "", "is a link, and links are passed over here"
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags)
    except OSError as problem:
        return "", f"can't be read ({problem.strerror})"
    except ValueError:
        return "", "can't be read (its name is none)"
    try:
        # Before it is a file of Python's, which no folder can be.
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return "", "is no plain file"
        given = b""
        while len(given) <= MOST_BYTES and (more := os.read(handle, MOST_BYTES + 1)):
            given += more
    except OSError as problem:
        return "", f"can't be read ({problem.strerror})"
    finally:
        os.close(handle)
    if len(given) > MOST_BYTES:
        return "", f"is larger than {MOST_BYTES // 1024} kB"
    try:
        return given.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", "is not UTF-8"


def read(given: OwnText) -> tuple[Practice | None, tuple[Problem, ...]]:
    """The practice a file tells of, or what is wrong with it. Never raises."""
    table, wrong = _table(given.text)
    practice: Practice | None = None
    problems = [wrong] if wrong else []
    if table is not None:
        reader = _Own(table)
        practice = reader.practice(given)
        problems = reader.problems
    name = one_line(given.name)
    if not problems:
        return practice, ()
    more = [f"and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
    return None, tuple(
        Problem(name, f"{name}: {one_line(said, 400)}; the practice is paused") for said in (*problems[:MOST_PROBLEMS], *more)
    )


def _table(text: str) -> tuple[dict[str, object] | None, str]:
    if len(text) > MOST_BYTES:
        return None, f"is larger than {MOST_BYTES // 1024} kB"
    crowded = crowded_line(text)
    if crowded:
        return None, f"line {crowded} holds more than {MOST_DOTS} dots"
    try:
        return tomllib.loads(text), ""
    except tomllib.TOMLDecodeError as problem:
        return None, f"is not valid TOML: {one_line(str(problem), 200)}"
    except RecursionError:
        return None, "is not valid TOML: its lists or tables lie too deep within each other"
    except ValueError:
        return None, "is not valid TOML: it holds a number or a date that is none"


# --- keys ------------------------------------------------------------------------------------------------------------

_KEYS = (
    "id", "short", "title", "family", "why", "tip", "when_not", "grade", "sources", "builds_on", "sketches", "patterns", "applies",
    "seen", "you", "sure",
)  # fmt: skip


class _Own:
    """One file's table -> a practice."""

    def __init__(self, table: dict[str, object]) -> None:
        self.table = table
        self.problems: list[str] = []
        self._faulty: set[str] = set()
        """Patterns with a fault of their own: nothing more is said of them."""

    def practice(self, given: OwnText) -> Practice | None:
        table = self.table
        for key in table:
            if key not in _KEYS:
                self.problems.append(f"{told(key)} is no key of a practice{near(key, _KEYS)}")
        name = self._id(given)
        title = self._line(table, "title", 100).rstrip(".?")
        short = self._line(table, "short", 20) if "short" in table else name.replace("-", " ")[:20].strip()
        family = self._choice(table, "family", FAMILIES)
        grade = self._choice(table, "grade", tuple(GRADES))
        why, tip, when_not = (self._line(table, key, 1_200) for key in ("why", "tip", "when_not"))
        sources = tuple(self._source(one, f"sources[{n}]") for n, one in self._tables("sources", 12))
        sketches = tuple(self._sketch(one, f"sketches[{n}]") for n, one in self._tables("sketches", MOST_SKETCHES))
        builds_on = self._builds_on()
        detector, patterns = self._detector()
        around: set[Around] = {
            part.around for one in detector.conditions for part in every(one) if isinstance(part, Run) and part.around
        }
        if len(around) > 1:
            self.problems.append(f"the conditions ask for {' and '.join(sorted(around))} around: a practice may ask for one")
        if self.problems:
            return None
        return Practice(
            id=name,
            title=title,
            family=family,
            why=why,
            tip=tip,
            when_not=when_not,
            grade=grade,
            sources=sources,
            detect=detector,
            version=1,
            sketches=sketches,
            builds_on=builds_on,
            short=short,
            needs_facts=max(facts_version(one) for one in detector.conditions),
            around=next(iter(around), None),
            rests_on=detector.kinds,
            denies=frozenset().union(*map(kinds_denied, detector.conditions)),
            origin=given.origin,
            edition=hashlib.blake2b(repr((LANGUAGE, detector, patterns)).encode(), digest_size=8).hexdigest(),
            patterns=patterns,
        )

    def _id(self, given: OwnText) -> str:
        name = self.table.get("id", given.name.removesuffix(".toml"))
        if not isinstance(name, str) or len(name) > LONGEST_ID or not PRACTICE_ID.fullmatch(name):
            key = "id" if "id" in self.table else "the file's name"
            self.problems.append(
                f"{key} {told(name)} is no id of a practice: small letters, digits and single dashes between, at most {LONGEST_ID}"
            )
            return "none"
        return name

    def _line(self, table: dict[str, object], key: str, most: int, where: str = "", *, needed: bool = True) -> str:
        """A text of one paragraph, safe to show."""
        value = table.get(key)
        if value is None and not needed:
            return ""
        if value is None:
            self.problems.append(f"{where}{key} is missing")
        elif not isinstance(value, str):
            self.problems.append(f"{where}{key} is {told(value)}, not a text")
        elif not value.strip():
            self.problems.append(f"{where}{key} is empty")
        elif len(value) > most:
            self.problems.append(f"{where}{key} is longer than {most} characters")
        else:
            return one_line(value, most)
        return ""

    def _choice(self, table: dict[str, object], key: str, of: Sequence[str], where: str = "") -> str:
        value = table.get(key)
        if isinstance(value, str) and value in of:
            return value
        said = "is missing: it is one of" if value is None else f"{told(value)} is none of"
        self.problems.append(f"{where}{key} {said} {', '.join(of)}{near(value, of)}")
        return of[0]

    def _tables(self, key: str, most: int) -> list[tuple[int, dict[str, object]]]:
        """The tables of a list, each with its number from 1."""
        value = self.table.get(key, [])
        if not isinstance(value, list):
            self.problems.append(f"{key} is {told(value)}, not a list of tables")
            return []
        if len(value) > most:
            self.problems.append(f"{key} holds more than {most} tables")
            return []
        out = []
        for n, one in enumerate(value, 1):
            if isinstance(one, dict):
                out.append((n, one))
            else:
                self.problems.append(f"{key}[{n}] is {told(one)}, not a table")
        return out

    def _unknown(self, table: dict[str, object], keys: Sequence[str], where: str) -> None:
        for key in table:
            if key not in keys:
                self.problems.append(f"{where} holds {told(key)}, which is none of {', '.join(keys)}{near(key, keys)}")

    def _source(self, table: dict[str, object], where: str) -> Source:
        self._unknown(table, ("title", "url", "shows"), where)
        title, url, shows = (
            self._line(table, key, most, f"{where}.") for key, most in (("title", 200), ("url", 300), ("shows", 600))
        )
        if url and (not re.fullmatch(r"https?://[^\s/]+\S*", url) or url != table["url"]):
            self.problems.append(f"{where}.url {told(url)} is no address that begins with https:// or http://")
        return Source(title, url, shows)

    def _sketch(self, table: dict[str, object], where: str) -> Sketch:
        self._unknown(table, ("says", "by", "name", "text"), where)
        says = cast(Word, self._choice(table, "says", get_args(Word)[:3], f"{where}."))
        by = table.get("by")
        if by is not None and by not in get_args(By):
            self.problems.append(f"{where}.by {told(by)} is none of you, agent")
        if says != "seen" and by is not None:
            self.problems.append(f"{where}.by stands beside says = '{says}': only what was seen was started by someone")
        text = table.get("text")
        if not isinstance(text, str) or not text.strip():
            self.problems.append(f"{where}.text is {told(text) if text else 'missing'}: a session in words")
            text = ""
        if len(text) > LONGEST_SKETCH:
            self.problems.append(f"{where}.text is longer than {LONGEST_SKETCH} characters")
            text = ""
        return Sketch(
            says, clean(text, LONGEST_SKETCH), cast(By | None, by), self._line(table, "name", 100, f"{where}.", needed=False)
        )

    def _builds_on(self) -> tuple[str, ...]:
        named = self.table.get("builds_on", [])
        if isinstance(named, list) and len(named) <= 8 and all(isinstance(one, str) for one in named):
            return tuple(named)
        self.problems.append(f"builds_on is {told(named)}, not a list of at most eight ids of practices")
        return ()

    def _detector(self) -> tuple[Detector, tuple[Pattern, ...]]:
        patterns = self._patterns()
        reader = Reader(patterns)
        applies = reader.read(self.table["applies"], "applies") if "applies" in self.table else APPLIES
        if "seen" not in self.table:
            self.problems.append("seen is missing: the condition that says when the practice was seen")
        held = reader.read(self.table.get("seen", {"session": {"coding": True}}), "seen")
        you = reader.read(self.table["you"], "you") if "you" in self.table else None
        self.problems.extend(reader.problems)
        for name in patterns:
            # A condition with a fault may have been given up before it asked.
            if name not in reader.used and name not in self._faulty and not reader.problems:
                self.problems.append(f"patterns.{name} is asked for by no condition")
        sure = self.table.get("sure", "likely" if patterns else "certain")
        if sure not in ("certain", "likely"):
            self.problems.append(f"sure {told(sure)} is neither certain nor likely")
        return Detector(applies, held, you, cast(Literal["certain", "likely"], sure)), tuple(sorted(set(patterns.values())))

    def _patterns(self) -> dict[str, Pattern]:
        given = self.table.get("patterns", {})
        if not isinstance(given, dict):
            self.problems.append(f"patterns is {told(given)}, not a table such as [patterns.name]")
            return {}
        if len(given) > MOST_PATTERNS:
            self.problems.append(f"patterns holds more than {MOST_PATTERNS} of them")
            return {}
        out: dict[str, Pattern] = {}
        for name, table in given.items():
            where = f"patterns.{one_line(name, 40)}"
            if not isinstance(table, dict):
                self.problems.append(f"{where} is {told(table)}, not a table with 'over' and 're2'")
                self._faulty.add(name)
                out[name] = Pattern("commands", "")
                continue
            before = len(self.problems)
            self._unknown(table, ("over", "re2"), where)
            over = self._choice(table, "over", OVER, f"{where}.")
            wanted = table.get("re2")
            pattern = Pattern(cast(Over, over), wanted if isinstance(wanted, str) else "")
            if not pattern.re2:
                self.problems.append(f"{where}.re2 is {told(wanted) if wanted is not None else 'missing'}: a pattern in a text")
            elif wrong := fault(pattern):
                self.problems.append(f"{where}.re2 {wrong}")
            if len(self.problems) > before:
                self._faulty.add(name)
                # Over what it was meant to be is not known: commands go with any fact.
                pattern = Pattern("commands", pattern.re2)
            out[name] = pattern
        return out
