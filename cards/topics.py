"""The topics of the public contract (`topics.yaml`): the code a card is known by, its display, its place among the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("topics.yaml")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `rank` is its place among cards of the same urgency, 0 first; `number` (1 to 255) stands for it in a card's uuid.

    `treatment`: a topic of the one treatment card. `advises`: its card advises for or against an act.
    """

    code: str
    display: str
    rank: int
    number: int
    treatment: bool = False
    advises: bool = True


def load_topics(file: Path = _FILE) -> tuple[str, dict[str, Topic]]:
    """Read a topics file: its system URI, and its topics by code in order of display.

    Raises `ValueError` when a code or number stands twice, a code is not of letters and digits (EHRs key on it) or a number does not fit
    a byte; `TypeError` for an unknown member.
    """
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    topics: dict[str, Topic] = {}
    free = set(range(1, 256))
    for rank, entry in enumerate(content["topics"]):
        topic = Topic(rank=rank, **{"number": 0, **entry})
        if topic.code in topics or not (topic.code.isascii() and topic.code.isalnum()):
            raise ValueError(f"{file.name}: topic code {topic.code!r} stands twice or is not of letters and digits")
        if topic.number not in free:
            raise ValueError(f"{file.name}: {topic.code}: number {topic.number!r} stands twice or is not from 1 to 255")
        free.remove(topic.number)
        topics[topic.code] = topic
    return content["system"], topics


SYSTEM, TOPICS = load_topics()
