"""What the engine wants written and shown: the staged outcome of one call."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.alarms.undo import Undo
from backend.errors import RefusedError
from backend.model.alarm import AlarmRecord, Occurrence
from backend.model.journal import JournalDraft


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Written in one transaction with what caused it, then handed back to `AlarmEngine.commit` or `abandon`.

    refused: why a person's request did nothing. The draft that says so is in `journal`; write it and commit as usual,
    then raise the error to whoever asked.
    """

    records: tuple[AlarmRecord, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    journal: tuple[JournalDraft, ...] = ()
    refused: RefusedError | None = None


@dataclass(slots=True)
class Stage:
    """Changes in the making, with the way back. horn: whether an alarm wants it now; sounded: which called anew."""

    now: int
    undo: Undo = field(default_factory=Undo)
    records: dict[str, AlarmRecord] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    journal: list[JournalDraft] = field(default_factory=list)
    refused: RefusedError | None = None
    horn: dict[str, bool] = field(default_factory=dict)
    sounded: set[str] = field(default_factory=set)
    raised: int = 0
    """Annunciated raises, for the rate."""

    def done(self) -> Changes:
        """What it came to."""
        return Changes(
            records=tuple(self.records.values()),
            occurrences=tuple(self.occurrences),
            journal=tuple(self.journal),
            refused=self.refused,
        )
