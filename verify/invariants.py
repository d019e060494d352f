"""What must hold for every case: each invariant is named after what it guards and says in one sentence how a case breaks it.

They are stated from the tags of the abstraction and the numbers of the source documents, never from the code that they check. An
invariant returns None where it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from guideline.advice import TREATMENT_TOPICS, Finding
from guideline.advise import advise
from guideline.case import BodyMeasure, Case, DataProblem, Diagnosis, FebrileNeutropenia, Lvef, Metastasis, Stage, Symptom, Toxicity
from guideline.drug_classes import components
from verify.course import LINES
from verify.dimensions import DIMENSIONS, HEART, LUNGS, LVEF, LVEF_AGE, OUTCOME
from verify.lvef_oracle import MONITORED, expected_hold
from verify.outcome import AGENTS, HER2_AGENTS, HER2_REGIMENS, TDXD_REGIMENS, Seen
from verify.points import PLACE, case_of, key_of, moved, practice_of
from verify.values import Dimension, ago, said


class Invariant(NamedTuple):
    """A promise: its name, the rules and decisions it guards, and what says how a point breaks it."""

    name: str
    guards: str
    broken: Callable[[Seen], str | None]


def _tdxd_offered(seen: Seen) -> list[str]:
    return [regimen for regimen in seen.offered if regimen in TDXD_REGIMENS]


def no_tdxd_with_active_ild(seen: Seen) -> str | None:
    """T-DXd, alone or combined, neither leads nor stands beside while ILD is active."""
    found = _tdxd_offered(seen) if "active-ild" in seen.tags else []
    return f"ILD is active, yet {', '.join(found)} is offered" if found else None


def no_tdxd_after_tdxd_pneumonitis(seen: Seen) -> str | None:
    """After T-DXd pneumonitis of grade 2 or worse, or of unknown grade, T-DXd is barred."""
    found = _tdxd_offered(seen) if seen.tags & {"tdxd-grade-2", "tdxd-ungraded"} else []
    return f"T-DXd pneumonitis on record, yet {', '.join(found)} is offered" if found else None


def no_leader_while_the_lungs_are_unclear(seen: Seen) -> str | None:
    """New respiratory symptoms: no regimen leads."""
    if "breathless" in seen.tags and seen.lead is not None:
        return f"new respiratory symptoms, yet {seen.lead} leads"
    return None


def no_her2_drug_in_pregnancy(seen: Seen) -> str | None:
    """A documented pregnancy is critical, and no regimen is offered."""
    if "pregnant" not in seen.tags or "man" in seen.tags:
        return None
    if found := [r for r in seen.offered if r in HER2_REGIMENS]:
        return f"pregnant, yet {', '.join(found)} is offered"
    if seen.ours and seen.urgency.get("Pregnancy") != "critical":
        return "pregnant, yet there is no critical card that says so"
    return None


def no_regimen_unless_her2_positive(seen: Seen) -> str | None:
    """Only a positive HER2 gives a regimen; positive by the diagnosis code only, the test is asked for."""
    if seen.treatment is None:
        return None
    if not seen.ours:
        return f"no HER2-positive metastatic disease in an adult, yet a {seen.topic} card"
    if "tested" not in seen.tags and "I02" not in seen.missing:
        return "HER2 is positive by the diagnosis code only, yet the test (I02) is not asked for"
    return None


def no_agent_again_that_failed(seen: Seen) -> str | None:
    """Trastuzumab as a backbone aside, no HER2 agent that failed in the metastatic setting comes again; a failed partner is named."""
    failed = seen.named("failed")
    if not failed or seen.treatment is None:
        return None
    for option in (*((seen.treatment.lead,) if seen.treatment.lead is not None else ()), *seen.treatment.alternatives):
        again = HER2_AGENTS[option.regimen] & failed - {"trastuzumab"}
        if again:
            return f"{', '.join(sorted(again))} failed, yet {option.regimen} is offered"
        partner = (AGENTS[option.regimen] & failed) - HER2_AGENTS[option.regimen]
        if partner and not any("partner" in caution.id for caution in option.cautions):
            return f"{', '.join(sorted(partner))} failed, yet {option.regimen} does not say so"
    return None


def no_conjugate_or_tucatinib_again(seen: Seen) -> str | None:
    """T-DXd, T-DM1 and tucatinib are given once, in whatever setting."""
    if seen.topic == "MaintenanceTreatment":
        return None
    used = seen.named("used") & {"trastuzumab-deruxtecan", "trastuzumab-emtansine", "tucatinib"}
    again = [regimen for regimen in seen.offered if AGENTS[regimen] & used]
    return f"{', '.join(again)} is offered although it was given before" if again else None


def no_agent_again_after_toxicity(seen: Seen) -> str | None:
    """What was stopped for toxicity, or is a severe allergy, is not offered again."""
    for kind, said_so in (("toxic", "was stopped for toxicity"), ("severe", "is a severe allergy")):
        barred = seen.named(kind)
        again = [regimen for regimen in seen.offered if HER2_AGENTS[regimen] & barred]
        if again:
            return f"{', '.join(sorted(barred))} {said_so}, yet {', '.join(again)} is offered"
    return None


def no_first_line_after_early_relapse(seen: Seen) -> str | None:
    """Metastases within 12 months of (neo)adjuvant HER2 therapy: neither the first-line card nor a first-line regimen in the lead."""
    if "early" in seen.tags and (seen.topic == "FirstLineTreatment" or seen.lead in ("thp", "endocrine-her2")):
        return f"early relapse, yet {seen.topic} led by {seen.lead}" if seen.topic != "MaintenanceTreatment" else None
    return None


def first_line_before_anything_else(seen: Seen) -> str | None:
    """Never treated, or relapsed after more than 12 months: whatever leads is a first-line regimen."""
    untreated = "line-count:0" in seen.tags and "lines" not in seen.tags and "history-open" not in seen.tags
    early_or_unclear = seen.tags & {"early", "interval-unclear"}
    if untreated and not early_or_unclear and seen.topic not in (None, "FirstLineTreatment", "TumorBoard"):
        return f"never treated, yet {seen.topic}"
    return None


_NOBODY_LEADS = ("regimen leads", "regimen until", "no standard", "tumour board", "depends on")


def one_leader_or_none_with_a_reason(seen: Seen) -> str | None:
    """One leading regimen, or a headline that says that none leads, and why; nothing is offered and barred at once."""
    t = seen.treatment
    if t is None:
        return None
    if t.lead is None:
        said_so = any(words in t.headline.text.lower() for words in _NOBODY_LEADS)
        return None if said_so and t.why else f"no regimen leads and the card does not say why: {t.headline.text}"
    if len(set(seen.offered)) != len(seen.offered):
        return f"a regimen is offered twice: {', '.join(seen.offered)}"
    barred = {o.regimen for o in t.barred} | set(t.avoid)
    both = [regimen for regimen in seen.offered if regimen in barred]
    return f"{', '.join(both)} is offered and advised against" if both else None


_EXPLAINS_NO_CARD = ("Pregnancy", "BrainMetastasesUrgent", "MissingData", "Her2Discordance")


def no_silence_where_a_decision_is_due(seen: Seen) -> str | None:
    """HER2-positive metastatic disease and no line that goes on: a treatment card, or one that says what must come first.

    Endocrine therapy alone is a line that goes on where it is the plan.
    """
    # A newer answer that the line goes on overrides the older sign of progression (decision 6).
    goes_on = "outcome_ongoing" in seen.tags and seen.named("running")
    due = seen.ours and not seen.tags & {"standing", "early", "interval-unclear"} and "lines" in seen.tags and not goes_on
    if (
        due
        and seen.treatment is None
        and not any(topic in seen.urgency for topic in _EXPLAINS_NO_CARD)
        and not _endocrine_is_the_plan(seen)
    ):
        return "a decision is due, yet there is neither a treatment card nor a reason for none"
    return None


def _endocrine_is_the_plan(seen: Seen) -> bool:
    """Silence 13: endocrine therapy alone goes on for a recorded reason (R062), and was begun when HER2 was known to be positive."""
    if "endocrine-goes-on" not in seen.tags:
        return False
    case, lvef = case_of(seen.point), LVEF.values[seen.point[PLACE[LVEF.name]]].number
    begun = max(drug.start.earliest for drug in case.drugs if drug.drug == "letrozole" and drug.start is not None)
    tested = any(r.receptor == "HER2" and r.date is not None and r.date.latest <= begun for r in case.receptors)
    known = tested or "her2-line" in seen.tags or bool(seen.named("adjuvant"))
    heart = "heart-failure" in seen.tags or (lvef is not None and lvef < 50) or any(c.kind == "cardiomyopathy" for c in case.heart)
    return known and (heart or "low_burden" in seen.tags)


def the_unknown_is_a_condition(seen: Seen) -> str | None:
    """Where something unknown could turn out so that the leading regimen is not even offered, the card names that input as missing."""
    if seen.lead is None:
        return None
    for place, dimension in enumerate(DIMENSIONS):
        value = dimension.values[seen.point[place]]
        if value.asks is None or value.asks in seen.missing or _answered_elsewhere(seen, dimension, value.asks):
            continue
        if value.asks in ("I06", "I09") and seen.topic == "MaintenanceTreatment":
            # What goes on waits for no answer about the brain or the lungs; what is new there puts its card in the place of this one.
            continue
        for index in dimension.completions(seen.point[place]):
            known = seen.of((*seen.point[:place], index, *seen.point[place + 1 :]))
            if seen.lead not in known.offered:
                return f"{seen.lead} leads, but not with '{dimension.values[index].words}'; {value.asks} is not named as missing"
    return None


def an_open_record_is_a_condition(seen: Seen) -> str | None:
    """Nothing on record, or a therapy that could not be read: what leads is said conditionally, with I04 as missing."""
    nothing = "history-open" in seen.tags and not seen.named("adjuvant") and seen.point[PLACE[OUTCOME.name]] == 0
    if not nothing and "lost:therapy" not in seen.tags:
        return None
    if seen.lead is None or seen.topic == "MaintenanceTreatment" or "I04" in seen.missing:
        return None
    return f"{seen.lead} leads although the record of therapies is open, and I04 is not named as missing"


def no_start_on_an_old_lvef(seen: Seen) -> str | None:
    """A HER2 regimen leads a new line: an LVEF that is absent or older than 84 days is named as missing."""
    if seen.lead not in HER2_REGIMENS or seen.topic == "MaintenanceTreatment" or "I07" in seen.missing:
        return None
    value, age = LVEF.values[seen.point[PLACE[LVEF.name]]].number, LVEF_AGE.values[seen.point[PLACE[LVEF_AGE.name]]].number
    if value is None or (age or 0) > 84:
        return f"{seen.lead} leads on {'no LVEF' if value is None else f'an LVEF {age:g} days old'}, and I07 is not named as missing"
    return None


def _answered_elsewhere(seen: Seen, dimension: Dimension, asks: str) -> bool:
    """Whether another fact of the point settles what this one leaves open."""
    if asks == "I13":
        # Decision 15: asked only of a woman of 55 or younger who is not recorded as postmenopausal.
        return bool(seen.tags & {"man", "over 55", "postmenopausal"})
    # The intake says how the last line ended.
    return dimension is LINES and seen.point[PLACE[OUTCOME.name]] != 0


def two_lvef_rules_combine(seen: Seen) -> str | None:
    """The hold of the running drugs by their own tables: the stricter decides, trastuzumab with pertuzumab by one table."""
    running = seen.named("running")
    if not running or not seen.ours or seen.tags & {"heart-failure", "cardiomyopathy"}:
        return None
    if not running & MONITORED:
        return None
    hold, indicator, low = expected_hold(seen.point, running)
    found = seen.urgency.get("LvefHold")
    if hold and found != indicator:
        return f"the tables ask for a hold ({indicator}), the cards say {found or 'nothing'}"
    if not hold and found is not None:
        return f"no table asks for a hold, the cards do ({found})"
    if low and not hold and seen.urgency.get("LvefMonitoringDue") != "warning":
        return "LVEF below 50 on HER2 therapy, and no warning"
    return None


def no_two_cards_contradict(seen: Seen) -> str | None:
    """One card a topic, one treatment card, no regimen with a drug that another card says to avoid, no advice beside an emergency."""
    topics = [f.topic for f in seen.findings]
    if len(topics) != len(set(topics)):
        return f"two cards of one topic: {', '.join(sorted(topics))}"
    if sum(topic in TREATMENT_TOPICS for topic in topics) > 1:
        return "two treatment cards"
    for finding in seen.advice.findings:
        avoided = frozenset(c for drug in finding.avoid for c in components(drug))
        clash = [regimen for regimen in seen.offered if AGENTS[regimen] & avoided]
        if clash and not _named_as_a_check(seen, finding):
            return f"{finding.topic} says to avoid {', '.join(sorted(finding.avoid))}, the treatment card offers {', '.join(clash)}"
    if seen.treatment is not None:
        stops = [topic for topic in topics if topic in ("BrainMetastasesUrgent", "Her2StatusNeeded", "Her2Discordance", "Her2Low")]
        # One that is only possible is to be excluded before the next dose, of whatever regimen.
        stops += ["Pregnancy"] if seen.urgency.get("Pregnancy") == "critical" else []
        if stops:
            return f"a treatment card beside {', '.join(stops)}"
    if bool(seen.advice.silent) is bool(topics):
        return "silent, and yet it speaks" if topics else "nothing said, and no rule named that asks for silence"
    return None


def _named_as_a_check(seen: Seen, finding: Finding) -> bool:
    """A hold for a low LVEF beside the choice of the next line: the treatment card names the low LVEF as a check before the first dose."""
    checks = {check.id for check in seen.treatment.checks} if seen.treatment is not None else frozenset()
    return finding.topic == "LvefHold" and bool({"check-lvef-low", "check-lvef-hold", "check-lvef-stop"} & checks)


#: Facts that count for nothing: resolved, of another patient, too old, a normal value without a date, or of no rule.
_NOTHING = {
    "febrile_neutropenia": (FebrileNeutropenia("resolved", ago(1900), "Condition/resolved-fever"),),
    "toxicities": (Toxicity("neuropathy", "resolved", 3, ago(3), "Condition/resolved-neuropathy"),),
    "symptoms": (Symptom("respiratory", "dyspnoea", "resolved", ago(3), ago(3), ago(3), "Condition/resolved-dyspnoea"),),
    "lvef": (Lvef(60.0, None, source="Observation/undated-lvef"), Lvef(75.0, ago(0), preliminary=True, source="Observation/preliminary")),
    "stages": (Stage("II", ago(1950), "Observation/old-stage"),),
    "body": (BodyMeasure("height", 165.0, ago(30), "Observation/height"),),
    "diagnoses": (Diagnosis("breast-in-situ", "resolved", ago(4000), source="Condition/dcis"),),
    "metastases": (Metastasis("regional-node", ago(1900), ago(1900), "resolved", source="Condition/node"),),
    "problems": (DataProblem("other-patient", "lung", "Condition/other"), DataProblem("erroneous", "therapy", "MedicationStatement/error")),
}
_EXPIRED = {"cns-symptoms": said("true", days=29), "heart-failure-symptoms": said("true", days=29)}


def with_facts_that_do_not_count(case: Case) -> Case:
    """The case with a handful of facts that must change nothing."""
    more = {name: (*getattr(case, name), *facts) for name, facts in _NOTHING.items()}
    return replace(case, intake={**_EXPIRED, **case.intake}, **more)


def what_does_not_count_changes_nothing(seen: Seen) -> str | None:
    """Resolved, expired, undated, preliminary and foreign facts leave the advice as it is (asked of every eighth case)."""
    if key_of(seen.point) % 8:
        return None
    after = advise(with_facts_that_do_not_count(case_of(seen.point)), practice_of(seen.point))
    return None if after == seen.advice else "facts that count for nothing changed the advice"


def _rank(seen: Seen, regimens: frozenset[str]) -> int:
    """2 where one of them leads, 1 where one stands beside, 0 else."""
    if seen.lead in regimens:
        return 2
    return int(any(regimen in regimens for regimen in seen.alternatives))


def worse_organs_never_speak_for_a_drug(seen: Seen) -> str | None:
    """More ILD never makes T-DXd more recommended; a lower LVEF or heart failure no HER2 regimen at all."""
    for dimension, regimens in ((LUNGS, TDXD_REGIMENS), (LVEF, TDXD_REGIMENS), (LVEF, HER2_REGIMENS), (HEART, HER2_REGIMENS)):
        place = PLACE[dimension.name]
        for better, worse in dimension.worse:
            if seen.point[place] == worse and _rank(seen, regimens) > 0:
                before = seen.of(moved(seen.point, dimension.name, better))
                if _rank(seen, regimens) > _rank(before, regimens):
                    return f"less recommended with '{dimension.values[better].words}': {', '.join(before.offered) or 'nothing offered'}"
    return None


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("no-tdxd-with-active-ild", "R079, R117, decision 12", no_tdxd_with_active_ild),
    Invariant("no-tdxd-after-tdxd-pneumonitis", "R116, decision 12", no_tdxd_after_tdxd_pneumonitis),
    Invariant("no-leader-while-the-lungs-are-unclear", "R080, decision 12", no_leader_while_the_lungs_are_unclear),
    Invariant("no-her2-drug-in-pregnancy", "R124, decision 15", no_her2_drug_in_pregnancy),
    Invariant("no-regimen-unless-her2-positive", "R001, R121, R122, decision 10", no_regimen_unless_her2_positive),
    Invariant("no-agent-again-that-failed", "R053, R058, decision 4", no_agent_again_that_failed),
    Invariant("no-conjugate-or-tucatinib-again", "R103, R106, decision 4", no_conjugate_or_tucatinib_again),
    Invariant("no-agent-again-after-toxicity", "R053, decision 4, order check P15", no_agent_again_after_toxicity),
    Invariant("no-first-line-after-early-relapse", "R015, R018, decision 2", no_first_line_after_early_relapse),
    Invariant("first-line-before-anything-else", "R004, R014, decisions 2 and 3", first_line_before_anything_else),
    Invariant("one-leader-or-none-with-a-reason", "R059, decision 31", one_leader_or_none_with_a_reason),
    Invariant("no-silence-where-a-decision-is-due", "R131, R132, decisions 3 and 6", no_silence_where_a_decision_is_due),
    Invariant("the-unknown-is-a-condition", "R131, list of inputs", the_unknown_is_a_condition),
    Invariant("an-open-record-is-a-condition", "R131, decision 5", an_open_record_is_a_condition),
    Invariant("no-start-on-an-old-lvef", "R071, input I07", no_start_on_an_old_lvef),
    Invariant("two-lvef-rules-combine", "R110-R114, decision 14", two_lvef_rules_combine),
    Invariant("no-two-cards-contradict", "R132, decisions 7, 17 and 31", no_two_cards_contradict),
    Invariant("what-does-not-count-changes-nothing", "R132, decisions 8, 25 and 27", what_does_not_count_changes_nothing),
    Invariant("worse-organs-never-speak-for-a-drug", "R079, R110, decisions 12 and 14", worse_organs_never_speak_for_a_drug),
)
