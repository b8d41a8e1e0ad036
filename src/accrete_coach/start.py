"""The command's first step: `now --line` is answered at once, the app is opened at once, all else goes to the commands."""

from __future__ import annotations

import os
import sys
import time

LOOK_AFTER = 10.0
"""Seconds after which what was last seen is looked at again, where sessions run."""
LOOK_IDLE = 30.0
"""The same where none does."""
_SCAN = "import os, sys; os.nice(10); sys.argv[1:] = ['scan']; from accrete_coach.cli import main; main()"


def main() -> None:
    """The command `accrete-coach`."""
    if sys.argv[1:] == ["now", "--line"] and os.name == "posix" and _at_once():
        return
    if not sys.argv[1:]:
        from .opening import open_at_once

        try:
            code = open_at_once()
        except KeyboardInterrupt:
            code = 130
        if code is not None:
            sys.exit(code)
    from .cli import main as commands

    commands()


def _at_once() -> bool:
    """Print the running sessions as the process that reads last saw them; False where nothing was printed."""
    try:
        from . import now as nows
        from .home import LOCK, NOW, own_data

        home = own_data(os.environ)
        kept = os.path.join(home, NOW)
        now = nows.load(kept) or nows.Now()
        at = int(time.time() * 1000)
        text = now.line(at, nows.columns_of(os.environ))
    except Exception:
        # The commands say what is wrong, in a sentence.
        return False
    try:
        print(text.encode(sys.stdout.encoding or "ascii", "replace").decode(sys.stdout.encoding or "ascii"), flush=True)
    except (OSError, ValueError, AttributeError, LookupError):
        # Nobody listens: what is still in the buffer goes nowhere.
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:  # noqa: SIM105 - without another import: somebody waits
        _look_again(home, kept, os.path.join(home, LOCK), LOOK_AFTER if now.then(at).running else LOOK_IDLE)
    except Exception:
        pass
    return True


def _look_again(home: str, kept: str, lock: str, after: float) -> None:
    """Have a process of its own look, unless one reads, or looked a moment ago: the next call tells what it found."""
    try:
        if 0 <= time.time() - os.stat(kept).st_mtime < after:
            return
    except FileNotFoundError:
        pass
    if _somebody_reads(lock) or not sys.executable:
        return
    # The file's time says when it was last looked. Where it can't be set, nothing could be kept either.
    os.makedirs(home, 0o700, exist_ok=True)
    os.close(os.open(kept, os.O_CREAT | os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW, 0o600))
    os.utime(kept)
    if os.fork():
        return
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        # Whoever reads what this process printed must not wait for the look.
        os.closerange(3, 256)
        # -P: the folder in which the prompt stands is no place to import from.
        os.execv(sys.executable, [sys.executable, "-P", "-c", _SCAN])
    finally:
        os._exit(127)


def _somebody_reads(lock: str) -> bool:
    import fcntl

    try:
        handle = os.open(lock, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


if __name__ == "__main__":
    main()
