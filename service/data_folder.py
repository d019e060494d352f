"""The data folder, looked at before anything is kept in it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory


def why_not_writable(folder: Path) -> str | None:
    """Why nothing can be made in a folder, which need not be there yet; `None` where something can.

    Tried, in the folder or the nearest above it, and taken away again: rights alone do not tell, nor of whom.
    """
    place = folder.absolute()
    try:
        while not place.exists():
            place = place.parent
        with TemporaryDirectory(prefix=".her2-cds-", dir=place):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__
