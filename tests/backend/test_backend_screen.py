"""A screen that stands still is noticed by the core, said once, and forgotten by nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.api.screen import FROZEN_S, ScreenApi
from tests.support.clock import ManualClock


def test_a_screen_that_beats_is_alive() -> None:
    clock = ManualClock()
    screen = ScreenApi(clock)
    for _ in range(20):
        screen.beat()
        clock.tick(1.0)
        assert not screen.watch()
    assert screen.freezes().count == 0


@pytest.mark.expects_warnings
def test_a_screen_that_stands_still_is_frozen_and_the_log_says_where(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    screen = ScreenApi(clock)
    screen.beat()
    clock.tick(FROZEN_S + 0.5)
    assert screen.watch()
    clock.tick(2.0)
    assert screen.watch()
    said = [record.getMessage() for record in caplog.records if "screen frozen" in record.getMessage()]
    assert len(said) == 1
    assert "test_a_screen_that_stands_still_is_frozen" in said[0]
    screen.beat()
    assert not screen.watch()
    assert screen.freezes().count == 1
    assert screen.freezes().longest_s == FROZEN_S + 2.5


@pytest.mark.expects_warnings
def test_the_watch_is_kept_while_the_window_hangs() -> None:
    clock = ManualClock()
    screen = ScreenApi(clock)
    screen.beat()
    clock.tick(FROZEN_S + 1)
    with ThreadPoolExecutor(1) as core:
        assert core.submit(screen.watch).result(5)


def test_no_window_no_watch() -> None:
    clock = ManualClock()
    screen = ScreenApi(clock)
    clock.tick(60)
    assert not screen.watch()
    screen.beat()
    screen.rest()
    clock.tick(60)
    assert not screen.watch()


def test_the_window_can_tell_that_the_core_stands_still() -> None:
    clock = ManualClock()
    screen = ScreenApi(clock)
    assert screen.core_age_s() == 0.0
    screen.watch()
    clock.tick(4.0)
    assert screen.core_age_s() == 4.0
