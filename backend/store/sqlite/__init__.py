"""The database as one file (SQLite): what `backend.store.family` asks for, of what this folder's parent holds."""
