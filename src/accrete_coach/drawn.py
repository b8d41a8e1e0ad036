"""A session's facts -> a sketch of it: the same acts in the same order, with placeholder words that carry the same cues. Pure.

Nothing in it comes from the transcript: file names are numbers, words come from the lists here. What made a difference to a
detector and is no act of a sketch (times, copies of history, hooks) is lost: whoever draws one reads it again and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from .practice import Practice, Reading
from .sessions import cues, sketch
from .sessions.facts import Cue, Fact, Kind, Session, Status
from .sessions.prints import similarity

_FILLER = (
    "alder", "birch", "cedar", "elder", "hazel", "juniper", "larch", "maple", "rowan", "spruce", "willow", "aspen", "beech",
    "cherry", "cypress", "linden", "mulberry", "oak", "olive", "pine", "plum", "poplar", "quince", "sorrel", "sycamore", "walnut",
    "yew", "bramble", "clover", "fern", "heather", "lavender", "mint", "nettle", "reed", "saffron", "sedge", "thistle",
)  # fmt: skip
_PROMPT_PHRASES = (
    "yes", "no", "see app/place.py", "see @app/place.py", "ValueError: alder", "https://example.org/alder", "issue #12",
    "plan mode", "a proposal: propose", "make a plan", "run the tests", "tests pass", "commit it", "git diff", "show me the diff",
    "show me the changes", "a scout", "use a subagent", "task list", "to-do list", "explain it", "look at it", "tell me", "find it",
    "change it", "add it", "test first", "a failing test first", "the failing tests", "bug", "fix the bug", "the skill",
    "review", "review comments", "findings", "only look, do not change code", "without coding", "remember it", "always",
    "ask me questions first", "done when all is green", "expected output: alder", "why", "the reasons", "it still fails", "that is wrong", "in a worktree",
    "in parallel", "update the changelog", "write a note for later", "document it for the next reader", "so that it works",
)  # fmt: skip
_QUESTIONS = ("alder?", "why?", "what is it?", "how?", "is it so?")
_LISTED = "\n1. one\n2. two\n3. three"
_PLAN_PHRASES = (
    "run the tests", "run the linter", "commit it", "show the diff", "git diff", "a subagent", "task list", "a failing test first",
    "fix the bug", "the skill", "review", "in a worktree", "in parallel", "update the changelog",
)  # fmt: skip
_REPLY_PHRASES = (
    "I'd change it", "the plan", "I'd commit it", "I'd run the tests", "shall I?", "any questions?", "let me know if it fits",
    "alder?", "alder or birch?", "should it be alder or birch?", "- one\n- two\n- three",
)  # fmt: skip
_CHECKS = {
    "test": "pytest -q",
    "types": "mypy app",
    "lint": "ruff check app",
    "build": "make build",
    "format": "ruff format --check app",
    "look": "curl -s http://localhost:8000/",
    "check": "make check",
}
_AROUND = {
    "followed": "followed by another session",
    "overlapped": "beside another session",
    "repeated": "said before in other sessions",
    "restarted": "started over in a cleared session",
}


def reads(practice: Practice, text: str) -> Reading | None:
    """What a practice says of a sketch; None where the sketch can't be read."""
    try:
        return practice.read(sketch.read(text))
    except (sketch.SketchError, ValueError, IndexError):
        return None


def sketch_of(session: Session) -> str:
    """The sketch of a session, one act a line."""
    return _Drawing(session).draw()


@dataclass
class _Drawing:
    session: Session
    out: list[str] = field(default_factory=list)
    files: dict[int, str] = field(default_factory=dict)
    told: list[tuple[bytes, str]] = field(default_factory=list)
    """The prints of the prompts so far, and the placeholder words each got."""
    filler: int = 0
    items: int = 0

    def draw(self) -> str:
        session = self.session
        self.out = [_AROUND[name] for name in sorted(session.around)]
        for i, fact in enumerate(session.facts):
            if i in session.copied or fact.agent:
                continue
            if fact.kind is Kind.DELEGATE and self.scouts(i):
                continue
            before = session.facts[i - 1] if i else None
            if fact.kind is Kind.PROMPT and fact.has(Cue.BESIDE) and before is not None and before.line == fact.line:
                continue  # It came with the decision, which holds its words.
            line = self.act(i, fact)
            if line:
                self.out.append(line)
        return "\n".join(self.out) + "\n"

    def act(self, i: int, fact: Fact) -> str:
        """The line of one fact; "" for what is no act of a sketch, or follows from another one."""
        match fact.kind:
            case Kind.OPEN:
                return self.opening(fact)
            case Kind.PROMPT:
                how = "plan mode" if fact.has(Cue.PLAN_ON) else "image" if fact.has(Cue.IMAGE) else ""
                how = "queued" if fact.has(Cue.QUEUED) and not how else how
                return f"you{f' [{how}]' if how else ''}: {self.words(fact, cues.of_prompt, _PROMPT_PHRASES, asked=True)}"
            case Kind.COMMAND:
                return self.command(fact)
            case Kind.ANSWER:
                return f"you answer: {self.words(fact, cues.of_prompt, _PROMPT_PHRASES, asked=True)}"
            case Kind.DECISION:
                return "you accept" if fact.status is Status.OK else f"you refuse: {self.beside(i)}".rstrip(": ")
            case Kind.REJECT:
                said = self.beside(i) if fact.has(Cue.SAYS_WHAT) else ""
                return f"you refuse the tool: {said}".rstrip()
            case Kind.INTERRUPT:
                return "interrupt"
            case Kind.REPLY:
                return f"reply: {self.words(fact, cues.of_reply, _REPLY_PHRASES)}"
            case Kind.PLAN:
                return f"plan: {self.words(fact, cues.of_plan, _PLAN_PHRASES)}"
            case Kind.QUESTION:
                return "asks: how should it be built?" if fact.has(Cue.ASKS_HOW) else "asks: shall I go on?"
            case Kind.DELEGATE:
                return self.delegate(fact)
            case Kind.TASKS:
                # Items that were added one by one are on the list with those before.
                self.items += fact.size if fact.name == "item" else 0
                count = self.items if fact.name == "item" else fact.size
                items = "; ".join(_FILLER[n % len(_FILLER)] for n in range(min(count, 12)))
                return "\n".join(filter(None, [f"tasks: {items}" if items else "", "task done" if fact.has(Cue.DONE) else ""]))
            case Kind.SKILL:
                return "skill review-notes" if fact.has(Cue.REVIEW) else "skill house-style"
            case Kind.COMPACT:
                return "you compact" if fact.has(Cue.BY_PERSON) else "compacted"
            case Kind.READ | Kind.SEARCH | Kind.FETCH:
                return f"{fact.kind.name.lower()} {self.file(fact) if fact.kind is Kind.READ else 'alder'}"
            case Kind.EDIT:
                if fact.status not in (Status.OK, Status.REJECTED, Status.UNKNOWN):
                    return ""
                return f"{'write' if fact.has(Cue.NEW_FILE) else 'edit'} {self.file(fact)} +{max(1, fact.size)}"
            case _:
                return self.run(fact)

    def opening(self, fact: Fact) -> str:
        if fact.has(Cue.FROM_PLAN):
            return f"from plan: {self.words(fact, cues.of_plan, _PLAN_PHRASES)}"
        return "cleared" if fact.has(Cue.CLEARED) else ""

    def command(self, fact: Fact) -> str:
        if fact.name == "clear":
            return "cleared"
        name = fact.name or ("review-notes" if fact.has(Cue.REVIEW) else "release")
        args = self.words(fact, cues.of_prompt, _PROMPT_PHRASES).replace("\n", " ") if fact.size else ""
        return f"you run /{name} {args}".rstrip()

    def beside(self, i: int) -> str:
        """The words that came with a decision or a refusal."""
        facts = self.session.facts
        if i + 1 < len(facts) and facts[i + 1].kind is Kind.PROMPT and facts[i + 1].has(Cue.BESIDE):
            return self.words(facts[i + 1], cues.of_prompt, _PROMPT_PHRASES, asked=True)
        return " ".join(self.plain_words(3)) if facts[i].has(Cue.SAYS_WHAT) else ""

    def scouts(self, i: int) -> bool:
        """Whether this subagent and those before it run at once: they are one act then, and its line is there."""
        facts = self.session.facts
        others = [n for n in range(i) if facts[n].kind is Kind.DELEGATE and not facts[n].agent and n not in self.session.copied]
        if not others or not self.out or not self.out[-1].startswith(("scout ", "scouts ")):
            return False
        before = facts[others[-1]]
        back = next((n for n, f in enumerate(facts) if f.kind is Kind.RETURN and f.ref == before.id), len(facts))
        line = self.delegate(facts[i])
        if back < i or not line.startswith("scout "):
            return False
        tasks = self.out[-1].partition(" ")[2].removesuffix(" -> found")
        self.out[-1] = f"scouts {tasks}; {line.partition(' ')[2].removesuffix(' -> found')} -> found"
        return True

    def delegate(self, fact: Fact) -> str:
        refs = {
            target
            for f in self.session.facts
            if f.kind in (Kind.RETURN, Kind.LAUNCHED) and f.ref == fact.id
            for target in f.targets
        }
        if any(f.kind is Kind.RETURN and f.ref == fact.id and f.status is Status.FAILED for f in self.session.facts):
            return ""  # It never ran.
        inside = [f for f in self.session.facts if f.agent and f.agent in refs]
        if any(f.kind is Kind.EDIT for f in inside):
            who = "worker"
        elif fact.has(Cue.REVIEW) or any(f.kind is Kind.DIFF for f in inside):
            who = "reviewer"
        else:
            who = "scout"
        task = _worded(fact.cues, cues.of_prompt, _PROMPT_PHRASES, ())
        return f"{who} {task or 'alder'} -> found"

    def run(self, fact: Fact) -> str:
        """A command that did what the fact says."""
        files = " ".join(self.named(t, "") for t in fact.targets)
        match fact.kind:
            case Kind.CHECK:
                command = _CHECKS.get(fact.name, "make check")
                if fact.has(Cue.FIXES):
                    command = "ruff format app" if fact.name == "format" else "ruff check --fix app"
                elif fact.name == "test" and fact.targets:
                    command = f"pytest -q tests/test_{self.number(fact.targets[0])}.py"
                # Where the result could be told all the same, a pipe that hides it would say less.
                if fact.has(Cue.HIDDEN) and fact.status is Status.UNKNOWN:
                    command += " | tail -5"
                result = "! 1 failed" if fact.status is Status.FAILED else "3 passed"
                return f"run {command} -> {'' if fact.has(Cue.EMPTY) else result}".rstrip()
            case Kind.DIFF:
                command = "git diff --stat" if fact.has(Cue.STAT_ONLY) else "git diff"
                return f"run {command} {files}".rstrip() + ("" if fact.has(Cue.EMPTY) else " -> + a line")
            case Kind.STAGE:
                return f"run git add {files or '-A'}"
            case Kind.COMMIT:
                words = "wip" if fact.has(Cue.VAGUE) else "Various changes" if fact.has(Cue.MIXED) else "Round alder per line"
                amend = " --amend" if fact.has(Cue.AMEND) else ""
                end = "! nothing to commit" if fact.status is Status.FAILED else f"[main 1a2b3c4] {words}"
                return f'run git commit{amend} -m "{words}" {files}'.rstrip() + f" -> {end}"
            case Kind.REVERT:
                return f"run git checkout -- {files or 'app'}"
            case Kind.WORKTREE:
                return "run git worktree add ../alder"
            case Kind.PULL_REQUEST:
                return "run gh pr create --fill"
            case Kind.PUSH:
                return "run git push"
            case Kind.RUN:
                return "run ls"
            case _:
                return ""

    # --- names and words ---------------------------------------------------------------------------------------------

    def number(self, target: int) -> int:
        self.named(target, "")
        return list(self.files).index(target) + 1

    def file(self, fact: Fact) -> str:
        return self.named(fact.targets[0] if fact.targets else fact.id, _place(fact.cues) if fact.kind is Kind.EDIT else "")

    def named(self, target: int, place: str) -> str:
        known = self.files.get(target)
        # What a file is to the work shows when it is edited; until then it is taken for code.
        if known is None or (place and known.startswith("app/file_") and not place.startswith("app/")):
            n = list(self.files).index(target) + 1 if known is not None else len(self.files) + 1
            self.files[target] = known = (place or "app/file_{}.py").format(n)
        return known

    def plain_words(self, count: int) -> list[str]:
        """Placeholder words that were not used yet, as long as there are some."""
        words = []
        for n in range(self.filler, self.filler + count):
            again = n // len(_FILLER)
            words.append(_FILLER[n % len(_FILLER)] + ("s" * min(again, 1)) + (f"-{again}" if again > 1 else ""))
        self.filler += count
        return words

    def words(self, fact: Fact, of: Callable[[str], int], phrases: tuple[str, ...], *, asked: bool = False) -> str:
        """Placeholder words with the fact's cues, about as many as it had; prompts that were alike are alike again."""
        filler = ""
        if fact.kind is Kind.PROMPT:
            filler = next((words for prints, words in reversed(self.told) if similarity(prints, fact.prints) > 0.2), "")
            if not filler:
                filler = " ".join(self.plain_words(max(1, min(fact.size, 14))))
            self.told.append((fact.prints, filler))
        elif not asked:
            filler = "alder"
        text = _worded(fact.cues, of, phrases, _QUESTIONS if asked else (), filler)
        return text.replace("\n", "\n    ")


def _place(flags: int) -> str:
    if flags & Cue.MEMORY:
        return "CLAUDE.md"
    if flags & Cue.OWN_PLACE:
        return "/home/sam/.claude/plans/file_{}.md"
    if flags & Cue.DEFINES:
        return ".claude/skills/file_{}/SKILL.md"
    if flags & Cue.GUARDS:
        return ".claude/settings.json"
    name = "file_{}.md" if flags & Cue.PROSE else "file_{}.py"
    if flags & Cue.SCRATCH:
        return f"/tmp/{name}"
    if flags & Cue.STEERING:
        return f"plans/{name}"
    if flags & Cue.TEST_FILE:
        return f"tests/test_{name}"
    return f"docs/{name}" if flags & Cue.PROSE else f"app/{name}"


@cache
def _masks(of: Callable[[str], int], phrases: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((p, of(p)) for p in phrases)


_HEADS = ("yes", "no")


def _worded(flags: int, of: Callable[[str], int], phrases: tuple[str, ...], questions: tuple[str, ...], filler: str = "") -> str:
    """The fewest phrases that carry these cues and, as far as possible, no others."""
    masks = (*_masks(of, phrases), *_masks(of, questions))
    sayable = 0
    for _, mask in masks:
        sayable |= mask
    wanted = flags & sayable
    chosen: list[str] = []
    have = 0
    while wanted & ~have:
        # Cues that were not there weigh more than one that is missing.
        gain, phrase, mask = max(
            (
                ((wanted & ~have & mask).bit_count() - 2 * (mask & ~wanted & ~have).bit_count(), phrase, mask)
                for phrase, mask in masks
                if phrase not in chosen
            ),
            key=lambda x: x[0],
        )
        if gain <= 0:
            break
        chosen.append(phrase)
        have |= mask
    heads = [p for p in chosen if p in _HEADS]
    ends = [p for p in chosen if p.endswith("?")]
    middle = [p for p in chosen if p not in heads and p not in ends and "\n" not in p]
    lists = [p for p in chosen if "\n" in p]
    # A list counts only where no other cue must stand at the end.
    text = ". ".join([*heads, *filter(None, [filler]), *middle, *ends])
    if lists:
        text += "\n" + lists[0]
    elif flags & Cue.LISTS and questions:
        text = ". ".join([*heads, *filter(None, [filler]), *middle]) + _LISTED + ("\n" + ends[0] if ends else "")
    return text
