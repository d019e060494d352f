"""What a setting is called, and what its value must look like: one type for each form, which refuses what is none of it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, FilePath
from pydantic_settings import NoDecode

from fhir_mappings.prefetch_queries import MEDICATION_KINDS
from service.auth.issuers import read_algorithms, read_issuers
from service.fhir_client.origins import read_allowed_hosts
from service.record.sealing import read_keys
from service.smart.clients import SmartClient, read_smart_clients

PREFIX = "HER2CDS_"

#: What an address of a store should be.
DATABASE_FORM = "should be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"

_SHORTEST_SECRET = 16

#: One or more steps, none of them dots alone.
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")

#: The number of a Redis database, or nothing.
_REDIS_PATH = re.compile(r"/?|/[0-9]+")


def variable(field: str) -> str:
    """The environment variable of a settings field: `max_body_mb` -> `HER2CDS_MAX_BODY_MB`."""
    return PREFIX + field.upper()


def read_medication_kinds(value: str) -> frozenset[str]:
    """The kinds of medication record in a list separated by commas. Raises `ValueError` for another kind, and for none at all."""
    kinds = frozenset(filter(None, map(str.strip, value.split(","))))
    if not kinds or not kinds.issubset(MEDICATION_KINDS):
        raise ValueError(f"should be one or more of {', '.join(MEDICATION_KINDS)}, separated by commas")
    return kinds


def _time_zone(value: str) -> str:
    try:
        if value:
            ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("should be a time zone such as Europe/Vienna (is the time zone database of the system installed?)") from None
    return value


def _web_address(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("should be a web address such as https://cds.example.org")
    return value.rstrip("/")


def _has_port(url: str) -> bool:
    """Whether the port of an address is one, or the usual one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _database(value: str) -> str:
    parts = urlsplit(value)
    kept_in_file = parts.scheme == "sqlite" and not parts.netloc and parts.path not in {"", "/", "/:memory:"}
    served = parts.scheme in {"postgresql", "postgres", "postgresql+psycopg"} and (parts.hostname or parts.path)
    if value and not kept_in_file and not (served and _has_port(value)):
        raise ValueError(DATABASE_FORM)
    return value


def _redis(value: str) -> str:
    parts = urlsplit(value)
    whole = parts.scheme in {"redis", "rediss"} and parts.hostname and _has_port(value) and _REDIS_PATH.fullmatch(parts.path)
    if value and not whole:
        raise ValueError("should be redis://HOST:PORT/DB or rediss://HOST:PORT/DB")
    return value


def _secret(value: str) -> str:
    if value and len(value) < _SHORTEST_SECRET:
        raise ValueError(f"should have at least {_SHORTEST_SECRET} characters")
    return value


def _browser_origins(value: str | None) -> str | None:
    if value is None or value.strip() == "*":
        return value
    for origin in filter(None, map(str.strip, value.split(","))):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            raise ValueError("should be `*` or origins such as https://ehr.example.org, separated by commas")
    return value


def _path(value: str) -> str:
    if value.rstrip("/") and not _PATH.fullmatch(value.rstrip("/")):
        raise ValueError("should be a path such as /her2")
    return value.rstrip("/")


def _rate(value: str) -> str:
    if value:
        try:
            none_at_all = any(limit.amount < 1 for limit in parse_many(value))
        except ValueError:
            none_at_all = True
        if none_at_all:
            raise ValueError("should be a number of calls and a time, such as 600/minute")
    return value


def _certificates(value: Path | None) -> Path | None:
    if value is not None:
        try:
            ssl.create_default_context(cafile=value)
        except (ssl.SSLError, OSError):
            raise ValueError("should be a readable file with certificates (PEM)") from None
    return value


def _smart_clients(value: object) -> object:
    return read_smart_clients(value) if isinstance(value, str) else value


def _readable(read: Callable[[str], object]) -> AfterValidator:
    """Keeps a value as it was written, once `read` has found no fault in it."""

    def check(value: str) -> str:
        read(value)
        return value

    return AfterValidator(check)


#: Reads an empty value as none, beside types that have no empty value of their own.
OR_NONE = BeforeValidator(lambda value: None if value == "" else value)

TimeZone = Annotated[str, AfterValidator(_time_zone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
WebPath = Annotated[str, AfterValidator(_path)]
DatabaseAddress = Annotated[str, AfterValidator(_database)]
RedisAddress = Annotated[str, AfterValidator(_redis)]
Secret = Annotated[str, AfterValidator(_secret)]
Rates = Annotated[str, AfterValidator(_rate)]
BrowserOrigins = Annotated[str | None, AfterValidator(_browser_origins)]
Origins = Annotated[str, _readable(lambda value: read_allowed_hosts(value, ""))]
Networks = Annotated[str, _readable(lambda value: read_allowed_hosts("", value))]
SealingKeys = Annotated[str, _readable(read_keys)]
TokenIssuers = Annotated[str, _readable(read_issuers)]
TokenAlgorithms = Annotated[str, _readable(read_algorithms)]
MedicationRecords = Annotated[str, _readable(read_medication_kinds)]
SmartClients = Annotated[tuple[SmartClient, ...], NoDecode, BeforeValidator(_smart_clients)]
CertificateFile = Annotated[FilePath | None, OR_NONE, AfterValidator(_certificates)]
