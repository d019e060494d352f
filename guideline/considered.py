"""Why a clinical question stayed without a card: what in the situation closed it.

No rules of its own: each reason reads the situation and the predicates of the rule that was asked, and only where that rule said nothing.
`tests/guideline/test_explain.py` holds every reason against what the rules do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from guideline.advice import TREATMENT_TOPICS, Advice
from guideline.drug_classes import ANTIBODY_PRODUCTS, CONJUGATES, ENDOCRINE_DRUGS
from guideline.facts_used import drug_names, in_usual_order, line_drugs, lvef_shown
from guideline.intake import answer, said_no
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.biomarkers import rebiopsy_open
from guideline.rules.heart import MONITORED, heart_forbids_her2
from guideline.rules.maintenance import chemotherapy_part_over
from guideline.rules.scope import scope
from guideline.rules.treatment import history_open
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure


class Considered(Struct, frozen=True):
    """A clinical question that was asked of the case: the topics that spoke, or `because`: what closed it."""

    question: str
    topics: tuple[str, ...]
    spoke: tuple[str, ...]
    because: str | None


class _Question(Struct, frozen=True):
    asks: str
    topics: tuple[str, ...]
    closed_by: Callable[[Situation, Advice], str]


def considered(s: Situation, advice: Advice) -> tuple[Considered, ...]:
    """Every question that is asked when a chart is opened, in the order in which the rules are asked."""
    topics = {f.topic for f in (*((advice.treatment,) if advice.treatment is not None else ()), *advice.findings)}
    scoped = s.once(scope)
    found = []
    for question in _QUESTIONS:
        spoke = tuple(t for t in question.topics if t in topics)
        asked = scoped.because is None or (scoped.watched and question.closed_by in _OF_WHAT_IS_GIVEN)
        because = None if spoke else question.closed_by(s, advice) if asked else scoped.because
        found.append(Considered(question.asks, question.topics, spoke, because))
    return tuple(found)


def _names(given: Iterable[Exposure]) -> str:
    return drug_names(in_usual_order(e.drug for e in given))


def _her2(s: Situation, _: Advice) -> str:
    if s.once(scope).finding is not None:
        return "the stage must be clear first"
    return f"HER2 is positive ({s.her2.leading.shown if s.her2.leading is not None else 'reviewed'})"


def _pregnancy(s: Situation, _: Advice) -> str:
    return {
        "excluded": "a current negative finding excludes pregnancy",
        "not-applicable": f"a man, a postmenopausal woman, or one over {K.thresholds.ages.childbearing}",
        "unknown": "no current pregnancy is on record; where a HER2 drug would be started, the treatment card asks",
    }[s.pregnancy]


def _brain(s: Situation, _: Advice) -> str:
    if said_no(s.case, "cns-symptoms"):
        return "the intake says that there are no neurological symptoms"
    return "no current neurological symptoms are reported"


def _heart(s: Situation, advice: Advice) -> str:
    if not s.metastatic:
        return "no metastatic disease that is treated"
    latest = s.heart.latest
    value = f"LVEF {lvef_shown(latest)}, {s.heart.age_days} days old" if latest is not None else "no LVEF is on record"
    monitored = [e for e in s.her2_running if e.drug in MONITORED]
    if monitored and latest is not None:
        waits = "" if s.heart.current else "; the next echo is booked"
        return f"{_names(monitored)}: {value}; no table asks for a hold{waits}"
    if s.held_drugs:
        return f"{_names(s.held_drugs)} on hold, not for the heart ({value})"
    if s.her2_running:
        return f"the LVEF of {_names(s.her2_running)} is not monitored"
    if advice.treatment is None:
        return "no HER2 drug runs, and none is advised now"
    return f"no HER2 drug runs; {value}: the treatment card asks for what is missing before a start"


def _lungs(s: Situation, _: Advice) -> str:
    if not s.metastatic:
        return "no metastatic disease that is treated"
    running = [e for e in s.her2_running if e.drug in CONJUGATES]
    lungs = s.lungs.shown if s.lungs.known and s.lungs.shown else "the intake says none" if s.lungs.none_said else "no ILD on record"
    if running:
        return f"{_names(running)} runs; lungs: {lungs}; no current respiratory symptoms are reported"
    if s.on_treatment:
        return f"no drug that is stopped for ILD runs or waits for the lungs; lungs: {lungs}"
    return f"no active ILD and no current respiratory symptoms; lungs: {lungs}"


def _treatment(s: Situation, advice: Advice) -> str:
    if s.pregnancy == "pregnant":
        return "pregnancy comes first: no HER2 drug is advised"
    if s.brain.symptoms:
        return "neurological symptoms come first: no regimen before they are cleared"
    if not s.once(scope).treatable:
        return f"HER2 is not settled ({s.her2.state})" if s.metastatic else "the stage is not clear"
    last = s.last_line
    if s.on_treatment and last is not None:
        how = "is on hold" if last.outcome == "on-hold" else "goes on without documented progression"
        return f"{line_drugs(last)} {how}; {_no_maintenance(s, advice)}"
    if s.unknown_conjugate:
        return "a HER2 conjugate of unknown name: no conclusion about the line is drawn"
    if s.study_drug is not None:
        return "a study drug without an end is on record: whether it is the next line is not known"
    if last is None and history_open(s):
        return "which therapies were given for metastatic disease is not known"
    if last is not None and any(e.state == "unknown" for e in last.exposures):
        return f"whether {line_drugs(last)} still runs is not known"
    assert last is not None  # whatever else leaves the question open has a line of therapy that is over
    return f"{line_drugs(last)} is over without documented progression, and endocrine therapy runs or the disease is under control"


def _no_maintenance(s: Situation, advice: Advice) -> str:
    """Why no maintenance is advised beside a line that goes on (decision 7)."""
    last = s.last_line
    assert last is not None
    if last.outcome != "ongoing":
        return "a hold is not the end of a line"
    if heart_forbids_her2(s) or s.lungs.symptoms or any(f.topic in ("LvefHold", "HeartFailure") for f in advice.findings):
        return "the heart or the lungs come before maintenance"
    if s.hormones.state != "positive":
        return f"no endocrine maintenance: hormone receptors {s.hormones.state}"
    if not any(e.drug in ANTIBODY_PRODUCTS for e in s.her2_running) or any(e.drug in CONJUGATES for e in last.exposures):
        return "no maintenance beside these drugs"
    if any(e.drug in ENDOCRINE_DRUGS and e.state == "running" for e in s.exposures):
        return "endocrine therapy runs already"
    if not chemotherapy_part_over(s, last):
        return "the chemotherapy part is not documented as over"
    return "the lungs come before maintenance"


def _data(_: Situation, advice: Advice) -> str:
    if advice.treatment is not None:
        return "what is missing stands on the treatment card"
    return "another card says what comes first" if advice.findings else "nothing that a decision now would need is missing"


def _rebiopsy(s: Situation, advice: Advice) -> str:
    if advice.treatment is None or advice.treatment.topic == "MaintenanceTreatment":
        return "no new line is to be chosen"
    if said_no(s.case, "lesion-accessible"):
        return "the intake says that no lesion can be reached"
    if not rebiopsy_open(s):
        return "a metastasis was tested or biopsied since, or it cannot wait"
    given = answer(s.case, "lesion-accessible")
    return "a lesion was not said to be accessible: one line on the treatment card" if given is None else "already said"


#: Asked of every HER2 drug that is given, whatever the HER2 status.
_OF_WHAT_IS_GIVEN = (_pregnancy, _brain, _heart, _lungs)

_QUESTIONS = (
    _Question("Is HER2 known, and positive?", ("Her2StatusNeeded", "Her2Discordance", "Her2Low"), _her2),
    _Question("Is there a pregnancy?", ("Pregnancy",), _pregnancy),
    _Question("Must the brain be treated first?", ("BrainMetastasesUrgent",), _brain),
    _Question("Does the heart allow it?", ("HeartFailure", "LvefHold", "LvefMonitoringDue"), _heart),
    _Question("Do the lungs allow it?", ("InterstitialLungDisease",), _lungs),
    _Question("Which treatment now?", TREATMENT_TOPICS, _treatment),
    _Question("Is too little known to ask?", ("MissingData",), _data),
    _Question("Should a metastasis be biopsied again?", ("RebiopsySuggested",), _rebiopsy),
)
