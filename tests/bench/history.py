"""Makes a repository with a long history by `git fast-import`: the same for the same arguments, but for the day it ends on.

Several people commit to one main branch, by merges of short branches and directly, over two years that end now; a fifth of the
commits are ME's. Lines are added, changed and taken away; there is a tag every two weeks.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ME = "sam@example.org"
OTHERS = tuple(f"{name}@example.org" for name in ("kim", "alex", "robin", "jo"))
YEARS = 2
FILES = 400
WORDS = ("order", "price", "total", "line", "shop", "item", "count", "rate", "name", "index", "value", "rows", "table", "field")
TAG_EVERY = 14 * 86_400


def stream(commits: int, now: int) -> Iterator[bytes]:
    """What `git fast-import` reads."""
    rng = random.Random(5)
    files: list[list[str]] = [[line(rng) for _ in range(60)] for _ in range(FILES)]
    began = tagged = now - YEARS * 365 * 86_400
    mark = 0
    main = 0
    made = 0
    while made < commits:
        on_branch = rng.randrange(5) if rng.random() < 0.5 else 0
        author = ME if rng.random() < 0.2 else rng.choice(OTHERS)
        tip = main
        touched: set[int] = set()
        for _ in range(max(on_branch, 1)):
            mark += 1
            made += 1
            at = began + (now - 3600 - began) * made // commits
            yield commit(mark, "refs/heads/work" if on_branch else "refs/heads/main", author, at, f"Change number {made}", tip, 0)
            for number in sorted({rng.randrange(FILES) for _ in range(rng.randint(1, 3))}):
                touched.add(number)
                yield change(rng, number, files[number])
            tip = mark
        if on_branch:
            mark += 1
            made += 1
            at = began + (now - 3600 - began) * made // commits
            yield commit(mark, "refs/heads/main", rng.choice(OTHERS), at, "Merge work", main, tip)
            # The merge begins with main's files; what the branch changed is put in.
            yield b"".join(blob(number, files[number]) for number in sorted(touched))
        main = mark if on_branch else tip
        if at - tagged > TAG_EVERY:
            tagged = at
            yield f"tag v{tagged}\nfrom :{main}\ntagger Kim <{OTHERS[0]}> {at} +0000\ndata 1\nx\n".encode()
    yield f"reset refs/heads/main\nfrom :{main}\n".encode()


def line(rng: random.Random) -> str:
    """A line of a program."""
    number = rng.getrandbits(40)
    return f"    {WORDS[number % 14]} = {WORDS[number // 14 % 14]}[{WORDS[number // 200 % 14]}] + {number}"


def commit(mark: int, branch: str, author: str, at: int, subject: str, parent: int, merged: int) -> bytes:
    """The head of a commit."""
    who = f"{author.partition('@')[0]} <{author}> {at} +0000"
    text = f"commit {branch}\nmark :{mark}\nauthor {who}\ncommitter {who}\ndata {len(subject)}\n{subject}\n"
    text += f"from :{parent}\n" if parent else ""
    text += f"merge :{merged}\n" if merged else ""
    return text.encode()


def change(rng: random.Random, number: int, lines: list[str]) -> bytes:
    """A file with some lines added, changed and taken away."""
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(lines))
        lines[place : place + rng.randint(0, 5)] = [line(rng) for _ in range(rng.randint(0, 8))]
        if len(lines) < 20:
            lines += [line(rng) for _ in range(20)]
    del lines[200:]
    return blob(number, lines)


def blob(number: int, lines: list[str]) -> bytes:
    """A file as it is now."""
    text = "".join(f"{one}\n" for one in lines).encode()
    return b"M 100644 inline src/part%02d/file%03d.py\ndata %d\n%s\n" % (number % 20, number, len(text), text)


def make(folder: Path, commits: int, now: int) -> None:
    """A bare start and its history, without a checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env = {**kept, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True, env=env)
    subprocess.run(["git", "config", "user.email", ME], check=True, env=env, cwd=folder)
    with subprocess.Popen(["git", "fast-import", "--quiet", "--force"], stdin=subprocess.PIPE, env=env, cwd=folder) as process:
        assert process.stdin is not None
        for part in stream(commits, now):
            process.stdin.write(part)
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commits", type=int, default=50_000)
    chosen = parser.parse_args()
    make(chosen.folder, chosen.commits, int(time.time()))
    sys.exit(0)
