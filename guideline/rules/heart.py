"""The heart on HER2 therapy: holds by each drug's own table, low values, monitoring, failure (R071-R077, R110-R114, R133; decision 14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from guideline.advice import FactUsed, Finding, Gap, Indicator, Statement
from guideline.case import HeartCondition, Lvef
from guideline.drug_classes import ANTIBODIES, CONJUGATES
from guideline.facts_used import drug_name, drug_names, headline_names, in_usual_order, latest_lvef_fact, lvef_fact, lvef_shown
from guideline.heart.function import effective_value
from guideline.heart.lvef_dips import unrecovered_since
from guideline.heart.lvef_stop import StopForGood, stop_for_good
from guideline.heart.lvef_tables import Judged, baseline_fact, first_dose, judge, never_low, other_table_when_early, strictest
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.rules.heart_ended import ended_while_running
from guideline.rules.heart_failed import failed_under
from guideline.rules.heart_held import held
from guideline.rules.heart_words import (
    all_names,
    echo_done,
    echo_done_fact,
    echo_wanted,
    failure_words,
    fall_words,
    heart_condition_facts,
    lvef_headline,
    named,
    stop_headline,
)
from guideline.rules.unread import lvef_not_read, with_unread_lvef
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure

#: Decision 14: any HER2 antibody or conjugate, and lapatinib; other kinase inhibitors only as labelled.
MONITORED = ANTIBODIES | CONJUGATES | {"lapatinib"}


def heart(s: Situation) -> Finding | None:
    """The one finding about the heart on HER2 therapy: failure before hold before low value before monitoring (decision 17)."""
    return s.once(_heart) if s.her2_running or s.held_drugs else None


def _heart(s: Situation) -> Finding | None:
    running = s.her2_running
    found = (
        _failure(s, (*running, *s.held_drugs))
        or failed_under(s, [e for e in (*running, *s.held_drugs) if e.drug in MONITORED])
        or _hold(s, running)
        or ended_while_running(s, running)
        or held(s)
        or _low(s, (*running, *s.held_drugs))
        or _low_undated(s, running)
        or _not_read(s, running)
        or _monitoring(s, running)
    )
    return with_unread_lvef(s, found) if found is not None else None


def _monitored(given: Iterable[Exposure]) -> list[str]:
    """The drugs among these under which the LVEF is monitored."""
    return [e.drug for e in given if e.drug in MONITORED]


def _not_read(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """R131: the newest LVEF is there and could not be read: the one before it does not stand for the heart of today."""
    monitored = _monitored(running)
    return lvef_not_read(s, monitored, latest_lvef_fact(s)) if monitored else None


def _failure(s: Situation, given: tuple[Exposure, ...]) -> Finding | None:
    """R077, R110, R113: heart failure on HER2 therapy, running or held; cardiomyopathy on record is at least a warning (E23)."""
    if not s.heart.symptomatic_failure and s.heart.cardiomyopathy is None:
        return None
    drugs = _monitored(given)
    if not drugs:
        return None
    older = _older_failure(s, given)
    if older is not None:
        headline = K.say("heart-failure-older", drugs=headline_names(drugs))
        detail = (*all_names(drugs), K.say("heart-failure-stop-rule"))
        known = FactUsed("Heart failure", "on the problem list", str(older.date), older.source)
        facts = (known, *(fact for fact in _heart_facts(s) if fact.name != known.name))
        return Finding("HeartFailure", "warning", headline, detail, facts=facts, rules=("R077",))
    if s.heart.symptomatic_failure:
        # R062: a heart that rules HER2 therapy out is the recorded reason for endocrine therapy alone (decision 20).
        alone = (K.say("endocrine-alone-while-heart-forbids"),) if s.hormones.state == "positive" else ()
        return Finding(
            "HeartFailure",
            "critical",
            K.say("heart-failure-on-her2", drugs=headline_names(drugs), failure=failure_words(s)),
            (*all_names(drugs), K.say("heart-failure-stop-rule"), *alone, K.say("heart-failure-later")),
            facts=_heart_facts(s),
            avoid=tuple(sorted(set(drugs))),
        )
    if _hold(s, given) or _low(s, given):
        return None
    headline = K.say("cardiomyopathy-on-her2", drugs=headline_names(drugs))
    detail = (*all_names(drugs), K.say("heart-failure-stop-rule"))
    return Finding("HeartFailure", "warning", headline, detail, facts=_heart_facts(s))


def _heart_facts(s: Situation) -> tuple[FactUsed, ...]:
    return (*heart_condition_facts(s), *latest_lvef_fact(s))


def _older_failure(s: Situation, given: tuple[Exposure, ...]) -> HeartCondition | None:
    """Heart failure known before the drug was begun, no symptoms reported, a current LVEF of 50 or more: it did not develop on it.

    The oldest entry tells since when it is known: a visit's diagnosis is coded again at the next visits.
    """
    if s.heart.failure is None or s.heart.failure_symptoms or not s.heart.current:
        return None
    if s.heart.below(K.thresholds.lvef.never_silent_below):
        return None
    active = [(c, c.date) for c in s.case.heart if c.kind == "heart-failure" and c.status != "resolved" and c.date is not None]
    oldest, day = min(active, key=lambda entry: (entry[1].latest, entry[0].source), default=(None, None))
    starts = [first_dose(s, e) for e in given]
    return oldest if day is not None and all(start is not None and day.latest < start.earliest for start in starts) else None


def _severity(s: Situation, judged: list[Judged]) -> Indicator:
    """Decision 14: critical below 40, or a fall over 20 on T-DXd; else a warning."""
    limits = K.thresholds.lvef
    if s.heart.below(limits.critical_below):
        return "critical"
    fell = any(j.exposure.drug == T_DXD and j.fall is not None and j.fall > limits.critical_fall_over for j in judged)
    return "critical" if fell else "warning"


def _hold(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """R075, R110-R114: a drug's own table asks for a hold; below 40 every monitored drug is held, with or without a baseline (I07)."""
    latest = s.heart.latest
    monitored = _monitored(running)
    if latest is None or not monitored or s.once(never_low):
        return None
    judged = judge(s, running)
    unrecovered = {j.exposure.drug: since for j in judged if (since := unrecovered_since(s, j)) is not None}
    holding = [j for j in judged if j.holds or j.exposure.drug in unrecovered]
    if not holding and not s.heart.below(K.thresholds.lvef.critical_below):
        return None
    stops = [stop for j in judged if (stop := stop_for_good(s, j)) is not None]
    reference, baselines = _fall_from(s, running, holding or judged)
    proof = [lvef_fact(v, "LVEF (earlier)") for stop in stops for v in stop.values if v is not latest]
    if stops:
        said = _stop_said(stops, monitored)
    else:
        said = lvef_headline("lvef-hold", latest, fall_words(reference, latest), drugs=headline_names(monitored))
    return Finding(
        "LvefHold",
        _severity(s, judged),
        said,
        tuple(dict.fromkeys(_hold_detail(s, monitored, holding, stops, unrecovered))),
        facts=tuple(dict.fromkeys((lvef_fact(latest), *proof, *baselines, *_heart_facts(s)))),
        avoid=tuple(sorted(set(monitored))),
        rules=(*dict.fromkeys(j.table.rule for j in holding), "R074"),
        requests=echo_wanted(s),
    )


def _stop_said(stops: list[StopForGood], monitored: list[str]) -> Statement:
    """The drugs that their labels end for good, and those that are held beside them (decision 14)."""
    others = set(monitored) - {stop.drug for stop in stops}
    return stop_headline("lvef-stop-and-hold", stops, others=headline_names(others)) if others else stop_headline("lvef-stop", stops)


def _hold_detail(
    s: Situation, monitored: list[str], holding: list[Judged], stops: list[StopForGood], unrecovered: Mapping[str, date]
) -> list[Statement]:
    """What each label asks for. Two drugs, two tables: the stricter decides for both (decision 14), so every one of them is named.

    `unrecovered`: the drugs whose hold goes on though their tables ask for none at the latest value, and since when.
    """
    ended = {stop.drug for stop in stops}
    detail: list[Statement] = [*all_names(monitored), *(stop.reason for stop in stops)]
    for j in holding:
        if j.exposure.drug in ended:
            continue
        since = unrecovered.get(j.exposure.drug)
        detail += [K.say("lvef-hold-goes-on", since=since)] if since is not None else []
        detail.append(K.say("lvef-hold-by-table", action=j.table.action_text, drug=drug_name(j.exposure.drug)))
        confirmed = j.row is not None and j.row.confirmed_stops
        detail.append(K.say("lvef-hold-confirmed") if confirmed else K.say("lvef-hold-resume", resume=j.table.resume.text))
    for_metastases = other_table_when_early(s, [j for j in holding if j.exposure.drug not in ended])
    detail += [K.say("lvef-hold-early", drugs=drug_names(for_metastases))] if for_metastases else []
    if not holding:
        detail.append(K.say("lvef-hold-below-40"))
    repeats = [j.table.repeat_days for j in holding if j.table.repeat_days is not None]
    if _unrepeated(s, min(repeats, default=K.thresholds.lvef.low_repeat_days)):
        detail.append(K.say("lvef-value-old", days=s.heart.age_days))
    if stops:
        detail += [K.say("lvef-stop-later"), K.say("lvef-stop-not-progression")]
    if len(stops) < len(set(monitored)):
        detail.append(K.say("hold-not-progression"))
    return detail


def _fall_from(s: Situation, given: tuple[Exposure, ...], judged: list[Judged]) -> tuple[Lvef | None, list[FactUsed]]:
    """The value that the fall is counted from, of the strictest table or without one, and the baselines of these drugs as facts."""
    decides = strictest(judged)
    reference, baseline = (decides.reference, decides.baseline) if decides is not None else _reference_without_table(s, given)
    return reference, [fact for fact in (*(j.baseline for j in judged), baseline) if fact is not None]


def _reference_without_table(s: Situation, given: tuple[Exposure, ...]) -> tuple[Lvef | None, FactUsed | None]:
    """The value that the fall is counted from under a drug that has no table."""
    for e in given:
        found = s.heart.baseline(first_dose(s, e)) if e.drug in MONITORED else None
        if found is not None:
            reference, before = found
            return reference, baseline_fact(reference, before_start=before)
    return None, None


def _low(s: Situation, given: tuple[Exposure, ...]) -> Finding | None:
    """Decision 14: below 50 on a HER2 antibody, conjugate or lapatinib is never silent, even where the table lets the drug go on.

    Nor is it while the drug is on hold, whatever for: the restart waits for cardiology as a start would (P02).
    """
    latest = s.heart.latest
    if latest is None or not s.heart.below(K.thresholds.lvef.never_silent_below):
        return None
    monitored = _monitored(given)
    if not monitored:
        return None
    on_hold = [e.drug for e in s.held_drugs if e.drug in monitored]
    going_on = [drug for drug in monitored if drug not in on_hold]
    judged = judge(s, given)
    reference, baselines = _fall_from(s, given, judged)
    if any(_depends_on_baseline(s, j, effective_value(latest)) for j in judged):
        detail = [K.say("lvef-hold-depends"), K.say("lvef-no-baseline")]
    elif not judged:
        detail = [K.say("lvef-no-table")]
    elif for_metastases := other_table_when_early(s, judged):
        detail = [K.say("lvef-low-early", drugs=drug_names(for_metastases))]
    else:
        detail = [K.say("lvef-low-no-hold", drugs=drug_names(in_usual_order(going_on)))] if going_on else []
    detail += [K.say("lvef-low-held", drugs=drug_names(in_usual_order(on_hold)))] if on_hold else []
    unrepeated = _unrepeated(s, K.thresholds.lvef.low_repeat_days)
    detail.append(K.say("lvef-low-follow-up" if unrepeated else "lvef-low-repeat"))
    return Finding(
        "LvefMonitoringDue",
        "warning",
        _low_unrepeated(s, latest) if unrepeated else K.say("lvef-low", value=lvef_shown(latest), fall=fall_words(reference, latest)),
        tuple(detail),
        facts=tuple(dict.fromkeys((lvef_fact(latest), *baselines, *_heart_facts(s)))),
        rules=(*dict.fromkeys(j.table.rule for j in judged), "R074"),
        requests=echo_wanted(s),
    )


def _unrepeated(s: Situation, days: int) -> bool:
    """Whether the latest LVEF is older than the days within which it was to be repeated."""
    return s.heart.age_days is not None and s.heart.age_days > days


def _low_unrepeated(s: Situation, latest: Lvef) -> Statement:
    """That a low value was not repeated in time (decision 14), and that an echo is booked where one is (decision 23)."""
    value, days, booked = lvef_shown(latest), s.heart.age_days, _booked_for(s)
    if booked is None:
        return K.say("lvef-low-unrepeated", value=value, days=days)
    return K.say("lvef-low-unrepeated-booked", value=value, days=days, date=booked)


def _booked_for(s: Situation) -> str | None:
    """For when an echo is booked; None: none is."""
    booked = s.heart.booked_echo
    if booked is None:
        return None
    return str(booked.date) if booked.date is not None else "no date given"


def _depends_on_baseline(s: Situation, judged: Judged, value: float) -> bool:
    """Whether the table would ask for a hold if the (unknown) fall were large: an unknown baseline is not a small fall."""
    if judged.fall is not None:
        return False
    row = judged.table.row(value, 100.0, s.practice.lvef_lower_limit)
    return row is not None and row.holds


def _low_undated(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """Decision 14: a value below 50 is never silent on HER2 therapy, also one whose day nobody can tell (decision 8)."""
    low = s.heart.undated_low
    monitored = _monitored(running)
    if low is None or not monitored:
        return None
    below = effective_value(low) < K.thresholds.lvef.critical_below
    headline = K.say("lvef-low-undated-hold" if below else "lvef-low-undated", value=lvef_shown(low))
    due = _monitoring(s, running)
    detail = [named(monitored), K.say("lvef-undated-why")]
    if due is not None:
        detail.append(due.headline if s.heart.latest is not None else K.say("lvef-none-dated"))
    return Finding(
        "LvefMonitoringDue",
        "warning",
        headline,
        tuple(detail),
        facts=(lvef_fact(low), *latest_lvef_fact(s)),
        missing=(Gap("I07", K.say("ask-lvef-date")),),
        rules=("R074",),
        requests=echo_wanted(s),
    )


def _monitoring(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """R072-R074: up to 84 days current, 85-91 due, older or none overdue; kinase inhibitors other than lapatinib only as labelled."""
    heart_state, limits = s.heart, K.thresholds.lvef
    if heart_state.current:
        return None
    monitored = _monitored(running)
    if not monitored:
        return None
    drugs = headline_names(monitored)
    on_order, done = _booked_for(s), echo_done(s)
    due = heart_state.age_days is not None and heart_state.age_days <= limits.due_days
    if due and on_order is not None:
        return None
    if done is not None:
        return _value_awaited(s, monitored, "info" if due else "warning", done)
    if heart_state.latest is None or heart_state.age_days is None:
        headline = K.say("lvef-never", drugs=drugs) if on_order is None else K.say("lvef-never-booked", drugs=drugs, date=on_order)
        facts: tuple[FactUsed, ...] = ()
        indicator: Indicator = "warning"
    elif due:
        headline = K.say("lvef-due", days=heart_state.age_days, drugs=drugs)
        facts, indicator = (lvef_fact(heart_state.latest),), "info"
    else:
        age = heart_state.age_days
        overdue = K.say("lvef-overdue", days=age, drugs=drugs)
        headline = overdue if on_order is None else K.say("lvef-overdue-booked", days=age, drugs=drugs, date=on_order)
        facts, indicator = (lvef_fact(heart_state.latest),), "warning"
    detail = [*all_names(monitored), K.say("lvef-interval")]
    return Finding(
        "LvefMonitoringDue",
        indicator,
        headline,
        tuple(detail),
        facts=facts,
        missing=(Gap("I07", K.say("ask-lvef-now")),),
        requests=() if on_order is not None else ("echocardiogram",),
    )


def _value_awaited(s: Situation, monitored: list[str], indicator: Indicator, done: dict[str, str]) -> Finding:
    """R074, R131: the LVEF is due or unknown, and its examination was done: the value is looked up, not measured once more."""
    latest, age = s.heart.latest, s.heart.age_days
    words = {"drugs": headline_names(monitored), **done}
    headline = K.say("lvef-never-done", **words) if latest is None else K.say("lvef-old-done", days=age, **words)
    facts = (*latest_lvef_fact(s), *echo_done_fact(s))
    return Finding(
        "LvefMonitoringDue", indicator, headline, (*all_names(monitored), K.say("lvef-interval")),
        facts=facts, missing=(Gap("I07", K.say("ask-lvef-done", **done)),),
    )  # fmt: skip


def heart_at_start(s: Situation) -> Finding | None:
    """P02, E37: HER2 therapy is to be started with an LVEF below 50 or with heart failure: cardiology first."""
    found = _at_start(s)
    return with_unread_lvef(s, found) if found is not None else None


def _at_start(s: Situation) -> Finding | None:
    latest, limits = s.heart.latest, K.thresholds.lvef
    if s.heart.symptomatic_failure:
        return Finding(
            "HeartFailure",
            "critical",
            K.say("heart-failure-at-start", failure=failure_words(s)),
            (K.say("heart-failure-later"),),
            facts=_heart_facts(s),
            rules=("P02", "R077"),
        )
    if latest is None or not s.heart.below(limits.start_below):
        return None
    critical = s.heart.below(limits.critical_below)
    headline = K.say("lvef-below-40-at-start" if critical else "lvef-below-50-at-start", value=lvef_shown(latest))
    return Finding(
        "LvefHold", "critical" if critical else "warning", headline, (K.say("lvef-not-studied"),),
        facts=(lvef_fact(latest),), rules=("P02",), requests=echo_wanted(s),
    )  # fmt: skip


def heart_forbids_her2(s: Situation) -> bool:
    """Whether no HER2 regimen may lead: heart failure, or an LVEF below 40."""
    return s.heart.symptomatic_failure or s.heart.below(K.thresholds.lvef.critical_below)
