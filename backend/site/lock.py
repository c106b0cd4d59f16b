"""One backend per site folder: a file lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
import platform
from pathlib import Path
from typing import Final

from backend.errors import ConfigError

LOCK_FILE: Final = "linepack.lock"


class SiteLock:
    """Held by whoever runs the site's backend. Raises ConfigError when another process already does."""

    def __init__(self, folder: Path) -> None:
        try:
            self._file = (folder / LOCK_FILE).open("a+", encoding="ascii")
        except OSError as error:
            raise ConfigError("{folder}: cannot be written ({reason})", folder=folder, reason=error.strerror) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            owner = self._file.read().strip() or "?"
            self._file.close()
            raise ConfigError(
                "{folder}: another Linepack process (number {owner}) already runs this site",
                folder=str(folder),
                owner=owner,
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let another process run the site; the file stays, empty."""
        if not self._file.closed:
            self._file.truncate(0)
            self._file.close()


def is_running(folder: Path) -> bool:
    """Whether a process runs the site now; asking makes and changes nothing."""
    try:
        with (folder / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def node_name(folder: Path) -> str:
    """How this machine and site folder are called among the nodes of a site."""
    return f"{platform.node() or 'node'}:{folder}"
