"""The commands of sharing: the team's repository, consent, examples, totals. Nothing leaves before its bytes were shown and confirmed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import click

from .cli import Fault, _coach, _json_option, _practice, _print, _print_json, _scan, _session, cli
from .cli_help import Group
from .completion import practices as practices_completed
from .completion import sessions as sessions_completed

if TYPE_CHECKING:
    from .coach import Coach
    from .sharing import Period, Prepared, Sharing, Status
    from .team.exemplar_page import Line as TextLine
    from .team.exemplars import Shown
    from .team.outbox import Line

_confirm_option = click.option(
    "--confirm", metavar="HASH", help="Send what was shown before, by its hash: for a terminal that can't ask."
)


def _fault(problem: Exception) -> NoReturn:
    from .clean import clean

    said = clean(str(problem), 1_000)
    raise Fault(said[:1].lower() + said[1:] if said[:2].istitle() and not said.startswith("/") else said) from None


# --- shown, confirmed, sent ------------------------------------------------------------------------------------------


def _preview_lines(prepared: Prepared, columns: int) -> Iterator[str]:
    """What would leave: each file with its exact bytes."""
    from .plain import wrapped
    from .team.review import review

    for line in review(prepared):
        if line.kind in ("bytes", "page"):
            yield from line.text.split("\n")
        elif line.kind in ("gap", "file", "hash"):
            yield line.text
        else:
            yield from wrapped(line.text, columns, "  " if line.kind in ("item", "marked") else "")


def _ask_and_send(sharing: Sharing, prepared: Prepared, confirm: str | None, again: str, columns: int) -> str:
    """Show it; send it once it is confirmed. Returns the commit; ends the command where it is not."""
    from .plain import wrapped
    from .sharing import CantShare

    seen = prepared.preview
    if confirm is None:
        _print(_preview_lines(prepared, columns))
    if confirm is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        words = f" --words {prepared.words}" if prepared.words else ""
        _print(
            [
                "",
                *wrapped("Nothing was sent. To send exactly these bytes:", columns),
                f"  accrete-coach {again} --confirm {seen.hash}{words}",
            ]
        )
        raise click.exceptions.Exit(0)
    if confirm is None:
        wanted = prepared.words or "yes"
        # Words of theirs leave only with what can't be typed without having looked at the example's bytes.
        which = next((one.path for one in seen.files if one.path.endswith(".json") and one.sha256.startswith(wanted)), "")
        what = f"the first six characters of the sha256 of {which}" if prepared.words else "yes"
        typed = click.prompt(f"Type {what} to send exactly these bytes", default="", show_default=False)
        if typed.strip().lower() != wanted:
            with contextlib.suppress(CantShare):
                sharing.drop()
            _print(["Nothing was sent, and what was shown is deleted."])
            raise click.exceptions.Exit(1)
    elif confirm != seen.hash:
        raise Fault("what would be sent is no longer what that hash was of; look at it again. Nothing was sent")
    try:
        return sharing.send(seen.hash, prepared.roster)
    except CantShare as problem:
        _fault(problem)


# --- team ------------------------------------------------------------------------------------------------------------


@cli.group("team", cls=Group)
def team() -> None:
    """Your team's repository: join, fetch, what is in it.

    A git repository and nothing else: no server, no account. Joining and fetching send nothing of your sessions.
    """


@team.command("join", epilog="Example: accrete-coach team join git@example.org:team/practices.git")
@click.argument("url")
def join(url: str) -> None:
    """Remember which repository, and fetch what is there."""
    from .clean import one_line
    from .plain import width, wrapped
    from .sharing import CantShare
    from .team.words import FETCHING

    with _coach() as coach:
        sharing = coach.sharing
        try:
            sharing.join(url)
            _, why = sharing.fetch()
        except CantShare as problem:
            _fault(problem)
        if why:
            _print(
                wrapped(f"{one_line(url, 200)} is remembered as your team's, but was not fetched: {one_line(why, 400)}", width())
            )
            _print(wrapped("`accrete-coach team fetch` tries again; `team leave` forgets it.", width()))
            raise click.exceptions.Exit(1)
        _print(wrapped(f"You read the team of {one_line(url, 200)} from now on. {FETCHING}", width()))
        _print(
            wrapped(
                "`accrete-coach share team` says what sharing with it means; `team exemplars` shows what others share.", width()
            )
        )


@team.command("leave")
def leave() -> None:
    """Forget it; what was sent stays there."""
    from .plain import width, wrapped
    from .sharing import CantShare
    from .team.words import ENDED

    with _coach() as coach:
        try:
            coach.sharing.leave()
        except CantShare as problem:
            _fault(problem)
        _print(
            wrapped(
                f"You left: its copy is deleted. {ENDED} Copies of what left are in `share log`.",
                width(),
            )
        )


@team.command("status")
@_json_option
def status(as_json: bool) -> None:
    """Which team, what is there, and what is due."""
    from .plain import width

    with _coach() as coach:
        told = coach.sharing.status()
        if as_json:
            _print_json(_status_json(told))
        else:
            _print(status_lines(told, coach, width()))


def status_lines(told: Status, coach: Coach, columns: int) -> Iterator[str]:
    """Where the person stands with sharing."""
    from .clean import one_line
    from .plain import day, plural, wrapped

    mode = {
        "off": "Off: no transcript is read, and nothing leaves.",
        "local": "Local: nothing leaves this machine.",
        "team": f"Team: you agreed to share on {day(told.consent.since, coach.zone)}; nothing leaves before you saw its bytes and said yes.",
    }[told.consent.mode]
    yield from wrapped(mode, columns)
    if told.consent.trouble:
        yield from wrapped(one_line(told.consent.trouble, 300), columns)
    if told.consent.asks_again:
        yield from wrapped("What would leave has changed since you agreed: `accrete-coach share team` asks again.", columns)
    if told.trouble:
        yield from wrapped(one_line(told.trouble, 400), columns)
    if told.team is None:
        if not told.trouble:
            yield from wrapped(
                "You are in no team. `accrete-coach team join URL` reads one; nothing of your sessions is sent by that.", columns
            )
        return
    fetched = f"fetched {day(told.team.fetched * 1000, coach.zone)}" if told.team.fetched is not None else "never fetched"
    yield from wrapped(f"Team {one_line(told.team.url, 200)}, {fetched}.", columns)
    who = f"; you go by {one_line(told.name, 60)}" if told.name else ""
    yield from wrapped(f"{plural(told.people, 'member')}{who}; {plural(told.exemplars, 'example')} to read.", columns)
    for one in dict.fromkeys(told.due):
        yield from wrapped(
            f"{'Due' if one.ready else 'Waits'}: {one.why.rstrip('.?')}{'?' if one.why.endswith('?') else '.'}", columns, "  "
        )
    if told.waiting is not None:
        yield from wrapped(
            f"Waits to be sent: {plural(len(told.waiting.files), 'file')}; nothing of it leaves before you confirm it. `share drop` deletes it.",
            columns,
        )


def _status_json(told: Status) -> dict[str, object]:
    return {
        "schema": 1,
        "mode": told.consent.mode,
        "since": told.consent.since or None,
        "team": told.team.url if told.team is not None else None,
        "name": told.name or None,
        "members": told.people,
        "exemplars": told.exemplars,
        "waiting": told.waiting.hash if told.waiting is not None else None,
        "due": [
            {"what": one.what.value, "ready": one.ready, "epoch": str(one.epoch), "period": one.period, "why": one.why}
            for one in told.due
        ],
        "trouble": told.trouble or told.consent.trouble or None,
    }


@team.command("fetch")
@click.option("--anew", is_flag=True, help="Throw the copy away and fetch all of it.")
def fetch(anew: bool) -> None:
    """Fetch what is new. Nothing is sent."""
    from .clean import one_line
    from .plain import plural, width, wrapped
    from .sharing import CantShare

    with _coach() as coach:
        sharing = coach.sharing
        try:
            _, why = sharing.fetch(anew=anew)
            if why:
                raise CantShare(one_line(why, 600))
            found = sharing.contents()
        except CantShare as problem:
            _fault(problem)
        told = f"{plural(len(sharing.members()), 'member')}, {plural(len(sharing.exemplars()), 'example')}."
        _print(wrapped(told, width()))
        for path, reason in found.passed[:20]:
            _print(wrapped(f"passed over: {one_line(path, 120)}: {one_line(reason, 200)}", width()))
        if len(found.passed) > 20:
            _print(wrapped(f"and {len(found.passed) - 20:,} more were passed over", width()))


@team.command("exemplars", epilog="Example: accrete-coach team exemplars plan-first")
@click.argument("practice", required=False, shell_complete=practices_completed)
@_json_option
def exemplars(practice: str | None, as_json: bool) -> None:
    """What teammates chose to show, closest to your tools first."""
    from .plain import width, wrapped
    from .sharing import CantShare

    with _coach() as coach:
        wanted = _practice(coach, practice).id if practice else None
        try:
            found = coach.sharing.exemplars(wanted)
        except CantShare as problem:
            _fault(problem)
        if as_json:
            _print_json({"schema": 1, "exemplars": [_exemplar_json(one) for one in found]})
        elif not found:
            _print(wrapped("No example yet. `accrete-coach exemplar make` makes one of a session of yours.", width()))
        else:
            for one in found:
                _print(_headline(one, coach, width()))


def _headline(one: Shown, coach: Coach, columns: int) -> list[str]:
    from .clean import one_line
    from .plain import wrapped

    known = coach.catalogue.get(one.exemplar.practice)
    name = known.short if known is not None else one_line(one.exemplar.practice, 40)
    mine = ", yours" if one.mine else ""
    return wrapped(f"{one.name[:8]}  {name}: {one_line(one.exemplar.title, 120)} ({one_line(one.author, 60)}{mine})", columns)


def _exemplar_json(one: Shown) -> dict[str, object]:
    from .team.exemplars import body

    return {"name": one.name, "author": one.author, "key": one.by, "mine": one.mine, **body(one.exemplar)}


@team.command("practices")
@click.option("--accept", metavar="NAME", help="Put one to use, by the beginning of its name.")
@click.option("--drop", metavar="PRACTICE", help="Use one no more, by its id.")
def practices(accept: str | None, drop: str | None) -> None:
    """Practices that your team wrote; used once you accepted them."""
    from .clean import one_line
    from .plain import width, wrapped
    from .practice import Problem
    from .sharing import CantShare

    with _coach() as coach:
        sharing = coach.sharing
        try:
            if accept is not None:
                told = sharing.accept_practice(accept)
                _print(
                    wrapped(f"{told.short}: in use from now on, beside the built-in ones. It is data and runs no code.", width())
                )
                return
            if drop is not None:
                if not sharing.drop_practice(drop):
                    raise Fault(f"there is no practice {drop!r} of the team's in use")
                _print([f"{drop}: not in use any more."])
                return
            found = sharing.practices()
        except CantShare as problem:
            _fault(problem)
        if not found:
            _print(wrapped("The team has no practices of its own.", width()))
        for name, one, used in found:
            if isinstance(one, Problem):
                _print(wrapped(f"{name[:8]}  can't be used: {one_line(one.what, 300)}", width()))
            else:
                state = "in use" if used else f"not in use; `accrete-coach team practices --accept {name[:8]}`"
                _print(wrapped(f"{name[:8]}  {one.short}: {one.title} ({state})", width()))


@team.command("totals")
@_json_option
def totals_(as_json: bool) -> None:
    """What came back of the team's totals, in words, or why nothing did."""
    from .plain import width, wrapped
    from .sharing import CantShare

    with _coach() as coach:
        try:
            found = coach.sharing.periods()
        except CantShare as problem:
            _fault(problem)
        if as_json:
            _print_json({"schema": 1, "periods": [_period_json(one) for one in found]})
        elif not found:
            _print(
                wrapped(
                    "No totals yet: they begin on a Monday with those who joined by then. `accrete-coach team status` says what is due.",
                    width(),
                )
            )
        else:
            for one in found:
                _print([*period_lines(one, coach, width()), ""])


def period_lines(one: Period, coach: Coach, columns: int) -> Iterator[str]:
    """A period's totals in words."""
    from .plain import date_of, plural, wrapped
    from .team.totals import NoResult, in_words

    yield from wrapped(f"{date_of(one.first)} to {date_of(one.last)}", columns)
    if isinstance(one.found, NoResult):
        waits = f"; it waits for {one.found.waits_for}" if one.found.waits_for else ""
        yield from wrapped(f"{one.found.why}{waits}.", columns, "  ")
        return
    told = sorted(one.found.counts.items(), key=lambda item: (-item[1], item[0]))
    words = [(practice, in_words(count, one.found.of)) for practice, count in told]
    for practice, said in words:
        if said.low:
            known = coach.catalogue.get(practice)
            yield from wrapped(f"{known.short if known is not None else practice}: {said.text}", columns, "  ")
    if rest := sum(not said.low for _, said in words):
        yield from wrapped(f"{plural(rest, 'practice')}: can't be told from none.", columns, "  ")
    yield from wrapped(
        "Each answer was flipped with a chance of one in twenty before it was sealed; a no may also mean that there was no occasion."
        f" {one.found.note[:1].upper()}{one.found.note[1:]}.",
        columns,
        "  ",
    )


def _period_json(one: Period) -> dict[str, object]:
    from .team.totals import NoResult, in_words

    told: dict[str, object] = {"first": str(one.first), "last": str(one.last), "epoch": str(one.epoch), "period": one.number}
    if isinstance(one.found, NoResult):
        return told | {"result": None, "why": one.found.why, "waits_for": one.found.waits_for or None}
    words = {name: in_words(count, one.found.of) for name, count in one.found.counts.items()}
    return told | {
        "result": {name: {"says": w.text, "low": w.low, "high": w.high, "of": w.of} for name, w in words.items()},
        "checked": one.found.checked,
    }


# --- share -----------------------------------------------------------------------------------------------------------


@cli.group("share", cls=Group)
def share() -> None:
    """Consent: off, local or team; what is due; what ever left."""


@share.command("off")
def off() -> None:
    """Read no transcript, and share nothing."""
    _turn("off")


@share.command("local")
def local() -> None:
    """Read, and share nothing: the usual."""
    _turn("local")


def _turn(mode: str) -> None:
    from .plain import width, wrapped
    from .sharing import CantShare
    from .team.words import ENDED

    with _coach() as coach:
        before = coach.sharing.consent.mode
        try:
            coach.sharing.turn("off" if mode == "off" else "local")
        except CantShare as problem:
            _fault(problem)
        told = "Off: no transcript is read, and nothing leaves." if mode == "off" else "Local: nothing leaves this machine."
        if before == "team":
            told += f" {ENDED}"
        _print(wrapped(told, width()))


@share.command("team", epilog="Example: accrete-coach share team --name 'Ada'")
@click.option("--name", required=True, metavar="NAME", help="What you go by in the team: 1 to 60 characters.")
@click.option("--few", is_flag=True, help="Take part in totals of lists of five to seven, too: they say much about each.")
@click.option("--examples-only", is_flag=True, help="Do not take part in totals now; `share next` asks about them later.")
@_confirm_option
def share_team(name: str, few: bool, examples_only: bool, confirm: str | None) -> None:
    """What sharing means, in words and as bytes; then you decide.

    It says what would leave, to whom, what they would see and what they could infer, and shows the exact bytes that would be sent now.
    """
    from .plain import width, wrapped
    from .sharing import CantShare
    from .team.totals import LISTS, NEWEST_LIST
    from .team.words import FEW, consent

    with _coach() as coach:
        sharing = coach.sharing
        columns = width()
        try:
            if confirm is None:
                _, why = sharing.fetch()
                if why:
                    raise CantShare(why)
            prepared = sharing.prepare_joining(name, few=few, totals_too=not examples_only)
            told = sharing.status()
        except CantShare as problem:
            _fault(problem)
        if confirm is None and told.team is not None:
            for part in consent(told.team.url, len(LISTS[NEWEST_LIST])):
                _print([part.title, *(line for text in part.sentences for line in wrapped(text, columns, "  ")), ""])
            if few:
                _print([*wrapped(FEW, columns), ""])
        options = f"{' --few' if few else ''}{' --examples-only' if examples_only else ''}"
        again = f"share team --name {_quoted(name)}{options}"
        if prepared is not None:
            commit = _ask_and_send(sharing, prepared, confirm, again, columns)
            sent = f"Sent (commit {commit[:8]}). "
        else:
            _ask_only(confirm, again, columns)
            sent = ""
        try:
            sharing.agree(few=few)
        except CantShare as problem:
            _fault(problem)
        _print(
            wrapped(
                f"{sent}You share from now on; sessions that began before never count. `share log` keeps a copy of all that leaves.",
                columns,
            )
        )


def _ask_only(confirm: str | None, again: str, columns: int) -> None:
    """The person's word, where nothing is to be sent with it. Ends the command where they do not give it."""
    from .plain import wrapped

    if confirm is None:
        _print(wrapped("Nothing leaves now: the team has what says who you are. What is missing is your word.", columns))
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            _print(["", "Nothing was kept. To give it:", f"  accrete-coach {again} --confirm yes"])
            raise click.exceptions.Exit(0)
        confirm = click.prompt("Type yes to agree", default="", show_default=False).strip().lower()
    if confirm != "yes":
        _print(["Nothing was kept: you do not share."])
        raise click.exceptions.Exit(1)


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


@share.command("next")
@_confirm_option
def next_(confirm: str | None) -> None:
    """Whatever is due in the totals: one preview, one yes, one push."""
    from .plain import width, wrapped
    from .sharing import CantShare

    with _coach() as coach:
        _scan(coach)
        sharing = coach.sharing
        try:
            if confirm is None:
                _, why = sharing.fetch()
                if why:
                    raise CantShare(why)
            prepared = sharing.prepare_next()
        except CantShare as problem:
            _fault(problem)
        commit = _ask_and_send(sharing, prepared, confirm, "share next", width())
        _print(wrapped(f"Sent (commit {commit[:8]}). `accrete-coach team totals` shows what comes back.", width()))


@share.command("drop")
def drop() -> None:
    """Delete what waits to be sent."""
    from .sharing import CantShare

    with _coach() as coach:
        from .plain import plural

        try:
            waits = coach.sharing.status().waiting
            coach.sharing.drop()
        except CantShare as problem:
            _fault(problem)
        _print(
            [
                f"Deleted {plural(len(waits.files), 'file')} that waited; nothing was sent."
                if waits is not None
                else "Nothing waits to be sent."
            ]
        )


@share.command("log")
@_json_option
def log(as_json: bool) -> None:
    """Everything that ever left, with a copy of its bytes."""
    from .plain import width, wrapped
    from .team.outbox import OutboxTrouble

    with _coach() as coach:
        try:
            lines, problems = coach.sharing.log()
        except OutboxTrouble as problem:
            _fault(problem)
        if as_json:
            _print_json(
                {
                    "schema": 1,
                    "log": [
                        {"at": one.at, "what": one.what, "to": one.to, "hash": one.hash, "commit": one.commit or None,
                         "files": [{"path": p, "sha256": h, "bytes": n} for p, h, n in one.files]}
                        for one in lines
                    ],
                    "copies": str(coach.places.team / "sent"),
                }
            )  # fmt: skip
            return
        if not lines:
            _print(wrapped("Nothing ever left.", width()))
        for one in lines:
            _print(log_lines(one, coach, width()))
        if lines:
            _print(wrapped(f"Byte copies of all that left are in {coach.places.team / 'sent'}.", width()))
        for problem_ in problems:
            _print(wrapped(problem_, width()))


def log_lines(one: Line, coach: Coach, columns: int) -> Iterator[str]:
    """A line of the log, with its files."""
    from .clean import one_line
    from .plain import clock, wrapped

    what = {
        "begun": "sending began", "sent": "sent", "refused": "not sent: refused", "perhaps": "perhaps sent: the connection broke",
        "deleted": "deleted before it was sent",
    }[one.what]  # fmt: skip
    commit = f", commit {one.commit[:8]}" if one.commit else ""
    yield from wrapped(f"{clock(one.at * 1000, coach.zone)}  {what}, to {one_line(one.to, 120)}{commit}", columns)
    if one.what in ("sent", "perhaps"):
        for path, sha, size in one.files:
            yield from wrapped(f"{path}  {size:,} bytes  sha256 {sha[:16]}…", columns, "  ")


# --- exemplars -------------------------------------------------------------------------------------------------------


@cli.group("exemplar", cls=Group)
def exemplar() -> None:
    """Examples: show one, make one of a session, withdraw one."""


@exemplar.command("show", epilog="Example: accrete-coach exemplar show 5f1c2a3b")
@click.argument("name")
@_json_option
def exemplar_show(name: str, as_json: bool) -> None:
    """One example: what to type differently, and how it went."""
    from .plain import width
    from .sharing import CantShare
    from .team.exemplar_page import lines

    with _coach() as coach:
        try:
            one = coach.sharing.exemplar(name)
        except CantShare as problem:
            _fault(problem)
        if as_json:
            _print_json({"schema": 1, "exemplar": _exemplar_json(one)})
            return
        practice = coach.catalogue.get(one.exemplar.practice)
        _print(_exemplar_lines(lines(one.exemplar, one.author, practice), width()))


def _exemplar_lines(told: tuple[TextLine, ...], columns: int) -> Iterator[str]:
    from .clean import clean, one_line
    from .plain import wrapped

    for line in told:
        if line.kind == "head":
            yield ""
            yield from wrapped(one_line(line.text, 200), columns)
        elif line.kind in ("code", "words"):
            yield from wrapped(clean(line.text, 4_000), columns, "    " if line.kind == "code" else "      ")
        else:
            mark = {"shows": "▶ ", "step": "  "}.get(line.kind, "")
            yield from (
                f"{mark if n == 0 else '  ' * bool(mark)}{part}"
                for n, part in enumerate(wrapped(one_line(line.text, 1_200), columns - 2))
            )


@exemplar.command("make", epilog="Example: accrete-coach exemplar make 5f1c plan-first --title 'Plan in a question' --prompt")
@click.argument("session_id", metavar="SESSION", shell_complete=sessions_completed)
@click.argument("practice", shell_complete=practices_completed)
@click.option("--title", required=True, help="What it shows, in a few words of yours.")
@click.option("--note", default="", help="What you would tell a colleague about it.")
@click.option("--prompt", is_flag=True, help="This one prompt of yours, masked, and what came of it.")
@click.option(
    "--moment",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="The Nth moment of the session that shows the practice; the first without.",
)
@click.option(
    "--say",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Your words at the Nth step of `session SESSION --story` too, masked; again for more.",
)
@click.option("--name", default="", metavar="NAME", help="What you go by, where the team does not know you yet.")
@click.option("--words", default="", metavar="SIX", help="With --confirm: the first six characters of the example's hash.")
@_confirm_option
def exemplar_make(
    session_id: str,
    practice: str,
    title: str,
    note: str,
    prompt: bool,
    moment: int,
    say: tuple[int, ...],
    name: str,
    words: str,
    confirm: str | None,
) -> None:
    """Make one of a session of yours, look at its bytes, share it.

    Structure only, unless you add words: with --prompt the one prompt at the moment, with --say your words at other steps, counted
    as `session SESSION --story` lists them, each with its time. All of them go through a masker first.
    """
    from .plain import width, wrapped
    from .sharing import CantShare
    from .team.words import BEFORE_AN_EXEMPLAR

    with _coach() as coach:
        found = _practice(coach, practice)
        _scan(coach)
        session = _session(coach, session_id)
        sharing = coach.sharing
        try:
            made = sharing.draft(
                session.num, found.id, title=title, note=note, prompt=prompt, say=tuple(n - 1 for n in say), moment=moment
            )
            prepared = sharing.prepare_exemplar(made, name)
        except CantShare as problem:
            _fault(problem)
        if confirm is None:
            _print([line for text in BEFORE_AN_EXEMPLAR for line in wrapped(text, width())] + [""])
        elif prepared.words and words != prepared.words:
            raise Fault(
                "words of yours are in it: say the first six characters of the example's hash with --words. Nothing was sent"
            )
        parts = ["exemplar make", _quoted(session_id), found.id, "--title", _quoted(title)]
        parts += ["--note", _quoted(note)] if note else []
        parts += ["--prompt"] if prompt else []
        parts += [f"--moment {moment}"] if moment != 1 else []
        parts += [f"--say {n}" for n in say]
        parts += ["--name", _quoted(name)] if name else []
        commit = _ask_and_send(sharing, prepared, confirm, " ".join(parts), width())
        _print(
            wrapped(
                f"Shared (commit {commit[:8]}). `accrete-coach exemplar withdraw` takes it back, as far as that goes.", width()
            )
        )


@exemplar.command("withdraw")
@click.argument("name")
@_confirm_option
def exemplar_withdraw(name: str, confirm: str | None) -> None:
    """Withdraw one of yours: it is shown no more."""
    from .plain import width, wrapped
    from .sharing import CantShare
    from .team.words import WITHDRAWN

    with _coach() as coach:
        sharing = coach.sharing
        try:
            prepared = sharing.prepare_withdrawal(name)
        except CantShare as problem:
            _fault(problem)
        if confirm is None:
            _print([*wrapped(WITHDRAWN, width()), ""])
        commit = _ask_and_send(sharing, prepared, confirm, f"exemplar withdraw {_quoted(name)}", width())
        _print(wrapped(f"Sent (commit {commit[:8]}).", width()))
