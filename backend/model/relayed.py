"""What one node received for another that leads the site."""

from __future__ import annotations

from dataclasses import dataclass

from backend.model.event import DeviceEvent, Quarantined
from backend.model.sample import SampleBatch

Received = SampleBatch | DeviceEvent | Quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """One row of the relay. id: of the row, which goes in the transaction that stores the items. node: who received
    them. damaged: the items say what was found instead."""

    id: int
    node: str
    items: tuple[Received, ...]
    damaged: bool = False

    def __len__(self) -> int:
        """Samples, and one for everything else."""
        return sum(len(item) if isinstance(item, SampleBatch) else 1 for item in self.items)
