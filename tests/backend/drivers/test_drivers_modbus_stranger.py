"""Read and write a Modbus server that is not ours: pyModbusTCP."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyModbusTCP.server import DataBank, ModbusServer

from backend.drivers.modbus import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Bound, Link, LinkContext
from backend.model.command import ReceiptKind
from backend.model.form import DataType, ModbusForm, Space
from tests.support.clock import ManualClock
from tests.support.modbus_plan import bound, coil, holding, link_plan
from tests.support.receipts import Receipts, order
from tests.support.sink import ListSink

pytestmark = pytest.mark.stranger


def _input(address: int, type: DataType) -> ModbusForm:
    return ModbusForm(space=Space.INPUT, address=address, type=type)


POINTS = (
    bound(0, holding(0, DataType.FLOAT32), writable=True),
    bound(1, replace(holding(2, DataType.FLOAT32), big_end_word=False)),
    bound(2, holding(4, DataType.INT16), writable=True),
    bound(3, replace(holding(5), bits=(4, 3))),
    bound(4, _input(0, DataType.INT32)),
    bound(5, replace(_input(2, DataType.UINT16), scale=0.1)),
    bound(6, coil(0), writable=True),
    bound(7, coil(10)),
    bound(8, ModbusForm(space=Space.DISCRETE_INPUT, address=3, type=DataType.BOOL)),
)
EXPECTED = {0: 412.5, 1: -1.25, 2: -2.0, 3: 5.0, 4: -100_000.0, 5: 41.2, 6: 0.0, 7: 1.0, 8: 1.0}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Stranger:
    """The stranger's server, our link to it, and what came out."""

    def __init__(self) -> None:
        self.bank = DataBank(h_regs_size=50, i_regs_size=50, coils_size=50, d_inputs_size=50)
        port = _free_port()
        self.server = ModbusServer(host="127.0.0.1", port=port, no_block=True, data_bank=self.bank)
        self.loop = FieldLoop()
        self.sink = ListSink()
        self.port = port
        self.link: Link | None = None

    def start(self, *points: Bound) -> Link:
        self.loop.start()
        context = LinkContext(sink=self.sink, clock=ManualClock(), loop=self.loop)
        self.link = SPEC.build(link_plan(self.port, *points, timeout_s="5"), context)
        self.link.start()
        return self.link

    def values(self) -> dict[int, float]:
        """The newest value of each point."""
        return {
            point: value
            for batch in self.sink.batches
            for point, value in zip(batch.point.tolist(), batch.value.tolist(), strict=True)
        }


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    stranger = Stranger()
    bank = stranger.bank
    bank.set_holding_registers(0, list(struct.unpack(">HH", struct.pack(">f", 412.5))))
    bank.set_holding_registers(2, list(struct.unpack(">HH", struct.pack(">f", -1.25)))[::-1])
    bank.set_holding_registers(4, [0xFFFE, 0b1101_0000])
    bank.set_input_registers(0, [*struct.unpack(">HH", struct.pack(">i", -100_000)), 412])
    bank.set_coils(10, [True])
    bank.set_discrete_inputs(3, [True])
    stranger.server.start()
    yield stranger
    [link.stop() for link in (stranger.link,) if link is not None]
    stranger.loop.stop()
    stranger.server.stop()


def test_reads_every_space_of_the_stranger(stranger: Stranger) -> None:
    stranger.start(*POINTS)
    stranger.sink.wait_batches(1)
    assert stranger.values() == pytest.approx(EXPECTED)


@pytest.mark.parametrize(
    ("point", "value", "read_back"),
    [
        (6, 1.0, lambda bank: bank.get_coils(0, 1) == [True]),
        (2, -7.0, lambda bank: bank.get_holding_registers(4, 1) == [0xFFF9]),
        (0, 99.5, lambda bank: bank.get_holding_registers(0, 2) == [*struct.unpack(">HH", struct.pack(">f", 99.5))]),
    ],
    ids=["coil", "register", "registers"],
)
def test_writes_are_taken_by_the_stranger_and_read_back(
    stranger: Stranger, point: int, value: float, read_back: object
) -> None:
    wide = [replace(each, point=replace(each.point, low=-1000.0)) for each in POINTS]
    link = stranger.start(*wide)
    stranger.sink.wait_batches(1)
    receipts = Receipts()
    link.write(order(point, value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.ACKED]
    assert callable(read_back)
    assert read_back(stranger.bank)
    stranger.sink.wait(lambda _: stranger.values()[point] == value)


def test_the_stranger_refuses_an_address_it_does_not_have(stranger: Stranger) -> None:
    points = (bound(0, holding(4, DataType.INT16)), bound(1, holding(60), writable=True))
    link = stranger.start(*points)
    batch = stranger.sink.wait_batches(1)[0]
    assert sorted(zip(batch.point.tolist(), (batch.quality >= 0xC0).tolist(), strict=True)) == [(0, True), (1, False)]
    receipts = Receipts()
    link.write(order(1, 5.0), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.REFUSED]
    assert "illegal data address" in receipts.all[-1].detail
