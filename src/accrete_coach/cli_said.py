"""The commands for what the person says: corrections, choices, and the audit."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from .cli import Fault, _coach, _json_option, _practice, _print, _print_json, _scan, _session, cli, practice_named
from .completion import corrected, practices, sessions

if TYPE_CHECKING:
    from .coach import Coach, Excerpt, Question
    from .practice import By, Reading, Word

_because = click.option("--because", default="", metavar="TEXT", help="Why, in your own words. Kept in your profile only.")


@cli.command(epilog="Example: accrete-coach correct 5f1c run-check not-seen --because 'it only built'")
@click.argument("session_id", metavar="SESSION", shell_complete=sessions)
@click.argument("practice", shell_complete=practices)
@click.argument("word", metavar="WORD", type=click.Choice(["seen", "not-seen", "no-occasion", "not-applicable", "undo"]))
@click.option("--by", type=click.Choice(["you", "agent"]), help="Who asked for it, where it was seen; without this, you.")
@_because
def correct(session_id: str, practice: str, word: str, by: By | None, because: str) -> None:
    """Say that a reading is wrong, and what is right.

    WORD is seen, not-seen, no-occasion (or not-applicable, which is the same), or undo. Your word counts at once and lasts;
    undo takes it back. PRACTICE is an id or a name; put a name of several words in quotes.
    """
    from .clean import one_line
    from .corrections import differs, in_words
    from .plain import width, wrapped
    from .profile import Correction

    if by and word != "seen":
        raise click.UsageError("--by says who asked for what was seen: it goes with `seen` only.")
    with _coach() as coach:
        found = _practice(coach, practice)
        _scan(coach)
        session = _session(coach, session_id)
        read = coach.profile.readings([session.num]).get(session.num, {}).get(found.id)
        was = in_words(read.word, read.by) if read else "nothing"
        where = f"{found.short}, session {session.id[:8]}"
        if word == "undo":
            if not coach.uncorrect(session, found.id):
                raise Fault(f"{where}: there is no correction to take back")
            _print(wrapped(f"{where}: your correction is taken back. Counts as read: {was}.", width()))
            return
        said: Word = "seen" if word == "seen" else "not-seen" if word == "not-seen" else "not-applicable"
        who: By | None = (by or "you") if said == "seen" else None
        coach.correct(session, found.id, said, who, because)
        if differs(read, Correction(session.agent, session.id, found.id, said, who, because, 0)):
            told = (
                f"{where}: counts as {in_words(said, who)} from now on (it had read: {was})."
                f" `accrete-coach correct {one_line(session_id, 80)} {found.id} undo` takes it back."
            )
        else:
            told = f"{where}: that is what was read ({was}). It is kept, and counts should a later version read otherwise."
        if not session.person:
            told += " Nobody took part in this session: it counts nowhere."
        _print(wrapped(told, width()))


@cli.command(epilog="Example: accrete-coach corrections --sketch 5f1c run-check -o run-check.toml")
@click.option(
    "--sketch",
    nargs=2,
    type=(str, str),
    metavar="SESSION PRACTICE",
    shell_complete=corrected,
    help="Print this correction as a sketch: the session's structure, no word of it.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the sketch to a new file.")
@_json_option
def corrections(sketch: tuple[str, str] | None, output: str | None, as_json: bool) -> None:
    """Your corrections; one of them as a sketch to report.

    A sketch holds the session's structure and no word of it: a detector can be mended with it.
    """
    from .plain import width

    if output and not sketch:
        raise click.UsageError("-o goes with --sketch.")
    with _coach() as coach:
        if sketch:
            _sketch(coach, *sketch, output)
        elif as_json:
            _print_json({"schema": 1, "corrections": list(_corrections_json(coach))})
        else:
            _print(_correction_lines(coach, width()))


def _corrections_json(coach: Coach) -> Iterator[dict[str, Any]]:
    from .corrections import differs
    from .plain import iso

    for c in coach.profile.corrections():
        read = _read(coach, c.agent, c.session, c.practice)
        yield {
            "session": c.session,
            "agent": c.agent,
            "practice": c.practice,
            "reading": c.word,
            "by": c.by,
            "because": c.because or None,
            "at": iso(c.at),
            "read": {"reading": read.word, "by": read.by} if read else None,
            "differs": differs(read, c),
        }


def _read(coach: Coach, agent: str, session: str, practice: str) -> Reading | None:
    num = coach.profile.session_num(agent, session)
    return None if num is None else coach.profile.readings([num]).get(num, {}).get(practice)


def _correction_lines(coach: Coach, columns: int) -> Iterator[str]:
    from .clean import one_line
    from .corrections import differs, in_words
    from .plain import clock, plural, wrapped

    all_ = coach.profile.corrections()
    for c in all_:
        read = _read(coach, c.agent, c.session, c.practice)
        practice = coach.catalogue.get(c.practice)
        yield f"{clock(c.at, coach.zone)}  {one_line(c.session, 8)}  {practice.short if practice else one_line(c.practice, 40)}"
        was = f"read: {in_words(read.word, read.by)}" if read else "it is read no more"
        same = "" if differs(read, c) else " (the same)"
        yield from wrapped(f"you said {in_words(c.word, c.by)}; {was}{same}", columns, "  ")
        if c.because:
            yield from wrapped(f"because: {one_line(c.because, 400)}", columns, "  ")
    yield from wrapped(
        f"{plural(len(all_), 'correction')}." if all_ else "No corrections. `accrete-coach correct` makes one.", columns
    )


def _sketch(coach: Coach, session_id: str, practice: str, output: str | None) -> None:
    import tomli_w

    from .clean import clean
    from .corrections import in_words
    from .drawn import reads, sketch_of

    found = _practice(coach, practice)
    session = _session(coach, session_id)
    said = coach.profile.corrections_of(session.agent, session.id).get(found.id)
    if said is None:
        raise Fault(f"{found.short}, session {session.id[:8]}: there is no correction to draw; `accrete-coach correct` makes one")
    read = _read(coach, session.agent, session.id, found.id)
    facts = coach.session(session)
    if facts is None or read is None:
        raise Fault(f"{session.id[:8]}: there are no facts of this session to draw from")
    text = sketch_of(facts)
    again = reads(found, text)
    value: dict[str, Any] = {"practice": found.id, "says": said.word}
    if said.by:
        value["by"] = said.by
    value["text"] = "\n" + text
    same = again is not None and (again.word, again.by) == (read.word, read.by)
    was = in_words(read.word, read.by)
    if same:
        note = f"The sketch reads as the session did ({was}): a test with your word fails until the detector is mended."
    elif again is None:
        note = f"The sketch can't be read: it does not show why the session was read as {was}."
    else:
        note = (
            f"The sketch reads “{in_words(again.word, again.by)}”, the session “{was}”: what made the difference is not in its"
            " structure, so a test with it shows nothing yet."
        )
    told = f"# Made from facts: placeholder words, none of the transcript.\n# {note}\n" + tomli_w.dumps(
        value, multiline_strings=True
    )
    if output is None:
        _print(told.rstrip("\n").split("\n"))
        return
    try:
        with open(output, "x", encoding="utf-8") as out:
            out.write(told)
    except OSError as problem:
        raise Fault(f"{output}: not written ({problem.strerror})") from None
    click.echo(clean(note))


# --- choices ---------------------------------------------------------------------------------------------------------


def _choice(name: str, doc: str) -> Callable[..., None]:
    @cli.command(name, help=doc, epilog=f"Example: accrete-coach {name} task-list")
    @click.argument("practice", nargs=-1, required=True, shell_complete=practices)
    @click.option("--undo", is_flag=True, help="Take it back; the word undo at the end does it, too.")
    @_because
    def command(practice: tuple[str, ...], undo: bool, because: str) -> None:
        from .plain import width, wrapped
        from .standings import CHOICES

        words = CHOICES[name][1]
        with _coach() as coach:
            typed = " ".join(practice)
            if len(practice) > 1 and practice[-1].lower() == "undo" and practice_named(coach.catalogue, typed) is None:
                undo, typed = True, " ".join(practice[:-1])
            found = _practice(coach, typed)
            if not undo:
                before = coach.profile.choices().get(found.id)
                coach.choose(found.id, name, because)
                replaced = before is not None and before.choice != name and before.choice in CHOICES
                told = f"{found.short}: “{words}”"
                told += f"; that replaces “{CHOICES[before.choice][1]}”." if before and replaced else "."
                told += f" It is left out of what matters now; `accrete-coach {name} {found.id} undo` takes it back."
                _print(wrapped(told, width()))
            elif coach.unchoose(found.id, name):
                click.echo(f"{found.short}: taken back.")
            else:
                raise Fault(f"{found.short}: you had not said “{words}”")

    made: Callable[..., None] = command
    return made


elsewhere = _choice("elsewhere", "Say that you do a practice where nothing shows it.")
not_for_me = _choice("not-for-me", "Say that you do not want a practice.")


# --- audit -----------------------------------------------------------------------------------------------------------


@cli.command(epilog="Example: accrete-coach audit")
@click.option("--result", "only_result", is_flag=True, help="Ask nothing; show what the answers so far add up to.")
@click.option("--seed", type=int, help="Draw the same ones each time.")
@_json_option
def audit(only_result: bool, seed: int | None, as_json: bool) -> None:
    """Ten readings of yours at random: were they right?

    What was wrong becomes a correction.
    """
    from .audit import result
    from .plain import width, wrapped

    with _coach() as coach:
        if not only_result:
            _scan(coach)
            _ask_all(coach, random.Random(seed), to_err=as_json)
        audits = coach.profile.audits()
        if as_json:
            named = {p.id: result(audits, p.id) for p in coach.catalogue.practices}
            practices = {name: r.json for name, r in named.items() if r.asked or r.unsure}
            _print_json({"schema": 1, "all": result(audits).json, "practices": practices})
            return
        _print(wrapped(coach.audited().sentence, width()))
        for p, one in coach.audited_each():
            _print(wrapped(f"{p.short}: {one}", width(), "  "))


def _ask_all(coach: Coach, chance: random.Random, *, to_err: bool) -> None:
    from .audit import AT_ONCE, NOTHING, draw
    from .plain import width, wrapped

    known = coach.to_audit()
    if not known:
        for line in wrapped(NOTHING, width()):
            click.echo(line, err=to_err)
        return
    asked = 0
    for one in draw(known, chance):
        if asked == min(AT_ONCE, len(known)):
            return
        question = coach.question(one)
        if question is None:
            continue  # The transcript went since the scan.
        asked += 1
        click.echo(f"\n{asked} of {min(AT_ONCE, len(known))}", err=to_err)
        for line in _shown(question, coach.zone):
            click.echo(line, err=to_err)
        if not _ask(coach, question, to_err=to_err):
            return


def _shown(asked: Question, zone: tzinfo) -> Iterator[str]:
    """What is shown of a reading: the excerpt that made it seen, or the session's outline."""
    from .clean import one_line
    from .corrections import in_words
    from .outline import lines
    from .plain import clock, folder_name, width, wrapped

    _, _, word, by = asked.one
    session = asked.session
    yield from wrapped(f"{asked.practice.short}: {asked.practice.title}", width())
    where = f"{clock(session.started, zone)}, {folder_name(session.project)}, session {one_line(session.id, 8)}"
    yield from wrapped(where, width(), "  ")
    yield from wrapped(f"Read: {in_words(word, by)}.", width(), "  ")
    for e in asked.excerpts:
        yield from _spoken(e, width(), whole=asked.whole)
    if asked.board is not None:
        yield from lines(asked.board, asked.said, width(), whole=asked.whole)


def _spoken(e: Excerpt, columns: int, *, whole: bool) -> list[str]:
    """A piece of a transcript in as many lines as it may have: more for the one that shows the practice."""
    from .clean import clean
    from .plain import WIDE, capped, wrapped

    characters, most = {(True, False): (600, 8), (False, False): (200, 2), (True, True): (4_000, 60), (False, True): (1_000, 12)}[
        e.here, whole
    ]
    beside = " " * (11 if columns >= WIDE else 4)
    lines: list[str] = []
    for line in clean(e.text, characters).strip().splitlines():
        lines += (
            wrapped(line, columns, beside) if lines else _headed(f"  {'>' if e.here else ' '} {e.who:<6} ", line, columns, beside)
        )
        if len(lines) > most:
            break
    return capped(lines, most, columns)


def _headed(head: str, line: str, columns: int, beside: str) -> list[str]:
    import textwrap

    return textwrap.wrap(line, columns, initial_indent=head, subsequent_indent=beside, break_on_hyphens=False) or [head.rstrip()]


def _ask(coach: Coach, asked: Question, *, to_err: bool) -> bool:
    """Ask about one reading and keep the answer; False to stop."""
    while (answer := _question("Right? y, n, ? can't say, o see more of it, q stop:", "yn?oq", to_err)) == "o":
        more = coach.question(asked.one, whole=True)
        for line in _shown(more, coach.zone) if more is not None else ["  The transcript is gone."]:
            click.echo(line, err=to_err)
    if answer == "q":
        return False
    if answer != "n":
        coach.judge(asked, "right" if answer == "y" else "unsure")
        return True
    right = _question("Which is right? s seen, n not seen, o no occasion, ? can't say, q stop:", "sno?q", to_err)
    if right == "q":
        return False
    said: Word = "seen" if right == "s" else "not-seen" if right == "n" else "not-applicable"
    who: By | None = None
    if right == "s":
        by = _question("Who asked for it? y you, a the agent, q stop:", "yaq", to_err)
        if by == "q":
            return False
        who = "you" if by == "y" else "agent"
    kept = coach.judge(asked, "wrong", None if right == "?" else (said, who))
    if kept.answer == "right":
        click.echo("That is what was read: counted as right.", err=to_err)
    elif kept.correction is not None:
        click.echo("Kept as a correction.", err=to_err)
    else:
        click.echo("Counted as wrong; no correction is made.", err=to_err)
    return True


def _question(text: str, letters: str, to_err: bool) -> str:
    """One of the letters; "q" where nothing more comes."""
    from .plain import width, wrapped

    *before, last = wrapped(text, width() - 2)
    while True:
        for line in before:
            click.echo(line, err=to_err)
        click.echo(f"{last} ", nl=False, err=to_err)
        sys.stdout.flush()
        given = sys.stdin.readline()
        if not sys.stdin.isatty():
            click.echo(given.strip()[:20], err=to_err)
        if not given:
            return "q"
        letter = given.strip().lower()[:1]
        if letter and letter in letters:
            return letter
        click.echo(f"One of {', '.join(letters)}, please.", err=to_err)
