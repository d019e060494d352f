"""The intake questionnaire as it is served."""

from __future__ import annotations

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire

from tests.service.checked_client import CheckedClient

PATH = "/fhir/Questionnaire/her2-intake"

#: The public contract: link id -> answer codes, or None for yes or no.
CONTRACT: dict[str, set[str] | None] = {
    "prior-therapy-complete": None,
    "last-line-outcome": {"ongoing", "progression", "toxicity", "completed"},
    "cns-disease": {"none", "stable", "active", "leptomeningeal"},
    "cns-burden-predominant": None,
    "cns-symptoms": None,
    "ild-history": {
        "none", "radiation-pneumonitis-resolved", "other-resolved", "other-active",
        "tdxd-grade-1-active", "tdxd-grade-1-resolved", "tdxd-grade-2-or-worse",
    },
    "respiratory-symptoms": None,
    "heart-failure-symptoms": None,
    "menopausal-status": {"premenopausal", "postmenopausal"},
    "lesion-accessible": None,
    "disease-burden": {"low", "high", "visceral-crisis"},
    "declines-chemotherapy": None,
    "tdxd-available": None,
    "pregnancy-excluded": None,
    "her2-reviewed": {"positive", "negative"},
    "dpyd": {"normal", "intermediate", "poor"},
}  # fmt: skip


@pytest.fixture
def questionnaire(client: CheckedClient) -> Questionnaire:
    """The questionnaire, read strictly."""
    return Questionnaire.model_validate_json(client.get(PATH).data)


def test_it_is_valid_r4(client: CheckedClient, questionnaire: Questionnaire):
    """It is FHIR JSON by content type and by content."""
    assert client.get(PATH).mimetype == "application/fhir+json"
    assert questionnaire.status == "active"
    assert questionnaire.url == "urn:her2-cds:questionnaire:her2-intake"


def test_it_asks_what_the_contract_names(questionnaire: Questionnaire):
    """Every link id of the public contract is there with its answers, and no other."""
    found = {
        item.linkId: {option.valueCoding.code for option in item.answerOption} if item.answerOption else None for item in questionnaire.item
    }
    assert found == CONTRACT


def test_answers_are_codings_of_our_system(questionnaire: Questionnaire):
    """Choice answers carry our system and words to choose by; only the ILD history takes several."""
    for item in questionnaire.item:
        assert item.text
        assert item.type == ("choice" if CONTRACT[item.linkId] else "boolean")
        for option in item.answerOption or ():
            assert option.valueCoding.system == "urn:her2-cds:intake"
            assert option.valueCoding.display
    assert [item.linkId for item in questionnaire.item if item.repeats] == ["ild-history"]


def test_every_question_may_be_left_open(questionnaire: Questionnaire):
    """Nothing is required: an open question is unknown."""
    assert not any(item.required for item in questionnaire.item)
