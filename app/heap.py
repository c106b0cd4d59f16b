"""What a program that runs for months asks of its heap: no long looks through it, and nothing kept that is free."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""From glibc's malloc.h."""
_OWN_PIECE: Final = 256 * 1024
_ARENAS: Final = 2


def settle() -> None:
    """Call once, when everything that lives as long as the process has been built.

    The registry, the alarms and the links of a large site are a million objects; a full collection walks through all of
    them, finds nothing, and holds up every thread (a third of a second with 100,000 points), polls and horn included.
    """
    gc.collect()
    gc.freeze()


def give_back() -> bool:
    """Call once, before the first thread: large blocks go back to the system when they are freed; whether that holds.

    glibc takes a freed block of up to 32 MB as a reason to keep the next ones in its heap, and gives every thread a
    heap of its own: groups of samples and pictures of the window then leave holes that nothing fills (some 60 MB an
    hour). Elsewhere than on glibc nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _OWN_PIECE)) and bool(mallopt(_M_ARENA_MAX, _ARENAS))
