"""For whom cards are rendered, and what can be done from them: everything about a call that is not advice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from guideline.advice import Finding


@dataclass(frozen=True, slots=True)
class CardContext:
    """A call as the cards need it.

    `patient_id` is the bare id of the call's patient, `user_id` its user (`Practitioner/...`); without a patient nothing can be ordered.
    `drafts` holds the draft orders of the call as they were sent, by `Type/id`; they are read, never changed.
    `card_key` gives a finding's card its uuid (`cards.card_key`); without it every card gets a random one.
    `acknowledged` is given the uuids of all cards that are not critical, and returns those that this user has set aside already.
    `only_create_delete`: a trait of EHRs (Epic) that carry out no update. `cpt`: the site holds the licence for CPT codes.
    """

    today: date
    patient_id: str | None = None
    user_id: str | None = None
    drafts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    card_key: Callable[[Finding], UUID] | None = None
    acknowledged: Callable[[Collection[UUID]], Collection[UUID]] | None = None
    only_create_delete: bool = False
    cpt: bool = False
