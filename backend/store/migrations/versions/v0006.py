"""The catalogue of cold files, and what was destroyed for its age. Both start empty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    # SQLite numbers rows by itself only when the key is exactly INTEGER.
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "cold",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False, unique=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("size", "n")),
        sa.Column("points", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("first_at", "last_at", "through", "made_at", "sum")
        ),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("digest", "root", "seal")),
        sa.Column("clearing", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "cold_gone",
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "retired",
        sa.Column("kind", sa.Text, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("until", "goal", "n")),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
