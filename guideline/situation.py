"""The situation: what the facts of a case amount to, worked out once before the rules speak.

Everything here follows from the record alone: since when the disease is metastatic, which lines of therapy were given and how
they ended, how long after adjuvant therapy it came back, the state of HER2, heart, lungs and brain. The rules judge it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct, field

from guideline.biomarkers.her2_status import Her2Status, her2_status
from guideline.biomarkers.hormone_receptors import HormoneReceptors, hormone_receptors
from guideline.body import Body, body
from guideline.brain_disease import BrainDisease, brain_disease
from guideline.case import UNKNOWN_HER2_CONJUGATE, Case, Metastasis, OtherDrug, Stage
from guideline.drug_classes import HER2_DRUGS, components
from guideline.heart.function import HeartFunction, heart_function
from guideline.heart.lvef_holds import with_lvef_holds
from guideline.intake import said_yes
from guideline.knowledge_entries import LabelFlag
from guideline.label_flags import label_flags
from guideline.lungs.history import T_DXD, LungHistory, lung_history
from guideline.lungs.silent_tdxd import with_silent_tdxd
from guideline.partial_date import PartialDate, whole_months
from guideline.practice import Practice
from guideline.reproductive import PregnancyState, menopausal_status, pregnancy_state
from guideline.therapy.exposures import Exposure, exposures
from guideline.therapy.lines import Line, Therapies, failed_in_metastatic_disease, therapies
from guideline.therapy.relapse import Relapse, relapse_after
from guideline.therapy.still_given import with_answer
from guideline.therapy.study_drugs import study_drug, study_drug_over

_Said = TypeVar("_Said")


class Situation(Struct, frozen=True):
    """A case and what it amounts to.

    `last_line` is the newest line that counts, running or over; `used_line_count` the lines used so far (decision 3: metastatic lines
    that count, and one for an early relapse); `current_drugs` what is being given now (the newest line's running exposures, those of
    unclear setting, and before any line that counts the early ones), `her2_running` and `held_drugs` the HER2 drugs that run or are on
    hold. `used_drugs` holds every drug ever given, products and their components, and T-DXd where its pneumonitis is on record;
    `failed_agents` those that failed against metastases; `not_tolerated` those stopped for toxicity, that of the heart aside.
    `study_drug` is one without an end that may be the line after the newest, `study_drug_over` one that may have been a line.
    `therapy_lost`: records of therapy were not seen, or could not be read; `therapy_unsent`: one kind of them never came, another did.
    `said` keeps what `once` was asked.
    """

    case: Case
    practice: Practice
    age: int | None
    metastatic: bool
    metastatic_since: PartialDate | None
    metastatic_sources: tuple[str, ...]
    her2: Her2Status
    hormones: HormoneReceptors
    exposures: tuple[Exposure, ...]
    therapies: Therapies
    last_line: Line | None
    her2_lines: tuple[Line, ...]
    relapse: Relapse | None
    early_relapse: bool
    used_line_count: int
    current_drugs: tuple[Exposure, ...]
    her2_running: tuple[Exposure, ...]
    held_drugs: tuple[Exposure, ...]
    lungs: LungHistory
    heart: HeartFunction
    brain: BrainDisease
    pregnancy: PregnancyState
    pregnancy_source: str | None
    menopause: str | None
    used_drugs: frozenset[str]
    failed_agents: frozenset[str]
    not_tolerated: frozenset[str]
    unknown_conjugate: bool
    study_drug: OtherDrug | None
    study_drug_over: OtherDrug | None
    therapy_lost: bool
    therapy_unsent: bool
    label_flags: frozenset[LabelFlag]
    unknown_label_flags: frozenset[LabelFlag]
    said: dict[Callable[[Situation], Any], Any] = field(default_factory=dict)

    def once(self, rule: Callable[[Situation], _Said]) -> _Said:
        """What a rule says about this situation, worked out when it is first asked: other rules build on some."""
        try:
            said: _Said = self.said[rule]
        except KeyError:
            said = self.said[rule] = rule(self)
        return said

    @property
    def today(self) -> date:
        """The day the question is asked."""
        return self.case.today

    @property
    def male(self) -> bool:
        """Whether the record says male."""
        return self.case.patient.sex == "male"

    @property
    def body(self) -> Body:
        """Weight and height as doses go by them, looked up when first asked: charts hold thousands of weights."""
        return self.once(_body)

    @property
    def on_treatment(self) -> bool:
        """Whether the newest line that counts is being given or held, without documented progression."""
        return self.last_line is not None and self.last_line.outcome in ("ongoing", "on-hold")

    @property
    def therapy_seen(self) -> bool:
        """Whether every record of therapy that the EHR keeps was looked at and read."""
        return not (self.therapy_lost or self.therapy_unsent)

    @property
    def therapy_not_read(self) -> bool:
        """Whether the list of therapies is not what the clinician sees: some of it was lost, or it may not be read and nothing of it came.

        One kind of record that may not be read beside others that may is everyday, and no list is taken for incomplete by it alone.
        """
        forbidden = any(p.subject == "therapy" and p.kind == "forbidden" for p in self.case.problems)
        return self.therapy_lost or (forbidden and not self.exposures)

    @property
    def therapy_told_complete(self) -> bool:
        """Whether the clinician calls the recorded therapy the whole list, and that list was read: what is not seen may be on it."""
        return said_yes(self.case, "prior-therapy-complete") and not self.therapy_not_read

    def used(self, drug: str) -> bool:
        """Whether a drug was ever given, in any setting, under any brand or in a combination."""
        return drug in self.used_drugs


def _body(s: Situation) -> Body:
    return body(s.case)


#: Data problems after which nothing was "never given".
_LOST = frozenset({"unreadable", "old-fhir", "code-text-conflict", "incomplete"})


def situation(case: Case, practice: Practice) -> Situation:
    """Work out the situation of a case."""
    since, sources = metastatic_since(case)
    heart = heart_function(case)
    recorded = exposures(case.drugs, case.today)
    found = therapies(recorded, case, since)
    held = with_lvef_holds(recorded, found, case, heart, practice.lvef_lower_limit)
    if held is recorded:
        held = with_silent_tdxd(recorded, found, case)
    if held is not recorded:
        found = therapies(held, case, since)
    given = with_answer(held, found, case)
    if given is not held:
        found = therapies(given, case, since)
    relapse = relapse_after(found, since, case.drugs)
    early_relapse = relapse is not None and relapse.within_12 is True
    hormones = hormone_receptors(case, since)
    menopause = menopausal_status(case)
    pregnancy, pregnancy_source = pregnancy_state(case, menopause)
    lungs = lung_history(case, given)
    drugs = frozenset([e.drug for e in given])
    used = drugs.union(*map(components, drugs))
    if lungs.tdxd_named:
        # Who had T-DXd pneumonitis had T-DXd, whatever the list of therapies says.
        used |= {T_DXD}
    flags, unknown = label_flags(case, found, relapse, hormones, menopause, used)
    # Before any line for metastatic disease that counts, an adjuvant course that still runs is the current therapy.
    newest = found.lines[-1].exposures if found.lines else ()
    if not found.used_lines:
        newest = (*newest, *found.early)
    current = tuple([e for e in (*newest, *found.undated) if e.state == "running"])
    return Situation(
        case=case,
        practice=practice,
        age=_age(case),
        metastatic=bool(sources),
        metastatic_since=since,
        metastatic_sources=sources,
        her2=her2_status(case, since),
        hormones=hormones,
        exposures=given,
        therapies=found,
        last_line=found.used_lines[-1] if found.used_lines else None,
        her2_lines=tuple([line for line in found.used_lines if line.has_her2]),
        relapse=relapse,
        early_relapse=early_relapse,
        used_line_count=len(found.used_lines) + early_relapse,
        current_drugs=current,
        her2_running=tuple([e for e in current if e.drug in HER2_DRUGS]),
        held_drugs=tuple([e for e in newest if e.state == "on-hold" and e.drug in HER2_DRUGS]),
        lungs=lungs,
        heart=heart,
        brain=brain_disease(case),
        pregnancy=pregnancy,
        pregnancy_source=pregnancy_source,
        menopause=menopause,
        used_drugs=used,
        failed_agents=failed_in_metastatic_disease(found, since),
        not_tolerated=frozenset([c for e in given if e.stop_reason in ("toxicity", "lung") for c in components(e.drug)]),
        unknown_conjugate=UNKNOWN_HER2_CONJUGATE in used,
        study_drug=study_drug(case, found, since) if case.other_drugs else None,
        study_drug_over=study_drug_over(case, found, since) if case.other_drugs else None,
        therapy_lost=any(p.subject == "therapy" and p.kind in _LOST for p in case.problems),
        therapy_unsent=any(p.subject == "therapy" and p.kind == "unsent" for p in case.problems),
        label_flags=flags,
        unknown_label_flags=unknown,
    )


def _age(case: Case) -> int | None:
    """Age in years, by the earliest possible birthday (so that nobody is taken for a minor by a coarse date)."""
    birth = case.patient.birth
    return whole_months(birth.earliest, case.today) // 12 if birth is not None else None


def distant(metastases: tuple[Metastasis, ...]) -> tuple[Metastasis, ...]:
    """Metastases that make the disease stage IV: no regional nodes, and none whose code denies a known primary."""
    return tuple([m for m in metastases if m.site != "regional-node" and not m.primary_unknown])


def metastatic_since(case: Case) -> tuple[PartialDate | None, tuple[str, ...]]:
    """Decision 8: the earliest of stage IV, M1 and a distant metastasis, and the resources that say so (none: not metastatic).

    A metastasis whose onset nobody can date tells nothing alone; written down before all that are dated, it was there first.
    """
    says_so: list[Stage | Metastasis] = [stage for stage in case.stages if stage.value in ("IV", "M1")]
    says_so += distant(case.metastases)
    says_so.sort(key=lambda entry: (entry.date.earliest if entry.date else date.max, entry.source))
    dated = [entry.date for entry in says_so if entry.date is not None]
    if dated:
        written = [m.recorded for m in distant(case.metastases) if m.date is None and m.recorded is not None]
        dated = [*sorted((day for day in written if day.latest < dated[0].earliest), key=lambda day: day.earliest), *dated]
    # Metastatic by the earliest of the latest days each entry allows: an exact day bounds a coarse one.
    since = PartialDate(dated[0].earliest, min([day.latest for day in dated])) if dated else None
    return since, tuple(dict.fromkeys([entry.source for entry in says_so]))
