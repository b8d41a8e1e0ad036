"""Where everything lives, passed in as a value; nothing here creates anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from .home import LOCK, NOW, own_data
from .sessions.agent import Root, agents


@dataclass(frozen=True, slots=True)
class Places:
    """The folders the program reads and writes."""

    home: Path
    """Own data: the profile, its lock, its readable copy."""
    config: Path
    """What the person wrote: settings, themes of their own."""
    roots: tuple[Root, ...]
    """The agents' own folders, in which their transcripts are."""
    team_practices: tuple[Path, ...] = ()
    """Folders of a team's practices, as the person named them in `settings.toml`."""

    @property
    def transcripts(self) -> tuple[Path, ...]:
        """The folders that hold transcripts, whether they exist or not."""
        return tuple(folder for root in self.roots for folder in root.folders)

    @property
    def profile(self) -> Path:
        """The SQLite profile."""
        return self.home / "profile.db"

    @property
    def readable(self) -> Path:
        """The readable copy of the profile."""
        return self.home / "profile.toml"

    @property
    def lock(self) -> Path:
        """Held by the one process that reads transcripts."""
        return self.home / LOCK

    @property
    def request(self) -> Path:
        """Touched by a process that asks the reader for a sweep."""
        return self.home / "sweep-request"

    @property
    def team(self) -> Path:
        """What has to do with sharing: the consent, the keys, the copy of the team's repository, the outbox and what was sent."""
        return self.home / "team"

    @property
    def consent(self) -> Path:
        """What the person agreed to, and when."""
        return self.team / "consent.json"

    @property
    def delivery(self) -> Path:
        """The numbers that were read from allowed repositories."""
        return self.home / "delivery.json"

    @property
    def now(self) -> Path:
        """The running sessions as the process that reads last saw them."""
        return self.home / NOW

    @property
    def settings(self) -> Path:
        """What the person chose."""
        return self.config / "settings.toml"

    @property
    def practices(self) -> Path:
        """The person's own practices."""
        return self.config / "practices"

    @property
    def practice_folders(self) -> tuple[tuple[str, Path], ...]:
        """Where own practices stand: whose, and the folder. The person's first: of two with one name theirs is taken."""
        accepted = self.team / "practices"
        # Those of the team's repository that were accepted, where any was; a folder that the settings name and is not there is said.
        teams = (*((accepted,) if accepted.is_dir() else ()), *self.team_practices)
        return (("yours", self.practices), *(("team", folder) for folder in teams))

    @property
    def themes(self) -> Path:
        """The person's own themes."""
        return self.config / "themes"


def from_home(path: str | Path) -> str:
    """A path as people write it: from the home folder on, where it lies there."""
    try:
        return str(Path("~") / Path(path).relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def find(environ: Mapping[str, str] | None = None) -> Places:
    """The places on this machine. `ACCRETE_COACH_HOME` moves all own ones; each agent's variable names its own
    (`CLAUDE_CONFIG_DIR`, `CODEX_HOME`).
    """
    env = os.environ if environ is None else environ
    home = config = Path(own_data(env))
    if not env.get("ACCRETE_COACH_HOME", "").strip():
        config = platformdirs.user_config_path("accrete-coach", appauthor=False)
    roots = tuple(Root(agent.id, path) for agent in agents().values() for path in agent.roots(env))
    return Places(home=home, config=config, roots=roots, team_practices=_team_practices(config / "settings.toml"))


def _team_practices(settings: Path) -> tuple[Path, ...]:
    """`team_practices` of the settings: a list of folders, from the settings' own where they are relative.

    What can't be used is passed over here; `settings.load` says it.
    """
    try:
        text = settings.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    if "team_practices" not in text:
        return ()
    import tomllib

    try:
        named = tomllib.loads(text).get("team_practices")
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    listed = named if isinstance(named, list) else [named]
    return tuple(settings.parent / _expanded(one) for one in listed if isinstance(one, str) and one and "\0" not in one)


def _expanded(folder: str) -> Path:
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        # Nobody's home: a folder of that name, which is not there, is what `where` and `doctor` then name.
        return Path(folder)
