"""`HER2CDS_AUTH`: off, warn, required; and settings with which no service starts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.auth.refusals import REASONS
from service.cli import main
from service.errors import SettingsError
from service.settings import Settings, variable
from tests.service.auth.conftest import LogLine
from tests.service.auth.signing import ISS, bearer, claims, encoded, signed
from tests.service.checked_client import CheckedClient, site

DOCUMENT = Path(__file__).parents[3] / "docs" / "authentication.md"


def test_off_asks_nobody(client: CheckedClient, log_line: LogLine, second_line: Any):
    """By default a token is neither needed nor looked at."""
    assert client.call(second_line).status_code == 200
    assert client.call(second_line, headers={"Authorization": "Bearer garbage"}).status_code == 200
    assert "auth" not in log_line()


def test_warn_answers_and_tells(guarded: Callable[..., CheckedClient], log_line: LogLine, second_line: Any):
    """`warn` answers everybody as `off` does; the log says who would have been refused, and why."""
    client = guarded(auth="warn")
    plain = client.call(second_line)
    assert plain.status_code == 200
    assert (line := log_line())["auth"] == "warned"
    assert line["reason"] == "missing"
    assert line["cards"] == len(plain.get_json()["cards"]) > 0
    token = bearer(signed())
    for expected in ("accepted", "warned"):
        assert client.call(second_line, headers=token).status_code == 200
        assert log_line()["auth"] == expected


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no issuers": ({"jwt_issuers": ""}, "HER2CDS_JWT_ISSUERS: HER2CDS_AUTH=required needs"),
    "no issuers, warning": ({"jwt_issuers": "", "auth": "warn"}, "HER2CDS_JWT_ISSUERS: HER2CDS_AUTH=warn needs"),
    "no file": ({"jwt_issuers": f"{ISS} /nowhere/keys.json"}, "HER2CDS_JWT_ISSUERS: /nowhere/keys.json cannot be read"),
    "a file that is no JWKS": ({"jwt_issuers": f"{ISS} {__file__}"}, "HER2CDS_JWT_ISSUERS: .*test_modes.py is no JWKS"),
    "no public URL": ({"public_url": "", "host": "0.0.0.0"}, "HER2CDS_PUBLIC_URL: HER2CDS_AUTH=required needs it"),  # noqa: S104
    "warn beyond loopback": ({"auth": "warn", "host": "0.0.0.0"}, "HER2CDS_OPEN=1"),  # noqa: S104
}


@pytest.mark.parametrize(("changes", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_authenticate_does_not_start(guarded: Callable[..., CheckedClient], changes: dict[str, Any], fault: str):
    """A site that asks for client authentication never runs without it unknowingly."""
    with pytest.raises(SettingsError, match=fault):
        guarded(**changes)


def test_a_file_without_a_usable_key_is_a_fault(guarded: Callable[..., CheckedClient], tmp_path: Path):
    """A JWKS of nothing but secrets would refuse every call."""
    (tmp_path / "none.json").write_text('{"keys": [{"kty": "oct", "k": "AAAA", "kid": "1"}]}')
    with pytest.raises(SettingsError, match=r"none\.json has no key that can verify a signature"):
        guarded(jwt_issuers=f"{ISS} {tmp_path / 'none.json'}")


def test_required_may_listen_beyond_loopback(guarded: Callable[..., CheckedClient], second_line: Any):
    """With authentication nobody has to say that it is open, and it is not."""
    client = guarded(host="0.0.0.0")  # noqa: S104 - nothing is bound
    assert client.call(second_line).status_code == 401
    assert client.call(second_line, headers=bearer(signed())).status_code == 200


BAD_VALUES = {
    "HER2CDS_JWT_ISSUERS": [
        ISS,
        f"{ISS} http://ehr.example.org/jwks.json",
        f"{ISS} https://user@ehr.example.org/jwks.json",
        f"{ISS} https://ehr.example.org/jwks.json#x",
        f"{ISS} ftp://ehr.example.org/jwks.json",
    ],
    "HER2CDS_JWT_ALGORITHMS": ["none", "HS256", "ES384,HS384", "", "es384", "ES384;RS384", "EdDSA", "dir"],
    "HER2CDS_JWT_MAX_AGE": ["0", "59", "100000", "an hour"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_VALUES.items() for value in values])
def test_faulty_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, value: str
):
    """`her2-cds config check` names the variable; `none` and HMAC can never be set, nor keys that come over plain HTTP."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_AUTH", "required")
    monkeypatch.setenv("HER2CDS_JWT_ISSUERS", f"{ISS} https://ehr.example.org/jwks.json")
    monkeypatch.setenv(name, value)
    assert main(["config", "check"]) == 1
    printed = capsys.readouterr()
    assert f"{name}: " in printed.out + printed.err
    assert "Traceback" not in printed.err


def test_every_reason_is_documented():
    """The page for operators has a row for each reason in the log, in the same words as the code."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE))
    assert {reason: rows.get(reason) for reason in REASONS} == REASONS


def test_every_setting_of_authentication_is_on_its_page():
    """The page names each setting that has to do with it."""
    text = DOCUMENT.read_text("utf-8")
    assert all(f"`{variable(name)}`" in text for name in Settings.model_fields if name.startswith("jwt_") or name in {"auth", "open"})


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
HEADERS = st.fixed_dictionaries(
    {"alg": st.sampled_from(["ES384", "RS384", "none", "HS256", 1]), "kid": st.sampled_from(["ec", "rsa", None, 7]), "typ": st.just("JWT")},
    optional=dict.fromkeys(("jku", "jwk", "x5c", "crit", "b64", "cty"), VALUES),
)
CLAIMS = st.fixed_dictionaries(
    {"iss": st.sampled_from([ISS, None, 1])}, optional=dict.fromkeys(("aud", "exp", "iat", "nbf", "jti", "tenant"), VALUES)
)
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(head=HEADERS, changes=CLAIMS, genuine=st.booleans(), text=LATIN)
def test_nothing_that_is_sent_is_a_500(one_guarded: CheckedClient, head: Any, changes: Any, genuine: bool, text: str):
    """Whatever stands in header and claims, signed or not, and whatever else stands in the field: a 401."""
    said = claims() | changes
    try:
        token = signed(said) if genuine else f"{encoded(orjson.dumps(head))}.{encoded(orjson.dumps(said))}.{encoded(bytes(96))}"
    except (TypeError, UnicodeEncodeError):  # what JSON cannot hold cannot be sent
        assume(False)
    assert one_guarded.get("/cds-services", headers=bearer(token)).status_code == 401
    assert one_guarded.get("/cds-services", headers={"Authorization": text}).status_code == 401


@pytest.fixture
def one_guarded(guarded: Callable[..., CheckedClient]) -> CheckedClient:
    """One service for all examples of a test."""
    return guarded()


def test_the_gate_is_not_there_when_off():
    """Without authentication it costs nothing: no function runs before a call."""
    asked = [function.__module__ for function in create_app(site()).before_request_funcs.get(None, [])]
    assert "service.auth.gate" not in asked
