"""A waiter wakes at its time or when called, and no call is lost."""

from __future__ import annotations

import asyncio

import pytest

from backend.links.wake import Chimes, Wake


def test_it_wakes_at_its_time() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + 0.02
        await Wake().until(end)
        assert loop.time() >= end - 0.001

    asyncio.run(scene())


def test_a_call_wakes_it_early() -> None:
    async def scene() -> None:
        wake = Wake()
        waiting = asyncio.ensure_future(wake.until(asyncio.get_running_loop().time() + 3600))
        await asyncio.sleep(0)
        wake.set()
        wake.set()
        await asyncio.wait_for(waiting, 5)

    asyncio.run(scene())


def test_a_call_before_the_wait_is_remembered_once() -> None:
    async def scene() -> None:
        wake = Wake()
        wake.set()
        await asyncio.wait_for(wake.until(asyncio.get_running_loop().time() + 3600), 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wake.until(asyncio.get_running_loop().time() + 3600), 0.02)

    asyncio.run(scene())


def test_many_waiters_share_one_timer_and_wake_in_the_order_of_their_times() -> None:
    chimes = Chimes()
    woken: list[int] = []

    async def waiter(number: int, when: float) -> None:
        await Wake(chimes).until(when)
        woken.append(number)

    async def scene() -> None:
        now = asyncio.get_running_loop().time()
        early = Wake(chimes)
        called = asyncio.ensure_future(early.until(now + 3600))
        waits = [asyncio.ensure_future(waiter(number, now + 0.02 - number / 1000)) for number in range(10)]
        await asyncio.sleep(0)
        early.set()
        await asyncio.gather(called, *waits)

    for _ in range(2):  # what one loop left behind is nothing to the next
        asyncio.run(scene())
    assert woken == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] * 2
