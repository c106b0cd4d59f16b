"""Poll the cycles of a link: one batch a cycle, bad values once, the next poll only after the last is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.clock import Clock
from backend.drivers.modbus.line import Down, Line
from backend.drivers.modbus.plan import COMMS, DEVICE, Cycle, Outcomes, Read, Register, cycle, cycles
from backend.drivers.modbus.writing import Writer
from backend.errors import RefusedError
from backend.links.health import HealthKeeper
from backend.links.on_change import OnChange
from backend.links.poll import Pace
from backend.links.ports import Sink
from backend.model.quality import GOOD


class Poller:
    """The reads of one link, on the field loop. The writer's orders go before every read.

    A failed read makes exactly its own points bad, and says so once until its cause changes or the read works again.
    """

    def __init__(
        self,
        *,
        link: str,
        registers: Sequence[Register],
        max_gap: int,
        phase: float,
        line: Line,
        keeper: HealthKeeper,
        sink: Sink,
        clock: Clock,
        writer: Writer,
    ) -> None:
        self._link = link
        self._registers = registers
        self._max_gap = max_gap
        self._phase = phase
        self._line = line
        self._keeper = keeper
        self._sink = sink
        self._clock = clock
        self._writer = writer
        self._paced = [(Pace(period, 0.0), each) for period, each in cycles(registers, max_gap).items()]
        self._by_device: dict[str, Cycle] = {}
        self._told: NDArray[np.uint8] = np.full(len(registers), GOOD, np.uint8)
        """The bad code last told of each of the link's points, GOOD while it is read."""
        self._any_bad = False
        self._handed: asyncio.Future[None] | None = None
        """The commit of the last batch; the next is not read before."""
        self._on_change = OnChange.of([register.bound.point for register in registers])

    @property
    def idle(self) -> bool:
        """Whether there is nothing to read at all."""
        return not self._paced

    @property
    def due(self) -> float:
        """When the next cycle is due, on the loop's clock."""
        return self._paced[0][0].due if len(self._paced) == 1 else min(map(_due, self._paced))

    def restart(self) -> None:
        """The link has come up: every cycle is due now."""
        now = asyncio.get_running_loop().time()
        for pace, _ in self._paced:
            pace.restart(now, self._phase)

    def lost(self) -> None:
        """Every point of the link has been told to be bad."""
        self._told[:] = COMMS
        self._any_bad = True
        if self._on_change is not None:
            self._on_change.forget()

    async def poll(self, now: float) -> float:
        """Run the cycle that is due, if one is at `now` (the loop's clock); the time when the next is. Raises Down."""
        pace, due = self._paced[0] if len(self._paced) == 1 else min(self._paced, key=_due)
        if pace.due <= now:
            await self._committed()
            await self._run(due)
            skipped = pace.polled(asyncio.get_running_loop().time())
            if skipped:
                self._keeper.late(skipped)
        return self.due

    async def read_device(self, device: str) -> None:
        """Read all points of one device now. Raises Down, and RefusedError for a device that has none here."""
        if device not in self._by_device:
            own = [register for register in self._registers if register.bound.point.device == device]
            if not own:
                raise RefusedError("{device} has no points on this link", device=device)
            self._by_device[device] = cycle(own, self._max_gap)
        await self._run(self._by_device[device], whole=True)

    async def _run(self, due: Cycle, *, whole: bool = False) -> None:
        """Read a cycle and hand it in. whole: somebody waits for these values, so unchanged ones go on too."""
        outcomes = Outcomes()
        failed: set[int] = set()
        down: Down | None = None
        for read in due.reads:
            try:
                await self._read(read, outcomes, failed)
            except Down as error:
                down = error
                break
        for read in due.reads[len(outcomes.data) :]:
            # What was read before the loss is kept; the rest turns bad with the whole link.
            outcomes.failed(read, COMMS, self._clock.wall_us())
        batch = due.batch(outcomes, self._link)
        keep: NDArray[np.bool_] | None = None
        if outcomes.bad or self._any_bad:
            keep = self._news(due, outcomes, lost=down is not None)
        if self._on_change is not None and not whole:
            changed = self._on_change.news(due.rows, batch.value, batch.quality)
            keep = changed if keep is None else keep & changed
        if keep is not None:
            batch = batch.where(keep)
        if len(batch):
            self._handed = self._sink.hand_in(batch)
        if whole or down is not None:
            await self._committed()
        if down is not None:
            raise down

    async def _committed(self) -> None:
        """Wait until what was read last is durable: a slow disk slows the polls down."""
        handed, self._handed = self._handed, None
        if handed is not None and not handed.done():
            await handed

    async def _read(self, read: Read, outcomes: Outcomes, failed: set[int]) -> None:
        """One read, after the orders that wait. failed: units that failed in this cycle."""
        if self._writer.pending:
            await self._writer.carry_out_all()
        unit = read.ask.unit
        if unit in failed and self._line.patience.silent(unit):
            outcomes.failed(read, COMMS, self._clock.wall_us())
            return
        reply = await self._line.ask(read.ask)
        at = self._clock.wall_us()
        if isinstance(reply, bytes):
            outcomes.good(reply, at)
        elif reply is None:
            failed.add(unit)
            outcomes.failed(read, COMMS, at)
        else:
            outcomes.failed(read, DEVICE, at)

    def _news(self, due: Cycle, outcomes: Outcomes, *, lost: bool) -> NDArray[np.bool_]:
        """Which rows were not already told to be bad for the same cause."""
        code = due.codes(outcomes)
        news: NDArray[np.bool_] = (code == GOOD) | (code != self._told[due.rows])
        if lost:
            news &= code != COMMS
        self._told[due.rows[news]] = code[news]
        self._any_bad = bool((self._told != GOOD).any())
        return news


def _due(paced: tuple[Pace, Cycle]) -> float:
    return paced[0].due
