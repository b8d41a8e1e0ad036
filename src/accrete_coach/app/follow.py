"""The thread in which the coach watches: it only posts, and never faster than the screen takes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from textual.message import Message

if TYPE_CHECKING:
    from ..audit import Candidate, Result, Verdict
    from ..coach import Excerpt, Heard, MomentView, Question, Update, Used
    from ..corrections import Sayings, Told
    from ..delivery import Delivery
    from ..finding import Finder, SessionLine
    from ..practice import By, Practice, Reading, Word
    from ..profile import Choice, Correction, ProfileError, StoredSession
    from ..sharing import Prepared, Status
    from ..standings import Standing, Standings
    from ..storyboard import Storyboard
    from ..suggestions import Tip
    from ..team.exemplars import Shown
    from ..team.outbox import Line
    from ..tips import Bar, Followed, Suggestion
    from ..trend import Trend
    from ..week import Period, Week


class CoachLike(Protocol):
    """What the app asks of a coach. Each thread makes its own."""

    def standings(self, weeks: int = 8, *, project: str | None = None, agent: str | None = None) -> Standings:
        """Where the person stands."""

    def moments(
        self, practice: str, limit: int = 40, *, project: str | None = None, agent: str | None = None
    ) -> tuple[MomentView, ...]:
        """The moments of a practice, the newest first."""

    def let_pass(
        self, practice: str, limit: int = 12, *, project: str | None = None, agent: str | None = None
    ) -> tuple[StoredSession, ...]:
        """Sessions that gave an occasion in which it was not seen, the newest first."""

    def trend(self, practice: str, *, project: str | None = None, agent: str | None = None) -> Trend:
        """Its year."""

    def year(self, *, project: str | None = None, agent: str | None = None) -> dict[str, Trend]:
        """The year of every practice, by its id."""

    def session_num(self, agent: str, session: str) -> int | None:
        """The number of a session in the profile, by its id; None where it is not in it."""

    def projects(self) -> tuple[Used, ...]:
        """The folders that sessions ran in, the last used first."""

    def agents_used(self) -> tuple[Used, ...]:
        """The agents that sessions ran with, the last used first."""

    def excerpt(self, agent: str, path: str, line: int, around: int = 8) -> tuple[Excerpt, ...]:
        """The lines around a place in a transcript. Raises FileNotFoundError when it is gone."""

    def session_lines(self) -> tuple[SessionLine, ...]:
        """All sessions, the newest first."""

    def finder(self) -> Finder:
        """What reads the words that are typed to find a session."""

    def titles(self, nums: Iterable[int]) -> Mapping[int, str]:
        """Session's number -> its title, raw; "" where there is none."""

    def storyboard(self, num: int) -> Storyboard | None:
        """The beats of a session; None where there are none."""

    def readings_of(self, num: int) -> Mapping[str, Reading]:
        """Practice -> what counts of a session."""

    def words_of(self, board: Storyboard, beats: Collection[int]) -> Heard:
        """What the person said in these beats, raw."""

    def resume_command(self, line: SessionLine) -> str:
        """The shell's words that take up a session again; "" where it can't be."""

    def place(self, of: SessionLine) -> tuple[str, int]:
        """(path, line) of a session's transcript; ("", 0) where there is none."""

    def told_by_id(self, agent: str, session: str, practice: str) -> Told:
        """A reading as it stands, by the session's id."""

    def told_of(self, num: int, practice: str) -> Told:
        """A reading as it stands, by the session's number."""

    def choice(self, practice: str) -> Choice | None:
        """What the person says of a practice as a whole."""

    def correct(self, session: StoredSession, practice: str, word: Word, by: By | None, because: str = "") -> Correction | None:
        """Keep the person's word on a reading; returns what they had said before. Raises CantWrite."""

    def put_correction(self, agent: str, session: str, practice: str, said: Correction | None) -> Correction | None:
        """Let this be their word on a reading, or none; returns what it was. Raises CantWrite."""

    def choose(self, practice: str, choice: str, because: str = "") -> Choice | None:
        """Keep what they say of a practice as a whole; returns what they had said before. Raises CantWrite."""

    def put_choice(self, practice: str, said: Choice | None) -> Choice | None:
        """Let this be what they say of it, or nothing; returns what it was. Raises CantWrite."""

    def sayings(self) -> Sayings:
        """All that the person said, the newest first."""

    def first_moment(self, told: Told) -> MomentView | None:
        """Where a reading shows, or its session begins; None where the session is no more."""

    def to_audit(self) -> tuple[Candidate, ...]:
        """The readings that can be asked about."""

    def question(self, one: Candidate, *, whole: bool = False) -> Question | None:
        """A reading with what can be shown of it; None where the transcript is gone."""

    def judge(self, asked: Question, answer: str, right: tuple[Word, By | None] | None = None) -> Verdict:
        """Keep an answer about a reading, and what is right as a correction. Raises CantWrite."""

    def unjudge(self, asked: Question, comes_to: Verdict) -> None:
        """Take an answer back, with the correction it made. Raises CantWrite."""

    def audited(self, practice: str | None = None) -> Result:
        """What the person's answers add up to, for one practice or for all."""

    def audited_each(self) -> tuple[tuple[Practice, Result], ...]:
        """The same for each practice with enough answers."""

    @property
    def counsel(self) -> CounselLike:
        """The coaching."""

    @property
    def sharing(self) -> SharingLike:
        """What the person does with their team."""

    def watch(self, tell: Callable[[Update], None], stop: threading.Event) -> None:
        """Read what is new, then follow; blocks until `stop`."""

    def close(self) -> None:
        """Give back what it holds."""


class CounselLike(Protocol):
    """What the app asks of the coaching."""

    def week(
        self,
        of: Period | None = None,
        *,
        project: str | None = None,
        agent: str | None = None,
        details: bool = False,
        shows: bool = True,
    ) -> Week:
        """A period to look back on; None: the one that runs."""

    def tip(self, *, keep: bool = True, after: Tip | None = None) -> Suggestion | None:
        """The one tip to show now, or the next one after it."""

    def log(self) -> tuple[tuple[Tip, Practice | None], ...]:
        """Every tip that was shown, the newest first."""

    def bars(self) -> tuple[tuple[Standing, Bar], ...]:
        """What is not suggested now, and why not."""

    def later(self, tip: Tip, until: int) -> CounselUndo:
        """Put a tip away. Raises CantWrite."""

    def later_until(self, choice: int = 4) -> int:
        """When "later" is."""

    def not_for_me(self, tip: Tip) -> CounselUndo:
        """Never suggest it again. Raises CantWrite."""

    def accept(self, practice: str, tip: Tip | None = None) -> tuple[Followed, CounselUndo]:
        """Take a practice up as the focus. Raises CantWrite."""

    def focus(self) -> Followed | None:
        """The focus, and what happened since."""

    def past(self) -> tuple[Followed, ...]:
        """Those that ended."""

    def end_focus(self) -> tuple[Followed, CounselUndo] | None:
        """End it. Raises CantWrite."""

    def delivery(self, weeks_back: int = 0, *, project: str | None = None) -> tuple[Delivery | None, tuple[str, ...]]:
        """The delivery figures, None where no repository was allowed; and the focus beside them. It can take seconds."""

    def check_in(self, of: Period, satisfaction: int, flow: int, alone: int, note: str | None = None) -> CounselUndo:
        """Keep how a week felt. Raises CantWrite."""


class SharingLike(Protocol):
    """What the app asks of sharing."""

    def status(self) -> Status:
        """Where the person stands with sharing."""

    def log(self) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        """Everything that ever left."""

    def exemplars(self, practice: str | None = None) -> tuple[Shown, ...]:
        """What teammates chose to show."""

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
        """What would leave for an example of a moment, or why there is none."""

    def send_now(self, hash: str) -> str:
        """Send what was shown, by its hash; a sentence that says what came of it."""


CounselUndo = Callable[[Any], object]
"""Takes back what was kept, given the coaching of a coach that has the profile open."""


class StandingsChanged(Message):
    """The coach told something: take it from the follower."""

    def can_replace(self, message: Message) -> bool:
        """One of these in the queue is enough: whoever takes gets all that was told."""
        return isinstance(message, StandingsChanged)


class WatchStopped(Message):
    """The watch ended although nobody asked it to."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        """The name of the exception's type: its words could hold a transcript's."""


class CantBegin(Message):
    """The profile can't be used."""

    def __init__(self, problem: ProfileError) -> None:
        super().__init__()
        self.problem = problem
        """Says why, in words of the program's own."""


class Follower:
    """Runs a coach's watch in a thread and keeps what it told until the screen takes it."""

    JOIN_SECONDS = 2.0
    """How long leaving waits for the thread: killing it loses nothing (promises.md, P7)."""

    LEAST_SECONDS = 1.0
    """Between two posts: what is told meanwhile goes with the second one. The progress of a scan does not wait."""

    def __init__(self, make_coach: Callable[[], CoachLike], post: Callable[[Message], bool]) -> None:
        self._make_coach = make_coach
        self._post = post
        self._told: Update | None = None
        self._posted = -math.inf
        self._later: threading.Timer | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the watch to end, and wait a little."""
        self._stop.set()
        if self._later is not None:
            self._later.cancel()
        if self._thread.is_alive():
            self._thread.join(self.JOIN_SECONDS)

    def take(self) -> Update | None:
        """All that was told since the last time, as one update."""
        with self._lock:
            told, self._told = self._told, None
            return told

    def _tell(self, update: Update) -> None:
        with self._lock:
            waiting = self._told
            if waiting is not None:
                update = replace(
                    update,
                    standings=update.standings if update.standings is not None else waiting.standings,
                    changed=tuple(dict.fromkeys(waiting.changed + update.changed)),
                    now=update.now if update.now is not None else waiting.now,
                )
            self._told = update
        if waiting is None and not self._stop.is_set():
            # A session that runs writes several lines a second; who looks at the screen reads no faster than that.
            wait = self._posted + self.LEAST_SECONDS - time.monotonic() if update.progress is None else 0.0
            if wait > 0:
                self._later = threading.Timer(wait, self._post_it)
                self._later.daemon = True
                self._later.start()
            else:
                self._post_it()

    def _post_it(self) -> None:
        self._posted = time.monotonic()
        if not self._stop.is_set():
            self._post(StandingsChanged())

    def _watch(self) -> None:
        # The first frame does not wait for it.
        from ..profile import ProfileError

        try:
            try:
                coach = self._make_coach()
            except ProfileError as problem:
                self._post(CantBegin(problem))
                return
            try:
                coach.watch(self._tell, self._stop)
            finally:
                coach.close()
        except Exception as problem:
            if not self._stop.is_set():
                self._post(WatchStopped(type(problem).__name__))
