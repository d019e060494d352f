"""Why a clinical question stayed without a card, in the words that `--explain` and the rule book's readers see."""

import pytest
from msgspec.structs import replace

from guideline.case import UNKNOWN_HER2_CONJUGATE, Case, Diagnosis, Patient, Procedure
from guideline.considered import considered
from guideline.partial_date import PartialDate
from tests.guideline.case_builder import (
    GUIDELINE_US,
    HR_NEGATIVE,
    HR_POSITIVE,
    TODAY,
    a_case,
    advice_on,
    booked_echo,
    breast_cancer,
    given,
    heart_condition,
    her2,
    intake,
    lung,
    lvef,
    metastasis,
    on_therapy,
    pregnancy,
    said,
    second_line,
    situation_of,
    status,
    thp,
)

T_DXD, T_DM1 = "trastuzumab-deruxtecan", "trastuzumab-emtansine"
HER2, CHILD, BRAIN, HEART, LUNGS, TREATMENT, DATA, BIOPSY = (
    "Is HER2 known, and positive?",
    "Is there a pregnancy?",
    "Must the brain be treated first?",
    "Does the heart allow it?",
    "Do the lungs allow it?",
    "Which treatment now?",
    "Is too little known to ask?",
    "Should a metastasis be biopsied again?",
)


def reasons(case: Case) -> dict[str, str | None]:
    """Each question of a case with why it stayed without a card."""
    return {asked.question: asked.because for asked in considered(situation_of(case), advice_on(case, GUIDELINE_US))}


OVER = given("docetaxel", 300, 180, status="completed")
ANTIBODIES = (given("trastuzumab", 300), given("pertuzumab", 300), OVER)
THP = "trastuzumab + pertuzumab + docetaxel"
MAINTAINED = THP + " goes on without documented progression; "


@pytest.mark.parametrize(
    ("case", "because"),
    [
        (a_case(patient=Patient(PartialDate.parse("1970"), "female", deceased=True)), "the patient has died"),
        (a_case(age=17), "the patient is under 18"),
        (a_case(procedures=Procedure("hospice", "done", PartialDate.on(TODAY), "Procedure/1")), "hospice care is on record"),
        (
            second_line(drugs=thp(690, 10, reason="hospice")),
            "no HER2 drug is being given, and hospice is ordered or was the reason to stop",
        ),
        (a_case(diagnoses=()), "no invasive breast cancer is on record"),
        (
            a_case(diagnoses=Diagnosis("breast-history", "active", source="Condition/1"), metastases=()),
            "no invasive breast cancer is on record",
        ),
        (a_case(metastases=()), "no distant metastasis, stage IV or M1 is on record"),
        (
            a_case(
                diagnoses=(breast_cancer(), Diagnosis("other-primary", "active", source="Condition/1")),
                receptors=her2("3+", specimen="primary"),
            ),
            "another active cancer may explain the metastases",
        ),
        (a_case(receptors=her2("0")), "HER2 is not positive (IHC 0)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_outside_the_service_every_question_has_one_reason(case, because):
    """R132: who is outside is told why, in the order in which the scope is asked, and the same for every question."""
    assert set(reasons(case).values()) == {because}


@pytest.mark.parametrize(
    ("question", "case", "because"),
    [
        (HER2, a_case(), "HER2 is positive (IHC 3+)"),
        (HER2, a_case(receptors=()), None),
        (HER2, a_case(metastases=metastasis("bone", 20, primary_unknown=True)), "the stage must be clear first"),
        (TREATMENT, a_case(metastases=metastasis("bone", 20, primary_unknown=True)), "the stage is not clear"),
        (HEART, a_case(metastases=metastasis("bone", 20, primary_unknown=True)), "no metastatic disease that is treated"),
        (LUNGS, a_case(metastases=metastasis("bone", 20, primary_unknown=True)), "no metastatic disease that is treated"),
        (CHILD, a_case(), "a current negative finding excludes pregnancy"),
        (CHILD, a_case(age=70, intake=intake(pregnancy_excluded=None)), "a man, a postmenopausal woman, or one over 55"),
        (
            CHILD,
            a_case(age=40, intake=intake(pregnancy_excluded=None, menopausal_status="premenopausal")),
            "no current pregnancy is on record; where a HER2 drug would be started, the treatment card asks",
        ),
        (CHILD, a_case(age=40, pregnancies=pregnancy(), intake=intake(pregnancy_excluded=None)), None),
        (BRAIN, a_case(intake=intake(cns_symptoms="false")), "the intake says that there are no neurological symptoms"),
        (BRAIN, a_case(), "no current neurological symptoms are reported"),
        (HEART, a_case(lvef=()), "no HER2 drug runs; no LVEF is on record: the treatment card asks for what is missing before a start"),
        (HEART, a_case(), "no HER2 drug runs; LVEF 62 %, 20 days old: the treatment card asks for what is missing before a start"),
        (HEART, a_case(age=40, pregnancies=pregnancy(), intake=intake(pregnancy_excluded=None)),
         "no HER2 drug runs, and none is advised now"),
        (HEART, on_therapy(*thp(300)), "trastuzumab + pertuzumab: LVEF 62 %, 20 days old; no table asks for a hold"),
        (
            HEART,
            on_therapy(*thp(300), lvef=lvef(62, 86), procedures=booked_echo()),
            "trastuzumab + pertuzumab: LVEF 62 %, 86 days old; no table asks for a hold; the next echo is booked",
        ),
        (HEART, on_therapy(given("tucatinib", 100)), "the LVEF of tucatinib is not monitored"),
        (
            HEART,
            on_therapy(given("trastuzumab", 100, status="on-hold", reason="toxicity")),
            "trastuzumab on hold, not for the heart (LVEF 62 %, 20 days old)",
        ),
        (LUNGS, a_case(), "no active ILD and no current respiratory symptoms; lungs: the intake says none"),
        (LUNGS, a_case(intake=intake(ild_history=None)), "no active ILD and no current respiratory symptoms; lungs: no ILD on record"),
        (
            LUNGS,
            a_case(lungs=lung(status="resolved", grade=1, onset=900)),
            "no active ILD and no current respiratory symptoms; lungs: ILD/pneumonitis, grade 1, onset 2024-06-03, resolved",
        ),
        (
            LUNGS,
            a_case(lungs=lung("radiation", status="resolved", onset=900)),
            "no active ILD and no current respiratory symptoms; lungs: radiation pneumonitis, onset 2024-06-03, resolved",
        ),
        (LUNGS, on_therapy(*thp(300)), "no drug that is stopped for ILD runs or waits for the lungs; lungs: the intake says none"),
        (
            LUNGS,
            on_therapy(given(T_DXD, 300)),
            "trastuzumab deruxtecan runs; lungs: the intake says none; no current respiratory symptoms are reported",
        ),
        (TREATMENT, a_case(age=40, pregnancies=pregnancy(), intake=intake(pregnancy_excluded=None)),
         "pregnancy comes first: no HER2 drug is advised"),
        (TREATMENT, a_case(intake=intake(cns_symptoms="true")),
         "neurological symptoms come first: no regimen before they are cleared"),
        (TREATMENT, a_case(receptors=()), "HER2 is not settled (unknown)"),
        (
            TREATMENT,
            on_therapy(given("trastuzumab", 300, status="on-hold"), given("docetaxel", 300, status="on-hold")),
            "trastuzumab + docetaxel is on hold; a hold is not the end of a line",
        ),
        (TREATMENT, on_therapy(*ANTIBODIES, receptors=(her2("3+"), *HR_NEGATIVE)),
         MAINTAINED + "no endocrine maintenance: hormone receptors negative"),
        (TREATMENT, on_therapy(*ANTIBODIES, receptors=(her2("3+"), *HR_POSITIVE), heart=heart_condition()),
         MAINTAINED + "the heart or the lungs come before maintenance"),
        (TREATMENT, on_therapy(*ANTIBODIES, receptors=(her2("3+"), *HR_POSITIVE), lvef=(lvef(44, 5), lvef(60, 310))),
         MAINTAINED + "the heart or the lungs come before maintenance"),
        (
            TREATMENT,
            on_therapy(given("trastuzumab", 60), given("docetaxel", 60), receptors=(her2("3+"), *HR_POSITIVE)),
            "trastuzumab + docetaxel goes on without documented progression; the chemotherapy part is not documented as over",
        ),
        (
            TREATMENT,
            on_therapy(*ANTIBODIES, given("letrozole", 170), receptors=(her2("3+"), *HR_POSITIVE)),
            MAINTAINED + "endocrine therapy runs already",
        ),
        (
            TREATMENT,
            on_therapy(given(T_DXD, 300), receptors=(her2("3+"), *HR_POSITIVE)),
            "trastuzumab deruxtecan goes on without documented progression; no maintenance beside these drugs",
        ),
        (
            TREATMENT,
            on_therapy(given(UNKNOWN_HER2_CONJUGATE, 300, 100)),
            "a HER2 conjugate of unknown name: no conclusion about the line is drawn",
        ),
        (
            TREATMENT,
            a_case(metastases=metastasis("liver", 700), intake=intake(prior_therapy_complete=None)),
            "which therapies were given for metastatic disease is not known",
        ),
        (
            TREATMENT,
            on_therapy(given("trastuzumab", 300, status="unknown"), given("docetaxel", 300, status="unknown")),
            "whether trastuzumab + docetaxel still runs is not known",
        ),
        (
            TREATMENT,
            on_therapy(*thp(300, 100, reason="completed"), disease_statuses=status("improved", 30)),
            THP + " is over without documented progression, and endocrine therapy runs or the disease is under control",
        ),
        (DATA, a_case(), "what is missing stands on the treatment card"),
        (DATA, a_case(age=40, pregnancies=pregnancy(), intake=intake(pregnancy_excluded=None)), "another card says what comes first"),
        (DATA, on_therapy(*thp(300)), "nothing that a decision now would need is missing"),
        (BIOPSY, on_therapy(*thp(300)), "no new line is to be chosen"),
        (BIOPSY, on_therapy(*ANTIBODIES, receptors=(her2("3+"), *HR_POSITIVE)), "no new line is to be chosen"),
        (BIOPSY, second_line(intake=intake(lesion_accessible="false")), "the intake says that no lesion can be reached"),
        (BIOPSY, second_line(receptors=(her2("3+", 5), *HR_NEGATIVE)), "a metastasis was tested or biopsied since, or it cannot wait"),
        (BIOPSY, second_line(receptors=(her2("3+", 700), *HR_NEGATIVE)),
         "a lesion was not said to be accessible: one line on the treatment card"),
        (BIOPSY, second_line(receptors=(her2("3+", 700), *HR_NEGATIVE), intake=intake(lesion_accessible=said("true", days=3))), None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_question_says_what_closed_it(question, case, because):
    """The one reason that closed a question, or none where it has its card."""
    assert reasons(case)[question] == because


def test_the_questions_are_asked_in_the_order_of_the_clinic():
    """Diagnosis, pregnancy, brain, heart and lungs before treatment; what is missing and the biopsy after it."""
    assert list(reasons(a_case())) == [HER2, CHILD, BRAIN, HEART, LUNGS, TREATMENT, DATA, BIOPSY]


def test_each_topic_has_one_question():
    """The topics of a chart's cards, each under the question that it answers."""
    asked = considered(situation_of(a_case()), advice_on(a_case()))
    assert {one.question: one.topics for one in asked} == {
        HER2: ("Her2StatusNeeded", "Her2Discordance", "Her2Low"),
        CHILD: ("Pregnancy",),
        BRAIN: ("BrainMetastasesUrgent",),
        HEART: ("HeartFailure", "LvefHold", "LvefMonitoringDue"),
        LUNGS: ("InterstitialLungDisease",),
        TREATMENT: (
            "FirstLineTreatment", "SecondLineTreatment", "ThirdLineTreatment", "LaterLineTreatment", "MaintenanceTreatment", "TumorBoard",
        ),
        DATA: ("MissingData",),
        BIOPSY: ("RebiopsySuggested",),
    }  # fmt: skip
    assert [one.spoke for one in asked if one.spoke] == [("FirstLineTreatment",)]


def test_a_man_is_asked_for_no_pregnancy():
    """A man: the question is closed by who he is, whatever his age."""
    man = replace(a_case(), patient=Patient(PartialDate.parse("1990"), "male"))
    assert reasons(man)[CHILD] == "a man, a postmenopausal woman, or one over 55"
