"""Whether a folder lies on a disk of this machine: SQLite's log needs shared memory and locks that no share gives.

A database on a network share works until two machines open it, or the share drops a lock: then it is damaged (F13).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.errors import ConfigError

_MOUNTS: Final = Path("/proc/self/mounts")
_SHARES: Final = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "davfs", "glusterfs", "lustre", "beegfs"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.davfs2", "fuse.s3fs", "fuse.rclone", "fuse.gvfsd-fuse"),
    )
)


def check_local(folder: Path) -> None:
    """Raises ConfigError for a folder on a network share; where the system does not say (not Linux), nothing."""
    try:
        mounts = _MOUNTS.read_text("utf-8", "surrogateescape")
        kind = kind_of(folder.resolve(), mounts)
    except OSError:
        return
    if kind in _SHARES:
        raise ConfigError(
            "{folder} lies on a network share ({kind}); a database needs a disk of this machine.",
            folder=folder,
            kind=kind,
        )


def kind_of(folder: Path, mounts: str) -> str:
    """The kind of file system a folder lies on, from the lines of /proc/self/mounts (fstab(5)); the last one wins."""
    best, found = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = Path(_plain(fields[1]))
        depth = len(place.parts)
        if folder.is_relative_to(place) and depth >= best:
            best, found = depth, fields[2]
    return found


def _plain(escaped: str) -> str:
    for code, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        escaped = escaped.replace(code, char)
    return escaped
