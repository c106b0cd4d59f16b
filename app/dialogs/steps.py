"""The six steps of a command as a stepper: done with their times, now, still ahead."""

from __future__ import annotations

from collections.abc import Mapping

from app.formats import clock_time
from app.texts import _
from backend.model.command import Command
from widgets.surfaces import Step, StepState

SELECT, CHECK, REQUEST, APPROVE, EXECUTE, VERIFY = range(6)


def command_steps(at: int, times: Mapping[int, int] | None = None, *, failed: bool = False) -> tuple[Step, ...]:
    """Steps before `at` are done, it is now. times: step → µs UTC; failed: it ended at this step."""
    names = (_("Select"), _("Check"), _("Request"), _("Approve"), _("Execute"), _("Verify"))
    return tuple(
        Step(words=name, state=_state(place, at, failed=failed), note=_note(place, at, times or {}, failed=failed))
        for place, name in enumerate(names)
    )


def step_times(command: Command) -> dict[int, int]:
    """When the steps of a stored command were done, as far as that is kept."""
    times = {
        SELECT: command.content.requested_at,
        REQUEST: command.confirmed_at,
        APPROVE: command.approved_at,
        EXECUTE: command.acked_at,
    }
    return {step: at for step, at in times.items() if at}


def _state(place: int, at: int, *, failed: bool) -> StepState:
    if place == at:
        return StepState.FAILED if failed else StepState.NOW
    return StepState.DONE if place < at else StepState.AHEAD


def _note(place: int, at: int, times: Mapping[int, int], *, failed: bool) -> str:
    if place == at and not failed:
        return _("now")
    return clock_time(times[place]) if place < at and place in times else ""
