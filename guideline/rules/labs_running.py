"""Laboratory values, and febrile neutropenia, under a running conjugate or tucatinib that ask for a hold or a stop.

R118-R120, P07, P08; decisions 7 and 29.

Speaks when a chart is opened, and only of a value that crosses a limit of the drug's own label table: one newer than the last dose,
or, where the label ends the drug, any of the last three weeks, also of a drug on hold. What the label lets go on, what is missing and
what is due each cycle is silent here: the order of the next dose asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from guideline.advice import Finding, Statement
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.setbacks import level_given, one_level_down
from guideline.laboratory.values import CurrentLabs, LabValue, Met, current_labs, met, undated_labs
from guideline.rules.febrile_neutropenia import with_febrile_neutropenia
from guideline.rules.lab_words import ACTION_RANK, assumed_limits, lab_facts, shown, undated_finding
from guideline.rules.unread import labs_of, with_unread_labs
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.thresholds import LabRow
from guideline.unread_results import unread_labs

#: The HER2 drugs with a laboratory table, and the rows of it that end or interrupt a course.
_TABLES: dict[str, tuple[LabRow, ...]] = {
    drug: tuple(row for row in rows if row.at == "dose" and row.action in ("hold", "stop"))
    for drug, rows in K.thresholds.labs.drugs.items()
    if drug in HER2_DRUGS
}


def labs_running(s: Situation) -> Finding | None:
    """The one finding about laboratory values under the running HER2 drugs: the strictest first, the others behind it."""
    running = {e.drug: e for e in s.her2_running if e.drug in _TABLES}
    held = [e for e in s.held_drugs if e.drug in _TABLES and e.drug not in running]
    if not running and not held:
        return None
    found = _by_values(s, running, held) if s.case.labs else None
    if s.case.febrile_neutropenia:
        found = with_febrile_neutropenia(s, running.values(), found, partial(level_given, s))
    # What is said of older values names a newer one; a newer one alone is asked for by the order of the next dose.
    return with_unread_labs(found, unread_labs(s, labs_of(running, frozenset({"dose"})))) if found is not None else None


def _by_values(s: Situation, running: dict[str, Exposure], held: list[Exposure]) -> Finding | None:
    values = s.once(current_labs)
    found = [(e, m) for e in running.values() for m in _crossed(e, values)]
    found += [(e, m) for e in held for m in _crossed(e, values) if m.row.action == "stop"]
    if not found:
        return _undated(s, running)
    found.sort(key=lambda entry: (-ACTION_RANK[entry[1].row.action], entry[1].row.dose != "one-level-down", entry[0].drug))
    (exposure, lead), others = found[0], found[1:]
    used = tuple(dict.fromkeys(v for _, m in found for v in m.values))
    detail = [*_what_then(s, exposure, lead), *_also(exposure, lead, others), *assumed_limits(used)]
    return Finding(
        "LabSafety",
        "warning",
        _act(exposure, lead),
        tuple(dict.fromkeys(detail)),
        facts=lab_facts(used),
        avoid=tuple(dict.fromkeys(e.drug for e, m in found if m.row.action == "stop")),
        rules=tuple(dict.fromkeys(m.row.rule for _, m in found)),
    )


def _undated(s: Situation, running: dict[str, Exposure]) -> Finding | None:
    """One sentence on values without a readable date: the strictest that they would ask for if they were of today (R131)."""
    values = s.once(undated_labs)
    found = [(e, m) for e in running.values() for m in _crossed(e, values)] if values else []
    if not found:
        return None
    e, m = max(found, key=lambda entry: (ACTION_RANK[entry[1].row.action], entry[1].row.dose == "one-level-down", entry[0].drug))
    return undated_finding(s, e.drug, m)


def _crossed(e: Exposure, values: CurrentLabs) -> list[Met]:
    """The rows of the drug's table that its values meet: a hold by values newer than its last dose, the end of the drug by any."""
    found = [m for row in _TABLES[e.drug] if (m := met(row, values)) is not None and not m.partner_missing]
    return [m for m in found if m.row.action == "stop" or all(_since_last_dose(e, v) for v in m.values)]


def _since_last_dose(e: Exposure, value: LabValue) -> bool:
    """Whether a value may be newer than the last recorded dose: an older one was judged when that dose was given."""
    return e.last_dose is None or value.date.latest >= e.last_dose.earliest


def _act(e: Exposure, m: Met) -> Statement:
    return K.say(f"lab-{m.row.action}", drug=drug_name(e.drug), value=shown(m))


def _what_then(s: Situation, e: Exposure, m: Met) -> list[Statement]:
    """Until when to hold and the dose after that, as far as the label's table says; after a stop, what is next."""
    row = m.row
    if row.action == "stop":
        return [K.say("lab-stop-other")]
    if row.resume is None:
        return [K.say("lab-hold-again")]
    lower = row.dose == "one-level-down"
    until = one_level_down(e.drug, level_given(s, e.drug), row.resume) if lower else K.say("lab-resume-same", resume=row.resume)
    return [until, K.say("lab-hold-again")]


def _also(lead_of: Exposure, lead: Met, others: list[tuple[Exposure, Met]]) -> Iterator[Statement]:
    """The other values of the same drug, a hold with its own end, and what the other drugs' tables ask for."""
    said = {(lead_of.drug, v) for v in lead.values}
    for e, m in others:
        new = {(e.drug, v) for v in m.values}
        if not new <= said:
            said |= new
            if e.drug != lead_of.drug:
                yield K.say("lab-also", value=_act(e, m).text)
            elif lead.row.action == "hold" and m.row.resume is not None:
                yield K.say("lab-also-until", value=shown(m), resume=m.row.resume)
            else:
                yield K.say("lab-also", value=shown(m))
