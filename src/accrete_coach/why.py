"""What a fact is, in a few words: why a moment counts. Pure; no word of the transcript."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .sessions.facts import Cue, Fact, Kind, Status

_HOW = {
    Status.OK: "passed",
    Status.FAILED: "failed",
    Status.NOT_RUN: "did not start",
    Status.STOPPED: "was stopped",
    Status.RUNNING: "runs",
}
_CHECKS = {
    "test": "tests",
    "types": "a type check",
    "lint": "a linter",
    "format": "a format check",
    "build": "a build",
    "look": "a look at the running result",
}
_SAYS: dict[Kind, str] = {
    Kind.COMMAND: "you typed a command",
    Kind.ANSWER: "you answered its question",
    Kind.REJECT: "you refused a tool use",
    Kind.INTERRUPT: "you interrupted",
    Kind.PLAN: "the agent put a plan before you",
    Kind.PLAN_MODE: "plan mode began",
    Kind.QUESTION: "the agent asked you",
    Kind.READ: "something was read",
    Kind.SEARCH: "something was searched",
    Kind.FETCH: "something was looked up",
    Kind.RUN: "a command ran",
    Kind.DIFF: "the changed lines were shown",
    Kind.STAGE: "files were staged",
    Kind.COMMIT: "a commit",
    Kind.REVERT: "changes were reverted",
    Kind.WORKTREE: "a worktree was made",
    Kind.PULL_REQUEST: "a pull request was opened",
    Kind.PUSH: "a push",
    Kind.DELEGATE: "a subagent was sent",
    Kind.RETURN: "a subagent came back",
    Kind.LAUNCHED: "a subagent was sent",
    Kind.SKILL: "a skill ran",
    Kind.REVIEW: "a review's findings",
    Kind.TOOL: "a tool ran",
    Kind.CONTEXT: "a file or selection came along",
    Kind.REWIND: "you went back",
    Kind.RULE: "a rule that acts by itself was set up",
    Kind.NOTE: "an issue or its text was written",
}


def in_words(fact: Fact) -> str:
    """What a fact says happened, as a reader would put it."""
    kind = fact.kind
    if kind is Kind.CHECK:
        return f"{_CHECKS.get(fact.name, 'a check')} {_HOW.get(fact.status, 'ran')}"
    if kind is Kind.HOOK_CHECK:
        return f"a hook of yours {_HOW.get(fact.status, 'ran')}"
    if kind is Kind.PROMPT:
        return "you said, while it worked" if fact.has(Cue.QUEUED) else "you said"
    if kind is Kind.DECISION:
        return "you approved the plan" if fact.status is Status.OK else "you sent the plan back"
    if kind is Kind.REPLY:
        return "the agent proposed" if fact.has(Cue.PROPOSES) else "the agent answered"
    if kind is Kind.EDIT:
        return _edited(fact)
    if kind is Kind.TASKS:
        return "an item was marked done" if fact.has(Cue.DONE) else "a task list was made"
    if kind is Kind.OPEN:
        return "the session opened from a plan" if fact.has(Cue.FROM_PLAN) else "the session opened cleared"
    if kind is Kind.COMPACT:
        return "you compacted" if fact.has(Cue.BY_PERSON) else "it compacted by itself"
    return _SAYS.get(kind, "")


def _edited(fact: Fact) -> str:
    if fact.has(Cue.BY_PERSON) and not fact.has(Cue.BY_SHELL):
        return "you changed its edit"
    for cue, words in (
        (Cue.GUARDS, "a rule that acts by itself was set up"),
        (Cue.MEMORY, "the memory file was changed"),
        (Cue.DEFINES, "a skill, command or agent definition was written"),
        (Cue.STEERING, "a plan or note was written"),
        (Cue.OWN_PLACE, "a plan was written"),
    ):
        if fact.has(cue):
            return words
    return "a file was changed"


_SMALL = frozenset({Kind.READ, Kind.SEARCH, Kind.RUN, Kind.STAGE, Kind.CONTEXT, Kind.TOOL, Kind.PLAN_MODE})
"""What says least where something else stands in the same line."""


def by_line(facts: Iterable[Fact]) -> dict[int, tuple[Fact, ...]]:
    """Line of a transcript -> its facts: a line may hold several acts."""
    out: dict[int, tuple[Fact, ...]] = {}
    for fact in facts:
        out[fact.line] = (*out.get(fact.line, ()), fact)
    return out


def of_line(facts: Sequence[Fact], nth: int = -1) -> str:
    """What happened in a line, in a few words: two acts at most. The one that is asked about, the `nth`, is named first."""
    about = list(facts[nth : nth + 1]) if nth >= 0 else []
    telling = [*about, *(f for f in facts if f.kind not in _SMALL)] or facts
    return " and ".join(list(dict.fromkeys(filter(None, map(in_words, telling))))[:2])
