"""A hand-made catalogue, standings and coach for the tests of the screen: nothing is read and the clock stands still."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from made_up_counsel import MadeUpCounsel
from made_up_sharing import MadeUpSharing
from textual import events
from textual.pilot import Pilot

from accrete_coach.app.app import CoachApp
from accrete_coach.audit import Candidate, Result, Verdict, verdict
from accrete_coach.coach import Excerpt, Heard, MomentView, Progress, Question, Update, Used
from accrete_coach.corrections import Sayings, Told
from accrete_coach.finding import Finder, SessionLine
from accrete_coach.now import Now, Running
from accrete_coach.places import Places
from accrete_coach.practice import By, Catalogue, Practice, Reading, Sketch, Source, Word
from accrete_coach.profile import Choice, Correction, StoredSession
from accrete_coach.sessions.agent import Root
from accrete_coach.sessions.facts import Kind
from accrete_coach.standings import Basis, Row, Standings, Week, stand
from accrete_coach.storyboard import Beat, Shown, Storyboard
from accrete_coach.trend import Trend, mondays, trend

NOW = int(datetime(2025, 11, 24, 15, 0, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000

_SHORT = (
    ("plan-first", "frame", "plan first", "ask for a plan before the first edit"),
    ("explore-first", "frame", "explore first", "let the agent read before it writes"),
    ("point-to-context", "frame", "point to context", "name the file, the test or the error that matters"),
    ("scout", "delegate", "send a scout", "let a second agent look around, so that this session stays clear"),
    ("use-saved", "reuse", "use what you saved", "use a saved command or skill for work that repeats"),
    ("task-list", "track", "keep a task list", "have the agent keep a list of what is left"),
    ("fresh-start", "context", "start afresh", "start a new session when the topic changes"),
    ("course-correct", "steer", "correct the course", "stop the agent early and say what is wrong"),
    ("run-check", "verify", "run the check", "have the tests run before you believe it works"),
    ("failing-first", "verify", "see it fail first", "see the test fail before you let it pass"),
    ("read-diff", "verify", "read the diff", "look at the diff before you commit it"),
    ("coherent-commit", "verify", "one change a commit", "commit one thing at a time, while it still fits in your head"),
)
SKETCH = """you: the export drops the last row, fix it
read src/export.py
edit src/export.py
you: show me the diff before you commit
run git diff
reply one line changed, in write_rows
commit export: keep the last row"""


def _practice(n: int, name: str, family: str, short: str, title: str) -> Practice:
    return Practice(
        id=name,
        title=title,
        family=family,
        why="A mistake that is seen in the next minute costs a minute. One that is seen next week costs the week: by then other "
        "work stands on it, and nobody remembers why it was done that way.",
        tip=f"Before you go on, say: “{title[0].upper()}{title[1:]}.” Say it once at the start, and put it into the agent's own "
        "instructions when you find yourself saying it every day.",
        when_not="A throw-away script, or a change of one word that you can see whole.",
        grade="ABCX"[n % 3],
        sources=(
            Source(
                "Small steps, soon checked: a controlled study",
                "https://example.org/small-steps",
                "Teams that checked each step found faults four times sooner; it says nothing about agents.",
            ),
        ),
        detect=_detect,
        version=1,
        sketches=(Sketch("seen", SKETCH, "you"),),
        builds_on=("plan-first",) if n % 4 == 2 else (),
        short=short,
    )


def _detect(session: object) -> Reading:
    return Reading("not-seen")


def catalogue() -> Catalogue:
    """Twelve practices."""
    practices = tuple(_practice(n, *words) for n, words in enumerate(_SHORT))
    return Catalogue(practices, (), {p.id: p for p in practices})


def _rows() -> list[Row]:
    plan = {  # one letter a session, from the newest: y you, a agent, n not seen, c can't tell
        "plan-first": "ynnynyanny",
        "explore-first": "aaanaaaanaaanaa",
        "point-to-context": "yyyynyyyyyyyyy",
        "scout": "nnnnnn",
        "use-saved": "nynnnnnnnnn",
        "task-list": "aanna",
        "fresh-start": "yynnynynn",
        "course-correct": "",
        "run-check": "yyyyayyyyyyyay",
        "failing-first": "nnnnnnnnn",
        "read-diff": "yaynynanyn",
        "coherent-commit": "ccc",
    }
    words = {"y": ("seen", "you"), "a": ("seen", "agent"), "n": ("not-seen", None), "c": ("cant-tell", None)}
    rows = []
    for name, letters in plan.items():
        for n, letter in enumerate(letters):
            word, by = words[letter]
            rows.append(Row(name, word, by, NOW - (n * 4 + len(name) % 3) * DAY, 30 + n * 7))
    return rows


def standings(*, more: tuple[Row, ...] = (), of: Catalogue | None = None) -> Standings:
    """Where the made-up person stands, with the practices of a catalogue; without one, the made-up ones."""
    basis = Basis(sessions=41, all_sessions=188, automatic=6, gone=112, first=NOW - 200 * DAY)
    return stand((of or catalogue()).practices, [*_rows(), *more], basis, NOW, UTC)


def nothing_yet() -> Standings:
    """The first run: no session was found."""
    return stand(catalogue().practices, [], Basis(), NOW, UTC)


def moments(practice: str) -> tuple[MomentView, ...]:
    """Eleven moments in three projects; the older ones have lost their transcript."""
    projects = ("/home/ada/code/acme-web", "/home/ada/code/ledger", "/home/ada/notes")
    return tuple(
        MomentView(
            f"s{n}",
            projects[n % 3],
            f"/sessions/{n}.jsonl",
            40 + 31 * n,
            NOW - n * 4 * DAY - 3_600_000,
            ("you", "agent")[n % 4 == 3],
            "certain",
            n > 7,
            "claude-code",
        )
        for n in range(11)
    )


def let_pass() -> tuple[StoredSession, ...]:
    """Four sessions that let it pass; the oldest has lost its transcript."""
    projects = ("/home/ada/code/ledger", "/home/ada/code/acme-web")
    return tuple(
        StoredSession(
            session_lines()[n].num, f"p{n}", "claude-code", "/home/ada/.claude", projects[n % 2], "2.1.38", "", NOW - (n * 5 + 2) * DAY,
            NOW - (n * 5 + 2) * DAY + 3_600_000, 6, 34 + 12 * n, 4, True, True, (f"projects/x/p{n}.jsonl",), n == 3, "",
        )
        for n in range(4)
    )  # fmt: skip


def a_year(practice: str) -> Trend:
    """A year in which the person took a practice up in spring."""
    starts = mondays(NOW, UTC)
    counts = ((0, (n * 7 + len(practice)) % 3, 2 + (n * 5) % 3) if n < 24 else ((n * 3) % 3 + 1, 3, 3 + n % 3) for n in range(52))
    weeks = tuple(Week(day, you, max(you, seen), max(you, seen, of)) for day, (you, seen, of) in zip(starts, counts, strict=True))
    return trend(practice, weeks)


LINES = (
    Excerpt(208, "you", "The export drops the last row when the file has no newline at its end. Fix it, please.", False),
    Excerpt(209, "tool", "Read src/export.py", False),
    Excerpt(210, "result", "def write_rows(rows, out):\n    for row in rows[:-1]:\n        out.write(format_row(row))", False),
    Excerpt(
        211, "agent", "The slice leaves out the last row. I take it away and add a test with a file that has no newline.", False
    ),
    Excerpt(212, "tool", "Edit src/export.py", False),
    Excerpt(213, "you", "Show me the diff before you commit, and run the tests.", True),
    Excerpt(214, "tool", "Bash git diff && pytest -q tests/test_export.py", False),
    Excerpt(215, "result", "1 file changed, 1 insertion, 1 deletion\n4 passed in 0.08s", False),
)


TITLES = (
    "Export drops the last row", "Move the login to sessions", "Why is the build slow on Mondays", "Rename Invoice to Bill",
    "Nightly report", "Parse dates without a year", "A retry that does not wait for ever", "Notes of the planning meeting",
    "Tests for the ledger's rounding", "Dark colours for the settings page",
)  # fmt: skip


def session_lines(n: int = 20) -> tuple[SessionLine, ...]:
    """Sessions in three projects with two agents; some automatic, the older ones without their transcript."""
    projects = ("/home/ada/code/acme-web", "/home/ada/code/ledger", "/home/ada/notes")
    yours = (("plan-first", "read-diff"), (), ("run-check",), ("point-to-context", "run-check", "coherent-commit"))
    return tuple(
        SessionLine(
            num=n - i,
            id=f"{(n - i) * 7919:08x}-aaaa-4bbb-8ccc-{n - i:012x}",
            agent=("claude-code", "claude-code", "codex")[i % 3],
            project=projects[i % 3],
            started=NOW - i * DAY * 3 // 2 - 3_600_000,
            ended=NOW - i * DAY * 3 // 2,
            prompts=0 if i % 7 == 5 else 3 + i * 5 % 17,
            tool_calls=12 + i * 37 % 190,
            edits=i % 9,
            person=i % 7 != 5,
            gone=i > 14,
            seen=() if i % 7 == 5 else (*yours[i % 4], "explore-first"),
            yours=() if i % 7 == 5 else yours[i % 4],
        )
        for i in range(n)
    )


def storyboard(line: SessionLine) -> Storyboard:
    """Six beats, in which three practices show."""
    at = line.started
    return Storyboard(
        session=line.id,
        agent=line.agent,
        project=line.project,
        started=line.started,
        ended=line.ended,
        files=("acme/one.jsonl",),
        beats=(
            Beat(Kind.PROMPT, "you", at, 0, 3, (("read", 3), ("plan", 1)), 4, (Shown("plan-first", 3, 0, at, "you", "a plan was asked for"),)),
            Beat(Kind.DECISION, "you decided on the plan (yes)", at + 240_000, 0, 40, (("edit", 2), ("failed check", 1)), 5),
            Beat(Kind.INTERRUPT, "you interrupted", at + 600_000, 0, 71, (), 0),
            Beat(Kind.PROMPT, "you", at + 660_000, 0, 73, (("edit", 1), ("check", 1)), 3, (Shown("explore-first", 75, 0, at + 670_000, "agent", ""),)),
            Beat(
                Kind.PROMPT, "you, while it worked", at + 900_000, 0, 102, (("diff shown", 1), ("command run", 2)), 3,
                (Shown("read-diff", 104, 0, at + 910_000, "you", "the changed lines were shown"),),
            ),
            Beat(Kind.COMMAND, "you, a command", at + 1_500_000, 0, 140, (("commit", 1),), 1),
        ),
        root="/sessions",
        num=line.num,
        gone=line.gone,
    )  # fmt: skip


SAID = {
    0: "The export drops the last row when the file has no newline at its end. Plan first: read src/export.py and its test, say "
    "what is wrong and how you would show it, and change nothing until I have agreed.",
    1: "Yes, go on.",
    3: "Not the reader: the writer. write_rows leaves out the last one.",
    4: "Show me the diff before you commit, and run the tests.",
    5: "/commit",
}


def reading_told(practice: str = "read-diff", by: By = "you") -> Told:
    """A reading of a session four days ago, which nobody has corrected."""
    session = let_pass()[0]
    return Told(practice, session.agent, session.id, session, Reading("seen", by, 1, "certain"))


def sayings() -> Sayings:
    """Three corrections and a choice; the transcript of one of the sessions is gone, another session is no more."""
    sessions = let_pass()
    said = (
        ("read-diff", sessions[0], "not-seen", None, "it only looked at the names of the files", Reading("seen", "you")),
        ("run-check", sessions[3], "seen", "agent", "", Reading("seen", "you")),
        ("plan-first", None, "seen", "you", "", None),
    )
    corrections = tuple(
        Told(
            practice,
            "claude-code",
            session.id if session else "5f1c0a77",
            session,
            read,
            Correction("claude-code", session.id if session else "5f1c0a77", practice, word, by, because, NOW - n * DAY),  # type: ignore[arg-type]
        )
        for n, (practice, session, word, by, because, read) in enumerate(said)
    )
    return Sayings(corrections, (Choice("scout", "not-for-me", "one agent is enough for me", NOW - 5 * DAY),))


def candidates() -> tuple[Candidate, ...]:
    """Twenty-four readings to ask about: of each practice one that was seen, and one that was not."""
    words: tuple[tuple[Word, By | None], ...] = (("seen", "you"), ("not-seen", None))
    return tuple((90 + n, practice, *word) for practice, *_ in _SHORT for n, word in enumerate(words))


def question(one: Candidate, of: Catalogue, *, whole: bool = False) -> Question:
    """A reading with its moment, or with the story of its session."""
    session = let_pass()[one[0] - 90]
    if one[2] == "seen":
        return Question(one, session, of[one[1]], LINES if whole else LINES[3:], whole=whole)
    return Question(one, session, of[one[1]], (), storyboard(session_lines()[0]), SAID, whole)


@dataclass
class MadeUpCoach:
    """Tells what it was given and then waits, as the real one does beside a quiet person."""

    updates: tuple[Update, ...] = ()
    lines: tuple[Excerpt, ...] = LINES
    shown: tuple[MomentView, ...] | None = None
    fails: Exception | None = None
    closed: int = 0
    asked: list[str] = field(default_factory=list)
    tells: Told = field(default_factory=lambda: reading_told())
    says: Sayings = field(default_factory=lambda: sayings())
    questions_of: tuple[Candidate, ...] = field(default_factory=lambda: candidates())
    answers: list[str] = field(default_factory=list)
    of: Catalogue | None = None
    listed: tuple[SessionLine, ...] = field(default_factory=session_lines)
    called: dict[int, str] | None = None
    """Session's number -> title; None: the made-up ones."""
    said: dict[int, str] = field(default_factory=lambda: dict(SAID))
    resumes: bool = True
    told: Callable[[SessionLine], Storyboard] = storyboard
    counsel: MadeUpCounsel = field(init=False)
    sharing: MadeUpSharing = field(default_factory=MadeUpSharing)

    def __post_init__(self) -> None:
        self.counsel = MadeUpCounsel(standings(of=self.of), NOW)

    def standings(self, weeks: int = 8, *, project: str | None = None, agent: str | None = None) -> Standings:
        return standings()

    def moments(
        self, practice: str, limit: int = 40, *, project: str | None = None, agent: str | None = None
    ) -> tuple[MomentView, ...]:
        self.asked.append(practice)
        if self.shown is not None:
            return self.shown
        return () if practice in ("scout", "failing-first", "course-correct") else moments(practice)

    def let_pass(
        self, practice: str, limit: int = 12, *, project: str | None = None, agent: str | None = None
    ) -> tuple[StoredSession, ...]:
        return () if practice in ("point-to-context", "course-correct") else let_pass()

    def trend(self, practice: str, *, project: str | None = None, agent: str | None = None) -> Trend:
        return a_year(practice)

    def year(self, *, project: str | None = None, agent: str | None = None) -> dict[str, Trend]:
        return {p.id: a_year(p.id) for p in (self.of or catalogue()).practices}

    def session_num(self, agent: str, session: str) -> int | None:
        return next((line.num for line in self.listed if line.id == session), None)

    def projects(self) -> tuple[Used, ...]:
        return (
            Used("/home/ada/code/acme-web", "/home/ada/code/acme-web", 22, NOW),
            Used("/home/ada/code/ledger", "/home/ada/code/ledger", 13, NOW - DAY),
            Used("/home/ada/notes", "/home/ada/notes", 6, NOW - 9 * DAY),
        )

    def agents_used(self) -> tuple[Used, ...]:
        return (Used("claude-code", "Claude Code", 38, NOW), Used("codex", "Codex", 3, NOW - 4 * DAY))

    def excerpt(self, agent: str, path: str, line: int, around: int = 8) -> tuple[Excerpt, ...]:
        if self.fails is not None:
            raise self.fails
        return self.lines

    def session_lines(self) -> tuple[SessionLine, ...]:
        return self.listed

    def finder(self) -> Finder:
        return Finder(
            tuple((name, short) for name, _, short, _ in _SHORT),
            (("claude-code", "Claude Code"), ("codex", "Codex")),
            UTC,
            date(2025, 11, 24),
        )

    def titles(self, nums: Iterable[int]) -> dict[int, str]:
        nums = tuple(nums)
        self.asked.append(f"titles {len(nums)}")
        gone = {line.num for line in self.listed if line.gone}
        if self.called is not None:
            return {num: self.called.get(num, "") for num in nums}
        return {num: "" if num in gone else TITLES[num % len(TITLES)] for num in nums}

    def _line(self, num: int) -> SessionLine:
        return next(line for line in self.listed if line.num == num)

    def storyboard(self, num: int) -> Storyboard | None:
        self.asked.append(f"story {num}")
        if self.fails is not None:
            raise self.fails
        return self.told(self._line(num))

    def readings_of(self, num: int) -> dict[str, Reading]:
        return {
            "plan-first": Reading("seen", "you", 1), "explore-first": Reading("seen", "agent", 2),
            "read-diff": Reading("seen", "you", 1), "scout": Reading("not-seen"), "failing-first": Reading("not-seen"),
            "coherent-commit": Reading("cant-tell"), "fresh-start": Reading("not-applicable"),
        }  # fmt: skip

    def words_of(self, board: Storyboard, beats: Collection[int]) -> Heard:
        self.asked.append(f"words {len(beats)}")
        if self.fails is not None:
            return Heard({}, ("/sessions/acme/one.jsonl",))
        return Heard({n: self.said[n] for n in beats if n in self.said})

    def resume_command(self, line: SessionLine) -> str:
        return f"cd {line.project} && claude --resume {line.id}" if self.resumes and not line.gone else ""

    def place(self, of: SessionLine) -> tuple[str, int]:
        return f"/sessions/{of.num}.jsonl", 1

    def told_by_id(self, agent: str, session: str, practice: str) -> Told:
        return self.tells._replace(practice=practice, agent=agent, id=session)

    def told_of(self, num: int, practice: str) -> Told:
        return self.tells._replace(practice=practice)

    def choice(self, practice: str) -> Choice | None:
        return None

    def correct(self, session: StoredSession, practice: str, word: Word, by: By | None, because: str = "") -> Correction | None:
        return None

    def put_correction(self, agent: str, session: str, practice: str, said: Correction | None) -> Correction | None:
        return None

    def choose(self, practice: str, choice: str, because: str = "") -> Choice | None:
        return None

    def put_choice(self, practice: str, said: Choice | None) -> Choice | None:
        return None

    def sayings(self) -> Sayings:
        return self.says

    def first_moment(self, told: Told) -> MomentView | None:
        return moments(told.practice)[0]

    def to_audit(self) -> tuple[Candidate, ...]:
        return self.questions_of

    def question(self, one: Candidate, *, whole: bool = False) -> Question | None:
        return question(one, self.of or catalogue(), whole=whole)

    def judge(self, asked: Question, answer: str, right: tuple[Word, By | None] | None = None) -> Verdict:
        comes_to = verdict(asked.one, answer, right)
        self.answers.append(comes_to.answer)
        return comes_to

    def unjudge(self, asked: Question, comes_to: Verdict) -> None:
        self.answers.pop()

    def audited(self, practice: str | None = None) -> Result:
        counts = [self.answers.count(word) for word in ("right", "wrong", "unsure")]
        return Result(*counts) if practice is None else Result()

    def audited_each(self) -> tuple[tuple[Practice, Result], ...]:
        return (((self.of or catalogue())["read-diff"], Result(7, 1)),) if self.answers else ()

    def watch(self, tell: Callable[[Update], None], stop: threading.Event) -> None:
        for update in self.updates:
            tell(update)
        stop.wait()

    def close(self) -> None:
        self.closed += 1


def settled() -> tuple[Update, ...]:
    """What a coach with nothing new tells."""
    return (Update(standings(), None, "", ()),)


def reading() -> tuple[Update, ...]:
    """What a coach in the middle of its first scan tells."""
    return (Update(standings(), Progress(1_240, 3_400, 8 << 20, 90 << 20), "", ()),)


def live() -> Update:
    """A check ran just now."""
    return Update(standings(more=(Row("read-diff", "seen", "you", NOW, 51),)), None, "", ("read-diff",))


def places(folder: Path) -> Places:
    """Places in a folder of the test's own."""
    return Places(home=folder / "home", config=folder / "config", roots=(Root("claude-code", Path("/home/ada/.claude")),))


def app(folder: Path, coach: MadeUpCoach | None = None, *, demo: bool = False, of: Catalogue | None = None) -> CoachApp:
    """The app with a made-up coach."""
    told = coach if coach is not None else MadeUpCoach((Update(standings(of=of), None, "", ()),), of=of)
    return CoachApp(places(folder), of or catalogue(), lambda: told, demo=demo, zone=UTC, clock=lambda: NOW / 1000)


SIZES = {"narrow": (44, 50), "strip": (120, 14), "usual": (100, 32), "wide": (160, 45)}
"""The named sizes (style.md)."""


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until what was told is on the screen and nothing is being looked up."""
    app = pilot.app
    assert isinstance(app, CoachApp)
    for _ in range(300):
        if app.now_shown.standings is not None:
            break
        await pilot.pause(0.01)
    await pilot.pause()
    await app.workers.wait_for_complete()
    # What was looked up is shown, laid out, and then scrolled to.
    for _ in range(3):
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each as slowly as a person."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def hurry(pilot: Pilot[None], *keys: str) -> None:
    """Press keys so quickly that all are there before the first one is answered."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await settle(pilot)


def text(app: CoachApp) -> str:
    """What stands on the screen, line by line, as it would be written to the terminal."""
    lines = app.screen._compositor.render_full_update().render_segments(app.console)
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\", "", lines)


def running(sessions: int = 3) -> Now:
    """What runs: one that waits for the person, one at work, one of which nobody can tell."""
    minute = 60_000
    every = (
        Running(
            session="s0", agent="claude-code", project="/home/ada/code/acme-web", started=NOW - 40 * minute, last=NOW - 4 * minute,
            just="tests green", just_at=NOW - 5 * minute, open=("3 files edited since the last commit", "2 of 5 tasks left"),
            waits="you", since=NOW - 4 * minute, reply=True, prompts=4, tool_calls=31, edits=3,
        ),
        Running(
            session="s1", agent="claude-code", project="/home/ada/code/ledger", started=NOW - 9 * minute, last=NOW - 2_000,
            just="you agreed to the plan", just_at=NOW - 2 * minute, open=("a subagent is out",), waits="agent", since=NOW - 2 * minute,
            prompts=2, tool_calls=12, edits=0,
        ),
        Running(
            session="s2", agent="codex", project="/home/ada/notes", started=NOW - 60 * minute, last=NOW - 12 * minute,
            just="committed", just_at=NOW - 13 * minute, waits="agent", since=NOW - 12 * minute, prompts=7, tool_calls=40, edits=9,
        ),
    )  # fmt: skip
    return Now.of(list(every[:sessions]), NOW)
