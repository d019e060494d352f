"""The service's answer to a chart, called over HTTP, and what a test may ask of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from flask import Flask

from cards.response_schema import response_validator
from service.app import create_app
from service.settings import Settings
from tests.vignettes.codes import Json
from tests.vignettes.facts import TODAY, Facts
from tests.vignettes.fhir_builder import Encoding, patient_view, resources

PATH = "/cds-services/her2-patient-view"
Profile = Literal["guideline", "current"]
Jurisdiction = Literal["US", "EU"]

#: A store of its own: what somebody acknowledged in the working copy's store must not silence a vignette.
_DATA = TemporaryDirectory(prefix="her2cds-vignettes-")

TREATMENT_TOPICS = frozenset(
    {"FirstLineTreatment", "SecondLineTreatment", "ThirdLineTreatment", "LaterLineTreatment", "MaintenanceTreatment", "TumorBoard"}
)


@cache
def service(profile: Profile = "guideline", jurisdiction: Jurisdiction = "US", today: date = TODAY) -> Flask:
    """The service as a site would configure it, on a fixed day."""
    data = Path(_DATA.name)
    return create_app(Settings(profile=profile, jurisdiction=jurisdiction, today=today, data=data, _env_file=None))  # type: ignore[call-arg]


@dataclass(frozen=True)
class Answer:
    """The cards of one answer."""

    cards: list[Json]

    @property
    def topics(self) -> list[str]:
        """Each card's topic, in the order shown."""
        return [card["source"]["topic"]["code"] for card in self.cards]

    def card(self, topic: str) -> Json:
        """The card of a topic; fails when there is none."""
        for card in self.cards:
            if card["source"]["topic"]["code"] == topic:
                return card
        raise AssertionError(f"no card {topic}, only {self.topics}")

    @property
    def treatment(self) -> Json | None:
        """The treatment card."""
        found = [card for card in self.cards if card["source"]["topic"]["code"] in TREATMENT_TOPICS]
        assert len(found) <= 1, f"more than one treatment card: {self.topics}"
        return found[0] if found else None

    @property
    def regimen(self) -> str | None:
        """The leading regimen of any card."""
        leading = [advice(card)["regimen"] for card in self.cards if "regimen" in advice(card)]
        assert len(leading) <= 1, f"more than one leading regimen: {leading}"
        return leading[0] if leading else None

    @property
    def alternatives(self) -> list[str]:
        """The alternatives of all cards, in the order shown."""
        return [regimen for card in self.cards for regimen in advice(card).get("alternatives", [])]

    @property
    def avoid(self) -> set[str]:
        """The regimens and drugs advised against."""
        return {name for card in self.cards for name in advice(card).get("avoid", [])}

    @property
    def missing(self) -> set[str]:
        """The inputs some card asks for."""
        return {name for card in self.cards for name in advice(card).get("missing", [])}

    @property
    def text(self) -> str:
        """Everything a clinician reads, without Markdown's marks."""
        parts = []
        for card in self.cards:
            parts += [card["summary"], card.get("detail", "")]
            parts += [suggestion["label"] for suggestion in card.get("suggestions", [])]
        return plain("\n".join(parts))

    @property
    def summaries(self) -> str:
        """What a clinician reads first."""
        return plain("\n".join(card["summary"] for card in self.cards))


def plain(markdown: str) -> str:
    """Text without emphasis marks and escapes, lines kept."""
    return re.sub(r"[ \t]+", " ", re.sub(r"[*`\\]|(?<!\w)_|_(?!\w)", "", markdown))


def advice(card: Json) -> dict[str, Any]:
    """The card's `dev.her2cds.advice`."""
    found: dict[str, Any] = card["extension"]["dev.her2cds.advice"]
    return found


def ask(
    facts: Facts, encoding: Encoding, *, profile: Profile = "guideline", jurisdiction: Jurisdiction = "US", today: date = TODAY
) -> Answer:
    """Open the chart of these facts and read the cards."""
    return ask_with(patient_view(resources(facts, encoding, today), encoding), profile=profile, jurisdiction=jurisdiction, today=today)


def ask_with(body: Json, *, profile: Profile = "guideline", jurisdiction: Jurisdiction = "US", today: date = TODAY) -> Answer:
    """Send a request as it stands; whatever comes back is valid by our own strict schema."""
    response = service(profile, jurisdiction, today).test_client().post(PATH, json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    answer = response.get_json()
    response_validator().validate(answer)
    return Answer(answer["cards"])
