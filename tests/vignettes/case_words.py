"""What several vignettes share: clear lungs and brain, THP, and the disease of those on T-DXd."""

from __future__ import annotations

from tests.vignettes.facts import (
    Facts,
    breast_cancer,
    her2,
    hormone_receptors,
    metastasis,
    postmenopausal,
    stage,
    therapy,
)

#: What most vignettes say about lungs and brain.
CLEAR = {"cns_disease": "none", "cns_symptoms": False, "ild_history": ("none",), "respiratory_symptoms": False}


def thp(start: str, taxane_end: str, end: str | None = None, *, taxane: str = "docetaxel", progressed: bool = True) -> Facts:
    """Trastuzumab + pertuzumab with a taxane part, the antibodies going on alone until they ended."""
    return (
        therapy(taxane, start=start, end=taxane_end, reason="completed"),
        therapy("trastuzumab", "pertuzumab", start=start, end=end, reason="progression" if end and progressed else None),
    )


#: Disease of 2024, whose second line is T-DXd (V26, V28, V30, V41).
SINCE_2024: Facts = (
    postmenopausal("2016-01-01"),
    breast_cancer("2024-05-06"),
    stage("IV", "2024-05-06"),
    metastasis("liver", "2024-05-06"),
    her2("3+", "2024-05-10", "liver"),
    *hormone_receptors("negative", "2024-05-10", "liver"),
)
