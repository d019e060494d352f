from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from fhir_mappings.observation_topics import topic_of
from fhir_mappings.prefetch_queries import LONGEST_QUERY, PREFETCH
from fhir_mappings.reading import read_value
from fhir_mappings.resources import USED_TYPES
from tests.fhir_mappings.resource_builders import LOINC, observation


@pytest.mark.parametrize("key", sorted(PREFETCH))
def test_a_template_is_one_that_an_ehr_can_fill(key):
    """CDS Hooks 2.0: one token, plain parameters, no `_include`, no chaining, no modifiers; within the length of a URL."""
    query = PREFETCH[key]
    assert re.findall(r"\{\{(.*?)\}\}", query) == ["context.patientId"]
    names = [part.partition("=")[0] for part in query.partition("?")[2].split("&") if part]
    assert set(names) <= {"patient", "code", "status", "questionnaire", "_sort", "_count"}
    assert not any(":" in name or "." in name for name in names)
    assert len(quote(query, safe="?=&{}")) <= LONGEST_QUERY


def test_every_type_that_is_read_is_asked_for():
    """What is not asked for does not come: all types but those that only stand beside others."""
    asked = {re.split(r"[?/]", query)[0] for query in PREFETCH.values()}
    assert asked == USED_TYPES - {"Medication", "Specimen"}


def test_every_code_asked_for_is_read():
    """No query brings Observations that are then thrown away, and the ones that matter most are asked for."""
    import json  # noqa: PLC0415

    codes = [
        code.split("|")
        for query in PREFETCH.values()
        if query.startswith("Observation")
        for code in query.split("code=")[1].split("&")[0].split(",")
    ]
    for system, code in codes:
        entry = read_value(json.dumps(observation((system, code))).encode()).entries[0]
        assert entry.resource is not None
        assert topic_of(entry.resource) is not None, code
    assert {[LOINC, code][1] for _, code in codes} >= {
        "85319-2",
        "85318-4",
        "48676-1",
        "10230-1",
        "97509-4",
        "89247-1",
        "21908-9",
        "82810-3",
        "718-7",
    }
