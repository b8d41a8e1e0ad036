"""What the person agreed to, and when: off, local or team. Dated, versioned, revocable; whatever can't be read means local.

The file is a list of what they said, the newest last; nothing in it is ever changed, only added to. Consent to share holds for
the fields that there were when it was given (`FIELDS`): where a later version would send another field, it asks again, and
until then nothing leaves.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Mode = Literal["off", "local", "team"]
MODES: tuple[Mode, ...] = get_args(Mode)
FIELDS = 1
"""Raised whenever anything more, or anything else, would leave than before: consent to less is none to more."""
MOST_BYTES = 256 * 1024


class ConsentTrouble(Exception):
    """What the person said can't be kept; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the person said once."""

    mode: Mode
    at: int
    """Milliseconds since 1970, UTC."""
    fields: int = FIELDS
    """The fields that they were shown."""
    team: str = ""
    """The address of the team's repository, as they joined it."""
    few: bool = False
    """Whether totals of five to seven people are all right with them, after the warning."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Where the person stands now, and all that they said."""

    said: tuple[Said, ...] = ()
    trouble: str = ""
    """Why it could not be read, in a sentence; it means local then."""

    @property
    def mode(self) -> Mode:
        """What holds now."""
        if self.trouble or not self.said:
            return "local"
        last = self.said[-1]
        return "local" if last.mode == "team" and last.fields != FIELDS else last.mode

    @property
    def asks_again(self) -> bool:
        """Whether they agreed to share, but to other fields than there are now."""
        return not self.trouble and bool(self.said) and self.said[-1].mode == "team" and self.said[-1].fields != FIELDS

    @property
    def since(self) -> int:
        """Since when consent to share has held without a break, to the fields there are: nothing before it ever counts. 0 where it
        does not hold."""
        if self.mode != "team":
            return 0
        since = self.said[-1].at
        for one in reversed(self.said):
            if one.mode != "team" or one.fields != FIELDS or one.team != self.said[-1].team:
                break
            since = min(since, one.at)
        return since

    @property
    def few(self) -> bool:
        """Whether totals of five to seven people are all right."""
        return self.mode == "team" and self.said[-1].few


def load(path: Path) -> Consent:
    """What was said. Whatever can't be read means local. Never raises."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Consent()
    except OSError as problem:
        return Consent(trouble=f"{path}: it can't be read ({problem.strerror}), so nothing is shared")
    try:
        told = _parse(data)
    except (ValueError, RecursionError):
        return Consent(trouble=f"{path}: it can't be read, so nothing is shared; `accrete-coach share local` writes it anew")
    return Consent(told)


def add(path: Path, said: Said) -> Consent:
    """Keep what the person says now, atomically. What could not be read before is set aside, never overwritten. Raises
    ConsentTrouble."""
    before = load(path)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    told = (*before.said, said)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if before.trouble and path.exists():
            os.replace(path, path.with_name(f"{path.name}.unreadable-{said.at}"))
        with open(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
            json.dump({"schema": 1, "said": [_table(one) for one in told]}, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(new, path)
    except OSError as problem:
        raise ConsentTrouble(f"{path}: not kept ({problem.strerror}); what you said before still holds") from None
    finally:
        new.unlink(missing_ok=True)
    return Consent(told)


def _table(one: Said) -> dict[str, Any]:
    return {"mode": one.mode, "at": one.at, "fields": one.fields, "team": one.team, "few": one.few}


def _parse(data: bytes) -> tuple[Said, ...]:
    value = json.loads(data) if len(data) <= MOST_BYTES else None
    if not isinstance(value, dict) or value.get("schema") != 1 or not isinstance(value.get("said"), list):
        raise ValueError
    out = []
    for one in value["said"]:
        mode, at, fields, team, few = (one[name] for name in ("mode", "at", "fields", "team", "few")) if _is(one) else ("",) * 5
        if (
            mode not in MODES
            or type(at) is not int
            or type(fields) is not int
            or not isinstance(team, str)
            or type(few) is not bool
        ):
            raise ValueError
        out.append(Said(mode, at, fields, team, few))
    return tuple(out)


def _is(one: object) -> bool:
    return isinstance(one, dict) and {"mode", "at", "fields", "team", "few"} <= set(one)
