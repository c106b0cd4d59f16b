"""The gas network as a graph: reading its drawing, tracing, isolation, consequences. Pure; no I/O, no clock.

In: `network/network.geojson` of a site as parsed JSON. Out: frozen `backend.model.network` facts and answers.
Thread: any.
"""

from backend.network.geojson import from_geojson, to_geojson

__all__ = ["from_geojson", "to_geojson"]
