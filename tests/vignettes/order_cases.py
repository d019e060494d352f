"""The order vignettes' patients and orders: every fact of `vignettes.jsonl`, with plausible dates, in domain words.

What a vignette does not mention is on record and in order (weight, blood counts, liver, kidney, lungs, brain), so that a card beyond the
vignette's own has no excuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.vignettes.case_words import CLEAR, thp
from tests.vignettes.facts import (
    Amount,
    Facts,
    Menopause,
    adjuvant,
    breast_cancer,
    disease_status,
    done,
    her2,
    her2_ish,
    hormone_receptors,
    intake,
    lab,
    lvef,
    metastasis,
    patient,
    pneumonitis,
    postmenopausal,
    stage,
    therapy,
)
from tests.vignettes.order_facts import height, weight
from tests.vignettes.order_request import Hook
from tests.vignettes.order_words import Order, order, stop, tablets


@dataclass(frozen=True)
class OrderCase:
    """A patient, the orders being entered, and the hook that asks about them."""

    hook: Hook
    facts: Facts
    orders: tuple[Order, ...]
    jurisdiction: Literal["US", "EU"] = "US"


#: 60 kg, 165 cm: 1.66 m2.
BODY: Facts = (weight(60), height(165))  # type: ignore[assignment]

NORMAL_LABS: Facts = (
    lab("alt", 24, "2026-11-17", 40),
    lab("ast", 22, "2026-11-17", 40),
    lab("alp", 80, "2026-11-17", 120),
    lab("bilirubin", 0.6, "2026-11-17", 1.2),
    lab("creatinine", 0.7, "2026-11-17", 1.1),
    lab("neutrophils", 3.4, "2026-11-17"),
    lab("platelets", 240, "2026-11-17"),
)

#: The intake of a patient about whom nothing is left to ask.
ASKED = intake(prior_therapy_complete=True, heart_failure_symptoms=False, pregnancy_excluded=True, dpyd="normal", **CLEAR)

#: Docetaxel's and T-DXd's usual companions, as an order set has them.
DEXAMETHASONE = tablets("dexamethasone", 8, daily=2)
ANTIEMETICS = (tablets("ondansetron", 8, daily=2), tablets("aprepitant", 125), DEXAMETHASONE)


def disease(age: int = 58, *, er: Literal["positive", "negative"] = "negative", since: str = "2024-05-06", score: str = "3+") -> Facts:
    """A postmenopausal woman with liver metastases since `since`; nothing said about therapy."""
    return (
        patient(age, "F"),
        postmenopausal("2010-01-01"),
        breast_cancer(since),
        stage("IV", since),
        metastasis("liver", since),
        her2(score, since, "liver"),
        *hormone_receptors(er, since, "liver"),
    )


#: First-line THP from June 2024, progression in October 2026.
AFTER_THP: Facts = (
    *thp("2024-06-03", "2024-09-16", "2026-10-26"),
    disease_status("worsened", "2026-11-02"),
    done("chest-ct", "2026-11-02"),
)

#: A baseline before the first dose of 2024, and the newest value 20 days ago.
GOOD_HEART: Facts = (lvef(62, "2024-05-20"), lvef(62, 20))

SECOND_LINE: Facts = (*disease(), *AFTER_THP, *GOOD_HEART, *NORMAL_LABS, *BODY, ASKED)

_V03: Facts = (
    patient(39, "F"),
    Menopause("premenopausal", "2026-05-04"),
    breast_cancer("2026-05-04"),
    stage("IV", "2026-05-04"),
    metastasis("bone", "2026-05-04"),
    her2("3+", "2026-05-08", "breast"),
    *hormone_receptors("positive", "2026-05-08", "breast"),
    *thp("2026-06-01", "2026-09-14"),  # six cycles of docetaxel
    disease_status("improved", "2026-10-19"),
    lvef(62, "2026-05-20"),
    lvef(60, 40),
    *NORMAL_LABS,
    *BODY,
    ASKED,
)

_V07: Facts = (
    patient(57, "F"),
    postmenopausal("2018-01-01"),
    breast_cancer("2025-03-10"),
    stage("II", "2025-03-10"),
    adjuvant("paclitaxel", start="2025-05-22", end="2025-08-14"),
    adjuvant("trastuzumab", start="2025-05-22", end="2026-05-20"),
    stage("IV", "2026-11-20"),
    metastasis("liver", "2026-11-20"),
    her2_ish("positive", "2026-11-20", "liver"),
    *hormone_receptors("negative", "2026-11-20", "liver"),
    lvef(62, "2025-05-12"),
    lvef(62, 20),
    *BODY,
    intake("2026-11-20", tdxd_available=False, prior_therapy_complete=True, heart_failure_symptoms=False, **CLEAR),
)

_V11: Facts = (*disease(50), *AFTER_THP, *GOOD_HEART, *NORMAL_LABS, *BODY, ASKED)

_V23: Facts = (
    *disease(60, er="positive", since="2026-10-20"),
    lvef(62, 20),
    *NORMAL_LABS,
    *BODY,
    ASKED,
)

_V25: Facts = (
    *disease(58),
    *thp("2024-06-03", "2024-09-16", "2026-10-26"),
    disease_status("worsened", "2026-11-02"),
    lvef(60, "2024-05-20"),
    lvef(60, 100),
    *NORMAL_LABS,
    *BODY,
    intake(prior_therapy_complete=True, heart_failure_symptoms=False, cns_disease="none", cns_symptoms=False),
)

_V29: Facts = (
    patient(45, "F"),
    breast_cancer("2026-04-06"),
    stage("IV", "2026-04-06"),
    metastasis("liver", "2026-04-06"),
    her2("3+", "2026-04-10", "liver"),
    *hormone_receptors("negative", "2026-04-10", "liver"),
    therapy("trastuzumab", start="2026-05-01", last_dose="2026-11-06"),
    lvef(62, "2026-04-27"),
    lvef(62, 20),
    *NORMAL_LABS,
    *BODY,
    ASKED,
)

_V31: Facts = (
    *disease(62, since="2024-05-06"),
    *thp("2024-06-03", "2024-09-16", "2025-09-15"),
    therapy("trastuzumab-deruxtecan", start="2025-10-06", end="2026-06-15", reason="lung"),
    disease_status("improved", "2026-06-01"),
    pneumonitis("t-dxd", "2026-06-20", grade=2, abated="2026-08-10"),
    done("chest-ct", "2026-11-02"),
    *GOOD_HEART,
    *NORMAL_LABS,
    *BODY,
    intake(
        ild_history=("tdxd-grade-2-or-worse",), respiratory_symptoms=False, cns_disease="none", cns_symptoms=False,
        heart_failure_symptoms=False, prior_therapy_complete=True, dpyd="normal",
    ),
)  # fmt: skip

_V34: Facts = (
    *disease(50),
    therapy("docetaxel", start="2024-06-03", end="2024-09-16", reason="completed"),
    therapy("pertuzumab", start="2024-06-03", end="2026-10-26", reason="progression"),
    therapy("trastuzumab", start="2024-06-03", end="2026-10-26", reason="progression"),
    disease_status("worsened", "2026-11-02"),
    done("chest-ct", "2026-11-02"),
    *GOOD_HEART,
    *NORMAL_LABS,
    *BODY,
    ASKED,
)

_V42: Facts = (
    *disease(55, since="2026-11-09"),
    lvef(62, 5),
    lab("bilirubin", 1.92, "2026-11-19", 1.2),
    lab("ast", 160, "2026-11-19", 40),
    lab("alp", 360, "2026-11-19", 120),
    lab("neutrophils", 4.1, "2026-11-19"),
    lab("platelets", 240, "2026-11-19"),
    *BODY,
    intake(disease_burden="visceral-crisis", prior_therapy_complete=True, heart_failure_symptoms=False, **CLEAR),
)

_V45: Facts = (*disease(), *AFTER_THP, lvef(62, "2024-05-20"), lvef(42, 10), *NORMAL_LABS, *BODY, ASKED)

#: T-DXd since April 2026, 4.4 mg/kg from October on, after a grade 1 ILD that resolved.
REDUCED: Facts = (
    *disease(),
    *thp("2024-06-03", "2024-09-16", "2026-03-02"),
    therapy(
        "trastuzumab-deruxtecan",
        start="2026-04-07",
        last_dose="2026-10-30",
        amounts=(Amount(5.4, "mg/kg", "2026-04-01"), Amount(4.4, "mg/kg", "2026-10-01")),
    ),
    disease_status("stable", "2026-11-02"),
    pneumonitis("t-dxd", "2026-08-21", grade=1, abated="2026-10-02"),
    done("chest-ct", "2026-11-12"),
    lvef(62, "2026-03-23"),
    lvef(62, 20),
    *NORMAL_LABS,
    *BODY,
    intake(
        ild_history=("tdxd-grade-1-resolved",), respiratory_symptoms=False, cns_disease="none", cns_symptoms=False,
        heart_failure_symptoms=False, prior_therapy_complete=True,
    ),
)  # fmt: skip

#: Trastuzumab + pertuzumab, last given five days ago, with progression just documented.
ON_ANTIBODIES: Facts = (
    *disease(),
    therapy("docetaxel", start="2024-06-03", end="2024-09-16", reason="completed"),
    therapy("trastuzumab", "pertuzumab", start="2024-06-03", last_dose="2026-11-15"),
    disease_status("worsened", "2026-11-17"),
    done("chest-ct", "2026-11-17"),
    *GOOD_HEART,
    *NORMAL_LABS,
    *BODY,
    ASKED,
)

_V48: Facts = (
    *disease(62),
    *thp("2024-06-03", "2024-09-16", "2025-09-15"),
    therapy("trastuzumab-deruxtecan", start="2025-10-06", end="2026-10-19", reason="progression"),
    therapy("warfarin", start="2025-01-13", intent=None),
    therapy("gemfibrozil", start="2025-01-13", intent=None),
    disease_status("worsened", "2026-11-02"),
    *GOOD_HEART,
    lab("alt", 24, "2026-11-17", 40),
    lab("ast", 22, "2026-11-17", 40),
    lab("bilirubin", 0.6, "2026-11-17", 1.2),
    lab("creatinine", 1.45, "2026-11-17", 1.1),  # 38 mL/min by Cockcroft-Gault: 62 years, 60 kg, female
    lab("neutrophils", 3.4, "2026-11-17"),
    lab("platelets", 240, "2026-11-17"),
    *BODY,
    intake(prior_therapy_complete=True, heart_failure_symptoms=False, dpyd="poor", **CLEAR),
)

TDXD = order("trastuzumab-deruxtecan", 5.4, "mg/kg")
TDM1 = order("trastuzumab-emtansine", 3.6, "mg/kg")
DOCETAXEL = order("docetaxel", 75, "mg/m2")
TRIPLET = (
    tablets("tucatinib", 300, daily=2),
    order("trastuzumab", 8, "mg/kg"),
    tablets("capecitabine", 1000, "mg/m2", daily=2),
)

#: By vignette id.
ORDER_CASES: dict[str, OrderCase] = {
    "V03": OrderCase("order-select", _V03, (stop("trastuzumab", "Chemotherapy complete"), stop("pertuzumab", "completed"))),
    "V07": OrderCase("order-select", _V07, (TDM1,)),
    "V11": OrderCase("order-select", _V11, (TDM1,), "EU"),
    "V23": OrderCase("order-sign", _V23, (DOCETAXEL, tablets("letrozole", 2.5))),
    "V25": OrderCase("order-select", _V25, (TDXD,)),
    "V29": OrderCase("order-sign", _V29, (order("doxorubicin", 60, "mg/m2"),)),
    "V31": OrderCase("order-sign", _V31, (order("trastuzumab-deruxtecan", 4.4, "mg/kg"),)),
    "V34": OrderCase("order-sign", _V34, (order("trastuzumab-emtansine", 5.4, "mg/kg", plan="T-DXd 5.4 mg/kg every 3 weeks"),)),
    "V42": OrderCase("order-sign", _V42, (DOCETAXEL, order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840))),
    "V45": OrderCase("order-sign", _V45, (TDXD,)),
    "V46": OrderCase("order-sign", REDUCED, (TDXD,)),
    "V47": OrderCase("order-sign", ON_ANTIBODIES, (TDXD,)),
    "V48": OrderCase("order-sign", _V48, TRIPLET),
}
