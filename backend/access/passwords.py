"""Hash and check passwords with Argon2id, the same work for everyone; slow: on a worker, never on the core thread."""

from __future__ import annotations

import base64
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from backend.errors import RefusedError, mark

STRENGTH: Parameters = RFC_9106_LOW_MEMORY
"""What a guess costs; tests of everything else make it cheap."""
MIN_LENGTH: Final = 12
MIN_KINDS: Final = 3
_LONGEST: Final = 1024
"""Beyond this nobody types a password; hashing megabytes would only keep a worker busy."""

_KINDS: Final[tuple[Callable[[str], bool], ...]] = (
    str.islower,
    str.isupper,
    str.isdigit,
    lambda char: not char.isalnum() or (char.isalpha() and not char.islower() and not char.isupper()),
)
"""Small letters, capitals, digits, all the rest: signs, and letters of scripts without case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """A password that fulfilled the policy, hashed. Only its Argon2id form is in here, and not in its repr."""

    encoded: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """What a worker found out about a login and a password; the core decides what it is worth.

    against: the hash it was checked with, so that a password changed meanwhile does not count. mono: seconds.
    """

    login: str
    right: bool
    against: str = field(repr=False)
    mono: float


class Passwords:
    """Argon2id with one set of parameters; default: `STRENGTH`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(STRENGTH)
        self._nobody = _unmatchable(self._hasher)

    def hash(self, password: str, *, login: str = "") -> Hashed:
        """Raises RefusedError for a password that is too weak. Slow."""
        plain = _normal(password)
        check_strength(plain, login=login)
        return Hashed(encoded=self._hasher.hash(plain))

    def matches(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the one hashed; None = there is no such account. The same work either way. Slow."""
        plain = _normal(password)
        usable = encoded is not None and len(plain) <= _LONGEST
        try:
            self._hasher.verify(encoded if usable and encoded is not None else self._nobody, plain[:_LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return usable


def check_strength(password: str, *, login: str = "") -> None:
    """M-03: 12 characters of 3 kinds, not the login itself. Raises RefusedError."""
    kinds = sum(any(kind(char) for char in password) for kind in _KINDS)
    if len(password) < MIN_LENGTH or kinds < MIN_KINDS:
        raise RefusedError(
            mark("a password needs {length} characters of {kinds} kinds: small letters, capitals, digits, others"),
            length=MIN_LENGTH,
            kinds=MIN_KINDS,
        )
    if len(password) > _LONGEST:
        raise RefusedError(mark("a password has at most {length} characters"), length=_LONGEST)
    if login and login.casefold() in password.casefold():
        raise RefusedError(mark("a password must not contain the login"))


def _normal(password: str) -> str:
    # The same key presses give composed or decomposed letters on different systems (RFC 8265).
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode("utf-8")


def _unmatchable(hasher: PasswordHasher) -> str:
    """A hash that costs as much to check as a real one, of no known password."""
    salt, digest = secrets.token_bytes(hasher.salt_len), secrets.token_bytes(hasher.hash_len)
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${_b64(salt)}${_b64(digest)}"


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii").rstrip("=")
