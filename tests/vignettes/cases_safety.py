"""V24 to V32: heart and lungs under treatment.

The rules of `cases.py` hold: what a vignette calls "none" the intake says too.
"""

from __future__ import annotations

from tests.vignettes.case_words import CLEAR, SINCE_2024, thp
from tests.vignettes.facts import (
    Facts,
    breast_cancer,
    disease_status,
    done,
    her2,
    hormone_receptors,
    intake,
    lvef,
    metastasis,
    patient,
    pneumonitis,
    postmenopausal,
    stage,
    therapy,
)

V24: Facts = (
    patient(62, "F"),
    postmenopausal("2014-01-01"),
    breast_cancer("2026-01-05"),
    stage("IV", "2026-01-05"),
    metastasis("bone", "2026-01-05"),
    her2("3+", "2026-01-09", "breast"),
    *hormone_receptors("negative", "2026-01-09", "breast"),
    *thp("2026-02-02", "2026-05-18"),
    disease_status("stable", "2026-10-19"),
    lvef(54, "2026-01-26"),
    lvef(45, 84),
)

V26: Facts = (
    patient(61, "F"),
    *SINCE_2024,
    *thp("2024-06-03", "2024-09-16", "2026-06-01"),
    therapy("trastuzumab-deruxtecan", start="2026-07-13"),  # cycle 7 on 2026-11-16
    disease_status("stable", "2026-10-30"),
    lvef(50, "2026-07-06"),
    lvef(40, 2),
    intake(heart_failure_symptoms=False, **CLEAR),
)

V27: Facts = (
    patient(67, "F"),
    postmenopausal("2010-01-01"),
    breast_cancer("2026-04-06"),
    stage("IV", "2026-04-06"),
    metastasis("liver", "2026-04-06"),
    her2("3+", "2026-04-10", "liver"),
    *hormone_receptors("negative", "2026-04-10", "liver"),
    therapy("trastuzumab", "vinorelbine", start="2026-05-04"),
    lvef(65, "2026-04-27"),
    lvef(48, 3),
    intake(heart_failure_symptoms=False, **CLEAR),
)

V28: Facts = (
    patient(59, "F"),
    *SINCE_2024,
    *thp("2024-06-03", "2024-09-16", "2026-03-02"),
    therapy("trastuzumab-deruxtecan", start="2026-04-06", status="on-hold", reason="cardiac", last_dose="2026-10-12"),
    disease_status("stable", "2026-11-02"),
    lvef(60, "2026-03-30"),
    lvef(43, 22),
    lvef(46, 1),
    intake(heart_failure_symptoms=False, **CLEAR),
)

V30: Facts = (
    patient(57, "F"),
    *SINCE_2024,
    *thp("2024-06-03", "2024-09-16", "2026-07-06"),
    therapy("trastuzumab-deruxtecan", start="2026-08-24"),  # cycle 5 on 2026-11-16
    done("chest-ct", "2026-11-20"),
    pneumonitis("t-dxd", "2026-11-20", grade=1),
    lvef(62, "2026-08-17"),
    lvef(62, 20),
    intake("2026-11-20", respiratory_symptoms=False, cns_disease="none", cns_symptoms=False),
)

V32: Facts = (
    patient(65, "F"),
    postmenopausal("2012-01-01"),
    breast_cancer("2023-02-06"),
    stage("IV", "2023-02-06"),
    metastasis("bone", "2023-02-06"),
    her2("3+", "2023-02-10", "breast"),
    *hormone_receptors("negative", "2023-02-10", "breast"),
    *thp("2023-03-06", "2023-06-19", "2026-10-26"),
    disease_status("worsened", "2026-11-03"),
    pneumonitis("radiation", "2023-09-11", grade=1, abated="2023-12-04"),
    done("chest-ct", "2026-11-03"),
    lvef(62, "2023-02-27"),
    lvef(62, 20),
    intake(
        ild_history=("radiation-pneumonitis-resolved",), respiratory_symptoms=False, cns_disease="none", cns_symptoms=False,
        prior_therapy_complete=True,
    ),
)  # fmt: skip
