"""The drugs of the knowledge files by class, and what each product brings.

Every module that speaks of "the antibodies" or "what is cytotoxic" takes it from here, so that a new drug is a row in `drugs.yaml` alone.
"""

from __future__ import annotations

from functools import lru_cache

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_entries import DrugClass


def _of(*classes: DrugClass) -> frozenset[str]:
    return frozenset(drug.id for drug in K.drugs.values() if drug.drug_class in classes)


ANTIBODIES = _of("her2-antibody")
CONJUGATES = _of("her2-conjugate")
#: Those that pneumonitis stops.
CONJUGATES_WITH_ILD = frozenset(drug.id for drug in K.drugs.values() if drug.ild_warning)
KINASE_INHIBITORS = _of("her2-tki")
HER2_DRUGS = ANTIBODIES | CONJUGATES | KINASE_INHIBITORS

TAXANES = _of("taxane")
ANTHRACYCLINES = _of("anthracycline")
CYTOTOXIC_DRUGS = TAXANES | ANTHRACYCLINES | _of("cytotoxic")

ENDOCRINE_DRUGS = _of("endocrine")
GNRH_AGONISTS = _of("gnrh-agonist")
CDK46_INHIBITORS = _of("cdk46-inhibitor")
#: Given beside HER2 maintenance; without a HER2 drug or a cytotoxic they make a line that does not count.
PARTNER_DRUGS = ENDOCRINE_DRUGS | GNRH_AGONISTS | CDK46_INHIBITORS | _of("pi3k-inhibitor")

#: What makes a line count (decision 3); endocrine therapy and what goes with it does not.
COUNTING_DRUGS = HER2_DRUGS | CYTOTOXIC_DRUGS
ANTICANCER_DRUGS = COUNTING_DRUGS | PARTNER_DRUGS

#: Brings trastuzumab itself, whatever the brand, suffix or route.
TRASTUZUMAB_PRODUCTS = frozenset(d for d in ANTIBODIES if "trastuzumab" in K.drugs[d].components)
PERTUZUMAB_PRODUCTS = frozenset(d for d in ANTIBODIES if "pertuzumab" in K.drugs[d].components)
#: The antibodies of the usual backbone, which other antibodies are not.
ANTIBODY_PRODUCTS = TRASTUZUMAB_PRODUCTS | PERTUZUMAB_PRODUCTS

_COMPONENTS = {drug.id: frozenset(drug.components) for drug in K.drugs.values()}


@lru_cache(maxsize=1024)
def components(drug: str) -> frozenset[str]:
    """What a product brings: a fixed combination its antibodies, a subcutaneous form its antibody, any other drug itself."""
    return _COMPONENTS.get(drug) or frozenset((drug,))
