"""Exemplars: how a teammate did it. Structure by default - what was done, by whom, how often, about how long - and no words but those
the author typed or picked, which went through the masker. Pure.

An exemplar is signed and says whose it is; it is never "anonymous". All its values are from closed lists, but the title, the note and
the words added by hand. It holds no path, no project, no session, no time and no count above 20. Whoever reads one checks all of that
again: what doesn't hold to it is refused as a whole, with the reason.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .. import storyboard as story
from .. import why
from ..clean import clean
from ..own import LONGEST_ID, PRACTICE_ID
from ..sessions.facts import CLAUDE_CODE, CODEX, Cue, Fact, Kind, Status
from . import message
from .mask import Masked
from .message import Message, Refused

KIND = "exemplar"
WITHDRAWN = "withdrawn"
"""Kinds of messages in the folder `v1/exemplars`."""
AGENTS = {CLAUDE_CODE: "Claude Code", CODEX: "Codex"}
"""Agent families, and their names on the screen."""
MOST_TITLE, MOST_NOTE, MOST_TEXT = 120, 1_000, 4_000
"""Characters of a title, a note, an excerpt."""
MOST_WORDS = 12
"""Excerpts of an exemplar."""
MOST_STEPS = 24
MOST_COUNT = 20
"""Stands for itself and for more: "20+"."""
NEAR = 3
"""Acts of the person before the moment, and after it, that are taken along: enough to see how it came about, no whole session."""
MOST_OF_ACT = 7
"""Kinds of things done within one act that are told apart."""
LASTED = ("", "moments", "minutes", "tens of minutes", "hours")
"""How long an act and what came of it took; "" where that is not known."""
OUTCOMES = ("", "failed", "yes", "no")
YOU, AGENT = "you", "agent"


class Vocable(NamedTuple):
    """A kind of step."""

    who: str
    tool: str
    """Its tool family."""
    one: str
    """What happened, once: a sentence without its end, as a reader would put it. "{}" stands for the author's name."""
    many: str
    """The same more than once; "{n}" stands for how often."""


STEPS: dict[str, Vocable] = {
    "opened": Vocable(AGENT, "session", "the session opened", "the session opened"),
    "opened-from-plan": Vocable(YOU, "session", "the session opened from an approved plan", "the session opened from an approved plan"),
    "opened-cleared": Vocable(YOU, "session", "the session opened cleared", "the session opened cleared"),
    "prompt": Vocable(YOU, "words", "{} wrote a prompt", "{} wrote {n} prompts"),
    "steer": Vocable(YOU, "words", "{} wrote to the agent while it worked", "{} wrote to the agent while it worked, {n} times"),
    "command": Vocable(YOU, "command", "{} typed a command", "{} typed {n} commands"),
    "answer": Vocable(YOU, "words", "{} answered the agent's question", "{} answered {n} questions of the agent's"),
    "decision": Vocable(YOU, "plan", "{} decided on the plan", "{} decided on {n} plans"),
    "reject": Vocable(YOU, "words", "{} refused a tool use", "{} refused {n} tool uses"),
    "interrupt": Vocable(YOU, "session", "{} interrupted the agent", "{} interrupted the agent {n} times"),
    "rewind": Vocable(YOU, "session", "{} went back to an earlier point", "{} went back {n} times"),
    "context": Vocable(YOU, "look", "a file or selection came along", "{n} files or selections came along"),
    "plan-mode": Vocable(YOU, "plan", "plan mode began", "plan mode began {n} times"),
    "reply": Vocable(AGENT, "words", "the agent answered", "the agent answered {n} times"),
    "plan": Vocable(AGENT, "plan", "the agent put a plan before {}", "the agent put {n} plans before {}"),
    "question": Vocable(AGENT, "words", "the agent asked", "the agent asked {n} times"),
    "read": Vocable(AGENT, "look", "a file was read", "{n} reads"),
    "search": Vocable(AGENT, "look", "a search", "{n} searches"),
    "fetch": Vocable(AGENT, "look", "something was looked up", "{n} look-ups"),
    "edit": Vocable(AGENT, "edit", "an edit", "{n} edits"),
    "run": Vocable(AGENT, "shell", "a command ran", "{n} commands ran"),
    "check": Vocable(AGENT, "check", "a check ran", "{n} checks ran"),
    "hook-check": Vocable(AGENT, "check", "a hook ran", "{n} hooks ran"),
    "diff": Vocable(AGENT, "git", "the changed lines were shown", "the changed lines were shown {n} times"),
    "stage": Vocable(AGENT, "git", "files were staged", "files were staged {n} times"),
    "commit": Vocable(AGENT, "git", "a commit", "{n} commits"),
    "revert": Vocable(AGENT, "git", "changes were reverted", "changes were reverted {n} times"),
    "worktree": Vocable(AGENT, "git", "a worktree was made", "{n} worktrees were made"),
    "pull-request": Vocable(AGENT, "git", "a pull request was opened", "{n} pull requests were opened"),
    "push": Vocable(AGENT, "git", "a push", "{n} pushes"),
    "delegate": Vocable(AGENT, "subagents", "a subagent was sent", "{n} subagents were sent"),
    "return": Vocable(AGENT, "subagents", "a subagent came back", "{n} subagents came back"),
    "review": Vocable(AGENT, "subagents", "a review's findings were reported", "findings of {n} reviews were reported"),
    "skill": Vocable(AGENT, "saved", "a skill ran", "{n} skills ran"),
    "rule": Vocable(AGENT, "saved", "a rule that acts by itself was set up", "{n} rules that act by themselves were set up"),
    "tasks": Vocable(AGENT, "notes", "the task list changed", "the task list changed {n} times"),
    "note": Vocable(AGENT, "notes", "an issue or its text was written", "{n} issues or their texts were written"),
    "compact": Vocable(AGENT, "session", "the context was compacted", "the context was compacted {n} times"),
    "tool": Vocable(AGENT, "other", "another tool ran", "other tools ran {n} times"),
}  # fmt: skip
"""Every kind of step there is."""
_YES_NO = frozenset({"decision"})
_FAILS = frozenset({"check"})


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, once or some times in a row."""

    kind: str
    """Of `STEPS`, which says who and with which tools."""
    count: int = 1
    """At most 20, which stands for more, too."""
    lasted: str = ""
    """Of `LASTED`: about how long it and what came of it took, until the person's next act."""
    outcome: str = ""
    """Of `OUTCOMES`."""

    @property
    def who(self) -> str:
        """ "you" - the author - or "agent"."""
        return STEPS[self.kind].who

    @property
    def tool(self) -> str:
        """The tool family."""
        return STEPS[self.kind].tool


class Words(NamedTuple):
    """An excerpt that the author picked, masked."""

    step: int
    """Index of the step that it was said in."""
    text: str


@dataclass(frozen=True, slots=True)
class Exemplar:
    """How somebody did it."""

    practice: str
    """Its id."""
    agent: str
    """Of `AGENTS`."""
    steps: tuple[Step, ...]
    shows: tuple[int, ...]
    """Indices of the steps that show the practice."""
    title: str = ""
    note: str = ""
    whole: bool = False
    """Whether the steps are all of the session."""
    words: tuple[Words, ...] = ()


class Part(NamedTuple):
    """An exemplar, and the part of a storyboard that it is of."""

    exemplar: Exemplar
    step_of: Mapping[int, int]
    """Index of a beat -> index of the step that what the person did there is, or is counted in."""


# --- making one --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Act:
    """A beat on its way to steps."""

    own: str
    """What the person did, as a kind of step."""
    count: int
    outcome: str
    took: int
    """Milliseconds; -1 where not known."""
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(kind, outcome) -> how often."""
    shows_own: bool = False
    shows: set[tuple[str, str]] = field(default_factory=set)
    """What was done that shows the practice."""

    @property
    def showing(self) -> bool:
        return self.shows_own or bool(self.shows)

    def steps(self) -> list[tuple[Step, bool]]:
        """Its steps, and whether each shows the practice."""
        done = list(self.done.items())
        if len(done) > MOST_OF_ACT:
            # What shows the practice stays, then what happened most.
            ranked = sorted(done, key=lambda one: (one[0] not in self.shows, -one[1]))
            kept = dict(ranked[: MOST_OF_ACT - 1])
            kept[("tool", "")] = kept.get(("tool", ""), 0) + sum(n for _, n in ranked[MOST_OF_ACT - 1 :])
            done = [one for one in done if one[0] in kept and one[0] != ("tool", "")] + [(("tool", ""), kept[("tool", "")])]
        out = [(Step(self.own, _few(self.count), _lasted(self.took), self.outcome), self.shows_own)]
        return [*out, *((Step(kind, _few(n), "", outcome), (kind, outcome) in self.shows) for (kind, outcome), n in done)]


def of_storyboard(board: story.Storyboard, practice: str, moment: story.Shown | None = None) -> Part:
    """The structure around a moment that shows a practice; without one, around the first there is. It has no title yet.

    Raises ValueError where the practice shows in no line of the session.
    """
    if board.agent not in AGENTS:
        raise ValueError("an exemplar of this agent can't be made yet")
    places = [n for n, beat in enumerate(board.beats) for s in beat.shown if s.practice == practice and moment in (None, s)]
    if not places:
        raise ValueError(f"{practice} shows in no line of this session")
    low, high = max(0, places[0] - NEAR), min(len(board.beats), places[0] + NEAR + 1)
    acts = [_act(board, n, practice) for n in range(low, high)]
    # Runs of the same act that show nothing are one, but for the acts right beside one that does.
    near = {beside for n, act in enumerate(acts) if act.showing for beside in (n - 1, n, n + 1)}
    merged: list[_Act] = []
    act_of: list[int] = []
    """Index in `merged` of each act."""
    for n, act in enumerate(acts):
        if n not in near and n - 1 not in near and merged and _alike(merged[-1], act):
            _join(merged[-1], act)
        else:
            merged.append(act)
        act_of.append(len(merged) - 1)
    centre = act_of[places[0] - low]
    told = [act.steps() for act in merged]
    first = last = centre
    room = MOST_STEPS - len(told[centre])
    before = True
    while True:
        sides = [
            n for n in ((first - 1, last + 1) if before else (last + 1, first - 1)) if 0 <= n < len(told) and len(told[n]) <= room
        ]
        if not sides:
            break
        room -= len(told[sides[0]])
        first, last = min(first, sides[0]), max(last, sides[0])
        before = not before
    steps = [one for some in told[first : last + 1] for one in some]
    # What the person did is the first step of its act.
    starts = dict(zip(range(first, last + 1), accumulate((len(some) for some in told[first:last]), initial=0), strict=True))
    return Part(
        Exemplar(
            practice,
            board.agent,
            tuple(step for step, _ in steps),
            tuple(n for n, (_, shows) in enumerate(steps) if shows),
            whole=(low, high, first, last) == (0, len(board.beats), 0, len(told) - 1),
        ),
        {low + n: starts[act] for n, act in enumerate(act_of) if act in starts},
    )


ACTS_OF_PROMPT = 6
"""Acts that one prompt with what came of it has at most."""


def of_prompt(board: story.Storyboard, practice: str, beat: int, text: Masked) -> Part:
    """One prompt of the person's, masked, and what came of it, until their next prompt. It has no title yet.

    `beat`: index into the storyboard's. Raises ValueError where that is no act of theirs, or nothing is left of the text.
    """
    if board.agent not in AGENTS:
        raise ValueError("an exemplar of this agent can't be made yet")
    if not 0 <= beat < len(board.beats) or not board.beats[beat].mine:
        raise ValueError("that is no prompt of yours")
    told: list[list[tuple[Step, bool]]] = []
    """The steps of each act: of the prompt's own, and of what they did about it without another prompt."""
    for n in range(beat, len(board.beats)):
        if told and (board.beats[n].kind == Kind.PROMPT or len(told) == ACTS_OF_PROMPT):
            break
        told.append(_act(board, n, practice).steps())
    steps = [one for some in told for one in some][:MOST_STEPS]
    shows = tuple(n for n, (_, shown) in enumerate(steps) if shown) or (0,)
    made = Exemplar(practice, board.agent, tuple(step for step, _ in steps), shows, whole=len(board.beats) == len(told))
    starts = accumulate((len(some) for some in told[:-1]), initial=0)
    return Part(with_words(made, 0, text), {beat + n: start for n, start in enumerate(starts) if start < len(steps)})


def titled(exemplar: Exemplar, title: Masked, note: Masked | None = None) -> Exemplar:
    """It under a title, with a note. Both went through the masker, too: what is typed in a hurry is no safer than a prompt."""
    return replace(exemplar, title=" ".join(title.text.split()), note=note.text.strip() if note else "")


def with_words(exemplar: Exemplar, step: int, text: Masked) -> Exemplar:
    """It with one excerpt more. Raises ValueError for a step there is not, an empty or too long text, or too many of them."""
    words = text.text.strip()
    if not 0 <= step < len(exemplar.steps):
        raise ValueError("there is no such step")
    if not words:
        raise ValueError("there is nothing in it")
    if len(words) > MOST_TEXT:
        raise ValueError(f"it has more than {MOST_TEXT:,} characters; take a shorter part of it")
    if len(exemplar.words) >= MOST_WORDS:
        raise ValueError(f"it has {MOST_WORDS} excerpts already, which is the most")
    return replace(exemplar, words=tuple(sorted([*exemplar.words, Words(step, words)], key=lambda one: one.step)))


def _act(board: story.Storyboard, n: int, practice: str) -> _Act:
    beat = board.beats[n]
    until = board.beats[n + 1].at if n + 1 < len(board.beats) else board.ended
    act = _Act(_own(beat), 1, _outcome(beat), until - beat.at if 0 < beat.at <= until else -1)
    for word, times in beat.counts:
        failed = word.startswith(story.FAILED)
        act.done[(_KIND_OF[word.removeprefix(story.FAILED)], "failed" if failed else "")] += times
    for shown in beat.shown:
        if shown.practice != practice:
            continue
        kind = _kinds_of_words().get(shown.what.partition(" and ")[0], "")
        # What the person's own line shows is the act; what has no words of its own is laid to it as well.
        if (shown.file, shown.line) == (beat.file, beat.line) or kind not in STEPS or kind in _OWN_KINDS:
            act.shows_own = True
            continue
        what = (kind, "failed" if kind in _FAILS and "failed" in shown.what else "")
        act.shows.add(what)
        if what not in act.done:
            act.done[what] += 1
    return act


def _alike(one: _Act, other: _Act) -> bool:
    return (one.own, one.outcome) == (other.own, other.outcome)


def _join(one: _Act, other: _Act) -> None:
    one.count += other.count
    one.took = one.took + other.took if min(one.took, other.took) >= 0 else -1
    one.done.update(other.done)


_KIND_OF = {word: kind.name.lower().replace("_", "-") for kind, word in story.DONE.items()}
"""Word in a storyboard -> kind of step."""
_OWN_KINDS = frozenset(kind for kind, told in STEPS.items() if told.who == YOU) - {"context", "plan-mode"}


@cache
def _kinds_of_words() -> dict[str, str]:
    """What a storyboard says happened at a moment -> kind of step."""
    out: dict[str, str] = {}
    for kind in Kind:
        step = {Kind.LAUNCHED: "delegate", Kind.OPEN: "opened"}.get(kind, kind.name.lower().replace("_", "-"))
        for status in Status:
            for name in ("", "test", "types", "lint", "format", "build", "look") if kind is Kind.CHECK else ("",):
                for cue in (
                    0,
                    Cue.GUARDS,
                    Cue.MEMORY,
                    Cue.DEFINES,
                    Cue.STEERING,
                    Cue.OWN_PLACE,
                    Cue.DONE,
                    Cue.PROPOSES,
                    Cue.BY_PERSON,
                ):
                    out.setdefault(why.in_words(Fact(kind, 0, 0, 0, cue, status, 0, name)), step)
    out.pop("", None)
    return out


def _own(beat: story.Beat) -> str:
    """What opened a beat, as a kind of step."""
    if beat.kind is story.OPENING:
        return "opened-from-plan" if "plan" in beat.says else "opened-cleared" if "cleared" in beat.says else "opened"
    if beat.kind is Kind.PROMPT and "while it worked" in beat.says:
        return "steer"
    return beat.kind.name.lower().replace("_", "-")


def _outcome(beat: story.Beat) -> str:
    if beat.kind is Kind.DECISION:
        return "no" if "(no)" in beat.says else "yes"
    return ""


def _few(n: int) -> int:
    return max(1, min(n, MOST_COUNT))


def _lasted(took: int) -> str:
    if took < 0:
        return ""
    minutes = took / 60_000
    return "moments" if minutes < 1 else "minutes" if minutes < 10 else "tens of minutes" if minutes < 60 else "hours"


# --- as a message ------------------------------------------------------------------------------------------------------


def body(exemplar: Exemplar) -> dict[str, Any]:
    """The body of its message."""
    return {
        "practice": exemplar.practice,
        "title": exemplar.title,
        "note": exemplar.note,
        "agent": exemplar.agent,
        "whole": exemplar.whole,
        "steps": [
            {"kind": s.kind, "who": s.who, "tool": s.tool, "count": s.count, "lasted": s.lasted, "outcome": s.outcome}
            for s in exemplar.steps
        ],
        "shows": list(exemplar.shows),
        "words": [{"step": w.step, "text": w.text} for w in exemplar.words],
    }


def sign(exemplar: Exemplar, key: Ed25519PrivateKey) -> Message:
    """Its message. Raises ValueError, with a sentence, for what a teammate's program would refuse."""
    made = body(exemplar)
    try:
        _read(made)
    except Refused as problem:
        raise ValueError(str(problem)) from None
    return message.sign(KIND, made, key)


def withdraw(exemplar: Message, key: Ed25519PrivateKey) -> Message:
    """The tombstone of an exemplar of one's own. It stops being shown; the repository's history keeps it. Raises ValueError."""
    if exemplar.kind != KIND or exemplar.by != key.public_key().public_bytes_raw().hex():
        raise ValueError("only what you shared yourself can be withdrawn by you")
    return message.sign(WITHDRAWN, {"exemplar": exemplar.name}, key)


def read(given: Message) -> Exemplar:
    """The exemplar of a message whose signature is right. Raises Refused, with the reason."""
    if given.kind != KIND:
        raise Refused("it is no exemplar")
    return _read(given.body)


_STEP = {"kind", "who", "tool", "count", "lasted", "outcome"}


def _read(given: Mapping[str, Any]) -> Exemplar:
    if set(given) != {"practice", "title", "note", "agent", "whole", "steps", "shows", "words"}:
        raise Refused("it has other fields than an exemplar")
    practice, agent, whole = given["practice"], given["agent"], given["whole"]
    if not isinstance(practice, str) or len(practice) > LONGEST_ID or not PRACTICE_ID.fullmatch(practice):
        raise Refused("its practice is no id of one")
    if not isinstance(agent, str) or agent not in AGENTS:
        raise Refused("its agent is none that is known")
    if not isinstance(whole, bool):
        raise Refused("a field of it is of another type")
    title = _text(given["title"], MOST_TITLE, "its title")
    if not title or title != " ".join(title.split()):
        raise Refused("its title is empty or no single line")
    note = _text(given["note"], MOST_NOTE, "its note")
    steps = given["steps"]
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        raise Refused(f"it has no steps, or more than {MOST_STEPS}")
    made = tuple([_step(one) for one in steps])
    shows = given["shows"]
    if not isinstance(shows, list) or not shows or not all(_index(n, made) for n in shows) or shows != sorted(set(shows)):
        raise Refused("it shows the practice in no step, or in one that it does not have")
    words = given["words"]
    if not isinstance(words, list) or len(words) > MOST_WORDS:
        raise Refused(f"it has more than {MOST_WORDS} excerpts")
    said = []
    for one in words:
        if not isinstance(one, dict) or set(one) != {"step", "text"} or not _index(one["step"], made):
            raise Refused("an excerpt of it belongs to no step")
        text = _text(one["text"], MOST_TEXT, "an excerpt of it")
        if not text:
            raise Refused("an excerpt of it is empty")
        said.append(Words(one["step"], text))
    if [w.step for w in said] != sorted(w.step for w in said):
        raise Refused("its excerpts are out of order")
    return Exemplar(practice, agent, made, tuple(shows), title, note, whole, tuple(said))


def _step(given: object) -> Step:
    if not isinstance(given, dict) or given.keys() != _STEP:
        raise Refused("a step of it has other fields than one")
    kind, count, lasted, outcome = given["kind"], given["count"], given["lasted"], given["outcome"]
    told = STEPS.get(kind) if isinstance(kind, str) else None
    if told is None or (given["who"], given["tool"]) != (told.who, told.tool):
        raise Refused("a step of it is of no known kind")
    if type(count) is not int or not 1 <= count <= MOST_COUNT:
        raise Refused(f"a count of it is none from 1 to {MOST_COUNT}")
    if lasted not in LASTED or outcome not in OUTCOMES:
        raise Refused("a step of it took a time or an outcome that is none")
    if (outcome == "failed" and kind not in _FAILS) or (outcome in ("yes", "no") and kind not in _YES_NO):
        raise Refused("a step of it has the outcome of another kind")
    return Step(kind, count, lasted, outcome)


def _index(n: object, steps: Sequence[Step]) -> bool:
    return type(n) is int and 0 <= n < len(steps)


def _text(text: object, most: int, which: str) -> str:
    if not isinstance(text, str) or len(text) > most:
        raise Refused(f"{which} is no text, or longer than {most:,} characters")
    if text != clean(text, most) or text != text.strip():
        raise Refused(f"{which} holds control or invisible characters, or blanks around it")
    return text


# --- those of the team -------------------------------------------------------------------------------------------------


class Refusal(NamedTuple):
    """A file or message that is passed over."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An exemplar that can be shown."""

    name: str
    """What its file is called."""
    by: str
    """The author's signing key."""
    author: str
    """The name that the author goes by; with the beginning of the key where two people go by the same."""
    exemplar: Exemplar
    mine: bool = False
    """Whether the person shared it themselves: they can withdraw it."""


def opened(files: Iterable[tuple[str, bytes]], verified: Collection[str] = ()) -> tuple[list[Message], list[Refusal]]:
    """The messages of files, and what is passed over. `files`: (name without its ending, bytes).

    `verified`: names of files whose form and signature were found right before, on this machine; they are not checked again, as a name
    stands for its bytes. To be remembered: the names of the messages that come back. That check takes several times as long as the rest.
    """
    messages, refused = [], []
    for name, data in files:
        try:
            if message.name_of(data) != name:
                raise Refused("its name does not follow from its bytes")
            messages.append(_known(data) if name in verified else message.parse(data))
        except Refused as problem:
            refused.append(Refusal(name, str(problem)))
    return messages, refused


def _known(data: bytes) -> Message:
    """A message that was found right before."""
    try:
        value = msgspec.json.decode(data)
        return Message(value["kind"], value["by"], value["body"], data)
    except (ValueError, KeyError, TypeError, RecursionError):
        # Whoever remembered this name did so wrongly.
        return message.parse(data)


def shown(messages: Iterable[Message], members: Mapping[str, str], mine: str = "") -> tuple[list[Shown], list[Refusal]]:
    """The exemplars that can be shown, and what of the messages is passed over.

    `members`: signing key -> the name that its owner gave. `mine`: the person's own signing key. What its author withdrew is not
    shown, in whatever order the two arrived; a withdrawal of somebody else's is passed over.
    """
    given, gone, refused = {}, [], []
    for one in messages:
        if one.kind not in (KIND, WITHDRAWN):
            continue
        if one.by not in members:
            refused.append(Refusal(one.name, "its author is no member of the team"))
        elif one.kind == KIND:
            given[one.name] = one
        elif set(one.body) != {"exemplar"} or not message.is_hex(one.body["exemplar"], 32):
            refused.append(Refusal(one.name, "it withdraws nothing"))
        else:
            gone.append((one.body["exemplar"], one))
    withdrawn = set()
    for name, stone in gone:
        if name in given and given[name].by != stone.by:
            refused.append(Refusal(stone.name, "it withdraws what somebody else shared"))
        else:
            withdrawn.add(name)
    names = authors(members)
    out = []
    for name, one in given.items():
        if name in withdrawn:
            continue
        try:
            out.append(Shown(name, one.by, names[one.by], read(one), one.by == mine))
        except Refused as problem:
            refused.append(Refusal(name, str(problem)))
    return out, refused


def authors(members: Mapping[str, str]) -> dict[str, str]:
    """Signing key -> the name to be shown: with the beginning of the key where another member's name looks the same."""
    alike: Counter[str] = Counter(_looks(name) for name in members.values())
    return {key: name if alike[_looks(name)] == 1 else f"{name} ({key[:8]})" for key, name in members.items()}


def _looks(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


def closest(some: Iterable[Shown], agents_used: Sequence[str]) -> list[Shown]:
    """The exemplars in the order in which they are shown: those with the person's own agents first - the one used last before the
    others -, then those with words, as one can say them oneself; then by title."""
    rank = {agent: n for n, agent in enumerate(agents_used)}
    return sorted(
        some,
        key=lambda one: (
            rank.get(one.exemplar.agent, len(rank)),
            not one.exemplar.words,
            one.exemplar.title.casefold(),
            one.name,
        ),
    )
