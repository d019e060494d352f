"""Doses after documented progression: the card of the next line says that what failed is still being given (R009, R026; decision 6).

The progression stands, but one of the two may not have been meant: the dose was ordered before the result was read, or the progression was
not confirmed and nobody wrote that down.
"""

from __future__ import annotations

from guideline.advice import Statement
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import drug_names, in_usual_order
from guideline.heart.lvef_by_drug import dose_days
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import add_days
from guideline.rules.brain import isolated_in_brain
from guideline.situation import Situation
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS


def given_on(s: Situation) -> tuple[Statement, ...]:
    """The failed HER2 drugs that were given after the progression, and lately.

    Not where the brain alone progressed (decision 13), nor where the disease was judged stable since: then the progression itself is open.
    """
    last = s.last_line
    if last is None or last.outcome != "progression" or last.ended_on is None or isolated_in_brain(s):
        return ()
    if last.progression is not None and last.progression.contradicted is not None:
        return ()
    newest = {drug: days[-1] for drug in last.drugs if drug in HER2_DRUGS and (days := dose_days(s.case, drug))}
    lately = add_days(s.today, -LONGEST_SILENCE_DAYS)
    after = {drug: day for drug, day in newest.items() if day > last.ended_on.latest and day >= lately}
    if not after:
        return ()
    drugs = drug_names(in_usual_order(after))
    return (K.say("given-on-after-progression", drugs=drugs, progressed=last.ended_on, day=max(after.values())),)
