"""Orders for tests, and a listener that keeps what a link says of them."""

from __future__ import annotations

import threading
from dataclasses import replace

from backend.model.command import Order, Receipt, ReceiptKind
from tests.support.clock import START_US, ManualClock

LAST = frozenset({ReceiptKind.ACKED, ReceiptKind.REFUSED, ReceiptKind.UNKNOWN, ReceiptKind.NOT_SENT})


def order(
    point: int, value: float, *, device: str = "R1", command: str = "c-1", clock: ManualClock | None = None
) -> Order:
    """A timely order: one minute from the clock's now (or from its start)."""
    start_us, mono = (START_US, 1000.0) if clock is None else (clock.wall_us(), clock.mono())
    return Order(
        command=command,
        attempt=1,
        device=device,
        point=point,
        value=value,
        not_after=start_us + 60_000_000,
        deadline_mono=mono + 60.0,
        signed_hash="00",
    )


def late(timely: Order) -> Order:
    """The same order, its time run out by the wall clock."""
    return replace(timely, not_after=START_US)


class Receipts:
    """Give its `told` to `write`; `kinds` waits for the last receipt."""

    def __init__(self) -> None:
        self.all: list[Receipt] = []
        self._last = threading.Event()

    def told(self, receipt: Receipt) -> None:
        self.all.append(receipt)
        if receipt.kind in LAST:
            self._last.set()

    def kinds(self, within_s: float = 5.0) -> list[ReceiptKind]:
        """What was told, in order, as soon as a last receipt has come; AssertionError when none comes in time."""
        assert self._last.wait(within_s), f"no last receipt: {self.all}"
        return [receipt.kind for receipt in self.all]
