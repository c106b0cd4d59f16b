"""Freed memory goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

HOLES = """
import sys
from app.heap import give_back
held = give_back() if sys.argv[1] == "give back" else True
def own_kb():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon:"))
bytes(8_000_000)  # glibc's reason to keep whatever comes after it
before = own_kb()
large, small = [], []
for place in range(40):
    large.append(bytearray(2_000_000))
    small.append(bytearray(200_000))
del large
print(int(held), own_kb() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_a_freed_block_leaves_no_hole() -> None:
    ran = subprocess.run([sys.executable, "-c", HOLES, "give back"], capture_output=True, text=True, check=True)
    held, kb = ran.stdout.split()
    assert held == "1"
    assert int(kb) < 20_000
    as_ever = subprocess.run([sys.executable, "-c", HOLES, "as ever"], capture_output=True, text=True, check=True)
    assert int(as_ever.stdout.split()[1]) > 4 * int(kb)
