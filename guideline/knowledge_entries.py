"""What the knowledge files hold, typed: drugs, regimens, evidence, labels, rule-book entries.

Each class is one entry of one YAML file under `guideline/knowledge/`; every entry names its source. Amounts carry their unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guideline.orders import Route

DrugClass = Literal[
    "her2-antibody", "her2-conjugate", "her2-tki", "taxane", "cytotoxic", "anthracycline", "endocrine",
    "gnrh-agonist", "cdk46-inhibitor", "pi3k-inhibitor",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coding:
    """The one code a suggestion carries for a drug: system URI, code, display."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug of the public contract.

    `name` is the nonproprietary name as printed, `short` the abbreviation of the field. `components` are the drug ids inside a
    combination product; any other drug is its own only component, a conjugate too, since a conjugate is never its antibody.
    `lvef_table` is a key of `Thresholds.lvef_tables`; `ild_warning` marks drugs that pneumonitis stops.
    """

    id: str
    name: str
    short: str
    drug_class: DrugClass
    components: tuple[str, ...]
    route: Route
    infused: bool
    source: str
    code: Coding | None = None
    lvef_table: str | None = None
    ild_warning: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """One drug of a regimen with its dose: `loading` first where there is one, then `dose`, both in `unit`.

    `schedule` is printable ("every 3 weeks"); `cycle_days` the days between cycles; `choice` marks one of several
    partners of which one is given; `note` follows in brackets.
    """

    drug: str
    dose: float
    unit: str
    route: Route
    schedule: str
    loading: float | None = None
    cycle_days: int | None = None
    choice: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Regimen:
    """A regimen of the public contract.

    `name` is written out, `short` is for a summary line. `drugs` are the drug ids that define it (a partner of choice is not one).
    `dose_lines` are composed from `components` at load: one printable sentence per component, then the partner note.
    `toxicity` holds the effects that the fact check shows; `evidence` the readouts behind the regimen.
    """

    id: str
    name: str
    short: str
    drugs: tuple[str, ...]
    components: tuple[Component, ...]
    duration: str
    source: str
    rules: tuple[str, ...]
    dose_lines: tuple[str, ...]
    toxicity: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of a readout: the arm's value (`value_text` where it is no number), the comparator's, their unit, and the hazard ratio.

    The 95 % interval belongs to the hazard ratio where there is one, else to the value. `p` carries its sign ("= 0.03").
    """

    name: str
    value: float | None = None
    value_text: str | None = None
    comparator: float | None = None
    unit: str | None = None
    hr: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One readout of one trial, one guideline statement, one benefit score, one approval or one note on an evidence gap.

    `line` is the printable sentence, composed at load, or `None` while `print` is off: what is not confirmed cannot be printed.
    `population` and `year` are always there; `fact` is the id in the fact check (E01 ...); `source` the citation.
    """

    id: str
    kind: Literal["trial", "guideline", "benefit-score", "approval", "note"]
    trial: str
    year: int
    population: str
    source: str
    fact: str
    print: bool
    line: str | None
    phase: str | None = None
    readout: str | None = None
    comparison: str | None = None
    endpoints: tuple[Endpoint, ...] = ()
    statement: str | None = None
    strength: str | None = None
    quality: str | None = None
    caveat: str | None = None


#: A condition that a label names, as far as it holds for a case.
LabelFlag = Literal[
    "first-line",  # no anti-HER2 therapy and no chemotherapy for metastatic disease yet
    "her2-regimen",  # at least one earlier anti-HER2 regimen, in any setting
    "her2-regimen-metastatic",  # at least one earlier anti-HER2 regimen for metastatic disease
    "two-her2-regimens",  # at least two earlier anti-HER2 regimens, in any setting
    "two-her2-regimens-metastatic",  # at least two earlier anti-HER2 regimens for metastatic disease
    "therapy-metastatic",  # any earlier systemic therapy for metastatic disease
    "relapse-within-6-months",  # relapse during or within 6 months of (neo)adjuvant therapy
    "trastuzumab", "taxane", "anthracycline",  # earlier exposure, in any setting
    "trastuzumab-naive",
    "hr-positive", "hr-negative",
    "postmenopausal",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """What one jurisdiction's label says about one regimen.

    `status`: `approved` (within `windows`), `not-approved`, `under-review`, or `reported` (an approval that only secondary sources
    report). `windows` are alternatives: the use is within the label when all flags of any one hold. `text` is printable.
    """

    id: str
    regimen: str
    jurisdiction: Literal["US", "EU"]
    status: Literal["approved", "not-approved", "under-review", "reported"]
    windows: tuple[frozenset[LabelFlag], ...]
    text: str
    as_of: str
    source: str
    rule: str

    def covers(self, flags: frozenset[LabelFlag]) -> bool:
        """Whether a case with these flags is within the label. Never true unless `status` is `approved`."""
        return self.status == "approved" and any(map(flags.issuperset, self.windows))

    def may_cover(self, flags: frozenset[LabelFlag], unknown: frozenset[LabelFlag]) -> bool:
        """Whether the case would be within the label if the `unknown` flags held."""
        return self.covers(flags | unknown)


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule of the rule book.

    `status`: `card` (speaks when a chart is opened), `order` (speaks on order hooks), `both`, `text` (in the book only, see `reason`).
    `evidence` and `conflicts` are ids of the fact check and of the conflicts settled in it; `topics` the cards it may speak on.
    """

    id: str
    kind: str
    group: str
    statement: str
    trigger: str
    advice: str
    sources: tuple[str, ...]
    status: Literal["card", "order", "both", "text"]
    strength: str | None = None
    evidence: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str | None = None
    reason: str | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where the sources of a rule disagree (`clash`), and what the rules follow (`settled`).

    `kind`: `between` the source documents, `label-or-trial` against a primary source, `gap` where only one document speaks.
    """

    id: str
    kind: Literal["between", "label-or-trial", "gap"]
    clash: str
    settled: str
    source: str
