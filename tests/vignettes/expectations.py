"""What each vignette expects, as data: the reading of `vignettes.jsonl` under the owner's decisions.

`never` holds the vignette's `must_not_say` as patterns over all card text, `not_offered` those of its prohibitions that speak of a
regimen as advice: the ids may stand under "avoid", never as leader or alternative.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Indicator = Literal["info", "warning", "critical"]


@dataclass(frozen=True)
class Expected:
    """The answer to one vignette.

    `treatment` is the treatment card's topic (None: no treatment card), `regimen` its leader (None: no leader anywhere).
    `alternatives_begin` must stand first and in this order; `alternatives` must all be among them. `safety` maps further
    topics that must be there to their indicator; `other_topics` may be there too. `ceiling` is the highest indicator allowed.
    """

    treatment: str | None = None
    regimen: str | None = None
    alternatives_begin: tuple[str, ...] = ()
    alternatives: frozenset[str] = frozenset()
    not_offered: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    safety: dict[str, Indicator] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    not_missing: frozenset[str] = frozenset()
    summary_says: tuple[str, ...] = ()
    summary_never: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    ceiling: Indicator = "info"
    silent: bool = False


SILENT = Expected(silent=True)

#: The inputs that a chart with `cases.CLEAR` and a complete therapy list leaves nothing to ask about.
ANSWERED = frozenset({"I01", "I02", "I04", "I06", "I07", "I09"})

TRIPLET = "tucatinib-trastuzumab-capecitabine"

_FIRST_LINE_FIGURES = (r"56\.5", r"40\.8", r"40\.7", r"26\.9", r"0\.56", r"2025-12-15|15 December 2025|December 15, 2025")

GUIDELINE: dict[str, Expected] = {
    "V01": Expected(
        treatment="FirstLineTreatment",
        regimen="thp",
        alternatives_begin=("tdxd-pertuzumab",),
        not_offered=frozenset({"tdxd", "tdm1", "single-agent-chemotherapy"}),
        not_missing=ANSWERED,
        summary_says=(r"\bTHP\b", r"T-DXd \+ pertuzumab"),
        says=_FIRST_LINE_FIGURES,
        never=(r"T-DM1", r"28\.8", r"DESTINY-Breast03"),
    ),
    "V02": Expected(
        treatment="FirstLineTreatment",
        regimen="thp",
        alternatives_begin=("tdxd-pertuzumab",),
        not_offered=frozenset({"endocrine-alone", "tdxd", "tdm1"}),
        not_missing=ANSWERED | {"I13", "I14"},
        summary_says=(r"\bTHP\b", r"T-DXd \+ pertuzumab"),
        says=(*_FIRST_LINE_FIGURES, r"PERUSE", r"GnRH"),
        never=(
            r"(?i)ovarian",
            r"\bOFS\b",
            r"(?i)because .{0,20}\b(man|male)\b",
            r"(?i)(together|concurrently|same time) (with|as) the taxane",
        ),
    ),
    "V04": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives=frozenset({"tdm1"}),
        not_offered=frozenset({"thp"}),
        not_missing=ANSWERED | {"I05"},
        says=(r"12 months", r"\b6 months", r"28\.8", r"0\.33"),
        never=(r"(> ?|more than |over )12 months", r"\b0\.28\b"),
    ),
    "V05": Expected(
        treatment="FirstLineTreatment",
        regimen="thp",
        alternatives_begin=("tdxd-pertuzumab",),
        not_offered=frozenset({"tdxd", "tdm1"}),
        not_missing=ANSWERED | {"I05"},
        summary_says=(r"\bTHP\b", r"T-DXd \+ pertuzumab"),
        says=(r"2025-11-19", *_FIRST_LINE_FIGURES),
        never=(r"(?i)resistan", r"(?i)early relapse"),
    ),
    "V06": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives=frozenset({"tdm1"}),
        not_offered=frozenset({"thp", "tdxd-pertuzumab"}),
        not_missing=ANSWERED | {"I05"},
        says=(r"28\.8", r"0\.33"),
        never=(r"(?i)finish", r"\b18 cycles", r"\b0\.28\b"),
    ),
    "V08": Expected(
        treatment="TumorBoard",
        alternatives=frozenset({"thp", "tdm1", TRIPLET, "clinical-trial"}),
        not_offered=frozenset({"tdxd", "tdxd-pertuzumab"}),
        not_missing=ANSWERED,
        says=(r"(?i)no guideline|evidence gap|no evidence|thin",),
        never=(r"DESTINY-Breast03", r"28\.8", r"5\.4 mg/kg"),
    ),
    "V09": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives=frozenset({"tdm1"}),
        safety={"RebiopsySuggested": "info"},
        not_missing=ANSWERED,
        says=(r"28\.8", r"\b6\.8", r"0\.33", r"0\.64", r"52\.6", r"42\.7", r"MCBS.*score 4", r"(?i)strong", r"(?i)moderate", r"5\.4 mg/kg"),
        never=(r"\b0\.28\b", r"(?i)\btrend\b", r"\b1A\b", r"(?i)high[- ](quality )?evidence|evidence:? high", r"(?i)stop HER2"),
    ),
    "V10": Expected(
        treatment="SecondLineTreatment",
        regimen="tdm1",
        alternatives_begin=(TRIPLET,),
        not_offered=frozenset({"tdxd", "tdxd-pertuzumab"}),
        avoid=frozenset({"tdxd"}),
        not_missing=ANSWERED,
        says=(r"(?i)lung opinion|lung specialist|pulmon", r"3\.6 mg/kg", r"(?i)T-DM1\b.{0,120}\b(stopped|stop|discontinue)"),
        never=(r"(?i)\bcontraindicated", r"(?i)safe for the lung", r"(?i)T-DXd (is )?(recommended|preferred)"),
        ceiling="warning",
    ),
    "V12": SILENT,
    "V13": Expected(
        treatment="SecondLineTreatment",
        regimen=TRIPLET,
        alternatives_begin=("tdxd",),
        not_missing=ANSWERED | {"I10"},
        says=(
            r"0\.48",
            r"0\.54",
            r"0\.66",
            r"33\.1",
            r"12\.3",
            r"61\.6",
            r"59\.6",
            r"300 mg",
            r"1000 mg/m2",
            r"(?i)radiosurgery|local therapy",
        ),
        never=(r"(?i)not reach the brain", r"86\.1", r"(?i)overall\b[^.;\n]{0,40}0\.48"),
    ),
    "V14": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives_begin=(TRIPLET,),
        not_missing=ANSWERED,
        says=(r"0\.25", r"5\.4 mg/kg"),
        never=(r"(?i)mandatory", r"(?i)contraindicated"),
    ),
    "V15": Expected(
        safety={"BrainMetastasesUrgent": "critical"},
        says=(r"(?i)neurosurg", r"(?i)radiation|radiotherap"),
        never=(r"(?i)start tucatinib", r"(?i)next scan", r"(?i)\bwait\b"),
        ceiling="critical",
    ),
    "V16": Expected(
        treatment="ThirdLineTreatment",
        regimen=TRIPLET,
        alternatives_begin=("tdm1",),
        alternatives=frozenset(
            {
                "lapatinib-capecitabine",
                "lapatinib-trastuzumab",
                "trastuzumab-chemotherapy",
                "pertuzumab-trastuzumab-chemotherapy",
                "clinical-trial",
            }
        ),
        not_offered=frozenset({"tdxd", "tdxd-pertuzumab"}),
        not_missing=ANSWERED | {"I10"},
        says=(
            r"0\.54",
            r"0\.66",
            r"0\.57",
            r"MCBS.*score 4",
            r"(?i)(no|not|without)\b.{0,60}(tested|studied|evidence|trial).{0,60}(T-DXd|deruxtecan)",
        ),
        never=(r"\b0\.48\b", r"(?i)stop HER2"),
    ),
    "V17": Expected(
        treatment="ThirdLineTreatment",
        regimen="tdxd",
        alternatives_begin=(TRIPLET,),
        alternatives=frozenset({"lapatinib-capecitabine", "lapatinib-trastuzumab"}),
        not_offered=frozenset({"tdm1"}),
        not_missing=ANSWERED,
        says=(r"17\.8", r"\b6\.9", r"39\.2", r"26\.5"),
        never=(r"(?i)level III\b", r"\bIII, A", r"MCBS.*score 2"),
    ),
    "V18": Expected(
        treatment="LaterLineTreatment",
        alternatives_begin=("clinical-trial",),
        alternatives=frozenset(
            {
                "margetuximab-chemotherapy",
                "neratinib-capecitabine",
                "trastuzumab-chemotherapy",
                "lapatinib-trastuzumab",
                "rechallenge",
            }
        ),
        not_offered=frozenset(
            {"tdxd", "tdxd-pertuzumab", "tdm1", TRIPLET, "thp", "endocrine-her2", "endocrine-alone", "abemaciclib-trastuzumab-fulvestrant"}
        ),
        not_missing=ANSWERED | {"I03", "I14"},
        summary_says=(r"Fifth line", r"no standard regimen"),
        says=(
            r"15 mg/kg",
            r"0\.95",
            r"240 mg",
            r"(?i)dose once the creatinine clearance is known",
            r"24\.4",
            r"from positive to negative",
            r"(?i)Continue HER2 blockade",
            r"(?i)hair loss",
            r"(?i)side effects",
            r"US label",
            r"not a label indication",
            r"(?i)capecitabine before",
            r"(?i)not used before \(used so far: .*docetaxel",
            r"(?i)re-use.*pertuzumab",
            r"(?i)not the last resort",
        ),
        never=(r"(?i)endocrine", r"(?i)zanidatamab|bispecific|immunotherap|PI3K", r"(?i)(T-DXd|tucatinib).{0,30}\bagain", r"\bpreferred\b"),
    ),
    "V19": Expected(
        treatment="SecondLineTreatment",
        regimen=TRIPLET,
        alternatives=frozenset({"tdm1", "clinical-trial"}),
        not_offered=frozenset({"tdxd", "tdxd-pertuzumab", "trastuzumab-pertuzumab"}),
        not_missing=ANSWERED,
        says=(r"(?i)no randomi[sz]ed|not tested|was tested|thin|no .{0,20}evidence",),
        never=(r"28\.8", r"DESTINY-Breast03"),
    ),
    "V20": Expected(
        safety={"HeartFailure": "critical"},
        not_missing=frozenset({"I07", "I14"}),
        avoid=frozenset({"trastuzumab"}),
        summary_says=(r"Stop trastuzumab", r"(?i)cardiolog"),
        says=(r"(?i)persists or recurs", r"(?i)endocrine therapy without HER2 therapy is acceptable while", r"(?i)case by case"),
        never=(
            r"(?i)continue trastuzumab",
            r"(?i)start (T-DXd|trastuzumab deruxtecan)",
            r"(?i)endocrine therapy alone is never",
            r"(?i)add HER2 therapy",
            r"(?i)ovarian",
        ),
        ceiling="critical",
    ),
    "V21": Expected(
        treatment="FirstLineTreatment",
        regimen="endocrine-her2",
        alternatives_begin=("thp", "endocrine-alone"),
        not_offered=frozenset({"tdxd", "tdm1"}),
        not_missing=ANSWERED | {"I03", "I13", "I14"},
        summary_says=(r"endocrine \+ HER2 therapy", r"(?i)chemotherapy \+ HER2 therapy stays the standard"),
        says=(
            r"lapatinib 1500 mg",
            r"letrozole 2\.5 mg",
            r"(?i)declined",
            r"(?i)Long interval: primary tumour 2017",
            r"(?i)ECOG performance status 2",
            r"(?i)Ranking: chemotherapy \+ HER2 therapy",
            r"(?i)only if HER2 drugs are ruled out",
            r"(?i)after at least 2 weeks at 1250 mg with letrozole",
        ),
        never=(r"(?i)ovarian", r"\bOFS\b", r"(?i)mandatory", r"(?i)low disease burden", r"(?i)\bshe\b"),
    ),
    "V22": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives=frozenset({"tdm1"}),
        not_offered=frozenset({"endocrine-her2", "endocrine-alone", "palbociclib-maintenance", "thp"}),
        not_missing=ANSWERED | {"I03", "I14"},
        says=(
            r"5\.4 mg/kg",
            r"(?i)no routine endocrine partner",
            r"(?i)after 6 cycles or more is no error",
            r"(?i)highly selected patients \(low burden, comorbidity, long interval\)",
        ),
        never=(r"(?i)add letrozole", r"(?i)endocrine therapy is preferred", r"(?i)ovarian"),
    ),
    "V24": Expected(
        safety={"LvefMonitoringDue": "warning"},
        says=(r"(?i)3 weeks", r"(?i)cardiolog"),
        never=(r"(?i)overdue", r"(?i)withhold", r"(?i)fall of 10|fell by 10|10 points"),
        ceiling="warning",
    ),
    "V26": Expected(
        safety={"LvefHold": "warning"},
        says=(r"(?i)3 weeks", r"(?i)within 10", r"(?i)cardiolog"),
        never=(
            r"(?i)\bcontinue (T-DXd|trastuzumab deruxtecan)",
            r"(?i)resume .{0,30}above 45",
            r"(?i)(permanently stop|stop for good) now",
        ),
        summary_never=(r"(?i)for good|permanent",),
        ceiling="critical",
    ),
    "V27": Expected(
        safety={"LvefHold": "warning"},
        says=(r"(?i)4 weeks", r"(?i)cardiolog", r"\b17\b"),
        never=(r"(?i)no action",),
        summary_never=(r"(?i)for good|permanent",),
        ceiling="warning",
    ),
    "V28": Expected(
        safety={"LvefHold": "warning"},
        says=(r"(?i)within 10", r"\b14\b", r"\b46\b"),
        never=(r"(?i)progressed", r"(?i)resume because", r"(?i)may (be )?(resume|restart)"),
        ceiling="warning",
    ),
    "V30": Expected(
        safety={"InterstitialLungDisease": "warning"},
        says=(r"28 days", r"4\.4", r"0\.5 mg/kg"),
        never=(r"\bT-DM1\b", r"(?i)under watch", r"(?i)progressed"),
        summary_never=(r"(?i)for good|permanent",),
        ceiling="warning",
    ),
    "V32": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives=frozenset({TRIPLET, "tdm1"}),
        not_missing=ANSWERED,
        says=(r"(?i)chest CT", r"(?i)lung (opinion|specialist)|pulmon"),
        never=(r"(?i)contraindicated", r"(?i)no lung risk"),
        ceiling="warning",
    ),
    "V35": Expected(
        safety={"Her2StatusNeeded": "warning"},
        missing=frozenset({"I02"}),
        says=(r"\bISH\b",),
        never=(r"(?i)\bis HER2-(positive|low)", r"\bTHP\b", r"(?i)HER2-low"),
        ceiling="warning",
    ),
    "V36": Expected(
        safety={"Her2Low": "info"},
        says=(r"T-DXd|trastuzumab deruxtecan",),
        never=(r"\bTHP\b", r"(?i)tucatinib", r"(?i)\btrastuzumab\b(?! deruxtecan)", r"DESTINY-Breast03"),
    ),
    "V37": Expected(
        safety={"Her2Discordance": "warning"},
        says=(r"2022", r"2026", r"3\+", r"1\+", r"(?i)review|repeat"),
        never=(r"(?i)stop all HER2", r"(?i)for good"),
        ceiling="warning",
    ),
    "V38": Expected(
        safety={"Pregnancy": "critical"},
        not_offered=frozenset({"thp", "tdxd-pertuzumab", "tdxd"}),
        says=(r"7 months", r"(?i)obstetric"),
        never=(r"(?i)start THP", r"(?i)start T-DXd", r"(?i)safe in the second"),
        ceiling="critical",
    ),
    "V39": SILENT,
    "V40": SILENT,
    "V41": SILENT,
    "V43": Expected(
        treatment="LaterLineTreatment",
        regimen="tdxd",
        alternatives_begin=(TRIPLET,),
        alternatives=frozenset({"trastuzumab-chemotherapy", "clinical-trial"}),
        not_offered=frozenset({"tdm1", "lapatinib-capecitabine", "lapatinib-trastuzumab", "pertuzumab-trastuzumab-chemotherapy"}),
        not_missing=ANSWERED,
        summary_says=(r"Fourth line: T-DXd", r"vinorelbine"),
        says=(r"5\.4 mg/kg", r"17\.8|28\.8", r"(?i)progressed on capecitabine before"),
        never=(r"(?i)no standard", r"(?i)no regimen is standard"),
    ),
    "V44": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd",
        alternatives=frozenset({TRIPLET}),
        not_offered=frozenset({"tdm1", "thp"}),
        says=(r"28\.8", r"0\.33"),
        never=(r"\bT-DM1\b(?! \()", r"(?i)tumou?r board"),
    ),
}

#: Under `HER2CDS_PROFILE=current` (US) the first-line options change places; every other vignette stays as it is.
CURRENT: dict[str, Expected] = {
    "V01": Expected(
        treatment="FirstLineTreatment",
        regimen="tdxd-pertuzumab",
        alternatives_begin=("thp",),
        not_offered=frozenset({"tdxd", "tdm1"}),
        says=(*_FIRST_LINE_FIGURES, r"5\.4 mg/kg", r"840", r"420"),
        never=(r"T-DM1", r"28\.8", r"DESTINY-Breast03"),
    ),
    "V02": Expected(
        treatment="FirstLineTreatment",
        regimen="tdxd-pertuzumab",
        alternatives_begin=("thp",),
        not_offered=frozenset({"endocrine-alone", "tdxd", "tdm1"}),
        says=(*_FIRST_LINE_FIGURES, r"GnRH"),
        never=(r"(?i)ovarian", r"\bOFS\b"),
    ),
    "V04": Expected(
        treatment="SecondLineTreatment",
        regimen="tdxd-pertuzumab",
        alternatives_begin=("tdxd",),
        not_offered=frozenset({"thp"}),
    ),
    "V05": Expected(
        treatment="FirstLineTreatment",
        regimen="tdxd-pertuzumab",
        alternatives_begin=("thp",),
        not_offered=frozenset({"tdxd", "tdm1"}),
        says=_FIRST_LINE_FIGURES,
        never=(r"(?i)resistan",),
    ),
}
