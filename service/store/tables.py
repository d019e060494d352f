"""What is kept. No table holds an identifier of a patient or a user, nor a word that a clinician typed.

All moments are UTC, without a time zone.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, PrimaryKeyConstraint, String, Table, UniqueConstraint

METADATA = MetaData()

#: The longest code and system of an override reason that is taken for one; what is longer is somebody's prose.
CODE_LENGTH = 64
SYSTEM_LENGTH = 255

#: What became of a card. `card` is its uuid (a salted hash of user, patient, line, topic and facts); `topic` is empty for a card that is
#: not ours. `commented`: a comment was given; it is free text about a patient, so it is not kept. The constraint makes a repeated message
#: count once, and is the index by which the acknowledged cards are found.
FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("card", String(36), nullable=False),
    Column("service", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("outcome_at", DateTime, nullable=False),
    Column("reason_system", String(SYSTEM_LENGTH), nullable=False),
    Column("reason_code", String(CODE_LENGTH), nullable=False),
    Column("commented", Boolean, nullable=False),
    Column("suggestions", String(1000), nullable=False),
    Column("received_at", DateTime, nullable=False),
    UniqueConstraint("card", "outcome", "outcome_at", "reason_system", "reason_code", "suggestions", name="feedback_once"),
)

#: How many cards were sent.
SHOWN = Table(
    "shown",
    METADATA,
    Column("day", Date, nullable=False),
    Column("service", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("indicator", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("day", "service", "topic", "indicator", name="shown_pk"),
)

#: Values made once for a site and shared by all of its processes: the salt, where `HER2CDS_SALT` does not give one.
SITE = Table("site", METADATA, Column("name", String(32), primary_key=True), Column("value", String(200), nullable=False))

#: Tokens of clients that were used, each a hash of issuer and `jti`, until it would be refused for its age anyway.
SEEN_JTI = Table(
    "seen_jti", METADATA, Column("token", String(64), primary_key=True), Column("keep_until", DateTime, nullable=False, index=True)
)
