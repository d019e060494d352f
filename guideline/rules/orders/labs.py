"""Laboratory values before an ordered drug (P06-P09, R118-R120; decision 29), and DPYD before capecitabine (P09).

One finding for each ordered drug. A value older than three weeks is not judged; before a first dose it is asked for (I10-I12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from guideline.advice import Finding, Gap, Indicator, Statement
from guideline.dosing.earlier_doses import begins_course, given_lately, records_of
from guideline.dosing.label_doses import Judgement, above
from guideline.dosing.ordered_level import judged_dose, lowest_given
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.dpyd import dpyd_facts, dpyd_phenotype, unread
from guideline.laboratory.setbacks import one_level_down
from guideline.laboratory.values import CLEARANCE, CurrentLabs, LabValue, Met, current_labs, lab_name, met, undated_labs
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.rules.febrile_neutropenia import with_febrile_neutropenia
from guideline.rules.lab_words import ACTION_RANK, assumed_limits, lab_facts, shown, undated_finding
from guideline.rules.orders.labs_missing import lab_gaps, missing_at_restart, missing_labs
from guideline.rules.orders.order_after_hold import after_hold, not_repeated
from guideline.rules.orders.order_scope import deletions, safety_orders
from guideline.rules.unread import labs_not_read, labs_of, with_unread_labs
from guideline.unread_results import unread_labs

_CAPECITABINE, _TUCATINIB = "capecitabine", "tucatinib"

#: What is said of a drug that was given before.
_INTERRUPTS = frozenset({"hold", "stop"})

#: What no dose is given under.
_FORBIDS = _INTERRUPTS | {"avoid"}

#: Docetaxel at these values was deadly: the only rows of the table that are critical (P06).
_CRITICAL_RULE = "P06"


class _Asked(Struct, frozen=True):
    """An asked order of one drug: whether it begins the drug (again), and whether it is the `first` that is on record."""

    order: DraftOrder
    drug: str
    start: bool
    first: bool


def labs(q: OrderQuestion) -> Iterator[Finding]:
    """Judge the values that count for each asked drug, the strictest first; ask for those that are missing at a start."""
    for order in safety_orders(q):
        for drug in order.drugs:
            if drug not in K.thresholds.labs.drugs:
                continue
            start = begins_course(q, drug)
            asked = _Asked(order, drug, start, first=start and not records_of(q, drug))
            finding = _finding(q, asked, q.s.once(current_labs))
            if q.s.case.febrile_neutropenia:
                finding = with_febrile_neutropenia(q.s, [e for e in q.s.exposures if e.drug == drug], finding, partial(_level, q, asked))
            finding = _naming_unread(q, asked, finding)
            if finding is not None:
                yield finding
            if finding is None or finding.indicator == "info":
                # What holds the drug today goes before what held it last time.
                held_before = list(after_hold(q, order, drug))
                yield from held_before
                if finding is None and not held_before:
                    yield from list(not_repeated(q, drug)) or _unseen_at_restart(q, asked)


def _unseen_at_restart(q: OrderQuestion, asked: _Asked) -> list[Finding]:
    found = missing_at_restart(q, asked.drug, q.s.once(current_labs)) if not asked.start else None
    return [found] if found is not None else []


def _naming_unread(q: OrderQuestion, asked: _Asked, finding: Finding | None) -> Finding | None:
    """R131: a value that is newer than those that were judged, and that could not be read."""
    unread = unread_labs(q.s, labs_of((asked.drug,), frozenset({"start", "dose"} if asked.start else {"dose"})))
    if not unread:
        return finding
    return labs_not_read(asked.drug, unread) if finding is None else with_unread_labs(finding, unread)


def _finding(q: OrderQuestion, asked: _Asked, values: CurrentLabs) -> Finding | None:
    dpyd = dpyd_phenotype(q.s.case) if asked.drug == _CAPECITABINE else "normal"
    rows = [row for row in K.thresholds.labs.drugs[asked.drug] if row.at == "dose" or asked.start]
    found = [m for row in rows if (m := met(row, values)) is not None]
    acting = [m for m in found if not m.partner_missing and _acts(q, asked, m, dpyd)]
    acting.sort(key=lambda m: -ACTION_RANK[m.row.action])
    gaps = lab_gaps(q, asked.drug, values) if asked.start else ()
    open_ended = [m for m in found if m.partner_missing and m.row.action != "continue"]
    if dpyd == "poor":
        return _no_dpd(q, asked, acting)
    if acting:
        return _adverse(q, asked, acting, values, dpyd, gaps)
    if dpyd == "intermediate" and asked.start:
        return Finding(
            "LabSafety", "warning", K.say("dpyd-intermediate"), (K.say("dpyd-why"),), dpyd_facts(q.s.case), gaps, avoid=(), rules=("P09",)
        )
    if open_ended:
        return _partner_missing(asked, open_ended, gaps)
    undated = [
        m for row in rows if (m := met(row, q.s.once(undated_labs))) is not None and m.row.action in _FORBIDS and not m.partner_missing
    ]
    if undated:
        return replace(undated_finding(q.s, asked.drug, max(undated, key=lambda m: ACTION_RANK[m.row.action])), missing=gaps)
    untested = asked.start and dpyd is None
    return missing_labs(q, asked.drug, values, gaps, untested=untested, acts=lambda m: _acts(q, asked, m, dpyd))


def _acts(q: OrderQuestion, asked: _Asked, m: Met, dpyd: str | None) -> bool:
    """Whether a row that applies asks for anything: not where the dose goes on, or is ordered reduced already."""
    if m.row.action == "continue":
        return False
    if m.row.dose == "75-percent":
        return dpyd != "poor" and not _already_reduced(q, asked)
    return True


def _judgements(q: OrderQuestion, asked: _Asked) -> list[Judgement | None]:
    """The ordered doses by their label, the first one first."""
    return [judged_dose(q, asked.order, dose) for dose in asked.order.doses]


def _already_reduced(q: OrderQuestion, asked: _Asked) -> bool:
    """Whether every ordered dose that can be judged is at most 75 % of the label's, the first among them."""
    first, *further = _judgements(q, asked) or [None]
    if first is None or first.value is None:
        return False
    known = [(found.value, found.schedule.dose) for found in (first, *further) if found is not None and found.value is not None]
    return not any(above(value, dose * 0.75, q.s.practice.dose_tolerance_percent) for value, dose in known)


# --- What is adverse ---------------------------------------------------------------------------------------------------------------


def _adverse(q: OrderQuestion, asked: _Asked, acting: list[Met], values: CurrentLabs, dpyd: str | None, gaps: tuple[Gap, ...]) -> Finding:
    lead, others = acting[0], acting[1:]
    critical = any(m.row.rule == _CRITICAL_RULE for m in acting)
    indicator: Indicator = "critical" if critical else "warning"
    used = tuple(dict.fromkeys(v for m in acting for v in m.values))
    detail = [*_what_then(q, asked, lead, acting), *_also(asked, lead, others)]
    if critical:
        detail.append(K.say("lab-docetaxel-limits"))
        if lead.row.action == "avoid":
            detail.append(K.say("lab-liver-crisis"))
    if asked.drug == _CAPECITABINE and asked.start and dpyd != "normal":
        unknown = "dpyd-unread-also" if unread(q.s.case) is not None else "dpyd-unknown-also"
        detail.append(K.say(unknown if dpyd is None else "dpyd-intermediate"))
    detail += _explained(q, used)
    forbidden = lead.row.action in ("avoid", "stop") or critical
    single = len(asked.order.drugs) == 1
    return Finding(
        "LabSafety",
        indicator,
        _headline(asked, lead, critical=critical),
        tuple(detail),
        lab_facts(used),
        tuple(g for g in gaps if g.input != "I10" or CLEARANCE not in values),
        avoid=(asked.drug,) if forbidden else (),
        rules=tuple(dict.fromkeys(m.row.rule for m in acting)),
        suggestions=deletions((asked.order,), recommended=lead.row.action == "avoid") if critical and single else (),
    )


def _headline(asked: _Asked, lead: Met, *, critical: bool) -> Statement:
    """What was never given is not held or stopped: it is not started."""
    says = f"lab-{lead.row.action}"
    if critical and lead.row.action == "avoid":
        says = "lab-forbidden"
    elif asked.first and lead.row.action in _INTERRUPTS:
        says = "lab-not-started"
    return K.say(says, drug=drug_name(asked.drug), value=shown(lead))


def _also(asked: _Asked, lead: Met, others: list[Met]) -> list[Statement]:
    """The other values that ask for as much or less; what the headline says already is not said again."""
    said = set(lead.values)
    found = []
    for m in others:
        if not set(m.values) <= said:
            said |= set(m.values)
            if lead.row.action == m.row.action == "hold" and m.row.resume is not None:
                found.append(K.say("lab-also-not-before" if asked.first else "lab-also-until", value=shown(m), resume=m.row.resume))
            else:
                found.append(K.say("lab-also", value=shown(m)))
    return found


def _what_then(q: OrderQuestion, asked: _Asked, lead: Met, acting: list[Met]) -> list[Statement]:
    """Until when to hold, and the dose after that; before a first dose until when to wait, as far as it was studied at all (P07)."""
    row = lead.row
    if asked.first and row.action in _INTERRUPTS:
        if any(m.row.action == "not-studied" for m in acting):
            return [K.say("lab-start-not-studied")]
        return [K.say("lab-start-not-before", resume=row.resume)] if row.resume is not None else []
    if row.action != "hold" or row.resume is None:
        return []
    if row.dose == "one-level-down":
        return [one_level_down(asked.drug, _level(q, asked, asked.drug), row.resume)]
    return [K.say("lab-resume-same" if row.dose == "same" else "lab-resume", resume=row.resume)]


def _level(q: OrderQuestion, asked: _Asked, drug: str) -> float | None:
    """The lowest dose level given so far; where none is on record the ordered one, if that can be told."""
    given = lowest_given(q, drug)
    if given is not None:
        return given[0]
    ordered = next((found.value for found in _judgements(q, asked) if found is not None), None)
    # The ordered dose is rounded: it stands for the level nearest to it.
    return min(K.thresholds.dose_levels[drug].levels, key=lambda level: abs(level - ordered)) if ordered is not None else None


def _explained(q: OrderQuestion, used: tuple[LabValue, ...]) -> list[Statement]:
    """How the values came about: assumed limits of normal, the clearance's formula, tucatinib's effect on creatinine once it was given."""
    found = list(assumed_limits(used))
    if any(v.lab == CLEARANCE for v in used):
        found += [K.say("lab-clearance-how")] if any(v.calculated for v in used) else []
        # Before its first dose a low clearance is the kidneys' own, and is to be acted on.
        if given_lately(q, _TUCATINIB) or q.s.therapy_lost:
            found.append(K.say("lab-tucatinib-creatinine"))
    return found


# --- DPYD --------------------------------------------------------------------------------------------------------------------------


def _no_dpd(q: OrderQuestion, asked: _Asked, acting: list[Met]) -> Finding:
    """P09: complete deficiency: never, at any dose."""
    detail = [K.say("dpyd-poor-why"), *(K.say("lab-also", value=shown(m)) for m in acting)]
    used = tuple(dict.fromkeys(v for m in acting for v in m.values))
    return Finding(
        "LabSafety",
        "critical",
        K.say("dpyd-poor"),
        (*detail, *_explained(q, used)),
        (*dpyd_facts(q.s.case), *lab_facts(used)),
        avoid=(_CAPECITABINE,),
        rules=("P09",),
        suggestions=deletions((asked.order,), recommended=True) if len(asked.order.drugs) == 1 else (),
    )


def _partner_missing(asked: _Asked, found: list[Met], gaps: tuple[Gap, ...]) -> Finding:
    """A value whose meaning depends on a second one that is not there (transaminases without bilirubin or ALP)."""
    first = found[0]
    days = K.thresholds.intervals.labs_days
    partners = " and ".join(lab_name(lab) for lab in first.row.also_lab)
    headline = K.say("lab-partner-needed", drug=drug_name(asked.drug), value=shown(first), labs=partners, days=days)
    ask = Gap("I11", K.say("ask-liver-labs"))
    rules = tuple(dict.fromkeys(m.row.rule for m in found))
    return Finding("LabSafety", "info", headline, (), lab_facts(first.values), tuple(dict.fromkeys((ask, *gaps))), rules=rules)


RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (labs,)
