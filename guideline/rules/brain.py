"""Brain metastases: local therapy first when it is urgent (R128), and which systemic therapy leads (R032-R036; decision 13)."""

from __future__ import annotations

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.facts_used import brain_fact, symptom_fact
from guideline.intake import answer, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.objections import TDXD_REGIMENS, TUCATINIB, objection
from guideline.situation import Situation
from guideline.symptoms import is_recent, reported
from guideline.therapy.progression import LocalTherapy, held_local_therapy


def brain_urgent(s: Situation) -> Finding | None:
    """R128: neurological symptoms or mass effect come before any choice of a regimen.

    With no brain metastasis on record the brain is imaged first (decision 13); a symptom of the chart may have another cause: a warning.
    """
    asked = said_yes(s.case, "cns-symptoms")
    if not s.brain.symptoms or not (asked or s.metastatic):
        return None
    fact = brain_fact(s)
    facts = (*_symptoms(s), *((fact,) if fact is not None else ()))
    if s.brain.present:
        detail = (K.say("brain-local-first"), K.say("brain-trials-excluded"), _after_local(s), K.say("brain-steroids-outside"))
        return Finding("BrainMetastasesUrgent", "critical", K.say("brain-urgent"), detail, facts=facts)
    booked = any(p.kind == "brain-mri" and p.state == "booked" for p in s.case.procedures)
    headline = K.say("brain-mri-urgent" if s.brain.state == "unknown" else "brain-mri-urgent-none")
    return Finding(
        "BrainMetastasesUrgent", "critical" if asked else "warning", headline,
        (K.say("brain-mri-before-regimen"),), facts=facts,
        missing=(Gap("I06", K.say("ask-brain-mri")),), requests=() if booked else ("brain-mri",),
    )  # fmt: skip


def _symptoms(s: Situation) -> tuple[FactUsed, ...]:
    name, given = "Neurological symptoms or mass effect", reported(s.case, "cns-symptoms")
    answered = (FactUsed(name, "reported", str(given.date), given.source),) if given is not None else ()
    return (*answered, *[symptom_fact(symptom, name) for symptom in s.brain.charted_symptoms])


def _after_local(s: Situation) -> Statement:
    """What the question will be after local therapy: the two options are named where both are left, and no first line is due."""
    after_her2 = bool(s.her2_lines) or s.early_relapse
    both_left = all(objection(s, regimen) is None for regimen in (TUCATINIB, "tdxd"))
    return K.say("brain-after-local" if after_her2 and both_left else "brain-after-local-ask")


def tucatinib_first(s: Situation) -> bool:
    """R033: disease mostly in the brain, after at least one HER2 regimen for metastatic disease."""
    return s.brain.present and s.brain.predominant is True and bool(s.her2_lines)


def isolated_in_brain(s: Situation) -> bool:
    """Decision 13: a new brain metastasis is all that documents progression under HER2 therapy that is still being given."""
    progression = s.last_line.progression if s.last_line is not None else None
    return progression is not None and progression.brain_alone and s.brain.present and bool(s.her2_running)


def perhaps_only_the_brain(s: Situation) -> bool:
    """Whether the newest progression is in the brain, and nothing says that the body progressed as well.

    With disease mostly in the brain it may be, unless a new site in the body says otherwise or toxicity ended the line.
    """
    last = s.last_line
    progression = last.progression if last is not None else None
    if tucatinib_first(s):
        in_the_body = progression is not None and any(site != "brain" for site in progression.sites)
        return last is not None and last.outcome != "toxicity" and not in_the_body
    return progression is not None and progression.sites == ("brain",) and s.brain.present and bool(s.her2_running)


def brain_alone_headline(s: Situation, line: str, regimen: str) -> Statement:
    """Decision 13: what stands first where the brain alone progressed, and the next line only behind it."""
    treated = _treated(s)
    if treated is not None:
        done = "irradiated" if treated.irradiated else "resected"
        return K.say(f"headline-brain-{done}", treated=treated.day, line=line, regimen=regimen)
    return K.say("headline-brain-alone", line=line, regimen=regimen)


def brain_first(s: Situation) -> list[Statement]:
    """Decision 13: local therapy and unchanged HER2 therapy come first, as far as only the brain progressed."""
    if s.last_line is None:
        # Stable ones have a sentence of their own beside every later line.
        return [] if s.brain.state == "stable" else before_first_therapy(s)
    if not perhaps_only_the_brain(s):
        return []
    treated = _treated(s)
    if treated is None:
        return [K.say("brain-body-controlled")]
    return [K.say("brain-irradiated-body-open" if treated.irradiated else "brain-resected-body-open", treated=treated.day)]


def before_first_therapy(s: Situation) -> list[Statement]:
    """R128: before anything is given against the metastases local therapy of those in the brain is cleared, unless it was done."""
    if not s.brain.present:
        return []
    done = held_local_therapy(s.brain.date, s.case) if s.brain.date is not None else None
    return [K.say("brain-first-line") if done is None else K.say("brain-treated-follow-up", treated=done.day)]


def _treated(s: Situation) -> LocalTherapy | None:
    progression = s.last_line.progression if s.last_line is not None else None
    return progression.treated if progression is not None and progression.sites == ("brain",) else None


def brain_statements(s: Situation, lead: str | None) -> list[Statement]:
    """What the card says about the brain beside the regimen that leads: what the burden did to the choice, or would do."""
    b = s.brain
    if not b.present:
        return []
    said = _burden(s, lead)
    if b.state == "stable":
        said.append(K.say("brain-stable-follow-up"))
    return said


def _burden(s: Situation, lead: str | None) -> list[Statement]:
    predominant, tdxd_leads = s.brain.predominant, lead in TDXD_REGIMENS
    if tucatinib_first(s):
        return [K.say("brain-predominant" if lead == TUCATINIB else "brain-predominant-triplet-gone")]
    if predominant is True:
        return [K.say("brain-predominant-no-metastatic-her2" if tdxd_leads else "brain-predominant-triplet-beside")]
    if predominant is False:
        return [K.say("brain-extracranial")] if tdxd_leads else []
    would_lead = bool(s.her2_lines) and lead != TUCATINIB and objection(s, TUCATINIB) is None
    return [K.say("brain-burden-unknown")] if would_lead else []


def brain_gaps(s: Situation) -> list[Gap]:
    """I06: CNS status unknown; symptoms of metastases that are new; or the burden, as long as the triplet may be chosen by it."""
    if s.brain.state == "unknown" and not s.brain.leptomeningeal:
        return [Gap("I06", K.say("ask-cns-status"))]
    if not s.brain.present or s.brain.leptomeningeal:
        return []
    gaps = [Gap("I06", K.say("ask-cns-symptoms", date=s.brain.newest))] if _symptoms_open(s) else []
    if s.brain.predominant is None and objection(s, TUCATINIB) is None:
        gaps.append(Gap("I06", K.say("ask-cns-burden")))
    return gaps


def _symptoms_open(s: Situation) -> bool:
    """Whether a brain metastasis is new, and nobody said whether it has symptoms, nor treated it locally since."""
    newest = s.brain.newest
    if newest is None or not is_recent(newest, s.case, "cns-symptoms") or answer(s.case, "cns-symptoms") is not None:
        return False
    return held_local_therapy(newest, s.case) is None
