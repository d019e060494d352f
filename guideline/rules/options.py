"""What speaks against a regimen in this case, and how an option is put on the card.

The pathway modules list candidates in order of preference; this module says which of them may be offered (R053, R058, R079,
R106, R116, R130; decisions 4 and 12) and adds the label note of the site (R019, R107-R109, R135).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from guideline.advice import Option, Statement
from guideline.dpyd import dpyd_phenotype
from guideline.facts_used import drug_name, drug_names
from guideline.kidneys import clearance_acts, kidneys_in_doubt, kidneys_seem_fit
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import Label
from guideline.knowledge_entries import Regimen
from guideline.knowledge_printing import maintenance_line
from guideline.lung_history import T_DM1, T_DXD
from guideline.practice import Jurisdiction
from guideline.rules.start_labs import start_labs
from guideline.situation import Situation, tdxd_unavailable
from guideline.therapy_lines import (
    CONJUGATES,
    CYTOTOXIC_DRUGS,
    HER2_DRUGS,
    PARTNER_DRUGS,
    PERTUZUMAB_PRODUCTS,
    TRASTUZUMAB_PRODUCTS,
    components,
)

TDXD_REGIMENS = frozenset({"tdxd", "tdxd-pertuzumab"})
TUCATINIB = "tucatinib-trastuzumab-capecitabine"

#: The days of a three-weekly cycle.
_THREE_WEEKS = 21

#: The HER2 drug(s) that make a regimen what it is; trastuzumab as a backbone is never barred by earlier progression (decision 4).
_KEY_DRUGS: dict[str, frozenset[str]] = {
    regimen.id: frozenset(regimen.drugs) & HER2_DRUGS - {"trastuzumab"} for regimen in K.regimens.values()
}
_DRUGS = {regimen.id: frozenset(regimen.drugs) for regimen in K.regimens.values()}
_HER2_PART = {regimen.id: frozenset(regimen.drugs) & HER2_DRUGS for regimen in K.regimens.values()}
CYTOTOXIC_PART = {regimen.id: frozenset(regimen.drugs) & CYTOTOXIC_DRUGS for regimen in K.regimens.values()}
_LOADS_TRASTUZUMAB = frozenset(r.id for r in K.regimens.values() if any(c.drug == "trastuzumab" and c.loading for c in r.components))


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
#: What makes the triplet is tucatinib: its partner may be another.
_MUST_BE_TOLERATED = {id_: part if id_ == TUCATINIB else part | CYTOTOXIC_PART[id_] for id_, part in _HER2_PART.items()}


class Objection(Struct, frozen=True):
    """Why a regimen is not offered. `say_so`: the reader would expect the regimen, so the card names it under "avoid"."""

    statement: Statement
    say_so: bool = False


def objection(s: Situation, regimen: str) -> Objection | None:
    """The first thing that rules a regimen out, or None."""
    return (
        _lungs(s, regimen)
        or _given_before(s, regimen)
        or _not_tolerated(s, regimen)
        or _allergic(s, regimen)
        or _kidneys(s, regimen)
        or _not_available(s, regimen)
    )


def _lungs(s: Situation, regimen: str) -> Objection | None:
    """R079, R116, decision 12: T-DXd and the lungs."""
    if regimen not in TDXD_REGIMENS:
        return None
    lungs = s.lungs
    if lungs.tdxd_stopped_for_good:
        return Objection(K.say("tdxd-barred-grade-2"), say_so=True)
    if lungs.under_treatment:
        return Objection(K.say("tdxd-barred-pneumonitis-now"), say_so=True)
    if lungs.tdxd_ungraded:
        return Objection(K.say("tdxd-barred-ungraded"), say_so=True)
    if lungs.active:
        return Objection(K.say("tdxd-avoid-active-ild"), say_so=True)
    return None


def _given_before(s: Situation, regimen: str) -> Objection | None:
    """R058, R103, R106, decision 4: no conjugate and no kinase inhibitor again; no agent again that failed in the metastatic setting."""
    key = _KEY_DRUGS[regimen]
    if T_DXD in key and s.used(T_DXD):
        return Objection(K.say("tdxd-used"), say_so=True)
    if T_DM1 in key and s.used(T_DM1):
        return Objection(K.say("tdm1-used"))
    failed = key & s.failed_agents
    if failed:
        return Objection(K.say("agent-failed", drugs=drug_names(sorted(failed))))
    unsettled = reason_open(s, regimen)
    if unsettled:
        return Objection(K.say("agent-reason-open", drugs=drug_names(sorted(unsettled))))
    if "tucatinib" in key and s.used("tucatinib"):
        return Objection(K.say("agent-used", drugs=drug_names(("tucatinib",))))
    if regimen == "pertuzumab-trastuzumab-chemotherapy" and s.used("pertuzumab"):
        return Objection(K.say("agent-used", drugs=drug_names(("pertuzumab",))))
    return None


#: Reasons after which an agent may be used again: neither the disease nor the drug itself ended it.
SETTLED_REASONS = frozenset({"completed", "patient-wish", "unavailable", "pregnancy"})


def reason_open(s: Situation, regimen: str) -> frozenset[str]:
    """The regimen's HER2 drugs given for metastatic disease that may have failed: nobody recorded why they were stopped (R053, R131)."""
    return _KEY_DRUGS[regimen] & s.once(drugs_with_reason_open)


def drugs_with_reason_open(s: Situation) -> frozenset[str]:
    """All drugs given for metastatic disease that may have failed, as far as the record does not say why they were stopped."""
    found: set[str] = set()
    for given, outcome in (*[(line.exposures, line.outcome) for line in s.therapies.lines], (s.therapies.undated, "unknown")):
        no_reason_needed = outcome in ("completed", "ongoing", "on-hold")
        for e in given:
            if e.stop_reason not in SETTLED_REASONS and not (e.stop_reason is None and no_reason_needed):
                found |= components(e.drug)
    return frozenset(found)


def _not_tolerated(s: Situation, regimen: str) -> Objection | None:
    """R053: never again after it had to be stopped for toxicity."""
    stopped = _MUST_BE_TOLERATED[regimen] & s.not_tolerated
    # The triplet would be expected to lead after T-DXd, so the card says why it does not.
    return Objection(K.say("agent-not-tolerated", drugs=drug_names(sorted(stopped))), say_so=regimen == TUCATINIB) if stopped else None


def _antibody_part(drug: str) -> frozenset[str]:
    """A drug with what an allergy to it may be an allergy to: a conjugate carries its antibody (P15)."""
    return components(drug) | ({"trastuzumab"} if drug in CONJUGATES else frozenset())


def _allergies(s: Situation, regimen: str, *, severe: bool) -> list[str]:
    entry = K.regimens[regimen]
    # A severe reaction rules a regimen out by the drugs that define it; a partner of choice is only named.
    return allergies_to(s, entry.drugs if severe else (*entry.drugs, *(c.drug for c in entry.components)), severe=severe)


def allergies_to(s: Situation, drugs: Iterable[str], *, severe: bool) -> list[str]:
    """The recorded allergies to drugs or to their antibody part (P15), all of them or the severe ones."""
    parts = frozenset(p for drug in drugs for p in _antibody_part(drug))
    return sorted({a.drug for a in s.case.allergies if (a.severe is True or not severe) and components(a.drug) & parts})


def _allergic(s: Situation, regimen: str) -> Objection | None:
    """P15: a severe reaction to a drug of the regimen, or to its antibody part."""
    drugs = _allergies(s, regimen, severe=True) if s.case.allergies else []
    return Objection(K.say("severe-allergy", drugs=drug_names(drugs)), say_so=True) if drugs else None


def _kidneys(s: Situation, regimen: str) -> Objection | None:
    """R120, P09: a drug that defines the regimen is not to be begun at this creatinine clearance."""
    if not s.case.labs:
        return None
    found = clearance_acts(s, _DRUGS[regimen], "avoid")
    if found is None:
        return None
    drugs, m = found
    statement = K.say("kidneys-avoid", value=m.values[0].shown, below=f"{m.row.below:g}", drugs=drug_names(drugs))
    return Objection(statement, say_so=regimen == TUCATINIB)


def _not_available(s: Situation, regimen: str) -> Objection | None:
    """R027: T-DXd cannot be had here."""
    if regimen in TDXD_REGIMENS and tdxd_unavailable(s.case):
        return Objection(K.say("tdxd-unavailable"), say_so=True)
    return None


def sort_out(s: Situation, candidates: Iterable[str]) -> tuple[list[str], tuple[Option, ...]]:
    """The candidates nothing rules out, in the order given, and those a reader would expect but must not be offered, with the reason."""
    offered: list[str] = []
    barred: list[Option] = []
    for regimen in dict.fromkeys(candidates):
        against = objection(s, regimen)
        if against is None:
            offered.append(regimen)
        elif against.say_so:
            barred.append(Option(regimen, reasons=(against.statement,)))
    return offered, tuple(barred)


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


def _cautions(s: Situation, regimen: str) -> list[Statement]:
    found: list[Statement] = []
    lungs = s.lungs
    if regimen == "tdm1" and (
        lungs.active
        or lungs.resolved
        or lungs.tdxd_stopped_for_good
        or lungs.tdxd_ungraded
        or lungs.tdxd_grade_1_past
        or lungs.under_treatment
    ):
        found.append(K.say("tdm1-lung-warning"))
    if regimen in TDXD_REGIMENS:
        if lungs.radiation_resolved or lungs.resolved:
            found.append(K.say("tdxd-after-resolved-lung-disease"))
        if lungs.tdxd_grade_1_past:
            found.append(K.say("tdxd-after-grade-1"))
    if regimen in _LOADS_TRASTUZUMAB and s.once(_trastuzumab_goes_on):
        found.append(K.say("trastuzumab-not-loaded-again", days=K.thresholds.doses.reload_trastuzumab_3w_days))
    found += _used_before(s, regimen)
    if s.case.allergies:
        mild = _allergies(s, regimen, severe=False)
        if mild:
            found.append(K.say("allergy-recorded", drugs=drug_names(mild)))
    if s.case.labs and (doubt := kidneys_in_doubt(s, _DRUGS[regimen])) is not None:
        drugs, value, day, below = doubt
        found.append(K.say("kidneys-in-doubt", value=value, date=str(day), below=f"{below:g}", drugs=drug_names(drugs)))
    if s.case.labs:
        found += start_labs(s, regimen)
    if "capecitabine" in K.regimens[regimen].drugs and dpyd_phenotype(s.case) in ("poor", "intermediate"):
        found.append(K.say("capecitabine-without-dpd" if dpyd_phenotype(s.case) == "poor" else "dpyd-intermediate"))
    partners = CYTOTOXIC_PART[regimen]
    if not partners:
        return found
    not_tolerated = partners & s.not_tolerated
    failed = partners & s.failed_agents
    used_partners = (partners & s.used_drugs) - s.failed_agents
    if not_tolerated:
        found.append(K.say("partner-not-tolerated", drugs=drug_names(sorted(not_tolerated))))
    elif failed:
        found.append(K.say("partner-failed", drugs=drug_names(sorted(failed))))
    elif used_partners and regimen != "thp":
        found.append(K.say("partner-used", drugs=drug_names(sorted(used_partners))))
    return found


def _used_before(s: Situation, regimen: str) -> list[Statement]:
    """R053: a HER2 drug of the regimen was given before, and neither failed for metastatic disease nor had to be stopped."""
    used = (_KEY_DRUGS[regimen] - PERTUZUMAB_PRODUCTS) & s.used_drugs
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
    regimen: str, jurisdiction: Jurisdiction, flags: frozenset[str], unknown: frozenset[str], leads: bool, always: bool
) -> tuple[Statement | None, str | None]:
    """The note on a label is made of the knowledge alone; of the case only its label flags count."""
    labels = K.labels_of(regimen, jurisdiction)
    if not labels:
        return None, None
    here = labels[0]
    covered = here.covers(flags)
    if covered and not (leads or always):
        return None, None
    note = K.say(f"label-{_kind_of_note(here, flags, unknown)}", text=here.text)
    if leads:
        elsewhere = K.labels_of(regimen, "EU" if jurisdiction == "US" else "US")
        if elsewhere and elsewhere[0].covers(flags) != covered:
            note = K.say("label-elsewhere", text=elsewhere[0].text, note=note.text)
    return note, here.rule


def _kind_of_note(label: Label, flags: frozenset[str], unknown: frozenset[str]) -> str:
    """R135: whether the label at this site covers the use, might cover it, or does not; or that there is none."""
    if label.status != "approved":
        return "status"
    if label.covers(flags):
        return "within"
    return "depends" if label.may_cover(flags, unknown) else "outside"


def unknown_history(s: Situation) -> bool:
    """Whether a record of therapy is lost, unnamed or of unclear setting, so that "not used before" may not be said."""
    return s.therapy_lost or s.unknown_conjugate or any(e.drug not in PARTNER_DRUGS for e in s.therapies.undated)
