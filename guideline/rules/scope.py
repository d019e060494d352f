"""Is this case ours? HER2-positive metastatic breast cancer in adults (R001, R121-R123, R132; decisions 9 and 10)."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.case import Procedure
from guideline.drug_classes import HER2_DRUGS, PERTUZUMAB_PRODUCTS, TRASTUZUMAB_PRODUCTS
from guideline.facts_used import day_shown, finding_dated, finding_sided, her2_fact, metastatic_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.partial_date import add_days, days_since, when_last
from guideline.rules.brain import brain_first
from guideline.rules.unread import her2_ask, with_unread_her2
from guideline.situation import Situation, distant
from guideline.unread_results import unread_fact, unread_her2

#: HER2 drugs of breast cancer alone; trastuzumab and T-DXd are given in gastric and other cancers too.
ONLY_BREAST = HER2_DRUGS - (TRASTUZUMAB_PRODUCTS - PERTUZUMAB_PRODUCTS) - {T_DXD}


_TESTS = {"her2-ihc": "HER2 IHC", "her2-ish": "HER2 ISH"}


class Scope(Struct, frozen=True):
    """`silent` names the rules that ask for silence, and `because` says why in words.

    Otherwise `finding` is what to say first, and only `treatable` cases get a regimen. `watched`: silent about the choice of therapy, while
    a HER2 drug is given whose safety is spoken of all the same.
    """

    silent: tuple[str, ...] = ()
    because: str | None = None
    finding: Finding | None = None
    treatable: bool = False
    watched: bool = False


def scope(s: Situation) -> Scope:
    """Decide what kind of case this is."""
    for outside in (_not_a_patient_of_ours, _not_breast, _not_metastatic):
        found = outside(s)
        if found is not None:
            lost = outside is not _not_a_patient_of_ours and _diagnoses_lost(s)
            return Scope(finding=_problem_list_unreadable()) if lost else found
    if _only_unknown_primary(s):
        return Scope(finding=_unknown_primary())
    if s.her2.discordant:
        return Scope(finding=with_unread_her2(s, discordance(s)))
    state = s.her2.state
    if state == "positive":
        return Scope(treatable=True)
    if state in ("unknown", "equivocal"):
        return Scope(finding=_her2_not_read(s, her2_needed(s)))
    if s.her2.one_unshown:
        return Scope(finding=with_unread_her2(s, other_breast_untested(s)))
    if state in ("low", "ultralow") and not s.her2.ever_positive:
        return Scope(finding=with_unread_her2(s, her2_low(s)))
    # HER2-negative, or a review that settled on "not positive": outside, and silent but for the safety of what is given (as T-DXd in
    # HER2-low disease).
    shown = s.her2.leading.shown if s.her2.leading is not None else "diagnosis code"
    return Scope(("R121", "R132"), f"HER2 is not positive ({shown})", watched=bool(s.her2_running))


def _not_a_patient_of_ours(s: Situation) -> Scope | None:
    """Decision 9: silent for the deceased, under 18, hospice."""
    adult = K.thresholds.ages.adult
    last = s.last_line
    if s.case.patient.deceased:
        return Scope(("R001", "R132"), "the patient has died")
    if s.age is not None and s.age < adult:
        return Scope(("R001", "R132"), f"the patient is under {adult}")
    ended_for = {e.stop_reason for e in last.exposures} if last is not None and not s.her2_running else set()
    if "death" in ended_for or any(p.kind == "hospice" and p.state == "done" for p in s.case.procedures):
        return Scope(("R001", "R132"), "hospice care is on record")
    # Not under hospice care yet: nothing to advise, but whoever orders a HER2 drug after all is told what speaks against it (decision 16).
    if "hospice" in ended_for or _referred_to_hospice(s):
        return Scope(("R132",), "no HER2 drug is being given, and hospice is ordered or was the reason to stop")
    return None


def _referred_to_hospice(s: Situation) -> bool:
    """Whether hospice is ordered and HER2 therapy is over: a referral alone is no hospice care, and outdated by therapy given after it.

    The last dose may fall into the weeks in which the referral takes effect.
    """
    if s.her2_running:
        return False
    given = [day for e in s.exposures if e.drug in HER2_DRUGS and (day := e.last_known or e.start) is not None]
    grace = K.thresholds.intervals.treatment_interval_days
    return any(
        p.kind == "hospice" and (p.date is None or all(day.earliest <= add_days(p.date.latest, grace) for day in given))
        for p in s.case.procedures
    )


def _diagnoses_lost(s: Situation) -> bool:
    """Whether part of the problem list could not be read in a patient whose other data speak of HER2-positive disease."""
    lost = any(p.subject == "diagnosis" and p.kind in ("unreadable", "old-fhir", "incomplete") for p in s.case.problems)
    return lost and (s.her2.ever_positive or any(e.drug in HER2_DRUGS for e in s.exposures))


def _problem_list_unreadable() -> Finding:
    """A problem list that could not be read is not "no metastases" (I01)."""
    return Finding("MissingData", "info", K.say("problem-list-unreadable"), missing=(Gap("I01", K.say("ask-stage")),), rules=("R131",))


def _not_breast(s: Situation) -> Scope | None:
    """R001, R123: an invasive breast cancer must be on record (a history of one counts once it has come back)."""
    kinds = {d.kind for d in s.case.diagnoses}
    if "invasive-breast" in kinds or ("breast-history" in kinds and s.metastatic):
        return None
    return Scope(("R123", "R132"), "no invasive breast cancer is on record")


def _not_metastatic(s: Situation) -> Scope | None:
    """R123: no metastatic disease; or another active cancer that explains the metastases (decision 9)."""
    if not s.metastatic and not _only_unknown_primary(s):
        return Scope(("R123", "R132"), "no distant metastasis, stage IV or M1 is on record")
    if other_primary(s) and not _of_the_breast(s):
        return Scope(("R001", "R132"), "another active cancer may explain the metastases")
    return None


def other_primary(s: Situation) -> bool:
    """Whether another active cancer is on record."""
    return any(d.kind == "other-primary" and d.status == "active" for d in s.case.diagnoses)


def breast_present(s: Situation) -> bool:
    """Whether a breast cancer is on record that is neither resolved nor a history of one."""
    return any(d.kind == "invasive-breast" and d.status != "resolved" for d in s.case.diagnoses)


def _of_the_breast(s: Situation) -> bool:
    """Whether the metastases are shown to be of the breast cancer where another cancer is active (decision 9).

    The record links them to it, or one was tested, or they were treated with HER2 drugs; where the breast cancer is only a history, with
    one that no other cancer is treated with.
    """
    if any(m.linked_to_breast for m in s.case.metastases) or any(r.specimen == "metastasis" for r in s.case.receptors):
        return True
    if breast_present(s):
        return bool(s.her2_lines)
    return any(e.drug in ONLY_BREAST for line in s.her2_lines for e in line.exposures)


def _only_unknown_primary(s: Situation) -> bool:
    """The only metastases on record are coded as of unknown primary, which contradicts a breast primary."""
    return (
        not s.metastatic
        and bool(s.case.metastases)
        and not distant(s.case.metastases)
        and any(m.primary_unknown for m in s.case.metastases)
    )


def _unknown_primary() -> Finding:
    """Never silently attach such a metastasis to the breast cancer: ask (I01)."""
    return Finding("MissingData", "info", K.say("metastasis-of-unknown-primary"), missing=(Gap("I01", K.say("ask-stage")),))


def her2_needed(s: Situation) -> Finding:
    """R122: no result, or IHC 2+ without ISH: ask for the test, no regimen."""
    leading = s.her2.leading
    treated = bool(s.her2_lines) or bool(s.her2_running)
    facts = [metastatic_fact(s)]
    ask = K.say("ask-her2")
    awaited = awaited_test(s)
    # Decision 23, as for the echocardiogram: what is ordered is not asked for again.
    ordered_on = None if awaited is None else str(awaited.date) if awaited.date is not None else "no date given"
    if s.her2.state == "equivocal" and leading is not None:
        facts.insert(0, her2_fact(leading))
        without_ish = leading.shown == "IHC 2+"
        headline = K.say("her2-equivocal") if without_ish else K.say("her2-equivocal-otherwise", shown=leading.shown)
        if ordered_on is not None:
            headline = K.say("her2-ish-awaited", shown=leading.shown, date=ordered_on)
        # The IHC is there: what is missing is the ISH alone.
        ask = K.say("ask-her2-ish") if without_ish else ask
        detail, request = (K.say("her2-what-ish-changes"),), "her2-ish"
    else:
        headline, detail, request = K.say("her2-unknown"), (K.say("her2-what-test-changes"),), "her2-ihc"
        if ordered_on is not None:
            headline = K.say("her2-test-awaited", date=ordered_on)
        elif treated:
            headline = K.say("her2-unknown-on-therapy")
    if awaited is not None:
        facts.append(FactUsed("Test ordered", _TESTS[awaited.kind], day_shown(awaited.date), awaited.source))
    return Finding(
        "Her2StatusNeeded",
        "info" if awaited is not None or (treated and s.her2.state == "unknown") else "warning",
        headline,
        detail,
        facts=tuple(facts),
        missing=(Gap("I02", ask),),
        requests=(request,) if awaited is None else (),
    )


def _her2_not_read(s: Situation, needed: Finding) -> Finding:
    """R131: the result that is asked for may be there: it is looked up, and no test is ordered."""
    unread = unread_her2(s)
    if unread is None:
        return needed
    headline, gap = K.say("her2-not-read", date=str(unread.date)), Gap("I02", her2_ask(unread))
    return replace(needed, headline=headline, facts=(*needed.facts, unread_fact(unread)), missing=(gap,), requests=())


def awaited_test(s: Situation) -> Procedure | None:
    """The HER2 test that settles the status, ordered not longer ago than a biopsy's result is waited for, and without a result since."""
    kinds = {"her2-ish"} if s.her2.state == "equivocal" else set(_TESTS)
    limit = K.thresholds.intervals.biopsy_result_days
    ordered = [
        p
        for p in s.case.procedures
        if p.state == "booked" and p.kind in kinds and (p.date is None or days_since(p.date, s.today) <= limit) and not _tested_since(s, p)
    ]
    return max(ordered, key=lambda p: (when_last(p.date), p.source), default=None)


def _tested_since(s: Situation, order: Procedure) -> bool:
    """Whether a result of the ordered method is dated on its day or later: EHRs leave orders active for years."""
    method, day = order.kind.removeprefix("her2-"), order.date
    of_method = [r for r in s.case.receptors if r.receptor == "HER2" and r.method == method and r.date is not None]
    return day is not None and any(r.date is not None and r.date.latest >= day.earliest for r in of_method)


def other_breast_untested(s: Situation) -> Finding:
    """R122: cancers of both breasts, one of them not HER2-positive, and no result of the other or of a metastasis."""
    leading = s.her2.leading
    assert leading is not None
    return Finding(
        "Her2StatusNeeded",
        "info",
        K.say("her2-other-breast-untested", shown=finding_sided(leading)),
        (K.say("her2-what-test-changes"),),
        facts=(her2_fact(leading), metastatic_fact(s)),
        missing=(Gap("I02", K.say("ask-her2")),),
        requests=("her2-ihc",),
    )


def her2_low(s: Situation) -> Finding:
    """R121: HER2-low or -ultralow: these rules are off; one neutral line."""
    leading = s.her2.leading
    shown = "HER2-ultralow" if s.her2.state == "ultralow" else "HER2-low"
    return Finding("Her2Low", "info", K.say("her2-low", state=shown), facts=(her2_fact(leading),) if leading is not None else ())


def _if_confirmed(s: Situation) -> tuple[Statement, ...]:
    """Decision 10: the options by condition, as far as the line and what was used leave them.

    None while T-DXd is being given, and none after its (neo)adjuvant use, which a board decides on (R106).
    """
    if not s.used(T_DXD):
        # Without a line on record the history may be open, or when a relapse came.
        return (K.say("discordance-if-positive" if s.used_line_count else "discordance-if-positive-first-line"),)
    return (K.say("discordance-if-positive-after-tdxd"),) if s.her2_lines and not s.on_treatment else ()


def discordance(s: Situation) -> Finding:
    """R134, R003: a metastasis that is not HER2-positive after a positive result, or two primaries that differ: nothing is assumed."""
    leading, other = s.her2.leading, s.her2.other_positive
    assert leading is not None
    assert other is not None
    headline = K.say("discordance", leading=finding_dated(leading), other=finding_dated(other))
    detail = [K.say("discordance-review"), *_if_confirmed(s)]
    if s.her2.apart:
        detail = [K.say("primaries-differ-why"), K.say("her2-what-test-changes")]
        if leading.side is not None and other.side is not None:
            headline = K.say("primaries-differ", leading=finding_sided(leading), other=finding_sided(other))
    if s.her2.state in ("low", "ultralow") and not s.used(T_DXD):
        # R103: the conjugate is not given a second time, under whichever label.
        detail.append(K.say("discordance-if-low"))
    if s.on_treatment:
        detail.append(K.say("discordance-on-treatment"))
    if not (s.on_treatment or s.brain.symptoms):
        # The brain does not wait for the pathologist; symptoms have a card of their own (R128).
        detail = [*brain_first(s), *detail]
    # Whoever gives HER2 therapy against the metastases has judged whose they are, and nothing is to be chosen now.
    judged = s.her2.apart and bool(s.her2_running)
    return Finding(
        "Her2Discordance",
        "info" if judged else "warning",
        headline,
        tuple(detail),
        facts=(her2_fact(leading, "HER2, leading result"), her2_fact(other, "HER2, positive result"), metastatic_fact(s)),
        missing=(Gap("I02", K.say("ask-her2-review")),),
        requests=("her2-ihc", "her2-ish"),
    )
