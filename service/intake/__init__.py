"""The intake questionnaire: facts that EHRs seldom code, asked in `questionnaire.yaml`, served as FHIR R4."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from flask import Blueprint, Response

from fhir_mappings.intake import ANSWERS, QUESTIONNAIRE

blueprint = Blueprint("intake", __name__)


@blueprint.get("/fhir/Questionnaire/her2-intake")
def serve_questionnaire() -> Response:
    """The questionnaire as FHIR R4 JSON."""
    return Response(questionnaire_json(), mimetype="application/fhir+json")


@cache
def questionnaire() -> dict[str, Any]:
    """The questionnaire as `questionnaire.yaml` has it. Not to be changed."""
    content: dict[str, Any] = yaml.safe_load(files("service.intake").joinpath("questionnaire.yaml").read_text("utf-8"))
    return content


@cache
def questionnaire_json() -> bytes:
    """Build the questionnaire once, strictly: a fault in `questionnaire.yaml` raises instead of being served."""
    # Imported here: the FHIR models take a quarter of a second, which a start and the command line need not wait for.
    from fhir.resources.R4B.questionnaire import Questionnaire  # noqa: PLC0415

    content = questionnaire()
    resource = {
        "resourceType": "Questionnaire",
        "id": "her2-intake",
        "url": QUESTIONNAIRE,
        "version": content["version"],
        "name": "Her2Intake",
        "title": content["title"],
        "status": "active",
        "subjectType": ["Patient"],
        "publisher": "her2-cds",
        "description": content["description"],
        "item": [_item(link_id, question) for link_id, question in content["questions"].items()],
    }
    return str(Questionnaire.model_validate(resource).model_dump_json()).encode()


def _item(link_id: str, question: dict[str, object]) -> dict[str, object]:
    item: dict[str, object] = {"linkId": link_id, "text": question["text"], "type": "boolean", "required": False}
    answers = question.get("answers")
    if isinstance(answers, dict):
        item["type"] = "choice"
        item["repeats"] = bool(question.get("repeats", False))
        item["answerOption"] = [{"valueCoding": {"system": ANSWERS, "code": code, "display": display}} for code, display in answers.items()]
    return item
