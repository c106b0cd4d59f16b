"""`linepack serve` and `linepack sim`: run a site's backend, or its pretend field, without a window."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.heap import give_back, settle
from app.opening import reading
from app.terminal import result
from backend import devices, logs, site
from backend.audit.signing import load_key, load_public
from backend.clock import SystemClock
from backend.errors import ConfigError
from backend.site.lock import SiteLock, is_running


def serve_site(folder: Path, *, for_s: float | None = None) -> int:
    """Run the backend until SIGTERM, SIGINT or the end of `for_s`; 0 then. Log lines go to the site's log folder.

    Raises ConfigError, before anything is made or changed, for a site that cannot be run.
    """
    check(folder)
    from backend.node import Node
    from backend.standby import Standby
    from backend.system import System

    logs.to_stderr()
    give_back()
    ended = threading.Event()

    def told(become: System | Standby) -> None:
        settle()
        if isinstance(become, System):
            result(f"serving {become.backend.site.id}, {len(become.backend.links.snapshot())} links")
        else:
            result(f"standing by for {become.site}: another node leads")

    with _on_signal(ended.set):
        Node(folder, wait=_waiting(ended, for_s), told=told).run()
    return 0


def _waiting(ended: threading.Event, for_s: float | None) -> Callable[[float], bool]:
    """Sleeps so many seconds; True once `ended` is set or the time is over. Always in short turns: a signal that
    another thread of the process takes does not wake a main thread that waits without end."""
    clock = SystemClock()
    end = None if for_s is None else clock.mono() + for_s

    def wait(seconds: float) -> bool:
        left = seconds if end is None else min(seconds, end - clock.mono())
        return ended.wait(max(0.0, left)) or (end is not None and clock.mono() >= end)

    return wait


def check(folder: Path) -> None:
    """Everything that can be wrong with a site and be seen without running it. Raises ConfigError; changes nothing."""
    place = site.load(folder)
    models = site.thing_models(place.folder)
    load_key(place.folder)
    load_public(place.folder)
    if place.broker is not None:
        place.broker.password()
    if place.meters is not None:
        place.meters.master_key()
    with reading(place) as records:
        devices.bind(records.registry(), models, place.id)
    if is_running(place.folder):
        # Raises, naming the process.
        SiteLock(place.folder).release()


def run_field(
    folder: Path,
    *,
    scenario: str = "normal_day",
    speed: float = 1.0,
    seed: int = 1,
    for_s: float | None = None,
    rate: float | None = None,
    stop_on_eof: bool = False,
) -> int:
    """Run the pretend field of a simulator site. Raises ConfigError or LinkError when it cannot be."""
    place = site.load(folder)
    if place.mode != "simulator":
        raise ConfigError("{folder} is a live site; a pretend field is only for a simulator", folder=place.folder)
    try:
        from sims.run import run

        # The solver and the broker are imported when they are first needed.
        return run(folder, scenario=scenario, speed=speed, seed=seed, for_s=for_s, rate=rate, stop_on_eof=stop_on_eof)
    except ModuleNotFoundError as error:
        raise ConfigError(
            "the pretend field needs the package {name}; install linepack with the extra 'sim'", name=error.name
        ) from error


@contextmanager
def _on_signal(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` on SIGTERM and SIGINT."""
    before = {number: signal.signal(number, lambda *_: end()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
