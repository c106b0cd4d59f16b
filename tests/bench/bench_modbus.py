"""What the Modbus driver costs: CPU a read of 100 registers against bare pymodbus, from 50 stations at full speed."""

from __future__ import annotations

import asyncio
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from pymodbus.client import AsyncModbusTcpClient

from backend.clock import SystemClock
from backend.drivers.modbus import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Inbound, LinkContext
from backend.model.sample import SampleBatch
from tests.support.modbus_plan import bound, holding, link_plan

STATIONS = 50
REGISTERS = 100
READS = 20_000
ROUNDS = 3

# Answers any read of 100 registers with the same bytes, in a process of its own so that its CPU is not counted.
_FIELD = f"""
import asyncio, struct

TAIL = struct.pack(">HHBBB", 0, 3 + 2 * {REGISTERS}, 1, 3, 2 * {REGISTERS}) + bytes(range(200))

class Station(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data[:2] + TAIL)

async def main():
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Station, "127.0.0.1", 0) for _ in range({STATIONS})]
    print(*[server.sockets[0].getsockname()[1] for server in servers], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class _Counting:
    """A sink that commits at once and counts batches."""

    def __init__(self, wanted: int) -> None:
        self._left = wanted
        self.all_in = threading.Event()

    def put(self, item: Inbound, done: Callable[[], None] | None = None) -> None:
        self._take(item)

    async def put_async(self, item: Inbound) -> None:
        self._take(item)

    def _take(self, item: Inbound) -> None:
        self._left -= isinstance(item, SampleBatch)
        if self._left <= 0:
            self.all_in.set()


def run() -> dict[str, float]:
    """CPU µs a read (this process) and reads a second; the ratio is of the medians of interleaved rounds."""
    field = subprocess.Popen([sys.executable, "-c", _FIELD], stdout=subprocess.PIPE, text=True)
    try:
        assert field.stdout is not None
        ports = [int(port) for port in field.stdout.readline().split()]
        rounds = [(_measured(_bare, ports), _measured(_ours, ports)) for _ in range(ROUNDS)]
    finally:
        field.kill()
        field.wait()
        (field.stdout or sys.stdin).close()
    bare, ours = ([each[side] for each in rounds] for side in (0, 1))
    bare_us, ours_us = (statistics.median(cpu for cpu, _ in side) for side in (bare, ours))
    return {
        "bare pymodbus, CPU µs a read": bare_us,
        "Linepack, CPU µs a read": ours_us,
        "ratio": ours_us / bare_us,
        "bare pymodbus, reads/s": statistics.median(rate for _, rate in bare),
        "Linepack, reads/s": statistics.median(rate for _, rate in ours),
    }


def _measured(work: Callable[[list[int]], None], ports: list[int]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work(ports)
    return (time.process_time() - cpu) / READS * 1e6, READS / (time.perf_counter() - wall)


def _bare(ports: list[int]) -> None:
    async def station(port: int) -> None:
        client = AsyncModbusTcpClient("127.0.0.1", port=port, retries=0)
        await client.connect()
        for _ in range(READS // STATIONS):
            answer = await client.read_holding_registers(0, count=REGISTERS, device_id=1)
            assert answer.registers[0] == struct.unpack(">H", b"\0\1")[0]
        client.close()

    async def main() -> None:
        await asyncio.gather(*[station(port) for port in ports])

    asyncio.run(main())


def _ours(ports: list[int]) -> None:
    sink, loop = _Counting(READS), FieldLoop()
    loop.start()
    points = [bound(number, holding(number), period_s=1e-6) for number in range(REGISTERS)]
    context = LinkContext(sink=sink, clock=SystemClock(), loop=loop)
    links = [SPEC.build(link_plan(port, *points, id=f"modbus/{port}", timeout_s="10"), context) for port in ports]
    for link in links:
        link.start()
    assert sink.all_in.wait(120)
    for link in links:
        link.stop()
    loop.stop()


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name}: {figure:.2f}")
