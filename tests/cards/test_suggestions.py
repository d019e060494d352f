from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.context import ClientTraits
from cards.label_dosage import dose_in_words, label_dosage
from cards.render import render_cards
from cards.response_schema import response_validator
from cards.strict_fhir import is_valid
from cards.wording import without_markup
from guideline.advice import Suggestion
from guideline.knowledge_base import KNOWLEDGE
from guideline.orderables import ORDERABLES
from tests.cards.advice_builders import PUBLIC_URL, advice, finding, say, thp_first
from tests.cards.order_drafts import (
    CONTAINED,
    DRAFTS,
    EPIC,
    PLAIN,
    RXNORM,
    SANDBOX,
    TDXD,
    action_of,
    cards_for,
    context,
    non_preferred,
    reference,
    suggestions_of,
    unsafe,
)

EPIC_TRAITS = ClientTraits(only_create_delete=True, codes_by_oid=True)
CLIENTS = [
    ClientTraits(),
    EPIC_TRAITS,
    ClientTraits(one_suggestion=True),
    ClientTraits(no_suggestions=True),
    ClientTraits(True, True, True, True, True),
]


def requesting(*orderables: str, topic: str = "LvefBaselineNeeded", **members: Any) -> Any:
    return finding(topic, requests=orderables, **members)


def test_a_request_is_a_whole_draft_order() -> None:
    """An echocardiogram is ordered as a draft ServiceRequest for this patient, by this user, today, with its code and its reason."""
    assert action_of(context(), requesting("echocardiogram", headline="No LVEF on record")) == {
        "type": "create",
        "description": "Order: Echocardiogram with LVEF. Reason: No LVEF on record",
        "resource": {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "order",
            "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "363679005", "display": "Imaging"}]}],
            "code": {
                "coding": [{"system": "http://snomed.info/sct", "code": "40701008", "display": "Echocardiography"}],
                "text": "Echocardiogram with LVEF",
            },
            "subject": {"reference": "Patient/p1"},
            "authoredOn": "2026-11-20",
            "reasonCode": [{"text": "No LVEF on record"}],
            "requester": {"reference": "Practitioner/d1"},
        },
    }


def test_suggestions_may_all_be_taken() -> None:
    """A card with suggestions says `any` and stays valid; each suggestion has a label, a uuid of its own and one action."""
    cards = cards_for(context(), requesting("her2-ihc", "her2-ish", topic="Her2Discordance"))
    response_validator().validate({"cards": cards})
    (card,) = cards
    assert card["selectionBehavior"] == "any"
    assert [suggestion["label"] for suggestion in card["suggestions"]] == ["Order HER2 IHC", "Order HER2 ISH"]
    assert len({suggestion["uuid"] for suggestion in card["suggestions"]}) == 2


@pytest.mark.parametrize("patient", [None, "", "urn:uuid:1", "a b"])
def test_nothing_is_ordered_for_nobody(patient: str | None) -> None:
    """Without the id of the patient, or with one that no reference can carry, nothing is ordered."""
    assert suggestions_of(context(patient_id=patient), requesting("echocardiogram")) == []


@pytest.mark.parametrize(
    ("user", "requester"),
    [
        ("Practitioner/d1", {"reference": "Practitioner/d1"}),
        ("PractitionerRole/r.1", {"reference": "PractitionerRole/r.1"}),
        ("Patient/p1", None),
        ("Practitioner/", None),
        ("Practitioner/a b", None),
        (None, None),
    ],
)
def test_only_practitioners_order(user: str | None, requester: dict[str, str] | None) -> None:
    """The user is the requester where the user is a practitioner in one role or another, and only there."""
    assert action_of(context(user_id=user), requesting("biopsy"))["resource"].get("requester") == requester


def test_a_critical_request_is_urgent() -> None:
    """What a critical card orders is urgent; anything else has the EHR's own priority."""
    urgent = action_of(context(), requesting("brain-mri", topic="BrainMetastasesUrgent", indicator="critical"))
    assert urgent["resource"]["priority"] == "urgent"
    assert "priority" not in action_of(context(), requesting("brain-mri"))["resource"]


@pytest.mark.parametrize("orderable", ORDERABLES.orderables)
def test_cpt_only_where_it_is_switched_on(orderable: str) -> None:
    """A CPT code is sent only where the site switched CPT on, without its licensed description; the first code stays the same."""
    usual, licensed = (action_of(context(cpt=cpt), requesting(orderable))["resource"]["code"]["coding"] for cpt in (False, True))
    assert "cpt" not in str(usual)
    assert licensed[0] == usual[0]
    cpt = ORDERABLES.orderables[orderable].cpt
    assert licensed[1:] == ([{"system": "http://www.ama-assn.org/go/cpt", "code": cpt}] if cpt else [])


def test_an_order_is_offered_once() -> None:
    """Two cards, or two findings on one card, that need the same examination offer it once: nobody orders two echocardiograms."""
    cards = cards_for(context(), requesting("echocardiogram", topic="LvefHold"), requesting("echocardiogram", topic="LvefMonitoringDue"))
    assert [len(card.get("suggestions", ())) for card in cards] == [1, 0]


def test_what_is_among_the_drafts_is_not_offered_again() -> None:
    """An examination that was taken over into the drafts is not suggested a second time; another one still is."""
    taken = {**action_of(context(), requesting("chest-ct"))["resource"], "id": "s1"}
    assert suggestions_of(context(taken), requesting("chest-ct")) == []
    assert len(suggestions_of(context(taken), requesting("brain-mri"))) == 1


def test_treatment_cards_suggest_too() -> None:
    """What the treatment finding requests, such as the baseline chest CT, stands on its card."""
    (card,) = render_cards(advice(treatment=thp_first(requests=("chest-ct",))), public_url=PUBLIC_URL, context=context())
    assert [suggestion["label"] for suggestion in card["suggestions"]] == ["Order a chest CT"]


def test_without_a_context_nothing_is_suggested() -> None:
    """Without a call there are neither orders nor a user: no suggestion."""
    assert suggestions_of(None, requesting("echocardiogram"), non_preferred("MedicationRequest/order-1")) == []


def test_a_replacement_is_the_whole_order() -> None:
    """A replacement keeps the id and all that is not about the drug, and changes the drug in code and text, dose, route and timing."""
    action = action_of(context(PLAIN), non_preferred("MedicationRequest/order-1"))
    assert action["type"] == "update"
    changed = action["resource"]
    same = ("id", "identifier", "status", "intent", "category", "subject", "encounter", "authoredOn", "requester", "reasonCode")
    assert {name: changed[name] for name in same} == {name: PLAIN[name] for name in same}
    assert changed["medicationCodeableConcept"] == {
        "coding": [
            {
                "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                "code": "2267574",
                "display": "Fam-trastuzumab deruxtecan-nxki",
            }
        ],
        "text": "trastuzumab deruxtecan",
    }
    assert changed["dosageInstruction"] == [
        {
            "text": "5.4 mg/kg IV every 3 weeks",
            "timing": {"repeat": {"frequency": 1, "period": 3, "periodUnit": "wk"}, "code": {"text": "every 3 weeks"}},
            "route": {"coding": [{"system": "http://snomed.info/sct", "code": "47625008", "display": "Intravenous route"}], "text": "IV"},
            "doseAndRate": [{"doseQuantity": {"value": 5.4, "unit": "mg/kg", "system": "http://unitsofmeasure.org", "code": "mg/kg"}}],
        }
    ]
    assert [note["text"] for note in changed["note"]] == [
        "Cycle 1",
        "Changed from trastuzumab emtansine (T-DM1) to trastuzumab deruxtecan. Reason: Headline of NonPreferredAgent",
    ]


def test_a_replacement_leaves_the_plan_of_the_old_drug_only() -> None:
    """What ties the order to a plan goes where the plan is for the drug that is replaced, and stays where it asks for the new one."""
    tied = {"basedOn": [{"reference": "CarePlan/1"}], "groupIdentifier": {"value": "P7"}, "instantiatesUri": ["urn:plan:7"]}
    for leaves in (True, False):
        asked = finding("NonPreferredAgent", suggestions=(Suggestion("replace", TDXD, reference(PLAIN), leaves_plan=leaves),))
        action = action_of(context(PLAIN | tied), asked)
        assert (tied.keys() & action["resource"].keys() == set()) is leaves
        assert ("outside the present plan" in action["description"]) is leaves


def test_a_note_is_markdown_and_the_orders_words_are_no_markup() -> None:
    """What the old order calls its drug goes into the note as text: it is nobody's link, picture or tag."""
    draft = PLAIN | {"medicationCodeableConcept": {"text": "![i](http://e/x) <b>*T-DM1*</b>"}}
    note = action_of(context(draft), non_preferred(reference(draft)))["resource"]["note"][-1]["text"]
    assert note.startswith(r"Changed from !\[i\](http: //e/x)")
    assert without_markup(note).replace("http: //", "http://").startswith("Changed from ![i](http://e/x)")
    assert not re.search(r"(?<!\\)[\[*<]", note)


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_nothing_of_the_old_drug_is_left(draft: dict[str, Any]) -> None:
    """However the draft named its drug (code, text, reference, contained, narrative, amounts), only the note still speaks of it."""
    changed = action_of(context(draft), non_preferred(reference(draft)))["resource"]
    assert changed["id"] == draft["id"]
    assert not {"medicationReference", "text", "doseQuantity", "substitution"} & changed.keys()
    said = str({name: value for name, value in changed.items() if name != "note"}).lower()
    assert not [word for word in ("emtansine", "t-dm1", "kadcyla", "1371041", "1371046", "240", "180") if word in said]


def test_what_ehrs_send_wrong_is_put_right() -> None:
    """A missing or empty intent becomes `order`, single objects become lists, empty members and unknown members go."""
    sandbox = action_of(context(SANDBOX), non_preferred("MedicationRequest/request-123"))["resource"]
    assert (sandbox["intent"], sandbox["category"]) == ("order", [SANDBOX["category"]])
    epic = action_of(context(EPIC), non_preferred(reference(EPIC)))["resource"]
    assert epic["category"] == [{"coding": [{"code": "outpatient"}], "text": "Outpatient"}]
    assert epic["reasonCode"] == [{"text": "Breast cancer"}]
    assert epic["subject"] == {"reference": "https://ehr.example.org/FHIR/R4/Patient/p1"}
    assert epic["intent"] == "order"
    assert "identifier" not in epic
    assert len(epic["note"]) == 1


def test_contained_resources_stay_while_they_are_referred_to() -> None:
    """The contained drug goes with its maker; the contained practitioner, who is still referred to, stays."""
    changed = action_of(context(CONTAINED), non_preferred("MedicationRequest/order-2"))["resource"]
    assert [resource["id"] for resource in changed["contained"]] == ["doc"]


def test_drafts_are_never_changed() -> None:
    """The drafts of the call are as they were after rendering."""
    drafts = copy.deepcopy(DRAFTS)
    for draft in drafts.values():
        given_context = context(draft)
        before = copy.deepcopy(dict(given_context.drafts))
        suggestions_of(given_context, non_preferred(reference(draft)), unsafe(reference(draft)))
        assert given_context.drafts == before


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_where_updates_are_not_carried_out(draft: dict[str, Any]) -> None:
    """For EHRs that only create and delete, a replacement is a new draft and the removal of the old one: two suggestions for both."""
    (card,) = cards_for(context(draft, client=EPIC_TRAITS), non_preferred(reference(draft)))
    response_validator().validate({"cards": [card]})
    assert card["selectionBehavior"] == "any"
    (created,), (removed,) = (suggestion["actions"] for suggestion in card["suggestions"])
    assert (created["type"], removed["type"], removed["resourceId"]) == ("create", "delete", reference(draft))
    assert created["description"].startswith("Order trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks, and remove the order for ")
    order = created["resource"]
    assert (order["status"], order["intent"], order["authoredOn"]) == ("draft", "order", "2026-11-20")
    assert not {"id", "identifier", "meta"} & order.keys()
    assert order["medicationCodeableConcept"]["text"] == "trastuzumab deruxtecan"
    assert [coding["system"] for coding in order["medicationCodeableConcept"]["coding"]] == ["urn:oid:2.16.840.1.113883.6.88", RXNORM]
    assert len({coding["code"] for coding in order["medicationCodeableConcept"]["coding"]}) == 1


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_draft_is_removed_once(client: ClientTraits) -> None:
    """A draft that one finding wants changed and another removed is removed by one suggestion, not two."""
    wrong = finding(
        "ProductMixUp",
        suggestions=(Suggestion("replace", TDXD, reference(PLAIN)), Suggestion("delete", "trastuzumab-emtansine", reference(PLAIN))),
    )
    removed = [one for one in suggestions_of(context(PLAIN, client=client), wrong) if one["actions"][0]["type"] == "delete"]
    assert len(removed) == (0 if client.no_suggestions else 1)


def test_a_draft_is_changed_or_removed() -> None:
    """Changed and removed, an order would be lost: such a card takes one suggestion at most. Created anew and removed belongs together."""
    wrong = finding(
        "ProductMixUp",
        suggestions=(
            Suggestion("replace", TDXD, reference(PLAIN), recommended=True),
            Suggestion("delete", "trastuzumab-emtansine", reference(PLAIN), recommended=True),
        ),
    )
    (card,) = cards_for(context(PLAIN), wrong)
    response_validator().validate({"cards": [card]})
    assert card["selectionBehavior"] == "at-most-one"
    assert ["isRecommended" in suggestion for suggestion in card["suggestions"]] == [True, False]
    assert "By hand" not in card["detail"]
    (card,) = cards_for(context(PLAIN, client=EPIC_TRAITS), wrong)
    assert card["selectionBehavior"] == "any"
    assert ["isRecommended" in suggestion for suggestion in card["suggestions"]] == [True, True]


def test_where_suggestions_exclude_one_another() -> None:
    """An EHR that takes suggestions for alternatives is told `at-most-one`, and the card says that the others are done by hand."""
    client = ClientTraits(one_suggestion=True)
    both = requesting("her2-ihc", "her2-ish", topic="Her2Discordance")
    (card,) = cards_for(context(client=client), both)
    response_validator().validate({"cards": [card]})
    assert (card["selectionBehavior"], len(card["suggestions"])) == ("at-most-one", 2)
    assert "**By hand**\n- Only one of the suggestions can be taken here" in card["detail"]
    (single,) = cards_for(context(client=client), requesting("echocardiogram"))
    assert "By hand" not in single["detail"]


def test_where_suggestions_are_not_shown() -> None:
    """An EHR that shows only texts and links reads in the detail what others do at one click."""
    (card,) = cards_for(context(client=ClientTraits(no_suggestions=True)), requesting("echocardiogram", headline="No LVEF on record"))
    response_validator().validate({"cards": [card]})
    assert not {"suggestions", "selectionBehavior"} & card.keys()
    assert "**By hand**\n- Order: Echocardiogram with LVEF. Reason: No LVEF on record" in card["detail"]


def test_a_signed_order_is_not_turned_into_another_drug() -> None:
    """An order that was signed before (a re-sign) is left as it is: the other drug is a new draft, and an unsafe one is ended by hand."""
    signed = {**PLAIN, "status": "active"}
    assert action_of(context(signed), non_preferred(reference(signed)))["type"] == "create"
    (card,) = cards_for(context(signed), unsafe(reference(signed)))
    assert "suggestions" not in card
    assert "**By hand**\n- End the order for trastuzumab emtansine (T-DM1)." in card["detail"]


@pytest.mark.parametrize(
    ("draft", "name"),
    [(SANDBOX, "Kadcyla"), (EPIC, "ado-trastuzumab emtansine 100 mg"), (CONTAINED, "T-DM1")],
    ids=["sandbox", "epic", "contained"],
)
def test_the_order_is_named_by_its_drug(draft: dict[str, Any], name: str) -> None:
    """Wherever a draft keeps the name of its drug, the label and the description use it."""
    (suggestion,) = suggestions_of(context(draft), unsafe(reference(draft)))
    assert suggestion["label"] == f"Remove {name}"


def test_a_medication_among_the_drafts_names_the_order() -> None:
    """Epic sends Medications beside the orders: the name is found there, before what the reference displays."""
    medication = {"resourceType": "Medication", "id": "m1", "code": {"coding": [{"display": "Kadcyla 100 mg"}]}}
    assert "the order for Kadcyla 100 mg" in action_of(context(EPIC, medication), unsafe(reference(EPIC)))["description"]


def test_an_unsafe_draft_is_removed() -> None:
    """A delete names the draft, and its description is enough to do it by hand."""
    (suggestion,) = suggestions_of(context(PLAIN), unsafe("MedicationRequest/order-1"))
    assert suggestion["label"] == "Remove trastuzumab emtansine (T-DM1)"
    assert suggestion["actions"] == [
        {
            "type": "delete",
            "description": "Remove the order for trastuzumab emtansine (T-DM1). Reason: Headline of ProductMixUp",
            "resourceId": "MedicationRequest/order-1",
        }
    ]


def test_actions_refer_to_drafts_of_the_call() -> None:
    """A12: updates and deletes name an order that the call sent; any other is said in words."""
    foreign = "MedicationRequest/elsewhere"
    cards = cards_for(context(PLAIN), non_preferred(foreign), unsafe(foreign))
    assert not any("suggestions" in card for card in cards)
    said = " ".join(card["detail"] for card in cards)
    assert "Change the present order to trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks." in said
    assert "End the order for trastuzumab emtansine." in said


@pytest.mark.parametrize("id_", ["a b", "a/b", "ä", ""])
def test_an_id_that_no_reference_carries_is_described_instead(id_: str) -> None:
    """A draft under an id that no reference can carry is named in words; an underscore is fine for a removal."""
    odd = {**PLAIN, "id": id_}
    assert suggestions_of(context(odd), unsafe(reference(odd)), non_preferred(reference(odd))) == []
    underscored = {**PLAIN, "id": "a_1"}
    cards = cards_for(context(underscored), unsafe(reference(underscored)))
    assert cards[0]["suggestions"][0]["actions"][0]["resourceId"] == "MedicationRequest/a_1"
    response_validator().validate({"cards": cards})


def test_a_hopeless_draft_is_described_instead() -> None:
    """A draft that cannot be made valid is not sent back: the card says in words what to change."""
    hopeless = {**PLAIN, "subject": "Patient/p1"}
    (card,) = cards_for(context(hopeless), non_preferred("MedicationRequest/order-1"))
    assert "suggestions" not in card
    assert "Change the order for trastuzumab emtansine (T-DM1) to trastuzumab deruxtecan 5.4 mg/kg" in card["detail"].replace("\\", "")
    response_validator().validate({"cards": [card]})


def test_a_drug_without_one_label_dose_is_described_instead() -> None:
    """Where the dose depends on the partner, or none is known, no order is written: a human has to choose the dose."""
    (card,) = cards_for(context(PLAIN), non_preferred("MedicationRequest/order-1", "capecitabine"))
    assert "suggestions" not in card
    assert "to capecitabine." in card["detail"]


def test_recommended_only_when_the_advice_says_so() -> None:
    """`isRecommended` is true where the suggestion says so, and left out everywhere else."""
    (preselected,) = suggestions_of(context(PLAIN), non_preferred("MedicationRequest/order-1", recommended=True))
    assert preselected["isRecommended"] is True
    (plain,) = suggestions_of(context(PLAIN), non_preferred("MedicationRequest/order-1"))
    assert "isRecommended" not in plain


def test_a_drug_name_cannot_become_markup() -> None:
    """The name of a drug comes from the record: in the detail it is escaped; everywhere it is one line without a tag."""
    named = {**PLAIN, "status": "active", "medicationCodeableConcept": {"text": "<b>T-DM1</b>\n# now"}}
    (card,) = cards_for(context(named), unsafe("MedicationRequest/order-1"))
    assert "<" not in card["detail"]
    response_validator().validate({"cards": [card]})
    (card,) = cards_for(context(named | {"status": "draft"}), unsafe("MedicationRequest/order-1"))
    response_validator().validate({"cards": [card]})
    (removal,) = card["suggestions"]
    assert removal["label"] == "Remove < b>T-DM1< /b> # now"
    assert "<b" not in removal["actions"][0]["description"]


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        (TDXD, "5.4 mg/kg IV every 3 weeks"),
        ("trastuzumab-emtansine", "3.6 mg/kg IV every 3 weeks"),
        ("trastuzumab", "8 mg/kg, then 6 mg/kg IV every 3 weeks"),
        ("pertuzumab", "840 mg, then 420 mg IV every 3 weeks"),
        ("docetaxel", "75 mg/m2 IV every 3 weeks"),
        ("tucatinib", "300 mg by mouth twice daily"),
        ("palbociclib", "125 mg by mouth once daily for 21 of 28 days"),
        ("capecitabine", None),
        ("lapatinib", None),
        ("paclitaxel", None),
        ("pertuzumab-trastuzumab-hyaluronidase", None),
    ],
)
def test_label_doses(drug: str, dose: str | None) -> None:
    """The dose is the label's where the regimens agree on one; where it depends on the partner, there is none."""
    assert dose_in_words(drug) == dose
    assert bool(label_dosage(drug)) == (dose is not None)


def test_a_loading_dose_is_a_step_of_its_own() -> None:
    """Loading and maintenance are two numbered steps, and the loading says when it is due: nobody loads at every cycle."""
    loading, going_on = label_dosage("pertuzumab")
    assert (loading["sequence"], going_on["sequence"]) == (1, 2)
    assert loading["timing"]["repeat"] == {"count": 1}
    assert "only when starting" in loading["text"]
    assert going_on["timing"]["repeat"] == {"frequency": 1, "period": 3, "periodUnit": "wk"}


def test_days_off_are_never_lost() -> None:
    """A schedule with days off has no repeat that a program could read as every day."""
    for drug in KNOWLEDGE.drugs:
        for dosage in label_dosage(drug):
            if " of " in dosage["text"]:
                assert "repeat" not in dosage["timing"], drug


def test_long_ids_of_epic_are_kept() -> None:
    """An id of 194 characters, as Epic sends, does not cost the suggestion."""
    long = {**PLAIN, "id": "e" + "a-.9" * 48 + "Z"}
    assert len(action_of(context(long), non_preferred(reference(long)))["resource"]["id"]) == 194


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "reference", "text", "coding", "x", "_x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
odd_drafts = st.dictionaries(
    st.sampled_from([*PLAIN.keys(), "contained", "medicationReference", "_status", "doseQuantity", "meta", "extension"]), json_values
)


@given(odd_drafts, st.sampled_from(CLIENTS))
def test_any_draft_gives_a_valid_card(odd: dict[str, Any], client: ClientTraits) -> None:
    """Whatever a draft holds and whoever sent it, the cards are valid, and what they suggest is valid FHIR."""
    sent = {**PLAIN, **odd, "resourceType": "MedicationRequest", "id": "order-1"}
    exam = {"resourceType": "ServiceRequest", "id": "s", "code": odd.get("text")}
    given_context = context(sent, exam, client=client)
    order = "MedicationRequest/order-1"
    cards = cards_for(given_context, non_preferred(order), unsafe(order), requesting("echocardiogram"))
    response_validator().validate({"cards": cards})
    for card in cards:
        for suggestion in card.get("suggestions", ()):
            assert all(is_valid(action["resource"]) for action in suggestion["actions"] if "resource" in action)


def test_suggestions_are_merged_with_their_findings() -> None:
    """Two findings that say the same become one card with the suggestions of both, each once."""
    first = finding("DoseCheck", suggestions=(Suggestion("delete", "docetaxel", "MedicationRequest/order-1"),))
    second = finding("DoseCheck", suggestions=(*first.suggestions, Suggestion("request", "echocardiogram")))
    assert [suggestion["actions"][0]["type"] for suggestion in suggestions_of(context(PLAIN), first, second)] == ["delete", "create"]


def test_a_blank_reason_is_left_out() -> None:
    """A finding without words orders without a reason rather than with an empty one."""
    blank = requesting("biopsy", headline=" ")
    blank = type(blank)(blank.topic, blank.indicator, say(" "), requests=blank.requests, rules=blank.rules)
    action = action_of(context(), blank)
    assert action["description"].endswith("HER2.")
    assert "reasonCode" not in action["resource"]


@pytest.mark.parametrize("member", ["extension", "contained"])
@pytest.mark.parametrize("levels", [25, 100])
def test_an_order_that_nests_without_end_is_not_copied(member: str, levels: int) -> None:
    """The models would overflow the stack over it, which ends the whole worker: it is never shown to them, and the card says what to do."""
    nested: list[Any] = []
    for _ in range(levels):
        nested = [{"resourceType": "Medication", member: nested}]
    (card,) = cards_for(context({**PLAIN, member: nested}), non_preferred("MedicationRequest/order-1"))
    assert not card.get("suggestions")
    assert "Change the order for" in card["detail"]
    assert not is_valid({**PLAIN, member: nested})
