"""What became of each mutant, and what that says of all mutants."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, json

from mutation.mutants import Mutant

#: A test failed; the tests hang (which is noticed as well); every test passed; no test runs the function at all.
OUTCOMES = ("killed", "timeout", "survived", "unreached")
_NOTICED = ("killed", "timeout")


class Verdict(Struct, frozen=True, omit_defaults=True):
    """What became of a mutant, in how many seconds, and the test that failed."""

    name: str
    outcome: str
    seconds: float = 0.0
    test: str | None = None

    @property
    def noticed(self) -> bool:
        """Whether the suite tells the mutant from the code."""
        return self.outcome in _NOTICED


def verdicts_in(file: Path) -> dict[str, Verdict]:
    """The verdicts of a file by mutant; none where there is no file."""
    found = json.Decoder(Verdict).decode_lines(file.read_bytes()) if file.exists() else []
    return {verdict.name: verdict for verdict in found}


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, by Wilson's score: where the share of all mutants lies, seen from a random sample."""
    if not whole:
        return 0.0, 1.0
    z = 1.959964
    share, spread = part / whole, z * z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / whole + spread / whole / 4) / (1 + spread)
    return middle - half, middle + half


def survivors(mutants: Iterable[Mutant], verdicts: dict[str, Verdict]) -> str:
    """Each mutant that no test notices, as a diff."""
    unnoticed = [(verdicts[mutant.name].outcome, mutant) for mutant in mutants if not verdicts[mutant.name].noticed]
    return "\n".join(f"\n{outcome}: {mutant.name}\n{mutant.diff}" for outcome, mutant in unnoticed)


def table(mutants: list[Mutant], verdicts: dict[str, Verdict]) -> str:
    """The outcomes by module and of all together."""
    rows = {module: Counter[str]() for module in sorted({mutant.module for mutant in mutants})}
    for mutant in mutants:
        rows[mutant.module][verdicts[mutant.name].outcome] += 1
    rows["all"] = sum(rows.values(), Counter())
    head = f"{'noticed':>9}" + "".join(f"{outcome:>11}" for outcome in OUTCOMES) + "  module"
    return "\n".join([head, *(_row(module, outcomes) for module, outcomes in rows.items())])


def _row(module: str, outcomes: Counter[str]) -> str:
    share = sum(outcomes[outcome] for outcome in _NOTICED) / max(outcomes.total(), 1)
    return f"{share:>9.1%}" + "".join(f"{outcomes[outcome]:>11,}" for outcome in OUTCOMES) + f"  {module}"
