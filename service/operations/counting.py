"""What is counted, and when. Counting is always on, since it costs a few microseconds a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, get_args

from fhir_mappings.documents.bundles import KeyContent
from service.operations import series
from service.operations.counts import COUNTS

_OK = 200

StoreState = Literal["open", "unavailable"]


def count_cards(cards: Iterable[Mapping[str, Any]], *, shadow: bool = False) -> None:
    """Count the cards of an answer, those of shadow mode by themselves."""
    counted = series.SHADOW_CARDS if shadow else series.CARDS
    COUNTS.add_each(counted, [(card["source"]["topic"]["code"], card["indicator"]) for card in cards])


def count_hidden(topics: Iterable[str]) -> None:
    """Count what was not said because its topic is off at the site, or not for whoever asked."""
    COUNTS.add_each(series.HIDDEN, [(topic,) for topic in topics])


def count_outside(service: str) -> None:
    """Count a call by a user who gets no cards at the site."""
    COUNTS.add(series.OUTSIDE, service)


def count_problems(kinds: Mapping[str, int]) -> None:
    """Count what of a record could not be used, by kind."""
    for kind, number in kinds.items():
        COUNTS.add(series.DATA_PROBLEMS, kind, amount=number)


def count_call(service: str, status: int, seconds: float, *, cards: int, shadow: bool = False) -> None:
    """Count a call that was answered, however it went."""
    outcome = str(status) if status != _OK else "shadow" if shadow else "cards" if cards else "nothing"
    COUNTS.add(series.CALLS, service, outcome)
    COUNTS.observe(series.CALL_SECONDS, service, number=seconds)


def count_feedback(service: str, status: int) -> None:
    """Count a feedback message."""
    COUNTS.add(series.FEEDBACK, service, str(status))


def count_request(status: int) -> None:
    """Count any other request."""
    COUNTS.add(series.REQUESTS, f"{status // 100}xx")


def count_prefetch(keys: Mapping[str, KeyContent], suggested: Collection[str]) -> None:
    """Count what the prefetch keys of a call held in the end; `suggested` are those of the discovery entry."""
    COUNTS.add_each(series.PREFETCH_KEYS, [(key, keys[key].state if key in keys else "absent") for key in suggested])
    own = [content.state for key, content in keys.items() if key not in suggested]
    if own:
        for state, number in Counter(own).items():
            COUNTS.add(series.PREFETCH_KEYS, series.OTHER, state, amount=number)


def count_fetched(outcomes: Mapping[str, int], requests: int) -> None:
    """Count searches by their outcome and the HTTP requests sent for them."""
    for outcome, searches in outcomes.items():
        COUNTS.add(series.FHIR_SEARCHES, outcome, amount=searches)
    COUNTS.add(series.FHIR_REQUESTS, amount=requests)


def count_auth_failure(reason: str) -> None:
    """Count a token that was not accepted. A reason that `series.AUTH_FAILURES` does not list counts as `other`."""
    COUNTS.add(series.AUTH_FAILURES, reason)


def count_lost(kind: str, number: int = 1) -> None:
    """Count what could not be kept: `record`, `input` (of a record), or `log`, a line."""
    COUNTS.add(series.LOST, kind, amount=number)


def note_store(state: StoreState) -> None:
    """How this process finds the store at present."""
    for one in get_args(StoreState):
        COUNTS.put(series.STORE, one, number=float(one == state))
