"""The owner's decisions about the course of the disease, each by its number, over HTTP and in both encodings.

What the vignettes do not tell: toxicity, endocrine lines, partners, maintenance, receptors that disagree, lungs and brain in between.
"""

from __future__ import annotations

import pytest

from tests.vignettes.answers import Answer, ask
from tests.vignettes.case_words import CLEAR, thp
from tests.vignettes.cases import CASES
from tests.vignettes.expectations import TRIPLET
from tests.vignettes.facts import (
    Facts,
    adjuvant,
    breast_cancer,
    disease_status,
    her2,
    her2_ish,
    hormone_receptors,
    intake,
    lvef,
    metastasis,
    patient,
    pneumonitis,
    postmenopausal,
    stage,
    therapy,
)
from tests.vignettes.fhir_builder import ENCODINGS, Encoding

pytestmark = pytest.mark.parametrize("encoding", ENCODINGS)

COMPLETE = intake(prior_therapy_complete=True, **CLEAR)


def disease(*, er: str = "negative", since: str = "2024-05-06", score: str = "3+", sites: tuple[str, ...] = ("liver",)) -> Facts:
    """A postmenopausal woman with metastatic breast cancer; nothing said about therapy."""
    return (
        patient(61, "F"),
        postmenopausal("2016-01-01"),
        breast_cancer(since),
        stage("IV", since),
        *(metastasis(site, since) for site in sites),
        her2(score, since, "liver"),
        *hormone_receptors(er, since, "liver"),  # type: ignore[arg-type]
        lvef(62, "2024-05-20"),
        lvef(61, 20),
    )


def lead(answer: Answer) -> tuple[str | None, str | None]:
    """Topic and regimen of the treatment card."""
    card = answer.treatment
    return (card["source"]["topic"]["code"] if card else None, answer.regimen)


# ---- decision 3: lines


def test_toxicity_uses_up_a_line_without_progression(encoding: Encoding) -> None:
    """A line stopped for toxicity counts for the number, and its drug is not called a failure."""
    facts = (
        *disease(),
        therapy("docetaxel", start="2024-06-03", end="2024-09-16", reason="completed"),
        therapy("trastuzumab", "pertuzumab", start="2024-06-03", end="2026-10-26", reason="toxicity"),
        COMPLETE,
    )
    answer = ask(facts, encoding)
    assert answer.topics[0] == "SecondLineTreatment"
    assert "progressed on" not in answer.text


def test_endocrine_lines_do_not_count(encoding: Encoding) -> None:
    """After letrozole + ribociclib alone the next HER2 line is the first."""
    before = therapy("letrozole", "ribociclib", start="2024-06-03", end="2026-10-05", reason="progression")
    assert lead(ask((*disease(er="positive"), before, COMPLETE), encoding)) == ("FirstLineTreatment", "thp")


def test_a_new_partner_beside_the_backbone_is_the_same_line(encoding: Encoding) -> None:
    """Docetaxel swapped for vinorelbine without progression, trastuzumab going on: still line one, so T-DXd comes second."""
    facts = (
        *disease(),
        therapy("docetaxel", start="2024-06-03", end="2024-08-05", reason="toxicity"),
        therapy("trastuzumab", start="2024-06-03", end="2026-10-26", reason="progression"),
        therapy("vinorelbine", start="2024-09-02", end="2026-10-26", reason="progression"),
        COMPLETE,
    )
    assert lead(ask(facts, encoding)) == ("SecondLineTreatment", "tdxd")


def test_chemotherapy_without_her2_therapy_asks_what_else_was_given(encoding: Encoding) -> None:
    """Decision 5: metastatic chemotherapy alone on record: THP, conditionally, with I04."""
    facts = (*disease(), therapy("capecitabine", start="2024-06-03", end="2026-10-05", reason="progression"))
    answer = ask(facts, encoding)
    assert answer.regimen == "thp"
    assert "I04" in answer.missing


def test_after_four_lines_the_topic_is_later_lines(encoding: Encoding) -> None:
    """`LaterLineTreatment` from three used lines on; T-DXd-naive, so T-DXd leads (decision 4)."""
    facts = (
        *disease(since="2022-05-02"),
        *thp("2022-06-06", "2022-09-19", "2023-09-04"),
        therapy("lapatinib", "capecitabine", start="2023-10-02", end="2024-10-07", reason="progression"),
        therapy("trastuzumab", "vinorelbine", start="2024-11-04", end="2026-10-26", reason="progression"),
        COMPLETE,
    )
    answer = ask(facts, encoding)
    assert lead(answer) == ("LaterLineTreatment", "tdxd")
    assert TRIPLET in answer.alternatives


def test_a_fixed_combination_is_both_antibodies(encoding: Encoding) -> None:
    """Pertuzumab + trastuzumab under the skin with docetaxel is THP: after progression nothing asks for pertuzumab, T-DXd leads."""
    facts = (
        *disease(),
        therapy("docetaxel", start="2024-06-03", end="2024-09-16", reason="completed"),
        therapy("pertuzumab-trastuzumab-hyaluronidase", start="2024-06-03", end="2026-10-26", reason="progression"),
        COMPLETE,
    )
    answer = ask(facts, encoding)
    assert lead(answer) == ("SecondLineTreatment", "tdxd")
    assert {"pertuzumab-trastuzumab-chemotherapy", "thp"}.isdisjoint(answer.alternatives)


def test_a_change_of_route_is_the_same_line(encoding: Encoding) -> None:
    """From the vein to under the skin in the middle of first-line treatment: still running, nothing to say."""
    facts = (
        *disease(since="2026-01-05"),
        therapy("docetaxel", start="2026-02-02", end="2026-05-18", reason="completed"),
        therapy("trastuzumab", "pertuzumab", start="2026-02-02", end="2026-06-29", reason="completed"),
        therapy("pertuzumab-trastuzumab-hyaluronidase", start="2026-07-20"),
        disease_status("improved", "2026-10-19"),
    )
    assert ask(facts, encoding).cards == []


# ---- decision 4: what is left


def test_nothing_standard_is_left(encoding: Encoding) -> None:
    """T-DXd and tucatinib used: no leader, a trial first, and the card says that there is no standard."""
    facts = (
        *disease(since="2022-05-02"),
        *thp("2022-06-06", "2022-09-19", "2023-09-04"),
        therapy("trastuzumab-deruxtecan", start="2023-10-02", end="2025-01-13", reason="progression"),
        therapy("tucatinib", "trastuzumab", "capecitabine", start="2025-02-03", end="2026-10-26", reason="progression"),
        COMPLETE,
    )
    answer = ask(facts, encoding)
    assert answer.treatment is not None
    assert answer.regimen is None
    assert answer.alternatives[0] == "clinical-trial"
    assert "no standard" in answer.text.lower()
    assert {"tdxd", TRIPLET}.isdisjoint(answer.alternatives)


def test_a_partner_that_failed_is_said_so(encoding: Encoding) -> None:
    """Capecitabine failed with lapatinib: the tucatinib triplet may stand, but says that its partner was used."""
    facts = (
        *disease(since="2022-05-02"),
        *thp("2022-06-06", "2022-09-19", "2023-09-04"),
        therapy("lapatinib", "capecitabine", start="2023-10-02", end="2026-10-26", reason="progression"),
        COMPLETE,
    )
    answer = ask(facts, encoding)
    assert answer.regimen == "tdxd"
    assert TRIPLET in answer.alternatives
    assert "capecitabine" in answer.text.split("tucatinib triplet", 1)[1]


# ---- decision 6: progression


def test_a_line_that_ended_without_a_reason_gives_a_conditional_card(encoding: Encoding) -> None:
    """Last line over, nothing running, no reason: the next line, conditionally, never "progressed"."""
    facts = (*disease(), *thp("2024-06-03", "2024-09-16", "2026-10-26", progressed=False), COMPLETE)
    answer = ask(facts, encoding)
    assert lead(answer) == ("SecondLineTreatment", "tdxd")
    assert "progressed on" not in answer.text
    assert any(word in answer.text.lower() for word in ("if ", "unknown", "not recorded"))


def test_the_intake_may_say_progression(encoding: Encoding) -> None:
    """An intake answer given during the line documents its progression; given before the line it says nothing (V41)."""
    running = (*disease(), *thp("2024-06-03", "2024-09-16"))
    told = ask((*running, intake(last_line_outcome="progression", prior_therapy_complete=True, **CLEAR)), encoding)
    assert lead(told) == ("SecondLineTreatment", "tdxd")
    assert ask((*running, intake("2024-05-27", last_line_outcome="progression")), encoding).treatment is None


# ---- decision 7: on treatment


@pytest.mark.parametrize(
    ("er", "endocrine", "topic"), [("positive", False, "MaintenanceTreatment"), ("positive", True, None), ("negative", False, None)]
)
def test_maintenance(er: str, endocrine: bool, topic: str | None, encoding: Encoding) -> None:
    """The taxane over, the antibodies going on: endocrine maintenance is advised once, to hormone-receptor-positive disease only."""
    facts = (
        *disease(er=er, since="2026-03-02"),
        *thp("2026-04-06", "2026-07-20"),
        disease_status("improved", "2026-10-19"),
        *((therapy("letrozole", start="2026-08-17"),) if endocrine else ()),
    )
    answer = ask(facts, encoding)
    assert answer.topics == ([topic] if topic else [])
    if topic:
        assert {"palbociclib-maintenance", "tucatinib-hp-maintenance"} <= set(answer.alternatives)


def test_maintenance_never_loads_again(encoding: Encoding) -> None:
    """Whoever has had the antibodies all along is not given a loading dose, nor lapatinib instead of them, by the maintenance card."""
    facts = (*disease(er="positive", since="2026-03-02"), *thp("2026-04-06", "2026-07-20"), disease_status("improved", "2026-10-19"))
    answer = ask(facts, encoding)
    assert answer.topics == ["MaintenanceTreatment"]
    assert "8 mg/kg" not in answer.text
    assert "lapatinib" not in answer.text
    assert "6 mg/kg" in answer.text


def test_the_taxane_is_not_over_before_42_days(encoding: Encoding) -> None:
    """A taxane that is still running asks for nothing."""
    facts = (*disease(er="positive", since="2026-06-01"), therapy("docetaxel", "trastuzumab", "pertuzumab", start="2026-07-06"))
    assert ask(facts, encoding).cards == []


# ---- decision 8: dates and doses


def test_active_without_doses_is_not_running(encoding: Encoding) -> None:
    """An infusion still "active" without a dose for nine weeks is "on hold?": no second line, no silence about it either."""
    facts = (*disease(), therapy("trastuzumab", "pertuzumab", start="2024-06-03", last_dose="2026-09-14"))
    answer = ask(facts, encoding)
    assert answer.treatment is None
    assert "I17" in answer.missing


def test_future_results_do_not_count(encoding: Encoding) -> None:
    """A disease status dated next week documents no progression."""
    facts = (*disease(), *thp("2024-06-03", "2024-09-16"), disease_status("worsened", "2026-11-27"))
    assert ask(facts, encoding).cards == []


# ---- decision 9: scope


def test_her2_negative_disease_is_silent(encoding: Encoding) -> None:
    """Never HER2-positive, IHC 0: no card, whatever the stage and the therapy."""
    assert ask((*disease(score="0"), COMPLETE), encoding).cards == []


# ---- decision 10: HER2


@pytest.mark.parametrize(
    ("score", "ish", "topic"),
    [
        ("2+", "positive", "FirstLineTreatment"),
        ("3+", "negative", "FirstLineTreatment"),
        ("2+", "negative", "Her2Low"),
        ("2+", None, "Her2StatusNeeded"),
        ("1+", None, "Her2Low"),
    ],
)
def test_ihc_and_ish(score: str, ish: str | None, topic: str, encoding: Encoding) -> None:
    """ISH settles 2+; 3+ stays positive; 2+ without ISH waits; low is another guideline's."""
    facts = (
        *disease(since="2026-10-12", score=score),
        *((her2_ish(ish, "2026-10-12", "liver"),) if ish else ()),  # type: ignore[arg-type]
        COMPLETE,
    )
    assert ask(facts, encoding).topics == [topic]


@pytest.mark.parametrize(("reviewed", "expected"), [("positive", ("SecondLineTreatment", "tdxd")), ("negative", (None, None))])
def test_a_reviewed_discordance(reviewed: str, expected: tuple[str | None, str | None], encoding: Encoding) -> None:
    """`her2-reviewed` clears V37's discordance: positive brings the second line, negative ends the HER2 rules."""
    facts = (*CASES["V37"][:-1], intake(her2_reviewed=reviewed, prior_therapy_complete=True, **CLEAR))
    answer = ask(facts, encoding)
    assert lead(answer) == expected
    assert "Her2Discordance" not in answer.topics


def test_a_responder_is_never_stopped_for_a_discordance(encoding: Encoding) -> None:
    """A HER2-low liver biopsy while T-DM1 works: the discordance may be told, a stop or a switch not."""
    facts = (*CASES["V12"], her2("1+", "2026-11-02", "liver"))
    answer = ask(facts, encoding)
    assert answer.regimen is None
    assert "stop" not in answer.text.lower()


def test_hormone_receptors_unknown_are_asked_once(encoding: Encoding) -> None:
    """I03: without ER and PgR the endocrine rules stay away and the card says so once."""
    facts = (*(fact for fact in CASES["V01"] if getattr(fact, "test", None) not in ("er", "pr")),)
    answer = ask(facts, encoding)
    assert answer.regimen == "thp"
    assert "I03" in answer.missing


# ---- decision 12: lungs


def test_symptoms_under_t_dxd_alarm_without_a_diagnosis(encoding: Encoding) -> None:
    """New cough or dyspnoea while T-DXd runs: interrupt and image, at critical, before anybody has coded a pneumonitis."""
    chart = CASES["V30"]
    facts = (*(f for f in chart[:-1] if f != pneumonitis("t-dxd", "2026-11-20", grade=1)), intake("2026-11-20", respiratory_symptoms=True))
    answer = ask(facts, encoding)
    assert answer.topics[0] == "InterstitialLungDisease"
    assert answer.cards[0]["indicator"] == "critical"


def test_resolved_ild_of_another_cause_does_not_bar_t_dxd(encoding: Encoding) -> None:
    """Resolved years ago: T-DXd may lead, with chest CT and a lung opinion."""
    chart = (fact for fact in CASES["V10"] if fact != pneumonitis("idiopathic", "2022-03-14"))
    answer = ask((*chart, pneumonitis("idiopathic", "2018-03-14", abated="2018-09-03")), encoding)
    assert answer.regimen == "tdxd"
    assert "chest ct" in answer.text.lower()


# ---- decision 13: brain


def test_leptomeningeal_disease_goes_to_the_board(encoding: Encoding) -> None:
    """No leader for leptomeningeal disease."""
    facts = (*CASES["V13"][:-1], intake(cns_disease="leptomeningeal", cns_symptoms=False, prior_therapy_complete=True))
    answer = ask(facts, encoding)
    assert answer.topics[0] == "TumorBoard"
    assert answer.regimen is None


def test_symptoms_with_unknown_brain_ask_for_an_mri(encoding: Encoding) -> None:
    """Neurological symptoms without any CNS imaging on record: urgent MRI."""
    facts = (*CASES["V09"][:-1], intake(cns_symptoms=True, prior_therapy_complete=True))
    answer = ask(facts, encoding)
    assert answer.topics[0] == "BrainMetastasesUrgent"
    assert "MRI" in answer.text


def test_brain_as_the_only_site_predominates(encoding: Encoding) -> None:
    """The brain as the only metastatic site needs no intake to make the triplet lead after a metastatic HER2 line."""
    facts = (
        *disease(sites=("brain",)),
        *thp("2024-06-03", "2024-09-16", "2026-10-26"),
        intake(cns_symptoms=False, cns_disease="active", ild_history=("none",), prior_therapy_complete=True),
    )
    assert ask(facts, encoding).regimen == TRIPLET


def test_eu_label_of_the_triplet(encoding: Encoding) -> None:
    """R108: after one HER2 regimen the triplet lies within the US label and outside the EU's, which the card says there."""
    us, eu = (ask(CASES["V13"], encoding, jurisdiction=site) for site in ("US", "EU"))  # type: ignore[arg-type]
    assert us.regimen == eu.regimen == TRIPLET
    assert "at least two earlier HER2 regimens" in eu.text
    assert us.text != eu.text


# ---- decision 14: the heart before a start


@pytest.mark.parametrize(
    ("value", "indicator", "regimen"), [(50, None, "tdxd"), (49, "warning", "tdxd"), (40, "warning", "tdxd"), (39, "critical", None)]
)
def test_low_ejection_fraction_before_a_start(value: float, indicator: str | None, regimen: str | None, encoding: Encoding) -> None:
    """P02: below 50 a start was not studied (warning), below 40 nothing HER2-directed leads (critical)."""
    facts = (*CASES["V09"][:-2], lvef(value, 10), CASES["V09"][-1])
    answer = ask(facts, encoding)
    holds = [card["indicator"] for card in answer.cards if card["source"]["topic"]["code"] == "LvefHold"]
    assert holds == ([indicator] if indicator else [])
    assert answer.regimen == regimen


# ---- decision 15: pregnancy


def test_pregnancy_under_treatment_names_the_running_drugs(encoding: Encoding) -> None:
    """A documented pregnancy while trastuzumab + pertuzumab run: critical, with both named."""
    facts = (patient(34, "F"), *CASES["V24"][2:-2], CASES["V38"][7], lvef(62, "2026-01-26"), lvef(61, 20))
    answer = ask(facts, encoding)
    assert answer.cards[0]["indicator"] == "critical"
    assert answer.topics[0] == "Pregnancy"
    assert "trastuzumab" in answer.text
    assert "pertuzumab" in answer.text


def test_adjuvant_and_metastatic_courses_of_one_drug_stay_apart(encoding: Encoding) -> None:
    """Decision 8: trastuzumab before the metastases is (neo)adjuvant, after them a line: 30 months later the first line."""
    facts = (
        *disease(since="2026-10-05"),
        adjuvant("docetaxel", start="2023-01-09", end="2023-04-24"),
        adjuvant("trastuzumab", start="2023-01-09", end="2024-04-01"),
        COMPLETE,
    )
    assert lead(ask(facts, encoding)) == ("FirstLineTreatment", "thp")
