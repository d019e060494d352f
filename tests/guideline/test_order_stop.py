"""Stop orders of HER2 therapy: asked about without a reason, silent with one (R010; decision 21)."""

import pytest

from guideline.rules.orders import order_stop
from tests.guideline.case_builder import (
    HR_POSITIVE,
    a_case,
    ago,
    given,
    her2,
    intake,
    lung,
    lvef,
    metastasis,
    on_therapy,
    pregnancy,
    status,
    thp,
)
from tests.guideline.order_builder import beside, order, says, stop, topics_of, words

RULES = order_stop.RULES
HP = ("trastuzumab", "pertuzumab")


def after_the_taxane(**facts):
    """THP for 200 days, docetaxel over for 80, responding; premenopausal, HR-positive."""
    more = {"receptors": (her2("3+"), *HR_POSITIVE), "intake": intake(menopausal_status="premenopausal"), "age": 39}
    return on_therapy(*thp(200, taxane_end=80), **{**more, "disease_statuses": status("improved", 30), **facts})


def test_v03_completed_chemotherapy_is_no_reason():
    """V03: one warning: the antibodies go on, endocrine therapy with ovarian suppression is added, palbociclib after a blood count."""
    (found,) = says(RULES, after_the_taxane(), stop("trastuzumab", "completed"), stop("pertuzumab", "completed"))
    assert (found.topic, found.indicator) == ("Her2TherapyStopped", "warning")
    assert found.headline.text.startswith("Continue trastuzumab + pertuzumab: ")
    text = words(found)
    for expected in ("until progression or unacceptable toxicity", "Endocrine therapy may start", "ovarian", "palbociclib", "blood count"):
        assert expected in text
    for forbidden in ("stop HER2 therapy", "not studied in randomised trials", "combine palbociclib with tucatinib"):
        assert forbidden not in text


def test_no_reason_is_asked_for():
    """Decision 21: no reason at all."""
    (found,) = says(RULES, after_the_taxane(), stop("trastuzumab"))
    assert found.indicator == "warning"
    assert "gives no reason" in words(found)


def test_an_unknown_reason_is_only_information():
    """A reason that is none of the known ones is still one."""
    (found,) = says(RULES, after_the_taxane(), stop("trastuzumab", "other"))
    assert found.indicator == "info"


def test_a_drug_that_cannot_be_had_is_asked_about():
    """R010, R136: refused by the insurer in a responder; another product or another HER2 drug in its place ends nothing."""
    stops = (stop("trastuzumab", "unavailable"), stop("pertuzumab", "unavailable"))
    (found,) = says(RULES, after_the_taxane(), *stops)
    assert (found.topic, found.indicator) == ("Her2TherapyStopped", "info")
    assert "cannot be had" in words(found)
    assert says(RULES, after_the_taxane(), *stops, order("pertuzumab-trastuzumab-hyaluronidase", 600)) == []
    (found,) = says(RULES, after_the_taxane(), stops[0], stop("pertuzumab", "other"))
    assert "none of progression" in words(found)
    (found,) = says(RULES, after_the_taxane(), stops[0], stop("pertuzumab"))
    assert (found.indicator, "gives no reason" in words(found)) == ("warning", True)


@pytest.mark.parametrize("reason", ["progression", "toxicity", "cardiac", "lung", "pregnancy", "patient-wish", "hospice", "death"])
def test_a_recorded_reason_is_silent(reason):
    """R010: progression, toxicity, LVEF, pregnancy, the patient's wish, end-of-life care."""
    assert says(RULES, after_the_taxane(), stop("trastuzumab", reason), stop("pertuzumab", reason)) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"disease_statuses": status("worsened", 5)},
        {"lvef": (lvef(62, 300), lvef(38, 3))},
        {"pregnancies": pregnancy(), "intake": intake(pregnancy_excluded=None)},
    ],
    ids=["progression", "LVEF hold", "pregnancy"],
)
def test_a_reason_in_the_record_is_silent_too(facts):
    """R010: the record itself says why."""
    assert says(RULES, after_the_taxane(**facts), stop("trastuzumab"), stop("pertuzumab")) == []


def test_pneumonitis_on_tdxd_is_a_reason():
    """R116: the lungs."""
    case = on_therapy(given("trastuzumab-deruxtecan", 200), lungs=lung(grade=2, onset=5, cause_drug="trastuzumab-deruxtecan"))
    assert says(RULES, case, stop("trastuzumab-deruxtecan")) == []


@pytest.mark.parametrize(
    ("stops", "starts"),
    [
        ((stop("trastuzumab"),), (order("trastuzumab-hyaluronidase", 600),)),
        ((stop("trastuzumab"),), (beside("trastuzumab-hyaluronidase", 600),)),
        ((stop("trastuzumab"),), (order("trastuzumab", 6, "mg/kg"),)),
        ((stop("trastuzumab"), stop("pertuzumab")), (order("pertuzumab-trastuzumab-hyaluronidase", 600),)),
        ((stop("trastuzumab"), stop("pertuzumab")), (order("trastuzumab-deruxtecan", 5.4, "mg/kg"),)),
    ],
    ids=["IV to SC", "IV to SC beside", "biosimilar", "fixed combination", "next drug"],
)
def test_r136_a_change_of_product_or_drug_is_no_end(stops, starts):
    """R136: stopped and started in one set: HER2 therapy goes on."""
    assert says(RULES, after_the_taxane(), *stops, *starts) == []


def test_the_subcutaneous_form_back_to_the_infusion():
    """R136: SC to IV."""
    case = on_therapy(given("trastuzumab-hyaluronidase", 200))
    assert says(RULES, case, stop("trastuzumab-hyaluronidase"), order("trastuzumab", 6, "mg/kg")) == []


def test_pertuzumab_alone_is_asked_about_while_trastuzumab_is_ordered_on():
    """R009: both antibodies go on; the next trastuzumab dose replaces no pertuzumab."""
    (found,) = says(RULES, after_the_taxane(), stop("pertuzumab"), order("trastuzumab", 6, "mg/kg"))
    assert found.headline.text.startswith("Continue pertuzumab: ")


@pytest.mark.parametrize(
    "case",
    [
        a_case(metastases=(), drugs=given("trastuzumab", 365, intent="curative")),
        on_therapy(given("trastuzumab", 300, 100, status="completed")),
        on_therapy(given("trastuzumab", 200), receptors=(her2("0"),)),
        on_therapy(given("docetaxel", 100)),
    ],
    ids=["adjuvant year over", "not running", "HER2-negative metastasis", "no HER2 drug"],
)
def test_what_is_not_ours_is_silent(case):
    """R123: adjuvant therapy that is complete, drugs that do not run, disease that is not HER2-positive."""
    assert says(RULES, case, stop("trastuzumab", "completed")) == []


def test_a_stop_of_the_taxane_is_silent():
    """R007: the taxane part ends, the antibodies are not touched."""
    assert says(RULES, on_therapy(*thp(150, taxane_end=-30)), stop("docetaxel", "completed")) == []


def test_a_stop_that_is_not_asked_is_context():
    """Decision 16: only what is selected or signed is the question."""
    assert says(RULES, after_the_taxane(), stop("trastuzumab", asked=False)) == []


def test_tdxd_that_is_completed_is_kept():
    """R026: a conjugate goes on as well; no maintenance words where no taxane was given."""
    (found,) = says(RULES, on_therapy(given("trastuzumab-deruxtecan", 200)), stop("trastuzumab-deruxtecan", "completed"))
    assert "trastuzumab deruxtecan" in found.headline.text
    assert "palbociclib" not in words(found)


def test_a_restart_that_is_possible_is_no_reason_to_stop():
    """R010: T-DXd is on hold and its grade 1 pneumonitis has resolved: that does not say why pertuzumab ends. Active, it does."""
    for condition, topics in (
        (lung(status="resolved", grade=1, onset=40, abated=ago(20)), ["Her2TherapyStopped"]),
        (lung(grade=1, onset=40), []),
    ):
        case = on_therapy(given("trastuzumab-deruxtecan", 200, status="on-hold"), given("pertuzumab", 200), lungs=condition)
        assert [f.topic for f in says(RULES, case, stop("pertuzumab"))] == topics


@pytest.mark.parametrize("reason", [None, "completed", "other"])
@pytest.mark.parametrize("start", [200, 900])
def test_r017_the_adjuvant_course_ends_with_the_relapse(reason, start):
    """The chart says that it ends, or asks for its end where the record was never closed: its stop order is not questioned."""
    case = a_case(drugs=given("trastuzumab", start, intent="curative"))
    assert not says(RULES, case, stop("trastuzumab", reason))


def test_r010_an_adjuvant_antibody_that_went_on_into_the_line_is_part_of_it():
    """Pertuzumab and docetaxel were begun beside it against the metastases: ending it without a reason is asked about."""
    drugs = (given("trastuzumab", 500, intent="curative"), given("pertuzumab", 300), given("docetaxel", 300, 180, status="completed"))
    case = a_case(metastases=metastasis("liver", 310), drugs=drugs)
    assert topics_of(says(RULES, case, stop("trastuzumab"))) == ["Her2TherapyStopped"]
