"""How a regimen of the menu is put on the card: when it would lead, its evidence, its side effects, its label, its place (R038-R058).

The menu is the same in every profile; what was used, why it was stopped and the site's labels decide what is left of it and in which
order it stands (decisions 1, 4).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from guideline.advice import Option, Statement
from guideline.drug_classes import CYTOTOXIC_DRUGS
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DM1, T_DXD
from guideline.rules.brain import tucatinib_first
from guideline.rules.endocrine import endocrine_her2
from guideline.rules.later_lines import in_later_lines, rechallenge
from guideline.rules.objections import CYTOTOXIC_PART, TUCATINIB, without_trastuzumab
from guideline.rules.options import option, unknown_history
from guideline.situation import Situation

#: The regimens that decision 4 ranks itself: no failed partner and no label moves them.
_RANKED = frozenset({"tdxd", "tdxd-pertuzumab", TUCATINIB})

#: What stands behind the rest of the menu.
_BEHIND = {"rechallenge": 3, "single-agent-chemotherapy": 4}

_RULES: dict[str, tuple[str, ...]] = {
    "tdxd": ("R020",),
    "tdxd-pertuzumab": ("R101",),
    "tdm1": ("R027",),
    "pertuzumab-trastuzumab-chemotherapy": ("R045",),
    "lapatinib-capecitabine": ("R043",),
    "lapatinib-trastuzumab": ("R044",),
    "trastuzumab-chemotherapy": ("R046", "R055"),
    "margetuximab-chemotherapy": ("R051",),
    "neratinib-capecitabine": ("R050",),
    "single-agent-chemotherapy": ("R049",),
    "abemaciclib-trastuzumab-fulvestrant": ("R061",),
    "rechallenge": ("R053",),
    "clinical-trial": ("R056",),
}

_EVIDENCE: dict[str, tuple[str, ...]] = {
    "tdxd": ("db03-2023-pfs", "db03-2023-os", "db03-2024-os", "mcbs-db03", "asco-2022-2-1"),
    "tdxd-pertuzumab": ("db09-2025-pfs", "db09-2025-ild", "fda-2025-12-15-tdxd-pertuzumab"),
    TUCATINIB: ("her2climb-2020-pfs", "her2climb-2020-os", "mcbs-her2climb", "asco-2022-3-0"),
    "tdm1": ("emilia",),
    "pertuzumab-trastuzumab-chemotherapy": ("pherexa-2018", "asco-2022-3-1-9"),
    "lapatinib-capecitabine": ("geyer-2008-ttp",),
    "lapatinib-trastuzumab": ("egf104900-2012",),
    "margetuximab-chemotherapy": ("sophia-2021-pfs", "sophia-2022-os"),
    "neratinib-capecitabine": ("nala-2020",),
    "abemaciclib-trastuzumab-fulvestrant": ("asco-2022-3-2-1",),
}

#: Alternatives whose second readout is as much part of the truth as the first.
_WHOLE_EVIDENCE = frozenset({"margetuximab-chemotherapy"})


def in_menu_order(s: Situation, offered: Iterable[str], lead: str | None) -> list[str]:
    """Decision 4: a trial stands first where nothing leads, else last.

    Behind the others stand what has no approval here and partners that already failed, then re-use and chemotherapy without a HER2 drug.
    """
    return sorted([r for r in offered if r != lead], key=lambda r: _place(s, r, lead))


def _place(s: Situation, regimen: str, lead: str | None) -> tuple[int, bool]:
    if regimen == "clinical-trial":
        return (0 if lead is None else 9), False
    if regimen in _RANKED:
        return 1, False
    return _BEHIND.get(regimen, 2), _partner_failed(s, regimen) or (in_later_lines(s) and _without_approval(s, regimen))


def _partner_failed(s: Situation, regimen: str) -> bool:
    return not CYTOTOXIC_PART[regimen].isdisjoint(s.failed_agents)


def _without_approval(s: Situation, regimen: str) -> bool:
    labels = K.labels_of(regimen, s.practice.jurisdiction)
    return bool(labels) and labels[0].status != "approved"


def lead_option(s: Situation, regimen: str) -> Option:
    """The leading regimen with all its evidence."""
    reasons: list[Statement] = []
    if regimen in ("tdxd", "tdxd-pertuzumab"):
        reasons.append(K.say("until-progression"))
    if regimen == "tdm1":
        reasons.append(K.say("tdm1-never-above"))
    return option(
        s, regimen, reasons, _evidence(s, regimen), _rules(s, regimen), cautions=_side_effects(s, regimen, lead=regimen), leads=True
    )


def alternative(s: Situation, regimen: str, lead: str | None) -> Option:
    """An alternative: when it would lead, one line of evidence, its label at this site and, in late lines, its side effects."""
    if regimen == "endocrine-her2":
        return endocrine_her2(s, "R065")
    when = _when(s, regimen, lead)
    evidence = _evidence(s, regimen)
    brief = evidence if regimen in _WHOLE_EVIDENCE else evidence[:1] if regimen != "tdm1" else ()
    if regimen in (TUCATINIB, "tdxd") and s.brain.present:
        brief = evidence[-2:]
    return option(
        s,
        regimen,
        when,
        brief,
        _rules(s, regimen),
        cautions=_side_effects(s, regimen, lead),
        label_always=True,
    )


def _rules(s: Situation, regimen: str) -> tuple[str, ...]:
    """The rules that put a regimen on the card; the tucatinib triplet has a reason of its own in each situation."""
    if regimen != TUCATINIB:
        return _RULES.get(regimen, ())
    reasons = (("R033", tucatinib_first(s)), ("R032", s.brain.present), ("R038", s.used(T_DXD)), ("R040", s.used(T_DM1)))
    return tuple(rule for rule, holds in reasons if holds)


def _side_effects(s: Situation, regimen: str, lead: str | None) -> tuple[Statement, ...]:
    """R052: beside each option once no regimen leads, or from the fourth line on."""
    return _toxicity(regimen) if lead is None or in_later_lines(s) else ()


@cache
def _toxicity(regimen: str) -> tuple[Statement, ...]:
    toxicity = K.regimens[regimen].toxicity
    return (K.say("side-effects", effects="; ".join(toxicity)),) if toxicity else ()


def _evidence(s: Situation, regimen: str) -> tuple[str, ...]:
    """The readouts that fit this patient: other trials speak for T-DXd after T-DM1 and for brain metastases."""
    found = _EVIDENCE.get(regimen, ())
    if regimen == "tdxd" and s.used(T_DM1) and s.her2_lines:
        found = ("db02-2023", "asco-2022-2-1")
    if regimen == "tdxd" and s.used_line_count >= 2:
        # The recommendation of second line is no grade of a later one.
        found = (*(e for e in found if e != "asco-2022-2-1"), "asco-2022-3-0")
    if s.brain.present and regimen == "tdxd":
        found = (*found, "db03-2022-brain-pfs", "db12-2024")
    if s.brain.present and regimen == TUCATINIB:
        general = [e for e in found if e != "asco-2022-3-0"]
        found = (*general, "asco-2022-brain-local", "her2climb-2020-brain-pfs", "her2climb-2022-brain-os")
    return found


_LIMITS = {
    "clinical-trial": "trial-when",
    "abemaciclib-trastuzumab-fulvestrant": "abemaciclib-late",
    "margetuximab-chemotherapy": "margetuximab-limits",
    "neratinib-capecitabine": "neratinib-limits",
    "lapatinib-trastuzumab": "lapatinib-trastuzumab-limits",
}


def _when(s: Situation, regimen: str, lead: str | None) -> tuple[Statement, ...]:
    """When an alternative would lead, or what limits it."""
    if regimen in _LIMITS:
        return (K.say(_LIMITS[regimen]),)
    if regimen == "rechallenge":
        again = s.once(rechallenge)
        return () if again is None else (again,)
    if regimen == "trastuzumab-chemotherapy":
        return _new_partner(s, lead)
    if regimen == "single-agent-chemotherapy":
        used = _used_chemotherapy(s)
        return (K.say("single-agent-last", used=used) if used else K.say("single-agent-last-naive"),)
    when = _when_preferred(s, regimen, lead)
    return () if when is None else (when,)


def _when_preferred(s: Situation, regimen: str, lead: str | None) -> Statement | None:
    if regimen == "tdm1":
        if lead in ("tdxd", "tdxd-pertuzumab"):
            return K.say("tdm1-only-if")
        # I04: with a lost record nobody can say what was never given.
        return K.say("tdm1-not-used-yet") if s.used(T_DXD) and not unknown_history(s) else None
    if regimen == "tdxd":
        if tucatinib_first(s):
            return K.say("tdxd-beside-tucatinib-brain")
        return K.say("tdxd-alone-beside-pertuzumab") if lead == "tdxd-pertuzumab" else None
    if regimen == "tdxd-pertuzumab":
        straddles = s.relapse is not None and s.relapse.within_6 is None
        return K.say("tdxd-pertuzumab-if-over-6-months" if straddles else "tdxd-pertuzumab-over-6-months")
    if regimen == TUCATINIB:
        if s.brain.present:
            return K.say("tucatinib-beside-tdxd-brain" if s.her2_lines else "tucatinib-beside-early")
        return K.say("tucatinib-if-tdxd-unsuitable") if lead in ("tdxd", "tdm1") else None
    if regimen == "lapatinib-capecitabine" and without_trastuzumab(s):
        return K.say("blockade-without-trastuzumab")
    if regimen == "pertuzumab-trastuzumab-chemotherapy" and not unknown_history(s):
        return K.say("pertuzumab-late")
    return None


def _used_chemotherapy(s: Situation) -> str:
    """The chemotherapy of the past, by commas: a plus sign would read as one combination."""
    return ", ".join(drug_name(drug) for drug in sorted(s.used_drugs & CYTOTOXIC_DRUGS))


def _new_partner(s: Situation, lead: str | None) -> tuple[Statement, ...]:
    """R046, R054, R055: trastuzumab goes on with changing partners; earlier progression on it is no bar."""
    used = _used_chemotherapy(s)
    partner = K.say("trastuzumab-new-partner", used=used) if used else K.say("trastuzumab-partner-of-choice")
    beyond = "trastuzumab" in s.failed_agents and (lead is None or in_later_lines(s))
    return (partner, K.say("trastuzumab-beyond-progression")) if beyond else (partner,)
