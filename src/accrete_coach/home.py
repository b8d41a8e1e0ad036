"""The folder of the program's own data, found without loading anything else: what answers at once looks there, too."""

from __future__ import annotations

import os
from collections.abc import Mapping

LOCK = "reader.lock"
"""Held by the one process that reads transcripts."""
NOW = "now.json"
"""The running sessions, as the process that reads last saw them."""


def own_data(environ: Mapping[str, str]) -> str:
    """The folder; `ACCRETE_COACH_HOME` moves it. Creates nothing."""
    own = environ.get("ACCRETE_COACH_HOME", "").strip()
    if own:
        return os.path.expanduser(own)
    import platformdirs

    return platformdirs.user_data_dir("accrete-coach", appauthor=False)
