"""The service before a real FHIR server (npm `@medplum/fhir-router`): what prefetch lacks is fetched, and comes to the same.

The server holds every sample patient, and one with more than 200 further Observations; tests tell it how to misbehave.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fhir_mappings.prefetch_queries import PREFETCH
from guideline.knowledge_base import KNOWLEDGE
from service import samples
from service.app import create_app
from service.cds_hooks.registry import REQUIRED_KINDS
from tests.outside.fhir_server.charts import BY_REFERENCE, Chart, all_charts, patient_id
from tests.outside.fhir_server.running import PACKAGES, Fault, RunningFhirServer
from tests.outside.npm import needs_npm
from tests.service.checked_client import CALL, TODAY, CheckedClient, issues, site
from tests.service.client_requests import DRUGS, sandbox_request
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture
from tests.stopwatch import Stopwatch

pytestmark = needs_npm(*PACKAGES)

TOKEN = "made-up-token-of-one-call"
#: Generous: nearly all of these tests ask what is answered, on machines of any speed.
DEADLINE_MS = 30_000
#: The deadline of the tests that ask when.
SHORT_MS = 300
SLOW_MS = 30_000
PAGE = 10

NAMES = [*samples.names(), "long", *(f"{name}-by-reference" for name in BY_REFERENCE)]
EACH_PATIENT = pytest.mark.parametrize("name", NAMES)

#: LOINC code of the ejection fraction: in the address of the one search that asks for it.
LVEF = "10230-1"

#: What a treatment card says when some of the medications are missing.
NOT_READ = KNOWLEDGE.say("therapy-not-read").text
RECORD_INCOMPLETE = KNOWLEDGE.say("condition-record-incomplete").text

Body = dict[str, Any]


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return dict(all_charts(TODAY))


@pytest.fixture(scope="module")
def running(charts: dict[str, Chart]) -> Iterator[RunningFhirServer]:
    with RunningFhirServer() as server:
        for chart in charts.values():
            server.load(chart)
        yield server


@pytest.fixture
def fhir(running: RunningFhirServer) -> RunningFhirServer:
    """The server, which wants the token and is otherwise at its best."""
    running.behave(token=TOKEN)
    return running


@pytest.fixture(scope="module")
def ehr(running: RunningFhirServer) -> CheckedClient:
    """A client of a service that may fetch from the server, in good time."""
    return CheckedClient(create_app(site(fhir_hosts=running.origin, deadline_ms=DEADLINE_MS)).test_client())


@pytest.fixture(scope="module")
def hurried(running: RunningFhirServer) -> CheckedClient:
    """A client of a service with little time."""
    return CheckedClient(create_app(site(fhir_hosts=running.origin, deadline_ms=SHORT_MS)).test_client())


@pytest.fixture(scope="module")
def prefetch_of(charts: dict[str, Chart]) -> Callable[[str], Body]:
    """The whole prefetch of a patient, as the EHR would fill it."""
    return lambda name: samples._prefetch(charts[name])


@pytest.fixture
def request_for(charts: dict[str, Chart], running: RunningFhirServer) -> Callable[..., Body]:
    """A patient-view request that names the server and brings the token; members may be replaced or, with `None`, left out."""

    def build(name: str, **members: Any) -> Body:
        body = {
            "hook": "patient-view",
            "hookInstance": "8d1f7e0a-3f0b-4c11-9a5e-52c6ab0f4f10",
            "fhirServer": running.base,
            "fhirAuthorization": authorization(TOKEN),
            "context": {"userId": "Practitioner/sample-oncologist", "patientId": patient_id(charts[name])},
        }
        return {member: value for member, value in (body | members).items() if value is not None}

    return build


def authorization(token: str) -> Body:
    return {"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "her2-cds"}


def cards_of(client: CheckedClient, body: Body, path: str = CALL) -> list[dict[str, Any]]:
    """The cards that a request is answered with, their uuids included: the same advice has the same uuid."""
    response = client.call(body, path=path)
    assert response.status_code == 200, response.text
    cards: list[dict[str, Any]] = response.get_json()["cards"]
    return cards


@EACH_PATIENT
def test_by_token_alone(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], prefetch_of: Any, name: str):
    """Without any prefetch the cards are those of the whole prefetch; only GETs are sent, all with the token."""
    expected = cards_of(ehr, request_for(name, prefetch=prefetch_of(name), fhirServer=None, fhirAuthorization=None))
    assert fhir.seen().total == 0
    assert cards_of(ehr, request_for(name)) == expected
    seen = fhir.seen()
    assert set(seen.methods) == {"GET"}
    assert seen.with_token == seen.total >= len(PREFETCH)


def test_the_charts_have_something_to_say(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body]):
    """The comparison above is not one of empty answers: all patients but one get a card, and the drugs of two are read one by one."""
    silent = [name for name in NAMES if not cards_of(ehr, request_for(name))]
    assert silent == ["silent-on-treatment"]
    assert fhir.seen().requests["Medication"] > len(BY_REFERENCE)


#: Ways to bring only some of the keys: what prefetch holds then, of all that it could.
KEYS = list(PREFETCH)
ONLY_REQUIRED = [key for key, query in PREFETCH.items() if query.startswith(REQUIRED_KINDS)]
HALVES: dict[str, Callable[[Body], Body]] = {
    "the first half": lambda whole: {key: whole[key] for key in KEYS[: len(KEYS) // 2]},
    "the second half": lambda whole: {key: whole[key] for key in KEYS[len(KEYS) // 2 :]},
    "every second": lambda whole: {key: whole[key] for key in KEYS[::2]},
    "every other second": lambda whole: {key: whole[key] for key in KEYS[1::2]},
    "what is required": lambda whole: {key: whole[key] for key in ONLY_REQUIRED},
    "what is not required": lambda whole: {key: whole[key] for key in KEYS if key not in ONLY_REQUIRED},
    "error pages for half": lambda whole: {key: whole[key] if number % 2 else "<html>" for number, key in enumerate(KEYS)},
    "none": lambda _: {},
}


@EACH_PATIENT
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_half_and_half(
    ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], prefetch_of: Any, name: str, half: Callable[[Body], Body]
):
    """Whichever keys prefetch brings, the cards are the same, and only the other keys are asked for."""
    whole = prefetch_of(name)
    brought = half(whole)
    assert cards_of(ehr, request_for(name, prefetch=brought)) == cards_of(ehr, request_for(name, prefetch=whole))
    lacking = [query for key, query in PREFETCH.items() if not isinstance(brought.get(key), dict)]
    seen = fhir.seen().requests
    assert sum(count for kind, count in seen.items() if kind != "Medication") == len(lacking)
    assert seen.get("Observation", 0) == sum(query.startswith("Observation") for query in lacking)


def test_whole_prefetch_asks_nothing(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], prefetch_of: Any):
    """The token of a call whose prefetch is whole is never used."""
    assert cards_of(ehr, request_for("second-line", prefetch=prefetch_of("second-line")))
    assert fhir.seen().total == 0


def test_an_open_server(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body]):
    """A server that wants no token is asked without one, and the cards are the same."""
    expected = cards_of(ehr, request_for("second-line"))
    fhir.behave(token=None)
    assert cards_of(ehr, request_for("second-line", fhirAuthorization=None)) == expected
    assert fhir.seen().total > fhir.seen().with_token == 0


@pytest.mark.usefixtures("_logging")
@pytest.mark.parametrize("given", [authorization("another-made-up-token"), None], ids=["wrong token", "no token"])
def test_without_access(
    ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], given: Any, capfd: pytest.CaptureFixture[str]
):
    """Where the server gives nothing the answer is 412 and names the kinds needed; no token, address or patient there or in the log."""
    body = request_for("second-line", fhirAuthorization=given)
    response = ehr.call(body)
    assert response.status_code == 412
    assert {issue["code"] for issue in issues(response)} == {"required"}
    for kind in REQUIRED_KINDS:
        assert kind in response.text
    assert fhir.seen().total >= len(PREFETCH)
    printed = "".join(capfd.readouterr())
    assert '"status":412' in printed
    for secret in (TOKEN, "another-made-up-token", fhir.origin, body["context"]["patientId"]):
        assert secret not in response.text
        assert secret not in printed


def test_many_pages(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], prefetch_of: Any, charts: Any):
    """What stands on the last page counts: the ejection fraction before therapy, in a chart of more than 200 Observations."""
    assert sum(resource["resourceType"] == "Observation" for resource in charts["long"]) > 200
    fhir.behave(token=TOKEN, page_size=PAGE)
    cards = cards_of(ehr, request_for("long"))
    assert "baseline 58 %" in cards[0]["summary"]
    assert cards == cards_of(ehr, request_for("long", prefetch=prefetch_of("long")))
    assert fhir.seen().requests["Observation"] >= 12


def test_pages_that_prefetch_began(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], charts: Any):
    """An EHR may send the first page of each search as its server gave it; the further pages are read there."""
    fhir.behave(page_size=PAGE)
    begun = {key: fhir.read(query.replace("{{context.patientId}}", patient_id(charts["long"]))) for key, query in PREFETCH.items()}
    unfinished = [key for key, page in begun.items() if any(link["relation"] == "next" for link in page.get("link", ()))]
    assert {"heart", "labs", "body"} <= set(unfinished)
    fhir.behave(token=TOKEN, page_size=PAGE)
    cards = cards_of(ehr, request_for("long", prefetch=begun))
    assert "baseline 58 %" in cards[0]["summary"]
    assert fhir.seen().requests.get("Patient", 0) == 0
    assert cards == cards_of(ehr, request_for("long"))


PASSING: dict[str, list[Fault]] = {
    "503 once": [Fault(kind, 503, count=1) for kind in ("Patient", "Condition", "Observation", "MedicationStatement", "Procedure")],
    "429, ask at once": [Fault(kind, 429, count=1, retry_after="0") for kind in REQUIRED_KINDS],
    "429, ask in a second": [Fault("Condition", 429, count=1, retry_after="1"), Fault("Observation", 429, count=2, retry_after="1")],
    "429 without a time": [Fault("Observation", 429, count=2)],
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_a_busy_server_is_asked_again(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], faults: list[Fault]):
    """A server that is busy for a moment costs no card: it is asked again when it says so, or shortly after."""
    expected = cards_of(ehr, request_for("second-line"))
    fhir.behave(token=TOKEN, faults=faults)
    begun = time.monotonic()
    assert cards_of(ehr, request_for("second-line")) == expected
    assert time.monotonic() - begun >= max(float(fault.retry_after or 0) for fault in faults)
    assert fhir.seen().total == len(PREFETCH) + sum(fault.count or 0 for fault in faults)


#: What is gone for good -> what a card says of it.
GAPS: dict[str, tuple[Fault, str]] = {
    "doses": (Fault("MedicationAdministration", 503), RECORD_INCOMPLETE),
    "orders": (Fault("MedicationRequest", 500), RECORD_INCOMPLETE),
    "ejection fraction": (Fault("Observation", 503, containing=LVEF), "LVEF by echo or MUGA"),
}


@pytest.mark.parametrize(("fault", "said"), GAPS.values(), ids=GAPS)
def test_a_gap_is_named(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], fault: Fault, said: str):
    """An optional part that cannot be had costs no card: there is a treatment card, and it names what is missing."""
    whole, *_ = cards_of(ehr, request_for("second-line"))
    fhir.behave(token=TOKEN, faults=[fault])
    card, *_ = cards_of(ehr, request_for("second-line"))
    assert card["source"]["topic"]["code"].endswith("Treatment")
    assert said in card["detail"]
    assert missing(card)
    assert not missing(whole)


def test_a_history_that_could_not_be_read_is_asked_for(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body]):
    """The lines of therapy stand in what is gone, and the metastases are old: no first line, though the intake calls the list complete."""
    fhir.behave(token=TOKEN, faults=[Fault("MedicationStatement", 500)])
    card, *_ = cards_of(ehr, request_for("second-line"))
    assert (card["source"]["topic"]["code"], card["summary"]) == ("MissingData", NOT_READ)
    assert missing(card) == ["I04"]


def missing(card: dict[str, Any]) -> list[str]:
    """The inputs that a card names as missing."""
    found: list[str] = card["extension"]["dev.her2cds.advice"].get("missing", [])
    return found


@pytest.mark.parametrize("kind", REQUIRED_KINDS)
def test_a_required_kind_that_never_comes(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], kind: str):
    """Without a kind that every answer needs there is no answer: 412, which names it and no other."""
    fhir.behave(token=TOKEN, faults=[Fault(kind, 503)])
    response = ehr.call(request_for("second-line"))
    assert response.status_code == 412
    assert [other for other in REQUIRED_KINDS if f"{other} resources" in response.text] == [kind]


def test_a_slow_server(hurried: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body]):
    """A server that needs longer than the deadline is not waited for: 412, long before it answers."""
    fhir.behave(token=TOKEN, delays={"*": SLOW_MS})
    with Stopwatch() as watch:
        response = hurried.call(request_for("second-line"))
    assert watch.seconds < 2
    assert response.status_code == 412


def test_a_slow_part(hurried: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], prefetch_of: Any):
    """Doses that do not come in time: the treatment card is there in time and says that the record may be incomplete."""
    whole = prefetch_of("second-line")
    brought = {key: value for key, value in whole.items() if key != "medicationAdministrations"}
    fhir.behave(token=TOKEN, delays={"MedicationAdministration": SLOW_MS})
    with Stopwatch() as watch:
        card, *_ = cards_of(hurried, request_for("second-line", prefetch=brought))
    assert watch.seconds < 2
    assert card["source"]["topic"]["code"] == "SecondLineTreatment"
    assert RECORD_INCOMPLETE in card["detail"]


def order(body: Body, hook: str, drug: str) -> Body:
    """The same request when `drug` is chosen or signed."""
    drafted = sandbox_request(hook, drug)["context"]
    text = json.dumps(drafted).replace(drafted["patientId"], body["context"]["patientId"])
    return body | {"hook": hook, "context": json.loads(text)}


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_an_order_that_matters(
    ehr: CheckedClient,
    fhir: RunningFhirServer,
    request_for: Callable[..., Body],
    prefetch_of: Any,
    monkeypatch: pytest.MonkeyPatch,
    hook: str,
):
    """T-DXd ordered for a patient with suspected lung toxicity of it: the record is fetched, and the warnings are those of prefetch."""
    monkeypatch.setitem(DRUGS, "tdxd", ("fam-trastuzumab deruxtecan-nxki 100 MG Injection [Enhertu]", "2267581"))
    path = f"/cds-services/her2-{hook}"
    expected = cards_of(ehr, order(request_for("ild", prefetch=prefetch_of("ild")), hook, "tdxd"), path)
    assert fhir.seen().total == 0
    cards = cards_of(ehr, order(request_for("ild"), hook, "tdxd"), path)
    assert cards == expected
    assert any(card["indicator"] == "critical" for card in cards)
    assert fhir.seen().total == len(PREFETCH)


@pytest.mark.parametrize("name", samples.order_names())
def test_sampled_order_sessions(ehr: CheckedClient, fhir: RunningFhirServer, running: RunningFhirServer, name: str):
    """The order samples get the same cards by token alone; charts that are loaded under other ids differ in nothing that a card says."""
    body = samples.order_request_body(name, TODAY)
    path = f"/cds-services/her2-{body['hook']}"
    expected = cards_of(ehr, body, path)
    fetched = {member: value for member, value in body.items() if member != "prefetch"}
    cards = cards_of(ehr, fetched | {"fhirServer": running.base, "fhirAuthorization": authorization(TOKEN)}, path)
    assert [card["summary"] for card in cards] == [card["summary"] for card in expected] != []
    assert [card["detail"] for card in cards] == [card["detail"] for card in expected]
    assert fhir.seen().total >= len(PREFETCH)


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_an_order_that_does_not(ehr: CheckedClient, fhir: RunningFhirServer, request_for: Callable[..., Body], hook: str):
    """An order of no concern to us is answered without a single request to the server."""
    assert cards_of(ehr, order(request_for("ild"), hook, "amoxicillin"), f"/cds-services/her2-{hook}") == []
    assert fhir.seen().total == 0
