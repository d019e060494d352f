"""What the record leaves in doubt, settled by the intake answer that the last therapy is still being given (R133; decisions 8 and 27).

An infused drug without a recorded dose for nine weeks, or one whose status says nothing, is neither current nor ended. An answer is worth
what a dose of that day is worth: it settles the doubt for nine weeks. It outweighs neither a recorded end (`rules.disputed_end` names that
contradiction) nor a recorded hold, nor a recorded reason for stopping.
"""

from __future__ import annotations

from msgspec.structs import replace

from guideline.case import Case
from guideline.partial_date import days_since
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.therapy.lines import Therapies
from guideline.therapy.progression import intake_outcome


def with_answer(given: tuple[Exposure, ...], found: Therapies, case: Case) -> tuple[Exposure, ...]:
    """The exposures, those of the last line that are in doubt as running where the intake says so; else `given` itself."""
    last = found.used_lines[-1] if found.used_lines else None
    answer = intake_outcome(case, last.start) if last is not None else None
    if last is None or answer is None or answer.values[0] != "ongoing" or days_since(answer.date, case.today) > LONGEST_SILENCE_DAYS:
        return given
    on_hold = last.held_on_record(case)
    settled = [e for e in last.main_part() if e.state in ("on-hold", "unknown") and e.stop_reason is None and e.drug not in on_hold]
    return tuple(replace(e, state="running") if e in settled else e for e in given) if settled else given
