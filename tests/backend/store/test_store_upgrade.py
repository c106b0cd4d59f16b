"""Older tables are brought forward whole or not at all; the tables are what the schema says."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from backend.audit import GENESIS, verify
from backend.errors import ConfigError
from backend.store import Store, connections, identity, making, upgrade
from backend.store.schema import SCHEMA, metadata
from tests.support.stored import batch, draft

NEXT = SCHEMA + 1
STEP = f'''
"""A later step."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT:04d}"
down_revision = "{SCHEMA:04d}"


def upgrade() -> None:
    """Forward."""
    op.create_table("shift", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("setting", sa.Column("changed_at", sa.BigInteger))
    {{last}}
'''


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make this a version that knows one step more, whose last statement is given."""

    def know(last: str) -> Path:
        folder = tmp_path / "migrations"
        shutil.copytree(upgrade.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / f"v{NEXT:04d}.py").write_text(STEP.format(last=last), encoding="utf-8")
        monkeypatch.setattr(upgrade.upgrade, "__defaults__", (folder,))
        for module in (making, identity):
            monkeypatch.setattr(module, "SCHEMA", NEXT)
        return folder

    return know


def tables(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as reader:
        return dict(reader.execute("SELECT name, sql FROM sqlite_master ORDER BY name"))


def steps(file: Path) -> tuple[str, str]:
    """What the two records of the step say."""
    with closing(sqlite3.connect(file)) as reader:
        (alembic,) = reader.execute("SELECT version_num FROM alembic_version").fetchone()
        (ours,) = reader.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return alembic, ours


def test_the_migrations_make_what_the_schema_says(store: Store, file: Path) -> None:
    with closing(connections.checking(file).connect()) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert upgrade.newest_step() == SCHEMA
    assert steps(file) == (f"{SCHEMA:04d}", str(SCHEMA))


def test_an_older_database_is_brought_forward_with_all_it_holds(
    opened: Callable[[], Store], file: Path, later: Callable[[str], Path]
) -> None:
    old = opened()
    old.run(lambda tx: (tx.samples(batch([(1, 1, 0.5)])), tx.journal(draft()), tx.setting("key", "value"))).result(5)
    old.close()
    later("pass")
    new = opened()
    assert "shift" in tables(file)
    assert steps(file) == (f"{NEXT:04d}", str(NEXT))
    assert new.id == old.id
    assert new.history.count() == 1
    assert new.setting("key") == "value"
    assert verify(new.journal(), GENESIS("linjiang", new.id)).count == 1
    new.run(lambda tx: tx.journal(draft())).result(5)


def test_an_upgraded_database_is_refused_by_the_older_version(
    opened: Callable[[], Store], file: Path, later: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().close()
    later("pass")
    opened().close()
    monkeypatch.undo()
    with pytest.raises(ConfigError, match=rf"made by a newer Linepack \(tables {NEXT}, this version knows {SCHEMA}\)"):
        opened()


def test_a_step_that_fails_leaves_the_older_tables(
    opened: Callable[[], Store], file: Path, later: Callable[[str], Path]
) -> None:
    opened().close()
    before = tables(file), steps(file)
    later('op.execute("DROP TABLE there_is_none")')
    with pytest.raises(ConfigError, match="cannot be used: no such table: there_is_none"):
        opened()
    assert (tables(file), steps(file)) == before


UPGRADING = """
import sys
from pathlib import Path
from backend.audit import seal
from backend.store import Store, identity, making, upgrade
from tests.support.clock import ManualClock
from tests.support.stored import url_of

upgrade.upgrade.__defaults__ = (Path(sys.argv[2]),)
making.SCHEMA = identity.SCHEMA = int(sys.argv[3])
Store.open(url_of(sys.argv[1]), site="linjiang", mode="live", clock=ManualClock(), seal=seal)
"""


def test_kill_9_in_the_middle_of_a_step_leaves_the_older_tables(
    opened: Callable[[], Store], file: Path, later: Callable[[str], Path]
) -> None:
    opened().close()
    before = tables(file), steps(file)
    folder = later("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    done = subprocess.run([sys.executable, "-c", UPGRADING, str(file), str(folder), str(NEXT)], timeout=60, check=False)
    assert done.returncode == -9
    assert (tables(file), steps(file)) == before
    (folder / "versions" / f"v{NEXT:04d}.py").write_text(STEP.format(last="pass"), encoding="utf-8")
    assert opened().setting("key") is None
    assert steps(file) == (f"{NEXT:04d}", str(NEXT))
