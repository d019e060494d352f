"""Order sessions in which nothing is to be said: routine orders, other patients, other medicines, sessions without a drug."""

from __future__ import annotations

from dataclasses import replace

from tests.vignettes.facts import Facts, breast_cancer, lvef, patient, therapy
from tests.vignettes.order_cases import (
    ANTIEMETICS,
    ASKED,
    BODY,
    DEXAMETHASONE,
    DOCETAXEL,
    NORMAL_LABS,
    ON_ANTIBODIES,
    SECOND_LINE,
    TDM1,
    TDXD,
    OrderCase,
    disease,
)
from tests.vignettes.order_facts import gastric_cancer, lymphoma
from tests.vignettes.order_pairs import (
    DOXORUBICIN,
    FIRST_LINE,
    KANJINTI,
    LETROZOLE,
    STOP_BOTH,
    early_stage,
    on_first_line,
    on_trastuzumab,
    select,
    sign,
)
from tests.vignettes.order_words import beside, order, sign_again, stop, tablets

_ONDANSETRON = tablets("ondansetron", 8, daily=2)
_HER2_NEGATIVE: Facts = (*disease(er="positive", score="0", since="2026-10-20"), lvef(62, 20), *NORMAL_LABS, *BODY, ASKED)
_GASTRIC: Facts = (patient(61, "M"), gastric_cancer("2026-09-07"), *BODY)  # type: ignore[assignment]
_LYMPHOMA: Facts = (patient(61, "M"), lymphoma("2026-09-07"), *BODY)  # type: ignore[assignment]
_RUNNING_TDXD: Facts = (
    *SECOND_LINE[:-1],
    therapy("trastuzumab-deruxtecan", start="2026-10-30", last_dose="2026-10-30"),
    ASKED,
)

SILENT_SESSIONS: dict[str, OrderCase] = {
    "ondansetron for a patient on therapy": sign(on_trastuzumab(), _ONDANSETRON),
    "ondansetron selected": select(SECOND_LINE, _ONDANSETRON),
    "antiemetics before T-DXd": select(SECOND_LINE, *ANTIEMETICS),
    "warfarin with nothing that it meets": sign(on_trastuzumab(), tablets("warfarin", 5)),
    "metformin": select(SECOND_LINE, tablets("metformin", 500, daily=2)),
    "the recommended drug, all on record": sign(SECOND_LINE, TDXD, *ANTIEMETICS),
    "the recommended drug selected, no dose yet": select(SECOND_LINE, order("trastuzumab-deruxtecan"), *ANTIEMETICS),
    "biosimilar of the running antibody": sign(on_trastuzumab(), order("trastuzumab", 6, "mg/kg", product=KANJINTI)),
    "next cycle of the antibodies": sign(on_first_line(), order("trastuzumab", 6, "mg/kg"), order("pertuzumab", 420)),
    "the running antibodies signed again": sign(
        on_first_line(), sign_again("trastuzumab", 6, "mg/kg"), sign_again("pertuzumab", 420)
    ),
    "the running antibodies signed again without a dose": sign(on_first_line(), sign_again("trastuzumab"), sign_again("pertuzumab")),
    "the running tablets signed again": sign(
        on_first_line(therapy("letrozole", start="2026-09-07")), replace(LETROZOLE, status="active", revises=True)
    ),
    "the second T-DXd signed again": sign(_RUNNING_TDXD, sign_again("trastuzumab-deruxtecan", 5.4, "mg/kg"), *ANTIEMETICS),
    "HER2-negative: docetaxel": sign(_HER2_NEGATIVE, DOCETAXEL, DEXAMETHASONE),
    "HER2-negative: letrozole": sign(_HER2_NEGATIVE, LETROZOLE),
    "HER2-negative: docetaxel and letrozole": sign(_HER2_NEGATIVE, DOCETAXEL, LETROZOLE, DEXAMETHASONE),
    "HER2-negative: doxorubicin": sign(_HER2_NEGATIVE, DOXORUBICIN),
    "stomach cancer: trastuzumab": sign(_GASTRIC, order("trastuzumab", 8, "mg/kg")),
    "stomach cancer: T-DXd 6.4 mg/kg": sign(_GASTRIC, order("trastuzumab-deruxtecan", 6.4, "mg/kg"), *ANTIEMETICS),
    "lymphoma: doxorubicin": sign(_LYMPHOMA, order("doxorubicin", 50, "mg/m2")),
    "early breast cancer: first trastuzumab with docetaxel": sign(
        (patient(58, "F"), breast_cancer("2026-10-05"), *disease(since="2026-10-05")[5:], lvef(62, 20), *NORMAL_LABS, *BODY, ASKED),
        order("trastuzumab", 8, "mg/kg"), DOCETAXEL, DEXAMETHASONE,
    ),
    "T-DM1 after the operation": sign(early_stage("2026-10-20"), TDM1),
    "T-DXd begun at a reduced dose": sign(SECOND_LINE, order("trastuzumab-deruxtecan", 4.4, "mg/kg"), *ANTIEMETICS),
    "weekly trastuzumab": sign(on_trastuzumab("2026-11-13"), order("trastuzumab", 2, "mg/kg", every=7)),
    "the taxane completed, the antibodies go on": sign(on_first_line(taxane_end=None), stop("docetaxel", "completed", "completed")),
    "letrozole stopped": sign(on_first_line(therapy("letrozole", start="2026-09-07")), stop("letrozole")),
    "trastuzumab put on hold": sign(on_trastuzumab(), replace(sign_again("trastuzumab"), status="on-hold")),
    "an order cancelled that never ran": sign(SECOND_LINE, replace(TDXD, status="cancelled")),
    "the taxane of a set selected first": select(FIRST_LINE, DOCETAXEL),
    "a switch, its stop orders beside": select(ON_ANTIBODIES, *map(beside, STOP_BOTH), TDXD, *map(beside, ANTIEMETICS)),
    "maintenance as the guideline offers it": sign(on_first_line(), LETROZOLE, tablets("palbociclib", 125)),
    "nothing chosen": OrderCase("order-select", SECOND_LINE, ()),
    "no order of a drug to sign": OrderCase("order-sign", on_trastuzumab(), ()),
}  # fmt: skip
