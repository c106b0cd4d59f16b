"""What a check of `linepack doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """WARN is for what the site can run without: sound, a window, a certificate that ends soon."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """A grade, and in one line what was seen and what to do."""

    grade: Grade
    text: str
