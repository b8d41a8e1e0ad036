"""A signed message as it stands in a team's repository: one canonical form, one name that follows from its bytes.

A message is JSON in one form (keys in order, no blanks, UTF-8, no number but whole ones), so that the same content has the same
bytes, the same hash and the same signature. Its file is called by the first 128 bits of the SHA-256 of its bytes: nothing can be
changed under its name, and two people can't write the same name. Signed with Ed25519 over the bytes without the signature.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION = 1
"""Of the layout and of every message. Raised when either changes: an older program passes newer messages over, by name."""
MOST_BYTES = 256 * 1024
"""Bytes of a message (promises.md, Git)."""
MOST_DEPTH = 12
"""Levels of lists and tables within a message."""


class Refused(Exception):
    """A message is none, or not to be used; the text says why, in a sentence without any of its content."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose form and signature are right. Whether its author may say this, its kind's own room checks."""

    kind: str
    by: str
    """The author's signing key: 64 hexadecimal digits."""
    body: dict[str, Any]
    data: bytes
    """The exact bytes."""

    @property
    def name(self) -> str:
        """What its file is called, without the ending: 32 hexadecimal digits."""
        return name_of(self.data)

    @property
    def hash(self) -> str:
        """SHA-256 of its bytes: 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def canonical(value: object) -> bytes:
    """The one form of a value: JSON with its keys in order, no blanks, UTF-8. Raises ValueError for what has none."""
    _check(value, 0)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def name_of(data: bytes) -> str:
    """The name of a file with these bytes, without its ending: the first 32 hexadecimal digits of their SHA-256."""
    return hashlib.sha256(data).hexdigest()[:32]


def sign(kind: str, body: dict[str, Any], key: Ed25519PrivateKey) -> Message:
    """A message, signed. Raises ValueError for a body that has no canonical form."""
    by = key.public_key().public_bytes_raw().hex()
    unsigned = {"v": VERSION, "kind": kind, "by": by, "body": body}
    signature = key.sign(canonical(unsigned)).hex()
    data = canonical(unsigned | {"signature": signature})
    if len(data) > MOST_BYTES:
        raise ValueError(f"it would have {len(data):,} bytes; {MOST_BYTES:,} is the most")
    return Message(kind, by, body, data)


def parse(data: bytes) -> Message:
    """The message of a file's bytes. Raises Refused: too large, not in the one form, of another version, not signed rightly."""
    if len(data) > MOST_BYTES:
        raise Refused(f"it has more than {MOST_BYTES:,} bytes")
    try:
        value = json.loads(data)
        again = canonical(value)
    except (ValueError, RecursionError, UnicodeError):
        raise Refused("it is not JSON of the form that messages have") from None
    if again != data:
        raise Refused("it is not written in the one form that messages have")
    if not isinstance(value, dict) or set(value) != {"v", "kind", "by", "body", "signature"}:
        raise Refused("it has other fields than a message")
    if value["v"] != VERSION or isinstance(value["v"], bool):
        raise Refused("it is of another version")
    kind, by, body, signature = value["kind"], value["by"], value["body"], value["signature"]
    if not isinstance(kind, str) or not isinstance(body, dict) or not is_hex(by, 64) or not is_hex(signature, 128):
        raise Refused("a field of it is of another type")
    del value["signature"]
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(by)).verify(bytes.fromhex(signature), canonical(value))
    except (InvalidSignature, ValueError):
        raise Refused("its signature is wrong") from None
    return Message(kind, by, body, data)


def is_hex(value: object, digits: int) -> bool:
    """Whether a value is so many hexadecimal digits, in small letters."""
    return isinstance(value, str) and len(value) == digits and all(c in "0123456789abcdef" for c in value)


def _check(value: object, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise ValueError("it is too deep")
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if not -(1 << 53) < value < 1 << 53:
            raise ValueError("a number is too large; write it as text")
    elif isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list | tuple):
        for one in value:
            _check(one, depth + 1)
    elif isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str):
                raise ValueError("a key is no text")
            _check(name, depth + 1)
            _check(one, depth + 1)
    else:
        raise ValueError(f"{type(value).__name__} has no place in a message")
