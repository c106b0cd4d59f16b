"""Accounts of meters: what each reading is settled with. They start empty: a first reading opens its account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

# Of 64 bits, as SQLite's are.
_WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "meter_account",
        sa.Column("point", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("index_l", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("period", _WHOLE, nullable=False),
        sa.Column("used_l", sa.BigInteger, nullable=False),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
        sa.Column("settled", _WHOLE, nullable=False),
        sa.Column("held", _WHOLE, nullable=False),
    )
