"""What is ordered, in the words of a prescriber, before any FHIR."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Order:
    """One order that is entered, signed again or ended.

    `amount` and `unit` as prescribed (`5.4 mg/kg`; None: no dose yet), every `every` days, or `daily` times a day for tablets. `reason` is
    why a therapy ends: a word of `codes.STOP_TEXT`, or free text. `plan` is what the treatment plan that the order belongs to says.
    `revises` takes the id of the running order of that drug in the chart, as an EHR does when an order is changed, ended or signed again.
    `product` is another RxNorm product than the usual one; `parts` the milligrams of a fixed combination.
    """

    drug: str
    amount: float | None = None
    unit: str = "mg"
    every: int = 21
    daily: int = 0
    status: Literal["draft", "active", "on-hold", "stopped", "completed", "cancelled"] = "draft"
    reason: str | None = None
    plan: str | None = None
    selected: bool = True
    revises: bool = False
    product: tuple[str, str] | None = None
    parts: tuple[float, float] | None = None


def order(
    drug: str,
    amount: float | None = None,
    unit: str = "mg",
    *,
    every: int = 21,
    plan: str | None = None,
    product: tuple[str, str] | None = None,
) -> Order:
    """An infusion or injection that starts or goes on."""
    return Order(drug, amount, unit, every=every, plan=plan, product=product)


def tablets(drug: str, amount: float | None = None, unit: str = "mg", *, daily: int = 1) -> Order:
    """A drug by mouth, `daily` times a day."""
    return Order(drug, amount, unit, daily=daily)


def phesgo(pertuzumab: float, trastuzumab: float) -> Order:
    """The fixed-dose combination under the skin, in milligrams of each antibody."""
    size = "1,200 MG / 600 MG / 30,000 UNT per 15 ML" if pertuzumab > 600 else "600 MG / 600 MG / 20,000 UNT per 10 ML"
    code = "2382609" if pertuzumab > 600 else "2383307"
    return Order("pertuzumab-trastuzumab-hyaluronidase", parts=(pertuzumab, trastuzumab), product=(code, f"Phesgo {size} Injection"))


def stop(drug: str, reason: str | None = None, status: Literal["stopped", "completed", "cancelled"] = "stopped") -> Order:
    """The running order of a drug, ended."""
    return Order(drug, status=status, reason=reason, revises=True)


def sign_again(drug: str, amount: float | None = None, unit: str = "mg", *, every: int = 21) -> Order:
    """The running order of a drug, revised and signed again: its status is not `draft`."""
    return Order(drug, amount, unit, every=every, status="active", revises=True)


def beside(chosen: Order) -> Order:
    """A draft that lies in the same order set without being selected (order-select)."""
    return replace(chosen, selected=False)
