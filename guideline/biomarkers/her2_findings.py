"""HER2 results to findings, one per specimen: IHC settled by the ISH of the same specimen, else what stands alone.

Positive is IHC 3+ or ISH-positive (label definition). IHC 2+ is nothing until an ISH settles it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from guideline.bounds import reaches
from guideline.case import ReceptorResult, UnreadResult
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, when_last

Her2State = Literal["positive", "equivocal", "low", "ultralow", "negative", "unknown"]

#: Reflex testing: an ISH within two months of an IHC, of the same kind of specimen, is taken to be of the same one.
SAME_SPECIMEN_DAYS = 60

#: HER2 results that are looked at, the newest; undated ones count as old.
_MOST_RESULTS = 500

#: HER2 states that are not positive, yet known.
NOT_POSITIVE = frozenset({"low", "ultralow", "negative"})

#: How far a state is from positive, for two findings that may be as new.
LESS_POSITIVE: dict[Her2State, int] = {"positive": 0, "equivocal": 1, "low": 2, "ultralow": 2, "negative": 2}


class Her2Finding(Struct, frozen=True):
    """What one specimen says: its state, printed as `shown` ("IHC 2+, ISH negative"), from the results in `sources`."""

    state: Her2State
    shown: str
    date: PartialDate | None
    specimen: Literal["primary", "metastasis"] | None
    sources: tuple[str, ...]
    preliminary: bool = False
    side: Literal["left", "right"] | None = None


def is_metastasis(result: ReceptorResult | UnreadResult, metastatic_since: PartialDate | None) -> bool:
    """Decision 10: the specimen says so; without it, a result dated after metastatic-since counts as a metastasis."""
    if result.specimen is not None:
        return result.specimen == "metastasis"
    return result.date is not None and metastatic_since is not None and result.date.earliest > metastatic_since.latest


def _ish_state(result: ReceptorResult) -> Her2State | None:
    if result.value in ("positive", "negative", "equivocal"):
        return "positive" if result.value == "positive" else "equivocal" if result.value == "equivocal" else "negative"
    limits = K.thresholds.receptors
    if result.ratio is not None and result.copies is not None:
        both = {reaches(result.ratio, result.bound, limits.ratio), reaches(result.copies, result.bound, limits.copies_positive)}
        if both in ({True}, {False}):
            return "positive" if True in both else "negative"
    if result.ratio is not None or result.copies is not None:
        # A ratio or a copy number alone, or the two apart, needs the pathologist's own reading (ASCO/CAP groups 2-4).
        return "equivocal"
    return None


_IHC_STATE: dict[str, Her2State] = {
    "3+": "positive", "2+": "equivocal", "1+": "low", "0+": "ultralow", "0": "negative",
    "positive": "positive", "negative": "negative", "equivocal": "equivocal", "low": "low", "ultralow": "ultralow",
}  # fmt: skip


def _same_specimen(one: ReceptorResult, other: ReceptorResult, metastatic_since: PartialDate | None) -> bool:
    if one.side is not None and other.side is not None and one.side != other.side:
        return False
    if one.specimen_id is not None and other.specimen_id is not None and one.specimen_id != other.specimen_id:
        # A laboratory may register the slide for ISH apart from the block for IHC: on one day the two still belong together.
        if {one.method, other.method} != {"ihc", "ish"} or one.date != other.date:
            return False
    elif one.specimen_id is not None and one.specimen_id == other.specimen_id:
        return True
    if _contradict(one, other):
        # A second reading of one specimen, or another specimen: where nothing says which, the newer must not outdate the older.
        return False
    if one.date is None or other.date is None:
        if one.date is not other.date:
            return False
    elif abs((one.date.earliest - other.date.earliest).days) > SAME_SPECIMEN_DAYS:
        return False
    return is_metastasis(one, metastatic_since) == is_metastasis(other, metastatic_since)


def _contradict(one: ReceptorResult, other: ReceptorResult) -> bool:
    """Whether of two results of one method one is positive and the other is not."""
    if one.method != other.method:
        return False
    states = {state_of(one), state_of(other)}
    return "positive" in states and not states.isdisjoint(NOT_POSITIVE)


def findings_of(results: Sequence[ReceptorResult], metastatic_since: PartialDate | None) -> list[Her2Finding]:
    """One finding per specimen: IHC first, settled by the ISH of the same specimen, else what stands alone."""
    readable = [r for r in results if r.value is not None or r.ratio is not None or r.copies is not None]
    readable.sort(key=_by_date)
    # Each is compared with those before it. No chart has so many; a broken one must not hold up the others.
    readable = readable[-_MOST_RESULTS:]
    groups: list[list[ReceptorResult]] = []
    for result in readable:
        for group in groups:
            if all(_same_specimen(result, member, metastatic_since) for member in group):
                group.append(result)
                break
        else:
            groups.append([result])
    return [_finding(group, metastatic_since) for group in groups]


def _by_date(result: ReceptorResult) -> tuple[date, str]:
    return when_last(result.date), result.source


def _finding(group: list[ReceptorResult], metastatic_since: PartialDate | None) -> Her2Finding:
    """What the results of one specimen say together; they come in the order of their dates."""
    strongest = _strongest(group)
    ihc, ish, said = strongest.get("ihc"), strongest.get("ish"), strongest.get("unspecified")
    ihc_state = _IHC_STATE[ihc.value] if ihc is not None and ihc.value is not None else None
    ish_state = _ish_state(ish) if ish is not None else None
    said_state = _IHC_STATE[said.value] if said is not None and said.value is not None else None
    state = _combined(ihc_state, ish_state, said_state)
    shown = []
    if ihc is not None and ihc.value is not None:
        shown.append(f"IHC {ihc.value}")
    if ish is not None and ish_state is not None:
        shown.append(f"ISH {ish.value or ish_state}")
    if said is not None and ihc_state is None and ish_state is None:
        shown.append(f"HER2 {said.value}")
    newest = group[-1]
    return Her2Finding(
        state,
        ", ".join(shown),
        newest.date,
        "metastasis" if is_metastasis(newest, metastatic_since) else newest.specimen,
        # The first source is that of the date.
        sources=(newest.source, *sorted({r.source for r in group if r.source != newest.source})),
        preliminary=True in [r.preliminary for r in group],
        side=next((r.side for r in group if r.side is not None), None),
    )


_ASSERTS = {"3+": 5, "positive": 5, "2+": 4, "equivocal": 4, "1+": 3, "low": 3, "0+": 2, "ultralow": 2, "0": 1, "negative": 1}  # fmt: skip


def _strongest(group: list[ReceptorResult]) -> dict[str, ReceptorResult]:
    """By method the newest of several readings of one specimen; on one day the one that asserts more."""
    found: dict[str, ReceptorResult] = {}
    for r in group:
        known = found.get(r.method)
        if known is None or _weight(r) > _weight(known):
            found[r.method] = r
    return found


def _weight(r: ReceptorResult) -> tuple[date, int, str]:
    return when_last(r.date), _ASSERTS.get(r.value or "", 0), r.source


def _combined(ihc: Her2State | None, ish: Her2State | None, said: Her2State | None) -> Her2State:
    if ihc == "positive" or ish == "positive":
        return "positive"
    if ihc == "equivocal":
        # ISH settles 2+: negative makes it HER2-low. Without ISH an overall reading by the pathologist stands.
        if ish == "negative":
            return "low"
        return said or "equivocal"
    if ihc is not None:
        return ihc
    if ish is not None:
        return said if ish == "equivocal" and said is not None else ish
    return said or "unknown"


def leading_finding(findings: Sequence[Her2Finding]) -> Her2Finding:
    """The newest finding; of those that may be as new (same day, or a coarse date that reaches it), the one that is least positive."""
    if len(findings) == 1:
        return findings[0]
    newest = max(findings, key=lambda f: (when_last(f.date), f.sources))
    since = newest.date.earliest if newest.date is not None else date.min
    return max((f for f in findings if when_last(f.date) >= since), key=lambda f: (LESS_POSITIVE[f.state], when_last(f.date), f.sources))


def state_of(result: ReceptorResult) -> Her2State | None:
    """What one HER2 result says by itself."""
    if result.method == "ish" or result.ratio is not None or result.copies is not None:
        return _ish_state(result)
    return _IHC_STATE[result.value] if result.value is not None else None
