"""What real FHIR servers were seen to do changes neither the advice nor who is asked."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import pytest

from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.registry import PATIENT_VIEW
from service.samples import request_body
from tests.service.checked_client import TODAY
from tests.service.fhir_client.asking import OTHER, PATIENT, SAMPLE, TOKEN, ServiceAt, service_before  # noqa: F401 - a fixture
from tests.service.fhir_client.chart_server import OUTCOME, Chart, Json, chart_of, link_without_port, of_another, relative_link
from tests.service.fhir_client.hostile_server import HANG_UP, RESET, Behaviour, Piece, Request, answer, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

#: Long enough for every page of a chart on a busy machine.
PATIENTLY = 30_000

CHART = chart_of(SAMPLE)
OTHERS = of_another(CHART, PATIENT, OTHER)
LONG = "eXoGx.-" * 28 + "abcd"


@pytest.fixture(scope="module")
def expected(client: Any) -> list[Json]:
    """The cards by prefetch alone."""
    cards = client.call(request_body(SAMPLE, TODAY)).get_json()["cards"]
    assert len(cards) == 2
    return [advised(card) for card in cards]


def advised(card: Json) -> Json:
    """A card without what names resources, and so may differ with their ids."""
    return {name: card[name] for name in ("summary", "indicator", "detail", "source")}


def renamed(resources: Iterable[Json], patient: str) -> tuple[Json, ...]:
    """The chart with ids of 200 characters and absolute references to a patient of such an id."""
    changed = []
    for resource in copy.deepcopy(list(resources)):
        mine = resource["resourceType"] == "Patient"
        resource["id"] = patient if mine else f"{LONG[: 199 - len(resource['id'])]}-{resource['id']}"
        for member in {"subject", "patient"} & resource.keys():
            resource[member]["reference"] = f"https://internal.example.org/api/FHIR/R4/Patient/{patient}"
        changed.append(resource)
    return tuple(changed)


def twice(bundle: Json) -> Json:
    """Each entry of a page twice, and a warning of the server between them."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}
    warning = {"resource": outcome, "search": {"mode": "outcome"}}
    entries = bundle.get("entry", [])
    return bundle | {"entry": [*entries, warning, *entries]} if entries else bundle


SAME_ADVICE: dict[str, Behaviour] = {
    "in good order": Chart(CHART),
    "no total": Chart(CHART, says_total=False),
    "one resource a page": Chart(CHART, page_size=1),
    "one resource a page, relative links": Chart(CHART, page_size=1, link=relative_link),
    "the same resource on every page": Chart(CHART + CHART, page_size=2),
    "each entry twice, with a warning": Chart(CHART, turn=twice),
    "patient ignored": Chart((*OTHERS, *CHART), ignores=frozenset({"patient"})),
    "code ignored": Chart(CHART, ignores=frozenset({"code"})),
    "all but the page size ignored": Chart((*OTHERS, *CHART), ignores=frozenset({"patient", "code", "status"})),
    "_count refused": Chart(CHART, refuses=frozenset({"_count"})),
    "_sort refused": Chart(CHART, refuses=frozenset({"_sort"})),
    "everything refused but patient and code": Chart(CHART, refuses=frozenset({"_count", "_sort", "status", "questionnaire"})),
    "everything refused but patient": Chart(CHART, refuses=frozenset({"_count", "_sort", "status", "questionnaire", "code"})),
}


@pytest.mark.parametrize("behaviour", SAME_ADVICE.values(), ids=SAME_ADVICE)
def test_same_advice(service_at: ServiceAt, expected: list[Json], behaviour: Behaviour):
    """Advice does not depend on how a server searches, pages and counts; another patient's resources are dropped."""
    with serving(behaviour) as server:
        answered = service_at(server, PATIENTLY).ask()
        assert [advised(card) for card in answered.cards] == expected
        assert "incomplete" not in answered.problems
        assert all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in server.requests)


def test_another_patients_resources_are_counted(service_at: ServiceAt):
    """Each resource of somebody else is a problem of its own in the log, though never by its name."""
    with serving(Chart((*OTHERS, *CHART), ignores=frozenset({"patient"}))) as server:
        problems = service_at(server, PATIENTLY).ask().problems
    assert problems["other-patient"] >= len([one for one in OTHERS if one["resourceType"] == "Condition"])


def test_only_anothers_resources_is_no_advice(service_at: ServiceAt):
    """A server that answers with somebody else's chart alone, read by id included, gets no treatment card."""
    stranger = Chart(OTHERS, ignores=frozenset({"patient"}))

    def answers(request: Request) -> Iterable[Piece]:
        found = next(one for one in OTHERS if one["resourceType"] == "Patient")
        return answer(found)(request) if request.kind == "Patient" else stranger(request)

    with serving(answers) as server:
        answered = service_at(server, PATIENTLY).ask()
    assert answered.response.status_code == 412 or answered.cards == []


@pytest.mark.parametrize(
    "resources",
    {
        "somebody else's": tuple(one for one in OTHERS if one["resourceType"] == "MedicationStatement"),
        "the patient's Patient": tuple(one for one in CHART if one["resourceType"] == "Patient"),
        "one of three": tuple(one for one in CHART if one["resourceType"] == "MedicationStatement")[:1],
    }.items(),
    ids=lambda one: one[0],
)
def test_a_search_for_therapies_that_was_not_answered_is_not_never_treated(service_at: ServiceAt, resources: tuple[str, tuple[Json, ...]]):
    """Another patient's therapies, something else, or fewer than were counted: the history is incomplete, and the card depends on it."""
    chart = Chart(CHART)

    def answers(request: Request) -> Iterable[Piece]:
        entries = [{"resource": one, "search": {"mode": "match"}} for one in resources[1]]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": 3, "entry": entries}
        return answer(bundle)(request) if request.kind == "MedicationStatement" else chart(request)

    with serving(answers) as server:
        answered = service_at(server, PATIENTLY).ask()
    assert answered.problems["incomplete"] >= 1
    not_read = KNOWLEDGE.say("therapy-not-read").text
    assert any(" if " in card["summary"] or card["summary"] == not_read for card in answered.cards)


@pytest.mark.parametrize("refused", [400, 414, 422, 501])
def test_fewer_parameters_after_a_refusal(service_at: ServiceAt, refused: int):
    """A refused search is asked again with fewer parameters, in the end with the patient alone, and never without the patient."""
    strict = Chart(CHART)

    def answers(request: Request) -> Iterable[Piece]:
        allowed = request.kind != "ServiceRequest" or set(request.parameters) == {"patient"}
        return (strict if allowed else answer(OUTCOME, refused))(request)

    with serving(answers) as server:
        answered = service_at(server, PATIENTLY).ask()
        asked = [set(request.parameters) for request in server.asked("ServiceRequest")]
    assert asked[-1] == {"patient"}
    assert sorted(asked, key=len, reverse=True) == asked
    assert answered.response.status_code == 200
    assert "incomplete" not in answered.problems


def test_ids_of_200_characters_and_absolute_references(service_at: ServiceAt, expected: list[Json]):
    """Ids longer than FHIR allows are ids all the same, and a reference may name the server by another address."""
    with serving(Chart(renamed(CHART, LONG))) as server:
        service = service_at(server, PATIENTLY)
        answered = service.ask(patient=LONG)
    assert [advised(card) for card in answered.cards] == expected


def failed_batch(kind: str) -> Json:
    """A Bundle in which the server says of every entry that it failed."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}
    entries = [{"response": {"status": "404 Not Found", "outcome": outcome}}, {"response": {"status": "500"}}]
    return {"resourceType": "Bundle", "type": f"{kind}-response", "entry": entries}


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_response_bundle_of_failures_is_not_no_data(service_at: ServiceAt, kind: str):
    """200 around entries that all failed, as the only answer: nothing is known of a required kind, so 412."""
    with serving(answer(failed_batch(kind))) as server:
        assert service_at(server, PATIENTLY).ask().response.status_code == 412


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_response_bundle_of_failures_is_a_gap(service_at: ServiceAt, kind: str):
    """The same for an optional kind: the card is shown and names it as missing."""
    with serving(Chart(CHART)) as server:
        server.on("MedicationRequest", answer(failed_batch(kind)))
        answered = service_at(server, PATIENTLY).ask()
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] >= 1


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_response_bundle_of_failures_in_prefetch_is_not_no_data(service_at: ServiceAt, kind: str):
    """The same as a prefetch value: without a FHIR server that could say more, 412 for a required kind."""
    with serving(answer(OUTCOME, 404)) as server:
        answered = service_at(server).ask(prefetch=dict.fromkeys(PATIENT_VIEW.prefetch, failed_batch(kind)))
    assert answered.response.status_code == 412


def test_a_next_link_without_the_port_is_a_missing_page(service_at: ServiceAt):
    """A link that lost its port leads to another origin: not followed, and what it would have brought is named as missing."""
    with serving(Chart(CHART, page_size=1, link=link_without_port)) as server:
        answered = service_at(server, PATIENTLY).ask()
        assert not [request for request in server.requests if "_offset" in request.parameters]
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] >= 1


def test_cookies_do_not_come_back(service_at: ServiceAt):
    """What a server sets in one call is not sent in the next, nor in the same."""
    honest = Chart(CHART)

    def answers(request: Request) -> Iterable[Piece]:
        for piece in honest(request):
            yield piece.replace(b"\r\n", b"\r\nSet-Cookie: session=patient-of-before; Path=/\r\n", 1) if isinstance(piece, bytes) else piece

    with serving(answers) as server:
        service = service_at(server, PATIENTLY)
        assert service.ask().cards
        assert service.ask().cards
        assert not [request for request in server.requests if "cookie" in request.headers]


def test_a_token_does_not_outlive_its_call(service_at: ServiceAt):
    """A call without a token sends none, on whatever connection."""
    with serving(Chart(CHART)) as server:
        service = service_at(server, PATIENTLY)
        service.ask()
        seen = len(server.requests)
        service.ask(token=None)
        assert len(server.requests) > seen
        assert not [request for request in server.requests[seen:] if "authorization" in request.headers]


@pytest.mark.parametrize("goodbye", [HANG_UP, RESET])
def test_a_kept_connection_that_was_closed_meanwhile(service_at: ServiceAt, expected: list[Json], goodbye: Piece):
    """Servers close idle connections without a word: the next call opens new ones and loses nothing."""
    honest = Chart(CHART)

    def answers(request: Request) -> Iterable[Piece]:
        yield from honest(request)
        yield 0.02
        yield goodbye

    with serving(answers) as server:
        service = service_at(server, PATIENTLY)
        for _ in range(3):
            assert [advised(card) for card in service.ask().cards] == expected


def test_a_connection_that_breaks_once(service_at: ServiceAt, expected: list[Json]):
    """Each search whose first connection is reset is tried once more."""
    honest, seen = Chart(CHART), set[str]()

    def answers(request: Request) -> Iterable[Piece]:
        if request.target in seen:
            return honest(request)
        seen.add(request.target)
        return [RESET]

    with serving(answers) as server:
        assert [advised(card) for card in service_at(server, PATIENTLY).ask().cards] == expected


BUSY = {
    "429 with a second": answer(OUTCOME, 429, retry_after="1"),
    "503 without a word": answer(OUTCOME, 503),
    "503 with garbage": answer(OUTCOME, 503, retry_after="soon, <b>maybe</b>"),
    "503 with a negative number": answer(OUTCOME, 503, retry_after="-5"),
    "429 with a date in the past": answer(OUTCOME, 429, retry_after="Fri, 31 Dec 1999 23:59:59 GMT"),
    "429 with a year beyond all numbers": answer(OUTCOME, 429, retry_after="Fri, 31 Dec 999999999999999999999 23:59:59 GMT"),
    "429 with a zone beyond all numbers": answer(OUTCOME, 429, retry_after="Fri, 31 Dec 1999 23:59:59 +99999999999999"),
    "429 with nothing in it": answer(OUTCOME, 429, retry_after=""),
}


@pytest.mark.parametrize("busy", BUSY.values(), ids=BUSY)
def test_busy_once_is_asked_again(service_at: ServiceAt, expected: list[Json], busy: Behaviour):
    """A server that is busy at first gets the same request again, after the pause it names."""
    honest, seen = Chart(CHART), set[str]()

    def answers(request: Request) -> Iterable[Piece]:
        if request.kind != "Condition" or request.target in seen:
            return honest(request)
        seen.add(request.target)
        return busy(request)

    with serving(answers) as server:
        answered = service_at(server, PATIENTLY).ask()
        assert len(server.asked("Condition")) == 2
    assert [advised(card) for card in answered.cards] == expected


FOR_LONG = {
    "429 for an hour": "3600",
    "429 until a date far off": "Fri, 31 Dec 2066 23:59:59 GMT",
    "429 for longer than numbers hold": "9" * 400,
}


@pytest.mark.parametrize("pause", FOR_LONG.values(), ids=FOR_LONG)
def test_busy_for_longer_than_there_is_time(service_at: ServiceAt, pause: str):
    """A pause beyond the deadline is not waited for, and the server is left in peace."""
    with serving(Chart(CHART)) as server:
        server.on("Procedure", answer(OUTCOME, 429, retry_after=pause))
        answered = service_at(server, PATIENTLY).ask()
        assert len(server.asked("Procedure")) == 1
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] == 1
    assert answered.seconds < 10


@pytest.mark.parametrize("status", [403, 404, 410])
def test_refused_is_asked_once(service_at: ServiceAt, status: int):
    """A server that refuses is not asked again, whatever it wants to know first."""
    with serving(answer(OUTCOME, status, www_authenticate='Basic realm="x"')) as server:
        answered = service_at(server, PATIENTLY).ask()
        assert len(server.requests) == len(PATIENT_VIEW.prefetch)
    assert answered.response.status_code == 412
    assert answered.fetched["forbidden" if status == 403 else "refused"] == len(PATIENT_VIEW.prefetch)


def test_what_may_not_be_read_is_named(service_at: ServiceAt):
    """A token whose scopes leave out allergies does not say that there are none: the first card tells which part was not read."""
    with serving(Chart(CHART)) as server:
        server.on("AllergyIntolerance", answer(OUTCOME, 403))
        server.on("QuestionnaireResponse", answer(OUTCOME, 403))
        answered = service_at(server, PATIENTLY).ask()
    assert answered.problems["forbidden"] == 2
    assert "does not let this service read: allergies." in answered.cards[0]["detail"]


def test_what_the_server_does_not_know_is_not_named(service_at: ServiceAt):
    """A server without allergies has none to be read; no card speaks of its technology."""
    with serving(Chart(CHART)) as server:
        server.on("AllergyIntolerance", answer(OUTCOME, 404))
        answered = service_at(server, PATIENTLY).ask()
    assert "problems" not in answered.line
    assert not any("let this service read" in card["detail"] for card in answered.cards)


@pytest.mark.parametrize(("status", "outcome"), [(401, "unauthorized"), (408, "server"), (409, "server"), (423, "server")])
def test_what_may_go_by_is_a_gap(service_at: ServiceAt, status: int, outcome: str):
    """A token that has run out, or a server that cannot just now, says nothing of the record: the card names what it did not see."""
    with serving(Chart(CHART)) as server:
        server.on("Procedure", answer(OUTCOME, status, www_authenticate="Bearer"))
        answered = service_at(server, PATIENTLY).ask()
        assert len(server.asked("Procedure")) == 1
    assert answered.response.status_code == 200
    assert answered.fetched[outcome] == 1
    assert answered.problems["incomplete"] == 1


def test_a_byte_order_mark(service_at: ServiceAt, expected: list[Json]):
    """Some servers begin JSON with one."""
    honest = Chart(CHART)

    def answers(request: Request) -> Iterable[Piece]:
        (whole,) = (piece for piece in honest(request) if isinstance(piece, bytes))
        return answer(b"\xef\xbb\xbf" + whole.partition(b"\r\n\r\n")[2])(request)

    with serving(answers) as server:
        assert [advised(card) for card in service_at(server, PATIENTLY).ask().cards] == expected


def test_an_outcome_with_200_is_not_no_data(service_at: ServiceAt):
    """An OperationOutcome instead of a Bundle says that the search failed."""
    with serving(answer(OUTCOME)) as server:
        assert service_at(server).ask().response.status_code == 412


def test_an_empty_search_is_no_data(service_at: ServiceAt):
    """The other way round: a server that knows nothing of the patient is answered without a card, not with 412."""
    with serving(answer({"resourceType": "Bundle", "type": "searchset"})) as server:
        server.on("Patient", answer(next(one for one in CHART if one["resourceType"] == "Patient")))
        answered = service_at(server, PATIENTLY).ask()
    assert answered.response.status_code == 200
    assert answered.cards == []
