"""Cancers of both breasts: whose HER2 result is whose, and what is not known of the two (decision 10).

Where no metastasis was tested nobody can tell which of two primaries spread.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from guideline.biomarkers.her2_findings import LESS_POSITIVE, SAME_SPECIMEN_DAYS, Her2Finding, Her2State, leading_finding
from guideline.case import Diagnosis, ReceptorResult
from guideline.partial_date import PartialDate, when_last


class TwoPrimaries(Struct, frozen=True):
    """What two primaries leave open.

    `differing`: the one that is not positive beside one that is; `one_unshown`: one of the two may have no result.
    """

    differing: Her2Finding | None = None
    one_unshown: bool = False


def both_breasts(diagnoses: Sequence[Diagnosis], results: Sequence[ReceptorResult]) -> bool:
    """Whether the record says that there is, or was, a cancer of either breast."""
    sides = {d.side for d in diagnoses if d.kind == "invasive-breast"} | {r.side for r in results}
    return "both" in sides or {"left", "right"} <= sides


def told_apart(
    results: Sequence[ReceptorResult], diagnoses: Sequence[Diagnosis], metastatic_since: PartialDate | None
) -> Sequence[ReceptorResult]:
    """The results, those that belong to a second primary found after the metastases as of a primary."""
    if metastatic_since is None:
        return results
    found_later = [day for d in diagnoses if (day := _found_after(d, metastatic_since)) is not None]
    return [replace(r, specimen="primary") if _of_new_primary(r, found_later) else r for r in results]


def two_primaries(findings: Sequence[Her2Finding], diagnoses: Sequence[Diagnosis], state: Her2State) -> TwoPrimaries:
    """What the findings of two breasts leave open; `state` is that of the finding that leads of all."""
    primaries = _of_each_primary(findings)
    differing = _differing(primaries)
    return TwoPrimaries(differing, differing is None and _one_unshown(primaries, diagnoses, state))


def _found_after(diagnosis: Diagnosis, metastatic_since: PartialDate) -> PartialDate | None:
    """The day of a breast cancer that was found when another one had already spread."""
    day = diagnosis.date if diagnosis.kind == "invasive-breast" else None
    return day if day is not None and day.earliest > metastatic_since.latest else None


def _of_new_primary(result: ReceptorResult, found: Sequence[PartialDate]) -> bool:
    """Whether a result that names no specimen is of the days when a second primary was found: it is that one's, as far as anybody knows."""
    if result.specimen is not None or result.date is None:
        return False
    day = result.date.earliest
    return any(abs((day - each.earliest).days) <= SAME_SPECIMEN_DAYS for each in found)


def _of_each_primary(findings: Sequence[Her2Finding]) -> list[Her2Finding]:
    """What is known of the cancers of two breasts: for each side the finding that leads there, and whatever may be of either."""
    sided = ([f for f in findings if f.side == side] for side in ("left", "right"))
    return [*(leading_finding(of_side) for of_side in sided if of_side), *(f for f in findings if f.side is None)]


def _one_unshown(primaries: Sequence[Her2Finding], diagnoses: Sequence[Diagnosis], state: Her2State) -> bool:
    """Whether one of two breast cancers may have no HER2 result.

    Results that name no side may be of one and the same tumour. Where they are not positive, two are taken to be of two tumours, and a
    cancer that is over is not asked about: nothing is advised on their ground.
    """
    if state == "positive":
        return not {"left", "right"} <= {f.side for f in primaries}
    return len(primaries) < 2 and both_breasts([d for d in diagnoses if d.status != "resolved"], ())


def _differing(primaries: Sequence[Her2Finding]) -> Her2Finding | None:
    """Of findings of which one is positive and another is not, the one that is least positive."""
    if len({f.state == "positive" for f in primaries}) < 2:
        return None
    return max(primaries, key=lambda f: (LESS_POSITIVE[f.state], when_last(f.date), f.sources))
