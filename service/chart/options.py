"""The regimens side by side: the one that leads, its alternatives, those advised against, and where all others stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from cards.topics import TOPICS
from guideline.advice import Indicator, Option, Treatment
from guideline.explain import Explanation
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.options import kind_of_note
from guideline.situation import Situation
from guideline.spoken_rules import rules_in
from service.chart.doses import DoseLine, dose_basis, dose_lines
from service.chart.evidence import Source, evidence_of
from service.chart.said import Fact, Missing, Said, each_said, facts, missing, said

Stand = Literal["lead", "alternative", "avoid"]

_LABEL_STATES = {"not-approved": "not approved", "under-review": "under review", "reported": "approval only reported"}

#: What a card's label note says first: the page says it beside the jurisdiction, and not a second time.
_LABEL_OPENINGS = {kind: K.templates[f"label-{kind}"].text.partition("{text}")[0] for kind in ("within", "outside", "depends")}


class LabelState(Struct, frozen=True):
    """The label of the site's jurisdiction: how this use stands to it, what more there is to say, how old that knowledge is."""

    jurisdiction: str
    state: str
    text: str
    as_of: str
    rule: str


class Regimen(Struct, frozen=True):
    """A regimen in its place, with everything that speaks for and against it here."""

    id: str
    stand: Stand
    name: str
    short: str
    doses: tuple[DoseLine, ...]
    duration: str
    reasons: tuple[Said, ...]
    cautions: tuple[Said, ...]
    label: LabelState | None
    label_note: Said | None
    toxicity: tuple[str, ...]
    evidence: tuple[Source, ...]
    rules: tuple[str, ...]


class Elsewhere(Struct, frozen=True):
    """A regimen that is not on the card, and why."""

    short: str
    because: str


class TreatmentView(Struct, frozen=True):
    """The treatment advice. Without `lead` the headline says why: no guideline-backed default, or one that is withheld for safety."""

    topic: str
    display: str
    indicator: Indicator
    headline: Said
    detail: tuple[Said, ...]
    why: tuple[Said, ...]
    checks: tuple[Said, ...]
    facts: tuple[Fact, ...]
    missing: tuple[Missing, ...]
    lead: Regimen | None
    alternatives: tuple[Regimen, ...]
    avoid: tuple[Regimen, ...]
    ruled_out: tuple[Elsewhere, ...]
    not_on_menu: tuple[str, ...]
    dose_basis: str
    rules: tuple[str, ...]


def treatment_view(treatment: Treatment, s: Situation, explanation: Explanation) -> TreatmentView:
    """The treatment of an advice, side by side."""
    lead = treatment.lead
    offered = (*((lead,) if lead is not None else ()), *treatment.alternatives)
    return TreatmentView(
        topic=treatment.topic,
        display=TOPICS[treatment.topic].display,
        indicator=treatment.indicator,
        headline=said(treatment.headline),
        detail=each_said(treatment.detail),
        why=each_said(treatment.why),
        checks=each_said(treatment.checks),
        facts=facts(treatment.facts),
        missing=missing(treatment.missing),
        lead=_regimen(lead, "lead", s) if lead is not None else None,
        alternatives=tuple(_each(treatment.alternatives, "alternative", s)),
        avoid=tuple(_each(treatment.barred, "avoid", s)),
        ruled_out=tuple(Elsewhere(K.regimens[p.regimen].short, p.because or "") for p in explanation.regimens if p.place == "ruled out"),
        not_on_menu=tuple(K.regimens[p.regimen].short for p in explanation.regimens if p.place == "not on the menu"),
        dose_basis=dose_basis(s.body, tuple(option.regimen for option in offered)),
        rules=rules_in(treatment),
    )


def _each(options: Iterable[Option], stand: Stand, s: Situation) -> Iterable[Regimen]:
    return (_regimen(option, stand, s) for option in options)


def _regimen(option: Option, stand: Stand, s: Situation) -> Regimen:
    entry = K.regimens[option.regimen]
    return Regimen(
        id=entry.id,
        stand=stand,
        name=_name(option),
        short=entry.short,
        doses=dose_lines(option, s.body),
        duration=entry.duration,
        reasons=each_said(option.reasons),
        cautions=each_said(option.cautions),
        label=_label(option, s),
        label_note=said(option.label) if option.label is not None else None,
        toxicity=_toxicity(option),
        evidence=evidence_of(option),
        rules=option.rules,
    )


def _name(option: Option) -> str:
    """The name as the card heads it: the short one where the drugs are those that go on."""
    entry = K.regimens[option.regimen]
    return entry.short if option.doses and not entry.drugs else entry.name


def _toxicity(option: Option) -> tuple[str, ...]:
    """The regimen's named effects, without those "with" a drug that is not among the doses shown."""
    shown = " ".join(option.doses or K.regimens[option.regimen].dose_lines)
    named = ((words, words.rpartition(" with ")[2]) for words in K.regimens[option.regimen].toxicity)
    return tuple(words for words, drug in named if drug not in K.drugs or drug in shown)


def _label(option: Option, s: Situation) -> LabelState | None:
    """How this use stands to the label here, as `guideline.rules.options.label_note` tells it.

    Nothing where the doses are those of drugs that go on and the advice names no label: the regimen's label is about another pair then
    (lapatinib + letrozole is no label of antibodies with endocrine therapy).
    """
    labels = K.labels_of(option.regimen, s.practice.jurisdiction)
    if not labels or (option.doses and option.label is None and not K.regimens[option.regimen].drugs):
        return None
    label = labels[0]
    note = option.label.text if option.label is not None else label.text
    if label.status != "approved":
        return LabelState(label.jurisdiction, _LABEL_STATES[label.status], note, label.as_of, label.rule)
    opening = _LABEL_OPENINGS[kind_of_note(label, s.label_flags, s.unknown_label_flags)]
    state = opening[0].lower() + opening.strip(" .")[1:]
    return LabelState(label.jurisdiction, state, note.removeprefix(opening), label.as_of, label.rule)
