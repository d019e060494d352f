"""Why a clinician may set a card aside (`override_reasons.yaml`): at most six reasons per topic."""

from __future__ import annotations

from pathlib import Path

import yaml

from cards.topics import TOPICS

_FILE = Path(__file__).with_name("override_reasons.yaml")

#: No menu of an EHR shows more without scrolling.
MOST_PER_CARD = 6


def load_override_reasons(file: Path = _FILE) -> tuple[str, dict[str, str], dict[str, tuple[str, ...]]]:
    """Read a file of override reasons: its system URI, display by code, and the codes offered by topic.

    Raises `ValueError` when a topic is unknown, advises nothing, has no list, has too many reasons, or names one that is not there.
    """
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    reasons: dict[str, str] = content["reasons"]
    by_topic = {topic: tuple(codes) for topic, codes in content["topics"].items()}
    advising = {topic.code for topic in TOPICS.values() if topic.advises}
    if by_topic.keys() != advising:
        raise ValueError(f"{file.name}: no list of reasons, or one too many, for {sorted(by_topic.keys() ^ advising)}")
    for topic, codes in by_topic.items():
        if not 0 < len(codes) <= MOST_PER_CARD or len(set(codes)) != len(codes):
            raise ValueError(f"{file.name}: {topic} needs 1 to {MOST_PER_CARD} different reasons")
        if unknown := set(codes) - reasons.keys():
            raise ValueError(f"{file.name}: {topic} names reasons that are not there: {sorted(unknown)}")
    return content["system"], reasons, by_topic


SYSTEM, DISPLAYS, BY_TOPIC = load_override_reasons()

#: The codings a card of each topic offers, ready to be sent; a topic that advises no act has none.
CODINGS: dict[str, tuple[dict[str, str], ...]] = {
    topic: tuple({"code": code, "system": SYSTEM, "display": DISPLAYS[code]} for code in codes) for topic, codes in BY_TOPIC.items()
}
