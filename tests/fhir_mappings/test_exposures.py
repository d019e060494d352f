from __future__ import annotations

import pytest

from guideline.case import UNKNOWN_HER2_CONJUGATE, Dose
from tests.fhir_mappings.resource_builders import (
    RXNORM,
    SNOMED,
    T_DXD,
    TRASTUZUMAB,
    administration,
    bundle,
    case_of,
    concept,
    on,
    order,
    patient,
    problems_of,
    quantity,
    statement,
)

INTENT = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"


def drugs(*resources):
    return case_of(patient(), *resources).drugs


def one(*resources):
    found = drugs(*resources)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("build", "kind"), [(statement, "statement"), (order, "order"), (administration, "administration")])
def test_statements_orders_and_administrations(build, kind):
    """Each of the three gives one record of its kind, with its day."""
    found = one(build(TRASTUZUMAB))
    assert (found.drug, found.kind, found.start) == ("trastuzumab", kind, on("2026-01-10"))
    assert found.end == (on("2026-01-10") if kind == "administration" else None)


@pytest.mark.parametrize(
    "resource",
    [
        statement(TRASTUZUMAB, status="not-taken"),
        statement(TRASTUZUMAB, status="intended"),
        statement(TRASTUZUMAB, status="entered-in-error"),
        order(TRASTUZUMAB, status="draft"),
        order(TRASTUZUMAB, status="cancelled"),
        order(TRASTUZUMAB, intent="proposal"),
        order(TRASTUZUMAB, intent="plan"),
        order(TRASTUZUMAB, doNotPerform=True),
        administration(TRASTUZUMAB, status="not-done"),
    ],
)
def test_what_proves_neither_exposure_nor_order_is_no_record(resource):
    """Statuses and intents under which nothing happened: nothing given, nothing ordered."""
    case = case_of(patient(), resource)
    assert (case.drugs, case.problems) == ((), ())


def test_statuses_and_an_absent_one():
    """A status that is absent is unknown: no end and no progression is inferred from it."""
    assert one(statement(TRASTUZUMAB, status=None)).status == "unknown"
    assert one(order(TRASTUZUMAB, status="on-hold")).status == "on-hold"


@pytest.mark.parametrize(
    ("found", "day"),
    [
        (statement(TRASTUZUMAB, status="on-hold", dateAsserted="2026-08-01"), "2026-08-01"),
        (order(TRASTUZUMAB, status="on-hold", statusChanged="2026-08-01T10:00:00Z"), "2026-08-01"),
        (order(TRASTUZUMAB, status="on-hold"), None),
        (statement(TRASTUZUMAB, status="active", dateAsserted="2026-08-01"), None),
        (statement(TRASTUZUMAB, status="on-hold", dateAsserted="2027-08-01"), None),
    ],
    ids=["a statement", "an order of R5", "an order of R4", "active", "in the future"],
)
def test_r133_the_day_on_which_a_hold_was_recorded(found, day):
    """Since which an order has its status, or on which a statement was made; the day of ordering says nothing of a hold."""
    assert one(found).held_on == (on(day) if day is not None else None)
    assert one(administration(TRASTUZUMAB, status="in-progress")).status == "active"


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": concept(TRASTUZUMAB)}


@pytest.mark.parametrize(
    ("others", "reference"),
    [
        ([MEDICATION], {"reference": "Medication/m1"}),
        ([MEDICATION], {"reference": "https://ehr/fhir/Medication/m1/_history/3"}),
        ([], {"reference": "#m", "display": "x"}),
        ([], {"display": "trastuzumab 440 mg"}),
        (
            [{"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:7", "resource": {**MEDICATION, "id": None}}]}],
            {"reference": "urn:uuid:7"},
        ),
    ],
)
def test_where_the_drug_is_named(others, reference):
    """Contained Medication, Medication entry by any reference, or the reference's display."""
    contained = [{**MEDICATION, "id": "m"}]
    assert one(*others, order(medicationReference=reference, contained=contained)).drug == "trastuzumab"


def _mixture(*ingredients, **more):
    return {"resourceType": "Medication", "id": "m", "ingredient": list(ingredients), **more}


def _of(*coding, text=None):
    return {"itemCodeableConcept": concept(*coding, text=text)}


SALINE = _of(text="sodium chloride 0.9 % 250 mL for infusion")


@pytest.mark.parametrize(
    ("mixture", "drugs"),
    [
        (_mixture(_of(TRASTUZUMAB), SALINE), ["trastuzumab"]),
        (_mixture(SALINE, _of(text="ado-trastuzumab emtansine")), ["trastuzumab-emtansine"]),
        (_mixture(SALINE, {"itemReference": {"reference": "Medication/kadcyla"}}), ["trastuzumab-emtansine"]),
        (_mixture(SALINE, {"itemReference": {"reference": "#kadcyla"}}), ["trastuzumab-emtansine"]),
        (_mixture(SALINE, {"itemReference": {"reference": "Substance/1", "display": "Enhertu"}}), ["trastuzumab-deruxtecan"]),
        (_mixture({"item": {"concept": concept(TRASTUZUMAB)}}), ["trastuzumab"]),
        (_mixture({"item": {"reference": {"reference": "Medication/kadcyla"}}}), ["trastuzumab-emtansine"]),
        (_mixture(_of(TRASTUZUMAB), _of(text="pertuzumab"), SALINE), ["pertuzumab", "trastuzumab"]),
        (
            _mixture(_of(TRASTUZUMAB), _of(text="pertuzumab"), _of(text="Hyaluronidase (human)")),
            ["pertuzumab-trastuzumab-hyaluronidase"],
        ),
        (_mixture(_of(TRASTUZUMAB), _of(text="hyaluronidase-oysk")), ["trastuzumab-hyaluronidase"]),
        (_mixture(_of(text="docetaxel"), code=concept(TRASTUZUMAB)), ["trastuzumab"]),
        (_mixture(_of(TRASTUZUMAB), SALINE, code=concept(text="IV admixture")), ["trastuzumab"]),
        (_mixture(SALINE, _of(text="ado-trastuzumab emtansine"), code=concept(("urn:local", "77"))), ["trastuzumab-emtansine"]),
        (_mixture(SALINE, {"itemReference": {"reference": "#kadcyla"}}, code=concept(text="IVPB")), ["trastuzumab-emtansine"]),
        (_mixture(_of(text="docetaxel"), code=concept((RXNORM, "1922513"), text="Herceptin")), ["trastuzumab"]),
        (_mixture(SALINE, code=concept(text="IV admixture")), []),
        (_mixture(_of(text="ondansetron 8 mg"), SALINE, code=concept(text="IV admixture")), []),
        (_mixture(SALINE), []),
        (_mixture(_of(text="ondansetron 8 mg"), SALINE), []),
    ],
)
def test_a_mixture_is_named_by_its_ingredients(mixture, drugs):
    """A compounded infusion whose code names no drug of ours is the drug of ours in it; a code that names one says it alone."""
    kadcyla = {"resourceType": "Medication", "id": "kadcyla", "code": concept(text="Kadcyla")}
    contained = [mixture, kadcyla]
    case = case_of(patient(), kadcyla, order(medicationReference={"reference": "#m"}, contained=contained))
    assert sorted(record.drug for record in case.drugs) == drugs
    beside = case_of(patient(), mixture, kadcyla, order(medicationReference={"reference": "Medication/m"}, contained=[kadcyla]))
    assert sorted(record.drug for record in beside.drugs) == drugs
    assert problems_of(case) == problems_of(beside) == []


@pytest.mark.parametrize(
    ("code", "display", "drugs", "others"),
    [
        (concept(text="IV admixture"), "Kadcyla 3.6 mg/kg", ["trastuzumab-emtansine"], []),
        (concept(("urn:local", "77", "Infusion")), "Kadcyla 3.6 mg/kg", ["trastuzumab-emtansine"], []),
        (concept(text="Enhertu"), "Kadcyla 3.6 mg/kg", ["trastuzumab-deruxtecan"], []),
        (concept(text="ondansetron 8 mg"), "ondansetron with docetaxel", [], ["ondansetron"]),
        (concept((RXNORM, "5489", "hydrocodone")), "hydrocodone for pain after docetaxel", [], []),
        (concept(text="Capsule, compounded"), "itraconazole 100 mg", [], ["itraconazole"]),
        (concept(text="***"), "omeprazole", [], ["omeprazole"]),
        (concept(text="***"), "vitamin D", [], []),
        ({}, "vitamin D", [], []),
    ],
)
def test_the_name_of_the_reference_tells_what_the_medication_does_not(code, display, drugs, others):
    """It is read where the code names no drug of ours; what another medicine is given with is not named by it."""
    contained = [{"resourceType": "Medication", "id": "m", "code": code}]
    case = case_of(patient(), order(medicationReference={"reference": "#m", "display": display}, contained=contained))
    assert [[record.drug for record in found] for found in (case.drugs, case.other_drugs)] == [drugs, others]
    assert case.problems == ()


def test_a_mixture_that_is_blinded_is_not_the_drug_in_it():
    """What may be a placebo is not known by its ingredient."""
    kit = _mixture(_of(text="tucatinib 150 mg"), code=concept(text="Blinded study medication"))
    case = case_of(patient(), order(medicationReference={"reference": "#m"}, contained=[kit]))
    assert (case.drugs, [record.drug for record in case.other_drugs]) == ((), ["study-drug"])


def test_a_mixture_whose_ingredient_is_two_drugs_is_a_conflict():
    """Nobody chooses between the code and the text of an ingredient."""
    odd = _mixture(_of((RXNORM, "1371041"), text="Enhertu"), SALINE)
    case = case_of(patient(), order(medicationReference={"reference": "#m"}, contained=[odd]))
    assert (case.drugs[0].drug, problems_of(case)) == ("unknown-her2-conjugate", [("code-text-conflict", "therapy")])


@pytest.mark.parametrize("ingredient", [None, [], {}, "x", [7], [{}], [{"itemReference": {"reference": "Substance/1"}}]])
def test_a_mixture_that_names_nothing_is_a_lost_therapy(ingredient):
    """What it holds cannot be told: that is said, and not that the Medication was not sent."""
    case = case_of(patient(), order(medicationReference={"reference": "#m"}, contained=[_mixture() | {"ingredient": ingredient}]))
    assert (case.drugs, problems_of(case)) == ((), [("unreadable", "therapy")])
    assert "names no drug" in case.problems[0].detail


def test_a_medication_that_was_not_sent_is_named():
    """A reference that leads nowhere and has no name: a therapy was lost, and that is said."""
    case = case_of(patient(), order(medicationReference={"reference": "Medication/gone"}))
    assert (case.drugs, problems_of(case)) == ((), [("unreadable", "therapy")])


MASKED = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "MASKED"}]}
ABSENT = ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "masked", "Masked")

NAMELESS = {
    "no member at all": statement(),
    "only a reason why not": statement(medicationCodeableConcept={"extension": [{"url": "urn:x", "valueCode": "masked"}]}),
    "an empty list of codes": order(medicationCodeableConcept={"coding": []}),
    "a code that says why not": administration(ABSENT),
    "a code of stars": administration(("urn:local", "***")),
    "a text of stars": statement(text="***"),
    "a text that withholds": statement(text="[Medication redacted]"),
    "a label and some text": statement(text="Not for display", meta=MASKED),
    "a Medication that says nothing": order(
        medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "***"}}]
    ),
}


@pytest.mark.parametrize("resource", NAMELESS.values(), ids=NAMELESS)
def test_a_record_that_names_no_drug_may_have_been_any(resource):
    """A masked or missing name is no other drug: a therapy was lost, and that is said."""
    case = case_of(patient(), resource)
    assert (case.drugs, problems_of(case)) == ((), [("unreadable", "therapy")])


@pytest.mark.parametrize(
    "resource",
    [
        statement(status="not-taken"),
        order(intent="plan"),
        order(status="draft", medicationReference={"reference": "Medication/gone"}),
        statement(("urn:local", "4711")),
        statement((RXNORM, "26225", "***")),
        statement(text="masked palm extract"),
        statement((RXNORM, "26225", "ondansetron"), meta=MASKED),
        order(medicationReference={"reference": "Medication/gone", "display": "omeprazole"}),
    ],
)
def test_what_was_not_given_or_has_any_name_is_no_loss(resource):
    """A record that nobody carried out says nothing about the past, and one with a code or a word of its own was that drug."""
    case = case_of(patient(), resource)
    assert (case.drugs, case.problems) == ((), ())


@pytest.mark.parametrize("build", [statement, order, administration])
def test_a_regimen_by_its_letters_is_a_lost_therapy(build):
    """Which drugs were given, and whether all of them, nobody says: "never given" must not be concluded."""
    case = case_of(patient(), build(text="TCHP x 6 cycles"))
    assert (case.drugs, problems_of(case)) == ((), [("unreadable", "therapy")])
    assert "TCHP" not in case.problems[0].detail


@pytest.mark.parametrize(
    "resource",
    [
        statement(text="TCHP", status="not-taken"),
        order(text="TCHP", intent="plan"),
        order(text="THP", status="stopped", statusReason=concept(text="Never started")),
    ],
)
def test_a_regimen_that_was_not_given_is_no_loss(resource):
    """As with a drug."""
    assert case_of(patient(), resource).problems == ()


def test_a_regimen_beside_its_drugs_is_those_drugs():
    """The letters add nothing to the names."""
    case = case_of(patient(), statement(text="THP (docetaxel, trastuzumab, pertuzumab)"))
    assert sorted(record.drug for record in case.drugs) == ["docetaxel", "pertuzumab", "trastuzumab"]
    assert case.problems == ()


def test_a_masked_record_that_names_one_of_our_drugs_is_read():
    """A label that something is hidden takes nothing from what is there."""
    assert one(statement(text="trastuzumab 440 mg", meta=MASKED)).drug == "trastuzumab"


@pytest.mark.parametrize("reported", [{"reportedBoolean": True}, {"reportedReference": {"reference": "Patient/p1"}}])
def test_a_plan_that_reports_a_use_is_a_statement_of_it(reported):
    """US Core records what a patient takes, and nobody ordered here, as a "plan" that was reported."""
    found = one(order(TRASTUZUMAB, intent="plan", **reported))
    assert (found.kind, found.status, found.start) == ("statement", "active", on("2026-01-10"))


@pytest.mark.parametrize("members", [{"intent": "plan", "reportedBoolean": False}, {"intent": "proposal", "reportedBoolean": True}])
def test_a_plan_of_ones_own_is_no_use(members):
    """What is only planned, and a proposal whoever told of it, is no exposure."""
    assert drugs(order(TRASTUZUMAB, **members)) == ()


def test_drugs_that_are_not_ours_are_left_out_without_a_word():
    """Ondansetron is no fact of the case and no problem of it."""
    case = case_of(patient(), order((RXNORM, "26225", "ondansetron")), order(text="omeprazole 20 mg", ident="2"))
    assert (case.drugs, case.problems) == ((), ())


def test_decision_24_code_and_text_that_disagree_are_named():
    """A trastuzumab biosimilar by code, Enhertu by text: no conclusion, an unnamed conjugate and a named problem."""
    case = case_of(patient(), order((RXNORM, "2174802", "Trastuzumab-anns"), text="Enhertu 5.4 mg/kg"))
    assert [d.drug for d in case.drugs] == [UNKNOWN_HER2_CONJUGATE]
    assert problems_of(case) == [("code-text-conflict", "therapy")]


def test_decision_24_an_unknown_second_word_is_an_unknown_conjugate():
    """The word "trastuzumab" with a second word that nobody knows is no trastuzumab; a four-letter suffix is a biosimilar."""
    assert one(order(text="trastuzumab botidotin")).drug == UNKNOWN_HER2_CONJUGATE
    assert one(order(text="trastuzumab-dkst 150 mg")).drug == "trastuzumab"
    assert one(order(text="fam-trastuzumab deruxtecan-nxki")).drug == "trastuzumab-deruxtecan"


def test_a_co_pack_gives_one_record_per_drug():
    """Kisqali-Femara is ribociclib and letrozole."""
    assert {d.drug for d in drugs(order((RXNORM, "1923053", None)))} == {"ribociclib", "letrozole"}


def test_decision_8_where_a_therapy_ends():
    """Its period's end; for an order the validity, else the bounds period's end; an end in the future is none."""
    assert one(statement(TRASTUZUMAB, effectiveDateTime=None, effectivePeriod={"start": "2025-01", "end": "2025-06-30"})).end == on(
        "2025-06-30"
    )
    validity = {"validityPeriod": {"start": "2025-01-02", "end": "2025-07-01"}}
    bounds = [{"timing": {"repeat": {"boundsPeriod": {"start": "2025-01-05", "end": "2025-06-01"}}}}]
    both = one(order(TRASTUZUMAB, dispenseRequest=validity, dosageInstruction=bounds))
    assert (both.start, both.end) == (on("2025-01-05"), on("2025-07-01"))
    assert one(order(TRASTUZUMAB, dosageInstruction=bounds)).end == on("2025-06-01")
    assert one(order(TRASTUZUMAB, dispenseRequest={"validityPeriod": {"end": "2027-01-01"}})).end is None
    assert one(order(TRASTUZUMAB)).start == on("2026-01-10")


@pytest.mark.parametrize(
    ("members", "planned"),
    [
        ({}, True),
        ({"status": "on-hold"}, False),
        ({"status": "completed"}, False),
        ({"status": "draft"}, False),
        ({"intent": "plan"}, False),
    ],
    ids=["active", "on hold", "completed", "draft", "a proposal"],
)
def test_an_active_order_that_begins_on_a_day_to_come_is_planned(members, planned):
    """It is no exposure, whatever its status; only an active one is a plan. A statement or a dose of a day to come is neither."""
    begins = [{"timing": {"repeat": {"boundsPeriod": {"start": "2027-03-01"}}}}]
    case = case_of(patient(), order(TRASTUZUMAB, dosageInstruction=begins, **members))
    assert (case.drugs, [(r.drug, r.start) for r in case.planned]) == ((), [("trastuzumab", on("2027-03-01"))] if planned else [])
    told = case_of(patient(), statement(TRASTUZUMAB, effectiveDateTime="2027-03-01"))
    assert (told.drugs, told.planned) == ((), ())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("266721009", "progression"),
        ("407563006", "toxicity"),
        ("105480006", "patient-wish"),
        ("309846006", "unavailable"),
        ("160932005", "unavailable"),
        ("77386006", "pregnancy"),
        ("182992009", "completed"),
        ("419620001", "death"),
        ("399307001", "other"),
    ],
)
def test_decision_06_stop_reasons_by_code(code, reason):
    """MCODE's termination reasons, present and past."""
    assert one(order(TRASTUZUMAB, status="stopped", statusReason=concept((SNOMED, code)))).stop_reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Disease progression", "progression"),
        ("PD in liver", "progression"),
        ("no response", "progression"),
        ("Intolerable neuropathy", "toxicity"),
        ("adverse event", "toxicity"),
        ("grade 2 pneumonitis", "lung"),
        ("LVEF 42 %", "cardiac"),
        ("patient wish", "patient-wish"),
        ("declined by patient", "patient-wish"),
        ("not available", "unavailable"),
        ("insurance denied", "unavailable"),
        ("pregnancy", "pregnancy"),
        ("hospice", "hospice"),
        ("chemotherapy complete", "completed"),
        ("treatment completed", "completed"),
        ("Completed 6 cycles", "completed"),
        ("no evidence of progression, treatment completed", "completed"),
        ("toxicity, no progression", "toxicity"),
        ("moved to another city", "other"),
    ],
)
def test_decision_06_stop_reasons_in_words(text, reason):
    """Clear words are read; a denied reason is not that reason; anything else is a reason of its own."""
    assert one(statement(TRASTUZUMAB, status="stopped", statusReason=[concept(text=text)])).stop_reason == reason


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Pneumonitis grade 2", 2),
        ("ILD, CTCAE v5 G3", 3),
        ("Interstitial lung disease due to trastuzumab deruxtecan, grade 2", 2),
        ("Pneumonitis grade I", 1),
        ("Pneumonitis", None),
        ("Pneumonitis grade 1-2", None),
        ("Pneumonitis grade 1, later grade 2", None),
        ("Neuropathy grade 3, pneumonitis", None),
        ("Radiation pneumonitis grade 2", None),
        ("Possible pneumonitis grade 2", None),
        ("Neuropathy grade 3", None),
    ],
)
def test_r116_the_grade_of_a_pneumonitis_that_stopped_a_therapy(text, grade):
    """R116: only where it is the one grade of the one harm that the words name, and the pneumonitis is not just suspected."""
    assert one(order(TRASTUZUMAB, status="stopped", statusReason=concept(text=text))).lung_grade == grade


NEVER_GIVEN = [
    "Never started", "Duplicate order", "Entered in error", "Order entered in error", "Error", "Not given", "Duplicate",
    "Insurance denied - never started", "Insurance denied, never started", "Patient never started therapy", "Never given due to shortage",
    "Cancelled before first dose", "Canceled by prescriber prior to first dose", "Cancelled before the first dose was given",
]  # fmt: skip
PERHAPS_GIVEN = [
    "Reorder", "Patient not taking", "Cycle 6 never given", "Never received cycle 2", "Never taken as prescribed", "Never started?",
    "Pertuzumab never started", "Stop date entered in error", "Ordered in error as weekly", "Medication error: overdose",
    "LVEF not checked before first dose", "Stopped before first dose of pertuzumab", "Steroids stopped before first dose",
    "Stopped before cycle 3", "Duplicate therapy", "Not given for three weeks", "Not tolerated", "Insurance denied", "Progression",
]  # fmt: skip


@pytest.mark.parametrize("text", NEVER_GIVEN)
def test_an_order_that_was_stopped_before_anything_was_given_is_no_exposure(text):
    """The reason of the stop says so, as text, as display or in an older extension; nothing is lost with it."""
    extension = [{"url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-termination-reason", "valueString": text}]
    for resource in (
        order(T_DXD, status="stopped", statusReason=concept(text=text)),
        order(T_DXD, status="stopped", statusReason=concept(("urn:local", "1", text))),
        statement(T_DXD, status="stopped", statusReason=[concept(text=text)]),
        order(T_DXD, status="stopped", extension=extension),
    ):
        case = case_of(patient(), resource)
        assert (case.drugs, case.problems) == ((), ())


@pytest.mark.parametrize("text", PERHAPS_GIVEN)
def test_an_order_that_was_stopped_for_any_other_reason_was_perhaps_given(text):
    """Words of a part of a therapy, of another drug or of a doubt take no record away."""
    assert one(order(T_DXD, status="stopped", statusReason=concept(text=text))).drug == "trastuzumab-deruxtecan"


@pytest.mark.parametrize(
    "resource",
    [
        administration(T_DXD, status="stopped", statusReason=[concept(text="Entered in error")]),
        order(T_DXD, status="active", statusReason=concept(text="Never started")),
        order(T_DXD, status="completed", statusReason=concept(text="Never started")),
    ],
    ids=["a dose", "an active order", "a completed order"],
)
def test_only_an_order_or_a_statement_that_was_stopped_was_never_given(resource):
    """A dose that was begun was given, whatever its reason; an order that was not stopped still stands or was carried out."""
    assert one(resource).drug == "trastuzumab-deruxtecan"


def test_stop_reasons_in_older_extensions():
    """STU1 and STU2 carried the reason in extensions."""
    for url in ("mcode-termination-reason", "mcode-treatment-termination-reason"):
        extension = [
            {"url": f"http://hl7.org/fhir/us/mcode/StructureDefinition/{url}", "valueCodeableConcept": concept((SNOMED, "266721009"))}
        ]
        assert one(statement(TRASTUZUMAB, status="stopped", extension=extension)).stop_reason == "progression"


def test_no_reason_is_no_reason():
    """A stop without a reason stays without one."""
    assert one(statement(TRASTUZUMAB, status="stopped")).stop_reason is None


@pytest.mark.parametrize(
    ("members", "intent"),
    [
        ({"extension": [{"url": INTENT, "valueCodeableConcept": concept((SNOMED, "373808002"))}]}, "curative"),
        ({"extension": [{"url": INTENT, "valueCodeableConcept": concept((SNOMED, "363676003"))}]}, "palliative"),
        ({"category": [concept(text="Adjuvant")]}, "curative"),
        ({"category": concept(text="palliative chemotherapy")}, "palliative"),
        ({"courseOfTherapyType": concept(text="neoadjuvant")}, "curative"),
        ({"reasonCode": [concept(text="metastatic breast cancer")]}, "palliative"),
        ({"note": [{"text": "First-line metastatic therapy"}]}, "palliative"),
        ({"note": [{"text": "relapse after adjuvant therapy"}]}, None),
        ({"note": [{"text": "Premedication given"}]}, None),
        ({"category": 3}, None),
        ({}, None),
    ],
)
def test_the_treatment_intent(members, intent):
    """By mCODE's extension, else by clear words; a look back at adjuvant therapy is no intent."""
    assert one(order(TRASTUZUMAB, **members)).intent == intent


def timed(repeat):
    return order(TRASTUZUMAB, dosageInstruction=[{"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity(6, "mg/kg")}]}])


@pytest.mark.parametrize(
    ("resource", "dose"),
    [
        (order(TRASTUZUMAB, dosageInstruction=[{"doseAndRate": [{"doseQuantity": quantity(6, "mg/kg")}]}]), Dose(6, "mg/kg")),
        (
            order(
                TRASTUZUMAB,
                dosageInstruction=[
                    {
                        "timing": {"repeat": {"frequency": 1, "period": 3, "periodUnit": "wk"}},
                        "doseAndRate": {"doseQuantity": quantity(420, "mg")},
                    }
                ],
            ),
            Dose(420, "mg", 21),
        ),
        (timed({"frequency": 1, "period": 21, "periodUnit": "d"}), Dose(6, "mg/kg", 21)),
        (timed({"frequency": 2, "period": 21, "periodUnit": "d"}), Dose(6, "mg/kg")),
        (timed({"frequency": 2, "period": 1, "periodUnit": "d"}), Dose(6, "mg/kg", 1)),
        (timed({"period": 12, "periodUnit": "h"}), Dose(6, "mg/kg", 1)),
        (timed({"period": 90, "periodUnit": "min"}), Dose(6, "mg/kg", 1)),
        (timed({"period": 1, "periodUnit": "mo"}), Dose(6, "mg/kg", 28)),
        (timed({"period": 1, "periodUnit": "a"}), Dose(6, "mg/kg", 365)),
        (timed({"period": 2, "periodUnit": "a"}), Dose(6, "mg/kg")),
        (timed({"frequency": 2}), Dose(6, "mg/kg")),
        (order(TRASTUZUMAB, doseQuantity=quantity("440", "mg")), Dose(440, "mg")),
        (statement(TRASTUZUMAB, dosage=[{"doseAndRate": [{"doseQuantity": {"value": 75, "unit": "mg/m²"}}]}]), Dose(75, "mg/m2")),
        (administration(TRASTUZUMAB, dosage={"dose": quantity(378, "mg")}), Dose(378, "mg")),
        (order(TRASTUZUMAB, dosageInstruction=[{"doseAndRate": [{"doseQuantity": quantity(6, "furlong")}]}]), None),
        (administration(TRASTUZUMAB, dosage={"dose": quantity(0.42, "g")}), Dose(420, "mg")),
        (administration(TRASTUZUMAB, dosage={"dose": quantity(6, "mg per kg")}), Dose(6, "mg/kg")),
        (administration(TRASTUZUMAB, dosage={"dose": quantity(6, "mg/kg/dose")}), Dose(6, "mg/kg")),
        (administration(TRASTUZUMAB, dosage={"dose": quantity(3600, "mg/d")}), None),
        (administration(TRASTUZUMAB, dosage={"dose": quantity(1, "{vial}")}), None),
        (order(TRASTUZUMAB, dosageInstruction=[{"text": "as directed"}]), None),
        (order(TRASTUZUMAB, dosageInstruction="broken"), None),
    ],
)
def test_doses(resource, dose):
    """Amount, unit and interval, from each place where they stand; an unknown unit is no dose, and twice in 21 days no interval."""
    assert one(resource).dose == dose


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("4.4 mg/kg IV every 3 weeks", Dose(4.4, "mg/kg")),
        ("T-DXd dose reduced to 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("4,4 mg/kg in 100 mL D5W", Dose(4.4, "mg/kg")),
        ("378 mg (5.4 mg/kg)", Dose(5.4, "mg/kg")),
        ("5.4 mg/kg, since May reduced to 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("reduced from 5.4 to 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("4.4 mg/kg (reduced from 5.4 mg/kg)", Dose(4.4, "mg/kg")),
        ("5.4 mg/kg over 90 min, 30 min if tolerated", Dose(5.4, "mg/kg")),
        ("5.4 mg/kg; reduce to 4.4 mg/kg if ANC < 0.5", Dose(5.4, "mg/kg")),
        ("two 150 mg tablets twice daily", Dose(300, "mg")),
        ("4.4 mg/kg (previously 5.4 mg/kg)", Dose(4.4, "mg/kg")),
        ("5.4 mg/kg -> 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("5.4 mg/kg → 4.4 mg/kg → 3.2 mg/kg", Dose(3.2, "mg/kg")),
        ("378 mg (5.4 mg/kg) -> 308 mg (4.4 mg/kg)", Dose(4.4, "mg/kg")),
        ("5.4 mg/kg (378 mg) changed to 4.4 mg/kg (308 mg)", Dose(4.4, "mg/kg")),
        ("Dose reduction: was 5.4 mg/kg, now 4.4 mg/kg IV", Dose(4.4, "mg/kg")),
        ("4.4 mg/kg (was 5.4 mg/kg)", Dose(4.4, "mg/kg")),
        ("Previous dose 5.4 mg/kg. 4.4 mg/kg from today", Dose(4.4, "mg/kg")),
        ("4.4 mg/kg rather than the usual 5.4 mg/kg", Dose(4.4, "mg/kg")),
        ("previously 4.4-5.4 mg/kg, now 3.2 mg/kg", Dose(3.2, "mg/kg")),
        ("4.4 mg/kg, do not exceed 5.4 mg/kg", Dose(4.4, "mg/kg")),
        ("60 mg/m2 (cumulative 240 mg/m2)", Dose(60, "mg/m2")),
        ("previously 5.4 mg/kg", Dose(5.4, "mg/kg")),
        ("5.4 mg/kg IV. Gastric dose is 6.4 mg/kg - do not use", Dose(5.4, "mg/kg")),
        ("dose was 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("4.4 mg/kg given on 2026-05-01", Dose(4.4, "mg/kg")),
        ("received 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("last dose 4.4 mg/kg", Dose(4.4, "mg/kg")),
        ("5.4 mg/kg -> 4.4 mg/kg if ANC < 0.5", Dose(5.4, "mg/kg")),
        ("if ANC < 0.5 reduce to 4.4 mg/kg", None),
        ("received 4.4 mg/kg, planned 5.4 mg/kg", None),
        ("dose was 4.4 mg/kg, planned 5.4 mg/kg", None),
        ("4.4 mg/kg (last dose 5.4 mg/kg)", None),
        ("4.4 mg/kg previously 5.4 mg/kg", None),
        ("loading 8 mg/kg -> 6 mg/kg", None),
        ("80 % of 5.4 mg/kg", None),
        ("5.4 mg/kg maximum", None),
        ("consider 4.4 mg/kg", None),
        ("reduced from 5.4 mg/kg", None),
        ("5.4 mg/kg or 4.4 mg/kg", None),
        ("4.4-5.4 mg/kg", None),
        ("4.4 or 5.4 mg/kg", None),
        ("2000 mg/m2/day in 2 doses", None),
        ("100 mg vial", None),
        ("4.4 mg/kg " * 9, None),
        ("as directed", None),
    ],
)
def test_a_dose_in_words_only(text, dose):
    """A statement, an order and an administration are read alike; what was not given, is no more, or cannot be told is no dose."""
    given = (statement(T_DXD, dosage=[{"text": text}]), order(T_DXD, dosageInstruction=[{"text": text}]))
    assert [one(resource).dose for resource in (*given, administration(T_DXD, dosage={"text": text}))] == [dose] * 3


def test_structured_amounts_before_words():
    """A structured mass counts whatever the words say; words count where the structure has a volume, then the name, then the volume."""
    words = {"text": "5.4 mg/kg"}
    volume, mass = ({"doseAndRate": [{"doseQuantity": quantity(value, unit)}]} for value, unit in ((15, "mL"), (4.4, "mg/kg")))
    assert one(order(T_DXD, dosageInstruction=[{**words, **mass}])).dose == Dose(4.4, "mg/kg")
    assert one(order(T_DXD, dosageInstruction=[{**words, **volume}])).dose == Dose(5.4, "mg/kg")
    assert one(order(T_DXD, dosageInstruction=[volume])).dose == Dose(15, "mL")
    named = order(T_DXD, dosageInstruction=[volume], medicationCodeableConcept=concept(T_DXD, text="Enhertu 4.4 mg/kg"))
    assert one(named).dose == Dose(4.4, "mg/kg")


def test_words_of_several_dosages():
    """Dosages that say the same are one dose, with its interval; steps from one dose to another are none."""
    every = {"timing": {"repeat": {"period": 21, "periodUnit": "d"}}}
    assert one(order(T_DXD, dosageInstruction=[{"text": "4.4 mg/kg", **every}, {"text": "4.4 mg/kg IV"}])).dose == Dose(4.4, "mg/kg", 21)
    assert one(order(T_DXD, dosageInstruction=[{"text": "4.4 mg/kg"}, {"text": "3.2 mg/kg"}])).dose is None


def test_decision_03_several_orders_of_one_drug_stay_several_records():
    """Records are not merged here: that needs judgement."""
    assert len(drugs(bundle(order(TRASTUZUMAB), order(TRASTUZUMAB, ident="2"), administration(TRASTUZUMAB)))) == 3


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (administration(TRASTUZUMAB, effectiveDateTime="10/10/2026"), True),
        (statement(TRASTUZUMAB, effectiveDateTime=None, effectivePeriod={"start": "2025-01", "end": "27.10.2026"}), True),
        (order(TRASTUZUMAB, authoredOn="20260110"), True),
        (administration(TRASTUZUMAB, effectiveDateTime=None), False),
        (statement(TRASTUZUMAB, effectiveDateTime=None, effectivePeriod={"start": "2025-01", "end": "9999-12-31"}), False),
        (order((RXNORM, "26225", "ondansetron"), authoredOn="10/01/2026"), False),
    ],
)
def test_a_date_that_cannot_be_read_is_named(resource, named):
    """Somebody wrote down when a drug of ours was given: that it cannot be read is said. No date, and a database's "open", is none."""
    case = case_of(patient(), resource)
    assert problems_of(case) == ([("unreadable", "therapy")] if named else [])
    assert not any(record.start is not None and named and record.kind != "statement" for record in case.drugs)


def test_a_date_with_a_zone_and_no_time_is_a_date():
    """As XML Schema writes a day in UTC."""
    assert one(administration(TRASTUZUMAB, effectiveDateTime="2026-10-10Z")).start == on("2026-10-10")


def test_an_administration_is_dated_as_r5_spells_it():
    """R5 says `occurence` where R4 says `effective`."""
    dated = one(administration(TRASTUZUMAB, effectiveDateTime=None, occurenceDateTime="2026-10-10"))
    spanned = one(administration(TRASTUZUMAB, effectiveDateTime=None, occurencePeriod={"start": "2026-10-10", "end": "2026-10-11"}))
    assert (dated.start, dated.end, spanned.end) == (on("2026-10-10"), on("2026-10-10"), on("2026-10-11"))


@pytest.mark.parametrize(("day", "problem"), [("2026-12-24", "future"), ("2062-10-10", "unreadable")])
def test_a_year_that_cannot_be_meant_is_a_date_that_cannot_be_read(day, problem):
    """An order for next month is a plan; a dose in decades is a slip of the pen, and the drug was given."""
    case = case_of(patient(), administration(TRASTUZUMAB, effectiveDateTime=day))
    assert (case.drugs, problems_of(case)) == ((), [(problem, "therapy")])
