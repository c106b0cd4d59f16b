"""Modbus TCP: many units behind one host and port, read in few requests, written one order at a time.

In: points bound by `ModbusForm`. Out: one SampleBatch per poll cycle. Thread: the field loop, one task per link.
Requests are built and proven with pymodbus' PDUs; the exchange itself is ours (`exchange`), because pymodbus' client
does not check what safety.md F26 asks for (see `backend.protocols.modbus_tcp`).
"""

from backend.drivers.modbus.link import PROTOCOL, ModbusLink
from backend.drivers.modbus.options import OPTIONS, link_key
from backend.links.ports import DriverSpec

SPEC = DriverSpec(protocol=PROTOCOL, title="Modbus TCP", options=OPTIONS, link_key=link_key, build=ModbusLink)

__all__ = ["SPEC"]
