"""HER2 and hormone receptors over time (decision 10; R003, R121, R122, R134)."""

import pytest

from guideline.biomarkers import her2_findings
from guideline.case import ReceptorResult
from tests.guideline.case_builder import (
    HR_NEGATIVE,
    LONG,
    a_case,
    advice_on,
    ago,
    breast_cancer,
    her2,
    intake,
    receptor,
    said,
    situation_of,
)


def status(*results: ReceptorResult, **facts):
    return situation_of(a_case(**{"metastases": LONG, "receptors": results, **facts})).her2


def ish(value=None, day=15, specimen="metastasis", **more):
    return her2(value, day, specimen, "ish", **more)


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((her2("3+"),), "positive"),
        ((her2("3+"), ish("negative")), "positive"),
        ((her2("2+"),), "equivocal"),
        ((her2("2+"), ish("positive")), "positive"),
        ((her2("2+"), ish("negative")), "low"),
        ((her2("2+"), ish("equivocal")), "equivocal"),
        ((her2("1+"),), "low"),
        ((her2("1+"), ish("positive")), "positive"),
        ((her2("1+"), ish("negative")), "low"),
        ((her2("0+"),), "ultralow"),
        ((her2("0"),), "negative"),
        ((ish("positive"),), "positive"),
        ((ish("negative"),), "negative"),
        ((her2("positive", method="unspecified"),), "positive"),
        ((her2("negative", method="unspecified"),), "negative"),
        ((her2("2+"), her2("positive", method="unspecified")), "positive"),
        ((her2("2+"), her2("negative", method="unspecified")), "negative"),
        ((her2("2+"), ish("equivocal"), her2("positive", method="unspecified")), "positive"),
        ((), "unknown"),
        ((her2(None),), "unknown"),
    ],
)
def test_decision_10_what_one_specimen_says(results, state):
    """IHC 3+ or ISH-positive is positive, 3+ even with a negative ISH; ISH settles 2+, else the pathologist's own reading does."""
    assert status(*results).state == state


@pytest.mark.parametrize(
    ("ratio", "copies", "ihc", "state"),
    [
        (2.0, 4.0, "2+", "positive"),
        (2.5, 6.5, "2+", "positive"),
        (1.99, 3.99, "2+", "low"),
        (1.2, 2.0, None, "negative"),
        (2.1, 3.9, "2+", "equivocal"),
        (1.9, 4.0, "2+", "equivocal"),
        (1.9, 5.9, "2+", "equivocal"),
        (2.5, None, "2+", "equivocal"),
    ],
)
def test_decision_10_the_groups_of_a_dual_probe_ish(ratio, copies, ihc, state):
    """ASCO/CAP groups: 1 positive, 5 negative; groups 2 and 4, and half a result, wait for the pathologist."""
    results = [ish(ratio=ratio, copies=copies), *([her2(ihc)] if ihc else [])]
    assert status(*results).state == state


def test_decision_10_the_metastasis_leads_over_the_primary():
    """A newer result of the primary does not outweigh the metastasis."""
    found = status(her2("3+", 200, "metastasis"), her2("1+", 10, "primary"))
    assert (found.state, found.discordant) == ("positive", False)


def test_decision_10_without_a_specimen_the_date_decides():
    """A result after metastatic-since counts as metastasis; one before it as primary."""
    found = status(her2("3+", 900, None), her2("1+", 100, None))
    assert (found.state, found.discordant) == ("low", True)
    assert found.metastasis_tested_on is not None


@pytest.mark.parametrize("value", ["0", "0+", "1+"])
def test_r134_decision_10_a_metastasis_that_is_not_positive_after_a_positive_one_is_discordant(value):
    """R134: positive before, negative, low or ultralow now."""
    found = status(her2("3+", 1900, "primary"), her2(value, 10, "metastasis"))
    assert found.discordant
    assert found.other_positive is not None


def test_decision_10_two_plus_without_ish_after_a_positive_result_is_equivocal_and_not_discordant():
    """R122 comes before R134: the test is not finished."""
    found = status(her2("3+", 1900, "primary"), her2("2+", 10, "metastasis"))
    assert (found.state, found.discordant) == ("equivocal", False)


@pytest.mark.parametrize(("answer", "state"), [("positive", "positive"), ("negative", "low")])
def test_decision_10_a_review_clears_the_discordance(answer, state):
    """Intake `her2-reviewed`: what the pathologist said holds."""
    found = status(her2("3+", 1900, "primary"), her2("1+", 30, "metastasis"), intake=intake(her2_reviewed=answer))
    assert (found.state, found.discordant) == (state, False)


def test_decision_10_a_review_older_than_the_result_clears_nothing():
    """The answer must not be older than what it reviews."""
    found = status(her2("3+", 1900, "primary"), her2("1+", 30, "metastasis"), intake=intake(her2_reviewed=said("positive", days=60)))
    assert found.discordant


def test_a_newer_review_that_says_negative_is_not_overruled_by_the_result_it_reviewed():
    """The review holds (interface): "negative" after a positive metastasis that contradicted an older one is not "positive"."""
    found = status(
        her2("3+", 1900, "primary"), her2("0", 400, "metastasis"), her2("3+", 60, "metastasis"),
        intake=intake(her2_reviewed=said("negative", days=10)),
    )  # fmt: skip
    assert found.state != "positive"


def test_a_newer_positive_result_of_the_breast_is_never_passed_over_in_silence():
    """A metastasis was negative in 2024, a recurrence in the breast is 3+ now: they disagree, and somebody must look."""
    found = status(her2("0", 600, "metastasis"), her2("3+", 10, "primary"))
    assert found.state == "positive" or found.discordant


def test_a_test_that_contradicts_a_positive_diagnosis_code_is_not_passed_over_in_silence():
    """Coded as HER2-positive, the only test says 1+: to be reviewed, not silent."""
    case = a_case(metastases=LONG, receptors=(her2("1+", 10), *HR_NEGATIVE), diagnoses=breast_cancer(her2="positive"))
    assert not advice_on(case).silent


@pytest.mark.parametrize(("codes", "state", "basis"), [(("positive",), "positive", "diagnosis"), (("negative",), "negative", "diagnosis"),
                                                        (("positive", "negative"), "unknown", "none")])  # fmt: skip
def test_decision_10_by_a_diagnosis_code_only(codes, state, basis):
    """A code without a test is a basis of its own; two codes that disagree are nothing."""
    found = status(diagnoses=tuple(breast_cancer(her2=code) for code in codes))
    assert (found.state, found.basis) == (state, basis)


def test_decision_8_a_preliminary_positive_does_not_count():
    """A preliminary result counts only when it is adverse: a preliminary 3+ opens no therapy."""
    assert status(her2("3+", preliminary=True)).state == "unknown"


def test_decision_8_a_preliminary_negative_counts():
    """A preliminary negative metastasis after a positive primary is a discordance already."""
    assert status(her2("3+", 1900, "primary"), her2("0", 10, preliminary=True)).discordant


@pytest.mark.parametrize(("ihc", "state"), [("3+", "positive"), ("2+", "equivocal")])
def test_a_preliminary_ish_takes_nothing_from_the_final_ihc(ihc, state):
    """The final IHC stands while the ISH is preliminary: 3+ is positive, 2+ waits."""
    assert status(her2(ihc), ish("positive", preliminary=True)).state == state


def test_specimens_are_never_mixed():
    """An ISH of the primary does not settle the 2+ of the metastasis."""
    found = status(her2("2+", 10, "metastasis"), ish("positive", 10, "primary"))
    assert found.state == "equivocal"


@pytest.mark.parametrize(("positive", "negative"), [("Observation/1", "Observation/2"), ("Observation/2", "Observation/1")])
def test_two_metastases_that_differ_on_one_day_disagree_whatever_their_ids(positive, negative):
    """Liver 3+, lymph node 0, biopsied on the same day: discordant, not decided by which resource has the higher id."""
    pair = [
        ReceptorResult("HER2", "ihc", value, ago(10), "metastasis", specimen_id=ref, source=ref)
        for value, ref in (("3+", positive), ("0", negative))
    ]
    assert status(*pair).discordant


def test_of_thousands_of_results_the_newest_are_looked_at(monkeypatch: pytest.MonkeyPatch):
    """A broken chart with a HER2 result for each day of thirty years: the newest leads, and not each is compared with each."""
    compared = []
    same = her2_findings._same_specimen
    monkeypatch.setattr(her2_findings, "_same_specimen", lambda *pair: compared.append(1) or same(*pair))
    found = status(*(her2("0", day, specimen_id=f"Specimen/{day}") for day in range(11, 11_000)), her2("3+", 10, specimen_id="Specimen/10"))
    assert found.state == "positive"
    assert len(compared) < 150_000


def test_a_coarse_date_is_not_taken_for_the_newest():
    """A negative "in 2026" and a positive of November 2026: which is newer cannot be told, so it is not HER2-negative in silence."""
    found = status(her2("3+", "2026-11-01"), her2("0", "2026"))
    assert found.state == "positive" or found.discordant


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((receptor("ER", "positive"), receptor("PR", "negative")), "positive"),
        ((receptor("ER", "negative"), receptor("PR", "positive")), "positive"),
        ((receptor("ER", "negative"), receptor("PR", "negative")), "negative"),
        ((), "unknown"),
        ((receptor("PR", "negative"),), "unknown"),
        (
            (receptor("ER", "positive", 900, "primary"), receptor("ER", "negative", 10, "metastasis"), receptor("PR", "negative")),
            "negative",
        ),
    ],
)
def test_hormone_receptors(results, state):
    """Positive when either is; the metastasis before the primary; nothing on record is unknown."""
    assert situation_of(a_case(receptors=(her2("3+"), *results))).hormones.state == state


@pytest.mark.parametrize(("percent", "state"), [(0, "negative"), (0.9, "negative"), (1, "positive"), (90, "positive")])
def test_one_percent_of_cells_makes_a_receptor_positive(percent, state):
    """ASCO/CAP: positive from 1 % of cells on."""
    results = tuple(ReceptorResult(r, "ihc", None, None, percent=percent, source=r) for r in ("ER", "PR"))
    assert situation_of(a_case(receptors=results)).hormones.state == state


@pytest.mark.parametrize(
    ("percent", "bound", "value", "state"),
    [
        (1, "<", None, "negative"),
        (1, "<", "negative", "negative"),
        (1, "<=", None, "unknown"),
        (1, "<=", "negative", "negative"),
        (95, ">", None, "positive"),
        (1, ">", None, "positive"),
        (1, ">=", None, "positive"),
        (10, "<", None, "unknown"),
        (10, "<", "negative", "negative"),
        (10, "<", "positive", "positive"),
        (0, ">", None, "unknown"),
        (0, ">=", "negative", "negative"),
    ],
)
def test_a_percentage_that_is_only_a_limit_decides_where_it_can(percent, bound, value, state):
    """Below 1 % is negative; below 10 % may be either: then the pathologist's own word counts, and without one it is not known."""
    results = tuple(ReceptorResult(r, "ihc", value, None, percent=percent, bound=bound, source=r) for r in ("ER", "PR"))
    assert situation_of(a_case(receptors=results)).hormones.state == state


@pytest.mark.parametrize(
    ("ratio", "copies", "bound", "state"),
    [(2.0, 4.0, ">=", "positive"), (2.0, 4.0, "<", "negative"), (2.5, 4.5, "<", "equivocal"), (1.0, 3.0, ">", "equivocal")],
)
def test_her2_counts_that_are_only_limits_decide_where_they_can(ratio, copies, bound, state):
    """Ratio and copies below their limits are negative; what may lie on either side waits for the pathologist."""
    result = ReceptorResult("HER2", "ish", None, None, ratio=ratio, copies=copies, bound=bound, source="Observation/1")
    assert status(result).state == state


def test_r003_a_change_of_the_hormone_receptors_is_kept():
    """R003: the state before the newest result stays known."""
    found = situation_of(a_case(metastases=LONG, receptors=(receptor("ER", "positive", 1900, "primary"), *HR_NEGATIVE))).hormones
    assert (found.state, found.previous) == ("negative", "positive")
