"""Bring a database's tables to the newest step, all steps in the one transaction of the connection given."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

FOLDER = Path(__file__).parent / "migrations"
# Alembic keeps the running migration in module globals.
_one_at_a_time = threading.Lock()


def upgrade(connection: Connection, folder: Path = FOLDER) -> None:
    """Run every step that is missing. The caller has begun the transaction, and commits or rolls back."""
    connection.execute(text("SELECT 1"))
    # Alembic leaves a transaction alone only when it is already there; otherwise it would commit after each step.
    if not connection.in_transaction():
        raise RuntimeError("upgrade needs a connection in a transaction")
    config = _config(folder)
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")


def newest_step(folder: Path = FOLDER) -> int:
    """Number of the newest step in `folder`."""
    return int(ScriptDirectory.from_config(_config(folder)).get_current_head() or 0)


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
