"""Log lines: English, one line each, `event key=value …`; control characters from outside are shown escaped.

`lost` is logged once and `recovered` once by whoever owns a link, never per attempt.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, cast

import structlog


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines go through the standard logging tree."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def to_file(folder: Path) -> None:
    """Keep the last 50 MB of log lines in `folder/linepack.log`."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "linepack.log", maxBytes=10_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(
        logging.Formatter("%(asctime)s.%(msecs)03d %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.getLogger().addHandler(handler)


def to_stderr(level: int = logging.WARNING) -> None:
    """Show lines of `level` and above on stderr (headless runs)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _literal(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Escape what could forge a second line or colour a terminal."""
    return {key: _escape(value) if isinstance(value, str) else value for key, value in event.items()}


def _escape(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        _literal,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=False,
)
logging.getLogger().setLevel(logging.INFO)
