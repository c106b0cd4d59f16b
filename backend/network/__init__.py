"""The gas network as a graph: reading its drawing, tracing, isolation, consequences. Pure; no I/O, no clock.

In: `network/network.geojson` of a site as parsed JSON, and how the valves stand. Out: frozen `backend.model.network`
facts and `backend.model.isolation` answers. Thread: any.
"""

from backend.network.consequence import consequence
from backend.network.geojson import NETWORK_FILE, from_geojson, to_geojson
from backend.network.graph import GasGraph
from backend.network.isolation import isolate
from backend.network.places import Places
from backend.network.tracing import trace

__all__ = ["NETWORK_FILE", "GasGraph", "Places", "consequence", "from_geojson", "isolate", "to_geojson", "trace"]
