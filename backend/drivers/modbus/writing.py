"""Carry out orders, one at a time: check, prove, write once, and report what the device said of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial

from backend import logs
from backend.clock import Clock
from backend.drivers.modbus import orders
from backend.drivers.modbus.exchange import Exchange
from backend.drivers.modbus.line import EXPECTED, Down, Line
from backend.drivers.modbus.plan import Register
from backend.errors import LinkError, RefusedError
from backend.links.gate import Attempt, refusal
from backend.links.health import HealthKeeper
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.plant import Device
from backend.protocols.modbus_tcp import Ask

Told = Callable[[Receipt], None]
_log = logs.get(__name__)


class Writer:
    """The orders of one link, on the field loop. read_back: asks for the device's points to be read soon."""

    def __init__(
        self,
        *,
        registers: Mapping[int, Register],
        devices: Mapping[str, Device],
        line: Line,
        keeper: HealthKeeper,
        clock: Clock,
        read_back: Callable[[str], None],
    ) -> None:
        self._registers = registers
        self._devices = devices
        self._line = line
        self._keeper = keeper
        self._clock = clock
        self._read_back = read_back
        self.pending: deque[tuple[Order, Told]] = deque()

    async def carry_out_all(self) -> None:
        """Carry out every order that waits. Raises Down when the link is lost over it."""
        while self.pending:
            await self._carry_out(*self.pending.popleft())

    def refuse_all(self, words: str) -> None:
        """Nothing of what waits will be sent."""
        while self.pending:
            order, told = self.pending.popleft()
            self.tell(order, told, ReceiptKind.NOT_SENT, words)

    def tell(self, order: Order, told: Told, kind: ReceiptKind, detail: str = "") -> None:
        """Hand one receipt over. A listener that fails must not stop the link: its failure is logged."""
        receipt = Receipt(
            command=order.command, attempt=order.attempt, kind=kind, at=self._clock.wall_us(), detail=detail
        )
        try:
            told(receipt)
        except Exception as error:  # noqa: BLE001 - foreign code; the receipt is in the log
            _log.error("receipt not taken", command=order.command, kind=kind.value, detail=detail, error=repr(error))

    async def _carry_out(self, order: Order, told: Told) -> None:
        tell = partial(self.tell, order, told)
        register = self._registers.get(order.point)
        try:
            self._gate(order, register)
            assert register is not None  # the gate has just refused a foreign point
            ask = orders.request(order, register)
            exchange = await self._line.open()
            # From here to the write nothing waits: the gate's answer is as fresh as the bytes.
            exchange.send(ask, partial(self._last_look, order, register))
        except Down as error:
            tell(ReceiptKind.NOT_SENT, str(error))
            raise
        except (RefusedError, LinkError) as error:
            tell(ReceiptKind.NOT_SENT, str(error))
            return
        await self._await_answer(exchange, ask, tell)
        self._read_back(order.device)

    async def _await_answer(self, exchange: Exchange, ask: Ask, tell: Callable[..., None]) -> None:
        """Bytes may have left: whatever happens now, exactly one last receipt is told."""
        kind, detail = ReceiptKind.UNKNOWN, "the link was stopped before the answer came"
        try:
            await exchange.drain(self._line.timeout_s)
            tell(ReceiptKind.SENT)
            reply = await exchange.answer(self._line.timeout_s)
        except EXPECTED as error:
            tell(kind, orders.words(error))
            await self._line.failed(exchange, ask.unit, error)
        except BaseException:
            exchange.close()
            tell(kind, detail)
            raise
        else:
            tell(*orders.verdict(reply))
            if self._line.answered(exchange, ask.unit, reply):
                await self._line.settle(exchange)

    def _last_look(self, order: Order, register: Register, frame: bytes) -> None:
        orders.prove(frame, order, register)
        self._gate(order, register)

    def _gate(self, order: Order, register: Register | None) -> None:
        reason = refusal(
            Attempt(
                order=order,
                device=self._devices.get(order.device),
                point=None if register is None else register.bound.point,
                link=self._keeper.state,
                wall_us=self._clock.wall_us(),
                mono=self._clock.mono(),
            )
        )
        if reason:
            raise RefusedError(reason)
