"""Commands as the store would give them, for tests that only look at them."""

from __future__ import annotations

from dataclasses import replace

from backend.model.command import Command, CommandContent, CommandKind, CommandState, RiskClass
from backend.model.quality import GOOD
from tests.support.clock import START_US

CLOSED = 2.0


def command(
    state: CommandState = CommandState.AWAITING_APPROVAL,
    *,
    id_: str = "SIM-1",
    action: str = "close",
    point: int = 4,
    device: str = "XV-0417",
    reason: str = "Planned work",
    **changes: object,
) -> Command:
    """Asked for by the person "chen" at START_US. changes: fields of the command."""
    content = CommandContent(
        id=id_,
        kind=CommandKind.SETPOINT if action == "set" else CommandKind.VALVE,
        device=device,
        point=point,
        tag=f"{device}.CMD",
        asset=device,
        action=action,
        value=CLOSED,
        unit="",
        old_value=1.0,
        old_at=START_US,
        old_quality=GOOD,
        reason=reason,
        risk=RiskClass.SINGLE,
        origin="operator",
        requested_at=START_US,
        feedback_point=0,
        feedback_value=CLOSED,
        feedback_tolerance=0.0,
        verify_within_s=60.0,
    )
    made = Command(
        content=content,
        state=state,
        not_after=START_US + 600_000_000,
        requester="chen",
        requester_session="s-1",
        workstation="desk-a",
        confirmer="chen",
    )
    return replace(made, **changes)  # type: ignore[arg-type]
