"""Who sees what: a pilot team sees everything that is on, everybody else nothing; and nothing that can harm is ever hidden from some."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cards.topics import TOPICS
from guideline.knowledge_base import rule_book
from guideline.site_rules import CRITICAL_TOPICS, why_topic_locked
from service.samples import names, order_names, order_request_body, request_body
from service.sites.users import reference_of
from tests.service.checked_client import TODAY, CheckedClient
from tests.service.operations.numbers import grown, number, read_numbers
from tests.service.sites.conftest import LogLine

OFF = sorted(topic for topic in TOPICS if why_topic_locked(topic, rule_book()) is None)
SALT = "the same for both"

Piloting = Callable[[str], CheckedClient]


@pytest.fixture
def piloting(client_of: Callable[..., CheckedClient], tmp_path: Path) -> Piloting:
    """A service of one site whose file says something."""

    def start(text: str) -> CheckedClient:
        file = tmp_path / "site.yaml"
        file.write_text(text, encoding="utf-8")
        return client_of(site=file, data=tmp_path / "data", salt=SALT)

    return start


@pytest.fixture
def unlimited(client_of: Callable[..., CheckedClient], tmp_path: Path) -> CheckedClient:
    """A service with the same salt, so that the uuids of its cards are the same, where everybody sees everything."""
    return client_of(data=tmp_path / "other", salt=SALT)


def by(user: Any, body: dict[str, Any]) -> dict[str, Any]:
    """The same request by another user."""
    return body | {"context": body["context"] | {"userId": user}}


def topics(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [card["source"]["topic"]["code"] for card in response.get_json()["cards"]]


def call(client: CheckedClient, body: dict[str, Any]) -> Any:
    return client.call(body, path=f"/cds-services/her2-{body['hook']}")


def test_what_may_be_off():
    """These topics may be hidden, and no others: none can be critical, is a treatment card, or asks for what other advice rests on."""
    assert OFF == [
        "ChemoEndocrineConcurrent", "EndocrineWithoutHer2", "FirstLineRestart", "Her2TherapyStopped", "LabelWindow", "NonPreferredAgent",
        "RebiopsySuggested", "ReloadingDose", "SupportiveCare", "TdxdMonotherapyFirstLine",
    ]  # fmt: skip
    assert CRITICAL_TOPICS.isdisjoint(OFF)


def test_a_topic_that_is_off_makes_no_card(piloting: Piloting, client: CheckedClient, log_line: LogLine):
    """No card of the topic; the log line counts it, and so do the metrics."""
    body = order_request_body("order-tdm1", TODAY)
    assert "NonPreferredAgent" in topics(call(client, body))
    here = piloting("topics_off: [NonPreferredAgent]\n")
    before = read_numbers(here.get("/metrics").text)
    answered = call(here, body)
    assert "NonPreferredAgent" not in topics(answered)
    line = log_line()
    assert line["hidden"] == {"NonPreferredAgent": 1}
    assert "NonPreferredAgent" not in line.get("topics", ())
    counted = grown(before, read_numbers(here.get("/metrics").text))
    assert number(counted, "her2cds_hidden_findings_total", topic="NonPreferredAgent") == 1


@pytest.mark.parametrize("name", [*names(), *order_names()])
def test_with_everything_off_that_may_be_all_else_is_said(piloting: Piloting, client: CheckedClient, name: str):
    """Every sample: what is critical, the treatment card and every topic that must stay are said in the same words."""
    body = order_request_body(name, TODAY) if name in order_names() else request_body(name, TODAY)
    before = call(client, body).get_json()["cards"]
    after = call(piloting(f"topics_off: [{', '.join(OFF)}]\n"), body).get_json()["cards"]
    staying = [card["summary"] for card in before if card["source"]["topic"]["code"] not in OFF]
    assert [card["summary"].partition(" (+ ")[0] for card in after][: len(staying)] == [text.partition(" (+ ")[0] for text in staying]
    assert not {card["source"]["topic"]["code"] for card in after} & set(OFF)


AUDIENCE = "audience: [Practitioner/onc-1, PractitionerRole/ward-3, 'http://snomed.info/sct|394593009']\n"


def role(id_: str, practitioner: str | None = None, specialty_code: str = "394593009", **members: Any) -> dict[str, Any]:
    """A PractitionerRole as an EHR's prefetch may bring it."""
    coding = {"coding": [{"system": "http://snomed.info/sct", "code": specialty_code}]}
    owner = {"practitioner": {"reference": practitioner}} if practitioner else {}
    return {"resourceType": "PractitionerRole", "id": id_, "specialty": [coding]} | owner | members


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


INSIDE: dict[str, tuple[str, Any]] = {
    "a listed practitioner": ("Practitioner/onc-1", None),
    "a listed role": ("PractitionerRole/ward-3", None),
    "a role whose practitioner has an address": (
        "PractitionerRole/9",
        role("9", "https://e.example.org/Practitioner/onc-1", "1"),
    ),
    "a role with a listed specialty": ("PractitionerRole/9", role("9")),
    "a listed specialty as code of the role": ("PractitionerRole/9", role("9", specialty=[], code=role("x")["specialty"])),
    "a practitioner with a role of a listed specialty": ("Practitioner/8", bundle(role("9", "Practitioner/8"))),
    "the second of two roles": ("Practitioner/8", bundle(role("7", "Practitioner/8", "1"), role("9", "Practitioner/8"))),
    "a role of a listed practitioner": ("PractitionerRole/9", role("9", "Practitioner/onc-1", "1")),
}
OUTSIDE: dict[str, tuple[str, Any]] = {
    "another practitioner": ("Practitioner/onc-2", None),
    "the id of a listed practitioner as a role": ("PractitionerRole/onc-1", None),
    "the id of a listed practitioner as a patient": ("Patient/onc-1", None),
    "an id that begins alike": ("Practitioner/onc-12", None),
    "an id in other letters": ("Practitioner/ONC-1", None),
    "a role of another specialty": ("PractitionerRole/9", role("9", specialty_code="1")),
    "the role of somebody else": ("Practitioner/8", bundle(role("9", "Practitioner/onc-3"))),
    "the role of somebody else who is listed": ("Practitioner/8", bundle(role("9", "Practitioner/onc-1"))),
    "a role that is garbage": (
        "PractitionerRole/9",
        role("9", specialty="394593009", code=[7]),
    ),
}


@pytest.mark.parametrize(("user", "sent"), INSIDE.values(), ids=INSIDE)
def test_the_audience_sees_what_everybody_sees_without_one(
    piloting: Piloting, unlimited: CheckedClient, second_line: dict[str, Any], user: str, sent: Any
):
    """Whoever is named, by reference or by role, gets the very cards of a site without an audience."""
    body = by(user, second_line | {"prefetch": second_line["prefetch"] | ({"user": sent} if sent else {})})
    expected = call(unlimited, body).get_json()["cards"]
    assert expected
    assert call(piloting(AUDIENCE), body).get_json()["cards"] == expected


@pytest.mark.parametrize(("user", "sent"), OUTSIDE.values(), ids=OUTSIDE)
def test_nobody_else_sees_anything(piloting: Piloting, second_line: dict[str, Any], log_line: LogLine, user: str, sent: Any):
    """No cards, not even of what is critical: the service is not switched on for them. The log line says so, and names nobody."""
    body = by(user, second_line | {"prefetch": second_line["prefetch"] | ({"user": sent} if sent else {})})
    here = piloting(AUDIENCE)
    before = read_numbers(here.get("/metrics").text)
    assert topics(call(here, body)) == []
    line = log_line()
    assert (line["outside"], line["cards"], line["resources"]) == (True, 0, 0)
    assert user not in str(line)
    counted = grown(before, read_numbers(here.get("/metrics").text))
    assert number(counted, "her2cds_calls_outside_audience_total", service="her2-patient-view") == 1


def test_outside_the_audience_no_record_is_asked_for(piloting: Piloting, second_line: dict[str, Any]):
    """For somebody who gets no cards nothing has to be sent, and nothing is fetched."""
    here = piloting(AUDIENCE)
    without = {name: value for name, value in second_line.items() if name != "prefetch"}
    assert topics(call(here, by("Practitioner/other", without))) == []
    assert call(here, by("Practitioner/onc-1", without)).status_code == 412


def test_what_is_critical_is_seen_by_the_whole_audience(piloting: Piloting, client: CheckedClient):
    """Every critical card of every sample reaches everybody of the audience, whatever topics are for some only."""
    some = "".join(f"  {topic}: [Practitioner/nobody]\n" for topic in OFF)
    here = piloting(f"audience: [Practitioner]\ntopics_for:\n{some}")
    seen = 0
    for name in (*names(), *order_names()):
        body = order_request_body(name, TODAY) if name in order_names() else request_body(name, TODAY)
        critical = [card["summary"] for card in call(client, body).get_json()["cards"] if card["indicator"] == "critical"]
        assert critical == [card["summary"] for card in call(here, body).get_json()["cards"] if card["indicator"] == "critical"]
        seen += len(critical)
    assert seen > 3


def test_a_topic_for_some(piloting: Piloting, log_line: LogLine):
    """A topic that is for pharmacists makes no card for others of the audience, and the log line says that it was hidden."""
    here = piloting("topics_for:\n  NonPreferredAgent: [PractitionerRole/pharmacy]\n")
    body = order_request_body("order-tdm1", TODAY)
    assert "NonPreferredAgent" in topics(call(here, by("PractitionerRole/pharmacy", body)))
    assert "hidden" not in log_line()
    assert "NonPreferredAgent" not in topics(call(here, by("Practitioner/onc-1", body)))
    assert log_line()["hidden"] == {"NonPreferredAgent": 1}


def test_the_page_says_who_sees_what(piloting: Piloting):
    """The rule book shows what is hidden at this site, and names no user."""
    page = piloting(AUDIENCE + "topics_off: [SupportiveCare]\ntopics_for: {LabelWindow: [Practitioner/onc-1]}\n").get("/rules").text
    assert "topics switched off: SupportiveCare" in page
    assert "cards are for those only whom the site lists (3 entries)" in page
    assert "topics for some of them only: LabelWindow" in page
    assert "onc-1" not in page


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Practitioner/1", "Practitioner/1"),
        ("https://e.example.org/fhir/Practitioner/1/", "Practitioner/1"),
        ("PractitionerRole/a.b-c/_history/2", "PractitionerRole/a.b-c"),
        ("1", None),
        ("", None),
        ("/", None),
        ("Practitioner/", None),
        (None, None),
        (7, None),
    ],
)
def test_references(text: Any, reference: str | None):
    """A reference is read as type and id, however an EHR writes it."""
    assert reference_of(text) == reference
