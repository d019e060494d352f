"""What is unknown about a case, and each way in which it may turn out: named, and settled to what its name says."""

import pytest

from guideline.case import DataProblem
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import creatinine_clearance
from guideline.unknowns import ASSUMED, unknowns
from tests.guideline.case_builder import (
    LONG,
    TODAY,
    a_case,
    adjuvant,
    given,
    heart_condition,
    her2,
    intake,
    lung,
    lvef,
    metastasis,
    on_therapy,
    said,
    second_line,
    situation_of,
    stage,
    thp,
)

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
NOTHING_ASKED = a_case(intake={}, lvef=(), receptors=())


def asked(case):
    """The unknowns of a case by name."""
    return {unknown.name: unknown for unknown in unknowns(situation_of(case))}


def turns_out(case, name, of):
    """Each value of an unknown with what the situation then says."""
    return [(words, of(situation_of(completed))) for words, completed in asked(case)[name].values]


@pytest.mark.parametrize(
    ("case", "name", "of_input", "settled", "expected"),
    [
        (
            NOTHING_ASKED, "HER2", "I02", lambda s: s.her2.state,
            [("positive (IHC 3+)", "positive"), ("positive (ISH)", "positive"), ("2+, ISH negative", "low"),
             ("low (IHC 1+)", "low"), ("negative (IHC 0)", "negative")],
        ),
        (
            a_case(receptors=(her2("3+", 900, "primary"), her2("1+"))), "review of the discordant HER2 results", "I02",
            lambda s: (s.her2.state, s.her2.discordant), [("positive", ("positive", False)), ("negative", ("low", False))],
        ),
        (
            a_case(receptors=her2("3+")), "hormone receptors", "I03", lambda s: (s.hormones.state, s.hormones.er, s.hormones.pr),
            [("positive", ("positive", "positive", "positive")), ("negative", ("negative", "negative", "negative"))],
        ),
        (
            second_line(drugs=thp(690, 10)), "how the last line ended", "I04", lambda s: s.last_line.outcome,
            [("progression", "progression"), ("toxicity", "toxicity"), ("completed as planned", "completed"), ("it goes on", "unknown")],
        ),
        (
            NOTHING_ASKED, "CNS disease", "I06", lambda s: (s.brain.state, s.brain.predominant, s.brain.leptomeningeal),
            [("none", ("none", None, False)),
             ("stable, burden mostly outside the brain", ("stable", False, False)),
             ("stable, burden mostly in the brain", ("stable", True, False)),
             ("active, burden mostly outside the brain", ("active", False, False)),
             ("active, burden mostly in the brain", ("active", True, False)),
             ("leptomeningeal disease", ("present", None, True))],
        ),
        (
            a_case(intake=intake(cns_disease="active")), "which burden predominates", "I06", lambda s: s.brain.predominant,
            [("yes", True), ("no", False)],
        ),
        (NOTHING_ASKED, "neurological symptoms", "I06", lambda s: s.brain.symptoms, [("yes", True), ("no", False)]),
        (NOTHING_ASKED, "heart failure symptoms", "I08", lambda s: s.heart.failure_symptoms, [("yes", True), ("no", False)]),
        (
            NOTHING_ASKED, "ILD history", "I09", lambda s: (s.lungs.active, s.lungs.shown),
            [("none", (False, "")),
             ("radiation pneumonitis, resolved", (False, "radiation pneumonitis, resolved")),
             ("another ILD, resolved", (False, "ILD/pneumonitis, resolved")),
             ("another ILD, active", (True, "ILD/pneumonitis, active"))],
        ),
        (
            second_line(drugs=given(T_DXD, 300, 10, reason="progression"), intake=intake(ild_history=None)), "ILD history", "I09",
            lambda s: (s.lungs.active, s.lungs.tdxd_named, s.lungs.tdxd_stopped_for_good),
            [("none", (False, False, False)),
             ("radiation pneumonitis, resolved", (False, False, False)),
             ("another ILD, resolved", (False, False, False)),
             ("another ILD, active", (True, False, False)),
             ("T-DXd pneumonitis, grade 1, resolved", (False, True, False)),
             ("T-DXd pneumonitis, grade 1, active", (True, True, False)),
             ("T-DXd pneumonitis, grade 2 or worse", (False, True, True))],
        ),
        (
            a_case(lungs=lung(grade=None)), "grade of the pneumonitis", "I09", lambda s: [c.grade for c in s.case.lungs],
            [("grade 1", [1]), ("grade 2", [2]), ("grade 3", [3])],
        ),
        (NOTHING_ASKED, "respiratory symptoms", "I09", lambda s: s.lungs.symptoms, [("yes", True), ("no", False)]),
        (
            NOTHING_ASKED, "kidney function", "I10", lambda s: [(v.lab, v.value) for v in creatinine_clearance(s)],
            [(f"clearance {n} mL/min", [("creatinine-clearance", float(n))]) for n in (29, 30, 50, 51)],
        ),
        (
            a_case(age=40, intake={}), "pregnancy", "I13", lambda s: s.pregnancy,
            [("pregnant", "pregnant"), ("not pregnant", "excluded")],
        ),
        (
            NOTHING_ASKED, "performance status", "I16", lambda s: [p.ecog for p in s.case.performance],
            [(f"ECOG {n}", [n]) for n in range(5)],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_value_of_an_unknown_is_what_it_is_called(case, name, of_input, settled, expected):
    """Every way in which an unknown may turn out is tried, and the situation then is the one that its words name."""
    assert asked(case)[name].input == of_input
    assert turns_out(case, name, settled) == expected


@pytest.mark.parametrize(
    ("name", "item", "of_input", "values"),
    [
        ("menopause", "menopausal-status", "I14", {"premenopausal": "premenopausal", "postmenopausal": "postmenopausal"}),
        ("burden of disease", "disease-burden", "I16", {"low": "low", "high": "high", "visceral crisis": "visceral-crisis"}),
        ("chemotherapy declined", "declines-chemotherapy", "I16", {"yes": "true", "no": "false"}),
        ("accessible lesion", "lesion-accessible", "I02", {"yes": "true", "no": "false"}),
        ("availability of T-DXd", "tdxd-available", "I20", {"yes": "true", "no": "false"}),
        ("neurological symptoms", "cns-symptoms", "I06", {"yes": "true", "no": "false"}),
        ("respiratory symptoms", "respiratory-symptoms", "I09", {"yes": "true", "no": "false"}),
        ("heart failure symptoms", "heart-failure-symptoms", "I08", {"yes": "true", "no": "false"}),
    ],
)
def test_what_only_the_intake_can_say_is_answered_there_today(name, item, of_input, values):
    """An answer assumed for the question is one of the questionnaire's own, of today, and marked as assumed."""
    unknown = asked(NOTHING_ASKED)[name]
    assert unknown.input == of_input
    answers = {words: completed.intake[item] for words, completed in unknown.values}
    assert {words: found.values for words, found in answers.items()} == {words: (value,) for words, value in values.items()}
    assert {(found.date.earliest, found.date.latest, found.source) for found in answers.values()} == {(TODAY, TODAY, ASSUMED)}


@pytest.mark.parametrize(
    ("case", "name"),
    [
        (a_case(), "HER2"),
        (a_case(), "hormone receptors"),
        (a_case(), "review of the discordant HER2 results"),
        (a_case(), "earlier therapies"),
        (a_case(), "how the last line ended"),
        (second_line(), "how the last line ended"),
        (second_line(drugs=thp(690, 10), intake=intake(last_line_outcome="completed")), "how the last line ended"),
        (a_case(), "CNS disease"),
        (a_case(intake=intake(cns_disease="leptomeningeal")), "CNS disease"),
        (a_case(), "which burden predominates"),
        (a_case(intake=intake(cns_disease="active", cns_burden_predominant="false")), "which burden predominates"),
        (a_case(intake=intake(cns_symptoms="false")), "neurological symptoms"),
        (a_case(), "LVEF"),
        (a_case(), "LVEF baseline"),
        (on_therapy(*thp(100), lvef=(lvef(42), lvef(60, 110))), "LVEF baseline"),
        (a_case(heart=heart_condition()), "heart failure symptoms"),
        (a_case(intake=intake(heart_failure_symptoms="false")), "heart failure symptoms"),
        (a_case(), "ILD history"),
        (a_case(lungs=lung(grade=1)), "grade of the pneumonitis"),
        (a_case(lungs=lung("radiation")), "grade of the pneumonitis"),
        (a_case(), "pregnancy"),
        (a_case(), "menopause"),
        (a_case(intake=intake(disease_burden="low")), "burden of disease"),
        (a_case(drugs=adjuvant("trastuzumab", 900, 500)), "last adjuvant HER2 dose"),
        (a_case(metastases=metastasis("liver", "2026")), "date of the metastases"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_known_or_does_not_arise_is_not_asked(case, name):
    """A fact on record, and a question that the case does not pose, are no unknowns."""
    assert name not in asked(case)


def test_a_her2_known_from_a_code_alone_may_still_be_tested():
    """I02: HER2 by diagnosis code: a test may confirm or deny it."""
    from guideline.case import Diagnosis  # noqa: PLC0415
    from guideline.partial_date import PartialDate  # noqa: PLC0415

    coded = Diagnosis("invasive-breast", "active", PartialDate.on(TODAY), her2="positive", source="Condition/1")
    assert "HER2" in asked(a_case(diagnoses=coded, receptors=()))
    assert "HER2" in asked(a_case(receptors=her2("2+")))


def test_an_unwritten_course_is_one_that_failed_between_the_diagnosis_and_today():
    """I04: each course that nobody wrote down, and "nothing more": with it the line counts, as failed, and nothing else is open."""
    tried = turns_out(
        a_case(metastases=LONG, intake=intake(prior_therapy_complete=None)), "earlier therapies",
        lambda s: (s.used_line_count, s.last_line.outcome if s.last_line else None, sorted(s.failed_agents)),
    )  # fmt: skip
    failed = [(words, (count, outcome)) for words, (count, outcome, _) in tried]
    assert failed == [
        ("nothing more was given", (0, None)),
        ("trastuzumab + pertuzumab + docetaxel failed before", (1, "progression")),
        ("trastuzumab deruxtecan failed before", (1, "progression")),
        ("trastuzumab emtansine failed before", (1, "progression")),
        ("tucatinib + trastuzumab + capecitabine failed before", (1, "progression")),
    ]
    assert tried[2][1][2] == [T_DXD]


def test_only_what_is_not_on_record_may_have_been_given_unseen():
    """I04: part of the list was lost after THP: another THP is not tried, and a list that is whole is no unknown."""
    lost = second_line(problems=DataProblem("unreadable", "therapy", "MedicationStatement/9"))
    assert [words for words, _ in asked(lost)["earlier therapies"].values] == [
        "nothing more was given", "trastuzumab deruxtecan failed before", "trastuzumab emtansine failed before",
    ]  # fmt: skip
    whole = dict(asked(lost)["earlier therapies"].values)["nothing more was given"]
    assert not situation_of(whole).therapy_lost
    assert whole.intake["prior-therapy-complete"].values == ("true",)
    assert "earlier therapies" not in asked(second_line())


def test_other_lost_data_are_no_lost_therapy():
    """I04: "nothing more was given" mends the list of therapies, not what else could not be read."""
    problems = (DataProblem("unreadable", "therapy", "MedicationStatement/9"), DataProblem("unreadable", "lvef", "Observation/9"))
    whole = dict(asked(second_line(problems=problems))["earlier therapies"].values)["nothing more was given"]
    assert [problem.subject for problem in whole.problems] == ["lvef"]


def test_the_last_adjuvant_dose_is_tried_on_each_side_of_both_limits():
    """I05: a year alone: 12 and 6 months before the metastases, a day earlier, and the ends of the year, oldest first."""
    case = a_case(metastases=metastasis("liver", "2026-06-15"), drugs=adjuvant("trastuzumab", 900, "2025"))
    assert turns_out(case, "last adjuvant HER2 dose", lambda s: (s.relapse.within_12, s.relapse.within_6)) == [
        ("2025-01-01", (False, False)),
        ("12 months and a day before (2025-06-14)", (False, False)),
        ("12 months before the metastases (2025-06-15)", (True, False)),
        ("6 months and a day before (2025-12-14)", (True, False)),
        ("6 months before the metastases (2025-12-15)", (True, True)),
        ("2025-12-31", (True, True)),
    ]


def test_an_adjuvant_course_without_any_end_is_tried_at_the_limits():
    """I05: nobody wrote the end down: the four days at the limits, and the course counts as completed then."""
    case = a_case(metastases=metastasis("liver", "2026-06-15"), drugs=given("trastuzumab", 900, status="unknown", intent="curative"))
    tried = asked(case)["last adjuvant HER2 dose"].values
    assert [words.partition(" (")[0] for words, _ in tried] == [
        "12 months and a day before", "12 months before the metastases", "6 months and a day before", "6 months before the metastases",
    ]  # fmt: skip
    assert {drug.status for _, completed in tried for drug in completed.drugs} == {"completed"}


def test_coarse_metastases_are_tried_on_the_first_and_the_last_day():
    """I05: metastases and stage of a year: both move together, to its ends."""
    case = a_case(metastases=metastasis("liver", "2026"), stages=stage("IV", "2026"), drugs=adjuvant("trastuzumab", 1200, "2025-06-15"))
    assert turns_out(case, "date of the metastases", lambda s: (str(s.metastatic_since), s.relapse.within_12)) == [
        ("2026-01-01", ("2026-01-01", True)),
        ("2026-12-31", ("2026-12-31", False)),
    ]


def test_the_baseline_is_tried_at_every_fall_of_a_table():
    """I07: LVEF 42 without a baseline: no fall, and a tenth below, at and above each fall that some table names, before the first dose."""
    case = on_therapy(*thp(100), lvef=lvef(42, modality="muga"))
    assert asked(case)["LVEF baseline"].input == "I07"
    tried = asked(case)["LVEF baseline"].values
    falls = {round(float(words.removesuffix(" %")) - 42, 1) for words, _ in tried}
    assert {0.0, 9.9, 10.0, 10.1, 15.9, 16.0, 16.1} <= falls
    assert [words for words, _ in tried] == sorted((words for words, _ in tried), key=lambda words: float(words.removesuffix(" %")))
    for _, completed in tried:
        assert completed.lvef[-1].modality == "muga"
        found = situation_of(completed)
        baseline, before = found.heart.baseline(found.her2_running[0].start)
        assert before
        assert baseline.source == ASSUMED


def test_a_normal_lvef_is_tried_beside_the_limits():
    """I07: ten points above the highest limit, so that "normal" is among the answers; each value to a tenth, rising."""
    tried = [float(words.removesuffix(" %")) for words, _ in asked(second_line(lvef=()))["LVEF"].values]
    assert tried == sorted(set(tried))
    assert tried[-1] == tried[-2] - 0.1 + 10
    assert all(round(value, 1) == value for value in tried)


def test_men_are_not_asked_about_the_menopause():
    """I14: no menopause in men."""
    from guideline.case import Patient  # noqa: PLC0415

    assert "menopause" not in asked(a_case(patient=Patient(None, "male"), intake={}))
    assert "menopause" in asked(a_case(intake={}))


def test_the_newest_answer_is_kept_beside_the_assumed_one():
    """What was answered before stays answered: one unknown is varied at a time."""
    case = a_case(intake=intake(ild_history=None, lesion_accessible=said("false", days=9)))
    for _, completed in asked(case)["ILD history"].values:
        assert completed.intake["lesion-accessible"].values == ("false",)


def test_clearances_are_those_of_the_labels():
    """Each limit of a laboratory rule is tried itself and on its other side."""
    shown = [words for words, _ in asked(NOTHING_ASKED)["kidney function"].values]
    rows = [row for rows in K.thresholds.labs.drugs.values() for row in rows if row.lab == "creatinine-clearance"]
    limits = [(n, step) for row in rows for n, step in ((row.below, -1), (row.at_least, -1), (row.at_most, 1)) if n is not None]
    beside = {value for n, step in limits for value in (n, n + step)}
    assert shown == [f"clearance {n:g} mL/min" for n in sorted(beside)]
