"""What nobody has written down about a case, and every way in which it may turn out.

Each unknown is completed by facts of its own and the guideline is asked again (`guideline.what_if`): no prose says what depends on what.
Numbers are taken at and beside the limits of the knowledge files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from guideline.body import cockcroft_gault
from guideline.case import BodyMeasure, Case, DrugRecord, IntakeAnswer, Lab, Lvef, PerformanceStatus, Pregnancy, ReceptorResult
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import drug_names
from guideline.intake import answer
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.kidneys import USUAL_KG, kidneys_known
from guideline.laboratory.values import CLEARANCE
from guideline.lungs.history import T_DM1, T_DXD
from guideline.partial_date import PartialDate, add_days, add_months
from guideline.rules.treatment import history_open
from guideline.situation import Situation

#: What is assumed for the sake of the question has no resource.
ASSUMED = "assumed"


class Unknown(Struct, frozen=True):
    """Something not known, the input it is (`I01` ... `I21`), and the case with each value it may have."""

    name: str
    input: str
    values: tuple[tuple[str, Case], ...]


def unknowns(s: Situation) -> tuple[Unknown, ...]:
    """Every unknown of the case that a rule asks for."""
    found = [Unknown(name, of, tuple(values(s))) for name, of, open_, values in _ASKED if open_(s)]
    return tuple(unknown for unknown in found if unknown.values)


def _said(case: Case, **answers: str) -> Case:
    """The case with answers of today added to the intake."""
    given = {item.replace("_", "-"): IntakeAnswer((value,), PartialDate.on(case.today), ASSUMED) for item, value in answers.items()}
    return replace(case, intake={**case.intake, **given})


def _yes_or_no(item: str) -> Callable[[Situation], Iterator[tuple[str, Case]]]:
    def values(s: Situation) -> Iterator[tuple[str, Case]]:
        for word, value in (("yes", "true"), ("no", "false")):
            yield word, _said(s.case, **{item: value})

    return values


def _one_of(item: str, **words: str) -> Callable[[Situation], Iterator[tuple[str, Case]]]:
    def values(s: Situation) -> Iterator[tuple[str, Case]]:
        for value, word in words.items():
            yield word, _said(s.case, **{item: value.replace("_", "-")})

    return values


def _unanswered(item: str) -> Callable[[Situation], bool]:
    return lambda s: answer(s.case, item) is None


def _her2_values(s: Situation) -> Iterator[tuple[str, Case]]:
    today = PartialDate.on(s.today)
    results = (
        ("positive (IHC 3+)", {"ihc": "3+"}), ("positive (ISH)", {"ish": "positive"}),
        ("2+, ISH negative", {"ihc": "2+", "ish": "negative"}), ("low (IHC 1+)", {"ihc": "1+"}), ("negative (IHC 0)", {"ihc": "0"}),
    )  # fmt: skip
    for words, found in results:
        tests = [ReceptorResult("HER2", m, value, today, "metastasis", source=ASSUMED) for m, value in found.items()]  # type: ignore[arg-type]
        yield words, replace(s.case, receptors=(*s.case.receptors, *tests))


def _hormone_values(s: Situation) -> Iterator[tuple[str, Case]]:
    for words, value in (("positive", "positive"), ("negative", "negative")):
        tests = [ReceptorResult(r, "ihc", value, PartialDate.on(s.today), "metastasis", source=ASSUMED) for r in ("ER", "PR")]  # type: ignore[arg-type]
        yield words, replace(s.case, receptors=(*s.case.receptors, *tests))


def _lung_values(s: Situation) -> Iterator[tuple[str, Case]]:
    words = {
        "none": "none", "radiation-pneumonitis-resolved": "radiation pneumonitis, resolved", "other-resolved": "another ILD, resolved",
        "other-active": "another ILD, active",
    }  # fmt: skip
    if s.used(T_DXD) or not s.therapy_seen or history_open(s):
        words |= {
            "tdxd-grade-1-resolved": "T-DXd pneumonitis, grade 1, resolved", "tdxd-grade-1-active": "T-DXd pneumonitis, grade 1, active",
            "tdxd-grade-2-or-worse": "T-DXd pneumonitis, grade 2 or worse",
        }  # fmt: skip
    for value, said in words.items():
        yield said, _said(s.case, ild_history=value)


def _grade_values(s: Situation) -> Iterator[tuple[str, Case]]:
    stop = K.thresholds.ild.permanent_stop_from_grade
    for grade in range(1, stop + 2):
        lungs = tuple(replace(c, grade=grade) if c.kind == "ild" and c.grade is None else c for c in s.case.lungs)
        yield f"grade {grade}", replace(s.case, lungs=lungs)


def _limits_of_lvef(s: Situation) -> list[float]:
    """Every LVEF at which some rule changes its mind, a tenth below and above it, and a normal one."""
    limits = {K.thresholds.lvef.critical_below, K.thresholds.lvef.start_below, s.practice.lvef_lower_limit}
    for table in K.thresholds.lvef_tables.values():
        limits |= {n for row in table.rows for n in (row.below, row.at_least, row.at_most, row.above) if n is not None}
    beside = {round(limit + step, 1) for limit in limits for step in (-0.1, 0.0, 0.1)}
    return sorted({*beside, max(limits) + 10})


def _lvef_values(s: Situation) -> Iterator[tuple[str, Case]]:
    for value in _limits_of_lvef(s):
        yield f"{value:g} %", replace(s.case, lvef=(*s.case.lvef, Lvef(value, PartialDate.on(s.today), source=ASSUMED)))


def _no_baseline(s: Situation) -> bool:
    starts = [e.start for e in s.her2_running if e.start is not None]
    return s.heart.latest is not None and bool(starts) and all(s.heart.baseline(start) is None for start in starts)


def _baseline_values(s: Situation) -> Iterator[tuple[str, Case]]:
    latest = s.heart.latest
    assert latest is not None
    start = min(e.start.earliest for e in s.her2_running if e.start is not None)
    rows = [row for table in K.thresholds.lvef_tables.values() for row in table.rows]
    falls = {fall for row in rows for fall in (row.fall_at_least, row.fall_over, row.fall_below) if fall is not None}
    for fall in sorted({0.0, *(round(f + step, 1) for f in falls for step in (-0.1, 0.0, 0.1))}):
        value = round(latest.value + fall, 1)
        baseline = Lvef(value, PartialDate.on(add_days(start, -1)), modality=latest.modality, source=ASSUMED)
        yield f"{value:g} %", replace(s.case, lvef=(*s.case.lvef, baseline))


def _cns_values(s: Situation) -> Iterator[tuple[str, Case]]:
    yield "none", _said(s.case, cns_disease="none")
    for state in ("stable", "active"):
        for predominant, burden in (("false", "burden mostly outside the brain"), ("true", "burden mostly in the brain")):
            yield f"{state}, {burden}", _said(s.case, cns_disease=state, cns_burden_predominant=predominant)
    yield "leptomeningeal disease", _said(s.case, cns_disease="leptomeningeal")


def _pregnancy_values(s: Situation) -> Iterator[tuple[str, Case]]:
    for words, value in (("pregnant", "pregnant"), ("not pregnant", "not-pregnant")):
        found = Pregnancy(value, PartialDate.on(s.today), ASSUMED)  # type: ignore[arg-type]
        yield words, replace(s.case, pregnancies=(*s.case.pregnancies, found))


def _history_is_open(s: Situation) -> bool:
    return not s.therapy_seen or (not s.therapies.used_lines and not s.therapy_told_complete)


def _history_values(s: Situation) -> Iterator[tuple[str, Case]]:
    """Nothing more was given; or a course that nobody wrote down, for metastatic disease or before it."""
    yield (
        "nothing more was given",
        replace(_said(s.case, prior_therapy_complete="true"), problems=tuple(p for p in s.case.problems if p.subject != "therapy")),
    )
    end = add_days(s.today, -2)
    start = add_days(end, -1)
    for drugs in (("trastuzumab", "pertuzumab", "docetaxel"), (T_DXD,), (T_DM1,), ("tucatinib", "trastuzumab", "capecitabine")):
        records = [
            DrugRecord(d, "statement", "stopped", PartialDate.on(start), PartialDate.on(end), "progression", "palliative", source=ASSUMED)
            for d in drugs
        ]
        if s.metastatic_since is not None and not set(drugs) & s.used_drugs:
            yield f"{drug_names(drugs)} failed before", replace(s.case, drugs=(*s.case.drugs, *records))


def _line_outcome_open(s: Situation) -> bool:
    last = s.last_line
    return last is not None and not last.documented and last.outcome in ("unknown", "changed") and "last-line-outcome" not in s.case.intake


def _interval_open(s: Situation) -> bool:
    return s.relapse is not None and s.relapse.relapsed is not None and (s.relapse.within_12 is None or s.relapse.within_6 is None)


def _interval_values(s: Situation) -> Iterator[tuple[str, Case]]:
    """The last adjuvant dose on each day at which the pathway or a label may change, within what the record allows."""
    assert s.relapse is not None
    assert s.relapse.relapsed is not None
    relapsed = s.relapse.relapsed.earliest
    intervals = K.thresholds.intervals
    days: dict[date, str] = {}
    for months in (intervals.label_relapse_months, intervals.early_relapse_months):
        limit = add_months(relapsed, -months)
        days[limit] = f"{months} months before the metastases ({limit})"
        days[add_days(limit, -1)] = f"{months} months and a day before ({add_days(limit, -1)})"
    end = s.relapse.end
    if end is not None and s.relapse.end_or_later:
        days = {day: words for day, words in days.items() if end.earliest <= day}
    elif end is not None:
        for day in (end.earliest, end.latest):
            days.setdefault(day, str(day))
        days = {day: words for day, words in days.items() if end.earliest <= day <= end.latest}
    of_course = {source for e in s.therapies.early if e.drug in HER2_DRUGS for source in e.sources}
    for day, words in sorted(days.items()):
        drugs = tuple(_ended(d, day) if d.source in of_course and d.kind != "administration" else d for d in s.case.drugs)
        yield words, replace(s.case, drugs=drugs)


def _ended(record: DrugRecord, day: date) -> DrugRecord:
    """The record with its last day known; one that knows it already stays."""
    if record.end is not None and record.end.is_exact:
        return record
    return replace(record, end=PartialDate.on(day), status="completed" if record.status in ("active", "unknown") else record.status)


def _relapse_coarse(s: Situation) -> bool:
    return _interval_open(s) and s.metastatic_since is not None and not s.metastatic_since.is_exact


def _relapse_values(s: Situation) -> Iterator[tuple[str, Case]]:
    """The metastases found on the first and on the last day that the record allows."""
    assert s.metastatic_since is not None
    for day in (s.metastatic_since.earliest, s.metastatic_since.latest):
        found = PartialDate.on(day)
        metastases = tuple(replace(m, date=found) if m.date == s.metastatic_since else m for m in s.case.metastases)
        stages = tuple(replace(stage, date=found) if stage.date == s.metastatic_since else stage for stage in s.case.stages)
        yield str(day), replace(s.case, metastases=metastases, stages=stages)


def _ecog_values(s: Situation) -> Iterator[tuple[str, Case]]:
    for ecog in range(5):
        yield f"ECOG {ecog}", replace(s.case, performance=(PerformanceStatus(ecog, PartialDate.on(s.today), ASSUMED),))


def _limits_of_clearance() -> list[float]:
    """The last clearance (mL/min) on either side of each limit of a label."""
    rows = [row for rows in K.thresholds.labs.drugs.values() for row in rows if row.lab == CLEARANCE]
    first_above = {n for row in rows for n in (row.below, row.at_least) if n is not None}
    last_below = {row.at_most for row in rows if row.at_most is not None}
    return sorted({n - 1 for n in first_above} | first_above | last_below | {n + 1 for n in last_below})


def _clearance_values(s: Situation) -> Iterator[tuple[str, Case]]:
    """Clearances at and beside the limits of the label, as creatinine; where no current weight is on record, with one."""
    today = PartialDate.on(s.today)
    weighed = s.body.kg is not None
    measures = s.case.body if weighed else (*s.case.body, BodyMeasure("weight", USUAL_KG, today, ASSUMED))
    at_1 = cockcroft_gault(s.age, s.body.kg or USUAL_KG, 1.0, s.case.patient.sex) if s.age is not None else None
    if not at_1:
        return
    for value in _limits_of_clearance():
        creatinine = Lab("creatinine", at_1 / value, today, source=ASSUMED)
        yield f"clearance {value:g} mL/min", replace(s.case, body=measures, labs=(*s.case.labs, creatinine))


_Asked = tuple[str, str, Callable[[Situation], bool], Callable[[Situation], Iterator[tuple[str, Case]]]]

#: Name, input, whether it is unknown in a situation, and what it may turn out to be.
_ASKED: tuple[_Asked, ...] = (
    ("HER2", "I02", lambda s: s.her2.state in ("unknown", "equivocal") or s.her2.basis == "diagnosis" or s.her2.one_unshown, _her2_values),
    ("review of the discordant HER2 results", "I02", lambda s: s.her2.discordant,
     _one_of("her2-reviewed", positive="positive", negative="negative")),
    ("hormone receptors", "I03", lambda s: s.hormones.state == "unknown", _hormone_values),
    ("earlier therapies", "I04", _history_is_open, _history_values),
    ("how the last line ended", "I04", _line_outcome_open,
     _one_of("last-line-outcome", progression="progression", toxicity="toxicity", completed="completed as planned", ongoing="it goes on")),
    ("last adjuvant HER2 dose", "I05", _interval_open, _interval_values),
    ("date of the metastases", "I05", _relapse_coarse, _relapse_values),
    ("CNS disease", "I06", lambda s: s.brain.state == "unknown" and not s.brain.leptomeningeal, _cns_values),
    ("which burden predominates", "I06", lambda s: s.brain.present and s.brain.predominant is None, _yes_or_no("cns-burden-predominant")),
    ("neurological symptoms", "I06", _unanswered("cns-symptoms"), _yes_or_no("cns-symptoms")),
    ("LVEF", "I07", lambda s: not s.heart.current, _lvef_values),
    ("LVEF baseline", "I07", _no_baseline, _baseline_values),
    ("heart failure symptoms", "I08", lambda s: not s.heart.failure_asked and s.heart.failure is None,
     _yes_or_no("heart-failure-symptoms")),
    ("ILD history", "I09", lambda s: not s.lungs.known, _lung_values),
    ("grade of the pneumonitis", "I09", lambda s: any(c.kind == "ild" and c.grade is None for c in s.case.lungs), _grade_values),
    ("respiratory symptoms", "I09", _unanswered("respiratory-symptoms"), _yes_or_no("respiratory-symptoms")),
    ("kidney function", "I10", lambda s: not kidneys_known(s), _clearance_values),
    ("pregnancy", "I13", lambda s: s.pregnancy == "unknown", _pregnancy_values),
    ("menopause", "I14", lambda s: not s.male and s.menopause is None,
     _one_of("menopausal-status", premenopausal="premenopausal", postmenopausal="postmenopausal")),
    ("performance status", "I16", lambda s: not s.case.performance, _ecog_values),
    ("burden of disease", "I16", _unanswered("disease-burden"),
     _one_of("disease-burden", low="low", high="high", visceral_crisis="visceral crisis")),
    ("chemotherapy declined", "I16", _unanswered("declines-chemotherapy"), _yes_or_no("declines-chemotherapy")),
    ("accessible lesion", "I02", _unanswered("lesion-accessible"), _yes_or_no("lesion-accessible")),
    ("availability of T-DXd", "I20", _unanswered("tdxd-available"), _yes_or_no("tdxd-available")),
)  # fmt: skip
