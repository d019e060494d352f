from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import (
    EQUIVOCAL,
    FISH,
    IHC,
    INTERPRETATION,
    LOINC,
    NEGATIVE,
    POSITIVE,
    SNOMED,
    case_of,
    concept,
    observation,
    on,
    patient,
    problems_of,
    quantity,
    resource,
)

ER, PR, ER_PERCENT = (LOINC, "85337-4"), (LOINC, "85339-0"), (LOINC, "14228-1")
RATIO, COPIES = (LOINC, "49683-6"), (LOINC, "74860-8")


def receptors(*resources):
    return case_of(patient(), *resources).receptors


def one(*codings, **members):
    found = receptors(observation(*codings, **members))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("members", "value"),
    [
        ({"valueCodeableConcept": concept((LOINC, "LA11843-2", "3+"))}, "3+"),
        ({"valueCodeableConcept": concept((LOINC, "LA6111-4", "0"))}, "0"),
        ({"valueString": "Score 2+"}, "2+"),
        ({"valueString": "3+"}, "3+"),
        ({"valueInteger": 1}, "1+"),
        ({"valueQuantity": {"value": 3}}, "3+"),
        ({"valueCodeableConcept": concept(POSITIVE)}, "positive"),
        ({"valueCodeableConcept": concept((LOINC, "LA6577-6"))}, "negative"),
        ({"valueCodeableConcept": concept(EQUIVOCAL)}, "equivocal"),
        ({"valueCodeableConcept": concept(text="HER2-low")}, "low"),
        ({"interpretation": [concept(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS"))]}, "positive"),
    ],
)
def test_an_ihc_result_in_every_element_it_comes_in(members, value):
    """Scores and words are read from codes, strings, integers, quantities and interpretations."""
    found = one(IHC, **members)
    assert (found.receptor, found.method, found.value, found.date) == ("HER2", "ihc", value, on("2026-05-03"))


@pytest.mark.parametrize(
    ("code", "value", "of_breast"),
    [
        ("85319-2", "3+", True),
        ("85318-4", "positive", True),
        ("85337-4", "positive", True),
        ("18474-7", "3+", False),
        ("48676-1", "positive", False),
    ],
)
def test_a_code_may_name_breast_cancer_as_the_tumour(code, value, of_breast):
    """A test of any tissue says nothing of the tumour."""
    assert one((LOINC, code), valueString=value).of_breast is of_breast


def test_an_ish_beside_the_score_is_of_the_same_tumour():
    found = receptors(observation((LOINC, "85319-2"), valueString="IHC 2+/FISH-"))
    assert [(result.method, result.of_breast) for result in found] == [("ihc", True), ("ish", True)]


@pytest.mark.parametrize("members", [{"valueInteger": 80}, {"valueQuantity": quantity(12.5, "ng/mL")}, {}, {"valueString": "see report"}])
def test_a_value_that_is_none_is_named(members):
    """A number that is no score, or no value at all, gives no result, and the record says that one could not be read."""
    case = case_of(patient(), observation(IHC, **members))
    assert case.receptors == ()
    assert problems_of(case) == [("unreadable", "her2")]


def test_a_test_that_was_not_done_is_no_problem():
    """An answer "not tested" is neither a result nor a loss."""
    case = case_of(patient(), observation(IHC, valueCodeableConcept=concept((LOINC, "LA13538-6", "Not tested"))))
    assert (case.receptors, case.problems) == ((), ())


def test_quantitative_ish():
    """Ratio and copy number keep their numbers and make no claim of their own."""
    ratio, copies = receptors(
        observation(RATIO, valueQuantity=quantity(2.4, "{ratio}")), observation(COPIES, ident="2", valueQuantity=quantity(6.1, "1"))
    )
    assert (ratio.method, ratio.value, ratio.ratio) == ("ish", None, 2.4)
    assert (copies.method, copies.value, copies.copies) == ("ish", None, 6.1)


def test_an_impossible_ratio_is_no_ratio():
    """A sample carries 1:100 beside a positive interpretation: the interpretation stands, the ratio does not."""
    found = one(
        FISH,
        valueRatio={"numerator": {"value": 1, "comparator": ">="}, "denominator": {"value": 100}},
        interpretation=[concept(text="Positive")],
    )
    assert (found.value, found.ratio) == ("positive", None)
    assert one(FISH, valueRatio={"numerator": {"value": 5}, "denominator": {"value": 2}}).ratio == 2.5


@pytest.mark.parametrize(
    ("members", "method"),
    [
        ({"method": concept((SNOMED, "117617002", "Immunohistochemistry staining method"))}, "ihc"),
        ({"method": concept(text="Dual-probe FISH")}, "ish"),
        ({"code": concept(INTERPRETATION, text="HER2 by FISH")}, "ish"),
        ({}, "unspecified"),
        ({"method": concept(text="IHC and FISH")}, "unspecified"),
    ],
)
def test_the_method_of_a_general_interpretation(members, method):
    """48676-1 has no method of its own: the method element or the words give it, or nothing does."""
    assert one(INTERPRETATION, valueCodeableConcept=concept(POSITIVE), **members).method == method


@pytest.mark.parametrize("code", [IHC, INTERPRETATION])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2+ (equivocal), FISH negative", [("ihc", "2+"), ("ish", "negative")]),
        ("IHC 2+, ISH not amplified", [("ihc", "2+"), ("ish", "negative")]),
        ("2+, FISH amplified", [("ihc", "2+"), ("ish", "positive")]),
        ("FISH negative (ratio 1.3), IHC 2+", [("ihc", "2+"), ("ish", "negative")]),
        ("IHC 2+, FISH to follow", [("ihc", "2+")]),
        ("IHC 2+, FISH (HER2/CEP17 ratio) ordered 2026-04-30", [("ihc", "2+")]),
        ("IHC 3+, FISH ratio 3.0", [("ihc", "3+")]),
        ("IHC 2+, FISH ratio 1.3, copy number 3.1", []),
        ("IHC 2+. HER2/CEP17 ratio: 2.4", []),
    ],
)
def test_a_score_and_an_ish_in_one_text(code, text, found):
    """Under either code; figures of an ISH are no outcome, and a 2+ beside them is not one without ISH."""
    assert [(r.method, r.value) for r in receptors(observation(code, valueString=text))] == found


def test_a_panel_holds_its_results_in_its_components():
    """Components with receptor codes are results of their own, of the same day and specimen."""
    panel = observation(
        (LOINC, "74885-5"),
        specimen={"reference": "Specimen/s1"},
        component=[
            {"code": concept(RATIO), "valueQuantity": {"value": 3.1}},
            {"code": concept(COPIES), "valueQuantity": {"value": 7}},
            {"code": concept((LOINC, "85328-3")), "valueQuantity": quantity(90, "%")},
        ],
    )
    assert [(r.ratio, r.copies, r.specimen_id) for r in receptors(panel)] == [(3.1, None, "Specimen/s1"), (None, 7, "Specimen/s1")]


def test_hormone_receptors_and_their_percentages():
    """Percent of cells is kept as a number, from its own code, from a `%` unit or from words."""
    assert one(ER, valueCodeableConcept=concept(POSITIVE)).value == "positive"
    assert one(ER_PERCENT, valueQuantity=quantity(90, "%")).percent == 90
    assert one(PR, valueQuantity=quantity(0, "%")).percent == 0
    assert (one(ER, valueString="Positive (95 %)").value, one(ER, valueString="Positive (95 %)").percent) == ("positive", 95)
    assert one(ER_PERCENT, valueString="80%").receptor == "ER"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Allred 8/8", "positive"),
        ("Allred score: 7 (PS 5, IS 2)", "positive"),
        ("Allred 5+3=8", "positive"),
        ("8/8 (Allred)", "positive"),
        ("Quick score 6", "positive"),
        ("Allred 5/8", "positive"),
        ("Allred 2/8", "negative"),
        ("Allred 0", "negative"),
        ("IRS 12", "positive"),
        ("IRS: 12/12", "positive"),
        ("IRS 4x3=12", "positive"),
        ("Remmele score 4", "positive"),
        ("IRS nach Remmele: 12 von 12", "positive"),
        ("IRS 0", "negative"),
        ("Allred 4/8", None),
        ("Allred PS 2, IS 3", None),
        ("Allred 5+3", None),
        ("Allred 9", None),
        ("IRS 3", None),
        ("IRS 5", None),
        ("IRS 2-3", None),
        ("Allred 8/8 of the left, Allred 0/8 of the right", None),
        ("Negative, Allred 8/8", None),
        ("Allred 8/8, IRS 12", "positive"),
    ],
)
def test_a_stain_score_counts_where_it_tells_for_certain(said, value):
    """One stained cell in a hundred is the limit: low scores may lie on either side of it."""
    found = receptors(observation(ER, valueString=said))
    assert [r.value for r in found] == ([value] if value is not None else [])


def test_a_stain_score_is_none_of_her2():
    """Its scores are its own."""
    assert receptors(observation(IHC, valueString="IRS 12")) == ()


@pytest.mark.parametrize(
    ("members", "value", "percent", "bound"),
    [
        ({"valueQuantity": quantity(1, "%", comparator="<")}, None, 1, "<"),
        ({"valueQuantity": quantity(95, "%", comparator=">")}, None, 95, ">"),
        ({"valueQuantity": quantity("<1", "%")}, None, 1, "<"),
        ({"valueString": "<1%"}, None, 1, "<"),
        ({"valueString": "Negative (<1%)"}, "negative", 1, "<"),
        ({"valueString": "Negative (< 1 % of cells)"}, "negative", 1, "<"),
        ({"valueString": "Negative, less than 1%"}, "negative", 1, "<"),
        ({"valueCodeableConcept": concept(text="Negative (less than 1 percent)")}, "negative", 1, "<"),
        ({"valueString": "fewer than 1% of nuclei"}, None, 1, "<"),
        ({"valueString": "less than or equal to 1%"}, None, 1, "<="),
        ({"valueString": "Positive (>95%)"}, "positive", 95, ">"),
        ({"valueString": "Positive, more than 90 % of cells"}, "positive", 90, ">"),
        ({"valueString": "Positive, at least 1%"}, "positive", 1, ">="),
        ({"valueString": "Positive (≥ 10%)"}, "positive", 10, ">="),
        ({"valueString": "Positive, 1-5 %"}, "positive", 1, ">="),
        ({"valueString": "1% to 10%"}, None, 1, ">="),
        ({"valueString": "0-1%"}, None, 0, ">="),
        ({"valueString": "Negative (cutoff 1%)"}, "negative", None, None),
        ({"valueString": "Negative; internal control 100% positive"}, "negative", None, None),
        ({"valueString": "Positive (threshold of 1%), 80% of cells"}, "positive", 80, None),
        ({"valueString": "Positive (95,5 %)"}, "positive", 95.5, None),
    ],
)
def test_a_percentage_keeps_its_bound(members, value, percent, bound):
    """`<1 %` is how ER-negative is written; it is no 1 %. Of a range the lower end is certain, and a cutoff is no result."""
    found = receptors(observation(ER, **members))
    assert [(r.value, r.percent, r.bound) for r in found] == ([(value, percent, bound)] if value or percent is not None else [])


@pytest.mark.parametrize("unit", [None, "1"])
def test_a_share_of_the_cells_is_no_percentage(unit):
    """0.95 may be nearly all cells: read as less than 1 % it made a hormone receptor negative."""
    case = case_of(patient(), observation(ER_PERCENT, valueQuantity=quantity(0.95, unit)))
    assert (case.receptors, problems_of(case)) == ((), [("unreadable", "her2")])
    assert one(ER_PERCENT, valueQuantity=quantity(0.5, "%")).percent == 0.5


def test_her2_counts_keep_their_bound():
    """Ratio and copy number as quantities, and a ratio of two numbers; a limit is no IHC score."""
    assert [(r.ratio, r.bound) for r in receptors(observation(RATIO, valueQuantity=quantity(10, "{ratio}", comparator=">")))] == [(10, ">")]
    assert [(r.copies, r.bound) for r in receptors(observation(COPIES, valueQuantity=quantity(4, "1", comparator="<")))] == [(4, "<")]
    pair = {"numerator": {"value": 2, "comparator": "<"}, "denominator": {"value": 1}}
    assert [(r.ratio, r.bound) for r in receptors(observation(FISH, valueRatio=pair))] == [(2, "<")]
    assert receptors(observation(FISH, valueRatio={"numerator": {"value": 2}, "denominator": {"value": 1, "comparator": "<"}})) == ()
    assert receptors(observation(IHC, valueQuantity=quantity(2, comparator="<"))) == ()


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("2.5:1", 2.5), ("2.6 : 1.0", 2.6), ("2,5:1", 2.5), ("2.6/1", 2.6), ("26/10", 2.6), ("2.4", 2.4), ("1:100", None), ("3/4/2026", None)],
)
def test_a_ratio_in_words(text, ratio):
    """Under the code of the ratio; a dilution and a date are none."""
    assert [r.ratio for r in receptors(observation(RATIO, valueString=text))] == ([ratio] if ratio else [])


def test_a_ratio_of_two_numbers_under_the_code_of_the_ratio():
    """As under the code of ISH; one that no nucleus has is named."""
    pair = {"numerator": {"value": 2.6}, "denominator": {"value": 1}}
    assert one(RATIO, valueRatio=pair).ratio == 2.6
    case = case_of(patient(), observation(RATIO, valueRatio={"numerator": {"value": 1}, "denominator": {"value": 100}}))
    assert (case.receptors, problems_of(case)) == ((), [("unreadable", "her2")])


def specimen(**members):
    return {"resourceType": "Specimen", "id": "s1", **members}


@pytest.mark.parametrize(
    ("resources", "members", "found"),
    [
        ([specimen(type=concept(text="Core needle biopsy of liver metastasis"))], {"specimen": {"reference": "Specimen/s1"}}, "metastasis"),
        ([specimen(collection={"bodySite": concept((SNOMED, "10200004"))})], {"specimen": {"reference": "Specimen/s1"}}, "metastasis"),
        ([specimen(collection={"bodySite": concept((SNOMED, "76752008"))})], {"specimen": {"reference": "Specimen/s1"}}, "primary"),
        ([], {"specimen": {"display": "Liver biopsy 2026"}}, "metastasis"),
        ([], {"specimen": {"display": "Left breast lumpectomy"}}, "primary"),
        ([], {"specimen": {"display": "Axillary lymph node"}}, None),
        ([], {"specimen": {"display": "Breast, left, mastectomy; sentinel lymph node negative for metastasis"}}, "primary"),
        ([], {"specimen": {"display": "Left breast, lumpectomy, no metastatic carcinoma in nodes (0/3)"}}, "primary"),
        ([], {"specimen": {"display": "Lung biopsy: carcinoma, breast primary"}}, "metastasis"),
        ([], {"specimen": {"display": "Pleural fluid: adenocarcinoma of breast origin"}}, "metastasis"),
        ([], {"specimen": {"display": "Skin of left breast"}}, "primary"),
        ([], {"specimen": {"display": "Primary breast cancer, left"}}, "primary"),
        ([], {"bodySite": concept((SNOMED, "12738006"))}, "metastasis"),
        ([], {"bodySite": [concept(text="right breast")]}, "primary"),
        ([], {"specimen": {"reference": "#s"}, "contained": [specimen(id="s", type=concept(text="pleural fluid"))]}, "metastasis"),
        ([], {"specimen": {"reference": "Specimen/unknown"}}, None),
        ([], {}, None),
    ],
)
def test_decision_10_where_the_tissue_came_from(resources, members, found):
    """Specimen, its site, its name, or the body site say primary or metastasis; a regional node says neither."""
    case = case_of(patient(), *resources, observation(IHC, valueString="3+", **members))
    assert [r.specimen for r in case.receptors] == [found]


@pytest.mark.parametrize(
    "members",
    [
        {"bodySite": concept((SNOMED, "69695003", "Stomach structure"))},
        {"bodySite": concept(text="Oesophagus")},
        {"specimen": {"display": "Gastric biopsy"}},
        {"specimen": {"display": "Gastro-oesophageal junction"}},
        {"specimen": {"display": "Liver metastasis of gastric adenocarcinoma"}},
        {"code": concept(IHC, text="HER2 IHC, gastric")},
        {"code": concept(IHC, text="HER2 IHC, non-breast")},
        {"specimen": {"display": "GE junction biopsy"}},
        {"specimen": {"display": "Uterus: serous carcinoma"}},
        {"specimen": {"display": "Gallbladder carcinoma"}},
        {"specimen": {"display": "Right lung wedge resection: primary lung adenocarcinoma"}},
        {"specimen": {"display": "Stomach biopsy, no metastasis"}},
        {"code": concept((LOINC, "85319-2", "HER2 [Presence] in Breast cancer specimen")), "bodySite": concept(text="Stomach")},
    ],
)
def test_another_organs_her2_is_not_the_breasts(members):
    """HER2 of a stomach's tumour says nothing of the breast's: it is named and not used."""
    case = case_of(patient(), observation(IHC, valueString="3+", **members))
    assert (case.receptors, problems_of(case)) == ((), [("unreadable", "her2")])


@pytest.mark.parametrize(
    ("site", "found"),
    [
        ("Liver", "metastasis"), ("Bone", "metastasis"), ("Lung", "metastasis"), ("Brain", "metastasis"), ("Skin", "metastasis"),
        ("Ovary", "metastasis"), ("Peritoneum", "metastasis"), ("Axillary node", None), ("Gastric lymph node", None),
        ("Gastric metastasis of breast cancer", "metastasis"), ("Metastasis in the stomach", "metastasis"),
        ("Breast and stomach", "primary"),
    ],
)  # fmt: skip
def test_where_breast_cancer_goes_its_her2_is_read(site, found):
    """The common sites of metastases, nodes, and any site that is called a metastasis or the breast's."""
    case = case_of(patient(), observation(IHC, valueString="3+", bodySite=concept(text=site)))
    assert [(r.value, r.specimen) for r in case.receptors] == [("3+", found)]


def test_a_specimen_names_its_tests():
    """IHC and ISH of one specimen carry the same id, whatever form the reference takes."""
    tests = (
        observation(IHC, valueString="2+", specimen={"reference": "https://ehr/fhir/Specimen/s1"}),
        observation(FISH, ident="2", valueString="amplified", specimen={"reference": "Specimen/s1/_history/1"}),
    )
    assert {r.specimen_id for r in receptors(specimen(type=concept(text="liver")), *tests)} == {"Specimen/s1"}
    assert {r.specimen_id for r in receptors(*tests)} == {"Specimen/s1"}


def test_decision_08_preliminary_results_are_flagged_and_withdrawn_ones_left_out():
    """A preliminary result says so; erroneous ones are named; cancelled and registered ones hold nothing."""
    assert one(IHC, valueString="3+", status="preliminary").preliminary
    assert problems_of(case_of(patient(), observation(IHC, valueString="3+", status="entered-in-error"))) == [("erroneous", "her2")]
    for status in ("cancelled", "registered"):
        assert case_of(patient(), observation(IHC, valueString="3+", status=status)).receptors == ()


def test_value_and_interpretation_that_contradict_each_other_give_nothing():
    """Negative beside POS: neither is believed, and that is named."""
    case = case_of(patient(), observation(FISH, valueCodeableConcept=concept(NEGATIVE), interpretation=[concept(text="Positive")]))
    assert (case.receptors, problems_of(case)) == ((), [("unreadable", "her2")])


NEGATIVE_FLAG = {"interpretation": [concept(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "NEG"))]}


@pytest.mark.parametrize(
    "members",
    [
        {"valueCodeableConcept": concept((LOINC, "LA11843-2", "3+"), text="Negative")},
        {"valueCodeableConcept": concept((LOINC, "LA11843-2", "3+"), NEGATIVE)},
        {"valueString": "3+", **NEGATIVE_FLAG},
        {"valueInteger": 3, **NEGATIVE_FLAG},
        {"valueString": "IHC 3+/FISH-", **NEGATIVE_FLAG},
        {"valueString": "HER2 negative on metastasis; primary was 3+"},
        {"valueString": "3+ (negative)"},
    ],
)
def test_a_3_that_is_called_negative_is_neither(members):
    """A code, words or the interpretation that contradict a 3+: nothing is read, and that is named."""
    case = case_of(patient(), observation(IHC, **members))
    assert (case.receptors, problems_of(case)) == ((), [("unreadable", "her2")])


@pytest.mark.parametrize("text", ["IHC 3+/FISH-", "3+, FISH not amplified", "IHC 3+; ISH: negative (ratio 1.2)"])
def test_decision_10_a_3_stays_where_ish_is_negative(text):
    """A negative ISH beside a 3+ is a result of its own, and no contradiction."""
    assert [(r.method, r.value) for r in receptors(observation(IHC, valueString=text))] == [("ihc", "3+"), ("ish", "negative")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("External control: 3+. Tumor: negative", "negative"),
        ("Negative (not 3+)", "negative"),
        ("control 3+, tumour 0", "0"),
        ("Not 3+", None),
    ],
)
def test_what_is_not_the_tumours_3_is_not_read_as_one(text, value):
    """The tumour's own answer, where there is one; else nothing, and that is named."""
    case = case_of(patient(), observation(IHC, valueString=text))
    assert [r.value for r in case.receptors] == ([value] if value else [])
    assert problems_of(case) == ([] if value else [("unreadable", "her2")])


def test_a_local_code_is_told_by_its_label():
    """Sites code HER2 locally: the label names the test, unless it speaks of serum, a mutation or an order."""
    local = observation(("urn:oid:1.2.3", "HER2IHC", "HER2 IHC"), valueString="3+")
    assert [(r.method, r.value) for r in receptors(local)] == [("ihc", "3+")]
    assert receptors(observation(("urn:oid:1.2.3", "X", "HER2 serum level"), valueString="3+")) == ()


@pytest.mark.parametrize("system", [LOINC, SNOMED])
@pytest.mark.parametrize("beside", [(), (("urn:oid:1.2.3", "X", "HER2 IHC"),)], ids=["alone", "beside a local code"])
def test_an_unknown_code_of_a_standard_under_the_name_of_her2_is_named_and_not_read(system, beside):
    """A house may name its own codes as it likes; LOINC and SNOMED CT say themselves what theirs are, and this is not the test we know."""
    case = case_of(patient(), observation((system, "99999-9", "HER2 IHC"), *beside, valueString="3+"))
    assert (case.receptors, problems_of(case)) == ((), [("code-text-conflict", "her2")])


@pytest.mark.parametrize("label", ["c-erbB-2", "HER 2", "HER 2/neu", "Human epidermal growth factor receptor 2", "ERBB2 protein"])
def test_her2_has_many_names(label):
    """A house code under any of them is HER2, as is a label without a code."""
    assert [r.value for r in receptors(observation(("urn:oid:1.2.3", "X", label), valueString="3+"))] == ["3+"]
    assert [r.value for r in receptors(observation(code=concept(text=label), valueString="3+"))] == ["3+"]


@pytest.mark.parametrize(
    ("label", "receptor"),
    [
        ("Estrogen receptor", "ER"),
        ("Estrogen receptor (ER), IHC", "ER"),
        ("Oestrogen receptor status", "ER"),
        ("ER status", "ER"),
        ("ER (IHC)", "ER"),
        ("Progesterone receptor, breast cancer specimen", "PR"),
        ("PgR", "PR"),
        ("PR by immunohistochemistry", "PR"),
    ],
)
def test_a_hormone_receptor_is_told_by_its_label_as_her2_is(label, receptor):
    """Under a house code, without a code, or in a panel: ER and PgR were asked for at every card, and no endocrine therapy was named."""
    for coded in (
        observation(("urn:oid:1.2.3", "X", label), valueString="90 % positive"),
        observation(code=concept(text=label), valueString="90 % positive"),
    ):
        assert [(r.receptor, r.value, r.percent) for r in receptors(coded)] == [(receptor, "positive", 90)]
    components = [{"code": concept(text=label), "valueString": "negative (<1 %)"}, {"code": concept(text="Ki-67"), "valueString": "30 %"}]
    (found,) = receptors(observation(code=concept(text="Breast prognostic markers"), component=components))
    assert (found.receptor, found.value) == (receptor, "negative")


@pytest.mark.parametrize(
    "label",
    [
        "Progesterone", "Estrogen", "Serum progesterone receptor", "ER", "ER visit", "PR", "PR interval", "PR status", "ER/PR receptors",
        "Estrogen receptor mutation", "Androgen receptor", "Order: estrogen receptor", "Estrogen receptor control",
        "Estrogen receptor % of cells", "Insulin receptor",
    ],
)  # fmt: skip
def test_what_is_no_hormone_receptor_by_its_label(label):
    """A hormone of the blood, an emergency room, an interval, two tests in one; and an unknown code of LOINC is not told by words."""
    case = case_of(patient(), observation(code=concept(text=label), valueString="Positive"))
    assert (case.receptors, case.problems) == ((), ())
    unknown = case_of(patient(), observation((LOINC, "99999-9", "Estrogen receptor"), valueString="Positive"))
    assert (unknown.receptors, unknown.problems) == ((), ())


@pytest.mark.parametrize("label", ["Other 2", "Her 2nd biopsy", "HER 2, serum", "c-erbB-2 mutation"])
def test_what_only_sounds_like_her2_is_none(label):
    """Neither "other 2" nor serum or a mutation."""
    case = case_of(patient(), observation(code=concept(text=label), valueString="3+"))
    assert (case.receptors, case.problems) == ((), ())


def test_a_resource_of_another_type_is_no_result():
    """A DiagnosticReport or an order under a HER2 code is not a result."""
    assert receptors(resource("ServiceRequest", code=concept(IHC)), resource("DiagnosticReport", code=concept(IHC), conclusion="3+")) == ()


BREAST_PANEL = ("urn:oid:1.2.840.114350", "BRPANEL")


def panel(label, *codings, code=BREAST_PANEL):
    components = [{"code": concept(coding), "valueString": "3+"} for coding in codings]
    return observation(code=concept(code, text=label), component=components)


def test_a_panel_under_a_code_of_the_house_is_told_by_its_components():
    """A breast panel whose own label names no receptor holds HER2 all the same."""
    assert [(r.receptor, r.value) for r in receptors(panel("Breast prognostic panel", IHC))] == [("HER2", "3+")]


def labelled(panel_label, *labels):
    components = [{"code": concept(text=label), "valueString": "3+"} for label in labels]
    return observation(code=concept(BREAST_PANEL, text=panel_label), component=components)


@pytest.mark.parametrize("label", ["HER2", "HER2 (IHC)", "HER 2/neu by immunohistochemistry", "c-erbB-2 score"])
def test_a_component_is_her2_by_its_label(label):
    """Where the panel is one of the house and the component has no code of ours; what else it holds is left alone."""
    found = receptors(labelled("Breast prognostic panel", label, "HER2 control", "Ki-67"))
    assert [(r.receptor, r.value) for r in found] == [("HER2", "3+")]


@pytest.mark.parametrize(
    "label", ["HER2 control", "HER2 IHC % of cells", "HER2 antibody clone", "HER2 mutation", "HER2 staining intensity, normal ducts"]
)
def test_a_component_about_her2_is_no_result(label):
    """A control, a percentage, a reagent, a variant."""
    assert receptors(labelled("Breast prognostic panel", label)) == ()


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"valueString": "HER2-low"}, "low"),
        ({"valueCodeableConcept": concept(text="Negative (HER2-low)")}, "low"),
        ({"valueCodeableConcept": concept(("urn:example:her2", "low", "HER2-low"), ("urn:example:registry", "N", "negativ"))}, "low"),
        ({"valueString": "HER2 ultralow"}, "ultralow"),
        ({"valueString": "Negative"}, "negative"),
        ({"valueString": "not HER2-low"}, None),
        ({"valueString": "HER2-low, amplified"}, "positive"),
        ({"valueCodeableConcept": concept((LOINC, "LA11843-2"), text="HER2-low")}, None),
    ],
)
@pytest.mark.parametrize("code", [INTERPRETATION, ("urn:oid:1.2.3", "9", "HER2 status")], ids=lambda c: c[1])
def test_her2_low_is_read_where_no_method_is_named(code, answer, value):
    """The word of today's pathology under an interpretation or a code of the house: it was called unreadable."""
    assert [r.value for r in receptors(observation(code, **answer))] == ([value] if value else [])


HER2_NEGATIVE_CARCINOMA, HER2_POSITIVE_CARCINOMA = (SNOMED, "431396003"), (SNOMED, "427685000")


def test_a_carcinoma_by_its_her2_answers_a_her2_test():
    """SNOMED CT's HER2-negative and HER2-positive carcinoma of breast as the value."""
    values = [observation(IHC, ident=c[1], valueCodeableConcept=concept(c)) for c in (HER2_NEGATIVE_CARCINOMA, HER2_POSITIVE_CARCINOMA)]
    assert [(r.receptor, r.value) for r in receptors(*values)] == [("HER2", "positive"), ("HER2", "negative")]


@pytest.mark.parametrize(
    "observed",
    [
        observation(IHC, valueCodeableConcept=concept(HER2_NEGATIVE_CARCINOMA, text="HER2 positive (IHC 3+)")),
        observation((LOINC, "85325-9"), valueCodeableConcept=concept(text="Amplified")),
        observation((LOINC, "85337-4"), valueCodeableConcept=concept(HER2_POSITIVE_CARCINOMA)),
    ],
)
def test_an_answer_of_another_test_or_against_its_own_words_is_named(observed):
    """A negative code beside a written 3+, a hormone receptor that is amplified or a HER2 carcinoma: none is used."""
    case = case_of(patient(), observed)
    assert case.receptors == ()
    assert {problem.subject for problem in case.problems} == {"her2"}


def test_a_hormone_receptor_with_her2_in_one_text_is_read():
    """An amplification is HER2's where the text names both."""
    both = observation((LOINC, "85337-4"), valueString="ER positive, HER2 amplified")
    assert [(r.receptor, r.value) for r in receptors(both)] == [("ER", "positive")]


def beside(*others):
    """A panel of the house with HER2 IHC 3+ and other components as (label, text)."""
    components = [{"code": concept(text=label), "valueString": said} for label, said in (("HER2 IHC", "3+"), *others)]
    return observation(code=concept(BREAST_PANEL, text="Receptor status"), component=components)


def test_er_and_pr_by_their_letters_are_receptors_beside_her2():
    """In a panel with HER2 the letters mean nothing else, also after a record where they stood alone: what a label means is remembered."""
    for letters in (("ER", "PR"), ("er", "pr")):
        assert receptors(labelled("Nursing assessment", *letters)) == ()
    found = receptors(beside(("ER", "Positive, 95%"), ("PR", "Negative")))
    assert [(r.receptor, r.value, r.percent) for r in found] == [("HER2", "3+", None), ("ER", "positive", 95), ("PR", "negative", None)]


@pytest.mark.parametrize("label", ["ER visits", "PR interval", "ER control", "ER % of cells"])
def test_what_only_begins_with_the_letters_is_no_receptor_beside_her2(label):
    """A label that says more than the receptor and its test is left alone."""
    assert [r.receptor for r in receptors(beside((label, "Positive")))] == ["HER2"]


def test_a_component_of_a_sequencing_is_no_result():
    """Trap 12, by label too."""
    assert receptors(labelled("NGS panel", "HER2")) == ()


@pytest.mark.parametrize(
    ("label", "code"), [("NGS panel, plasma", BREAST_PANEL), ("ERBB2 mutation panel", BREAST_PANEL), ("HER2, serum", (LOINC, "32996-1"))]
)
def test_a_panel_that_is_known_to_be_something_else_is_none(label, code):
    """Trap 12: neither a sequencing of the blood nor the shed antigen becomes a result of tissue by a code in a component."""
    assert receptors(panel(label, INTERPRETATION, code=code)) == ()


def test_of_several_interpretation_codes_the_standard_one_counts():
    """A code of the house before it is no answer, and takes none away."""
    hl7 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    assert one(IHC, interpretation=[concept(("urn:local", "A"), (hl7, "POS"))]).value == "positive"
