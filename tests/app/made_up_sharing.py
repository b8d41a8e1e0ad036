"""Sharing for the app without a repository: what would leave is kept in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from accrete_coach.sharing import Prepared, Status
from accrete_coach.team.consent import Consent
from accrete_coach.team.exemplars import Exemplar, Shown, Step, Words
from accrete_coach.team.folder import Team
from accrete_coach.team.outbox import Line, preview


def an_exemplar(title: str = "Ask for the diff in the same breath", author: str = "Bruno", *, words: bool = True) -> Shown:
    made = Exemplar(
        "read-diff",
        "claude-code",
        (
            Step("prompt", 1, "minutes"),
            Step("diff"),
            Step("prompt"),
            Step("edit", 2),
            Step("check", outcome="failed"),
            Step("commit"),
        ),
        (1,),
        title,
        "It costs a minute, and I found a stray file twice.",
        False,
        (Words(0, "show me `git diff` of <path> before you commit, and wait for my word"),) if words else (),
    )
    return Shown("5f1c2a3b" * 4, "a" * 64, author, made)


@dataclass
class MadeUpSharing:
    found: tuple[Shown, ...] = ()
    told: Status = field(default_factory=lambda: Status(Consent(), None))
    lines: tuple[Line, ...] = ()
    sent: list[str] = field(default_factory=list)
    refuses: str = ""
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Places of the moments that an example was wanted of."""
    waits: threading.Event | None = None
    """What would leave is made once this is set."""

    def status(self) -> Status:
        return self.told

    def log(self) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        return self.lines, ()

    def exemplars(self, practice: str | None = None) -> tuple[Shown, ...]:
        return tuple(one for one in self.found if practice in (None, one.exemplar.practice))

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
        self.asked.append((path, line))
        if self.waits is not None:
            self.waits.wait(10)
        if self.refuses:
            return self.refuses
        data = f'{{"body":{{"practice":"{practice}","title":"{title}"}},"kind":"exemplar"}}'.encode()
        at = f"v1/exemplars/{'5f1c2a3b' * 4}"
        seen = preview({f"{at}.json": data, f"{at}.md": f"# {title}\n\nlook at it\n".encode()}, "/srv/team.git")
        says = "Your example, signed with your key; and the same as a page for people."
        return Prepared(seen, (says,), words="5f1c2a" if prompt else "")

    def send_now(self, hash: str) -> str:
        self.sent.append(hash)
        return "Shared (commit 1a2b3c4d). accrete-coach exemplar withdraw takes it back, as far as that goes."


def a_team() -> Status:
    return Status(Consent(), Team("git@example.org:team/practices.git", 1, 1, ""), "Ada", 9, 14)
