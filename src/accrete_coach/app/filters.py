"""What the person narrows the practices down to, as one frozen value that describes itself."""

from __future__ import annotations

from dataclasses import dataclass

from ..practice import FAMILY_NAMES
from ..sessions.agent import agents
from ..standings import WINDOW_WEEKS, Standing, State

WINDOWS = (1, 4, 8, 26, 0)
"""Weeks that can be chosen; 0: all time."""


def window_name(weeks: int) -> str:
    """A window in words."""
    return "all time" if not weeks else f"{weeks} week{'s' * (weeks != 1)}"


@dataclass(frozen=True, slots=True)
class Filters:
    """All of them hold together: a practice is shown where every one lets it through."""

    weeks: int = WINDOW_WEEKS
    """0: all time."""
    project: str = ""
    """A project's folder, or a part of it; "" for all."""
    agent: str = ""
    """An agent's id; "" for all."""
    states: frozenset[State] = frozenset()
    """Empty for all."""
    families: frozenset[str] = frozenset()
    """Ids of families; empty for all."""

    @property
    def narrows_sessions(self) -> bool:
        """Whether other sessions are counted than those of the usual window."""
        return self.weeks != WINDOW_WEEKS or bool(self.project or self.agent)

    @property
    def narrows_practices(self) -> bool:
        """Whether some practices are left out."""
        return bool(self.states or self.families)

    @property
    def some(self) -> bool:
        """Whether anything is narrowed."""
        return self.narrows_sessions or self.narrows_practices

    def keeps(self, family: str, standing: Standing | None) -> bool:
        """Whether a practice is shown, as far as its family and its state decide."""
        if self.families and family not in self.families:
            return False
        return not self.states or (standing is not None and standing.state in self.states)

    @property
    def words(self) -> tuple[str, ...]:
        """What is narrowed, each in a few words; none where nothing is."""
        out = []
        if self.weeks != WINDOW_WEEKS:
            out.append("all time" if not self.weeks else f"last {window_name(self.weeks)}")
        if self.project:
            out.append(f"project {self.project.replace(chr(92), '/').rstrip('/').rsplit('/', 1)[-1]}")
        if self.agent:
            out.append(agents()[self.agent].name if self.agent in agents() else self.agent)
        if self.states:
            out.append(" or ".join(s.value for s in State if s in self.states))
        if self.families:
            out.append(" or ".join(name for family, name in FAMILY_NAMES.items() if family in self.families))
        return tuple(out)


ALL = Filters()
"""Nothing is narrowed."""
