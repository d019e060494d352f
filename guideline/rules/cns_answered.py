"""CNS disease that the intake alone speaks of while HER2 therapy goes on (R128, R131; decisions 6 and 13).

On the problem list a new brain or leptomeningeal metastasis is progression, by its date. An answer has no such date: the disease may have
been there when the therapy was begun, and no progression is concluded from it. But the chart does not pass over it either: it asks.
"""

from __future__ import annotations

from guideline.advice import Finding, Gap
from guideline.facts_used import brain_fact, headline_names, line_facts
from guideline.intake import answer
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import add_days
from guideline.situation import Situation
from guideline.therapy.progression import intake_outcome

#: What is asked, and what follows if it is new.
_ANSWERS = {
    "active": ("cns-answered-active", "brain-body-controlled"),
    "leptomeningeal": ("cns-answered-leptomeningeal", "leptomeningeal"),
}


def cns_answered(s: Situation) -> Finding | None:
    """The question whether it is new; not where the answer came in the weeks after the start, nor once the clinician said that it goes on.

    Brain metastases that were known before may have grown; leptomeningeal disease that was known is not asked about.
    """
    given, last = answer(s.case, "cns-disease"), s.last_line
    found = _ANSWERS.get(given.values[0]) if given is not None else None
    if given is None or found is None or last is None or not (s.on_treatment and last.has_her2):
        return None
    headline, follows = found
    if given.date.earliest <= add_days(last.start.latest, K.thresholds.intervals.new_metastasis_days):
        return None
    if given.values[0] == "leptomeningeal" and any(m.site == "leptomeningeal" for m in s.case.metastases):
        return None
    outcome = intake_outcome(s.case, last.start)
    if outcome is not None and outcome.date.earliest >= given.date.latest:
        return None
    fact = brain_fact(s)
    # What is only planned again is neither running nor held.
    given_now = (*s.her2_running, *s.held_drugs) or last.main_part()
    return Finding(
        "MissingData",
        "info",
        K.say(headline, date=given.date, drugs=headline_names(e.drug for e in given_now)),
        (K.say(follows),),
        facts=(*((fact,) if fact is not None else ()), *line_facts(s)[-1:]),
        missing=(Gap("I06", K.say("ask-cns-new", start=last.start)),),
        rules=("R128", "R131"),
    )
