"""The screen: the only package that imports textual."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..places import Places
    from ..practice import Catalogue
    from .follow import CoachLike


def run(
    places: Places,
    catalogue: Catalogue,
    make_coach: Callable[[], CoachLike],
    *,
    demo: bool = False,
    instead: str = "",
    arrived: Callable[[], bool] | None = None,
) -> int:
    """Show the app until the person leaves it. Returns what the process should exit with; raises ProfileError where the profile
    can't be used, which turns out once the app is open: the first frame does not wait for it.

    `instead`: why the demo is shown though nobody asked for it, in a sentence. `arrived`: whether there is a session of the
    person's own by now; the app then ends and returns `opening.OWN_ARRIVED`.
    """
    # Textual is slow to import, and a command that paints nothing does not need it.
    from .app import CoachApp

    app = CoachApp(places, catalogue, make_coach, demo=demo, instead=instead, arrived=arrived)
    app.run()
    if app.unusable is not None:
        raise app.unusable
    return app.return_code or 0
