"""The page as a structure: everything it shows about one patient, for the templates and, as JSON, for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from guideline.advice import INDICATOR_RANK, Advice, Indicator
from guideline.advise import advise
from guideline.case import Case
from guideline.explain import explain
from guideline.knowledge_base import KNOWLEDGE
from guideline.practice import PROFILE_WORDS, Practice
from guideline.situation import situation
from service.chart.answers import Answers, with_answers
from service.chart.changes import NOTHING, changes
from service.chart.findings import FindingView, finding_views
from service.chart.measurements import Measurements, measurements
from service.chart.options import TreatmentView, treatment_view
from service.chart.questions import Question, questions
from service.chart.reasons import Reasons, reasons
from service.chart.summary import SummaryItem, summary
from service.chart.timeline import Timeline, timeline
from service.chart.what_if import Switch, suppose, switches


class Course(Struct, frozen=True):
    """What is drawn: the timeline and the measurements below it."""

    timeline: Timeline
    measurements: Measurements


class Hypothetical(Struct, frozen=True):
    """That the page shows what would be, not what is: the facts that were switched."""

    words: tuple[str, ...]


class Changed(Struct, frozen=True):
    """What became different: against the advice before an `answer`, or against the record in a `what-if`."""

    by: Literal["answer", "what-if"]
    words: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether the words say that the advice stays as it is."""
        return self.words == (NOTHING,)


class ChartView(Struct, frozen=True):
    """The page. `treatment` is `None` and `findings` empty where there is nothing to say; `indicator` is the highest of what is said."""

    summary: tuple[SummaryItem, ...]
    course: Course
    indicator: Indicator | None
    treatment: TreatmentView | None
    findings: tuple[FindingView, ...]
    questions: tuple[Question, ...]
    switches: tuple[Switch, ...]
    reasons: Reasons
    hypothetical: Hypothetical | None
    changed: Changed | None
    answered_here: int
    today: str
    basis: str
    knowledge: str

    @property
    def open_questions(self) -> int:
        """How many open questions could change which regimen leads."""
        return sum(1 for question in self.questions if question.matters == "lead" and not question.answered)


def chart_view(
    case: Case,
    practice: Practice,
    *,
    answers: Answers | None = None,
    before: Case | None = None,
    supposed: Mapping[str, str] | None = None,
) -> ChartView:
    """The page about a case.

    `answers` were given on the page and are laid over the record; `before` is the case as it counted until now, answers included. With
    `supposed` (`what_if.SWITCHES`) the advice is that of the case as it would be; the summary, the course and the questions stay those of
    the record. Raises `answers.BadAnswer` for what cannot be supposed.
    """
    answered = with_answers(case, answers or {})
    hypothesis = suppose(answered, supposed) if supposed else None
    recorded = situation(answered, practice)
    present = advise(answered, practice)
    asked = hypothesis.case if hypothesis is not None and hypothesis.words else answered
    s = situation(asked, practice) if asked is not answered else recorded
    advice = advise(asked, practice) if asked is not answered else present
    explanation = explain(asked, practice, advice)
    hypothetical = Hypothetical(hypothesis.words) if hypothesis is not None and hypothesis.words else None
    return ChartView(
        summary=summary(recorded),
        course=Course(timeline(recorded), measurements(recorded, advice)),
        indicator=_highest(advice),
        treatment=treatment_view(advice.treatment, s, explanation) if advice.treatment is not None else None,
        findings=finding_views(advice),
        questions=questions(recorded, present),
        switches=switches(case, hypothesis.chosen if hypothesis is not None else {}),
        reasons=reasons(explanation, advice, asked.problems),
        hypothetical=hypothetical,
        changed=_changed(practice, before, present, advice if hypothetical is not None else None),
        answered_here=len(answers or {}),
        today=case.today.isoformat(),
        basis=f"{PROFILE_WORDS[practice.evidence_profile]}, {practice.jurisdiction} labels",
        knowledge=f"{advice.knowledge}, {KNOWLEDGE.review_status}",
    )


def _changed(practice: Practice, before: Case | None, present: Advice, supposed: Advice | None) -> Changed | None:
    if supposed is not None:
        return Changed("what-if", changes(present, supposed))
    if before is not None:
        return Changed("answer", changes(advise(before, practice), present))
    return None


def _highest(advice: Advice) -> Indicator | None:
    said = [*([advice.treatment] if advice.treatment is not None else []), *advice.findings]
    return max((finding.indicator for finding in said), key=INDICATOR_RANK.__getitem__, default=None)


def warm_up(practice: Practice, today: date) -> None:
    """Make the page about nobody once: what is loaded on first use, such as the rule book, is then loaded."""
    chart_view(Case(today), practice)


def as_json(view: ChartView) -> bytes:
    """The page as JSON."""
    return msgspec.json.encode(view)
