"""`INSERT ... ON CONFLICT`, which SQLite and PostgreSQL have both, and SQLAlchemy for each by itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from service.store.database import Database
from service.store.tables import SHOWN


def insert_once(database: Database, table: Table) -> Any:
    """Insert rows, passing over those that are there already."""
    return _insert(database, table).on_conflict_do_nothing()


def add_to_counts(database: Database) -> Any:
    """Insert counts of cards shown, adding to those that are there already."""
    insert = _insert(database, SHOWN)
    return insert.on_conflict_do_update(index_elements=SHOWN.primary_key.columns, set_={"count": SHOWN.c.count + insert.excluded.count})


def _insert(database: Database, table: Table) -> Any:
    return postgresql.insert(table) if database.dialect == "postgresql" else sqlite.insert(table)
