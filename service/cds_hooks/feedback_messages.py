"""Feedback as clients really send it, understood.

| client | an override comes as |
|---|---|
| the specification | `overrideReason: {"reason": Coding, "userComment": string}` |
| Epic, our own reasons | the same in a member named `overrideReasons` |
| Epic, reasons of the site | `overrideReasons.extension["com.epic.cdshooks.feedback.overrideReason.reasonCategory"]` and others |
| the old CDS Hooks Sandbox | `overrideReason: {"code": string, "system": string}` |

Free text (a comment, a display, a reason in prose) is noticed and dropped: it may name the patient. So may a single word in the place of
a code: only our own codes, Epic's numbers, and codes of a system with an address are kept.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cards.card_key import CardKeys
from cards.override_reasons import OVERRIDE_REASONS
from service.errors import Issue
from service.store.feedback_log import Feedback, utc_now
from service.store.tables import CODE_LENGTH, SYSTEM_LENGTH

#: The system under which the reasons that Epic sites build themselves are kept: the number of the category.
EPIC_REASONS = "com.epic.cdshooks.feedback.overrideReason.reasonCategory"

_EPIC_PREFIX = "com.epic.cdshooks.feedback.overrideReason."

#: A code has no spaces; what has some is somebody's words. Nor control characters: PostgreSQL takes no NUL, and a terminal obeys some.
_CODE = re.compile(rf"[^\s\x00-\x1f\x7f-\x9f]{{1,{CODE_LENGTH}}}")
#: Systems are URIs.
_SYSTEM = re.compile(rf"(?=(?:https?|urn):)[^\s\x00-\x1f\x7f-\x9f]{{1,{SYSTEM_LENGTH}}}")
_CATEGORY = re.compile(rf"[0-9]{{1,{CODE_LENGTH}}}")
_OUR_CODES = frozenset(OVERRIDE_REASONS.reasons)

_MOST_SUGGESTIONS = 20

#: More cards than anybody is shown in a day. Each faulty entry is named in the answer, which must not outgrow the message without end.
_MOST_ENTRIES = 1000


def read_feedback(body: Any, keys: CardKeys, salt: bytes) -> tuple[list[Feedback], list[Issue]]:
    """The entries of a feedback message that can be understood, and what is wrong with the others (or with the whole)."""
    if not isinstance(body, dict):
        return [], [Issue("invalid", "The body must be a JSON object.")]
    if "feedback" not in body:
        return [], [Issue("required", "feedback is missing.", "feedback")]
    sent = body["feedback"]
    if not isinstance(sent, list):
        return [], [Issue("invalid", "feedback must be an array with one entry per card.", "feedback")]
    if len(sent) > _MOST_ENTRIES:
        return [], [Issue("invalid", f"feedback must have at most {_MOST_ENTRIES} entries.", "feedback")]
    entries: list[Feedback] = []
    issues: list[Issue] = []
    for number, entry in enumerate(sent):
        place = f"feedback[{number}]"
        faults = list(_faults(entry, place))
        if faults:
            issues += faults
        else:
            entries.append(_entry(entry, keys, salt))
    return entries, issues


def _faults(entry: Any, place: str) -> Iterator[Issue]:
    if not isinstance(entry, dict):
        yield Issue("invalid", f"{place} must be an object.", place)
        return
    card = entry.get("card")
    if not isinstance(card, str) or not card.strip():
        yield Issue("required" if card is None else "invalid", f"{place}.card must be the uuid of a card.", f"{place}.card")
    outcome = entry.get("outcome")
    if outcome not in ("accepted", "overridden"):
        code = "required" if outcome is None else "value"
        yield Issue(code, f"{place}.outcome must be accepted or overridden.", f"{place}.outcome")


def _entry(entry: Mapping[str, Any], keys: CardKeys, salt: bytes) -> Feedback:
    card = _uuid(entry["card"])
    topic = keys.topic_of(card) if card else None
    system, code, commented = _override(entry)
    return Feedback(
        card=str(card) if topic else stand_in(str(card or entry["card"]), salt),
        topic=topic or "",
        outcome=entry["outcome"],
        outcome_at=_moment(entry.get("outcomeTimestamp")),
        reason_system=system,
        reason_code=code,
        commented=commented,
        suggestions=tuple(_suggestions(entry.get("acceptedSuggestions"))),
    )


def stand_in(card: str, salt: bytes) -> str:
    """A card that this site did not show is counted, but not under its own name.

    What a client calls it may be anything, and the uuid of a card of another site, kept as it is, would set that card aside over there.
    """
    return str(UUID(bytes=hmac.digest(salt, card.encode(), "sha256")[:16]))


def _override(entry: Mapping[str, Any]) -> tuple[str, str, bool]:
    """System and code of the reason (both empty without one), and whether there was free text."""
    given = entry.get("overrideReason") or entry.get("overrideReasons")
    if isinstance(given, list):
        given = next((one for one in given if one), None)
    if isinstance(given, str):
        return "", "", bool(given.strip())
    if not isinstance(given, dict):
        return "", "", _is_text(entry.get("userComment"))
    commented = _is_text(given.get("userComment"))
    reason = given.get("reason", given)
    if isinstance(reason, dict):
        coding = next((one for one in _list(reason.get("coding")) if isinstance(one, dict)), reason)
        code, system = coding.get("code"), coding.get("system")
        if isinstance(code, str) and _CODE.fullmatch(code):
            if isinstance(system, str) and _SYSTEM.fullmatch(system):
                return system, code, commented
            if code in _OUR_CODES:
                return "", code, commented
        commented = commented or _is_text(code) or _is_text(coding.get("display")) or _is_text(reason.get("text"))
    else:
        commented = commented or _is_text(reason)
    return _epic_reason(given.get("extension"), commented=commented)


def _epic_reason(extension: Any, *, commented: bool) -> tuple[str, str, bool]:
    members = extension if isinstance(extension, dict) else {}
    code = members.get(EPIC_REASONS)
    if isinstance(code, str) and _CATEGORY.fullmatch(code):
        return EPIC_REASONS, code, commented
    named = any(name.startswith(_EPIC_PREFIX) and _is_text(value) for name, value in members.items())
    return "", "", commented or named


def _suggestions(sent: Any) -> Iterator[str]:
    for one in _list(sent)[:_MOST_SUGGESTIONS]:
        uuid = _uuid(one.get("id") if isinstance(one, dict) else one)
        if uuid is not None:
            yield str(uuid)


def _moment(sent: Any) -> datetime:
    """The moment in UTC; the beginning of today for a client that does not say, so that what it repeats today counts once."""
    try:
        moment = datetime.fromisoformat(sent)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None, microsecond=0)
    except (TypeError, ValueError, OverflowError):
        return utc_now().replace(hour=0, minute=0, second=0)


def _uuid(sent: Any) -> UUID | None:
    try:
        return UUID(sent) if isinstance(sent, str) else None
    except ValueError:
        return None


def _is_text(sent: Any) -> bool:
    return isinstance(sent, str) and bool(sent.strip())


def _list(sent: Any) -> list[Any]:
    return sent if isinstance(sent, list) else []
