"""The kidneys under the running tucatinib triplet and other capecitabine, when a chart is opened (R120, P09)."""

import pytest

from guideline.case import Lab
from tests.guideline.case_builder import LONG, a_case, advice_on, finding, given, source, thp, topics, when
from tests.guideline.measure_builder import BODY, lab, labs
from tests.guideline.order_builder import words

TRIPLET = ("tucatinib", "trastuzumab", "capecitabine")


def on(values, *drugs, **facts):
    """On these drugs without progression, at 70 kg and 54 years: a creatinine of 2.3 mg/dL is a clearance of 30.9 mL/min, 2.4 of 29.6."""
    given_now = tuple(given(drug, 100) for drug in drugs or TRIPLET)
    before = thp(690, 120, reason="progression")
    return advice_on(a_case(**{"metastases": LONG, "drugs": (*before, *given_now), "labs": values, "body": BODY, **facts}))


@pytest.mark.parametrize(("creatinine", "speaks"), [(0.7, False), (1.9, False), (2.3, False), (2.4, True), (4.0, True)])
def test_r120_p09_below_30_is_to_be_confirmed(creatinine, speaks):
    """At 30 silent, below a warning that names both drugs, and that tucatinib raises creatinine by itself."""
    advice = on(labs(creatinine=creatinine))
    assert topics(advice) == (["LabSafety"] if speaks else [])
    if speaks:
        found = finding(advice, "LabSafety")
        assert (found.indicator, found.avoid) == ("warning", ())
        assert found.headline.text.startswith("Confirm creatinine clearance ")
        assert "tucatinib + capecitabine: not recommended below 30 mL/min" in found.headline.text
        assert "Tucatinib raises creatinine" in words(found)
        assert set(found.rules) >= {"R120", "P09"}


def test_p09_capecitabine_beside_another_her2_drug():
    """Without tucatinib nothing is said of it."""
    found = finding(on(labs(creatinine=3.0), "lapatinib", "capecitabine"), "LabSafety")
    assert "capecitabine: not recommended" in found.headline.text
    assert "tucatinib" not in words(found).lower()


@pytest.mark.parametrize("drugs", [("tucatinib", "trastuzumab"), ("trastuzumab-emtansine",), ("trastuzumab-deruxtecan",)])
def test_silent_without_capecitabine(drugs):
    """P08: a creatinine that tucatinib raises is no reason to speak where capecitabine is not given."""
    assert topics(on(labs(creatinine=4.0), *drugs)) == []


def test_silent_by_an_old_value_and_after_the_drug():
    """Older than three weeks nothing is judged; what has ended needs no warning."""
    assert "LabSafety" not in topics(on((Lab("creatinine", 4.0, when(22), source=source("Observation")),)))
    over = on(labs(creatinine=4.0), drugs=(*thp(690, 120), *(given(drug, 100, 30, reason="progression") for drug in TRIPLET)))
    assert not any(f.headline.id.startswith("kidneys-running") for f in over.findings)


@pytest.mark.parametrize(("kind", "value", "shown"), [("egfr", 22, "eGFR 22 mL/min/1.73 m2"), ("creatinine", 4.0, "creatinine 4 mg/dL")])
def test_i10_what_may_mean_it_asks_for_the_clearance(kind, value, shown):
    """Without a weight no clearance is known: unknown is never normal, and the value is the fact."""
    found = finding(on((Lab(kind, value, when(2), source=source("Observation")),), body=()), "LabSafety")
    assert found.headline.text.startswith(f"{shown} under tucatinib + capecitabine: calculate the creatinine clearance")
    assert [fact.value for fact in found.facts] == [shown]


@pytest.mark.parametrize(("day", "asked"), [(4, True), (5, False), (6, False)])
def test_i10_an_egfr_that_is_newer_than_the_creatinine_asks_for_the_clearance(day, asked):
    """R131: a clearance of five days ago says nothing of what an eGFR has shown since; of one day, or older, the clearance knows it."""
    found = [f.headline.id for f in on((lab("creatinine", 0.8, 5), lab("egfr", 22, day))).findings]
    assert found == (["kidneys-running-in-doubt"] if asked else [])


def test_a_liver_value_stays_a_card_of_its_own():
    """Two problems: the hold of tucatinib, and the kidneys."""
    assert topics(on(labs(creatinine=4.0, alt=210))) == ["LabSafety", "LabSafety"]
