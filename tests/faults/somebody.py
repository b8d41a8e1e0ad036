"""The program, run by somebody whom permissions bind: root becomes nobody first. `python -m faults.somebody WORDS…`

Everything is loaded before, since nobody may not even be allowed to read this Python.
"""

from __future__ import annotations

import os
from importlib import metadata

import tomli_w  # noqa: F401

# What the commands load only when they need it.
import accrete_coach.accuracy
import accrete_coach.doctor
import accrete_coach.plain
import accrete_coach.practice
import accrete_coach.reader
from accrete_coach.cli import main

NOBODY = 65_534


def run() -> None:
    accrete_coach.practice.load()
    accrete_coach.accuracy.shipped()
    metadata.version("msgspec")  # Reads mail to read versions.
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    main()


if __name__ == "__main__":
    run()
