"""A newest result that could not be read: named wherever an older one would be taken for it (R131).

Speaks of the LVEF, of the laboratory values that a drug's own table asks for, and of HER2; what could not be read elsewhere changes nothing
that is said. It is looked up, and no test is ordered anew for it: it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.case import UnreadResult
from guideline.facts_used import drug_name, headline_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import CLEARANCE
from guideline.situation import Situation
from guideline.thresholds import LabRow
from guideline.unread_results import labs_dated, labs_named, unread_fact, unread_her2, unread_labs, unread_lvef

#: The inputs that ask for laboratory values.
_INPUTS = {"I10": {"creatinine", CLEARANCE}, "I11": {"alt", "ast", "alp", "bilirubin"}, "I12": {"neutrophils", "platelets"}}


# --- LVEF --------------------------------------------------------------------------------------------------------------------------


def lvef_not_read(s: Situation, drugs: Sequence[str], facts: tuple[FactUsed, ...]) -> Finding | None:
    """Under running drugs that are monitored: the last LVEF is not known, however young the one before it is."""
    unread = unread_lvef(s)
    if unread is None:
        return None
    headline = K.say("lvef-not-read", date=str(unread.date), drugs=headline_names(drugs))
    why = (K.say("lvef-not-read-why"),)
    gap = Gap("I07", lvef_ask(unread))
    return Finding("LvefMonitoringDue", "warning", headline, why, (unread_fact(unread), *facts), (gap,), rules=("R074", "R131"))


def lvef_not_read_at_start(s: Situation, names: str, facts: tuple[FactUsed, ...]) -> Finding | None:
    """The same before the first dose of an ordered drug."""
    unread = unread_lvef(s)
    if unread is None:
        return None
    headline = K.say("order-lvef-not-read", drugs=names, date=str(unread.date))
    why = (K.say("lvef-not-read-why"),)
    gap = Gap("I07", lvef_ask(unread))
    return Finding("LvefBaselineNeeded", "warning", headline, why, (unread_fact(unread), *facts), (gap,), rules=("R071", "R131"))


def with_unread_lvef(s: Situation, finding: Finding) -> Finding:
    """A finding that rests on an older LVEF, naming the newer one."""
    unread = unread_lvef(s)
    if unread is None or unread_fact(unread) in finding.facts:
        return finding
    return _naming(finding, lvef_ask(unread), (unread,), ("I07",))


def lvef_ask(unread: UnreadResult) -> Statement:
    """What to do about an LVEF that could not be read."""
    return K.say("newer-lvef-not-read", date=str(unread.date))


# --- Laboratory values ---------------------------------------------------------------------------------------------------------------


def labs_of(drugs: Iterable[str], at: frozenset[str] = frozenset({"start", "dose"})) -> frozenset[str]:
    """The values that the tables of these drugs ask for, at a start or before each dose; of a clearance the creatinine, too."""
    rows: list[LabRow] = [row for drug in drugs for row in K.thresholds.labs.drugs.get(drug, ()) if row.at in at]
    asked = {lab for row in rows for lab in (row.lab, *row.also_lab)}
    return frozenset(asked | ({"creatinine"} if CLEARANCE in asked else set()))


def labs_not_read(drug: str, unread: tuple[UnreadResult, ...]) -> Finding:
    """Before an ordered dose of which nothing else is said: the newest values are not known."""
    headline = K.say("lab-not-read", drug=drug_name(drug), labs=labs_named(unread))
    gaps = tuple(Gap(each, labs_ask(unread)) for each in _inputs(unread))
    rules = tuple(dict.fromkeys((*(row.rule for row in K.thresholds.labs.drugs[drug]), "R131")))
    return Finding("LabSafety", "info", headline, (labs_ask(unread),), tuple(map(unread_fact, unread)), gaps, rules=rules)


def with_unread_labs(finding: Finding, unread: tuple[UnreadResult, ...]) -> Finding:
    """A finding about a drug's values, naming those that are newer."""
    return _naming(finding, labs_ask(unread), unread, _inputs(unread)) if unread else finding


def unread_labs_check(s: Situation, drugs: Iterable[str]) -> tuple[list[Statement], list[Gap]]:
    """Values before the first dose of the drugs of a leading regimen."""
    unread = unread_labs(s, labs_of(drugs))
    return ([labs_ask(unread)], [Gap(each, labs_ask(unread)) for each in _inputs(unread)]) if unread else ([], [])


def labs_ask(unread: Iterable[UnreadResult]) -> Statement:
    """What to do about values that could not be read."""
    return K.say("newer-labs-not-read", labs=labs_dated(unread))


def _inputs(unread: Iterable[UnreadResult]) -> tuple[str, ...]:
    kinds = {one.kind for one in unread}
    return tuple(each for each, asked in _INPUTS.items() if asked & kinds)


# --- HER2 ----------------------------------------------------------------------------------------------------------------------------


def her2_check(s: Situation) -> tuple[list[Statement], list[Gap]]:
    """A treatment card that rests on an older HER2 result, or on none."""
    unread = unread_her2(s)
    return ([her2_ask(unread)], [Gap("I02", her2_ask(unread))]) if unread is not None else ([], [])


def with_unread_her2(s: Situation, finding: Finding) -> Finding:
    """A finding that rests on an older HER2 result, naming the newer one."""
    unread = unread_her2(s)
    return _naming(finding, her2_ask(unread), (unread,), ("I02",)) if unread is not None else finding


def her2_ask(unread: UnreadResult) -> Statement:
    """What to do about a HER2 result that could not be read."""
    return K.say("newer-her2-not-read", date=str(unread.date))


def _naming(finding: Finding, said: Statement, unread: Iterable[UnreadResult], inputs: Iterable[str]) -> Finding:
    gaps = tuple(Gap(each, said) for each in inputs)
    return replace(
        finding,
        detail=(*finding.detail, said),
        facts=(*finding.facts, *map(unread_fact, unread)),
        missing=tuple(dict.fromkeys((*finding.missing, *gaps))),
    )
