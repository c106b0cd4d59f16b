"""How long stored data are kept, class by class."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Days. recent: samples stay in the database as they came; after that they are in files.

    The others: after so many days the data of that class are destroyed, which the journal certifies.
    """

    recent: int = 7
    raw: int = 365
    minute: int = 730
    quarter: int = 1825
    hour: int = 3650
    events: int = 1825
    quarantine: int = 90
