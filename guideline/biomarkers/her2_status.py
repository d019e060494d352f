"""The HER2 status over time: which finding leads, and whether another contradicts it (decision 10).

The newest result from a metastasis leads; results of the primary stay on the case and are never merged with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from guideline.biomarkers.her2_findings import NOT_POSITIVE, Her2Finding, Her2State, findings_of, leading_finding, state_of
from guideline.biomarkers.two_primaries import TwoPrimaries, both_breasts, told_apart, two_primaries
from guideline.case import Case, Diagnosis
from guideline.partial_date import PartialDate, newest_day, when_last


class Her2Status(Struct, frozen=True):
    """HER2 over time.

    `basis`: `test` (a tissue result), `diagnosis` (only a diagnosis code says so) or `none`. `other_positive` is set when the leading
    result is not positive although another one (or the diagnosis code) is: discordance, until a review settles it (`reviewed`).

    Cancers of both breasts, and no metastasis tested: nobody can tell which of them spread. `apart`: their results differ, so that the one
    that is not positive leads and the positive one is `other_positive`. `one_unshown`: they do not differ, but one may have no result.
    `not_positive`: a result that is not, where a positive one leads and no metastasis was tested. `before`: the result before that of a
    metastasis that leads as positive, where it was not (R003).
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
    before: Her2Finding | None = None

    @property
    def discordant(self) -> bool:
        """The leading result is not positive, another one is, and nobody has reviewed it."""
        return self.other_positive is not None


def her2_status(case: Case, metastatic_since: PartialDate | None) -> Her2Status:
    """The leading HER2 finding and whether another contradicts it (decision 10)."""
    # A preliminary result counts only when it is adverse (decision 8): one that would open HER2 therapy waits for the final report.
    results = [r for r in case.receptors if r.receptor == "HER2" and not (r.preliminary and state_of(r) == "positive")]
    both = both_breasts(case.diagnoses, results)
    counted = told_apart(results, case.diagnoses, metastatic_since) if both else results
    findings = [f for f in findings_of(counted, metastatic_since) if f.state != "unknown"]
    if not findings:
        return _by_diagnosis(case.diagnoses)
    from_metastasis = [f for f in findings if f.specimen == "metastasis"]
    leading = leading_finding(from_metastasis or findings)
    primaries = two_primaries(findings, case.diagnoses, leading.state) if both and not from_metastasis else TwoPrimaries()
    leading = primaries.differing or leading
    positives = _other_positives(findings, leading, case.diagnoses)
    ever = leading.state == "positive" or bool(positives)
    tested_on = newest_day(f.date for f in from_metastasis)
    settled = _reviewed(case, leading) if _open_question(findings, primaries, ever=ever) else None
    if settled is not None:
        return Her2Status(settled, "test", leading, ever_positive=ever, reviewed=True, metastasis_tested_on=tested_on)
    disputed = primaries.differing is not None or leading.state in NOT_POSITIVE
    earlier = [f for f in findings if f.state in NOT_POSITIVE] if leading.state == "positive" and not from_metastasis else []
    return Her2Status(
        leading.state,
        "test",
        leading,
        other_positive=max(positives, key=lambda f: (when_last(f.date), f.sources)) if positives and disputed else None,
        ever_positive=ever,
        metastasis_tested_on=tested_on,
        apart=primaries.differing is not None,
        one_unshown=primaries.one_unshown,
        not_positive=leading_finding(earlier) if earlier else None,
        before=_not_positive_before(leading, findings) if from_metastasis and leading.state == "positive" and not both else None,
    )


def _not_positive_before(leading: Her2Finding, findings: Sequence[Her2Finding]) -> Her2Finding | None:
    """The newest finding older than the leading one, where all of its day are known not to be positive."""
    if leading.date is None:
        return None
    older = [f for f in findings if f.date is not None and f.date.latest < leading.date.earliest]
    last = max([when_last(f.date) for f in older], default=None)
    newest = [f for f in older if when_last(f.date) == last]
    return leading_finding(newest) if newest and all(f.state in NOT_POSITIVE for f in newest) else None


def _other_positives(findings: Sequence[Her2Finding], leading: Her2Finding, diagnoses: Sequence[Diagnosis]) -> list[Her2Finding]:
    """What says positive beside the leading finding: other results, and where there are none a diagnosis code."""
    positives = [f for f in findings if f is not leading and f.state == "positive"]
    coded = _by_diagnosis(diagnoses).leading if not positives else None
    return [coded] if coded is not None else positives


def _open_question(findings: Sequence[Her2Finding], primaries: TwoPrimaries, *, ever: bool) -> bool:
    """Whether the record leaves to a review what the status is: findings disagree, or one of two primaries may have no result."""
    if not ever:
        return primaries.one_unshown
    return primaries.differing is not None or any(f.state in NOT_POSITIVE for f in findings)


def _reviewed(case: Case, leading: Her2Finding) -> Her2State | None:
    """What a review settled that is not older than the leading finding; None: there was none."""
    review = case.intake.get("her2-reviewed")
    if review is None or not review.values or review.date.latest < when_last(leading.date):
        return None
    if review.values[0] == "positive":
        return "positive"
    return leading.state if leading.state in NOT_POSITIVE else "negative"


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
