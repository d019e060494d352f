"""A card's uuid that says again what it said before: so that advice once set aside is recognised, and nothing is stored on showing it.

The uuid is a keyed hash of user, patient, line and what the finding rests on (decision 22). Nothing of these can be read from it; whoever
holds the salt can tell that a uuid is one of ours, and its topic. Layout (UUID version 8): byte 7 is the number of the topic, the last four
bytes are a check of those before them, the others (with version and variant in their places) the hash.
"""

from __future__ import annotations

import hmac
import re
from uuid import UUID

from msgspec import json

from cards.topics import TOPICS
from guideline.advice import Finding

_CODES = {topic.number: topic.code for topic in TOPICS.values()}

_TOPIC_BYTE, _CHECKED = 7, 12

#: "97 days ago" is "98 days ago" tomorrow, and the advice is the same. The engine skips to the first digit only where it stands alone.
_AGES = re.compile(r"\d\d*(?= (?:day|week|month|year)s?\b)")


class CardKeys:
    """The uuids of cards under one salt: 16 secret bytes or more, the same for every worker and every restart of a site."""

    def __init__(self, salt: bytes) -> None:
        if len(salt) < 16:
            raise ValueError("the salt of card keys needs at least 16 bytes")
        #: The hash with the salt already in it; a copy is cheaper than beginning anew.
        self._salted = hmac.new(salt, digestmod="sha256")

    def key(self, user: str, patient: str, finding: Finding, line: str = "") -> UUID:
        """The uuid of the card about `finding` for this user and patient in this line of therapy.

        It changes with any fact, drug or sentence of the finding, but neither with the calendar nor with the ids of draft orders.
        """
        facts = sorted({(fact.name, fact.value, fact.date or "") for fact in finding.facts})
        acts = sorted({(suggestion.act, suggestion.code) for suggestion in finding.suggestions})
        says = finding.topic, _AGES.sub("", finding.headline.text), sorted(finding.avoid), facts, acts
        key = bytearray(self._hash(json.encode([user, patient, line, *says]))[:16])
        key[6] = 0x80 | (key[6] & 0x0F)
        key[_TOPIC_BYTE] = TOPICS[finding.topic].number
        key[8] = 0x80 | (key[8] & 0x3F)
        key[_CHECKED:] = self._check(key)
        return UUID(bytes=bytes(key))

    def topic_of(self, uuid: UUID) -> str | None:
        """The topic code of a card's uuid; nothing when the uuid was not made under this salt."""
        key = uuid.bytes
        ours = uuid.version == 8 and hmac.compare_digest(key[_CHECKED:], self._check(key))
        return _CODES.get(key[_TOPIC_BYTE]) if ours else None

    def _check(self, key: bytes | bytearray) -> bytes:
        return self._hash(b"check" + key[:_CHECKED])[:4]

    def _hash(self, message: bytes) -> bytes:
        begun = self._salted.copy()
        begun.update(message)
        return begun.digest()
