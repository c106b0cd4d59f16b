"""What the shared driver suite needs of a protocol: a far side it can kill and spoil, and a link plan to reach it.

Adding a protocol: write a class with these methods in `tests/support/<protocol>_harness.py` and name it in HARNESSES of
`tests/contracts/test_drivers.py`. The far side must be real bytes on loopback, not our driver's own parts.
"""

from __future__ import annotations

from typing import Protocol

from backend.links.ports import DriverSpec, LinkPlan


class Harness(Protocol):
    """The far side of one link, on a free port of 127.0.0.1. Made anew for every test; methods return when done."""

    spec: DriverSpec
    writable: int
    """Id of the point that can be written with `order_value`."""
    order_value: float
    first_wait_s: float
    """First wait of the link's back-off (between half and all of it is waited)."""

    def begin(self) -> None:
        """Open the far side: it answers or publishes good values from now on, unasked."""
        ...

    def end(self) -> None:
        """Close everything; leave no thread."""
        ...

    def plan(self, *, remote_enabled: bool = True) -> LinkPlan:
        """A link to the far side with one device, at least two points, and one of them writable.

        Time-outs of about 0.3 s and a first wait of `first_wait_s`, so that the suite is quick.
        """
        ...

    def vanish(self) -> None:
        """Cut every connection and close the port: connecting is refused from now on."""
        ...

    def come_back(self) -> None:
        """Listen on the same port again and answer as before."""
        ...

    def say_garbage(self) -> None:
        """The next thing the far side says is not what the protocol says; after that it talks sense again."""
        ...

    def ignore_writes(self) -> None:
        """Take writes from now on (they count in `written`) but never answer them."""
        ...

    def refuse_writes(self) -> None:
        """Answer writes from now on with the protocol's explicit refusal."""
        ...

    def written(self) -> list[float]:
        """Every value that reached the far side as a write, in order."""
        ...
