"""The stretch of time in view: following now, zoomed, moved, paused. Plain Python, times in µs UTC."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from backend.clock import US

MINUTE: Final = 60 * US
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
RANGES: Final[tuple[tuple[str, int], ...]] = (
    ("10min", 10 * MINUTE),
    ("1h", HOUR),
    ("6h", 6 * HOUR),
    ("24h", 24 * HOUR),
    ("7d", 7 * DAY),
    ("30d", 30 * DAY),
    ("1y", 365 * DAY),
    ("10y", 3653 * DAY),
)
"""What can be chosen, in order."""
SHORTEST: Final = 10 * US
LONGEST: Final = RANGES[-1][1]
_AHEAD: Final = 0.012
"""Share of the window that is kept free at the right of now."""
EARLIEST: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From start to end; `live`: the right edge follows the clock."""

    start: int
    end: int
    live: bool = True

    @property
    def span(self) -> int:
        """µs in view."""
        return self.end - self.start


def following(span: int, now: int, columns: int) -> Window:
    """A window that ends a little after now; it moves in steps of one pixel column."""
    step = max(1, span // max(1, columns))
    end = (now + round(span * _AHEAD)) // step * step + step
    return Window(start=end - span, end=end, live=True)


def moved_on(window: Window, now: int, columns: int) -> Window:
    """The window as it is now: a live one has followed the clock."""
    return following(window.span, now, columns) if window.live else window


def zoomed(window: Window, start: int, end: int, now: int) -> Window:
    """The window a person asked for, kept within what there can be. It goes on following when it ends after now."""
    span = min(max(end - start, SHORTEST), LONGEST)
    middle = (start + end) // 2
    start = max(EARLIEST, middle - span // 2)
    end = start + span
    ahead = now + round(span * _AHEAD)
    if window.live and end >= now:
        return Window(start=ahead - span, end=ahead, live=True)
    # Nothing is to be seen in the future.
    late = max(0, end - max(ahead, window.end))
    return Window(start=start - late, end=end - late, live=False)


def around(window: Window, at: int, factor: float, now: int) -> Window:
    """Zoomed by a factor (above 1: more time) so that `at` stays where it is."""
    return zoomed(window, at - round((at - window.start) * factor), at + round((window.end - at) * factor), now)


def panned(window: Window, share: float, now: int) -> Window:
    """Moved by a share of its width; into the past it stops following."""
    by = round(window.span * share)
    ahead = now + round(window.span * _AHEAD)
    if window.live and by >= 0:
        return window
    end = window.end + by
    if end >= ahead:
        return Window(start=ahead - window.span, end=ahead, live=True)
    return Window(start=window.start + by, end=end, live=False)


def showing(window: Window, at: int, now: int) -> Window:
    """The window moved just so far that `at` is in it."""
    if window.start <= at <= window.end:
        return window
    start = at - window.span // 2
    return zoomed(replace(window, live=False), start, start + window.span, now)


def range_of(window: Window) -> str:
    """The key of the chosen range of this width; "" for another width."""
    return next((key for key, span in RANGES if abs(span - window.span) <= span // 1000), "")


def asked_of(window: Window, columns: int) -> tuple[int, int, int]:
    """What to ask the history for: half a window more at each side, and as many buckets as that has pixel columns."""
    margin = window.span // 2
    start, end = max(EARLIEST, window.start - margin), window.end + margin
    return start, end, max(200, round(columns * (end - start) / max(1, window.span)))
