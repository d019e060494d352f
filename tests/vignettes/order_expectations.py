"""What each order vignette expects, as data: the reading of `vignettes.jsonl` under the owner's decisions 14-23.

`never` holds the vignette's `must_not_say` as patterns over all card text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Indicator = Literal["info", "warning", "critical"]

#: What may be said beside any order at `info`: companions, missing laboratory values, the label. Nobody needs companions of a drug that
#: must not be given, nor the label of a pair that must not be.
SIDE_NOTES = frozenset({"SupportiveCare", "LabSafety", "MissingData", "LabelWindow"})


@dataclass(frozen=True)
class OrderExpected:
    """The answer to one order vignette.

    `topics` maps each topic that must have a card to its indicator: one card, or up to one per distinct problem where `problems`
    counts more (decision 31). `may` names topics that may be there too, below a warning
    unless `topics` says otherwise. `avoid` are drug ids (a regimen id that is the drug alone counts as well). `suggests` are patterns of
    `order_answers.act`. `ceiling` is the highest indicator allowed.
    """

    topics: dict[str, Indicator] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    may: frozenset[str] = frozenset()
    ceiling: Indicator = "info"
    avoid: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    suggests: tuple[str, ...] = ()
    summary_says: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


_CONTRAINDICATED = r"(?i)contraindicated"

ORDER_EXPECTED: dict[str, OrderExpected] = {
    "V03": OrderExpected(
        topics={"Her2TherapyStopped": "warning"},
        ceiling="warning",
        rules=frozenset({"R010"}),
        summary_says=(r"(?i)(keep|continue|go on|do not stop|not a reason)",),
        says=(r"(?i)trastuzumab", r"(?i)pertuzumab", r"(?i)progression", r"(?i)endocrine"),
        never=(
            r"(?i)(?<!not )(?<!never )(?<!n't )(?<!reason to )\bstop HER2[- ]therapy",
            r"(?i)not (been )?(studied|tested) in randomi[sz]ed",
            r"(?i)palbociclib (with|and|\+) tucatinib|tucatinib (with|and|\+) palbociclib",
        ),
    ),
    "V07": OrderExpected(
        may=SIDE_NOTES | {"NonPreferredAgent"},
        ceiling="info",
        says=(r"(?i)T-DXd|deruxtecan", r"(?i)unavailable|not available|cannot be (had|obtained)|not obtainable", r"\b6 months"),
        never=(_CONTRAINDICATED, r"\bTHP\b", r"(?i)\bblock", r"(?i)do not (give|sign|order)"),
    ),
    "V11": OrderExpected(
        topics={"NonPreferredAgent": "warning"},
        may=SIDE_NOTES,
        ceiling="warning",
        avoid=frozenset({"trastuzumab-emtansine"}),
        rules=frozenset({"R030"}),
        suggests=(r"(?i)^update .*deruxtecan",),
        summary_says=(r"(?i)T-DXd|deruxtecan",),
        says=(r"28\.8", r"\b6\.8", r"0\.33"),
        never=(r"(?i)hard[- ]stop", r"(?i)obsolete", _CONTRAINDICATED, r"\b0\.28\b"),
    ),
    "V23": OrderExpected(
        topics={"ChemotherapyWithoutHer2": "warning"},
        may=SIDE_NOTES,
        ceiling="warning",
        rules=frozenset({"R070"}),
        summary_says=(r"(?i)HER2",),
        says=(r"(?i)letrozole|endocrine", r"(?i)docetaxel|taxane|chemotherapy", r"(?i)trastuzumab"),
        never=(_CONTRAINDICATED, r"(?i)GnRH agonist counts"),
    ),
    "V25": OrderExpected(
        topics={"LvefBaselineNeeded": "warning"},
        may=SIDE_NOTES | {"InterstitialLungDisease"},
        ceiling="warning",
        missing=frozenset({"I07", "I09"}),
        suggests=(r"^create 40701008",),
        says=(r"(?i)echo", r"(?i)\bCT\b", r"(?i)ILD|interstitial"),
        never=(r"(?i)cardiac function (is )?normal", r"(?i)(has|with|there is) no ILD", r"(?i)fit to start"),
    ),
    "V29": OrderExpected(
        topics={"AnthracyclineWithTrastuzumab": "critical"},
        may=SIDE_NOTES,
        ceiling="critical",
        avoid=frozenset({"doxorubicin"}),
        rules=frozenset({"R078"}),
        suggests=(r"^delete MedicationRequest",),
        summary_says=(r"(?i)doxorubicin", r"(?i)trastuzumab"),
        says=(r"27 ?%", r"\b7 months", r"(?i)cardiolog"),
        never=(r"\b8 ?%", r"(?i)liposomal.{0,30}\bsafe"),
    ),
    "V31": OrderExpected(
        topics={"PermanentlyStoppedAgent": "critical"},
        may=SIDE_NOTES - {"SupportiveCare"},
        ceiling="critical",
        avoid=frozenset({"trastuzumab-deruxtecan"}),
        rules=frozenset({"R116"}),
        suggests=(r"^delete MedicationRequest",),
        summary_says=(r"(?i)deruxtecan", r"(?i)pneumonitis|ILD"),
        says=(r"(?i)grade (>= ?|≥ ?)?2", r"(?i)tucatinib"),
        never=(r"(?i)resolved,? so", r"(?i)reduce to 4\.4", r"(?i)cycle back"),
    ),
    "V34": OrderExpected(
        topics={"ProductMixUp": "critical"},
        may=SIDE_NOTES,
        ceiling="critical",
        rules=frozenset({"R083", "R126"}),
        suggests=(r"(?i)^(delete MedicationRequest|update .*deruxtecan)",),
        summary_says=(r"(?i)emtansine", r"(?i)deruxtecan"),
        says=(r"3\.6 mg/kg", r"5\.4"),
        never=(r"(?i)biosimilar.{0,40}(error|mix-up|wrong)", r"(?i)interchangeable"),
    ),
    "V42": OrderExpected(
        topics={"LabSafety": "critical"},
        may=frozenset({"MissingData"}),
        ceiling="critical",
        avoid=frozenset({"docetaxel"}),
        rules=frozenset({"P06"}),
        summary_says=(r"(?i)docetaxel",),
        says=(r"(?i)bilirubin", r"1\.5", r"2\.5"),
        never=(r"(?i)docetaxel 75", r"(?i)wait for the biopsy", r"(?i)endocrine"),
    ),
    "V45": OrderExpected(
        topics={"LvefHold": "warning"},
        may=SIDE_NOTES,
        ceiling="warning",
        rules=frozenset({"P02"}),
        summary_says=(r"\b42\b", r"(?i)LVEF|ejection"),
        says=(r"\b50\b", r"(?i)cardiolog"),
        never=(r"(?i)echo(cardiogram)? (is )?current",),
    ),
    "V46": OrderExpected(
        topics={"DoseCheck": "critical"},
        may=SIDE_NOTES,
        ceiling="critical",
        avoid=frozenset({"trastuzumab-deruxtecan"}),
        rules=frozenset({"P03"}),
        summary_says=(r"5\.4", r"4\.4"),
        says=(r"(?i)escalat|raise|higher|increase",),
        never=(r"(?i)\blabel dose", r"(?i)within range"),
    ),
    "V47": OrderExpected(
        topics={"DuplicateHer2Therapy": "critical"},
        may=SIDE_NOTES - {"LabelWindow"},
        ceiling="critical",
        rules=frozenset({"P01"}),
        summary_says=(r"(?i)trastuzumab",),
        says=(r"(?i)stop|end", r"(?i)deruxtecan"),
    ),
    "V48": OrderExpected(
        topics={"LabSafety": "critical", "DrugInteraction": "warning"},
        problems={"DrugInteraction": 2},
        may=SIDE_NOTES,
        ceiling="critical",
        avoid=frozenset({"capecitabine"}),
        rules=frozenset({"P09", "P10"}),
        says=(r"(?i)DPYD|DPD|dihydropyrimidine", r"(?i)any dose|at all|no dose", r"(?i)gemfibrozil", r"(?i)warfarin", r"\bINR\b"),
        never=(r"\b75 ?%", r"(?i)labs? acceptable"),
    ),
}
