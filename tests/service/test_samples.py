"""The sample patients that `make run` shows."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhir_mappings.prefetch_queries import PREFETCH
from service.app import create_app
from service.samples import describe, names, request_body
from service.settings import Settings

TODAY = date(2026, 11, 20)

#: What the default profile says about each: the topics in any order, and the leading regimen.
EXPECTED: dict[str, tuple[set[str], str | None]] = {
    "first-line": ({"FirstLineTreatment"}, "thp"),
    "second-line": ({"SecondLineTreatment"}, "tdxd"),
    "early-relapse": ({"SecondLineTreatment"}, "tdxd"),
    "third-line": ({"ThirdLineTreatment"}, "tucatinib-trastuzumab-capecitabine"),
    "brain-metastases": ({"SecondLineTreatment"}, "tucatinib-trastuzumab-capecitabine"),
    "maintenance": ({"MaintenanceTreatment"}, "endocrine-her2"),
    "ild": ({"InterstitialLungDisease"}, None),
    "lvef-hold": ({"LvefHold"}, None),
    "echo-overdue": ({"LvefMonitoringDue"}, None),
    "her2-discordance": ({"Her2Discordance"}, None),
    "her2-equivocal": ({"Her2StatusNeeded"}, None),
    "pregnancy": ({"Pregnancy"}, None),
    "silent-on-treatment": (set(), None),
}
INDICATOR = {
    "ild": "critical",
    "pregnancy": "critical",
    "lvef-hold": "warning",
    "echo-overdue": "warning",
    "her2-discordance": "warning",
    "her2-equivocal": "warning",
}
#: Cards that may stand beside the expected ones.
BESIDE = {"RebiopsySuggested"}


def chart(name: str, today: date = TODAY) -> list[dict[str, object]]:
    """All resources of a sample's request, each once."""
    found: dict[str, dict[str, object]] = {}
    for value in request_body(name, today)["prefetch"].values():
        members = [entry["resource"] for entry in value.get("entry", [])] if value["resourceType"] == "Bundle" else [value]
        found.update((f"{member['resourceType']}/{member['id']}", member) for member in members)
    return list(found.values())


def cards(name: str, today: date = TODAY) -> list[dict[str, object]]:
    """What the service says about a sample, over HTTP."""
    app = create_app(Settings(today=today, _env_file=None))  # type: ignore[call-arg]
    response = app.test_client().post("/cds-services/her2-patient-view", json=request_body(name, today))
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["cards"]


def test_every_sample_has_its_expectation() -> None:
    """No sample patient is shown whose card nobody has looked at."""
    assert set(names()) == set(EXPECTED)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2031, 3, 31)], ids=str)
def test_card(name: str, today: date) -> None:
    """Each sample shows its situation, on any day of any year."""
    found = cards(name, today)
    topics = [card["source"]["topic"]["code"] for card in found]  # type: ignore[index]
    wanted, regimen = EXPECTED[name]
    assert wanted <= set(topics), topics
    assert set(topics) <= wanted | BESIDE, topics
    leading = [card["extension"]["dev.her2cds.advice"].get("regimen") for card in found]  # type: ignore[index]
    assert [leader for leader in leading if leader] == ([regimen] if regimen else [])
    if name in INDICATOR:
        assert found[0]["indicator"] == INDICATOR[name]


@pytest.mark.parametrize("name", names())
def test_resources_are_valid_r4(name: str) -> None:
    """Every resource of a sample passes the strict R4B models, so that the samples teach nobody bad FHIR."""
    for resource in chart(name):
        get_fhir_model_class(str(resource["resourceType"])).model_validate(resource)


@pytest.mark.parametrize("name", names())
def test_nothing_lies_ahead_and_no_token_is_left(name: str) -> None:
    """All dates become real days, none after today."""
    text = str(request_body(name, TODAY))
    assert "{{" not in text
    found = [date.fromisoformat(day) for day in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)]
    assert found
    assert max(found) <= TODAY


def test_dates_move_with_today() -> None:
    """The same sample a hundred days later is a hundred days younger, and is no different otherwise."""
    later = TODAY + timedelta(days=100)
    assert request_body("second-line", later) == request_body("second-line", later)
    assert request_body("second-line", TODAY) != request_body("second-line", later)
    assert [card["summary"] for card in cards("second-line", later)] == [card["summary"] for card in cards("second-line", TODAY)]


def test_requests_are_well_formed() -> None:
    """Each request is a `patient-view` with its own fixed UUID, filled under the keys of our own prefetch."""
    bodies = [request_body(name, TODAY) for name in names()]
    assert len({str(uuid.UUID(body["hookInstance"])) for body in bodies}) == len(bodies)
    for body in bodies:
        assert body["hook"] == "patient-view"
        assert set(body["prefetch"]) == set(PREFETCH)
        patients = [resource for resource in chart_of(body) if resource["resourceType"] == "Patient"]
        assert [patient["id"] for patient in patients] == [body["context"]["patientId"]]


def chart_of(body: dict[str, dict[str, dict[str, object]]]) -> list[dict[str, object]]:
    """The resources that stand alone under a key."""
    return [value for value in body["prefetch"].values() if value["resourceType"] != "Bundle"]


def test_nothing_of_a_sample_is_lost() -> None:
    """Whatever stands in a sample's file reaches the request under some key, unless our queries would not ask for it."""
    lost = {}
    for name in names():
        file = Path(__file__).parents[2] / "service" / "samples" / "data" / f"{name}.json"
        written = set(re.findall(r'^      "id": "([^"]+)"', file.read_text(), flags=re.MULTILINE))
        sent = {str(resource["id"]) for resource in chart(name)}
        assert len(written) > 20
        lost[name] = written - sent - NOT_ASKED_FOR
    assert not any(lost.values()), lost


#: Noise of a real chart that the queries by code leave in the EHR.
NOT_ASKED_FOR = {"blood-pressure", "potassium", "glucose"}


@pytest.mark.parametrize("name", names())
def test_descriptions(name: str) -> None:
    """Each sample says in one line who it is, and the patient is plainly synthetic."""
    assert 20 < len(describe(name)) < 120
    patient = next(resource for resource in chart(name) if resource["resourceType"] == "Patient")
    assert patient["name"][0]["family"] == "Sample"  # type: ignore[index]


def test_an_unknown_sample_is_a_key_error() -> None:
    """Asking for a sample that does not exist names it, and never opens a path."""
    for name in ("nobody", "../settings", "second-line.json"):
        with pytest.raises(KeyError):
            request_body(name, TODAY)
