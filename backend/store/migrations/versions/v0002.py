"""Samples sorted by point, and roll-ups of them. They start empty: the store makes them from the groups behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the mark that says how far they reach: nowhere yet."""
    _mark()
    # Elsewhere samples and roll-ups are rows of tables that came with the first step.
    if op.get_bind().dialect.name == "sqlite":
        _leaves()


def _mark() -> None:
    rolled = op.create_table(
        "rolled",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("through", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(rolled, [{"id": 0, "through": 0}])


def _leaves() -> None:
    op.create_table(
        "leaf",
        sa.Column("tier", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("point", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        *_held(),
    )
    op.create_table(
        "piece",
        sa.Column("point", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("through", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        *_held(),
    )
    op.create_index("piece_through", "piece", ["through"])
    op.create_table(
        "mending",
        sa.Column("point", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        sa.Column("goal", sa.BigInteger, nullable=False),
    )


def _held() -> list[sa.Column[object]]:
    return [
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    ]
