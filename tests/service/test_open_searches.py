"""What the FHIR server is asked for, given what prefetch brought."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from fhir_mappings.reading import KeyContent
from service.cds_hooks.prefetch import open_searches
from service.cds_hooks.registry import PATIENT_VIEW

BASE = "https://fhir.example.org/r4"
KEYS = tuple(PATIENT_VIEW.prefetch)
OBSERVATION_KEYS = {key for key, query in PATIENT_VIEW.prefetch.items() if query.startswith("Observation")}
DATA = KeyContent("data", frozenset({"Observation"}), None, bundled=True)


def searches(keys: dict[str, KeyContent], patient: str = "1") -> dict[str, str]:
    return {search.key: search.url for search in open_searches(keys, PATIENT_VIEW, BASE, patient)}


def test_without_prefetch_every_query_is_asked():
    """One search a key, with the patient filled in, and no token left in any of them."""
    found = searches({})
    assert tuple(found) == KEYS
    assert found["patient"] == f"{BASE}/Patient/1"
    assert found["conditions"] == f"{BASE}/Condition?patient=1"
    assert not any("{{" in url for url in found.values())


@pytest.mark.parametrize("state", ["data", "null", "empty", "failed"])
def test_a_key_that_was_answered_is_not_asked_again(state: str):
    """Data and "no data" are answers; a query that failed for the client is not repeated."""
    assert not searches(dict.fromkeys(KEYS, KeyContent(state)))  # type: ignore[arg-type]


def test_garbage_is_as_good_as_absent():
    """A page of HTML under a key tells nothing: the query is asked."""
    assert set(searches(dict.fromkeys(KEYS, KeyContent("garbage")))) == set(KEYS)


def test_only_what_is_open_is_asked():
    """Half the keys sent: the other half is fetched."""
    sent = dict.fromkeys(KEYS[::2], KeyContent("null"))
    assert set(searches(sent)) == set(KEYS[1::2])


def test_a_merged_bundle_counts_for_the_kinds_in_it():
    """All Observations in one Bundle with Conditions under a name of the client's: neither is asked for, Procedures are."""
    found = searches({"record": KeyContent("data", frozenset({"Observation", "Condition", "Patient"}), None, bundled=True)})
    assert not OBSERVATION_KEYS & set(found)
    assert not {"conditions", "patient"} & set(found)
    assert "procedures" in found


def test_observations_of_a_renamed_key_do_not_stand_for_all_observations():
    """A Bundle of Observations under an unknown name may be any of five queries: asking twice is better than taking absence for health."""
    assert set(searches({"labResults": DATA})) >= OBSERVATION_KEYS
    assert "conditions" not in searches({"problems": KeyContent("data", frozenset({"Condition"}), None, bundled=True)})


def test_a_further_page_is_asked_for_where_it_is_on_the_same_server():
    """The next page of what the client sent is read from its server, and from no other."""
    own = KeyContent("data", frozenset({"Condition"}), f"{BASE}?_getpages=7", bundled=True)
    other = KeyContent("data", frozenset({"Condition"}), "https://evil.example/r4?_getpages=7", bundled=True)
    answered = dict.fromkeys(KEYS, KeyContent("null"))
    assert searches(answered | {"conditions": own}) == {"conditions": f"{BASE}?_getpages=7"}
    assert searches(answered | {"conditions": other}) == {}


@pytest.mark.parametrize("patient", ["a,b", "1&_count=9999", "..", "%2e%2e", "x?y", "x#y", "ä"])
def test_a_patient_id_stays_one_value(patient: str):
    """An id with odd characters neither widens a search nor leaves its path."""
    for key, url in searches({}, patient).items():
        parts = urlsplit(url)
        assert not parts.fragment
        if key == "patient":
            assert parts.path.removeprefix("/r4/Patient/") == quote(patient, safe="")
            assert not parts.query
        else:
            assert parse_qs(parts.query)["patient"] == [patient]
            assert "," not in parts.query.partition("&")[0]
