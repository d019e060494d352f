"""Each warning beside its near miss: two order sessions that differ in one thing, of which only the first deserves a card."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.vignettes.case_words import CLEAR, thp
from tests.vignettes.facts import (
    Amount,
    Ejection,
    Facts,
    adjuvant,
    breast_cancer,
    disease_status,
    done,
    her2,
    hormone_receptors,
    intake,
    lvef,
    metastasis,
    patient,
    pneumonitis,
    postmenopausal,
    pregnant,
    stage,
    therapy,
)
from tests.vignettes.order_cases import (
    AFTER_THP,
    ANTIEMETICS,
    ASKED,
    BODY,
    DEXAMETHASONE,
    DOCETAXEL,
    GOOD_HEART,
    NORMAL_LABS,
    ON_ANTIBODIES,
    ORDER_CASES,
    REDUCED,
    SECOND_LINE,
    TDM1,
    TDXD,
    TRIPLET,
    OrderCase,
    disease,
)
from tests.vignettes.order_expectations import Indicator
from tests.vignettes.order_facts import Reaction, weight
from tests.vignettes.order_request import Hook
from tests.vignettes.order_words import Order, beside, order, phesgo, stop, tablets


@dataclass(frozen=True)
class Pair:
    """The topic and indicator of a warning, the session that gives it, and the session that does not.

    `silent`: the near miss gives no card at all; otherwise only none of this topic.
    """

    topic: str
    indicator: Indicator
    warns: OrderCase
    near_miss: OrderCase
    silent: bool = True


def sign(facts: Facts, *orders: Order) -> OrderCase:
    """Orders signed for a patient."""
    return OrderCase("order-sign", facts, orders)


def select(facts: Facts, *orders: Order) -> OrderCase:
    """Orders selected for a patient."""
    return OrderCase("order-select", facts, orders)


def but(facts: Facts, *changed: object) -> Facts:
    """The same patient with other values: each fact replaces all facts of its own kind (and, for an LVEF, the newest only)."""
    kept: list[object] = list(facts)
    for fact in changed:
        same = [known for known in kept if type(known) is type(fact)]
        if isinstance(fact, Ejection):
            same = same[-1:]
        kept = [known for known in kept if known not in same] + [fact]
    return tuple(kept)  # type: ignore[arg-type]


#: Stage II disease, one year of adjuvant trastuzumab until `last_dose`.
def early_stage(last_dose: str) -> Facts:
    """A woman treated with curative intent, without metastases."""
    return (
        patient(58, "F"),
        postmenopausal("2012-01-01"),
        breast_cancer("2025-03-03"),
        stage("II", "2025-03-03"),
        her2("3+", "2025-03-05", "breast"),
        *hormone_receptors("negative", "2025-03-05", "breast"),
        adjuvant("trastuzumab", start="2025-04-20", end=last_dose),
        *GOOD_HEART,
        *NORMAL_LABS,
        *BODY,
        ASKED,
    )


def relapse(last_dose: str, **asked: object) -> Facts:
    """Liver metastases found today, after adjuvant trastuzumab until `last_dose`."""
    return (
        patient(58, "F"),
        postmenopausal("2012-01-01"),
        breast_cancer("2024-03-03"),
        stage("II", "2024-03-03"),
        adjuvant("paclitaxel", start="2024-11-21", end="2025-02-13"),
        adjuvant("trastuzumab", start="2024-11-21", end=last_dose),
        stage("IV", "2026-11-20"),
        metastasis("liver", "2026-11-20"),
        her2("3+", "2026-11-20", "liver"),
        *hormone_receptors("negative", "2026-11-20", "liver"),
        done("chest-ct", "2026-11-20"),
        *GOOD_HEART,
        *NORMAL_LABS,
        *BODY,
        intake("2026-11-20", prior_therapy_complete=True, heart_failure_symptoms=False, **{**CLEAR, **asked}),  # type: ignore[arg-type]
    )


def on_first_line(*more: object, taxane_end: str | None = "2026-08-17", last_dose: str = "2026-10-30") -> Facts:
    """Hormone-receptor-positive disease that responds to trastuzumab + pertuzumab (and docetaxel until `taxane_end`)."""
    return (
        *disease(er="positive", since="2026-04-06"),
        therapy("docetaxel", start="2026-05-04", end=taxane_end, reason="completed" if taxane_end else None,
                last_dose=None if taxane_end else last_dose),
        therapy("trastuzumab", "pertuzumab", start="2026-05-04", last_dose=last_dose),
        disease_status("improved", "2026-10-30"),
        lvef(62, "2026-04-20"),
        lvef(61, 20),
        *NORMAL_LABS,
        *BODY,
        ASKED,
        *more,
    )  # type: ignore[return-value]  # fmt: skip


def on_trastuzumab(last_dose: str = "2026-10-30") -> Facts:
    """Hormone-receptor-negative disease that responds to trastuzumab alone."""
    return (
        *disease(since="2026-04-06"),
        therapy("trastuzumab", start="2026-05-04", last_dose=last_dose),
        disease_status("improved", "2026-10-30"),
        lvef(62, "2026-04-20"),
        lvef(61, 20),
        *NORMAL_LABS,
        *BODY,
        ASKED,
    )


#: Third line: T-DXd failed, nothing else runs.
THIRD_LINE: Facts = (
    *disease(),
    *thp("2024-06-03", "2024-09-16", "2025-09-15"),
    therapy("trastuzumab-deruxtecan", start="2025-10-06", end="2026-10-19", reason="progression"),
    disease_status("worsened", "2026-11-02"),
    *GOOD_HEART,
    *NORMAL_LABS,
    *BODY,
    ASKED,
)


def on_second_line(drug: str, last_dose: str = "2026-10-30") -> Facts:
    """Second-line treatment that works since March 2026."""
    return (
        *disease(),
        *thp("2024-06-03", "2024-09-16", "2026-03-02"),
        therapy(drug, start="2026-03-27", last_dose=last_dose),
        disease_status("improved", "2026-10-26"),
        done("chest-ct", "2026-11-02"),
        lvef(62, "2026-03-16"),
        lvef(61, 20),
        *NORMAL_LABS,
        *BODY,
        ASKED,
    )


ON_TDM1 = on_second_line("trastuzumab-emtansine")

WITH_ILD: Facts = but(
    (*SECOND_LINE, pneumonitis("idiopathic", "2022-03-14")),
    intake(
        prior_therapy_complete=True, heart_failure_symptoms=False, pregnancy_excluded=True, cns_disease="none", cns_symptoms=False,
        ild_history=("other-active",), respiratory_symptoms=False,
    ),
)  # fmt: skip

#: The same doses as infusion pumps record them: 5.4 and 4.4 mg/kg for 60 kg, weighed on each day of treatment.
REDUCED_IN_MG: Facts = (
    *(
        replace(fact, amounts=(Amount(324, "mg", "2026-04-01"), Amount(264, "mg", "2026-10-01"))) if getattr(fact, "amounts", ()) else fact
        for fact in REDUCED
    ),
    *(weight(60, 21 * cycle) for cycle in range(1, 11)),
)  # type: ignore[assignment]

FIRST_LINE: Facts = (*disease(since="2026-10-20"), done("chest-ct", "2026-10-26"), lvef(62, 20), *NORMAL_LABS, *BODY, ASKED)
FIRST_LINE_ER: Facts = (*disease(er="positive", since="2026-10-20"), lvef(62, 20), *NORMAL_LABS, *BODY, ASKED)
THP_ORDERS = (DOCETAXEL, order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 840), DEXAMETHASONE)
STOP_BOTH = (stop("trastuzumab", "progression"), stop("pertuzumab", "progression"))
LETROZOLE = tablets("letrozole", 2.5)
DOXORUBICIN = order("doxorubicin", 60, "mg/m2")
KANJINTI = ("2257300", "Kanjinti 150 MG Injection")


def _vignette(name: str, hook: Hook | None = None) -> OrderCase:
    case = ORDER_CASES[name]
    return replace(case, hook=hook or case.hook)


PAIRS: dict[str, Pair] = {
    # ---- dose
    "T-DXd 11 % over, 9 % over": Pair(
        "DoseCheck", "critical",
        sign(SECOND_LINE, order("trastuzumab-deruxtecan", 360, "mg"), *ANTIEMETICS),
        sign(SECOND_LINE, order("trastuzumab-deruxtecan", 353, "mg"), *ANTIEMETICS),
    ),
    "T-DM1 11 % over, rounded up to 220 mg": Pair(
        "DoseCheck", "critical",
        sign(ON_TDM1, order("trastuzumab-emtansine", 240, "mg")),
        sign(ON_TDM1, order("trastuzumab-emtansine", 220, "mg")),
    ),
    "weight in pounds": Pair(
        "DoseCheck", "critical",
        sign(but(SECOND_LINE, weight(110.2, unit="[lb_av]")), order("trastuzumab-deruxtecan", 324, "mg"), *ANTIEMETICS),
        sign(but(SECOND_LINE, weight(132.3, unit="[lb_av]")), order("trastuzumab-deruxtecan", 324, "mg"), *ANTIEMETICS),
    ),
    "raised again, kept at the reduced dose": Pair("DoseCheck", "critical", _vignette("V46"), sign(
        REDUCED, order("trastuzumab-deruxtecan", 4.4, "mg/kg"))),
    "raised again in milligrams, reduced dose rounded": Pair("DoseCheck", "critical",
        sign(REDUCED_IN_MG, order("trastuzumab-deruxtecan", 324, "mg")),
        sign(REDUCED_IN_MG, order("trastuzumab-deruxtecan", 270, "mg")),
    ),
    "flat product by weight, flat": Pair("ProductMixUp", "critical",
        sign(on_trastuzumab(), order("trastuzumab-hyaluronidase", 6, "mg/kg"), stop("trastuzumab")),
        sign(on_trastuzumab(), order("trastuzumab-hyaluronidase", 600, "mg"), stop("trastuzumab")),
    ),
    "flat product at 360 mg, at 600 mg": Pair("DoseCheck", "info",
        sign(on_trastuzumab(), order("trastuzumab-hyaluronidase", 360, "mg"), stop("trastuzumab")),
        sign(on_trastuzumab(), order("trastuzumab-hyaluronidase", 600, "mg"), stop("trastuzumab")),
    ),
    "T-DXd dose given as T-DM1, T-DM1 at its own": Pair("ProductMixUp", "critical",
        _vignette("V34"), sign(ON_TDM1, TDM1)),
    # ---- loading
    "trastuzumab after 35 days without load, with": Pair("ReloadingDose", "warning",
        sign(on_trastuzumab("2026-10-16"), order("trastuzumab", 6, "mg/kg")),
        sign(on_trastuzumab("2026-10-16"), order("trastuzumab", 8, "mg/kg")),
    ),
    "trastuzumab after 29 days, after 28": Pair("ReloadingDose", "warning",
        sign(on_trastuzumab("2026-10-22"), order("trastuzumab", 6, "mg/kg")),
        sign(on_trastuzumab("2026-10-23"), order("trastuzumab", 6, "mg/kg")),
    ),
    "pertuzumab after 42 days, after 41": Pair("ReloadingDose", "warning",
        sign(on_first_line(last_dose="2026-10-09"), order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 420)),
        sign(on_first_line(last_dose="2026-10-10"), order("trastuzumab", 8, "mg/kg"), order("pertuzumab", 420)),
    ),
    "Phesgo 600/600 six weeks after the antibodies, three weeks after": Pair("ReloadingDose", "warning",
        sign(on_first_line(last_dose="2026-10-09"), phesgo(600, 600), stop("trastuzumab"), stop("pertuzumab")),
        sign(on_first_line(), phesgo(600, 600), stop("trastuzumab"), stop("pertuzumab")),
    ),
    "17 days after the last T-DXd, 18 days": Pair("ReloadingDose", "warning",
        sign(on_second_line("trastuzumab-deruxtecan", "2026-11-03"), TDXD),
        sign(on_second_line("trastuzumab-deruxtecan", "2026-11-02"), TDXD),
    ),
    # ---- anthracyclines
    "doxorubicin 7 months after trastuzumab, and a day": Pair("AnthracyclineWithTrastuzumab", "warning",
        sign(early_stage("2026-04-20"), DOXORUBICIN), sign(early_stage("2026-04-19"), DOXORUBICIN)),
    "liposomal doxorubicin beside trastuzumab, 8 months after": Pair("AnthracyclineWithTrastuzumab", "critical",
        sign(on_trastuzumab(), order("liposomal-doxorubicin", 40, "mg/m2", every=28)),
        sign(early_stage("2026-03-20"), order("liposomal-doxorubicin", 40, "mg/m2", every=28)),
    ),
    "trastuzumab while doxorubicin runs, years after it": Pair("AnthracyclineWithTrastuzumab", "critical",
        sign((*FIRST_LINE, therapy("doxorubicin", start="2026-10-30", last_dose="2026-11-20")), *THP_ORDERS),
        sign((*FIRST_LINE, adjuvant("doxorubicin", start="2018-03-05", end="2018-06-04")), *THP_ORDERS),
    ),
    # ---- choice of the drug
    "T-DM1 in second line, because of ILD": Pair("NonPreferredAgent", "warning",
        sign(SECOND_LINE, TDM1), sign(WITH_ILD, TDM1), silent=False),
    "T-DM1 begun, T-DM1 already running": Pair("NonPreferredAgent", "warning", _vignette("V11"), select(ON_TDM1, TDM1)),
    "T-DM1 in second line, after T-DXd": Pair("NonPreferredAgent", "warning", select(SECOND_LINE, TDM1), select(THIRD_LINE, TDM1)),
    "T-DM1, the recommended T-DXd with all on record": Pair("NonPreferredAgent", "warning",
        sign(SECOND_LINE, TDM1), sign(SECOND_LINE, TDXD, *ANTIEMETICS)),
    "THP 12 months after adjuvant trastuzumab, and a day": Pair("FirstLineRestart", "warning",
        sign(relapse("2025-11-20"), *THP_ORDERS), sign(relapse("2025-11-19"), *THP_ORDERS)),
    "THP 6 months after, T-DXd not to be had": Pair("FirstLineRestart", "warning",
        sign(relapse("2026-05-20"), *THP_ORDERS), sign(relapse("2026-05-20", tdxd_available=False), *THP_ORDERS), silent=False),
    "T-DXd alone in first line, with pertuzumab": Pair("TdxdMonotherapyFirstLine", "warning",
        sign(FIRST_LINE, TDXD, *ANTIEMETICS), sign(FIRST_LINE, TDXD, order("pertuzumab", 840), *ANTIEMETICS)),
    "docetaxel and letrozole, THP": Pair("ChemotherapyWithoutHer2", "warning", _vignette("V23"), sign(FIRST_LINE_ER, *THP_ORDERS)),
    "docetaxel alone, beside running antibodies": Pair("ChemotherapyWithoutHer2", "warning",
        sign(FIRST_LINE, DOCETAXEL, DEXAMETHASONE),
        sign(on_first_line(taxane_end=None), DOCETAXEL, DEXAMETHASONE),
    ),
    "letrozole with the taxane, after it": Pair("ChemoEndocrineConcurrent", "warning",
        sign(on_first_line(taxane_end=None), LETROZOLE), sign(on_first_line(), LETROZOLE)),
    "epirubicin beside trastuzumab, weekly paclitaxel": Pair("AnthracyclineWithTrastuzumab", "critical",
        sign(on_trastuzumab(), order("epirubicin", 90, "mg/m2")), sign(on_trastuzumab(), order("paclitaxel", 80, "mg/m2", every=7))),
    "letrozole with the taxane, goserelin with it": Pair("ChemoEndocrineConcurrent", "warning",
        sign(on_first_line(taxane_end=None), LETROZOLE), sign(on_first_line(taxane_end=None), order("goserelin", 3.6, "mg", every=28))),
    "letrozole alone, beside trastuzumab + pertuzumab": Pair("EndocrineWithoutHer2", "warning",
        sign(FIRST_LINE_ER, LETROZOLE), sign(on_first_line(), LETROZOLE)),
    "letrozole alone, because of heart failure signs": Pair("EndocrineWithoutHer2", "warning",
        sign(FIRST_LINE_ER, LETROZOLE),
        sign(but(FIRST_LINE_ER, lvef(38, 10)), LETROZOLE), silent=False,
    ),
    # ---- two antibodies
    "T-DXd beside the antibodies, with their stop orders": Pair("DuplicateHer2Therapy", "critical",
        _vignette("V47"), sign(ON_ANTIBODIES, *STOP_BOTH, TDXD, *ANTIEMETICS)),
    "Phesgo beside the antibodies, instead of them": Pair("DuplicateHer2Therapy", "critical",
        sign(on_first_line(), phesgo(600, 600)), sign(on_first_line(), stop("trastuzumab"), stop("pertuzumab"), phesgo(600, 600))),
    "subcutaneous beside intravenous, a biosimilar of the same": Pair("DuplicateHer2Therapy", "critical",
        sign(on_trastuzumab(), order("trastuzumab-hyaluronidase", 600, "mg")),
        sign(on_trastuzumab(), order("trastuzumab", 6, "mg/kg", product=KANJINTI))),
    # ---- stopping
    "stopped without a reason, for progression": Pair("Her2TherapyStopped", "warning",
        sign(on_first_line(), stop("trastuzumab"), stop("pertuzumab")), sign(ON_ANTIBODIES, *STOP_BOTH)),
    "chemotherapy complete, not tolerated": Pair("Her2TherapyStopped", "warning",
        _vignette("V03"), select(on_first_line(), stop("trastuzumab", "toxicity"), stop("pertuzumab", "toxicity"))),
    "stopped as completed, for the heart": Pair("Her2TherapyStopped", "warning",
        sign(on_trastuzumab(), stop("trastuzumab", "completed", "completed")), sign(on_trastuzumab(), stop("trastuzumab", "cardiac"))),
    # ---- heart, lungs, pregnancy
    "echo 85 days old, 84": Pair("LvefBaselineNeeded", "warning",
        sign(but(SECOND_LINE, lvef(62, 85)), TDXD, *ANTIEMETICS), sign(but(SECOND_LINE, lvef(62, 84)), TDXD, *ANTIEMETICS)),
    "LVEF 49, 50": Pair("LvefHold", "warning",
        sign(but(SECOND_LINE, lvef(49, 10)), TDXD, *ANTIEMETICS), sign(but(SECOND_LINE, lvef(50, 10)), TDXD, *ANTIEMETICS)),
    "LVEF 39, 62": Pair("LvefHold", "critical",
        sign(but(SECOND_LINE, lvef(39, 10)), TDXD, *ANTIEMETICS), sign(SECOND_LINE, TDXD, *ANTIEMETICS)),
    "LVEF fallen by 20 to 42 on T-DXd, by 10 to 52": Pair("LvefHold", "warning",
        sign(but(on_second_line("trastuzumab-deruxtecan"), lvef(42, 5)), TDXD),
        sign(but(on_second_line("trastuzumab-deruxtecan"), lvef(52, 5)), TDXD),
    ),
    "echo overdue on trastuzumab, due": Pair("LvefMonitoringDue", "warning",
        sign(but(on_trastuzumab(), lvef(61, 92)), order("trastuzumab", 6, "mg/kg")),
        sign(but(on_trastuzumab(), lvef(61, 91)), order("trastuzumab", 6, "mg/kg")),
    ),
    "T-DXd in active ILD, without": Pair("InterstitialLungDisease", "warning",
        sign(WITH_ILD, TDXD, *ANTIEMETICS), sign(SECOND_LINE, TDXD, *ANTIEMETICS)),
    "T-DXd after grade 2 pneumonitis, the triplet instead": Pair("PermanentlyStoppedAgent", "critical",
        _vignette("V31"), sign(ORDER_CASES["V31"].facts, *TRIPLET)),
    "T-DXd in pregnancy, excluded": Pair("Pregnancy", "critical",
        sign((patient(34, "F"), *disease()[2:], *AFTER_THP, *GOOD_HEART, *NORMAL_LABS, *BODY, pregnant("2026-11-06")), TDXD),
        sign((patient(34, "F"), *disease()[2:], *AFTER_THP, *GOOD_HEART, *NORMAL_LABS, *BODY, ASKED), TDXD, *ANTIEMETICS)),
    # ---- laboratory, interactions, allergy, companions
    "docetaxel with a sick liver, with a healthy one": Pair("LabSafety", "critical", _vignette("V42"), sign(FIRST_LINE, *THP_ORDERS)),
    "the triplet with everything against it, with nothing": Pair("LabSafety", "critical", _vignette("V48"), sign(THIRD_LINE, *TRIPLET)),
    "tucatinib with gemfibrozil, with metformin": Pair("DrugInteraction", "warning",
        sign((*THIRD_LINE, therapy("gemfibrozil", start="2025-01-13", intent=None)), *TRIPLET),
        sign((*THIRD_LINE, therapy("metformin", start="2025-01-13", intent=None)), *TRIPLET)),
    "docetaxel after anaphylaxis, trastuzumab alone": Pair("AllergyOrIntolerance", "critical",
        sign((*FIRST_LINE, Reaction("docetaxel", severe=True)), *THP_ORDERS),  # type: ignore[arg-type]
        sign((*on_trastuzumab(), Reaction("docetaxel", severe=True)), order("trastuzumab", 6, "mg/kg"))),  # type: ignore[arg-type]
    "T-DXd without antiemetics, with": Pair("SupportiveCare", "info",
        sign(SECOND_LINE, TDXD), sign(SECOND_LINE, TDXD, *ANTIEMETICS)),
    # ---- what is asked
    "doxorubicin selected, lying beside": Pair("AnthracyclineWithTrastuzumab", "critical",
        select(on_trastuzumab(), DOXORUBICIN), select(on_trastuzumab(), tablets("metformin", 500, daily=2), beside(DOXORUBICIN))),
}  # fmt: skip
