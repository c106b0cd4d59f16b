"""One exchange with one meter, step by step (`backend.protocols.meter.words`); a plain protocol, no task of its own."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend import logs
from backend.clock import US
from backend.drivers.meters import orders
from backend.drivers.meters.house import House
from backend.drivers.meters.roster import Meter, WriteRoute
from backend.errors import FrameError, RefusedError
from backend.links.gate import Attempt, refusal
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.event import LinkState
from backend.model.exchange import Exchange
from backend.model.plant import Device
from backend.protocols.meter import words
from backend.protocols.meter.frame import DEFAULT, Frame, Message, decode, unknown_minor
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.replay import ReplayWindow, following
from backend.protocols.meter.sealing import NONCE, cipher, seal, unseal
from backend.protocols.meter.stream import Packet, Stream, wrap

Told = Callable[[Receipt], None]
MOST_READINGS: Final = 32
"""In one exchange: one, and one after each order."""
MOST_ORDERS: Final = 8
"""That wait for one meter in one exchange."""
_log = logs.get(__name__)


class Step(IntEnum):
    """What is expected next."""

    REGISTER = 0
    READING = 1
    STORED = 2
    """The core's word that the reading is durable."""
    BALANCE = 3
    """The meter's receipt of its balance."""
    ORDER = 4
    """An order that is on its way to us."""
    RECEIPT = 5
    """The meter's answer to an order."""
    AGAIN = 6
    """A reading after an order."""
    CLOSE = 7
    """Nothing more."""


class Session(asyncio.BufferedProtocol):
    """Made for each connection. Everything runs on the field loop."""

    def __init__(self, house: House) -> None:
        self.deadline = house.clock.mono() + house.options.register_s
        """Monotonic s; when it is over, so is the exchange, or the step."""
        self._house = house
        self._stream = Stream()
        self._step = Step.REGISTER
        self._transport: asyncio.Transport | None = None
        self._host = ""
        self._meter: Meter | None = None
        self._cipher: AESGCM
        """From the registration on."""
        self._sealed = False
        """The frame at hand has not been deciphered (yet)."""
        self._style = DEFAULT
        self._context = b""
        self._version = 0x10
        self._attempt = 0
        self._readings = 0
        self._sequence = 0
        self._pending: tuple[int, int] | None = None
        """Number and type of ours that the meter is to acknowledge."""
        self._asked: Frame | None = None
        """The reading that waits to be durable."""
        self._replay = ReplayWindow()
        self._orders: deque[tuple[Order, Told, WriteRoute, Device]] = deque()
        self._given: tuple[Order, Told] | None = None
        self._connected_at = house.clock.wall_us()
        self._authenticated_at = self._sent_at = self._processed_at = self._finished_at = 0

    # -- the connection ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        assert isinstance(transport, asyncio.Transport)
        house = self._house
        self._transport = transport
        if house.full():
            house.turned_away += 1
            self._step = Step.CLOSE
            transport.abort()
            return
        self._host = str((transport.get_extra_info("peername") or ("?",))[0])
        house.sessions.add(self)
        house.unknown += 1

    def get_buffer(self, sizehint: int) -> memoryview:
        """Octets are used up before the loop reads the next socket, so one buffer does for all."""
        return self._house.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Octets came."""
        stream = self._stream
        for packet in stream.feed(bytes(self._house.buffer[:nbytes])):
            if self._step is Step.CLOSE:
                return
            self._take(packet)
        if stream.skipped and self._step is not Step.CLOSE:
            self._drop("frame", "not a frame of a meter", stream.strange)

    def eof_received(self) -> bool:
        """The other side says no more: neither do we."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, however it ended."""
        house, meter = self._house, self._meter
        if self not in house.sessions:
            return
        house.sessions.discard(self)
        house.waiting.discard(self)
        self._step = Step.CLOSE
        self._end_orders("the meter has gone")
        if meter is None:
            house.unknown -= 1
            return
        if house.known.get(meter.device) is self:
            del house.known[meter.device]
        house.tallies[meter.kind].ended(
            Exchange(
                device=meter.device,
                kind=meter.kind,
                connected_at=self._connected_at,
                authenticated_at=self._authenticated_at,
                sent_at=self._sent_at,
                processed_at=self._processed_at,
                finished_at=self._finished_at,
                closed_at=house.clock.wall_us(),
            )
        )

    def too_late(self, now: float) -> None:
        """A deadline has passed. now: monotonic s."""
        if self._step in (Step.ORDER, Step.AGAIN):
            # No order came, or no second reading: nothing is wrong, the exchange just ends.
            self._go_on(wait=False)
            return
        self._house.timed_out += 1
        if self._step is Step.REGISTER:
            self._drop("identity", "did not say who it is in time", self._stream.strange)
        else:
            self.hang_up()

    def look(self) -> None:
        """Is the order still on its way that it waits for?"""
        if self._step is Step.ORDER and self._meter is not None and not self._house.order_comes(self._meter.device):
            self._go_on(wait=False)

    def hang_up(self) -> None:
        """End it now."""
        self._step = Step.CLOSE
        if self._transport is not None:
            self._transport.abort()

    # -- what the meter says -----------------------------------------------------------------------------------------

    def _take(self, packet: Packet) -> None:
        self._house.frames += 1
        try:
            frame = decode(packet.frame, self._house.options.styles)
            if frame.down:
                raise FrameError("a frame of the other direction", offset=5)
            _HEARD[self._step](self, packet, frame)
        except FrameError as error:
            stage = "decrypt" if self._sealed else "frame"
            stage = "identity" if self._step is Step.REGISTER else stage
            self._drop(stage, str(error), packet.frame, packet.meter)

    def _on_register(self, packet: Packet, frame: Frame) -> None:
        house = self._house
        meter = house.roster.meters.get(packet.meter)
        if meter is None or meter.application != frame.application:
            raise FrameError("no meter of this identifier and application is registered")
        if frame.type != words.REGISTER or frame.ack:
            raise FrameError("the first frame is no registration", offset=6)
        self._style = house.options.styles.get(frame.application, DEFAULT)
        self._cipher = cipher(meter_key(house.options.master_key, meter.logical_id))
        self._context = words.context(meter.logical_id)
        said = words.read_register(self._open(frame))
        self._replay.take(frame.sequence)
        self._version = frame.version
        if unknown_minor(frame, self._style):
            house.notice_minor(frame)
        self._attempt = said.attempt
        self._meter = meter
        house.unknown -= 1
        self._authenticated_at = now = house.clock.wall_us()
        challenge = os.urandom(words.NONCE)
        asked = meter.kind == "ci"
        self._context = words.context(meter.logical_id, said.nonce)
        out = self._said(words.REGISTER, words.welcome(words.Welcome(challenge, now // 1000, asked)), answers=frame)
        self._context = words.context(meter.logical_id, challenge)
        if asked:
            out += self._ask(Message.READING, b"")
        self._next(Step.READING)
        self._write(out)

    def _on_reading(self, packet: Packet, frame: Frame) -> None:
        house, meter = self._house, self._own(packet)
        if frame.type != Message.READING:
            raise FrameError("not a reading", offset=6)
        if frame.ack and not self._answers(frame):
            raise FrameError("acknowledges nothing we asked", offset=1)
        record = self._open(frame)
        if not frame.ack and not self._replay.take(frame.sequence):
            raise FrameError("a number that was used already", offset=1)
        if len(record) != meter.reading.layout.size:
            raise FrameError("{size} octets are no reading of this meter", size=len(record))
        self._readings += 1
        if self._readings > MOST_READINGS:
            raise FrameError("too many readings in one exchange")
        # Only now: the challenge has come back, so this is no recording of an earlier exchange.
        house.known[meter.device] = self
        if not self._sent_at:
            self._sent_at = house.clock.wall_us()
        self._asked = frame
        first = not house.gathering.sessions
        house.gathering.add(self, meter.reading, meter.row, record)
        self._next(Step.STORED)
        if first:
            house.reading_came()

    def stored(self) -> None:
        """The reading and its settlement are on the disk: tell the meter."""
        house, meter, asked = self._house, self._meter, self._asked
        if meter is None or asked is None or self._step is not Step.STORED:
            return
        house.heard.add(meter.device)
        out = self._said(Message.READING, words.DONE, answers=asked)
        again, self._processed_at = self._processed_at, self._processed_at or house.clock.wall_us()
        if not again:
            house.tallies[meter.kind].stored(self._attempt)
        bill = None if again or meter.kind == "ci" else house.bill(meter.device)
        if bill is None:
            self._write(out)
            self._go_on()
            return
        said = words.Balance(bill.at // US, bill.amount_fen, bill.balance_fen, bill.price_fen)
        out += self._ask(words.BALANCE, words.balance(said))
        self._next(Step.BALANCE)
        self._write(out)

    def _on_early(self, packet: Packet, frame: Frame) -> None:
        asked = self._asked
        if asked is None or (frame.sequence, frame.type) != (asked.sequence, asked.type):
            raise FrameError("said before it was its turn", offset=6)

    def _on_receipt_of_balance(self, packet: Packet, frame: Frame) -> None:
        self._own(packet)
        if not self._answers(frame) or self._open(frame) != words.DONE:
            raise FrameError("not the receipt of a balance", offset=6)
        self._go_on()

    def _on_receipt(self, packet: Packet, frame: Frame) -> None:
        self._own(packet)
        given, self._given = self._given, None
        if given is None:
            raise FrameError("answers no order", offset=6)
        kind, detail = ReceiptKind.UNKNOWN, "the meter refused, but nothing proves that it was the meter"
        try:
            if not frame.refusal:
                if not self._answers(frame):
                    raise FrameError("not the answer to the order", offset=1)
                kind, detail = orders.verdict(self._open(frame))
        except FrameError as error:
            self.tell(*given, ReceiptKind.UNKNOWN, str(error))
            raise
        self.tell(*given, kind, detail)
        self._next(Step.AGAIN)

    def _on_anything_else(self, packet: Packet, frame: Frame) -> None:
        raise FrameError("said before it was its turn", offset=6)

    # -- orders ------------------------------------------------------------------------------------------------------

    def order(self, order: Order, told: Told, route: WriteRoute, device: Device) -> bool:
        """Take an order for this meter; False when none can be taken any more."""
        if self._step is Step.CLOSE or len(self._orders) >= MOST_ORDERS:
            return False
        self._orders.append((order, told, route, device))
        if self._step is Step.ORDER:
            self._go_on()
        return True

    def tell(self, order: Order, told: Told, kind: ReceiptKind, detail: str = "") -> None:
        """A listener that fails must not take the exchange down: its failure is logged."""
        at = self._house.clock.wall_us()
        try:
            told(Receipt(command=order.command, attempt=order.attempt, kind=kind, at=at, detail=detail))
        except Exception as error:  # noqa: BLE001 - foreign code; the receipt is in the log
            _log.error("receipt not taken", command=order.command, kind=kind.value, error=repr(error))

    def _go_on(self, *, wait: bool = True) -> None:
        """The next order; else wait for one that is on its way; else the end."""
        meter = self._meter
        assert meter is not None
        while self._orders:
            order, told, route, device = self._orders.popleft()
            try:
                out = self._order_frame(order, route, device)
            except RefusedError as error:
                self.tell(order, told, ReceiptKind.NOT_SENT, str(error))
                continue
            self._given = order, told
            self._next(Step.RECEIPT)
            self._write(out)
            self.tell(order, told, ReceiptKind.SENT)
            return
        if wait and self._house.order_comes(meter.device):
            self._next(Step.ORDER, self._house.options.order_wait_s)
            self._house.waiting.add(self)
            return
        self._house.waiting.discard(self)
        self._finished_at = self._house.clock.wall_us()
        out = self._ask(words.END, b"")
        self._step = Step.CLOSE
        self.deadline = self._house.clock.mono() + self._house.options.idle_s
        self._write(out)
        if self._transport is not None:
            self._transport.close()  # once the last octet has left

    def _order_frame(self, order: Order, route: WriteRoute, device: Device) -> bytes:
        """Raises RefusedError while nothing has left."""
        clock = self._house.clock
        out = self._ask(route.form.message, orders.content(order, route))
        styles = self._house.options.styles
        orders.prove(out, order, route, with_=self._cipher, context=self._context, styles=styles)
        reason = refusal(
            Attempt(
                order=order,
                device=device,
                point=route.point,
                link=LinkState.UP,
                wall_us=clock.wall_us(),
                mono=clock.mono(),
            )
        )
        if reason:
            raise RefusedError(reason)
        return out

    def _end_orders(self, why: str) -> None:
        given, self._given = self._given, None
        if given is not None:
            self.tell(*given, ReceiptKind.UNKNOWN, f"{why} before it answered")
        while self._orders:
            order, told, _, _ = self._orders.popleft()
            self.tell(order, told, ReceiptKind.NOT_SENT, why)

    # -- frames ------------------------------------------------------------------------------------------------------

    def _own(self, packet: Packet) -> Meter:
        """The meter of this exchange. Raises FrameError for a frame in another's name."""
        if self._meter is None or packet.meter != self._meter.logical_id:
            raise FrameError("speaks for another meter")
        return self._meter

    def _open(self, frame: Frame) -> bytes:
        self._sealed = True
        opened = unseal(frame, with_=self._cipher, context=self._context, style=self._style)
        self._sealed = False
        return opened

    def _answers(self, frame: Frame) -> bool:
        pending, self._pending = self._pending, None
        return frame.ack and pending == (frame.sequence, frame.type)

    def _ask(self, kind: int, clear: bytes) -> bytes:
        """A frame of ours that the meter is to acknowledge."""
        self._sequence = following(self._sequence)
        self._pending = self._sequence, kind
        frame = Frame(self._sequence, self._application, kind, b"", True, False, True, self._version)
        return self._octets(frame, clear)

    def _said(self, kind: int, clear: bytes, *, answers: Frame) -> bytes:
        frame = Frame(answers.sequence, answers.application, kind, b"", True, True, True, self._version)
        return self._octets(frame, clear)

    def _octets(self, frame: Frame, clear: bytes) -> bytes:
        meter = self._meter
        assert meter is not None
        nonce = os.urandom(NONCE)
        sealed = seal(frame, clear, with_=self._cipher, nonce=nonce, context=self._context, style=self._style)
        return wrap(meter.logical_id, sealed)

    @property
    def _application(self) -> int:
        return self._meter.application if self._meter is not None else 0

    def _next(self, step: Step, within_s: float | None = None) -> None:
        options, mono = self._house.options, self._house.clock.mono()
        self._step = step
        # The whole exchange has an end, however often something is said in it.
        ends = mono + options.exchange_s - (self._house.clock.wall_us() - self._connected_at) / US
        self.deadline = min(mono + (options.idle_s if within_s is None else within_s), ends)

    def _write(self, out: bytes) -> None:
        if self._transport is not None:
            self._transport.write(out)

    def _drop(self, stage: str, reason: str, raw: bytes, meter: int | None = None) -> None:
        source = f"{self._host} meter {meter}" if self._meter is not None and meter is not None else self._host
        self._house.quarantine(source, stage, reason, raw)
        self.hang_up()


_HEARD: Final[dict[Step, Callable[[Session, Packet, Frame], None]]] = {
    Step.REGISTER: Session._on_register,
    Step.READING: Session._on_reading,
    Step.STORED: Session._on_early,
    Step.BALANCE: Session._on_receipt_of_balance,
    Step.ORDER: Session._on_anything_else,
    Step.RECEIPT: Session._on_receipt,
    Step.AGAIN: Session._on_reading,
    Step.CLOSE: Session._on_anything_else,
}
