"""V20 to V22: hormone-receptor-positive disease, where endocrine therapy is a question.

The rules of `cases.py` hold: what a vignette calls "none" the intake says too.
"""

from __future__ import annotations

from tests.vignettes.case_words import CLEAR, thp
from tests.vignettes.facts import (
    Facts,
    adjuvant,
    breast_cancer,
    disease_status,
    done,
    heart_failure,
    her2,
    hormone_receptors,
    intake,
    lvef,
    metastasis,
    patient,
    performance,
    postmenopausal,
    stage,
    therapy,
)

V20: Facts = (
    patient(70, "F"),
    postmenopausal("2006-01-01"),
    breast_cancer("2026-03-02"),
    stage("IV", "2026-03-02"),
    metastasis("bone", "2026-03-02"),
    metastasis("distant-node", "2026-03-02"),
    her2("3+", "2026-03-06", "breast"),
    *hormone_receptors("positive", "2026-03-06", "breast"),
    therapy("trastuzumab", "anastrozole", start="2026-03-30"),
    disease_status("stable", "2026-10-12"),
    heart_failure("2026-11-19"),
    lvef(60, "2026-03-23"),
    lvef(35, 1),
    intake(heart_failure_symptoms=True, disease_burden="low", **CLEAR),
)

V21: Facts = (
    patient(79, "F"),
    postmenopausal("1998-01-01"),
    breast_cancer("2017-10-09"),
    stage("II", "2017-10-09"),
    done("mastectomy", "2017-11-06"),
    adjuvant("tamoxifen", start="2017-12-04", end="2022-12-05"),
    stage("IV", "2026-11-09"),
    metastasis("bone", "2026-11-09"),
    her2("3+", "2026-11-12", "bone"),
    *hormone_receptors("positive", "2026-11-12", "bone"),
    performance(2, "2026-11-16"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, declines_chemotherapy=True, **CLEAR),
)

V22: Facts = (
    patient(56, "F"),
    postmenopausal("2022-01-01"),
    breast_cancer("2024-09-02"),
    stage("IV", "2024-09-02"),
    metastasis("liver", "2024-09-02"),
    her2("3+", "2024-09-06", "liver"),
    *hormone_receptors("positive", "2024-09-06", "liver"),
    *thp("2024-09-30", "2025-01-13", "2026-10-26"),
    therapy("letrozole", start="2025-02-10", end="2026-10-26", reason="progression"),
    disease_status("worsened", "2026-11-03"),
    lvef(62, "2024-09-23"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)
