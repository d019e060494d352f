"""The parts of the page's structure: what they hold, in which order, and what they never claim."""

from __future__ import annotations

import time
from datetime import date
from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from guideline.case import (
    BodyMeasure,
    Case,
    DataProblem,
    DpydResult,
    DrugRecord,
    Lab,
    LungCondition,
    Lvef,
    Metastasis,
    PerformanceStatus,
    ProblemKind,
    Procedure,
    ReceptorResult,
    Stage,
)
from guideline.partial_date import PartialDate
from service.chart.changes import NOTHING
from service.chart.evidence import PLOT_HIGH, PLOT_LOW, place
from service.chart.measurements import table_by_day
from service.chart.questions import Question
from service.chart.view import ChartView, as_json, chart_view
from service.problem_words import KINDS
from service.samples import names
from tests.service.chart.records import US, case_of, long_history, sample_case, sample_view

TODAY = date(2026, 11, 20)


def on(text: str) -> PartialDate:
    found = PartialDate.parse(text)
    assert found is not None
    return found


def summary_of(sample: str) -> dict[str, str]:
    return {item.label: f"{item.value} {item.date or ''}".strip() for item in sample_view(sample).summary}


def test_the_line_about_a_patient():
    """Who, HER2 and receptors with specimen and date, sites, line of therapy, performance status."""
    assert summary_of("second-line") == {
        "Patient": "woman, 59 years",
        "HER2": "positive: IHC 3+, primary 2024-03-25",
        "ER / PgR": "negative / negative, primary 2024-03-25",
        "Metastases": "bone, liver; since 2024-03-20",
        "Line of therapy": "1: trastuzumab + pertuzumab + docetaxel, progressed 2026-10-26",
        "ECOG": "1 2026-11-16",
    }
    assert summary_of("lvef-hold")["Line of therapy"].endswith("ongoing since 2026-01-28")
    assert "disagrees with IHC 3+, primary" in summary_of("her2-discordance")["HER2"]


@pytest.mark.parametrize("kind", ["incomplete", "forbidden"])
def test_what_was_not_read_is_not_said_to_be_absent(kind: ProblemKind):
    """Where a search failed or is not permitted, the line on top says so of what it would have brought, and so does the course."""
    case = sample_case("second-line")
    lost = tuple(DataProblem(kind, subject) for subject in ("therapy", "her2"))
    view = chart_view(replace(case, drugs=(), receptors=(), problems=lost), US)
    said = {item.label: item.value for item in view.summary}
    assert said["Line of therapy"] == "not every record was read; none seen for metastatic disease"
    assert said["HER2"] == said["ER / PgR"] == "none seen; not every record was read"
    read = {item.label: item.value for item in chart_view(replace(case, drugs=(), receptors=()), US).summary}
    assert read["Line of therapy"] == "none on record for metastatic disease"
    assert read["HER2"] == read["ER / PgR"] == "not on record"


def test_each_of_two_results_that_disagree_has_its_own_date():
    """The date of the metastasis does not stand behind the primary."""
    assert summary_of("her2-discordance")["HER2"] == "low: IHC 1+, metastasis 2026-11-11; disagrees with IHC 3+, primary 2022-05-25"


def test_silence_of_the_record_is_said():
    """What nobody wrote down is "not on record", never left out and never "none"."""
    items = {item.label: item for item in chart_view(Case(TODAY), US).summary}
    assert {label: item.value for label, item in items.items() if not item.known} == {
        "HER2": "not on record", "ER / PgR": "not on record", "Metastases": "not on record", "ECOG": "not on record",
    }  # fmt: skip
    assert items["Patient"].value == "sex not on record, age not on record"


@pytest.mark.parametrize("sample", names())
def test_every_fact_of_the_course_has_a_source(sample: str):
    """Each bar, mark and value names the resource that says so, and none lies outside the record."""
    view, case = sample_view(sample), sample_case(sample)
    known = {
        fact.source for facts in msgspec.structs.astuple(case) if isinstance(facts, tuple) for fact in facts if hasattr(fact, "source")
    }
    course = view.course
    assert {source for bar in course.timeline.bars for source in bar.sources} <= known
    assert {mark.source for mark in course.timeline.marks} <= known
    panels = [course.measurements.lvef, *course.measurements.others]
    assert {point.source for panel in panels for point in panel.points} <= known
    assert sum(len(panel.points) for panel in panels) == len(case.lvef) + sum(
        lab.kind not in ("alp", "haemoglobin", "egfr") for lab in case.labs
    ) + sum(measure.kind == "weight" for measure in case.body)


def test_therapies_stand_in_lines():
    """Bars say how a drug ended, bands which line it was, marks when the disease progressed."""
    timeline = sample_view("third-line").course.timeline
    assert [band.label for band in timeline.bands] == ["Line 1", "Line 2"]
    assert {bar.group for bar in timeline.bars} >= {"antibody", "conjugate", "chemotherapy"}
    assert any(mark.kind == "progression" for mark in timeline.marks)
    running = sample_view("lvef-hold").course.timeline
    assert running.bands[-1].until is None
    assert [len(bar.doses) for bar in running.bars if bar.drug == "pertuzumab"] == [9]


def test_partial_dates_stay_what_they_are():
    """A month is shown as a month, what has no date is said in words, and neither is placed on a day."""
    case = Case(
        TODAY,
        metastases=(Metastasis("liver", on("2025-03"), source="Condition/1"), Metastasis("bone", None, source="Condition/2")),
        stages=(Stage("IV", on("2025"), "Observation/1"),),
        lvef=(Lvef(55.0, on("2026-04"), upper=60.0, source="Observation/2"), Lvef(50.0, None, bound=">", source="Observation/3")),
        drugs=(DrugRecord("trastuzumab", "statement", "active", source="MedicationStatement/1"),),
        receptors=(ReceptorResult("ER", "ihc", None, on("2025-03"), percent=80.0, source="Observation/4"),),
    )
    view = chart_view(case, US)
    points = {point.source: (point.date, point.shown) for point in view.course.measurements.lvef.points}
    assert points == {"Observation/2": ("2026-04", "55-60 %"), "Observation/3": (None, ">50 %")}
    assert [mark.date for mark in view.course.timeline.marks] == ["2025-03", "2025-03"]
    assert [mark.words for mark in view.course.timeline.marks if mark.kind == "result"] == ["ER 80 %"]
    assert "metastasis: bone (Condition/2)" in view.course.timeline.undated
    assert any("start not on record" in words for words in view.course.timeline.undated)


def test_converted_values_are_told_as_cards_tell_them():
    """150 pounds are 68 kg and 80 micromoles 0.9 mg/dL: digits that nobody measured are not shown."""
    weight = BodyMeasure("weight", 68.0389, on("2026-11-16"), "Observation/w")
    creatinine = Lab("creatinine", 0.90496, on("2026-11-16"), upper_normal=1.01808, source="Observation/c")
    course = chart_view(msgspec.structs.replace(sample_case("second-line"), body=(weight,), labs=(creatinine,), lvef=()), US).course
    assert [values for _, values, _ in table_by_day(course.measurements)["rows"]] == [{"weight": ["68"], "creatinine": ["0.9"]}]
    assert course.measurements.others[-1].limits[0].words == "upper limit of normal 1.02 mg/dL"


def test_limits_of_the_drugs_that_run():
    """The LVEF is drawn with the tables of the running drugs, and a value that a table holds the drug at says so."""
    measured = sample_view("lvef-hold").course.measurements
    assert [(limit.value, limit.conditional, limit.rule) for limit in measured.heart.limits] == [(45, True, "R111"), (40, False, "R111")]
    assert not measured.heart.planned
    assert measured.heart.rules[0].baseline == "58 %, 2026-01-19"
    assert [point.past for point in measured.lvef.points] == ["", "", "pertuzumab: hold (R111), 16 points below 58 %"]


def test_limits_of_a_drug_that_would_start():
    """Before a start the limits are those of the leading regimen, named as such, with the value below which nobody was studied."""
    heart = sample_view("second-line").course.measurements.heart
    assert heart.planned
    assert [limit.value for limit in heart.limits] == [50, 45, 40]


def test_a_fall_makes_a_limit_of_its_own():
    """Trastuzumab alone is held 16 points below baseline: the limit stands where that is for this heart."""
    case = Case(
        TODAY,
        metastases=(Metastasis("liver", on("2025-01-01"), source="Condition/1"),),
        drugs=(DrugRecord("trastuzumab", "statement", "active", on("2025-02-01"), source="MedicationStatement/1"),),
        lvef=(Lvef(64.0, on("2025-01-20"), source="Observation/1"), Lvef(47.0, on("2026-11-01"), source="Observation/2")),
    )
    measured = chart_view(case, US).course.measurements
    assert (48.0, False) in {(limit.value, limit.conditional) for limit in measured.heart.limits}
    assert measured.lvef.points[-1].past == "trastuzumab: hold (R112), 17 points below 64 %"


def test_doses_for_this_patient():
    """Doses by weight or surface become milligrams, with what they rest on; without a current weight they do not."""
    treatment = sample_view("third-line").treatment
    assert treatment is not None
    assert treatment.lead is not None
    assert [(dose.text[:12], dose.amount) for dose in treatment.lead.doses] == [
        ("tucatinib 30", ""), ("trastuzumab ", "544 mg, then 408 mg"), ("capecitabine", "1770 mg each time"),
    ]  # fmt: skip
    assert treatment.dose_basis == "Amounts for 68 kg (2026-11-17) and 1.77 m² (Mosteller), before rounding to vials or tablets."


def test_what_goes_on_in_maintenance_has_its_milligrams():
    """Trastuzumab beside endocrine therapy is told in mg as beside palbociclib: the page names the weight that the amount rests on."""
    treatment = sample_view("maintenance").treatment
    assert treatment is not None
    assert treatment.lead is not None
    assert {dose.text: dose.amount for dose in treatment.lead.doses}["trastuzumab 6 mg/kg IV every 3 weeks"] == "408 mg"


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ((), "No weight on record: no amounts in mg."),
        ((BodyMeasure("weight", 68.0, on("2026-01-01"), "Observation/w"),), "is too old or undated: no amounts in mg."),
        ((BodyMeasure("weight", 6.8, on("2026-11-18"), "Observation/w"),), "is doubtful: no amounts in mg."),
    ],
)
def test_no_dose_by_a_weight_that_does_not_count(weights: tuple[BodyMeasure, ...], said: str):
    """An old, absent or impossible weight makes no amount in mg, and the page says why."""
    view = chart_view(msgspec.structs.replace(sample_case("second-line"), body=weights), US)
    assert view.treatment is not None
    assert view.treatment.lead is not None
    assert view.treatment.dose_basis.endswith(said)
    assert {dose.amount for dose in view.treatment.lead.doses} == {""}


def test_the_forest_plot_keeps_its_order():
    """Ratios stand from left to right in their order, 1 is inside, and what is beyond the plot stands at its edge."""
    assert place(PLOT_LOW) == 0
    assert place(PLOT_HIGH) == 100
    assert place(0.01) == 0
    assert place(9.0) == 100
    assert place(0.5) < place(0.7) < place(1.0) < place(1.5)
    for sample in names():
        treatment = sample_view(sample).treatment
        for regimen in (treatment.lead, *treatment.alternatives) if treatment is not None else ():
            for ratio in (f.ratio for source in (regimen.evidence if regimen else ()) for f in source.figures if f.ratio):
                assert ratio.from_ <= ratio.at <= ratio.to


def test_what_speaks_against_each_regimen():
    """Barred regimens stand beside the others with the reason, and what is ruled out without a word on the card is said too."""
    treatment = sample_view("third-line").treatment
    assert treatment is not None
    assert [regimen.id for regimen in treatment.avoid] == ["tdxd"]
    assert all(regimen.reasons for regimen in treatment.avoid)
    assert {one.short: one.because for one in treatment.ruled_out}["THP"] == "the disease progressed on pertuzumab."


def question(sample: str, item: str) -> Question:
    return next(q for q in sample_view(sample).questions if q.id == item)


def test_questions_are_pre_filled():
    """What the record answers is filled in with its date and resource; an answer too old is shown but counts no longer."""
    cns = question("second-line", "cns-disease")
    assert (cns.answered, cns.when, cns.source) == ("record", "2026-11-19", "QuestionnaireResponse/her2-intake")
    assert [choice.code for choice in cns.choices if choice.chosen] == ["none"]
    old = msgspec.structs.replace(sample_case("second-line"), today=date(2027, 6, 1))
    expired = next(q for q in chart_view(old, US).questions if q.id == "cns-disease")
    assert (expired.answered, expired.expired) == (
        "",
        "No CNS disease (imaged, or no reason to suspect any) (2026-11-19): too long ago to count",
    )
    assert not any(choice.chosen for choice in expired.choices)


def test_a_result_of_the_laboratory_stands_beside_the_question_of_dpyd():
    """The question stays open to an answer, and says what the laboratory found."""
    tested = msgspec.structs.replace(sample_case("second-line"), dpyd=(DpydResult("poor", on("2026-10-12"), "Observation/dpyd"),))
    hints = [next(q.hint for q in chart_view(case, US).questions if q.id == "dpyd") for case in (tested, sample_case("second-line"))]
    assert hints == ["poor, 2026-10-12, Observation/dpyd", ""]


def test_what_could_change_the_advice_comes_first():
    """Open questions stand before answered ones, and those that could change the treatment before those that could not."""
    for sample in names():
        asked = sample_view(sample).questions
        ranks = [(bool(q.answered), ("lead", "other", "nothing").index(q.matters)) for q in asked]
        assert ranks == sorted(ranks)
    assert sample_view("second-line").questions[0].id == "heart-failure-symptoms"
    assert sample_view("second-line").open_questions == 1


@pytest.mark.parametrize("sample", names())
def test_a_question_matters_if_an_answer_does(sample: str):
    """Each question says rightly whether one of its answers would change the treatment or anything else."""
    case = sample_case(sample)
    now = chart_view(case, US)
    for asked in now.questions:
        if asked.matters == "nothing":
            for choice in asked.choices:
                then = chart_view(case, US, answers={asked.id: (choice.code,)}, before=case)
                assert (then.treatment and then.treatment.lead and then.treatment.lead.id) == (
                    now.treatment and now.treatment.lead and now.treatment.lead.id
                )
                assert {f.topic for f in then.findings} == {f.topic for f in now.findings}


def test_men_are_not_asked_about_pregnancy():
    """Nor can it be supposed."""
    case = sample_case("second-line")
    man = chart_view(msgspec.structs.replace(case, patient=msgspec.structs.replace(case.patient, sex="male")), US)
    assert not {"pregnancy-excluded", "menopausal-status"} & {q.id for q in man.questions}
    assert "pregnancy" not in {switch.id for switch in man.switches}


@pytest.mark.parametrize(
    ("sample", "supposed", "lead"),
    [
        ("second-line", {"ild-history": "other-active"}, "tdm1"),
        ("second-line", {"cns-disease": "active", "cns-burden-predominant": "true"}, "tucatinib-trastuzumab-capecitabine"),
        ("second-line", {"tdxd-available": "false"}, "tdm1"),
        ("second-line", {"lvef": "38"}, None),
        ("lvef-hold", {"disease": "worsened", "lvef": "60"}, "tdxd"),
        ("pregnancy", {"pregnancy": "not-pregnant"}, "thp"),
        ("brain-metastases", {"cns-disease": "none"}, "tdxd"),
    ],
)
def test_a_supposed_fact_takes_the_place_of_the_recorded_one(sample: str, supposed: dict[str, str], lead: str | None):
    """What is supposed holds, whatever the record says; summary, course and questions stay those of the record."""
    view, now = sample_view(sample, supposed=supposed), sample_view(sample)
    assert view.hypothetical is not None
    assert view.treatment is not None
    assert (view.treatment.lead.id if view.treatment.lead else None) == lead
    assert view.summary == now.summary
    assert view.questions == now.questions
    assert view.course.timeline == now.course.timeline
    assert view.course.measurements.lvef == now.course.measurements.lvef


def test_supposing_the_lungs_clear():
    """Recorded ILD is out of the question for as long as it is supposed never to have been."""
    before = {finding.topic for finding in sample_view("ild").findings}
    supposed = sample_view("ild", supposed={"ild-history": "none", "respiratory-symptoms": "false"})
    assert "InterstitialLungDisease" in before
    assert "InterstitialLungDisease" not in {finding.topic for finding in supposed.findings}


def test_supposing_no_brain_metastases_leaves_the_disease_metastatic():
    """Brain the only site: without it the disease is still stage IV, since when it was."""
    brain = Metastasis("brain", on("2026-05-01"), source="Condition/b")
    case = msgspec.structs.replace(sample_case("second-line"), metastases=(brain,), stages=())
    view = chart_view(case, US, supposed={"cns-disease": "none"})
    assert view.treatment is not None


def test_nothing_supposed_is_nothing_hypothetical():
    """Switches left as recorded are no hypothesis."""
    assert sample_view("second-line", supposed={"lvef": "", "cns-disease": " "}).hypothetical is None


def test_no_change_is_said():
    """An answer that changes nothing says so."""
    view = sample_view("second-line", answers={"declines-chemotherapy": ("false",)}, before=sample_case("second-line"))
    assert view.changed is not None
    assert view.changed.words == (NOTHING,)


@pytest.mark.parametrize("history", ["other-resolved", "tdxd-grade-1-resolved", "tdxd-grade-2-or-worse"])
def test_what_is_newly_said_about_an_alternative_is_a_change(history: str):
    """Pneumonitis in the past leaves the triplet leading, and T-DM1 beside it with a warning of its own: that is not "nothing changes"."""
    changed = sample_view("third-line", supposed={"ild-history": history}).changed
    assert changed is not None
    assert "Newly said of T-DM1: T-DM1 is not lung-neutral: it is itself stopped for ILD or pneumonitis." in changed.words


@pytest.mark.parametrize("sample", ["third-line", "echo-overdue"])
def test_nothing_changes_only_where_nothing_does(sample: str):
    """Whatever is supposed: where the page says that the advice stays as it is, all that it says does; named facts may differ."""
    now = _without_facts(sample_view(sample))
    for switch in sample_view(sample).switches:
        for value in switch.values or ("45", "60"):
            then = sample_view(sample, supposed={switch.id: value})
            assert then.changed is not None
            if then.changed.nothing:
                assert _without_facts(then) == now, (switch.id, value)


def _without_facts(view: ChartView) -> tuple[object, ...]:
    said = (*((view.treatment,) if view.treatment is not None else ()), *view.findings)
    return tuple(msgspec.structs.replace(one, facts=()) for one in said)


def test_cards_that_came_and_went_are_named():
    """What changed names the leading regimen, the alternatives and each card."""
    words = sample_view("second-line", supposed={"ild-history": "other-active"}).changed
    assert words is not None
    assert words.words[0] == "T-DM1 leads now, instead of T-DXd."
    assert "No longer alternative: T-DM1." in words.words
    assert "Now advised against: T-DXd." in words.words
    assert any(line.startswith("New, warning: Interstitial lung disease") for line in words.words)


def test_silence_says_why():
    """A chart with nothing to say names the rule that asks for silence and everything that was considered."""
    view = sample_view("silent-on-treatment")
    assert view.treatment is None
    assert view.findings == ()
    assert view.indicator is None
    assert [rule.id for rule in view.reasons.silent] == ["R132"]
    assert len(view.reasons.asked) == 8


def test_what_was_not_read_is_said():
    """Each thing of the record that could not be used is named, with why and where."""
    from guideline.case import DataProblem  # noqa: PLC0415

    case = msgspec.structs.replace(
        sample_case("second-line"),
        problems=(
            DataProblem("unreadable", "lvef", "Observation/9", "no number"),
            DataProblem("incomplete", "therapy", "", "not all pages of a search"),
        ),
    )
    assert [(one.subject, one.why, one.source) for one in chart_view(case, US).reasons.not_read] == [
        ("an LVEF", "could not be read: no number", "Observation/9"),
        ("a therapy", "not all of it was seen: not all pages of a search", ""),
    ]


def test_every_kind_of_problem_has_its_words():
    """Whatever was not read, the page and the terminal can say why."""
    assert set(KINDS) == set(get_args(ProblemKind))


def test_lung_disease_begins_and_ends_on_its_own_days():
    """The mark of the onset does not say "resolved" as of that day; the resolution has its own day where one is recorded."""
    case = Case(
        TODAY,
        lungs=(
            LungCondition("ild", "resolved", 1, on("2026-09-02"), on("2026-11-01"), source="Condition/1"),
            LungCondition("radiation", "resolved", None, on("2024-05"), source="Condition/2"),
            LungCondition("ild", "active", None, on("2026-11-10"), source="Condition/3"),
        ),
    )
    assert [(mark.date, mark.words) for mark in chart_view(case, US).course.timeline.marks] == [
        ("2024-05", "radiation pneumonitis, since resolved"),
        ("2026-09-02", "ILD/pneumonitis, grade 1, since resolved"),
        ("2026-11-01", "ILD/pneumonitis, grade 1, resolved"),
        ("2026-11-10", "ILD/pneumonitis, active"),
    ]


def test_other_facts_are_placed():
    """Procedures, laboratory limits and a coarse performance status stand where they belong."""
    case = msgspec.structs.replace(
        sample_case("second-line"),
        procedures=(
            Procedure("biopsy", "booked", on("2026-12-01"), "ServiceRequest/1"),
            Procedure("echo", "done", on("2026-01-01"), "Procedure/2"),
        ),
        performance=(PerformanceStatus(2, on("2026-11"), "Observation/p"), PerformanceStatus(0, None, "Observation/q")),
        labs=(Lab("neutrophils", 0.8, on("2026-11-18"), None, preliminary=True, source="Observation/n"),),
    )
    view = chart_view(case, US)
    assert [(mark.kind, mark.words) for mark in view.course.timeline.marks if mark.source == "ServiceRequest/1"] == [
        ("biopsy", "biopsy, booked")
    ]
    assert "Procedure/2" not in {mark.source for mark in view.course.timeline.marks}
    (panel,) = [panel for panel in view.course.measurements.others if panel.id == "neutrophils"]
    assert panel.points[0].note == "preliminary"
    assert [(limit.value, limit.rule) for limit in panel.limits] == [(0.5, "R118"), (1.0, "R118")]
    assert {item.label: item.value for item in view.summary}["ECOG"] == "2"


def test_twenty_years_are_quick():
    """A chart of 2,000 observations makes a page in a fraction of a second, and less than 300 KB of structure."""
    body = long_history()
    case = case_of(body)
    assert sum(len(facts) for facts in (case.labs, case.body, case.lvef)) > 2000
    best = min(_seconds(case) for _ in range(3))
    assert best < 1.0
    assert len(as_json(chart_view(case, US))) < 300_000


def _seconds(case: Case) -> float:
    begun = time.perf_counter()
    chart_view(case, US)
    return time.perf_counter() - begun


def test_maintenance_shows_what_goes_on_and_nothing_of_lapatinib():
    """The lead is named as on the card; the label and the effects of lapatinib + letrozole are not those of the antibodies that go on."""
    treatment = sample_view("maintenance").treatment
    assert treatment is not None
    assert treatment.lead is not None
    assert treatment.lead.name == "endocrine + HER2 therapy"
    assert treatment.lead.label is None
    assert "lapatinib" not in " ".join((*treatment.lead.toxicity, *(line.text for line in treatment.lead.doses)))


def test_an_unknown_that_would_bring_an_alarm_says_so():
    """On T-DM1 without a word about the lungs: new symptoms would be critical, so they are no mere "other cards"."""
    depends = {one.name: one for one in sample_view("silent-on-treatment").reasons.depends}
    assert depends["respiratory symptoms"].urgent == ("yes: Interstitial lung disease or pneumonitis (critical)",)
    assert depends["heart failure symptoms"].urgent == ("yes: Heart failure (critical)",)


def test_an_unknown_that_turns_interrupt_into_stop_for_good_says_so():
    """The grade decides whether T-DXd ever comes back, under one topic at one urgency: the advice does not "hold whatever" the grade is."""
    reasons, asked = sample_view("ild").reasons, {question.id: question for question in sample_view("ild").questions}
    grade = {one.name: one for one in reasons.depends}["grade of the pneumonitis"]
    stop = "Stop trastuzumab deruxtecan for good: pneumonitis of grade 2 or worse - do not re-challenge"
    assert grade.urgent == (f"grade 2: {stop}", f"grade 3: {stop}")
    assert "grade of the pneumonitis" not in reasons.holds_for
    assert asked["ild-history"].matters == "other"


@pytest.mark.parametrize(
    ("sample", "state", "text"),
    [
        ("second-line", "on label", "US label: earlier HER2 therapy for metastatic disease, or relapse during"),
        (
            "early-relapse",
            "outside the label by what is recorded",
            "US label: earlier HER2 therapy for metastatic disease, or relapse during",
        ),
        ("brain-metastases", "on label", "US label: at least one earlier HER2 regimen for metastatic disease. Elsewhere: EU label:"),
    ],
)
def test_how_a_use_stands_to_the_label_is_said_once(sample: str, state: str, text: str):
    """Beside the jurisdiction, in the words of the card; what follows does not begin with it again."""
    treatment = sample_view(sample).treatment
    assert treatment is not None
    assert treatment.lead is not None
    label = treatment.lead.label
    assert label is not None
    assert (label.jurisdiction, label.state) == ("US", state)
    assert label.text.startswith(text)
    assert state not in label.text.lower()


def test_a_label_that_the_card_does_not_name_is_told_in_its_own_words():
    """An alternative on label has no note on the card; the page says that it is on label, and what the label says."""
    treatment = sample_view("second-line").treatment
    assert treatment is not None
    others = {option.id: option for option in treatment.alternatives}
    assert others["tdm1"].label is not None
    assert (others["tdm1"].label.state, others["tdm1"].label.text[:9]) == ("on label", "US label:")
