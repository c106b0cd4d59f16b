"""A screen that stood still says so in every window, and is an alarm while it does."""

from __future__ import annotations

import time

import pytest

from app.shell.vigil import FROZEN_S, SAID_S, Vigil
from tests.support.desk import WindowedDesk
from widgets.notices import FrozenNotice

pytestmark = pytest.mark.expects_warnings


def notices(desk: WindowedDesk) -> list[str]:
    """What the borders of all windows say."""
    windows = (desk.shell, *desk.shell.windows.others())
    found = [each for window in windows for each in window.findChildren(FrozenNotice)]
    return [each.accessibleName() for each in found if each.isVisible()]


def test_a_gap_is_said_in_every_window_and_goes_after_a_while(operator: WindowedDesk) -> None:
    now = [100.0]
    vigil = Vigil(operator.backend, operator.shell.frozen, operator.shell.windows, monotonic=lambda: now[0])
    operator.page("alarms")
    operator.shell.windows.detach()
    now[0] += 0.25
    vigil.beat()
    assert notices(operator) == []
    now[0] += FROZEN_S + 1.2
    vigil.beat()
    assert len(notices(operator)) == 2
    assert all(words.startswith("The screen did not update for 4 s") for words in notices(operator))
    for _ in range(round(SAID_S) + 2):
        now[0] += 1.0
        vigil.beat()
    assert notices(operator) == []
    vigil.stop()


def test_a_blocked_window_is_an_alarm_the_backend_raises(operator: WindowedDesk) -> None:
    operator.backend.screen.beat()
    until = time.monotonic() + 20
    raised = False
    # The window does nothing at all meanwhile: only the backend's own threads run.
    while not raised and time.monotonic() < until:
        raised = any(each.config.key == "system/screen:frozen" for each in operator.alarms())
    assert raised
    operator.shell.frozen.lift()
    operator.backend.screen.beat()
    operator.until(
        lambda: not any(each.config.key == "system/screen:frozen" and each.facts.cond for each in operator.alarms())
    )
    operator.backend.screen.rest()
