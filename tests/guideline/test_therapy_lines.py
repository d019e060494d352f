"""Exposures to lines of therapy, and how each line ended (decisions 3, 6 and 8)."""

import pytest

from guideline.therapy.lines import Line
from guideline.therapy.setting import setting
from tests.guideline.case_builder import (
    LONG,
    a_case,
    adjuvant,
    advice_on,
    ago,
    dose,
    doses,
    given,
    intake,
    lvef,
    metastasis,
    on_therapy,
    said,
    situation_of,
    status,
    thp,
    topics,
)


def lines(*drugs, **facts) -> tuple[Line, ...]:
    return situation_of(a_case(**{"metastases": LONG, "drugs": drugs, **facts})).therapies.lines


def the_line(*drugs, **facts) -> Line:
    found = lines(*drugs, **facts)
    assert len(found) == 1, [(line.drugs, line.outcome) for line in found]
    return found[0]


# --- What is one line ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "number"), [(28, 1), (29, 2)])
def test_drugs_that_start_within_28_days_are_one_line(later, number):
    """A conjugate joins a line within 28 days of its first dose, not after."""
    assert len(lines(given("trastuzumab", 600), given("trastuzumab-emtansine", 600 - later))) == number


TRIPLET = tuple(given(drug, 23) for drug in ("tucatinib", "trastuzumab", "capecitabine"))


@pytest.mark.parametrize(
    ("t_dxd", "number"),
    [
        (given("trastuzumab-deruxtecan", 50, 30, reason="progression"), 3),
        (given("trastuzumab-deruxtecan", 50, 23, reason="progression"), 3),
        (given("trastuzumab-deruxtecan", 50, 30, reason="toxicity"), 2),
        (given("trastuzumab-deruxtecan", 50, 10, reason="progression"), 2),
        (given("trastuzumab-deruxtecan", 50, 30), 2),
    ],
    ids=["failed", "failed on the day", "not tolerated", "still given", "no reason"],
)
def test_decision_3_an_early_progressor_begins_a_new_line_within_28_days(t_dxd, number):
    """Where all that was begun was stopped for progression, what begins within weeks is the next line, and it runs."""
    found = lines(*thp(690, 60, reason="progression"), t_dxd, *TRIPLET)
    assert len(found) == number
    if number == 3:
        assert [line.outcome for line in found] == ["progression", "progression", "ongoing"]


@pytest.mark.parametrize(
    "change",
    [
        (given("docetaxel", 600, 480, status="completed"),),
        (given("docetaxel", 600, 480, status="completed"), given("letrozole", 470)),
        (given("docetaxel", 600, 480, status="completed"), given("goserelin", 470), given("letrozole", 470)),
        (given("trastuzumab-hyaluronidase", 300),),
        (given("docetaxel", 600, 540, status="stopped", reason="toxicity"), given("paclitaxel", 530)),
        (given("docetaxel", 600, 480, status="completed"), given("vinorelbine", 200)),
    ],
    ids=["taxane dropped", "endocrine added", "endocrine and GnRH added", "IV to SC", "new taxane", "new partner beside the backbone"],
)
def test_decision_3_what_does_not_start_a_new_line(change):
    """Dropping the taxane, adding endocrine therapy, a route or partner change beside the HER2 backbone stay in the line."""
    found = the_line(given("trastuzumab", 600), given("pertuzumab", 600), *change)
    assert found.outcome == "ongoing"


def test_a_switch_to_the_fixed_combination_is_the_same_line():
    """R136: trastuzumab + pertuzumab IV to Phesgo changes the syringe, not the line."""
    found = the_line(given("trastuzumab", 600, 300, status="completed"), given("pertuzumab", 600, 300, status="completed"),
                     given("pertuzumab-trastuzumab-hyaluronidase", 279))  # fmt: skip
    assert found.outcome == "ongoing"


def test_a_biosimilar_switch_is_the_same_line():
    """R136: two trastuzumab statements, one after the other, are one course."""
    found = the_line(given("trastuzumab", 600, 300, status="completed"), given("trastuzumab", 279))
    assert (found.drugs, found.outcome) == (("trastuzumab",), "ongoing")


def test_r133_a_hold_is_neither_progression_nor_a_new_line():
    """R133: the same drug on hold and given again is one line."""
    assert the_line(given("trastuzumab-deruxtecan", 300, status="on-hold")).outcome == "on-hold"
    again = the_line(given("trastuzumab-deruxtecan", 300, 200, reason="cardiac"), given("trastuzumab-deruxtecan", 150))
    assert again.outcome == "ongoing"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (thp(600, 300, reason="progression"), given("trastuzumab-deruxtecan", 280)),
        ((given("trastuzumab", 600), given("docetaxel", 600, 300, status="stopped", reason="progression")), given("vinorelbine", 280)),
    ],
    ids=["conjugate after THP", "new partner after documented progression"],
)
def test_a_new_agent_after_progression_is_a_new_line(first, second):
    """Decision 3: with documented progression even a mere change of partner begins a line."""
    found = lines(*first, second)
    assert [line.outcome for line in found] == ["progression", "ongoing"]


def test_a_new_partner_after_a_documented_new_metastasis_is_a_new_line():
    """Decisions 3 and 6: a new metastasis is documented progression, so the partner begun after it opens the next line, which runs."""
    found = lines(
        given("trastuzumab", 600), given("docetaxel", 600, 310, status="stopped"), given("vinorelbine", 290),
        metastases=(*LONG, metastasis("lung", 320)),
    )  # fmt: skip
    assert [line.outcome for line in found] == ["progression", "ongoing"]


def test_decision_6_a_worsening_that_was_overridden_opens_no_line():
    """Worsened, then stable: the partner changed after that is the same line (decision 3: without documented progression)."""
    found = lines(
        given("trastuzumab", 600), given("docetaxel", 600, 250, status="completed"), given("vinorelbine", 200),
        disease_statuses=(status("worsened", 400), status("stable", 300)),
    )  # fmt: skip
    assert [line.outcome for line in found] == ["ongoing"]


def test_tucatinib_added_to_running_antibodies_without_progression_is_the_same_line():
    """HER2CLIMB-05 maintenance: tucatinib beside trastuzumab + pertuzumab is one line."""
    assert the_line(*thp(600, taxane_end=480), given("tucatinib", 450)).outcome == "ongoing"


@pytest.mark.parametrize(("gap", "number"), [(180, 1), (181, 2)])
def test_a_gap_of_more_than_180_days_with_a_new_agent_starts_a_line(gap, number):
    """A pause of up to 180 days with the same backbone is one line when the backbone went on; with a new HER2 agent after more, two."""
    found = lines(given("trastuzumab", 700, 500, status="completed"), given("pertuzumab", 500 - gap), given("trastuzumab", 500 - gap))
    assert len(found) in (number, 2)
    if gap > 180:
        assert len(found) == 2


def test_trastuzumab_carried_over_belongs_to_the_next_line_too():
    """The antibody that goes on beside the tucatinib triplet is part of the new line."""
    found = lines(given("trastuzumab", 600), given("docetaxel", 600, 300, reason="progression"), given("tucatinib", 280),
                  given("capecitabine", 280))  # fmt: skip
    assert "trastuzumab" in found[-1].drugs


@pytest.mark.parametrize(("conjugate", "antibodies"), [("trastuzumab-deruxtecan", {"pertuzumab"}), ("trastuzumab-emtansine", set())])
def test_beside_a_conjugate_only_pertuzumab_is_carried_over_and_only_by_t_dxd(conjugate, antibodies):
    """T-DXd + pertuzumab is a regimen also where pertuzumab went on from the adjuvant course; a conjugate replaces all other antibodies."""
    course = (adjuvant("trastuzumab", 1027, 580), adjuvant("pertuzumab", 1027, 580), given(conjugate, 690, 580, reason="progression"))
    assert set(lines(*course)[0].drugs) == {conjugate, *antibodies}


def test_a_carried_over_antibody_dates_no_earlier_progression():
    """The stop of the carried-over antibody at the end of line two says nothing about when line one ended."""
    found = lines(
        given("trastuzumab", 600, 50, reason="progression"), given("docetaxel", 600, 400, reason="progression"),
        given("tucatinib", 380, 50, reason="progression"), given("capecitabine", 380, 50, reason="progression"),
    )  # fmt: skip
    assert found[0].ended_on == ago(400)


@pytest.mark.parametrize(
    ("intent", "start", "setting"),
    [("curative", 900, "early"), (None, 900, "early"), (None, 600, "line"), ("palliative", 900, "line"), (None, None, "undated")],
)
def test_decision_8_the_setting_by_intent_else_by_dates(intent, start, setting):
    """(Neo)adjuvant: before the metastases or with curative intent; without date and intent it stays unknown."""
    found = situation_of(a_case(metastases=LONG, drugs=given("trastuzumab", start, intent=intent))).therapies
    assert {"early": found.early, "line": found.lines, "undated": found.undated}[setting]


@pytest.mark.parametrize("start", ["2024", "2024-12"])
def test_a_coarse_start_around_the_metastases_leaves_the_setting_open(start):
    """A course begun "in 2024", metastases found in December 2024: adjuvant or metastatic cannot be told, so neither is assumed."""
    found = situation_of(a_case(metastases=metastasis("liver", "2024-12-20"), drugs=given("trastuzumab", start, "2025-06-01"))).therapies
    assert found.undated


@pytest.mark.parametrize(
    ("drugs", "count"),
    [
        ((), 0),
        ((given("letrozole", 600), given("palbociclib", 600)), 0),
        ((given("paclitaxel", 600, 400),), 1),
        (thp(600, 400, reason="toxicity"), 1),
        ((*thp(600, 400, reason="progression"), given("trastuzumab-deruxtecan", 380)), 2),
    ],
    ids=["none", "endocrine only", "chemotherapy only", "stopped for toxicity", "two"],
)
def test_decision_3_which_lines_count(drugs, count):
    """Lines with an anti-HER2 drug or a cytotoxic count, endocrine-only lines do not; toxicity counts as used."""
    assert situation_of(a_case(metastases=LONG, drugs=drugs)).used_line_count == count


def test_decision_3_an_early_relapse_counts_as_a_line():
    """Relapse within 12 months of adjuvant HER2 therapy is one used line."""
    case = a_case(metastases=LONG, drugs=(adjuvant("trastuzumab", 1200, 800), given("trastuzumab-deruxtecan", 680)))
    assert situation_of(case).used_line_count == 2


# --- How it ended -------------------------------------------------------------------------------------------------------------------

_RUNNING = thp(600, taxane_end=480)


@pytest.mark.parametrize(
    "sign",
    [
        {"disease_statuses": status("worsened", 20)},
        {"disease_statuses": status("worsened", 20, preliminary=True)},
        {"metastases": (*LONG, metastasis("bone", 20))},
        {"metastases": (*LONG, metastasis("bone", 600 - 43))},
        {"intake": intake(last_line_outcome="progression")},
        {"drugs": thp(600, 20, reason="progression")},
    ],
    ids=["worsened", "worsened, preliminary", "new metastasis", "new on day 43", "intake", "stop reason"],
)
def test_decision_6_each_documented_sign_of_progression(sign):
    """Disease status, new metastasis after 42 days, stop reason, intake: each documents progression."""
    found = situation_of(a_case(**{"metastases": LONG, "drugs": _RUNNING, **sign})).therapies.lines[-1]
    assert (found.outcome, found.documented) == ("progression", True)


@pytest.mark.parametrize(
    "no_sign",
    [
        {},
        {"disease_statuses": status("stable", 20)},
        {"disease_statuses": status("undetermined", 20)},
        {"disease_statuses": status("worsened", 620)},
        {"disease_statuses": (status("worsened", 40), status("stable", 20))},
        {"disease_statuses": (status("worsened", 40), status("improved", 20))},
        {"metastases": (*LONG, metastasis("bone", 600 - 42))},
        {"metastases": (*LONG, metastasis("liver", 20))},
        {"metastases": (*LONG, metastasis("regional-node", 20))},
        {"metastases": (*LONG, metastasis("unspecified", 20))},
        {"intake": intake(last_line_outcome=said("progression", days=650))},
        {"intake": intake(last_line_outcome="ongoing"), "disease_statuses": status("worsened", 30)},
    ],
    ids=[
        "nothing", "stable", "undetermined", "worsened before the line", "overridden by stable", "overridden by improved", "new on day 42",
        "same site", "regional node", "unspecified", "intake before the line", "intake ongoing after a worsening",
    ],
)  # fmt: skip
def test_decision_6_progression_is_documented_or_not_assumed(no_sign):
    """No sign, an older sign overridden by a newer one, or a sign from before the line: the line is ongoing."""
    found = situation_of(a_case(**{"metastases": LONG, "drugs": _RUNNING, **no_sign})).therapies.lines[-1]
    assert found.outcome == "ongoing"


def test_decision_6_on_one_day_the_bad_news_counts():
    """Stable and worsened on the same day: worsened."""
    assert the_line(*_RUNNING, disease_statuses=(status("stable", 20), status("worsened", 20))).outcome == "progression"


def test_decision_6_a_stable_that_may_be_older_overrides_nothing():
    """The words "Stable" dated only `2026` is not known to be newer than a worsening in October 2026."""
    assert the_line(*_RUNNING, disease_statuses=(status("worsened", "2026-10-20"), status("stable", "2026"))).outcome == "progression"


def test_decision_6_a_new_entry_for_a_site_recorded_before_without_a_date_is_not_new():
    """The liver is on the list without a date; a second, dated entry does not make it a new metastasis."""
    facts = {"metastases": (metastasis("bone", 700), metastasis("liver", None), metastasis("liver", 100))}
    assert the_line(*_RUNNING, **facts).outcome == "ongoing"


def test_decision_6_a_newer_stable_overrides_the_intake_and_the_line_still_runs():
    """Intake "progression", then a documented "stable", the drugs running: on treatment, no next line."""
    facts = {"intake": intake(last_line_outcome=said("progression", days=60)), "disease_statuses": status("stable", 20)}
    assert the_line(*_RUNNING, **facts).outcome == "ongoing"


@pytest.mark.parametrize(
    ("drugs", "outcome"),
    [
        (thp(600, 30, reason="toxicity"), "toxicity"),
        (thp(600, 30, reason="cardiac"), "toxicity"),
        (thp(600, 30, reason="completed"), "completed"),
        (thp(600, 30), "unknown"),
        ((given("trastuzumab-deruxtecan", 300, status="unknown"),), "unknown"),
    ],
)
def test_how_a_line_is_over(drugs, outcome):
    """Toxicity and completion by their reasons; without a reason nothing is concluded."""
    assert the_line(*drugs).outcome == outcome


def test_decision_6_a_change_of_regimen_alone_says_nothing_about_why():
    """THP, then T-DXd, no sign of progression: "changed, reason unknown", inferred."""
    first = lines(*thp(600, 300), given("trastuzumab-deruxtecan", 280))[0]
    assert (first.outcome, first.documented) == ("changed", False)


def test_decision_4_what_failed_is_what_was_being_given():
    """A taxane finished a year before progression did not fail; the antibodies did."""
    assert the_line(*thp(600, 20, reason="progression", taxane_end=480)).failed_agents() == {"trastuzumab", "pertuzumab"}


def test_nothing_failed_where_nothing_progressed():
    """A line stopped for toxicity leaves no failed agent."""
    assert the_line(*thp(600, 20, reason="toxicity")).failed_agents() == frozenset()


def test_decision_24_an_unknown_conjugate_makes_no_line():
    """The words "trastuzumab <something>" is an unknown conjugate: no conclusion about lines, I04, no treatment card."""
    advice = advice_on(a_case(metastases=LONG, drugs=given("unknown-her2-conjugate", 300, 20)))
    assert advice.treatment is None
    assert [f.topic for f in advice.findings] == ["MissingData"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, "2025-03-01", "early"),
        ("2026", "2026-10-30", "early"),
        ("2026", "2026-10", "early"),
        (None, "2026-10-31", "early"),
        (None, "2026-11-01", "unknown"),
        (None, "2026-11", "unknown"),
        ("2026", "2026", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_what_was_over_before_the_metastases_was_begun_before_them(start, end, expected):
    """Decision 8: an end before the metastases places a course whose start is coarse or not on record; a coarse end does not."""
    case = a_case(metastases=metastasis("liver", "2026-11-01"), drugs=given("trastuzumab", start, end, status="completed"))
    found = situation_of(case)
    assert setting(found.exposures[0], found.metastatic_since) == expected
    assert ("therapy-undated" in {f.headline.id for f in advice_on(case).findings}) == (expected == "unknown")


def test_palliative_intent_before_the_metastases_stays_metastatic():
    """Decision 8: by intent first."""
    found = situation_of(a_case(drugs=given("trastuzumab", None, "2025-03-01", intent="palliative")))
    assert setting(found.exposures[0], found.metastatic_since) == "metastatic"


def test_curative_intent_after_the_metastases_is_no_relapse():
    """A course begun for oligometastatic disease with curative intent is treatment, not an adjuvant failure."""
    case = a_case(metastases=LONG, drugs=tuple(given(d, 300, intent="curative") for d in ("trastuzumab", "pertuzumab", "docetaxel")))
    assert not situation_of(case).early_relapse


@pytest.mark.parametrize(
    ("start", "metastases", "expected"),
    [("2026-11-02", "2026-11-02", None), ("2026-11", "2026-11-02", "MissingData"), ("2026-11", "2026-11", "MissingData")],
)
def test_thp_begun_when_the_metastases_were_found_is_no_relapse_under_it(start, metastases, expected):
    """Decision 8: curative intent, the same day: their treatment; coarse dates that allow both are asked for."""
    drugs = tuple(given(d, start, intent="curative") for d in ("trastuzumab", "pertuzumab", "docetaxel"))
    advice = advice_on(a_case(metastases=metastasis("liver", metastases), drugs=drugs))
    assert topics(advice) == ([expected] if expected else [])


def test_adjuvant_doses_that_stopped_years_ago_are_no_relapse_on_therapy():
    """Decision 8: an adjuvant order left "active", last dose four years before the relapse: it ended with that dose."""
    records = (
        given("trastuzumab", 2200, intent="curative", kind="order"),
        *(dose("trastuzumab", d, intent="curative") for d in range(1800, 2200, 21)),
    )
    found = situation_of(a_case(drugs=records)).relapse
    assert found is not None
    assert (found.within_12, found.on_therapy) == (False, False)


def test_doses_given_beyond_the_relapse_are_an_unfinished_course():
    """C21: adjuvant doses up to and after the relapse: interval 0."""
    found = situation_of(a_case(drugs=(given("trastuzumab", 200, intent="curative"), *doses("trastuzumab", 200, 11)))).relapse
    assert found is not None
    assert (found.within_12, found.on_therapy) == (True, True)


# --- How it ended, whole ------------------------------------------------------------------------------------------------------------

CARDIAC, LUNG, TOXIC = ({"reason": reason} for reason in ("cardiac", "lung", "toxicity"))


@pytest.mark.parametrize(
    ("drugs", "facts", "expected"),
    [
        ((given("trastuzumab", 300), given("docetaxel", 300, 200)), {}, ("ongoing", True, None)),
        ((given("trastuzumab", 300, status="on-hold"), given("docetaxel", 300, 200)), {}, ("on-hold", True, None)),
        ((given("trastuzumab", 300, status="unknown"), given("docetaxel", 300, 200)), {}, ("unknown", False, None)),
        ((given("trastuzumab", 300, 100, reason="progression"),), {}, ("progression", True, 100)),
        ((given("trastuzumab", 300, 100, reason="progression"), given("pertuzumab", 300, 50)), {}, ("progression", True, 100)),
        ((given("trastuzumab", 300, 100), given("docetaxel", 300, 200, reason="progression")), {}, ("progression", True, 200)),
        ((given("trastuzumab", 300, 100), given("letrozole", 300, 200, reason="progression")), {}, ("unknown", False, 100)),
        ((given("letrozole", 300, 200, reason="progression"),), {}, ("progression", True, 200)),
        ((given("trastuzumab", 300, 100, **TOXIC), given("pertuzumab", 300, 90, **CARDIAC)), {}, ("toxicity", True, 90)),
        ((given("trastuzumab", 300, 100, **LUNG),), {}, ("toxicity", True, 100)),
        ((given("trastuzumab", 300, 100, **TOXIC), given("pertuzumab", 300, 90)), {}, ("unknown", False, 90)),
        ((given("trastuzumab", 300, 100, **TOXIC), given("docetaxel", 300, 90)), {}, ("toxicity", True, 100)),
        ((given("trastuzumab", 300, 100, reason="completed"),), {}, ("completed", True, 100)),
        ((given("trastuzumab", 300, 100, reason="completed"), given("pertuzumab", 300, 90, **TOXIC)), {}, ("unknown", False, 90)),
        ((given("trastuzumab", 300, 100),), {}, ("unknown", False, 100)),
        ((given("docetaxel", 300, 100, reason="completed"), given("letrozole", 300)), {}, ("completed", True, 100)),
        ((given("trastuzumab", 300, 100),), {"intake": intake(last_line_outcome="toxicity")}, ("toxicity", True, 100)),
        ((given("trastuzumab", 300, 100),), {"intake": intake(last_line_outcome="completed")}, ("completed", True, 100)),
        ((given("trastuzumab", 300),), {"intake": intake(last_line_outcome="ongoing")}, ("ongoing", True, None)),
        ((given("trastuzumab", 300),), {"intake": intake(last_line_outcome="completed")}, ("completed", True, None)),
        ((given("trastuzumab", 300, 100),), {"intake": intake(last_line_outcome="ongoing")}, ("unknown", False, 100)),
        ((given("trastuzumab", 300, 100),), {"intake": intake(last_line_outcome="unknown")}, ("unknown", True, 100)),
        ((given("trastuzumab", 300),), {"intake": intake(last_line_outcome="progression")}, ("progression", True, 5)),
        ((given("trastuzumab", 300),), {"disease_statuses": status("worsened", 30)}, ("progression", True, 30)),
        ((given("trastuzumab", 300),), {"disease_statuses": (status("worsened", 30), status("improved", 30))}, ("progression", True, 30)),
        ((given("trastuzumab", 300),), {"disease_statuses": (status("worsened", 30), status("improved", 29))}, ("ongoing", True, None)),
        (
            (given("trastuzumab", 300),),
            {"disease_statuses": (status("worsened", 30), status("improved", 29, preliminary=True))},
            ("progression", True, 30),
        ),
        ((given("trastuzumab", 300),), {"metastases": (*LONG, metastasis("bone", 258))}, ("ongoing", True, None)),
        ((given("trastuzumab", 300),), {"metastases": (*LONG, metastasis("bone", 257))}, ("progression", True, 257)),
        ((given("trastuzumab", 300),), {"metastases": (*LONG, metastasis("liver", 100))}, ("ongoing", True, None)),
        ((given("trastuzumab", 300),), {"metastases": (*LONG, metastasis("regional-node", 100))}, ("ongoing", True, None)),
        ((given("trastuzumab", 300),), {"metastases": (*LONG, metastasis("bone", None), metastasis("bone", 100))}, ("ongoing", True, None)),
        ((given("trastuzumab", 300),), {"metastases": (*LONG, metastasis("bone", 400), metastasis("bone", 100))}, ("ongoing", True, None)),
    ],
)  # fmt: skip
def test_decision_6_how_a_line_ended_whether_that_is_documented_and_when(drugs, facts, expected):
    """Each way in which the newest line may stand: outcome, documented or inferred, and the day (days ago)."""
    line = the_line(*drugs, **facts)
    outcome, documented, day = expected
    assert (line.outcome, line.documented, line.ended_on) == (outcome, documented, ago(day) if day is not None else None)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ((given("trastuzumab", 600, 400, **TOXIC), given("docetaxel", 600, 500)), ("toxicity", True, 400)),
        ((given("trastuzumab", 600, 400, **TOXIC), given("pertuzumab", 600, 390)), ("changed", False, 390)),
        ((given("trastuzumab", 600, 400, reason="completed"),), ("changed", False, 400)),
        ((given("trastuzumab", 600, 400, reason="progression"),), ("progression", True, 400)),
        ((given("docetaxel", 600, 400, **TOXIC),), ("toxicity", True, 400)),
    ],
)
def test_decision_6_how_a_line_ended_that_another_one_followed(first, expected):
    """Before a T-DXd line: toxicity where every main drug was stopped for it, else changed, unless progression is documented."""
    found = lines(*first, given("trastuzumab-deruxtecan", 380))
    outcome, documented, day = expected
    assert len(found) == 2
    assert (found[0].outcome, found[0].documented, found[0].ended_on) == (outcome, documented, ago(day))
    assert found[1].outcome == "ongoing"


@pytest.mark.parametrize(("ended", "number"), [(328, 1), (329, 2)])
def test_decision_3_a_backbone_that_paused_for_one_interval_is_the_same(ended, number):
    """Trastuzumab up to 28 days before vinorelbine begins is still the backbone; a day longer, and vinorelbine is a line of its own."""
    drugs = (given("trastuzumab", 600, ended), given("docetaxel", 600, 480, status="completed"), given("vinorelbine", 300))
    assert len(lines(*drugs)) == number


@pytest.mark.parametrize(("stopped", "outcome"), [(352, "progression"), (351, "changed")])
def test_decision_6_a_stop_for_progression_belongs_to_the_line_up_to_28_days_after_the_next_began(stopped, outcome):
    """A stop date written up to 28 days late is that of the line before; one written later says nothing of it."""
    drugs = (given("trastuzumab", 600, stopped, reason="progression"), given("docetaxel", 600, 480), given("trastuzumab-deruxtecan", 380))
    assert lines(*drugs)[0].outcome == outcome


def test_lines_are_numbered_behind_an_early_relapse():
    """Decision 3: adjuvant therapy that failed early counts as the first line; the facts number the others behind it."""
    drugs = (adjuvant("trastuzumab", 1100, 780), given("trastuzumab-deruxtecan", 690, 10, reason="progression"))
    facts = advice_on(a_case(metastases=LONG, drugs=drugs)).treatment.facts
    assert [fact.name for fact in facts if fact.name.startswith("Line")] == ["Line 2"]
    later = advice_on(a_case(metastases=LONG, drugs=drugs[1:])).treatment.facts
    assert [fact.name for fact in later if fact.name.startswith("Line")] == ["Line 1"]


@pytest.mark.parametrize(
    ("intent", "start", "running", "expected"),
    [
        ("curative", 300, True, "early"),
        ("curative", 21, True, "early"),
        ("curative", 20, True, "metastatic"),
        ("curative", 20, False, "metastatic"),
        ("curative", 19, True, "metastatic"),
        ("palliative", 300, True, "metastatic"),
        ("palliative", None, True, "metastatic"),
        (None, None, True, "unknown"),
        (None, 62, True, "unknown"),
        (None, 63, True, "early"),
        (None, 62, False, "early"),
        ("other", 62, True, "early"),
        (None, 20, True, "metastatic"),
        (None, 10, True, "metastatic"),
    ],
)
def test_decision_8_the_setting_of_a_therapy(intent, start, running, expected):
    """Metastatic for 20 days: by intent, else by the first day; what runs and began up to 42 days before leaves the setting open."""
    end = None if running or start is None else 15
    found = situation_of(a_case(drugs=given("trastuzumab", start, end, intent=intent), intake=intake(prior_therapy_complete=None)))
    assert setting(found.exposures[0], found.metastatic_since) == expected


@pytest.mark.parametrize("apart", [0, 1, 4])
def test_doses_that_two_systems_recorded_are_one_line(apart):
    """Each dose twice, on one day or a few apart, beside a statement and an order of the same drug: one course, one line."""
    twins = tuple(dose("trastuzumab-deruxtecan", day + more) for day in range(10, 130, 21) for more in (0, apart))
    told = (given("trastuzumab-deruxtecan", 134), given("trastuzumab-deruxtecan", 134, kind="order"))
    found = situation_of(a_case(metastases=LONG, drugs=(*thp(690, 200, reason="progression"), *twins, *told)))
    assert found.used_line_count == 2
    assert [e.drug for e in found.her2_running] == ["trastuzumab-deruxtecan"]


# --- Replaced without a word of why, or never closed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 7, 27, 29])
@pytest.mark.parametrize("close", [-7, 0, 7])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("trastuzumab-deruxtecan",), ("tucatinib", "capecitabine", "trastuzumab")),
        (("trastuzumab-emtansine",), ("lapatinib", "capecitabine")),
        (("trastuzumab-emtansine",), ("capecitabine",)),
        (("lapatinib", "capecitabine"), ("trastuzumab", "vinorelbine")),
        (("trastuzumab", "tucatinib", "capecitabine"), ("margetuximab", "eribulin")),
    ],
)
def test_decision_3_her2_drugs_that_were_replaced_are_no_unchanged_backbone(first, second, days, close):
    """Nobody wrote down why, the next drugs began within four weeks, the stop was written a week early or late: two lines, all of each."""
    if days == 0 and close == -7:
        close = 0
    found = lines(*[given(drug, 600, 300 + days - close) for drug in first], *[given(drug, 300) for drug in second])
    assert [(set(line.drugs), line.outcome) for line in found] == [(set(first), "changed"), (set(second), "ongoing")]


def test_decision_3_a_partner_and_another_product_at_once_are_no_new_line():
    """IV to SC and a new chemotherapy partner on one day: trastuzumab is the backbone before and after."""
    found = lines(
        given("trastuzumab", 600, 321), given("docetaxel", 600, 480), given("capecitabine", 300), given("trastuzumab-hyaluronidase", 300)
    )
    assert [line.outcome for line in found] == ["ongoing"]


@pytest.mark.parametrize(
    "second", [("tucatinib", "capecitabine", "trastuzumab"), ("lapatinib", "capecitabine"), ("trastuzumab-emtansine",)]
)
@pytest.mark.parametrize("first", ["trastuzumab-deruxtecan", "trastuzumab-emtansine"])
@pytest.mark.parametrize("days", [7, 21, 45, 90])
def test_decision_8_an_order_that_nobody_closed_is_replaced_by_what_was_begun_after_its_last_dose(first, second, days):
    """A conjugate ordered and never closed, its doses recorded: what began after the last of them is the next line."""
    if first in second:
        second = ("trastuzumab-deruxtecan",)
    open_order = (given(first, 600, kind="order"), *doses(first, 600, 300 + days))
    found = lines(*open_order, *[given(drug, 300) for drug in second])
    assert [set(line.drugs) for line in found] == [{first}, set(second)]


@pytest.mark.parametrize(
    ("first", "second"),
    [(("trastuzumab", "vinorelbine"), ("lapatinib", "capecitabine")), (("trastuzumab", "pertuzumab"), ("margetuximab", "eribulin"))],
)
@pytest.mark.parametrize("days", [7, 27])
def test_decision_8_antibodies_that_nobody_stopped_are_replaced_where_their_next_dose_was_left_out(first, second, days):
    """The orders stand open; other HER2 drugs were begun before the next dose was due, and it was not given."""
    open_orders = [record for drug in first for record in (given(drug, 600, kind="order"), *doses(drug, 600, 300 + days))]
    found = lines(*open_orders, *[given(drug, 300) for drug in second])
    assert [set(line.drugs) for line in found] == [set(first), set(second)]


def test_decision_3_antibodies_whose_next_dose_is_still_due_go_on():
    """Tucatinib begun between two doses of trastuzumab + pertuzumab, the last of them ten days ago: maintenance, one line."""
    open_orders = [record for drug in ("trastuzumab", "pertuzumab") for record in (given(drug, 600, kind="order"), *doses(drug, 600, 10))]
    assert len(lines(*open_orders, given("tucatinib", 5))) == 1


@pytest.mark.parametrize("added", ["vinorelbine", "capecitabine", "letrozole"])
@pytest.mark.parametrize("kind", ["order", "statement"])
def test_decision_3_antibodies_whose_doses_were_sent_in_part_hold_their_line(kind, added):
    """Trastuzumab + pertuzumab "active", the doses of the first cycles alone on record: a partner that joins them begins no other line."""
    told = [record for drug in ("trastuzumab", "pertuzumab") for record in (given(drug, 600, kind=kind), *doses(drug, 600, 537))]
    assert len(lines(*told, given("docetaxel", 600, 450), given(added, 60))) == 1


@pytest.mark.parametrize("since", [30, 100, 300])
@pytest.mark.parametrize("kind", ["order", "statement"])
def test_r073_antibodies_whose_doses_were_sent_in_part_are_watched_beside_tucatinib(kind, since):
    """Trastuzumab + pertuzumab "active" beside the triplet: an LVEF of 44 %, 18 points below baseline, is not passed over."""
    told = [record for drug in ("trastuzumab", "pertuzumab") for record in (given(drug, 800, kind=kind), *doses(drug, 800, 737))]
    drugs = (*told, given("tucatinib", since), given("capecitabine", since))
    case = a_case(metastases=(metastasis("liver", 820),), drugs=drugs, lvef=(lvef(44, 20), lvef(62, 820)))
    assert {f.topic for f in advice_on(case).findings} >= {"LvefHold"}


def test_r133_a_conjugate_on_hold_by_the_record_is_not_replaced():
    """A hold that somebody wrote down is no end, whatever is given meanwhile."""
    held = (given("trastuzumab-deruxtecan", 600, kind="order", status="on-hold"), *doses("trastuzumab-deruxtecan", 600, 321))
    assert len(lines(*held, given("capecitabine", 300))) == 1


def test_decision_8_antibodies_without_a_dose_are_not_carried_into_the_next_line():
    """Orders of trastuzumab + pertuzumab that nobody closed, the last dose before T-DXd was begun: no T-DXd + pertuzumab."""
    open_orders = [record for drug in ("trastuzumab", "pertuzumab") for record in (given(drug, 600, kind="order"), *doses(drug, 600, 312))]
    found = lines(*open_orders, given("trastuzumab-deruxtecan", 300))
    assert [line.drugs for line in found][1:] == [("trastuzumab-deruxtecan",)]


def test_decision_8_antibodies_whose_doses_go_on_are_carried_over():
    """Pertuzumab given on beside T-DXd belongs to its line; in the first nine weeks an open order is enough."""
    told = (given("pertuzumab", 600, kind="order"), given("trastuzumab", 600, 312), given("trastuzumab-deruxtecan", 300))
    assert set(lines(*told, *doses("pertuzumab", 600, 12))[1].drugs) == {"pertuzumab", "trastuzumab-deruxtecan"}
    begun_lately = (given("pertuzumab", 600, kind="order"), given("trastuzumab", 600, 70), given("trastuzumab-deruxtecan", 60))
    assert set(lines(*begun_lately, *doses("pertuzumab", 600, 72))[1].drugs) == {"pertuzumab", "trastuzumab-deruxtecan"}


def test_why_a_drug_was_over_before_it_was_given_again_in_the_line_is_not_why_the_line_ended():
    """Doses from before the statement begins are a course of their own, without a reason: it was asked why the line had ended."""
    drug = "trastuzumab-deruxtecan"
    first = tuple(given(d, 690, 500, reason="progression") for d in ("trastuzumab", "docetaxel"))
    case = on_therapy(*first, given(drug, 400, 60, reason="toxicity"), *doses(drug, 442, 61))
    assert advice_on(case).treatment.headline.text == "Third line: tucatinib triplet - trastuzumab deruxtecan stopped for toxicity"
