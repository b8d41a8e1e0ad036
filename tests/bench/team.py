"""A made-up team's repository: members, examples and messages of totals, each with a right name and signature."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from accrete_coach.team import exemplars, keys, message
from accrete_coach.team.exemplars import Exemplar, Step

PEOPLE = 50
PRACTICES = ("plan-first", "read-diff", "run-check", "delegate")
STEPS = (
    Step("prompt", 1, "minutes"),
    Step("plan"),
    Step("decision", outcome="yes"),
    Step("edit", 3),
    Step("check"),
    Step("commit"),
)


def files(examples: int, messages: int) -> dict[str, bytes]:
    """Path -> bytes: members, so many examples, and messages of totals up to so many files in all."""
    people = [keys.make() for _ in range(PEOPLE)]
    made = {}
    for n, one in enumerate(people):
        told = message.sign("member", {"name": f"Member {n}", "to": one.to}, one.signing)
        made[f"v1/members/{told.name}.json"] = told.data
    for n in range(examples):
        shown = Exemplar(PRACTICES[n % len(PRACTICES)], "claude-code", STEPS, (1,), f"Example {n}", "It took a minute.", False)
        told = exemplars.sign(shown, people[n % PEOPLE].signing)
        made[f"v1/exemplars/{told.name}.json"] = told.data
    for n in range(messages - len(made)):
        body = {"epoch": "2026-11-02", "day": "2026-10-30", "name": f"Member {n}", "to": people[n % PEOPLE].to, "list": 1}
        told = message.sign("join", body, people[n % PEOPLE].signing)
        made[f"v1/totals/{told.name}.json"] = told.data
    return made


def write(path: Path, made: dict[str, bytes]) -> None:
    """A bare repository with all of it in one commit."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(path)], check=True)
    stream = [b"commit refs/heads/accrete-coach\ncommitter accrete-coach <a@localhost.invalid> 1793000000 +0000\ndata 0\n"]
    stream += [b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data) for name, data in made.items()]
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=b"".join(stream), check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--messages", type=int, default=0)
    given = parser.parse_args()
    write(given.path, files(given.examples, given.messages))
