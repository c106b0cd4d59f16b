"""A waiter wakes at its time or when called, and no call is lost."""

from __future__ import annotations

import asyncio

import pytest

from backend.links.wake import Wake


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
