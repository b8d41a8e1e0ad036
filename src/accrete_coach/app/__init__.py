"""The screen: the only package that imports textual."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..opening import Instead
    from ..places import Places
    from ..practice import Catalogue
    from .follow import CoachLike


def run(
    places: Places,
    catalogue: Catalogue,
    make_coach: Callable[[], CoachLike],
    *,
    demo: bool = False,
    instead: Instead | None = None,
) -> int:
    """Show the app until the person leaves it. Returns what the process should exit with; raises ProfileError where the profile
    can't be used, which turns out once the app is open: the first frame does not wait for it.

    `instead`: the app ends as soon as there is a session of the person's own, and `opening.OWN_ARRIVED` is returned.
    """
    # Textual is slow to import, and a command that paints nothing does not need it.
    from .app import CoachApp

    app = CoachApp(places, catalogue, make_coach, demo=demo, instead=instead)
    app.run()
    if app.unusable is not None:
        raise app.unusable
    return app.return_code or 0
