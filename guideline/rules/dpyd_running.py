"""Complete DPD deficiency under running capecitabine, when a chart is opened (P09).

An oral drug goes on without an order, and the result of the test often comes after the first one.
"""

from __future__ import annotations

from guideline.advice import Finding
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.dpyd import dpyd_facts, dpyd_phenotype
from guideline.situation import Situation

_CAPECITABINE = "capecitabine"


def dpyd_running(s: Situation) -> Finding | None:
    """Critical at any dose, as the order is; what a lesser deficiency asks for belongs to the start."""
    if not any(e.drug == _CAPECITABINE for e in s.current_drugs) or dpyd_phenotype(s.case) != "poor":
        return None
    return Finding(
        "LabSafety", "critical", K.say("dpyd-poor-running"), (K.say("dpyd-poor-why"),), dpyd_facts(s.case), avoid=(_CAPECITABINE,),
        rules=("P09",),
    )  # fmt: skip
