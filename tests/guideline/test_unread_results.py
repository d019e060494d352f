"""A newest result that could not be read: an older one that could does not stand for it (R131)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from guideline.advice import Advice, Finding, Treatment
from guideline.advise_orders import advise_orders
from guideline.case import Lab, UnreadResult
from guideline.practice import Practice
from tests.guideline.case_builder import a_case, advice_on, ago, doses, her2, intake, lvef, on_therapy, second_line, when
from tests.guideline.form import in_form
from tests.guideline.order_builder import order

T_DM1, T_DXD = "trastuzumab-emtansine", "trastuzumab-deruxtecan"
RUNNING = doses(T_DM1, 200, 21)
HEART = (lvef(62, 30), lvef(62, 230))
READY = {"lvef": HEART, "labs": tuple(Lab(kind, value, ago(2), source=f"Observation/{kind}") for kind, value in (
    ("platelets", 210.0), ("alt", 20.0), ("ast", 20.0), ("bilirubin", 0.5),
))}  # fmt: skip


def unread(kind: str, day: int | str | None = 1, specimen: str | None = None) -> UnreadResult:
    return UnreadResult(kind, when(day), specimen, f"Observation/unread-{kind}")  # type: ignore[arg-type]


def ordering(drug: str, *lost: UnreadResult, **facts: Any) -> Advice:
    case, orders = on_therapy(*RUNNING, **{**READY, **facts}, unread=lost), (order(drug),)
    return in_form(advise_orders(case, orders, Practice()), case, orders)


def ids(findings: Iterable[Finding]) -> list[str]:
    return [finding.headline.id for finding in findings]


def sentences(finding: Finding) -> list[str]:
    why = finding.why if isinstance(finding, Treatment) else ()
    return [statement.id for statement in (finding.headline, *finding.detail, *why)]


def test_r131_a_newer_lvef_that_could_not_be_read_is_no_silence_under_therapy():
    """On the chart and at the next order: look it up; the result itself is a fact of the card, and no echo is ordered anew."""
    assert advice_on(on_therapy(*RUNNING, lvef=HEART)).findings == ()
    assert ordering(T_DM1).findings == ()
    for advice in (advice_on(on_therapy(*RUNNING, lvef=HEART, unread=unread("lvef"))), ordering(T_DM1, unread("lvef"))):
        (found,) = advice.findings
        assert (found.topic, found.indicator, found.headline.id) == ("LvefMonitoringDue", "warning", "lvef-not-read")
        assert (found.facts[0].name, found.facts[0].value, found.facts[0].source) == (
            "LVEF",
            "could not be read",
            "Observation/unread-lvef",
        )
        assert (found.requests, found.suggestions) == ((), ())
        assert [gap.input for gap in found.missing] == ["I07"]


@pytest.mark.parametrize("day", [30, 31, 120, None, "2026-09"])
def test_r131_an_older_lvef_that_could_not_be_read_changes_nothing(day):
    """One of the same day is there in readable form; of one without a day nobody can say that it is newer."""
    assert advice_on(on_therapy(*RUNNING, lvef=HEART, unread=unread("lvef", day))).findings == ()


@pytest.mark.parametrize("values", [(), (lvef(62, 100), lvef(62, 300))])
def test_r131_an_lvef_that_is_there_is_neither_missing_nor_overdue(values):
    """Neither "no LVEF" nor "last one 100 days ago" is true of a chart that holds one of yesterday."""
    assert ids(advice_on(on_therapy(*RUNNING, lvef=values)).findings)[0] in ("lvef-never", "lvef-overdue")
    assert ids(advice_on(on_therapy(*RUNNING, lvef=values, unread=unread("lvef"))).findings) == ["lvef-not-read"]


def test_r131_a_hold_for_an_older_value_names_the_newer_one():
    """A low LVEF holds until a better one is read."""
    (found,) = advice_on(on_therapy(*RUNNING, lvef=(lvef(38, 10), lvef(62, 230)), unread=unread("lvef"))).findings
    assert found.headline.id == "lvef-hold"
    assert "newer-lvef-not-read" in sentences(found)


def test_r131_before_a_first_dose_the_newest_lvef_is_looked_up():
    """On the treatment card, and at the order."""
    treatment = advice_on(second_line(unread=unread("lvef"))).treatment
    assert treatment is not None
    assert "newer-lvef-not-read" in [check.id for check in treatment.checks]
    assert "I07" in [gap.input for gap in treatment.missing]
    case, orders = second_line(unread=unread("lvef")), (order(T_DXD),)
    found = in_form(advise_orders(case, orders, Practice()), case, orders).findings
    assert [f.indicator for f in found if f.headline.id == "order-lvef-not-read"] == ["warning"]
    low = second_line(lvef=lvef(38), unread=unread("lvef"))
    (hold,) = [f for f in in_form(advise_orders(low, orders, Practice()), low, orders).findings if f.topic == "LvefHold"]
    assert "newer-lvef-not-read" in sentences(hold)
    assert any("newer-lvef-not-read" in sentences(f) for f in advice_on(second_line(lvef=lvef(45), unread=unread("lvef"))).findings)


def test_r131_platelets_of_today_that_could_not_be_read_are_named_at_the_next_order():
    """The count of last week says nothing of today's."""
    (found,) = ordering(T_DM1, unread("platelets", 0)).findings
    assert (found.topic, found.indicator, found.headline.id) == ("LabSafety", "info", "lab-not-read")
    assert "platelets" in found.headline.text
    assert [gap.input for gap in found.missing] == ["I12"]


@pytest.mark.parametrize("lost", [unread("platelets", 2), unread("platelets", None), unread("creatinine", 0), unread("haemoglobin", 0)])
def test_r131_values_that_the_drug_does_not_ask_for_or_that_are_older_stay_silent(lost):
    """T-DM1 asks for platelets and liver values."""
    assert ordering(T_DM1, lost).findings == ()


def test_r131_a_value_that_is_too_old_to_count_is_not_named():
    """What counts for three weeks is not looked up after four."""
    assert ordering(T_DM1, unread("platelets", 28), labs=()).findings == ()
    assert ids(ordering(T_DM1, unread("platelets", 21), labs=()).findings) == ["lab-not-read"]


def test_r131_a_finding_on_older_values_names_the_newer_one():
    """At the order and on the chart; alone, a value is asked for by the order only (decision 7)."""
    low = (Lab("platelets", 40.0, ago(2), source="Observation/platelets"),)
    lost = unread("platelets", 0)
    for advice in (ordering(T_DM1, lost, labs=low), advice_on(on_therapy(*RUNNING, lvef=HEART, labs=low, unread=lost))):
        (found,) = advice.findings
        assert (found.indicator, found.headline.id) == ("warning", "lab-hold")
        assert "newer-labs-not-read" in sentences(found)
    assert advice_on(on_therapy(*RUNNING, **READY, unread=lost)).findings == ()


def test_r131_before_a_first_dose_an_unread_value_is_not_called_absent():
    """It is on record, so "not on record" would be untrue; the treatment card asks for it as well."""
    case, orders = second_line(unread=unread("platelets", 1)), (order(T_DM1),)
    found = in_form(advise_orders(case, orders, Practice()), case, orders).findings
    (needed,) = [f for f in found if f.topic == "LabSafety"]
    assert needed.headline.id == "lab-needed-not-read"
    assert "newer-labs-not-read" in sentences(needed)
    without = second_line()
    assert "lab-needed" in ids(in_form(advise_orders(without, orders, Practice()), without, orders).findings)
    treatment = advice_on(second_line(unread=unread("neutrophils", 1))).treatment
    assert treatment is not None
    assert "newer-labs-not-read" in [check.id for check in treatment.checks]
    assert "I12" in [gap.input for gap in treatment.missing]


def test_r131_a_creatinine_that_could_not_be_read_is_on_record():
    """The clearance is what the table asks for, the creatinine what is measured."""
    case, orders = second_line(unread=unread("creatinine", 1)), (order("capecitabine"),)
    found = in_form(advise_orders(case, orders, Practice()), case, orders).findings
    assert "lab-needed-not-read" in ids(found)
    assert "lab-needed" not in ids(found)


def test_r131_no_rebiopsy_for_want_of_a_result_that_is_there():
    """R002: the headline must not say that no result from a metastasis is on record."""
    reachable = {"receptors": her2("3+", 900, "primary"), "intake": intake(lesion_accessible="true")}
    lost = unread("her2", 5, "metastasis")
    assert "rebiopsy" in ids(advice_on(second_line(**reachable)).findings)
    advice = advice_on(second_line(**reachable, unread=lost))
    (found,) = [f for f in advice.findings if f.topic == "RebiopsySuggested"]
    assert (found.headline.id, found.requests) == ("rebiopsy-not-read", ())
    assert advice.treatment is not None
    assert "newer-her2-not-read" in [check.id for check in advice.treatment.checks]


@pytest.mark.parametrize(
    ("lost", "wanted"),
    [
        (unread("her2", 5, "metastasis"), False),
        (unread("her2", 5), False),
        (unread("her2", 300, "metastasis"), True),
        (unread("her2", 5, "primary"), True),
        (unread("her2", 1200, "primary"), True),
    ],
)
def test_r131_the_line_on_rebiopsy_gives_way_to_a_result_since_the_progression_alone(lost, wanted):
    """A result of before the progression, or of the primary, does not answer what the metastasis has become."""
    treatment = advice_on(second_line(receptors=(her2("3+", 900, "primary"), her2("3+", 600)), unread=lost)).treatment
    assert treatment is not None
    assert ("rebiopsy-if-accessible" in sentences(treatment)) is wanted


@pytest.mark.parametrize(
    ("receptors", "lost", "headline", "act"),
    [
        ((), unread("her2", 5), "her2-not-read", ()),
        (her2("2+"), unread("her2", 15, "metastasis"), "her2-not-read", ()),
        (her2("2+"), unread("her2", 40, "metastasis"), "her2-equivocal", ("her2-ish",)),
        (her2("2+"), unread("her2", 5, "primary"), "her2-equivocal", ("her2-ish",)),
    ],
)
def test_r131_a_her2_result_that_is_there_is_looked_up_rather_than_ordered(receptors, lost, headline, act):
    """No test is ordered whose result may be on record, the ISH of the same day included."""
    (found,) = advice_on(a_case(receptors=receptors, unread=lost)).findings
    assert (found.topic, found.headline.id, found.requests) == ("Her2StatusNeeded", headline, act)


def test_r131_her2_low_and_discordance_name_the_newer_result():
    """Both rest on a result that is not the newest."""
    for receptors in (her2("1+"), (her2("3+", 900, "primary"), her2("1+", 15))):
        (found,) = advice_on(a_case(receptors=receptors, unread=unread("her2", 5, "metastasis"))).findings
        assert "newer-her2-not-read" in sentences(found)


def test_r131_a_new_her2_drug_waits_for_the_newest_her2_result():
    """Information at the order of a new drug, whatever the older results say; nothing where the drug goes on."""
    orders = (order(T_DXD),)
    for receptors, topic in ((her2("3+"), "MissingData"), ((), "Her2StatusNeeded")):
        lost = a_case(receptors=receptors, unread=unread("her2", 5, "metastasis"))
        found = in_form(advise_orders(lost, orders, Practice()), lost, orders).findings
        assert [f.topic for f in found if f.headline.id == "order-her2-not-read"] == [topic]
    assert ordering(T_DM1, unread("her2", 0, "metastasis")).findings == ()


def test_r131_nothing_is_said_of_a_patient_to_whom_nobody_gives_her2_drugs():
    """Results that nothing here rests on."""
    lost = (unread("lvef"), unread("platelets", 0), unread("her2", 5, "metastasis"))
    case = a_case(metastases=(), receptors=her2("3+", 900, "primary"), unread=lost)
    assert advice_on(case).findings == ()
