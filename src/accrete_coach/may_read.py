"""Whether transcripts may be read: the person can turn that off at any time, from another process too (promises.md, P1)."""

from __future__ import annotations

from pathlib import Path

OFF = (
    "Reading is off, as you said: no transcript is read, and what is stored shows as it was. `accrete-coach share local` turns it on"
    " again; nothing leaves then, either."
)


class ReadingOff(OSError):
    """The person turned reading off."""

    def __init__(self) -> None:
        super().__init__(OFF)


class MayRead:
    """Asked before each transcript is opened: while the file of the person's consent stays as it is, that is one `stat`.

    A worker process gets a copy and asks for itself.
    """

    def __init__(self, consent: Path) -> None:
        self._path = consent
        self._stamp: tuple[int, int, int] | None = None
        """What tells the file from another one; None where there is none."""
        self._on = True

    @property
    def on(self) -> bool:
        """Whether they may be read now."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            stamp = None
        if stamp != self._stamp:
            # Only where there is such a file: it costs whoever starts.
            from .team import consent

            self._stamp, self._on = stamp, stamp is None or consent.load(self._path).mode != "off"
        return self._on

    def check(self) -> None:
        """Raises ReadingOff where they may not."""
        if not self.on:
            raise ReadingOff
