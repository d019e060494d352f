from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.card_key import CardKeys
from cards.response_schema import response_validator
from cards.topics import TOPICS
from guideline.advice import FactUsed, Suggestion
from tests.cards.advice_builders import HER2_FACT, LVEF_FACT, finding
from tests.cards.order_drafts import PLAIN, cards_for, context, non_preferred

KEYS = CardKeys(b"sixteen bytes or more")
USER, PATIENT = "Practitioner/d1", "p1"
DUE = finding("LvefMonitoringDue", headline="LVEF due: last one 86 days ago on trastuzumab", facts=(HER2_FACT, LVEF_FACT))


def key(given_finding=DUE, user=USER, patient=PATIENT, line="2", keys=KEYS) -> UUID:
    return keys.key(user, patient, given_finding, line)


def test_the_same_advice_has_the_same_key() -> None:
    """The same advice for the same user and patient gives the same uuid, in any process under the same salt."""
    assert key() == key(keys=CardKeys(b"sixteen bytes or more"))
    response_validator().validate({"cards": cards_for(context(card_key=key), DUE, finding("Pregnancy", "critical"))})


@pytest.mark.parametrize(
    "same",
    [
        finding("LvefMonitoringDue", headline="LVEF due: last one 87 days ago on trastuzumab", facts=(LVEF_FACT, HER2_FACT)),
        finding(
            "LvefMonitoringDue", headline=DUE.headline.text, facts=(HER2_FACT, FactUsed("LVEF", "62 %", "2026-05", "Observation/copy"))
        ),
    ],
    ids=["a day later, facts in another order", "the fact in another resource"],
)
def test_the_calendar_changes_nothing(same) -> None:
    """What only ages, or is read from another copy, is the same advice: it stays set aside."""
    assert key(same) == key()


OTHERS = {
    "user": key(user="Practitioner/d2"),
    "patient": key(patient="p2"),
    "line": key(line="3"),
    "topic": key(finding("LvefHold", headline=DUE.headline.text, facts=DUE.facts)),
    "drug in the headline": key(finding("LvefMonitoringDue", headline="LVEF due: last one 86 days ago on T-DM1", facts=DUE.facts)),
    "a new value": key(finding("LvefMonitoringDue", headline=DUE.headline.text, facts=(HER2_FACT, FactUsed("LVEF", "55 %", "2026-05")))),
    "a new date": key(finding("LvefMonitoringDue", headline=DUE.headline.text, facts=(HER2_FACT, FactUsed("LVEF", "62 %", "2026-06")))),
    "one fact more": key(
        finding("LvefMonitoringDue", headline=DUE.headline.text, facts=(HER2_FACT, LVEF_FACT, FactUsed("ECOG", "1")))
    ),
    "what is avoided": key(finding("LvefMonitoringDue", headline=DUE.headline.text, facts=DUE.facts, avoid=("lapatinib",))),
    "salt": key(keys=CardKeys(b"another salt of sixteen")),
}  # fmt: skip


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_anything_else_is_new_advice(other: UUID) -> None:
    """Another user, patient, line, topic, drug or fact is another card: it is shown although the first was set aside."""
    assert other != key()


def test_draft_ids_do_not_matter() -> None:
    """The id of a draft changes with every session; the same order entered again is the same advice, another drug is not."""
    first, again, other = (
        key(finding("NonPreferredAgent", suggestions=(Suggestion("replace", drug, order),)))
        for drug, order in (
            ("tucatinib", "MedicationRequest/1"),
            ("tucatinib", "MedicationRequest/2"),
            ("docetaxel", "MedicationRequest/1"),
        )
    )
    assert first == again != other


@pytest.mark.parametrize("topic", TOPICS)
def test_a_key_tells_its_topic(topic: str) -> None:
    """Feedback tells the topic from the uuid alone, for every topic; under another salt the uuid tells nothing."""
    uuid = key(finding(topic))
    assert uuid.version == 8
    assert KEYS.topic_of(UUID(str(uuid))) == topic
    assert CardKeys(b"another salt of sixteen").topic_of(uuid) is None


@given(st.uuids())
def test_foreign_uuids_are_told_apart(uuid: UUID) -> None:
    """A uuid that we did not make has no topic."""
    assert KEYS.topic_of(uuid) is None
    assert KEYS.topic_of(uuid4()) is None


def test_a_changed_key_is_foreign() -> None:
    """A uuid of ours with another topic written into it is no uuid of ours."""
    changed = bytearray(key().bytes)
    changed[7] = TOPICS["Pregnancy"].number
    assert KEYS.topic_of(UUID(bytes=bytes(changed))) is None


@given(st.text(), st.text())
def test_keys_have_no_seams(user: str, patient: str) -> None:
    """Two different pairs of user and patient never run together into one key."""
    assert KEYS.key(user + "x", patient, DUE) != KEYS.key(user, "x" + patient, DUE)


def test_a_short_salt_is_refused() -> None:
    """A salt that could be guessed stops the start."""
    with pytest.raises(ValueError, match="16 bytes"):
        CardKeys(b"short")


def test_suggestions_follow_their_card() -> None:
    """The uuid of a suggestion comes from its card's, so that shown again it is the same; without keys both are new each time."""
    order = non_preferred("MedicationRequest/order-1")
    (card,), (again,) = (cards_for(context(PLAIN, card_key=key), order) for _ in range(2))
    assert (card["uuid"], card["suggestions"][0]["uuid"]) == (again["uuid"], again["suggestions"][0]["uuid"])
    (card,), (again,) = (cards_for(context(PLAIN), order) for _ in range(2))
    assert card["uuid"] != again["uuid"]
    assert card["suggestions"][0]["uuid"] != again["suggestions"][0]["uuid"]


def test_what_was_set_aside_is_not_repeated() -> None:
    """A card that this user set aside is left out, the others stay; what is critical is said again and not even asked about."""
    critical, other = finding("Pregnancy", "critical"), finding("LvefHold")
    asked: list[UUID] = []

    def all_of(uuids):
        asked.extend(uuids)
        return {key(DUE), key(critical)}

    cards = cards_for(context(card_key=key, acknowledged=all_of), DUE, critical, other)
    assert [card["source"]["topic"]["code"] for card in cards] == ["Pregnancy", "LvefHold"]
    assert sorted(asked) == sorted([key(DUE), key(other)])


def test_five_cards_of_which_one_was_set_aside_are_four() -> None:
    """Findings are left out before the rest share cards, so a card that is set aside makes room."""
    findings = [finding(topic) for topic in ("LvefHold", "DoseCheck", "LabSafety", "DrugInteraction")]
    cards = cards_for(context(card_key=key, acknowledged=lambda _: {key(DUE)}), DUE, *findings)
    assert [card["source"]["topic"]["code"] for card in cards] == ["LvefHold", "DoseCheck", "LabSafety", "DrugInteraction"]
