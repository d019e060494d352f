"""The practice: how one site wants the guideline read. Arguments of `advise`, never globals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

EvidenceProfile = Literal["guideline", "current"]
Jurisdiction = Literal["US", "EU"]

#: How readers are told which evidence the first line follows (decision 34).
PROFILE_WORDS: Mapping[str, str] = {
    "guideline": "source documents (ASCO 2022 era)",
    "current": "source documents (ASCO 2022 era) and approvals since then",
}


@dataclass(frozen=True, slots=True)
class Practice:
    """A site's choices.

    `evidence_profile` orders the first-line options only (`guideline`: THP leads; `current`: newer approvals lead).
    `jurisdiction` decides the label notes. `lvef_lower_limit` is the institution's lower limit of normal in percent;
    `dose_tolerance_percent` how far an ordered dose may be off before it is questioned; `minimum_interval_days` how soon a three-weekly
    drug may follow its last dose. `rules_off` holds the ids of the rules that the site has switched off, `topics_off` the codes of the
    topics whose cards it does not want, or not for whoever asks (see `guideline.site_rules`).
    """

    evidence_profile: EvidenceProfile = "guideline"
    jurisdiction: Jurisdiction = "US"
    lvef_lower_limit: float = 50.0
    dose_tolerance_percent: float = 10.0
    minimum_interval_days: int = 18
    rules_off: frozenset[str] = frozenset()
    topics_off: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """Profile and jurisdiction as cards carry them, such as `guideline/US`."""
        return f"{self.evidence_profile}/{self.jurisdiction}"
