"""Which keys the commands have now: those of `settings.toml` where they can be used, the declared ones else."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations

from textual.app import App
from textual.keys import KEY_ALIASES, REPLACED_KEYS, Keys, _character_to_key, key_to_character
from textual.screen import ModalScreen, Screen

from .commands import Command, Commanded

Keymap = dict[str, tuple[str, ...]]
"""Keys by the id of their command."""
TAKEN = ("ctrl+q", "ctrl+p")
"""Leaving and the palette: they work wherever one is, whatever else was tried."""
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""What a terminal sends the same bytes for."""
_MODIFIERS = {"ctrl", "alt", "shift", "super", "hyper", "meta"}
_NAMED = {key.value for key in Keys if not key.value.startswith("<")} | set(KEY_ALIASES)
_PACKAGE = __name__.rpartition(".")[0]


def everything() -> tuple[tuple[type, Command], ...]:
    """Every command with the class that declares it, by id."""
    for module in pkgutil.iter_modules(sys.modules[_PACKAGE].__path__, _PACKAGE + "."):
        importlib.import_module(module.name)
    found = {said.id: (kind, said) for kind in _kinds(Commanded) for said in vars(kind).get("commands", ())}
    return tuple(found[name] for name in sorted(found))


def rebound(chosen: Mapping[str, str]) -> tuple[Keymap, tuple[str, ...]]:
    """What of the chosen keys can be used, and what is wrong with the others, in sentences."""
    known = everything()
    ids = {said.id for _, said in known}
    used: Keymap = {}
    unknown, unread, taken = [], [], []
    for name, text in chosen.items():
        keys = [_key(part.strip()) for part in text.split(",")]
        if name not in ids:
            unknown.append(f"'{name}'")
        elif not all(keys):
            unread.append(f"'{name}' ({text})" if text else f"'{name}' (empty)")
        elif bad := [key for key in keys if key in TAKEN]:
            taken.append(f"'{name}' ({bad[0]} is always taken)")
        else:
            used[name] = tuple(dict.fromkeys(keys))
    problems = []
    if unknown:
        problems.append(f"settings.toml: in [keys] no command is called {', '.join(unknown)}; accrete-coach keys lists them.")
    if unread:
        problems.append(f"settings.toml: in [keys] these are no keys: {', '.join(unread)}; using the defaults.")
    taken += _without_clashes(known, used)
    if taken:
        problems.append(f"settings.toml: in [keys] a key would mean two things: {', '.join(taken)}; using the defaults.")
    return used, tuple(problems)


def _without_clashes(known: tuple[tuple[type, Command], ...], used: Keymap) -> list[str]:
    """Take out of `used` what clashes, until nothing does; who it was, and with whom."""
    pairs = [(a, b) for (one, a), (other, b) in combinations(known, 2) if _together(one, other)]
    said: list[str] = []
    while True:
        bad: dict[str, str] = {}
        for a, b in pairs:
            # What overlaps as declared was meant to: there the nearer one works.
            both = (set(used.get(a.id, a.keys)) & set(used.get(b.id, b.keys))) - (set(a.keys) & set(b.keys))
            for mine, other in ((a, b), (b, a)):
                if both and mine.id in used:
                    bad.setdefault(mine.id, f"'{mine.id}' ({min(both)} is {other.id}'s)")
        if not bad:
            return said
        for name, what in bad.items():
            del used[name]
            said.append(what)


def _key(text: str) -> str:
    """Textual's name of a key; "" for what is none."""
    *modifiers, key = [text] if len(text) == 1 else text.split("+")
    if len(key) == 1:
        key = _character_to_key(key) if key.isprintable() and not key.isspace() else ""
    elif key not in _NAMED and not (key_to_character(REPLACED_KEYS.get(key, key)) or "\0").isprintable():
        return ""
    if not key or not set(modifiers) <= _MODIFIERS or len(set(modifiers)) < len(modifiers):
        return ""
    name = "+".join((*sorted(modifiers), key))
    return _SAME.get(name, name)


def _kinds(kind: type) -> Iterator[type]:
    """The classes of this package below one."""
    below: type
    for below in kind.__subclasses__():
        if below.__module__.startswith(_PACKAGE + "."):
            yield below
        yield from _kinds(below)


def _together(one: type, other: type) -> bool:
    """Whether commands of the two can work at the same time.

    A part of the screen can be on those screens whose module names it, or which say that they load its module later.
    """
    if issubclass(one, other) or issubclass(other, one):
        return True
    if issubclass(one, App) or issubclass(other, App):
        return not _modal(other if issubclass(one, App) else one)
    if issubclass(one, Screen) == issubclass(other, Screen):
        return False
    screen, part = (one, other) if issubclass(one, Screen) else (other, one)
    return _holds(screen, part)


def _modal(kind: type) -> bool:
    screens = [kind] if issubclass(kind, Screen) else [s for s in _kinds(Commanded) if issubclass(s, Screen) and _holds(s, kind)]
    return bool(screens) and all(issubclass(screen, ModalScreen) for screen in screens)


def _holds(screen: type, part: type) -> bool:
    later = (f"{_PACKAGE}.{name}" for name in getattr(screen, "LATER", ()))
    modules = (sys.modules[name] for name in (screen.__module__, *later))
    named = (one for module in modules for one in vars(module).values() if isinstance(one, type))
    return any(issubclass(one, part) and not issubclass(one, (Screen, App)) for one in named)
