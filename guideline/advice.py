"""The advice: what the guideline says about one case, ready to be said to a clinician.

Rules produce findings; `guideline.advise` ranks them into one `Advice`. Text comes from
`guideline/knowledge/statements.yaml`, so a clinician can review every sentence without reading Python.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Indicator = Literal["info", "warning", "critical"]

#: The characters that a headline has room for: more are cut on the card.
HEADLINE_LENGTH = 139

INDICATOR_RANK: dict[str, int] = {"info": 0, "warning": 1, "critical": 2}


class Statement(Struct, frozen=True):
    """One sentence to a clinician: its id in `statements.yaml`, its text with the patient's values filled in, the rules it states."""

    id: str
    text: str
    rules: tuple[str, ...] = ()


class FactUsed(Struct, frozen=True):
    """A fact the advice rests on. `date` as far as known; `source` the resource; `inferred` when derived rather than recorded."""

    name: str
    value: str
    date: str | None = None
    source: str | None = None
    inferred: bool = False


class Gap(Struct, frozen=True):
    """A missing or stale input (`I01` ... `I21`) and what to do about it."""

    input: str
    ask: Statement


class Option(Struct, frozen=True):
    """A regimen in the place it takes on the card.

    `reasons`: why it leads, or when it would; `cautions`: what to mind with it; `label`: its label window at this site;
    `evidence`: ids of `evidence.yaml` to print with it; `doses`: printable dose lines for this patient, where they differ from the
    regimen's own (a drug that goes on is not loaded again).
    """

    regimen: str
    reasons: tuple[Statement, ...] = ()
    cautions: tuple[Statement, ...] = ()
    label: Statement | None = None
    evidence: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    doses: tuple[str, ...] = ()


class Suggestion(Struct, frozen=True):
    """Something the EHR can do at one click.

    `request` orders an examination (`code`: `echocardiogram`, `chest-ct`, `brain-mri`, `her2-ihc`, `her2-ish`, `biopsy`);
    `replace` changes the draft `order` to the drug `code` at its label dose; `delete` removes the draft `order`. `recommended` is used
    sparingly: only where the advice leaves no real choice. `leaves_plan`: the order's plan is for the drug that is replaced.
    """

    act: Literal["request", "replace", "delete"]
    code: str
    order: str | None = None
    recommended: bool = False
    leaves_plan: bool = False


#: Topics of the treatment card: at most one of them is said about a case.
TREATMENT_TOPICS = (
    "FirstLineTreatment", "SecondLineTreatment", "ThirdLineTreatment", "LaterLineTreatment", "MaintenanceTreatment", "TumorBoard",
)  # fmt: skip


class Finding(Struct, frozen=True):
    """Something to tell the clinician under one topic of the public contract: becomes one card.

    `headline` (the act and its reason) is the card's summary; `detail` follows in order, the first being the most important.
    `avoid` names regimens or drugs advised against; `requests` names orderables (`echocardiogram`, `chest-ct`, `brain-mri`,
    `her2-ihc`, `her2-ish`, `biopsy`) that would close the finding. `about` names the drugs of an order whose problem it is, where it
    is theirs alone and `avoid` does not say so: what is about another drug is another problem.
    """

    topic: str
    indicator: Indicator
    headline: Statement
    detail: tuple[Statement, ...] = ()
    facts: tuple[FactUsed, ...] = ()
    missing: tuple[Gap, ...] = ()
    avoid: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    about: tuple[str, ...] = ()


class Treatment(Finding, frozen=True):
    """The treatment finding: at most one per advice. Without `lead` there is no guideline-backed default.

    `why` holds the case-specific reasons, `checks` what to do before the first dose.
    """

    lead: Option | None = None
    alternatives: tuple[Option, ...] = ()
    barred: tuple[Option, ...] = ()
    why: tuple[Statement, ...] = ()
    checks: tuple[Statement, ...] = ()


class Advice(Struct, frozen=True):
    """Everything there is to say about a case: one treatment at most, the other findings by urgency, or silence with its reasons.

    `silent` holds the ids of the rules that asked for silence (R121, R123, R132 ...). `profile` is such as `guideline/US`;
    `knowledge` is the version of the knowledge files. `line` counts the lines of therapy used so far (decision 3), 0 where none matters.
    `switched_off` holds the ids of the rules that would have spoken here had the site not switched them off;
    `hidden` the topics, one for each finding that was left out because its topic is off.
    """

    treatment: Treatment | None
    findings: tuple[Finding, ...]
    silent: tuple[str, ...]
    profile: str
    knowledge: str
    line: int = 0
    switched_off: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
