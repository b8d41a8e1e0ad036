"""The commands of the coaching: the week, the tip, the focus, how a week felt, and which layer answers what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

from .cli import Day, Fault, _agent_option, _coach, _json_option, _practice, _print, _print_json, _scan, cli
from .cli_help import Group
from .completion import practices

if TYPE_CHECKING:
    from datetime import tzinfo

    from .counsel import Counsel
    from .tips import Followed, Suggestion
    from .week import Period, Span


# --- the week --------------------------------------------------------------------------------------------------------


@cli.command(epilog="Example: accrete-coach week --of 2026-W46 --all")
@click.option("--of", metavar="WHEN", help="2026-W46, 2026-11, 2026-Q4, 2026, or a day. Without it, the one that runs.")
@click.option("--month", "span", flag_value="month", help="The month that runs, or of that day.")
@click.option("--quarter", "span", flag_value="quarter", help="The quarter.")
@click.option("--year", "span", flag_value="year", help="The year.")
@click.option("--project", metavar="TEXT", help="Sessions of projects whose folder holds this.")
@_agent_option
@click.option("--all", "details", is_flag=True, help="Everything it rests on.")
@click.option("--markdown", is_flag=True, help="For a journal.")
@click.option("--stand-up", is_flag=True, help="For a stand-up: no project's name, no count, no hour.")
@click.option("--svg", type=click.Path(dir_okay=False), metavar="FILE", help="Draw it into a new file.")
@_json_option
def week(
    of: str | None,
    span: Span | None,
    project: str | None,
    agent: str | None,
    details: bool,
    markdown: bool,
    stand_up: bool,
    svg: str | None,
    as_json: bool,
) -> None:
    """Two minutes to look back: what moved, one thing to try.

    And one moment worth reading again, and one question. Weeks begin on Monday in your zone; on a Monday or a Tuesday it is the
    week before. What moved did so beyond chance, against the four weeks before.
    """
    from . import week_text
    from .plain import width

    if sum((markdown, stand_up, as_json, svg is not None)) > 1:
        raise click.UsageError("--markdown, --stand-up, --svg and --json: say one of them.")
    if details and (stand_up or svg is not None):
        raise click.UsageError("--all goes with the plain text, --markdown and --json.")
    with _coach() as coach:
        counsel = coach.counsel
        meant = _period(counsel, of, span)
        _scan(coach)
        # What a program reads, or a picture without it, shows the person no tip.
        shows = not as_json and svg is None
        found = counsel.week(meant, project=project, agent=agent, details=details or as_json, shows=shows)
        if as_json:
            _print_json(week_text.week_json(found))
        elif markdown:
            lines = list(week_text.markdown(found, coach.zone, details=details))
            if details and found.recent:
                told, beside = counsel.delivery(project=project)
                lines += week_text.delivery_markdown(told, beside) if told is not None else ()
            _print(lines)
        elif stand_up:
            _print(week_text.stand_up(found))
        elif svg is not None:
            from .week_picture import week_svg

            _write_new(svg, week_svg(found))
        else:
            lines = list(week_text.week_lines(found, coach.zone, width(), details=details))
            if details and found.recent:
                told, beside = counsel.delivery(project=project)
                lines += week_text.delivery_lines(told, beside, width()) if told is not None else ()
            _print(lines)


def _period(counsel: Counsel, of: str | None, span: Span | None) -> Period:
    from . import week as weeks

    today = counsel.today()
    if of is None:
        return weeks.to_look_back_on(today, span or "week")
    try:
        found = weeks.parse(of, span or "week")
    except ValueError as problem:
        raise Fault(f"{problem}; nothing is shown", 2) from None
    if span is not None and found.span != span:
        raise click.UsageError(f"--of {of} is a {found.span}: leave --{span} out, or name a day of the {span}.")
    return found


def _write_new(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8") as out:
            out.write(text)
    except OSError as problem:
        raise Fault(f"{path}: not written ({problem.strerror}); nothing was changed") from None
    click.echo(f"Written to {path}.")


# --- the tip ---------------------------------------------------------------------------------------------------------


@cli.group("tip", cls=Group, invoke_without_command=True)
@click.option("--next", "after", is_flag=True, help="Another one; this one is passed over.")
@click.option("--ready", is_flag=True, help="Only the ready prompt, command, hook or rule, to be copied.")
@_json_option
@click.pass_context
def tip(context: click.Context, after: bool, ready: bool, as_json: bool) -> None:
    """One thing to try, and why it may be for you now.

    It stays for a week, or until you say accept, later or not-for-me. None comes twice before all that apply were shown; `tips`
    says which may come, and why the others don't.
    """
    if context.invoked_subcommand is not None:
        if after or ready or as_json:
            raise click.UsageError(
                f"--next, --ready and --json go before no other word; `tip {context.invoked_subcommand}` takes none."
            )
        return
    from .plain import width
    from .week_text import suggestion_json

    with _coach() as coach:
        _scan(coach)
        counsel = coach.counsel
        now = counsel.tip(keep=False) if after else None
        passed = now.tip if now is not None and now.tip.num else None
        found = counsel.tip(after=passed)
        if as_json:
            _print_json({"schema": 1, "tip": suggestion_json(found) if found is not None else None})
        elif ready:
            if found is None:
                raise Fault(f"there is no tip now. {_no_tip(counsel)}")
            _print(found.practice.words.ready.splitlines())
        elif found is None:
            from .plain import wrapped

            _print(wrapped(_no_tip(counsel), width()))
        else:
            from .plain import wrapped

            told = f"“{_name(counsel, passed.practice)}” is put away for four weeks." if passed is not None else ""
            _print(
                [*(wrapped(told, width()) if told else ()), *([""] if told else ()), *tip_lines(found, counsel.focus(), width())]
            )


def _name(counsel: Counsel, practice: str) -> str:
    known = counsel.coach.catalogue.get(practice)
    return known.short if known is not None else practice


def _no_tip(counsel: Counsel) -> str:
    counted = counsel.coach.standings()
    if counted.few:
        return f"{counted.sentence} With three there may be a tip."
    return "Nothing to suggest: what applies is in use, was shown lately, or you said no. `accrete-coach tips` says why, for each practice."


def tip_lines(found: Suggestion, focus: Followed | None, columns: int) -> Iterator[str]:
    """A tip in full."""
    from .plain import wrapped

    p, said = found.practice, found.practice.words
    yield from wrapped(f"Have you tried to {p.title}?", columns)
    for text in (found.why_now, p.why, f"How: {p.tip}"):
        yield ""
        yield from wrapped(text, columns)
    yield ""
    yield READY[said.kind]
    yield from wrapped(said.ready, columns, "  ")
    yield ""
    yield from wrapped(f"When not to: {p.when_not}", columns)
    yield from wrapped(f"Evidence: {found.grade}. `accrete-coach show {p.id}` has the sources and your moments.", columns)
    yield ""
    yield from wrapped("`accrete-coach tip accept` makes it your focus; `tip later` and `tip not-for-me` put it away.", columns)
    if focus is not None and not focus.focus.ended:
        yield from wrapped(f"You have a focus, “{focus.name}”; accepting this one ends it. It can be read again.", columns)


READY = {
    "prompt": "A prompt, ready to use:",
    "command": "A command, ready to use:",
    "hook": "A hook for the agent's settings, ready to use:",
    "rule": "A line for the project's memory:",
}
"""What is copied, in words."""


def _shown_tip(counsel: Counsel) -> Suggestion:
    """The tip that the person saw and did not answer. Raises Fault where there is none: nobody says no to what they never saw."""
    found = counsel.tip(keep=False)
    if found is None:
        raise Fault(f"there is no tip to answer. {_no_tip(counsel)}")
    if not found.tip.num:
        raise Fault("no tip stands to be answered. `accrete-coach tip` shows one; then say it again")
    return found


@tip.command("accept")
def accept() -> None:
    """Make it your focus: an if-then, with where you stand today as its baseline."""
    from .plain import width

    with _coach() as coach:
        _scan(coach)
        counsel = coach.counsel
        found = _shown_tip(counsel)
        told, _ = counsel.accept(found.practice.id, found.tip)
        _print(focus_lines(told, coach.zone, width(), fresh=True))


@tip.command("later")
@click.option("--until", type=Day(), metavar="DAY", help="When it may come again: 2026-12-28. Without it, in four weeks.")
def later(until: date | None) -> None:
    """Not now; it may come again later, and says when."""
    from .days import start_of_day
    from .plain import day, width, wrapped

    with _coach() as coach:
        _scan(coach)
        counsel = coach.counsel
        at = start_of_day(until, coach.zone) if until is not None else counsel.later_until()
        if at <= coach._at():
            raise Fault(
                f"{until} is not ahead; say a later day, such as --until {date.fromordinal(counsel.today().toordinal() + 28)}", 2
            )
        found = _shown_tip(counsel)
        counsel.later(found.tip, at)
        _print(
            wrapped(f"{found.practice.short}: not before {day(at, coach.zone)}. `accrete-coach tip` shows the next one.", width())
        )


@tip.command("not-for-me")
def tip_not_for_me() -> None:
    """Never suggest it again; says what that hides, and how to undo it."""
    from .plain import width, wrapped

    with _coach() as coach:
        _scan(coach)
        counsel = coach.counsel
        found = _shown_tip(counsel)
        counsel.not_for_me(found.tip)
        p = found.practice
        _print(
            wrapped(
                f"{p.short}: not for you. It is never suggested and left out of what matters now; it stays in the list of all"
                f" practices, and your sessions are read for it as before. `accrete-coach not-for-me {p.id} undo` takes it back.",
                width(),
            )
        )


@cli.command("tips")
@click.option("--log", is_flag=True, help="Every tip that was shown, and what you said to it.")
@_json_option
def tips_(log: bool, as_json: bool) -> None:
    """Which tips may come, and why the others don't."""
    from .plain import day, width, wrapped
    from .tips import SAID, applying
    from .week_text import tip_json

    with _coach() as coach:
        if log:
            entries = coach.counsel.log()
            if as_json:
                _print_json({"schema": 1, "log": [tip_json(tip) for tip, _ in entries]})
                return
            if not entries:
                _print(wrapped("No tip was shown yet. `accrete-coach tip` shows one.", width()))
            for tip, practice in entries:
                until = f", until {day(tip.until, coach.zone)}" if tip.answer == "later" else ""
                name = practice.short if practice is not None else tip.practice
                counts = f"you {tip.you}, seen {tip.happened}, of {tip.applied}"
                _print(wrapped(f"{day(tip.at, coach.zone)}  {name}: {SAID[tip.answer]}{until} ({counts})", width()))
            return
        _scan(coach)
        counsel = coach.counsel
        counted = coach.standings()
        may = applying(counted, coach.profile.tips(), coach.profile.focuses()[-1] if coach.profile.focuses() else None)
        bars = counsel.bars()
        if as_json:
            _print_json(
                {
                    "schema": 1,
                    "may_come": [s.practice.id for s in may],
                    "not_now": [{"practice": s.practice.id, "why": why.value} for s, why in bars],
                }
            )
            return
        columns = width()
        lines = (
            ["May come, in this order"] + [f"  {s.practice.short}" for s in may] if may else wrapped(_no_tip(counsel), columns)
        )
        by_why: dict[str, list[str]] = {}
        for s, why in bars:
            by_why.setdefault(why.value, []).append(s.practice.short)
        for reason, names in by_why.items():
            lines += ["", *wrapped(f"{reason[:1].upper()}{reason[1:]}", columns), *wrapped(", ".join(names), columns, "  ")]
        _print(lines)


# --- the focus -------------------------------------------------------------------------------------------------------


@cli.group("focus", cls=Group, invoke_without_command=True)
@click.option("--past", is_flag=True, help="Those that ended, and what became of them.")
@_json_option
@click.pass_context
def focus(context: click.Context, past: bool, as_json: bool) -> None:
    """Your focus: the if-then, the baseline, and what happened since.

    Only what you asked for counts; what the agent does unasked closes nothing. While a session runs, its line in `now` reminds you
    when an occasion arises.
    """
    if context.invoked_subcommand is not None:
        if past or as_json:
            raise click.UsageError(f"--past and --json go before no other word; `focus {context.invoked_subcommand}` takes none.")
        return
    from .plain import width, wrapped
    from .week_text import followed_json

    with _coach() as coach:
        _scan(coach)
        counsel = coach.counsel
        now = counsel.focus()
        if as_json:
            told = {"schema": 1, "focus": followed_json(now) if now is not None else None}
            _print_json(told | ({"past": [followed_json(one) for one in counsel.past()]} if past else {}))
        elif past:
            some = counsel.past()
            lines = [line for one in some for line in (*past_lines(one, coach.zone, width()), "")][:-1]
            _print(lines or wrapped("No focus has ended yet.", width()))
        elif now is None:
            _print(
                wrapped(
                    "No focus now. `accrete-coach tip` shows one thing to try, and `tip accept` makes it your focus;"
                    " `focus set PRACTICE` takes up one of your own choice.",
                    width(),
                )
            )
        else:
            _print(focus_lines(now, coach.zone, width()))


def focus_lines(told: Followed, zone: tzinfo, columns: int, *, fresh: bool = False) -> Iterator[str]:
    """The improvement loop: baseline, constraint, plan with its leading indicator, do, check."""
    from .clean import one_line
    from .plain import day, wrapped

    f = told.focus
    if fresh:
        yield "This is your focus now."
        yield ""
    yield from wrapped(f.said, columns)
    yield ""
    before = (
        f"you asked for it in {f.you or 'none'} of {f.applied} sessions where it fits"
        if f.applied
        else "no session gave an occasion"
    )
    yield from _part("Baseline", f"{before}, {day(f.since, zone)} to {day(f.at, zone)}.", columns)
    yield from _part("Constraint", f"{one_line(told.constraint, 300)}.", columns)
    yield from _part(
        "Plan",
        "one thing only. Leading indicator: the sessions where it fits in which you ask for it. Look again after five occasions.",
        columns,
    )
    yield from _part("Do", f"{told.counts}.", columns)
    yield from _part("Check", f"{told.became.glyph} {told.check}", columns)
    if fresh:
        yield ""
        yield from wrapped(
            "While a session runs, `now` reminds you when an occasion arises. `accrete-coach focus` says how it goes; `focus end` ends it.",
            columns,
        )


def _part(name: str, text: str, columns: int) -> Iterator[str]:
    from .plain import wrapped

    lines = wrapped(text, columns - 12)
    yield f"{name:<10}  {lines[0]}"
    yield from (f"{'':<12}{line}" for line in lines[1:])


def past_lines(told: Followed, zone: tzinfo, columns: int) -> Iterator[str]:
    """A focus that ended."""
    from .plain import day, wrapped

    f = told.focus
    how = {"stuck": "it stuck", "replaced": "another took its place", "ended": "you ended it"}.get(f.how, "it ended")
    yield from wrapped(f"{day(f.at, zone)} to {day(f.ended, zone)}: {f.said}", columns)
    yield from wrapped(f"{told.counts}; {how}.", columns, "  ")


@focus.command("set", epilog="Example: accrete-coach focus set read-diff")
@click.argument("practice", nargs=-1, required=True, shell_complete=practices)
def set_(practice: tuple[str, ...]) -> None:
    """Take up a practice of your own choice, by its id or its name."""
    from .plain import width, wrapped

    with _coach() as coach:
        found = _practice(coach, " ".join(practice))
        _scan(coach)
        now = coach.counsel.focus()
        if now is not None and now.focus.practice == found.id:
            _print(wrapped(f"{found.short} is your focus already. `accrete-coach focus` says how it goes.", width()))
            return
        told, _ = coach.counsel.accept(found.id)
        _print(focus_lines(told, coach.zone, width(), fresh=True))


@focus.command("end")
def end() -> None:
    """End it; what happened until then is kept."""
    from .plain import width

    with _coach() as coach:
        _scan(coach)
        ended = coach.counsel.end_focus()
        if ended is None:
            raise Fault("there is no focus to end")
        told = coach.counsel.past()[0]
        _print(past_lines(told, coach.zone, width()))


# --- how it felt -----------------------------------------------------------------------------------------------------


@cli.command("check-in", epilog="Example: accrete-coach check-in 4 3 2 --note 'the migration took all of it'")
@click.argument("numbers", nargs=-1, type=int, metavar="[SATISFIED FLOW ALONE]")
@click.option("--note", metavar="TEXT", help="A note of your own. Kept in your profile only; '' removes it.")
@click.option("--of", metavar="WEEK", help="2026-W46. Without it, the week that `week` shows.")
@click.option("--remove", is_flag=True, help="Remove what you said of that week.")
@_json_option
def check_in(numbers: tuple[int, ...], note: str | None, of: str | None, remove: bool, as_json: bool) -> None:
    """How a week felt to you: three numbers from 1 to 5, and a note.

    SATISFIED: how satisfied you were. FLOW: how much you were in flow. ALONE: could you have done this without the agent? 1 is not at
    all, 5 very much. Nobody asks for it, and it is in nothing that is shared. Without numbers, it shows what you said.
    """
    from .clean import one_line
    from .plain import width, wrapped
    from .week_text import felt, felt_json

    if numbers and len(numbers) != 3:
        raise click.UsageError("it takes three numbers, each from 1 to 5: satisfied, flow, alone.")
    if note is not None and not numbers:
        raise click.UsageError("a note goes with the three numbers: say them, too.")
    if numbers and remove:
        raise click.UsageError("--remove takes no numbers.")
    with _coach() as coach:
        counsel = coach.counsel
        meant = _period(counsel, of, None)
        if meant.span != "week":
            raise click.UsageError("a check-in is of a week, such as --of 2026-W46.")
        if remove:
            if not counsel.uncheck_in(meant.name):
                raise Fault(f"{meant.name}: you had said nothing of that week")
            click.echo(f"{meant.name}: removed.")
            return
        if numbers:
            try:
                satisfaction, flow, alone = numbers
                counsel.check_in(meant, satisfaction, flow, alone, None if note is None else one_line(note, 400))
            except ValueError as problem:
                raise click.UsageError(f"{problem}.") from None
            _print(
                wrapped(
                    f"{meant.name}: kept on this machine. `accrete-coach check-in --of {meant.name} --remove` takes it back.",
                    width(),
                )
            )
            return
        said = tuple(one for one in counsel.checkins() if of is None or one.week == meant.name)
        if as_json:
            _print_json({"schema": 1, "check_ins": [felt_json(one) for one in said]})
        elif not said:
            _print(
                wrapped(
                    "You have said nothing of how a week felt, and need not. `accrete-coach check-in --help` says how.", width()
                )
            )
        else:
            _print(line for one in said for line in wrapped(f"{one.week}: {felt(one)}", width()))


# --- layers ----------------------------------------------------------------------------------------------------------


@cli.command()
@_json_option
def layers(as_json: bool) -> None:
    """Which layer answers my question? Outcomes, flow, practices."""
    from .layers import FIRST, LAYERS
    from .plain import width, wrapped

    if as_json:
        _print_json({"schema": 1, "layers": [layer._asdict() for layer in LAYERS]})
        return
    lines = wrapped(FIRST, width())
    for layer in LAYERS:
        lines += ["", layer.question, *wrapped(f"{layer.name}. {layer.measures}", width(), "  ")]
        for name, text in (("It can say", layer.can), ("It cannot say", layer.cannot), ("This machine", layer.here)):
            lines += wrapped(f"{name}: {text}", width(), "  ")
        lines.append(f"  {layer.look}")
    _print(lines)
