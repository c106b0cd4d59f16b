"""The check word: CRC-16 with polynomial 0x1021 in the four variants in use (GB/T 36330-2018 7.6.4 names none)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import crcmod
import crcmod.crcmod

Check = Callable[[bytes], int]
_POLYNOMIAL: Final = 0x11021

# crcmod wants the register's start after the final XOR: for X-25 that is 0xFFFF ^ 0xFFFF.
_VARIANTS: Final = {
    "0000": (0x0000, False, 0x0000),
    "ffff": (0xFFFF, False, 0x0000),
    "reflected": (0x0000, True, 0x0000),
    "x25": (0x0000, True, 0xFFFF),
}
CHECKS: Final[Mapping[str, Check]] = {
    name: crcmod.mkCrcFun(_POLYNOMIAL, initCrc=start, rev=reflected, xorOut=out)
    for name, (start, reflected, out) in _VARIANTS.items()
}
"""By name. Check values of "123456789": 0x31C3, 0x29B1, 0x2189, 0x906E."""


def accelerated() -> bool:
    """Whether the C extension is loaded; without it a check word costs forty times as much."""
    return bool(crcmod.crcmod._usingExtension)
