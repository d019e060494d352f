"""Inputs: without the token, encrypted, bound to their request, readable with every key that is still set."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.errors import NotReplayable
from service.record import keeping
from service.record.inputs import unpack, without_token
from service.record.sealing import key_name, read_keys, seal, unseal
from tests.service.checked_client import CheckedClient, site
from tests.service.record.records import KEY, OLD_KEY, inputs, rows

Clients = Callable[..., CheckedClient]


def with_token(body: dict[str, Any]) -> dict[str, Any]:
    authorization = {"access_token": "very-secret", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "cds"}
    return body | {"fhirServer": "https://ehr.example.org/fhir", "fhirAuthorization": authorization}


def test_none_without_a_key(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A site that has set no key keeps no input."""
    client = client_of(data=tmp_path)
    client.call(second_line)
    assert len(rows(client)) == 1
    assert inputs(client) == []


def test_kept_encrypted_without_the_token(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """With a key the request comes back byte for byte but for its token, and no name stands in the file."""
    client = client_of(data=tmp_path, record_key=KEY)
    sent = with_token(second_line)
    answer = client.call(sent)
    (row,) = inputs(client)
    assert row["request"] == answer.headers["X-Request-ID"]
    kept = unpack(row["content"], row["request"], row["key"], read_keys(KEY))
    expected = {name: value for name, value in sent.items() if name != "fhirAuthorization"}
    assert orjson.loads(bytes(kept.request)) == expected
    assert orjson.loads(bytes(kept.answer)) == answer.get_json()
    family = second_line["prefetch"]["patient"]["name"][0]["family"].encode()
    client.store.close()
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert family not in content
        assert b"very-secret" not in content


def test_a_body_without_a_token_stays_as_it_is(second_line: dict[str, Any]):
    """What carries no token is not written anew; what carries one loses nothing else, odd numbers and order included."""
    plain = orjson.dumps(second_line)
    assert without_token(plain) is plain
    odd = b'{"b": 1.50, "fhirAuthorization": {"access_token": "x"}, "a": [1e2, "\\u00e4"]}'
    assert without_token(odd) == b'{"b":1.50,"a":[1e2, "\\u00e4"]}'


def test_bound_to_request_and_key():
    """What was sealed for one request opens for no other, nor with another key, nor when a byte was changed."""
    (key,), (other,) = read_keys(KEY), read_keys(OLD_KEY)
    sealed = seal(b"content", "one", key)
    assert unseal(sealed, "one", key_name(key), [other, key]) == b"content"
    assert sealed != seal(b"content", "one", key)
    with pytest.raises(NotReplayable, match="damaged"):
        unseal(sealed, "two", key_name(key), [key])
    with pytest.raises(NotReplayable, match="damaged"):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "one", key_name(key), [key])
    for cut in (b"", sealed[:5], sealed[:12]):
        with pytest.raises(NotReplayable, match="damaged"):
            unseal(cut, "one", key_name(key), [key])
    with pytest.raises(NotReplayable, match="HER2CDS_RECORD_KEY"):
        unseal(sealed, "one", key_name(key), [other])


def test_keys_change(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """The first key encrypts; what was written under an older one is read as long as that stands behind it."""
    client_of(data=tmp_path, record_key=OLD_KEY).call(second_line)
    first = client_of(data=tmp_path, record_key=OLD_KEY)
    first.call(second_line)
    assert {row["key"] for row in inputs(first)} == {key_name(read_keys(OLD_KEY)[0])}
    second = client_of(data=tmp_path, record_key=f"{KEY}, {OLD_KEY}")
    second.call(second_line)
    found = inputs(second)
    assert {row["key"] for row in found} == {key_name(key) for key in read_keys(f"{KEY},{OLD_KEY}")}
    for row in found:
        assert unpack(row["content"], row["request"], row["key"], read_keys(f"{KEY},{OLD_KEY}")).service == "her2-patient-view"


@pytest.mark.parametrize("key", ["short", base64.b64encode(bytes(31)).decode(), f"{KEY},x", "ä" * 44])
def test_bad_keys_are_refused(key: str):
    """A key of another length is a fault of the settings, which does not repeat it."""
    with pytest.raises(ValueError, match="32 random bytes") as fault:
        site(record_key=key)
    assert key not in str(fault.value).split("input_value")[0]


def test_a_key_in_the_alphabet_of_addresses():
    """Base64 of either alphabet is read."""
    key = bytes([0xFB, 0xFF] * 16)
    assert read_keys(base64.urlsafe_b64encode(key).decode()) == read_keys(base64.b64encode(key).decode()) == (key,)


def test_inputs_that_wait_are_bounded(client_of: Clients, tmp_path: Path, second_line: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """While the store is away, inputs take no more memory than allowed; the rows of calls beyond that are kept without."""
    (tmp_path / "data").write_text("in the way")
    client = client_of(data=tmp_path / "data", record_key=KEY)
    size = len(orjson.dumps(second_line))
    monkeypatch.setattr(keeping, "MOST_INPUT_BYTES", int(3.5 * size))
    for _ in range(6):
        assert client.call(orjson.dumps(second_line)).get_json()["cards"]
    (tmp_path / "data").unlink()
    assert client.store.open()
    assert (len(rows(client)), len(inputs(client))) == (6, 3)
    assert 'her2cds_lost_total{kind="input"}' in client.get("/metrics").text
