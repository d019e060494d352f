"""`her2-cds replay`: a call on record, evaluated again with the knowledge and the settings of today, on the day of then."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import select

from cards.card_key import CardKeys
from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.answers import answer_call
from service.cds_hooks.registry import SERVICES
from service.errors import CallError, NotReplayable, PrefetchMissing
from service.evaluation import Memory
from service.fhir_client.client import Fetched
from service.record.difference import Answer, Difference, difference
from service.record.inputs import Kept, unpack
from service.settings import Settings
from service.sites.tenants import settings_of
from service.store.database import Database
from service.store.salt import kept_salt, new_salt, salt_of_site
from service.store.tables import DECISION, DECISION_INPUT


def read_input(database: Database, request: str, settings: Settings) -> Kept:
    """The input of a request. Raises `NotReplayable` where none is kept or can be read, and `StoreUnavailable`."""
    if not database.exists():
        raise NotReplayable("no request is on record yet")
    with database.reading() as connection:
        sealed = connection.execute(
            select(DECISION_INPUT.c.key, DECISION_INPUT.c.content).where(DECISION_INPUT.c.request == request)
        ).one_or_none()
        known = sealed or connection.execute(select(DECISION.c.request).where(DECISION.c.request == request)).one_or_none()
    if sealed is None:
        raise NotReplayable(
            "no input is kept of this request; see HER2CDS_RECORD_KEY and HER2CDS_RECORD_INPUT_DAYS"
            if known
            else "no request of this id is on record"
        )
    return unpack(sealed.content, request, sealed.key, settings.record_keys)


def replay(database: Database, request: str, settings: Settings) -> tuple[Kept, Difference]:
    """Evaluate a request on record again: what was kept of it, and how the answer differs. Raises as `read_input` does."""
    kept = read_input(database, request, settings)
    salt = (settings.salt or kept_salt(database) or new_salt()).encode()
    return kept, difference(_then(kept), _today(kept, settings_of(settings, kept.site), CardKeys(salt_of_site(salt, kept.site))))


def _then(kept: Kept) -> Answer:
    unanswered = "" if kept.outcome in {"answered", "shadow"} else kept.outcome
    return Answer(kept.knowledge, kept.profile, orjson.loads(bytes(kept.answer))["cards"], unanswered)


def _today(kept: Kept, settings: Settings, keys: CardKeys) -> Answer:
    """The answer of today. Advice that the user had dealt with by then is left out again; later feedback does not count."""
    settings = settings.model_copy(update={"today": kept.day})
    set_aside = frozenset(kept.set_aside)
    memory = Memory(keys, lambda asked: [card for card in asked if card in set_aside])
    fetched = Fetched(kept.fetched) if kept.fetched is not None else None
    label = settings.practice.label
    try:
        evaluation = answer_call(SERVICES[kept.service], bytes(kept.request), settings, memory, fetched)
    except CallError as error:
        kind = "prefetch-missing" if isinstance(error, PrefetchMissing) else "refused"
        return Answer(KNOWLEDGE.version, label, error=kind)
    return Answer(KNOWLEDGE.version, evaluation.advice.profile, evaluation.cards)


def as_record(request: str, kept: Kept, found: Difference) -> dict[str, Any]:
    """The difference for machines: pairs are `[then, today]`."""
    return {"request": request, "service": kept.service, "day": kept.day, "outcome": kept.outcome, "same": found.same, **asdict(found)}


def as_text(request: str, kept: Kept, found: Difference, width: int) -> str:
    """The difference for a reader, in at most `width` columns."""
    return "\n".join(_lines(request, kept, found, width))


def _lines(request: str, kept: Kept, found: Difference, width: int) -> Iterator[str]:
    yield f"Request {request}: {kept.service} on {kept.day}, {kept.outcome}"
    yield f"  knowledge   {_pair(found.knowledge)}"
    yield f"  profile     {_pair(found.profile)}"
    if any(found.error):
        yield f"  answered    {_pair((found.error[0] or 'with cards', found.error[1] or 'with cards'))}"
    yield f"  leads       {_pair((found.regimen[0] or 'no regimen', found.regimen[1] or 'no regimen'))}"
    if found.rules_added:
        yield f"  new rules   {', '.join(found.rules_added)}"
    if found.rules_removed:
        yield f"  gone rules  {', '.join(found.rules_removed)}"
    yield ""
    yield "The answer is the same." if found.same else "The answer differs:"
    for card in found.cards:
        yield f"  {card.state:<8} {card.topic} ({card.indicator})"
        for line in card.lines:
            yield from textwrap.wrap(line, width, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)


def _pair(values: tuple[str, str]) -> str:
    return values[0] if values[0] == values[1] else f"{values[0]} -> {values[1]}"
