"""The store that the settings name."""

from __future__ import annotations

from sqlalchemy.exc import ArgumentError

from service.errors import SettingsError
from service.setting_values import DATABASE_FORM
from service.settings import Settings, variable
from service.store.database import Database, sqlite_url
from service.store.store import Store


def site_database(settings: Settings) -> Database:
    """The database of the settings, not yet touched. Raises `SettingsError`."""
    try:
        return Database(settings.database_url or sqlite_url(settings.data))
    except ImportError:
        raise SettingsError([f"{variable('database_url')}: needs the package psycopg. Install her2-cds[postgresql]."]) from None
    except ArgumentError:
        raise SettingsError([f"{variable('database_url')}: {DATABASE_FORM}"]) from None


def open_store(settings: Settings) -> Store:
    """The store of the settings, created or brought up to date. One that cannot be reached is tried again in the background."""
    store = Store(site_database(settings), salt=settings.salt)
    store.open()
    # From now on, since it also closes the store when the process ends.
    store.wake()
    return store
