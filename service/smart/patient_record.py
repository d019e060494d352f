"""The patient's record, read as for a hook: the same searches, the same reading; and kept with the session, so that it is read once."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Final

import msgspec

from fhir_mappings.prefetch_queries import MEDICATION_KINDS
from fhir_mappings.reading import HookRequest, Reading
from fhir_mappings.record import of_others_only
from service.cds_hooks.prefetch import fetch_open, missing_kinds, unseen_medications
from service.cds_hooks.registry import PATIENT_VIEW
from service.errors import StoreUnavailable
from service.fhir_client.client import Fetched, FhirServer
from service.operations.counting import count_fetched
from service.request_log import note_fetched
from service.site import site_store
from service.smart.errors import RecordUnavailable, SessionEnded, StoreDown
from service.smart.sessions import SmartSession, row_of
from service.smart.site import smart_site
from service.smart.vault import Unsealable, lookup_of
from service.store.smart_rows import keep_record

_RECORD: Final = "record"

#: Little is gained by more, and it is on the way of an answer.
_COMPRESSION: Final = 1

_DECODER = msgspec.json.Decoder(Reading)


def record_of(session: SmartSession, *, refresh: bool = False) -> Reading:
    """The record of a session's patient: as it was read at first, or read anew with `refresh`.

    What could not be read is in `Reading.losses()`, as for hooks. Where nothing of what every answer needs could be read this raises
    `SessionEnded` (the EHR no longer knows the token) or `RecordUnavailable`, and never gives an empty record. Raises `StoreDown` too.
    """
    kept = None if refresh else _kept(session)
    if kept is not None:
        return kept
    reading = _read(session)
    _keep(session, reading)
    return reading


def _kept(session: SmartSession) -> Reading | None:
    sealed = row_of(session).record
    if sealed is None:
        return None
    try:
        return _DECODER.decode(zlib.decompress(smart_site().vault.open(sealed, session.secret, _RECORD)))
    except (Unsealable, msgspec.DecodeError, zlib.error):
        # Of another release, perhaps; it can be read again.
        return None


def _keep(session: SmartSession, reading: Reading) -> None:
    sealed = smart_site().vault.seal(zlib.compress(msgspec.json.encode(reading), _COMPRESSION), session.secret, _RECORD)
    try:
        with site_store().tended() as database:
            keep_record(database, lookup_of(session.secret), sealed)
    except StoreUnavailable:
        raise StoreDown from None


def _read(session: SmartSession) -> Reading:
    fetched = _fetch(session)
    note_fetched(fetched.counts())
    count_fetched(fetched.outcomes, fetched.requests)
    reading = fetched.reading
    if missing_kinds(reading.keys, PATIENT_VIEW, PATIENT_VIEW.required_kinds) or of_others_only(reading, session.patient_id):
        if fetched.outcomes.get("unauthorized"):
            raise SessionEnded("token")
        raise RecordUnavailable
    unseen = unseen_medications(reading.keys, PATIENT_VIEW, MEDICATION_KINDS)
    return replace(reading, problems=(*reading.problems, unseen)) if unseen else reading


def _fetch(session: SmartSession) -> Fetched:
    """All searches of the hook `patient-view`, none of which any prefetch has answered."""
    request = HookRequest({"context": {"patientId": session.patient_id}}, Reading())
    return fetch_open(request, PATIENT_VIEW, smart_site().fhir, FhirServer(session.issuer, session.access_token))
