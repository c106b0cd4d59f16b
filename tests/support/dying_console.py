"""A program for tests: a whole backend that gives one order and is killed (SIGKILL) at a named point of its way out.

Run as `python -m tests.support.dying_console SITE POINT TAG SECRET`: the supervisor's secret is base32. It prints the
command's id before the approval and should be gone soon after.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.commands.events import Claim
from backend.commands.keeper import Keeper
from backend.links.dispatch import Dispatch
from backend.model.command import CommandState, Order, Receipt, ReceiptKind
from tests.support.city import SUPERVISORS, Authenticators
from tests.support.console import Console


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_the_claim() -> None:
    """Approved and durable; the claim is not."""
    happen = Keeper.happen

    def dying(self: Keeper, held: Any, *events: Any) -> Any:
        if any(isinstance(event, Claim) for event in events):
            _die()
        return happen(self, held, *events)

    Keeper.happen = dying  # type: ignore[method-assign]


def between_claim_and_write() -> None:
    """The claim is durable; the driver has not seen the order."""
    Dispatch.write = lambda self, order, told: _die()  # type: ignore[method-assign]


def after_the_write() -> None:
    """The bytes are out; nobody wrote that down."""
    write = Dispatch.write

    def dying(self: Dispatch, order: Order, told: Callable[[Receipt], None]) -> None:
        def hear(receipt: Receipt) -> None:
            if receipt.kind in (ReceiptKind.SENT, ReceiptKind.ACKED):
                _die()
            told(receipt)

        write(self, order, hear)

    Dispatch.write = dying  # type: ignore[method-assign]


POINTS = {each.__name__: each for each in (before_the_claim, between_claim_and_write, after_the_write)}


def main(folder: str, point: str, tag: str, secret: str) -> None:
    """See the module."""
    POINTS[point]()
    phones = Authenticators({SUPERVISORS[0]: secret})
    console = Console(Path(folder), phones)
    console.until_all_links()
    console.until_good(console.point(tag).device)
    command = console.awaiting(tag, "close")
    print(command.content.id, flush=True)
    console.approve(command, by=(SUPERVISORS[0], console.code(SUPERVISORS[0])))
    console.until_command(command.content.id, CommandState.VERIFIED)


if __name__ == "__main__":
    main(*sys.argv[1:])
