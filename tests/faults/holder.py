"""A process that watches, and so holds the reader's lock, until its input ends."""

from __future__ import annotations

import sys
import threading
from datetime import UTC

from accrete_coach.coach import Coach, Update
from accrete_coach.places import find


def main() -> None:
    stop = threading.Event()
    told = threading.Event()

    def tell(update: Update) -> None:
        if update.note == " " and not told.is_set():
            told.set()
            sys.stdout.write("watching\n")
            sys.stdout.flush()

    def run() -> None:
        coach = Coach(find(), zone=UTC)
        try:
            coach.watch(tell, stop, events=sys.argv[1:] == ["events"])
        finally:
            coach.close()

    thread = threading.Thread(target=run)
    thread.start()
    sys.stdin.read()
    stop.set()
    thread.join(10)


if __name__ == "__main__":
    main()
