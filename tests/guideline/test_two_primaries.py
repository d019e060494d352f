"""Cancers of both breasts: the HER2 status of one is never taken for that of the other's metastasis (R134, R122, decision 10)."""

import pytest

from guideline.case import Case
from tests.guideline.case_builder import HR_NEGATIVE, a_case, advice_on, breast_cancer, given, her2, intake, metastasis, situation_of

LEFT, RIGHT = breast_cancer(1000, side="left"), breast_cancer(970, side="right")


def two(*results, **facts) -> Case:
    return a_case(**{"diagnoses": (LEFT, RIGHT), "receptors": (*results, *HR_NEGATIVE), **facts})


def of(side, value, day, **more):
    return her2(value, day, "primary", side=side, **more)


def card(case):
    """Topic, urgency and headline of what is said about HER2; no regimen may stand beside it."""
    advice = advice_on(case)
    assert advice.treatment is None
    (found,) = [f for f in advice.findings if f.topic.startswith("Her2")]
    return found.topic, found.indicator, found.headline.text


def whys(case):
    treatment = advice_on(case).treatment
    assert treatment is not None
    return {statement.id for statement in treatment.why}, {gap.input for gap in treatment.missing}


@pytest.mark.parametrize("positive", ["left", "right"])
@pytest.mark.parametrize(("older", "newer"), [(990, 960), (990, 400)])
def test_r134_two_primaries_that_differ_are_a_discordance_whichever_is_newer(positive, older, newer):
    """Left and right are never one specimen, and the newer one does not speak for the metastasis of the older."""
    case = two(of("left", "3+" if positive == "left" else "0", older), of("right", "3+" if positive == "right" else "0", newer))
    topic, indicator, headline = card(case)
    assert (topic, indicator) == ("Her2Discordance", "warning")
    assert headline.startswith("HER2 differs by breast (")
    assert f"{positive} IHC 3+" in headline
    assert situation_of(case).her2.state == "negative"


def test_r134_an_ish_of_one_breast_does_not_settle_the_2_plus_of_the_other():
    """Right IHC 2+, left ISH positive two days later: two tumours, and neither settles the other."""
    case = two(of("right", "2+", 990), of("left", "positive", 988, method="ish"))
    assert card(case)[0] == "Her2Discordance"


def test_decision_10_the_metastasis_settles_it_for_good_and_bad():
    """A tested metastasis leads: positive opens the treatment, without a word about the breasts."""
    differing = (of("left", "3+", 990), of("right", "0", 960))
    assert advice_on(two(*differing, her2("3+", 10, "metastasis"))).treatment is not None
    assert situation_of(two(*differing, her2("0", 10, "metastasis"))).her2.discordant


@pytest.mark.parametrize("answer", ["positive", "negative"])
def test_decision_10_a_review_clears_it(answer):
    """Intake `her2-reviewed` holds here too, also where one of the two is only equivocal."""
    for second in ("0", "2+"):
        case = two(of("left", "3+", 990), of("right", second, 960), intake=intake(her2_reviewed=answer))
        assert (situation_of(case).her2.discordant, advice_on(case).treatment is not None) == (False, answer == "positive")


def test_who_is_treated_with_her2_drugs_is_told_without_alarm():
    """Whoever gives HER2 therapy against the metastases has judged whose they are: one quiet card. Once it failed, one must choose."""
    differing = {"metastases": (metastasis(day=700),), "receptors": (of("left", "3+", 990), of("right", "0", 960))}
    assert card(two(**differing, drugs=given("trastuzumab", 600)))[:2] == ("Her2Discordance", "info")
    assert card(two(**differing, drugs=given("trastuzumab", 600, 60, reason="progression")))[:2] == ("Her2Discordance", "warning")


@pytest.mark.parametrize(
    "results", [(of("left", "3+", 990),), (her2("3+", 990, "primary"),), (her2("3+", 990, None), her2("3+", 900, None))]
)
def test_r003_a_positive_result_of_one_breast_is_said_to_be_no_more(results):
    """The other cancer has no result, or the results name no breast: the treatment is advised, and says what it rests on."""
    why, missing = whys(two(*results))
    assert "her2-one-breast-shown" in why
    assert "I02" in missing


def test_both_breasts_shown_to_be_positive_need_no_word():
    """Left and right 3+: whichever spread, it is HER2-positive."""
    why, missing = whys(two(of("left", "3+", 990), of("right", "3+", 960)))
    assert "her2-one-breast-shown" not in why
    assert "I02" not in missing


def test_r122_one_breast_not_positive_and_the_other_untested_is_not_silence():
    """HER2-negative on the left says nothing about the cancer of the right breast."""
    topic, indicator, headline = card(two(of("left", "0", 990)))
    assert (topic, indicator) == ("Her2StatusNeeded", "info")
    assert "(left IHC 0," in headline
    assert situation_of(two(of("left", "0", 990), intake=intake(her2_reviewed="negative"))).her2.reviewed


@pytest.mark.parametrize(
    "case",
    [
        two(of("left", "0", 990), of("right", "0", 960)),
        two(her2("0", 990, "primary"), her2("0", 900, "primary", specimen_id="Specimen/2")),
        a_case(diagnoses=(LEFT, breast_cancer(4000)), receptors=(of("left", "0", 990),)),
    ],
    ids=["both negative", "two negative results without a side", "two entries, one breast"],
)
def test_who_is_not_positive_on_either_side_is_left_in_peace(case):
    """No card for HER2-negative disease, nor for a problem list with two entries for what may be one cancer."""
    assert advice_on(case).silent


def test_a_second_primary_found_after_the_metastases_is_not_taken_for_one_of_them():
    """A result that names no specimen, of the weeks when a cancer of the other breast was found: the tested metastasis goes on leading."""
    case = two(
        her2("0", 600, "metastasis"), her2("3+", 12, None), diagnoses=(LEFT, breast_cancer(20, side="right")),
        metastases=(metastasis(day=650),),
    )  # fmt: skip
    assert situation_of(case).her2.discordant
    alone = a_case(receptors=(her2("3+", 12, None),), diagnoses=breast_cancer(15), metastases=(metastasis(day=20),))
    assert situation_of(alone).her2.metastasis_tested_on is not None


def test_results_that_contradict_within_weeks_are_not_one_specimen_unless_they_say_so():
    """3+ and, four weeks later, 0 under another number: a second tumour or a second reading, which the record does not say."""
    pair = (her2("3+", 990, None), her2("0", 960, None))
    assert situation_of(a_case(receptors=pair)).her2.discordant
    one_block = (her2("3+", 990, None, specimen_id="Specimen/1"), her2("0", 960, None, specimen_id="Specimen/1"))
    assert situation_of(a_case(receptors=one_block)).her2.state == "negative"


def test_an_older_result_that_is_not_positive_is_named_where_no_metastasis_was_tested():
    """IHC 0 in 2016, 3+ three years ago, no side anywhere: one tumour that changed, or two."""
    results = (her2("0", 3800, None), her2("3+", 990, None))
    why, _ = whys(a_case(receptors=(*results, *HR_NEGATIVE)))
    assert "her2-earlier-not-positive" in why
    why, _ = whys(a_case(receptors=(*results, her2("3+", 10), *HR_NEGATIVE)))
    assert "her2-earlier-not-positive" not in why


def test_the_headline_has_room_for_the_longest_findings():
    """Both sides with IHC and ISH, both dated: under 140 characters."""
    results = [
        of("right", "2+", 960),
        of("right", "negative", 955, method="ish"),
        of("left", "3+", 990),
        of("left", "positive", 985, method="ish"),
    ]
    assert len(card(two(*results))[2]) < 140
