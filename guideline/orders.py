"""Draft orders: the question an order hook asks. They are never part of the case.

An order starts (or goes on with) a drug, or stops one. What is selected or signed is the question; other drafts are context.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from guideline.case import StopReason
from guideline.partial_date import PartialDate

#: How a drug is given.
Route = Literal["iv", "sc", "oral", "im"]


class OrderedDose(Struct, frozen=True):
    """A dose as ordered: amount and canonical unit (`mg`, `mg/kg`, `mg/m2`, `mL`), how often, and whether it is marked as a first dose.

    `times_a_day` for oral drugs; `every_days` between infusions, on average (1 only where each day is meant: once a day is how systems
    write "once"; below 1: several on one day). `parts` holds the amounts of a fixed combination in mg where the text names them
    (`1200 mg/600 mg` -> `(1200.0, 600.0)`).
    `of_day`: the amount is that of a whole day, taken in unequal shares or written per day. `later`: it follows another dose of the same
    order, so that it does not load. `conditional`: it is given only if something holds ("8 mg/kg if more than six weeks late"). `count`:
    how many of these doses are ordered, where the order says so; `days_on`: on how many days in a row; `without_rest`: on all of them.
    """

    amount: float
    unit: str
    every_days: float | None = None
    times_a_day: float | None = None
    parts: tuple[float, ...] = ()
    loading: bool | None = None
    of_day: bool = False
    later: bool = False
    conditional: bool = False
    count: int | None = None
    days_on: int | None = None
    without_rest: bool = False


class UntoldProduct(Struct, frozen=True):
    """A HER2 drug is ordered, and the order does not tell which one.

    `products` are the drugs that it names and that contradict each other; none where its name is one that several products share, or of a
    product with trastuzumab that we do not know. `by_codes`: its codes contradict each other, and not only its words.
    """

    products: tuple[str, ...] = ()
    by_codes: bool = False


class DraftOrder(Struct, frozen=True):
    """One medication order that is being entered, signed or ended.

    `id` is `MedicationRequest/...` as the draft has it. `drugs` are drug ids (none: no drug chosen yet, or none we know); `others` names
    other medicines of `other_drugs` (supportive or interacting). `asked`: selected (order-select) or signed (order-sign). `status` is that
    of the chart where the draft revises an order of the chart. `act` is `stop` for status stopped, cancelled or completed. `plan` is the
    drug that the order's own plan or protocol names, where it names one (a product that differs from it is a mix-up). `planned` is the day
    of the (next) dose, where the order says so. `replaces` is the `MedicationRequest/...` of the chart that this one takes the place of,
    `based_on` the one that it carries out. `dose` is the first dose that the order names; `further` are its other ones: later steps, and
    the same dose in another unit. `setting` is where it is given or taken (`home` is also a discharge prescription), `course` whether it is
    for a few days or goes on, where the order says so; `proposed`: it proposes or plans what is ordered by another. `untold`: it is for a
    HER2 drug, and `drugs` is empty since nobody can say which. `for_breast`: its reasons name an invasive breast cancer. `strength`: the mg
    of one tablet (capsule) of the product, where its name says so. `made_of`: the drafts that are one dose together, this one among them
    (`whole_doses`).
    """

    id: str
    act: Literal["start", "stop"]
    asked: bool
    drugs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    status: str = "draft"
    route: Route | None = None
    dose: OrderedDose | None = None
    stop_reason: StopReason | None = None
    plan: str | None = None
    gastric: bool = False
    planned: PartialDate | None = None
    replaces: str | None = None
    based_on: str | None = None
    further: tuple[OrderedDose, ...] = ()
    setting: Literal["inpatient", "home"] | None = None
    course: Literal["acute", "continuous"] | None = None
    proposed: bool = False
    untold: UntoldProduct | None = None
    for_breast: bool = False
    strength: float | None = None
    made_of: tuple[DraftOrder, ...] = ()

    @property
    def doses(self) -> tuple[OrderedDose, ...]:
        """Every dose that the order names, the first one first."""
        return (self.dose, *self.further) if self.dose is not None else ()
