"""Re-biopsy and receptor change beside the treatment (R002, R003; decision 11)."""

from __future__ import annotations

from guideline.advice import Finding, Statement
from guideline.facts_used import her2_fact
from guideline.intake import answer, said_no, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.situation import Situation


def _relapsed_on(s: Situation) -> PartialDate | None:
    """The newest progression, else the metastatic relapse."""
    last = s.last_line
    if last is not None and last.outcome == "progression":
        return last.ended_on
    return s.metastatic_since if not s.therapies.used_lines else None


def rebiopsy_open(s: Situation) -> bool:
    """R002: no receptor result from a metastasis since the last progression (or since the relapse)."""
    if s.on_treatment or _visceral_crisis(s) or said_no(s.case, "lesion-accessible"):
        return False
    since, tested = _relapsed_on(s), s.her2.metastasis_tested_on
    if tested is None:
        return True
    # The biopsy that proved the metastasis is often older than its entry on the problem list.
    grace = 0 if s.therapies.used_lines else _PROOF_DAYS
    return since is not None and (since.earliest - tested.latest).days > grace


#: A result of a metastasis up to two months before the metastasis was written down is that of the biopsy that proved it.
_PROOF_DAYS = 60


def _visceral_crisis(s: Situation) -> bool:
    burden = answer(s.case, "disease-burden")
    return burden is not None and burden.values[0] == "visceral-crisis"


def rebiopsy(s: Situation) -> Finding | None:
    """R002, decision 11: a card of its own only when the intake says that a lesion can be reached."""
    if not said_yes(s.case, "lesion-accessible") or not rebiopsy_open(s):
        return None
    facts = (her2_fact(s.her2.leading),) if s.her2.leading is not None else ()
    return Finding("RebiopsySuggested", "info", K.say("rebiopsy"), (K.say("rebiopsy-no-delay"),), facts=facts, requests=("biopsy",))


def biomarker_statements(s: Situation) -> list[Statement]:
    """One line on the treatment card: re-biopsy where accessibility is unknown; a change of hormone receptors; a reviewed discordance."""
    said: list[Statement] = []
    if rebiopsy_open(s) and not said_yes(s.case, "lesion-accessible"):
        said.append(K.say("rebiopsy-if-accessible"))
    h = s.hormones
    if h.previous != "unknown" and h.state not in ("unknown", h.previous):
        said.append(K.say("receptors-changed", before=h.previous, now=h.state))
    if s.her2.reviewed and s.her2.state == "positive":
        said.append(K.say("discordance-reviewed-positive"))
    return said
