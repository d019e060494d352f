"""What is known of DPYD: results and the answer of the intake (P09)."""

from __future__ import annotations

import pytest

from guideline.case import DpydResult, IntakeAnswer
from guideline.laboratory.dpyd import dpyd, dpyd_facts, dpyd_phenotype
from tests.guideline.case_builder import LONG, a_case, advice_on, given, intake, second_line, thp, when
from tests.guideline.measure_builder import BODY, labs
from tests.guideline.order_builder import asks, order


def result(phenotype, day):
    return DpydResult(phenotype, when(day), f"Observation/{phenotype}")


def answered(phenotype, day):
    return IntakeAnswer((phenotype,), when(day), "QuestionnaireResponse/1") if phenotype else None


@pytest.mark.parametrize(
    ("results", "answer", "known"),
    [
        ([], None, None),
        ([("poor", 40)], None, "poor"),
        ([], ("normal", 40), "normal"),
        ([("poor", 40)], ("normal", 5), "poor"),
        ([("normal", 5)], ("poor", 40), "poor"),
        ([("normal", 5)], ("poor", 5), "poor"),
        ([("intermediate", 5)], ("normal", 5), "intermediate"),
        ([("normal", 400), ("intermediate", 40)], None, "intermediate"),
        ([("poor", None)], ("normal", 5), "poor"),
        ([("normal", None)], ("intermediate", 5), "intermediate"),
        ([("normal", None)], None, "normal"),
        ([("poor", 4000)], None, "poor"),
        ([("poor", "2026-10"), ("normal", "2026-10-12")], None, "poor"),
        ([("poor", "2026-09"), ("normal", "2026-10-12")], None, "normal"),
    ],
)
def test_the_newest_result_counts_and_the_answer_where_it_is_worse(results, answer, known):
    """Genes do not change: no answer makes a poor result a normal one, and none grows old. A result of a month may be the newest.

    What is known is a fact with its source.
    """
    case = a_case(dpyd=tuple(result(*one) for one in results), intake=intake(dpyd=answered(*answer) if answer else None))
    turned = a_case(dpyd=tuple(result(*one) for one in reversed(results)), intake=intake(dpyd=answered(*answer) if answer else None))
    assert dpyd_phenotype(case) == known
    assert dpyd(case) == dpyd(turned)
    assert [(fact.name, fact.value) for fact in dpyd_facts(case)] == ([("DPYD", known)] if known else [])


@pytest.mark.parametrize(
    ("results", "answer", "said"),
    [
        ([(None, 40)], None, "A DPYD result of 2026-10-11 is on file"),
        ([(None, None)], None, "A DPYD result is on file"),
        ([(None, 400), (None, 40)], None, "A DPYD result of 2026-10-11 is on file"),
        ([(None, 40), ("normal", 400)], None, None),
        ([(None, 40), ("poor", 400)], None, "No capecitabine at any dose"),
        ([(None, 40)], "normal", None),
    ],
)
@pytest.mark.parametrize("values", [labs(), ()])
def test_p09_a_result_that_was_not_read_is_no_missing_test(results, answer, said, values):
    """`*2A/*2A` was "test unless it must start at once", an information. Genes do not change: what was read of them counts."""
    facts = {"body": BODY, "labs": values, "intake": intake(dpyd=answered(answer, 5) if answer else None)}
    found = asks(second_line(dpyd=tuple(result(*one) for one in results), **facts), order("capecitabine")).findings
    texts = [f.headline.text for f in found if f.topic == "LabSafety"]
    warned = [f for f in found if f.headline.id in ("dpyd-unread", "dpyd-poor")]
    assert [f.headline.text.startswith(said) for f in warned] == ([True] if said else []), texts
    assert all(f.indicator != "info" and [fact.name for fact in f.facts][:1] == ["DPYD"] for f in warned)
    assert (dpyd_phenotype(second_line(dpyd=tuple(result(*one) for one in results))) is None) is all(one is None for one, _ in results)


def test_p09_a_result_that_was_not_read_beside_what_offers_capecitabine():
    """On the chart, and beside a laboratory value that reduces the dose."""
    drugs = (*thp(690, 500, reason="progression"), given("trastuzumab-deruxtecan", 480, 10, reason="progression"))
    case = a_case(metastases=LONG, drugs=drugs, dpyd=(result(None, 40),))
    treatment = advice_on(case).treatment
    assert treatment is not None
    offered = [o for o in (treatment.lead, *treatment.alternatives) if o is not None and "capecitabine" in o.regimen]
    assert offered
    assert all("dpyd-unread-also" in [c.id for c in o.cautions] for o in offered)
    reduced = asks(second_line(dpyd=(result(None, 40),), body=BODY, labs=labs(creatinine=1.6)), order("capecitabine")).findings
    assert [f.headline.id for f in reduced if "dpyd-unread-also" in [d.id for d in f.detail]], [f.headline.id for f in reduced]


def test_p09_a_laboratory_result_is_no_missing_test():
    """V48: a poor metaboliser by the laboratory alone: never; with a normal result nothing is asked for."""
    facts = {"body": BODY, "labs": labs(), "intake": intake(dpyd=None)}
    (never,) = [f for f in asks(second_line(dpyd=(result("poor", 40),), **facts), order("capecitabine")).findings if f.topic == "LabSafety"]
    assert (never.indicator, never.headline.id, never.avoid) == ("critical", "dpyd-poor", ("capecitabine",))
    assert ("DPYD", "poor", "Observation/poor") in [(fact.name, fact.value, fact.source) for fact in never.facts]
    fine = asks(second_line(dpyd=(result("normal", 40),), **facts), order("capecitabine"))
    assert "LabSafety" not in [f.topic for f in fine.findings]


def test_p09_a_laboratory_result_on_the_treatment_card():
    """No dose of capecitabine stands on the card of a poor metaboliser, whoever says so."""
    drugs = (*thp(690, 500, reason="progression"), *thp(480, 300, reason="progression"))
    by_laboratory = advice_on(a_case(metastases=LONG, drugs=drugs, body=BODY, labs=labs(), dpyd=(result("poor", 40),)))
    by_answer = advice_on(a_case(metastases=LONG, drugs=drugs, body=BODY, labs=labs(), intake=intake(dpyd=answered("poor", 40))))
    offered = [[(o.regimen, o.doses) for o in (t.lead, *t.alternatives)] for t in (by_laboratory.treatment, by_answer.treatment)]
    assert offered[0] == offered[1]


@pytest.mark.parametrize(
    ("drugs", "known", "said"),
    [
        ((given("tucatinib", 100), given("trastuzumab", 100), given("capecitabine", 100)), "poor", True),
        ((given("trastuzumab", 100), given("capecitabine", 100)), "poor", True),
        ((given("tucatinib", 100), given("trastuzumab", 100), given("capecitabine", 100)), "intermediate", False),
        ((given("tucatinib", 100), given("trastuzumab", 100), given("capecitabine", 100, 20)), "poor", False),
        ((given("trastuzumab", 100), given("vinorelbine", 100)), "poor", False),
    ],
    ids=["triplet", "without tucatinib", "partial deficiency", "capecitabine ended", "another partner"],
)
def test_p09_complete_deficiency_under_running_capecitabine(drugs, known, said):
    """An oral drug goes on without a new order: the chart says what an order would hear."""
    case = a_case(metastases=LONG, drugs=(*thp(690, 120, reason="progression"), *drugs), dpyd=result(known, 2))
    found = [(f.indicator, f.avoid) for f in advice_on(case).findings if f.headline.id == "dpyd-poor-running"]
    assert found == ([("critical", ("capecitabine",))] if said else [])
