"""The one way from an approved order to a link: finds the link of the device, refuses what has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backend.errors import RefusedError, mark
from backend.links.ports import Link
from backend.model.command import Order, Receipt
from backend.model.event import LinkState


class Dispatch:
    """Knows which link serves which device. Filled once, after the links are built."""

    def __init__(self) -> None:
        self._links: Mapping[str, Link] = {}

    def serve(self, links: Mapping[str, Link]) -> None:
        """These links serve these devices (device id → link)."""
        self._links = dict(links)

    def up(self, device: str) -> bool:
        """Whether the link of a device is up."""
        link = self._links.get(device)
        return link is not None and link.health().state is LinkState.UP

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """Hand an order to its link. RefusedError: nothing was sent."""
        link = self._links.get(order.device)
        if link is None:
            raise RefusedError(mark("device {device} has no field link"), device=order.device)
        link.write(order, told)
