"""A site whose meters call in: readings and accounts are durable together, and an approved order finds its meter."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from app.people_cli import create_account
from backend.clock import US, SystemClock
from backend.links.loop import FieldLoop
from backend.model.command import Command, CommandState
from backend.model.event import LinkState
from backend.model.metering import Accounts
from backend.site import Site
from backend.store import Records
from backend.system import System
from sims.devices.gas_meter import CLOSED, Call, GasMeter, Outcome
from sims.meters import fit
from tests.support.meter_site import SHORT_CODE, make_meter_site

PASSWORD = "Correct-horse-77"


class ShiftedClock(SystemClock):
    """The machine's clocks, set forward by a test."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def wall_us(self) -> int:
        return super().wall_us() + round(self.ahead_s * US)

    def mono(self) -> float:
        return super().mono() + self.ahead_s


class Place:
    """The running backend, and a loop for the meters to call from."""

    def __init__(self, site: Site, clock: ShiftedClock) -> None:
        self.site, self.clock = site, clock
        self.meters = {meter.logical_id: meter for meter in fit(site)}
        self.loop = FieldLoop(name="meters")
        self.loop.start()
        self.open()

    def open(self) -> None:
        self.system = System(self.site.folder, clock=self.clock)
        self.backend = self.system.backend
        self.changed: list[Command] = []
        self.backend.commands.changed.subscribe(self.changed.append)
        self.system.start()
        self._until(lambda: self.backend.links.snapshot()[0].state is LinkState.UP)

    def call(self, meter: GasMeter) -> Outcome:
        return self.loop.submit(self._call(meter)).result(20)

    def _until(self, true: object) -> None:
        end = time.monotonic() + 10
        while not true():  # type: ignore[operator]
            assert time.monotonic() < end
            self.loop.submit(asyncio.sleep(0.01)).result()

    async def _call(self, meter: GasMeter) -> Outcome:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Outcome] = loop.create_future()
        assert self.site.meters is not None

        def made() -> Call:
            return Call(
                meter, attempt=1, now=lambda: self.clock.wall_us() / US, mono=time.monotonic, ended=ended.set_result
            )

        await loop.create_connection(made, self.site.meters.host, self.site.meters.port)
        return await ended

    def accounts(self) -> Accounts:
        records = Records.look(self.site.database_url, site=self.site.id, mode=self.site.mode)
        try:
            return records.meter_accounts()
        finally:
            records.close()

    def close(self) -> None:
        self.system.stop()
        self.loop.stop()


SECRET = pyotp.random_base32()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    site = make_meter_site(tmp_path / "site", civil=2, ci=1)
    create_account(site.folder, "operator", name="Chen", role="operator", password=PASSWORD)
    create_account(site.folder, "supervisor", name="Li", role="supervisor", password=PASSWORD, totp_secret=SECRET)
    place = Place(site, ShiftedClock())
    yield place
    place.close()


@pytest.mark.expects_warnings
def test_a_reading_and_its_settlement_are_durable_together_and_go_on_after_a_restart(place: Place) -> None:
    meter = place.meters[1]
    assert place.call(meter).whole
    opened = meter.index_l
    meter.index_l += 10_000
    place.clock.ahead_s += 60
    assert place.call(meter).whole
    assert meter.balance is not None
    assert (meter.balance.amount_fen, meter.balance.balance_fen) == (3100, -3100)
    kept = place.accounts()
    assert (kept.index_l.tolist(), kept.balance_fen.tolist(), kept.settled.tolist()) == (
        [opened + 10_000],
        [-3100],
        [1],
    )
    place.system.stop()
    place.open()
    meter.index_l += 1_000
    place.clock.ahead_s += 60
    assert place.call(meter).whole
    assert meter.balance.balance_fen == -3410
    head_end = place.backend.metering.head_ends()[0]
    assert (head_end.registered, head_end.heard) == (3, 1)
    assert place.backend.metering.totals().settled == 2


@pytest.mark.expects_warnings
def test_an_approved_order_waits_for_the_meter_to_call_in_and_is_proved_by_its_next_reading(place: Place) -> None:
    meter, backend = place.meters[1], place.backend
    place.call(meter)
    people, commands = backend.people, backend.commands
    operator = people.sign_in("operator", PASSWORD, "desk a").result(10)
    supervisor = people.sign_in("supervisor", PASSWORD, "desk b").result(10)
    point = next(each.id for each in backend.registry.points if each.device == "GM-1" and each.property == "command")
    asked = commands.request(operator, point=point, action="close", reason="arrears").result(10)
    place.clock.ahead_s += 6  # it sleeps again
    commands.confirm(operator, asked.content.id, SHORT_CODE).result(10)
    _, signed = commands.signed_text(asked.content.id).result(10)
    code = pyotp.TOTP(SECRET).at(place.clock.wall_us() // US)
    approved = commands.approve(supervisor, asked.content.id, password=PASSWORD, code=code, signed_hash=signed)
    assert approved.result(10).state is CommandState.APPROVED
    outcome = place.call(meter)
    assert (outcome.whole, outcome.orders, meter.valve) == (True, 1, CLOSED)
    place._until(lambda: place.changed[-1].state is CommandState.VERIFIED)
    states = [command.state for command in place.changed]
    assert (
        states.index(CommandState.DISPATCHED) < states.index(CommandState.ACKED) < states.index(CommandState.VERIFIED)
    )
