"""The alarms that commands raise, one table: condition, words, urgency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.commands.changes import Effect
from backend.errors import mark
from backend.model.alarm import AlarmClass, AlarmConfig, Priority
from backend.model.command import Command, CommandContent, CommandState

DISCREPANCY: Final = "discrepancy"
INDETERMINATE: Final = "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """momentary: a fact without duration: raised and cleared at once, and so kept until somebody acknowledges it."""

    condition: str
    message: str
    momentary: bool


RAISED: Final[Mapping[Effect, _Kind]] = {
    Effect.ALARM_FAILED: _Kind(condition="command-failed", message=mark("Command failed"), momentary=True),
    Effect.ALARM_DISCREPANCY: _Kind(
        condition=DISCREPANCY, message=mark("Discrepancy: feedback contradicts the command"), momentary=False
    ),
    Effect.ALARM_INDETERMINATE: _Kind(
        condition=INDETERMINATE, message=mark("Command may or may not have happened"), momentary=False
    ),
    Effect.ALARM_LATE_ACTION: _Kind(
        condition="late-action", message=mark("Device acted after its command had ended"), momentary=True
    ),
}
CLEARED: Final[Mapping[Effect, tuple[str, ...]]] = {
    Effect.DISPATCH: (DISCREPANCY,),
    Effect.CLEAR_INDETERMINATE: (INDETERMINATE,),
    Effect.CLEAR_ALL: (INDETERMINATE, DISCREPANCY),
    Effect.ALARM_LATE_ACTION: (DISCREPANCY,),
}
"""Effect → standing conditions of the same actuator that are over. A new dispatch replaces the old contradiction."""


def key(content: CommandContent, condition: str) -> str:
    """Key of the actuator's alarm."""
    return f"{content.tag}:{condition}"


def config(content: CommandContent, effect: Effect) -> AlarmConfig:
    """The alarm that `effect` raises for this command's actuator."""
    kind = RAISED[effect]
    return AlarmConfig(
        key=key(content, kind.condition),
        source=content.tag,
        condition=kind.condition,
        message=kind.message,
        alarm_class=AlarmClass.COMMAND,
        priorities=(("", Priority.P2),),
        point=content.point,
        asset=content.asset,
        device=content.device,
    )


def left_over(command: Command) -> tuple[str, ...]:
    """Keys that cannot stand for an actuator's newest command: a kill came between its change and the clearing."""
    over = [kind.condition for kind in RAISED.values() if kind.momentary]
    over += [INDETERMINATE] * (command.state is not CommandState.INDETERMINATE)
    over += [DISCREPANCY] * (command.state is CommandState.VERIFIED)
    return tuple(key(command.content, condition) for condition in over)


def stray(command_id: str) -> AlarmConfig:
    """A device answered to a command that is long over."""
    kind = RAISED[Effect.ALARM_LATE_ACTION]
    return AlarmConfig(
        key=f"{command_id}:{kind.condition}",
        source=command_id,
        condition=kind.condition,
        message=kind.message,
        alarm_class=AlarmClass.COMMAND,
        priorities=(("", Priority.P2),),
    )
