"""Run by Alembic: the connection comes from `service.store.database`, already inside a transaction that no other process is in."""

from __future__ import annotations

from alembic import context

from service.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
