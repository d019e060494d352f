"""What keeps the treatment question from being asked at all: one `MissingData` card (I04, I17; decisions 5, 8, 24)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from guideline.advice import FactUsed, Finding, Gap, Indicator
from guideline.drug_classes import ANTIBODY_PRODUCTS, HER2_DRUGS
from guideline.facts_used import (
    course_fact,
    day_shown,
    drug_names,
    headline_names,
    in_usual_order,
    metastatic_fact,
    reasons_shown,
    treatment_facts,
)
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, newest_day
from guideline.rules.endocrine import heart_against_her2, reason_for_endocrine_alone
from guideline.rules.heart import heart
from guideline.rules.lungs import lungs
from guideline.rules.orders.order_stop import ACCEPTED_REASONS
from guideline.rules.partner_progression import partner_progression
from guideline.rules.treatment import better_since, controlled_without_her2, history_open
from guideline.situation import Situation
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.therapy.lines import Line, last_day_of, planned_again
from guideline.therapy.progression import intake_outcome

#: What a conjugate or kinase inhibitor is not given again after.
_NOT_GIVEN_AGAIN = frozenset({"progression", "lung"})

#: Findings that say what a drug is held for, and when it may be given again.
_HOLDS = frozenset({"HeartFailure", "LvefHold", "InterstitialLungDisease"})


def therapy_gap(s: Situation) -> Finding | None:
    """The first of these that is open; None where nothing keeps the question from being asked."""
    if s.unknown_conjugate:
        return Finding(
            "MissingData", "info", K.say("unknown-conjugate"), facts=treatment_facts(s), missing=(Gap("I04", K.say("ask-conjugate")),)
        )
    last = s.last_line
    if s.study_drug is not None and not s.on_treatment and (last is None or not controlled_without_her2(s, last)):
        state = {"active": "being given", "on-hold": "on hold"}.get(s.study_drug.status, "status not recorded")
        facts = (*treatment_facts(s), FactUsed("Study drug", state, day_shown(s.study_drug.start), s.study_drug.source))
        return Finding("MissingData", "info", K.say("study-drug"), facts=facts, missing=(Gap("I04", K.say("ask-study-drug")),))
    if last is not None and (
        any(e.state == "unknown" for e in last.exposures)
        if last.outcome == "unknown"
        else last.outcome == "on-hold" and not last.held_on_record(s.case)
    ):
        return Finding(
            "MissingData",
            "info",
            K.say("on-hold-or-stopped"),
            facts=treatment_facts(s),
            missing=(Gap("I17", K.say("ask-on-hold")),),
            rules=("R133",),
        )
    if last is not None and last.outcome == "on-hold" and (held := _held_for_long(s, last)) is not None:
        return held
    if last is not None and last.outcome == "ongoing" and (stopped := _stopped_on_no_day(s, last)) is not None:
        return stopped
    if (failed := partner_progression(s)) is not None:
        return failed
    if last is not None and controlled_without_her2(s, last) and not better_since(s, last):
        return _endocrine_alone(s, last)
    if last is None and history_open(s) and not s.lungs.symptoms:
        headline = K.say("therapy-undated" if s.therapies.undated else "therapy-not-read" if s.therapy_not_read else "no-therapy-on-record")
        return Finding("MissingData", "info", headline, facts=(metastatic_fact(s),), missing=(Gap("I04", K.say("ask-prior-therapy")),))
    return None


def with_gap(findings: Sequence[Finding], gap: Finding) -> list[Finding]:
    """The findings with what therapy_gap asks: whether a hold is one, on the card that names what it is for; else a card of its own."""
    lead = next((f for f in findings if f.topic in _HOLDS), None) if gap.headline.id == "on-hold-or-stopped" else None
    if lead is None:
        return [*findings, gap]
    return [replace(f, missing=(*f.missing, *gap.missing)) if f is lead else f for f in findings]


def _held_for_long(s: Situation, last: Line) -> Finding | None:
    """R133: on hold for longer than a course pauses, or for a pregnancy that is excluded, and no finding about an organ speaks of it.

    Counted from the last dose; where none is recorded from a day on which it was recorded as a hold, else from the start: since when it is
    held nobody knows then, and the question is the same.
    """
    held = [e for e in last.main_part() if e.state == "on-hold"]
    if planned_again(held, s.case):
        return None
    given, so_recorded = last_day_of(held), newest_day(e.held_on for e in held)
    since = given or so_recorded or newest_day(e.start for e in held)
    long = since is not None and (s.today - since.latest).days > LONGEST_SILENCE_DAYS
    for_pregnancy = _held_for_pregnancy(s, held, given)
    pregnancy_over = for_pregnancy and s.pregnancy == "excluded"
    if not (long or pregnancy_over) or any(f is not None and f.topic in _HOLDS for f in (heart(s), lungs(s))):
        return None
    drugs = [e.drug for e in held]
    begun = _held_since(given, so_recorded, since)
    headline = K.say("held-pregnancy-over" if pregnancy_over else "held-for-long", drugs=headline_names(drugs), last=begun)
    reasons = {e.stop_reason for e in held if e.stop_reason is not None}
    without_reason = K.say("held-pregnancy-found" if for_pregnancy else "held-no-reason")
    why = K.say("held-because", reason=reasons_shown(reasons)) if reasons else without_reason
    loaded = in_usual_order(drug for drug in drugs if _is_loaded(drug)) if long and (given or so_recorded) else []
    again = [K.say("held-load-again", drugs=drug_names(loaded))] if loaded else []
    ask = Gap("I17", K.say("ask-on-hold"))
    return Finding("MissingData", "info", headline, (why, *again), facts=treatment_facts(s), missing=(ask,), rules=("R133",))


def _held_since(given: PartialDate | None, so_recorded: PartialDate | None, begun: PartialDate | None) -> str:
    """What is known of when a hold began: the last dose, a day on which it was recorded as a hold, or only when the drug was begun."""
    if given is not None:
        return f", last dose {given}"
    if so_recorded is not None:
        return f", so recorded on {so_recorded}"
    return f" (begun {begun}, no dose on record)" if begun is not None else ""


def _held_for_pregnancy(s: Situation, held: Sequence[Exposure], given: PartialDate | None) -> bool:
    """Whether pregnancy is the recorded reason of the hold, or was found after the last dose."""
    if any(e.stop_reason == "pregnancy" for e in held):
        return True
    found = [p.date for p in s.case.pregnancies if p.status == "pregnant" and p.date is not None]
    return given is not None and any(day.earliest >= given.latest for day in found)


def _is_loaded(drug: str) -> bool:
    """Whether a course of the drug begins with a higher dose, and does so again after a long gap."""
    return drug in K.doses and any(each.loading is not None or each.unit == "parts" for each in K.doses[drug].schedules)


def _stopped_on_no_day(s: Situation, last: Line) -> Finding | None:
    """I17: a drug that counts as given is on record as stopped as well, for what it is not given again after, and nobody wrote down when.

    Antibodies are: they are a backbone that is used again (decision 4). The clinician's answer that the line goes on settles it.
    """
    running = {e.drug for e in last.main_part() if e.state == "running" and e.drug not in ANTIBODY_PRODUCTS and e.drug in HER2_DRUGS}
    stopped = [e for e in s.exposures if e.drug in running and e.state == "ended" and e.start is None and e.last_known is None]
    stopped = [e for e in stopped if e.stop_reason in _NOT_GIVEN_AGAIN]
    if not stopped or intake_outcome(s.case, last.start) is not None:
        return None
    reasons = {e.stop_reason for e in stopped if e.stop_reason is not None}
    headline = K.say("open-and-stopped", drugs=headline_names(sorted({e.drug for e in stopped})), reason=reasons_shown(reasons))
    facts = (*treatment_facts(s), *[course_fact(s.case, e, "stopped, no date", None) for e in stopped])
    indicator: Indicator = "warning" if "lung" in reasons else "info"
    return Finding("MissingData", indicator, headline, facts=facts, missing=(Gap("I17", K.say("ask-on-hold")),), rules=("R131",))


def _endocrine_alone(s: Situation, last: Line) -> Finding | None:
    """R009, R010: HER2 therapy is over and endocrine therapy goes on: silent for a recorded reason that ends it rightly.

    A planned end is none; with an R062 reason for endocrine therapy alone on record it is not questioned.
    """
    if last.outcome == "completed":
        if not last.has_her2 or reason_for_endocrine_alone(s) or heart_against_her2(s):
            return None
        headline, ask = K.say("her2-completed-endocrine-goes-on"), K.say("ask-end-meant")
    else:
        reasons = last.end_reasons()
        if reasons and reasons <= ACCEPTED_REASONS | {"completed"}:
            return None
        headline = K.say("her2-ended-otherwise-endocrine-goes-on" if reasons else "her2-ended-endocrine-goes-on")
        ask = K.say("ask-line-outcome")
    unexplained = last.has_her2 and ACCEPTED_REASONS.isdisjoint([e.stop_reason for e in last.main_part()])
    why = (K.say("her2-ended-normally-goes-on"),) if unexplained else ()
    return Finding("MissingData", "info", headline, why, facts=treatment_facts(s), missing=(Gap("I04", ask),))
