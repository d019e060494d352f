"""What the guideline says about a point, as far as invariants ask; each point is advised on once."""

from __future__ import annotations

from functools import cached_property

from guideline.advice import Advice, Finding
from guideline.advise import advise
from guideline.drug_classes import HER2_DRUGS, components
from guideline.knowledge_base import KNOWLEDGE as K
from verify.points import Point, case_of, key_of, practice_of, tags

TDXD_REGIMENS = frozenset(r.id for r in K.regimens.values() if "trastuzumab-deruxtecan" in r.drugs)

#: The agents of each regimen, a fixed combination by its antibodies.
AGENTS = {r.id: frozenset(c for drug in r.drugs for c in components(drug)) for r in K.regimens.values()}
#: Those of them that are aimed at HER2.
HER2_AGENTS = {r.id: frozenset(c for drug in r.drugs if drug in HER2_DRUGS for c in components(drug)) for r in K.regimens.values()}
#: Regimens that bring a HER2 drug; endocrine therapy with "a HER2 drug" names none.
HER2_REGIMENS = frozenset(regimen for regimen, agents in HER2_AGENTS.items() if agents) | {"endocrine-her2"}


class Seen:
    """A point with its advice. Neighbouring points are asked for by `of` and are never advised on twice."""

    def __init__(self, point: Point, memory: dict[int, Seen]) -> None:
        self.point = point
        self.memory = memory
        self.tags = tags(point)
        self.advice: Advice = advise(case_of(point), practice_of(point))
        treatment = self.advice.treatment
        self.treatment = treatment
        self.topic = treatment.topic if treatment is not None else None
        self.lead = treatment.lead.regimen if treatment is not None and treatment.lead is not None else None
        self.alternatives = tuple([o.regimen for o in treatment.alternatives]) if treatment is not None else ()
        self.offered = ((self.lead,) if self.lead is not None else ()) + self.alternatives

    def of(self, point: Point) -> Seen:
        """Another point, from memory where it was seen before."""
        return see(point, self.memory)

    def named(self, prefix: str) -> frozenset[str]:
        """What the tags of this kind name: `named("failed")` are the agents stopped for progression."""
        return frozenset([tag.partition(":")[2] for tag in self.tags if tag.startswith(f"{prefix}:")])

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, the treatment first."""
        return (*((self.treatment,) if self.treatment is not None else ()), *self.advice.findings)

    @cached_property
    def urgency(self) -> dict[str, str]:
        """The indicator of each topic."""
        return {f.topic: f.indicator for f in self.findings}

    @cached_property
    def missing(self) -> frozenset[str]:
        """The inputs that the cards name as missing."""
        return frozenset([gap.input for f in self.findings for gap in f.missing])

    @property
    def ours(self) -> bool:
        """Whether the point is an adult with metastatic breast cancer that is HER2-positive."""
        return {"metastatic", "her2+"} <= self.tags and "not ours" not in self.tags


def see(point: Point, memory: dict[int, Seen]) -> Seen:
    """The point with its advice, from memory where it was seen before."""
    key = key_of(point)
    found = memory.get(key)
    if found is None:
        found = memory[key] = Seen(point, memory)
    return found
