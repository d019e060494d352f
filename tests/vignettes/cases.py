"""The vignettes' patients: every fact of `vignettes.jsonl`, with plausible dates, in domain words.

Where a vignette says "none" the intake says it too, since a silent record is never taken for a negative one. Drug courses end on the
day of the last dose. LVEF baselines stand before the current agent's first dose.
"""

from __future__ import annotations

from tests.vignettes import cases_choice, cases_hormone, cases_safety, cases_scope
from tests.vignettes.facts import Facts

#: By vignette id.
CASES: dict[str, Facts] = {
    name: facts
    for module in (cases_choice, cases_hormone, cases_safety, cases_scope)
    for name, facts in vars(module).items()
    if name.startswith("V") and name[1:].isdigit()
}
