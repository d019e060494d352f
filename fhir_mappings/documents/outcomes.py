"""What came of a search or of a part of a batch, as entries of Bundles and OperationOutcomes say it."""

from __future__ import annotations

from fhir_mappings.resources import Part


class Issue(Part, frozen=True, gc=False):
    """An issue of an OperationOutcome."""

    severity: str | None = None


class Outcome(Part, frozen=True, gc=False):
    """An OperationOutcome, as far as it says whether something failed."""

    issue: list[Issue] | None = None


class Search(Part, frozen=True, gc=False):
    """Why a search brought an entry: `match`, `include` or `outcome`."""

    mode: str | None = None


class Response(Part, frozen=True, gc=False):
    """What came of one part of a batch: the HTTP status with or without its words, and an OperationOutcome."""

    status: str | int | None = None
    outcome: Outcome | None = None

    @property
    def severities(self) -> list[str | None]:
        """How grave the issues are that came with it."""
        return [issue.severity for issue in self.outcome.issue or ()] if self.outcome is not None else []
