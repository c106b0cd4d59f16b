"""The check word of meter frames: with the C extension, and without it (which the program must never run with)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from crcmod import _crcfunpy
from crcmod.crcmod import _mkCrcFun

from backend.protocols.meter.crc import CHECKS, accelerated

OCTETS = 140
SECONDS = 1.0


def run() -> dict[str, object]:
    """Frames a second of one core."""
    frame = os.urandom(OCTETS)
    _, table = _mkCrcFun(0x11021, 16, 0, False, 0)
    with_c, without = _rate(lambda: CHECKS["0000"](frame)), _rate(lambda: _crcfunpy._crc16(frame, 0, table))
    return {
        "octets a frame": OCTETS,
        "C extension loaded": accelerated(),
        "both give the same": _crcfunpy._crc16(frame, 0, table) == CHECKS["0000"](frame),
        "with the C extension, frames/s": round(with_c),
        "without, frames/s": round(without),
        "ratio (>= 10)": with_c / without,
    }


def _rate(work: Callable[[], object]) -> float:
    done, begun = 0, time.perf_counter()
    while (taken := time.perf_counter() - begun) < SECONDS:
        for _ in range(100):
            work()
        done += 100
    return done / taken


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key:40} {value}")
