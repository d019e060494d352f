"""The first and the last day of the calendar as the days of a therapy: no reckoning from them leaves the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from guideline.advise import advise
from guideline.advise_orders import advise_orders
from guideline.case import DrugRecord
from guideline.drug_classes import COUNTING_DRUGS
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from tests.guideline.case_builder import LONG, a_case, given, lung, lvef, metastasis
from tests.guideline.order_builder import order

FIRST, LAST = PartialDate.on(date.min), PartialDate.on(date.max)


@pytest.mark.parametrize("drug", sorted(COUNTING_DRUGS))
@pytest.mark.parametrize(("start", "end"), [(FIRST, FIRST), (FIRST, LAST), (LAST, LAST), (FIRST, None)])
@pytest.mark.parametrize(
    ("kind", "status"), [("administration", "active"), ("administration", "completed"), ("order", "active"), ("statement", "stopped")]
)
def test_days_at_the_ends_of_the_calendar_are_no_fault(kind, status, start, end, drug):
    """Chart and order are answered, alone and beside a newer therapy."""
    odd = DrugRecord(drug, kind, status, start, end, None, "palliative")
    for drugs in ((odd,), (odd, given("trastuzumab", 300, 40), given("letrozole", 200))):
        for metastases in (LONG, (metastasis("liver", None),)):
            case = a_case(metastases=metastases, drugs=drugs, lvef=(lvef(44, 10),), lungs=(lung(),))
            for advice in (advise(case, Practice()), advise_orders(case, (order(drug), order("paclitaxel")), Practice())):
                assert advice.profile == Practice().label
