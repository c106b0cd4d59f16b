"""Keep what a start has built out of the garbage collector's sight."""

from __future__ import annotations

import gc


def settle() -> None:
    """Call once, when everything that lives as long as the process has been built.

    The registry, the alarms and the links of a large site are a million objects; a full collection walks through all of
    them, finds nothing, and holds up every thread (a third of a second with 100,000 points), polls and horn included.
    """
    gc.collect()
    gc.freeze()
