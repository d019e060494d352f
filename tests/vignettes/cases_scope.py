"""V35 to V44: receptors, scope, pregnancy, and two courses that mislead.

The rules of `cases.py` hold: what a vignette calls "none" the intake says too.
"""

from __future__ import annotations

from tests.vignettes.case_words import CLEAR, SINCE_2024, thp
from tests.vignettes.facts import (
    Facts,
    adjuvant,
    breast_cancer,
    dcis,
    disease_status,
    done,
    her2,
    hormone_receptors,
    intake,
    lvef,
    metastasis,
    patient,
    postmenopausal,
    pregnant,
    stage,
    therapy,
)

V35: Facts = (
    patient(47, "F"),
    breast_cancer("2026-11-02"),
    stage("IV", "2026-11-02"),
    metastasis("bone", "2026-11-02"),
    her2("2+", "2026-11-06", "breast"),
    *hormone_receptors("positive", "2026-11-06", "breast"),
    intake(prior_therapy_complete=True),
)

V36: Facts = (
    patient(58, "F"),
    postmenopausal("2018-01-01"),
    breast_cancer("2022-06-13"),
    stage("IV", "2024-09-02"),
    metastasis("bone", "2024-09-02"),
    her2("1+", "2022-06-16", "breast"),
    her2("1+", "2024-09-09", "bone"),
    *hormone_receptors("positive", "2024-09-09", "bone"),
    therapy("letrozole", "ribociclib", start="2024-10-01", end="2026-11-02", reason="progression"),
)

V37: Facts = (
    patient(60, "F"),
    postmenopausal("2016-01-01"),
    breast_cancer("2022-03-07"),
    stage("IV", "2022-03-07"),
    metastasis("liver", "2022-03-07"),
    her2("3+", "2022-03-11", "breast"),
    her2("1+", "2026-11-10", "liver"),
    *hormone_receptors("negative", "2026-11-10", "liver"),
    *thp("2022-04-04", "2022-07-18", "2026-10-12"),
    disease_status("worsened", "2026-10-30"),
    lvef(62, "2022-03-28"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)

V38: Facts = (
    patient(33, "F"),
    breast_cancer("2026-11-05"),
    stage("IV", "2026-11-05"),
    metastasis("liver", "2026-11-09"),
    her2("3+", "2026-11-10", "breast"),
    *hormone_receptors("negative", "2026-11-10", "breast"),
    pregnant("2026-11-12"),
    lvef(62, "2026-10-26"),
    lvef(62, 20),
    intake(prior_therapy_complete=True),
)

V39: Facts = (
    patient(52, "F"),
    dcis("2026-08-03"),
    stage("0", "2026-08-03"),
    her2("3+", "2026-08-06", "breast"),
    done("mastectomy", "2026-09-07"),
)

V40: Facts = (
    patient(44, "F"),
    breast_cancer("2025-11-03"),
    stage("II", "2025-11-03"),
    her2("3+", "2025-11-06", "breast"),
    *hormone_receptors("positive", "2025-11-06", "breast"),
    adjuvant("docetaxel", "carboplatin", start="2025-12-01", end="2026-03-16"),
    done("mastectomy", "2026-05-04"),
    adjuvant("trastuzumab", "pertuzumab", start="2026-06-15"),  # cycle 8 on 2026-11-09
    adjuvant("letrozole", start="2026-07-01"),
    lvef(63, 60),
)

V41: Facts = (
    patient(57, "F"),
    *SINCE_2024,
    therapy("docetaxel", start="2024-06-03", end="2024-09-16", reason="completed"),
    # The record does not say why THP ended; the intake did, before T-DXd began.
    therapy("trastuzumab", "pertuzumab", start="2024-06-03", end="2026-03-09"),
    intake("2026-03-23", last_line_outcome="progression"),
    therapy("trastuzumab-deruxtecan", start="2026-05-25"),
    disease_status("improved", "2026-10-19"),
    lvef(62, "2026-05-18"),
    lvef(60, 30),
)

V44: Facts = (
    patient(56, "F"),
    postmenopausal("2021-01-01"),
    breast_cancer("2025-05-12"),
    stage("III", "2025-05-12"),
    adjuvant("docetaxel", "carboplatin", "trastuzumab", "pertuzumab", start="2025-06-02", end="2025-09-15"),
    done("mastectomy", "2025-10-13"),
    adjuvant("trastuzumab-emtansine", start="2025-11-10", end="2026-07-20"),
    stage("IV", "2026-11-16"),
    metastasis("liver", "2026-11-16"),
    her2("3+", "2025-05-15", "breast"),
    her2("3+", "2026-11-18", "liver"),
    lvef(60, 20),
    intake(ild_history=("none",), respiratory_symptoms=False, prior_therapy_complete=True),
)
