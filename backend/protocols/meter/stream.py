"""Find frames in a byte stream, however it is cut. The frame has neither address nor delimiter (7.5, 7.6.1).

The envelope: `0x68, logical identifier (4 octets, high first), hop count (1 octet), frame, 0x16`. Without it the length
octet alone splits the stream. Holds never more than one frame and the piece that came last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.errors import FrameError
from backend.protocols.meter.frame import LONGEST, SHORTEST

START: Final = 0x68
END: Final = 0x16
_AROUND: Final = 6
LONGEST_PACKET: Final = _AROUND + LONGEST + 1


@dataclass(frozen=True, slots=True)
class Packet:
    """One frame as it came: not checked yet. meter: logical identifier, 0 without an envelope."""

    meter: int
    hops: int
    frame: bytes


def wrap(meter: int, frame: bytes, hops: int = 0) -> bytes:
    """A frame in its envelope. FrameError for an identifier or hop count that does not fit."""
    if not (0 <= meter < 1 << 32 and 0 <= hops <= 0xFF):
        raise FrameError("logical identifier or hop count does not fit the envelope")
    return b"\x68" + meter.to_bytes(4, "big") + bytes((hops,)) + frame + b"\x16"


class Stream:
    """One direction of one connection. `skipped`: octets that belonged to no frame; the first of them in `strange`."""

    def __init__(self, *, envelope: bool = True) -> None:
        self.skipped = 0
        self.strange = b""
        self._around = _AROUND if envelope else 0
        self._held = b""

    @property
    def held(self) -> int:
        """Octets of a frame that is not complete yet."""
        return len(self._held)

    def feed(self, chunk: bytes) -> list[Packet]:
        """Every frame that is complete now, in order."""
        data = self._held + chunk if self._held else chunk
        found: list[Packet] = []
        at, around, end = 0, self._around, len(data)
        while at + around < end:
            whole = self._whole(data, at)
            if whole == 0:
                self._skip(data[at])
                at += 1
            elif at + whole > end:
                break
            else:
                start = at + around
                last = at + whole - (1 if around else 0)
                meter = int.from_bytes(data[at + 1 : at + 5], "big") if around else 0
                found.append(Packet(meter, data[at + 5] if around else 0, data[start:last]))
                at += whole
        while around and at < end and data[at] != START:
            self._skip(data[at])
            at += 1
        self._held = data[at:]
        return found

    def _whole(self, data: bytes, at: int) -> int:
        """Octets of the packet that begins here; 0 when none does."""
        size = data[at + self._around]
        if not SHORTEST <= size <= LONGEST:
            return 0
        if not self._around:
            return size
        whole = _AROUND + size + 1
        if data[at] != START or (at + whole <= len(data) and data[at + whole - 1] != END):
            return 0
        return whole

    def _skip(self, octet: int) -> None:
        if len(self.strange) < LONGEST_PACKET:
            self.strange += bytes((octet,))
        self.skipped += 1
