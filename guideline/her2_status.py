"""HER2 and hormone-receptor results to a status: which result leads, and whether results disagree.

Positive is IHC 3+ or ISH-positive (label definition). IHC 2+ is nothing until an ISH settles it. The newest result from a
metastasis leads; results of the primary stay on the case and are never merged with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from guideline.bounds import reaches
from guideline.case import Case, Diagnosis, ReceptorResult
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate

Her2State = Literal["positive", "equivocal", "low", "ultralow", "negative", "unknown"]
ReceptorState = Literal["positive", "negative", "unknown"]

#: Reflex testing: an ISH within two months of an IHC, of the same kind of specimen, is taken to be of the same one.
_SAME_SPECIMEN_DAYS = 60

#: HER2 results that are looked at, the newest; undated ones count as old.
_MOST_RESULTS = 500

#: HER2 states that are not positive, yet known.
NOT_POSITIVE = frozenset({"low", "ultralow", "negative"})


class Her2Finding(Struct, frozen=True):
    """What one specimen says: its state, printed as `shown` ("IHC 2+, ISH negative"), from the results in `sources`."""

    state: Her2State
    shown: str
    date: PartialDate | None
    specimen: Literal["primary", "metastasis"] | None
    sources: tuple[str, ...]
    preliminary: bool = False
    side: Literal["left", "right"] | None = None


class Her2Status(Struct, frozen=True):
    """HER2 over time.

    `basis`: `test` (a tissue result), `diagnosis` (only a diagnosis code says so) or `none`. `other_positive` is set when the leading
    result is not positive although another one (or the diagnosis code) is: discordance, until a review settles it (`reviewed`).

    Cancers of both breasts, and no metastasis tested: nobody can tell which of them spread. `apart`: their results differ, so that the one
    that is not positive leads and the positive one is `other_positive`. `one_unshown`: they do not differ, but one may have no result.
    `not_positive`: a result that is not, where a positive one leads and no metastasis was tested.
    """

    state: Her2State
    basis: Literal["test", "diagnosis", "none"]
    leading: Her2Finding | None
    other_positive: Her2Finding | None = None
    ever_positive: bool = False
    reviewed: bool = False
    metastasis_tested_on: PartialDate | None = None
    apart: bool = False
    one_unshown: bool = False
    not_positive: Her2Finding | None = None

    @property
    def discordant(self) -> bool:
        """The leading result is not positive, another one is, and nobody has reviewed it."""
        return self.other_positive is not None


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


def _when(day: PartialDate | None) -> date:
    return day.latest if day is not None else date.min


def is_metastasis(result: ReceptorResult, metastatic_since: PartialDate | None) -> bool:
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
    elif abs((one.date.earliest - other.date.earliest).days) > _SAME_SPECIMEN_DAYS:
        return False
    return is_metastasis(one, metastatic_since) == is_metastasis(other, metastatic_since)


def _contradict(one: ReceptorResult, other: ReceptorResult) -> bool:
    """Whether of two results of one method one is positive and the other is not."""
    if one.method != other.method:
        return False
    states = {_state_of(one), _state_of(other)}
    return "positive" in states and not states.isdisjoint(NOT_POSITIVE)


def _findings(results: Sequence[ReceptorResult], metastatic_since: PartialDate | None) -> list[Her2Finding]:
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
    return _when(result.date), result.source


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
    return _when(r.date), _ASSERTS.get(r.value or "", 0), r.source


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


def her2_status(case: Case, metastatic_since: PartialDate | None) -> Her2Status:
    """The leading HER2 finding and whether another contradicts it (decision 10)."""
    # A preliminary result counts only when it is adverse (decision 8): one that would open HER2 therapy waits for the final report.
    results = [r for r in case.receptors if r.receptor == "HER2" and not (r.preliminary and _state_of(r) == "positive")]
    both = _both_breasts(case.diagnoses, results)
    if both and metastatic_since is not None:
        found_later = [day for d in case.diagnoses if (day := _found_after(d, metastatic_since)) is not None]
        results = [replace(r, specimen="primary") if _of_new_primary(r, found_later) else r for r in results]
    findings = [f for f in _findings(results, metastatic_since) if f.state != "unknown"]
    if not findings:
        return _by_diagnosis(case.diagnoses)
    from_metastasis = [f for f in findings if f.specimen == "metastasis"]
    leading = _leading(from_metastasis or findings)
    primaries = _of_each_primary(findings) if both and not from_metastasis else []
    differing = _differing(primaries)
    if differing is not None:
        leading = differing
    tested_on = max([f.date for f in from_metastasis if f.date is not None], key=lambda d: d.latest, default=None)
    positives = [f for f in findings if f is not leading and f.state == "positive"]
    if not positives:
        coded = _by_diagnosis(case.diagnoses).leading
        positives = [coded] if coded is not None else []
    one_unshown = differing is None and bool(primaries) and _one_unshown(primaries, case.diagnoses, leading.state)
    ever = leading.state == "positive" or bool(positives)
    reviewed = case.intake.get("her2-reviewed")
    open_question = (ever and (differing is not None or any(f.state in NOT_POSITIVE for f in findings))) or (one_unshown and not ever)
    if open_question and reviewed is not None and reviewed.values and reviewed.date.latest >= _when(leading.date):
        settled: Her2State = leading.state if leading.state in NOT_POSITIVE else "negative"
        return Her2Status("positive" if reviewed.values[0] == "positive" else settled, "test", leading, None, ever, True, tested_on)
    disputed = positives and (differing is not None or leading.state in NOT_POSITIVE)
    other = max(positives, key=lambda f: (_when(f.date), f.sources)) if disputed else None
    earlier = [f for f in findings if f.state in NOT_POSITIVE] if leading.state == "positive" and not from_metastasis else []
    not_positive = _leading(earlier) if earlier else None
    return Her2Status(leading.state, "test", leading, other, ever, False, tested_on, differing is not None, one_unshown, not_positive)


def _both_breasts(diagnoses: Sequence[Diagnosis], results: Sequence[ReceptorResult]) -> bool:
    """Whether the record says that there is, or was, a cancer of either breast."""
    sides = {d.side for d in diagnoses if d.kind == "invasive-breast"} | {r.side for r in results}
    return "both" in sides or {"left", "right"} <= sides


def _found_after(diagnosis: Diagnosis, metastatic_since: PartialDate) -> PartialDate | None:
    """The day of a breast cancer that was found when another one had already spread."""
    day = diagnosis.date if diagnosis.kind == "invasive-breast" else None
    return day if day is not None and day.earliest > metastatic_since.latest else None


def _of_new_primary(result: ReceptorResult, found: Sequence[PartialDate]) -> bool:
    """Whether a result that names no specimen is of the days when a second primary was found: it is that one's, as far as anybody knows."""
    if result.specimen is not None or result.date is None:
        return False
    day = result.date.earliest
    return any(abs((day - each.earliest).days) <= _SAME_SPECIMEN_DAYS for each in found)


def _of_each_primary(findings: Sequence[Her2Finding]) -> list[Her2Finding]:
    """What is known of the cancers of two breasts: for each side the finding that leads there, and whatever may be of either."""
    sided = ([f for f in findings if f.side == side] for side in ("left", "right"))
    return [*(_leading(of_side) for of_side in sided if of_side), *(f for f in findings if f.side is None)]


def _one_unshown(primaries: Sequence[Her2Finding], diagnoses: Sequence[Diagnosis], state: Her2State) -> bool:
    """Whether one of two breast cancers may have no HER2 result.

    Results that name no side may be of one and the same tumour. Where they are not positive, two are taken to be of two tumours, and a
    cancer that is over is not asked about: nothing is advised on their ground.
    """
    if state == "positive":
        return not {"left", "right"} <= {f.side for f in primaries}
    return len(primaries) < 2 and _both_breasts([d for d in diagnoses if d.status != "resolved"], ())


def _differing(primaries: Sequence[Her2Finding]) -> Her2Finding | None:
    """Of findings of which one is positive and another is not, the one that is least positive."""
    if len({f.state == "positive" for f in primaries}) < 2:
        return None
    return max(primaries, key=lambda f: (_LESS_POSITIVE[f.state], _when(f.date), f.sources))


_LESS_POSITIVE = {"positive": 0, "equivocal": 1, "low": 2, "ultralow": 2, "negative": 2}


def _leading(findings: Sequence[Her2Finding]) -> Her2Finding:
    """The newest finding; of those that may be as new (same day, or a coarse date that reaches it), the one that is least positive."""
    if len(findings) == 1:
        return findings[0]
    newest = max(findings, key=lambda f: (_when(f.date), f.sources))
    since = newest.date.earliest if newest.date is not None else date.min
    return max((f for f in findings if _when(f.date) >= since), key=lambda f: (_LESS_POSITIVE[f.state], _when(f.date), f.sources))


def _state_of(result: ReceptorResult) -> Her2State | None:
    if result.method == "ish" or result.ratio is not None or result.copies is not None:
        return _ish_state(result)
    return _IHC_STATE[result.value] if result.value is not None else None


def _by_diagnosis(diagnoses: Sequence[Diagnosis]) -> Her2Status:
    said = {d.her2 for d in diagnoses if d.her2 is not None and d.kind == "invasive-breast"}
    if said == {"positive"}:
        source = sorted(d.source for d in diagnoses if d.her2 == "positive")
        first = next(d for d in diagnoses if d.her2 == "positive" and d.source == source[0])
        finding = Her2Finding("positive", "diagnosis code", first.date, None, tuple(source))
        return Her2Status("positive", "diagnosis", finding, ever_positive=True)
    if said == {"negative"}:
        return Her2Status("negative", "diagnosis", None)
    return Her2Status("unknown", "none", None, ever_positive="positive" in said)


def hormone_receptors(case: Case, metastatic_since: PartialDate | None) -> HormoneReceptors:
    """ER and PgR by the newest results, metastasis before primary; by the diagnosis code only where there is no test."""
    by_receptor: dict[str, ReceptorState] = {}
    previous: dict[str, ReceptorState] = {}
    sources: list[str] = []
    newest: PartialDate | None = None
    for receptor in ("ER", "PR"):
        results = [r for r in case.receptors if r.receptor == receptor and not r.preliminary and _receptor_state(r) != "unknown"]
        if len(results) > 1:
            results.sort(key=lambda r: (is_metastasis(r, metastatic_since), _when(r.date), r.source))
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
