"""The settings of the running application, for the views."""

from __future__ import annotations

from flask import Flask, current_app

from service.settings import Settings

_KEY = "her2cds.settings"


def keep_settings(app: Flask, settings: Settings) -> None:
    """Give the application its settings."""
    app.extensions[_KEY] = settings


def site_settings() -> Settings:
    """The settings of the application that serves this request."""
    settings: Settings = current_app.extensions[_KEY]
    return settings
