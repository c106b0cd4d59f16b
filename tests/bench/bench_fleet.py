"""A slice of both test scenes of the white paper (Q-05): meters call in, and how well a single node stands it.

Civil: every meter registers, brings its reading, is settled with, hears its balance, and is told whether there is an
order for its valve: five steps, four of them answers on the wire, the settlement durable before the reading is
acknowledged. Commercial: registers, is asked, brings its reading, limits are evaluated. `linepack serve` runs as it
would at a site, the meters are another process on the same machine and take about as much of it.

Beside it, in the same run: a bare server that decrypts, checks and answers the same octets and stores nothing, with the
same meters calling; and what the disk does with the same groups of readings. Believe the ratios and the CPU per
exchange: the machine is shared. What is extrapolated says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.site import Site
from backend.store import Records
from tests.support.meter_site import make_meter_site
from tests.support.ports import free_ports

CIVIL, COMMERCIAL = 1000, 200
SCENE_CIVIL, SCENE_COMMERCIAL = 3_000_000, 100_000
OFFERED_PER_S = 250
COMMERCIAL_PER_S = 333
STEPS = 5
AT_ONCE = 256
FAULTS = 0.01
GROUP = 30
POINTS = {"civil": 8, "ci": 5}
ROOT = Path(__file__).parents[2]


def run() -> dict[str, object]:
    """Figures of one run of about a minute; targets stand beside them."""
    with tempfile.TemporaryDirectory(prefix="linepack-bench-") as place:
        site = make_meter_site(Path(place) / "site", civil=CIVIL, ci=COMMERCIAL)
        meters = start("-m", "sims.meters", str(site.folder), "--phases")
        try:
            raw_before = _raw(site, meters)
            with serving(site) as server:
                phase(meters, kind="civil", per_s=100, seconds=2)
                offered = phase(meters, server, kind="civil", per_s=OFFERED_PER_S, seconds=8)
                limit = phase(meters, server, kind="civil", at_once=AT_ONCE, seconds=7)
                faulty = phase(meters, server, kind="civil", per_s=OFFERED_PER_S, seconds=6, faults=FAULTS)
                commercial = phase(meters, server, kind="ci", per_s=COMMERCIAL_PER_S, seconds=4)
            raw_after = _raw(site, meters)
            told = (
                POINTS["civil"] * (200 + offered["stored"] + limit["stored"] + faulty["stored"])
                + POINTS["ci"] * commercial["stored"]
            )
            durable = _stored(site)
        finally:
            stop(meters)
        raw_per_s = max(raw_before["per_s"], raw_after["per_s"])
        raw_cpu = min(raw_before["cpu_ms"], raw_after["cpu_ms"])
        return {
            "scale": f"{CIVIL} civil of {SCENE_CIVIL:,} and {COMMERCIAL} commercial of {SCENE_COMMERCIAL:,} meters, "
            "each calling many times",
            "steps counted an exchange": STEPS,
            **_offered(offered),
            **_limit(limit),
            "success at the first try, 1 % faults": faulty["first"] / faulty["reports"],
            "success in the end, 1 % faults (>= 0.999)": faulty["stored"] / faulty["reports"],
            "commercial, exchanges offered/s": COMMERCIAL_PER_S,
            "commercial, exchanges/s": commercial["whole"] / commercial["seconds"],
            "commercial, response mean, ms": commercial["response_mean_ms"],
            "commercial, exchange mean, ms (< 30,000)": commercial["exchange_mean_ms"],
            "commercial, exchange max, ms (< 60,000)": commercial["exchange_max_ms"],
            "samples acknowledged": told,
            "samples durable afterwards": durable,
            "lost (0)": max(0, told - durable),
            "raw: exchanges/s, nothing stored": raw_per_s,
            "raw moved between before and after (<= 0.3)": abs(raw_before["per_s"] / raw_after["per_s"] - 1),
            "raw: server CPU an exchange, ms": raw_cpu,
            f"raw: append + fdatasync of {GROUP} readings, readings/s": _disk(Path(place)),
            "ratio to raw, exchanges/s at the limit": limit["whole"] / limit["seconds"] / raw_per_s,
            "ratio to raw, server CPU an exchange": limit["cpu_ms"] / raw_cpu,
            **_extrapolated(limit),
            "reference (white paper 2018, its own machines)": "1,250 TPS, mean 640 ms, exchange mean 30 s, max < 60 s",
        }


def _offered(found: dict[str, float]) -> dict[str, object]:
    return {
        "offered, transactions/s": OFFERED_PER_S * STEPS,
        "at that: transactions/s": found["whole"] * STEPS / found["seconds"],
        "at that: response mean, ms (<= 20)": found["response_mean_ms"],
        "at that: response p95, ms": found["response_p95_ms"],
        "at that: response max, ms": found["response_max_ms"],
        "at that: exchange mean, ms (< 30,000)": found["exchange_mean_ms"],
        "at that: exchange max, ms (< 60,000)": found["exchange_max_ms"],
        "at that: server CPU an exchange, ms": found["cpu_ms"],
    }


def _limit(found: dict[str, float]) -> dict[str, object]:
    return {
        "limit, transactions/s (>= 6,250)": found["whole"] * STEPS / found["seconds"],
        "limit, exchanges/s": found["whole"] / found["seconds"],
        "limit, response mean, ms": found["response_mean_ms"],
        "limit, response p95, ms": found["response_p95_ms"],
        "limit, response max, ms": found["response_max_ms"],
        "limit, exchange mean, ms": found["exchange_mean_ms"],
        "limit, server CPU an exchange, ms": found["cpu_ms"],
        "limit, part of a core the server had": found["cores"],
        "limit, part of a core the meters had": found["meters_cores"],
    }


def _extrapolated(limit: dict[str, float]) -> dict[str, object]:
    per_s = limit["whole"] / limit["seconds"]
    return {
        "extrapolated, not measured: 3,000,000 meters, min (<= 40)": SCENE_CIVIL / per_s / 60,
        "extrapolated, not measured: transactions/s with a core to itself": 1000.0 / limit["cpu_ms"] * STEPS,
    }


def phase(
    meters: subprocess.Popen[str], server: subprocess.Popen[str] | None = None, **asked: float | str
) -> dict[str, float]:
    assert meters.stdin is not None
    assert meters.stdout is not None
    before = (_cpu_s(server), _cpu_s(meters)) if server is not None else (0.0, 0.0)
    begun = time.monotonic()
    meters.stdin.write(json.dumps(asked) + "\n")
    meters.stdin.flush()
    found: dict[str, float] = json.loads(meters.stdout.readline())
    if server is not None:
        used, wall = _cpu_s(server) - before[0], time.monotonic() - begun
        found["cpu_ms"] = used / max(1.0, found["whole"]) * 1000.0
        found["cores"], found["meters_cores"] = used / wall, (_cpu_s(meters) - before[1]) / wall
    found["per_s"] = found["whole"] / found["seconds"]
    return found


def _raw(site: Site, meters: subprocess.Popen[str]) -> dict[str, float]:
    """The same meters call a server that stores nothing."""
    assert site.meters is not None
    port = free_ports(1)
    server = start("-m", "tests.support.raw_head_end", str(port), site.meters.master_key().hex())
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        return phase(meters, server, kind="civil", at_once=AT_ONCE, seconds=3, port=port)
    finally:
        server.terminate()
        stop(server)


@contextmanager
def serving(site: Site) -> Iterator[subprocess.Popen[str]]:
    server = start("-m", "app.cli", "serve", str(site.folder))
    try:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("serving")
        yield server
    finally:
        server.terminate()
        stop(server)


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )


def stop(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait(20)


def _cpu_s(process: subprocess.Popen[str]) -> float:
    """CPU a process has used (Linux only)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stored(site: Site) -> int:
    records = Records.look(site.database_url, site=site.id, mode=site.mode)
    try:
        return records.history.count()
    finally:
        records.close()


def _disk(place: Path) -> float:
    """Readings a second that plain appends of the same groups make durable."""
    group = os.urandom(GROUP * 8 * 21)
    with (place / "raw").open("ab", buffering=0) as file:
        done, begun = 0, time.monotonic()
        while time.monotonic() - begun < 1.5:
            file.write(group)
            os.fdatasync(file.fileno())
            done += GROUP
        return done / (time.monotonic() - begun)


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key:64} {value}")
