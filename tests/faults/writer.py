"""Another process that writes a session, as an agent does: `python -m faults.writer FOLDER SESSION SECONDS`.

The sketch comes on standard input; its lines are written one by one, SECONDS apart, and carry the time that it is.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .made import Tree, append


def run() -> None:
    folder, session, seconds = sys.argv[1:]
    # The sketch is a few minutes long: it began a moment ago, so that it runs now.
    start = datetime.now(UTC) - timedelta(minutes=1)
    for line in Tree(Path(folder)).lines(session, sys.stdin.read(), start=start):
        append([line])
        time.sleep(float(seconds))


if __name__ == "__main__":
    run()
