"""Bad input is normal input: the right status, an OperationOutcome that names the field, and the next request unaffected."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import orjson
import pytest

from service.samples import request_body
from tests.service.checked_client import CALL, TODAY, CheckedClient, issues, named_fields


def changed(**members: Any) -> dict[str, Any]:
    """A good request with some members replaced."""
    return request_body("second-line", TODAY) | members


def without(*members: str) -> dict[str, Any]:
    """A good request without some members."""
    return {key: value for key, value in request_body("second-line", TODAY).items() if key not in members}


def context(**members: Any) -> dict[str, Any]:
    """A good request with some members of its context replaced."""
    body = request_body("second-line", TODAY)
    return body | {"context": body["context"] | members}


NOT_JSON = {
    "empty": b"",
    "blank": b"  \n",
    "text": b"hello",
    "cut off": orjson.dumps(request_body("second-line", TODAY))[:-20],
    "NaN": b'{"hook": "patient-view", "hookInstance": "1", "context": {"patientId": NaN}}',
    "two documents": b"{} {}",
    "half a surrogate pair": b'{"hook": "\\ud800"}',
    "not UTF-8": b'{"hook": "\xff\xfe"}',
    "form": b"hook=patient-view&patientId=1",
    "array": b"[]",
    "string": b'"patient-view"',
    "number": b"17",
    "null": b"null",
    "deep": b'{"hook":"patient-view","hookInstance":"1","context":{},"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep and open": b'{"prefetch":' * 50_000,
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_object_is_400(client: CheckedClient, body: bytes):
    """Anything but one JSON object is refused with 400 and says so."""
    response = client.call(body)
    assert response.status_code == 400
    assert issues(response)[0]["code"] in {"structure", "required"}


def test_a_fault_of_the_encoding_is_found_by_its_byte(client: CheckedClient):
    """A chart in Latin-1 is told so, with the byte where that shows; the place in a record of thousands is what its sender needs."""
    body = orjson.dumps(request_body("second-line", TODAY)).replace(b'"userId":"', '"userId":"Müller'.encode("latin-1"))
    (issue,) = issues(client.call(body))
    assert issue["details"]["text"] == f"The body is not UTF-8. It stops being UTF-8 at byte {body.index(0xFC)}."


def test_a_byte_order_mark_is_no_fault(client: CheckedClient):
    """Some writers of text put one first; what follows is JSON."""
    body = orjson.dumps(request_body("second-line", TODAY))
    assert [card["summary"] for card in client.call(BOM_UTF8 + body).get_json()["cards"]] == [
        card["summary"] for card in client.call(body).get_json()["cards"]
    ]


ENVELOPES = {
    "no hook": (without("hook"), {"hook"}),
    "no hookInstance": (without("hookInstance"), {"hookInstance"}),
    "no context": (without("context"), {"context"}),
    "nothing": ({}, {"hook", "hookInstance", "context"}),
    "wrong hook": (changed(hook="order-sign"), {"hook"}),
    "hook of another type": (changed(hook=["patient-view"]), {"hook"}),
    "empty hookInstance": (changed(hookInstance=""), {"hookInstance"}),
    "context of another type": (changed(context="Patient/1"), {"context"}),
    "no patientId": (changed(context={"userId": "Practitioner/1"}), {"context.patientId"}),
    "no userId": (changed(context={"patientId": "1"}), {"context.userId"}),
    "empty patientId": (context(patientId=""), {"context.patientId"}),
    "patientId as a reference": (context(patientId="Patient/1"), {"context.patientId"}),
    "patientId as a number": (context(patientId=17), {"context.patientId"}),
    "userId without a type": (context(userId="1"), {"context.userId"}),
    "userId of no user": (context(userId="Device/1"), {"context.userId"}),
    "encounterId as a reference": (context(encounterId="Encounter/1"), {"context.encounterId"}),
    "prefetch as an array": (changed(prefetch=[]), {"prefetch"}),
    "prefetch as a string": (changed(prefetch="no"), {"prefetch"}),
    "fhirServer as an object": (changed(fhirServer={}), {"fhirServer"}),
    "fhirAuthorization as a string": (changed(fhirAuthorization="token"), {"fhirAuthorization"}),
}


@pytest.mark.parametrize(("body", "fields"), ENVELOPES.values(), ids=ENVELOPES)
def test_a_faulty_envelope_is_400_and_names_every_field(client: CheckedClient, body: dict[str, Any], fields: set[str]):
    """A member that is missing or wrong is named, each of them, and its value is not repeated."""
    response = client.call(body)
    assert response.status_code == 400
    assert named_fields(response) == fields


TOLERATED = {
    "unknown members": changed(extension={"com.example": 1}, surprise=[1, 2]),
    "no prefetch token type": changed(fhirServer="https://ehr.example.org/r4", fhirAuthorization={"scope": "something (odd)"}),
    "Epic's user and ids": context(userId="PractitionerRole/e" + "a.-" * 40),
    "empty encounterId": context(encounterId=""),
    "an encounter": context(encounterId="e-1"),
    "a hookInstance that is no UUID": changed(hookInstance="1"),
}


@pytest.mark.parametrize("body", TOLERATED.values(), ids=TOLERATED)
def test_what_real_clients_send_is_answered(client: CheckedClient, second_line: dict[str, Any], body: dict[str, Any]):
    """Unknown members and vendors' habits cost nothing."""
    response = client.call(body)
    assert response.status_code == 200
    assert len(response.get_json()["cards"]) == len(client.call(second_line).get_json()["cards"]) > 0


@pytest.mark.parametrize("content_type", ["application/fhir+json", "text/plain", "application/x-www-form-urlencoded", None])
def test_the_content_type_does_not_matter(client: CheckedClient, second_line: dict[str, Any], content_type: str | None):
    """JSON is JSON under whatever name it is sent."""
    assert client.call(second_line, content_type=content_type).status_code == 200


def test_the_last_of_two_equal_keys_counts_or_the_body_is_refused(client: CheckedClient, second_line: dict[str, Any]):
    """A body that names a member twice gets an answer, not a failure."""
    body = b'{"hook": "order-sign", ' + orjson.dumps(second_line)[1:]
    assert client.call(body).status_code in {200, 400}


def test_a_body_in_an_unknown_encoding_is_415(client: CheckedClient, second_line: dict[str, Any]):
    """A body in an encoding that is not served is refused as such, not as bad JSON, and the answer says which one is."""
    response = client.call(second_line, headers={"Content-Encoding": "br"})
    assert response.status_code == 415
    assert response.headers["Accept-Encoding"] == "gzip"


def test_a_body_over_the_limit_is_413(client: CheckedClient):
    """20 MB are refused, and the answer says what the limit is."""
    response = client.call(b"x" * 20_000_000)
    assert response.status_code == 413
    assert "16 MB" in issues(response)[0]["details"]["text"]


def test_an_announced_body_over_the_limit_is_refused_unread(client: CheckedClient):
    """The length a client announces is enough to refuse it."""
    response = client.call(b"{}", environ_overrides={"CONTENT_LENGTH": str(10**12)})
    assert response.status_code == 413


def test_a_chunked_body_over_the_limit_is_413(client_of):
    """A body of unannounced length is never cut at the limit and then misread."""
    body = b"{" + b" " * (1024 * 1024)
    chunked = {"Transfer-Encoding": "chunked"}
    response = client_of(max_body_mb=1).call(body, headers=chunked, environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""})
    assert response.status_code == 413


def test_an_unknown_service_is_404(client: CheckedClient, second_line: dict[str, Any]):
    """A call to a service that is not there is 404 and lists those that are."""
    response = client.call(second_line, path="/cds-services/her2-order-magic")
    assert response.status_code == 404
    assert "her2-patient-view" in issues(response)[0]["details"]["text"]
    assert "magic" not in response.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_wrong_method_is_405(client: CheckedClient, method: str):
    """A call by any method but POST is 405 and names the methods there are."""
    response = client.open(CALL, method=method)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_an_unknown_page_is_404(client: CheckedClient):
    """An address where nothing is says so as OperationOutcome."""
    assert client.get("/nothing/here").status_code == 404


def test_the_next_request_is_unaffected(client: CheckedClient, second_line: dict[str, Any]):
    """After every bad request of this file a good one is answered as before."""
    before = client.call(second_line).get_json()["cards"]
    for body in [*NOT_JSON.values(), *(body for body, _ in ENVELOPES.values())]:
        client.call(body)
    after = client.call(second_line).get_json()["cards"]
    assert [card["summary"] for card in after] == [card["summary"] for card in before]
    assert after
