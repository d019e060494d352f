"""Short charts for one question each: a relapse, new disease, a first line that works."""

from __future__ import annotations

from tests.vignettes.answers import Answer
from tests.vignettes.case_words import CLEAR
from tests.vignettes.facts import (
    Fact,
    Facts,
    adjuvant,
    breast_cancer,
    disease_status,
    her2,
    hormone_receptors,
    intake,
    lvef,
    metastasis,
    patient,
    postmenopausal,
    stage,
    therapy,
)

WOMAN: Facts = (patient(58, "F"), postmenopausal("2018-01-01"))


def relapse(last_dose: str, found: str = "2026-11-20", *, drugs: tuple[str, ...] = ("trastuzumab",), start: str = "2024-11-28") -> Facts:
    """Liver metastases after adjuvant HER2 therapy that ended on `last_dose`."""
    return (
        *WOMAN,
        breast_cancer("2024-09-16"),
        stage("II", "2024-09-16"),
        adjuvant("docetaxel", start="2024-11-28", end="2025-03-13"),
        adjuvant(*drugs, start=start, end=last_dose),
        stage("IV", found),
        metastasis("liver", found),
        her2("3+", "2026-11-20", "liver"),
        *hormone_receptors("negative", "2026-11-20", "liver"),
        lvef(62, 20),
        intake("2026-11-20", prior_therapy_complete=True, **CLEAR),
    )


def de_novo(found: str | None = "2026-10-20", *more: Fact, recorded: str | None = None) -> Facts:
    """HER2-positive disease with liver metastases at diagnosis."""
    return (
        *WOMAN,
        breast_cancer(found or recorded or "2026-10-20"),
        metastasis("liver", found, recorded=recorded),
        her2("3+", found or recorded or "2026-10-20", "liver"),
        *hormone_receptors("negative", found or recorded or "2026-10-20", "liver"),
        *more,
    )


def on(*drugs: str, heart: Facts = (), more: Facts = ()) -> Facts:
    """First-line treatment that works: `drugs` since 2026-05-04, baseline LVEF in `heart`."""
    return (
        *WOMAN,
        breast_cancer("2026-04-06"),
        stage("IV", "2026-04-06"),
        metastasis("liver", "2026-04-06"),
        her2("3+", "2026-04-10", "liver"),
        *hormone_receptors("negative", "2026-04-10", "liver"),
        therapy(*drugs, start="2026-05-04"),
        disease_status("improved", "2026-10-30"),
        *heart,
        intake(heart_failure_symptoms=False, **CLEAR),
        *more,
    )


def hearts(baseline: float, now: float, age: int = 5) -> Facts:
    """A baseline before the first dose and the newest value."""
    return (lvef(baseline, "2026-04-27"), lvef(now, age))


def indicator(answer: Answer, topic: str) -> str | None:
    """The indicator of a topic's card, if there is one."""
    return next((card["indicator"] for card in answer.cards if card["source"]["topic"]["code"] == topic), None)
