"""Each state of a prefetch key, under each key of ours: what is read, and what the case knows to be missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fhir_mappings.case_builder import build_case
from fhir_mappings.lost_facts import OUR_KEYS, lost_with_key
from fhir_mappings.prefetch_queries import PREFETCH
from fhir_mappings.reading import KeyContent, Reading, read_hook_request
from guideline.case import Case
from tests.fhir_mappings.prefetch_states import ABSENT, NEXT_PAGE, STATES, State, kind_of, outcome, resource_for
from tests.fhir_mappings.resource_builders import IHC, TODAY, TRASTUZUMAB, bundle, concept, condition, patient, statement

BOTH = pytest.mark.parametrize("key", PREFETCH)
EACH_STATE = pytest.mark.parametrize("state", STATES.values(), ids=STATES)


def read(prefetch: dict[str, Any]) -> Reading:
    sent = {key: value for key, value in prefetch.items() if value is not ABSENT}
    return read_hook_request(json.dumps({"hook": "patient-view", "context": {}, "prefetch": sent}).encode()).reading


def case_of(reading: Reading) -> Case:
    return build_case(reading, patient_id="p1", today=TODAY)


@BOTH
@EACH_STATE
def test_each_state_of_each_key_is_told_apart(key: str, state: State):
    """State, types and next page are what was sent; resources come out of the states that hold data, and of no other."""
    reading = read({key: state.send(resource_for(key, "p1"))})
    if state.read_as == "absent":
        assert reading == Reading()
        return
    content = reading.keys[key]
    assert content.state == state.read_as
    types = [entry.resource.resource_type for entry in reading.entries if entry.resource is not None]
    assert types == ([kind_of(key)] if state.read_as == "data" else [])
    assert content.types >= set(types)
    paged = state in (STATES["paged"], STATES["empty first page"])
    assert content.next_page == (NEXT_PAGE if paged else None)


@BOTH
@EACH_STATE
def test_what_was_not_to_be_had_is_named_by_its_key(key: str, state: State):
    """What failed, is garbage or came in part is named with the kind of fact it would have held; what was answered names nothing.

    A type that no case uses is no loss under a key whose words promise no fact that a rule counts on.
    """
    problems = case_of(read({"patient": patient(), key: state.send(resource_for(key, "p1"))})).problems
    problems = tuple(problem for problem in problems if problem.kind in ("incomplete", "unreadable"))
    harmless = lost_with_key(key) == "other" and state in (
        STATES["other type"],
        STATES["searchset of another type"],
        STATES["type in the wrong case"],
        STATES["empty array"],
    )
    assert {problem.kind for problem in problems} == (set() if harmless else state.problems)
    # A page of Observations is lost as what its key asks for, or as any.
    assert {problem.subject for problem in problems} <= {lost_with_key(key), "other"}
    if kind_of(key) != "Observation" and problems:
        assert {problem.subject for problem in problems} == {lost_with_key(key)}
    assert not any("504" in problem.detail or "html" in problem.detail for problem in problems)


@EACH_STATE
@pytest.mark.parametrize("others", [{}, {"conditions": bundle(condition())}])
def test_a_key_takes_nothing_from_the_keys_beside_it(state: State, others: dict[str, Any]):
    """Whatever stands under one key, the resources of the others are read."""
    prefetch = {"patient": patient(), "x": state.send(resource_for("labs", "p1")), "medicationStatements": statement(TRASTUZUMAB), **others}
    case = case_of(read(prefetch))
    assert [record.drug for record in case.drugs] == ["trastuzumab"]
    assert case.patient.sex == "female"


@pytest.mark.parametrize("state", ["HTML", "OperationOutcome", "empty array", "other type"])
def test_what_is_read_anew_under_a_key_settles_it(state: str):
    """A key that held garbage, and was then fetched from the FHIR server, is no loss any more."""
    first = read({"medicationStatements": STATES[state].send({})})
    both = first + read({"medicationStatements": bundle(statement(TRASTUZUMAB))})
    assert case_of(first).problems
    assert case_of(both).problems == ()
    assert both.keys["medicationStatements"].state == "data"


@BOTH
def test_what_could_not_be_fetched_in_time_is_named_by_its_key(key: str):
    """A key that was not sent and not to be had is incomplete; garbage that stood there before is not named a second time."""
    late = Reading(keys={key: KeyContent("unavailable")})
    for before in (Reading(), read({key: STATES["HTML"].send({})})):
        assert [(p.kind, p.subject) for p in case_of(before + late).problems] == [("incomplete", lost_with_key(key))]


def test_a_last_page_without_results_takes_no_data_away():
    """Servers close a search with an empty page: the key still holds what the pages before it brought."""
    both = read({"labs": STATES["paged"].send(resource_for("labs", "p1"))}) + read({"labs": bundle()})
    assert (both.keys["labs"].state, both.keys["labs"].next_page, both.keys["labs"].types) == ("data", None, {"Observation"})


@pytest.mark.parametrize("name", ["batch that failed in part", "batch that failed", "OperationOutcome in a Bundle"])
def test_a_batch_under_a_key_that_says_nothing_may_have_lost_anything(name: str):
    """All queries merged into one Bundle: when a part of it failed, neither "never given" nor "no metastases" is safe."""
    reading = read({"record": bundle(patient(), STATES[name].send(patient()))})
    assert {(p.kind, p.subject) for p in reading.problems} >= {("incomplete", "therapy"), ("incomplete", "diagnosis")}


def test_the_next_page_of_a_nested_search_is_not_lost():
    """A merged batch names what is missing by the types of the search that goes on; its own next page can be followed."""
    paged = {"link": [{"relation": "self", "url": "https://ehr/1"}, {"relation": "next", "url": "https://ehr/2"}]}
    batch = bundle(bundle(patient()), bundle(statement(TRASTUZUMAB), **paged), kind="batch-response", **paged)
    reading = read({"record": batch})
    assert [(p.kind, p.subject) for p in reading.problems] == [("incomplete", "therapy")]
    assert reading.keys["record"].next_page == "https://ehr/2"


def test_only_one_of_several_bundles_under_a_key_can_be_followed():
    """Of two paged searches in one array the first goes on; the second is named."""
    pages = [bundle(condition(), link=[{"relation": "next", "url": f"https://ehr/{n}"}]) for n in (1, 2)]
    reading = read({"conditions": pages})
    assert reading.keys["conditions"].next_page == "https://ehr/1"
    assert [(p.kind, p.subject) for p in reading.problems] == [("incomplete", "diagnosis")]


@pytest.mark.parametrize("broken", [{}, {"birthDate": 1970}])
def test_a_batch_is_judged_the_same_where_something_beside_it_is_broken(broken: dict[str, Any]):
    """A document that must be saved resource by resource keeps what each entry says about itself."""
    key = {"record": bundle(patient(**broken), STATES["batch that failed in part"].send(statement(TRASTUZUMAB)))}
    incomplete = [p for p in read(key).problems if p.kind == "incomplete"]
    assert {p.subject for p in incomplete} == {"therapy", "diagnosis", "other"}
    assert read({"meds": bundle(outcome("error"), patient(**broken))}).keys["meds"].state == "data"


@pytest.mark.parametrize(
    "response", ["x", 3, {}, {"status": None}, {"status": 404}, {"status": []}, {"status": "200", "outcome": 5}, {"outcome": [1]}]
)
def test_odd_responses_in_a_batch_cost_nothing_but_themselves(response: Any):
    """Whatever an entry's `response` holds, the entries beside it are read."""
    reading = read({"record": {"resourceType": "Bundle", "entry": [{"response": response, "search": 3}, {"resource": patient()}]}})
    assert [entry.resource.resource_type for entry in reading.entries if entry.resource is not None] == ["Patient"]
    assert reading.keys["record"].state == "data"


def test_an_entry_without_its_resource_is_named():
    """An entry that says only where its resource is brings nothing, and a record exists that was not read."""
    entry = {"fullUrl": "https://ehr/MedicationRequest/1"}
    reading = read({"medicationRequests": {"resourceType": "Bundle", "entry": [entry]}})
    assert [(p.kind, p.subject) for p in reading.problems] == [("unreadable", "therapy")]


def test_an_unused_type_under_a_key_of_the_clients_own_is_no_loss():
    """Clients add keys: an Encounter beside our own keys is neither data of ours nor a gap."""
    reading = read({"encounter": {"resourceType": "Encounter", "id": "1"}, "orders": bundle({"resourceType": "Appointment"})})
    assert reading.losses() == ()
    assert {content.state for content in reading.keys.values()} == {"unused"}


def test_dispensed_drugs_that_cannot_be_read_are_a_lost_therapy():
    """A search that holds only MedicationDispense tells of drugs that were given, though none is read."""
    reading = read({"pharmacy": bundle({"resourceType": "MedicationDispense", "id": "1"})})
    assert [(p.kind, p.subject) for p in reading.losses()] == [("unreadable", "therapy")]


@pytest.mark.parametrize("total", ["0", 0, None, "many", -1, 0.5, [], ""])
def test_an_odd_total_counts_nothing(total: Any):
    """Only a whole number above zero says that there was more than was sent."""
    reading = read({"labs": {"resourceType": "Bundle", "total": total}})
    assert (reading.keys["labs"].state, reading.losses()) == ("empty", ())


NEXT = {"relation": "next", "url": NEXT_PAGE}
LESS_THAN_COUNTED = "a search that counted more results than it sent"


def counted(total: int, *resources: Any, **members: Any) -> dict[str, Any]:
    return bundle(*resources, total=total, **members)


def incomplete(reading: Reading) -> list[tuple[str, str]]:
    return [(p.subject, p.detail) for p in case_of(reading).problems if p.kind == "incomplete"]


@BOTH
@pytest.mark.parametrize("total", [2, "40", 140])
def test_a_search_that_counted_more_than_it_sent_is_not_whole(key: str, total: Any):
    """Without a next page nobody can bring the others. Of laboratory and body values only the newest are asked for."""
    found = incomplete(read({key: counted(total, resource_for(key, "p1"))}))
    assert {detail for _, detail in found} == (set() if key in ("labs", "body") else {LESS_THAN_COUNTED})
    assert {subject for subject, _ in found} <= {lost_with_key(key), "other"}


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("conditions", counted(1, condition())),
        ("conditions", counted(0, condition())),
        ("conditions", bundle(condition(), total=-3)),
        ("conditions", bundle(condition(), total=10**400)),
        ("conditions", counted(9, condition(), link=[NEXT])),
        ("vitals", counted(9, resource_for("body", "p1"))),
    ],
)
def test_a_total_that_says_nothing_more_costs_nothing(key: str, sent: dict[str, Any]):
    """As many as were counted, an odd count, a search that goes on, results under a key of the client's own: nothing is cut short."""
    assert LESS_THAN_COUNTED not in [detail for _, detail in incomplete(read({key: sent}))]


@pytest.mark.parametrize(("mode", "whole"), [("match", True), (None, True), ("include", False), ("outcome", False)])
def test_what_comes_beside_the_results_is_none_of_them(mode: str | None, whole: bool):
    """Included resources and remarks on the search do not make up for a result that did not come."""
    entries = [{"resource": condition(ident=str(n)), "search": {"mode": "match"}} for n in range(2)]
    beside = {"resource": condition(ident="3"), **({"search": {"mode": mode}} if mode else {})}
    sent = {"resourceType": "Bundle", "type": "searchset", "total": 3, "entry": [*entries, beside, {"resource": outcome("warning")}]}
    assert incomplete(read({"conditions": sent})) == ([] if whole else [("diagnosis", LESS_THAN_COUNTED)])


@pytest.mark.parametrize("last", [1, 0])
def test_results_are_counted_over_all_pages(last: int):
    """Each page names the total of the whole search; the last one may be empty."""
    pages = [counted(3, condition(ident="1"), link=[NEXT]), counted(3, condition(ident="2"), link=[NEXT])]
    pages.append(counted(3, *[condition(ident="3")][:last]))
    first, second, third = (read({"conditions": page}) for page in pages)
    assert incomplete(first + second + third) == ([] if last else [("diagnosis", LESS_THAN_COUNTED)])


@pytest.mark.parametrize(("one", "cut"), [(condition(), True), (resource_for("labs", "p1"), False)])
def test_a_search_in_a_batch_is_counted_by_itself(one: dict[str, Any], cut: bool):
    """All queries in one Bundle: one that counted more than it sent is named by what it holds; results may be the newest alone."""
    batch = bundle(counted(1, patient()), counted(5, one), kind="batch-response")
    assert incomplete(read({"record": batch})) == ([("diagnosis", LESS_THAN_COUNTED)] if cut else [])


@pytest.mark.parametrize(
    ("link", "followed", "named"),
    [
        ([{"relation": "Next", "url": NEXT_PAGE}], NEXT_PAGE, "not all pages of a search"),
        (NEXT, NEXT_PAGE, "not all pages of a search"),
        ([{"relation": "next"}], None, "a next page without an address"),
        ([{"relation": "next", "url": 7}], None, "a link of a Bundle that cannot be read"),
        ([{"relation": "self", "url": 7}, NEXT], NEXT_PAGE, "a link of a Bundle that cannot be read"),
        ("https://ehr/2", None, "a link of a Bundle that cannot be read"),
        (None, None, None),
        ([], None, None),
        ([{"relation": "self", "url": "https://ehr/1"}], None, None),
        ({"relation": "self"}, None, None),
    ],
)
def test_no_next_page_is_passed_over(link: Any, followed: str | None, named: str | None):
    """However a server writes the link to the next page: it is followed, or the page is named as missing."""
    reading = read({"medicationStatements": bundle(statement(TRASTUZUMAB), link=link)})
    assert reading.keys["medicationStatements"].next_page == followed
    assert {subject for subject, _ in incomplete(reading)} == ({"therapy"} if named else set())
    assert named is None or named in [detail for _, detail in incomplete(reading)]
    assert len(case_of(reading).drugs) == 1


FOREIGN = "a search that brought nothing about this patient"


@BOTH
@pytest.mark.parametrize("subject", ["p2", "", None])
def test_a_search_of_ours_that_brought_only_strangers_is_not_an_empty_one(key: str, subject: str | None):
    """It was asked for this patient: what it answered with somebody else, or with nobody, was not seen."""
    other = {**resource_for(key, subject or ""), "code": concept(IHC)} | ({} if subject is not None else {"subject": None, "patient": None})
    found = incomplete(read({"patient": patient(), key: bundle(other)}))
    assert {detail for _, detail in found} == {FOREIGN}
    assert {named for named, _ in found} <= {lost_with_key(key), "other"}


@BOTH
def test_a_stranger_beside_the_patient_takes_nothing_away(key: str):
    """A server that sends too much has answered; and what stands under a key of the client's own was never asked for this patient."""
    sent = {
        "patient": patient(),
        f"other-{key}": bundle(resource_for(key, "p2")),
        key: bundle(resource_for(key, "p2"), resource_for(key, "p1")),
    }
    assert incomplete(read(sent)) == []


@BOTH
def test_a_search_that_is_answered_with_the_patient_is_not_answered(key: str):
    """Some servers answer an address that they do not know with what they do know."""
    found = incomplete(read({key: patient()}))
    assert {detail for _, detail in found} == (set() if key == "patient" else {FOREIGN})


def test_the_keys_that_promise_something_are_those_of_discovery():
    """The list that tells our keys from others is that of the discovery entry."""
    assert set(PREFETCH) == OUR_KEYS
