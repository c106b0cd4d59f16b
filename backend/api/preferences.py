"""What a person or a desk likes: layouts, pen groups, theme. Not facts of the plant, so not journaled."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from typing import Any, Final

from backend.errors import RefusedError, mark
from backend.store import Store, Tx

_PREFIX: Final = "preference"
_LONGEST: Final = 256_000
"""Characters of one preference."""


class PreferencesApi:
    """JSON values by owner ("person:<id>" or "desk:<workstation>") and key; read and written off the calling thread."""

    def __init__(self, store: Store, worker: Executor) -> None:
        self._store = store
        self._worker = worker

    def read(self, owner: str, key: str) -> Future[Any]:
        """The value last written; None when there is none or it cannot be read."""
        return self._worker.submit(self._read, owner, key)

    def write(self, owner: str, key: str, value: Any) -> Future[None]:
        """Keep a JSON value; RefusedError through the future when it is no JSON or too long."""
        return self._worker.submit(self._write, owner, key, value)

    def _read(self, owner: str, key: str) -> Any:
        text = self._store.setting(_name(owner, key))
        try:
            return None if text is None else json.loads(text)
        except ValueError:
            return None

    def _write(self, owner: str, key: str, value: Any) -> None:
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise RefusedError(mark("{key} cannot be kept: {reason}"), key=key, reason=str(error)) from error
        if len(text) > _LONGEST:
            raise RefusedError(mark("{key} cannot be kept: it is too long"), key=key)

        def keep(tx: Tx) -> None:
            tx.setting(_name(owner, key), text)

        self._store.run(keep).result()


def _name(owner: str, key: str) -> str:
    return f"{_PREFIX}/{owner}/{key}"
