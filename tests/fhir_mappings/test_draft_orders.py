"""Draft orders as EHRs really send them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_mappings.medications.dose_words import parts_in
from fhir_mappings.orders.draft_orders import draft_resources, read_draft_orders, relevant
from fhir_mappings.reading import read_value
from guideline.orders import DraftOrder
from tests.fhir_mappings.resource_builders import ICD10CM, RXNORM, SNOMED, T_DXD, TODAY, TRASTUZUMAB, Json, concept, on, quantity

LONG_ID = "eXa." * 40 + "-end.3"
T_DM1 = (RXNORM, "1371041", "ado-trastuzumab emtansine")


def draft(*codings: tuple[str | None, ...], ident: str | None = "1", text: str | None = None, **members: Any) -> Json:
    body: Json = {"resourceType": "MedicationRequest", "status": "draft", "intent": "order", **members}
    if codings or text:
        body["medicationCodeableConcept"] = concept(*codings, text=text)
    if ident is not None:
        body["id"] = ident
    return {name: value for name, value in body.items() if value is not None}


def context(*resources: Any, **members: Any) -> Json:
    entries = [{"resource": one} for one in resources]
    return {"patientId": "p1", "userId": "Practitioner/1", "draftOrders": {"resourceType": "Bundle", "entry": entries}, **members}


def signed(*resources: Any, **members: Any) -> tuple[DraftOrder, ...]:
    return read_draft_orders(context(*resources, **members), hook="order-sign", today=TODAY)


def one(*codings: tuple[str | None, ...], text: str | None = None, **members: Any) -> DraftOrder:
    (order,) = signed(draft(*codings, text=text, **members))
    return order


def dosed(*dosages: Json, text: str = "trastuzumab deruxtecan", **members: Any) -> DraftOrder:
    return one(text=text, dosageInstruction=list(dosages), **members)


def amount(order: DraftOrder) -> tuple[float, str] | None:
    return (order.dose.amount, order.dose.unit) if order.dose is not None else None


# --- envelopes


@pytest.mark.parametrize(
    "drafts",
    [
        None,
        {},
        [],
        "",
        7,
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": [None, {}, {"resource": None}, {"fullUrl": "x"}, 3]},
        {"resourceType": "OperationOutcome"},
    ],
)
@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_nothing_among_the_drafts_is_no_order(drafts, hook):
    """Missing, null, empty and nonsensical draftOrders are no orders, and no error."""
    sent = {"patientId": "p1", "draftOrders": drafts}
    assert read_draft_orders(sent, hook=hook, today=TODAY) == ()
    assert not relevant(sent, hook=hook)


def test_a_context_without_drafts_and_selections():
    """The Sandbox sends order-select without both when the active tab is clicked again."""
    assert read_draft_orders({"patientId": "p1"}, hook="order-select", today=TODAY) == ()
    assert not relevant({"patientId": "p1"}, hook="order-select")


def test_a_bundle_without_type_and_resource_type_a_list_and_entries_without_wrapper():
    """However the drafts are wrapped, they are read."""
    order = draft(T_DXD)
    wrappings = [
        {"entry": [{"resource": order}]},
        {"resourceType": "Bundle", "entry": {"resource": order}},
        [order],
        order,
        {"entry": [order]},
    ]
    for wrapped in wrappings:
        (read,) = read_draft_orders({"draftOrders": wrapped}, hook="order-sign", today=TODAY)
        assert read.drugs == ("trastuzumab-deruxtecan",)


def test_the_sandbox_before_a_drug_is_chosen():
    """The first order-select: no medication, no intent, category as an object. It is an order without a drug, and not relevant."""
    sent = context(
        {
            "resourceType": "MedicationRequest",
            "id": "request-123",
            "status": "draft",
            "subject": {"reference": "Patient/p1"},
            "category": {"coding": [{"system": "http://hl7.org/fhir/medication-request-category", "code": "outpatient"}]},
        },
        selections=["MedicationRequest/request-123"],
    )
    (order,) = read_draft_orders(sent, hook="order-select", today=TODAY)
    assert order == DraftOrder("MedicationRequest/request-123", "start", True, setting="home")
    assert not relevant(sent, hook="order-select")


def test_the_first_order_select_is_decided_in_well_under_five_milliseconds():
    """Order entry calls on every keystroke, so relevance must cost next to nothing."""
    sent = context(
        *[draft((RXNORM, "197361", "Amlodipine 5 MG Oral Tablet"), ident=str(n)) for n in range(20)], selections=["MedicationRequest/3"]
    )
    best = min(_seconds(lambda: relevant(sent, hook="order-select")) for _ in range(20))
    assert best < 0.002


def _seconds(call: Any) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_a_full_url_names_a_resource_without_an_id():
    """An entry that has its id in the fullUrl alone is found by a selection and by a reference as any other."""
    base, medication = "https://ehr.example/fhir", {"resourceType": "Medication", "code": {"text": "Enhertu"}}
    order = draft(ident=None, medicationReference={"reference": "Medication/9"})
    entries = [{"fullUrl": f"{base}/MedicationRequest/7", "resource": order}, {"fullUrl": f"{base}/Medication/9", "resource": medication}]
    sent = {"patientId": "p1", "draftOrders": {"resourceType": "Bundle", "entry": entries}}
    for named, asked in (("MedicationRequest/7", True), (f"{base}/MedicationRequest/7", True), ("MedicationRequest/9", False)):
        (found,) = read_draft_orders(sent | {"selections": [named]}, hook="order-select", today=TODAY)
        assert (found.asked, found.drugs) == (asked, ("trastuzumab-deruxtecan",))


def test_foreign_resource_types_are_ignored():
    """ServiceRequests and the other order types are no medication orders."""
    kinds = ["ServiceRequest", "NutritionOrder", "DeviceRequest", "VisionPrescription", "ProcedureRequest", "MedicationOrder"]
    others = [
        {"resourceType": kind, "id": kind, "status": "draft", "intent": "plan", "code": concept(text="trastuzumab")} for kind in kinds
    ]
    assert signed(*others) == ()
    assert not relevant(context(*others), hook="order-sign")
    assert [order.drugs for order in signed(*others, draft(T_DXD))] == [("trastuzumab-deruxtecan",)]


def test_a_draft_of_another_patient_is_left_out():
    """A draft that names another patient is not ours; one that names ours in any form, or none at all, is."""
    for reference, counted in [
        ("Patient/p2", False),
        ("Patient/p1", True),
        ("https://ehr.example/r4/Patient/p1/_history/2", True),
        (None, True),
    ]:
        subject = {"reference": reference} if reference else None
        sent = context(draft(T_DXD, subject=subject))
        assert bool(read_draft_orders(sent, hook="order-sign", today=TODAY)) is counted
        assert relevant(sent, hook="order-sign") is counted


# --- who is asked


def test_order_select_asks_about_the_selected_orders_only():
    """Selections are compared as Type/id: absolute, versioned, bare, and 160 characters long."""
    spellings = ["MedicationRequest/{}", "https://ehr.example/api/FHIR/R4/MedicationRequest/{}", "MedicationRequest/{}/_history/3", "{}"]
    for spelling in spellings:
        sent = context(draft(T_DXD, ident=LONG_ID), draft(TRASTUZUMAB, ident="2"), selections=[spelling.format(LONG_ID)])
        orders = read_draft_orders(sent, hook="order-select", today=TODAY)
        assert [order.asked for order in orders] == [True, False]
        assert orders[0].id == f"MedicationRequest/{LONG_ID}"


def test_order_select_without_selections_asks_nothing_and_order_sign_asks_everything():
    """A missing or empty selection is no question; a signature is one about all drafts."""
    for selections in ({}, {"selections": []}, {"selections": None}, {"selections": [3]}):
        sent = context(draft(T_DXD), **selections)
        assert [order.asked for order in read_draft_orders(sent, hook="order-select", today=TODAY)] == [False]
        assert not relevant(sent, hook="order-select")
        assert relevant(sent, hook="order-sign")
    assert all(order.asked for order in signed(draft(T_DXD), draft(TRASTUZUMAB, ident="2")))


def test_a_full_url_stands_in_for_a_missing_id():
    """A draft without an id is found by the fullUrl of its entry."""
    sent = {"draftOrders": {"entry": [{"fullUrl": "urn:uuid:7", "resource": draft(T_DXD, ident=None)}]}, "selections": ["urn:uuid:7"]}
    (order,) = read_draft_orders(sent, hook="order-select", today=TODAY)
    assert (order.id, order.asked) == ("urn:uuid:7", True)


# --- which drug


def test_the_drug_by_code_text_contained_entry_and_display():
    """Every way in which EHRs name the drug of a draft."""
    product = {"resourceType": "Medication", "id": "m1", "code": concept(T_DXD)}
    by_reference = {"medicationReference": {"reference": "https://ehr.example/api/Medication/m1"}}
    mixture = {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemCodeableConcept": concept(T_DXD)}]}
    labelled = {**mixture, "code": concept(text="IV admixture")}
    ways = [
        [draft(medicationReference={"reference": "#m1", "display": "chemo infusion"}, contained=[mixture])],
        [draft(medicationReference={"reference": "#m1"}, contained=[labelled])],
        [draft(**by_reference), labelled],
        [draft(**by_reference), mixture],
        [draft(medication={"concept": concept(T_DXD)})],
        [draft(medication={"reference": {"reference": "Medication/m1"}}), product],
        [draft(T_DXD)],
        [draft(("urn:oid:2.16.840.1.113883.6.88", "2267582"))],
        [draft(text="fam-trastuzumab deruxtecan-nxki (Enhertu)")],
        [draft(medicationReference={"reference": "#m1"}, contained=[product])],
        [draft(**by_reference), product],
        [draft(medicationReference={"reference": "Medication/gone", "display": "ENHERTU 100 mg IV solution"})],
        [draft(medicationReference={"display": "trastuzumab deruxtecan"})],
    ]
    for resources in ways:
        assert [order.drugs for order in signed(*resources)] == [("trastuzumab-deruxtecan",)]
        assert relevant(context(*resources), hook="order-sign")


def test_a_medication_of_the_prefetch_names_the_drug():
    """A Medication that stands in the prefetch and not among the drafts is found; until it is read the order may concern us."""
    sent = context(draft(medicationReference={"reference": "Medication/m1"}))
    prefetch = read_value(json.dumps([{"resourceType": "Medication", "id": "m1", "code": concept(T_DXD)}]).encode())
    assert relevant(sent, hook="order-sign")
    assert read_draft_orders(sent, hook="order-sign", today=TODAY)[0].drugs == ()
    assert read_draft_orders(sent, hook="order-sign", today=TODAY, reading=prefetch)[0].drugs == ("trastuzumab-deruxtecan",)


def test_a_mixture_that_names_nothing_may_concern_us():
    """A Medication without a code and without readable ingredients: nobody can say that it is none of ours."""
    assert relevant(
        context(draft(medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m"}])), hook="order-sign"
    )


@pytest.mark.parametrize("odd", [None, [], "Enhertu", {}, {"concept": None}, {"concept": "x", "reference": 7}])
def test_an_r5_medication_that_cannot_be_read_costs_nothing_else(odd):
    """The order is read by what else it says."""
    assert one(T_DXD, medication=odd).drugs == ("trastuzumab-deruxtecan",)


def test_relevance_is_about_our_drugs_and_what_interacts_with_them():
    """Supportive care and strangers ask nothing; anthracyclines, interacting medicines and stops of our drugs do."""
    asks = {
        "doxorubicin 60 mg/m2": True,
        "gemfibrozil 600 mg tablet": True,
        "letrozole 2.5 mg": True,
        "Trastuzumab-anns 420 MG Injection": True,
        "ondansetron 8 mg": False,
        "dexamethasone 4 mg": False,
        "loperamide": False,
        "amoxicillin 500 mg": False,
        "ketoconazole 2 % cream": False,
    }
    for text, asked in asks.items():
        assert relevant(context(draft(text=text)), hook="order-sign") is asked, text
    assert relevant(context(draft(TRASTUZUMAB, status="stopped")), hook="order-sign")


def test_decision_24_a_her2_drug_that_cannot_be_told_concerns_us():
    """It keeps no drug, but is not passed over; codes of letrozole and docetaxel on one order stay silent."""
    for codings, text in [((T_DM1, T_DXD), None), (((RXNORM, "1922508", "Trastuzumab Injection"),), "Trastuzumab Injection")]:
        assert relevant(context(draft(*codings, text=text)), hook="order-sign")
        order = one(*codings, text=text)
        assert (order.drugs, order.untold is None) == ((), False)
    assert not relevant(context(draft((RXNORM, "72965", "Letrozole"), (RXNORM, "72962", "docetaxel"))), hook="order-sign")


def test_other_medicines_are_named():
    """Supportive and interacting medicines stand under `others`, never under `drugs`."""
    assert one((RXNORM, "4719", "gemfibrozil")).others == ("gemfibrozil",)
    assert one(text="netupitant/palonosetron (Akynzeo)").others == ("netupitant", "palonosetron")
    assert one(T_DXD).others == ()


def test_code_and_text_of_different_her2_products():
    """A product picked by its code under another's name: the code is the drug, the name is what was planned."""
    order = one(T_DM1, text="trastuzumab deruxtecan (Enhertu) 5.4 mg/kg")
    assert (order.drugs, order.plan) == (("trastuzumab-emtansine",), "trastuzumab-deruxtecan")


# --- plans among the drafts


@pytest.mark.parametrize(
    ("plan", "named"),
    [
        ({}, "trastuzumab-deruxtecan"),
        ({"status": "revoked"}, None),
        ({"resourceType": "Observation"}, None),
        ({"title": None}, None),
        ({"title": "OP BREAST ADO-TRASTUZUMAB EMTANSINE"}, "trastuzumab-emtansine"),
        ({"title": ["odd"]}, None),
    ],
)
@pytest.mark.parametrize("reference", ["CarePlan/p", "https://ehr.example/fhir/CarePlan/p", "urn:uuid:plan"])
def test_the_title_of_a_plan_beside_the_order_is_its_plan(plan, named, reference):
    """An order is based on its plan by reference, without a name: T-DM1 under a plan of T-DXd was no mix-up."""
    title = "OP BREAST FAM-TRASTUZUMAB DERUXTECAN (ENHERTU)"
    beside = {"resourceType": "CarePlan", "id": "p", "status": "active", "intent": "plan", "title": title, **plan}
    url = f"https://ehr.example/fhir/{beside['resourceType']}/p" if reference.startswith("https") else reference
    drafts = [{"resource": draft(text="Kadcyla", basedOn=[{"reference": reference}])}, {"fullUrl": url, "resource": beside}]
    hook_context = {"patientId": "p1", "draftOrders": {"resourceType": "Bundle", "entry": drafts}}
    (order,) = read_draft_orders(hook_context, hook="order-sign", today=TODAY)
    assert order.plan == named


# --- start or stop


@pytest.mark.parametrize(
    ("status", "act"),
    [
        ("draft", "start"),
        ("active", "start"),
        (None, "start"),
        ("stopped", "stop"),
        ("cancelled", "stop"),
        ("completed", "stop"),
        ("revoked", "stop"),
        ("discontinued", "stop"),
    ],
)
def test_the_status_decides_between_start_and_stop(status, act):
    """A re-signed active order goes on; stopped, cancelled and completed orders end a therapy."""
    order = one(TRASTUZUMAB, status=status)
    assert (order.act, order.status) == (act, status or "draft")


def test_held_and_erroneous_orders_are_no_orders():
    """An order on hold neither begins nor ends a therapy."""
    assert signed(draft(TRASTUZUMAB, status="on-hold"), draft(TRASTUZUMAB, ident="2", status="entered-in-error")) == ()


def test_an_order_not_to_give_a_drug_and_an_end_that_has_come_are_stops():
    """An update that ends a therapy stops it, whatever its status says."""
    assert one(TRASTUZUMAB, doNotPerform=True).act == "stop"
    ended = {"timing": {"repeat": {"boundsPeriod": {"start": "2026-05-01", "end": "2026-11-20"}}}}
    assert one(TRASTUZUMAB, status="active", dosageInstruction=[ended]).act == "stop"
    assert one(TRASTUZUMAB, status="active", dispenseRequest={"validityPeriod": {"start": "2026-01-01", "end": "2026-10-31"}}).act == "stop"


def test_one_infusion_for_today_is_no_stop():
    """Beginning and ending today is a single dose; a draft is never a stop by its dates, nor is an end to come."""
    today = {"timing": {"repeat": {"boundsPeriod": {"start": "2026-11-20", "end": "2026-11-20"}}}}
    later = {"timing": {"repeat": {"boundsPeriod": {"start": "2026-05-01", "end": "2027-05-01"}}}}
    assert one(TRASTUZUMAB, status="active", dosageInstruction=[today]).act == "start"
    assert one(TRASTUZUMAB, status="active", dosageInstruction=[later]).act == "start"
    assert (
        one(TRASTUZUMAB, dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": "2026-05-01", "end": "2026-06-01"}}}}]).act
        == "start"
    )


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"statusReason": {"text": "chemotherapy complete"}}, "completed"),
        ({"statusReason": {"text": "disease progression"}}, "progression"),
        ({"statusReason": [{"text": "LVEF fell to 38 %"}]}, "cardiac"),
        ({"statusReason": concept((SNOMED, "407563006"))}, "toxicity"),
        ({"statusReason": {"text": "per Dr. Smith"}}, "other"),
        ({"note": [{"text": "Hospice enrolment today"}]}, "hospice"),
        ({}, None),
    ],
)
def test_why_a_therapy_is_stopped(members, reason):
    """The status reason by code or words, else clear words of a note; no reason is no reason."""
    assert one(TRASTUZUMAB, status="stopped", **members).stop_reason == reason
    assert one(TRASTUZUMAB, **members).stop_reason is None


# --- doses


def test_a_dose_in_the_forms_in_which_it_is_sent():
    """A list or an object, a range, at the top of the order (Epic), within the dosage, in words, in the drug's text."""
    mg = quantity(378, "mg")
    per_kg = quantity(5.4, "mg/kg")
    forms = {
        "list": {"dosageInstruction": [{"doseAndRate": [{"doseQuantity": per_kg}]}]},
        "object": {"dosageInstruction": [{"doseAndRate": {"doseQuantity": per_kg}}]},
        "dosage object": {"dosageInstruction": {"doseAndRate": {"doseQuantity": per_kg}}},
        "range": {"dosageInstruction": [{"doseAndRate": [{"doseRange": {"low": quantity(4.4, "mg/kg"), "high": per_kg}}]}]},
        "old": {"dosageInstruction": [{"doseQuantity": per_kg}]},
        "words": {"dosageInstruction": [{"text": "5.4 mg/kg IV every 3 weeks"}]},
        "instruction": {"dosageInstruction": [{"patientInstruction": "5.4 mg/kg"}]},
    }
    for form, members in forms.items():
        assert amount(one(text="Enhertu", **members)) == (5.4, "mg/kg"), form
    assert amount(one(text="Enhertu", doseQuantity=mg)) == (378, "mg")
    assert amount(one(text="trastuzumab deruxtecan 5.4 mg/kg")) == (5.4, "mg/kg")
    assert amount(one(text="Enhertu 100 MG Injection")) is None


def test_units_are_canonical():
    """Grams and micrograms become milligrams, and a unit in words is as good as UCUM."""
    units = [
        (0.6, "g", (600, "mg")),
        (500, "ug", (0.5, "mg")),
        (1, "g/m2", (1000, "mg/m2")),
        (5.4, "mg/kg/dose", (5.4, "mg/kg")),
        (6.4, "mg per kg", (6.4, "mg/kg")),
        (6.4, "mg/kg{actual}", (6.4, "mg/kg")),
        (6.4, "mg/kg (Treatment Plan Recorded)", (6.4, "mg/kg")),
        (750, "mg/m2{BSA}", (750, "mg/m2")),
        (448, "mg (total)", (448, "mg")),
        (6400, "ug/kg", (6.4, "mg/kg")),
        (540, "milligram(s)", (540, "mg")),
        (1000, "mg/square meter", (1000, "mg/m2")),
        (10, "mL", (10, "mL")),
    ]
    for value, unit, expected in units:
        assert amount(dosed({"doseAndRate": [{"doseQuantity": quantity(value, unit)}]})) == expected
    assert amount(dosed({"doseAndRate": [{"doseQuantity": {"value": "378", "unit": "milligram", "code": "258684004"}}]})) == (378, "mg")
    assert amount(dosed({"doseAndRate": [{"doseQuantity": quantity(3, "furlong")}]})) is None


def test_a_mass_in_words_comes_before_tablets_and_volumes():
    """Two tablets are no dose that can be judged where the text gives milligrams."""
    tablets = {"doseAndRate": [{"doseQuantity": quantity(2, "tablet")}], "text": "Take 2 tablets (300 mg total) by mouth 2 times daily"}
    order = dosed(tablets, text="tucatinib 150 MG Oral Tablet")
    assert (amount(order), order.route, order.dose.times_a_day if order.dose else None) == ((300, "mg"), "oral", 2)
    assert amount(dosed({"doseAndRate": [{"doseQuantity": quantity(10, "mL")}]}, text="Phesgo")) == (10, "mL")


@pytest.mark.parametrize(
    ("product", "strength"), [("capecitabine 150 mg tablet", 150), ("capecitabine", None), ("capecitabine 500 mg or 150 mg tablet", None)]
)
def test_the_strength_of_tablets_is_kept(product, strength):
    """Tablets of two strengths are ordered apart, and taken together."""
    assert dosed({"text": "Take 2 tablets twice daily"}, text=product).strength == strength


@pytest.mark.parametrize(
    ("product", "text", "expected"),
    [
        ("tucatinib 150 mg tablet", "Take 4 tablets by mouth twice daily", 600),
        ("tucatinib 150 mg tablet", "Take 4 tabs of 150 mg twice daily", 600),
        ("tucatinib 150 mg tablet", "Take 4 (four) tablets by mouth 2 (two) times daily", 600),
        ("Tukysa 150 MG Oral Tablet", "Take two tablets twice daily", 300),
        ("tucatinib", "4 x 150 mg tablets", 600),
        ("neratinib 40 mg tablet", "6 tabs (40 mg each) by mouth daily", 240),
        ("neratinib 40 mg tablet", "Take 6 tablets (40 mg) daily", 240),
        ("lapatinib 250 mg", "Take 5 tabs (250 mg each) once daily", 1250),
        ("lapatinib 250 mg tablet", "5 tablets (1,250 mg total) once daily", 1250),
        ("capecitabine 500 mg tablet", "Take 3 tablets (1500 mg) in the morning", 1500),
        ("capecitabine 500 mg tablet", "1500 mg capecitabine twice daily", 1500),
        ("capecitabine", "Take 8 tablets by mouth twice daily", None),
        ("capecitabine 500 mg", "Take 8 tablets by mouth twice daily", None),
        ("capecitabine 500 mg or 150 mg tablet", "Take 8 tablets by mouth twice daily", None),
        ("capecitabine 500 mg tablet", "Take 3 tablets, or 4 tablets with a fever", None),
        ("capecitabine 500 mg tablet", "Take 1-2 tablets daily", None),
        ("tucatinib 150 mg tablet", "Take as directed", None),
    ],
)
def test_tablets_are_counted_and_weighed(product, text, expected):
    """So many tablets are so many times the strength of one, which the text or the product's name gives; a strength is never the dose."""
    assert amount(dosed({"text": text}, text=product)) == ((expected, "mg") if expected else None)


def test_counted_tablets_in_the_structure():
    """`4 {tbl}` of a product with one strength is a mass; without one it stays a count. A mass in words comes first."""
    four = {"doseAndRate": [{"doseQuantity": quantity(4, "{tbl}")}], "text": "Take as directed"}
    assert amount(dosed(four, text="tucatinib 150 mg tablet")) == (600, "mg")
    assert amount(dosed(four, text="tucatinib")) == (4, "{tbl}")
    tabs = {"doseAndRate": [{"doseQuantity": {"value": 4, "unit": "tabs"}}]}
    assert amount(dosed(tabs, text="Tukysa 150 mg Filmtabletten")) == (600, "mg")
    caps = {"doseAndRate": [{"doseQuantity": quantity(2, "CAP")}]}
    assert amount(dosed(caps, text="palbociclib 125 MG Oral Capsule")) == (250, "mg")
    assert amount(dosed({**four, "text": "4 tablets (200 mg total)"}, text="tucatinib 50 mg tablet")) == (200, "mg")


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("fam-trastuzumab deruxtecan-nxki 100 MG Injection [Enhertu]", (600, "mg")),
        ("Enhertu 100 mg vial", (600, "mg")),
        ("Enhertu 100 mg vial (20 mg/mL)", (600, "mg")),
        ("Enhertu 20 mg per mL injection", None),
        ("Enhertu", None),
        ("Kadcyla 100 mg or 160 mg vial", None),
    ],
)
def test_counted_vials(product, expected):
    """Vials of one strength are a mass; without it they are no dose, and a mass in words comes first."""
    six = {"doseAndRate": [{"doseQuantity": quantity(6, "{vial}")}]}
    assert amount(dosed(six, text=product)) == expected
    assert amount(dosed({**six, "text": "378 mg IV"}, text=product)) == (378, "mg")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 vials of 100 mg IV", None),
        ("Use 4 vials of 100 mg; dose 5.4 mg/kg", (5.4, "mg/kg")),
        ("5 vials of 100 mg (500 mg)", (500, "mg")),
        ("1 vial of 420 mg", (420, "mg")),
        ("6 vials (100 mg each) IV every 3 weeks", None),
        ("6 vials, 100 mg each", None),
        ("100 mg x 6 vials", None),
        ("6 x 100 mg vials", None),
        ("600 mg (6 vials, 100 mg each)", (600, "mg")),
        ("600 mg each infusion", (600, "mg")),
        ("600 mg x 6 cycles", (600, "mg")),
    ],
)
def test_the_strength_of_several_vials_in_words_is_no_dose(text, expected):
    """100 mg was read as the whole dose."""
    assert amount(dosed({"text": text})) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.000 mg twice daily", None),
        ("1.250 mg/m2 twice daily", None),
        ("1,000 mg twice daily", (1000, "mg")),
        ("5.400 mg/kg IV", (5.4, "mg/kg")),
        ("378.000 mg IV", (378, "mg")),
        ("1.5 g daily", (1500, "mg")),
    ],
)
def test_one_or_a_thousand_is_no_dose(text, expected):
    """1.000 mg is a thousand where points divide thousands: neither is guessed. Doses by weight are small, and hundreds no thousands."""
    assert amount(dosed({"text": text})) == expected


def test_the_thousands_of_a_fixed_combination():
    """Its amounts are hundreds of milligrams, so that 1.200 mg/600 mg, as its name is written in German, is the loading dose."""
    order = dosed({"text": "1.200 mg/600 mg SC"}, text="Phesgo")
    assert order.dose is not None
    assert order.dose.parts == (1200, 600)


def test_vials_of_a_fixed_combination_are_its_amounts():
    """How many vials are opened does not hide the two amounts in the product's name."""
    order = dosed({"doseAndRate": [{"doseQuantity": quantity(1, "{vial}")}]}, text="Phesgo 1200 mg/600 mg vial")
    assert order.dose is not None
    assert (amount(order), order.dose.parts) == ((1200, "mg"), (1200, 600))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reduced from 5.4 mg/kg to 4.4 mg/kg IV every 3 weeks", 4.4),
        ("Reduced from 5.4 mg/kg (378 mg) to 4.4 mg/kg (308 mg)", 4.4),
        ("5.4 mg/kg (378 mg) reduced to 4.4 mg/kg", 4.4),
        ("5.4 mg/kg -> 4.4 mg/kg", 4.4),
        ("Dose reduction: was 5.4 mg/kg, now 4.4 mg/kg IV", 4.4),
        ("Previous dose 5.4 mg/kg. 4.4 mg/kg from today", 4.4),
        ("4.4 mg/kg instead of 5.4 mg/kg", 4.4),
        ("Do not exceed 5.4 mg/kg. Give 6.4 mg/kg IV q3w", 6.4),
        ("Maximum 5.4 mg/kg, give 6.4 mg/kg", 6.4),
        ("If ANC < 1 reduce to 4.4 mg/kg; otherwise 5.4 mg/kg", 5.4),
        ("6.4 mg/kg, reduce to 4.4 mg/kg for toxicity", 6.4),
        ("From cycle 2: 6.4 mg/kg", 6.4),
        ("Give if ANC above 1, 5.4 mg/kg", 5.4),
        ("Give 5.4 mg/kg if ANC above 1", 5.4),
        ("Last dose 5.4 mg/kg", None),
        ("80 % of 5.4 mg/kg", None),
    ],
)
def test_the_dose_that_is_ordered_and_not_the_one_before_it(text, expected):
    """What was given before, and a limit, are no order; what is given on a condition is one only where nothing else is ordered."""
    assert amount(dosed({"text": text})) == ((expected, "mg/kg") if expected else None)


def test_an_amount_of_a_day_is_shared_among_its_doses():
    """2000 mg/m2/day in two doses is 1000 mg/m2 twice a day; a daily dose alone is one a day."""
    order = dosed({"text": "2000 mg/m2/day PO in 2 divided doses, days 1-14 of 21"}, text="capecitabine")
    assert order.dose is not None
    assert (order.dose.amount, order.dose.unit, order.dose.times_a_day) == (1000, "mg/m2", 2)
    per_day = dosed({"text": "1000 mg/m2/day PO days 1-14 of 21"}, text="capecitabine")
    assert per_day.dose is not None
    assert (per_day.dose.amount, per_day.dose.times_a_day, per_day.dose.of_day) == (1000, 1, True)
    once = dosed({"text": "1250 mg/day"}, text="lapatinib")
    assert once.dose is not None
    assert (once.dose.amount, once.dose.times_a_day) == (1250, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3600 mg daily in two divided doses", (1800, 2)),
        ("3600 mg daily in 2 doses", (1800, 2)),
        ("3600 mg PO daily, divided BID, days 1-14", (1800, 2)),
        ("3600 mg total daily dose divided BID", (1800, 2)),
        ("3600 mg total daily, split into 2 equal doses", (1800, 2)),
        ("3600 mg daily in 2 divided doses (1800 mg BID)", (1800, 2)),
        ("3600 mg daily for 14 days as two divided doses", (1800, 2)),
        ("3600 mg daily in divided doses", (3600, 1)),
        ("3600 mg once daily", (3600, 1)),
        ("3600 mg daily", (3600, 1)),
        ("1800 mg twice daily in divided doses", (1800, 2)),
        ("1800 mg twice daily", (1800, 2)),
        ("1250 mg daily, not divided", (1250, 1)),
        ("1250 mg daily. Capecitabine in two divided doses", (1250, 2)),
        ("1250 mg daily, capecitabine 3600 mg in two divided doses", (1250, 2)),
    ],
)
def test_a_daily_amount_in_divided_doses(text, expected):
    """What is taken "daily in two divided doses" is the amount of the day; a share of it that is given twice daily is not halved again."""
    order = dosed({"text": text}, text="capecitabine")
    assert order.dose is not None
    assert (order.dose.amount, order.dose.times_a_day) == expected
    assert order.further == ()


def test_a_daily_amount_that_is_structured_too():
    """The words say what the structured amount is, where nothing else says how often."""
    text = "3600 mg daily in two divided doses"
    twice = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}
    orders = [dosed(mg(3600, text=text)), dosed(mg(3600, twice, text=text)), dosed(mg(1800, twice, text=text))]
    assert [(order.dose.amount, order.dose.times_a_day) for order in orders if order.dose] == [(1800, 2), (3600, 2), (1800, 2)]


MORNING: Json = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}}
EVENING: Json = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["EVE"]}}


def mg(value: float, timing: Any = None, **more: Any) -> Json:
    return {"doseAndRate": [{"doseQuantity": quantity(value, "mg")}], **({"timing": timing} if timing else {}), **more}


@pytest.mark.parametrize(
    ("dosages", "expected"),
    [
        ([mg(1500, MORNING), mg(2000, EVENING)], (3500, 1, True)),
        ([mg(1500, MORNING, text="3 tablets AM"), mg(2000, EVENING, text="4 tablets PM")], (3500, 1, True)),
        ([mg(300, MORNING), mg(300, EVENING)], (300, 2, False)),
        (
            [mg(500, {"repeat": {"timeOfDay": ["08:00:00", "14:00:00"]}}), mg(1000, {"repeat": {"timeOfDay": ["20:00:00"]}})],
            (2000, 1, True),
        ),
        ([{"text": "Take 3 tablets (1,500 mg) in the morning"}, {"text": "Take 4 tablets (2,000 mg) in the evening"}], (3500, 1, True)),
        ([{"text": "1500 mg in the morning and 2000 mg in the evening, days 1-14"}], (3500, 1, True)),
        ([{"text": "Take 3 tablets in the morning and 4 tablets in the evening"}], (3500, 1, True)),
        ([mg(1500, text="in the morning"), mg(2000, text="in the evening")], (3500, 1, True)),
        ([mg(1500, MORNING), mg(1500, MORNING)], (1500, 1, False)),
        ([mg(1500, MORNING), mg(2000)], (1500, 1, False)),
        ([{"text": "1500 mg in the morning and evening"}], (1500, None, False)),
        ([{"text": "1500 mg twice daily, in the morning and in the evening"}], (1500, 2, False)),
        ([mg(1500, {"repeat": {"period": 2, "periodUnit": "d", "when": ["MORN"]}}), mg(2000, EVENING)], (1500, None, False)),
    ],
)
def test_the_shares_of_a_day_are_one_dose(dosages, expected):
    """What is taken in the morning and in the evening is the dose of a day; the same time of day twice is not added up."""
    order = dosed(*dosages, text="capecitabine 500 mg tablet")
    assert order.dose is not None
    assert (order.dose.amount, order.dose.times_a_day, order.dose.of_day) == expected


def test_shares_of_different_weeks_are_not_added_up():
    """A morning dose this week and an evening dose the next are no day together."""
    weeks = [mg(240, {"repeat": {**MORNING["repeat"], "boundsPeriod": {"start": "2026-11-20"}}}), mg(160, EVENING)]
    assert amount(dosed(*weeks, text="neratinib 40 mg tablet")) == (240, "mg")


@pytest.mark.parametrize(
    ("timing", "days", "times"),
    [
        ({"repeat": {"frequency": 1, "period": 21, "periodUnit": "d"}}, 21, None),
        ({"repeat": {"frequency": 1, "period": 3, "periodUnit": "wk"}}, 21, None),
        ({"repeat": {"period": 1, "periodUnit": "wk"}}, 7, None),
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, 0.5, 2),
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "count": 1}}, None, 2),
        ({"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}, 0.5, 2),
        ({"repeat": {"frequency": 1, "period": 90, "periodUnit": "min"}}, None, 16),
        ({"repeat": {"frequency": 2, "frequencyMax": 3, "period": 1, "periodUnit": "d"}}, 0.333, 3),
        ({"repeat": {"frequency": 2, "frequencyMax": "odd", "period": 1, "periodUnit": "d"}}, 0.5, 2),
        ({"repeat": {"frequency": 2, "period": 21, "periodUnit": "d"}}, 10.5, None),
        ({"repeat": {"frequency": 3, "period": 3, "periodUnit": "wk"}}, 7, None),
        ({"repeat": {"frequency": 3, "period": 28, "periodUnit": "d"}}, 9.3, None),
        ({"repeat": {"frequency": 28, "period": 21, "periodUnit": "d"}}, None, None),
        ({"repeat": {"timeOfDay": ["08:00:00", "20:00:00"], "period": 21, "periodUnit": "d"}}, None, None),
        ({"event": ["2026-12-05", "2026-11-21T10:00:00Z", "2026-11-28"]}, 7, None),
        ({"event": ["2026-11-21", "2026-12-12"], "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, 21, None),
        ({"event": ["2026-11-21T08:00:00Z", "2026-11-21T20:00:00Z"]}, None, None),
        ({"event": ["2026-11", "2026-12", "soon"], "code": {"text": "Q3W"}}, 21, None),
        ({"event": ["2026-11-21"], "code": {"text": "Q3W"}}, 21, None),
        ({"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}, 0.5, 2),
        ({"repeat": {"timeOfDay": ["08:00:00", "20:00:00"], "period": 1, "periodUnit": "d"}}, 0.5, 2),
        ({"repeat": {"timeOfDay": ["08:00:00"], "period": 21}}, None, None),
        ({"repeat": {"timeOfDay": ["08:00:00", "20:00:00"], "frequency": 1, "period": 1, "periodUnit": "d"}}, None, None),
        ({"repeat": {"when": ["MORN", "EVE"], "frequency": 2, "period": 1, "periodUnit": "d"}}, 0.5, 2),
        ({"code": {"text": "Q3W"}}, 21, None),
        ({"code": {"coding": [{"code": "BID"}]}}, 0.5, 2),
        ({"code": {"coding": [{"code": "TID"}]}}, 0.333, 3),
        ({"code": {"coding": [{"code": "Q12H", "display": "every 12 hours"}]}}, 0.5, 2),
        ({"code": {"coding": [{"code": "QD"}]}}, None, 1),
        ({"code": {"text": "weekly"}, "repeat": "odd"}, 7, None),
        ({}, None, None),
        ("odd", None, None),
    ],
)
def test_how_often(timing, days, times):
    """Counted, listed or named, and never guessed. What is given several times in a period has its interval on average."""
    order = dosed({"timing": timing, "doseAndRate": [{"doseQuantity": quantity(5.4, "mg/kg")}]})
    assert order.dose is not None
    assert (order.dose.every_days, order.dose.times_a_day) == (days, times)


@pytest.mark.parametrize(
    ("members", "replaces", "based_on"),
    [
        ({"priorPrescription": {"reference": "MedicationRequest/7"}}, "MedicationRequest/7", None),
        (
            {"basedOn": [{"reference": "CarePlan/1"}, {"reference": "https://ehr/fhir/MedicationRequest/7/_history/2"}]},
            None,
            "MedicationRequest/7",
        ),
        ({"basedOn": {"reference": "MedicationRequest/7"}, "priorPrescription": "odd"}, None, "MedicationRequest/7"),
        ({"basedOn": [{"reference": "ServiceRequest/1"}], "priorPrescription": {"display": "the last one"}}, None, None),
        ({}, None, None),
    ],
)
def test_the_order_that_an_order_replaces_or_carries_out(members, replaces, based_on):
    """Other requests and plans are no medication order."""
    order = one(text="trastuzumab", **members)
    assert (order.replaces, order.based_on) == (replaces, based_on)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("5.4 mg/kg IV on days 1 and 8 of a 21-day cycle", 7),
        ("5.4 mg/kg (378 mg) IV D1, D8 q21d", 7),
        ("80 mg/m2 IV over 60 minutes on days 1, 8, 15 every 28 days", 7),
        ("5.4 mg/kg, IV, days 1 & 15.", 14),
        ("5.4 mg/kg (378 mg) IV over 90 minutes (days 1, 8 and 15 of 28)", 7),
        ("Infuse 5.4 mg/kg on day 1 and day 8", 7),
        ("Give on days 1 and 8 of a 21-day cycle: 5.4 mg/kg", 7),
        ("5.4 mg/kg IV every 21 days on days 1 and 22", 21),
        ("5.4 mg/kg IV daily", 1),
        ("378 mg IV once daily", 1),
        ("3.6 mg/kg/dose IV daily", 1),
        ("5.4 mg/kg IV BID", 0.5),
        ("378 mg IV over 90 minutes twice daily", 0.5),
        ("378 mg IV every 12 hours", 0.5),
        ("5.4 mg/kg IV. Rinse the mouth twice daily", None),
        ("600 mg by mouth BID", None),
        ("5.4 mg/kg IV on day 1 of each 21-day cycle", 21),
        ("5.4 mg/kg IV once daily on day 1 of each 21-day cycle", 21),
        ("5.4 mg/kg IV q3w with dexamethasone on days 1, 2 and 3", 21),
        ("5.4 mg/kg IV every 3 weeks, dexamethasone 8 mg days 2, 3", 21),
        ("5.4 mg/kg IV every 3 weeks; ondansetron 8 mg daily", 21),
        ("1000 mg/m2 on days 1-14 of a 21-day cycle", 21),
        ("8 mg/kg day 1, 6 mg/kg q3w", 21),
        ("4 mg/kg, then 2 mg/kg weekly x 12, then 6 mg/kg every 3 weeks", 7),
        ("Week 1: 4 mg/kg IV. Weeks 2-12: 2 mg/kg IV weekly. Then 6 mg/kg q3w", 7),
        ("6 mg/kg every 3 weeks, with paclitaxel 80 mg/m2 weekly", 21),
        ("with paclitaxel 80 mg/m2 weekly: 6 mg/kg every 3 weeks", 21),
        ("8 mg/kg IV day 1 and 2 hours later", None),
        ("5.4 mg/kg, Intravenous, Daily, for 1 dose", None),
        ("5.4 mg/kg IV daily, starting 11/21/26, last dose 11/21/26", None),
        ("5.4 mg/kg IV. Flush line daily", None),
        ("5.4 mg/kg IV. Change the dressing every 3 days", None),
        ("1250 mg by mouth daily", None),
        ("378 mg IV on day 1; return weekly for labs", None),
        ("5.4 mg/kg IV. CBC weekly", None),
        ("5.4 mg/kg IV with weekly CBC", None),
        ("5.4 mg/kg IV. Change the dressing every 7 days", None),
        ("CBC every 2 weeks, 5.4 mg/kg every 3 weeks", 21),
        ("5.4 mg/kg IV weekly with labs", 7),
        ("5.4 mg/kg IV, weekly, check weight", 7),
        ("6 mg/kg; if missed > 1 wk give 8 mg/kg", None),
        ("2 mg/kg IV q wk", 7),
        ("2 mg/kg IV qweek", 7),
        ("2 mg/kg/wk", 7),
        ("5.4 mg/kg IV tri-weekly", None),
    ],
)
def test_the_days_of_an_infusion_in_words(text, days):
    """Days that are listed, and "daily", count beside the infusion's own amount; a single day, a span, other medicines' days do not."""
    order = dosed({"text": text})
    assert order.dose is not None
    assert order.dose.every_days == days


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("Premedicate with dexamethasone 12 mg. 378 mg IV every 3 weeks", (378, "mg")),
        ("Premedication: dexamethasone 12 mg, ondansetron 16 mg. Dose: 5.4 mg/kg", (5.4, "mg/kg")),
        ("Dexamethasone 12 mg IV, then trastuzumab deruxtecan 378 mg IV", (378, "mg")),
        ("Kadcyla 3.6 mg/kg IV every 3 weeks", (3.6, "mg/kg")),
    ],
)
def test_r126_the_first_amount_of_the_words_may_be_another_medicines(text, ordered):
    """What is ordered is looked for outside the phrases on other medicines; where there is nothing, the wrong product's dose is."""
    assert amount(dosed({"text": text})) == ordered


@pytest.mark.parametrize(
    ("drug", "text", "days"),
    [
        ("trastuzumab deruxtecan", "378 mg IV on day 1; methotrexate weekly", None),
        ("trastuzumab deruxtecan", "5.4 mg/kg IV with weekly paclitaxel", None),
        ("trastuzumab deruxtecan", "5.4 mg/kg IV - zoledronic acid monthly", None),
        ("trastuzumab deruxtecan", "premedicate with dexamethasone weekly, 378 mg IV", None),
        ("trastuzumab deruxtecan", "5.4 mg/kg IV q3w; ondansetron 8 mg BID", 21),
        ("trastuzumab deruxtecan", "5.4 mg/kg IV weekly after dexamethasone 12 mg", 7),
        ("trastuzumab deruxtecan", "Chemotherapy order: 378 mg IV weekly", 7),
        ("trastuzumab deruxtecan", "Fam-trastuzumab deruxtecan-nxki 5.4 mg/kg IV weekly", 7),
        ("trastuzumab", "6 mg/kg IV with weekly chemotherapy", None),
        ("trastuzumab", "6 mg/kg IV on day 1 of weekly paclitaxel", None),
        ("trastuzumab", "Paclitaxel 80 mg/m2 IV, weekly. 6 mg/kg q3w", 21),
        ("trastuzumab", "Paclitaxel (80 mg/m2) weekly, 6 mg/kg", None),
        ("trastuzumab", "6 mg/kg (with paclitaxel) every 3 weeks", 21),
        ("trastuzumab", "With docetaxel, 6 mg/kg weekly", 7),
        ("trastuzumab", "Paclitaxel and trastuzumab weekly, 2 mg/kg", 7),
        ("trastuzumab", "2 mg/kg weekly with paclitaxel", 7),
        ("trastuzumab", "2 mg/kg IV weekly x 12 weeks w/ paclitaxel 80 mg/m2 weekly, then 6 mg/kg q3w", 7),
        ("pertuzumab", "420 mg IV; trastuzumab weekly", None),
        ("Phesgo", "pertuzumab 600 mg and trastuzumab 600 mg SC weekly", 7),
    ],
)
def test_r126_the_rhythm_of_another_medicine_is_not_the_orders(drug, text, days):
    """A phrase that names another medicine is said of it. What cannot be told is no rhythm: nothing is asked rather than a false alarm."""
    order = dosed({"text": text}, text=drug)
    assert order.dose is not None
    assert order.dose.every_days == days


@pytest.mark.parametrize(
    ("drug", "text", "times"),
    [
        ("capecitabine", "1500 mg twice daily with trastuzumab every 3 weeks", 2),
        ("tucatinib 150 mg tablet", "In combination with trastuzumab and capecitabine, 300 mg twice daily", 2),
    ],
)
def test_tablets_are_taken_beside_other_medicines(drug, text, times):
    order = dosed({"text": text}, text=drug)
    assert order.dose is not None
    assert (order.dose.every_days, order.dose.times_a_day) == (None, times)


@pytest.mark.parametrize(
    ("drug", "text", "route"),
    [
        ("trastuzumab deruxtecan", "5.4 mg/kg IV over 90 minutes; pegfilgrastim 6 mg SC on day 2", "iv"),
        ("trastuzumab", "6 mg/kg. Pegfilgrastim 6 mg subcut on day 2", None),
        ("trastuzumab emtansine", "3.6 mg/kg, for IV infusion only, not for subcutaneous use", "iv"),
        ("trastuzumab emtansine", "Do not give SC. 3.6 mg/kg IV", "iv"),
        ("trastuzumab deruxtecan", "5.4 mg/kg IV via subcutaneous port", "iv"),
        ("trastuzumab deruxtecan", "5.4 mg/kg SC", "sc"),
        ("Phesgo", "600 mg/600 mg SC, do not give IV", "sc"),
        ("trastuzumab", "trastuzumab SC, 600 mg", "sc"),
        ("Phesgo", "pertuzumab 600 mg and trastuzumab SC 600 mg", "sc"),
        ("pertuzumab", "420 mg IV, then trastuzumab SC 600 mg", "iv"),
    ],
)
def test_r083_the_route_of_another_medicine_or_one_that_is_denied_is_not_the_orders(drug, text, route):
    assert dosed({"text": text}, text=drug).route == route


@pytest.mark.parametrize(("unit", "days"), [("mg/kg", 0.5), ("mg/m2", 0.5), ("mg", None)])
def test_what_is_given_by_weight_or_surface_needs_no_route(unit, days):
    timing = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}
    order = dosed({"timing": timing, "doseAndRate": [{"doseQuantity": quantity(75, unit)}]}, text="docetaxel")
    assert order.dose is not None
    assert order.dose.every_days == days


@pytest.mark.parametrize("route", [None, "Oral", "Intravenous"])
@pytest.mark.parametrize("timing", [{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, {"code": {"text": "BID"}}])
def test_several_times_a_day_is_an_interval_for_what_goes_into_the_body(route, timing):
    """The default of many order sets. What is taken by mouth is taken so."""
    how = {"route": {"text": route}} if route else {}
    order = dosed({"timing": timing, "doseAndRate": [{"doseQuantity": quantity(300, "mg")}], **how})
    assert order.dose is not None
    assert (order.dose.every_days, order.dose.times_a_day) == (0.5 if route == "Intravenous" else None, 2)


@pytest.mark.parametrize(
    ("text", "days"), [("5.4 mg/kg IV every 21 days", 21), ("5.4 mg/kg IV weekly", 7), ("5.4 mg/kg IV", 0.5), ("5.4 mg/kg IV BID", 0.5)]
)
def test_the_rhythm_that_somebody_wrote_comes_before_a_default(text, days):
    """Twice a day in the structure, as order sets have it by default, beside words that name an interval."""
    timing = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}
    order = dosed({"text": text, "timing": timing, "doseAndRate": [{"doseQuantity": quantity(5.4, "mg/kg")}]})
    assert order.dose is not None
    assert (order.dose.every_days, order.dose.times_a_day) == (days, 2)


@pytest.mark.parametrize(
    ("count", "text", "days"),
    [
        (3, None, 1),
        (3, "5.4 mg/kg IV", 1),
        (3, "5.4 mg/kg IV every 3 weeks", 21),
        (1, None, None),
        (None, "5.4 mg/kg IV, 6 cycles", None),
    ],
)
def test_once_a_day_is_meant_where_several_doses_are_counted(count, text, days):
    """Three doses, one a day. What the words count may be cycles."""
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", **({"count": count} if count else {})}}
    amount_per_kg = {"text": text, "timing": timing, "doseAndRate": [{"doseQuantity": quantity(5.4, "mg/kg")}]}
    order = dosed(amount_per_kg)
    assert order.dose is not None
    assert (order.dose.every_days, order.dose.times_a_day) == (days, 1)
    by_mouth = dosed({**amount_per_kg, "route": {"text": "Oral"}}).dose
    assert by_mouth is not None
    assert by_mouth.every_days is None


@pytest.mark.parametrize(
    ("text", "times"), [("300 mg by mouth twice a day", None), ("600 mg daily in 2 divided doses", None), ("300 mg daily", 1), (None, 1)]
)
def test_once_a_day_that_the_words_contradict(text, times):
    """Once a day is what some systems fill in by themselves: where the words say more often it is not told how often."""
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    order = dosed({"text": text, "timing": timing, "route": {"text": "Oral"}, "doseAndRate": [{"doseQuantity": quantity(300, "mg")}]})
    assert order.dose is not None
    assert order.dose.times_a_day == times


@pytest.mark.parametrize("value", [1e308, 1e15])
@pytest.mark.parametrize("unit", ["mg/kg", "g", "mg"])
def test_a_number_that_no_dose_is_as_large_as_is_none(value, unit):
    """1e308 mg/kg was an error of the whole call."""
    assert dosed({"doseAndRate": [{"doseQuantity": quantity(value, unit)}]}).dose is None


@pytest.mark.parametrize(("text", "days"), [("5.4 mg/kg IV daily", 1), ("5.4 mg/kg IV", None), (None, None)])
def test_once_a_day_is_meant_where_the_words_say_so(text, days):
    """Some systems write "once" as once a day: only the words of an infusion make it a dose every day."""
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    order = dosed({"text": text, "timing": timing, "doseAndRate": [{"doseQuantity": quantity(5.4, "mg/kg")}]})
    assert order.dose is not None
    assert (order.dose.every_days, order.dose.times_a_day) == (days, 1)


@pytest.mark.parametrize(
    ("text", "days", "times"),
    [
        ("Take 600 mg by mouth 2 (two) times a day.", None, 2),
        ("600 mg 2 (two) times daily with meals", None, 2),
        ("600 mg two (2) times daily", None, 2),
        ("600 mg 3 (three) times daily", None, 3),
        ("600 mg 2 times/day", None, 2),
        ("600 mg 2 x daily", None, 2),
        ("600 mg 1 (one) time each day", None, 1),
        ("600 mg every 7 (seven) days", 7, None),
        ("600 mg every 1 (one) week", 7, None),
        ("600 mg every twenty-one (21) days", 21, None),
        ("600 mg every 3 (three) weeks", 21, None),
        ("600 mg x 1 x day 8", None, None),
        ("600 mg, 2 (300 mg) tablets", None, None),
    ],
)
def test_how_often_in_words(text, days, times):
    """A number that is written twice, in digits and in a word, is one number: `2 (two) times a day` is no "daily"."""
    order = dosed({"text": text})
    assert order.dose is not None
    assert (order.dose.amount, order.dose.every_days, order.dose.times_a_day) == (600, days, times)


@pytest.mark.parametrize(
    ("text", "repeat", "count"),
    [
        ("8 mg/kg IV q3w x 18", {}, 18),
        ("8 mg/kg IV every 3 weeks, x18.", {}, 18),
        ("8 mg/kg IV over 90 min for 6 cycles", {}, 6),
        ("8 mg/kg IV every 21 days x 6 doses", {}, 6),
        ("8 mg/kg IV", {"count": 6, "frequency": 1, "period": 21, "periodUnit": "d"}, 6),
        ("8 mg/kg IV x 1 dose", {}, 1),
        ("8 mg/kg x 70 kg = 560 mg IV q3w", {}, None),
        ("8 mg/kg IV q3w x 90 minutes", {}, None),
        ("8 mg/kg IV x 18", {}, None),
        ("8 mg/kg IV x 1, then 6 mg/kg q3w x 17", {}, None),
        ("8 mg/kg IV cycle 1 of 6", {}, None),
        ("8 mg/kg IV", {"count": 0}, None),
    ],
)
def test_how_many_doses_are_ordered(text, repeat, count):
    """Counted, or in the words of one dose; arithmetic, minutes and the count of another step are none."""
    order = dosed({"text": text, "timing": {"repeat": repeat}}, text="trastuzumab")
    assert order.dose is not None
    assert order.dose.count == count


BOUNDS_21 = {"boundsDuration": {"value": 21, "unit": "days", "code": "d"}}


@pytest.mark.parametrize(
    ("text", "repeat", "days", "without_rest"),
    [
        ("1800 mg PO BID days 1-21", {}, 21, False),
        ("1800 mg PO BID D1-D14 q21d", BOUNDS_21, 14, False),
        ("1800 mg twice daily, day 1 through day 14", {}, 14, False),
        ("1800 mg PO BID x 21 days", {}, 21, False),
        ("1800 mg PO BID for 3 weeks", {}, 21, False),
        ("1800 mg PO BID x 21 days, no breaks", {}, 21, False),
        ("1800 mg PO BID for 14 days every 21 days", {}, 14, False),
        ("1800 mg PO BID two weeks on, one week off, for 9 weeks", {}, 14, False),
        ("1800 mg PO BID 21 days, then 7 days off", {}, 21, False),
        ("1800 mg PO BID for 14 days, then off for 7 days", {}, None, False),
        ("1800 mg PO BID continuously, every day, no breaks", {}, None, True),
        ("1800 mg PO BID without rest week", {}, None, True),
        ("1800 mg PO BID", BOUNDS_21, 21, False),
        ("1800 mg PO BID", {"boundsDuration": {"value": 3, "unit": "wk"}}, 21, False),
        ("1800 mg PO BID", {"boundsPeriod": {"start": "2026-11-20", "end": "2026-12-11"}}, 21, False),
        ("1800 mg PO BID", {"boundsPeriod": {"start": "2026-11-20"}}, None, False),
        ("1800 mg PO BID", {"boundsDuration": {"value": 84, "code": "d"}}, None, False),  # several cycles
        ("1800 mg PO BID 14 on 7 off", BOUNDS_21, None, False),
        ("1800 mg PO BID, 21-day cycle", BOUNDS_21, None, False),
        ("1800 mg PO BID for a 21-day cycle", {}, None, False),
        ("1800 mg PO BID, not continuously", {}, None, False),
        ("1800 mg PO BID within 30 minutes of a meal", {}, None, False),
        ("1800 mg PO BID", {}, None, False),
    ],
)
def test_the_days_on_end_that_an_order_names(text, repeat, days, without_rest):
    """In words, else by the bounds where no word speaks of days and they are those of one cycle at most."""
    order = dosed({"text": text, "timing": {"repeat": repeat}}, text="capecitabine")
    assert order.dose is not None
    assert (order.dose.days_on, order.dose.without_rest) == (days, without_rest)


def test_the_days_on_end_of_shares_of_a_day():
    """2000 mg in the morning and 1500 mg in the evening, both for three weeks."""
    shares = [mg(amount, {"repeat": {**when["repeat"], **BOUNDS_21}}) for amount, when in ((2000, MORNING), (1500, EVENING))]
    taken = dosed(*shares, text="capecitabine").dose
    assert taken is not None
    assert (taken.of_day, taken.days_on) == (True, 21)


def test_the_day_of_the_next_dose():
    """Named as an event, or as the start of the dosage; a start in the past is no next dose, and the day of writing is none either."""
    assert dosed({"timing": {"event": ["2026-11-27T09:00:00Z", "2026-12-18"]}}).planned == on("2026-11-27")
    assert dosed({"timing": {"repeat": {"boundsPeriod": {"start": "2026-11-20"}}}}).planned == on("2026-11-20")
    assert dosed({"timing": {"repeat": {"boundsPeriod": {"start": "2026-05-01"}}}}).planned is None
    assert one(T_DXD, authoredOn="2026-11-20").planned is None
    assert dosed({"timing": {"event": ["2026-11-27"]}}, status="stopped").planned is None


def per_kg(value: float, **more: Any) -> Json:
    return {"doseAndRate": [{"doseQuantity": quantity(value, "mg/kg")}], **more}


CYCLES: Json = {"repeat": {"frequency": 1, "period": 21, "periodUnit": "d"}}


@pytest.mark.parametrize(
    ("dosages", "first", "further"),
    [
        ([per_kg(5.4)], 5.4, []),
        ([per_kg(5.4, text="5.4 mg/kg IV every 3 weeks")], 5.4, []),
        ([per_kg(5.4), per_kg(6.4)], 5.4, [(6.4, "mg/kg", False)]),
        ([per_kg(5.4, sequence=1), per_kg(6.4, sequence=2)], 5.4, [(6.4, "mg/kg", True)]),
        ([per_kg(8, text="loading"), per_kg(60, timing=CYCLES)], 8, [(60, "mg/kg", True)]),
        ([per_kg(8), per_kg(6, text="Maintenance")], 8, [(6, "mg/kg", True)]),
        ([per_kg(8), per_kg(8, text="loading dose again")], 8, []),
        ([per_kg(8), per_kg(8, timing=CYCLES, sequence=2)], 8, [(8, "mg/kg", False)]),
        ([{"doseAndRate": [per_kg(5.4)["doseAndRate"][0], mg(3780)["doseAndRate"][0]]}], 5.4, [(3780, "mg", False)]),
        ([{"text": "5.4 mg/kg (540 mg) IV every 21 days"}], 5.4, [(540, "mg", False)]),
        ([{"text": "5.4 mg/kg x 70 kg = 378 mg"}], 5.4, [(378, "mg", False)]),
        ([{"text": "378 mg (5.4 mg/kg)"}], 378, [(5.4, "mg/kg", False)]),
        ([{"text": "8 mg/kg loading, then 8 mg/kg every 3 weeks"}], 8, [(8, "mg/kg", True)]),
        ([{"text": "840 mg, followed by 420 mg every 3 weeks"}], 840, [(420, "mg", True)]),
        ([per_kg(5.4, text="54 mg/kg IV every 3 weeks")], 5.4, [(54, "mg/kg", False)]),
        ([mg(378, text="54 mg/kg (378 mg)")], 378, [(54, "mg/kg", False)]),
        ([mg(378, text="54 mg/kg")], 378, [(54, "mg/kg", False)]),
        ([per_kg(5.4, text="756 mg, Intravenous, Once")], 5.4, [(756, "mg", False)]),
        ([per_kg(5.4, text="Dose: 756 mg = 37.8 mL, IV Piggyback, Once")], 5.4, [(756, "mg", False)]),
        ([per_kg(5.4, text="1000 mg PO acetaminophen before each infusion")], 5.4, []),
        ([per_kg(5.4, text="Acetaminophen 1000 mg IV before each infusion")], 5.4, []),
        ([per_kg(5.4, text="1000 mg IV acetaminophen prior to each infusion")], 5.4, []),
        ([mg(378, text="756 mg IV once")], 378, []),
        ([per_kg(5.4, text="100 mg intravenous powder for solution")], 5.4, []),
        ([per_kg(5.4, text="100 mg IV vial, reconstitute")], 5.4, []),
        ([per_kg(5.4, text="100 mg intravenous solution, over 90 min")], 5.4, []),
        ([per_kg(6, text="Premedicate with acetaminophen 650 mg and diphenhydramine 50 mg")], 6, []),
        ([{"text": "6 mg/kg, premedicate with acetaminophen 650 mg"}], 6, []),
        ([per_kg(4.4, text="Reduced from 5.4 mg/kg (378 mg)")], 4.4, []),
        ([per_kg(4.4, text="Previously 5.4 mg/kg")], 4.4, []),
        ([mg(300, text="300 mg twice daily with capecitabine 1000 mg/m2 (1800 mg)")], 300, []),
        ([mg(300, text="With capecitabine 1000 mg/m2 (1800 mg)")], 300, []),
        ([mg(300, text="1000 mg/m2 (1800 mg)")], 300, [(1000, "mg/m2", False)]),
    ],
)
def test_the_further_doses_of_an_order(dosages, first, further):
    """Later steps, and the same dose in another unit; a bare mass beside them may be another drug's, and what was before is no dose."""
    order = dosed(*dosages, text="trastuzumab")
    assert order.dose is not None
    assert order.dose.amount == first
    assert [(one.amount, one.unit, one.later) for one in order.further] == further
    assert order.doses == (order.dose, *order.further)


@pytest.mark.parametrize(
    ("text", "further"),
    [
        ("T-DM1 3.6 mg/kg after T-DXd 5.4 mg/kg", []),
        ("3.6 mg/kg, Enhertu 5.4 mg/kg is stopped", []),
        ("3.6 mg/kg, previously on Enhertu 5.4 mg/kg", []),
        ("Kadcyla 36 mg/kg", [36]),
        ("ado-trastuzumab emtansine 36 mg/kg", [36]),
    ],
)
def test_the_dose_of_another_drug_in_the_words_is_none_of_the_order(text, further):
    """What another drug's name introduces is that drug's."""
    assert [one.amount for one in dosed(per_kg(3.6, text=text), text="Kadcyla").further] == further


@pytest.mark.parametrize(
    ("text", "further"),
    [
        ("Gastric dose is 6.4 mg/kg - do not use", []),
        ("5.4 mg/kg IV q3w. Do not use the gastric dose of 6.4 mg/kg.", []),
        ("6.4 mg/kg must not be given in breast cancer", []),
        ("6.4 mg/kg is not the dose for breast cancer", []),
        ("NOT 6.4 mg/kg", []),
        ("Gastric: 6.4 mg/kg; breast: 5.4 mg/kg", []),
        ("5.4 mg/kg for breast (6.4 mg/kg for gastric)", []),
        ("6.4 mg/kg IV, do not give if LVEF < 40 %", [6.4]),
        ("6.4 mg/kg - do not use dextrose other than 5 %", [6.4]),
        ("6.4 mg/kg IV every 3 weeks, not given with food", [6.4]),
    ],
)
def test_r126_a_dose_that_is_denied_or_of_another_cancer_is_none_of_the_order(text, further):
    """In the words beside a structured 5.4 mg/kg. What denies something else leaves the dose as it is."""
    order = dosed(per_kg(5.4, text=text))
    assert amount(order) == (5.4, "mg/kg")
    assert [one.amount for one in order.further] == further


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gastric dose is 6.4 mg/kg - do not use. 5.4 mg/kg IV q3w", 5.4),
        ("Gastric: 6.4 mg/kg; breast: 5.4 mg/kg", 5.4),
        ("6.4 mg/kg (gastric cancer)", 6.4),
        ("5.4 mg/kg IV every 3 weeks - do not use.", None),
    ],
)
def test_p05_the_dose_of_another_cancer_is_ordered_where_the_words_name_no_other(text, expected):
    assert amount(dosed({"text": text})) == ((expected, "mg/kg") if expected else None)


@pytest.mark.parametrize(
    ("text", "further"),
    [
        ("6 mg/kg every 3 weeks. Reload with 8 mg/kg if more than 6 weeks late", [(8, True)]),
        ("6 mg/kg every 3 weeks (loading 8 mg/kg given 05/01/26)", []),
        ("6 mg/kg every 3 weeks, first cycle 8 mg/kg given over 90 minutes", [(8, False)]),
        ("loading 8 mg/kg -> 6 mg/kg every 3 weeks", [(6, False)]),
        ("8 mg/kg -> 6 mg/kg every 3 weeks", []),
    ],
)
def test_a_dose_on_a_condition_is_told_from_one_that_was_given(text, further):
    """What is ordered for a case that may come is marked; what was given is not ordered."""
    assert [(one.amount, one.conditional) for one in dosed({"text": text}, text="trastuzumab").further] == further


def test_the_further_doses_of_a_fixed_combination():
    """The loading volume, or the loading amounts, for every cycle; the two amounts of one dose are no two doses."""
    volume: Json = {"doseAndRate": [{"doseQuantity": quantity(15, "mL")}]}
    order = dosed({**volume, "sequence": 1}, {**volume, "sequence": 2, "timing": CYCLES}, text="Phesgo")
    assert [(one.amount, one.unit, one.later) for one in order.further] == [(15, "mL", True)]
    order = dosed({"text": "1200 mg/600 mg SC loading dose"}, {"text": "1200 mg/600 mg SC maintenance"}, text="Phesgo")
    assert [(one.parts, one.later) for one in order.further] == [((1200, 600), True)]
    assert dosed({"text": "1200 mg/600 mg SC"}, text="Phesgo").further == ()


def test_the_parts_of_a_fixed_combination():
    """Phesgo by its two amounts, written in any order; two amounts of another drug are two doses."""
    for text in ("1200 mg/600 mg SC", "1,200 mg pertuzumab, 600 mg trastuzumab, and 30,000 units hyaluronidase/15 mL", "1200/600 mg"):
        order = dosed({"text": text}, text="Phesgo")
        assert order.dose is not None
        assert order.dose.parts == (1200, 600)
        assert amount(order) == (1200, "mg")
    named = {
        "PHESGO 1200-600-30000 MG-MG-UNT/15ML SC SOLN": (1200, 600),
        "PHESGO 600-600-20000 MG-MG-UNT/10ML SC SOLN": (600, 600),
        "PHESGO-1,200/600/30,000 mg-mg-unit": (1200, 600),
        "PHESGO 60-60-2000 MG-MG-UNT/ML SC SOLN": (),
    }
    for product, parts in named.items():
        assert parts_in(product) == parts
        order = dosed({"doseAndRate": [{"doseQuantity": quantity(15, "mL")}]}, text=product)
        assert order.dose is not None
        assert (amount(order), order.dose.parts) == ((15, "mL"), parts)
    plain = dosed({"text": "840 mg/420 mg"}, text="pertuzumab")
    assert plain.dose is not None
    assert plain.dose.parts == ()


@pytest.mark.parametrize(
    ("text", "loading"),
    [
        ("8 mg/kg loading dose", True),
        ("8 mg/kg load, then 6 mg/kg maintenance", True),
        ("6 mg/kg maintenance", False),
        ("6 mg/kg", None),
        ("6 mg/kg, no loading dose", False),
        ("420 mg, first dose over 60 minutes, subsequent doses over 30", None),
        ("420 mg = 6 mg/kg, IV piggyback, q3wk, first dose 11/20/26 9:00:00", None),
        ("420 mg every 3 weeks, first dose today", None),
        ("420 mg IV, first dose: 2026-11-20", None),
        ("420 mg q3wk, first dose on Friday", None),
        ("6 mg/kg every 3 weeks. Reload with 8 mg/kg if more than 6 weeks since the last dose", None),
        ("6 mg/kg every 3 weeks; if late, reload", None),
        ("6 mg/kg q3w (loading 8 mg/kg given 5/1/26)", None),
        ("8 mg/kg loading, given over 90 minutes", True),
        ("8 mg/kg first dose, then 6 mg/kg", True),
        ("first dose 8 mg/kg", True),
        ("First dose: 560 mg", True),
    ],
)
def test_loading_words(text, loading):
    """A first dose is one where the order says so; how long an infusion runs says nothing about it."""
    order = dosed({"text": text}, text="trastuzumab")
    assert order.dose is not None
    assert order.dose.loading is loading


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (concept((SNOMED, "47625008")), "iv"),
        (concept((SNOMED, "34206005")), "sc"),
        ({"text": "Subcutaneous"}, "sc"),
        ({"text": "PO"}, "oral"),
        ({"coding": [{"code": "IV"}]}, "iv"),
        ([{"text": "intramuscular"}], "im"),
        ("odd", None),
        (None, None),
    ],
)
def test_the_route(route, expected):
    """By SNOMED code, abbreviation or word."""
    assert dosed({"route": route} if route is not None else {}, text="trastuzumab").route == expected


# --- purpose


def test_an_order_for_breast_cancer_by_words_code_and_reference():
    """A Condition that was refuted or ruled out is no reason, nor is what is only looked for."""
    c50 = {"coding": [{"system": ICD10CM, "code": "C50.911"}]}
    refers = [{"reference": "Condition/c1", "display": "Breast cancer"}]
    for members in (
        {"reasonCode": [{"text": "metastatic breast cancer"}]},
        {"reasonCode": [c50]},
        {"reasonReference": [{"display": "HER2+ breast cancer"}]},
    ):
        assert one(T_DXD, **members).for_breast, members
    for members in (
        {"reasonCode": [{"text": "gastric cancer"}]},
        {"reasonCode": [{"text": "rule out breast cancer"}]},
        {"reasonCode": [{"coding": [{"system": ICD10CM, "code": "D05.11"}]}]},
        {},
    ):
        assert not one(T_DXD, **members).for_breast, members
    for status, counted in [("confirmed", True), ("refuted", False), ("differential", False), ("entered-in-error", False), (None, True)]:
        condition = {"resourceType": "Condition", "id": "c1", "code": c50}
        if status is not None:
            condition["verificationStatus"] = {"coding": [{"code": status}]}
        (order,) = signed(draft(T_DXD, reasonReference=refers), condition)
        assert order.for_breast is counted, status


def test_gastric_cancer_by_words_code_and_reference():
    """The dose of T-DXd in gastric cancer is another one, so the reason of the order is read."""
    stomach = {"resourceType": "Condition", "id": "c1", "code": concept((ICD10CM, "C16.9"))}
    reasons: list[Json] = [
        {"reasonCode": [{"text": "HER2+ gastric adenocarcinoma"}]},
        {"reasonCode": {"text": "Malignant neoplasm of stomach"}},
        {"reasonCode": [concept((ICD10CM, "C16.0"))]},
        {"reasonReference": [{"display": "GEJ cancer"}]},
        {"reasonReference": [{"reference": "#c1"}], "contained": [stomach]},
    ]
    for members in reasons:
        assert one(T_DXD, **members).gastric, members
    for members in ({"reasonCode": [{"text": "breast cancer"}]}, {"reasonCode": [{"text": "gastric reflux"}]}, {}):
        assert not one(T_DXD, **members).gastric, members
    assert not one(T_DXD, reasonCode=[{"text": "metastatic breast cancer"}], note=[{"text": "mother had gastric cancer"}]).gastric


@pytest.mark.parametrize(
    "members",
    [
        {"basedOn": [{"display": "T-DXd 5.4 mg/kg q3w"}]},
        {"instantiatesCanonical": ["http://site.example/PlanDefinition/enhertu-q3w|1"]},
        {"groupIdentifier": {"value": "ONC trastuzumab deruxtecan"}},
        {"supportingInformation": [{"display": "Protocol: fam-trastuzumab deruxtecan"}]},
        {"supportingInformation": [{"reference": "CarePlan/7", "display": "Enhertu q3w"}]},
        {"supportingInformation": [{"type": "PlanDefinition", "display": "Enhertu q3w"}]},
        {"supportingInformation": [{"reference": "DocumentReference/7", "display": "Treatment plan: Enhertu"}]},
        {"note": [{"text": "Discussed. Plan: T-DXd 5.4 mg/kg."}]},
    ],
)
def test_the_plan_that_an_order_belongs_to(members):
    """A plan that names another HER2 product than the order is told; one that names the same is told too."""
    assert one(T_DM1, **members).plan == "trastuzumab-deruxtecan"
    assert one(T_DXD, **members).plan == "trastuzumab-deruxtecan"
    assert one(text="letrozole 2.5 mg", **members).plan is None


def test_a_plan_with_several_drugs_and_a_look_back():
    """The ordered drug among the plan's is no mix-up, a fixed combination is what it brings, and past therapy is no plan."""
    both = {"basedOn": [{"display": "docetaxel + trastuzumab + pertuzumab"}]}
    assert one(TRASTUZUMAB, **both).plan == "trastuzumab"
    assert one(text="Phesgo", **both).plan == "pertuzumab-trastuzumab-hyaluronidase"
    assert one(T_DXD, note=[{"text": "progressed on T-DM1 in May"}]).plan is None


@pytest.mark.parametrize(
    ("ordered", "plan", "named"),
    [
        ("trastuzumab", "ENHERTU Q21D", "trastuzumab-deruxtecan"),
        ("trastuzumab", "ADO-TRASTUZUMAB EMTANSINE Q21D", "trastuzumab-emtansine"),
        ("trastuzumab", "T-DXd + pertuzumab", "trastuzumab-deruxtecan"),
        ("trastuzumab", "PHESGO Q21D", "pertuzumab-trastuzumab-hyaluronidase"),
        ("Kadcyla", "BREAST TRASTUZUMAB + PERTUZUMAB + DOCETAXEL", "trastuzumab"),
        ("Enhertu", "BREAST TRASTUZUMAB Q21D + PERTUZUMAB Q21D", "trastuzumab"),
        ("Kadcyla", "TRASTUZUMAB Q21D", "trastuzumab"),
        ("Herceptin Hylecta", "TRASTUZUMAB Q21D", "trastuzumab-hyaluronidase"),
        ("Phesgo", "TRASTUZUMAB Q21D", "trastuzumab"),
        ("trastuzumab", "PERTUZUMAB Q21D", "pertuzumab"),
        ("trastuzumab", "docetaxel", None),
        ("Kadcyla", "trastuzumab rezetecan Q21D", None),
    ],
)
def test_what_a_plan_names_instead_of_the_ordered_product(ordered, plan, named):
    """Plain trastuzumab on a conjugate's plan is not the planned product; pertuzumab beside another antibody is none to compare."""
    assert one(text=ordered, basedOn=[{"display": plan}]).plan == named


@pytest.mark.parametrize(
    ("note", "named"),
    [
        ("Plan: fam-trastuzumab deruxtecan 5.4 mg/kg", "trastuzumab-deruxtecan"),
        ("Plan: T-DXd on Monday for progression", "trastuzumab-deruxtecan"),
        ("Plan: T-DXd, no loading dose", "trastuzumab-deruxtecan"),
        ("Plan: THP x 6, then T-DXd", None),
        ("Plan: T-DXd at progression", None),
        ("Plan: T-DXd if she progresses", None),
        ("Plan: no T-DXd", None),
        ("Plan: consider Kadcyla", None),
    ],
)
def test_the_plan_of_a_note_is_that_of_today(note, named):
    """What is kept for later, or denied, is not what an order of trastuzumab is held against."""
    assert one(TRASTUZUMAB, note=[{"text": note}]).plan == named


def test_a_change_of_the_drug_is_newer_than_the_plans_of_the_notes_before():
    """The plan of the drug that was replaced is no plan of the new one; what the change itself plans is."""
    plan, change = {"text": "Plan: T-DM1"}, {"text": "Changed from T-DM1 to trastuzumab deruxtecan."}
    assert one(T_DXD, note=[plan]).plan == "trastuzumab-emtansine"
    assert one(T_DXD, note=[plan, change]).plan is None
    assert one(T_DXD, note=[change, plan]).plan == "trastuzumab-emtansine"
    assert one(TRASTUZUMAB, note=[{"text": "Changed from T-DM1 to the next. Plan: T-DXd"}]).plan == "trastuzumab-deruxtecan"


@pytest.mark.parametrize(
    "support",
    [
        {"reference": "MedicationStatement/t", "display": "trastuzumab 6 mg/kg (stopped 2026-07)"},
        {"reference": "http://ehr.example/fhir/MedicationRequest/t/_history/2", "display": "trastuzumab, old regimen"},
        {"type": "MedicationAdministration", "display": "Herceptin, last of the planned doses"},
        {"reference": "Observation/lvef", "display": "LVEF 62 % on trastuzumab"},
        {"display": "Trastuzumab (Herceptin) 2025"},
    ],
)
def test_what_supports_an_order_is_not_its_plan(support):
    """The therapy before, and what was found under it, are why the new drug is ordered: no mix-up."""
    assert one(T_DXD, supportingInformation=[support]).plan is None


def test_the_order_that_an_order_takes_the_place_of():
    """`priorPrescription`, absolute or versioned, by type and id; a name alone, or what cannot be read, is none."""
    assert one(T_DXD, priorPrescription={"reference": "MedicationRequest/7"}).replaces == "MedicationRequest/7"
    assert (
        one(T_DXD, priorPrescription={"reference": "http://ehr.example/fhir/MedicationRequest/7/_history/2"}).replaces
        == "MedicationRequest/7"
    )
    for nothing in ({"display": "Herceptin"}, {"reference": "#p"}, {"reference": "urn:uuid:7"}, {}, [], 7):
        assert one(T_DXD, priorPrescription=nothing).replaces is None, nothing
    assert one(T_DXD).replaces is None


# --- robustness


CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
COURSE = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"category": [concept((CATEGORY, "inpatient", "Inpatient"))]}, ("inpatient", None, False)),
        ({"category": [concept((CATEGORY, "discharge", "Discharge"))]}, ("home", None, False)),
        ({"category": concept((CATEGORY, "community"))}, ("home", None, False)),
        ({"category": [concept(text="Outpatient")]}, ("home", None, False)),
        ({"category": [concept((CATEGORY, "community")), concept((CATEGORY, "discharge"))]}, ("home", None, False)),
        ({"category": [concept((CATEGORY, "inpatient")), concept((CATEGORY, "outpatient"))]}, (None, None, False)),
        ({"category": "inpatient"}, (None, None, False)),
        ({"courseOfTherapyType": concept((COURSE, "acute", "Short course (acute) therapy"))}, (None, "acute", False)),
        ({"courseOfTherapyType": concept((COURSE, "continuous", "Continuous long term therapy"))}, (None, "continuous", False)),
        ({"courseOfTherapyType": concept((COURSE, "seasonal", "Seasonal"))}, (None, None, False)),
        ({"intent": "plan"}, (None, None, True)),
        ({"intent": "instance-order"}, (None, None, False)),
        ({}, (None, None, False)),
    ],
)
def test_where_and_for_how_long_an_order_holds(members, expected):
    """Codes, or the words that EHRs put there; what is contradictory or of another shape says nothing."""
    order = one(text="tucatinib", **members)
    assert (order.setting, order.course, order.proposed) == expected


def test_dosages_stand_in_the_order_of_their_sequence():
    """The list need not be in it: the loading dose is sequence 1."""
    later, first = ({"sequence": n, "doseAndRate": [{"doseQuantity": quantity(mg, "mg/kg")}]} for n, mg in ((2, 6), (1, 8)))
    order = one(text="trastuzumab", dosageInstruction=[later, first])
    assert [(dose.amount, dose.later) for dose in order.doses] == [(8, False), (6, True)]


def test_a_member_of_the_wrong_shape_costs_that_member_only():
    """Drafts are half-filled and odd; the drug is read all the same."""
    odd = draft(
        T_DXD,
        status=None,
        note="text",
        dosageInstruction="5.4 mg/kg",
        reasonCode=7,
        basedOn={},
        category={},
        intent=3,
        supportingInformation=[1],
    )
    (order,) = signed(odd)
    assert (order.drugs, order.act, order.dose) == (("trastuzumab-deruxtecan",), "start", None)


@pytest.mark.parametrize(
    ("in_chart", "status"),
    [("active", "active"), ("on-hold", "on-hold"), ("completed", "completed"), ("draft", "draft"), ("entered-in-error", "draft")],
)
def test_a_draft_with_the_id_of_a_signed_order_is_a_revision_of_it(in_chart, status):
    """It has the status of the chart, for the rules and for what can be done at one click: to remove it would remove what is given."""
    sent = context(draft(T_DXD, ident="run"), draft(TRASTUZUMAB, ident="new"))
    chart = [{"resourceType": "MedicationRequest", "id": "run", "status": in_chart, "medicationCodeableConcept": concept(T_DXD)}]
    reading = read_value(json.dumps(chart).encode())
    orders = read_draft_orders(sent, hook="order-sign", today=TODAY, reading=reading)
    assert [(order.status, order.act) for order in orders] == [(status, "start"), ("draft", "start")]
    assert [raw["status"] for raw in draft_resources(sent, reading).values()] == [status, "draft"]


def test_the_raw_drafts_by_id():
    """Suggestions need the drafts as they were sent, all types, without those that have no id."""
    order, service = draft(T_DXD, category={"text": "x"}), {"resourceType": "ServiceRequest", "id": "s1"}
    assert draft_resources(context(order, service, draft(TRASTUZUMAB, ident=None))) == {
        "MedicationRequest/1": order,
        "ServiceRequest/s1": service,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
FULL = draft(
    T_DXD,
    note=[{"text": "plan: T-DXd"}],
    statusReason={"text": "x"},
    reasonReference=[{"reference": "#c"}],
    contained=[],
    doNotPerform=False,
    dosageInstruction=[
        {
            "text": "5.4 mg/kg",
            "timing": {"repeat": {"period": 21, "periodUnit": "d"}},
            "route": {"text": "IV"},
            "doseAndRate": [{"doseQuantity": quantity(5.4, "mg/kg")}],
            "additionalInstruction": [{"text": "loading"}],
        }
    ],
    medicationReference={"reference": "Medication/1"},
    groupIdentifier={"value": "x"},
    doseQuantity=quantity(1, "mg"),
    dispenseRequest={},
)


@settings(max_examples=300)
@given(st.sampled_from(sorted(FULL)), JSON, JSON, st.sampled_from(["order-select", "order-sign"]))
def test_no_draft_is_an_error(member, value, selections, hook):
    """Whatever stands in a draft, reading it ends without an error, and no asked order of a drug of ours is passed over as irrelevant."""
    sent = context({**FULL, member: value}, value, selections=selections)
    orders = read_draft_orders(sent, hook=hook, today=TODAY)
    assert relevant(sent, hook=hook) or not any(order.asked and order.drugs for order in orders)
    draft_resources(sent)


@settings(max_examples=200)
@given(JSON, st.sampled_from(["text", "timing", "route", "doseAndRate", "additionalInstruction", "doseQuantity", "doseRange"]))
def test_no_dosage_is_an_error(value, member):
    """The same within a dosage."""
    dosage = FULL["dosageInstruction"][0] | {member: value}
    (order,) = signed({**FULL, "dosageInstruction": [dosage]})
    assert order.drugs == ("trastuzumab-deruxtecan",)
