"""The audit: ten of the person's readings at random, one after the other; were they right?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import OptionList, Static

from ..audit import AT_ONCE, NOTHING, Candidate, Result, Verdict, draw, verdict
from ..coach import Question
from ..corrections import in_words
from ..outline import left_out, outline
from ..plain import folder_name, plural
from ..practice import NOT_SEEN, SEEN, By, Practice, Word
from .commands import Commanded, command
from .frame import CoachScreen
from .marked_list import MarkedList
from .picture import Picture
from .row import MUTED, WAITING
from .shown import block, shown
from .transcript import GONE, Lines, line_of

if TYPE_CHECKING:
    from .follow import CoachLike
    from .wrong import Undo

SHORT, WHOLE = (600, 200), (4_000, 1_000)
"""Characters that are shown of the line that shows it and of the others: at first, and for who wants more."""
RIGHT: tuple[tuple[str, str, tuple[Word, By | None] | None], ...] = (
    ("s", "seen, I asked for it", (SEEN, "you")),
    ("a", "seen, the agent did it by itself", (SEEN, "agent")),
    ("n", "not seen, though it fits here", (NOT_SEEN, None)),
    ("o", "no occasion", ("not-applicable", None)),
    ("c", "can't say", None),
)
"""What can be right instead: the key, the words, what it is."""
ASKS = "Is that right?"
WHICH = "Then what is right?"


class Rightly(MarkedList):
    """What is right, where the reading is not."""

    class Left(Message):
        """The person goes back to whether it is right."""

    def __init__(self) -> None:
        super().__init__(id="rightly", compact=True)

    def on_mount(self) -> None:
        """All there is to choose from."""
        self.fill_with(len(RIGHT))
        self.highlighted = 0

    def words(self, n: int) -> Content:
        """The key, and what it says."""
        key, words, _ = RIGHT[n]
        return Content.assemble(shown(key, style="bold"), "  ", shown(words))

    def _choose(self, key: str) -> None:
        self.highlighted = next(n for n, one in enumerate(RIGHT) if one[0] == key)
        super().action_select()

    @command("s", "seen, by you")
    def action_seen_you(self) -> None:
        """It happened, and you asked for it."""
        self._choose("s")

    @command("a", "seen, by agent")
    def action_seen_agent(self) -> None:
        """It happened; the agent did it by itself."""
        self._choose("a")

    @command("n", "not seen")
    def action_not_seen(self) -> None:
        """It did not happen, though there was an occasion."""
        self._choose("n")

    @command("o", "no occasion")
    def action_no_occasion(self) -> None:
        """There was no occasion for it."""
        self._choose("o")

    @command("c", "can't say")
    def action_unsure(self) -> None:
        """It is wrong, but you can't say what is right."""
        self._choose("c")

    @command("escape,b,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to whether it is right."""
        self.post_message(self.Left())

    @command("enter", "this", place=1)
    def action_select(self) -> None:
        """Say what is under the cursor; its letter does it, too."""
        super().action_select()

    @command("down,j", "next")
    def action_cursor_down(self) -> None:
        """Go to the next one."""
        super().action_cursor_down()

    @command("up,k", "previous")
    def action_cursor_up(self) -> None:
        """Go to the one before."""
        super().action_cursor_up()


class AuditScreen(Commanded, CoachScreen):
    """One reading after the other, and what the answers add up to."""

    AUTO_FOCUS = "#lines"
    question: reactive[Question | str | None] = reactive(None)
    """What is asked; a sentence where nothing is; None while it is looked up."""
    choosing: reactive[bool] = reactive(False)
    """Whether the reading was called wrong, and what is right is asked."""

    def __init__(self, picture: Picture, *, chance: random.Random | None = None, zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self._chance = chance or random.Random()
        self._left: Iterator[Candidate] = iter(())
        self._ahead: list[Candidate] = []
        """What the person went back from: it is asked again first, the last one of these before the others."""
        self._looking = False
        """Whether the next one is looked up: what stands there is answered already."""
        self.of = 0
        """How many are asked about in this walk."""
        self.answered: list[tuple[Question, Verdict]] = []
        """What was answered in it."""
        self._gone = False
        """Whether the transcript went while it was looked at."""
        self._built = False
        """Whether the parts are there: watchers run before they are."""

    def body(self) -> ComposeResult:
        """The claim, what it rests on, what is asked."""
        yield Static(id="audit-claim")
        yield Lines(id="lines")
        yield Static(id="audit-asks")
        yield Rightly()

    def on_mount(self) -> None:
        """Draw."""
        self._built = True
        self.query_one(Rightly).display = False
        self._begin()

    def _begin(self) -> None:
        self.answered = []
        self._ahead = []
        self.question = None

        def take(known: tuple[Candidate, ...]) -> None:
            self.of = min(AT_ONCE, len(known))
            self._left = draw(known, self._chance)
            self._next()

        self.coach_app.ask(self, lambda coach: coach.to_audit(), take, failed="Your readings cannot be looked up now ({}).")

    def _next(self) -> None:
        """The next one whose transcript is still there; after the last, the result."""
        if len(self.answered) >= self.of:
            self._end()
            return

        answered = len(self.answered)
        self._looking = True

        def look(coach: CoachLike) -> Question | None:
            while (one := self._ahead.pop() if self._ahead else next(self._left, None)) is not None:
                found = coach.question(one)
                if found is not None:
                    return found
            return None

        def take(found: Question | None) -> None:
            self._looking = False
            if len(self.answered) < answered:
                # They went back meanwhile: it comes after what they went back from.
                if found is not None:
                    self._ahead.insert(0, found.one)
            elif found is None:
                self._end()
            else:
                self.question = found

        def trouble(what: str) -> None:
            self._looking = False
            if self.is_attached and len(self.answered) == answered:
                on = "What you answered is kept. m draws ten anew; Escape" if answered else "Escape"
                self.question = f"{what}\n{on} steps back."

        self.coach_app.ask(self, look, take, failed="The next reading cannot be looked up now ({}).", trouble=trouble)

    def _end(self) -> None:
        answered = bool(self.answered)

        def take(told: tuple[Result, tuple[tuple[Practice, Result], ...]]) -> None:
            all_, each = told
            lines = [] if answered else [NOTHING, ""]
            if all_.asked or all_.unsure:
                lines += [all_.sentence, *(f"  {practice.short}: {one}" for practice, one in each), ""]
            corrected = sum(comes_to.correction is not None for _, comes_to in self.answered)
            if corrected:
                became = (
                    "One became a correction: s shows it." if corrected == 1 else f"{corrected} became corrections: s shows them."
                )
                lines += [became, ""]
            lines.append("m asks ten more; Escape steps back." if answered else "Escape steps back.")
            self.question = "\n".join(lines)

        self.coach_app.ask(
            self,
            lambda coach: (coach.audited(), coach.audited_each()),
            take,
            failed="Your answers are kept, but cannot be added up now ({}).",
        )

    # What is shown

    async def watch_question(self) -> None:
        """Show what is asked, or what the answers add up to."""
        self.choosing = False
        self._gone = False
        await self._tell()

    async def _tell(self) -> None:
        if not self._built:
            return
        asked, holder = self.question, self.query_one(Lines)
        claim, asks = self.query_one("#audit-claim", Static), self.query_one("#audit-asks", Static)
        await holder.remove_children()
        if not isinstance(asked, Question):
            claim.update(Content.styled("Were your readings right?", "bold"))
            asks.display = False
            await holder.mount(Static(shown(WAITING, style=MUTED) if asked is None else block(asked), classes="sentence"))
        else:
            claim.update(self._claim(asked))
            asks.update(shown(WHICH if self.choosing else ASKS, style="bold"))
            asks.display = True
            await holder.mount_all([Static(shown(GONE, 400), classes="sentence")] if self._gone else list(shows(asked)))
            self._to_the_line()
        if self.focused is None:
            holder.focus()
        self.refresh_bindings()

    def _to_the_line(self) -> None:
        """The line that shows it into the middle; without one, to the beginning."""
        holder = self.query_one(Lines)
        here = next((row for row in holder.children if row.has_class("-here")), None)
        if here is not None:
            self.call_after_refresh(holder.scroll_to_widget, here, animate=False, center=True)
        else:
            holder.scroll_home(animate=False)

    def _claim(self, asked: Question) -> Content:
        _, _, word, by = asked.one
        session = asked.session
        then = datetime.fromtimestamp(session.started / 1000, UTC).astimezone(self.zone) if session.started else None
        where = folder_name(session.project) + (f", {then.day} {then:%b %H:%M}" if then is not None else "")
        return Content.assemble(
            shown(f"{len(self.answered) + 1} of {self.of}", style=MUTED),
            "  ",
            shown(f"{asked.practice.short}: {asked.practice.title}", 300, "bold"),
            "\n",
            shown(f"Read in {where}: {in_words(word, by)}.", 200),
            "\n",
            shown(f"Counts when: {asked.practice.rule}", 600, MUTED),
        )

    def watch_choosing(self, choosing: bool) -> None:
        """Another question, other keys."""
        if not self._built:
            return
        asks, rightly = self.query_one("#audit-asks", Static), self.query_one(Rightly)
        asks.update(shown(WHICH if choosing else ASKS, style="bold"))
        rightly.display = choosing
        if choosing:
            rightly.highlighted = 0
            rightly.focus()
            self._to_the_line()
        else:
            self.query_one(Lines).focus()
        self.refresh_bindings()

    # What the person answers

    def _answer(self, answer: str, right: tuple[Word, By | None] | None = None) -> None:
        asked = self.question
        if not isinstance(asked, Question) or self._looking:
            return
        comes_to = verdict(asked.one, answer, right)

        def keep(coach: CoachLike) -> Undo:
            kept = coach.judge(asked, answer, right)
            return lambda again: again.unjudge(asked, kept)

        def then() -> None:
            self.answered.append((asked, comes_to))
            self._next()

        def after() -> None:
            if self.is_attached and self.answered and self.answered[-1][0] is asked:
                if isinstance(self.question, Question) and self.question.one != asked.one:
                    self._ahead.append(self.question.one)
                self.answered.pop()
                self.question = asked

        self.coach_app.keep(
            keep,
            f"{asked.practice.short}: {_says(comes_to, answer)}.",
            then=self._if_here(then),
            after=after,
            undoes="b takes it back.",
        )

    def _if_here(self, do: Callable[[], None]) -> Callable[[], None]:
        return lambda: do() if self.is_attached else None

    def on_rightly_left(self) -> None:
        """Ask again whether it is right."""
        self.choosing = False

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """What is right."""
        event.stop()
        self._answer("wrong", RIGHT[event.option_index][2])

    @command("y", "right", place=1)
    def action_right(self) -> None:
        """It is right."""
        self._answer("right")

    @command("n", "wrong", place=1)
    def action_not_right(self) -> None:
        """It is wrong; then you are asked what is right."""
        self.choosing = True

    @command("c", "can't say", place=3)
    def action_cant_say(self) -> None:
        """You can't say whether it is right; it counts in no share."""
        self._answer("unsure")

    @command("o", "more", place=4)
    def action_more(self) -> None:
        """See more of it."""
        asked = self.question
        if not isinstance(asked, Question):
            return

        def take(more: Question | None) -> None:
            if self.question is not asked:
                return  # The person went on meanwhile.
            if more is not None:
                self.question = more
            else:
                self._gone = True
                self.call_next(self._tell)

        self.coach_app.ask(
            self, lambda coach: coach.question(asked.one, whole=True), take, failed="More of it cannot be read now ({})."
        )

    @command("b", "back", place=5)
    def action_before(self) -> None:
        """Go back to the last question, and take its answer back."""
        self.coach_app.action_undo()

    @command("m", "ten more", place=1)
    def action_again(self) -> None:
        """Look at ten more."""
        self._begin()

    @command("escape,q", "stop", place=2)
    def action_stop(self) -> None:
        """Stop; what was answered is kept."""
        if self.answered and not isinstance(self.question, str):
            self.coach_app.say(f"Stopped: {plural(len(self.answered), 'answer')} kept.")
        self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        asks = isinstance(self.question, Question)
        if action in ("right", "not_right", "cant_say"):
            return asks and not self.choosing
        if action == "more":
            return not self.choosing and not self._gone and isinstance(self.question, Question) and not self.question.whole
        if action == "before":
            return bool(self.answered) and not self.choosing
        if action == "stop":
            return not self.choosing  # Escape goes back to the question then.
        if action == "again":
            return isinstance(self.question, str) and bool(self.answered)
        return True


def _says(comes_to: Verdict, answer: str) -> str:
    if comes_to.correction is not None:
        return f"wrong; counts as {in_words(*comes_to.correction)} from now on"
    if answer == "wrong":
        return "that is what was read, so it counts as right" if comes_to.answer == "right" else "wrong; no correction is made"
    return "right" if answer == "right" else "you can't say"


def shows(asked: Question) -> Iterator[Widget]:
    """What a reading rests on: the moment's lines, or the session in short."""
    here, around = WHOLE if asked.whole else SHORT
    for one in asked.excerpts:
        yield line_of(one, here, around)
    board = asked.board
    if board is None:
        return
    for n, passed in outline(board, whole=asked.whole):
        if passed:
            yield Static(shown(left_out(passed), 300, MUTED), classes="line")
            continue
        beat = board.beats[n]
        words = asked.said.get(n, "").strip()
        said = Content.assemble(shown(beat.says, style="bold"), "  " if words else "", shown(words, here if asked.whole else 400))
        done = shown(beat.done, 300, MUTED) if beat.done else Content("")
        both = [part for part in (said, done) if part.plain.strip()]
        if both:
            yield Static(Content("\n").join(both), classes="line")
