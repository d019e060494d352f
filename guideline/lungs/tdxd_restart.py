"""The dose at which T-DXd may be given again after its grade 1 pneumonitis (R115, R118).

Up to 28 days from onset to resolution: the same dose. Later: one level down. What the dates do not tell stays open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from guideline.case import DrugRecord, LungCondition
from guideline.dosing.label_doses import lowest_level_by_doses
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.lungs.history import T_DXD
from guideline.situation import Situation

_LEVELS = K.thresholds.dose_levels[T_DXD]
_LIMIT = K.thresholds.ild.same_dose_days


class Restart(Struct, frozen=True):
    """What one grade 1 pneumonitis, resolved, asks of the next dose.

    `lower`: one level down (True), the same dose (False); None where the dates do not tell. `days`: from onset to resolution, where both
    are known to the day. `before`: the lowest level known to have been given until then, in mg/kg, and its record. `missing`: the dates
    that would settle it, in words.
    """

    lower: bool | None
    days: int | None = None
    before: tuple[float, DrugRecord] | None = None
    missing: str = ""

    @property
    def level(self) -> float | None:
        """One level down, in mg/kg; None: there is none left. Where no dose is on record the highest level counts as given."""
        return _LEVELS.next_lower(self.before[0] if self.before is not None else _LEVELS.levels[0])

    @property
    def span(self) -> str:
        """How long it took to resolve: `60 days`, `more than 28 days`, `at most 28 days`."""
        if self.days is not None:
            return f"{self.days} day{'' if self.days == 1 else 's'}"
        return f"{'more than' if self.lower else 'at most'} {_LIMIT} days"

    @property
    def level_words(self) -> str:
        """The dose where the same is too high: `one level down, 4.4 mg/kg`, or none."""
        return f"one level down, {self.level:g} {_LEVELS.unit}" if self.level is not None else "not at all (lowest level reached)"


def restarts(s: Situation, records: Iterable[DrugRecord]) -> tuple[Restart, ...]:
    """What each resolved grade 1 pneumonitis of T-DXd asks for, the strictest first. `records`: those of T-DXd itself."""
    if not s.lungs.tdxd_grade_1_past:
        return ()
    if not s.lungs.tdxd_grade_1:
        return (Restart(None, missing=_BOTH),)
    given = tuple(records)
    found = [_restart(s, episode, given) for episode in s.lungs.tdxd_grade_1]
    return tuple(sorted(found, key=lambda r: (_STRICTEST.index(r.lower), r.level or 0)))


_STRICTEST = (True, None, False)
_ONSET, _END, _BOTH = "day of onset", "day of full resolution", "days of onset and of full resolution"


def _restart(s: Situation, episode: LungCondition, records: tuple[DrugRecord, ...]) -> Restart:
    lower, days = _took_longer(episode, s.today)
    level = lowest_level_by_doses(s, T_DXD, [record for record in records if _given_before(record, episode)])
    return Restart(lower, days, level, _unknown(episode) if lower is None else "")


def _took_longer(episode: LungCondition, today: date) -> tuple[bool | None, int | None]:
    """Whether it took more than 28 days from onset to resolution, and how many where both days are known. Exactly 28 is not more.

    Without a day of resolution it was over today at the latest; what was written down without an onset had begun by then, or earlier.
    """
    onset, over = episode.onset, episode.abated
    if onset is None:
        return None, None
    end = min(over.latest, today) if over is not None else today
    if end < onset.earliest:
        return None, None
    least = (over.earliest - onset.latest).days if over is not None else 0
    most = (end - onset.earliest).days
    if least > _LIMIT:
        lower = True
    elif most <= _LIMIT and episode.onset_stated:
        lower = False
    else:
        return None, None
    to_the_day = over is not None and least == most and episode.onset_stated
    return lower, least if to_the_day else None


def _unknown(episode: LungCondition) -> str:
    """What to find out, where the dates leave it open."""
    onset, over = episode.onset, episode.abated
    begun = onset is not None and onset.is_exact and episode.onset_stated
    if begun == (over is not None and over.is_exact):
        return _BOTH
    return _END if begun else _ONSET


def _given_before(record: DrugRecord, episode: LungCondition) -> bool:
    """Whether a record's dose is one from before the pneumonitis. A statement or order that goes on is revised: it tells today's dose."""
    day = record.start or record.end
    if day is None or episode.onset is None or day.earliest > episode.onset.latest:
        return False
    if record.kind == "administration":
        return True
    went_on = record.end is not None and episode.abated is not None and record.end.earliest > episode.abated.latest
    return record.status not in ("active", "unknown") and not went_on
