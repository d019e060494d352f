"""What if: one or more facts switched for the sake of the question. The case that comes out is asked about once and never kept.

A switched fact takes the place of what the record says about it: the question is "what if it were so", not "what if this came on top".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fhir_mappings.heart import LVEF_LEAST, LVEF_MOST
from guideline.case import Case, DiseaseStatus, IntakeAnswer, Lvef, Pregnancy, Stage
from guideline.partial_date import PartialDate
from guideline.situation import distant, metastatic_since
from guideline.unknowns import ASSUMED
from service.chart.answers import BadAnswer


class NoSuchLvef(BadAnswer):
    """An LVEF that no patient has: none of those that would be read from a record either."""

    text = f"The LVEF to suppose is a number from {LVEF_LEAST:g} to {LVEF_MOST:g} %. Another one was not taken, and nothing was changed."


class Switch(Struct, frozen=True):
    """One fact that can be switched: its name, its values by code in words (none: a number is asked), and the value that is set now."""

    id: str
    label: str
    values: dict[str, str]
    unit: str = ""
    least: float = 0
    most: float = 0
    only: Literal["women", ""] = ""
    chosen: str = ""


_YES_NO = {"true": "yes", "false": "no"}

#: In the order of the page.
SWITCHES: tuple[Switch, ...] = (
    Switch("disease", "The disease", {"worsened": "progresses today", "stable": "is stable today"}),
    Switch(
        "ild-history",
        "ILD or pneumonitis",
        {
            "none": "never",
            "radiation-pneumonitis-resolved": "radiation pneumonitis, resolved",
            "other-resolved": "of another cause, resolved",
            "other-active": "of another cause, active",
            "tdxd-grade-1-resolved": "under T-DXd, grade 1, resolved",
            "tdxd-grade-1-active": "under T-DXd, grade 1, active",
            "tdxd-grade-2-or-worse": "under T-DXd, grade 2 or worse",
        },
    ),
    Switch("respiratory-symptoms", "New cough, dyspnoea or fever", _YES_NO),
    Switch(
        "cns-disease",
        "CNS disease",
        {"none": "none", "stable": "stable or treated", "active": "new, untreated or growing", "leptomeningeal": "leptomeningeal"},
    ),
    Switch("cns-burden-predominant", "Burden mainly in the brain", _YES_NO),
    Switch("lvef", "LVEF today", {}, "%", LVEF_LEAST, LVEF_MOST),
    Switch("tdxd-available", "T-DXd can be obtained", _YES_NO),
    Switch("pregnancy", "Pregnancy", {"pregnant": "pregnant", "not-pregnant": "not pregnant"}, only="women"),
    Switch("declines-chemotherapy", "Chemotherapy declined", _YES_NO),
)

_BY_ID = {switch.id: switch for switch in SWITCHES}


class Hypothesis(Struct, frozen=True):
    """The case as it would be, and what was switched, in words."""

    case: Case
    words: tuple[str, ...]
    chosen: dict[str, str]


def switches(case: Case, chosen: Mapping[str, str]) -> tuple[Switch, ...]:
    """The facts that can be switched for this patient, each with the value it is set to."""
    asked = (switch for switch in SWITCHES if not (switch.only == "women" and case.patient.sex == "male"))
    return tuple(replace(switch, chosen=chosen.get(switch.id, "")) for switch in asked)


def suppose(case: Case, chosen: Mapping[str, str]) -> Hypothesis:
    """The case with the chosen facts switched; an empty value leaves a fact as it is. Raises `BadAnswer` for what cannot be switched."""
    words = []
    kept = {id_: value.strip() for id_, value in chosen.items() if value.strip()}
    for id_, value in kept.items():
        switch = _BY_ID.get(id_)
        if switch is None or (switch.values and value not in switch.values):
            raise BadAnswer("switch")
        case = _SETTERS.get(id_, _said)(case, id_, value)
        words.append(f"{switch.label}: {switch.values.get(value) or f'{_lvef_of(value):g} %'}")
    return Hypothesis(case, tuple(words), kept)


_Setter = Callable[[Case, str, str], Case]


def _said(case: Case, item: str, value: str) -> Case:
    return replace(case, intake={**case.intake, item: IntakeAnswer((value,), PartialDate.on(case.today), ASSUMED)})


def _lungs(case: Case, item: str, value: str) -> Case:
    return _said(replace(case, lungs=()), item, value)


def _cns(case: Case, item: str, value: str) -> Case:
    """CNS disease as supposed instead of what the problem list says. CAUTION: disease that was in the brain alone stays metastatic."""
    since, _ = metastatic_since(case)
    elsewhere = tuple(m for m in case.metastases if m.site not in ("brain", "leptomeningeal"))
    supposed = replace(case, metastases=elsewhere)
    if distant(case.metastases) and not distant(elsewhere):
        supposed = replace(supposed, stages=(*case.stages, Stage("IV", since, ASSUMED)))
    return _said(supposed, item, value)


def _lvef_of(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise NoSuchLvef("number") from None
    if not (isfinite(number) and LVEF_LEAST <= number <= LVEF_MOST):
        raise NoSuchLvef("range")
    return number


def _lvef(case: Case, _: str, value: str) -> Case:
    """The newest LVEF. Values that may be of today go, or the lower of both would count."""
    older = tuple(v for v in case.lvef if v.date is not None and v.date.latest < case.today)
    return replace(case, lvef=(*older, Lvef(_lvef_of(value), PartialDate.on(case.today), source=ASSUMED)))


def _pregnancy(case: Case, _: str, value: str) -> Case:
    supposed = Pregnancy(value, PartialDate.on(case.today), ASSUMED)  # type: ignore[arg-type]
    return replace(case, pregnancies=(supposed,), intake={k: v for k, v in case.intake.items() if k != "pregnancy-excluded"})


def _disease(case: Case, _: str, value: str) -> Case:
    """The newest judgement of the disease; how the last line ended then follows from it."""
    older = tuple(d for d in case.disease_statuses if d.date is not None and d.date.latest < case.today)
    supposed = DiseaseStatus(value, PartialDate.on(case.today), source=ASSUMED)  # type: ignore[arg-type]
    intake = {k: v for k, v in case.intake.items() if k != "last-line-outcome"}
    return replace(case, disease_statuses=(*older, supposed), intake=intake)


_SETTERS: dict[str, _Setter] = {"ild-history": _lungs, "cns-disease": _cns, "lvef": _lvef, "pregnancy": _pregnancy, "disease": _disease}
