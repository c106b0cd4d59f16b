"""Run the benchmarks of tests/bench and print what they found, with the machine they ran on."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from backend.errors import ConfigError

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "bench"

Figures = Mapping[str, object]


def run_benchmarks(name: str, minutes: float | None = None) -> int:
    """Run one benchmark ("latency") or "all"; ratios where a raw limit was measured in the same run.

    minutes: for how long, where a benchmark can be told (memory).
    """
    files = {file.stem.removeprefix("bench_"): file for file in sorted(FOLDER.glob("bench_*.py"))}
    if not files:
        raise ConfigError("{folder}: no benchmarks here; run from a checkout of the sources", folder=str(FOLDER))
    if name != "all" and name not in files:
        raise ConfigError("no benchmark {name}; there are: {names}", name=name, names=", ".join(files))
    print(json.dumps(machine_facts()))
    if name == "all":
        return _run_each(files)
    print(f"{name}:", flush=True)
    run = _runner(files[name])
    told = {} if minutes is None or "minutes" not in inspect.signature(run).parameters else {"minutes": minutes}
    for key, value in run(**told).items():
        print(f"  {key:48} {_plain(value)}", flush=True)
    return 0


def _run_each(names: Iterable[str]) -> int:
    """Each in a process of its own: a window, its threads and its memory would be part of what the next one measures.
    1 where any failed."""
    ran = [subprocess.run([sys.executable, "-m", "app.cli", "bench", name], check=False) for name in names]
    return int(any(each.returncode for each in ran))


def machine_facts() -> dict[str, object]:
    """What the figures were measured on."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else ""
    return {
        "cores": os.cpu_count(),
        "cpu": model,
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "load": round(os.getloadavg()[0], 2),
    }


def _runner(file: Path) -> Callable[..., Figures]:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ConfigError("{file}: cannot be loaded", file=str(file))
    sys.path.insert(0, str(FOLDER.parents[1]))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run: Callable[..., Figures] = module.run
    return run


def _plain(value: object) -> str:
    return f"{value:,.3f}" if isinstance(value, float) else str(value)
