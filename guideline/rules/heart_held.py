"""HER2 drugs on hold for the heart: the restart test of each label, its shortest hold, and when it ends the drug for good (R076, R133)."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from guideline.advice import Finding, Statement
from guideline.case import Lvef
from guideline.drug_classes import PERTUZUMAB_PRODUCTS
from guideline.facts_used import drug_names, headline_names, lvef_fact, lvef_shown
from guideline.heart.function import effective_value, fall_from
from guideline.heart.lvef_by_drug import WITHOUT_PERTUZUMAB, dose_days
from guideline.heart.lvef_dips import dips
from guideline.heart.lvef_stop import StopForGood, least_hold, stop_for_good
from guideline.heart.lvef_tables import Judged, first_dose, judge, never_low, other_table_when_early
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.heart_words import all_names, echo_wanted, fall_words, lvef_headline, named, stop_headline
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure


class HeldForHeart(Struct, frozen=True):
    """The drugs on hold for the heart.

    `drugs`: all of them, trastuzumab beside pertuzumab too (R111); `judged`: by their own tables; `unmet`: those whose restart test is
    not met; `stops`: those that their labels end for good; `until` and `since`: the day before which a label allows no restart, where
    that lies ahead, and the day of the low value that the hold is for.
    """

    latest: Lvef
    drugs: tuple[str, ...]
    judged: tuple[Judged, ...]
    unmet: tuple[Judged, ...]
    stops: tuple[StopForGood, ...]
    until: date | None
    since: date | None


def held_for_heart(s: Situation) -> HeldForHeart | None:
    """What is on hold for the heart, or whose LVEF since its start would ask for a hold; None: nothing is.

    What counts as being given is on hold as well while its shortest hold runs and no dose is recorded since the low value.
    """
    return s.once(_held_for_heart) if s.held_drugs or s.her2_running else None


def _held_for_heart(s: Situation) -> HeldForHeart | None:
    latest = s.heart.latest
    judged = tuple([j for j in judge(s, s.held_drugs) if _for_the_heart(s, j)])
    paused = tuple([j for j in judge(s, s.her2_running) if _paused(s, j)]) if not s.once(never_low) else ()
    together = (*(s.held_drugs if judged else ()), *(s.her2_running if paused else ()))
    judged += paused
    if latest is None or not judged:
        return None
    stops = [stop for j in judged if (stop := stop_for_good(s, j)) is not None]
    holds = [hold for j in judged if (hold := least_hold(s, j)) is not None]
    until, since = max(holds, default=(None, None))
    ahead = until is not None and s.today < until
    return HeldForHeart(
        latest,
        (*[j.exposure.drug for j in judged], *_covered(judged, together)),
        judged,
        unmet=tuple([j for j in judged if not _may_resume(s, j, latest)]),
        stops=tuple(stops),
        until=until if ahead else None,
        since=since if ahead else None,
    )


def _covered(judged: tuple[Judged, ...], held: tuple[Exposure, ...]) -> list[str]:
    """R111, decision 14: the trastuzumab on hold beside a judged pertuzumab goes by the same table."""
    if PERTUZUMAB_PRODUCTS.isdisjoint([j.exposure.drug for j in judged]):
        return []
    low = any(j.holds for j in judged)
    return [e.drug for e in held if e.drug in WITHOUT_PERTUZUMAB and (low or e.stop_reason in (None, "cardiac"))]


def held(s: Situation) -> Finding | None:
    """R076, R133: a drug on hold for the heart, or whose last LVEF would ask for a hold: the restart test, and no new line."""
    found = held_for_heart(s)
    if found is None:
        return None
    latest, names = found.latest, headline_names(found.drugs)
    judged = (found.unmet or found.judged)[0]
    fall = fall_words(judged.reference, latest)
    resume = [K.say("lvef-hold-resume", resume=j.table.resume.text) for j in found.judged]
    for_metastases = other_table_when_early(s, found.judged)
    resume += [K.say("lvef-hold-early", drugs=drug_names(for_metastases))] if for_metastases else []
    detail: list[Statement] = [*all_names(found.drugs)]
    if found.stops:
        stopped = {stop.drug for stop in found.stops}
        said = stop_headline("lvef-held-stop", list(found.stops))
        detail = [stop.reason for stop in found.stops]
        detail += [named(found.drugs)] if stopped < set(found.drugs) else []
        detail += [K.say("lvef-stop-later"), K.say("lvef-stop-not-progression")]
    elif found.unmet and all(_unconfirmed(s, j) for j in found.unmet):
        said = lvef_headline("lvef-held-unconfirmed", latest, fall, drugs=names)
        detail += [K.say("lvef-held-no-test"), K.say("hold-not-progression")]
    elif found.unmet and all(_meets_test(s, j, latest) for j in found.unmet) and any(_given_after(j, latest) for j in found.unmet):
        said = K.say("lvef-held-older", drugs=names, value=lvef_shown(latest))
        detail += [K.say("lvef-held-older-why"), *resume, K.say("hold-not-progression")]
    elif found.unmet and all(_meets_test(s, j, latest) for j in found.unmet):
        said = lvef_headline("lvef-held-stale", latest, fall, drugs=names, days=s.heart.age_days)
        detail += [*resume, K.say("lvef-held-stale-why"), K.say("hold-not-progression")]
    elif found.unmet:
        said = lvef_headline("lvef-held-not-ready", latest, fall, drugs=names)
        points = {j.table.resume.within_points for j in found.unmet} - {None}
        detail += resume
        detail += [K.say("lvef-held-points-to-stop", points=f"{within:g}") for within in sorted(filter(None, points))]
        detail.append(K.say("hold-not-progression"))
    elif found.until is not None:
        said = lvef_headline("lvef-held-early", latest, fall, drugs=names, until=found.until)
        detail += [K.say("lvef-held-least", until=found.until, since=found.since), *resume, K.say("hold-not-progression")]
    else:
        said = lvef_headline("lvef-held-ready", latest, fall, drugs=names)
        detail += [*resume, K.say("hold-not-progression")]
    values = [lvef_fact(v, "LVEF (earlier)") for stop in found.stops for v in stop.values if v is not latest]
    return Finding(
        "LvefHold",
        "warning",
        said,
        tuple(dict.fromkeys(detail)),
        facts=tuple(dict.fromkeys([lvef_fact(latest), *values, *(j.baseline for j in found.judged if j.baseline is not None)])),
        avoid=() if said.id.startswith(("lvef-held-ready", "lvef-held-unconfirmed")) else found.drugs,
        rules=(*dict.fromkeys([j.table.rule for j in found.judged]), "R133"),
        requests=echo_wanted(s),
    )


def may_restart(s: Situation, found: Finding, planned: date) -> bool:
    """Whether nothing about a hold speaks against a dose planned for a day: the restart test is met, and the shortest hold is over then."""
    held_now = held_for_heart(s)
    if held_now is None or not found.headline.id.startswith(("lvef-held-ready", "lvef-held-early")):
        return False
    return held_now.until is None or planned >= held_now.until


def _for_the_heart(s: Situation, judged: Judged) -> bool:
    """Whether a drug is on hold for the heart; whatever it was held for, where the newest LVEF asks for a hold by itself."""
    reason = judged.exposure.stop_reason
    return reason == "cardiac" or judged.holds or (reason is None and _dipped(s, judged))


def _paused(s: Situation, judged: Judged) -> bool:
    """Whether doses are recorded, none since the low value that the LVEF recovered from, and the label allows none before a day ahead."""
    found = dips(s, judged)
    if judged.holds or not found or found[-1].recovered is None:
        return False
    given, hold = dose_days(s.case, judged.exposure.drug), least_hold(s, judged)
    return bool(given) and given[-1] <= found[-1].since and hold is not None and s.today < hold[0]


def _dipped(s: Situation, judged: Judged) -> bool:
    """Whether some value since the drug's start met its table's hold rule."""
    start = first_dose(s, judged.exposure)
    found = s.heart.baseline(start)
    if start is None:
        return False
    for v in s.heart.series:
        if v.date is not None and v.date.earliest > start.latest:
            fall = fall_from(found[0], v) if found is not None else None
            row = judged.table.row(effective_value(v), fall, s.practice.lvef_lower_limit)
            if row is not None and row.holds:
                return True
    return False


def _unconfirmed(s: Situation, judged: Judged) -> bool:
    """R110, R113: held for a decline that ends the drug when confirmed; the repeat does not, and at its value the table lets it go on.

    The restart test of these labels belongs to the lesser decline, whose repeat decides by it.
    """
    found, row = dips(s, judged), judged.row
    if judged.table.resume.within_points is None or row is None or row.holds or not found or not s.heart.current:
        return False
    last = found[-1]
    return last.recovered is None and last.holding == last.grave and last.low[-1] is s.heart.latest


def _may_resume(s: Situation, judged: Judged, latest: Lvef) -> bool:
    """Whether the newest LVEF meets the table's restart test today: a stale value meets none (a restart is a start)."""
    return s.heart.current and _meets_test(s, judged, latest) and not _given_after(judged, latest)


def _given_after(judged: Judged, latest: Lvef) -> bool:
    """Whether the drug was given after the newest LVEF, or that day, and then held for the heart: that value is not what it is held for."""
    given = judged.exposure.last_dose
    if judged.exposure.stop_reason != "cardiac" or given is None or latest.date is None:
        return False
    return latest.date.latest <= given.earliest


def _meets_test(s: Situation, judged: Judged, latest: Lvef) -> bool:
    """Whether a value meets the table's restart test. None below 40 does, however low the value was that the fall is counted from."""
    value = effective_value(latest)
    if value < K.thresholds.lvef.critical_below:
        return False
    return judged.table.resume.met(value, judged.fall, s.practice.lvef_lower_limit)
