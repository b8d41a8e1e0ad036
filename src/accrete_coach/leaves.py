"""What leaves this machine, what is read and kept on it, and how anyone can check: one value for the screen and the command."""

from __future__ import annotations

import sys
from typing import NamedTuple

from .places import Places
from .settings import load
from .team import consent

NOTHING = "Nothing leaves this machine. There is no account and no server, and nothing is ever sent by itself."
OFF = "Reading is off: no transcript is read, and nothing leaves this machine."
TEAM = (
    "You agreed to share with your team. Nothing leaves by itself: only what you make, after you saw its exact bytes and confirmed them."
    " `accrete-coach share log` lists all that ever left, with copies."
)
FETCHES = (
    "You joined a team. `team fetch`, or the app where you set `fetch_hours`, asks the host of its repository, which sees your account there, your address and when; nothing of your"
    " sessions is in that. Byte copies of what you sent, with the words that you picked, and what teammates shared stand in the folder"
    " `team`."
)
SHARES = (
    "If you want to share with a team, it takes a git repository and nothing else: `accrete-coach share team` says what would leave, to"
    " whom, and what they could infer, before anything does."
)
READS = (
    "It reads the transcripts that your coding agents write, and changes none of them; and of the git repositories that you allow, your"
    " own commits, without running, changing or fetching anything."
)
KEEPS = (
    "It keeps what happened in them as facts: what, when, in which transcript. Not a word of yours or of the agent's, no name of"
    " a file they worked on and no command; only the reasons and notes that you type yourself. Projects are kept by their folder, and stay here."
)
ALSO = "`accrete-coach export` shows what is kept, `doctor` what was passed over, and `forget` removes sessions from it for good."
TRACED = "strace -f -e trace=network -o /tmp/accrete-coach.trace accrete-coach list && grep -c AF_INET /tmp/accrete-coach.trace"
"""&&, not ;: where nothing could be traced, a count of nothing would say 0, too."""
LISTED = "lsof -nP -i -a -c accrete-coach"


class Check(NamedTuple):
    """How to check it."""

    command: str
    says: str
    """What to expect, and what it does not show."""


class Leaves(NamedTuple):
    """The whole answer."""

    sentences: tuple[str, ...]
    reads: tuple[str, ...]
    """Folders that are read."""
    writes: tuple[str, ...]
    """Folders that are written."""
    check: Check


def leaves(places: Places, platform: str = sys.platform) -> Leaves:
    """What leaves, what is read and written, and how to check it on a platform (as `sys.platform` names it)."""
    writes = dict.fromkeys((str(places.home), str(places.config)))
    reads = (*map(str, places.transcripts), *load(places)[0].delivery)
    mode = consent.load(places.consent).mode
    said = {"off": (OFF,), "local": (NOTHING,), "team": (TEAM,)}[mode]
    more = (FETCHES,) if (places.team / "team.json").exists() else (SHARES,) if mode == "local" else ()
    return Leaves((*said, READS, KEEPS, ALSO, *more), reads, tuple(writes), check(platform))


def check(platform: str) -> Check:
    """How anyone can check it with a tool that is not ours."""
    if platform.startswith("linux"):
        return Check(
            TRACED,
            "strace writes down every call of the program and of its workers that has to do with a network. The count of those that"
            " name an internet address (AF_INET, AF_INET6) is the last line: 0. Where no number is shown, it proves nothing. It shows"
            " what the traced command does; name another in place of `list` to trace that.",
        )
    return Check(
        LISTED,
        "While the program runs in another terminal, this lists its internet connections: none. It is weaker than a trace of every"
        " call: a connection between two looks would not show.",
    )
