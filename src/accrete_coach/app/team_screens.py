"""What teammates chose to show of a practice, beside the person's own clearest moment; and sharing an example of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input, Static

from ..practice import Practice
from ..team.exemplar_page import lines
from ..team.review import marks, review
from .commands import Commanded, command
from .frame import CoachScreen
from .picture import Picture
from .row import MUTED, WAITING, when
from .shown import block, shown, typed

if TYPE_CHECKING:
    from ..coach import MomentView
    from ..sharing import Prepared
    from ..team.exemplars import Shown
    from .follow import CoachLike

NONE = "No teammate has shared an example of this yet. o on a moment of yours shares one: you see its bytes first."
STYLES = {"title": "bold", "head": "bold $text-primary", "code": "$text-primary", "shows": "bold", "words": "italic"}


class ExemplarsScreen(Commanded, CoachScreen):
    """The examples of one practice, one at a time."""

    AUTO_FOCUS = "#paper"

    found: reactive[tuple[Shown, ...] | None] = reactive(None)
    """None while they are looked up."""
    at: reactive[int] = reactive(0)

    def __init__(self, picture: Picture, practice: Practice, mine: MomentView | None, *, zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self.practice = practice
        self.mine = mine
        """The person's own clearest moment of it; None where there is none."""

    def body(self) -> ComposeResult:
        """The example, and the person's own moment below."""
        with VerticalScroll(id="paper", can_focus=True):
            yield Static(id="which", classes="says")
            yield Static(id="told", classes="says")
            yield Static(id="own", classes="says")

    def on_mount(self) -> None:
        """Look them up."""
        practice = self.practice.id

        def take(found: tuple[Shown, ...]) -> None:
            self.found = found

        def trouble(what: str) -> None:
            self.query_one("#which", Static).update(shown(what, 400, MUTED))

        self.coach_app.ask(
            self,
            lambda coach: coach.sharing.exemplars(practice),
            take,
            failed="The team's examples could not be read ({}); accrete-coach team status says more.",
            trouble=trouble,
        )
        self._tell()

    def watch_found(self) -> None:
        """They came."""
        self._tell()
        self.refresh_bindings()

    def watch_at(self) -> None:
        """Another one."""
        self._tell()
        self.query_one("#paper").scroll_home(animate=False)

    def _tell(self) -> None:
        if not self.is_attached or not self.query("#own"):
            return
        which, told, own = (self.query_one(name, Static) for name in ("#which", "#told", "#own"))
        found = self.found
        told.display = bool(found)
        if not found:
            which.update(shown(WAITING if found is None else NONE, 300, MUTED))
        else:
            one = found[self.at % len(found)]
            which.update(shown(f"{self.at % len(found) + 1} of {len(found)} from your team", style=MUTED))
            told.update(Content("\n").join(_lines(one, self.practice)))
        own.update(self._own())

    def _own(self) -> Content:
        head = Content.styled("Your own clearest moment", "bold $text-primary")
        if self.mine is None:
            return Content.assemble(head, "\n", shown("None so far.", style=MUTED))
        now = self.now_shown.known.now if self.now_shown.known is not None else 0
        words = f"{when(self.mine.at, now, self.zone)}: {self.mine.what or 'see it in its transcript'}"
        return Content.assemble(head, "\n", shown(words, 200), "\n", ("⏎ opens it", MUTED))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        if action == "own":
            return self.mine is not None
        if action in ("next", "previous"):
            return len(self.found or ()) > 1
        return True

    @command("enter", "own moment", place=1)
    def action_own(self) -> None:
        """See your own clearest moment of it where it happened."""
        if self.mine is not None:
            self.coach_app.open_moment(self.mine, self.practice.short, self.practice.id)

    @command("right,l", "next", place=2)
    def action_next(self) -> None:
        """See the next example."""
        self.at += 1

    @command("left,h", "previous", place=3)
    def action_previous(self) -> None:
        """See the example before."""
        self.at -= 1

    @command("down,j", "down")
    def action_down(self) -> None:
        """Read on."""
        self.query_one("#paper").scroll_down(animate=False)

    @command("up,k", "up")
    def action_up(self) -> None:
        """Read back."""
        self.query_one("#paper").scroll_up(animate=False)

    @command("escape,q", "back", place=4)
    def action_back(self) -> None:
        """Go back."""
        self.dismiss()


def _lines(one: Shown, practice: Practice) -> list[Content]:
    out: list[Content] = []
    for line in lines(one.exemplar, one.author, practice):
        if line.kind == "head":
            out.append(Content(""))
        text = (
            block(line.text, 4_000, STYLES.get(line.kind, ""))
            if line.kind in ("code", "words")
            else shown(line.text, 1_200, STYLES.get(line.kind, ""))
        )
        indent = {"step": 2, "code": 4, "words": 6}.get(line.kind, 0)
        out.append(Content.assemble("▶ " if line.kind == "shows" else Content.blank(indent), text))
    return out


REVIEWED = {"head": "bold", "file": MUTED, "item": MUTED, "marked": "bold $text-warning", "hash": MUTED}


def _reviewed(prepared: Prepared) -> Iterator[Content]:
    """What would leave, as the command shows it; in a page, what is long and was not masked stands out where it is."""
    for line in review(prepared):
        if line.kind not in ("bytes", "page"):
            indent = Content.blank(2 if line.kind in ("item", "marked") else 0)
            yield Content.assemble(indent, shown(line.text, 400, REVIEWED.get(line.kind, "")))
            continue
        text = block(line.text, len(line.text))
        for span in marks(text.plain) if line.kind == "page" else ():
            text = text.stylize("bold reverse", span.start, span.stop)
        yield text


class ShareScreen(Commanded, CoachScreen):
    """From a moment to an example of it: a title and a note, its exact bytes, a word that confirms them."""

    prepared: reactive[Prepared | None] = reactive(None)
    """What would leave; None until there is a title."""

    def __init__(self, picture: Picture, moment: MomentView, practice: Practice, *, zone: tzinfo | None = None) -> None:
        super().__init__(picture, zone=zone)
        self.moment = moment
        self.practice = practice
        self._prompt = False
        self._asked = 0
        """Counts what was asked for: an answer to what nobody asks any more is no answer."""

    def body(self) -> ComposeResult:
        """What is asked, then what would leave."""
        from ..team.words import BEFORE_AN_EXEMPLAR

        with VerticalScroll(id="paper"):
            yield Static(shown(f"Share an example of “{self.practice.short}” with your team", style="bold"), classes="says")
            for sentence in BEFORE_AN_EXEMPLAR:
                yield Static(shown(sentence, 400, MUTED), classes="says")
            yield Input(placeholder="a title: what it shows", id="title-of-it", max_length=120, classes="field")
            yield Input(placeholder="a note to a colleague, or nothing", id="note-of-it", max_length=600, classes="field")
            yield Input(
                placeholder="what you go by, if the team does not know you yet", id="name-of-it", max_length=60, classes="field"
            )
            yield Static(id="which-kind", classes="says")
            yield Static(id="bytes", classes="says")
            yield Input(placeholder="", id="confirm-it", max_length=12, classes="field")

    def on_mount(self) -> None:
        """Ask for the title."""
        self.query_one("#confirm-it").display = False
        self.query_one("#title-of-it").focus()
        self._tell_kind()

    def _tell_kind(self) -> None:
        kind = (
            "this one prompt of yours, masked, and what came of it"
            if self._prompt
            else "the structure of it, without a word of yours"
        )
        self.query_one("#which-kind", Static).update(
            Content.assemble(("Shows: ", MUTED), shown(kind), ("  (ctrl+t changes that)", MUTED))
        )

    @command("ctrl+t", "prompt or structure", place=3)
    def action_kind(self) -> None:
        """Share this one prompt, masked, or the structure alone."""
        self._prompt = not self._prompt
        self._asked += 1
        if self.prepared is not None:
            # Enter in the last field shows the bytes again.
            self.query_one("#name-of-it").focus()
        self.prepared = None
        self._tell_kind()

    def watch_prepared(self) -> None:
        """Show the exact bytes, to be read."""
        self.refresh_bindings()
        if not self.is_attached or not self.query("#confirm-it"):
            return
        confirm, told = self.query_one("#confirm-it", Input), self.query_one("#bytes", Static)
        prepared = self.prepared
        confirm.display = prepared is not None
        if prepared is None:
            told.update(Content(""))
            return
        told.update(Content("\n").join(_reviewed(prepared)))
        wanted = "the first six characters of the example's sha256" if prepared.words else "yes"
        confirm.placeholder = typed(f"type {wanted} and Enter to send exactly these bytes", 120)
        confirm.value = ""
        # It is there to be read: to send it takes one step more.
        paper = self.query_one("#paper")
        paper.focus(scroll_visible=False)
        self.call_after_refresh(paper.scroll_to_widget, told, animate=False, top=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that would do nothing is not offered."""
        return self.prepared is not None if action == "word" else True

    @command("enter", "type the word", place=1)
    def action_word(self) -> None:
        """Go to the field for the word that sends these bytes."""
        self.query_one("#confirm-it").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """From one field to the next; then show the bytes; then send them."""
        event.stop()
        order = ["title-of-it", "note-of-it", "name-of-it"]
        where = event.input.id or ""
        if where in order[:2]:
            self.query_one(f"#{order[order.index(where) + 1]}").focus()
        elif where == "name-of-it":
            self._prepare()
        elif where == "confirm-it":
            self._send(event.value.strip().lower())

    def _prepare(self) -> None:
        title, note, name = (self.query_one(f"#{n}-of-it", Input).value.strip() for n in ("title", "note", "name"))
        moment, practice, prompt = self.moment, self.practice.id, self._prompt
        self._asked += 1
        asked = self._asked

        def work(coach: CoachLike) -> Prepared | str:
            return coach.sharing.prepare_moment(
                moment.agent,
                moment.session,
                practice,
                moment.path,
                moment.line,
                title=title,
                note=note,
                prompt=prompt,
                name=name,
            )

        def take(told: Prepared | str) -> None:
            if asked != self._asked:
                return
            if isinstance(told, str):
                self.coach_app.say(told, seconds=30.0)
            else:
                self.prepared = told

        if not title:
            self.coach_app.say("It needs a title: a few words of what it shows.")
            self.query_one("#title-of-it").focus()
            return
        self.coach_app.ask(self, work, take, failed="The example could not be made ({}). Nothing was sent.")

    def _send(self, word: str) -> None:
        prepared = self.prepared
        if prepared is None or word != (prepared.words or "yes"):
            self.coach_app.say("That is not the word, so nothing was sent.")
            return
        preview = prepared.preview

        def take(told: str) -> None:
            self.coach_app.say(told, seconds=30.0)
            if told.startswith("Shared"):
                self.dismiss()

        self.coach_app.ask(
            self,
            lambda coach: coach.sharing.send_now(preview.hash),
            take,
            failed="It could not be sent ({}). accrete-coach share log says more.",
        )

    @command("escape", "back", place=2)
    def action_back(self) -> None:
        """Go back; nothing is sent. What was prepared waits, and accrete-coach share drop deletes it."""
        self.dismiss()
