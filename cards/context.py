"""For whom cards are rendered, and what can be done from them: everything about a call that is not advice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from guideline.advice import Finding


@dataclass(frozen=True, slots=True)
class ClientTraits:
    """What an EHR does with cards, where that is less than CDS Hooks 2.0 lets it do. Without any trait it does all of it.

    `only_create_delete`: it carries out no update (Epic). `codes_by_oid`: it knows RxNorm by its OID alone (Epic).
    `one_suggestion`: it takes the suggestions of a card for alternatives (athenahealth).
    `no_suggestions`: it shows texts and links only (Oracle Health).
    `plain_text`: the detail is sent as plain text, and the card says so.

    Every answer keeps some further limits, so they are no traits: one action per suggestion, one link, topics of letters and digits.
    """

    only_create_delete: bool = False
    codes_by_oid: bool = False
    one_suggestion: bool = False
    no_suggestions: bool = False
    plain_text: bool = False


#: A client that does all that CDS Hooks 2.0 lets it do, as far as anybody knows.
AS_SPECIFIED = ClientTraits()


@dataclass(frozen=True, slots=True)
class AppLaunch:
    """Where the SMART app is opened from a card, and from which call: `hook_instance` is the client's own id of it, empty for none."""

    url: str
    hook_instance: str = ""


@dataclass(frozen=True, slots=True)
class CardContext:
    """A call as the cards need it.

    `patient_id` is the bare id of the call's patient, `user_id` its user (`Practitioner/...`); without a patient nothing can be ordered.
    `drafts` holds the draft orders of the call as they were sent, by `Type/id`; they are read, never changed. One that revises an order of
    the chart has that order's status.
    `card_key` gives a finding's card its uuid (`cards.card_key`); without it every card gets a random one.
    `acknowledged` is given the uuids of all cards that are not critical, and returns those that this user has set aside already.
    `client` says what the EHR does with cards. `cpt`: the site holds the licence for CPT codes. `app`: cards lead to the SMART app there.
    """

    today: date
    patient_id: str | None = None
    user_id: str | None = None
    drafts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    card_key: Callable[[Finding], UUID] | None = None
    acknowledged: Callable[[Collection[UUID]], Collection[UUID]] | None = None
    client: ClientTraits = AS_SPECIFIED
    cpt: bool = False
    app: AppLaunch | None = None
