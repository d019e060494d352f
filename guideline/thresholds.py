"""The numbers that decide: monitoring ages, intervals, LVEF tables, ILD rules, dose levels, laboratory limits.

Typed image of `guideline/knowledge/thresholds.yaml`; each group names its source. Days are calendar days, months calendar months,
LVEF and its falls percentage points, doses in the unit beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class LvefMonitoring:
    """Age of the last LVEF: up to `current_days` current, up to `due_days` due, older overdue.

    Starting a HER2 drug below `start_below` was not studied; below `critical_below`, or a fall over `critical_fall_over`
    on T-DXd, is critical. One below `never_silent_below` is to be repeated within `low_repeat_days`.
    """

    source: str
    current_days: int
    due_days: int
    start_below: float
    critical_below: float
    critical_fall_over: float
    never_silent_below: float
    low_repeat_days: int


@dataclass(frozen=True, slots=True)
class LvefRow:
    """One row of a drug's LVEF table: limits on the value and on the fall from baseline (all given ones must hold), and what to do."""

    id: str
    action: Literal["continue", "hold", "stop"]
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below_normal: bool = False
    fall_at_least: float | None = None
    fall_over: float | None = None
    fall_below: float | None = None
    confirmed_stops: bool = False

    @property
    def holds(self) -> bool:
        """Whether the row asks for a hold or more."""
        return self.action != "continue"

    @property
    def highest(self) -> float | None:
        """The limit that no value above meets; None where the row names none, or the lower limit of normal."""
        return self.below if self.at_most is None else self.at_most

    def matches(self, value: float, fall: float | None, normal: float) -> bool:
        """Whether the row applies. A row that asks for a fall never applies without a baseline (`fall` is `None`)."""
        if self.below is not None and value >= self.below:
            return False
        if self.at_least is not None and value < self.at_least:
            return False
        if self.at_most is not None and value > self.at_most:
            return False
        if self.above is not None and value <= self.above:
            return False
        if self.below_normal and value >= normal:
            return False
        if self.fall_at_least is None and self.fall_over is None and self.fall_below is None:
            return True
        if fall is None:
            return False
        if self.fall_at_least is not None and fall < self.fall_at_least:
            return False
        if self.fall_over is not None and fall <= self.fall_over:
            return False
        return self.fall_below is None or fall < self.fall_below


@dataclass(frozen=True, slots=True)
class LvefResume:
    """When a held drug may be resumed: the value recovered, or back `within_points` of baseline, as printed in `text`.

    A label that names points of baseline ends the drug for good when the repeat is not back within them.
    """

    text: str
    above: float | None = None
    at_least: float | None = None
    fall_below: float | None = None
    normal: bool = False
    fall_at_most: float | None = None
    within_points: float | None = None

    def met(self, value: float, fall: float | None, normal: float) -> bool:
        """Whether a value meets the test. Without a baseline (`fall` is `None`) only an absolute limit can be met."""
        if self.within_points is not None:
            return fall is not None and fall <= self.within_points
        if self.above is not None and value > self.above:
            return True
        if self.normal:
            return value >= normal and (self.fall_at_most is None or (fall is not None and fall <= self.fall_at_most))
        if self.at_least is None or self.fall_below is None:
            return False
        return value >= self.at_least and fall is not None and fall < self.fall_below


@dataclass(frozen=True, slots=True)
class LvefTable:
    """One drug family's label table for a low or falling LVEF. Rows are tried in order.

    `hold_days`: shortest hold; `stop_after_days` / `stop_after_interruptions`: when a hold becomes a permanent stop.
    `action_text` and `resume.text` are printable. `restart`: the daily dose in mg that the drug goes on with, by its partner.
    `metastatic_only`: the label has another table for early disease, which is not known here.
    """

    id: str
    rule: str
    source: str
    drugs: tuple[str, ...]
    rows: tuple[LvefRow, ...]
    resume: LvefResume
    action_text: str
    hold_days: int | None = None
    repeat_days: int | None = None
    stop_after_days: int | None = None
    stop_after_interruptions: int | None = None
    restart: dict[str, float] = field(default_factory=dict)
    metastatic_only: bool = False

    def row(self, value: float, fall: float | None, normal: float) -> LvefRow | None:
        """The first row that applies to a value, its fall from baseline (`None` without one) and the lower limit of normal."""
        for row in self.rows:
            if row.matches(value, fall, normal):
                return row
        return None


@dataclass(frozen=True, slots=True)
class Intervals:
    """Windows that group the course of disease and therapy."""

    source: str
    early_relapse_months: int
    label_relapse_months: int
    recent_metastases_days: int
    adjuvant_course_months: int
    record_lag_days: int
    new_metastasis_days: int
    judged_before_days: int
    line_start_days: int
    treatment_interval_days: int
    line_gap_days: int
    infused_without_dose_days: int
    infused_lapsed_days: int
    oral_refill_days: int
    taxane_without_dose_days: int
    acknowledged_days: int
    later_line_from: int
    clinical_benefit_days: int
    anthracycline_gap_months: int
    contraception_months: int
    contraception_men_months: int
    weight_days: int
    labs_days: int
    setback_days: int
    biopsy_result_days: int
    chest_ct_days: int


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages in years: below `adult` silence; up to `childbearing` pregnancy is asked about.

    `pregnancy_days`: how long a documented pregnancy counts.
    """

    source: str
    adult: int
    childbearing: int
    pregnancy_days: int


@dataclass(frozen=True, slots=True)
class Intake:
    """How long an intake answer counts, in days by `linkId` (absent: no expiry)."""

    source: str
    expires_days: dict[str, int]


@dataclass(frozen=True, slots=True)
class Ild:
    """T-DXd pneumonitis. Grade 1: same dose when resolved within `same_dose_days` of onset, else one level down.

    From `permanent_stop_from_grade` on: stop for good. Steroids are the least dose, as prednisolone in mg/kg/day.
    Pneumonitis that begins up to `after_last_dose_days` after the last dose counts as that of T-DXd.
    """

    source: str
    same_dose_days: int
    after_last_dose_days: int
    permanent_stop_from_grade: int
    grade_1_prednisolone: float
    grade_2_prednisolone: float
    grade_2_steroid_days: int
    taper_weeks: int


@dataclass(frozen=True, slots=True)
class DoseLevels:
    """A drug's dose levels, highest first. Below the lowest: stop. Without `re_escalate` a dose once reduced is never raised again."""

    source: str
    rule: str
    unit: str
    levels: tuple[float, ...]
    re_escalate: bool = True

    def next_lower(self, dose: float) -> float | None:
        """The level below `dose`, or `None` when there is none (stop)."""
        return next((level for level in self.levels if level < dose - 1e-9), None)


@dataclass(frozen=True, slots=True)
class LabRow:
    """One laboratory rule of one drug: limits, and what follows.

    Absolute limits are in the lab's canonical unit (10^9/L, mL/min); `over_normal` / `up_to_normal` in multiples of the upper limit
    of normal. `also` is a second limit that must hold at the same time. `at`: `start` before the first dose, `dose` before every dose.
    `resume` is printable; `resume_at_least` / `resume_up_to_normal` are its limit where that lies beyond the row's own.
    """

    id: str
    rule: str
    lab: str
    at: Literal["start", "dose"]
    action: Literal["not-studied", "continue", "hold", "reduce", "stop", "avoid"]
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    over_normal: float | None = None
    up_to_normal: float | None = None
    also_lab: tuple[str, ...] = ()
    also_over_normal: float | None = None
    dose: Literal["same", "one-level-down", "none", "75-percent"] | None = None
    resume: str | None = None
    resume_at_least: float | None = None
    resume_up_to_normal: float | None = None


@dataclass(frozen=True, slots=True)
class LabLimits:
    """Laboratory limits by drug, and the upper limits of normal assumed where a result has no reference range."""

    source: str
    assumed_upper_normal: dict[str, float]
    drugs: dict[str, tuple[LabRow, ...]]


@dataclass(frozen=True, slots=True)
class FebrileNeutropeniaLimits:
    """The drugs that wait until febrile neutropenia has resolved, as printed in `resume`, and go on one dose level down.

    A later neutrophil count of `recovered_from` (10^9/L) or more ends it, whatever the problem list says.
    """

    source: str
    rule: str
    drugs: tuple[str, ...]
    resume: str
    recovered_from: float


@dataclass(frozen=True, slots=True)
class Receptors:
    """HER2 by ISH: positive at ratio >= `ratio` with copies >= `copies_positive`; one without the other waits for the pathologist.

    ER and PR are positive from `hormone_percent` of cells on.
    """

    source: str
    ratio: float
    copies_positive: float
    hormone_percent: float


@dataclass(frozen=True, slots=True)
class Doses:
    """Doses over time: gaps after which a drug is loaded again, lifetime doxorubicin (mg/m2).

    Trastuzumab is loaded again after a gap longer than its days, pertuzumab after a gap of `reload_pertuzumab_days` or more.
    A taxane is over with `taxane_cycles`; stopped before `induction_minimum_cycles` it is no completed induction; planned, it lasts
    `chemotherapy_months` at most.
    A weight outside `weight_least` to `weight_most` (kg) is taken for an error of entry; nobody counts as taller than `height_most` (cm).
    """

    source: str
    reload_trastuzumab_3w_days: int
    reload_trastuzumab_weekly_days: int
    reload_pertuzumab_days: int
    weight_change_percent: float
    weight_least: float
    weight_most: float
    height_most: float
    weight_overdose_days: int
    doxorubicin_warning: float
    doxorubicin_critical: float
    taxane_cycles: int
    induction_minimum_cycles: int
    chemotherapy_months: int
    endocrine_beside_tdxd_cycles: int


@dataclass(frozen=True, slots=True)
class EndocrineSelection:
    """Who is selected for endocrine therapy: months from the primary tumour to the metastases, and ECOG from which a patient is frail.

    `frail_ecog` makes endocrine + HER2 therapy an alternative; from `frail_ecog_without_her2` on endocrine therapy alone is not questioned.
    """

    source: str
    long_interval_months: int
    frail_ecog: int
    frail_ecog_without_her2: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All thresholds; see each group."""

    lvef: LvefMonitoring
    lvef_tables: dict[str, LvefTable]
    intervals: Intervals
    ages: Ages
    intake: Intake
    ild: Ild
    dose_levels: dict[str, DoseLevels]
    labs: LabLimits
    febrile_neutropenia: FebrileNeutropeniaLimits
    receptors: Receptors
    doses: Doses
    endocrine: EndocrineSelection
