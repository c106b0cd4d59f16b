"""A head-end under test, with pretend meters that call it over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from backend.drivers.meters import SPEC
from backend.drivers.meters.link import MeterLink
from backend.links.loop import FieldLoop
from backend.links.ports import Bound, LinkContext, LinkPlan
from backend.model.event import LinkState, Quarantined
from backend.model.metering import Bill
from backend.model.plant import Device, Point, PowerClass
from backend.model.thing_model import forms_of
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.sealing import cipher
from backend.site import thing_models
from sims.devices.gas_meter import Call, Fault, GasMeter, Outcome
from tests.support.clock import ManualClock
from tests.support.ports import free_ports
from tests.support.sink import ListSink

MASTER = bytes(range(32))
MODELS = thing_models()


def rows(device: Device, first: int) -> list[Bound]:
    """Every point of a device, ids from `first` on."""
    model = MODELS[device.model]
    forms = forms_of(model, protocol="meter", site="s1", device=device.id)
    return [
        Bound(
            point=Point(
                id=first + number,
                tag=f"{device.id}.{name}",
                device=device.id,
                asset=device.id,
                property=name,
                title=name,
                title_zh="",
                kind=model.properties[name].kind,
                unit=model.properties[name].unit,
                low=model.properties[name].minimum,
                high=model.properties[name].maximum,
                precision=1,
                period_s=60.0,
                writable=model.properties[name].writable,
            ),
            form=form,
        )
        for number, (name, form) in enumerate(forms.items())
    ]


class HeadEndDesk:
    """Two civil meters (1, 2) and one commercial (9). `waits`: devices an order is on its way to."""

    def __init__(self, **options: str) -> None:
        self.clock = ManualClock()
        self.sink = ListSink()
        self.loop = FieldLoop()
        self.loop.start()
        self.port = free_ports(1)
        self.waits: set[str] = set()
        self.bills: dict[str, Bill] = {
            "M1": Bill(at=self.clock.wall_us(), amount_fen=310, balance_fen=-310, price_fen=310)
        }
        devices = tuple(
            Device(
                id=f"M{number}",
                model=model,
                asset=f"M{number}",
                protocol="meter",
                address={"logical_id": str(number), "class": kind},
                remote_enabled=True,
                power=PowerClass.BATTERY,
            )
            for number, model, kind in (
                (1, "gas-meter", "civil"),
                (2, "gas-meter", "civil"),
                (9, "ci-gas-meter", "ci"),
            )
        )
        bound: list[Bound] = []
        for device in devices:
            bound += rows(device, len(bound))
        self.points = {each.point.tag: each.point.id for each in bound}
        plan = LinkPlan(
            id="meter/x",
            options={"url": f"meter://127.0.0.1:{self.port}", "master_key": MASTER.hex(), **options},
            devices=devices,
            bound=tuple(bound),
        )
        context = LinkContext(
            sink=self.sink,
            clock=self.clock,
            loop=self.loop,
            bill=self.bills.get,
            order_comes=lambda device: device in self.waits,
        )
        self.link = MeterLink(plan, context)
        assert SPEC.build is MeterLink
        self.link.start()
        self.sink.wait_state(LinkState.UP)

    def meter(self, number: int, *, key_of: int | None = None) -> GasMeter:
        """A meter that was given its own key, or another's."""
        key = meter_key(MASTER, number if key_of is None else key_of)
        return GasMeter(number, cipher(key), index_l=123_456, travel_s=0.0)

    def call(
        self,
        meter: GasMeter,
        *,
        attempt: int = 1,
        fault: Fault = Fault.NONE,
        tap: Callable[[bytes, bytes], None] | None = None,
        twist: Callable[[bytes], bytes] = bytes,
    ) -> Outcome:
        """Hold one exchange to its end."""
        return self.loop.submit(self.holding(meter, attempt=attempt, fault=fault, tap=tap, twist=twist)).result(10)

    def stranger(self) -> socket.socket:
        """A connection that says what a test likes."""
        return socket.create_connection(("127.0.0.1", self.port), 5)

    def until_open(self, count: int) -> None:
        """Wait until the head-end has taken so many connections: only from then on time counts for them."""
        self.loop.submit(self._open(count)).result(10)

    async def _open(self, count: int) -> None:
        while self.link.exchanges().open_now < count:
            await asyncio.sleep(0.001)

    def aside(self, count: int) -> list[Quarantined]:
        """What was put aside, as soon as there are so many."""
        found = self.sink.wait(lambda items: sum(isinstance(item, Quarantined) for item in items) >= count)
        return [item for item in found if isinstance(item, Quarantined)]

    def close(self) -> None:
        self.link.stop()
        self.loop.stop()

    async def holding(
        self,
        meter: GasMeter,
        *,
        attempt: int = 1,
        fault: Fault = Fault.NONE,
        tap: Callable[[bytes, bytes], None] | None = None,
        twist: Callable[[bytes], bytes] = bytes,
    ) -> Outcome:
        """The same as a coroutine of the field loop."""
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def made() -> Call:
            call = Call(
                meter,
                attempt=attempt,
                now=lambda: self.clock.wall_us() / 1e6,
                mono=asyncio.get_running_loop().time,
                ended=ended.set_result,
                fault=fault,
            )
            return Tapped(call, tap or _nobody, twist)

        await asyncio.get_running_loop().create_connection(made, "127.0.0.1", self.port)
        return await ended


class Tapped(Call):
    """A call whose every octet is written down: (what the meter said, what it heard). twist: what is sent instead."""

    def __init__(self, call: Call, tap: Callable[[bytes, bytes], None], twist: Callable[[bytes], bytes]) -> None:
        for name, value in vars(call).items():
            setattr(self, name, value)
        self._tap = tap
        self._twist = twist

    def data_received(self, data: bytes) -> None:
        self._tap(b"", data)
        super().data_received(data)

    def _write(self, out: bytes) -> None:
        self._tap(out, b"")
        super()._write(self._twist(out))


def _nobody(said: bytes, heard: bytes) -> None:
    """Nobody listens."""
