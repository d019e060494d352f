"""The way through the four rooms: resources -> case -> advice -> cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cards.render import render_cards
from fhir_mappings.case_builder import build_case
from fhir_mappings.reading import Reading
from guideline.advice import Advice
from guideline.advise import advise
from guideline.case import Case
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was read of one patient, what the guideline says about it, the cards that say so, and how many resources were sent."""

    case: Case
    advice: Advice
    cards: list[dict[str, Any]]
    resources: int


def evaluate(reading: Reading, *, patient_id: str | None, settings: Settings) -> Evaluation:
    """Evaluate one patient as this site practises. Whatever the rules raise goes up: a failure is never "nothing to say"."""
    case = build_case(reading, patient_id=patient_id, today=settings.current_day())
    advice = advise(case, settings.practice)
    return Evaluation(case, advice, render_cards(advice, public_url=settings.base_url), len(reading.entries))
