"""An answer of the intake questionnaire that the record contradicts, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.app import create_app
from service.samples import request_body
from service.settings import Settings

TODAY = date(2026, 11, 20)


def _resources(body: dict[str, Any]) -> list[dict[str, Any]]:
    members = [[entry["resource"] for entry in key.get("entry", [])] for key in body["prefetch"].values()]
    return [resource for found in members for resource in found]


def _cards(answered: str, stopped: dict[str, Any]) -> list[dict[str, Any]]:
    """The cards of the second-line sample, its antibodies stopped on 2026-10-11 and the last therapy "still being given" by the intake."""
    body = request_body("second-line", TODAY)
    for key in body["prefetch"].values():
        # Its worsened disease would settle the question.
        if "entry" in key:
            key["entry"] = [entry for entry in key["entry"] if "97509-4" not in str(entry)]
    for resource in _resources(body):
        if resource["resourceType"] == "MedicationStatement" and resource["id"] != "docetaxel-course":
            resource.update(stopped)
        if resource["resourceType"] == "QuestionnaireResponse":
            goes_on = {"valueCoding": {"system": "urn:her2-cds:intake", "code": "ongoing"}}
            resource["authored"] = f"{answered}T09:00:00Z"
            resource["item"].append({"linkId": "last-line-outcome", "answer": [goes_on]})
    app = create_app(Settings(today=TODAY, _env_file=None))  # type: ignore[call-arg]
    response = app.test_client().post("/cds-services/her2-patient-view", json=body)
    assert response.status_code == 200
    cards: list[dict[str, Any]] = response.json["cards"]
    return cards


@pytest.mark.parametrize(
    "stopped",
    [
        {"status": "stopped", "effectivePeriod": {"start": "2024-04-20", "end": "2026-10-11"}},
        {"status": "completed", "effectivePeriod": {"start": "2024-04-20", "end": "2026-10-11"}},
        {"status": "active", "effectivePeriod": {"start": "2024-04-20", "end": "2026-10-11"}},
        {"status": "stopped", "effectivePeriod": {"start": "2024-04-20"}},
    ],
    ids=["stopped", "completed", "active with an end", "stopped without an end"],
)
def test_still_being_given_against_a_stop_is_named(stopped: dict[str, Any]) -> None:
    """The card names the disagreement first, asks which is right, cites the answer, and stays on condition."""
    card = next(card for card in _cards("2026-11-17", stopped) if card["source"]["topic"]["code"] == "SecondLineTreatment")
    assert card["summary"] == "Second line, if the last therapy has ended: T-DXd - record and intake answer disagree"
    assert "Record and intake disagree: the record has trastuzumab + pertuzumab as ended" in card["detail"]
    assert "Correct the medication record or the intake answer" in card["detail"]
    facts = {fact["name"]: fact for fact in card["extension"]["dev.her2cds.advice"]["facts"]}
    assert facts["Intake answer"]["source"] == "QuestionnaireResponse/her2-intake"
    assert "I04" in card["extension"]["dev.her2cds.advice"]["missing"]


def test_a_stop_newer_than_the_answer_wins() -> None:
    """Answered in September, stopped in October: no contradiction."""
    stopped = {"status": "stopped", "effectivePeriod": {"start": "2024-04-20", "end": "2026-10-11"}}
    assert all("disagree" not in card["detail"] for card in _cards("2026-09-20", stopped))
