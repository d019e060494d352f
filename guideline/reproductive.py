"""Pregnancy and menopause, as they count today (decision 15)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from guideline.case import Case, Pregnancy
from guideline.intake import answer, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, when_last, whole_months

PregnancyState = Literal["pregnant", "excluded", "not-applicable", "unknown"]


def _order(found: Pregnancy) -> tuple[date, bool, str]:
    """What may be older outdates no pregnancy: a negative finding counts from its earliest day, a positive one from its latest."""
    pregnant = found.status == "pregnant"
    day = date.min if found.date is None else found.date.latest if pregnant else found.date.earliest
    return day, pregnant, found.source


def past_term(documented: PartialDate | None, today: date) -> bool:
    """Whether a pregnancy must be over by now, even if it was documented on the last day that its date allows (decision 15)."""
    return documented is not None and (today - documented.latest).days > K.thresholds.ages.pregnancy_days


def pregnancy_state(case: Case, menopause: str | None) -> tuple[PregnancyState, str | None]:
    """Decision 15: documented within 300 days and not followed by a negative finding; unknown is asked only where it can be.

    A pregnancy on record outweighs the gender of a form.
    """
    male = case.patient.sex == "male"
    if male and not any(p.status == "pregnant" for p in case.pregnancies):
        return "not-applicable", None
    certain = [p for p in case.pregnancies if p.status != "possible"]
    newest = max(certain, key=_order) if certain else None
    excluded = answer(case, "pregnancy-excluded") if said_yes(case, "pregnancy-excluded") else None
    pregnant = newest is not None and newest.status == "pregnant"
    if newest is not None and past_term(newest.date, case.today):
        pregnant = False
    if pregnant and newest is not None:
        outdated = excluded is not None and newest.date is not None and newest.date.latest < excluded.date.earliest
        if not outdated:
            return "pregnant", newest.source
    # What raises the suspicion anew is newer than what laid the old one.
    suspected = max((p.date.earliest for p in case.pregnancies if p.status == "possible" and p.date is not None), default=date.min)
    if excluded is not None and excluded.date.latest >= suspected:
        return "excluded", None
    days = K.thresholds.intake.expires_days["pregnancy-excluded"]
    recently = newest is not None and newest.date is not None and (case.today - newest.date.earliest).days <= days
    if newest is not None and newest.date is not None and newest.status == "not-pregnant" and recently and newest.date.latest >= suspected:
        return "excluded", newest.source
    if male or past_childbearing_age(case) or menopause == "postmenopausal":
        return "not-applicable", None
    return "unknown", None


def past_childbearing_age(case: Case) -> bool:
    """Whether somebody is surely older than that: by the latest birthday that the record allows; an unknown one allows every age."""
    birth = case.patient.birth
    return birth is not None and whole_months(birth.latest, case.today) // 12 > K.thresholds.ages.childbearing


def menopausal_status(case: Case) -> str | None:
    """`premenopausal`, `postmenopausal`, `perimenopausal` or None; the newer of record and intake wins."""
    coded = max(case.menopause, key=lambda m: (when_last(m.date), m.source)) if case.menopause else None
    given = answer(case, "menopausal-status")
    if given is not None and (coded is None or coded.date is None or coded.date.latest <= given.date.latest):
        return given.values[0]
    return coded.status if coded is not None else None
