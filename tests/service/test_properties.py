"""What holds for every record, whatever is in it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.samples import names, request_body
from tests.service.checked_client import TODAY, CheckedClient, site, without_uuids

CLIENT = CheckedClient(create_app(site()).test_client())
SAMPLES = {name: request_body(name, TODAY) for name in names()}

NAMES = st.sampled_from(names())

FEW = settings(max_examples=120)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)

#: Values of the kinds that code is most often surprised by.
ODD = JSON | st.sampled_from(
    ["2024-13", "0000", "", " ", "Patient/", "#", -1, 1e308, [], {}, [None], {"reference": None}, "9" * 400, 10**400, "\x00"]
)


def bundles(body: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The entry lists of a request's Bundles."""
    return [value["entry"] for value in body["prefetch"].values() if isinstance(value, dict) and value.get("entry")]


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON document."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, member in members for path in [(*above, key), *places(member, (*above, key))]]


def put(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The same document with one value replaced."""
    changed = copy.deepcopy(body)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


@FEW
@given(data=st.data())
def test_any_json_in_place_of_any_resource_is_no_500(data: st.DataObject):
    """A resource that is anything but a resource costs itself, never the answer."""
    body = copy.deepcopy(SAMPLES[data.draw(NAMES)])
    for entry in bundles(body)[data.draw(st.integers(0, len(bundles(body)) - 1))]:
        if data.draw(st.booleans()):
            entry["resource"] = data.draw(ODD)
    assert CLIENT.call(body).status_code == 200


@FEW
@given(data=st.data())
def test_any_json_in_place_of_any_value_is_no_500(data: st.DataObject):
    """Whatever member of the prefetch is replaced by anything, at any depth: an answer or a refusal, never a failure."""
    body = SAMPLES[data.draw(NAMES)]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(body["prefetch"])))
        try:
            body = put(body, ("prefetch", *path), data.draw(ODD))
        except (TypeError, KeyError, IndexError):  # an earlier change removed the way there
            continue
    assert CLIENT.call(body).status_code in {200, 412}


@FEW
@given(value=ODD, member=st.sampled_from(["hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization", "extension"]))
def test_any_json_in_place_of_any_member_of_the_envelope_is_no_500(value: Any, member: str):
    """A faulty envelope is refused, with a status that says so."""
    assert CLIENT.call(SAMPLES["second-line"] | {member: value}).status_code in {200, 400, 412}


@FEW
@given(value=JSON)
def test_any_json_as_body_is_no_500(value: Any):
    """Any JSON document at all is refused, not failed on."""
    assert CLIENT.call(value).status_code == 400


@FEW
@given(value=st.binary(max_size=200))
def test_any_bytes_as_body_are_no_500(value: bytes):
    """Any bytes at all are refused, not failed on."""
    assert CLIENT.call(value).status_code == 400


@FEW
@given(data=st.data())
def test_order_and_repetition_change_nothing(data: st.DataObject):
    """The same resources in another order, under other keys, or sent twice: the same cards."""
    body = SAMPLES[data.draw(NAMES)]
    before = without_uuids(CLIENT.call(body).get_json()["cards"])
    changed = copy.deepcopy(body)
    for entries in bundles(changed):
        entries += [entry for entry in entries if data.draw(st.booleans())]
        entries[:] = data.draw(st.permutations(entries))
    keys = data.draw(st.permutations(list(changed["prefetch"])))
    changed["prefetch"] = {key: changed["prefetch"][key] for key in keys}
    assert without_uuids(CLIENT.call(changed).get_json()["cards"]) == before


@pytest.mark.parametrize("stranger", names())
@pytest.mark.parametrize("name", names())
def test_resources_of_another_patient_change_nothing(name: str, stranger: str):
    """Everything of another patient mixed into a record leaves the advice as it was."""
    body, other = request_body(name, TODAY), request_body(stranger, TODAY)
    before = without_uuids(CLIENT.call(body).get_json()["cards"])
    theirs = {f"other-{key}": _of_somebody_else(value) for key, value in other["prefetch"].items()}
    mixed = body | {"prefetch": {**theirs, **body["prefetch"]}}
    assert without_uuids(CLIENT.call(mixed).get_json()["cards"]) == before


def _of_somebody_else(value: Any) -> Any:
    """The same resources under another patient's id."""
    if isinstance(value, dict):
        changed = {key: _of_somebody_else(member) for key, member in value.items()}
        if value.get("resourceType") == "Patient":
            changed["id"] = "somebody-else"
        return changed
    if isinstance(value, list):
        return [_of_somebody_else(member) for member in value]
    if isinstance(value, str) and value.startswith("Patient/"):
        return "Patient/somebody-else"
    return value
