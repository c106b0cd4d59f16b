"""What an alarm asks of the operator: what happens if nobody acts, why it is likely there, what to do, how soon."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One sentence in both languages; it comes with the data, not from the catalogue."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyCause:
    """One cause and how often it is the one, in percent; None where nobody has said."""

    words: Wording
    share: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer to one level of one alarm. respond_s: from the raise until acting is too late to help."""

    respond_s: float
    consequence: Wording
    causes: tuple[LikelyCause, ...]
    """The most likely one first."""
    steps: tuple[Wording, ...]
    """In order."""
