"""Checks of the machine and the installation for `linepack doctor`."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path
from typing import Final

from app.doctor_findings import Finding, Grade
from app.moments import utc_text
from backend.alarms.sounder import PLAYERS
from backend.clock import SystemClock

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_CARDS: Final = Path("/proc/asound/cards")
_EARLIEST_US: Final = 1_760_000_000_000_000
"""October 2025: a machine that believes it is earlier has lost its clock."""
_LATEST_US: Final = 4_102_444_800_000_000
"""2100."""
_PATIENCE_S: Final = 5.0


def python() -> Finding:
    """The interpreter's version."""
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    text = f"{platform.python_version()} on {platform.platform(terse=True)}"
    return Finding(Grade.OK, text) if good else Finding(Grade.FAIL, f"{text}; needed: 3.11, 3.12 or 3.13")


def packages() -> Finding:
    """What every command needs."""
    return _packages("", Grade.FAIL, "")


def window_packages() -> Finding:
    """What the console needs."""
    return _packages("console", Grade.WARN, "; without them only the commands without a window work")


def field_packages() -> Finding:
    """What the pretend field needs."""
    return _packages("sim", Grade.WARN, "; without them there is no pretend field and no demo")


def fonts() -> Finding:
    """The fonts that come along, and one of the system's for Chinese."""
    shipped = [entry.name for entry in resources.files("assets").joinpath("fonts").iterdir()]
    if not any(name.endswith(".ttf") for name in shipped):
        return Finding(Grade.FAIL, "the fonts of Linepack are missing; install it again")
    if shutil.which("fc-list") is None:
        return Finding(Grade.WARN, "fc-list is not installed, so the fonts of this machine are not known")
    chinese = _output("fc-list", ":lang=zh-cn", "family").splitlines()
    if not chinese:
        return Finding(Grade.WARN, "no font for Chinese; install fonts-noto-cjk")
    return Finding(Grade.OK, f"Chinese is shown in {sorted(chinese)[0].split(',')[0]}")


def sound() -> Finding:
    """A player and a sound card, for the horn."""
    player = next((each[0] for each in PLAYERS if shutil.which(each[0])), "")
    if not player:
        names = " nor ".join(each[0] for each in PLAYERS)
        return Finding(Grade.WARN, f"alarms are silent: neither {names} is installed")
    if not _CARDS.exists() or "no soundcards" in _CARDS.read_text(errors="replace"):
        return Finding(Grade.WARN, f"alarms are silent unless a sound server is reached: no sound card ({player})")
    return Finding(Grade.OK, f"{player}; whether it is heard only ears can tell")


def clock() -> Finding:
    """Whether the machine's clock can be true, and whether something keeps it so."""
    now = SystemClock().wall_us()
    if not _EARLIEST_US < now < _LATEST_US:
        return Finding(Grade.FAIL, f"the clock says {utc_text(now)}, which cannot be; set it")
    kept = _output("timedatectl", "show", "--property=NTPSynchronized", "--value").strip()
    if kept == "no":
        return Finding(Grade.WARN, f"{utc_text(now)}, but no time server keeps it right")
    return Finding(Grade.OK, f"{utc_text(now)}{', kept by a time server' if kept == 'yes' else ''}")


def _packages(extra: str, missing: Grade, consequence: str) -> Finding:
    try:
        required = metadata.requires("linepack") or []
    except metadata.PackageNotFoundError:
        return Finding(Grade.WARN, "linepack itself is not installed as a package, so its needs are not known")
    names = [_NAME.findall(each)[0] for each in required if _extra_of(each) == extra]
    lost = [name for name in names if not _is_installed(name)]
    if lost:
        return Finding(missing, f"missing: {', '.join(lost)}{consequence}")
    return Finding(Grade.OK, f"all {len(names)} are installed")


def _extra_of(requirement: str) -> str:
    found = re.search(r"extra == ['\"]([^'\"]+)['\"]", requirement)
    return found[1] if found else ""


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _output(*command: str) -> str:
    """What a program prints; empty when it is not there or does not do it."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
