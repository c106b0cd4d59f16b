"""Let many pretend meters call the head-end: at a rate, or as fast as it answers; with faults, and tries made again."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Final

from sims.devices.gas_meter import Call, Fault, GasMeter, Outcome

TRIES: Final = 4
RETRY_S: Final = 0.2
"""Before the second try; doubled for each that follows."""
PATIENCE_S: Final = 60.0
FAULTS: Final = (Fault.CUT, Fault.RESET, Fault.GARBLED, Fault.DEAF)
STEP_LITRES: Final = 37
"""What an index grows by from one report to the next, at most."""
_CONNECTIONS: Final = 12_000
_DRAIN_S: Final = 60.0


@dataclass(slots=True)
class Report:
    """What came of a stretch of calls. reports: readings that were due. responses, spans: s."""

    reports: int = 0
    first: int = 0
    """Stored at the first try."""
    stored: int = 0
    tries: int = 0
    whole: int = 0
    orders: int = 0
    open_most: int = 0
    """Connections open at once."""
    seconds: float = 0.0
    responses: list[float] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)


class Fleet:
    """Meters that take turns. One asyncio loop; nothing else on it."""

    def __init__(self, meters: Sequence[GasMeter], *, host: str, port: int, seed: int = 1) -> None:
        self._meters = cycle(meters)
        self._host, self._port = host, port
        self._rng = random.Random(seed)
        self._open = asyncio.Semaphore(_CONNECTIONS)
        self._open_now = 0
        allow_sockets(_CONNECTIONS + 100)

    async def heard(self) -> bool:
        """Whether anybody listens."""
        try:
            _, writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            return False
        writer.close()
        return True

    async def offered(self, per_s: float, seconds: float, *, faults: float = 0.0) -> Report:
        """Begin so many reports a second, whatever becomes of them, then wait for the last."""
        return await self._run(lambda: _pace(per_s, seconds), faults)

    async def at_the_limit(self, at_once: int, seconds: float, *, faults: float = 0.0) -> Report:
        """Keep so many calls open: the next begins when one ends."""
        report, begun = Report(), time.monotonic()

        async def caller() -> None:
            while time.monotonic() < begun + seconds:
                await self.report(report, faults)

        await asyncio.gather(*(caller() for _ in range(at_once)))
        report.seconds = time.monotonic() - begun
        return report

    async def report(self, into: Report, faults: float = 0.0) -> bool:
        """The next meter brings its reading, in several tries if need be."""
        meter = next(self._meters)
        meter.index_l += self._rng.randrange(STEP_LITRES)
        into.reports += 1
        for attempt in range(1, TRIES + 1):
            fault = self._rng.choice(FAULTS) if faults and self._rng.random() < faults else Fault.NONE
            into.tries += 1
            outcome = await self._call(meter, attempt, fault, into)
            if outcome is not None:
                into.responses.extend(outcome.steps)
                into.whole += outcome.whole
                into.orders += outcome.orders
                if outcome.whole:
                    into.spans.append(outcome.span_s)
                if outcome.stored:
                    into.stored += 1
                    into.first += attempt == 1
                    return True
            await asyncio.sleep(RETRY_S * 2 ** (attempt - 1))
        return False

    async def _run(self, pace: Callable[[], Iterator[float]], faults: float) -> Report:
        report, begun = Report(), time.monotonic()
        under_way: set[asyncio.Task[bool]] = set()
        for at in pace():
            wait = begun + at - time.monotonic()
            if wait > 0.001:
                await asyncio.sleep(wait)
            task = asyncio.create_task(self.report(report, faults))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        report.seconds = time.monotonic() - begun
        if under_way:
            await asyncio.wait(under_way, timeout=_DRAIN_S)
        return report

    async def _call(self, meter: GasMeter, attempt: int, fault: Fault, into: Report) -> Outcome | None:
        """None: nobody answered."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Outcome] = loop.create_future()
        call = Call(
            meter,
            attempt=attempt,
            now=time.time,
            mono=time.monotonic,
            ended=lambda got: _finish(ended, got),
            fault=fault,
        )
        async with self._open:
            try:
                await loop.create_connection(lambda: call, self._host, self._port)
            except OSError:
                return None
            end = loop.call_later(PATIENCE_S, call.give_up)
            self._open_now += 1
            into.open_most = max(into.open_most, self._open_now)
            try:
                return await ended
            finally:
                self._open_now -= 1
                end.cancel()


def allow_sockets(wanted: int) -> None:
    """Raise this process's limit of open files as far as is wanted and allowed."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard >= 0 else wanted, hard))


def _finish(ended: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not ended.done():
        ended.set_result(outcome)


def _pace(per_s: float, seconds: float) -> Iterator[float]:
    for number in count():
        at = number / per_s
        if at >= seconds:
            return
        yield at
