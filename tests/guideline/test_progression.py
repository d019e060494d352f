"""New metastatic sites against a newer "stable" (decisions 6 and 13): what is outdated, what is asked, and the brain apart."""

import pytest

from guideline.case import Procedure
from guideline.knowledge_base import KNOWLEDGE
from tests.guideline.case_builder import (
    LONG,
    a_case,
    advice_on,
    ago,
    dose,
    given,
    intake,
    lead_of,
    metastasis,
    on_therapy,
    said,
    said_ids,
    situation_of,
    status,
    thp,
)


@pytest.mark.parametrize(
    ("start", "before", "line"),
    [
        ("2026-11", given("trastuzumab", 400, 20), "ongoing"),
        ("2026", given("trastuzumab", 400, 20), "ongoing"),
        ("2026", given("trastuzumab", 400, 44), "ongoing"),
        ("2026", given("trastuzumab", 400, 45), "progression"),
        ("2026", None, "progression"),
        ("2026-10", given("trastuzumab", 400, 20), "progression"),
    ],
    ids=["the month alone", "the year alone", "28 days before", "29 days before", "the first therapy", "surely begun before"],
)
def test_a_worsening_that_may_be_why_the_line_was_begun(start, before, line):
    """Found worse 16 days ago, of the next line only the month or the year is known, and the one before ended about then."""
    drugs = (*([before] if before is not None else []), given("trastuzumab-deruxtecan", start))
    lines = situation_of(on_therapy(*drugs, disease_statuses=status("worsened", 16))).therapies.lines
    assert lines[-1].outcome == line


RUNNING = thp(600, taxane_end=480)
BRAIN = (*LONG, metastasis("brain", 60))
BONE = (*LONG, metastasis("bone", 60))


def the_line(**facts):
    return situation_of(on_therapy(*RUNNING, **facts)).therapies.lines[-1]


def radiotherapy(state, days):
    return Procedure("brain-radiotherapy", state, ago(days))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"metastases": BONE, "disease_statuses": status("stable", 18)}, "progression"),
        ({"metastases": BONE, "disease_statuses": status("stable", 17)}, "ongoing"),
        ({"metastases": BONE, "disease_statuses": (status("stable", 55), status("improved", 10))}, "ongoing"),
        ({"metastases": BONE, "intake": intake(last_line_outcome=said("ongoing", days=55))}, "ongoing"),
        ({"metastases": (*LONG, metastasis("bone", 60, status="resolved")), "disease_statuses": status("remission", 55)}, "ongoing"),
        ({"metastases": BRAIN, "disease_statuses": status("stable", 18)}, "progression"),
        ({"metastases": BRAIN, "disease_statuses": status("stable", 17)}, "ongoing"),
        ({"metastases": BRAIN, "intake": intake(last_line_outcome=said("ongoing", days=55))}, "progression"),
        (
            {"metastases": BRAIN, "disease_statuses": status("stable", 55), "procedures": radiotherapy("done", 57)},
            "ongoing",
        ),
        (
            {"metastases": BRAIN, "disease_statuses": status("stable", 55), "procedures": radiotherapy("done", 61)},
            "progression",
        ),
        (
            {"metastases": BRAIN, "disease_statuses": status("stable", 55), "procedures": radiotherapy("booked", 57)},
            "progression",
        ),
        ({"metastases": BRAIN, "disease_statuses": status("stable", 55), "intake": intake(cns_disease="stable")}, "ongoing"),
        ({"metastases": BRAIN, "disease_statuses": status("stable", 55), "intake": intake(cns_disease="active")}, "progression"),
        (
            {"metastases": BRAIN, "disease_statuses": status("stable", 55), "intake": intake(cns_disease=said("stable", days=70))},
            "progression",
        ),
        ({"metastases": (*LONG, metastasis("leptomeningeal", 60)), "disease_statuses": status("stable", 55)}, "progression"),
    ],
    ids=[
        "42 days later", "43 days later", "stable soon, and again", "the clinician says that it goes on", "resolved",
        "brain, 42 days later", "brain, 43 days later", "brain: that it goes on says nothing", "brain, irradiated since",
        "brain, irradiated before", "brain, radiotherapy booked", "brain, stable by the intake", "brain, active by the intake",
        "brain, the answer older", "meninges",
    ],
)  # fmt: skip
def test_decision_6_a_stable_of_the_same_weeks_does_not_undo_a_new_metastasis(facts, outcome):
    """A new site stands for 42 days whatever was said of the rest, unless it is gone or seen to; later judgement is re-staging."""
    assert the_line(**facts).outcome == outcome


def test_decision_6_a_metastasis_of_no_certain_day_is_no_progression():
    """Its onset was stated and is no date: the day on which it was written down is not the day on which it came."""
    assert the_line(metastases=(*LONG, metastasis("bone", None, recorded=ago(60)))).outcome == "ongoing"
    assert the_line(metastases=BONE).outcome == "progression"


def test_decision_6_a_new_site_called_stable_soon_after_is_asked_about():
    """Bone metastasis, five days later "stable": one of the two is mistaken, so the next line's card is conditional and asks."""
    advice = advice_on(on_therapy(*RUNNING, metastases=BONE, disease_statuses=status("stable", 55)))
    assert advice.treatment.headline.text == "Second line, if the disease has progressed: T-DXd"
    assert "condition-new-site-stable" in said_ids(advice)
    assert [gap.ask.id for gap in advice.treatment.missing if gap.input == "I04"] == ["ask-new-site"]


@pytest.mark.parametrize(
    "more",
    [
        {"disease_statuses": (status("stable", 55), status("worsened", 30))},
        {"intake": intake(last_line_outcome="progression"), "disease_statuses": status("stable", 55)},
        {},
    ],
    ids=["worse again", "the clinician says so", "no word against it"],
)
def test_decision_6_a_new_site_that_nothing_newer_contradicts_is_not_asked_about(more):
    """The new site stands with or without an older "stable": unconditional."""
    advice = advice_on(on_therapy(*RUNNING, **{"metastases": BONE, **more}))
    assert advice.treatment.headline.text.startswith("Second line: T-DXd - progressed on")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"disease_statuses": status("stable", 70)},
        {"disease_statuses": status("stable", 55)},
        {"disease_statuses": (status("worsened", 90), status("stable", 55))},
        {"intake": intake(cns_disease="active", last_line_outcome=said("ongoing", days=40))},
        {"intake": intake(cns_disease="active", cns_burden_predominant="false")},
    ],
    ids=["nothing else", "the body stable before", "the body stable after", "worse before, stable since", "it goes on", "mostly the body"],
)
def test_decision_13_a_new_brain_metastasis_alone_local_therapy_and_unchanged_her2_therapy_first(more):
    """Isolated CNS progression under running HER2 therapy: headline and first sentence say so; the next line stands behind it."""
    advice = advice_on(on_therapy(*RUNNING, **{"metastases": BRAIN, **more}))
    text = advice.treatment.headline.text
    assert text.startswith("Only the brain progressed on record: local therapy first, HER2 therapy unchanged; else")
    assert text.endswith("second line: T-DXd")
    assert len(text) < 140
    assert advice.treatment.why[0].id == "brain-body-controlled"
    assert lead_of(advice) == "tdxd"


@pytest.mark.parametrize(
    ("facts", "said_at_all"),
    [
        ({"disease_statuses": status("worsened", 58)}, True),
        ({"metastases": (*BRAIN, metastasis("bone", 50))}, False),
        ({"drugs": thp(600, 20, reason="progression")}, False),
        ({"drugs": thp(600, 20)}, False),
    ],
    ids=["worse, nobody says where", "a new bone metastasis too", "stopped for progression", "nothing is running"],
)
def test_decision_13_not_in_the_headline_where_more_than_the_brain_progressed(facts, said_at_all):
    """Worse without a place: the sentence on condition. The body too, or nothing that could go on unchanged: neither."""
    advice = advice_on(a_case(**{"metastases": BRAIN, "drugs": RUNNING, **facts}))
    assert "headline-brain-alone" not in said_ids(advice)
    assert ("brain-body-controlled" in said_ids(advice)) is said_at_all


#: Brain metastasis 60 days ago, irradiated 40 days ago.
IRRADIATED = {"metastases": BRAIN, "procedures": radiotherapy("done", 40)}
DOSE = dose("trastuzumab", 39)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"disease_statuses": status("stable", 61), "drugs": DOSE}, "ongoing"),
        ({"disease_statuses": status("stable", 60), "drugs": DOSE}, "ongoing"),
        ({"disease_statuses": status("stable", 102), "drugs": DOSE}, "ongoing"),
        ({"disease_statuses": status("stable", 61), "drugs": given("tucatinib", 600)}, "ongoing"),
        ({"disease_statuses": status("stable", 103), "drugs": DOSE}, "progression"),
        ({"drugs": DOSE}, "progression"),
        ({"disease_statuses": status("stable", 61), "drugs": dose("trastuzumab", 40)}, "progression"),
        ({"disease_statuses": status("stable", 61), "drugs": dose("docetaxel", 39)}, "progression"),
        ({"disease_statuses": status("stable", 61), "drugs": DOSE, "procedures": radiotherapy("booked", 40)}, "progression"),
        ({"disease_statuses": status("stable", 61), "drugs": DOSE, "procedures": radiotherapy("done", 61)}, "progression"),
        ({"disease_statuses": (status("stable", 61), status("worsened", 50)), "drugs": DOSE}, "progression"),
        ({"disease_statuses": status("stable", 61), "drugs": DOSE, "intake": intake(cns_disease=said("active", days=39))}, "progression"),
        ({"disease_statuses": status("stable", 61), "drugs": DOSE, "intake": intake(cns_disease=said("active", days=40))}, "ongoing"),
        ({"disease_statuses": status("stable", 55), "drugs": DOSE, "intake": intake(cns_disease=said("active", days=39))}, "progression"),
        ({"disease_statuses": status("stable", 55), "drugs": DOSE, "intake": intake(cns_disease=said("active", days=40))}, "ongoing"),
        ({"metastases": (*BRAIN, metastasis("bone", 50)), "disease_statuses": status("stable", 61), "drugs": DOSE}, "progression"),
    ],
    ids=[
        "stable the day before", "stable on the day", "42 days before", "an oral drug", "43 days before", "the body not judged",
        "no dose since", "chemotherapy since", "booked", "irradiated before", "worse since", "active since", "active before",
        "stable after it, active since", "stable after it, active before", "bone as well",
    ],
)  # fmt: skip
def test_decision_13_an_irradiated_brain_metastasis_alone_is_settled_where_the_body_is_controlled_and_the_therapy_goes_on(facts, outcome):
    """Local therapy done, the body judged stable in the weeks before, a HER2 dose since: nothing is open; each of the three is needed."""
    facts = {**IRRADIATED, **facts}
    drugs = facts.pop("drugs")
    assert situation_of(on_therapy(*RUNNING, drugs, **facts)).therapies.lines[-1].outcome == outcome


def operation(state, day):
    return Procedure("brain-resection", state, ago(day), "Procedure/2")


def test_r128_a_resected_brain_metastasis_is_settled_like_an_irradiated_one():
    """Local therapy is local therapy: done, the body stable before, a dose since."""
    facts = {"metastases": BRAIN, "disease_statuses": status("stable", 61)}
    resected = situation_of(on_therapy(*RUNNING, DOSE, procedures=operation("done", 40), **facts))
    assert resected.therapies.lines[-1].outcome == "ongoing"
    for procedures in (operation("booked", 40), operation("done", 61)):
        assert situation_of(on_therapy(*RUNNING, DOSE, procedures=procedures, **facts)).therapies.lines[-1].outcome == "progression"


def test_r128_after_a_resection_alone_the_radiotherapy_is_asked_about():
    """No "local therapy first" once the tumour was removed; with radiotherapy since, or before it, that is what was done."""
    advice = advice_on(on_therapy(*RUNNING, DOSE, metastases=BRAIN, procedures=operation("done", 40)))
    assert advice.treatment.headline.text.startswith(f"Brain tumour resected {ago(40)}: with the body stable HER2 therapy unchanged; else")
    assert advice.treatment.why[0].id == "brain-resected-body-open"
    assert "no radiotherapy of the brain since is on record" in advice.treatment.why[0].text
    for day in (20, 45):
        both = on_therapy(*RUNNING, DOSE, metastases=BRAIN, procedures=(operation("done", 40), radiotherapy("done", day)))
        assert advice_on(both).treatment.headline.id == "headline-brain-irradiated"


def test_decision_13_a_later_line_keeps_the_brain_progression_before_it():
    """The therapy was changed in the end: the line before it progressed in the brain, irradiated or not."""
    next_line = (DOSE, given("trastuzumab-deruxtecan", 10))
    case = on_therapy(*thp(600, 12, taxane_end=480), *next_line, disease_statuses=status("stable", 61), **IRRADIATED)
    assert [line.outcome for line in situation_of(case).therapies.lines] == ["progression", "ongoing"]


def test_decision_13_irradiated_and_the_body_not_judged_asks_for_the_body():
    """No "local therapy first" once it was done: the headline and the first reason name its day, and the body is to be confirmed."""
    advice = advice_on(on_therapy(*RUNNING, DOSE, **IRRADIATED))
    assert advice.treatment.headline.id == "headline-brain-irradiated"
    assert str(ago(40)) in advice.treatment.headline.text
    assert advice.treatment.why[0].id == "brain-irradiated-body-open"
    assert "brain-body-controlled" not in said_ids(advice)
    assert lead_of(advice) == "tdxd"


@pytest.mark.parametrize("id_", ["headline-brain-alone", "headline-brain-irradiated", "headline-brain-resected"])
def test_decision_13_each_headline_has_room_for_every_line(id_):
    """With the longest line and the longest words for what leads, the headline stays one."""
    values = {"treated": str(ago(40))} if id_ != "headline-brain-alone" else {}
    assert len(KNOWLEDGE.say(id_, line="seventh line", regimen="no standard regimen", **values).text) < 140


def test_r033_the_burden_is_not_asked_about_where_the_triplet_leads_anyway():
    """After T-DXd the triplet leads: "mostly brain would favour the triplet" is not said."""
    drugs = (*thp(690, 400, reason="progression"), given("trastuzumab-deruxtecan", 380))
    advice = advice_on(on_therapy(*drugs, metastases=BRAIN))
    assert lead_of(advice) == "tucatinib-trastuzumab-capecitabine"
    assert "brain-burden-unknown" not in said_ids(advice)
