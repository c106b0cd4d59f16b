"""Whatever a stranger sends, an exchange holds no more than one frame of it, gathers nothing and ends by itself."""

from __future__ import annotations

import asyncio
import os

from hypothesis import given
from hypothesis import strategies as st

from backend.drivers.meters.house import House
from backend.drivers.meters.options import read_options
from backend.drivers.meters.roster import make_roster
from backend.drivers.meters.session import Session, Step
from backend.model.plant import Device
from backend.protocols.meter import words
from backend.protocols.meter.frame import Frame
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.sealing import cipher, seal
from backend.protocols.meter.stream import LONGEST_PACKET, wrap
from tests.support.clock import ManualClock
from tests.support.meters import MASTER, rows

DEVICE = Device(id="M1", model="gas-meter", asset="M1", protocol="meter", address={"logical_id": "1"})
REGISTER = wrap(
    1,
    seal(
        Frame(1, 1, words.REGISTER, encrypted=True),
        words.register(words.Register(bytes(8), 0, 1)),
        with_=cipher(meter_key(MASTER, 1)),
        nonce=bytes(12),
        context=words.context(1),
    ),
)


class Wire(asyncio.Transport):
    """Keeps what is written, and whether it was hung up."""

    def __init__(self, session: Session) -> None:
        super().__init__({"peername": ("10.0.0.7", 4711)})
        self.said = b""
        self.session = session

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += bytes(data)

    def abort(self) -> None:
        self.session.connection_lost(None)

    def close(self) -> None:
        self.session.connection_lost(None)


def house() -> House:
    options = read_options({"url": "meter://127.0.0.1:1", "master_key": MASTER.hex()})
    return House(
        options,
        make_roster((DEVICE,), rows(DEVICE, 0)),
        clock=ManualClock(),
        bill=lambda _device: None,
        order_comes=lambda _device: False,
        reading_came=lambda: None,
    )


def hear(place: House, chunks: list[bytes]) -> tuple[Session, Wire]:
    """A connection that says these pieces, as long as anybody listens."""
    session = Session(place)
    wire = Wire(session)
    session.connection_made(wire)
    for chunk in chunks:
        size = len(session.get_buffer(-1))
        for at in range(0, len(chunk), size):
            piece = chunk[at : at + size]
            place.buffer[: len(piece)] = piece
            session.buffer_updated(len(piece))
    return session, wire


@given(st.lists(st.binary(max_size=5000), max_size=6))
def test_noise(chunks: list[bytes]) -> None:
    place = house()
    session, wire = hear(place, chunks)
    assert (wire.said, place.gathering.sessions, place.known) == (b"", [], {})
    assert session._stream.held < LONGEST_PACKET
    place.look(session.deadline)
    assert (place.sessions, place.unknown) == (set(), 0)
    assert all(len(item.raw) <= LONGEST_PACKET for item in place.aside)


@given(st.integers(0, len(REGISTER) * 8 - 1), st.lists(st.integers(1, 20)))
def test_a_registration_with_one_bit_flipped_however_it_is_cut(bit: int, cuts: list[int]) -> None:
    spoilt = bytearray(REGISTER)
    spoilt[bit // 8] ^= 1 << bit % 8
    pieces, at = [], 0
    for size in [*cuts, len(spoilt)]:
        pieces.append(bytes(spoilt[at : at + size]))
        at += size
    place = house()
    session, wire = hear(place, pieces)
    # The hop count is the relays' and nobody's secret; everything else must be as the meter said it.
    assert bool(wire.said) == (bit // 8 == 5)
    place.look(session.deadline)
    assert place.sessions == set()


@given(st.binary(max_size=300))
def test_what_comes_after_a_recorded_registration_brings_nothing(after: bytes) -> None:
    place = house()
    session, wire = hear(place, [REGISTER, REGISTER + after + os.urandom(7)])
    assert wire.said
    assert (place.gathering.sessions, place.known) == ([], {})
    assert session._step in (Step.READING, Step.CLOSE)
    place.look(session.deadline)
    assert (place.sessions, place.unknown) == (set(), 0)
