"""Fourth line and later (R048-R059, R109, R135; decisions 3 and 4): who leads, and what is left of the menu."""

from itertools import product

import pytest

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.situation import situation
from tests.guideline.case_builder import (
    GUIDELINE_EU,
    GUIDELINE_US,
    HR_NEGATIVE,
    HR_POSITIVE,
    LONG,
    Practice,
    a_case,
    adjuvant,
    advice_on,
    alternatives_of,
    barred_in,
    given,
    her2,
    intake,
    lab,
    lead_of,
    lung,
    metastasis,
    missing_in,
    on_therapy,
    receptor,
    said_ids,
    status,
    thp,
    topics,
    words_of,
)
from tests.guideline.measure_builder import BODY

TUCATINIB = "tucatinib-trastuzumab-capecitabine"
TDXD = (given("trastuzumab-deruxtecan", 480, 350, reason="progression"),)
TRIPLET = tuple(given(d, 330, 200, reason="progression") for d in ("tucatinib", "trastuzumab", "capecitabine"))
FOUR = (*thp(690, 500, reason="progression"), *TDXD, *TRIPLET, given("trastuzumab-emtansine", 180, 10, reason="progression"))


def case_of(*drugs, **facts):
    return a_case(**{"metastases": LONG, "drugs": drugs, **facts})


def later(drugs=FOUR, practice=GUIDELINE_US, **facts):
    return advice_on(case_of(*drugs, **facts), practice)


def option_of(advice, regimen):
    return next(o for o in advice.treatment.alternatives if o.regimen == regimen)


# --- Who leads -------------------------------------------------------------------------------------------------------------------------


def test_r048_no_standard_from_the_fourth_line_on():
    """R048, R056, R059: no leader, individualise, a trial first, HER2 blockade goes on."""
    advice = later()
    assert (advice.treatment.topic, lead_of(advice)) == ("LaterLineTreatment", None)
    assert alternatives_of(advice)[0] == "clinical-trial"
    assert {"no-standard", "keep-her2-blockade", "trial-part-of-care", "evidence-gap-after-tdxd"} <= said_ids(advice)
    assert advice.treatment.headline.text.startswith("Fifth line: no standard regimen left")
    assert {"R048", "R049", "R058"} <= set(advice.treatment.rules)


USED_SECOND = {
    "T-DXd": TDXD,
    "T-DM1": (given("trastuzumab-emtansine", 480, 350, reason="progression"),),
    "vinorelbine": tuple(given(d, 480, 350, reason="progression") for d in ("trastuzumab", "vinorelbine")),
}
USED_THIRD = {
    "triplet": TRIPLET,
    "eribulin": tuple(given(d, 330, 200, reason="progression") for d in ("trastuzumab", "eribulin")),
}


@pytest.mark.parametrize(("second", "third"), list(product(USED_SECOND, USED_THIRD)))
def test_decision_4_one_order_of_preference(second, third):
    """Decision 4: T-DXd where it was never given, else the triplet where tucatinib was never given, else nothing and a trial first."""
    advice = later((*thp(690, 500, reason="progression"), *USED_SECOND[second], *USED_THIRD[third]))
    expected = "tdxd" if second != "T-DXd" else TUCATINIB if third != "triplet" else None
    assert (advice.treatment.topic, lead_of(advice)) == ("LaterLineTreatment", expected)
    assert (alternatives_of(advice)[0] == "clinical-trial") == (expected is None)
    assert ("no-standard" in said_ids(advice)) == (expected is None)
    assert ("later-line-individualise" in said_ids(advice)) == (expected is not None)


@pytest.mark.parametrize(("jurisdiction", "profile"), list(product(["US", "EU"], ["guideline", "current"])))
def test_decision_1_no_profile_changes_a_later_line(jurisdiction, profile):
    """Decision 1: the profile orders first-line options only."""
    one, other = later(practice=Practice(profile, jurisdiction)), later(practice=Practice("guideline", jurisdiction))
    assert (lead_of(one), alternatives_of(one)) == (lead_of(other), alternatives_of(other))


def test_decision_4_a_t_dxd_naive_patient_with_active_ild_does_not_get_t_dxd():
    """Decision 12 goes before decision 4: T-DXd neither leads nor is an alternative."""
    drugs = (*thp(690, 500, reason="progression"), *USED_SECOND["T-DM1"], *USED_THIRD["eribulin"])
    advice = later(drugs, lungs=lung(onset=1500), intake=intake(ild_history=None))
    assert lead_of(advice) == TUCATINIB
    assert "tdxd" in barred_in(advice)


# --- Counting lines --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drugs", "topic"),
    [
        ((*thp(690, 500, reason="progression"), *TDXD), "ThirdLineTreatment"),
        ((*thp(690, 500, reason="progression"), *TDXD, *TRIPLET), "LaterLineTreatment"),
        ((*thp(690, 500, reason="progression"), *TDXD, given("trastuzumab-emtansine", 330, 200, reason="toxicity")), "LaterLineTreatment"),
        ((*thp(690, 500, reason="progression"), *TDXD, given("letrozole", 330, 200, reason="progression")), "ThirdLineTreatment"),
    ],
    ids=["two", "three", "three, one stopped for toxicity", "two and endocrine alone"],
)
def test_decision_3_from_three_used_lines_on(drugs, topic):
    """Decision 3: toxicity lines count, endocrine-only lines do not."""
    assert later(drugs).treatment.topic == topic


@pytest.mark.parametrize(("end", "topic"), [(900, "LaterLineTreatment"), (1400, "ThirdLineTreatment")])
def test_decision_3_an_early_relapse_counts_as_a_line(end, topic):
    """Decision 3: a relapse within 12 months of adjuvant HER2 therapy is one of the three."""
    drugs = (adjuvant("trastuzumab", end + 365, end), *TDXD, *TRIPLET)
    assert later(drugs).treatment.topic == topic


@pytest.mark.parametrize("state", ["active", "on-hold"])
def test_r132_r133_silent_while_a_late_line_runs_or_is_held(state):
    """R132, R133: no menu for who is on treatment; a hold is no new line."""
    drugs = (*thp(690, 500, reason="progression"), *TDXD, *TRIPLET, given("trastuzumab-emtansine", 180, status=state))
    assert "LaterLineTreatment" not in topics(later(drugs))


def test_decision_6_the_headline_waits_for_progression():
    """Decision 6: over, no reason: the card is conditional also where nothing leads, and asks."""
    drugs = (*thp(690, 500, reason="progression"), *TDXD, *TRIPLET, given("trastuzumab-emtansine", 180, 10))
    advice = later(drugs)
    assert "if the disease has progressed" in advice.treatment.headline.text
    assert "I04" in missing_in(advice)


# --- The menu --------------------------------------------------------------------------------------------------------------------------


def test_r049_r050_r051_r055_the_menu():
    """R043, R044, R050, R051, R055: each option that is left, those with the failed capecitabine behind the others."""
    assert alternatives_of(later(receptors=(her2("3+"),))) == [
        "clinical-trial", "margetuximab-chemotherapy", "trastuzumab-chemotherapy", "neratinib-capecitabine", "lapatinib-capecitabine",
        "lapatinib-trastuzumab", "rechallenge",
    ]  # fmt: skip


def test_r050_r051_doses_of_the_label():
    """R050, R051: with a creatinine clearance the label doses are printed; nothing is printed of capecitabine without (I10)."""
    with_labs = later((*thp(690, 500, reason="progression"), *TDXD, *TRIPLET), labs=lab("creatinine", 0.7), body=BODY)
    assert option_of(with_labs, "neratinib-capecitabine").doses == ()
    assert "750 mg/m2" in " ".join(K.regimens["neratinib-capecitabine"].dose_lines)
    assert "15 mg/kg" in " ".join(K.regimens["margetuximab-chemotherapy"].dose_lines)
    without = option_of(later(), "neratinib-capecitabine").doses
    assert not any("mg/m2" in line for line in without)
    assert any("creatinine" in line for line in without)


def test_r051_the_negative_survival_result_stands_beside_margetuximab():
    """R051, E13: progression-free survival is never shown without the overall survival that was not improved."""
    option = option_of(later(), "margetuximab-chemotherapy")
    assert {"sophia-2021-pfs", "sophia-2022-os"} <= set(option.evidence)
    assert "overall survival was not improved" in option.reasons[0].text


def test_r052_side_effects_stand_beside_each_option():
    """R052: what the knowledge files know of each regimen, and the question what matters to the patient."""
    advice = later()
    for o in advice.treatment.alternatives:
        known = K.regimens[o.regimen].toxicity
        shown = [c.text for c in o.cautions if c.id == "side-effects"]
        assert bool(shown) == bool(known), o.regimen
        assert all(effect in shown[0] for effect in known), o.regimen
    assert "side-effects-that-matter" in said_ids(advice)
    assert "hair loss" in words_of(advice)


def test_r052_no_side_effects_in_earlier_lines():
    """R052 belongs to the late lines: the second-line card stays short."""
    assert "side-effects" not in said_ids(later(thp(690, 10, reason="progression")))


def test_r057_pipeline_drugs_are_never_named():
    """R057: new classes stand in the rule book as trial topics, on no card."""
    said = words_of(later()).lower()
    assert not any(word in said for word in ("zanidatamab", "pyrotinib", "bispecific", "immunotherapy", "pi3k"))


def test_r058_tucatinib_used_once_is_gone():
    """R058: also where T-DXd leads."""
    drugs = (*thp(690, 500, reason="progression"), *USED_SECOND["vinorelbine"], *TRIPLET)
    advice = later(drugs)
    assert lead_of(advice) == "tdxd"
    assert TUCATINIB not in alternatives_of(advice)
    assert "tucatinib-gone" in said_ids(advice)


def test_r045_pertuzumab_where_it_was_never_given():
    """R045: third line or later, with its label limit."""
    drugs = (
        *(given(d, 690, 500, reason="progression") for d in ("trastuzumab", "paclitaxel")), *TDXD, *TRIPLET,
    )  # fmt: skip
    option = option_of(later(drugs), "pertuzumab-trastuzumab-chemotherapy")
    assert option.label is not None
    assert "Outside the label" in option.label.text
    assert "pertuzumab-trastuzumab-chemotherapy" not in alternatives_of(later())


def test_asco_3_2_1_abemaciclib_in_hormone_receptor_positive_disease_only():
    """ASCO 2022, 3.2.1: HR-positive, no CDK4/6 inhibitor and no fulvestrant before."""
    regimen = "abemaciclib-trastuzumab-fulvestrant"
    positive = {"receptors": (her2("3+"), *HR_POSITIVE)}
    assert regimen in alternatives_of(later(**positive))
    assert regimen not in alternatives_of(later())
    assert regimen not in alternatives_of(later((*FOUR, given("fulvestrant", 480, 350)), **positive))
    assert regimen not in alternatives_of(later((*FOUR, given("palbociclib", 480, 350)), **positive))


# --- Label and jurisdiction ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regimen", "us", "eu"),
    [
        ("margetuximab-chemotherapy", "On label. US label", "EU: not approved"),
        ("neratinib-capecitabine", "On label. US label", "EU: not approved for metastatic disease"),
        ("lapatinib-capecitabine", "Outside the label", "Outside the label"),
        ("lapatinib-trastuzumab", "US: not a label indication", "On label. EU label: hormone-receptor-negative"),
    ],
)
def test_r109_r135_the_label_of_the_site_stands_beside_each_option(regimen, us, eu):
    """R109, R135: on label or not, in the site's own jurisdiction, in every menu."""
    for practice, text in ((GUIDELINE_US, us), (GUIDELINE_EU, eu)):
        label = option_of(later(practice=practice), regimen).label
        assert label is not None
        assert label.text.startswith(text)


def test_r135_earlier_menus_name_the_label_too():
    """R019, R135: T-DM1 beside T-DXd in second line, within its label."""
    label = option_of(later(thp(690, 10, reason="progression")), "tdm1").label
    assert label is not None
    assert label.text.startswith("On label. US label")


def test_r135_what_is_not_approved_here_stands_behind():
    """R135: neratinib and margetuximab are shown in the EU, behind what its labels know."""
    order = alternatives_of(later(practice=GUIDELINE_EU))
    assert order.index("lapatinib-trastuzumab") < order.index("margetuximab-chemotherapy")
    assert order.index("trastuzumab-chemotherapy") < order.index("neratinib-capecitabine")


def test_r109_lapatinib_with_capecitabine_on_label_after_an_anthracycline():
    """R109: anthracycline, taxane and trastuzumab."""
    label = option_of(later((adjuvant("doxorubicin", 2000, 1900), *FOUR)), "lapatinib-capecitabine").label
    assert label is not None
    assert label.text.startswith("On label")


# --- What was used, and why it was stopped ---------------------------------------------------------------------------------------------

BEFORE = (*thp(690, 560, reason="progression"), given("trastuzumab-deruxtecan", 550, 450, reason="progression"))
AFTER = tuple(given(d, 190, 10, reason="progression") for d in ("tucatinib", "trastuzumab"))
_AGENTS = {
    "lapatinib": ("lapatinib-capecitabine", "lapatinib-trastuzumab"),
    "neratinib": ("neratinib-capecitabine",),
    "margetuximab": ("margetuximab-chemotherapy",),
}


@pytest.mark.parametrize("drug", _AGENTS)
@pytest.mark.parametrize("reason", ["progression", "toxicity", "lung", "cardiac", "other", None])
def test_decision_4_no_agent_again_that_failed_or_harmed_or_may_have(drug, reason):
    """Decision 4: progression bars, toxicity bars for good, and an unknown reason is never the benign one."""
    advice = later((*BEFORE, given(drug, 440, 200, reason=reason), given("vinorelbine", 440, 200), *AFTER))
    assert not set(_AGENTS[drug]) & set(alternatives_of(advice))


@pytest.mark.parametrize("drug", _AGENTS)
def test_r053_an_unknown_reason_is_said_and_asked_for(drug):
    """R053, R131: what was left out for want of a reason is named, with I04; nothing is asked where the reason is known."""
    unknown = later((*BEFORE, given(drug, 440, 200), given("vinorelbine", 440, 200), *AFTER))
    assert "reason-for-stopping-open" in said_ids(unknown)
    assert "I04" in missing_in(unknown)
    known = later((*BEFORE, given(drug, 440, 200, reason="progression"), given("vinorelbine", 440, 200), *AFTER))
    assert "reason-for-stopping-open" not in said_ids(known)


@pytest.mark.parametrize("reason", ["patient-wish", "unavailable", "completed"])
def test_r053_an_agent_stopped_for_another_reason_stays_on_the_menu(reason):
    """Decision 4: only progression and toxicity bar; the card says that the drug was used."""
    advice = later((*BEFORE, given("lapatinib", 440, 200, reason=reason), given("vinorelbine", 440, 200), *AFTER))
    assert "lapatinib-trastuzumab" in alternatives_of(advice)
    assert "agent-used-without-progression" in said_ids(advice)


def test_an_adjuvant_agent_does_not_count_as_failed():
    """Decision 4 speaks of the metastatic setting: extended adjuvant neratinib stays possible, and is named."""
    advice = later((adjuvant("neratinib", 2000, 1700), *FOUR))
    assert "neratinib-capecitabine" in alternatives_of(advice)
    assert "agent-used-early" in said_ids(advice)


def test_capecitabine_stopped_for_toxicity_is_not_given_again():
    """Decision 4: no pair with it; the triplet, which rests on tucatinib, leads without a capecitabine dose."""
    drugs = (*BEFORE, given("trastuzumab", 440, 200, reason="progression"), given("capecitabine", 440, 400, reason="toxicity"))
    advice = later(drugs, labs=lab("creatinine", 0.7))
    assert lead_of(advice) == TUCATINIB
    assert not {"lapatinib-capecitabine", "neratinib-capecitabine"} & set(alternatives_of(advice))
    assert not any(line.startswith("capecitabine") for line in advice.treatment.lead.doses)
    assert "partner-not-tolerated" in said_ids(advice)


def test_decision_4_the_triplet_keeps_its_place_when_capecitabine_failed():
    """Decision 4 ranks the triplet itself: beside T-DXd it stands first among the alternatives, and the failed partner is said."""
    drugs = (*thp(690, 500, reason="progression"), *USED_SECOND["T-DM1"],
             *(given(d, 330, 10, reason="progression") for d in ("lapatinib", "capecitabine")))  # fmt: skip
    advice = later(drugs)
    assert (lead_of(advice), alternatives_of(advice)[0]) == ("tdxd", TUCATINIB)
    assert "partner-failed" in {c.id for c in option_of(advice, TUCATINIB).cautions}


def test_r049_chemotherapy_alone_only_where_no_her2_drug_is_left():
    """R049, R059: single-agent chemotherapy is named only when trastuzumab and every other agent are ruled out; the triplet says why."""
    nothing_left = (
        *(given(d, 690, 560, reason="toxicity") for d in ("trastuzumab", "pertuzumab", "docetaxel")),
        given("trastuzumab-deruxtecan", 550, 450, reason="progression"),
        given("trastuzumab-emtansine", 440, 350, reason="progression"),
        *(given(d, 340, 200, reason="toxicity") for d in ("lapatinib", "capecitabine")),
        *(given(d, 190, 10, reason="progression") for d in ("margetuximab", "vinorelbine")),
    )
    advice = later(nothing_left)
    assert (lead_of(advice), alternatives_of(advice)) == (None, ["clinical-trial", "single-agent-chemotherapy"])
    assert TUCATINIB in barred_in(advice)
    assert "single-agent-chemotherapy" not in alternatives_of(later())


# --- Cycling back ----------------------------------------------------------------------------------------------------------------------


def changed(day):
    """ER and PgR positive two years ago, negative on `day`."""
    before = (receptor("ER", "positive", 700), receptor("PR", "positive", 700))
    return (her2("3+", day), *before, receptor("ER", "negative", day), receptor("PR", "negative", day))


def again(advice):
    """What the card says about re-use."""
    return option_of(advice, "rechallenge").reasons[0]


def test_r053_after_a_receptor_change_what_failed_may_come_back():
    """R053, decision 4: pertuzumab helped for half a year and failed; the receptors changed since."""
    said = again(later(receptors=changed(5)))
    assert said.id == "rechallenge-after-receptor-change"
    assert "pertuzumab" in said.text


def test_r053_conjugates_and_tucatinib_do_not_come_back():
    """R053, R058, R103, R106: neither after a receptor change; capecitabine, which failed, does not either."""
    text = again(later(receptors=changed(5))).text
    assert not any(name in text for name in ("deruxtecan", "emtansine", "tucatinib", "capecitabine"))


@pytest.mark.parametrize(("day", "reopened"), [(500, True), (501, False), (600, False), (None, False)])
def test_r053_the_change_must_be_newer_than_the_failure(day, reopened):
    """R053: a difference that was there while the drug failed reopens nothing; an undated result neither."""
    assert (again(later(receptors=changed(day))).id == "rechallenge-after-receptor-change") == reopened


def test_r053_without_a_receptor_change_only_what_did_not_fail():
    """R053: docetaxel ended as planned; pertuzumab failed and is not named."""
    said = again(later())
    assert said.id == "rechallenge-without-progression"
    assert "docetaxel" in said.text
    assert "pertuzumab" not in said.text


def test_r053_what_failed_is_not_called_without_progression():
    """R053: trastuzumab ended at progression beside docetaxel, so docetaxel alone is named; the dates are those of the line."""
    said = again(later())
    assert "trastuzumab" not in said.text
    assert "in the line from" in said.text


@pytest.mark.parametrize(("change", "named"), [((her2("3+"),), False), (changed(5), True)], ids=["no change", "receptors changed"])
def test_decision_4_a_fixed_combination_fails_with_its_pertuzumab(change, named):
    """Decision 4: pertuzumab + trastuzumab in one syringe, stopped at progression: named again only after a receptor change."""
    fixed = given("pertuzumab-trastuzumab-hyaluronidase", 690, 500, reason="progression")
    advice = later((fixed, given("docetaxel", 690, 550, reason="completed"), *TDXD, *TRIPLET), receptors=change)
    assert "docetaxel" in again(advice).text
    assert ("pertuzumab" in again(advice).text) is named


def test_r046_the_chemotherapy_of_the_past_is_listed_by_commas():
    """R046: drugs of different lines are no combination."""
    assert "used so far: capecitabine, docetaxel" in words_of(later())


@pytest.mark.parametrize("reason", ["toxicity", "lung", "cardiac", None])
def test_r053_never_what_harmed_or_may_have_harmed(reason):
    """R053: no receptor change brings back what was stopped for toxicity, lungs or heart, nor what was stopped nobody knows why."""
    drugs = (
        given("trastuzumab", 690, 440, reason="completed"), given("pertuzumab", 690, 440, reason=reason),
        given("trastuzumab-deruxtecan", 430, 350, reason="progression"), *TRIPLET,
    )  # fmt: skip
    advice = later(drugs, receptors=changed(5))
    assert "rechallenge" not in alternatives_of(advice)


@pytest.mark.parametrize(("end", "response", "named"), [(522, None, True), (523, None, False), (600, 640, True), (600, 590, False)])
def test_r053_only_what_helped(end, response, named):
    """R053: 24 weeks on the line, or a response recorded during it."""
    drugs = (
        given("trastuzumab", 690, end, reason="progression"), given("pertuzumab", 690, end, reason="progression"),
        *TDXD, *TRIPLET,
    )  # fmt: skip
    statuses = (status("improved", response),) if response is not None else ()
    advice = later(drugs, receptors=changed(5), disease_statuses=statuses)
    assert ("rechallenge" in alternatives_of(advice)) == named


def test_r053_anthracyclines_do_not_come_back():
    """R078: not beside trastuzumab."""
    drugs = (given("trastuzumab", 690, 500, reason="progression"), given("doxorubicin", 690, 550, reason="completed"), *TDXD, *TRIPLET)
    assert "rechallenge" not in alternatives_of(later(drugs))


def test_no_re_use_while_something_leads():
    """Decision 4: re-use is for those whom nothing else is left for."""
    advice = later((*thp(690, 500, reason="progression"), *TDXD, *USED_THIRD["eribulin"]), receptors=changed(5))
    assert lead_of(advice) == TUCATINIB
    assert "rechallenge" not in alternatives_of(advice)


# --- What is lost ----------------------------------------------------------------------------------------------------------------------


def test_later_lines_do_not_depend_on_the_order_of_facts():
    """The same facts in another order give the same menu."""
    case = case_of(*FOUR, receptors=changed(5))
    turned = case_of(*reversed(FOUR), receptors=tuple(reversed(case.receptors)))
    assert alternatives_of(advice_on(case)) == alternatives_of(advice_on(turned))
    assert situation(case, GUIDELINE_US).used_line_count == situation(turned, GUIDELINE_US).used_line_count == 4


@pytest.mark.parametrize("count", range(2, 9))
def test_every_later_headline_fits(count):
    """Decision 32: under 140 characters at any number of lines."""
    partners = [
        "vinorelbine",
        "eribulin",
        "gemcitabine",
        "carboplatin",
        "paclitaxel",
        "nab-paclitaxel",
        "liposomal-doxorubicin",
        "capecitabine",
    ]
    lines = [
        given(d, 1990 - 200 * n, 1800 - 200 * n, reason="progression")
        for n, partner in enumerate(partners[:count])
        for d in ("trastuzumab", partner)
    ]
    advice = advice_on(a_case(metastases=(metastasis("liver", 2000),), drugs=tuple(lines)))
    assert lead_of(advice) == "tdxd"
    assert len(advice.treatment.headline.text) < 140


HER2_GAINED = (her2("1+", 840), her2("3+", 15), *HR_NEGATIVE)
TDXD_IN_HER2_LOW = given("trastuzumab-deruxtecan", 590, 60, reason="progression")


@pytest.mark.parametrize(
    ("before", "topic", "menu"),
    [
        ((), "SecondLineTreatment", ["tdm1", "pertuzumab-trastuzumab-chemotherapy", "trastuzumab-chemotherapy", "clinical-trial"]),
        ((given("paclitaxel", 830, 600, reason="progression"),), "ThirdLineTreatment", ["tdm1", "pertuzumab-trastuzumab-chemotherapy"]),
    ],
    ids=["T-DXd alone", "after chemotherapy"],
)
def test_r045_t_dxd_of_her2_low_disease_is_used_when_a_biopsy_is_3_plus(before, topic, menu):
    """Its line counts, it is not offered again, and pertuzumab, never given, stands in the menu."""
    case = on_therapy(*before, TDXD_IN_HER2_LOW, metastases=(metastasis("liver", 850),), receptors=HER2_GAINED)
    advice = advice_on(case)
    assert (topics(advice), lead_of(advice)) == ([topic], "tucatinib-trastuzumab-capecitabine")
    assert alternatives_of(advice)[: len(menu)] == menu
    assert "tdxd" in barred_in(advice)
