"""The kidneys under running capecitabine, with tucatinib or without, when a chart is opened (R120, P09; decision 29).

Tucatinib raises creatinine without loss of filtration: below the label's limit the clearance is to be confirmed, not acted on unseen.
Without capecitabine it is silent: what the label advises against is the triplet.
"""

from __future__ import annotations

from guideline.advice import FactUsed, Finding
from guideline.facts_used import drug_names, in_usual_order
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.kidneys import clearance_acts, kidneys_in_doubt
from guideline.rules.lab_words import lab_facts
from guideline.situation import Situation

_CAPECITABINE, _TUCATINIB = "capecitabine", "tucatinib"
_RULES = {_CAPECITABINE: "P09", _TUCATINIB: "R120"}


def kidneys_running(s: Situation) -> Finding | None:
    """A warning at a clearance, or at what may mean one, below which the label advises against what is being given."""
    running = frozenset([e.drug for e in s.current_drugs if e.drug in _RULES])
    if _CAPECITABINE not in running or not s.her2_running or not s.case.labs:
        return None
    names = drug_names(in_usual_order(running))
    known, doubt = clearance_acts(s, running, "avoid"), kidneys_in_doubt(s, running)
    detail = [K.say("lab-tucatinib-creatinine")] if _TUCATINIB in running else []
    if known is not None:
        value = known[1].values[0]
        limit = f"{known[1].row.below:g}"
        headline = K.say("kidneys-running", value=value.shown, drugs=names, below=limit)
        detail = [*([K.say("lab-clearance-how")] if value.calculated else []), *detail]
        facts = lab_facts(known[1].values)
    elif doubt is not None:
        headline = K.say("kidneys-running-in-doubt", value=doubt.words, drugs=names, below=f"{doubt.below:g}")
        facts = (FactUsed("Kidneys", doubt.words, str(doubt.lab.date), doubt.lab.source),)
    else:
        return None
    return Finding("LabSafety", "warning", headline, tuple(detail), facts, rules=tuple(_RULES[d] for d in in_usual_order(running)))
