"""A case as code: the call of `tests/guideline/case_builder.py` that builds it again."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import fields

from guideline.case import Case, IntakeAnswer
from guideline.partial_date import PartialDate


def as_builder_call(case: Case) -> str:
    """The case as `a_case(...)` with every fact named, to be run among the names of `guideline.case` and of the builder."""
    parts = []
    for name in (f.name for f in fields(Case)):
        value = getattr(case, name)
        if name == "today":
            continue
        if name == "intake":
            parts.append(f"intake={{{', '.join(f'{item!r}: {_written(given, case.today)}' for item, given in value.items())}}}")
        elif name == "patient":
            parts.append(f"patient={_written(value, case.today)}")
        elif value or name in ("metastases", "receptors", "lvef"):
            parts.append(f"{name}=({''.join(_written(fact, case.today) + ', ' for fact in value)})".replace(", )", ",)"))
    return "a_case(\n    " + ",\n    ".join(parts) + ",\n)"


def _written(value: Any, today: date) -> str:
    if isinstance(value, PartialDate):
        if value.is_exact:
            return f"ago({(today - value.earliest).days})"
        return f"when({str(value)!r})"
    if isinstance(value, IntakeAnswer):
        return f"said({', '.join(map(repr, value.values))}, days={(today - value.date.latest).days})"
    if hasattr(value, "__struct_fields__"):
        shown = [
            f"{f.name}={_written(getattr(value, f.name), today)}"
            for f in fields(value)
            if f.required or getattr(value, f.name) != f.default
        ]
        return f"{type(value).__name__}({', '.join(shown)})"
    return repr(value)
