"""Writes a made-up, realistically shaped tree of Claude Code transcripts: same seed, same bytes.

The shapes (which record types, how large, in which order of keys, in which versions) follow what the
program finds on people's disks; every word, path and number is invented here.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

# Sizes are drawn between these points of the distribution, evenly in the logarithm.
POINTS = (0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 0.97, 0.99, 1.0)
Sizes = tuple[int, int, int, int, int, int, int, int, int]

PROMPT: Sizes = (8, 20, 50, 120, 330, 2600, 6000, 11000, 60000)
THINKING: Sizes = (40, 57, 85, 156, 457, 1063, 2309, 3720, 20000)
THINKING_NEW: Sizes = (1, 1, 1, 63, 317, 895, 3425, 5697, 11000)
SIGNATURE: Sizes = (240, 316, 372, 560, 1160, 2600, 7200, 14000, 40000)
SIGNATURE_NEW: Sizes = (300, 500, 650, 1100, 2600, 7600, 15500, 22000, 42000)
ANSWER: Sizes = (15, 40, 70, 110, 200, 520, 1300, 2300, 12000)
BASH_OUT: Sizes = (1, 40, 90, 280, 980, 3600, 8500, 13000, 80000)
BASH_OUT_NEW: Sizes = (1, 60, 130, 350, 950, 2700, 7800, 14000, 27000)
READ: Sizes = (150, 560, 1050, 2300, 6200, 19000, 38000, 46000, 80000)
READ_NEW: Sizes = (150, 420, 840, 1650, 3000, 7400, 15500, 21000, 57000)
EDIT_OLD: Sizes = (20, 53, 107, 220, 490, 1005, 1860, 3207, 12000)
EDIT_NEW: Sizes = (25, 68, 149, 335, 751, 1523, 3096, 5761, 15000)
ORIGINAL: Sizes = (300, 2200, 6200, 15400, 26000, 40000, 53000, 68000, 94000)
ORIGINAL_NEW: Sizes = (200, 500, 1100, 2800, 5500, 9000, 11500, 14000, 22000)
WRITE: Sizes = (150, 450, 1400, 3900, 8800, 16000, 21500, 29000, 120000)
WRITE_NEW: Sizes = (120, 500, 1100, 1900, 3200, 4200, 6000, 8000, 14000)
GREP: Sizes = (10, 30, 90, 400, 1500, 4300, 11500, 16000, 37000)
REPORT: Sizes = (100, 350, 3000, 6000, 10500, 20000, 27000, 34000, 36000)
WEB: Sizes = (900, 2300, 3000, 6500, 8500, 12000, 36000, 60000, 80000)
TICK: Sizes = (20, 60, 110, 150, 220, 480, 1100, 2200, 30000)
AGENT_TICK: Sizes = (60, 200, 450, 1200, 4600, 14000, 33000, 52000, 80000)
PLAN: Sizes = (800, 1500, 2600, 3300, 4900, 5600, 7500, 8600, 9000)
DELEGATION: Sizes = (120, 220, 300, 600, 1000, 1700, 4500, 6500, 7500)
SKILL_BODY: Sizes = (400, 900, 2000, 4500, 7500, 11500, 14000, 18000, 20000)
IMAGE: Sizes = (6000, 22000, 60000, 120000, 210000, 380000, 700000, 1000000, 1700000)
NOTICE: Sizes = (40, 60, 80, 250, 2000, 3600, 6500, 7500, 8500)

# The dates are fixed, so that the same seed gives the same bytes on any day.
SPAN_MS = 182 * 24 * 3600 * 1000
START_MS = int(datetime(2026, 2, 1, 8, 0, tzinfo=UTC).timestamp() * 1000)
CODE_POOL = 4_000_000
PROSE_POOL = 1_500_000
LOG_POOL = 2_000_000
BASE64_POOL = 3_000_000

Mix = tuple[tuple[str, int], ...]
TOOLS_OLD: Mix = (
    ("bash", 1500), ("edit", 1067), ("read", 1065), ("grep", 374), ("todo", 125), ("write", 116),
    ("glob", 80), ("agent", 58), ("web", 43), ("ask", 20), ("skill", 19), ("plan", 17),
)  # fmt: skip
TOOLS_TASKS: Mix = (
    ("bash", 1500), ("edit", 1067), ("read", 1065), ("grep", 374), ("task", 371), ("write", 116),
    ("glob", 80), ("agent", 58), ("web", 43), ("ask", 20), ("skill", 19), ("plan", 17),
)  # fmt: skip
TOOLS_NEW: Mix = (
    ("bash", 690), ("edit", 234), ("read", 266), ("grep", 111), ("task", 38), ("write", 37), ("glob", 11),
    ("agent", 35), ("web", 6), ("ask", 5), ("skill", 34), ("plan", 4), ("search", 7),
)  # fmt: skip


@dataclass(frozen=True)
class Era:
    """One stretch of versions that writes its records alike."""

    share: float  # of all bytes
    versions: tuple[str, ...]
    models: tuple[str, ...]
    tools: Mix
    progress: bool = False
    slug: bool = True
    new: bool = False  # the later order of keys, with attachments in the place of progress
    flat_agents: bool = False  # agent files beside the sessions and not below them


OPUS_SONNET = ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929")
EARLY = ("claude-sonnet-4-20250514", "claude-opus-4-20250514")
LATER = ("claude-opus-4-6", "claude-opus-4-6", "claude-sonnet-4-6")
ERAS = (
    Era(0.010, ("1.0.61", "1.0.83", "1.0.119"), EARLY, TOOLS_OLD, slug=False, flat_agents=True),
    Era(0.030, ("2.0.14", "2.0.37", "2.0.64", "2.0.76"), OPUS_SONNET, TOOLS_OLD, flat_agents=True),
    Era(0.250, ("2.1.11", "2.1.12", "2.1.14", "2.1.19", "2.1.25"), OPUS_SONNET, TOOLS_TASKS, progress=True,
        flat_agents=True),
    Era(0.515, ("2.1.31", "2.1.37", "2.1.42", "2.1.49", "2.1.56"), LATER, TOOLS_TASKS, progress=True),
    Era(0.020, ("2.1.63", "2.1.71", "2.1.79"), LATER, TOOLS_TASKS, progress=True),
    Era(0.025, ("2.1.98", "2.1.123", "2.1.146", "2.1.170"), LATER, TOOLS_NEW, new=True),
    Era(0.070, ("2.1.181", "2.1.191", "2.1.205"), LATER, TOOLS_NEW, new=True),
    Era(0.080, ("2.1.212", "2.1.217", "2.1.219"), LATER, TOOLS_NEW, new=True),
)  # fmt: skip
ERA_ENDS = tuple(accumulate(era.share for era in ERAS))

SYLLABLES = """
ba be bo bra bri ca ce co cra cu da de di dor dra e fa fe fi flo fra ga ge gli gor gra ha hel hi
ja jo ka ke kin kor la le li lo lu ma me mi mor na ne ni nor o pa pe pi plo pra qua ra re ri ro
ru sa se si sol sta su ta te ti tor tra tu u va ve vi vol wa we wi xa xe ya yo za ze zi
"""
GLUE = """
the a of to in on for with and when then after before from this that it is we can should not
only each every add change move make keep use read write check test fix split rename return show
hide load store count list
"""
KEYWORDS = (
    "def",
    "class",
    "return",
    "if",
    "for",
    "while",
    "const",
    "let",
    "export",
    "import",
    "async",
    "await",
)
EXTENSIONS = ("py", "ts", "tsx", "go", "rs", "md", "json", "css", "sql", "yaml")
HOOKS = ("PreToolUse", "PostToolUse")


def numbers(version: str) -> tuple[int, ...]:
    """The parts of a version, for comparing versions."""
    return tuple(map(int, version.split(".")))


class Pool:
    """A long escaped text cut into lines, from which pieces of any length are taken without encoding "
    "again."""

    def __init__(self, rng: random.Random, make: Callable[[], str], size: int) -> None:
        parts: list[str] = []
        starts: list[int] = []
        total = 0
        while total < size:
            line = json.dumps(make(), ensure_ascii=False)[1:-1] + "\\n"
            starts.append(total)
            parts.append(line)
            total += len(line)
        self.rng = rng
        self.text = "".join(parts)
        self.starts = starts

    def take(self, size: int) -> str:
        """Whole lines of about this many bytes, without the last line end."""
        first = self.rng.randrange(len(self.starts))
        start = self.starts[first]
        if start + size >= self.starts[-1]:
            first, start = 0, 0
        last = max(bisect_right(self.starts, start + size), first + 1)
        end = self.starts[last] if last < len(self.starts) else len(self.text)
        return self.text[start : end - 2]


class World:
    """What all sessions of a tree share: the random source, the words, the pools of text and the projects."""

    def __init__(self, seed: int, cap: int | None) -> None:
        self.rng = random.Random(seed)
        self.cap = cap
        rng = self.rng
        self.glue = GLUE.split()
        syllables = SYLLABLES.split()
        self.words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(4000)]
        self.code = Pool(rng, self._code_line, CODE_POOL)
        self.prose = Pool(rng, self._prose_line, PROSE_POOL)
        self.log = Pool(rng, self._log_line, LOG_POOL)
        self.base64 = base64.b64encode(rng.randbytes(BASE64_POOL)).decode()
        self.skills = [f"{self.word()}-{self.word()}" for _ in range(24)]
        self.hook = f"python3 .claude/hooks/{self.word()}.py"
        self.projects = [self._project(number) for number in range(23)]

    def word(self) -> str:
        return self.rng.choice(self.words)

    def phrase(self, count: int) -> str:
        rng = self.rng
        return " ".join([rng.choice(self.glue) if rng.random() < 0.45 else rng.choice(self.words) for _ in range(count)])

    def draw(self, sizes: Sizes) -> int:
        at = self.rng.random()
        place = bisect_right(POINTS, at) - 1
        low, high = sizes[place], sizes[place + 1]
        size = low * (high / low) ** ((at - POINTS[place]) / (POINTS[place + 1] - POINTS[place]))
        return int(size) if self.cap is None else min(int(size), self.cap)

    def prose_of(self, size: int) -> str:
        """Escaped prose; short pieces are built from words so that they differ from one another."""
        return self.phrase(max(1, size // 6)) if size < 400 else self.prose.take(size)

    def id(self, prefix: str, length: int) -> str:
        number = self.rng.getrandbits(length * 6)
        digits = base64.urlsafe_b64encode(number.to_bytes(length, "big")).decode()
        return prefix + digits.replace("-", "x").replace("_", "y")[-length:]

    def uuid(self) -> str:
        text = f"{self.rng.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def _project(self, number: int) -> Project:
        rng = self.rng
        name = "-".join(self.word() for _ in range(rng.randint(1, 2)))
        folder = rng.choice(("src", "code", "work", "git"))
        cwd = f"/home/{self.word()}/{folder}/{name}"
        files = [
            f"{cwd}/{rng.choice(('src', 'lib', 'tests', 'app', 'docs'))}/{self.word()}"
            f"/{self.word()}_{self.word()}.{rng.choice(EXTENSIONS)}"
            for _ in range(150)
        ]
        branches = ["main", *(f"{rng.choice(('feat', 'fix'))}/{self.word()}-{self.word()}" for _ in range(8))]
        return Project(cwd, files, branches, hooks=number % 5 < 2, weight=1 / (1 + number))

    def _code_line(self) -> str:
        rng = self.rng
        kind = rng.random()
        indent = "\t" * rng.randint(1, 3) if kind > 0.93 else "    " * rng.randint(0, 4)
        name, other, third = self.word(), self.word(), self.word()
        if kind < 0.08:
            return ""
        if kind < 0.2:
            return f"{indent}// {self.phrase(7)}" if kind < 0.14 else f"{indent}# {self.phrase(8)}"
        if kind < 0.4:
            return f'{indent}{name}.{other}("{third}", {rng.randint(0, 999)})'
        if kind < 0.6:
            return f"{indent}{rng.choice(KEYWORDS)} {name}_{other}({third}: {other}) -> {name}:"
        if kind < 0.8:
            return f"{indent}{name} = {other}.{third}[{rng.randint(0, 99)}] if {third} else None"
        if kind < 0.995:
            return f'{indent}"{name}_{other}": {{ "{third}": "{self.phrase(3)}" }},'
        return f"{indent}{name} → {other} — “{third}” ✓"

    def _prose_line(self) -> str:
        rng = self.rng
        kind = rng.random()
        if kind < 0.15:
            return ""
        if kind < 0.25:
            return f"## {self.phrase(4)}"
        if kind < 0.5:
            return f"- **{self.word()}**: {self.phrase(rng.randint(6, 16))} `{self.word()}.{self.word()}()`"
        text = self.phrase(rng.randint(8, 30)).capitalize() + "."
        return text if kind < 0.97 else text + " — “" + self.word() + "” …"

    def _log_line(self) -> str:
        rng = self.rng
        kind = rng.random()
        name, other = self.word(), self.word()
        if kind < 0.3:
            state = "PASSED" if rng.random() < 0.95 else "FAILED"
            test = f"test_{self.word()}_{self.word()}"
            return f"tests/{name}/test_{other}.py::{test} {state} [{rng.randint(0, 100):3d}%]"
        if kind < 0.55:
            return f"src/{name}/{other}.ts:{rng.randint(1, 900)}:{rng.randint(1, 90)}: {self.phrase(6)}"
        if kind < 0.75:
            return f"-rw-r--r-- 1 {name} {name} {rng.randint(100, 99999):6d} {other}.{rng.choice(EXTENSIONS)}"
        if kind < 0.97:
            clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
            return f"[{clock}] {name}: {self.phrase(rng.randint(4, 14))}"
        return f"\x1b[32m✓\x1b[39m {name} {other} {rng.randint(1, 900)}ms"


@dataclass(frozen=True)
class Project:
    cwd: str
    files: list[str]
    branches: list[str]
    hooks: bool
    weight: float

    @property
    def folder(self) -> str:
        return re.sub(r"[^a-zA-Z0-9]", "-", self.cwd)


@dataclass(frozen=True)
class Call:
    """One use of a tool: its input, what the model is told, and the structure kept beside it (all JSON "
    "text)."""

    name: str
    arguments: str
    content: str
    result: str | None
    error: bool = False
    ticks: int = 0
    delegated: Delegated | None = None
    body: str | None = None  # text that the harness injects after the result


@dataclass(frozen=True)
class Delegated:
    prompt: str
    agent: str
    kind: str


@dataclass
class Session:
    """One transcript in the making."""

    world: World
    era: Era
    project: Project
    now: int
    agent: str | None = None
    id: str = ""
    version: str = ""
    lines: list[str] = field(default_factory=list)
    agents: list[Session] = field(default_factory=list)
    parent: str = "null"
    mode: str = "default"
    prompt_id: str = ""
    tasks: int = 0
    backups: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        rng = world.rng
        self.id = self.id or world.uuid()
        self.version = self.version or rng.choice(self.era.versions)
        self.number = numbers(self.version)
        self.model = rng.choice(self.era.models)
        self.branch = rng.choice(self.project.branches)
        self.titles = world.phrase(5)
        side = "true" if self.agent else "false"
        agent = f'"agentId":"{self.agent}",' if self.agent else ""
        where = f'"userType":"external","cwd":"{self.project.cwd}","sessionId":"{self.id}","version":"{self.version}"'
        if self.era.new:
            where = where.replace('"cwd"', '"entrypoint":"cli","cwd"')
            self.head = f'"isSidechain":{side},{agent}'
            self.tail = f',{where},"gitBranch":"{self.branch}"}}'
        else:
            slug = f'"slug":"{world.word()}-{world.word()}-{world.word()}",' if self.era.slug else ""
            self.head = f'"isSidechain":{side},{where},"gitBranch":"{self.branch}",{agent}{slug}'
            self.tail = "}"

    # -- records

    def tick(self, most: int) -> str:
        self.now += self.world.rng.randint(5, most)
        return datetime.fromtimestamp(self.now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now % 1000:03d}Z"

    def record(self, middle: str, after: str = "", most: int = 900) -> str:
        """Adds one record of the chain; returns its uuid."""
        uuid = self.world.uuid()
        self.lines.append(
            f'{{"parentUuid":{self.parent},{self.head}{middle},"uuid":"{uuid}","timestamp":"{self.tick(most)}"{after}{self.tail}'
        )
        self.parent = f'"{uuid}"'
        return uuid

    def user(self, content: str, after: str = "", meta: bool = False, most: int = 900) -> str:
        prompt = f'"promptId":"{self.prompt_id}",' if self.era.new else ""
        meta_text = ',"isMeta":true' if meta else ""
        middle = f'{prompt}"type":"user","message":{{"role":"user","content":{content}}}{meta_text}'
        return self.record(middle, after, most)

    def usage(self, out: int) -> str:
        rng = self.world.rng
        fresh, read = rng.randint(1, 12), rng.randint(12_000, 170_000)
        made = rng.randint(150, 9000)
        if not self.era.new:
            return (
                f'{{"input_tokens":{fresh},"cache_creation_input_tokens":{made},'
                f'"cache_read_input_tokens":{read},'
                f'"cache_creation":{{"ephemeral_5m_input_tokens":{made},"ephemeral_1h_input_tokens":0}},'
                f'"output_tokens":{out},"service_tier":"standard"}}'
            )
        split = f'{{"ephemeral_1h_input_tokens":{made},"ephemeral_5m_input_tokens":0}}'
        return (
            f'{{"input_tokens":{fresh},"cache_creation_input_tokens":{made},"cache_read_input_tokens":{read},'
            f'"output_tokens":{out},"server_tool_use":{{"web_search_requests":0,"web_fetch_requests":0}},'
            f'"service_tier":"standard","cache_creation":{split},"inference_geo":"not_available",'
            f'"iterations":['
            f'{{"input_tokens":{fresh},"output_tokens":{out},"cache_read_input_tokens":{read},'
            f'"cache_creation_input_tokens":{made},"cache_creation":{split},"type":"message"}}],'
            f'"speed":"standard"}}'
        )

    def message(self, blocks: list[str], stop: str) -> list[str]:
        """One answer of the model: one line for each block, all with the same message and request id."""
        world = self.world
        message_id, request_id = world.id("msg_01", 22), world.id("req_01", 22)
        usage = self.usage(sum(map(len, blocks)) // 4 + 2)
        new = self.era.new
        details, diagnostics = (',"stop_details":null', ',"diagnostics":null') if new else ("", "")
        effort = ',"effort":"high"' if new and self.number >= (2, 1, 212) else ""
        uuids = []
        for block in blocks:
            middle = (
                f'"message":{{"model":"{self.model}","id":"{message_id}","type":"message","role":"assistant",'
                f'"content":[{block}],"stop_reason":{stop},"stop_sequence":null{details},'
                f'"usage":{usage}{diagnostics}}}'
                f',"requestId":"{request_id}","type":"assistant"'
            )
            uuids.append(self.record(middle, effort, 6000))
        return uuids

    def system(self, middle: str, after: str = "") -> None:
        self.record(f'"type":"system",{middle}', after)

    def progress(self, data: str, tool_id: str, parent_id: str) -> None:
        self.record(f'"type":"progress","data":{data},"toolUseID":"{tool_id}","parentToolUseID":"{parent_id}"')

    def attach(self, attachment: str) -> None:
        self.record(f'"attachment":{attachment},"type":"attachment"')

    def plain(self, middle: str) -> None:
        """A record outside the chain: no uuid and no envelope."""
        self.lines.append(f"{{{middle}}}")

    def snapshot(self, message: str, update: bool) -> None:
        if len(self.backups) > 12:
            self.backups = self.backups[-4:]
        stamp = self.tick(50)
        backups = ",".join(
            f'"{name}":{{"backupFileName":"{self.world.rng.getrandbits(64):016x}@v{number + 1}",'
            f'"version":{number + 1},'
            f'"backupTime":"{stamp}"}}'
            for number, name in enumerate(self.backups)
        )
        self.plain(
            f'"type":"file-history-snapshot","messageId":"{message}","snapshot":{{"messageId":"{message}",'
            f'"trackedFileBackups":{{{backups}}},"timestamp":"{stamp}"}},'
            f'"isSnapshotUpdate":{"true" if update else "false"}'
        )

    # -- one prompt and what follows from it

    def turn(self, calls: int) -> None:
        rng, world = self.world.rng, self.world
        self.prompt_id = world.uuid()
        self.now += int(rng.expovariate(1 / 240_000))
        self.prompt()
        done = 0
        while done < calls:
            together = 1 if rng.random() < 0.85 else rng.randint(2, 3)
            # Small sessions have no helpers, so that one session is one file.
            mix = [tool for tool in self.era.tools if world.cap is None or tool[0] != "agent"]
            tools, weights = zip(*mix, strict=True)
            self.step([self.call(kind) for kind in rng.choices(tools, weights, k=together)])
            done += together
            if rng.random() < 0.012:
                self.queue()
            if self.era.new and rng.random() < 0.09:
                self.attachment()
        if rng.random() < 0.02:
            self.user('[{"type":"text","text":"[Request interrupted by user]"}]')
        else:
            blocks = [self.thinking()] if rng.random() < 0.3 else []
            text = world.prose_of(world.draw(ANSWER) * 4)
            self.message([*blocks, f'{{"type":"text","text":"{text}"}}'], '"end_turn"' if self.era.new else "null")
        if self.number >= (2, 1) and self.agent is None:
            self.after_turn()

    def prompt(self) -> None:
        rng, world = self.world.rng, self.world
        if self.agent is not None:
            self.user(json.dumps(world.phrase(60)))
            return
        if self.number >= (2, 0, 15) and rng.random() < 0.8:
            self.snapshot(world.uuid(), update=False)
        modes = ("default", "acceptEdits", "plan") if rng.random() < 0.15 else (self.mode,)
        self.mode = rng.choice(modes)
        after = f',"permissionMode":"{self.mode}"' if self.number >= (2, 1, 15) else ""
        if self.era.new:
            after += ',"origin":{"kind":"human"},"promptSource":"typed"'
        elif not after:
            after = ',"thinkingMetadata":{"level":"high","disabled":false,"triggers":[]},"todos":[]'
        kind = rng.random()
        if kind < 0.02:
            parts = [self.image() for _ in range(rng.randint(1, 2))]
            text = json.dumps(world.phrase(rng.randint(4, 20)))
            self.user(f'[{",".join(parts)},{{"type":"text","text":{text}}}]', after, most=60_000)
        elif kind < 0.11:
            skill = rng.choice(world.skills)
            command = f"<command-message>{skill}</command-message>\n<command-name>/{skill}</command-name>"
            self.user(json.dumps(command), after, most=60_000)
            body = world.prose.take(world.draw(SKILL_BODY))
            self.user(f'[{{"type":"text","text":"{body}"}}]', meta=True)
        else:
            self.user(f'"{world.prose_of(world.draw(PROMPT))}"', after, most=60_000)

    def step(self, calls: list[Call]) -> None:
        rng, world = self.world.rng, self.world
        blocks = [self.thinking()] if rng.random() < 0.46 else []
        if rng.random() < 0.38:
            blocks.append(f'{{"type":"text","text":"{world.prose_of(world.draw(ANSWER))}"}}')
        caller = ',"caller":{"type":"direct"}' if self.era.new else ""
        ids = [world.id("toolu_01", 22) for _ in calls]
        for tool_id, call in zip(ids, calls, strict=True):
            blocks.append(f'{{"type":"tool_use","id":"{tool_id}","name":"{call.name}","input":{call.arguments}{caller}}}')
        uuids = self.message(blocks, '"tool_use"' if self.era.new else "null")[-len(calls) :]
        for tool_id, uuid, call in zip(ids, uuids, calls, strict=True):
            self.while_running(call, tool_id)
            error = ',"is_error":true' if call.error else ',"is_error":false' if call.name == "Bash" else ""
            after = "" if call.result is None else f',"toolUseResult":{call.result}'
            if self.number >= (2, 1, 1):
                after += f',"sourceToolAssistantUUID":"{uuid}"'
            self.user(
                f'[{{"tool_use_id":"{tool_id}","type":"tool_result","content":{call.content}{error}}}]',
                after,
                most=4000,
            )
            if call.name in ("Edit", "Write") and rng.random() < 0.25 and self.number >= (2, 0, 15):
                self.backups.append(rng.choice(self.project.files)[len(self.project.cwd) + 1 :])
                self.snapshot(uuid, update=True)
            if call.body is not None:
                body = f'[{{"type":"text","text":"{call.body}"}}]'
                self.user(body, f',"sourceToolUseID":"{tool_id}"' if self.era.new else "", meta=True)

    def while_running(self, call: Call, tool_id: str) -> None:
        """What the harness writes between a call and its result."""
        world = self.world
        if call.delegated is not None and self.agent is None:
            self.delegate(call.delegated)
        if not self.era.progress or self.agent is not None:
            return
        if self.project.hooks:
            for event in HOOKS:
                data = (
                    f'{{"type":"hook_progress","hookEvent":"{event}","hookName":"{event}:{call.name}","command":"{world.hook}"}}'
                )
                self.progress(data, tool_id, tool_id)
        for second in range(call.ticks):
            if call.delegated is not None:
                self.progress(self.agent_tick(call.delegated), world.id("agent_msg_01", 22), tool_id)
            else:
                text = world.log.take(world.draw(TICK))
                data = (
                    f'{{"type":"bash_progress","output":"{text}","fullOutput":"{text}",'
                    f'"elapsedTimeSeconds":{second + 2},'
                    f'"totalLines":{text.count(chr(92) + "n") + 1},"timeoutMs":120000}}'
                )
                self.progress(data, f"bash-progress-{second}", tool_id)

    def agent_tick(self, delegated: Delegated) -> str:
        world = self.world
        inner = world.id("toolu_01", 22)
        if world.rng.random() < 0.5:
            block = (
                f'{{"type":"tool_use","id":"{inner}","name":"Read","input":{{"file_path":"'
                f'{world.rng.choice(self.project.files)}"}}}}'
            )
            message = (
                f'{{"type":"assistant","timestamp":"{self.tick(900)}","message":{{"model":"{self.model}",'
                f'"id":"'
                f'{world.id("msg_01", 22)}","type":"message","role":"assistant","content":[{block}],'
                f'"stop_reason":null,"stop_sequence":null,"usage":{self.usage(40)}}},"requestId":"'
                f'{world.id("req_01", 22)}","uuid":"{world.uuid()}"}}'
            )
        else:
            text = world.code.take(world.draw(AGENT_TICK))
            message = (
                f'{{"type":"user","message":{{"role":"user","content":[{{"tool_use_id":"{inner}",'
                f'"type":"tool_result",'
                f'"content":"{text}"}}]}},"uuid":"{world.uuid()}","timestamp":"{self.tick(900)}"}}'
            )
        return (
            f'{{"message":{message},"normalizedMessages":[],"type":"agent_progress",'
            f'"prompt":{delegated.prompt},'
            f'"agentId":"{delegated.agent}"}}'
        )

    def delegate(self, delegated: Delegated) -> None:
        """The file of the subagent, whose steps are not in this one."""
        helper = Session(
            self.world,
            self.era,
            self.project,
            self.now,
            agent=delegated.agent,
            id=self.id,
            version=self.version,
        )
        helper.user(delegated.prompt)
        for _ in range(self.world.rng.randint(2, 9)):
            helper.step([helper.call(self.world.rng.choice(("bash", "read", "read", "grep", "glob")))])
        text = self.world.prose.take(self.world.draw(REPORT))
        helper.message([f'{{"type":"text","text":"{text}"}}'], "null")
        self.agents.append(helper)
        self.now = max(self.now, helper.now)

    def after_turn(self) -> None:
        rng, world = self.world.rng, self.world
        if rng.random() < 0.6:
            self.system(
                f'"subtype":"stop_hook_summary","hookCount":1,"hookInfos":[{{"command":"{world.hook}"}}],'
                '"hookErrors":[],"preventedContinuation":false,"stopReason":"","hasOutput":true,'
                '"level":"suggestion"',
                f',"toolUseID":"{world.uuid()}"',
            )
        if rng.random() < 0.3:
            self.system(f'"subtype":"turn_duration","durationMs":{rng.randint(4000, 900000)}', ',"isMeta":false')
        if rng.random() < 0.015:
            self.compact()
        if rng.random() < 0.01:
            number = rng.randint(1, 900)
            repository = f"{world.word()}/{self.project.cwd.rsplit('/', 1)[1]}"
            self.plain(
                f'"type":"pr-link","sessionId":"{self.id}","prNumber":{number},'
                f'"prUrl":"https://example.invalid/'
                f'{repository}/pull/{number}","prRepository":"{repository}","timestamp":"{self.tick(50)}"'
            )
        if self.era.new:
            text = json.dumps(world.phrase(rng.randint(6, 34)))
            for _ in range(rng.randint(1, 4)):
                self.plain(f'"type":"last-prompt","lastPrompt":{text},"leafUuid":{self.parent},"sessionId":"{self.id}"')
                self.plain(f'"type":"custom-title","customTitle":"{self.titles}","sessionId":"{self.id}"')
            self.plain(f'"type":"mode","mode":"normal","sessionId":"{self.id}"')

    def compact(self) -> None:
        logical, self.parent = self.parent, "null"
        trigger = "manual" if self.world.rng.random() < 0.33 else "auto"
        self.system(
            f'"logicalParentUuid":{logical},"subtype":"compact_boundary","content":"Conversation compacted",'
            f'"isMeta":false,"level":"info","compactMetadata":{{"trigger":"{trigger}","preTokens":167000}}'
        )
        text = "This session is being continued from a previous conversation. " + self.world.prose.take(7000)
        self.user(f'"{text}"', ',"isCompactSummary":true,"isVisibleInTranscriptOnly":true')

    def queue(self) -> None:
        text = self.world.prose_of(self.world.draw(NOTICE))
        self.plain(
            f'"type":"queue-operation","operation":"enqueue","timestamp":"{self.tick(900)}",'
            f'"sessionId":"{self.id}","content":"{text}"'
        )
        self.plain(f'"type":"queue-operation","operation":"dequeue","timestamp":"{self.tick(900)}","sessionId":"{self.id}"')

    def attachment(self) -> None:
        rng, world = self.world.rng, self.world
        kind = rng.random()
        if kind < 0.45:
            self.attach('{"type":"task_reminder","content":[],"itemCount":0}')
        elif kind < 0.6:
            path = f"{self.project.cwd}/CLAUDE.md"
            self.attach(
                f'{{"type":"nested_memory","path":"{path}","content":{{"path":"{path}","type":"Project",'
                f'"content":"'
                f'{world.prose_of(300)}"}},"displayPath":"CLAUDE.md"}}'
            )
        elif kind < 0.78:
            text = world.prose_of(150)
            self.attach(
                f'{{"type":"hook_additional_context","content":["{text}"],"hookName":"UserPromptSubmit",'
                f'"toolUseID":"hook-{world.uuid()}","hookEvent":"UserPromptSubmit"}}'
            )
        elif kind < 0.86:
            text = world.log.take(1100)
            self.attach(
                f'{{"type":"hook_success","hookName":"SessionStart:startup","toolUseID":"{world.uuid()}",'
                f'"hookEvent":'
                f'"SessionStart","content":"{text}","stdout":"{text}","stderr":"","exitCode":0,'
                f'"command":"{world.hook}",'
                f'"durationMs":{rng.randint(20, 900)}}}'
            )
        elif kind < 0.95:
            name = rng.choice(self.project.files)
            self.attach(f'{{"type":"edited_text_file","filename":"{name}","snippet":"{world.code.take(3200)}"}}')
        else:
            self.attach(
                f'{{"type":"queued_command","prompt":"{world.prose_of(world.draw(NOTICE))}",'
                f'"commandMode":"prompt",'
                f'"timestamp":"{self.tick(50)}"}}'
            )

    def opening(self) -> None:
        """What stands at the top of a file before the first prompt."""
        rng, world = self.world.rng, self.world
        if not self.era.new:
            if self.number < (2, 1, 28) and rng.random() < 0.7:
                self.plain(f'"type":"summary","summary":"{world.phrase(7)}","leafUuid":"{world.uuid()}"')
            return
        listing = world.prose.take(min(19_000, world.cap or 19_000))
        self.attach(f'{{"type":"skill_listing","content":"{listing}","skillCount":60,"isInitial":true}}')
        agents = world.prose.take(min(11_500, world.cap or 11_500))
        self.attach(f'{{"type":"agent_listing_delta","addedTypes":["{world.word()}"],"addedLines":["{agents}"]}}')
        names = ",".join(f'"{world.word()}"' for _ in range(40))
        self.attach(f'{{"type":"deferred_tools_delta","addedNames":[{names}],"addedLines":[{names}],"removedNames":[]}}')
        if rng.random() < 0.15:
            clear = "<command-name>/clear</command-name>\n            <command-message>clear</command-message>"
            self.user(json.dumps(clear))

    # -- tools

    def call(self, kind: str) -> Call:
        made: Call = getattr(self, f"call_{kind}")()
        return made

    def thinking(self) -> str:
        world = self.world
        new = self.era.new
        size = world.draw(THINKING_NEW if new else THINKING)
        length = world.draw(SIGNATURE_NEW if new else SIGNATURE)
        start = world.rng.randrange(BASE64_POOL)
        text = "" if size == 1 else world.prose_of(size)
        return f'{{"type":"thinking","thinking":"{text}","signature":"{world.base64[start : start + length]}"}}'

    def image(self) -> str:
        start = self.world.rng.randrange(BASE64_POOL // 2)
        data = self.world.base64[start : start + self.world.draw(IMAGE) // 4 * 4]
        return f'{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{data}"}}}}'

    def file(self) -> str:
        return self.world.rng.choice(self.project.files)

    def command(self) -> tuple[str, str]:
        """A shell command of the kind people's sessions hold, and which kind."""
        rng, world = self.world.rng, self.world
        cwd, name, other = self.project.cwd, world.word(), world.word()
        short = self.file()[len(cwd) + 1 :]
        kind = rng.random()
        if kind < 0.07:
            text = f"{rng.choice(('feat', 'fix', 'docs'))}({name}): {world.phrase(6)}"
            body = "\n\n".join(world.phrase(14) for _ in range(rng.randint(0, 3)))
            start = f"git add {short} && " if rng.random() < 0.6 else "git add -A && "
            return f"{start}git commit -m \"$(cat <<'EOF'\n{text}\n\n{body}\nEOF\n)\"", "commit"
        if kind < 0.24:
            tail = rng.choice(("", " 2>&1 | tail -20", " 2>&1 | tail -5", " -x -q", f" -k {name}"))
            runner = rng.choice(
                (
                    f"pytest tests/{name}/test_{other}.py",
                    f"python -m pytest {short}",
                    f"cd {cwd} && npm test -- {name}",
                    f"cargo test {name}_{other}",
                    f"go test ./{name}/...",
                    f"npx vitest run src/{name}.test.ts",
                    "make test",
                )
            )
            return runner + tail, "test"
        if kind < 0.36:
            check = rng.choice(
                (
                    f"cd {cwd} && npx tsc --noEmit 2>&1 | head -{rng.randint(5, 60)}",
                    f"cd {cwd} && npm run build 2>&1 | tail -{rng.randint(5, 60)}",
                    f"ruff check {short} --fix",
                    f"mypy --strict src/{name}",
                    f"cargo clippy -p {name} -- -D warnings",
                    f"eslint src/{name}/{other}.ts",
                )
            )
            return check, "check"
        if kind < 0.60:
            git = rng.choice(
                (
                    "git status",
                    f"git diff {short}",
                    f"git log --oneline -{rng.randint(3, 30)}",
                    f"git show HEAD:{short}",
                    f"git checkout -b feat/{name}-{other}",
                    f"git diff --stat main...{name}",
                    f"git push -u origin {name}",
                )
            )
            return git, "git"
        if kind < 0.9:
            look = rng.choice(
                (
                    f"ls -la {cwd}/{name}",
                    f"grep -rn \"{name}_{other}\" src --include='*.py' | head -{rng.randint(5, 50)}",
                    f"find . -name '*{name}*' -not -path './node_modules/*'",
                    f"cat {short} | head -{rng.randint(20, 200)}",
                    f"sed -n '{rng.randint(1, 90)},{rng.randint(91, 400)}p' {short}",
                    f"wc -l {short} src/{name}.py",
                    f"curl -s http://localhost:{rng.randint(3000, 9000)}/api/{name} | jq '.{other}'",
                    f"mkdir -p {name}/{other}",
                )
            )
            return look, "look"
        script = "\n".join(f"print({name!r}, {world.word()!r}, {rng.randint(1, 99)})" for _ in range(rng.randint(2, 22)))
        return f"python3 - <<'PY'\nimport json\n{script}\nPY", "script"

    def call_bash(self) -> Call:
        rng, world = self.world.rng, self.world
        command, kind = self.command()
        text = world.log.take(world.draw(BASH_OUT_NEW if self.era.new else BASH_OUT))
        arguments = f'{{"command":{json.dumps(command)},"description":"{world.phrase(5)}"}}'
        if kind == "git" and rng.random() < 0.3:
            text = "On branch " + self.branch
        extra = ""
        if kind == "commit":
            sha = f"{rng.getrandbits(28):07x}"
            changed = f"{rng.randint(2, 9)} files changed, {rng.randint(2, 300)} insertions(+)"
            text = f"[{self.branch} {sha}] {world.phrase(6)}\\n {changed}"
            if self.number >= (2, 1, 181):
                extra = f',"gitOperation":{{"commit":{{"sha":"{sha}","kind":"committed"}}}}'
        ticks = 0 if rng.random() < 0.84 else min(60, 1 + int(rng.expovariate(1 / 14)))
        if rng.random() < (0.2 if kind in ("test", "check") else 0.05):
            text = f"Exit code {rng.choice((1, 1, 1, 2, 127))}\\n{text}"
            return Call("Bash", arguments, f'"{text}"', f'"Error: {text}"', error=True, ticks=ticks)
        result = f'{{"stdout":"{text}","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false{extra}}}'
        return Call("Bash", arguments, f'"{text}"', result, ticks=ticks)

    def call_read(self) -> Call:
        rng, world = self.world.rng, self.world
        name, first = self.file(), 1 if rng.random() < 0.6 else rng.randint(2, 900)
        text = world.code.take(world.draw(READ_NEW if self.era.new else READ))
        lines = text.split("\\n")
        numbered = "\\n".join([f"{first + number:6d}→{line}" for number, line in enumerate(lines)])
        arguments = f'{{"file_path":"{name}"' + ("}" if first == 1 else f',"offset":{first},"limit":{len(lines)}}}')
        result = (
            f'{{"type":"text","file":{{"filePath":"{name}","content":"{text}","numLines":{len(lines)},'
            f'"startLine":{first},'
            f'"totalLines":{first + len(lines)}}}}}'
        )
        return Call("Read", arguments, f'"{numbered}"', result)

    def call_edit(self) -> Call:
        rng, world = self.world.rng, self.world
        name = self.file()
        old, new = world.code.take(world.draw(EDIT_OLD)), world.code.take(world.draw(EDIT_NEW))
        arguments = f'{{"replace_all":false,"file_path":"{name}","old_string":"{old}","new_string":"{new}"}}'
        if rng.random() < 0.065:
            text = "<tool_use_error>String to replace not found in file.</tool_use_error>"
            return Call("Edit", arguments, f'"{text}"', '"Error: String to replace not found in file."', error=True)
        around = world.code.take(160).split("\\n")
        removed, added = old.split("\\n"), new.split("\\n")
        first = rng.randint(1, 600)
        lines = [
            *(f" {line}" for line in around),
            *(f"-{line}" for line in removed),
            *(f"+{line}" for line in added),
        ]
        joined = '","'.join(lines)
        patch = (
            f'[{{"oldStart":{first},"oldLines":{len(around) + len(removed)},"newStart":{first},'
            f'"newLines":{len(around) + len(added)},"lines":["{joined}"]}}]'
        )
        if self.era.new:
            original = "null" if rng.random() < 0.55 else f'"{world.code.take(world.draw(ORIGINAL_NEW))}"'
            content = f"The file {name} has been updated successfully."
        else:
            original = f'"{world.code.take(world.draw(ORIGINAL))}"'
            shown = "\\n".join([f"{first + number:6d}→{line}" for number, line in enumerate(added)])
            content = f"The file {name} has been updated. Here is the result on a snippet:\\n{shown}"
        result = (
            f'{{"filePath":"{name}","oldString":"{old}","newString":"{new}","originalFile":{original},'
            f'"structuredPatch":{patch},"userModified":false,"replaceAll":false}}'
        )
        return Call("Edit", arguments, f'"{content}"', result)

    def call_write(self) -> Call:
        rng, world = self.world.rng, self.world
        name = self.file() if rng.random() < 0.93 else f"{self.project.cwd}/CLAUDE.md"
        text = world.code.take(world.draw(WRITE_NEW if self.era.new else WRITE))
        update = rng.random() < 0.3 and not self.era.new
        original = f'"{world.code.take(world.draw(ORIGINAL))}"' if update else "null"
        result = (
            f'{{"type":"{"update" if update else "create"}","filePath":"{name}","content":"{text}",'
            f'"structuredPatch":[],'
            f'"originalFile":{original}}}'
        )
        return Call("Write", f'{{"file_path":"{name}","content":"{text}"}}', f'"File written at: {name}"', result)

    def call_grep(self) -> Call:
        world = self.world
        pattern = f"{world.word()}.*{world.word()}"
        arguments = f'{{"pattern":"{pattern}","path":"{self.project.cwd}","output_mode":"content"}}'
        text = world.log.take(world.draw(GREP))
        lines = text.count("\\n") + 1
        result = f'{{"mode":"content","numFiles":0,"filenames":[],"content":"{text}","numLines":{lines}}}'
        return Call("Grep", arguments, f'"{text}"', result)

    def call_glob(self) -> Call:
        rng, world = self.world.rng, self.world
        names = rng.sample(self.project.files, rng.randint(0, 24))
        listed, shown = ",".join(f'"{name}"' for name in names), "\\n".join(names)
        result = f'{{"filenames":[{listed}],"durationMs":{rng.randint(2, 900)},"numFiles":{len(names)},"truncated":false}}'
        return Call("Glob", f'{{"pattern":"**/*{world.word()}*"}}', f'"{shown}"', result)

    def call_agent(self) -> Call:
        rng, world = self.world.rng, self.world
        prompt, agent = f'"{world.prose_of(world.draw(DELEGATION))}"', f"{rng.getrandbits(68):017x}"
        kind = rng.choice(("Explore", "Explore", "general-purpose", "Plan"))
        name = "Task" if self.number < (2, 1, 63) else "Agent"
        arguments = f'{{"description":"{world.phrase(4)}","prompt":{prompt},"subagent_type":"{kind}"}}'
        report = world.prose.take(world.draw(REPORT))
        blocks = f'[{{"type":"text","text":"{report}"}}]'
        result = (
            f'{{"status":"completed","prompt":{prompt},"agentId":"{agent}","content":{blocks},'
            f'"totalDurationMs":'
            f'{rng.randint(9000, 500000)},"totalTokens":{rng.randint(9000, 90000)},'
            f'"totalToolUseCount":{rng.randint(1, 40)},'
            f'"usage":{self.usage(900)}}}'
        )
        ticks = rng.randint(6, 44)
        return Call(name, arguments, blocks, result, ticks=ticks, delegated=Delegated(prompt, agent, kind))

    def call_task(self) -> Call:
        rng, world = self.world.rng, self.world
        if self.tasks == 0 or rng.random() < 0.36:
            self.tasks += 1
            subject = world.phrase(8)
            arguments = f'{{"subject":"{subject}","description":"{world.phrase(18)}","activeForm":"{world.phrase(6)}"}}'
            result = f'{{"task":{{"id":"{self.tasks}","subject":"{subject}"}}}}'
            return Call("TaskCreate", arguments, f'"Task #{self.tasks} created successfully: {subject}"', result)
        number = rng.randint(1, self.tasks)
        before, after = rng.choice((("pending", "in_progress"), ("in_progress", "completed")))
        result = (
            f'{{"success":true,"taskId":"{number}","updatedFields":["status"],'
            f'"statusChange":{{"from":"{before}","to":"{after}"}}}}'
        )
        arguments = f'{{"taskId":"{number}","status":"{after}"}}'
        return Call("TaskUpdate", arguments, f'"Updated task #{number} status"', result)

    def call_todo(self) -> Call:
        rng, world = self.world.rng, self.world
        todos = ",".join(
            f'{{"content":"{world.phrase(8)}",'
            f'"status":"{rng.choice(("pending", "in_progress", "completed"))}",'
            f'"activeForm":"{world.phrase(8)}"}}'
            for _ in range(rng.randint(3, 7))
        )
        content = '"Todos have been modified successfully. Ensure that you continue to use the todo list."'
        return Call("TodoWrite", f'{{"todos":[{todos}]}}', content, f'{{"oldTodos":[],"newTodos":[{todos}]}}')

    def call_web(self) -> Call:
        world = self.world
        text = world.prose.take(world.draw(WEB))
        query = world.phrase(7)
        result = f'{{"query":"{query}","results":[],"durationSeconds":4.1}}'
        return Call("WebSearch", f'{{"query":"{query}"}}', f'"{text}"', result)

    def call_ask(self) -> Call:
        world = self.world
        question = world.phrase(12) + "?"
        options = ",".join(f'{{"label":"{world.phrase(3)}","description":"{world.phrase(12)}"}}' for _ in range(3))
        asked = f'[{{"question":"{question}","header":"{world.word()}","options":[{options}],"multiSelect":false}}]'
        answer = world.phrase(3)
        result = f'{{"questions":{asked},"answers":{{"{question}":"{answer}"}}}}'
        return Call("AskUserQuestion", f'{{"questions":{asked}}}', f'"The answer was: {answer}"', result)

    def call_skill(self) -> Call:
        world = self.world
        skill = world.rng.choice(world.skills)
        result = f'{{"success":true,"commandName":"{skill}"}}'
        body = f"Base directory for this skill: {self.project.cwd}/.claude/skills/{skill}\\n"
        body += world.prose.take(world.draw(SKILL_BODY))
        return Call("Skill", f'{{"skill":"{skill}"}}', f'"Launching skill: {skill}"', result, body=body)

    def call_plan(self) -> Call:
        world = self.world
        plan = world.prose.take(world.draw(PLAN))
        if world.rng.random() < 0.5:
            text = "The user doesn't want to proceed with this tool use. The tool use was rejected."
            return Call("ExitPlanMode", f'{{"plan":"{plan}"}}', f'"{text}"', '"User rejected tool use"', error=True)
        self.mode = "acceptEdits"
        result = f'{{"plan":"{plan}","isAgent":false}}'
        return Call("ExitPlanMode", f'{{"plan":"{plan}"}}', '"User has approved your plan."', result)

    def call_search(self) -> Call:
        word = self.world.word()
        result = f'{{"matches":["{word}"],"query":"{word}","total_deferred_tools":41}}'
        content = f'[{{"type":"tool_reference","tool_name":"{word}"}}]'
        return Call("ToolSearch", f'{{"query":"{word}","max_results":3}}', content, result)


class Tree:
    """Writes the sessions of one root and counts what it wrote."""

    def __init__(self, root: Path, world: World) -> None:
        self.root = root
        self.world = world
        self.files = 0
        self.bytes = 0
        self.recent: list[Session] = []

    def write(self, path: Path, session: Session) -> None:
        data = "\n".join([*session.lines, ""]).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        # The time of the last change tells running sessions from old ones: it must be as old as the records.
        os.utime(path, (session.now / 1000, session.now / 1000))
        self.files += 1
        self.bytes += len(data)

    def session(self, place: float, small: bool) -> None:
        """One session that began at this place (0 to 1) in the whole span, with its helpers."""
        world, rng = self.world, self.world.rng
        era = ERAS[min(bisect_left(ERA_ENDS, place), len(ERAS) - 1)]
        start = START_MS + int(place * SPAN_MS) + rng.randint(0, 36 * 3600 * 1000)
        project = rng.choices(world.projects, [project.weight for project in world.projects])[0]
        session = Session(world, era, project, start)
        copied = [old for old in self.recent if old.era is era]
        if copied and rng.random() < 0.03:
            self.resume(session, rng.choice(copied))
        else:
            session.opening()
        if small:
            turns, mean = rng.randint(1, 2), 2.0
        else:
            turns, mean = min(41, 1 + int(rng.expovariate(1 / 3.6))), 12.0
        for _ in range(turns):
            session.turn(min(160, int(rng.expovariate(1 / mean))))
        folder = self.root / "projects" / session.project.folder
        self.write(folder / f"{session.id}.jsonl", session)
        for helper in session.agents:
            self.helper(folder, session, helper)
        if era.flat_agents and not small and rng.random() < 0.7:
            self.warm_up(folder, session)
        if sum(map(len, session.lines)) < 1_500_000:
            self.recent = [*self.recent[-5:], session]

    def resume(self, session: Session, old: Session) -> None:
        """The history of another session, as resuming or branching copies it: same records, another "
        "session id."""
        session.project, session.branch = old.project, old.branch
        session.version, session.number = old.version, old.number
        session.head, session.tail = (part.replace(old.id, session.id) for part in (old.head, old.tail))
        fork = f',"forkedFrom":{{"sessionId":"{old.id}"}}}}' if session.era.new else "}"
        for line in old.lines:
            copy = line.replace(old.id, session.id)
            session.lines.append(copy[:-1] + fork if line.startswith('{"parentUuid"') else copy)
        session.parent = old.parent
        session.now = max(session.now, old.now)

    def helper(self, folder: Path, session: Session, helper: Session) -> None:
        name = f"agent-{helper.agent}"
        if session.era.flat_agents:
            self.write(folder / f"{name}.jsonl", helper)
            return
        below = folder / session.id / "subagents"
        self.write(below / f"{name}.jsonl", helper)
        (below / f"{name}.meta.json").write_text('{"agentType":"Explore","description":"a helper"}')

    def warm_up(self, folder: Path, session: Session) -> None:
        """The two lines with which some versions warm up a helper that is then never asked anything."""
        agent = f"{self.world.rng.getrandbits(32):08x}"
        warm = Session(
            self.world,
            session.era,
            session.project,
            session.now,
            agent=agent,
            id=session.id,
            version=session.version,
        )
        warm.user('"Warmup"')
        warm.message([f'{{"type":"text","text":"{self.world.phrase(20)}"}}'], "null")
        self.write(folder / f"agent-{agent}.jsonl", warm)


def generate(root: Path, seed: int, total: int | None, sessions: int | None, small: bool) -> Tree:
    """Fills the root until it holds this many bytes or this many session files."""
    tree = Tree(root, World(seed, cap=1200 if small else None))
    made = 0
    while (total is not None and tree.bytes < total) or (sessions is not None and made < sessions):
        place = tree.bytes / total if total is not None else made / (sessions or 1)
        tree.session(min(place, 1.0), small)
        made += 1
    return tree


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("root", type=Path, help="the folder to fill; transcripts go to its folder projects/")
    amount = parser.add_mutually_exclusive_group(required=True)
    amount.add_argument("--bytes", type=int, help="write until there are this many bytes")
    amount.add_argument("--sessions", type=int, help="write this many sessions (the files of helpers come on top)")
    parser.add_argument("--small", action="store_true", help="short sessions of one file each, without helpers")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    tree = generate(options.root, options.seed, options.bytes, options.sessions, options.small)
    print(f"{tree.files} files, {tree.bytes} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
