"""Metastases of the central nervous system: present, active, predominant, symptomatic (decision 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from guideline.case import Case, IntakeAnswer, Metastasis, Symptom
from guideline.intake import answer, said_no, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, newest_day, when_last
from guideline.symptoms import is_current, is_recent, newest_of_each, not_denied_since
from guideline.therapy.progression import held_local_therapy

#: The item of the intake that asks for neurological symptoms.
_ASKED = "cns-symptoms"


class BrainDisease(Struct, frozen=True):
    """CNS disease. `state` is `unknown` when neither the problem list nor the intake speaks of it: that is not "none".

    `present`: there are brain metastases, stable, active or of unknown state. `predominant` is None when nobody said which burden
    predominates. `date` and the first of `sources` are those of the leptomeningeal disease where there is any. `symptoms`: neurological
    symptoms or mass effect, by the intake or the chart; `charted_symptoms` are those of the chart. `newest` is the day of the newest brain
    metastasis on the problem list.
    """

    state: Literal["none", "stable", "active", "present", "unknown"]
    leptomeningeal: bool
    symptoms: bool
    predominant: bool | None
    date: PartialDate | None = None
    sources: tuple[str, ...] = ()
    present: bool = False
    charted_symptoms: tuple[Symptom, ...] = ()
    newest: PartialDate | None = None


_NOTHING_ON_RECORD = BrainDisease("unknown", leptomeningeal=False, symptoms=False, predominant=None)


def brain_disease(case: Case) -> BrainDisease:
    """Join the problem list and the intake. An active entry on the problem list outweighs an intake that says "none"."""
    cns = [m for m in case.metastases if m.site in ("brain", "leptomeningeal") and m.status != "resolved"]
    if not cns and not case.intake and not case.symptoms:
        return _NOTHING_ON_RECORD
    cns.sort(key=lambda m: (m.date.earliest.toordinal() if m.date else 0, m.source))
    brain = [m for m in cns if m.site == "brain"]
    given = answer(case, "cns-disease")
    said = given.values[0] if given is not None else None
    leptomeningeal = any(m.site == "leptomeningeal" for m in cns) or said == "leptomeningeal"
    state: Literal["none", "stable", "active", "present", "unknown"]
    newer_than_answer = given is not None and any(m.date is not None and m.date.earliest > given.date.latest for m in brain)
    if said == "active" or (said == "stable" and not newer_than_answer):
        state = "active" if said == "active" else "stable"
    elif brain or leptomeningeal:
        state = "present"
    elif said == "none":
        state = "none"
    else:
        state = "unknown"
    only_site = bool(brain) and not any(m.site not in ("brain", "regional-node") and m.status != "resolved" for m in case.metastases)
    predominant: bool | None = None
    if said_yes(case, "cns-burden-predominant"):
        predominant = True
    elif said_no(case, "cns-burden-predominant"):
        predominant = False
    elif only_site:
        predominant = True
    # The day of what is said: older brain metastases tell nothing of when the meninges were affected.
    named = [m for m in cns if m.site == "leptomeningeal"] if leptomeningeal else cns
    sources = [m.source for m in named]
    if given is not None:
        sources.append(given.source)
    sources += [m.source for m in cns]
    present = state in ("stable", "active", "present")
    charted: tuple[Symptom, ...] = ()
    if case.symptoms:
        charted = _of_metastases(case, cns) if present else _unexplained(case, given)
    return BrainDisease(
        state=state,
        leptomeningeal=leptomeningeal,
        symptoms=said_yes(case, _ASKED) or bool(charted),
        predominant=predominant,
        date=named[0].date if named else given.date if given is not None else None,
        sources=tuple(dict.fromkeys(sources)),
        present=present,
        charted_symptoms=charted,
        newest=newest_day(m.date for m in brain),
    )


def _of_metastases(case: Case, cns: Sequence[Metastasis]) -> tuple[Symptom, ...]:
    """The new symptoms of the chart that tell of metastases of the brain which are on record: not long before the first of them."""
    days = [m.date.earliest if m.date is not None else date.min for m in cns]
    first = add_days(min(days, default=date.min), -K.thresholds.intake.expires_days[_ASKED])
    return newest_of_each([s for s in _new(case) if when_last(s.since) >= first])


def _unexplained(case: Case, given: IntakeAnswer | None) -> tuple[Symptom, ...]:
    """The symptoms of the chart that are new since anybody looked at the brain, or spoke of it."""
    looked = [when_last(p.date) for p in case.procedures if p.kind == "brain-mri" and p.state == "done"]
    known = max((*looked, *([given.date.latest] if given is not None else ())), default=date.min)
    return newest_of_each([s for s in _new(case) if s.since is not None and s.since.earliest > known])


def _new(case: Case) -> list[Symptom]:
    """Neurological symptoms of the chart that are new, not followed by local therapy, and not denied by a later answer.

    What a visit only codes again is as old as its oldest entry: epilepsy of years is no new seizure.
    """
    found = [s for s in case.symptoms if s.kind == "neurological" and is_current(s, case, _ASKED) and is_recent(s.since, case, _ASKED)]
    return [s for s in found if s.since is not None and held_local_therapy(s.since, case) is None and not_denied_since(s, case, _ASKED)]
