"""Acts of the agent and the person -> facts, whatever the format: what the readers of all agents share."""

from __future__ import annotations

import os
import re
from typing import Any, Protocol

import msgspec

from . import cues, shell
from .facts import Cue, Fact, Kind, Status
from .patterns import NO_PATTERNS, Patterns
from .prints import Hasher, minhash

# --- what is kept of a call ------------------------------------------------------------------------------------------

SHORT_OUTPUT = 64 * 1024
"""Characters of a tool result that are looked at, head and tail; a check's summary stands at one of them."""


CALLED = 62
"""Added to a call's id: the mark that the call came. Its facts have the numbers below."""


class Pending(msgspec.Struct):
    """A tool call that has no result yet: its facts without one. Holds no text."""

    family: str
    """Which kind of result it takes; "" for one that only ends."""
    facts: list[Fact]
    acts: list[shell.Act] = []
    line: int = 0


# --- tools, told by their names --------------------------------------------------------------------------------------

TASK_CHANGES = re.compile(
    r"(?i)\b(?:implement|fix|write|create|add|update|refactor|edit|rewrite|build|migrate|convert|remove|rename|apply|generate)\b"
)
TASK_LOOKS = re.compile(
    r"(?i)\b(?:find|search|research|explore|investigate|analy[sz]e|analysis|look|read|locate|map|trace|check|review|audit|understand|identify|study|compare|summari[sz]e|survey|list|gather|verify|scan)\b"
)
LOOK_TOOL = re.compile(
    r"(?i)(?:screenshot|take_snapshot|browser_snapshot|browser_navigate|navigate_page|read_page|get_page_text|"
    r"list_console|read_console|console_messages|preview_(?:start|inspect|logs|click|eval)|evaluate_script|run_test|browser_evaluate|simulator)"
)
DIAGNOSTIC_TOOL = re.compile(r"(?i)getdiagnostics|diagnostics$")
NOTE_TOOL = re.compile(r"(?i)__(?:create|save|update)_?(?:issue|ticket|pull_?request|story|work_?item|page|card)s?$")
LOOKUP_TOOL = re.compile(
    r"(?i)__(?:get|list|search|find|read|query|fetch|resolve|describe|show|extract|lookup)[_-]?|search|_read$|docs$"
)
ACT_KINDS = {
    "check": Kind.CHECK, "commit": Kind.COMMIT, "diff": Kind.DIFF, "read": Kind.READ, "search": Kind.SEARCH, "edit": Kind.EDIT,
    "revert": Kind.REVERT, "worktree": Kind.WORKTREE, "pull-request": Kind.PULL_REQUEST, "push": Kind.PUSH, "stage": Kind.STAGE,
    "note": Kind.NOTE, "review": Kind.REVIEW, "rule": Kind.RULE,
}  # fmt: skip
_SHOWS = {
    "gh issue view": "issue", "glab issue view": "issue", "bd show": "issue", "gh pr view": "pull request", "glab mr view": "pull request",
}  # fmt: skip
DIFF_PROGRAMS = {"git diff", "git show", "git log", "git status", "git stash", "gh pr diff", "diff", "delta"}
OUTCOME_KINDS = {"check", "commit", "push"}


def cut(text: str) -> str:
    """The head and tail of a tool's output that are looked at."""
    return text if len(text) <= SHORT_OUTPUT else text[: SHORT_OUTPUT // 2] + "\n" + text[-SHORT_OUTPUT // 2 :]


_REMOVERS = frozenset({"rm", "git rm", "rmdir", "unlink", "Remove-Item", "trash", "del"})
_OWN_HOME = ("$HOME/", "${HOME}/", "~/")
_GOES_TO_SCRATCH = re.compile(r"\bcd\s+[\"']?(?:/private)?/(?:tmp|var/folders)\b|\bmktemp\b")


def _assigned(path: str, command: str) -> str:
    """A path that begins with a variable, with the value that the same command gave it, if it did."""
    found = _VARIABLE_PATH.match(path)
    if found is None or found[1] == "HOME":
        return path
    value = re.search(rf"(?:^|[\s;&]){found[1]}=([^\s;&'\"]+|\"[^\"]*\"|'[^']*')", command)
    return value[1].strip("\"'") + path[found.end() - 1 :] if value else path


_VARIABLE_PATH = re.compile(r"\$\{?(\w+)\}?/")


class Remembered(Protocol):
    """What of a reader's state the acts need."""

    project: str
    passed: dict[str, int]
    reply: Fact | None
    """The agent's last words in the turn, not yet followed by an act of the person."""
    talking: bool
    """Whether the agent's next words continue its last: it did nothing in between."""


class Acts:
    """Turns what one file tells into facts; a reader of an agent's format builds on it."""

    state: Remembered

    def __init__(self, hasher: Hasher, agent: int, known: set[int] | None, patterns: Patterns = NO_PATTERNS) -> None:
        self.hash = hasher
        self.patterns = patterns
        """What own practices look for in the words; a fact keeps which of them matched."""
        self.agent = agent
        """0 for a main transcript, else the hash of the subagent whose own file this is."""
        self.facts: list[Fact] = []
        self.known: set[int] = known if known is not None else set()
        """Identities of this file's facts: a line that comes twice tells nothing new."""
        self._files: dict[str, tuple[int, ...]] = {}
        self._words: list[tuple[int, int, str]] = []
        """The agent's last words: (line, time, text)."""

    def _pass(self, reason: str) -> None:
        passed = self.state.passed
        passed[reason] = passed.get(reason, 0) + 1

    def _emit(self, fact: Fact) -> bool:
        """Add a fact unless this file told it before."""
        if fact.id in self.known:
            return False
        self.known.add(fact.id)
        self.facts.append(fact)
        return True

    def _call_id(self, call: str) -> int:
        """The id of a tool call's first fact; the next ones follow it."""
        return self.hash(call) & ~(CALLED | 1)

    def _key(self, name: str) -> str:
        """A name that the agent chose, as the state may keep it: it could hold words."""
        return f"{self.hash('key', name[:200]):x}"

    def _fact(self, kind: Kind, number: int, at: int, *identity: str, **rest: Any) -> Fact:
        rest.setdefault("agent", self.agent)
        return Fact(kind, at, number, self.hash(kind.name, *identity), **rest)

    def _say(self, number: int, at: int, text: str) -> None:
        # Only the last words before the person acts are looked at: cues of every remark would cost more than all else.
        if not self.state.talking:
            self._words = []
            self.state.reply = None
        self._words.append((number, at, text))
        self.state.talking = True

    def _settle_reply(self) -> None:
        """Turn the words held in memory into a fact. Where the reading was cut within them makes no difference."""
        reply = self.state.reply
        for number, at, text in self._words:
            one = self._fact(
                Kind.REPLY, number, at, str(at), text[:200], cues=cues.of_reply(text), size=text.count(" ") + 1, status=Status.OK
            )
            if reply is None:
                reply = one
            else:
                reply = msgspec.structs.replace(reply, cues=reply.cues | one.cues, size=max(reply.size, one.size))
        self._words = []
        self.state.reply = reply

    def _answered(self) -> None:
        """The person acts: what the agent said before is now what they saw."""
        self._settle_reply()
        if self.state.reply is not None:
            self._emit(self.state.reply)
            self.state.reply = None
        self.state.talking = False

    def _act(self, fact: Fact) -> None:
        """An act of the person, unless it is one that this file told before."""
        if fact.id not in self.known:
            self._answered()
            self._emit(fact)

    def _file(self, path: object) -> tuple[int, ...]:
        if not isinstance(path, str) or not path:
            return ()
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = (self.hash("file", self._absolute(path)),)
        return known

    def _path_marks(self, *paths: object) -> tuple[int, ...]:
        """Which patterns match a path; below the session's folder it is meant relative to it."""
        if not self.patterns.all:
            return ()
        base = self.state.project.replace("\\", "/").rstrip("/") + "/"
        full = [self._absolute(path) for path in paths if isinstance(path, str) and path]
        return tuple(dict.fromkeys(m for path in full for m in self.patterns.marks("paths", path.removeprefix(base))))

    def _absolute(self, path: str) -> str:
        path = path.replace("\\", "/")
        if not path.startswith(("/", "~")) and path[1:2] != ":":
            path = f"{self.state.project.replace(chr(92), '/')}/{path}"
        return os.path.normpath(path)

    def _shell(
        self, pending: Pending, command: str, tool: str, fact: Any, *, background: bool = False, by_person: bool = False
    ) -> None:
        acts = (shell.read_powershell if tool == "PowerShell" else shell.read_command)(command)
        pending.acts = shell.without_words(acts)
        base = (Cue.BACKGROUND if background else 0) | (Cue.BY_PERSON if by_person else 0)
        merged: dict[Kind, Fact] = {}
        for act in acts:
            kind = ACT_KINDS.get(act.kind, Kind.RUN)
            flags = base | (Cue.HIDDEN if act.hidden else 0)
            targets: tuple[int, ...] = ()
            name = ""
            size = 0
            if kind is Kind.CHECK:
                name = act.check
                flags |= Cue.FIXES if act.fixes else 0
                targets = (self.hash("check", act.same or act.program), self.hash("program", act.program))
            elif kind is Kind.EDIT:
                paths = [p for p in act.paths if p]
                if not paths:
                    continue
                # Several files changed by one command are several edits: each is the work's or is not.
                for path in paths[:20]:
                    path = _assigned(path, command)
                    cue = flags | cues.of_path(path) | Cue.BY_SHELL
                    if path.startswith(_OWN_HOME) or (not path.startswith(("/", "$")) and _GOES_TO_SCRATCH.search(command)):
                        # What a command writes somewhere in the home folder is a test bed, not the work's product.
                        cue |= Cue.SCRATCH
                    pending.facts.append(
                        fact(
                            Kind.EDIT,
                            cues=cue,
                            size=max(1, command.count("\n") - 1 if "<<" in command else 1),
                            targets=self._file(path),
                            name="removed" if act.program in _REMOVERS else "",
                            marks=self._path_marks(path),
                        )
                    )
                continue
            elif kind is Kind.WORKTREE:
                place = act.paths[0] if act.paths else ""
                if cues.of_path(place) & Cue.SCRATCH or (not place.startswith("/") and _GOES_TO_SCRATCH.search(command)):
                    flags |= Cue.SCRATCH
            elif kind is Kind.COMMIT:
                flags |= cues.of_commit_message(act.message) | (Cue.AMEND if act.amend else 0)
                targets = tuple(t for p in act.paths for t in self._file(p))
            elif kind in (Kind.DIFF, Kind.STAGE):
                name = act.program if act.program in DIFF_PROGRAMS else ""
                flags |= Cue.STAT_ONLY if act.stat_only else 0
                targets = tuple(t for p in act.paths for t in self._file(p))
            elif kind is Kind.READ:
                name = _SHOWS.get(act.program, "")
                targets = tuple(t for p in act.paths[:4] for t in self._file(p))
            if kind in (Kind.READ, Kind.SEARCH, Kind.RUN):
                # A pipeline that looks at ten things is one look.
                if kind in merged:
                    continue
                seen = self._path_marks(*act.paths[:4]) if kind is Kind.READ else ()
                merged[kind] = pending_fact = fact(kind, cues=flags, name=name, targets=targets, marks=seen)
                pending.facts.append(pending_fact)
                continue
            pending.facts.append(fact(kind, cues=flags, name=name, size=size, targets=targets))
        if not pending.facts:
            pending.facts.append(fact(Kind.RUN, cues=base))
        if marks := self.patterns.marks("commands", command):
            pending.facts = [msgspec.structs.replace(f, marks=f.marks + marks) for f in pending.facts]

    def _close(self, pending: Pending, number: int, status: Status, extra: int = 0) -> None:
        for fact in pending.facts:
            self._emit(msgspec.structs.replace(fact, status=status, end=number, cues=fact.cues | extra))

    def _outcome(
        self, number: int, pending: Pending, output: str, status: Status, *, committed: bool = False, silent: bool = False
    ) -> None:
        failed = {Status.OK: False, Status.FAILED: True}.get(status)
        for fact in pending.facts:
            how = status
            flags = fact.cues
            if fact.kind is Kind.CHECK and failed is not None:
                mine = [a for a in pending.acts if a.kind == "check" and a.check == fact.name] or pending.acts
                word = shell.check_outcome(mine if len(mine) < len(pending.acts) and not failed else pending.acts, output, failed)
                how = {"passed": Status.OK, "failed": Status.FAILED, "not run": Status.NOT_RUN}.get(word, Status.UNKNOWN)
            elif fact.kind is Kind.COMMIT and failed is not None:
                made = True if committed else shell.commit_made(output, failed)
                how = Status.UNKNOWN if made is None else Status.OK if made else Status.FAILED
                if made is None and not failed and not fact.has(Cue.HIDDEN):
                    how = Status.OK
                self._hook_of_git(number, pending, fact, output)
            elif fact.kind is Kind.PUSH and failed is not None:
                self._hook_of_git(number, pending, fact, output)
            elif (
                fact.kind in (Kind.DIFF, Kind.READ, Kind.SEARCH, Kind.EDIT, Kind.RUN, Kind.STAGE)
                and status is Status.FAILED
                and len(pending.facts) > 1
            ):
                # One of several commands failed; which one, the record does not say.
                how = Status.UNKNOWN if fact.kind is not Kind.EDIT else Status.OK
            if fact.kind is Kind.DIFF and silent:
                flags |= Cue.EMPTY
            self._emit(msgspec.structs.replace(fact, status=how, end=number, cues=flags))

    def _hook_of_git(self, number: int, pending: Pending, fact: Fact, output: str) -> None:
        """What a commit's, or a push's, own hook checked."""
        how = shell.hook_checks(output, alone=not any(a.kind == "check" for a in pending.acts))
        if how:
            self._emit(
                msgspec.structs.replace(
                    fact,
                    kind=Kind.HOOK_CHECK,
                    id=self.hash("hook", str(fact.id)),
                    status=Status.OK if how == "passed" else Status.FAILED,
                    end=number,
                    cues=Cue.GUARDS,
                    targets=(self.hash("check", f"{fact.kind.name.lower()} hook"),),
                )
            )

    def _prompt_fact(self, number: int, at: int, text: str, extra: int, identity: tuple[str, ...]) -> Fact:
        return self._fact(
            Kind.PROMPT,
            number,
            at,
            *identity,
            cues=cues.of_prompt(text, self.state.project) | extra,
            size=len(text.split()),
            status=Status.OK,
            targets=(self.hash("words", " ".join(sorted(set(text.lower().split())))),),
            prints=minhash(text, self.hash.key),
            marks=self.patterns.marks("prompts", text),
        )

    def _shown(self, pending: Pending, output: str) -> None:
        """What the commands showed that look at an issue or a pull request: criteria, findings of a review bot."""
        criteria = Cue.SAYS_DONE if cues.holds_criteria(output) else 0
        screened = Cue.SCREENED if cues.shows_bot_review(output) else 0
        pending.facts = [
            msgspec.structs.replace(f, cues=f.cues | criteria | (screened if f.name == "pull request" else 0))
            if f.kind is Kind.READ and f.name
            else f
            for f in pending.facts
        ]
