"""Leases where only one process runs a site: the lock of the site folder sees to that."""

from __future__ import annotations


class OwnLeases:
    """As `family.Leases`: everything is free."""

    def take(self, name: str) -> bool:
        """Nobody else is there."""
        return bool(name)

    def let_go(self, name: str) -> None:
        """Nobody waits for it."""

    def holds(self, name: str) -> bool:
        """As long as the process lives."""
        return bool(name)

    def nodes(self) -> int:
        """This one."""
        return 1

    def close(self) -> None:
        """Nothing is open."""
