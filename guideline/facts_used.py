"""The facts an advice rests on, in words: name, value, date and the resource that says so.

Drugs of the past are printed with their full nonproprietary names; abbreviations are kept for the options on offer.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from guideline.advice import FactUsed
from guideline.biomarkers.her2_findings import Her2Finding
from guideline.case import Case, DrugRecord, HeartCondition, Lvef, PerformanceStatus, StopReason, Symptom
from guideline.drug_classes import CONJUGATES, COUNTING_DRUGS, CYTOTOXIC_DRUGS, PARTNER_DRUGS, components
from guideline.heart.past_failure import resolved_failure
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.performance import very_frail
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.therapy.lines import Line
from guideline.unread_results import unread_fact, unread_her2, unread_lvef

_NAMES = {drug.id: drug.name for drug in K.drugs.values()}
#: Room for the names of drugs in a headline.
_ROOM = 48


def drug_name(drug: str) -> str:
    """The nonproprietary name as printed; an unknown id as it stands."""
    return _NAMES.get(drug, drug)


def drug_names(drugs: Iterable[str]) -> str:
    """Several drugs, joined by plus signs."""
    return " + ".join([_NAMES.get(drug, drug) for drug in drugs])


def in_usual_order(drugs: Iterable[str]) -> list[str]:
    """Each drug once, as the field writes combinations: trastuzumab, pertuzumab, other HER2 drugs, cytotoxics, endocrine drugs."""
    return sorted(set(drugs), key=lambda drug: (_USUAL_ORDER.get(drug, len(_USUAL_ORDER)), drug))


def headline_names(drugs: Iterable[str]) -> str:
    """The full names of drugs as a headline has room for: all of them, else the first one and how many more."""
    listed = in_usual_order(drugs)
    names = drug_names(listed)
    return names if len(names) <= _ROOM else f"{drug_name(listed[0])} and {len(listed) - 1} more"


def line_drugs(line: Line) -> str:
    """The drugs of a line in their usual order.

    Endocrine therapy and what goes with it is named where it takes the place of chemotherapy; beside chemotherapy or a conjugate (C07) it
    is a later part, which `line_fact` tells with its day.
    """
    return _line_drugs(line.drugs)


def counting_drugs(line: Line) -> str:
    """The drugs for which a line counts, in their usual order: without endocrine therapy and what goes with it."""
    return _line_drugs(tuple([d for d in line.drugs if d not in PARTNER_DRUGS]))


@lru_cache(maxsize=1024)
def _line_drugs(drugs: tuple[str, ...]) -> str:
    chemotherapy = not _CHEMOTHERAPY.isdisjoint(drugs)
    named = [d for n, d in enumerate(drugs) if not (chemotherapy and d in PARTNER_DRUGS) and not _brought_by(drugs[n + 1 :], d)]
    return drug_names(in_usual_order(named))


def _brought_by(later: tuple[str, ...], drug: str) -> bool:
    """Whether products begun later bring all that a product brings: the same antibodies by another route are named once."""
    own = components(drug)
    return any(components(other) & own for other in later) and own <= {agent for other in later for agent in components(other)}


#: With one of these a line is chemotherapy with HER2 therapy, whatever endocrine therapy joins it.
_CHEMOTHERAPY = CYTOTOXIC_DRUGS | CONJUGATES

#: The order in which the field writes combinations: the knowledge file lists the drugs that way.
_USUAL_ORDER = {drug: place for place, drug in enumerate(K.drugs)}


@lru_cache(maxsize=4096)
def day_shown(day: PartialDate | None) -> str | None:
    """The day of a fact as printed; None where it has none."""
    return str(day) if day is not None else None


def finding_dated(found: Her2Finding) -> str:
    """A HER2 finding in a sentence, with its day."""
    return f"{found.shown}, {found.date}" if found.date is not None else found.shown


def finding_sided(found: Her2Finding) -> str:
    """A HER2 finding in a sentence, with the breast that it is of, where that is known, and its day."""
    return f"{found.side} {finding_dated(found)}" if found.side is not None else finding_dated(found)


def her2_fact(finding: Her2Finding, name: str = "HER2") -> FactUsed:
    """A HER2 finding with its specimen."""
    said = ", ".join(part for part in (finding.specimen, finding.side) if part is not None)
    place = f" ({said})" if said else ""
    preliminary = ", preliminary" if finding.preliminary else ""
    return FactUsed(name, f"{finding.shown}{place}{preliminary}", day_shown(finding.date), finding.sources[0])


_OUTCOME = {
    "progression": "progressed",
    "ongoing": "ongoing",
    "on-hold": "on hold",
    "toxicity": "stopped for toxicity",
    "completed": "completed",
    "changed": "changed, reason unknown",
    "unknown": "ended, reason not recorded",
}


def line_fact(line: Line, number: int) -> FactUsed:
    """A line of therapy: its drugs, when it ran, how it ended. Inferred unless the record documents the outcome."""
    return FactUsed(
        name=f"Line {number}",
        value=f"{line_drugs(line)} from {day_shown(line.start)}{_joined_later(line)}: {_how_it_went(line)}{_goes_on(line)}",
        date=day_shown(line.ended_on or line.start),
        source=line.progression.source if line.progression is not None else line.exposures[0].sources[0],
        inferred=not line.documented,
    )


def _joined_later(line: Line) -> str:
    """The endocrine therapy beside the chemotherapy of a line, each drug with the day from which it was given."""
    if _CHEMOTHERAPY.isdisjoint(line.drugs):
        return ""
    first: dict[str, PartialDate | None] = {}
    for e in line.exposures:
        if e.drug in PARTNER_DRUGS:
            first.setdefault(e.drug, e.start)
    return "".join([f", {drug_name(drug)} from {first[drug]}" for drug in in_usual_order(first)])


def _goes_on(line: Line) -> str:
    """The endocrine therapy of a line that outlasts it."""
    if line.outcome in ("ongoing", "on-hold", "progression"):
        return ""
    running = in_usual_order(e.drug for e in line.exposures if e.drug in PARTNER_DRUGS and e.state == "running")
    return f"; {drug_names(running)} goes on" if running and any(d not in PARTNER_DRUGS for d in line.drugs) else ""


def reasons_shown(reasons: Iterable[StopReason]) -> str:
    """Reasons for stopping in words: `completed, patient wish`."""
    return ", ".join(sorted(["another reason" if reason == "other" else reason.replace("-", " ") for reason in reasons]))


def _how_it_went(line: Line) -> str:
    if line.outcome == "unknown" and any(e.state == "unknown" for e in line.main_part()):
        return "status not recorded"
    if line.outcome in ("unknown", "changed") and (reasons := line.end_reasons()):
        return "completed" if reasons == {"completed"} else f"ended ({reasons_shown(reasons)})"
    if line.outcome != "progression":
        return _OUTCOME[line.outcome]
    stopped = line.not_tolerated()
    if stopped and not line.progressed_on():
        return "stopped for toxicity, then progressed"
    return f"{drug_names(in_usual_order(stopped))} stopped for toxicity; progressed" if stopped else "progressed"


def progressed_on(line: Line) -> str:
    """What follows the word "progressed" or "progression": the drugs being given, or those before where none was (decision 3).

    A regimen keeps its name when its planned taxane part is over. Where a part was stopped for toxicity, or a HER2 drug was over before for
    another reason, what was still given is named: endocrine therapy that went on alone too.
    """
    given, stopped = line.progressed_on(), line.not_tolerated()
    at_progression = {e.drug for e in given}
    if not given:
        return f"after {line_drugs(line)}{' (stopped for toxicity)' if stopped else ''}"
    # Without a part that was stopped for toxicity only chemotherapy is one that had a planned end.
    drugs = [d for d in line.drugs if d in at_progression or (d in CYTOTOXIC_DRUGS and not stopped)]
    if line.counts and not stopped and COUNTING_DRUGS.isdisjoint(at_progression):
        alone = drug_names(in_usual_order([d for d in drugs if d in at_progression]))
        return f"on {alone} after {counting_drugs(line)}"
    return f"on {_line_drugs(tuple(drugs))}"


def line_facts(s: Situation) -> tuple[FactUsed, ...]:
    """All metastatic lines that count, in order."""
    offset = 2 if s.early_relapse else 1
    return tuple([line_fact(line, number) for number, line in enumerate(s.therapies.used_lines, offset)])


def course_fact(case: Case, course: Exposure, value: str, day: PartialDate | None) -> FactUsed:
    """A course of a drug at one of its days, by the record that has that day."""
    sources = frozenset(course.sources)
    dated = [d.source for d in case.drugs if d.source in sources and day is not None and day in (d.start, d.end)]
    return FactUsed(drug_name(course.drug), value, day_shown(day), min(dated, default=course.sources[0]))


def level_fact(name: str, drug: str, given: tuple[float, DrugRecord]) -> FactUsed:
    """A dose level that was given, by the record that shows it."""
    level, record = given
    return FactUsed(name, f"{level:g} {K.thresholds.dose_levels[drug].unit}", day_shown(record.start or record.end), record.source)


def relapse_fact(s: Situation) -> FactUsed | None:
    """The interval between (neo)adjuvant HER2 therapy and the metastases."""
    relapse = s.relapse
    if relapse is None:
        return None
    drugs, relapsed = drug_names(relapse.drugs), day_shown(relapse.relapsed)
    if relapse.on_therapy:
        value = f"metastases during (neo)adjuvant {drugs}"
    else:
        ended = f" ended {relapse.end}" if relapse.end is not None else ", end not recorded"
        if relapse.end_or_later:
            ended = f", end not recorded (not before {relapse.end})"
        value = f"(neo)adjuvant {drugs}{ended}; metastatic since {relapsed or 'unknown'}"
    return FactUsed("Relapse interval", value, relapsed, relapse.sources[0], inferred=True)


def metastatic_fact(s: Situation) -> FactUsed:
    """Since when the disease is metastatic, and where."""
    since = s.metastatic_since
    sites: dict[str, PartialDate | None] = {}
    for m in s.case.metastases:
        if m.site not in ("regional-node", "unspecified") and not m.primary_unknown:
            sites[m.site] = _earlier(sites[m.site], m.date) if m.site in sites else m.date
    later = {site: day for site, day in sites.items() if day is not None and since is not None and _came_later(day, since)}
    first = ", ".join(sorted(sites.keys() - later.keys())).replace("-", " ") or "recorded"
    if not later:
        return FactUsed("Metastatic disease", first, day_shown(since), s.metastatic_sources[0])
    groups = [f"{site.replace('-', ' ')} ({day})" for site, day in sorted(later.items(), key=lambda each: (each[1].earliest, each[0]))]
    return FactUsed("Metastatic disease", ", ".join([f"{first} ({since})", *groups]), day_shown(since), s.metastatic_sources[0])


def _earlier(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The earlier day; none where one of the two is not known."""
    return min(one, other, key=lambda day: day.earliest) if one is not None and other is not None else None


def _came_later(day: PartialDate, since: PartialDate) -> bool:
    return (day.earliest - since.latest).days > K.thresholds.intervals.new_metastasis_days


def hormone_fact(s: Situation) -> FactUsed | None:
    """The hormone receptors, where known."""
    h = s.hormones
    if h.state == "unknown":
        return None
    tested = h.er != "unknown" or h.pr != "unknown"
    value = f"ER {h.er}, PgR {h.pr}" if tested else f"{h.state} (diagnosis code)"
    return FactUsed("Hormone receptors", value, day_shown(h.date), h.sources[0] if h.sources else None)


def lvef_shown(v: Lvef) -> str:
    """An LVEF as recorded, to the second decimal (49.96 is not 50): `55 %`, `55-60 %`, `>55 %`."""
    number = f"{round(v.value, 2):g}"
    if v.upper is not None:
        number += f"-{round(v.upper, 2):g}"
    return f"{v.bound or ''}{number} %{' (preliminary)' if v.preliminary else ''}"


def lvef_fact(v: Lvef, name: str = "LVEF") -> FactUsed:
    """An LVEF with its date."""
    return FactUsed(name, lvef_shown(v), day_shown(v.date), v.source)


def latest_lvef_fact(s: Situation) -> tuple[FactUsed, ...]:
    """The latest LVEF, where one is on record."""
    return (lvef_fact(s.heart.latest),) if s.heart.latest is not None else ()


def lung_fact(s: Situation) -> FactUsed | None:
    """What the record says about ILD or pneumonitis."""
    lungs = s.lungs
    if not lungs.known or not lungs.shown:
        return None
    return FactUsed("Lungs", lungs.shown, day_shown(lungs.since), lungs.sources[-1] if lungs.sources else None)


def symptom_fact(symptom: Symptom, name: str) -> FactUsed:
    """A symptom by what the chart calls it, where the intake did not ask for it."""
    return FactUsed(name, f"{symptom.name} on the chart", day_shown(symptom.date), symptom.source)


def lung_symptom_fact(symptom: Symptom) -> FactUsed:
    """A respiratory symptom, or what an image shows of the lungs."""
    return symptom_fact(symptom, "Respiratory symptoms" if symptom.kind == "respiratory" else "Lungs")


def symptom_names(symptoms: Iterable[Symptom]) -> str:
    """Symptoms and findings in a sentence, each once."""
    *first, last = dict.fromkeys(symptom.name for symptom in symptoms)
    return f"{', '.join(first)} and {last}" if first else last


def brain_fact(s: Situation) -> FactUsed | None:
    """What the record says about CNS disease."""
    b = s.brain
    if b.state == "unknown":
        return None
    words = "leptomeningeal disease" if b.leptomeningeal else {"none": "none", "present": "present"}.get(b.state, b.state)
    return FactUsed("CNS metastases", words, day_shown(b.date), b.sources[0] if b.sources else None)


def _study_drug_fact(s: Situation) -> FactUsed | None:
    """A study drug that is over and may have been a line."""
    drug = s.study_drug_over
    return FactUsed("Study drug", "over", day_shown(drug.end or drug.start), drug.source) if drug is not None else None


def treatment_facts(s: Situation) -> tuple[FactUsed, ...]:
    """The facts every treatment card rests on."""
    found = [
        her2_fact(s.her2.leading) if s.her2.leading is not None else None,
        hormone_fact(s),
        metastatic_fact(s),
        relapse_fact(s),
        *line_facts(s),
        _study_drug_fact(s),
        brain_fact(s),
        lung_fact(s),
        performance_fact(poor) if (poor := very_frail(s.case)) is not None else None,
        resolved_failure_fact(past) if (past := resolved_failure(s)) is not None else None,
        *latest_lvef_fact(s),
        *(unread_fact(one) for one in (unread_her2(s), unread_lvef(s)) if one is not None),
    ]
    return tuple([fact for fact in found if fact is not None])


def performance_fact(performance: PerformanceStatus) -> FactUsed:
    """The performance status as a fact."""
    return FactUsed("ECOG performance status", str(performance.ecog), str(performance.date), performance.source)


def heart_disease(condition: HeartCondition) -> str:
    """What the heart disease is called."""
    return "Heart failure" if condition.kind == "heart-failure" else "Cardiomyopathy"


def resolved_failure_fact(past: HeartCondition) -> FactUsed:
    """Heart failure or cardiomyopathy that has resolved; the day is that on which it began."""
    return FactUsed(heart_disease(past), "resolved", day_shown(past.date), past.source)
