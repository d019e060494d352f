"""What order entry knows about medicines: label doses (`doses.yaml`), interactions and supportive care (`interactions.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import convert

from guideline.knowledge_files import Finding, Path_, unknown

DoseUnit = Literal["mg", "mg/kg", "mg/m2", "mL", "parts"]


@dataclass(frozen=True, slots=True)
class DoseSchedule:
    """One way in which a label gives a drug, in `unit`: `loading` first where there is one, then `dose`.

    `levels` are the label's reductions, `lowest` the low end of a label range. A drug by mouth is given `times_a_day`, an infusion
    `every_days`. `beside`: only with one of these partners. The unit `parts` has two amounts in mg (`loading_parts`, `dose_parts`).
    `basis`: `trial` where a trial and no label gives the dose. A drug with a rest is taken on `days_on` of `of_days` days.
    """

    unit: DoseUnit
    dose: float = 0.0
    loading: float | None = None
    levels: tuple[float, ...] = ()
    lowest: float | None = None
    every_days: int | None = None
    times_a_day: int | None = None
    beside: frozenset[str] = frozenset()
    dose_parts: tuple[float, float] = (0.0, 0.0)
    loading_parts: tuple[float, float] = (0.0, 0.0)
    basis: Literal["label", "trial"] = "label"
    days_on: int | None = None
    of_days: int | None = None


@dataclass(frozen=True, slots=True)
class LabelDoses:
    """A drug's label doses. `over`: how urgent a dose above them is; `flat`: the same for every patient, whatever the weight."""

    over: Literal["warning", "critical"]
    source: str
    schedules: tuple[DoseSchedule, ...]
    flat: bool = False

    def beside(self, drugs: AbstractSet[str]) -> tuple[DoseSchedule, ...]:
        """The schedules that hold with these drugs: those of the first partner that is there, else those without a partner."""
        for schedule in self.schedules:
            if schedule.beside & drugs:
                return tuple(s for s in self.schedules if s.beside == schedule.beside)
        return tuple(s for s in self.schedules if not s.beside)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A cancer drug that does not go with another medicine (of a `group`) or another cancer drug (`partner`).

    `says` is the sentence; `settled_at` the drug's own dose in mg at which the advice is already followed.
    """

    drug: str
    rule: str
    says: str
    source: str
    group: str | None = None
    partner: str | None = None
    settled_at: float | None = None


@dataclass(frozen=True, slots=True)
class SupportiveCare:
    """What should be there when a cancer drug is started: one medicine of each group of `all_of`. `says` and `detail` are sentences."""

    drug: str
    all_of: tuple[str, ...]
    rule: str
    says: str
    detail: str
    source: str


def label_doses(document: Mapping[str, Any]) -> dict[str, LabelDoses]:
    """The entries of `doses.yaml` by drug id."""
    return {id_: convert(entry, LabelDoses) for id_, entry in document["doses"].items()}


def interactions(document: Mapping[str, Any]) -> tuple[Interaction, ...]:
    """The interactions of `interactions.yaml`, in its order."""
    # `with` is a word of Python, so the field has another name than the file's entry.
    return tuple(convert({"partner": entry.get("with"), **entry}, Interaction) for entry in document["interactions"])


def supportive_care(document: Mapping[str, Any]) -> tuple[SupportiveCare, ...]:
    """The supportive care of `interactions.yaml`, in its order."""
    return tuple(convert(entry, SupportiveCare) for entry in document["supportive_care"])


def dose_faults(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Unknown drugs in `doses.yaml`, and doses that contradict the regimens or the dose levels."""
    drugs, levels = documents["drugs"]["drugs"], documents["thresholds"]["dose_levels"]
    doses = documents["doses"]["doses"]
    for drug, entry in doses.items():
        here: Path_ = ("doses", drug)
        yield from unknown("doses", here, "drug", [drug], drugs)
        for n, schedule in enumerate(entry["schedules"]):
            place: Path_ = (*here, "schedules", n)
            yield from unknown("doses", place, "drug", schedule.get("beside", ()), drugs)
            known = levels.get(drug)
            if known is not None and [schedule["dose"], *schedule.get("levels", ())] != known["levels"]:
                yield "doses", place, "are not the dose levels of thresholds.yaml"
    for id_, regimen in documents["regimens"]["regimens"].items():
        for component in regimen["components"]:
            entry = doses.get(component["drug"])
            if entry is not None and not any(_allows(schedule, component) for schedule in entry["schedules"]):
                yield "doses", ("doses", component["drug"]), f"do not hold the dose of regimen {id_!r}"


def _allows(schedule: Mapping[str, Any], component: Mapping[str, Any]) -> bool:
    """Whether a schedule holds a regimen's dose; `mg/m2/day` is a dose in two halves."""
    dose, unit = component["dose"], component["unit"]
    if unit == "mg/m2/day":
        dose, unit = dose / 2, "mg/m2"
    if schedule["unit"] != unit or component.get("loading", schedule.get("loading")) != schedule.get("loading"):
        return False
    within = "lowest" in schedule and schedule["lowest"] <= dose <= schedule["dose"]
    return bool(dose == schedule["dose"] or within)


def interaction_faults(
    documents: Mapping[str, Mapping[str, Any]], sentences: AbstractSet[str], rules: AbstractSet[str]
) -> Iterator[Finding]:
    """Unknown drugs, sentences and rules in `interactions.yaml`, and groups that `other_drugs.yaml` does not have."""
    drugs = documents["drugs"]["drugs"]
    groups = documents["other_drugs"]["groups"]
    for part in ("interactions", "supportive_care"):
        for n, entry in enumerate(documents["interactions"][part]):
            here: Path_ = (part, n)
            named = (
                ("drug", (entry["drug"], entry.get("with")), drugs),
                ("group", (entry.get("group"), *entry.get("all_of", ())), groups),
                ("sentence", (entry["says"], entry.get("detail")), sentences),
                ("rule", (entry["rule"],), rules),
            )
            for kind, ids, known in named:
                yield from unknown("interactions", here, kind, filter(None, ids), known)
