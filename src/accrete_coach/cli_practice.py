"""The commands `accrete-coach practice …`: practices of one's own are started, checked, tried, added and removed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .cli_help import Group
from .completion import files, own_practices, practices_and_files

if TYPE_CHECKING:
    from datetime import tzinfo

    from .coach import Coach, MomentView
    from .practice import Catalogue, Practice, Reading, Sketch
    from .profile import StoredSession
    from .sessions.facts import Session

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
MOST_SHOWN = 5
"""Moments, and sessions without one, that `try` shows."""


@click.group("practice", cls=Group)
def practice() -> None:
    """Practices of your own: new, check, try, add, list, remove.

    They are TOML files: data, no code. Start one with `practice new NAME`, hold it to its sketches with `practice check FILE`, see what it says of your own
    sessions with `practice try FILE`, then `practice add FILE`. docs/practices.md is the page for authors.
    """


# --- new -------------------------------------------------------------------------------------------------------------

START = '''\
# A practice of your own. `accrete-coach practice check {name}.toml` holds it to its sketches,
# `accrete-coach practice try {name}.toml` says what it finds in your sessions, and
# `accrete-coach practice add {name}.toml` puts it to use.

title = "{title}"               # finishes "Have you tried to …?"
short = "{short}"               # two or three words, for a row
family = "verify"               # frame, delegate, reuse, track, context, steer or verify
grade = "C"                     # A controlled experiments, B observational, C guidance, X contested
why = "Say here what it is good for."
tip = "Say here how to do it, in a sentence that can be tried at once."
when_not = "Say here when it is better left alone."
# builds_on = ["run-check"]     # built-in practices that come first

# [[sources]]
# title = "Who says so"
# url = "https://example.org/page"
# shows = "What it shows, and how: an experiment, a survey, guidance."

# Where it applies; without this, in every session in which you had something changed.
[applies]
session = {{ coding = true }}

# Where it was seen. This one: a check ran after the last edit of the work's own files.
[seen]
after = [{{ kind = "check" }}, {{ edit = "project" }}]

# Seen when you ask for it: this in the place of [seen] above, with [patterns.asked] and words of your own.
# [seen]
# kind = "prompt"
# pattern = "asked"
#
# [patterns.asked]
# over = "prompts"
# re2 = '(?i)\\b(rehearse|dry.run|roll it back)\\b'

# Where it was because of you; without this, where you did it, asked for it or approved it.
# [you]
# kind = "prompt"
# cues = "asks-check"

# Words of your own, as RE2 patterns over prompts, commands or paths; a condition asks for one with pattern = "name".
# [patterns.name]
# over = "commands"
# re2 = '\\bmake (test|check)\\b'

# Short sessions that say what it is and what it is not: its tests, and the example that is shown.
[[sketches]]
says = "seen"
by = "you"
name = "asked for"
text = """
you: round the tax per line and run the tests
edit app/tax.py +4
run pytest -q -> 12 passed in 1.2s
reply: done
"""

[[sketches]]
says = "not-seen"
name = "before the last edit only"
text = """
you: round the tax per line
run pytest -q -> 12 passed in 1.2s
edit app/tax.py +4
reply: done
"""

[[sketches]]
says = "not-applicable"
name = "nothing was changed"
text = """
you: how is the tax rounded?
read app/tax.py
reply: at the end
"""
'''


def start_of(name: str) -> str:
    """The text a new practice starts from. It passes its own check."""
    spoken = name.replace("-", " ")
    return START.format(name=name, title=f"{spoken} before you go on", short=spoken[:20].strip())


@practice.command("new", epilog="Example: accrete-coach practice new rehearse-rollback")
@click.argument("name", metavar="NAME")
@click.option("--in", "folder", type=click.Path(file_okay=False, path_type=Path), default=".", help="The folder; else this one.")
def new(name: str, folder: Path) -> None:
    """Write a working start, with comments, to NAME.toml."""
    from .clean import clean
    from .cli import Fault
    from .own import LONGEST_ID, PRACTICE_ID
    from .places import find
    from .plain import origin_of
    from .practice import TEAM

    name = name.removesuffix(".toml")
    if len(name) > LONGEST_ID or not PRACTICE_ID.fullmatch(name):
        raise Fault(f"{name!r} is no id of a practice: small letters, digits and single dashes between, at most {LONGEST_ID}", 2)
    taken = _catalogue().get(name)
    own = find().practices / f"{name}.toml"
    # Of two with one name, one's own is taken before the team's.
    if taken is not None and taken.origin != TEAM:
        raise Fault(f"'{name}' is taken ({origin_of(taken)}); choose another name. Nothing was written")
    if os.path.lexists(own):
        # One that is paused is in no catalogue.
        raise Fault(f"'{name}' is taken ({own}); choose another name. Nothing was written")
    path = folder / f"{name}.toml"
    if not folder.exists() and not folder.absolute().parent.is_dir():
        raise Fault(f"{folder.absolute().parent} does not exist, so {folder} was not made, and nothing was written")
    try:
        folder.mkdir(exist_ok=True)
        with open(path, "x", encoding="utf-8") as out:
            out.write(start_of(name))
    except FileExistsError:
        raise Fault(f"{path} is there already; nothing was written") from None
    except OSError as problem:
        raise Fault(f"{path} can't be written ({problem.strerror})") from None
    shown = clean(str(path), 500)
    click.echo(f"Wrote {shown}. Change it, then: accrete-coach practice check {shown}")


# --- check -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """A practice held to one of its sketches."""

    number: int
    name: str
    should: str
    read: str
    told: tuple[str, ...] = ()
    """The facts that were read, a line each."""

    @property
    def right(self) -> bool:
        """Whether the sketch is read as it says."""
        return self.read == self.should


def check_of(p: Practice) -> tuple[list[Checked], list[str]]:
    """A practice held to its sketches; and what it lacks, in sentences."""
    checked = [_checked(p, n, sketch) for n, sketch in enumerate(p.sketches, 1)]
    says = {sketch.says for sketch in p.sketches}
    lacks = []
    if "seen" not in says:
        lacks.append("no sketch says 'seen': show at least one session in which it is")
    if not says - {"seen"}:
        lacks.append("no sketch says 'not-seen' or 'not-applicable': show at least one session in which it is not seen")
    return checked, lacks


def _checked(p: Practice, number: int, given: Sketch) -> Checked:
    from .practice import CANT_TELL_READING
    from .sessions import sketch
    from .sessions.patterns import Patterns

    should = _said(given.says, given.by)
    try:
        session = sketch.read(given.text, Patterns(p.patterns))
    except sketch.SketchError as problem:
        return Checked(number, given.name, should, f"no session: {problem}")
    try:
        reading = p.read(session)
    except (Exception, SystemExit) as problem:
        return Checked(number, given.name, should, f"an error: {type(problem).__name__}: {problem}")
    read = _said(reading.word, reading.by if given.by is not None else None) if reading is not CANT_TELL_READING else "can't tell"
    return Checked(number, given.name, should, read, tuple(facts_in_words(session)))


def _said(word: str, by: str | None) -> str:
    return word + (f" by {'you' if by == 'you' else 'the agent'}" if by else "")


def facts_in_words(session: Session) -> Iterator[str]:
    """The facts of a session in the words that a condition asks for them with."""
    from .condition import CUES, words

    project = set(session.edits)
    for i, f in enumerate(session.facts):
        said = [words(f.kind.name)]
        if i in project:
            said.append("(of the project)")
        if f.name:
            said.append(f"name {f.name}")
        if f.size:
            said.append(f"size {f.size}")
        if f.status.name not in ("UNKNOWN", "OK"):
            said.append(f"status {words(f.status.name)}")
        cues = [name for name, bit in CUES.items() if name != "points" and f.cues & bit]
        if cues:
            said.append("cues " + " ".join(cues))
        if f.marks:
            said.append(f"{len(f.marks)} pattern{'s' * (len(f.marks) > 1)} matched")
        yield ("subagent: " if f.agent else "") + ", ".join(said)


def _check_lines(p: Practice, checked: list[Checked], lacks: list[str]) -> Iterator[str]:
    from .clean import one_line
    from .plain import width, wrapped

    columns = width()
    for c in checked:
        name = f"sketch {c.number}" + (f" ({one_line(c.name, 100)})" if c.name else "")
        if c.right:
            yield from wrapped(f"ok: {name}: {c.read}", columns, "  ")
            continue
        yield from wrapped(f"WRONG: {name}: read as {one_line(c.read, 300)}; it should be {c.should}", columns, "  ")
        if c.told:
            yield "    What was read of it:"
            for line in c.told[:40]:
                yield from wrapped(one_line(line, 400), columns, "      ")
    for said in lacks:
        yield from wrapped(f"WRONG: {said}", columns, "  ")
    wrong = sum(not c.right for c in checked) + len(lacks)
    yield from wrapped(f"{p.id}: " + (f"{wrong} wrong." if wrong else f"{len(checked)} sketches are read as they say."), columns)


def read_own(path: Path, catalogue: Catalogue | None = None) -> Practice:
    """The practice a file tells of, if it could be added to the others. Raises Fault."""
    from .clean import one_line
    from .cli import Fault
    from .own import OwnText, read, read_file
    from .plain import origin_of
    from .practice import TEAM, YOURS

    text, why = read_file(path)
    if why:
        raise Fault(f"{path}: {why}")
    found, problems = read(OwnText(YOURS, path.name, text))
    said = [p.what.removesuffix("; the practice is paused") for p in problems]
    if found is not None and catalogue is not None:
        others = [p for p in catalogue.practices if p.origin != YOURS]
        # Of two with one name, one's own is taken before the team's.
        clash = next((p for p in others if p.id == found.id and p.origin != TEAM), None)
        if clash is not None:
            said.append(f"{one_line(path.name)}: its id '{found.id}' is taken ({origin_of(clash)}); choose another name")
        ids = {p.id for p in others}
        said.extend(
            f"{one_line(path.name)}: builds_on names '{one_line(name, 60)}', which is no practice of this program or a package"
            for name in found.builds_on
            if name not in ids
        )
    if found is None or said:
        raise Fault("\n".join(said) if said else f"{path}: no practice can be read from it")
    return found


def _catalogue() -> Catalogue:
    from .places import find
    from .practice import load

    return load(find().practice_folders)


@practice.command("check", epilog="Example: accrete-coach practice check rehearse-rollback.toml")
@click.argument("file", metavar="[FILE]", required=False, shell_complete=practices_and_files)
@_json_option
def check(file: str | None, as_json: bool) -> None:
    """Hold a practice to its sketches.

    It says in words which of them are read otherwise. FILE may be the name of a practice, too; without it, all own ones are
    held to theirs. The exit code is 1 when any sketch is read otherwise than it says.
    """
    from .clean import one_line
    from .cli import Fault, _print, _print_json, practice_named
    from .plain import width, wrapped

    catalogue = _catalogue()
    problems: list[str] = []
    if file is None:
        held = [p for p in catalogue.practices if p.origin]
        problems = [p.what for p in catalogue.problems]
    elif not os.path.exists(file) and (named := practice_named(catalogue, file)) is not None:
        held = [named]
    else:
        held = [read_own(Path(file), catalogue)]
    results = [(p, *check_of(p)) for p in held]
    failed = bool(problems) or any(lacks or not all(c.right for c in checked) for _, checked, lacks in results)
    if as_json:
        _print_json(
            {
                "schema": 1,
                "practices": [
                    {
                        "id": p.id,
                        "origin": p.origin,
                        "lacks": lacks,
                        "sketches": [{"name": c.name, "should": c.should, "read": c.read, "right": c.right} for c in checked],
                    }
                    for p, checked, lacks in results
                ],
                "paused": problems,
            }
        )
    else:
        for p, checked, lacks in results:
            _print(_check_lines(p, checked, lacks))
        for said in problems:
            _print(wrapped(one_line(said, 500), width()))
        if not results and not problems:
            click.echo("There is no practice of your own; `accrete-coach practice new NAME` starts one.")
    if failed:
        if as_json:
            raise click.exceptions.Exit(1)
        raise Fault("not every sketch is read as it says" if not problems else "not every practice is sound")


# --- try -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tried:
    """What a practice says of the person's own sessions."""

    words: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    """Sessions of which a transcript is gone, so that its patterns can't be held against the words."""
    broken: int = 0
    seen: list[tuple[StoredSession, Reading]] = field(default_factory=list)
    not_seen: list[StoredSession] = field(default_factory=list)


def try_out(coach: Coach, p: Practice, limit: int) -> Tried:
    """Read the newest `limit` sessions with a person, as they are stored, with a practice. Nothing is written."""
    from .practice import Catalogue

    out = Tried()
    one = Catalogue((p,), (), {p.id: p})
    for stored in [s for s in reversed(coach.profile.sessions()) if s.person][:limit]:
        session = _session(coach, stored, p)
        if session is not None:
            session.around = coach.profile.around(stored.num)
        if session is None:
            out.gone += 1
            out.words["cant-tell"] += 1
            continue
        readings, broken = one.read(session)
        reading = readings[p.id]
        out.broken += bool(broken)
        out.words[reading.word] += 1
        if reading.word == "seen":
            out.by[reading.by or ""] += 1
            out.seen.append((stored, reading))
        elif reading.word == "not-seen":
            out.not_seen.append(stored)
    return out


def _session(coach: Coach, stored: StoredSession, p: Practice) -> Session | None:
    """A session from its stored facts; with patterns from its transcripts, read in memory. None where one is gone."""
    from . import reader
    from .sessions.folder import Found
    from .sessions.patterns import Patterns

    kept = coach.profile.files_of(stored.num)
    patterns = Patterns(p.patterns)
    files = [reader.opened(stored.agent, f, coach.hasher) for f in kept]
    if not all(patterns.read_by(f.patterns) for f in kept):
        files = []
        for f in kept:
            path = os.path.join(f.root, *f.name.split("/"))
            try:
                size = os.stat(path).st_size
                found = Found(path, f.name, f.root, size, 0, 0, 0, stored.agent, stored.id, f.subagent)
                file = reader.unread(found, coach.hasher, patterns)
                reader.read_file(file, found, coach.hasher)
            except OSError:
                return None
            files.append(file)
    ids = [fact.id for file in files for fact in file.facts]
    return reader.session_of(stored.id, files, coach.hasher, coach.profile.copied_ids(stored.num, ids))


@practice.command("try", epilog="Example: accrete-coach practice try rehearse-rollback.toml --limit 50")
@click.argument("file", metavar="FILE", shell_complete=files)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=500, show_default=True, help="How many sessions, the newest first."
)
@_json_option
def try_(file: str, limit: int, as_json: bool) -> None:
    """See what a practice says of your own sessions.

    This is for before you add it: nothing is stored. It reads what the profile holds of them; patterns are held against the transcripts that still exist.
    """
    from .cli import Fault, _coach, _print, _print_json
    from .places import find
    from .plain import moment_json

    places = find()
    p = read_own(Path(file))
    if not places.profile.exists():
        raise Fault("no session has been read yet; `accrete-coach scan` reads them")
    with _coach(places) as coach:
        tried = try_out(coach, p, limit)
        moments = _moments(tried)
        if as_json:
            _print_json(
                {
                    "schema": 1,
                    "id": p.id,
                    "sessions": tried.words.total(),
                    "seen": tried.words["seen"],
                    "you": tried.by["you"],
                    "not_seen": tried.words["not-seen"],
                    "not_applicable": tried.words["not-applicable"],
                    "cant_tell": tried.words["cant-tell"],
                    "source_gone": tried.gone,
                    "moments": [moment_json(m) for m in moments],
                }
            )
        else:
            _print(_try_lines(p, tried, moments, coach))


def _moments(tried: Tried) -> list[MomentView]:
    from .coach import moments_of

    out: list[MomentView] = []
    for stored, reading in tried.seen:
        out.extend(list(moments_of(stored, reading))[:1])
        if len(out) >= MOST_SHOWN:
            break
    return out


def _try_lines(p: Practice, tried: Tried, moments: list[MomentView], coach: Coach) -> Iterator[str]:
    from .clean import one_line
    from .plain import clock, folder_name, plural, width, wrapped

    zone: tzinfo = coach.zone
    number = tried.words.total()
    if not number:
        yield "No session with you in it has been read yet; `accrete-coach scan` reads them."
        return
    columns = width()
    yield from wrapped(f"“{p.title}” in {plural(number, 'session')} of yours:", columns)
    yield f"  seen            {tried.words['seen']:>6,}"
    if tried.words["seen"]:
        yield f"    you           {tried.by['you']:>6,}"
        yield f"    the agent     {tried.by['agent']:>6,}"
    yield f"  not seen        {tried.words['not-seen']:>6,}"
    yield f"  no occasion     {tried.words['not-applicable']:>6,}"
    yield f"  can't tell      {tried.words['cant-tell']:>6,}"
    if tried.gone:
        said = f"In {plural(tried.gone, 'session')} a transcript is gone, and patterns need its words."
        yield from wrapped(said, columns, "  ")
    if tried.broken:
        yield f"  Its detector went wrong in {plural(tried.broken, 'session')}."
    if moments:
        yield ""
        yield "Seen, the newest first:"
        for m in moments:
            yield f"  {clock(m.at, zone)}  {folder_name(m.project)}, by {'you' if m.by == 'you' else 'the agent'}"
            yield from _excerpt(coach, m)
    if tried.not_seen:
        yield ""
        yield "Not seen, the newest first:"
        for s in tried.not_seen[:MOST_SHOWN]:
            yield f"  {clock(s.started, zone)}  {folder_name(s.project)}  accrete-coach session {one_line(s.id, 8)}"


def _excerpt(coach: Coach, m: MomentView) -> Iterable[str]:
    from .clean import clean, one_line

    place = f"    {clean(m.path, 500)}:{m.line}"
    with suppress(OSError):
        said = next((e.text for e in coach.excerpt(m.agent, m.path, m.line, 0) if e.here), "")
        return [place, f"    {one_line(said, 100)}"] if said else [place]
    return [place + "  (source gone)"]


# --- the folder ------------------------------------------------------------------------------------------------------


@practice.command("add", epilog="Example: accrete-coach practice add rehearse-rollback.toml")
@click.argument("file", metavar="FILE", shell_complete=files)
@click.option("--replace", is_flag=True, help="Put it in the place of the one with the same id.")
def add(file: str, replace: bool) -> None:
    """Check a practice, and put it to use.

    It is copied into your own folder; the next scan reads your sessions with it.
    """
    from .clean import clean
    from .cli import Fault, _print
    from .own import read_file
    from .places import find

    places = find()
    p = read_own(Path(file), _catalogue())
    checked, lacks = check_of(p)
    if lacks or not all(c.right for c in checked):
        _print(_check_lines(p, checked, lacks))
        raise Fault(f"{file} was not added: mend it, or its sketches")
    target = places.practices / f"{p.id}.toml"
    if os.path.lexists(target) and not replace:
        raise Fault(f"{target} is there already; --replace puts this one in its place")
    # Its id stands in the name there.
    text, _ = read_file(Path(file))
    try:
        _write(target, text)
    except OSError as problem:
        raise Fault(f"{target} can't be written ({problem.strerror})") from None
    click.echo(f"Added {p.id}: {clean(str(target), 500)}")
    click.echo(
        "The next scan reads your sessions with it"
        + (", and all transcripts again, for its patterns" if p.patterns else "")
        + "; a running app shows it when it is started again."
    )


def _write(target: Path, text: str) -> None:
    """Whole or not at all. Raises OSError."""
    import tempfile

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


@practice.command("list")
@_json_option
def list_(as_json: bool) -> None:
    """Practices that are not built in, and why one is paused."""
    from .clean import clean
    from .cli import _print, _print_json
    from .places import find
    from .practice import FAMILY_NAMES

    places = find()
    catalogue = _catalogue()
    own = [p for p in catalogue.practices if p.origin]
    if as_json:
        listed: list[dict[str, Any]] = [{"id": p.id, "origin": p.origin, "family": p.family, "title": p.title} for p in own]
        _print_json(
            {"schema": 1, "folder": str(places.practices), "practices": listed, "paused": [p.what for p in catalogue.problems]}
        )
        return
    _print(f"{p.id}  ({p.origin}, {FAMILY_NAMES[p.family]})\n  {p.title}" for p in own)
    _print(f"paused: {clean(p.what, 500)}" for p in catalogue.problems)
    if not own and not catalogue.problems:
        click.echo(
            f"None yet. `accrete-coach practice new NAME` starts one; they are kept in {clean(str(places.practices), 500)}."
        )


@practice.command("remove")
@click.argument("name", metavar="NAME", shell_complete=own_practices)
def remove(name: str) -> None:
    """Take a practice of yours out of use.

    Its file stays, as NAME.toml.removed.
    """
    from .clean import clean, one_line
    from .cli import Fault
    from .own import read
    from .places import find
    from .practice import YOURS

    places = find()
    name = name.removesuffix(".toml")
    path = places.practices / f"{name}.toml"
    if not os.path.lexists(path):
        # Whoever put it there by hand may have called the file otherwise than the practice.
        given = [text for text in _catalogue().texts if text.origin == YOURS]
        path = next((places.practices / one.name for one in given if (p := read(one)[0]) and p.id == name), path)
    if os.path.basename(name) != name or name.startswith(".") or not os.path.lexists(path):
        raise Fault(f"{name!r} is no practice in {places.practices}; `accrete-coach practice list` names them")
    aside = path.with_name(path.name + ".removed")
    try:
        os.replace(path, aside)
    except OSError as problem:
        raise Fault(f"{path} can't be moved aside ({problem.strerror})") from None
    click.echo(f"Removed {one_line(name, 80)}: it is in use no more. Its text stays in {clean(str(aside), 500)}")
