"""The person's two keys: one to sign with, one that shares are sealed to. Made when they are first needed, kept for the owner alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey


class KeyTrouble(Exception):
    """The keys can't be read or kept; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Both private keys. Never printed, logged or sent."""

    signing: Ed25519PrivateKey
    sealing: X25519PrivateKey

    @property
    def by(self) -> str:
        """The public signing key: 64 hexadecimal digits. It names the person in every message."""
        return self.signing.public_key().public_bytes_raw().hex()

    @property
    def to(self) -> str:
        """The public key that shares are sealed to: 64 hexadecimal digits."""
        return self.sealing.public_key().public_bytes_raw().hex()


def make() -> Keys:
    """New keys, kept nowhere yet."""
    return Keys(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())


def load(path: Path) -> Keys | None:
    """The keys that are kept at a path; None where there are none. Raises KeyTrouble."""
    try:
        text = path.read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise KeyTrouble(f"{path}: your team keys can't be read; nothing was changed") from None
    try:
        value = json.loads(text)
        return Keys(
            Ed25519PrivateKey.from_private_bytes(bytes.fromhex(value["signing"])),
            X25519PrivateKey.from_private_bytes(bytes.fromhex(value["sealing"])),
        )
    except (ValueError, KeyError, TypeError):
        raise KeyTrouble(f"{path}: these are no team keys; move the file away to have new ones made") from None


def load_or_make(path: Path) -> Keys:
    """The kept keys, or new ones that are kept from now on. Raises KeyTrouble."""
    found = load(path)
    if found is not None:
        return found
    made = make()
    value = {"signing": made.signing.private_bytes_raw().hex(), "sealing": made.sealing.private_bytes_raw().hex()}
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as out:
            out.write(json.dumps(value))
            out.flush()
            os.fsync(out.fileno())
        # Two processes may make keys at once: the first one's, whole, count for both.
        os.link(new, path)
    except FileExistsError:
        again = load(path)
        if again is None:
            raise KeyTrouble(f"{path}: your team keys can't be read; nothing was changed") from None
        return again
    except OSError as problem:
        raise KeyTrouble(f"{path}: your team keys can't be kept ({problem.strerror}); nothing was changed") from None
    finally:
        new.unlink(missing_ok=True)
    return made
