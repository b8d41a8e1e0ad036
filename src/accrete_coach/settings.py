"""What the person chose, in `settings.toml`: read forgivingly, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import tomli_w

from .places import Places

DEFAULT_THEME = "dusk"


class SettingsError(Exception):
    """The settings could not be written; the message is a sentence for the person."""


MOST_HOURS = 168


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices a person can make."""

    theme: str = DEFAULT_THEME
    """The name of a theme of the app."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys, with commas between them, by the id of the command; whether they can be used, the app says."""
    delivery: tuple[str, ...] = ()
    """Repositories that delivery figures may be read from."""
    identities: tuple[str, ...] = ()
    """Addresses of the person's commits, beside those that git's configuration names."""
    masked: tuple[str, ...] = ()
    """Words that name the person or what they work on, and are masked in whatever they share, beside those that are found."""
    fetch_hours: int = 0
    """Hours after which the app fetches the team's repository by itself; 0: never, only when asked."""


def load(places: Places) -> tuple[Settings, tuple[str, ...]]:
    """The settings and what is wrong with them, in sentences. A missing file is nothing wrong."""
    try:
        table = _read(places)
    except FileNotFoundError:
        return Settings(), ()
    except OSError as problem:
        return Settings(), (f"settings.toml: cannot be read ({type(problem).__name__}); using the defaults.",)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return Settings(), ("settings.toml: is not valid TOML; using the defaults.",)
    problems = []
    theme = table.get("theme", DEFAULT_THEME)
    if not isinstance(theme, str) or not theme:
        problems.append(f"settings.toml: 'theme' is not the name of a theme; using {DEFAULT_THEME}.")
        theme = DEFAULT_THEME
    # The folders themselves are found before anything else is (`places`).
    folders = table.get("team_practices", [])
    if not isinstance(folders, str) and not (isinstance(folders, list) and all(isinstance(one, str) for one in folders)):
        problems.append("settings.toml: 'team_practices' is not a list of folders; what in it is none is passed over.")
    keys, wrong = _keys(table.get("keys", {}))
    delivery, no_folders = _texts(table, "delivery", "a list of folders")
    identities, no_addresses = _texts(table, "identities", "a list of addresses")
    masked, no_words = _texts(table, "masked", "a list of words")
    hours = table.get("fetch_hours", 0)
    if type(hours) is not int or not 0 <= hours <= MOST_HOURS:
        problems.append(
            f"settings.toml: 'fetch_hours' is not a whole number of hours from 0 to {MOST_HOURS}; nothing is fetched by itself."
        )
        hours = 0
    return Settings(theme, keys, delivery, identities, masked, hours), (*problems, *wrong, *no_folders, *no_addresses, *no_words)


def _texts(table: Mapping[str, object], key: str, what: str) -> tuple[tuple[str, ...], list[str]]:
    value = table.get(key, [])
    listed = value if isinstance(value, list) else [value]
    found = tuple(one for one in listed if isinstance(one, str) and one and "\0" not in one)
    whole = isinstance(value, list) and len(found) == len(listed)
    return found, [] if whole else [f"settings.toml: '{key}' is not {what}; what in it is none is passed over."]


def _keys(table: object) -> tuple[dict[str, str], list[str]]:
    if not isinstance(table, dict):
        return {}, ["settings.toml: 'keys' is not a table of commands and their keys; using the defaults."]
    keys: dict[str, str] = {}
    bad = []
    for name, value in table.items():
        # Without quotes around the id, TOML makes a table of its first half.
        for whole, text in {f"{name}.{n}": v for n, v in value.items()}.items() if isinstance(value, dict) else ((name, value),):
            if isinstance(text, str):
                keys[whole] = text
            else:
                bad.append(f"'{whole}'")
    return keys, [f"settings.toml: in [keys] these are no keys: {', '.join(bad)}; using the defaults."] if bad else []


def save(places: Places, settings: Settings) -> None:
    """Write the theme, keeping everything else that is in the file. Raises SettingsError."""
    _change(places, "theme", settings.theme)


def save_delivery(places: Places, folders: Sequence[str]) -> None:
    """Write which repositories may be read, keeping everything else that is in the file. Raises SettingsError."""
    _change(places, "delivery", list(folders))


def _change(places: Places, key: str, value: object) -> None:
    try:
        table = _read(places)
    except FileNotFoundError:
        table = {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        # Writing over a file that a person wrote and this version cannot read would lose it.
        raise SettingsError("settings.toml: not changed, because what is in it cannot be read.") from problem
    table[key] = value
    temporary = ""
    try:
        places.config.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".settings-", suffix=".toml", dir=places.config)
        with os.fdopen(handle, "wb") as file:
            tomli_w.dump(table, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, places.settings)
    except (OSError, UnicodeEncodeError) as problem:
        with contextlib.suppress(OSError):
            if temporary:
                os.unlink(temporary)
        raise SettingsError(f"settings.toml: not saved ({type(problem).__name__}); the choice holds until you quit.") from problem


def _read(places: Places) -> dict[str, object]:
    with places.settings.open("rb") as file:
        return tomllib.load(file)
