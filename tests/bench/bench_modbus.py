"""What polling costs: 1,000 stations with 100 registers each, once a second, durable and with limits evaluated.

Beside it, in the same rounds and of the same stations: bare pymodbus reads of which nothing is kept. CPU is that of
this process, all threads; the stations live in another. Lateness: how much later than its even rhythm an answer is.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymodbus.client import AsyncModbusTcpClient

from app.heap import settle
from backend.drivers.modbus import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Bound, LinkContext
from backend.model.plant import Device, Limits
from backend.model.sample import SampleBatch
from tests.support.bench_house import BenchHouse
from tests.support.measuring import Rounds
from tests.support.modbus_plan import bound, device, holding, link_plan

STATIONS = 1_000
REGISTERS = 100
PERIOD_S = 1.0
WARM_S, MEASURE_S = 3.0, 6.0
ROUNDS = 2
LIMITS = Limits(hh=65_000.0, h=60_000.0, deadband=100.0)
"""Far beyond what the stations say: evaluated each time, never crossed."""

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
    server = await asyncio.get_running_loop().create_server(Station, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def run() -> dict[str, object]:
    """CPU of each in % of a core and µs a read, their ratio, and how late the answers are."""
    late: dict[str, list[NDArray[np.float64]]] = {}
    reads: dict[str, list[float]] = {}

    def measured(name: str, port: int) -> float:
        cpu, at, took_s = (_bare if name == "bare pymodbus" else _ours)(port)
        late.setdefault(name, []).append(_lateness_ms(at))
        count = sum(map(len, at.values()))
        reads.setdefault(name, []).append(count / took_s)
        return cpu / count * 1e6

    field = subprocess.Popen([sys.executable, "-c", _FIELD], stdout=subprocess.PIPE, text=True)
    try:
        assert field.stdout is not None
        port = int(field.stdout.readline())
        names = ("bare pymodbus", "Linepack")
        rounds = Rounds({name: partial(measured, name, port) for name in names}, raw=names[0], rounds=ROUNDS)
    finally:
        field.kill()
        field.wait()
        (field.stdout or sys.stdin).close()
    found: dict[str, object] = {}
    for name in names:
        lateness = np.concatenate(late[name])
        found[f"{name}, CPU µs a read"] = rounds.cost(name)
        found[f"{name}, reads/s (of {STATIONS / PERIOD_S:.0f})"] = float(np.median(reads[name]))
        found[f"{name}, lateness p50, ms"] = float(np.percentile(lateness, 50))
        found[f"{name}, lateness p99, ms (<= 20)"] = float(np.percentile(lateness, 99))
        found[f"{name}, lateness max, ms"] = float(lateness.max())
    return found | {"CPU / bare pymodbus (<= 1.2)": rounds.ratio("Linepack"), "bare pymodbus": rounds.verdict}


def _lateness_ms(at: dict[int, NDArray[np.int64]]) -> NDArray[np.float64]:
    """Each answer beside the even rhythm that its station's earliest answer gives."""
    late = []
    for times in filter(len, at.values()):
        offset = times - np.round((times - times[0]) / (PERIOD_S * 1e6)) * PERIOD_S * 1e6
        late.append((offset - offset.min()) / 1000.0)
    return np.concatenate(late)


Measured = tuple[float, dict[int, NDArray[np.int64]], float]
"""CPU s, times of the answers of each station (µs), and wall s."""


def _bare(port: int) -> Measured:
    at: dict[int, list[int]] = {number: [] for number in range(STATIONS)}
    measuring, ended = threading.Event(), threading.Event()

    async def station(number: int, start: float) -> None:
        client = AsyncModbusTcpClient("127.0.0.1", port=port, retries=0, timeout=10)
        await client.connect()
        due = start + zlib.crc32(_link(number).encode()) / 2**32 * PERIOD_S
        while not ended.is_set():
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            answer = await client.read_holding_registers(0, count=REGISTERS, device_id=1)
            assert len(answer.registers) == REGISTERS
            if measuring.is_set():
                at[number].append(time.time_ns() // 1000)
            due += PERIOD_S
        client.close()

    async def main() -> tuple[float, float]:
        start = asyncio.get_running_loop().time() + WARM_S / 2
        tasks = [asyncio.create_task(station(number, start)) for number in range(STATIONS)]
        await asyncio.sleep(WARM_S)
        measuring.set()
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.sleep(MEASURE_S)
        measuring.clear()
        spent = time.process_time() - cpu, time.perf_counter() - wall
        ended.set()
        await asyncio.gather(*tasks)
        return spent

    cpu, wall = asyncio.run(main())
    return cpu, {number: np.array(times) for number, times in at.items()}, wall


def _ours(port: int) -> Measured:
    pause = threading.Event()
    devices, points = _site()
    with tempfile.TemporaryDirectory() as folder:
        loop = FieldLoop()
        loop.start()
        house = BenchHouse(
            Path(folder), [each.point for own in points for each in own], devices, wanted=2 * STATIONS * REGISTERS
        )
        context = LinkContext(sink=house.inbox, clock=house.clock, loop=loop)
        links = [
            SPEC.build(
                link_plan(port, *points[number], devices=(devices[number],), id=_link(number), timeout_s="10"), context
            )
            for number in range(STATIONS)
        ]
        for link in links:
            link.start()
        settle()  # as `serve` and the console do
        assert house.all_in.wait(60), "not every station was read in a minute"
        pause.wait(WARM_S)
        house.keep = True
        cpu, wall = time.process_time(), time.perf_counter()
        pause.wait(MEASURE_S)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        house.keep = False
        loop.stop()  # before the links: one after the other each would wait for the commit of its farewell
        for link in links:
            link.stop()
        house.close()
    gc.unfreeze()
    return spent[0], _answers(house.batches), spent[1]


@cache
def _site() -> tuple[list[Device], list[list[Bound]]]:
    """Every station with its points."""
    devices = [replace(device(_station(number)), address={"unit": "1"}) for number in range(STATIONS)]
    points = [
        [
            replace(each, point=replace(each.point, limits=LIMITS))
            for register in range(REGISTERS)
            for each in [
                bound(number * REGISTERS + register, holding(register), device=_station(number), period_s=PERIOD_S)
            ]
        ]
        for number in range(STATIONS)
    ]
    return devices, points


def _answers(batches: list[SampleBatch]) -> dict[int, NDArray[np.int64]]:
    """When each read of a station was answered: the times of its first register."""
    batch = SampleBatch.join(batches)
    first = batch.point % REGISTERS == 0
    station, at = batch.point[first] // REGISTERS, batch.at[first]
    return {number: at[station == number] for number in range(STATIONS)}


def _station(number: int) -> str:
    return f"S{number:04d}"


def _link(number: int) -> str:
    return f"modbus/{_station(number)}"


if __name__ == "__main__":
    for title, figure in run().items():
        print(f"{title:50} {figure:,.3f}" if isinstance(figure, float) else f"{title:50} {figure}")
