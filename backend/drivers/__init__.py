"""The protocols Linepack speaks in the field: one module each, joining a codec or a library to a socket.

In: a `LinkPlan` (devices, bound points, options) and a `LinkContext` (sink, clock, loop). Out: running `Link`s.
Threads: the field loop, and the network thread of each MQTT client.
"""

from backend.drivers import meters, modbus, mqtt
from backend.links.ports import DriverSpec

DRIVERS: tuple[DriverSpec, ...] = (modbus.SPEC, mqtt.SPEC, meters.SPEC)

__all__ = ["DRIVERS"]
