"""Ten thousand exchanges open at once (Q-01): meters with a weak signal, which say one thing and then pause.

Each registers, waits, brings its reading and goes on to the end; how long answers take while so many are open is what
counts. `linepack serve` and the meters share the machine, as in `bench fleet`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.bench.bench_fleet import phase, serving, start, stop
from tests.support.meter_site import make_meter_site

METERS = 2500
PER_S = 640
PAUSE_S = 16.0


def run() -> Mapping[str, object]:
    """Figures of one run of about a minute."""
    with tempfile.TemporaryDirectory(prefix="linepack-bench-") as place:
        site = make_meter_site(Path(place) / "site", civil=METERS)
        meters = start("-m", "sims.meters", str(site.folder), "--phases")
        try:
            with serving(site) as server:
                found = phase(meters, server, kind="civil", per_s=PER_S, seconds=PAUSE_S + 1, slow_s=PAUSE_S)
                memory_mb = _resident_mb(server.pid)
        finally:
            stop(meters)
        return {
            "meters, each calling several times at once": METERS,
            "exchanges begun": found["reports"],
            "open at once (>= 10,000)": found["open_most"],
            "finished": found["whole"],
            "at the first try": found["first"],
            "response mean, ms": found["response_mean_ms"],
            "response p95, ms (<= 1,000)": found["response_p95_ms"],
            "response max, ms": found["response_max_ms"],
            "exchange max without its pause, ms": found["exchange_max_ms"] - PAUSE_S * 1000.0,
            "server memory after, MB": memory_mb,
        }


def _resident_mb(pid: int) -> float:
    words = Path(f"/proc/{pid}/statm").read_text().split()
    return int(words[1]) * 4096 / 1e6


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key:48} {value}")
