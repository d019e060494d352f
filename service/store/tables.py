"""What is kept. No table holds an identifier of a patient or a user in clear, nor a word that a clinician typed.

All moments are UTC, without a time zone.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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

#: One row for each call: what was concluded, from what, with which knowledge (`service.record`, docs/decision-record.md). The last five
#: columns are JSON. `request` is the id that the caller gets as `X-Request-ID`.
DECISION = Table(
    "decision",
    METADATA,
    Column("request", String(32), primary_key=True),
    Column("moment", DateTime, nullable=False, index=True),
    Column("day", Date, nullable=False),
    Column("site", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("client", String(255), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("ms", Float, nullable=False),
    Column("knowledge", String(32), nullable=False),
    Column("profile", String(64), nullable=False),
    Column("resources", Integer, nullable=False),
    Column("regimen", String(64), nullable=False),
    Column("set_aside", Integer, nullable=False),
    Column("cards", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("silent", Text, nullable=False),
    Column("problems", Text, nullable=False),
)

#: What a call brought and what was fetched for it, compressed and encrypted, where a site has set a key for that. `key` says which.
DECISION_INPUT = Table(
    "decision_input",
    METADATA,
    Column("request", String(32), primary_key=True),
    Column("moment", DateTime, nullable=False, index=True),
    Column("key", String(16), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

#: Launches of the SMART app that are under way, each found by a hash of its `state`; encrypted (`service.smart.vault`).
SMART_PENDING = Table(
    "smart_pending",
    METADATA,
    Column("lookup", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("keep_until", DateTime, nullable=False, index=True),
)

#: Sessions of the SMART app, each found by a hash of what only the browser holds: the token with its context, the patient's record and
#: the answers that were given, all encrypted.
SMART_SESSION = Table(
    "smart_session",
    METADATA,
    Column("lookup", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("record", LargeBinary),
    Column("answers", LargeBinary),
    Column("keep_until", DateTime, nullable=False, index=True),
)
