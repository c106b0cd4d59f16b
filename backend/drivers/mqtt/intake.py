"""Turn what arrives into hand-overs: one batch, what was put aside, and the message ids to acknowledge for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Final

from backend import logs
from backend.clock import Clock
from backend.drivers.mqtt.routes import Route
from backend.errors import FrameError
from backend.links.ports import Inbound
from backend.links.ration import Ration
from backend.model.event import DeviceEvent, Quarantined
from backend.protocols.columns import Columns
from backend.protocols.json_payload import Findings

MAX_PAYLOAD: Final = 256 * 1024
KEPT_OF_OVERSIZE: Final = 4096
FULL_MESSAGES: Final = 4096
FULL_RAW: Final = 8 * 1024 * 1024
CLOCK_EVENT: Final = "clock"
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What goes to the core together. mids are acknowledged on connection `epoch` once every item is committed."""

    items: tuple[Inbound, ...]
    mids: tuple[int, ...] = ()
    epoch: int = 0
    begun: float = 0.0
    """When its first message arrived, on the pacing clock."""


class Intake:
    """Messages of one connection after the other; used by the network thread only."""

    def __init__(
        self,
        *,
        link: str,
        up: Mapping[str, Route],
        replies: Container[str],
        answer: Callable[[str, bytes], str],
        clock: Clock,
        pace: Callable[[], float],
    ) -> None:
        """replies: topics that `answer` takes; it returns why the answer was not used, or ""."""
        self._link = link
        self._up = up
        self._replies = replies
        self._answer = answer
        self._clock = clock
        self._pace = pace
        self._columns = Columns()
        self._aside: list[Inbound] = []
        self._mids: list[int] = []
        self._raw = 0
        self._messages = 0
        self._heard = 0
        self._refused: Counter[str] = Counter()
        self._newest = 0
        self._begun = 0.0
        self._wrong_clocks: set[str] = set()
        self._ration = Ration()

    @property
    def messages(self) -> int:
        """Messages held since the last hand-over."""
        return self._messages

    def counted(self) -> tuple[int, Mapping[str, int]]:
        """Messages heard since this was asked last, and how many of them each stage refused."""
        counted, self._heard, self._refused = (self._heard, self._refused), 0, Counter()
        return counted

    @property
    def samples(self) -> int:
        """Samples held."""
        return len(self._columns)

    @property
    def begun(self) -> float:
        """When the oldest message held arrived, on the pacing clock."""
        return self._begun

    @property
    def full(self) -> bool:
        """Time to stop reading until the core has taken something."""
        return self._messages >= FULL_MESSAGES or self._raw >= FULL_RAW

    def hear(self, topic: str, payload: bytes, *, retained: bool, mid: int) -> None:
        """One message. Never raises, whatever is in it (F36). mid: 0 for QoS 0."""
        self._hold()
        self._heard += 1
        if mid:
            self._mids.append(mid)
        now = self._newest = self._clock.wall_us()
        route = self._up.get(topic)
        if route is None or len(payload) > MAX_PAYLOAD:
            self._unusual(topic, payload)
            return
        mark = self._columns.mark()
        try:
            findings = route.payloads.decode(payload, received_at=now, retained=retained, into=self._columns)
        except FrameError as error:
            self._put_aside(topic, "decode", str(error), payload)
        except Exception as error:  # noqa: BLE001 - whatever a message does to the decoder, it is put aside after one try
            self._columns.cut(mark)
            _log.error("decoder failed", link=self._link, topic=topic, error=repr(error))
            self._put_aside(topic, "decode", f"the decoder failed: {type(error).__name__}", payload)
        else:
            if findings is not None:
                self._note(topic, findings, payload, now)
            elif self._wrong_clocks:
                self._clock_right(route.devices[0], now)

    def settle(self, *, at_the_end: bool = False) -> None:
        """Tell what was counted and not kept, of every minute that is over (or of all)."""
        for surplus in self._ration.ended(self._pace(), all_of_them=at_the_end):
            self._newest = self._clock.wall_us()
            self._hold()
            reason = f"{surplus.count} more like the last ones were counted and not kept"
            self._keep(surplus.source, surplus.stage, reason, b"")

    def take(self, epoch: int) -> HandOver:
        """Everything held, in order of arrival."""
        items = tuple(self._aside)
        if len(self._columns):
            items = (self._columns.take(received_at=self._newest, source=self._link), *items)
        hand_over = HandOver(items=items, mids=tuple(self._mids), epoch=epoch, begun=self._begun)
        self._aside.clear()
        self._mids.clear()
        self._raw = self._messages = 0
        return hand_over

    def _unusual(self, topic: str, payload: bytes) -> None:
        if len(payload) > MAX_PAYLOAD:
            reason = f"{len(payload)} bytes are more than {MAX_PAYLOAD}; only the beginning is kept"
            self._put_aside(topic, "size", reason, payload[:KEPT_OF_OVERSIZE])
        elif topic in self._replies:
            reason = self._answer(topic, payload)
            if reason:
                self._put_aside(topic, "reply", reason, payload)
        else:
            self._put_aside(topic, "topic", "no device of this site has this topic", payload)

    def _note(self, topic: str, findings: Findings, payload: bytes, now: int) -> None:
        if findings.refused:
            stage = "identity" if findings.clash else "decode"
            self._put_aside(topic, stage, "; ".join(findings.refused), payload)
        if findings.clock and findings.device not in self._wrong_clocks:
            self._wrong_clocks.add(findings.device)
            self._aside.append(
                DeviceEvent(
                    device=findings.device, name=CLOCK_EVENT, at=now, received_at=now, text=findings.clock, active=True
                )
            )

    def _clock_right(self, device: str, now: int) -> None:
        if device in self._wrong_clocks:
            self._wrong_clocks.remove(device)
            self._aside.append(DeviceEvent(device=device, name=CLOCK_EVENT, at=now, received_at=now, active=False))

    def _hold(self) -> None:
        if not self._messages:
            self._begun = self._pace()
        self._messages += 1

    def _put_aside(self, topic: str, stage: str, reason: str, raw: bytes) -> None:
        self._refused[stage] += 1
        source = f"{self._link} {topic[:256]}"
        if self._ration.admit(source, stage, self._pace()):
            self._keep(source, stage, reason, raw)

    def _keep(self, source: str, stage: str, reason: str, raw: bytes) -> None:
        self._raw += len(raw)
        self._aside.append(Quarantined(source=source, stage=stage, reason=reason, raw=raw, received_at=self._newest))
