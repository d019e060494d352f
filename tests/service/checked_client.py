"""A client of the service that checks every answer it sees, and what a test may ask of an answer."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from fhir.resources.R4B.operationoutcome import OperationOutcome
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cards.response_schema import response_validator
from service.settings import Settings
from service.store.store import Store

TODAY = date(2026, 11, 20)
CALL = "/cds-services/her2-patient-view"


def site(**settings: Any) -> Settings:
    """Settings on the fixed day, whatever the machine's environment file says, with more time for other servers than any machine needs."""
    return Settings(**({"today": TODAY, "deadline_ms": 30_000, "smart_deadline_ms": 60_000} | settings), _env_file=None)


class CheckedClient:
    """A client of the service. Each answer is checked against what holds for all of them: the response schema, or OperationOutcome."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    @property
    def unchecked(self) -> FlaskClient:
        """The client itself, for pages that answer otherwise."""
        return self._client

    @property
    def store(self) -> Store:
        """The store of the service behind the client."""
        store: Store = self._client.application.extensions["her2cds.store"]
        return store

    def get(self, path: str, **arguments: Any) -> TestResponse:
        return checked(self._client.get(path, **arguments), call=False)

    def open(self, path: str, **arguments: Any) -> TestResponse:
        return checked(self._client.open(path, **arguments), call=False)

    def call(self, body: Any, path: str = CALL, **arguments: Any) -> TestResponse:
        """POST a request: bytes as they are, anything else as JSON."""
        return checked(self._post(path, body, arguments), call=True)

    def give_feedback(self, body: Any, path: str = CALL, **arguments: Any) -> TestResponse:
        """POST feedback to the service at `path`."""
        return checked(self._post(f"{path}/feedback", body, arguments), call=False)

    def _post(self, path: str, body: Any, arguments: dict[str, Any]) -> TestResponse:
        # The standard library writes what orjson refuses: huge integers, lone surrogates.
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        arguments.setdefault("content_type", "application/json")
        return self._client.post(path, data=data, **arguments)


def checked(response: TestResponse, *, call: bool) -> TestResponse:
    """Fail unless the answer keeps what every answer of the service promises."""
    response.get_data()
    response.close()  # a static file stays open otherwise
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Request-ID"]
    if response.status_code >= 400:
        assert response.mimetype == "application/json"
        OperationOutcome.model_validate(response.get_json())
        assert "Traceback" not in response.text
        assert "cards" not in response.get_json()
    elif call:
        assert response.mimetype == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        faults = [f"{fault.json_path}: {fault.message}" for fault in response_validator().iter_errors(response.get_json())]
        assert not faults, faults
    return response


def issues(response: TestResponse) -> list[dict[str, Any]]:
    """The issues of an error answer."""
    found: list[dict[str, Any]] = response.get_json()["issue"]
    return found


def named_fields(response: TestResponse) -> set[str]:
    """The members of the request that an error answer names."""
    return {expression for issue in issues(response) for expression in issue.get("expression", ())}


def without_uuids(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards as they compare: everything but the identifiers that are new each time."""
    return [{key: value for key, value in card.items() if key != "uuid"} for card in cards]
