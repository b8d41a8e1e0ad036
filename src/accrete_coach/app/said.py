"""All that the person said: their corrections and their choices, each of which can be taken back."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static

from ..corrections import Sayings, Told, in_words
from ..plain import folder_name, plural
from ..practice import Catalogue
from ..profile import Choice
from ..standings import CHOICES
from .commands import Commanded, command
from .entries import Entries
from .frame import CoachScreen, Here
from .picture import Picture
from .row import MUTED, WAITING
from .shown import shown

if TYPE_CHECKING:
    from ..coach import MomentView
    from .follow import CoachLike
    from .wrong import Undo

EMPTY = "You have said nothing yet. Press x on a reading or on a practice to say what is right; it all stands here then."
Saying = Told | Choice


class SaidList(Entries[Saying]):
    """A few lines for each."""

    class Opened(Message):
        """The person wants to see the session it is about."""

        def __init__(self, saying: Saying) -> None:
            super().__init__()
            self.saying = saying

    def __init__(self, catalogue: Catalogue, *, zone: tzinfo | None = None) -> None:
        super().__init__("said", zone=zone)
        self.catalogue = catalogue

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An empty list opens nothing."""
        return bool(self._items) if action == "select" else True

    def say(self, item: Saying, width: int) -> Content:
        """Which reading, what was read and what the person said, and why."""
        return saying(item, self.catalogue, width, self.zone)

    def open(self, item: Saying) -> None:
        """See the session."""
        self.post_message(self.Opened(item))


class SaidScreen(Commanded, CoachScreen):
    """The list of what was said."""

    AUTO_FOCUS = "#said"
    sayings: reactive[Sayings | None] = reactive(None)
    """None while they are looked up."""

    def __init__(self, picture: Picture, *, zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self._built = False
        """Whether the parts are there: watchers run before they are."""

    def body(self) -> ComposeResult:
        """The list, or why it is empty, and what it rests on."""
        yield Static(Content.styled("What you said", "bold"), id="said-title")
        yield SaidList(self.now_shown.catalogue, zone=self.zone)
        yield Static(id="said-none")
        yield Static(id="said-basis")

    def on_mount(self) -> None:
        """Ask for it."""
        self._built = True
        self._tell()
        self.look_again()

    def look_again(self) -> None:
        """Ask for it anew."""

        def take(sayings: Sayings) -> None:
            self.sayings = sayings

        self.coach_app.ask(self, lambda coach: coach.sayings(), take, failed="What you said cannot be looked up now ({}).")

    @property
    def rows(self) -> SaidList:
        """The list."""
        return self.query_one(SaidList)

    def reading_here(self) -> Here | None:
        """The reading or the practice under the cursor."""
        held = self.rows.here if self._built else None
        if isinstance(held, Told):
            return Here(held.practice, (held.agent, held.id)) if held.session is not None else None
        return Here(held.practice) if held is not None else None

    def watch_sayings(self) -> None:
        """It came."""
        if self._built:
            self._tell()

    def _tell(self) -> None:
        said, none, basis = self.sayings, self.query_one("#said-none", Static), self.query_one("#said-basis", Static)
        items: tuple[Saying, ...] = ()
        if said is not None:
            items = tuple(sorted((*said.corrections, *said.choices), key=_at, reverse=True))
        self.rows.display = bool(items)
        self.rows.show(items)
        none.display = not items
        none.update(shown(WAITING, style=MUTED) if said is None else shown(EMPTY))
        if said is not None and items:
            counts = [plural(len(said.corrections), "correction"), plural(len(said.choices), "choice")]
            basis.update(shown(" · ".join(counts) + " · kept in your profile only", style=MUTED))
        else:
            basis.update(Content(""))
        if items and self.focused is None:
            self.rows.focus()
        self.refresh_bindings()

    def on_said_list_opened(self, event: SaidList.Opened) -> None:
        """Show the moment, or the beginning of the session."""
        held = event.saying
        if isinstance(held, Choice):
            self.coach_app.say("This is said of the practice as a whole, so no session shows it.")
            return
        practice = self.now_shown.catalogue.get(held.practice)

        def take(moment: MomentView | None) -> None:
            if moment is None:
                self.coach_app.say("The session is in the profile no more, so there is nothing to show.")
            else:
                self.coach_app.open_moment(moment, practice.short if practice is not None else held.practice, held.practice)

        self.coach_app.ask(self, lambda coach: coach.first_moment(held), take, failed="The session cannot be looked up now ({}).")

    def on_entries_leaving(self, event: Entries.Leaving) -> None:
        """There is nothing beyond the list."""
        event.stop()

    @command("u,delete", "take back", place=3)
    def action_take_back(self) -> None:
        """Take back what is under the cursor; r says it again."""
        held = self.rows.here
        if held is None:
            return

        def keep(coach: CoachLike) -> Undo:
            if isinstance(held, Told):
                before = coach.put_correction(held.agent, held.id, held.practice, None)
                return lambda again: again.put_correction(held.agent, held.id, held.practice, before)
            chosen = coach.put_choice(held.practice, None)
            return lambda again: again.put_choice(held.practice, chosen)

        practice = self.now_shown.catalogue.get(held.practice)
        name = practice.short if practice is not None else held.practice
        self.coach_app.keep(keep, f"{name}: what you said is taken back.", undoes="r says it again.")

    @command("r", "say again")
    def action_say_again(self) -> None:
        """Say again what you last took back; after that, take back what you said before it in this run."""
        self.coach_app.action_undo()

    @command("y", "copy sketch", place=4)
    def action_copy(self) -> None:
        """Copy the command that draws this session as a sketch for reporting; it holds no word of the session."""
        held = self.rows.here
        if isinstance(held, Told):
            words = shlex.join(["accrete-coach", "corrections", "--sketch", held.id, held.practice])
            self.coach_app.copy(words, "Copied the command that draws this session as a sketch: paste it into a shell.")

    @command("a", "audit", place=5)
    def action_audit(self) -> None:
        """Look at ten of your readings in two minutes, and say whether they were right."""
        self.coach_app.action_audit()

    @command("escape,q", "back", place=2)
    def action_back(self) -> None:
        """Go back to where you came from."""
        self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        held = self.rows.here if self._built else None
        if action == "say_again":
            return self.coach_app.check_action("undo", ())
        if action == "copy":
            return isinstance(held, Told) and held.session is not None
        return held is not None if action == "take_back" else True

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Other keys may work."""
        self.refresh_bindings()


def _at(held: Saying) -> int:
    return held.at if isinstance(held, Choice) else held.said.at if held.said is not None else 0


def saying(held: Saying, catalogue: Catalogue, width: int, zone: tzinfo | None) -> Content:
    """What the person said: which reading, what was read and what they said, why."""
    practice = catalogue.get(held.practice)
    name = shown(practice.short if practice is not None else held.practice, 60, "bold")
    if isinstance(held, Choice):
        words = CHOICES[held.choice][1] if held.choice in CHOICES else held.choice
        lines = [Content.assemble(name, "  ", shown("as a whole", style=MUTED)), shown(f"you said: {words}", 120)]
        because = held.because
    else:
        session = held.session
        if session is None:
            where, gone = f"session {held.id[:8]}, in the profile no more", ""
        else:
            then = datetime.fromtimestamp(session.started / 1000, UTC).astimezone(zone) if session.started else None
            where = folder_name(session.project) + (f", {then.day} {then:%b %H:%M}" if then is not None else "")
            gone = " · source gone" if session.gone else ""
        read = f"read: {in_words(held.read.word, held.read.by)}" if held.read is not None else "it is read no more"
        said = held.said
        mine = f"you said: {in_words(said.word, said.by)}" if said is not None else ""
        lines = [Content.assemble(name, "  ", shown(f"{where}{gone}", 120, MUTED)), shown(f"{read} → {mine}", 160)]
        because = said.because if said is not None else ""
    if because:
        lines.append(shown(f"because: {because}", 400, MUTED))
    wrapped = [part for line in lines for part in line.wrap(max(width - 2, 10))]
    return Content("\n  ").join(wrapped)
