"""A command is said once, on its action: that gives the key, the footer, the palette entry and the help."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, key_to_character
from textual.screen import Screen

from .parts import Part, Parts
from .shown import shown

_Action = TypeVar("_Action", bound=Callable[..., Any])
MOST_KEYS = 6
"""Keys in the footer."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something the person can ask for."""

    id: str
    """Names it in a keymap: the node's class and the action."""
    keys: tuple[str, ...]
    """Textual's names of the keys; empty for a command of the palette only."""
    title: str
    """One or two words, as in the footer."""
    says: str
    """One sentence: the first line of the action's docstring."""
    action: str
    place: int
    """Who goes into the footer when there is no room for all: the lowest first; 0 never does."""

    @property
    def key(self) -> str:
        """The keys as they are shown."""
        return " ".join(map(named, self.keys))


_NAMES = {
    "question_mark": "?", "slash": "/", "escape": "esc", "enter": "⏎", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "pagedown": "pgdn", "pageup": "pgup",
}  # fmt: skip


def named(key: str) -> str:
    """A key as it is shown."""
    character = key_to_character(REPLACED_KEYS.get(key, key)) or ""
    return _NAMES.get(key) or (character if character.strip() and character.isprintable() else key)


def command(keys: str, title: str, *, place: int = 0) -> Callable[[_Action], _Action]:
    """Make an action of a `Commanded` node a command."""

    def declare(action: _Action) -> _Action:
        says = (inspect.getdoc(action) or "").partition("\n")[0]
        name = action.__name__.removeprefix("action_")
        owner = action.__qualname__.split(".")[-2].lower()
        said = Command(f"{owner}.{name}", tuple(k for k in keys.split(",") if k), title, says, name, place)
        action.__dict__["command"] = said
        return action

    return declare


class Commanded:
    """Comes before a Textual class and turns its commands into key bindings."""

    commands: tuple[Command, ...] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        said = [f.__dict__["command"] for f in vars(cls).values() if inspect.isfunction(f) and "command" in f.__dict__]
        cls.commands = tuple(said)
        own = [
            Binding(
                # A command of the palette only has a key that no terminal sends, so that the person can give it one.
                ",".join(c.keys) or f"palette_{c.action}",
                c.action,
                c.title,
                show=c.place > 0,
                key_display=named(c.keys[0]) if c.keys else None,
                tooltip=c.says,
                id=c.id,
            )
            for c in said
        ]
        cls.BINDINGS = [*vars(cls).get("BINDINGS", ()), *own]  # type: ignore[attr-defined]
        # Textual merges the bindings of a class here, so they have to be there before.
        super().__init_subclass__(**options)


def chain(screen: Screen[Any]) -> Iterator[DOMNode]:
    """The nodes whose commands work now: what has focus, what it lies in, the screen, the app."""
    start = screen.focused if screen.focused is not None else screen
    yield from (node for node in start.ancestors_with_self if node is not screen.app)
    yield screen.app


def commands(screen: Screen[Any]) -> Iterator[tuple[DOMNode, Command]]:
    """The commands that work now, with the keys they have now, the nearest first; one key means one thing."""
    rebound = getattr(screen.app, "rebound", {})
    taken: set[str] = set()
    nearer: set[str] = set()
    for node in chain(screen):
        for kind in type(node).__mro__:
            for said in vars(kind).get("commands", ()):
                if said.action in taken or not node.check_action(said.action, ()):
                    continue
                taken.add(said.action)
                keys = tuple(key for key in rebound.get(said.id, said.keys) if key not in nearer)
                nearer |= set(keys)
                yield node, replace(said, keys=keys)


def runner(node: DOMNode, said: Command) -> Callable[[], Any]:
    """What the palette calls to run a command."""
    return partial(node.run_action, said.action) if hasattr(node, "run_action") else getattr(node, f"action_{said.action}")


class Keys(Parts):
    """The footer: at most six keys, and only as many as fit whole. A click is the key."""

    def on_mount(self) -> None:
        """Other keys work where something else has the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._others)

    def on_unmount(self) -> None:
        """Nobody looks at them any more."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _others(self, screen: Screen[Any]) -> None:
        if screen.app.app_focus and self.is_attached:
            self.renew()

    def parts(self) -> Iterator[Part]:
        """The keys that work now, the most needed first to stay."""
        places = {c.id: c.place for _, c in commands(self.screen)}
        live = list(
            {
                b.id: (b, enabled)
                for _, b, enabled, _ in reversed(self.screen.active_bindings.values())
                if b.show and b.id in places
            }.values()
        )[::-1]
        gap = 1 if self.screen.size.width < 60 else 3
        room = self.screen.size.width - 2
        chosen: set[str | None] = set()
        for binding, _ in sorted(live, key=lambda item: places[item[0].id or ""]):
            needs = len(self.app.get_key_display(binding)) + 1 + len(binding.description) + gap
            if len(chosen) < MOST_KEYS and needs <= room + gap:
                chosen.add(binding.id)
                room -= needs
        for binding, enabled in live:
            if binding.id in chosen:
                key = shown(self.app.get_key_display(binding), style="bold $footer-key-foreground")
                title = shown(binding.description, style="$footer-description-foreground" if enabled else "dim")
                words = Content.assemble(key, " ", title)
                yield Part(words, gap, partial(self.app.simulate_key, binding.key) if enabled else None)
