"""What forbids an ordered HER2 drug, or must be known before it is given: pregnancy (also before an endocrine drug), heart, lungs.

Speaks at any stage of breast cancer and of the ordered drugs only (R071-R080, R110-R117, R124, R130; P02; decisions 14-18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Statement, Suggestion
from guideline.case import Symptom
from guideline.dosing.earlier_doses import given_lately
from guideline.drug_classes import ENDOCRINE_DRUGS, HER2_DRUGS, KINASE_INHIBITORS, TRASTUZUMAB_PRODUCTS, components
from guideline.facts_used import (
    drug_name,
    drug_names,
    headline_names,
    in_usual_order,
    latest_lvef_fact,
    lung_symptom_fact,
    lvef_fact,
    lvef_shown,
    resolved_failure_fact,
    symptom_names,
)
from guideline.heart.lvef_stop import stops_on_record
from guideline.heart.past_failure import resolved_failure
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.gaps import chest_ct_recent, lungs_to_clear, stopped_for_the_lungs
from guideline.rules.heart import MONITORED, heart
from guideline.rules.heart_ended import STOP_HEADLINES, ordered_after_stop, ordered_once_more, stops_of
from guideline.rules.heart_failed import ended_by_failure, failed_under, stopped_for_heart
from guideline.rules.heart_held import may_restart
from guideline.rules.heart_words import echo_done, echo_done_fact, failure_words, heart_condition_facts
from guideline.rules.lung_words import chest_ct_booked, grade_gap, lung_facts
from guideline.rules.lungs import lungs, on_trastuzumab
from guideline.rules.lungs_held import held_conjugate, tdm1_ended
from guideline.rules.objections import TUCATINIB, objection
from guideline.rules.orders.order_scope import deletions, is_new, is_start, ordered_drugs, orders_of, safety_orders
from guideline.rules.orders.order_tdxd_again import CHEST_CT, after_left_out_cycle, restart_of_order, too_high_again
from guideline.rules.orders.order_untold import may_be
from guideline.rules.pregnancy import (
    contradicted_pregnancy,
    pregnancy,
    pregnancy_excluded,
    pregnancy_fact,
    suspected_pregnancy,
)
from guideline.rules.unread import lvef_not_read_at_start, with_unread_lvef
from guideline.situation import Situation

_ECHO = (Suggestion("request", "echocardiogram"),)


def pregnancy_of_order(q: OrderQuestion) -> Iterator[Finding]:
    """R124, decisions 15 and 16: critical when documented, a warning at any order while suspected, else asked once before a first dose."""
    orders = safety_orders(q)
    drugs = ordered_drugs(orders)
    if q.s.pregnancy == "pregnant":
        yield from _documented_pregnancy(q.s, orders, drugs, ordered_drugs(orders, ENDOCRINE_DRUGS))
        return
    if not drugs:
        return
    suspected = suspected_pregnancy(q.s)
    if suspected is not None:
        ask = K.say("order-pregnancy-possible", drugs=headline_names(drugs), date=str(suspected.date))
        facts = (pregnancy_fact(suspected),)
        yield Finding("Pregnancy", "warning", ask, facts=facts, missing=(Gap("I13", ask),), rules=("R124", "R131"))
        return
    new = [drug for drug in drugs if is_new(q.s, drug)]
    doubted = contradicted_pregnancy(q.s)
    if new and doubted is not None:
        headline = K.say("order-pregnancy-doubt", drugs=headline_names(new), date=str(doubted.date))
        yield Finding("Pregnancy", "warning", headline, (), facts=(pregnancy_fact(doubted),), rules=("R124", "R131"))
    elif new and q.s.pregnancy == "unknown":
        ask = pregnancy_excluded(antibody=not q.together.isdisjoint(HER2_DRUGS - KINASE_INHIBITORS))
        headline = K.say("order-pregnancy-unknown", drugs=headline_names(new))
        yield Finding("Pregnancy", "warning", headline, (), missing=(Gap("I13", ask),), rules=("R124", "R131"))


def _documented_pregnancy(s: Situation, orders: tuple[DraftOrder, ...], her2: list[str], endocrine: list[str]) -> Iterator[Finding]:
    """No HER2 drug, whichever it is: critical. Before an endocrine drug alone the pregnancy is to be settled: a warning."""
    documented = pregnancy(s)
    untold = [order for order in orders if order.untold is not None]
    if documented is None or not (her2 or untold or endocrine):
        return
    of_endocrine = (K.say("order-pregnancy-endocrine-why"),) if endocrine else ()
    meant = {drug for order in untold if order.untold is not None for drug in may_be(order.untold)}
    if her2 or untold:
        headline = K.say("order-pregnancy", drugs=headline_names(her2)) if her2 else K.say("order-pregnancy-untold")
        found = replace(documented, headline=headline, detail=(*documented.detail, *of_endocrine))
    else:
        headline = K.say("order-pregnancy-endocrine", drugs=headline_names(endocrine))
        found = replace(documented, indicator="warning", headline=headline, detail=(*of_endocrine, K.say("pregnancy-dating")))
    taken_back = deletions(orders_of(orders, [*her2, *endocrine]), recommended=bool(her2))
    taken_back += tuple(Suggestion("delete", "", order.id, recommended=True) for order in untold if order.status == "draft")
    yield replace(found, avoid=(*in_usual_order({*her2, *meant}), *endocrine), suggestions=taken_back)


def heart_of_order(q: OrderQuestion) -> Iterator[Finding]:
    """R071-R077, R110-R114, P02: one finding about the heart: failure before hold before baseline before monitoring."""
    s = q.s
    orders = safety_orders(q)
    drugs = ordered_drugs(orders, MONITORED)
    if not drugs:
        return
    found = _heart_on(s, drugs)
    failing = s.heart.symptomatic_failure and (found is None or found.indicator == "critical")
    stops = stops_of(s, drugs, given_since=False)
    if stops and not failing:
        yield ordered_after_stop(s, found, stops, orders)
        return
    if found is not None and found.topic != "LvefMonitoringDue":
        planned = min([order.planned.earliest if order.planned is not None else s.today for order in orders_of(orders, drugs)])
        if not may_restart(s, found, planned):
            yield _restart(s, found, orders)
        elif found.headline.id == "lvef-held-ready" and s.heart.below(K.thresholds.lvef.never_silent_below):
            # Decision 14: the restart test is met, and no dose is given in silence yet.
            yield found
        return
    again = stops_of(s, drugs, given_since=True)
    if again:
        yield ordered_once_more(s, again)
    starting = [drug for drug in drugs if is_start(s, drug)]
    at_start = [with_unread_lvef(s, each) for each in _heart_at_start(s, starting, orders)] if starting else []
    if at_start:
        yield from at_start
    elif found is not None and found.indicator != "info" and found.headline.id != "lvef-overdue-booked":
        overdue = found.headline.id in ("lvef-overdue", "lvef-never")
        yield replace(found, suggestions=_ECHO) if overdue else found


def _restart(s: Situation, found: Finding, orders: tuple[DraftOrder, ...]) -> Finding:
    """P02: a drug on hold, ordered again below 40, is started at an LVEF that nobody studied."""
    if not found.headline.id.startswith("lvef-held-not-ready") or not s.heart.below(K.thresholds.lvef.critical_below):
        return found
    return replace(found, indicator="critical", rules=(*found.rules, "P02"), suggestions=deletions(orders_of(orders, list(found.avoid))))


def _heart_on(s: Situation, drugs: list[str]) -> Finding | None:
    """What is said about the heart on the therapy that runs or is held, when one of its drugs is ordered again."""
    ordered = frozenset(c for drug in drugs for c in components(drug))
    going_on = any(ordered & components(e.drug) for e in (*s.her2_running, *s.held_drugs))
    found = heart(s) if going_on else None
    # That its label ended another drug is no reason against this one.
    if found is not None and found.headline.id.startswith(STOP_HEADLINES) and not any(ordered & components(d) for d in found.avoid):
        return None
    return found


def _heart_at_start(s: Situation, starting: list[str], orders: tuple[DraftOrder, ...]) -> Iterator[Finding]:
    state, limits = s.heart, K.thresholds.lvef
    names = headline_names(starting)
    facts = latest_lvef_fact(s)
    if state.symptomatic_failure:
        yield Finding(
            "HeartFailure", "critical", K.say("order-heart-failure", drugs=names, failure=failure_words(s)),
            (K.say("heart-failure-later"),), facts=(*heart_condition_facts(s), *facts), avoid=tuple(starting), rules=("P02", "R077"),
            suggestions=deletions(orders_of(orders, starting)),
        )  # fmt: skip
        return
    if state.latest is not None and state.below(limits.start_below):
        critical = state.below(limits.critical_below)
        said = "order-lvef-below-40" if critical else "order-lvef-below-50"
        detail = [K.say("lvef-not-studied"), K.say("order-lvef-cardiology")]
        if not state.current:
            detail.append(K.say("lvef-value-old", days=state.age_days))
        yield Finding(
            "LvefHold", "critical" if critical else "warning", K.say(said, drugs=names, value=lvef_shown(state.latest)), tuple(detail),
            facts=facts, avoid=tuple(starting), rules=("P02",), suggestions=deletions(orders_of(orders, starting)) if critical else (),
        )  # fmt: skip
        return
    ordered = frozenset(c for drug in starting for c in components(drug))
    failed = failed_under(s, [e for e in s.exposures if e.drug in MONITORED and not ordered.isdisjoint(components(e.drug))])
    if failed is not None:
        yield failed
        return
    history = _heart_history(s, names, facts)
    if history is not None:
        yield history
    if state.undated_low is not None:
        headline = K.say("order-lvef-undated", drugs=names, value=lvef_shown(state.undated_low))
        gap = Gap("I07", K.say("ask-lvef-date"))
        yield Finding(
            "LvefBaselineNeeded", "warning", headline, (K.say("lvef-undated-why"), K.say("order-lvef-cardiology")),
            facts=(lvef_fact(state.undated_low), *facts), missing=(gap,), rules=("P02",), suggestions=_ECHO,
        )  # fmt: skip
    elif (not_read := lvef_not_read_at_start(s, names, facts)) is not None:
        yield not_read
    elif not state.current and state.booked_echo is None:
        yield _baseline_needed(s, names, facts)


def _heart_history(s: Situation, names: str, facts: tuple[FactUsed, ...]) -> Finding | None:
    """R077, P02: what the heart has ended, or cardiomyopathy: cardiology is asked for before a first dose of another drug."""
    cardiac, past = stopped_for_heart(s), resolved_failure(s)
    failing = ended_by_failure(s) if past is not None else []
    stopped, ended = sorted(cardiac.difference(failing)), sorted({stop.drug for stop in stops_on_record(s)} - cardiac)
    detail = [K.say("check-stopped-for-heart", drugs=drug_names(stopped))] if stopped else []
    detail += [K.say("check-failure-ended", drugs=drug_names(failing))] if failing else []
    detail += [K.say("check-lvef-stop", drugs=drug_names(ended))] if ended else []
    detail += [K.say("check-cardiomyopathy")] if s.heart.cardiomyopathy is not None else []
    if not detail:
        return None
    before = (resolved_failure_fact(past),) if past is not None and failing else ()
    return Finding(
        "HeartFailure", "warning", K.say("order-heart-history", drugs=names), (*detail, K.say("heart-failure-stop-rule")),
        facts=(*heart_condition_facts(s), *before, *facts), rules=("P02", "R077"),
    )  # fmt: skip


def _baseline_needed(s: Situation, names: str, facts: tuple[FactUsed, ...]) -> Finding:
    """R071, I07, I08: no LVEF, or one older than 84 days, before a first dose."""
    state, done = s.heart, echo_done(s)
    if done is not None:
        headline, check = K.say("order-lvef-done", drugs=names, **done), K.say("check-lvef-done", **done)
    elif state.latest is None:
        headline, check = K.say("order-lvef-none", drugs=names), K.say("check-lvef-none")
    else:
        headline, check = K.say("order-lvef-old", drugs=names, days=state.age_days), K.say("check-lvef-old", days=state.age_days)
    gaps = [Gap("I07", check)]
    if not state.failure_asked and state.failure is None:
        gaps.append(Gap("I08", K.say("ask-heart-failure")))
    return Finding(
        "LvefBaselineNeeded", "warning", headline, (K.say("order-waits-for-results"),),
        facts=(*facts, *echo_done_fact(s)), missing=tuple(gaps), rules=("R071",), suggestions=_ECHO if done is None else (),
    )  # fmt: skip


def lungs_of_order(q: OrderQuestion) -> Iterator[Finding]:
    """R079-R081, R115-R117, R130: the lungs before T-DXd or T-DM1 and while they are given, and under trastuzumab."""
    orders = safety_orders(q)
    tdxd, tdm1 = orders_of(orders, (T_DXD,)), orders_of(orders, (T_DM1,))
    if tdxd:
        yield from (replace(found, about=(T_DXD,)) for found in _lungs_for_tdxd(q, tdxd))
    elif tdm1:
        yield from (replace(found, about=(T_DM1,)) for found in _lungs_for_tdm1(q.s))
    elif antibodies := [drug for order in orders for drug in order.drugs if drug in TRASTUZUMAB_PRODUCTS]:
        found = on_trastuzumab(q.s)
        if found is not None:
            yield replace(found, about=tuple(dict.fromkeys(antibodies)))


def _lungs_for_tdxd(q: OrderQuestion, orders: tuple[DraftOrder, ...]) -> Iterator[Finding]:
    s, name = q.s, drug_name(T_DXD)
    history = s.lungs
    if history.tdxd_stopped_for_good:
        yield _stopped_for_good(s, orders)
    elif not is_start(s, T_DXD):
        found = lungs(s)
        if found is None and history.tdxd_ungraded:
            found = _ild(s, "warning", K.say("order-ild-ungraded", drug=name), (K.say("ild-grading"),), graded=False)
        found = found or too_high_again(q, orders) or after_left_out_cycle(q, orders)
        if found is not None:
            yield found
    elif history.under_treatment and history.grade_1_only and history.under_drug == T_DXD and not history.active:
        detail = (K.say("ild-grade-1-restart"), K.say("hold-not-progression"))
        yield _ild(s, "warning", K.say("order-ild-grade-1", drug=name), detail, avoid=(T_DXD,))
    elif history.symptoms or history.bars_tdxd:
        detail = (K.say("order-ild-image-consult"), K.say("ild-label-wording"))
        # Old, stable disease is a specialist's decision (R079, a warning); symptoms, new or ungraded pneumonitis are not.
        acute = history.symptoms or history.under_treatment or history.tdxd_ungraded
        found = _ild(s, "critical" if acute else "warning", _why_not_now(s, name), detail, avoid=(T_DXD,), graded=False)
        yield replace(found, suggestions=deletions(orders)) if acute else found
    elif history.tdxd_grade_1_past:
        again = restart_of_order(q, orders, ct_open=not _chest_ct_done_or_booked(s))
        if again is not None:
            yield again
    elif (held := _on_hold(s, T_DXD)) is not None:
        yield held
    elif (open_ := lungs_to_clear(s)) and not given_lately(q, T_DXD):
        yield _to_clear_first(s, name, open_)
    elif not _chest_ct_done_or_booked(s):
        yield from _before_first_tdxd(q, name)


def _why_not_now(s: Situation, name: str) -> Statement:
    if s.lungs.symptoms:
        return K.say("order-ild-symptoms", drug=name)
    ungraded = s.lungs.tdxd_ungraded and not s.lungs.under_treatment
    return K.say("order-ild-ungraded" if ungraded else "order-ild-active", drug=name)


def _to_clear_first(s: Situation, name: str, found: Sequence[Symptom]) -> Finding:
    """R080, I09: new symptoms before a first dose are information, an image that may be pneumonitis is a warning."""
    names = symptom_names(found)
    imaged = any(symptom.kind == "lung-finding" for symptom in found)
    ask = [K.say("order-ask-lungs-to-clear", found=names)]
    if stopped := stopped_for_the_lungs(s):
        ask.append(K.say("order-ask-lungs-stopped", drugs=drug_names(stopped)))
    return Finding(
        "InterstitialLungDisease", "warning" if imaged else "info", K.say("order-lungs-to-clear", drug=name, found=names),
        (*([K.say("tdxd-after-resolved-lung-disease")] if s.lungs.resolved_of_other_cause else []), K.say("order-waits-for-results")),
        facts=(*lung_facts(s), *[lung_symptom_fact(symptom) for symptom in found]),
        missing=tuple([Gap("I09", one) for one in ask]),
        suggestions=() if chest_ct_booked(s) else CHEST_CT,
    )  # fmt: skip


def _before_first_tdxd(q: OrderQuestion, name: str) -> Iterator[Finding]:
    """R117, R080, I09: resolved lung disease, or before a first dose nothing on record: information, and a CT at one click."""
    s, history = q.s, q.s.lungs
    if history.resolved_of_other_cause:
        found = _ild(s, "info", K.say("order-lungs-resolved", drug=name), (K.say("tdxd-after-resolved-lung-disease"),))
    elif ((stopped := stopped_for_the_lungs(s)) or not history.known) and not given_lately(q, T_DXD):
        ask = K.say("order-ask-lungs-stopped", drugs=drug_names(stopped)) if stopped else K.say("order-ask-lungs")
        detail = (K.say("order-waits-for-results"),)
        found = Finding("InterstitialLungDisease", "info", K.say("order-lungs-unknown", drug=name), detail, missing=(Gap("I09", ask),))
    else:
        return
    yield replace(found, suggestions=CHEST_CT)


def _chest_ct_done_or_booked(s: Situation) -> bool:
    return chest_ct_recent(s) or chest_ct_booked(s)


def _stopped_for_good(s: Situation, orders: tuple[DraftOrder, ...]) -> Finding:
    """R116: pneumonitis of grade 2 or worse under T-DXd, however long ago and however well resolved."""
    detail = [K.say("order-tdxd-permanent"), K.say("order-toxicity-not-progression")]
    if s.metastatic:
        if objection(s, TUCATINIB) is None:
            detail.append(K.say("order-instead-tucatinib"))
        if objection(s, "tdm1") is None:
            detail.append(K.say("order-instead-tdm1"))
    return Finding(
        "PermanentlyStoppedAgent", "critical", K.say("order-tdxd-stopped-for-good", drug=drug_name(T_DXD)), tuple(detail),
        facts=lung_facts(s), avoid=(T_DXD,), rules=("R116",), suggestions=deletions(orders, recommended=True),
    )  # fmt: skip


def _on_hold(s: Situation, drug: str) -> Finding | None:
    """R133: what the chart says of the drug's hold for the lungs, where nothing else of them is on record: it is ordered all the same."""
    found = held_conjugate(s)
    return found if found is not None and drug in found.avoid else None


def _lungs_for_tdm1(s: Situation) -> Iterator[Finding]:
    history, name = s.lungs, drug_name(T_DM1)
    if not is_start(s, T_DM1):
        found = lungs(s)
        if found is not None:
            yield found
    elif not history.symptoms and (ended := tdm1_ended(s)) is not None:
        yield ended
    elif history.active or history.under_treatment or history.symptoms or history.tdxd_ungraded:
        said = "order-tdm1-symptoms" if history.symptoms else "order-tdm1-active-ild"
        yield _ild(s, "warning", K.say(said, drug=name), (K.say("tdm1-lung-warning"), K.say("order-ild-image-consult")), graded=False)
    elif (held := _on_hold(s, T_DM1)) is not None:
        yield held
    elif history.tdxd_stopped_for_good or history.resolved_of_other_cause or history.tdxd_grade_1_past:
        yield _ild(s, "info", K.say("order-tdm1-after-ild", drug=name), (K.say("tdm1-lung-warning"),))


def _ild(
    s: Situation, indicator: str, headline: Statement, detail: Iterable[Statement], *, avoid: tuple[str, ...] = (), graded: bool = True
) -> Finding:
    gaps = () if graded else grade_gap(s.lungs)
    return Finding("InterstitialLungDisease", indicator, headline, tuple(detail), lung_facts(s), gaps, avoid)  # type: ignore[arg-type]


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (pregnancy_of_order, heart_of_order, lungs_of_order)
