"""A severe reaction to trastuzumab when the chart is opened: what it rules out, and what is left without it (P15, R043, R053, R059)."""

from __future__ import annotations

import pytest

from guideline.case import Allergy
from tests.guideline.case_builder import (
    HR_POSITIVE,
    a_case,
    adjuvant,
    advice_on,
    alternatives_of,
    barred_in,
    given,
    her2,
    intake,
    lead_of,
    on_therapy,
    said_ids,
    second_line,
    thp,
    topics,
    words_of,
)

T_DXD = "trastuzumab-deruxtecan"
ALLERGIC = {"allergies": (Allergy("trastuzumab", True, "AllergyIntolerance/1"),)}
POSITIVE = {"receptors": (her2("3+"), *HR_POSITIVE)}


@pytest.mark.parametrize(
    "case",
    [
        second_line(**ALLERGIC),
        a_case(drugs=adjuvant("trastuzumab", 500, 100), **ALLERGIC),
        on_therapy(given(T_DXD, 600, 10, reason="progression"), given("pertuzumab", 600, 10, reason="progression"), **ALLERGIC),
    ],
    ids=["second line", "early relapse", "after T-DXd"],
)  # fmt: skip
def test_r059_her2_blockade_without_trastuzumab_is_named(case):
    """T-DXd, T-DM1 and the triplet hold trastuzumab: nothing leads, and lapatinib with capecitabine stands behind a trial."""
    advice = advice_on(case)
    assert (lead_of(advice), alternatives_of(advice)) == (None, ["clinical-trial", "lapatinib-capecitabine"])
    assert {"tdxd", "tucatinib-trastuzumab-capecitabine", "trastuzumab-chemotherapy"} <= set(barred_in(advice))
    assert {"headline-no-trastuzumab", "no-trastuzumab-confirm", "blockade-without-trastuzumab"} <= said_ids(advice)


@pytest.mark.parametrize("severe", [False, None])
def test_p15_a_reaction_that_was_not_severe_rules_nothing_out(severe):
    """The option says that it has to be clarified."""
    advice = advice_on(second_line(allergies=Allergy("trastuzumab", severe, "AllergyIntolerance/1")))
    assert (lead_of(advice), "no-trastuzumab-confirm" in said_ids(advice)) == ("tdxd", False)


LATE = (
    *thp(690, 480, reason="progression"), given(T_DXD, 470, 300, reason="progression"),
    given("tucatinib", 290, 10, reason="progression"), given("capecitabine", 290, 10, reason="progression"),
    given("trastuzumab", 290, 10, reason="progression"),
)  # fmt: skip


@pytest.mark.parametrize(("allergen", "again"), [("paclitaxel", True), ("trastuzumab", False), ("docetaxel", False)])
def test_r053_nothing_is_used_again_that_harmed_or_stands_without_her2_blockade(allergen, again):
    """Docetaxel helped in first line: not after a severe reaction to it, and not where trastuzumab cannot go on beside it."""
    advice = advice_on(on_therapy(*LATE, allergies=Allergy(allergen, True, "AllergyIntolerance/1")))
    assert ("rechallenge" in alternatives_of(advice)) == again


def test_decision_20_an_alternative_for_selected_patients_does_not_lead_by_default():
    """A long interval alone, chemotherapy not declined: the board's card, and not "because chemotherapy is declined"."""
    advice = advice_on(a_case(**ALLERGIC, **POSITIVE))
    assert (topics(advice), alternatives_of(advice)) == (["TumorBoard"], ["endocrine-her2", "clinical-trial"])
    assert "no-trastuzumab-confirm" in said_ids(advice)


@pytest.mark.parametrize(
    "case",
    [
        a_case(**ALLERGIC, **POSITIVE),
        a_case(**ALLERGIC, **POSITIVE, intake=intake(declines_chemotherapy="true")),
        second_line(**ALLERGIC, **POSITIVE, intake=intake(disease_burden="low")),
    ],
    ids=["board", "declines chemotherapy", "low burden"],
)
def test_r061_endocrine_therapy_goes_with_lapatinib_then(case):
    """No dose of trastuzumab, none of its loading, no watch on its first infusions."""
    treatment = advice_on(case).treatment
    assert treatment is not None
    options = [o for o in (treatment.lead, *treatment.alternatives) if o is not None and o.regimen == "endocrine-her2"]
    assert [line.removeprefix("or ").split(" ")[0] for line in options[0].doses] == ["lapatinib"]
    assert "trastuzumab-not-loaded-again" not in {c.id for c in options[0].cautions}
    assert "First trastuzumab infusions" not in words_of(advice_on(case))
