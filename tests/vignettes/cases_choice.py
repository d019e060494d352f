"""V01 to V19: which treatment comes next.

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
    her2,
    hormone_receptors,
    intake,
    lab,
    lvef,
    metastasis,
    patient,
    pneumonitis,
    postmenopausal,
    stage,
    therapy,
)

V01: Facts = (
    patient(54, "F"),
    breast_cancer("2026-10-20"),
    postmenopausal("2023-05-01"),
    stage("IV", "2026-10-20"),
    metastasis("liver", "2026-10-20"),
    her2("3+", "2026-10-28", "liver"),
    *hormone_receptors("negative", "2026-10-28", "liver"),
    done("brain-mri", "2026-11-10"),
    lvef(62, 28),
    intake(prior_therapy_complete=True, **CLEAR),
)

V02: Facts = (
    patient(61, "M"),
    breast_cancer("2026-10-12", sex="M"),
    stage("IV", "2026-10-12"),
    metastasis("bone", "2026-10-12"),
    her2("3+", "2026-10-16", "breast"),
    *hormone_receptors("positive", "2026-10-16", "breast"),
    lvef(58, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)


def _early_relapse(last_trastuzumab: str) -> Facts:
    """V04 and V05 differ by one day of adjuvant trastuzumab."""
    return (
        patient(48, "F"),
        breast_cancer("2024-09-16"),
        stage("II", "2024-09-16"),
        done("mastectomy", "2024-10-14"),
        adjuvant("docetaxel", start="2024-11-28", end="2025-03-13"),
        adjuvant("trastuzumab", start="2024-11-28", end=last_trastuzumab),
        stage("IV", "2026-11-20"),
        metastasis("liver", "2026-11-20"),
        her2("3+", "2024-09-20", "breast"),
        her2("3+", "2026-11-20", "liver"),
        *hormone_receptors("negative", "2026-11-20", "liver"),
        lvef(62, "2024-11-11"),
        lvef(62, 20),
        intake("2026-11-20", prior_therapy_complete=True, pregnancy_excluded=True, **CLEAR),
    )


V04: Facts = _early_relapse("2025-11-20")
V05: Facts = _early_relapse("2025-11-19")

V06: Facts = (
    patient(51, "F"),
    breast_cancer("2025-11-10"),
    stage("III", "2025-11-10"),
    adjuvant("docetaxel", "carboplatin", start="2025-12-01", end="2026-03-16"),
    # Neoadjuvant TCHP and adjuvant HP: one course of antibodies with the operation in between.
    adjuvant("trastuzumab", "pertuzumab", start="2025-12-01", end="2026-03-16"),
    done("mastectomy", "2026-04-13"),
    adjuvant("trastuzumab", "pertuzumab", start="2026-05-04"),
    stage("IV", "2026-11-18"),
    metastasis("liver", "2026-11-18"),
    her2("3+", "2025-11-14", "breast"),
    *hormone_receptors("negative", "2025-11-14", "breast"),
    lvef(62, "2025-11-20"),
    lvef(62, 20),
    intake("2026-11-20", prior_therapy_complete=True, pregnancy_excluded=True, **CLEAR),
)

V08: Facts = (
    patient(46, "F"),
    breast_cancer("2025-04-07"),
    stage("III", "2025-04-07"),
    adjuvant("docetaxel", "carboplatin", "trastuzumab", "pertuzumab", start="2025-05-05", end="2025-08-18"),
    done("mastectomy", "2025-09-19"),
    adjuvant("trastuzumab-deruxtecan", start="2025-11-20", end="2026-08-20"),
    stage("IV", "2026-11-16"),
    metastasis("liver", "2026-11-16"),
    her2("3+", "2025-04-10", "breast"),
    her2("3+", "2026-11-18", "liver"),
    *hormone_receptors("negative", "2026-11-18", "liver"),
    lvef(62, "2025-11-10"),
    lvef(62, 20),
    intake("2026-11-20", prior_therapy_complete=True, pregnancy_excluded=True, **CLEAR),
)

V09: Facts = (
    patient(59, "F"),
    postmenopausal("2019-01-01"),
    breast_cancer("2023-05-08"),
    stage("IV", "2023-05-08"),
    metastasis("bone", "2023-05-15"),
    her2("3+", "2023-05-11", "breast"),
    *hormone_receptors("negative", "2023-05-11", "breast"),
    *thp("2023-06-05", "2023-09-18", "2026-10-26"),
    metastasis("distant-node", "2026-11-03"),
    disease_status("worsened", "2026-11-03"),
    done("chest-ct", "2026-11-10"),
    done("brain-mri", "2026-11-12"),
    lvef(62, "2023-05-25"),
    lvef(62, 20),
    intake(lesion_accessible=True, prior_therapy_complete=True, **CLEAR),
)

V10: Facts = (
    patient(66, "F"),
    postmenopausal("2010-01-01"),
    breast_cancer("2025-01-13"),
    stage("IV", "2025-01-13"),
    metastasis("liver", "2025-01-13"),
    her2("3+", "2025-01-17", "liver"),
    *hormone_receptors("negative", "2025-01-17", "liver"),
    *thp("2025-02-03", "2025-05-19", "2026-10-26"),
    disease_status("worsened", "2026-11-02"),
    pneumonitis("idiopathic", "2022-03-14"),
    lvef(62, "2025-01-27"),
    lvef(62, 20),
    intake(cns_disease="none", cns_symptoms=False, respiratory_symptoms=False, prior_therapy_complete=True),
)

V12: Facts = (
    patient(63, "F"),
    postmenopausal("2014-01-01"),
    breast_cancer("2025-05-12"),
    stage("IV", "2025-05-12"),
    metastasis("liver", "2025-05-12"),
    her2("3+", "2025-05-16", "liver"),
    *hormone_receptors("negative", "2025-05-16", "liver"),
    therapy("trastuzumab", "paclitaxel", start="2025-06-02", end="2026-04-20", reason="progression"),
    therapy("trastuzumab-emtansine", start="2026-05-15"),
    disease_status("improved", "2026-10-20"),
    lvef(62, "2026-05-05"),
    lvef(61, 50),
    lab("alt", 120, "2026-11-19", 40),
    lab("bilirubin", 0.96, "2026-11-19", 1.2),
    lab("platelets", 110, "2026-11-19"),
)

V13: Facts = (
    patient(52, "F"),
    breast_cancer("2024-12-09"),
    stage("IV", "2024-12-09"),
    metastasis("liver", "2024-12-09"),
    her2("3+", "2024-12-13", "liver"),
    *hormone_receptors("negative", "2024-12-13", "liver"),
    *thp("2025-01-13", "2025-04-28", "2026-10-26"),
    metastasis("brain", "2026-11-05"),
    done("brain-mri", "2026-11-05"),
    lab("alt", 24, "2026-11-17", 40),
    lab("ast", 22, "2026-11-17", 40),
    lab("creatinine", 0.7, "2026-11-17", 1.1),
    lvef(62, "2025-01-03"),
    lvef(62, 20),
    intake(
        cns_disease="active", cns_burden_predominant=True, cns_symptoms=False, ild_history=("none",), respiratory_symptoms=False,
        prior_therapy_complete=True, pregnancy_excluded=True,
    ),
)  # fmt: skip

V14: Facts = (
    patient(58, "F"),
    postmenopausal("2020-01-01"),
    breast_cancer("2026-02-02"),
    stage("IV", "2026-02-02"),
    metastasis("liver", "2026-02-02"),
    metastasis("brain", "2026-02-09"),
    done("brain-radiosurgery", "2026-03-20"),
    her2("3+", "2026-02-06", "liver"),
    *hormone_receptors("negative", "2026-02-06", "liver"),
    *thp("2026-03-30", "2026-07-13", "2026-10-26"),
    disease_status("worsened", "2026-11-09"),
    done("brain-mri", "2026-11-09"),
    lvef(62, "2026-03-23"),
    lvef(62, 20),
    intake(
        cns_disease="stable", cns_burden_predominant=False, cns_symptoms=False, ild_history=("none",), respiratory_symptoms=False,
        prior_therapy_complete=True,
    ),
)  # fmt: skip

V15: Facts = (
    patient(49, "F"),
    breast_cancer("2025-12-01"),
    stage("IV", "2025-12-01"),
    metastasis("liver", "2025-12-01"),
    her2("3+", "2025-12-05", "liver"),
    *hormone_receptors("negative", "2025-12-05", "liver"),
    *thp("2026-01-05", "2026-04-20"),
    metastasis("brain", "2026-11-19"),
    done("brain-mri", "2026-11-19"),
    lvef(62, "2025-12-22"),
    lvef(62, 20),
    intake("2026-11-20", cns_disease="active", cns_symptoms=True, pregnancy_excluded=True),
)

V16: Facts = (
    patient(60, "F"),
    postmenopausal("2016-01-01"),
    breast_cancer("2023-12-04"),
    stage("IV", "2023-12-04"),
    metastasis("liver", "2023-12-04"),
    her2("3+", "2023-12-08", "liver"),
    *hormone_receptors("negative", "2023-12-08", "liver"),
    therapy("trastuzumab", "paclitaxel", start="2024-01-08", end="2025-02-10", reason="progression"),
    therapy("trastuzumab-deruxtecan", start="2025-03-03", end="2026-10-19", reason="progression"),
    disease_status("worsened", "2026-11-02"),
    done("brain-mri", "2026-11-06"),
    lab("alt", 25, "2026-11-16", 40),
    lab("ast", 21, "2026-11-16", 40),
    lab("creatinine", 0.8, "2026-11-16", 1.1),
    lvef(62, "2025-02-24"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)

V17: Facts = (
    patient(64, "F"),
    postmenopausal("2015-01-01"),
    breast_cancer("2023-09-04"),
    stage("IV", "2023-09-04"),
    metastasis("liver", "2023-09-04"),
    her2("3+", "2023-09-08", "liver"),
    *hormone_receptors("negative", "2023-09-08", "liver"),
    *thp("2023-10-02", "2024-01-15", "2025-04-07"),
    therapy("trastuzumab-emtansine", start="2025-04-28", end="2026-10-12", reason="progression"),
    disease_status("worsened", "2026-10-30"),
    lvef(62, "2025-04-14"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)

V19: Facts = (
    patient(53, "F"),
    breast_cancer("2025-01-20"),
    stage("IV", "2025-01-20"),
    metastasis("liver", "2025-01-20"),
    her2("3+", "2025-01-24", "liver"),
    *hormone_receptors("negative", "2025-01-24", "liver"),
    therapy("trastuzumab-deruxtecan", "pertuzumab", start="2025-02-24", end="2026-10-26", reason="progression"),
    disease_status("worsened", "2026-11-09"),
    lvef(62, "2025-02-17"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, pregnancy_excluded=True, **CLEAR),
)

V18: Facts = (
    patient(55, "F"),
    postmenopausal("2024-05-01"),
    breast_cancer("2019-06-03"),
    stage("IV", "2019-06-03"),
    metastasis("liver", "2019-06-03"),
    her2("3+", "2019-06-07", "breast"),
    *hormone_receptors("positive", "2019-06-07", "breast"),
    *thp("2019-07-01", "2019-10-14", "2023-07-10"),
    therapy("letrozole", start="2019-11-11", end="2023-07-10", reason="progression"),
    therapy("trastuzumab-deruxtecan", start="2023-08-07", end="2024-10-07", reason="progression"),
    therapy("tucatinib", "trastuzumab", "capecitabine", start="2024-11-04", end="2025-09-15", reason="progression"),
    therapy("trastuzumab-emtansine", start="2025-10-13", end="2026-10-12", reason="progression"),
    disease_status("worsened", "2026-11-02"),
    her2("3+", "2026-11-10", "liver"),
    *hormone_receptors("negative", "2026-11-10", "liver"),
    lvef(62, "2025-10-01"),
    lvef(62, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)

V43: Facts = (
    patient(57, "F"),
    postmenopausal("2019-01-01"),
    breast_cancer("2019-03-04"),
    stage("II", "2019-03-04"),
    adjuvant("docetaxel", "carboplatin", "trastuzumab", "pertuzumab", start="2019-03-25", end="2019-07-08"),
    done("mastectomy", "2019-08-05"),
    adjuvant("trastuzumab-emtansine", start="2019-09-02", end="2020-06-22"),
    stage("IV", "2022-03-01"),
    metastasis("liver", "2022-03-01"),
    her2("3+", "2022-03-07", "liver"),
    *hormone_receptors("negative", "2022-03-07", "liver"),
    *thp("2022-03-28", "2022-07-11", "2024-01-15"),
    therapy("lapatinib", "capecitabine", start="2024-02-12", end="2025-03-10", reason="progression"),
    therapy("trastuzumab", "vinorelbine", start="2025-04-07", end="2026-10-19", reason="progression"),
    disease_status("worsened", "2026-11-02"),
    lvef(61, "2025-03-31"),
    lvef(60, 20),
    intake(prior_therapy_complete=True, **CLEAR),
)
