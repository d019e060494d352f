"""Alembic migrations of the store. `service.store.database` runs them; there is no `alembic.ini`.

A new one: add a file to `versions` whose `down_revision` is the newest revision, and name it in `service.store.database.NEWEST`.
"""
