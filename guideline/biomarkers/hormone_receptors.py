"""ER and PgR: the newest results, metastasis before primary."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from guideline.biomarkers.her2_findings import is_metastasis
from guideline.bounds import reaches
from guideline.case import Case, ReceptorResult
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, when_last

ReceptorState = Literal["positive", "negative", "unknown"]


class HormoneReceptors(Struct, frozen=True):
    """ER and PgR by the newest results, and `state`: positive when either is."""

    state: ReceptorState
    er: ReceptorState
    pr: ReceptorState
    date: PartialDate | None
    sources: tuple[str, ...]
    previous: ReceptorState = "unknown"

    @property
    def changed(self) -> bool:
        """Whether the newest results say otherwise than those before them; both are known."""
        return "unknown" not in (self.state, self.previous) and self.state != self.previous


def hormone_receptors(case: Case, metastatic_since: PartialDate | None) -> HormoneReceptors:
    """ER and PgR by the newest results, metastasis before primary; by the diagnosis code only where there is no test."""
    by_receptor: dict[str, ReceptorState] = {}
    previous: dict[str, ReceptorState] = {}
    sources: list[str] = []
    newest: PartialDate | None = None
    for receptor in ("ER", "PR"):
        results = [r for r in case.receptors if r.receptor == receptor and not r.preliminary and _receptor_state(r) != "unknown"]
        if len(results) > 1:
            results.sort(key=lambda r: (is_metastasis(r, metastatic_since), when_last(r.date), r.source))
        if results:
            lead = results[-1]
            by_receptor[receptor] = _receptor_state(lead)
            newer = lead.date is not None and (newest is None or lead.date.latest > newest.latest)
            newest = lead.date if newer else newest
            # The first source is that of the date.
            sources.insert(0 if newer else len(sources), lead.source)
            if len(results) > 1:
                previous[receptor] = _receptor_state(results[-2])
    er, pr = by_receptor.get("ER", "unknown"), by_receptor.get("PR", "unknown")
    before: ReceptorState = "positive" if "positive" in previous.values() else "negative" if previous else "unknown"
    if er == pr == "unknown":
        coded = {d.source: d.hormone_receptors for d in case.diagnoses if d.hormone_receptors is not None}
        said = set(coded.values())
        state: ReceptorState = said.pop() if len(said) == 1 else "unknown"
        return HormoneReceptors(state, er, pr, None, tuple(sorted(coded)), before)
    if "positive" in (er, pr):
        state = "positive"
    elif er == pr == "negative":
        state = "negative"
    else:
        state = "unknown"
    return HormoneReceptors(state, er, pr, newest, tuple(sources), before)


def _receptor_state(result: ReceptorResult) -> ReceptorState:
    positive = reaches(result.percent, result.bound, K.thresholds.receptors.hormone_percent) if result.percent is not None else None
    if positive is not None:
        return "positive" if positive else "negative"
    # No percentage, or one that leaves both open (<10 %): the pathologist's own word.
    if result.value in ("positive", "negative"):
        return "positive" if result.value == "positive" else "negative"
    return "unknown"
