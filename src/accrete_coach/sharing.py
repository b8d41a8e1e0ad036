"""What the person does with their team: each act is prepared as exact bytes, shown, confirmed, and only then sent. Made by a `Coach`.

Nothing here sends by itself. `prepare_…` lays the bytes into the outbox and returns what would leave; `send` takes the hash that the
person saw and confirmed, and sends those bytes or none. What must not differ when it is done again (keys, coins, messages) is stored
before anything may leave (promises.md, P2, P4).
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
import socket
import time
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import settings
from . import standings as standing
from .days import start_of_day
from .git import person_configs
from .own import LONGEST_ID
from .practice import Practice, Problem
from .sessions.facts import Kind
from .storyboard import Shown as Moment
from .storyboard import Storyboard
from .team import consent, exemplars, keys, mask, message, totals
from .team.answers import WEEKS, answers
from .team.consent import FIELDS, Consent, Mode, Said
from .team.exemplar_page import page
from .team.exemplars import Exemplar, Shown
from .team.folder import Accepted, Team, TeamFolder, TeamTrouble
from .team.message import Message
from .team.outbox import Line, Outbox, OutboxTrouble, Preview, off
from .team.totals import NAME_MOST, Due, Kept, Ledger, NoResult, NotNow, Roster, Totals, What, is_name

if TYPE_CHECKING:
    from .coach import Coach


PATIENCE = 10.0
"""Seconds that another process of the person's may take for what it does with the team, before this one gives up."""


class CantShare(Exception):
    """Nothing was sent; the message is a sentence for the person: clean it before it is shown."""


class Prepared(NamedTuple):
    """What would leave, and what it is."""

    preview: Preview
    says: tuple[str, ...]
    """What each part of it is, in sentences."""
    roster: Roster | None = None
    """The people on the list, where they are to be looked at before this is confirmed."""
    words: str = ""
    """What is to be typed to confirm it, where words of the person are in it: the first six characters of their hash."""


class Period(NamedTuple):
    """What came back of a period, or why nothing did."""

    epoch: date
    number: int
    found: Totals | NoResult

    @property
    def last(self) -> date:
        """Its last day."""
        return totals.ends(self.epoch, self.number) - timedelta(days=1)

    @property
    def first(self) -> date:
        """Its first day."""
        return totals.ends(self.epoch, self.number) - timedelta(weeks=WEEKS)


@dataclass(frozen=True, slots=True)
class Status:
    """Where the person stands with sharing."""

    consent: Consent
    team: Team | None
    name: str = ""
    """What they go by there; "" where they sent nothing yet."""
    people: int = 0
    """Members that the team's repository names."""
    exemplars: int = 0
    waiting: Preview | None = None
    """What was prepared and not sent."""
    due: tuple[Due, ...] = ()
    trouble: str = ""
    """What could not be read, in a sentence."""


class Sharing:
    """Sharing, for one person."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self.places = coach.places
        self.folder = TeamFolder(self.places.team)
        self.outbox = Outbox(self.places.team)
        self._contents: Accepted | None = None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """What is made for the totals is made and kept by one process at a time: two at once would make two of what there may be one of.
        Raises CantShare."""
        from .coach import ReaderLock

        lock = ReaderLock(self.places.team / "lock")
        until = time.monotonic() + PATIENCE
        while not lock.take():
            if time.monotonic() > until:
                raise CantShare("another accrete-coach is busy with the team; try again when it is done")
            time.sleep(0.05)
        try:
            yield
        finally:
            lock.release()

    # --- where one stands --------------------------------------------------------------------------------------------

    @property
    def _keys_path(self) -> Path:
        return self.places.team / "keys.json"

    @property
    def _kept_path(self) -> Path:
        return self.places.team / "totals.json"

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.coach.clock(), UTC)

    def _today(self) -> date:
        """The day in UTC, as the protocol counts."""
        return self._now().date()

    @property
    def consent(self) -> Consent:
        """What the person agreed to."""
        return consent.load(self.places.consent)

    def contents(self) -> Accepted:
        """What was fetched of the team's repository, by its rules. Raises CantShare."""
        if self._contents is None:
            try:
                self._contents = self.folder.contents() if self.folder.status() is not None else Accepted((), (), ())
            except TeamTrouble as problem:
                raise CantShare(str(problem)) from None
        return self._contents

    def members(self) -> dict[str, str]:
        """Signing key -> the name its owner gave, the newest of each."""
        found = {}
        for one in self.contents().messages:
            name = one.body.get("name")
            if one.kind == "member" and set(one.body) == {"name", "to"} and is_name(name) and message.is_hex(one.body["to"], 64):
                found[one.by] = str(name)
        return found

    def status(self) -> Status:
        """Where the person stands. Asks nobody else, and never raises CantShare."""
        told = self.consent
        try:
            team = self.folder.status()
        except TeamTrouble as problem:
            return Status(told, None, trouble=str(problem))
        if team is None:
            return Status(told, None)
        try:
            self._drop_what_has_no_consent(told)
            mine, waiting = self._me(), self.outbox.waiting()
            members = self.members()
            shown, _ = self._exemplars()
            due = self.due() if told.mode == "team" and mine else ()
        except (CantShare, OutboxTrouble) as problem:
            return Status(told, team, trouble=str(problem))
        return Status(told, team, members.get(mine, ""), len(members), len(shown), waiting, due)

    def _me(self) -> str:
        """The person's signing key; "" where there is none yet."""
        try:
            found = keys.load(self._keys_path)
        except keys.KeyTrouble as problem:
            raise CantShare(str(problem)) from None
        return found.by if found is not None else ""

    def log(self) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        """Everything that ever left, was refused, or was deleted before it could; and what of the log can't be read."""
        return self.outbox.log()

    # --- the team ----------------------------------------------------------------------------------------------------

    def join(self, url: str) -> Team:
        """Remember which team, and fetch what is there. Nothing is sent. Raises CantShare."""
        try:
            return self.folder.join(url, self._now())
        except TeamTrouble as problem:
            raise CantShare(str(problem)) from None

    def leave(self) -> None:
        """Forget the team: its copy, what waits, the keys, the practices that were accepted. What was sent stays in its repository, and a
        copy in `sent/`. Raises CantShare."""
        said = self.consent.said
        if said and said[-1].mode == "team":
            self.turn("local")
        with self._alone():
            try:
                # Keys are made with the first preview, before anything is agreed to.
                if wrong := self._delete():
                    raise CantShare(wrong)
                self.folder.leave(self._now())
                shutil.rmtree(self._practices_path, ignore_errors=True)
            except TeamTrouble as problem:
                raise CantShare(str(problem)) from None
        self._contents = None

    def fetch(self, *, anew: bool = False) -> tuple[Team, str]:
        """Fetch what is new; "" or why it did not work: what was fetched before still serves then. Raises CantShare."""
        self._contents = None
        try:
            return self.folder.fetch(self._now(), anew=anew)
        except TeamTrouble as problem:
            raise CantShare(str(problem)) from None

    # --- consent -----------------------------------------------------------------------------------------------------

    def turn(self, mode: Mode) -> Consent:
        """Off or local: what waits to be sent and the keys are deleted, at once. Raises CantShare."""
        assert mode != "team"
        with self._alone():
            # First: that takes no room on a disk, and without keys nothing can be made, whatever comes of the rest.
            wrong = self._delete()
            try:
                told = consent.add(self.places.consent, Said(mode, self._at()))
            except consent.ConsentTrouble as problem:
                raise CantShare(f"{problem}. {wrong or 'What waited and your keys are deleted'}: nothing can be sent") from None
        if wrong:
            raise CantShare(f"nothing is shared from now on, but {wrong}")
        return told

    def _delete(self) -> str:
        """Delete what waits, the keys, and what was kept for the totals; what of it could not be, in a sentence."""
        wrong = []
        try:
            off(self.places.team, self._keys_path, self._now())
        except OutboxTrouble as problem:
            wrong.append(str(problem))
        try:
            self._kept_path.unlink(missing_ok=True)
        except OSError as problem:
            wrong.append(f"{self._kept_path}: it can't be deleted ({problem.strerror}); delete it by hand.")
        return " ".join(wrong)

    def _drop_what_has_no_consent(self, told: Consent) -> None:
        """What waits goes where it can't be told what the person agreed to, or more would leave than they agreed to."""
        if told.trouble or told.asks_again:
            self.outbox.discard(self._now())

    def _at(self) -> int:
        return int(self.coach.clock() * 1000)

    def prepare_joining(self, name: str, *, few: bool = False, totals_too: bool = True) -> Prepared | None:
        """What would leave now where the person agrees to share: who they are, and, with `totals_too`, that they take part in the next
        epoch; None where all of that left before, and only their word is missing. Nothing is agreed yet. Raises CantShare."""
        team = self._team()
        if not is_name(name):
            raise CantShare(f"your name needs 1 to {NAME_MOST} printable characters")
        with self._alone():
            mine = self._make_keys()
            files, says = self._introduction(name, mine)
            ledger, kept, today = self._ledger(), self._kept(), self._today()
            ready = next((d for d in totals.due(ledger, mine.by, today, kept) if d.what is What.JOIN and d.ready), None)
            if ready is not None and totals_too:
                try:
                    # Kept only once it was sent: a name that was looked at and not confirmed is in nothing that comes later.
                    joined, _ = totals.join(ledger, mine, today, kept, ready.epoch, name)
                except NotNow as problem:
                    raise CantShare(str(problem)) from None
                files[f"v1/totals/{joined.name}.json"] = joined.data
                says.append(f"That you take part in the totals of the twelve weeks from {ready.epoch} on.")
            if files:
                return Prepared(self._put(files, team), tuple(says))
        told = self.consent
        if told.mode == "team" and told.said[-1].team == team.url and told.few == few:
            raise CantShare("you take part already; `accrete-coach team status` says what comes next")
        return None

    def _introduction(self, name: str, mine: keys.Keys) -> tuple[dict[str, bytes], list[str]]:
        """Who the person is, where the team does not know it yet."""
        if self.members().get(mine.by) == name:
            return {}, []
        member = message.sign("member", {"name": name, "to": mine.to}, mine.signing)
        return {f"v1/members/{member.name}.json": member.data}, ["Who you are: your name, and your two public keys."]

    def agree(self, *, few: bool = False) -> Consent:
        """Keep that the person agreed to share, from now on, with this team. Raises CantShare."""
        try:
            return consent.add(self.places.consent, Said("team", self._at(), FIELDS, self._team().url, few))
        except consent.ConsentTrouble as problem:
            raise CantShare(str(problem)) from None

    # --- totals ------------------------------------------------------------------------------------------------------

    def _ledger(self) -> Ledger:
        return Ledger.of(self.contents().messages)

    def due(self) -> tuple[Due, ...]:
        """What is due in the team's totals, and what they wait for. Raises CantShare."""
        return totals.due(self._ledger(), self._me(), self._today(), self._kept(), small=self.consent.few)

    def prepare_next(self) -> Prepared:
        """Whatever is due, in one: last period's sum-share, this period's contribution, the next join. Raises CantShare, which says what
        it waits for where nothing is due."""
        self._agreed()
        with self._alone():
            return self._next()

    def _next(self) -> Prepared:
        team, mine = self._team(), self._make_keys()
        ledger, today, stored = self._ledger(), self._today(), self._kept()
        few = self.consent.few
        name = self.members().get(mine.by, "")
        if not name:
            raise CantShare("the team does not know you yet; `accrete-coach share team` sends who you are")
        # Names that are to be looked at count as confirmed only with the confirmation of the whole.
        kept, roster = self._looked_at(ledger, mine.by, today, stored, few)
        files: dict[str, bytes] = {}
        says: list[str] = []
        waits: list[str] = []
        for one in totals.due(ledger, mine.by, today, kept, small=few):
            if not one.ready:
                waits.append(one.why)
                continue
            try:
                made, kept, told = self._make(one, ledger, mine, today, kept, name, few)
            except NotNow as problem:
                waits.append(str(problem))
                continue
            if made is not None:
                files[f"v1/totals/{made.name}.json"] = made.data
                says.append(told)
        if not files:
            reasons = "; ".join(dict.fromkeys(waits)) or "nothing is due"
            raise CantShare(f"nothing to send: {reasons}")
        # Coins and messages are kept before anything may leave; that names were confirmed is not, until they are.
        self._keep(replace(kept, rosters=stored.rosters))
        return Prepared(self._put(files, team), tuple(says), roster)

    @staticmethod
    def _looked_at(ledger: Ledger, me: str, today: date, kept: Kept, few: bool) -> tuple[Kept, Roster | None]:
        """The one roster whose names are shown with this act, as if it were confirmed: one for which a contribution can be made then. The
        names of another have their turn with the next."""
        for one in totals.due(ledger, me, today, kept, small=few):
            if one.what is What.CONFIRM and one.ready:
                roster = ledger.epoch(one.epoch).roster
                then = totals.confirm(ledger, today, kept, one.epoch, roster.hash)
                after = totals.due(ledger, me, today, then, small=few)
                if any(d.what is What.CONTRIBUTION and d.ready and d.epoch == one.epoch for d in after):
                    return then, roster
        return kept, None

    def _make(
        self, one: Due, ledger: Ledger, mine: keys.Keys, today: date, kept: Kept, name: str, few: bool
    ) -> tuple[Message | None, Kept, str]:
        if one.what is What.SUM_SHARE and one.period is not None:
            made, kept = totals.release(ledger, mine, today, kept, one.epoch, one.period)
            return made, kept, f"Your sum for period {one.period}: the pieces that others sealed to you, added up."
        if one.what is What.CONTRIBUTION and one.period is not None:
            roster = ledger.epoch(one.epoch).roster
            yes = self.answers(roster.practices, totals.ends(one.epoch, one.period) - timedelta(weeks=WEEKS))
            made, kept = totals.contribute(ledger, mine, today, kept, one.epoch, one.period, yes, small=few)
            asked = sum(yes.values())
            return made, kept, (
                f"Your answers for period {one.period}, sealed to the {len(roster)} people on the list: yes to {asked} of"
                f" {len(yes)} practices, before the coin that flips one in twenty."
            )  # fmt: skip
        if one.what is What.JOIN:
            made, kept = totals.join(ledger, mine, today, kept, one.epoch, name)
            return made, kept, f"That you take part in the twelve weeks from {one.epoch} on."
        return None, kept, ""

    def answers(self, practices: tuple[str, ...], first: date) -> dict[str, bool]:
        """What the person would answer for the four weeks from this Monday, from sessions that began after they agreed."""
        begin = max(start_of_day(first, UTC), self.consent.since)
        end = start_of_day(first + timedelta(weeks=WEEKS), UTC)
        profile = self.coach.profile
        new = {s.num for s in profile.sessions(since=begin, until=end) if s.person}
        rows = [standing.Row(*row[:5]) for row in profile.week_rows(begin, end) if row[5] in new]
        said = profile.correction_rows(since=begin, until=end)
        return answers(practices, standing.corrected(rows, said)[0], first, UTC)

    def periods(self) -> tuple[Period, ...]:
        """What came back of each period of the last year, or why nothing did; the newest first. Raises CantShare."""
        ledger, today = self._ledger(), self._today()
        found = []
        for epoch in sorted(ledger.epochs, reverse=True):
            for number in range(totals.PERIODS, 0, -1):
                begun = totals.ends(epoch, number) - timedelta(weeks=WEEKS) <= today
                if begun and today - totals.ends(epoch, number) < timedelta(weeks=52):
                    found.append(Period(epoch, number, totals.totals(ledger, epoch, number, today)))
        return tuple(found)

    # --- exemplars ---------------------------------------------------------------------------------------------------

    def _exemplars(self) -> tuple[list[Shown], list[exemplars.Refusal]]:
        return exemplars.shown(self.contents().messages, self.members(), self._me())

    def exemplars(self, practice: str | None = None) -> tuple[Shown, ...]:
        """What teammates, and the person, chose to show of a practice, or of all; closest to their own tools first. Raises CantShare."""
        shown, _ = self._exemplars()
        used = [one.id for one in self.coach.agents_used()]
        return tuple(one for one in exemplars.closest(shown, used) if practice in (None, one.exemplar.practice))

    def exemplar(self, start: str) -> Shown:
        """The one whose name begins so. Raises CantShare."""
        found = [one for one in self.exemplars() if start and one.name.startswith(start)]
        if len(found) != 1:
            raise CantShare(
                f"{'several examples' if found else 'no example'} of the team's begin{'' if found else 's'} with that"
            )
        return found[0]

    def dictionary(self) -> mask.Dictionary:
        """The identities that are masked, whatever else is: the person's, their machine's, their projects' and their list."""
        home = os.path.expanduser("~")
        users = [os.path.basename(home)]
        with contextlib.suppress(Exception):
            users.append(getpass.getuser())
        chosen, _ = settings.load(self.places)
        emails, names = list(chosen.identities), []
        for path in person_configs(home, os.environ.get("XDG_CONFIG_HOME", "")):
            emails += _of_config(path, "email")
            names += _of_config(path, "name")
        projects = [one.id for one in self.coach.projects()]
        remotes = [url for project in projects for url in _remotes(Path(project))]
        try:
            team = self.folder.status()
        except TeamTrouble as problem:
            raise CantShare(str(problem)) from None
        return mask.identities(
            users=[
                *users,
                *(Path(p).parts[2] for p in projects if len(Path(p).parts) > 3 and Path(p).parts[1] in ("home", "Users")),
            ],
            homes=[home],
            hosts=[socket.gethostname()],
            names=[*names, *self.members().values()],
            emails=emails,
            remotes=[*remotes, *([team.url] if team is not None else [])],
            repositories=[os.path.basename(p.rstrip("/\\")) for p in projects],
            kept=chosen.masked,
        )

    def draft(
        self,
        num: int,
        practice: str,
        *,
        title: str,
        note: str = "",
        prompt: bool = False,
        say: tuple[int, ...] = (),
        moment: int | tuple[str, int] = 1,
    ) -> Exemplar:
        """An exemplar of a session of the person's own, by its number: its structure around a moment that shows a practice, with a title
        and a note. `prompt`: only the prompt at that moment, masked. `say`: beats of the session's storyboard, by their indices, whose
        words are taken along, masked. `moment`: how manyth of the session's that shows it, from 1; or its place, as (path, line): the one
        nearest to it in that file. Raises CantShare."""
        board = self.coach.storyboard(num)
        if board is None:
            raise CantShare("there is nothing to show of this session")
        known = self.dictionary()
        try:
            at, shown = _moment(board, practice, moment)
            if prompt:
                # What they typed at first says more than a word on the plan that came of it.
                theirs = [n for n in range(at, -1, -1) if board.beats[n].mine and self._words(board, n)]
                mine = next((n for n in theirs if board.beats[n].kind == Kind.PROMPT), theirs[0] if theirs else None)
                if mine is None:
                    raise ValueError("no prompt of yours stands before that moment, or its transcript is gone")
                made, step_of = exemplars.of_prompt(board, practice, mine, mask.mask(self._words(board, mine), known))
            else:
                mine = None
                made, step_of = exemplars.of_storyboard(board, practice, shown)
            for n in dict.fromkeys(say):
                if n != mine:
                    text = self._words_at(board, n, step_of)
                    made = exemplars.with_words(made, step_of[n], mask.mask(text, known))
            return exemplars.titled(made, mask.mask(title, known), mask.mask(note, known) if note else None)
        except (ValueError, mask.CannotMask) as problem:
            raise CantShare(str(problem)) from None

    def _words(self, board: Storyboard, beat: int) -> str:
        return self.coach.words_of(board, [beat]).said.get(beat, "")

    def _words_at(self, board: Storyboard, beat: int, shown: Collection[int]) -> str:
        """What the person said in a beat that is among those shown. Raises ValueError, with a sentence."""
        if not 0 <= beat < len(board.beats):
            raise ValueError(f"there is no step {beat + 1}: the session's story has {len(board.beats)}")
        if beat not in shown:
            first, last = min(shown) + 1, max(shown) + 1
            part = f"step {first}" if first == last else f"steps {first} to {last}"
            raise ValueError(f"step {beat + 1} of the session's story is not in the part shown, which is {part}")
        if not board.beats[beat].mine:
            raise ValueError(f"step {beat + 1} of the session's story is no act of yours, so no words of yours are in it")
        text = self._words(board, beat)
        if not text:
            raise ValueError(f"there are no words of yours at step {beat + 1} of the session's story, or its transcript is gone")
        return text

    def prepare_exemplar(self, made: Exemplar, name: str = "") -> Prepared:
        """What would leave: the exemplar, its page for the git host, and who the person is where the team does not know. Raises
        CantShare."""
        self._agreed()
        practice = self.coach.catalogue.get(made.practice)
        if practice is None or (practice.origin and not self._accepted(practice.id)):
            raise CantShare(
                "a practice of your own holds words of yours, which nothing masks: only built-in practices and those in your team's repository"
                " can be shown to the team"
            )
        team, mine = self._team(), self._make_keys()
        known = self.members().get(mine.by, "")
        if not known and not is_name(name):
            raise CantShare("the team does not know you yet: say by which name, with --name")
        files, says = ({}, []) if known else self._introduction(name, mine)
        try:
            told = exemplars.sign(made, mine.signing)
        except ValueError as problem:
            raise CantShare(str(problem)) from None
        if any(
            one.kind == exemplars.WITHDRAWN and one.by == mine.by and one.body.get("exemplar") == told.name
            for one in self.contents().messages
        ):
            raise CantShare("you withdrew exactly this example; change its title or its note to share it again")
        files[f"v1/exemplars/{told.name}.json"] = told.data
        files[f"v1/exemplars/{told.name}.md"] = page(made, known or name, practice)
        says.append("Your example, signed with your key; and the same as a page for people.")
        words = mask.hash_code(told.data) if made.words else ""
        with self._alone():
            return Prepared(self._put(files, team), tuple(says), words=words)

    def _agreed(self) -> None:
        """Raises CantShare where the person has not agreed to share, to the fields there are now."""
        told = self.consent
        if told.mode != "team":
            again = " What would leave has changed since you agreed: it asks again." if told.asks_again else ""
            raise CantShare(f"you have not agreed to share; `accrete-coach share team` says what that means.{again}")

    def prepare_moment(
        self,
        agent: str,
        session: str,
        practice: str,
        path: str,
        line: int,
        *,
        title: str,
        note: str = "",
        prompt: bool = False,
        name: str = "",
    ) -> Prepared | str:
        """The same from a moment on the screen, by its session and its place; or the sentence that says why not."""
        num = self.coach.session_num(agent, session)
        if num is None:
            return "This session is no longer in the profile."
        try:
            made = self.draft(num, practice, title=title, note=note, prompt=prompt, moment=(path, line))
            return self.prepare_exemplar(made, name)
        except CantShare as problem:
            return f"Nothing was sent: {problem}."

    def send_now(self, hash: str) -> str:
        """Send what waits, by its hash; a sentence that says what came of it."""
        try:
            return f"Shared (commit {self.send(hash)[:8]}). accrete-coach exemplar withdraw takes it back, as far as that goes."
        except CantShare as problem:
            return f"{problem}."

    def prepare_withdrawal(self, start: str) -> Prepared:
        """What would leave: that an example of the person's own is withdrawn. Raises CantShare."""
        shown = self.exemplar(start)
        given = next(one for one in self.contents().messages if one.name == shown.name)
        try:
            mine = keys.load(self._keys_path)
        except keys.KeyTrouble as problem:
            raise CantShare(str(problem)) from None
        if mine is None:
            raise CantShare(
                "only what you shared yourself can be withdrawn, with the key that it was signed with, and you have none: ending sharing deletes it"
            )
        try:
            told = exemplars.withdraw(given, mine.signing)
        except ValueError as problem:
            raise CantShare(str(problem)) from None
        with self._alone():
            seen = self._put({f"v1/exemplars/{told.name}.json": told.data}, self._team())
        return Prepared(seen, ("That you withdraw your example.",))

    # --- practices of the team ---------------------------------------------------------------------------------------

    @property
    def _practices_path(self) -> Path:
        return self.places.team / "practices"

    def practices(self) -> tuple[tuple[str, Practice | Problem, bool], ...]:
        """(name, the practice or what is wrong with it, whether the person accepted this text) of what stands in the team's repository."""
        from .own import OwnText, read

        out = []
        for name, data in self.contents().practices:
            told = _id_of(data) or name
            practice, problems = read(OwnText("team", f"{told}.toml", data.decode("utf-8")))
            found = practice if practice is not None else problems[0] if problems else Problem(name, "it is no practice")
            # Another text under the same id is another practice: it is not in use before it was accepted, too.
            out.append((name, found, self._accepted(told) == data))
        return tuple(out)

    def _accepted(self, id: str) -> bytes:
        try:
            return (self._practices_path / f"{id}.toml").read_bytes()
        except OSError:
            return b""

    def accept_practice(self, start: str) -> Practice:
        """Put a practice of the team's to use, beside the built-in ones. Raises CantShare."""
        found = [(name, data) for name, data in self.contents().practices if start and name.startswith(start)]
        if len(found) != 1:
            raise CantShare("no practice of the team's, or several, begin with that")
        told = next(p for name, p, _ in self.practices() if name == found[0][0])
        if isinstance(told, Problem):
            raise CantShare(f"it can't be used: {told.what}")
        path = self._practices_path / f"{told.id}.toml"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = path.with_suffix(".new")
            new.write_bytes(found[0][1])
            os.replace(new, path)
        except OSError as problem:
            raise CantShare(f"{path}: it can't be kept ({problem.strerror})") from None
        return told

    def drop_practice(self, practice: str) -> bool:
        """Use a practice of the team's no more, by its id; tells whether it was in use."""
        path = self._practices_path / f"{practice}.toml"
        if path.parent != self._practices_path or not path.is_file():
            return False
        path.unlink()
        return True

    # --- sending -----------------------------------------------------------------------------------------------------

    def send(self, hash: str, roster: Roster | None = None) -> str:
        """Send what waits, by the hash of what the person saw and confirmed; returns the commit. `roster`: whose names they confirmed with
        it. Raises CantShare: nothing was sent then, or it says that it may have been."""
        with self._alone():
            try:
                confirmed = self.outbox.confirm(hash)
                joins = self._may_leave()
                if roster is not None:
                    self._keep(totals.confirm(self._ledger(), self._today(), self._kept(), roster.epoch, roster.hash))
                team = self._team()
                pushed = self.outbox.send(confirmed, self.folder.repository, self._now(), seen=team.tip)
                self.folder.pushed(pushed.commit)
            except (OutboxTrouble, TeamTrouble, NotNow) as problem:
                raise CantShare(str(problem)) from None
            kept = self._kept()
            for join in joins:
                kept = kept.with_message(date.fromisoformat(join.body["epoch"]), 0, join)
            if joins:
                self._keep(kept)
        self._contents = None
        return pushed.commit

    def _may_leave(self) -> list[Message]:
        """The joins among what waits. Raises CantShare where anything in it may not leave as things stand: answers and sums without
        consent, or other ones than were kept; an example without consent."""
        waits = self.outbox.waiting()
        told = [message.parse(one.data) for one in (waits.files if waits is not None else ()) if one.path.endswith(".json")]
        kept = self._kept().made.values()
        for one in told:
            if one.kind in (What.CONTRIBUTION, What.SUM_SHARE, exemplars.KIND):
                self._agreed()
            if one.kind in (What.CONTRIBUTION, What.SUM_SHARE) and one not in kept:
                raise CantShare("another answer or sum was made meanwhile; look at it again with `accrete-coach share next`")
        return [one for one in told if one.kind == What.JOIN]

    def drop(self) -> None:
        """Delete what waits, unsent. Raises CantShare."""
        with self._alone():
            try:
                self.outbox.discard(self._now())
            except OutboxTrouble as problem:
                raise CantShare(str(problem)) from None

    # --- what is kept ------------------------------------------------------------------------------------------------

    def _team(self) -> Team:
        try:
            team = self.folder.status()
        except TeamTrouble as problem:
            raise CantShare(str(problem)) from None
        if team is None:
            raise CantShare("you are in no team; `accrete-coach team join URL` joins one")
        return team

    def _make_keys(self) -> keys.Keys:
        try:
            return keys.load_or_make(self._keys_path)
        except keys.KeyTrouble as problem:
            raise CantShare(str(problem)) from None

    def _kept(self) -> Kept:
        try:
            kept = Kept.from_json(self._kept_path.read_bytes())
            # What was made with keys that are gone is nobody's any more.
            mine = self._me()
            return replace(kept, made={at: one for at, one in kept.made.items() if one.by == mine})
        except FileNotFoundError:
            return Kept()
        except OSError as problem:
            raise CantShare(f"{self._kept_path}: it can't be read ({problem.strerror}); nothing is made until it can") from None
        except NotNow as problem:
            raise CantShare(f"{self._kept_path}: {problem}") from None

    def _keep(self, kept: Kept) -> None:
        new = self._kept_path.with_suffix(f".{os.getpid()}.new")
        try:
            self._kept_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
                out.write(kept.to_json())
                out.flush()
                os.fsync(out.fileno())
            os.replace(new, self._kept_path)
        except OSError as problem:
            raise CantShare(f"{self._kept_path}: it can't be kept ({problem.strerror}); nothing was sent") from None

    def _put(self, files: Mapping[str, bytes], team: Team) -> Preview:
        try:
            return self.outbox.put(files, team.url, self._now())
        except (OutboxTrouble, ValueError) as problem:
            raise CantShare(str(problem)) from None


def _moment(board: Storyboard, practice: str, wanted: int | tuple[str, int]) -> tuple[int, Moment]:
    """(index of its beat, the moment) that shows a practice: the nth, from 1, or the one at a place, else the nearest in that file.
    Raises ValueError, with a sentence."""
    there = [(n, shown) for n, beat in enumerate(board.beats) for shown in beat.shown if shown.practice == practice]
    if not there:
        raise ValueError("that practice shows in no line of this session")
    # An example says what to do differently: what an agent did by itself, nobody did.
    there = [(n, shown) for n, shown in there if shown.by != "agent"]
    if not there:
        raise ValueError("your agent did that by itself in this session; an example shows what you asked for")
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(there):
            known = "1 moment shows" if len(there) == 1 else f"{len(there):,} moments show"
            raise ValueError(f"there is no moment {wanted}: {known} that practice in this session")
        return there[wanted - 1]
    path, line = wanted
    near = [one for one in there if board.place(one[1])[0] == path]
    if not near:
        raise ValueError("nothing in that moment's transcript shows that practice any more; open the moment again")
    return min(near, key=lambda one: abs(one[1].line - line))


def _id_of(data: bytes) -> str:
    """What a team practice is called by here: its short name, or its title, as an id; "" where it has none."""
    try:
        told = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    named = next((told[key] for key in ("short", "title") if isinstance(told.get(key), str)), "")
    return "-".join(re.findall(r"[a-z0-9]+", named.lower()))[:LONGEST_ID].strip("-")


def _of_config(path: str, key: str) -> list[str]:
    """The values of `user.name` or `user.email` in a configuration file of git's: read as lines, nothing of it is run."""
    found = []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(64 * 1024).splitlines()
    except OSError:
        return []
    section = ""
    for line in lines:
        text = line.strip()
        if text.startswith("["):
            section = text.strip("[]").split()[0].lower() if text.strip("[]").split() else ""
        elif section == "user" and text.partition("=")[0].strip().lower() == key:
            found.append(text.partition("=")[2].strip().strip('"'))
    return [one for one in found if one]


def _remotes(project: Path) -> list[str]:
    """The addresses of a project's remotes, read as lines of its configuration; those of a worktree or submodule stand elsewhere."""
    at = project / ".git"
    try:
        if at.is_file():
            with at.open(encoding="utf-8", errors="replace") as file:
                at = project / file.read(4_096).removeprefix("gitdir:").strip()
            if (at / "commondir").is_file():
                at /= (at / "commondir").read_text(encoding="utf-8", errors="replace").strip()
        with (at / "config").open(encoding="utf-8", errors="replace") as file:
            lines = file.read(64 * 1024).splitlines()
    except (OSError, ValueError):
        return []
    return [line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip().lower() == "url"]
