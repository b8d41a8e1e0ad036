"""A process that holds the reader's lock and does nothing, until its input ends."""

from __future__ import annotations

import sys

from accrete_coach.coach import ReaderLock
from accrete_coach.places import find


def main() -> None:
    lock = ReaderLock(find().lock)
    sys.stdout.write("held\n" if lock.take() else "not held\n")
    sys.stdout.flush()
    sys.stdin.read()
    lock.release()


if __name__ == "__main__":
    main()
