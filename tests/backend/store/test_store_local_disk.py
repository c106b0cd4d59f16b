"""A database is kept on a disk of this machine, never on a network share (F13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.audit import seal
from backend.errors import ConfigError
from backend.store import Store, local_disk
from tests.support.clock import ManualClock
from tests.support.stored import url_of

MOUNTS = r"""/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw 0 0
server:/export /srv/share nfs4 rw,vers=4.2 0 0
//nas/scada /mnt/our\040files cifs rw 0 0
/dev/sdb1 /srv/share/local xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "system"),
    [
        ("/home/site", "ext4"),
        ("/srv/share/site", "nfs4"),
        ("/srv/shared", "ext4"),
        ("/srv/share/local/site", "xfs"),
        ("/mnt/our files/site", "cifs"),
    ],
)
def test_the_nearest_mount_decides(folder: str, system: str) -> None:
    assert local_disk.kind_of(Path(folder), MOUNTS) == system


def test_a_share_is_refused_for_a_new_database_and_an_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "linepack.db"
    Store.create(url_of(file), site="s", mode="live", clock=ManualClock(), seal=seal).close()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nnas:/x {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(local_disk, "_MOUNTS", mounts)
    for make, place in ((Store.open, file), (Store.create, tmp_path / "new.db")):
        with pytest.raises(ConfigError) as refused:
            make(url_of(place), site="s", mode="live", clock=ManualClock(), seal=seal)
        assert str(refused.value) == (
            f"{tmp_path} lies on a network share (nfs); a database needs a disk of this machine."
        )
    assert not (tmp_path / "new.db").exists()


def test_a_system_that_does_not_say_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_disk, "_MOUNTS", tmp_path / "there is none")
    Store.create(url_of(tmp_path / "l.db"), site="s", mode="live", clock=ManualClock(), seal=seal).close()
