"""A pretend gas meter: sleeps, calls the head-end, says its reading, hears its balance and obeys; its own clock drifts.

What it says is in `backend.protocols.meter.words`. It knows its own key and nothing of any other meter's.
"""

from __future__ import annotations

import asyncio
import os
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.errors import FrameError
from backend.protocols.meter import words
from backend.protocols.meter.frame import Frame, Message, acknowledgement, decode
from backend.protocols.meter.replay import following
from backend.protocols.meter.sealing import NONCE, seal, unseal
from backend.protocols.meter.stream import Packet, Stream, wrap

_READING: Final = struct.Struct(">IHIHHhH")
OPEN: Final = 1
CLOSED: Final = 2


class Fault(StrEnum):
    """What a try can suffer from."""

    NONE = "none"
    CUT = "cut"
    """The connection ends after the registration."""
    RESET = "reset"
    """The connection ends in the middle of the reading's frame."""
    GARBLED = "garbled"
    """One bit of the reading is flipped on the way."""
    DEAF = "deaf"
    """The reading arrives and the meter does not hear the answer."""
    MUTE = "mute"
    """An order is heard, and the connection ends before it is answered."""


@dataclass(slots=True)
class GasMeter:
    """The device between two calls. drift_s: its clock minus the true one."""

    logical_id: int
    cipher: AESGCM
    application: int = 1
    index_l: int = 0
    flow_dm3h: int = 0
    """In 0.1 m³/h; only commercial meters say it."""
    battery_mv: int = 3600
    signal_dbm: int = -80
    drift_s: int = 0
    sets_clock: bool = True
    """By what the head-end says when it calls; its clock runs away again until the next call."""
    travel_s: float = 0.2
    """What its valve takes to move."""
    slow_s: float = 0.0
    """What a weak signal puts between its registration and its reading."""
    valve: int = OPEN
    remote: bool = True
    fault: bool = False
    tamper: bool = False
    command: int = 0
    balance: words.Balance | None = None
    sequence: int = field(default_factory=lambda: random.randrange(0x10000))
    obeyed: list[words.MeterOrder] = field(default_factory=list)

    def record(self, now: float) -> bytes:
        """The data area of a reading. now: true time, s UTC."""
        status = self.valve | self.remote << 2 | self.fault << 3 | self.tamper << 4 | self.command << 5
        at_ms = int(now * 1000) + self.drift_s * 1000
        return _READING.pack(
            at_ms // 1000, at_ms % 1000, self.index_l, self.flow_dm3h, self.battery_mv, self.signal_dbm, status
        )

    def obey(self, told: words.MeterOrder, now: float) -> bytes:
        """Carry an order out; the data area of the answer."""
        if told.code != 1 or told.value not in (OPEN, CLOSED):
            return b"\x01"
        if now + self.drift_s >= told.not_after + abs(self.drift_s):
            return b"\x02"
        if not self.remote:
            return b"\x03"
        if self.fault:
            return b"\x04"
        self.obeyed.append(told)
        self.valve = self.command = int(told.value)
        return words.DONE


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call went. stored: the head-end has acknowledged the reading. whole: it went to its end.

    steps: seconds from each thing said to its answer: registration, reading, balance, order or end. The balance comes
    with the answer to the reading, so its time is that of the receipt until the next word.
    """

    stored: bool
    whole: bool
    steps: tuple[float, ...]
    span_s: float
    orders: int


class Call(asyncio.Protocol):
    """One exchange. `ended` is called once, when the connection is gone."""

    def __init__(
        self,
        meter: GasMeter,
        *,
        attempt: int,
        now: Callable[[], float],
        mono: Callable[[], float],
        ended: Callable[[Outcome], None],
        fault: Fault = Fault.NONE,
    ) -> None:
        """now: true time, s UTC. mono: monotonic s."""
        self._meter = meter
        self._attempt = attempt
        self._now = now
        self._mono = mono
        self._ended = ended
        self._fault = fault
        self._stream = Stream()
        self._nonce = os.urandom(words.NONCE)
        self._context = words.context(meter.logical_id)
        self._transport: asyncio.Transport | None = None
        self._begun = mono()
        self._said_at = 0.0
        self._steps: list[float] = []
        self._stored = self._whole = False
        self._orders = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who we are."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        said = words.Register(self._nonce, int(self._now()) + self._meter.drift_s, self._attempt)
        self._say(self._up(words.REGISTER), words.register(said))
        self._context = words.context(self._meter.logical_id, self._nonce)

    def data_received(self, data: bytes) -> None:
        """Answers and orders; what cannot be believed ends the call."""
        try:
            for packet in self._stream.feed(data):
                self._hear(packet)
        except FrameError:
            self._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Over."""
        span = self._mono() - self._begun
        self._ended(Outcome(self._stored, self._whole, tuple(self._steps), span, self._orders))

    def give_up(self) -> None:
        """It took too long."""
        self._hang_up()

    def _hear(self, packet: Packet) -> None:
        frame = decode(packet.frame)
        if packet.meter != self._meter.logical_id or not frame.down:
            raise FrameError("not for this meter")
        clear = unseal(frame, with_=self._meter.cipher, context=self._context)
        if frame.type == words.REGISTER:
            self._on_welcome(words.read_welcome(clear))
        elif frame.type == Message.READING and frame.ack:
            self._answered()
            self._stored = True
        elif frame.type == Message.READING:
            self._report(acknowledgement(frame, encrypted=True))
        elif frame.type == words.BALANCE:
            self._meter.balance = words.read_balance(clear)
            self._say(acknowledgement(frame, encrypted=True), words.DONE)
        elif frame.type in (Message.CONTROL, Message.PARAMETER):
            self._answered()
            self._orders += 1
            if self._fault is Fault.MUTE:
                self._hang_up()
                return
            self._say(acknowledgement(frame, encrypted=True), self._meter.obey(words.read_order(clear), self._now()))
            asyncio.get_running_loop().call_later(self._meter.travel_s, self._report_again)
        elif frame.type == words.END:
            self._answered()
            self._whole = True
            self._hang_up(politely=True)

    def _on_welcome(self, said: words.Welcome) -> None:
        self._answered()
        if self._meter.sets_clock:
            self._meter.drift_s = 0
        self._context = words.context(self._meter.logical_id, said.challenge)
        if self._fault is Fault.CUT:
            self._hang_up()
        elif not said.asked and self._meter.slow_s:
            asyncio.get_running_loop().call_later(self._meter.slow_s, self._report_again)
        elif not said.asked:
            self._report(self._up(Message.READING))

    def _report_again(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._report(self._up(Message.READING))

    def _report(self, frame: Frame) -> None:
        out = self._octets(frame, self._meter.record(self._now()))
        self._said_at = self._mono()
        if self._fault is Fault.RESET:
            self._write(out[: len(out) // 2])
            self._hang_up()
        elif self._fault is Fault.GARBLED:
            self._write(out[:20] + bytes((out[20] ^ 4,)) + out[21:])
        else:
            self._write(out)
            if self._fault is Fault.DEAF:
                self._hang_up(politely=True)

    def _answered(self) -> None:
        self._steps.append(self._mono() - self._said_at)

    def _up(self, kind: int) -> Frame:
        meter = self._meter
        meter.sequence = following(meter.sequence)
        return Frame(meter.sequence, meter.application, kind, encrypted=True)

    def _say(self, frame: Frame, clear: bytes) -> None:
        out = self._octets(frame, clear)
        self._said_at = self._mono()
        self._write(out)

    def _octets(self, frame: Frame, clear: bytes) -> bytes:
        meter = self._meter
        return wrap(
            meter.logical_id,
            seal(frame, clear, with_=meter.cipher, nonce=os.urandom(NONCE), context=self._context),
        )

    def _write(self, out: bytes) -> None:
        if self._transport is not None:
            self._transport.write(out)

    def _hang_up(self, *, politely: bool = False) -> None:
        if self._transport is not None:
            (self._transport.close if politely else self._transport.abort)()
