"""The heart on HER2 therapy: holds by each drug's own table, low values, monitoring, failure (R071-R077, R110-R114, R133; decision 14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from guideline.advice import FactUsed, Finding, Gap, Indicator, Statement
from guideline.case import Lvef
from guideline.exposures import Exposure
from guideline.facts_used import drug_name, drug_names, headline_names, in_usual_order, lvef_fact, lvef_shown
from guideline.heart_function import effective_value, fall_from
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lung_history import T_DXD
from guideline.partial_date import PartialDate
from guideline.situation import Situation
from guideline.therapy_lines import PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS, components
from guideline.thresholds import LvefRow, LvefTable

#: Decision 14: any HER2 antibody or conjugate, and lapatinib; other kinase inhibitors only as labelled.
MONITORED = frozenset(d.id for d in K.drugs.values() if d.drug_class in ("her2-antibody", "her2-conjugate") or d.id == "lapatinib")

_TABLES = {d.id: K.thresholds.lvef_tables[d.lvef_table] for d in K.drugs.values() if d.lvef_table is not None}
_WITHOUT_PERTUZUMAB = TRASTUZUMAB_PRODUCTS - PERTUZUMAB_PRODUCTS


class _Judged(Struct, frozen=True):
    """One drug against its table: the row that applies, and what was compared.

    `reference` is the value that the fall is counted from, `before_start` whether it is from before the drug's first dose.
    """

    exposure: Exposure
    table: LvefTable
    row: LvefRow | None
    fall: float | None
    reference: Lvef | None
    before_start: bool

    @property
    def baseline(self) -> FactUsed | None:
        """The value that the fall is counted from, as a fact."""
        return _baseline_fact(self.reference, before_start=self.before_start) if self.reference is not None else None


def _baseline_fact(reference: Lvef, *, before_start: bool) -> FactUsed:
    return lvef_fact(reference, "LVEF baseline" if before_start else "LVEF baseline (first value after the start)")


def tables_for(exposures: tuple[Exposure, ...]) -> list[tuple[Exposure, LvefTable]]:
    """The LVEF table of each drug that has one; trastuzumab beside pertuzumab goes by the pertuzumab table alone (R111)."""
    covered = frozenset() if PERTUZUMAB_PRODUCTS.isdisjoint([e.drug for e in exposures]) else _WITHOUT_PERTUZUMAB
    return [(e, _TABLES[e.drug]) for e in exposures if e.drug in _TABLES and e.drug not in covered]


def first_dose(s: Situation, exposure: Exposure) -> PartialDate | None:
    """When the current agent was begun: a route, biosimilar or fixed-dose switch within the line is no new agent."""
    members = s.therapies.lines[-1].exposures if s.therapies.lines else ()
    parts = components(exposure.drug)
    alike = [e.start for e in members if e.start is not None and not parts.isdisjoint(components(e.drug))]
    if exposure.start is not None:
        alike.append(exposure.start)
    return min(alike, key=_earliest) if alike else None


def _earliest(day: PartialDate) -> date:
    return day.earliest


def _judge(s: Situation, exposures: tuple[Exposure, ...]) -> list[_Judged]:
    latest = s.heart.latest
    if latest is None:
        return []
    value = effective_value(latest)
    judged = []
    for e, table in tables_for(exposures):
        reference, before = s.heart.baseline(first_dose(s, e)) or (None, False)
        fall = fall_from(reference, latest) if reference is not None else None
        judged.append(_Judged(e, table, table.row(value, fall, s.practice.lvef_lower_limit), fall, reference, before))
    return judged


_ACTION_RANK = {None: 0, "continue": 1, "hold": 2, "stop": 3}


def _strictest(judged: list[_Judged]) -> _Judged | None:
    """Two drugs, two tables: the stricter decides (decision 14)."""
    return max(
        judged,
        key=lambda j: (
            _ACTION_RANK[j.row.action if j.row else None],
            bool(j.row and j.row.confirmed_stops),
            j.table.hold_days or 0,
            j.exposure.drug,
        ),
        default=None,
    )


def heart(s: Situation) -> Finding | None:
    """The one finding about the heart on HER2 therapy: failure before hold before low value before monitoring (decision 17)."""
    return s.once(_heart) if s.her2_running or s.held_drugs else None


def _heart(s: Situation) -> Finding | None:
    running, held = s.her2_running, s.held_drugs
    return _failure(s, (*running, *held)) or _hold(s, running) or _held(s, held) or _low(s, running) or _monitoring(s, running)


def _all_names(drugs: Iterable[str]) -> tuple[Statement, ...]:
    """The drugs by name, where a headline has no room for all of them."""
    names = drug_names(in_usual_order(drugs))
    return () if names == headline_names(drugs) else (K.say("heart-drugs", drugs=names),)


def _headline(statement: str, latest: Lvef, fall: str, **drugs: str) -> Statement:
    """A value and its fall; the value alone where a card's summary has no room for both (the baseline is among the facts)."""
    said = K.say(statement, value=lvef_shown(latest), fall=fall, **drugs)
    return said if len(said.text) < 140 else K.say(f"{statement}-long", value=lvef_shown(latest), **drugs)


def _failure(s: Situation, given: tuple[Exposure, ...]) -> Finding | None:
    """R077, R110, R113: heart failure on HER2 therapy, running or held; cardiomyopathy on record is at least a warning (E23)."""
    if not s.heart.symptomatic_failure and s.heart.cardiomyopathy is None:
        return None
    drugs = [e.drug for e in given if e.drug in MONITORED]
    if not drugs:
        return None
    if s.heart.symptomatic_failure and _failure_is_older(s, given):
        headline = K.say("heart-failure-older", drugs=headline_names(drugs))
        detail = (*_all_names(drugs), K.say("heart-failure-stop-rule"))
        return Finding("HeartFailure", "warning", headline, detail, facts=_heart_facts(s), rules=("R077",))
    if s.heart.symptomatic_failure:
        # R062: a heart that rules HER2 therapy out is the recorded reason for endocrine therapy alone (decision 20).
        alone = (K.say("endocrine-alone-while-heart-forbids"),) if s.hormones.state == "positive" else ()
        return Finding(
            "HeartFailure",
            "critical",
            K.say("heart-failure-on-her2", drugs=headline_names(drugs)),
            (*_all_names(drugs), K.say("heart-failure-stop-rule"), *alone, K.say("heart-failure-later")),
            facts=_heart_facts(s),
            avoid=tuple(sorted(set(drugs))),
        )
    if _hold(s, given) or _low(s, given):
        return None
    headline = K.say("cardiomyopathy-on-her2", drugs=headline_names(drugs))
    detail = (*_all_names(drugs), K.say("heart-failure-stop-rule"))
    return Finding("HeartFailure", "warning", headline, detail, facts=_heart_facts(s))


def _heart_facts(s: Situation) -> tuple[FactUsed, ...]:
    facts: list[FactUsed] = []
    for name, entry in (("Heart failure", s.heart.failure), ("Cardiomyopathy", s.heart.cardiomyopathy)):
        if entry is not None:
            facts.append(FactUsed(name, "on the problem list", str(entry.date) if entry.date is not None else None, entry.source))
    if s.heart.failure_symptoms:
        given = s.case.intake["heart-failure-symptoms"]
        facts.append(FactUsed("Heart failure symptoms", "reported", str(given.date), given.source))
    if s.heart.latest is not None:
        facts.append(lvef_fact(s.heart.latest))
    return tuple(facts)


def _failure_is_older(s: Situation, given: tuple[Exposure, ...]) -> bool:
    """Heart failure known before the drug was begun, no symptoms reported, a current LVEF of 50 or more: it did not develop on it."""
    failure, latest = s.heart.failure, s.heart.latest
    if failure is None or failure.date is None or s.heart.failure_symptoms or latest is None or not s.heart.current:
        return False
    if effective_value(latest) < K.thresholds.lvef.never_silent_below:
        return False
    starts = [first_dose(s, e) for e in given]
    return all(start is not None and failure.date.latest < start.earliest for start in starts)


def _severity(s: Situation, judged: list[_Judged]) -> Indicator:
    """Decision 14: critical below 40, or a fall over 20 on T-DXd; else a warning."""
    limits = K.thresholds.lvef
    latest = s.heart.latest
    if latest is not None and effective_value(latest) < limits.critical_below:
        return "critical"
    fell = any(j.exposure.drug == T_DXD and j.fall is not None and j.fall > limits.critical_fall_over for j in judged)
    return "critical" if fell else "warning"


def _hold(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """R075, R110-R114: a drug's own table asks for a hold; below 40 every monitored drug is held, with or without a baseline (I07)."""
    latest = s.heart.latest
    monitored = [e.drug for e in running if e.drug in MONITORED]
    if latest is None or not monitored:
        return None
    judged = _judge(s, running)
    holding = [j for j in judged if j.row is not None and j.row.action != "continue"]
    below = effective_value(latest) < K.thresholds.lvef.critical_below
    if not holding and not below:
        return None
    # Two drugs, two tables: the stricter decides for both (decision 14), so every one of them is named.
    detail: list[Statement] = [*_all_names(monitored)]
    for j in holding:
        detail.append(K.say("lvef-hold-by-table", action=j.table.action_text, drug=drug_name(j.exposure.drug)))
        confirmed = j.row is not None and j.row.confirmed_stops
        detail.append(K.say("lvef-hold-confirmed") if confirmed else K.say("lvef-hold-resume", resume=j.table.resume.text))
    if not holding:
        detail.append(K.say("lvef-hold-below-40"))
    if not s.heart.current:
        detail.append(K.say("lvef-value-old", days=s.heart.age_days))
    detail.append(K.say("lvef-hold-not-progression"))
    strictest = _strictest(holding) or _strictest(judged)
    fall, baseline = (strictest.fall, strictest.baseline) if strictest is not None else _fall_without_table(s, running, latest)
    baselines = [fact for fact in (*(j.baseline for j in holding or judged), baseline) if fact is not None]
    return Finding(
        "LvefHold",
        _severity(s, judged),
        _headline("lvef-hold", latest, _fall_words(fall, baseline), drugs=headline_names(monitored)),
        tuple(dict.fromkeys(detail)),
        facts=tuple(dict.fromkeys((lvef_fact(latest), *baselines, *_heart_facts(s)))),
        avoid=tuple(sorted(set(monitored))),
        rules=(*dict.fromkeys(j.table.rule for j in holding), "R074"),
        requests=("echocardiogram",),
    )


def _fall_without_table(s: Situation, given: tuple[Exposure, ...], latest: Lvef) -> tuple[float | None, FactUsed | None]:
    """How far the LVEF fell under a drug that has no table, and from which value."""
    for e in given:
        found = s.heart.baseline(first_dose(s, e)) if e.drug in MONITORED else None
        if found is not None:
            reference, before = found
            return fall_from(reference, latest), _baseline_fact(reference, before_start=before)
    return None, None


def _fall_words(fall: float | None, baseline: FactUsed | None) -> str:
    if fall is None or baseline is None:
        return "no baseline on record"
    return f"{fall:g} points below baseline {baseline.value}" if fall > 0 else f"baseline {baseline.value}"


def _held(s: Situation, held: tuple[Exposure, ...]) -> Finding | None:
    """R076, R133: a drug on hold for the heart, or whose last LVEF would ask for a hold: the restart test, and no new line."""
    latest = s.heart.latest
    if latest is None or not held:
        return None
    for judged in _judge(s, held):
        reason = judged.exposure.stop_reason
        if not (reason == "cardiac" or (reason is None and _dipped(s, judged))):
            continue
        ready = _may_resume(s, judged, effective_value(latest))
        said = "lvef-held-ready" if ready else "lvef-held-not-ready"
        headline = _headline(said, latest, _fall_words(judged.fall, judged.baseline), drug=drug_name(judged.exposure.drug))
        detail = [K.say("lvef-hold-resume", resume=judged.table.resume.text)]
        if not ready and judged.table.resume.within_points is not None:
            detail.append(K.say("lvef-held-points-to-stop", points=f"{judged.table.resume.within_points:g}"))
        detail.append(K.say("lvef-hold-not-progression"))
        return Finding(
            "LvefHold",
            "warning",
            headline,
            tuple(detail),
            facts=tuple(f for f in (lvef_fact(latest), judged.baseline) if f is not None),
            avoid=() if ready else (judged.exposure.drug,),
            rules=(judged.table.rule, "R133"),
            requests=("echocardiogram",),
        )
    return None


def _dipped(s: Situation, judged: _Judged) -> bool:
    """Whether some value since the drug's start met its table's hold rule."""
    start = first_dose(s, judged.exposure)
    found = s.heart.baseline(start)
    if start is None:
        return False
    for v in s.heart.series:
        if v.date is not None and v.date.earliest > start.latest:
            fall = fall_from(found[0], v) if found is not None else None
            row = judged.table.row(effective_value(v), fall, s.practice.lvef_lower_limit)
            if row is not None and row.action != "continue":
                return True
    return False


def _may_resume(s: Situation, judged: _Judged, value: float) -> bool:
    """Whether the newest LVEF meets the table's restart test.

    A stale value meets none (a restart is a start); without a baseline only an absolute limit can be met.
    """
    if not s.heart.current:
        return False
    resume = judged.table.resume
    if resume.within_points is not None:
        return judged.fall is not None and judged.fall <= resume.within_points
    if resume.above is not None and value > resume.above:
        return True
    if resume.normal:
        return value >= s.practice.lvef_lower_limit and (
            resume.fall_at_most is None or (judged.fall is not None and judged.fall <= resume.fall_at_most)
        )
    return (
        resume.at_least is not None and value >= resume.at_least
        and resume.fall_below is not None and judged.fall is not None and judged.fall < resume.fall_below
    )  # fmt: skip


def _low(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """Decision 14: below 50 on a HER2 antibody, conjugate or lapatinib is never silent, even where the table lets the drug go on."""
    latest = s.heart.latest
    if latest is None or effective_value(latest) >= K.thresholds.lvef.never_silent_below:
        return None
    monitored = [e.drug for e in running if e.drug in MONITORED]
    if not monitored:
        return None
    judged = _judge(s, running)
    strictest = _strictest(judged)
    fall, baseline = (strictest.fall, strictest.baseline) if strictest is not None else _fall_without_table(s, running, latest)
    baselines = [fact for fact in (*(j.baseline for j in judged), baseline) if fact is not None]
    if any(_depends_on_baseline(s, j, effective_value(latest)) for j in judged):
        detail = [K.say("lvef-hold-depends"), K.say("lvef-no-baseline")]
    elif not judged:
        detail = [K.say("lvef-no-table")]
    else:
        detail = [K.say("lvef-low-no-hold", drugs=drug_names(in_usual_order(monitored)))]
    detail.append(K.say("lvef-low-repeat"))
    return Finding(
        "LvefMonitoringDue",
        "warning",
        K.say("lvef-low", value=lvef_shown(latest), fall=_fall_words(fall, baseline)),
        tuple(detail),
        facts=tuple(dict.fromkeys((lvef_fact(latest), *baselines, *_heart_facts(s)))),
        rules=(*dict.fromkeys(j.table.rule for j in judged), "R074"),
        requests=("echocardiogram",),
    )


def _depends_on_baseline(s: Situation, judged: _Judged, value: float) -> bool:
    """Whether the table would ask for a hold if the (unknown) fall were large: an unknown baseline is not a small fall."""
    if judged.fall is not None:
        return False
    row = judged.table.row(value, 100.0, s.practice.lvef_lower_limit)
    return row is not None and row.action != "continue"


def _monitoring(s: Situation, running: tuple[Exposure, ...]) -> Finding | None:
    """R072-R074: up to 84 days current, 85-91 due, older or none overdue; kinase inhibitors other than lapatinib only as labelled."""
    heart_state, limits = s.heart, K.thresholds.lvef
    if heart_state.current:
        return None
    monitored = [e.drug for e in running if e.drug in MONITORED]
    if not monitored:
        return None
    drugs = headline_names(monitored)
    booked = heart_state.booked_echo
    on_order = None if booked is None else str(booked.date) if booked.date is not None else "no date given"
    if heart_state.latest is None or heart_state.age_days is None:
        headline = K.say("lvef-never", drugs=drugs) if on_order is None else K.say("lvef-never-booked", drugs=drugs, date=on_order)
        facts: tuple[FactUsed, ...] = ()
        indicator: Indicator = "warning"
    elif heart_state.age_days <= limits.due_days:
        if booked is not None:
            return None
        headline = K.say("lvef-due", days=heart_state.age_days, drugs=drugs)
        facts, indicator = (lvef_fact(heart_state.latest),), "info"
    else:
        age = heart_state.age_days
        overdue = K.say("lvef-overdue", days=age, drugs=drugs)
        headline = overdue if on_order is None else K.say("lvef-overdue-booked", days=age, drugs=drugs, date=on_order)
        facts, indicator = (lvef_fact(heart_state.latest),), "warning"
    detail = [*_all_names(monitored), K.say("lvef-interval")]
    return Finding(
        "LvefMonitoringDue",
        indicator,
        headline,
        tuple(detail),
        facts=facts,
        missing=(Gap("I07", K.say("ask-lvef-now")),),
        requests=() if booked is not None else ("echocardiogram",),
    )


def heart_at_start(s: Situation) -> Finding | None:
    """P02, E37: HER2 therapy is to be started with an LVEF below 50 or with heart failure: cardiology first."""
    latest = s.heart.latest
    limits = K.thresholds.lvef
    if s.heart.symptomatic_failure:
        return Finding(
            "HeartFailure",
            "critical",
            K.say("heart-failure-at-start"),
            (K.say("heart-failure-later"),),
            facts=_heart_facts(s),
            rules=("P02", "R077"),
        )
    if latest is None:
        return None
    value = effective_value(latest)
    if value < limits.critical_below:
        return Finding(
            "LvefHold", "critical", K.say("lvef-below-40-at-start", value=lvef_shown(latest)), (K.say("lvef-not-studied"),),
            facts=(lvef_fact(latest),), rules=("P02",), requests=("echocardiogram",),
        )  # fmt: skip
    if value < limits.start_below:
        return Finding(
            "LvefHold", "warning", K.say("lvef-below-50-at-start", value=lvef_shown(latest)), (K.say("lvef-not-studied"),),
            facts=(lvef_fact(latest),), rules=("P02",), requests=("echocardiogram",),
        )  # fmt: skip
    return None


def heart_forbids_her2(s: Situation) -> bool:
    """Whether no HER2 regimen may lead: heart failure, or an LVEF below 40."""
    latest = s.heart.latest
    return s.heart.symptomatic_failure or (latest is not None and effective_value(latest) < K.thresholds.lvef.critical_below)
