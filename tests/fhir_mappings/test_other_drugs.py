"""Medicines beside the cancer drugs, in charts and in their data files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from fhir_mappings.medications.drug_names import drugs_of
from fhir_mappings.medications.other_drugs import SUPPORTIVE, other_drugs_of
from fhir_mappings.terminology_files import FOLDER, TerminologyError, read_other_drugs
from guideline.case import OtherDrug
from guideline.knowledge_base import KNOWLEDGE as K
from tests.fhir_mappings.resource_builders import RXNORM, administration, case_of, on, order, patient, problems_of, statement


def test_the_record_knows_and_the_guideline_know_the_same_medicines():
    """Each medicine that a record can name has its groups, and the other way round."""
    assert {row.id for row in read_other_drugs().drugs} == set(K.other_drugs)


def test_supportive_care_is_what_no_interaction_group_holds():
    """The flag that lets an order pass unasked agrees with the groups."""
    support = {"loperamide", "corticosteroid", "5-ht3-antagonist", "nk1-antagonist", "olanzapine"}
    assert {id_ for id_, entry in K.other_drugs.items() if support.issuperset(entry.groups)} == SUPPORTIVE


def test_every_group_has_members_and_a_source():
    """No group without a reason, none without a medicine."""
    assert {group for entry in K.other_drugs.values() for group in entry.groups} == set(K.other_drug_groups)
    assert all(group.source for group in K.other_drug_groups.values())


def test_the_groups_that_the_order_checks_ask_for():
    """A sample of each check: inhibitors, inducers, anticoagulants, antiemetics."""
    members = {
        "strong-cyp3a-inhibitor": "itraconazole",
        "strong-cyp3a-inducer": "phenytoin",
        "cyp2c8-inhibitor-strong": "gemfibrozil",
        "cyp2c8-inducer": "rifampin",
        "vitamin-k-antagonist": "warfarin",
        "proton-pump-inhibitor": "omeprazole",
        "narrow-cyp3a-substrate": "tacrolimus",
        "p-gp-substrate": "digoxin",
        "5-ht3-antagonist": "ondansetron",
        "nk1-antagonist": "aprepitant",
    }
    assert all(group in K.other_drugs[drug].groups for group, drug in members.items())


def test_no_word_of_another_medicine_is_a_cancer_drug():
    """A word that names one of our drugs would be read twice."""
    for row in read_other_drugs().drugs:
        for word in (row.id, *row.words):
            assert drugs_of((), word).drugs == (), word


@pytest.mark.parametrize(
    ("codings", "text", "named"),
    [
        ([(RXNORM, "11289", None)], None, ("warfarin",)),
        ([("urn:oid:2.16.840.1.113883.6.88", "4719", None)], None, ("gemfibrozil",)),
        ([(RXNORM, "855332", "warfarin sodium 5 MG Oral Tablet")], None, ("warfarin",)),
        ([], "Rifampicin 300 mg capsule", ("rifampin",)),
        ([], "PAXLOVID 300/100", ("ritonavir",)),
        ([], "lopinavir-ritonavir (Kaletra)", ("lopinavir", "ritonavir")),
        ([], "dexamethasone 0.1 % ophthalmic drops", ()),
        ([(RXNORM, "6135", "ketoconazole")], "ketoconazole 2 % cream", ()),
        ([("http://snomed.info/sct", "11289", None)], None, ()),
        ([], "omeprazolex", ()),
        ([], None, ()),
    ],
)
def test_names_and_codes(codings, text, named):
    """By verified code in its own system, by whole words, and never for what only acts where it is applied."""
    assert other_drugs_of(codings, text) == named


def test_other_medicines_of_a_chart():
    """Statements, orders and administrations of other medicines are on the case with status and dates, and are no cancer drugs."""
    case = case_of(
        patient(),
        statement(
            (RXNORM, "11289", "warfarin"), ident="1", effectiveDateTime=None, effectivePeriod={"start": "2026-02-01", "end": "2027-01-01"}
        ),
        order(text="gemfibrozil 600 mg", ident="2", status="stopped", authoredOn="2026-03-01"),
        administration(text="ondansetron 8 mg IV", ident="3", effectiveDateTime="2026-11-01"),
        order(text="amlodipine", ident="4"),
    )
    assert set(case.other_drugs) == {
        OtherDrug("warfarin", "active", on("2026-02-01"), None, "MedicationStatement/1"),
        OtherDrug("gemfibrozil", "stopped", on("2026-03-01"), None, "MedicationRequest/2"),
        OtherDrug("ondansetron", "completed", on("2026-11-01"), on("2026-11-01"), "MedicationAdministration/3"),
    }
    assert case.drugs == ()


def test_other_medicines_that_were_not_given_do_not_count():
    """Planned, refused, erroneous and future entries are none, and say nothing about the therapy either."""
    case = case_of(
        patient(),
        statement(text="warfarin", ident="1", status="not-taken"),
        order(text="warfarin", ident="2", intent="proposal"),
        order(text="warfarin", ident="3", status="draft"),
        order(text="warfarin", ident="4", authoredOn="2027-05-01"),
        order(text="warfarin", ident="5", doNotPerform=True),
    )
    assert case.other_drugs == ()
    assert problems_of(case) == []


@pytest.mark.parametrize(
    "drugs",
    [
        '[{"id": "warfarin", "rxnorm": {"11289": ["nowhere"]}}]',
        '[{"id": "warfarin", "rxnorm": {"11289": []}}]',
        '[{"id": "a", "rxnorm": {"1": ["here"]}}, {"id": "b", "rxnorm": {"1": ["here"]}}]',
        '[{"id": "warfarin", "colour": "pink"}]',
    ],
)
def test_codes_without_a_source_do_not_ship(tmp_path: Path, drugs: str):
    """A code without a source, one that two medicines claim, or an unknown entry stops the start."""
    (tmp_path / "other_drugs.yaml").write_text(f'{{"sources": {{"here": "x"}}, "local_forms": [], "drugs": {drugs}}}')
    with pytest.raises(TerminologyError, match=r"other_drugs\.yaml"):
        read_other_drugs(tmp_path)


def test_the_file_fits_its_schema():
    """The schema that editors check against is the schema of the file."""
    schema = json.loads((FOLDER / "schema" / "other_drugs.schema.json").read_bytes())
    Draft202012Validator(schema).validate(yaml.safe_load((FOLDER / "other_drugs.yaml").read_bytes()))
