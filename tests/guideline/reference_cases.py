"""Reference cases: for each clinical question a patient or two, in the words of the clinic.

What the guideline makes of each of them, part by part, stands in `composition.yaml`, for a review board to read beside the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from guideline.advice import Advice
from guideline.case import (
    STUDY_DRUG,
    UNKNOWN_HER2_CONJUGATE,
    Allergy,
    Case,
    DataProblem,
    Diagnosis,
    Dose,
    OtherDrug,
    Patient,
    PerformanceStatus,
    Procedure,
    UnreadResult,
)
from guideline.orders import DraftOrder
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from tests.guideline.case_builder import (
    CURRENT_US,
    GUIDELINE_EU,
    GUIDELINE_US,
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    a_case,
    adjuvant,
    advice_on,
    ago,
    booked_echo,
    breast_cancer,
    dose,
    doses,
    given,
    heart_condition,
    her2,
    intake,
    lung,
    lvef,
    metastasis,
    on_therapy,
    pregnancy,
    receptor,
    second_line,
    stage,
    status,
    symptom,
    thp,
    toxicity,
)
from tests.guideline.measure_builder import BODY, dosed, height, lab, labs, weight
from tests.guideline.order_builder import asks, beside, order, other, stop

T_DXD, T_DM1, PHESGO = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "pertuzumab-trastuzumab-hyaluronidase"
SC = "trastuzumab-hyaluronidase"
POSITIVE = (her2("3+", 15), *HR_POSITIVE)
TUCATINIB = ("tucatinib", "trastuzumab", "capecitabine")


def after_thp(*drugs: Any, **facts: Any) -> Case:
    """THP failed 400 days ago; what came then."""
    return on_therapy(*thp(690, 400, reason="progression"), *drugs, **facts)


def failed(drugs: tuple[str, ...], start: int, end: int, reason: str | None = "progression") -> tuple[Any, ...]:
    return tuple(given(drug, start, end, reason=reason) for drug in drugs)


def early(ended: int = 90, **facts: Any) -> Case:
    """Metastatic for 20 days; adjuvant trastuzumab with docetaxel ended so many days ago."""
    drugs = (adjuvant("trastuzumab", ended + 365, ended), adjuvant("docetaxel", ended + 365, ended + 240))
    return a_case(**{"drugs": drugs, **facts})


CHILD = {"age": 38, "pregnancies": pregnancy(), "intake": intake(pregnancy_excluded=None)}
MAINTAINED = (given("trastuzumab", 200), given("pertuzumab", 200), given("docetaxel", 200, 80, status="completed"))

#: When a chart is opened.
_CHARTS: dict[str, Case | tuple[Case, Practice]] = {
    "first line": a_case(),
    "first line, current evidence": (a_case(), CURRENT_US),
    "first line in Europe": (a_case(), GUIDELINE_EU),
    "first line, current evidence in Europe": (a_case(), Practice("current", "EU")),
    "first line, hormone receptors positive": a_case(receptors=POSITIVE),
    "first line, a man": a_case(sex="male", receptors=POSITIVE),
    "first line, premenopausal, pregnancy unknown": a_case(
        age=40, receptors=POSITIVE, intake=intake(pregnancy_excluded=None, menopausal_status="premenopausal")
    ),
    "first line, nothing asked, nothing measured": a_case(intake={}, lvef=(), receptors=her2("3+")),
    "first line, HER2 by diagnosis code": a_case(receptors=(), diagnoses=breast_cancer(20, her2="positive", hormone_receptors="positive")),
    "first line, chemotherapy declined": a_case(receptors=POSITIVE, intake=intake(declines_chemotherapy="true")),
    "first line, chemotherapy declined, low burden": a_case(
        receptors=POSITIVE, intake=intake(declines_chemotherapy="true", disease_burden="low")
    ),
    "first line, chemotherapy declined, visceral crisis": a_case(
        receptors=POSITIVE, intake=intake(declines_chemotherapy="true", disease_burden="visceral-crisis")
    ),
    "first line, chemotherapy declined, premenopausal": a_case(
        age=40, receptors=POSITIVE, intake=intake(declines_chemotherapy="true", menopausal_status="premenopausal")
    ),
    "first line, chemotherapy declined, a man": a_case(
        sex="male", receptors=POSITIVE, intake=intake(declines_chemotherapy="true", menopausal_status=None)
    ),
    "first line, frail, low burden": a_case(
        receptors=POSITIVE, performance=PerformanceStatus(3, ago(4), "Observation/p"), intake=intake(disease_burden="low")
    ),
    "first line, brain metastases, stable": a_case(intake=intake(cns_disease="stable", cns_burden_predominant="false")),
    "first line, old LVEF": a_case(lvef=lvef(60, 120)),
    "first line, LVEF 45": a_case(lvef=lvef(45)),
    "first line, LVEF 38": a_case(lvef=lvef(38)),
    "first line, heart failure": a_case(heart=heart_condition()),
    "first line, heart failure, hormone receptors positive": a_case(receptors=POSITIVE, heart=heart_condition()),
    "first line, heart failure symptoms": a_case(intake=intake(heart_failure_symptoms="true")),
    "first line, cardiomyopathy on record": a_case(heart=heart_condition("cardiomyopathy")),
    "first line, active ILD": a_case(lungs=lung(grade=None, onset=40)),
    "first line, respiratory symptoms": a_case(intake=intake(respiratory_symptoms="true")),
    "first line, resolved ILD": a_case(lungs=lung(status="resolved", grade=1, onset=900)),
    "first line, resolved radiation pneumonitis": (a_case(lungs=lung("radiation", status="resolved", onset=900)), CURRENT_US),
    "first line, late relapse": a_case(drugs=(adjuvant("trastuzumab", 1500, 1100), adjuvant("docetaxel", 1500, 1380))),
    "first line, adjuvant trastuzumab stopped for the heart": a_case(
        drugs=(given("trastuzumab", 1500, 1200, reason="cardiac", intent="curative"),)
    ),
    "first line after chemotherapy alone": on_therapy(given("paclitaxel", 600, 400, reason="progression")),
    "first line after endocrine therapy alone": on_therapy(
        given("letrozole", 600, 20, reason="progression"), receptors=POSITIVE, intake=intake(prior_therapy_complete=None)
    ),
    "first line, recent metastases, nothing on record": a_case(intake=intake(prior_therapy_complete=None)),
    "first line, a record of therapy was lost": a_case(problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")),
    "first line, severe trastuzumab allergy": a_case(allergies=Allergy("trastuzumab", True, "AllergyIntolerance/1")),
    "first line, pertuzumab allergy of unknown severity": a_case(allergies=Allergy("pertuzumab", None, "AllergyIntolerance/1")),
    "interval since adjuvant therapy unknown": a_case(drugs=(given("trastuzumab", 900, None, status="unknown", intent="curative"),)),
    "interval since adjuvant therapy coarse": a_case(
        metastases=metastasis("liver", "2026-10-30"), drugs=adjuvant("trastuzumab", 900, "2025-10")
    ),
    "early relapse": early(),
    "early relapse in Europe": (early(), GUIDELINE_EU),
    "early relapse after seven months": early(240),
    "relapse during adjuvant trastuzumab": a_case(drugs=(given("trastuzumab", 200, None, intent="curative"),)),
    "early relapse after adjuvant T-DM1": a_case(drugs=(adjuvant("trastuzumab", 700, 500), adjuvant(T_DM1, 480, 90))),
    "early relapse after adjuvant T-DXd": a_case(drugs=(adjuvant("trastuzumab", 700, 500), adjuvant(T_DXD, 480, 90))),
    "early relapse, active ILD": early(lungs=lung(onset=20)),
    "second line": second_line(),
    "second line in Europe": (second_line(), GUIDELINE_EU),
    "second line, hormone receptors positive": second_line(receptors=POSITIVE),
    "second line, T-DXd unavailable": second_line(intake=intake(tdxd_available="false")),
    "second line, active ILD": second_line(lungs=lung(onset=40)),
    "second line, resolved ILD": second_line(lungs=lung(status="resolved", onset=900)),
    "second line, ILD unknown": second_line(intake=intake(ild_history=None)),
    "second line, T-DXd pneumonitis of grade 2 said": second_line(intake=intake(ild_history="tdxd-grade-2-or-worse")),
    "second line, active brain metastases": second_line(
        metastases=(*LONG, metastasis("brain", 20)), intake=intake(cns_disease="active", cns_burden_predominant="true")
    ),
    "second line, stable brain metastases": second_line(intake=intake(cns_disease="stable", cns_burden_predominant="false")),
    "second line, a new brain metastasis on therapy, the body stable": on_therapy(
        *thp(690), metastases=(*LONG, metastasis("brain", 20)), disease_statuses=status("stable", 15), intake=intake(cns_disease="active")
    ),
    "second line, a new site called stable soon after": on_therapy(
        *thp(690), metastases=(*LONG, metastasis("bone", 20)), disease_statuses=status("stable", 15)
    ),
    "second line, brain metastases of unknown burden": second_line(intake=intake(cns_disease="active")),
    "second line, leptomeningeal disease": second_line(intake=intake(cns_disease="leptomeningeal")),
    "second line, neurological symptoms": second_line(intake=intake(cns_symptoms="true")),
    "second line, a new seizure, the brain not asked about": second_line(
        symptoms=symptom("neurological", "seizure"), intake=intake(cns_disease=None)
    ),
    "second line, untested for 700 days": second_line(receptors=(her2("3+", 700), *HR_NEGATIVE)),
    "second line, lesion accessible": second_line(receptors=(her2("3+", 700), *HR_NEGATIVE), intake=intake(lesion_accessible="true")),
    "second line, everything unknown": second_line(intake={}, lvef=(), receptors=her2("3+", 700)),
    "second line, therapy changed for no reason on record": second_line(drugs=thp(690, 10)),
    "second line after toxicity": second_line(drugs=thp(690, 10, reason="toxicity")),
    "second line, ended by the record and still given by the intake": second_line(
        drugs=thp(690, 40, reason="toxicity"), intake=intake(last_line_outcome="ongoing")
    ),
    "second line, LVEF 45": second_line(lvef=lvef(45)),
    "second line, severe trastuzumab deruxtecan allergy": second_line(allergies=Allergy(T_DXD, True, "AllergyIntolerance/1")),
    "second line, respiratory symptoms": second_line(intake=intake(respiratory_symptoms="true")),
    "second line, a record of therapy was lost": second_line(problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")),
    "third line after T-DXd": after_thp(*failed((T_DXD,), 390, 10)),
    "third line after T-DXd in Europe": (after_thp(*failed((T_DXD,), 390, 10)), GUIDELINE_EU),
    "third line after T-DXd, brain": after_thp(
        *failed((T_DXD,), 390, 10), intake=intake(cns_disease="active", cns_burden_predominant="true")
    ),
    "third line after T-DXd stopped for pneumonitis": after_thp(
        *failed((T_DXD,), 390, 10, "lung"), lungs=lung(grade=2, status="resolved", onset=20, cause_drug=T_DXD)
    ),
    "third line after T-DXd pneumonitis of grade 1": after_thp(
        *failed((T_DXD,), 390, 10), lungs=lung(grade=1, status="resolved", onset=100, cause_drug=T_DXD)
    ),
    "third line after T-DM1": after_thp(*failed((T_DM1,), 390, 10)),
    "third line, kidneys weak": after_thp(*failed((T_DXD,), 390, 10), body=BODY, labs=(lab("creatinine", 1.6),)),
    "third line, kidneys failing": after_thp(*failed((T_DXD,), 390, 10), body=BODY, labs=(lab("creatinine", 2.6),)),
    "third line, liver failing": after_thp(
        *failed((T_DXD,), 390, 10), body=BODY, labs=labs(alt=lab("alt", 310, upper=40), bilirubin=lab("bilirubin", 4.0, upper=1.2))
    ),
    "third line, eGFR alone": after_thp(*failed((T_DXD,), 390, 10), body=BODY, labs=(lab("egfr", 25),)),
    "third line, DPYD deficiency": after_thp(*failed((T_DXD,), 390, 10), intake=intake(dpyd="poor")),
    "fourth line": after_thp(*failed((T_DXD,), 390, 200), *failed(TUCATINIB, 190, 10)),
    "fourth line, hormone receptors positive": after_thp(*failed((T_DXD,), 390, 200), *failed(TUCATINIB, 190, 10), receptors=POSITIVE),
    "fourth line, receptors changed": after_thp(
        *failed((T_DXD,), 390, 200),
        *failed(TUCATINIB, 190, 10),
        receptors=(her2("3+", 5), receptor("ER", "positive", 900), receptor("ER", "negative", 5)),
    ),
    "fourth line in Europe": (after_thp(*failed((T_DXD,), 390, 200), *failed(TUCATINIB, 190, 10)), GUIDELINE_EU),
    "fifth line": after_thp(*failed((T_DXD,), 390, 250), *failed(TUCATINIB, 240, 120), *failed((T_DM1,), 110, 10)),
    "fifth line, an old line stopped for unknown reasons": after_thp(
        *failed((T_DXD,), 390, 250), *failed(TUCATINIB, 240, 120, None), *failed((T_DM1,), 110, 10)
    ),
    "maintenance": on_therapy(*MAINTAINED, receptors=POSITIVE),
    "maintenance, premenopausal": on_therapy(*MAINTAINED, age=40, receptors=POSITIVE, intake=intake(menopausal_status="premenopausal")),
    "maintenance, menopause unknown": on_therapy(*MAINTAINED, age=45, receptors=POSITIVE, intake=intake(menopausal_status=None)),
    "maintenance, a man": on_therapy(*MAINTAINED, sex="male", receptors=POSITIVE),
    "THP goes on": on_therapy(*thp(300)),
    "pregnant, nothing runs": a_case(**CHILD),
    "pregnant on trastuzumab and pertuzumab": on_therapy(*MAINTAINED, **CHILD),
    "HER2 unknown": a_case(receptors=()),
    "HER2 unknown under HER2 therapy": on_therapy(*thp(100), receptors=()),
    "HER2 equivocal": a_case(receptors=her2("2+")),
    "HER2-low": a_case(receptors=her2("1+")),
    "HER2-negative": a_case(receptors=her2("0")),
    "HER2 discordant": second_line(receptors=(her2("3+", 1900, "primary"), her2("1+", 10), *HR_NEGATIVE)),
    "HER2 discordant on treatment": on_therapy(*thp(100), receptors=(her2("3+", 1900, "primary"), her2("0", 10), *HR_NEGATIVE)),
    "HER2 discordant, reviewed": second_line(
        receptors=(her2("3+", 1900, "primary"), her2("0", 10), *HR_NEGATIVE), intake=intake(her2_reviewed="positive")
    ),
    "not metastatic": a_case(metastases=()),
    "stage IV without a site": a_case(metastases=(), stages=stage("IV")),
    "metastasis of unknown primary": a_case(metastases=metastasis("bone", 20, primary_unknown=True)),
    "deceased": a_case(patient=Patient(PartialDate.parse("1970"), "female", deceased=True)),
    "hospice": a_case(procedures=Procedure("hospice", "done", ago(3), "Procedure/h")),
    "problem list unreadable": a_case(metastases=(), problems=DataProblem("unreadable", "diagnosis", "Condition/9")),
    "metastatic for long, nothing on record": a_case(metastases=LONG, intake=intake(prior_therapy_complete=None)),
    "metastatic for long, therapies undated": a_case(
        metastases=LONG, drugs=(given("trastuzumab", None, status="completed"),), intake=intake(prior_therapy_complete=None)
    ),
    "a study drug after progression": second_line(other_drugs=OtherDrug(STUDY_DRUG, "active", ago(8), source="MedicationStatement/study")),
    "a conjugate of unknown name": on_therapy(given(UNKNOWN_HER2_CONJUGATE, 300, 100)),
    "on hold or stopped": on_therapy(given("trastuzumab", 300, status="unknown"), given("docetaxel", 300, status="unknown")),
    "on hold or stopped, still given by the intake": on_therapy(
        given("trastuzumab", 300, status="unknown"), intake=intake(last_line_outcome="ongoing"), lvef=lvef(60, 200)
    ),
    "no dose for weeks": on_therapy(*doses("trastuzumab", 300, 120), *doses("docetaxel", 300, 120)),
    "antibodies ended, letrozole goes on": on_therapy(*thp(300, 60), given("letrozole", 60), receptors=POSITIVE),
    "T-DXd runs, LVEF 42 from 60": after_thp(given(T_DXD, 390), lvef=(lvef(42, 5), lvef(60, 395))),
    "T-DXd runs, LVEF 35, no baseline": after_thp(given(T_DXD, 390), lvef=lvef(35, 5)),
    "T-DXd runs, LVEF 47 of 100 days ago": after_thp(given(T_DXD, 390), lvef=lvef(47, 100)),
    "trastuzumab and pertuzumab run, LVEF 47 from 52": on_therapy(*MAINTAINED, lvef=(lvef(47, 5), lvef(52, 210))),
    "trastuzumab and pertuzumab run, LVEF due": on_therapy(*MAINTAINED, lvef=lvef(60, 87)),
    "trastuzumab and pertuzumab run, LVEF overdue, echo booked": on_therapy(*MAINTAINED, lvef=lvef(60, 120), procedures=booked_echo()),
    "trastuzumab and pertuzumab run, no LVEF": on_therapy(*MAINTAINED, lvef=()),
    "trastuzumab runs, cardiomyopathy": on_therapy(given("trastuzumab", 200), heart=heart_condition("cardiomyopathy")),
    "trastuzumab runs, heart failure": on_therapy(given("trastuzumab", 200), heart=heart_condition(), receptors=POSITIVE),
    "trastuzumab begun after an old heart failure": on_therapy(given("trastuzumab", 200), heart=heart_condition(day=900), lvef=lvef(58)),
    "pertuzumab and trastuzumab on hold for the heart, not ready": on_therapy(
        given("trastuzumab", 300, status="on-hold", reason="cardiac"),
        given("pertuzumab", 300, status="on-hold", reason="cardiac"),
        lvef=(lvef(44, 4), lvef(62, 310)),
    ),
    "T-DXd on hold for the heart, ready": after_thp(
        given(T_DXD, 390, status="on-hold", reason="cardiac"), lvef=(lvef(58, 4), lvef(62, 395))
    ),
    "T-DXd on hold for the heart, confirmed below 40": after_thp(
        given(T_DXD, 390, status="on-hold", reason="cardiac"), lvef=(lvef(54, 4), lvef(37, 40), lvef(36, 60), lvef(62, 395))
    ),
    "T-DXd and pertuzumab run, confirmed below 40": after_thp(
        given(T_DXD, 390), given("pertuzumab", 390), lvef=(lvef(37, 4), lvef(36, 24), lvef(62, 395))
    ),
    "trastuzumab runs, LVEF low for more than eight weeks": on_therapy(
        given("trastuzumab", 300), lvef=(lvef(45, 4), lvef(44, 62), lvef(62, 310))
    ),
    "pertuzumab and trastuzumab on hold for the heart, too early": on_therapy(
        given("trastuzumab", 300, status="on-hold", reason="cardiac"),
        given("pertuzumab", 300, status="on-hold", reason="cardiac"),
        lvef=(lvef(47, 4), lvef(43, 9), lvef(62, 310)),
    ),
    "T-DM1 on hold for the heart, not ready": after_thp(
        given(T_DM1, 390, status="on-hold", reason="cardiac"), lvef=(lvef(41, 4), lvef(62, 395))
    ),
    "T-DXd runs, new pneumonitis": after_thp(given(T_DXD, 390), lungs=lung(onset=10)),
    "T-DXd runs, pneumonitis of grade 1": after_thp(given(T_DXD, 390), lungs=lung(grade=1, onset=10)),
    "T-DXd runs, pneumonitis of grade 2": after_thp(given(T_DXD, 390), lungs=lung(grade=2, onset=10)),
    "T-DXd runs, respiratory symptoms": after_thp(given(T_DXD, 390), intake=intake(respiratory_symptoms="true")),
    "T-DXd held for the lungs, grade 1": after_thp(given(T_DXD, 390, status="on-hold", reason="lung"), lungs=lung(grade=1, onset=60)),
    "T-DXd held for the lungs, over": after_thp(
        given(T_DXD, 390, status="on-hold", reason="lung"), lungs=lung(grade=1, status="resolved", onset=60)
    ),
    "T-DXd held, grade 1 over within 28 days": after_thp(
        given(T_DXD, 390, status="on-hold"), lungs=lung(grade=1, status="resolved", onset=40, abated=ago(20), cause_drug=T_DXD)
    ),
    "T-DXd held, grade 1 over after 60 days": after_thp(
        given(T_DXD, 390, status="on-hold"), lungs=lung(grade=1, status="resolved", onset=80, abated=ago(20), cause_drug=T_DXD)
    ),
    "T-DXd held, ungraded pneumonitis over": after_thp(
        given(T_DXD, 390, status="on-hold"), lungs=lung(status="resolved", onset=80, abated=ago(20), cause_drug=T_DXD)
    ),
    "T-DXd held, pneumonitis of grade 3": after_thp(given(T_DXD, 390, status="on-hold", reason="lung"), lungs=lung(grade=3, onset=60)),
    "T-DM1 runs, new pneumonitis": after_thp(given(T_DM1, 390), lungs=lung(onset=10)),
    "T-DM1 held for the lungs": after_thp(given(T_DM1, 390, status="on-hold", reason="lung"), lungs=lung(grade=1, onset=60)),
    "T-DM1 runs, platelets 60": after_thp(given(T_DM1, 390), labs=labs(platelets=60)),
    "T-DM1 runs, neuropathy of grade 3": after_thp(given(T_DM1, 390), toxicities=toxicity()),
    "T-DM1 runs, liver hyperplasia": after_thp(given(T_DM1, 390), toxicities=toxicity("liver-hyperplasia", None, 300)),
    "second line, T-DXd unavailable, liver hyperplasia": second_line(
        toxicities=toxicity("liver-hyperplasia", None, 300), intake=intake(tdxd_available="false")
    ),
    "T-DM1 runs, ALT ten times": after_thp(given(T_DM1, 390), labs=labs(alt=lab("alt", 500, upper=40))),
    "tucatinib runs, ALT six times": after_thp(
        given("tucatinib", 100), given("trastuzumab", 100), given("capecitabine", 100), labs=labs(alt=lab("alt", 250, upper=40))
    ),
    "LVEF not seen": on_therapy(*MAINTAINED, lvef=(), problems=DataProblem("forbidden", "lvef", "")),
    "HER2 not seen": a_case(receptors=(), problems=DataProblem("incomplete", "her2", "")),
    "LVEF that could not be read, THP goes on": on_therapy(*MAINTAINED, unread=UnreadResult("lvef", ago(1), source="Observation/9")),
    "HER2 of a metastasis that could not be read, second line": second_line(
        receptors=her2("3+", 900, "primary"),
        intake=intake(lesion_accessible="true"),
        unread=UnreadResult("her2", ago(5), "metastasis", "Observation/9"),
    ),
    "HER2 that could not be read, none that could": a_case(receptors=(), unread=UnreadResult("her2", ago(5), source="Observation/9")),
    "HER2 equivocal by ISH": a_case(receptors=her2("equivocal", method="ish")),
    "therapy partly not seen, THP goes on": on_therapy(*thp(300), problems=DataProblem("incomplete", "therapy", "")),
    "second line, T-DXd pneumonitis ungraded": second_line(lungs=lung(cause_drug=T_DXD, status="resolved", onset=200)),
    "second line, T-DXd pneumonitis of grade 1, active": second_line(intake=intake(ild_history="tdxd-grade-1-active")),
    "second line, therapy stopped for another reason": second_line(drugs=thp(690, 10, reason="patient-wish")),
    "second line after a completed course": second_line(drugs=thp(690, 10, reason="completed")),
    "second line, trastuzumab not tolerated": second_line(drugs=failed(("trastuzumab", "pertuzumab", "docetaxel"), 690, 10, "toxicity")),
    "second line on vinorelbine with trastuzumab": on_therapy(*failed(("trastuzumab", "vinorelbine"), 690, 10)),
    "third line after T-DXd, capecitabine not tolerated": after_thp(
        *failed((T_DXD,), 390, 10), given("capecitabine", 900, 850, reason="toxicity")
    ),
    "third line, DPYD intermediate": after_thp(*failed((T_DXD,), 390, 10), intake=intake(dpyd="intermediate")),
    "third line, brain metastases, local therapy open": after_thp(
        *failed((T_DXD,), 390, 10),
        metastases=(*LONG, metastasis("brain", 5)),
        intake=intake(cns_disease="active", cns_burden_predominant="true"),
    ),
    "only the brain is metastatic": a_case(
        metastases=metastasis("brain", 10),
        receptors=her2("3+", 900, "primary"),
        intake=intake(cns_disease="active", cns_burden_predominant="true"),
    ),
    "first line, early T-DXd": a_case(drugs=(adjuvant(T_DXD, 1500, 1100),)),
    "interval unclear after adjuvant T-DXd": a_case(metastases=metastasis("liver", "2026-10-30"), drugs=adjuvant(T_DXD, 900, "2025-10")),
    "early relapse after adjuvant pertuzumab": a_case(drugs=(adjuvant("trastuzumab", 500, 90), adjuvant("pertuzumab", 500, 90))),
    "fourth line, rechallenge after a receptor change": after_thp(
        *failed((T_DXD,), 390, 250),
        *failed(TUCATINIB, 240, 120),
        *failed((T_DM1,), 110, 10),
        receptors=(her2("3+", 5), receptor("ER", "positive", 900), receptor("ER", "negative", 5)),
    ),
    "sixth line": after_thp(
        *failed((T_DXD,), 390, 300),
        *failed(TUCATINIB, 290, 220),
        *failed((T_DM1,), 210, 150),
        *failed(("trastuzumab", "vinorelbine"), 140, 10),
    ),
    "second line, no progression documented, record lost": second_line(
        drugs=thp(690, 10), problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")
    ),
    "maintenance in second line": on_therapy(*failed(("lapatinib", "capecitabine"), 690, 300), *MAINTAINED, receptors=POSITIVE),
    "trastuzumab + pertuzumab run, letrozole ended for progression": on_therapy(
        *thp(400, taxane_end=280), given("letrozole", 270, 20, status="stopped", reason="progression"), receptors=POSITIVE
    ),
    "T-DXd runs, old ILD active": after_thp(given(T_DXD, 390), lungs=lung(onset=900)),
    "T-DM1 runs, old ILD active": after_thp(given(T_DM1, 390), lungs=lung("radiation", onset=900)),
    "zanidatamab runs, LVEF 45": after_thp(given("zanidatamab", 100), lvef=(lvef(45, 3), lvef(60, 110))),
    "trastuzumab runs, LVEF 45, no baseline": on_therapy(given("trastuzumab", 200), lvef=lvef(45, 3)),
    "Phesgo and T-DM1 run, LVEF 35": on_therapy(given(PHESGO, 200), given(T_DM1, 200), lvef=(lvef(35, 3), lvef(60, 210))),
    "trastuzumab runs, pneumonitis": on_therapy(given("trastuzumab", 200), lungs=lung(onset=10)),
    "second line, brain urgent, brain metastases known": second_line(
        metastases=(*LONG, metastasis("brain", 200)), intake=intake(cns_disease="active", cns_symptoms="true")
    ),
    "T-DM1 runs, bilirubin four times": after_thp(given(T_DM1, 390), labs=labs(bilirubin=5.0)),
    "T-DXd runs, neutrophils 0.4": after_thp(given(T_DXD, 390), labs=labs(neutrophils=0.4)),
    "tucatinib runs, bilirubin raised": after_thp(
        given("tucatinib", 100),
        given("trastuzumab", 100),
        given("capecitabine", 100),
        labs=labs(bilirubin=4.0, alt=lab("alt", 130, upper=40)),
    ),
    "T-DXd runs, LVEF 42 of 100 days ago": after_thp(given(T_DXD, 390), lvef=(lvef(42, 100), lvef(60, 395))),
    "first line, chemotherapy declined, nothing on record": a_case(
        receptors=POSITIVE, intake=intake(declines_chemotherapy="true", disease_burden="low", prior_therapy_complete=None)
    ),
    "HER2 positive by a report without its method": a_case(receptors=her2("positive", method="unspecified")),
    "HER2 by IHC and by a report without its method": a_case(receptors=(her2("3+"), her2("positive", method="unspecified"))),
    "trastuzumab runs, heart failure nobody dated": on_therapy(given("trastuzumab", 200), heart=heart_condition(day=None)),
    "pregnancy nobody dated": a_case(age=38, pregnancies=pregnancy(day=None), intake=intake(pregnancy_excluded=None)),
    "T-DXd held by the record, reason unknown, LVEF 42": after_thp(given(T_DXD, 390, status="on-hold"), lvef=(lvef(42, 4), lvef(62, 395))),
    "everything runs at once": on_therapy(*MAINTAINED, given("tucatinib", 100), given("letrozole", 100), receptors=POSITIVE),
    "adjuvant trastuzumab never closed": a_case(drugs=given("trastuzumab", 900, intent="curative")),
    "adjuvant trastuzumab never closed, doses up to last month": a_case(
        drugs=(given("trastuzumab", 900, intent="curative"), dose("trastuzumab", 40), dose("trastuzumab", 61))
    ),
    "fourth line after short courses": on_therapy(
        *thp(400, 300, reason="progression"), *failed((T_DXD,), 290, 200), *failed(TUCATINIB, 190, 100)
    ),
    "seventh line after short courses": on_therapy(
        *thp(690, 600, reason="progression"),
        *failed((T_DXD,), 590, 500),
        *failed(TUCATINIB, 490, 400),
        *failed((T_DM1,), 390, 320),
        *failed(("margetuximab", "vinorelbine"), 310, 220),
        *failed(("trastuzumab", "lapatinib"), 210, 120),
        *failed(("neratinib",), 110, 10),
        allergies=Allergy("trastuzumab", True, "AllergyIntolerance/1"),
    ),
    "T-DM1 runs, ALT and bilirubin raised": after_thp(given(T_DM1, 390), labs=labs(alt=lab("alt", 260, upper=40), bilirubin=5.0)),
    "T-DM1 runs, ALT and platelets": after_thp(given(T_DM1, 390), labs=labs(alt=lab("alt", 260, upper=40), platelets=20)),
    "leptomeningeal disease after an unclear line": second_line(drugs=thp(690, 10), intake=intake(cns_disease="leptomeningeal")),
    "third line after an early relapse": a_case(
        metastases=LONG, drugs=(adjuvant("trastuzumab", 1100, 780), adjuvant("docetaxel", 1100, 1000), *failed((T_DXD,), 690, 10))
    ),
    "trastuzumab held for a reason nobody recorded, LVEF always fine": on_therapy(
        given("trastuzumab", 300, status="on-hold"), lvef=(lvef(60, 4), lvef(61, 100), lvef(62, 310))
    ),
    "trastuzumab held for a reason nobody recorded, LVEF once low": on_therapy(
        given("trastuzumab", 300, status="on-hold"), lvef=(lvef(60, 4), lvef(42, 100), lvef(62, 310))
    ),
    "trastuzumab runs, baseline on the day of the first dose": on_therapy(given("trastuzumab", 300), lvef=(lvef(46, 5), lvef(62, 300))),
    "trastuzumab runs, baseline after the first dose": on_therapy(given("trastuzumab", 300), lvef=(lvef(46, 5), lvef(62, 299))),
    "trastuzumab runs, baseline by the same method": on_therapy(
        given("trastuzumab", 300), lvef=(lvef(46, 5, modality="muga"), lvef(55, 305, modality="echo"), lvef(62, 310, modality="muga"))
    ),
    "second line, therapies and LVEF partly not seen": second_line(
        problems=(DataProblem("incomplete", "therapy", ""), DataProblem("incomplete", "lvef", ""))
    ),
    "first line, medications never sent": a_case(problems=DataProblem("unsent", "therapy", "")),
    "second line, a kind of medication record never sent": second_line(problems=DataProblem("unsent", "therapy", "")),
    "long metastatic, called complete, medications not read": a_case(
        metastases=metastasis("liver", 700), problems=DataProblem("incomplete", "therapy", "")
    ),
    "first line, allergies not permitted": a_case(problems=DataProblem("forbidden", "allergy", "")),
    "third line after T-DXd, a record of therapy was lost": after_thp(
        *failed((T_DXD,), 390, 10), problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")
    ),
    "third line, pertuzumab never given": on_therapy(*failed(("trastuzumab", "docetaxel"), 690, 400), *failed((T_DXD,), 390, 10)),
    "third line, pertuzumab never given, a record of therapy was lost": on_therapy(
        *failed(("trastuzumab", "docetaxel"), 690, 400),
        *failed((T_DXD,), 390, 10),
        problems=DataProblem("unreadable", "therapy", "MedicationStatement/9"),
    ),
    "third line after T-DM1, a record of therapy was lost": after_thp(
        *failed((T_DM1,), 390, 10), problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")
    ),
    "second line, trastuzumab not tolerated, stopped for two reasons": second_line(
        drugs=(given("trastuzumab", 690, 10, reason="patient-wish"), given("pertuzumab", 690, 10, reason="other"))
    ),
    "maintenance, mild allergy to trastuzumab": on_therapy(
        *MAINTAINED, receptors=POSITIVE, allergies=Allergy("trastuzumab", False, "AllergyIntolerance/1")
    ),
    "maintenance, severe allergy to trastuzumab": on_therapy(
        *MAINTAINED, receptors=POSITIVE, allergies=Allergy("trastuzumab", True, "AllergyIntolerance/1")
    ),
    "maintenance after trastuzumab and paclitaxel": on_therapy(
        given("trastuzumab", 300), given("paclitaxel", 300, 180, status="completed"), receptors=POSITIVE
    ),
    "HER2 positive twice, reviewed as negative": second_line(
        receptors=(her2("3+", 1900, "primary"), her2("3+", 10), *HR_NEGATIVE), intake=intake(her2_reviewed="negative")
    ),
    "HER2 negative alone, reviewed as positive": a_case(receptors=her2("0", 10), intake=intake(her2_reviewed="positive")),
    "HER2 discordant, reviewed before the newest test": second_line(
        receptors=(her2("3+", 1900, "primary"), her2("0", 2), *HR_NEGATIVE), intake=intake(her2_reviewed="positive")
    ),
    "HER2 2+ and ISH of one day under two numbers": a_case(
        receptors=(her2("2+", 20, specimen_id="A"), her2("negative", 20, method="ish", specimen_id="B"))
    ),
    "HER2 2+ and ISH of two days under two numbers": a_case(
        receptors=(her2("2+", 20, specimen_id="A"), her2("negative", 18, method="ish", specimen_id="B"))
    ),
    "HER2 by two IHC of one day under two numbers": a_case(receptors=(her2("3+", 20, specimen_id="A"), her2("1+", 20, specimen_id="B"))),
    "HER2 2+ and amplified by ratio and copies": a_case(receptors=(her2("2+"), her2(None, method="ish", ratio=2.4, copies=6.1))),
    "HER2 2+ and not amplified by ratio and copies": a_case(receptors=(her2("2+"), her2(None, method="ish", ratio=1.2, copies=3.0))),
    "HER2 2+ and a ratio alone": a_case(receptors=(her2("2+"), her2(None, method="ish", ratio=2.4))),
    "HER2 ultralow": a_case(receptors=her2("0+")),
    "HER2 known to be negative by diagnosis code": a_case(receptors=(), diagnoses=breast_cancer(20, her2="negative")),
    "HER2 contradicted by a diagnosis code": a_case(receptors=her2("0", 10), diagnoses=breast_cancer(900, her2="positive")),
    "fifth line, a partner was not tolerated": after_thp(
        *failed(("trastuzumab", "vinorelbine"), 390, 250, "toxicity"), *failed((T_DXD,), 240, 120), *failed(TUCATINIB, 110, 10)
    ),
    "fifth line, a long course that was completed": after_thp(
        *(given(drug, 390, 150, reason="completed") for drug in ("trastuzumab", "vinorelbine")),
        *failed((T_DXD,), 140, 80),
        *failed(TUCATINIB, 70, 10),
    ),
    "second line, tucatinib used before": second_line(drugs=(*thp(690, 10, reason="progression"), adjuvant("tucatinib", 1400, 1200))),
    "second line, T-DM1 used before": second_line(drugs=(*thp(690, 10, reason="progression"), adjuvant(T_DM1, 1400, 1100))),
    "second line, T-DM1 after, reason unknown": after_thp(given(T_DM1, 390, 300), *failed(("trastuzumab", "vinorelbine"), 250, 10)),
    "second line, T-DXd stopped for its toxicity": after_thp(*failed((T_DXD,), 390, 10, "toxicity")),
    "second line, low burden, hormone receptors positive": second_line(receptors=POSITIVE, intake=intake(disease_burden="low")),
    "second line, chemotherapy declined": second_line(receptors=POSITIVE, intake=intake(declines_chemotherapy="true")),
    "second line, lesion not accessible": second_line(receptors=(her2("3+", 700), *HR_NEGATIVE), intake=intake(lesion_accessible="false")),
    "second line, hormone receptors never tested": second_line(receptors=her2("3+")),
    "second line, a man": second_line(sex="male", receptors=POSITIVE),
    "second line, Phesgo failed": second_line(drugs=failed((PHESGO, "docetaxel"), 690, 10)),
    "second line after paclitaxel and pertuzumab with T-DXd": on_therapy(*failed((T_DXD, "pertuzumab"), 690, 10)),
    "T-DXd with pertuzumab runs": on_therapy(given(T_DXD, 200), given("pertuzumab", 200)),
    "T-DXd runs, respiratory symptoms and grade 1": after_thp(
        given(T_DXD, 390), lungs=lung(grade=1, onset=10), intake=intake(respiratory_symptoms="true")
    ),
    "T-DM1 runs, respiratory symptoms": after_thp(given(T_DM1, 390), intake=intake(respiratory_symptoms="true")),
    "T-DXd held, no reason, lungs clear": after_thp(given(T_DXD, 390, status="on-hold")),
    "T-DXd held, a repeat not back within 10 points, recovered later": after_thp(
        given(T_DXD, 390, status="on-hold", reason="cardiac"), lvef=(lvef(60, 4), lvef(48, 80), lvef(44, 100), lvef(62, 410))
    ),
    "second line after a study drug that is over": second_line(
        drugs=thp(690, 70, reason="progression"),
        other_drugs=OtherDrug(STUDY_DRUG, "stopped", ago(60), ago(12), "MedicationStatement/study"),
    ),
    "trastuzumab completed, letrozole goes on": on_therapy(
        given("trastuzumab", 400, 10, reason="completed"), given("letrozole", 400), receptors=POSITIVE
    ),
    "progressed on trastuzumab with letrozole": on_therapy(
        given("trastuzumab", 400, 10, reason="progression"), given("letrozole", 400), receptors=POSITIVE
    ),
    "a brain metastasis alone, resected": on_therapy(
        given("trastuzumab", 300),
        metastases=(*LONG, metastasis("brain", 60)),
        procedures=Procedure("brain-resection", "done", ago(40), "Procedure/r"),
    ),
    "hospice ordered, THP over": on_therapy(*thp(690, 10), procedures=Procedure("hospice", "booked", ago(3), "ServiceRequest/h")),
    "T-DXd held for the lungs, nothing on the list": after_thp(given(T_DXD, 390, status="on-hold", reason="lung")),
    "early relapse after seven months, current evidence": (early(240), CURRENT_US),
    "early relapse, the brain predominates": early(
        metastases=(metastasis("liver", 20), metastasis("brain", 20)), intake=intake(cns_disease="active", cns_burden_predominant="true")
    ),
    "early relapse, everything unknown": early(intake={}, lvef=(), receptors=her2("3+")),
    "late relapse, long interval by the operation": a_case(
        receptors=POSITIVE, diagnoses=breast_cancer(2600), procedures=Procedure("breast-surgery", "done", ago(2500), "Procedure/o")
    ),
    "late relapse, the operation four years ago": a_case(
        receptors=POSITIVE, diagnoses=breast_cancer(2600), procedures=Procedure("breast-surgery", "done", ago(1400), "Procedure/o")
    ),
    "late relapse, an operation after the metastases": a_case(
        receptors=POSITIVE, diagnoses=breast_cancer(2600), procedures=Procedure("breast-surgery", "done", ago(10), "Procedure/o")
    ),
    "hormone receptors unreadable once": a_case(receptors=(her2("3+"), receptor("ER", "positive", 900), receptor("ER", "unknown", 5))),
    "HER2 unknown while adjuvant trastuzumab runs": a_case(receptors=(), drugs=given("trastuzumab", 200, intent="curative")),
    "pregnant, a newer test says possible": a_case(
        age=38, pregnancies=(pregnancy(day=30), pregnancy("possible", 5)), intake=intake(pregnancy_excluded=None)
    ),
    "pregnancy possible": a_case(age=38, pregnancies=pregnancy("possible", 5), intake=intake(pregnancy_excluded=None)),
    "pregnant once, excluded since": a_case(
        age=38, pregnancies=(pregnancy(day=30), pregnancy("not-pregnant", 5)), intake=intake(pregnancy_excluded=None)
    ),
    "T-DM1 runs, two limits assumed": after_thp(given(T_DM1, 390), labs=labs(alt=130, bilirubin=3.0)),
    "lungs not seen": second_line(intake=intake(ild_history=None), problems=DataProblem("unreadable", "lung", "Condition/9")),
}


def _start(drug: str, amount: float, unit: str = "mg/kg", **more: Any) -> DraftOrder:
    return order(drug, amount, unit, every_days=21, **more)


TDM1, TDXD = _start(T_DM1, 3.6), _start(T_DXD, 5.4)
DOCETAXEL, DOXORUBICIN = _start("docetaxel", 75, "mg/m2"), _start("doxorubicin", 60, "mg/m2")
LETROZOLE = order("letrozole", 2.5, every_days=1)
THP_ORDERS = (_start("trastuzumab", 8), order("pertuzumab", 840, every_days=21), DOCETAXEL)
CAPECITABINE = order("capecitabine", 1000, "mg/m2", times_a_day=2)
READY: dict[str, Any] = {"body": BODY, "labs": labs()}
OLD_DOXORUBICIN = tuple(dose("doxorubicin", 3000 + 21 * n, dose=Dose(60, "mg/m2")) for n in range(7))

#: When orders are selected or signed.
_ORDERS: dict[str, tuple[Case, tuple[DraftOrder, ...]] | tuple[Case, tuple[DraftOrder, ...], Practice]] = {
    "T-DXd ordered in second line, all in order": (second_line(**READY), (TDXD,)),
    "T-DM1 ordered in second line": (second_line(**READY), (TDM1,)),
    "T-DM1 ordered in second line in Europe": (second_line(**READY), (TDM1,), GUIDELINE_EU),
    "T-DM1 ordered in second line, lungs and history open": (
        second_line(**READY, intake=intake(ild_history=None), problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")),
        (TDM1,),
    ),
    "T-DM1 ordered, T-DXd unavailable": (second_line(**READY, intake=intake(tdxd_available="false")), (TDM1,)),
    "T-DM1 ordered, LVEF 45": (second_line(**READY, lvef=lvef(45)), (TDM1,)),
    "T-DM1 ordered after early relapse on adjuvant T-DM1": (
        a_case(**READY, drugs=(adjuvant("trastuzumab", 700, 500), adjuvant(T_DM1, 480, 90))),
        (TDM1,),
    ),
    "T-DM1 ordered years after adjuvant T-DM1": (
        a_case(**READY, drugs=(adjuvant("trastuzumab", 2200, 2000), adjuvant(T_DM1, 1980, 1700))),
        (TDM1,),
    ),
    "THP ordered after a relapse later than six months": (a_case(**READY, drugs=(adjuvant("trastuzumab", 700, 250),)), THP_ORDERS),
    "T-DXd ordered after early relapse on adjuvant T-DXd": (
        a_case(**READY, drugs=(adjuvant("trastuzumab", 700, 500), adjuvant(T_DXD, 480, 90))),
        (TDXD,),
    ),
    "THP ordered after early relapse": (early(**READY), THP_ORDERS),
    "THP ordered in first line": (a_case(**READY), THP_ORDERS),
    "THP ordered without a HER2 result": (a_case(**READY, receptors=HR_NEGATIVE), THP_ORDERS),
    "THP ordered, IHC 2+ without ISH": (a_case(**READY, receptors=her2("2+")), THP_ORDERS),
    "THP ordered, ISH equivocal": (a_case(**READY, receptors=(her2("2+"), her2("equivocal", method="ish"))), THP_ORDERS),
    "THP ordered, ISH awaited": (
        a_case(**READY, receptors=her2("2+"), procedures=Procedure("her2-ish", "booked", ago(4), "ServiceRequest/ish")),
        THP_ORDERS,
    ),
    "T-DXd ordered, IHC 2+ without ISH": (a_case(**READY, receptors=her2("2+")), (TDXD,)),
    "T-DXd alone ordered in first line": (a_case(**READY), (TDXD,)),
    "T-DXd alone ordered, nothing on record": (a_case(**READY, intake=intake(prior_therapy_complete=None)), (TDXD,)),
    "T-DXd ordered again after progression": (after_thp(*failed((T_DXD,), 390, 10), **READY), (TDXD,)),
    "T-DXd ordered again after pneumonitis of grade 2": (
        after_thp(*failed((T_DXD,), 390, 10, "lung"), **READY, lungs=lung(grade=2, status="resolved", onset=20, cause_drug=T_DXD)),
        (TDXD,),
    ),
    "pertuzumab ordered again after progression": (second_line(**READY), (order("pertuzumab", 840, every_days=21),)),
    "T-DM1 ordered again after toxicity": (after_thp(*failed((T_DM1,), 390, 10, "toxicity"), **READY), (TDM1,)),
    "docetaxel ordered again after progression": (second_line(**READY), (DOCETAXEL,)),
    "docetaxel and letrozole without HER2 therapy": (a_case(**READY, receptors=POSITIVE), (DOCETAXEL, LETROZOLE)),
    "docetaxel alone": (a_case(**READY), (DOCETAXEL,)),
    "capecitabine alone in a late line": (after_thp(*failed((T_DXD,), 390, 200), *failed((T_DM1,), 190, 10), **READY), (CAPECITABINE,)),
    "letrozole alone": (a_case(**READY, receptors=POSITIVE), (LETROZOLE,)),
    "letrozole beside running THP": (on_therapy(*thp(60), **READY, receptors=POSITIVE), (LETROZOLE,)),
    "tucatinib triplet in first line": (a_case(**READY), (order("tucatinib", 300, times_a_day=2), _start("trastuzumab", 8), CAPECITABINE)),
    "neratinib and capecitabine in Europe": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("neratinib", 240, every_days=1), CAPECITABINE),
        GUIDELINE_EU,
    ),
    "margetuximab in Europe": (after_thp(*failed((T_DXD,), 390, 10), **READY), (_start("margetuximab", 15),), GUIDELINE_EU),
    "lapatinib and capecitabine in second line": (second_line(**READY), (order("lapatinib", 1250, every_days=1), CAPECITABINE)),
    "lapatinib and trastuzumab in second line": (second_line(**READY), (order("lapatinib", 1000, every_days=1), _start("trastuzumab", 8))),
    "lapatinib and letrozole in second line": (
        second_line(**READY, receptors=POSITIVE),
        (order("lapatinib", 1500, every_days=1), LETROZOLE),
    ),
    "palbociclib beside trastuzumab": (
        on_therapy(*MAINTAINED, **READY, receptors=POSITIVE),
        (order("palbociclib", 125, every_days=1), LETROZOLE),
    ),
    "tucatinib beside trastuzumab and pertuzumab": (on_therapy(*MAINTAINED, **READY), (order("tucatinib", 300, times_a_day=2),)),
    "pregnant, T-DXd ordered": (second_line(**READY, **CHILD), (TDXD,)),
    "pregnant, letrozole ordered": (second_line(**READY, **CHILD, receptors=POSITIVE), (LETROZOLE,)),
    "pregnancy unknown, T-DXd ordered": (
        second_line(**READY, age=38, intake=intake(pregnancy_excluded=None, menopausal_status="premenopausal")),
        (TDXD,),
    ),
    "T-DXd ordered, LVEF 42": (second_line(**READY, lvef=lvef(42)), (TDXD,)),
    "T-DXd ordered, LVEF 38 of 100 days ago": (second_line(**READY, lvef=lvef(38, 100)), (TDXD,)),
    "T-DXd ordered, no LVEF": (second_line(**READY, lvef=()), (TDXD,)),
    "T-DXd ordered, old LVEF": (second_line(**READY, lvef=lvef(60, 100)), (TDXD,)),
    "T-DXd ordered, heart failure": (second_line(**READY, heart=heart_condition()), (TDXD,)),
    "T-DXd ordered, heart failure symptoms": (second_line(**READY, intake=intake(heart_failure_symptoms="true")), (TDXD,)),
    "T-DXd ordered, cardiomyopathy and a stop for the heart": (
        second_line(
            **READY,
            drugs=(*thp(690, 10, reason="progression"), given(T_DM1, 1500, 1400, reason="cardiac", intent="curative")),
            heart=heart_condition("cardiomyopathy"),
        ),
        (TDXD,),
    ),
    "T-DXd ordered again, LVEF below its table": (after_thp(given(T_DXD, 390), **READY, lvef=(lvef(44, 5), lvef(60, 395))), (TDXD,)),
    "T-DXd on hold for the heart ordered again, LVEF 38": (
        after_thp(given(T_DXD, 390, status="on-hold", reason="cardiac"), **READY, lvef=(lvef(38, 5), lvef(60, 395))),
        (TDXD,),
    ),
    "T-DXd on hold for the heart ordered again, confirmed below 40": (
        after_thp(
            given(T_DXD, 390, status="on-hold", reason="cardiac"),
            **READY,
            lvef=(lvef(54, 4), lvef(37, 40), lvef(36, 60), lvef(62, 395)),
        ),
        (TDXD,),
    ),
    "trastuzumab ordered again, LVEF overdue": (on_therapy(*MAINTAINED, **READY, lvef=lvef(60, 120)), (_start("trastuzumab", 6),)),
    "trastuzumab ordered again, no LVEF": (on_therapy(*MAINTAINED, **READY, lvef=()), (_start("trastuzumab", 6),)),
    "T-DXd ordered, active ILD": (second_line(**READY, lungs=lung(onset=2000)), (TDXD,)),
    "T-DXd ordered, respiratory symptoms": (second_line(**READY, intake=intake(respiratory_symptoms="true")), (TDXD,)),
    "T-DXd ordered, T-DXd pneumonitis ungraded": (
        second_line(**READY, lungs=lung(cause_drug=T_DXD, onset=200, status="resolved")),
        (TDXD,),
    ),
    "T-DXd ordered, resolved ILD": (second_line(**READY, lungs=lung(status="resolved", onset=900)), (TDXD,)),
    "T-DXd ordered, T-DXd pneumonitis of grade 1 over": (
        second_line(**READY, lungs=lung(grade=1, cause_drug=T_DXD, onset=200, status="resolved")),
        (TDXD,),
    ),
    "T-DXd ordered at full dose, grade 1 over after 60 days": (
        after_thp(
            given(T_DXD, 390, status="on-hold"),
            **READY,
            lungs=lung(grade=1, cause_drug=T_DXD, onset=80, abated=ago(20), status="resolved"),
        ),
        (TDXD,),
    ),
    "T-DXd ordered, lungs unknown": (second_line(**READY, intake=intake(ild_history=None)), (TDXD,)),
    "T-DXd on hold for grade 1 ordered again": (
        after_thp(given(T_DXD, 390, status="on-hold", reason="lung"), **READY, lungs=lung(grade=1, onset=30)),
        (TDXD,),
    ),
    "T-DXd runs with new pneumonitis, ordered again": (after_thp(given(T_DXD, 390), **READY, lungs=lung(onset=10)), (TDXD,)),
    "trastuzumab runs with new pneumonitis, ordered again": (
        on_therapy(given("trastuzumab", 200), **READY, lungs=lung(onset=10)),
        (order("trastuzumab", 6, "mg/kg", every_days=21),),
    ),
    "T-DM1 ordered, active ILD": (second_line(**READY, lungs=lung(onset=2000)), (TDM1,)),
    "T-DM1 ordered, respiratory symptoms": (second_line(**READY, intake=intake(respiratory_symptoms="true")), (TDM1,)),
    "T-DM1 ordered after resolved ILD": (second_line(**READY, lungs=lung(status="resolved", onset=900)), (TDM1,)),
    "T-DXd ordered while trastuzumab and pertuzumab run": (on_therapy(*MAINTAINED, **READY), (TDXD,)),
    "T-DXd and T-DM1 ordered together": (second_line(**READY), (TDXD, TDM1)),
    "Phesgo ordered while pertuzumab runs": (
        on_therapy(*MAINTAINED, **READY),
        (order(PHESGO, 600, "mg", parts=(600.0, 600.0), every_days=21),),
    ),
    "doxorubicin ordered while trastuzumab runs": (on_therapy(*MAINTAINED, **READY), (DOXORUBICIN,)),
    "trastuzumab ordered while doxorubicin runs": (on_therapy(given("doxorubicin", 40), **READY), (_start("trastuzumab", 8),)),
    "doxorubicin ordered while T-DXd runs": (after_thp(given(T_DXD, 390), **READY), (DOXORUBICIN,)),
    "doxorubicin three months after trastuzumab": (second_line(**READY, drugs=thp(690, 90, reason="progression")), (DOXORUBICIN,)),
    "doxorubicin, last trastuzumab unknown": (
        second_line(**READY, drugs=(given("trastuzumab", 690, None, status="completed"),)),
        (DOXORUBICIN,),
    ),
    "doxorubicin above its lifetime dose": (a_case(**READY, drugs=OLD_DOXORUBICIN), (DOXORUBICIN,)),
    "T-DM1 at the dose of T-DXd": (second_line(**READY), (_start(T_DM1, 5.4),)),
    "T-DXd at the dose of T-DM1": (second_line(**READY), (_start(T_DXD, 3.6),)),
    "T-DM1 beside a plan of T-DXd": (second_line(**READY), (_start(T_DM1, 3.6, plan=T_DXD),)),
    "trastuzumab SC in the dose of the intravenous product": (a_case(**READY), (_start(SC, 8),)),
    "T-DXd overdosed": (second_line(**READY), (_start(T_DXD, 6.4),)),
    "T-DXd overdosed in milligrams": (second_line(**READY), (_start(T_DXD, 500, "mg"),)),
    "T-DXd underdosed": (second_line(**READY), (_start(T_DXD, 2.0),)),
    "T-DXd weekly": (second_line(**READY), (order(T_DXD, 5.4, "mg/kg", every_days=7),)),
    "T-DXd twice a day": (second_line(**READY), (order(T_DXD, 5.4, "mg/kg", every_days=0.5),)),
    "T-DXd subcutaneously": (second_line(**READY), (_start(T_DXD, 5.4, route="sc"),)),
    "pertuzumab alone subcutaneously": (
        on_therapy(*MAINTAINED, **READY),
        (order("pertuzumab", 420, every_days=21, route="sc"),),
    ),
    "trastuzumab 6 mg/kg every two weeks": (on_therapy(*MAINTAINED, **READY), (order("trastuzumab", 6, "mg/kg", every_days=14),)),
    "T-DXd in milligrams, weight unknown": (second_line(labs=labs()), (_start(T_DXD, 380, "mg"),)),
    "pertuzumab loaded again without need": (
        on_therapy(*(dosed("pertuzumab", day, 420, "mg") for day in (42, 21)), *doses("trastuzumab", 42, 21), **READY),
        (order("pertuzumab", 840, every_days=21),),
    ),
    "trastuzumab to be loaded again": (
        on_therapy(*(dosed("trastuzumab", day, 6, "mg/kg") for day in (81, 60)), **READY),
        (_start("trastuzumab", 6),),
    ),
    "trastuzumab after a week": (
        on_therapy(*(dosed("trastuzumab", day, 6, "mg/kg") for day in (28, 7)), **READY),
        (_start("trastuzumab", 6),),
    ),
    "trastuzumab begun without a loading dose": (a_case(**READY), (_start("trastuzumab", 6), DOCETAXEL)),
    "T-DM1 ordered, neuropathy of grade 3": (after_thp(given(T_DM1, 390), **READY, toxicities=toxicity()), (TDM1,)),
    "T-DM1 ordered first, neuropathy of grade 3": (after_thp(**READY, toxicities=toxicity()), (TDM1,)),
    "T-DM1 ordered, liver hyperplasia": (
        after_thp(given(T_DM1, 390), **READY, toxicities=toxicity("liver-hyperplasia", None, 300)),
        (TDM1,),
    ),
    "T-DM1 ordered, platelets 60": (after_thp(given(T_DM1, 390), body=BODY, labs=labs(platelets=60)), (TDM1,)),
    "T-DM1 ordered, ALT and platelets": (
        after_thp(given(T_DM1, 390), body=BODY, labs=labs(alt=lab("alt", 260, upper=40), platelets=20)),
        (TDM1,),
    ),
    "T-DM1 ordered after T-DXd with a record lost": (
        after_thp(*failed((T_DXD,), 390, 10), **READY, problems=DataProblem("unreadable", "therapy", "MedicationStatement/9")),
        (TDM1,),
    ),
    "T-DM1 ordered in first line": (a_case(**READY), (TDM1,)),
    "T-DM1 and T-DXd stopped and started": (after_thp(given(T_DM1, 390), **READY), (stop(T_DM1, "progression"), TDXD)),
    "trastuzumab alone ordered in second line": (second_line(**READY), (_start("trastuzumab", 8),)),
    "Phesgo and docetaxel after an early relapse": (
        early(**READY),
        (order(PHESGO, 1200, "mg", parts=(1200.0, 600.0), every_days=21), DOCETAXEL),
    ),
    "trastuzumab and docetaxel after an early relapse, T-DXd unavailable": (
        early(**READY, intake=intake(tdxd_available="false")),
        (_start("trastuzumab", 8), DOCETAXEL),
    ),
    "T-DXd and pertuzumab in first line": (a_case(**READY), (TDXD, order("pertuzumab", 840, every_days=21))),
    "T-DXd and pertuzumab in first line in Europe": (a_case(**READY), (TDXD, order("pertuzumab", 840, every_days=21)), GUIDELINE_EU),
    "docetaxel and letrozole ordered after THP": (second_line(**READY, receptors=POSITIVE), (DOCETAXEL, LETROZOLE)),
    "fulvestrant beside running T-DXd": (
        after_thp(given(T_DXD, 390), **READY, receptors=POSITIVE),
        (order("fulvestrant", 500, every_days=28),),
    ),
    "carboplatin beside trastuzumab": (on_therapy(*MAINTAINED, **READY), (order("carboplatin", 5, "AUC", every_days=21),)),
    "capecitabine overdosed": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("capecitabine", 1500, "mg/m2", times_a_day=2), order("lapatinib", 1250, every_days=1)),
    ),
    "tucatinib overdosed": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("tucatinib", 600, times_a_day=2), _start("trastuzumab", 8), CAPECITABINE),
    ),
    "pertuzumab overdosed": (a_case(**READY), (_start("trastuzumab", 8), order("pertuzumab", 1260, every_days=21), DOCETAXEL)),
    "docetaxel overdosed": (
        a_case(**READY),
        (_start("trastuzumab", 8), order("pertuzumab", 840, every_days=21), _start("docetaxel", 100, "mg/m2")),
    ),
    "docetaxel in milligrams": (
        a_case(**READY),
        (_start("trastuzumab", 8), order("pertuzumab", 840, every_days=21), _start("docetaxel", 133, "mg")),
    ),
    "T-DXd at its second level": (second_line(**READY), (_start(T_DXD, 4.4),)),
    "trastuzumab by a plan of its SC form": (a_case(**READY), (_start("trastuzumab", 8, plan=SC), DOCETAXEL)),
    "Phesgo at the loading dose in a running course": (
        on_therapy(*(given(PHESGO, day, day, kind="administration", status="completed") for day in (63, 42, 21)), **READY),
        (order(PHESGO, 1200, "mg", parts=(1200.0, 600.0), every_days=21),),
    ),
    "two stops and a start": (
        on_therapy(*thp(200), **READY),
        (stop("trastuzumab", "completed"), stop("pertuzumab", "completed"), order(PHESGO, 600, "mg", parts=(600.0, 600.0), every_days=21)),
    ),
    "docetaxel without its steroid, T-DXd without antiemetics": (second_line(**READY), (TDXD, DOCETAXEL)),
    "neratinib with loperamide": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("neratinib", 240, every_days=1), CAPECITABINE, other("loperamide")),
    ),
    "T-DXd with antiemetics": (second_line(**READY), (TDXD, other("ondansetron"), other("aprepitant"), other("dexamethasone"))),
    "T-DXd with one antiemetic": (second_line(**READY), (TDXD, other("ondansetron"))),
    "T-DXd ordered, newest results could not be read": (
        second_line(
            **READY,
            unread=tuple(UnreadResult(kind, ago(1), source=f"Observation/unread-{kind}") for kind in ("lvef", "neutrophils", "her2")),
        ),
        (TDXD, other("ondansetron"), other("aprepitant"), other("dexamethasone")),
    ),
    "T-DXd ordered, allergies partly not seen": (
        second_line(**READY, problems=DataProblem("incomplete", "allergy", "")),
        (TDXD, other("ondansetron"), other("aprepitant"), other("dexamethasone")),
    ),
    "T-DXd ordered, much not seen": (
        second_line(
            **READY,
            problems=tuple(DataProblem("incomplete", part, "") for part in ("allergy", "lvef", "lung", "heart", "lab", "pregnancy")),
        ),
        (TDXD, other("ondansetron"), other("aprepitant"), other("dexamethasone")),
    ),
    "T-DXd ordered, breast cancer over, another cancer active": (
        a_case(
            **READY,
            metastases=(),
            lvef=(),
            diagnoses=(
                Diagnosis("invasive-breast", "resolved", ago(4000), source="Condition/b"),
                Diagnosis("other-primary", "active", ago(100), source="Condition/o"),
            ),
        ),
        (TDXD,),
    ),
    "T-DXd ordered, breast cancer and another cancer active": (
        a_case(
            **READY,
            metastases=(),
            lvef=(),
            diagnoses=(breast_cancer(400), Diagnosis("other-primary", "active", ago(100), source="Condition/o")),
        ),
        (TDXD,),
    ),
    "T-DXd 6.4 mg/kg ordered, breast cancer and another cancer active": (
        second_line(
            **READY,
            diagnoses=(breast_cancer(800), Diagnosis("other-primary", "active", ago(100), source="Condition/o")),
        ),
        (order(T_DXD, 6.4, "mg/kg", every_days=21), other("ondansetron"), other("aprepitant"), other("dexamethasone")),
    ),
    "T-DXd ordered at the dose of the trastuzumab that runs": (
        on_therapy(given("trastuzumab", 200), **READY),
        (order(T_DXD, 6, "mg/kg", every_days=21), stop("trastuzumab", reason="progression")),
    ),
    "trastuzumab ordered at the subcutaneous dose": (
        on_therapy(given("trastuzumab", 200), given("docetaxel", 200), **{**READY, "body": (weight(60), height(165))}),
        (order("trastuzumab", 600, "mg", every_days=21),),
    ),
    "T-DXd ordered, problem list unreadable": (
        a_case(**READY, metastases=(), lvef=(), diagnoses=(), problems=DataProblem("unreadable", "diagnosis", "Condition/9")),
        (TDXD,),
    ),
    "T-DXd ordered, no diagnosis at all": (a_case(**READY, metastases=(), lvef=(), diagnoses=()), (TDXD,)),
    "Phesgo ordered in milligrams": (a_case(**READY), (order(PHESGO, 1200, "mg", every_days=21), DOCETAXEL)),
    "Phesgo in going-on doses without loading": (
        a_case(**READY),
        (order(PHESGO, 600, "mg", parts=(600.0, 600.0), every_days=21), DOCETAXEL),
    ),
    "Phesgo in strange doses": (a_case(**READY), (order(PHESGO, 900, "mg", parts=(900.0, 600.0), every_days=21), DOCETAXEL)),
    "doxorubicin as trastuzumab is stopped": (
        on_therapy(given("trastuzumab", 200), **READY),
        (stop("trastuzumab", "completed"), DOXORUBICIN),
    ),
    "doxorubicin as trastuzumab is stopped, last dose a month ago": (
        on_therapy(given("trastuzumab", 200), dose("trastuzumab", 30), dose("trastuzumab", 9), **READY),
        (stop("trastuzumab", "completed"), DOXORUBICIN),
    ),
    "doxorubicin beside an adjuvant record that nobody closed": (
        a_case(**READY, drugs=given("trastuzumab", 900, intent="curative")),
        (DOXORUBICIN,),
    ),
    "doxorubicin long after trastuzumab": (second_line(**READY, drugs=thp(690, 300, reason="progression")), (DOXORUBICIN,)),
    "trastuzumab stopped, heart failure on record": (
        on_therapy(*thp(200, taxane_end=80), **READY, heart=heart_condition()),
        (stop("trastuzumab"),),
    ),
    "trastuzumab stopped, LVEF low": (
        on_therapy(*thp(200, taxane_end=80), **READY, lvef=(lvef(42, 5), lvef(60, 210))),
        (stop("trastuzumab"),),
    ),
    "T-DXd stopped, pneumonitis on record": (after_thp(given(T_DXD, 390), **READY, lungs=lung(onset=10)), (stop(T_DXD),)),
    "capecitabine with an intermediate DPYD, creatinine missing": (
        after_thp(*failed((T_DXD,), 390, 10), body=BODY, intake=intake(dpyd="intermediate")),
        (CAPECITABINE, order("lapatinib", 1250, every_days=1)),
    ),
    "T-DM1 ordered, ALT alone missing": (second_line(body=BODY, labs=labs(alt=None)), (TDM1,)),
    "T-DM1 ordered, AST alone missing": (second_line(body=BODY, labs=labs(ast=None)), (TDM1,)),
    "T-DM1 ordered, platelets missing": (second_line(body=BODY, labs=labs(platelets=None)), (TDM1,)),
    "T-DM1 ordered, platelets old": (second_line(body=BODY, labs=labs(platelets=lab("platelets", 240, 40))), (TDM1,)),
    "T-DM1 ordered, two limits assumed": (after_thp(given(T_DM1, 390), body=BODY, labs=labs(alt=130, bilirubin=3.0)), (TDM1,)),
    "T-DM1 ordered, ALT six times": (after_thp(given(T_DM1, 390), body=BODY, labs=labs(alt=lab("alt", 250, upper=40))), (TDM1,)),
    "T-DM1 ordered, laboratory values missing": (second_line(body=BODY), (TDM1,)),
    "T-DXd ordered, neutrophils 0.8": (second_line(body=BODY, labs=labs(neutrophils=0.8)), (TDXD,)),
    "T-DM1 ordered, platelets 40": (
        second_line(body=BODY, labs=labs(platelets=40), intake=intake(tdxd_available="false")),
        (TDM1,),
    ),
    "capecitabine ordered, creatinine 6.2 and an old weight": (
        after_thp(*failed((T_DXD,), 390, 10), body=(weight(70, 40), height(165)), labs=labs(creatinine=6.2)),
        (CAPECITABINE, order("lapatinib", 1250, every_days=1)),
    ),
    "capecitabine ordered, clearance 40": (
        after_thp(*failed((T_DXD,), 390, 10), body=BODY, labs=labs(creatinine=1.6)),
        (CAPECITABINE, order("lapatinib", 1250, every_days=1)),
    ),
    "capecitabine ordered, DPYD poor": (
        after_thp(*failed((T_DXD,), 390, 10), **READY, intake=intake(dpyd="poor")),
        (CAPECITABINE, order("lapatinib", 1250, every_days=1)),
    ),
    "docetaxel ordered, bilirubin raised": (a_case(body=BODY, labs=labs(bilirubin=2.0)), THP_ORDERS),
    "T-DXd ordered, severe allergy": (second_line(**READY, allergies=Allergy(T_DXD, True, "AllergyIntolerance/1")), (TDXD,)),
    "trastuzumab ordered, allergy of unknown severity": (
        a_case(**READY, allergies=Allergy("trastuzumab", None, "AllergyIntolerance/1")),
        THP_ORDERS,
    ),
    "trastuzumab and pertuzumab stopped in a responder": (
        on_therapy(*thp(200, taxane_end=80), **READY, disease_statuses=status("improved", 30)),
        (stop("trastuzumab", "completed"), stop("pertuzumab", "completed")),
    ),
    "trastuzumab stopped for no reason": (on_therapy(*thp(200, taxane_end=80), **READY), (stop("trastuzumab"),)),
    "trastuzumab stopped, not covered": (on_therapy(*thp(200, taxane_end=80), **READY), (stop("trastuzumab", "unavailable"),)),
    "trastuzumab stopped for the heart": (on_therapy(*thp(200, taxane_end=80), **READY), (stop("trastuzumab", "cardiac"),)),
    "docetaxel stopped": (on_therapy(*thp(200), **READY), (stop("docetaxel", "completed"),)),
    "tucatinib with other medicines": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (
            order("tucatinib", 300, times_a_day=2),
            _start("trastuzumab", 8),
            CAPECITABINE,
            other("gemfibrozil"),
            other("rifampin"),
            other("warfarin"),
            other("digoxin"),
        ),
    ),
    "T-DM1 with clarithromycin": (second_line(**READY, intake=intake(tdxd_available="false")), (TDM1, other("clarithromycin"))),
    "neratinib with omeprazole, no loperamide": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("neratinib", 240, every_days=1), CAPECITABINE, other("omeprazole")),
    ),
    "docetaxel with clarithromycin": (a_case(**READY), (*THP_ORDERS, other("clarithromycin"))),
    "lapatinib with clarithromycin": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("lapatinib", 1250, every_days=1), CAPECITABINE, other("clarithromycin")),
    ),
    "palbociclib with tucatinib": (
        on_therapy(*MAINTAINED, given("tucatinib", 60), **READY, receptors=POSITIVE),
        (order("palbociclib", 125, every_days=1), LETROZOLE),
    ),
    "T-DXd back up after a lower dose": (after_thp(dosed(T_DXD, 42, 5.4, "mg/kg"), dosed(T_DXD, 21, 4.4, "mg/kg"), **READY), (TDXD,)),
    "T-DXd in milligrams by an old weight": (
        after_thp(
            dosed(T_DXD, 42, 380, "mg"),
            dosed(T_DXD, 21, 380, "mg"),
            labs=labs(),
            body=(replace(BODY[0], value=60.0, date=ago(2)), replace(BODY[0], date=ago(43)), *BODY[1:]),
        ),
        (_start(T_DXD, 380, "mg"),),
    ),
    "docetaxel in milligrams, no height": (
        a_case(labs=labs(), body=BODY[:1]),
        (_start("trastuzumab", 8), order("pertuzumab", 840, every_days=21), _start("docetaxel", 130, "mg")),
    ),
    "T-DM1 ordered, bilirubin four times": (after_thp(given(T_DM1, 390), body=BODY, labs=labs(bilirubin=5.0)), (TDM1,)),
    "tucatinib ordered, ALT raised, clearance low": (
        after_thp(*failed((T_DXD,), 390, 10), body=BODY, labs=labs(alt=lab("alt", 250, upper=40), creatinine=2.4)),
        (order("tucatinib", 300, times_a_day=2), _start("trastuzumab", 8), CAPECITABINE),
    ),
    "T-DM1 ordered, severe trastuzumab allergy": (
        second_line(**READY, allergies=Allergy("trastuzumab", True, "AllergyIntolerance/1")),
        (TDM1,),
    ),
    "T-DM1 ordered, mild trastuzumab allergy": (
        second_line(**READY, allergies=Allergy("trastuzumab", False, "AllergyIntolerance/1")),
        (TDM1,),
    ),
    "trastuzumab SC ordered to the vein": (a_case(**READY), (order(SC, 600, "mg", every_days=21, route="intravenous"),)),
    "capecitabine with an intermediate DPYD": (
        after_thp(*failed((T_DXD,), 390, 10), **READY, intake=intake(dpyd="intermediate")),
        (CAPECITABINE, order("lapatinib", 1250, every_days=1)),
    ),
    "capecitabine ordered, creatinine missing": (
        after_thp(*failed((T_DXD,), 390, 10), body=BODY),
        (CAPECITABINE, order("lapatinib", 1250, every_days=1)),
    ),
    "letrozole alone, chemotherapy declined": (
        a_case(**READY, receptors=POSITIVE, intake=intake(declines_chemotherapy="true")),
        (LETROZOLE,),
    ),
    "pertuzumab beside a new T-DXd in second line": (second_line(**READY), (TDXD, order("pertuzumab", 840, every_days=21))),
    "trastuzumab stopped, palbociclib goes on": (
        on_therapy(*MAINTAINED, given("letrozole", 80), given("palbociclib", 80), **READY, receptors=POSITIVE),
        (stop("trastuzumab", "completed"), stop("pertuzumab", "completed")),
    ),
    "trastuzumab stopped for another reason, tucatinib goes on": (
        on_therapy(*MAINTAINED, given("tucatinib", 80), **READY),
        (stop("trastuzumab", "other"),),
    ),
    "a second HER2 kinase inhibitor": (
        after_thp(given("tucatinib", 100), given("trastuzumab", 100), **READY),
        (order("lapatinib", 1250, every_days=1),),
    ),
    "T-DXd back up in milligrams, weight unknown": (after_thp(dosed(T_DXD, 21, 4.4, "mg/kg"), labs=labs()), (_start(T_DXD, 400, "mg"),)),
    "T-DXd ordered while T-DM1 runs with new pneumonitis": (after_thp(given(T_DM1, 390), **READY, lungs=lung(onset=10)), (TDXD,)),
    "T-DXd ordered while T-DM1 is held with grade 1": (
        after_thp(given(T_DM1, 390, status="on-hold", reason="lung"), **READY, lungs=lung(grade=1, onset=30)),
        (TDXD,),
    ),
    "T-DXd ordered, active ILD and a grade 1 under it": (
        after_thp(
            given(T_DXD, 390, status="on-hold", reason="lung"), **READY, lungs=(lung(grade=1, onset=30), lung("radiation", onset=700))
        ),
        (TDXD,),
    ),
    "trastuzumab weekly, first dose without loading": (a_case(**READY), (order("trastuzumab", 2, "mg/kg", every_days=7), DOCETAXEL)),
    "pertuzumab, first dose without loading": (
        a_case(**READY),
        (order("pertuzumab", 420, every_days=21), _start("trastuzumab", 8), DOCETAXEL),
    ),
    "trastuzumab loaded in milligrams by an old weight": (
        a_case(labs=labs(), body=(replace(BODY[0], value=60.0, date=ago(2)), replace(BODY[0], date=ago(43)), *BODY[1:])),
        (_start("trastuzumab", 560, "mg"), order("pertuzumab", 840, every_days=21), DOCETAXEL),
    ),
    "tucatinib with a strong inhibitor": (
        after_thp(*failed((T_DXD,), 390, 10), **READY),
        (order("tucatinib", 300, times_a_day=2), _start("trastuzumab", 8), CAPECITABINE, other("clarithromycin")),
    ),
    "adjuvant T-DXd ordered, old LVEF": (a_case(metastases=(), **READY, lvef=()), (_start(T_DXD, 5.4),)),
    "letrozole for a premenopausal woman": (
        on_therapy(*MAINTAINED, age=40, receptors=POSITIVE, intake=intake(menopausal_status="premenopausal")),
        (LETROZOLE,),
    ),
    "letrozole for a man": (on_therapy(*MAINTAINED, sex="male", receptors=POSITIVE), (LETROZOLE,)),
    "letrozole beside a draft of docetaxel": (a_case(**READY, receptors=POSITIVE), (LETROZOLE, beside("docetaxel", 75, "mg/m2"))),
}


#: How a reference case is asked: its advice, and the case where a chart was opened.
_Asked = Callable[[], tuple[Advice, Case | None]]


def _chart(case: Case | tuple[Case, Practice]) -> _Asked:
    asked = case if isinstance(case, tuple) else (case, GUIDELINE_US)
    return lambda: (advice_on(*asked), asked[0])


def _signed(case: Case, orders: tuple[DraftOrder, ...], practice: Practice = GUIDELINE_US) -> _Asked:
    return lambda: (asks(case, *orders, practice=practice), None)


REFERENCE_CASES: dict[str, _Asked] = {
    **{name: _chart(case) for name, case in _CHARTS.items()},
    **{name: _signed(*asked) for name, asked in _ORDERS.items()},
}
