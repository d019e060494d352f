"""Brain metastases: local therapy first when it is urgent (R128), and which systemic therapy leads (R032-R036; decision 13)."""

from __future__ import annotations

from guideline.advice import FactUsed, Finding, Gap, Statement
from guideline.facts_used import brain_fact
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.progression import LocalTherapy
from guideline.rules.objections import TUCATINIB
from guideline.situation import Situation


def brain_urgent(s: Situation) -> Finding | None:
    """R128: neurological symptoms or mass effect come before any choice of a regimen."""
    if not s.brain.symptoms:
        return None
    given = s.case.intake["cns-symptoms"]
    symptoms = FactUsed("Neurological symptoms or mass effect", "reported", str(given.date), given.source)
    facts = tuple(f for f in (symptoms, brain_fact(s)) if f is not None)
    if s.brain.present:
        detail = (K.say("brain-local-first"), K.say("brain-trials-excluded"), K.say("brain-after-local"), K.say("brain-steroids-outside"))
        return Finding("BrainMetastasesUrgent", "critical", K.say("brain-urgent"), detail, facts=facts)
    headline = K.say("brain-mri-urgent" if s.brain.state == "unknown" else "brain-mri-urgent-none")
    return Finding(
        "BrainMetastasesUrgent", "critical", headline, (K.say("brain-mri-before-regimen"),), facts=facts,
        missing=(Gap("I06", K.say("ask-brain-mri")),), requests=("brain-mri",),
    )  # fmt: skip


def tucatinib_first(s: Situation) -> bool:
    """R033: disease mostly in the brain, after at least one HER2 regimen for metastatic disease."""
    return s.brain.present and s.brain.predominant is True and bool(s.her2_lines)


def isolated_in_brain(s: Situation) -> bool:
    """Decision 13: a new brain metastasis is all that documents progression under HER2 therapy that is still being given."""
    progression = s.last_line.progression if s.last_line is not None else None
    return progression is not None and progression.brain_alone and s.brain.present and bool(s.her2_running)


def perhaps_only_the_brain(s: Situation) -> bool:
    """Whether the newest progression is in the brain, and nothing says that the body progressed as well."""
    if tucatinib_first(s):
        return True
    progression = s.last_line.progression if s.last_line is not None else None
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
    if not perhaps_only_the_brain(s):
        return []
    treated = _treated(s)
    if treated is None:
        return [K.say("brain-body-controlled")]
    return [K.say("brain-irradiated-body-open" if treated.irradiated else "brain-resected-body-open", treated=treated.day)]


def _treated(s: Situation) -> LocalTherapy | None:
    progression = s.last_line.progression if s.last_line is not None else None
    return progression.treated if progression is not None and progression.sites == ("brain",) else None


def brain_statements(s: Situation, lead: str | None) -> list[Statement]:
    """What the card says about the brain beside the regimen that leads."""
    b = s.brain
    if not b.present:
        return []
    said: list[Statement] = []
    if tucatinib_first(s):
        said.append(K.say("brain-predominant"))
    elif b.predominant is True:
        said.append(K.say("brain-predominant-no-metastatic-her2"))
    elif b.predominant is False:
        said.append(K.say("brain-extracranial"))
    elif lead != TUCATINIB:
        said.append(K.say("brain-burden-unknown"))
    if b.state == "stable":
        said.append(K.say("brain-stable-follow-up"))
    return said


def brain_gaps(s: Situation) -> list[Gap]:
    """I06: CNS status unknown, or the burden."""
    if s.brain.state == "unknown" and not s.brain.leptomeningeal:
        return [Gap("I06", K.say("ask-cns-status"))]
    if s.brain.present and not s.brain.leptomeningeal and s.brain.predominant is None:
        return [Gap("I06", K.say("ask-cns-burden"))]
    return []
