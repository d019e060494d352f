"""What tests of the decision record share: its rows as they stand in the store."""

from __future__ import annotations

import base64
from typing import Any

import orjson
from sqlalchemy import select

from service.store.tables import DECISION, DECISION_INPUT
from tests.service.checked_client import CheckedClient

#: Keys as a site would set them.
KEY, OLD_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (7, 8))

_JSON = ("cards", "findings", "facts", "silent", "problems")


def rows(client: CheckedClient) -> list[dict[str, Any]]:
    """The decisions on record, oldest first, what waits included; JSON columns decoded."""
    client.store.write_waiting()
    with client.store._database.reading() as connection:
        found = [row._asdict() for row in connection.execute(select(DECISION).order_by(DECISION.c.moment))]
    return [row | {name: orjson.loads(row[name]) for name in _JSON} for row in found]


def inputs(client: CheckedClient) -> list[dict[str, Any]]:
    """The encrypted inputs."""
    client.store.write_waiting()
    with client.store._database.reading() as connection:
        return [row._asdict() for row in connection.execute(select(DECISION_INPUT).order_by(DECISION_INPUT.c.moment))]
