"""The settings of one site: environment variables `HER2CDS_*` and a `.env` file in the working directory.

Nothing is read at import; `load_settings()` reads once and names every fault by its variable. What each value must look like is
`service.setting_values`, what must not stand together `service.unsafe_settings`. `docs/settings.md` is generated from this class by
`her2-cds config table`.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import DirectoryPath, Field, FilePath, ValidationError, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as SourceFault

from fhir_mappings.prefetch_queries import MEDICATION_KINDS
from guideline.practice import Practice
from guideline.site_file import SiteFile, read_site_file
from service.auth.issuers import Issuer, read_algorithms, read_issuers
from service.errors import SettingsError
from service.fhir_client.origins import AllowedHosts, origin_of, read_allowed_hosts
from service.record.sealing import read_keys
from service.setting_values import (
    OR_NONE,
    PREFIX,
    BrowserOrigins,
    CertificateFile,
    DatabaseAddress,
    MedicationRecords,
    Networks,
    Origins,
    Rates,
    RedisAddress,
    SealingKeys,
    Secret,
    SmartClients,
    TimeZone,
    TokenAlgorithms,
    TokenIssuers,
    WebAddress,
    WebPath,
    read_medication_kinds,
    variable,
)
from service.sites.audience import Audience, read_audience
from service.sites.file_members import ONE_SITE
from service.smart.clients import DEMO_CLIENT, public_client
from service.unsafe_settings import faults_together

__all__ = ["Settings", "load_settings", "settings_table", "unknown_variables", "usable_cores", "variable"]


#: A site that sets nothing.
_PRACTICE = Practice()


def usable_cores() -> int:
    """How many CPU cores this process may run on; at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """What a site decides. Build it with `load_settings()`, or by keyword in a test (`Settings(port=8010)`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on. Anything beyond loopback also needs `HER2CDS_OPEN=1`.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(
        default_factory=usable_cores, ge=1, le=512, description="Worker processes.", json_schema_extra={"shown_default": "number of cores"}
    )
    public_url: WebAddress = Field(
        "",
        description="The service's address as clients and browsers see it, without a final slash: every link on a card begins with it.",
        json_schema_extra={"shown_default": "`http://HOST:PORT`"},
    )
    profile: Literal["guideline", "current"] = Field(
        "guideline",
        description="Order of the first-line options. `guideline`: as the source documents (ASCO 2022 era), THP leads. "
        "`current`: approvals since then lead. Nothing else depends on it.",
    )
    jurisdiction: Literal["US", "EU"] = Field("US", description="Whose drug labels the label notes follow.")
    lvef_lower_limit: Annotated[float, Field(ge=45, le=60)] = Field(
        _PRACTICE.lvef_lower_limit,
        description="Lower limit of normal of the left ventricular ejection fraction at this site, in percent (45 to 60).",
    )
    dose_tolerance_percent: Annotated[float, Field(ge=0, le=25)] = Field(
        _PRACTICE.dose_tolerance_percent,
        description="How far an ordered dose may be off, in percent (0 to 25), before order entry questions it: rounding to vials.",
    )
    minimum_interval_days: Annotated[int, Field(ge=14, le=21)] = Field(
        _PRACTICE.minimum_interval_days,
        description="Fewest days (14 to 21) between two doses of a three-weekly drug before order entry calls the next one early.",
    )
    site: Annotated[FilePath | None, OR_NONE] = Field(
        None,
        description="The site's YAML file: `rules_off` lists rules that are switched off, `thresholds` sets the three limits above "
        "(a variable that is set wins over the file); `audience`, `topics_off` and `topics_for` say who sees what (docs/sites.md). What "
        "may be switched off: `her2-cds rules`.",
        json_schema_extra={"shown_default": "none"},
    )
    tenants: Annotated[Path | None, OR_NONE] = Field(
        None,
        description="Folder with a YAML file for each of several sites in one deployment, or one such file (docs/sites.md). "
        "Instead of `HER2CDS_SITE`.",
        json_schema_extra={"shown_default": "none: one site"},
    )
    cpt: bool = Field(
        False,
        description="Add CPT codes to suggested examinations. Only for a site with a licence of the American Medical Association.",
    )
    secrets: Annotated[DirectoryPath | None, OR_NONE] = Field(
        None,
        description="Folder with files, each named after a setting (`HER2CDS_SALT`) and holding its value, as container platforms hand "
        "over secrets. The environment and `.env` win. Itself a variable of the environment only.",
        json_schema_extra={"shown_default": "none"},
    )
    data: Path = Field(Path("data"), description="Folder for what the service keeps, made when it is needed.")
    database_url: DatabaseAddress = Field(
        "",
        repr=False,
        description="The store of feedback: `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME` (install `her2-cds[postgresql]`).",
        json_schema_extra={"shown_default": "SQLite file in the data folder"},
    )
    salt: Secret = Field(
        "",
        repr=False,
        description="Secret of at least 16 characters behind the hashes by which acknowledged cards are known. "
        "Set it to keep it out of the store; changing it shows all acknowledged cards again.",
        json_schema_extra={"shown_default": "made once, kept in the store"},
    )
    record: Literal["off", "on", "required"] = Field(
        "on",
        description="The decision record (docs/decision-record.md): one row for each call, without names or identifiers in clear. "
        "`on`: written behind the answer. `required`: written before it, and a call that cannot be recorded gets 503.",
    )
    record_key: SealingKeys = Field(
        "",
        repr=False,
        description="Secret keys with which the input of each call is kept encrypted, for `her2-cds replay`: 32 random bytes each as "
        "base64 (`openssl rand -base64 32`), the newest first, separated by commas. Empty: no input is kept.",
    )
    record_days: int = Field(
        400, ge=1, le=36_500, description="How long the decision record and feedback are kept, in days (feedback at least 90)."
    )
    record_input_days: int = Field(30, ge=1, le=36_500, description="How long encrypted inputs are kept, in days.")
    shadow: bool = Field(
        False,
        description="Shadow mode, for the time before go-live: every call is evaluated, recorded and counted, and answered without cards. "
        "The SMART app does not open.",
    )
    fhir_hosts: Origins = Field(
        "",
        description="Origins of the FHIR servers from which the service may fetch what prefetch lacks, separated by commas. "
        "Empty: prefetch only.",
    )
    fhir_networks: Networks = Field(
        "",
        description="Private networks, such as `10.20.0.0/16`, in which the listed FHIR servers and JWKS hosts may stand, separated by "
        "commas. "
        "A name that resolves to a private address outside them is not called.",
    )
    fhir_ca_file: CertificateFile = Field(
        None,
        description="File with the certificates (PEM) of the authorities that those of FHIR servers and JWKS hosts are checked against.",
        json_schema_extra={"shown_default": "the public authorities"},
    )
    deadline_ms: int = Field(400, ge=50, le=30_000, description="Time for fetching in milliseconds, for a whole call.")
    medication_records: MedicationRecords = Field(
        ",".join(MEDICATION_KINDS),
        description="Kinds of medication record that the EHR keeps, separated by commas. Where one of these is neither sent nor to be "
        "fetched, no card says that a drug was never given.",
    )
    client: Literal["auto", "epic", "oracle-health", "athenahealth", "generic"] = Field(
        "auto",
        description="The EHR whose limits the cards keep to. `auto`: Epic where a request carries Epic's extension, else none. "
        "`generic`: none, whoever calls.",
    )
    detail: Literal["auto", "markdown", "plain"] = Field(
        "auto", description="How a card's detail is written. `auto`: plain text for Epic, which is told so; markdown for all others."
    )
    cors_origins: BrowserOrigins = Field(
        None,
        description="Origins whose browser pages may call the service, separated by commas, or `*`. Empty: none.",
        json_schema_extra={"shown_default": "`*` on loopback, else empty"},
    )
    max_body_mb: int = Field(16, ge=1, le=1024, description="Largest request body in megabytes; a larger one is refused with 413 unread.")
    auth: Literal["off", "warn", "required"] = Field(
        "off",
        description="Client authentication by JWT (docs/authentication.md). `off`: nobody is asked. `warn`: everybody is answered, and the "
        "log says who would not have been. `required`: 401 without a valid token.",
    )
    jwt_issuers: TokenIssuers = Field(
        "",
        description="Clients that may call: entries `ISS KEYS`, separated by commas, such as `https://ehr.example.org "
        "https://ehr.example.org/jwks.json`. `KEYS` is the JWKS of that `iss`, a file or an address. Several entries for one `iss` add up.",
    )
    jwt_algorithms: TokenAlgorithms = Field(
        "ES384,RS384", description="Signatures accepted, separated by commas: ES, RS or PS with 256, 384 or 512."
    )
    jwt_audiences: str = Field(
        "",
        description="Values of `aud` accepted at every endpoint besides its own URL, separated by commas; in some EHRs it is typed in.",
    )
    jwt_max_age: int = Field(3600, ge=60, le=86_400, description="How long ago a token may have been issued (`iat`), in seconds.")
    open: bool = Field(False, description="Allow listening beyond loopback while `HER2CDS_AUTH` is not `required`. Said loudly in the log.")
    base_path: WebPath = Field(
        "",
        description="Path under which a reverse proxy serves this service, such as `/her2`, whether it passes it on or takes it off.",
        json_schema_extra={"shown_default": "the path of `HER2CDS_PUBLIC_URL`"},
    )
    trusted_proxies: Networks = Field(
        "",
        description="Networks of the reverse proxies, such as `10.1.2.0/24`, separated by commas. Only from them `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed.",
    )
    max_calls: int = Field(
        64,
        ge=1,
        le=1024,
        description="Calls that one worker works on at the same time; further ones get 503 and `Retry-After`. "
        "Launches and pages of the SMART app take half of the places at most.",
    )
    rate: Rates = Field(
        "",
        description="How often one client may call, or launch the app, such as `600/minute` (several: separated by `;`); beyond it the "
        "answer is 429. Empty: as often as it likes.",
    )
    rate_store: RedisAddress = Field(
        "",
        repr=False,
        description="Where calls are counted for `HER2CDS_RATE`: `redis://HOST:PORT/DB` for all processes together (install "
        "`her2-cds[redis]`). Empty: each worker process counts by itself.",
    )
    metrics: Annotated[bool | None, OR_NONE] = Field(
        None,
        description="Serve `/metrics`. The numbers are of no patient, but show outsiders how much the service is used and what fails.",
        json_schema_extra={"shown_default": "1 on loopback, else 0"},
    )
    smart_clients: SmartClients = Field(
        (),
        description="EHRs that may open the SMART app (docs/smart.md): entries `ISS CLIENT_ID`, separated by commas, such as "
        "`https://ehr.example.org/fhir her2-cds`; `ISS` is the base address of the FHIR server. A confidential client adds "
        "`secret:VARIABLE_OR_FILE` or `key:FILE`, one whose authorization server stands elsewhere `at:ORIGIN`; `back:NAME` gives an EHR a "
        "redirect URI of its own.",
        json_schema_extra={"shown_default": "none; with `HER2CDS_DEMO=1` the demo EHR"},
    )
    smart_key: Secret = Field(
        "",
        repr=False,
        description="Secret of at least 16 characters with which sessions of the SMART app are encrypted. Must be set, and be the same, "
        "where several hosts share a store; changing it ends all sessions.",
        json_schema_extra={"shown_default": "made once, `smart.key` in the data folder"},
    )
    smart_session_minutes: int = Field(
        60, ge=5, le=720, description="How long a session of the SMART app lasts at most, in minutes. It also ends with the EHR's token."
    )
    smart_frame_ancestors: Origins = Field(
        "", description="Origins of EHRs that may show the SMART app inside their own page, separated by commas. Empty: in a window only."
    )
    smart_deadline_ms: int = Field(
        5000,
        ge=500,
        le=60_000,
        description="Time for reading a record for the SMART app in milliseconds, and for each other request of it.",
    )
    demo: bool = Field(False, description="Serve the demo EHR and its synthetic patients under `/demo/`, to whoever reaches the service.")
    timezone: TimeZone = Field(
        "",
        description="Time zone of the site by its IANA name (`America/New_York`), whose date counts as today. Ages of results are counted "
        "in days, and a container's own clock is usually UTC.",
        json_schema_extra={"shown_default": "that of the process"},
    )
    today: Annotated[date | None, OR_NONE] = Field(
        None,
        description="A date (YYYY-MM-DD) instead of the clock, for tests and replay only.",
        json_schema_extra={"shown_default": "the clock"},
    )

    @model_validator(mode="after")
    def _with_demo_ehr(self) -> Self:
        """Let the demo EHR launch the app, where browsers reach it as any other."""
        issuer = f"{self.base_url}/demo/fhir"
        origin = origin_of(issuer)
        if self.demo and origin is not None and (origin.scheme == "https" or origin.is_loopback):
            others = tuple(client for client in self.smart_clients if client.issuer != issuer)
            # A setting never changes once it is read; this is still part of reading it.
            self.__dict__["smart_clients"] = (*others, public_client(issuer, DEMO_CLIENT))
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return _is_loopback(self.host)

    @property
    def known_on_loopback(self) -> bool:
        """Whether clients know it by an address of this machine. Behind a proxy here it listens on loopback, and is known beyond."""
        known = origin_of(self.base_url)
        return known is None or known.is_loopback

    @cached_property
    def base_url(self) -> str:
        """`public_url`, or the address it listens on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}{self.base_path}"

    @cached_property
    def mount_path(self) -> str:
        """The path under which the service is served, without a final slash; empty for none."""
        return self.base_path or urlsplit(self.public_url).path

    @cached_property
    def trusted_networks(self) -> tuple[str, ...]:
        """The networks of the reverse proxies."""
        return tuple(map(str, read_allowed_hosts("", self.trusted_proxies).networks))

    @property
    def serves_metrics(self) -> bool:
        """Whether `/metrics` is served."""
        return self.on_loopback if self.metrics is None else self.metrics

    @cached_property
    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may call the service; `{"*"}` for any."""
        if self.cors_origins is None:
            return frozenset({"*"}) if self.on_loopback else frozenset()
        return frozenset(filter(None, map(str.strip, self.cors_origins.split(","))))

    @cached_property
    def record_keys(self) -> tuple[bytes, ...]:
        """The keys under which inputs are kept, the newest first; none where no input is kept."""
        return read_keys(self.record_key)

    @property
    def max_body_bytes(self) -> int:
        """The largest request body in bytes."""
        return self.max_body_mb * 1024 * 1024

    @cached_property
    def allowed_hosts(self) -> AllowedHosts:
        """The FHIR servers that the service may fetch from."""
        return read_allowed_hosts(self.fhir_hosts, self.fhir_networks)

    @cached_property
    def smart_frame_origins(self) -> tuple[str, ...]:
        """The origins whose pages may show the SMART app."""
        return tuple(filter(None, (entry.strip().rstrip("/") for entry in self.smart_frame_ancestors.split(","))))

    @cached_property
    def medication_kinds(self) -> frozenset[str]:
        """The kinds of medication record that the EHR keeps."""
        return read_medication_kinds(self.medication_records)

    @cached_property
    def issuers(self) -> tuple[Issuer, ...]:
        """The clients that may call, each with the places of its keys."""
        return read_issuers(self.jwt_issuers)

    @property
    def token_algorithms(self) -> tuple[str, ...]:
        """The signatures that a client's token may have."""
        return read_algorithms(self.jwt_algorithms)

    @cached_property
    def further_audiences(self) -> frozenset[str]:
        """What a token may be for, besides the very endpoint that is called; without final slashes."""
        return frozenset(filter(None, (entry.strip().rstrip("/") for entry in self.jwt_audiences.split(","))))

    @cached_property
    def site_file(self) -> SiteFile:
        """What the site's file says. Raises `SettingsError` with each fault by file and line."""
        if self.site is None:
            return SiteFile()
        # The rule book is loaded only where a site file has to be compared with it.
        from guideline.knowledge_base import rule_book  # noqa: PLC0415

        said, faults = read_site_file(self.site, rule_book(), ONE_SITE)
        if faults:
            raise SettingsError([f"{variable('site')}: {fault}" for fault in faults])
        return said

    @cached_property
    def audience(self) -> Audience:
        """Who of this site sees what."""
        return read_audience(self.site_file.further)

    @cached_property
    def practice(self) -> Practice:
        """How this site practises, as the guideline asks for it. A limit set by its variable wins over the site's file."""
        limits = {name: value for name, value in self.site_file.thresholds.items() if name not in self.model_fields_set}
        return Practice(
            evidence_profile=self.profile,
            jurisdiction=self.jurisdiction,
            lvef_lower_limit=float(limits.get("lvef_lower_limit", self.lvef_lower_limit)),
            dose_tolerance_percent=float(limits.get("dose_tolerance_percent", self.dose_tolerance_percent)),
            minimum_interval_days=int(limits.get("minimum_interval_days", self.minimum_interval_days)),
            rules_off=self.site_file.rules_off,
            topics_off=self.audience.off,
        )

    def origin(self, limit: str) -> Literal["variable", "site file", "default"]:
        """Where a limit of `practice` comes from, by the name of its field."""
        if limit in self.model_fields_set:
            return "variable"
        return "site file" if limit in self.site_file.thresholds else "default"

    def current_day(self) -> date:
        """The date at the site, unless `HER2CDS_TODAY` replaces it."""
        return self.today or self.now().date()

    def now(self) -> datetime:
        """The moment as clocks at the site show it."""
        return datetime.now(self._zone).astimezone(self._zone)

    @cached_property
    def _zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None

    def refuse_unsafe(self) -> None:
        """Raise `SettingsError` for settings with which no server may start."""
        faults = list(faults_together(self))
        if faults:
            raise SettingsError(faults)


def load_settings() -> Settings:
    """Read the settings from the environment and `.env`. Raises `SettingsError` with one line per fault, never with the faulty value."""
    folder = os.environ.get(variable("secrets"))
    try:
        settings = Settings(_secrets_dir=folder if folder and Path(folder).is_dir() else None)
    except (OSError, SourceFault):
        raise SettingsError([f"{variable('secrets')}: a file in this folder cannot be read, or is no text"]) from None
    except ValidationError as error:
        lines = (
            f"{variable(str(fault['loc'][0]))}: {fault['msg'].removeprefix('Value error, ')}" if fault["loc"] else fault["msg"]
            for fault in error.errors()
        )
        raise SettingsError(list(lines)) from None
    # A faulty site file keeps a service from starting as a faulty variable does.
    _ = settings.practice
    if settings.tenants is not None:
        from service.sites.tenants import read_tenants  # noqa: PLC0415 - it builds on this module

        read_tenants(settings)
    return settings


def unknown_variables() -> list[str]:
    """What no setting of this release reads, though it is called like one: misspelt.

    Variables of the environment, lines of `.env`, and files of `HER2CDS_SECRETS`; the latter two may be in small letters.
    """
    known = {variable(name) for name in Settings.model_fields}
    variables = {name for name in os.environ if name.startswith(PREFIX)} | set(_lines())
    return sorted(variables - known | {name for name in _secrets() if name.upper() not in known})


def _lines() -> Iterator[str]:
    """The lines of `.env` that are named as settings are; a file that cannot be read is a fault of `load_settings`."""
    with suppress(OSError, ValueError):
        yield from (name.upper() for name in DotEnvSettingsSource(Settings).env_vars if name.upper().startswith(PREFIX))


def _secrets() -> Iterator[str]:
    """The files of `HER2CDS_SECRETS` that are named as settings are; small letters do as well."""
    folder = os.environ.get(variable("secrets"))
    with suppress(OSError):
        yield from (file.name for file in Path(folder or os.devnull).iterdir() if file.name.upper().startswith(PREFIX))


def settings_table() -> str:
    """The Markdown page of all settings (`docs/settings.md`)."""
    rows = []
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        shown = extra.get("shown_default") if isinstance(extra, dict) else None
        if shown is None:
            value = field.default
            shown = f"`{int(value) if isinstance(value, bool) else value:g}`" if isinstance(value, bool | int | float) else f"`{value}`"
        rows.append(f"| `{variable(name)}` | {shown} | {field.description} |")
    return "\n".join(
        [
            "# Settings",
            "",
            "Environment variables, or lines of a `.env` file in the folder the service is started from. The environment wins.",
            "`her2-cds config check` names every fault. This page is generated: `her2-cds config table > docs/settings.md`.",
            "",
            "| setting | default | is |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )
