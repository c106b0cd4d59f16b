"""A program for tests: `linepack serve` that is killed (SIGKILL) at a named point of the path of samples (F02).

Run as `python -m tests.support.dying_server SITE POINT GROUP`: it dies at the GROUPth group that carries samples.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from app.headless import serve_site
from backend.pipeline.core import Core

POINTS = {
    "before the commit": ("_commit", "before"),
    "after the commit, before the acknowledgement": ("_tell", "before"),
    "after the acknowledgement": ("_tell", "after"),
}


def main(folder: str, point: str, group: str) -> None:
    """See the module."""
    method, moment = POINTS[point]
    original: Any = getattr(Core, method)
    numbers = count(1)

    def dying(self: Any, given: Any) -> None:
        last = given.samples is not None and next(numbers) == int(group)
        if last and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        original(self, given)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(Core, method, dying)
    serve_site(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
