"""The last check before a write: pure, asked with the bytes in hand (safety.md S2, S3, C10)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from backend.errors import LinkError
from backend.model.command import Order
from backend.model.event import LinkState
from backend.model.plant import Device, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An order as it stands at this moment, with everything the check may look at. device/point None = not ours."""

    order: Order
    device: Device | None
    point: Point | None
    link: LinkState
    wall_us: int
    mono: float


def refusal(attempt: Attempt) -> str:
    """Why nothing may leave now, in words; "" when the write may go ahead."""
    for holds, words in _REASONS:
        if holds(attempt):
            return words
    return ""


def _foreign(attempt: Attempt) -> bool:
    order, device, point = attempt.order, attempt.device, attempt.point
    return (
        device is None or point is None or (device.id, point.id, point.device) != (order.device, order.point, device.id)
    )


def _not_writable(attempt: Attempt) -> bool:
    return attempt.point is None or not attempt.point.writable


def _read_only(attempt: Attempt) -> bool:
    return attempt.device is None or not attempt.device.remote_enabled


def _out_of_range(attempt: Attempt) -> bool:
    value, point = attempt.order.value, attempt.point
    return point is None or not math.isfinite(value) or not point.low <= value <= point.high


def _late(attempt: Attempt) -> bool:
    # Whichever clock is ahead decides (C8). Written so that a NaN deadline counts as passed.
    order = attempt.order
    return attempt.wall_us >= order.not_after or not attempt.mono < order.deadline_mono


def _link_down(attempt: Attempt) -> bool:
    return attempt.link is not LinkState.UP


_REASONS: tuple[tuple[Callable[[Attempt], bool], str], ...] = (
    (_foreign, "the point does not belong to this link"),
    (_not_writable, "the point cannot be written"),
    (_read_only, "remote control of the device is switched off"),
    (_out_of_range, "the value is outside the point's range"),
    (_late, "too late: the order's time has run out"),
    (_link_down, "the link is not up"),
)


class Claims:
    """Every (command, attempt) a link has ever been given. Never forgets: a second write of one is refused (S2)."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def take(self, order: Order) -> None:
        """Claim the order, or raise LinkError for one that was given before.

        Not RefusedError, which means that nothing was sent: the first write may have been. No receipt is told of the
        second either, since it would be taken for the first one's.
        """
        key = (order.command, order.attempt)
        with self._lock:
            if key in self._taken:
                raise LinkError(
                    "command {command}, attempt {attempt}: already given to the link",
                    command=order.command,
                    attempt=order.attempt,
                )
            self._taken.add(key)
