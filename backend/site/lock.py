"""One backend per site folder: a file lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from backend.errors import ConfigError


class SiteLock:
    """Held by whoever runs the site's backend. Raises ConfigError when another process already does."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "linepack.lock").open("a+", encoding="ascii")
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
        """Let another process run the site."""
        self._file.close()
