"""The builder itself: what the vignettes send is FHIR, and both encodings tell the same story."""

from __future__ import annotations

from datetime import date

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.vignettes.cases import CASES
from tests.vignettes.chart import FHIR_SERVER, PATIENT_ID, dose_days
from tests.vignettes.codes import INGREDIENT, ORAL, PRODUCT
from tests.vignettes.facts import TODAY, Metastasis, Receptor, Therapy, therapy
from tests.vignettes.fhir_builder import ENCODINGS, Encoding, patient_view, resources


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", sorted(CASES))
def test_every_resource_is_valid_r4(vignette: str, encoding: Encoding) -> None:
    """No vignette passes or fails because of malformed FHIR."""
    for resource in resources(CASES[vignette], encoding):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_ids_are_unique_and_every_resource_is_the_patients(encoding: Encoding) -> None:
    """References mean one resource, and nothing but a Medication lacks its subject."""
    for vignette, facts in CASES.items():
        chart = resources(facts, encoding)
        ids = [(resource["resourceType"], resource["id"]) for resource in chart]
        assert len(set(ids)) == len(ids), vignette
        for resource in chart:
            if resource["resourceType"] not in ("Patient", "Medication"):
                assert f"Patient/{PATIENT_ID}" in resource["subject"]["reference"]


def test_both_encodings_tell_the_same_facts() -> None:
    """Each receptor test and each metastasis is one resource in either encoding, on the same date."""
    for facts in CASES.values():
        specimens = sorted(fact.date for fact in facts if isinstance(fact, Receptor) and fact.specimen)
        metastases = sorted(str(fact.date) for fact in facts if isinstance(fact, Metastasis))
        for encoding in ENCODINGS:
            chart = resources(facts, encoding)
            where = "bodySite" if encoding == "uscore" else "specimen"
            assert sorted(r["effectiveDateTime"] for r in chart if r["resourceType"] == "Observation" and where in r) == specimens
            onsets = [r["onsetDateTime"] for r in chart if r["resourceType"] == "Condition" and _is_metastasis(r)]
            assert sorted(onsets) == metastases


def _is_metastasis(condition: dict[str, dict[str, list[dict[str, str]]]]) -> bool:
    return any(
        coding["code"].startswith(("C77", "C78", "C79")) or coding["code"] in ("128462008", "94339008")
        for coding in condition["code"]["coding"]
    )


def test_a_course_ends_with_a_dose_on_its_last_day() -> None:
    """Intervals count from the last dose, so an ended course has one on its end; a running one never has one ahead of today."""
    ended = dose_days(therapy("trastuzumab", start="2024-11-28", end="2025-11-20"), TODAY)
    assert ended[-1] == "2025-11-20"
    assert ended[0] >= "2024-11-28"
    running = dose_days(therapy("trastuzumab", start="2026-05-15"), TODAY)
    assert running[0] == "2026-05-15"
    assert 0 <= (TODAY - date.fromisoformat(running[-1])).days < 21
    assert dose_days(therapy("trastuzumab", start="2024-11", end="2025-11"), TODAY) == []


def test_styles_differ_where_hospitals_do() -> None:
    """US Core style has relative subjects and statements; mCODE style absolute ones, drugs behind references and no statements."""
    facts = CASES["V09"]
    uscore, mcode = (resources(facts, encoding) for encoding in ENCODINGS)
    assert {r["subject"]["reference"] for r in uscore if "subject" in r} == {f"Patient/{PATIENT_ID}"}
    assert {r["subject"]["reference"] for r in mcode if "subject" in r} >= {
        f"{FHIR_SERVER}/Patient/{PATIENT_ID}",
        f"{FHIR_SERVER}/Patient/{PATIENT_ID}/_history/3",
    }
    assert not any(r["resourceType"] == "MedicationStatement" for r in mcode)
    references = {r["medicationReference"]["reference"] for r in mcode if "medicationReference" in r}
    assert "#drug" in references
    assert any(reference.startswith(f"{FHIR_SERVER}/Medication/") for reference in references)
    assert list(patient_view(mcode, "mcode")["prefetch"]) == ["record"]


def test_every_drug_of_a_case_has_its_codes() -> None:
    """A drug without a code would silently become another test."""
    drugs = {drug for facts in CASES.values() for fact in facts if isinstance(fact, Therapy) for drug in fact.drugs}
    assert drugs <= set(PRODUCT)
    assert set(PRODUCT) == set(INGREDIENT)
    assert set(PRODUCT) >= ORAL
