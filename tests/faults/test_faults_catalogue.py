"""The table in README.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| (F\d\d) \| `(\S+)::(\w+)` \| (.+) \|$", (ROOT / "tests/faults/README.md").read_text("utf-8"), re.M
)
FAULTS = [*range(1, 4), *range(5, 19), 23, 24, *range(31, 37)]


@pytest.mark.parametrize("row", ROWS, ids=[f"{fault} {name}" for fault, _, name, _ in ROWS])
def test_a_named_test_is_there(row: tuple[str, str, str, str]) -> None:
    _, file, name, _ = row
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_each_fault_of_storage_and_messages_has_one() -> None:
    assert {fault for fault, *_ in ROWS} == {f"F{number:02}" for number in FAULTS}
