"""The sample orders that a demo EHR shows: a warning for each of them, on any day."""

from __future__ import annotations

import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhir_mappings.prefetch_queries import PREFETCH
from service.app import create_app
from service.samples import describe, names, order_names, order_request_body, request_body
from service.settings import Settings

TODAY = date(2026, 11, 20)

#: Hook, topic and indicator of the card that each order gets.
EXPECTED = {
    "order-tdm1": ("order-select", "NonPreferredAgent", "warning"),
    "order-doxorubicin": ("order-sign", "AnthracyclineWithTrastuzumab", "critical"),
    "order-reescalation": ("order-sign", "DoseCheck", "critical"),
}


def cards(name: str, today: date, data: Path) -> list[dict[str, Any]]:
    """What the service says about a sample order, over HTTP."""
    body = order_request_body(name, today)
    app = create_app(Settings(today=today, data=data, _env_file=None))  # type: ignore[call-arg]
    response = app.test_client().post(f"/cds-services/her2-{body['hook']}", json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    found: list[dict[str, Any]] = response.get_json()["cards"]
    return found


def test_every_sample_order_has_its_expectation() -> None:
    """No sample order is shown whose card nobody has looked at, and none is taken for a sample patient."""
    assert set(order_names()) == set(EXPECTED)
    assert not set(order_names()) & set(names())


@pytest.mark.parametrize("name", order_names())
@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2031, 3, 31)], ids=str)
def test_card(name: str, today: date, tmp_path: Path) -> None:
    """Each sample order shows its warning first, on any day of any year."""
    hook, topic, indicator = EXPECTED[name]
    assert order_request_body(name, today)["hook"] == hook
    found = cards(name, today, tmp_path)
    assert (found[0]["source"]["topic"]["code"], found[0]["indicator"]) == (topic, indicator)
    assert all(card["indicator"] == "info" for card in found[1:]), [card["summary"] for card in found]


@pytest.mark.parametrize("name", order_names())
def test_requests_are_well_formed(name: str) -> None:
    """A request of an order hook: selections among the drafts, its own UUID, prefetch under our keys, every resource valid R4."""
    body = order_request_body(name, TODAY)
    context = body["context"]
    drafts = [entry["resource"] for entry in context["draftOrders"]["entry"]]
    assert set(context.get("selections", [])) <= {f"{draft['resourceType']}/{draft['id']}" for draft in drafts}
    assert ("selections" in context) == (body["hook"] == "order-select")
    assert str(uuid.UUID(body["hookInstance"])) not in {request_body(other, TODAY)["hookInstance"] for other in names()}
    assert set(body["prefetch"]) == set(PREFETCH)
    members = [entry["resource"] for value in body["prefetch"].values() for entry in value.get("entry", [])]
    for resource in (*drafts, *members):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert {draft["subject"]["reference"] for draft in drafts} == {f"Patient/{context['patientId']}"}


@pytest.mark.parametrize("name", order_names())
def test_nothing_lies_ahead_and_no_token_is_left(name: str) -> None:
    """All dates become real days, none after today."""
    text = str(order_request_body(name, TODAY))
    assert "{{" not in text
    assert max(date.fromisoformat(day) for day in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)) <= TODAY


def test_names_of_the_other_kind_are_refused() -> None:
    """A sample patient is no order and an order no patient; both can be described."""
    assert "doxorubicin" in describe("order-doxorubicin")
    with pytest.raises(KeyError):
        order_request_body("second-line", TODAY)
    with pytest.raises(KeyError):
        request_body("order-tdm1", TODAY)
