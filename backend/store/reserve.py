"""Space that is kept for the journal: a file of zeros that is given up when the disk is full and made again later.

While it is given up, only what safety rests on is stored (journal, alarms, commands, accounts): samples and messages
put aside would fill the space within a minute, and their devices keep them until they are acknowledged.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backend import logs

BYTES: Final = 64 << 20
MARGIN_BYTES: Final = 16 << 20
"""Free beside the reserve before it is made again: samples that come in at once must not take it right back."""
NAME: Final = "linepack.reserve"
_log = logs.get(__name__)


def free_bytes(folder: Path) -> int:
    """What the disk of `folder` still takes."""
    return shutil.disk_usage(folder).free


class Reserve:
    """The reserve of one database. keep and give_up: the writer's thread."""

    def __init__(
        self, folder: Path, *, size: int = BYTES, margin: int = MARGIN_BYTES, free: Callable[[Path], int] = free_bytes
    ) -> None:
        self._file = folder / NAME
        self._size = size
        self._margin = margin
        self._free = free

    @property
    def whole(self) -> bool:
        """Whether the space is there."""
        try:
            return self._file.stat().st_size >= self._size
        except OSError:
            return False

    def keep(self) -> bool:
        """Make it where it is missing and there is room; whether it is there now."""
        if self.whole:
            return True
        try:
            if self._free(self._file.parent) < self._size + self._margin:
                return False
            self._make()
        except OSError as error:
            self._file.unlink(missing_ok=True)
            _log.error("no reserve for the journal", file=str(self._file), error=str(error))
            return False
        return True

    def give_up(self) -> bool:
        """Free the space; False when there was none."""
        try:
            self._file.unlink()
        except OSError:
            return False
        _log.error("disk full, the journal lives on its reserve", file=str(self._file))
        return True

    def _make(self) -> None:
        part = self._file.with_name(f".{self._file.name}")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Written on the disk, not only in the file's size: a hole would promise what is not there.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, self._size)
            else:
                for _ in range(0, self._size, 1 << 20):
                    os.write(descriptor, bytes(1 << 20))
            os.fsync(descriptor)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        part.replace(self._file)
