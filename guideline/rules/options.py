"""How an option is put on the card: its doses for this patient, what to mind with it, and the label note of the site.

R019, R107-R109, R135 (labels); R130, R053, P04, P09, P15 (what to mind). Which regimens may be options at all is said by `objections`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from guideline.advice import Option, Statement
from guideline.allergies import allergens, allergies_to
from guideline.drug_classes import CYTOTOXIC_DRUGS, PARTNER_DRUGS, PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS, components
from guideline.facts_used import drug_name, drug_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_entries import Label, LabelFlag, Regimen
from guideline.knowledge_printing import maintenance_line
from guideline.laboratory.dpyd import dpyd_phenotype, unread
from guideline.laboratory.kidneys import clearance_acts, kidneys_in_doubt, kidneys_seem_fit
from guideline.practice import Jurisdiction
from guideline.rules.objections import KEY_DRUGS, REGIMEN_DRUGS, TDXD_REGIMENS, without_trastuzumab
from guideline.rules.start_labs import start_labs
from guideline.situation import Situation

#: The days of a three-weekly cycle.
_THREE_WEEKS = 21

_LOADS_TRASTUZUMAB = frozenset(r.id for r in K.regimens.values() if any(c.drug == "trastuzumab" and c.loading for c in r.components))


#: The chemotherapy that the card doses: a regimen's own, or the drugs of which one is chosen.
_PARTNERS = {r.id: frozenset(c.drug for c in r.components) & CYTOTOXIC_DRUGS for r in K.regimens.values()}


def _without_loading(regimen: Regimen) -> tuple[str, ...]:
    """The doses of a regimen where trastuzumab goes on: its maintenance dose from the first cycle (P04).

    In the three-weekly schedule alone: the weekly one is loaded after half the gap already.
    """
    going_on = {
        line: maintenance_line(component, K.drugs[component.drug])
        for component, line in zip(regimen.components, regimen.dose_lines, strict=False)
        if component.drug == "trastuzumab" and component.cycle_days == _THREE_WEEKS
    }
    return tuple(going_on.get(line, line) for line in regimen.dose_lines) if going_on else ()


_WITHOUT_LOADING = {id_: _without_loading(K.regimens[id_]) for id_ in _LOADS_TRASTUZUMAB}


def option(
    s: Situation,
    regimen: str,
    reasons: Sequence[Statement] = (),
    evidence: Sequence[str] = (),
    rules: Sequence[str] = (),
    *,
    cautions: Sequence[Statement] = (),
    leads: bool = False,
    label_always: bool = False,
) -> Option:
    """Put a regimen on the card, with what to mind and the label note of the site. A leading regimen carries all its rules.

    `cautions` follow those of this module; `label_always` names the label even where it simply covers the use.
    """
    note, label_rule = label_note(s, regimen, leads=leads, always=label_always)
    entry = K.regimens[regimen]
    return Option(
        regimen=regimen,
        reasons=tuple(reasons),
        cautions=(*_cautions(s, regimen), *cautions),
        label=note,
        evidence=tuple(evidence),
        rules=tuple(dict.fromkeys((*rules, *(entry.rules if leads else ()), *((label_rule,) if label_rule else ())))),
        doses=_own_doses(s, regimen),
    )


def _own_doses(s: Situation, regimen: str) -> tuple[str, ...]:
    """The doses for this patient where they are not the regimen's own.

    P04: no loading dose of trastuzumab that goes on. I10, R053, P09: no dose of capecitabine while nothing is known of the kidneys, without
    DPD or after intolerance, and three quarters of it where the clearance is low.
    """
    entry = K.regimens[regimen]
    own = _WITHOUT_LOADING.get(regimen, ()) if s.once(_trastuzumab_goes_on) else ()
    if "capecitabine" not in entry.drugs:
        return own
    instead = _instead_of_full_capecitabine(s)
    if instead is None:
        return own
    name = drug_name("capecitabine")
    kept = [line for line in own or entry.dose_lines if not line.startswith(name)]
    return (*kept, instead.text)


def _instead_of_full_capecitabine(s: Situation) -> Statement | None:
    """What stands in place of the dose of capecitabine; None where the whole dose may be given."""
    if "capecitabine" in s.not_tolerated:
        return K.say("partner-instead-of-capecitabine")
    if dpyd_phenotype(s.case) == "poor":
        return K.say("partner-without-dpd")
    if dpyd_phenotype(s.case) == "intermediate":
        return K.say("capecitabine-dose-by-dpyd")
    if not kidneys_seem_fit(s):
        return K.say("capecitabine-dose-open")
    reduced = clearance_acts(s, frozenset({"capecitabine"}), "reduce")
    return K.say("capecitabine-dose-reduced", value=reduced[1].values[0].shown) if reduced is not None else None


def _dpyd(s: Situation) -> list[Statement]:
    """P09: what is known of DPYD, where it is not normal; or that a result of it could not be read."""
    known = dpyd_phenotype(s.case)
    if known in ("poor", "intermediate"):
        return [K.say("capecitabine-without-dpd" if known == "poor" else "dpyd-intermediate")]
    return [K.say("dpyd-unread-also")] if unread(s.case) is not None else []


def _cautions(s: Situation, regimen: str) -> list[Statement]:
    found: list[Statement] = []
    lungs = s.lungs
    if regimen == "tdm1" and (lungs.on_record or lungs.symptoms):
        found.append(K.say("tdm1-lung-warning"))
    if regimen in TDXD_REGIMENS:
        if lungs.symptoms:
            found.append(K.say("tdxd-once-lungs-clear"))
        if lungs.resolved_of_other_cause:
            found.append(K.say("tdxd-after-resolved-lung-disease"))
        if lungs.tdxd_grade_1_past:
            found.append(K.say("tdxd-after-grade-1"))
    if regimen in _LOADS_TRASTUZUMAB and s.once(_trastuzumab_goes_on) and not without_trastuzumab(s):
        found.append(K.say("trastuzumab-not-loaded-again", days=K.thresholds.doses.reload_trastuzumab_3w_days))
    found += _used_before(s, regimen)
    if s.case.allergies:
        found += _allergies(s, regimen)
    if s.case.labs and (doubt := kidneys_in_doubt(s, REGIMEN_DRUGS[regimen])) is not None:
        drugs = drug_names(doubt.drugs)
        found.append(K.say("kidneys-in-doubt", value=doubt.words, date=str(doubt.lab.date), below=f"{doubt.below:g}", drugs=drugs))
    if s.case.labs:
        found += start_labs(s, regimen)
    if "capecitabine" in K.regimens[regimen].drugs:
        found += _dpyd(s)
    partners = _PARTNERS[regimen]
    if not partners:
        return found
    not_tolerated = partners & s.not_tolerated
    failed = (partners & s.failed_agents) - not_tolerated
    used_partners = partners & s.used_drugs
    if not_tolerated:
        found.append(K.say("partner-not-tolerated", drugs=drug_names(sorted(not_tolerated))))
    if failed:
        found.append(K.say("partner-failed", drugs=drug_names(sorted(failed))))
    if used_partners and not (not_tolerated or failed) and regimen != "thp":
        found.append(K.say("partner-used", drugs=drug_names(sorted(used_partners))))
    return found


def _allergies(s: Situation, regimen: str) -> list[Statement]:
    """P15: what the order of a drug of the regimen would ask about; a severe allergy to a partner of choice rules out that one only."""
    entry = K.regimens[regimen]
    asked = {a for drug in (*entry.drugs, *(c.drug for c in entry.components)) for a in allergies_to(s.case, drug)}
    severe = {a for a in asked if a.severe}
    other = {a for a in asked if a.drug not in {found.drug for found in severe}}
    said = (("allergy-recorded-severe", severe), ("allergy-recorded", other))
    return [K.say(statement, drugs=allergens(found)) for statement, found in said if found]


def _used_before(s: Situation, regimen: str) -> list[Statement]:
    """R053: a HER2 drug of the regimen was given before, and neither failed for metastatic disease nor had to be stopped."""
    used = (KEY_DRUGS[regimen] - PERTUZUMAB_PRODUCTS) & s.used_drugs
    if not used:
        return []
    later = s.once(_given_in_lines)
    said = []
    if used & later:
        said.append(K.say("agent-used-without-progression", drugs=drug_names(sorted(used & later))))
    if used - later:
        said.append(K.say("agent-used-early", drugs=drug_names(sorted(used - later))))
    return said


def _given_in_lines(s: Situation) -> frozenset[str]:
    return frozenset([c for line in s.therapies.lines for e in line.exposures for c in components(e.drug)])


def _trastuzumab_goes_on(s: Situation) -> bool:
    """P04: the last dose of trastuzumab is so recent that it is not loaded again."""
    gap = K.thresholds.doses.reload_trastuzumab_3w_days
    return any(
        e.drug in TRASTUZUMAB_PRODUCTS
        and (e.state == "running" or (e.last_known is not None and (s.today - e.last_known.earliest).days <= gap))
        for e in s.exposures
    )


def label_note(s: Situation, regimen: str, *, leads: bool = False, always: bool = False) -> tuple[Statement | None, str | None]:
    """R019, R107-R109, R135: how the use fits the label at this site, and the rule that says so.

    Where the label simply covers the use, only the leading regimen says so, unless it is `always` to be named (the menu of later lines);
    where the other jurisdiction differs, the leading regimen's note names it too.
    """
    return _label_note(regimen, s.practice.jurisdiction, s.label_flags, s.unknown_label_flags, leads, always)


@lru_cache(maxsize=1024)
def _label_note(
    regimen: str, jurisdiction: Jurisdiction, flags: frozenset[LabelFlag], unknown: frozenset[LabelFlag], leads: bool, always: bool
) -> tuple[Statement | None, str | None]:
    """The note on a label is made of the knowledge alone; of the case only its label flags count."""
    labels = K.labels_of(regimen, jurisdiction)
    if not labels:
        return None, None
    here = labels[0]
    covered = here.covers(flags)
    if covered and not (leads or always):
        return None, None
    note = K.say(f"label-{kind_of_note(here, flags, unknown)}", text=here.text)
    if leads:
        elsewhere = K.labels_of(regimen, "EU" if jurisdiction == "US" else "US")
        if elsewhere and elsewhere[0].covers(flags) != covered:
            note = K.say("label-elsewhere", text=elsewhere[0].text, note=note.text)
    return note, here.rule


def kind_of_note(label: Label, flags: frozenset[LabelFlag], unknown: frozenset[LabelFlag]) -> str:
    """R135: whether the label at this site covers the use, might cover it, or does not; or that there is none."""
    if label.status != "approved":
        return "status"
    if label.covers(flags):
        return "within"
    return "depends" if label.may_cover(flags, unknown) else "outside"


def unknown_history(s: Situation) -> bool:
    """Whether a record of therapy is lost, unnamed, of unclear setting or of a kind that never came: nobody may say "not used before"."""
    return history_condition(s) is not None


def history_condition(s: Situation) -> Statement | None:
    """What an answer depends on where the history is unknown."""
    if _record_incomplete(s):
        return K.say("condition-record-incomplete")
    study = study_drug_condition(s)
    return K.say("medications-not-sent") if study is None and s.therapy_unsent else study


def study_drug_condition(s: Situation) -> Statement | None:
    """Decision 24, I04: a study drug that is over may have been a line of its own, and any HER2 drug."""
    drug = s.study_drug_over
    if drug is None:
        return None
    since = f" from {drug.start}" if drug.start is not None else ""
    until = f" until {drug.end}" if drug.end is not None else ""
    return K.say("condition-study-drug", when=f"{since}{until}" or ", nobody wrote down when")


def _record_incomplete(s: Situation) -> bool:
    return s.therapy_lost or s.unknown_conjugate or any(e.drug not in PARTNER_DRUGS for e in s.therapies.undated)
