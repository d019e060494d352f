"""Every kind of resource that we send, before validators that this project did not write: none of them catches everything."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from cards.context import ClientTraits
from cards.label_dosage import label_dosage
from cards.override_reasons import code_system
from cards.suggestions import warm_up
from guideline.knowledge_base import KNOWLEDGE
from guideline.orderables import ORDERABLES
from tests.cards.advice_builders import finding
from tests.cards.order_drafts import DRAFTS, PLAIN, action_of, context, non_preferred, reference, suggestions_of
from tests.outside.npm import needs_npm
from tests.outside.validators import NPM_VALIDATORS, npm_faults, python_faults

CRITICAL = {"topic": "BrainMetastasesUrgent", "indicator": "critical"}
DOSED = [drug for drug in KNOWLEDGE.drugs if label_dosage(drug)]


def _resources() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {"CodeSystem of override reasons": code_system()}
    for name in ORDERABLES.orderables:
        found[f"order {name}"] = action_of(context(), finding("LvefHold", requests=(name,)))["resource"]
        found[f"order {name}, urgent, with CPT"] = action_of(context(cpt=True), finding(**CRITICAL, requests=(name,)))["resource"]
    for name, draft in DRAFTS.items():
        replaced = non_preferred(reference(draft))
        found[f"change the {name} draft"] = action_of(context(draft), replaced)["resource"]
        (beside, _) = suggestions_of(context(draft, client=ClientTraits(only_create_delete=True, codes_by_oid=True)), replaced)
        found[f"order beside the {name} draft"] = beside["actions"][0]["resource"]
    for drug in DOSED:
        found[f"change to {drug}"] = action_of(context(PLAIN), non_preferred(reference(PLAIN), drug))["resource"]
    return found


RESOURCES = _resources()

#: One damage per engine's strength: each must be caught by somebody.
DAMAGED: dict[str, dict[str, Any]] = {
    "no subject": {name: value for name, value in PLAIN.items() if name != "subject"},
    "unknown status": {**PLAIN, "status": "drafted"},
    "reference to the wrong type": {**PLAIN, "requester": {"reference": "Medication/1"}},
    "orphan contained": {**PLAIN, "contained": [{"resourceType": "Organization", "id": "o", "name": "x"}]},
    "unknown member": {**PLAIN, "doseQuantity": {"value": 1}},
}


def test_a_server_checks_its_orders_at_start() -> None:
    """Every order of an examination, filled in as a call does, is checked once before the first call; all that ship pass."""
    warm_up()


def test_a_faulty_order_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """An examination that makes no valid order stops a server, and is named."""
    faulty = dataclasses.replace(ORDERABLES.orderables["biopsy"], id="scan", name="")
    monkeypatch.setitem(ORDERABLES.orderables, "scan", faulty)
    with pytest.raises(ValueError, match="scan"):
        warm_up()


@pytest.mark.parametrize("name", RESOURCES)
def test_python_validators_find_nothing(name: str) -> None:
    """`fhirkit-rs` and `fhir.resources.R4B` accept every resource that we send."""
    assert python_faults(RESOURCES[name]) == []


NEEDS_NPM = needs_npm(*NPM_VALIDATORS)


@pytest.fixture(scope="module")
def npm() -> dict[str, list[str]]:
    named = RESOURCES | DAMAGED
    return dict(zip(named, npm_faults(list(named.values())), strict=True))


@NEEDS_NPM
def test_npm_validators_find_nothing(npm: dict[str, list[str]]) -> None:
    """`@medplum/core` and npm `fhir` accept every resource that we send: required codes, reference targets, invariants."""
    assert {name: npm[name] for name in RESOURCES if npm[name]} == {}


@NEEDS_NPM
def test_the_validators_do_see(npm: dict[str, list[str]]) -> None:
    """Each damaged order is caught by one validator or another, so their silence about ours means something."""
    assert [name for name, damaged in DAMAGED.items() if not npm[name] and not python_faults(damaged)] == []
