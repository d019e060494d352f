"""The LVEF tables of the labels told a second time, as plain comparisons, so that the guideline's tables are checked and not repeated.

Source: US labels of each drug (R110-R114) and the owner's decision 14: trastuzumab beside pertuzumab goes by the pertuzumab table alone,
of other pairs the stricter; below 40 every monitored drug is held; critical below 40 or with a fall over 20 points on T-DXd.
"""

from __future__ import annotations

from verify.dimensions import FALL, LVEF
from verify.points import PLACE, Point, practice_of

_PERTUZUMAB = {"pertuzumab", "pertuzumab-trastuzumab-hyaluronidase"}
_ANTIBODIES_AND_CONJUGATES = {"trastuzumab", "margetuximab", "trastuzumab-deruxtecan", "trastuzumab-emtansine", *_PERTUZUMAB}
#: A table of its own, or decision 14, asks for the LVEF on these.
MONITORED = _ANTIBODIES_AND_CONJUGATES | {"lapatinib"}


def expected_hold(point: Point, running: frozenset[str]) -> tuple[bool, str, bool]:
    """Whether the running drugs are to be held, with which indicator, and whether the LVEF is below 50 on a monitored drug."""
    value, fall = LVEF.values[point[PLACE[LVEF.name]]].number, FALL.values[point[PLACE[FALL.name]]].number
    monitored = running & MONITORED
    if value is None or not monitored:
        return False, "", False
    normal = practice_of(point).lvef_lower_limit
    hold = value < 40 or any(_table(drug, value, fall, normal, running) for drug in monitored)
    critical = value < 40 or ("trastuzumab-deruxtecan" in running and fall is not None and fall > 20)
    return hold, "critical" if critical else "warning", value < 50


def _table(drug: str, value: float, fall: float | None, normal: float, beside: frozenset[str]) -> bool:
    fell = fall if fall is not None else 0.0
    middle = 40 <= value <= 45 and fell >= 10
    if drug in _PERTUZUMAB or drug == "trastuzumab-emtansine":
        return middle
    if drug == "trastuzumab-deruxtecan":
        return middle or fell > 20
    if drug == "lapatinib":
        return value < 50 or value < normal
    if _PERTUZUMAB & beside and drug == "trastuzumab":
        return False
    return fell >= 16 or (value < normal and fell >= 10)
