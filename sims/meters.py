"""The gas meters of a site as a process of their own: `python -m sims.meters FOLDER`, beside the rest of the field.

They call in over loopback, each with its own key, made of the site's master key when it was "fitted". Without more,
every meter reports about every four minutes, one in a hundred tries goes wrong. With `--phases`, each line of standard
input is a stretch of calls, `{"kind": "civil", "per_s": 250, "seconds": 10, "faults": 0.01}`, with `"at_once"` in place
of `"per_s"`, with `"slow_s"` for what a weak signal costs; what came of it is one line of JSON. The process ends with
its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from backend.errors import ConfigError
from backend.model.exchange import KINDS
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.sealing import cipher
from backend.site import Site, load, read_json
from backend.site.folder import is_loopback
from sims.calling import Fleet, Report
from sims.devices.gas_meter import GasMeter

DEVICES_FILE: Final = Path("registry") / "devices.json"
MODELS: Final = ("gas-meter", "ci-gas-meter")
FAULTS: Final = 0.01
EVERY_S: Final = 240.0
FIRST_PER_S: Final = 20.0
LISTENS_S: Final = 1.0
DRIFT_S: Final = 30


def fit(site: Site, *, kind: str | None = None, seed: int = 1) -> list[GasMeter]:
    """Every meter that is registered, its clock a little wrong. Raises ConfigError for a live site."""
    if site.mode != "simulator" or site.meters is None or not is_loopback(site.meters.host):
        raise ConfigError("{folder} is no simulator site where meters call in", folder=site.folder)
    rng, master = random.Random(seed), site.meters.master_key()
    rows = read_json(site.folder / DEVICES_FILE)
    return [
        GasMeter(
            number,
            cipher(meter_key(master, number)),
            index_l=rng.randrange(100_000, 3_000_000),
            flow_dm3h=rng.randrange(0, 400),
            battery_mv=rng.randrange(3300, 3650),
            signal_dbm=-rng.randrange(60, 115),
            drift_s=rng.randrange(-DRIFT_S, DRIFT_S + 1),
        )
        for row in (rows if isinstance(rows, list) else ())
        if row["model"] in MODELS and kind in (None, row["address"].get("class", "civil"))
        for number in (int(row["address"]["logical_id"]),)
    ]


async def call_in(site: Site, *, seed: int = 1) -> None:
    """Everyone reports once as soon as somebody listens, then about every four minutes, until cancelled."""
    assert site.meters is not None
    meters = fit(site, seed=seed)
    fleet = Fleet(meters, host=site.meters.host, port=site.meters.port, seed=seed)
    while meters and not await fleet.heard():
        await asyncio.sleep(LISTENS_S)
    await fleet.offered(FIRST_PER_S, len(meters) / FIRST_PER_S)
    while meters:
        await fleet.offered(max(len(meters) / EVERY_S, 0.1), 60.0, faults=FAULTS)


async def phase(site: Site, meters: Sequence[GasMeter], asked: Mapping[str, Any]) -> dict[str, float]:
    """One stretch of calls by these meters."""
    assert site.meters is not None
    fleet = Fleet(meters, host=site.meters.host, port=int(asked.get("port", site.meters.port)))
    faults = float(asked.get("faults", 0.0))
    for meter in meters:
        meter.slow_s = float(asked.get("slow_s", 0.0))
    if "at_once" in asked:
        report = await fleet.at_the_limit(int(asked["at_once"]), float(asked["seconds"]), faults=faults)
    else:
        report = await fleet.offered(float(asked["per_s"]), float(asked["seconds"]), faults=faults)
    return summary(report)


def summary(report: Report) -> dict[str, float]:
    """Figures of a stretch. Times in ms."""
    answers = np.array(report.responses or [0.0]) * 1000.0
    spans = np.array(report.spans or [0.0]) * 1000.0
    return {
        "reports": report.reports,
        "first": report.first,
        "stored": report.stored,
        "tries": report.tries,
        "whole": report.whole,
        "orders": report.orders,
        "open_most": report.open_most,
        "seconds": report.seconds,
        "answers": len(report.responses),
        "response_mean_ms": float(answers.mean()),
        "response_p95_ms": float(np.percentile(answers, 95)),
        "response_max_ms": float(answers.max()),
        "exchange_mean_ms": float(spans.mean()),
        "exchange_p95_ms": float(np.percentile(spans, 95)),
        "exchange_max_ms": float(spans.max()),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until standard input ends."""
    parser = argparse.ArgumentParser(prog="sims.meters", description="The gas meters of a simulator site call in.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", action="store_true", help="stretches of calls from standard input")
    given = parser.parse_args(arguments)
    site = load(given.folder)
    if given.phases:
        fitted = {kind: fit(site, kind=kind, seed=given.seed) for kind in KINDS}
        for line in sys.stdin:
            asked = json.loads(line)
            done = asyncio.run(phase(site, fitted[asked["kind"]], asked))
            sys.stdout.write(json.dumps(done) + "\n")
            sys.stdout.flush()
        return 0
    asyncio.run(_until_eof(site, given.seed))
    return 0


async def _until_eof(site: Site, seed: int) -> None:
    loop = asyncio.get_running_loop()
    calling = asyncio.create_task(call_in(site, seed=seed))
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(calling.cancel)), daemon=True).start()
    await asyncio.wait({calling})


if __name__ == "__main__":
    sys.exit(main())
