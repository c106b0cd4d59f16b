"""Sites made once and copied for each test that changes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.making import init_site


@pytest.fixture(scope="session")
def made_sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sites "city" (small, simulator) and "empty" (live); not to be changed."""
    folder = tmp_path_factory.mktemp("sites")
    init_site(folder / "city", template="city", size="small", modbus_port=61000, broker_url="mqtt://127.0.0.1:61999")
    init_site(folder / "empty", name="Empty Gas")
    return folder


@pytest.fixture
def city(made_sites: Path, tmp_path: Path) -> Path:
    """A simulator site of the small city, for this test alone."""
    return Path(shutil.copytree(made_sites / "city", tmp_path / "city"))


@pytest.fixture
def empty(made_sites: Path, tmp_path: Path) -> Path:
    """A live site without devices, for this test alone."""
    return Path(shutil.copytree(made_sites / "empty", tmp_path / "empty"))
