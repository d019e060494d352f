"""What speaks against a regimen in this case (R027, R053, R058, R079, R103, R106, R110, R116, R120, P09, P15; decisions 4, 12).

The pathway modules list candidates in order of preference; here it is said which of them nothing rules out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from guideline.advice import Option, Statement
from guideline.allergies import allergens, contain_it
from guideline.case import Allergy
from guideline.drug_classes import CYTOTOXIC_DRUGS, HER2_DRUGS, components
from guideline.facts_used import drug_name, drug_names
from guideline.heart.lvef_stop import stops_on_record
from guideline.intake import tdxd_unavailable
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.dpyd import dpyd_phenotype
from guideline.laboratory.kidneys import clearance_acts
from guideline.lungs.history import T_DM1, T_DXD
from guideline.rules.tdm1_toxicity import liver_ends_tdm1
from guideline.situation import Situation

TDXD_REGIMENS = frozenset({"tdxd", "tdxd-pertuzumab"})
TUCATINIB = "tucatinib-trastuzumab-capecitabine"

#: The HER2 drug(s) that make a regimen what it is; trastuzumab as a backbone is never barred by earlier progression (decision 4).
KEY_DRUGS: dict[str, frozenset[str]] = {
    regimen.id: frozenset(regimen.drugs) & HER2_DRUGS - {"trastuzumab"} for regimen in K.regimens.values()
}
REGIMEN_DRUGS = {regimen.id: frozenset(regimen.drugs) for regimen in K.regimens.values()}
_HER2_PART = {regimen.id: frozenset(regimen.drugs) & HER2_DRUGS for regimen in K.regimens.values()}
CYTOTOXIC_PART = {regimen.id: frozenset(regimen.drugs) & CYTOTOXIC_DRUGS for regimen in K.regimens.values()}
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
        or _heart(s, regimen)
        or _given_before(s, regimen)
        or _not_tolerated(s, regimen)
        or _allergic(s, regimen)
        or _kidneys(s, regimen)
        or _without_dpd(s, regimen)
        or _liver_ended(s, regimen)
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


def _heart(s: Situation, regimen: str) -> Objection | None:
    """R110, R112, R113: a drug that its label has ended for good by the LVEF, whatever it recovered to since."""
    stop = next((stop for stop in stops_on_record(s) if stop.drug in KEY_DRUGS[regimen]), None)
    return Objection(K.say("lvef-barred", drug=drug_name(stop.drug), why=stop.words), say_so=True) if stop is not None else None


def _given_before(s: Situation, regimen: str) -> Objection | None:
    """R058, R103, R106, decision 4: no conjugate and no kinase inhibitor again; no agent again that failed in the metastatic setting."""
    key = KEY_DRUGS[regimen]
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
    return KEY_DRUGS[regimen] & s.once(drugs_with_reason_open)


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
    # These two would be expected to lead, in first line and after T-DXd, so the card says why they do not.
    expected = regimen in ("thp", TUCATINIB)
    return Objection(K.say("agent-not-tolerated", drugs=drug_names(sorted(stopped))), say_so=expected) if stopped else None


def _allergic(s: Situation, regimen: str) -> Objection | None:
    """P15: a severe reaction to a drug of the regimen, or to its antibody part."""
    found = severe_allergies(s, K.regimens[regimen].drugs)
    return Objection(K.say("severe-allergy", drugs=allergens(found)), say_so=True) if found else None


def severe_allergies(s: Situation, drugs: Collection[str]) -> list[Allergy]:
    """The severe reactions to what drugs that are given together bring (P15)."""
    return [a for a in s.case.allergies if a.severe and contain_it(drugs, a)]


def without_trastuzumab(s: Situation) -> bool:
    """Whether a severe reaction rules trastuzumab out, and with it the conjugates that are made of it (P15)."""
    return bool(severe_allergies(s, ("trastuzumab",)))


def _kidneys(s: Situation, regimen: str) -> Objection | None:
    """R120, P09: a drug that defines the regimen is not to be begun at this creatinine clearance."""
    if not s.case.labs:
        return None
    found = clearance_acts(s, REGIMEN_DRUGS[regimen], "avoid")
    if found is None:
        return None
    drugs, m = found
    statement = K.say("kidneys-avoid", value=m.values[0].shown, below=f"{m.row.below:g}", drugs=drug_names(drugs))
    return Objection(statement, say_so=regimen == TUCATINIB)


def _without_dpd(s: Situation, regimen: str) -> Objection | None:
    """P09: capecitabine makes the regimen, and without DPD activity none of it may be given. The triplet takes another partner."""
    if regimen == TUCATINIB or "capecitabine" not in REGIMEN_DRUGS[regimen] or dpyd_phenotype(s.case) != "poor":
        return None
    return Objection(K.say("capecitabine-without-dpd"))


def _liver_ended(s: Situation, regimen: str) -> Objection | None:
    """R119: nodular regenerative hyperplasia of the liver ends T-DM1 for good."""
    ended = T_DM1 in KEY_DRUGS[regimen] and liver_ends_tdm1(s) is not None
    return Objection(K.say("tdm1-barred-liver"), say_so=True) if ended else None


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
