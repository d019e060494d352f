"""The order door: a HER2 drug is ordered in a case of the abstraction, and what the order hooks must then say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from guideline.advice import INDICATOR_RANK, Advice
from guideline.advise_orders import advise_orders
from guideline.drug_classes import components
from guideline.orders import DraftOrder
from verify.course import LINES
from verify.dimensions import DIMENSIONS, LUNGS, LVEF, LVEF_AGE
from verify.points import PLACE, PLAINEST, Point, case_of, moved, practice_of, tags
from verify.spaces import Block, Choice

#: What is ordered, one at a time.
ORDERED = (
    "trastuzumab-deruxtecan", "trastuzumab-emtansine", "trastuzumab", "pertuzumab", "pertuzumab-trastuzumab-hyaluronidase", "tucatinib",
    "lapatinib",
)  # fmt: skip
_T_DXD = "trastuzumab-deruxtecan"
_GRADE_1_OVER = "T-DXd pneumonitis, grade 1, resolved"


class Ordered:
    """A point, a drug that is ordered in it, and what is said about the order."""

    def __init__(self, point: Point, drug: str) -> None:
        self.point = point
        self.drug = drug
        self.tags = tags(point)
        order = DraftOrder("MedicationRequest/draft", "start", asked=True, drugs=(drug,))
        self.advice: Advice = advise_orders(case_of(point), (order,), practice_of(point))

    @cached_property
    def urgency(self) -> dict[str, int]:
        """The rank of each topic's indicator: 0 info, 1 warning, 2 critical."""
        found: dict[str, int] = {}
        for f in self.advice.findings:
            found[f.topic] = max(found.get(f.topic, -1), INDICATOR_RANK[f.indicator])
        return found

    def at_least(self, rank: int, *topics: str) -> bool:
        """Whether one of these topics is said with this rank or a higher one."""
        return any(self.urgency.get(topic, -1) >= rank for topic in topics)


class OrderInvariant(NamedTuple):
    """A promise about orders: its name, the rules and decisions it guards, and what says how an order breaks it."""

    name: str
    guards: str
    broken: Callable[[Ordered], str | None]


def tdxd_with_lung_disease_is_never_silent(ordered: Ordered) -> str | None:
    """Active ILD: at least a warning; new symptoms: critical; after grade 2 or worse: critical, stopped for good."""
    if ordered.drug != _T_DXD or "not ours" in ordered.tags:
        return None
    if "tdxd-grade-2" in ordered.tags and not ordered.at_least(2, "PermanentlyStoppedAgent"):
        return "T-DXd is ordered after T-DXd pneumonitis of grade 2 or worse, and no critical card says that it is stopped for good"
    if "breathless" in ordered.tags and not ordered.at_least(2, "InterstitialLungDisease", "PermanentlyStoppedAgent"):
        return "T-DXd is ordered with new respiratory symptoms, and no critical card"
    if ordered.tags & {"active-ild", "tdxd-ungraded"} and not ordered.at_least(1, "InterstitialLungDisease", "PermanentlyStoppedAgent"):
        return "T-DXd is ordered in active ILD or ungraded pneumonitis, and no warning"
    return None


def pregnancy_is_critical(ordered: Ordered) -> str | None:
    """Any HER2 drug ordered in a documented pregnancy is critical."""
    expected = "pregnant" in ordered.tags and not ordered.tags & {"man", "not ours"}
    return None if not expected or ordered.at_least(2, "Pregnancy") else f"{ordered.drug} is ordered in pregnancy, and no critical card"


def below_40_is_critical(ordered: Ordered) -> str | None:
    """Any monitored HER2 drug ordered with an LVEF below 40 or in heart failure is critical (failure older than the drug: a warning)."""
    if ordered.drug == "tucatinib" or "not ours" in ordered.tags:
        return None
    value = LVEF.values[ordered.point[PLACE[LVEF.name]]].number
    if value is not None and value < 40 and not ordered.at_least(2, "LvefHold", "HeartFailure"):
        return f"{ordered.drug} is ordered with an LVEF of {value:g} %, and no critical card"
    if "heart-failure" in ordered.tags and not ordered.at_least(1 if "old-failure" in ordered.tags else 2, "HeartFailure", "LvefHold"):
        return f"{ordered.drug} is ordered in heart failure, and no card of that urgency"
    return None


def no_start_without_a_current_lvef(ordered: Ordered) -> str | None:
    """A first monitored HER2 drug without an LVEF of the last 84 days: something about the heart is said, unless an echo is booked."""
    going_on = any(tag.startswith(("running:", "held:")) or tag == "standing" for tag in ordered.tags)
    if ordered.drug == "tucatinib" or "not ours" in ordered.tags or going_on or ordered.point[PLACE["echo booked"]]:
        return None
    none = LVEF.values[ordered.point[PLACE[LVEF.name]]].number is None
    old = (LVEF_AGE.values[ordered.point[PLACE[LVEF_AGE.name]]].number or 0) > 84
    critical = any(rank == 2 for rank in ordered.urgency.values())
    heart = ("LvefBaselineNeeded", "LvefHold", "HeartFailure", "LvefMonitoringDue")
    if (none or old) and not critical and not ordered.at_least(1, *heart):
        return f"{ordered.drug} is begun without a current LVEF, and nothing is said"
    return None


def what_failed_is_questioned(ordered: Ordered) -> str | None:
    """A new order of an agent (not trastuzumab) that failed in the metastatic setting is at least a warning in HER2-positive disease."""
    failed = {tag.removeprefix("failed:") for tag in ordered.tags if tag.startswith("failed:")} - {"trastuzumab"}
    ours = {"metastatic", "her2+"} <= ordered.tags and "not ours" not in ordered.tags
    running = any(f"{state}:{ordered.drug}" in ordered.tags for state in ("running", "held")) or "standing" in ordered.tags
    if ours and not running and components(ordered.drug) & failed and not any(rank >= 1 for rank in ordered.urgency.values()):
        return f"{ordered.drug} is ordered again although it failed, and no warning"
    return None


def no_click_towards_harm(ordered: Ordered) -> str | None:
    """No one-click change to a drug that the lungs, a pregnancy, earlier failure or toxicity forbid."""
    barred = {tag.partition(":")[2] for tag in ordered.tags if tag.startswith(("failed:", "toxic:", "severe:"))} - {"trastuzumab"}
    if ordered.tags & {"active-ild", "tdxd-grade-2", "tdxd-ungraded", "breathless"}:
        barred |= {_T_DXD}
    pregnant = "pregnant" in ordered.tags and "man" not in ordered.tags
    for finding in ordered.advice.findings:
        for suggestion in finding.suggestions:
            if suggestion.act == "replace" and (pregnant or components(suggestion.code) & barred):
                return f"{finding.topic} offers {suggestion.code} at one click"
    return None


def one_voice(ordered: Ordered) -> str | None:
    """No topic twice, no information beside a critical card, silence named by a rule."""
    topics = [f.topic for f in ordered.advice.findings]
    if len(topics) != len(set(topics)):
        return f"two cards of one topic: {', '.join(sorted(topics))}"
    ranks = {INDICATOR_RANK[f.indicator] for f in ordered.advice.findings}
    if {0, 2} <= ranks:
        return "an information card beside a critical one"
    return None if bool(topics) is not bool(ordered.advice.silent) else "silent, and yet it speaks; or neither"


def more_ild_is_never_less_urgent(ordered: Ordered) -> str | None:
    """The same order of T-DXd with worse lungs is at least as urgent.

    But T-DXd on hold for the lungs is pneumonitis that nobody graded, whatever is answered: to know that it was of grade 1 and is over is
    less.
    """
    if ordered.drug != _T_DXD:
        return None
    held = any(record.status == "on-hold" and record.stop_reason == "lung" for record in case_of(ordered.point).drugs)
    highest = max(ordered.urgency.values(), default=-1)
    for better, worse in LUNGS.worse:
        if held and LUNGS.values[worse].words == _GRADE_1_OVER:
            continue
        if ordered.point[PLACE[LUNGS.name]] == worse:
            before = Ordered(moved(ordered.point, LUNGS.name, better), ordered.drug)
            if before.urgency.get("InterstitialLungDisease", -1) > highest:
                return f"more urgent with '{LUNGS.values[better].words}'"
    return None


ORDER_INVARIANTS: tuple[OrderInvariant, ...] = (
    OrderInvariant("tdxd-with-lung-disease-is-never-silent", "R079, R080, R116, decision 12", tdxd_with_lung_disease_is_never_silent),
    OrderInvariant("pregnancy-is-critical", "R124, decision 15", pregnancy_is_critical),
    OrderInvariant("below-40-is-critical", "R077, R110-R114, P02, decision 14", below_40_is_critical),
    OrderInvariant("no-start-without-a-current-lvef", "R071, decision 14", no_start_without_a_current_lvef),
    OrderInvariant("what-failed-is-questioned", "R053, R103, decision 4", what_failed_is_questioned),
    OrderInvariant("no-click-towards-harm", "R079, R116, R124, decision 33", no_click_towards_harm),
    OrderInvariant("one-voice", "R132, decisions 16 and 17", one_voice),
    OrderInvariant("more-ild-is-never-less-urgent", "R079, decision 12", more_ild_is_never_less_urgent),
)

_ALL = {dimension.name: tuple(range(len(dimension.values))) for dimension in DIMENSIONS}
_FACTS: dict[str, dict[str, tuple[int, ...]]] = {
    "orders and the lungs": {"lungs": _ALL["lungs"], "respiratory symptoms": (0, 1, 2), "LVEF": (0, 1), "T-DXd": (0, 2)},
    "orders and the heart": {
        "LVEF": _ALL["LVEF"],
        "age of the LVEF": (0, 1, 2),
        "heart failure": _ALL["heart failure"],
        "echo booked": (0, 1),
    },
    "orders, pregnancy and HER2": {"pregnancy": _ALL["pregnancy"], "patient": _ALL["patient"], "HER2": (0, 4, 5, 10, 12)},
    "orders after adjuvant therapy": {"adjuvant": _ALL["adjuvant"], "lungs": (0, 1, 6), "practice": (0, 1, 2)},
}
#: Every third course of the disease, so that each kind of first, second and later line is among them.
_COURSES = tuple(range(0, len(LINES.values), 3))


def order_blocks() -> Iterator[tuple[str, Block]]:
    """The questions at order entry, one block for each course of the disease; every point is asked with every drug of `ORDERED`."""
    for question, facts in _FACTS.items():
        choice: Choice = {PLACE[name]: indexes for name, indexes in facts.items()}
        for index in _COURSES:
            yield question, ((index, *PLAINEST[1:]), choice)
