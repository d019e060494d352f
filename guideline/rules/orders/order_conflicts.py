"""Orders that do not go together, or are not what was meant: duplicates, anthracyclines, product mix-ups.

Speaks at any stage of breast cancer (P01, P13, R078, R083, R127, R136; decisions 17 and 18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import INDICATOR_RANK, FactUsed, Finding, Indicator, Statement
from guideline.drug_classes import ANTHRACYCLINES, ANTIBODIES, CONJUGATES, HER2_DRUGS, KINASE_INHIBITORS, PERTUZUMAB_PRODUCTS
from guideline.facts_used import course_fact, drug_name, drug_names, headline_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.partial_date import PartialDate, add_months, when_last, within_months
from guideline.rules.orders import order_products
from guideline.rules.orders.dose_words import order_fact
from guideline.rules.orders.order_scope import deletions, is_new, ordered_drugs, orders_of, safety_orders
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.therapy.going_on import CYCLE, given_days, go_together, last_given, stands, way

_DOXORUBICIN = frozenset({"doxorubicin", "liposomal-doxorubicin"})

#: What a headline has room for, in characters: drugs beside the ordered ones, and drafts alone.
_ROOM_BESIDE, _ROOM_ALONE = 36, 80

#: P01: of these only one is given at a time. Pertuzumab alone goes beside trastuzumab or T-DXd.
_ONE_AT_A_TIME = (ANTIBODIES | CONJUGATES) - {"pertuzumab"}

#: Dose-dense; what is given more often has no cycle of its own here.
_SHORTEST_CYCLE_DAYS = 14


def duplicate_her2_therapy(q: OrderQuestion) -> Iterator[Finding]:
    """P01: two antibodies or conjugates, pertuzumab beside a product that holds it, or two HER2 kinase inhibitors: critical.

    Any other pair that is not among those given together is a warning when one of the two is begun: mostly the earlier drug was not ended.
    """
    orders = safety_orders(q)
    asked = ordered_drugs(orders)
    running = {e.drug: e for e in _running(q) if e.drug in HER2_DRUGS}
    ordered = {*asked, *ordered_drugs(order for order in q.all_starts if not order.asked)}
    pairs = [(drug, other) for drug in asked for other in {*running, *ordered} if not go_together(drug, other)]
    ways = {(drug, other): way(q, drug, running[other]) for drug, other in pairs if other not in ordered}
    pairs = [pair for pair in pairs if pair not in ways or not (ways[pair] == "gives-way" or order_products.meant_as(orders, *pair))]
    excluded = [pair for pair in pairs if _excludes(*pair)]
    duplicates = [pair for pair in excluded if ways.get(pair) != "unsaid"]
    told = duplicates or excluded or [(drug, other) for drug, other in pairs if is_new(q.s, drug)]
    if not told:
        return
    mine = in_usual_order(drug for drug, _ in told)
    # With one of these drugs all goes that does not belong beside it, duplicate or not.
    others = {other for drug, other in pairs if drug in mine and ((drug, other) in told or is_new(q.s, drug))}
    still_running = in_usual_order(other for other in others if other in running and other not in ordered)
    facts = tuple(_running_fact(q, running[drug]) for drug in still_running)
    if excluded and not duplicates:
        yield _perhaps_a_switch(mine, still_running, facts)
        return
    yield Finding(
        "DuplicateHer2Therapy",
        "critical" if duplicates else "warning",
        _not_together(mine, others, still_running, duplicate=bool(duplicates)),
        (K.say("order-duplicate-allowed"), K.say("order-duplicate-switch")),
        facts=facts,
        avoid=tuple(mine),
        rules=("P01", "R083") if duplicates else ("P01",),
        suggestions=deletions(orders_of(orders, mine)),
    )


def _perhaps_a_switch(mine: list[str], earlier: list[str], facts: tuple[FactUsed, ...]) -> Finding:
    """No order of the earlier drugs is left to stop, and nothing says why they end: most likely a switch, said once, at its first order."""
    headline = K.say("order-duplicate-given", drugs=_names(mine, _ROOM_BESIDE), others=_names(earlier, _ROOM_BESIDE))
    return Finding(
        "DuplicateHer2Therapy", "warning", headline, (K.say("order-duplicate-given-end"), K.say("order-duplicate-allowed")),
        facts=facts, avoid=tuple(mine), rules=("P01", "R083"),
    )  # fmt: skip


def _not_together(mine: list[str], others: set[str], still_running: list[str], *, duplicate: bool) -> Statement:
    """What to do: about what runs already, else about the drafts among themselves."""
    kind = "duplicate" if duplicate else "pair"
    if still_running:
        return K.say(f"order-{kind}-running", drugs=_names(mine, _ROOM_BESIDE), others=_names(still_running, _ROOM_BESIDE))
    drafts = in_usual_order({*mine, *others})
    said = f"order-{kind}-drafts" if len(drafts) == 2 or not duplicate else "order-duplicate-several"
    return K.say(said, drugs=_names(drafts, _ROOM_ALONE))


def _names(drugs: list[str], room: int) -> str:
    """Drugs in full, by their abbreviations where that would overrun a headline, else the first one and how many more."""
    short = [K.drugs[drug].short for drug in drugs]
    return next((names for names in (drug_names(drugs), " + ".join(short)) if len(names) <= room), f"{short[0]} and {len(short) - 1} more")


def _excludes(drug: str, other: str) -> bool:
    if drug in KINASE_INHIBITORS and other in KINASE_INHIBITORS:
        return True
    if drug in _ONE_AT_A_TIME and other in _ONE_AT_A_TIME:
        return True
    return drug in PERTUZUMAB_PRODUCTS and other in PERTUZUMAB_PRODUCTS


def _running(q: OrderQuestion) -> list[Exposure]:
    """What is being given and not ended by these orders, without (neo)adjuvant courses that nobody ever closed."""
    months = K.thresholds.intervals.adjuvant_course_months
    early = q.s.therapies.early
    return [
        e
        for e in q.running
        if e not in early or e.last_dose is not None or e.start is None or add_months(e.start.latest, months) >= q.s.today
    ]


def _running_fact(q: OrderQuestion, e: Exposure) -> FactUsed:
    last = last_given(q.s.case, e)
    return course_fact(q.s.case, e, "last dose" if last is not None else "ongoing", last or e.start)


def anthracycline_with_her2(q: OrderQuestion) -> Iterator[Finding]:
    """R078, R127, P13: an anthracycline with, or within seven months of, a HER2 antibody, in either order; the lifetime dose."""
    orders = safety_orders(q)
    parts = [found for found in (_together(q, orders), _recent(q, orders), _lifetime_dose(q, orders)) if found is not None]
    if not parts:
        return
    lead, *others = sorted(parts, key=lambda part: -INDICATOR_RANK[part.indicator])
    yield Finding(
        lead.topic,
        lead.indicator,
        lead.headline,
        (*lead.detail, *(sentence for part in others for sentence in (part.headline, *part.detail))),
        facts=tuple(dict.fromkeys(fact for part in parts for fact in part.facts)),
        avoid=lead.avoid,
        rules=tuple(dict.fromkeys(rule for part in (lead, *others) for rule in part.rules)),
        suggestions=lead.suggestions,
    )


def _together(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding | None:
    """R078, P13: both given at the same time: critical with an antibody, a warning with a conjugate."""
    asked = ordered_drugs(orders, ANTHRACYCLINES | ANTIBODIES | CONJUGATES)
    running = {e.drug: e for e in _running(q) if not _last_cycle_over(q, e)}
    beside = {drug for order in q.all_starts if not order.asked for drug in order.drugs}
    given = {*asked, *running, *beside}
    anthracyclines = in_usual_order(given & ANTHRACYCLINES)
    antibodies, conjugates = in_usual_order(given & ANTIBODIES), in_usual_order(given & CONJUGATES)
    her2 = antibodies or conjugates
    if not (anthracyclines and her2 and asked and {*asked} & {*anthracyclines, *her2}):
        return None
    if running.keys().isdisjoint({*anthracyclines, *her2}) and _planned_in_turn(q, anthracyclines, her2):
        return None
    drug_asked = ordered_drugs(orders, ANTHRACYCLINES)
    offending = drug_asked or ordered_drugs(orders, frozenset(her2))
    if antibodies:
        said = "order-anthracycline-beside-antibody" if drug_asked else "order-antibody-beside-anthracycline"
        detail = [_figure(), K.say("order-anthracycline-if-unavoidable", months=_gap())]
    else:
        said = "order-anthracycline-beside-conjugate"
        detail = [K.say("order-anthracycline-partner")]
    headline = K.say(said, anthracycline=drug_name(anthracyclines[0]), her2=headline_names(her2))
    facts = tuple(_running_fact(q, running[drug]) for drug in (*anthracyclines, *her2) if drug in running)
    indicator: Indicator = "critical" if antibodies else "warning"
    return Finding(
        "AnthracyclineWithTrastuzumab", indicator, headline, tuple(detail), facts=facts, avoid=tuple(offending),
        rules=("R078", "P13"), suggestions=deletions(orders_of(orders, offending), recommended=bool(antibodies)),
    )  # fmt: skip


def _last_cycle_over(q: OrderQuestion, e: Exposure) -> bool:
    """Whether an anthracycline's last cycle has passed, and its next one is not among these orders: what follows it now is not beside it.

    AC, then a taxane with trastuzumab, is the usual sequence, and the orders of AC are often completed one by one, or left open.
    Given every two weeks, a cycle is as long as its last one was.
    """
    if e.drug not in ANTHRACYCLINES:
        return False
    given = sorted({day.latest for day in given_days(q.s.case, e)})
    if not given:
        return False
    days, between = (q.s.today - given[-1]).days, (given[-1] - given[-2]).days if len(given) > 1 else CYCLE.days
    cycle = between if _SHORTEST_CYCLE_DAYS <= between < CYCLE.days else CYCLE.days
    return days > K.thresholds.intervals.treatment_interval_days if stands(q.s.case, e) else days >= cycle


def _planned_in_turn(q: OrderQuestion, anthracyclines: list[str], her2: list[str]) -> bool:
    """Whether each anthracycline draft is one dose on its day, and the HER2 drugs begin a cycle or more after the last: AC, then TH."""
    first, then = (orders_of(q.all_starts, drugs) for drugs in (anthracyclines, her2))
    last = [o.planned.latest for o in first if o.planned is not None and _is_one_dose(o)]
    begun = [o.planned.earliest for o in then if o.planned is not None]
    return len(last) == len(first) and len(begun) == len(then) and max(last) + CYCLE <= min(begun)


def _is_one_dose(order: DraftOrder) -> bool:
    """Whether an order is for one dose alone. Of one without a readable dose nobody knows how often it is given."""
    return bool(order.doses) and all(dose.every_days is None and dose.count in (None, 1) for dose in order.doses)


def _figure() -> Statement:
    return K.say("order-anthracycline-evidence", evidence=K.evidence_line("anthracycline-2001"))


def _gap() -> int:
    return K.thresholds.intervals.anthracycline_gap_months


def _recent(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding | None:
    """R127: an anthracycline within seven calendar months of the last antibody dose (the same day counts), or nobody knows."""
    anthracyclines = ordered_drugs(orders, ANTHRACYCLINES)
    still_running = {e.drug for e in _running(q)}
    past = [e for e in q.s.exposures if e.drug in ANTIBODIES and e.drug not in still_running and e not in _never_closed(q)]
    if not anthracyclines or not past:
        return None
    usual = in_usual_order(e.drug for e in past)
    past.sort(key=lambda e: usual.index(e.drug))
    day = _first_planned(q.s, orders_of(orders, anthracyclines))
    within = [(e, _last_dose(q, e)) for e in past]
    near = [(e, last) for e, last in within if last is None or within_months(last, day, _gap()) is not False]
    if not near:
        return None
    e, last = max(near, key=lambda entry: when_last(entry[1]))
    name = drug_name(anthracyclines[0])
    if last is None:
        headline = K.say("order-anthracycline-last-unknown", anthracycline=name, her2=drug_name(e.drug), months=_gap())
    else:
        until = add_months(last.latest, _gap()).isoformat()
        headline = K.say("order-anthracycline-recent", anthracycline=name, her2=drug_name(e.drug), until=until)
    fact = course_fact(q.s.case, e, "last dose", last)
    return Finding(
        "AnthracyclineWithTrastuzumab", "warning", headline, (K.say("order-anthracycline-partner"),), facts=(fact,),
        avoid=tuple(anthracyclines), rules=("R127",), suggestions=deletions(orders_of(orders, anthracyclines)),
    )  # fmt: skip


def _first_planned(s: Situation, orders: Iterable[DraftOrder]) -> PartialDate:
    """The day the first of these orders is to be given: as planned, else today."""
    today = PartialDate.on(s.today)
    days = [o.planned if o.planned is not None and o.planned.earliest > s.today else today for o in orders]
    return min(days, key=lambda day: day.earliest, default=today)


def _never_closed(q: OrderQuestion) -> list[Exposure]:
    """Running in the record, yet a (neo)adjuvant course of years ago: history only."""
    kept = _running(q)
    return [e for e in q.running if e not in kept]


def _last_dose(q: OrderQuestion, e: Exposure) -> PartialDate | None:
    """The last day of a course. One that is being ended by these very orders was given up to now, unless doses say otherwise."""
    if e.state == "running":
        return e.last_dose or PartialDate.on(q.s.today)
    return e.last_known


def _lifetime_dose(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Finding | None:
    """P13: lifetime doxorubicin with every dose of this order, as far as doses by surface, or with a surface, are on record."""
    asked = orders_of(orders, _DOXORUBICIN)
    if not asked:
        return None
    doses = [r for r in q.s.case.drugs if r.drug in _DOXORUBICIN and r.kind == "administration" and r.dose is not None]
    surface = q.s.body.surface
    given = sum(_per_m2(r.dose.amount, r.dose.unit, surface) for r in doses if r.dose is not None)
    now = sum(_ordered_per_m2(order, surface) for order in asked)
    limits = K.thresholds.doses
    total = given + now
    if total <= limits.doxorubicin_warning:
        return None
    critical = total > limits.doxorubicin_critical
    limit = limits.doxorubicin_critical if critical else limits.doxorubicin_warning
    headline = K.say("order-doxorubicin-lifetime", total=f"{total:.0f}", limit=f"{limit:g}")
    drugs = ordered_drugs(asked, _DOXORUBICIN)
    facts = (
        FactUsed("Doxorubicin on record", f"{given:.0f} mg/m2 in {len(doses)} doses", inferred=True),
        *(order_fact(order, dose) for order in asked for dose in order.doses),
    )
    return Finding(
        "AnthracyclineWithTrastuzumab", "critical" if critical else "warning", headline, (K.say("order-doxorubicin-counted"),),
        facts=facts if doses else facts[1:], avoid=tuple(drugs), rules=("P13",), suggestions=deletions(asked),
    )  # fmt: skip


def _ordered_per_m2(order: DraftOrder, surface: float | None) -> float:
    """What an order adds, in mg/m2: its first dose, which may be written in two units, and each dose that follows it.

    Another amount of the same unit that follows nothing is a partner's, as in "60 and 600 mg/m2".
    """
    if order.dose is None:
        return 0.0
    first = [order.dose, *(dose for dose in order.further if not dose.later and dose.unit != order.dose.unit)]
    later = [dose for dose in order.further if dose.later]
    return max(_per_m2(dose.amount, dose.unit, surface) for dose in first) + sum(_per_m2(dose.amount, dose.unit, surface) for dose in later)


def _per_m2(amount: float, unit: str, surface: float | None) -> float:
    """A dose in mg/m2; one in mg by today's body surface area. What cannot be told adds nothing: the sum is "at least"."""
    if unit == "mg/m2":
        return amount
    return amount / surface if unit == "mg" and surface is not None else 0.0


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (
    duplicate_her2_therapy,
    anthracycline_with_her2,
    *order_products.RULES,
)  # fmt: skip
