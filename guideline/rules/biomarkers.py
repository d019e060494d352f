"""Re-biopsy, receptor change and another cancer beside the treatment (R001-R003; decisions 9 and 11)."""

from __future__ import annotations

from guideline.advice import Finding, Gap, Statement
from guideline.biomarkers.her2_findings import is_metastasis
from guideline.case import ReceptorResult, UnreadResult
from guideline.facts_used import finding_dated, her2_fact
from guideline.intake import said_no, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, days_since, newest_day
from guideline.rules.endocrine import visceral_crisis
from guideline.rules.scope import other_primary
from guideline.rules.unread import her2_ask
from guideline.situation import Situation
from guideline.unread_results import unread_fact, unread_her2


def _relapsed_on(s: Situation) -> PartialDate | None:
    """The newest progression, else the metastatic relapse."""
    last = s.last_line
    if last is not None and last.outcome == "progression":
        return last.ended_on
    return s.metastatic_since if not s.therapies.used_lines else None


def _since(s: Situation) -> str:
    """No metastasis of this patient was ever tested, or none since the event for which a result is wanted (R002)."""
    if s.her2.metastasis_tested_on is None:
        return "on record"
    return "since the disease progressed" if s.therapies.used_lines else "since the relapse"


def rebiopsy_open(s: Situation) -> bool:
    """R002: no receptor result from a metastasis since the last progression (or since the relapse), and none to be waited for."""
    return _result_wanted(s) and _biopsied_on(s) is None


def _unread_since(s: Situation) -> UnreadResult | None:
    """The result of a metastasis that is wanted, where it is there and could not be read; `common_checks` names it."""
    unread, since = unread_her2(s), _relapsed_on(s)
    if unread is None or unread.date is None or not is_metastasis(unread, s.metastatic_since):
        return None
    wanted = s.her2.metastasis_tested_on is None or since is None or (since.earliest - unread.date.latest).days <= _grace(s)
    return unread if wanted else None


def _result_wanted(s: Situation) -> bool:
    if s.on_treatment or visceral_crisis(s) or said_no(s.case, "lesion-accessible"):
        return False
    since, tested = _relapsed_on(s), s.her2.metastasis_tested_on
    if tested is None:
        return True
    return since is not None and (since.earliest - tested.latest).days > _grace(s)


def _biopsied_on(s: Situation) -> PartialDate | None:
    """The day of a biopsy since the last progression (or that of the relapse) whose result may still come."""
    since = _relapsed_on(s)
    done = [p.date for p in s.case.procedures if p.kind == "biopsy" and p.state == "done" and p.date is not None]
    recent = [day for day in done if days_since(day, s.today) <= K.thresholds.intervals.biopsy_result_days]
    recent = [day for day in recent if since is None or (since.latest - day.earliest).days <= _grace(s)]
    newest = newest_day(recent)
    # One with a result of its own, such as that of the breast itself, is not waited for.
    if newest is None or any(_result_since(r, newest) for r in s.case.receptors):
        return None
    unread = _unread_since(s)
    return None if unread is not None and unread.date is not None and unread.date.latest >= newest.earliest else newest


def _result_since(result: ReceptorResult, day: PartialDate) -> bool:
    return result.receptor == "HER2" and result.date is not None and result.date.latest >= day.earliest


def _grace(s: Situation) -> int:
    """The biopsy that proved the metastasis is often older than its entry on the problem list."""
    return 0 if s.therapies.used_lines else _PROOF_DAYS


#: A result of a metastasis up to two months before the metastasis was written down is that of the biopsy that proved it.
_PROOF_DAYS = 60


def rebiopsy(s: Situation) -> Finding | None:
    """R002, decision 11: a card of its own only when the intake says that a lesion can be reached."""
    if not said_yes(s.case, "lesion-accessible") or not rebiopsy_open(s):
        return None
    facts = (her2_fact(s.her2.leading),) if s.her2.leading is not None else ()
    unread = _unread_since(s)
    if unread is not None:
        headline = K.say("rebiopsy-not-read", date=str(unread.date))
        gap = Gap("I02", her2_ask(unread))
        return Finding("RebiopsySuggested", "info", headline, (), (unread_fact(unread), *facts), (gap,), rules=("R002", "R131"))
    return Finding(
        "RebiopsySuggested", "info", K.say("rebiopsy", since=_since(s)), (K.say("rebiopsy-no-delay"),), facts=facts, requests=("biopsy",)
    )


def biomarker_statements(s: Situation) -> list[Statement]:
    """Lines on the treatment card.

    Whose HER2 status this is; re-biopsy where accessibility is unknown, or its result to come; a change of hormone receptors; a reviewed
    discordance; another cancer that may be what progressed.
    """
    said = _not_always_positive(s)
    pending = _biopsied_on(s)
    if pending is not None and _result_wanted(s):
        said.append(K.say("biopsy-result-pending", day=pending))
    if rebiopsy_open(s) and _unread_since(s) is None and not said_yes(s.case, "lesion-accessible"):
        said.append(K.say("rebiopsy-if-accessible", since=_since(s)))
    if s.hormones.changed:
        said.append(K.say("receptors-changed", before=s.hormones.previous, now=s.hormones.state))
    if s.her2.reviewed and s.her2.state == "positive":
        said.append(K.say("discordance-reviewed-positive"))
    if _perhaps_another_cancer(s):
        said.append(K.say("another-active-cancer"))
    return said


def _not_always_positive(s: Situation) -> list[Statement]:
    """R003: what was not positive beside the positive result that leads: the result before it, another result, another primary.

    The latter two only while no metastasis was tested.
    """
    if s.her2.one_unshown:
        return [K.say("her2-one-breast-shown")]
    if s.her2.before is not None:
        return [K.say("her2-became-positive", before=finding_dated(s.her2.before))]
    other = s.her2.not_positive
    return [K.say("her2-earlier-not-positive", other=finding_dated(other))] if other is not None else []


def _perhaps_another_cancer(s: Situation) -> bool:
    """Whether another active cancer was there when the disease progressed, and no metastasis was tested since."""
    progression = s.last_line.progression if s.last_line is not None else None
    if progression is None or not other_primary(s):
        return False
    day, tested = progression.day, s.her2.metastasis_tested_on
    if day is None:
        return True
    if tested is not None and tested.earliest >= day.latest:
        return False
    others = [d.date for d in s.case.diagnoses if d.kind == "other-primary" and d.status == "active"]
    return any(since is None or since.earliest <= day.latest for since in others)
