"""The vocabulary: what can happen in a session, in words no agent owns, and `Session`, the facts of one run in order.

A fact holds no text. It says what happened, when, where in which file, and what could be told from the words while
they were being read (its cues). Paths, agents and checks appear only as keyed hashes, names only from closed lists.
"""

from __future__ import annotations

import enum
from functools import cached_property
from typing import Literal

import msgspec

FACTS_VERSION = 2
"""Raised when a fact or a cue changes its meaning: transcripts that still exist are then read again."""


CLAUDE_CODE = "claude-code"
CODEX = "codex"
"""The agents, as sessions name them."""


class Kind(enum.IntEnum):
    """What happened. Acts of the person first, then of the agent, then of the harness."""

    PROMPT = 1
    """Text a person wrote, typed or queued. `size`: words. `prints`: its MinHash."""
    COMMAND = 2
    """A slash command typed. `name`: a built-in one's name; a saved one carries `Cue.SAVED`."""
    ANSWER = 3
    """The person answered the agent's question. `ref`: the question's id."""
    DECISION = 4
    """The person's word on a plan: OK or REJECTED. `ref`: the plan's id."""
    REJECT = 5
    """The person refused a tool use; with `Cue.SAYS_WHAT`, and said what to do instead."""
    INTERRUPT = 6
    """The person stopped the agent."""
    REPLY = 10
    """What the agent said at the end of a turn, or before a question. `size`: words."""
    PLAN = 11
    """The agent put a plan before the person."""
    PLAN_MODE = 12
    """Plan mode was entered: `Cue.BY_PERSON` when the person did it."""
    QUESTION = 13
    """The agent asked with its question tool."""
    READ = 14
    SEARCH = 15
    FETCH = 16
    EDIT = 17
    """A file was changed. `targets`: the file. `size`: changed lines."""
    RUN = 18
    """A shell command that is none of the others."""
    CHECK = 19
    """Tests, types, lint, build or a look at the running result. `name`: which. `targets`: the same check again."""
    DIFF = 20
    """Changed lines were shown. `targets`: files named; none: all."""
    STAGE = 21
    COMMIT = 22
    """`git commit`. `targets`: files named, if any."""
    REVERT = 23
    WORKTREE = 24
    PULL_REQUEST = 25
    PUSH = 26
    DELEGATE = 27
    """A subagent was started. `name`: its type when it is a well-known one."""
    RETURN = 28
    """A subagent came back. `ref`: the DELEGATE's id. `size`: lines it changed, where the record says so."""
    SKILL = 29
    """The agent ran a saved skill or command."""
    TASKS = 30
    """The task list changed. `size`: items on it or added; `Cue.DONE`: one was marked done."""
    REVIEW = 31
    """Findings of a review were reported."""
    TOOL = 32
    """Another tool."""
    COMPACT = 40
    """The context was compacted: `Cue.BY_PERSON` when by command."""
    OPEN = 41
    """The session opened: `Cue.CLEARED`, `Cue.FROM_PLAN`."""
    HOOK_CHECK = 42
    """A hook of the person's or the project's own checked, formatted or blocked something; status says how it went, FAILED
    also for blocked."""
    CONTEXT = 43
    """A file, a selection or an open file came along with a prompt."""
    LAUNCHED = 44
    """A subagent was told its name. `ref`: the DELEGATE's id. `targets`: the subagent."""
    REWIND = 45
    """The person went back to an earlier point: a rewind, a restored checkpoint, an earlier prompt edited and sent again."""
    RULE = 46
    """A command set up a rule that acts by itself (git hooks were installed)."""
    NOTE = 47
    """A command wrote text for later reading: an issue, or the text of a pull request."""


PERSON = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.ANSWER, Kind.DECISION, Kind.REJECT, Kind.INTERRUPT})
"""Kinds that only a person causes."""
LOOKS = frozenset({Kind.READ, Kind.SEARCH, Kind.FETCH, Kind.DIFF})
"""Kinds that look at something and change nothing."""


class Status(enum.IntEnum):
    """How it went."""

    UNKNOWN = 0
    OK = 1
    FAILED = 2
    REJECTED = 3
    """By the person."""
    DENIED = 4
    """By a rule or a hook."""
    STOPPED = 5
    """Interrupted before it ended."""
    RUNNING = 6
    """No result yet."""
    NOT_RUN = 7
    """It never started: the program is missing, or did not know its words."""


class Cue:
    """Flags that say what the words, or the path, told while they were being read. Bits of `Fact.cues`."""

    # What a prompt, an answer, a plan or a reply speaks of.
    PATH = 1 << 0
    """Names a path or a file."""
    MENTION = 1 << 1
    """An @mention of a file."""
    IMAGE = 1 << 2
    ERROR = 1 << 3
    """Holds an error or log excerpt."""
    URL = 1 << 4
    REFERENCE = 1 << 5
    """An issue, pull request, ticket or commit."""
    SELECTION = 1 << 6
    """The editor's selection or open file came with it."""
    ASKS_PLAN = 1 << 7
    ASKS_CHECK = 1 << 8
    ASKS_COMMIT = 1 << 9
    ASKS_DIFF = 1 << 10
    ASKS_SUBAGENT = 1 << 11
    ASKS_TASKS = 1 << 12
    ASKS_LOOK = 1 << 13
    """Asks to look, explain or find out."""
    ASKS_CHANGE = 1 << 14
    """Asks for a change to be made."""
    ASKS_TEST_FIRST = 1 << 15
    ASKS_FIX = 1 << 16
    """Speaks of a bug to be fixed."""
    ASKS_SKILL = 1 << 17
    ACCEPTS = 1 << 18
    """Opens with a yes or a go."""
    REFUSES = 1 << 19
    QUESTION = 1 << 20
    """Is, or ends in, a question."""
    SAYS_WHAT = 1 << 21
    """Holds the person's own words about what to do."""
    PROPOSES = 1 << 22
    """A reply that says what would be changed."""
    OFFERS = 1 << 23
    """A reply that ends by asking for a go."""
    LISTS = 1 << 24
    """Holds a numbered or bulleted list of three or more."""
    REVIEW = 1 << 25
    """Speaks of a review, of someone's review comments or findings."""
    NO_CHANGE = 1 << 26
    """Says that nothing is to be changed yet."""
    # How a prompt came.
    QUEUED = 1 << 27
    FROM_PLAN = 1 << 28
    CLEARED = 1 << 29
    SAVED = 1 << 30
    """A saved (not built-in) command or skill."""
    BY_PERSON = 1 << 31
    BESIDE = 1 << 32
    """Typed beside an approval or a rejection."""
    PLAN_ON = 1 << 33
    """Sent while plan mode was on."""
    # What an edit changed.
    PROSE = 1 << 34
    TEST_FILE = 1 << 35
    STEERING = 1 << 36
    """A plan, status, story or progress file."""
    MEMORY = 1 << 37
    """CLAUDE.md, AGENTS.md, their rules, the agent's memory folder."""
    SCRATCH = 1 << 38
    """Under a temporary folder."""
    DEFINES = 1 << 39
    """A skill, command or agent definition."""
    NEW_FILE = 1 << 40
    BY_SHELL = 1 << 41
    OWN_PLACE = 1 << 42
    """In the agent's own folder (plans, settings), not the project."""
    # How a check, a diff or a commit was run.
    HIDDEN = 1 << 43
    """Its exit status may be hidden by what followed."""
    FIXES = 1 << 44
    """The check repairs what it finds."""
    VAGUE = 1 << 45
    """A commit message that says nothing ("wip", "update")."""
    STAT_ONLY = 1 << 46
    AMEND = 1 << 47
    MIXED = 1 << 48
    """A commit message that lists unrelated pieces of work."""
    BACKGROUND = 1 << 49
    DONE = 1 << 50
    READS_ONLY = 1 << 51
    """A subagent whose type can only read."""
    EMPTY = 1 << 52
    """Succeeded without a word (an empty diff, a silent command)."""
    REMEMBERS = 1 << 53
    """Asks to remember something for later."""
    ASKS_HOW = 1 << 54
    """A question of the agent's about what or how to build; not a bare "shall I go on?" and no menu that only routes."""
    WANTS_QUESTIONS = 1 << 55
    """Asks to be asked before the agent builds."""
    SAYS_DONE = 1 << 56
    """States a way to tell that it is done."""
    ASKS_WHY = 1 << 57
    """Asks for reasons, an explanation, risks or alternatives."""
    CORRECTS = 1 << 58
    """Says that what was done is wrong, or that it still fails."""
    GUARDS = 1 << 59
    """An edit that sets up hooks or permission rules; a hook of the person's or the project's own."""
    FOR_LATER = 1 << 60
    """Asks for, or is, a note for a later reader."""
    ASKS_WORKTREE = 1 << 61
    ASKS_PARALLEL = 1 << 62
    """Asks for pieces to be done side by side."""
    ASKS_RULE = 1 << 63
    """Asks for a hook, a permission rule or another rule that acts by itself. The last bit there is: what follows are names for
    bits that mean another thing on another kind of fact."""
    GOES_BACK = AMEND
    """A prompt that says to go back, or that the person did."""
    ASKS_TO_DEFINE = DEFINES
    """A prompt that asks for a skill, command or agent definition to be written."""
    SCREENED = STAT_ONLY
    """A look at a pull request that showed what a review bot found."""


POINTS = Cue.PATH | Cue.MENTION | Cue.IMAGE | Cue.ERROR | Cue.URL | Cue.REFERENCE | Cue.SELECTION
"""Any pointer to a source."""
NOT_THE_WORK = Cue.STEERING | Cue.MEMORY | Cue.SCRATCH | Cue.OWN_PLACE
"""An edit with one of these is no project edit."""


class Fact(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One thing that happened. Stored as a MessagePack array; the order of the fields is part of the stored form."""

    kind: Kind
    at: int
    """Milliseconds since 1970, UTC; 0 where the record has no time."""
    line: int
    """Line of the transcript, from 1."""
    id: int
    """Keyed 64-bit hash of what makes it the same fact in a copy of the history."""
    cues: int = 0
    status: Status = Status.UNKNOWN
    size: int = 0
    """Changed lines, words, items: as the kind says."""
    name: str = ""
    """A word from a closed list (program, subagent type, built-in command)."""
    targets: tuple[int, ...] = ()
    """Keyed 64-bit hashes of files, or of a check."""
    ref: int = 0
    """The id of the fact that this one answers."""
    end: int = 0
    """Line of the result; 0 where none came."""
    agent: int = 0
    """0 on the main thread, else a keyed hash of the subagent."""
    prints: bytes = b""
    """Keyed MinHash of a prompt's words: 16 values of four bytes. Never leaves the machine."""
    marks: tuple[int, ...] = ()
    """Hashes of the patterns of own practices that its words, command or path matched when it was read: of the patterns, not of
    the words, and without the key (`patterns`)."""

    def has(self, cue: int) -> bool:
        """Whether any of the bits of `cue` is set."""
        return bool(self.cues & cue)


class Turn(msgspec.Struct, frozen=True, gc=False):
    """What ends a turn (a prompt, an answer, a decision) opens the next."""

    start: int
    """Index in `Session.facts` of the act that opened it."""
    stop: int
    """Index after its last fact."""


class Unit(msgspec.Struct, frozen=True, gc=False):
    """One task within a session."""

    start: int
    """Index of its first fact."""
    stop: int
    """Index after its last."""
    edits: tuple[int, ...]
    """Indices of its project edits, in order."""


Around = Literal["followed", "overlapped", "repeated", "restarted"]
"""followed: another session of the project began within seven days of its end. overlapped: it was at work at the same time
as another one in the same repository. repeated: an instruction in it was given in three sessions. restarted: right after it
the person opened a cleared session with the same task."""


class Session(msgspec.Struct, dict=True):
    """The facts of one run, in order: the main thread, and in between what its subagents did for it."""

    id: str
    agent: str
    """"claude-code" or "codex"."""
    project: str
    """The folder it ran in. Stays on the machine."""
    facts: tuple[Fact, ...]
    files: tuple[str, ...] = ()
    """Transcripts, relative to the agent's root; the main one first."""
    file_of: tuple[int, ...] = ()
    """For each fact, the index of its file."""
    copied: frozenset[int] = frozenset()
    """Indices of facts copied from another session."""
    agent_version: str = ""
    model: str = ""
    started: int = 0
    """Milliseconds since 1970, UTC."""
    ended: int = 0
    automatic: bool = False
    """Run by a program or a schedule: nobody took part."""
    in_git: bool | None = None
    """Whether it ran in a git repository; None where the record does not say."""
    cannot_show: frozenset[Kind] = frozenset()
    """Kinds of facts that the agent's records cannot hold: that one is missing says nothing about the person."""
    around: frozenset[Around] = frozenset()
    """What the person's other sessions say of this one."""

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of the main thread."""
        starts = [i for i, f in enumerate(self.facts) if opens_turn(f)]
        stops = [*starts[1:], len(self.facts)][: len(starts)]
        return tuple(Turn(a, b) for a, b in zip(starts, stops, strict=True))

    @cached_property
    def turn_of(self) -> tuple[int, ...]:
        """For each fact, the index of its turn; -1 before the first."""
        out = []
        turn = -1
        for f in self.facts:
            turn += opens_turn(f)
            out.append(turn)
        return tuple(out)

    @cached_property
    def nth_of_line(self) -> tuple[int, ...]:
        """For each fact, which of its line's it is, from 0."""
        before: dict[tuple[int, int], int] = {}
        out = []
        for i, f in enumerate(self.facts):
            place = (self.file_of[i] if self.file_of else 0, f.line)
            out.append(before.get(place, 0))
            before[place] = out[-1] + 1
        return tuple(out)

    @cached_property
    def steering_is_work(self) -> bool:
        """Whether the session changed nothing but steering documents, and was asked to: they are its product."""
        return self._documents_are_work(Cue.STEERING, Cue.FOR_LATER)

    @cached_property
    def memory_is_work(self) -> bool:
        """The same for the project's memory file. The agent's own memory folder is never the product."""
        return self._documents_are_work(Cue.MEMORY, Cue.REMEMBERS)

    def _documents_are_work(self, cue: int, ask: int) -> bool:
        edits = [f for i, f in enumerate(self.facts) if f.kind is Kind.EDIT and f.status is Status.OK and i not in self.copied]
        asked = any(
            f.has(ask)
            # "Remember that" asks for a note, "add it to AGENTS.md" for the file.
            and (cue == Cue.STEERING or f.has(Cue.PATH | Cue.MENTION) or f.kind is Kind.COMMAND)
            and f.kind in (Kind.PROMPT, Kind.COMMAND, Kind.ANSWER, Kind.OPEN)
            and not f.agent
            for f in self.facts
        )
        return asked and all(f.cues & NOT_THE_WORK for f in edits) and any(f.cues & NOT_THE_WORK == cue for f in edits)

    @cached_property
    def edits(self) -> tuple[int, ...]:
        """Indices of project edits: successful changes of the work's own files, by the session or for it."""
        never = NOT_THE_WORK
        if self.steering_is_work:
            never &= ~Cue.STEERING
        if self.memory_is_work:
            never &= ~Cue.MEMORY
        return tuple(
            i
            for i, f in enumerate(self.facts)
            if i not in self.copied
            and f.status is Status.OK
            and ((f.kind is Kind.EDIT and not f.cues & never) or (f.kind is Kind.RETURN and i in self._unseen_changes))
        )

    @cached_property
    def _unseen_changes(self) -> frozenset[int]:
        """Indices of returns of subagents whose own acts are not on record, but that were sent to change something, or of which
        the record counts the files they edited."""
        returns = [i for i, f in enumerate(self.facts) if f.kind is Kind.RETURN]
        if not returns:
            return frozenset()
        on_record = {f.agent for f in self.facts if f.agent}
        names = {f.ref: set(f.targets) for f in self.facts if f.kind is Kind.LAUNCHED}
        launches = {f.id: f for f in self.facts if f.kind is Kind.DELEGATE}
        out = set()
        for i in returns:
            back = self.facts[i]
            sent = launches.get(back.ref)
            if (set(back.targets) | names.get(back.ref, set())) & on_record or back.has(Cue.READS_ONLY):
                continue
            to_change = sent is not None and sent.has(Cue.ASKS_CHANGE) and not sent.has(Cue.READS_ONLY | Cue.REVIEW)
            if back.has(Cue.ASKS_CHANGE) or to_change:
                out.add(i)
        return frozenset(out)

    @cached_property
    def unchecked(self) -> tuple[int, ...]:
        """Indices of the project edits of code since the last check whose result was read; documents need none."""
        last = max((i for i, f in enumerate(self.facts) if is_check(f) and i not in self.copied), default=-1)
        return tuple(i for i in self.edits if i > last and not self.facts[i].has(Cue.PROSE))

    @cached_property
    def uncommitted(self) -> tuple[int, ...]:
        """Indices of the project edits since the last commit."""
        last = max((i for i in self.of(Kind.COMMIT) if self.facts[i].status is Status.OK), default=-1)
        return tuple(i for i in self.edits if i > last)

    @cached_property
    def open_turn(self) -> Turn | None:
        """The last turn, where the agent has not ended it with words or a question yet: it is at work."""
        if not self.turns:
            return None
        turn = self.turns[-1]
        ends = (Kind.REPLY, Kind.QUESTION, Kind.PLAN, Kind.INTERRUPT)
        ended = any(self.facts[i].kind in ends and not self.facts[i].agent for i in range(turn.start + 1, turn.stop))
        return None if ended else turn

    def of(self, *kinds: Kind) -> tuple[int, ...]:
        """Indices of the facts of these kinds, copies left out."""
        return tuple(i for i, f in enumerate(self.facts) if f.kind in kinds and i not in self.copied)

    @cached_property
    def prompts(self) -> tuple[int, ...]:
        """Indices of the person's prompts, typed, queued or slash commands; copies left out."""
        return tuple(
            i
            for i, f in enumerate(self.facts)
            if f.kind in (Kind.PROMPT, Kind.COMMAND) and opens_turn(f) and i not in self.copied
        )

    @cached_property
    def person(self) -> bool:
        """Whether a person took part."""
        if self.automatic:
            return False
        return any(
            ((f.kind in PERSON and not f.agent) or (f.kind is Kind.OPEN and f.cues & (Cue.FROM_PLAN | Cue.CLEARED)))
            and i not in self.copied
            for i, f in enumerate(self.facts)
        )

    @cached_property
    def coding(self) -> bool:
        """A coding session: a person took part and there is at least one project edit (practices.md, Terms)."""
        return self.person and bool(self.edits)

    @cached_property
    def substantial(self) -> bool:
        """At least two files or at least twenty changed lines (practices.md, Terms)."""
        files = {t for i in self.edits for t in self.facts[i].targets}
        return len(files) >= 2 or sum(self.facts[i].size for i in self.edits) >= 20

    @cached_property
    def tool_calls(self) -> int:
        """Tool uses on the main thread and for it; copies left out."""
        return self.calls_between(0, len(self.facts))

    def calls_between(self, start: int, stop: int) -> int:
        """Tool uses among the facts with these indices: one use may tell several facts of the same line."""
        places = set()
        for i in range(start, stop):
            f = self.facts[i]
            # What the person ran or switched on by hand is no tool use of the agent's.
            by_hand = f.has(Cue.BY_PERSON) and f.kind is not Kind.EDIT
            if f.kind in TOOL_KINDS and not by_hand and i not in self.copied:
                places.add((self.file_of[i], f.line, f.agent))
        return len(places)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units of work: each begins with the prompt that asks for it.

        A turn opens a new unit where all before it was committed, or where it touches none of the files edited in the unit
        so far; turns without edits belong to the edits they lead to. The first unit begins with the session.
        """
        edits = set(self.edits)
        bounds = [0]
        files: set[int] = set()
        lead: int | None = None
        committed = False
        for turn in self.turns:
            mine = {x for i in range(turn.start, turn.stop) if i in edits for x in self.facts[i].targets}
            if not mine:
                if files and lead is None and self.facts[turn.start].kind in (Kind.PROMPT, Kind.COMMAND):
                    lead = turn.start
            elif not files:
                files, committed = mine, False
            elif committed or not mine & files:
                bounds.append(lead if lead is not None else turn.start)
                files, committed = mine, False
            else:
                files |= mine
                committed = False
            if mine:
                lead = None
            last_edit = max((i for i in range(turn.start, turn.stop) if i in edits), default=-1)
            if any(
                self.facts[i].kind is Kind.COMMIT and self.facts[i].status is Status.OK and i > last_edit
                for i in range(turn.start, turn.stop)
            ):
                committed, lead = True, None
        stops = [*bounds[1:], len(self.facts)]
        return tuple(Unit(a, b, tuple(i for i in self.edits if a <= i < b)) for a, b in zip(bounds, stops, strict=True))

    def asked(self, cue: int, before: int, since: int = 0) -> bool:
        """Whether a person asked for an act before the fact with index `before`: in words, or by approving a plan, also one
        written to a file, or a proposal, that names it."""
        facts = self.facts
        for i in range(before - 1, since - 1, -1):
            f = facts[i]
            if f.agent:
                continue
            if f.kind in (Kind.PROMPT, Kind.COMMAND, Kind.ANSWER) and f.cues & cue:
                return True
            if (f.kind is Kind.OPEN or (f.kind is Kind.DECISION and f.status is Status.OK)) and f.cues & cue:
                return True
            offered = f.kind is Kind.REPLY and f.has(Cue.OFFERS | Cue.PROPOSES)
            wrote = f.kind is Kind.EDIT and f.has(Cue.STEERING | Cue.OWN_PLACE) and f.status is Status.OK
            if f.cues & cue and (offered or wrote):
                answer = self.next_act(i)
                if answer is not None and answer < before and facts[answer].cues & Cue.ACCEPTS:
                    return True
        return False

    def wanted(self, cue: int, i: int, since: int = 0) -> bool:
        """Whether fact `i` is there because of the person: they asked for such an act (`asked`), or it is a step of a skill that
        they chose."""
        return self.asked(cue, i, since) or self.of_chosen_skill[i]

    def next_act(self, i: int) -> int | None:
        """Index of the first act of the person on the main thread after index i."""
        for n in range(i + 1, len(self.facts)):
            if self.facts[n].kind in PERSON and not self.facts[n].agent:
                return n
        return None

    @cached_property
    def of_chosen_skill(self) -> tuple[bool, ...]:
        """For each fact, whether it is a step of a skill that the person chose: typed, named in words or picked from a menu.

        It holds until the person turns to something else; answers, decisions and a go belong to it.
        """
        out = []
        chosen = False
        opener: Fact | None = None
        for f in self.facts:
            if opens_turn(f):
                opener = f
                if f.kind is Kind.COMMAND:
                    chosen = f.has(Cue.SAVED)
                elif f.kind is Kind.OPEN or (f.kind is Kind.PROMPT and not _goes_on(f)):
                    chosen = False
            elif f.kind is Kind.SKILL and f.has(Cue.SAVED) and f.status is Status.OK and not f.agent and opener is not None:
                chosen = chosen or opener.kind is Kind.ANSWER or opener.has(Cue.ASKS_SKILL)
            out.append(chosen)
        return tuple(out)


_READ = frozenset({Status.OK, Status.FAILED, Status.UNKNOWN})
_TOLD = frozenset({Status.OK, Status.FAILED})


def is_check(f: Fact) -> bool:
    """A check whose result could be read (practices.md, Terms). A formatter that rewrites files checks nothing."""
    if f.kind is Kind.HOOK_CHECK:
        return f.status in _TOLD  # That a hook ran does not say that its result was read.
    return f.kind is Kind.CHECK and f.status in _READ and not (f.name == "format" and f.has(Cue.FIXES))


def _goes_on(prompt: Fact) -> bool:
    """Whether a prompt only lets the agent go on with what it does: a short yes, a pick, a word while it works."""
    return (prompt.has(Cue.ACCEPTS) and prompt.size <= 8) or prompt.has(Cue.QUEUED | Cue.BESIDE)


def asked_to_begin(session: Session) -> bool:
    """Whether the person has just asked for a change, and nothing of the project is touched yet."""
    if session.edits or not session.prompts:
        return False
    last = session.facts[session.prompts[-1]]
    return last.has(Cue.ASKS_CHANGE | Cue.ASKS_FIX) and not last.has(Cue.NO_CHANGE | Cue.ASKS_PLAN | Cue.PLAN_ON)


def opens_turn(fact: Fact) -> bool:
    """Whether a fact ends a turn and opens the next: a prompt, an answer or a decision on a plan (practices.md, Terms).

    A built-in command that only changes the program (/model, /clear) opens none unless words come with it.
    """
    if fact.agent:
        return False
    if fact.kind is Kind.COMMAND:
        return bool(fact.size or fact.cues & Cue.SAVED or fact.name in WORKING_COMMANDS)
    return fact.kind in TURN_STARTS or (fact.kind is Kind.OPEN and bool(fact.cues & Cue.FROM_PLAN))


WORKING_COMMANDS = frozenset(
    {
        "init",
        "review",
        "security-review",
        "code-review",
        "simplify",
        "pr-comments",
        "batch",
        "debug",
        "loop",
        "verify",
        "goal",
        "subtask",
    }
)
"""Built-in commands that put the agent to work; the others only change the program."""
TURN_STARTS = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.ANSWER, Kind.DECISION})
"""What ends one turn and opens the next (practices.md, Terms). A rejection with words carries a prompt of its own."""
TOOL_KINDS = frozenset(
    {
        Kind.PLAN, Kind.PLAN_MODE, Kind.QUESTION, Kind.READ, Kind.SEARCH, Kind.FETCH, Kind.EDIT, Kind.RUN, Kind.CHECK,
        Kind.DIFF, Kind.STAGE, Kind.COMMIT, Kind.REVERT, Kind.WORKTREE, Kind.PULL_REQUEST, Kind.PUSH, Kind.DELEGATE,
        Kind.SKILL, Kind.TASKS, Kind.REVIEW, Kind.TOOL, Kind.RULE, Kind.NOTE,
    }
)  # fmt: skip
"""Kinds that are tool uses of the agent."""
