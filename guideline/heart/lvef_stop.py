"""What a label makes of the dips of its drug: the drug is ended for good (R110, R112, R113, R077), or held for a shortest time (R111)."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from guideline.advice import Statement
from guideline.case import Lvef
from guideline.drug_classes import CONJUGATES
from guideline.facts_used import drug_name, lvef_shown
from guideline.heart.function import fall_from
from guideline.heart.lvef_by_drug import dose_days
from guideline.heart.lvef_dips import Dip, day_of, days_between, dips, given_again, held_for
from guideline.heart.lvef_tables import Judged, judge, never_low
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import add_days
from guideline.situation import Situation


class StopForGood(Struct, frozen=True):
    """The proof that a drug's label ends it for good: in a few words for a headline, in a sentence, and the values that show it.

    `grave`: a decline below 40, or of over 20 on T-DXd, was confirmed. `given_since`: a dose is recorded after the recovery, so that
    somebody decided to give the drug again.
    """

    judged: Judged
    words: str
    reason: Statement
    values: tuple[Lvef, ...]
    grave: bool = False
    given_since: bool = False

    @property
    def drug(self) -> str:
        """The drug that is ended."""
        return self.judged.exposure.drug


def stop_for_good(s: Situation, judged: Judged) -> StopForGood | None:
    """Whether the label table ends the drug for good; None: not proven, or given again since the recovery."""
    stop = _ended(s, judged)
    return None if stop is None or stop.given_since else stop


def stops_on_record(s: Situation) -> tuple[StopForGood, ...]:
    """The drugs that their labels have ended for good by the LVEF on record: running, on hold or over, however long ago; each once."""
    return s.once(_stops_on_record)


def _stops_on_record(s: Situation) -> tuple[StopForGood, ...]:
    if s.once(never_low):
        return ()
    # The antibodies of an adjuvant course went by another table where both were given; which were given together nobody tells here.
    early = [e for e in s.therapies.early if e.drug in CONJUGATES]
    found: dict[str, StopForGood] = {}
    for given in (*[line.exposures for line in reversed(s.therapies.lines)], s.therapies.undated, early):
        for judged in judge(s, given):
            stop = _ended(s, judged)
            if stop is not None:
                found.setdefault(stop.drug, stop)
    return tuple(found.values())


def _ended(s: Situation, judged: Judged) -> StopForGood | None:
    """R110, R113: a decline that once ended T-DXd or T-DM1 ends it whatever followed; R112: the decline trastuzumab is held for now."""
    found = dips(s, judged)
    for dip in reversed(found):
        stop = _confirmed(judged, dip) or _unrecovered(judged, dip)
        if stop is not None:
            return replace(stop, given_since=given_again(s, judged.exposure, dip))
    if not found or not held_for(s, judged.exposure, found[-1]):
        return None
    return _lasting(judged, found[-1]) or _too_often(s, judged, found)


def least_hold(s: Situation, judged: Judged) -> tuple[date, date] | None:
    """The day before which the label allows no restart, and the day of the low value that the hold is for.

    Counted from that value, or from a recorded dose after it. None: the label names no shortest hold, or no low value is on record.
    """
    if judged.table.hold_days is None:
        return None
    found = dips(s, judged)
    if not found or given_again(s, judged.exposure, found[-1]):
        return None
    since = found[-1].since
    return add_days(max([since, *dose_days(s.case, judged.exposure.drug)]), judged.table.hold_days), since


def _confirmed(judged: Judged, dip: Dip) -> StopForGood | None:
    """R110, R113: below 40, or a fall over 20 on T-DXd, and the same again on repeat."""
    if dip.confirmed is None:
        return None
    first, second = dip.confirmed
    values = {"first": lvef_shown(first), "first_day": day_of(first), "second": lvef_shown(second), "second_day": day_of(second)}
    words = K.say("lvef-stop-words-confirmed", **values).text
    reason = K.say("lvef-stop-confirmed", drug=drug_name(judged.exposure.drug), **values)
    return StopForGood(judged, words, reason, (first, second), grave=True)


def _unrecovered(judged: Judged, dip: Dip) -> StopForGood | None:
    """R110, R113: 40-45 with a fall of 10 or more, and on repeat not back within 10 points of baseline: a later recovery lifts nothing."""
    points, repeat_days, baseline = judged.table.resume.within_points, judged.table.repeat_days, judged.reference
    if points is None or repeat_days is None or baseline is None or (pair := dip.unrecovered(repeat_days)) is None:
        return None
    first, second = pair
    fall = f"{fall_from(baseline, second):g}"
    words = K.say("lvef-stop-words-unrecovered", second=lvef_shown(second), second_day=day_of(second), fall=fall).text
    values = {"first": lvef_shown(first), "first_day": day_of(first), "second": lvef_shown(second), "second_day": day_of(second)}
    reason = K.say("lvef-stop-unrecovered", drug=drug_name(judged.exposure.drug), points=f"{points:g}", fall=fall, **values)
    return StopForGood(judged, words, reason, pair)


def _lasting(judged: Judged, dip: Dip) -> StopForGood | None:
    """R112, R077: the decline is documented for longer than the label lets it last."""
    limit = judged.table.stop_after_days
    first, last = dip.longest
    days = days_between(first, last)
    if limit is None or days <= limit:
        return None
    values = {"drug": drug_name(judged.exposure.drug), "since": day_of(first), "until": day_of(last), "weeks": limit // 7}
    words = K.say("lvef-stop-words-lasting", days=days).text
    return StopForGood(judged, words, K.say("lvef-stop-lasting", days=days, **values), (first, last))


def _too_often(s: Situation, judged: Judged, found: tuple[Dip, ...]) -> StopForGood | None:
    """R112, R077: more interruptions than the label allows, that of the last decline among them."""
    limit = judged.table.stop_after_interruptions
    if limit is None:
        return None
    given = dose_days(s.case, judged.exposure.drug)
    holds = [*(dip for dip in found[:-1] if _interrupted(dip, judged.table.hold_days or 0, given)), found[-1]]
    if len(holds) <= limit:
        return None
    values = {"drug": drug_name(judged.exposure.drug), "days": ", ".join([str(dip.since) for dip in holds]), "limit": limit}
    words = K.say("lvef-stop-words-often", count=len(holds)).text
    return StopForGood(judged, words, K.say("lvef-stop-often", count=len(holds), **values), tuple([dip.low[0] for dip in holds]))


def _interrupted(dip: Dip, hold_days: int, given: tuple[date, ...]) -> bool:
    """Whether a dip that is over was a hold: it recovered no sooner than the label holds the drug, and no dose fell into it."""
    if dip.recovered is None:
        return False
    over = day_of(dip.recovered)
    return (over - dip.since).days >= hold_days and not any(dip.since < day < over for day in given)
