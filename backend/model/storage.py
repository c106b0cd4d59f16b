"""What the store holds, tier by tier."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTier:
    """One place where samples, or what they come to, are kept. bytes: about, on the disk. oldest, newest: µs UTC of
    what is in it, or a little outside; None where there is nothing.

    files: the names of the files it is in, when it is not in the database.
    """

    name: str
    rows: int
    bytes: int
    oldest: int | None
    newest: int | None
    files: tuple[str, ...] = ()
