"""A drug that its label has ended for good by the LVEF: while it runs, when it is ordered again, and when the next line is chosen.

R110, R112, R113, R077: a later recovery does not lift it. Where the drug was given again since, somebody decided so: the chart says no
more, and an order is met with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from guideline.advice import Finding
from guideline.drug_classes import components
from guideline.facts_used import lvef_fact
from guideline.heart.lvef_stop import StopForGood, stop_for_good, stops_on_record
from guideline.heart.lvef_tables import judge, never_low
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.orders import DraftOrder
from guideline.rules.heart_words import all_names, echo_wanted, stop_headline
from guideline.rules.orders.order_scope import deletions
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure

#: The findings that say so already, by the beginning of their headline's id.
STOP_HEADLINES = ("lvef-stop", "lvef-held-stop")


def ended_while_running(s: Situation, running: Sequence[Exposure]) -> Finding | None:
    """The drugs that run though their labels have ended them, whatever the latest LVEF is."""
    if s.once(never_low):
        return None
    stops = [stop for j in judge(s, running) if (stop := stop_for_good(s, j)) is not None]
    return _finding(s, "lvef-stop", stops) if stops else None


def stops_of(s: Situation, drugs: Iterable[str], *, given_since: bool) -> list[StopForGood]:
    """The stops of the drugs among these (by their agents): those of drugs given again since, or of drugs that were not."""
    agents = {agent for drug in drugs for agent in components(drug)}
    return [x for x in stops_on_record(s) if x.given_since is given_since and not agents.isdisjoint(components(x.drug))]


def ordered_after_stop(s: Situation, found: Finding | None, stops: list[StopForGood], orders: Sequence[DraftOrder]) -> Finding:
    """An order of a drug that its label has ended: critical after a confirmed grave decline, or below 40 (decision 14)."""
    said = found if found is not None and found.headline.id.startswith(STOP_HEADLINES) else _finding(s, "lvef-held-stop", stops)
    below = s.heart.below(K.thresholds.lvef.critical_below)
    if not below and not any(stop.grave for stop in stops):
        return said
    agents = {agent for stop in stops for agent in components(stop.drug)}
    again = [order for order in orders if any(not agents.isdisjoint(components(drug)) for drug in order.drugs)]
    rules = (*said.rules, "P02") if below else said.rules
    return replace(said, indicator="critical", rules=rules, suggestions=deletions(again, recommended=True))


def ordered_once_more(s: Situation, stops: list[StopForGood]) -> Finding:
    """An order of a drug that was given again after its label had ended it."""
    return _finding(s, "lvef-given-again", stops)


def _finding(s: Situation, statement: str, stops: list[StopForGood]) -> Finding:
    latest = s.heart.latest
    assert latest is not None  # a stop rests on values
    drugs = [stop.drug for stop in stops]
    values = [lvef_fact(v, "LVEF (earlier)") for stop in stops for v in stop.values if v is not latest]
    baselines = [stop.judged.baseline for stop in stops if stop.judged.baseline is not None]
    detail = (*all_names(drugs), *(stop.reason for stop in stops), K.say("lvef-stop-later"), K.say("lvef-stop-not-progression"))
    return Finding(
        "LvefHold",
        "warning",
        stop_headline(statement, stops),
        tuple(dict.fromkeys(detail)),
        facts=tuple(dict.fromkeys([lvef_fact(latest), *values, *baselines])),
        avoid=tuple(sorted(set(drugs))),
        rules=(*dict.fromkeys([stop.judged.table.rule for stop in stops]), "R074"),
        requests=echo_wanted(s),
    )
