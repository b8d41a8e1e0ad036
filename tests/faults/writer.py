"""Another process that writes a session, as an agent does: `python -m faults.writer FOLDER SESSION SECONDS`.

The sketch comes on standard input; its lines are written one by one, SECONDS apart, and are of the last ten minutes, so that the session runs now.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .made import Tree, append


def run() -> None:
    folder, session, seconds = sys.argv[1:]
    # The sketch is some minutes long: none of its lines is of a time that is still to come.
    start = datetime.now(UTC) - timedelta(minutes=10)
    for line in Tree(Path(folder)).lines(session, sys.stdin.read(), start=start):
        append([line])
        time.sleep(float(seconds))


if __name__ == "__main__":
    run()
