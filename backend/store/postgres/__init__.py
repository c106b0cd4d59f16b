"""The database as a PostgreSQL server: what `backend.store.family` asks for.

Samples are rows in daily partitions, roll-ups are rows too, so that any other tool can read them. Needs psycopg (the
extra `postgres`); nothing here is imported by a site that is kept in a file.
"""
