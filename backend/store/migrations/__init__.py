"""How the tables came to be, step by step (Alembic); run by `backend.store.upgrade`, never by hand."""
