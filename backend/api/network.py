"""The gas network of the site, for maps and for what follows from closing a valve."""

from __future__ import annotations

from backend.model.network import Network


class NetworkApi:
    """Read once at start; frozen."""

    def __init__(self, drawing: Network) -> None:
        self._drawing = drawing

    def drawing(self) -> Network:
        """Nodes, pipes, valves, regulators, sources and fittings with their places; empty where the site has none."""
        return self._drawing
