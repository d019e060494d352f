"""Each reference between knowledge files that may dangle, and each contradiction: where it stands and what is said of it, word for word."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from guideline.knowledge_checks import BOOK_FILES, FILES, _book_references, _order_references, _references, faults
from guideline.knowledge_files import FOLDER, rule_ids

DOCUMENTS = faults(FOLDER, (*FILES, *BOOK_FILES))[0]
RULES = rule_ids(FOLDER)
EDITION = DOCUMENTS["knowledge"]["version"]


def damaged(place: tuple[Any, ...], value: Any) -> dict[str, dict[str, Any]]:
    """The documents with another value at a place; a new entry where there is none; gone where the value is None."""
    documents = deepcopy(DOCUMENTS)
    found: Any = documents
    for step in place[:-1]:
        found = found[step]
    if value is None:
        del found[place[-1]]
    else:
        found[place[-1]] = value
    return documents


HOLD = ("statements", "statements", "lvef-hold")
TDXD_LABS = ("thresholds", "labs", "drugs", "trastuzumab-deruxtecan")
TDXD_LEVELS = ("thresholds", "dose_levels", "trastuzumab-deruxtecan")


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("drugs", "drugs", "trastuzumab", "components"), ["trastuzumap"], [("drugs", "there is no drug 'trastuzumap'")]),
        (("drugs", "drugs", "lapatinib", "lvef_table"), "none", [
            ("drugs", "the LVEF table 'none' does not exist or does not name the drug"),
            (("thresholds", ("lvef_tables", "lapatinib", "drugs")), "drug 'lapatinib' does not name this table"),
        ]),
        (("regimens", "regimens", "tdm1", "components", 0, "drug"), "tdm", [
            (("regimens", ("regimens", "tdm1", "components", 0)), "there is no drug 'tdm'"),
        ]),
        (("regimens", "regimens", "tdm1", "drugs"), ["tdm"], [("regimens", "there is no drug 'tdm'")]),
        (("regimens", "regimens", "tdm1", "evidence"), ["emillia"], [("regimens", "there is no printable evidence 'emillia'")]),
        (("regimens", "regimens", "tdm1", "rules"), ["R999"], [("regimens", "there is no rule 'R999'")]),
        ((*HOLD, "rules"), ["R999"], [("statements", "there is no rule 'R999'")]),
        ((*HOLD, "text"), "Hold {drugs", [
            ("statements", "is not a sentence with {placeholders}: expected '}' before end of string"),
        ]),
        ((*HOLD, "text"), "Hold {drugs!r}", [("statements", "the placeholder {drugs} is not a plain name")]),
        ((*HOLD, "text"), "Hold {drugs:9}", [("statements", "the placeholder {drugs} is not a plain name")]),
        ((*HOLD, "text"), "Hold {Drugs}", [("statements", "the placeholder {Drugs} is not a plain name")]),
        (("drugs", "version"), "9999.01.01", [("drugs", f"is newer than the edition {EDITION} in knowledge.yaml")]),
        (("thresholds", "lvef", "due_days"), 84, [("thresholds", "is not after current_days")]),
        ((*TDXD_LABS, 0, "rule"), "R999", [(("thresholds", ("labs", "drugs", "trastuzumab-deruxtecan", 0)), "there is no rule 'R999'")]),
        (("thresholds", "labs", "drugs", "tdxd"), [], [("thresholds", "there is no drug 'tdxd'")]),
        ((*TDXD_LEVELS, "rule"), "R999", [("thresholds", "there is no rule 'R999'")]),
        ((*TDXD_LEVELS, "levels"), [5.4, 3.2, 4.4], [("thresholds", "are not in falling order")]),
        (("thresholds", "dose_levels", "tdxd"), {"rule": "R118", "levels": [1]}, [("thresholds", "there is no drug 'tdxd'")]),
        (("thresholds", "lvef_tables", "tdm1", "rule"), "R999", [("thresholds", "there is no rule 'R999'")]),
        (("other_drugs", "drugs", "warfarin", "groups"), ["thinner"], [("other_drugs", "there is no group 'thinner'")]),
        (("other_drugs", "drugs", "lapatinib"), {"groups": []}, [("other_drugs", "is a cancer drug of drugs.yaml")]),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_what_dangles_is_said_where_it_stands(place, value, expected):
    """Exactly these faults, each at the damaged place unless another one is named."""
    wanted = [(*(where if isinstance(where, tuple) else (where, place[1:])), what) for where, what in expected]
    assert list(_references(damaged(place, value), RULES)) == wanted


def test_a_label_names_its_regimen_and_its_rule():
    """Both references of a label, at their own places."""
    label = next(iter(DOCUMENTS["labels"]["labels"]))
    for part, value, kind in (("regimen", "tdm2", "regimen"), ("rule", "R999", "rule")):
        found = list(_references(damaged(("labels", "labels", label, part), value), RULES))
        assert found == [("labels", ("labels", label, part), f"there is no {kind} {value!r}")]


def test_the_first_level_is_the_dose_of_the_regimens():
    """T-DXd levels that begin at 5.0: every regimen that gives 5.4 is named."""
    found = list(_references(damaged((*TDXD_LEVELS, "levels"), [5.0, 4.4, 3.2]), RULES))
    assert ("thresholds", ("dose_levels", "trastuzumab-deruxtecan", "levels"), "the first is not the dose of regimen 'tdxd'") in found
    assert {stem for stem, _, _ in found} == {"thresholds"}


def test_one_faulty_sentence_hides_no_other():
    """A sentence that is no sentence is passed over, and the next one is looked at."""
    documents = damaged((*HOLD, "text"), "Hold {")
    documents["statements"]["statements"]["lvef-low"]["text"] = "LVEF {0}"
    found = [(path[1], what) for _, path, what in _references(documents, RULES)]
    assert [name for name, _ in found] == ["lvef-hold", "lvef-low"]
    assert found[1][1] == "the placeholder {0} is not a plain name"


def test_a_sentence_stands_once():
    """The same id in two statement files: the second one is the fault, and says where the first stands."""
    documents = damaged(("statements_orders", "statements", "lvef-hold"), {"text": "Hold", "rules": []})
    expected = ("statements_orders", ("statements", "lvef-hold"), "stands in statements.yaml too")
    assert list(_references(documents, RULES)) == [expected]


@pytest.mark.parametrize(
    ("entry", "changes", "place", "what"),
    [
        ("unverified", {"print": True}, "print", "is on, but the entry is unverified"),
        ("wrong", {"print": True}, "print", "is on, but the entry is wrong"),
        ("secondary-only", {"print": True, "caveat": None}, "print", "is on for secondary sources only, without a caveat that says so"),
        ("confirmed", {"readout": "2001 update", "year": 2015}, "readout", "does not name the year 2015"),
    ],
)
def test_what_may_not_be_printed(entry, changes, place, what):
    """A figure that nobody verified, that is wrong, secondary without saying so, or whose readout is of another year."""
    documents = deepcopy(DOCUMENTS)
    evidence = documents["evidence"]["evidence"]
    id_ = next(id_ for id_, found in evidence.items() if found["verification"] == entry and found["print"] is (entry == "confirmed"))
    if entry == "secondary-only":
        id_ = next(id_ for id_, found in evidence.items() if found["verification"] == entry)
    for name, value in changes.items():
        evidence[id_].pop(name, None)
        if value is not None:
            evidence[id_][name] = value
    assert ("evidence", ("evidence", id_, place), what) in list(_references(documents, RULES))


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("doses", "doses", "tdxd"), {"schedules": []}, [("doses", ("doses", "tdxd"), "there is no drug 'tdxd'")]),
        (("doses", "doses", "neratinib", "schedules", 0, "beside"), ["tdxd"], [
            ("doses", ("doses", "neratinib", "schedules", 0), "there is no drug 'tdxd'"),
        ]),
        (("doses", "doses", "trastuzumab-deruxtecan", "schedules", 0, "levels"), [4.0], [
            ("doses", ("doses", "trastuzumab-deruxtecan", "schedules", 0), "are not the dose levels of thresholds.yaml"),
        ]),
        (("interactions", "interactions", 0, "drug"), "tdxd", [("interactions", ("interactions", 0), "there is no drug 'tdxd'")]),
        (("interactions", "interactions", 0, "with"), "tdxd", [("interactions", ("interactions", 0), "there is no drug 'tdxd'")]),
        (("interactions", "interactions", 0, "group"), "none", [("interactions", ("interactions", 0), "there is no group 'none'")]),
        (("interactions", "interactions", 0, "says"), "none", [("interactions", ("interactions", 0), "there is no sentence 'none'")]),
        (("interactions", "interactions", 0, "rule"), "P99", [("interactions", ("interactions", 0), "there is no rule 'P99'")]),
        (("interactions", "supportive_care", 1, "all_of"), ["none"], [
            ("interactions", ("supportive_care", 1), "there is no group 'none'"),
        ]),
        (("interactions", "supportive_care", 1, "detail"), "none", [
            ("interactions", ("supportive_care", 1), "there is no sentence 'none'"),
        ]),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_what_dangles_in_the_files_of_order_entry(place, value, expected):
    """Exactly this fault of doses, interactions or supportive care."""
    assert list(_order_references(damaged(place, value), RULES)) == expected


def test_what_dangles_in_the_rule_book():
    """A conflict that does not exist, a section that no guideline entry has, a conflict that no rule names."""
    assert list(_book_references(damaged(("rules", "rules", "R001", "conflicts"), ["C99"]))) == [
        ("rules", ("rules", "R001", "conflicts"), "there is no conflict 'C99'"),
    ]
    assert list(_book_references(damaged(("rules", "rules", "R001", "evidence"), ["E16/9.9", "E01"]))) == [
        ("rules", ("rules", "R001", "evidence"), "there is no guideline section 'E16/9.9'"),
    ]
    documents = damaged(("conflicts", "conflicts", "C98"), {})
    documents["conflicts"]["conflicts"]["C97"] = {}
    assert list(_book_references(documents)) == [
        ("conflicts", ("conflicts", "C97"), "is named by no rule"), ("conflicts", ("conflicts", "C98"), "is named by no rule"),
    ]  # fmt: skip
    del documents["evidence"]
    assert {stem for stem, _, _ in _book_references(documents)} == {"conflicts"}


def test_what_dangles_in_the_register_of_sources():
    """A source or fact that the register does not have, named by a rule or by evidence; a name of two documents; an unknown document."""
    for place, value, expected in (
        (("rules", "rules", "R001", "sources"), ["hearsay"], (("rules", "R001", "sources"), "the source 'hearsay' is not in sources.yaml")),
        (("rules", "rules", "R001", "evidence"), ["E99"], (("rules", "R001", "evidence"), "the fact 'E99' is not in sources.yaml")),
        (("sources", "facts", "E01", "by"), ["hearsay"], (("facts", "E01", "by"), "there is no document 'hearsay'")),
        (("sources", "documents", "sophia", "names"), [*DOCUMENTS["sources"]["documents"]["sophia"]["names"], "PATINA"], (
            ("documents", "sophia", "names"), "'PATINA' is a name of 'patina' too",
        )),
    ):  # fmt: skip
        assert list(_book_references(damaged(place, value))) == [(place[0], *expected)]
    evidence = next(iter(DOCUMENTS["evidence"]["evidence"]))
    for name, value in (("source", "hearsay"), ("fact", "E99")):
        found = [finding[1:] for finding in _book_references(damaged(("evidence", "evidence", evidence, name), value))]
        assert (("evidence", evidence, name), f"the {name} '{value}' is not in sources.yaml") in found


def test_nothing_dangles():
    """The files as they are."""
    assert list(_references(DOCUMENTS, RULES)) == []
    assert list(_order_references(DOCUMENTS, RULES)) == []
    assert list(_book_references(DOCUMENTS)) == []
