"""What the log says of launches and sessions: how they went, and nothing of what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import USER, RunningSmartEhr
from tests.service.smart.browser import APP, Browser, callback_of, parameters
from tests.service.smart.conftest import session_of

PATIENT = "sample-second-line"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, capsys.readouterr().err.splitlines()) if line["event"] == "request"]


@NEEDS_SMART_EHR
@pytest.mark.usefixtures("_logging")
def test_a_whole_launch(launched_by: Callable[..., Browser], smart_ehr: RunningSmartEhr, capsys: pytest.CaptureFixture[str]):
    """From launch to page the log names routes and counts; no launch, state, code, token, patient or user."""
    browser = launched_by(smart_ehr)
    address = smart_ehr.launch_url(APP, PATIENT)
    callback = callback_of(browser.begin(address))
    page = browser.get(callback).headers["Location"]
    assert browser.get(page).status_code == 200
    session = session_of(browser, page)
    logged = lines(capsys)
    assert [line["route"] for line in logged] == ["/smart/launch", "/smart/callback", "/smart/"]
    secrets = (PATIENT, USER, session.access_token, session.secret, session.csrf_token, session.id)
    for secret in (*secrets, *parameters(address).values(), *parameters(callback).values()):
        assert secret not in json.dumps(logged)
    assert logged[2]["fetched"]["data"] > 0


@NEEDS_SMART_EHR
@pytest.mark.usefixtures("_logging")
def test_a_refusal(launched_by: Callable[..., Browser], smart_ehr: RunningSmartEhr, capsys: pytest.CaptureFixture[str]):
    """A launch that fails is logged with the word of its page and the reason in a word of ours."""
    smart_ehr.behave(fault="invalid_grant")
    launched_by(smart_ehr).launch(smart_ehr, PATIENT)
    last = lines(capsys)[-1]
    assert (last["smart"], last["reason"], last["status"]) == ("token-refused", "invalid_grant", 502)
