"""Field links as people see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.bus import Topic
from backend.links.ports import Link
from backend.model.event import LinkHealth


class LinksApi:
    """Health of every link, now and as it changes."""

    def __init__(self, links: Callable[[], Sequence[Link]], changed: Topic[LinkHealth]) -> None:
        self.changed = changed
        self._links = links

    def snapshot(self) -> tuple[LinkHealth, ...]:
        """Every link's health, in the order of the site."""
        return tuple(link.health() for link in self._links())
