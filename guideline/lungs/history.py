"""What the record says about the lungs, as far as it decides on T-DXd and T-DM1 (decision 12)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from guideline.case import Case, IntakeAnswer, LungCondition, Symptom
from guideline.intake import answer, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.tdxd_pneumonitis import arose_under, given_since, is_of_tdxd, last_lung_stop, severe_stop
from guideline.partial_date import PartialDate, when_last
from guideline.symptoms import is_current, is_recent, newest_of_each, not_denied_since
from guideline.therapy.exposures import Exposure

T_DXD = "trastuzumab-deruxtecan"
T_DM1 = "trastuzumab-emtansine"

#: The item of the intake that asks for respiratory symptoms.
_ASKED = "respiratory-symptoms"


class LungHistory(Struct, frozen=True):
    """The lungs in one glance. Each flag is something the record (or the intake) says; none is an assumption.

    `tdxd_stopped_for_good`: T-DXd pneumonitis (`guideline.lungs.tdxd_pneumonitis`) of grade 2 or worse, ever. `tdxd_ungraded`: T-DXd
    pneumonitis whose grade nobody wrote down. `under_treatment`: pneumonitis that began while T-DXd or T-DM1 was being given and is not
    resolved; `under_drug` is that drug, and `grade_1_only` says that it is recorded as asymptomatic grade 1. `active`: other active
    disease, `tdxd_active` that T-DXd caused it though it is not being given. `resolved` and `radiation_resolved`: past disease.
    `tdxd_grade_1_past`: grade 1 that is resolved, or of which no more is known than that T-DXd was ended for it.
    `tdxd_grade_1`: the resolved grade 1 entries of the problem list, by whose dates the dose of a restart is decided (R115).
    `charted_symptoms` began under a conjugate; `to_clear` are other new symptoms, and findings of an image, whose cause a first dose of
    T-DXd waits for.
    `grade_open` / `cause_open`: what nobody wrote down about the disease that matters now. `none_said`: the intake says that there never
    was any. `shown` / `since`: what to print; `since` is the day of the last state that `shown` names, where it has one.
    """

    tdxd_stopped_for_good: bool = False
    tdxd_ungraded: bool = False
    tdxd_grade_1_past: bool = False
    tdxd_grade_1: tuple[LungCondition, ...] = ()
    under_treatment: bool = False
    under_drug: str | None = None
    grade_1_only: bool = False
    onset: PartialDate | None = None
    active: bool = False
    tdxd_active: bool = False
    resolved: bool = False
    radiation_resolved: bool = False
    symptoms: bool = False
    charted_symptoms: tuple[Symptom, ...] = ()
    to_clear: tuple[Symptom, ...] = ()
    grade_open: bool = True
    cause_open: bool = True
    none_said: bool = False
    sources: tuple[str, ...] = ()
    shown: str = ""
    since: PartialDate | None = None

    @property
    def on_record(self) -> bool:
        """Whether lung disease is on record, there or over."""
        return self.active or self.under_treatment or self.resolved_of_other_cause or self._of_tdxd

    @property
    def known(self) -> bool:
        """Whether anything at all is on record. Silence is not "no ILD"."""
        return self.none_said or self.on_record

    @property
    def tdxd_named(self) -> bool:
        """Whether the record speaks of pneumonitis under T-DXd, which means that T-DXd was given."""
        return self._of_tdxd or self.tdxd_active or self.under_drug == T_DXD

    @property
    def _of_tdxd(self) -> bool:
        return self.tdxd_stopped_for_good or self.tdxd_ungraded or self.tdxd_grade_1_past

    @property
    def resolved_of_other_cause(self) -> bool:
        """Whether lung disease that T-DXd did not cause is over, that of radiotherapy among it."""
        return self.resolved or self.radiation_resolved

    @property
    def bars_tdxd(self) -> bool:
        """Whether T-DXd must not be offered now: for good, or until the lungs are cleared or graded."""
        return self.tdxd_stopped_for_good or self.tdxd_ungraded or self.active or self.under_treatment


_NOTHING_ON_RECORD = LungHistory()

_ANSWERS = {
    "radiation-pneumonitis-resolved": "radiation pneumonitis, resolved",
    "other-resolved": "ILD/pneumonitis, resolved",
    "other-active": "ILD/pneumonitis, active",
    "tdxd-grade-1-active": "T-DXd pneumonitis, grade 1, active",
    "tdxd-grade-1-resolved": "T-DXd pneumonitis, grade 1, resolved",
    "tdxd-grade-2-or-worse": "T-DXd pneumonitis, grade 2 or worse",
}


class _Entry(Struct, frozen=True):
    """What to print of one finding: `day` is that of the state in its words, `began` orders the findings."""

    words: str
    day: PartialDate | None
    began: PartialDate | None
    source: str

    @property
    def dated(self) -> str:
        """The words with their day, where they do not name it themselves."""
        return self.words if self.day is None or str(self.day) in self.words else f"{self.words} ({self.day})"


def _is_active(condition: LungCondition) -> bool:
    return condition.status != "resolved" and condition.abated is None


def _entry(c: LungCondition) -> _Entry:
    """A condition in words. "Resolved" never stands beside the day of the onset without saying so."""
    name = "radiation pneumonitis" if c.kind == "radiation" else "ILD/pneumonitis"
    name = f"{name}, grade {c.grade}" if c.grade is not None else name
    if c.of_allergy_list and c.cause_drug is not None:
        return _Entry(f"{name}, reaction to {K.drugs[c.cause_drug].name} on the allergy list", c.onset, c.onset, c.source)
    if _is_active(c):
        return _Entry(f"{name}, active", c.onset, c.onset, c.source)
    began = f", {'onset' if c.onset_stated else 'on record since'} {c.onset}" if c.onset is not None else ""
    over = f" {c.abated}" if c.abated is not None else ""
    return _Entry(f"{name}{began}, resolved{over}", c.abated, c.onset, c.source)


class _Found(Struct):
    """The lungs while they are being put together. `shown`: what to print; `unsettled`: the entries whose grade or cause matters now."""

    stopped: bool = False
    ungraded: bool = False
    under: bool = False
    under_drug: str | None = None
    grade_1: bool = False
    onset: PartialDate | None = None
    active: bool = False
    tdxd_active: bool = False
    resolved: bool = False
    radiation: bool = False
    grade_1_stop: bool = False
    grade_1_past: list[LungCondition] = field(default_factory=list)
    shown: list[_Entry] = field(default_factory=list)
    unsettled: list[LungCondition] = field(default_factory=list)


def _read_problem_list(found: _Found, case: Case, exposures: Sequence[Exposure], tdxd: Sequence[Exposure]) -> None:
    for c in case.lungs:
        if not _told_better(c, case):
            _read_condition(found, _as_far_as_known(c, case, exposures), _entry(c), exposures, tdxd)


def _told_better(c: LungCondition, case: Case) -> bool:
    """Whether an ungraded reaction of the allergy list is the pneumonitis that the problem list tells of, as far as the dates say."""
    if not c.of_allergy_list or c.grade is not None:
        return False
    listed = [one for one in case.lungs if not one.of_allergy_list and one.kind == "ild" and one.cause_drug in (None, "drug", c.cause_drug)]
    return any(_was_there(one, c.onset) for one in listed)


def _was_there(condition: LungCondition, day: PartialDate | None) -> bool:
    """Whether a condition had begun by a day, and was not over before it, as far as the dates say."""
    if day is None or condition.onset is None:
        return day is None
    return condition.onset.earliest <= day.latest and (condition.abated is None or condition.abated.latest >= day.earliest)


def _as_far_as_known(c: LungCondition, case: Case, exposures: Sequence[Exposure]) -> LungCondition:
    """A reaction of the allergy list may be there still where its drug is not over, and no dose shows that it was given on."""
    if not c.of_allergy_list:
        return c
    courses = [e for e in exposures if e.drug == c.cause_drug and e.state != "ended"]
    given_on = c.onset is not None and any(given_since(case, e, c.onset.latest) for e in courses)
    return replace(c, status="unknown") if courses and not given_on else c


def _read_condition(found: _Found, c: LungCondition, shown: _Entry, exposures: Sequence[Exposure], tdxd: Sequence[Exposure]) -> None:
    is_active, by_tdxd = _is_active(c), is_of_tdxd(c, T_DXD, tdxd)
    found.shown.append(shown)
    if is_active or (by_tdxd and c.grade is None):
        found.unsettled.append(c)
    if by_tdxd and c.grade is not None and c.grade >= K.thresholds.ild.permanent_stop_from_grade:
        found.stopped = True
    on_conjugate = [e for drug in (T_DXD, T_DM1) for e in exposures if e.drug == drug and e.state != "ended"]
    current = next((e for e in on_conjugate if arose_under(c, e)), None)
    if is_active and current is not None and c.kind == "ild":
        found.grade_1 = c.grade == 1 and (found.grade_1 or not found.under)
        found.under, found.under_drug, found.onset = True, current.drug, c.onset
        return
    found.ungraded = found.ungraded or (by_tdxd and c.grade is None)
    if is_active:
        found.active, found.tdxd_active = True, found.tdxd_active or by_tdxd
    elif by_tdxd and c.grade == 1:
        found.grade_1_past.append(c)
    elif c.kind == "radiation":
        found.radiation = True
    elif not by_tdxd:
        found.resolved = True


def _under_a_conjugate(case: Case, exposures: Sequence[Exposure], kind: str) -> tuple[Symptom, ...]:
    """Symptoms or findings of the chart that are new under T-DXd or T-DM1: begun after the first dose, as far as their days say.

    What may have been there before it, what is older than an answer of the intake may be, and what has no date is passed over.
    """
    new = [s for s in case.symptoms if s.kind == kind and is_current(s, case, _ASKED)]
    courses = [e for e in exposures if e.drug in (T_DXD, T_DM1) and e.start is not None] if new else []
    return newest_of_each([s for s in new if any(_began_under(s, e) for e in courses)])


def _to_clear(case: Case) -> tuple[Symptom, ...]:
    """Symptoms and findings of the chart that are new, whatever is being given; the findings that stand among the lung diseases are not."""
    listed = {c.source for c in case.lungs}
    kinds = ("respiratory", "lung-finding")
    new = [s for s in case.symptoms if s.kind in kinds and s.source not in listed and is_current(s, case, _ASKED)]
    return newest_of_each([s for s in new if is_recent(s.since, case, _ASKED) and not_denied_since(s, case, _ASKED)])


def _began_under(symptom: Symptom, e: Exposure) -> bool:
    began = symptom.since
    after_first_dose = began is not None and e.start is not None and began.earliest > e.start.latest
    return after_first_dose and arose_under(LungCondition("ild", onset=began), e)


def _read_findings(found: _Found, case: Case, exposures: Sequence[Exposure], tdxd: Sequence[Exposure]) -> None:
    """What an image shows and nobody called pneumonitis yet: suspected, of no grade (decision 12)."""
    listed = {c.source for c in case.lungs}
    for finding in _under_a_conjugate(case, exposures, "lung-finding"):
        if finding.source in listed:
            continue
        suspected = LungCondition("ild", "active", None, finding.since, source=finding.source)
        shown = _Entry(f"{finding.name}, pneumonitis not excluded", finding.date, finding.date, finding.source)
        _read_condition(found, suspected, shown, exposures, tdxd)


def _read_stops(found: _Found, case: Case, tdxd: Sequence[Exposure]) -> None:
    """What the stop of T-DXd itself says of the lungs, where the problem list says less."""
    records = [r for r in case.drugs if r.drug == T_DXD]
    severe = severe_stop(records) if not found.stopped else None
    last = last_lung_stop(case, tdxd, records)
    found.stopped = found.stopped or severe is not None
    found.ungraded = found.ungraded or (last is not None and last.grade is None)
    found.grade_1_stop = last is not None and last.grade is not None
    found.shown += [_Entry(stop.words, stop.day, stop.day, stop.source) for stop in (severe, last) if stop is not None]


def _read_intake(found: _Found, given: IntakeAnswer, tdxd: Sequence[Exposure]) -> None:
    values = given.values
    coded = {"radiation-pneumonitis-resolved": found.radiation, "other-resolved": found.resolved, "other-active": found.active,
             "tdxd-grade-1-active": found.under, "tdxd-grade-1-resolved": bool(found.grade_1_past),
             "tdxd-grade-2-or-worse": found.stopped, "none": True}  # fmt: skip
    if "tdxd-grade-2-or-worse" in values:
        found.stopped = True
    if "tdxd-grade-1-active" in values:
        if all(e.state == "ended" for e in tdxd):
            found.active = found.tdxd_active = True
        elif not found.under:
            found.under, found.under_drug, found.grade_1, found.onset = True, T_DXD, True, given.date
    found.active = found.active or "other-active" in values
    found.resolved = found.resolved or "other-resolved" in values
    found.radiation = found.radiation or "radiation-pneumonitis-resolved" in values
    # What the problem list says already is not printed a second time.
    found.shown += [_Entry(_ANSWERS[v], given.date, given.date, given.source) for v in values if v in _ANSWERS and not coded[v]]


def lung_history(case: Case, exposures: Sequence[Exposure]) -> LungHistory:
    """Join the problem list, new symptoms under a conjugate, the therapies and the intake.

    The more dangerous reading wins where they differ.
    A newer "other-resolved" of the intake does not outweigh an active entry: unknown is never benign.
    """
    tdxd = [e for e in exposures if e.drug == T_DXD]
    if not case.lungs and not case.symptoms and not case.intake and not (tdxd and any(r.stop_reason == "lung" for r in case.drugs)):
        return _NOTHING_ON_RECORD
    found = _Found()
    _read_problem_list(found, case, exposures, tdxd)
    if case.symptoms:
        _read_findings(found, case, exposures, tdxd)
    if tdxd:
        _read_stops(found, case, tdxd)
    given = answer(case, "ild-history")
    values = given.values if given is not None else ()
    if given is not None:
        _read_intake(found, given, tdxd)
    shown, unsettled = found.shown, found.unsettled
    charted = tuple([s for s in _under_a_conjugate(case, exposures, "respiratory") if not_denied_since(s, case, _ASKED)])
    symptoms = said_yes(case, _ASKED) or bool(charted)
    shown.sort(key=lambda entry: (when_last(entry.began), entry.source))
    # New symptoms have neither grade nor cause yet; the answer "T-DXd, grade 1, active" names both.
    nothing_known = symptoms or "other-active" in values or not (unsettled or "tdxd-grade-1-active" in values)
    return LungHistory(
        tdxd_stopped_for_good=found.stopped,
        tdxd_ungraded=found.ungraded and not found.stopped,
        tdxd_grade_1_past=bool(found.grade_1_past) or found.grade_1_stop or "tdxd-grade-1-resolved" in values,
        tdxd_grade_1=tuple(found.grade_1_past),
        under_treatment=found.under,
        under_drug=found.under_drug,
        grade_1_only=found.under and found.grade_1 and not symptoms,
        onset=found.onset,
        active=found.active,
        tdxd_active=found.tdxd_active,
        resolved=found.resolved,
        radiation_resolved=found.radiation,
        symptoms=symptoms,
        charted_symptoms=charted,
        to_clear=_to_clear(case) if case.symptoms and not symptoms else (),
        grade_open=nothing_known or any(c.grade is None for c in unsettled),
        cause_open=nothing_known or any(c.kind == "ild" and c.cause_drug in (None, "drug") for c in unsettled),
        none_said="none" in values and not shown,
        sources=tuple(dict.fromkeys(entry.source for entry in shown)),
        shown="; ".join(
            [*dict.fromkeys(entry.dated for entry in shown if entry.dated != shown[-1].dated), *(entry.words for entry in shown[-1:])]
        ),
        since=shown[-1].day if shown else None,
    )
