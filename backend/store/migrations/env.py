"""Alembic's entry: runs the steps on the connection it is given, inside that connection's own transaction."""

from alembic import context

from backend.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a column in place; steps copy the table instead.
    render_as_batch=True,
)
context.run_migrations()
