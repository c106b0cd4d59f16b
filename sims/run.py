"""Run the pretend field of a site until told to stop: what `linepack sim DIR` does."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from backend import logs
from backend.errors import ConfigError, LinkError, RefusedError
from backend.site import load
from sims.control import Message, obey, obey_line
from sims.equipment import load_equipment
from sims.plant import Plant
from sims.scenarios import find
from sims.scenarios.scenario import Player
from sims.simulation import Simulation

log = logs.get("sims.run")
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_STDIN: Final = 0


def say(line: str) -> None:
    """One line on stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(
    folder: Path,
    *,
    scenario: str = "normal_day",
    speed: float = 1.0,
    seed: int = 1,
    for_s: float | None = None,
    ready: Callable[[str], None] = say,
    rate: float | None = None,
    stdin: bool = True,
    stop_on_eof: bool = False,
) -> int:
    """Simulate the site's field; returns 0 when it was stopped or its time is over.

    for_s: real seconds to run. ready: called with one line "ready …" when every server listens and first values are
    out. rate: MQTT values a second for load, instead of the devices' own periods. stdin: take control lines (see
    `sims.control`) from standard input when that is a pipe or a file; stop_on_eof: end when it ends, so that no field
    outlives the program that started it. SIGTERM and SIGINT end it too. Raises ConfigError for a live site, and for a
    site, scenario or device that cannot be simulated, LinkError for a port or broker that cannot be used.
    """
    story = find(scenario)
    site = load(folder)
    if site.mode != "simulator":
        # Made-up values must never reach a store or a broker that real ones come to (S7).
        raise ConfigError("{folder} is a live site: the pretend field runs on simulator sites only", folder=folder)
    equipment = load_equipment(site, seed=seed)
    plant = Plant(equipment, hour=story.hour, speed=speed)
    field = Simulation(site, equipment, plant, seed=seed, rate=rate)
    player = Player(story, lambda message: _happen(message, field))
    end_at = None if for_s is None else time.monotonic() + for_s
    with _ended_by_signals(field):
        field.start()
        try:
            with _listening(field, enabled=stdin, stop_on_eof=stop_on_eof):
                ready(f"ready {site.id} scenario={story.name} devices={len(equipment.terminals)} pid={os.getpid()}")
                while not field.wait_for_end(field.step_s):
                    if end_at is not None and time.monotonic() >= end_at:
                        break
                    player.play(plant.now())
                    field.step()
        finally:
            field.stop()
    return 0


def _happen(message: Message, field: Simulation) -> None:
    """An event of the scenario; one that the site is too small for is told, not raised."""
    try:
        obey(message, field)
    except (RefusedError, LinkError) as error:
        log.info("scenario event left out", message=str(dict(message)), reason=str(error))
    else:
        log.info("scenario", message=str(dict(message)))


@contextmanager
def _ended_by_signals(field: Simulation) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: field.end()) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listening(field: Simulation, *, enabled: bool, stop_on_eof: bool) -> Iterator[None]:
    """Obey lines from standard input on a thread; not from a terminal, where it would fight over the keyboard."""
    if not enabled or not _is_a_pipe_or_file():
        yield
        return
    waker, woken = os.pipe()
    thread = threading.Thread(target=_obey_lines, args=(field, waker, stop_on_eof), name="control")
    thread.start()
    try:
        yield
    finally:
        os.write(woken, b"\n")
        thread.join(2.0)
        os.close(waker)
        os.close(woken)


def _is_a_pipe_or_file() -> bool:
    try:
        os.fstat(_STDIN)
    except OSError:
        return False
    return not os.isatty(_STDIN)


def _obey_lines(field: Simulation, waker: int, stop_on_eof: bool) -> None:
    buffer = b""
    while waker not in select.select([_STDIN, waker], [], [])[0]:
        chunk = os.read(_STDIN, 4096)
        if not chunk:
            if stop_on_eof:
                field.end()
            return
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                say(obey_line(line.decode("utf-8", "replace"), field))
