"""A small simulated field for tests: its site folder, its equipment, and a plant whose clock the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from backend.site import Site, load
from sims.city import generate
from sims.equipment import load_equipment
from sims.plant import Plant
from tests.support.clock import ManualClock
from tests.support.ports import free_ports

Result = TypeVar("Result")
SMALL_PORTS = 6
"""Five RTUs and the broker."""


def small_site(folder: Path) -> tuple[Site, int]:
    """A new small site and its first Modbus port; the broker's port is the last of SMALL_PORTS."""
    first = free_ports(SMALL_PORTS)
    generate(
        folder,
        seed=1,
        size="small",
        modbus_port=first,
        broker_url=f"mqtt://127.0.0.1:{first + SMALL_PORTS - 1}",
    )
    return load(folder), first


class StillPlant:
    """A plant of the small city whose time passes only by `pass_time`."""

    def __init__(self, site: Site, *, hour: float = 18.5) -> None:
        self.clock = ManualClock()
        self.plant = Plant(load_equipment(site, seed=1), hour=hour, mono=self.clock.mono)

    def pass_time(self, seconds: float, *, steps: int = 1, solve: bool = False) -> None:
        """Let time pass in equal steps; with `solve`, the gas too."""
        for _ in range(steps):
            self.clock.tick(seconds / steps)
            if solve:
                self.plant.solve_once()
            self.plant.tick()

    def reading(self, device: str, name: str) -> float:
        """What the device shows."""
        return self.plant.equipment.terminals[device].readings()[name]


class LoopThread:
    """An asyncio loop on a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._pool = ThreadPoolExecutor(1, "test-loop")
        self._pool.submit(self.loop.run_forever)

    def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run it there and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(5)

    def stop(self) -> None:
        """End the thread and whatever still runs on the loop."""
        self.call(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._pool.shutdown()
        self.loop.close()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
