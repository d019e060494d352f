"""Febrile neutropenia under T-DXd: hold until it has resolved, then one dose level down (R118; decision 28).

The dose after it, once it is over, is judged by `rules.order_after_hold`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Statement
from guideline.bounds import is_upper
from guideline.case import FebrileNeutropenia
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.setbacks import episode_fact, episodes, one_level_down, recovered_days, under
from guideline.laboratory.values import labs_that_count, value_of
from guideline.partial_date import days_since
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure

_LIMITS = K.thresholds.febrile_neutropenia


def with_febrile_neutropenia(
    s: Situation, courses: Iterable[Exposure], found: Finding | None, level: Callable[[str], float | None]
) -> Finding | None:
    """What the laboratory values ask for, joined by an episode under one of the courses that is not known to be over; else `found` itself.

    `level`: the dose level of a drug from which the next one is one down. Values that ask for a hold keep their headline; where they ask
    for nothing, or are only asked for, a dated episode is the finding. One without a date holds nothing: it is to be looked up.
    """
    waiting = [(e.drug, episode) for e in courses if (episode := _unresolved(s, e)) is not None]
    if not waiting:
        return found
    drug, episode = max(waiting, key=lambda entry: (entry[1].date is not None, entry[0]))
    name, fact = drug_name(drug), episode_fact(episode)
    if episode.date is None:
        if found is not None:
            return _joined(found, K.say("febrile-neutropenia-undated", drug=name), fact, "R131")
        headline = K.say("lab-undated", value="febrile neutropenia", drug=name, action="hold")
        return Finding("LabSafety", "info", headline, facts=(fact,), rules=(_LIMITS.rule, "R131"))
    then = one_level_down(drug, level(drug), _LIMITS.resume)
    if found is not None and found.indicator != "info":
        return _joined(found, K.say("febrile-neutropenia-also", day=episode.date, then=then.text), fact)
    headline = K.say("lab-hold", drug=name, value=f"febrile neutropenia since {episode.date}")
    detail = (then, K.say("febrile-neutropenia-resolved"), K.say("hold-not-progression"))
    missing = found.missing if found is not None else ()
    return Finding("LabSafety", "warning", headline, detail, facts=(fact,), missing=missing, rules=(_LIMITS.rule,))


def _joined(found: Finding, also: Statement, fact: FactUsed, *rules: str) -> Finding:
    cited = tuple(dict.fromkeys((*found.rules, _LIMITS.rule, *rules)))
    return replace(found, detail=(*found.detail, also), facts=(*found.facts, fact), rules=cited)


def _unresolved(s: Situation, e: Exposure) -> FebrileNeutropenia | None:
    """The newest episode under a drug that holds it now: not older than three weeks, since its last dose, and not known to be over."""
    if e.drug not in _LIMITS.drugs:
        return None
    found = [episode for episode in episodes(s) if episode.status != "resolved" and _holds(s, e, episode)]
    return max(found, key=lambda episode: (str(episode.date or ""), episode.source), default=None)


def _holds(s: Situation, e: Exposure, episode: FebrileNeutropenia) -> bool:
    day = episode.date
    if day is None:
        return episode.status == "active"
    if not under(e, day) or (e.last_dose is not None and day.latest < e.last_dose.earliest):
        return False
    return days_since(day, s.today) <= K.thresholds.intervals.labs_days and not _recovered_since(s, episode)


def _recovered_since(s: Situation, episode: FebrileNeutropenia) -> bool:
    """Whether a final neutrophil count of that day or later is of grade 2 or better: nobody closes a visit's diagnosis."""
    day = episode.date
    if day is None or day in s.once(recovered_days):
        return day is not None
    counts = (value_of(lab) for lab in labs_that_count(s, "neutrophils") if not lab.preliminary and not is_upper(lab.bound))
    return any(v.date.earliest > day.latest and v.judged >= _LIMITS.recovered_from for v in counts)
