from __future__ import annotations

from pathlib import Path

import pytest

from cards import override_reasons, topics
from cards.override_reasons import CODINGS, MOST_PER_CARD, OVERRIDE_REASONS, code_system, load_override_reasons
from cards.topics import TOPICS, load_topics

#: The codes of the public contract. A change here is a change of the contract.
PUBLIC_TOPICS = [
    "FirstLineTreatment", "SecondLineTreatment", "ThirdLineTreatment", "LaterLineTreatment", "MaintenanceTreatment",
    "TumorBoard", "Her2StatusNeeded", "Her2Discordance", "Her2Low", "RebiopsySuggested", "MissingData",
    "InterstitialLungDisease", "LvefBaselineNeeded", "LvefMonitoringDue", "LvefHold", "HeartFailure",
    "BrainMetastasesUrgent", "Pregnancy", "NonPreferredAgent", "FirstLineRestart", "TdxdMonotherapyFirstLine",
    "PermanentlyStoppedAgent", "Her2TherapyStopped", "EndocrineWithoutHer2", "ChemoEndocrineConcurrent",
    "ChemotherapyWithoutHer2", "AnthracyclineWithTrastuzumab", "ProductMixUp", "DoseCheck", "ReloadingDose",
    "DuplicateHer2Therapy", "DrugInteraction", "AllergyOrIntolerance", "SupportiveCare", "LabelWindow", "LabSafety",
]  # fmt: skip


def test_the_topics_are_those_of_the_public_contract() -> None:
    """Every code of the public contract is there, and no other: sites configure against them."""
    assert sorted(TOPICS) == sorted(PUBLIC_TOPICS)
    assert topics.SYSTEM == "urn:her2-cds:topic"


def test_six_topics_are_treatment() -> None:
    """The one treatment card goes by one of six topics, which stand first."""
    treatment = [topic.code for topic in TOPICS.values() if topic.treatment]
    assert treatment == PUBLIC_TOPICS[:6]
    assert [topic.rank for topic in TOPICS.values()] == list(range(len(TOPICS)))


def test_every_topic_that_advises_has_fitting_reasons() -> None:
    """One to six different reasons per topic, with `other` last; only what informs has none."""
    by_topic = OVERRIDE_REASONS.by_topic
    assert TOPICS.keys() - by_topic.keys() == {"Her2Low"}
    assert all(0 < len(codes) <= MOST_PER_CARD and codes[-1] == "other" for codes in by_topic.values())
    assert OVERRIDE_REASONS.system == "urn:her2-cds:override-reason"


def test_no_reason_is_never_offered() -> None:
    """Every reason of the file is offered by some topic, and every display and definition is its own."""
    reasons = OVERRIDE_REASONS.reasons
    assert {code for codes in OVERRIDE_REASONS.by_topic.values() for code in codes} == reasons.keys()
    assert len({reason.display for reason in reasons.values()}) == len({reason.definition for reason in reasons.values()}) == len(reasons)


def test_the_reasons_are_a_code_system() -> None:
    """What a card offers can be looked up in a FHIR CodeSystem of the same URI, with what each reason means."""
    published = code_system()
    concepts = {concept["code"]: concept for concept in published["concept"]}
    assert published["count"] == len(concepts)
    for coding in (coding for codings in CODINGS.values() for coding in codings):
        assert coding["system"] == published["url"]
        assert coding["display"] == concepts[coding["code"]]["display"]
        assert concepts[coding["code"]]["definition"]


def test_the_number_of_a_topic_is_its_own() -> None:
    """The number that stands for a topic in a card's uuid is never given to another: cards that were shown are read by it."""
    assert {topic.number: topic.code for topic in TOPICS.values() if topic.number in (1, 7, 36)} == {
        1: "FirstLineTreatment", 7: "Pregnancy", 36: "Her2Low",
    }  # fmt: skip
    assert sorted(topic.number for topic in TOPICS.values()) == list(range(1, len(TOPICS) + 1))


def test_a_coding_is_complete() -> None:
    """Clients need code, system and display of every reason."""
    assert all(
        coding.keys() == {"code", "system", "display"} and all(coding.values()) for codings in CODINGS.values() for coding in codings
    )


@pytest.mark.parametrize(
    "topics_yaml",
    [
        "{number: 1, code: A-B, display: x}",
        "{number: 1, code: A, display: x}, {number: 2, code: A, display: y}",
        "{number: 1, code: A, display: x}, {number: 1, code: B, display: y}",
        "{number: 256, code: A, display: x}",
        "{code: A, display: x}",
    ],
)
def test_a_faulty_topic_is_refused(tmp_path: Path, topics_yaml: str) -> None:
    """A code that EHRs could not key on, or a code or number that stands twice or is missing, stops the start."""
    file = tmp_path / "topics.yaml"
    file.write_text(f"system: urn:x\ntopics: [{topics_yaml}]\n")
    with pytest.raises(ValueError, match=r"topics\.yaml"):
        load_topics(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TumorBoard: [", "Tumorboard: ["),
        ("  TumorBoard: [board-decision", "  Her2Low: [other]\n  TumorBoard: [board-decision"),
        ("TumorBoard: [board-decision", "TumorBoard: [no-such-reason"),
        ("TumorBoard: [board-decision", "TumorBoard: [trial, board-decision"),
        ("  other:\n", "  others:\n"),
    ],
    ids=["misspelled topic", "topic that only informs", "unknown reason", "seven reasons", "reason removed"],
)
def test_faulty_reasons_are_refused(tmp_path: Path, old: str, new: str) -> None:
    """A list for no topic, a topic without a list, an unknown reason or a seventh one stops the start."""
    shipped = Path(override_reasons.__file__).with_name("override_reasons.yaml").read_text(encoding="utf-8")
    assert old in shipped
    file = tmp_path / "override_reasons.yaml"
    file.write_text(shipped.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=r"override_reasons\.yaml"):
        load_override_reasons(file)
