"""What holds for every case whatever: plausible, implausible, half-dated, contradictory, empty."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from guideline.advise import advise
from guideline.case import (
    UNKNOWN_HER2_CONJUGATE,
    Allergy,
    BodyMeasure,
    Case,
    DataProblem,
    Diagnosis,
    DiseaseStatus,
    DrugRecord,
    FebrileNeutropenia,
    HeartCondition,
    IntakeAnswer,
    Lab,
    LungCondition,
    Lvef,
    Menopause,
    Metastasis,
    Patient,
    Pregnancy,
    Procedure,
    ReceptorResult,
    Stage,
    Symptom,
    Toxicity,
    UnreadResult,
)
from guideline.drug_classes import HER2_DRUGS
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from guideline.situation import situation
from tests.guideline.case_builder import TODAY, advice_on, ago, alternatives_of, everything, lead_of, said_ids, statements_of

_DRUGS = [*sorted(K.drugs), UNKNOWN_HER2_CONJUGATE]
_TDXD = {"tdxd", "tdxd-pertuzumab"}
#: Regimens without a HER2 drug.
_WITHOUT_HER2 = {"endocrine-alone", "single-agent-chemotherapy", "clinical-trial"}

_practices = st.builds(
    Practice,
    evidence_profile=st.sampled_from(["guideline", "current"]),
    jurisdiction=st.sampled_from(["US", "EU"]),
    lvef_lower_limit=st.sampled_from([50.0, 53.0, 55.0]),
)

_days = st.integers(-40, 3000).map(lambda n: PartialDate.on(TODAY - timedelta(days=n)))
_coarse = st.one_of(
    st.integers(2018, 2026).map(PartialDate.of),
    st.tuples(st.integers(2018, 2026), st.integers(1, 12)).map(lambda ym: PartialDate.of(*ym)),
    st.sampled_from(
        [
            PartialDate.on(date(1, 1, 1)),
            PartialDate.on(date(1900, 1, 1)),
            PartialDate.on(date(9999, 12, 31)),
            PartialDate.of(1),
            PartialDate.of(9999),
        ]
    ),
)
_when = st.one_of(st.none(), _days, _days, _days, _coarse)
_status = st.sampled_from(["active", "resolved", "unknown"])

_answers = {
    "prior-therapy-complete": ("true", "false"),
    "last-line-outcome": ("ongoing", "progression", "toxicity", "completed"),
    "cns-disease": ("none", "stable", "active", "leptomeningeal"),
    "cns-burden-predominant": ("true", "false"),
    "cns-symptoms": ("true", "false"),
    "ild-history": (
        "none",
        "radiation-pneumonitis-resolved",
        "other-resolved",
        "other-active",
        "tdxd-grade-1-active",
        "tdxd-grade-1-resolved",
        "tdxd-grade-2-or-worse",
    ),
    "respiratory-symptoms": ("true", "false"),
    "heart-failure-symptoms": ("true", "false"),
    "menopausal-status": ("premenopausal", "postmenopausal"),
    "lesion-accessible": ("true", "false"),
    "disease-burden": ("low", "high", "visceral-crisis"),
    "declines-chemotherapy": ("true", "false"),
    "tdxd-available": ("true", "false"),
    "pregnancy-excluded": ("true", "false"),
    "her2-reviewed": ("positive", "negative"),
    "dpyd": ("normal", "intermediate", "poor"),
    "unheard-of": ("true",),
}


@st.composite
def _intakes(draw):
    found = {}
    for item in draw(st.sets(st.sampled_from(sorted(_answers)), max_size=6)):
        values = draw(st.lists(st.sampled_from(_answers[item]), min_size=0, max_size=2))
        found[item] = IntakeAnswer(
            tuple(values), PartialDate.on(TODAY - timedelta(days=draw(st.integers(0, 120)))), "QuestionnaireResponse/1"
        )
    return found


def _many(kind, size, /, **fields):
    return st.lists(st.builds(kind, **fields), max_size=size).map(tuple)


@st.composite
def _records(draw):
    kind = draw(st.sampled_from(["statement", "order", "administration"]))
    start = draw(_when)
    return DrugRecord(
        draw(st.sampled_from(_DRUGS)),
        kind,
        draw(st.sampled_from(["active", "on-hold", "completed", "stopped", "cancelled", "unknown"])),
        start,
        start if kind == "administration" else draw(_when),
        draw(
            st.sampled_from(
                [
                    None,
                    None,
                    "progression",
                    "toxicity",
                    "completed",
                    "patient-wish",
                    "unavailable",
                    "pregnancy",
                    "cardiac",
                    "lung",
                    "hospice",
                    "death",
                    "other",
                ]
            )
        ),
        draw(st.sampled_from([None, None, "curative", "palliative"])),
    )


_cases = st.builds(
    Case,
    today=st.just(TODAY),
    patient=st.builds(
        Patient,
        birth=st.one_of(st.none(), st.integers(1930, 2026).map(PartialDate.of)),
        sex=st.sampled_from(["female", "male", "unknown"]),
        deceased=st.sampled_from([False, False, False, True]),
    ),
    diagnoses=_many(
        Diagnosis,
        2,
        kind=st.sampled_from(["invasive-breast", "invasive-breast", "breast-in-situ", "breast-history", "other-primary"]),
        status=_status,
        date=_when,
        her2=st.sampled_from([None, "positive", "negative"]),
        hormone_receptors=st.sampled_from([None, "positive", "negative"]),
    ),
    metastases=_many(
        Metastasis,
        4,
        site=st.sampled_from(["brain", "leptomeningeal", "liver", "lung", "bone", "regional-node", "unspecified"]),
        date=_when,
        status=_status,
        primary_unknown=st.sampled_from([False, False, True]),
    ),
    stages=_many(Stage, 2, value=st.sampled_from(["0", "I", "III", "IV", "M0", "M1"]), date=_when),
    receptors=_many(
        ReceptorResult,
        4,
        receptor=st.sampled_from(["HER2", "HER2", "ER", "PR"]),
        method=st.sampled_from(["ihc", "ish", "unspecified"]),
        value=st.sampled_from([None, "0", "0+", "1+", "2+", "3+", "3+", "positive", "negative", "equivocal", "low", "ultralow"]),
        date=_when,
        specimen=st.sampled_from([None, "primary", "metastasis"]),
        specimen_id=st.sampled_from([None, "A", "B"]),
        ratio=st.sampled_from([None, 0.9, 2.0, 5.0]),
        copies=st.sampled_from([None, 2.0, 4.0, 6.0]),
        percent=st.sampled_from([None, 0.0, 1.0, 90.0]),
        preliminary=st.booleans(),
    ),
    disease_statuses=_many(
        DiseaseStatus,
        3,
        trend=st.sampled_from(["improved", "stable", "worsened", "undetermined", "remission"]),
        date=_when,
        preliminary=st.booleans(),
    ),
    drugs=st.lists(_records(), max_size=7).map(tuple),
    lvef=_many(
        Lvef,
        4,
        value=st.sampled_from([0.0, 25.0, 39.9, 40.0, 45.0, 49.9, 50.0, 62.0, 80.0]),
        date=_when,
        upper=st.sampled_from([None, 65.0]),
        bound=st.sampled_from([None, None, ">", "<"]),
        modality=st.sampled_from(["echo", "muga", "unspecified"]),
        preliminary=st.booleans(),
    ),
    heart=_many(HeartCondition, 1, kind=st.sampled_from(["heart-failure", "cardiomyopathy"]), status=_status, date=_when),
    febrile_neutropenia=_many(FebrileNeutropenia, 1, status=_status, date=_when),
    toxicities=_many(
        Toxicity,
        1,
        kind=st.sampled_from(["neuropathy", "liver-hyperplasia"]),
        status=_status,
        grade=st.sampled_from([None, 2, 3, 4]),
        date=_when,
    ),
    symptoms=_many(
        Symptom,
        2,
        kind=st.sampled_from(["respiratory", "lung-finding", "neurological"]),
        name=st.sampled_from(["dyspnoea", "cough", "seizure"]),
        status=_status,
        date=_when,
        since=_when,
        recorded=_when,
    ),
    lungs=_many(
        LungCondition,
        2,
        kind=st.sampled_from(["ild", "radiation"]),
        status=_status,
        grade=st.sampled_from([None, 1, 2, 5]),
        onset=_when,
        abated=_when,
        cause_drug=st.sampled_from([None, "drug", "trastuzumab-deruxtecan", "trastuzumab-emtansine"]),
    ),
    pregnancies=_many(Pregnancy, 2, status=st.sampled_from(["pregnant", "not-pregnant", "possible"]), date=_when),
    menopause=_many(Menopause, 1, status=st.sampled_from(["premenopausal", "perimenopausal", "postmenopausal"]), date=_when),
    labs=_many(Lab, 2, kind=st.sampled_from(["alt", "bilirubin", "platelets"]), value=st.sampled_from([0.0, 1.0, 500.0]), date=_when),
    body=_many(BodyMeasure, 1, kind=st.sampled_from(["weight", "height"]), value=st.sampled_from([0.0, 70.0]), date=_when),
    allergies=_many(Allergy, 1, drug=st.sampled_from(_DRUGS)),
    procedures=_many(
        Procedure,
        2,
        kind=st.sampled_from(["echo", "muga", "chest-ct", "brain-mri", "hospice", "biopsy"]),
        state=st.sampled_from(["done", "booked"]),
        date=_when,
    ),
    intake=_intakes(),
    unread=_many(
        UnreadResult,
        2,
        kind=st.sampled_from(["lvef", "her2", "platelets", "alt"]),
        date=_when,
        specimen=st.sampled_from([None, "primary", "metastasis"]),
    ),
    problems=_many(DataProblem, 1, kind=st.sampled_from(["unreadable", "future"]), subject=st.sampled_from(["therapy", "lung", "lvef"])),
)

_LISTS = (
    "diagnoses",
    "metastases",
    "stages",
    "receptors",
    "disease_statuses",
    "drugs",
    "lvef",
    "heart",
    "lungs",
    "febrile_neutropenia",
    "toxicities",
    "symptoms",
    "pregnancies",
    "menopause",
    "procedures",
    "unread",
)


def _with_ids(case: Case) -> Case:
    """Every fact gets a reference of its own, as every resource has an id."""
    return replace(
        case, **{name: tuple(replace(fact, source=f"{name}/{n}") for n, fact in enumerate(getattr(case, name))) for name in _LISTS}
    )


@st.composite
def _relevant(draw):
    """Cases that reach the rules: an adult with a metastatic, HER2-positive cancer; everything else is anything."""
    case = draw(_cases)
    return _with_ids(
        replace(
            case,
            patient=replace(case.patient, birth=PartialDate.of(1975), deceased=False),
            diagnoses=(*(d for d in case.diagnoses if d.kind != "other-primary"), Diagnosis("invasive-breast", "active", ago(2500))),
            metastases=(*case.metastases, Metastasis("liver", draw(st.one_of(st.none(), st.integers(1, 1500).map(ago))), status="active")),
            receptors=(*(r for r in case.receptors if r.receptor != "HER2"), ReceptorResult("HER2", "ihc", "3+", ago(5), "metastasis")),
            procedures=tuple(p for p in case.procedures if p.kind != "hospice"),
        )
    )


_often = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


@_often
@given(_cases, _practices)
def test_no_case_is_an_error(case, practice):
    """Any combination of facts gives an advice: bad input is normal input."""
    assert advise(_with_ids(case), practice).profile == practice.label


@_often
@given(_relevant(), _practices)
def test_no_relevant_case_is_an_error_and_every_headline_fits(case, practice):
    """Every headline has fewer than 140 characters, and no placeholder is left open."""
    for finding in everything(advise(case, practice)):
        assert len(finding.headline.text) < 140, finding.headline.text
    for statement in statements_of(advise(case, practice)):
        assert "{" not in statement.text
        assert "None" not in statement.text, statement.text


@_often
@given(_relevant(), _practices, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_never_changes_the_advice(case, practice, random):
    """Facts are in no particular order."""
    shuffled = {}
    for name in _LISTS:
        facts = list(getattr(case, name))
        random.shuffle(facts)
        shuffled[name] = tuple(facts)
    assert advise(replace(case, **shuffled), practice) == advise(case, practice)


@_often
@given(_relevant(), _practices)
def test_an_irrelevant_fact_never_changes_the_advice(case, practice):
    """A height, a lab of no rule, a stage I of years ago, an echo without a date: the same advice."""
    more = replace(
        case,
        body=(*case.body, BodyMeasure("height", 165, ago(10), "Observation/height")),
        labs=(*case.labs, Lab("haemoglobin", 12, ago(10), source="Observation/hb")),
        stages=(*case.stages, Stage("I", ago(2900), "Observation/stage1")),
        lvef=(*case.lvef, Lvef(60, None, source="Observation/undated")),
    )
    assert advise(more, practice) == advise(case, practice)


@_often
@given(_relevant(), _practices)
def test_a_metastasis_of_another_record_of_the_same_site_and_day_changes_no_choice(case, practice):
    """The same metastasis told twice is one metastasis."""
    assume(case.metastases)
    twice = replace(case, metastases=(*case.metastases, *(replace(m, source=f"again/{n}") for n, m in enumerate(case.metastases))))
    one, two = advise(case, practice), advise(twice, practice)
    assert (lead_of(one), alternatives_of(one), [f.topic for f in one.findings]) == (
        lead_of(two),
        alternatives_of(two),
        [f.topic for f in two.findings],
    )


@_often
@given(_relevant(), _practices)
def test_active_ild_never_lets_t_dxd_lead_or_stand_beside(case, practice):
    """Adding an active ILD: T-DXd, alone or combined, is neither leader nor alternative."""
    ill = replace(case, lungs=(*case.lungs, LungCondition("ild", "active", source="lungs/new")))
    advice = advise(ill, practice)
    assert not _TDXD & {lead_of(advice), *alternatives_of(advice)}


@_often
@given(_relevant(), _practices)
def test_barred_lungs_bar_t_dxd(case, practice):
    """Whatever bars T-DXd in the situation bars it on the card."""
    if situation(case, practice).lungs.bars_tdxd:
        advice = advise(case, practice)
        assert not _TDXD & {lead_of(advice), *alternatives_of(advice)}


@_often
@given(_relevant(), _practices, st.sampled_from([10.0, 30.0, 39.0, 39.9]))
def test_an_lvef_below_40_leaves_no_her2_regimen(case, practice, value):
    """A newest LVEF below 40: no HER2 regimen leads or stands beside."""
    low = replace(case, lvef=(*(v for v in case.lvef if v.date is None or v.date.latest < TODAY), Lvef(value, ago(0), source="lvef/new")))
    advice = advise(low, practice)
    assert {lead_of(advice), *alternatives_of(advice)} - {None} <= _WITHOUT_HER2


@_often
@given(_relevant(), _practices, st.integers(0, 60))
def test_lowering_the_lvef_never_makes_a_her2_regimen_appear(case, practice, by):
    """Monotone: the same case with lower values never gains a leading regimen."""
    lower = replace(case, lvef=tuple(replace(v, value=max(0.0, v.value - by)) for v in case.lvef))
    before, after = lead_of(advise(case, practice)), lead_of(advise(lower, practice))
    if before is None and not any(v.preliminary for v in case.lvef):
        assert after is None


@_often
@given(_relevant(), _practices)
def test_a_pregnancy_leaves_no_her2_regimen(case, practice):
    """R124: documented today: no treatment finding at all, for anyone but a man."""
    assume(case.patient.sex != "male")
    with_child = replace(
        case,
        pregnancies=(
            *(p for p in case.pregnancies if p.date is None or p.date.earliest <= TODAY),
            Pregnancy("pregnant", PartialDate.on(TODAY + timedelta(days=1)), "pregnancies/new"),
        ),
    )
    assert advise(with_child, practice).treatment is None


@_often
@given(_cases, _practices, st.sampled_from(["0", "0+", "1+", "2+"]))
def test_without_a_positive_her2_there_is_never_a_regimen(case, practice, value):
    """HER2 not positive by the only test and no diagnosis code: no treatment finding."""
    other = replace(
        case,
        receptors=(ReceptorResult("HER2", "ihc", value, ago(5), "metastasis"),),
        diagnoses=(Diagnosis("invasive-breast", "active", ago(2500)),),
    )
    assert advise(_with_ids(other), practice).treatment is None


@_often
@given(_relevant(), _practices)
def test_what_was_used_is_never_offered_again_where_it_must_not(case, practice):
    """Decision 4, R103, R106: T-DXd, T-DM1 and tucatinib on record are not proposed again."""
    advice = advise(case, practice)
    offered = {lead_of(advice), *alternatives_of(advice)}
    given_before = {d.drug for d in case.drugs}
    if "trastuzumab-deruxtecan" in given_before:
        assert not offered & _TDXD
    if "trastuzumab-emtansine" in given_before:
        assert "tdm1" not in offered
    if "tucatinib" in given_before and advice.treatment is not None and advice.treatment.topic != "MaintenanceTreatment":
        assert "tucatinib-trastuzumab-capecitabine" not in offered


@_often
@given(_relevant(), _practices)
def test_the_advice_is_well_formed(case, practice):
    """One treatment at most, no option twice, the leader not among the alternatives, barred ones not offered, facts with sources."""
    advice = advice_on(case, practice)
    if advice.treatment is not None:
        options = [*([lead_of(advice)] if lead_of(advice) else []), *alternatives_of(advice)]
        assert len(options) == len(set(options))
        assert not set(options) & {o.regimen for o in advice.treatment.barred}
        assert not set(options) & set(advice.treatment.avoid)
    found = [f.topic for f in everything(advice)]
    assert len(found) == len(set(found))
    assert bool(advice.silent) is (not found)
    for finding in everything(advice):
        assert all(fact.source is not None for fact in finding.facts)


@_often
@given(_relevant(), _practices)
def test_nothing_is_said_twice(case, practice):
    """No sentence stands twice in one finding."""
    for finding in everything(advise(case, practice)):
        ids = [s.text for s in finding.detail]
        assert len(ids) == len(set(ids))


@_often
@given(_relevant(), _practices)
def test_hold_and_go_on_never_stand_on_one_screen(case, practice):
    """No advice both holds the antibodies and says to keep them going."""
    advice = advise(case, practice)
    if "headline-maintenance" in said_ids(advice):
        assert not {"LvefHold", "HeartFailure"} & {f.topic for f in advice.findings}


@_often
@given(_relevant(), _practices)
def test_below_40_with_a_her2_drug_running_is_always_critical(case, practice):
    """Decision 14: on any running HER2 drug with a cardiac rule, a newest LVEF of 30 % of today is critical, alone among all else."""
    runs = replace(
        case,
        # A stop for hospice or death silences everything (decision 9).
        drugs=(
            *(d for d in case.drugs if d.stop_reason not in ("hospice", "death")),
            DrugRecord("trastuzumab", "administration", "completed", ago(3), ago(3), None, "palliative", source="drugs/today"),
        ),
        lvef=(*(v for v in case.lvef if v.date is None or v.date.latest < TODAY), Lvef(30, ago(0), source="lvef/new")),
    )
    s = situation(runs, practice)
    if any(e.drug in HER2_DRUGS and "trastuzumab" in e.drug for e in s.her2_running):
        found = {(f.topic, f.indicator) for f in advise(runs, practice).findings}
        assert found & {("LvefHold", "critical"), ("HeartFailure", "critical")}


@pytest.mark.parametrize("practice", [Practice(), Practice("current", "EU")])
def test_an_empty_case_is_silent(practice):
    """Nothing on record: nothing to say, and the rule that says so."""
    advice = advise(Case(TODAY), practice)
    assert (advice.treatment, advice.findings) == (None, ())
    assert advice.silent
