"""Every other fact of the abstraction: patient, tumour, organs, wishes, gaps in the data, and how the site practises."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from guideline.case import (
    Allergy,
    DataProblem,
    Diagnosis,
    HeartCondition,
    LungCondition,
    Menopause,
    Metastasis,
    Pregnancy,
    Procedure,
    ReceptorResult,
)
from guideline.practice import Practice
from verify.course import ADJUVANT, LINES
from verify.values import LONG, RECENT, Dimension, Value, ago, always, said, tags

PATIENT = Dimension(
    "patient",
    (
        Value("woman of 54", age=54, sex="female"),
        Value("woman of 38", age=38, sex="female"),
        Value("woman of unknown age", sex="female"),
        Value("woman of 70", age=70, sex="female", tags=tags("over 55")),
        Value("man of 60", age=60, sex="male", tags=tags("man")),
        Value("girl of 17", age=17, sex="female", tags=tags("not ours")),
    ),
)


def _her2(
    value: str | None, days: int = 15, specimen: str | None = "metastasis", method: str = "ihc", *, preliminary: bool = False, **more: Any
) -> ReceptorResult:
    name = f"Observation/her2-{method}-{value}-{days}"
    return ReceptorResult("HER2", method, value, ago(days), specimen, preliminary=preliminary, source=name, **more)  # type: ignore[arg-type]


def _coded(her2: str) -> Diagnosis:
    return Diagnosis("invasive-breast", "active", ago(2000), her2=her2, source="Condition/coded")  # type: ignore[arg-type]


_OLD = 1900
_UNSETTLED = "neither positive nor negative"
HER2 = Dimension(
    "HER2",
    (
        Value("HER2 IHC 3+ (metastasis)", always(receptors=_her2("3+")), tags=tags("her2+", "tested")),
        Value("HER2 IHC 3+ (primary only)", always(receptors=_her2("3+", _OLD, "primary")), tags=tags("her2+", "tested")),
        Value("HER2 2+, ISH positive", always(receptors=(_her2("2+"), _her2("positive", method="ish"))), tags=tags("her2+", "tested")),
        Value(
            "ISH ratio 2.0, 4.0 copies", always(receptors=_her2(None, method="ish", ratio=2.0, copies=4.0)), tags=tags("her2+", "tested")
        ),
        Value("HER2 positive by the diagnosis code only", always(diagnoses=_coded("positive")), tags=tags("her2+"), asks="I02"),
        Value("HER2 not recorded", group=_UNSETTLED),
        Value("HER2 IHC 2+ without ISH", always(receptors=_her2("2+")), group=_UNSETTLED),
        Value("ISH ratio 2.0, 3.9 copies", always(receptors=_her2(None, method="ish", ratio=2.0, copies=3.9)), group=_UNSETTLED),
        Value("HER2 2+, ISH negative", always(receptors=(_her2("2+"), _her2("negative", method="ish"))), tags=tags("her2-")),
        Value("HER2 IHC 1+", always(receptors=_her2("1+")), tags=tags("her2-")),
        Value("HER2 IHC 0", always(receptors=_her2("0")), tags=tags("her2-")),
        Value("HER2 negative by the diagnosis code", always(diagnoses=_coded("negative")), tags=tags("her2-")),
        Value("primary HER2 3+, metastasis HER2 0", always(receptors=(_her2("3+", _OLD, "primary"), _her2("0"))), group=_UNSETTLED),
        Value("primary HER2 3+, metastasis HER2 1+", always(receptors=(_her2("3+", _OLD, "primary"), _her2("1+"))), group=_UNSETTLED),
        Value(
            "primary HER2 3+, metastasis 0, reviewed: positive",
            always(receptors=(_her2("3+", _OLD, "primary"), _her2("0"))),
            {"her2-reviewed": said("positive")},
            tags("her2+", "tested"),
        ),
        Value(
            "primary HER2 3+, metastasis 0, reviewed: negative",
            always(receptors=(_her2("3+", _OLD, "primary"), _her2("0"))),
            {"her2-reviewed": said("negative")},
        ),
        Value("HER2 IHC 3+, preliminary", always(receptors=_her2("3+", preliminary=True)), group=_UNSETTLED),
    ),
)


def _hormones(er: str, pr: str, days: int = 15) -> tuple[ReceptorResult, ...]:
    return tuple(
        ReceptorResult(receptor, "ihc", value, ago(days), "metastasis", source=f"Observation/{receptor}-{days}")  # type: ignore[arg-type]
        for receptor, value in (("ER", er), ("PR", pr))
    )


HORMONES = Dimension(
    "hormone receptors",
    (
        Value("HR-negative", always(receptors=_hormones("negative", "negative"))),
        Value("HR-positive", always(receptors=_hormones("positive", "negative")), tags=tags("hr+")),
        Value("HR not recorded", asks="I03"),
        Value(
            "HR-positive before, negative now",
            always(receptors=(*_hormones("positive", "negative", 800), *_hormones("negative", "negative"))),
        ),
    ),
)


def _metastases(*sites: str, **more: Any) -> dict[int | None, dict[str, tuple[Any, ...]]]:
    return {
        since: {
            "metastases": tuple(
                Metastasis(site, ago(since), ago(since), "active", source=f"Condition/{site}", **more)  # type: ignore[arg-type]
                for site in sites
            )
        }
        for since in (RECENT, LONG)
    }


METASTASES = Dimension(
    "metastases",
    (
        Value("liver metastases", _metastases("liver"), tags=tags("metastatic")),
        Value("brain metastases only", _metastases("brain"), tags=tags("metastatic", "brain")),
        Value("liver and brain metastases", _metastases("liver", "brain"), tags=tags("metastatic", "brain")),
        Value("leptomeningeal disease", _metastases("leptomeningeal"), tags=tags("metastatic", "leptomeningeal")),
        Value("bone and lung metastases", _metastases("bone", "lung"), tags=tags("metastatic")),
        Value("regional nodes only", _metastases("regional-node")),
        Value("liver metastasis of unknown primary", _metastases("liver", primary_unknown=True)),
    ),
)


def _cns(words: str, *means: str, asks: str | None = None, group: str = "", **answers: str) -> Value:
    return Value(words, intake={name.replace("_", "-"): said(v) for name, v in answers.items()}, tags=tags(*means), asks=asks, group=group)


CNS = Dimension(
    "CNS",
    (
        _cns("no CNS disease (asked)", cns_disease="none"),
        _cns("CNS not asked", asks="I06"),
        _cns("stable brain metastases, burden outside the brain", "brain", cns_disease="stable", cns_burden_predominant="false"),
        _cns("stable brain metastases, mostly in the brain", "brain", "mostly brain", cns_disease="stable", cns_burden_predominant="true"),
        _cns("stable brain metastases, burden unknown", "brain", cns_disease="stable", asks="I06"),
        _cns("active brain metastases, mostly in the brain", "brain", "mostly brain", cns_disease="active", cns_burden_predominant="true"),
        _cns("active brain metastases, burden unknown", "brain", cns_disease="active", asks="I06"),
        _cns("leptomeningeal disease (asked)", "leptomeningeal", cns_disease="leptomeningeal", group="leptomeningeal"),
        _cns("neurological symptoms, CNS not asked", "cns-symptoms", cns_symptoms="true", group="symptoms"),
        _cns("active brain metastases with symptoms", "brain", "cns-symptoms", cns_disease="active", cns_symptoms="true", group="symptoms"),
        _cns("no neurological symptoms, CNS not asked", cns_symptoms="false", asks="I06"),
    ),
)


def _lung(words: str, *means: str, asks: str | None = None, group: str = "", answer: str | None = None, **condition: Any) -> Value:
    facts = always(lungs=LungCondition(**{"kind": "ild", "source": "Condition/lung", **condition})) if condition else {}
    return Value(words, facts, {"ild-history": said(answer)} if answer else {}, tags(*means), asks, group)


_T_DXD = "trastuzumab-deruxtecan"
_LUNGS = (
    _lung("no ILD ever (asked)", answer="none"),
    _lung("ILD history not recorded", asks="I09"),
    _lung("radiation pneumonitis, resolved", answer="radiation-pneumonitis-resolved"),
    _lung("ILD of another cause, resolved (asked)", answer="other-resolved"),
    _lung("ILD of another cause, resolved (problem list)", status="resolved", onset=ago(1500), abated=ago(1400)),
    _lung("ILD, active (asked)", "active-ild", answer="other-active"),
    _lung("ILD, active, since before every therapy", "active-ild", status="active", onset=ago(1500)),
    _lung("ILD, active, no date", "active-ild", status="active"),
    _lung("ILD, status not recorded", "active-ild", status="unknown", onset=ago(1500)),
    _lung("ILD, active, new under the newest line", "active-ild", "new-ild", status="active", onset=ago(30)),
    _lung("pneumonitis grade 1, active, new under the newest line", "active-ild", "new-ild", status="active", onset=ago(30), grade=1),
    _lung("pneumonitis grade 2, active, new under the newest line", "active-ild", "new-ild", status="active", onset=ago(30), grade=2),
    _lung("T-DXd pneumonitis, grade 1, resolved", "tdxd-ild", group="tdxd", answer="tdxd-grade-1-resolved"),
    _lung("T-DXd pneumonitis, grade 1, active (asked)", "tdxd-ild", "active-ild", group="tdxd", answer="tdxd-grade-1-active"),
    _lung("T-DXd pneumonitis, grade 2 or worse (asked)", "tdxd-ild", "tdxd-grade-2", group="tdxd", answer="tdxd-grade-2-or-worse"),
    _lung(
        "T-DXd pneumonitis, grade 2, resolved", "tdxd-ild", "tdxd-grade-2", group="tdxd", status="resolved", grade=2, onset=ago(400),
        abated=ago(300), cause_drug=_T_DXD,
    ),
    _lung(
        "T-DXd pneumonitis, no grade, resolved", "tdxd-ild", "tdxd-ungraded", group="tdxd", status="resolved", onset=ago(400),
        abated=ago(300), cause_drug=_T_DXD,
    ),
    _lung("ILD active on the problem list, the intake says none", "active-ild", status="active", answer="none"),
)  # fmt: skip


def _chain(values: tuple[Value, ...], *words: str) -> tuple[tuple[int, int], ...]:
    places = {value.words: i for i, value in enumerate(values)}
    return tuple(pairwise(places[w] for w in words))


LUNGS = Dimension(
    "lungs",
    _LUNGS,
    (
        *_chain(_LUNGS, "no ILD ever (asked)", "ILD of another cause, resolved (asked)", "ILD, active (asked)"),
        *_chain(_LUNGS, "no ILD ever (asked)", "radiation pneumonitis, resolved", "ILD, active, no date"),
        *_chain(_LUNGS, "ILD of another cause, resolved (problem list)", "ILD, active, since before every therapy"),
        *_chain(_LUNGS, "no ILD ever (asked)", "ILD history not recorded", "ILD, active, new under the newest line"),
        *_chain(
            _LUNGS,
            "no ILD ever (asked)",
            "T-DXd pneumonitis, grade 1, resolved",
            "T-DXd pneumonitis, grade 2, resolved",
        ),
        *_chain(
            _LUNGS,
            "pneumonitis grade 1, active, new under the newest line",
            "pneumonitis grade 2, active, new under the newest line",
        ),
    ),
)

BREATH = Dimension(
    "respiratory symptoms",
    (
        Value("no respiratory symptoms", intake={"respiratory-symptoms": said("false")}),
        Value("respiratory symptoms not asked"),
        Value("new respiratory symptoms", intake={"respiratory-symptoms": said("true")}, tags=tags("breathless")),
        Value("respiratory symptoms 28 days ago", intake={"respiratory-symptoms": said("true", days=28)}, tags=tags("breathless")),
        Value("respiratory symptoms 29 days ago", intake={"respiratory-symptoms": said("true", days=29)}),
    ),
    ((0, 2),),
)

_LVEF = (62.0, None, 50.0, 49.9, 45.1, 45.0, 40.0, 39.9)
LVEF = Dimension(
    "LVEF",
    tuple(Value("no LVEF" if v is None else f"LVEF {v:g} %", number=v, asks="I07" if v is None else None) for v in _LVEF),
    ((0, 2), *pairwise(range(2, len(_LVEF)))),
)
LVEF_AGE = Dimension(
    "age of the LVEF",
    tuple(Value(f"measured {days} days ago", number=days) for days in (20, 84, 85, 91, 92)),
)
#: The fall counted from a baseline before the newest line; None: there is no other value.
FALL = Dimension(
    "fall of the LVEF",
    tuple(
        Value("no baseline" if fall is None else f"baseline {fall:g} points higher", number=fall)
        for fall in (None, 0.0, 9.9, 10.0, 15.0, 15.9, 16.0, 20.0, 20.1)
    ),
)


def _heart(words: str, kind: str, status: str, *means: str, days: int = 30) -> Value:
    return Value(words, always(heart=HeartCondition(kind, status, ago(days), "Condition/heart")), tags=tags(*means))  # type: ignore[arg-type]


HEART = Dimension(
    "heart failure",
    (
        Value("no heart failure symptoms", intake={"heart-failure-symptoms": said("false")}),
        Value("heart failure not asked"),
        Value("heart failure symptoms", intake={"heart-failure-symptoms": said("true")}, tags=tags("heart-failure")),
        _heart("heart failure, active", "heart-failure", "active", "heart-failure"),
        _heart("heart failure, active, since before every therapy", "heart-failure", "active", "heart-failure", "old-failure", days=1500),
        _heart("heart failure, resolved", "heart-failure", "resolved"),
        _heart("cardiomyopathy, active", "cardiomyopathy", "active", "cardiomyopathy"),
    ),
    ((0, 2), (0, 3)),
)
BOOKED = Dimension(
    "echo booked",
    (Value("no echo booked"), Value("echo booked", always(procedures=Procedure("echo", "booked", ago(-7), "ServiceRequest/echo")))),
)


def _pregnancy(words: str, *found: tuple[str, int], asks: str | None = None, means: str = "") -> Value:
    facts = tuple(Pregnancy(status, ago(days), f"Observation/pregnancy-{days}") for status, days in found)  # type: ignore[arg-type]
    return Value(words, always(pregnancies=facts), tags=tags(*means.split()), asks=asks)


PREGNANCY = Dimension(
    "pregnancy",
    (
        Value("pregnancy excluded", intake={"pregnancy-excluded": said("true", days=2)}),
        _pregnancy("pregnancy not asked", asks="I13"),
        _pregnancy("pregnant (30 days ago)", ("pregnant", 30), means="pregnant"),
        _pregnancy("pregnant (300 days ago)", ("pregnant", 300), means="pregnant"),
        _pregnancy("pregnant (301 days ago)", ("pregnant", 301), asks="I13"),
        _pregnancy("pregnant, later not", ("pregnant", 200), ("not-pregnant", 3)),
        _pregnancy("pregnancy possible", ("possible", 5), asks="I13"),
        Value("pregnancy excluded 8 days ago", intake={"pregnancy-excluded": said("true", days=8)}, asks="I13"),
    ),
)
MENOPAUSE = Dimension(
    "menopause",
    (
        Value(
            "postmenopausal", always(menopause=Menopause("postmenopausal", ago(800), "Observation/menopause")), tags=tags("postmenopausal")
        ),
        Value("premenopausal", always(menopause=Menopause("premenopausal", ago(100), "Observation/menopause"))),
        Value("menopause not recorded"),
    ),
)


def _answers(name: str, item: str, nobody: str, **values: str) -> Dimension:
    answered = (Value(words.replace("_", " "), intake={item: said(value)}, tags=tags(words)) for words, value in values.items())
    return Dimension(name, (Value(nobody), *answered))


AVAILABLE = _answers("T-DXd", "tdxd-available", "availability of T-DXd not asked", tdxd_available="true", tdxd_unavailable="false")
DECLINES = _answers("wish", "declines-chemotherapy", "wish not asked", accepts_chemotherapy="false", declines_chemotherapy="true")
BURDEN = _answers("burden", "disease-burden", "burden not asked", low_burden="low", high_burden="high", visceral_crisis="visceral-crisis")
LESION = _answers("lesion", "lesion-accessible", "biopsy not asked", lesion_accessible="true", lesion_inaccessible="false")
OUTCOME = _answers(
    "outcome by intake", "last-line-outcome", "outcome not asked",
    outcome_progression="progression", outcome_ongoing="ongoing", outcome_toxicity="toxicity", outcome_completed="completed",
)  # fmt: skip


def _allergy(words: str, drug: str, *, severe: bool) -> Value:
    return Value(words, always(allergies=Allergy(drug, severe, "AllergyIntolerance/1")), tags=tags(f"severe:{drug}") if severe else tags())


ALLERGY = Dimension(
    "allergy",
    (
        Value("no allergy recorded"),
        _allergy("severe reaction to trastuzumab", "trastuzumab", severe=True),
        _allergy("mild reaction to trastuzumab", "trastuzumab", severe=False),
        _allergy("severe reaction to pertuzumab", "pertuzumab", severe=True),
    ),
)


def _lost(words: str, subject: str) -> Value:
    return Value(words, always(problems=DataProblem("unreadable", subject, "Bundle/entry")), tags=tags(f"lost:{subject}"))


LOST = Dimension(
    "lost data",
    (Value("everything could be read"), _lost("a therapy could not be read", "therapy"), _lost("a lung entry could not be read", "lung")),
)

PRACTICE = Dimension(
    "practice",
    tuple(
        Value(practice.label if practice.lvef_lower_limit == 50 else f"{practice.label}, lower limit of normal 55", practice=practice)
        for practice in (
            Practice(),
            Practice("current"),
            Practice("guideline", "EU"),
            Practice("current", "EU"),
            Practice(lvef_lower_limit=55.0),
        )
    ),
)

#: All facts of the abstraction; a case of it is one value of each.
DIMENSIONS: tuple[Dimension, ...] = (
    LINES, ADJUVANT, PATIENT, HER2, HORMONES, METASTASES, CNS, LUNGS, BREATH, LVEF, LVEF_AGE, FALL, HEART, BOOKED, PREGNANCY, MENOPAUSE,
    AVAILABLE, DECLINES, BURDEN, LESION, OUTCOME, ALLERGY, LOST, PRACTICE,
)  # fmt: skip
