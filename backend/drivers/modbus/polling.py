"""Poll the cycles of a link: one batch a cycle, bad values once, the next poll only after the last is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from backend.clock import Clock
from backend.drivers.modbus.line import Down, Line
from backend.drivers.modbus.plan import COMMS, DEVICE, Cycle, Outcome, Read, Register, cycle, cycles
from backend.errors import RefusedError
from backend.links.health import HealthKeeper
from backend.links.poll import Pace
from backend.links.ports import Sink
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch


class Poller:
    """The reads of one link, on the field loop. between: carried out before every read (orders go first).

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
        between: Callable[[], Awaitable[None]],
    ) -> None:
        self._link = link
        self._registers = registers
        self._max_gap = max_gap
        self._phase = phase
        self._line = line
        self._keeper = keeper
        self._sink = sink
        self._clock = clock
        self._between = between
        self._paced = [(Pace(period, 0.0), each) for period, each in cycles(registers, max_gap).items()]
        self._by_device: dict[str, Cycle] = {}
        self._told: NDArray[np.uint8] = np.full(len(registers), GOOD, np.uint8)
        """The bad code last told of each of the link's points, GOOD while it is read."""
        self._any_bad = False

    @property
    def idle(self) -> bool:
        """Whether there is nothing to read at all."""
        return not self._paced

    @property
    def due(self) -> float:
        """When the next cycle is due, on the loop's clock."""
        return min(pace.due for pace, _ in self._paced)

    def restart(self) -> None:
        """The link has come up: every cycle is due now."""
        now = asyncio.get_running_loop().time()
        for pace, _ in self._paced:
            pace.restart(now, self._phase)

    def lost(self) -> None:
        """Every point of the link has been told to be bad."""
        self._told[:] = COMMS
        self._any_bad = True

    async def poll(self) -> None:
        """Run the cycle that is due first. Raises Down."""
        pace, due = min(self._paced, key=lambda paced: paced[0].due)
        await self._run(due)
        self._keeper.late(pace.polled(asyncio.get_running_loop().time()))

    async def read_device(self, device: str) -> None:
        """Read all points of one device now. Raises Down, and RefusedError for a device that has none here."""
        if device not in self._by_device:
            own = [register for register in self._registers if register.bound.point.device == device]
            if not own:
                raise RefusedError("{device} has no points on this link", device=device)
            self._by_device[device] = cycle(own, self._max_gap)
        await self._run(self._by_device[device])

    async def _run(self, due: Cycle) -> None:
        outcomes: list[Outcome] = []
        failed: set[int] = set()
        down: Down | None = None
        for read in due.reads:
            try:
                outcome = await self._read(read, failed)
            except Down as error:
                down = error
                break
            outcomes.append(outcome)
        # What was read before the loss is kept; the rest turns bad with the whole link.
        outcomes += [self._bad(read, COMMS) for read in due.reads[len(outcomes) :]]
        batch = self._news(due, outcomes, lost=down is not None)
        if len(batch):
            await self._sink.put_async(batch)
        if down is not None:
            raise down

    async def _read(self, read: Read, failed: set[int]) -> Outcome:
        """One read, after the orders that wait. failed: units that failed in this cycle."""
        await self._between()
        unit = read.ask.unit
        if unit in failed and self._line.patience.silent(unit):
            return self._bad(read, COMMS)
        answer = await self._line.ask(read.ask)
        if answer is None:
            failed.add(unit)
            return self._bad(read, COMMS)
        if answer.exception is not None:
            return self._bad(read, DEVICE)
        return Outcome(data=answer.data, code=GOOD, at=self._clock.wall_us())

    def _bad(self, read: Read, code: int) -> Outcome:
        return Outcome(data=bytes(read.size), code=code, at=self._clock.wall_us())

    def _news(self, due: Cycle, outcomes: Sequence[Outcome], *, lost: bool) -> SampleBatch:
        """The batch without the rows that were already told to be bad for the same cause."""
        batch = due.batch(outcomes, self._link, self._clock.wall_us())
        bad = any(outcome.code != GOOD for outcome in outcomes)
        if not bad and not self._any_bad:
            return batch
        code = np.array([outcome.code for outcome in outcomes], np.uint8)[due.read_of]
        news = (code == GOOD) | (code != self._told[due.rows])
        if lost:
            news &= code != COMMS
        self._told[due.rows[news]] = code[news]
        self._any_bad = bool((self._told != GOOD).any())
        return batch.where(news)
