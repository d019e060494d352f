"""The store that the settings name."""

from __future__ import annotations

from service.settings import Settings
from service.store.database import Database, sqlite_url
from service.store.store import Store


def site_database(settings: Settings) -> Database:
    """The database of the settings, not yet touched."""
    return Database(settings.database_url or sqlite_url(settings.data))


def open_store(settings: Settings) -> Store:
    """The store of the settings, created or brought up to date. One that cannot be reached is tried again in the background."""
    store = Store(site_database(settings), salt=settings.salt)
    store.open()
    # From now on, since it also closes the store when the process ends.
    store.wake()
    return store
