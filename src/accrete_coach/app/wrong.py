""" "That's wrong": what the person can say of one reading, or of a practice as a whole, in one small window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from ..corrections import Told, in_words
from ..plain import folder_name
from ..practice import NOT_SEEN, SEEN, By, Practice, Word
from ..profile import Choice
from ..standings import CHOICES, Standing
from .commands import Commanded, Keys, command
from .marked_list import MarkedList
from .row import MUTED
from .shown import shown, typed

if TYPE_CHECKING:
    from .app import CoachApp
    from .follow import CoachLike

Undo = Callable[["CoachLike"], object]
"""Takes back what was kept."""
MOST_WORDS = 200
"""Characters of a reason."""
HIDES = "what matters now leaves it out; u takes it back"


class Offer(NamedTuple):
    """One thing the person can say."""

    words: str
    kept: str
    """What is said once it is kept; u undoes it."""
    keep: Callable[[CoachLike, str], Undo]
    """Keeps it, with the reason; what it returns undoes it."""


def offers(practice: Practice, told: Told | None, choice: Choice | None, zone: tzinfo | None) -> tuple[Offer, ...]:
    """What makes sense to say: of a reading what it does not say already, then of the practice as a whole."""
    return (*(_of_reading(practice, told, zone) if told is not None else ()), *_of_practice(practice, choice))


def _of_reading(practice: Practice, told: Told, zone: tzinfo | None) -> Iterator[Offer]:
    counts, session = told.counts, told.session
    if session is None:
        return  # Nothing on the screen is of a session that is no more.
    here: tuple[str | None, By | None] = (counts.word, counts.by) if counts is not None else (None, None)
    where = place(practice, told, zone)

    def offer(words: str, word: Word, by: By | None = None) -> Offer:
        def keep(coach: CoachLike, because: str) -> Undo:
            said = coach.correct(session, practice.id, word, by, because)
            return lambda again: again.put_correction(told.agent, told.id, practice.id, said)

        return Offer(words, f"{where}: counts as {in_words(word, by)} from now on.", keep)

    if here[0] == SEEN:
        yield offer("wrong: it did not happen", NOT_SEEN)
        if here[1] == "you":
            yield offer("wrong: the agent did it by itself", SEEN, "agent")
        else:
            yield offer("wrong: I asked for it", SEEN, "you")
    else:
        yield offer("missed: I asked for it", SEEN, "you")
        yield offer("missed: the agent did it by itself", SEEN, "agent")
        if here[0] != NOT_SEEN:
            yield offer("wrong: there was an occasion, not taken", NOT_SEEN)
    if here[0] != "not-applicable":
        yield offer("no occasion here", "not-applicable")
    if told.said is not None:

        def back(coach: CoachLike, because: str) -> Undo:
            said = coach.put_correction(told.agent, told.id, practice.id, None)
            return lambda again: again.put_correction(told.agent, told.id, practice.id, said)

        was = f": {in_words(told.read.word, told.read.by)}" if told.read is not None else ""
        yield Offer(f"as it was read{was}", f"{where}: counts as it was read.", back)


def _of_practice(practice: Practice, choice: Choice | None) -> Iterator[Offer]:
    said = choice.choice if choice is not None else ""

    def offer(name: str) -> Offer:
        def keep(coach: CoachLike, because: str) -> Undo:
            before = coach.choose(practice.id, name, because)
            return lambda again: again.put_choice(practice.id, before)

        words = CHOICES[name][1]
        return Offer(words, f"{practice.short}: “{words}”. What matters now leaves it out.", keep)

    def back(coach: CoachLike, because: str) -> Undo:
        before = coach.put_choice(practice.id, None)
        return lambda again: again.put_choice(practice.id, before)

    for name in CHOICES:
        if name == said:
            yield Offer(f"take back “{CHOICES[name][1]}”", f"{practice.short}: “{CHOICES[name][1]}” is taken back.", back)
        else:
            yield offer(name)


def place(practice: Practice, told: Told, zone: tzinfo | None) -> str:
    """A reading by its practice, project and day: "read the diff in shop, 20 Nov"."""
    if told.session is None:
        return f"{practice.short}, session {told.id[:8]}"
    then = datetime.fromtimestamp(told.session.started / 1000, UTC).astimezone(zone) if told.session.started else None
    day = f", {then.day} {then:%b}" if then is not None else ""
    return f"{practice.short} in {folder_name(told.session.project)}{day}"


def stands(practice: Practice, told: Told | None, standing: Standing | None, zone: tzinfo | None) -> str:
    """What it is about, as it stands, in one sentence."""
    if told is None:
        return f"{practice.short}, as a whole" + (f": {standing.word}" if standing is not None else "")
    counts = told.counts
    said = in_words(counts.word, counts.by) if counts is not None else "nothing was read"
    if told.said is not None:
        said += " (you said so" + (f"; read: {in_words(told.read.word, told.read.by)})" if told.read is not None else ")")
    if told.session is not None and not told.session.person:
        said += ". Nobody took part in this session, so it counts nowhere"
    return f"{place(practice, told, zone)}: {said}"


class Because(Input):
    """A reason, if the person likes to give one."""

    def __init__(self) -> None:
        super().__init__(id="because", placeholder="because (if you like)", compact=True, max_length=MOST_WORDS)

    def validate_value(self, value: str) -> str:
        """What is pasted passes the gate too."""
        return typed(value, MOST_WORDS)


class Offers(MarkedList):
    """What can be said, each with its digit."""

    def __init__(self, offered: tuple[Offer, ...]) -> None:
        super().__init__(id="offers", compact=True)
        self.offered = offered

    def on_mount(self) -> None:
        """The first is under the cursor."""
        self.fill_with(len(self.offered))
        self.highlighted = 0

    def words(self, n: int) -> Content:
        """The digit, and what it says."""
        return Content.assemble(shown(str(n + 1), style="bold"), "  ", shown(self.offered[n].words, 120))

    @command("enter", "say this", place=1)
    def action_select(self) -> None:
        """Say what is under the cursor; its digit does it, too."""
        super().action_select()

    @command("down,j", "next")
    def action_cursor_down(self) -> None:
        """Go to the next one; after the last, to the reason."""
        if self.highlighted is not None and self.highlighted >= len(self.offered) - 1:
            self.screen.query_one(Because).focus()
        else:
            super().action_cursor_down()

    @command("up,k", "previous")
    def action_cursor_up(self) -> None:
        """Go to the one before."""
        if self.highlighted:
            super().action_cursor_up()


class WrongScreen(Commanded, ModalScreen[None]):
    """One reading, or a practice as a whole, and what the person can say of it."""

    def __init__(
        self,
        practice: Practice,
        told: Told | None,
        choice: Choice | None,
        standing: Standing | None,
        *,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.practice = practice
        self._stands = stands(practice, told, standing, zone)
        self._offered = offers(practice, told, choice, zone)
        self._whole = told is None

    def compose(self) -> ComposeResult:
        """As it stands, what can be said, why, and what some of it hides."""
        with Vertical(id="wrong"):
            yield Static(shown(self._stands, 400, "bold"), id="stands")
            yield Offers(self._offered)
            yield Because()
            if self._whole:
                note = f"Either is said of the practice as a whole: {HIDES}. What was read of one session is corrected at its moment."
            else:
                note = f"The last two are of the practice as a whole: {HIDES}."
            yield Static(shown(note, 300, MUTED), id="hides")
        yield Keys()

    def on_mount(self) -> None:
        """One key is enough."""
        self.query_one(Offers).focus()

    def on_key(self, event: Key) -> None:
        """A digit says what it stands before."""
        if self.focused is self.query_one(Offers) and event.character and event.character in "123456789"[: len(self._offered)]:
            event.stop()
            self._say(int(event.character) - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter and a click do the same."""
        event.stop()
        self._say(event.option_index)

    def on_input_submitted(self) -> None:
        """After the reason: what is under the cursor."""
        self._say(self.query_one(Offers).highlighted or 0)

    def _say(self, n: int) -> None:
        if not self.is_current:
            return  # Said already: the second of two quick presses of Enter.
        offer, because = self._offered[n], self.query_one(Because).value.strip()
        app: CoachApp = self.app  # type: ignore[assignment]
        self.dismiss()
        app.keep(lambda coach: offer.keep(coach, because), offer.kept)

    @command("tab", "because", place=3)
    def action_because(self) -> None:
        """Give a reason, or go back to the choices."""
        (self.query_one(Offers) if self.focused is self.query_one(Because) else self.query_one(Because)).focus()

    @command("up", "choices")
    def action_choices(self) -> None:
        """Go back to the choices."""
        self.query_one(Offers).focus()

    @command("escape", "close", place=2)
    def action_close(self) -> None:
        """Close; nothing is changed."""
        self.dismiss()
