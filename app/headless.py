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

_TURN_S = 0.25


def serve_site(folder: Path, *, for_s: float | None = None) -> int:
    """Run the backend until SIGTERM, SIGINT or the end of `for_s`; 0 then. Log lines go to the site's log folder.

    Raises ConfigError, before anything is made or changed, for a site that cannot be run.
    """
    check(folder)
    from backend.system import System

    logs.to_stderr()
    give_back()
    ended = threading.Event()
    with _on_signal(ended.set):
        system = System(folder)
        system.start()
        settle()
        try:
            links = system.backend.links.snapshot()
            result(f"serving {system.backend.site.id}, {len(links)} links")
            _wait(ended, for_s)
        finally:
            system.stop()
    return 0


def _wait(ended: threading.Event, for_s: float | None) -> None:
    """Until `ended` or the time is over. In short turns: a signal that another thread of the process takes does not
    wake a main thread that waits without end, and its handler would never run."""
    clock = SystemClock()
    end = None if for_s is None else clock.mono() + for_s
    while not ended.is_set():
        left = _TURN_S if end is None else min(_TURN_S, end - clock.mono())
        if left <= 0 or ended.wait(left):
            return


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
