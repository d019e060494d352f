"""One call as it is recorded: noted on the way of the answer as it is, made a row afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import orjson
from msgspec import Raw

from cards.render import ADVICE_EXTENSION
from guideline.advice import Advice
from guideline.case import DataProblem
from service.record.facts import coded_facts
from service.record.inputs import Input, Kept, pack, without_token
from service.record.sealing import key_name

#: What became of a call. `answered`: with cards or with none. `shadow`: evaluated, and answered with none whatever came of it.
#: `outside`: of a user to whom the site shows no cards, not evaluated. `prefetch-missing`: 412. `refused`: a request that could not be
#: understood. `failed`: a fault of ours.
Outcome = Literal["answered", "shadow", "outside", "prefetch-missing", "refused", "failed"]

#: The longest issuer that is kept; one is an address.
_LONGEST_CLIENT = 255

_NO_CARDS = b'{"cards":[]}'


@dataclass(frozen=True, slots=True)
class Call:
    """A call and what became of it.

    `request` is the id that the caller gets as `X-Request-ID`; `moment` in seconds since 1970; `day` the day that the evaluation took for
    today; `client` the issuer of the token, empty for nobody in particular; `answer` the cards as JSON, in shadow mode those that were not
    sent; `set_aside` how many pieces of advice the user had dealt with before; `gaps` what a call that could not be answered lacked.
    """

    request: str
    moment: float
    day: date
    service: str
    outcome: Outcome
    ms: float
    knowledge: str
    profile: str
    site: str = ""
    client: str = ""
    advice: Advice | None = None
    answer: bytes = _NO_CARDS
    resources: int = 0
    set_aside: int = 0
    problems: tuple[DataProblem, ...] = ()
    gaps: tuple[str, ...] = ()
    input: Input | None = None

    @property
    def input_bytes(self) -> int:
        """How much memory its input takes, about."""
        return len(self.input.body) if self.input is not None else 0

    @property
    def at(self) -> datetime:
        """The moment as the store keeps it."""
        return datetime.fromtimestamp(self.moment, UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is written of a call: its row in the table `decision`, and that in `decision_input` where the input is kept."""

    decision: dict[str, Any]
    input: dict[str, Any] | None = None


def rows_of(call: Call) -> Rows:
    """What is written of a call."""
    return Rows(_decision(call), _input(call, call.input) if call.input is not None else None)


def _input(call: Call, brought: Input) -> dict[str, Any]:
    kept = Kept(
        call.service,
        call.site,
        call.day,
        call.outcome,
        call.knowledge,
        call.profile,
        Raw(without_token(brought.body)),
        Raw(call.answer),
        brought.fetched,
        brought.set_aside,
    )
    return {
        "request": call.request,
        "moment": call.at,
        "key": key_name(brought.key),
        "content": pack(kept, call.request, brought.key),
    }


def _decision(call: Call) -> dict[str, Any]:
    cards = orjson.loads(call.answer)["cards"]
    facts, regimen = {}, ""
    for card in cards:
        said = card["extension"][ADVICE_EXTENSION]
        regimen = regimen or said.get("regimen", "")
        if "facts" in said:
            facts[card["uuid"]] = coded_facts(said["facts"], call.day)
    return {
        "request": call.request,
        "moment": call.at,
        "day": call.day,
        "site": call.site,
        "service": call.service,
        "client": call.client[:_LONGEST_CLIENT],
        "outcome": call.outcome,
        "ms": call.ms,
        "knowledge": call.knowledge,
        "profile": call.profile,
        "resources": call.resources,
        "regimen": regimen,
        "set_aside": call.set_aside,
        "cards": _json([_card(card) for card in cards]),
        "findings": _json(_findings(call.advice)),
        "facts": _json(facts),
        "silent": _json(list(call.advice.silent) if call.advice is not None else []),
        "problems": _json(_problems(call)),
    }


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card: its uuid (a salted hash), topic and urgency, the rules that speak on it, and the inputs that it asks for."""
    said = card["extension"][ADVICE_EXTENSION]
    kept = {"uuid": card["uuid"], "topic": card["source"]["topic"]["code"], "indicator": card["indicator"], "rules": said.get("rules", [])}
    return kept | ({"missing": said["missing"]} if "missing" in said else {})


def _findings(advice: Advice | None) -> list[list[str]]:
    """Topic and urgency of all that was found: also of what shares a card with something else, or was set aside by this user.

    A topic that is off at this site, or for this user's role, stands with `hidden` in place of its urgency.
    """
    if advice is None:
        return []
    found = [[finding.topic, finding.indicator] for finding in (advice.treatment, *advice.findings) if finding is not None]
    return [*found, *([topic, "hidden"] for topic in advice.hidden)]


def _problems(call: Call) -> dict[str, int]:
    """What of the record could not be used, as `kind subject` with its number, and what an unanswered call lacked."""
    found = Counter(f"{problem.kind} {problem.subject}" for problem in call.problems)
    return dict(found) | {f"missing {gap}": 1 for gap in call.gaps}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
